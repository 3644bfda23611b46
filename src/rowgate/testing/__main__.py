"""`python -m rowgate.testing`: what the conformance suite holds."""

import argparse
import re
from collections import Counter
from pathlib import Path

from rowgate.testing.case import Case, Kind
from rowgate.testing.cases import all_cases

COLUMNS = {
    "ways in": {Kind.WAY_IN, Kind.BETWEEN},
    "writes": {Kind.WRITE_IN},
    "legitimate": {Kind.READING, Kind.WRITING},
}
BEGIN, END = "<!-- cases -->", "<!-- /cases -->"


def table(cases: list[Case]) -> str:
    """Return the number of cases by family, as a table of Markdown."""
    lines = [f"| family | {' | '.join(COLUMNS)} | portable |", f"|---|{'---|' * (len(COLUMNS) + 1)}"]
    for family in [*sorted({case.family for case in cases}), None]:
        own = [case for case in cases if family in (None, case.family)]
        counts = [sum(case.kind in kinds for case in own) for kinds in COLUMNS.values()]
        name = "all" if family is None else family.replace("_", " ")
        lines.append(f"| {name} | {' | '.join(map(str, counts))} | {sum(case.portable for case in own)} |")
    return "\n".join(lines)


def written(page: str, table: str) -> str:
    """Return a page with the table between its markers."""
    found, number = re.subn(rf"(?<={BEGIN}\n).*(?={END})", lambda _match: f"{table}\n", page, count=1, flags=re.DOTALL)
    if not number:
        raise ValueError(f"no lines {BEGIN} and {END} in it")
    return found


def main() -> None:
    """Print the table, or the cases one by one; or write the table into a page."""
    parser = argparse.ArgumentParser(
        prog="python -m rowgate.testing",
        description="What the conformance suite holds: cases by family, by kind, and those that run on your own models.",
        epilog="To run it on your models: pytest --rowgate-conformance, or Conformance(...).run(); see docs/conformance.md.",
    )
    parser.add_argument("--cases", action="store_true", help="list every case with what it does")
    parser.add_argument("--family", help="only this family")
    parser.add_argument("--write", type=Path, metavar="PAGE", help=f"put the table between {BEGIN} and {END} of a page")
    given = parser.parse_args()
    cases = [case for case in all_cases() if given.family in (None, case.family)]
    if not cases:
        parser.error(
            f"no family {given.family!r}; there are: {', '.join(sorted(Counter(c.family for c in all_cases())))}"
        )
    if given.write:
        given.write.write_text(written(given.write.read_text(encoding="utf-8"), table(all_cases())), encoding="utf-8")
    elif given.cases:
        for case in cases:
            print(f"{case.name:55} {case.kind:25} {case.title}")  # noqa: T201 - it is a command
    else:
        print(table(cases))  # noqa: T201 - as above


if __name__ == "__main__":
    main()
