"""Files of documents: what is written is read again as it was, and a bad line costs itself only."""

import csv
import io
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowgate.server.bulk.lines import MAX_LINE, numbered
from rowgate.server.bulk.reading import Format, HeaderError, Read, read, reader_of
from rowgate.server.bulk.writing import COLUMNS, harmless, header, rendered
from rowgate.server.routers.bulk_schemas import DocumentLine

KEY = "0190a000-0000-7000-8000-00000000000{}".format
HEAD = b"title,content\r\n"


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    """Give bytes as a network does."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def reads(format_: Format, data: bytes, size: int = 1 << 16) -> list[Read]:
    """Read a file whole."""
    return [one async for one in read(numbered(pieces(data, size)), reader_of(format_, DocumentLine))]


async def outcome(format_: Format, data: bytes) -> list[tuple[int, str]]:
    """Return each line's title, or what is wrong with it."""
    return [(one.line, one.problem or (one.values or {})["title"]) for one in await reads(format_, data)]


def row(**texts: str) -> tuple[Any, ...]:
    """Return a row as the database gives it."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    values = {"id": UUID(KEY(1)), "owner_id": UUID(KEY(2)), "is_public": False, "requires_paid_access": True}
    return tuple({**values, "created_at": now, "updated_at": now, **texts}[name] for name in COLUMNS)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
AWKWARD = st.text(st.sampled_from("'=+-@\t\r\n\",;x "), max_size=12)


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # drawing waits for a busy machine
@given(texts=st.lists(st.tuples(TEXT | AWKWARD, TEXT | AWKWARD), max_size=6), size=st.integers(1, 60))
async def test_what_is_written_is_read_again(format_: Format, texts: list[tuple[str, str]], size: int) -> None:
    """Any texts come back as they were, in whatever pieces the file arrives."""
    rows = [row(title=title or "-", content=content) for title, content in texts]
    found = await reads(format_, (header(format_) + rendered(format_, rows)).encode(), size)
    assert [None] * len(rows) == [one.problem for one in found]
    named = [dict(zip(COLUMNS, one, strict=True)) for one in rows]
    same = ("id", "title", "content", "owner_id", "is_public", "requires_paid_access")
    assert [[one[name] for name in same] for one in named] == [
        [(one.values or {})[name] for name in same] for one in found
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # drawing waits for a busy machine
@given(TEXT | AWKWARD)
def test_no_cell_begins_a_formula(text: str) -> None:
    """Whatever a text is, its cell begins like no formula; a text that begins like none stays as it is."""
    cell = harmless(text)
    assert cell[:1] not in set("=+-@\t\r\n")
    assert cell == text or text.lstrip("'")[:1] in set("=+-@\t\r\n")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # drawing waits for a busy machine
@given(st.lists(TEXT | AWKWARD, min_size=2, max_size=2).map(tuple))
async def test_strict_csv_of_others_is_read_as_python_reads_it(cells: tuple[str, str]) -> None:
    """What another program writes says to us what it says to the csv module, but for the apostrophe of formulas."""
    made = io.StringIO()
    csv.writer(made).writerow([f"t{cells[0]}", f"c{cells[1]}"])
    (found,) = await reads("csv", HEAD + made.getvalue().encode())
    assert {"title": f"t{cells[0]}", "content": f"c{cells[1]}"} == found.values


BAD_CSV = {
    "too few cells": (b"only one\r\n", "1 cells, and the header names 2"),
    "too many cells": (b"a,b,c\r\n", "more than 2 cells"),
    "open quote": (b'a,"never closed\r\n', "quote"),
    "more after a quote": (b'"a"b,c\r\n', "a closing quote is followed by more"),
    "not UTF-8": (b"a\xff,b\r\n", "this is not UTF-8"),
    "NUL": (b"a\0,b\r\n", ""),
    "title too long": (b"x" * 256 + b",b\r\n", "title: "),
    "no title": (b",b\r\n", "title: "),
    "too long": (b"a," + b"x" * (MAX_LINE + 1) + b"\r\n", f"longer than {MAX_LINE} bytes"),
}


@pytest.mark.parametrize("case", BAD_CSV)
async def test_a_bad_line_of_csv_costs_itself_only(case: str) -> None:
    """The bad line is told with its number, and those before and after it are read, quoted ones too."""
    line, expected = BAD_CSV[case]
    found = await outcome("csv", HEAD + b"before,x\r\n" + line + b'"after, quoted","a ""b""\r\nc"\r\nlast,x\r\n')
    assert [2, 3, 4, 6] == [number for number, _ in found]
    assert ["before", "after, quoted", "last"] == [told for number, told in found if number != 3]
    assert expected in found[1][1]


BAD_JSON = {
    "no JSON": (b"{title\n", "Invalid JSON"),
    "no object": (b"[1]\n", "object"),
    "no content": (b'{"title": "t"}\n', "content: Field required"),
    "unknown": (b'{"title": "t", "content": "", "is_deleted": true}\n', "is_deleted: Extra inputs are not permitted"),
    "NUL": (b'{"title": "t", "content": "\\u0000"}\n', "NUL characters"),
    "surrogate": (b'{"title": "t", "content": "\\ud800"}\n', ""),
    "not UTF-8": (b'{"title": "\xff", "content": ""}\n', ""),
    "bad key": (b'{"id": "7", "title": "t", "content": ""}\n', "id: "),
}


@pytest.mark.parametrize("case", BAD_JSON)
async def test_a_bad_line_of_json_costs_itself_only(case: str) -> None:
    """The bad line is told with its number, without what it held; those before and after it are read."""
    line, expected = BAD_JSON[case]
    good = b'{"title": "%s", "content": ""}\n'
    found = await outcome("jsonl", b"\xef\xbb\xbf" + good % b"before" + line + b"\n" + good % b"after")
    assert [(1, "before"), (4, "after")] == [found[0], found[2]]
    assert 2 == found[1][0]
    assert expected in found[1][1]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "the file is empty"),
        (b"title\r\n", "does not name content"),
        (b"title,content,colour\r\n", "no column is named colour"),
        (b"title,content,title\r\n", "twice"),
        ("title,content\r\n".encode("utf-16"), "not UTF-8"),
        (b'"title,content\r\n', "a quote is never closed"),
    ],
)
async def test_a_file_without_a_header_is_refused(head: bytes, expected: str) -> None:
    """Without a header that we understand nothing is read."""
    with pytest.raises(HeaderError, match=expected):
        await reads("csv", head)


async def test_an_open_quote_gives_its_lines_back() -> None:
    """A quote that is never closed costs its line; all that it seemed to swallow is read, in linear time."""
    many = b"".join(b"line %d,x\r\n" % number for number in range(20_000))
    found = await outcome("csv", HEAD + b'bad,"open\r\n' + many)
    assert (2, "a quote is never closed") == found[0]
    assert [f"line {number}" for number in range(20_000)] == [told for _, told in found[1:]]
    chained = await outcome("csv", HEAD + b'x",y,"z\r\n' * 50_000)
    assert 50_000 == len(chained)


async def test_lines_that_wait_take_their_own_room_only() -> None:
    """What an open quote seemed to swallow is held as one text, however many lines it has."""
    data = HEAD + b'bad,"open\r\n' + b"\n" * 300_000 + b"last,x\r\n"
    tracemalloc.start()
    found = await outcome("csv", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(2, "a quote is never closed"), (300_003, "last")] == found
    assert peak < 8 * 1024 * 1024
