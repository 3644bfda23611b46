"""How often somebody may try: counted in the database, for every worker, whoever exists."""

import asyncio

import httpx2
import pytest

from conftest import Logins
from server.world import PASSWORD, Door, problem, query, serving, settings_for

LIMITS = {"login_max_attempts": 3, "login_max_attempts_per_address": 8, "login_window_seconds": 60}


@pytest.fixture
async def client(database: Logins) -> httpx2.AsyncClient:  # type: ignore[misc]
    """Give a visitor of a server with small limits."""
    async with serving(settings_for(database, **LIMITS)) as door:
        yield await door.client()


async def attempt(client: httpx2.AsyncClient, name: str = "free", password: str = "wrong") -> int:
    """Try to log in; return the status."""
    answer = await client.post("/auth/token", data={"username": name, "password": password})
    if answer.status_code != 200:
        problem(answer)
    if answer.status_code == 429:
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    return answer.status_code


@pytest.mark.parametrize("name", ["free", "nobody-here", "inactive"])
async def test_name_is_locked(client: httpx2.AsyncClient, name: str) -> None:
    """After three failures the fourth is 429 with Retry-After, for users and for names that nobody has."""
    assert [401, 401, 401, 429, 429] == [await attempt(client, name) for _ in range(5)]


async def test_right_password_is_not_looked_at_while_locked(client: httpx2.AsyncClient) -> None:
    """Whoever guesses right after the lock learns nothing of it; another name goes on."""
    for _ in range(3):
        await attempt(client, "FREE")
    assert 429 == await attempt(client, "free", PASSWORD)
    assert 200 == await attempt(client, "paid", PASSWORD)


async def test_lock_ends(client: httpx2.AsyncClient, database: Logins) -> None:
    """When the window is over on the database's clock, one may try again, with all attempts."""
    assert [401, 401, 401, 429] == [await attempt(client) for _ in range(4)]
    query(database.owner, "UPDATE login_attempts SET resets_at = now() - interval '1 second'")
    assert [401, 401, 200] == [await attempt(client), await attempt(client), await attempt(client, "free", PASSWORD)]


async def test_success_forgets_failures(client: httpx2.AsyncClient) -> None:
    """Who logs in has her attempts again."""
    found = [await attempt(client, "free", password) for password in ("x", "x", PASSWORD, "x", "x", PASSWORD)]
    assert [401, 401, 200, 401, 401, 200] == found


async def test_address_is_locked(client: httpx2.AsyncClient) -> None:
    """One address cannot try name after name."""
    found = [await attempt(client, f"name{number}") for number in range(10)]
    assert [401] * 8 + [429] * 2 == found
    assert 429 == await attempt(client, "free", PASSWORD)


async def test_holds_across_workers(database: Logins) -> None:
    """Two processes, which share nothing but the database, count together."""
    settings = settings_for(database, **LIMITS)
    async with serving(settings) as one, serving(settings) as two:
        clients = [await one.client(), await two.client()] * 3
        assert [401, 401, 401, 429, 429, 429] == [await attempt(client) for client in clients]


async def test_many_at_once_are_counted_before_they_are_judged(client: httpx2.AsyncClient) -> None:
    """Of ten attempts at once no more than three are looked at."""
    found = await asyncio.gather(*[attempt(client) for _ in range(10)])
    assert [401] * 3 + [429] * 7 == sorted(found)


async def test_names_are_not_stored(client: httpx2.AsyncClient, database: Logins) -> None:
    """People type their password where the name belongs: what was typed is not in the table."""
    await attempt(client, "my-secret-password")
    rows = query(database.owner, "SELECT encode(key, 'escape'), attempts FROM login_attempts")
    assert 2 == len(rows)
    assert "my-secret-password" not in str(rows)


async def test_old_counters_go(client: httpx2.AsyncClient, database: Logins) -> None:
    """Counters whose time is over are taken away by later failures: the table does not grow."""
    query(
        database.owner,
        "INSERT INTO login_attempts SELECT n::text::bytea, 1, now() - interval '1 hour' FROM generate_series(1, 50) n",
    )
    await attempt(client)
    assert [(2,)] == query(database.owner, "SELECT count(*) FROM login_attempts")


async def test_unlimited_tests_are_unlimited(door: Door) -> None:
    """The twin: with the limits that other tests set, ten failures lock nobody out."""
    client = await door.client()
    assert [401] * 5 == [await attempt(client) for _ in range(5)]
    assert 200 == await attempt(client, "free", PASSWORD)
