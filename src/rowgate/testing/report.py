"""What came of a run: as a table in plain text, and as one page of HTML."""

from collections import Counter
from dataclasses import dataclass, field

from rowgate.testing.judge import Outcome, Result

GOOD = frozenset({Outcome.HELD, Outcome.DISCLOSES})
UNKNOWN = frozenset({Outcome.NOT_KNOWN})


@dataclass(slots=True)
class Report:
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
        """Whether nothing leaked, nothing broke, and something was run. What is not known stands in the table."""
        return bool(self.results) and not self.incomplete and not self.bad

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

    def __str__(self) -> str:
        """Return a table of families and outcomes, then each result that is not as it should be."""
        total = self.total()
        shown = [outcome for outcome in Outcome if total[outcome]]
        width = max((len(family) for family in self.counts()), default=0) + 2
        head = f"{'':{width}}" + "".join(f"{outcome:>12}" for outcome in shown)
        lines = [f"conformance of {self.protection} on {self.driver}: {len(self.results)} results", head.rstrip()]
        for family, counts in [*self.counts().items(), ("total", total)]:
            lines.append(f"{family:{width}}" + "".join(f"{counts[outcome] or '.':>12}" for outcome in shown))
        for result in [*self.bad, *self.unknown]:
            lines += ["", f"{result.outcome}: {result.case.name} on {result.entity} as {result.who!r}"]
            lines += [f"    {result.case.title}", f"    {result.detail}"]
        lines += ["", *self.notes] if self.notes else []
        if not self.results:
            lines.append("nothing was run")
        return "\n".join(lines)

    def html(self) -> str:
        """Return a page that needs nothing from outside."""
        from rowgate.testing.html import page

        return page(self)


def progress(result: Result, number: int, total: int) -> None:
    """Print where a run is, on one line of a terminal, and each bad result on a line of its own."""
    import sys

    if result.outcome not in GOOD:
        sys.stderr.write(f"\r\x1b[K{result.outcome}: {result.case.name} on {result.entity}\n")
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{number}/{total} {result.case.name}"[:100] + ("\n" if number == total else ""))
        sys.stderr.flush()
