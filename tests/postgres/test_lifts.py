"""Lifts of one statement: they show what a role may lift, to that statement alone, and each execution is audited."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete as delete_from
from sqlalchemy import event, exists, func, insert, lambda_stmt, select, union_all, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased, contains_eager, immediateload, joinedload, selectinload, subqueryload
from sqlalchemy.orm.exc import StaleDataError

from rowgate import AccessDenied, AuditEvent, Catalog, Principal, Unguarded, can, lift
from world import (
    ADMIN_D,
    FREE_A,
    FREE_C,
    NOBODY,
    PAID_A,
    ROWS,
    TAGS,
    A,
    B,
    Comment,
    Document,
    Project,
    Tag,
    User,
    key,
    make_catalog,
    titles,
)

LIFTED = titles(ADMIN_D, {"soft-delete"})
PLAIN = titles(ADMIN_D)
OPTION = lift("soft-delete", Document)
EVENT = AuditEvent("lift", ADMIN_D.id, "soft-delete", "documents")
EVERY = AuditEvent("lift", ADMIN_D.id, "soft-delete")
GONE = key("a001")
"""A deleted document of a."""
OTHER_ADMIN = Principal(A, {"admin"})
FILTERED = {"include_filtered": True}


def _titles(session: Session, *options: Any, **execution: Any) -> list[str]:
    return sorted(session.scalars(select(Document.title).options(*options), execution_options=execution))


def _lambda(session: Session) -> list[str]:
    statement = lambda_stmt(lambda: select(Document.title).options(lift("soft-delete", Document)))
    return sorted(session.execute(statement).scalars())


def _lambda_with_option(session: Session) -> list[str]:
    option = OPTION
    return sorted(session.execute(lambda_stmt(lambda: select(Document.title).options(option))).scalars())


def _linked_lambda(session: Session) -> list[str]:
    statement = lambda_stmt(lambda: select(Document.title))
    statement += lambda plain: plain.options(lift("soft-delete", Document))
    return sorted(session.execute(statement).scalars())


def _streamed(session: Session) -> list[str]:
    statement = select(Document).options(OPTION).execution_options(yield_per=2)
    return sorted(document.title for document in session.scalars(statement))


def _in_sub_select(session: Session) -> list[str]:
    inner = select(Document.id, Document.title).subquery()
    return sorted(session.scalars(select(inner.c.title).options(OPTION)))


def _in_cte(session: Session) -> list[str]:
    inner = select(Document.id, Document.title).cte("inner_one")
    return sorted(session.scalars(select(inner.c.title).options(OPTION)))


def _in_exists(session: Session) -> list[str]:
    """Return the titles of comments' documents, found by EXISTS."""
    statement = select(User.name).where(
        exists().where(Document.owner_id == User.id, Document.is_deleted, Document.title.endswith("001"))
    )
    owners = session.scalars(statement.options(OPTION)).all()
    return LIFTED if sorted(owners) == ["a", "b"] else list(owners)


def _joined(session: Session) -> list[str]:
    statement = select(Document.title).select_from(User).join(User.documents).options(OPTION)
    return sorted(session.scalars(statement))


def _outer_joined(session: Session) -> list[str]:
    statement = select(Document.title).select_from(User).join(Document, full=True).options(OPTION)
    return sorted(title for title in session.scalars(statement) if title is not None)


def _aliased(session: Session) -> list[str]:
    other = aliased(Document)
    return sorted(session.scalars(select(other.title).options(OPTION)))


def _core(session: Session) -> list[str]:
    table = Document.__table__
    return sorted(session.connection().scalars(select(table.c.title).options(lift("soft-delete", table))))


def _core_over_session(session: Session) -> list[str]:
    return sorted(session.scalars(select(Document.__table__.c.title).options(OPTION)))


def _union(session: Session) -> list[str]:
    halves = [select(Document.title).where(Document.is_deleted == value) for value in (True, False)]
    return sorted(session.scalars(union_all(*halves).options(OPTION)))


def _from_statement(session: Session) -> list[str]:
    statement = select(Document).from_statement(select(Document)).options(OPTION)
    return sorted(document.title for document in session.scalars(statement))


def _query(session: Session) -> list[str]:
    return sorted(document.title for document in session.query(Document).options(OPTION))


def _got(session: Session) -> list[str]:
    found = [session.get(Document, row.id, options=[OPTION]) for row in ROWS]
    return sorted(document.title for document in found if document is not None)


WAYS: dict[str, Callable[[Session], list[str]]] = {
    "plain": lambda s: _titles(s, OPTION),
    "given twice": lambda s: _titles(s, OPTION, lift("soft-delete", Document)),
    "entities": lambda s: sorted(d.title for d in s.scalars(select(Document).options(OPTION))),
    "lambda": _lambda,
    "lambda with an option from outside": _lambda_with_option,
    "linked lambda": _linked_lambda,
    "streamed": _streamed,
    "sub-select": _in_sub_select,
    "cte": _in_cte,
    "exists": _in_exists,
    "join": _joined,
    "full join": _outer_joined,
    "alias": _aliased,
    "core": _core,
    "core over the session": _core_over_session,
    "union": _union,
    "from_statement": _from_statement,
    "query": _query,
    "include_filtered": lambda s: _titles(s, include_filtered=True),
    "include_filtered of the statement": lambda s: sorted(
        s.scalars(select(Document.title).execution_options(include_filtered=True))
    ),
    "include_filtered on a connection's statement": lambda s: sorted(
        s.connection().execute(select(Document.title), execution_options=FILTERED).scalars()
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_lift_shows_the_hidden_rows_to_its_statement_alone(backend: Any, way: str) -> None:
    """Before and after it, and for somebody else on the same cached SQL, everything is filtered as ever."""
    for _ in range(2):
        seen = backend.run(ADMIN_D, lambda s: [_titles(s), WAYS[way](s), WAYS[way](s), _titles(s)])
        assert [PLAIN, LIFTED, LIFTED, PLAIN] == seen
        assert titles(FREE_A) == backend.run(FREE_A, _titles)
    assert LIFTED == backend.run(OTHER_ADMIN, WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_each_execution_is_audited(backend: Any, way: str) -> None:
    """Once for each, also when the compiled SQL comes out of the cache."""
    backend.audited.clear()
    backend.run(ADMIN_D, lambda s: [WAYS[way](s), _titles(s), WAYS[way](s)])
    backend.run(OTHER_ADMIN, WAYS[way])
    expected = EVERY if "include" in way else EVENT
    assert [expected.kind] * 3 == [event.kind for event in backend.audited]
    assert [ADMIN_D.id, ADMIN_D.id, A] == [event.principal for event in backend.audited]
    assert {("soft-delete", expected.table)} == {(event.detail, event.table) for event in backend.audited}


@pytest.mark.parametrize("who", [FREE_A, PAID_A, NOBODY], ids=repr)
@pytest.mark.parametrize("way", WAYS)
def test_a_lift_is_refused_to_others(backend: Any, way: str, who: Principal) -> None:
    """Whoever has no role for it gets an error, the audit is told, and the session goes on."""
    backend.run(ADMIN_D, WAYS[way])
    backend.audited.clear()

    def work(session: Session) -> list[str]:
        with pytest.raises(AccessDenied, match="RG202") as denied:
            WAYS[way](session)
        assert "RG202" == denied.value.code
        return _titles(session)

    assert titles(who) == backend.run(who, work)
    detail = ("include_filtered", None) if "include" in way else ("soft-delete", "documents")
    told = [(event.kind, event.principal, event.detail, event.table) for event in backend.audited]
    assert {("lift-refused", who.id, *detail)} == set(told)


def test_get_takes_an_option(backend: Any) -> None:
    """`get()` with the option loads what is hidden; without, it does not find it."""
    assert LIFTED == backend.run(ADMIN_D, _got)
    assert backend.run(ADMIN_D, lambda s: s.get(Document, GONE, execution_options=FILTERED).title) == "a001"
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, _got)


def test_what_no_policy_restricts_cannot_be_lifted(backend: Any) -> None:
    """A name or a table without the restriction is an error; one that nobody may lift is denied."""
    for option in (lift("soft-delte", Document), lift("soft-delete", User), lift("soft-delete", Tag)):
        with pytest.raises(Unguarded, match="no restriction named"):
            backend.run(ADMIN_D, lambda s, option=option: _titles(s, option))
    for option in (lift("blocks", Document), lift("tenant", Project)):
        with pytest.raises(AccessDenied, match="RG202"):
            backend.run(ADMIN_D, lambda s, option=option: _titles(s, option))
    assert PLAIN == backend.run(ADMIN_D, _titles)


def test_one_refused_lift_refuses_all(backend: Any) -> None:
    """A statement that lifts two, one of them in vain, runs with neither."""
    backend.audited.clear()
    with pytest.raises(AccessDenied):
        backend.run(ADMIN_D, lambda s: _titles(s, OPTION, lift("blocks", Document)))
    assert [AuditEvent("lift-refused", ADMIN_D.id, "blocks", "documents")] == backend.audited


@pytest.mark.parametrize("entity", ["Document", 7, None, aliased(Document), Document.title, type("Mixin", (), {})])
def test_lift_takes_a_class_or_a_table(entity: Any) -> None:
    """Anything else is refused at once."""
    with pytest.raises(Unguarded, match="mapped class or a Table"):
        lift("soft-delete", entity)


def test_a_name_from_outside_of_a_lambda_is_refused(sync_backend: Any) -> None:
    """SQLAlchemy would keep the first caller's name for all that follow."""

    def work(session: Session, name: str) -> Any:
        return session.execute(lambda_stmt(lambda: select(Document.title).options(lift(name, Document)))).all()

    with pytest.raises(Unguarded, match="plain string"):
        sync_backend.run(ADMIN_D, lambda s: work(s, "soft-delete"))


def test_a_lift_of_one_table_leaves_others(backend: Any) -> None:
    """The same name on two tables: each is lifted by itself, `include_filtered` and the session's lift take both."""

    def two(catalog: Catalog) -> Catalog:
        policy = next(p for p in catalog._policies if p.entity is Comment)
        policy.restrict(when=~Comment.body.contains("001"), name="soft-delete", lift="admin")
        policy.allow("read", to="admin")
        return catalog

    maker = backend.maker(two(make_catalog()))

    def counts(session: Session, *options: Any, **execution: Any) -> tuple[int, int]:
        pair = select(
            select(func.count()).select_from(Document).scalar_subquery(),
            select(func.count()).select_from(Comment).scalar_subquery(),
        )
        first, second = session.execute(pair.options(*options), execution_options=execution).one()
        return first, second

    def work(session: Session) -> list[tuple[int, int]]:
        comments = lift("soft-delete", Comment)
        return [
            counts(session), counts(session, OPTION), counts(session, comments), counts(session, OPTION, comments),
            counts(session, **FILTERED), counts(session),
        ]  # fmt: skip

    backend.audited.clear()
    assert [(8, 14), (16, 14), (8, 16), (16, 16), (16, 16), (8, 14)] == backend.run(ADMIN_D, work, maker=maker)
    told = [(event.detail, event.table) for event in backend.audited]
    one, other = ("soft-delete", "documents"), ("soft-delete", "comments")
    assert [one, other, one, other, ("soft-delete", None)] == told
    assert (16, 16) == backend.run(ADMIN_D, counts, maker=maker, lift={"soft-delete"})


def test_can_under_a_lift(backend: Any) -> None:
    """It says that a row is read, and not that it is written: writing takes the session's lift."""
    asked = select(Document.is_deleted, can("read", Document), can("update", Document))

    def work(session: Session, *options: Any) -> set[Any]:
        return {tuple(bool(value) for value in row) for row in session.execute(asked.options(*options))}

    assert {(False, True, True), (True, True, False)} == backend.run(ADMIN_D, lambda s: work(s, OPTION))
    assert {(False, True, True)} == backend.run(ADMIN_D, work)
    assert {(False, True, True), (True, True, True)} == backend.run(ADMIN_D, work, lift={"soft-delete"})


def test_a_child_follows_its_parent(backend: Any) -> None:
    """Where a rule asks the parent's decision, the parent's lift shows the children too, and `get()` asks again."""
    catalog = make_catalog()
    policy = next(p for p in catalog._policies if p.entity is Comment)
    policy.allows.clear()
    policy.allow("read", when=can("read", Comment.document))
    maker = backend.maker(catalog)

    def work(session: Session) -> list[Any]:
        plain = session.scalars(select(Comment.body)).all()
        lifted = session.scalars(select(Comment).options(OPTION)).all()
        again = [session.get(Comment, comment.id) for comment in lifted]
        counted = [len(plain), len(lifted), sum(one is not None for one in again)]
        return [*counted, session.get(User, A) is session.get(User, A)]

    assert [len(PLAIN), len(LIFTED), len(PLAIN), True] == backend.run(ADMIN_D, work, maker=maker)


def test_a_listener_runs_statements_of_its_own(sync_backend: Any) -> None:
    """What a listener runs inside of a lifted execution is not lifted, and it may add or take away the option."""
    engine = sync_backend.Session.engine
    seen: list[list[str]] = []
    inside: list[bool] = []

    def before(connection: Any, statement: Any, _many: Any, _one: Any, _options: Any) -> None:
        if not inside:
            inside.append(True)
            seen.append(sorted(connection.scalars(select(Document.title))))
            inside.pop()

    def cursor(connection: Any, *_args: Any) -> None:
        before(connection, *(None,) * 4)

    for name, listener in (
        ("before_execute", before),
        ("before_cursor_execute", cursor),
        ("after_cursor_execute", cursor),
    ):
        event.listen(engine, name, listener)
        try:
            assert [LIFTED, PLAIN] == sync_backend.run(ADMIN_D, lambda s: [_titles(s, OPTION), _titles(s)])
        finally:
            event.remove(engine, name, listener)
    assert [PLAIN] * 6 == seen


def test_the_dialect_is_back_before_the_statement_runs(sync_backend: Any) -> None:
    """Whatever compiles from then on is not lifted; nor after a statement that the gate refuses."""
    engine = sync_backend.Session.engine
    seen: list[Any] = []

    def look(connection: Any, *_args: Any) -> None:
        seen.append(connection.dialect.rowgate.variant.lifted)

    def work(session: Session) -> list[str]:
        with pytest.raises(Unguarded):
            session.execute(select(func.pg_sleep(1), Document.title).options(OPTION))
        look(session.connection())
        return _titles(session, OPTION)

    event.listen(engine, "before_cursor_execute", look)
    try:
        assert LIFTED == sync_backend.run(ADMIN_D, work)
    finally:
        event.remove(engine, "before_cursor_execute", look)
    assert [frozenset()] * 2 == seen


def test_a_listener_that_replaces_the_statement(sync_backend: Any) -> None:
    """The options of the statement that runs count: judged and audited for it."""
    engine = sync_backend.Session.engine

    def replace(_connection: Any, statement: Any, many: Any, one: Any, _options: Any) -> Any:
        return statement.options(OPTION), many, one

    event.listen(engine, "before_execute", replace, retval=True)
    try:
        sync_backend.audited.clear()
        assert LIFTED == sync_backend.run(ADMIN_D, _titles)
        assert [EVENT] == sync_backend.audited
        with pytest.raises(AccessDenied):
            sync_backend.run(FREE_A, _titles)
    finally:
        event.remove(engine, "before_execute", replace)
    assert PLAIN == sync_backend.run(ADMIN_D, _titles)


def test_async_streams_are_lifted_and_audited(asyncpg_backend: Any) -> None:
    """`stream()` and `stream_scalars()` of an AsyncSession, and of its connection, are executions like any other."""
    statement = select(Document.title).options(OPTION)

    async def work() -> list[list[str]]:
        async with asyncpg_backend.Session(ADMIN_D) as session:
            found = [[row.title async for row in await session.stream(statement)]]
            found.append([title async for title in await session.stream_scalars(select(Document.title))])
            connection = await session.connection()
            found.append([row.title async for row in await connection.stream(statement)])
        return [sorted(one) for one in found]

    asyncpg_backend.audited.clear()
    assert [LIFTED, PLAIN, LIFTED] == asyncpg_backend.runner.run(work())
    assert [EVENT] * 2 == asyncpg_backend.audited


def test_other_statements_while_a_lifted_result_is_read(backend: Any) -> None:
    """A result that is still being read lends its lift to nobody."""

    def work(session: Session) -> list[list[str]]:
        first = session.scalars(select(Document.title).options(OPTION).execution_options(yield_per=2))
        begun = [next(first)]
        between = _titles(session) if backend.driver != "asyncpg" else PLAIN
        return [sorted([*begun, *first]), between, _titles(session)]

    assert [LIFTED, PLAIN, PLAIN] == backend.run(ADMIN_D, work)


def test_a_failing_statement_gives_its_lift_back(backend: Any) -> None:
    """Whether it fails to compile or to run."""

    def work(session: Session) -> list[list[str]]:
        with pytest.raises(Unguarded):
            session.execute(select(func.pg_sleep(1), Document.title).options(OPTION))
        found = [_titles(session)]
        with pytest.raises(Exception, match=r"parameter|values"), session.begin_nested():
            session.execute(select(Document.title).where(Document.id == "no uuid").options(OPTION))
        return [*found, _titles(session)]

    assert [PLAIN, PLAIN] == backend.run(ADMIN_D, work)


LOADERS = {
    "joinedload": joinedload(User.documents),
    "selectinload": selectinload(User.documents),
    "subqueryload": subqueryload(User.documents),
}


def _owned(session: Session, statement: Any) -> list[str]:
    owner = session.scalars(statement.where(User.id == A)).unique().one()
    return sorted(document.title for document in owner.documents)


@pytest.mark.parametrize("by", ["option", "include_filtered"])
@pytest.mark.parametrize("loader", LOADERS)
def test_eager_loads_are_of_the_statement(backend: Any, loader: str, by: str) -> None:
    """What the statement loads at once falls under its lift, and each statement that it takes is audited."""
    plain = select(User).options(LOADERS[loader])
    lifted = plain.options(OPTION) if by == "option" else plain.execution_options(include_filtered=True)
    everything = [title for title in LIFTED if title.startswith("a")]
    visible = [title for title in PLAIN if title.startswith("a")]
    for _ in range(2):
        backend.audited.clear()
        assert everything == backend.run(ADMIN_D, lambda s: _owned(s, lifted))
        assert [EVENT if by == "option" else EVERY] * (1 if loader == "joinedload" else 2) == backend.audited
        assert visible == backend.run(ADMIN_D, lambda s: _owned(s, plain))


def test_immediate_loads_take_execution_options_alone(backend: Any) -> None:
    """SQLAlchemy hands them no options: they are lazy loads, done at once."""
    plain = select(User).options(immediateload(User.documents))
    visible = [title for title in PLAIN if title.startswith("a")]
    assert visible == backend.run(ADMIN_D, lambda s: _owned(s, plain.options(OPTION)))
    found = backend.run(ADMIN_D, lambda s: _owned(s, plain.execution_options(include_filtered=True)))
    assert [title for title in LIFTED if title.startswith("a")] == found


def test_lazy_loads_are_statements_of_their_own(sync_backend: Any) -> None:
    """A collection that is loaded when it is touched is filtered, also of an object that a lifted statement found."""
    lifted = select(User).options(OPTION)
    visible = [title for title in PLAIN if title.startswith("a")]
    assert visible == sync_backend.run(ADMIN_D, lambda s: _owned(s, lifted))
    by_hand = select(User).join(User.documents).options(contains_eager(User.documents), OPTION)
    assert len(visible) * 2 == len(sync_backend.run(ADMIN_D, lambda s: _owned(s, by_hand)))


def _load_lifted(session: Session) -> Document:
    return session.scalars(select(Document).where(Document.id == GONE).options(OPTION)).one()


def test_get_asks_the_database_again(backend: Any) -> None:
    """An object that a lifted statement loaded is not there for `get()`, and one that is visible anyhow is."""

    def work(session: Session) -> list[Any]:
        every = {document.id: document for document in session.scalars(select(Document).options(OPTION))}
        found = {row.id: session.get(Document, row.id) for row in ROWS}
        same = all(document is every[id_] for id_, document in found.items() if document is not None)
        again = session.get(Document, GONE, options=[OPTION])
        return [sorted(d.title for d in found.values() if d is not None), same, again is every[GONE]]

    assert [PLAIN, True, True] == backend.run(ADMIN_D, work)


def test_get_answers_from_memory_where_nothing_was_lifted(sync_backend: Any) -> None:
    """Other tables, other sessions, and a session's own lift need no second look."""
    statements: list[str] = []
    listener = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(sync_backend.Session.engine, "before_cursor_execute", listener)

    def work(session: Session) -> list[int]:
        held = [session.get(Document, key("a000")), session.get(User, A), _titles(session, OPTION)]
        counts = []
        for entity, id_ in ((User, A), (Document, key("a000"))):
            before = len(statements)
            assert session.get(entity, id_) in held
            counts.append(len(statements) - before)
        return counts

    try:
        assert [0, 1] == sync_backend.run(ADMIN_D, work)
        assert [0, 0] == sync_backend.run(ADMIN_D, work, lift={"soft-delete"})
    finally:
        event.remove(sync_backend.Session.engine, "before_cursor_execute", listener)


def test_many_to_one_loads_ask_again(sync_backend: Any) -> None:
    """A comment's document is not taken from memory where only a lift has shown it."""

    def work(session: Session) -> list[Any]:
        held = _load_lifted(session)
        visible = session.scalars(select(Document).where(Document.id == key("a000"))).one()
        mine = sorted(
            session.scalars(select(Comment).where(Comment.document_id.in_([GONE, visible.id]))), key=lambda c: c.id
        )
        return [held.title, sorted(str(c.document and c.document.title) for c in mine), len(mine)]

    author = Principal(A, {"admin"})
    assert ["a001", ["None", "a000"], 2] == sync_backend.run(author, work)


def test_refresh_and_expired_attributes_are_filtered(backend: Any) -> None:
    """What is loaded again is loaded without the lift: the row is not there."""

    def work(session: Session) -> str:
        document = _load_lifted(session)
        title = document.title
        with pytest.raises(InvalidRequestError):
            session.refresh(document)
        session.expire(document)
        assert session.get(Document, GONE) is None
        return title

    assert "a001" == backend.run(ADMIN_D, work)
    seen = backend.run(
        ADMIN_D, lambda s: (_load_lifted(s), s.scalars(select(Document).where(Document.id == GONE)).all())[1]
    )
    assert [] == seen


def test_a_refresh_of_a_visible_object_works(backend: Any) -> None:
    """A lifted statement makes nothing unreadable that was readable."""

    def work(session: Session) -> list[Any]:
        documents = session.scalars(select(Document).options(OPTION).order_by(Document.title)).all()
        visible = next(d for d in documents if d.title == "a000")
        session.refresh(visible)
        again = session.scalars(
            select(Document).where(Document.id == visible.id).execution_options(populate_existing=True)
        )
        return [visible.title, again.one() is visible]

    assert ["a000", True] == backend.run(ADMIN_D, work)


def test_a_second_transaction_remembers(backend: Any) -> None:
    """After commit the object is still in memory, and still not there for `get()`."""

    def work(session: Session) -> list[Any]:
        held = _load_lifted(session)
        session.commit()
        return [held.title, session.get(Document, GONE)]

    assert ["a001", None] == backend.run(ADMIN_D, work)


def test_merge_asks_again(backend: Any) -> None:
    """Merging into an object that only a lift has shown is refused; into one that is visible it works."""
    detached = backend.run(ADMIN_D, lambda s: s.get(Document, key("a000")))

    def work(session: Session) -> Any:
        held = session.scalars(select(Document).options(OPTION)).all()
        with pytest.raises(Unguarded, match="session's lift"):
            session.merge(Document(id=GONE, title="x"))
        return session.merge(detached) in held

    assert backend.run(ADMIN_D, work)
    assert backend.run(ADMIN_D, lambda s: s.merge(Document(id=GONE, title="x")).title, lift={"soft-delete"}) == "x"


WRITES: dict[str, Any] = {
    "update": update(Document).values(pages=99),
    "core update": update(Document.__table__).values(pages=99),
    "delete": delete_from(Document),
    "insert": insert(Document).values(title="x", owner_id=ADMIN_D.id),
    "insert from select": insert(Document.__table__).from_select(
        ["title", "owner_id"], select(Document.title, Document.owner_id)
    ),
    "for update": select(Document).with_for_update(),
    "cte": select(update(Document).values(pages=99).returning(Document.id).cte("changed")),
    "from_statement": select(Document).from_statement(update(Document).values(pages=99).returning(Document)),
}


@pytest.mark.parametrize("by", ["option", "include_filtered"])
@pytest.mark.parametrize("write", WRITES)
def test_a_statement_that_writes_cannot_lift(backend: Any, write: str, by: str) -> None:
    """It takes the session's lift, and nothing changes."""
    statement = WRITES[write]
    options = {} if by == "option" else {"execution_options": FILTERED}
    lifted = statement.options(OPTION) if by == "option" else statement
    before = backend.stored(select(Document.id, Document.pages).order_by(Document.id))
    for lifts in ((), {"soft-delete"}) if statement.is_dml else ((),):
        backend.audited.clear()
        with pytest.raises(Unguarded, match="session's lift"):
            backend.run(ADMIN_D, lambda s: s.execute(lifted, **options), commit=True, lift=lifts)
        assert not statement.is_dml or [EVERY] * len(lifts) == backend.audited  # the session's own, no more
    assert before == backend.stored(select(Document.id, Document.pages).order_by(Document.id))


def test_a_bulk_update_by_key_cannot_lift(backend: Any) -> None:
    """Nor one that names its rows."""
    with pytest.raises(Unguarded, match="session's lift"):
        backend.run(ADMIN_D, lambda s: s.execute(update(Document).options(OPTION), [{"id": GONE, "pages": 99}]))
    assert [99] != backend.stored(select(Document.pages).where(Document.id == GONE))


def test_an_object_that_a_lift_showed_is_not_written(backend: Any) -> None:
    """The unit of work writes without the lift: the row is absent for it. The session's lift writes it."""

    def restore(session: Session) -> None:
        _load_lifted(session).is_deleted = False
        session.flush()

    with pytest.raises((StaleDataError, AccessDenied)):
        backend.run(ADMIN_D, restore, commit=True)
    assert [True] == backend.stored(select(Document.is_deleted).where(Document.id == GONE))
    backend.run(ADMIN_D, restore, commit=True, lift={"soft-delete"})
    assert [False] == backend.stored(select(Document.is_deleted).where(Document.id == GONE))


def test_pending_changes_are_flushed_without_the_lift(backend: Any) -> None:
    """A lifted SELECT flushes first: what it flushes is written as ever."""

    def work(session: Session) -> list[str]:
        session.add(Document(title="new", owner_id=ADMIN_D.id))
        return _titles(session, OPTION)

    assert sorted([*LIFTED, "new"]) == backend.run(ADMIN_D, work)


def test_include_filtered_is_for_one_statement(sync_backend: Any) -> None:
    """On a connection it would be for all of them; False is nothing at all."""
    with pytest.raises(Unguarded, match="one statement"):
        sync_backend.run(ADMIN_D, lambda s: s.connection(execution_options=FILTERED).scalars(select(Document.title)))
    assert PLAIN == sync_backend.run(ADMIN_D, lambda s: _titles(s, include_filtered=False))
    assert titles(FREE_A) == sync_backend.run(FREE_A, lambda s: _titles(s, include_filtered=False))


def test_a_sessions_own_lift_and_a_statements(backend: Any) -> None:
    """Both together are the session's, both audited: rows are locked, and `get()` remembers."""

    def work(session: Session) -> list[Any]:
        locked = session.scalars(select(Document).options(OPTION).with_for_update()).all()
        return [sorted(document.title for document in locked), session.get(Document, GONE) in locked]

    backend.audited.clear()
    assert [LIFTED, True] == backend.run(ADMIN_D, work, lift={"soft-delete"})
    assert [EVERY, EVENT] == backend.audited


def test_a_system_session_takes_the_option(sync_backend: Any) -> None:
    """It skips every policy, so that there is nothing to lift; only the session itself is audited."""
    maker = sync_backend.maker(make_catalog(), system=sync_backend.owner)
    sync_backend.audited.clear()
    with maker.system(reason="a test") as session:
        found = [_titles(session, OPTION), _titles(session, include_filtered=True), _lambda(session)]
        assert session.get(Document, GONE, options=[OPTION]) is not None
        tags = session.scalars(select(Tag.word).options(OPTION)).all()
    assert [sorted(row.title for row in ROWS)] * 3 == found
    assert sorted(TAGS) == sorted(tags)
    assert ["system"] == [told.kind for told in sync_backend.audited]


def test_the_option_is_part_of_the_cache_key() -> None:
    """With and without, and by name and table."""
    statement = select(Document)
    options = (OPTION, lift("blocks", Document), lift("soft-delete", User), lift("soft-delete", Document))
    keys = [statement._generate_cache_key(), *(statement.options(o)._generate_cache_key() for o in options)]
    assert all(found is not None for found in keys)
    assert keys[1] == keys[4]
    assert all(one != other for n, one in enumerate(keys[:4]) for other in keys[:n])
    assert repr(OPTION) == "lift('soft-delete', documents)"


def test_a_blocked_admin_lifts_no_block(backend: Any) -> None:
    """The other restriction stands: b's documents stay hidden from c, whoever lifts what."""
    admin_c = Principal(FREE_C.id, {"admin"})
    expected = titles(admin_c, {"soft-delete"})
    assert B in {row.owner for row in ROWS}
    assert expected == backend.run(admin_c, lambda s: _titles(s, OPTION))
    assert expected == backend.run(admin_c, lambda s: _titles(s, include_filtered=True))
    assert not any(title.startswith("b") for title in expected)
