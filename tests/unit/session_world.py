"""A small guarded world in SQLite's memory, new for each test: notes that belong to somebody, and reports among them."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Engine, ForeignKey, Integer, StaticPool, create_engine, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import EVERYONE, AuditEvent, Catalog, Principal, guarded_sessionmaker, principal


class Base(DeclarativeBase):
    """The tables of this world."""


class User(Base):
    """Somebody who writes notes; open for reading, and for new ones."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Note(Base):
    """Read and written by its owner, read by readers unless it is a secret; what is gone is restricted."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="note")
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", deferrable=True, initially="DEFERRED"))
    body: Mapped[str] = mapped_column(default="new")
    gone: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str | None]
    """Who holds this role may read it."""
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "note"}  # noqa: RUF012 - SQLAlchemy reads it


class Report(Note):
    """A note with a table of its own, and a restriction there."""

    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(ForeignKey("notes.id"), primary_key=True)
    draft: Mapped[bool]
    __mapper_args__ = {"polymorphic_identity": "report"}  # noqa: RUF012 - SQLAlchemy reads it


class Line(Base):
    """One line of text that everybody may write; its reader finds nothing in the policy but a constant."""

    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]


ANN = Principal(1)
BOB = Principal(2)
READER = Principal(3, {"reader"})
ADMIN = Principal(1, {"admin"})
"""She owns what Ann owns, and may lift."""
ANNS = ["draft", "plain", "report"]
"""What Ann reads of her notes: a draft is hidden as a report only."""


def make_catalog() -> Catalog:
    """Return a new catalog of this world, not frozen yet."""
    catalog = Catalog(Base, principal_id=Integer(), roles={"reader", "admin", "editor"})
    notes = catalog.policy(Note)
    notes.restrict(when=~Note.gone, name="gone", lift="admin")
    notes.allow("read", "create", "update", "delete", when=Note.owner_id == principal.id)
    notes.allow("read", to="reader", when=Note.body != "secret")
    notes.allow("read", when=principal.has_role(Note.role))
    reports = catalog.policy(Report)
    reports.restrict(when=~Report.draft, name="draft", lift="admin")
    reports.allow("read", "create", "update", "delete")
    lines = catalog.policy(Line)
    lines.allow("read", "create", "update", "delete", to=EVERYONE, when=Line.text.is_distinct_from("hidden"))
    catalog.open(User, reason="names are public", actions=("read", "create"))
    return catalog


class World:
    """One database, the application's engine on it, and what the audit was told."""

    def __init__(self, **options: Any) -> None:
        self.engine: Engine = create_engine("sqlite://", poolclass=StaticPool, **options)
        event.listen(self.engine, "connect", _enforce_foreign_keys)
        Base.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            for table, rows in ROWS.items():
                connection.execute(insert(Base.metadata.tables[table]), rows)
        self.audited: list[AuditEvent] = []

    def maker(self, catalog: Catalog | None = None, **options: Any) -> Any:
        """Return a guarded sessionmaker."""
        return guarded_sessionmaker(
            self.engine, make_catalog() if catalog is None else catalog, audit=self.audited.append, **options
        )

    def copied(self, path: Any) -> Engine:
        """Return an engine that nobody has connected with yet, on a copy of the database in a file."""
        owner = create_engine(f"sqlite:///{path}")
        with self.engine.connect() as source, owner.connect() as copy:
            driver: Any = source.connection.driver_connection
            driver.backup(copy.connection.driver_connection)
        owner.dispose()
        return create_engine(f"sqlite:///{path}")

    def stored(self, statement: Any) -> list[Any]:
        """Return the values of a column, as nobody guards them, in order."""
        with self.engine.connect() as connection:
            return sorted(connection.scalars(statement))


def _enforce_foreign_keys(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def _note(id_: int, owner: int, body: str, *, gone: bool = False, role: str | None = None) -> dict[str, Any]:
    kind = "report" if body in ("report", "draft") else "note"
    return {"id": id_, "kind": kind, "owner_id": owner, "body": body, "gone": gone, "role": role}


ROWS: dict[str, list[dict[str, Any]]] = {
    "users": [{"id": n, "name": name} for n, name in enumerate(("ann", "bob", "cid"), 1)],
    "notes": [
        _note(1, 1, "plain"), _note(2, 1, "gone", gone=True), _note(3, 2, "bobs"), _note(4, 2, "secret"),
        _note(5, 2, "edited", role="editor"), _note(6, 1, "report"), _note(7, 1, "draft"),
    ],
    "reports": [{"id": 6, "draft": False}, {"id": 7, "draft": True}],
    "lines": [{"id": 1, "text": "shown"}, {"id": 2, "text": "hidden"}],
}  # fmt: skip

Work = Callable[[Any], Any]


def listening(target: Any, name: str, listener: Callable[..., Any], work: Callable[[], Any], **options: Any) -> Any:
    """Do some work while somebody listens."""
    event.listen(target, name, listener, **options)
    try:
        return work()
    finally:
        event.remove(target, name, listener)


def bodies(session: Any, *options: Any) -> Iterable[str]:
    """Return the bodies of the notes that a session reads, sorted."""
    return sorted(session.scalars(select(Note.body).options(*options)))


def within(world: World, who: Any, work: Work, **options: Any) -> Any:
    """Do some work in a session of a principal."""
    with world.maker()(who, **options) as session:
        return work(session)


def bodies_of(maker: Any, who: Principal) -> Iterable[str]:
    """Return what a principal reads in a session of her own."""
    with maker(who) as session:
        return bodies(session)
