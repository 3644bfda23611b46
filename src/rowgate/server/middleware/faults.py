"""The last resort: what no handler knows is a 500 without its reason, which is in the log."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowgate.server.problems import unexpected


class Faults:
    """Answers for what nobody caught, here and not outside of all middleware: so that this answer has its headers too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request; if it has begun to answer before it fails, the connection ends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            if begun:
                raise
            response = await unexpected(Request(scope), error)
            await response(scope, receive, send)
