"""One request: its id, and the line that tells of it."""

import logging
import time
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowgate.server.logs import REQUEST_ID, WELL_FORMED
from rowgate.server.metrics import Metrics
from rowgate.server.telemetry import mark_request

logger = logging.getLogger("rowgate.access")

HEADER = "X-Request-ID"
QUIET = ("/health", "/metrics")
"""Asked every few seconds by machines: their lines are of level DEBUG."""


class Requests:
    """Gives each request an id and a line in the log, and counts it.

    The line has no query and no header: people search for secrets, and tokens stand in headers.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        mark_request(request_id, has_query=bool(scope["query_string"]))
        status: int | None = None
        began = ended = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)
            ended = time.perf_counter()

        # Set anew for each request: what a pipelined request inherits from the one before it is overwritten here.
        token = REQUEST_ID.set(request_id)
        try:
            await self.app(scope, receive, answer)
        finally:
            self._tell(scope, status, ended - began)
            REQUEST_ID.reset(token)

    def _tell(self, scope: Scope, status: int | None, seconds: float) -> None:
        route = route_of(scope)
        self.metrics.answered(scope["method"], route, status, seconds)
        user = scope["state"].get("user_id")
        told: dict[str, Any] = {
            "method": scope["method"],
            "path": _plain(scope["path"]),
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user_id": None if user is None else str(user),
        }
        level = logging.DEBUG if scope["path"].startswith(QUIET) else logging.INFO
        words = told["method"], told["path"], status or "no answer", told["ms"], told["user_id"] or "nobody"
        logger.log(level, "%s %s %s %s ms %s", *words, extra=told)


def route_of(scope: Scope) -> str:
    """Return the path as it is declared, such as `/documents/{document_id}`: few, whatever is asked for."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) and path else "unmatched"


def _id_of(scope: Scope) -> str:
    given = Headers(scope=scope).getlist(HEADER)
    return given[0] if len(given) == 1 and WELL_FORMED.fullmatch(given[0]) else str(uuid4())


def _plain(path: str) -> str:
    """Return a path that can stand in a line: what cannot be printed is escaped."""
    return path if path.isprintable() else path.encode("unicode_escape").decode()
