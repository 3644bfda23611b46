"""The lines of a stream of bytes, with their numbers."""

from collections.abc import AsyncIterator
from typing import Final

MAX_LINE: Final = 8 * 1024 * 1024
"""Bytes of a line: a document of a million characters fits, escapes and all."""


async def numbered(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes | None]]:
    """Give each line with its number, from one on, and its end; None for one that is longer than `MAX_LINE`."""
    number, held, size = 1, list[bytes](), 0
    async for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            size += end + 1 - start
            yield number, None if size > MAX_LINE else b"".join((*held, chunk[start : end + 1]))
            number, held, size, start = number + 1, [], 0, end + 1
        size += len(chunk) - start
        held = [] if size > MAX_LINE else [*held, chunk[start:]]
    if size:
        yield number, None if size > MAX_LINE else b"".join(held)
