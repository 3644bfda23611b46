"""`rowgate wall ...`: put the wall up or take it down by hand, and change its keys. As the owner of the tables."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from rowgate.server.commands.running import database_logins, settings

if TYPE_CHECKING:
    from rowgate.server.embedded import Urls
    from rowgate.server.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="The wall around the tables, and its keys.\n\nRuns as the owner: ROWGATE_OWNER_DATABASE_URL, or the "
    "embedded PostgreSQL.",
)


@contextmanager
def _opened() -> Iterator[tuple["Settings", "Urls"]]:
    """Give the settings with the logins."""
    with database_logins() as urls:
        yield settings(), urls


@app.command()
def up() -> None:
    """Make the wall stand as this release declares it, and print what was not so. Accepts the keys, too.

    Example: after ROWGATE_WALL=false, or when somebody has changed a policy by hand.
    """
    with _opened() as (chosen, urls):
        found = asyncio.run(_up(chosen, urls))
        for one in found:
            typer.echo(one)
        typer.echo(f"the wall stands for {urls.application.username}")


@app.command()
def down() -> None:
    """Take the wall down: from then on the server runs with ROWGATE_WALL=false only."""
    with database_logins() as urls:
        asyncio.run(_down(urls))
        typer.echo("the wall is down; serve with ROWGATE_WALL=false")


@app.command()
def accept() -> None:
    """Let the database accept the keys of the settings, beside those that it accepts already."""
    from rowgate.server.wall_keys import wall_signing
    from rowgate.server.walls import accept, as_owner

    with _opened() as (chosen, urls):
        signing = wall_signing(chosen.model_copy(update={"wall": True}))
        assert signing is not None
        asyncio.run(as_owner(urls.owner, lambda connection: accept(connection, signing)))
        typer.echo("the database accepts the keys")


@app.command()
def rotate() -> None:
    """Make a new key, which the database accepts and every process that starts from now on signs with.

    Then restart the servers, one after the other, and run `rowgate wall retire`.
    """
    from rowgate.server.wall_keys import key_file, store_keys, with_new_key
    from rowgate.server.walls import accept, as_owner

    with _opened() as (chosen, urls):
        signing, keys = with_new_key(chosen)
        store_keys(chosen, keys[1:])  # refused before anything is changed, if they are not ours to store
        asyncio.run(as_owner(urls.owner, lambda connection: accept(connection, signing)))
        store_keys(chosen, keys)
        typer.echo(f"a new key stands first in {key_file(chosen)}: restart the servers, then `rowgate wall retire`")


@app.command()
def retire() -> None:
    """Let the database accept the key that signs, the first one, and no other."""
    from rowgate.server.wall_keys import store_keys, with_first_key
    from rowgate.server.walls import as_owner, retire

    with _opened() as (chosen, urls):
        signing, keys = with_first_key(chosen)
        asyncio.run(as_owner(urls.owner, lambda connection: retire(connection, signing)))
        if chosen.wall_keys is None:
            store_keys(chosen, keys)
        typer.echo("the database accepts one key")


def accept_if_it_stands(settings: "Settings", urls: "Urls") -> None:
    """After a migration: let the database accept our keys, if it has a wall."""
    from rowgate.server.wall_keys import wall_signing
    from rowgate.server.walls import accept, as_owner, stands

    signing = wall_signing(settings)
    if signing is not None and asyncio.run(as_owner(urls.owner, stands)):
        asyncio.run(as_owner(urls.owner, lambda connection: accept(connection, signing)))


async def _up(settings: "Settings", urls: "Urls") -> list[str]:
    from sqlalchemy import Connection

    from rowgate.alembic import mend
    from rowgate.server.wall_keys import wall_signing
    from rowgate.server.walls import accept, as_owner, wall_of

    signing = wall_signing(settings.model_copy(update={"wall": True}))
    assert signing is not None

    def work(connection: Connection) -> list[str]:
        _require_head(connection)
        found = mend(connection, wall_of(str(urls.application.username)))
        accept(connection, signing)
        return [str(one) for one in found]

    return await as_owner(urls.owner, work)


async def _down(urls: "Urls") -> None:
    from sqlalchemy import Connection

    from rowgate.server.migrations.grants import grant_rights
    from rowgate.server.walls import as_owner, stands, take_down

    role = str(urls.application.username)

    def work(connection: Connection) -> None:
        _require_head(connection)
        if stands(connection):
            take_down(connection, role)
        connection.execute(grant_rights(role))

    await as_owner(urls.owner, work)


def _require_head(connection: object) -> None:
    """Refuse at another migration: what stands there is not what this release declares."""
    from alembic.runtime.migration import MigrationContext
    from alembic.util import CommandError
    from sqlalchemy import Connection

    from rowgate.server import migrate

    assert isinstance(connection, Connection)
    found = MigrationContext.configure(connection).get_current_revision()
    if found != migrate.head():
        raise CommandError(f"the database is at {found or 'base'}, not at {migrate.head()}: run `rowgate db upgrade`")
