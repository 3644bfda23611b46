"""How many statements a request costs: the same with ten users of a role as with ten thousand."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from conftest import Logins
from server.world import PASSWORD, Door, World, query

# Statements and connections of each login's engine. The principal is found in one statement, in the same transaction; a
# lift leaves its line in the audit there.
EXPECTED = {
    "log in": {"owner statements": 9, "owner checkouts": 2},
    "refresh": {"owner statements": 3, "owner checkouts": 1},
    "list": {"application statements": 2, "application checkouts": 1},
    "list deleted": {"application statements": 3, "application checkouts": 1},
    "next page": {"application statements": 2, "application checkouts": 1},
    "get": {"application statements": 2, "application checkouts": 1},
    "get hidden": {"application statements": 2, "application checkouts": 1},
    "me": {"application statements": 2, "application checkouts": 1},
    "create": {"application statements": 2, "application checkouts": 1},
    "update": {"application statements": 3, "application checkouts": 1},
    "delete": {"application statements": 3, "application checkouts": 1},
    "users": {"application statements": 3, "application checkouts": 1},
    "users found": {"application statements": 3, "application checkouts": 1},
    "count": {"application statements": 2, "application checkouts": 1},
    "user": {"application statements": 3, "application checkouts": 1},
    "holders": {"application statements": 4, "application checkouts": 1},
    "roles": {"application statements": 2, "application checkouts": 1},
    "authorized roles": {"application statements": 3, "application checkouts": 1},
    "list with permissions": {"application statements": 2, "application checkouts": 1},
    "search": {"application statements": 2, "application checkouts": 1},
    "shares": {"application statements": 3, "application checkouts": 1},
    "permitted users": {"application statements": 4, "application checkouts": 1},
    "configurations": {"application statements": 2, "application checkouts": 1},
    "my configurations": {"application statements": 2, "application checkouts": 1},
    "audit": {"application statements": 2, "application checkouts": 1},
    "no token": {},
    "health": {},
}


@contextmanager
def counting(door: Door) -> Iterator[Counter[str]]:
    """Count the statements and the connections taken from the pools, of both engines."""
    counts: Counter[str] = Counter()
    listeners: list[tuple[Any, str, Callable[..., None]]] = []

    def count(engine: AsyncEngine, name: str) -> None:
        def statement(*_args: object) -> None:
            counts[f"{name} statements"] += 1

        def checkout(*_args: object) -> None:
            counts[f"{name} checkouts"] += 1

        listeners.append((engine.sync_engine, "before_cursor_execute", statement))
        listeners.append((engine.sync_engine.pool, "checkout", checkout))

    count(door.app.state.database.application, "application")
    count(door.app.state.database.owner, "owner")
    for listener in listeners:
        event.listen(*listener)
    try:
        yield counts
    finally:
        for listener in listeners:
            event.remove(*listener)


async def measure(door: Door, world: World) -> dict[str, dict[str, int]]:
    """Return what each kind of request costs, once everything is warm."""
    free, admin, visitor = await door.log_in("free"), await door.log_in("admin"), await door.client()
    form = {"username": "free", "password": PASSWORD}
    refresh = (await visitor.post("/auth/token", data=form)).json()["refresh_token"]
    cursor = (await free.get("/documents", params={"limit": 3})).json()["next_cursor"]
    path = "/documents"
    requests: dict[str, tuple[httpx2.AsyncClient, str, str, dict[str, Any]]] = {
        "log in": (visitor, "POST", "/auth/token", {"data": form}),
        "refresh": (visitor, "POST", "/auth/refresh", {"json": {"refresh_token": refresh}}),
        "list": (free, "GET", path, {}),
        "list deleted": (admin, "GET", path, {"params": {"include": "deleted"}}),
        "next page": (free, "GET", path, {"params": {"limit": 3, "cursor": cursor}}),
        "get": (free, "GET", f"{path}/{world.doc('other public free kept').id}", {}),
        "get hidden": (free, "GET", f"{path}/{world.doc('other private free kept').id}", {}),
        "me": (free, "GET", "/users/me", {}),
        "create": (free, "POST", path, {"json": {"title": "new", "content": ""}}),
        "update": (free, "PATCH", f"{path}/{world.doc('free public paid kept').id}", {"json": {"title": "new"}}),
        "delete": (free, "DELETE", f"{path}/{world.doc('free private paid kept').id}", {}),
        "users": (admin, "GET", "/users", {"params": {"limit": 100}}),
        "users found": (admin, "GET", "/users", {"params": {"q": "a", "role": "free_user", "has_documents": False}}),
        "count": (admin, "GET", "/users/count", {"params": {"active": True}}),
        "user": (admin, "GET", f"/users/{world.users['free']}", {}),
        "holders": (admin, "GET", "/roles/free_user/users", {"params": {"inherited": True}}),
        "roles": (free, "GET", "/roles", {}),
        "authorized roles": (admin, "GET", f"/users/{world.users['admin']}/authorized-roles", {}),
        "list with permissions": (free, "GET", path, {"params": {"include": "permissions", "owner_role": "free_user"}}),
        "search": (free, "GET", path, {"params": {"q": "text", "include": "permissions"}}),
        "shares": (free, "GET", f"{path}/{world.doc('free private free kept').id}/shares", {}),
        "permitted users": (admin, "GET", f"{path}/{world.doc('free public free kept').id}/permissions", {}),
        "configurations": (admin, "GET", "/configurations", {}),
        "my configurations": (free, "GET", "/configurations/mine", {}),
        "audit": (admin, "GET", "/audit", {}),
        "no token": (visitor, "GET", path, {}),
        "health": (visitor, "GET", "/health", {}),
    }
    found = {}
    for name, (client, method, target, options) in requests.items():
        with counting(door) as counts:
            answer = await client.request(method, target, **options)
        assert answer.status_code in (200, 201, 204, 401, 404), answer.text
        found[name] = dict(counts)
    return found


@pytest.mark.parametrize("users", [10, 10_000])
async def test_counts_do_not_grow_with_the_users(door: Door, database: Logins, world: World, users: int) -> None:
    """Each request costs these statements exactly, however many users hold the role; log-in alone asks as the owner."""
    query(
        database.owner,
        "WITH made AS (INSERT INTO users (id, username, email, hashed_password)"
        " SELECT gen_random_uuid(), 'many' || n, 'many' || n || '@example.org', '-' FROM generate_series(1, %s) n"
        " RETURNING id) INSERT INTO user_roles (user_id, role_id)"
        " SELECT made.id, roles.id FROM made, roles WHERE roles.name = 'free_user'",
        users,
    )
    found = await measure(door, world)
    print(f"{users} users: {found}")
    assert EXPECTED == found


async def test_no_connection_is_kept(door: Door, world: World) -> None:
    """After all that, every connection is back in its pool."""
    await measure(door, world)
    for engine in (door.app.state.database.application, door.app.state.database.owner):
        assert 0 == engine.sync_engine.pool.checkedout()
