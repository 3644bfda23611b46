"""A small world of what the other one has not: followed tables, leaves, columns, roles in columns, types, masks by role."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from sqlalchemy import Date, DateTime, ForeignKey, Integer, Numeric, String, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from rowgate import EVERYONE, Catalog, Principal, can, principal


class Base(DeclarativeBase):
    """Their base."""


class Colour(Enum):
    """Stored by name."""

    RED = "r"
    GREEN = "g"


class Folder(Base):
    """Owned, perhaps in another one; a role may be named in it."""

    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[int | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    team: Mapped[str | None]
    colour: Mapped[Colour | None]
    public: Mapped[bool] = mapped_column(default=False)
    members: Mapped[list["Member"]] = relationship(back_populates="folder")


class Member(Base):
    """Somebody in a folder. Its policy reads folders, whose policy reads members."""

    __tablename__ = "members"
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str | None]
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    folder: Mapped[Folder] = relationship(back_populates="members")


class Paper(Base):
    """The root of a joined hierarchy, in a folder or in none."""

    __tablename__ = "papers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    title: Mapped[str | None]
    note: Mapped[str | None]
    secret: Mapped[str | None]
    day: Mapped[date | None] = mapped_column(Date)
    price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    words: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    data: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    touched: Mapped[int] = mapped_column(default=0, onupdate=1)
    folder: Mapped[Folder | None] = relationship()
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "paper"}  # noqa: RUF012 - SQLAlchemy reads it


class Letter(Paper):
    """A leaf without rules of its own."""

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    greeting: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "letter"}  # noqa: RUF012 - idem


class Line(Base):
    """A line of a paper, which it follows."""

    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("papers.id"))
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    text: Mapped[str]
    paper: Mapped[Paper | None] = relationship()
    folder: Mapped[Folder | None] = relationship()


BOUND = datetime(2026, 1, 1, tzinfo=UTC)


def make_catalog() -> Catalog:
    """Return a new catalog."""
    catalog = Catalog(Base, principal_id=Integer())
    folders = catalog.policy(Folder)
    folders.restrict(when=or_(Folder.colour.is_(None), Folder.colour != Colour.RED), name="no red", lift="painter")
    folders.restrict(
        "read", when=~Folder.members.any(and_(Member.user_id == principal.id, Member.level == "banned")), name="bans"
    )
    folders.allow("read", "update", "delete", when=Folder.owner == principal.id, name="owner's")
    folders.allow("create", to={"maker", 'o\'brien \\ "x"'}, when=Folder.parent_id.is_(None))
    folders.allow("read", when=principal.has_role(Folder.team), name="team")
    folders.allow("read", to=EVERYONE, when=Folder.public, name="public")
    live = or_(Member.until.is_(None), Member.until > BOUND)
    folders.allow(
        "read",
        when=Folder.members.any(and_(Member.user_id == principal.id, live, Member.level.in_(["read", "write"]))),
        name="members",
    )
    folders.allow(
        "update",
        when=Folder.members.any(and_(Member.user_id == principal.id, Member.level == "write")),
        check=Folder.owner.is_not(None),
        name="writers",
    )
    members = catalog.policy(Member)
    members.allow(
        "read", "create", "update", "delete", when=Member.folder.has(Folder.owner == principal.id), name="owner's"
    )
    members.allow("read", when=Member.user_id == principal.id)
    papers = catalog.policy(Paper)
    papers.mask(Paper.secret, unless="auditor", writable=Paper.title == "open")
    papers.allow("read", when=can("read", Paper.folder), name="folder")
    papers.allow("read", to="auditor")
    papers.allow(
        "read",
        to=EVERYONE,
        when=and_(Paper.folder_id.is_(None), Paper.day < date(2026, 5, 1), Paper.price > Decimal("1.50")),
    )
    papers.allow("read", when=or_(Paper.words.contains(["it's 100%"]), Paper.data["n"].as_integer() == 7), name="types")
    papers.allow(
        "update",
        when=can("update", Paper.folder),
        columns=[Paper.title],
        check=Paper.note.is_distinct_from("no"),
        name="titles",
    )
    papers.allow("update", to="auditor", columns=[Paper.note], name="notes")
    papers.allow("update", "delete", to="chief")
    papers.allow("create", when=Paper.folder_id.in_(select(Folder.id).where(Folder.owner == principal.id)))
    lines = catalog.policy(Line)
    lines.allow("read", "update", when=can("read", Line.paper), name="paper")
    lines.allow("delete", when=can("update", Line.paper), name="paper's writer")
    lines.allow("create", when=can("update", Line.folder), name="folder's writer")
    cheap = select(func.min(Paper.price)).where(Paper.folder_id == Line.folder_id).scalar_subquery()
    lines.allow(
        "read", when=and_(Line.text.startswith("50%_'"), cheap < principal.attr("purse", Numeric())), name="cheap"
    )
    lines.restrict("read", when=~Line.folder.has(Folder.owner == principal.attr("foe", Integer())), name="foes")
    return catalog


def populate(session: Session) -> None:
    """Put in rows of every kind."""
    session.add_all(
        [
            Folder(id=1, owner=1), Folder(id=2, owner=2, colour=Colour.GREEN), Folder(id=3, owner=1, colour=Colour.RED),
            Folder(id=4, owner=None, team="blue"), Folder(id=5, owner=2, public=True), Folder(id=6, owner=3, team="x"),
            Folder(id=7, owner=2, colour=Colour.RED, public=True),
        ]
    )  # fmt: skip
    session.flush()
    session.add_all(
        [
            Member(folder_id=2, user_id=1, level="read"), Member(folder_id=5, user_id=1, level="banned"),
            Member(folder_id=6, user_id=1, level="write"), Member(folder_id=6, user_id=2, level="read", until=BOUND),
            Member(folder_id=4, user_id=3, level="write", until=BOUND + timedelta(days=1)),
            Member(folder_id=2, user_id=3, level=None),
        ]
    )  # fmt: skip
    for n, folder in enumerate((1, 2, 3, 4, 5, 6, 7, None, None), 1):
        cls, more = (Letter, {"greeting": f"dear {n}"}) if n % 2 else (Paper, {})
        session.add(
            cls(
                id=n, folder_id=folder, title="open" if n % 3 else None, note=f"n{n}", secret=f"s{n}", price=Decimal(n) / 2,
                day=date(2026, n, 1), words=["it's 100%", "b"] if n == 6 else None if n % 2 else [], data={"n": n}, **more,
            )
        )  # fmt: skip
    session.flush()
    for n in range(1, 10):
        session.add(Line(paper_id=n, folder_id=n if n < 8 else None, text=f"50%_'{n}" if n % 2 else "50x"))
    session.add(Line(paper_id=None, folder_id=2, text="50%_'lost"))


EVERYBODY = {
    "1": Principal(1, {"blue"}, {"purse": Decimal("2.5")}),
    "1 painter": Principal(1, {"painter"}, {"purse": 10, "foe": 2}),
    "2 maker": Principal(2, {"maker", "x"}, {"foe": 1}),
    "3": Principal(3),
    "3 odd": Principal(3, {'o\'brien \\ "x"', "blue"}, {"purse": Decimal(100)}),
    "4 auditor": Principal(4, {"auditor"}),
    "1 chief": Principal(1, {"chief", "auditor"}, {"foe": 4}),
    "anonymous": Principal.anonymous({"purse": 99}),
}
