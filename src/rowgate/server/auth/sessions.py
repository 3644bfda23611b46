"""One's own log-ins: listed and revoked, through the policies."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.models import LoginSession
from rowgate.server.paging import Page, page_by_key


async def list_sessions(session: AsyncSession, *, limit: int, cursor: str | None) -> Page[LoginSession]:
    """Return a page of the log-ins that are in force, newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    mine = select(LoginSession).where(LoginSession.in_force())
    return await page_by_key(session, mine, LoginSession.id, limit=limit, cursor=cursor)


async def revoke_session(session: AsyncSession, key: UUID, *, because: str) -> bool:
    """Revoke a log-in; return whether there was one in force. Its tokens end with the next request."""
    end = (
        update(LoginSession)
        .where(LoginSession.id == key, LoginSession.in_force())
        .values(revoked_at=func.statement_timestamp(), revoked_because=because)
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(end) is not None
