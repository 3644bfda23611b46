"""The wall's drift: what differs between a database and the catalog."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from rowgate.live import differences
from rowgate.wall import Wall
from wall import models
from wall.walls import run, wall_of
from world import make_catalog


@pytest.fixture(params=["world", "further"])
def made(request: pytest.FixtureRequest, cluster: Any) -> Iterator[tuple[Any, Wall]]:
    """Give (the owner's engine of a database with a wall, the wall)."""
    catalog = make_catalog() if request.param == "world" else models.make_catalog()
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        catalog.metadata.create_all(owner)
        wall = wall_of(catalog, cluster.app)
        run(owner, wall.sql())
        yield owner, wall


def found(owner: Any, wall: Wall) -> list[Any]:
    """Return the differences, and see that looking has changed nothing."""
    with owner.connect() as connection:
        first = differences(connection, wall)
    with owner.connect() as connection:
        assert [str(one) for one in differences(connection, wall)] == [str(one) for one in first]
    return first


def test_what_was_just_made_differs_in_nothing(made: Any) -> None:
    """Every policy, function, trigger and right reads back as what it was made from."""
    owner, wall = made
    assert [] == [str(one) for one in found(owner, wall)]


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
        """CREATE OR REPLACE FUNCTION rowgate.known() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN true; END'""",
        "changed: function",
    ),
    "a function with the caller's search path": ("ALTER FUNCTION rowgate.known() RESET ALL", "changed: function"),
    "a function with the caller's rights": ("ALTER FUNCTION rowgate.known() SECURITY INVOKER", "changed: function"),
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


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_reported(made: Any, cluster: Any, edit: str) -> None:
    """Whatever somebody changes in psql is told, once, and names what it is; put right, nothing differs."""
    owner, wall = made
    policy = next(one for one in wall.objects if one.identity[0] == "policy" and one.command == "SELECT")
    statement, told = EDITS[edit]
    table = f'"{policy.schema}"."{policy.table}"'
    run(owner, [statement.format(policy=policy.name, table=table, role=f'"{cluster.app}"')])
    lines = [str(one) for one in found(owner, wall)]
    assert len(lines) == 1, lines
    assert lines[0].startswith(told), lines


def test_a_trigger_switched_off_is_reported(cluster: Any) -> None:
    """Disabled, dropped, or with a condition of its own: it no longer judges what it should."""
    catalog = models.make_catalog()
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        catalog.metadata.create_all(owner)
        wall = wall_of(catalog, cluster.app)
        run(owner, wall.sql())
        trigger = next(one for one in wall.objects if one.identity[0] == "trigger")
        run(owner, [f'ALTER TABLE "{trigger.table}" DISABLE TRIGGER "{trigger.name}"'])
        assert [one.kind for one in found(owner, wall)] == ["changed"]
        run(owner, [f'DROP TRIGGER "{trigger.name}" ON "{trigger.table}"'])
        assert [one.kind for one in found(owner, wall)] == ["missing"]
        run(owner, trigger.create())
        assert [] == found(owner, wall)


def test_a_changed_policy_is_shown_as_a_diff(made: Any) -> None:
    """A reader sees what stands and what should, in PostgreSQL's words."""
    owner, wall = made
    policy = next(
        one for one in wall.objects if one.identity[0] == "policy" and one.command == "SELECT" and one.using != "true"
    )
    run(owner, [f'ALTER POLICY "{policy.name}" ON "{policy.schema}"."{policy.table}" USING (true)'])
    (difference,) = found(owner, wall)
    told = str(difference).splitlines()
    assert told[0] == f"changed: policy 'public' {policy.table!r} {policy.name!r}"
    assert told[1:3] == ["    using:", "      - true"]
    assert told[3].startswith("      + ")


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
