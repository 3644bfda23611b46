"""The engines: one per process and login, and the guarded sessions on them.

The application's login owns nothing; requests run as it, through the gate, and behind the wall. The owner's login reads
one password hash at each log-in, and runs migrations.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from rowgate import Catalog, GuardedSessionmaker, guarded_sessionmaker
from rowgate.server.settings import Settings
from rowgate.server.wall_keys import wall_signing

SYSTEM_POOL_SIZE = 2
"""Connections as the owner: only log-ins use them, each for one short read."""


@dataclass(frozen=True, slots=True)
class Database:
    """The two engines of this process, and its guarded sessions."""

    application: AsyncEngine
    owner: AsyncEngine
    sessions: GuardedSessionmaker[AsyncSession]


@asynccontextmanager
async def open_database(
    settings: Settings, catalog: Catalog, *, application: URL, owner: URL
) -> AsyncIterator[Database]:
    """Make the engines, and close them at the end. Nothing connects before the first use."""
    made = create_async_engine(application, **pool_options(settings))
    system = create_async_engine(owner, **{**pool_options(settings), **_few(settings)})
    for engine in (made, system):
        event.listen(engine.sync_engine, "connect", _interpret)
    try:
        sessions = guarded_sessionmaker(made, catalog, wall=wall_signing(settings), system=system)
        yield Database(made, system, sessions)
    finally:
        await made.dispose()
        await system.dispose()


def pool_options(settings: Settings) -> dict[str, Any]:
    """Return the options of `create_async_engine` that the settings ask for. Values are never logged."""
    options: dict[str, Any] = {"echo": settings.echo, "hide_parameters": True}
    if settings.pool_class == "null":
        return {**options, "poolclass": NullPool}
    return {
        **options,
        "pool_size": settings.pool_size,
        "max_overflow": settings.max_overflow,
        "pool_recycle": settings.pool_recycle,
        "pool_pre_ping": settings.pool_pre_ping,
        "pool_timeout": settings.pool_timeout,
    }


def _interpret(connection: Any, _record: Any) -> None:
    """Switch JIT off, where PostgreSQL has it on: it would compile the query for the principal anew in each request.

    A recursive query looks dear to the planner, and is not. No startup parameter: PgBouncer refuses those it does not know.
    """
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()


def _few(settings: Settings) -> dict[str, Any]:
    return {} if settings.pool_class == "null" else {"pool_size": SYSTEM_POOL_SIZE, "max_overflow": SYSTEM_POOL_SIZE}


async def may_bypass(engine: AsyncEngine) -> str | None:
    """Return why this login could walk round what the database protects; None if it is an ordinary one."""
    question = text(
        "SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, pg_get_userbyid(d.datdba) = current_user,"
        " (SELECT string_agg(m.roleid::regrole::text, ', ') FROM pg_auth_members m WHERE m.member = r.oid)"
        " FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"
    )
    async with engine.connect() as connection:
        found = (await connection.execute(question)).one()
    reasons = (
        "a superuser",
        "allowed to bypass row security",
        "allowed to create roles",
        "the database's owner",
        f"a member of {found[-1]}",
    )
    return next((reason for reason, holds in zip(reasons, found, strict=True) if holds), None)
