"""`/sessions`: one's own log-ins."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from rowgate.server.auth import sessions
from rowgate.server.dependencies import PageDep, PersonDep, SessionDep
from rowgate.server.problems import not_found, responses
from rowgate.server.routers.account_schemas import SessionOut, SessionPage
from rowgate.server.routers.conventions import LINKED

router = APIRouter(
    prefix="/sessions", tags=["sessions"], responses=responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
)


@router.get("", operation_id="list_sessions", responses=LINKED)
async def list_sessions(session: SessionDep, acting: PersonDep, page: PageDep) -> SessionPage:
    """List the log-ins that are in force, newest first."""
    current = acting.attributes["session"]
    found = page.told(await sessions.list_sessions(session, limit=page.limit, cursor=page.cursor))
    items = [SessionOut.model_validate(row) for row in found.rows]
    marked = [item.model_copy(update={"current": item.id == current}) for item in items]
    return SessionPage(items=marked, next_cursor=found.next_cursor)


@router.delete(
    "/{session_id}",
    operation_id="revoke_session",
    status_code=HTTPStatus.NO_CONTENT,
    responses=responses(HTTPStatus.NOT_FOUND),
)
async def revoke_session(session: SessionDep, _acting: PersonDep, session_id: UUID) -> None:
    """End a log-in of one's own, with all its tokens, from the next request on."""
    if not await sessions.revoke_session(session, session_id, because="user"):
        raise not_found()
