"""ETag, If-Match, If-None-Match: no update is lost, nothing is sent twice, and a tag tells nothing that is hidden."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from conftest import Logins
from server.world import Door, World, problem, query, serving, settings_for

FREE = "free public free kept"


def path_of(world: World, title: str = FREE) -> str:
    """Return the path of a document."""
    return f"/documents/{world.doc(title).id}"


def tag(answer: httpx2.Response) -> str:
    """Return the tag of an answer that has succeeded: a strong one."""
    assert answer.status_code in (200, 201), answer.text
    found: str = answer.headers["etag"]
    assert found.startswith('"')
    assert found.endswith('"')
    return found


async def make(admin: httpx2.AsyncClient, kind: str, world: World) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Make something that can be changed; return its path and two changes of it."""
    if kind == "documents":
        made = await admin.post("/documents", json={"title": "a", "content": ""})
        return made.headers["location"], {"title": "b"}, {"content": "c"}
    if kind == "users":
        body = {"username": "new", "email": "new@example.org", "password": "a password of hers"}
        made = await admin.post("/users", json=body)
        return made.headers["location"], {"username": "newer"}, {"email": "newer@example.org"}
    if kind == "roles":
        await admin.post("/roles", json={"name": "new"})
        return "/roles/new", {"description": "b"}, {"description": "c"}
    made = await admin.post("/configurations", json={"name": "new", "value": {"b": 1.0, "a": [2]}})
    return made.headers["location"], {"value": 2}, {"description": "c"}


KINDS = ["documents", "users", "roles", "configurations"]


@pytest.mark.parametrize("kind", KINDS)
async def test_second_of_two_changes_is_412(door: Door, world: World, kind: str) -> None:
    """Who changes what she has not seen is told so, and changes nothing; with the new tag she may; a delete alike."""
    admin = await door.log_in("admin")
    path, first, second = await make(admin, kind, world)
    seen = tag(await admin.get(path))
    assert seen == tag(await admin.get(path))
    changed = await admin.patch(path, json=first, headers={"If-Match": seen})
    assert tag(changed) not in (seen, "")
    now = await admin.get(path)
    assert (tag(changed), changed.json()) == (tag(now), now.json())
    for answer in (
        await admin.patch(path, json=second, headers={"If-Match": seen}),
        await admin.delete(path, headers={"If-Match": seen}),
    ):
        assert 412 == answer.status_code
        problem(answer)
    assert now.json() == (await admin.get(path)).json()
    assert 200 == (await admin.patch(path, json=second, headers={"If-Match": tag(now)})).status_code
    assert 204 == (await admin.delete(path, headers={"If-Match": tag(await admin.get(path))})).status_code


@pytest.mark.parametrize("kind", KINDS)
async def test_creation_gives_the_tag(door: Door, world: World, kind: str) -> None:
    """The answer to a create has the tag that a GET has, so that one may go on from there."""
    admin = await door.log_in("admin")
    bodies: dict[str, dict[str, Any]] = {
        "documents": {"title": "a", "content": ""},
        "users": {"username": "new", "email": "new@example.org", "password": "a password of hers"},
        "roles": {"name": "new"},
        "configurations": {"name": "new", "value": {"b": 1.0, "a": [2, None]}},
    }
    made = await admin.post(f"/{kind}", json=bodies[kind])
    assert tag(made) == tag(await admin.get(made.headers["location"]))


@pytest.mark.parametrize("kind", KINDS)
async def test_of_two_at_once_one_wins(door: Door, world: World, kind: str) -> None:
    """Two clients with one tag change at once, again and again: each time one is 200 and the other 412."""
    one, other = await door.log_in("admin"), await door.log_in("admin")
    path, _, _ = await make(one, kind, world)
    field = {"documents": "title", "users": "username", "roles": "description", "configurations": "value"}[kind]
    for n in range(8):
        seen = tag(await one.get(path))
        answers = await asyncio.gather(
            one.patch(path, json={field: f"one-{n}"}, headers={"If-Match": seen}),
            other.patch(path, json={field: f"other-{n}"}, headers={"If-Match": seen}),
        )
        assert [200, 412] == sorted(answer.status_code for answer in answers)
        winner = next(answer for answer in answers if answer.status_code == 200)
        assert winner.json() == (await one.get(path)).json()


async def test_of_two_that_give_roles_one_wins(door: Door, world: World) -> None:
    """Two admins replace the roles of one user at once: by her tag, one of them is told; without it both succeed."""
    one, other = await door.log_in("admin"), await door.log_in("admin")
    path = f"/users/{world.users['nobody']}"
    for names in (["free_user"], ["paid_user"], []):
        seen = tag(await one.get(path))
        wanted = [{"role": name} for name in names]
        answers = await asyncio.gather(
            one.put(f"{path}/roles", json={"roles": [*wanted, {"role": "admin"}]}, headers={"If-Match": seen}),
            other.put(f"{path}/roles", json={"roles": wanted}, headers={"If-Match": seen}),
        )
        statuses = sorted(answer.status_code for answer in answers)
        # The second to come finds what the first has changed; if the first changed nothing, both are right.
        assert [200, 412] == statuses or (statuses == [200, 200] and not names)
        stale = await one.put(f"{path}/roles", json={"roles": []}, headers={"If-Match": '"stale"'})
        assert 412 == stale.status_code
    assert 200 == (await one.put(f"{path}/roles", json={"roles": []})).status_code


async def test_a_grant_of_a_role_is_a_change_of_the_user(door: Door, world: World) -> None:
    """Roles are part of what one sees of a user, so a change of them makes a change of her fail."""
    admin = await door.log_in("admin")
    path = f"/users/{world.users['nobody']}"
    seen = tag(await admin.get(path))
    assert 200 == (await admin.put(f"{path}/roles/free_user", json={})).status_code
    assert 412 == (await admin.patch(path, json={"username": "x"}, headers={"If-Match": seen})).status_code


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 200),
        ('"wrong"', 412),
        ("{tag}", 200),
        ('"wrong", {tag}', 200),
        ("W/{tag}", 412),
        ("{bare}", 412),
        ("", 412),
        ('"', 412),
        ('"*"', 412),
        ("{tag}x", 200),
    ],
)
async def test_forms_of_if_match(door: Door, world: World, header: str, status: int) -> None:
    """Any, one of several, a weak one (which matches nothing, RFC 9110), and what is no tag (which does not either)."""
    free = await door.log_in("free")
    seen = tag(await free.get(path_of(world)))
    given = header.format(tag=seen, bare=seen.strip('"'))
    answer = await free.patch(path_of(world), json={"title": "new"}, headers={"If-Match": given})
    assert status == answer.status_code


async def test_without_a_tag_the_last_one_wins(door: Door, world: World) -> None:
    """If-Match is optional."""
    free = await door.log_in("free")
    for title in ("one", "two"):
        assert 200 == (await free.patch(path_of(world), json={"title": title})).status_code


async def test_rights_come_before_the_tag(door: Door, world: World) -> None:
    """A hidden row is 404 and one that is only visible 403, with a right, a wrong and any tag: 412 tells nobody anything."""
    free, other = await door.log_in("free"), await door.log_in("other")
    hidden, visible = path_of(world, "other private free kept"), path_of(world, "other public free kept")
    true = [tag(await other.get(path)) for path in (hidden, visible)]
    for given in ("*", '"wrong"', *true):
        headers = {"If-Match": given}
        for path, status in ((hidden, 404), (visible, 403)):
            assert status == (await free.patch(path, json={"title": "x"}, headers=headers)).status_code
            assert status == (await free.delete(path, headers=headers)).status_code
    assert 404 == (await free.get(hidden, headers={"If-None-Match": true[0]})).status_code


async def test_same_view_same_tag(door: Door, world: World) -> None:
    """A tag is of what one sees: two who see the same have the same; who sees her roles only, has one of those."""
    free, admin = await door.log_in("free"), await door.log_in("admin")
    path = path_of(world)
    assert tag(await free.get(path)) == tag(await admin.get(path))


async def test_tag_follows_ones_own_level(door: Door, world: World) -> None:
    """A configuration's level is one's own, so tags differ between those whose levels do, and change with a grant."""
    admin, free = await door.log_in("admin"), await door.log_in("free")
    path, _, _ = await make(admin, "configurations", world)
    await admin.put(f"{path}/grants/free_user", json={"access_level": 1})
    before = tag(await free.get(path))
    await admin.put(f"{path}/grants/free_user", json={"access_level": 2})
    after = tag(await free.get(path))
    assert before != after
    assert 412 == (await free.patch(path, json={"value": 1}, headers={"If-Match": before})).status_code
    assert 200 == (await free.patch(path, json={"value": 1}, headers={"If-Match": after})).status_code


async def test_not_modified(standing: Door, world: World) -> None:
    """A GET of what one has is 304, with the tag and without a body; of anything else it is the whole answer."""
    free = await standing.log_in("free")
    path = path_of(world)
    seen = tag(await free.get(path))
    for given in (seen, f"W/{seen}", "*", f'"other", {seen}'):
        answer = await free.get(path, headers={"If-None-Match": given})
        assert (304, b"", seen) == (answer.status_code, answer.content, answer.headers["etag"])
        assert "content-length" not in answer.headers
        assert ("no-store", "nosniff") == (answer.headers["cache-control"], answer.headers["x-content-type-options"])
    for given in ('"other"', seen.strip('"'), ""):
        answer = await free.get(path, headers={"If-None-Match": given})
        assert (200, seen) == (answer.status_code, answer.headers["etag"])
        assert answer.json()["title"] == FREE
    # A list has no tag: nothing there is 304.
    assert 200 == (await free.get("/documents", headers={"If-None-Match": "*"})).status_code


async def test_not_modified_knows_todays_rights(door: Door, database: Logins, world: World) -> None:
    """Whoever may not see the document any more gets 404 for the tag that she has, not 304."""
    free, path = await door.log_in("free"), path_of(world, "other public free kept")
    seen = tag(await free.get(path))
    query(database.owner, "UPDATE documents SET is_public = false WHERE id = %s", path.rpartition("/")[2])
    assert 404 == (await free.get(path, headers={"If-None-Match": seen})).status_code


async def test_permissions_are_beside_the_document(door: Door, world: World) -> None:
    """With permissions the tag is another one, which does as well for a change, and follows them for a GET."""
    free, path = await door.log_in("free"), path_of(world)
    plain, more = tag(await free.get(path)), tag(await free.get(path, params={"include": "permissions"}))
    assert plain != more
    answer = await free.get(path, params={"include": "permissions"}, headers={"If-None-Match": plain})
    assert 200 == answer.status_code
    assert 200 == (await free.patch(path, json={"title": "new"}, headers={"If-Match": more})).status_code


async def test_lift_is_audited_with_304(door: Door, database: Logins, world: World) -> None:
    """A 304 commits like any answer: an admin's lift leaves its line."""
    admin, path = await door.log_in("admin"), path_of(world, "other public free deleted")
    seen = tag(await admin.get(path, params={"include": "deleted"}))
    before = query(database.owner, "SELECT count(*) FROM audit_log WHERE kind = 'lift'")[0][0]
    answer = await admin.get(path, params={"include": "deleted"}, headers={"If-None-Match": seen})
    assert 304 == answer.status_code
    assert before + 1 == query(database.owner, "SELECT count(*) FROM audit_log WHERE kind = 'lift'")[0][0]


@pytest.fixture
async def strict(database: Logins) -> AsyncIterator[Door]:
    """Give an application that wants If-Match."""
    async with serving(settings_for(database, require_if_match=True)) as door:
        yield door


@pytest.mark.parametrize("kind", KINDS)
async def test_tag_may_be_required(strict: Door, world: World, kind: str) -> None:
    """With the setting, a change or a delete without a tag is 428; with one, or with any, it is done."""
    admin = await strict.log_in("admin")
    path, first, second = await make(admin, kind, world)
    for answer in (await admin.patch(path, json=first), await admin.delete(path)):
        assert 428 == answer.status_code
        problem(answer)
    assert 200 == (await admin.patch(path, json=first, headers={"If-Match": tag(await admin.get(path))})).status_code
    assert 200 == (await admin.patch(path, json=second, headers={"If-Match": "*"})).status_code
    if kind == "users":
        assert 428 == (await admin.put(f"{path}/roles", json={"roles": []})).status_code
    assert 204 == (await admin.delete(path, headers={"If-Match": "*"})).status_code


async def test_required_tag_tells_nothing(strict: Door, world: World) -> None:
    """Rights come first there too."""
    free = await strict.log_in("free")
    assert 404 == (await free.patch(path_of(world, "other private free kept"), json={"title": "x"})).status_code
    assert 403 == (await free.patch(path_of(world, "other public free kept"), json={"title": "x"})).status_code
    assert 428 == (await free.patch(path_of(world), json={"title": "x"})).status_code
