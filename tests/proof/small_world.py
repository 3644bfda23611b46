"""A small world for the fuzzer: tables without foreign keys, NULLs in every rule, and policies of every kind.

No foreign keys and no server defaults: the tree must mean the same over tables that lack the hidden rows.
"""

from typing import Any, ClassVar

from sqlalchemy import Column, Integer, Table, and_, exists, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

from rowgate import EVERYONE, Catalog, Principal, principal


class Base(DeclarativeBase):
    """The declarative base of the small world."""


class Person(Base):
    """Somebody: `secret` is masked for all, `mail` reads "hidden" for all but its owner, who may write it."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str | None]
    mail: Mapped[str | None]
    secret: Mapped[str | None]
    age: Mapped[int | None]
    hidden: Mapped[bool | None]
    docs: Mapped[list["Doc"]] = relationship(
        back_populates="owner",
        primaryjoin="Person.id == foreign(Doc.owner_id)",
        order_by="Doc.id",
        passive_deletes="all",
    )


links = Table(
    "links",
    Base.metadata,
    Column("doc_id", Integer, primary_key=True, autoincrement=False),
    Column("tag_id", Integer, primary_key=True, autoincrement=False),
)


class Doc(Base):
    """What it is all about; `score` is masked for all but the owner."""

    __tablename__ = "docs"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[int | None]
    title: Mapped[str | None]
    pages: Mapped[int | None]
    public: Mapped[bool | None]
    deleted: Mapped[bool | None]
    score: Mapped[int | None]
    owner: Mapped[Person | None] = relationship(back_populates="docs", primaryjoin="Person.id == foreign(Doc.owner_id)")
    notes: Mapped[list["Note"]] = relationship(
        back_populates="doc", primaryjoin="Doc.id == foreign(Note.doc_id)", order_by="Note.id", passive_deletes="all"
    )
    shares: Mapped[list["Share"]] = relationship(
        back_populates="doc",
        primaryjoin="Doc.id == foreign(Share.doc_id)",
        order_by="Share.person_id",
        passive_deletes="all",
    )
    tags: Mapped[list["Tag"]] = relationship(
        secondary=links,
        primaryjoin="Doc.id == foreign(links.c.doc_id)",
        secondaryjoin="Tag.id == foreign(links.c.tag_id)",
        order_by="Tag.id",
        viewonly=True,
    )


class Share(Base):
    """A document, given to somebody; from level 2 on to change it too."""

    __tablename__ = "shares"
    doc_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int | None]
    doc: Mapped[Doc | None] = relationship(back_populates="shares", primaryjoin="Doc.id == foreign(Share.doc_id)")


class Note(Base):
    """A remark on a document, perhaps an answer to another one; behind a barrier. `body` is masked for others."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doc_id: Mapped[int | None]
    author_id: Mapped[int | None]
    parent_id: Mapped[int | None]
    body: Mapped[str | None]
    stars: Mapped[int | None]
    doc: Mapped[Doc | None] = relationship(back_populates="notes", primaryjoin="Doc.id == foreign(Note.doc_id)")
    parent: Mapped["Note | None"] = relationship(
        back_populates="answers", primaryjoin="remote(Note.id) == foreign(Note.parent_id)"
    )
    answers: Mapped[list["Note"]] = relationship(
        back_populates="parent",
        primaryjoin="Note.id == remote(foreign(Note.parent_id))",
        order_by="Note.id",
        passive_deletes="all",
    )


class Tag(Base):
    """A word of the public vocabulary, open for everything."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str | None]


class Odd(Base):
    """A table whose names need quoting, or are other ones in Python, with a discriminator; `Group` is masked."""

    __tablename__ = "Order"
    id: Mapped[int] = mapped_column("Id", primary_key=True, autoincrement=False)
    who: Mapped[int | None] = mapped_column("user")
    grp: Mapped[str | None] = mapped_column("Group", key="grp")
    select: Mapped[str | None]
    kind: Mapped[str]
    __mapper_args__: ClassVar[Any] = {"polymorphic_on": "kind", "polymorphic_identity": "odd"}


class Odder(Odd):
    """A subclass in the same table."""

    __mapper_args__: ClassVar[Any] = {"polymorphic_identity": "odder"}


class Block(Base):
    """Somebody who does not want her documents read by somebody else: read by a negated sub-select."""

    __tablename__ = "blocks"
    blocker: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blocked: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


Doc.note_count = column_property(  # type: ignore[attr-defined]
    select(func.count(Note.id)).where(Note.doc_id == Doc.id).correlate_except(Note).scalar_subquery()
)

ENTITIES: list[type[Any]] = [Doc, Note, Person, Share, Tag, Block, Odd, Odder]
TABLES: dict[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}


def make_catalog() -> Catalog:
    """Return a new catalog of the small world."""
    me = principal.id
    catalog = Catalog(Base, principal_id=Integer(), roles={"free_user", "auditor"})
    docs = catalog.policy(Doc)
    docs.restrict(when=~Doc.deleted, name="soft-delete", lift="auditor")
    docs.restrict("read", when=~exists().where(Block.blocker == Doc.owner_id, Block.blocked == me), name="blocks")
    docs.allow("read", to="auditor")
    docs.allow("read", to="free_user", when=Doc.public)
    docs.allow("read", "create", "update", "delete", when=Doc.owner_id == me)
    docs.allow("read", when=Doc.shares.any(Share.person_id == me))
    docs.allow("update", when=Doc.shares.any(and_(Share.person_id == me, Share.level >= 2)))
    docs.mask(Doc.score, unless_when=Doc.owner_id == me)
    people = catalog.policy(Person)
    people.allow("read", to=EVERYONE, when=~Person.hidden)
    people.allow("read", "update", when=Person.id == me)
    people.mask(Person.secret)
    people.mask(Person.mail, unless_when=Person.id == me, reads="hidden", writable=Person.id == me)
    shares = catalog.policy(Share)
    shares.allow("read", when=Share.person_id == me)
    shares.allow("read", "create", "delete", when=Share.doc.has(Doc.owner_id == me))
    notes = catalog.policy(Note, barrier=True)
    notes.allow("read", when=Note.doc.has(and_(Doc.public, ~Doc.deleted)))
    notes.allow("read", "create", "update", "delete", when=Note.author_id == me)
    notes.allow("update", to="free_user", when=Note.stars.is_(None))
    notes.mask(Note.body, unless_when=Note.author_id == me, reads="***", writable=Note.author_id == me)
    blocks = catalog.policy(Block)
    blocks.allow("read", "create", "delete", when=Block.blocker == me)
    linked = catalog.policy(links)
    linked.allow("read", to="free_user", when=links.c.tag_id < 4)
    linked.allow(
        "read", "create", "delete", when=exists().where(Doc.id == links.c.doc_id, Doc.owner_id == me, Doc.pages > 0)
    )
    odd = catalog.policy(Odd)
    odd.allow("read", when=Odd.select.in_(["a", "b"]))
    odd.allow("read", "create", "update", "delete", when=Odd.who == me)
    odd.mask(Odd.grp, unless_when=Odd.who == me, reads="-", writable=Odd.who == me)
    catalog.open(Tag, reason="public vocabulary", actions=("read", "create", "update", "delete"))
    return catalog


FREE = Principal(1, {"free_user"})
PRINCIPALS: list[tuple[Principal, frozenset[str]]] = [
    (FREE, frozenset()),
    (Principal(2, {"free_user"}), frozenset()),
    (Principal(3), frozenset()),
    (Principal(3, {"auditor"}), frozenset({"soft-delete"})),
    (Principal.anonymous(), frozenset()),
]
"""Who runs the trees, and what they lift: two free users of one variant, one without roles, an auditor, nobody."""

WORDS = ["a", "b", "Ab", "", None, "a%b", "zz"]
FLAGS = [True, False, True, None, False, True, True]


def _cycle(values: list[Any], n: int) -> Any:
    return values[n % len(values)]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows as they are put in: every combination that a rule can tell apart, NULLs and duplicates."""
    docs = [
        {
            "id": n,
            "owner_id": _cycle([1, 2, 3, None, 1], n),
            "title": _cycle(WORDS, n),
            "pages": _cycle([1, 2, None, 0, 2, 7], n),
            "public": _cycle(FLAGS, n),
            "deleted": _cycle([False, False, False, True, False, False, None], n + n // 7),
            "score": _cycle([5, None, 3, 5], n),
        }
        for n in range(1, 15)
    ]
    notes = [
        {
            "id": n,
            "doc_id": _cycle([1, 2, 3, 4, 5, 6, None], n),
            "author_id": _cycle([1, 2, None, 3], n),
            "parent_id": _cycle([None, 1, 2, 3, 99], n),
            "body": _cycle(["x", "y", None], n),
            "stars": _cycle([1, None, 3, 2, None], n),
        }
        for n in range(1, 15)
    ]
    people = [
        {"id": n, "name": name, "mail": f"m{n}", "secret": f"TOP-{n}", "age": age, "hidden": hidden}
        for n, (name, age, hidden) in enumerate(
            [("a", 30, False), ("b", None, False), ("b", 30, True), ("zz", 41, None), (None, 7, False)], 1
        )
    ]
    shares = [(2, 1, 1), (3, 1, 2), (7, 1, None), (1, 2, 2), (6, 3, 3), (9, 1, 2), (4, 3, 1), (13, 2, 1)]
    return {
        "people": people,
        "docs": docs,
        "notes": notes,
        "shares": [{"doc_id": doc, "person_id": person, "level": level} for doc, person, level in shares],
        "blocks": [{"blocker": a, "blocked": b} for a, b in [(2, 3), (3, 1), (1, 4), (1, 2)]],
        "Order": [
            {"Id": n, "user": who, "Group": group, "select": word, "kind": kind}
            for n, (who, group, word, kind) in enumerate(
                [
                    (1, "g", None, "odd"),
                    (2, "h", "a", "odder"),
                    (None, None, "b", "odd"),
                    (1, "g", "a", "odder"),
                    (3, "k", "c", "odd"),
                    (2, "g", None, "odder"),
                    (3, None, "b", "odder"),
                ],
                1,
            )
        ],
        "tags": [{"id": n, "word": word} for n, word in enumerate(["red", "green", None, "red", "a"], 1)],
        "links": [
            {"doc_id": d, "tag_id": t} for d, t in [(1, 1), (1, 5), (2, 1), (2, 4), (5, 2), (5, 4), (10, 4), (11, 3)]
        ],
    }
