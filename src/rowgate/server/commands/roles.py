"""`rowgate role`: which roles there are, who holds them, what inherits what."""

from datetime import datetime
from typing import Annotated, Any

import typer

from rowgate.server.commands.acting import Acting, AsOption, ReasonOption, run, user_id
from rowgate.server.commands.running import checked
from rowgate.server.commands.showing import JsonOption, LimitOption, UntilOption, done, show_rows

app = typer.Typer(no_args_is_help=True, help="Manage roles: who holds which until when, and which inherits which.")

RoleArgument = Annotated[str, typer.Argument(help="The name of a role.")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="The name of a user, or her key.")]


@app.command("list")
def list_roles(
    limit: LimitOption = 100, acting_as: AsOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """List roles, newest first.

    Example: rowgate role list
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import roles

        found = await roles.list_roles(session, limit=limit, cursor=None)
        rows = [{"name": role.name, "description": role.description, "id": role.id} for role in found.rows]
        return rows, found.next_cursor is not None

    rows, more = run(Acting("rowgate role list", acting_as, reason), work)
    show_rows(rows, ("name", "description", "id"), as_json=as_json, more=more)


@app.command("members")
def list_members(
    role: RoleArgument,
    inherited: Annotated[bool, typer.Option("--inherited", help="By a role that inherits it too.")] = False,
    limit: LimitOption = 100,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who holds a role now, newest first.

    Example: rowgate role members admin --inherited
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import reviews, roles
        from rowgate.server.models import User
        from rowgate.server.paging import page_by_key

        key = (await roles.get_role(session, role)).id
        held = reviews.authorized_users(key) if inherited else reviews.assigned_users(key)
        found = await page_by_key(session, held, User.id, limit=limit, cursor=None)
        rows = [{"username": one.username, "is_active": one.is_active, "id": one.id} for one in found.rows]
        return rows, found.next_cursor is not None

    rows, more = run(Acting("rowgate role members", acting_as, reason), work)
    show_rows(rows, ("username", "is_active", "id"), as_json=as_json, more=more)


@app.command("create")
def create_role(
    role: RoleArgument,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a role. Policies name the roles that they know: a new one gives what it inherits, and what is granted to it.

    Example: rowgate role create auditor --description "reads the audit"
    """

    async def work(session: Any, maker: Any) -> Any:
        from rowgate.server import roles
        from rowgate.server.routers.role_schemas import RoleIn

        new = checked(RoleIn, name=role, description=description)
        return (await roles.create_role(session, maker, new.name, new.description)).id

    made = run(Acting("rowgate role create", acting_as, reason), work)
    done(f"created the role {role}", as_json=as_json, id=made, name=role)


@app.command("delete")
def delete_role(
    role: RoleArgument, acting_as: AsOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """Delete a role with its assignments and grants. Those that policies name stay.

    Example: rowgate role delete auditor
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate import AccessDenied
        from rowgate.server import roles
        from rowgate.server.models import RoleName

        if role in set(RoleName):  # the system is told so by no policy
            raise AccessDenied("policies name this role")
        await roles.delete_role(session, role)

    run(Acting("rowgate role delete", acting_as, reason), work)
    done(f"deleted the role {role}", as_json=as_json, name=role)


@app.command("assign")
def assign(
    user: UserArgument,
    role: RoleArgument,
    until: UntilOption = None,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a user a role, or another end to it. It acts with her next request.

    Example: rowgate role assign ada paid_user --until 2027-01-31
    """

    async def work(session: Any, giver: Any) -> None:
        from rowgate.server import assignments

        await assignments.assign(session, giver, await user_id(session, user), role, until)

    run(Acting("rowgate role assign", acting_as, reason), work)
    done(f"{user} holds {role}{_until(until)}", as_json=as_json, user=user, role=role, expires_at=until)


@app.command("revoke")
def revoke(
    user: UserArgument,
    role: RoleArgument,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a role from a user. The last admin keeps hers.

    Example: rowgate role revoke ada paid_user
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import assignments

        await assignments.deassign(session, await user_id(session, user), role)

    run(Acting("rowgate role revoke", acting_as, reason), work)
    done(f"{user} holds {role} no more", as_json=as_json, user=user, role=role)


@app.command("inherit")
def inherit(
    senior: RoleArgument,
    junior: RoleArgument,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a role inherit another one. A cycle is refused.

    Example: rowgate role inherit auditor free_user
    """

    async def work(session: Any, adder: Any) -> None:
        from rowgate.server import roles

        await roles.add_inheritance(session, adder, senior, junior)

    run(Acting("rowgate role inherit", acting_as, reason), work)
    done(f"{senior} inherits {junior}", as_json=as_json, senior=senior, junior=junior)


@app.command("disinherit")
def disinherit(
    senior: RoleArgument,
    junior: RoleArgument,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a role inherit another one no more.

    Example: rowgate role disinherit auditor free_user
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import roles

        await roles.delete_inheritance(session, senior, junior)

    run(Acting("rowgate role disinherit", acting_as, reason), work)
    done(f"{senior} inherits {junior} no more", as_json=as_json, senior=senior, junior=junior)


def _until(end: datetime | None) -> str:
    return "" if end is None else f" until {end.isoformat()}"
