"""Every case of the suite where the wall stands: with the gate in front of it, and behind the wall alone."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from conformance.databases import opened
from conformance.walls import GateAndWall, WallAlone
from conformance.walls_differ import GATE_AND_WALL, WALL_ALONE
from rowgate.testing import Case, Outcome, all_cases
from rowgate.testing.judge import Judge

GOOD = {Outcome.HELD, Outcome.DISCLOSES}
DRIVER = "asyncpg"
CASES = [case for case in all_cases() if case.runs_on("postgresql", DRIVER)]
EVERY = pytest.mark.parametrize("case", [pytest.param(case, id=f"{DRIVER}-{case.name}") for case in CASES])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def walled_judges(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Give a function that gives the judge of a protection, in a world behind the wall."""
    made: dict[str, Judge] = {}
    async with AsyncExitStack() as stack:

        async def judge(protection: Any) -> Judge:
            if protection.name not in made:
                folder = tmp_path_factory.mktemp("walled")
                arena = await stack.enter_async_context(opened(DRIVER, folder, cluster, protection, walled=True))
                made[protection.name] = Judge(arena)
            return made[protection.name]

        yield judge


async def as_it_should(judge: Judge, case: Case, differs: Any) -> None:
    """See that a case has its outcome, or the other one for which there is a reason."""
    world: Any = judge.arena.world
    who = case.who or world.default
    (model,) = await world.models(who, judge.arena.before)
    result = await judge.judge(case, who, model)
    told = f"{result.outcome}: {case.title} {result.detail}"
    if case.name in differs:
        outcome, reason = differs[case.name]
        assert result.outcome is outcome, f"{told} (known: {reason})"
    else:
        assert result.outcome in GOOD, told


@EVERY
async def test_gate_and_wall(walled_judges: Any, case: Case) -> None:
    """Nothing forbidden is seen or changed, nothing permitted is lost, and the wall takes nothing that the gate gives."""
    await as_it_should(await walled_judges(GateAndWall()), case, GATE_AND_WALL)


@EVERY
async def test_wall_alone(walled_judges: Any, case: Case) -> None:
    """The same for sessions with no guard, as the application's login with a signed context, but for what is the gate's."""
    await as_it_should(await walled_judges(WallAlone()), case, WALL_ALONE)


def test_the_list_of_differences_names_cases() -> None:
    """A case that was renamed would be judged without its reason, and another one be excused by it."""
    names = {case.name for case in CASES}
    assert [name for name in (*GATE_AND_WALL, *WALL_ALONE) if name not in names] == []
    assert len(WALL_ALONE) < len(names) // 20
