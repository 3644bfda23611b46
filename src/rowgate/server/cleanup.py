"""What is over goes: log-ins with their tokens, reset tokens, counted attempts, idempotency keys.

It saves room and nothing else: what is over opens nothing, whether or not it is still there. In batches, each in a
transaction of its own, so that nobody waits for it.
"""

from typing import Any, Final

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.audit import Origin, Sessions, record, system_session
from rowgate.server.models import IdempotencyKey, LoginAttempts, LoginSession, PasswordResetToken, RefreshToken

BATCH: Final = 5000


async def clean_up(sessions: Sessions, *, days: int, origin: Origin | None = None) -> dict[str, int]:
    """Delete what has been over for so many days; return how many rows of each table went."""
    before = func.statement_timestamp() - func.make_interval(0, 0, 0, days)
    over: list[tuple[Any, Any]] = [
        (LoginSession, or_(LoginSession.revoked_at < before, LoginSession.expires_at < before)),
        (PasswordResetToken, or_(PasswordResetToken.used_at < before, PasswordResetToken.expires_at < before)),
        (LoginAttempts, LoginAttempts.resets_at < before),
        (IdempotencyKey, IdempotencyKey.created_at < before),
    ]
    counts: dict[str, int] = {}
    async with system_session(sessions, reason="delete what is over", origin=origin) as session:
        for entity, condition in over:
            await _delete(session, entity, condition, counts)
        detail: dict[str, Any] = {"days": days, **counts}
        record(session, "cleaned-up", **detail)
    return counts


async def _delete(session: AsyncSession, entity: Any, condition: Any, counts: dict[str, int]) -> None:
    """Delete rows batch by batch; what another transaction holds is left for the next time."""
    table = entity.__table__
    key = list(table.primary_key)
    name = table.name
    counts[name] = 0
    while True:
        found = select(*key).where(condition).limit(BATCH).with_for_update(skip_locked=True)
        rows = (await session.execute(found)).all()
        if not rows:
            return
        if entity is LoginSession:
            of_them = delete(RefreshToken).where(RefreshToken.session_id.in_([row[0] for row in rows]))
            gone = await session.execute(of_them.execution_options(synchronize_session=False))
            tokens = RefreshToken.__tablename__
            counts[tokens] = counts.get(tokens, 0) + int(getattr(gone, "rowcount", 0))
        await session.execute(delete(table).where(_among(key, rows)))
        counts[name] += len(rows)
        await session.commit()


def _among(key: list[Any], rows: Any) -> Any:
    return key[0].in_([row[0] for row in rows]) if len(key) == 1 else tuple_(*key).in_([tuple(row) for row in rows])
