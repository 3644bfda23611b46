"""Mutants, judged: the tests that are likely to notice first, then the others that reach the line."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from .forks import Broken, Job, Nursery, Verdict, run
from .operators import Mutant
from .record import place
from .targets import stages_here

LIKELY = 20
"""How many tests are tried before all others: killers of this mutant and of its neighbours."""
SECONDS = 150.0
"""How long a mutant may take for its first tests, and for the later ones."""
LATER = frozenset({"postgres", "wall", "async", "trees"})
"""Stages that are tried when a mutant has survived the others."""
FAULTS = 20
"""How many mutants may have no verdict before it is given up."""
UNSTEADY = 20
"""How many tests may fail on the source as it is before it is given up."""


class Judge:
    """Judges mutants; `told` is called with each and its killer, None for a survivor."""

    def __init__(
        self,
        made: list[Nursery],
        stages: Iterable[str],
        until: float,
        told: Callable[[Mutant, str | None], None],
        patience: float = 1.0,
    ) -> None:
        names = [stage.name for stage in stages_here(stages)]
        self.steps = [
            tuple(name for name in names if (name in LATER) is later)
            for later in (False, True)
            if any((name in LATER) is later for name in names)
        ]
        self.made = made
        self.until = until
        self.patience = patience
        self.told = told
        self.seconds = 0.0
        self.unsteady: list[str] = []
        self.faults: list[str] = []
        self.of_function: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.of_file: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.of_all: Counter[str] = Counter()

    def learn(self, mutant: Mutant, killer: str | None) -> None:
        """Remember who noticed: the tests that notice a mutant notice its neighbours."""
        if killer is not None and "::" in killer:
            self.of_function[place(mutant)][killer] += 1
            self.of_file[mutant.path][killer] += 1
            self.of_all[killer] += 1

    def judge(self, mutants: Iterable[tuple[Mutant, str | None]]) -> None:
        """Judge mutants, each given with the test that killed it last."""
        run(self._jobs(mutants), self.made)

    def only(self, mutants: Iterable[tuple[Mutant, str]]) -> None:
        """Judge mutants by one test each, the one that is said to kill it."""
        run(self._single(mutants), self.made)

    def _single(self, mutants: Iterable[tuple[Mutant, str]]) -> Iterator[Job]:
        for mutant, killer in mutants:
            if time.monotonic() > self.until:
                return
            yield self._step(mutant, (killer,), len(self.steps), ())

    def _jobs(self, mutants: Iterable[tuple[Mutant, str | None]]) -> Iterator[Job]:
        for mutant, killer in mutants:
            if time.monotonic() > self.until:
                return
            yield self._step(mutant, self._likely(mutant, killer), 0, ())

    def _likely(self, mutant: Mutant, killer: str | None) -> tuple[str, ...]:
        near = [test for test, _ in self.of_function[place(mutant)].most_common(LIKELY)]
        near += [test for test, _ in self.of_file[mutant.path].most_common(LIKELY // 2)]
        near += [test for test, _ in self.of_all.most_common(LIKELY)]
        known = [killer] if killer is not None and "::" in killer else []
        return tuple(dict.fromkeys([*known, *near]))[:LIKELY]

    def _step(
        self, mutant: Mutant, likely: tuple[str, ...], step: int, anew: tuple[str, ...], without: tuple[str, ...] = ()
    ) -> Job:
        """Return the job for some stages in the nursery; after the last, for what only an import can show."""

        def done(verdict: Verdict) -> Job | None:
            tests = (*anew, *verdict.anew)
            if self._is_faulty(mutant, verdict):
                return None
            if verdict.unsteady:
                assert verdict.killer is not None
                self._note(verdict.killer)
                return self._step(mutant, likely, step, anew, (*without, verdict.killer))
            if verdict.killer is None and step + 1 < len(self.steps):
                return self._step(mutant, (), step + 1, tests, without)
            if verdict.killer is None and tests:
                return Job(mutant, tests=tests, seconds=SECONDS, done=self._last(mutant))
            self._end(mutant, verdict.killer)
            return None

        stages = self.steps[step] if step < len(self.steps) else ()
        return Job(
            mutant, stages, likely, seconds=SECONDS * self.patience, patience=self.patience, unsteady=without, done=done
        )

    def _note(self, test: str) -> None:
        self.unsteady.append(test)
        if len(self.unsteady) > UNSTEADY:
            raise Broken(f"these tests fail on the source as it is, too: {', '.join(dict.fromkeys(self.unsteady))}")

    def _last(self, mutant: Mutant) -> Callable[[Verdict], None]:
        def done(verdict: Verdict) -> None:
            if not self._is_faulty(mutant, verdict):
                self._end(mutant, verdict.killer)

        return done

    def _is_faulty(self, mutant: Mutant, verdict: Verdict) -> bool:
        """Return whether no verdict could be had; the mutant is left as one that was not judged."""
        self.seconds += verdict.seconds
        if verdict.fault:
            self.faults.append(f"{place(mutant)}: {mutant.now}\n{verdict.fault}")
            if len(self.faults) > FAULTS:
                raise Broken("\n".join(self.faults))
        return bool(verdict.fault)

    def _end(self, mutant: Mutant, killer: str | None) -> None:
        self.learn(mutant, killer)
        self.told(mutant, killer)
