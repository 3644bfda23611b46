"""Writes by criteria: one statement that names no row. It narrows to what may be written."""

from typing import Any

from sqlalchemy import bindparam, case, cast, delete, exists, func, insert, literal_column, select, text, true, update
from sqlalchemy.orm import aliased
from sqlalchemy.types import Integer

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import wrote
from rowgate.testing.world_models import Comment, Document, Note, User
from rowgate.testing.world_rows import A, B, key

writes = Family("writes")
documents: Any = Document.__table__


@writes.write_in(portable=True, covers=["visit_update", "Update"])
async def bulk_updates_everything(given: Given) -> Any:
    """Updates without a WHERE."""
    return await wrote(given, update(given.model.entity).values({given.model.text: "changed"}))


@writes.write_in(portable=True)
async def bulk_updates_hidden(given: Given) -> Any:
    """Updates a hidden row by its key."""
    hidden = getattr(given.model.entity, given.model.key) == given.model.hidden
    await wrote(given, update(given.model.entity).where(hidden).values({given.model.text: "changed"}))


@writes.write_in()
async def bulk_updates_one_seen(given: Given) -> Any:
    """Updates one row that it may only read."""
    await wrote(given, update(Document).where(Document.id == key("b100")).values(content="changed"))


@writes.write_in()
async def bulk_updates_two_seen(given: Given) -> Any:
    """Updates two rows that it may only read, and one of its own."""
    keys = [key("b100"), key("b010"), key("a100")]
    await wrote(given, update(Document).where(Document.id.in_(keys)).values(content="changed"))


@writes.write_in(covers=["visit_delete", "Delete"])
async def bulk_deletes_everything(given: Given) -> Any:
    """Deletes without a WHERE."""
    return await wrote(given, delete(Comment))


@writes.write_in()
async def bulk_deletes_hidden(given: Given) -> Any:
    """Deletes a hidden row by its key."""
    await wrote(given, delete(Document).where(Document.id == key("c000")))


@writes.write_in()
async def bulk_deletes_of_others(given: Given) -> Any:
    """Deletes what somebody else wrote."""
    await wrote(given, delete(Comment).where(Comment.author_id != given.who.id))


@writes.write_in(covers=["synchronize_session"])
async def bulk_updates_unsynchronised(given: Given) -> Any:
    """Updates with synchronize_session=False."""
    statement = update(Document).where(Document.owner_id == B).values(content="changed")
    await given.session.execute(statement, execution_options={"synchronize_session": False})


@writes.write_in(covers=["synchronize_session"])
async def bulk_updates_fetched(given: Given) -> Any:
    """Updates with synchronize_session="fetch", on objects in memory."""
    held = (await given.session.scalars(select(Document))).all()
    statement = update(Document).where(Document.owner_id == B).values(content="changed")
    await given.session.execute(statement, execution_options={"synchronize_session": "fetch"})
    return held


@writes.write_in(covers=["synchronize_session"])
async def bulk_updates_evaluated(given: Given) -> Any:
    """Updates with synchronize_session="evaluate", then flushes what memory holds."""
    held = (await given.session.scalars(select(Document))).all()
    statement = update(Document).where(Document.owner_id == B).values(content="changed")
    await given.session.execute(statement, execution_options={"synchronize_session": "evaluate"})
    for document in held:
        if document.content == "changed":
            document.pages = 1


@writes.write_in()
async def bulk_gives_away(given: Given) -> Any:
    """Gives its own row away."""
    mine = Document.id == key("a100")
    return await wrote(given, update(Document).where(mine).values(owner_id=B).returning(Document.id))


@writes.write_in()
async def bulk_gives_away_by_sub_select(given: Given) -> Any:
    """Gives its own row away: the owner is a sub-select."""
    other = select(User.id).where(User.name == "user-b-name").scalar_subquery()
    await wrote(given, update(Document).where(Document.id == key("a100")).values(owner_id=other))


@writes.write_in()
async def bulk_gives_away_by_case(given: Given) -> Any:
    """Gives some of its own rows away: the owner is a CASE."""
    whose = case((Document.title == "doc-a100-title", B), else_=Document.owner_id)
    await wrote(given, update(Document).where(Document.owner_id == A, ~Document.is_deleted).values(owner_id=whose))


@writes.write_in()
async def bulk_takes_over(given: Given) -> Any:
    """Makes itself the owner of everything."""
    await wrote(given, update(Document).values(owner_id=given.who.id))


@writes.write_in()
async def bulk_undeletes(given: Given) -> Any:
    """Revives its own deleted rows, which it cannot see."""
    await wrote(given, update(Document).where(Document.is_deleted).values(is_deleted=False))


@writes.write_in()
async def bulk_changes_keys(given: Given) -> Any:
    """Changes the primary keys of all rows."""
    await wrote(given, update(Note).where(Note.id > 0).values(id=Note.id + 9000))


@writes.write_in(covers=["update from"])
async def bulk_updates_from(given: Given) -> Any:
    """Updates rows that another table's row picks."""
    picked = (Document.id == Comment.document_id, Comment.id == 12)
    await wrote(given, update(Document).where(*picked).values(content=Comment.body))


@writes.write_in(covers=["update from"])
async def bulk_updates_from_an_alias(given: Given) -> Any:
    """Updates each row from another row of the same table."""
    other = aliased(Document)
    picked = (other.id == key("a100"), Document.id == key("b100"))
    await wrote(given, update(Document).where(*picked).values(content=other.title))


@writes.write_in(only="postgresql", covers=["delete using"])
async def bulk_deletes_using(given: Given) -> Any:
    """Deletes rows that another table's row picks."""
    await wrote(given, delete(Comment).where(Comment.document_id == Document.id, Document.owner_id == B))


@writes.write_in(covers=["Update.ordered_values"])
async def bulk_updates_ordered_values(given: Given) -> Any:
    """Sets columns in an order."""
    statement = update(Document).where(Document.id == key("a100"))
    await wrote(given, statement.ordered_values((Document.content, "changed"), (Document.owner_id, B)))


@writes.write_in(covers=["Query.update"])
async def bulk_query_update(given: Given) -> Any:
    """Updates by the legacy Query."""
    await given.session.run_sync(
        lambda session: session.query(Document).filter(Document.owner_id == B).update({"content": "changed"})
    )


@writes.write_in(covers=["Query.delete"])
async def bulk_query_delete(given: Given) -> Any:
    """Deletes by the legacy Query."""
    await given.session.run_sync(lambda session: session.query(Comment).filter(Comment.author_id == B).delete())


@writes.write_in(covers=["Table.update"])
async def bulk_updates_the_table(given: Given) -> Any:
    """Updates the table, not the entity."""
    await wrote(given, documents.update().where(documents.c.owner_id == B).values(content="changed"))


@writes.write_in(covers=["Table.delete"])
async def bulk_deletes_from_the_table(given: Given) -> Any:
    """Deletes from the table on the session's connection."""
    connection = await given.session.connection()
    await connection.execute(documents.delete().where(documents.c.id == key("c000")))


@writes.write_in(covers=["Session.connection"])
async def bulk_updates_on_the_connection(given: Given) -> Any:
    """Updates the table on the session's connection, by a parameter."""
    connection = await given.session.connection()
    statement = documents.update().where(documents.c.id == bindparam("which")).values(content=bindparam("what"))
    await connection.execute(statement, {"which": key("b100"), "what": "changed"})


@writes.write_in()
async def bulk_updates_where_a_sub_select(given: Given) -> Any:
    """Updates the rows whose keys a sub-select gives."""
    keys = select(Comment.document_id).where(Comment.author_id == B)
    await wrote(given, update(Document).where(Document.id.in_(keys)).values(content="changed"))


@writes.write_in()
async def bulk_updates_where_true_or(given: Given) -> Any:
    """Widens the WHERE with OR TRUE."""
    await wrote(given, update(Document).where((Document.owner_id == A) | true()).values(content="changed"))


@writes.write_in()
async def bulk_updates_an_alias(given: Given) -> Any:
    """Updates through an alias of the table."""
    picked = documents.alias("d")
    await wrote(given, update(picked).where(picked.c.id == key("b100")).values(content="changed"))


@writes.write_in(only="sqlite", covers=["prefix_with"])
async def insert_or_replace(given: Given) -> Any:
    """Replaces a hidden row by INSERT OR REPLACE."""
    row = {"id": 8, "document_id": key("a100"), "author_id": given.who.id, "body": "mine now"}
    await wrote(given, insert(Comment).prefix_with("OR REPLACE").values(**row))


@writes.write_in(only="sqlite", covers=["prefix_with"])
async def update_or_replace(given: Given) -> Any:
    """Lets its own row take the place of a hidden one by UPDATE OR REPLACE."""
    await wrote(given, update(Comment).prefix_with("OR REPLACE").where(Comment.id == 1).values(id=8))


@writes.write_in(covers=["visit_textclause"])
async def bulk_updates_where_text(given: Given) -> Any:
    """Updates with a WHERE of text that closes the policy's."""
    await wrote(given, update(Document).where(text("1 = 1 OR 1 = 1")).values(content="changed"))


@writes.write_in(covers=["literal_column"])
async def bulk_sets_literal_columns(given: Given) -> Any:
    """Sets text that goes on with another column."""
    statement = update(Document).where(Document.id == key("b100")).values(pages=literal_column("1, content = 'x'"))
    await given.session.execute(statement, execution_options={"synchronize_session": False})


@writes.way_in()
async def bulk_update_counts_hidden(given: Given) -> Any:
    """Updates its own row if a hidden one is there, and looks at the count."""
    hidden = exists().where(Document.title.startswith("doc-b000"))
    mine = update(Note).where(Note.id == 1, hidden).values(body="yes")
    return (await given.session.execute(mine)).rowcount


@writes.way_in()
async def bulk_update_copies_hidden(given: Given) -> Any:
    """Copies a hidden title into its own row, and reads it there."""
    hidden = select(Document.title).where(Document.id == key("b000")).scalar_subquery()
    mine = update(Note).where(Note.id == 1).values(body=func.coalesce(hidden, "nothing"))
    await given.session.execute(mine)
    return (await given.session.scalars(select(Note.body).where(Note.id == 1))).all()


@writes.way_in()
async def bulk_delete_counts_hidden(given: Given) -> Any:
    """Deletes its own row if there are many documents, and looks at the count."""
    many = select(func.count(Document.id)).scalar_subquery() > 10
    return (await given.session.execute(delete(Note).where(Note.id == 1, many))).rowcount


@writes.way_in(only="postgresql")
async def bulk_update_fails_on_hidden(given: Given) -> Any:
    """Lets a cast in the WHERE of an update fail on a hidden text, and looks whether it did."""
    failing = case((Document.id == key("b000"), cast(Document.title, Integer)), else_=1) == 1
    try:
        await given.session.execute(update(Document).where(failing, Document.id == key("b000")).values(content="x"))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is told
        return type(error).__name__
    return "no error"
