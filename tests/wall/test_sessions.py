"""The session's part of the wall, judged by what the database itself holds for whoever acts, on each driver."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Integer, NullPool, bindparam, create_engine, event, insert, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, ResourceClosedError, StatementError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import (
    EVERYONE,
    Catalog,
    CatalogError,
    PolicyDrift,
    Principal,
    Unguarded,
    guarded_sessionmaker,
    principal,
    raw,
)
from rowgate.wall.signing import Signed, Unsigned
from signed import ASKED, KEY, NOTHING, connect, install

SIGNING = Signed([KEY])


class Base(DeclarativeBase):
    pass


class Note(Base):
    """A note; who may see it is decided by row security, which the tests write by hand."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    tenant: Mapped[int]


def notes() -> Catalog:
    """Return a catalog that lets everybody read everything: what is not seen, the wall has hidden."""
    catalog = Catalog(Base, principal_id=Integer(), roles={"reader", "admin"})
    policy = catalog.policy(Note)
    policy.allow("read", "create", to=EVERYONE)
    policy.allow("read", when=Note.tenant == principal.attr("tenant", Integer()), to="admin")
    return catalog


class Walled:
    """A database with row security, one driver, and guarded sessions that tell it who acts."""

    def __init__(self, driver: str, logins: Any, superuser: Any, runner: asyncio.Runner) -> None:
        self.driver = driver
        self.is_async = driver != "psycopg"
        self.logins = logins
        self.superuser = superuser
        self.runner = runner
        self.opened: list[Any] = []

    def engine(self, url: Any = None, **options: Any) -> Any:
        logins = self.logins.using(self.driver.removesuffix("_async"))
        url = logins.app if url is None else url.set(drivername=logins.app.drivername)
        made = (create_async_engine if self.is_async else create_engine)(
            url, **{"pool_size": 1, "max_overflow": 0, **options}
        )
        self.opened.append(made)
        return made

    def maker(self, *, wall: Any = SIGNING, catalog: Catalog | None = None, engine: Any = None, **options: Any) -> Any:
        return guarded_sessionmaker(engine or self.engine(), catalog or notes(), wall=wall, **options)

    def run(self, session: Any, work: Callable[[Any], Any]) -> Any:
        """Do some work in a session, and close it."""
        if not self.is_async:
            with session:
                return work(session)

        async def later() -> Any:
            async with session:
                return await session.run_sync(work)

        return self.runner.run(later())

    def plain(self, engine: Any, statement: str, *, commit: bool = False) -> tuple[Any, ...]:
        """Execute text on the application's own engine, with no guard."""

        def work(connection: Any) -> tuple[Any, ...]:
            row = connection.execute(text(statement)).one()
            if commit:
                connection.commit()
            return tuple(row)

        if not self.is_async:
            with engine.connect() as connection:
                return work(connection)

        async def later() -> tuple[Any, ...]:
            async with engine.connect() as connection:
                return await connection.run_sync(work)

        return self.runner.run(later())

    def close(self) -> None:
        for engine in self.opened:
            self.runner.run(engine.dispose()) if self.is_async else engine.dispose()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def database(cluster: Any) -> Iterator[Any]:
    """Give a database whose notes are seen by their owner alone."""
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        Base.metadata.create_all(owner)
        install(logins.owner, cluster.app, SIGNING)
        with owner.begin() as connection:
            for statement in (
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO {cluster.app}",
                "INSERT INTO notes SELECT n, n % 2, n % 3 FROM generate_series(1, 12) AS n",
                "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY mine ON notes USING (owner::text = (SELECT rowgate.id()))",
            ):
                connection.execute(text(statement))
        yield logins


@pytest.fixture(params=["asyncpg", "psycopg", "psycopg_async"])
def walled(request: Any, cluster: Any, database: Any, runner: asyncio.Runner) -> Iterator[Walled]:
    superuser = cluster.superuser.set(database=database.owner.database)
    made = Walled(request.param, database, superuser, runner)
    yield made
    made.close()


ONE = Principal(1, roles={"reader"}, attributes={"tenant": 2})
ODD = [1, 3, 5, 7, 9, 11]
EVEN = [2, 4, 6, 8, 10, 12]


def seen(session: Any) -> list[int]:
    """Return the notes that a session sees."""
    return list(session.scalars(select(Note.id).order_by(Note.id)))


def test_the_database_knows_who_acts(walled: Walled) -> None:
    """Each principal sees its own rows, one after the other on one connection."""
    sessions = walled.maker()
    for _ in range(2):
        assert walled.run(sessions(ONE), seen) == ODD
        assert walled.run(sessions(Principal(0)), seen) == EVEN
        assert walled.run(sessions(Principal(2)), seen) == []
        assert walled.run(sessions(Principal.anonymous()), seen) == []


WHO = "SELECT rowgate.acting(), rowgate.known(), rowgate.id(), rowgate.roles(), rowgate.attr('tenant'), {}"


def who(session: Any, lifted: str = "soft-delete") -> tuple[Any, ...]:
    """Return whom the database takes a session for."""
    return tuple(session.execute(raw(WHO.format("rowgate.lifted(:name)")), {"name": lifted}).one())


def test_the_database_knows_the_whole_principal(walled: Walled) -> None:
    """Id, roles, and the attributes that rules read; no others."""
    sessions = walled.maker()
    known = Principal(1, roles={"reader", 'odd "role"'}, attributes={"tenant": 2, "unread": "x"})
    assert walled.run(sessions(known), who) == (True, True, "1", ['odd "role"', "reader"], "2", False)
    assert walled.run(sessions(Principal.anonymous()), who) == (True, False, None, [], None, False)


def test_raw_sees_what_row_security_shows(walled: Walled) -> None:
    """A query as text is filtered by the database, as whoever acts; its parameters are parameters."""
    sessions = walled.maker()
    query = raw("SELECT id FROM notes WHERE id > :least ORDER BY id")
    for acting, mine in ((ONE, ODD), (Principal(0), EVEN), (Principal(7), [])):
        found = walled.run(sessions(acting), lambda s: list(s.scalars(query, {"least": 4})))
        assert found == [n for n in mine if n > 4]
    assert walled.run(sessions(ONE), lambda s: s.scalar(raw("SELECT '100%' || :x"), {"x": "';--"})) == "100%';--"


def test_raw_is_refused_without_the_wall(walled: Walled) -> None:
    """Text stays refused where no row security stands."""
    sessions = guarded_sessionmaker(walled.engine(), notes())
    with pytest.raises(Unguarded, match="wall"):
        walled.run(sessions(ONE), lambda s: s.scalar(raw("SELECT 1")))


@pytest.mark.parametrize("query", ["DELETE FROM notes", "COMMIT", "SET LOCAL rowgate.context = ''", " ; SELECT 1", ""])
def test_raw_is_a_query(query: str) -> None:
    """What begins with another word is written with the model, or not at all."""
    with pytest.raises(Unguarded):
        raw(query)


def test_raw_is_no_part_of_another_statement(walled: Walled) -> None:
    """Inside of a select() it would be text in the gate's own SQL."""
    sessions = walled.maker()
    for statement in (
        select(Note.id).where(raw("SELECT true")),
        select(Note).from_statement(raw("SELECT * FROM notes")),
    ):
        with pytest.raises((Unguarded, ArgumentError)):
            walled.run(sessions(ONE), lambda s, statement=statement: s.execute(statement).all())


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_the_context_comes_again_with_each_transaction(walled: Walled, end: str) -> None:
    """After a commit or a rollback the next statement has its context again."""

    def work(session: Any) -> list[list[int]]:
        found = [seen(session)]
        for _ in range(2):
            getattr(session, end)()
            found.append(seen(session))
        return found

    assert walled.run(walled.maker()(ONE), work) == [ODD] * 3


def test_a_transaction_begun_on_the_connection_has_its_context(walled: Walled) -> None:
    """Also where it is the session's connection that commits and begins, not the session."""

    def work(session: Any) -> list[Any]:
        connection = session.connection()
        query = raw("SELECT rowgate.id()")
        found = [connection.scalar(query)]
        connection.get_transaction().commit()
        with connection.begin():
            found.append(connection.scalar(query))
        found.append(connection.scalar(query))
        return found

    assert walled.run(walled.maker()(ONE), work) == ["1"] * 3


def test_savepoints_keep_the_context(walled: Walled) -> None:
    """Released, rolled back, nested, and after an error in one."""

    def work(session: Any) -> list[list[int]]:
        found = []
        with session.begin_nested():
            found.append(seen(session))
            inner = session.begin_nested()
            found.append(seen(session))
            inner.rollback()
            found.append(seen(session))
        found.append(seen(session))
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(raw("SELECT 1 / 0"))
        found.append(seen(session))
        return found

    assert walled.run(walled.maker()(ONE), work) == [ODD] * 5


def test_nothing_is_left_on_the_connection(walled: Walled) -> None:
    """Whoever gets the connection from the pool next, without a guard, is nobody: after every way to end a session."""
    engine = walled.engine()
    sessions = walled.maker(engine=engine)

    def fail(session: Any) -> None:
        seen(session)
        session.execute(raw("SELECT 1 / 0"))

    def leave(session: Any) -> None:
        seen(session)

    def keep(session: Any) -> None:
        seen(session)
        session.commit()
        seen(session)

    def nest(session: Any) -> None:
        session.begin_nested()
        seen(session)

    for work in (fail, leave, keep, nest):
        with suppress(DBAPIError):
            walled.run(sessions(ONE), work)
        assert walled.plain(engine, f"SELECT {ASKED}") == (*NOTHING,)
        assert walled.plain(engine, "SELECT coalesce(current_setting('rowgate.context', true), '')") == ("",)
        assert walled.plain(engine, "SELECT count(*) FROM notes") == (0,)


def test_what_somebody_leaves_in_the_session_does_not_act(walled: Walled) -> None:
    """A setting of the whole session, left by other code on this pool, is outdone by each transaction's own."""
    engine = walled.engine()
    walled.plain(engine, "SELECT set_config('rowgate.context', 'left behind', false)", commit=True)
    assert walled.run(walled.maker(engine=engine)(ONE), seen) == ODD


def test_autocommit_is_refused(walled: Walled) -> None:
    """There is no transaction to hold the context: an error, where row security alone would give silently no rows."""
    autocommit = {"isolation_level": "AUTOCOMMIT"}
    with pytest.raises(Unguarded, match="autocommit"):
        walled.run(walled.maker()(ONE), lambda s: s.connection(execution_options=autocommit))
    with pytest.raises(Unguarded, match="autocommit"):
        walled.run(walled.maker(engine=walled.engine(**autocommit))(ONE), seen)


@pytest.mark.parametrize("deferrable", [True, False])
@pytest.mark.parametrize("readonly", [True, False, None])
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_begin_says_what_it_would_say_without_the_context(
    walled: Walled, level: str, *, readonly: bool | None, deferrable: bool
) -> None:
    """The isolation level, and whether it only reads, and waits for a snapshot."""
    options = {"isolation_level": level, "postgresql_readonly": readonly, "postgresql_deferrable": deferrable}
    asked = ("isolation", "read_only", "deferrable")

    def work(session: Any) -> tuple[list[str], list[int]]:
        session.connection(execution_options=options)
        return [session.scalar(raw(f"SELECT current_setting('transaction_{one}')")) for one in asked], seen(session)

    sessions = walled.maker()
    # The first one sees that the wall stands, in the driver's transaction.
    assert walled.run(sessions(ONE), seen) == ODD
    words = ["on" if one else "off" for one in (readonly, deferrable)]
    assert walled.run(sessions(ONE), work) == ([level.lower(), *words], ODD)


def test_a_context_is_bound_to_its_backend(walled: Walled) -> None:
    """After the connection was lost, the next one has a context of its own."""
    engine = walled.engine(pool_pre_ping=True)
    sessions = walled.maker(engine=engine)
    first = walled.run(sessions(ONE), lambda s: s.scalar(raw("SELECT pg_backend_pid()")))
    with connect(walled.superuser) as owner:
        owner.execute("SELECT pg_terminate_backend(%s)", (first,))
        owner.execute("SELECT pg_sleep(0.2)")
    second, found = walled.run(sessions(ONE), lambda s: (s.scalar(raw("SELECT pg_backend_pid()")), seen(s)))
    assert second != first
    assert found == ODD


def test_a_lost_connection_is_an_error_and_the_next_session_works(walled: Walled) -> None:
    """Without a ping the context meets the broken connection first: an error of the database, and no other harm."""
    engine = walled.engine()
    sessions = walled.maker(engine=engine)
    first = walled.run(sessions(ONE), lambda s: s.scalar(raw("SELECT pg_backend_pid()")))
    with connect(walled.superuser) as owner:
        owner.execute("SELECT pg_terminate_backend(%s)", (first,))
        owner.execute("SELECT pg_sleep(0.2)")
    with pytest.raises(DBAPIError) as raised:
        walled.run(sessions(ONE), seen)
    assert raised.value.connection_invalidated
    assert '"roles"' not in str(raised.value)
    assert walled.run(sessions(ONE), seen) == ODD


def test_context_and_begin_are_one_message(walled: Walled) -> None:
    """They are sent as one query, in every transaction but the first: that one has seen that the wall stands."""
    sessions = walled.maker()
    wire = sessions.engine.wire
    plain, found = wire.send, []

    def last() -> Any:
        query = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"
        with connect(walled.superuser) as other:
            return [one for (one,) in other.execute(query, (walled.logins.app.username,))]

    def send(connection: Any, statement: str) -> Any:
        if walled.driver == "asyncpg":  # it sends them before the next statement
            connection.driver_connection.add_query_logger(lambda record: found.append(record.query))
            return plain(connection, statement)
        plain(connection, statement)
        found.extend(last())
        return None

    walled.run(sessions(ONE), seen)
    wire.send = send
    assert walled.run(sessions(ONE), seen) == ODD
    assert found[0] == "BEGIN; SET LOCAL rowgate.context = '" + found[0][36:]
    assert not any("rowgate.context" in query for query in found[1:])


def test_a_context_without_a_statement_is_nobody_elses(walled: Walled) -> None:
    """Where nothing is executed, or the first statement fails before it reaches the database."""
    engine = walled.engine()
    sessions = walled.maker(engine=engine)
    unsaid = select(Note.id).where(Note.id == bindparam("key"))

    def nothing(session: Any) -> None:
        session.connection()

    def fail(session: Any) -> None:
        session.execute(unsaid)

    def odd(session: Any) -> None:
        session.execute(unsaid, {"key": object()})

    def refused(session: Any) -> None:
        session.execute(text("SELECT 1"))

    for work in (nothing, fail, odd, refused):
        with suppress(StatementError, Unguarded):
            walled.run(sessions(ONE), work)
        assert walled.plain(engine, f"SELECT {ASKED}") == (*NOTHING,)
        assert walled.plain(engine, "SELECT coalesce(current_setting('rowgate.context', true), '')") == ("",)

    def again(session: Any) -> list[int]:
        for work in (fail, odd):
            with pytest.raises((StatementError, Unguarded)), session.begin_nested():
                work(session)
        return seen(session)

    assert walled.run(sessions(ONE), again) == ODD
    for work in (fail, odd, refused):

        def first(session: Any, work: Any = work) -> list[int]:
            with pytest.raises((StatementError, Unguarded)):
                work(session)
            return seen(session)

        assert walled.run(sessions(ONE), first) == ODD
        assert walled.run(sessions(Principal(0)), seen) == EVEN


def test_the_transaction_begins_while_its_statement_is_prepared(walled: Walled) -> None:
    """With asyncpg nobody waits for the context: PostgreSQL has it before the statement is on its way."""
    engine = walled.engine()
    sessions = walled.maker(engine=engine)
    found: list[Any] = []

    def ask(*_args: Any) -> None:
        time.sleep(0.2)  # the event loop stands still: what is done now, no answer was waited for
        query = "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"
        with connect(walled.superuser) as other:
            found.extend(other.execute(query, (walled.logins.app.username,)).fetchall())

    walled.run(sessions(ONE), seen)
    event.listen(getattr(engine, "sync_engine", engine), "before_cursor_execute", ask)
    assert walled.run(sessions(ONE), seen) == ODD
    (state, query), *_ = found
    assert state == "idle in transaction"
    assert "; SET LOCAL rowgate.context" in query


def test_a_cancelled_task_leaves_nothing_behind(walled: Walled) -> None:
    """Cancelled at any moment of a session's life, the pool's one connection serves the next principal alone."""
    if not walled.is_async:
        pytest.skip("a synchronous session is not cancelled")
    engine = walled.engine()
    sessions = walled.maker(engine=engine)

    async def read() -> None:
        async with sessions(ONE) as session:
            await session.run_sync(seen)
            await session.execute(raw("SELECT pg_sleep(0.05)"))
            await session.commit()
            await session.run_sync(seen)

    async def cancelled(after: float) -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(after)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    for step in range(60):
        walled.runner.run(cancelled(step * 0.0005))
        assert walled.run(sessions(Principal(0)), seen) == EVEN
        assert walled.plain(engine, "SELECT count(*) FROM notes") == (0,)


def test_an_engine_cancelled_in_its_first_transaction_leaves_nothing_behind(walled: Walled) -> None:
    """While it sees that the wall stands, too: what comes after is committed, and nobody acts once it is over."""
    if not walled.is_async:
        pytest.skip("a synchronous session is not cancelled")

    async def read(sessions: Any) -> None:
        async with sessions(ONE) as session:
            await session.run_sync(seen)

    async def cancelled(sessions: Any, steps: int) -> None:
        async with asyncio.timeout(20):
            task = asyncio.create_task(read(sessions))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    for steps in range(0, 48, 3):
        engine = walled.engine()
        assert walled.plain(engine, "SELECT 1") == (1,)  # connected: what is cancelled is the guard's own
        sessions = walled.maker(engine=engine)
        walled.runner.run(cancelled(sessions, steps))
        note = 1000 + 2 * steps

        def write(session: Any, note: int = note) -> None:
            session.execute(insert(Note).values(id=note, owner=0, tenant=0))
            session.commit()

        walled.run(sessions(Principal(0)), write)
        assert walled.plain(engine, "SELECT current_setting('rowgate.context', true)") in {("",), (None,)}
        with connect(walled.logins.using("psycopg").owner) as owner:
            assert owner.execute("DELETE FROM notes WHERE id = %s", (note,)).rowcount == 1


def test_a_connection_that_a_listener_closes_begins_nothing(walled: Walled) -> None:
    """Its context has been sent before: it does not go back to the pool with it."""
    engine = walled.engine()
    sessions = walled.maker(engine=engine)
    walled.run(sessions(ONE), seen)

    def close(connection: Any, *_args: Any) -> None:
        connection.close()

    guarded = sessions.engine
    event.listen(guarded, "before_execute", close)
    with pytest.raises(ResourceClosedError):
        walled.run(sessions(ONE), seen)
    event.remove(guarded, "before_execute", close)
    assert walled.plain(engine, "SELECT rowgate.acting(), count(*) FROM notes") == (False, 0)
    assert walled.run(sessions(Principal(0)), seen) == EVEN


def test_many_sessions_at_once_are_each_their_own(walled: Walled) -> None:
    """Two connections, many principals, interleaved: nobody sees another's rows."""
    engine = walled.engine(pool_size=2)
    sessions = walled.maker(engine=engine)

    def work(n: int) -> None:
        acting = Principal(n % 3, roles={"reader"})
        found = walled.run(sessions(acting), seen) if not walled.is_async else None
        assert found == [EVEN, ODD, []][n % 3]

    async def later(n: int) -> None:
        async with sessions(Principal(n % 3)) as session:
            for _ in range(3):
                assert await session.run_sync(seen) == [EVEN, ODD, []][n % 3]
                await session.commit()

    async def gathered() -> None:
        await asyncio.gather(*(later(n) for n in range(40)))

    if walled.is_async:
        walled.runner.run(gathered())
    else:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(40)))


def test_an_unbound_context_is_enough_behind_a_pooler(walled: Walled) -> None:
    """Without the pid the database still knows who acts."""
    sessions = walled.maker(wall=Signed([KEY], bind_to_pid=False, lifetime=5))
    assert walled.run(sessions(ONE), seen) == ODD


def test_a_key_that_the_database_does_not_know_shows_nothing(walled: Walled) -> None:
    """And its own key shows what is permitted: see the other tests."""
    assert walled.run(walled.maker(wall=Signed(["another key, that nobody has told the database"]))(ONE), seen) == []
    assert walled.run(walled.maker(wall=Unsigned())(ONE), seen) == []


def test_without_the_wall_nothing_runs(walled: Walled) -> None:
    """Where row security does not bind the login, `wall=` is an error: what the gate left to it nobody would judge."""
    owner = create_engine(walled.logins.using("psycopg").owner, poolclass=NullPool)

    def security(word: str) -> None:
        with owner.begin() as connection:
            connection.execute(text(f"ALTER TABLE notes {word} ROW LEVEL SECURITY"))

    sessions = walled.maker()
    security("DISABLE")
    try:
        for work in (seen, lambda s: s.scalars(raw("SELECT id FROM notes")).all()):
            with pytest.raises(PolicyDrift, match=r"(?s)notes.*make the wall.*RG501"):
                walled.run(sessions(ONE), work)
    finally:
        security("ENABLE")
    assert walled.run(sessions(ONE), seen) == ODD
    as_owner = walled.maker(engine=walled.engine(walled.logins.owner))  # whom row security does not bind here
    with pytest.raises(PolicyDrift):
        walled.run(as_owner(ONE), seen)


def test_system_sessions_need_the_owners_login(walled: Walled) -> None:
    """The application's own login could not skip the wall."""
    with pytest.raises(CatalogError, match="system="):
        walled.maker().system(reason="a job")
    owner = walled.engine(url=walled.logins.owner)
    system = walled.maker(system=owner).system(reason="a job")
    assert walled.run(system, lambda s: s.scalar(text("SELECT current_user"))) == walled.logins.owner.username


def test_the_wall_stands_in_postgresql_alone() -> None:
    """Other databases have no row security: an error at the start."""
    with pytest.raises(CatalogError, match="PostgreSQL"):
        guarded_sessionmaker(create_engine("sqlite://"), notes(), wall=SIGNING)
    with pytest.raises(CatalogError, match="Signed"):
        guarded_sessionmaker(create_engine("sqlite://"), notes(), wall="signed")  # type: ignore[call-overload]
