"""What both benchmarks share: works done in turn, and the interval of their paired ratios.

A work is done in two ways, one right after the other, and the time of the first is divided by that of the second; which
goes first changes with every pair. What slows the whole machine for a moment slows both, so the ratio stays.
"""

import platform
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

Step = Callable[[], Awaitable[object]]
RESAMPLES = 1000
WARM_UP = 30
SHOWN_EVERY = 25
"""Pairs between two looks of the progress bar: a thread that redraws it would compete with what is measured."""


@dataclass(frozen=True)
class Work:
    """One work, done in two ways. `limit`: what the upper end of the interval may be, if a promise is made."""

    name: str
    gate: Step
    other: Step
    limit: float | None = None


@dataclass(frozen=True)
class Result:
    """The ratios of one work: their median with its 95 % interval, the middle half of them, and the median times."""

    group: str
    name: str
    pairs: int
    median: float
    low: float
    high: float
    quartiles: tuple[float, float]
    gate_us: float
    other_us: float
    limit: float | None

    @property
    def holds(self) -> bool | None:
        """Whether the promise holds; None if there is none."""
        return None if self.limit is None else self.high <= self.limit


@dataclass
class Report:
    """All that a run found. `facts`: what was measured once, by group: (what, value)."""

    title: str
    columns: tuple[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    facts: list[tuple[str, str, str]] = field(default_factory=list)


async def measure(group: str, work: Work, pairs: int, done: Callable[[int], None]) -> Result:
    """Do a work in both ways, in turn, and return what their ratios say."""
    for _ in range(min(WARM_UP, pairs)):
        await work.gate()
        await work.other()
    times: dict[Step, list[float]] = {work.gate: [], work.other: []}
    for number in range(pairs):
        order = (work.gate, work.other) if number % 2 else (work.other, work.gate)
        for step in order:
            begin = time.perf_counter()
            await step()
            times[step].append(time.perf_counter() - begin)
        if number % SHOWN_EVERY == SHOWN_EVERY - 1:
            done(SHOWN_EVERY)
    done(pairs % SHOWN_EVERY)
    gate, other = times[work.gate], times[work.other]
    ratios = [one / two for one, two in zip(gate, other, strict=True)]
    low, high = interval(ratios)
    first, _, third = statistics.quantiles(ratios, n=4)
    return Result(
        group,
        work.name,
        pairs,
        median=statistics.median(ratios),
        low=low,
        high=high,
        quartiles=(first, third),
        gate_us=statistics.median(gate) * 1e6,
        other_us=statistics.median(other) * 1e6,
        limit=work.limit,
    )


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the median, by bootstrap; the same ratios give the same interval."""
    draw = random.Random(len(ratios))
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return medians[round(RESAMPLES * 0.025)], medians[round(RESAMPLES * 0.975) - 1]


async def versions(engine: AsyncEngine) -> dict[str, str]:
    """Return the version of everything that has a part in the times."""
    async with engine.connect() as connection:
        server = (await connection.execute(text("SHOW server_version"))).scalar_one()
    packages = ("rowgate", "SQLAlchemy", "asyncpg")
    return {
        **{package: version(package) for package in packages},
        "PostgreSQL": str(server),
        platform.python_implementation(): platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show on stderr how far it is, redrawn between pairs only."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("pairs", total=total)

        def done(number: int) -> None:
            bar.advance(task, number)
            bar.refresh()

        yield done
