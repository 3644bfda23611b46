"""The audit: a line for what was granted, revoked, lifted, denied, and done by the system; and nobody changes one."""

import json
from typing import Any

import httpx2
import pytest

from conftest import Logins
from server.test_incits359 import ok
from server.test_principals import hold, make_role
from server.world import Door, World, query


async def lines(client: httpx2.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """Return the lines of all pages, oldest first."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        body = ok(await client.get("/audit", params={"limit": 3, **params, **cursor}))
        found += body["items"]
        if body["next_cursor"] is None:
            return found[::-1]
        cursor = {"cursor": body["next_cursor"]}


async def kinds(client: httpx2.AsyncClient, **params: Any) -> list[str]:
    """Return the kinds of the lines, oldest first."""
    return [line["kind"] for line in await lines(client, **params)]


async def test_grants_and_revocations_leave_lines(door: Door, world: World) -> None:
    """Who gave whom what until when, and who took it: with where the request came from."""
    admin, key = await door.log_in("admin"), str(world.users["nobody"])
    path = f"/users/{key}/roles/paid_user"
    ok(await admin.put(path, json={"expires_at": "2100-01-01T00:00:00Z"}, headers={"X-Request-Id": "r1"}))
    ok(await admin.delete(path), 204)
    given, taken = await lines(admin, target_id=key)
    assert ("role.assigned", str(world.users["admin"]), "users", key) == (
        given["kind"],
        given["actor_id"],
        given["target_type"],
        given["target_id"],
    )
    assert {"role": "paid_user", "expires_at": "2100-01-01T00:00:00+00:00"} == given["detail"]
    assert (f"PUT {path}", "r1") == (given["request"], given["request_id"])
    assert given["address"]
    assert ("role.deassigned", {"role": "paid_user"}) == (taken["kind"], taken["detail"])


async def test_denied_writes_leave_lines_of_their_own(door: Door, database: Logins, world: World) -> None:
    """What is denied is told, although its transaction is rolled back; what is merely hidden is no denial."""
    admin, free = await door.log_in("admin"), await door.log_in("free")
    visible, hidden = world.doc("other public free kept").id, world.doc("other private free kept").id
    for key in (visible, hidden):
        await free.patch(f"/documents/{key}", json={"title": "mine"})
    await free.post("/roles", json={"name": "mine"})
    await free.get("/documents?include=deleted")
    found = await lines(admin, kind="denied")
    assert [
        ("documents", str(visible), "RG201"),
        ("roles", None, "RG201"),
        ("documents", None, "RG202"),
    ] == [(line["target_type"], line["target_id"], line["detail"]["code"]) for line in found]
    assert {str(world.users["free"])} == {line["actor_id"] for line in found}
    assert [(3,)] == query(database.owner, "SELECT count(*) FROM roles")


async def test_a_denial_leaves_a_line_whatever_the_path_says(door: Door, world: World) -> None:
    """A lift is denied before the key in the path is read: a wrong key hides no attempt, and neither does one that is none."""
    admin, free = await door.log_in("admin"), await door.log_in("free")
    key = str(world.doc("free private free deleted").id)
    for one in (key, "no-key", "null", f"{key}0"):
        assert 403 == (await free.post(f"/documents/{one}/purge")).status_code
    found = await lines(admin, kind="denied")
    assert [key, None, None, None] == [line["target_id"] for line in found]
    assert {("documents", "RG202")} == {(line["target_type"], line["detail"]["code"]) for line in found}


async def test_what_is_rolled_back_leaves_no_line(door: Door, database: Logins, world: World) -> None:
    """A grant that fails after its line was written leaves neither grant nor line of success."""
    admin = await door.log_in("admin")
    make_role(database, "auditor")
    hold(database, world, "nobody", "auditor")
    ok(await admin.put("/roles/auditor/exclusions/static/paid_user"), 204)
    before = await kinds(admin)
    assert 409 == (await admin.put(f"/users/{world.users['nobody']}/roles/paid_user", json={})).status_code
    assert ["log-in", "role.excluded"] == before == await kinds(admin)


async def test_lifts_leave_lines(door: Door, world: World) -> None:
    """Each list that shows deleted documents is told, with the restriction."""
    admin = await door.log_in("admin")
    ok(await admin.get("/documents", params={"include": "deleted"}))
    ok(await admin.get("/documents"))
    (line,) = await lines(admin, kind="lift")
    assert ({"lift": "soft-delete"}, str(world.users["admin"])) == (line["detail"], line["actor_id"])


async def test_purges_leave_lines(door: Door, world: World) -> None:
    """The system's work is told with its reason, its counts, and who asked for it."""
    admin, key = await door.log_in("admin"), str(world.users["inactive"])
    counts = ok(await admin.post(f"/users/{key}/purge", params={"heir": str(world.users["free"])}))["counts"]
    assert {"documents.reassigned": 8, "user_roles": 1, "users": 1} == counts
    _, system, purged = await lines(admin, actor_id=str(world.users["admin"]))
    assert ("system", "purge a user") == (system["kind"], system["reason"])
    assert ("user.purged", {"heir": str(world.users["free"]), **counts}) == (purged["kind"], purged["detail"])


async def test_who_reads_which_lines(door: Door, world: World) -> None:
    """An admin reads all, others what they did themselves; nobody at all is 401."""
    admin, free, paid = [await door.log_in(name) for name in ("admin", "free", "paid")]
    for client in (free, paid):
        assert 403 == (await client.post("/roles", json={"name": "x"})).status_code
    assert [2, 1, 1] == [len(await kinds(client, kind="denied")) for client in (admin, free, paid)]
    assert 401 == (await (await door.client()).get("/audit")).status_code


async def test_export_is_the_list_in_lines(door: Door, database: Logins, world: World) -> None:
    """The export has every line of the list, oldest first, by the same filters; more than one batch of them too."""
    admin, free = await door.log_in("admin"), await door.log_in("free")
    many = (
        "INSERT INTO audit_log (id, kind, actor_id) SELECT gen_random_uuid(), 'test', %s FROM generate_series(1, 1200)"
    )
    query(database.owner, many, world.users["free"])
    await free.post("/roles", json={"name": "x"})
    answer = await admin.get("/audit/export", params={"kind": "test"})
    assert (200, "application/jsonl") == (answer.status_code, answer.headers["content-type"])
    assert 1200 == len(answer.text.splitlines())
    exported = [json.loads(line) for line in (await admin.get("/audit/export?kind=denied")).text.splitlines()]
    assert await lines(admin, kind="denied") == exported
    paid = await door.log_in("paid")
    assert "" == (await paid.get("/audit/export?kind=test")).text
    assert 401 == (await (await door.client()).get("/audit/export")).status_code


@pytest.mark.parametrize("params", ["since=2020-01-01", "target_id=x", "kind=%00", "cursor=x", "until=soon"])
async def test_wrong_filters(standing: Door, params: str) -> None:
    """A filter that means nothing is 422."""
    admin = await standing.log_in("admin")
    assert 422 == (await admin.get(f"/audit?{params}")).status_code


async def test_filters_by_time(door: Door, database: Logins, world: World) -> None:
    """`since` is from that time on, `until` before it."""
    admin = await door.log_in("admin")
    at = "INSERT INTO audit_log (id, kind, at) VALUES (gen_random_uuid(), 'test', %s)"
    for day in ("2020-01-01", "2020-01-02", "2020-01-03"):
        query(database.owner, at, f"{day}T00:00:00Z")
    window = {"since": "2020-01-02T00:00:00Z", "until": "2020-01-03T00:00:00Z"}
    (line,) = await lines(admin, **window)
    assert line["at"].startswith("2020-01-02")
