"""Where a record of CSV ends, line by line; and the lines that wait to be looked at again."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Seen:
    """What the lines of a record so far come to. It is known line by line, or a bad file would be read again and again."""

    is_open: bool = False
    cells: int = 1
    problem: str | None = None


BEGINNING: Final = Seen()
_QUOTED: Final = re.compile(r'[^"]*(?:""[^"]*)*')
"""The rest of a quoted text, up to the quote that closes it."""


def scanned(text: str, before: Seen) -> Seen:
    """Return what a record comes to with a further line: whether a quote is open, and how many cells there are."""
    if '"' not in text:
        return before if before.is_open else Seen(cells=text.count(",") + 1)
    cells, place, is_open = before.cells, 0, before.is_open
    while True:
        if is_open or text.startswith('"', place):
            found = _QUOTED.match(text, place if is_open else place + 1)
            assert found is not None
            place = found.end() + 1
            if place > len(text):
                return Seen(is_open=True, cells=cells)
            if text[place : place + 1] not in {"", ",", "\r", "\n"}:
                return Seen(problem="a closing quote is followed by more")
        is_open, place = False, text.find(",", place) + 1
        if not place:
            return Seen(cells=cells)
        cells += 1


class Waiting:
    """Lines that wait to be read, as one text: a list of them would take many times its room."""

    def __init__(self, number: int, text: str) -> None:
        self._number, self._text, self._place = number, text, 0

    def take(self) -> tuple[int, str]:
        """Take the next line, with its number and its end."""
        number, start = self._number, self._place
        self._place = self._text.find("\n", start) + 1 or len(self._text)
        self._number += 1
        return number, self._text[start : self._place]

    @property
    def is_empty(self) -> bool:
        """Whether all are taken."""
        return self._place >= len(self._text)
