"""The server's commands. Everything slow is imported inside them: `--help` answers in under a second."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rowgate.server.embedded import Urls
    from rowgate.server.settings import Settings

database = typer.Typer(
    no_args_is_help=True,
    help="Migrate the database.\n\nRuns as the owner: ROWGATE_OWNER_DATABASE_URL, or the embedded PostgreSQL.",
)
users = typer.Typer(no_args_is_help=True, help="Manage users.")

Revision = Annotated[str, typer.Argument(help="A revision, `head`, `base`, or relative: `-1`, `+1`.")]


def register(app: typer.Typer) -> None:
    """Join the command line."""
    app.command()(serve)
    app.command()(openapi)
    app.add_typer(database, name="db")
    app.add_typer(users, name="user")


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty database with demo users and documents.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
) -> None:
    """Run the server.

    Without ROWGATE_DATABASE_URL it starts a PostgreSQL of its own in ROWGATE_DATA_DIR (.rowgate), makes two log-ins,
    migrates, and stops it at the end. Ctrl-C stops everything.
    """
    from rowgate.server.launch import run

    with _explained():
        run(_settings(), demo=demo, host=host, port=port, workers=workers)


def openapi() -> None:
    """Print the OpenAPI document of the server, as JSON. Asks no database, and makes no files.

    Example: rowgate openapi > openapi.json
    """
    import json

    from rowgate.server.app import create_app

    with _explained():
        # No key is needed to describe what is signed; without one given, the server would make a file.
        described = create_app(_settings(secret_key="-" * 32)).openapi()
        typer.echo(json.dumps(described, indent=2, ensure_ascii=False))


@database.command()
def upgrade(revision: Revision = "head") -> None:
    """Migrate forwards, and grant the application's role its rights."""
    from rowgate.server import migrate

    with _logins() as urls:
        asyncio.run(migrate.upgrade(urls.owner, revision, application_role=urls.application.username))
        typer.echo(f"upgraded to {revision}")


@database.command(context_settings={"ignore_unknown_options": True})
def downgrade(revision: Revision) -> None:
    """Migrate backwards. `rowgate db downgrade -1` takes the last one back; `base` takes every table away."""
    from rowgate.server import migrate

    with _logins() as urls:
        asyncio.run(migrate.downgrade(urls.owner, revision, application_role=urls.application.username))
        typer.echo(f"downgraded to {revision}")


@database.command()
def current() -> None:
    """Print the revision that the database is at, and the newest."""
    from rowgate.server import migrate

    with _logins() as urls:
        found = asyncio.run(_current(urls))
        typer.echo(f"{found or 'base'} (newest: {migrate.head()})")


@database.command()
def history() -> None:
    """Print the migrations of this release, newest first. Asks no database."""
    from rowgate.server import migrate

    for revision in migrate.history():
        typer.echo(f"{revision.id}  {revision.message}{'  (head)' if revision.is_head else ''}")


@database.command()
def check() -> None:
    """Compare the database with the models; exit 1 if they differ."""
    from rowgate.server import migrate

    with _logins() as urls:
        differences = asyncio.run(migrate.check(urls.owner))
    for difference in differences:
        typer.echo(difference)
    if differences:
        raise typer.Exit(1)
    typer.echo("the database has the schema of this release")


@database.command()
def sql(revision: Revision = "head") -> None:
    """Print the SQL of the upgrade, for psql. Asks no database.

    Example: rowgate db sql > schema.sql
    """
    from rowgate.server import migrate

    with _explained():
        settings = _settings()
        role = None
        if settings.database_url is not None and settings.owner_database_url is not None:
            from rowgate.server.settings import async_url

            role = async_url(settings.database_url).username
        typer.echo(migrate.offline_sql(revision, application_role=role))


@users.command("create")
def create_user(
    username: Annotated[str, typer.Argument(help="The name to log in with.")],
    email: Annotated[str, typer.Option(help="The e-mail address.", prompt=True)],
    role: Annotated[list[str] | None, typer.Option(help="A role to hold; repeat for several.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input; else it is asked for.")
    ] = False,
) -> None:
    """Create a user.

    Example: rowgate user create ada --email ada@example.org --role paid_user
    """
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _ask_password()
    with _logins() as urls:
        made = asyncio.run(_create(urls, username, email, password, set(role or ())))
        typer.echo(f"created {username} ({made})")


def _ask_password() -> str:
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


async def _current(urls: "Urls") -> str | None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from rowgate.server import migrate

    engine = create_async_engine(urls.owner)
    async with engine.connect() as connection:
        found = await migrate.current(connection)
    await engine.dispose()
    return found


async def _create(urls: "Urls", username: str, email: str, password: str, roles: set[str]) -> Any:
    from pydantic import TypeAdapter, ValidationError
    from sqlalchemy.exc import IntegrityError

    from rowgate.server.accounts import create_user as create
    from rowgate.server.database import open_database
    from rowgate.server.policies import catalog
    from rowgate.server.routers.schemas import NewUser

    try:
        new = TypeAdapter(NewUser).validate_python({"username": username, "email": email})
    except ValidationError as error:
        raise _Refused("; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())) from None
    async with open_database(_settings(), catalog, application=urls.application, owner=urls.owner) as opened:
        try:
            return await create(opened.sessions, username=new.username, email=new.email, password=password, roles=roles)
        except IntegrityError:
            raise _Refused("the name or the address is taken") from None


class _Refused(Exception):
    """What the command cannot do; the text is for whoever typed it."""


def _settings(**overrides: Any) -> "Settings":
    from rowgate.server.settings import load_settings

    return load_settings(**overrides)


@contextmanager
def _logins() -> Iterator["Urls"]:
    """Give the logins of the database, and turn what can go wrong into a line."""
    from rowgate.server.startup import logins, postgres_beside, unreachable

    with _explained():
        settings = _settings()
        with postgres_beside(settings) as embedded:
            urls = asyncio.run(logins(settings, embedded))
            try:
                yield urls
            except OSError as error:
                raise unreachable(urls.owner, error) from None


def _said(orig: Any) -> str:
    """Return what the driver's error comes to."""
    if getattr(orig, "sqlstate", None) == "42P01":
        return "the database has no tables yet: run `rowgate db upgrade`"
    return f"the database said: {(str(orig).splitlines() or ['nothing'])[0]}"


@contextmanager
def _explained() -> Iterator[None]:
    """Turn an expected failure into one line on standard error and exit code 1: no traceback for the caller."""
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    from rowgate.server.accounts import UnknownRoleError
    from rowgate.server.embedded import EmbeddedError
    from rowgate.server.security import PasswordError
    from rowgate.server.settings import SettingsError
    from rowgate.server.startup import StartError

    expected = (SettingsError, EmbeddedError, StartError, CommandError, PasswordError, UnknownRoleError, _Refused)
    try:
        yield
    except expected as error:
        typer.secho(f"rowgate: {error}", err=True, fg="red")
    except DBAPIError as error:
        typer.secho(f"rowgate: {_said(error.orig)}", err=True, fg="red")
    else:
        return
    raise typer.Exit(1)
