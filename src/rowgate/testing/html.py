"""The report as one page of HTML, with nothing from outside."""

from html import escape

from rowgate.testing.judge import Outcome, Result
from rowgate.testing.results import GOOD, Results

COLOURS = {
    Outcome.HELD: "#2e7d4f", Outcome.DISCLOSES: "#6b7fa3", Outcome.LEAK: "#c0262d", Outcome.WRITE_LEAK: "#8e1b5a",
    Outcome.BROKEN: "#d9822b", Outcome.BLIND: "#8a8a8a", Outcome.ERROR: "#5c4b8a", Outcome.NOT_KNOWN: "#7a6a3a",
}  # fmt: skip
STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: flex; height: .8rem; min-width: 12rem; border-radius: .2rem; overflow: hidden; background: var(--line); }
.tag { color: #fff; border-radius: .2rem; padding: .05rem .4rem; white-space: nowrap; font-size: .85em; }
code, pre { font: .9em ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
"""


def page(report: Results) -> str:
    """Return the page."""
    verdict = "holds" if report.ok else "does not hold"
    shown = [outcome for outcome in Outcome if report.total()[outcome]]
    title = f"Conformance of {report.protection} on {report.driver}"
    parts = [
        "<!doctype html>", '<html lang="en">', '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>It <strong>{verdict}</strong>: {len(report.results)} results in {report.seconds:.1f} s.</p>",
        _families(report, shown), _bad(report), _notes(report),
        *(_family(family, report) for family in report.counts()),
        "</body></html>",
    ]  # fmt: skip
    return "\n".join(parts)


def _families(report: Results, shown: list[Outcome]) -> str:
    heads = "".join(f'<th class="n">{_tag(outcome)}</th>' for outcome in shown)
    rows = []
    for family, counts in [*report.counts().items(), ("total", report.total())]:
        cells = "".join(f'<td class="n">{counts[outcome] or ""}</td>' for outcome in shown)
        bar = "".join(
            f'<span style="flex:{counts[outcome]};background:{COLOURS[outcome]}" title="{outcome}: {counts[outcome]}"></span>'
            for outcome in shown
            if counts[outcome]
        )
        rows.append(f'<tr><th>{escape(family)}</th>{cells}<td><div class="bar">{bar}</div></td></tr>')
    return f"<h2>Families</h2><table><tr><th></th>{heads}<th></th></tr>{''.join(rows)}</table>"


def _bad(report: Results) -> str:
    if not report.bad:
        return "<h2>What is wrong</h2><p>Nothing.</p>"
    return f"<h2>What is wrong</h2>{_table(report.bad)}"


def _notes(report: Results) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    return f"<h2>Not run</h2><ul>{items}</ul>" if items else ""


def _family(family: str, report: Results) -> str:
    found = [result for result in report.results if result.case.family == family]
    is_open = "" if all(result.outcome in GOOD for result in found) else " open"
    return f"<details{is_open}><summary>{escape(family)} ({len(found)})</summary>{_table(found)}</details>"


def _table(results: list[Result]) -> str:
    rows = "".join(_row(result) for result in results)
    head = '<tr><th></th><th>Case</th><th>On</th><th>As</th><th class="n">ms</th></tr>'
    return f"<table>{head}{rows}</table>"


def _row(result: Result) -> str:
    why = result.detail or result.refused
    detail = f"<br><code>{escape(why)}</code>" if why else ""
    return (
        f"<tr><td>{_tag(result.outcome)}</td><td>{escape(result.case.title)}<br>"
        f"<small>{escape(result.case.name)}, {result.case.kind}</small>{detail}</td>"
        f"<td>{escape(result.entity)}</td><td>{escape(repr(result.who))}</td>"
        f'<td class="n">{1000 * result.seconds:.0f}</td></tr>'
    )


def _tag(outcome: Outcome) -> str:
    return f'<span class="tag" style="background:{COLOURS[outcome]}">{outcome}</span>'
