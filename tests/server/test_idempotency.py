"""Idempotency-Key: a create that is sent again makes nothing twice, and shows nothing that one may not see any more."""

import asyncio
from typing import Any

import httpx2
import pytest

from conftest import Logins
from server.world import Door, World, problem, query, serving, settings_for

BODIES: dict[str, dict[str, Any]] = {
    "/documents": {"title": "once", "content": ""},
    "/users": {"username": "once", "email": "once@example.org", "password": "a password of hers", "roles": []},
    "/roles": {"name": "once"},
    "/configurations": {"name": "once", "value": {"b": 1, "a": 2}},
}
KEY = {"Idempotency-Key": "9f0c4a8e-once"}


def count(logins: Logins, path: str) -> int:
    """Count the rows of a kind."""
    found: int = query(logins.owner, f"SELECT count(*) FROM {path.strip('/')}")[0][0]
    return found


def made(answer: httpx2.Response, *, replayed: bool) -> dict[str, Any]:
    """Return what an answer says that it has made, now or before."""
    assert 201 == answer.status_code, answer.text
    assert replayed == (answer.headers.get("idempotency-replayed") == "true")
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("path", BODIES)
async def test_same_request_makes_one(door: Door, database: Logins, path: str) -> None:
    """The same request with the same key makes one, and gets the same answer, with the header that says so."""
    admin = await door.log_in("admin")
    before = count(database, path)
    first = await admin.post(path, json=BODIES[path], headers=KEY)
    again = [await admin.post(path, json=BODIES[path], headers=KEY) for _ in range(2)]
    expected = made(first, replayed=False)
    for answer in again:
        assert expected == made(answer, replayed=True)
        assert (first.headers["location"], first.headers["etag"]) == (
            answer.headers["location"],
            answer.headers["etag"],
        )
    assert before + 1 == count(database, path)


@pytest.mark.parametrize("path", BODIES)
async def test_same_key_for_another_request_is_422(door: Door, database: Logins, path: str) -> None:
    """A key belongs to one request: with another body, or another path, it is 422, and nothing is made."""
    admin = await door.log_in("admin")
    made(await admin.post(path, json=BODIES[path], headers=KEY), replayed=False)
    counts = {kind: count(database, kind) for kind in BODIES}
    others = {kind: {**body} for kind, body in BODIES.items() if kind != path}
    others[path] = {**BODIES[path], **({"title": "x"} if path == "/documents" else {})}
    field = {"/users": "username", "/roles": "name", "/configurations": "name"}.get(path, "title")
    others[path][field] = "another"
    for kind, body in others.items():
        answer = await admin.post(kind, json=body, headers=KEY)
        assert 422 == answer.status_code
        problem(answer)
    assert counts == {kind: count(database, kind) for kind in BODIES}


async def test_other_keys_make_others(door: Door, database: Logins) -> None:
    """Without a key, and with other keys, the same body makes one more each time."""
    free, before = await door.log_in("free"), count(database, "/documents")
    for headers in ({}, {}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "b"}, {"Idempotency-Key": "A"}):
        made(await free.post("/documents", json=BODIES["/documents"], headers=headers), replayed=False)
    assert before + 5 == count(database, "/documents")


async def test_keys_belong_to_their_user(door: Door, world: World) -> None:
    """Two users with one key do not meet: each makes her own."""
    keys = set()
    for name in ("free", "paid"):
        client = await door.log_in(name)
        found = made(await client.post("/documents", json=BODIES["/documents"], headers=KEY), replayed=False)
        assert str(world.users[name]) == found["owner_id"]
        keys.add(found["id"])
    assert 2 == len(keys)


@pytest.mark.parametrize("path", BODIES)
async def test_of_many_at_once_one_makes(door: Door, database: Logins, path: str) -> None:
    """Of the same request many times at once one makes it; the others are 409, or come later and are told the same."""
    admin = await door.log_in("admin")
    before = count(database, path)
    answers = await asyncio.gather(*(admin.post(path, json=BODIES[path], headers=KEY) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = [answer for answer in answers if answer.status_code == 201]
    assert 1 == len([answer for answer in done if "idempotency-replayed" not in answer.headers])
    assert 1 == len({answer.json()["id"] for answer in done})
    for answer in answers:
        if answer.status_code == 409:
            problem(answer)
    assert before + 1 == count(database, path)
    made(await admin.post(path, json=BODIES[path], headers=KEY), replayed=True)


async def test_what_failed_may_be_sent_again(door: Door, database: Logins) -> None:
    """A request that made nothing keeps nothing: mended on the other side, it goes through with its key."""
    admin = await door.log_in("admin")
    taken = made(await admin.post("/roles", json={"name": "once"}), replayed=False)
    assert 409 == (await admin.post("/roles", json={"name": "once"}, headers=KEY)).status_code
    assert 422 == (await admin.post("/roles", json={"name": ""}, headers=KEY)).status_code
    assert 204 == (await admin.delete("/roles/once")).status_code
    again = made(await admin.post("/roles", json={"name": "once"}, headers=KEY), replayed=False)
    assert taken["id"] != again["id"]
    assert 1 == query(database.owner, "SELECT count(*) FROM idempotency_keys")[0][0]


async def test_repetition_shows_what_is_there_now(door: Door) -> None:
    """What is repeated is the making, not the text: a change since then is seen, and has its tag."""
    free = await door.log_in("free")
    first = await free.post("/documents", json=BODIES["/documents"], headers=KEY)
    changed = await free.patch(first.headers["location"], json={"title": "changed"})
    again = await free.post("/documents", json=BODIES["/documents"], headers=KEY)
    assert changed.json() == made(again, replayed=True)
    assert changed.headers["etag"] == again.headers["etag"]


async def test_repetition_asks_for_todays_rights(door: Door, database: Logins, world: World) -> None:
    """Of what she may not see any more, or what is gone, a repetition shows nothing, and makes no other: 404."""
    free = await door.log_in("free")
    first = made(await free.post("/documents", json=BODIES["/documents"], headers=KEY), replayed=False)
    sets = "owner_id = %s, is_public = false", "is_deleted = true"
    for change, values in ((sets[0], [world.users["other"]]), (sets[1], [])):
        query(database.owner, f"UPDATE documents SET {change} WHERE id = %s", *values, first["id"])
        before = count(database, "/documents")
        answer = await free.post("/documents", json=BODIES["/documents"], headers=KEY)
        assert 404 == answer.status_code
        assert "once" not in str(problem(answer))
        assert before == count(database, "/documents")


async def test_former_admin_sees_no_user(door: Door, database: Logins, world: World) -> None:
    """Who is no admin any more gets nothing of the user that she made."""
    admin = await door.log_in("admin")
    made(await admin.post("/users", json=BODIES["/users"], headers=KEY), replayed=False)
    query(database.owner, "DELETE FROM user_roles WHERE user_id = %s", world.users["admin"])
    answer = await admin.post("/users", json=BODIES["/users"], headers=KEY)
    assert 403 == answer.status_code
    assert "once@example.org" not in answer.text


async def test_key_ends(door: Door, database: Logins) -> None:
    """After its time a key is new, on the database's clock, and the old line is gone; before it, it is known."""
    free, before = await door.log_in("free"), count(database, "/documents")
    made(await free.post("/documents", json=BODIES["/documents"], headers=KEY), replayed=False)
    for interval, replayed in (("23 hours", True), ("2 hours", False)):
        query(database.owner, f"UPDATE idempotency_keys SET created_at = created_at - interval '{interval}'")
        made(await free.post("/documents", json=BODIES["/documents"], headers=KEY), replayed=replayed)
    assert before + 2 == count(database, "/documents")
    assert 1 == query(database.owner, "SELECT count(*) FROM idempotency_keys")[0][0]


async def test_lifetime_is_a_setting(database: Logins) -> None:
    """The hours are those of the setting."""
    async with serving(settings_for(database, idempotency_hours=48)) as door:
        free = await door.log_in("free")
        made(await free.post("/documents", json=BODIES["/documents"], headers=KEY), replayed=False)
        query(database.owner, "UPDATE idempotency_keys SET created_at = created_at - interval '47 hours'")
        made(await free.post("/documents", json=BODIES["/documents"], headers=KEY), replayed=True)


async def test_nothing_of_a_request_is_stored(door: Door, database: Logins) -> None:
    """The table holds no body and no answer, and no hash that a password could be tried against without the secret."""
    import hashlib
    import json

    admin = await door.log_in("admin")
    body = json.dumps(BODIES["/users"]).encode()
    headers = {**KEY, "Content-Type": "application/json"}
    made(await admin.post("/users", content=body, headers=headers), replayed=False)
    (row,) = query(database.owner, "SELECT fingerprint, key, made_id FROM idempotency_keys")
    assert 32 == len(row[0])
    plain = [
        b"\0".join(parts) for parts in ([b"POST", b"/users", body], [b"idempotency", b"POST", b"/users", body], [body])
    ]
    assert row[0] not in [hashlib.sha256(one).digest() for one in plain]


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "a\tb"])
async def test_wrong_keys(door: Door, database: Logins, key: str) -> None:
    """What is no key is 422, and nothing is made."""
    free, before = await door.log_in("free"), count(database, "/documents")
    answer = await free.post("/documents", json=BODIES["/documents"], headers=[(b"Idempotency-Key", key.encode())])
    assert 422 == answer.status_code
    problem(answer)
    assert before == count(database, "/documents")


async def test_api_key_is_shown_once(door: Door, database: Logins) -> None:
    """The text of an API key is in one answer: the same request again makes no other, and says so; 409."""
    free = await door.log_in("free")
    body = {"name": "a program"}
    first = await free.post("/api-keys", json=body, headers=KEY)
    again = await free.post("/api-keys", json=body, headers=KEY)
    assert (201, 409) == (first.status_code, again.status_code)
    assert first.json()["key"] not in str(problem(again))
    assert 1 == count(database, "/api_keys")


async def test_stranger_learns_nothing(door: Door) -> None:
    """Without a log-in a key is nothing: 401."""
    assert 401 == (await (await door.client()).post("/documents", json=BODIES["/documents"], headers=KEY)).status_code
