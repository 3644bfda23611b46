"""One database behind one driver: guarded sessions, plain ones, plain ones over what a principal may read."""

import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import DDL, event, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from rowgate.principal import Principal
from rowgate.testing.case import Given, Model
from rowgate.testing.facade import facade
from rowgate.testing.protection import Protection
from rowgate.testing.shadow import Shadow
from rowgate.testing.state import Change, State, difference, insert, put_back, snapshot
from rowgate.testing.world import World, view_ddl

WRITES = re.compile(r"\b(insert|update|delete|merge|truncate|copy|call|do)\b", re.IGNORECASE)
SCHEMA = re.compile(r"\b(create|drop|alter|rename|grant|revoke|comment on|truncate)\b", re.IGNORECASE)
Opener = Callable[..., Any]


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
        self.driver = {"pysqlite": "sqlite"}.get(sync.dialect.driver, sync.dialect.driver)
        if self.driver == "psycopg" and self.is_async:
            self.driver = "psycopg_async"
        self.before: State = {}
        self._judge: Any = None
        self._idle: dict[Any, list[Shadow]] = {}
        self._touched = False
        self._reshaped = False
        self._guarded = protection.sessions(app, world)
        for engine in {_sync(app), sync}:
            event.listen(engine, "before_cursor_execute", self._watch)

    def _watch(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._touched = self._touched or bool(WRITES.search(statement))
        self._reshaped = self._reshaped or bool(SCHEMA.search(statement))

    async def open(self) -> None:
        """Connect, fill the world if it is the suite's own, and remember all rows."""
        if self.world.own:
            await self._make_anew()
        self._judge = await facade(self.owner).connect()
        self.before = await self._snapshot()
        self._touched = self._reshaped = False

    async def close(self) -> None:
        """Close every connection of its own."""
        for shadows in self._idle.values():
            for shadow in shadows:
                await shadow.close()
        self._idle.clear()
        if self._judge is not None:
            await self._judge.close()
        for engine in {_sync(self.app), _sync(self.owner)}:
            event.remove(engine, "before_cursor_execute", self._watch)

    async def changes(self) -> tuple[list[Change], bool]:
        """Return what has changed since the rows were last put back, and whether tables may have changed too."""
        try:
            after = await self._snapshot()
        except SQLAlchemyError:
            await self._judge.rollback()
            return [], True
        return difference(self.before, after), self._reshaped and await self._shape() != self._shape_before

    async def restore(self, changes: list[Change] | None = None) -> None:
        """Put rows back as they were."""
        if not self._touched and not self._reshaped and not changes:
            return
        if changes is None:
            changes, _ = await self.changes()
        if self._reshaped and self.world.own:
            await self._make_anew()
        elif changes and not await put_back(self._judge, self.world.metadata, changes):
            await self._refill()
        self._touched = self._reshaped = False

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
        idle = self._idle.setdefault(key, [])
        found = idle.pop() if idle else await self._new_shadow(who, lifts)
        try:
            async with self._plain(found.connection, options) as session:
                yield session
        finally:
            with suppress(SQLAlchemyError):
                await found.connection.rollback()
            if found.connection.invalidated or self._reshaped:
                await found.close()
            else:
                idle.append(found)

    def _plain(self, bind: Any, options: dict[str, Any]) -> Any:
        settings = {"expire_on_commit": False, **options}
        if self.is_async:
            return AsyncSession(bind, **settings)
        return facade(Session(getattr(bind, "_target", bind), **settings))

    async def _new_shadow(self, who: Principal, lifts: frozenset[str]) -> Shadow:
        flags = self._touched, self._reshaped
        seen = await self.world.seen(who, lifts, self.before)
        made = await Shadow.open(self.owner, self.world.metadata, seen, self.world.views)
        self._touched, self._reshaped = flags
        return made

    async def _snapshot(self) -> State:
        found = await snapshot(self._judge, self.world.metadata)
        await self._judge.rollback()
        return found

    async def _shape(self) -> Any:
        async with facade(self.owner).connect() as connection:
            return await connection.run_sync(_shape)

    async def _make_anew(self) -> None:
        """Drop and create all tables, and fill them."""
        if self._judge is not None:
            await self._judge.rollback()
        async with facade(self.owner).begin() as connection:
            for name in self.world.views:
                await connection.execute(DDL(f"DROP VIEW IF EXISTS {name}"))
            await connection.run_sync(self.world.metadata.drop_all)
            await connection.run_sync(self.world.metadata.create_all)
            for statement in view_ddl(self.world.views, connection.dialect):
                await connection.execute(statement)
            for text in self.grant:
                await connection.execute(DDL(text))
            await self.world.fill(connection)
        self._shape_before = await self._shape()

    async def _refill(self) -> None:
        async with facade(self.owner).begin() as connection:
            for table in reversed(self.world.metadata.sorted_tables):
                await connection.execute(table.delete())
            for table in self.world.metadata.sorted_tables:
                await insert(connection, table, list(self.before[str(table.name)].values()))


def _shape(connection: Any) -> Any:
    """Return the names of all tables, views and columns."""
    found = inspect(connection)
    names = [*found.get_table_names(), *found.get_view_names()]
    return {name: sorted(str(column["name"]) for column in found.get_columns(name)) for name in names}


def _sync(engine: Any) -> Any:
    return getattr(engine, "sync_engine", engine)
