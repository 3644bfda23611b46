"""What the proof has found: statements that read what they write, keys of text, NULL for a boolean."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Integer, Text, exists, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

from rowgate import Catalog, Principal, principal
from wall.walls import DENIED, Walled, walled


class Base(DeclarativeBase):
    """Its base."""


class Thing(Base):
    """Whoever has one may give away any; nobody else may."""

    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[int]
    note: Mapped[int] = mapped_column(default=0)


def make_catalog() -> Catalog:
    """Return a catalog whose rule of update reads the table that it is of."""
    catalog = Catalog(Base, principal_id=Integer(), roles={"clerk"})
    things, mine = catalog.policy(Thing), aliased(Thing)
    things.allow("read")
    things.allow("update", when=exists(select(mine.id).where(mine.owner == principal.id)), columns=[Thing.owner])
    things.allow("update", to="clerk", when=Thing.note > 0, columns=[Thing.note])
    return catalog


@pytest.fixture(scope="module")
def things(cluster: Any) -> Iterator[Walled]:
    """Give three things, one of them of principal 1, behind a wall."""

    def populate(session: Session) -> None:
        session.add_all([Thing(id=1, owner=1), Thing(id=2, owner=2), Thing(id=3, owner=2)])

    with walled(cluster, make_catalog(), populate) as found:
        yield found


def test_all_rows_of_one_update_are_judged_by_what_was(things: Walled) -> None:
    """The row that admits the update is the first that it changes; the others still pass, as they do through the gate."""
    statement = update(Thing.__table__).values(owner=9)
    for who in (Principal(1), Principal(1, roles={"clerk"})):
        assert things.by_wall(who, statement) == things.by_gate(who, statement) == 3


def test_nobody_without_one_changes_any(things: Walled) -> None:
    """Twin: who has none before the statement changes nothing, also where the statement would give him one."""
    statement = update(Thing.__table__).values(owner=7)
    assert things.by_wall(Principal(7), statement) == things.by_gate(Principal(7), statement) == 0
    note = update(Thing.__table__).values(note=5)
    assert things.by_wall(Principal(1), note) == DENIED


def test_keys_of_text_are_found(cluster: Any) -> None:
    """A sub-select of TEXT columns is a set of keys as one of any other type; who has none finds none."""

    class Local(DeclarativeBase):
        pass

    class Word(Local):
        __tablename__ = "words"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        owner: Mapped[int]
        text: Mapped[str | None] = mapped_column(Text)

    catalog, mine = Catalog(Local, principal_id=Integer(), roles=set()), aliased(Word)
    catalog.policy(Word).allow("read", when=Word.text.in_(select(mine.text).where(mine.owner == principal.id)))

    def populate(session: Session) -> None:
        session.add_all([Word(id=1, owner=1, text="a"), Word(id=2, owner=2, text="a"), Word(id=3, owner=2, text="b")])

    with walled(cluster, catalog, populate) as words:
        for who, ids in ((Principal(1), [1, 2]), (Principal(2), [1, 2, 3]), (Principal(3), [])):
            statement = select(Word.__table__.c.id)
            assert words.by_wall(who, statement) == words.by_gate(who, statement) == [(one,) for one in ids]


def test_null_for_a_boolean_is_a_value(cluster: Any) -> None:
    """A rule with `columns=` lets set its boolean to NULL, which psycopg sends without a type; others it does not let set."""

    class Local(DeclarativeBase):
        pass

    class Flag(Local):
        __tablename__ = "flags"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        up: Mapped[bool | None]
        out: Mapped[bool | None]

    catalog = Catalog(Local, principal_id=Integer(), roles=set())
    flags = catalog.policy(Flag)
    flags.allow("read")
    flags.allow("update", columns=[Flag.up])
    flags.allow("update", when=Flag.id == 2, columns=[Flag.out])
    with walled(cluster, catalog, lambda session: session.add(Flag(id=1, up=True, out=True))) as world:
        for value in (None, False, True):
            assert world.by_gate(Principal(1), update(Flag.__table__).values(up=value)) == 1
            assert world.by_wall(Principal(1), update(Flag.__table__).values(up=value)) == 1
        assert world.by_gate(Principal(1), update(Flag.__table__).values(out=None)) == 0
        assert world.by_wall(Principal(1), update(Flag.__table__).values(out=None)) == DENIED
