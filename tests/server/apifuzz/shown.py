"""What a user who is no admin may be shown, once more, in SQL by hand: nothing else may be in an answer that she gets.

Schemathesis asks for an object again as a peer, once for each operation, and takes what the peer finds in her own list
for shared by design. Here every row of every answer is looked up in the database, those of lists too.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from schemathesis import Case, Response

from server.apifuzz.rows import Rows

HELD = """
    WITH held AS (
        SELECT unnest(CASE h.name WHEN 'paid_user' THEN ARRAY['paid_user', 'free_user'] ELSE ARRAY[h.name] END) AS name
        FROM user_roles u JOIN roles h ON h.id = u.role_id WHERE u.user_id = %(user)s
    )
"""
CONFIGURATIONS = f"""{HELD}
    SELECT c.configuration_id FROM role_configurations c JOIN roles r ON r.id = c.role_id
    WHERE (c.expires_at IS NULL OR c.expires_at > now()) AND r.name IN (SELECT name FROM held)
    AND c.configuration_id = ANY(%(keys)s)
"""
DOCUMENTS = f"""{HELD}
    SELECT d.id FROM documents d WHERE NOT d.is_deleted AND (
        d.owner_id = %(user)s
        OR d.is_public AND ('paid_user' IN (SELECT name FROM held) OR NOT d.requires_paid_access)
        OR d.id IN (
            SELECT s.document_id FROM document_shares s LEFT JOIN roles r ON r.id = s.role_id
            WHERE (s.expires_at IS NULL OR s.expires_at > now())
            AND (s.user_id = %(user)s OR r.name IN (SELECT name FROM held))
        )
    ) AND d.id = ANY(%(keys)s)
"""
VISIBLE = {
    "documents": DOCUMENTS,
    "configurations": CONFIGURATIONS,
    "users": "SELECT id FROM users WHERE id = %(user)s AND id = ANY(%(keys)s)",
    "sessions": "SELECT id FROM login_sessions WHERE user_id = %(user)s AND id = ANY(%(keys)s)",
    "api-keys": "SELECT id FROM api_keys WHERE user_id = %(user)s AND id = ANY(%(keys)s)",
    "audit": "SELECT id FROM audit_log WHERE actor_id = %(user)s AND id = ANY(%(keys)s)",
}
"""By the first word of a path: which of these rows a user may be shown."""
LISTS = ("", "/export", "/mine", "/me", "/{document_id}", "/{configuration_id}", "/{user_id}")
"""The rest of the paths that answer with such rows."""


def hidden(rows: Rows, user: UUID, kind: str, keys: Iterable[object]) -> set[str]:
    """Return which of the rows of a kind a user may not be shown."""
    asked = {str(key) for key in keys}
    shown = rows.named(VISIBLE[kind], user=user, keys=[UUID(key) for key in asked])
    return asked - {str(key) for (key,) in shown}


def wrongly_shown(rows: Rows, user: UUID, case: Case[Any], response: Response) -> set[str]:
    """Return the keys in an answer that its user may not be shown."""
    kind, _, _ = case.path.strip("/").partition("/")
    if case.method.upper() != "GET" or response.status_code != 200 or kind not in VISIBLE:
        return set()
    if case.path.removeprefix(f"/{kind}") not in LISTS:
        return set()
    found = _rows(response)
    return hidden(rows, user, kind, [row["id"] for row in found]) if found else set()


def _rows(response: Response) -> list[dict[str, Any]]:
    kind = response.headers.get("content-type", [""])[0].partition(";")[0]
    if kind == "application/jsonl":
        return [json.loads(line) for line in response.text.splitlines()]
    if kind != "application/json":
        return []
    body = response.json()
    found: list[dict[str, Any]] = body.get("items", [body])
    return found
