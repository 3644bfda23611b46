"""Isolation of sessions: two principals in one task, in many tasks, in threads; what stays when a session ends."""

import asyncio
import contextvars
import pickle
from contextlib import suppress
from typing import Any

from sqlalchemy import func, insert, lambda_stmt, select, update
from sqlalchemy.orm import joinedload

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Note, User
from rowgate.testing.world_rows import ADMIN_D, FREE_A, FREE_C, NOBODY, PAID_C, B, key

isolation = Family("isolation")
TITLES = select(Document.title)
WHO = (FREE_A, FREE_C, PAID_C, NOBODY)
current: contextvars.ContextVar[Any] = contextvars.ContextVar("current", default=FREE_C)


async def _titles(session: Any) -> Any:
    return (await session.scalars(TITLES)).all()


async def _as(given: Given, who: Any) -> Any:
    """Return a principal and what it reads in a session of its own."""
    async with given.open(who) as session:
        return who, await _titles(session)


@isolation.between()
async def one_after_the_other(given: Given) -> Any:
    """Executes one prebuilt statement as an admin, and then as others: the compiled form stays in the cache."""
    await _as(given, ADMIN_D)
    return [await _as(given, who) for who in WHO]


@isolation.between()
async def within_each_other(given: Given) -> Any:
    """Opens sessions inside each other, and reads in turn."""
    saw = []
    async with given.open(ADMIN_D) as admin, given.open(FREE_C) as free, given.open(NOBODY) as nobody:
        for _ in range(2):
            await _titles(admin)
            saw += [(FREE_C, await _titles(free)), (NOBODY, await _titles(nobody))]
            saw.append((given.who, await _titles(given.session)))
    return saw


@isolation.between(covers=["StatementLambdaElement"])
async def lambdas_of_an_admin(given: Given) -> Any:
    """Executes a lambda statement as an admin first: lambdas remember their first caller."""
    saw = []
    for who in (ADMIN_D, FREE_C, given.who):
        async with given.open(who) as session:
            name = "doc-%"
            statement = lambda_stmt(lambda: select(Document.title))
            statement += lambda s: s.where(Document.title.like(name))  # noqa: B023 - it is executed at once
            saw.append((who, (await session.scalars(statement)).all()))
    return [pair for pair in saw if pair[0] is not ADMIN_D]


@isolation.between(covers=["gather"])
async def gathered(given: Given) -> Any:
    """Reads in many tasks at once, a session each."""
    return await asyncio.gather(*(_as(given, who) for who in (*WHO, *WHO)))


@isolation.between(covers=["TaskGroup"])
async def in_a_task_group(given: Given) -> Any:
    """Reads in a task group while the one that started it reads too."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_as(given, who)) for who in (FREE_C, ADMIN_D, NOBODY)]
        mine = given.who, await _titles(given.session)
    return [mine, *(task.result() for task in tasks if task.result()[0] is not ADMIN_D)]


@isolation.between(only=["psycopg", "sqlite"], covers=["threads"])
async def in_threads(given: Given) -> Any:
    """Reads in threads, a session each, of one sessionmaker."""
    if given.driver not in ("psycopg", "sqlite"):
        return await asyncio.gather(*(_as(given, who) for who in WHO))

    def read(who: Any) -> Any:
        return asyncio.run(_as(given, who))  # a sync driver's session waits for nothing

    return await asyncio.gather(*(asyncio.to_thread(read, who) for who in (ADMIN_D, *WHO)[1:] * 3))


@isolation.between(covers=["create_task"])
async def in_the_background(given: Given) -> Any:
    """Starts a task in the middle of an admin's session, that reads as somebody else when the session is over."""
    async with given.open(ADMIN_D) as admin:
        await _titles(admin)
        task = asyncio.create_task(_as(given, FREE_C))
        await _titles(admin)
    return [await task]


@isolation.between(covers=["contextvars"])
async def in_contexts(given: Given) -> Any:
    """Reads where a context variable names somebody else."""
    token = current.set(ADMIN_D)
    try:
        context = contextvars.copy_context()
        task = asyncio.create_task(_as(given, FREE_C), context=context)
        return [await task, (given.who, await _titles(given.session))]
    finally:
        current.reset(token)


@isolation.between(covers=["Session.rollback"])
async def after_a_rollback(given: Given) -> Any:
    """Reads on a pooled connection after an admin's rollback."""
    async with given.open(ADMIN_D) as admin:
        await _titles(admin)
        await admin.rollback()
    return [await _as(given, who) for who in WHO]


@isolation.between()
async def after_an_error(given: Given) -> Any:
    """Reads on a pooled connection after an admin's statement has failed."""
    async with given.open(ADMIN_D) as admin:
        with suppress(Exception):
            await admin.execute(insert(User).values(name="user-a-name"))
    return [await _as(given, who) for who in WHO]


@isolation.between(covers=["cancellation"])
async def after_a_cancellation(given: Given) -> Any:
    """Reads on a pooled connection after an admin's task has been cancelled while it read."""

    async def read() -> None:
        async with given.open(ADMIN_D) as admin:
            while True:
                await _titles(admin)
                await asyncio.sleep(0)

    task = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return [await _as(given, who) for who in WHO]


@isolation.between(covers=["Session.begin_nested"])
async def savepoints_of_both(given: Given) -> Any:
    """Reads in savepoints, while an admin has one open."""
    saw = []
    async with given.open(ADMIN_D) as admin, admin.begin_nested():
        await _titles(admin)
        async with given.open(FREE_C) as free:
            async with free.begin_nested() as savepoint:
                saw.append((FREE_C, await _titles(free)))
                await savepoint.rollback()
            saw.append((FREE_C, await _titles(free)))
    return saw


@isolation.between(covers=["Session.commit"])
async def after_a_commit(given: Given) -> Any:
    """Reads before and after a commit in the middle of a request, and an admin in between."""
    saw = [(given.who, await _titles(given.session))]
    await given.session.commit()
    await _as(given, ADMIN_D)
    saw.append((given.who, await _titles(given.session)))
    await given.session.commit()
    return [*saw, (given.who, await _titles(given.session))]


@isolation.between(covers=["Session.close"])
async def after_a_close(given: Given) -> Any:
    """Uses a session again that was closed, when an admin had its connection."""
    await _titles(given.session)
    await given.session.close()
    await _as(given, ADMIN_D)
    return [(given.who, await _titles(given.session))]


@isolation.between(covers=["Session.reset", "Session.invalidate"])
async def after_an_invalidation(given: Given) -> Any:
    """Uses a session again that was reset, and one whose connection was invalidated."""
    await _titles(given.session)
    await given.session.reset()
    saw = [(given.who, await _titles(given.session))]
    await given.session.invalidate()
    await _as(given, ADMIN_D)
    return [*saw, (given.who, await _titles(given.session))]


@isolation.between(covers=["Session.info"])
async def tampered_info(given: Given) -> Any:
    """Writes an admin into the session's info, before and after its first statement."""
    given.session.info["principal"] = ADMIN_D
    saw = [(given.who, await _titles(given.session))]
    given.session.info["principal"] = ADMIN_D
    await given.session.commit()
    saw.append((given.who, await _titles(given.session)))
    async with given.open(FREE_C, info={"principal": ADMIN_D}) as other:
        return [*saw, (FREE_C, await _titles(other))]


@isolation.between(covers=["Principal"])
async def tampered_roles(given: Given) -> Any:
    """Tries to add a role to the principal of an open session."""
    await _titles(given.session)
    for change in (
        lambda: setattr(given.who, "roles", frozenset({"admin"})),
        lambda: given.who.roles.add("admin"),  # type: ignore[attr-defined]
        lambda: given.who.attributes.update(tenant=2),  # type: ignore[attr-defined]
    ):
        with suppress(AttributeError, TypeError):
            change()
    return [(given.who, await _titles(given.session)), await _as(given, given.who)]


@isolation.between(covers=["Principal"])
async def pickled_principal(given: Given) -> Any:
    """Reads as a principal that was pickled."""
    return [await _as(given, pickle.loads(pickle.dumps(who))) for who in WHO]  # noqa: S301 - our own


@isolation.between(covers=["Session.stream"])
async def streams_of_both(given: Given) -> Any:
    """Reads two streams in turn, one an admin's."""
    saw: list[Any] = []
    async with given.open(ADMIN_D) as admin, given.open(FREE_C) as free:
        theirs = await admin.stream_scalars(TITLES.execution_options(yield_per=1))
        async for title in await free.stream_scalars(TITLES.execution_options(yield_per=1)):
            saw.append((FREE_C, title))
            async for _ in theirs:
                break
        await theirs.close()
    return saw


@isolation.between()
async def stream_left_open(given: Given) -> Any:
    """Leaves an admin's stream half read, and reads as somebody else."""
    async with given.open(ADMIN_D) as admin:
        result = await admin.stream_scalars(TITLES.execution_options(yield_per=1))
        async for _ in result:
            break
        saw = [await _as(given, FREE_C), await _as(given, NOBODY)]
        await result.close()
    return saw


@isolation.between()
async def generator_left_open(given: Given) -> Any:
    """Leaves a generator open that holds an admin's session."""

    async def generated() -> Any:
        async with given.open(ADMIN_D) as admin:
            for title in await _titles(admin):
                yield title

    titles = generated()
    await anext(titles)
    saw = [await _as(given, FREE_C), (given.who, await _titles(given.session))]
    await titles.aclose()
    return saw


@isolation.between(covers=["variants"])
async def many_variants(given: Given) -> Any:
    """Reads the same joined, annotated statement as everybody in turn, twice."""
    statement = select(Document).options(joinedload(Document.owner)).order_by(Document.title)
    saw = []
    for who in (ADMIN_D, *WHO, ADMIN_D, *reversed(WHO)):
        async with given.open(who) as session:
            found = (await session.scalars(statement)).all()
            saw.append((who, [(one.title, one.owner and one.owner.email) for one in found]))
    return [pair for pair in saw if pair[0] is not ADMIN_D]


@isolation.write_in(covers=["mapper._compiled_cache"])
async def flush_after_an_admin(given: Given) -> Any:
    """Flushes the same change as an admin, who may and rolls back, and then as itself, who may not."""
    for who in (ADMIN_D, given.who):
        async with given.open(who) as session:
            document = await session.get(Document, key("b100"))
            if document:
                document.content = "changed"
                await session.flush()
                await (session.rollback() if who is ADMIN_D else session.commit())


@isolation.write_in(covers=["compiled cache"])
async def bulk_after_an_admin(given: Given) -> Any:
    """Executes one prebuilt UPDATE as an admin, who rolls back, and then as itself."""
    statement = update(Document).where(Document.owner_id == B).values(content="changed")
    async with given.open(ADMIN_D) as admin:
        await admin.execute(statement)
        await admin.rollback()
    await given.session.execute(statement)


@isolation.write_in(covers=["insertmanyvalues"])
async def insert_after_another(given: Given) -> Any:
    """Adds rows of c as c, who rolls back, and then the same rows as itself."""
    for who in (FREE_C, given.who):
        async with given.open(who) as session:
            session.add_all([Note(owner_id=FREE_C.id, body="made") for _ in range(3)])
            await session.flush()
            await (session.rollback() if who is FREE_C else session.commit())


@isolation.reading(covers=["Session.commit"])
async def reads_on_after_a_commit(given: Given) -> Any:
    """Reads, commits, reads, rolls back, reads, closes and reads."""
    saw = [await _titles(given.session)]
    for end in (given.session.commit, given.session.rollback, given.session.close):
        await end()
        saw.append(await _titles(given.session))
    return tuple(saw)


@isolation.reading(covers=["gather"])
async def reads_in_many_sessions(given: Given) -> Any:
    """Reads in several sessions of its own at once."""

    async def read() -> Any:
        async with given.open(given.who) as session:
            return (await session.scalars(select(Document))).all()

    return await asyncio.gather(*(read() for _ in range(4)))


@isolation.reading(covers=["Session.begin_nested"])
async def reads_on_after_an_error(given: Given) -> Any:
    """Reads in a savepoint in a savepoint, after a statement has failed in one."""
    async with given.session.begin_nested():
        with suppress(Exception):
            async with given.session.begin_nested():
                await given.session.execute(insert(Note).values(id=1, kind="note", body=None))
        async with given.session.begin_nested():
            return await _titles(given.session)


@isolation.reading(covers=["Principal"])
async def reads_as_a_pickled_principal(given: Given) -> Any:
    """Reads as its own principal, pickled and read again."""
    async with given.open(pickle.loads(pickle.dumps(given.who))) as session:  # noqa: S301 - our own
        return (await session.execute(select(Document.title, func.length(Document.content)))).all()


@isolation.reading(covers=["Session.stream"])
async def reads_beside_another(given: Given) -> Any:
    """Streams while an admin reads the same."""
    saw = []
    async with given.open(ADMIN_D) as admin:
        async for title in await given.session.stream_scalars(TITLES.execution_options(yield_per=2)):
            await _titles(admin)
            saw.append(title)
    return saw


@isolation.writing(covers=["Session.begin_nested", "Session.commit"])
async def writes_in_parts(given: Given) -> Any:
    """Writes, commits, writes in a savepoint that is rolled back and in one that is not, and goes on."""
    (await given.session.get(Document, key("a100"))).content = "first"
    await given.session.commit()
    async with given.session.begin_nested() as savepoint:
        given.session.add(Note(owner_id=FREE_A.id, body="lost"))
        await given.session.flush()
        await savepoint.rollback()
    async with given.session.begin_nested():
        given.session.add(Note(owner_id=FREE_A.id, body="kept"))
    (await given.session.get(Document, key("a000"))).content = "second"


@isolation.writing()
async def writes_after_a_refusal(given: Given) -> Any:
    """Goes on after a refused write in a savepoint: what is permitted is stored."""
    with suppress(Exception):
        async with given.session.begin_nested():
            await given.session.execute(insert(Note).values(kind="note", owner_id=B, body=None))
    given.session.add(Note(owner_id=FREE_A.id, body="kept"))


@isolation.writing(covers=["Session.rollback"])
async def writes_after_a_rollback(given: Given) -> Any:
    """Rolls back, and writes the same again."""
    for end in (given.session.rollback, given.session.commit):
        await given.session.execute(update(Note).where(Note.id == 1).values(body="changed"))
        given.session.add(Note(owner_id=FREE_A.id, body="made"))
        await given.session.flush()
        await end()
