"""Users through the real door: who sees, makes, changes and purges whom."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from conftest import Logins
from server.test_incits359 import ok
from server.world import ROLES, Door, World, problem, query

NEW = {"username": "eve", "email": "eve@example.org", "password": "correct horse battery"}


async def found(client: httpx2.AsyncClient, **params: Any) -> list[str]:
    """Return the names on all pages of the list, in alphabetical order, once the count has agreed."""
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        body = ok(await client.get("/users", params={"limit": 2, **params, **cursor}))
        names += [item["username"] for item in body["items"]]
        if body["next_cursor"] is None:
            assert len(names) == ok(await client.get("/users/count", params=params))["count"]
            return sorted(names)
        cursor = {"cursor": body["next_cursor"]}


@pytest.fixture
async def admin(door: Door) -> httpx2.AsyncClient:
    """Give an admin."""
    return await door.log_in("admin")


async def test_lists_hold_whom_one_may_see(door: Door) -> None:
    """An admin sees everybody, everybody else herself."""
    for name in ("admin", "paid", "nobody"):
        assert (sorted(ROLES) if name == "admin" else [name]) == await found(await door.log_in(name))


async def test_filters(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """Each filter finds whom it says, and two of them those whom both say."""
    query(database.owner, "UPDATE users SET username = 'O_ther%%' WHERE username = 'other'")
    query(database.owner, "DELETE FROM documents WHERE owner_id = %s", world.users["free"])
    query(database.owner, "UPDATE documents SET is_deleted = true WHERE owner_id = %s", world.users["paid"])
    everybody = {"O_ther%", *ROLES} - {"other"}
    for params, expected in (
        ({"q": "FRE"}, {"free"}),
        ({"q": "free@EXAMPLE"}, {"free"}),
        ({"q": "_"}, {"O_ther%"}),
        ({"q": "%"}, {"O_ther%"}),
        ({"q": "\\"}, set()),
        ({"q": "o_t"}, {"O_ther%"}),
        ({"active": False}, {"inactive"}),
        ({"active": True}, everybody - {"inactive"}),
        ({"role": "paid_user"}, {"paid", "O_ther%", "inactive"}),
        ({"role": "no.such"}, set()),
        ({"has_roles": False}, {"nobody"}),
        ({"has_documents": False}, {"free", "paid"}),
        ({"role": "paid_user", "active": True, "has_documents": True}, {"O_ther%"}),
    ):
        assert sorted(expected) == await found(admin, **params), params


async def test_users_without_roles(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """Who holds no role, and whose role is over, is without roles."""
    assert ["nobody"] == await found(admin, has_roles=False)
    query(database.owner, "UPDATE user_roles SET expires_at = now() WHERE user_id = %s", world.users["free"])
    assert ["free", "nobody"] == await found(admin, has_roles=False)


async def test_availability(admin: httpx2.AsyncClient, door: Door) -> None:
    """A name or an address that somebody has, in any case, is not available; only an admin may ask."""
    for params, expected in (
        ({"username": "FREE"}, False),
        ({"username": "fre"}, True),
        ({"email": "Free@example.org"}, False),
        ({"email": "f_ee@example.org"}, True),
        ({"username": "new", "email": "free@example.org"}, False),
    ):
        assert expected is ok(await admin.get("/users/available", params=params))["available"]
    assert 422 == (await admin.get("/users/available")).status_code
    assert 403 == (await (await door.log_in("free")).get("/users/available?username=x")).status_code


async def test_create_with_roles(admin: httpx2.AsyncClient, door: Door) -> None:
    """A user is made with her roles in one transaction: a role that is not there leaves no user."""
    body = {**NEW, "roles": [{"role": "paid_user", "expires_at": "2100-01-01T00:00:00Z"}]}
    made = await admin.post("/users", json=body)
    assert ["paid_user"] == ok(made, 201)["roles"]
    assert f"/users/{made.json()['id']}" == made.headers["location"]
    assert made.json() == ok(await admin.get(made.headers["location"]))
    assert "password" not in made.text
    wrong = {"username": "adam", "email": "adam@example.org", "roles": [{"role": "nothing"}]}
    assert 404 == (await admin.post("/users", json={**body, **wrong})).status_code
    assert [] == await found(admin, q="adam")


async def test_only_admins_make_users(door: Door) -> None:
    """Others are 403, before a password is hashed; nobody at all is 401."""
    assert 403 == (await (await door.log_in("paid")).post("/users", json=NEW)).status_code
    assert 401 == (await (await door.client()).post("/users", json=NEW)).status_code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "a b"),
        ("username", ""),
        ("email", "x"),
        ("password", "short"),
        ("password", None),
        ("roles", [{"role": "x", "expires_at": "soon"}]),
        ("roles", [{"role": "x", "expires_at": "9999-12-31T23:59:59-12:00"}]),
        ("roles", [{"role": "x", "expires_at": "2030-01-01T00:00:00"}]),
        ("is_active", False),
        ("id", "018f0000-0000-7000-8000-000000000000"),
    ],
)
async def test_bad_users(standing: Door, field: str, value: object) -> None:
    """What cannot be stored, or is not to be set, is 422."""
    answer = await (await standing.log_in("admin")).post("/users", json={**NEW, field: value})
    assert 422 == answer.status_code
    problem(answer)


async def test_change_and_deactivate(admin: httpx2.AsyncClient, door: Door, world: World) -> None:
    """An admin changes name, address and whether somebody is active; a name that is taken is 409."""
    victim, path = await door.log_in("free"), f"/users/{world.users['free']}"
    changed = ok(await admin.patch(path, json={"username": "freda", "is_active": False}))
    assert ("freda", False, "free@example.org") == (changed["username"], changed["is_active"], changed["email"])
    assert 401 == (await victim.get("/users/me")).status_code
    ok(await admin.patch(path, json={"is_active": True}))
    assert 401 == (await victim.get("/users/me")).status_code  # what she had is over
    assert "freda" == ok(await (await door.log_in("freda")).get("/users/me"))["username"]
    assert 409 == (await admin.patch(path, json={"username": "ADMIN"})).status_code


@pytest.mark.parametrize(("name", "status"), [("free", 403), ("other", 404)])
async def test_others_change_nobody(door: Door, world: World, name: str, status: int) -> None:
    """Oneself is visible and 403, others are 404, for every way to change a user."""
    client, path = await door.log_in("free"), f"/users/{world.users[name]}"
    answers = [
        await client.patch(path, json={"username": "x"}),
        await client.delete(path),
        await client.post(f"{path}/purge"),
        await client.put(f"{path}/roles", json={"roles": []}),
        await client.put(f"{path}/roles/admin", json={}),
        await client.delete(f"{path}/roles/free_user"),
    ]
    expected = [status] * 6
    assert expected == [answer.status_code for answer in answers]


async def test_absent_users(admin: httpx2.AsyncClient) -> None:
    """A user who does not exist is 404 everywhere."""
    path = f"/users/{uuid4()}"
    answers = [
        await admin.get(path),
        await admin.patch(path, json={"username": "x"}),
        await admin.delete(path),
        await admin.post(f"{path}/purge"),
        await admin.get(f"{path}/roles"),
        await admin.get(f"{path}/authorized-roles"),
        await admin.get(f"{path}/permissions"),
        await admin.put(f"{path}/roles", json={"roles": []}),
        await admin.put(f"{path}/roles/free_user", json={}),
    ]
    assert [404] * 9 == [answer.status_code for answer in answers]


async def test_roles_as_a_set(admin: httpx2.AsyncClient, world: World) -> None:
    """The roles given replace those held; what stays keeps its day and its giver."""
    path = f"/users/{world.users['paid']}/roles"
    before = ok(await admin.get(path))["items"][0]
    both = {"roles": [{"role": "paid_user"}, {"role": "free_user", "expires_at": "2100-01-01T00:00:00Z"}]}
    assert ["free_user", "paid_user"] == ok(await admin.put(path, json=both))["roles"]
    kept = {item["role"]: item for item in ok(await admin.get(path))["items"]}
    assert before == kept["paid_user"]
    assert ("2100-01-01T00:00:00Z", str(world.users["admin"])) == (
        kept["free_user"]["expires_at"],
        kept["free_user"]["assigned_by"],
    )
    assert [] == ok(await admin.put(path, json={"roles": []}))["roles"]
    assert 404 == (await admin.put(path, json={"roles": [{"role": "nothing"}]})).status_code


async def test_purge_reassigns_or_deletes(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """Documents go to the heir or away; what the user granted stays, granted by nobody; and nothing of her is left."""
    gone, heir = world.users["inactive"], world.users["free"]
    query(database.owner, "UPDATE user_roles SET assigned_by = %s WHERE user_id = %s", gone, heir)
    share = (
        "INSERT INTO document_shares (id, document_id, user_id, level, granted_by) VALUES (%s, %s, %s, 'viewer', %s)"
    )
    own = world.doc("inactive public free kept").id
    query(database.owner, share, uuid4(), own, world.users["paid"], gone)
    query(database.owner, share, uuid4(), world.doc("other public free kept").id, gone, world.users["other"])
    path = f"/users/{gone}/purge"
    for wrong in (gone, uuid4()):
        assert 409 == (await admin.post(path, params={"heir": str(wrong)})).status_code
    counts = ok(await admin.post(path, params={"heir": str(heir)}))["counts"]
    assert {"documents.reassigned": 8, "document_shares": 1, "user_roles": 1, "users": 1} == counts
    assert [(heir,)] == query(database.owner, "SELECT owner_id FROM documents WHERE id = %s", own)
    assert [(None,)] == query(database.owner, "SELECT granted_by FROM document_shares")
    ok(await admin.delete(f"/users/{heir}"), 204)
    counts = ok(await admin.post(f"/users/{heir}/purge"))["counts"]
    assert {"documents": 16, "document_shares": 1, "user_roles": 1, "users": 1} == counts
