"""As whom a command acts: as a user, through the policies like her requests; or as the system, with a reason.

Either way the audit says which account of the operating system typed it.
"""

import os
import pwd
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from rowgate.server.commands.running import RefusedError, with_database

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from rowgate.server.audit import Origin
    from rowgate.server.bulk.importing import Opener
    from rowgate.server.database import Database

AsOption = Annotated[
    str | None,
    typer.Option("--as", metavar="USER", help="Act as this user: the policies judge it like a request of hers."),
]
ReasonOption = Annotated[
    str | None, typer.Option(help="Why, for the audit, where the system does it. The command itself if not given.")
]
SystemOption = Annotated[
    str | None,
    typer.Option(
        "--system", metavar="REASON", help="Act as the system, past all policies; the audit keeps the reason."
    ),
]


@dataclass(frozen=True, slots=True)
class Acting:
    """As whom: a user by her name, or the system with a reason."""

    command: str
    user: str | None = None
    reason: str | None = None

    @property
    def why(self) -> str:
        """Say why the system does it."""
        return (self.reason or "").strip() or f"the command `{self.command}`"


def one_of(command: str, user: str | None, system: str | None) -> Acting:
    """Return who acts, where it must be said: as a user, or as the system."""
    if (user is None) == (system is None) or (system is not None and not system.strip()):
        raise typer.BadParameter("say one: --as USER, or --system REASON")
    return Acting(command, user, system)


def run(
    acting: Acting, work: "Callable[[AsyncSession, UUID | None], Awaitable[Any]]", lift: tuple[str, ...] = ()
) -> Any:
    """Return what an async function does in one session, which is committed at its end; it gets the actor's key too."""

    async def within(database: "Database") -> Any:
        async with opened(database, acting, lift) as session:
            principal = session.info.get("principal")
            return await work(session, None if principal is None else principal.id)

    return with_database(within)


@asynccontextmanager
async def opened(database: "Database", acting: Acting, lift: tuple[str, ...] = ()) -> "AsyncIterator[AsyncSession]":
    """Open a session of whoever acts; committed at its end."""
    from rowgate.server.audit import record, system_session

    if acting.user is None:
        async with system_session(database.sessions, reason=acting.why, origin=origin(acting.command)) as session:
            yield session
        return
    async with database.sessions(await _who(database, acting.user), lift=lift) as session:
        session.info["origin"] = origin(acting.command)
        await session.connection()
        for name in lift:
            record(session, "lift", ("documents", None), lift=name)
        yield session
        await session.commit()


@asynccontextmanager
async def opener(database: "Database", acting: Acting) -> "AsyncIterator[Opener]":
    """Give what opens sessions of whoever acts, for bulk: of the system it is one session, and one line in the audit."""
    if acting.user is not None:
        who = await _who(database, acting.user)

        @asynccontextmanager
        async def as_user() -> "AsyncIterator[AsyncSession]":
            async with database.sessions(who) as session:
                session.info["origin"] = origin(acting.command)
                yield session
                await session.commit()

        yield as_user
        return
    async with opened(database, acting) as session:

        @asynccontextmanager
        async def as_system() -> "AsyncIterator[AsyncSession]":
            yield session
            await session.commit()

        yield as_system


def origin(command: str) -> "Origin":
    """Say where a command comes from: the account of the operating system, by its number's name, and the machine."""
    from rowgate.server.audit import Origin

    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return Origin(f"{name}@{socket.gethostname()}", command)


async def user_id(session: "AsyncSession", name: str) -> UUID:
    """Return the key of a user by her name in any case, or by the key itself."""
    from sqlalchemy import func, select

    from rowgate.server.models import User

    which = User.id == UUID(name) if _is_key(name) else func.lower(User.username) == func.lower(name)
    found = (await session.scalars(select(User.id).where(which))).one_or_none()
    if found is None:
        raise RefusedError(f"no user is named {name}, or none that this one may see")
    return found


async def _who(database: "Database", name: str) -> Any:
    from functools import partial

    from sqlalchemy import func, select

    from rowgate.server.accounts import find_principal
    from rowgate.server.models import User
    from rowgate.server.security import AccessToken

    async with database.sessions.system(reason="find the user whom a command acts as") as session:
        named = select(User.id).where(func.lower(User.username) == func.lower(name), User.is_active)
        found = (await session.scalars(named)).one_or_none()
    if found is None:
        raise RefusedError(f"no active user is named {name}")
    return partial(find_principal, credentials=AccessToken(found))


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
