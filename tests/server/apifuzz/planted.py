"""A few operations of the real server with faults in it that the harness must find: `python -m server.apifuzz.planted`.

Arguments name the faults; without one it is the server as it is. Each fault is one that a programmer could make.
"""

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn
from unittest.mock import patch

from fastapi import FastAPI, HTTPException, Request
from fastapi.security.utils import get_authorization_scheme_param

from rowgate import NoPrincipal
from rowgate.server import app as application
from rowgate.server import launch, search
from rowgate.server.accounts import Credentials
from rowgate.server.auth import api_keys, sessions
from rowgate.server.dependencies import get_credentials
from rowgate.server.settings import load_settings

KEPT = ("create_document", "list_documents", "get_document", "list_api_keys", "list_sessions", "get_me")


def _fails(_app: FastAPI) -> None:
    """A defect: `GET /sessions` answers 500."""

    async def fail(*_: Any, **__: Any) -> NoReturn:
        raise ZeroDivisionError

    patch.object(sessions, "list_sessions", fail).start()


def _tells_nobody(_app: FastAPI) -> None:
    """A status that is in no document: `GET /api-keys` answers 402."""

    async def refuse(*_: Any, **__: Any) -> NoReturn:
        raise HTTPException(HTTPStatus.PAYMENT_REQUIRED, "Keys cost money now.")

    patch.object(api_keys, "list_keys", refuse).start()


def _remembers(app: FastAPI) -> None:
    """`GET /users/me` takes whoever sends no token, or a wrong one, for the one who asked before."""
    last: list[Credentials] = []

    def remembered(request: Request) -> Credentials:
        scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
        try:
            settings, key = app.state.settings, app.state.signing_key
            found = get_credentials(token if scheme.lower() == "bearer" else None, settings, key)
        except NoPrincipal:
            if request.url.path != "/users/me" or not last:
                raise
            return last[-1]
        last.append(found)
        return found

    app.dependency_overrides[get_credentials] = remembered


def _leaks(app: FastAPI) -> None:
    """`GET /documents/{document_id}` reads with the system's session: whoever knows a key gets the document."""
    get_document = search.get_document

    async def leak(_session: Any, document_id: Any, *, permissions: bool) -> Any:
        async with app.state.database.sessions.system(reason="a fault") as system:
            return await get_document(system, document_id, permissions=permissions)

    patch.object(search, "get_document", leak).start()


def _lists(app: FastAPI) -> None:
    """`GET /documents` reads with the system's session: everybody is shown all, and each peer finds it in her list."""
    list_documents = search.list_documents

    async def leak(_session: Any, *arguments: Any, **options: Any) -> Any:
        async with app.state.database.sessions.system(reason="a fault") as system:
            return await list_documents(system, *arguments, **options)

    patch.object(search, "list_documents", leak).start()


FAULTS: dict[str, Callable[[FastAPI], None]] = {
    "fails": _fails,
    "tells nobody": _tells_nobody,
    "remembers": _remembers,
    "leaks": _leaks,
    "lists": _lists,
}


def main(*faults: str) -> None:
    """Serve on a free port, by the server's own launcher, until SIGTERM."""
    create_app = application.create_app
    for name in ("api_keys", "documents", "sessions", "users"):
        router = getattr(application, name).router
        router.routes = [route for route in router.routes if route.operation_id in KEPT]
    for name in ("auth", "audit", "bulk", "configurations", "roles", "shares"):
        getattr(application, name).router.routes = []

    def create(**options: Any) -> FastAPI:
        made = create_app(**options)
        for fault in faults:
            FAULTS[fault](made)
        return made

    with patch.object(launch, "create_app", create):
        launch.run(load_settings(), demo=False, host="127.0.0.1", port=0, workers=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
