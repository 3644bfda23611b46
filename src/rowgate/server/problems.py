"""What goes wrong, as RFC 9457 problems: the one page of the server that knows HTTP statuses for errors.

Not visible is 404, visible but not permitted 403, nobody 401, a conflict 409 without values, an empty pool or a
database that is down 503 with Retry-After, too many attempts 429. Whoever asks never sees a traceback.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException as StarletteHTTPException

from rowgate import AccessDenied
from rowgate.fastapi import MEDIA_TYPE, problem, problems
from rowgate.server.audit import Origin, record
from rowgate.server.auth.throttle import TooManyAttemptsError
from rowgate.server.body_limit import MAX_BODY
from rowgate.server.described import SCHEMAS, describe
from rowgate.server.errors import ConflictError, NotFoundError
from rowgate.server.etags import PreconditionFailedError, PreconditionRequiredError
from rowgate.server.idempotency import ReusedKeyError
from rowgate.server.paging import InvalidCursorError
from rowgate.server.security import PasswordError

logger = logging.getLogger("rowgate.server")

MAX_ERRORS = 20
"""How many of the errors of one request are told; each repeats the name of a field that the caller chose."""
RETRY_AFTER = {"Retry-After": "1"}
_UNAVAILABLE = ("08", "53", "57P")
"""Classes of SQLSTATE: connection failures, no resources, shutdowns. https://www.postgresql.org/docs/current/errcodes-appendix.html."""


EXAMPLES = {
    HTTPStatus.BAD_REQUEST: "The body is not valid JSON.",
    HTTPStatus.UNAUTHORIZED: "Log in first.",
    HTTPStatus.FORBIDDEN: "You may see this, but not do that.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or none that you may see.",
    HTTPStatus.CONFLICT: "This conflicts with what is stored.",
    HTTPStatus.PRECONDITION_FAILED: "This has changed since you read it.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"A request has at most {MAX_BODY} bytes.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send one of text/csv, application/jsonl, application/x-ndjson.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Some of what was sent is not valid.",
    HTTPStatus.PRECONDITION_REQUIRED: "Send the ETag of what you change as If-Match.",
    HTTPStatus.TOO_MANY_REQUESTS: "There were too many attempts. Try again later.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot be reached. Try again.",
}
"""What an error says, for the OpenAPI document."""
REQUEST = "6f1c1b0e-6f6d-4a53-9d43-52d7f2e4a1b2"
MORE: dict[HTTPStatus, dict[str, Any]] = {
    HTTPStatus.FORBIDDEN: {"code": "RG201"},
    HTTPStatus.UNPROCESSABLE_ENTITY: {
        "errors": [{"where": "query.limit", "message": "Input should be a valid integer"}]
    },
}
SECONDS = {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 1}}
HEADERS: dict[HTTPStatus, dict[str, Any]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"description": "How to log in.", "schema": {"type": "string"}}},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": SECONDS},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": SECONDS},
}


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    where: str
    message: str


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str | None = None
    request_id: str | None = None
    errors: list[FieldError] | None = None


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return what an endpoint documents about these errors."""
    return {status.value: _documented(status) for status in statuses}


def _documented(status: HTTPStatus) -> dict[str, Any]:
    said = EXAMPLES.get(status, status.phrase)
    example = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": said,
        "request_id": REQUEST,
    }
    found: dict[str, Any] = {
        "description": status.phrase,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": SCHEMAS + Problem.__name__},
                "example": {**example, **MORE.get(status, {})},
            }
        },
    }
    return {**found, "headers": HEADERS[status]} if status in HEADERS else found


def origin_of(request: Request) -> Origin:
    """Return where a request came from, for the audit."""
    address = None if request.client is None else request.client.host
    return Origin(address, f"{request.method} {request.url.path}", getattr(request.state, "request_id", None))


def not_found() -> HTTPException:
    """Return the error for what does not exist, or is not to be seen: nobody can tell which."""
    return HTTPException(HTTPStatus.NOT_FOUND, "There is no such thing, or none that you may see.")


def install(app: FastAPI) -> None:
    """Answer every error as a problem, and say so in the OpenAPI document."""
    described = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
    shapes = {**described.pop("$defs"), Problem.__name__: described}
    of_a_body = responses(HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    describe(app, shapes, {str(status): answer for status, answer in of_a_body.items()})
    problems(app)
    app.add_exception_handler(AccessDenied, _denied)
    app.add_exception_handler(ConflictError, _conflict)
    app.add_exception_handler(NotFoundError, _not_found)
    app.add_exception_handler(InvalidCursorError, _cursor)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(TooManyAttemptsError, _too_many)
    app.add_exception_handler(PasswordError, _password)
    app.add_exception_handler(PreconditionFailedError, _changed)
    app.add_exception_handler(PreconditionRequiredError, _untagged)
    app.add_exception_handler(ReusedKeyError, _reused)
    app.add_exception_handler(PoolTimeoutError, _busy)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(OSError, _down)
    # Also those of the library, and FastAPI's own; a fault that nobody expects is answered by the middleware.
    for kind, handler in list(app.exception_handlers.items()):
        app.exception_handlers[kind] = _identified(handler)


Handler = Callable[[Request, Exception], Awaitable[Any]]


def _identified(handler: Any) -> Handler:
    """Return the handler with the request's id in its problems: who reports one names the line in the log."""

    async def answer(request: Request, error: Exception) -> Any:
        found = await handler(request, error)
        return _with_id(request, found) if isinstance(found, JSONResponse) else found

    return answer


def _with_id(request: Request, found: JSONResponse) -> JSONResponse:
    request_id = getattr(request.state, "request_id", None)
    if request_id is None or found.media_type != MEDIA_TYPE:
        return found
    body = {**json.loads(bytes(found.body)), "request_id": request_id}
    headers = {name: value for name, value in found.headers.items() if name not in ("content-length", "content-type")}
    return JSONResponse(body, status_code=found.status_code, media_type=MEDIA_TYPE, headers=headers)


async def unexpected(request: Request, error: Exception) -> JSONResponse:
    """Return the answer for what no handler knows; what it was is in the log."""
    return _with_id(request, await _unexpected(request, error))


async def _denied(request: Request, error: Exception) -> JSONResponse:
    """Tell the audit, in a transaction of its own: that of the request is rolled back by now."""
    assert isinstance(error, AccessDenied)
    request.app.state.metrics.denied(error.code)
    try:
        await _audit_denial(request, error.code)
    except Exception:  # the answer is no, whether or not it can be written down
        logger.exception("a denial could not be written to the audit")
    return problem(HTTPStatus.FORBIDDEN, "You may see this, but not do that.", code=error.code)


async def _audit_denial(request: Request, code: str) -> None:
    keys = [_key(value) for name, value in request.path_params.items() if name.endswith("_id")]
    target = request.url.path.split("/")[1], next(iter(keys), None)
    sessions = request.app.state.database.sessions
    async with sessions(request.state.who) as session:
        await session.connection()
        session.info["origin"] = origin_of(request)
        record(session, "denied", target, code=code)
        await session.commit()


def _key(value: object) -> UUID | None:
    """Return the key in a path. Who may not is denied before the path is looked at, and there may be no key in it."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


async def _conflict(_request: Request, error: Exception) -> JSONResponse:
    return problem(HTTPStatus.CONFLICT, str(error))


async def _not_found(request: Request, _error: Exception) -> JSONResponse:
    return await _http(request, not_found())


async def _cursor(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor is not one of this list.")


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Say which fields are wrong and why, without repeating what was sent."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(HTTPStatus.BAD_REQUEST, "The body is not valid JSON.")
    errors = [
        {"where": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in found[:MAX_ERRORS]
    ]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Some of what was sent is not valid.", errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    headers = dict(error.headers) if error.headers else None
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {**(headers or {}), "Allow": ", ".join(sorted(_methods(request)))}
    return problem(HTTPStatus(error.status_code), str(error.detail), headers=headers)


def _methods(request: Request) -> set[str]:
    """Return what may be done with a path: Starlette names the methods of one route, and there is a route for each."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    routes = iter_route_contexts(request.app.routes)
    return {method for route in routes if route.methods and route.path_regex.match(path) for method in route.methods}


async def _too_many(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TooManyAttemptsError)
    request.app.state.metrics.logged_in("limited")
    headers = {"Retry-After": str(error.seconds)}
    return problem(HTTPStatus.TOO_MANY_REQUESTS, "There were too many attempts. Try again later.", headers=headers)


async def _password(_request: Request, error: Exception) -> JSONResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The new password cannot be used: {error}.")


async def _changed(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.PRECONDITION_FAILED, EXAMPLES[HTTPStatus.PRECONDITION_FAILED])


async def _untagged(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.PRECONDITION_REQUIRED, EXAMPLES[HTTPStatus.PRECONDITION_REQUIRED])


async def _reused(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "This Idempotency-Key belongs to another request.")


async def _busy(_request: Request, _error: Exception) -> JSONResponse:
    logger.warning("no connection was free in time; see ROWGATE_POOL_SIZE and ROWGATE_POOL_TIMEOUT")
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "The server is busy. Try again.", headers=RETRY_AFTER)


async def _database(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    connecting = (
        isinstance(error, OperationalError | InterfaceError) and state is None
    )  # psycopg gives no SQLSTATE there
    if error.connection_invalidated or connecting or str(state).startswith(_UNAVAILABLE):
        return await _down(request, error)
    return await _unexpected(request, error)


async def _down(_request: Request, error: Exception) -> JSONResponse:
    logger.error("the database cannot be reached: %s", type(error).__name__)
    detail = "The database cannot be reached. Try again."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=RETRY_AFTER)


async def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    logger.error("an unexpected error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The server could not answer this.")
