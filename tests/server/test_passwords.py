"""Passwords that change: by the old one, or by a token that was sent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx2
import pytest

from conftest import Logins
from rowgate.server.app import create_app
from rowgate.server.auth.passwords import PasswordReset, find_sender, send_nothing, write_to_log
from rowgate.server.settings import SettingsError, load_settings
from server.world import PASSWORD, Door, problem, query, serving, settings_for

NEW = "another long password"


@dataclass
class Post:
    """Keeps what was sent."""

    sent: list[PasswordReset] = field(default_factory=list)

    async def send(self, reset: PasswordReset) -> None:
        """Keep it."""
        self.sent.append(reset)


@pytest.fixture
def post() -> Post:
    """Give a sender."""
    return Post()


@pytest.fixture
async def door(database: Logins, post: Post) -> AsyncIterator[Door]:
    """Give the application with that sender."""

    def change(app: object) -> None:
        app.state.reset_sender = post.send  # type: ignore[attr-defined]

    async with serving(settings_for(database, login_max_attempts=5), change=change) as opened:
        yield opened


async def change(client: httpx2.AsyncClient, old: str, new: str) -> httpx2.Response:
    """Change a password."""
    return await client.post("/auth/password", json={"old_password": old, "new_password": new})


async def logs_in(door: Door, password: str, name: str = "free") -> bool:
    """Say whether a password is right."""
    answer = await (await door.client()).post("/auth/token", data={"username": name, "password": password})
    return answer.status_code == 200


async def test_change(door: Door) -> None:
    """After a change the new password is right and the old one wrong; this log-in goes on, others end."""
    client, other = await door.log_in("free"), await door.log_in("free")
    stranger = await door.log_in("paid")
    assert 204 == (await change(client, PASSWORD, NEW)).status_code
    assert (True, False) == (await logs_in(door, NEW), await logs_in(door, PASSWORD))
    assert [200, 401, 200] == [(await who.get("/users/me")).status_code for who in (client, other, stranger)]


async def test_wrong_old_password(door: Door) -> None:
    """A wrong old password is 403, changes nothing, and after five of them 429, even with the right one."""
    client = await door.log_in("free")
    statuses = [(await change(client, "wrong", NEW)).status_code for _ in range(6)]
    assert [403] * 5 + [429] == statuses
    limited = await change(client, PASSWORD, NEW)
    assert 429 == limited.status_code
    assert int(limited.headers["retry-after"]) > 0
    assert (False, True) == (await logs_in(door, NEW), await logs_in(door, PASSWORD))


@pytest.mark.parametrize("new", ["short", "password1", "a\x00bcdefgh", "x" * 1025, ""])
async def test_password_that_may_not_be_used(door: Door, new: str) -> None:
    """A new password that is short, long, common or no text is 422 and changes nothing; it is not repeated."""
    client = await door.log_in("free")
    answer = await change(client, PASSWORD, new)
    assert 422 == answer.status_code
    assert not new or new not in str(problem(answer))
    assert await logs_in(door, PASSWORD)


async def test_anonymous_changes_nothing(client: httpx2.AsyncClient) -> None:
    """Without a token there is no password to change."""
    assert 401 == (await change(client, PASSWORD, NEW)).status_code


async def test_reset(door: Door, post: Post, client: httpx2.AsyncClient, database: Logins) -> None:
    """A token comes to the user's address, sets a new password once, and ends every log-in."""
    session = await door.log_in("free")
    answer = await client.post("/auth/password/forgotten", json={"email": "FREE@example.org"})
    assert 202 == answer.status_code
    [sent] = post.sent
    assert ("free", "free@example.org", 1800) == (sent.username, sent.email, sent.seconds)
    assert sent.token not in str(query(database.owner, "SELECT password_reset_tokens::text FROM password_reset_tokens"))
    body = {"token": sent.token, "new_password": NEW}
    assert 204 == (await client.post("/auth/password/reset", json=body)).status_code
    assert (True, False) == (await logs_in(door, NEW), await logs_in(door, PASSWORD))
    assert 401 == (await session.get("/users/me")).status_code
    again = await client.post("/auth/password/reset", json={**body, "new_password": PASSWORD})
    assert 403 == again.status_code
    problem(again)
    assert await logs_in(door, NEW)


@pytest.mark.parametrize("email", ["stranger@example.org", "inactive@example.org"])
async def test_unknown_address_gets_the_same_answer(
    client: httpx2.AsyncClient, post: Post, database: Logins, email: str
) -> None:
    """Whether an address is a user's cannot be told, and nothing is made or sent for one that is not."""
    known = await client.post("/auth/password/forgotten", json={"email": "free@example.org"})
    unknown = await client.post("/auth/password/forgotten", json={"email": email})
    assert (202, known.content) == (unknown.status_code, unknown.content)
    assert ["free"] == [sent.username for sent in post.sent]
    assert [(1,)] == query(database.owner, "SELECT count(*) FROM password_reset_tokens")


@pytest.mark.parametrize(
    "change_",
    [
        "UPDATE password_reset_tokens SET expires_at = now()",
        "UPDATE users SET is_active = false WHERE username = 'free'",
    ],
    ids=["too old", "deactivated"],
)
async def test_token_that_is_over(client: httpx2.AsyncClient, post: Post, database: Logins, change_: str) -> None:
    """A token that is too old, or whose user is not active, sets nothing."""
    await client.post("/auth/password/forgotten", json={"email": "free@example.org"})
    before = query(database.owner, "SELECT hashed_password FROM users WHERE username = 'free'")
    query(database.owner, change_)
    answer = await client.post("/auth/password/reset", json={"token": post.sent[0].token, "new_password": NEW})
    assert 403 == answer.status_code
    assert before == query(database.owner, "SELECT hashed_password FROM users WHERE username = 'free'")


async def test_bad_new_password_leaves_the_token_good(door: Door, client: httpx2.AsyncClient, post: Post) -> None:
    """Who mistypes the new password does not need another mail; a second token makes the first worthless."""
    for _ in range(2):
        await client.post("/auth/password/forgotten", json={"email": "free@example.org"})
    first, second = (sent.token for sent in post.sent)
    statuses = [
        (await client.post("/auth/password/reset", json={"token": token, "new_password": new})).status_code
        for token, new in ((second, "short"), (second, NEW), (first, "yet another one"))
    ]
    assert [422, 204, 403] == statuses
    assert await logs_in(door, NEW)


async def test_requests_are_limited(client: httpx2.AsyncClient, post: Post) -> None:
    """Nobody fills somebody's mailbox: the sixth request is 429, for unknown addresses too."""
    for email in ("free@example.org", "stranger@example.org"):
        statuses = [
            (await client.post("/auth/password/forgotten", json={"email": email})).status_code for _ in range(6)
        ]
        assert [202] * 5 + [429] == statuses
    assert 5 == len(post.sent)


async def test_reset_ends_a_lock(door: Door, client: httpx2.AsyncClient, post: Post) -> None:
    """Who was locked out by somebody's guesses gets in by the mail."""
    for _ in range(6):
        assert not await logs_in(door, "guess")
    await client.post("/auth/password/forgotten", json={"email": "free@example.org"})
    await client.post("/auth/password/reset", json={"token": post.sent[0].token, "new_password": NEW})
    assert await logs_in(door, NEW)


async def test_sender_that_fails(database: Logins, caplog: pytest.LogCaptureFixture) -> None:
    """A mail server that is down is the log's matter: the answer stays the same."""

    async def fail(_reset: PasswordReset) -> None:
        raise OSError("no mail today")

    def broken(app: object) -> None:
        app.state.reset_sender = fail  # type: ignore[attr-defined]

    async with serving(settings_for(database), change=broken) as door:
        answer = await (await door.client()).post("/auth/password/forgotten", json={"email": "free@example.org"})
    assert 202 == answer.status_code
    assert "could not be sent" in caplog.text


async def test_default_senders(database: Logins, caplog: pytest.LogCaptureFixture) -> None:
    """In development the token is in the log; otherwise nothing is, but that nobody sends."""
    for development, words in ((False, "ROWGATE_PASSWORD_RESET_SENDER"), (True, "the token is ")):
        caplog.clear()
        async with serving(settings_for(database, development=development)) as door:
            await (await door.client()).post("/auth/password/forgotten", json={"email": "free@example.org"})
        assert words in caplog.text
        assert development == ("the token is " in caplog.text)


def test_sender_of_the_settings() -> None:
    """The settings name a function; one that does not exist is an error at the start."""
    assert send_nothing is find_sender(load_settings())
    assert write_to_log is find_sender(load_settings(development=True))
    named = load_settings(password_reset_sender="rowgate.server.auth.passwords:write_to_log")
    assert write_to_log is find_sender(named)
    for wrong in ("no.such.module:f", "rowgate:nothing_like_it", "nonsense"):
        with pytest.raises(SettingsError, match="ROWGATE_PASSWORD_RESET_SENDER"):
            create_app(load_settings(password_reset_sender=wrong, secret_key="x" * 32))
