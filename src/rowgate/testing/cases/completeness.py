"""Completeness: constructs and statements that no case of another family happens to reach."""

from typing import Any

from sqlalchemy import ColumnDefault, Select, desc, func, insert, literal, select, sql, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.sql import expression

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.cases.writing import upsert, wrote
from rowgate.testing.world_models import Document, Note, Scratch
from rowgate.testing.world_rows import B

completeness = Family("completeness")
NEWER: Any = hasattr(Select, "ext")
"""Whether it is SQLAlchemy 2.1 or newer."""
TITLES = select(Document.title)
BASES: Any = (sql.SyntaxExtension, expression.ClauseElement) if NEWER else (expression.ClauseElement,)


class Joined(*BASES):  # type: ignore[misc]
    """Adds several elements at the end of a SELECT."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def apply_to_select(self, chosen: Any) -> None:
        """Put the elements in."""
        chosen.apply_syntax_extension_point(lambda there: [*there, *self.parts], "post_body")


def _ordered(*columns: Any) -> Any:
    """Return several columns as one element of ORDER BY, as an attribute of several columns gives it."""
    return expression.OrderByList(columns) if NEWER else expression.ClauseList(*columns)


@completeness.way_in(covers=["element_list", "HasSyntaxExtensions.ext"])
async def extended_by_elements(given: Given) -> Any:
    """Adds a second SELECT behind an empty one, by an extension of syntax that has several elements."""
    behind: Any = select(aliased(Document).title)
    nothing = TITLES.where(Document.pages < 0)
    if NEWER:
        return await values(given, nothing.ext(Joined(text("UNION ALL"), behind)))
    return await values(given, nothing.suffix_with(text("UNION ALL SELECT title FROM documents")))


@completeness.way_in(covers=["order_by_list"], ordered=True)
async def ordered_by_lists(given: Given) -> Any:
    """Orders visible titles by a list that holds a sub-select of hidden ones."""
    other = aliased(Document)
    ahead = select(func.count()).select_from(other).where(other.title > Document.title).scalar_subquery()
    return await rows(given, select(Document.title, ahead).order_by(_ordered(ahead, Document.pages)))


@completeness.reading(covers=["order_by_list"], ordered=True)
async def ordered_by_lists_of_the_seen(given: Given) -> Any:
    """Orders by a list, both ways."""
    up = await values(given, TITLES.order_by(_ordered(Document.is_public, Document.pages)))
    both = desc(_ordered(Document.is_public, Document.pages)) if NEWER else Document.is_public.desc()
    return up, await values(given, TITLES.order_by(both, Document.pages.desc()))


@completeness.way_in(only="postgresql", covers=["aggregate_orderby_inline", "FunctionElement.aggregate_order_by"])
async def aggregated_in_order(given: Given) -> Any:
    """Aggregates titles in the order of their pages."""
    return await rows(given, select(_aggregated()))


@completeness.reading(only="postgresql", covers=["aggregate_orderby_inline"])
async def aggregated_in_order_of_the_seen(given: Given) -> Any:
    """Aggregates the titles that may be read, in an order."""
    return await rows(given, select(Document.is_public, _aggregated()).group_by(Document.is_public))


def _aggregated() -> Any:
    if NEWER:
        return func.array_agg(Document.title).aggregate_order_by(Document.pages.desc())
    return func.array_agg(postgresql.aggregate_order_by(Document.title, Document.pages.desc()))


@completeness.way_in(covers=["on_conflict_do_nothing"])
async def asks_by_doing_nothing(given: Given) -> Any:
    """Copies hidden titles by an INSERT from a SELECT that does nothing on a conflict, and reads the copies."""
    hidden = select(literal(900) + func.row_number().over(order_by=Document.pages), Document.title)
    hidden = hidden.where(Document.pages > 0)  # or SQLite takes ON CONFLICT for a join's condition
    statement = upsert(given, Scratch).from_select(["id", "text"], hidden).on_conflict_do_nothing()
    await given.session.execute(statement)
    return await values(given, select(Scratch.text).where(Scratch.id > 900))


@completeness.write_in(covers=["on_conflict_do_nothing"])
async def adds_or_does_nothing(given: Given) -> Any:
    """Adds a note in the name of somebody else, unless it is there."""
    row = {"id": 700, "kind": "note", "owner_id": B, "body": "forged"}
    return await wrote(given, upsert(given, Note).values(row).on_conflict_do_nothing(index_elements=["id"]))


@completeness.writing(covers=["on_conflict_do_nothing"])
async def adds_its_own_or_does_nothing(given: Given) -> Any:
    """Adds a note of its own, and one that is there already."""
    made = [{"id": n, "kind": "note", "owner_id": given.who.id, "body": "new"} for n in (1, 701)]
    await wrote(given, upsert(given, Note).values(made).on_conflict_do_nothing(index_elements=["id"]))


@completeness.way_in(covers=["FunctionElement", "Connection.execute"])
async def function_as_a_statement(given: Given) -> Any:
    """Executes a function itself as a statement, over a sub-select of hidden titles."""
    connection = await given.session.connection()
    hidden = select(func.max(Document.pages)).scalar_subquery()
    return await connection.scalar(func.coalesce(hidden, 0))


@completeness.reading(covers=["FunctionElement"])
async def function_of_nothing(given: Given) -> Any:
    """Executes functions that read no table as statements."""
    connection = await given.session.connection()
    return await connection.scalar(func.lower("ABC")), await connection.scalar(func.coalesce(None, 7))


@completeness.way_in(covers=["ColumnElementColumnDefault", "Connection.scalar"])
async def default_of_an_expression(given: Given) -> Any:
    """Executes the default of a column, which is a sub-select of hidden rows."""
    return await _default(given, select(func.max(Document.pages)).scalar_subquery())


@completeness.way_in(covers=["CallableColumnDefault", "Connection.scalar"])
async def default_of_a_function(given: Given) -> Any:
    """Executes the default of a column, a function that reads on the connection it is given."""
    return await _default(given, lambda context: context.root_connection.scalar(select(func.max(Document.pages))))


async def _default(given: Given, value: Any) -> Any:
    """Return what a default gives, on the connection of the session."""
    connection = await given.session.connection()
    return await connection.run_sync(lambda c: c.scalar(ColumnDefault(value)))


@completeness.write_in(covers=["CallableColumnDefault"])
async def default_that_writes(given: Given) -> Any:
    """Executes the default of a column, a function that writes on the connection it is given."""
    stolen = insert(Note).values(id=702, kind="note", owner_id=B, body="forged")
    await _default(given, lambda context: context.root_connection.execute(stolen) and None)
