"""Passwords that change: by whoever knows the old one, or by whoever gets the mail."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server import opaque
from rowgate.server.accounts import Sessions
from rowgate.server.audit import record, record_alone
from rowgate.server.auth import throttle, tokens
from rowgate.server.auth.login import limits
from rowgate.server.auth.throttle import TooManyAttemptsError
from rowgate.server.models import PasswordResetToken, User
from rowgate.server.security import check_password, hash_password, verify_password
from rowgate.server.settings import Settings, SettingsError

logger = logging.getLogger("rowgate.server")


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """What a user who forgot her password is to be sent."""

    username: str
    email: str
    token: str
    seconds: int


Sender = Callable[[PasswordReset], Awaitable[None]]
"""Brings the token to its user, by mail for example."""


class WrongPasswordError(Exception):
    """The old password is not the one that was given."""


class InvalidResetTokenError(Exception):
    """The token for a forgotten password is unknown, used or too old."""


async def change_password(
    sessions: Sessions, settings: Settings, subject: UUID, *, old: str, new: str, keep: UUID | None
) -> None:
    """Change a password by the old one, and end every log-in but this.

    Raises:
        PasswordError: the new one may not be used.
        WrongPasswordError: the old one is wrong.
        TooManyAttemptsError: it was wrong too often: whoever has somebody's token may not guess either.
    """
    check_password(new)
    limit = throttle.Limit("password", settings.login_max_attempts, settings.login_window_seconds)
    async with sessions.system(reason="change a password: read the old hash") as session:
        wait = await throttle.count(session, limit, str(subject))
        known = await session.scalar(select(User.hashed_password).where(User.id == subject))
        await session.commit()
    if wait:
        raise TooManyAttemptsError(wait)
    if not await verify_password(old, known):
        await record_alone(sessions, "password-change-failed", ("users", subject), actor=subject)
        raise WrongPasswordError
    hashed = await hash_password(new)
    async with sessions.system(reason="change a password: store the new hash") as session:
        # Not if somebody has set another since: what was the old password then is none now.
        mine = update(User).where(User.id == subject, User.hashed_password == known).values(hashed_password=hashed)
        if await session.scalar(mine.returning(User.id)) is None:
            raise WrongPasswordError
        await tokens.revoke_all(session, subject, because="password", keep=keep)
        await _void_tokens(session, subject)
        await throttle.forget(session, limit, str(subject))
        _tell(session, "password-changed", subject, "by the old password")
        await session.commit()


async def count_request(sessions: Sessions, settings: Settings, email: str, address: str | None) -> None:
    """Count a request for a token.

    Raises:
        TooManyAttemptsError: there were too many for this address of either kind.
    """
    seconds = settings.login_window_seconds
    mails = throttle.Limit("reset-mail", settings.login_max_attempts, seconds)
    places = throttle.Limit("reset-address", settings.login_max_attempts_per_address, seconds)
    for limit, value in ((mails, email), (places, throttle.network(address))):
        async with sessions.system(reason="forgotten password: count a request") as session:
            wait = await throttle.count(session, limit, await throttle.folded(session, value))
            await session.commit()
        if wait:
            raise TooManyAttemptsError(wait)


async def send_token(sessions: Sessions, settings: Settings, email: str, sender: Sender) -> None:
    """Send a token to the active user with this address, if there is one. Runs after the answer, which tells nothing."""
    who = select(User.id, User.username, User.email).where(func.lower(User.email) == func.lower(email), User.is_active)
    made = opaque.make()
    async with sessions.system(reason="forgotten password: make a token") as session:
        row = (await session.execute(who)).one_or_none()
        if row is None:
            return
        expires = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, settings.password_reset_seconds)
        session.add(PasswordResetToken(user_id=row.id, token_hash=made.hashed, expires_at=expires))
        _tell(session, "password-reset-requested", row.id, "a token is sent")
        await session.commit()
    try:
        await sender(PasswordReset(row.username, row.email, made.text, settings.password_reset_seconds))
    except Exception:
        logger.exception("the token for a forgotten password could not be sent")


async def reset_password(sessions: Sessions, settings: Settings, token: str, new: str) -> None:
    """Set a new password by a token, once; every log-in of the user ends, and she may try to log in again.

    Raises:
        PasswordError: the new password may not be used; the token stays good.
        InvalidResetTokenError: the token is not good.
    """
    hashed = await hash_password(new)
    use = (
        update(PasswordResetToken)
        .where(
            PasswordResetToken.token_hash == opaque.digest(token),
            PasswordResetToken.used_at.is_(None),
            PasswordResetToken.expires_at > func.statement_timestamp(),
            select(User.id).where(User.id == PasswordResetToken.user_id, User.is_active).exists(),
        )
        .values(used_at=func.statement_timestamp())
        .returning(PasswordResetToken.user_id)
        .execution_options(synchronize_session=False)
    )
    async with sessions.system(reason="forgotten password: set a new one") as session:
        subject = await session.scalar(use)
        if subject is None:
            raise InvalidResetTokenError
        name = await session.scalar(
            update(User).where(User.id == subject).values(hashed_password=hashed).returning(User.username)
        )
        await _void_tokens(session, subject)
        await tokens.revoke_all(session, subject, because="password")
        await throttle.forget(session, limits(settings)[0], await throttle.folded(session, str(name)))
        _tell(session, "password-changed", subject, "by a token")
        await session.commit()


async def void_tokens(sessions: Sessions, subject: UUID) -> None:
    """Let no token be good that was sent to a user: her address is another now."""
    async with sessions.system(reason="another address: end tokens that were sent") as session:
        await _void_tokens(session, subject)
        await session.commit()


async def end_log_ins(sessions: Sessions, subject: UUID) -> None:
    """End what a user had before she was deactivated; nothing, if she is active."""
    async with sessions.system(reason="activate a user: end her old log-ins") as session:
        await end_log_ins_within(session, subject)
        await session.commit()


async def end_log_ins_within(session: AsyncSession, subject: UUID) -> None:
    """Do the same in a system session of the caller's."""
    locked = select(User.id).where(User.id == subject, ~User.is_active).with_for_update()
    if await session.scalar(locked) is not None:
        await tokens.revoke_all(session, subject, because="deactivated")
        await _void_tokens(session, subject)


async def _void_tokens(session: AsyncSession, subject: UUID) -> None:
    sent = update(PasswordResetToken).where(PasswordResetToken.user_id == subject, PasswordResetToken.used_at.is_(None))
    await session.execute(sent.values(used_at=func.statement_timestamp()).execution_options(synchronize_session=False))


def _tell(session: AsyncSession, kind: str, subject: UUID, reason: str) -> None:
    session.info["actor"] = subject
    record(session, kind, ("users", subject), reason=reason)


def find_sender(settings: Settings) -> Sender:
    """Return the sender that the settings name.

    Raises:
        SettingsError: there is no such function.
    """
    if settings.password_reset_sender is None:
        return write_to_log if settings.development else send_nothing
    module, _, name = settings.password_reset_sender.partition(":")
    try:
        sender: Sender = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"ROWGATE_PASSWORD_RESET_SENDER: {error}; write module:function") from None
    return sender


async def write_to_log(reset: PasswordReset) -> None:
    """Send nothing, and write the token to the log: for development."""
    logger.warning("password reset for %s: the token is %s", reset.username, reset.token)


async def send_nothing(_reset: PasswordReset) -> None:
    """Say in the log that nobody sends: for a server without ROWGATE_PASSWORD_RESET_SENDER."""
    logger.error("a password reset was asked for, and nothing sends it: set ROWGATE_PASSWORD_RESET_SENDER")
