"""Runs the suite: on a team's own models, in three lines.

report = await Conformance(Session, owner=owner_engine, principals=[Principal(1, {"free_user"})]).run()
assert report.ok, report
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncEngine

from rowgate.principal import Principal
from rowgate.session import GuardedSessionmaker
from rowgate.testing.arena import Arena
from rowgate.testing.case import Case, Kind, Model
from rowgate.testing.cases import all_cases
from rowgate.testing.judge import Judge, Result
from rowgate.testing.protection import Protection, Rowgate
from rowgate.testing.report import Report
from rowgate.testing.team import TeamWorld

READS = frozenset({Kind.WAY_IN, Kind.READING})


@dataclass(frozen=True, slots=True)
class Item:
    """One case, for one principal, on one entity."""

    case: Case
    who: Principal
    model: Model

    @property
    def name(self) -> str:
        """What it is called in a list of tests."""
        who = "anonymous" if self.who.is_anonymous else " ".join([str(self.who.id), *sorted(self.who.roles)])
        return f"{self.case.name}[{self.model.entity.__name__}-{who}]"


class Conformance:
    """The portable cases of the suite, on a team's own models and rows.

    Give it a test database: with `writes=True` cases change rows and put them back.

    Args:
        sessions: the team's guarded sessionmaker.
        owner: an engine of the same driver on the same database, whose login sees and changes all rows.
        principals: who runs the cases. Each should have rows that are hidden from it.
        models: the entities; all mapped classes whose tables have a policy if not given.
        families: names of the families to run; all if not given.
        writes: also run cases that write.
        protection: what is judged instead of `sessions`.
        progress: is called with each result, and how many of how many it is.
    """

    def __init__(
        self,
        sessions: GuardedSessionmaker[Any],
        *,
        owner: Any,
        principals: Iterable[Principal],
        models: Iterable[type[Any]] | None = None,
        families: Iterable[str] | None = None,
        writes: bool = False,
        protection: Protection | None = None,
        progress: Callable[[Result, int, int], None] | None = None,
    ) -> None:
        if sessions.is_async is not isinstance(owner, AsyncEngine):
            raise TypeError("owner: an engine of the same kind as that of the sessions, async or not")
        self.principals = list(principals)
        if not self.principals:
            raise ValueError("principals: say who runs the cases")
        self.strict = models is not None
        self.world = TeamWorld(sessions.catalog, owner, models)
        self.arena = Arena(self.world, protection or Rowgate(sessions), sessions.engine._original, owner)
        self.judge = Judge(self.arena)
        self.report = Report(self.arena.protection.name, self.arena.driver)
        self._families = None if families is None else frozenset(families)
        self._writes = writes
        self._progress = progress

    async def __aenter__(self) -> Self:
        await self.arena.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.arena.close()

    def cases(self) -> Iterator[Case]:
        """Yield the cases that run on any model."""
        for case in all_cases():
            wanted = self._families is None or case.family in self._families
            reads = case.kind in READS or self._writes
            if case.portable and wanted and reads and case.runs_on(self.arena.dialect, self.arena.driver):
                yield case

    async def items(self) -> list[Item]:
        """Return what there is to run. Entities from which nothing can be hidden are noted in the report."""
        found = []
        bare = {mapper.class_: mapper for mapper in self.world.entities}
        for who in self.principals:
            for model in await self.world.models(who, self.arena.before):
                bare.pop(model.entity, None)
                found += [Item(case, who, model) for case in self.cases() if _suits(case, model)]
        self.report.notes = []
        for entity, mapper in bare.items():
            runnable = self.world.texts_of(mapper) and len(mapper.primary_key) == 1
            why = "nothing to hide: put a row in" if runnable else "no plain text column, or a composite key: not run"
            self.report.notes.append(f"{entity.__name__}: {why}")
        self.report.incomplete = self.strict and bool(bare)
        return found

    async def judged(self, item: Item) -> Result:
        """Run one item, and add what came of it to the report."""
        result = await self.judge.judge(item.case, item.who, item.model)
        self.report.results.append(result)
        return result

    async def run(self) -> Report:
        """Run everything, and return the report."""
        begun = time.perf_counter()
        async with self:
            items = await self.items()
            for number, item in enumerate(items, 1):
                result = await self.judged(item)
                if self._progress is not None:
                    self._progress(result, number, len(items))
        self.report.seconds = time.perf_counter() - begun
        return self.report


def _suits(case: Case, model: Model) -> bool:
    """Return whether the entity has the rows that a legitimate case needs."""
    if case.kind is Kind.READING:
        return model.seen is not None or model.own is not None
    return case.kind is not Kind.WRITING or model.own is not None
