"""Refresh tokens: good once; a second use ends the log-in; and what a log-in's end means."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx2
import jwt
import pytest

from conftest import Logins
from rowgate.server.auth.tokens import InvalidRefreshTokenError, rotate
from server.world import KEY, PASSWORD, Door, World, problem, query, serving, settings_for


async def begin(visitor: httpx2.AsyncClient, name: str = "free", **form: str) -> dict[str, str]:
    """Log in and return the answer."""
    answer = await visitor.post("/auth/token", data={"username": name, "password": PASSWORD, **form})
    assert 200 == answer.status_code, answer.text
    body: dict[str, str] = answer.json()
    return body


async def refresh(visitor: httpx2.AsyncClient, token: str) -> httpx2.Response:
    """Send a refresh token."""
    return await visitor.post("/auth/refresh", json={"refresh_token": token})


async def opens(door: Door, token: str) -> bool:
    """Say whether an access token is good."""
    answer = await (await door.client(token)).get("/users/me")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


async def test_rotation(door: Door, client: httpx2.AsyncClient) -> None:
    """Each refresh gives new tokens of the same log-in, not to be cached, and they work; so does the next."""
    tokens = await begin(client)
    seen = {tokens["refresh_token"]}
    for _ in range(3):
        answer = await refresh(client, tokens["refresh_token"])
        assert (200, "no-store") == (answer.status_code, answer.headers["cache-control"])
        assert set(tokens) == set(answer.json())
        sessions = [
            jwt.decode(token, KEY, algorithms=["HS256"], audience="rowgate")["sid"]
            for token in (tokens["access_token"], answer.json()["access_token"])
        ]
        assert sessions[0] == sessions[1]
        tokens = answer.json()
        assert await opens(door, tokens["access_token"])
        assert tokens["refresh_token"] not in seen
        seen.add(tokens["refresh_token"])


async def test_reuse_ends_the_log_in(door: Door, client: httpx2.AsyncClient, database: Logins) -> None:
    """A token that comes again ends its whole log-in: the newest refresh token and every access token are dead."""
    first = await begin(client)
    other = await begin(client)
    second = (await refresh(client, first["refresh_token"])).json()
    problem(await refresh(client, first["refresh_token"]))
    assert 401 == (await refresh(client, second["refresh_token"])).status_code
    assert not await opens(door, first["access_token"])
    assert not await opens(door, second["access_token"])
    assert await opens(door, other["access_token"])  # another log-in of the same user goes on
    assert 200 == (await refresh(client, other["refresh_token"])).status_code
    assert [("reuse",)] == query(
        database.owner, "SELECT revoked_because FROM login_sessions WHERE revoked_at IS NOT NULL"
    )


@pytest.fixture
async def patient(database: Logins) -> AsyncIterator[list[Door]]:
    """Give two processes, so to speak, on one database, with a leeway that no busy machine uses up."""
    settings = settings_for(database, refresh_leeway_seconds=60)
    async with serving(settings) as one, serving(settings) as two:
        yield [one, two]


@pytest.mark.parametrize("times", [1, 4])
async def test_several_at_once(patient: list[Door], times: int) -> None:
    """Of several requests with one token at once, in two processes, exactly one wins, and its tokens go on."""
    clients = [await door.client() for door in patient] * times
    first = await begin(clients[0])
    answers = await asyncio.gather(*[refresh(client, first["refresh_token"]) for client in clients])
    assert [200] + [401] * (len(clients) - 1) == sorted(answer.status_code for answer in answers)
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert await opens(patient[1], winner["access_token"])
    assert 200 == (await refresh(clients[1], winner["refresh_token"])).status_code


async def test_strictly_one_wins(door: Door, client: httpx2.AsyncClient) -> None:
    """Without a leeway, too, one wins at the most, and no second token of the log-in is ever good beside it."""
    first = await begin(client)
    answers = await asyncio.gather(*[refresh(client, first["refresh_token"]) for _ in range(8)])
    assert [200] + [401] * 7 == sorted(answer.status_code for answer in answers)


async def test_whoever_was_there_in_time_is_no_thief(door: Door, client: httpx2.AsyncClient) -> None:
    """Without a leeway, a request that was here before the token was used ends nothing; one that came later does."""
    first = await begin(client)
    here = time.monotonic() - 60  # long enough ago for any machine
    second = (await refresh(client, first["refresh_token"])).json()
    sessions = door.app.state.database.sessions
    for arrived, alive in ((here, True), (time.monotonic(), False)):
        with pytest.raises(InvalidRefreshTokenError):
            await rotate(sessions, first["refresh_token"], arrived=arrived, leeway=0)
        assert alive == await opens(door, second["access_token"])


async def test_leeway(database: Logins) -> None:
    """With a leeway, a token that comes again within it is refused, and ends nothing."""
    async with serving(settings_for(database, refresh_leeway_seconds=30)) as door:
        client = await door.client()
        first = await begin(client)
        second = (await refresh(client, first["refresh_token"])).json()
        assert 401 == (await refresh(client, first["refresh_token"])).status_code
        assert await opens(door, second["access_token"])
        query(database.owner, "UPDATE refresh_tokens SET used_at = used_at - interval '31 seconds'")
        assert 401 == (await refresh(client, first["refresh_token"])).status_code
        assert not await opens(door, second["access_token"])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE login_sessions SET expires_at = now() - interval '1 second'",
        "UPDATE login_sessions SET revoked_at = now()",
        "UPDATE users SET is_active = false WHERE username = 'free'",
    ],
    ids=["expired", "revoked", "deactivated"],
)
async def test_log_in_that_is_over(door: Door, client: httpx2.AsyncClient, database: Logins, change: str) -> None:
    """When the log-in or its user is over, neither token opens anything, from the next request on."""
    tokens = await begin(client)
    assert await opens(door, tokens["access_token"])
    query(database.owner, change)
    assert not await opens(door, tokens["access_token"])
    problem(await refresh(client, tokens["refresh_token"]))


@pytest.mark.parametrize("token", ["", "x", "rgk_x", "\x00", "ä" * 100, "a" * 200])
async def test_wrong_tokens(client: httpx2.AsyncClient, token: str) -> None:
    """What is no refresh token of ours is 401, and ends nothing."""
    answer = await refresh(client, token)
    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])
    assert token == "" or token not in str(problem(answer))


async def test_access_token_is_no_refresh_token_and_back(door: Door, client: httpx2.AsyncClient) -> None:
    """Neither token does the other's work."""
    tokens = await begin(client)
    assert not await opens(door, tokens["refresh_token"])
    answer = await refresh(client, tokens["access_token"])
    assert answer.status_code in (401, 422)


async def test_only_hashes_are_stored(client: httpx2.AsyncClient, database: Logins) -> None:
    """The token itself is nowhere in its table."""
    token = (await begin(client))["refresh_token"]
    rows = query(database.owner, "SELECT refresh_tokens::text, encode(token_hash, 'escape') FROM refresh_tokens")
    assert rows
    assert token not in str(rows)


async def test_log_out(door: Door, client: httpx2.AsyncClient) -> None:
    """Logging out ends this log-in with all its tokens, and no other."""
    tokens, other = await begin(client), await begin(client)
    session = await door.client(tokens["access_token"])
    assert 204 == (await session.post("/auth/logout")).status_code
    assert not await opens(door, tokens["access_token"])
    assert 401 == (await refresh(client, tokens["refresh_token"])).status_code
    assert await opens(door, other["access_token"])


@pytest.mark.parametrize(
    ("scope", "roles"),
    [
        ("paid_user", ["free_user", "paid_user"]),
        ("free_user", ["free_user"]),
        ("admin free_user", ["free_user"]),
        ("admin", []),
        ("nonsense", []),
    ],
)
async def test_scope_is_an_upper_bound(door: Door, client: httpx2.AsyncClient, scope: str, roles: list[str]) -> None:
    """Tokens activate no more roles than their scope names and no more than the user holds; refreshed ones alike."""
    tokens = await begin(client, "paid", scope=scope)
    for found in (tokens, (await refresh(client, tokens["refresh_token"])).json()):
        assert " ".join(sorted(scope.split())) == found["scope"]
        me = await (await door.client(found["access_token"])).get("/users/me")
        assert roles == me.json()["roles"]


async def test_bounded_token_sees_less(door: Door, client: httpx2.AsyncClient, world: World) -> None:
    """What a role that is not activated would show, the token does not; what she owns stays hers."""
    paid, own = world.doc("other public paid kept").id, world.doc("paid private paid kept").id
    for scope, status in (("paid_user", 200), ("free_user", 404)):
        session = await door.client((await begin(client, "paid", scope=scope))["access_token"])
        assert status == (await session.get(f"/documents/{paid}")).status_code
        assert 200 == (await session.get(f"/documents/{own}")).status_code


async def test_role_that_comes_later_is_within_the_bound(
    door: Door, client: httpx2.AsyncClient, database: Logins, world: World
) -> None:
    """A bound names roles, not what was held at log-in: one that is given later speaks, one outside does not."""
    session = await door.client((await begin(client, "nobody", scope="free_user"))["access_token"])
    give = "INSERT INTO user_roles (user_id, role_id) SELECT %s, id FROM roles WHERE name = %s"
    for role in ("free_user", "admin"):
        query(database.owner, give, world.users["nobody"], role)
        assert ["free_user"] == (await session.get("/users/me")).json()["roles"]


@pytest.mark.parametrize("scope", ["a\x00b", "x" * 51, "a\x7f", " ".join(str(n) for n in range(51))])
async def test_wrong_scope(client: httpx2.AsyncClient, scope: str) -> None:
    """A scope that cannot be names of roles is 422."""
    answer = await client.post("/auth/token", data={"username": "free", "password": PASSWORD, "scope": scope})
    assert 422 == answer.status_code
    problem(answer)
