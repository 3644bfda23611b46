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


class InvalidCursorError(ValueError):
    """The cursor is not one that a list gave out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows of a list, and the cursor of the next page, None on the last."""

    rows: Sequence[RowT]
    next_cursor: str | None


async def page_by_key(
    session: AsyncSession, statement: Any, key: Any, *, limit: int, cursor: str | None, whole: bool = False
) -> Page[Any]:
    """Return a page of a SELECT, by a UUID key, newest first.

    Args:
        session: whose principal sees what there is.
        statement: the SELECT, without order; its first column or entity has the key.
        key: the column.
        limit: how many rows at the most.
        cursor: of the page before.
        whole: whether to return rows, not what stands first in them.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    page = statement.order_by(key.desc()).limit(limit + 1)
    if cursor is not None:
        page = page.where(key < decode_key(cursor))
    found = (await session.execute(page)).all()
    last = found[limit - 1][0] if len(found) > limit else None
    following = None if last is None else encode_key(last if isinstance(last, UUID) else getattr(last, key.key))
    rows = found[:limit]
    return Page(rows if whole else [row[0] for row in rows], following)


def encode_key(key: UUID) -> str:
    """Return a cursor for a list by key."""
    return _encode(key.bytes)


def decode_key(cursor: str) -> UUID:
    """Return the key of a cursor.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    return UUID(bytes=_decode(cursor, 16))


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
