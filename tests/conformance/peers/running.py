"""Runs the suite on one peer with one driver, and counts."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import text

from rowgate.principal import Principal
from rowgate.testing import Case, Kind, Outcome, Result
from rowgate.testing.arena import Arena
from rowgate.testing.judge import Judge, Ran

from ..databases import engines  # noqa: TID252 - it is `tests.conformance` for the command, `conformance` for pytest
from .features import BY_VALUES, needs, touches_masks
from .peer import Lacks, Peer
from .world import masked_columns

READS = frozenset({Kind.WAY_IN, Kind.BETWEEN})
LEGITIMATE = frozenset({Kind.READING, Kind.WRITING})


class Count(StrEnum):
    """What a case came to, in the words of the table."""

    LEAK = "leak"
    HELD = "held"
    REFUSED = "refused"
    FAILED = "failed"
    WRITE_LEAK = "write leak"
    WRITE_HELD = "write held"
    WORKS = "works"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Counted:
    """What one case came to."""

    case: Case
    count: Count
    detail: str = ""


@dataclass(slots=True)
class Run:
    """A run of the suite on one peer with one driver."""

    peer: Peer
    driver: str
    counted: list[Counted] = field(default_factory=list)

    def families(self) -> dict[str, Counter[Count]]:
        """Return how often each count came, by family."""
        found: dict[str, Counter[Count]] = {}
        for one in self.counted:
            found.setdefault(one.case.family, Counter())[one.count] += 1
        return dict(sorted(found.items()))

    def total(self) -> Counter[Count]:
        """Return how often each count came."""
        return Counter(one.count for one in self.counted)


class PeerJudge(Judge):
    """A judge who knows where tables that lack the rows say nothing of a peer."""

    async def _read(
        self, case: Case, who: Any, model: Any, control: Ran, guarded: Ran, refused: str
    ) -> tuple[Outcome, str]:
        """Judge a way in by hidden values alone where the tables that lack the rows say nothing of a peer.

        That is so where the run over those failed by itself, and for the cases in BY_VALUES. Else what differs is a leak.
        """
        outcome, detail = await super()._read(case, who, model, control, guarded, refused)
        if outcome is not Outcome.LEAK or case.kind is not Kind.WAY_IN:
            return outcome, detail
        truth = await self._truth(case, who, model)
        failed = truth.error is not None and guarded.value != control.value
        if not failed and case.name not in BY_VALUES:
            return outcome, detail
        told = (await self._markers_of(who)).within(guarded.value)
        return (outcome, detail) if told else (Outcome.HELD, "")


@asynccontextmanager
async def arena_of(peer: Peer, driver: str, folder: Path, logins: Any) -> AsyncIterator[Arena]:
    """Open an arena with a peer's protection in an empty database."""
    app, owner, grant = engines(driver, folder, logins)
    # The caller's own parameters are no secret; without this each error would quote them.
    getattr(app, "sync_engine", app).hide_parameters = True
    if logins is not None:
        grant = [*grant, *peer.ddl(logins.owner.username, logins.app.username)]
    arena = Arena(peer.world(), peer, app, owner, grant)
    try:
        await arena.open()
        if hasattr(peer, "version_of_server"):
            peer.version_of_server = await _server_version(arena)
        yield arena
    finally:
        await arena.close()
        for engine in (app, owner):
            done = engine.dispose()
            if done is not None:
                await done


async def _server_version(arena: Arena) -> str:
    async with arena.control(Principal.anonymous()) as session:
        found: str = await session.scalar(text("SHOW server_version"))
        return found


async def run(
    peer: Peer,
    driver: str,
    cases: Iterable[Case],
    folder: Path,
    logins: Any,
    progress: Callable[[Counted], None] = lambda _counted: None,
) -> Run:
    """Run cases on a peer."""
    made = Run(peer, driver)
    async with arena_of(peer, driver, folder, logins) as arena:
        judge = PeerJudge(arena)
        for case in cases:
            counted = await judged(judge, peer, case)
            made.counted.append(counted)
            progress(counted)
    return made


async def judged(judge: PeerJudge, peer: Peer, case: Case) -> Counted:
    """Judge one case as the suite's own run does."""
    lacking = sorted(needs(case) & set(peer.lacks))
    if lacking:
        return Counted(case, Count.NOT_APPLICABLE, lacking[0])
    world: Any = judge.arena.world
    who = case.who or world.default
    (model,) = await world.models(who, judge.arena.before)
    return count(peer, await judge.judge(case, who, model))


def count(peer: Peer, result: Result) -> Counted:
    """Return what a result is in the words of the table."""
    case, outcome, detail = result.case, result.outcome, result.detail
    if f"{Lacks.__name__}: lift" in detail:
        return Counted(case, Count.NOT_APPLICABLE, "lift")
    if outcome is Outcome.BLIND or detail.startswith(("fails without protection", "this is not legitimate")):
        columns = frozenset().union(*masked_columns().values())
        if "masks" in peer.lacks and touches_masks(case, columns):
            return Counted(case, Count.NOT_APPLICABLE, "masks")
        return Counted(case, Count.NOT_JUDGED, f"{outcome}: {detail}")
    if case.kind in LEGITIMATE:
        works = outcome in (Outcome.HELD, Outcome.DISCLOSES)
        return Counted(case, Count.WORKS if works else Count.BROKEN, f"{outcome}: {detail}" if not works else "")
    return Counted(case, _of_way_in(result), detail or result.refused)


def _of_way_in(result: Result) -> Count:
    if result.outcome is Outcome.ERROR:
        return Count.FAILED
    leaked = result.outcome in (Outcome.LEAK, Outcome.WRITE_LEAK)
    if result.case.kind not in READS:
        return Count.WRITE_LEAK if leaked else Count.WRITE_HELD
    if leaked:
        return Count.LEAK
    return Count.REFUSED if result.refused else Count.HELD
