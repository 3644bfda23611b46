"""Isolation of connections from listeners: what reads, replaces, rewrites or diverts statements of a guarded session."""

from contextlib import suppress
from typing import Any

from sqlalchemy import event, select

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Note, User
from rowgate.testing.world_rows import ADMIN_D, FREE_A, FREE_C, key

isolation = Family("isolation")
TITLES = select(Document.title)


async def _titles(session: Any) -> Any:
    return (await session.scalars(TITLES)).all()


@isolation.between(covers=["before_cursor_execute"])
async def listener_that_reads(given: Given) -> Any:
    """Reads on the connection from a listener, before each statement."""
    saw: list[Any] = []

    def read(connection: Any, *_rest: Any) -> None:
        if not saw:
            saw.append("once")
            saw.extend(connection.execute(TITLES).all())

    connection = (await given.session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", read)
    return [(given.who, await _titles(given.session)), (given.who, saw)]


@isolation.between(covers=["before_execute"])
async def listener_that_replaces(given: Given) -> Any:
    """Replaces a statement by another one in a listener."""

    def replace(_connection: Any, _statement: Any, many: Any, one: Any, _options: Any) -> Any:
        return TITLES, many, one

    connection = (await given.session.connection()).sync_connection
    event.listen(connection, "before_execute", replace, retval=True)
    return [(given.who, (await given.session.execute(select(User.name))).all())]


@isolation.between(covers=["before_cursor_execute"])
async def listener_that_rewrites(given: Given) -> Any:
    """Sees the parameters of another principal's statement in a listener, and returns them as they are."""
    saw: list[Any] = []

    def look(_connection: Any, _cursor: Any, text: str, parameters: Any, *_rest: Any) -> Any:
        saw.append((text, parameters))
        return text, parameters

    async with given.open(FREE_C) as free:
        connection = (await free.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", look, retval=True)
        return [(FREE_C, await _titles(free)), (FREE_C, saw)]


@isolation.between(covers=["after_begin"])
async def listener_before_the_principal(given: Given) -> Any:
    """Reads on a connection that has just begun, maybe before it knows its principal."""
    saw: list[Any] = []

    def read(_session: Any, _transaction: Any, connection: Any) -> None:
        with suppress(Exception):
            saw.extend(connection.execute(TITLES).all())

    event.listen(given.session.sync_session, "after_begin", read, insert=True)
    return [(given.who, await _titles(given.session)), (given.who, saw)]


@isolation.between(covers=["do_orm_execute"])
async def listener_that_invokes_elsewhere(given: Given) -> Any:
    """Executes a statement of its own on an admin's connection in a listener."""
    async with given.open(ADMIN_D) as admin:
        connection = (await admin.connection()).sync_connection

        def divert(state: Any) -> Any:
            state.bind_arguments["bind"] = connection

        event.listen(given.session.sync_session, "do_orm_execute", divert)
        return [(given.who, await _titles(given.session))]


@isolation.reading(covers=["before_cursor_execute"])
async def reads_with_a_listener(given: Given) -> Any:
    """Reads, while a listener reads on the connection too."""
    saw: list[Any] = []

    def read(connection: Any, *_rest: Any) -> None:
        if not saw:
            saw.append("once")
            saw.extend(connection.execute(TITLES).scalars().all())

    connection = (await given.session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", read)
    try:
        return [saw, (await given.session.scalars(select(User.name))).all()]
    finally:
        event.remove(connection, "before_cursor_execute", read)


@isolation.writing(covers=["before_flush"])
async def writes_with_a_listener(given: Given) -> Any:
    """Adds a row of its own from a listener, beside what it changes."""

    def add(session: Any, *_rest: Any) -> None:
        session.add(Note(owner_id=FREE_A.id, body="by a listener"))

    event.listen(given.session.sync_session, "before_flush", add, once=True)
    (await given.session.get(Document, key("a100"))).content = "changed"
