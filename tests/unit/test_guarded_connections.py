"""Guarded connections: one principal each, nothing for nobody, and no way round the gate."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import DDL, ColumnDefault, Sequence, bindparam, create_engine, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import load_only

from rowgate import NoPrincipal, Principal, Unguarded, guarded_sessionmaker, lift, principal
from unit.session_world import (
    ADMIN,
    ANN,
    ANNS,
    BOB,
    Base,
    Line,
    Note,
    User,
    World,
    bodies,
    listening,
    make_catalog,
    within,
)

BODIES = select(Note.body)
LIFTED = lift("gone", Note)


@pytest.fixture
def world() -> World:
    """Give a database that nobody has asked anything yet."""
    return World()


@pytest.mark.parametrize(
    "statement",
    [BODIES, BODIES.options(LIFTED), select(User), insert(Line).values(text="x")],
    ids=["policy", "lifted", "open table", "write"],
)  # fmt: skip
def test_a_connection_of_nobody_runs_nothing(world: World, statement: Any) -> None:
    """A connection that comes from no session has no principal."""
    engine = world.maker().engine
    with engine.connect() as connection, pytest.raises(NoPrincipal) as refused:
        connection.execute(statement)
    assert "RG101" == refused.value.code


def test_a_connection_of_nobody_runs_no_query_for_a_principal(world: World) -> None:
    """That query is for a session that looks for its principal."""
    catalog = make_catalog()
    query = catalog.principal_query(select(User.id))
    with world.maker(catalog).engine.connect() as connection, pytest.raises(NoPrincipal):
        connection.execute(query)


def _compiled(connection: Any) -> Any:
    return BODIES.compile(dialect=connection.engine._original.dialect)


ROUND: dict[str, Callable[[Any], Any]] = {
    "text of the driver": lambda c: c.exec_driver_sql("SELECT body FROM notes"),
    "compiled": lambda c: c._execute_compiled(_compiled(c), [], {}),  # SQLAlchemy 2.1 has none of its own
    "DDL": lambda c: c.execute(DDL("DROP TABLE notes")),
    "tables made": Base.metadata.create_all,
    "tables made by the engine": lambda c: Base.metadata.create_all(c.engine),
    "a sequence": lambda c: c.scalar(Sequence("notes_id_seq")),
    "a default": lambda c: c.scalar(ColumnDefault(7)),
    "a default that asks": lambda c: c.scalar(ColumnDefault(BODIES.limit(1).scalar_subquery())),
    "the driver's connection": lambda c: c.connection.cursor(),
    "the engine's options": lambda c: c.engine.execution_options(logging_token="x"),
    "two phases": lambda c: c.begin_twophase("xid"),
    "a raw connection": lambda c: c.engine.raw_connection(),
}


@pytest.mark.parametrize("somebody", [False, True])
@pytest.mark.parametrize("way", ROUND)
def test_ways_round_are_refused_by_their_code(world: World, way: str, somebody: bool) -> None:
    """Whether somebody acts on the connection or nobody yet: RG303."""
    with world.maker()(ANN) as session:
        connection = session.connection() if somebody else session.get_bind().connect()
        with connection, pytest.raises(Unguarded) as refused:
            ROUND[way](connection)
    assert "RG303" == refused.value.code


def test_a_session_in_two_phases_says_so(world: World) -> None:
    """The error names the option, at the first statement."""
    with world.maker(twophase=True)(ANN) as session, pytest.raises(Unguarded, match="leave twophase=True out"):
        session.scalars(BODIES)


CONTEXTS = {
    "text": lambda cls, dialect, connection: cls._init_statement(dialect, connection, None, {}, "SELECT 1", []),
    "DDL": lambda cls, dialect, connection: cls._init_ddl(dialect, connection, None, {}, DDL("DROP TABLE notes")),
    "default": lambda cls, dialect, connection: cls._init_default(dialect, connection, None, {}),
    "compiled elsewhere": lambda cls, dialect, connection: cls._init_compiled(
        dialect, connection, None, {}, _compiled(connection), [], BODIES, None
    ),
}


@pytest.mark.parametrize("made", CONTEXTS)
def test_the_context_behind_the_connection_refuses_too(world: World, made: str) -> None:
    """Should another release of SQLAlchemy come by another way, it ends there."""

    def work(session: Any) -> Any:
        connection = session.connection()
        return CONTEXTS[made](connection.dialect.execution_ctx_cls, connection.dialect, connection)

    with pytest.raises(Unguarded) as refused:
        within(world, ANN, work)
    assert ("RG301" if made == "compiled elsewhere" else "RG303") == refused.value.code


def test_a_database_that_is_not_there_is_sqlalchemys_error() -> None:
    """A guarded engine that cannot connect raises what any engine raises."""
    maker = guarded_sessionmaker(create_engine("sqlite:////no/such/folder/at/all.db"), make_catalog())
    with maker(ANN) as session, pytest.raises(OperationalError):
        session.connection()


def _sharing(connection: Any) -> dict[str, Any]:
    return {"bind": connection, "join_transaction_mode": "create_savepoint"}


def test_two_sessions_of_one_principal_may_share_a_connection(world: World) -> None:
    """Twin of those that follow: the same principal, the same lifts."""
    maker = world.maker()
    with maker(ANN) as first, maker(Principal(1), **_sharing(first.connection())) as second:
        assert [ANNS, ANNS] == [bodies(second), bodies(first)]


@pytest.mark.parametrize(
    ("who", "lifts"),
    [(Principal(2, {"admin"}), ()), (Principal(1, {"admin"}, {"tenant": 1}), ()), (ADMIN, {"gone"})],
    ids=["another id", "another attribute", "a lift"],
)
def test_another_principal_or_another_lift_is_refused(world: World, who: Principal, lifts: Any) -> None:
    """Nor does the attempt change who acts on the connection."""
    maker = world.maker()
    with maker(ADMIN) as first:
        with maker(who, lift=lifts, **_sharing(first.connection())) as second, pytest.raises(Unguarded) as refused:
            bodies(second)
        assert "RG303" == refused.value.code
        assert ANNS == bodies(first)


@pytest.mark.parametrize("found", [ANN, BOB], ids=["the same", "another"])
def test_a_function_that_shares_a_connection_runs_the_named_query_alone(world: World, found: Principal) -> None:
    """That somebody acts there already opens nothing, and the first session goes on, whoever is found."""
    catalog = make_catalog()
    query = catalog.principal_query(select(User.name))
    maker = world.maker(catalog)

    def who(connection: Any) -> Principal:
        with pytest.raises(Unguarded, match="principal_query"):
            connection.execute(select(Note.body))
        assert ["ann", "bob", "cid"] == sorted(connection.scalars(query))
        return found

    with maker(ANN) as first:
        with maker(who, **_sharing(first.connection())) as second:
            if found is ANN:
                assert ANNS == bodies(second)
            else:
                with pytest.raises(Unguarded):
                    bodies(second)
        assert ANNS == bodies(first)


@pytest.mark.parametrize("lifting", [0, 1])
def test_sessions_that_share_a_connection_all_ask_again(world: World, lifting: int) -> None:
    """What a lift has shown answers no `get()`, in whichever of them the lifted statement ran."""
    maker = world.maker()
    with maker(ADMIN) as first, maker(ADMIN, **_sharing(first.connection())) as second:
        second.connection()
        session = (first, second)[lifting]
        held = session.scalars(select(Note).where(Note.body == "gone").options(LIFTED)).one()
        assert session.get(Note, held.id) is None


def test_each_query_that_is_named_may_run(world: World) -> None:
    """A catalog may name several; another one is refused."""
    catalog = make_catalog()
    queries = [catalog.principal_query(select(User.id).where(User.name == bindparam("name"))) for _ in range(2)]

    def who(connection: Any) -> Principal:
        found = {connection.scalar(query, {"name": "bob"}) for query in queries}
        with pytest.raises(Unguarded, match="principal_query"):
            connection.execute(select(User.id))
        return Principal(found.pop())

    with world.maker(catalog)(who) as session:
        assert ["bobs", "edited", "secret"] == bodies(session)


def test_the_query_may_have_options_and_listeners(world: World) -> None:
    """A loader's option, and somebody who listens to every statement: neither asks who acts."""
    catalog = make_catalog()
    query = catalog.principal_query(select(User).options(load_only(User.id)))
    maker = world.maker(catalog)
    heard: list[Any] = []

    def work() -> Any:
        with maker(lambda connection: Principal(connection.scalars(query).first())) as session:
            return bodies(session)

    assert ANNS == listening(maker.engine, "before_execute", lambda *args: heard.append(args[1]), work)
    assert query is heard[0]
    assert 2 == len(heard)


def test_the_query_cannot_ask_who_acts(world: World) -> None:
    """Nobody does yet."""
    catalog = make_catalog()
    query = catalog.principal_query(select(User.id).where(User.id == principal.id))
    with world.maker(catalog)(lambda c: Principal(c.scalar(query))) as session, pytest.raises(NoPrincipal):
        bodies(session)
