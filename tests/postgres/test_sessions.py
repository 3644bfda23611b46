"""Sessions: one principal each, found in the session's own transaction; objects from elsewhere are not trusted."""

import asyncio
import contextlib
import pickle
from typing import Any

import pytest
from sqlalchemy import DDL, Sequence, Uuid, bindparam, func, inspect, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached, with_loader_criteria
from sqlalchemy.orm.exc import ObjectDeletedError

from rowgate import AccessDenied, NoPrincipal, Principal, RowgateError, Unguarded, guarded_sessionmaker
from world import (
    ADMIN_D,
    BARE_D,
    FREE_A,
    FREE_C,
    NOBODY,
    PAID_A,
    ROWS,
    A,
    B,
    Base,
    Block,
    Document,
    User,
    key,
    make_catalog,
    titles,
)

TITLES = select(Document.title)


def _titles(session: Session) -> list[str]:
    return sorted(session.scalars(TITLES))


@pytest.mark.parametrize("who", [None, "admin", 7, FREE_A.id])
def test_no_principal_is_an_error(backend: Any, who: Any) -> None:
    """A session without a principal is refused, never a free user's."""
    with pytest.raises(NoPrincipal):
        backend.run(who, _titles)


def test_a_second_transaction_keeps_the_principal(backend: Any) -> None:
    """After commit, rollback and close the session goes on as the same principal."""

    def work(session: Session) -> Any:
        found = [_titles(session)]
        for end in (session.commit, session.rollback, session.close):
            end()
            found.append(_titles(session))
        return found

    assert [titles(FREE_A)] * 4 == backend.run(FREE_A, work)


def test_savepoints(backend: Any) -> None:
    """A denied write inside a savepoint is undone there; the transaction around it goes on."""

    def work(session: Session) -> Any:
        session.get_one(Document, key("a000")).pages = 50
        session.flush()
        try:
            with session.begin_nested():
                session.get_one(Document, key("b100")).pages = 51
                session.flush()
        except AccessDenied:
            return _titles(session)
        return None

    assert titles(FREE_A) == backend.run(FREE_A, work, commit=True)
    assert ["a000"] == backend.stored(select(Document.title).where(Document.pages.in_([50, 51])))


def _resolving(backend: Any) -> tuple[Any, Any, Any]:
    catalog = make_catalog()
    query = catalog.principal_query(select(User.id, User.name).where(User.name == bindparam("name")))
    maker = backend.maker(catalog)

    def find(name: str, *, statement: Any = query) -> Any:
        def sync(connection: Any) -> Principal:
            row = connection.execute(statement, {"name": name}).one()
            return Principal(row.id, {"free_user"})

        async def asynchronous(connection: Any) -> Principal:
            row = (await connection.execute(statement, {"name": name})).one()
            return Principal(row.id, {"free_user"})

        return asynchronous if backend.is_async else sync

    return maker, find, query


def test_a_function_finds_the_principal_in_the_sessions_transaction(backend: Any) -> None:
    """The function runs once, before the first statement, and the session is its principal's from then on."""
    maker, find, _ = _resolving(backend)

    def work(session: Session) -> Any:
        return (
            _titles(session),
            session.info["principal"],
            session.execute(select(User.email).where(User.id == A)).scalar(),
        )

    assert (titles(FREE_A), Principal(A, {"free_user"}), "a@example.org") == backend.run(find("a"), work, maker=maker)


@pytest.mark.parametrize(
    "statement",
    [
        select(User.id),
        text("SELECT id, name FROM users WHERE name = :name"),
        update(User).values(name=bindparam("name")).returning(User.id),
        DDL("DROP TABLE users"),
    ],
    ids=["another query", "text", "update", "ddl"],
)
def test_a_function_runs_only_the_named_query(backend: Any, statement: Any) -> None:
    """Anything but the statement of `catalog.principal_query` is refused while the principal is looked for."""
    maker, find, _ = _resolving(backend)
    with pytest.raises(Unguarded):
        backend.run(find("a", statement=statement), _titles, maker=maker)


def test_the_principal_query_is_guarded_once_the_principal_is_known(backend: Any) -> None:
    """In the session itself that statement is like any other."""
    maker, find, query = _resolving(backend)
    with_mask = query.add_columns(User.hashed_password)
    found = backend.run(find("a"), lambda s: tuple(s.execute(with_mask, {"name": "b"}).one()), maker=maker)
    assert (B, "b", None) == found


def test_a_function_that_finds_nobody_leaves_nobody(backend: Any) -> None:
    """A function that gives no principal, or fails, gives no session."""

    def nobody(_connection: Any) -> Any:
        return None

    async def nobody_async(_connection: Any) -> Any:
        return None

    with pytest.raises(NoPrincipal):
        backend.run(nobody_async if backend.is_async else nobody, _titles)


def test_gathered_sessions_keep_their_principals(asyncpg_backend: Any) -> None:
    """Sessions of different principals at the same time see each its own."""

    async def one(who: Principal) -> list[str]:
        async with asyncpg_backend.Session(who) as session:
            found = []
            for _ in range(5):
                found.append(sorted(await session.scalars(TITLES)))
                await asyncio.sleep(0)
            assert all(other == found[0] for other in found)
            return found[0]

    async def all_of_them() -> Any:
        return await asyncio.gather(*(one(who) for who in (FREE_A, ADMIN_D, FREE_C, NOBODY) * 3))

    expected = [titles(who) for who in (FREE_A, ADMIN_D, FREE_C, NOBODY) * 3]
    assert expected == asyncpg_backend.runner.run(all_of_them())


def test_principals_of_one_variant_share_sql_and_no_values(backend: Any) -> None:
    """Two principals of the same roles share compiled SQL; their ids are read at execution."""
    for who in (FREE_A, FREE_C, FREE_A, PAID_A, BARE_D):
        assert titles(who) == backend.run(who, _titles)


def _taken(backend: Any, title: str) -> Any:
    with Session(backend.owner, expire_on_commit=False) as session:
        found = session.get_one(Document, key(title))
        session.expunge_all()
    return found


def _hand_made(_backend: Any, title: str) -> Any:
    made = Document(id=key(title), title=title, owner_id=A)
    make_transient_to_detached(made)
    return made


FOREIGN = {
    "detached": _taken,
    "hand-made": _hand_made,
    "pickled": lambda backend, title: pickle.loads(pickle.dumps(_taken(backend, title))),
}


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("use", ["add", "delete", "cascade", "merge without load"])
def test_objects_from_elsewhere_are_refused(backend: Any, how: str, use: str) -> None:
    """What claims to be a row already is not taken at its word."""
    thing = FOREIGN[how](backend, "b000")

    def work(session: Session) -> None:
        if use == "add":
            session.add(thing)
        elif use == "delete":
            session.delete(thing)
        elif use == "cascade":
            owner = session.get_one(User, A)
            owner.documents.append(thing)
        else:
            session.merge(thing, load=False)

    with pytest.raises(Unguarded):
        backend.run(FREE_A, work)


def test_merge_loads_through_the_policy(backend: Any) -> None:
    """Merging a visible row updates it as usual; a hidden one is not there, and cannot be overwritten."""
    mine, hidden = _taken(backend, "a000"), _taken(backend, "b000")
    mine.title, hidden.title = "merged", "stolen"
    backend.run(FREE_A, lambda s: s.merge(mine), commit=True)
    with pytest.raises(Exception, match=r"denies|withheld"):
        backend.run(FREE_A, lambda s: s.merge(hidden), commit=True)
    stored = backend.stored(select(Document.title).where(Document.id.in_([key("a000"), key("b000")])))
    assert ["b000", "merged"] == sorted(stored)


def test_a_transient_copy_is_a_new_row(backend: Any) -> None:
    """An object made transient is inserted, and so judged as a new row."""

    def work(session: Session, title: str, owner: Any) -> None:
        found = _taken(backend, title)
        make_transient(found)
        found.id, found.title, found.owner_id = None, "copy", owner
        session.add(found)
        session.flush()

    backend.run(FREE_A, lambda s: work(s, "a000", A), commit=True)
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, lambda s: work(s, "a000", B), commit=True)
    assert [A] == backend.stored(select(Document.owner_id).where(Document.title == "copy"))


@pytest.mark.parametrize("parameters", [{"rowgate_c0": True, "rowgate_id": B}, {"rowgate_id": B.hex}])
def test_parameters_of_the_caller_do_not_reach_the_gates(backend: Any, parameters: dict[str, Any]) -> None:
    """Values given under the gate's names change nothing, in reads and writes."""
    assert titles(FREE_A) == backend.run(FREE_A, lambda s: sorted(s.scalars(TITLES, parameters)))
    changed = update(Document.__table__).values(pages=60)
    with contextlib.suppress(RowgateError, SQLAlchemyError):
        backend.run(FREE_A, lambda s: s.connection().execute(changed, parameters), commit=True)
    others = [row.title for row in ROWS if row.owner != A]
    assert set() == set(others) & set(backend.stored(select(Document.title).where(Document.pages == 60)))


def test_loader_criteria_do_not_weaken_a_negated_sub_select(backend: Any) -> None:
    """`with_loader_criteria` on a table that a policy reads in NOT EXISTS does not reach into the policy."""
    options = with_loader_criteria(Block, Block.blocked_id.is_(None))
    assert titles(FREE_C) == backend.run(FREE_C, lambda s: sorted(s.scalars(TITLES.options(options))))
    entities = select(Document).options(options)
    assert titles(FREE_C) == backend.run(FREE_C, lambda s: sorted(d.title for d in s.scalars(entities)))


def _own_connection(session: Session) -> Any:
    with session.connection().engine.connect() as connection:
        return connection.execute(TITLES).all()


def _nobodys_sequence(session: Session) -> Any:
    with session.connection().engine.connect() as connection:
        return connection.scalar(Sequence("comments_id_seq"))


ESCAPES: dict[str, Any] = {
    "text": lambda s: s.execute(text("SELECT title FROM documents")),
    "from_statement": lambda s: s.scalars(select(Document).from_statement(text("SELECT * FROM documents"))).all(),
    "driver SQL": lambda s: s.connection().exec_driver_sql("SELECT title FROM documents"),
    "another bind": lambda s: s.execute(TITLES, bind_arguments={"bind": object()}),
    "translate": lambda s: s.execute(TITLES, execution_options={"schema_translate_map": {None: "pg_temp"}}),
    "translate connection": lambda s: s.connection(execution_options={"schema_translate_map": {None: "it's"}}).execute(
        TITLES
    ),
    "sequence": lambda s: s.connection().scalar(Sequence("comments_id_seq")),
    "next value": lambda s: s.execute(select(func.nextval("comments_id_seq"))),
    "ddl": lambda s: s.execute(DDL("DROP TABLE documents")),
    "create_all": lambda s: Base.metadata.create_all(s.connection()),
    "drop_all": lambda s: Base.metadata.drop_all(s.connection()),
    "inspect": lambda s: inspect(s.connection()).get_table_names(),
    "engine options": lambda s: s.connection().engine.execution_options(logging_token="x"),
    "raw connection": lambda s: s.connection().engine.raw_connection(),
    "driver connection": lambda s: s.connection().connection.cursor(),
    "own connection": _own_connection,
    "sequence on an own connection": _nobodys_sequence,
}


@pytest.mark.parametrize("way", ESCAPES)
def test_ways_round_the_gate_are_refused(backend: Any, way: str) -> None:
    """Text, DDL, drivers, other engines and other schemas are refused, each with an error of ours."""
    with pytest.raises(RowgateError):
        backend.run(FREE_A, ESCAPES[way])


def test_compiled_statements_of_another_dialect_are_refused(sync_backend: Any) -> None:
    """SQL that another dialect compiled knows no gate."""
    compiled = TITLES.compile(dialect=sync_backend.owner.dialect)
    with pytest.raises(Exception, match=r"dialect|executable|compiled form"):
        sync_backend.run(FREE_A, lambda s: s.connection().execute(compiled).all())


def test_the_callers_engine_is_left_alone(backend: Any) -> None:
    """The guard derives its own engine: the caller's runs text as before."""
    if backend.is_async:

        async def ask() -> Any:
            async with backend.engine.connect() as connection:
                return (await connection.execute(text("SELECT count(*) FROM documents"))).scalar()

        assert 16 == backend.runner.run(ask())
    else:
        with backend.engine.connect() as connection:
            assert 16 == connection.execute(text("SELECT count(*) FROM documents")).scalar()


def test_lifts_are_for_roles_that_may_and_audited(backend: Any) -> None:
    """A lift that no role allows is refused and told to the audit; an unknown one is refused at once."""
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, _titles, lift={"soft-delete"})
    with pytest.raises(Unguarded):
        backend.run(ADMIN_D, _titles, lift={"no-such"})
    with pytest.raises(AccessDenied):
        backend.run(ADMIN_D, _titles, lift={"blocks"})
    assert titles(ADMIN_D, {"soft-delete"}) == backend.run(ADMIN_D, _titles, lift={"soft-delete"})
    kinds = [(event.kind, event.detail) for event in backend.audited]
    assert [("lift-refused", "soft-delete"), ("lift-refused", "blocks"), ("lift", "soft-delete")] == kinds


def test_system_sessions_need_a_reason_and_skip_policies(backend: Any) -> None:
    """The system principal sees everything, and its reason is audited."""
    with pytest.raises(NoPrincipal):
        backend.Session.system(reason=" ")
    made = backend.Session.system(reason="a test")
    assert ("system", None, "a test") == (
        backend.audited[-1].kind,
        backend.audited[-1].principal,
        backend.audited[-1].detail,
    )
    assert made is not None


def test_a_deleted_row_comes_back_with_a_rollback(backend: Any) -> None:
    """The session's own bookkeeping after a rollback is not taken for an object from elsewhere."""

    def work(session: Session) -> Any:
        mine = session.get_one(Document, key("a010"))
        session.delete(mine)
        session.flush()
        session.rollback()
        return mine.title, mine in session

    backend.as_owner(
        lambda s: [
            s.execute(t.delete())
            for t in reversed(Base.metadata.sorted_tables)
            if t.name in ("comments", "shares", "document_tags")
        ]
    )
    assert ("a010", True) == backend.run(FREE_A, work)


def test_attributes_of_the_principal_are_read_per_connection(backend: Any) -> None:
    """Two principals of one id and other attributes are two principals."""
    from world import Project

    for tenant, expected in ((1, ["p1", "p2"]), (2, ["p3"]), (None, [])):
        who = Principal(A, {"free_user"}, {} if tenant is None else {"tenant": tenant})
        assert expected == backend.run(who, lambda s: sorted(s.scalars(select(Project.name))))


def test_maker_takes_engines_only(sync_backend: Any) -> None:
    """A guarded engine is not guarded twice, and no engine at all is refused."""
    for wrong in (sync_backend.Session.engine, "sqlite://", None):
        with pytest.raises(Unguarded):
            guarded_sessionmaker(wrong, make_catalog())
    assert isinstance(make_catalog().principal_id, Uuid)


def test_a_row_that_vanishes_is_reported_as_deleted(sync_backend: Any) -> None:
    """An expired object whose row is gone raises what SQLAlchemy raises for absent rows."""

    def work(session: Session) -> Any:
        mine = session.get_one(Document, key("a000"))
        mine.is_deleted = True
        session.flush()
        session.expire(mine)
        with pytest.raises(ObjectDeletedError):
            return mine.title
        return session.scalar(select(func.count()).select_from(Document))

    assert len(titles(FREE_A)) - 1 == sync_backend.run(FREE_A, work)
