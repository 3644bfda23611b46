"""More models of the suite's world: every kind of inheritance, rules that follow others, keys of the server, dataclasses."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.ext.declarative import ConcreteBase
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.sql.functions import FunctionElement

from rowgate.testing.world_models import Base, Document, User


class Asset(Base):
    """The root of joined inheritance: its owner's, and everybody's to read if public."""

    __tablename__ = "assets"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    is_public: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[User] = relationship()
    parts: Mapped[list["Part"]] = relationship(back_populates="asset", order_by="Part.id")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "asset"}  # noqa: RUF012 - SQLAlchemy reads it


class Book(Asset):
    """A leaf whose table has no policy of its own."""

    __tablename__ = "books"
    id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    author: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "book"}  # noqa: RUF012


class Film(Asset):
    """A leaf with a policy of its own: what is banned nobody sees, its owner neither. One column is deferred."""

    __tablename__ = "films"
    id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    studio: Mapped[str]
    plot: Mapped[str | None] = mapped_column(deferred=True)
    is_banned: Mapped[bool] = mapped_column(default=False)
    __mapper_args__ = {"polymorphic_identity": "film"}  # noqa: RUF012


class Remake(Film):
    """A third level."""

    __tablename__ = "remakes"
    id: Mapped[int] = mapped_column(ForeignKey("films.id"), primary_key=True)
    original: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "remake"}  # noqa: RUF012


class Part(Base):
    """What an asset is made of: follows it by `can()` in each action, and has no owner of its own."""

    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    text: Mapped[str]
    asset: Mapped[Asset] = relationship(back_populates="parts")


class Attachment(Base):
    """Follows its document by `can()`: who reads, updates or deletes that one does so with this."""

    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    name: Mapped[str]
    document: Mapped[Document] = relationship()


class Article(Base):
    """Its editor may change title and text only. Archived ones may be lifted by those who have a role."""

    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    editor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    text: Mapped[str | None]
    status: Mapped[str]
    is_archived: Mapped[bool] = mapped_column(default=False)


class Plant(ConcreteBase, Base):
    """The first table of concrete inheritance: its owner's."""

    __tablename__ = "plants"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    __mapper_args__ = {"polymorphic_identity": "plant", "concrete": True}  # noqa: RUF012


class Tree(Plant):
    """The second table, with all columns again: its owner's, and everybody's to read if public."""

    __tablename__ = "trees"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    height: Mapped[int]
    is_public: Mapped[bool] = mapped_column(default=False)
    __mapper_args__ = {"polymorphic_identity": "tree", "concrete": True}  # noqa: RUF012


class NewUuid(FunctionElement[UUID]):
    """A new UUID, made by the server. It stands in DDL alone, which the gate never renders."""

    type = Uuid()
    inherit_cache = True


@compiles(NewUuid, "postgresql")
def _postgresql(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "gen_random_uuid()"


@compiles(NewUuid, "sqlite")
def _sqlite(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "(lower(hex(randomblob(16))))"  # the form that SQLAlchemy keeps a UUID in, on SQLite


class Ticket(Base):
    """A row whose key the server makes."""

    __tablename__ = "tickets"
    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, server_default=NewUuid())
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]


class Card(MappedAsDataclass, Base, kw_only=True):
    """A dataclass."""

    __tablename__ = "cards"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, init=False)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    color: Mapped[str] = mapped_column(default="white")
