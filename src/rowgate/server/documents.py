"""Documents: list, get, create, change, delete. No filter by who asks: the session has it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import AccessDenied
from rowgate.server.models import Document
from rowgate.server.paging import Page, page_by_key


async def list_documents(session: AsyncSession, *, limit: int, cursor: str | None) -> Page[Document]:
    """Return a page of documents, newest first, and the cursor of the next page, None on the last.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    return await page_by_key(session, select(Document), Document.id, limit=limit, cursor=cursor)


async def get_document(session: AsyncSession, document_id: UUID) -> Document | None:
    """Return a document; None if there is none, or none that this session may see."""
    return await session.get(Document, document_id)


async def lock_document(session: AsyncSession, document_id: UUID) -> Document | None:
    """Return a document that this session may change, locked; None if there is none that it may see.

    Raises:
        AccessDenied: the session may see it, but not change it; whatever the change would have been.
    """
    document = await session.get(Document, document_id, with_for_update=True)
    if document is None and await get_document(session, document_id) is not None:
        raise AccessDenied("this document belongs to somebody else")
    return document


async def create_document(session: AsyncSession, owner_id: UUID, values: Mapping[str, Any]) -> Document:
    """Store a new document."""
    document = Document(owner_id=owner_id, **values)
    session.add(document)
    await session.flush()
    return document


async def update_document(session: AsyncSession, document: Document, values: Mapping[str, Any]) -> Document:
    """Change a document that is locked.

    Raises:
        AccessDenied: the session may not make it this.
    """
    for name, value in values.items():
        setattr(document, name, value)
    await session.flush()
    return document


async def delete_document(session: AsyncSession, document: Document) -> None:
    """Delete a locked document softly: it stays, for an admin's lift."""
    document.is_deleted = True
    await session.flush()
