"""Passwords (argon2id) and access tokens (JWT, HS256).

Nothing here knows users or requests. A wrong password is False, a wrong token is `InvalidToken`; neither says
why, and a user who does not exist costs the same time as one who does.
"""

import functools
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import anyio
import anyio.to_thread
import jwt
from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

PASSWORD_MIN_CHARS: Final = 8
PASSWORD_MAX_CHARS: Final = 1024
TOKEN_MAX_CHARS: Final = 4096
ALGORITHM: Final = "HS256"
CLAIMS: Final = ("sub", "iat", "exp", "iss", "aud", "jti", "typ")
# A refresh token or a link in a mail, signed with the same key, must not log anybody in.
TOKEN_TYPE: Final = "access"  # noqa: S105 - a claim, not a password

# RFC 9106, section 4, second recommended option: 64 MiB, three passes, four lanes.
_HASHER: Final = PasswordHash([Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4)])
# Of a random password that nobody kept, with the parameters above. A constant, since making it at the first
# use would double the time of the first unknown user's log-in, and that is the difference it is here to hide.
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$nra6ueLrtfGcLgDXt4p21A$M5haVyAXh6WtWgVnd4EZeUOxu5l4L7rxR7WEOwktonY"
# Each verification takes 64 MiB and, with its lanes, every core for its time: two at once starve the event
# loop of a two-core machine. Half the cores, so that requests go on; the others wait here, without holding a
# connection.
ARGON2_AT_ONCE: Final = max(1, (os.cpu_count() or 1) // 2)


class PasswordError(ValueError):
    """The password may not be used; the text may be shown to whoever chose it."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token says: whose it is, the log-in that it came from, and the most roles that it activates."""

    subject: UUID
    session: UUID | None = None
    roles: frozenset[str] | None = None


class InvalidToken(Exception):
    """The token is not a valid access token. One error for every reason: whoever guesses learns nothing."""


def check_password(password: str) -> None:
    """Accept a new password, or say what is wrong with it.

    Raises:
        PasswordError: too short, too long, a common one, or characters that no client sends by typing.
    """
    if len(password) < PASSWORD_MIN_CHARS:
        raise PasswordError(f"a password has at least {PASSWORD_MIN_CHARS} characters")
    if len(password) > PASSWORD_MAX_CHARS:
        raise PasswordError(f"a password has at most {PASSWORD_MAX_CHARS} characters")
    if not _hashable(password):
        raise PasswordError("a password is plain text, without NUL characters")
    if password.lower() in _common():
        raise PasswordError("this password is one of the first that others would try; choose another")


@functools.cache
def _common() -> frozenset[str]:
    """Return the common passwords that are long enough, in lower case. Loaded at the first use: there are thousands."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(found for found in FREQUENCY_LISTS["passwords"] if len(found) >= PASSWORD_MIN_CHARS)


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a new password, in PHC string format.

    Raises:
        PasswordError: the password may not be used.
    """
    check_password(password)
    return await anyio.to_thread.run_sync(_HASHER.hash, password, limiter=_limiter())


async def verify_password(password: str, hashed: str | None) -> bool:
    """Say whether the password belongs to the hash; no hash (no such user) costs the same time.

    What cannot be a password, or a hash that argon2 did not write, is False, after the same time too.
    """
    known = hashed is not None and _hashable(password)
    candidate = password if _hashable(password) else ""
    matches = await anyio.to_thread.run_sync(_matches, candidate, hashed if known else None, limiter=_limiter())
    return known and matches


def issue_access_token(
    key: bytes,
    *,
    subject: UUID,
    seconds: int,
    issuer: str,
    audience: str,
    session: UUID | None = None,
    roles: Iterable[str] | None = None,
    now: datetime | None = None,
) -> tuple[str, int]:
    """Return a signed access token for `subject` and the seconds that it is valid, counted from `now`.

    With `session`, it is good no longer than that log-in. `roles` are the most that it activates; None is every role.
    """
    issued = now or datetime.now(UTC)
    claims: dict[str, Any] = {
        "sub": str(subject),
        "iat": issued,
        "exp": issued + timedelta(seconds=seconds),
        "iss": issuer,
        "aud": audience,
        "jti": uuid4().hex,
        "typ": TOKEN_TYPE,
    }
    if session is not None:
        claims["sid"] = str(session)
    if roles is not None:
        claims["roles"] = sorted(roles)
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id(key)}), seconds


def read_access_token(key: bytes, token: str, *, issuer: str, audience: str) -> AccessToken:
    """Return what a token says that `issue_access_token` made with this key, issuer and audience.

    Raises:
        InvalidToken: anything else, whatever it is.
    """
    if len(token) > TOKEN_MAX_CHARS:
        raise InvalidToken
    try:
        return _read(key, token, issuer=issuer, audience=audience)
    except Exception:  # noqa: BLE001
        # Hostile bytes meet base64, UTF-8 and JSON before the signature is known to be wrong; deep nesting
        # raises RecursionError, lone surrogates UnicodeError. A list of types would miss one, and that one
        # would be a 500.
        raise InvalidToken from None


@functools.cache
def key_id(key: bytes) -> str:
    """Return the public name of a key, so that a later release can tell old keys from new ones."""
    return hashlib.sha256(b"rowgate key id:" + key).hexdigest()[:16]


def _read(key: bytes, token: str, *, issuer: str, audience: str) -> AccessToken:
    """Return what the token says, or raise whatever it is that goes wrong."""
    decoded = jwt.decode_complete(
        token,
        key,
        algorithms=[ALGORITHM],
        issuer=issuer,
        audience=audience,
        # `iat` is only information. Checked, it would refuse fresh tokens of a machine whose clock is ahead.
        options={"require": list(CLAIMS), "strict_aud": True, "verify_iat": False},
    )
    claims = decoded["payload"]
    if decoded["header"].get("kid") != key_id(key) or claims["typ"] != TOKEN_TYPE:
        raise InvalidToken
    session, roles = claims.get("sid"), claims.get("roles")
    return AccessToken(
        UUID(claims["sub"]),
        session=None if session is None else UUID(session),
        roles=None if roles is None else frozenset(map(str, roles)),
    )


def _hashable(password: str) -> bool:
    """Say whether argon2 may see it: bounded, no NUL, no lone surrogate (JSON allows it, UTF-8 does not)."""
    if len(password) > PASSWORD_MAX_CHARS or "\0" in password:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in password)


def _matches(password: str, hashed: str | None) -> bool:
    """Run argon2 once, whatever comes in. Takes 20 to 200 ms of every core: not for the event loop."""
    try:
        return _HASHER.verify(password, hashed or _NOBODY)
    except PwdlibError:
        _HASHER.verify(password, _NOBODY)
        return False


@functools.cache
def _limiter() -> anyio.CapacityLimiter:
    """Return the process's one limiter; made at first use, since it belongs to a running event loop."""
    return anyio.CapacityLimiter(ARGON2_AT_ONCE)
