"""`can()` as a term of queries and of policies: judged against a truth in plain Python over the rows."""

from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    lambda_stmt,
    literal,
    not_,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    Bundle,
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    column_property,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    with_loader_criteria,
)

from rowgate import EVERYONE, AccessDenied, Catalog, CatalogError, NoPrincipal, Principal, Unguarded, can, principal


class Base(DeclarativeBase):
    """The declarative base of this module."""


class Folder(Base):
    """Where documents lie. Its policy is the end of every chain."""

    __tablename__ = "can_folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    is_public: Mapped[bool]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("can_folders.id"))
    parent: Mapped["Folder | None"] = relationship(remote_side="Folder.id")


class Document(Base):
    """Follows its folder, or its owner. The key has another name in Python than in the database."""

    __tablename__ = "can_documents"
    ident: Mapped[int] = mapped_column("document_no", primary_key=True)
    title: Mapped[str]
    owner_id: Mapped[int]
    is_deleted: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[str | None]
    folder_id: Mapped[int | None] = mapped_column("folder_no", ForeignKey("can_folders.id"))
    folder: Mapped[Folder | None] = relationship()
    comments: Mapped[list["Comment"]] = relationship(back_populates="document", order_by="Comment.id")

    @hybrid_property
    def may_update(self) -> Any:
        """Whether whoever acts may update it; in SQL alone."""
        raise NotImplementedError

    @may_update.inplace.expression
    @classmethod
    def _may_update(cls) -> Any:
        return can("update", cls)


class Comment(Base):
    """Follows its document."""

    __tablename__ = "can_comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("can_documents.document_no"))
    author_id: Mapped[int]
    body: Mapped[str]
    document: Mapped[Document | None] = relationship(back_populates="comments")


class Sheet(Base):
    """Something behind a barrier, with a key of two columns and a role of its own in each row."""

    __tablename__ = "can_sheets"
    book: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column("number", primary_key=True)
    role: Mapped[str]
    tenant: Mapped[int]
    value: Mapped[str]


class Cell(Base):
    """Follows its sheet by both columns of the key."""

    __tablename__ = "can_cells"
    __table_args__ = (ForeignKeyConstraint(["book", "page"], ["can_sheets.book", "can_sheets.number"]),)
    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[int]
    page: Mapped[int]
    sheet: Mapped[Sheet] = relationship()


class Login(Base):
    """Names a person by a column that is masked there, not by a key."""

    __tablename__ = "can_logins"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    person: Mapped["Person"] = relationship(
        primaryjoin="foreign(Login.email) == Person.email", viewonly=True, uselist=False
    )


class Person(Base):
    """Everybody is known by name, and by email to themselves alone."""

    __tablename__ = "can_persons"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]


lines = Table("can_lines", Base.metadata, Column("text", String), Column("document_id", Integer))
"""A table without a primary key."""

FOLDERS = {
    1: SimpleNamespace(id=1, owner=1, public=False, parent=None),
    2: SimpleNamespace(id=2, owner=2, public=False, parent=None),
    3: SimpleNamespace(id=3, owner=2, public=True, parent=1),
    4: SimpleNamespace(id=4, owner=1, public=True, parent=2),
}
_D = [
    ("one-in-1", 1, 1), ("two-in-1", 2, 1), ("one-in-2", 1, 2), ("two-in-2", 2, 2), ("two-in-3", 2, 3),
    ("one-in-3", 1, 3), ("three-in-2", 3, 2), ("three-loose", 3, None), ("two-in-4", 2, 4),
    ("one-in-4", 1, 4),
]  # fmt: skip
DOCUMENTS = {
    n: SimpleNamespace(id=n, title=title, owner=owner, folder=FOLDERS.get(folder or 0), deleted=False)
    for n, (title, owner, folder) in enumerate(_D, 1)
}
DOCUMENTS[20] = SimpleNamespace(id=20, title="one-gone", owner=1, folder=FOLDERS[1], deleted=True)
COMMENTS = {n: SimpleNamespace(id=n, document=d, author=n % 3 + 1) for n, d in enumerate(DOCUMENTS.values(), 1)}
COMMENTS[len(DOCUMENTS)].author = 2  # on what is gone
COMMENTS[99] = SimpleNamespace(id=99, document=None, author=1)
SHEETS = {
    (book, page): SimpleNamespace(book=book, page=page, role=role, tenant=tenant)
    for book, page, role, tenant in ((1, 1, "left", 1), (1, 2, "right", 1), (2, 1, "right", 2), (2, 2, "left", 2))
}

ONE, TWO, THREE = Principal(1), Principal(2), Principal(3)
ADMIN = Principal(3, {"admin"})
NOBODY = Principal.anonymous()
EVERYBODY = {"one": ONE, "two": TWO, "three": THREE, "admin": ADMIN, "nobody": NOBODY}
LEFT = Principal(1, {"left"}, {"tenant": 1})
RIGHT = Principal(2, {"right"}, {"tenant": 2})


def reads_folder(who: Principal, row: Any) -> bool:
    """Return whether a principal may read a folder."""
    return row is not None and not who.is_anonymous and (row.owner == who.id or row.public)


def updates_folder(who: Principal, row: Any) -> bool:
    """Return whether a principal may update a folder."""
    return row is not None and row.owner == who.id


def reads(who: Principal, row: Any, lifts: Iterable[str] = ()) -> bool:
    """Return whether a principal may read a document."""
    if row is None or who.is_anonymous or (row.deleted and "gone" not in lifts):
        return False
    return "admin" in who.roles or row.owner == who.id or reads_folder(who, row.folder)


def updates(who: Principal, row: Any, lifts: Iterable[str] = ()) -> bool:
    """Return whether a principal may update a document."""
    return reads(who, row, lifts) and (row.owner == who.id or updates_folder(who, row.folder))


def deletes(who: Principal, row: Any, lifts: Iterable[str] = ()) -> bool:
    """Return whether a principal may delete a document."""
    return reads(who, row, lifts) and "admin" in who.roles


def reads_comment(who: Principal, row: Any) -> bool:
    """Return whether a principal may read a comment: with its document, or as its author."""
    return not who.is_anonymous and (reads(who, row.document) or row.author == who.id)


def updates_comment(who: Principal, row: Any) -> bool:
    """Return whether a principal may update a comment."""
    return reads_comment(who, row) and updates(who, row.document)


def reads_sheet(who: Principal, row: Any) -> bool:
    """Return whether a principal may read a sheet."""
    return row.role in who.roles or row.tenant == who.attributes.get("tenant")


def updates_sheet(who: Principal, row: Any) -> bool:
    """Return whether a principal may update a sheet."""
    return reads_sheet(who, row) and row.tenant == who.attributes.get("tenant")


def make_catalog(**changes: Any) -> Catalog:
    """Return a new catalog of this module's tables."""
    catalog = Catalog(Base, principal_id=Integer())
    folders = catalog.policy(Folder)
    folders.allow("read", when=Folder.is_public)
    folders.allow("read", "update", when=Folder.owner_id == principal.id)
    folders.allow("create", when=can("update", Folder.parent))
    documents = catalog.policy(Document)
    documents.restrict(when=~Document.is_deleted, name="gone", lift="admin")
    documents.allow("read", "delete", to="admin")
    documents.allow("read", "update", "create", when=Document.owner_id == principal.id)
    documents.allow("read", when=can("read", Document.folder))
    documents.allow("update", when=can("update", Document.folder))
    documents.mask(Document.secret, unless_when=can("update", Document), writable=can("update", Document.folder))
    comments = catalog.policy(Comment)
    comments.allow("read", when=can("read", Comment.document))
    comments.allow("read", when=Comment.author_id == principal.id)
    comments.allow("update", when=can("update", Comment.document))
    comments.allow("create", when=and_(Comment.author_id == principal.id, can("read", Comment.document)))
    sheets = catalog.policy(Sheet, barrier=True)
    sheets.allow("read", when=principal.has_role(Sheet.role))
    sheets.allow("read", "update", when=Sheet.tenant == principal.attr("tenant", Integer()))
    sheets.mask(Sheet.value)
    sheets.mask(Sheet.tenant)
    cells = catalog.policy(Cell)
    cells.allow("read", "delete", "create", "update")
    cells.restrict("read", when=can("read", Cell.sheet), name="sheet")
    cells.restrict("create", "update", when=can("update", Cell.sheet), name="sheet-writes", check=True)
    catalog.open(lines, reason="a test")
    catalog.policy(Login).allow("read")
    persons = catalog.policy(Person)
    persons.allow("read", to=EVERYONE)
    persons.mask(Person.email, unless_when=Person.id == principal.id)
    return catalog


def populate(session: Session) -> None:
    """Put the rows in."""
    session.add_all(Folder(id=f.id, owner_id=f.owner, is_public=f.public, parent_id=f.parent) for f in FOLDERS.values())
    session.flush()
    session.add_all(
        Document(
            ident=d.id, title=d.title, owner_id=d.owner, is_deleted=d.deleted, folder_id=d.folder and d.folder.id,
            secret=f"secret of {d.title}",
        )
        for d in DOCUMENTS.values()
    )  # fmt: skip
    session.flush()
    session.add_all(
        Comment(id=c.id, document_id=c.document and c.document.id, author_id=c.author, body=f"c{c.id}")
        for c in COMMENTS.values()
    )
    session.add_all(
        Sheet(book=s.book, page=s.page, role=s.role, tenant=s.tenant, value="hidden") for s in SHEETS.values()
    )
    session.flush()
    session.add_all(Cell(id=s.book * 10 + s.page, book=s.book, page=s.page) for s in SHEETS.values())
    session.add_all([Person(id=1, name="one", email="one@x"), Person(id=2, name="two", email="two@x")])
    session.commit()


@pytest.fixture
def world(backend: Any) -> Iterator[Any]:
    """Give the tables with their rows on each driver, and a function that runs work as somebody."""
    Base.metadata.create_all(backend.owner)
    if not backend.is_sqlite:
        with backend.owner.begin() as connection:
            names = ", ".join(table.name for table in Base.metadata.sorted_tables)
            connection.execute(text(f"GRANT ALL ON {names} TO PUBLIC"))
            connection.execute(text("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO PUBLIC"))
    with Session(backend.owner) as session:
        populate(session)
    maker = backend.maker(make_catalog())

    def run(who: Principal, work: Callable[[Session], Any], **options: Any) -> Any:
        return backend.run(who, work, **{"maker": maker, **options})

    def rows(who: Principal, statement: Any, **options: Any) -> list[Any]:
        return run(who, lambda s: [tuple(row) for row in s.execute(statement)], **options)  # type: ignore[no-any-return]

    yield SimpleNamespace(backend=backend, run=run, rows=rows, maker=maker, stored=backend.stored)
    Base.metadata.drop_all(backend.owner)


def expected(who: Principal, what: Any = updates, lifts: Iterable[str] = ()) -> dict[str, bool]:
    """Return title and truth of the documents that a principal reads."""
    return {d.title: what(who, d, lifts) for d in DOCUMENTS.values() if reads(who, d, lifts)}


def test_the_truth_has_two_sides() -> None:
    """For both users some documents are hidden, some only read and some changed."""
    for who in (ONE, TWO):
        told = list(expected(who).values())
        assert True in told
        assert False in told
        assert len(told) < len(DOCUMENTS)


def _aliased(**options: Any) -> Any:
    alias = aliased(Document, **options)
    return select(alias.title, can("update", alias))


def _core(alias: Any) -> Any:
    return select(alias.c.title, can("update", alias))


def _nested(wrap: str) -> Any:
    inner = getattr(select(Document.title, can("update", Document).label("may")), wrap)()
    return select(inner.c.title, inner.c.may)


def _of_subquery() -> Any:
    alias = aliased(Document, select(Document).where(Document.ident > 0).subquery())
    return select(alias.title, can("update", alias))


def _scalar() -> Any:
    alias = aliased(Document)
    asked = select(can("update", alias)).where(alias.ident == Document.ident).scalar_subquery()
    return select(Document.title, asked)


def _joined() -> Any:
    alias = aliased(Document)
    return select(Document.title, can("update", alias)).join(alias, alias.ident == Document.ident)


def _on() -> Any:
    """A condition of the ON: the outer join gives a row where it holds and NULL elsewhere."""
    alias = aliased(Document)
    join = and_(alias.ident == Document.ident, can("update", alias))
    return select(Document.title, alias.ident.is_not(None)).join(alias, join, isouter=True)


def _hybrid() -> Any:
    alias = aliased(Document)
    return select(alias.title, alias.may_update)


documents = Document.__table__
SHAPES: dict[str, Callable[[], Any]] = {
    "entity": lambda: select(Document.title, can("update", Document)),
    "core": lambda: _core(documents),
    "core alias": lambda: _core(documents.alias("x")),
    "alias of alias": lambda: _core(documents.alias("x").alias("y")),
    "aliased": _aliased,
    "aliased, named like what the policy asks": lambda: _aliased(name="can_folders"),
    "aliased, named like the gate's key": lambda: _aliased(name="rowgate_key"),
    "alias of a sub-select": _of_subquery,
    "sub-select": lambda: _nested("subquery"),
    "CTE": lambda: _nested("cte"),
    "scalar sub-select": _scalar,
    "joined to itself": _joined,
    "in ON": _on,
    "label": lambda: select(Document.title, can("update", Document).label("may")),
    "hybrid": lambda: select(Document.title, Document.may_update),
    "hybrid of an alias": _hybrid,
    "CASE": lambda: select(Document.title, case((can("update", Document), 1), else_=0) == 1),
    "twice negated": lambda: select(Document.title, not_(not_(can("update", Document)))),
    "coalesce": lambda: select(Document.title, func.coalesce(can("update", Document), true())),
    "union": lambda: union_all(
        select(Document.title, can("update", Document)).where(Document.ident < 5),
        select(Document.title, can("update", Document)).where(Document.ident >= 5),
    ),
    "distinct": lambda: select(Document.title, can("update", Document)).distinct(),
    "grouped by the key": lambda: select(Document.title, can("update", Document)).group_by(Document.ident),
    "aggregate": lambda: select(Document.title, func.max(case((can("update", Document), 1), else_=0)) == 1).group_by(
        Document.title
    ),
    "lambda": lambda: lambda_stmt(lambda: select(Document.title, can("update", Document))),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_column_tells_of_each_row(world: Any, shape: str) -> None:
    """Whatever the shape of the SELECT, each row that is read is told rightly, for everybody in turn."""
    for who in EVERYBODY.values():
        statement = SHAPES[shape]()
        assert {t: bool(v) for t, v in world.rows(who, statement)} == expected(who)


def test_it_is_a_boolean_and_negates(world: Any) -> None:
    """The value is True or False, by a label too; its negation is the opposite."""
    statement = select(Document.title, can("update", Document).label("may"), ~can("update", Document))
    for title, may, not_may in world.rows(ONE, statement):
        assert may is expected(ONE)[title]
        assert not_may is not may


@pytest.mark.parametrize(("action", "truth"), [("read", reads), ("update", updates), ("delete", deletes)])
def test_every_action(world: Any, action: str, truth: Any) -> None:
    """Each action by its own rules; "update" and "delete" include "read"."""
    for who in EVERYBODY.values():
        assert dict(world.rows(who, select(Document.title, can(action, Document)))) == expected(who, truth)


def test_in_where_order_by_and_filter(world: Any) -> None:
    """WHERE gives those that hold, ORDER BY sorts by it, FILTER and GROUP BY count it."""
    for who in (ONE, TWO, ADMIN):
        truth = expected(who)
        held = sorted(title for title, may in truth.items() if may)
        may = can("update", Document)
        assert sorted(t for (t,) in world.rows(who, select(Document.title).where(may))) == held
        ordered = [t for (t,) in world.rows(who, select(Document.title).order_by(may.desc(), Document.title))]
        assert ordered == held + sorted(set(truth) - set(held))
        counts = select(func.count(), func.count().filter(may), func.count().filter(~may))
        assert world.rows(who, counts.select_from(Document)) == [(len(truth), len(held), len(truth) - len(held))]
        grouped = dict(world.rows(who, select(may, func.count()).group_by(may)))
        assert grouped == {k: v for k, v in ((True, len(held)), (False, len(truth) - len(held))) if v}
        having = select(Document.owner_id).group_by(Document.owner_id).having(func.count().filter(may) > 0)
        owners = {DOCUMENTS[n].owner for n in DOCUMENTS if truth.get(DOCUMENTS[n].title)}
        assert {o for (o,) in world.rows(who, having)} == owners


def test_alone_it_reads_its_own_rows(world: Any) -> None:
    """A SELECT of nothing else has one row for each that is read."""
    for target in (Document, documents, aliased(Document)):
        told = sorted(v for (v,) in world.rows(ONE, select(can("update", target))))
        assert told == sorted(expected(ONE).values())


def test_entities_bundles_and_loaders(world: Any) -> None:
    """Beside an entity, with joined eager loading, and in a bundle."""

    def work(session: Session) -> list[dict[str, bool]]:
        who = session.info["principal"] if session.connection() else None
        may = can("update", Document)
        loaded = select(Document, may).options(joinedload(Document.comments), joinedload(Document.folder))
        found = [{d.title: v for d, v in session.execute(loaded).unique()}]
        for document, _ in session.execute(loaded).unique():
            on_it = [c for c in COMMENTS.values() if c.document and c.document.id == document.ident]
            assert [c.id for c in document.comments] == [c.id for c in on_it if reads_comment(who, c)]
        found.append({d.title: v for d, v in session.execute(select(Document, may))})
        bundled = select(Bundle("b", Document.title, may.label("may")))
        return [*found, {row.b.title: row.b.may for row in session.execute(bundled)}]

    for who in (ONE, TWO, ADMIN):
        assert world.run(who, work) == [expected(who)] * 3


def test_a_missing_row_is_false(world: Any) -> None:
    """An outer join without a partner gives NULL keys: false, not NULL."""
    statement = select(Comment.id, can("read", Document), can("update", Document)).outerjoin(Comment.document)
    for who in (ONE, TWO, ADMIN):
        truth = sorted(
            (c.id, reads(who, c.document), updates(who, c.document)) for c in COMMENTS.values() if reads_comment(who, c)
        )
        assert sorted(world.rows(who, statement)) == truth
    assert (99, False, False) in world.rows(ONE, statement)


def test_a_relationship_asks_the_other_table(world: Any) -> None:
    """`can(action, Comment.document)` in a query: of a class, of an alias; hidden and missing documents are false."""
    alias = aliased(Comment)
    for who in (ONE, TWO, THREE, ADMIN):
        mine = [c for c in COMMENTS.values() if reads_comment(who, c)]
        for entity in (Comment, alias):
            statement = select(entity.id, can("read", entity.document), can("update", entity.document))
            truth = sorted((c.id, reads(who, c.document), updates(who, c.document)) for c in mine)
            assert sorted(world.rows(who, statement)) == truth
    hidden = [c for c in COMMENTS.values() if reads_comment(THREE, c) and c.document and not reads(THREE, c.document)]
    assert hidden


def test_a_self_referential_relationship(world: Any) -> None:
    """The parent of the same table is asked, not the row itself."""
    alias = aliased(Folder)
    for who in (ONE, TWO):
        mine = [f for f in FOLDERS.values() if reads_folder(who, f)]
        truth = sorted((f.id, reads_folder(who, FOLDERS.get(f.parent)), updates_folder(who, f)) for f in mine)
        for entity in (Folder, alias):
            statement = select(entity.id, can("read", entity.parent), can("update", entity))
            assert sorted(world.rows(who, statement)) == truth


def test_a_chain_of_three_tables(world: Any) -> None:
    """Comments follow documents, documents follow folders: rows and flags."""
    for who in EVERYBODY.values():
        truth = sorted((c.id, updates_comment(who, c)) for c in COMMENTS.values() if reads_comment(who, c))
        assert sorted(world.rows(who, select(Comment.id, can("update", Comment)))) == truth
        assert sorted(world.rows(who, select(Comment.__table__.c.id))) == [(n,) for n, _ in truth]


def test_inside_policy_the_row_of_a_new_table_is_judged(world: Any) -> None:
    """Creating and changing by `can()` in a check: on one's own side it works, beyond it is denied."""

    def comment(document: int) -> Any:
        return lambda s: s.execute(
            insert(Comment).values(id=1000 + document, document_id=document, author_id=1, body="new")
        )

    for n, document in DOCUMENTS.items():
        if reads(ONE, document):
            world.run(ONE, comment(n), commit=True)
        else:
            with pytest.raises(AccessDenied):
                world.run(ONE, comment(n), commit=True)
    made = world.stored(select(Comment.document_id).where(Comment.body == "new"))
    assert sorted(made) == sorted(n for n, d in DOCUMENTS.items() if reads(ONE, d))


@pytest.mark.parametrize("many", [1, 2, 100])
def test_checks_by_can_of_many_rows(world: Any, many: int) -> None:
    """One foreign row in a bulk insert denies all; without it all are stored."""
    rows = [{"id": 1000 + n, "document_id": 1, "author_id": 1, "body": "bulk"} for n in range(many)]
    foreign = {"id": 5000, "document_id": 4, "author_id": 1, "body": "bulk"}
    with pytest.raises(AccessDenied):
        world.run(ONE, lambda s: s.execute(insert(Comment), [*rows, foreign]), commit=True)
    assert world.stored(select(Comment.id).where(Comment.body == "bulk")) == []
    world.run(ONE, lambda s: s.execute(insert(Comment), rows), commit=True)
    assert len(world.stored(select(Comment.id).where(Comment.body == "bulk"))) == many


def test_updates_by_can_judge_old_and_new_row(world: Any) -> None:
    """A comment is moved among documents that one may update, and to no other, by key and by criteria."""

    def move(comment: int, document: int) -> Any:
        def work(session: Session) -> None:
            session.get_one(Comment, comment).document_id = document
            session.flush()

        return work

    at_own = next(c.id for c in COMMENTS.values() if updates_comment(ONE, c))
    good = [n for n, d in DOCUMENTS.items() if updates(ONE, d)]
    bad = [n for n, d in DOCUMENTS.items() if not updates(ONE, d)]
    for n in bad:
        with pytest.raises(AccessDenied):
            world.run(ONE, move(at_own, n), commit=True)
        criteria = update(Comment).where(Comment.id == at_own).values(document_id=n)
        with pytest.raises(AccessDenied):
            world.run(ONE, lambda s, c=criteria: s.execute(c), commit=True)
    for n in good:
        world.run(ONE, move(at_own, n), commit=True)
        assert world.stored(select(Comment.document_id).where(Comment.id == at_own)) == [n]
    everything = update(Comment).values(body="mine")
    world.run(ONE, lambda s: s.execute(everything), commit=True)
    changed = {c.id for c in COMMENTS.values() if updates_comment(ONE, c)} | {at_own}
    assert set(world.stored(select(Comment.id).where(Comment.body == "mine"))) == changed


def test_a_new_row_may_follow_its_own_table(world: Any) -> None:
    """A folder is made below one's own folder, and below nobody else's."""

    def add(parent: int | None) -> Any:
        return lambda s: s.execute(
            insert(Folder).values(id=100 + (parent or 0), owner_id=1, is_public=False, parent_id=parent)
        )

    for n, folder in [*FOLDERS.items(), (None, None)]:
        if updates_folder(ONE, folder):
            world.run(ONE, add(n), commit=True)
        else:
            with pytest.raises(AccessDenied):
                world.run(ONE, add(n), commit=True)
    assert sorted(world.stored(select(Folder.parent_id).where(Folder.id > 4))) == [1, 4]


def test_masks_by_can(world: Any) -> None:
    """`unless_when=can(...)` of the same table shows the column where it holds, everywhere."""
    for who in EVERYBODY.values():
        truth = {
            d.title: f"secret of {d.title}" if updates(who, d) else None for d in DOCUMENTS.values() if reads(who, d)
        }
        assert dict(world.rows(who, select(Document.title, Document.secret))) == truth
        found = select(Document.title).where(Document.secret.like("secret%"))
        assert {t for (t,) in world.rows(who, found)} == {t for t, s in truth.items() if s}
        returned = update(Document).values(title=Document.title).returning(Document.title, Document.secret)
        assert dict(world.rows(who, returned)) == {t: s for t, s in truth.items() if s}


def test_masked_columns_are_written_where_can_holds(world: Any) -> None:
    """`writable=can(...)`: of the folder that one owns."""

    def write(document: int) -> Any:
        return lambda s: s.execute(update(Document).where(Document.ident == document).values(secret="new"))

    for n, document in DOCUMENTS.items():
        world.run(ONE, write(n), commit=True)
        written = updates(ONE, document) and updates_folder(ONE, document.folder)
        assert world.stored(select(Document.secret).where(Document.ident == n)) == [
            "new" if written else f"secret of {document.title}"
        ]


def test_lifts_reach_what_is_followed(world: Any) -> None:
    """A lift of the documents' restriction is one for `can()` and for the comments that follow."""
    rows = world.rows(ADMIN, select(Document.title, can("delete", Document)), lift={"gone"})
    assert dict(rows) == expected(ADMIN, deletes, {"gone"})
    assert "one-gone" not in dict(world.rows(ADMIN, select(Document.title, can("delete", Document))))
    on_gone = select(Comment.id).where(Comment.document_id == 20)
    assert world.rows(ADMIN, on_gone) == []
    assert len(world.rows(ADMIN, on_gone, lift={"gone"})) == 1


def test_keys_of_two_columns_barriers_and_masked_columns(world: Any) -> None:
    """Sheets are asked by both columns, behind a barrier; the tenant is judged although it reads as NULL."""
    alias = aliased(Sheet)
    for who in (LEFT, RIGHT, NOBODY, ONE):
        truth = sorted((s.book, s.page, updates_sheet(who, s)) for s in SHEETS.values() if reads_sheet(who, s))
        for entity in (Sheet, alias):
            assert sorted(world.rows(who, select(entity.book, entity.page, can("update", entity)))) == truth
        core = Sheet.__table__.alias("s")
        assert sorted(world.rows(who, select(core.c.book, core.c.number, can("update", core)))) == truth
        cells = sorted((b * 10 + p, may) for b, p, may in truth)
        if not who.is_anonymous:
            assert sorted(world.rows(who, select(Cell.id, can("update", Cell.sheet)))) == cells
    assert world.rows(LEFT, select(Sheet.tenant).distinct()) == [(None,)]


def test_restrictions_by_can_judge_new_rows(world: Any) -> None:
    """`restrict(when=can(...), check=True)`: a cell on one's own sheet, none on another's."""
    for (book, page), sheet in SHEETS.items():
        statement = insert(Cell).values(id=100 + book * 10 + page, book=book, page=page)
        if updates_sheet(LEFT, sheet):
            world.run(LEFT, lambda s, made=statement: s.execute(made), commit=True)
        else:
            with pytest.raises(AccessDenied):
                world.run(LEFT, lambda s, made=statement: s.execute(made), commit=True)
    assert sorted(world.stored(select(Cell.id).where(Cell.id > 100))) == [111, 112]
    moved = update(Cell).where(Cell.id == 111).values(book=2)
    with pytest.raises(AccessDenied):
        world.run(LEFT, lambda s: s.execute(moved), commit=True)
    within = update(Cell).where(Cell.id == 111).values(page=2)
    world.run(LEFT, lambda s: s.execute(within), commit=True)
    assert world.stored(select(Cell.page).where(Cell.id == 111)) == [2]


# Somebody else.


def test_principal_tells_of_others(world: Any) -> None:
    """`principal=other`: what they may do, of the rows that whoever acts may read."""
    for who in EVERYBODY.values():
        for other in EVERYBODY.values():
            for action, truth in (("read", reads), ("update", updates), ("delete", deletes)):
                told = dict(world.rows(who, select(Document.title, can(action, Document, principal=other))))
                assert told == {d.title: truth(other, d) for d in DOCUMENTS.values() if reads(who, d)}


def test_two_others_in_one_statement(world: Any) -> None:
    """Each `can()` for its own principal, and one for whoever acts, side by side."""
    statement = select(
        Document.title,
        can("update", Document, principal=TWO),
        can("update", Document),
        can("update", Document, principal=THREE),
        can("update", Document, principal=TWO),
    )
    for who in (ONE, ADMIN):
        told = {t: flags for t, *flags in world.rows(who, statement)}
        assert told == {
            d.title: [updates(p, d) for p in (TWO, who, THREE, TWO)] for d in DOCUMENTS.values() if reads(who, d)
        }


def test_attributes_and_roles_of_others(world: Any) -> None:
    """The other's attributes, named roles and roles by column are the other's, not those of whoever acts."""
    everyone = [
        LEFT,
        RIGHT,
        Principal(1, {"left"}, {"tenant": 2}),
        Principal(1, (), {"tenant": 1}),
        Principal(1),
        NOBODY,
    ]
    for who in (LEFT, RIGHT):
        for other in everyone:
            asked = select(
                Sheet.book, Sheet.page, can("read", Sheet, principal=other), can("update", Sheet, principal=other)
            )
            truth = sorted(
                (s.book, s.page, reads_sheet(other, s), updates_sheet(other, s))
                for s in SHEETS.values()
                if reads_sheet(who, s)
            )
            assert sorted(world.rows(who, asked)) == truth


def test_hidden_rows_are_not_told_by_asking_for_others(world: Any) -> None:
    """Made-up keys and relationships to hidden rows: false, whoever is asked for."""
    keys = union_all(*(select(literal(n).label("document_no")) for n in [*DOCUMENTS, 777])).subquery()
    for who in (ONE, TWO, NOBODY):
        made = aliased(Document, keys, adapt_on_names=True)
        for other in (None, TWO, ADMIN):
            asked = select(made.ident, can("read", made, principal=other), can("update", made, principal=other))
            truth = {
                n: (reads(who, d) and reads(other or who, d), reads(who, d) and updates(other or who, d))
                for n, d in DOCUMENTS.items()
            }
            truth[777] = (False, False)
            assert {n: (r, u) for n, r, u in world.rows(who, asked)} == truth
    asked = select(Comment.id, can("update", Comment.document, principal=TWO))
    told = dict(world.rows(THREE, asked))
    assert told == {
        c.id: reads(THREE, c.document) and updates(TWO, c.document)
        for c in COMMENTS.values()
        if reads_comment(THREE, c)
    }


def test_one_statement_in_the_cache_for_many(world: Any) -> None:
    """The very same statement object by everybody in turn; a changed `principal=` is another entry of the cache."""
    statement = select(Document.title, can("update", Document))
    for who in [*EVERYBODY.values(), *reversed(EVERYBODY.values())]:
        assert dict(world.rows(who, statement)) == expected(who)
    for _ in range(2):
        for other in (ONE, TWO, Principal(2, {"admin"}), Principal(2, (), {"tenant": 1}), ADMIN):
            asked = select(Document.title, can("delete", Document, principal=other))
            told = dict(world.rows(ADMIN, asked))
            assert told == {d.title: deletes(other, d) for d in DOCUMENTS.values() if reads(ADMIN, d)}


def test_lambda_statements_keep_others_apart(world: Any) -> None:
    """A lambda whose closure names the other is refused by SQLAlchemy: it never tells of the first one again."""

    def asked(other: Principal) -> Any:
        return lambda_stmt(lambda: select(Document.title, can("update", Document, principal=other)))

    for other in (ONE, TWO):
        with pytest.raises(
            (InvalidRequestError, CatalogError), match=r"Closure variable named 'other'|takes a Principal"
        ):
            world.rows(ADMIN, asked(other))


# Composition with the ORM.


def test_loader_criteria_and_options(world: Any) -> None:
    """`can()` in loader criteria and in the criteria of a relationship narrows what is loaded."""

    def work(session: Session) -> None:
        narrowed = select(Document).options(selectinload(Document.comments.and_(can("update", Comment))))
        for document in session.scalars(narrowed):
            truth = [c.id for c in COMMENTS.values() if c.document is DOCUMENTS[document.ident]]
            assert [c.id for c in document.comments] == [n for n in truth if updates_comment(ONE, COMMENTS[n])]
        session.expunge_all()
        criteria = with_loader_criteria(Comment, can("update", Comment))
        for document in session.scalars(select(Document).options(joinedload(Document.comments), criteria)).unique():
            truth = [c.id for c in COMMENTS.values() if c.document is DOCUMENTS[document.ident]]
            assert [c.id for c in document.comments] == [n for n in truth if updates_comment(ONE, COMMENTS[n])]

    world.run(ONE, work)


def test_exists_any_and_has(world: Any) -> None:
    """`can()` within sub-selects of the statement: any(), has() and exists() over rows that may be changed."""
    for who in (ONE, TWO):
        statement = select(Document.title).where(Document.comments.any(can("update", Comment)))
        on = {c.document.title for c in COMMENTS.values() if c.document and updates_comment(who, c)}
        assert {t for (t,) in world.rows(who, statement)} == on
        of = select(Comment.id).where(Comment.document.has(can("update", Document)))
        assert {n for (n,) in world.rows(who, of)} == {c.id for c in COMMENTS.values() if updates(who, c.document)}
        by_hand = exists().where(Document.ident == Comment.document_id, can("update", Document))
        assert {n for (n,) in world.rows(who, select(Comment.id).where(by_hand))} == {
            c.id for c in COMMENTS.values() if updates(who, c.document)
        }


def test_lateral_and_windows(postgres: Any) -> None:
    """In a lateral sub-select and over a window."""
    world = SimpleNamespace(backend=postgres)
    Base.metadata.create_all(postgres.owner)
    try:
        with postgres.owner.begin() as connection:
            names = ", ".join(table.name for table in Base.metadata.sorted_tables)
            connection.execute(text(f"GRANT ALL ON {names} TO PUBLIC"))
        with Session(postgres.owner) as session:
            populate(session)
        maker = world.backend.maker(make_catalog())
        inner = select(can("update", Comment).label("may"), Comment.id).where(Comment.document_id == Document.ident)
        side = inner.lateral("side")
        statement = (
            select(side.c.id, side.c.may, func.count().filter(side.c.may).over())
            .select_from(Document)
            .join(side, true())
        )
        for who in (ONE, TWO):
            truth = {c.id: updates_comment(who, c) for c in COMMENTS.values() if reads(who, c.document)}
            rows = postgres.run(who, lambda s: s.execute(statement).all(), maker=maker)
            assert {n: may for n, may, _ in rows} == truth
            assert {count for _, _, count in rows} == {sum(truth.values())}
    finally:
        Base.metadata.drop_all(postgres.owner)


def test_a_column_property(backend: Any) -> None:
    """A mapped property of `can()` is loaded with its entity, by alias too, and refreshed."""

    class Own(DeclarativeBase):
        pass

    class Thing(Own):
        __tablename__ = "can_things"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int]

    Thing.may = column_property(can("update", Thing))
    Own.metadata.create_all(backend.owner)
    try:
        if not backend.is_sqlite:
            with backend.owner.begin() as connection:
                connection.execute(text("GRANT ALL ON can_things TO PUBLIC"))
        with Session(backend.owner) as session:
            session.execute(insert(Thing.__table__), [{"id": 1, "owner_id": 1}, {"id": 2, "owner_id": 2}])
            session.commit()
        catalog = Catalog(Own, principal_id=Integer())
        catalog.policy(Thing).allow("read")
        catalog.policy(Thing).allow("update", "create", when=Thing.owner_id == principal.id)
        maker = backend.maker(catalog)
        alias = aliased(Thing)

        def work(session: Session) -> None:
            assert {t.id: t.may for t in session.scalars(select(Thing))} == {1: True, 2: False}
            assert {t.id: t.may for t in session.scalars(select(alias))} == {1: True, 2: False}
            thing = session.get_one(Thing, 2)
            session.refresh(thing)
            assert thing.may is False
            session.add(Thing(id=3, owner_id=1))
            session.flush()
            assert session.scalars(select(Thing.id).where(Thing.may)).all() == [1, 3]

        backend.run(ONE, work, maker=maker)
    finally:
        Own.metadata.drop_all(backend.owner)


def test_mixins_follow(backend: Any) -> None:
    """A mixin's callable rule with `can()` is one for each class that has it."""

    class Own(DeclarativeBase):
        pass

    class Root(Own):
        __tablename__ = "can_roots"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int]

    class Hung:
        """A mixin: hangs on a root."""

        root_id: Mapped[int] = mapped_column(ForeignKey("can_roots.id"))

    class Left(Hung, Own):
        __tablename__ = "can_lefts"
        id: Mapped[int] = mapped_column(primary_key=True)
        root: Mapped[Root] = relationship()

    class Right(Hung, Own):
        __tablename__ = "can_rights"
        id: Mapped[int] = mapped_column(primary_key=True)
        root: Mapped[Root] = relationship()

    Own.metadata.create_all(backend.owner)
    try:
        if not backend.is_sqlite:
            with backend.owner.begin() as connection:
                connection.execute(text("GRANT ALL ON can_roots, can_lefts, can_rights TO PUBLIC"))
        with Session(backend.owner) as session:
            session.add_all([Root(id=1, owner_id=1), Root(id=2, owner_id=2)])
            session.flush()
            session.add_all([Left(id=n, root_id=n) for n in (1, 2)] + [Right(id=n, root_id=n) for n in (1, 2)])
            session.commit()
        catalog = Catalog(Own, principal_id=Integer())
        catalog.policy(Root).allow("read", when=Root.owner_id == principal.id)
        catalog.policy(Hung).allow("read", "delete", when=lambda entity: can("read", entity.root))
        maker = backend.maker(catalog)
        for who, mine in ((ONE, [1]), (TWO, [2]), (THREE, [])):
            for entity in (Left, Right):
                assert mine == backend.run(who, lambda s, e=entity: s.scalars(select(e.id)).all(), maker=maker)
        backend.run(ONE, lambda s: s.execute(delete(Left)), maker=maker, commit=True)
        assert backend.stored(select(Left.id)) == [2]
    finally:
        Own.metadata.drop_all(backend.owner)


# What is refused.


@pytest.mark.parametrize(
    "statement",
    [
        update(Document).where(can("update", Document)).values(title="x"),
        update(Document).values(is_deleted=can("update", Document)),
        delete(Comment).where(can("update", Comment.document)),
        insert(Comment).values(document_id=1, author_id=1, body=case((can("read", Document), "a"), else_="b")),
        insert(Comment).from_select(["body"], select(Document.title).where(can("update", Document))),
        update(Document).values(title="x").returning(can("update", Document)),
        update(Document)
        .where(Document.ident.in_(select(Document.ident).where(can("update", Document))))
        .values(title="x"),
    ],
    ids=["where", "set", "delete", "values", "from select", "returning", "sub-select"],
)
def test_in_writes_it_is_refused(world: Any, statement: Any) -> None:
    """A write that asks is refused, with the way out in the message, and changes nothing."""
    before = world.stored(select(Document.ident, Document.title).order_by(Document.ident))
    with pytest.raises(Unguarded, match="SELECT of its own"):
        world.run(ONE, lambda s: s.execute(statement), commit=True)
    assert world.stored(select(Document.ident, Document.title).order_by(Document.ident)) == before


@pytest.mark.parametrize(
    ("action", "target"),
    [
        ("create", Document),
        ("lock", Document),
        ("read", Document.title),
        ("read", Document.comments),
        ("read", lines),
        ("read", lines.alias()),
        ("read", select(Document).subquery()),
        ("read", "can_documents"),
        ("read", None),
        ("read", Document(ident=1)),
        ("read", int),
    ],
)
def test_wrong_questions_are_refused(action: str, target: Any) -> None:
    """An action or a target that it cannot answer for raises when it is written."""
    with pytest.raises(CatalogError, match=r"can\("):
        can(action, target)  # type: ignore[arg-type]


class _Circles(DeclarativeBase):
    """Three tables that point at each other, and a joined subclass."""


class _A(_Circles):
    __tablename__ = "circle_a"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    b_id: Mapped[int] = mapped_column(ForeignKey("circle_b.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("circle_a.id"))
    b: Mapped["_B"] = relationship(foreign_keys=b_id)
    parent: Mapped["_A | None"] = relationship(remote_side=id)
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "a"}  # noqa: RUF012


class _B(_Circles):
    __tablename__ = "circle_b"
    id: Mapped[int] = mapped_column(primary_key=True)
    a_id: Mapped[int] = mapped_column(ForeignKey("circle_a.id"))
    leaf_id: Mapped[int] = mapped_column(ForeignKey("circle_leaf.id"))
    a: Mapped[_A] = relationship(foreign_keys=a_id)
    leaf: Mapped["_Leaf"] = relationship(foreign_keys=leaf_id)


class _Leaf(_A):
    __tablename__ = "circle_leaf"
    id: Mapped[int] = mapped_column(ForeignKey("circle_a.id"), primary_key=True)
    __mapper_args__ = {"polymorphic_identity": "leaf"}  # noqa: RUF012


@pytest.mark.parametrize(
    ("of_a", "of_b", "of_leaf", "circle"),
    [
        (("read", can("read", _A.parent)), None, None, True),
        (("update", can("update", _A.parent)), None, None, True),
        (("update", can("read", _A.parent)), None, None, False),
        (("read", can("update", _A.parent)), None, None, True),
        (("read", can("read", _A.b)), ("read", can("read", _B.a)), None, True),
        (("read", can("read", _A.b)), ("update", can("read", _B.a)), None, False),
        (("read", can("read", _A.b)), ("read", can("read", _B.leaf)), None, True),
        (None, ("read", can("read", _B.leaf)), None, False),
        (None, ("read", can("read", _B.leaf)), ("read", can("read", _Leaf.__table__)), True),
        (("read", exists().where(_B.a_id == _A.id, can("read", _B.a))), None, None, True),
        (("read", exists().where(_B.id == 1, can("read", _B))), ("read", can("read", _B.a)), None, True),
    ],
)
def test_circles_are_refused(of_a: Any, of_b: Any, of_leaf: Any, circle: bool) -> None:
    """Directly, over two tables, by inheritance and out of a sub-select; what is no circle is accepted."""
    catalog = Catalog(_Circles, principal_id=Integer())
    for entity, rule in ((_A, of_a), (_B, of_b), (_Leaf, of_leaf)):
        policy = catalog.policy(entity)
        policy.allow("read" if rule is None else rule[0], when=None if rule is None else rule[1])
    if circle:
        with pytest.raises(CatalogError, match="circle"):
            catalog.freeze()
    else:
        assert catalog.freeze().frozen


def test_policies_ask_only_what_is_there() -> None:
    """A rule asks for whoever acts, of tables of its own catalog."""
    stranger = Table("can_strangers", MetaData(), Column("id", Integer, primary_key=True))
    for when in (can("read", Document.folder, principal=TWO), exists().where(can("read", stranger))):
        catalog = Catalog(Base, principal_id=Integer())
        catalog.policy(Document).allow("read", when=when)
        for entity in (Folder, Comment, Sheet, Cell, Login, Person, lines):
            catalog.open(entity, reason="a test")
        with pytest.raises(CatalogError, match="policy of can_documents"):
            catalog.freeze()


def test_a_bind_of_the_statement_beside_it(world: Any) -> None:
    """Parameters of the statement and those of `can()` do not meet."""
    statement = select(Document.title, can("update", Document, principal=TWO)).where(
        Document.owner_id == bindparam("owner"), can("update", Document)
    )
    told = world.run(ONE, lambda s: dict(s.execute(statement, {"owner": 2}).all()))
    assert told == {d.title: updates(TWO, d) for d in DOCUMENTS.values() if d.owner == 2 and updates(ONE, d)}
    assert told


# Found by attack, and closed.


def test_joined_eager_loading_with_limit(world: Any) -> None:
    """The ORM wraps the SELECT, and compiles it by itself for that, without a gate: it must render there."""
    may = can("update", Document)
    statement = select(Document, may).options(joinedload(Document.comments)).order_by(may.desc(), Document.ident)
    for who in (ONE, TWO, ADMIN):
        found = world.run(who, lambda s: {d.title: v for d, v in s.execute(statement.limit(50)).unique()})
        assert found == expected(who)


def test_a_masked_column_is_no_oracle_by_a_relationship(world: Any) -> None:
    """A relationship to a column that is masked there: a made-up key must not tell which value is stored."""
    guesses = union_all(select(literal(1).label("id"), literal("two@x").label("email"))).subquery()
    guess = aliased(Login, guesses, adapt_on_names=True)
    asked = select(guess.id, can("read", guess.person))
    assert world.rows(ONE, select(Person.id).where(Person.email == "two@x")) == []
    try:
        told = world.rows(ONE, asked)
    except Unguarded:
        return
    assert told == [(1, False)]


def test_other_tables_are_refused_by_name(world: Any) -> None:
    """A table that is not in the catalog is `Unguarded`, as in FROM, and not a KeyError."""
    stranger = Table("can_strangers", MetaData(), Column("id", Integer, primary_key=True))
    with pytest.raises(Unguarded):
        world.rows(ONE, select(can("read", stranger)))


def test_somebody_else_is_a_principal() -> None:
    """`principal=` that is no Principal is refused when it is written, as the action and the target are."""
    with pytest.raises(CatalogError):
        can("read", Document, principal=2)  # type: ignore[arg-type]


def test_only_a_guarded_session_answers(world: Any) -> None:
    """A plain session, and so that of the system principal, has no policy to ask: an error, never a guess."""
    with Session(world.backend.owner) as session, pytest.raises(NoPrincipal, match="guarded session"):
        session.execute(select(Document.title, can("update", Document)))
