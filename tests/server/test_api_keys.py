"""API keys and log-ins: made, listed, revoked; what a key may do, and what only a person may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from conftest import Logins
from server.world import PASSWORD, Door, World, problem, query


async def make(client: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    """Make a key."""
    answer = await client.post("/api-keys", json={"name": "a program", **more})
    assert 201 == answer.status_code, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.acting_as("paid")
async def test_key_is_shown_once(client: httpx2.AsyncClient, database: Logins) -> None:
    """The answer to its making shows the key; the list shows its beginning; the database holds a hash."""
    made = await make(client)
    assert made["key"].startswith("rgk_")
    assert made["key"].startswith(made["prefix"])
    assert 12 == len(made["prefix"])
    listed = (await client.get("/api-keys")).json()["items"]
    assert [{name: value for name, value in made.items() if name != "key"}] == listed
    assert made["key"] not in str(
        query(database.owner, "SELECT api_keys::text, encode(key_hash, 'escape') FROM api_keys")
    )


@pytest.mark.acting_as("paid")
async def test_key_acts_as_its_user(door: Door, client: httpx2.AsyncClient, world: World) -> None:
    """With a key one reads and writes as its user, with the roles in force."""
    program = await door.client((await make(client))["key"])
    me = (await program.get("/users/me")).json()
    assert ("paid", ["free_user", "paid_user"]) == (me["username"], me["roles"])
    made = await program.post("/documents", json={"title": "by a program", "content": ""})
    assert str(world.users["paid"]) == made.json()["owner_id"]
    listed = [(await who.get("/documents", params={"limit": 100})).json() for who in (program, client)]
    assert listed[0] == listed[1]


@pytest.mark.acting_as("paid")
@pytest.mark.parametrize(("roles", "status"), [(["paid_user"], 200), (["free_user"], 404), ([], 404), (["admin"], 404)])
async def test_roles_are_an_upper_bound(
    door: Door, client: httpx2.AsyncClient, world: World, roles: list[str], status: int
) -> None:
    """A key activates no role that it does not name, and none that its user does not hold."""
    program = await door.client((await make(client, roles=roles))["key"])
    assert status == (await program.get(f"/documents/{world.doc('other public paid kept').id}")).status_code
    assert 200 == (await program.get(f"/documents/{world.doc('paid private paid kept').id}")).status_code
    active = {"paid_user": ["free_user", "paid_user"], "free_user": ["free_user"]}
    expected = active.get(roles[0], []) if roles else []
    assert expected == (await program.get("/users/me")).json()["roles"]


async def test_no_key_is_wider_than_its_token(door: Door) -> None:
    """Whoever is bound to some roles makes keys of those at most; a key without roles takes over the bound."""
    visitor = await door.client()
    form = {"username": "paid", "password": PASSWORD, "scope": "free_user"}
    client = await door.client((await visitor.post("/auth/token", data=form)).json()["access_token"])
    assert ["free_user"] == (await make(client))["roles"]
    assert [] == (await make(client, roles=[]))["roles"]
    wider = await client.post("/api-keys", json={"name": "wider", "roles": ["free_user", "paid_user"]})
    assert 403 == wider.status_code
    problem(wider)
    assert 2 == len((await client.get("/api-keys")).json()["items"])


@pytest.mark.acting_as("paid")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE api_keys SET expires_at = now()",
        "UPDATE api_keys SET revoked_at = now()",
        "UPDATE users SET is_active = false WHERE username = 'paid'",
    ],
    ids=["expired", "revoked", "deactivated"],
)
async def test_key_that_is_over(door: Door, client: httpx2.AsyncClient, database: Logins, change: str) -> None:
    """A key that is over, or whose user is, opens nothing from the next request on."""
    program = await door.client((await make(client))["key"])
    assert 200 == (await program.get("/users/me")).status_code
    query(database.owner, change)
    assert 401 == (await program.get("/users/me")).status_code


@pytest.mark.acting_as("paid")
async def test_key_expires(door: Door, client: httpx2.AsyncClient) -> None:
    """A key may be made for a time; one whose time was over already opens nothing."""
    now = datetime.now(UTC)
    for ends, status in ((now + timedelta(hours=1), 200), (now - timedelta(hours=1), 401)):
        program = await door.client((await make(client, expires_at=ends.isoformat()))["key"])
        assert status == (await program.get("/users/me")).status_code


async def test_revoke(door: Door) -> None:
    """One's own key is revoked, and gone from the list; another's is 404, and so is one that is gone."""
    owner, other = await door.log_in("paid"), await door.log_in("free")
    made = await make(owner)
    program = await door.client(made["key"])
    assert 404 == (await other.delete(f"/api-keys/{made['id']}")).status_code
    assert 200 == (await program.get("/users/me")).status_code
    assert [] == (await other.get("/api-keys")).json()["items"]
    assert [204, 404] == [(await owner.delete(f"/api-keys/{made['id']}")).status_code for _ in range(2)]
    assert 401 == (await program.get("/users/me")).status_code
    assert [] == (await owner.get("/api-keys")).json()["items"]


@pytest.mark.acting_as("paid")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api-keys", None),
        ("POST", "/api-keys", {"name": "another"}),
        ("DELETE", "/api-keys/018f0000-0000-7000-8000-000000000000", None),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions/018f0000-0000-7000-8000-000000000000", None),
        ("POST", "/auth/logout", None),
        ("POST", "/auth/password", {"old_password": PASSWORD, "new_password": "another long password"}),
    ],
)
async def test_key_is_no_person(
    door: Door, client: httpx2.AsyncClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    """What an account is made of changes by log-in only: a leaked key makes no keys, and locks nobody out."""
    program = await door.client((await make(client))["key"])
    answer = await program.request(method, path, json=body)
    assert 403 == answer.status_code
    problem(answer)


@pytest.mark.parametrize("key", ["rgk_", "rgk_" + "x" * 43, "rgk_" + "ä", "rgk_" + "x" * 300])
async def test_wrong_keys(door: Door, key: str) -> None:
    """A key that was never made is nobody."""
    client = await door.client()
    client.headers = httpx2.Headers([(b"Authorization", f"Bearer {key}".encode())])
    assert 401 == (await client.get("/documents")).status_code


@pytest.mark.acting_as("paid")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\x00"},
        {"name": "a", "roles": ["a b"]},
        {"name": "a", "roles": "admin"},
        {"name": "a", "roles": ["x"] * 51},
        {"name": "a", "expires_at": "tomorrow"},
        {"name": "a", "expires_at": "2030-01-01T00:00:00"},
        {"name": "a", "key_hash": "x"},
        {"name": "a", "user_id": "018f0000-0000-7000-8000-000000000000"},
    ],
    ids=str,
)
async def test_bad_keys(client: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    """What cannot be a key is 422, and none is made."""
    answer = await client.post("/api-keys", json=body)
    assert 422 == answer.status_code
    problem(answer)
    assert [] == (await client.get("/api-keys")).json()["items"]


async def test_sessions_of_ones_own(door: Door, world: World) -> None:
    """The list shows one's log-ins, newest first, and which one asks; revoking one ends it, and no other."""
    first, second, other = await door.log_in("free"), await door.log_in("free"), await door.log_in("paid")
    listed = (await second.get("/sessions")).json()["items"]
    assert [True, False] == [item["current"] for item in listed]
    assert {"127.0.0.1"} == {item["address"] for item in listed}
    assert all(item["user_agent"].startswith("python-httpx") for item in listed)
    for client, status in ((other, 404), (second, 204), (second, 404)):
        assert status == (await client.delete(f"/sessions/{listed[1]['id']}")).status_code
    assert [401, 200, 200] == [(await who.get("/users/me")).status_code for who in (first, second, other)]
    assert 1 == len((await second.get("/sessions")).json()["items"])


async def test_session_of_a_strange_client(door: Door) -> None:
    """A user agent that cannot be stored is left out, a long one is cut."""
    for agent, stored in ((b"a\x7fb", None), (b"x" * 1000, "x" * 255), (b"", None)):
        visitor = await door.client()
        visitor.headers = httpx2.Headers([(b"User-Agent", agent)])
        answer = await visitor.post("/auth/token", data={"username": "free", "password": PASSWORD})
        client = await door.client(answer.json()["access_token"])
        assert stored == (await client.get("/sessions")).json()["items"][0]["user_agent"]
