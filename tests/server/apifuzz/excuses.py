"""What Schemathesis takes for a fault and is none, each with its reason. All else is a fault."""

from typing import Any

import httpx2
from schemathesis import Case, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import (
    AllowHeaderMismatch,
    ObjectLevelAuthorizationViolation,
    UnsupportedMethodResponse,
)

from server.apifuzz.rows import Account, Rows
from server.apifuzz.shown import hidden

FILES = ["text/csv", "application/jsonl", "application/x-ndjson"]


class Excuses:
    """What Schemathesis takes for a fault and is none, each with its reason. All else is a fault."""

    def __init__(self, address: str, rows: Rows, peer: Account, templates: dict[str, set[str]]) -> None:
        self._address, self._rows, self._peer, self._templates = address, rows, peer, templates

    def excused(self, failure: Failure, case: Case[Any], response: Response) -> bool:
        """Say whether a failure is none."""
        if isinstance(failure, ObjectLevelAuthorizationViolation):
            return self._is_shown_to_all(case)
        if isinstance(failure, UnsupportedMethodResponse):
            return case.method.upper() in self._elsewhere(case)
        if isinstance(failure, AllowHeaderMismatch):
            told = {method.strip() for line in response.headers.get("allow", []) for method in line.split(",")}
            return self._templates[case.path] == told - self._elsewhere(case) and bool(told)
        if isinstance(failure, AcceptedNegativeData):
            # In a form, a field without a value is a field that was not sent. In a file, whatever is sent is text.
            empty = isinstance(case.body, dict) and case.body.get("grant_type") == ""
            return (case.path == "/auth/token" and empty) or case.media_type in FILES
        return False

    def _elsewhere(self, case: Case[Any]) -> set[str]:
        """Return the methods of other paths that this one fits.

        `PATCH /users/me` is `PATCH /users/{user_id}` of a user whose key is no key: 422, and not 405.
        """
        words = case.path.split("/")
        found: set[str] = set()
        for template, methods in self._templates.items():
            others = template.split("/")
            if template != case.path and len(words) == len(others):
                fits = all(one == other or other.startswith("{") for one, other in zip(words, others, strict=True))
                found |= methods if fits else set()
        return found - self._templates[case.path]

    def _is_shown_to_all(self, case: Case[Any]) -> bool:
        """Roles are public; so is a document that its owner made so or shares with a role, and a role's configuration.

        What the peer gets is asked for once more, and each row of it looked at in the database.
        """
        if case.path.startswith("/roles"):
            return True
        headers = {"Authorization": f"Bearer {self._peer.token}"}
        answer = httpx2.get(self._address + case.formatted_path, params=case.query, headers=headers).json()
        rows = answer.get("items", [answer])
        kind, _, _ = case.path.strip("/").partition("/")
        keys = [row.get("configuration_id", row.get("id")) for row in rows]
        return kind in ("configurations", "documents") and not hidden(self._rows, self._peer.user, kind, keys)
