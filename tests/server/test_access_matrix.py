"""Every endpoint times everybody: one table of statuses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest

from conftest import Logins
from rowgate.server.security import ALGORITHM, issue_access_token, key_id
from server.world import KEY, Door, World, problem, query

ENDPOINTS = [
    ("GET", "/documents", None),
    ("GET", "/documents?include=deleted", None),
    ("GET", "other public free kept", None),
    ("GET", "other public paid kept", None),
    ("GET", "other private free kept", None),
    ("GET", "other public free deleted", None),
    ("PATCH", "other public free kept", {"title": "new"}),
    ("PATCH", "other public paid kept", {"title": "new"}),
    ("PATCH", "other private free kept", {"title": "new"}),
    ("PATCH", "other public free deleted", {"title": "new"}),
    ("DELETE", "other public free kept", None),
    ("DELETE", "other public paid kept", None),
    ("DELETE", "other private free kept", None),
    ("DELETE", "other public free deleted", None),
    ("POST", "/documents", {"title": "new", "content": ""}),
    ("GET", "/users/me", None),
]

# In the order above: lists | get | patch | delete | post, me. In each group of four: free, paid, private, deleted.
TABLE = {
    "free": "200 403 | 200 404 404 404 | 403 404 404 404 | 403 404 404 404 | 201 200",
    "paid": "200 403 | 200 200 404 404 | 403 403 404 404 | 403 403 404 404 | 201 200",
    "admin": "200 200 | 200 200 200 404 | 403 403 403 404 | 403 403 403 404 | 201 200",
    "owner": "200 403 | 200 200 200 404 | 200 200 200 404 | 204 204 204 404 | 201 200",
    "without roles": "200 403 | 404 404 404 404 | 404 404 404 404 | 404 404 404 404 | 201 200",
}
NOBODY = "401 401 | 401 401 401 401 | 401 401 401 401 | 401 401 401 401 | 401 401"


async def answers(client: httpx2.AsyncClient, world: World) -> dict[str, int]:
    """Ask every endpoint in turn; return the statuses."""
    found = {}
    for method, target, body in ENDPOINTS:
        path = target if target.startswith("/") else f"/documents/{world.doc(target).id}"
        answer = await client.request(method, path, json=body)
        if answer.status_code >= 400:
            problem(answer)
        if answer.status_code == 401:
            assert "Bearer" == answer.headers["www-authenticate"]
        found[f"{method} {target}"] = answer.status_code
    return found


def table(line: str) -> dict[str, int]:
    """Read a line of the table."""
    statuses = [int(word) for word in line.split() if word != "|"]
    return {f"{method} {target}": status for (method, target, _), status in zip(ENDPOINTS, statuses, strict=True)}


@pytest.mark.parametrize(
    ("name", "line"),
    [("free", "free"), ("paid", "paid"), ("admin", "admin"), ("other", "owner"), ("nobody", "without roles")],
)
async def test_logged_in(door: Door, world: World, name: str, line: str) -> None:
    """Whoever is logged in gets the statuses of her line."""
    assert table(TABLE[line]) == await answers(await door.log_in(name), world)


async def test_anonymous(standing: Door, world: World) -> None:
    """Who does not log in gets 401 everywhere, also for what does not exist."""
    assert table(NOBODY) == await answers(await standing.client(), world)


async def test_role_that_was_revoked(door: Door, world: World, database: Logins) -> None:
    """A role that is taken away after the token was issued ends with the next request."""
    client = await door.log_in("admin")
    assert 200 == (await client.get("/documents?include=deleted")).status_code
    query(database.owner, "DELETE FROM user_roles WHERE user_id = %s", world.users["admin"])
    assert table(TABLE["without roles"]) == await answers(client, world)


async def test_role_that_expired(door: Door, world: World, database: Logins) -> None:
    """A role whose time is over on the database's clock grants nothing, with no job to run."""
    client = await door.log_in("paid")
    change = "UPDATE user_roles SET expires_at = now() {} WHERE user_id = %s"
    query(database.owner, change.format("+ interval '1 hour'"), world.users["paid"])
    key = world.doc("other public paid kept").id
    assert 200 == (await client.get(f"/documents/{key}")).status_code
    query(database.owner, change.format("- interval '1 second'"), world.users["paid"])
    assert table(TABLE["without roles"]) == await answers(client, world)


async def test_role_that_was_given(door: Door, world: World, database: Logins) -> None:
    """A role that is given after the token was issued speaks from the next request on."""
    client = await door.log_in("nobody")
    query(
        database.owner,
        "INSERT INTO user_roles (user_id, role_id) SELECT %s, id FROM roles WHERE name = 'free_user'",
        world.users["nobody"],
    )
    assert table(TABLE["free"]) == await answers(client, world)


async def test_user_who_was_deactivated(door: Door, world: World, database: Logins) -> None:
    """A token that is still valid opens nothing once its user is not active."""
    client = await door.log_in("admin")
    query(database.owner, "UPDATE users SET is_active = false WHERE id = %s", world.users["admin"])
    assert table(NOBODY) == await answers(client, world)


def valid(world: World) -> dict[str, Any]:
    """Return what makes a good token of an admin."""
    return {"key": KEY.encode(), "subject": world.users["admin"], "seconds": 900, "issuer": "rowgate"}


def claims(world: World, **changed: Any) -> str:
    """Sign claims as the server does, with some of them changed; None takes one out."""
    now = datetime.now(UTC)
    good = {
        "sub": str(world.users["admin"]),
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "iss": "rowgate",
        "aud": "rowgate",
        "jti": "1",
        "typ": "access",
    }
    kept = {name: value for name, value in {**good, **changed}.items() if value is not None}
    return jwt.encode(kept, KEY, algorithm=ALGORITHM, headers={"kid": key_id(KEY.encode())})


FORGED: dict[str, Callable[[World], str]] = {
    "expired": lambda world: claims(world, exp=datetime.now(UTC) - timedelta(seconds=1)),
    "without expiry": lambda world: claims(world, exp=None),
    "another key": lambda world: issue_access_token(**{**valid(world), "key": b"x" * 40}, audience="rowgate")[0],
    "another audience": lambda world: issue_access_token(**valid(world), audience="somebody")[0],
    "two audiences": lambda world: claims(world, aud=["rowgate", "somebody"]),
    "another issuer": lambda world: claims(world, iss="somebody"),
    "another type": lambda world: claims(world, typ="refresh"),
    "no such user": lambda world: claims(world, sub="018f0000-0000-7000-8000-000000000000"),
    "no user at all": lambda world: claims(world, sub="admin"),
    "unsigned": lambda world: jwt.encode({"sub": str(world.users["admin"])}, key="", algorithm="none"),
    "cut off": lambda world: claims(world)[:-2],
    "not a token": lambda _: "a.b.c",
    "empty": lambda _: "",
    "too long": lambda _: "a" * 5000,
}


async def test_claims_as_they_are_made_here_are_good(door: Door, world: World) -> None:
    """The forged tokens below are wrong for the reason they name: unchanged, they open."""
    client = await door.client(claims(world))
    assert table(TABLE["admin"]) == await answers(client, world)


@pytest.mark.parametrize("reason", FORGED)
async def test_forged_tokens(standing: Door, world: World, reason: str) -> None:
    """A token that this server did not issue for this purpose, or not for now, opens nothing."""
    client = await standing.client(FORGED[reason](world))
    assert table(NOBODY) == await answers(client, world)


@pytest.mark.parametrize("header", [b"Basic YWRtaW46eA==", b"Bearer", b"bearer  ", b"Bearer \xff\xfe", b"Token x"])
async def test_other_authorization_headers(standing: Door, world: World, header: bytes) -> None:
    """Another scheme, or bytes that are no token, are nobody."""
    client = await standing.client()
    client.headers = httpx2.Headers([(b"Authorization", header)])
    assert table(NOBODY) == await answers(client, world)
