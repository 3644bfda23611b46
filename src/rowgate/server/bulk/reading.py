"""What the lines of a file say: CSV after RFC 4180 with a header, or JSON lines; in UTF-8. A bad line costs itself only.

CSV: what Python's `csv` takes strictly. A quote that is never closed swallows the lines after it; they are given back.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from pydantic import BaseModel, ValidationError

from rowgate.server.bulk.lines import MAX_LINE
from rowgate.server.bulk.records import BEGINNING, Waiting, scanned

Format = Literal["csv", "jsonl"]
TEXTS: Final = frozenset({"title", "content"})
"""The columns that hold people's words: an empty cell is an empty text there, elsewhere it is nothing."""
TRUTHS: Final = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
"""A cell is text, whatever its column holds; what people and spreadsheets write there."""
ESCAPED: Final = re.compile(r"'+[=+\-@\t\r\n]")
TOLD: Final = 3
"""How much of what is wrong with a line is told."""

TOO_LONG: Final = f"longer than {MAX_LINE} bytes"
OPEN: Final = "a quote is never closed"
MAX_COLUMNS: Final = 50

csv.field_size_limit(MAX_LINE)


class HeaderError(ValueError):
    """The file cannot be read at all: its first line is no header."""


@dataclass(frozen=True, slots=True)
class Read:
    """A line that was read: what it holds, or what is wrong with it."""

    line: int
    values: dict[str, Any] | None = None
    problem: str | None = None


class Reader(Protocol):
    """Makes records of lines."""

    def feed(self, number: int, line: bytes | None) -> Iterator[Read]:
        """Take a line; give the records that end with it."""
        ...

    def finish(self) -> Iterator[Read]:
        """Give the records that the end of the file ends."""
        ...


async def read(lines: AsyncIterator[tuple[int, bytes | None]], reader: Reader) -> AsyncIterator[Read]:
    """Give a record for each line that is not empty, in their order.

    Raises:
        HeaderError: it is CSV, and its first line is no header.
    """
    async for number, line in lines:
        for found in reader.feed(number, line):
            yield found
    for found in reader.finish():
        yield found


def reader_of(format_: Format, shape: type[BaseModel]) -> Reader:
    """Return the reader of a format; `shape` says which columns there are, and what they may hold."""
    return CsvReader(shape) if format_ == "csv" else JsonReader(shape)


class JsonReader:
    """An object a line."""

    def __init__(self, shape: type[BaseModel]) -> None:
        self._shape = shape

    def feed(self, number: int, line: bytes | None) -> Iterator[Read]:
        """Take a line."""
        if line is None:
            yield Read(number, problem=TOO_LONG)
        elif stripped := (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip():
            try:
                yield Read(number, self._shape.model_validate_json(stripped).model_dump(exclude_unset=True))
            except ValidationError as error:
                yield Read(number, problem=_told(error))

    def finish(self) -> Iterator[Read]:
        """Nothing is left over."""
        yield from ()


class CsvReader:
    """A header, then a record a line, or on several where a text has line breaks."""

    def __init__(self, shape: type[BaseModel]) -> None:
        self._shape = shape
        self._columns: list[str] | None = None
        self._number, self._count = 0, 0
        self._seen = BEGINNING
        self._held = io.StringIO(newline="")

    def feed(self, number: int, line: bytes | None) -> Iterator[Read]:
        """Take a line."""
        try:
            text = None if line is None else line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text, problem = None, "this is not UTF-8"
        else:
            problem = TOO_LONG
        if text is not None:
            yield from self._take([Waiting(number, text)])
            return
        yield from self._give_up()
        if self._columns is None:
            raise HeaderError(f"the header: {problem}")
        yield Read(number, problem=problem)

    def finish(self) -> Iterator[Read]:
        """Take the end of the file."""
        yield from self._give_up()
        if self._columns is None:
            raise HeaderError("the file is empty: its first line names the columns")

    def _give_up(self) -> Iterator[Read]:
        """Nothing can close the quote that is open: its line is bad, and those after it begin anew."""
        while self._count:
            waiting: list[Waiting] = []
            yield self._first_is_bad(waiting, OPEN)
            yield from self._take(waiting)

    def _take(self, waiting: list[Waiting]) -> Iterator[Read]:
        """Take the lines that wait, those that came last in the list first."""
        while waiting:
            number, text = waiting[-1].take()
            if waiting[-1].is_empty:
                waiting.pop()
            if not self._count:
                self._number = number
            self._count += 1
            self._held.write(text)
            self._seen = scanned(text, self._seen)
            many = MAX_COLUMNS if self._columns is None else len(self._columns)
            if self._seen.problem or self._seen.cells > many or self._held.tell() > MAX_LINE:
                problem = TOO_LONG if self._held.tell() > MAX_LINE else f"more than {many} cells"
                yield self._first_is_bad(waiting, self._seen.problem or problem)
            elif not self._seen.is_open:
                yield from self._record(waiting)

    def _record(self, waiting: list[Waiting]) -> Iterator[Read]:
        number = self._number
        self._held.seek(0)
        try:
            cells = next(csv.reader(self._held, strict=True), [])
        except csv.Error as error:
            yield self._first_is_bad(waiting, f"no CSV: {error}")
            return
        if self._columns is None:
            self._columns = self._header(cells)
        elif cells and len(cells) != len(self._columns):
            yield self._first_is_bad(waiting, f"{len(cells)} cells, and the header names {len(self._columns)}")
            return
        elif cells:
            yield self._checked(number, dict(zip(self._columns, cells, strict=True)))
        self._begin_anew()

    def _first_is_bad(self, waiting: list[Waiting], problem: str) -> Read:
        """Blame the first of the held lines, and give back the rest: each may be a record by itself."""
        if self._columns is None:
            raise HeaderError(f"the header: {problem}")
        held = Waiting(self._number, self._held.getvalue())
        number, _ = held.take()
        if not held.is_empty:
            waiting.append(held)
        self._begin_anew()
        return Read(number, problem=problem)

    def _begin_anew(self) -> None:
        self._number, self._count, self._seen = 0, 0, BEGINNING
        self._held = io.StringIO(newline="")

    def _header(self, cells: list[str]) -> list[str]:
        names = [cell.strip() for cell in cells]
        unknown = sorted(set(names) - set(self._shape.model_fields))
        wanted = {name for name, field in self._shape.model_fields.items() if field.is_required()}
        if unknown:
            shown = ", ".join(name[:50] for name in unknown[:TOLD])
            raise HeaderError(f"no column is named {shown}; there are {', '.join(self._shape.model_fields)}")
        if len(set(names)) < len(names):
            raise HeaderError("the header names a column twice")
        if missing := sorted(wanted - set(names)):
            raise HeaderError(f"the header does not name {', '.join(missing)}")
        return names

    def _checked(self, number: int, cells: dict[str, str]) -> Read:
        given = {name: self._value(name, cell) for name, cell in cells.items() if cell or name in TEXTS}
        try:
            return Read(number, self._shape.model_validate(given).model_dump(exclude_unset=True))
        except ValidationError as error:
            return Read(number, problem=_told(error))

    def _value(self, name: str, cell: str) -> Any:
        if name in TEXTS:
            return _plain(cell)
        is_truth = self._shape.model_fields[name].annotation is bool
        return TRUTHS.get(cell.strip().lower(), cell) if is_truth else cell


def _plain(cell: str) -> str:
    """Take back what `writing.harmless` did to a cell."""
    return cell[1:] if ESCAPED.match(cell) else cell


def _told(error: ValidationError) -> str:
    """Say what is wrong, by column, without repeating what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [": ".join((".".join(str(part)[:50] for part in one["loc"]), one["msg"])) for one in found[:TOLD]]
    return "; ".join(text.removeprefix(": ") for text in told)
