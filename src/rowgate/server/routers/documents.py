"""`/documents`: no endpoint filters by who asks; the session does."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from rowgate.server import documents
from rowgate.server.dependencies import CurrentUser, LiftingSessionDep, PageDep, SessionDep
from rowgate.server.models import Document
from rowgate.server.problems import not_found, responses
from rowgate.server.routers.schemas import DocumentIn, DocumentOut, DocumentPage, DocumentPatch

router = APIRouter(prefix="/documents", tags=["documents"], responses=responses(HTTPStatus.UNAUTHORIZED))

MISSING = responses(HTTPStatus.NOT_FOUND)
DENIED = responses(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
CHANGED = {**DENIED, **responses(HTTPStatus.BAD_REQUEST)}


@router.get("", operation_id="list_documents", responses=responses(HTTPStatus.FORBIDDEN))
async def list_documents(
    session: LiftingSessionDep,
    page: PageDep,
) -> DocumentPage:
    """List the documents that whoever asks may see, newest first."""
    found = await documents.list_documents(session, limit=page.limit, cursor=page.cursor)
    return DocumentPage(items=[DocumentOut.model_validate(item) for item in found.rows], next_cursor=found.next_cursor)


@router.post(
    "", operation_id="create_document", status_code=HTTPStatus.CREATED, responses=responses(HTTPStatus.BAD_REQUEST)
)
async def create_document(
    session: SessionDep, subject: CurrentUser, body: DocumentIn, response: Response
) -> DocumentOut:
    """Store a document of one's own."""
    document = await documents.create_document(session, subject, body.model_dump())
    response.headers["Location"] = f"/documents/{document.id}"
    return DocumentOut.model_validate(document)


@router.get("/{document_id}", operation_id="get_document", responses=MISSING)
async def get_document(session: SessionDep, document_id: UUID) -> DocumentOut:
    """Return a document. One that whoever asks may not see is 404."""
    return DocumentOut.model_validate(_found(await documents.get_document(session, document_id)))


@router.patch("/{document_id}", operation_id="update_document", responses=CHANGED)
async def update_document(session: SessionDep, document_id: UUID, body: DocumentPatch) -> DocumentOut:
    """Change a document of one's own. One that is only visible is 403."""
    document = _found(await documents.lock_document(session, document_id))
    changed = await documents.update_document(session, document, body.model_dump(exclude_unset=True))
    return DocumentOut.model_validate(changed)


@router.delete("/{document_id}", operation_id="delete_document", status_code=HTTPStatus.NO_CONTENT, responses=DENIED)
async def delete_document(session: SessionDep, document_id: UUID) -> None:
    """Delete a document of one's own, softly."""
    await documents.delete_document(session, _found(await documents.lock_document(session, document_id)))


def _found(document: Document | None) -> Document:
    if document is None:
        raise not_found()
    return document
