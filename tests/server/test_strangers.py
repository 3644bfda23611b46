"""What a fresh reading of the server has found."""

from collections.abc import AsyncIterator

import pytest

from server.world import Door

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("path", "content_type"), [("/documents", "application/json"), ("/auth/token", "application/x-www-form-urlencoded")]
)
async def test_a_stranger_fills_no_memory(door: Door, path: str, content_type: str) -> None:
    """A body is read and parsed before anybody asks who sends it: without a limit a stranger fills the memory."""
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += MEGABYTE
            yield b" " * MEGABYTE

    visitor = await door.client()
    answer = await visitor.post(path, content=body(), headers={"Content-Type": content_type})
    assert 400 <= answer.status_code < 500
    assert sent <= 16 * MEGABYTE


async def test_no_redirect_to_a_host_of_the_callers(door: Door) -> None:
    """The redirect for a slash at the end is made of the Host header: a cache may keep it, and the scheme is http."""
    visitor = await door.client()
    answer = await visitor.get("/documents/", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.headers.get("location", "")
