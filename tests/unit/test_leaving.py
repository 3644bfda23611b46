"""Which restrictions a write may lead rows out of, as far as Python can tell: what it cannot tell, it does not deny."""

from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Computed,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    null,
    or_,
    select,
    text,
    true,
)  # fmt: skip
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from rowgate import Catalog, Principal, can, principal
from rowgate.decision import Variant
from rowgate.entry import Entry
from rowgate.gate.leaving import UNKNOWN, Leaving, default_of, hiding
from rowgate.policy import Restrict
from unit.rendered_world import Base, Folder, Note

t = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True), Column("gone", Boolean), Column("size", Integer),
    Column("word", String),
)  # fmt: skip
gone, size, word = t.c.gone, t.c.size, t.c.word


def _leaving(condition: Any, **values: Any) -> Leaving:
    """Return what leaves a restriction of this condition, for columns that are set to these values."""
    catalog = Catalog(t.metadata, principal_id=Integer(), roles=set())
    catalog.policy(t).restrict(when=condition, name="it")
    catalog.freeze()
    (rule,) = catalog.entries[None, "things"].restricts
    return Leaving((None, "things"), rule, values)


@pytest.mark.parametrize(
    ("condition", "values", "leaves"),
    [
        (~gone, {"gone": False}, False),
        (~gone, {"gone": True}, True),
        (~gone, {"gone": None}, True),
        (~gone, {"gone": UNKNOWN}, True),
        (~gone, {}, True),
        (gone, {"gone": True}, False),
        (gone, {"gone": False}, True),
        (gone, {"gone": 1}, True),
        (gone.is_(False), {"gone": False}, False),
        (gone.is_(False), {"gone": True}, True),
        (gone.is_(True), {"gone": True}, False),
        (gone.is_not(True), {"gone": False}, False),
        (gone.is_not(True), {"gone": True}, True),
        (size.is_(None), {"size": None}, False),
        (size.is_(None), {"size": 1}, True),
        (size.is_(None), {"size": UNKNOWN}, True),
        (size.is_not(None), {"size": 1}, False),
        (size.is_not(None), {"size": None}, True),
        (size == 1, {"size": 1}, False),
        (size == 1, {"size": 2}, True),
        (size == 1, {"size": None}, True),
        (size == 1, {"size": UNKNOWN}, True),
        (size != 1, {"size": 2}, False),
        (size != 1, {"size": 1}, True),
        (size != 1, {"size": None}, True),
        (size > 1, {"size": 2}, True),
        (size != func.abs(3), {"size": 3}, True),
        (func.abs(3) != size, {"size": 3}, True),
        (size != bindparam("n", None, type_=Integer()), {"size": 3}, True),
        (size.is_(None), {"size": bindparam("n", required=True)}, True),
        (size.is_(None), {"size": bindparam("n", callable_=lambda: 3)}, True),
        (size.is_(None), {"size": bindparam("n", None, type_=Integer())}, False),
        (gone == true(), {"gone": True}, False),
        (gone == false(), {"gone": True}, True),
        (gone != false(), {"gone": True}, False),
        (size == t.c.id, {"size": 3, "id": 3}, False),
        (size == t.c.id, {"size": 3, "id": 4}, True),
        (size == func.abs(3), {"size": 3}, True),
        (size == principal.id, {"size": 3}, True),
        (size.in_([1, 2]), {"size": 1}, True),
        (word == "a", {"word": "a"}, False),
        (word == "a", {"word": "A"}, True),
        (and_(~gone, size == 1), {"gone": False, "size": 1}, False),
        (and_(~gone, size == 1), {"gone": False, "size": 2}, True),
        (and_(~gone, size == 1), {"gone": False, "size": UNKNOWN}, True),
        (or_(~gone, size == 1), {"gone": True, "size": 1}, False),
        (or_(~gone, size == 1), {"gone": UNKNOWN, "size": 1}, False),
        (or_(~gone, size == 1), {"gone": True, "size": 2}, True),
        (or_(~gone, size == 1), {"gone": UNKNOWN, "size": 2}, True),
        (not_(and_(gone, size == 1)), {"gone": False, "size": 1}, False),
        (not_(and_(gone, size == 1)), {"gone": False, "size": UNKNOWN}, False),
        (not_(and_(gone, size == 1)), {"gone": True, "size": 1}, True),
        (not_(and_(gone, size == 1)), {"gone": True, "size": UNKNOWN}, True),
        (not_(or_(gone, size == 1)), {"gone": False, "size": 2}, False),
        (not_(or_(gone, size == 1)), {"gone": False, "size": 1}, True),
        (not_(or_(gone, size == 1)), {"gone": UNKNOWN, "size": 1}, True),
        (and_(or_(gone, size == 1), ~gone), {"gone": False, "size": 1}, False),
        (and_(size == 1, gone.is_(true())), {"size": 1, "gone": True}, False),
        (and_(size == 1, gone.is_(false())), {"size": 1, "gone": True}, True),
        (and_(size == 1, word.is_(null())), {"size": 1, "word": None}, False),
    ],
)  # fmt: skip
def test_what_is_known_in_python_is_judged(condition: Any, values: dict[str, Any], leaves: bool) -> None:
    """A row that is known to keep the restriction leaves nothing; any other one may."""
    assert _leaving(condition, **values).leaves([], {}) is leaves


def test_each_set_of_parameters_is_judged() -> None:
    """One row of many that leaves is enough; a name that a set does not hold is the value of the statement."""
    made = _leaving(~gone, gone=bindparam("flag", value=False))
    assert made.leaves([{"flag": False}, {"flag": False}], {}) is False
    assert made.leaves([{"flag": False}, {"flag": True}], {}) is True
    assert made.leaves([{"flag": True}], {}) is True
    assert made.leaves([{"other": True}], {}) is False
    assert made.leaves([{}], {}) is False
    assert made.leaves([], {}) is False


def test_the_binds_of_this_execution_are_asked() -> None:
    """What was compiled is cached; its binds are not those that are executed."""
    compiled, given = bindparam("flag", value=False), bindparam("flag", value=True)
    made = _leaving(~gone, gone=compiled)
    assert made.leaves([{}], {compiled: given}) is True
    assert made.leaves([{}], {compiled: compiled}) is False


def test_a_bind_that_must_be_given_is_unknown() -> None:
    """So is one that is made when the statement is executed."""
    assert _leaving(~gone, gone=bindparam("flag", required=True)).leaves([{}], {}) is True
    assert _leaving(~gone, gone=bindparam("flag", callable_=lambda: False)).leaves([{}], {}) is True
    assert _leaving(size == 3, size=bindparam("n", value=3)).leaves([{}], {}) is False


@pytest.mark.parametrize(
    ("column", "default"),
    [
        (Column("x", Integer), None),
        (Column("x", Integer, default=3), 3),
        (Column("x", Boolean, default=False), False),
        (Column("x", Integer, default=lambda: 3), UNKNOWN),
        (Column("x", Integer, default=func.now()), UNKNOWN),
        (Column("x", Boolean, server_default=text("TRUE")), True),
        (Column("x", Boolean, server_default="false"), False),
        (Column("x", Boolean, server_default="FALSE"), False),
        (Column("x", Boolean, server_default=text("'False'")), False),
        (Column("x", Boolean, server_default=true()), True),
        (Column("x", Boolean, server_default=false()), False),
        (Column("x", Integer, server_default="7"), UNKNOWN),
        (Column("x", Integer, server_default=func.now()), UNKNOWN),
        (Column("x", Integer, Computed("1 + 1")), UNKNOWN),
        (Column("x", Integer, Identity()), UNKNOWN),
    ],
)  # fmt: skip
def test_what_an_insert_puts_in_a_column_it_does_not_name(column: Any, default: Any) -> None:
    """Values of Python and the truth values of SQL are known; what the database makes up is not."""
    Table("made", MetaData(), column)
    found = default_of(column)
    assert found is default if default is UNKNOWN or isinstance(default, bool) else found == default


class Rendered(ColumnElement[bool]):
    """An element that renders itself, and tells of nothing that it reads."""

    inherit_cache = False


@compiles(Rendered)
def _render(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "true"


def _hiding(
    written: set[str] | None, who: Principal | None = None, lifts: frozenset[str] = frozenset()
) -> dict[str, frozenset[str]]:
    catalog = Catalog(Base, principal_id=Integer(), roles={"admin", "reader"})
    notes = catalog.policy(Note)
    other = aliased(Note)
    notes.restrict(when=~Note.is_gone, name="gone", lift="admin")
    notes.allow("read", to="reader")
    notes.restrict("read", when=Note.owner == principal.id, name="own")
    notes.restrict("read", "update", when=Note.body != "x", name="new rows too", check=True)
    notes.restrict("update", "delete", when=Note.body != "y", name="writes alone")
    notes.restrict("read", when=Note.folder.has(Folder.is_open), name="of another table")
    notes.restrict("read", when=exists(select(other.id).where(other.id == Note.folder_id)), name="of other rows")
    notes.restrict("read", when=can("read", Note.folder), name="of a decision")
    both = and_(can("read", Note.folder), Note.folder.has(Folder.is_open))
    notes.restrict("read", when=both, name="of a decision and another table")
    notes.restrict("read", when=and_(~Note.is_gone, Rendered()), name="of who knows what")
    for table in Base.metadata.tables.values():
        if table.fullname != "notes":
            catalog.open(table, reason="not asked for here")
    catalog.freeze()
    entry: Entry = catalog.entries[None, "notes"]
    variant = Variant.of(who or Principal(1), catalog, lifts)
    found: list[tuple[Restrict, frozenset[str]]] = list(
        hiding(entry, variant, None if written is None else frozenset(written))
    )
    return {rule.name: read for rule, read in found}


def test_restrictions_that_read_what_is_written_hide_it() -> None:
    """Those that judge new rows, and those of writes alone, hide none; a restriction of other rows may always."""
    others = {"of other rows", "of a decision and another table", "of who knows what"}
    assert set(_hiding(None)) == {"gone", "own", "of another table", "of a decision", *others}
    assert set(_hiding({"is_gone"})) == {"gone", *others}
    assert set(_hiding({"owner", "is_gone"})) == {"gone", "own", *others}
    assert set(_hiding({"folder_id"})) == {"of another table", "of a decision", *others}
    assert set(_hiding({"body"})) == others
    assert _hiding({"is_gone"})["gone"] == {"is_gone"}
    assert _hiding({"folder_id"})["of another table"] == {"folder_id"}
    assert _hiding({"body"})["of other rows"] == frozenset()


def test_what_is_lifted_hides_nothing() -> None:
    """A lift counts for whose role may lift, and only where it is asked for."""
    admin, reader = Principal(1, {"admin"}), Principal(1, {"reader"})
    assert "gone" not in _hiding(None, admin, frozenset({"gone"}))
    assert "gone" in _hiding(None, admin)
    assert "own" in _hiding(None, admin, frozenset({"gone"}))
    assert "gone" in _hiding(None, reader, frozenset({"gone"}))
