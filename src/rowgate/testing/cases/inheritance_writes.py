"""Inheritance, written: a leaf's table under its root's policy and its own; classes of one table; concrete ones."""

from typing import Any

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.inheritance_reads import BANNED, assets, books, films, remakes
from rowgate.testing.world_kinds import Asset, Book, Film, Part, Plant, Remake, Tree
from rowgate.testing.world_models import Memo, Note, Task
from rowgate.testing.world_rows import C

inheritance = Family("inheritance")
plants: Any = Plant.__table__
trees: Any = Tree.__table__
PUBLIC_BOOK, PUBLIC_FILM, PUBLIC_REMAKE, HIDDEN_ROOT = 7, 8, 12, 13
"""Somebody's, that may be read; and a root of somebody's that may not."""


async def change(given: Given, kind: Any, ident: Any, **values: Any) -> None:
    """Get an object and change it, if it is there."""
    found = await given.session.get(kind, ident)
    for name, value in values.items() if found is not None else ():
        setattr(found, name, value)


@inheritance.write_in(covers=["joined inheritance"])
async def changes_a_leaf(given: Given) -> Any:
    """Changes a column of a leaf whose root may only be read."""
    await change(given, Book, PUBLIC_BOOK, author="taken")


@inheritance.write_in()
async def changes_a_third_level(given: Given) -> Any:
    """Changes the third level and the root of one object that may only be read."""
    await change(given, Remake, PUBLIC_REMAKE, original="taken", name="taken", studio="taken")


@inheritance.write_in(covers=["Update"])
async def updates_leaves(given: Given) -> Any:
    """Updates all leaves of a class, without a word of the root."""
    await given.session.execute(update(Book).values(author="taken"))


@inheritance.write_in(covers=["Update"])
async def updates_by_the_root(given: Given) -> Any:
    """Updates leaves by criteria on the root: two tables in one UPDATE."""
    await given.session.execute(
        update(Film).where(Film.id == Asset.__table__.c.id, assets.c.kind == "film").values(studio="taken"),
        execution_options={"synchronize_session": False},
    )


@inheritance.write_in(covers=["Update"])
async def updates_the_root(given: Given) -> Any:
    """Updates the root's table for all of its kinds."""
    await given.session.execute(update(Asset).where(Asset.kind.in_(["film", "book"])).values(name="taken"))


@inheritance.write_in(covers=["Update"])
async def updates_tables(given: Given) -> Any:
    """Updates the tables of leaves by Core."""
    await given.session.execute(update(remakes).values(original="taken"))
    await given.session.execute(update(films).where(films.c.id == PUBLIC_FILM).values(plot="taken"))


@inheritance.write_in(covers=["bulk update by primary key"])
async def updates_leaves_by_key(given: Given) -> Any:
    """Updates leaves in bulk by their keys, columns of both tables."""
    await given.session.execute(update(Book), [{"id": PUBLIC_BOOK, "author": "taken", "name": "taken"}])


@inheritance.write_in(covers=["Delete"])
async def deletes_leaves(given: Given) -> Any:
    """Deletes rows of leaves' tables, which leaves the roots without them."""
    await given.session.execute(delete(remakes))
    await given.session.execute(delete(books).where(books.c.id == PUBLIC_BOOK))


@inheritance.write_in(covers=["Session.delete"])
async def deletes_a_leaf(given: Given) -> Any:
    """Deletes an object that may only be read, with the part of it."""

    def write(session: Any) -> None:
        book = session.get(Book, PUBLIC_BOOK)
        for part in book.parts if book is not None else ():
            session.delete(part)
        if book is not None:
            session.delete(book)

    await given.session.run_sync(write)


@inheritance.write_in(covers=["Insert"])
async def puts_a_leaf_on_a_hidden_root(given: Given) -> Any:
    """Inserts a leaf for the root of somebody else."""
    await given.session.execute(insert(books).values(id=HIDDEN_ROOT, author="taken"))


@inheritance.write_in(covers=["Insert"])
async def puts_a_third_level_on_a_seen_film(given: Given) -> Any:
    """Inserts a third level for somebody's film that may be read."""
    await given.session.execute(insert(remakes).values(id=PUBLIC_FILM, original="taken"))


@inheritance.write_in(covers=["Insert.from_select"])
async def puts_leaves_by_select(given: Given) -> Any:
    """Inserts leaves for all roots that have none."""
    roots = select(assets.c.id, literal("taken")).where(assets.c.kind == "asset")
    await given.session.execute(insert(books).from_select(["id", "author"], roots))


@inheritance.write_in(covers=["on_conflict_do_update"])
async def upserts_a_leaf(given: Given) -> Any:
    """Upserts the leaf of somebody's root."""
    insert_: Any = postgresql.insert if given.dialect == "postgresql" else sqlite.insert
    row = insert_(books).values(id=PUBLIC_BOOK, author="taken")
    await given.session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"author": "taken"}))


@inheritance.write_in()
async def moves_a_leaf(given: Given) -> Any:
    """Moves one's own leaf to the root of somebody else, by its key."""
    await given.session.execute(update(books).where(books.c.id == 2).values(id=HIDDEN_ROOT))


@inheritance.write_in()
async def lifts_a_ban(given: Given) -> Any:
    """Changes the leaf of one's own root that the leaf's policy hides."""
    await given.session.execute(update(films).where(films.c.id == BANNED).values(is_banned=False))


@inheritance.write_in()
async def bans_its_own(given: Given) -> Any:
    """Changes a leaf of one's own so that its policy would hide it."""
    await change(given, Film, 3, is_banned=True)


@inheritance.write_in()
async def creates_banned(given: Given) -> Any:
    """Creates a leaf of one's own that its policy hides."""
    given.session.add(Film(name="new", owner_id=given.who.id, studio="new", is_banned=True))


@inheritance.write_in()
async def creates_for_another(given: Given) -> Any:
    """Creates leaves whose root is somebody else's, and one in bulk."""
    given.session.add(Remake(name="new", owner_id=C, studio="new", original="new"))


@inheritance.write_in(covers=["Session.bulk_insert_mappings"])
async def creates_for_another_in_bulk(given: Given) -> Any:
    """Creates them in bulk, by mappings."""
    row = {"kind": "book", "name": "new", "author": "new", "owner_id": C}
    await given.session.run_sync(lambda s: s.bulk_insert_mappings(Book, [row, {**row, "owner_id": given.who.id}]))


@inheritance.write_in()
async def gives_away_with_a_leaf(given: Given) -> Any:
    """Gives a root away and changes its leaf, in one flush."""
    await change(given, Book, 2, owner_id=C, author="changed")


@inheritance.write_in(covers=["polymorphic identity"])
async def changes_an_identity(given: Given) -> Any:
    """Makes something else of what may only be read."""
    await given.session.execute(update(assets).where(assets.c.id == PUBLIC_BOOK).values(kind="asset"))


@inheritance.write_in(covers=["single-table inheritance"])
async def changes_one_table(given: Given) -> Any:
    """Updates classes of one table, in bulk and by key."""
    await given.session.execute(update(Memo).values(addressee="taken"))
    await given.session.execute(update(Task), [{"id": 5, "effort": 1}])


@inheritance.write_in(covers=["single-table inheritance", "Delete"])
async def deletes_from_one_table(given: Given) -> Any:
    """Deletes all tasks, whoever's."""
    await given.session.execute(delete(Task))


@inheritance.write_in(covers=["single-table inheritance"])
async def creates_in_one_table(given: Given) -> Any:
    """Creates a task of somebody else's."""
    given.session.add(Task(owner_id=C, body="new", effort=1))


@inheritance.write_in(covers=["concrete inheritance"])
async def changes_concrete(given: Given) -> Any:
    """Changes a row of a concrete leaf that may only be read, and updates the first table."""
    await change(given, Tree, 13, name="taken")
    await given.session.flush()


@inheritance.write_in(covers=["concrete inheritance", "Update"])
async def updates_concrete(given: Given) -> Any:
    """Updates and deletes in both concrete tables by criteria."""
    await given.session.execute(update(plants).values(name="taken"))
    await given.session.execute(update(trees).where(trees.c.is_public).values(height=1))
    await given.session.execute(delete(trees))


@inheritance.write_in(covers=["concrete inheritance"])
async def creates_concrete(given: Given) -> Any:
    """Creates a tree of somebody else's."""
    given.session.add(Tree(id=100, name="new", owner_id=C, height=1))


@inheritance.writing(covers=["joined inheritance"])
async def creates_leaves(given: Given) -> Any:
    """Creates leaves of every level, with parts."""
    me = given.who.id
    given.session.add_all([
        Book(name="new book", owner_id=me, author="me", parts=[Part(text="new part")]),
        Film(name="new film", owner_id=me, studio="mine", plot="long"),
        Remake(name="new remake", owner_id=me, studio="mine", original="new film"),
    ])  # fmt: skip


@inheritance.writing(covers=["joined inheritance"])
async def changes_its_leaves(given: Given) -> Any:
    """Changes columns of every level of one's own, and lets everybody read one."""
    await change(given, Remake, 4, name="changed", studio="changed", original="changed", plot="changed")
    await change(given, Book, 2, author="changed", is_public=True)
    await change(given, Asset, 3, name="changed by its root", studio="changed")


@inheritance.writing(covers=["Update", "Delete"])
async def changes_its_leaves_in_bulk(given: Given) -> Any:
    """Updates one's own leaves by criteria, by key and by Core."""
    mine = select(assets.c.id).where(assets.c.owner_id == given.who.id)
    await given.session.execute(update(books).where(books.c.id.in_(mine)).values(author="in bulk"))
    await given.session.execute(update(Film), [{"id": 3, "plot": "by key"}, {"id": 4, "plot": "by key too"}])
    await given.session.execute(delete(remakes).where(remakes.c.id == 4))


@inheritance.writing(covers=["Session.delete"])
async def deletes_its_leaf(given: Given) -> Any:
    """Deletes a leaf of one's own, with its part."""
    part = await given.session.get_one(Part, 4)
    await given.session.delete(part)
    await given.session.flush()
    await given.session.delete(await given.session.get_one(Remake, 4))


@inheritance.writing(covers=["polymorphic identity", "Insert"])
async def makes_a_leaf_of_its_root(given: Given) -> Any:
    """Makes a book of a plain asset of one's own: its row, and its identity."""
    await given.session.execute(insert(books).values(id=1, author="me"))
    await given.session.execute(update(assets).where(assets.c.id == 1).values(kind="book"))


@inheritance.writing(covers=["single-table inheritance", "concrete inheritance"])
async def writes_other_kinds(given: Given) -> Any:
    """Creates, changes and deletes in one table and in concrete ones, all of one's own."""
    me = given.who.id
    given.session.add_all([
        Memo(owner_id=me, body="new", addressee="somebody"),
        Plant(id=101, name="new", owner_id=me),
        Tree(id=102, name="new", owner_id=me, height=3, is_public=True),
    ])  # fmt: skip
    await change(given, Task, 2, effort=3)
    await change(given, Tree, 12, name="changed")
    await given.session.delete(await given.session.get_one(Note, 3))
