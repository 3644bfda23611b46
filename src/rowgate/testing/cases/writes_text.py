"""Writes as text, by the driver, and changes of the tables themselves."""

from typing import Any

from sqlalchemy import DDL, Column, Integer, MetaData, Table, bindparam, insert, select, text, update
from sqlalchemy.schema import DropTable

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import wrote
from rowgate.testing.world_models import Document, Note, Scratch, UserRole
from rowgate.testing.world_rows import A, B, key

writes = Family("writes")
documents: Any = Document.__table__
scratch: Any = Scratch.__table__
CHANGE = "UPDATE documents SET content = 'changed'"


@writes.write_in(covers=["visit_textclause"])
async def text_updates(given: Given) -> Any:
    """Updates by text."""
    await given.session.execute(text(CHANGE))


@writes.write_in(covers=["visit_textclause"])
async def text_inserts_many(given: Given) -> Any:
    """Inserts by text, a parameter set for each row."""
    statement = text("INSERT INTO user_roles (user_id, role_id) VALUES (:who, :role)")
    typed = statement.bindparams(bindparam("who", type_=UserRole.user_id.type), bindparam("role", type_=Integer()))
    await given.session.execute(typed, [{"who": A, "role": 1}, {"who": A, "role": 2}])


@writes.write_in(covers=["Select.from_statement"])
async def text_updates_and_returns(given: Given) -> Any:
    """Updates by text, and loads entities from what it returns."""
    statement = select(Document).from_statement(text(CHANGE + " RETURNING *"))
    return (await given.session.scalars(statement)).all()


@writes.write_in(covers=["TextualSelect"])
async def text_with_columns(given: Given) -> Any:
    """Updates by text with columns."""
    return await wrote(given, text(CHANGE + " RETURNING id, title").columns(Document.id, Document.title))


@writes.write_in(covers=["Connection.exec_driver_sql"])
async def driver_updates(given: Given) -> Any:
    """Updates by driver SQL on the session's connection."""
    await (await given.session.connection()).exec_driver_sql(CHANGE)


@writes.write_in(covers=["Connection.get_raw_connection"])
async def driver_connection_updates(given: Given) -> Any:
    """Updates by a cursor of the pool's connection."""
    connection = await given.session.connection()

    def change(sync: Any) -> None:
        cursor = sync.connection.cursor()
        cursor.execute(CHANGE)
        cursor.close()

    await connection.run_sync(change)


@writes.write_in(covers=["Session.bind"])
async def driver_in_run_sync(given: Given) -> Any:
    """Updates by driver SQL on a connection got inside run_sync."""
    await given.session.run_sync(lambda session: session.connection().exec_driver_sql(CHANGE))


@writes.write_in(covers=["DDL"])
async def ddl_updates(given: Given) -> Any:
    """Executes an UPDATE as DDL."""
    await given.session.execute(DDL(CHANGE))


@writes.write_in(covers=["DropTable"])
async def ddl_drops(given: Given) -> Any:
    """Drops a table."""
    await given.session.execute(DropTable(scratch))


@writes.write_in(covers=["MetaData.drop_all"])
async def ddl_drop_table(given: Given) -> Any:
    """Drops a table by its own method, on the session's connection."""
    await (await given.session.connection()).run_sync(scratch.drop)


@writes.write_in(only="postgresql", covers=["visit_textclause"])
async def text_truncates(given: Given) -> Any:
    """Truncates a table by text."""
    await given.session.execute(text("TRUNCATE notes"))


@writes.write_in(only="postgresql", covers=["visit_textclause"])
async def text_in_a_block(given: Given) -> Any:
    """Updates by an anonymous block, given as text."""
    await given.session.execute(text("DO $$ BEGIN UPDATE documents SET content = 'changed'; END $$"))


@writes.write_in(covers=["another Table"])
async def other_table_object(given: Given) -> Any:
    """Updates through a Table object of its own, with a subset of the columns."""
    table = Table("documents", MetaData(), Column("pages", Integer))
    await given.session.execute(update(table).values(pages=1))


@writes.write_in(covers=["another Table"])
async def other_table_in_a_schema(given: Given) -> Any:
    """Updates through a Table object that names the schema."""
    schema = "public" if given.dialect == "postgresql" else "main"
    table = Table("documents", MetaData(), Column("pages", Integer), schema=schema)
    await given.session.execute(update(table).values(pages=1))


@writes.write_in(covers=["another Table"])
async def other_table_with_defaults(given: Given) -> Any:
    """Inserts through a Table object whose default is somebody else."""
    original: Any = Note.__table__
    columns = [
        Column(c.name, c.type, default=B if c.name == "owner_id" else None) for c in original.c if c.name != "id"
    ]
    await given.session.execute(insert(Table("notes", MetaData(), *columns)).values(kind="note", body="x"))


@writes.write_in(covers=["another Table"])
async def other_table_without_keys(given: Given) -> Any:
    """Grants itself a role through a Table object whose columns stand in another order and are no keys."""
    original: Any = UserRole.__table__
    table = Table("user_roles", MetaData(), *(Column(c.name, c.type) for c in reversed(list(original.c))))
    await given.session.execute(insert(table).values(user_id=A, role_id=1))


@writes.write_in(covers=["schema_translate_map"])
async def translated_schema(given: Given) -> Any:
    """Updates with a map of schemas."""
    schema = "public" if given.dialect == "postgresql" else "main"
    options = {"schema_translate_map": {None: schema}}
    statement = update(documents).where(documents.c.id == key("b100")).values(content="changed")
    await given.session.execute(statement, execution_options=options)
