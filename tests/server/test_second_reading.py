"""What a second reading of the server has found, with the server running: what outlived what it should not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import Logins
from rowgate import Principal
from rowgate.server import audit, roles
from rowgate.server.errors import ConflictError
from server.test_incits359 import ok
from server.test_passwords import Post, change
from server.test_principals import make_role
from server.world import PASSWORD, Door, World, problem, query, serving, settings_for, take_wall_down

NEW = "another long password"
LOCKED_OUT = "Nobody could be an admin: the role would bring two that exclude each other."


@pytest.fixture
def post() -> Post:
    """Give a sender of tokens."""
    return Post()


@pytest.fixture
async def sending(database: Logins, post: Post) -> AsyncIterator[Door]:
    """Give the application with that sender."""
    async with serving(settings_for(database), reset_sender=post.send) as opened:
        yield opened


async def log_in(door: Door, name: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
    """Try to log in."""
    return await (await door.client()).post("/auth/token", data={"username": name, "password": password, **more})


async def reset(door: Door, token: str) -> int:
    """Try to set a new password by a token; return the status."""
    body = {"token": token, "new_password": NEW}
    return (await (await door.client()).post("/auth/password/reset", json=body)).status_code


async def forget(door: Door, post: Post, email: str) -> str:
    """Ask for a token, and return it."""
    ok(await (await door.client()).post("/auth/password/forgotten", json={"email": email}), 202)
    return post.sent[-1].token


@pytest.mark.parametrize(("one", "other"), [("admin", "paid_user"), ("paid_user", "free_user"), ("free_user", "admin")])
async def test_no_exclusion_locks_every_admin_out(door: Door, one: str, other: str) -> None:
    """Two roles that `admin` brings may not exclude each other dynamically: nobody could be an admin, nor undo it."""
    admin = await door.log_in("admin")
    answer = await admin.put(f"/roles/{one}/exclusions/dynamic/{other}")
    assert (409, LOCKED_OUT) == (answer.status_code, problem(answer)["detail"])
    assert "admin" in ok(await admin.get("/users/me"))["roles"]


async def test_no_inheritance_locks_every_admin_out(door: Door, database: Logins) -> None:
    """Nor may `admin` inherit a role that excludes one of those, though the system says so; another role may."""
    for name in ("auditor", "clerk"):
        make_role(database, name)
    ok(await (await door.log_in("admin")).put("/roles/auditor/exclusions/dynamic/free_user"), 204)
    for senior in ("admin", "paid_user"):
        async with door.app.state.database.sessions.system(reason="a test") as session:
            with pytest.raises(ConflictError, match=LOCKED_OUT):
                await roles.add_inheritance(session, None, senior, "auditor")
    async with door.app.state.database.sessions.system(reason="a test") as session:
        await roles.add_inheritance(session, None, "clerk", "auditor")
        await session.commit()


async def test_who_is_active_again_logs_in_again(door: Door, world: World) -> None:
    """What a user had before she was deactivated opens nothing when she is active again; her password and keys do."""
    admin, visitor = await door.log_in("admin"), await door.client()
    had = ok(await log_in(door, "free"))
    free = await door.client(had["access_token"])
    key = await door.client(ok(await free.post("/api-keys", json={"name": "nightly"}), 201)["key"])
    path = f"/users/{world.users['free']}"
    ok(await admin.patch(path, json={"is_active": True}))
    ok(await free.get("/users/me"))  # she was active all along
    ok(await admin.delete(path), 204)
    assert [401, 401] == [(await one.get("/users/me")).status_code for one in (free, key)]
    ok(await admin.patch(path, json={"is_active": True}))
    assert 401 == (await free.get("/users/me")).status_code
    assert 401 == (await visitor.post("/auth/refresh", json={"refresh_token": had["refresh_token"]})).status_code
    assert 200 == (await log_in(door, "free")).status_code
    assert 200 == (await key.get("/users/me")).status_code


async def test_activating_is_for_admins(door: Door, world: World, database: Logins) -> None:
    """Whoever may not activate ends no log-in of anybody."""
    ok(await log_in(door, "other"))
    free = await door.log_in("free")
    for name, status in (("inactive", 404), ("other", 404), ("free", 403)):
        answer = await free.patch(f"/users/{world.users[name]}", json={"is_active": True})
        assert status == answer.status_code
    assert [(0,)] == query(database.owner, "SELECT count(*) FROM login_sessions WHERE revoked_at IS NOT NULL")


async def test_a_token_that_was_sent_to_another_address(sending: Door, post: Post, world: World) -> None:
    """When the address changes, a token that was sent to the old one sets no password; one to the new one does."""
    old = await forget(sending, post, "free@example.org")
    admin = await sending.log_in("admin")
    ok(await admin.patch(f"/users/{world.users['free']}", json={"email": "new@example.org"}))
    assert 403 == await reset(sending, old)
    assert 200 == (await log_in(sending, "free")).status_code
    assert 204 == await reset(sending, await forget(sending, post, "new@example.org"))
    assert 200 == (await log_in(sending, "free", NEW)).status_code


async def test_a_token_that_was_sent_before_the_password_changed(sending: Door, post: Post) -> None:
    """A new password by the old one ends the tokens that were sent: whoever reads her mail has none."""
    sent = await forget(sending, post, "free@example.org")
    ok(await change(await sending.log_in("free"), PASSWORD, NEW), 204)
    assert 403 == await reset(sending, sent)
    assert 200 == (await log_in(sending, "free", NEW)).status_code


async def test_a_name_has_one_limit_however_it_is_spelt(database: Logins) -> None:
    """The database takes U+0130 for a capital i, and Python does not: the limit is of what the database takes it for."""
    async with serving(settings_for(database, login_max_attempts=3)) as door:
        assert 200 == (await log_in(door, "adm\u0130n")).status_code
        names = ("admin", "ADMIN", "adm\u0130n", "admin", "adm\u0130n")
        assert [401, 401, 401, 429, 429] == [(await log_in(door, name, "wrong")).status_code for name in names]
        assert 429 == (await log_in(door, "adm\u0130n")).status_code


async def test_many_names_at_once_from_one_address(database: Logins) -> None:
    """Of many at once, no more than the limit are told that they were wrong, and none that it was right after that."""
    async with serving(settings_for(database, login_max_attempts_per_address=4)) as door:
        wrong = [log_in(door, f"nobody-{number}", "wrong") for number in range(12)]
        found = [answer.status_code for answer in await asyncio.gather(*wrong)]
        assert (4, 8) == (found.count(401), found.count(429))
        assert 429 == (await log_in(door, "free")).status_code
        query(database.owner, "DELETE FROM login_attempts")
        right = [answer.status_code for answer in await asyncio.gather(*(log_in(door, "free") for _ in range(6)))]
        assert [200] * 6 == right  # what succeeds is not counted


async def test_what_is_shared_with_a_role_is_told_to_who_sees_the_share(door: Door, world: World) -> None:
    """What a role may do to a document tells of shares with it: to admins, to the owner, and to who has the role."""
    owner, free, paid, admin = [await door.log_in(name) for name in ("other", "free", "paid", "admin")]
    key = world.doc("other public free kept").id
    path = f"/roles/paid_user/operations/{key}"
    assert 403 == (await free.get(path)).status_code
    ok(await owner.put(f"/documents/{key}/shares/roles/paid_user", json={"level": "editor"}))
    assert 403 == (await free.get(path)).status_code
    assert [] == ok(await free.get(f"/documents/{key}/shares"))["items"]
    for one in (owner, paid, admin):
        assert ["read", "update"] == ok(await one.get(path))["operations"]
    assert ["read"] == ok(await free.get(f"/roles/free_user/operations/{key}"))["operations"]


@pytest.mark.parametrize("wall", [True, False], ids=["wall", "gate alone"])
async def test_whether_a_hidden_configuration_has_a_name(database: Logins, wall: bool) -> None:
    """Who may make no configuration is told so, whether the name is taken or not; an admin is told that it is."""
    if not wall:
        take_wall_down(database)
    async with serving(settings_for(database, wall=wall)) as door:
        admin, free = await door.log_in("admin"), await door.log_in("free")
        body = {"name": "hidden", "value": 1}
        ok(await admin.post("/configurations", json=body), 201)
        assert 409 == (await admin.post("/configurations", json=body)).status_code
        told = [await free.post("/configurations", json={"name": name, "value": 1}) for name in ("hidden", "free")]
        assert [403, 403] == [answer.status_code for answer in told]
        assert problem(told[0]) == problem(told[1])


async def test_api_keys_leave_lines(door: Door, world: World) -> None:
    """A key that is made, and one that is revoked: it outlives its log-in, so it is told who made it. Its text is not."""
    admin, free = await door.log_in("admin"), await door.log_in("free")
    made = ok(await free.post("/api-keys", json={"name": "nightly", "roles": ["free_user"]}), 201)
    ok(await free.delete(f"/api-keys/{made['id']}"), 204)
    found = ok(await admin.get("/audit", params={"target_id": made["id"]}))["items"]
    told = [(line["kind"], line["actor_id"], line["detail"]) for line in found]
    mine = str(world.users["free"])
    assert [
        ("api-key.revoked", mine, {"name": "nightly"}),
        ("api-key.created", mine, {"name": "nightly", "roles": ["free_user"]}),
    ] == told
    assert made["key"] not in str(found)


async def test_a_slow_reader_of_the_audit_holds_no_connection(database: Logins, world: World) -> None:
    """Between two pages of an export there is no transaction: whoever stops reading takes nobody's place in the pool."""
    lines = "INSERT INTO audit_log (id, kind, actor_id) SELECT gen_random_uuid(), 'x', %s FROM generate_series(1, 1200)"
    query(database.owner, lines, world.users["free"])
    async with serving(settings_for(database)) as door:
        opened = door.app.state.database
        who = Principal(world.users["free"])

        @asynccontextmanager
        async def open_session() -> AsyncIterator[AsyncSession]:
            async with opened.sessions(who) as session:
                yield session
                await session.commit()

        pages = audit.export(open_session, audit.Filter(kind="x"))
        found = []
        async for page in pages:
            assert 0 == opened.application.sync_engine.pool.checkedout()
            found.append([line.id for line in page])
    assert [audit.BATCH, audit.BATCH, 200] == [len(page) for page in found]
    every = [key for page in found for key in page]
    assert sorted(set(every)) == every
