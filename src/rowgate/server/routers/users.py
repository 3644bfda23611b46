"""`/users`: oneself."""

from http import HTTPStatus

from fastapi import APIRouter

from rowgate import Principal
from rowgate.server.dependencies import CurrentUser, SessionDep
from rowgate.server.models import User
from rowgate.server.problems import not_found, responses
from rowgate.server.routers.schemas import UserOut

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/me", operation_id="get_me", responses=responses(HTTPStatus.UNAUTHORIZED))
async def get_me(session: SessionDep, subject: CurrentUser) -> UserOut:
    """Return whoever asks, with the roles in force."""
    user = await session.get(User, subject)
    if user is None:
        raise not_found()
    acting: Principal = session.info["principal"]
    return UserOut(
        id=user.id,
        username=user.username,
        email=user.email,
        is_active=user.is_active,
        created_at=user.created_at,
        roles=sorted(acting.roles),
    )
