"""`/documents/{document_id}/shares`: with whom a document is shared."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from rowgate.server import shares
from rowgate.server.dependencies import CurrentUser, PageDep, SessionDep
from rowgate.server.problems import responses
from rowgate.server.routers.conventions import LINKED
from rowgate.server.routers.grant_schemas import ShareIn, ShareOut, SharePage
from rowgate.server.routers.role_schemas import RolePath

router = APIRouter(
    prefix="/documents/{document_id}/shares",
    tags=["documents"],
    responses=responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
)

DENIED = responses(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
WRITTEN = {**DENIED, **responses(HTTPStatus.BAD_REQUEST)}


@router.get("", operation_id="list_shares", responses=LINKED)
async def list_shares(session: SessionDep, document_id: UUID, page: PageDep) -> SharePage:
    """List with whom a document is shared: all for its owner and admins, what is shared with oneself for others."""
    found = page.told(await shares.list_shares(session, document_id, limit=page.limit, cursor=page.cursor))
    return SharePage(items=[ShareOut.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.put("/users/{user_id}", operation_id="share_with_user", responses=WRITTEN)
async def share_with_user(
    session: SessionDep, subject: CurrentUser, document_id: UUID, user_id: UUID, body: ShareIn
) -> ShareOut:
    """Share a document of one's own with a user at a level until a time, or change that."""
    made = await shares.share(session, subject, document_id, user_id, body.level, body.expires_at)
    return ShareOut.of(made)


@router.put("/roles/{role}", operation_id="share_with_role", responses=WRITTEN)
async def share_with_role(
    session: SessionDep, subject: CurrentUser, document_id: UUID, role: RolePath, body: ShareIn
) -> ShareOut:
    """Share a document of one's own with all who have a role, at a level until a time, or change that."""
    made = await shares.share(session, subject, document_id, role, body.level, body.expires_at)
    return ShareOut.of(made)


@router.delete(
    "/users/{user_id}", operation_id="unshare_with_user", status_code=HTTPStatus.NO_CONTENT, responses=DENIED
)
async def unshare_with_user(session: SessionDep, document_id: UUID, user_id: UUID) -> None:
    """Share a document with a user no more: her next statement does not see it."""
    await shares.unshare(session, document_id, user_id)


@router.delete("/roles/{role}", operation_id="unshare_with_role", status_code=HTTPStatus.NO_CONTENT, responses=DENIED)
async def unshare_with_role(session: SessionDep, document_id: UUID, role: RolePath) -> None:
    """Share a document with a role no more."""
    await shares.unshare(session, document_id, role)
