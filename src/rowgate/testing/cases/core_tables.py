"""Core: tables by any other object or name, views, system tables and columns, columns that are function calls."""

from contextlib import suppress
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    cast,
    column,
    func,
    inspect,
    join,
    literal_column,
    quoted_name,
    select,
    table,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry

from rowgate.errors import RowgateError
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Folder, Posting, User

core = Family("core")
documents = Document.__table__
LIGHT = table("documents", column("id", Uuid()), column("title", String), column("owner_id", Uuid()))


@core.way_in(portable=True, covers=["visit_table", "Table.select", "visit_select"])
async def table_itself(given: Given) -> Any:
    """Selects from the table of an entity."""
    found = given.model.entity.__table__
    return (
        await rows(given, select(found)),
        await rows(given, found.select()),
        await rows(given, select(func.count()).select_from(found)),
    )


@core.way_in(covers=["table", "TableClause"])
async def light_table(given: Given) -> Any:
    """Selects from a light-weight table of the same name."""
    return await rows(given, select(LIGHT)), await rows(
        given, select(LIGHT.c.title).where(LIGHT.c.owner_id != given.who.id)
    )


@core.way_in(covers=["TableClause.alias"])
async def light_table_joined(given: Given) -> Any:
    """Joins a light-weight table to the real one, under an alias."""
    other = LIGHT.alias("other")
    return await rows(given, select(other.c.title, Document.title).join(other, other.c.owner_id == Document.owner_id))


@core.way_in(covers=["Table"])
async def another_table_object(given: Given) -> Any:
    """Selects from another Table object of the same name, with fewer columns."""
    other = Table("documents", MetaData(), Column("title", String, primary_key=True), Column("pages", Integer))
    return await rows(given, select(other)), await rows(given, union(select(other.c.title), select(Document.title)))


@core.way_in(covers=["Table", "Column.key"])
async def table_with_other_keys(given: Given) -> Any:
    """Reads a masked column through a Table whose column has another key."""
    other = Table("users", MetaData(), Column("hashed_password", String, key="name"), Column("id", Uuid()))
    return await rows(given, select(other.c.name, other.c.id))


@core.way_in(covers=["registry.map_imperatively"])
async def second_mapper(given: Given) -> Any:
    """Maps another class to another Table object of the same name."""
    other = Table("documents", MetaData(), Column("id", Uuid(), primary_key=True), Column("title", String))
    made = type("OtherDocument", (), {})
    mappers = registry()
    mappers.map_imperatively(made, other)
    found = await values(given, select(made))
    given.session.expunge_all()
    mappers.dispose()
    return [vars(one).get("title") for one in found]


@core.way_in(covers=["Table.autoload_with", "Inspector"])
async def reflected_table(given: Given) -> Any:
    """Reflects a table by the connection of the session, and selects from it."""
    connection = await given.session.connection()
    found = await connection.run_sync(lambda c: Table("documents", MetaData(), autoload_with=c))
    return await rows(given, select(found.c.title))


@core.way_in(covers=["inspect"])
async def inspected(given: Given) -> Any:
    """Asks an inspector for the views and joins what they show."""
    connection = await given.session.connection()
    names = await connection.run_sync(lambda c: inspect(c).get_view_names())
    found = [table(name, column("title")) for name in names if name == "document_titles"]
    return [await rows(given, select(each.c.title)) for each in found]


@core.way_in(covers=["TableClause"])
async def view(given: Given) -> Any:
    """Selects from a view, which no catalog names."""
    titles = table("document_titles", column("id"), column("title"))
    return await rows(given, select(titles.c.title))


@core.way_in(covers=["Table"])
async def view_beside_a_table(given: Given) -> Any:
    """Joins a view to a table that may be read."""
    titles = Table("document_titles", MetaData(), Column("id", Uuid()), Column("title", String))
    found = select(titles.c.title).select_from(join(titles, documents, titles.c.id != documents.c.id)).distinct()
    return await rows(given, found)


@core.between(covers=["TableClause.schema"])
async def qualified_by_schema(given: Given) -> Any:
    """Names the schema of a table."""
    schema = "public" if given.dialect == "postgresql" else "main"
    light = table("documents", column("title"), schema=schema)
    whole = Table("documents", MetaData(schema=schema), Column("title", String))
    return [(given.who, await rows(given, found)) for found in (select(light.c.title), select(whole))]


@core.between(covers=["schema_translate_map", "AsyncSession.execute"])
async def schema_translated(given: Given) -> Any:
    """Has the schema of a table translated by a statement."""
    schema = "public" if given.dialect == "postgresql" else "main"
    options = {"schema_translate_map": {None: schema}}
    found = await given.session.execute(select(Document.title), execution_options=options)
    return [(given.who, found.all())]


@core.between(covers=["Connection.execution_options", "Connection.schema_for_object"])
async def schema_translated_by_connection(given: Given) -> Any:
    """Has the schema of a table translated by the connection."""
    schema = "public" if given.dialect == "postgresql" else "main"
    connection = await given.session.connection(execution_options={"schema_translate_map": {None: schema}})
    return [(given.who, (await connection.execute(select(documents.c.title))).all())]


@core.way_in(only="sqlite", covers=["TableClause"])
async def name_in_capitals(given: Given) -> Any:
    """Names a table in capitals, which SQLite does not mind."""
    return await rows(given, select(table("DOCUMENTS", column("TITLE")).c.TITLE))


@core.way_in(covers=["quoted_name"])
async def names_quoted_or_not(given: Given) -> Any:
    """Says of the name of a table whether it is quoted."""
    found = [table(quoted_name("documents", quote), column(quoted_name("title", quote))) for quote in (True, False)]
    return [await rows(given, select(each)) for each in found]


@core.between(only="postgresql", covers=["quoted_name"])
async def name_with_schema_in_it(given: Given) -> Any:
    """Puts the schema into a name that is not to be quoted."""
    found = table(quoted_name("public.documents", quote=False), column("title"))
    return [(given.who, await rows(given, select(found.c.title)))]


@core.way_in(only="postgresql", covers=["visit_column"])
async def column_that_is_a_call(given: Given) -> Any:
    """Names a column that PostgreSQL takes for the call of a function on the whole row."""
    return await rows(given, select(table("documents", column("row_to_json")).c.row_to_json))


@core.way_in(only="postgresql", covers=["visit_column"])
async def call_through_an_alias(given: Given) -> Any:
    """Calls a function on a whole row with masked columns, by a column of an alias, in an aggregate."""
    other = table("users", column("to_jsonb", JSONB)).alias("u")
    return await rows(
        given, select(func.max(other.c.to_jsonb["hashed_password"].astext)).order_by(func.count(other.c.to_jsonb))
    )


@core.way_in(only="postgresql", covers=["visit_column"])
async def system_columns(given: Given) -> Any:
    """Reads where hidden rows are stored and who wrote them."""
    return await rows(given, select(table("documents", column("ctid", String), column("xmin", String)).c.ctid))


@core.way_in(only="postgresql", covers=["literal_column"])
async def system_column_without_table(given: Given) -> Any:
    """Reads a system column that belongs to no table."""
    return await rows(given, select(column("tableoid"), Document.title).select_from(Document))


@core.way_in(only="sqlite", covers=["visit_column"])
async def numbers_of_rows(given: Given) -> Any:
    """Reads the numbers of hidden rows in SQLite's storage."""
    return await rows(given, select(table("documents", column("rowid"), column("title")).c.rowid))


@core.way_in(only="sqlite", covers=["visit_column"])
async def row_numbers_by_other_names(given: Given) -> Any:
    """Counts hidden rows by SQLite's other names of their numbers."""
    most: Any = [select(func.max(column(name))).select_from(documents) for name in ("oid", "_rowid_")]
    return [(await given.session.scalar(each) or 0) > 10 for each in most]


@core.between(only="postgresql", covers=["TableClause"])
async def statistics_table(given: Given) -> Any:
    """Reads the values that the database keeps for its statistics."""
    with suppress(RowgateError):
        await given.session.execute(text("ANALYZE documents"))
    found = table("pg_stats", column("histogram_bounds", String), column("tablename"), schema="pg_catalog")
    bounds = select(cast(found.c.histogram_bounds, String)).where(found.c.tablename == "documents")
    return [(given.who, await values(given, bounds))]


@core.way_in(only="postgresql", covers=["TableClause.schema"])
async def information_schema(given: Given) -> Any:
    """Reads the information schema."""
    found = table("tables", column("table_name"), column("table_schema"), schema="information_schema")
    return await rows(given, select(found.c.table_schema).where(found.c.table_name == "documents"))


@core.way_in(only="sqlite", covers=["TableClause"])
async def catalogue_of_sqlite(given: Given) -> Any:
    """Reads SQLite's own catalogues, and the hidden rows beside them."""
    found = [table(name, column("name"), column("sql")) for name in ("sqlite_master", "sqlite_temp_master")]
    return [await rows(given, select(each.c.name, Document.title)) for each in found]


@core.way_in(only="sqlite", covers=["TableValuedAlias"])
async def pragma_as_a_table(given: Given) -> Any:
    """Reads a pragma as a table, and the hidden rows beside it."""
    found = func.pragma_table_info("documents").table_valued("name", name="info")
    return await rows(given, select(found.c.name, Document.title).select_from(Document, found))


@core.reading(covers=["table", "Table.select"])
async def other_tables_that_work(given: Given) -> Any:
    """Reads what may be read through tables, light-weight tables and Table objects of the same name."""
    other = Table("documents", MetaData(), Column("title", String, primary_key=True), Column("pages", Integer))
    found = [
        select(LIGHT),
        select(other),
        documents.select(),
        select(LIGHT.c.title).join(User, User.id == LIGHT.c.owner_id),
    ]
    return [await rows(given, each) for each in found]


@core.reading(covers=["quoted_name", "visit_column"])
async def odd_names_that_work(given: Given) -> Any:
    """Reads columns with reserved and renamed names, a star, and names that are said to be quoted."""
    star: Any = select(literal_column("*")).select_from(Folder)
    named = table(quoted_name("folders", quote=True), column(quoted_name("name", quote=True)))
    ledger = Posting.__table__
    return [await rows(given, each) for each in (star, select(named), select(ledger.c.select), select(Posting))]
