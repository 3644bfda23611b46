"""For FastAPI: a session per request with its principal, and errors as RFC 9457 problems.

    SessionDep = Annotated[AsyncSession, Depends(session_dependency(Session, who), scope="function")]
    problems(app)

`scope="function"` makes the commit happen before the response leaves, so that no client hears of success that was not
stored; without it FastAPI commits after the response since 0.118 (https://github.com/fastapi/fastapi/issues/14262).
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from rowgate.errors import AccessDenied, NoPrincipal, RowgateError, Unguarded
from rowgate.session import GuardedSessionmaker

logger = logging.getLogger("rowgate.fastapi")

MEDIA_TYPE = "application/problem+json"
Maker = GuardedSessionmaker[AsyncSession]
Opener = Callable[[], AbstractAsyncContextManager[AsyncSession]]


def session_dependency(
    sessions: Maker | Callable[..., Any],
    who: Callable[..., Any],
    *,
    lift: Callable[..., Iterable[str] | Awaitable[Iterable[str]]] | None = None,
) -> Callable[..., AsyncIterator[AsyncSession]]:
    """Return a dependency that gives the request's session and commits it when the endpoint has returned.

    Args:
        sessions: a guarded sessionmaker, or a dependency that gives one.
        who: a dependency that gives what `Session()` takes: a `Principal`, or the function that finds it.
        lift: a dependency that gives the names of the restrictions to lift; none if not given.

    Use it as `Depends(session_dependency(...), scope="function")`.
    """

    async def session(
        maker: Annotated[Maker, Depends(_giving(sessions))],
        acting: Annotated[Any, Depends(who)],
        lifts: Annotated[Iterable[str], Depends(lift or _nothing)],
    ) -> AsyncIterator[AsyncSession]:
        async with maker(acting, lift=lifts) as opened:
            yield opened
            await opened.commit()

    return session


def opener_dependency(
    sessions: Maker | Callable[..., Any], who: Callable[..., Any]
) -> Callable[..., Awaitable[Opener]]:
    """Return a dependency that gives a function which opens sessions of the request's principal.

    For what outlives the endpoint: streaming responses and background tasks. Each `async with open_session()` is a
    session and a transaction of its own, committed at its end, for the same principal, resolved anew.
    """

    async def opener(
        maker: Annotated[Maker, Depends(_giving(sessions))], acting: Annotated[Any, Depends(who)]
    ) -> Opener:
        @asynccontextmanager
        async def open_session() -> AsyncIterator[AsyncSession]:
            async with maker(acting) as opened:
                yield opened
                await opened.commit()

        return open_session

    return opener


def problems(app: FastAPI) -> None:
    """Answer Rowgate's errors as problems: 401, 403, 409 without values, and 500 whose code is in the log only."""
    app.add_exception_handler(NoPrincipal, _no_principal)
    app.add_exception_handler(AccessDenied, _access_denied)
    app.add_exception_handler(RowgateError, _refused)
    app.add_exception_handler(IntegrityError, _conflict)
    app.add_exception_handler(StaleDataError, _stale)


def problem(status: HTTPStatus, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """Return a problem (RFC 9457): `type` is about:blank, so `title` is the status phrase."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **more}
    return JSONResponse(body, status_code=status.value, media_type=MEDIA_TYPE, headers=headers)


async def _no_principal(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.UNAUTHORIZED, "Log in first.", headers={"WWW-Authenticate": "Bearer"})


async def _access_denied(_request: Request, error: Exception) -> JSONResponse:
    code = error.code if isinstance(error, AccessDenied) else AccessDenied.default_code
    return problem(HTTPStatus.FORBIDDEN, "You may see this, but not do that.", code=code)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    """Answer for a mistake in the application: whoever asked cannot mend it, whoever reads the log can."""
    kind = "refused a statement" if isinstance(error, Unguarded) else "failed"
    logger.error("rowgate %s", kind, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The server could not answer this.")


async def _conflict(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.CONFLICT, "This conflicts with what is stored.")


async def _stale(_request: Request, _error: Exception) -> JSONResponse:
    return problem(HTTPStatus.CONFLICT, "This has changed since it was read.")


def _giving(sessions: Maker | Callable[..., Any]) -> Callable[..., Any]:
    """Return a dependency that gives the sessionmaker, whichever of the two it was."""
    if not isinstance(sessions, GuardedSessionmaker):
        return sessions

    def given() -> Maker:
        return sessions

    return given


def _nothing() -> Iterable[str]:
    return ()
