"""The suite's own world on every driver, kept for the whole run."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from conformance.databases import engines
from rowgate.testing import Rowgate
from rowgate.testing.arena import Arena
from rowgate.testing.judge import Judge
from rowgate.testing.world import OwnWorld


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def arenas(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Give a function that opens an arena for a driver, another protection if wanted."""
    folder = tmp_path_factory.mktemp("conformance")
    made: list[tuple[Arena, Any, Any]] = []
    databases: list[Any] = []

    async def open_(driver: str, protection: Any = None) -> Arena:
        logins = None
        here = folder / str(len(made))
        here.mkdir()
        if "sqlite" not in driver:
            context = cluster.database()
            logins = context.__enter__()
            databases.append(context)
        app, owner, grant = engines(driver, here, logins)
        arena = Arena(OwnWorld(), protection or Rowgate(), app, owner, grant)
        made.append((arena, app, owner))
        await arena.open()
        return arena

    yield open_
    for arena, app, owner in made:
        await arena.close()
        for engine in (app, owner):
            done = engine.dispose()
            if done is not None:
                await done
    for context in databases:
        context.__exit__(None, None, None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def judges(arenas: Any) -> Any:
    """Give a function that gives the judge of a driver."""
    made: dict[str, Judge] = {}

    async def judge(driver: str) -> Judge:
        if driver not in made:
            made[driver] = Judge(await arenas(driver))
        return made[driver]

    return judge
