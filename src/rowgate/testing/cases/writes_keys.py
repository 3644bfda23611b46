"""Writes that name rows by key: bulk by primary key, executemany, the legacy bulk methods."""

from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import document_rows, documents_of, loaded, own_comments, wrote
from rowgate.testing.world_models import Comment, Document, Note, Posting
from rowgate.testing.world_rows import B, key

writes = Family("writes")
comments: Any = Comment.__table__
notes: Any = Note.__table__


async def _hundred(given: Given, *strange: int) -> list[int]:
    """Return 100 keys of comments: its own new ones, and those given, the last of all."""
    mine = own_comments(given, 100 - len(strange))
    given.session.add_all(mine)
    await given.session.flush()
    return [*[comment.id for comment in mine], *strange]


@writes.write_in(portable=True, covers=["bulk update by primary key"])
async def keys_update_hidden(given: Given) -> Any:
    """Updates a hidden row by primary key, in bulk."""
    row = {given.model.key: given.model.hidden, given.model.text: "changed"}
    await wrote(given, update(given.model.entity), [row])


@writes.write_in()
async def keys_update_one_seen(given: Given) -> Any:
    """Updates one row that it may only read, in bulk."""
    await wrote(given, update(Document), [{"id": key("b100"), "content": "changed"}])


@writes.write_in()
async def keys_update_two(given: Given) -> Any:
    """Updates its own row and one that it may only read, in bulk."""
    await wrote(given, update(Document), [{"id": key(name), "content": "changed"} for name in ("a100", "b100")])


@writes.write_in()
async def keys_update_a_hundred(given: Given) -> Any:
    """Updates 100 rows in bulk: the last is one that it may only read."""
    await wrote(given, update(Comment), [{"id": n, "body": "changed"} for n in await _hundred(given, 12)])


@writes.write_in()
async def keys_update_a_hundred_and_hidden(given: Given) -> Any:
    """Updates 100 rows in bulk: the last three are hidden."""
    await wrote(given, update(Comment), [{"id": n, "body": "changed"} for n in await _hundred(given, 8, 9, 90)])


@writes.write_in()
async def keys_update_mixed_columns(given: Given) -> Any:
    """Updates rows in bulk, other columns in each."""
    rows = [{"id": key("a100"), "content": "x"}, {"id": key("b100"), "title": "y"}, {"id": key("b010"), "pages": 3}]
    await wrote(given, update(Document), rows)


@writes.write_in()
async def keys_give_away(given: Given) -> Any:
    """Gives its own rows away, in bulk."""
    await wrote(given, update(Document), [{"id": key(name), "owner_id": B} for name in ("a100", "a000")])


@writes.write_in()
async def keys_give_one_of_two_away(given: Given) -> Any:
    """Gives the second of its own rows away, in bulk."""
    rows = [{"id": 1, "owner_id": given.who.id}, {"id": 2, "owner_id": B}]
    await wrote(given, update(Posting), rows)


@writes.write_in(covers=["executemany"])
async def many_update_hidden(given: Given) -> Any:
    """Updates by a parameter that is no key, for several sets."""
    connection = await given.session.connection()
    statement = notes.update().where(notes.c.body == bindparam("old")).values(body=bindparam("new"))
    await connection.execute(statement, [{"old": f"note-{n}-body", "new": "changed"} for n in (1, 4, 7)])


@writes.write_in(covers=["executemany"])
async def many_update_a_hundred(given: Given) -> Any:
    """Updates 100 rows by key on the connection: the last is one that it may only read."""
    connection = await given.session.connection()
    statement = comments.update().where(comments.c.id == bindparam("which")).values(body=bindparam("new"))
    await connection.execute(statement, [{"which": n, "new": "changed"} for n in await _hundred(given, 12)])


@writes.write_in(covers=["executemany"])
async def many_delete_seen(given: Given) -> Any:
    """Deletes rows by key for two sets: its own, and one that it may only read."""
    statement = comments.delete().where(comments.c.id == bindparam("which"))
    await (await given.session.connection()).execute(statement, [{"which": 1}, {"which": 12}])


@writes.write_in(covers=["executemany"])
async def many_delete_hidden(given: Given) -> Any:
    """Deletes 100 rows by key: the last two are hidden."""
    connection = await given.session.connection()
    statement = delete(Comment).where(Comment.id == bindparam("which"))
    await connection.execute(statement, [{"which": n} for n in await _hundred(given, 8, 90)])


@writes.write_in(covers=["executemany"])
async def many_take_over(given: Given) -> Any:
    """Takes rows over, a parameter set for each."""
    connection = await given.session.connection()
    statement = notes.update().where(notes.c.id == bindparam("which")).values(owner_id=given.who.id)
    await connection.execute(statement, [{"which": n} for n in range(1, 10)])


@writes.write_in(covers=["executemany"])
async def many_insert_mixed_keys(given: Given) -> Any:
    """Inserts rows that do not all have the same columns, in bulk; the last is somebody else's."""
    rows = [*document_rows(given.who.id, 2), {"title": "other", "owner_id": B, "content": "x"}]
    await given.session.execute(insert(Document), rows)


@writes.write_in(covers=["Session.bulk_save_objects"])
async def bulk_save_objects_new(given: Given) -> Any:
    """Saves new objects of somebody else in bulk."""
    await given.session.run_sync(lambda session: session.bulk_save_objects(documents_of(B, 2), return_defaults=True))


@writes.write_in(covers=["Session.bulk_save_objects"])
async def bulk_save_objects_changed(given: Given) -> Any:
    """Saves changed objects in bulk that it may only read."""
    found = await loaded(given, Comment, 12, 14)
    given.session.expunge_all()
    for comment in found:
        comment.body = "changed"
    await given.session.run_sync(lambda session: session.bulk_save_objects(found))


@writes.write_in(covers=["Session.bulk_save_objects"])
async def bulk_save_objects_without_changes_only(given: Given) -> Any:
    """Saves all columns of objects in bulk, not those changed alone."""
    found = await loaded(given, Comment, 12)
    for comment in found:
        given.session.expunge(comment)
        comment.author_id = given.who.id
    await given.session.run_sync(lambda session: session.bulk_save_objects(found, update_changed_only=False))


@writes.write_in(covers=["Session.bulk_insert_mappings"])
async def bulk_insert_mappings(given: Given) -> Any:
    """Inserts mappings in bulk: some are somebody else's."""
    rows = [*document_rows(given.who.id, 1), {"title": "other", "owner_id": B}]
    await given.session.run_sync(lambda session: session.bulk_insert_mappings(Document, rows))


@writes.write_in(covers=["Session.bulk_insert_mappings"])
async def bulk_insert_mappings_with_defaults(given: Given) -> Any:
    """Inserts 100 mappings of somebody else in bulk, and asks for their keys."""
    rows = [{"kind": "note", "owner_id": B, "body": str(n)} for n in range(100)]
    await given.session.run_sync(lambda session: session.bulk_insert_mappings(Note, rows, return_defaults=True))


@writes.write_in(covers=["Session.bulk_update_mappings"])
async def bulk_update_mappings(given: Given) -> Any:
    """Updates mappings in bulk: its own, one that it may only read, and a hidden one."""
    rows = [{"id": n, "body": "changed"} for n in (1, 12, 8)]
    await given.session.run_sync(lambda session: session.bulk_update_mappings(Comment, rows))


@writes.write_in(covers=["Session.bulk_update_mappings"])
async def bulk_update_mappings_hidden(given: Given) -> Any:
    """Updates two hidden mappings in bulk."""
    rows = [{"id": n, "body": "changed"} for n in (8, 90)]
    await given.session.run_sync(lambda session: session.bulk_update_mappings(Comment, rows))
