"""The suite's own world on every driver, kept for the whole run."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from conformance.databases import opened
from rowgate.testing import Rowgate
from rowgate.testing.arena import Arena
from rowgate.testing.judge import Judge


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def judges(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Give a function that gives the judge of a driver."""
    made: dict[str, Judge] = {}
    async with AsyncExitStack() as stack:

        async def judge(driver: str) -> Judge:
            if driver not in made:
                folder = tmp_path_factory.mktemp(driver)
                made[driver] = Judge(await stack.enter_async_context(opened(driver, folder, cluster, Rowgate())))
            return made[driver]

        yield judge


@pytest.fixture
async def arena_of(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Callable[..., Any]]:
    """Give a function that opens an arena of one test alone: PostgreSQL has connections for a few."""
    async with AsyncExitStack() as stack:

        async def open_(driver: str, protection: Any = None, **options: Any) -> Arena:
            folder = tmp_path_factory.mktemp(driver)
            found: Arena = await stack.enter_async_context(
                opened(driver, folder, cluster, protection or Rowgate(), **options)
            )
            return found

        yield open_
