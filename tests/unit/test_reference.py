"""The reference: SQL's logic in Python, the algebra row by row, and a clear refusal of what it does not know."""

import ast
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    any_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import registry, relationship

import rowgate.reference
from rowgate import EVERYONE, Catalog, CatalogError, Principal, can, principal
from rowgate.reference import Reference, values

metadata = MetaData()
docs = Table(
    "docs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Integer),
    Column("public", Boolean),
    Column("title", String),
    Column("tags", ARRAY(Integer)),
    Column("size", Float),
    Column("body", LargeBinary),
)
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("doc_id", ForeignKey("docs.id")),
    Column("stars", Integer),
)
DOC = {"id": 1, "owner": 7, "public": None, "title": "Plan", "tags": [1, None], "size": 0.5, "body": b""}
ROWS: dict[Any, Any] = {
    docs: [DOC, {**DOC, "id": 2, "owner": None, "public": True}],
    notes: [{"id": 1, "doc_id": 1, "stars": 3}, {"id": 2, "doc_id": 1, "stars": None}],
}
ME = Principal(7, {"clerk"}, {"team": "a"})


def reads(when: Any, row: Any = DOC, who: Principal = ME, **rules: Any) -> bool:
    """Return whether a row of docs is read by one rule."""
    catalog = Catalog(metadata, principal_id=Integer())
    policy = catalog.policy(docs)
    policy.allow("read", when=when, **{"to": EVERYONE, **rules})
    catalog.open(notes, reason="test")
    return Reference(catalog).acting(who, ROWS).reads(docs, row)


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (docs.c.public, None),
        (~docs.c.public, None),
        (docs.c.public.is_(None), True),
        (docs.c.public.is_not(True), True),
        (docs.c.public == null(), True),
        (docs.c.public == docs.c.public, None),
        (docs.c.public.is_not_distinct_from(None), True),
        (docs.c.public.is_distinct_from(False), True),
        (and_(docs.c.public, docs.c.id == 2), False),
        (or_(docs.c.public, docs.c.id == 1), True),
        (not_(and_(docs.c.public, docs.c.id == 1)), None),
        (docs.c.id.in_([1, None]), True),
        (docs.c.id.in_([2, None]), None),
        (docs.c.id.not_in([2, None]), None),
        (docs.c.id.not_in([1, None]), False),
        (docs.c.id.between(1, docs.c.owner), True),
        (~docs.c.id.between(2, 3), True),
        (docs.c.owner + docs.c.id * 2 - 1 == 8, True),
        (-docs.c.owner % 4 == -3, True),
        (func.coalesce(docs.c.public, docs.c.id == 1), True),
        (func.nullif(docs.c.owner, 7).is_(None), True),
        (case((docs.c.public, 1), else_=2) == 2, True),
        (docs.c.title.like("P_a%"), True),
        (docs.c.title.like("p%"), False),
        (docs.c.title.startswith("P%", autoescape=True), False),
        (~docs.c.title.contains("x"), True),
        (func.lower(docs.c.title) == "plan", True),
        (literal(1) == any_(docs.c.tags), True),
        (literal(2) == any_(docs.c.tags), None),
        (principal.id == docs.c.owner, True),
        (principal.attr("team", String()) == "a", True),
        (principal.attr("absent", String()) == "a", None),
        (principal.has_role("clerk"), True),
        (principal.has_role(docs.c.title), False),
        (exists().where(notes.c.doc_id == docs.c.id, notes.c.stars > 2), True),
        (~exists().where(notes.c.doc_id == docs.c.id), False),
        (docs.c.id.in_(select(notes.c.doc_id)), True),
        (docs.c.id.in_(select(notes.c.stars)), None),
        (docs.c.id.not_in(select(notes.c.stars)), None),
        (select(func.count()).where(notes.c.doc_id == docs.c.id).scalar_subquery() == 2, True),
        (select(func.max(notes.c.stars)).where(notes.c.id == 9).scalar_subquery() == 3, None),
        (true(), True),
        (false(), False),
    ],
    ids=str,
)
def test_a_condition_is_true_false_or_unknown(condition: Any, truth: bool | None) -> None:
    """NULL is unknown, and unknown is told from false: by the condition and by its IS NULL."""
    assert reads(condition) is (truth is True)
    assert reads(not_(condition)) is (truth is False)


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        (docs.c.title < "b", "order of text"),
        (docs.c.title.between("a", "b"), "order of text"),
        (docs.c.size > 1, "Float"),
        (docs.c.body == b"x", "LargeBinary"),
        (func.md5(docs.c.title) == "x", r"md5\(\)"),
        (docs.c.title.op("~")("x"), "operator ~"),
        (docs.c.id / 2 == 1, "truediv"),
        (exists().where(docs.c.title.regexp_match("x")), "regexp"),
        (docs.c.id.in_(select(notes.c.doc_id).limit(1)), "limit"),
        (docs.c.id.in_(select(notes.c.doc_id).group_by(notes.c.doc_id)), "group by"),
    ],
    ids=str,
)
def test_what_it_does_not_know_it_refuses(condition: Any, named: str) -> None:
    """An element without a certain meaning is an error when the policies are read, never a guess."""
    with pytest.raises(CatalogError, match=f"the reference does not know .*{named}"):
        reads(condition)


def test_values_of_two_kinds_are_no_comparison() -> None:
    """Python would call 1 and True equal, and a date and a time unequal."""
    with pytest.raises(CatalogError, match="comparison of int and bool"):
        values.equal(1, True)


def made() -> Reference:
    """Return the reference of a small catalog."""
    catalog = Catalog(metadata, principal_id=Integer(), roles={"clerk", "chief"})
    policy = catalog.policy(docs)
    policy.allow("read", "delete", when=docs.c.owner == principal.id)
    policy.allow("read", to=EVERYONE, when=docs.c.public)
    policy.allow("update", to="clerk", when=docs.c.owner == principal.id, columns=[docs.c.title])
    policy.allow("create", check=docs.c.owner == principal.id)
    policy.restrict(when=docs.c.id < 10, name="small", lift="chief", check=True)
    policy.restrict("delete", when=docs.c.title != "kept", name="kept")
    policy.mask(docs.c.size, unless="chief", reads=0.0, writable=docs.c.id == 1)
    catalog.open(notes, reason="test")
    return Reference(catalog)


def test_the_algebra_allows_and_restricts() -> None:
    """Allows are OR-ed, restrictions AND-ed; each action asks its own, and a lift needs name and role."""
    reference = made()
    me, chief = reference.acting(ME, ROWS), Principal(7, {"chief"})
    far = {**DOC, "id": 10}
    assert me.reads(docs, DOC)
    assert not me.reads(docs, far)
    assert not reference.acting(chief, ROWS).reads(docs, far)
    assert reference.acting(chief, ROWS, lifts={"small"}).reads(docs, far)
    assert reference.acting(chief, ROWS, lifted=[(docs, "small")]).reads(docs, far)
    assert not reference.acting(chief, ROWS, lifted=[(docs, "small")]).deletes(docs, far)
    assert not reference.acting(ME, ROWS, lifts={"small"}).reads(docs, far)
    assert me.deletes(docs, DOC)
    assert not me.deletes(docs, {**DOC, "title": "kept"})
    nobody = reference.acting(Principal.anonymous(), ROWS)
    assert nobody.reads(docs, {**DOC, "public": True})
    assert not nobody.reads(docs, DOC)


def test_the_algebra_of_writes() -> None:
    """Columns are covered, masks are opened, the new row passes check and the allows of read."""
    me = made().acting(ME, ROWS)
    assert me.updates(docs, DOC, {"title": "x"})
    assert not me.may_update(docs, DOC, {"public": True})
    assert me.may_update(docs, DOC, {"public": None})
    assert not me.may_update(docs, {**DOC, "tags": None}, {"tags": None})  # arrays are not compared
    assert not me.accepts(docs, {**DOC, "owner": 8})
    assert not me.accepts(docs, {**DOC, "id": 10})
    assert me.creates(docs, DOC, columns=["id", "owner"])
    assert not me.creates(docs, {**DOC, "id": 2}, columns=["id", "size"])
    assert me.creates(docs, DOC, columns=["id", "size"])
    assert not me.creates(docs, {**DOC, "owner": 8}, columns=["id"])
    assert me.shown(docs, DOC)["size"] == 0.0


class Doc:
    """A document."""


class Note:
    """What hangs on one."""


def test_it_follows_can() -> None:
    """A child is read with its parent; where there is no parent, it is not."""
    mapping = registry(metadata=metadata)
    mapping.map_imperatively(Doc, docs)
    mapping.map_imperatively(Note, notes, properties={"doc": relationship(Doc)})
    catalog = Catalog(mapping, principal_id=Integer())
    policy = catalog.policy(Doc)
    policy.allow("read", when=Doc.owner == principal.id)  # type: ignore[attr-defined]
    policy.allow("update", to="chief")
    rules = catalog.policy(Note)
    rules.allow("read", when=can("read", Note.doc))  # type: ignore[attr-defined]
    rules.allow("update", when=can("update", Note.doc))  # type: ignore[attr-defined]
    reference = Reference(catalog)
    mapping.dispose()
    me, chief = reference.acting(ME, ROWS), reference.acting(Principal(7, {"chief"}), ROWS)
    mine, hidden, alone = ({"id": 1, "doc_id": key, "stars": 3} for key in (1, 2, None))
    assert [me.reads(notes, row) for row in (mine, hidden, alone)] == [True, False, False]
    assert not me.may_update(notes, mine, {"stars": 4})
    assert chief.may_update(notes, mine, {"stars": 4})
    assert chief.can("update", docs, DOC)
    assert not chief.can("update", docs, {**DOC, "owner": 8})


def test_it_knows_no_other_rendering() -> None:
    """It imports neither the decision nor gate nor wall, or its agreement with them would prove nothing."""
    folder = Path(rowgate.reference.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(str(node.module))
    ours = {name.split(".")[1] for name in imported if name.startswith("rowgate.")}
    assert ours == {"action", "catalog", "entry", "errors", "permission", "policy", "principal", "reference"}


def test_null_is_in_no_empty_list() -> None:
    """Whoever has no role has none of an unknown name; of somebody with roles that is unknown, as in the database."""
    untitled, condition = {**DOC, "title": None}, principal.has_role(docs.c.title)
    assert reads(not_(condition), untitled, Principal.anonymous())
    assert not reads(not_(condition), untitled, ME)
    assert not reads(condition, untitled, ME)
