"""The server's commands. Everything slow is imported inside them: `--help` answers in under a second."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from rowgate.server.commands import audit, configurations, documents, exclusions, grants, roles, users, wall
from rowgate.server.commands.running import database_logins, explained, settings, with_database
from rowgate.server.commands.showing import JsonOption, done

if TYPE_CHECKING:
    from rowgate.server.database import Database
    from rowgate.server.embedded import Urls

database = typer.Typer(
    no_args_is_help=True,
    help="Migrate the database.\n\nRuns as the owner: ROWGATE_OWNER_DATABASE_URL, or the embedded PostgreSQL.",
)

Revision = Annotated[str, typer.Argument(help="A revision, `head`, `base`, or relative: `-1`, `+1`.")]

exclusions.register(roles.app)


def register(app: typer.Typer) -> None:
    """Join the command line."""
    app.command()(serve)
    app.command()(openapi)
    app.add_typer(database, name="db")
    app.add_typer(users.app, name="user")
    app.add_typer(roles.app, name="role")
    app.add_typer(configurations.app, name="configuration")
    app.add_typer(grants.app, name="grant")
    app.add_typer(documents.app, name="document")
    app.add_typer(audit.app, name="audit")
    app.add_typer(wall.app, name="wall")


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

    with explained():
        run(settings(), demo=demo, host=host, port=port, workers=workers)


def openapi() -> None:
    """Print the OpenAPI document of the server, as JSON. Asks no database, and makes no files.

    Example: rowgate openapi > openapi.json
    """
    import json

    from rowgate.server.app import create_app

    with explained():
        # No key is needed to describe what is signed; without one given, the server would make a file.
        described = create_app(settings(secret_key="-" * 32)).openapi()
        typer.echo(json.dumps(described, indent=2, ensure_ascii=False))


@database.command()
def upgrade(revision: Revision = "head") -> None:
    """Migrate forwards, and grant the application's role its rights."""
    from rowgate.server import migrate

    with database_logins() as urls:
        role = urls.application.username
        asyncio.run(migrate.upgrade(urls.owner, revision, application_role=role, wall=settings().wall))
        typer.echo(f"upgraded to {revision}")
        wall.accept_if_it_stands(settings(), urls)


@database.command(context_settings={"ignore_unknown_options": True})
def downgrade(revision: Revision) -> None:
    """Migrate backwards. `rowgate db downgrade -1` takes the last one back; `base` takes every table away."""
    from rowgate.server import migrate

    with database_logins() as urls:
        role = urls.application.username
        asyncio.run(migrate.downgrade(urls.owner, revision, application_role=role, wall=settings().wall))
        typer.echo(f"downgraded to {revision}")


@database.command()
def current() -> None:
    """Print the revision that the database is at, and the newest."""
    from rowgate.server import migrate

    with database_logins() as urls:
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
    """Compare the database with the models and the policies; exit 1 if they differ."""
    from rowgate.server import migrate

    with database_logins() as urls:
        role = urls.application.username
        differences = asyncio.run(migrate.check(urls.owner, application_role=role, wall=settings().wall))
    for difference in differences:
        typer.echo(difference)
    if differences:
        raise typer.Exit(1)
    typer.echo("the database has the schema of this release")


@database.command()
def cleanup(
    days: Annotated[int, typer.Option(min=0, max=3650, help="Only what has been over for so many days.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """Delete what is over: log-ins with their tokens, reset tokens, counted attempts, idempotency keys. For cron.

    Nothing depends on it: what is over opens nothing, with or without it. The audit stays.

    Example: rowgate db cleanup --days 90
    """
    from rowgate.server.cleanup import clean_up
    from rowgate.server.commands.acting import origin

    async def work(opened: "Database") -> dict[str, int]:
        return await clean_up(opened.sessions, days=days, origin=origin("rowgate db cleanup"))

    counts = with_database(work)
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing"
    done(f"deleted {told}", as_json=as_json, **counts)


@database.command()
def sql(
    revision: Revision = "head",
    role: Annotated[str | None, typer.Option(help="The application's role, if the settings do not say it.")] = None,
) -> None:
    """Print the SQL of the upgrade, for psql. Asks no database.

    Example: rowgate db sql > schema.sql
    """
    from rowgate.server import migrate

    with explained():
        chosen = settings()
        if role is None and chosen.database_url is not None and chosen.owner_database_url is not None:
            from rowgate.server.settings import async_url

            role = async_url(chosen.database_url).username
        typer.echo(migrate.offline_sql(revision, application_role=role, wall=chosen.wall))


async def _current(urls: "Urls") -> str | None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from rowgate.server import migrate

    engine = create_async_engine(urls.owner)
    async with engine.connect() as connection:
        found = await migrate.current(connection)
    await engine.dispose()
    return found
