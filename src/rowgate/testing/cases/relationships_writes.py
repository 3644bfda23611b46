"""Relationships, written: collections, link rows, orphans, cascades, children moved from parent to parent."""

from typing import Any

from sqlalchemy import insert, select

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import OWN, SEEN, TALKED_OF
from rowgate.testing.world_models import Comment, Document, Folder, Share, Tag, User, UserRole, document_tags
from rowgate.testing.world_rows import C, key

relationships = Family("relationships")


@relationships.write_in(covers=["delete-orphan"])
async def clears_a_collection(given: Given) -> Any:
    """Empties the children of one's own folder, hidden ones too: orphans are deleted."""

    def write(session: Any) -> None:
        folder = session.get(Folder, 1)
        if folder is not None:
            folder.children.clear()

    await given.session.run_sync(write)


@relationships.write_in(covers=["relationship.cascade"])
async def deletes_a_tree(given: Given) -> Any:
    """Deletes one's own folder: the cascade would take hidden children along."""
    folder = await given.session.get(Folder, 5)
    if folder is not None:
        await given.session.delete(folder)


@relationships.write_in()
async def deletes_each_child(given: Given) -> Any:
    """Deletes every comment on one's own document, one by one."""

    def write(session: Any) -> None:
        document = session.get(Document, TALKED_OF)
        for comment in document.comments if document is not None else ():
            session.delete(comment)

    await given.session.run_sync(write)


@relationships.write_in(covers=["relationship.secondary"])
async def links_what_is_read(given: Given) -> Any:
    """Puts a tag on a document that may only be read: a row of the link table."""

    def write(session: Any) -> None:
        seen, tag = session.get(Document, SEEN), session.get(Tag, 3)
        if seen is not None:
            seen.tags.append(tag)

    await given.session.run_sync(write)


@relationships.write_in()
async def unlinks_what_is_read(given: Given) -> Any:
    """Takes the tags off a document that may only be read, from the other side."""

    def write(session: Any) -> None:
        for tag in session.scalars(select(Tag)):
            tag.documents = [document for document in tag.documents if document.id != SEEN]

    await given.session.run_sync(write)


@relationships.write_in()
async def replaces_the_links_of_all(given: Given) -> Any:
    """Empties the documents of a tag, most of which are not one's own."""

    def write(session: Any) -> None:
        session.get(Tag, 1).documents = []

    await given.session.run_sync(write)


@relationships.write_in()
async def moves_a_child(given: Given) -> Any:
    """Takes somebody's comment over to one's own document."""

    def write(session: Any) -> None:
        mine, seen = session.get(Document, OWN), session.get(Document, SEEN)
        if mine is not None and seen is not None:
            mine.comments.extend(seen.comments)

    await given.session.run_sync(write)


@relationships.write_in()
async def gives_a_parent(given: Given) -> Any:
    """Gives somebody's document another owner, by the relation."""

    def write(session: Any) -> None:
        me, seen = session.get(User, given.who.id), session.get(Document, SEEN)
        if seen is not None:
            seen.owner = me

    await given.session.run_sync(write)


@relationships.write_in()
async def gives_away_by_a_collection(given: Given) -> Any:
    """Gives one's own document away, by the collection of somebody else."""

    def write(session: Any) -> None:
        mine, other = session.get(Document, OWN), session.get(User, C)
        if mine is not None:
            other.documents.append(mine)

    await given.session.run_sync(write)


@relationships.write_in()
async def children_of_another(given: Given) -> Any:
    """Creates a share of somebody's document, by its collection."""

    def write(session: Any) -> None:
        seen = session.get(Document, SEEN)
        if seen is not None:
            seen.shares.append(Share(user_id=C, remark="by a"))

    await given.session.run_sync(write)


@relationships.write_in()
async def appoints_itself(given: Given) -> Any:
    """Grants oneself a role, by the collection of one's assignments."""

    def write(session: Any) -> None:
        me = session.get(User, given.who.id)
        if me is not None:
            me.assignments.append(UserRole(role_id=1))

    await given.session.run_sync(write)


@relationships.write_in(covers=["WriteOnlyMapped"])
async def writes_by_write_only(given: Given) -> Any:
    """Updates all comments on one's own document by a write-only collection."""
    document = await given.session.get(Document, TALKED_OF)
    if document is not None:
        await given.session.execute(document.comments_to_write.update().values(body="mine"))


@relationships.write_in(covers=["WriteOnlyMapped"])
async def deletes_by_write_only(given: Given) -> Any:
    """Deletes all comments on one's own document by a write-only collection."""
    document = await given.session.get(Document, TALKED_OF)
    if document is not None:
        await given.session.execute(document.comments_to_write.delete())


@relationships.write_in(covers=["DynamicMapped"])
async def writes_by_dynamic(given: Given) -> Any:
    """Deletes all comments on one's own document by a dynamic collection."""

    def write(session: Any) -> None:
        document = session.get(Document, TALKED_OF)
        if document is not None:
            document.comments_to_query.order_by(None).delete()

    await given.session.run_sync(write)


@relationships.write_in()
async def links_by_core(given: Given) -> Any:
    """Inserts a link row for a hidden document."""
    await given.session.execute(insert(document_tags).values(document_id=key("b000"), tag_id=3))


@relationships.writing(covers=["relationship.secondary"])
async def links_its_own(given: Given) -> Any:
    """Puts tags on one's own documents and takes them off, from both sides."""

    def write(session: Any) -> None:
        mine, other = session.get(Document, OWN), session.get(Document, TALKED_OF)
        mine.tags.extend(session.scalars(select(Tag)))
        other.tags.clear()
        session.get(Tag, 3).documents.append(other)

    await given.session.run_sync(write)


@relationships.writing()
async def grows_a_tree(given: Given) -> Any:
    """Adds children and grandchildren to one's own folder, and moves one."""

    def write(session: Any) -> None:
        root = session.get(Folder, 2)
        one, other = (Folder(name=f"grown {n}", owner_id=given.who.id) for n in (1, 2))
        root.children.append(one)
        one.children.append(other)
        session.flush()
        session.get(Folder, 5).parent = session.get(Folder, 1)

    await given.session.run_sync(write)


@relationships.writing(covers=["delete-orphan"])
async def prunes_a_tree(given: Given) -> Any:
    """Lets one's own new children become orphans, and deletes one with its cascade."""

    def write(session: Any) -> None:
        root = session.get(Folder, 2)
        made = [Folder(name=f"pruned {n}", owner_id=given.who.id) for n in (1, 2, 3)]
        root.children.extend(made)
        session.flush()
        root.children.remove(made[0])
        session.delete(made[1])
        session.flush()

    await given.session.run_sync(write)


@relationships.writing(covers=["WriteOnlyMapped", "DynamicMapped"])
async def says_something(given: Given) -> Any:
    """Adds comments by every kind of collection, and shares and unshares one's own document."""

    def write(session: Any) -> None:
        mine, seen = session.get(Document, OWN), session.get(Document, SEEN)
        seen.comments.append(Comment(author_id=given.who.id, body="by a list"))
        mine.comments_to_write.add(Comment(author_id=given.who.id, body="by write-only"))
        mine.comments_to_query.append(Comment(author_id=given.who.id, body="by dynamic"))
        mine.shares.append(Share(user_id=C, remark="have a look"))
        session.delete(session.get(Share, (TALKED_OF, C)))

    await given.session.run_sync(write)


@relationships.writing(covers=["WriteOnlyMapped"])
async def edits_what_it_said(given: Given) -> Any:
    """Updates and deletes one's own comments by a write-only collection's statements."""
    document = await given.session.get_one(Document, TALKED_OF)
    mine = Comment.author_id == given.who.id
    await given.session.execute(document.comments_to_write.update().where(mine).values(body="edited"))
    other = await given.session.get_one(Document, key("a010"))
    await given.session.execute(other.comments_to_write.delete().where(mine))
