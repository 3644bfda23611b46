"""Core: every string that SQLAlchemy pastes into SQL, with SQL in it."""

from typing import Any

import sqlalchemy
from sqlalchemy import (
    Integer,
    String,
    bindparam,
    cast,
    collate,
    column,
    extract,
    func,
    literal,
    literal_column,
    quoted_name,
    select,
    table,
    true,
    type_coerce,
    values,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, UnaryExpression
from sqlalchemy.types import UserDefinedType

from rowgate.testing.case import Family, Given
from rowgate.testing.cases import shortcuts
from rowgate.testing.cases.shortcuts import rows
from rowgate.testing.world_models import Document, Folder, Posting, User

core = Family("core")
title = Document.title
NUMBER = "(SELECT count(*) FROM documents)"


class Pasted(UserDefinedType[Any]):
    """A type whose name is SQL."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_kw: Any) -> str:
        """Return the name."""
        return self.name


@core.way_in(only="postgresql", covers=["visit_extract"])
async def field_of_extract(given: Given) -> Any:
    """Puts a query into the field of EXTRACT."""
    field = f"epoch FROM now()) * 0 + {NUMBER} + EXTRACT(epoch"
    return await rows(given, select(cast(extract(field, literal_column("now()")) * 0, Integer), Folder.name).limit(1))


@core.way_in(covers=["visit_collation"])
async def name_of_collation(given: Given) -> Any:
    """Puts a query into the name of a collation that is not to be quoted."""
    name = '"C"' if given.dialect == "postgresql" else "NOCASE"
    pasted = quoted_name(f"{name}, CASE WHEN {NUMBER} > 15 THEN name END DESC, name", quote=False)
    return tuple(await shortcuts.values(given, select(User.name).order_by(collate(func.lower("x"), pasted))))


@core.way_in(covers=["visit_custom_op_binary"])
async def operator_with_query(given: Given) -> Any:
    """Puts a query into the name of an operator."""
    return await rows(given, select(literal(1).op(f"+ {NUMBER} +")(literal(0))))


@core.way_in(covers=["visit_custom_op_unary_operator"])
async def unary_operator_with_query(given: Given) -> Any:
    """Puts a query into the name of an operator in front."""
    operator: Any = operators.custom_op(f"{NUMBER} +")
    return await rows(given, select(type_coerce(UnaryExpression(literal(1), operator=operator), Integer)))


@core.way_in(covers=["visit_unary", "visit_custom_op_unary_operator"])
async def comment_of_two_minuses(given: Given) -> Any:
    """Puts a minus of its own after SQLAlchemy's, which begins a comment, and a query into a label on the next line."""
    minus: Any = UnaryExpression(literal_column("1"), operator=operators.custom_op("-", precedence=100))
    twice: Any = UnaryExpression(minus, operator=operators.neg)
    label = f"\n{NUMBER}, 2 --"
    return await rows(given, select(twice, literal_column("1").label(label)))


@core.way_in(covers=["visit_binary"])
async def operator_that_says_from(given: Given) -> Any:
    """Says FROM by an operator of SQLAlchemy's own, and a table's name by a column."""
    whole: Any = BinaryExpression(func.count(), column("documents"), operators.from_)
    return await rows(given, select(type_coerce(whole, Integer)))


@core.way_in(covers=["visit_binary", "visit_join"])
async def comma_behind_on(given: Given) -> Any:
    """Says a comma and a table's name behind ON, in a lambda, which has no brackets."""
    one = select(literal_column("1").label("n")).cte("one")
    other: Any = BinaryExpression(true(), column("documents"), operators.comma_op)
    return await rows(given, select(func.count()).select_from(one).join(one.alias("b"), lambda: other))


@core.way_in(covers=["Select.suffix_with", "visit_binary"])
async def comma_in_a_suffix(given: Given) -> Any:
    """Says a comma and a table's name behind FROM, by a suffix that is no text."""
    one = select(literal_column("1").label("n")).cte("one")
    other: Any = BinaryExpression(column("x"), column("documents"), operators.comma_op)
    return await rows(given, select(func.count()).select_from(one).suffix_with(other))


@core.reading(covers=["visit_unary", "visit_label"])
async def marks_of_comments_in_names(given: Given) -> Any:
    """Labels columns with what begins a comment, and takes one number from another that is negative."""
    less = Document.pages - (-literal_column("1"))
    return await rows(given, select(title.label("--"), less.label("/* 'x' */"), (-Document.pages).label('a"--b')))


@core.way_in(covers=["visit_typeclause", "UserDefinedType"])
async def name_of_type(given: Given) -> Any:
    """Puts a query into the name of a type."""
    return await rows(given, select(cast(literal(1), Pasted(f"INTEGER) + {NUMBER} + CAST(0 AS INTEGER"))))


@core.way_in(only="postgresql", covers=["INTERVAL"])
async def fields_of_interval(given: Given) -> Any:
    """Puts a query into the fields of an interval."""
    kind = postgresql.INTERVAL(fields=f"DAY) + {NUMBER} * CAST('1 day' AS INTERVAL")
    return await rows(given, select(cast(literal("1 day"), kind)))


@core.way_in(covers=["quoted_name", "visit_table"])
async def name_of_table(given: Given) -> Any:
    """Puts a query into the name of a table that is not to be quoted."""
    pasted = table(quoted_name("(SELECT * FROM documents) AS d", quote=False), column("title"))
    return await rows(given, select(literal_column("*")).select_from(pasted))


@core.way_in(covers=["quoted_name", "visit_column"])
async def name_of_column(given: Given) -> Any:
    """Puts a query into the name of a column that is not to be quoted."""
    return await rows(given, select(column(quoted_name(NUMBER, quote=False))))


@core.way_in(covers=["quoted_name", "visit_label"])
async def name_of_label(given: Given) -> Any:
    """Puts a query into a label that is not to be quoted."""
    label = quoted_name(f"x, {NUMBER} AS y", quote=False)
    return (await given.session.execute(select(literal(1).label(label)))).mappings().all()


@core.way_in(covers=["quoted_name", "visit_alias"])
async def name_of_alias(given: Given) -> Any:
    """Puts a condition into the name of an alias that is not to be quoted."""
    alias = Folder.__table__.alias(quoted_name("f CROSS JOIN documents AS d", quote=False))
    return await rows(given, select(func.count()).select_from(alias))


@core.write_in(only="postgresql", covers=["quoted_name", "visit_cte"])
async def name_of_cte(given: Given) -> Any:
    """Puts a write into the name of a CTE that is not to be quoted."""
    name = quoted_name("a AS (UPDATE documents SET content = 'taken'), b", quote=False)
    await given.session.execute(select(literal(1)).add_cte(select(Posting.text).cte(name)))


@core.way_in(covers=["literal_column"])
async def wildcard_and_more(given: Given) -> Any:
    """Says the wildcard that LIKE adds, and a query behind it."""
    return await rows(given, select(literal_column(f"'%' || {NUMBER}")))


@core.way_in(covers=["bindparam"])
async def name_of_bind(given: Given) -> Any:
    """Puts a query into the name of a bind."""
    names = [":x", "a)b", "x.y", "a b"]
    found = select(title).where(Document.pages > bindparam(names[0], 0), title != bindparam(names[1], "x"))
    return await shortcuts.values(given, found)


@core.way_in(covers=["bindparam"])
async def bind_of_the_gate(given: Given) -> Any:
    """Gives values to binds that are named like those of a policy."""
    names = {"rowgate_id": given.who.id, "rowgate_c0": True, "id_1": None}
    return (await given.session.execute(select(title).where(title != bindparam("t", "x")), {"t": "y", **names})).all()


@core.way_in(covers=["bindparam.expanding", "bindparam.literal_execute"])
async def executed_literals(given: Given) -> Any:
    """Has values pasted when the statement is executed."""
    least: Any = bindparam("least", 1, literal_execute=True)
    return await shortcuts.values(given, select(title).where(Document.pages > least))


@core.way_in(only="postgresql", covers=["visit_label"])
async def token_of_expanding_bind(given: Given) -> Any:
    """Labels a column with the token of an expanding bind."""
    several: Any = bindparam("several", ["doc-b000-title", "doc-a000-title"], expanding=True)
    return (await given.session.execute(select(title.label("__[POSTCOMPILE_several]")).where(title.in_(several)))).all()


@core.way_in(covers=["visit_label"])
async def tokens_of_binds(given: Given) -> Any:
    """Labels columns with the marks of binds."""
    marks = [":title_1", "%s", "$1", "?", "%%"] + (["%(title_1)s"] if given.dialect == "postgresql" else [])
    labelled = [title.label(mark) for mark in marks]
    return (await given.session.execute(select(*labelled).where(title != "x"))).all()


@core.way_in(covers=["visit_like_op_binary"])
async def escape_of_like(given: Given) -> Any:
    """Puts a quote into the escape of LIKE."""
    return await shortcuts.values(given, select(title).where(title.like("doc-b%", escape="'")))


@core.way_in(only="postgresql", covers=["visit_regexp_match_op_binary"])
async def flags_of_pattern(given: Given) -> Any:
    """Gives a pattern flags with a quote in them."""
    flags = "i' || 'n"
    return [await rows(given, select(title.regexp_replace("DOC", "x", flags=each))) for each in ("ig", flags[:1])]


@core.way_in(only="postgresql", covers=["Values.literal_binds"])
async def literal_values(given: Given) -> Any:
    """Has VALUES pasted."""
    found = values(column("guess", String), name="g", literal_binds=True).data([("doc-b000-title",)])
    return await rows(given, select(found.c.guess, Document.pages).join(Document, title == found.c.guess))


@core.way_in(covers=["Select.with_hint", "text"])
async def hint_with_query(given: Given) -> Any:
    """Puts a query into a hint of a statement, for every dialect."""
    return await rows(given, select(Folder.name).with_statement_hint("UNION ALL SELECT title FROM documents", "*"))


@core.way_in(only="postgresql", covers=["ENUM", "DOMAIN"])
async def name_of_enum(given: Given) -> Any:
    """Puts a query into the name of an enumeration that is cast to."""
    kind = postgresql.ENUM(
        "x", name=quoted_name(f"text) || {NUMBER} || cast('' AS text", quote=False), create_type=False
    )
    return await rows(given, select(type_coerce(cast(literal("x", String), kind), String)))


@core.reading(covers=["visit_label", "visit_alias", "bindparam"])
async def odd_names_of_parts(given: Given) -> Any:
    """Names labels, aliases, CTEs and binds oddly, as people do."""
    alias = Folder.__table__.alias("Folder: all (of them)")
    cte = select(alias.c.name.label("the name, please")).cte("Named By Hand")
    named = select(cte.c["the name, please"].label("100%")).where(cte.c[0] != bindparam("not this", "x"))
    return await rows(given, named), await rows(given, select(Posting.text.label("select"), literal("it's").label('"')))


@core.reading(covers=["visit_extract", "visit_collation", "visit_typeclause"])
async def pasted_strings_that_work(given: Given) -> Any:
    """Uses fields, collations, types and escapes as they are meant."""
    name = "C" if given.dialect == "postgresql" else "BINARY"
    found = select(
        extract("month", Document.created_at), title.collate(name), cast(Document.price, sqlalchemy.Numeric(14, 1)),
        cast(title, String(6)), title.like("doc/-a%", escape="/"),
    )  # fmt: skip
    return await rows(given, found)
