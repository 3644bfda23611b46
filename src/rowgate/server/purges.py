"""Purging a user: the system's work, for an admin, with a line in the audit that counts what went."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.audit import Origin, Sessions, record, system_session
from rowgate.server.errors import ConflictError, NotFoundError
from rowgate.server.models import Base, Document, User

Counts = dict[str, Any]


async def purge_user(
    sessions: Sessions, user_id: UUID, *, actor: UUID | None, origin: Origin | None, heir: UUID | None
) -> Counts:
    """Delete a deactivated user with all that is hers; return how many rows of each table went or changed hands.

    Her documents go to the heir, or are deleted with their shares if there is none. What she has granted to others
    stays theirs, granted by nobody.

    Raises:
        ConflictError: the user is active; or the heir does not exist, or is she.
        NotFoundError: there is no such user.
    """
    async with system_session(sessions, reason="purge a user", actor=actor, origin=origin) as session:
        user = await session.get(User, user_id, with_for_update=True)
        if user is None:
            raise NotFoundError
        if user.is_active:
            raise ConflictError("The user is active: deactivate her first.")
        counts: Counts = {}
        documents = Document.__table__.c.owner_id == user_id
        if heir is not None:
            await _see_heir(session, user_id, heir)
            moved = await session.execute(
                update(Document.__table__).where(documents).values(owner_id=heir)  # type: ignore[arg-type]
            )
            counts["documents.reassigned"] = _rows(moved)
        for key in _references(User.__table__):
            column: Any = key.parent
            if column.name.endswith("_by"):
                await session.execute(update(column.table).where(column == user_id).values({column.name: None}))
            else:
                await _delete(session, column.table, column == user_id, counts)
        await _delete(session, User.__table__, User.__table__.c.id == user_id, counts)
        record(session, "user.purged", ("users", user_id), heir=None if heir is None else str(heir), **counts)
    return counts


async def _see_heir(session: AsyncSession, user_id: UUID, heir: UUID) -> None:
    found = await session.get(User, heir, with_for_update={"key_share": True})
    if found is None or not found.is_active or heir == user_id:
        raise ConflictError("The documents go to an active user, another one.")


async def _delete(session: AsyncSession, table: Any, condition: Any, counts: Counts) -> None:
    """Delete rows, and before them the rows that refer to them."""
    for key in _references(table):
        child: Any = key.parent
        if child.table is not table:
            rows = child.in_(select(key.column).where(condition))
            await _delete(session, child.table, rows, counts)
    gone = _rows(await session.execute(delete(table).where(condition)))
    if gone:
        counts[str(table.name)] = counts.get(str(table.name), 0) + gone


def _references(table: Any) -> Iterator[ForeignKey]:
    """Give the foreign keys that lead to a table, those of every table there is."""
    for other in Base.metadata.sorted_tables:
        yield from (key for key in sorted(other.foreign_keys, key=lambda k: k.parent.name) if key.column.table is table)


def _rows(result: Any) -> int:
    return int(result.rowcount)
