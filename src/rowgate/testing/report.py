"""What came of a run: as a table in plain text, and as one page of HTML."""

import sys

from rowgate.testing.html import page
from rowgate.testing.judge import Outcome, Result
from rowgate.testing.results import GOOD, Results


class Report(Results):
    """All results of a run, to be shown."""

    __slots__ = ()

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
        return page(self)


def progress(result: Result, number: int, total: int) -> None:
    """Print where a run is, on one line of a terminal, and each bad result on a line of its own."""
    if result.outcome not in GOOD:
        sys.stderr.write(f"\r\x1b[K{result.outcome}: {result.case.name} on {result.entity}\n")
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{number}/{total} {result.case.name}"[:100] + ("\n" if number == total else ""))
        sys.stderr.flush()
