"""Core: functions with side effects, sequences, and elements that render themselves."""

from typing import Any

import sqlalchemy
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    FromClause,
    Sequence,
    String,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.functions import FunctionElement

from rowgate.errors import RowgateError
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Folder, User
from rowgate.testing.world_rows import A

core = Family("core")
title = Document.title


class HiddenTitle(ColumnElement[str]):
    """A column that renders itself: a query on a guarded table."""

    inherit_cache = True
    type = String()


@compiles(HiddenTitle)
def _render_title(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "(SELECT max(title) FROM documents)"


class RawDocuments(FromClause):
    """A FROM entry that renders itself."""

    inherit_cache = True
    named_with_column = False


@compiles(RawDocuments)
def _render_from(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "documents"


class RawStatement(Executable, ClauseElement):
    """A statement that renders itself."""

    inherit_cache = False


@compiles(RawStatement)
def _render_statement(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "SELECT title FROM documents"


class RawFunction(FunctionElement[Any]):
    """A function that renders itself, under a listed name."""

    inherit_cache = True
    name = "upper"


@compiles(RawFunction)
def _render_function(element: Any, compiler: Any, **kw: Any) -> str:
    least = compiler.process(element.clauses, **kw)
    return f"(SELECT count(*) FROM documents WHERE title > {least})"  # noqa: S608 - that is the point


@core.way_in(covers=["compiles", "ColumnElement"])
async def column_of_its_own(given: Given) -> Any:
    """Selects an element that renders itself."""
    return await rows(given, select(HiddenTitle()))


@core.way_in(covers=["compiles"])
async def column_of_its_own_deep_inside(given: Given) -> Any:
    """Hides an element that renders itself in a condition, a function and a union."""
    found = select(Folder.name).where(func.length(HiddenTitle()) > 3).where(HiddenTitle() > "doc-c")
    return await values(given, union_all(found, select(func.lower(HiddenTitle()))))


@core.way_in(covers=["compiles", "FromClause"])
async def from_of_its_own(given: Given) -> Any:
    """Selects from an element that renders itself."""
    return await rows(given, select(func.count()).select_from(RawDocuments()))


@core.way_in(covers=["compiles", "Executable"])
async def statement_of_its_own(given: Given) -> Any:
    """Executes an element that renders itself."""
    return await rows(given, RawStatement())


@core.way_in(covers=["compiles", "FunctionElement"])
async def function_of_its_own(given: Given) -> Any:
    """Calls a function that renders itself."""
    return await rows(given, select(RawFunction(literal("doc-a"))))


@core.way_in(only="postgresql", covers=["Function"])
async def notifies(given: Given) -> Any:
    """Sends hidden titles to whoever listens."""
    return await rows(given, select(func.count(func.pg_notify("rowgate_test", title))))


@core.way_in(only="postgresql", covers=["Function"])
async def sets_a_setting(given: Given) -> Any:
    """Carries hidden titles out in a setting, and reads it."""
    largest = select(func.max(title)).scalar_subquery()
    await given.session.execute(select(func.set_config("rowgate_test.seen", largest, True)))  # noqa: FBT003 - SQL
    return await rows(given, select(func.current_setting("rowgate_test.seen")))


@core.way_in(only="postgresql", covers=["Function"])
async def reads_a_setting(given: Given) -> Any:
    """Calls a function that reads settings, on each hidden row."""
    return await rows(given, select(func.count(func.current_setting("lock_timeout", Document.is_public))))


@core.way_in(only="postgresql", covers=["Function"])
async def locks_by_number(given: Given) -> Any:
    """Takes a lock for each hidden number, and counts the locks."""
    return await rows(given, select(func.count(func.pg_try_advisory_xact_lock(Document.pages))))


@core.way_in(only="postgresql", covers=["Function"])
async def sleeps(given: Given) -> Any:
    """Waits for a moment for each hidden row."""
    return await rows(given, select(func.count(func.pg_sleep(literal(0.0) * Document.pages))))


@core.way_in(only="postgresql", covers=["Function"])
async def runs_a_query_in_a_string(given: Given) -> Any:
    """Hands a query to a function that runs it."""
    made = func.ts_stat("SELECT to_tsvector('simple', title) FROM documents").table_valued("word", "ndoc", name="s")
    return await rows(given, select(made.render_derived().c.word, literal(1)))


@core.way_in(only="postgresql", covers=["Function"])
async def size_of_a_table(given: Given) -> Any:
    """Asks how large a table is, hidden rows included."""
    return await rows(given, select(func.pg_relation_size("document_titles"), func.pg_relation_filepath("documents")))


@core.way_in(only="postgresql", covers=["TableValuedAlias"])
async def who_else_is_there(given: Given) -> Any:
    """Asks which sessions there are, beside hidden rows."""
    found = func.pg_stat_get_activity(None).table_valued("pid", name="a")
    return await rows(given, select(func.count(found.c.pid) > 0, title).select_from(Document, found).group_by(title))


@core.way_in(covers=["Function"])
async def random_with_a_column(given: Given) -> Any:
    """Calls a volatile function on each hidden row."""
    if given.dialect == "sqlite":
        return await rows(given, select(func.count(func.randomblob(Document.pages - 1700000))))
    return await rows(given, select(func.count(func.setseed(1.0 / Document.pages))))


@core.way_in(only="sqlite", covers=["Function"])
async def functions_of_sqlite(given: Given) -> Any:
    """Calls functions of SQLite that are not listed, on hidden rows."""
    return await rows(given, select(func.count(func.unlikely(title)), func.sqlite_version()))


@core.way_in(covers=["GenericFunction"])
async def function_in_a_package(given: Given) -> Any:
    """Calls a function by the name of its schema."""
    if given.dialect == "sqlite":
        return await rows(given, select(func.count(func.zeroblob(Document.pages - 1709999))))
    return await rows(given, select(func.count(func.pg_catalog.pg_notify("x", title))))


@core.write_in(only="postgresql", covers=["Function"])
async def function_that_writes(given: Given) -> Any:
    """Hands a write to a function that runs it."""
    write = text("UPDATE documents SET content = 'taken' WHERE title = :t RETURNING 1").bindparams(t="doc-b000-title")
    return await given.session.scalar(select(func.count()).select_from(write.columns(sqlalchemy.column("n")).cte()))


@core.way_in(only="postgresql", covers=["visit_sequence", "Sequence", "visit_next_value_func", "next_value"])
async def next_number(given: Given) -> Any:
    """Draws a number for each hidden row."""
    drawn = Sequence("comments_id_seq").next_value()
    first = select(func.count(drawn), func.count(title)).select_from(Document)
    return await rows(given, first)


@core.way_in(only="postgresql", covers=["Sequence"])
async def sequence_executed(given: Given) -> Any:
    """Executes a sequence itself, then counts beside it."""
    await given.session.connection()
    found = await given.session.scalar(Sequence("folders_id_seq"))
    return found is not None, await values(given, select(title))


@core.way_in(only="postgresql", covers=["Function"])
async def number_by_name(given: Given) -> Any:
    """Draws numbers by nextval(), sets and asks for them."""
    drawn = select(func.count(func.nextval("comments_id_seq")), func.count(func.currval("comments_id_seq")))
    return await rows(given, drawn.select_from(Document))


@core.write_in(only="postgresql", covers=["Function"])
async def large_objects(given: Given) -> Any:
    """Writes hidden contents to large objects, and a row that says so."""
    made = func.lo_from_bytea(0, func.convert_to(Document.content, "UTF8"))
    number = await given.session.scalar(select(func.count(made)).where(Document.owner_id != A))
    users = sqlalchemy.update(User).where(User.name == "user-b-name").values(name=f"taken-{number}")
    await given.session.execute(users.execution_options(synchronize_session=False))


@core.reading(covers=["Function"])
async def functions_without_effects(given: Given) -> Any:
    """Calls listed functions, qualified where they may be."""
    found = select(func.lower(title), func.round(Document.price), func.length(title), func.coalesce(None, title))
    return await rows(given, found.where(func.random().is_not(None)))


@core.way_in(covers=["RowgateError"])
async def refused_and_again(given: Given) -> Any:
    """Goes on in the same session after a refusal."""
    try:
        seen = await values(given, text("SELECT title FROM documents"))
    except RowgateError:
        seen = []
    return seen or await values(given, select(title))
