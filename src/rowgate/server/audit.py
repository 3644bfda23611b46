"""The audit: a line for every grant, revocation, lift, system access, denied write and log-in. Nothing changes a line.

What succeeds is written in the transaction that it belongs to, so that the one is never stored without the other. What
is denied is written in a transaction of its own, after the rollback.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import GuardedSessionmaker, Principal
from rowgate.server.models import AuditEntry
from rowgate.server.paging import Page, page_by_key

Sessions = GuardedSessionmaker[AsyncSession]
Opener = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a session, which is committed at its end."""
Target = tuple[str, UUID | None]
"""What a line is about: the path's first word, such as "documents", and a key."""

SIZES = {"kind": 50, "reason": 255, "address": 64, "request": 255, "request_id": 128}
BATCH = 500
"""How many lines an export reads at a time."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str | None = None
    request: str | None = None
    request_id: str | None = None


def record(
    session: AsyncSession, kind: str, target: Target | None = None, /, *, reason: str | None = None, **detail: Any
) -> None:
    """Add a line to what the session commits; the actor is whoever it acts for."""
    acting: Principal | None = session.info.get("principal")
    actor = session.info.get("actor") if acting is None else acting.id
    session.add(_entry(kind, target, actor=actor, origin=session.info.get("origin"), reason=reason, detail=detail))


async def record_alone(
    sessions: Sessions,
    kind: str,
    target: Target | None = None,
    /,
    *,
    actor: UUID | None,
    origin: Origin | None = None,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Write a line in a transaction of its own: what it tells of has stored nothing."""
    async with sessions(Principal.anonymous() if actor is None else Principal(actor)) as session:
        session.add(_entry(kind, target, actor=actor, origin=origin, reason=reason, detail=detail))
        await session.commit()


@asynccontextmanager
async def system_session(
    sessions: Sessions, *, reason: str, actor: UUID | None = None, origin: Origin | None = None
) -> AsyncIterator[AsyncSession]:
    """Open a session of the system principal that leaves its line in the audit; committed at the end."""
    async with sessions.system(reason=reason) as session:
        session.info.update(actor=actor, origin=origin)
        record(session, "system", reason=reason)
        yield session
        await session.commit()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines to list; what is None does not matter."""

    kind: str | None = None
    actor_id: UUID | None = None
    target_type: str | None = None
    target_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filter as SQL."""
        found = [
            None if self.kind is None else AuditEntry.kind == self.kind,
            None if self.actor_id is None else AuditEntry.actor_id == self.actor_id,
            None if self.target_type is None else AuditEntry.target_type == self.target_type,
            None if self.target_id is None else AuditEntry.target_id == self.target_id,
            None if self.since is None else AuditEntry.at >= self.since,
            None if self.until is None else AuditEntry.at < self.until,
        ]
        return [condition for condition in found if condition is not None]


async def list_entries(session: AsyncSession, wanted: Filter, *, limit: int, cursor: str | None) -> Page[AuditEntry]:
    """Return a page of lines, newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    lines = select(AuditEntry).where(*wanted.conditions())
    return await page_by_key(session, lines, AuditEntry.id, limit=limit, cursor=cursor)


async def export(open_session: Opener, wanted: Filter) -> AsyncIterator[Sequence[AuditEntry]]:
    """Give the lines in pages, oldest key first, each read in a transaction of its own: slow readers hold no connection."""
    lines = select(AuditEntry).where(*wanted.conditions()).order_by(AuditEntry.id).limit(BATCH)
    after: UUID | None = None
    while True:
        async with open_session() as session:
            page = (await session.scalars(lines if after is None else lines.where(AuditEntry.id > after))).all()
        if not page:
            return
        after = page[-1].id
        yield page


def _entry(
    kind: str,
    target: Target | None,
    *,
    actor: UUID | None,
    origin: Origin | None,
    reason: str | None,
    detail: Mapping[str, Any],
) -> AuditEntry:
    where = origin or Origin()
    texts = {
        "kind": kind,
        "reason": reason,
        "address": where.address,
        "request": where.request,
        "request_id": where.request_id,
    }
    return AuditEntry(
        actor_id=actor,
        target_type=None if target is None else target[0],
        target_id=None if target is None else target[1],
        detail=dict(detail),
        **{name: None if text is None else _storable(text)[: SIZES[name]] for name, text in texts.items()},
    )


def _storable(text: str) -> str:
    """Return a text as PostgreSQL can store it: a path may hold what it cannot."""
    return text.replace("\0", "").encode(errors="replace").decode()
