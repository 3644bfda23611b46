"""Gate and wall together: guarded sessions of the application's login, in front of row security, on each driver."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, NullPool, bindparam, create_engine, delete, event, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from rowgate import AccessDenied, Catalog, Principal, guarded_sessionmaker, lift, raw
from wall.walls import SIGNING, Walled
from world import (
    ADMIN_D,
    BLOCKED,
    EVERYBODY,
    FREE_A,
    FREE_C,
    NOBODY,
    ROWS,
    A,
    B,
    C,
    Document,
    Tag,
    key,
    make_catalog,
    may_change,
    sees,
    titles,
)

TITLES = select(Document.title)
LIFTED = select(Document.title).options(lift("soft-delete", Document)).order_by(Document.title)
LIFTS = raw("SELECT rowgate.lifted('soft-delete')")


class Guarded:
    """Guarded sessions behind the world's wall, on one driver. What they change is rolled back, unless committed."""

    def __init__(self, world: Walled, driver: str, runner: asyncio.Runner) -> None:
        self.world = world
        self.is_async = driver != "psycopg"
        self.runner = runner
        url: URL = world.app.url.set(drivername=f"postgresql+{driver.removesuffix('_async')}")
        self.engine: Any = (create_async_engine if self.is_async else create_engine)(url, poolclass=NullPool)
        self.told: list[str] = []
        self.Session = self.maker(make_catalog())

    def maker(self, catalog: Catalog, **options: Any) -> Any:
        return guarded_sessionmaker(self.engine, catalog, wall=SIGNING, **options)

    def run(self, who: Any, work: Callable[[Session], Any], *, commit: bool = False, **options: Any) -> Any:
        session = self.Session(who, **options)
        if not self.is_async:
            with session:
                return finished(session, work, commit)

        async def later() -> Any:
            async with session:
                return await session.run_sync(finished, work, commit)

        return self.runner.run(later())


def finished(session: Session, work: Callable[[Session], Any], commit: bool) -> Any:
    result = work(session)
    if commit:
        session.commit()
    return result


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(params=["asyncpg", "psycopg", "psycopg_async"])
def guarded(request: Any, world: Walled, runner: asyncio.Runner) -> Guarded:
    return Guarded(world, request.param, runner)


def titles_of(session: Session) -> list[str]:
    return list(session.scalars(select(Document.title).order_by(Document.title)))


@pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
def test_everybody_reads_what_is_theirs(guarded: Guarded, who: Principal) -> None:
    """With both, as with either."""
    assert guarded.run(who, titles_of) == titles(who)
    if "admin" in who.roles:
        assert guarded.run(who, titles_of, lift={"soft-delete"}) == titles(who, {"soft-delete"})


def test_everybody_changes_what_is_theirs(guarded: Guarded) -> None:
    """Bulk updates reach the rows that may be changed, and the unit of work changes one."""
    for who in EVERYBODY.values():
        mine = [row for row in ROWS if may_change(who, row)]
        changed = guarded.run(who, lambda s: s.execute(update(Document).values(title="x")).rowcount)
        assert changed == len(mine)
        for row in mine[:1]:
            guarded.run(who, lambda s, row=row: rename(s, row.id))


def rename(session: Session, id: Any) -> None:
    session.get_one(Document, id).title = "renamed"
    session.flush()


def test_a_statements_lift_is_its_own(guarded: Guarded) -> None:
    """The wall shows the lifted rows to that statement, and to no other: neither before it nor after it."""

    def work(session: Session) -> list[Any]:
        query = raw("SELECT count(*) FROM documents WHERE is_deleted")
        found: list[Any] = []
        for _ in range(2):
            found += [session.scalar(query), list(session.scalars(LIFTED)), session.scalar(LIFTS), titles_of(session)]
        return found

    plain, lifted = titles(ADMIN_D), titles(ADMIN_D, {"soft-delete"})
    assert guarded.run(ADMIN_D, work) == [0, lifted, False, plain] * 2


def test_a_lift_in_a_savepoint_ends_with_it(guarded: Guarded) -> None:
    """Going back to a savepoint, the database goes back to the context of that time, and the session knows."""

    def work(session: Session) -> list[Any]:
        found: list[Any] = []
        inner = session.begin_nested()
        found.append(len(list(session.scalars(LIFTED))))
        inner.rollback()
        found += [session.scalar(LIFTS), len(list(session.scalars(LIFTED)))]
        inner = session.begin_nested()
        found.append(session.scalar(LIFTS))
        inner.rollback()
        found += [session.scalar(LIFTS), len(list(session.scalars(LIFTED)))]
        inner = session.begin_nested()
        with pytest.raises(DBAPIError):
            session.execute(select(func.length(Document.title) / 0).options(lift("soft-delete", Document))).all()
        inner.rollback()
        found += [session.scalar(LIFTS), len(list(session.scalars(LIFTED))), len(titles_of(session))]
        return found

    plain, lifted = len(titles(ADMIN_D)), len(titles(ADMIN_D, {"soft-delete"}))
    assert guarded.run(ADMIN_D, work) == [lifted, False, lifted, False, False, lifted, False, lifted, plain]


def test_a_lift_ends_with_its_transaction(guarded: Guarded) -> None:
    """After a commit and after an error, the next transaction has none."""

    def work(session: Session) -> list[Any]:
        found: list[Any] = [len(list(session.scalars(LIFTED)))]
        session.commit()
        found.append(session.scalar(LIFTS))
        with pytest.raises(DBAPIError):
            session.execute(select(func.length(Document.title) / 0).options(lift("soft-delete", Document))).all()
        session.rollback()
        return [*found, session.scalar(LIFTS)]

    assert guarded.run(ADMIN_D, work) == [len(titles(ADMIN_D, {"soft-delete"})), False, False]


def test_a_stream_under_a_lift_is_read_to_its_end(guarded: Guarded) -> None:
    """Rows that are fetched later are under the lift too."""
    if not guarded.is_async:
        with guarded.Session(ADMIN_D) as session:
            found = list(session.scalars(LIFTED.execution_options(yield_per=2)))
            again = session.scalar(LIFTS)
    else:

        async def later() -> Any:
            async with guarded.Session(ADMIN_D) as session:
                rows = [row async for row in await session.stream_scalars(LIFTED.execution_options(yield_per=2))]
                return rows, await session.scalar(LIFTS)

        found, again = guarded.runner.run(later())
    assert found == titles(ADMIN_D, {"soft-delete"})
    assert again is False


NAMING: dict[str, Callable[[Session, Any], Any]] = {
    "unit of work": rename,
    "by key": lambda s, at: s.execute(update(Document), [{"id": at, "title": "x"}]),
    "by a parameter": lambda s, at: s.execute(
        update(Document).where(Document.id == bindparam("at")).values(title="x"), {"at": at}
    ),
    "by a parameter, returning": lambda s, at: s.execute(
        update(Document).where(Document.id == bindparam("at")).values(title="x").returning(Document.title), {"at": at}
    ).one(),
    "table, delete": lambda s, at: s.execute(
        delete(Document.__table__).where(Document.__table__.c.id == bindparam("at")), {"at": at}
    ),
}
SEEN = [row.id for row in ROWS if sees(FREE_A, row) and not may_change(FREE_A, row)]
HIDDEN = [row.id for row in ROWS if not sees(FREE_A, row)]


@contextmanager
def writes(session: Session) -> Iterator[list[str]]:
    """Collect the writes of documents that are sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.extend([statement] if statement.startswith(("UPDATE documents", "DELETE FROM documents")) else [])

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize("how", NAMING)
def test_a_row_that_may_be_read_and_not_written_is_denied(guarded: Guarded, how: str) -> None:
    """Row security would say only that there is none, so it is asked again where none was found, and nowhere else."""

    def work(session: Session, at: Any) -> tuple[list[str], Any]:
        with writes(session) as sent:
            try:
                NAMING[how](session, at)
            except (AccessDenied, NoResultFound, StaleDataError) as error:
                return sent, type(error)
        return sent, None

    mine, denied = key("a000"), SEEN[0]
    if "delete" not in how:  # what belongs to it keeps it
        sent, error = guarded.run(FREE_A, lambda s: work(s, mine))
        assert error is None
        assert len(sent) == 1
    sent, error = guarded.run(FREE_A, lambda s: work(s, denied))
    assert error is AccessDenied
    assert ["rowgate_named" in one for one in sent] == [False, True]
    if "unit of work" not in how:  # which has to load it
        sent, error = guarded.run(FREE_A, lambda s: work(s, HIDDEN[0]))
        assert error in (None, NoResultFound, StaleDataError)
        assert ["rowgate_named" in one for one in sent] == [False, True]


def test_many_rows_and_streams_are_asked_for_at_once(guarded: Guarded) -> None:
    """No count says which of them were found."""

    def many(session: Session) -> None:
        session.execute(update(Document), [{"id": key("a000"), "title": "x"}, {"id": SEEN[0], "title": "x"}])

    with pytest.raises(AccessDenied):
        guarded.run(FREE_A, many)

    def streamed(session: Session, at: Any) -> list[str]:
        statement = update(Document).where(Document.id == bindparam("at")).values(title="x").returning(Document.title)
        return list(session.scalars(statement, {"at": at}, execution_options={"stream_results": True}))

    if guarded.engine.dialect.driver == "asyncpg":  # psycopg cannot declare such a cursor
        assert guarded.run(FREE_A, lambda s: streamed(s, key("a000"))) == ["x"]
        with pytest.raises(AccessDenied):
            guarded.run(FREE_A, lambda s: streamed(s, SEEN[0]))


DELETES: dict[str, Callable[[Session, Any], Any]] = {
    "unit of work": lambda s, at: setattr(s.get_one(Document, at), "is_deleted", True) or s.flush(),
    "bulk": lambda s, at: s.execute(update(Document).where(Document.id == at).values(is_deleted=True)),
    "expression": lambda s, at: s.execute(
        update(Document).where(Document.id == at).values(is_deleted=~Document.is_deleted)
    ),
    "by key": lambda s, at: s.execute(update(Document), [{"id": at, "is_deleted": True}]),
    "by keys": lambda s, at: s.execute(
        update(Document), [{"id": at, "is_deleted": True}, {"id": key("a100"), "is_deleted": False}]
    ),
    "table": lambda s, at: s.execute(
        update(Document.__table__).where(Document.id == at).values({"is_deleted": True, "title": "x"})
    ),
    "cte": lambda s, at: s.execute(
        select(func.count()).select_from(
            update(Document).where(Document.id == at).values(is_deleted=True).returning(Document.id).cte()
        )
    ),
    "with synchronize": lambda s, at: s.execute(
        update(Document).where(Document.id == at).values(is_deleted=True),
        execution_options={"synchronize_session": "fetch"},
    ),
}


@pytest.mark.parametrize("how", DELETES)
def test_an_owner_may_delete_softly(guarded: Guarded, how: str) -> None:
    """The new row is one that its owner cannot read: the statement has the lift that lets it go, for itself alone."""
    if how == "cte":  # it returns what it has written, which its owner may not read any more
        with pytest.raises(AccessDenied):
            guarded.run(FREE_A, lambda s: DELETES[how](s, key("a000")))
        return

    def work(session: Session) -> list[Any]:
        DELETES[how](session, key("a000"))
        return [session.scalar(LIFTS), session.scalar(raw("SELECT count(*) FROM documents WHERE is_deleted"))]

    before = len(titles(FREE_A))
    assert guarded.run(FREE_A, work) == [False, 0]

    def again(session: Session) -> int:
        DELETES[how](session, key("a000"))
        return len(titles_of(session))

    assert guarded.run(FREE_A, again) == before - 1


@pytest.mark.parametrize("how", DELETES)
def test_nobody_deletes_what_is_anothers(guarded: Guarded, how: str) -> None:
    """The lift opens no row: what one may not change, one may not delete softly either."""

    def work(session: Session) -> int:
        DELETES[how](session, key("b100"))
        return session.scalar(raw("SELECT count(*) FROM documents WHERE id = :id"), {"id": key("b100")})

    try:
        left = guarded.run(FREE_A, work)
    except AccessDenied:
        return
    assert left == 1


def test_a_cached_statement_is_judged_by_the_values_of_this_execution(guarded: Guarded) -> None:
    """Compiled when it left no restriction, executed when it does, and the other way round."""

    def work(session: Session) -> list[Any]:
        found = []
        for deleted in (False, True, False):
            with session.begin_nested() as inner:
                session.execute(update(Document).where(Document.id == key("a000")).values(is_deleted=deleted))
                found.append(session.scalar(raw("SELECT count(*) FROM documents WHERE id = :id"), {"id": key("a000")}))
                inner.rollback()
        return found

    assert guarded.run(FREE_A, work) == [1, 0, 1]


def new(**values: Any) -> dict[str, Any]:
    return {"id": uuid4(), "title": "new", "owner_id": A, **values}


INSERTS: dict[str, Callable[[Session, dict[str, Any]], Any]] = {
    "unit of work": lambda s, values: s.add(Document(**values)) or s.flush(),
    "server default fetched": lambda s, values: eager(s, Document(**values)),
    "core": lambda s, values: s.execute(insert(Document.__table__).values(values)),
    "bulk": lambda s, values: s.execute(insert(Document), [values, new()]),
    "many values": lambda s, values: s.execute(insert(Document).values([values, new()])),
    "upsert": lambda s, values: s.execute(
        upsert(Document).values(values).on_conflict_do_update(index_elements=["id"], set_={"title": "again"})
    ),
    "upsert that ignores": lambda s, values: s.execute(upsert(Document).values(values).on_conflict_do_nothing()),
}


def eager(session: Session, document: Document) -> None:
    session.add(document)
    session.flush()
    assert document.title == "new"


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("how", INSERTS)
def test_an_owner_may_create(guarded: Guarded, how: str, deleted: bool) -> None:
    """Also a row that is hidden from its birth on; and one that the upsert meets again."""

    def work(session: Session) -> int:
        INSERTS[how](session, new(is_deleted=deleted))
        return len(titles_of(session))

    outcome = guarded.run(FREE_A, work)
    assert outcome - len(titles(FREE_A)) == (not deleted) + (how in ("bulk", "many values"))


@pytest.mark.parametrize("how", INSERTS)
def test_nobody_creates_for_another(guarded: Guarded, how: str) -> None:
    """The wall's error is `AccessDenied`, as the gate's is, and quotes nothing."""
    with pytest.raises(AccessDenied) as raised:
        guarded.run(FREE_A, lambda s: INSERTS[how](s, new(owner_id=B, title="TOP-SECRET")))
    assert raised.value.code == "RG201"
    assert "TOP-SECRET" not in str(raised.value)
    assert "TOP-SECRET" not in repr(raised.value.__context__)


def test_messages_are_sent_only_where_they_must(guarded: Guarded) -> None:
    """Ordinary reads and writes have the one context of their transaction; a lift and its end are one more each."""

    def count(work: Callable[[Session], Any], who: Principal = FREE_A) -> int:
        sent: list[str] = []
        engine = guarded.Session.engine
        plain = engine.wire.send

        def send(connection: Any, statement: str) -> Any:
            sent.append(statement)
            return plain(connection, statement)

        engine.wire.send = send
        try:
            guarded.run(who, work)
        finally:
            del engine.wire.send
        return len(sent)

    def commits(session: Session) -> None:
        for _ in range(3):
            titles_of(session)
            session.commit()

    assert count(titles_of) == 1
    assert count(commits) == 3
    assert count(lambda s: rename(s, key("a000"))) == 1
    assert count(lambda s: INSERTS["core"](s, new())) == 1
    # A restriction that reads other tables is not known in Python, and the ORM reads back what the server has filled in.
    # What stands first in its transaction has its lift with BEGIN.
    assert count(lambda s: INSERTS["unit of work"](s, new())) == 1
    assert count(lambda s: DELETES["bulk"](s, key("a000"))) == 1
    assert count(lambda s: (titles_of(s), DELETES["bulk"](s, key("a000")))) == 2
    assert count(lambda s: (titles_of(s), DELETES["bulk"](s, key("a000")), titles_of(s))) == 3
    assert count(lambda s: (s.scalars(LIFTED).all(), s.scalars(LIFTED).all(), titles_of(s)), ADMIN_D) == 2
    every = select(Document.title).execution_options(include_filtered=True)
    assert count(lambda s: s.scalars(every).all(), ADMIN_D) == 1
    assert count(lambda s: s.scalars(TITLES, execution_options={"include_filtered": True}).all(), ADMIN_D) == 1
    assert count(lambda s: s.begin_nested() and titles_of(s)) == 1


def test_blocked_rows_stay_blocked(guarded: Guarded) -> None:
    """A restriction that reads another table hides behind the wall what it hides behind the gate."""
    assert (B, C) in BLOCKED
    assert guarded.run(FREE_C, titles_of) == titles(FREE_C)
    assert guarded.run(NOBODY, titles_of) == []


def test_what_is_not_granted_is_denied(guarded: Guarded) -> None:
    """A write to a table that is open for reading alone, and text that names a column masked for everybody."""
    for statement in (insert(Tag).values(id=9, word="x"), raw("SELECT * FROM users")):
        with pytest.raises(AccessDenied) as raised:
            guarded.run(FREE_A, lambda s, statement=statement: s.execute(statement))
        assert raised.value.code == "RG201"
    assert len(guarded.run(FREE_A, lambda s: s.execute(raw("SELECT id, name FROM users")).all())) > 1
    assert guarded.run(FREE_A, lambda s: s.scalar(select(func.count()).select_from(Tag))) == 2
