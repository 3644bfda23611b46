"""`rowgate audit`: what happened."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from rowgate.server.commands.acting import Acting, AsOption, ReasonOption, opener, run
from rowgate.server.commands.running import with_database
from rowgate.server.commands.showing import JsonOption, LimitOption, moment, show_rows

app = typer.Typer(no_args_is_help=True, help="Read the audit: who did what to which row, when, why, and from where.")

COLUMNS = ("at", "kind", "actor_id", "target_type", "target_id", "detail", "reason", "address", "request")
KindOption = Annotated[str | None, typer.Option(help="Only lines of this kind, such as role.assigned or denied.")]
ActorOption = Annotated[UUID | None, typer.Option(help="Only what this user did; her key.")]
TargetOption = Annotated[UUID | None, typer.Option(help="Only what was done to this; its key.")]
SinceOption = Annotated[
    datetime | None, typer.Option(parser=moment, metavar="TIME", help="From this time on, such as 2026-11-01.")
]
BeforeOption = Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="Before this time.")]


@app.command("list")
def list_audit(
    kind: KindOption = None,
    actor: ActorOption = None,
    target: TargetOption = None,
    since: SinceOption = None,
    before: BeforeOption = None,
    limit: LimitOption = 100,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List lines, newest first.

    Example: rowgate audit list --kind denied --since 2026-11-01
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import audit

        wanted = audit.Filter(kind, actor, None, target, since, before)
        found = await audit.list_entries(session, wanted, limit=limit, cursor=None)
        return [{name: getattr(one, name) for name in COLUMNS} for one in found.rows], found.next_cursor is not None

    rows, more = run(Acting("rowgate audit list", acting_as, reason), work)
    show_rows(rows, COLUMNS, as_json=as_json, more=more)


@app.command("export")
def export_audit(
    kind: KindOption = None,
    actor: ActorOption = None,
    target: TargetOption = None,
    since: SinceOption = None,
    before: BeforeOption = None,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, which it prints in any case.")] = True,
) -> None:
    """Print lines as JSON lines, oldest first, in constant memory.

    Example: rowgate audit export --since 2026-11-01 > audit.jsonl
    """
    del as_json

    async def work(database: Any) -> None:
        from rowgate.server import audit
        from rowgate.server.routers.role_schemas import AuditLine

        async with opener(database, Acting("rowgate audit export", acting_as, reason)) as open_session:
            async for page in audit.export(open_session, audit.Filter(kind, actor, None, target, since, before)):
                for line in page:
                    typer.echo(AuditLine.model_validate(line).model_dump_json())

    with_database(work)
