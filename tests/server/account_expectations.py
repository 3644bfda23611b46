"""Who may do what with log-ins, API keys and answered requests, one question a line."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from rowgate.server.models import (
    ApiKey,
    IdempotencyKey,
    LoginAttempts,
    LoginSession,
    PasswordResetToken,
    RefreshToken,
)
from server.asker import Asker, Expectation, outcome
from server.world import World

NOW = datetime.now(UTC)
KEPT_BY_RIGHTS = {"secrets are nobody's"}
"""What the database's own rights keep, whatever the gate does."""

ROWS = """
    INSERT INTO login_sessions (id, user_id, expires_at) SELECT id, id, now() + interval '1 day' FROM users;
    INSERT INTO api_keys (id, user_id, name, prefix, key_hash) SELECT id, id, '', '', id::text::bytea FROM users;
    INSERT INTO idempotency_keys (user_id, key, fingerprint, made_id) SELECT id, 'key', '', id FROM users;
"""
"""A log-in, a key and an answered request of everybody's."""


async def _owns(ask: Asker, model: type[Any]) -> object:
    """Return whether a user sees her row of the two that are stored, and no other, in the columns that she may read."""
    async with ask.session("free") as session:
        return (await session.scalars(select(model.user_id))).all() == [ask.world.users["free"]]


async def _changes(ask: Asker, model: type[Any], **values: Any) -> object:
    """Return what comes of changing one's own row."""
    async with ask.session("free") as session:
        row = (await session.scalars(select(model).where(model.user_id == ask.world.users["free"]))).one()
        for name, value in values.items():
            setattr(row, name, value)
        return await outcome(session)


async def _makes(ask: Asker, row: Callable[[Any], object]) -> object:
    """Return what comes of storing a row of one's own, and of another's."""
    found = []
    for name in ("free", "paid"):
        async with ask.session("free") as session:
            session.add(row(ask.world.users[name]))
            found.append(await outcome(session))
    return found


def _key(user: Any) -> ApiKey:
    return ApiKey(user_id=user, name="new", prefix="rgk_", key_hash=b"new")


def _request(user: Any) -> IdempotencyKey:
    return IdempotencyKey(user_id=user, key="new", fingerprint=b"-", made_id=user)


async def _key_hashes(ask: Asker) -> object:
    async with ask.session("free") as session:
        return (await session.scalars(select(ApiKey.key_hash))).all()


async def _forgets(ask: Asker) -> object:
    async with ask.session("free") as session:
        gone = await session.scalars(delete(IdempotencyKey).returning(IdempotencyKey.user_id))
        return gone.all() == [ask.world.users["free"]]


async def _secret_tables(ask: Asker) -> object:
    """Return which tables the database itself keeps from the application's login."""
    kept = set()
    for table in (RefreshToken, PasswordResetToken, LoginAttempts):
        async with ask.session("admin") as session:
            try:
                await session.scalar(select(func.count()).select_from(table))
            except DBAPIError:
                kept.add(table)
    return len(kept)


EXPECTATIONS: dict[str, tuple[Expectation, Callable[[World], object]]] = {
    "log-ins of one's own": (lambda ask: _owns(ask, LoginSession), lambda _: True),
    "revokes a log-in": (lambda ask: _changes(ask, LoginSession, revoked_at=NOW), lambda _: "done"),
    "prolongs no log-in": (lambda ask: _changes(ask, LoginSession, expires_at=NOW), lambda _: "no right"),
    "keys of one's own": (lambda ask: _owns(ask, ApiKey), lambda _: True),
    "makes own keys": (lambda ask: _makes(ask, _key), lambda _: ["done", "denied"]),
    "nobody reads keys": (_key_hashes, lambda _: [None]),
    "revokes a key": (lambda ask: _changes(ask, ApiKey, revoked_at=NOW), lambda _: "done"),
    "widens no key": (lambda ask: _changes(ask, ApiKey, roles=["admin"]), lambda _: "no right"),
    "requests of one's own": (lambda ask: _owns(ask, IdempotencyKey), lambda _: True),
    "keeps own requests": (lambda ask: _makes(ask, _request), lambda _: ["done", "denied"]),
    "forgets own requests": (_forgets, lambda _: True),
    "secrets are nobody's": (_secret_tables, lambda _: 3),
}
