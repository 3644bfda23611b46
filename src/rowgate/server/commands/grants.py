"""`rowgate grant`: which configurations which roles have, at which level."""

from typing import Annotated, Any

import typer

from rowgate.server.commands.acting import Acting, AsOption, ReasonOption, run
from rowgate.server.commands.configurations import ConfigurationArgument, configuration_id
from rowgate.server.commands.showing import JsonOption, LimitOption, UntilOption, done, show_rows

app = typer.Typer(
    no_args_is_help=True, help="Manage grants: which configuration a role has, at which level, until when."
)

COLUMNS = ("configuration", "role", "access_level", "expires_at", "granted_at", "granted_by")
RoleArgument = Annotated[str, typer.Argument(help="The name of a role.")]


@app.command("list")
def list_grants(
    configuration: Annotated[str | None, typer.Option(help="Only of this configuration.")] = None,
    role: Annotated[str | None, typer.Option(help="Only to this role.")] = None,
    limit: LimitOption = 100,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List grants, newest first, those that are over included.

    Example: rowgate grant list --role paid_user
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import configurations

        key = None if configuration is None else await configuration_id(session, configuration)
        found = await configurations.list_grants(
            session, configuration_id=key, role_name=role, limit=limit, cursor=None
        )
        rows = [
            {
                "configuration": one.configuration_id if one.configuration is None else one.configuration.name,
                "role": one.role.name,
                **{name: getattr(one, name) for name in COLUMNS[2:]},
            }
            for one in found.rows
        ]
        return rows, found.next_cursor is not None

    rows, more = run(Acting("rowgate grant list", acting_as, reason), work)
    show_rows(rows, COLUMNS, as_json=as_json, more=more)


@app.command("add")
def add_grant(
    configuration: ConfigurationArgument,
    role: RoleArgument,
    level: Annotated[int, typer.Option(min=1, max=1000, help="1 reads it, 2 changes its value and description.")] = 1,
    until: UntilOption = None,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grant a configuration to a role, or change the grant. It acts with the next statement.

    Example: rowgate grant add theme paid_user --level 2 --until 2027-01-31
    """

    async def work(session: Any, giver: Any) -> None:
        from rowgate.server import configurations

        await configurations.grant(session, giver, await configuration_id(session, configuration), role, level, until)

    run(Acting("rowgate grant add", acting_as, reason), work)
    values = {"configuration": configuration, "role": role, "access_level": level, "expires_at": until}
    done(f"{role} has {configuration} at level {level}", as_json=as_json, **values)


@app.command("remove")
def remove_grant(
    configuration: ConfigurationArgument,
    role: RoleArgument,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a configuration from a role.

    Example: rowgate grant remove theme paid_user
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import configurations

        await configurations.withdraw(session, await configuration_id(session, configuration), role)

    run(Acting("rowgate grant remove", acting_as, reason), work)
    done(f"{role} has {configuration} no more", as_json=as_json, configuration=configuration, role=role)
