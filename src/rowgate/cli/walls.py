"""What the commands on policies do: find the catalog, make its wall, and look into a database."""

import asyncio
import importlib
import secrets
import sys
import warnings
from collections.abc import Callable
from typing import Any

import typer
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rowgate.catalog import Catalog
from rowgate.errors import RowgateError
from rowgate.live import Difference, differences
from rowgate.wall import PerRow, Signed, Unsigned, Wall, create


def wall_of(where: str, *, role: str, owner: str | None, schema: str, unsigned: bool) -> Wall:
    """Return the wall of the catalog at `MODULE:NAME`; what is wrong with it is one line, and exit code 1."""
    signing = Unsigned() if unsigned else Signed([secrets.token_hex(32)])  # which key it is, the objects do not hold
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PerRow)  # told as notes
            return create(_catalog(where), role=role, signing=signing, owner=owner, schema=schema)
    except RowgateError as error:
        raise _failed(str(error)) from None


def _catalog(where: str) -> Catalog:
    module, _, name = where.partition(":")
    if not module or not name:
        raise typer.BadParameter(f"{where!r}: write MODULE:NAME, such as app.policies:catalog")
    sys.path.insert(0, "")  # as `python -m` does
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise typer.BadParameter(str(error)) from None
    if not isinstance(found, Catalog):
        raise typer.BadParameter(f"{where} is {type(found).__name__}, no Catalog")
    return found


def compared(url: str, wall: Wall) -> list[Difference]:
    """Return what differs between a database and a wall."""
    try:
        found: list[Difference] = _connected(_url(url), lambda connection: differences(connection, wall))
    except (SQLAlchemyError, OSError) as error:
        raise _failed(f"the database cannot be read: {getattr(error, 'orig', None) or error}") from None
    except RowgateError as error:
        raise _failed(str(error)) from None
    return found


def _url(given: str) -> URL:
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise typer.BadParameter("the database URL cannot be read; write postgresql://user@host:5432/name") from None
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _connected(url: URL, work: Callable[[Connection], Any]) -> Any:
    if url.drivername != "postgresql+asyncpg":
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return work(connection)

    async def run() -> Any:
        from sqlalchemy.ext.asyncio import create_async_engine

        async with create_async_engine(url, poolclass=NullPool).connect() as connection:
            return await connection.run_sync(work)

    return asyncio.run(run())


def _failed(message: str) -> typer.Exit:
    typer.echo(f"rowgate: {message}", err=True)
    return typer.Exit(1)
