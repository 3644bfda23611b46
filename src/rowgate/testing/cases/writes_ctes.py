"""RETURNING, and writes in CTEs: what a write gives back, and writes inside of a SELECT."""

from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import wrote
from rowgate.testing.world_models import Comment, Document, Note
from rowgate.testing.world_rows import A, B, key

writes = Family("writes")
notes: Any = Note.__table__


@writes.write_in(portable=True, covers=["returning"])
async def returning_from_all(given: Given) -> Any:
    """Updates all rows, and returns their texts."""
    text = getattr(given.model.entity, given.model.text)
    return await wrote(given, update(given.model.entity).values({given.model.text: "changed"}).returning(text))


@writes.write_in(covers=["returning"])
async def returning_deleted(given: Given) -> Any:
    """Deletes all rows, and returns them."""
    return (await given.session.scalars(delete(Comment).returning(Comment))).all()


@writes.write_in(covers=["returning"])
async def returning_counted(given: Given) -> Any:
    """Adds a page to all documents, and returns titles and pages."""
    statement = update(Document).values(pages=Document.pages + 1)
    return await wrote(given, statement.returning(Document.title, Document.pages))


@writes.way_in(covers=["returning"])
async def returning_a_sub_select(given: Given) -> Any:
    """Returns a hidden title from an update of its own row."""
    hidden = select(Document.title).where(Document.id == key("b000")).scalar_subquery()
    return await wrote(given, update(Note).where(Note.id == 1).values(body="x").returning(Note.id, hidden))


@writes.way_in(covers=["returning"])
async def returning_a_sub_select_on_insert(given: Given) -> Any:
    """Returns the count of all rows from an insert of its own."""
    count = select(func.count(Document.id)).scalar_subquery()
    statement = insert(Note).values(id=9001, kind="note", owner_id=A, body="x")
    return await wrote(given, statement.returning(Note.id, count))


@writes.way_in(covers=["returning"])
async def returning_a_sub_select_on_delete(given: Given) -> Any:
    """Returns the greatest hidden title from a delete of its own row."""
    hidden = select(func.max(Document.title)).scalar_subquery()
    return await wrote(given, delete(Note).where(Note.id == 1).returning(hidden))


@writes.way_in(covers=["update from", "returning"], only="postgresql")
async def returning_from_another_table(given: Given) -> Any:
    """Returns columns of the table that an update joins."""
    statement = update(Note).where(Note.id == 1, Document.owner_id == B).values(body="x")
    return await wrote(given, statement.where(Document.id == key("b000")).returning(Document.title))


@writes.way_in(covers=["update from"])
async def update_from_hidden(given: Given) -> Any:
    """Copies a hidden title by UPDATE ... FROM."""
    statement = update(notes).where(notes.c.id == 1, Document.id == key("b000")).values(body=Document.title)
    return await wrote(given, statement.returning(notes.c.body))


@writes.way_in(covers=["delete using"], only="postgresql")
async def delete_using_hidden(given: Given) -> Any:
    """Deletes its own row if a hidden one is there, and returns what of it."""
    statement = delete(Note).where(Note.id == 1, Document.id == key("b000"))
    return await wrote(given, statement.returning(Document.title))


@writes.write_in(only="postgresql", covers=["visit_cte"])
async def cte_updates(given: Given) -> Any:
    """Updates all rows in a CTE, and reads what it returns."""
    changed = update(Document).values(content="changed").returning(Document.title).cte("changed")
    return await wrote(given, select(changed.c.title))


@writes.write_in(only="postgresql", covers=["visit_cte"])
async def cte_deletes(given: Given) -> Any:
    """Deletes rows of others in a CTE, and counts them."""
    gone = delete(Comment).where(Comment.author_id == B).returning(Comment.id).cte("gone")
    return await wrote(given, select(func.count()).select_from(gone))


@writes.write_in(only="postgresql", covers=["visit_cte"])
async def cte_inserts(given: Given) -> Any:
    """Inserts somebody else's row in a CTE."""
    made = insert(Note).values(kind="note", owner_id=B, body="x").returning(Note.id).cte("made")
    return await wrote(given, select(func.count()).select_from(made))


@writes.write_in(only="postgresql", covers=["HasCTE.add_cte"])
async def cte_that_nobody_reads(given: Given) -> Any:
    """Updates in a CTE that the SELECT does not read."""
    changed = update(Document).where(Document.owner_id == B).values(content="changed").cte("changed")
    return await wrote(given, select(literal(1)).add_cte(changed))


@writes.write_in(only="postgresql", covers=["visit_cte"])
async def cte_moves_rows(given: Given) -> Any:
    """Deletes rows of others in a CTE, and inserts them as its own."""
    moved = delete(Note).where(Note.owner_id == B).returning(Note.id, Note.body).cte("moved")
    rows = select(moved.c.id + 9000, literal("note"), literal(A, Note.owner_id.type), moved.c.body)
    await wrote(given, insert(Note).from_select(["id", "kind", "owner_id", "body"], rows, include_defaults=False))


@writes.write_in(only="postgresql", covers=["visit_cte"])
async def cte_in_a_cte(given: Given) -> Any:
    """Updates in a CTE what another CTE has picked."""
    picked = select(Document.id).where(Document.is_public).cte("picked")
    changed = update(Document).where(Document.id.in_(select(picked.c.id))).values(content="changed")
    return await wrote(given, select(changed.returning(Document.id).cte("changed").c.id))


@writes.write_in(covers=["HasCTE.add_cte"])
async def update_where_a_cte(given: Given) -> Any:
    """Updates what a CTE has picked."""
    picked = select(Document.id).where(Document.is_public).cte("picked")
    await wrote(given, update(Document).where(Document.id.in_(select(picked.c.id))).values(content="changed"))


@writes.write_in(covers=["visit_cte"])
async def delete_where_a_cte(given: Given) -> Any:
    """Deletes what a CTE has picked."""
    picked = select(Comment.id).where(Comment.author_id == B).cte("picked")
    await wrote(given, delete(Comment).where(Comment.id.in_(select(picked.c.id))))


@writes.way_in(only="postgresql", covers=["visit_cte"])
async def cte_returns_hidden(given: Given) -> Any:
    """Updates its own row in a CTE, and returns a hidden title through it."""
    hidden = select(Document.title).where(Document.id == key("b000")).scalar_subquery()
    changed = update(notes).where(notes.c.id == 1).values(body="x").returning(hidden.label("title")).cte("changed")
    return await wrote(given, select(changed.c.title))


@writes.way_in(only="postgresql", covers=["visit_cte"])
async def cte_reads_beside_a_write(given: Given) -> Any:
    """Reads hidden rows beside a write of its own in a CTE."""
    changed = update(notes).where(notes.c.id == 1).values(body="x").returning(notes.c.id).cte("changed")
    return await wrote(given, select(Document.title, changed.c.id))


@writes.writing(only="postgresql", covers=["visit_cte"])
async def cte_moves_its_own(given: Given) -> Any:
    """Deletes its own rows in a CTE, and inserts them with other keys."""
    moved = delete(Note).where(Note.id == 3, Note.owner_id == A).returning(Note.body).cte("moved")
    rows = select(literal("note"), literal(A, Note.owner_id.type), moved.c.body)
    await wrote(given, insert(Note).from_select(["kind", "owner_id", "body"], rows, include_defaults=False))


@writes.writing(only="postgresql", covers=["visit_cte"])
async def cte_changes_its_own(given: Given) -> Any:
    """Updates its own row in a CTE, and reads what it returns."""
    changed = update(Note).where(Note.id == 1).values(body="changed").returning(Note.id, Note.body).cte("changed")
    await wrote(given, select(changed.c.id, changed.c.body))
