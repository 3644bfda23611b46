"""Every endpoint times everybody: one table of statuses.

The document is private and belongs to `owner`; `editor` edits it by a share. `expired` and `revoked` were
admins and editors when they logged in, and are no more. `deactivated` has a token that was good. The table of `docs/access.md` is made of this one.
"""

from dataclasses import dataclass
from typing import Any

from server.world import PASSWORD

COLUMNS = ("anonymous", "free", "paid", "admin", "owner", "editor", "expired", "revoked", "deactivated")
NEW_USER = {"username": "new", "email": "new@example.org", "password": "correct horse battery"}


@dataclass(frozen=True)
class Row:
    """A request, and the status that each column gets, in the order of the columns."""

    method: str
    path: str
    statuses: str
    body: Any = None
    form: bool = False

    @property
    def expected(self) -> list[int]:
        """Return the statuses as numbers."""
        return [int(word) for word in self.statuses.split()]


SHARE = {"level": "viewer"}
FILE = "title,content\nnew,text\n"
LOGIN = {"username": "bystander", "password": PASSWORD}
NEW_PASSWORD = {"new_password": "staple of the horse"}
WRONG = {"old_password": "another battery", **NEW_PASSWORD}
ROWS = (
    Row("GET", "/users", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/users/count", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/users/available?username=x", "401 403 403 200 403 403 403 403 401"),
    Row("GET", "/users/{bystander}", "401 404 404 200 404 404 404 404 401"),
    Row("GET", "/users/{bystander}/roles", "401 404 404 200 404 404 404 404 401"),
    Row("GET", "/users/{bystander}/authorized-roles", "401 404 404 200 404 404 404 404 401"),
    Row("GET", "/users/{bystander}/permissions", "401 404 404 200 404 404 404 404 401"),
    Row("GET", "/users/{bystander}/operations/{document}", "401 404 404 200 404 404 404 404 401"),
    Row("GET", "/users/{self}", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/users/me/permissions", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user/users", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user/juniors", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user/seniors", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user/exclusions/static", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user/permissions", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/roles/free_user/operations/{document}", "401 404 404 200 200 403 404 404 401"),
    Row("GET", "/roles/free_user/configurations", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/configurations", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/configurations/mine", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/configurations/{granted}", "401 200 200 200 200 404 404 404 401"),
    Row("GET", "/configurations/{hidden}", "401 404 404 200 404 404 404 404 401"),
    Row("GET", "/configurations/{granted}/grants", "401 200 200 200 200 404 404 404 401"),
    Row("GET", "/audit", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/audit/export", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/documents/{document}", "401 404 404 200 200 200 404 404 401"),
    Row("GET", "/documents/{document}/permissions?action=update", "401 404 404 200 200 200 404 404 401"),
    Row("GET", "/documents?include=permissions&q=text", "401 200 200 200 200 200 200 200 401"),
    Row("POST", "/documents/import", "401 200 200 200 200 200 200 200 401", FILE),
    Row("GET", "/documents/export", "401 200 200 200 200 200 200 200 401"),
    Row("GET", "/documents/{document}/shares", "401 404 404 200 200 200 404 404 401"),
    Row("PATCH", "/documents/{document}", "401 404 404 403 200 200 404 404 401", {"title": "new"}),
    Row("PATCH", "/documents/{document}", "401 404 404 403 200 403 404 404 401", {"is_public": True}),
    Row("PUT", "/documents/{document}/shares/users/{bystander}", "401 404 404 403 200 403 404 404 401", SHARE),
    Row("DELETE", "/documents/{document}/shares/users/{bystander}", "401 404 404 404 204 404 404 404 401"),
    Row("PUT", "/documents/{document}/shares/roles/admin", "401 404 404 403 200 403 404 404 401", SHARE),
    Row("DELETE", "/documents/{document}/shares/roles/admin", "401 404 404 404 204 404 404 404 401"),
    Row("POST", "/documents/{document}/restore", "401 403 403 409 403 403 403 403 401"),
    Row("POST", "/documents/{document}/purge", "401 403 403 409 403 403 403 403 401"),
    Row("POST", "/documents/{deleted}/restore", "401 403 403 200 403 403 403 403 401"),
    Row("PATCH", "/configurations/{granted}", "401 403 200 200 200 404 404 404 401", {"value": 2}),
    Row("PATCH", "/configurations/{granted}", "401 403 403 200 403 404 404 404 401", {"name": "renamed"}),
    Row("PUT", "/configurations/{granted}/grants/admin", "401 403 403 200 403 404 404 404 401", {"access_level": 1}),
    Row("DELETE", "/configurations/{granted}/grants/admin", "401 404 404 204 404 404 404 404 401"),
    Row("POST", "/configurations", "401 403 403 201 403 403 403 403 401", {"name": "new", "value": 1}),
    Row("DELETE", "/configurations/{hidden}", "401 404 404 204 404 404 404 404 401"),
    Row("POST", "/roles", "401 403 403 201 403 403 403 403 401", {"name": "new"}),
    Row("PATCH", "/roles/clerk", "401 403 403 200 403 403 403 403 401", {"description": "new"}),
    Row("PATCH", "/roles/free_user", "401 403 403 403 403 403 403 403 401", {"name": "new"}),
    Row("PUT", "/roles/clerk/juniors/free_user", "401 403 403 204 403 403 403 403 401"),
    Row("DELETE", "/roles/clerk/juniors/free_user", "401 404 404 204 404 404 404 404 401"),
    Row("PUT", "/roles/clerk/exclusions/dynamic/guest", "401 403 403 204 403 403 403 403 401"),
    Row("DELETE", "/roles/clerk/exclusions/dynamic/guest", "401 404 404 204 404 404 404 404 401"),
    Row("DELETE", "/roles/clerk", "401 403 403 204 403 403 403 403 401"),
    Row("DELETE", "/roles/free_user", "401 403 403 403 403 403 403 403 401"),
    Row("POST", "/users", "401 403 403 201 403 403 403 403 401", NEW_USER),
    Row("PATCH", "/users/{self}", "401 403 403 200 403 403 403 403 401", {"is_active": True}),
    Row("PATCH", "/users/{bystander}", "401 404 404 200 404 404 404 404 401", {"is_active": True}),
    Row("PUT", "/users/{bystander}/roles/free_user", "401 404 404 200 404 404 404 404 401", {}),
    Row("DELETE", "/users/{bystander}/roles/free_user", "401 404 404 204 404 404 404 404 401"),
    Row("PUT", "/users/{self}/roles/admin", "401 403 403 200 403 403 403 403 401", {}),
    Row("PUT", "/users/{bystander}/roles", "401 404 404 200 404 404 404 404 401", {"roles": []}),
    Row("GET", "/users/me", "401 200 200 200 200 200 200 200 401"),
    Row("POST", "/documents", "401 201 201 201 201 201 201 201 401", {"title": "new", "content": ""}),
    Row("DELETE", "/documents/{document}", "401 404 404 403 204 403 404 404 401"),
    Row("GET", "/sessions", "401 200 200 200 200 200 200 200 401"),
    Row("DELETE", "/sessions/{session}", "401 404 404 404 404 404 404 404 401"),
    Row("GET", "/api-keys", "401 200 200 200 200 200 200 200 401"),
    Row("POST", "/api-keys", "401 201 201 201 201 201 201 201 401", {"name": "new"}),
    Row("DELETE", "/api-keys/{key}", "401 404 404 404 404 404 404 404 401"),
    Row("POST", "/auth/token", "200 200 200 200 200 200 200 200 200", LOGIN, form=True),
    Row("POST", "/auth/refresh", "401 401 401 401 401 401 401 401 401", {"refresh_token": "wrong"}),
    Row("POST", "/auth/password", "401 403 403 403 403 403 403 403 401", WRONG),
    Row("POST", "/auth/password/forgotten", "202 202 202 202 202 202 202 202 202", {"email": "bystander@example.org"}),
    Row("POST", "/auth/password/reset", "403 403 403 403 403 403 403 403 403", {"token": "x", **NEW_PASSWORD}),
    Row("GET", "/health", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/health/live", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/health/ready", "200 200 200 200 200 200 200 200 200"),
    Row("DELETE", "/users/{bystander}", "401 404 404 204 404 404 404 404 401"),
    Row("POST", "/users/{bystander}/purge", "401 404 404 200 404 404 404 404 401"),
    Row("POST", "/auth/logout", "401 204 204 204 204 204 204 204 401"),
)


def table() -> str:
    """Return the matrix as a table of Markdown."""
    head = ["request", *COLUMNS]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in ROWS:
        said = f"`{row.method} {row.path}`" + (f" `{_words(row.body)}`" if row.body is not None else "")
        lines.append(f"| {said} | {' | '.join(str(status) for status in row.expected)} |")
    return "\n".join(lines)


def _words(body: Any) -> str:
    if isinstance(body, str):
        return body.splitlines()[0]
    return "{" + ", ".join(sorted(body)) + "}"
