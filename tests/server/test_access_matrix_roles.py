"""The matrix: every operation of the OpenAPI is in it, and every cell is asked."""

import re
from typing import Any
from uuid import UUID

import httpx2
import pytest

from conftest import Logins
from rowgate.server.described import METHODS
from rowgate.server.identifiers import uuid7
from server.matrix import COLUMNS, ROWS, Row, table
from server.test_principals import hold, make_role
from server.world import Door, World, problem, query

DOCUMENT, DELETED = "other private paid kept", "other public free deleted"
NAMES = {"owner": "other"}
"""Who plays a column, where it is not a user of that name."""

ENDS = {
    "deactivated": ["UPDATE users SET is_active = false WHERE id = %s"],
    "expired": [
        "UPDATE user_roles SET expires_at = now() WHERE user_id = %s",
        "UPDATE document_shares SET expires_at = now() WHERE user_id = %s",
    ],
    "revoked": ["DELETE FROM user_roles WHERE user_id = %s", "DELETE FROM document_shares WHERE user_id = %s"],
}
"""What ends of whom after the log-in."""


def stage(database: Logins, world: World) -> dict[str, UUID]:
    """Store who and what the matrix asks for; return the keys by name."""
    keys = {name: uuid7() for name in ("editor", "expired", "revoked", "deactivated", "bystander", "granted", "hidden")}
    make = (
        "INSERT INTO users (id, username, email, hashed_password)"
        " SELECT %s, %s, %s, hashed_password FROM users WHERE username = 'free'"
    )
    share = (
        "INSERT INTO document_shares (id, document_id, user_id, level, expires_at) VALUES (%s, %s, %s, 'editor', {})"
    )
    document = world.doc(DOCUMENT).id
    for name in ("editor", "expired", "revoked", "deactivated", "bystander"):
        query(database.owner, make, keys[name], name, f"{name}@example.org")
    for name in ("editor", "expired", "revoked"):
        query(database.owner, share.format("NULL"), uuid7(), document, keys[name])
    everybody = World({**world.users, **keys}, world.documents)
    for name in ("expired", "revoked"):
        hold(database, everybody, name, "admin")
    make_role(database, "clerk")
    make_role(database, "guest")
    hold(database, everybody, "admin", "clerk")
    for name in ("granted", "hidden"):
        query(database.owner, "INSERT INTO configurations (id, name, value) VALUES (%s, %s, '1')", keys[name], name)
    grant = (
        "INSERT INTO role_configurations (id, configuration_id, role_id, access_level)"
        " SELECT %s, %s, id, %s FROM roles WHERE name = %s"
    )
    query(database.owner, grant, uuid7(), keys["granted"], 1, "free_user")
    query(database.owner, grant, uuid7(), keys["granted"], 2, "paid_user")
    keys |= {"session": uuid7(), "key": uuid7()}
    log_in = "INSERT INTO login_sessions (id, user_id, expires_at) VALUES (%s, %s, now() + interval '1 day')"
    query(database.owner, log_in, keys["session"], keys["bystander"])
    api_key = "INSERT INTO api_keys (id, user_id, name, prefix, key_hash) VALUES (%s, %s, 'key', 'rgk_', %s)"
    query(database.owner, api_key, keys["key"], keys["bystander"], b"0" * 32)
    return {**keys, "document": document, "deleted": world.doc(DELETED).id, **world.users}


async def client_of(door: Door, database: Logins, column: str, keys: dict[str, UUID]) -> httpx2.AsyncClient:
    """Return the client of a column; what ends, ends after its log-in."""
    if column == "anonymous":
        return await door.client()
    client = await door.log_in(NAMES.get(column, column))
    if column in ENDS:
        for end in ENDS[column]:
            query(database.owner, end, keys[column])
    return client


async def ask(client: httpx2.AsyncClient, column: str, keys: dict[str, UUID]) -> list[int]:
    """Ask every row in turn; return the statuses."""
    found = []
    itself = keys.get(NAMES.get(column, column), keys["bystander"])
    for row in ROWS:
        path = row.path.format(**keys, self=itself)
        answer = await client.request(row.method, path, **sent(row))
        if answer.status_code >= 400:
            problem(answer)
        found.append(answer.status_code)
    return found


def sent(row: Row) -> dict[str, Any]:
    """Return how the body of a row is sent: as a form, as a file, or as JSON."""
    if isinstance(row.body, str):
        return {"content": row.body, "headers": {"Content-Type": "text/csv"}}
    return {"data": row.body} if row.form else {"json": row.body}


@pytest.mark.parametrize("column", COLUMNS)
async def test_everybody_gets_her_column(door: Door, database: Logins, world: World, column: str) -> None:
    """Each gets the statuses of her column, one request after the other."""
    keys = stage(database, world)
    client = await client_of(door, database, column, keys)
    expected = {f"{row.method} {row.path} {row.body}": row.expected[COLUMNS.index(column)] for row in ROWS}
    assert expected == dict(zip(expected, await ask(client, column, keys), strict=True))


def served(door: Door) -> set[tuple[str, str]]:
    """Return the operations of the OpenAPI: method and path."""
    paths = door.app.openapi()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods if method in METHODS}


def test_every_operation_is_in_the_matrix(standing: Door) -> None:
    """An operation without a row is one of which nobody has said who may; a row without an operation asks nothing."""
    operations, asked, idle = served(standing), set(), []
    for row in ROWS:
        words = row.path.partition("?")[0].split("/")
        found = [one for one in operations if one[0] == row.method and _fits(one[1].split("/"), words)]
        # `/users/me` fits `/users/{user_id}` too: what has the fewest parameters is what is served.
        asked |= set(sorted(found, key=lambda one: one[1].count("{"))[:1])
        idle += [] if found else [f"{row.method} {row.path}"]
    assert [] == idle
    assert [] == sorted(operations - asked)


def _fits(path: list[str], words: list[str]) -> bool:
    return len(path) == len(words) and all(p == w or p.startswith("{") for p, w in zip(path, words, strict=True))


def test_the_page_has_the_table() -> None:
    """`docs/access.md` is made of the same data."""
    from docs.documents import text

    between = re.search(r"<!-- matrix -->\n(.*)\n<!-- /matrix -->", text("access.md"), re.DOTALL)
    assert between is not None
    assert table() == between[1].strip()
