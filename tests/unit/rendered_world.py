"""Models and a catalog with one of everything that the gate renders, small enough to read the SQL."""

import enum
from datetime import date

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Date,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from rowgate import EVERYONE, Catalog, Principal, can, principal


class Base(DeclarativeBase):
    """Their base."""

    metadata = MetaData()


class Kind(enum.Enum):
    """Kinds of notes."""

    PLAIN = "plain"
    DRAFT = "draft"


class Folder(Base):
    """What notes are in; everybody reads the open ones, its owner may write."""

    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    is_open: Mapped[bool]
    notes: Mapped[list["Note"]] = relationship(back_populates="folder")


class Note(Base):
    """A note of somebody: a mask that never lifts, one that does for its owner, a soft delete, columns for editors."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
    owner: Mapped[int]
    body: Mapped[str | None]
    secret: Mapped[str | None]
    phone: Mapped[str | None]
    is_gone: Mapped[bool] = mapped_column(Boolean, default=False)
    folder: Mapped[Folder] = relationship(back_populates="notes")


class Vault(Base):
    """Behind a barrier, with a masked date."""

    __tablename__ = "vaults"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    opened: Mapped[date | None] = mapped_column(Date)


class Archived(Base):
    """A note that has a namesake in another schema."""

    __tablename__ = "notes"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    body: Mapped[str | None]
    secret: Mapped[str | None]


class Stamp(Base):
    """Changes by itself when it is written, and counts itself by a sequence."""

    __tablename__ = "stamps"
    id: Mapped[int] = mapped_column(Integer, Sequence("stamps_seq"), primary_key=True)
    owner: Mapped[int]
    seen: Mapped[int] = mapped_column(onupdate=1)
    kind: Mapped[Kind] = mapped_column(Enum(Kind))
    double: Mapped[int] = mapped_column(Integer, Computed("seen * 2"))


class Word(Base):
    """Of the public vocabulary."""

    __tablename__ = "words"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]


class Sealed(Base):
    """For nobody."""

    __tablename__ = "sealed"
    id: Mapped[int] = mapped_column(primary_key=True)


pairs = Table("pairs", Base.metadata, Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True),
              Column("role", String), Column("note", Text))  # fmt: skip


def make_catalog() -> Catalog:
    """Return a new catalog."""
    catalog = Catalog(Base, principal_id=Integer(), roles={"admin", "editor", "reader"})
    folders = catalog.policy(Folder)
    folders.allow("read", to=EVERYONE, when=Folder.is_open)
    folders.allow("read", "create", "update", "delete", when=Folder.owner == principal.id)
    notes = catalog.policy(Note)
    notes.restrict(when=~Note.is_gone, name="gone", lift="admin")
    notes.allow("read", "update", "delete", to="admin")
    notes.allow("read", to="reader", when=can("read", Note.folder))
    notes.allow("read", "create", "update", "delete", when=Note.owner == principal.id)
    notes.allow("update", to="editor", when=Note.folder_id.in_([1, 2]), columns=[Note.body])
    notes.allow("read", to="editor", when=Note.folder_id.in_([1, 2]))
    notes.mask(Note.secret)
    notes.mask(Note.phone, unless_when=Note.owner == principal.id, reads="hidden", writable=Note.owner == principal.id)
    vaults = catalog.policy(Vault, barrier=True)
    vaults.allow("read", "create", "update", "delete", when=Vault.owner == principal.id)
    vaults.mask(Vault.opened, unless="admin", reads=date(2000, 1, 1))
    archived = catalog.policy(Archived)
    archived.allow("read", "create", "update", "delete", when=Archived.owner == principal.id)
    archived.mask(Archived.secret)
    stamps = catalog.policy(Stamp)
    stamps.allow("read", "create", "update", "delete", when=Stamp.owner == principal.id, check=Stamp.seen < 9)
    catalog.open(Word, reason="public")
    catalog.policy(Sealed)
    both = catalog.policy(pairs)
    both.allow("read", when=principal.has_role(pairs.c.role))
    both.allow("update", when=pairs.c.a == principal.attr("a", Integer()))
    both.allow("update", to="editor", columns=[pairs.c.note])
    both.allow("delete", when=pairs.c.b == 7)
    return catalog


OWNER = Principal(1, set(), {"a": 5})
READER = Principal(2, {"reader"})
EDITOR = Principal(3, {"editor"})
ADMIN = Principal(4, {"admin"})
NOBODY = Principal.anonymous()
