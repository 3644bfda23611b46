"""A GET of what the caller has already: 304, without the body.

The endpoint has run, and its transaction is over: whoever may not see the thing any more is told so, and no 304.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowgate.server.etags import is_among

DROPPED = (b"content-length", b"content-type")


class NotModified:
    """Compares the tag of an answer with `If-None-Match`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).getlist("if-none-match")
        if not known:
            await self.app(scope, receive, send)
            return
        same = False

        async def answer(message: Message) -> None:
            nonlocal same
            if message["type"] == "http.response.start" and message["status"] == 200:  # noqa: PLR2004 - HTTP's OK
                tag = Headers(raw=message["headers"]).get("etag")
                same = tag is not None and is_among(tag, known)
                if same:
                    kept = [(name, value) for name, value in message["headers"] if name.lower() not in DROPPED]
                    message = {**message, "status": 304, "headers": kept}
            elif same:
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, answer)
