"""Every case of the suite, on every driver."""

from typing import Any

import pytest

from conformance.databases import DRIVERS
from rowgate.testing import Case, Outcome, all_cases

GOOD = {Outcome.HELD, Outcome.DISCLOSES}
DIALECT = {driver: "sqlite" if "sqlite" in driver else "postgresql" for driver in DRIVERS}
ITEMS = [
    pytest.param(driver, case, id=f"{driver}-{case.name}")
    for driver in DRIVERS
    for case in all_cases()
    if case.runs_on(DIALECT[driver], driver)
]


@pytest.mark.parametrize(("driver", "case"), ITEMS)
async def test_case(judges: Any, driver: str, case: Case) -> None:
    """Nothing forbidden is seen or changed, nothing permitted is lost, and no case is blind."""
    judge = await judges(driver)
    world = judge.arena.world
    who = case.who or world.default
    (model,) = await world.models(who, judge.arena.before)
    result = await judge.judge(case, who, model)
    assert result.outcome in GOOD, f"{result.outcome}: {case.title} {result.detail}"


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in all_cases() if c.runs_on("sqlite", "sqlite")])
async def test_as_others(judges: Any, case: Case) -> None:
    """No case leaks to any other principal either; what it proves for them is not asked."""
    judge = await judges("sqlite")
    world = judge.arena.world
    for who in [] if case.who else world.principals.values():  # a case for somebody knows what she may
        (model,) = await world.models(who, judge.arena.before)
        result = await judge.judge(case, who, model)
        assert result.outcome not in {Outcome.LEAK, Outcome.WRITE_LEAK}, f"{who!r}: {case.title} {result.detail}"
