"""Mutants, judged: the tests that are likely to notice first, then the others that reach the line."""

import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from .forks import Broken, Job, Verdict, run
from .nursery import LIMIT
from .operators import Mutant
from .record import place
from .targets import stages_here

LIKELY = 5
"""How many tests are tried before all others: killers of this mutant and of its neighbours."""
SECONDS = 240.0
LATER = frozenset({"postgres", "async"})
"""Stages that are tried when every mutant has been through the others: most die there, in a second."""


class Judge:
    """Judges mutants; `told` is called with each and its killer, None for a survivor."""

    def __init__(
        self,
        forking: socket.socket,
        stages: Iterable[str],
        until: float,
        told: Callable[[Mutant, str | None], None],
        limit: int = LIMIT,
    ) -> None:
        names = [stage.name for stage in stages_here(stages)]
        self.steps = [
            tuple(name for name in names if (name in LATER) is later)
            for later in (False, True)
            if any((name in LATER) is later for name in names)
        ]
        self.forking = forking
        self.until = until
        self.limit = limit
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
        run(self._jobs(mutants), processes, self.forking)

    def _jobs(self, mutants: Iterable[tuple[Mutant, str | None]]) -> Iterator[Job]:
        for mutant, killer in mutants:
            if time.monotonic() > self.until:
                return
            yield self._step(mutant, self._likely(mutant, killer), 0, ())

    def _likely(self, mutant: Mutant, killer: str | None) -> tuple[str, ...]:
        near = [test for test, _ in self.of_function[place(mutant)].most_common(LIKELY)]
        near += [test for test, _ in self.of_file[mutant.path].most_common(LIKELY)]
        known = [killer] if killer is not None and "::" in killer else []
        return tuple(dict.fromkeys([*known, *near]))[:LIKELY]

    def _step(self, mutant: Mutant, likely: tuple[str, ...], step: int, anew: tuple[str, ...]) -> Job:
        """Return the job for some stages in the nursery; after the last, for what only an import can show."""

        def done(verdict: Verdict) -> Job | None:
            tests = (*anew, *verdict.anew)
            self._faulty(mutant, verdict)
            if verdict.killer is None and step + 1 < len(self.steps):
                return self._step(mutant, (), step + 1, tests)
            if verdict.killer is None and tests:
                return Job(mutant, tests=tests, seconds=SECONDS, done=self._last(mutant))
            self._end(mutant, verdict.killer)
            return None

        return Job(mutant, self.steps[step], likely, seconds=SECONDS, limit=self.limit, done=done)

    def _last(self, mutant: Mutant) -> Callable[[Verdict], None]:
        def done(verdict: Verdict) -> None:
            self._faulty(mutant, verdict)
            self._end(mutant, verdict.killer)

        return done

    def _faulty(self, mutant: Mutant, verdict: Verdict) -> None:
        self.seconds += verdict.seconds
        if verdict.fault:
            raise Broken(f"{place(mutant)}: {mutant.now}\n{verdict.fault}")

    def _end(self, mutant: Mutant, killer: str | None) -> None:
        self.learn(mutant, killer)
        self.told(mutant, killer)
