"""What a guarded engine keeps, and the options and isolation levels of its connections."""

from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import ResourceClosedError

from rowgate import NoPrincipal, Unguarded, guarded_sessionmaker
from rowgate.decision import Variant
from unit.session_world import ANN, ANNS, Line, Note, World, bodies, make_catalog

BODIES = select(Note.body)
LEVEL = "READ UNCOMMITTED"


@pytest.fixture
def world() -> World:
    """Give a database that nobody has asked anything yet."""
    return World()


def test_the_callers_engine_keeps_no_statement_of_ours(world: World) -> None:
    """The guard's compiled statements are its own, 2,000 of them, so that the two never meet."""
    maker = world.maker()
    world.engine._compiled_cache.clear()
    with maker(ANN) as session:
        assert ANNS == bodies(session)
    assert 0 == len(world.engine._compiled_cache)
    assert 1 == len(maker.engine._compiled_cache)
    assert 2000 == maker.engine._compiled_cache.capacity


def test_an_engine_that_keeps_no_statements_is_guarded_without() -> None:
    """`query_cache_size=0` holds for the guard as well."""
    maker = World(query_cache_size=0).maker()
    with maker(ANN) as session:
        assert ANNS == bodies(session)
    assert maker.engine._compiled_cache is None


def test_dialects_are_kept_for_128_variants(world: World) -> None:
    """The one used longest ago goes first, and what is kept is the same again: else nothing compiled would be found."""
    maker = world.maker()
    with maker(ANN) as session:
        session.connection()
    variants = [Variant(frozenset({f"role {n}"}), anonymous=False, lifts=frozenset()) for n in range(128)]
    engine = maker.engine
    made = [engine.dialect_for(variant) for variant in variants]
    assert made == [engine.dialect_for(variant) for variant in variants]  # Ann's own has gone
    assert made[0] is engine.dialect_for(variants[0])
    last = engine.dialect_for(Variant(frozenset({"one more"}), anonymous=False, lifts=frozenset()))
    kept = [engine.dialect_for(variant) for variant in (variants[0], *variants[2:])]
    assert [made[0], *made[2:]] == kept
    assert made[1] is not engine.dialect_for(variants[1])
    assert last is not made[1]


@pytest.mark.parametrize("connected", [False, True])
def test_nothing_is_compiled_for_the_engine_itself(world: World, connected: bool) -> None:
    """Which policies would hold? A statement is rendered for somebody; as text it would show none of them."""
    maker = world.maker()
    if connected:
        with maker(ANN) as session:
            session.connection()
    with pytest.raises(NoPrincipal):
        BODIES.compile(maker.engine)


def test_options_of_the_engine_reach_its_connections(world: World) -> None:
    """Set for all, they are there for each."""
    maker = world.maker()
    maker.engine.update_execution_options(logging_token="seen")
    with maker(ANN) as session:
        assert "seen" == session.connection().get_execution_options()["logging_token"]


def test_the_engines_isolation_level_is_in_force() -> None:
    """A level that was given to the caller's engine is that of guarded connections, which stay sealed."""
    with World(execution_options={"isolation_level": LEVEL}).maker()(ANN) as session:
        assert ANNS == bodies(session)
        connection = session.connection()
        assert LEVEL == connection.get_isolation_level()
        _is_sealed(connection)


def test_an_isolation_level_of_one_transaction_ends_with_it(world: World, tmp_path: Any) -> None:
    """It is in force for this session, and the next user of the pooled connection has the usual one.

    Also where nobody was connected when the engine was guarded: what the first connect has found out is known.
    """
    engine = world.copied(tmp_path / "world.db")
    maker = guarded_sessionmaker(engine, make_catalog())
    with maker(ANN) as session:
        connection = session.connection(execution_options={"isolation_level": LEVEL})
        assert LEVEL == connection.get_isolation_level()
        _is_sealed(connection)
        assert ANNS == bodies(session)
    with engine.connect() as connection:
        assert "SERIALIZABLE" == connection.get_isolation_level()


def test_what_the_first_connect_finds_out_is_asked_once(world: World) -> None:
    """Later connections cost no copy of the dialect."""
    maker = world.maker()
    found = []
    for _ in range(3):
        with maker(ANN) as session:
            session.connection()
        found.append(maker.engine.dialect)
    assert found[0] is found[1] is found[2]


def _is_sealed(connection: Any) -> None:
    with pytest.raises(Unguarded) as refused:
        connection.connection.cursor()
    assert "RG303" == refused.value.code


def test_a_closed_connection_says_so(world: World) -> None:
    """It is SQLAlchemy's error, as on any connection."""
    with world.maker()(ANN) as session:
        connection = session.connection()
    with pytest.raises(ResourceClosedError):
        connection.connection.commit()


def test_a_lost_connection_shows_no_driver(world: World) -> None:
    """What was invalidated is not opened again for the asking."""
    with world.maker()(ANN) as session:
        connection = session.connection()
        connection.invalidate()
        with pytest.raises(Exception, match=r"rollback|raw connection"):
            connection.connection.cursor()


def test_the_sealed_connection_transacts(world: World) -> None:
    """What it has is to commit, to roll back and the pool's dictionary."""
    with world.maker()(ANN) as session:
        connection = session.connection()
        for end, stored in (("rollback", 0), ("commit", 1)):
            connection.execute(insert(Line).values(text=end))
            getattr(connection.connection, end)()
            assert stored == len(world.stored(select(Line.id).where(Line.text == end)))
        connection.connection.info["seen"] = True
        assert connection.connection.info == connection._dbapi_connection.info != {}
