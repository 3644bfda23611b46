"""Mutants, judged: the tests that are likely to notice first, then every stage in turn."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .forks import Job, Verdict, run
from .operators import Mutant
from .record import place
from .targets import ROOT, STAGES, Stage

LIKELY = 5
"""How many tests are tried before the stages: killers of this mutant and of its neighbours."""


class Broken(Exception):
    """No verdict could be had."""


@dataclass(frozen=True)
class Limits:
    """How long each stage may take for a mutant, and until when mutants are begun."""

    stages: dict[str, float]
    """By their names; a stage that is not here is not run."""
    until: float = float("inf")


def standing(names: Iterable[str] = ()) -> list[Stage]:
    """Return the stages of these names, or all, whose tests exist."""
    chosen = set(names) or {stage.name for stage in STAGES}
    return [stage for stage in STAGES if stage.name in chosen and any((ROOT / path).exists() for path in stage.paths)]


def baseline(stages: list[Stage], processes: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Run the stages on the source as it is; return how long a mutant may take in each.

    Raises:
        Broken: a test fails there, so that it would notice every mutant.
    """
    found: dict[str, float] = {}

    def done(stage: Stage) -> Callable[[Verdict], None]:
        def keep(verdict: Verdict) -> None:
            if verdict.killer or verdict.fault:
                raise Broken(f"stage {stage.name} fails on the source as it is: {verdict.killer or verdict.fault}")
            tell(f"{stage.name}: {verdict.seconds:.1f} s")
            found[stage.name] = 30 + 6 * verdict.seconds

        return keep

    run(iter([Job(None, "", stage, done=done(stage)) for stage in stages]), processes)
    return found


class Judge:
    """Judges mutants; `told` is called with each and its killer, None for a survivor."""

    def __init__(self, limits: Limits, told: Callable[[Mutant, str | None], None]) -> None:
        self.limits = limits
        self.told = told
        self.seconds = 0.0
        self.of_function: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.of_file: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def learn(self, mutant: Mutant, killer: str | None) -> None:
        """Remember who noticed: the tests that notice a mutant notice its neighbours."""
        if killer is not None and "::" in killer:
            self.of_function[place(mutant)][killer] += 1
            self.of_file[mutant.path][killer] += 1

    def judge(self, mutants: Iterable[tuple[Mutant, str | None]], processes: int) -> None:
        """Judge mutants, each given with the test that killed it last."""
        run(self._jobs(mutants), processes)

    def _jobs(self, mutants: Iterable[tuple[Mutant, str | None]]) -> Iterator[Job]:
        for mutant, killer in mutants:
            if time.monotonic() > self.limits.until:
                return
            yield self._first(mutant, killer)

    def _first(self, mutant: Mutant, killer: str | None) -> Job:
        near = [test for test, _ in self.of_function[place(mutant)].most_common(LIKELY)]
        near += [test for test, _ in self.of_file[mutant.path].most_common(LIKELY)]
        known = [killer] if killer is not None and "::" in killer else []
        tests = tuple(dict.fromkeys([*known, *near]))[:LIKELY]
        stages = standing(self.limits.stages)
        if not tests:
            return self._stage(mutant, stages)
        return Job(mutant.path, mutant.source, STAGES[0], tests, 60, self._then(mutant, stages))

    def _stage(self, mutant: Mutant, stages: list[Stage]) -> Job:
        now, *later = stages
        return Job(mutant.path, mutant.source, now, (), self.limits.stages[now.name], self._then(mutant, later))

    def _then(self, mutant: Mutant, stages: list[Stage]) -> Callable[[Verdict], Job | None]:
        def done(verdict: Verdict) -> Job | None:
            self.seconds += verdict.seconds
            if verdict.fault:
                raise Broken(f"{place(mutant)}: {mutant.now}\n{verdict.fault}")
            if verdict.killer is None and stages:
                return self._stage(mutant, stages)
            self.learn(mutant, verdict.killer)
            self.told(mutant, verdict.killer)
            return None

        return done
