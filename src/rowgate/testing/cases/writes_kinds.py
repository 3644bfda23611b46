"""Writes of models of every shape: inheritance, `columns=`, composite keys, tenants, barriers, renamed columns."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import loaded, wrote
from rowgate.testing.world_kinds import Article, Asset, Book, Card, Film, Plant, Remake, Ticket, Tree
from rowgate.testing.world_models import Draft, Invoice, Measurement, Memo, Note, Posting, Project, Task, Vault
from rowgate.testing.world_rows import A, B

writes = Family("writes")
assets: Any = Asset.__table__
books: Any = Book.__table__
films: Any = Film.__table__


@writes.write_in(covers=["joined inheritance"])
async def joined_changes_a_seen_leaf(given: Given) -> Any:
    """Changes a column of the leaf's table alone, of a book that it may only read."""
    for book in await loaded(given, Book, 7):
        book.author = "changed"


@writes.write_in(covers=["joined inheritance"])
async def joined_changes_a_seen_root(given: Given) -> Any:
    """Changes a column of the root's table alone."""
    for asset in await loaded(given, Asset, 7, 8, 12, 15):
        asset.name = "changed"


@writes.write_in(covers=["joined inheritance"])
async def joined_updates_a_leaf_in_bulk(given: Given) -> Any:
    """Updates the table of a leaf, that has no owner itself."""
    await wrote(given, update(books).values(author="changed"))


@writes.write_in(covers=["joined inheritance"])
async def joined_updates_the_entity_in_bulk(given: Given) -> Any:
    """Updates the leaf by a condition on its root: a join in the database."""
    await wrote(given, update(Book).where(Book.name.like("asset-%")).values(author="changed"))


@writes.write_in(covers=["joined inheritance"])
async def joined_updates_by_key(given: Given) -> Any:
    """Updates both tables of a book in bulk by primary key."""
    await wrote(given, update(Book), [{"id": 7, "name": "x", "author": "y"}, {"id": 2, "name": "x", "author": "y"}])


@writes.write_in(covers=["joined inheritance"])
async def joined_deletes(given: Given) -> Any:
    """Deletes the leaves' rows, and leaves the roots' behind."""
    await wrote(given, delete(films).where(films.c.id.in_(select(assets.c.id).where(assets.c.kind == "film"))))


@writes.write_in(covers=["joined inheritance"])
async def joined_adds_for_another(given: Given) -> Any:
    """Adds a book of somebody else."""
    given.session.add(Book(name="x", author="y", owner_id=B))


@writes.write_in(covers=["joined inheritance"])
async def joined_adds_a_leaf_to_a_seen_root(given: Given) -> Any:
    """Makes somebody else's asset a book, by the leaf's table."""
    await wrote(given, insert(books).values(id=15, author="x"))


@writes.write_in(covers=["joined inheritance"])
async def joined_adds_what_is_banned(given: Given) -> Any:
    """Adds a film that its own policy forbids."""
    given.session.add(Film(name="x", studio="y", owner_id=given.who.id, is_banned=True))


@writes.write_in(covers=["joined inheritance"])
async def joined_changes_what_is_banned(given: Given) -> Any:
    """Changes its own film, which is banned, through the third level."""
    await wrote(given, update(Remake).where(Remake.id == 14).values(original="changed"))
    await wrote(given, update(films).where(films.c.id == 9).values(studio="changed"))


@writes.write_in(covers=["joined inheritance"])
async def joined_gives_away(given: Given) -> Any:
    """Gives its own remake away, and changes all three tables."""
    for remake in await loaded(given, Remake, 4):
        remake.owner_id, remake.studio, remake.original = B, "changed", "changed"


@writes.write_in(covers=["single-table inheritance"])
async def single_changes_a_subclass(given: Given) -> Any:
    """Updates memos of everybody."""
    await wrote(given, update(Memo).values(addressee="changed"))


@writes.write_in(covers=["single-table inheritance"])
async def single_adds_a_subclass_for_another(given: Given) -> Any:
    """Adds a task and a memo: the memo is somebody else's."""
    given.session.add_all([Task(owner_id=given.who.id, body="x", effort=1), Memo(owner_id=B, body="y")])


@writes.write_in(covers=["single-table inheritance"])
async def single_changes_the_kind(given: Given) -> Any:
    """Makes all notes memos, by the discriminator."""
    await wrote(given, update(Note).values(kind="memo"))


@writes.write_in(covers=["concrete inheritance"])
async def concrete_changes_seen(given: Given) -> Any:
    """Changes a public tree of somebody else."""
    for tree in await loaded(given, Tree, 13, 14):
        tree.height = 1


@writes.write_in(covers=["concrete inheritance"])
async def concrete_updates_in_bulk(given: Given) -> Any:
    """Updates both tables of concrete inheritance, over their own Table objects."""
    tables: list[Any] = [Plant.__table__, Tree.__table__]
    for table in tables:
        await wrote(given, update(table).values(name="changed"))


@writes.write_in(covers=["columns="])
async def columns_by_unit(given: Given) -> Any:
    """Changes the status of an article that it only edits."""
    for article in await loaded(given, Article, 2):
        article.title, article.status = "changed", "changed"


@writes.write_in(covers=["columns="])
async def columns_in_bulk(given: Given) -> Any:
    """Changes the status of all articles that it sees."""
    await wrote(given, update(Article).values(status="changed"))


@writes.write_in(covers=["columns="])
async def columns_by_key(given: Given) -> Any:
    """Changes the status of articles in bulk by key: its own, and one that it only edits."""
    await wrote(given, update(Article), [{"id": n, "status": "changed"} for n in (1, 2)])


@writes.write_in(covers=["columns="])
async def columns_make_itself_the_owner(given: Given) -> Any:
    """Makes itself the owner of an article that it only edits, and changes the status then."""
    await wrote(given, update(Article).where(Article.id == 2).values(owner_id=A))
    await wrote(given, update(Article).where(Article.id == 2).values(status="changed"))


@writes.write_in(covers=["columns="])
async def columns_delete(given: Given) -> Any:
    """Deletes an article that it only edits."""
    for article in await loaded(given, Article, 2, 4):
        await given.session.delete(article)


@writes.write_in(covers=["composite key"])
async def composite_by_unit(given: Given) -> Any:
    """Moves its own row to a key whose row is somebody else's then."""
    for found in await loaded(given, Measurement, ("station-a", 1)):
        found.station, found.owner_id = "station-b", B


@writes.write_in(covers=["composite key"])
async def composite_by_key(given: Given) -> Any:
    """Updates hidden rows of a composite key in bulk."""
    rows = [{"station": f"station-{user}", "number": n, "value": 1} for user, n in (("a", 1), ("b", 3), ("c", 4))]
    await wrote(given, update(Measurement), rows)


@writes.write_in(covers=["composite key"])
async def composite_by_half_a_key(given: Given) -> Any:
    """Deletes by half of a composite key."""
    await wrote(given, delete(Measurement).where(Measurement.number.in_([1, 3, 4])))


@writes.write_in(covers=["barrier="])
async def barrier_in_bulk(given: Given) -> Any:
    """Updates behind a barrier."""
    await wrote(given, update(Vault).where(Vault.code.like("vault-%")).values(code="changed"))


@writes.write_in(covers=["barrier="])
async def barrier_deletes(given: Given) -> Any:
    """Deletes behind a barrier."""
    await wrote(given, delete(Vault).where(Vault.id > 2))


@writes.write_in(covers=["barrier="])
async def barrier_gives_away(given: Given) -> Any:
    """Gives its own row behind a barrier away."""
    for vault in await loaded(given, Vault, 1):
        vault.owner_id = B


@writes.write_in(covers=["version_id_col"])
async def version_in_bulk(given: Given) -> Any:
    """Updates rows with a version in bulk, and by key."""
    await wrote(given, update(Draft).values(text="changed"))


@writes.write_in(covers=["renamed columns"])
async def renamed_gives_away(given: Given) -> Any:
    """Gives its own row away by a column whose name is not its attribute's."""
    await wrote(given, update(Posting).where(Posting.id == 1).values({"owner_id": B}))


@writes.write_in(covers=["renamed columns"])
async def renamed_gives_away_by_the_table(given: Given) -> Any:
    """Gives its own row away by the table's own name for the column."""
    table: Any = Posting.__table__
    await wrote(given, table.update().where(table.c.id == 1).values(owner=B))


@writes.write_in(covers=["renamed columns"])
async def renamed_changes_hidden(given: Given) -> Any:
    """Changes all texts, in a column named by a reserved word."""
    return await wrote(given, update(Posting).values(text="changed", cents=Posting.cents * 2).returning(Posting.text))


@writes.write_in(covers=["server_default"])
async def server_keys_in_bulk(given: Given) -> Any:
    """Inserts rows whose keys the server makes, in bulk: one is somebody else's."""
    rows = [{"owner_id": user, "text": "x"} for user in (A, B)]
    await wrote(given, insert(Ticket).returning(Ticket.id), rows)


@writes.write_in(covers=["MappedAsDataclass"])
async def dataclass_gives_away(given: Given) -> Any:
    """Gives its own dataclass away, and changes a hidden one in bulk."""
    for card in await loaded(given, Card, 1):
        card.owner_id = B


@writes.write_in(covers=["restrict(check=True)"])
async def tenants_in_bulk(given: Given) -> Any:
    """Updates the rows of all tenants."""
    await wrote(given, update(Invoice).values(total=0))


@writes.write_in(covers=["restrict(check=True)"])
async def tenants_delete(given: Given) -> Any:
    """Deletes the rows of all tenants."""
    await wrote(given, delete(Project))
