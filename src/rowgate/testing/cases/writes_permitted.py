"""Legitimate writes: the unit of work, bulk, by key, upserts, collections. Each leaves what it leaves without any guard."""

from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, literal, select, update
from sqlalchemy.orm import make_transient

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import document_rows, documents_of, loaded, own_comments, upsert, wrote
from rowgate.testing.world_kinds import Article, Asset, Attachment, Book, Card, Film, Part, Plant, Remake, Ticket, Tree
from rowgate.testing.world_models import (
    Comment,
    Document,
    Draft,
    Folder,
    Measurement,
    Memo,
    Note,
    Posting,
    Tag,
    Task,
    User,
    Vault,
    document_tags,
)
from rowgate.testing.world_rows import A, key

writes = Family("writes")
films: Any = Film.__table__
MINE = Document.owner_id == A, ~Document.is_deleted


@writes.writing(portable=True)
async def changes_its_own(given: Given) -> Any:
    """Changes its own row by the unit of work."""
    setattr(await given.session.get(given.model.entity, given.model.own), given.model.text, "changed")


@writes.writing(portable=True)
async def changes_its_own_in_bulk(given: Given) -> Any:
    """Changes its own row by a statement."""
    own = getattr(given.model.entity, given.model.key) == given.model.own
    await wrote(given, update(given.model.entity).where(own).values({given.model.text: "changed"}))


@writes.writing(portable=True)
async def changes_its_own_by_key(given: Given) -> Any:
    """Changes its own row in bulk by primary key."""
    row = {given.model.key: given.model.own, given.model.text: "changed"}
    await wrote(given, update(given.model.entity), [row])


@writes.writing()
async def adds_one(given: Given) -> Any:
    """Adds a row, and refreshes it."""
    (made,) = documents_of(A, 1)
    given.session.add(made)
    await given.session.flush()
    await given.session.refresh(made)


@writes.writing(covers=["insertmanyvalues"])
async def adds_a_hundred(given: Given) -> Any:
    """Adds 100 rows in one flush."""
    given.session.add_all(documents_of(A, 100))


@writes.writing(covers=["insertmanyvalues", "sentinel"])
async def adds_and_uses_the_keys(given: Given) -> Any:
    """Adds rows whose keys the server makes, and changes each by its key."""
    notes = [Note(owner_id=A, body=f"made {n}") for n in range(20)]
    given.session.add_all(notes)
    await given.session.flush()
    await wrote(given, update(Note), [{"id": note.id, "body": note.body + "!"} for note in notes])


@writes.writing()
async def changes_a_hundred(given: Given) -> Any:
    """Adds 100 rows, changes half and deletes the other half."""
    comments = own_comments(given, 100)
    given.session.add_all(comments)
    await given.session.flush()
    for n, comment in enumerate(comments):
        if n % 2:
            await given.session.delete(comment)
        comment.body += "!"


@writes.writing()
async def changes_two_by_expressions(given: Given) -> Any:
    """Sets SQL expressions on two objects."""
    for document in await loaded(given, Document, key("a100"), key("a110")):
        document.pages, document.content = Document.pages + 1, func.upper(Document.title)
    await given.session.flush()


@writes.writing()
async def changes_a_key(given: Given) -> Any:
    """Changes the primary key of its own row."""
    (await given.session.get(Note, 3)).id = 9100


@writes.writing(covers=["composite key"])
async def works_with_composite_keys(given: Given) -> Any:
    """Adds, changes, moves and deletes rows with a composite key."""
    first, second = await loaded(given, Measurement, ("station-a", 1), ("station-a", 2))
    first.value, first.number = 7, 77
    await given.session.delete(second)
    given.session.add(Measurement(station="station-z", number=1, owner_id=A, value=1))


@writes.writing()
async def deletes_softly(given: Given) -> Any:
    """Deletes its own row softly by the unit of work: it is hidden then."""
    (await given.session.get(Document, key("a100"))).is_deleted = True


@writes.writing()
async def deletes_softly_in_bulk(given: Given) -> Any:
    """Deletes its own rows softly by a statement."""
    await wrote(given, update(Document).where(*MINE).values(is_deleted=True))


@writes.writing()
async def deletes_in_bulk(given: Given) -> Any:
    """Deletes its own row by a statement that returns it."""
    await wrote(given, delete(Document).where(Document.id == key("a100")).returning(Document.title))


@writes.writing(covers=["version_id_col"])
async def counts_versions(given: Given) -> Any:
    """Changes and deletes rows with a version."""
    first, second = await loaded(given, Draft, 1, 2)
    first.text = "changed"
    await given.session.delete(second)
    given.session.add(Draft(owner_id=A, text="made"))


@writes.writing()
async def bulk_with_expressions(given: Given) -> Any:
    """Updates by expressions, a CASE and a sub-select."""
    words = (
        select(func.count(Comment.id)).where(Comment.document_id == Document.id).correlate(Document).scalar_subquery()
    )
    values = {"pages": Document.pages * 2, "content": case((Document.is_public, "public"), else_="private")}
    await wrote(given, update(Document).where(*MINE, words >= 0).values(values))


@writes.writing(covers=["update from"])
async def bulk_from_another_table(given: Given) -> Any:
    """Updates its own rows from another table."""
    joined = Comment.document_id == Document.id, Comment.author_id == A
    await wrote(given, update(Document).where(*MINE, *joined).values(content=Comment.body))


@writes.writing(covers=["Update.ordered_values"])
async def bulk_in_an_order(given: Given) -> Any:
    """Updates with ordered values, and synchronises."""
    held = await loaded(given, Document, key("a100"))
    statement = update(Document).where(*MINE).ordered_values((Document.pages, 3), (Document.price, Document.pages + 1))
    await given.session.execute(statement, execution_options={"synchronize_session": "fetch"})
    held[0].content = f"{held[0].pages} pages"


@writes.writing(covers=["Query.update", "Query.delete"])
async def bulk_by_query(given: Given) -> Any:
    """Updates and deletes by the legacy Query."""

    def work(session: Any) -> None:
        session.query(Note).filter(Note.owner_id == A).update({Note.body: "changed"})
        session.query(Comment).filter_by(author_id=A, document_id=key("a000")).delete()

    await given.session.run_sync(work)


@writes.writing(covers=["Session.bulk_save_objects", "Session.bulk_insert_mappings", "Session.bulk_update_mappings"])
async def bulk_by_the_old_methods(given: Given) -> Any:
    """Inserts and updates by the legacy bulk methods."""

    def work(session: Any) -> None:
        session.bulk_save_objects(documents_of(A, 2))
        session.bulk_insert_mappings(Note, [{"kind": "note", "owner_id": A, "body": "made"}])
        session.bulk_update_mappings(Note, [{"id": n, "body": "changed"} for n in (1, 2)])

    await given.session.run_sync(work)


@writes.writing(covers=["executemany"])
async def many_on_the_connection(given: Given) -> Any:
    """Updates and deletes on the connection, a parameter set for each row."""
    connection = await given.session.connection()
    table: Any = Comment.__table__
    named = table.c.id == bindparam("which")
    await connection.execute(table.update().where(named).values(body=bindparam("new")), [{"which": 1, "new": "x"}])
    await connection.execute(table.delete().where(named), [{"which": 1}, {"which": 3}])


@writes.writing(covers=["insertmanyvalues"])
async def many_returning_in_order(given: Given) -> Any:
    """Inserts 100 rows and has them returned in order."""
    statement = insert(Document).returning(Document, sort_by_parameter_order=True)
    for made in (await given.session.scalars(statement, document_rows(A, 100))).all():
        made.content = made.title


@writes.writing(covers=["multi-VALUES", "Insert.from_select"])
async def inserts_in_many_forms(given: Given) -> Any:
    """Inserts by values, by many values, from a select, and by columns whose names differ from their keys."""
    await wrote(given, insert(Document).values(document_rows(A, 3)))
    copied = select(literal("note"), Comment.author_id, Comment.body).where(Comment.author_id == A, Comment.id == 1)
    await wrote(given, insert(Note).from_select(["kind", "owner_id", "body"], copied, include_defaults=False))
    await wrote(given, insert(Posting).values(owner_id=A, cents=5, text="made"))
    await wrote(given, update(Posting).where(Posting.owner_id == A).values(cents=Posting.cents + 1))


@writes.writing(covers=["visit_on_conflict_do_update"])
async def upserts_its_own(given: Given) -> Any:
    """Upserts a row that is its own and one that is new."""
    rows = [{"id": n, "kind": "note", "owner_id": A, "body": "made"} for n in (1, 9200)]
    statement = upsert(given, Note).values(rows)
    changed = {"body": statement.excluded.body + Note.body}
    await wrote(given, statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=Note.owner_id == A))


@writes.writing(covers=["visit_on_conflict_do_update", "executemany"])
async def upserts_a_hundred(given: Given) -> Any:
    """Upserts 100 rows, a parameter set for each, and has them returned."""
    rows = [{"id": n, "owner_id": A, "code": "made"} for n in (1, 2, *range(9001, 9099))]
    statement = upsert(given, Vault)
    statement = statement.on_conflict_do_update(index_elements=[Vault.id], set_={"code": statement.excluded.code})
    await wrote(given, statement.returning(Vault.id, Vault.code), rows)


@writes.writing(covers=["secondary"])
async def tags_its_own(given: Given) -> Any:
    """Adds and takes tags, from both sides, and by the table."""
    document = await given.session.get(Document, key("a000"))
    tags = await document.awaitable_attrs.tags
    tags.clear()
    tags.append(await given.session.get(Tag, 3))
    await wrote(given, insert(document_tags).values(document_id=key("a100"), tag_id=1))
    await wrote(given, delete(document_tags).where(document_tags.c.document_id == key("a010")))


@writes.writing(covers=["save-update cascade"])
async def adds_a_tree(given: Given) -> Any:
    """Adds a document with comments and tags in one flush, by its owner's collection."""
    user = await given.session.get(User, A)
    comments = [Comment(author=user, body=f"made {n}") for n in range(3)]
    made = Document(title="made", comments=comments, tags=[await given.session.get(Tag, 2)])
    (await user.awaitable_attrs.documents).append(made)


@writes.writing(covers=["delete-orphan"])
async def deletes_orphans(given: Given) -> Any:
    """Grows a tree of folders, and cuts a branch off."""
    folder = await given.session.get(Folder, 1)
    branch = Folder(name="branch", owner_id=A, children=[Folder(name="leaf", owner_id=A)])
    (await folder.awaitable_attrs.children).append(branch)
    await given.session.flush()
    folder.children.remove(branch)
    folder.children.append(Folder(name="other", owner_id=A))


@writes.writing(covers=["WriteOnlyCollection", "AppenderQuery"])
async def comments_through_collections(given: Given) -> Any:
    """Comments through write-only and dynamic collections, and changes and deletes in bulk there."""
    document, other = await loaded(given, Document, key("a110"), key("a100"))
    document.comments_to_write.add(Comment(author_id=A, body="made"))
    await given.session.flush()
    await wrote(given, document.comments_to_write.update().values(body="changed"))
    await given.session.execute(other.comments_to_write.insert(), [{"author_id": A, "body": "x"}])
    await given.session.run_sync(lambda _session: other.comments_to_query.append(Comment(author_id=A, body="y")))
    await wrote(given, document.comments_to_write.delete())


@writes.writing(covers=["Session.merge"])
async def merges(given: Given) -> Any:
    """Merges a changed detached object, one that is new, and one with children."""
    comment = await given.session.get(Comment, 1)
    given.session.expunge(comment)
    comment.body = "changed"
    await given.session.merge(comment)
    await given.session.merge(Comment(id=9300, document_id=key("b100"), author_id=A, body="made"))
    await given.session.merge(Document(id=key("a100"), content="merged", comments=own_comments(given, 1)))


@writes.writing(covers=["make_transient"])
async def copies(given: Given) -> Any:
    """Copies a row by make_transient."""
    note = await given.session.get(Memo, 1)
    make_transient(note)
    note.id, note.body = None, "copy"
    given.session.add(note)


@writes.writing(covers=["with_for_update"])
async def locks_and_changes(given: Given) -> Any:
    """Locks its own rows, and changes them."""
    statement = select(Document).where(*MINE).with_for_update(of=Document, skip_locked=True).order_by(Document.title)
    for document in (await given.session.scalars(statement)).all():
        document.price += Decimal(1)
    await given.session.flush()
    await given.session.refresh(document, with_for_update=True)
    document.content = f"{document.price}"


@writes.writing(covers=["joined inheritance"])
async def works_with_joined_inheritance(given: Given) -> Any:
    """Adds, changes and deletes over two and three tables."""
    book, film, remake = [(await loaded(given, kind, n))[0] for kind, n in ((Book, 2), (Film, 3), (Remake, 4))]
    book.name, book.author, film.studio, remake.original, remake.name = "a", "b", "c", "d", "e"
    made = Remake(name="made", owner_id=A, studio="made", original="made", parts=[Part(text="made")])
    given.session.add_all([made, Book(name="new", owner_id=A, author="new"), Asset(name="plain", owner_id=A)])
    await given.session.flush()
    await wrote(given, delete(Part).where(Part.asset_id == made.id))
    given.session.expire(made, ["parts"])
    await given.session.run_sync(lambda session: (made.parts, session.delete(made)))


@writes.writing(covers=["joined inheritance"])
async def updates_joined_in_bulk(given: Given) -> Any:
    """Updates roots and leaves in bulk, by criteria and by key."""
    await wrote(given, update(Asset).where(Asset.id.in_([1, 2])).values(name="changed"))
    await wrote(given, update(Book), [{"id": 2, "name": "by key", "author": "by key"}])
    await wrote(given, update(films).where(films.c.id == 3).values(studio="changed"))


@writes.writing(covers=["single-table inheritance", "concrete inheritance", "MappedAsDataclass", "server_default"])
async def works_with_other_kinds(given: Given) -> Any:
    """Adds and changes rows of single-table and concrete inheritance, of dataclasses, and with keys of the server."""
    given.session.add_all([Task(owner_id=A, body="x", effort=3), Memo(owner_id=A, body="y", addressee="z")])
    given.session.add_all([Plant(id=91, name="x", owner_id=A), Tree(id=92, name="y", owner_id=A, height=4)])
    given.session.add_all([Card(owner_id=A, text="x"), Ticket(owner_id=A, text="y"), Ticket(owner_id=A, text="z")])
    (await given.session.get(Task, 2)).effort = 1
    (await given.session.get(Tree, 11)).height = 1
    (await given.session.get(Card, 1)).color = "red"


@writes.writing(covers=["can()"])
async def works_with_children(given: Given) -> Any:
    """Adds, changes, moves and deletes what follows its own parents."""
    first, second, third = await loaded(given, Attachment, 1, 3, 6)
    first.name, second.document_id = "changed", key("a100")
    await given.session.delete(third)
    given.session.add(Attachment(document_id=key("a000"), name="made"))
    await wrote(given, update(Part).where(Part.asset_id.in_([1, 2])).values(text=func.upper(Part.text)))


@writes.writing(covers=["columns="])
async def deletes_its_own_articles(given: Given) -> Any:
    """Deletes its own article, and edits another one."""
    own, edited = await loaded(given, Article, 1, 4)
    await given.session.delete(own)
    edited.text = None


@writes.writing(covers=["barrier="])
async def works_behind_a_barrier(given: Given) -> Any:
    """Adds, changes and deletes behind a barrier, by every way."""
    first = await given.session.get(Vault, 1)
    first.code = "changed"
    given.session.add_all([Vault(owner_id=A, code=f"made {n}") for n in range(3)])
    await given.session.flush()
    await wrote(given, update(Vault).where(Vault.owner_id == A, Vault.code.like("made%")).values(code="again"))
    await wrote(given, delete(Vault).where(Vault.id == 2))
