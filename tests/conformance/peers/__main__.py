"""The command: `python -m tests.conformance.peers --help`."""

import asyncio
import json
import platform
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from uuid import uuid4

import typer
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from rowgate.testing import Case, all_cases

from ...conftest import Cluster, _superuser  # noqa: TID252 - the command runs as `tests.conformance.peers` only
from . import page, picture
from .peer import Peer
from .peers import DRIVERS, PEERS
from .rules import unknown
from .running import Count, Run, run

app = typer.Typer(add_completion=False, rich_markup_mode=None)
console = Console(highlight=False, soft_wrap=True)
KEYS = {peer.key: peer for peer in PEERS}
SHOWN = (
    Count.LEAK, Count.HELD, Count.REFUSED, Count.FAILED, Count.WRITE_LEAK, Count.WRITE_HELD, Count.WORKS, Count.BROKEN,
    Count.NOT_APPLICABLE, Count.NOT_JUDGED,
)  # fmt: skip


@app.command()
def compare(
    peers: Annotated[list[str] | None, typer.Option("--peer", help=f"only this one: {', '.join(KEYS)}")] = None,
    drivers: Annotated[list[str] | None, typer.Option("--driver", help=f"only this one: {', '.join(DRIVERS)}")] = None,
    families: Annotated[list[str] | None, typer.Option("--family", help="only this family of cases")] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="write every result to this file; - for output")
    ] = None,
    write: Annotated[bool, typer.Option(help="write docs/peers.md and its picture; only a whole run does")] = True,
    details: Annotated[
        bool, typer.Option("--details", help="list what leaks, is broken or could not be judged")
    ] = False,
) -> None:
    """Run the conformance suite on others, to see it fail where nothing holds, and what each of them stops.

    The commonly published listener recipe and a careful one, sqla-authz in its default and its strictest settings,
    PostgreSQL's row security alone, no protection, and Rowgate. Each in a new database of an embedded PostgreSQL (or of
    the server whose superuser POSTGRES_TEST_SERVER names), and in a file of SQLite where it works there. Options may be
    repeated. What a peer has no notion of is not counted.

    \b
      python -m tests.conformance.peers                                       # everything; writes docs/peers.md and .svg
      python -m tests.conformance.peers --peer recipe --driver sqlite --details   # a quick look
      python -m tests.conformance.peers --family writes --json -               # for a program
    """
    _known("--peer", peers, KEYS)
    _known("--driver", drivers, DRIVERS)
    _known("--family", families, {case.family for case in all_cases()})
    if unknown():
        console.print(f"no adapter has rules for {', '.join(unknown())}: add them to rules.py", style="red")
    wanted = [KEYS[key] for key in peers or KEYS]
    pairs = [(peer, driver) for driver in drivers or DRIVERS for peer in wanted if driver in peer.drivers]
    cases = [case for case in all_cases() if not families or case.family in families]
    runs = _runs(pairs, cases)
    if as_json is not None:
        text = json.dumps([_plain(one) for one in runs], indent=1)
        sys.stdout.write(text + "\n") if str(as_json) == "-" else as_json.write_text(text, encoding="utf-8")
    if str(as_json) != "-":
        _print(runs, details=details)
    if write and not (peers or drivers or families):
        page.write(page.measured(runs, _head(runs)))
        picture.write(picture.draw(runs, _head(runs)))
        console.print("written: docs/peers.md, docs/peers.svg")


def _known(option: str, given: list[str] | None, known: Any) -> None:
    wrong = [name for name in given or () if name not in known]
    if wrong:
        raise typer.BadParameter(f"{option}: no {', '.join(wrong)}; there are {', '.join(sorted(known))}")


def _runs(pairs: list[tuple[type[Peer], str]], cases: list[Case]) -> list[Run]:
    """Run each peer with each driver, one after the other."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    runs = []
    with ExitStack() as stack:
        cluster = stack.enter_context(_cluster()) if any(driver != "sqlite" for _, driver in pairs) else None
        shown = stack.enter_context(Progress(*columns, console=Console(stderr=True)))
        for peer, driver in pairs:
            dialect = "sqlite" if driver == "sqlite" else "postgresql"
            chosen = [case for case in cases if case.runs_on(dialect, driver)]
            task = shown.add_task(f"{peer.key} on {driver}", total=len(chosen))
            with TemporaryDirectory(prefix="rowgate-peers-") as folder, ExitStack() as database:
                logins = None
                if cluster is not None and driver != "sqlite":
                    logins = database.enter_context(cluster.database())
                made = run(peer(), driver, chosen, Path(folder), logins, lambda _one, task=task: shown.advance(task))
                runs.append(asyncio.run(made))
    return runs


@contextmanager
def _cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL server with two ordinary roles, as the tests have it."""
    with (
        TemporaryDirectory(prefix="rowgate-peers-", ignore_cleanup_errors=True) as folder,
        _superuser(Path(folder) / "data") as superuser,
    ):
        tag = uuid4().hex[:8]
        made = Cluster(superuser, f"owner_{tag}", f"app_{tag}")
        for role in (made.owner, made.app):
            made.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
                    sql.Identifier(role)
                )
            )
        yield made
        for role in (made.owner, made.app):
            made.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


def _head(runs: list[Run]) -> str:
    """Return what was run, when and on what."""
    most = max(len(one.counted) for one in runs)
    server = next((one.peer.version for one in runs if one.peer.key == "row-security"), "")
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()}, SQLAlchemy "
        f"{version('sqlalchemy')}, asyncpg {version('asyncpg')}, psycopg {version('psycopg')}, {server}: up to {most} cases, as a free user."
    )


def _plain(one: Run) -> dict[str, Any]:
    """Return a run for JSON."""
    results = [{"case": c.case.name, "count": str(c.count), "detail": c.detail} for c in one.counted]
    totals = {str(count): number for count, number in one.total().items()}
    return {
        "peer": one.peer.name, "version": one.peer.version, "adapter": one.peer.file, "driver": one.driver,
        "totals": totals, "results": results,
    }  # fmt: skip


def _print(runs: list[Run], *, details: bool) -> None:
    table = Table("peer", "version", "driver", *map(str, SHOWN))
    for one in runs:
        total = one.total()
        table.add_row(one.peer.name, one.peer.version, one.driver, *(str(total[count]) for count in SHOWN))
    console.print(table)
    told = {Count.LEAK, Count.WRITE_LEAK, Count.BROKEN, Count.FAILED, Count.NOT_JUDGED}
    for one in runs if details else ():
        for found in one.counted:
            if found.count in told:
                console.print(
                    f"{one.peer.key} {one.driver} {found.count}: {found.case.name}: {found.detail[:300]}", markup=False
                )


if __name__ == "__main__":
    app()
