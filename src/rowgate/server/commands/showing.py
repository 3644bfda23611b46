"""What commands print: a table in a terminal, tab-separated lines elsewhere, JSON if asked for."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="How many at the most.")]


def show_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, more: bool = False) -> None:
    """Print rows; say on standard error if there are more."""
    if as_json:
        typer.echo(json.dumps([_plain(row) for row in rows], indent=2, ensure_ascii=False))
    elif sys.stdout.isatty():
        _table(rows, columns)
    else:
        typer.echo("\t".join(columns))
        for row in rows:
            typer.echo("\t".join(_cell(row[name]) for name in columns))
    if more:
        typer.echo("there are more; ask with a higher --limit", err=True)


def show_one(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a name and a value a line."""
    if as_json:
        typer.echo(json.dumps(_plain(values), indent=2, ensure_ascii=False))
        return
    for name, value in values.items():
        typer.echo(f"{name}: {_cell(value)}")


def done(text: str, *, as_json: bool, **values: Any) -> None:
    """Say what was done."""
    if as_json:
        show_one(values, as_json=True)
    else:
        typer.echo(printable(text))


def printable(text: str) -> str:
    """Return a text that no terminal takes for a command: what users store may hold escape sequences."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def moment(text: str) -> datetime:
    """Return a time as ISO 8601 has it; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; write 2027-01-31 or 2027-01-31T12:00:00+01:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


UntilOption = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="TIME", help="Until when, such as 2027-01-31; for good if not given."),
]


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text(_cell(row[name])) for name in columns))
    Console().print(table)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, list | tuple):
        return printable(", ".join(str(one) for one in value))
    if isinstance(value, Mapping):
        return printable(json.dumps(_plain(value), ensure_ascii=False))
    return printable(str(value))
