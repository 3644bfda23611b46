"""Core: elements that are seldom met: bare names, extensions of the syntax, copies of what is written, two phases."""

from contextlib import suppress
from typing import Any

import sqlalchemy
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    FromClause,
    Integer,
    String,
    cast,
    column,
    func,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, UnsupportedCompilationError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeDecorator

from rowgate.errors import RowgateError
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Folder, Posting, User
from rowgate.testing.world_rows import A, key

core = Family("core")
title = Document.title
ledger: Any = Posting.__table__


class Unrendered(ColumnElement[str]):
    """A column that no compiler renders."""

    __visit_name__ = "rendered_by_nobody"
    inherit_cache = False


class Adding(TypeDecorator[str]):
    """A type that puts an expression of its own around the columns that are of it."""

    impl = String
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        """Return the column with the largest title behind it."""
        return func.coalesce(select(func.max(aliased(Document).title)).scalar_subquery(), column)


class Named(FromClause):
    """A FROM entry that is nothing but a name."""

    name = "documents"
    named_with_column = True
    inherit_cache = False


@core.way_in(covers=["visit_fromclause", "FromClause"])
async def nothing_but_a_name(given: Given) -> Any:
    """Selects from an element that is nothing but the name of a table."""
    return await rows(given, select(func.count()).select_from(Named()))


@core.way_in(covers=["visit_unsupported_compilation"])
async def rendered_by_nobody(given: Given) -> Any:
    """Selects an element that no compiler knows, then reads on."""
    with suppress(UnsupportedCompilationError, RowgateError):
        return await rows(given, select(Unrendered(), title))
    return await values(given, select(title))


@core.way_in(covers=["TypeDecorator.column_expression"])
async def type_that_adds_sql(given: Given) -> Any:
    """Selects by a type that puts a query around the column."""
    return await rows(given, select(type_coerce(User.name, Adding), type_coerce(title, Adding)))


@core.way_in(only="postgresql", covers=["visit_column"])
async def whole_row_by_a_bare_name(given: Given) -> Any:
    """Names a table as if it were a column, which PostgreSQL takes for the whole row."""
    found = [select(func.to_jsonb(column("users"))).select_from(User), select(cast(column("documents"), String))]
    return await rows(given, found[0]), await rows(given, found[1].select_from(Document))


@core.way_in(only="postgresql", covers=["visit_hstore_getitem_op_binary", "HSTORE"])
async def item_of_hstore(given: Given) -> Any:
    """Takes a value by its key as one does of an HSTORE."""
    return await rows(given, select(type_coerce(Document.meta, postgresql.HSTORE)["text"]))


@core.way_in(
    covers=["visit_savepoint", "visit_release_savepoint", "visit_rollback_to_savepoint", "Session.begin_nested"]
)
async def within_savepoints(given: Given) -> Any:
    """Reads before, within and after savepoints, one released and one rolled back."""
    found = [await values(given, select(title))]
    async with given.session.begin_nested():
        found.append(await values(given, select(title)))
        async with given.session.begin_nested() as inner:
            found.append(await values(given, select(Document.content)))
            await inner.rollback()
    return [*found, await values(given, select(title))]


@core.way_in(
    covers=[
        "Connection.begin_nested", "Connection.get_isolation_level", "Connection.in_transaction",
        "Connection.in_nested_transaction", "Connection.get_transaction", "Connection.get_nested_transaction",
        "Connection.default_isolation_level", "Connection.closed", "Connection.info",
    ]
)  # fmt: skip
async def state_of_connection(given: Given) -> Any:
    """Asks the connection for its state and reads within its savepoint."""

    def ask(connection: Any) -> Any:
        with connection.begin_nested() as savepoint:
            found = connection.execute(select(Document.__table__.c.title)).all()
            told = [connection.in_nested_transaction(), connection.get_nested_transaction() is savepoint]
        told += [connection.in_transaction(), connection.get_transaction() is not None, connection.closed]
        return (
            found,
            told,
            connection.get_isolation_level(),
            connection.default_isolation_level,
            connection.info is not None,
        )

    connection = await given.session.connection()
    return await connection.run_sync(ask)


@core.way_in(
    only="asyncpg",
    covers=["Connection.recover_twophase", "Connection.commit_prepared", "Connection.rollback_prepared"],
)
async def prepared_transactions(given: Given) -> Any:
    """Asks for prepared transactions and ends one that is not there, then reads on."""

    def ask(connection: Any) -> Any:
        for end in (connection.recover_twophase, lambda: connection.rollback_prepared("none", recover=True)):
            with suppress(RowgateError, DBAPIError), connection.begin_nested():
                end()
        with suppress(RowgateError, DBAPIError), connection.begin_nested():
            connection.commit_prepared("none", recover=True)
        return connection.execute(select(Document.__table__.c.title)).all()

    connection = await given.session.connection()
    return await connection.run_sync(ask)


@core.between(only="postgresql", covers=["Connection.begin_twophase", "Connection.close", "Connection.rollback"])
async def two_phases(given: Given) -> Any:
    """Begins a two-phase transaction on a connection of the session's engine."""

    def ask(session: Any) -> Any:
        bind: Any = session.get_bind()
        with bind.engine.connect() as connection:
            connection.begin_twophase()
            found = connection.execute(select(Document.__table__.c.title)).all()
            connection.rollback()
            return found

    return [(given.who, await given.session.run_sync(ask))]


@core.way_in(covers=["Select.get_final_froms", "Select.corresponding_column", "Selectable.exported_columns"])
async def taken_apart(given: Given) -> Any:
    """Takes a statement apart and selects from its parts."""
    whole = select(Document, User.name).join(User, User.id == Document.owner_id)
    (froms,) = whole.get_final_froms()
    again = select(*whole.selected_columns).select_from(froms)
    inner = whole.with_only_columns(title, User.name).subquery()
    named: Any = inner.corresponding_column(Document.__table__.c.title)
    return await rows(given, again), await rows(given, select(named, *inner.exported_columns))


@core.way_in(covers=["Select.set_label_style", "Select.execution_options", "Select.options", "Select.self_group"])
async def label_styles(given: Given) -> Any:
    """Selects the same column names of two tables, in each style of labels."""
    other = aliased(Document, name="other")
    both = select(Document.__table__, other.title).join(other, other.id == Document.id).execution_options(x=1)
    styles = (sqlalchemy.LABEL_STYLE_TABLENAME_PLUS_COL, sqlalchemy.LABEL_STYLE_DISAMBIGUATE_ONLY)
    return [(await given.session.execute(both.set_label_style(style))).mappings().all() for style in styles]


if hasattr(sqlalchemy, "from_dml_column"):  # since 2.1
    from sqlalchemy.sql.base import SyntaxExtension

    class Behind(SyntaxExtension, ClauseElement):
        """An extension of the syntax of SELECT that renders itself behind it."""

        inherit_cache = False

        def apply_to_select(self, select_stmt: Any) -> None:
            """Stand at the end."""
            select_stmt.apply_syntax_extension_point(lambda existing: [*existing, self], "post_body")

    @compiles(Behind)
    def _render_behind(_element: Any, _compiler: Any, **_kw: Any) -> str:
        return "UNION SELECT content FROM documents"

    @core.way_in(covers=["SyntaxExtension", "Select.apply_syntax_extension_point", "Select.ext"])
    async def extended_syntax(given: Given) -> Any:
        """Extends the syntax of SELECT by a query."""
        return await values(given, select(title).ext(Behind()))

    @core.write_in(covers=["visit_dmltargetcopy", "from_dml_column"])
    async def copy_of_what_is_written(given: Given) -> Any:
        """Writes to hidden rows what is written to another column of them."""
        written = cast(sqlalchemy.from_dml_column(ledger.c.amount_cents), String)
        change = update(ledger).where(Posting.owner_id != A)
        await given.session.execute(change.values({"amount_cents": Posting.cents + 1, "select": written}))

    @core.way_in(
        only="postgresql", covers=["visit_aggregateorderby", "visit_aggregate_orderby_inline", "AggregateOrderBy"]
    )
    async def aggregates_in_order(given: Given) -> Any:
        """Joins hidden titles in an order, in the way of every database."""
        joined = func.aggregate_strings(title, ",").aggregate_order_by(Document.pages.desc())
        return await given.session.scalar(select(func.length(joined), joined))

    @core.reading(only="postgresql", covers=["visit_aggregateorderby", "visit_aggregate_orderby_inline"])
    async def aggregates_the_seen_in_order(given: Given) -> Any:
        """Joins names in an order, those of each group."""
        joined = func.aggregate_strings(title, "/").aggregate_order_by(Document.pages.desc(), title)
        return await rows(given, select(Document.owner_id, joined).group_by(Document.owner_id))


@core.reading(covers=["Connection.begin_nested", "Session.begin_nested"])
async def savepoints_that_work(given: Given) -> Any:
    """Reads within savepoints of session and connection."""
    async with given.session.begin_nested():
        found = await values(given, select(Folder.name))
    connection = await given.session.connection()
    async with connection.begin_nested():
        return found, (await connection.execute(select(ledger.c.amount_cents))).all()


@core.reading(covers=["text", "column", "type_coerce"])
async def typed_parts_that_work(given: Given) -> Any:
    """Uses bare columns of a sub-select, coerced types and a row by its key."""
    inner = select(title.label("name"), Document.pages.label("n")).where(Document.id == key("a000")).subquery()
    return await rows(given, select(column("name"), type_coerce(column("n"), Integer)).select_from(inner))


@core.way_in(covers=["TextClause", "Session.scalar"])
async def text_by_scalar(given: Given) -> Any:
    """Takes one number by text, in each short way of a session."""
    counted = text("SELECT count(*) FROM documents")
    return await given.session.scalar(counted), (await given.session.scalars(counted)).all()
