"""Core: connections, their raw forms, driver SQL and COPY."""

from io import BytesIO
from typing import Any

from sqlalchemy import column, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows
from rowgate.testing.facade import facade
from rowgate.testing.world_models import Document, Folder
from rowgate.testing.world_rows import B

core = Family("core")
documents = Document.__table__
ALL = "SELECT title FROM documents"


@core.way_in(portable=True, covers=["AsyncSession.connection", "Session.connection", "Connection.execute"])
async def connection_of_session(given: Given) -> Any:
    """Executes on the connection of the session."""
    connection = await given.session.connection()
    return (await connection.execute(select(given.model.entity.__table__))).all()


@core.way_in(covers=["Connection.scalar", "Connection.scalars"])
async def scalars_of_connection(given: Given) -> Any:
    """Takes scalars from the connection of the session."""
    connection = await given.session.connection()
    number = await connection.scalar(select(func.count()).select_from(documents))
    return number, (await connection.scalars(select(documents.c.title))).all()


@core.way_in(covers=["AsyncConnection.stream", "AsyncConnection.stream_scalars"])
async def streams_of_connection(given: Given) -> Any:
    """Streams from the connection of the session."""
    connection = await given.session.connection()
    async with connection.stream(select(documents.c.title)) as result:
        found = [tuple(row) async for row in result]
    async with connection.stream_scalars(select(documents.c.content)) as result:
        return found, [one async for one in result]


@core.way_in(covers=["Connection.execution_options", "Connection.get_execution_options"])
async def connection_with_options(given: Given) -> Any:
    """Sets options of the connection, and of a statement on it, before it reads."""
    named = select(documents.c.title).order_by(documents.c.title)
    connection = await given.session.connection(execution_options={"compiled_cache": None})
    options = {"yield_per": 3}
    return await connection.run_sync(
        lambda c: [list(p) for p in c.execute(named, None, execution_options=options).partitions()]
    )


@core.way_in(covers=["Connection.exec_driver_sql"])
async def driver_sql(given: Given) -> Any:
    """Executes driver SQL."""
    connection = await given.session.connection()
    return (await connection.exec_driver_sql(ALL)).all()


@core.way_in(covers=["Connection.execute"])
async def text_on_connection(given: Given) -> Any:
    """Executes text on the connection."""
    connection = await given.session.connection()
    return (await connection.execute(text(ALL))).all()


@core.way_in(covers=["Connection.connection", "cursor"])
async def raw_cursor(given: Given) -> Any:
    """Takes a cursor of the pool's connection."""

    def ask(connection: Any) -> Any:
        cursor = connection.connection.cursor()
        cursor.execute(ALL)
        return cursor.fetchall()

    connection = await given.session.connection()
    return await connection.run_sync(ask)


async def _driven(given: Given, driver: Any, query: str) -> list[Any]:
    """Return what a driver's own connection gives for text."""
    if given.driver == "asyncpg":
        return [tuple(record) for record in await driver.fetch(query)]
    if given.driver in ("aiosqlite", "psycopg_async"):
        cursor = await driver.execute(query)
        return [tuple(row) for row in await cursor.fetchall()]
    return [tuple(row) for row in driver.execute(query).fetchall()]


@core.way_in(covers=["AsyncConnection.get_raw_connection", "driver_connection"])
async def driver_connection(given: Given) -> Any:
    """Takes the driver's own connection."""
    connection = await given.session.connection()
    raw = await connection.get_raw_connection()
    return await _driven(given, raw.driver_connection, ALL)


@core.way_in(covers=["dbapi_connection"])
async def dbapi_connection(given: Given) -> Any:
    """Takes the connection of the DBAPI."""

    def ask(connection: Any) -> Any:
        cursor = connection.connection.dbapi_connection.cursor()
        cursor.execute(ALL)
        return cursor.fetchall()

    connection = await given.session.connection()
    return await connection.run_sync(ask)


@core.between(covers=["Connection.detach", "Connection.invalidated"])
async def detached_connection(given: Given) -> Any:
    """Detaches the connection from the pool and reads by it."""

    def ask(connection: Any) -> Any:
        connection.detach()
        cursor = connection.connection.cursor()
        cursor.execute(ALL)
        found = cursor.fetchall()
        cursor.close()
        return found

    async with given.open(given.who) as other:
        connection = await other.connection()
        return [(given.who, await connection.run_sync(ask))]


@core.between(covers=["Session.get_bind", "Engine.connect", "Session.bind"])
async def engine_of_session(given: Given) -> Any:
    """Opens a connection on the engine of the session."""
    bind = given.session.get_bind()
    engine = facade(AsyncEngine(bind)) if given.driver in ("asyncpg", "aiosqlite", "psycopg_async") else facade(bind)
    async with engine.connect() as connection:
        return [(given.who, (await connection.execute(select(documents.c.title))).all())]


@core.between(covers=["Engine.raw_connection"])
async def raw_connection_of_engine(given: Given) -> Any:
    """Asks the engine of the session for a raw connection."""

    def ask(session: Session) -> Any:
        raw: Any = session.get_bind()
        raw = getattr(raw, "engine", raw).raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(ALL)
            return cursor.fetchall()
        finally:
            raw.close()

    return [(given.who, await given.session.run_sync(ask))]


@core.between(covers=["Engine.execution_options", "Engine.begin"])
async def engine_with_options(given: Given) -> Any:
    """Derives an engine with options from the one of the session, and begins on it."""

    def ask(session: Session) -> Any:
        bind: Any = session.get_bind()
        with bind.engine.execution_options(x=1).begin() as connection:
            return connection.execute(select(documents.c.title)).all()

    return [(given.who, await given.session.run_sync(ask))]


@core.between(covers=["Connection.engine"])
async def engine_of_connection(given: Given) -> Any:
    """Opens a plain session on the engine of the session's connection."""

    def ask(connection: Any) -> Any:
        with Session(connection.engine) as other:
            return other.scalars(select(Document.title)).all()

    connection = await given.session.connection()
    return [(given.who, await connection.run_sync(ask))]


@core.way_in(covers=["Session"])
async def plain_session_on_connection(given: Given) -> Any:
    """Opens a plain session on the session's own connection."""

    def ask(connection: Any) -> Any:
        with Session(connection, join_transaction_mode="rollback_only") as other:
            return other.scalars(select(Document.title)).all()

    connection = await given.session.connection()
    return await connection.run_sync(ask)


@core.way_in(only="asyncpg", covers=["COPY"])
async def copies_out(given: Given) -> Any:
    """Copies a table out by asyncpg."""
    raw = await (await given.session.connection()).get_raw_connection()
    found = BytesIO()
    await raw.driver_connection.copy_from_query(ALL, output=found)
    return sorted(found.getvalue().splitlines())


@core.way_in(only="psycopg", covers=["COPY"])
async def copies_out_by_psycopg(given: Given) -> Any:
    """Copies a table out by psycopg."""
    raw = await (await given.session.connection()).get_raw_connection()
    with raw.driver_connection.cursor() as cursor, cursor.copy("COPY documents (title) TO STDOUT") as copy:
        return [bytes(part) for part in copy]


@core.way_in(only="psycopg_async", covers=["COPY"])
async def copies_out_by_async_psycopg(given: Given) -> Any:
    """Copies a table out by psycopg's async connection."""
    raw = await (await given.session.connection()).get_raw_connection()
    async with raw.driver_connection.cursor() as cursor, cursor.copy("COPY documents (title) TO STDOUT") as copy:
        return [bytes(part) async for part in copy]


@core.write_in(only="asyncpg", covers=["COPY"])
async def copies_in(given: Given) -> Any:
    """Copies rows of somebody else in by asyncpg."""
    raw = await (await given.session.connection()).get_raw_connection()
    await raw.driver_connection.copy_records_to_table(
        "comments", records=[(70, given.model.hidden, B, "x")], columns=["id", "document_id", "author_id", "body"]
    )


@core.way_in(covers=["text"])
async def copy_as_text(given: Given) -> Any:
    """Sends a COPY, or a PRAGMA, as text, and then reads what it was for."""
    first = "SAVEPOINT x" if given.dialect == "postgresql" else "PRAGMA query_only"
    await given.session.execute(text(first))
    return await rows(given, select(Document.title))


@core.way_in(covers=["CREATE TEMPORARY TABLE"])
async def temporary_table(given: Given) -> Any:
    """Copies hidden rows into a temporary table and reads them there."""
    await given.session.execute(text("CREATE TEMPORARY TABLE copied AS SELECT title FROM documents"))
    return await rows(given, select(table("copied", column("title")).c.title))


@core.reading(covers=["AsyncSession.connection", "Connection.execute", "Connection.scalars"])
async def connection_that_works(given: Given) -> Any:
    """Reads by the connection of the session, streamed and at once, with options."""
    connection = await given.session.connection()
    found = (await connection.execute(select(Folder.__table__))).all()
    number = await connection.scalar(select(func.count()).select_from(documents))
    async with connection.stream_scalars(select(documents.c.title)) as result:
        return found, number, [one async for one in result]
