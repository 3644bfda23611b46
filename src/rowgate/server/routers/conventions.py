"""What the routers share: tags, preconditions, creates that happen once."""

from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from rowgate.server.dependencies import CurrentUser, SessionDep, SettingsDep, SigningKey
from rowgate.server.etags import Precondition, strong_tags, tag_of
from rowgate.server.idempotency import Once, fingerprint
from rowgate.server.problems import responses

ModelT = TypeVar("ModelT", bound=BaseModel)

REPLAYED: Final = "Idempotency-Replayed"
ETAG: Final = {
    "description": "What whoever asks sees of it, as a hash.",
    "schema": {"type": "string"},
    "example": '"qK8gVn2kq7c4m0gq3e7w5A"',
}

LINKED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Successful Response",
        "headers": {
            "Link": {
                "description": "The first page, the one before and the next one (RFC 8288).",
                "schema": {"type": "string"},
                "example": '</documents?limit=20>; rel="first", </documents?limit=20&cursor=AZ>; rel="next"',
            }
        },
    }
}
"""For a list."""

TAGGED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Successful Response", "headers": {"ETag": ETAG}}
}
"""For an answer that can be the base of a change."""

READ: Final = {**TAGGED, 304: {"description": "It is what `If-None-Match` names.", "headers": {"ETag": ETAG}}}
"""For a GET of what can be changed."""

GUARDED: Final = responses(HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
"""For a change or a delete, which takes `If-Match`."""

MADE: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "description": "Successful Response",
        "headers": {
            "ETag": ETAG,
            "Location": {"description": "Where it is.", "schema": {"type": "string"}},
            REPLAYED: {
                "description": "`true` if this request had made it before: what is shown is how it is now.",
                "schema": {"type": "string", "enum": ["true"]},
            },
        },
    },
    **responses(HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND),
}
"""For a create, which takes `Idempotency-Key`: 404 if what it made before is gone, 409 if it is under way."""


def tagged(response: Response, state: ModelT, beside: BaseModel | None = None) -> ModelT:
    """Give an answer its tag, and return what can be changed of it."""
    response.headers["ETag"] = tag_of(state, beside)
    return state


def get_precondition(
    request: Request,
    settings: SettingsDep,
    _if_match: Annotated[
        str | None,
        Header(
            alias="If-Match", description="The `ETag` of what is to be changed; 412 if it is something else by now."
        ),
    ] = None,
) -> Precondition:
    """Give what the request takes the resource for."""
    return Precondition(strong_tags(request.headers.getlist("if-match")), settings.require_if_match)


async def get_once(
    request: Request,
    session: SessionDep,
    subject: CurrentUser,
    settings: SettingsDep,
    secret: SigningKey,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="A word of the caller's own for this create, such as a UUID: sent again, it makes nothing twice.",
        ),
    ] = None,
) -> Once:
    """Give what sees that a create happens once."""
    mark = b"" if key is None else fingerprint(secret, request.method, request.url.path, await request.body())
    return Once(session, subject, key, mark, settings.idempotency_hours)


IfMatchDep = Annotated[Precondition, Depends(get_precondition)]
"""What the request takes the resource for. 412 if it is something else, 428 if it must say and does not."""

OnceDep = Annotated[Once, Depends(get_once, scope="function")]
"""That a create happens once. 422 if the key belongs to another request, 409 if it is under way."""
