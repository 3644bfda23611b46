"""Isolation of connections: two principals on one, AUTOCOMMIT, caches of one's own, engines, other binds."""

from contextlib import suppress
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload, make_transient_to_detached, sessionmaker
from sqlalchemy.orm.loading import merge_frozen_result

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Note
from rowgate.testing.world_rows import ADMIN_D, FREE_A, FREE_C, B, key

isolation = Family("isolation")
notes: Any = Note.__table__
documents: Any = Document.__table__
TITLES = select(Document.title)
AUTOCOMMIT = {"isolation_level": "AUTOCOMMIT"}


async def _titles(session: Any) -> Any:
    return (await session.scalars(TITLES)).all()


async def _join(session: Any, other: Any) -> Any:
    """Let a session use another one's connection, as test suites do; return the connection."""
    connection = (await session.connection()).sync_connection
    other.sync_session.bind = connection
    return connection


@isolation.between(covers=["join_transaction_mode"])
async def on_one_connection(given: Given) -> Any:
    """Runs two sessions of two principals on one connection, the second in savepoints."""
    saw = [(given.who, await _titles(given.session))]
    async with given.open(ADMIN_D, join_transaction_mode="create_savepoint") as other:
        await _join(given.session, other)
        with suppress(Exception):
            await _titles(other)
            saw.append((given.who, await _titles(given.session)))
    return saw


@isolation.between(covers=["join_transaction_mode"])
async def on_an_admins_connection(given: Given) -> Any:
    """Runs a session on an admin's connection, in every mode of joining."""
    saw = []
    for mode in ("create_savepoint", "rollback_only", "control_fully", "conditional_savepoint"):
        async with given.open(ADMIN_D) as admin, given.open(FREE_C, join_transaction_mode=mode) as free:
            await _titles(admin)
            await _join(admin, free)
            with suppress(Exception):
                saw.append((FREE_C, await _titles(free)))
    if not saw:
        saw.append((given.who, await _titles(given.session)))
    return saw


@isolation.between(covers=["Session.bind"])
async def on_a_connection_left_by_an_admin(given: Given) -> Any:
    """Runs a session on a connection on which an admin's session has ended."""
    async with given.session.bind.connect() as connection:
        saw = []
        for who in (ADMIN_D, FREE_C):
            async with given.open(who) as session:
                session.sync_session.bind = connection.sync_connection
                saw.append((who, await _titles(session)))
        return saw[1:]


@isolation.between(covers=["bind_arguments"])
async def by_bind_arguments(given: Given) -> Any:
    """Executes a statement on an admin's connection by bind_arguments."""
    async with given.open(ADMIN_D) as admin:
        connection = (await admin.connection()).sync_connection
        found = await given.session.scalars(TITLES, bind_arguments={"bind": connection})
        return [(given.who, found.all())]


@isolation.between(covers=["Session.get_bind"])
async def by_the_engine(given: Given) -> Any:
    """Opens a connection of the engine that the session gives, and reads there without a principal."""
    async with given.session.bind.connect() as connection:
        return [(given.who, (await connection.execute(TITLES)).all())]


@isolation.between(covers=["Session"])
async def by_a_plain_session(given: Given) -> Any:
    """Makes a plain session on what the session is bound to."""

    def read(session: Any) -> Any:
        with Session(session.get_bind()) as plain:
            return plain.scalars(TITLES).all()

    return [(given.who, await given.session.run_sync(read))]


@isolation.between(covers=["sessionmaker"])
async def by_a_plain_session_on_the_connection(given: Given) -> Any:
    """Makes a plain session on the session's own connection, after an admin's."""

    def read(session: Any) -> Any:
        with sessionmaker(session.connection())() as plain:
            return plain.scalars(TITLES).all()

    async with given.open(ADMIN_D) as admin:
        await admin.run_sync(read)
    return [(given.who, await given.session.run_sync(read))]


@isolation.between(covers=["Session.__class__"])
async def by_its_own_class(given: Given) -> Any:
    """Makes a session of the session's own class."""

    def read(session: Any) -> Any:
        with type(session)(bind=session.get_bind()) as made:
            return made.scalars(TITLES).all()

    try:
        return [(given.who, await given.session.run_sync(read))]
    except TypeError:  # it wants a guard and a principal
        return [(given.who, await _titles(given.session))]


@isolation.between(covers=["compiled_cache"])
async def in_a_cache_of_ones_own(given: Given) -> Any:
    """Gives an admin's statement and its own one cache of compiled statements."""
    cache: dict[Any, Any] = {}
    saw = []
    for who in (ADMIN_D, FREE_C, given.who):
        async with given.open(who) as session:
            found = await session.scalars(TITLES, execution_options={"compiled_cache": cache})
            saw.append((who, found.all()))
    return saw[1:]


@isolation.between(covers=["compiled_cache"])
async def in_a_connections_cache(given: Given) -> Any:
    """Gives connections one cache of compiled statements, and flushes through it too."""
    cache: dict[Any, Any] = {}
    saw = []
    for who in (ADMIN_D, FREE_C, given.who):
        async with given.open(who) as session:
            await session.connection(execution_options={"compiled_cache": cache})
            saw.append((who, (await session.scalars(select(Document).options(joinedload(Document.owner)))).all()))
    return saw[1:]


@isolation.between(covers=["compiled_cache"])
async def without_a_cache(given: Given) -> Any:
    """Compiles each time."""
    saw = []
    for who in (ADMIN_D, FREE_C, given.who):
        async with given.open(who) as session:
            saw.append((who, (await session.scalars(TITLES, execution_options={"compiled_cache": None})).all()))
    return saw[1:]


@isolation.between(covers=["isolation_level"])
async def in_autocommit(given: Given) -> Any:
    """Reads without a transaction, after an admin did."""
    saw = []
    for who in (ADMIN_D, FREE_C, given.who):
        async with given.open(who) as session:
            await session.connection(execution_options=AUTOCOMMIT)
            saw.append((who, await _titles(session)))
    return saw[1:]


@isolation.between(covers=["Connection.detach"])
async def on_a_detached_connection(given: Given) -> Any:
    """Reads on a connection that was taken from the pool, and gives it to nobody."""

    def read(session: Any) -> Any:
        connection = session.connection()
        connection.detach()
        found = connection.execute(TITLES).all()
        session.close()
        return found

    return [(given.who, await given.session.run_sync(read))]


@isolation.between(covers=["merge_frozen_result"])
async def frozen_by_an_admin(given: Given) -> Any:
    """Takes a result that an admin has frozen into its own session."""
    statement = select(Document)
    async with given.open(ADMIN_D) as admin:
        frozen = await admin.run_sync(lambda session: session.execute(statement).freeze())

    def thaw(session: Any) -> Any:
        return merge_frozen_result(session, statement, frozen, load=False)().scalars().all()

    return [(given.who, await given.session.run_sync(thaw))]


@isolation.between(covers=["Session.merge"])
async def merged_from_an_admin(given: Given) -> Any:
    """Merges an admin's object, changed by nobody, and refreshes it."""
    async with given.open(ADMIN_D) as admin:
        document = await admin.get(Document, key("b000"))
    merged = await given.session.merge(Document(id=document.id))
    await given.session.refresh(merged)
    return [(given.who, merged.title)]


@isolation.between(covers=["Session.add"])
async def taken_from_an_admin(given: Given) -> Any:
    """Takes an object of an admin's session into its own, and refreshes it."""
    made = Document(id=key("b000"))
    make_transient_to_detached(made)
    async with given.open(ADMIN_D) as admin:
        await admin.get(Document, key("b000"))
    given.session.add(made)
    await given.session.refresh(made)
    return [(given.who, made.title)]


@isolation.between(covers=["Principal"])
async def found_by_a_function(given: Given) -> Any:
    """Has its principal found in the session's first transaction, by a function that tries to read."""
    saw: list[Any] = []

    def find(connection: Any) -> Any:
        saw.extend(connection.execute(TITLES).all())
        return FREE_C

    async def find_async(connection: Any) -> Any:
        saw.extend((await connection.execute(TITLES)).all())
        return FREE_C

    sync = given.driver in ("psycopg", "sqlite")
    async with given.open(find if sync else find_async) as session:
        found = await _titles(session)
    return [(FREE_C, saw), (FREE_C, found)]


@isolation.between(covers=["Principal"])
async def found_by_a_function_that_gives_one(given: Given) -> Any:
    """Has its principal found by a function, after an admin had the connection."""

    def find(_connection: Any) -> Any:
        return FREE_C

    async def find_async(_connection: Any) -> Any:
        return FREE_C

    async with given.open(ADMIN_D) as admin:
        await _titles(admin)
    sync = given.driver in ("psycopg", "sqlite")
    async with given.open(find if sync else find_async) as session:
        return [(FREE_C, await _titles(session))]


@isolation.write_in(covers=["isolation_level"])
async def writes_in_autocommit(given: Given) -> Any:
    """Writes without a transaction: what is refused afterwards would be stored."""
    await given.session.connection(execution_options=AUTOCOMMIT)
    await given.session.execute(insert(Note).values(kind="note", owner_id=B, body="x"))


@isolation.write_in(covers=["isolation_level", "executemany"])
async def writes_many_in_autocommit(given: Given) -> Any:
    """Writes many rows without a transaction: its own, then those of others."""
    connection = await given.session.connection(execution_options=AUTOCOMMIT)
    rows = [{"kind": "note", "owner_id": user, "body": "x"} for user in (FREE_A.id, B, B)]
    with suppress(Exception):
        await connection.execute(insert(notes).returning(notes.c.id), rows)
    await connection.execute(update(documents).values(owner_id=FREE_A.id))


@isolation.write_in(covers=["isolation_level"])
async def flushes_in_autocommit(given: Given) -> Any:
    """Flushes a change of what it may only read without a transaction."""
    await given.session.connection(execution_options=AUTOCOMMIT)
    document = await given.session.get(Document, key("b100"))
    if document:
        document.content = "changed"
        await given.session.flush()


@isolation.write_in(covers=["Session.commit"])
async def commits_in_spite_of_a_refusal(given: Given) -> Any:
    """Commits after each refusal, and tries the next way."""
    for statement in (
        insert(Note).values(kind="note", owner_id=B, body="x"),
        update(Note).where(Note.id == 1).values(owner_id=B),
        update(Document).where(Document.id == key("b100")).values(content="changed"),
    ):
        with suppress(Exception):
            await given.session.execute(statement)
        with suppress(Exception):
            await given.session.commit()


@isolation.write_in(covers=["join_transaction_mode"])
async def writes_on_an_admins_connection(given: Given) -> Any:
    """Writes in its own session on a connection that an admin has begun, and commits there."""
    async with given.open(ADMIN_D) as admin, given.open(given.who, join_transaction_mode="control_fully") as mine:
        await _join(admin, mine)
        await mine.execute(update(Document).where(Document.id == key("b000")).values(content="changed"))
        await mine.commit()


@isolation.reading(covers=["join_transaction_mode"])
async def reads_on_one_connection(given: Given) -> Any:
    """Reads in two sessions of one principal on one connection."""
    saw = [await _titles(given.session)]
    async with given.open(given.who, join_transaction_mode="create_savepoint") as other:
        await _join(given.session, other)
        saw.append(await _titles(other))
    return [*saw, await _titles(given.session)]


@isolation.reading(covers=["isolation_level"])
async def reads_repeatably(given: Given) -> Any:
    """Reads with the isolation level SERIALIZABLE, on the connection too."""
    connection = await given.session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
    return [(await connection.execute(TITLES)).all(), await _titles(given.session)]


@isolation.writing(covers=["isolation_level"])
async def writes_its_own_in_autocommit(given: Given) -> Any:
    """Writes its own without a transaction."""
    await given.session.connection(execution_options=AUTOCOMMIT)
    await given.session.execute(update(Note).where(Note.id == 1).values(body="changed"))
    given.session.add_all([Note(owner_id=FREE_A.id, body=f"made {n}") for n in range(3)])
    await given.session.flush()
