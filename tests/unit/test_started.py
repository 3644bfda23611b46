"""A coroutine that runs before it is awaited, judged beside one that is awaited from its start."""

import asyncio
from typing import Any

import pytest

from rowgate.wall.wire_asyncpg import Started

Log = list[Any]


async def worker(log: Log, *waits: Any) -> str:
    """Wait for one thing after the other; take what is raised where one of them says so."""
    try:
        for wait in waits:
            log.append(wait)
            log.append(await wait)
    except ConnectionError as error:
        log.append(repr(error))
        await asyncio.sleep(0)
        log.append("mended")
    finally:
        await asyncio.sleep(0)
        log.append("left")
    return "done"


async def begun(log: Log, *waits: Any) -> None:
    """Start a worker, see how far it came, and await it."""
    started = Started(worker(log, *waits))
    assert log == [waits[0]]
    await started


def test_it_runs_at_once_and_then_to_its_end() -> None:
    async def main() -> Log:
        loop = asyncio.get_running_loop()
        one, two = loop.create_future(), loop.create_future()
        loop.call_later(0.01, one.set_result, 1)
        loop.call_later(0.02, two.set_result, 2)
        log: Log = []
        await begun(log, one, two)
        return [entry for entry in log if entry not in (one, two)]

    assert asyncio.run(main()) == [1, 2, "left"]


@pytest.mark.parametrize("early", [True, False])
def test_an_answer_may_be_there_before_anybody_waits(early: bool) -> None:
    async def main() -> Log:
        future = asyncio.get_running_loop().create_future()
        log: Log = []
        started = Started(worker(log, future))
        future.set_result(7)
        if early:
            await asyncio.sleep(0)
        await started
        return log[1:]

    assert asyncio.run(main()) == [7, "left"]


def test_what_is_raised_reaches_the_coroutine_which_may_mend_it_or_let_it_pass() -> None:
    log: Log = []

    async def main(error: Exception) -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, error)
        log.clear()
        await begun(log, future)

    asyncio.run(main(ConnectionError("lost")))
    assert log[1:] == ["ConnectionError('lost')", "mended", "left"]
    with pytest.raises(ValueError, match="odd"):
        asyncio.run(main(ValueError("odd")))
    assert log[1:] == ["left"]


def test_a_cancelled_task_cancels_what_it_waits_for_and_lets_it_clean_up() -> None:
    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        log: Log = []
        task = asyncio.create_task(begun(log, future))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert future.cancelled()
        assert log[1:] == ["left"]

    asyncio.run(main())
