"""SQL text as the application: what it may try against the wall, and what it gets."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from wall.models import EVERYBODY, make_catalog, populate
from wall.walls import SIGNING, Walled, body, walled
from world import ADMIN_D, FREE_A, FREE_C, A, key, titles


@pytest.fixture(scope="module")
def further(cluster: Any) -> Iterator[Walled]:
    """Give the further world behind a wall."""
    with walled(cluster, make_catalog(), populate) as found:
        yield found


REFUSED = [
    "TRUNCATE documents",
    "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE documents NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE users DISABLE TRIGGER ALL",
    'DROP POLICY "restrict read: soft-delete" ON documents',
    "CREATE POLICY mine ON documents USING (true)",
    "CREATE TRIGGER mine BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE TABLE mine (d uuid REFERENCES documents)",
    "SET LOCAL session_replication_role = replica",
    "SELECT * FROM rowgate.keys",
    "INSERT INTO rowgate.keys VALUES ('x', '', '')",
    "CREATE FUNCTION rowgate.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION rowgate.known() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "SELECT hashed_password FROM users",
    "SELECT * FROM users",
    "SELECT u FROM users AS u",
    "SELECT row_to_json(u) FROM users AS u",
    "SELECT 1 FROM users WHERE hashed_password LIKE 'T%'",
    "UPDATE users SET name = hashed_password",
    "UPDATE users SET hashed_password = 'x'",
    "COPY users TO STDOUT",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_what_only_an_owner_may_is_refused(world: Walled, statement: str) -> None:
    """An admin of the application is nobody to the database."""
    with world.acting(ADMIN_D) as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", None) in {"42501", "22023", "42809"}


def test_row_security_off_is_an_error(world: Walled) -> None:
    """PostgreSQL raises instead of showing all."""
    with world.acting(FREE_A) as connection:
        connection.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text("SELECT title FROM documents"))


def test_plans_that_are_kept_serve_each_principal_alone(world: Walled) -> None:
    """A prepared statement, run often enough for a generic plan, on one backend for one principal after the other."""
    with world.app.connect() as connection:
        connection.execute(text("PREPARE mine AS SELECT title FROM documents ORDER BY title"))
        connection.commit()
        for _ in range(8):
            for who in (FREE_A, FREE_C, ADMIN_D, None):
                pid = connection.scalar(text("SELECT pg_backend_pid()"))
                if who is not None:
                    given = SIGNING.text("1p", body(who), pid or 0)
                    connection.execute(text("SELECT set_config('rowgate.context', :given, true)"), {"given": given})
                found = [row[0] for row in connection.execute(text("EXECUTE mine"))]
                assert found == ([] if who is None else titles(who))
                connection.rollback()


def test_a_cheap_function_sees_no_hidden_row(world: Walled) -> None:
    """What the statement brings along runs after the policies, however cheap it says it is."""
    with world.acting(FREE_A) as connection:
        connection.execute(
            text(
                "CREATE FUNCTION pg_temp.tell(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
                "$$ BEGIN RAISE NOTICE 'seen %', t; RETURN true; END $$"
            )
        )
        notices: list[str] = []
        driver: Any = connection.connection.dbapi_connection
        driver.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        shown = [row[0] for row in connection.execute(text("SELECT title FROM documents WHERE pg_temp.tell(title)"))]
    assert sorted(shown) == titles(FREE_A)
    assert sorted(notice.removeprefix("seen ") for notice in notices) == titles(FREE_A)


def test_a_temporary_table_captures_no_sub_select(world: Walled) -> None:
    """Functions name their tables with the schema."""
    with world.acting(FREE_A) as connection:
        connection.execute(text("CREATE TEMP TABLE shares (document_id uuid, user_id uuid)"))
        connection.execute(text("INSERT INTO shares SELECT id, :me FROM documents"), {"me": A})
        connection.execute(text("INSERT INTO shares VALUES (:key, :me)"), {"key": key("b000"), "me": A})
        connection.execute(text("CREATE FUNCTION pg_temp.known() RETURNS boolean LANGUAGE sql AS 'SELECT true'"))
        connection.execute(text("SET LOCAL search_path = pg_temp, public"))
        found = [row[0] for row in connection.execute(text("SELECT title FROM documents"))]
    assert sorted(found) == titles(FREE_A)


def test_every_kind_of_statement_is_narrowed(world: Walled) -> None:
    """COPY, MERGE, ON CONFLICT, locks, cursors, CTEs that write."""
    mine = sum(1 for title in titles(FREE_A) if title.startswith("a"))
    with world.acting(FREE_A) as connection:
        driver: Any = connection.connection.dbapi_connection
        with driver.cursor().copy("COPY documents (title) TO STDOUT") as copy:
            assert sorted(row[0] for row in copy.rows()) == titles(FREE_A)
        merge = "MERGE INTO documents d USING documents s ON d.id = s.id WHEN MATCHED THEN UPDATE SET pages = 7"
        with pytest.raises(DBAPIError) as refused, connection.begin_nested():
            connection.execute(text(merge))  # row security of MERGE raises at a row that may be read but not updated
        assert getattr(refused.value.orig, "sqlstate", None) == "42501"
        own = f"{merge.replace('ON d.id = s.id', 'ON d.id = s.id AND d.owner_id = :me')}"
        assert connection.execute(text(own), {"me": A}).rowcount == mine
        assert len(connection.execute(text("SELECT id FROM documents FOR UPDATE")).all()) == mine
        written = "WITH w AS (UPDATE documents SET pages = 8 RETURNING id) SELECT count(*) FROM w"
        assert connection.scalar(text(written)) == mine
        connection.execute(text("DECLARE c CURSOR FOR SELECT title FROM documents"))
        assert len(connection.execute(text("FETCH ALL FROM c")).all()) == len(titles(FREE_A))
        upsert = (
            "INSERT INTO documents (id, title, owner_id, is_public, is_paid, is_deleted, pages) VALUES"
            " (:id, 'x', :me, false, false, false, 1) ON CONFLICT (id) DO UPDATE SET title = 'mine', owner_id = :me"
        )
        for title in ("b110", "b001"):  # one that is read, one that is not
            with pytest.raises(DBAPIError) as refused, connection.begin_nested():
                connection.execute(text(upsert), {"id": key(title), "me": A})
            assert getattr(refused.value.orig, "sqlstate", None) == "42501"


def test_columns_are_covered_in_every_kind_of_update(further: Walled) -> None:
    """MERGE and ON CONFLICT set columns too."""
    who = EVERYBODY["1"]
    for statement in (
        "MERGE INTO papers p USING (VALUES (1)) v(id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET note = 'x'",
        "UPDATE papers SET (title, note) = ('x', 'y') WHERE id = 1",
        "UPDATE papers SET note = 'x' FROM folders WHERE folders.id = papers.folder_id AND papers.id = 1",
    ):
        with further.acting(who) as connection, pytest.raises(DBAPIError, match="rowgate:RG201:papers") as refused:
            connection.execute(text(statement))
        assert getattr(refused.value.orig, "sqlstate", None) == "42501"
        with further.acting(who) as connection:
            assert (
                connection.execute(
                    text(statement.replace("note =", "title =").replace("note)", "data)").replace("'y')", "data)"))
                ).rowcount
                == 1
            )


def test_a_view_of_the_owner_shows_all_that_it_shows(world: Walled) -> None:
    """A view runs as its owner, whom the wall lets pass: say security_invoker. It needs a right that nobody gave."""
    with world.owner.begin() as connection:
        connection.execute(text("CREATE VIEW everything AS SELECT title FROM documents"))
        connection.execute(text("CREATE VIEW ours WITH (security_invoker) AS SELECT title FROM documents"))
        connection.execute(text(f"GRANT SELECT ON ours TO {world.role}"))
    try:
        with world.acting(FREE_A) as connection:
            assert sorted(row[0] for row in connection.execute(text("SELECT title FROM ours"))) == titles(FREE_A)
            with pytest.raises(DBAPIError):
                connection.execute(text("SELECT title FROM everything"))
    finally:
        with world.owner.begin() as connection:
            connection.execute(text("DROP VIEW everything, ours"))
