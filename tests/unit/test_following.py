"""Tables that follow another one: joined subclasses, circles, and tables that are read again on the way."""

from typing import Any

import pytest
from sqlalchemy import ForeignKey, Integer, and_, exists, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

from rowgate import Action, Catalog, CatalogError, can, principal
from rowgate.following import follows, inheritance, is_joined


class Base(DeclarativeBase):
    """Things, of which some are boxes; what is in a box; labels on things."""


class Thing(Base):
    """Perhaps in a box, and the part of another thing."""

    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int]
    box_id: Mapped[int | None] = mapped_column(ForeignKey("boxes.id"))
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"))
    box: Mapped["Box | None"] = relationship(
        primaryjoin=lambda: foreign(Thing.box_id) == Box.__table__.c.id, viewonly=True
    )
    label: Mapped["Label"] = relationship(foreign_keys=label_id)
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "thing"}  # noqa: RUF012


class Box(Thing):
    """A thing with a table of its own."""

    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(ForeignKey("things.id"), primary_key=True)
    __mapper_args__ = {"polymorphic_identity": "box", "inherit_condition": id == Thing.id}  # noqa: RUF012


class Toy(Thing):
    """A thing in the table of things."""

    __mapper_args__ = {"polymorphic_identity": "toy"}  # noqa: RUF012


class Label(Base):
    """What things are labelled with; perhaps itself on a thing."""

    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[int | None] = mapped_column(ForeignKey("things.id"))
    text: Mapped[str]
    thing: Mapped[Thing | None] = relationship(foreign_keys=thing_id)


@pytest.mark.parametrize("alone", [True, False])
def test_a_joined_table_follows_its_parents(alone: bool) -> None:
    """In every action; new rows too, whose parent must be readable besides. Alone it allows whatever the parent does."""
    policy = inheritance(inspect(Box), alone=alone)
    assert [frozenset({action}) for action in Action] == [rule.actions for rule in policy.restricts]
    for action, rule in zip(Action, policy.restricts, strict=True):
        asked = [term.action for term in follows(rule.when)]
        assert (["create", "read"] if action == "create" else [str(action)]) == asked
        assert all(
            term.whole and term.table == (None, "things") and term.names == ("id",) for term in follows(rule.when)
        )
        assert [["boxes.id"]] * len(asked) == [[str(key) for key in term.keys] for term in follows(rule.when)]
        assert (f"{action} follows things", action != "delete") == (rule.name, rule.check)
    allowed = [(rule.actions, rule.everyone, rule.when, rule.name) for rule in policy.allows]
    assert ([(frozenset(Action), True, None, "inherited")] if alone else []) == allowed


class Odd(DeclarativeBase):
    """Classes that are joined by more than keys, mapped to queries, or joined to nothing."""


class Sheet(Odd):
    """A class without a discriminator."""

    __tablename__ = "sheets"
    id: Mapped[int] = mapped_column(primary_key=True)


class Copy(Sheet):
    """A sheet by its methods, with all that it has in a table of its own."""

    __tablename__ = "copies"
    id: Mapped[int] = mapped_column(primary_key=True)
    __mapper_args__ = {"concrete": True}  # noqa: RUF012


class Root(Odd):
    """Their root."""

    __tablename__ = "roots"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    size: Mapped[int]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "root"}  # noqa: RUF012


class Larger(Root):
    """Joined by more than its key."""

    __tablename__ = "larger"
    id: Mapped[int] = mapped_column(ForeignKey("roots.id"), primary_key=True)
    __mapper_args__ = {  # noqa: RUF012
        "polymorphic_identity": "larger", "inherit_condition": and_(id == Root.id, Root.size > 1),
    }  # fmt: skip


ROOTS: Any = Root.__table__
QUERY = select(ROOTS.c.id.label("of"), ROOTS.c.size.label("other")).subquery("query")


class Queried(Root):
    """Its own part is a query."""

    __table__ = QUERY
    __mapper_args__ = {"polymorphic_identity": "queried", "inherit_condition": QUERY.c.of == ROOTS.c.id}  # noqa: RUF012


class Shown(Odd):
    """A root that is a query."""

    __table__ = select(ROOTS.c.id, ROOTS.c.kind).subquery("shown")
    __mapper_args__ = {  # noqa: RUF012
        "primary_key": [__table__.c.id], "polymorphic_on": __table__.c.kind, "polymorphic_identity": "shown",
    }  # fmt: skip


class Under(Shown):
    """Joined to a query."""

    __tablename__ = "under"
    no: Mapped[int] = mapped_column(primary_key=True)
    __mapper_args__ = {"polymorphic_identity": "under", "inherit_condition": no == Shown.__table__.c.id}  # noqa: RUF012


@pytest.mark.parametrize(("entity", "joined"), [(Thing, False), (Box, True), (Toy, False), (Copy, False)])
def test_joined_is_who_has_a_table_beside_the_parents(entity: Any, joined: bool) -> None:
    """Not the root, nor who shares its parent's table, nor who has all in one of its own."""
    assert joined is is_joined(inspect(entity))


@pytest.mark.parametrize("entity", [Larger, Queried, Under])
def test_a_join_that_is_no_equal_key_of_tables_is_refused(entity: Any) -> None:
    """What it would mean to follow could not be said by keys."""
    with pytest.raises(CatalogError, match="more than equal keys"):
        inheritance(inspect(entity), alone=True)


Rule = tuple[Any, str, str, Any]
"""Whose, "allow" or "restrict", the action, and the condition."""


def _catalog(*rules: Rule) -> Catalog:
    """Return a frozen catalog with these rules, and what everybody may besides."""
    catalog = Catalog(Base, principal_id=Integer())
    policies = {entity: catalog.policy(entity) for entity in (Thing, Label)}
    for number, (entity, kind, action, when) in enumerate(rules):
        if kind == "restrict":
            policies[entity].restrict(action, when=when, name=f"rule {number}")
        elif kind == "check":
            policies[entity].allow(action, when=entity.id > 0, check=when)
        else:
            policies[entity].allow(action, when=when)
    return catalog.freeze()


PLAIN: Rule = (Thing, "allow", "read", Thing.owner_id == principal.id)


@pytest.mark.parametrize(
    ("rules", "circle"),
    [
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "allow", "read", can("read", Label.thing))], True),
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "restrict", "read", can("read", Label.thing))], True),
        ([(Thing, "restrict", "read", can("read", Thing.label)), (Label, "allow", "read", can("read", Label.thing))], True),
        ([(Thing, "check", "update", can("update", Thing.label)), (Label, "allow", "update", can("update", Label.thing))], True),
        ([(Thing, "allow", "update", can("delete", Thing.label)), (Label, "allow", "delete", can("update", Label.thing))], True),
        # Whoever asks for an update or a delete asks to read as well.
        ([(Thing, "allow", "read", can("update", Thing.label)), (Label, "allow", "read", can("read", Label.thing))], True),
        ([(Thing, "allow", "read", can("delete", Thing.label)), (Label, "allow", "read", can("read", Label.thing))], True),
        # What is asked in one action says nothing of another.
        ([(Thing, "allow", "update", can("read", Thing.label)), (Label, "allow", "update", can("read", Label.thing))], False),
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "allow", "update", can("read", Label.thing))], False),
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "restrict", "update", can("read", Label.thing))], False),
        ([(Thing, "allow", "create", can("read", Thing.label)), (Label, "allow", "create", can("read", Label.thing))], False),
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "allow", "read", Label.text == "x")], False),
        ([(Thing, "allow", "read", Thing.owner_id == 1), (Label, "allow", "read", can("read", Label.thing))], False),
        # A joined table asks its parent's: it goes round where the parent asks it.
        ([(Thing, "allow", "read", can("read", Thing.box))], True),
        ([PLAIN, (Label, "allow", "read", exists().where(Box.id == Label.thing_id, can("read", Box.__table__)))], False),
        ([(Thing, "allow", "read", exists().where(Label.id == Thing.label_id, can("read", Label.thing)))], True),
        ([PLAIN, (Thing, "allow", "create", None), (Label, "allow", "read", None)], False),
    ],
)  # fmt: skip
def test_decisions_that_follow_themselves_are_refused(rules: list[Rule], circle: bool) -> None:
    """Over other tables, by inheritance and out of sub-selects, at the start; what only looks like it is accepted."""
    if circle:
        with pytest.raises(CatalogError, match="goes in a circle"):
            _catalog(*rules)
    else:
        assert _catalog(*rules).frozen


def test_a_circle_is_told_from_where_it_closes() -> None:
    """The way in is left out: whoever reads it finds the rules that ask each other."""
    rules: list[Rule] = [
        (Thing, "allow", "read", can("read", Thing.label)),
        (Label, "allow", "read", can("read", Label.thing)),
        (Label, "allow", "update", can("read", Label.thing)),
    ]
    ways = ("read things -> read labels -> read things", "read labels -> read things -> read labels")
    with pytest.raises(CatalogError) as told:
        _catalog(*rules)
    assert any(told.value.message == f"can() goes in a circle: {way}" for way in ways)


LABELS_OF_THINGS = exists().where(Thing.label_id == Label.id, Thing.owner_id == principal.id)


@pytest.mark.parametrize(
    ("rules", "marked"),
    [
        # Things follow their label, whose rule reads things again; labels follow nobody.
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "allow", "read", LABELS_OF_THINGS)], {"things"}),
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "restrict", "read", LABELS_OF_THINGS)], {"things"}),
        ([(Thing, "allow", "read", can("read", Thing.label)), (Label, "allow", "read", Label.text == "x")], set()),
        ([PLAIN, (Label, "allow", "read", LABELS_OF_THINGS)], set()),
        # Boxes follow things always: by what things follow, they come to labels.
        (
            [
                (Thing, "allow", "read", can("read", Thing.label)),
                (Label, "allow", "read", exists().where(Box.__table__.c.id == Label.thing_id)),
            ],
            {"boxes"},
        ),
    ],
)  # fmt: skip
def test_tables_that_are_read_again_on_the_way_are_known(rules: list[Rule], marked: set[str]) -> None:
    """Their own rows must then be judged as they are stored, and not as a write would leave them."""
    catalog = _catalog(*rules)
    assert marked == {entry.name for entry in catalog.entries.values() if entry.reads_itself}
