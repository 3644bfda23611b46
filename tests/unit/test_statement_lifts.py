"""Lifts of one statement: who listens, what is audited, and what memory answers afterwards."""

from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.orm.exc import ObjectDeletedError

from rowgate import Unguarded, lift
from unit.session_world import ADMIN, ANN, ANNS, Line, Note, Report, User, World, bodies, bodies_of, listening, within

BODIES = select(Note.body)
LIFTED = lift("gone", Note)
WITH_GONE = sorted([*ANNS, "gone"])


@pytest.fixture
def world() -> World:
    """Give a database that nobody has asked anything yet."""
    return World()


def test_a_core_statement_lifts_by_its_own_option(world: World) -> None:
    """`include_filtered` on the statement, or at its execution, and on nothing else."""
    every = {"include_filtered": True}

    def work(session: Any) -> list[Any]:
        run = session.connection().scalars
        return [
            sorted(run(BODIES.execution_options(**every))),
            sorted(run(BODIES, execution_options=every)),
            bodies(session),
        ]

    assert [WITH_GONE, WITH_GONE, ANNS] == within(world, ADMIN, work)


def test_include_filtered_on_a_connection_is_refused(world: World) -> None:
    """It would hold for every statement from then on, unseen."""

    def work(session: Any) -> None:
        session.connection(execution_options={"include_filtered": True}).execute(BODIES)

    with pytest.raises(Unguarded, match="one statement"):
        within(world, ADMIN, work)


@pytest.mark.parametrize("listened", ["nobody", "engine before", "engine meanwhile", "connection"])
def test_a_lift_is_audited_once_whoever_listens(world: World, listened: str) -> None:
    """Also where a listener came after the connection was made, or listens to it alone."""
    maker = world.maker()

    def work(session: Any) -> Any:
        return bodies(session, LIFTED)

    def hear(*_args: Any) -> None:
        pass

    if listened == "engine before":
        event.listen(maker.engine, "before_execute", hear)
    with maker(ADMIN) as session:
        connection = session.connection()
        if listened == "engine meanwhile":
            event.listen(maker.engine, "before_execute", hear)
        elif listened == "connection":
            event.listen(connection, "before_execute", hear)
        assert WITH_GONE == work(session)
        assert [("lift", "gone", "notes")] == [(e.kind, e.detail, e.table) for e in world.audited]
        assert ANNS == bodies(session)
    assert 1 == len(world.audited)


def test_a_listener_of_the_callers_engine_hears_the_guard(world: World) -> None:
    """The guarded engine shares the caller's events, also those that came after it was made."""
    maker = world.maker()
    heard: list[str] = []

    def work() -> Any:
        return bodies_of(maker, ANN)

    listening(world.engine, "before_cursor_execute", lambda *args: heard.append(args[2]), work)
    assert 1 == len(heard)


@pytest.mark.parametrize("write", ["cte", "for update"])
def test_a_lifted_statement_only_reads(world: World, write: str) -> None:
    """Writing inside of it, or locking, takes the session's lift; the lifted SELECT alone works."""
    changed = insert(Line).values(text="x").returning(Line.id).cte("changed")
    statement = select(changed.c.id) if write == "cte" else BODIES.with_for_update()

    def work(session: Any) -> Any:
        with pytest.raises(Unguarded):
            session.execute(statement.options(LIFTED))
        return [bodies(session), bodies(session, LIFTED), bodies(session)]

    assert [ANNS, WITH_GONE, ANNS] == within(world, ADMIN, work)


def test_the_sessions_lift_and_the_statements_are_the_sessions(world: World) -> None:
    """Then rows may be locked and written, since nothing is lifted for the statement alone."""

    def work(session: Any) -> Any:
        found = session.scalars(select(Note).options(LIFTED).with_for_update()).all()
        return sorted(note.body for note in found if note.kind == "note")

    assert ["gone", "plain"] == within(world, ADMIN, work, lift="gone")


def test_after_a_lift_other_tables_are_answered_from_memory(world: World) -> None:
    """Only those of which the lift may have shown more are asked for again, in `get()` and in `merge()`."""
    maker = world.maker()
    heard: list[str] = []

    def work() -> Any:
        with maker(ADMIN) as session:
            held = session.get(User, 1), session.get(Note, 1)
            bodies(session, LIFTED)
            counts = []
            for entity, again in ((User, held[0]), (Note, held[1])):
                for ask in (lambda e=entity: session.get(e, 1), lambda o=again: session.merge(o)):
                    heard.clear()
                    assert ask() is again
                    counts.append(len(heard))
            return counts

    assert [0, 0, 1, 1] == listening(maker.engine, "before_cursor_execute", lambda *a: heard.append(a[2]), work)


def test_a_lift_of_a_joined_table_is_no_answer_either(world: World) -> None:
    """A restriction on a subclass's own table: the report that its lift has shown is asked for again."""

    def work(session: Any) -> Any:
        every = session.scalars(select(Report).options(lift("draft", Report))).all()
        return [sorted(one.body for one in every), session.get(Report, 7), session.get(Report, 6) in every]

    assert [["draft", "report"], None, True] == within(world, ADMIN, work)


def test_merging_goes_by_the_key_that_an_object_came_with(world: World) -> None:
    """A detached object whose key was changed is merged into the row it was loaded from: refused where a lift showed it."""
    maker = world.maker()
    with maker(ADMIN, lift="gone") as session:
        detached = session.get_one(Note, 2)
    detached.id = 1
    with maker(ADMIN) as session:
        held = session.scalars(select(Note).options(LIFTED)).all()
        for claimed in (detached, Note(id=2, owner_id=1, body="x", kind="note")):
            with pytest.raises(Unguarded, match="session's lift"):
                session.merge(claimed)
        assert 2 == len([note for note in held if note.kind == "note"])


def test_merging_something_new_after_a_lift_makes_it(world: World) -> None:
    """Twin: what is not in memory and has no row is a row to be."""

    def work(session: Any) -> None:
        bodies(session, LIFTED)
        session.merge(Note(id=90, owner_id=1, body="merged", kind="note"))
        session.commit()

    within(world, ADMIN, work)
    assert ["merged"] == world.stored(select(Note.body).where(Note.id == 90))


def test_merging_into_what_went_out_of_sight_is_no_matter_of_lifts(world: World) -> None:
    """Where nothing was lifted, it is what SQLAlchemy makes of a row that is not there."""

    def work(session: Any) -> None:
        held = session.get_one(Note, 1)
        held.gone = True
        session.flush()
        session.expire(held)
        with pytest.raises(ObjectDeletedError):
            session.merge(Note(id=1, owner_id=1, body="x", kind="note"))

    within(world, ANN, work)


def test_objects_of_another_identity_token_are_others(world: World) -> None:
    """`get()` finds what was loaded under its token in memory, and not under another one."""
    heard: list[Any] = []

    def work(session: Any) -> Any:
        there = session.scalars(select(Note).where(Note.id == 1), execution_options={"identity_token": "there"}).one()
        heard.clear()
        assert session.get(Note, 1, identity_token="there") is there
        return [len(heard), session.get(Note, 1) is there]

    maker = world.maker()
    with maker(ANN) as session:
        found = listening(maker.engine, "before_execute", lambda *a: heard.append(a[1]), lambda: work(session))
    assert [0, False] == found
