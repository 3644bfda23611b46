"""Writes what was measured into docs/peers.md, between markers: nothing in there is written by hand."""

from collections.abc import Iterable
from pathlib import Path

from .peer import Peer
from .running import Count, Run

PAGE = Path(__file__).parents[3] / "docs" / "peers.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LEAKS = (Count.LEAK, Count.WRITE_LEAK)
WAYS = (Count.LEAK, Count.HELD, Count.REFUSED, Count.FAILED, Count.WRITE_LEAK, Count.WRITE_HELD)


def measured(runs: list[Run], head: str) -> str:
    """Return the part of the page that a run measures."""
    parts = [head, "## All families", _summary(runs)]
    for driver in dict.fromkeys(run.driver for run in runs):
        parts += [f"## By family, {driver}", _families([run for run in runs if run.driver == driver])]
    parts += ["## How each was configured", *_configured({type(run.peer): run.peer for run in runs}.values())]
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Put a text between the markers of the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE.name} has no markers {BEGIN} and {END}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _summary(runs: list[Run]) -> str:
    head = [
        "peer", "version", "driver", "ways in: leak", "held", "refused", "failed", "writes: leak", "held ",
        "legitimate: works", "broken", "not applicable",
    ]  # fmt: skip
    shown = (*WAYS, Count.WORKS, Count.BROKEN, Count.NOT_APPLICABLE)
    rows = [[run.peer.name, run.peer.version, run.driver, *(run.total()[c] for c in shown)] for run in runs]
    return _table((name.strip() for name in head), rows)


def _families(runs: list[Run]) -> str:
    """Return a table of families: what leaks of the ways in, what is broken of the legitimate uses."""
    names = sorted({family for run in runs for family in run.families()})
    rows = []
    for name in names:
        cells = []
        for run in runs:
            found = run.families().get(name)
            if not found:
                cells.append("")
                continue
            legitimate = found[Count.WORKS] + found[Count.BROKEN]
            leaks = f"{sum(found[c] for c in LEAKS)}/{sum(found[c] for c in WAYS)}"
            cells.append(f"{leaks}, {found[Count.BROKEN]}/{legitimate}")
        rows.append([name, *cells])
    note = "In each cell: how many of the ways in and forbidden writes leak, then how many of the legitimate uses are broken."
    return f"{note}\n\n{_table(['family', *(run.peer.name for run in runs)], rows)}"


def _configured(peers: Iterable[Peer]) -> list[str]:
    """Return a section for each peer: how it was set up, what it leaves open, what is not counted."""
    found = []
    for peer in peers:
        adapter = f"[`tests/conformance/peers/{peer.file}`](../tests/conformance/peers/{peer.file})"
        lines = [f"### {peer.name}", f"{peer.how}\n\nAdapter: {adapter}."]
        if peer.open_tables:
            lines.append(
                "Left open: " + "; ".join(f"`{table}` ({why})" for table, why in peer.open_tables.items()) + "."
            )
        if peer.lacks:
            lines.append("Not applicable: " + "; ".join(f"{name} ({why})" for name, why in peer.lacks.items()) + ".")
        found.append("\n\n".join(lines))
    return found
