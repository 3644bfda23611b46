"""`/documents`: no endpoint filters by who asks; the session does."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator

from rowgate.server import documents, search
from rowgate.server.dependencies import (
    CurrentUser,
    Included,
    LiftingSessionDep,
    PageDep,
    RestoringSessionDep,
    SessionDep,
)
from rowgate.server.models import Document
from rowgate.server.paging import page_by_key
from rowgate.server.permissions import permitted_users
from rowgate.server.problems import not_found, responses
from rowgate.server.routers.conventions import (
    GUARDED,
    LINKED,
    MADE,
    READ,
    REPLAYED,
    TAGGED,
    IfMatchDep,
    OnceDep,
    tagged,
)
from rowgate.server.routers.role_schemas import ROLE_NAME, Purged, UserPage
from rowgate.server.routers.schemas import (
    DocumentIn,
    DocumentOut,
    DocumentPage,
    DocumentPatch,
    DocumentRow,
    storable,
)

router = APIRouter(prefix="/documents", tags=["documents"], responses=responses(HTTPStatus.UNAUTHORIZED))

MISSING = responses(HTTPStatus.NOT_FOUND)
DENIED = responses(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
CHANGED = {**DENIED, **responses(HTTPStatus.BAD_REQUEST)}

Asked = Annotated[
    Literal["read", "update", "delete"], Query(description="What would be done; the last two include reading.")
]


def get_filter(
    q: Annotated[
        str | None,
        Query(max_length=1000, description="Words of title or content, as one types them into a search engine."),
        AfterValidator(lambda text: text and storable(text)),
    ] = None,
    owner_id: UUID | None = None,
    owner_role: Annotated[
        str | None, Query(max_length=50, pattern=ROLE_NAME, description="What its owner has.")
    ] = None,
    is_public: bool | None = None,
    requires_paid_access: bool | None = None,
) -> search.Filter:
    """Give which documents are asked for."""
    return search.Filter(q, owner_id, owner_role, is_public, requires_paid_access)


@router.get(
    "",
    operation_id="list_documents",
    responses={**LINKED, **responses(HTTPStatus.FORBIDDEN)},
    response_model_exclude_unset=True,
)
async def list_documents(
    session: LiftingSessionDep,
    page: PageDep,
    include: Included,
    wanted: Annotated[search.Filter, Depends(get_filter)],
) -> DocumentPage:
    """List the documents that whoever asks may see: newest first, or with `q` what fits best first."""
    found = page.told(
        await search.list_documents(
            session, wanted, permissions="permissions" in include, limit=page.limit, cursor=page.cursor
        )
    )
    return DocumentPage(items=[DocumentRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post(
    "",
    operation_id="create_document",
    status_code=HTTPStatus.CREATED,
    responses={**MADE, **responses(HTTPStatus.BAD_REQUEST)},
)
async def create_document(
    session: SessionDep, subject: CurrentUser, body: DocumentIn, once: OnceDep, response: Response
) -> DocumentOut:
    """Store a document of one's own."""
    made = await once.made()
    if made is None:
        document = await documents.create_document(session, subject, body.model_dump())
        await once.keep(document.id)
    else:
        document = _found(await documents.get_document(session, made))
        response.headers[REPLAYED] = "true"
    response.headers["Location"] = f"/documents/{document.id}"
    return tagged(response, DocumentOut.model_validate(document))


@router.get(
    "/{document_id}",
    operation_id="get_document",
    responses={**READ, **MISSING, **responses(HTTPStatus.FORBIDDEN)},
    response_model_exclude_unset=True,
)
async def get_document(
    session: LiftingSessionDep, document_id: UUID, include: Included, response: Response
) -> DocumentRow:
    """Return a document. One that whoever asks may not see is 404."""
    row = await search.get_document(session, document_id, permissions="permissions" in include)
    if row is None:
        raise not_found()
    shown = DocumentRow.of(row)
    tagged(response, DocumentOut.model_validate(row[0]), shown.permissions)
    return shown


@router.patch("/{document_id}", operation_id="update_document", responses={**CHANGED, **GUARDED, **TAGGED})
async def update_document(
    session: SessionDep, document_id: UUID, body: DocumentPatch, if_match: IfMatchDep, response: Response
) -> DocumentOut:
    """Change a document of one's own. One that is only visible is 403."""
    document = _found(await documents.lock_document(session, document_id))
    if_match.check(lambda: DocumentOut.model_validate(document))
    changed = await documents.update_document(session, document, body.model_dump(exclude_unset=True))
    return tagged(response, DocumentOut.model_validate(changed))


@router.delete(
    "/{document_id}",
    operation_id="delete_document",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**DENIED, **GUARDED},
)
async def delete_document(session: SessionDep, document_id: UUID, if_match: IfMatchDep) -> None:
    """Delete a document of one's own, softly."""
    document = _found(await documents.lock_document(session, document_id))
    if_match.check(lambda: DocumentOut.model_validate(document))
    await documents.delete_document(session, document)


@router.post("/{document_id}/restore", operation_id="restore_document", responses={**DENIED, **TAGGED})
async def restore_document(session: RestoringSessionDep, document_id: UUID, response: Response) -> DocumentOut:
    """Undo a soft delete. Only an admin may; 409 if it is not deleted."""
    restored = await documents.restore_document(session, document_id)
    return tagged(response, DocumentOut.model_validate(restored))


@router.post("/{document_id}/purge", operation_id="purge_document", responses=DENIED)
async def purge_document(session: RestoringSessionDep, document_id: UUID) -> Purged:
    """Delete a softly deleted document for good, with its shares. Only an admin may; 409 if it is not deleted."""
    return Purged(counts=await documents.purge_document(session, document_id))


@router.get("/{document_id}/permissions", operation_id="list_permitted_users", responses={**LINKED, **MISSING})
async def list_permitted_users(
    session: SessionDep, document_id: UUID, page: PageDep, action: Asked = "read"
) -> UserPage:
    """List who may do this to a document, with all roles; of them, whom whoever asks may see: all for an admin."""
    if await session.get(Document, document_id) is None:
        raise not_found()
    users, key = permitted_users(action, document_id)
    return UserPage.of(page.told(await page_by_key(session, users, key, limit=page.limit, cursor=page.cursor)))


def _found(document: Document | None) -> Document:
    if document is None:
        raise not_found()
    return document
