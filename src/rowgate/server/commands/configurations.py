"""`rowgate configuration`: named values, which `rowgate grant` gives to roles."""

from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

import typer

from rowgate.server.commands.acting import Acting, AsOption, ReasonOption, run
from rowgate.server.commands.running import RefusedError, checked
from rowgate.server.commands.showing import JsonOption, LimitOption, done, show_rows

app = typer.Typer(no_args_is_help=True, help="Manage configurations: named values of JSON, granted to roles.")

COLUMNS = ("name", "value", "description", "id")
ConfigurationArgument = Annotated[str, typer.Argument(metavar="CONFIGURATION", help="Its name, or its key.")]
ValueArgument = Annotated[str, typer.Argument(help="The value, as JSON; a text has quotes.")]
DescriptionOption = Annotated[str | None, typer.Option(help="What it is for.")]


@app.command("list")
def list_configurations(
    limit: LimitOption = 100, acting_as: AsOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """List configurations, newest first.

    Example: rowgate configuration list --as ada
    """

    async def work(session: Any, _actor: Any) -> Any:
        from sqlalchemy import select

        from rowgate.server.models import Configuration
        from rowgate.server.paging import page_by_key

        found = await page_by_key(session, select(Configuration), Configuration.id, limit=limit, cursor=None)
        rows = [{name: getattr(one, name) for name in COLUMNS} for one in found.rows]
        return rows, found.next_cursor is not None

    rows, more = run(Acting("rowgate configuration list", acting_as, reason), work)
    show_rows(rows, COLUMNS, as_json=as_json, more=more)


@app.command("create")
def create_configuration(
    name: Annotated[str, typer.Argument(help="Its name.")],
    value: ValueArgument,
    description: DescriptionOption = None,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a configuration. Nobody but admins sees it until it is granted.

    Example: rowgate configuration create theme '{"dark": true}' --description "how pages look"
    """

    async def work(session: Any, _actor: Any) -> Any:
        from rowgate.server import configurations
        from rowgate.server.routers.grant_schemas import ConfigurationIn

        new = checked(ConfigurationIn, name=name, value=_json(value), description=description)
        return (await configurations.create_configuration(session, new.model_dump())).id

    made = run(Acting("rowgate configuration create", acting_as, reason), work)
    done(f"created the configuration {name}", as_json=as_json, id=made, name=name)


@app.command("set")
def set_configuration(
    configuration: ConfigurationArgument,
    value: ValueArgument,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a configuration another value.

    Example: rowgate configuration set theme '{"dark": false}'
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import configurations
        from rowgate.server.routers.grant_schemas import ConfigurationPatch

        new = checked(ConfigurationPatch, value=_json(value))
        key = await configuration_id(session, configuration)
        await configurations.update_configuration(session, key, new.model_dump(exclude_unset=True))

    run(Acting("rowgate configuration set", acting_as, reason), work)
    done(f"{configuration} has another value", as_json=as_json, configuration=configuration)


@app.command("delete")
def delete_configuration(
    configuration: ConfigurationArgument,
    acting_as: AsOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a configuration with its grants.

    Example: rowgate configuration delete theme
    """

    async def work(session: Any, _actor: Any) -> None:
        from rowgate.server import configurations

        await configurations.delete_configuration(session, await configuration_id(session, configuration))

    run(Acting("rowgate configuration delete", acting_as, reason), work)
    done(f"deleted the configuration {configuration}", as_json=as_json, configuration=configuration)


async def configuration_id(session: Any, name: str) -> UUID:
    """Return the key of a configuration by its name, or by the key itself."""
    from sqlalchemy import or_, select

    from rowgate.server.models import Configuration

    same = [Configuration.name == name]
    with suppress(ValueError):
        same.append(Configuration.id == UUID(name))
    found: UUID | None = (await session.scalars(select(Configuration.id).where(or_(*same)))).first()
    if found is None:
        raise RefusedError(f"no configuration is named {name}, or none that this user may see")
    return found


def _json(text: str) -> Any:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(f"the value is not JSON: {text}; a text has quotes, as in '\"text\"'") from None
