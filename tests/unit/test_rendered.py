"""What the gate makes of every kind of statement, as SQL or as the error that refuses it: `rendered.sql` holds all of it.

Whoever changes what is rendered reads what changes there: `python tests/unit/test_rendered.py` writes it anew.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    collate,
    column,
    delete,
    exists,
    extract,
    false,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    text,
    true,
    tuple_,
    update,
    values,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlalchemy.sql import compiler as linter
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BindParameter, UnaryExpression, quoted_name
from sqlalchemy.sql.operators import custom_op

from rowgate import Principal, RowgateError, can, lift, principal, raw
from rowgate.gate.leaving import UNKNOWN, Leaving
from unit.gated import DIALECTS, Gated
from unit.rendered_world import (
    ADMIN,
    EDITOR,
    NOBODY,
    OWNER,
    READER,
    Archived,
    Bare,
    Derived,
    Echo,
    Fenced,
    Folded,
    Folder,
    Fourth,
    Free,
    Gauge,
    Given,
    Hidden,
    Leaf,
    Ledger,
    Long,
    Loud,
    Made,
    Marking,
    Mirror,
    Note,
    NotSoLong,
    Numbered,
    Odd,
    Odds,
    Pointer,
    Sealed,
    Stamp,
    Stored,
    Thrice,
    Tick,
    Tock,
    Total,
    Twice,
    Vault,
    Word,
    Wrapped,
    make_catalog,
    pairs,
)  # fmt: skip

FILE = Path(__file__).with_name("rendered.sql")
BOTH = ("postgresql", "sqlite")


@dataclass(frozen=True)
class Case:
    """A statement of a dialect, who executes it, and how it is compiled."""

    statement: Callable[[str], Any]
    who: Principal | None = OWNER
    dialects: tuple[str, ...] = BOTH
    walled: bool = False
    asks: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def case_of(
    statement: Any,
    who: Principal | None = OWNER,
    *,
    dialects: tuple[str, ...] = BOTH,
    walled: bool = False,
    asks: bool = False,
    **options: Any,
) -> Case:
    """Return a case of a statement, or of a function that makes it for a dialect."""
    make = statement if callable(statement) and not hasattr(statement, "compile") else lambda _: statement
    return Case(make, who, dialects, walled, asks, options)


def upsert(name: str, entity: Any = Note) -> Any:
    """Return an INSERT of a dialect that may have ON CONFLICT."""
    return (sqlite if name == "sqlite" else postgresql).insert(entity)


PG = ("postgresql",)
other = aliased(Note, name="other")
again = aliased(Archived, name="again")
t = Note.__table__
at = Archived.__table__
stamps = Stamp.__table__
mine = select(Note.id, Note.body).where(Note.owner == 7)
twice = Note.__table__.alias("once").alias("twice")
thrice = twice.alias("thrice")
twice_mine = mine.subquery("s").alias("t")
changed = update(Note).where(Note.id == 1).values(body="x")
by_key = update(t).where(t.c.id == bindparam("key")).values(body=bindparam("text"))
pair_by_key = update(pairs).where(pairs.c.a == bindparam("k1"), pairs.c.b == bindparam("k2")).values(note="x")
vault_by_key = update(Vault.__table__).where(Vault.__table__.c.id == bindparam("key")).values(owner=1)
gone = delete(Note).where(Note.id == 1)
folder_notes = select(func.count()).select_from(Note).where(Note.folder_id == Folder.id).scalar_subquery()

READS = {
    "a column": case_of(select(Note.body)),
    "a column, reader": case_of(select(Note.body), READER),
    "a column, editor": case_of(select(Note.body), EDITOR),
    "a column, admin": case_of(select(Note.body), ADMIN),
    "nobody reads what is open": case_of(select(Folder.id), NOBODY),
    "nobody reads nothing else": case_of(select(Note.id), NOBODY),
    "no rule": case_of(select(Sealed.id), ADMIN),
    "open table": case_of(select(Word.word)),
    "open table in an alias": case_of(select(aliased(Word, name="w").word)),
    "an alias": case_of(select(other.body, other.secret)),
    "alias of an alias": case_of(select(aliased(aliased(t, name="x"), name="y").c.body)),
    "table and alias": case_of(select(Note.body, other.body).where(Note.id == other.id)),
    "join": case_of(select(Note.body, Folder.id).join(Note.folder)),
    "outer join": case_of(select(Folder.id, Note.body).outerjoin(Folder.notes)),
    "full join": case_of(select(Folder.id, Note.body).join(Note, full=True)),
    "exists": case_of(select(Folder.id).where(Folder.notes.any(Note.body == "x"))),
    "scalar sub-select": case_of(select(Folder.id, folder_notes)),
    "sub-select": case_of(select(mine.subquery("s"))),
    "cte": case_of(select(mine.cte("c"))),
    "recursive cte": case_of(lambda _: _recursive()),
    "cte named like a table": case_of(select(mine.cte("folders"))),
    "cte named like a table, in capitals": case_of(select(mine.cte("FOLDERS"))),
    "cte named like a table of a schema": case_of(select(mine.cte("archive.notes"))),
    "union": case_of(select(Note.body).union_all(select(Archived.body))),
    "barrier": case_of(select(Vault.id)),
    "barrier, all rows": case_of(select(Vault.opened), ADMIN),
    "barrier, no row": case_of(select(Vault.opened), NOBODY),
    "mask in where": case_of(select(Note.id).where(Note.phone == "1").order_by(Note.secret)),
    "schema": case_of(select(Archived.body, Archived.secret)),
    "schema beside its namesake": case_of(select(Archived.body, Note.body).where(Archived.id == Note.id)),
    "schema, alias": case_of(select(again.body, Archived.id)),
    "has_role of a column": case_of(select(pairs.c.a), EDITOR),
    "attribute": case_of(select(pairs.c.a).where(pairs.c.b == principal.attr("a", Integer()))),
    "attribute of two types": case_of(
        select(pairs.c.a).where(
            pairs.c.b == principal.attr("a", Integer()), pairs.c.note == principal.attr("a", String())
        )
    ),
    "who acts": case_of(select(Word.id).where(Word.id == principal.id)),
    "has_role": case_of(select(Word.id, principal.has_role("editor")), EDITOR),
    "has_role, without": case_of(select(Word.id).order_by(principal.has_role("editor"))),
    "has_role that no rule names": case_of(select(Word.id).where(principal.has_role("reeder"))),
    "distinct, limit": case_of(select(Note.body).distinct().limit(3).offset(1)),
    "lateral": case_of(lambda _: _lateral(), dialects=PG),
    "group by key": case_of(select(Note.id, Note.body, func.count()).group_by(Note.id)),
    "group by key, having and order": case_of(
        select(Note.id).group_by(Note.id).having(Note.owner > 1).order_by(Note.body, Note.owner)
    ),
    "group by key of an alias": case_of(select(other.id, other.body).group_by(other.id)),
    "group by half a key": case_of(select(pairs.c.a, func.count(pairs.c.note)).group_by(pairs.c.a), EDITOR),
    "group by a whole key of two": case_of(select(pairs.c.a, pairs.c.note).group_by(pairs.c.a, pairs.c.b), EDITOR),
    "group by rollup": case_of(select(Note.id).group_by(func.rollup(Note.id)), dialects=PG),
    "group by and an expression": case_of(select(Note.id, Note.body).group_by(Note.id, Note.owner + 1), dialects=PG),
    "group by another column": case_of(select(Note.owner, func.count()).group_by(Note.owner)),
    "whole row": case_of(select(Note.__table__.table_valued()), dialects=PG),
    "whole row of a schema": case_of(select(Archived.__table__.table_valued()), dialects=PG),
    "values": case_of(select(values(column("a", Integer), name="v").data([(1,), (2,)])), dialects=PG),
    "values without a name": case_of(select(values(column("a", Integer)).data([(1,)]).alias("v")), dialects=PG),
    "values with literals": case_of(
        select(values(column("a", Integer), name="v", literal_binds=True).data([(1,)])), dialects=PG
    ),
    "scalar values": case_of(
        select(Note.id).where(Note.id.in_(values(column("a", Integer)).data([(1,)]).scalar_values())), dialects=PG
    ),
    "scalar values with literals": case_of(
        select(Note.id).where(
            Note.id.in_(values(column("a", Integer), literal_binds=True).data([(1,)]).scalar_values())
        ),
        dialects=PG,
    ),
    "a table that is not in the catalog": case_of(select(table("elsewhere", column("x")).c.x)),
    "a column that is not in the table": case_of(select(table("notes", column("upper")).c.upper)),
    "a column that is in the table": case_of(select(table("notes", column("body")).c.body)),
    "star": case_of(select(literal_column("*")).select_from(Note)),
    "literal column": case_of(select(literal_column("1")).select_from(Note)),
    "literal column that is more": case_of(select(literal_column("(select 1)"))),
    "text": case_of(text("select 1")),
    "text in where": case_of(select(Note.id).where(text("1 = 1"))),
    "hint": case_of(select(Note.id).with_hint(Note, "x")),
    "statement hint": case_of(select(Note.id).with_statement_hint("x")),
    "prefix": case_of(select(Note.id).prefix_with("x")),
}


def _recursive() -> Any:
    start = select(Note.id).where(Note.owner == 7).cte("down", recursive=True)
    return select(start.union_all(select(Note.id).where(Note.id == start.c.id + 1)))


def _lateral() -> Any:
    some = select(Note.body).where(Note.folder_id == Folder.id).lateral("some")
    return select(Folder.id, some.c.body).join(some, literal(value=True))


LOCKS = {
    "for update": case_of(select(Note.body).with_for_update()),
    "for share": case_of(select(Note.body).with_for_update(read=True)),
    "for update, no rule": case_of(select(Word.id).with_for_update()),
    "for update of one": case_of(select(Note.body, Folder.id).join(Note.folder).with_for_update(of=Folder)),
    "for update of an alias": case_of(select(other.body, Note.id).where(other.id == Note.id).with_for_update(of=other)),
    "for update of the table beside its alias": case_of(
        select(other.body, Note.id).where(other.id == Note.id).with_for_update(of=Note)
    ),
    "for update of a schema's": case_of(select(Archived.body, Note.id).with_for_update(of=Archived)),
    "for update reaches a sub-select": case_of(select(mine.subquery("s")).with_for_update()),
    "for update of a sub-select": case_of(lambda _: _locked_sub_select(named=True)),
    "for update beside a sub-select": case_of(lambda _: _locked_sub_select(named=False)),
    "for update reaches two levels": case_of(select(select(mine.subquery("s")).subquery("u")).with_for_update()),
    "for update of an alias of an alias": case_of(
        select(twice.c.body, Note.id).where(twice.c.id == Note.id).with_for_update(of=twice)
    ),
    "for update of an alias of aliases": case_of(select(thrice.c.body).with_for_update(of=thrice)),
    "for update of an alias of a sub-select": case_of(select(twice_mine.c.body).with_for_update(of=twice_mine)),
    "for update stops at a cte": case_of(select(mine.cte("c")).with_for_update()),
    "for update stops at where": case_of(
        select(Folder.id).where(Folder.id.in_(select(Note.folder_id))).with_for_update()
    ),
    "for update in a sub-select": case_of(select(mine.with_for_update().subquery("s"))),
    "for update in a cte": case_of(select(mine.with_for_update().cte("c")).where(exists(select(Folder.id)))),
}


def _locked_sub_select(*, named: bool) -> Any:
    some = mine.subquery("some")
    return select(some.c.id, Folder.id).where(some.c.id == Folder.id).with_for_update(of=some if named else Folder)


CAN = {
    "can": case_of(select(Note.id, can("update", Note)), EDITOR),
    "can of an alias": case_of(select(other.id, can("delete", other))),
    "can of another": case_of(select(Note.id, can("read", Note.folder))),
    "can that is never": case_of(select(Word.id, can("update", Word))),
    "can that is always": case_of(select(Word.id, can("read", Word))),
    "can of somebody else": case_of(select(Note.id, can("update", Note, principal=EDITOR)), READER),
    "can of somebody else, by an attribute": case_of(select(pairs.c.a, can("update", pairs, principal=OWNER)), EDITOR),
    "can of somebody else, by her roles": case_of(select(pairs.c.a, can("read", pairs, principal=EDITOR))),
    "can in a write": case_of(update(Note).where(can("update", Note)).values(body="x")),
    "can in a sub-select": case_of(select(Folder.id).where(Folder.notes.any(can("update", Note)))),
}

EXPRESSIONS = {
    "function": case_of(select(func.lower(Note.body))),
    "function of a package": case_of(select(func.pg_catalog.lower(Note.body))),
    "function that is not listed": case_of(select(func.query_to_xml(Note.body))),
    "volatile function": case_of(select(func.random(), Note.id)),
    "volatile function of a column": case_of(select(func.random(Note.id))),
    "next value": case_of(select(func.next_value(Stamp.__table__.c.id.default))),
    "operator": case_of(select(Note.id).where(Note.body.op("||")("x") == "y")),
    "operator that is not listed": case_of(select(Note.id).where(Note.body.op("; drop")("x"))),
    "operator that is a placeholder": case_of(select(Note.id).where(Note.body.op("?")("x"))),
    "extract": case_of(select(extract("year", Vault.opened))),
    "extract of text": case_of(select(extract("year from now()) --", Vault.opened))),
    "collation": case_of(select(collate(Note.body, "C"))),
    "collation with text": case_of(select(collate(Note.body, quoted_name('"C", (select 1)', quote=False)))),
    "cast": case_of(select(cast(Note.owner, String(3)))),
    "case": case_of(select(case((Note.owner == 1, "a"), else_="b"))),
    "in": case_of(select(Note.id).where(Note.id.in_([1, 2]))),
    "tuple in": case_of(select(pairs.c.a).where(tuple_(pairs.c.a, pairs.c.b).in_([(1, 2)])), EDITOR),
    "like": case_of(select(Note.id).where(Note.body.like("a%", escape="!"))),
    "like with a mark": case_of(select(Note.id).where(Note.body.like("a%", escape="%("))),
    "label that is not quoted": case_of(select(Note.id.label(quoted_name("x, 1", quote=False)))),
    "label with a mark": case_of(select(Note.id.label("__[POSTCOMPILE_x]"))),
    "label with a mark of binds": case_of(select(Note.id.label("%(x)s"))),
    "label": case_of(select(Note.id.label("X y"))),
    "bind named like ours": case_of(select(Note.id).where(Note.id == bindparam("rowgate_id", 1))),
    "bind named like ours by escaping": case_of(select(Note.id).where(Note.id == bindparam("Rowgate.id", 1))),
    "bind with a bracket": case_of(select(Note.id).where(Note.id == bindparam("a]", 1))),
    "literal execute": case_of(select(Note.id).where(Note.id == bindparam("a", 1, literal_execute=True))),
    "or": case_of(select(Note.id).where(or_(Note.id == 1, and_(Note.id == 2, ~Note.is_gone)))),
    "null": case_of(select(Note.id).where(Note.body.is_(None))),
    "table valued function": case_of(select(func.generate_series(1, 3).table_valued("n")), dialects=PG),
    "table valued function, a field": case_of(
        select(func.json_each(Note.body).table_valued("value", "evil").c.evil), dialects=PG
    ),
    "table valued function, derived": case_of(
        select(func.json_each(Note.body).table_valued(column("evil", Integer)).render_derived().c.evil), dialects=PG
    ),
    "field of a function": case_of(select(func.json_each(Note.body).scalar_table_valued("value")), dialects=PG),
    "field of a function that could be a call": case_of(
        select(func.json_each(Note.body).scalar_table_valued("evil")), dialects=PG
    ),
}

FREE = {
    "select": case_of(select(Free.word)),
    "select for update": case_of(select(Free.word).with_for_update()),
    "insert": case_of(insert(Free).values(id=1, word="x")),
    "insert, returning": case_of(insert(Free).values(word="x").returning(Free.id)),
    "update": case_of(update(Free).values(word="x")),
    "update of a key": case_of(update(Free.__table__).where(Free.__table__.c.id == bindparam("k")).values(word="x")),
    "delete": case_of(delete(Free)),
    "upsert": case_of(
        lambda d: upsert(d, Free).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"word": "x"})
    ),
    "upsert with a condition": case_of(
        lambda d: (
            upsert(d, Free)
            .values(id=1)
            .on_conflict_do_update(index_elements=["id"], set_={"word": "x"}, where=Free.word == "y")
        )
    ),
    "can": case_of(select(Free.id).where(can("update", Free))),
    "nobody": case_of(select(Free.word), NOBODY),
}

MADE = {
    "by SQLAlchemy": case_of(update(Tick).values(word="x")),
    "by the database": case_of(update(Tock).values(word="x")),
    "computed": case_of(update(Total).values(plain="x")),
    "nothing": case_of(update(Folder).values(is_open=True)),
    "computed, upsert": case_of(
        lambda d: upsert(d, Total).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"word": "x"})
    ),
    "computed, upsert of what no rule reads": case_of(
        lambda d: upsert(d, Total).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"plain": "x"})
    ),
    "two of which one is volatile": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": func.random(), "body": "x"})
    ),
    "a bind without a type": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": bindparam("given")})
    ),
    "a bind of a type": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": bindparam("given", type_=Integer())})
    ),
    "by a key": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={t.c.owner: 5})
    ),
    "in a cte": case_of(
        lambda d: select(
            upsert(d).values(id=1, owner=1).on_conflict_do_update(
                index_elements=["id"], set_={"owner": 5}, where=Note.body == "y"
            ).returning(Note.id).cte("c")
        ),
        dialects=PG,
    ),
    "in a cte of an update": case_of(
        lambda d: update(Folder).where(
            Folder.id.in_(
                select(
                    upsert(d).values(id=1, owner=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5})
                    .returning(Note.folder_id).cte("c").c.folder_id
                )
            )
        ).values(is_open=True),
        dialects=PG,
    ),
}  # fmt: skip

NAMES = {
    "capitals": case_of(select(Loud.word)),
    "update of capitals": case_of(update(Loud).values(word="x")),
    "update of capitals from small letters": case_of(
        update(Loud).where(Loud.id == aliased(Folder, name="loud").id).values(word="x")
    ),
    "update from capitals": case_of(update(Note).where(Note.id == aliased(Folder, name="NOTES").id).values(body="x")),
    "update from an anonymous alias of its name": case_of(
        update(Numbered).where(Numbered.id == aliased(Folder).id).values(word="x")
    ),
    "update from an anonymous alias": case_of(update(Note).where(Note.id == aliased(Folder).id).values(body="x")),
    "update from a sub-select of its name": case_of(
        update(Note).where(Note.id == select(Folder.id).subquery("notes").c.id).values(body="x")
    ),
    "too long": case_of(select(Long.id)),
    "long": case_of(select(NotSoLong.id)),
    "alias of a schema's": case_of(select(aliased(Archived, name="x").id)),
    "update of a schema's by a sub-select of it": case_of(
        update(Archived).where(Archived.id.in_(select(again.id).where(again.owner == Archived.owner))).values(body="x")
    ),
    "update of a schema's by a sub-select of itself": case_of(
        update(Archived)
        .where(Archived.id.in_(select(Archived.id).correlate(None).where(Archived.owner == 1)))
        .values(body="x")
    ),
    "update of a schema's, returning": case_of(
        update(Archived).values(owner=2).returning(Archived.id, Archived.secret)
    ),
    "update of a schema's from itself": case_of(
        update(Archived).where(Archived.id == again.id).values(body=again.body)
    ),
    "delete of a schema's": case_of(delete(Archived).where(Archived.secret == "x").returning(Archived.secret)),
    "in a cte beside its table": case_of(
        select(update(Archived).values(body="x").returning(Archived.id).cte("c"), Archived.secret), dialects=PG
    ),
    "sub-select in RETURNING": case_of(
        update(Archived)
        .values(body="x")
        .returning(Archived.id, select(again.body).where(again.id == Archived.id).scalar_subquery())
    ),
    "types by functions": case_of(select(Free.quiet)),
    "types by functions, returning them alone": case_of(
        insert(Note).values(owner=1).returning(cast(Note.body, Free.quiet.type))
    ),
    "types by functions, returning": case_of(
        insert(Note).values(owner=1).returning(cast(Note.body, Free.quiet.type), Note.id)
    ),
    "translated": case_of(select(Archived.body, Note.body), schema_translate_map={"archive": "other"}),
    "translated, all": case_of(
        select(Archived.body, Note.body), schema_translate_map={"archive": "other", None: "mine"}
    ),
    "translated, by name": case_of(select(table("notes", column("body")).c.body), schema_translate_map={None: "mine"}),
    "translated write": case_of(
        update(Archived).values(body="x").returning(Archived.id), schema_translate_map={"archive": "other"}
    ),
    "translated type": case_of(select(cast(Stamp.kind, Stamp.kind.type)), schema_translate_map={None: "mine"}),
    "a schema like a mark": case_of(
        select(table("x", column("y"), schema="__[SCHEMA_z]").c.y), schema_translate_map={"archive": "other"}
    ),
    "options on a write behind a barrier": case_of(
        update(Vault).where(Vault.id > 1).options(lift("gone", Note)).values(owner=1)
    ),
    "options on a write": case_of(update(Folder).where(Folder.id > 1).options(lift("gone", Note)).values(is_open=True)),
    "a literal with a mark": case_of(select(Note.id).where(Note.body.like("a", escape="__[POSTCOMPILE_x]"))),
    "linted": case_of(select(Note.id, Folder.id), linting=linter.COLLECT_CARTESIAN_PRODUCTS),
}

NUMBERED = ("asyncpg",)


def _beside(one: Any) -> Any:
    return select(one.c.id, Folder.id)


def _beside_policy(one: Any) -> Any:
    return select(one.c.id).join(Pointer, Pointer.id == one.c.id)


def _joined(one: Any) -> Any:
    return select(one.c.id, Folder.id).select_from(one.join(Folder, one.c.id == Folder.id))


def _grouped(one: Any) -> Any:
    return select(one.c.id, one.c.body).group_by(one.c.id)


def _scalar_below() -> Any:
    some = select(Folder.id, folder_notes.label("n")).subquery("s")
    return select(some.c.id, Word.id).with_for_update(of=some)


def _returning_values() -> Any:
    some = values(column("secret", Integer), name="v").data([(1,)])
    return update(Note).where(Note.id == some.c.secret).values(body="x").returning(Note.id, some.c.secret)


LITERAL = {"literal_binds": True}
literal_cases = {
    "select": select(Note.body).where(Note.id == 7),
    "reader": select(Note.body),
    "cte": select(mine.cte("c")),
    "group by": select(Note.id, func.count()).group_by(Note.id + 3),
    "update": changed,
    "update of a key": update(t).where(t.c.id == bindparam("key", 8)).values(body="x"),
    "update behind a barrier": update(Vault).where(Vault.id > 3).values(owner=1),
    "delete": gone.returning(Note.id + 5),
    "insert": insert(Note).values(owner=1, body="x").returning(Note.id + 5),
    "in a cte": select(changed.returning(Note.id).cte("c")),
    "can": select(can("update", Note, principal=EDITOR)),
    "can by an attribute": select(can("update", pairs, principal=OWNER)),
    "odds": select(Odds.word),
    "of a role": select(principal.has_role(Note.body)),
    "who acts": select(Word.id).where(Word.id == 4),
    "function": select(func.substr(Note.body, 1, 2)),
    "trusted": select(Twice(), Note.id),
    "values": select(values(column("a", Integer), name="v").data([(1,)])),
    "for update": select(Note.id).where(Note.id == 7).with_for_update(),
    "extract": select(extract("year", Vault.opened + 5)),
    "operator": select(Note.id).where(Note.body.op("||")("x") == "y"),
    "prefix operator": select(Note.id.bitwise_not()),
    "custom prefix operator": select(UnaryExpression(literal(3), operator=custom_op("-"))),
    "custom postfix operator": select(UnaryExpression(literal(3), modifier=custom_op("-"))),
    "whole row": select(func.row_to_json(Note.__table__.table_valued())),
    "scalar values": select(Note.id).where(Note.id.in_(values(column("a", Integer)).data([(1,)]).scalar_values())),
    "table valued": select(func.json_each(literal("x")).scalar_table_valued("value")),
    "of a schema": select(Archived.id).where(Archived.id == 3),
    "update of a schema's": update(Archived).where(Archived.id == 3).values(body="x").returning(Archived.id + 4),
}
LITERALS = {
    **{
        name: case_of(one, READER if name == "reader" else OWNER, dialects=PG, compile_kwargs=LITERAL)
        for name, one in literal_cases.items()
    },
    "upsert": case_of(
        lambda d: upsert(d).values(id=1, owner=1).on_conflict_do_update(
            index_elements=["id"], set_={"owner": 5}, where=Note.id == 3, index_where=Note.id == 4
        ),
        dialects=PG, compile_kwargs=LITERAL,
    ),
}  # fmt: skip

MORE = {
    "constants of a policy": case_of(select(Odds.word)),
    "constants of a policy, by number": case_of(select(Odds.word), dialects=NUMBERED),
    "update, by number": case_of(by_key, dialects=NUMBERED),
    "insert, by number": case_of(insert(Note).values(owner=principal.id), dialects=NUMBERED),
    "a role in a policy": case_of(update(Odds).values(word="x"), EDITOR),
    "a role in a policy, without": case_of(update(Odds).values(word="x"), READER),
    "an attribute in a check": case_of(insert(Odds).values(word="x")),
    "who acts in VALUES": case_of(insert(Note).values(owner=principal.id)),
    "who acts in VALUES, many": case_of(insert(Note).values([{"owner": principal.id}, {"owner": principal.id}])),
    "an attribute in VALUES": case_of(insert(Note).values(owner=principal.attr("a", Integer()))),
    "who acts in SET": case_of(update(Note).values(owner=principal.id)),
    "who acts as a column": case_of(select(principal.id, principal.has_role("editor"), Word.id)),
    "has_role of a column as a column": case_of(select(principal.has_role(Word.word), Word.id)),
    "attribute as a column": case_of(select(principal.attr("a", Integer()).label("x"), Word.id)),
    "trusted": case_of(select(Twice(), Note.id)),
    "derived from trusted": case_of(select(Derived(), Note.id)),
    "not trusted": case_of(select(Thrice(), Note.id)),
    "barrier, everything": case_of(select(Fenced.id)),
    "for update of a table in a sub-select": case_of(select(mine.with_for_update(of=Note).subquery("s"))),
    "for update in a sub-select, and beside it": case_of(_beside(mine.with_for_update().subquery("s"))),
    "for update in a sub-select of one, and beside it": case_of(_beside(mine.with_for_update(of=Note).subquery("s"))),
    "for update beside a cte": case_of(_beside(mine.cte("c")).with_for_update()),
    "for update stops at where, and below": case_of(
        select(Folder.id).where(Folder.id.in_(select(mine.subquery("s").c.id))).with_for_update()
    ),
    "for update stops at a scalar sub-select": case_of(
        select(select(Folder.id, folder_notes.label("n")).subquery("s")).with_for_update()
    ),
    "for update of a sub-select stops at a scalar one": case_of(_scalar_below()),
    "cte named like a table in small letters": case_of(select(mine.cte("loud"))),
    "update by a cte named like a schema's table": case_of(
        update(Long).where(Long.id.in_(select(mine.cte("n" * 32).c.id))).values(id=3)
    ),
    "update, returning a literal": case_of(changed.returning(literal_column("1"), Note.id)),
    "literal column with a mark": case_of(select(literal_column("'__[POSTCOMPILE_x]'"))),
    "literal column with a mark of binds": case_of(select(literal_column("'%('"))),
    "literal column, text": case_of(select(literal_column("'x'"))),
    "update by values without a name": case_of(
        update(Note).where(Note.id == select(values(column("a", Integer)).data([(1,)]).c.a).scalar_subquery()).values(body="x"),
        dialects=PG,
    ),
    "update by values of its name": case_of(
        update(Note).where(Note.id == values(column("a", Integer), name="notes").data([(1,)]).c.a).values(body="x"), dialects=PG
    ),
    "values that have no name": case_of(select(values(column("a", Integer)).data([(1,)]).c.a), dialects=PG),
    "update of a schema's by what is masked of it": case_of(
        update(Archived).where(Archived.body.in_(select(Archived.secret).correlate(None))).values(body="x")
    ),
    "whole row of an alias": case_of(select(t.alias("x").table_valued()), dialects=PG),
    "group by a key of a sub-select": case_of(_grouped(mine.subquery("s")), dialects=PG),
    "update of half a key, many": case_of(
        update(pairs).where(pairs.c.a == bindparam("k")).values(size=1), for_executemany=True, column_keys=["k"]
    ),
    "update by names of columns, editor": case_of(update(t), EDITOR, column_keys=["owner", "body"]),
    "upsert by a function of a package": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": func.own.abs(-1)})
    ),
    "upsert by a foreign element": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": Wrapped(literal(5))})
    ),
    "trusted by its own name": case_of(select(Fourth())),
    "a field of a table valued function": case_of(
        select(func.json_each(literal("x")).table_valued("value", "evil").c.value), dialects=PG
    ),
    "who acts, literally": case_of(
        select(Word.id).where(Word.id == principal.id), dialects=PG, compile_kwargs=LITERAL
    ),
    "can in a rule of a namesake": case_of(select(Mirror.id)),
    "can in a rule of a namesake in small letters": case_of(select(Echo.id)),
    "raw text without the wall": case_of(raw("SELECT 1"), dialects=PG),
    "text for the principal, literally": case_of(
        select(text(":x").bindparams(x=3)), None, dialects=PG, compile_kwargs=LITERAL
    ),
    "open tables of one name": case_of(select(Stored.id, Bare.id)),
    "for update of a join with a cte": case_of(_joined(mine.cte("c")).with_for_update()),
    "update by values like OLD": case_of(
        update(Note).where(Note.id == values(column("a", Integer), name="old").data([(1,)]).c.a).values(body="x"), dialects=PG
    ),
    "whole row of an alias of a schema's": case_of(select(at.alias("x").table_valued()), dialects=PG),
    "group by a key of an alias of an alias": case_of(_grouped(t.alias("x").alias("y")), dialects=PG),
    "upsert of what is computed, by a check that reads another table": case_of(
        lambda d: upsert(d, Stamp).values(owner=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5}), READER
    ),
    "upsert by a bind of another type": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(
            index_elements=["id"], set_={"owner": bindparam("given", type_=String())}
        )
    ),
    "trusted, with a mark": case_of(select(Marking("__[POSTCOMPILE_evil]"))),
    "trusted, with a word": case_of(select(Marking("evil"))),
    "trusted, with the mark of a bind": case_of(select(Marking("__[POSTCOMPILE_x]"), Note.id.in_(bindparam("x", [1], expanding=True)))),
    "trusted, with the mark of a bind and more": case_of(
        select(Marking("__[POSTCOMPILE_x~~(select~~1)~~]"), Note.id.in_(bindparam("x", [1], expanding=True)))
    ),
    "in a list of what the database changes": case_of(select(Odds.id).where(Odds.odd.in_(["a", "b"]))),
    "trusted in a sub-select": case_of(select(select(Twice()).scalar_subquery())),
    "a column that an alias has not": case_of(select(table("notes", column("evil")).alias("x").c.evil)),
    "a column that an alias of an alias has not": case_of(
        select(table("notes", column("evil")).alias("x").alias("y").c.evil)
    ),
    "a column that an alias has": case_of(select(table("notes", column("body")).alias("x").alias("y").c.body)),
    "open table of a schema": case_of(select(Stored.id)),
    "nesting cte beside a policy that has a sub-select": case_of(
        select(Word.id).where(Word.id.in_(_beside_policy(mine.cte("c", nesting=True))))
    ),
    "open table of a schema in a sub-select": case_of(select(select(Stored.id).subquery("s"))),
    "open table of a schema in an alias": case_of(select(aliased(Stored, name="x").id)),
    "a policy that reads a schema's": case_of(select(Pointer.id)),
    "update by a policy that reads a schema's": case_of(update(Pointer).values(at=3)),
    "a policy whose alias is named like the table": case_of(delete(Loud)),
    "update in a cte, editor": case_of(
        select(update(Note).values(owner=3, body="x").returning(Note.id).cte("c")), EDITOR, dialects=PG
    ),
    "update in a cte by an expression, editor": case_of(
        select(update(Note).values(owner=Note.owner + 1).returning(Note.id).cte("c")), EDITOR, dialects=PG
    ),
    "insert by a select of a masked column": case_of(
        insert(Note).from_select(["owner", "secret"], select(Folder.owner, Folder.id))
    ),
    "insert by a select of a masked column that may be": case_of(
        insert(Note).from_select(["owner", Note.phone], select(Folder.owner, Folder.id))
    ),
    **{
        f"update of {name}, editor": case_of(update(pairs).values({name: value}), EDITOR)
        for name, value in {
            "odd": "x", "data": [1], "flag": True, "kind": "PLAIN", "word": "PLAIN", "size": 3, "note": "x", "price": 3, "day": date(2000, 1, 1),
            "at": datetime.fromisoformat("2000-01-01"), "time": time(1), "span": timedelta(1), "uuid": UUID(int=1),
        }.items()
    },
    "update of a column by its name": case_of(update(t).values({column("body"): "x"})),
    "update of columns at once": case_of(
        update(t).values({tuple_(t.c.owner, t.c.body): select(Folder.owner, Folder.id).scalar_subquery()}), dialects=PG
    ),
    "update of a key by its name": case_of(update(t).where(column("id", Integer) == bindparam("key")).values(body="x")),
    "update of a key by less": case_of(update(t).where(t.c.id < bindparam("key")).values(body="x")),
    "update of what a key is not": case_of(update(t).where(func.abs(t.c.id) == bindparam("key")).values(body="x")),
    "update of a key by another column": case_of(update(t).where(t.c.id == t.c.owner).values(body="x")),
    "update of a key by or": case_of(
        update(t).where(or_(t.c.id == bindparam("key"), t.c.id == bindparam("other"))).values(body="x")
    ),
    "update of a key by and": case_of(
        update(pairs).where(and_(pairs.c.a == bindparam("k"), pairs.c.b == bindparam("l"))).values(size=1), OWNER
    ),
    "update of half a key, by its owner": case_of(update(pairs).where(pairs.c.a == bindparam("k")).values(size=1)),
    "update of all, many": case_of(update(t).values(body=bindparam("b")), for_executemany=True, column_keys=["b"]),
    "upsert by who acts": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": principal.id})
    ),
    "upsert by capitals": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": func.ABS(-1)})
    ),
    "upsert by a trusted element": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": Twice()})
    ),
    "upsert by a trusted element of SQLAlchemy's": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": Made()})
    ),
    "upsert by an odd bind": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(
            index_elements=["id"], set_={"owner": cast(bindparam("x", "y", type_=Odd()), Integer)}
        )
    ),
    "upsert of a new masked value": case_of(
        lambda d: upsert(d).values(id=1, owner=1, secret="x").on_conflict_do_update(index_elements=["id"], set_={"body": "x"})
    ),
    "upsert of a new masked value that may be": case_of(
        lambda d: upsert(d).values(id=1, owner=1, phone="x").on_conflict_do_update(index_elements=["id"], set_={"body": "x"})
    ),
    "upsert of a new masked value that ignores": case_of(
        lambda d: upsert(d).values(id=1, owner=1, phone="x").on_conflict_do_nothing()
    ),
    "upsert of a schema's with a condition": case_of(
        lambda d: upsert(d, Archived).values(owner=1).on_conflict_do_update(
            index_elements=["id"], set_={"body": "x"}, where=Archived.body == "y"
        )
    ),
    "another Table of the same name": case_of(insert(Table("notes", MetaData(), Column("body", String, default="x")))),
    "returning a column and an expression": case_of(insert(Note).values(owner=1).returning(Note.id, func.lower(Note.body))),
    "returning a column and another one's": case_of(
        update(Note).where(Note.id == other.id).values(body="x").returning(Note.id, other.secret)
    ),
    "returning a label of a masked one": case_of(changed.returning(Note.id, Note.secret.label("s"), Note.phone.label("p"))),
    "deleting a label of a masked one": case_of(gone.returning(Note.secret.label("s"), Note.phone)),
}  # fmt: skip

RESOLVING = {
    name: case_of(one, None)
    for name, one in {
        "a table": select(Note.body, Note.secret),
        "a table of a schema": select(Archived.body, Note.id),
        "an alias": select(other.secret),
        "text": select(Note.id).where(text("1 = 1")),
        "text alone": text("SELECT 1"),
        "a cte like a table": select(mine.cte("folders")),
        "a bind": select(Note.id).where(Note.id == bindparam("rowgate_x", 3), Note.id.in_([1, 2])),
        "a function": select(func.query_to_xml(Note.body)),
        "a literal": select(literal_column("(select 1)")),
        "group by": select(Note.id, Note.body).group_by(Note.id),
        "not trusted": select(Thrice()),
        "hints": select(Note.id).with_statement_hint("x"),
        "a write": update(Note).values(body="x"),
        "an operator": select(Note.id).where(Note.body.op("~~~")("x")),
        "a lock": select(Note.id).with_for_update(),
        "a prefix": select(Note.id).prefix_with("ALL"),
        "a value that is pasted": select(Note.id).where(Note.id == bindparam("x", 3, literal_execute=True)),
        "a comment": text("SELECT 1 /* who */ -- and why"),
        "a token": select(text("'__[POSTCOMPILE_x]'")),
        "a table of a schema, its namesake and an alias of that": select(Archived.body, Note.id, other.id),
    }.items()
}


changed_folders = update(Folder).values(is_open=True).returning(Folder.id).cte("c")


def _count(cte: Any) -> Any:
    return select(func.count()).select_from(cte).scalar_subquery()


def _said(statement: Any, table_: Any) -> Any:
    """Return a statement that says it writes another table than it does, as the ORM says it of a joined class."""
    named = "_emit_insert_table" if statement.is_insert else "_emit_update_table"
    return statement._annotate({named: table_})


WRITES = {
    "update that says it is another table's": case_of(_said(update(t).values(body="x"), Free.__table__)),
    "delete that says it is another table's": case_of(_said(delete(t), Free.__table__)),
    "insert that says it is another table's": case_of(_said(insert(t).values(body="x"), Free.__table__)),
    "soft delete": case_of(update(Note).where(Note.id == 1).values(is_gone=True)),
    "update of a schema's, returning a conditional mask": case_of(
        update(Ledger).values(owner=2).returning(Ledger.secret, Ledger.id)
    ),
    "insert by a check that asks a namesake": case_of(insert(Leaf).values(sheet_id=1)),
    "update by a cte of its name, nothing of it read": case_of(
        update(Long).where(exists(select(literal(1)).select_from(mine.cte("n" * 32)))).values(id=3)
    ),
    "update of a schema's by a union that names it": case_of(
        update(Archived)
        .where(
            Archived.id.in_(
                select(Folder.id).where(Folder.owner == Archived.owner).union(select(Folder.id).where(Folder.id == 3))
            )
        )
        .values(body="x")
    ),
    "update by what is masked of it": case_of(
        update(Note).where(Note.body.in_(select(Note.secret).correlate(None))).values(body="x")
    ),
    "update by values, returning theirs": case_of(lambda _: _returning_values()),
    "update by a label of its key's name": case_of(
        update(t).where(t.c.owner.label("id") == bindparam("key")).values(body="x")
    ),
    "delete of a key by a bind like a masked column": case_of(
        delete(t).where(t.c.id == bindparam("secret")), column_keys=["secret"]
    ),
    "insert": case_of(insert(Note).values(folder_id=1, owner=1, body="x")),
    "insert into a Table": case_of(t.insert().values(folder_id=1, owner=1)),
    "insert, returning": case_of(insert(Note).values(owner=1).returning(Note.id, Note.body)),
    "insert, returning masked": case_of(insert(Note).values(owner=1).returning(Note.secret, Note.phone, Note.id)),
    "insert, returning a label": case_of(insert(Note).values(owner=1).returning(Note.body.label("b"))),
    "insert, returning an expression": case_of(insert(Note).values(owner=1).returning(func.lower(Note.body))),
    "insert, returning a literal": case_of(insert(Note).values(owner=1).returning(literal(1))),
    "insert, returning the entity": case_of(insert(Note).values(owner=1).returning(Note)),
    "insert of a masked column": case_of(insert(Note).values(owner=1, secret="s")),
    "insert of a masked column that may be": case_of(insert(Note).values(owner=1, phone="s")),
    "insert of many": case_of(insert(Note).values([{"owner": 1}, {"owner": 2}])),
    "insert by many sets": case_of(insert(Note), column_keys=["owner", "body"], for_executemany=True),
    "insert by a select": case_of(insert(Note).from_select(["owner", "body"], select(Folder.owner, Folder.id))),
    "insert of what counts itself": case_of(insert(stamps).values(owner=1, seen=1)),
    "insert into what is open": case_of(insert(Word).values(word="x")),
    "insert where nobody may": case_of(insert(Sealed).values(id=1)),
    "insert into a schema": case_of(insert(Archived).values(owner=1).returning(Archived.secret, Archived.id)),
    "insert of an unknown column": case_of(insert(table("notes", column("body"), column("evil"))).values(evil=1)),
    "insert into a table by name": case_of(insert(table("notes", column("body"))).values(body="x")),
    "update": case_of(changed),
    "update, admin": case_of(changed, ADMIN),
    "update, editor": case_of(changed, EDITOR),
    "update of another column, editor": case_of(update(Note).values(owner=3, body="x"), EDITOR),
    "update by an expression, editor": case_of(update(Note).values(owner=Note.owner + 1), EDITOR),
    "update of types, editor": case_of(update(pairs).values(role="r", note="x"), EDITOR),
    "update, nobody": case_of(changed, NOBODY),
    "update of a masked column": case_of(update(Note).values(secret="x")),
    "update of a masked column that may be": case_of(update(Note).values(phone="x")),
    "update by a masked column": case_of(update(Note).where(Note.phone == "1").values(body=Note.secret)),
    "update, returning": case_of(changed.returning(Note.id, Note.secret)),
    "update from": case_of(update(Note).where(Note.folder_id == Folder.id).values(body="x")),
    "update from its alias": case_of(update(Note).where(Note.id == other.id).values(body=other.body)),
    "update from its namesake": case_of(update(Note).where(Note.id == Archived.id).values(body=Archived.body)),
    "update of a schema's from its namesake": case_of(
        update(Archived).where(Note.id == Archived.id).values(body=Note.body)
    ),
    "update of a schema's": case_of(update(Archived).values(body="x").returning(Archived.secret)),
    "update with a sub-select of itself": case_of(
        update(Note).values(body=select(other.body).where(other.id == Note.id).scalar_subquery())
    ),
    "update by a cte": case_of(update(Note).where(Note.id.in_(select(mine.cte("c").c.id))).values(body="x")),
    "update by a cte of its name": case_of(update(Word).where(Word.id.in_(select(mine.cte("words").c.id)))),
    "update from an alias of its name": case_of(
        update(Note).where(Note.id == aliased(Folder, name="notes").id).values(body="x")
    ),
    "update from an alias like OLD": case_of(
        update(Note).where(Note.id == aliased(Folder, name="OLD").id).values(body="x")
    ),
    "update of an alias": case_of(update(other).values(body="x")),
    "update of a join": case_of(update(t.join(Folder.__table__)).values(body="x")),
    "update with a hint": case_of(update(Note).values(body="x").with_hint("x")),
    "update of a column without its table": case_of(update(Note).values(body=column("secret"))),
    "update with a star": case_of(update(Note).values(body="x").returning(literal_column("*"))),
    "update with a whole row": case_of(update(Note).values(body="x").returning(t.table_valued()), dialects=PG),
    "update by values": case_of(
        update(Note).where(Note.id == values(column("a", Integer), name="v").data([(1,)]).c.a).values(body="x"),
        dialects=PG,
    ),
    "update of a key": case_of(by_key),
    "update of a key, admin": case_of(by_key, ADMIN),
    "update of a key, editor": case_of(by_key, EDITOR),
    "update of a key of two": case_of(pair_by_key, EDITOR),
    "update of half a key": case_of(update(pairs).where(pairs.c.a == bindparam("k1")).values(note="x"), EDITOR),
    "update of a key and more": case_of(by_key.where(t.c.owner == bindparam("was"))),
    "update of a key and a condition": case_of(by_key.where(t.c.owner > 1)),
    "update of a key by a value": case_of(update(t).where(t.c.id == 1).values(body="x")),
    "update of keys": case_of(by_key, for_executemany=True, column_keys=["key", "text"]),
    "update of many by a condition": case_of(
        update(t).where(t.c.owner > bindparam("key")).values(body="x"), for_executemany=True, column_keys=["key"]
    ),
    "update of what changes by itself": case_of(update(stamps).values(kind="PLAIN")),
    "update of what changes by itself, returning": case_of(update(stamps).values(owner=1).returning(stamps.c.double)),
    "update behind a barrier": case_of(update(Vault).where(Vault.id > 3, Vault.opened.is_(None)).values(owner=1)),
    "update behind a barrier, all": case_of(update(Vault).values(owner=1)),
    "update behind a barrier, of a key": case_of(vault_by_key),
    "update behind a barrier, from": case_of(update(Vault).where(Vault.id == Folder.id).values(owner=1)),
    "delete": case_of(gone),
    "delete, reader": case_of(gone, READER),
    "delete, admin": case_of(gone, ADMIN),
    "delete, editor": case_of(delete(pairs), EDITOR),
    "delete, returning": case_of(gone.returning(Note.phone, Note.id)),
    "delete using": case_of(delete(Note).where(Note.folder_id == Folder.id), dialects=PG),
    "delete of a key": case_of(delete(t).where(t.c.id == bindparam("key"))),
    "delete of a key, editor": case_of(
        delete(pairs).where(pairs.c.a == bindparam("x"), pairs.c.b == bindparam("y")), EDITOR
    ),
    "delete behind a barrier": case_of(delete(Vault).where(Vault.id > 3)),
    "write in a cte": case_of(select(changed.returning(Note.id, Note.phone).cte("c"))),
    "write in a cte, without returning": case_of(select(Folder.id).add_cte(changed.cte("c"))),
    "insert in a cte": case_of(select(insert(Note).values(owner=1, body="x").returning(Note.id).cte("c"))),
    "delete in a cte": case_of(select(gone.returning(Note.id).cte("c"))),
    "write in a cte of a write": case_of(
        update(Folder)
        .where(Folder.id.in_(select(changed.returning(Note.folder_id).cte("c").c.folder_id)))
        .values(is_open=True)
    ),
    "write by a cte that writes, and a star below it": case_of(
        update(Folder)
        .where(
            Folder.id.in_(select(changed.returning(Note.folder_id).cte("c").c.folder_id)),
            exists(select(literal_column("*")).select_from(Word)),
        )
        .values(is_open=True),
        dialects=PG,
    ),
    "write of a masked parameter by a cte that writes": case_of(
        update(t).where(t.c.id.in_(select(changed_folders.c.id))), dialects=PG, column_keys=["secret"]
    ),
    "write that first returns what a cte has written": case_of(
        insert(Note).values(owner=1).returning(_count(changed.returning(Note.id).cte("c")), Note.id), dialects=PG
    ),
    "write that first returns what a cte has deleted": case_of(
        insert(Note).values(owner=1).returning(_count(gone.returning(Note.id).cte("c")), Note.id), dialects=PG
    ),
    "write in a cte beside a parameter like a masked column": case_of(
        select(changed.returning(Note.id).cte("c")).where(literal(1) == bindparam("secret")),
        dialects=PG,
        column_keys=["secret"],
    ),
    "update between two numbers": case_of(update(Note).where(Note.id <= 3, Note.owner >= 2).values(body="x")),
    "update where it is true": case_of(update(Note).where(true()).values(body="x")),
    "update where it is false": case_of(update(Note).where(false(), Note.id == 1).values(body="x")),
    "update where brackets are": case_of(
        update(Note).where(or_(Note.id == 1, Note.id == 2).self_group(against=operators.and_)).values(body="x")
    ),
    "sequence of another": case_of(update(Folder).values(owner=stamps.c.id.default.next_value())),
}


def _excluded(name: str) -> Any:
    made = upsert(name).values(id=1, owner=1, body="x")
    return made.on_conflict_do_update(
        index_elements=["id"], set_={"body": made.excluded.body, "owner": made.excluded.owner}
    )


def _ignoring(name: str, where: Any) -> Any:
    return upsert(name).values(id=1, owner=1).on_conflict_do_nothing(index_elements=["id"], index_where=where)


UPSERTS = {
    "where the index has a number": case_of(lambda d: _ignoring(d, Note.owner == 4)),
    "where the index has a word": case_of(lambda d: _ignoring(d, Note.body == "x")),
    "by a check that asks another table, of a schema's": case_of(
        lambda d: (
            upsert(d, Ledger).values(id=1, owner=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5})
        )
    ),
    "by a check that reads other rows": case_of(
        lambda d: upsert(d, Pointer).values(id=1, at=1).on_conflict_do_update(index_elements=["id"], set_={"at": 5})
    ),
    "by a check that reads no column": case_of(
        lambda d: upsert(d, Gauge).values(id=1, size=1).on_conflict_do_update(index_elements=["id"], set_={"size": 5})
    ),
    "by a check that everything passes": case_of(
        lambda d: (
            upsert(d, Given)
            .values(id=1, owner=1)
            .on_conflict_do_update(index_elements=["id"], set_={"owner": func.random()})
        )
    ),
    "upsert": case_of(
        lambda d: upsert(d).values(id=1, owner=1).on_conflict_do_update(index_elements=["id"], set_={"body": "x"})
    ),
    "upsert of what is excluded": case_of(_excluded),
    "upsert of what a check reads": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5, "body": "x"})
    ),
    "upsert, editor": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5}), EDITOR
    ),
    "upsert to nothing, editor": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": None}), EDITOR
    ),
    "upsert, admin": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"body": "x"}), ADMIN
    ),
    "upsert with a condition": case_of(
        lambda d: (
            upsert(d)
            .values(id=1)
            .on_conflict_do_update(index_elements=["id"], set_={"body": "x"}, where=Note.body == "y")
        )
    ),
    "upsert of a masked column": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"secret": "x"})
    ),
    "upsert by a masked column": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"body": t.c.secret})
    ),
    "upsert of a masked column that may be": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"phone": "x"})
    ),
    "upsert by a volatile function": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": func.random()})
    ),
    "upsert by a function": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"owner": func.abs(-1)})
    ),
    "upsert of an unknown column": case_of(
        lambda d: upsert(d).values(id=1).on_conflict_do_update(index_elements=["id"], set_={"evil": 1})
    ),
    "upsert of what is computed": case_of(
        lambda d: upsert(d, Stamp).values(owner=1).on_conflict_do_update(index_elements=["id"], set_={"seen": 5})
    ),
    "upsert of a schema's": case_of(
        lambda d: upsert(d, Archived).values(owner=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5})
    ),
    "upsert into what is open": case_of(
        lambda d: upsert(d, Word).values(word="x").on_conflict_do_update(index_elements=["id"], set_={"word": "x"})
    ),
    "upsert, returning": case_of(
        lambda d: (
            upsert(d)
            .values(id=1, owner=1)
            .on_conflict_do_update(index_elements=["id"], set_={"body": "x"})
            .returning(Note.id)
        )
    ),
    "upsert that ignores": case_of(lambda d: upsert(d).values(id=1, owner=1).on_conflict_do_nothing()),
    "upsert of a date behind a barrier": case_of(
        lambda d: upsert(d, Vault).values(owner=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 1})
    ),
}


LIFTED = {
    "insert of a value and a default, read back": case_of(insert(Folded).values(is_gone=False), dialects=PG, walled=True),
    "insert of nothing, read back": case_of(insert(Given).values(owner=1), dialects=PG, walled=True),
    "insert of what hides, read back": case_of(insert(Given).values(owner=1, word="x"), dialects=PG, walled=True),
    "insert of a masked column": case_of(insert(Note).values(owner=1, secret="s"), dialects=PG, walled=True),
    "insert of a masked column that may be": case_of(insert(Note).values(owner=1, phone="s"), dialects=PG, walled=True),
    "upsert of a new masked value": case_of(
        lambda d: upsert(d).values(id=1, owner=1, phone="x").on_conflict_do_update(index_elements=["id"], set_={"body": "x"}),
        dialects=PG, walled=True,
    ),
    "insert of a masked column with a default": case_of(insert(Hidden).values(bare="x", kept="y"), dialects=PG, walled=True),
    "insert of both": case_of(insert(Note).values(owner=1, phone="s", secret="s"), dialects=PG, walled=True),
    "update of what is known and of what is not": case_of(
        update(Folded).values(is_gone=False, is_old=Folded.is_gone), dialects=PG, walled=True
    ),
    "insert of what is known": case_of(insert(Folded).values(is_gone=False, is_old=False), dialects=PG, walled=True),
    "insert of what is known to leave": case_of(insert(Folded).values(is_gone=literal(value=True)), dialects=PG, walled=True),
    "insert by an expression": case_of(
        insert(Folded).values(is_gone=func.coalesce(None, False), is_old=False), dialects=PG, walled=True
    ),
    "insert by defaults": case_of(insert(Folded).values(id=1), dialects=PG, walled=True),
    "insert by defaults, returning": case_of(insert(Folded).values(word="x").returning(Folded.id), dialects=PG, walled=True),
    "update by what changes by itself": case_of(update(Folded).values(word="x"), dialects=PG, walled=True),
    "insert of one by a list": case_of(insert(Folded).values([{"is_gone": False, "is_old": False}]), dialects=PG, walled=True),
    "insert of two by a list": case_of(
        insert(Folded).values([{"id": 1, "is_gone": False}, {"id": 2, "is_gone": True}]), dialects=PG, walled=True
    ),
    "insert of a select": case_of(insert(Folded).from_select(["id"], select(Word.id)), dialects=PG, walled=True),
    "text, literally": case_of(raw("SELECT :x").bindparams(x=3), dialects=PG, walled=True, compile_kwargs=LITERAL),
    "update of a key of two, owner": case_of(pair_by_key, dialects=PG, walled=True),
    "update of a key, literally": case_of(
        update(t).where(t.c.id == bindparam("key", 8)).values(body="x"), dialects=PG, walled=True, compile_kwargs=LITERAL
    ),
    "update of a key, literally, asked": case_of(
        update(t).where(t.c.id == bindparam("key", 8)).values(body="x"),
        dialects=PG, walled=True, asks=True, compile_kwargs=LITERAL,
    ),
    "cte": case_of(select(update(Note).values(is_gone=True).returning(Note.id).cte("c")), dialects=PG, walled=True),
    "update of another column": case_of(update(Note).values(body="x"), dialects=PG, walled=True),
    "update, returning": case_of(update(Note).values(is_gone=True).returning(Note.id), dialects=PG, walled=True),
    "update by an expression": case_of(update(Note).values(is_gone=~Note.is_gone), dialects=PG, walled=True),
    "update to what is known": case_of(update(Note).values(is_gone=False), dialects=PG, walled=True),
    "update to NULL": case_of(update(Note).values(is_gone=null()), dialects=PG, walled=True),
    "insert of a row that is gone": case_of(insert(Note).values(id=1, owner=1, is_gone=True), dialects=PG, walled=True),
    "insert of many": case_of(insert(Note).values([{"owner": 1}, {"owner": 2}]), dialects=PG, walled=True),
    "insert by a select": case_of(
        insert(Note).from_select(["owner", "is_gone"], select(Folder.owner, Folder.is_open)), dialects=PG, walled=True
    ),
    "insert by a select of what is not gone": case_of(
        insert(Note).from_select(["owner"], select(Folder.owner)), dialects=PG, walled=True
    ),
    "upsert that ignores": case_of(
        lambda d: upsert(d).values(id=1, owner=1).on_conflict_do_nothing(), dialects=PG, walled=True
    ),
    "upsert, returning": case_of(
        lambda d: upsert(d).values(id=1, owner=1).on_conflict_do_update(index_elements=["id"], set_={"is_gone": True}).returning(Note.id),
        dialects=PG, walled=True,
    ),
    "insert without a key, read back": case_of(insert(Note).values(owner=1, is_gone=bindparam("flag")), dialects=PG, walled=True),
    "insert in a cte": case_of(
        select(Folder.id).add_cte(insert(Note).values(owner=1, is_gone=True).cte("c")), dialects=PG, walled=True
    ),
    "update in a cte": case_of(
        select(Folder.id).add_cte(update(Note).values(is_gone=False).cte("c")), dialects=PG, walled=True
    ),
    "admin who lifts": case_of(update(Note).values(is_gone=True), ADMIN, dialects=PG, walled=True),
    "what changes by itself": case_of(update(Tick).values(word="x"), dialects=PG, walled=True),
    "text": case_of(raw("SELECT 1"), dialects=PG, walled=True),
    "text in a statement": case_of(select(Folder.id).from_statement(raw("SELECT 1")), dialects=PG, walled=True),
    "delete of a key": case_of(delete(t).where(t.c.id == bindparam("key")), dialects=PG, walled=True),
    "a literal that is false": case_of(update(Note).values(is_gone=false()), dialects=PG, walled=True),
    "soft delete": case_of(update(Note).where(Note.id == 1).values(is_gone=True), dialects=PG, walled=True),
    "insert": case_of(insert(Note).values(owner=1), dialects=PG, walled=True),
    "insert, returning": case_of(insert(Note).values(owner=1).returning(Note.id), dialects=PG, walled=True),
    "update of a key": case_of(by_key, dialects=PG, walled=True),
    "update of a key, admin": case_of(by_key, ADMIN, dialects=PG, walled=True),
    "update of a key, asked": case_of(by_key, dialects=PG, walled=True, asks=True),
    "update of a key, admin, asked": case_of(by_key, ADMIN, dialects=PG, walled=True, asks=True),
    "update of a key of two, asked": case_of(pair_by_key, dialects=PG, walled=True, asks=True),
    "update of many keys": case_of(by_key, dialects=PG, walled=True, for_executemany=True),
    "update of a key in a cte": case_of(select(Folder.id).add_cte(by_key.cte("c")), dialects=PG, walled=True),
    "delete of a key, asked": case_of(delete(t).where(t.c.id == bindparam("key")), dialects=PG, walled=True, asks=True),
    "update of no key, asked": case_of(update(Note).values(body="x"), dialects=PG, walled=True, asks=True),
    "update of a key of two": case_of(pair_by_key, EDITOR, dialects=PG, walled=True),
    "update of what a check reads": case_of(update(Note).values(owner=5), dialects=PG, walled=True),
    "upsert": case_of(
        lambda d: upsert(d).values(id=1, owner=1).on_conflict_do_update(index_elements=["id"], set_={"owner": 5}),
        dialects=PG, walled=True,
    ),
}  # fmt: skip

GROUPS = {
    "free": FREE,
    "more": MORE,
    "literals": LITERALS,
    "resolving": RESOLVING,
    "made": MADE,
    "names": NAMES,
    "reads": READS,
    "locks": LOCKS,
    "can": CAN,
    "expressions": EXPRESSIONS,
    "writes": WRITES,
    "upserts": UPSERTS,
    "walled": LIFTED,
}
CASES = {
    f"{group}: {name}, {dialect}": (one, dialect)
    for group, cases in GROUPS.items()
    for name, one in cases.items()
    for dialect in one.dialects
}


@cache
def gate(dialect: str, *, walled: bool, asks: bool) -> Gated:
    """Return the gate of a dialect."""
    return Gated(make_catalog(), dialect, walled=walled, asks=asks)


def _values(leaving: Leaving) -> str:
    """Return what a statement sets the columns of a restriction to: a bind, a value, or what is unknown."""
    said = {
        name: "a bind" if isinstance(value, BindParameter) else "?" if value is UNKNOWN else repr(value)
        for name, value in sorted(leaving.values.items())
    }
    return "".join(f" {name}={value}" for name, value in said.items())


def rendered(one: Case, dialect: str) -> str:
    """Return the SQL of a case, a line for each clause, and what the gate fixes in it; or the error that refuses it."""
    gated = gate(dialect, walled=one.walled, asks=one.asks)
    try:
        compiled = gated.compiled(one.who, one.statement(dialect), **one.options)
        found = " ".join(str(compiled).split())
    except RowgateError as error:
        return f"! {type(error).__name__} {error.code}: {error}".split(" [RG")[0]
    marks = [name for name in ("guards", "asks_later", "drains", "drains_key") if getattr(compiled, name)]
    marks += [f"{name}={value!r}" for name, value in sorted(compiled.fixed_binds.items())]
    marks += [f"asks {name}" for name in sorted(compiled.term_binds)]
    marks += [f"repeats {name}" for name in compiled._values_bindparam or ()]
    marks += [f"returns {', '.join(str(one.keyname) for one in compiled._result_columns)}"]
    marks += [f"leaves {leaving.rule.name}{_values(leaving)}" for leaving in compiled.leaving]
    marks += [f"uses {table}" for table in sorted(".".join(filter(None, key)) for key in compiled.used)]
    return f"{found}\n-- {'; '.join(marks)}".strip(" -\n")


def read(text: str) -> dict[str, str]:
    """Return what is on file, by its name."""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    return {name: sql.strip() for name, sql in zip(parts[::2], parts[1::2], strict=True)}


ON_FILE = read(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("group", GROUPS)
def test_it_is_rendered_as_it_was_read(group: str, dialect: str) -> None:
    """Every statement becomes the SQL that somebody has read, or is refused in these words."""
    for name, (one, of) in CASES.items():
        if of == dialect and name.startswith(f"{group}: "):
            assert rendered(one, dialect) == ON_FILE[name], name


def test_nothing_else_is_on_file() -> None:
    """What is on file is tried."""
    assert list(ON_FILE) == list(CASES)


if __name__ == "__main__":
    FILE.write_text("\n".join(f"## {name}\n{rendered(*one)}\n" for name, one in CASES.items()), encoding="utf-8")
    sys.stdout.write(f"{len(CASES)} statements: read what has changed\n")
