"""Inheritance: a joined child's table follows its root's decision, a concrete class has its own policy."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import ForeignKey, Integer, delete, func, insert, literal_column, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.declarative import AbstractConcreteBase
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    defer,
    joinedload,
    mapped_column,
    relationship,
    selectin_polymorphic,
    selectinload,
    with_polymorphic,
)

from rowgate import AccessDenied, Catalog, CatalogError, Principal, can, principal


class Base(DeclarativeBase):
    """The declarative base of this module."""


class Shelf(Base):
    """Holds documents."""

    __tablename__ = "inh_shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    docs: Mapped[list["Doc"]] = relationship(back_populates="shelf", order_by="Doc.id")


class Doc(Base):
    """The root, which the policy is written for."""

    __tablename__ = "inh_docs"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    owner_id: Mapped[int]
    is_public: Mapped[bool] = mapped_column(default=False)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    price: Mapped[int | None]
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("inh_shelves.id"))
    shelf: Mapped[Shelf | None] = relationship(back_populates="docs")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "doc"}  # noqa: RUF012


class Memo(Doc):
    """Single-table: a subclass without a table of its own."""

    note: Mapped[str | None]
    __mapper_args__ = {"polymorphic_identity": "memo"}  # noqa: RUF012


class Article(Doc):
    """Joined, two levels. It has no policy of its own."""

    __tablename__ = "inh_articles"
    id: Mapped[int] = mapped_column("article_no", ForeignKey("inh_docs.id"), primary_key=True)
    body: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "article"}  # noqa: RUF012


class Essay(Article):
    """Single-table below a joined one."""

    __mapper_args__ = {"polymorphic_identity": "essay"}  # noqa: RUF012


class Paper(Article):
    """Joined, three levels."""

    __tablename__ = "inh_papers"
    id: Mapped[int] = mapped_column(ForeignKey("inh_articles.article_no"), primary_key=True)
    pages: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "paper"}  # noqa: RUF012


class Letter(Doc):
    """Joined, with a policy of its own: a sealed letter is read by nobody."""

    __tablename__ = "inh_letters"
    id: Mapped[int] = mapped_column(ForeignKey("inh_docs.id"), primary_key=True)
    sealed: Mapped[bool]
    words: Mapped[str | None]
    __mapper_args__ = {"polymorphic_identity": "letter"}  # noqa: RUF012


KINDS: dict[str, Any] = {"doc": Doc, "memo": Memo, "article": Article, "essay": Essay, "paper": Paper, "letter": Letter}
ME, SHE, STRANGER, ADMIN = Principal(1), Principal(2), Principal(3), Principal(1, {"admin"})
ROWS: dict[int, Any] = {}
for _kind in KINDS:
    for _owner, _public, _deleted in ((1, False, False), (2, False, False), (2, True, False), (1, False, True)):
        _n = len(ROWS) + 1
        ROWS[_n] = SimpleNamespace(id=_n, kind=_kind, owner=_owner, public=_public, deleted=_deleted, sealed=False)


def reads(who: Principal, row: Any, *, lifted: bool = False) -> bool:
    """Return whether a principal may read a row of the root."""
    return (lifted or not row.deleted) and (row.owner == who.id or row.public)


def is_a(row: Any, entity: Any) -> bool:
    """Return whether a row is of a class."""
    return issubclass(KINDS[row.kind], entity)


def ids(who: Principal, entity: Any = Doc, **options: Any) -> list[int]:
    """Return the ids of what a principal reads of a class."""
    return [n for n, row in ROWS.items() if is_a(row, entity) and reads(who, row, **options)]


def make_catalog() -> Catalog:
    """Return a new catalog of this module's tables."""
    catalog = Catalog(Base, principal_id=Integer())
    docs = catalog.policy(Doc)
    docs.restrict(when=~Doc.is_deleted, name="gone", lift="admin")
    docs.allow("read", "create", "update", "delete", when=Doc.owner_id == principal.id)
    docs.allow("read", when=Doc.is_public)
    docs.mask(Doc.price, unless_when=Doc.owner_id == principal.id, writable=true())
    letters = catalog.policy(Letter)
    letters.allow("read", "create", "update", "delete", when=~Letter.sealed)
    letters.mask(Letter.words, unless="scribe")
    catalog.open(Shelf, reason="a test")
    return catalog


def _made(row: Any) -> Any:
    made = KINDS[row.kind](
        id=row.id, title=f"t{row.id}", owner_id=row.owner, is_public=row.public, is_deleted=row.deleted,
        price=row.id, shelf_id=1,
    )  # fmt: skip
    if is_a(row, Article):
        made.body = f"body {row.id}"
    if is_a(row, Paper):
        made.pages = row.id
    if is_a(row, Letter):
        made.sealed, made.words = row.sealed, "dear"
    return made


def _grant(backend: Any, metadata: Any) -> None:
    if not backend.is_sqlite:
        with backend.owner.begin() as connection:
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"GRANT ALL ON {names} TO PUBLIC"))
            connection.execute(text("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO PUBLIC"))


@pytest.fixture
def world(backend: Any) -> Iterator[Any]:
    """Give the tables with their rows on each driver, and functions that run work as somebody."""
    Base.metadata.create_all(backend.owner)
    _grant(backend, Base.metadata)
    with Session(backend.owner) as session:
        session.add(Shelf(id=1))
        session.flush()
        session.add_all(_made(row) for row in ROWS.values())
        session.commit()
    maker = backend.maker(make_catalog())

    def run(who: Principal, work: Callable[[Session], Any], **options: Any) -> Any:
        return backend.run(who, work, **{"maker": maker, **options})

    def values(who: Principal, statement: Any, **options: Any) -> list[Any]:
        return run(who, lambda s: list(s.scalars(statement).all()), **options)  # type: ignore[no-any-return]

    yield SimpleNamespace(backend=backend, run=run, values=values, stored=backend.stored)
    Base.metadata.drop_all(backend.owner)


articles, docs, papers, letters = (entity.__table__ for entity in (Article, Doc, Paper, Letter))
BODIES = select(Article.id, articles.c.body).order_by(Article.id)


def test_the_truth_has_two_sides() -> None:
    """Of every class some rows are read and some are not."""
    for entity in KINDS.values():
        mine = ids(ME, entity)
        assert mine
        assert len(mine) < len([row for row in ROWS.values() if is_a(row, entity)])


# Reads.


def test_every_class_by_select_and_count(world: Any) -> None:
    """Entities, columns and counts of each class; the objects are of their own classes."""
    for who in (ME, SHE, STRANGER):
        for entity in KINDS.values():
            truth = ids(who, entity)
            assert world.values(who, select(entity.id).order_by(entity.id)) == truth
            assert world.values(who, select(func.count()).select_from(entity)) == [len(truth)]
            found = world.run(who, lambda s, e=entity: [(type(o), o.id) for o in s.scalars(select(e).order_by(e.id))])
            assert found == [(KINDS[ROWS[n].kind], n) for n in truth]
            alias = aliased(entity, flat=True)
            assert world.values(who, select(alias.id).order_by(alias.id)) == truth


def test_the_childs_table_alone(world: Any) -> None:
    """Core on the child's table: columns of hidden roots are not there; two and three levels, by alias too."""
    for who in (ME, SHE, STRANGER):
        truth = ids(who, Article)
        assert sorted(world.values(who, select(articles.c.body))) == sorted(f"body {n}" for n in truth)
        assert sorted(world.values(who, select(articles.alias("inh_docs").c.body))) == sorted(
            f"body {n}" for n in truth
        )
        assert sorted(world.values(who, select(papers.c.pages))) == ids(who, Paper)
        assert world.values(who, select(func.count()).select_from(papers)) == [len(ids(who, Paper))]
        assert sorted(world.values(who, select(letters.c.id))) == ids(who, Letter)
        whole = select(literal_column("*")).select_from(articles)
        assert len(world.run(who, lambda s, w=whole: s.execute(w).all())) == len(truth)


def test_joins_by_hand(world: Any) -> None:
    """Joins without the key in ON, products and outer joins pair only rows that are read."""
    mine, of_article = ids(ME), ids(ME, Article)
    product = select(docs.c.id, articles.c.body).join(articles, true())
    rows = world.run(ME, lambda s: s.execute(product).all())
    assert sorted(rows) == sorted((d, f"body {a}") for d in mine for a in of_article)
    outer = select(docs.c.id, articles.c.body).outerjoin(articles, articles.c.article_no == docs.c.id)
    rows = world.run(ME, lambda s: dict(s.execute(outer).all()))
    assert rows == {n: f"body {n}" if n in of_article else None for n in mine}
    full = select(docs.c.id, articles.c.article_no).join(articles, docs.c.id == articles.c.article_no + 1, full=True)
    rows = world.run(ME, lambda s: s.execute(full).all())
    pairs = {(n, n - 1) for n in mine if n - 1 in of_article}
    lone = {(n, None) for n in mine if n - 1 not in of_article} | {(None, n) for n in of_article if n + 1 not in mine}
    assert set(map(tuple, rows)) == pairs | lone


def test_polymorphic_loading(world: Any) -> None:
    """with_polymorphic, selectin_polymorphic and deferred columns give whole objects of what is read."""

    def truth(who: Principal) -> dict[int, Any]:
        return {n: f"body {n}" if is_a(ROWS[n], Article) else None for n in ids(who)}

    def bodies(statement: Any) -> Any:
        return lambda s: {d.id: getattr(d, "body", None) for d in s.scalars(statement).unique()}

    wide = with_polymorphic(Doc, "*")
    flat = with_polymorphic(Doc, [Article, Letter], flat=True, aliased=True)
    statements = [
        select(Doc), select(wide), select(flat), select(Doc).options(selectin_polymorphic(Doc, [Article, Paper])),
        select(Doc).options(defer(Doc.title)),
    ]  # fmt: skip
    for who in (ME, SHE, STRANGER):
        for statement in statements:
            assert world.run(who, bodies(statement)) == truth(who)
        searched = select(wide.id).where(wide.Article.body.like("body%"))
        assert sorted(world.values(who, searched)) == ids(who, Article)


def test_relationships(world: Any) -> None:
    """Loaders, of_type(), any() and has() over subclasses."""
    of_article = Shelf.docs.of_type(Article)
    for who in (ME, SHE, STRANGER):
        for option in (selectinload(Shelf.docs), joinedload(Shelf.docs)):
            loaded = world.run(
                who, lambda s, o=option: [d.id for d in s.scalars(select(Shelf).options(o)).unique().one().docs]
            )
            assert loaded == ids(who)
        joined = select(Article.id).select_from(Shelf).join(of_article).order_by(Article.id)
        assert world.values(who, joined) == ids(who, Article)
        for n in (row.id for row in ROWS.values() if row.kind == "article"):
            statement = select(Shelf.id).where(of_article.any(Article.body == f"body {n}"))
            assert world.values(who, statement) == ([1] if n in ids(who) else [])
            assert world.values(who, select(Article.id).where(Article.shelf.has(), Article.id == n)) == [
                m for m in [n] if m in ids(who)
            ]


def test_get_refresh_and_deferred(world: Any) -> None:
    """By key: what is read is found whole, what is hidden is absent, by root and by leaf."""

    def work(session: Session) -> None:
        for n, row in ROWS.items():
            for entity in (Doc, KINDS[row.kind]):
                session.expunge_all()
                found = session.get(entity, n)
                assert (found is not None) == reads(ME, row)
                if found is not None:
                    session.refresh(found)
                    session.expire(found)
                    assert found.title == f"t{n}"
                    assert getattr(found, "body", None) == (f"body {n}" if is_a(row, Article) else None)

    world.run(ME, work)


def test_masks_on_root_and_leaf(world: Any) -> None:
    """A masked column of the root reads as NULL through its leaves, one of a leaf too, and no search finds it."""
    for entity in KINDS.values():
        prices = world.run(ME, lambda s, e=entity: dict(s.execute(select(e.id, e.price)).all()))
        assert prices == {n: n if ROWS[n].owner == 1 else None for n in ids(ME, entity)}
        found = world.values(ME, select(entity.id).where(entity.price > 0))
        assert sorted(found) == [n for n in ids(ME, entity) if ROWS[n].owner == 1]
    assert world.values(ME, select(Letter.words).distinct()) == [None]
    assert world.values(ME, select(letters.c.id).where(letters.c.words == "dear")) == []


def test_a_leafs_own_policy_is_added(world: Any) -> None:
    """A sealed letter is hidden as a letter, whoever owns it; an open one of somebody else is hidden by the root."""
    world.backend.as_owner(lambda s: s.execute(update(letters).where(letters.c.id.in_([21, 23])).values(sealed=True)))
    for who in (ME, SHE):
        truth = [n for n in ids(who, Letter) if n not in (21, 23)]
        assert world.values(who, select(Letter.id).order_by(Letter.id)) == truth
        assert sorted(world.values(who, select(letters.c.id))) == truth
    assert world.values(ME, select(can("read", letters)).where(letters.c.id == 21)) == []
    with pytest.raises(AccessDenied):
        world.run(
            SHE,
            lambda s: s.execute(update(Letter).where(Letter.id == 22).values(sealed=True).returning(Letter.id)),
            commit=True,
        )
    assert world.stored(select(letters.c.sealed).where(letters.c.id == 22)) == [False]


def test_lifts_of_the_root(world: Any) -> None:
    """Who may lift the root's restriction reads the leaves of lifted rows too."""
    for entity in KINDS.values():
        truth = ids(ADMIN, entity, lifted=True)
        assert world.values(ADMIN, select(entity.id).order_by(entity.id), lift={"gone"}) == truth
        assert world.values(ADMIN, select(entity.id).order_by(entity.id)) == ids(ADMIN, entity)
    bodies = sorted(world.values(ADMIN, select(articles.c.body), lift={"gone"}))
    assert bodies == sorted(f"body {n}" for n in ids(ADMIN, Article, lifted=True))
    with pytest.raises(AccessDenied):
        world.values(ME, select(articles.c.body), lift={"gone"})
    with pytest.raises(AccessDenied):
        world.values(ADMIN, select(articles.c.body), lift={"read follows inh_docs"})


def test_can_of_leaves(world: Any) -> None:
    """`can()` of a leaf, of the root and of a leaf in with_polymorphic, where it is NULL for other rows."""
    wide = with_polymorphic(Doc, [Article])
    asked = select(wide.id, can("update", wide), can("update", wide.Article))
    core = select(papers.c.id, can("update", papers), can("read", papers, principal=SHE))
    for who in (ME, SHE):
        told = {n: flags for n, *flags in world.run(who, lambda s: s.execute(asked).all())}
        mine = {n: ROWS[n].owner == who.id for n in ids(who)}
        assert told == {n: [may, may and is_a(ROWS[n], Article)] for n, may in mine.items()}
        told = sorted(map(tuple, world.run(who, lambda s: s.execute(core).all())))
        assert told == [(n, mine[n], reads(SHE, ROWS[n])) for n in ids(who, Paper)]


# Writes.


def test_the_unit_of_work_inserts(world: Any) -> None:
    """New rows of one's own are stored in both tables, those for somebody else in neither."""

    def add(owner: int, n: int) -> Any:
        def work(session: Session) -> None:
            session.add(Paper(id=n, title="new", owner_id=owner, body="new", pages=1))
            session.add(Letter(id=n + 1, title="new", owner_id=owner, sealed=False))
            session.flush()

        return work

    with pytest.raises(AccessDenied):
        world.run(ME, add(2, 200), commit=True)
    world.run(ME, add(1, 100), commit=True)
    for table in (docs, articles, papers, letters):
        key = next(iter(table.primary_key))
        assert set(world.stored(select(key).where(key >= 100))) <= {100, 101}
    assert world.stored(select(papers.c.id).where(papers.c.id >= 100)) == [100]


def test_the_unit_of_work_updates_and_deletes(world: Any) -> None:
    """One's own leaf is changed and deleted; a leaf that is only read is denied, and nothing is changed."""
    public, own = (next(n for n in ids(ME, Article) if ROWS[n].owner == o) for o in (2, 1))

    def change(n: int) -> Any:
        def work(session: Session) -> None:
            session.get_one(Article, n).body = "changed"
            session.flush()

        return work

    def remove(n: int) -> Any:
        return lambda s: s.delete(s.get_one(Article, n))

    before = world.stored(BODIES)
    for work in (change(public), remove(public)):
        with pytest.raises(AccessDenied):
            world.run(ME, work, commit=True)
    assert world.stored(BODIES) == before
    world.run(ME, change(own), commit=True)
    assert "changed" in dict(world.stored(BODIES)).values()
    world.run(ME, remove(own), commit=True)
    assert world.stored(select(docs.c.id).where(docs.c.id == own)) == []


@pytest.mark.filterwarnings("ignore:.*cartesian product")
def test_bulk_by_criteria(world: Any) -> None:
    """Criteria narrow; those on the parent's columns, which make a product, reach one's own rows and no other."""
    own = [n for n in ids(ME, Article) if ROWS[n].owner == 1]
    everything = update(Article).values(body="x")
    world.run(ME, lambda s: s.execute(everything), commit=True)
    assert [
        n
        for n, body in world.stored(BODIES.with_only_columns(articles.c.article_no, articles.c.body).order_by(None))
        if body == "x"
    ] == own
    product = update(Article).where(Doc.title == f"t{own[0]}").values(body="y")
    world.run(ME, lambda s: s.execute(product, execution_options={"synchronize_session": False}), commit=True)
    changed = world.stored(select(articles.c.article_no).where(articles.c.body == "y"))
    assert own[0] in changed
    assert set(changed) <= set(own)
    hidden = next(n for n in ROWS if is_a(ROWS[n], Article) and n not in ids(ME))
    for n in (hidden, next(n for n in ids(ME, Article) if n not in own)):
        guess = update(articles).where(articles.c.article_no == n).values(body="z")
        world.run(ME, lambda s, g=guess: s.execute(g), commit=True)
    assert world.stored(select(articles.c.article_no).where(articles.c.body == "z")) == []
    world.run(ME, lambda s: s.execute(delete(papers)), commit=True)
    left = set(world.stored(select(papers.c.id)))
    assert left == {n for n, row in ROWS.items() if is_a(row, Paper)} - {n for n in own if is_a(ROWS[n], Paper)}


def test_a_leafs_row_goes_to_no_other_root(world: Any) -> None:
    """A row of the child's table is made for, or moved to, one's own root only."""
    plain = [row for row in ROWS.values() if row.kind == "doc"]
    for row in plain:
        statement = insert(articles).values(article_no=row.id, body="hung on")
        if row.owner == 1 and not row.deleted:
            continue
        if reads(ME, row) or row.owner == 2:
            with pytest.raises(AccessDenied):
                world.run(ME, lambda s, made=statement: s.execute(made), commit=True)
    own = next(n for n in ids(ME, Article) if ROWS[n].owner == 1 and ROWS[n].kind == "article")
    for row in plain:
        moved = update(articles).where(articles.c.article_no == own).values(article_no=row.id)
        if row.owner == 2:
            with pytest.raises(AccessDenied):
                world.run(ME, lambda s, m=moved: s.execute(m), commit=True)
    assert world.stored(select(articles.c.body).where(articles.c.article_no.in_([r.id for r in plain]))) == []
    free = next(row.id for row in plain if row.owner == 1 and not row.deleted)
    world.run(
        ME,
        lambda s: s.execute(update(articles).where(articles.c.article_no == own).values(article_no=free)),
        commit=True,
    )
    assert world.stored(select(articles.c.body).where(articles.c.article_no == free)) == [f"body {own}"]


def test_upserts_of_a_leaf(world: Any) -> None:
    """An upsert of the child's table changes one's own row, and denies a row of somebody else's root."""
    dialect = sqlite if world.backend.is_sqlite else postgresql

    def upsert(n: int) -> Any:
        made = dialect.insert(articles).values(article_no=n, body="upserted")
        return made.on_conflict_do_update(index_elements=["article_no"], set_={"body": made.excluded.body})

    for n in (row.id for row in ROWS.values() if row.kind == "article"):
        if ROWS[n].owner == 1 and reads(ME, ROWS[n]):
            world.run(ME, lambda s, m=n: s.execute(upsert(m)), commit=True)
        else:
            if ROWS[n].deleted:
                continue
            with pytest.raises(AccessDenied):
                world.run(ME, lambda s, m=n: s.execute(upsert(m)), commit=True)
    own = [n for n, row in ROWS.items() if row.kind == "article" and row.owner == 1 and reads(ME, row)]
    assert world.stored(select(articles.c.article_no).where(articles.c.body == "upserted")) == own


def test_versions_are_counted(backend: Any) -> None:
    """A change of the leaf alone counts the root's version, for one's own row."""

    class Own(DeclarativeBase):
        pass

    class Root(Own):
        __tablename__ = "inh_v_roots"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        owner_id: Mapped[int]
        version: Mapped[int] = mapped_column()
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "r", "version_id_col": version}  # noqa: RUF012

    class Leaf(Root):
        __tablename__ = "inh_v_leaves"
        id: Mapped[int] = mapped_column(ForeignKey("inh_v_roots.id"), primary_key=True)
        body: Mapped[str]
        __mapper_args__ = {"polymorphic_identity": "l"}  # noqa: RUF012

    Own.metadata.create_all(backend.owner)
    _grant(backend, Own.metadata)
    try:
        with Session(backend.owner) as session:
            session.add_all([Leaf(id=1, owner_id=1, body="a"), Leaf(id=2, owner_id=2, body="a")])
            session.commit()
        catalog = Catalog(Own, principal_id=Integer())
        catalog.policy(Root).allow("read")
        catalog.policy(Root).allow("update", when=Root.owner_id == principal.id)
        maker = backend.maker(catalog)

        def change(n: int) -> Any:
            def work(session: Session) -> None:
                session.get_one(Leaf, n).body = "b"
                session.flush()

            return work

        backend.run(ME, change(1), maker=maker, commit=True)
        with pytest.raises(AccessDenied):
            backend.run(ME, change(2), maker=maker, commit=True)
        found = select(Root.__table__.c.id, Root.__table__.c.version).order_by(Root.__table__.c.id)
        assert backend.stored(found) == [(1, 2), (2, 1)]
    finally:
        Own.metadata.drop_all(backend.owner)


# Concrete classes.


def test_concrete_classes_have_their_own_policies(backend: Any) -> None:
    """Each table by its own rules."""
    _concrete(backend, union=False)


def _concrete(backend: Any, *, union: bool) -> None:

    class Own(DeclarativeBase):
        pass

    class Vehicle(AbstractConcreteBase, Own):
        strict_attrs = True

    class Car(Vehicle):
        __tablename__ = "inh_cars"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int]
        __mapper_args__ = {"polymorphic_identity": "car", "concrete": True}  # noqa: RUF012

    class Boat(Vehicle):
        __tablename__ = "inh_boats"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int]
        sail: Mapped[str]
        __mapper_args__ = {"polymorphic_identity": "boat", "concrete": True}  # noqa: RUF012

    class Tool(Own):
        __tablename__ = "inh_tools"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int]

    class Saw(Tool):
        __tablename__ = "inh_saws"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int]
        __mapper_args__ = {"concrete": True}  # noqa: RUF012

    Own.registry.configure()
    Own.metadata.create_all(backend.owner)
    _grant(backend, Own.metadata)
    try:
        with Session(backend.owner) as session:
            session.add_all([made(id=n, owner_id=n) for made in (Car, Tool, Saw) for n in (1, 2)])
            session.add_all([Boat(id=n, owner_id=n, sail="s") for n in (1, 2)])
            session.commit()
        catalog = Catalog(Own, principal_id=Integer())
        catalog.policy(Car).allow("read", when=Car.owner_id == principal.id)
        catalog.policy(Tool).allow("read", when=Tool.owner_id == principal.id)
        catalog.policy(Boat).allow("read", when=Boat.owner_id != principal.id)
        catalog.policy(Saw).allow("read")
        maker = backend.maker(catalog)

        def work(session: Session) -> Any:
            if union:
                return sorted((type(o).__name__, o.id) for o in session.scalars(select(Vehicle)))
            return [sorted(session.scalars(select(e.id))) for e in (Car, Boat, Tool, Saw)]

        found = backend.run(ME, work, maker=maker)
        assert found == ([("Boat", 2), ("Car", 1)] if union else [[1], [2], [1], [1, 2]])
    finally:
        Own.metadata.drop_all(backend.owner)


# Declarations.


def _small() -> Any:
    """Return a base with a root, a joined leaf and a single-table one, all new."""

    class Own(DeclarativeBase):
        pass

    class Shelved(Own):
        __tablename__ = "small_shelved"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Root(Own):
        __tablename__ = "small_roots"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        title: Mapped[str | None]
        owner_id: Mapped[int]
        shelved_id: Mapped[int | None] = mapped_column(ForeignKey("small_shelved.id"))
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "root"}  # noqa: RUF012

    class Leaf(Root):
        __tablename__ = "small_leaves"
        id: Mapped[int] = mapped_column(ForeignKey("small_roots.id"), primary_key=True)
        body: Mapped[str]
        shelved: Mapped[Shelved | None] = relationship(foreign_keys=lambda: Root.shelved_id)
        __mapper_args__ = {"polymorphic_identity": "leaf"}  # noqa: RUF012

    class Single(Root):
        __mapper_args__ = {"polymorphic_identity": "single"}  # noqa: RUF012

    class Note(Own):
        __tablename__ = "small_notes"
        id: Mapped[int] = mapped_column(primary_key=True)
        root_id: Mapped[int] = mapped_column(ForeignKey("small_roots.id"))
        root: Mapped[Root] = relationship()

    Own.registry.configure()
    catalog = Catalog(Own, principal_id=Integer())
    catalog.open(Shelved, reason="a test")
    catalog.open(Note, reason="a test")
    return SimpleNamespace(
        base=Own, root=Root, leaf=Leaf, single=Single, shelved=Shelved, note=Note, catalog=catalog,
        roots=Root.__table__, leaves=Leaf.__table__,
    )  # fmt: skip


@pytest.fixture
def small(backend: Any) -> Iterator[Any]:
    """Give the small base with stored rows: leaves 1 (mine) and 2 (hers), and 3, a bare root of hers."""
    made = _small()
    made.base.metadata.create_all(backend.owner)
    _grant(backend, made.base.metadata)
    with Session(backend.owner) as session:
        session.add_all([made.leaf(id=n, owner_id=n, body=f"b{n}") for n in (1, 2)])
        session.add(made.root(id=3, owner_id=2))
        session.flush()
        session.add_all([made.note(id=n, root_id=n) for n in (1, 2, 3)])
        session.commit()
    made.backend = backend
    made.run = lambda catalog, work, **kw: backend.run(ME, work, maker=backend.maker(catalog), **kw)
    yield made
    made.base.metadata.drop_all(backend.owner)


def test_a_leaf_needs_its_root_declared() -> None:
    """A protected leaf under an undeclared root is an error, a root alone is enough."""
    made = _small()
    made.catalog.policy(made.leaf).allow("read")
    with pytest.raises(CatalogError, match="small_roots"):
        made.catalog.freeze()
    made = _small()
    made.catalog.policy(made.root).allow("read")
    assert made.catalog.freeze().frozen


def test_discriminators_are_not_masked() -> None:
    """The column that tells the class cannot be masked."""
    made = _small()
    made.catalog.policy(made.root).mask(made.root.kind)
    with pytest.raises(CatalogError, match="discriminator"):
        made.catalog.freeze()


def test_an_open_leaf_follows_too(small: Any) -> None:
    """`open()` of a leaf opens no row of a hidden root."""
    small.catalog.policy(small.root).allow("read", "update", when=small.root.owner_id == principal.id)
    small.catalog.open(small.leaf, reason="a test", actions=("read", "update"))
    assert small.run(small.catalog, lambda s: s.scalars(select(small.leaves.c.body)).all()) == ["b1"]
    small.run(small.catalog, lambda s: s.execute(update(small.leaves).values(body="x")), commit=True)
    assert sorted(small.backend.stored(select(small.leaves.c.body))) == ["b2", "x"]


def test_mixins_on_a_joined_leaf(backend: Any) -> None:
    """A mixin's rule on the leaf alone is AND-ed there; one on the root holds for the leaf by its root."""

    class Own(DeclarativeBase):
        pass

    class Flagged:
        """A mixin with a rule."""

        hidden: Mapped[bool] = mapped_column(default=False)

    class Root(Own):
        __tablename__ = "inh_m_roots"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "r"}  # noqa: RUF012

    class Leaf(Flagged, Root):
        __tablename__ = "inh_m_leaves"
        id: Mapped[int] = mapped_column(ForeignKey("inh_m_roots.id"), primary_key=True)
        __mapper_args__ = {"polymorphic_identity": "l"}  # noqa: RUF012

    class Other(Flagged, Own):
        __tablename__ = "inh_m_others"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "o"}  # noqa: RUF012

    class Below(Other):
        __tablename__ = "inh_m_belows"
        id: Mapped[int] = mapped_column(ForeignKey("inh_m_others.id"), primary_key=True)
        body: Mapped[str] = mapped_column(default="b")
        __mapper_args__ = {"polymorphic_identity": "b"}  # noqa: RUF012

    Own.metadata.create_all(backend.owner)
    _grant(backend, Own.metadata)
    try:
        with Session(backend.owner) as session:
            session.add_all([Leaf(id=1), Leaf(id=2, hidden=True), Root(id=3), Below(id=1), Below(id=2, hidden=True)])
            session.commit()
        catalog = Catalog(Own, principal_id=Integer())
        catalog.policy(Root).allow("read")
        catalog.policy(Leaf).allow("read")
        catalog.policy(Other).allow("read")
        catalog.policy(Flagged).restrict(when=lambda entity: ~entity.hidden, name="hidden")
        maker = backend.maker(catalog)

        def work(session: Session) -> Any:
            tables = (Leaf.__table__, Below.__table__, Other.__table__)
            return [list(session.scalars(select(e.id))) for e in (Leaf, Below)] + [
                list(session.scalars(select(table.c.id))) for table in tables
            ]

        assert backend.run(ME, work, maker=maker) == [[1], [1], [1], [1], [1]]
        assert sorted(backend.run(ME, lambda s: s.scalars(select(Root.id)).all(), maker=maker)) == [1, 2, 3]
    finally:
        Own.metadata.drop_all(backend.owner)


def test_columns_of_the_root_limit_the_leaf(small: Any) -> None:
    """An editor who may set the title alone sets no column of the leaf either."""
    roots = small.catalog.policy(small.root)
    roots.allow("read")
    roots.allow("update", columns=[small.root.title])
    changed = update(small.leaves).where(small.leaves.c.id == 2).values(body="changed")
    with suppress(AccessDenied, CatalogError):
        small.run(small.catalog, lambda s: s.execute(changed), commit=True)
    assert small.backend.stored(select(small.leaves.c.body).where(small.leaves.c.id == 2)) == ["b2"]


# Found by attack, and closed.


def test_a_catalog_of_metadata_knows_inheritance(small: Any) -> None:
    """`Catalog(Base.metadata)` with a policy of the mapped leaf: it follows its root, or is refused."""
    catalog = Catalog(small.base.metadata, principal_id=Integer())
    for entity in (small.shelved, small.note):
        catalog.open(entity, reason="a test")
    catalog.policy(small.root).allow("read", when=small.root.owner_id == principal.id)
    catalog.policy(small.leaf).allow("read")
    try:
        told = small.run(catalog, lambda s: s.scalars(select(small.leaves.c.body)).all())
    except CatalogError:
        return
    assert told == ["b1"]


@pytest.mark.parametrize("kind", ["policy", "open"])
def test_a_policy_of_a_single_table_subclass_is_no_policy_of_all(small: Any, kind: str) -> None:
    """A rule for a class that shares its parent's table speaks for that class alone, or is refused (as mixins are)."""
    try:
        if kind == "policy":
            small.catalog.policy(small.root).allow("read", when=small.root.owner_id == principal.id)
            small.catalog.policy(small.single).allow("read")
        else:
            small.catalog.open(small.single, reason="a test")
        told = small.run(small.catalog, lambda s: s.scalars(select(small.roots.c.id)).all())
    except CatalogError:
        return
    assert told == ([1] if kind == "policy" else [])


def test_a_leaf_is_hung_on_no_hidden_root(small: Any) -> None:
    """Who may create roots freely hangs no leaf on a root of somebody else that stands already, hidden from them."""
    roots = small.catalog.policy(small.root)
    roots.allow("read", "update", when=small.root.owner_id == principal.id)
    roots.allow("create")
    hung = insert(small.leaves).values(id=3, body="hung on")
    with pytest.raises(AccessDenied):
        small.run(small.catalog, lambda s: s.execute(hung), commit=True)


@pytest.mark.parametrize("kind", ["of_type", "and_"])
def test_can_of_a_narrowed_relationship(small: Any, kind: str) -> None:
    """`can("read", Note.root.of_type(Leaf))` and `.and_(...)` ask what is written there, or are refused."""
    small.catalog.policy(small.root).allow("read")
    small.catalog.policy(small.leaf).allow("read", when=small.leaf.body == "b1")
    target = small.note.root.of_type(small.leaf) if kind == "of_type" else small.note.root.and_(small.root.id == 1)
    try:
        asked = select(small.note.id, can("read", target))
    except CatalogError:
        return
    assert small.run(small.catalog, lambda s: dict(s.execute(asked).all())) == {1: True, 2: False, 3: False}


def test_a_hidden_leaf_of_a_root_that_is_read(small: Any) -> None:
    """The root's row is there with its key; what the leaf's table holds is nowhere (limits.md says so)."""
    small.catalog.policy(small.root).allow("read")
    small.catalog.policy(small.leaf).allow("read", when=small.leaf.body == "b1")
    assert small.run(small.catalog, lambda s: sorted(s.scalars(select(small.root.id)))) == [1, 2, 3]
    assert small.run(small.catalog, lambda s: s.scalars(select(small.leaf.body)).all()) == ["b1"]

    def bodies(session: Session) -> Any:
        return [o.body for o in session.scalars(select(small.root).order_by(small.root.id))]

    with pytest.raises(KeyError):
        small.run(small.catalog, bodies)


def test_what_a_leafs_relationship_loads_by_is_not_masked() -> None:
    """A foreign key of the root by which a leaf's relationship loads cannot be masked, as any other."""
    made = _small()
    roots = made.catalog.policy(made.root)
    roots.allow("read")
    roots.mask(made.root.shelved_id)
    with pytest.raises(CatalogError, match="cannot be masked"):
        made.catalog.freeze()


@pytest.mark.parametrize("many", [1, 2, 100])
def test_bulk_by_key(world: Any, many: int) -> None:
    """The ORM compiles insert(Article) for each table of the class; the gate judges Article's own table each time.

    Bulk inserts and updates by key, over both tables: one row that is not one's own denies them all.
    """
    rows = [{"id": 1000 + n, "title": "bulk", "owner_id": 1, "body": "bulk"} for n in range(many)]
    foreign = {"id": 5000, "title": "bulk", "owner_id": 2, "body": "bulk"}
    with pytest.raises(AccessDenied):
        world.run(ME, lambda s: s.execute(insert(Article), [*rows, foreign]), commit=True)
    world.run(ME, lambda s: s.execute(insert(Article), rows), commit=True)
    assert len(world.stored(select(articles.c.body).where(articles.c.body == "bulk"))) == many
    public = next(n for n in ids(ME, Article) if ROWS[n].owner == 2)
    changes = [{"id": row["id"], "title": "changed", "body": "changed"} for row in rows]
    denied = {"id": public, "title": "changed", "body": "changed"}
    for given in ([*changes, denied], [*changes, {"id": public, "title": "t", "body": "changed"}]):
        with pytest.raises(AccessDenied):
            world.run(ME, lambda s, g=given: s.execute(update(Article), g), commit=True)
    only_body = [{"id": row["id"], "body": "changed"} for row in changes] + [{"id": public, "body": "changed"}]
    with pytest.raises(AccessDenied):
        world.run(ME, lambda s: s.execute(update(Article), only_body), commit=True)
    assert world.stored(select(articles.c.body).where(articles.c.body == "changed")) == []
    world.run(ME, lambda s: s.execute(update(Article), changes), commit=True)
    assert len(world.stored(select(articles.c.body).where(articles.c.body == "changed"))) == many


def test_the_union_of_an_abstract_concrete_base(backend: Any) -> None:
    """SQLAlchemy names the class of each row by `literal_column("'boat'")`, which is refused as text."""
    _concrete(backend, union=True)


def test_the_roots_version_column_excuses_no_column_of_the_leaf(backend: Any) -> None:
    """`columns=` excuses the version column of the table that has it, not a leaf's column of the same name."""

    class Own(DeclarativeBase):
        pass

    class Root(Own):
        __tablename__ = "inh_x_roots"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        version: Mapped[int] = mapped_column()
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "r", "version_id_col": version}  # noqa: RUF012

    class Leaf(Root):
        __tablename__ = "inh_x_leaves"
        id: Mapped[int] = mapped_column(ForeignKey("inh_x_roots.id"), primary_key=True)
        edition: Mapped[int] = mapped_column("version")
        body: Mapped[str]
        __mapper_args__ = {"polymorphic_identity": "l"}  # noqa: RUF012

    Own.metadata.create_all(backend.owner)
    _grant(backend, Own.metadata)
    try:
        with Session(backend.owner) as session:
            session.add(Leaf(id=1, edition=1, body="b"))
            session.commit()
        catalog = Catalog(Own, principal_id=Integer())
        catalog.policy(Root).allow("read", "update")
        leaves = catalog.policy(Leaf)
        leaves.allow("read")
        leaves.allow("update", columns=[Leaf.body])
        changed = update(Leaf.__table__).values(version=99)
        with suppress(AccessDenied):
            backend.run(ME, lambda s: s.execute(changed), maker=backend.maker(catalog), commit=True)
        assert backend.stored(select(Leaf.__table__.c.version)) == [1]
    finally:
        Own.metadata.drop_all(backend.owner)
