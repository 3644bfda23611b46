"""The session's own methods: transactions, binds, what is new, dirty and deleted, ends and resets."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_object_session, async_session
from sqlalchemy.orm import close_all_sessions, object_session

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import HIDDEN, OWN, SEEN
from rowgate.testing.world_models import Document, User
from rowgate.testing.world_rows import ADMIN_D

identity_map = Family("identity_map")
TITLES = select(Document.title)
USERS: Any = User.__table__


@identity_map.way_in(covers=["Session.object_session", "AsyncSession.object_session"])
async def by_the_session_of_an_object(given: Given) -> Any:
    """Reads everything through the session that an object names."""
    user = await given.session.get(User, given.who.id)
    if user is None:
        return None
    outer = async_object_session(user) or given.session
    first = (await outer.scalars(TITLES)).all()

    def read(_session: Any) -> Any:
        found = [object_session(user), inspect(user).session, given.session.object_session(user)]
        return [one.scalars(TITLES).all() for one in found]

    return first, await given.session.run_sync(read)


@identity_map.way_in(covers=["Session.get_bind", "AsyncSession.get_bind", "Session.connection"])
async def by_the_bind(given: Given) -> Any:
    """Reads everything through what the session is bound to."""

    def read(session: Any) -> Any:
        bind = session.get_bind(Document)
        joined = session.connection().execute(TITLES).all()
        if isinstance(bind, Connection):
            return joined, bind.execute(TITLES).all()
        with bind.connect() as connection:
            return joined, connection.execute(TITLES).all()

    return await given.session.run_sync(read)


@identity_map.way_in(
    covers=[
        "Session.bind_mapper",
        "AsyncSession.bind_mapper",
        "Session.bind_table",
        "AsyncSession.bind_table",
        "AsyncSession.get_async_bind",
    ]
)
async def binds_anew(given: Given) -> Any:
    """Binds a mapper and a table to what the session is bound to, then reads them."""
    session: Any = given.session
    if not isinstance(session, AsyncSession):
        session.bind_mapper(Document, session.get_bind())
        session.bind_table(USERS, session.get_bind())
    elif hasattr(session, "get_async_bind") and isinstance(session.bind, AsyncEngine):  # SQLAlchemy 2.0 has none
        session.bind_mapper(Document, session.get_async_bind())
        session.bind_table(USERS, session.get_async_bind())
    return (await given.session.scalars(TITLES)).all(), (
        await given.session.execute(select(User.name, User.email))
    ).all()


@identity_map.way_in(covers=["bind_arguments"])
async def asks_with_bind_arguments(given: Given) -> Any:
    """Reads with bind_arguments that name mapper and bind."""

    def read(session: Any) -> Any:
        arguments = {"mapper": inspect(Document), "bind": session.get_bind()}
        return session.scalars(TITLES, bind_arguments=arguments).all(), session.get(
            Document, HIDDEN, bind_arguments={"mapper": inspect(Document)}
        )

    return await given.session.run_sync(read)


@identity_map.way_in(
    covers=["Session.begin", "AsyncSession.begin", "Session.begin_nested", "AsyncSession.begin_nested"]
)
async def in_every_transaction(given: Given) -> Any:
    """Reads in a transaction that was begun by hand, in savepoints in it, and after they are rolled back."""
    saw = []
    async with given.session.begin():
        saw.append((await given.session.scalars(TITLES)).all())
        async with given.session.begin_nested() as inner:
            saw.append(await given.session.get(Document, HIDDEN))
            await inner.rollback()
        async with given.session.begin_nested():
            saw.append((await given.session.scalars(TITLES)).all())
    saw.append((await given.session.scalars(TITLES)).all())
    return saw


@identity_map.way_in(
    covers=["Session.no_autoflush", "AsyncSession.no_autoflush", "Session.execute", "AsyncSession.execute"]
)
async def without_autoflush(given: Given) -> Any:
    """Reads without autoflush, while something is pending."""
    given.session.add(User(name="pending"))
    with given.session.no_autoflush:
        found = (await given.session.execute(TITLES)).scalars().all()
    given.session.expunge_all()
    return found


@identity_map.way_in(covers=["Session.close", "AsyncSession.close", "Session.reset", "AsyncSession.reset"])
async def used_after_its_end(given: Given) -> Any:
    """Goes on with a session that was closed and one that was reset: it has the same principal."""
    saw = []
    async with given.open(given.who) as session:
        saw.append((await session.scalars(TITLES)).all())
        await session.close()
        saw.append((await session.scalars(TITLES)).all())
        await session.reset()
        saw.append(await session.get(Document, HIDDEN))
        return saw


@identity_map.way_in(covers=["AsyncSession.run_sync", "AsyncSession.sync_session", "Session.scalars"])
async def by_the_sync_session(given: Given) -> Any:
    """Reads through the sync session behind an async one."""
    inner = await given.session.run_sync(lambda session: session.scalars(TITLES).all())
    return inner, await given.session.run_sync(lambda _s: given.session.sync_session.execute(TITLES).all())


@identity_map.way_in(covers=["Session.info", "AsyncSession.info", "AsyncSession.scalars"])
async def claims_to_be_admin(given: Given) -> Any:
    """Writes another principal into the session's info, before and after its first statement."""
    given.session.info["principal"] = ADMIN_D
    saw = (await given.session.scalars(TITLES)).all()
    given.session.info["principal"] = ADMIN_D
    await given.session.rollback()
    return saw, (await given.session.scalars(TITLES)).all()


@identity_map.write_in(covers=["Session.flush", "AsyncSession.flush", "Session.commit", "AsyncSession.commit"])
async def flushes_in_a_savepoint(given: Given) -> Any:
    """Changes a row that may only be read, flushed in a savepoint and committed by hand."""
    seen = await given.session.get(Document, SEEN)
    async with given.session.begin_nested():
        if seen is not None:
            seen.content = "taken"
        await given.session.flush()
    await given.session.commit()


@identity_map.write_in(covers=["Session.delete"])
async def deletes_what_is_read(given: Given) -> Any:
    """Deletes the comments of others that may be read."""

    def write(session: Any) -> None:
        for comment in session.get(Document, SEEN).comments if session.get(Document, SEEN) else ():
            session.delete(comment)

    await given.session.run_sync(write)


@identity_map.reading(
    covers=[
        f"{kind}.{name}"
        for kind in ("Session", "AsyncSession")
        for name in (
            "in_transaction", "in_nested_transaction", "get_transaction", "get_nested_transaction", "is_active",
            "is_modified", "identity_key", "new", "dirty", "deleted", "expunge", "expunge_all", "add", "autoflush",
            "bind", "get_bind", "get_one", "refresh", "begin_nested", "scalar",
        )
    ]
)  # fmt: skip
async def asks_about_itself(given: Given) -> Any:
    """Asks a session for its state, its transactions, and what is new, dirty and deleted in it."""
    session = given.session
    own = await session.get_one(Document, OWN)
    saw: list[Any] = [session.is_active, session.in_transaction(), session.get_transaction() is not None]
    own.content = "changed"
    saw.append((session.is_modified(own), list(session.dirty) == [own], own in session))
    async with session.begin_nested() as inner:
        saw.append((session.in_nested_transaction(), session.get_nested_transaction() is not None))
        session.add(Document(title="new"))
        saw.append((len(session.new), len(session.deleted), session.autoflush))
        session.expunge(next(iter(session.new)))
        await inner.rollback()
    await session.refresh(own)
    saw.append((own, session.identity_key(instance=own)[1], session.get_bind() is not None, session.bind is not None))
    session.expunge_all()
    return saw, own in session, await session.scalar(TITLES.where(Document.id == OWN))


@identity_map.reading(
    covers=["Session.prepare", "Session.invalidate", "AsyncSession.invalidate", "AsyncSession.aclose"]
)
async def ends_in_every_way(given: Given) -> Any:
    """Reads, and ends the session by prepare (which one phase has not), invalidate and aclose."""
    saw = []
    for end in ("prepare", "aclose", "invalidate"):
        async with given.open(given.who) as session:
            saw.append(sorted((await session.scalars(TITLES)).all()))
            if end == "prepare":
                saw.append(await session.run_sync(_prepare))
            else:
                await getattr(session, end)()
    return tuple(saw)


def _prepare(session: Any) -> str:
    try:
        session.prepare()
    except Exception as error:  # noqa: BLE001 - both runs give the same one
        return type(error).__name__
    return "prepared"


@identity_map.reading(covers=["AsyncSession.close_all", "Session.close_all", "close_all_sessions"])
async def closes_all(given: Given) -> Any:
    """Closes every session of the process, and goes on."""
    first = await given.session.get_one(Document, SEEN)
    if isinstance(given.session, AsyncSession):
        await type(given.session).close_all()
    else:
        close_all_sessions()
    return first not in given.session, (await given.session.scalars(TITLES)).all()


@identity_map.reading(covers=["async_session", "Session.begin_nested"])
async def goes_on_after_a_failure(given: Given) -> Any:
    """Reads on after a savepoint has failed by two rows of one key."""
    try:
        async with given.session.begin_nested():
            given.session.add_all([Document(title="twice", owner_id=given.who.id) for _ in range(2)])
            await given.session.flush()
    except Exception as error:  # noqa: BLE001 - compared by its class
        failed = type(error).__name__
    same = not isinstance(given.session, AsyncSession) or async_session(given.session.sync_session) is given.session
    return failed, same, (await given.session.scalars(TITLES)).all()


@identity_map.writing(covers=["Session.begin", "Session.rollback", "Session.commit"])
async def writes_in_transactions(given: Given) -> Any:
    """Writes in transactions and savepoints, some of which are rolled back."""
    async with given.session.begin():
        own = await given.session.get_one(Document, OWN)
        async with given.session.begin_nested():
            own.content = "kept"
        async with given.session.begin_nested() as inner:
            own.content = "lost"
            await given.session.flush()
            await inner.rollback()
    await given.session.refresh(own)
    own.pages = 7
    await given.session.commit()
