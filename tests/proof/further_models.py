"""The second half of the small world's models: a tenant, `columns=`, decisions that follow, and joined inheritance."""

from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from proof.small_models import Base, Doc, Person


def _unenforced(parent: str) -> ForeignKeyConstraint:
    """Return a foreign key that joins in Python alone: where hidden rows are missing, it could not hold."""
    return ForeignKeyConstraint(["id"], [parent]).ddl_if(callable_=lambda *_args, **_kw: False)


class Room(Base):
    """A room of one tenant: the tenant judges the new row too."""

    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant: Mapped[int | None]
    owner_id: Mapped[int | None]
    label: Mapped[str | None]
    open: Mapped[bool | None]


class Plan(Base):
    """A plan whose helpers may change some columns only; `memo` is masked for all but the owner, `stamp` updates itself."""

    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[int | None]
    helper_id: Mapped[int | None]
    title: Mapped[str | None]
    effort: Mapped[int | None]
    memo: Mapped[str | None]
    open: Mapped[bool | None]
    stamp: Mapped[int | None] = mapped_column(onupdate=7)


class Remark(Base):
    """What somebody says about a document, and follows it: its policy asks that of documents. `body` is masked."""

    __tablename__ = "remarks"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doc_id: Mapped[int | None]
    author_id: Mapped[int | None]
    body: Mapped[str | None]
    level: Mapped[int | None]
    doc: Mapped[Doc | None] = relationship(primaryjoin="Doc.id == foreign(Remark.doc_id)")


class Asset(Base):
    """The root of a hierarchy of joined tables."""

    __tablename__ = "assets"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    owner_id: Mapped[int | None]
    name: Mapped[str | None]
    shared: Mapped[bool | None]
    owner: Mapped[Person | None] = relationship(primaryjoin="Person.id == foreign(Asset.owner_id)", viewonly=True)
    __mapper_args__: ClassVar[Any] = {"polymorphic_on": "kind", "polymorphic_identity": "asset"}


class Book(Asset):
    """A leaf without a policy of its own."""

    __tablename__ = "books"
    __table_args__ = (_unenforced("assets.id"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pages: Mapped[int | None]
    lang: Mapped[str | None]
    __mapper_args__: ClassVar[Any] = {
        "polymorphic_identity": "book",
    }


class Novel(Book):
    """A leaf's leaf."""

    __tablename__ = "novels"
    __table_args__ = (_unenforced("books.id"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mood: Mapped[str | None]
    __mapper_args__: ClassVar[Any] = {
        "polymorphic_identity": "novel",
    }


class Film(Asset):
    """A leaf with a policy of its own; `rating` is masked for all but the editor."""

    __tablename__ = "films"
    __table_args__ = (_unenforced("assets.id"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    minutes: Mapped[int | None]
    editor_id: Mapped[int | None]
    rating: Mapped[int | None]
    __mapper_args__: ClassVar[Any] = {
        "polymorphic_identity": "film",
        "polymorphic_load": "selectin",
    }


Person.assets = relationship(  # type: ignore[attr-defined]
    Asset, primaryjoin=Person.id == Asset.owner_id, foreign_keys=Asset.owner_id, order_by=Asset.id, viewonly=True
)
