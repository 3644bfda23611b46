"""The command line. Commands come from the entry points `rowgate.commands`: the server brings its own."""

from importlib.metadata import entry_points
from importlib.metadata import version as installed_version
from typing import Annotated

try:
    import typer
except ModuleNotFoundError:
    raise SystemExit("rowgate: the command line is an extra: install rowgate[cli], or rowgate[server]") from None

from rowgate.cli import policies

app = typer.Typer(
    name="rowgate",
    help=(
        "Row-level, role-based access control for SQLAlchemy, and a document server built on it.\n\n"
        "Try it: [bold]rowgate serve --demo[/bold], then open http://127.0.0.1:8000/docs"
    ),
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=True,
)


app.add_typer(policies.app, name="policy")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rowgate {installed_version('rowgate')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line, with the commands of every installed entry point."""
    for entry in sorted(entry_points(group="rowgate.commands"), key=lambda found: found.name):
        entry.load()(app)
    app()
