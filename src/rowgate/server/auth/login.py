"""Log-in: a name and a password. Whoever guesses learns nothing, and may not guess for long."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.accounts import Sessions
from rowgate.server.audit import Origin, record
from rowgate.server.auth import throttle, tokens
from rowgate.server.auth.throttle import Limit, TooManyAttemptsError
from rowgate.server.auth.tokens import Client, LoggedIn
from rowgate.server.models import User
from rowgate.server.security import verify_password
from rowgate.server.settings import Settings


def limits(settings: Settings) -> tuple[Limit, Limit]:
    """Return the limits for one name and for one address."""
    seconds = settings.login_window_seconds
    return (
        Limit("name", settings.login_max_attempts, seconds),
        Limit("address", settings.login_max_attempts_per_address, seconds),
    )


async def log_in(
    sessions: Sessions,
    settings: Settings,
    username: str,
    password: str,
    *,
    client: Client,
    roles: Iterable[str] | None = None,
) -> LoggedIn | None:
    """Begin a log-in for the active user with this name and password; None, after the same time, if there is none.

    Raises:
        TooManyAttemptsError: with this name, or from this address. Nobody is told whether the password was right.
    """
    name, found = await _look_up(sessions, settings, username, client)
    # The connection is back in the pool: a verification takes time, and many wait for one.
    matches = await verify_password(password, None if found is None else found[1])
    per_name, per_address = limits(settings)
    if found is None or not matches:
        async with sessions.system(reason="log in: count a failure") as session:
            _tell(session, "log-in-failed", None if found is None else found[0], client)
            await throttle.clear(session)
            wait = await throttle.count(session, per_address, throttle.network(client.address))
            await session.commit()
        if wait:
            raise TooManyAttemptsError(wait)
        return None
    async with sessions.system(reason="log in: begin a session") as session:
        # Of many at once none was over the limit when it came.
        wait = await throttle.check(session, per_address, throttle.network(client.address))
        if wait:
            raise TooManyAttemptsError(wait)
        await throttle.forget(session, per_name, name)
        begun = await tokens.begin(session, found[0], client=client, roles=roles, days=settings.session_days)
        _tell(session, "log-in", begun.subject, client, begun.session)
        await session.commit()
    return begun


async def _look_up(
    sessions: Sessions, settings: Settings, username: str, client: Client
) -> tuple[str, tuple[UUID, str] | None]:
    """Count the attempt, and read one hash; return it with the name that was counted."""
    by_name = select(User.id, User.hashed_password).where(
        func.lower(User.username) == func.lower(username), User.is_active
    )
    per_name, per_address = limits(settings)
    async with sessions.system(reason="log in: read one password hash") as session:
        wait = await throttle.check(session, per_address, throttle.network(client.address))
        name = await throttle.folded(session, username)
        wait = wait or await throttle.count(session, per_name, name)
        row = None if wait else (await session.execute(by_name)).one_or_none()
        if wait:
            _tell(session, "log-in-limited", None, client)
        await session.commit()
    if wait:
        raise TooManyAttemptsError(wait)
    return name, None if row is None else (row.id, row.hashed_password)


def _tell(session: AsyncSession, kind: str, actor: UUID | None, client: Client, key: UUID | None = None) -> None:
    """Add a line to the audit. It holds no name that was typed: that may be a password in the wrong field."""
    session.info.update(actor=actor, origin=Origin(client.address, "POST /auth/token"))
    record(session, kind, ("sessions", key))
