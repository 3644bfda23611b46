"""The headers that tell browsers what not to do with an answer. After the OWASP cheat sheets for REST and for headers.

https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html
"""

import base64
import hashlib
import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""JSON loads nothing."""

PAGE_POLICY: Final = (
    "default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""A page loads from here alone, and runs its own scripts alone. Styles are let in: Swagger UI and ReDoc write them."""

_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """Adds the headers; what an endpoint has set itself stays."""

    def __init__(self, app: ASGIApp, *, hsts_seconds: int) -> None:
        self.app = app
        self.fixed = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        if hsts_seconds:
            self.fixed["Strict-Transport-Security"] = f"max-age={hsts_seconds}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request. The start of a page waits for its end: its policy names the hashes of its scripts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        personal = "authorization" in Headers(scope=scope)
        page: list[Message] = []

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.fixed.items():
                    headers.setdefault(name, value)
                if personal:
                    headers.setdefault("Cache-Control", "no-store")
                if headers.get("content-type", "").startswith("text/html"):
                    page.append(message)
                    return
                headers.setdefault("Content-Security-Policy", API_POLICY)
            elif page:
                page.append(message)
                if message.get("more_body", False):
                    return
                _allow_scripts(page)
                for one in page:
                    await send(one)
                return
            await send(message)

        await self.app(scope, receive, answer)


def _allow_scripts(page: list[Message]) -> None:
    """Write the policy of a page, which is small and ours: from here, and the very scripts that stand in it."""
    body = b"".join(message.get("body", b"") for message in page[1:])
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _SCRIPT.findall(body)]
    scripts = " ".join(["'self'", *(f"'sha256-{found}'" for found in hashes)])
    MutableHeaders(scope=page[0]).setdefault("Content-Security-Policy", PAGE_POLICY.format(scripts=scripts))
