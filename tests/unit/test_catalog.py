"""The catalog: complete, consistent and closed, or an error before the first session."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    Table,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
    update,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from rowgate import Catalog, CatalogError, principal
from world import Base, Document, Tag, User, make_catalog

ALL = list(Base.metadata.tables.values())


def _with(fill: Callable[[Any], None], entity: Any = Document, **options: Any) -> Catalog:
    catalog = Catalog(Base, principal_id=Uuid(), **options)
    fill(catalog.policy(entity))
    for other in ALL:
        if other is not entity.__table__:
            catalog.open(other, reason="a test")
    return catalog


OR_IN_FRONT: Any = UnaryExpression(column("x"), operator=custom_op("true or"), type_=Boolean())
OR_BEHIND: Any = UnaryExpression(column("x"), modifier=custom_op("or true"), type_=Boolean())
WRONG: dict[str, Any] = {
    "another table outside": lambda p: p.allow("read", when=User.name == "a"),
    "text": lambda p: p.allow("read", when=text("true")),
    "text inside": lambda p: p.allow("read", when=exists(select(text("1")))),
    "literal column": lambda p: p.allow("read", when=literal_column("true or x") == 1),
    "cte": lambda p: p.allow("read", when=Document.id.in_(select(select(Tag.id).cte("c").c.id))),
    "open bind": lambda p: p.allow("read", when=Document.title == bindparam("x")),
    "callable bind": lambda p: p.allow("read", when=Document.title == bindparam("x", callable_=lambda: "a")),
    "unknown table": lambda p: p.allow("read", when=exists(select(table("other", column("id"))))),
    "unknown role": lambda p: p.allow("read", to="admn"),
    "unknown role in a condition": lambda p: p.allow("read", when=principal.has_role("admn")),
    "unknown role to lift": lambda p: p.restrict(when=true(), name="x", lift="admn"),
    "unknown role to unmask": lambda p: p.mask(Document.title, unless="admn"),
    "masked primary key": lambda p: p.mask(Document.id),
    "masked foreign key": lambda p: p.mask(Document.owner_id),
    "masked column of another table": lambda p: p.mask(User.email),
    "or as an operator": lambda p: p.allow("read", when=Document.is_paid.op("or", precedence=100)(Document.is_public)),
    "and as an operator": lambda p: p.restrict(when=Document.is_paid.bool_op("AND")(Document.is_public), name="x"),
    "or behind an operator": lambda p: p.allow("read", when=Document.is_paid.op("is true or")(Document.is_public)),
    "or in front": lambda p: p.allow("read", when=OR_IN_FRONT),
    "or behind": lambda p: p.allow("read", when=OR_BEHIND),
    "a comment": lambda p: p.allow("read", when=Document.is_paid.op("= true --")(Document.is_public)),
    "the other comment": lambda p: p.allow("read", when=Document.is_paid.op("/*")(Document.is_public)),
    "two statements": lambda p: p.allow("read", when=Document.is_paid.op(";")(Document.is_public)),
    "or as an operator inside": lambda p: p.mask(Document.title, unless_when=and_(Document.is_paid, OR_IN_FRONT)),
    "a lambda inside": lambda p: p.allow("read", when=and_(Document.is_paid, lambda: Document.is_public)),
    "a lambda in a sub-select": lambda p: p.allow("read", when=exists().where(lambda: Tag.id == 1)),
    "callable without expression": lambda p: p.allow("read", when=lambda _cls: True),
}


@pytest.mark.parametrize("how", WRONG)
def test_wrong_rules_are_found_at_freeze(how: str) -> None:
    """What only the whole catalog can tell is told when it is frozen."""
    catalog = _with(WRONG[how], roles={"admin"})
    with pytest.raises(CatalogError):
        catalog.freeze()


RIGHT: dict[str, Any] = {
    "a pattern": Document.title.op("~*")("x"),
    "words": Document.title.op("not similar to")("or"),
    "one side": UnaryExpression(Document.pages.expression, operator=custom_op("@")) > 1,
    "a function of the entity": lambda cls: or_(cls.is_paid, cls.is_public),
}


@pytest.mark.parametrize("how", RIGHT)
def test_operators_of_ones_own_freeze(how: str) -> None:
    """Twin: an operator between two values is one."""
    assert _with(lambda p: p.allow("read", when=RIGHT[how])).freeze().frozen


def test_right_rules_freeze() -> None:
    """Twin: a catalog whose rules name what exists freezes, twice as well."""
    catalog = make_catalog()
    assert catalog.freeze() is catalog
    assert catalog.freeze() is catalog
    assert {table.name for table in ALL} == {name for _, name in catalog.entries}
    assert {"admin", "paid_user", "free_user"} == catalog.named_roles
    assert {"admin"} == catalog.lifts_for("soft-delete")


def test_every_table_must_be_declared() -> None:
    """The error names each table that is not."""
    with pytest.raises(CatalogError, match="blocks, comments, document_tags"):
        Catalog(Base, principal_id=Uuid()).freeze()


def test_declared_twice_and_open() -> None:
    """A table has a policy or is open, not both; a mixin's and a class's restrictions have names of their own."""
    catalog = _with(lambda p: p.allow("read"))
    catalog.open(Document, reason="no")
    with pytest.raises(CatalogError, match="declared open"):
        catalog.freeze()
    twice = make_catalog()
    twice.policy(Base.metadata.tables["projects"]).restrict(when=true(), name="tenant")
    with pytest.raises(CatalogError, match="one name"):
        twice.freeze()


@pytest.mark.parametrize("what", ["open", "trust", "allow_function"])
def test_exceptions_need_a_reason(what: str) -> None:
    """Whatever opens something says why."""
    catalog = Catalog(Base, principal_id=Uuid())
    calls: dict[str, Any] = {
        "open": lambda: catalog.open(Tag, reason=" "),
        "trust": lambda: catalog.trust(Table, reason=""),
        "allow_function": lambda: catalog.allow_function("f", reason=""),
    }
    with pytest.raises(CatalogError, match="reason"):
        calls[what]()


def test_a_frozen_catalog_is_closed() -> None:
    """Nothing is declared after the first session, neither in the catalog nor in a policy."""
    catalog = make_catalog()
    kept = catalog.policy(Document)
    catalog.freeze()
    late: list[Any] = [
        lambda: catalog.policy(Document),
        lambda: catalog.open(Tag, reason="x"),
        lambda: catalog.trust(Table, reason="x"),
        lambda: catalog.allow_function("f", reason="x"),
        lambda: catalog.principal_query(select(User.id)),
        lambda: kept.allow("read"),
        lambda: kept.restrict(when=true(), name="x"),
        lambda: kept.mask(Document.title),
    ]
    for call in late:
        with pytest.raises(CatalogError, match="frozen"):
            call()


def test_sources_and_entities() -> None:
    """A base, a registry or metadata is a source; tables of others and unmapped classes are no entities."""
    for wrong in (object(), "documents", None):
        with pytest.raises(CatalogError):
            Catalog(wrong, principal_id=Uuid())
    assert Base.metadata is Catalog(Base.metadata, principal_id=Uuid()).metadata
    assert Base.metadata is Catalog(Base.registry, principal_id=Uuid()).metadata
    catalog = Catalog(Base, principal_id=Uuid())
    for wrong in (object(), int, Table("documents", MetaData())):
        with pytest.raises(CatalogError):
            _frozen_with(catalog, wrong)


def _frozen_with(catalog: Catalog, entity: object) -> None:
    catalog.policy(entity)
    catalog.freeze()


def test_only_a_select_finds_a_principal() -> None:
    """The query for the principal reads."""
    with pytest.raises(CatalogError, match="select"):
        Catalog(Base, principal_id=Uuid()).principal_query(update(User))  # type: ignore[type-var]


def test_tables_match_by_schema_and_name() -> None:
    """Two tables of one name are two; each is declared by itself, and once."""
    metadata = MetaData()
    plain = Table("t", metadata, Column("id", Integer, primary_key=True))
    inside = Table("t", metadata, Column("id", Integer, primary_key=True), schema="s")
    catalog = Catalog(metadata, principal_id=Uuid())
    catalog.open(plain, reason="x")
    with pytest.raises(CatalogError, match=r"s\.t"):
        catalog.freeze()
    with pytest.raises(CatalogError, match=r"'t' is declared open twice"):
        catalog.open(plain, reason="y")
    catalog.policy(inside).allow("read", when=inside.c.id == 1)
    assert {key: entry.table for key, entry in catalog.freeze().entries.items()} == {
        (None, "t"): plain,
        ("s", "t"): inside,
    }
    assert catalog.entries["s", "t"].reason is None
    assert catalog.entries[None, "t"].reason == "x"


def test_a_table_of_another_metadata_is_refused() -> None:
    """One of the same schema and name is not the same table."""
    catalog = Catalog(MetaData(), principal_id=Uuid())
    stranger = Table("t", MetaData(), Column("id", Integer, primary_key=True), schema="s")
    with pytest.raises(CatalogError, match=r"'s\.t' is not of this catalog's metadata"):
        catalog.open(stranger, reason="x")
