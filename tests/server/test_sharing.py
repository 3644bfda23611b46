"""Shares through the real door: what a viewer and an editor may, until when, and never more than the owner gave."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from conftest import Logins
from server.test_incits359 import ok
from server.test_principals import hold, inherit, make_role
from server.world import Door, World, problem, query, walk

VIEW, EDIT = {"level": "viewer"}, {"level": "editor"}


@pytest.fixture
def path(world: World) -> str:
    """Give a private document of `other`."""
    return f"/documents/{world.doc('other private paid kept').id}"


@pytest.fixture
async def owner(door: Door) -> httpx2.AsyncClient:
    """Give its owner."""
    return await door.log_in("other")


async def may(client: httpx2.AsyncClient, path: str) -> list[int]:
    """Ask what somebody may do to a document: get it, change title, visibility, delete it."""
    return [
        (await client.get(path)).status_code,
        (await client.patch(path, json={"title": "new"})).status_code,
        (await client.patch(path, json={"is_public": True})).status_code,
        (await client.delete(path)).status_code,
    ]


async def test_viewers_read_and_editors_write(door: Door, owner: httpx2.AsyncClient, path: str, world: World) -> None:
    """A viewer reads; an editor changes title and content, and neither who sees it nor whether it is there."""
    client, share = await door.log_in("nobody"), f"{path}/shares/users/{world.users['nobody']}"
    assert [404, 404, 404, 404] == await may(client, path)
    made = ok(await owner.put(share, json=VIEW))
    assert (str(world.users["nobody"]), None, "viewer", str(world.users["other"])) == (
        made["user_id"],
        made["role"],
        made["level"],
        made["granted_by"],
    )
    assert [200, 403, 403, 403] == await may(client, path)
    ok(await owner.put(share, json=EDIT))
    assert [200, 200, 403, 403] == await may(client, path)
    assert str(world.users["other"]) == ok(await client.get(path))["owner_id"]
    ok(await owner.delete(share), 204)
    assert [404, 404, 404, 404] == await may(client, path)
    assert 404 == (await owner.delete(share)).status_code


async def test_a_role_shares_with_all_who_have_it(
    door: Door, owner: httpx2.AsyncClient, path: str, database: Logins, world: World
) -> None:
    """Who holds the role, or one that inherits it, sees the document, from the next statement on."""
    make_role(database, "clerk")
    make_role(database, "head", juniors=["clerk"])
    hold(database, world, "free", "clerk")
    hold(database, world, "nobody", "head")
    clients = [await door.log_in(name) for name in ("free", "nobody", "paid")]
    assert "clerk" == ok(await owner.put(f"{path}/shares/roles/clerk", json=VIEW))["role"]
    assert [200, 200, 404] == [(await client.get(path)).status_code for client in clients]
    inherit(database, "paid_user", "clerk")
    assert [200, 200, 200] == [(await client.get(path)).status_code for client in clients]
    ok(await owner.delete(f"{path}/shares/roles/clerk"), 204)
    assert [404, 404, 404] == [(await client.get(path)).status_code for client in clients]


async def test_shares_end_on_the_databases_clock(
    door: Door, owner: httpx2.AsyncClient, path: str, database: Logins, world: World
) -> None:
    """A share that is over shares nothing, with no job to run; it stays on the list until it is taken away."""
    client, share = await door.log_in("free"), f"{path}/shares/users/{world.users['free']}"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    ok(await owner.put(share, json={**EDIT, "expires_at": until}))
    assert 200 == (await client.get(path)).status_code
    query(database.owner, "UPDATE document_shares SET expires_at = now()")
    assert [404, 404, 404, 404] == await may(client, path)
    assert 1 == len(ok(await owner.get(f"{path}/shares"))["items"])
    ok(await owner.put(share, json=VIEW))
    assert 200 == (await client.get(path)).status_code


async def test_only_owners_share(door: Door, owner: httpx2.AsyncClient, path: str, world: World) -> None:
    """Viewers, editors and admins see the document and may not share it; whoever does not see it is told nothing."""
    for name, level in (("nobody", EDIT), ("free", VIEW)):
        ok(await owner.put(f"{path}/shares/users/{world.users[name]}", json=level))
    expected = {"nobody": 403, "free": 403, "admin": 403, "paid": 404}
    for name, status in expected.items():
        client = await door.log_in(name)
        for grantee in (f"users/{world.users['inactive']}", "roles/free_user"):
            assert status == (await client.put(f"{path}/shares/{grantee}", json=VIEW)).status_code
        assert (404 if name == "paid" else 403) == (
            await client.put(f"{path}/shares/users/{world.users['free']}", json=EDIT)
        ).status_code


async def test_who_sees_and_ends_which_shares(door: Door, owner: httpx2.AsyncClient, path: str, world: World) -> None:
    """The owner and admins see all shares, who has one sees it; an admin may end one, who has it may not."""
    for name in ("nobody", "free"):
        ok(await owner.put(f"{path}/shares/users/{world.users[name]}", json=VIEW))
    ok(await owner.put(f"{path}/shares/roles/free_user", json=VIEW))
    free, admin = await door.log_in("free"), await door.log_in("admin")
    counts = [len(ok(await client.get(f"{path}/shares"))["items"]) for client in (owner, admin, free)]
    assert [3, 3, 2] == counts
    share = f"{path}/shares/users/{world.users['free']}"
    assert 403 == (await free.delete(share)).status_code
    assert 404 == (await free.delete(f"{path}/shares/users/{world.users['nobody']}")).status_code
    ok(await admin.delete(share), 204)


async def test_shares_leave_lines(owner: httpx2.AsyncClient, door: Door, path: str, world: World) -> None:
    """Who shared what with whom, and who ended it, is in the audit."""
    share = f"{path}/shares/users/{world.users['free']}"
    ok(await owner.put(share, json=EDIT))
    ok(await owner.delete(share), 204)
    items = ok(await (await door.log_in("admin")).get("/audit", params={"target_type": "documents"}))["items"]
    assert ["share.revoked", "share.granted"] == [item["kind"] for item in items]
    assert {"to": str(world.users["free"]), "level": "editor", "expires_at": None} == items[1]["detail"]


@pytest.mark.parametrize(
    ("grantee", "body", "status"),
    [
        ("users/0198d9a0-0000-7000-8000-000000000001", VIEW, 409),
        ("users/x", VIEW, 422),
        ("roles/nothing", VIEW, 404),
        ("roles/free_user", {}, 422),
        ("roles/free_user", {"level": "owner"}, 422),
        ("roles/free_user", {**VIEW, "expires_at": "soon"}, 422),
    ],
)
async def test_bad_shares(standing: Door, world: World, grantee: str, body: dict[str, Any], status: int) -> None:
    """What means nothing is refused, and stores nothing."""
    client, path = await standing.log_in("other"), f"/documents/{world.doc('other private paid kept').id}/shares"
    answer = await client.put(f"{path}/{grantee}", json=body)
    assert status == answer.status_code
    problem(answer)
    assert [] == ok(await client.get(path))["items"]


async def test_permissions_beside_each_document(door: Door, owner: httpx2.AsyncClient, world: World) -> None:
    """`include=permissions` says what one may do to each document, and it is what happens; without it nothing is said."""
    for name, level in (("other private paid kept", EDIT), ("other private free kept", VIEW)):
        path = f"/documents/{world.doc(name).id}/shares/users/{world.users['free']}"
        ok(await owner.put(path, json=level))
    client = await door.log_in("free")
    told = {item["title"]: item["permissions"] for item in await walk(client, limit=4, include="permissions")}
    nothing = {"update": False, "delete": False, "share": False}
    assert {"update": True, "delete": True, "share": True} == told["free private free kept"]
    assert {**nothing, "update": True} == told["other private paid kept"]
    assert nothing == told["other private free kept"] == told["other public free kept"]
    one = await client.get(f"/documents/{world.doc('other private paid kept').id}", params={"include": "permissions"})
    assert {**nothing, "update": True} == ok(one)["permissions"]
    assert not any("permissions" in item for item in await walk(client, limit=100))


async def test_restore_and_purge(door: Door, owner: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """An admin restores what was deleted, or deletes it for good with its shares; neither what is not deleted."""
    admin, document = await door.log_in("admin"), world.doc("other private paid kept")
    path = f"/documents/{document.id}"
    ok(await owner.put(f"{path}/shares/users/{world.users['free']}", json=VIEW))
    for action in ("restore", "purge"):
        assert 409 == (await admin.post(f"{path}/{action}")).status_code
        assert 403 == (await owner.post(f"{path}/{action}")).status_code
        assert 404 == (await admin.post(f"/documents/{uuid4()}/{action}")).status_code
    ok(await owner.delete(path), 204)
    assert 404 == (await owner.get(path)).status_code
    assert ok(await admin.get(path, params={"include": "deleted"}))["is_deleted"]
    assert not ok(await admin.post(f"{path}/restore"))["is_deleted"]
    assert 200 == (await owner.get(path)).status_code
    ok(await owner.delete(path), 204)
    assert {"documents": 1, "document_shares": 1} == ok(await admin.post(f"{path}/purge"))["counts"]
    assert [(0,)] == query(database.owner, "SELECT count(*) FROM documents WHERE id = %s", document.id)
    kinds = [item["kind"] for item in ok(await admin.get("/audit", params={"target_id": str(document.id)}))["items"]]
    assert ["document.purged", "document.restored", "denied", "denied", "share.granted"] == kinds
