"""One database behind one driver: guarded sessions, plain ones, plain ones over what a principal may read."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import DDL, event, text
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import SingletonThreadPool, StaticPool
from sqlalchemy.util import greenlet_spawn

from rowgate.principal import Principal
from rowgate.testing.case import Given, Model
from rowgate.testing.catalogue import shape, sweep
from rowgate.testing.facade import facade
from rowgate.testing.protection import Protection
from rowgate.testing.shadow import SHADOW, Shadow
from rowgate.testing.state import Change, State, difference, insert, put_back, snapshot
from rowgate.testing.world import World, view_ddl

Opener = Callable[..., Any]
VERSION = {"postgresql": "SELECT CAST(pg_current_snapshot() AS text)", "sqlite": "PRAGMA data_version"}
"""What differs as soon as anybody has stored anything, by whatever way. It may differ without cause."""
IDLE = 8
"""How many connections over what somebody may read are kept for the next case. PostgreSQL gives 100 in all, to several arenas."""


class ArenaError(Exception):
    """The world could not be made, or put back: all that is judged after it would be judged wrongly."""


class Arena:
    """A world in a database.

    Args:
        world: tables, rows, and the truth about them.
        protection: what is judged.
        app: the application's engine.
        owner: an engine of the same driver on the same database, whose login sees and changes all rows.
        grant: DDL for after the tables are made anew, such as the application's rights.
    """

    def __init__(self, world: World, protection: Protection, app: Any, owner: Any, grant: Iterable[str] = ()) -> None:
        self.world = world
        self.protection = protection
        self.app = app
        self.owner = owner
        self.grant = list(grant)
        self.is_async = isinstance(owner, AsyncEngine)
        sync = _sync(owner)
        if isinstance(sync.pool, StaticPool | SingletonThreadPool):
            raise TypeError("the suite compares sessions on several connections: give it a database file, not memory")
        self.dialect = sync.dialect.name
        driver = str(sync.dialect.driver)
        self.driver = {"pysqlite": "sqlite"}.get(driver, driver)
        if self.driver == "psycopg" and self.is_async:
            self.driver = "psycopg_async"
        self.before: State = {}
        self._judge: Any = None
        self._idle: list[tuple[Any, Shadow]] = []
        self._shape_before: Any = None
        self._version: Any = None
        self._guarded = protection.sessions(app, world)
        self._listeners: list[tuple[Any, str, Any]] = [(sync, "checkout", _no_shadow)]
        if self.dialect == "sqlite":
            self._listeners += [(engine, "checkin", _not_again) for engine in {_sync(app), sync}]
        for listener in self._listeners:
            event.listen(*listener)

    async def open(self) -> None:
        """Connect, fill the world if it is the suite's own, and remember all rows."""
        if self.world.own:
            await self._make_anew()
        self._judge = await facade(self.owner).connect()
        self._shape_before = await self._shape()
        self.before = await self._snapshot()
        self._version = await self._current()

    async def close(self) -> None:
        """Close every connection of its own."""
        while self._idle:
            await self._idle.pop()[1].close()
        if self._judge is not None:
            await self._judge.close()
        for listener in self._listeners:
            event.remove(*listener)

    async def changes(self) -> tuple[list[Change], bool]:
        """Return what has changed since the rows were last put back, and whether tables have changed too."""
        if await self._current() == self._version:
            return [], False
        reshaped = await self._shape() != self._shape_before
        try:
            return difference(self.before, await self._snapshot()), reshaped
        except SQLAlchemyError:
            await self._judge.rollback()
            if not reshaped:
                raise
            return [], True

    async def restore(self, changes: list[Change], *, reshaped: bool) -> None:
        """Put rows, and tables of the suite's own, back as they were.

        Raises:
            ArenaError: if that did not work. What is run after it would be judged wrongly.
        """
        try:
            if reshaped and self.world.own:
                await self._make_anew()
            elif changes and not await put_back(self._judge, self.world.metadata, changes):
                await self._refill()
        except SQLAlchemyError as error:
            raise ArenaError(f"the world could not be put back: {error}") from error
        if reshaped and not self.world.own:
            raise ArenaError("tables have changed: put them back, and run the suite again")
        self._version = await self._current()

    def given(self, opener: Opener, session: Any, who: Principal, model: Model) -> Given:
        """Return what a case is given."""
        return Given(session, who, opener, model, self.dialect, self.driver)

    def guarded(self, who: Principal, **options: Any) -> Any:
        """Open a protected session."""
        return facade(self._guarded(who, **options))

    def control(self, who: Principal, *, lift: Iterable[str] = (), **options: Any) -> Any:  # noqa: ARG002
        """Open a session without any protection."""
        return self._plain(self.owner, options)

    @asynccontextmanager
    async def shadow(self, who: Principal, *, lift: Iterable[str] = (), **options: Any) -> AsyncIterator[Any]:
        """Open a session without any protection, over what a principal may read."""
        lifts = frozenset([lift] if isinstance(lift, str) else lift)
        key = (who, tuple(sorted(who.attributes.items())), lifts)
        found = self._idle_shadow(key) or await self._new_shadow(who, lifts)
        try:
            async with self._plain(found.connection, options) as session:
                yield session
        finally:
            if await found.is_clean():
                self._idle.append((key, found))
            else:
                with suppress(SQLAlchemyError):
                    await found.close()
            while len(self._idle) > IDLE:
                await self._idle.pop(0)[1].close()

    def _idle_shadow(self, key: Any) -> Shadow | None:
        """Take the one of a principal that was used last."""
        for place in reversed(range(len(self._idle))):
            if self._idle[place][0] == key:
                return self._idle.pop(place)[1]
        return None

    def _plain(self, bind: Any, options: dict[str, Any]) -> Any:
        settings = {"expire_on_commit": False, **options}
        if self.is_async:
            return AsyncSession(bind, **settings)
        return facade(Session(getattr(bind, "_target", bind), **settings))

    async def _new_shadow(self, who: Principal, lifts: frozenset[str]) -> Shadow:
        seen = await self.world.seen(who, lifts, self.before)
        try:
            return await Shadow.open(self.owner, self.world.metadata, seen, self.world.views)
        except SQLAlchemyError as error:
            raise ArenaError(f"what {who!r} may read could not be put into temporary tables: {error}") from error

    async def _snapshot(self) -> State:
        found = await snapshot(self._judge, self.world.metadata)
        await self._judge.rollback()
        return found

    async def _current(self) -> Any:
        found = await self._judge.scalar(text(VERSION[self.dialect]))
        await self._judge.rollback()
        return found

    async def _shape(self) -> Any:
        """Return what tells whether tables, or anything else that DDL makes, have changed."""
        async with facade(self.owner).connect() as connection:
            return await shape(connection)

    async def _make_anew(self) -> None:
        """Drop everything, whoever made it; create the world's tables and views, and fill them."""
        if self._judge is not None:
            await self._judge.rollback()
        async with facade(self.owner).begin() as connection:
            await sweep(connection)
            await connection.run_sync(self.world.metadata.create_all)
            for statement in view_ddl(self.world.views, connection.dialect):
                await connection.execute(statement)
            for line in self.grant:
                await connection.execute(DDL(line))
            await self.world.fill(connection)
        await self._forget_connections()
        self._shape_before = await self._shape()

    async def _forget_connections(self) -> None:
        """Close what the pools hold: drivers remember statements and types of tables that are gone.

        The pools themselves stay, since guarded engines share the application's.
        """
        for engine in (self.app, self.owner):
            pool = _sync(engine).pool
            if self.is_async:
                await greenlet_spawn(pool.dispose)
            else:
                pool.dispose()

    async def _refill(self) -> None:
        async with facade(self.owner).begin() as connection:
            for table in reversed(self.world.metadata.sorted_tables):
                await connection.execute(table.delete())
            for table in self.world.metadata.sorted_tables:
                await insert(connection, table, list(self.before[table.key].values()))


def _no_shadow(_driver: Any, record: Any, _proxy: Any) -> None:
    """Let the pool replace a shadow's connection, should a case have given it back."""
    if record.info.get(SHADOW):
        raise DisconnectionError


def _not_again(driver: Any, record: Any) -> None:
    """Use no connection of SQLite twice: a result that a case left open would hold it at the rows of that moment."""
    if driver is not None and not record.info.get(SHADOW):
        record.invalidate()


def _sync(engine: Any) -> Any:
    return getattr(engine, "sync_engine", engine)
