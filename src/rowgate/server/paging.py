"""Lists, a page at a time, by key: a page costs the same wherever it is, and what is added meanwhile shifts nothing."""

import base64
import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

RowT = TypeVar("RowT")


KEY_CHARS = 22
"""How long the cursor of a key is; that of what comes before a key is longer."""
_BEFORE = b"<"


class InvalidCursorError(ValueError):
    """The cursor is not one that a list gave out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows of a list, and the cursors of the pages beside it: None after the last, and before the first."""

    rows: Sequence[RowT]
    next_cursor: str | None
    previous_cursor: str | None = None


async def page_by_key(
    session: AsyncSession, statement: Any, key: Any, *, limit: int, cursor: str | None, whole: bool = False
) -> Page[Any]:
    """Return a page of a SELECT, by a UUID key, newest first.

    Args:
        session: whose principal sees what there is.
        statement: the SELECT, without order; its first column or entity has the key.
        key: the column.
        limit: how many rows at the most.
        cursor: of the page before, or of the one after.
        whole: whether to return rows, not what stands first in them.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    before, at = (False, None) if cursor is None else decode_key(cursor)
    if before:
        page = statement.where(key > at).order_by(key.asc()).limit(limit + 1)
    else:
        page = (statement if at is None else statement.where(key < at)).order_by(key.desc()).limit(limit + 1)
    found = (await session.execute(page)).all()
    if before and not found:  # what was there is gone: this is the first page now
        return await page_by_key(session, statement, key, limit=limit, cursor=None, whole=whole)
    more = len(found) > limit
    rows = found[:limit][::-1] if before else found[:limit]
    following = previous = None
    if rows and (more or before):
        following = encode_key(_key_of(rows[-1], key))
    if rows and (more if before else at is not None):
        previous = encode_key(_key_of(rows[0], key), before=True)
    return Page(rows if whole else [row[0] for row in rows], following, previous)


def _key_of(row: Any, key: Any) -> UUID:
    found: UUID = row[0] if isinstance(row[0], UUID) else getattr(row[0], key.key)
    return found


def encode_key(key: UUID, *, before: bool = False) -> str:
    """Return a cursor for a list by key: of what comes after this key, or before it."""
    return _encode(key.bytes + _BEFORE if before else key.bytes)


def decode_key(cursor: str) -> tuple[bool, UUID]:
    """Return whether a cursor is of what comes before its key, and the key.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    if len(cursor) > KEY_CHARS:
        found = _decode(cursor, 17)
        if found[16:] != _BEFORE:
            raise InvalidCursorError("the cursor is not one that this list gave out")
        return True, UUID(bytes=found[:16])
    return False, UUID(bytes=_decode(cursor, 16))


def encode_ranked(rank: float, key: UUID) -> str:
    """Return a cursor for a list by rank, then by key."""
    return _encode(struct.pack(">d", rank) + key.bytes)


def decode_ranked(cursor: str) -> tuple[float, UUID]:
    """Return rank and key of a cursor.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    found = _decode(cursor, 24)
    rank: float = struct.unpack(">d", found[:8])[0]
    if not 0 <= rank < float("inf"):
        raise InvalidCursorError("the cursor is not one that this list gave out")
    return rank, UUID(bytes=found[8:])


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(cursor: str, length: int) -> bytes:
    try:
        found = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != length or _encode(found) != cursor:
        raise InvalidCursorError("the cursor is not one that this list gave out")
    return found
