"""What SQL text leaves on a pooled connection acts for whoever comes next: a limit, and the way to be rid of it."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from rowgate import Catalog, Principal, guarded_sessionmaker, principal
from rowgate.wall.signing import PRINCIPAL
from wall.walls import SIGNING, Walled, body, walled

metadata = MetaData()
notes = Table(
    "notes", metadata, Column("id", Integer, primary_key=True), Column("owner", Integer), Column("title", String),
    Column("until", DateTime),
)  # fmt: skip
ADA, BOB = Principal(1), Principal(2)
TITLES = {1: ["a1", "a2"], 2: ["b1", "b2", "b3"]}
MINE = select(notes.c.title).order_by(notes.c.title)
TRAP = (
    "CREATE TEMP TABLE loot (title text)",
    """CREATE FUNCTION pg_temp.grab(t text) RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO pg_temp.loot VALUES (t); RETURN true; END $$""",
    "CREATE TEMP VIEW notes AS SELECT * FROM public.notes WHERE pg_temp.grab(title)",
)
"""A view of the same name, which is found first: whoever reads it tells the function what they read."""


def make_catalog() -> Catalog:
    """Return the rules: everybody has their own notes; a timed one is everybody's until then."""
    catalog = Catalog(metadata, principal_id=Integer(), roles={"guest"})
    policy = catalog.policy(notes)
    policy.allow("read", when=notes.c.owner == principal.id)
    policy.allow("read", to="guest", when=notes.c.until > func.now())
    return catalog


def populate(session: Session) -> None:
    """Put in notes; one of Bob's was over twenty hours ago."""
    session.execute(insert(notes), [{"owner": who, "title": t} for who, titles in TITLES.items() for t in titles])
    over = func.now().op("AT TIME ZONE")("UTC") - text("interval '20 hours'")
    session.execute(notes.update().where(notes.c.title == "b1").values(until=over))
    session.execute(notes.update().where(notes.c.title == "b2").values(until=datetime.fromisoformat("2020-01-01")))


@pytest.fixture(scope="module")
def owned(cluster: Any) -> Iterator[Walled]:
    """Give notes behind a wall."""
    with walled(cluster, make_catalog(), populate) as found:
        yield found


@pytest.fixture
def engine(owned: Walled) -> Iterator[Engine]:
    """Give an engine with one connection, which all sessions share one after the other."""
    made = create_engine(owned.app.url, pool_size=1, max_overflow=0)
    yield made
    made.dispose()


def read(engine: Engine, who: Principal) -> list[str]:
    """Return the titles that somebody reads through gate and wall."""
    with guarded_sessionmaker(engine, make_catalog(), wall=SIGNING)(who) as session:
        found = list(session.scalars(MINE))
        session.commit()
        return found


def inject(engine: Engine, *statements: str) -> None:
    """Run SQL text on the shared connection, past the gate."""
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def clean(dbapi_connection: Any, *_: Any) -> None:
    """Forget all that a connection remembers, when it comes back to the pool."""
    dbapi_connection.rollback()
    dbapi_connection.autocommit = True
    dbapi_connection.execute("DISCARD ALL")
    dbapi_connection.autocommit = False


def cleaned(owned: Walled) -> Engine:
    """Return an engine that forgets, as the documentation says."""
    made = create_engine(owned.app.url, pool_size=1, max_overflow=0, connect_args={"prepare_threshold": None})
    event.listen(made, "reset", clean)
    return made


def loot(engine: Engine) -> list[str]:
    """Return what the trap has caught."""
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('pg_temp.loot')")) is None:
            return []
        return sorted(connection.scalars(text("SELECT title FROM pg_temp.loot")))


def test_a_temporary_view_is_a_trap_for_whoever_comes_next(engine: Engine) -> None:
    """A limit: it runs with the context of the next session, and keeps what that one reads."""
    inject(engine, *TRAP)
    assert loot(engine) == []
    assert read(engine, BOB) == TITLES[2]
    assert loot(engine) == TITLES[2]


def test_a_driver_s_prepared_statement_is_replaced(engine: Engine) -> None:
    """A limit: another statement under the name that the driver remembers runs in its place."""
    for _ in range(8):
        assert read(engine, BOB) == TITLES[2]
    asked = text(
        "SELECT name, parameter_types::text[] FROM pg_prepared_statements"
        " WHERE statement LIKE '%notes%' AND cardinality(parameter_types) = 1"
    )
    with engine.begin() as connection:  # a rollback would make this driver forget
        ((name, types),) = connection.execute(asked)
    trap = "SELECT 'trap'::varchar AS title FROM public.notes"
    inject(engine, f'DEALLOCATE "{name}"', f'PREPARE "{name}" ({types[0]}) AS {trap}')
    assert read(engine, BOB) == ["trap"] * len(TITLES[2])


def test_a_held_cursor_is_read_by_whoever_comes_next(engine: Engine, owned: Walled) -> None:
    """A limit: WITH HOLD keeps rows past the transaction that was permitted to read them."""
    with engine.begin() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()")) or 0
        given = {"given": SIGNING.text(PRINCIPAL, body(BOB), pid)}
        connection.execute(text("SELECT set_config('rowgate.context', :given, true)"), given)
        connection.execute(text("DECLARE held CURSOR WITH HOLD FOR SELECT title FROM notes"))
    with engine.connect() as connection:
        assert sorted(connection.scalars(text("FETCH ALL FROM held"))) == TITLES[2]
    again = create_engine(owned.app.url)
    with again.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("FETCH ALL FROM held"))
    again.dispose()


def test_a_connection_that_forgets_is_no_trap(owned: Walled) -> None:
    """DISCARD ALL at its return, and no prepared statements of the driver: everybody reads their own, and nobody else's."""
    engine = cleaned(owned)
    inject(engine, *TRAP)
    inject(
        engine, "SET search_path = pg_temp", "PREPARE mine AS SELECT 1", "DECLARE held CURSOR WITH HOLD FOR SELECT 1"
    )
    for who in (BOB, ADA):
        for _ in range(8):
            assert read(engine, who) == TITLES[who.id]
    assert loot(engine) == []
    with engine.connect() as connection:
        left = "SELECT count(*) FROM (SELECT name FROM pg_prepared_statements UNION SELECT name FROM pg_cursors) AS x"
        assert connection.scalar(text(left)) == 0
    engine.dispose()


async def _read_after_a_trap(url: Any, *, forgets: bool) -> tuple[list[str], list[str]]:
    """Return what Bob reads over asyncpg after somebody has left the trap, and what it caught."""
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"), pool_size=1, max_overflow=0,
        connect_args={"prepared_statement_cache_size": 0, "statement_cache_size": 0} if forgets else {},
    )  # fmt: skip
    if forgets:

        @event.listens_for(engine.sync_engine, "reset")
        def forget(dbapi_connection: Any, _record: Any, state: Any) -> None:
            if state.asyncio_safe:
                dbapi_connection.rollback()
                dbapi_connection.run_async(lambda driver: driver.execute("DISCARD ALL"))

    async with engine.begin() as connection:
        for statement in TRAP:
            await connection.exec_driver_sql(statement)
    sessions = guarded_sessionmaker(engine, make_catalog(), wall=SIGNING)
    for _ in range(3):
        async with sessions(BOB) as session:
            found = list(await session.scalars(MINE))
            await session.commit()
    async with engine.connect() as connection:
        caught = []
        if await connection.scalar(text("SELECT to_regclass('pg_temp.loot')")) is not None:
            caught = sorted(set(await connection.scalars(text("SELECT title FROM pg_temp.loot"))))
    await engine.dispose()
    return found, caught


@pytest.mark.parametrize("forgets", [False, True])
def test_so_it_is_with_asyncpg(owned: Walled, forgets: bool) -> None:
    """The trap is there, and gone where the connection forgets; Bob reads all of his."""
    found, caught = asyncio.run(_read_after_a_trap(owned.app.url, forgets=forgets))
    assert (found, caught) == (TITLES[2], [] if forgets else TITLES[2])


def test_without_the_right_to_temporary_tables_there_is_no_trap_of_them(cluster: Any) -> None:
    """REVOKE TEMPORARY takes it from everybody but the owner; who reads loses nothing."""
    with walled(cluster, make_catalog(), populate) as made:
        name = made.owner.url.database
        with made.owner.begin() as connection:
            connection.exec_driver_sql(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        for statement in TRAP:
            with pytest.raises(DBAPIError) as refused:
                inject(made.app, statement)
            assert getattr(refused.value.orig, "sqlstate", None) in {"42501", "3F000"}
        assert [read(made.app, who) for who in (ADA, BOB)] == [TITLES[1], TITLES[2]]


def test_a_time_without_a_zone_is_moved_by_the_sessions_zone(owned: Walled) -> None:
    """A limit: whoever sends SQL says where `now()` is, up to a week away; a distant past stays over."""
    guest = Principal(3, {"guest"})
    shown = {}
    for zone in ("UTC", "<x>+100"):
        with owned.acting(guest) as connection:
            connection.execute(text(f"SET LOCAL TimeZone = '{zone}'"))
            shown[zone] = list(connection.scalars(MINE))
    assert shown == {"UTC": [], "<x>+100": ["b1"]}
