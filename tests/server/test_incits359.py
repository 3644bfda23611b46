"""A test for each function of INCITS 359-2012, named after it: what it says, through the endpoint that does it.

Of sets of exclusive roles there are pairs: a set of two, of which nobody may have two.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from conftest import Logins
from server.test_principals import hold, make_role
from server.world import Door, World, query

HOUR = timedelta(hours=1)


@pytest.fixture
async def admin(door: Door) -> httpx2.AsyncClient:
    """Give an admin."""
    return await door.log_in("admin")


def ok(answer: httpx2.Response, status: int = 200) -> Any:
    """Return the body of an answer of this status."""
    assert status == answer.status_code, answer.text
    return answer.json() if answer.content else None


async def names(client: httpx2.AsyncClient, path: str, **params: Any) -> list[str]:
    """Return the names of all that a list holds, page by page, in alphabetical order."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        body = ok(await client.get(path, params={"limit": 2, **params, **cursor}))
        found += [item.get("name") or item.get("username") or item["role"] for item in body["items"]]
        if body["next_cursor"] is None:
            return sorted(found)
        cursor = {"cursor": body["next_cursor"]}


async def held(client: httpx2.AsyncClient, world: World, name: str) -> list[str]:
    """Return the roles that were given to a user."""
    return await names(client, f"/users/{world.users[name]}/roles")


# Core RBAC: administrative functions.


async def test_add_user(admin: httpx2.AsyncClient, door: Door) -> None:
    """AddUser: a new user can log in; her name is then taken, in any case."""
    body = {"username": "Eve", "email": "eve@example.org", "password": "correct horse battery"}
    made = ok(await admin.post("/users", json=body), 201)
    assert ("Eve", True, []) == (made["username"], made["is_active"], made["roles"])
    assert 409 == (await admin.post("/users", json={**body, "username": "eve", "email": "e@example.org"})).status_code
    assert made["id"] == ok(await (await door.log_in("eve")).get("/users/me"))["id"]


async def test_delete_user(admin: httpx2.AsyncClient, door: Door, world: World) -> None:
    """DeleteUser: deactivated, her sessions end with their next request; purged, she is gone."""
    victim, path = await door.log_in("free"), f"/users/{world.users['free']}"
    assert 409 == (await admin.post(f"{path}/purge")).status_code
    ok(await admin.delete(path), 204)
    assert 401 == (await victim.get("/users/me")).status_code
    assert 8 == ok(await admin.post(f"{path}/purge"))["counts"]["documents"]
    assert 404 == (await admin.get(path)).status_code


async def test_add_role(admin: httpx2.AsyncClient) -> None:
    """AddRole: a new role is there, held by whoever made it; its name is then taken."""
    ok(await admin.post("/roles", json={"name": "clerk", "description": "Files things"}), 201)
    assert "Files things" == ok(await admin.get("/roles/clerk"))["description"]
    assert ["admin"] == await names(admin, "/roles/clerk/users")
    assert 409 == (await admin.post("/roles", json={"name": "clerk"})).status_code


async def test_delete_role(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """DeleteRole: it goes with its assignments and its places in the hierarchy; the built-in ones stay."""
    make_role(database, "clerk", seniors=["admin"], juniors=["free_user"])
    hold(database, world, "nobody", "clerk")
    ok(await admin.delete("/roles/clerk"), 204)
    assert 404 == (await admin.get("/roles/clerk")).status_code
    assert [] == await held(admin, world, "nobody")
    assert [(2,)] == query(database.owner, "SELECT count(*) FROM role_parents")
    assert 403 == (await admin.delete("/roles/free_user")).status_code


async def test_assign_user(admin: httpx2.AsyncClient, door: Door, world: World) -> None:
    """AssignUser: the next request has the role; the assignment says by whom, since when, until when."""
    client, path = await door.log_in("nobody"), f"/users/{world.users['nobody']}/roles"
    until = (datetime.now(UTC) + HOUR).isoformat()
    made = ok(await admin.put(f"{path}/paid_user", json={"expires_at": until}))
    assert (str(world.users["admin"]), datetime.fromisoformat(until)) == (
        made["assigned_by"],
        datetime.fromisoformat(made["expires_at"]),
    )
    assert ["free_user", "paid_user"] == ok(await client.get("/users/me"))["roles"]
    ok(await admin.put(f"{path}/paid_user", json={"expires_at": "2020-01-01T00:00:00Z"}))
    assert [] == ok(await client.get("/users/me"))["roles"]


async def test_deassign_user(admin: httpx2.AsyncClient, door: Door, world: World) -> None:
    """DeassignUser: the next request has the role no more; what is not held is 404."""
    client, path = await door.log_in("paid"), f"/users/{world.users['paid']}/roles/paid_user"
    ok(await admin.delete(path), 204)
    assert [] == ok(await client.get("/users/me"))["roles"]
    assert 404 == (await admin.delete(path)).status_code


async def test_grant_permission(admin: httpx2.AsyncClient, door: Door, world: World) -> None:
    """GrantPermission: an owner lets all who have a role read, or edit, a document of hers."""
    owner, path = await door.log_in("other"), f"/documents/{world.doc('other private free kept').id}"
    reader = await door.log_in("free")
    assert 404 == (await reader.get(path)).status_code
    ok(await owner.put(f"{path}/shares/roles/free_user", json={"level": "viewer"}))
    ok(await reader.get(path))
    key = path.removeprefix("/documents/")
    assert ["read"] == ok(await admin.get(f"/roles/free_user/operations/{key}"))["operations"]


async def test_revoke_permission(door: Door, world: World) -> None:
    """RevokePermission: what was granted is not, from the next statement on."""
    owner, path = await door.log_in("other"), f"/documents/{world.doc('other private free kept').id}"
    reader = await door.log_in("free")
    ok(await owner.put(f"{path}/shares/roles/free_user", json={"level": "editor"}))
    ok(await reader.patch(path, json={"title": "new"}))
    ok(await owner.delete(f"{path}/shares/roles/free_user"), 204)
    assert 404 == (await reader.get(path)).status_code


# Core RBAC: review functions.


async def test_assigned_users(admin: httpx2.AsyncClient) -> None:
    """AssignedUsers: who holds the role herself."""
    assert ["free"] == await names(admin, "/roles/free_user/users")
    assert ["inactive", "other", "paid"] == await names(admin, "/roles/paid_user/users")


async def test_assigned_roles(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """AssignedRoles: the roles that she was given."""
    hold(database, world, "paid", "free_user")
    assert ["free_user", "paid_user"] == await held(admin, world, "paid")
    assert ["admin"] == await held(admin, world, "admin")


async def test_role_permissions(admin: httpx2.AsyncClient) -> None:
    """RolePermissions: what a role gives, by the rules of the policies, with what it inherits."""
    free = ok(await admin.get("/roles/free_user/permissions"))["items"]
    assert [{"action": "read", "table": "documents", "rule": "free", "role": "free_user", "conditional": True}] == free
    paid = ok(await admin.get("/roles/paid_user/permissions"))["items"]
    assert ["free", "paid"] == [one["rule"] for one in paid]


async def test_user_permissions(admin: httpx2.AsyncClient, world: World) -> None:
    """UserPermissions: what all her roles give her, and what everybody has who is logged in."""
    found = ok(await admin.get(f"/users/{world.users['paid']}/permissions"))["items"]
    assert {"paid_user", "free_user", None} == {one["role"] for one in found}
    nobody = ok(await admin.get(f"/users/{world.users['nobody']}/permissions"))["items"]
    assert {None} == {one["role"] for one in nobody}


async def test_session_roles(door: Door) -> None:
    """SessionRoles: what is active now."""
    assert ["free_user", "paid_user"] == ok(await (await door.log_in("paid")).get("/users/me"))["roles"]


async def test_session_permissions(door: Door) -> None:
    """SessionPermissions: what is permitted by what is active now."""
    found = ok(await (await door.log_in("free")).get("/users/me/permissions"))["items"]
    assert {"free_user", None} == {one["role"] for one in found}


async def test_role_operations_on_object(admin: httpx2.AsyncClient, world: World) -> None:
    """RoleOperationsOnObject: what a role by itself lets do to a document."""
    public, paid = world.doc("other public free kept").id, world.doc("other public paid kept").id
    asked = [("free_user", public), ("free_user", paid), ("paid_user", paid)]
    found = [ok(await admin.get(f"/roles/{role}/operations/{key}"))["operations"] for role, key in asked]
    assert [["read"], [], ["read"]] == found


async def test_user_operations_on_object(admin: httpx2.AsyncClient, world: World) -> None:
    """UserOperationsOnObject: what a user may do to a document, ownership included."""
    document = world.doc("other public paid kept").id
    found = {
        name: ok(await admin.get(f"/users/{world.users[name]}/operations/{document}"))["operations"]
        for name in ("other", "paid", "free", "inactive")
    }
    assert {"other": ["read", "update", "delete"], "paid": ["read"], "free": [], "inactive": []} == found


# Hierarchical RBAC.


async def test_add_inheritance(admin: httpx2.AsyncClient, door: Door, database: Logins, world: World) -> None:
    """AddInheritance: who holds the senior role has the junior one with the next request; a cycle is 409."""
    make_role(database, "clerk")
    hold(database, world, "nobody", "clerk")
    client = await door.log_in("nobody")
    ok(await admin.put("/roles/clerk/juniors/paid_user"), 204)
    ok(await admin.put("/roles/clerk/juniors/paid_user"), 204)
    assert ["clerk", "free_user", "paid_user"] == ok(await client.get("/users/me"))["roles"]
    for senior, junior in (("free_user", "admin"), ("paid_user", "admin"), ("admin", "admin")):
        assert 409 == (await admin.put(f"/roles/{senior}/juniors/{junior}")).status_code


async def test_delete_inheritance(admin: httpx2.AsyncClient, door: Door) -> None:
    """DeleteInheritance: the next request has the junior role no more; what is not there is 404."""
    client = await door.log_in("paid")
    ok(await admin.delete("/roles/paid_user/juniors/free_user"), 204)
    assert ["paid_user"] == ok(await client.get("/users/me"))["roles"]
    assert 404 == (await admin.delete("/roles/paid_user/juniors/free_user")).status_code


async def test_add_ascendant(admin: httpx2.AsyncClient) -> None:
    """AddAscendant: a new role above one that exists."""
    ok(await admin.post("/roles", json={"name": "head"}), 201)
    ok(await admin.put("/roles/head/juniors/paid_user"), 204)
    assert ["free_user", "paid_user"] == await names(admin, "/roles/head/juniors", inherited=True)


async def test_add_descendant(admin: httpx2.AsyncClient) -> None:
    """AddDescendant: a new role below one that exists."""
    ok(await admin.post("/roles", json={"name": "guest"}), 201)
    ok(await admin.put("/roles/free_user/juniors/guest"), 204)
    assert ["admin", "free_user", "paid_user"] == await names(admin, "/roles/guest/seniors", inherited=True)
    assert ["free_user"] == await names(admin, "/roles/guest/seniors")


async def test_authorized_users(admin: httpx2.AsyncClient) -> None:
    """AuthorizedUsers: who holds the role, or one that inherits it."""
    found = await names(admin, "/roles/free_user/users", inherited=True)
    assert ["admin", "free", "inactive", "other", "paid"] == found


async def test_authorized_roles(admin: httpx2.AsyncClient, world: World) -> None:
    """AuthorizedRoles: the roles that she holds, and those that they inherit."""
    found = await names(admin, f"/users/{world.users['admin']}/authorized-roles")
    assert ["admin", "free_user", "paid_user"] == found


# Static separation of duty.


async def test_create_ssd_set(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """CreateSsdSet: nobody is given both from then on, by whichever way; where somebody holds both it is 409."""
    for name in ("cashier", "auditor"):
        ok(await admin.post("/roles", json={"name": name}), 201)
    path = "/roles/cashier/exclusions/static/auditor"
    assert 409 == (await admin.put(path)).status_code  # the admin made both, and holds them
    ok(await admin.delete(f"/users/{world.users['admin']}/roles/auditor"), 204)
    ok(await admin.put(path), 204)
    hold(database, world, "nobody", "auditor")
    assigned = await admin.put(f"/users/{world.users['nobody']}/roles/cashier", json={})
    assert 409 == assigned.status_code
    both = {"roles": [{"role": "cashier"}, {"role": "auditor"}]}
    assert 403 == (await admin.put(f"/users/{world.users['free']}/roles", json=both)).status_code
    assert 409 == (await admin.put("/roles/auditor/juniors/cashier")).status_code
    ok(await admin.put(f"/users/{world.users['free']}/roles/cashier", json={}))


async def test_delete_ssd_set(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """DeleteSsdSet: both can be held again."""
    make_role(database, "auditor")
    hold(database, world, "nobody", "auditor")
    path = "/roles/auditor/exclusions/static/paid_user"
    ok(await admin.put(path), 204)
    assign = f"/users/{world.users['nobody']}/roles/paid_user"
    assert 409 == (await admin.put(assign, json={})).status_code
    ok(await admin.delete(path), 204)
    assert 404 == (await admin.delete(path)).status_code
    ok(await admin.put(assign, json={}))


async def test_ssd_role_sets(admin: httpx2.AsyncClient, database: Logins) -> None:
    """SsdRoleSets and SsdRoleSetRoles: the pairs that a role is in, from either side."""
    for name in ("auditor", "cashier"):
        make_role(database, name)
        ok(await admin.put(f"/roles/{name}/exclusions/static/paid_user"), 204)
    assert ["auditor", "cashier"] == await names(admin, "/roles/paid_user/exclusions/static")
    assert ["paid_user"] == await names(admin, "/roles/cashier/exclusions/static")
    assert [] == await names(admin, "/roles/cashier/exclusions/dynamic")


# Dynamic separation of duty.


async def test_create_dsd_set(admin: httpx2.AsyncClient, door: Door, database: Logins, world: World) -> None:
    """CreateDsdSet: both may be held, and are not active together."""
    for name in ("auditor", "cashier"):
        make_role(database, name)
        hold(database, world, "nobody", name)
    client = await door.log_in("nobody")
    assert ["auditor", "cashier"] == ok(await client.get("/users/me"))["roles"]
    ok(await admin.put("/roles/auditor/exclusions/dynamic/cashier"), 204)
    assert [] == ok(await client.get("/users/me"))["roles"]
    assert ["auditor", "cashier"] == await held(admin, world, "nobody")


async def test_delete_dsd_set(admin: httpx2.AsyncClient, door: Door, database: Logins, world: World) -> None:
    """DeleteDsdSet: both can be active again."""
    for name in ("auditor", "cashier"):
        make_role(database, name)
        hold(database, world, "nobody", name)
    ok(await admin.put("/roles/auditor/exclusions/dynamic/cashier"), 204)
    ok(await admin.delete("/roles/cashier/exclusions/dynamic/auditor"), 204)
    assert ["auditor", "cashier"] == ok(await (await door.log_in("nobody")).get("/users/me"))["roles"]


async def test_dsd_role_sets(admin: httpx2.AsyncClient, database: Logins) -> None:
    """DsdRoleSets and DsdRoleSetRoles: the pairs that a role is in."""
    make_role(database, "auditor")
    ok(await admin.put("/roles/auditor/exclusions/dynamic/paid_user"), 204)
    assert ["paid_user"] == await names(admin, "/roles/auditor/exclusions/dynamic")
    assert ["auditor"] == await names(admin, "/roles/paid_user/exclusions/dynamic")


async def test_delegation(admin: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """Nobody grants what she does not hold: neither by an assignment nor by the hierarchy."""
    make_role(database, "auditor")
    path = f"/users/{world.users['free']}/roles"
    assert 403 == (await admin.put(f"{path}/auditor", json={})).status_code
    assert 403 == (await admin.put(path, json={"roles": [{"role": "auditor"}]})).status_code
    assert 403 == (await admin.put("/roles/free_user/juniors/auditor")).status_code
    hold(database, world, "admin", "auditor")
    ok(await admin.put(f"{path}/auditor", json={}))
