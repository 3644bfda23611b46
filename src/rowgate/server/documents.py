"""Documents: get, create, change, delete, restore, purge. No filter by who asks: the session has it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import AccessDenied
from rowgate.server.audit import record
from rowgate.server.errors import ConflictError, NotFoundError
from rowgate.server.models import Document, DocumentShare


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


async def restore_document(session: AsyncSession, document_id: UUID) -> Document:
    """Undo a soft delete. The session has the lift.

    Raises:
        ConflictError: it is not deleted.
        NotFoundError: there is none.
    """
    document = await _deleted(session, document_id)
    document.is_deleted = False
    record(session, "document.restored", ("documents", document_id))
    await session.flush()
    return document


async def purge_document(session: AsyncSession, document_id: UUID) -> dict[str, int]:
    """Delete a softly deleted document for good, with its shares; return how many rows of each table went.

    Raises:
        ConflictError: it is not deleted.
        NotFoundError: there is none.
    """
    document = await _deleted(session, document_id)
    of_it = delete(DocumentShare).where(DocumentShare.document_id == document_id).returning(DocumentShare.id)
    counts = {"documents": 1, "document_shares": len((await session.scalars(of_it)).all())}
    record(
        session, "document.purged", ("documents", document_id), title=document.title, shares=counts["document_shares"]
    )
    await session.delete(document)
    await session.flush()
    return counts


async def _deleted(session: AsyncSession, document_id: UUID) -> Document:
    document = await get_document(session, document_id)
    if document is None:
        raise NotFoundError
    if not document.is_deleted:
        raise ConflictError("The document is not deleted.")
    locked = await session.get(Document, document_id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise ConflictError("The document is not deleted.")
    return locked
