"""Inheritance, read: joined with two and three levels, the root's policy and a leaf's own; single-table and concrete."""

from typing import Any

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import (
    aliased,
    joinedload,
    polymorphic_union,
    selectin_polymorphic,
    selectinload,
    undefer,
    with_polymorphic,
)

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_merge import stub
from rowgate.testing.cases.relationships_loaders import loaded
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_kinds import Asset, Book, Film, Part, Plant, Remake, Tree
from rowgate.testing.world_models import Memo, Note, Task, User

inheritance = Family("inheritance")
assets: Any = Asset.__table__
books: Any = Book.__table__
films: Any = Film.__table__
remakes: Any = Remake.__table__
HIDDEN_BOOK, HIDDEN_FILM, BANNED, HIDDEN_REMAKE = 5, 6, 9, 11
"""Somebody's book, film and remake; and a film of one's own that is banned, so that its leaf alone is hidden."""


@inheritance.way_in(covers=["joined inheritance"])
async def leaves(given: Given) -> Any:
    """Selects each class of a joined hierarchy that is three levels deep."""
    return [(kind.__name__, await loaded(given, kind)) for kind in (Book, Film, Remake)]


@inheritance.way_in()
async def root(given: Given) -> Any:
    """Selects the root: leaves come as what they are, without their own columns."""
    found = (await given.session.scalars(select(Asset))).all()
    return [(type(one).__name__, one.id, one.name) for one in found]


@inheritance.way_in(covers=["with_polymorphic"])
async def all_polymorphic(given: Given) -> Any:
    """Selects the root with the columns of all leaves, by outer joins."""
    everything = with_polymorphic(Asset, "*")
    statement = select(
        everything.id, everything.Book.author, everything.Film.studio, everything.Film.plot, everything.Remake.original
    )
    return await rows(given, statement)


@inheritance.way_in(covers=["with_polymorphic"])
async def some_polymorphic(given: Given) -> Any:
    """Selects entities of the root with some leaves, flat and aliased, filtered by a leaf's column."""
    some = with_polymorphic(Asset, [Book, Film], aliased=True, flat=True)
    statement = select(some).where(some.Book.author.is_not(None) | some.Film.studio.like("film-%"))
    found = await values(given, statement)
    return [(type(one).__name__, one.id, vars(one).get("author"), vars(one).get("studio")) for one in found]


@inheritance.way_in(covers=["with_polymorphic"])
async def polymorphic_inner(given: Given) -> Any:
    """Selects a root with a leaf by an inner join."""
    inner = with_polymorphic(Asset, [Film], innerjoin=True)
    return await rows(given, select(inner.name, inner.Film.studio, inner.Film.is_banned))


@inheritance.way_in(covers=["selectin_polymorphic"])
async def selected_polymorphic(given: Given) -> Any:
    """Loads the columns of leaves by a second SELECT."""
    found = await loaded(given, Asset, selectin_polymorphic(Asset, [Book, Film, Remake]))
    return [(type(one).__name__, one.id, vars(one).get("author"), vars(one).get("studio")) for one in found]


@inheritance.way_in(covers=["of_type"])
async def of_one_type(given: Given) -> Any:
    """Joins from children to their parents of one type."""
    film = select(Part.text, Film.studio).join(Part.asset.of_type(Film))
    wide = with_polymorphic(Asset, [Book, Remake])
    both = select(Part.text, wide.Book.author, wide.Remake.original).join(Part.asset.of_type(wide))
    return await rows(given, film), await rows(given, both)


@inheritance.way_in(covers=["of_type", "selectinload"])
async def related_of_type(given: Given) -> Any:
    """Loads related entities with the columns of their leaves, by joins and by IN."""
    wide = with_polymorphic(Asset, "*", flat=True)
    joined = await loaded(given, Part, joinedload(Part.asset.of_type(wide)))
    given.session.expunge_all()
    found = await loaded(given, Part, selectinload(Part.asset).options(selectin_polymorphic(Asset, [Film])))
    return [(one.id, one.asset and one.asset.name) for one in (*joined, *found)]


@inheritance.way_in(covers=["Table"])
async def leaf_tables_alone(given: Given) -> Any:
    """Selects the tables of the leaves by Core, without the root's."""
    return [await rows(given, select(table)) for table in (books, films, remakes)]


@inheritance.way_in()
async def leaf_columns_alone(given: Given) -> Any:
    """Selects columns of the leaves that need no join, by the ORM."""
    return [await values(given, select(column)) for column in (books.c.author, films.c.plot, remakes.c.original)]


@inheritance.way_in(covers=["visit_join"])
async def full_outer(given: Given) -> Any:
    """Joins root and leaves by full outer joins: whichever side is hidden stays so."""
    joined = assets.join(films, films.c.id == assets.c.id, full=True).join(books, books.c.id == assets.c.id, full=True)
    return await rows(given, select(assets.c.name, films.c.studio, books.c.author).select_from(joined))


@inheritance.way_in(covers=["polymorphic identity"])
async def by_identity(given: Given) -> Any:
    """Filters the root by its polymorphic identity, and counts by it."""
    films_ = await values(given, select(Asset.name).where(Asset.kind == "film"))
    return films_, await rows(given, select(Asset.kind, func.count()).group_by(Asset.kind))


@inheritance.way_in()
async def counts_leaves(given: Given) -> Any:
    """Counts leaves, as entities and as tables."""
    kinds = [await given.session.scalar(select(func.count()).select_from(kind)) for kind in (Book, Film, Remake)]
    return kinds, [await given.session.scalar(select(func.count(t.c.id))) for t in (books, films, remakes)]


@inheritance.way_in(covers=["Session.get"])
async def gets_leaves(given: Given) -> Any:
    """Gets hidden leaves as their own class and as the root's; and one whose leaf alone is hidden."""
    session = given.session
    as_leaf = [await session.get(kind, n) for kind, n in ((Book, HIDDEN_BOOK), (Remake, HIDDEN_REMAKE), (Film, BANNED))]
    given.session.expunge_all()
    return as_leaf, await session.get(Asset, HIDDEN_FILM)


@inheritance.way_in(covers=["deferred"])
async def deferred_of_a_leaf(given: Given) -> Any:
    """Loads a deferred column of leaves, one by one and undeferred."""
    found = await loaded(given, Film)
    plots = [await film.awaitable_attrs.plot for film in found]
    return plots, [film.plot for film in await loaded(given, Film, undefer(Film.plot))]


@inheritance.way_in()
async def leaf_columns_of_a_root(given: Given) -> Any:
    """Loads the columns of a leaf that the root's SELECT has left out: of films whose root may be read."""
    found = (await given.session.scalars(select(Asset).where(Asset.owner_id == given.who.id))).all()
    saw = []
    for one in found:
        try:
            saw.append(await one.awaitable_attrs.studio if isinstance(one, Film) else one.name)
        except Exception as error:  # noqa: BLE001 - where the leaf is hidden both runs fail alike
            saw.append(type(error).__name__)
    return saw


@inheritance.way_in(covers=["Session.refresh"])
async def refreshes_a_leaf(given: Given) -> Any:
    """Refreshes a hand-made leaf of a root that may be read."""
    made = stub(Film, id=BANNED)
    given.session.add(made)
    await given.session.refresh(made, ["studio"])
    return made.studio


@inheritance.way_in(covers=["any", "has"])
async def any_of_a_subclass(given: Given) -> Any:
    """Asks by any() and has() over subclasses."""
    having = select(Part.text).where(Part.asset.of_type(Film).has(Film.studio.like("film-%")))
    without = select(Film.studio).where(~Film.parts.any())
    return (
        await values(given, having),
        await values(given, without),
        await values(given, select(Asset.name).where(Asset.parts.any(Part.text.like("part-%")))),
    )


@inheritance.way_in(covers=["aliased"])
async def aliased_leaves(given: Given) -> Any:
    """Joins a leaf with an alias of another by keys, and with itself."""
    one, other = aliased(Film, flat=True), aliased(Remake, flat=True)
    statement = select(one.studio, other.original).join(other, other.id >= one.id)
    return await rows(given, statement)


@inheritance.way_in()
async def leaf_in_subquery(given: Given) -> Any:
    """Selects from a sub-query of a leaf, and by a scalar one in WHERE."""
    inner = select(Remake.original, Remake.name).subquery()
    asked = select(User.name).where(
        select(func.count(Remake.id)).where(Remake.owner_id == User.id).scalar_subquery() > 0
    )
    return await rows(given, select(inner)), await values(given, asked)


@inheritance.way_in()
async def united_leaves(given: Given) -> Any:
    """Selects the union of all leaves' own tables."""
    parts = [select(literal(t.name), t.c.id) for t in (assets, books, films, remakes)]
    return await rows(given, union_all(*parts))


@inheritance.way_in(covers=["single-table inheritance"])
async def single_table(given: Given) -> Any:
    """Selects classes of one table, with the columns of all of them."""
    wide = with_polymorphic(Note, [Memo, Task])
    every = await rows(given, select(wide.body, wide.Memo.addressee, wide.Task.effort))
    return every, await loaded(given, Memo), await values(given, select(Task.effort))


@inheritance.way_in()
async def single_table_by_key(given: Given) -> Any:
    """Gets hidden rows of one table by each class."""
    return [await given.session.get(kind, n) for kind, n in ((Note, 6), (Memo, 4), (Task, 5), (Note, 7))]


@inheritance.way_in(covers=["concrete inheritance", "ConcreteBase"])
async def concrete(given: Given) -> Any:
    """Selects concrete classes: the leaf's table, and the union of both."""
    return await loaded(given, Tree), await loaded(given, Plant)


@inheritance.way_in(covers=["polymorphic_union"])
async def concrete_union(given: Given) -> Any:
    """Selects a polymorphic union of the concrete tables, made by hand, and one table by Core."""
    tables: Any = {"plant": Plant.__table__, "tree": Tree.__table__}
    union = polymorphic_union(tables, "what", "united")
    return await rows(given, select(union.c.name, union.c.height)), await rows(given, select(tables["plant"]))


@inheritance.way_in()
async def concrete_by_key(given: Given) -> Any:
    """Gets and counts hidden rows of concrete tables."""
    found = [await given.session.get(Plant, 3), await given.session.get(Tree, 16)]
    return (
        found,
        await given.session.scalar(select(func.count()).select_from(Tree)),
        await values(given, select(func.max(Tree.height))),
    )


@inheritance.reading(covers=["joined inheritance", "selectin_polymorphic", "with_polymorphic"])
async def joined_of_the_seen(given: Given) -> Any:
    """Selects root, leaves and third level in every way: all that may be read, with all columns."""
    leaf = [await loaded(given, kind, undefer(Film.plot)) for kind in (Film, Remake)]
    given.session.expunge_all()
    everything = with_polymorphic(Asset, "*")
    wide = await rows(given, select(everything.name, everything.Book.author, everything.Remake.original))
    selected = await loaded(given, Asset, selectin_polymorphic(Asset, [Book]))
    return leaf, wide, [(one.name, vars(one).get("author")) for one in selected]


@inheritance.reading(covers=["Session.get", "Session.refresh"])
async def gets_of_the_seen(given: Given) -> Any:
    """Gets and refreshes leaves that may be read, as themselves and as the root's."""
    remake, book = await given.session.get_one(Asset, 12), await given.session.get_one(Book, 7)
    await given.session.refresh(remake)
    await given.session.refresh(book, ["author", "name"])
    return type(remake).__name__, await remake.awaitable_attrs.original, await remake.awaitable_attrs.plot, book


@inheritance.reading(covers=["of_type", "any", "has"])
async def relations_of_the_seen(given: Given) -> Any:
    """Goes along relations to subclasses that may be read."""
    film = select(Part.text, Film.studio).join(Part.asset.of_type(Film))
    owned = select(User.name, func.count(Book.id)).join(Book, Book.owner_id == User.id).group_by(User.id, User.name)
    having = select(Asset.name).where(Asset.parts.any(Part.id > 7))
    return await rows(given, film), await rows(given, owned), await values(given, having)


@inheritance.reading(covers=["single-table inheritance"])
async def single_of_the_seen(given: Given) -> Any:
    """Selects classes of one table: all that may be read."""
    return await loaded(given, Note), await loaded(given, Memo), await given.session.get_one(Task, 2)


@inheritance.reading(covers=["concrete inheritance"])
async def concrete_of_the_seen(given: Given) -> Any:
    """Selects concrete classes: all that may be read."""
    return await loaded(given, Plant), await loaded(given, Tree), await given.session.get_one(Tree, 13)
