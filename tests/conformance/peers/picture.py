"""Draws what was measured: one bar for each peer, of the ways in and the forbidden writes that succeed."""

from collections import Counter
from html import escape
from pathlib import Path

from .page import WAYS
from .running import Count, Run

PICTURE = Path(__file__).parents[3] / "docs" / "peers.svg"
DRIVER = "asyncpg"
"""The picture is of one driver: the others differ by a few cases, which the tables have."""
_READ, _WRITTEN, _HELD = "#b3261e", "#e08a7d", "#1a6b3c"
_LEFT, _WIDTH, _ROW, _TOP = 190, 380, 30, 78


def draw(runs: list[Run], head: str) -> str:
    """Return an SVG picture that needs nothing else.

    Args:
        runs: as for the page; those of other drivers than `DRIVER` are left out.
        head: when it was measured and with what.
    """
    shown = [one for one in runs if one.driver == DRIVER]
    totals = [one.total() for one in shown]
    most = max(_ways(total) for total in totals)
    parts = []
    for number, (one, total) in enumerate(zip(shown, totals, strict=True)):
        y = _TOP + _ROW * number
        reads, leaks = total[Count.LEAK], total[Count.LEAK] + total[Count.WRITE_LEAK]
        middle, end = (_LEFT + _WIDTH * length / most for length in (reads, leaks))
        uses = total[Count.WORKS] + total[Count.BROKEN]
        told = f"{leaks} of {_ways(total)}; {total[Count.BROKEN]} of {uses} permitted uses broken"
        parts += [
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(one.peer.name)}</text>',
            f'<path d="M{_LEFT} {y - 9}v18" stroke="#888"/>',
            f'<rect x="{_LEFT}" y="{y - 8}" width="{middle - _LEFT:.1f}" height="16" fill="{_READ}"/>',
            f'<rect x="{middle:.1f}" y="{y - 8}" width="{end - middle:.1f}" height="16" fill="{_WRITTEN}"/>',
            f'<text x="{end + 10:.1f}" y="{y + 4}" fill="{_READ if leaks else _HELD}">{told}</text>',
        ]
    title = "How many ways to forbidden rows succeed"
    bottom = _TOP + _ROW * len(shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {bottom + 24}" width="860" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="12" y="24" font-size="16">{title}</text>'
        f'<rect x="12" y="37" width="12" height="12" fill="{_READ}"/><text x="30" y="48">hidden rows are read</text>'
        f'<rect x="178" y="37" width="12" height="12" fill="{_WRITTEN}"/>'
        f'<text x="196" y="48">forbidden changes are stored</text>'
        f'{"".join(parts)}<text x="12" y="{bottom + 12}" fill="#555" font-size="11">{escape(head)}</text></svg>\n'
    )


def _ways(total: Counter[Count]) -> int:
    """Return how many ways were tried: those that a peer has no notion of are none."""
    return sum(total[count] for count in WAYS)


def write(picture: str) -> None:
    """Put the picture beside the page."""
    PICTURE.write_text(picture, encoding="utf-8")
