"""What goes into a guarded statement and what comes out of it: values, errors and rows."""

import asyncio
import sqlite3
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    StaticPool,
    String,
    Table,
    TypeDecorator,
    bindparam,
    create_engine,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from rowgate import AccessDenied, Catalog, Principal, RowgateError, Unguarded, guarded_sessionmaker, lift
from unit.session_world import (
    ANN,
    ANNS,
    BOB,
    READER,
    Line,
    Note,
    User,
    World,
    bodies,
    bodies_of,
    listening,
    make_catalog,
    within,
)

LIFTED = lift("gone", Note)


@pytest.fixture
def world() -> World:
    """Give a database that nobody has asked anything yet."""
    return World()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (ANN, ANNS),
        (BOB, ["bobs", "edited", "secret"]),
        (READER, ["bobs", "draft", "edited", "plain", "report"]),
        (Principal(9, {"editor"}), ["edited"]),
        (Principal(9, {"author", "editor"}), ["edited"]),
        (Principal(9), []),
        (Principal.anonymous(), []),
    ],
    ids=repr,
)  # fmt: skip
def test_everybody_reads_by_id_and_roles(world: World, who: Principal, sees: list[str]) -> None:
    """The id, a role that a rule names, and one that a row names; on SQL that others have compiled before."""
    maker = world.maker()
    for one in (ANN, READER, who):
        with maker(one) as session:
            found = bodies(session)
    assert sees == found


def test_a_policy_of_constants_alone_binds_them(world: World) -> None:
    """Where nothing of the principal stands in the SQL, the policy's constants are bound nevertheless."""
    assert ["shown"] == within(world, ANN, lambda s: list(s.scalars(select(Line.text))))
    assert ["shown"] == within(world, ANN, lambda s: list(s.scalars(select(Line.text).where(Line.id > 0))))


def test_parameters_under_the_gates_names_change_no_constant(world: World) -> None:
    """Who finds out what the gate calls a policy's constant gives it no other value."""
    maker = world.maker()
    statement = select(Line.text).order_by(Line.id)
    with maker(ANN) as session:
        names = statement.compile(dialect=session.connection().dialect).params
        assert names
        assert ["shown"] == list(session.scalars(statement, dict.fromkeys(names, "shown")))


def test_parameters_of_the_statement_are_kept(world: World) -> None:
    """Given with `params()`, at execution, or to several rows that have none."""
    by_id = select(Note.body).where(Note.id == bindparam("n"))
    assert "plain" == within(world, ANN, lambda s: s.scalar(by_id, {"n": 1}))
    assert "plain" == within(world, ANN, lambda s: s.scalar(by_id.params(n=1)))
    within(world, ANN, lambda s: (s.connection().execute(insert(Line.__table__), [{}, {}]), s.commit()))
    assert 4 == len(world.stored(select(Line.id)))


def _said(error: BaseException | None) -> str:
    """Return what an error and all behind it say."""
    said = ""
    while error is not None:
        said += f"{error!r} {error.args} {getattr(error, 'params', '')} "
        error = error.__cause__ or error.__context__ or getattr(error, "orig", None)
    return said


def test_errors_of_the_database_are_emptied_wherever_they_are_held(world: World) -> None:
    """Who keeps the driver's error, from a listener, has no value of a row in hand; the error raised has none behind it."""
    held: list[Any] = []
    maker = world.maker()

    def hear(context: Any) -> None:
        held.extend([context.original_exception, context.sqlalchemy_exception])

    def work() -> BaseException:
        with maker(ANN) as session:
            session.add(Note(id=1, owner_id=1, body="MY SECRET", kind="note"))
            with pytest.raises(IntegrityError) as raised:
                session.flush()
        return raised.value

    error = listening(world.engine, "handle_error", hear, work)
    assert 2 == len(held)
    assert "withheld" in _said(held[0])
    assert "MY SECRET" not in "".join(map(_said, [error, *held]))
    assert "plain" not in "".join(map(_said, [error, *held]))


def test_an_error_at_commit_is_raised(world: World) -> None:
    """A constraint that is checked at COMMIT is not passed over."""

    def work(session: Any) -> None:
        session.add(Note(id=91, owner_id=77, body="orphan", kind="note"))
        session.commit()

    with pytest.raises(IntegrityError, match="withheld"):
        within(world, Principal(77), work)


class Told(Exception):
    """An error of the application."""


def test_errors_of_the_application_pass_as_they_are(world: World) -> None:
    """What a listener raises keeps its words, its cause and where it came from."""
    maker = world.maker()

    def fail(*_args: Any) -> None:
        try:
            int("the cause")
        except ValueError as error:
            raise Told("of the application") from error

    with pytest.raises(Told, match="of the application") as raised:
        listening(maker.engine, "before_execute", fail, lambda: bodies_of(maker, ANN))
    assert "the cause" in str(raised.value.__cause__)
    assert isinstance(raised.value.__context__, ValueError)
    assert "fail" in [entry.name for entry in raised.traceback]


class Refusing(TypeDecorator[str]):
    """A type of the application that takes no value."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        raise AccessDenied("not this")


def test_a_refusal_by_a_type_shows_no_parameters(world: World) -> None:
    """An error of ours that SQLAlchemy wraps comes out bare: no frame of it leads to the value."""
    with pytest.raises(AccessDenied, match="not this") as raised:
        within(world, ANN, lambda s: s.execute(select(Note.id).where(Note.body == literal("MY SECRET", Refusing()))))
    assert "process_bind_param" not in [entry.name for entry in raised.traceback]


@pytest.mark.parametrize("chained", ["cause", "context"])
def test_a_refusal_has_nothing_behind_it(world: World, chained: str) -> None:
    """An error of ours that was raised while another was handled does not carry that one's values out."""
    maker = world.maker()

    def look(*_args: Any) -> None:
        try:
            int("MY SECRET")
        except ValueError as error:
            if chained == "cause":
                raise AccessDenied("not today") from error
            raise AccessDenied("not today")  # noqa: B904 - on purpose

    with pytest.raises(AccessDenied, match="not today") as raised:
        listening(maker.engine, "before_execute", look, lambda: bodies_of(maker, ANN))
    assert (None, None) == (raised.value.__cause__, raised.value.__context__)
    assert "look" not in [entry.name for entry in raised.traceback]


def test_a_refusal_of_the_gate_shows_where_it_refused(world: World) -> None:
    """Its traceback leads into the gate: whoever wrote the statement sees which part of it was meant."""
    with pytest.raises(Unguarded) as raised:
        within(world, ANN, lambda s: s.execute(select(text("body"))))
    assert "gate" in raised.traceback[-1].path.parts


def test_a_denied_write_is_no_overflow(world: World) -> None:
    """SQLite has no other way to raise from an expression; an overflow of the statement's own stays one."""
    with pytest.raises(AccessDenied) as denied:
        within(world, ANN, lambda s: s.execute(insert(Line).values(text="hidden")))
    assert "RG201" == denied.value.code
    smallest = bindparam("n", -(2**63))
    with pytest.raises(OperationalError):
        within(world, ANN, lambda s: s.execute(select(func.abs(smallest))).all())


def test_a_result_shows_the_drivers_cursor_sealed(world: World) -> None:
    """It fetches, describes and counts, and executes nothing."""

    def work(session: Any) -> None:
        ordered = select(Note.body).where(Note.kind == "note").order_by(Note.id)
        result = session.connection().execute(ordered)
        cursor = result.cursor
        assert ["body"] == [column[0] for column in cursor.description]
        assert -1 == cursor.rowcount
        for name in ("execute", "executemany", "connection"):
            with pytest.raises(Unguarded) as refused:
                getattr(cursor, name)
            assert "RG303" == refused.value.code
        assert ("plain",) == cursor.fetchone()
        cursor.close()
        with pytest.raises(Exception, match="closed"):
            cursor.fetchall()

    within(world, ANN, work)


def test_a_stream_is_read_in_parts(world: World) -> None:
    """As many rows at a time as are asked for."""

    def work(session: Any) -> Any:
        result = session.execute(select(Note.body).order_by(Note.body))
        return [[row.body for row in part] for part in result.partitions(2)]

    assert [["draft", "plain"], ["report"]] == within(world, ANN, work)


def test_a_write_counts_its_rows_and_returns_none(world: World) -> None:
    """The gate reads what it has asked for itself; the caller's result has the number alone."""

    def work(session: Any) -> Any:
        one = session.execute(insert(Line).values(text="one"))
        many = session.connection().execute(insert(Line.__table__), [{"text": "two"}, {"text": "three"}])
        changed = session.execute(Line.__table__.update().values(text="same"))
        added = Line(text="added")
        session.add(added)
        session.flush()
        return [
            one.rowcount, one.returns_rows, one.cursor, one.inserted_primary_key.id, many.returns_rows, changed.rowcount,
            changed.returns_rows, added.id,
        ]  # fmt: skip

    assert [1, False, None, 3, False, 4, False, 6] == within(world, ANN, work)


def test_inspection_is_refused(world: World) -> None:
    """It asks the database by text."""
    with pytest.raises(RowgateError):
        within(world, ANN, lambda s: inspect(s.connection()).get_table_names())


def test_a_plain_session_is_not_touched(world: World) -> None:
    """Twin: on the caller's engine everything runs as before."""
    world.maker()
    with Session(world.engine) as session:
        assert 7 == len(session.execute(text("SELECT body FROM notes")).all())


def test_an_asynchronous_write_counts_its_rows_and_knows_its_keys(world: World, tmp_path: Any) -> None:
    """As in SQLAlchemy, though the driver's adapter forgets both where the gate's proof is returned."""
    world.copied(tmp_path / "world.db")

    async def work() -> Any:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/world.db")
        async with guarded_sessionmaker(engine, make_catalog())(ANN) as session:
            added = Line(text="added")
            session.add(added)
            await session.flush()
            one: Any = await session.execute(insert(Line).values(text="one"))
            changed: Any = await session.execute(update(Line.__table__).values(text="same"))
            found = [added.id, one.inserted_primary_key.id, one.rowcount, changed.rowcount]
        await engine.dispose()
        return found

    assert [3, 4, 1, 3] == asyncio.run(work())


class ForgetfulCursor(sqlite3.Cursor):
    """A cursor that forgets keys and counts where rows come back, like the adapter of aiosqlite in SQLAlchemy 2.0."""

    @property
    def lastrowid(self) -> Any:  # type: ignore[override]
        return -1 if self.description else super().lastrowid

    @property
    def rowcount(self) -> Any:  # type: ignore[override]
        return -1 if self.description else super().rowcount


class Forgetful(sqlite3.Connection):
    """A connection of such cursors."""

    def cursor(self, *_factory: Any) -> Any:
        return super().cursor(ForgetfulCursor)


def test_a_driver_that_forgets_is_not_asked() -> None:
    """The key and the number of rows are those that the gate's proof came back with."""

    def work(session: Any) -> Any:
        new = session.execute(insert(Line).values(text="one"))
        changed = session.execute(update(Line.__table__).values(text="same"))
        return [new.inserted_primary_key.id, new.rowcount, changed.rowcount]

    assert [3, 1, 2] == within(World(connect_args={"factory": Forgetful}), ANN, work)


def test_a_new_row_that_nothing_is_proven_of_has_the_drivers_key(world: World) -> None:
    """Twin: in a table that is open for new rows the gate asks for nothing back."""
    assert 4 == within(world, ANN, lambda s: s.execute(insert(User).values(name="dan")).inserted_primary_key.id)


def test_an_upsert_that_does_nothing_counts_none(world: World) -> None:
    """No row comes back, and none is counted; its twin counts one."""
    statement = upsert(Line).on_conflict_do_nothing()
    for id_, count in ((1, 0), (9, 1)):
        found = within(world, ANN, lambda s, n=id_: s.execute(statement.values(id=n, text="x")).rowcount)
        assert count == found


def test_a_default_that_is_asked_for_beforehand_is_refused() -> None:
    """It would be a SELECT that no gate has seen; its twin gives the value."""
    numbers = Table("numbers", MetaData(), Column("id", Integer, primary_key=True))
    key = Column(
        "id",
        Integer,
        primary_key=True,
        autoincrement=False,
        default=select(func.max(numbers.c.id)).scalar_subquery(),
    )
    counted = Table("counted", numbers.metadata, key, implicit_returning=False)
    catalog = Catalog(numbers.metadata, principal_id=Integer())
    for table in (numbers, counted):
        catalog.open(table, reason="a test", actions=("read", "create"))
    engine = create_engine("sqlite://", poolclass=StaticPool)
    numbers.metadata.create_all(engine)
    with guarded_sessionmaker(engine, catalog)(ANN) as session:
        with pytest.raises(Unguarded, match="give the value"):
            session.execute(insert(counted))
        assert (7,) == session.execute(insert(counted).values(id=7)).inserted_primary_key
