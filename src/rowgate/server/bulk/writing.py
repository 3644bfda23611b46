"""Documents as the lines of a file: what is written here can be read by `reading` again, and says the same then."""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any, Final

from rowgate.server.bulk.reading import TEXTS, Format

COLUMNS: Final = (
    "id",
    "title",
    "content",
    "owner_id",
    "is_public",
    "requires_paid_access",
    "created_at",
    "updated_at",
)
MEDIA_TYPES: Final[dict[Format, str]] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
BEGINS_A_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")


def header(format_: Format) -> str:
    """Return what the file begins with."""
    return ",".join(COLUMNS) + "\r\n" if format_ == "csv" else ""


def rendered(format_: Format, rows: Iterable[Any]) -> str:
    """Return rows as lines."""
    return _csv(rows) if format_ == "csv" else _jsonl(rows)


def harmless(text: str) -> str:
    """Return a text that spreadsheets take for a text: what they would take for a formula gets an apostrophe.

    After https://owasp.org/www-community/attacks/CSV_Injection; an import takes it away again.
    """
    return "'" + text if BEGINS_A_FORMULA.match(text) else text


def _csv(rows: Iterable[Any]) -> str:
    made = io.StringIO()
    written = csv.writer(made)
    for row in rows:
        cells = zip(COLUMNS, row, strict=True)
        written.writerow([harmless(value) if name in TEXTS else _cell(value) for name, value in cells])
    return made.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _jsonl(rows: Iterable[Any]) -> str:
    objects = (
        {
            name: value if isinstance(value, bool | str) else _cell(value)
            for name, value in zip(COLUMNS, row, strict=True)
        }
        for row in rows
    )
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
