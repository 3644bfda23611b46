"""How both benchmarks are called, and how they show what they found: tables, one SVG picture, JSON."""

import argparse
import asyncio
import json
import math
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from paired import Report
from rich.console import Console
from rich.table import Table

from rowgate.server.embedded import EmbeddedPostgres, Urls


def arguments(about: str, pairs: int, add: Callable[[argparse.ArgumentParser], None] | None = None) -> Any:
    """Read the command line that both benchmarks have."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pairs",
        type=_pairs,
        default=pairs,
        metavar="N",
        help=f"pairs of each work (default {pairs}). The interval narrows with the root of N: four times the pairs, "
        "half the width",
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the ratios with their intervals, as .svg or .html"
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if an interval ends above its limit")
    if add is not None:
        add(parser)
    found = parser.parse_args()
    if found.plot is not None and found.plot.suffix not in {".svg", ".html"}:
        parser.error("--plot takes the name of an .svg or .html file")
    return found


def _pairs(given: str) -> int:
    """Return the number of pairs; fewer than ten have no interval worth its name."""
    if int(given) < 10:
        raise argparse.ArgumentTypeError("at least 10")
    return int(given)


def run(bench: Callable[[Urls], Coroutine[Any, Any, Report]], found: Any, *, unsafe_fast: bool) -> None:
    """Run a benchmark on an embedded PostgreSQL of its own, and show what it found."""
    with (
        tempfile.TemporaryDirectory(prefix="rowgate-bench-", ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder) / "data", unsafe_fast=unsafe_fast) as urls,
    ):
        report = asyncio.run(bench(urls))
    if found.json:
        results = [{**asdict(result), "holds": result.holds} for result in report.results]
        print(json.dumps({**asdict(report), "results": results}, indent=2))
    else:
        show(report)
    if found.plot is not None:
        drawn = draw(report)
        if found.plot.suffix == ".html":
            drawn = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(report.title)}</title>{drawn}'
        found.plot.write_text(drawn, encoding="utf-8")
    if found.strict and any(result.holds is False for result in report.results):
        sys.exit(1)


def show(report: Report) -> None:
    """Print the tables."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=132)
    table = Table(title=report.title, title_justify="left", caption=_foot(report), caption_justify="left")
    table.add_column(report.columns[0])
    table.add_column(report.columns[1])
    for name in ("ratio", "95 % interval", "limit", "", "middle half", "gate us", "other us", "pairs"):
        table.add_column(name, justify="right")
    for number, result in enumerate(report.results):
        last = report.results[number - 1].group if number else None
        if last not in {None, result.group}:
            table.add_section()
        table.add_row(
            result.group if last != result.group else "",
            result.name,
            f"{result.median:.3f}",
            f"{result.low:.3f} to {result.high:.3f}",
            "" if result.limit is None else f"{result.limit:.2f}",
            {None: "", True: "[green]holds[/]", False: "[red]over[/]"}[result.holds],
            f"{result.quartiles[0]:.2f} to {result.quartiles[1]:.2f}",
            f"{result.gate_us:.0f}",
            f"{result.other_us:.0f}",
            str(result.pairs),
        )
    console.print(table)
    if report.facts:
        once = Table(title="Measured apart", title_justify="left")
        for name in (report.columns[0], "what"):
            once.add_column(name)
        once.add_column("median", justify="right")
        for row in report.facts:
            once.add_row(*row)
        console.print(once)


def _foot(report: Report) -> str:
    found = ", ".join(f"{name} {value}" for name, value in report.versions.items())
    return f"{found}.\nA limit is for the upper end of the interval."


def draw(report: Report) -> str:
    """Return the ratios as an SVG picture that needs nothing else."""
    results, left, width, row = report.results, 330, 520, 26
    ends = [end for result in results for end in (result.low, result.high, result.limit or 1.0)]
    start, stop = min(0.9, *ends) - 0.02, max(1.1, *ends) + 0.02
    bottom = 60 + row * len(results)

    def at(ratio: float) -> float:
        return left + (ratio - start) / (stop - start) * width

    parts = []
    step = next((size for size in (0.05, 0.1, 0.25, 0.5, 1.0) if (stop - start) / size <= 12), (stop - start) / 12)
    for count in range(math.ceil(start / step), math.floor(stop / step) + 1):
        ratio = count * step
        x = at(ratio)
        colour = "#444" if math.isclose(ratio, 1.0) else "#ddd"
        parts.append(f'<line x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{ratio:.2f}</text>')
    for number, result in enumerate(results):
        y = 60 + row * number
        colour = "#b3261e" if result.holds is False else "#1a6b3c" if result.holds else "#35507a"
        label = escape(f"{result.group}: {result.name}")
        parts += [
            f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{label}</text>',
            f'<path d="M{at(result.low):.1f} {y}H{at(result.high):.1f}" stroke="{colour}" stroke-width="4"/>',
            f'<circle cx="{at(result.median):.1f}" cy="{y}" r="4.5" fill="{colour}"/>',
            f'<text x="{left + width + 14}" y="{y + 4}">{result.median:.3f}</text>',
        ]
        if result.limit is not None:
            x = at(result.limit)
            parts.append(f'<path d="M{x:.1f} {y - 9}v18" stroke="#b3261e" stroke-width="2" stroke-dasharray="3 2"/>')
    foot = escape(_foot(report).replace("\n", " "))
    total = left + width + 90
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {bottom + 56}" width="{total}" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img"><title>{escape(report.title)}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="12" y="24" font-size="16">{escape(report.title)}</text>'
        f'{"".join(parts)}<text x="12" y="{bottom + 42}" fill="#555" font-size="11">{foot} Dashed: the limit.</text></svg>\n'
    )
