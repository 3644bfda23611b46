"""Guarded sessions and their maker: who acts, how that is found, what may be lifted, and what is let in."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import DDL, bindparam, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, make_transient_to_detached

from rowgate import (
    AccessDenied,
    CatalogError,
    NoPrincipal,
    Principal,
    Unguarded,
    guarded_sessionmaker,
    lift,
    wall,
)  # fmt: skip
from unit.session_world import (
    ADMIN,
    ANN,
    ANNS,
    BOB,
    Line,
    Note,
    User,
    World,
    bodies,
    bodies_of,
    listening,
    make_catalog,
    within,
)  # fmt: skip

BODIES = select(Note.body)
WITH_GONE = sorted([*ANNS, "gone"])


@pytest.fixture
def world() -> World:
    """Give a database that nobody has asked anything yet."""
    return World()


@pytest.mark.parametrize("who", [None, "ann", 1], ids=repr)
def test_a_session_needs_somebody(world: World, who: Any) -> None:
    """A principal, or a function: said before anything is asked."""
    maker = world.maker()
    with pytest.raises(NoPrincipal, match="not "):
        maker(who)


@pytest.mark.parametrize("found", [None, "ann", 1], ids=repr)
def test_a_function_that_finds_nobody_is_an_error(world: World, found: Any) -> None:
    """What it returns must be a principal; the twin is below."""
    with pytest.raises(NoPrincipal, match="no Principal"):
        within(world, lambda _connection: found, bodies)


def test_a_function_is_asked_once(world: World) -> None:
    """In the first transaction; whoever it found then acts in the later ones, and stands in `info`."""
    answers = [ANN, BOB]

    def work(session: Any) -> Any:
        found = [bodies(session)]
        session.commit()
        found.append(bodies(session))
        return [*found, session.info["principal"]]

    assert [ANNS, ANNS, ANN] == within(world, lambda _connection: answers.pop(0), work)
    assert [BOB] == answers


def test_principals_are_not_mixed_up(world: World) -> None:
    """Sessions of one maker, one after another and at the same time."""
    maker = world.maker()
    with maker(ANN) as ann, maker(BOB) as bob:
        assert [ANNS, ["bobs", "edited", "secret"], ANNS] == [bodies(ann), bodies(bob), bodies(ann)]


def test_an_async_function_finds_the_principal(world: World, tmp_path: Any) -> None:
    """Where the engine is asynchronous, so is the function, and it gets an asynchronous connection."""
    world.copied(tmp_path / "world.db")
    catalog = make_catalog()
    query = catalog.principal_query(select(User.id).where(User.name == "ann"))
    url = f"sqlite+aiosqlite:///{tmp_path}/world.db"

    async def who(connection: Any) -> Principal:
        return Principal(await connection.scalar(query))

    async def ask() -> Any:
        engine = create_async_engine(url)
        async with guarded_sessionmaker(engine, catalog)(who) as session:
            assert isinstance(session, AsyncSession)
            found = sorted(await session.scalars(BODIES))
            result = await session.stream_scalars(BODIES)
            streamed = sorted([body async for body in result])
        await engine.dispose()
        return [found, streamed]

    assert [ANNS, ANNS] == asyncio.run(ask())


# Lifts of a session


@pytest.mark.parametrize(
    "lifts", ["gone", {"gone"}, ["gone"], ("gone",), iter(["gone"])], ids=lambda x: type(x).__name__
)
def test_a_session_lifts_what_its_principal_may(world: World, lifts: Any) -> None:
    """By one name, or by several in any collection; audited once, in the first transaction."""

    def work(session: Any) -> Any:
        found = [bodies(session)]
        session.commit()
        return [*found, bodies(session)]

    assert [WITH_GONE, WITH_GONE] == within(world, ADMIN, work, lift=lifts)
    assert [("lift", 1, "gone", None)] == [(e.kind, e.principal, e.detail, e.table) for e in world.audited]


@pytest.mark.parametrize("none", [(), set(), "", None], ids=repr)
def test_no_lift_lifts_nothing(world: World, none: Any) -> None:
    """Twin: nor is anything audited."""
    assert ANNS == within(world, ADMIN, bodies, lift=none)
    assert [] == world.audited


@pytest.mark.parametrize("who", [ANN, Principal(1, {"reader"}), Principal.anonymous()], ids=repr)
def test_a_session_lifts_nothing_that_its_principal_may_not(world: World, who: Principal) -> None:
    """Other roles, or none: refused by its code, and audited."""
    with pytest.raises(AccessDenied) as refused:
        within(world, who, bodies, lift={"gone"})
    assert "RG202" == refused.value.code
    assert [("lift-refused", who.id, "gone")] == [(e.kind, e.principal, e.detail) for e in world.audited]


def test_a_lift_nobody_knows_is_refused_at_once(world: World) -> None:
    """Before anything is asked: the name is wrong."""
    with pytest.raises(Unguarded, match="no restriction is named nothing"):
        world.maker()(ADMIN, lift={"gone", "nothing"})


def test_a_statement_lifts_what_its_table_restricts(world: World) -> None:
    """A name that only another table knows, or a table that restricts nothing, is an error and no lift."""
    for option, advice in (
        (lift("draft", Note), "reports has, so name that"),
        (lift("nothing", Note), "lift what its policy restricts"),
        (lift("gone", User), "notes has, so name that"),
        (lift("gone", _unknown()), "notes has, so name that"),
    ):
        with pytest.raises(Unguarded, match=f"no restriction named '{option.name}': {advice}"):
            within(world, ADMIN, lambda s, o=option: bodies(s, o))
    assert WITH_GONE == within(world, ADMIN, lambda s: bodies(s, lift("gone", Note)))


def _unknown() -> Any:
    from sqlalchemy import Column, Integer, MetaData, Table

    return Table("elsewhere", MetaData(), Column("id", Integer, primary_key=True))


# What is let in


def test_the_guarded_engine_may_be_named_as_bind(world: World) -> None:
    """It is the session's own; another one is refused, whatever it is."""
    maker = world.maker()
    with maker(ANN) as session:
        assert ANNS == sorted(session.scalars(BODIES, bind_arguments={"bind": session.get_bind()}))
        with pytest.raises(Unguarded) as refused:
            session.scalars(BODIES, bind_arguments={"bind": world.engine})
    assert "RG303" == refused.value.code


def test_options_of_the_session_are_kept(world: World) -> None:
    """Those of the maker, and over them those of the one session, guarded or of the system."""
    maker = world.maker(info={"made": True}, autoflush=False)
    for session in (maker(ANN), maker.system(reason="a test")):
        assert (True, False, False) == (session.info["made"], session.autoflush, session.expire_on_commit)
    for session in (maker(ANN, autoflush=True), maker.system(reason="a test", autoflush=True)):
        assert (True, True, False) == (session.info["made"], session.autoflush, session.expire_on_commit)
    with maker(ANN, autoflush=True) as session:
        assert ANNS == bodies(session)


def test_binds_of_its_own_are_refused(world: World) -> None:
    """They would lead some tables to an engine that no gate stands before; an empty one leads nowhere."""
    maker = world.maker()
    with pytest.raises(Unguarded) as refused:
        maker(ANN, binds={Note: world.engine})
    assert "RG303" == refused.value.code
    with maker(ANN, binds={}) as session:
        assert ANNS == bodies(session)


def _on_the_callers_engine(world: World, maker: Any) -> Any:
    return maker(ANN, bind=world.engine)


def _on_another_guards_engine(world: World, _maker: Any) -> Any:
    return world.maker()(ANN, bind=world.maker().engine)


def _on_a_connection_made_by_hand(_world: World, maker: Any) -> Any:
    engine = maker.engine
    return maker(ANN, bind=Connection(engine, connection=engine._original.raw_connection()))


@pytest.mark.parametrize(
    "bound",
    [_on_the_callers_engine, _on_another_guards_engine, _on_a_connection_made_by_hand],
    ids=lambda f: f.__name__,
)
def test_a_session_on_another_engine_is_refused(world: World, bound: Any) -> None:
    """Bound to what this guard has not made, it begins nothing."""
    with bound(world, world.maker()) as session, pytest.raises(Unguarded) as refused:
        session.scalars(BODIES)
    assert "RG303" == refused.value.code


def test_a_guarded_class_without_its_maker_begins_nothing(world: World) -> None:
    """The class alone knows nobody."""
    maker = world.maker()
    with maker(ANN) as session, type(session)(maker.engine) as made, pytest.raises(NoPrincipal, match="maker"):
        made.scalars(BODIES)


def test_a_session_class_of_the_applications_own_is_guarded(world: World) -> None:
    """It keeps its methods, and is guarded like SQLAlchemy's."""

    class Counting(Session):
        def how_many(self) -> int:
            return len(self.scalars(BODIES).all())

    maker = world.maker(class_=Counting)
    with maker(ANN) as session:
        assert len(ANNS) == session.how_many()
        with pytest.raises(Unguarded) as refused:
            session.add(_claimed())
    assert "RG302" == refused.value.code
    with maker.system(reason="a test") as session:
        assert 7 == session.how_many()


def _claimed() -> Note:
    made = Note(id=3, owner_id=1, body="mine now", kind="note")
    make_transient_to_detached(made)
    return made


def test_new_objects_are_let_in(world: World) -> None:
    """Twin: what claims to be no row is judged when it is written."""

    def work(session: Any, owner: int) -> None:
        session.add(Note(owner_id=owner, body="mine", kind="note"))
        session.flush()

    within(world, ANN, lambda s: work(s, 1))
    with pytest.raises(AccessDenied):
        within(world, ANN, lambda s: work(s, 2))


# System sessions


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_system_session_needs_a_reason(world: World, reason: str) -> None:
    """One that says something."""
    with pytest.raises(NoPrincipal, match="reason"):
        world.maker().system(reason=reason)
    assert [] == world.audited


def test_a_system_session_skips_every_policy_and_is_audited(world: World) -> None:
    """At once, with its reason."""
    with world.maker().system(reason="a test") as session:
        assert 7 == len(session.scalars(BODIES).all())
    assert [("system", None, "a test")] == [(e.kind, e.principal, e.detail) for e in world.audited]


def test_where_the_wall_stands_the_system_needs_a_login_of_its_own() -> None:
    """The application's login is bound by row security: the owner's engine must be given."""
    engine = create_engine("postgresql+psycopg://app@localhost/nowhere")
    owner = create_engine("postgresql+psycopg://owner@localhost/nowhere")
    with pytest.raises(CatalogError, match="owner's login"):
        guarded_sessionmaker(engine, make_catalog(), wall=wall.Unsigned()).system(reason="a test")
    maker = guarded_sessionmaker(engine, make_catalog(), wall=wall.Unsigned(), system=owner)
    assert owner is maker.system(reason="a test").get_bind()


# Bulk writes


def _changed(session: Any, way: str, statement: Any, **options: Any) -> Any:
    if way == "at execution":
        return session.execute(statement, execution_options=options).rowcount
    return session.execute(statement.execution_options(**options)).rowcount


@pytest.mark.parametrize("way", ["at execution", "of the statement"])
@pytest.mark.parametrize("synchronize", [None, "auto", "evaluate", "fetch", False])
def test_objects_follow_a_bulk_write_as_the_database_says(world: World, way: str, synchronize: Any) -> None:
    """Those that the policy let it change, and no other; with False none, as it was asked for."""
    options = {} if synchronize is None else {"synchronize_session": synchronize}

    def work(session: Any) -> Any:
        mine, bobs = session.get(Note, 1), session.get(Note, 5)
        count = _changed(session, way, update(Note).values(body="changed"), **options)
        return [count, mine.body, bobs.body]

    expected = [3, "plain" if synchronize is False else "changed", "edited"]
    assert expected == within(world, Principal(1, {"editor"}), work)


def test_a_bulk_write_by_key_names_its_rows(world: World) -> None:
    """The rows are the caller's; one that may be read and not written denies them all."""
    statement = update(Note)

    def work(session: Any, *rows: Any) -> None:
        session.execute(statement, list(rows))
        session.commit()

    within(world, ANN, lambda s: work(s, {"id": 1, "body": "one"}, {"id": 6, "body": "six"}))
    assert ["one", "six"] == world.stored(select(Note.body).where(Note.id.in_([1, 6])))
    with pytest.raises(AccessDenied):
        within(world, Principal(1, {"editor"}), lambda s: work(s, {"id": 1, "body": "x"}, {"id": 5, "body": "x"}))
    assert ["edited", "one", "six"] == world.stored(select(Note.body).where(Note.id.in_([1, 5, 6])))


def test_a_bulk_write_with_a_tuple_of_parameters_is_one_by_where(world: World) -> None:
    """SQLAlchemy takes only lists for rows by key: an object that the policy kept from being changed says so."""

    def work(session: Any) -> Any:
        bobs = session.get(Note, 5)
        session.execute(update(Note).values(body=bindparam("b")), ({"b": "changed"},))
        return bobs.body

    assert "edited" == within(world, Principal(1, {"editor"}), work)


def test_other_options_of_a_bulk_write_are_kept(world: World) -> None:
    """What else was asked for at its execution is there for whoever listens."""
    maker = world.maker()
    seen: list[Any] = []

    def work() -> None:
        with maker(ANN) as session:
            session.execute(update(Line).values(text="x"), execution_options={"mine": 7})

    listening(maker.engine, "before_execute", lambda *args: seen.append(args[4].get("mine")), work)
    assert [7] == seen


def test_no_options_are_options_too(world: World) -> None:
    """None stands for them where SQLAlchemy takes it, in every kind of write."""

    def work(session: Any) -> Any:
        statements = (
            update(Line).values(text="x"),
            insert(Line).values(text="y"),
            delete(Line).where(Line.text == "y"),
        )
        return [session.execute(one, execution_options=None).rowcount for one in statements]

    assert [1, 1, 1] == within(world, ANN, work)


def test_what_is_no_statement_gets_sqlalchemys_own_error(world: World) -> None:
    """A string, for one, and nothing of ours before it; a function is a statement."""
    with pytest.raises(ArgumentError):
        within(world, ANN, lambda s: s.execute("SELECT 1"))
    assert "x" == within(world, ANN, lambda s: s.execute(func.lower("X")).scalar())
    with pytest.raises(Unguarded):
        within(world, ANN, lambda s: s.execute(DDL("DROP TABLE notes")))


def test_a_listener_of_a_session_hears_it(world: World) -> None:
    """The application's own events of sessions are as they were."""
    maker = world.maker()
    heard: list[Any] = []
    with maker(ANN) as session:
        event.listen(session, "do_orm_execute", lambda state: heard.append(state.statement))
        assert ANNS == bodies(session)
    assert 1 == len(heard)
    assert ANNS == bodies_of(maker, ANN)
