"""Core: DDL of every kind. It changes what the policies rest on, so none of it may run."""

from contextlib import suppress
from typing import Any

import sqlalchemy
from sqlalchemy import DDL, CheckConstraint, Column, Index, Integer, MetaData, Sequence, Table, schema, select, text
from sqlalchemy.dialects import postgresql

from rowgate.errors import RowgateError
from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Scratch

core = Family("core")
scratch: Any = Scratch.__table__
ACCEPTED = "doc-b000-title"
"""What a case says of DDL that was accepted: a hidden text, so that it counts as a leak."""


@core.write_in(covers=["DDL", "Session.execute"])
async def write_as_ddl(given: Given) -> Any:
    """Writes by DDL."""
    await given.session.execute(DDL("UPDATE documents SET content = 'taken'"))


@core.write_in(covers=["DDL"])
async def ddl_on_connection(given: Given) -> Any:
    """Drops a column by DDL on the connection."""
    connection = await given.session.connection()
    await connection.execute(DDL("ALTER TABLE scratch DROP COLUMN text"))


@core.write_in(covers=["CreateTable", "TableCreateDDL"])
async def creates_table(given: Given) -> Any:
    """Creates a table."""
    await given.session.execute(schema.CreateTable(Table("made_by_hand", MetaData(), Column("id", Integer))))


@core.write_in(covers=["DropTable", "TableDropDDL"])
async def drops_table(given: Given) -> Any:
    """Drops a table."""
    await given.session.execute(schema.DropTable(scratch))


@core.write_in(covers=["MetaData.create_all"])
async def creates_all(given: Given) -> Any:
    """Creates all tables of a metadata."""
    metadata = MetaData()
    Table("made_by_metadata", metadata, Column("id", Integer, primary_key=True))
    connection = await given.session.connection()
    await connection.run_sync(metadata.create_all)


@core.write_in(covers=["MetaData.drop_all", "Table.drop"])
async def drops_all(given: Given) -> Any:
    """Drops the tables of a metadata, unasked whether they are there."""
    metadata = MetaData()
    Table("scratch", metadata)
    connection = await given.session.connection()
    await connection.run_sync(lambda c: metadata.drop_all(c, checkfirst=False))


@core.write_in(covers=["text"])
async def truncates(given: Given) -> Any:
    """Empties a table by text."""
    await given.session.execute(text("DELETE FROM document_shares"))


@core.write_in(only="postgresql", covers=["DDL"])
async def creates_function(given: Given) -> Any:
    """Creates a function that reads all, and a table of what it gives."""
    body = "RETURNS SETOF text LANGUAGE sql AS 'SELECT title FROM documents'"
    await given.session.execute(DDL(f"CREATE FUNCTION all_titles() {body}"))
    await given.session.execute(DDL("CREATE TABLE made_of_titles AS SELECT * FROM all_titles() AS t"))


def _elements(dialect: str) -> dict[str, Any]:
    """Return DDL of every kind, by the name of its class."""
    made = Table("made_anew", MetaData(), Column("id", Integer, comment="x"), comment="x")
    index = Index("made_index", scratch.c.text)
    scratch.indexes.discard(index)
    found: dict[str, Any] = {
        "CreateTable": schema.CreateTable(made), "CreateIndex": schema.CreateIndex(index),
        "DropIndex": schema.DropIndex(index), "DropTable": schema.DropTable(made),
        "DDL": DDL("CREATE TABLE made_by_ddl AS SELECT title FROM documents"),
    }  # fmt: skip
    if dialect == "postgresql":
        check = CheckConstraint("id > 0", name="made_check")
        Table("scratch", MetaData(), Column("id", Integer), check)
        kind, domain = postgresql.ENUM("x", name="made_kind"), postgresql.DOMAIN("made_domain", Integer)
        types = postgresql.named_types
        found |= {
            "AddConstraint": schema.AddConstraint(check), "SetConstraintComment": schema.SetConstraintComment(check),
            "DropConstraintComment": schema.DropConstraintComment(check), "DropConstraint": schema.DropConstraint(check),
            "SetTableComment": schema.SetTableComment(scratch), "DropTableComment": schema.DropTableComment(scratch),
            "SetColumnComment": schema.SetColumnComment(scratch.c.text), "DropColumnComment": schema.DropColumnComment(scratch.c.text),
            "CreateSequence": schema.CreateSequence(Sequence("made_sequence")),
            "DropSequence": schema.DropSequence(Sequence("made_sequence")), "CreateEnumType": types.CreateEnumType(kind),
            "DropEnumType": types.DropEnumType(kind), "CreateDomainType": types.CreateDomainType(domain),
            "DropDomainType": types.DropDomainType(domain),
        }  # fmt: skip
    if hasattr(sqlalchemy, "CreateView"):  # since 2.1
        query = select(Document.title)
        view = sqlalchemy.CreateView(query, "made_by_select")
        found |= {
            "CreateView": view, "DropView": sqlalchemy.schema.DropView(view.table),
            "CreateTableAs": sqlalchemy.CreateTableAs(query, "made_of_hidden"), "Select.into": query.into("made_of_all"),
        }  # fmt: skip
    return found


@core.write_in(
    covers=[
        "CreateTable", "DropTable", "CreateIndex", "DropIndex", "visit_index", "AddConstraint", "DropConstraint",
        "SetConstraintComment", "DropConstraintComment", "SetTableComment", "DropTableComment", "SetColumnComment",
        "DropColumnComment", "CreateSequence", "DropSequence", "CreateEnumType", "DropEnumType", "CreateDomainType",
        "DropDomainType", "CreateView", "DropView", "CreateTableAs", "Select.into",
    ]
)  # fmt: skip
async def ddl_of_every_kind(given: Given) -> Any:
    """Executes DDL of every kind, each by itself."""
    accepted = []
    for name, element in _elements(given.dialect).items():
        with suppress(RowgateError):
            await given.session.execute(element)
            accepted.append(f"{name} {ACCEPTED}")
    return accepted


@core.write_in(only="postgresql", covers=["CreateSchema", "DropSchema"])
async def schemas(given: Given) -> Any:
    """Creates a schema, drops it, and says so in a table."""
    accepted = []
    for element in (schema.CreateSchema("made_schema"), schema.DropSchema("made_schema")):
        with suppress(RowgateError):
            await given.session.execute(element)
            accepted.append(f"{type(element).__name__} {ACCEPTED}")
    await given.session.execute(DDL("CREATE TABLE made_after_schemas (id integer)"))
    return accepted
