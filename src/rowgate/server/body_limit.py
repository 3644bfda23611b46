"""How large a request may be. Bodies are read before anybody knows who asks, so a stranger could fill the memory."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes: a document of a million characters fits, escapes and all."""


class BodyLimit:
    """Refuses to read more than `MAX_BODY` of a request: 413, as a problem, by whoever reads it.

    `larger` are the paths that take more, and how much: those that read as a stream, and know first who asks.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what the application reads."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen, limit = 0, self._larger.get(scope["path"], MAX_BODY)

        async def counted() -> Message:
            nonlocal seen
            if _declared(scope) > limit:
                raise _too_large(limit)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _too_large(limit)
            return message

        await self.app(scope, counted, send)


def _declared(scope: Scope) -> int:
    """Return the length that the request says it has; 0 if it says none, or nonsense."""
    found = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(found) if found.isdigit() else 0


def _too_large(limit: int) -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request has at most {limit} bytes.")
