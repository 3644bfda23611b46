"""The keys that a context is signed by, and the one text that it has.

    <mac, 64> <key, 8> <kind, 2, and the backend's pid> <expiry, 10> <body>

with tabs in between. The body says who acts, in four fields: `<id> <roles> <lifts> <attributes, JSON>`, each as
PostgreSQL's `decode(field, 'escape')` reads it. Or it says whom the query for the principal asks for, in one of JSON. No field
holds a tab (`rowgate.wall.texts`). So nothing can be read in two ways, and everything after the first tab is signed as it stands,
so nothing needs to be canonical. The code is HMAC-SHA-256 (RFC 2104), which PostgreSQL computes by two calls of its own `sha256()`
over pads that are stored beforehand (https://www.rfc-editor.org/rfc/rfc2104).
"""

import hashlib
import hmac
import math
import time
from collections.abc import Iterable
from datetime import timedelta

from rowgate.errors import CatalogError
from rowgate.wall.objects import literal

SETTING = "rowgate.context"
"""The setting that holds the context, in each transaction its own."""
PRINCIPAL = "1p"
"""The kind of a context that says who acts."""
SUBJECT = "1s"
"""The kind of a context that says only whom the query for the principal asks for."""
_BLOCK = 64
_INNER, _OUTER = 0x36, 0x5C
_SHORTEST = 32
_NOBODYS = "0" * 64
SEPARATOR = "\t"
"""What stands between the fields of a context: a character that each database encoding has in one byte."""
NULL = "-"
"""The field of an id that is none."""
UNBOUND = 0
"""The pid of a context that any backend accepts: none is said."""
_ANALYZE = "ANALYZE rowgate.keys (id)"
"""A table of so few rows autovacuum never analyses, and each question to a context goes through its index: a tenth more.

Of the ids alone: the statistics of a secret would be its copy, and PostgreSQL 18 can dump statistics without the rows.
"""


class Unsigned:
    """A context that anybody who can send SQL may write: for teams that fear their own raw SQL, and nobody else's."""

    bind_to_pid = False
    lifetime = math.inf

    def __repr__(self) -> str:
        return "Unsigned()"

    def text(self, kind: str, body: str, _pid: int = UNBOUND) -> str:
        """Return the context, in the form of a signed one."""
        return SEPARATOR.join((_NOBODYS, _NOBODYS[:8], kind, _NOBODYS[:10], body))

    def accept(self) -> tuple[str, ...]:
        """Return the statements by which a database accepts these contexts: none."""
        return ()


class Signed:
    """Contexts that nobody can write who does not have a key.

    Args:
        keys: secrets of 32 bytes or more, such as `secrets.token_hex(32)`. The first signs; the database accepts those
            that `accept()` has told it, so that a key can be replaced while old processes still sign with the old one.
        lifetime: how long after it was signed a context may begin to be used, in seconds or as a timedelta. It covers
            the difference between the clocks. What has begun in time stays valid to the end of its transaction.
        bind_to_pid: whether it holds for one backend alone. Behind PgBouncer in transaction mode, which does not tell
            the client's backend, say False, and keep the lifetime short.

    Raises:
        CatalogError: no key, a short one, the same twice, or no time to live.
    """

    def __init__(
        self, keys: Iterable[str | bytes], lifetime: float | timedelta = 60, *, bind_to_pid: bool = True
    ) -> None:
        if isinstance(keys, str | bytes):
            raise CatalogError("keys is a list, the first of which signs: write keys=[key]")
        self._keys = [key.encode() if isinstance(key, str) else bytes(key) for key in keys]
        if not self._keys or any(len(key) < _SHORTEST for key in self._keys):
            raise CatalogError(f"a signing key has {_SHORTEST} bytes or more: make one with secrets.token_hex(32)")
        self._ids = [key_id(key) for key in self._keys]
        if len(set(self._ids)) < len(self._ids):
            raise CatalogError("a signing key is given twice")
        self.lifetime = lifetime.total_seconds() if isinstance(lifetime, timedelta) else float(lifetime)
        if not self.lifetime > 0:
            raise CatalogError("a signed context needs a lifetime: 60 seconds, say")
        self.bind_to_pid = bind_to_pid
        self._inner, self._outer = (hashlib.sha256(_pad(self._keys[0], byte)) for byte in (_INNER, _OUTER))

    def __repr__(self) -> str:
        return f"Signed(keys={self._ids}, lifetime={self.lifetime:g}, bind_to_pid={self.bind_to_pid})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("signing keys are not pickled")

    def text(self, kind: str, body: str, pid: int = UNBOUND) -> str:
        """Return a signed context, which may begin to be used for a lifetime.

        Args:
            kind: `PRINCIPAL` or `SUBJECT`.
            body: in ASCII.
            pid: of the one backend that may use it; `UNBOUND` for all.
        """
        expiry = math.ceil(time.time() + self.lifetime)
        bound = "" if pid == UNBOUND else pid
        signed = f"{self._ids[0]}{SEPARATOR}{kind}{bound}{SEPARATOR}{expiry:010d}{SEPARATOR}{body}"
        inner, outer = self._inner.copy(), self._outer.copy()  # HMAC, whose pads were hashed beforehand
        inner.update(signed.encode("ascii"))
        outer.update(inner.digest())
        return f"{outer.hexdigest()}{SEPARATOR}{signed}"

    def accept(self) -> tuple[str, ...]:
        """Return the statements by which a database accepts these keys, beside those it has. They hold secrets."""
        rows = [
            f"({literal(name)}, '\\x{_pad(key, _INNER).hex()}'::bytea, '\\x{_pad(key, _OUTER).hex()}'::bytea)"
            for name, key in zip(self._ids, self._keys, strict=True)
        ]
        return (
            f"INSERT INTO rowgate.keys (id, inner_pad, outer_pad) VALUES {', '.join(rows)} ON CONFLICT DO NOTHING",  # noqa: S608 - hexadecimal, all of it
            _ANALYZE,
        )

    def retire(self) -> tuple[str, ...]:
        """Return the statements by which a database accepts no other keys than these."""
        ids = ", ".join(literal(name) for name in self._ids)
        return (f"DELETE FROM rowgate.keys WHERE id NOT IN ({ids})", _ANALYZE)  # noqa: S608 - hexadecimal, all of it


Signing = Signed | Unsigned


def key_id(key: bytes) -> str:
    """Return the name of a key: eight hexadecimal digits that say nothing of it."""
    return hmac.digest(key, b"rowgate: the name of this key", "sha256").hex()[:8]


def _pad(key: bytes, byte: int) -> bytes:
    """Return a key as the block that HMAC hashes first."""
    block = hashlib.sha256(key).digest() if len(key) > _BLOCK else key
    return bytes(one ^ byte for one in block.ljust(_BLOCK, b"\0"))
