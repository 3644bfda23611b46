"""New rows: every form of INSERT, with an owner who is somebody else, and with values that were hidden."""

from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, literal, select, type_coerce

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import document_rows, wrote
from rowgate.testing.world_kinds import Card, Plant, Ticket, Tree
from rowgate.testing.world_models import Comment, Document, Note, Posting, Tag, User
from rowgate.testing.world_rows import A, B, key

writes = Family("writes")
documents: Any = Document.__table__
notes: Any = Note.__table__


@writes.write_in(covers=["visit_insert", "Insert"])
async def insert_for_another(given: Given) -> Any:
    """Inserts a row of somebody else."""
    await wrote(given, insert(Document).values(title="made", owner_id=B))


@writes.write_in(covers=["multi-VALUES"])
async def insert_two_values(given: Given) -> Any:
    """Inserts two rows by one VALUES: the second is somebody else's."""
    rows = [*document_rows(given.who.id, 1), {"title": "other", "owner_id": B, "pages": 1}]
    await wrote(given, insert(Document).values(rows))


@writes.write_in(covers=["multi-VALUES"])
async def insert_a_hundred_values(given: Given) -> Any:
    """Inserts 100 rows of somebody else by one VALUES."""
    await wrote(given, insert(Document).values(document_rows(B, 100)))


@writes.write_in(covers=["insertmanyvalues"])
async def insert_a_hundred_returning(given: Given) -> Any:
    """Inserts 100 rows and has their keys in order: the last is somebody else's."""
    rows = [*document_rows(given.who.id, 99), {"title": "other", "owner_id": B, "pages": 1}]
    await wrote(given, insert(Document).returning(Document.id, sort_by_parameter_order=True), rows)


@writes.write_in(covers=["insertmanyvalues", "sentinel"])
async def insert_serials_returning(given: Given) -> Any:
    """Inserts rows whose keys the server makes, in order: the second is somebody else's."""
    rows = [{"kind": "note", "owner_id": user, "body": "x"} for user in (given.who.id, B, given.who.id)]
    statement = insert(notes).returning(notes.c.id, sort_by_parameter_order=True)
    await (await given.session.connection()).execute(statement, rows)


@writes.write_in(covers=["Insert.from_select"])
async def insert_from_select_for_others(given: Given) -> Any:
    """Copies all rows with their owners."""
    copied = select(literal("note"), Comment.author_id, Comment.body)
    await wrote(given, insert(notes).from_select(["kind", "owner_id", "body"], copied))


@writes.way_in(covers=["Insert.from_select"])
async def insert_from_select_hidden(given: Given) -> Any:
    """Copies hidden titles into its own rows, and returns them."""
    number = 9000 + func.row_number().over(order_by=Document.title)
    hidden = select(number, literal("note"), literal(A, Document.id.type), Document.title)
    statement = insert(notes).from_select(["id", "kind", "owner_id", "body"], hidden, include_defaults=False)
    return await wrote(given, statement.returning(notes.c.body))


@writes.way_in(covers=["Insert.from_select"])
async def insert_from_select_counts(given: Given) -> Any:
    """Inserts a row for each hidden one, and counts its own."""
    number = 9000 + func.row_number().over(order_by=Document.title)
    each = select(number, literal("note"), literal(A, Document.id.type), literal("x"))
    await wrote(given, insert(notes).from_select(["id", "kind", "owner_id", "body"], each))
    return await given.session.scalar(select(func.count()).select_from(notes).where(notes.c.body == "x"))


@writes.write_in(covers=["Insert.inline"])
async def insert_inline(given: Given) -> Any:
    """Inserts a row of somebody else inline."""
    await wrote(given, insert(documents).values(title="made", owner_id=B).inline())


@writes.write_in(covers=["Insert.return_defaults"])
async def insert_return_defaults(given: Given) -> Any:
    """Inserts a row of somebody else and asks for its defaults."""
    connection = await given.session.connection()
    await connection.execute(documents.insert().values(title="made", owner_id=B).return_defaults())


@writes.write_in(covers=["server_default"])
async def insert_with_server_defaults(given: Given) -> Any:
    """Inserts rows whose keys and times the server makes, for somebody else."""
    given.session.add_all([Ticket(owner_id=B, text="x"), Ticket(owner_id=given.who.id, text="y")])


@writes.write_in()
async def insert_with_a_sub_select(given: Given) -> Any:
    """Inserts a row whose owner a sub-select finds."""
    other = select(User.id).where(User.name == "user-b-name").scalar_subquery()
    await wrote(given, insert(Document).values(title="made", owner_id=other))


@writes.write_in()
async def insert_with_an_expression(given: Given) -> Any:
    """Inserts a row whose owner an expression gives."""
    whose = func.coalesce(type_coerce(None, Document.owner_id.type), literal(B, Document.owner_id.type))
    await wrote(given, insert(Document).values(title="made", owner_id=whose))


@writes.way_in()
async def insert_with_hidden_values(given: Given) -> Any:
    """Inserts its own row with a hidden title, and returns it."""
    hidden = func.coalesce(select(Document.title).where(Document.id == key("b000")).scalar_subquery(), "nothing")
    statement = insert(Note).values(id=9001, kind="note", owner_id=A, body=hidden)
    return await wrote(given, statement.returning(Note.body))


@writes.write_in()
async def insert_by_column_objects(given: Given) -> Any:
    """Inserts by columns whose names are others than their keys."""
    table: Any = Posting.__table__
    values = {table.c.owner: B, table.c.amount_cents: 1, table.c.select: "x"}
    await wrote(given, insert(table).values(values))


@writes.write_in()
async def insert_by_positions(given: Given) -> Any:
    """Inserts a tuple of values, in the order of the columns."""
    table: Any = Posting.__table__
    await wrote(given, insert(table).values((9001, B, 1, "x")))


@writes.write_in()
async def insert_dataclass(given: Given) -> Any:
    """Adds a dataclass of somebody else."""
    given.session.add(Card(owner_id=B, text="x"))


@writes.write_in(covers=["ConcreteBase"])
async def insert_concrete(given: Given) -> Any:
    """Adds rows of both tables of concrete inheritance for somebody else."""
    given.session.add_all([Plant(id=90, name="x", owner_id=B), Tree(id=91, name="y", owner_id=B, height=1)])


@writes.write_in()
async def insert_into_open_to_read(given: Given) -> Any:
    """Inserts into a table that is open to read only."""
    given.session.add(Tag(id=9001, word="mauve"))


@writes.write_in()
async def insert_comment_as_another(given: Given) -> Any:
    """Comments in somebody else's name."""
    await wrote(given, insert(Comment).values(document_id=key("b100"), author_id=B, body="I agree"))


@writes.way_in(discloses="a key's existence, by UNIQUE")
async def insert_a_hidden_title(given: Given) -> Any:
    """Asks by UNIQUE whether a title is there."""
    try:
        await given.session.execute(insert(Document).values(title="doc-b000-title", owner_id=given.who.id))
    except Exception as error:  # noqa: BLE001 - that it came is what is told
        return type(error).__name__
    return "new"


@writes.way_in(discloses="a key's existence, by UNIQUE")
async def insert_a_hidden_key(given: Given) -> Any:
    """Asks by the primary key whether a row is there."""
    row = {"id": key("b000"), "title": str(uuid4()), "owner_id": given.who.id}
    try:
        await given.session.execute(insert(Document).values(**row))
    except Exception as error:  # noqa: BLE001 - that it came is what is told
        return type(error).__name__
    return "new"
