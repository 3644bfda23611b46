"""Passwords and tokens: what is accepted, what is refused, and that refusals do not say why."""

import base64
import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import anyio
import jwt
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from rowgate.server import security
from rowgate.server.security import (
    AccessToken,
    InvalidToken,
    PasswordError,
    hash_password,
    issue_access_token,
    read_access_token,
    verify_password,
)

KEY = b"k" * 64
OTHER_KEY = b"o" * 48
SUBJECT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PASSWORD = "correct horse"


def issue(key: bytes = KEY, **changes: Any) -> str:
    """Make a valid token, but for the given changes of arguments."""
    arguments: dict[str, Any] = {
        "subject": SUBJECT,
        "seconds": 900,
        "issuer": "rowgate",
        "audience": "rowgate",
    }
    return issue_access_token(key, **(arguments | changes))[0]


def forge(*, headers: dict[str, Any] | None = None, drop: str | None = None, **claims: Any) -> str:
    """Sign any claims with the right key, as a leak of a sibling token's maker would."""
    full: dict[str, Any] = jwt.decode(issue(), options={"verify_signature": False}) | claims
    full.pop(drop or "", None)
    return jwt.encode(full, KEY, algorithm="HS256", headers={"kid": security.key_id(KEY)} | (headers or {}))


def segment(value: object) -> str:
    """Encode one part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(algorithm: str) -> str:
    """Make a token that claims an algorithm and has no signature."""
    claims = jwt.decode(issue(), options={"verify_signature": False})
    return f"{segment({'alg': algorithm, 'typ': 'JWT', 'kid': security.key_id(KEY)})}.{segment(claims)}."


async def test_password_round_trip() -> None:
    """The right password is accepted, another is not, and two hashes of one password differ."""
    first, second = await hash_password(PASSWORD), await hash_password(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert await verify_password(PASSWORD, first) is True
    assert await verify_password(PASSWORD + "x", first) is False


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025, "nul\0inside", "lone surrogate \ud800"])
async def test_password_outside_the_limits_is_refused(password: str) -> None:
    """Too short, too long, NUL and what UTF-8 cannot hold are never hashed."""
    with pytest.raises(PasswordError):
        await hash_password(password)


@pytest.mark.parametrize("password", ["password", "12345678", "PassWord1", "qwertyuiop"])
async def test_common_password_is_refused(password: str) -> None:
    """What everybody tries first is refused, in any case."""
    with pytest.raises(PasswordError, match="others would try"):
        await hash_password(password)


@pytest.mark.parametrize("password", ["eight_88", "x" * 1024, "pässwörter 🔑"])
async def test_password_at_the_limits_is_accepted(password: str) -> None:
    """The limits themselves belong to what is allowed, and length counts characters."""
    assert await verify_password(password, await hash_password(password)) is True


@pytest.mark.parametrize("password", ["", "x" * 1025, "nul\0", "\ud800"])
async def test_impossible_password_is_merely_wrong_at_log_in(password: str) -> None:
    """A log-in form may send anything; the answer is no, not an error."""
    assert await verify_password(password, await hash_password(PASSWORD)) is False


@pytest.mark.parametrize("hashed", [None, "", "!", "plain", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1"])
async def test_unusable_hash_admits_nobody(hashed: str | None) -> None:
    """No user, a locked account, a foreign or broken hash: nobody logs in, with no password."""
    assert await verify_password(PASSWORD, hashed) is False
    assert await verify_password("", hashed) is False


def test_dummy_hash_has_todays_parameters() -> None:
    """The hash for unknown users costs what a real one costs."""
    assert not security._HASHER.current_hasher.check_needs_rehash(security._NOBODY)
    assert isinstance(security._HASHER.current_hasher, Argon2Hasher)


async def test_unknown_user_costs_the_same_time() -> None:
    """Whether a user exists cannot be told by the time of a log-in, nor by an impossible password."""
    hashed = await hash_password(PASSWORD)

    async def seconds(password: str, value: str | None) -> float:
        times = []
        for _ in range(9):
            started = time.perf_counter()
            await verify_password(password, value)
            times.append(time.perf_counter() - started)
        return min(times)

    known = await seconds("wrong password", hashed)
    for password, value in (("wrong password", None), ("", None), ("nul\0", hashed), ("wrong password", "!")):
        assert 0.5 < await seconds(password, value) / known < 2


async def test_event_loop_goes_on_while_passwords_are_verified() -> None:
    """Eight log-ins at once leave the event loop responsive: they wait in line, off the loop."""
    assert max(1, (os.cpu_count() or 1) // 2) == security.ARGON2_AT_ONCE
    hashed = await hash_password(PASSWORD)
    beats, busiest, done = 0, 0, False

    async def heartbeat() -> None:
        nonlocal beats, busiest
        while not done:
            await anyio.sleep(0.001)
            beats += 1
            busiest = max(busiest, int(security._limiter().borrowed_tokens))

    async with anyio.create_task_group() as outer:
        outer.start_soon(heartbeat)
        async with anyio.create_task_group() as inner:
            for _ in range(8):
                inner.start_soon(verify_password, PASSWORD, hashed)
        done = True
    assert security.ARGON2_AT_ONCE == busiest
    assert beats > 30


def test_token_round_trip_and_claims() -> None:
    """A token gives back its subject, says how long it lives, and holds the claims that were agreed."""
    token, seconds = issue_access_token(KEY, subject=SUBJECT, seconds=900, issuer="rowgate", audience="rowgate")
    assert AccessToken(SUBJECT) == read_access_token(KEY, token, issuer="rowgate", audience="rowgate")
    assert 900 == seconds
    claims = jwt.decode(token, options={"verify_signature": False})
    assert {"sub", "iat", "exp", "iss", "aud", "jti", "typ"} == set(claims)
    assert 900 == claims["exp"] - claims["iat"]
    assert {"alg": "HS256", "typ": "JWT", "kid": security.key_id(KEY)} == jwt.get_unverified_header(token)
    assert claims["jti"] != jwt.decode(issue(), options={"verify_signature": False})["jti"]


def test_token_lives_until_its_last_second() -> None:
    """A token is good shortly before its expiry and bad after it."""
    now = datetime.now(UTC)
    assert AccessToken(SUBJECT) == read_access_token(
        KEY, issue(now=now - timedelta(seconds=890)), issuer="rowgate", audience="rowgate"
    )
    with pytest.raises(InvalidToken):
        read_access_token(KEY, issue(now=now - timedelta(seconds=901)), issuer="rowgate", audience="rowgate")


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(issue(OTHER_KEY), id="foreign key"),
        pytest.param(issue(now=datetime.now(UTC) - timedelta(hours=1)), id="expired"),
        pytest.param(issue(audience="other"), id="audience"),
        pytest.param(issue(issuer="other"), id="issuer"),
        pytest.param(forge(aud=["rowgate", "other"]), id="audience list"),
        pytest.param(forge(typ="refresh"), id="refresh token"),
        pytest.param(forge(typ=["access"]), id="type of type"),
        pytest.param(forge(sub="admin"), id="subject no UUID"),
        pytest.param(forge(headers={"kid": "other"}), id="key id"),
        *[pytest.param(forge(drop=claim), id=f"no {claim}") for claim in security.CLAIMS],
        pytest.param(jwt.encode(jwt.decode(issue(), options={"verify_signature": False}), KEY), id="no key id"),
        pytest.param(jwt.encode({"sub": str(uuid4())}, KEY, algorithm="HS512"), id="other algorithm"),
        pytest.param(unsigned("none"), id="none"),
        pytest.param(unsigned("None"), id="None"),
        pytest.param(unsigned("HS256"), id="no signature"),
        pytest.param(
            jwt.encode(
                jwt.decode(issue(), options={"verify_signature": False}),
                OTHER_KEY,
                algorithm="HS256",
                headers={"kid": security.key_id(KEY)},
            ),
            id="foreign key under our key id",
        ),
        pytest.param(issue()[:-2], id="cut"),
        pytest.param("", id="empty"),
        pytest.param("garbage", id="garbage"),
        pytest.param("a.b.c", id="three parts of garbage"),
        pytest.param("..", id="dots"),
        pytest.param("\0", id="NUL"),
        pytest.param(issue() + "\0", id="NUL behind"),
        pytest.param("\ud800.\ud800.\ud800", id="surrogates"),
        pytest.param("é.ü.ß", id="not ASCII"),
        pytest.param(issue() + "=" * 4096, id="huge"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.e30", id="deep header"),
        pytest.param("e30." + base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30", id="deep payload"),
        pytest.param(segment([]) + ".e30.e30", id="header no object"),
        pytest.param(segment({"alg": []}) + ".e30.e30", id="algorithm no text"),
    ],
)
def test_every_other_token_is_invalid_without_a_reason(token: str) -> None:
    """Whatever is wrong, the one error says nothing and chains nothing."""
    with pytest.raises(InvalidToken) as caught:
        read_access_token(KEY, token, issuer="rowgate", audience="rowgate")
    assert () == caught.value.args
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_huge_token_is_refused_before_it_is_read() -> None:
    """Even a validly signed token is refused above the bound."""
    with pytest.raises(InvalidToken):
        read_access_token(KEY, forge(more="x" * 4096), issuer="rowgate", audience="rowgate")
