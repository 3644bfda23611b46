"""`rowgate role exclude ...`: which two roles nobody may hold, or have active, together (SSD, DSD)."""

from typing import Annotated, Any, Literal

import typer

from rowgate.server.commands.acting import Acting, AsOption, ReasonOption, run
from rowgate.server.commands.roles import RoleArgument
from rowgate.server.commands.showing import JsonOption, LimitOption, done, show_rows

Kind = Literal["static", "dynamic"]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="The name of the other role.")]
KindOption = Annotated[
    Kind, typer.Option(help="static: nobody holds both; dynamic: nobody has both active at the same time.")
]


def register(app: typer.Typer) -> None:
    """Join the commands on roles."""
    app.command("exclude")(exclude)
    app.command("unexclude")(unexclude)
    app.command("exclusions")(list_exclusions)


def exclude(
    role: RoleArgument,
    other: OtherArgument,
    kind: KindOption = "static",
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let two roles exclude each other. Statically it is refused where somebody holds both.

    Example: rowgate role exclude auditor paid_user --kind dynamic
    """

    async def work(session: Any, adder: Any) -> None:
        from rowgate.server import roles
        from rowgate.server.models import ExclusionKind

        await roles.exclude(session, adder, role, other, ExclusionKind(kind))

    run(Acting("rowgate role exclude", acting_as, reason), work)
    done(f"{role} and {other} exclude each other ({kind})", as_json=as_json, role=role, other=other, kind=kind)


def unexclude(
    role: RoleArgument,
    other: OtherArgument,
    kind: KindOption = "static",
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let two roles exclude each other no more.

    Example: rowgate role unexclude auditor paid_user --kind dynamic
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import roles
        from rowgate.server.models import ExclusionKind

        await roles.end_exclusion(session, role, other, ExclusionKind(kind))

    run(Acting("rowgate role unexclude", acting_as, reason), work)
    done(f"{role} and {other} exclude each other no more ({kind})", as_json=as_json, role=role, other=other, kind=kind)


def list_exclusions(
    role: RoleArgument,
    kind: KindOption = "static",
    limit: LimitOption = 100,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the roles that a role excludes.

    Example: rowgate role exclusions auditor --kind dynamic
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import roles
        from rowgate.server.models import ExclusionKind

        found = await roles.list_excluded(session, role, ExclusionKind(kind), limit=limit, cursor=None)
        rows = [{"name": one.name, "description": one.description, "id": one.id} for one in found.rows]
        return rows, found.next_cursor is not None

    rows, more = run(Acting("rowgate role exclusions", acting_as, reason), work)
    show_rows(rows, ("name", "description", "id"), as_json=as_json, more=more)
