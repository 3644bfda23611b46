"""SQL text of every kind, as the application's login, on the suite's world: what each context opens, and nothing besides.

There is no gate here. Everything that a table holds and somebody may not read is looked for in all that comes back.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from rowgate import Principal
from rowgate.server.embedded_host import find_programs
from rowgate.testing.world import make_rows
from rowgate.testing.world_models import Base
from rowgate.testing.world_policies import make_catalog
from rowgate.testing.world_rows import ADMIN_D, FREE_A
from rowgate.testing.world_truth import Truth
from rowgate.wall.signing import PRINCIPAL, SUBJECT, Signed, Unsigned
from signed import connect
from wall.walls import SIGNING, Walled, body, walled

TABLE = "documents"
WAYS: dict[str, str] = {
    "text": "SELECT id::text FROM documents",
    "TABLE": "SELECT t.id::text FROM (TABLE documents) AS t",
    "whole rows": "SELECT (d).id::text FROM documents AS d",
    "JSON": "SELECT to_jsonb(d) ->> 'id' FROM documents AS d",
    "ONLY": "SELECT id::text FROM ONLY documents",
    "a sample": "SELECT id::text FROM documents TABLESAMPLE SYSTEM (100)",
    "a lateral": "SELECT l.id::text FROM (SELECT 1) AS one, LATERAL (SELECT id FROM documents) AS l",
    "a recursive query": "WITH RECURSIVE r AS (SELECT id FROM documents UNION SELECT id FROM r) SELECT id::text FROM r",
    "set operations": "SELECT id::text FROM documents EXCEPT SELECT 'x'",
    "an aggregate": "SELECT unnest(array_agg(id))::text FROM documents",
    "a join with itself": "SELECT DISTINCT d.id::text FROM documents AS d, documents AS e",
    "a view of one's own": "SELECT id::text FROM pg_temp.mine",
    "a rule of one's own": "SELECT id::text FROM pg_temp.copied",
    "a function of one's own": "SELECT pg_temp.ids()",
    "a prepared statement": "EXECUTE ids",
    "a cursor": "FETCH ALL FROM ids",
    "a query that is an argument": "SELECT word FROM ts_stat('SELECT array_to_tsvector(ARRAY[id::text]) FROM documents')",
    "a lock": "SELECT id::text FROM documents FOR KEY SHARE",
}
BEFORE = (
    "CREATE TEMP VIEW mine AS SELECT * FROM documents",
    "CREATE TEMP TABLE copied AS SELECT * FROM documents",
    "CREATE FUNCTION pg_temp.ids() RETURNS SETOF text LANGUAGE sql AS 'SELECT id::text FROM documents'",
    "PREPARE ids AS SELECT id::text FROM documents",
    "DECLARE ids CURSOR FOR SELECT id::text FROM documents",
)
"""What some of these ways need, made in their own transaction."""


@pytest.fixture(scope="module")
def suite(cluster: Any) -> Iterator[Walled]:
    """Give this world behind a wall."""

    def populate(session: Session) -> None:
        rows = make_rows()
        for table in Base.metadata.sorted_tables:
            if rows[table.key]:
                session.execute(insert(table), rows[table.key])

    with walled(cluster, make_catalog(), populate) as found:
        yield found


@pytest.fixture
def app(suite: Walled) -> Iterator[psycopg.Connection[Any]]:
    """Give a driver's connection of the application role."""
    with connect(suite.app.url) as connection:
        yield connection


@pytest.fixture
def other(suite: Walled) -> Iterator[psycopg.Connection[Any]]:
    """Give another one, of somebody else."""
    with connect(suite.app.url) as connection:
        yield connection


def context(connection: Any, who: Principal = ADMIN_D, signing: Any = SIGNING, kind: str = PRINCIPAL) -> str:
    """Return a context for a connection; of an admin, who reads every document that is not deleted."""
    given: str = signing.text(kind, body(who), connection.info.backend_pid)
    return given


def expired(connection: Any) -> str:
    """Return a context that was good a moment ago."""
    given = context(connection, signing=Signed(["k" * 64], lifetime=0.01))
    time.sleep(1.1)
    return given


WORTHLESS: dict[str, Callable[[Any, Any], str | None]] = {
    "none": lambda _app, _other: None,
    "empty": lambda _app, _other: "",
    "an unsigned one": lambda app, _other: context(app, signing=Unsigned()),
    "signed with another key": lambda app, _other: context(
        app, signing=Signed(["another key, just as long as ours is"])
    ),
    "of another backend": lambda _app, other: context(other),
    "with somebody else's id": lambda app, _other: context(app, FREE_A).replace(str(FREE_A.id), str(ADMIN_D.id)),
    "with one role more": lambda app, _other: context(app, FREE_A).replace("free_user", "free_user,admin"),
    "with a lift more": lambda app, _other: context(app).replace("\t{}\t", "\t{soft-delete}\t"),
    "the code of another": lambda app, _other: context(app, FREE_A)[:64] + context(app)[64:],
    "expired": lambda app, _other: expired(app),
    "for a query that finds a principal": lambda app, _other: context(app, kind=SUBJECT),
    "half of one": lambda app, _other: context(app)[:120],
}
"""Contexts that say admin, and are none."""


def shown(connection: Any, given: str | None, way: str) -> list[str]:
    """Return the keys that a way shows in a transaction with a context."""
    with connection.transaction(force_rollback=True):
        if given is not None:
            connection.execute("SELECT set_config('rowgate.context', %s, true)", (given,))
        for statement in BEFORE:
            connection.execute(statement)
        found = sorted(row[0] for row in connection.execute(WAYS[way]))
        connection.execute("DEALLOCATE ids")
    return found


def permitted(who: Principal) -> list[str]:
    """Return the keys of the documents that somebody may read, by the truth in plain Python."""
    rows = make_rows()
    return sorted(str(row["id"]) for row in Truth(who, rows, frozenset()).seen(rows)[TABLE])


@pytest.mark.parametrize("way", WAYS)
def test_a_signed_context_shows_what_is_permitted(app: Any, way: str) -> None:
    """To each principal, by each way, all of it and no more: else the tests below would prove nothing."""
    for who in (FREE_A, ADMIN_D):
        expected = permitted(who)
        if way == "a lock":  # it takes rows that may be updated too
            assert set(shown(app, context(app, who), way)) <= set(expected)
        else:
            assert shown(app, context(app, who), way) == expected
    assert len(permitted(ADMIN_D)) > len(permitted(FREE_A)) > 0


@pytest.mark.parametrize("worthless", WORTHLESS)
def test_what_is_no_context_shows_nothing(app: Any, other: Any, worthless: str) -> None:
    """Forged, expired, of another backend, or not there at all: no row, by no way."""
    given = WORTHLESS[worthless](app, other)
    assert {way: shown(app, given, way) for way in WAYS} == {way: [] for way in WAYS}


def test_a_context_that_was_seen_opens_nothing_elsewhere(app: Any, other: Any) -> None:
    """`pg_stat_activity` shows the same role what others have sent; it is worth nothing on another connection."""
    other.execute("BEGIN")
    other.execute(f"SET LOCAL rowgate.context = $c${context(other)}$c$")
    seen = app.execute(
        "SELECT split_part(query, '$c$', 2) FROM pg_stat_activity WHERE pid = %s", (other.info.backend_pid,)
    ).fetchone()[0]
    assert seen == other.execute("SHOW rowgate.context").fetchone()[0]
    assert shown(other, None, "text") == permitted(ADMIN_D)
    other.rollback()
    for way in WAYS:
        assert shown(app, seen, way) == []


def test_copy_is_filtered_too(app: Any) -> None:
    """COPY of a table, and of a query; and nothing comes in by it."""
    for copied in (f"COPY {TABLE} (id) TO STDOUT", f"COPY (SELECT id FROM {TABLE}) TO STDOUT"):
        for given, expected in ((context(app, FREE_A), permitted(FREE_A)), (None, [])):
            with app.transaction(force_rollback=True):
                if given is not None:
                    app.execute("SELECT set_config('rowgate.context', %s, true)", (given,))
                with app.cursor().copy(copied) as copy:
                    assert sorted(row[0] for row in copy.rows()) == expected
    with pytest.raises(psycopg.Error), app.transaction(), app.cursor().copy(f"COPY {TABLE} FROM STDIN") as copy:
        copy.write("x\n")


def test_every_table_is_shut_without_a_context(app: Any) -> None:
    """But for what the catalog says is everybody's: open tables, and rules for EVERYONE."""
    rows = make_rows()
    public = Truth(Principal.anonymous(), rows, frozenset()).seen(rows)
    for table in Base.metadata.sorted_tables:
        key = next(iter(table.primary_key), next(iter(table.c)))
        (count,) = app.execute(f'SELECT count("{key.name}") FROM "{table.name}"').fetchone()
        assert count in (0, len(public[table.key])), table.name


@contextmanager
def psql(suite: Walled) -> Iterator[Callable[[str], str]]:
    """Give psql, logged in as the application."""
    url = suite.app.url
    program = find_programs() / "psql"
    environment = {**os.environ, "PGPASSWORD": str(url.password)}
    where = url.set(drivername="postgresql")._replace(password=None).render_as_string()

    def ask(statements: str) -> str:
        found = subprocess.run(
            [str(program), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", where],
            input=statements, capture_output=True, text=True, check=True, env=environment, timeout=60, cwd="/",
        )  # fmt: skip
        return found.stdout

    yield ask


def test_psql_as_the_application_sees_nothing(suite: Walled, app: Any) -> None:
    """Logged in by the application's own password; with a context of a living connection too."""
    with psql(suite) as ask:
        assert ask("SELECT current_user").strip() == suite.role
        asked = f"SELECT count(*) FROM {TABLE};\nTABLE blocks;\n\\copy (SELECT id FROM {TABLE}) TO STDOUT\n"
        assert ask(asked).split() == ["0"]
        given = context(app)
        assert ask(f"BEGIN; SET LOCAL rowgate.context = $c${given}$c$; SELECT id FROM {TABLE}").strip() == ""
    assert shown(app, given, "text") == permitted(ADMIN_D)
