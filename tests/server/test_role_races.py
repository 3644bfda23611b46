"""Two who change roles at once: whatever the order, no cycle, no two roles that nobody may hold together, no deadlock."""

import asyncio
from collections.abc import Awaitable

import httpx2
import pytest

from conftest import Logins
from server.test_incits359 import ok
from server.test_principals import hold, make_role
from server.world import Door, World, query, serving, settings_for

ROUNDS = 8


async def both(one: Awaitable[httpx2.Response], other: Awaitable[httpx2.Response]) -> list[int]:
    """Send two requests at once; return their statuses, the lower one first."""
    return sorted(answer.status_code for answer in await asyncio.gather(one, other))


@pytest.fixture
async def admins(door: Door) -> list[httpx2.AsyncClient]:
    """Give an admin twice."""
    return [await door.log_in("admin"), await door.log_in("admin")]


async def test_a_cycle_closed_from_two_sides(database: Logins, world: World) -> None:
    """Two applications close one cycle at once: one of them does not."""
    for name in ("one", "other"):
        make_role(database, name)
        hold(database, world, "admin", name)
    async with serving(settings_for(database)) as left, serving(settings_for(database)) as right:
        here, there = await left.log_in("admin"), await right.log_in("admin")
        for _ in range(ROUNDS):
            assert [204, 409] == await both(here.put("/roles/one/juniors/other"), there.put("/roles/other/juniors/one"))
            query(database.owner, "DELETE FROM role_parents WHERE added_by IS NOT NULL")


async def test_a_longer_cycle_closed_from_two_sides(
    admins: list[httpx2.AsyncClient], database: Logins, world: World
) -> None:
    """The same where each of the two pairs is harmless with all that is stored, and only both are not."""
    for name in ("a", "b", "c", "d"):
        make_role(database, name)
        hold(database, world, "admin", name)
    for senior, junior in (("a", "b"), ("c", "d")):
        ok(await admins[0].put(f"/roles/{senior}/juniors/{junior}"), 204)
    for _ in range(ROUNDS):
        assert [204, 409] == await both(admins[0].put("/roles/b/juniors/c"), admins[1].put("/roles/d/juniors/a"))
        query(
            database.owner,
            "DELETE FROM role_parents WHERE (senior_id, junior_id) IN (SELECT s.id, j.id FROM roles s, roles j"
            " WHERE (s.name, j.name) IN (('b', 'c'), ('d', 'a')))",
        )


async def test_two_exclusive_roles_assigned_at_once(
    door: Door, admins: list[httpx2.AsyncClient], database: Logins, world: World
) -> None:
    """Of two roles that nobody may hold together, given to one user at once, one is given."""
    make_role(database, "auditor")
    make_role(database, "cashier")
    # Two admins, since one could not hold both: each gives what she holds.
    for name, role in (("admin", "auditor"), ("free", "admin"), ("free", "cashier")):
        hold(database, world, name, role)
    path, other = f"/users/{world.users['nobody']}/roles", await door.log_in("free")
    ok(await other.put("/roles/auditor/exclusions/static/cashier"), 204)
    for _ in range(ROUNDS):
        assert [200, 409] == await both(
            admins[0].put(f"{path}/auditor", json={}), other.put(f"{path}/cashier", json={})
        )
        query(database.owner, "DELETE FROM user_roles WHERE user_id = %s", world.users["nobody"])


async def test_an_exclusion_and_an_assignment_at_once(
    admins: list[httpx2.AsyncClient], database: Logins, world: World
) -> None:
    """An exclusion that is made while somebody is given the second of its roles: one of the two is refused."""
    make_role(database, "auditor")
    hold(database, world, "nobody", "auditor")
    path = f"/users/{world.users['nobody']}/roles/paid_user"
    for _ in range(ROUNDS):
        found = await both(admins[0].put("/roles/auditor/exclusions/static/paid_user"), admins[1].put(path, json={}))
        assert found in ([200, 409], [204, 409])
        query(database.owner, "DELETE FROM role_exclusions")
        query(
            database.owner,
            "DELETE FROM user_roles WHERE user_id = %s AND role_id IN (SELECT id FROM roles WHERE name = 'paid_user')",
            world.users["nobody"],
        )


async def test_deleting_a_role_while_it_is_assigned(
    admins: list[httpx2.AsyncClient], database: Logins, world: World
) -> None:
    """Deleting a role and giving it to somebody at once is no deadlock: afterwards it is gone, with every assignment."""
    for number in range(ROUNDS):
        name = f"clerk{number}"
        make_role(database, name)
        hold(database, world, "admin", name)
        deleted, given = await asyncio.gather(
            admins[0].delete(f"/roles/{name}"),
            admins[1].put(f"/users/{world.users['nobody']}/roles/{name}", json={}),
        )
        assert 204 == deleted.status_code
        assert given.status_code in (200, 404, 403, 409), given.text
    assert [(0,)] == query(database.owner, "SELECT count(*) FROM user_roles WHERE user_id = %s", world.users["nobody"])


async def test_two_admins_edit_one_role(admins: list[httpx2.AsyncClient]) -> None:
    """Two changes of one role at once are both stored, one after the other; each answer is what was stored then."""
    ok(await admins[0].post("/roles", json={"name": "clerk"}), 201)
    for number in range(ROUNDS):
        named, described = await asyncio.gather(
            admins[0].patch("/roles/clerk", json={"description": f"{number}"}),
            admins[1].patch("/roles/clerk", json={"name": "clerk"}),
        )
        assert [200, 200] == [named.status_code, described.status_code]
        assert f"{number}" == ok(await admins[0].get("/roles/clerk"))["description"]
