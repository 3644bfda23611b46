"""`rowgate document`: documents as a user sees them, or as the system; files of them in and out."""

import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID

import typer

from rowgate.server.commands.acting import Acting, AsOption, SystemOption, one_of, opener, run, user_id
from rowgate.server.commands.running import REFUSED_SOME, RefusedError, with_database
from rowgate.server.commands.showing import JsonOption, LimitOption, UntilOption, done, show_one, show_rows

app = typer.Typer(
    no_args_is_help=True,
    help="Documents, as a user sees them (--as USER) or as the system does (--system REASON): one of the two is said.",
)

COLUMNS = ("id", "title", "owner_id", "is_public", "requires_paid_access", "is_deleted", "created_at")
PIECE = 1 << 18
SOFT_DELETE = "soft-delete"
Key = Annotated[UUID, typer.Argument(metavar="DOCUMENT", help="The key of a document.")]
FormatOption = Annotated[
    Literal["csv", "jsonl"] | None, typer.Option("--format", help="By the ending of the file's name if not given.")
]
ToUser = Annotated[str | None, typer.Option("--user", help="With this user.")]
ToRole = Annotated[str | None, typer.Option("--role", help="With all who have this role.")]


@app.command("list")
def list_documents(
    q: Annotated[str | None, typer.Option(help='What to search: words, "phrases", or, -not.')] = None,
    owner: Annotated[str | None, typer.Option(help="Only those of this user.")] = None,
    limit: LimitOption = 20,
    acting_as: AsOption = None,
    system: SystemOption = None,
    as_json: JsonOption = False,
) -> None:
    """List documents, newest first, or with --q what fits best first.

    Example: rowgate document list --as ada --q minutes
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import search

        whose = None if owner is None else await user_id(session, owner)
        wanted = search.Filter(text=q, owner_id=whose)
        found = await search.list_documents(session, wanted, permissions=False, limit=limit, cursor=None)
        return [{name: getattr(row[0], name) for name in COLUMNS} for row in found.rows], found.next_cursor is not None

    rows, more = run(one_of("rowgate document list", acting_as, system), work)
    show_rows(rows, COLUMNS, as_json=as_json, more=more)


@app.command("show")
def show_document(
    document: Key, acting_as: AsOption = None, system: SystemOption = None, as_json: JsonOption = False
) -> None:
    """Show a document with its text.

    Example: rowgate document show 0190a000-0000-7000-8000-000000000001 --as ada
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import documents
        from rowgate.server.errors import NotFoundError

        found = await documents.get_document(session, document)
        if found is None:
            raise NotFoundError
        return {name: getattr(found, name) for name in (*COLUMNS, "updated_at", "content")}

    show_one(run(one_of("rowgate document show", acting_as, system), work), as_json=as_json)


@app.command("restore")
def restore_document(
    document: Key, acting_as: AsOption = None, system: SystemOption = None, as_json: JsonOption = False
) -> None:
    """Undo a soft delete: for admins, or the system.

    Example: rowgate document restore 0190a000-0000-7000-8000-000000000001 --as admin
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import documents

        await documents.restore_document(session, document)

    run(one_of("rowgate document restore", acting_as, system), work, (SOFT_DELETE,))
    done(f"restored {document}", as_json=as_json, id=document)


@app.command("purge")
def purge_document(
    document: Key, acting_as: AsOption = None, system: SystemOption = None, as_json: JsonOption = False
) -> None:
    """Delete a softly deleted document for good, with its shares: for admins, or the system.

    Example: rowgate document purge 0190a000-0000-7000-8000-000000000001 --system "a request by its owner"
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import documents

        return await documents.purge_document(session, document)

    counts = run(one_of("rowgate document purge", acting_as, system), work, (SOFT_DELETE,))
    done(f"purged {document}", as_json=as_json, id=document, counts=counts)


@app.command("share")
def share_document(
    document: Key,
    acting_as: Annotated[str, typer.Option("--as", metavar="USER", help="The owner, who shares it.")],
    user: ToUser = None,
    role: ToRole = None,
    level: Annotated[
        Literal["viewer", "editor"], typer.Option(help="A viewer reads it, an editor changes it.")
    ] = "viewer",
    until: UntilOption = None,
    as_json: JsonOption = False,
) -> None:
    """Share a document of one's own with a user, or with all who have a role.

    Example: rowgate document share 0190a000-0000-7000-8000-000000000001 --as ada --user bob --level editor
    """

    async def work(session: Any, giver: Any) -> None:
        from rowgate.server import shares
        from rowgate.server.models import ShareLevel

        await shares.share(session, giver, document, await _grantee(user, role), ShareLevel(level), until)

    run(Acting("rowgate document share", acting_as), work)
    values = {"id": document, "user": user, "role": role, "level": level, "expires_at": until}
    done(f"{user or role} is {level} of {document}", as_json=as_json, **values)


@app.command("unshare")
def unshare_document(
    document: Key,
    user: ToUser = None,
    role: ToRole = None,
    acting_as: AsOption = None,
    system: SystemOption = None,
    as_json: JsonOption = False,
) -> None:
    """Share a document with this one no more.

    Example: rowgate document unshare 0190a000-0000-7000-8000-000000000001 --as ada --user bob
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import shares

        await shares.unshare(session, document, await _grantee(user, role))

    run(one_of("rowgate document unshare", acting_as, system), work)
    done(f"{document} is not shared with {user or role}", as_json=as_json, id=document, user=user, role=role)


@app.command("import")
def import_documents(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines in UTF-8; - is standard input.")],
    format_: FormatOption = None,
    owner: Annotated[str | None, typer.Option(help="Owns what names no owner; whoever imports if not given.")] = None,
    acting_as: AsOption = None,
    system: SystemOption = None,
    as_json: JsonOption = False,
) -> None:
    """Store the documents of a file, in batches. Bad lines are told with their numbers, all others are stored.

    Exit code 3 says that some lines were bad.

    Example: rowgate document import documents.csv --as ada
    """
    acting = one_of("rowgate document import", acting_as, system)
    kind = _format(file, format_)

    async def work(database: Any) -> Any:
        from rowgate.server.bulk.importing import Summary
        from rowgate.server.bulk.importing import import_documents as imported
        from rowgate.server.bulk.lines import numbered
        from rowgate.server.bulk.reading import HeaderError, read, reader_of
        from rowgate.server.routers.bulk_schemas import DocumentLine

        summary = Summary()
        with ExitStack() as stack:
            source, size = _source(file, stack)
            bar, task = _progress(stack, "Importing", size)
            reads = read(numbered(_pieces(source, lambda seen: bar.advance(task, seen))), reader_of(kind, DocumentLine))
            async with opener(database, acting) as open_session:
                whose = await _owner(open_session, owner)
                try:
                    await imported(
                        open_session,
                        reads,
                        summary,
                        owner=whose,
                        progress=lambda _stored: bar.update(task, description=f"{summary.stored:,} stored"),
                    )
                except HeaderError as error:
                    raise RefusedError(f"{file} cannot be read: {error}") from None
                except BaseException:
                    typer.echo(f"{summary.stored} documents were stored before it broke off", err=True)
                    raise
        return summary

    summary = with_database(work)
    for line, problem in () if as_json else summary.problems:
        typer.echo(f"line {line}: {problem}", err=True)
    if not as_json and summary.refused > len(summary.problems):
        typer.echo(f"and {summary.refused - len(summary.problems)} more", err=True)
    problems = [{"line": line, "problem": problem} for line, problem in summary.problems]
    told = f"stored {summary.stored}, refused {summary.refused}"
    done(told, as_json=as_json, stored=summary.stored, refused=summary.refused, problems=problems)
    if summary.refused:
        raise typer.Exit(REFUSED_SOME)


@app.command("export")
def export_documents(
    file: Annotated[Path, typer.Argument(help="The file to write; - is standard output.")] = Path("-"),
    format_: FormatOption = None,
    q: Annotated[str | None, typer.Option(help="Only what this search finds.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only those of this user.")] = None,
    acting_as: AsOption = None,
    system: SystemOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
) -> None:
    """Write the documents that one may see to a file, oldest first. In CSV, formulas get an apostrophe in front.

    Example: rowgate document export documents.csv --as ada
    """
    acting = one_of("rowgate document export", acting_as, system)
    kind = _format(file, "jsonl" if as_json else format_)

    async def work(database: Any) -> int:
        from rowgate.server import search
        from rowgate.server.bulk.exporting import export_documents as exported
        from rowgate.server.bulk.writing import header, rendered

        with ExitStack() as stack:
            written = 0
            bar, task = _progress(stack, "Exporting", None)
            async with opener(database, acting) as open_session:
                whose = await _owner(open_session, owner)
                target = _target(file, stack)
                target.write(header(kind).encode())
                async for page in exported(open_session, search.Filter(text=q, owner_id=whose)):
                    target.write(rendered(kind, page).encode())
                    written += len(page)
                    bar.update(task, description=f"{written:,} written")
        return written

    typer.echo(f"wrote {with_database(work)} documents", err=True)


def _format(file: Path, given: str | None) -> Any:
    ending = given or file.suffix.lower().removeprefix(".")
    if ending not in {"csv", "jsonl"}:
        raise typer.BadParameter("say which format it is: --format csv, or --format jsonl")
    return ending


def _source(file: Path, stack: ExitStack) -> tuple[BinaryIO, int | None]:
    if file == Path("-"):
        return sys.stdin.buffer, None
    try:
        return stack.enter_context(file.open("rb")), file.stat().st_size
    except OSError as error:
        raise RefusedError(f"{file}: {error.strerror}") from None


def _target(file: Path, stack: ExitStack) -> BinaryIO:
    if file == Path("-"):
        stack.callback(sys.stdout.buffer.flush)
        return sys.stdout.buffer
    try:
        return stack.enter_context(file.open("wb"))
    except OSError as error:
        raise RefusedError(f"{file}: {error.strerror}") from None


async def _pieces(source: BinaryIO, advance: Any) -> AsyncIterator[bytes]:
    while piece := source.read(PIECE):
        yield piece
        advance(len(piece))


def _progress(stack: ExitStack, description: str, size: int | None) -> tuple[Any, Any]:
    """Show progress on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    bar = stack.enter_context(Progress(*columns, console=console, disable=not console.is_terminal))
    return bar, bar.add_task(description, total=size)


async def _owner(open_session: Any, name: str | None) -> UUID | None:
    async with open_session() as session:
        await session.connection()
        return None if name is None else await user_id(session, name)


async def _grantee(user: str | None, role: str | None) -> Any:
    if (user is None) == (role is None):
        raise RefusedError("say one: --user, or --role")
    return role if user is None else user
