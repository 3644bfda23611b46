"""The engines of each driver: the application's, and the owner's, which sees all."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from rowgate.testing.arena import Arena
from rowgate.testing.world import OwnWorld

from .walls import ddl

DRIVERS = ("asyncpg", "psycopg", "psycopg_async", "sqlite", "aiosqlite")


def engines(driver: str, folder: Path, logins: Any) -> tuple[Any, Any, list[str]]:
    """Return the application's engine, the owner's, and what to grant."""
    create: Any = create_engine if driver in ("psycopg", "sqlite") else create_async_engine
    if "sqlite" in driver:
        url = f"sqlite+{driver.replace('sqlite', 'pysqlite') if driver == 'sqlite' else driver}:///{folder}/{driver}.db"
        app, owner = (create(url, connect_args={"timeout": 0.3}, pool_size=60) for _ in range(2))
        event.listen(getattr(app, "sync_engine", app), "connect", _pragmas("foreign_keys = ON"))
        event.listen(getattr(owner, "sync_engine", owner), "connect", _pragmas("foreign_keys = OFF"))
        return app, owner, []
    found = logins.using(driver.removesuffix("_async"))
    grant = [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {found.app.username}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {found.app.username}",
        f"ALTER DATABASE {found.app.database} SET lock_timeout = '1s'",
    ]
    return create(found.app), create(found.owner, pool_size=12), grant


@asynccontextmanager
async def opened(
    driver: str, folder: Path, cluster: Any, protection: Any, *, as_owner: bool = False, walled: bool = False
) -> AsyncIterator[Arena]:
    """Open the suite's own world in a new database.

    Args:
        driver: one of `DRIVERS`.
        folder: for a file of SQLite.
        cluster: the server, for PostgreSQL.
        protection: what is judged.
        as_owner: lets the application log in as the owner.
        walled: makes the wall, and grants what it grants.
    """
    with ExitStack() as database:
        logins = None if "sqlite" in driver else database.enter_context(cluster.database())
        if as_owner and logins is not None:
            logins = replace(logins, app=logins.owner)
        app, owner, grant = engines(driver, folder, logins)
        if walled and logins is not None:
            grant = [*ddl(str(logins.app.username)), *(line for line in grant if line.startswith("ALTER DATABASE"))]
        arena = Arena(OwnWorld(), protection, app, owner, grant)
        try:
            await arena.open()
            yield arena
        finally:
            await arena.close()
            for engine in (app, owner):
                done = engine.dispose()
                if done is not None:
                    await done


def _pragmas(setting: str) -> Callable[..., None]:
    def connected(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = OFF", setting):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return connected
