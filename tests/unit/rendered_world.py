"""Models and a catalog with one of everything that the gate renders, small enough to read the SQL."""

import enum
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    Enum,
    FetchedValue,
    ForeignKey,
    Integer,
    Interval,
    MetaData,
    Numeric,
    Sequence,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    Uuid,
    and_,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column, relationship
from sqlalchemy.sql.elements import Grouping

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


class Lowered(TypeDecorator[str]):
    """Text that the database hands out in lower case."""

    impl = String
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        """Return what is selected."""
        return func.lower(column)


class Odd(TypeDecorator[str]):
    """Text that the database takes in by a function."""

    impl = String
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> Any:
        """Return what stands for a value."""
        return func.upper(bindparam)


class Free(Base):
    """Everybody may do everything with it."""

    __tablename__ = "free"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]
    quiet: Mapped[str] = mapped_column(Lowered)


class Tick(Base):
    """Its rule reads what SQLAlchemy changes by itself."""

    __tablename__ = "ticks"
    id: Mapped[int] = mapped_column(primary_key=True)
    seen: Mapped[int] = mapped_column(onupdate=1)
    word: Mapped[str]


class Tock(Base):
    """Its rule reads what the database changes by itself."""

    __tablename__ = "tocks"
    id: Mapped[int] = mapped_column(primary_key=True)
    seen: Mapped[int] = mapped_column(server_onupdate=FetchedValue())
    word: Mapped[str]


class Total(Base):
    """Its rule reads what the database computes."""

    __tablename__ = "totals"
    id: Mapped[int] = mapped_column(primary_key=True)
    double: Mapped[int] = mapped_column(Integer, Computed("id * 2"))
    word: Mapped[str]
    plain: Mapped[str]


class Loud(Base):
    """A table in capitals."""

    __tablename__ = "Loud"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]


class Numbered(Base):
    """Is called as SQLAlchemy calls an alias of folders."""

    __tablename__ = "folders_1"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]


class Long(Base):
    """With its schema it has one letter more than PostgreSQL lets a name have."""

    __tablename__ = "n" * 32
    __table_args__ = ({"schema": "s" * 31},)
    id: Mapped[int] = mapped_column(primary_key=True)


class NotSoLong(Base):
    """With its schema it has as many letters as PostgreSQL lets a name have."""

    __tablename__ = "n" * 32
    __table_args__ = ({"schema": "s" * 30},)
    id: Mapped[int] = mapped_column(primary_key=True)


class Odds(Base):
    """With rules that hold constants of every kind."""

    __tablename__ = "odds"
    id: Mapped[int] = mapped_column(primary_key=True)
    odd: Mapped[str] = mapped_column(Odd)
    word: Mapped[str]


class Folded(Base):
    """With a restriction that reads two columns, which have defaults; one changes by itself."""

    __tablename__ = "folded"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_gone: Mapped[bool] = mapped_column(default=False)
    is_old: Mapped[bool] = mapped_column(default=False, onupdate=True)
    word: Mapped[str | None]


class Hidden(Base):
    """With two masked columns; one has a default."""

    __tablename__ = "hidden"
    id: Mapped[int] = mapped_column(primary_key=True)
    bare: Mapped[str | None]
    kept: Mapped[str | None] = mapped_column(default="x")


class Mirror(Base):
    """Follows a note; its name is a note's, in capitals."""

    __tablename__ = "NOTES"
    __table_args__ = ({"schema": "mirror"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"))
    note: Mapped[Note] = relationship()


class Echo(Base):
    """Follows a table in capitals; its name is that one's, in small letters."""

    __tablename__ = "loud"
    __table_args__ = ({"schema": "mirror"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    loud_id: Mapped[int] = mapped_column(ForeignKey("Loud.id"))
    loud: Mapped["Loud"] = relationship()


class Fenced(Base):
    """Everybody reads it, behind a barrier."""

    __tablename__ = "fenced"
    id: Mapped[int] = mapped_column(primary_key=True)


class Stored(Base):
    """Open, in a schema."""

    __tablename__ = "stored"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)


class Bare(Base):
    """Open, with a namesake in a schema."""

    __tablename__ = "stored"
    id: Mapped[int] = mapped_column(primary_key=True)


class Pointer(Base):
    """Its rule reads a table of a schema."""

    __tablename__ = "pointers"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]


class Ledger(Base):
    """In a schema; its mask is lifted for its owner, and its check asks another table."""

    __tablename__ = "ledgers"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    secret: Mapped[str | None]


class Sheet(Base):
    """Is read by who reads anything of its name outside its schema."""

    __tablename__ = "sheets"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)


class Namesake(Base):
    """Open, and named like a table of a schema."""

    __tablename__ = "sheets"
    id: Mapped[int] = mapped_column(primary_key=True)


class Leaf(Base):
    """Belongs to a sheet that its writer must be able to read."""

    __tablename__ = "leaves"
    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("archive.sheets.id"))
    sheet: Mapped[Sheet] = relationship()


class Gauge(Base):
    """What it becomes is judged by who acts alone."""

    __tablename__ = "gauges"
    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]


class Given(Base):
    """May be given to anybody by its owner; it hides where its word is known."""

    __tablename__ = "given"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    word: Mapped[str | None]


class Twice(ColumnElement[int]):
    """An element that renders itself, and is trusted to."""

    __visit_name__ = "twice"
    inherit_cache = True


class Made(ColumnElement[int]):
    """One that renders itself, and says that it is SQLAlchemy's."""

    __visit_name__ = "made"
    __module__ = "sqlalchemy.made"
    inherit_cache = True


class Thrice(ColumnElement[int]):
    """One that nobody trusts."""

    __visit_name__ = "thrice"
    inherit_cache = True


class Marking(ColumnElement[int]):
    """A trusted one whose text holds what SQLAlchemy takes for an expanding bind."""

    __visit_name__ = "marking"
    inherit_cache = True

    def __init__(self, text: str) -> None:
        self.text = text


class Fourth(Thrice):
    """One that is trusted by its own name, though not the one that it is rendered as."""

    inherit_cache = True


class Wrapped(Grouping[Any]):
    """Rendered as SQLAlchemy renders a pair of brackets, and not of its module."""

    inherit_cache = True


class Derived(Twice):
    """One that is rendered as another one is."""

    inherit_cache = True


@compiles(Twice)
@compiles(Made)
@compiles(Thrice)
def _itself(_element: Any, _compiler: Any, **kw: Any) -> str:
    return "2" if "literal_binds" not in kw else "two"


@compiles(Marking)
def _marking(element: Any, _compiler: Any, **_kw: Any) -> str:
    return f"'{element.text}'"


class Sealed(Base):
    """For nobody."""

    __tablename__ = "sealed"
    id: Mapped[int] = mapped_column(primary_key=True)


pairs = Table(
    "pairs",
    Base.metadata,
    Column("a", Integer, primary_key=True),
    Column("b", Integer, primary_key=True),
    Column("role", String),
    Column("note", Text),
    Column("odd", Odd),
    Column("data", JSON),
    Column("flag", Boolean),
    Column("kind", Enum(Kind)),
    Column("word", Enum(Kind, native_enum=False)),
    Column("size", Integer),
    Column("price", Numeric),
    Column("day", Date),
    Column("at", DateTime),
    Column("time", Time),
    Column("span", Interval),
    Column("uuid", Uuid),
)


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
    stamps.allow("update", to="reader", when=exists(select(Folder.id).where(Folder.id == Stamp.owner)))
    stamps.allow("read", "create", "update", "delete", when=Stamp.owner == principal.id, check=Stamp.seen < 9)
    _add_odds(catalog)
    _add_further(catalog)
    return catalog


def _add_odds(catalog: Catalog) -> None:
    """Add what is there for one thing each."""
    catalog.open(Word, reason="public")
    catalog.policy(Sealed)
    catalog.policy(Free).allow("read", "create", "update", "delete")
    catalog.policy(Tick).allow("read", "create", "update", "delete", when=Tick.seen < 9)
    catalog.policy(Tock).allow("read", "create", "update", "delete", when=Tock.seen < 9)
    totals = catalog.policy(Total)
    totals.allow("read", "create", "delete")
    totals.allow("update", when=or_(Total.double < 9, Total.word == "x"))
    odds = catalog.policy(Odds)
    odds.allow("read", when=or_(Odds.odd == "x", tuple_(Odds.id, Odds.word).in_([(1, "a"), (2, "b")]), Odds.id == 3))
    odds.allow("update", when=or_(principal.has_role("editor"), Odds.id == 3))
    odds.allow("update", to="reader", when=~principal.has_role("editor"))
    odds.allow("create", when=Odds.word == principal.attr("word", String()))
    catalog.open(Stored, reason="open")
    catalog.open(Bare, reason="open")
    stored, loud = aliased(Stored, name="s"), aliased(Folder, name="loud")
    pointers = catalog.policy(Pointer)
    pointers.allow("read", when=exists().where(Archived.id == Pointer.at, Archived.owner == principal.id))
    pointers.allow("update", when=exists(select(stored.id).where(stored.id == Pointer.at)))
    catalog.policy(Loud).restrict("delete", when=~exists(select(loud.id).where(loud.id == Loud.id)), name="loud")
    catalog.trust(Twice, reason="it is a number")
    catalog.policy(Fenced, barrier=True).allow("read")
    catalog.allow_function("own.abs", reason="it is ours")
    catalog.trust(Fourth, reason="it is a number")
    catalog.policy(Mirror).allow("read", when=can("read", Mirror.note))
    catalog.policy(Echo).allow("read", when=can("read", Echo.loud))
    folded = catalog.policy(Folded)
    folded.restrict(when=and_(~Folded.is_gone, ~Folded.is_old), name="folded")
    folded.allow("read", "create", "update")
    hidden = catalog.policy(Hidden)
    hidden.allow("read", "create")
    hidden.mask(Hidden.bare)
    hidden.mask(Hidden.kept, writable=Hidden.id == 3)
    catalog.trust(Made, reason="so is this")
    catalog.trust(Marking, reason="it is a word")
    for model in (Loud, Numbered, Long, NotSoLong):
        catalog.policy(model).allow("read", "create", "update", "delete", when=model.id > 1)
    both = catalog.policy(pairs)
    both.allow("read", when=principal.has_role(pairs.c.role))
    both.allow("update", when=pairs.c.a == principal.attr("a", Integer()))
    both.allow("update", to="editor", columns=[pairs.c.note])
    both.allow("delete", when=pairs.c.b == 7)


def _add_further(catalog: Catalog) -> None:
    """Add what is there for one question of a check each."""
    ledgers = catalog.policy(Ledger)
    ledgers.allow("read")
    ledgers.allow("create", "update", when=exists(select(Folder.id).where(Folder.id == Ledger.owner)))
    ledgers.mask(Ledger.secret, unless_when=Ledger.owner == principal.id)
    catalog.policy(Sheet).allow("read", when=exists(select(Namesake.id).where(Namesake.id == Sheet.id)))
    catalog.open(Namesake, reason="open")
    catalog.policy(Leaf).allow("read", "create", "update", when=can("read", Leaf.sheet))
    gauges = catalog.policy(Gauge)
    gauges.allow("read", "create")
    gauges.allow("update", when=Gauge.id > 1, check=principal.attr("a", Integer()) > 3)
    given = catalog.policy(Given)
    given.restrict(when=Given.word.is_(None), name="word")
    given.allow("read", "create")
    given.allow("update", when=Given.owner == principal.id, check=true())


OWNER = Principal(1, set(), {"a": 5})
READER = Principal(2, {"reader"})
EDITOR = Principal(3, {"editor"})
ADMIN = Principal(4, {"admin"})
NOBODY = Principal.anonymous()
