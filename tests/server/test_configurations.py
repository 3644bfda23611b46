"""Configurations through the real door: granted to roles at levels until a time, the highest level wins."""

import json
from typing import Any

import httpx2
import pytest

from conftest import Logins
from server.test_incits359 import names, ok
from server.test_principals import hold, make_role
from server.world import Door, World, problem, query


@pytest.fixture
async def admin(door: Door) -> httpx2.AsyncClient:
    """Give an admin."""
    return await door.log_in("admin")


async def make(admin: httpx2.AsyncClient, name: str, **levels: int) -> str:
    """Store a configuration, granted to roles; return its path."""
    made = ok(await admin.post("/configurations", json={"name": name, "value": {"of": name}}), 201)
    path = f"/configurations/{made['id']}"
    for role, level in levels.items():
        ok(await admin.put(f"{path}/grants/{role}", json={"access_level": level}))
    return path


async def mine(client: httpx2.AsyncClient, **params: Any) -> dict[str, int]:
    """Return the levels of one's own configurations by their names, from pages of one."""
    found: dict[str, int] = {}
    cursor: dict[str, str] = {}
    while True:
        body = ok(await client.get("/configurations/mine", params={"limit": 1, **params, **cursor}))
        found |= {item["name"]: item["access_level"] for item in body["items"]}
        if body["next_cursor"] is None:
            return found
        cursor = {"cursor": body["next_cursor"]}


async def test_values_are_any_json(admin: httpx2.AsyncClient) -> None:
    """What is stored comes back: objects, lists, texts, numbers, booleans and null."""
    values: list[Any] = [{"a": [1, {"b": None}]}, [], "ünï", 1.5, 10**30, True, None]
    for number, value in enumerate(values):
        body = {"name": f"c{number}", "value": value, "description": "d"}
        answer = await admin.post("/configurations", json=body)
        assert value == ok(answer, 201)["value"]
        assert answer.json() == ok(await admin.get(answer.headers["location"]))
    assert 409 == (await admin.post("/configurations", json={"name": "c0", "value": 1})).status_code


async def test_my_configurations(admin: httpx2.AsyncClient, door: Door, database: Logins, world: World) -> None:
    """Through roles and the hierarchy, each at its highest level, from a level on; nobody sees what she is not granted."""
    make_role(database, "clerk")
    hold(database, world, "paid", "clerk")
    await make(admin, "free", free_user=1)
    await make(admin, "paid", paid_user=3)
    await make(admin, "both", free_user=1, paid_user=2, clerk=5)
    await make(admin, "nobody's")
    clients = {name: await door.log_in(name) for name in ("paid", "free", "nobody")}
    assert {"free": 1, "paid": 3, "both": 5} == await mine(clients["paid"])
    assert {"paid": 3, "both": 5} == await mine(clients["paid"], access_level=2)
    assert {"both": 5} == await mine(clients["paid"], access_level=5)
    assert {"free": 1, "both": 1} == await mine(clients["free"])
    assert {} == await mine(clients["nobody"])
    assert {"free": 1, "paid": 3, "both": 2} == await mine(admin)
    assert ["both", "free", "nobody's", "paid"] == await names(admin, "/configurations")
    assert ["both", "free"] == await names(clients["free"], "/configurations")


async def test_grants_end(admin: httpx2.AsyncClient, door: Door, database: Logins) -> None:
    """A grant that is over, or withdrawn, grants nothing, from the next statement on."""
    path, client = await make(admin, "one", free_user=2), await door.log_in("free")
    assert 200 == (await client.get(path)).status_code
    query(database.owner, "UPDATE role_configurations SET expires_at = now()")
    assert (404, {}) == ((await client.get(path)).status_code, await mine(client))
    ok(await admin.put(f"{path}/grants/free_user", json={"access_level": 1, "expires_at": "2100-01-01T00:00:00Z"}))
    assert {"one": 1} == await mine(client)
    ok(await admin.delete(f"{path}/grants/free_user"), 204)
    assert (404, {}) == ((await client.get(path)).status_code, await mine(client))
    assert 404 == (await admin.delete(f"{path}/grants/free_user")).status_code


async def test_levels_and_admins_change(admin: httpx2.AsyncClient, door: Door) -> None:
    """Level 1 reads, level 2 changes value and description, an admin everything; others see nothing."""
    path = await make(admin, "one", free_user=1, paid_user=2)
    value, name = {"value": 2, "description": "new"}, {"name": "renamed"}
    expected = {"free": [403, 403, 403], "paid": [200, 403, 403], "nobody": [404, 404, 404], "admin": [200, 200, 204]}
    for who, statuses in expected.items():
        client = await door.log_in(who)
        answers = [await client.patch(path, json=value), await client.patch(path, json=name), await client.delete(path)]
        assert statuses == [answer.status_code for answer in answers], who
    assert 404 == (await admin.get(path)).status_code


async def test_grants_both_ways(admin: httpx2.AsyncClient, door: Door, database: Logins) -> None:
    """By configuration and by role: an admin sees all, others those of their roles, also once they are over."""
    one, two = await make(admin, "one", free_user=1, paid_user=2), await make(admin, "two", paid_user=1)

    async def roles(client: httpx2.AsyncClient, path: str) -> list[tuple[str, str | None, int]]:
        items = ok(await client.get(path))["items"]
        return sorted((item["role"], item["configuration"], item["access_level"]) for item in items)

    free, paid = await door.log_in("free"), await door.log_in("paid")
    assert [("free_user", "one", 1), ("paid_user", "one", 2)] == await roles(admin, f"{one}/grants")
    assert [("free_user", "one", 1)] == await roles(free, f"{one}/grants")
    assert 404 == (await free.get(f"{two}/grants")).status_code
    assert [("paid_user", "one", 2), ("paid_user", "two", 1)] == await roles(paid, "/roles/paid_user/configurations")
    assert [] == await roles(free, "/roles/paid_user/configurations")
    query(database.owner, "UPDATE role_configurations SET expires_at = now()")
    assert [("free_user", None, 1)] == await roles(free, "/roles/free_user/configurations")


async def test_only_admins_grant(admin: httpx2.AsyncClient, door: Door) -> None:
    """Who sees a configuration may not grant or withdraw it, nor make one."""
    path, client = await make(admin, "one", free_user=2), await door.log_in("free")
    answers = [
        await client.post("/configurations", json={"name": "mine", "value": 1}),
        await client.put(f"{path}/grants/free_user", json={"access_level": 9}),
        await client.delete(f"{path}/grants/free_user"),
    ]
    assert [403, 403, 403] == [answer.status_code for answer in answers]


def deep(levels: int) -> Any:
    """Return lists in lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "", "value": 1},
        {"name": "x" * 101, "value": 1},
        {"name": "x", "value": "\0"},
        {"name": "x", "value": {"\0": 1}},
        {"name": "x", "value": ["\ud800"]},
        {"name": "x", "value": deep(101)},
        {"name": "x", "value": 1, "id": "x"},
    ],
    ids=range(8),
)
async def test_bad_configurations(standing: Door, body: dict[str, Any]) -> None:
    """What cannot be stored is 422."""
    answer = await (await standing.log_in("admin")).post(
        "/configurations", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert 422 == answer.status_code
    problem(answer)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "[" * 5000])
async def test_numbers_that_are_none(standing: Door, text: str) -> None:
    """What is no JSON is 400 or 422, whatever Python's parser thinks of it."""
    answer = await (await standing.log_in("admin")).post(
        "/configurations", content=f'{{"name": "x", "value": {text}}}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    problem(answer)


@pytest.mark.parametrize("level", [0, -1, 1001, "x", None, 1.5])
async def test_bad_levels(standing: Door, level: object) -> None:
    """A level is a whole number from 1 on."""
    admin = await standing.log_in("admin")
    path = "/configurations/018f0000-0000-7000-8000-000000000000/grants/free_user"
    assert 422 == (await admin.put(path, json={"access_level": level})).status_code
