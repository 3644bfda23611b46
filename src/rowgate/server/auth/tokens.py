"""Log-ins and their refresh tokens: begun, rotated, revoked.

A refresh token is good once. One that comes a second time has been stolen, by whoever comes first or second; nobody can
tell which, so the whole log-in ends (RFC 9700, 4.14.2). Only a request that was already here when the token was used is
refused without that: a client that asks twice at once is no thief.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from rowgate.server import opaque
from rowgate.server.accounts import Sessions
from rowgate.server.audit import record
from rowgate.server.models import LoginSession, RefreshToken, User

MAX_USER_AGENT = 255


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, as it says itself."""

    address: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A log-in with its next refresh token."""

    subject: UUID
    session: UUID
    refresh_token: str
    roles: frozenset[str] | None


class InvalidRefreshTokenError(Exception):
    """The refresh token is not good: unknown, used, or of a log-in that is over."""


async def begin(
    session: AsyncSession, subject: UUID, *, client: Client, roles: Iterable[str] | None, days: int
) -> LoggedIn:
    """Store a log-in with its first refresh token, in a system session."""
    bound = None if roles is None else frozenset(roles)
    made = LoginSession(
        user_id=subject,
        roles=None if bound is None else sorted(bound),
        user_agent=(client.user_agent or "")[:MAX_USER_AGENT] or None,
        address=client.address,
        expires_at=func.now() + func.make_interval(0, 0, 0, days),
    )
    session.add(made)
    await session.flush()
    return LoggedIn(subject, made.id, _next(session, made.id), bound)


async def rotate(sessions: Sessions, token: str, *, arrived: float, leeway: float) -> LoggedIn:
    """Take a refresh token for the next one; of several requests at once, one wins.

    Args:
        sessions: the guarded sessions; nobody is logged in here, so this runs as the system.
        token: what the client sent.
        arrived: when its request arrived, by `time.monotonic()`.
        leeway: seconds after its use in which a token that comes again ends nothing.

    Raises:
        InvalidRefreshTokenError: it is not good.
    """
    hashed = opaque.digest(token)
    # Whoever comes second waits here for the first to commit, and then finds nothing to use.
    use = (
        update(RefreshToken)
        .where(RefreshToken.token_hash == hashed, RefreshToken.used_at.is_(None))
        .values(used_at=func.clock_timestamp())
        .returning(RefreshToken.session_id)
    )
    async with sessions.system(reason="refresh: rotate a token") as session:
        used = await session.scalar(use)
        if used is None:
            reused = await _end_if_stolen(session, hashed, waited=time.monotonic() - arrived + leeway)
            if reused is not None:
                session.info["actor"] = reused
                record(session, "refresh-token-reused", ("sessions", None), reason="the log-in was revoked")
            await session.commit()
            raise InvalidRefreshTokenError
        found = await _live(session, used)
        if found is None:
            await session.commit()  # the token is used up, whatever comes of it
            raise InvalidRefreshTokenError
        following = _next(session, used)
        await session.commit()
    return LoggedIn(found.user_id, used, following, None if found.roles is None else frozenset(found.roles))


async def _live(session: AsyncSession, key: UUID) -> LoginSession | None:
    """Return a log-in that is in force, of a user who is active, and note that it was used."""
    active = select(User.id).where(User.id == LoginSession.user_id, User.is_active).exists()
    touch = (
        update(LoginSession)
        .where(LoginSession.id == key, LoginSession.in_force(), active)
        .values(last_used_at=func.statement_timestamp())
        .returning(LoginSession)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(touch)).one_or_none()


async def _end_if_stolen(session: AsyncSession, hashed: bytes, *, waited: float) -> UUID | None:
    """Revoke the log-in of a token that was used before its request arrived; return whose it was."""
    arrival = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, waited)
    stolen = select(RefreshToken.session_id).where(RefreshToken.token_hash == hashed, RefreshToken.used_at < arrival)
    return await session.scalar(_revoke(LoginSession.id.in_(stolen), "reuse"))


async def revoke_all(session: AsyncSession, subject: UUID, *, because: str, keep: UUID | None = None) -> None:
    """Revoke the log-ins of a user, as the system; all but one, if that is given."""
    which = LoginSession.user_id == subject
    await session.execute(_revoke(which if keep is None else which & (LoginSession.id != keep), because))


def _revoke(which: ColumnElement[bool], because: str) -> ReturningUpdate[UUID]:
    return (
        update(LoginSession)
        .where(which, LoginSession.revoked_at.is_(None))
        .values(revoked_at=func.statement_timestamp(), revoked_because=because)
        .returning(LoginSession.user_id)
        .execution_options(synchronize_session=False)
    )


def _next(session: AsyncSession, key: UUID) -> str:
    made = opaque.make()
    session.add(RefreshToken(session_id=key, token_hash=made.hashed))
    return made.text
