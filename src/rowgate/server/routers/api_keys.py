"""`/api-keys`: keys by which programs act as their user."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, HTTPException

from rowgate.server.auth import api_keys
from rowgate.server.dependencies import PageDep, PersonDep, SessionDep
from rowgate.server.errors import ConflictError
from rowgate.server.problems import not_found, responses
from rowgate.server.routers.account_schemas import ApiKeyIn, ApiKeyMade, ApiKeyOut, ApiKeyPage
from rowgate.server.routers.conventions import LINKED, OnceDep

router = APIRouter(
    prefix="/api-keys", tags=["api-keys"], responses=responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
)


@router.get("", operation_id="list_api_keys", responses=LINKED)
async def list_api_keys(session: SessionDep, _acting: PersonDep, page: PageDep) -> ApiKeyPage:
    """List one's keys, newest first. Their text is not among it."""
    found = page.told(await api_keys.list_keys(session, limit=page.limit, cursor=page.cursor))
    return ApiKeyPage(items=[ApiKeyOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post(
    "",
    operation_id="create_api_key",
    status_code=HTTPStatus.CREATED,
    responses=responses(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT),
)
async def create_api_key(session: SessionDep, acting: PersonDep, body: ApiKeyIn, once: OnceDep) -> ApiKeyMade:
    """Make a key. This answer is the only one that shows it: sent again with its `Idempotency-Key`, it is 409."""
    if await once.made() is not None:
        raise ConflictError("This key was made, and is shown once. Revoke it if you missed it, and make another.")
    try:
        made, text = await api_keys.create_key(session, acting, **body.model_dump())
    except api_keys.WiderThanTokenError:
        raise HTTPException(
            HTTPStatus.FORBIDDEN, "A key may not activate more roles than the token that makes it."
        ) from None
    await once.keep(made.id)
    return ApiKeyMade(**ApiKeyOut.model_validate(made).model_dump(), key=text)


@router.delete(
    "/{key_id}",
    operation_id="revoke_api_key",
    status_code=HTTPStatus.NO_CONTENT,
    responses=responses(HTTPStatus.NOT_FOUND),
)
async def revoke_api_key(session: SessionDep, _acting: PersonDep, key_id: UUID) -> None:
    """Revoke a key of one's own, from the next request on."""
    if not await api_keys.revoke_key(session, key_id):
        raise not_found()
