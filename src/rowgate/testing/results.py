"""What came of a run: all its results, counted."""

from collections import Counter
from dataclasses import dataclass, field

from rowgate.testing.judge import Outcome, Result

GOOD = frozenset({Outcome.HELD, Outcome.DISCLOSES})
UNKNOWN = frozenset({Outcome.NOT_KNOWN})


@dataclass(slots=True)
class Results:
    """All results of a run.

    Args:
        protection: the name of what was judged.
        driver: the driver it ran on.
        notes: entities that were not run, and why.
        incomplete: whether an entity that was asked for could not be run.
    """

    protection: str
    driver: str
    results: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    incomplete: bool = False
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing leaked, nothing broke, and something held. What is not known stands in the table."""
        return any(result.outcome in GOOD for result in self.results) and not self.incomplete and not self.bad

    @property
    def bad(self) -> list[Result]:
        """The results that are not as they should be."""
        return [result for result in self.results if result.outcome not in GOOD | UNKNOWN]

    @property
    def unknown(self) -> list[Result]:
        """The results that could not be judged."""
        return [result for result in self.results if result.outcome in UNKNOWN]

    def counts(self) -> dict[str, Counter[Outcome]]:
        """Return how often each outcome came, by family."""
        found: dict[str, Counter[Outcome]] = {}
        for result in self.results:
            found.setdefault(result.case.family, Counter())[result.outcome] += 1
        return dict(sorted(found.items()))

    def total(self) -> Counter[Outcome]:
        """Return how often each outcome came."""
        return Counter(result.outcome for result in self.results)
