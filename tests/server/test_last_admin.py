"""Somebody stays an admin: by whatever way the last one would lose it, and when two try at once."""

import asyncio
from typing import Any

import pytest

from conftest import Logins
from server.test_incits359 import ok
from server.test_principals import hold, make_role
from server.world import Door, World, problem, query, serving, settings_for

LATER = {"expires_at": "2100-01-01T00:00:00Z"}
ADMINS = (
    "SELECT count(*) FROM users u JOIN user_roles h ON h.user_id = u.id JOIN roles r ON r.id = h.role_id"
    " WHERE u.is_active AND r.name = 'admin' AND h.expires_at IS NULL"
)
WAYS: dict[str, tuple[str, str, Any]] = {
    "taken": ("DELETE", "/users/{}/roles/admin", None),
    "replaced": ("PUT", "/users/{}/roles", {"roles": [{"role": "free_user"}]}),
    "replaced with an end": ("PUT", "/users/{}/roles", {"roles": [{"role": "admin", **LATER}]}),
    "given an end": ("PUT", "/users/{}/roles/admin", LATER),
    "deactivated": ("DELETE", "/users/{}", None),
    "changed to inactive": ("PATCH", "/users/{}", {"is_active": False}),
}


@pytest.mark.parametrize("way", WAYS)
async def test_the_last_admin_stays(way: str, door: Door, database: Logins, world: World) -> None:
    """Each way in which the last admin would be none is 409, and nothing changes; of two admins one may go."""
    method, path, body = WAYS[way]
    admin = await door.log_in("admin")
    answer = await admin.request(method, path.format(world.users["admin"]), json=body)
    assert (409, "Nobody would be an admin without end: make somebody else one first.") == (
        answer.status_code,
        problem(answer)["detail"],
    )
    assert [(1,)] == query(database.owner, ADMINS)
    hold(database, world, "free", "admin")
    assert (await admin.request(method, path.format(world.users["admin"]), json=body)).status_code in {200, 204}
    assert [(1,)] == query(database.owner, ADMINS)


async def test_other_roles_go_as_before(door: Door, world: World) -> None:
    """What makes nobody an admin is taken from the last admin, and from anybody, as always."""
    admin, path = await door.log_in("admin"), f"/users/{world.users['admin']}/roles"
    ok(await admin.put(f"{path}/paid_user", json=LATER))
    ok(await admin.delete(f"{path}/paid_user"), 204)
    ok(await admin.delete(f"/users/{world.users['free']}/roles/free_user"), 204)
    ok(await admin.delete(f"/users/{world.users['free']}"), 204)


async def test_a_senior_of_admin_counts(door: Door, database: Logins, world: World) -> None:
    """Whoever is an admin by a role that inherits it counts; taking the pair, or that role, is refused then."""
    admin = await door.log_in("admin")
    make_role(database, "chief")
    hold(database, world, "free", "chief")
    ok(await admin.put("/roles/chief/juniors/admin"), 204)
    chief, path = await door.log_in("free"), f"/users/{world.users['admin']}/roles/admin"
    ok(await chief.delete(path), 204)
    for refused in ("/roles/chief/juniors/admin", "/roles/chief", f"/users/{world.users['free']}/roles/chief"):
        assert 409 == (await chief.delete(refused)).status_code, refused
    assert ["admin", "chief", "free_user", "paid_user"] == ok(await chief.get("/users/me"))["roles"]


async def test_two_admins_take_each_others_role_at_once(database: Logins, world: World) -> None:
    """Of two last admins, each taken by the other at once, in two applications, one stays."""
    hold(database, world, "free", "admin")
    async with serving(settings_for(database)) as left, serving(settings_for(database)) as right:
        for _ in range(6):
            here, there = await left.log_in("admin"), await right.log_in("free")
            answers = await asyncio.gather(
                here.delete(f"/users/{world.users['free']}/roles/admin"),
                there.delete(f"/users/{world.users['admin']}"),
            )
            # The other one is refused, or was no admin (403) or nobody (401) any more when her turn came.
            assert 1 == [answer.status_code for answer in answers].count(204), answers
            assert [(1,)] == query(database.owner, ADMINS)
            query(database.owner, "UPDATE users SET is_active = true WHERE username = 'admin'")
            query(
                database.owner,
                "INSERT INTO user_roles (user_id, role_id) SELECT %s, id FROM roles WHERE name = 'admin'"
                " ON CONFLICT DO NOTHING",
                world.users["free"],
            )
