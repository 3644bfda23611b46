"""The wall around the server's tables: what should stand, and whether it does.

The migrations make it. What is here looks: at each start, and for the command line.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from rowgate import Principal, RowgateError, raw
from rowgate.live import differences, verify_login
from rowgate.server.database import open_database
from rowgate.server.policies import catalog
from rowgate.server.settings import Settings
from rowgate.wall import Signed, Wall, create

ResultT = TypeVar("ResultT")

SHAPE: Final = Signed(keys=["-" * 32])
"""Says that contexts are signed. By which keys is in no migration, and makes no difference to what stands."""
SHOWN: Final = 5
"""How many differences an error names."""
NO_RIGHT: Final = "42501"


@lru_cache(maxsize=8)
def wall_of(role: str) -> Wall:
    """Return the wall of the server's policies, for an application that logs in as `role`."""
    return create(catalog, role=role, signing=SHAPE)


async def as_owner(owner: URL, work: Callable[[Connection], ResultT]) -> ResultT:
    """Do something on a connection of the owner's, in one transaction."""
    engine = create_async_engine(owner, poolclass=NullPool)
    async with engine.begin() as connection:
        return await connection.run_sync(work)


def stands(connection: Connection) -> bool:
    """Return whether there is a wall in this database, whole or not."""
    return bool(connection.scalar(text("SELECT to_regnamespace('rowgate') IS NOT NULL")))


def accept(connection: Connection, signing: Signed) -> None:
    """Let the database accept what these keys sign, beside those that it accepts already."""
    _run(connection, *signing.accept())


def retire(connection: Connection, signing: Signed) -> None:
    """Let the database accept what these keys sign, and nothing else."""
    _run(connection, *signing.accept(), *signing.retire())


def take_down(connection: Connection, role: str) -> None:
    """Take the wall down."""
    _run(connection, *wall_of(role).undo())


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


async def findings(settings: Settings, *, application: URL, owner: URL, signing: Signed) -> list[str]:
    """Return what is wrong with the wall, in sentences: with what stands, with the application's login, with the keys.

    Raises:
        DBAPIError: the database cannot be reached.
    """
    role = str(application.username)
    drift = await as_owner(owner, lambda connection: differences(connection, wall_of(role)))
    found = [f"not as declared: {one}" for one in drift[:SHOWN]]
    if drift[SHOWN:]:
        found.append(f"and {len(drift) - SHOWN} more differences")
    engine = create_async_engine(application, poolclass=NullPool)
    async with engine.connect() as connection:
        login = await connection.run_sync(lambda sync: _of_login(sync, signing))
    return [*found, *login, *await unknown_key(settings, application, owner)]


def _of_login(connection: Connection, signing: Signed) -> list[str]:
    try:
        verify_login(connection, catalog, signing=signing)
    except RowgateError as error:
        return [error.message]
    except DBAPIError as error:
        return [_without_a_right(error)]
    return []


def _without_a_right(error: DBAPIError) -> str:
    """Say that the login may not even ask; another error is not about the wall."""
    if getattr(error.orig, "sqlstate", None) != NO_RIGHT:
        raise error
    return f"the wall is for another login: {str(error.orig).splitlines()[0]}"


async def unknown_key(settings: Settings, application: URL, owner: URL) -> list[str]:
    """Ask as a request would, as nobody; return what is wrong with the key that signs, if anything is."""
    async with open_database(settings, catalog, application=application, owner=owner) as database:
        try:
            async with database.sessions(Principal.anonymous()) as session:
                accepted = await session.scalar(raw("SELECT rowgate.acting()"))
        except RowgateError as error:
            return [error.message]
        except DBAPIError as error:
            return [_without_a_right(error)]
    return [] if accepted else ["the database does not accept the key that signs: run `rowgate wall accept`"]
