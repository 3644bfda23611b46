"""Completeness: public methods of sessions and connections that no case of another family happens to call."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from rowgate.errors import RowgateError
from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Folder

completeness = Family("completeness")
TITLES = select(Document.title)


@completeness.way_in(covers=["AsyncConnection.execution_options", "Connection.get_execution_options"])
async def options_of_a_connection(given: Given) -> Any:
    """Sets options of a connection, looks at all that it has, and reads."""
    connection = await given.session.connection()
    changed = await connection.execution_options(stream_results=False)
    options = await connection.run_sync(lambda c: dict(c.get_execution_options()))
    sessions = [one for one in options.values() if hasattr(one, "scalars")]
    return [list(await changed.scalars(TITLES)), [one.scalars(TITLES).all() for one in sessions]]


@completeness.way_in(covers=["AsyncConnection.get_transaction", "AsyncConnection.get_nested_transaction"])
async def connection_of_a_transaction(given: Given) -> Any:
    """Goes to the connection of a transaction, and of a savepoint, and reads by each."""
    connection = await given.session.connection()
    async with connection.begin_nested():
        inside = connection.in_transaction(), connection.in_nested_transaction()
        found = [connection.get_transaction(), connection.get_nested_transaction()]
        by = [getattr(one, "sync_transaction", one).connection for one in found]
        return inside, await connection.run_sync(lambda _c: [one.scalars(TITLES).all() for one in by])


@completeness.reading(covers=["AsyncConnection.get_isolation_level", "AsyncConnection.in_transaction"])
async def asks_the_connection(given: Given) -> Any:
    """Asks a connection for its isolation and its transactions, and reads what may be read."""
    connection = await given.session.connection()
    level = await connection.get_isolation_level()
    outside = connection.in_nested_transaction(), connection.get_nested_transaction() is None
    async with connection.begin_nested():
        inside = connection.in_transaction(), connection.in_nested_transaction(), connection.get_transaction() is None
    return level, outside, inside, (await connection.execute(select(Folder.name))).all()


@completeness.between(covers=["AsyncConnection.invalidate"])
async def after_invalidating_a_connection(given: Given) -> Any:
    """Invalidates the connection of a session, and reads by it again, and by the session."""
    async with given.open(given.who) as other:
        connection = await other.connection()
        await connection.invalidate()
        saw = []
        with suppress(Exception):
            saw.append((await connection.execute(TITLES)).all())
        await other.rollback()
        saw.append((await other.scalars(TITLES)).all())
    return [(given.who, saw)]


@completeness.between(covers=["AsyncConnection.aclose"])
async def after_closing_a_connection(given: Given) -> Any:
    """Closes the connection of a session, and reads by it again, and by the session."""
    async with given.open(given.who) as other:
        connection = await other.connection()
        await getattr(connection, "aclose", connection.close)()
        saw = []
        with suppress(Exception):
            saw.append((await connection.execute(TITLES)).all())
        with suppress(Exception):
            await other.rollback()
        with suppress(Exception):
            saw.append((await other.scalars(TITLES)).all())
    async with given.open(given.who) as another:
        saw.append((await another.scalars(TITLES)).all())
    return [(given.who, saw)]


@completeness.between(only="asyncpg", covers=["Connection.commit_prepared"])
async def after_committing_prepared(given: Given) -> Any:
    """Ends a prepared transaction that is not there, then reads on."""
    async with given.open(given.who) as other:
        connection = await other.connection()
        with suppress(RowgateError, DBAPIError):
            await connection.run_sync(lambda c: c.commit_prepared("none", recover=True))
        with suppress(DBAPIError):
            await other.rollback()
        return [(given.who, (await other.scalars(TITLES)).all())]
