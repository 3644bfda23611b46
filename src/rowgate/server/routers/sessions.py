"""`/sessions`: one's own log-ins."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from rowgate.server.auth import sessions
from rowgate.server.dependencies import PersonDep, SessionDep
from rowgate.server.problems import not_found, responses
from rowgate.server.routers.account_schemas import SessionList, SessionOut

router = APIRouter(
    prefix="/sessions", tags=["sessions"], responses=responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
)


@router.get("", operation_id="list_sessions")
async def list_sessions(session: SessionDep, acting: PersonDep) -> SessionList:
    """List the log-ins that are in force, newest first."""
    current = acting.attributes["session"]
    found = [SessionOut.model_validate(item) for item in await sessions.list_sessions(session)]
    return SessionList(items=[item.model_copy(update={"current": item.id == current}) for item in found])


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
