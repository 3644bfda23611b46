"""The first half of the small world's models: documents and what hangs on them. No foreign keys, no server defaults."""

from typing import Any, ClassVar

from sqlalchemy import Column, Integer, Table, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship


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
