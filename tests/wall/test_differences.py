"""The wall's drift: what differs between a database and the catalog."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from rowgate import PolicyDrift
from rowgate.live import Difference, differences, require
from rowgate.wall import Wall
from wall import models
from wall.test_catalogue import standing
from wall.walls import run, wall_of
from world import make_catalog

CATALOGS = {"world": make_catalog, "further": models.make_catalog}


@pytest.fixture(params=CATALOGS, scope="module")
def made(request: pytest.FixtureRequest, cluster: Any) -> Iterator[tuple[Any, Wall]]:
    """Give (the owner's engine of a database with a wall, the wall). Tests roll back what they do."""
    catalog = CATALOGS[request.param]()
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        catalog.metadata.create_all(owner)
        wall = wall_of(catalog, cluster.app)
        run(owner, wall.sql())
        yield owner, wall


def found(owner: Any, wall: Wall, edits: Iterable[str] = ()) -> list[Difference]:
    """Return the differences after some edits, which are rolled back."""
    with owner.connect() as connection:
        for edit in edits:
            connection.exec_driver_sql(edit)
        return differences(connection, wall)


def test_what_was_just_made_differs_in_nothing(made: Any) -> None:
    """Every policy, function, trigger and right reads back as what it was made from."""
    owner, wall = made
    assert [] == [str(one) for one in found(owner, wall)]


@pytest.mark.parametrize("made", ["further"], indirect=True)
def test_looking_changes_nothing(made: Any) -> None:
    """Committed or not, a comparison leaves the catalogue as it was."""
    owner, wall = made
    before = standing(owner)
    with owner.begin() as connection:
        differences(connection, wall)
    assert before == standing(owner)


EDITS = {
    "a policy that lets everything through": (
        'ALTER POLICY "{policy}" ON {table} USING (true)',
        "changed: policy",
    ),
    "a policy for everybody": ('ALTER POLICY "{policy}" ON {table} TO PUBLIC', "changed: policy"),
    "a policy of somebody's own": ("CREATE POLICY mine ON {table} USING (true)", "undeclared: policy"),
    "a policy dropped": ('DROP POLICY "{policy}" ON {table}', "missing: policy"),
    "row security switched off": ("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", "missing: row security"),
    "row security not forced": ("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", "missing: row security"),
    "a right more": ("GRANT TRUNCATE ON {table} TO {role}", "changed: rights"),
    "a right of everybody": ("GRANT SELECT ON {table} TO PUBLIC", "changed: rights"),
    "a right of everybody on a column": ("GRANT SELECT (id) ON {table} TO PUBLIC", "changed: rights"),
    "a right less": ("REVOKE SELECT ON {table} FROM {role}", "changed: rights"),
    "a function replaced": (
        """CREATE OR REPLACE FUNCTION rowgate.context(name text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN ''{{admin}}''; END'""",
        "changed: function",
    ),
    "a function with the caller's search path": ("ALTER FUNCTION rowgate.known() RESET ALL", "changed: function"),
    "a function with the caller's rights": (
        "ALTER FUNCTION rowgate.context(text) SECURITY INVOKER",
        "changed: function",
    ),
    "a function of somebody's own": (
        "CREATE FUNCTION rowgate.mine() RETURNS int LANGUAGE sql RETURN 1",
        "undeclared: function",
    ),
    "a function for everybody": ("GRANT EXECUTE ON FUNCTION rowgate.known() TO PUBLIC", "undeclared: grant"),
    "a function that may not be called": ("REVOKE EXECUTE ON FUNCTION rowgate.known() FROM {role}", "missing: grant"),
    "the keys for the application": ("GRANT SELECT ON rowgate.keys TO {role}", "undeclared: grant"),
    "our schema for everybody": ("GRANT CREATE ON SCHEMA rowgate TO PUBLIC", "undeclared: grant"),
    "a table of somebody's own": ("CREATE TABLE rowgate.mine (id int)", "undeclared: table"),
}


@pytest.mark.parametrize("made", ["further"], indirect=True)
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_reported(made: Any, cluster: Any, edit: str) -> None:
    """Whatever somebody changes in psql is told, once, and names what it is."""
    owner, wall = made
    policy = next(one for one in wall.objects if one.identity[0] == "policy" and one.command == "SELECT")
    statement, told = EDITS[edit]
    table = f'"{policy.schema}"."{policy.table}"'
    edit = statement.format(policy=policy.name, table=table, role=f'"{cluster.app}"')
    lines = [str(one) for one in found(owner, wall, [edit])]
    assert len(lines) == 1, lines
    assert lines[0].startswith(told), lines


@pytest.mark.parametrize("made", ["further"], indirect=True)
def test_a_trigger_switched_off_is_reported(made: Any) -> None:
    """Disabled, or dropped: it no longer judges what it should."""
    owner, wall = made
    trigger = next(one for one in wall.objects if one.identity[0] == "trigger")
    off = f'ALTER TABLE "{trigger.table}" DISABLE TRIGGER "{trigger.name}"'
    dropped = f'DROP TRIGGER "{trigger.name}" ON "{trigger.table}"'
    assert [one.kind for one in found(owner, wall, [off])] == ["changed"]
    assert [one.kind for one in found(owner, wall, [dropped])] == ["missing"]
    assert [] == found(owner, wall, [dropped, *trigger.create()])


@pytest.mark.parametrize("made", ["further"], indirect=True)
def test_a_changed_policy_is_shown_as_a_diff(made: Any) -> None:
    """A reader sees what stands and what should, in PostgreSQL's words."""
    owner, wall = made
    policy = next(
        one for one in wall.objects if one.identity[0] == "policy" and one.command == "SELECT" and one.using != "true"
    )
    edit = f'ALTER POLICY "{policy.name}" ON "{policy.schema}"."{policy.table}" USING (true)'
    (difference,) = found(owner, wall, [edit])
    told = str(difference).splitlines()
    assert told[0] == f"changed: policy 'public' {policy.table!r} {policy.name!r}"
    assert told[1:3] == ["    using:", "      - true"]
    assert told[3].startswith("      + ")


@pytest.mark.parametrize("made", ["further"], indirect=True)
def test_a_start_up_check_raises_and_lists(made: Any) -> None:
    """`require()` is silent where nothing differs, and else an error with its code and what differs."""
    owner, wall = made
    with owner.connect() as connection:
        require(connection, wall)
        connection.exec_driver_sql("ALTER FUNCTION rowgate.known() VOLATILE")
        with pytest.raises(PolicyDrift, match=r"(?s)changed: function 'rowgate' 'known'.*RG501"):
            require(connection, wall)


def test_a_database_without_a_wall_lacks_all_of_it(cluster: Any) -> None:
    """Every object is missing, in the order in which it is made; made in that order, nothing is."""
    catalog = make_catalog()
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        catalog.metadata.create_all(owner)
        wall = wall_of(catalog, cluster.app)
        missing = found(owner, wall)
        # Rights of nobody on a table are what a table without grants has, and are not told.
        wanted = [one for one in wall.objects if one.identity[0] != "rights" or one.rights]
        assert [one.wanted for one in missing] == wanted
        run(owner, [statement for one in missing for statement in one.wanted.create()])
        assert [] == found(owner, wall)
