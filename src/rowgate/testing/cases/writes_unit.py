"""Writes by the unit of work: what is loaded may be seen, but not changed; what is new may not be somebody else's."""

from contextlib import suppress
from typing import Any

from sqlalchemy import func, select

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import documents_of, loaded, own_comments
from rowgate.testing.world_models import Comment, Document, Draft, Note, User
from rowgate.testing.world_rows import FREE_A, A, B, key

writes = Family("writes")
SEEN = (12, 14, 16, 18)
"""Comments of others that a reads."""


async def _changes_comments(given: Given, seen: int, own: int) -> None:
    mine = own_comments(given, own)
    given.session.add_all(mine)
    await given.session.flush()
    for comment in [*mine, *await loaded(given, Comment, *SEEN[:seen])]:
        comment.body = "changed"
    await given.session.flush()


async def _deletes_comments(given: Given, seen: int, own: int) -> None:
    mine = own_comments(given, own)
    given.session.add_all(mine)
    await given.session.flush()
    for comment in [*mine, *await loaded(given, Comment, *SEEN[:seen])]:
        await given.session.delete(comment)
    await given.session.flush()


@writes.write_in(portable=True, covers=["Session.flush"])
async def unit_changes_hidden_or_seen(given: Given) -> Any:
    """Changes the text of a row that is read only, or hidden."""
    for entity in await loaded(given, given.model.entity, given.model.seen or given.model.hidden):
        setattr(entity, given.model.text, "changed")


@writes.write_in()
async def unit_changes_one_seen(given: Given) -> Any:
    """Changes one row that it may only read."""
    await _changes_comments(given, 1, 0)


@writes.write_in()
async def unit_changes_two_seen(given: Given) -> Any:
    """Changes two rows that it may only read, in one flush: an executemany, which counts no rows on asyncpg."""
    await _changes_comments(given, 2, 0)


@writes.write_in()
async def unit_changes_seen_and_own(given: Given) -> Any:
    """Changes a row that it may only read together with one of its own."""
    await _changes_comments(given, 1, 1)


@writes.write_in()
async def unit_changes_a_hundred(given: Given) -> Any:
    """Changes 100 rows in one flush, of which it may only read four."""
    await _changes_comments(given, 4, 96)


@writes.write_in()
async def unit_changes_different_columns(given: Given) -> Any:
    """Changes another column of each row: a statement for each."""
    for n, document in enumerate(await loaded(given, Document, key("a100"), key("b100"), key("b010"))):
        setattr(document, ("content", "title", "pages")[n], ("x", "changed", 7)[n])


@writes.write_in()
async def unit_deletes_one_seen(given: Given) -> Any:
    """Deletes one row that it may only read."""
    await _deletes_comments(given, 1, 0)


@writes.write_in()
async def unit_deletes_two_seen(given: Given) -> Any:
    """Deletes two rows that it may only read."""
    await _deletes_comments(given, 2, 0)


@writes.write_in()
async def unit_deletes_a_hundred(given: Given) -> Any:
    """Deletes 100 rows in one flush, of which it may only read four."""
    await _deletes_comments(given, 4, 96)


@writes.write_in()
async def unit_adds_one_for_another(given: Given) -> Any:
    """Adds a row that is somebody else's."""
    given.session.add_all(documents_of(B, 1))


@writes.write_in(covers=["insertmanyvalues"])
async def unit_adds_two_for_another(given: Given) -> Any:
    """Adds two rows that are somebody else's, in one statement."""
    given.session.add_all(documents_of(B, 2))


@writes.write_in(covers=["insertmanyvalues"])
async def unit_adds_a_hundred_for_another(given: Given) -> Any:
    """Adds 100 rows that are somebody else's."""
    given.session.add_all(documents_of(B, 100))


@writes.write_in(covers=["insertmanyvalues"])
async def unit_adds_one_of_a_hundred_for_another(given: Given) -> Any:
    """Adds 100 rows of its own, but for the last."""
    documents = documents_of(given.who.id, 100)
    documents[-1].owner_id = B
    given.session.add_all(documents)


@writes.write_in(covers=["insertmanyvalues", "sentinel"])
async def unit_adds_serials_for_another(given: Given) -> Any:
    """Adds rows whose keys the server makes, a sentinel tells them apart: one is somebody else's."""
    given.session.add_all([Note(kind="note", owner_id=user, body="x") for user in (given.who.id, B, given.who.id)])


@writes.write_in()
async def unit_gives_away(given: Given) -> Any:
    """Gives its own row to somebody else."""
    for document in await loaded(given, Document, key("a100")):
        document.owner_id = B


@writes.write_in()
async def unit_gives_two_away(given: Given) -> Any:
    """Gives two of its own rows to somebody else, in one flush."""
    for document in await loaded(given, Document, key("a100"), key("a000")):
        document.owner_id = B


@writes.write_in(covers=["relationship"])
async def unit_gives_away_by_relationship(given: Given) -> Any:
    """Gives its own row away by assigning the owner."""
    for document in await loaded(given, Document, key("a100")):
        document.owner = await given.session.get(User, B)


@writes.write_in()
async def unit_takes_over(given: Given) -> Any:
    """Makes itself the owner of what it may only read."""
    for document in await loaded(given, Document, key("b100")):
        document.owner_id = given.who.id


@writes.write_in(covers=["back_populates"])
async def unit_takes_over_by_collection(given: Given) -> Any:
    """Puts somebody else's document into its own collection."""
    me = await given.session.get(User, A, populate_existing=True)
    await me.awaitable_attrs.documents
    me.documents += await loaded(given, Document, key("b100"))


@writes.write_in()
async def unit_sets_expressions(given: Given) -> Any:
    """Sets SQL expressions on a row that it may only read."""
    for document in await loaded(given, Document, key("b100")):
        document.pages = Document.pages + 1
        document.content = func.upper(Document.title)


@writes.write_in()
async def unit_gives_away_by_sub_select(given: Given) -> Any:
    """Gives its own row away: the owner is a sub-select."""
    for document in await loaded(given, Document, key("a100")):
        document.owner_id = select(User.id).where(User.name == "user-b-name").scalar_subquery()


@writes.write_in()
async def unit_changes_a_key(given: Given) -> Any:
    """Changes the primary key of a row that it may only read."""
    for comment in await loaded(given, Comment, 12):
        comment.id = 7000


@writes.write_in(covers=["autoflush"])
async def unit_writes_by_autoflush(given: Given) -> Any:
    """Changes what it may only read; a query flushes it."""
    for document in await loaded(given, Document, key("b100")):
        document.content = "changed"
    return (await given.session.scalars(select(Document.content))).all()


@writes.write_in(covers=["Session.begin_nested"])
async def unit_writes_in_a_savepoint(given: Given) -> Any:
    """Changes what it may only read inside a savepoint, and goes on after the refusal."""
    for document in await loaded(given, Document, key("b100"), key("a100")):
        with suppress(Exception):
            async with given.session.begin_nested():
                document.content = "changed"


@writes.write_in(covers=["Session.begin_nested"])
async def unit_tries_again_after_a_refusal(given: Given) -> Any:
    """Tries the same change again, by SQL, in the transaction that survived the refusal."""
    with suppress(Exception):
        async with given.session.begin_nested():
            given.session.add_all(documents_of(B, 1))
    given.session.expunge_all()
    given.session.add(Document(title="again", owner_id=B))


@writes.write_in(covers=["version_id_col"])
async def unit_gives_away_a_version(given: Given) -> Any:
    """Gives away a row whose versions are counted."""
    for draft in await loaded(given, Draft, 1):
        draft.owner_id = B


@writes.write_in(covers=["version_id_col"])
async def unit_adds_a_version_for_another(given: Given) -> Any:
    """Adds a row with a version for somebody else."""
    given.session.add_all([Draft(owner_id=B, text="x"), Draft(owner_id=given.who.id, text="y")])


@writes.write_in(who=FREE_A)
async def unit_adds_and_gives_away(given: Given) -> Any:
    """Adds a row of its own, flushes, and then gives it away."""
    document = Document(title="made", owner_id=given.who.id)
    given.session.add(document)
    await given.session.flush()
    document.owner_id = B


@writes.write_in()
async def unit_adds_a_key_of_its_own_choice(given: Given) -> Any:
    """Deletes a row that it may only read and adds one with the same key: the unit of work makes it an UPDATE."""
    for comment in await loaded(given, Comment, 12):
        await given.session.delete(comment)
        given.session.add(Comment(id=12, document_id=key("a100"), author_id=given.who.id, body="mine now"))
