"""`rowgate user`: who may log in."""

import sys
from typing import Annotated, Any

import typer

from rowgate.server.commands.acting import Acting, AsOption, ReasonOption, run, user_id
from rowgate.server.commands.running import RefusedError, checked
from rowgate.server.commands.showing import JsonOption, LimitOption, done, show_one, show_rows

app = typer.Typer(no_args_is_help=True, help="Manage users: who may log in, and who no more.")

COLUMNS = ("username", "email", "is_active", "roles", "created_at", "id")
Name = Annotated[str, typer.Argument(metavar="USER", help="The name of a user, or her key.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input; else it is asked for.")
]


@app.command("create")
def create_user(
    username: Annotated[str, typer.Argument(help="The name to log in with.")],
    email: Annotated[str, typer.Option(help="The e-mail address.", prompt=True)],
    role: Annotated[list[str] | None, typer.Option(help="A role to hold; repeat for several.")] = None,
    password_stdin: PasswordOption = False,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create a user.

    Example: rowgate user create ada --email ada@example.org --role paid_user
    """
    password = _password(from_stdin=password_stdin)
    roles = dict.fromkeys(role or ())

    async def work(session: Any, giver: Any) -> Any:
        from sqlalchemy.exc import IntegrityError

        from rowgate.server import assignments, users
        from rowgate.server.routers.schemas import NewUser
        from rowgate.server.security import hash_password

        new = checked(NewUser, username=username, email=email)
        await _see_roles(session, roles)
        hashed = await hash_password(password)
        try:
            user = await users.create_user(session, username=new.username, email=new.email, hashed_password=hashed)
        except IntegrityError:
            raise RefusedError("the name or the address is taken") from None
        if roles:
            await assignments.replace(session, giver, user.id, roles)
        return user.id

    made = run(Acting("rowgate user create", acting_as, reason), work)
    done(f"created {username} ({made})", as_json=as_json, id=made, username=username)


@app.command("list")
def list_users(
    text: Annotated[str | None, typer.Argument(help="A part of the name or the address, in any case.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only these.")] = None,
    role: Annotated[str | None, typer.Option(help="Who holds this role.")] = None,
    limit: LimitOption = 100,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List users, newest first.

    Example: rowgate user list --active --role paid_user --json
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import users

        wanted = users.Filter(text=text, active=active, role=role)
        found = await users.list_users(session, wanted, limit=limit, cursor=None)
        return [_row(user) for user in found.rows], found.next_cursor is not None

    rows, more = run(Acting("rowgate user list", acting_as, reason), work)
    show_rows(rows, COLUMNS, as_json=as_json, more=more)


@app.command("show")
def show_user(user: Name, acting_as: AsOption = None, reason: ReasonOption = None, as_json: JsonOption = False) -> None:
    """Show a user with her roles: who gave which, until when.

    Example: rowgate user show ada
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import assignments, users

        key = await user_id(session, user)
        found = await users.get_user(session, key)
        held = await assignments.list_assignments(session, key, limit=1000, cursor=None)
        given = [
            {"role": one.role.name, "expires_at": one.expires_at, "assigned_by": one.assigned_by} for one in held.rows
        ]
        return {**_row(found), "assignments": given}

    show_one(run(Acting("rowgate user show", acting_as, reason), work), as_json=as_json)


@app.command("deactivate")
def deactivate_user(
    user: Name, acting_as: AsOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """Deactivate a user: her next request is 401. What she owns stays. The last admin stays too.

    Example: rowgate user deactivate ada --reason "left the company"
    """
    _set_active(user, Acting("rowgate user deactivate", acting_as, reason), active=False, as_json=as_json)


@app.command("activate")
def activate_user(
    user: Name, acting_as: AsOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """Let a user who was deactivated log in again.

    Example: rowgate user activate ada
    """
    _set_active(user, Acting("rowgate user activate", acting_as, reason), active=True, as_json=as_json)


@app.command("password")
def set_password(
    user: Name, password_stdin: PasswordOption = False, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """Set a new password, as the system; every log-in of the user ends.

    Example: rowgate user password ada
    """
    password = _password(from_stdin=password_stdin)

    async def work(session: Any, _actor: Any) -> Any:
        from sqlalchemy import update

        from rowgate.server.audit import record
        from rowgate.server.auth import tokens
        from rowgate.server.models import User
        from rowgate.server.security import hash_password

        key = await user_id(session, user)
        await session.execute(update(User).where(User.id == key).values(hashed_password=await hash_password(password)))
        await tokens.revoke_all(session, key, because="password")
        record(session, "password-changed", ("users", key), reason=reason or "by the command line")
        return key

    key = run(Acting("rowgate user password", reason=reason), work)
    done(f"changed the password of {user}; her log-ins are over", as_json=as_json, id=key)


@app.command("purge")
def purge_user(
    user: Name,
    heir: Annotated[str | None, typer.Option(help="Who gets the documents; they are deleted if nobody does.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a deactivated user with all that is hers, for good, as the system.

    Example: rowgate user purge ada --heir bob --yes
    """
    if not yes:
        typer.confirm(f"Delete {user} for good?", abort=True)
    from rowgate.server.commands.acting import opened, origin
    from rowgate.server.commands.running import with_database

    acting = Acting("rowgate user purge")

    async def work(database: Any) -> Any:
        from rowgate.server import purges

        async with opened(database, acting) as session:
            key = await user_id(session, user)
            heir_id = None if heir is None else await user_id(session, heir)
        where = origin(acting.command)
        return await purges.purge_user(database.sessions, key, actor=None, origin=where, heir=heir_id)

    counts = with_database(work)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    done(f"purged {user}: {told}", as_json=as_json, counts=counts)


def _set_active(user: str, acting: Acting, *, active: bool, as_json: bool) -> None:
    from rowgate.server.commands.acting import opened
    from rowgate.server.commands.running import with_database

    async def work(database: Any) -> Any:
        from rowgate.server import users
        from rowgate.server.auth import passwords

        async with opened(database, acting) as session:
            key = await user_id(session, user)
            if active and acting.user is None:
                await passwords.end_log_ins_within(session, key)
            elif active:  # whoever sees somebody who is not active is an admin
                await passwords.end_log_ins(database.sessions, key)
            return _row(await users.update_user(session, key, {"is_active": active}))

    changed = with_database(work)
    done(f"{'' if active else 'de'}activated {changed['username']}", as_json=as_json, **changed)


def _row(user: Any) -> dict[str, Any]:
    found = {name: getattr(user, name) for name in ("id", "username", "email", "is_active", "created_at")}
    return {**found, "roles": sorted(role.name for role in user.roles)}


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


async def _see_roles(session: Any, wanted: Any) -> None:
    from sqlalchemy import select

    from rowgate.server.models import Role

    known = set((await session.scalars(select(Role.name))).all())
    if missing := sorted(wanted.keys() - known):
        raise RefusedError(f"no role is named {', '.join(missing)}; there are {', '.join(sorted(known))}")
