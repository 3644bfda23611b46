"""Objects that claim to be rows: merged, detached, made by hand, with an identity that is not theirs. And row locks."""

from typing import Any
from uuid import uuid4

from sqlalchemy import event, select, update
from sqlalchemy.orm import make_transient, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import loaded
from rowgate.testing.world_models import Comment, Document, Note
from rowgate.testing.world_rows import B, key

writes = Family("writes")
documents: Any = Document.__table__


def _detached(entity: Any, **values: Any) -> Any:
    """Return an object made by hand that claims to be a row."""
    made = entity(**values)
    make_transient_to_detached(made)
    return made


@writes.write_in(portable=True, covers=["Session.merge"])
async def object_merged_over_hidden(given: Given) -> Any:
    """Merges an object with the key of a hidden row."""
    values = {given.model.key: given.model.hidden, given.model.text: "changed"}
    await given.session.merge(given.model.entity(**values))


@writes.write_in(covers=["Session.merge"])
async def object_merged_over_seen(given: Given) -> Any:
    """Merges an object with the key of a row that it may only read."""
    await given.session.merge(Comment(id=12, body="changed"))


@writes.write_in(covers=["Session.merge"])
async def object_changed_while_detached(given: Given) -> Any:
    """Loads a row that it may only read, changes it while detached, and merges it."""
    for comment in await loaded(given, Comment, 12):
        given.session.expunge(comment)
        comment.body = "changed"
        await given.session.merge(comment)


@writes.write_in(covers=["Session.merge"])
async def object_merged_without_loading(given: Given) -> Any:
    """Merges a detached object without asking the database, and changes it."""
    merged = await given.session.merge(_detached(Document, id=key("b000"), content="old"), load=False)
    merged.content = "changed"


@writes.write_in(covers=["Session.merge"])
async def object_merged_with_children(given: Given) -> Any:
    """Merges its own document with a comment that somebody else wrote: the cascade merges that too."""
    comments = [Comment(id=12, document_id=key("a100"), author_id=given.who.id, body="changed")]
    await given.session.merge(Document(id=key("a100"), comments=comments))


@writes.write_in(covers=["Session.add"])
async def object_added_as_a_row(given: Given) -> Any:
    """Adds an object made by hand that claims to be a hidden row, and changes it."""
    made = _detached(Document, id=key("b000"), content="old")
    given.session.add(made)
    made.content = "changed"


@writes.write_in(covers=["Session.delete"])
async def object_deleted_as_a_row(given: Given) -> Any:
    """Deletes an object made by hand that claims to be a hidden row."""
    await given.session.delete(_detached(Note, id=4, kind="note"))


@writes.write_in(covers=["make_transient"])
async def object_copied(given: Given) -> Any:
    """Copies a row that it may only read: the copy is its owner's, too."""
    for document in await loaded(given, Document, key("b100")):
        make_transient(document)
        document.id, document.title = uuid4(), "copy"
        given.session.add(document)


@writes.write_in(covers=["set_committed_value"])
async def object_with_another_key(given: Given) -> Any:
    """Tells its own object that its key is a hidden row's, and changes it."""
    for document in await loaded(given, Document, key("a100")):
        set_committed_value(document, "id", key("b000"))
        document.content = "changed"


@writes.write_in(covers=["set_committed_value"])
async def object_with_another_key_deleted(given: Given) -> Any:
    """Tells its own object that its key is a hidden row's, and deletes it."""
    for note in await loaded(given, Note, 3):
        set_committed_value(note, "id", 6)
        await given.session.delete(note)


@writes.write_in(covers=["set_committed_value"])
async def object_with_another_owner(given: Given) -> Any:
    """Tells an object that it may only read that it is its own, and changes it."""
    for document in await loaded(given, Document, key("b100")):
        set_committed_value(document, "owner_id", given.who.id)
        document.content = "changed"


@writes.write_in(covers=["before_flush"])
async def hook_before_flush(given: Given) -> Any:
    """Adds somebody else's row from a listener before the flush."""

    def add(session: Any, *_rest: Any) -> None:
        session.add(Note(kind="note", owner_id=B, body="x"))

    event.listen(given.session.sync_session, "before_flush", add, once=True)
    given.session.add(Note(kind="note", owner_id=given.who.id, body="y"))


@writes.write_in(covers=["after_flush"])
async def hook_after_flush(given: Given) -> Any:
    """Writes on the connection from a listener after the flush."""

    def write(session: Any, *_rest: Any) -> None:
        session.connection().execute(update(documents).values(content="changed"))

    event.listen(given.session.sync_session, "after_flush", write, once=True)
    given.session.add(Note(kind="note", owner_id=given.who.id, body="y"))


@writes.write_in(covers=["before_insert"])
async def hook_before_insert(given: Given) -> Any:
    """Gives its new row away in a mapper's listener, and writes on the connection there."""

    def change(_mapper: Any, connection: Any, target: Any) -> None:
        connection.execute(update(documents).values(content="changed"))
        target.owner_id = B

    event.listen(Note, "before_insert", change)
    try:
        given.session.add(Note(owner_id=given.who.id, body="y"))
        await given.session.flush()
    finally:
        event.remove(Note, "before_insert", change)


@writes.write_in(covers=["before_commit"])
async def hook_before_commit(given: Given) -> Any:
    """Writes from a listener before the commit."""

    def write(session: Any) -> None:
        session.execute(update(Document).values(content="changed"))
        session.add(Note(kind="note", owner_id=B, body="x"))

    event.listen(given.session.sync_session, "before_commit", write, once=True)
    await given.session.execute(select(Note.id))


@writes.write_in(covers=["do_orm_execute"])
async def hook_replaces_the_statement(given: Given) -> Any:
    """Replaces a statement of its own by another one in a listener."""

    def replace(state: Any) -> None:
        state.statement = update(Document).values(content="changed")

    event.listen(given.session.sync_session, "do_orm_execute", replace, once=True)
    await given.session.execute(update(Document).where(Document.id == key("a100")).values(content="changed"))


@writes.way_in(covers=["with_for_update"])
async def lock_hidden(given: Given) -> Any:
    """Locks a hidden row."""
    statement = select(Document).where(Document.id == key("b000")).with_for_update()
    return (await given.session.scalars(statement)).all()


@writes.way_in(covers=["with_for_update"])
async def lock_hidden_in_every_way(given: Given) -> Any:
    """Locks hidden rows with each option that there is."""
    found = []
    for options in ({"nowait": True}, {"skip_locked": True}, {"read": True}, {"key_share": True}, {"of": Document}):
        statement = select(Document.title).where(Document.owner_id == B, ~Document.is_public).with_for_update(**options)
        found += (await given.session.scalars(statement.where(Document.id != key("b010")))).all()
    return found


@writes.way_in(covers=["with_for_update"])
async def lock_by_get(given: Given) -> Any:
    """Gets a hidden row with a lock."""
    found = await given.session.get(Document, key("b000"), with_for_update=True)
    return found and found.title


@writes.way_in(covers=["Session.refresh", "with_for_update"])
async def lock_by_refresh(given: Given) -> Any:
    """Refreshes an object made by hand that claims to be a hidden row, with a lock."""
    made = _detached(Document, id=key("b000"))
    given.session.add(made)
    await given.session.refresh(made, with_for_update=True)
    return made.title


@writes.way_in(covers=["with_for_update"])
async def lock_joined(given: Given) -> Any:
    """Locks its own rows, joined to hidden ones."""
    statement = select(Note.id, Document.title).join(Document, Document.owner_id != Note.owner_id)
    statement = statement.where(Document.id == key("b000")).with_for_update(of=Note)
    return (await given.session.execute(statement)).all()
