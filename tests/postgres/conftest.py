"""Guarded sessions over every supported driver, each judged by a connection of the owner that no gate stands before."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, NullPool, Select, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from rowgate import AuditEvent, Catalog, Principal, guarded_sessionmaker
from world import Base, make_catalog, populate

ResultT = TypeVar("ResultT")
DRIVERS = ("asyncpg", "psycopg", "psycopg_async", "sqlite", "aiosqlite")


class Backend:
    """One database, one driver: guarded sessions for the tests, and the owner's engine to judge what is stored."""

    def __init__(
        self, driver: str, app: Engine | Any, owner: Engine, runner: asyncio.Runner, state: dict[str, bool]
    ) -> None:
        self.driver = driver
        self.state = state
        self.engine = app
        self.owner = owner
        self.runner = runner
        self.is_async = driver in ("asyncpg", "psycopg_async", "aiosqlite")
        self.is_sqlite = "sqlite" in driver
        self.audited: list[AuditEvent] = []

    @cached_property
    def Session(self) -> Any:  # noqa: N802 - it stands for a class
        """The guarded sessionmaker of the world's catalog."""
        return self.maker(make_catalog())

    def maker(self, catalog: Catalog, **options: Any) -> Any:
        """Return a guarded sessionmaker of another catalog on the same database."""
        return guarded_sessionmaker(self.engine, catalog, audit=self.audited.append, **options)

    def run(
        self,
        who: Any,
        work: Callable[[Session], ResultT],
        *,
        lift: Iterable[str] = (),
        commit: bool = False,
        maker: Any = None,
        **options: Any,
    ) -> ResultT:
        """Do some work in a guarded session of a principal, then commit or roll back."""
        self.state["dirty"] |= commit
        made = (maker or self.Session)(who, lift=lift, **options)
        if self.is_async:
            return self.runner.run(_async_work(made, work, commit))
        with made as session:
            result = work(session)
            if commit:
                session.commit()
            return result

    def stored(self, statement: Select[Any]) -> list[Any]:
        """Return what the database holds, as its owner sees it: rows, or the values of a single column."""
        with self.owner.connect() as connection:
            rows = connection.execute(statement).all()
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else [tuple(row) for row in rows]

    def as_owner(self, work: Callable[[Session], ResultT]) -> ResultT:
        """Do something as the owner, with no gate, and commit it."""
        self.state["dirty"] = True
        with Session(self.owner) as session:
            result = work(session)
            session.commit()
            return result

    def reset(self) -> None:
        """Put the rows back as they were."""
        self.audited.clear()
        if not self.state["dirty"]:
            return
        with Session(self.owner) as session:
            tables = list(reversed(Base.metadata.sorted_tables))
            if self.is_sqlite:
                for table in tables:
                    session.execute(table.delete())
            else:
                session.execute(text(f"TRUNCATE {', '.join(t.name for t in tables)} RESTART IDENTITY"))
            populate(session)
        self.state["dirty"] = False


async def _async_work(session: Any, work: Callable[[Session], ResultT], commit: bool) -> ResultT:
    async with session:
        result: ResultT = await session.run_sync(work)
        if commit:
            await session.commit()
        return result


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """Give an event loop for the work of asynchronous drivers."""
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="session")
def databases(cluster: Any, runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a function that opens a driver's backend: one PostgreSQL, if asked for, and one SQLite file for the whole run."""
    folder = tmp_path_factory.mktemp("world")
    made: dict[str, Backend] = {}
    state = {"dirty": True}
    with ExitStack() as stack:

        @cache
        def postgres() -> tuple[Any, Engine]:
            logins = stack.enter_context(cluster.database())
            server = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
            Base.metadata.create_all(server)
            with server.begin() as connection:
                connection.execute(
                    text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {cluster.app}")
                )
                connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {cluster.app}"))
            return logins, server

        def open_(driver: str) -> Backend:
            if driver not in made and "sqlite" in driver:
                made[driver] = _sqlite(driver, folder / f"{driver}.db", runner)
            elif driver not in made:
                logins, server = postgres()
                made[driver] = Backend(driver, _engine(driver, logins), server, runner, state)
            return made[driver]

        yield open_


def _engine(driver: str, logins: Any) -> Any:
    create = create_engine if driver == "psycopg" else create_async_engine
    return create(logins.using(driver.removesuffix("_async")).app, poolclass=NullPool)


def _sqlite(driver: str, path: Path, runner: asyncio.Runner) -> Backend:
    owner = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    Base.metadata.create_all(owner)
    url = f"sqlite+aiosqlite:///{path}" if driver == "aiosqlite" else f"sqlite:///{path}"
    app = (
        create_async_engine(url, poolclass=NullPool)
        if driver == "aiosqlite"
        else create_engine(url, poolclass=NullPool)
    )
    event.listen(getattr(app, "sync_engine", app), "connect", _enforce_foreign_keys)
    return Backend(driver, app, owner, runner, {"dirty": True})


def _enforce_foreign_keys(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


@pytest.fixture(params=DRIVERS)
def backend(request: pytest.FixtureRequest, databases: Any) -> Backend:
    """Give the world on each driver in turn, its rows as `populate` put them in."""
    return _fresh(databases, request.param)


@pytest.fixture(params=[d for d in DRIVERS if "sqlite" not in d])
def postgres(request: pytest.FixtureRequest, databases: Any) -> Backend:
    """Give the world on each driver of PostgreSQL, for what SQLite cannot say."""
    return _fresh(databases, request.param)


@pytest.fixture
def asyncpg_backend(databases: Any) -> Backend:
    """Give the world on asyncpg alone."""
    return _fresh(databases, "asyncpg")


@pytest.fixture(params=["psycopg", "sqlite"])
def sync_backend(request: pytest.FixtureRequest, databases: Any) -> Backend:
    """Give the world on the synchronous drivers."""
    return _fresh(databases, request.param)


def _fresh(databases: Any, driver: str) -> Backend:
    found: Backend = databases(driver)
    found.reset()
    return found


@pytest.fixture
def guard_of(databases: Any) -> Callable[[Principal], Any]:
    """Give a function that opens a guarded session on synchronous PostgreSQL."""
    return lambda who: _fresh(databases, "psycopg").Session(who)
