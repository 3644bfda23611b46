"""Links between rows: secondary tables, association objects, cascades, write-only and dynamic collections."""

from typing import Any

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import selectinload

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import loaded, wrote
from rowgate.testing.world_kinds import Asset, Attachment, Part
from rowgate.testing.world_models import Comment, Document, Folder, Share, Tag, User, document_tags
from rowgate.testing.world_rows import A, B, C, D, key

writes = Family("writes")
links = document_tags.c


@writes.write_in(covers=["secondary"])
async def link_appends(given: Given) -> Any:
    """Appends a tag to a document that it may only read."""
    for document in await loaded(given, Document, key("b100")):
        (await document.awaitable_attrs.tags).append(await given.session.get(Tag, 3))


@writes.write_in(covers=["secondary"])
async def link_removes(given: Given) -> Any:
    """Takes the tags from a document that it may only read."""
    for document in await loaded(given, Document, key("b100")):
        (await document.awaitable_attrs.tags).clear()


@writes.write_in(covers=["secondary", "back_populates"])
async def link_appends_from_the_other_side(given: Given) -> Any:
    """Puts documents that it may only read into a tag's own collection."""
    tag = await given.session.get(Tag, 3)
    (await tag.awaitable_attrs.documents).extend(await loaded(given, Document, key("b100"), key("b010")))


@writes.write_in(covers=["secondary"])
async def link_replaces_a_collection(given: Given) -> Any:
    """Replaces all documents of a tag by its own one: the links of the others go."""
    tag = await given.session.get(Tag, 1, options=[selectinload(Tag.documents)])
    tag.documents = await loaded(given, Document, key("a100"))


@writes.write_in(covers=["Table.insert"])
async def link_inserts(given: Given) -> Any:
    """Links a hidden document by the table."""
    await wrote(given, insert(document_tags).values(document_id=key("b000"), tag_id=3))


@writes.write_in(covers=["executemany"])
async def link_inserts_many(given: Given) -> Any:
    """Links its own document and those of others, a parameter set for each."""
    rows = [{"document_id": key(name), "tag_id": 3} for name in ("a100", "b100", "b000")]
    await given.session.execute(insert(document_tags), rows)


@writes.write_in(covers=["Insert.from_select"])
async def link_inserts_from_select(given: Given) -> Any:
    """Links all documents that are seen."""
    seen = select(Document.id, literal(3)).where(Document.is_public)
    await wrote(given, insert(document_tags).from_select(["document_id", "tag_id"], seen))


@writes.write_in()
async def link_deletes(given: Given) -> Any:
    """Unlinks whatever it can."""
    await wrote(given, delete(document_tags))


@writes.write_in()
async def link_moves(given: Given) -> Any:
    """Moves the links of others to its own document."""
    moved = update(document_tags).where(links.document_id == key("b100")).values(document_id=key("a100"))
    await wrote(given, moved)


@writes.write_in()
async def share_of_another(given: Given) -> Any:
    """Shares a document that it may only read with somebody else."""
    given.session.add(Share(document_id=key("b100"), user_id=D))


@writes.write_in(covers=["association object"])
async def share_by_relationship(given: Given) -> Any:
    """Shares a document that it may only read by its collection, as an association object."""
    for document in await loaded(given, Document, key("b100")):
        (await document.awaitable_attrs.shares).append(Share(user=await given.session.get(User, C), remark="x"))


@writes.write_in()
async def share_is_withdrawn_by_its_recipient(given: Given) -> Any:
    """Deletes the share that it was given: that is for the owner of the document."""
    for share in await loaded(given, Share, (key("b010"), A)):
        await given.session.delete(share)


@writes.write_in()
async def share_is_edited(given: Given) -> Any:
    """Changes a share of its own: shares are made and deleted, not changed."""
    for share in await loaded(given, Share, (key("a000"), C)):
        share.remark = "changed"


@writes.write_in()
async def share_moves_to_another_document(given: Given) -> Any:
    """Changes the key of its own share: it is of somebody else's document then."""
    await wrote(given, update(Share).where(Share.document_id == key("a000")).values(document_id=key("b100")))


@writes.write_in(covers=["save-update cascade"])
async def cascade_adds_for_another(given: Given) -> Any:
    """Adds its own document, and with it a comment in somebody else's name."""
    comments = [Comment(author_id=user, body="x") for user in (given.who.id, B)]
    given.session.add(Document(title="made", owner_id=given.who.id, comments=comments))


@writes.write_in(covers=["save-update cascade", "back_populates"])
async def cascade_adds_by_backref(given: Given) -> Any:
    """Hangs a comment in somebody else's name on a document, and adds nothing itself."""
    for document in await loaded(given, Document, key("a100")):
        (await document.awaitable_attrs.comments).append(Comment(author_id=B, body="x"))


@writes.write_in(covers=["delete cascade"])
async def cascade_deletes(given: Given) -> Any:
    """Deletes its own folder, and with it what others keep in there."""
    for folder in await loaded(given, Folder, 1):
        await given.session.delete(folder)


@writes.write_in(covers=["delete-orphan"])
async def orphans_are_deleted(given: Given) -> Any:
    """Empties its own folder: orphans are deleted, those of others too."""
    for folder in await loaded(given, Folder, 1):
        (await folder.awaitable_attrs.children).clear()


@writes.write_in(covers=["delete-orphan"])
async def orphans_of_a_narrowed_list(given: Given) -> Any:
    """Assigns a list of its own: what it did not see goes with the old one."""
    for folder in await loaded(given, Folder, 5):
        await folder.awaitable_attrs.children
        folder.children = [Folder(name="made", owner_id=given.who.id)]


@writes.write_in(covers=["WriteOnlyCollection.add"])
async def write_only_adds(given: Given) -> Any:
    """Adds a comment in somebody else's name to a write-only collection."""
    for document in await loaded(given, Document, key("b100")):
        document.comments_to_write.add(Comment(author_id=B, body="x"))


@writes.write_in(covers=["WriteOnlyCollection.remove"])
async def write_only_moves(given: Given) -> Any:
    """Takes somebody else's comment from a write-only collection, and puts it into its own."""
    for comment in await loaded(given, Comment, 12):
        (theirs, mine) = await loaded(given, Document, key("b100"), key("a100"))
        theirs.comments_to_write.remove(comment)
        mine.comments_to_write.add(comment)


@writes.write_in(covers=["WriteOnlyCollection.insert"])
async def write_only_inserts(given: Given) -> Any:
    """Inserts in bulk into a write-only collection, in somebody else's name."""
    for document in await loaded(given, Document, key("b100")):
        rows = [{"author_id": user, "body": "x"} for user in (given.who.id, B)]
        await given.session.execute(document.comments_to_write.insert(), rows)


@writes.write_in(covers=["WriteOnlyCollection.update"])
async def write_only_updates(given: Given) -> Any:
    """Updates a write-only collection in bulk."""
    for document in await loaded(given, Document, key("b100"), key("a000")):
        await wrote(given, document.comments_to_write.update().values(body="changed"))


@writes.write_in(covers=["WriteOnlyCollection.delete"])
async def write_only_deletes(given: Given) -> Any:
    """Deletes a write-only collection in bulk."""
    for document in await loaded(given, Document, key("b100"), key("a000")):
        await wrote(given, document.comments_to_write.delete())


@writes.write_in(covers=["AppenderQuery.append"])
async def dynamic_appends(given: Given) -> Any:
    """Appends a comment in somebody else's name to a dynamic collection."""
    for document in await loaded(given, Document, key("b100")):
        await given.session.run_sync(
            lambda _, one=document: one.comments_to_query.append(Comment(author_id=B, body="x"))
        )


@writes.write_in(covers=["AppenderQuery.remove"])
async def dynamic_moves(given: Given) -> Any:
    """Takes somebody else's comment from a dynamic collection, and puts it into its own."""

    def move(session: Any) -> None:
        theirs, mine = session.get(Document, key("b100")), session.get(Document, key("a100"))
        for comment in theirs.comments_to_query.all() if theirs else []:
            theirs.comments_to_query.remove(comment)
            mine.comments_to_query.append(comment)

    await given.session.run_sync(move)


@writes.write_in(covers=["AppenderQuery.update"])
async def dynamic_updates(given: Given) -> Any:
    """Updates a dynamic collection in bulk."""

    def change(session: Any) -> None:
        document = session.get(Document, key("a000"))
        if document:
            document.comments_to_query.order_by(None).update({"body": "changed"}, synchronize_session=False)

    await given.session.run_sync(change)


@writes.write_in(covers=["can()"])
async def child_of_seen_is_changed(given: Given) -> Any:
    """Changes what follows a parent that it may only read."""
    for attachment in await loaded(given, Attachment, 12, 10):
        attachment.name = "changed"


@writes.write_in(covers=["can()"])
async def child_of_hidden_is_changed(given: Given) -> Any:
    """Changes in bulk whatever follows a parent."""
    await wrote(given, update(Part).values(text="changed"))


@writes.write_in(covers=["can()"])
async def child_of_seen_is_added(given: Given) -> Any:
    """Adds to a parent that it may only read."""
    for asset in await loaded(given, Asset, 7):
        (await asset.awaitable_attrs.parts).append(Part(text="made"))


@writes.write_in(covers=["can()"])
async def child_moves_to_another_parent(given: Given) -> Any:
    """Moves its own to a parent that it may only read."""
    for part in await loaded(given, Part, 1):
        part.asset_id = 7


@writes.write_in(covers=["can()"])
async def child_is_taken_from_another_parent(given: Given) -> Any:
    """Moves what follows a parent that it may only read to its own."""
    await wrote(given, update(Attachment).where(Attachment.id == 12).values(document_id=key("a100")))


@writes.write_in(covers=["can()"])
async def child_of_seen_is_deleted(given: Given) -> Any:
    """Deletes what follows a parent that it may only read, and what follows a hidden one."""
    await wrote(given, delete(Attachment).where(Attachment.id.in_([12, 8])))
