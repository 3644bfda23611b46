"""Core: text in every place that takes it, and statements made elsewhere."""

from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, case, column, func, join, literal_column, select, text, union_all
from sqlalchemy.engine import Compiled
from sqlalchemy.orm import aliased

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Folder, Posting, User

core = Family("core")
title = Document.title
ALL = "SELECT title FROM documents"


@core.way_in(covers=["text", "visit_textclause", "TextClause"])
async def text_statement(given: Given) -> Any:
    """Executes text."""
    return await rows(given, text(ALL))


@core.way_in(covers=["TextClause.bindparams"])
async def text_with_binds(given: Given) -> Any:
    """Executes text with values."""
    found = text(f"{ALL} WHERE pages > :least").bindparams(bindparam("least", 0))
    return await values(given, found), await values(given, found, least=1710300)


@core.way_in(covers=["visit_textual_select", "TextualSelect", "TextClause.columns"])
async def text_with_columns(given: Given) -> Any:
    """Executes text that says which columns it gives."""
    return await rows(given, text("SELECT id, title FROM documents").columns(Document.id, Document.title))


@core.way_in(covers=["TextualSelect.subquery", "TextualSelect.cte"])
async def text_as_a_table(given: Given) -> Any:
    """Selects from text: as a sub-select, as a CTE and as an alias of an entity."""
    typed = text("SELECT * FROM documents").columns(Document.id, Document.title)
    inner, cte = typed.subquery(), typed.cte("found")
    found = [await rows(given, select(each.c.title)) for each in (inner, cte)]
    return found, await rows(given, select(aliased(Document, inner).title))


@core.way_in(covers=["Select.from_statement"])
async def entities_from_text(given: Given) -> Any:
    """Loads entities from text."""
    return await values(given, select(Document).from_statement(text("SELECT * FROM documents")))


@core.way_in(covers=["Query.from_statement"])
async def query_from_text(given: Given) -> Any:
    """Loads entities by a legacy Query from text."""
    found = text("SELECT * FROM documents")
    return await given.session.run_sync(lambda s: s.query(Document).from_statement(found).all())


@core.way_in(covers=["text"])
async def text_column(given: Given) -> Any:
    """Selects a column that is text, with a sub-select in it."""
    return await rows(given, select(text("(SELECT count(*) FROM documents)"), Folder.name))


@core.way_in(covers=["literal_column"])
async def literal_column_with_select(given: Given) -> Any:
    """Selects a literal column with a sub-select in it."""
    return await rows(given, select(literal_column("(SELECT count(*) FROM documents)"), Folder.name))


@core.way_in(covers=["column"])
async def literal_by_flag(given: Given) -> Any:
    """Says of a column that it is literal."""
    return await rows(given, select(column("(SELECT max(title) FROM documents)", is_literal=True)))


@core.way_in(covers=["Select.where"])
async def text_condition(given: Given) -> Any:
    """Opens a condition by text in WHERE."""
    return await values(given, select(title).where(text("1=1 UNION SELECT content FROM documents")))


@core.way_in(covers=["Select.having", "Select.group_by"])
async def text_in_having(given: Given) -> Any:
    """Asks about hidden rows by text in HAVING."""
    found = select(User.name).group_by(User.name).having(text("(SELECT count(*) FROM documents) > 15"))
    return await values(given, found)


@core.way_in(covers=["Select.order_by"])
async def text_in_order(given: Given) -> Any:
    """Orders by text that looks at hidden rows."""
    told = text("CASE WHEN (SELECT count(*) FROM documents) > 15 THEN name END DESC, name")
    return tuple(await values(given, select(User.name).order_by(told)))


@core.way_in(covers=["Select.group_by"])
async def text_in_group(given: Given) -> Any:
    """Groups what may be read by text that looks at hidden rows."""
    told = text("(SELECT count(*) FROM documents AS d WHERE d.owner_id = users.id)")
    return await values(given, select(func.count()).select_from(User).group_by(told))


@core.way_in(covers=["Select.select_from"])
async def text_in_from(given: Given) -> Any:
    """Selects from text."""
    return await rows(given, select(column("title")).select_from(text("documents")))


@core.way_in(covers=["Select.join"])
async def text_as_condition_of_a_join(given: Given) -> Any:
    """Joins on text."""
    on = text("documents.owner_id = users.id OR (SELECT max(pages) FROM documents) > 1710650")
    joined = join(User.__table__, Document.__table__, on)
    return await rows(given, select(User.name, title).select_from(joined))


@core.way_in(covers=["visit_case"])
async def text_in_case(given: Given) -> Any:
    """Puts text into CASE and into the arguments of a function."""
    told = case((text("(SELECT count(*) FROM documents) > 15"), 1), else_=0)
    return await rows(given, select(told)), await rows(
        given, select(func.upper(text("(SELECT max(title) FROM documents)")))
    )


@core.way_in(covers=["union_all"])
async def text_in_union(given: Given) -> Any:
    """Unites a select with text."""
    return await rows(given, union_all(select(title), text(ALL).columns(column("title"))))


@core.way_in(covers=["Select.in_", "TextualSelect.scalar_subquery"])
async def text_in_list(given: Given) -> Any:
    """Compares with the rows of text."""
    hidden = text("SELECT owner_id FROM documents WHERE is_deleted").columns(Document.owner_id)
    return await values(given, select(User.name).where(User.id.in_(hidden)))


@core.way_in(covers=["Select.prefix_with"])
async def prefix(given: Given) -> Any:
    """Puts a query in front of the columns."""
    return await rows(given, select(title).prefix_with("(SELECT max(content) FROM documents),"))


@core.way_in(covers=["Select.suffix_with"])
async def suffix(given: Given) -> Any:
    """Puts a query behind the statement."""
    return await rows(given, select(title).suffix_with("UNION SELECT content FROM documents"))


@core.way_in(covers=["CompoundSelect"])
async def suffix_of_cte(given: Given) -> Any:
    """Puts a condition behind a CTE."""
    found = select(Posting.text).cte("found").suffix_with(", more AS (SELECT 1)")
    return await values(given, select(found.c[0]))


@core.way_in(covers=["str"])
async def statement_as_text(given: Given) -> Any:
    """Renders a statement by itself, and executes its text."""
    return await rows(given, text(str(select(Document.title).compile(compile_kwargs={"literal_binds": True}))))


if hasattr(sqlalchemy, "tstring"):  # since 2.1
    from sqlalchemy.util.compat import Template

    @core.way_in(covers=["tstring", "visit_tstring", "visit_tstring_text", "TString"])
    async def template_string(given: Given) -> Any:
        """Executes a template string."""
        parts = Template("SELECT title, content FROM documents WHERE length(title) > 1")
        return await rows(given, sqlalchemy.tstring(parts))


if hasattr(Compiled, "_execute_on_connection"):  # until 2.0

    @core.way_in(covers=["Compiled"])
    async def compiled_statement(given: Given) -> Any:
        """Compiles a statement elsewhere and executes what came out."""
        connection = await given.session.connection()
        plain = type(given.session.get_bind().dialect)()
        compiled: Any = select(title).compile(dialect=plain)
        return await connection.run_sync(lambda c: c.execute(compiled).all())
