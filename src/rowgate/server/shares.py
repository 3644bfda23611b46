"""Shares: an owner lets a user, or all who have a role, see or edit a document until a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from rowgate import AccessDenied
from rowgate.server import documents
from rowgate.server.audit import record
from rowgate.server.errors import NotFoundError
from rowgate.server.models import DocumentShare, ShareLevel
from rowgate.server.paging import Page, page_by_key
from rowgate.server.roles import get_role

Grantee = UUID | str
"""The key of a user, or the name of a role."""


async def list_shares(
    session: AsyncSession, document_id: UUID, *, limit: int, cursor: str | None
) -> Page[DocumentShare]:
    """Return a page of a document's shares, those that are over included; an owner sees all, others those with them.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        NotFoundError: there is no such document, or none that whoever acts may see.
    """
    await _see(session, document_id)
    found = (
        select(DocumentShare).options(joinedload(DocumentShare.role)).where(DocumentShare.document_id == document_id)
    )
    return await page_by_key(session, found, DocumentShare.id, limit=limit, cursor=cursor)


async def share(
    session: AsyncSession,
    giver: UUID,
    document_id: UUID,
    grantee: Grantee,
    level: ShareLevel,
    expires_at: datetime | None,
) -> DocumentShare:
    """Share a document, or change how it is shared with this one.

    Raises:
        AccessDenied: whoever acts sees the document, but does not own it.
        IntegrityError: there is no such user.
        NotFoundError: there is no such role; or no such document, or none that whoever acts may see.
    """
    column, key = await _grantee(session, grantee)
    document = await documents.lock_document(session, document_id)
    if document is None:
        raise NotFoundError
    if document.owner_id != giver:  # the policy says so too, but an editor would learn by a conflict who has a share
        raise AccessDenied("only its owner shares a document")
    same = select(DocumentShare).where(DocumentShare.document_id == document_id, column == key)
    found = (await session.scalars(same)).one_or_none()
    values: dict[str, Any] = {"level": level.value, "expires_at": expires_at, "granted_by": giver}
    if found is None:
        found = DocumentShare(document_id=document_id, **{column.key: key}, **values)
        session.add(found)
    else:
        for name, value in {**values, "granted_at": func.now()}.items():
            setattr(found, name, value)
    until = None if expires_at is None else expires_at.isoformat()
    record(session, "share.granted", ("documents", document_id), to=str(grantee), level=level.value, expires_at=until)
    await session.flush()
    again = same.options(joinedload(DocumentShare.role)).execution_options(populate_existing=True)
    return (await session.scalars(again)).one()


async def unshare(session: AsyncSession, document_id: UUID, grantee: Grantee) -> None:
    """Share a document with this one no more.

    Raises:
        AccessDenied: whoever acts sees the share, but does not own the document.
        NotFoundError: there is no such share, or none that whoever acts may see.
    """
    column, key = await _grantee(session, grantee)
    await _see(session, document_id)
    same = select(DocumentShare).where(DocumentShare.document_id == document_id, column == key)
    found = (await session.scalars(same)).one_or_none()
    if found is None:
        raise NotFoundError
    await session.delete(found)
    record(session, "share.revoked", ("documents", document_id), to=str(grantee))
    await session.flush()


async def _see(session: AsyncSession, document_id: UUID) -> None:
    if await documents.get_document(session, document_id) is None:
        raise NotFoundError


async def _grantee(session: AsyncSession, grantee: Grantee) -> tuple[Any, UUID]:
    if isinstance(grantee, UUID):
        return DocumentShare.user_id, grantee
    return DocumentShare.role_id, (await get_role(session, grantee)).id
