"""A small world for the library's tests: models, their policies, rows of every kind, and the truth about who sees what.

The truth is plain Python over the rows as they were put in. It never asks the gate, nor the decisions that it renders.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID, uuid4, uuid5

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    and_,
    exists,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from rowgate import EVERYONE, Catalog, Principal, principal

SPACE = UUID(int=0xFEED)
A, B, C, D = (UUID(int=n) for n in (0xA, 0xB, 0xC, 0xD))
"""Users: a and b own documents, c is blocked by b, d is somebody else."""
NAMES = {A: "a", B: "b", C: "c", D: "d"}
SECRET = "TOP-SECRET-HASH-OF-"


class Base(DeclarativeBase):
    """The declarative base of the world."""


class User(Base):
    """Somebody; the hash is masked for everybody, the email for all but its owner."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("name", name="users_name_key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    email: Mapped[str | None]
    hashed_password: Mapped[str | None]
    documents: Mapped[list["Document"]] = relationship(back_populates="owner")


document_tags = Table(
    "document_tags",
    Base.metadata,
    Column("document_id", ForeignKey("documents.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Document(Base):
    """What it is all about."""

    __tablename__ = "documents"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    is_public: Mapped[bool] = mapped_column(default=False)
    is_paid: Mapped[bool] = mapped_column(default=False)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(DateTime, server_default=func.now())
    owner: Mapped[User] = relationship(back_populates="documents")
    shares: Mapped[list["Share"]] = relationship(back_populates="document")
    comments: Mapped[list["Comment"]] = relationship(back_populates="document", order_by="Comment.id")
    tags: Mapped[list["Tag"]] = relationship(secondary=document_tags, order_by="Tag.id")


class Share(Base):
    """A document, given to somebody to read."""

    __tablename__ = "shares"
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    document: Mapped[Document] = relationship(back_populates="shares")


class Comment(Base):
    """A remark; its author is checked at commit."""

    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    author_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", name="comments_author_fkey", deferrable=True, initially="DEFERRED")
    )
    body: Mapped[str]
    document: Mapped[Document] = relationship(back_populates="comments")


class Tag(Base):
    """A word of the public vocabulary."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]


class Block(Base):
    """Somebody who does not want her documents read by somebody else. Read by a negated sub-select of a policy."""

    __tablename__ = "blocks"
    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)


class OfTenant:
    """A mixin whose one callable policy is for every class that has it."""

    tenant_id: Mapped[int]


class Project(OfTenant, Base):
    """Something of a tenant."""

    __tablename__ = "projects"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Invoice(OfTenant, Base):
    """Something else of a tenant."""

    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int]


ROLES = {"admin", "paid_user", "free_user"}


def make_catalog() -> Catalog:
    """Return a new catalog of the world, not frozen yet."""
    catalog = Catalog(Base, principal_id=Uuid(), roles=ROLES)
    documents = catalog.policy(Document)
    documents.restrict(when=~Document.is_deleted, name="soft-delete", lift="admin")
    blocked = exists().where(Block.blocker_id == Document.owner_id, Block.blocked_id == principal.id)
    documents.restrict("read", when=~blocked, name="blocks")
    documents.allow("read", "update", to="admin")
    documents.allow("read", to="paid_user", when=Document.is_public)
    documents.allow("read", to="free_user", when=and_(Document.is_public, ~Document.is_paid))
    documents.allow("read", "update", "delete", when=Document.owner_id == principal.id, name="owner")
    documents.allow("create", when=Document.owner_id == principal.id)
    documents.allow("read", when=Document.shares.any(Share.user_id == principal.id))
    users = catalog.policy(User)
    users.mask(User.hashed_password)
    users.mask(User.email, unless_when=User.id == principal.id, reads="hidden", writable=User.id == principal.id)
    users.allow("read", to=EVERYONE)
    users.allow("update", when=User.id == principal.id)
    users.allow("create", to="admin")
    shares = catalog.policy(Share)
    shares.allow("read", when=Share.user_id == principal.id)
    shares.allow("read", "create", "delete", when=Share.document.has(Document.owner_id == principal.id))
    comments = catalog.policy(Comment)
    comments.allow("read", when=Comment.document.has(and_(Document.is_public, ~Document.is_deleted)))
    comments.allow("read", "create", "update", "delete", when=Comment.author_id == principal.id)
    links = catalog.policy(document_tags)
    mine = exists().where(Document.id == document_tags.c.document_id, Document.owner_id == principal.id)
    links.allow("read")
    links.allow("create", "delete", when=mine)
    blocks = catalog.policy(Block)
    blocks.allow("read", "create", "delete", when=Block.blocker_id == principal.id)
    tenants = catalog.policy(OfTenant)
    tenants.restrict(when=lambda cls: cls.tenant_id == principal.attr("tenant", Integer()), name="tenant", check=True)
    tenants.allow("read", "create", "update", "delete")
    catalog.open(Tag, reason="public vocabulary")
    return catalog


@dataclass(frozen=True)
class Row:
    """A document as it was put in."""

    title: str
    owner: UUID
    public: bool
    paid: bool
    deleted: bool

    @property
    def id(self) -> UUID:
        """Its key."""
        return key(self.title)


def key(title: str) -> UUID:
    """Return the primary key of the document of this title."""
    return uuid5(SPACE, title)


ROWS = [
    Row(f"{NAMES[owner]}{public:d}{paid:d}{deleted:d}", owner, public, paid, deleted)
    for owner, public, paid, deleted in product((A, B), (False, True), (False, True), (False, True))
]
SHARED = {("b010", A), ("b011", A), ("a000", C)}
BLOCKED = {(B, C)}
TAGS = ["red", "green"]


def populate(session: Session) -> None:
    """Put in every combination of owner, public, paid and deleted, each with a comment of its owner."""
    session.add_all(
        User(id=key, name=name, email=f"{name}@example.org", hashed_password=SECRET + name)
        for key, name in NAMES.items()
    )
    session.add_all(Tag(id=n, word=word) for n, word in enumerate(TAGS, 1))
    session.flush()
    session.add_all(
        Document(
            id=row.id, title=row.title, owner_id=row.owner, is_public=row.public, is_paid=row.paid,
            is_deleted=row.deleted, pages=n,
        )
        for n, row in enumerate(ROWS, 1)
    )  # fmt: skip
    session.flush()
    session.add_all(Share(document_id=key(title), user_id=user) for title, user in sorted(SHARED))
    session.add_all(Block(blocker_id=blocker, blocked_id=blocked) for blocker, blocked in BLOCKED)
    session.add_all(Comment(document_id=row.id, author_id=row.owner, body=f"on {row.title}") for row in ROWS)
    session.execute(document_tags.insert(), [{"document_id": row.id, "tag_id": 1} for row in ROWS])
    session.add_all(Project(id=n, name=f"p{n}", tenant_id=tenant) for n, tenant in ((1, 1), (2, 1), (3, 2)))
    session.add_all(Invoice(id=n, total=n, tenant_id=tenant) for n, tenant in ((1, 1), (2, 2)))
    session.commit()


FREE_A = Principal(A, {"free_user"}, {"tenant": 1})
PAID_A = Principal(A, {"paid_user"}, {"tenant": 1})
FREE_C = Principal(C, {"free_user"}, {"tenant": 2})
PAID_C = Principal(C, {"paid_user"}, {"tenant": 2})
BARE_D = Principal(D)
ADMIN_D = Principal(D, {"admin"})
NOBODY = Principal.anonymous()
EVERYBODY = {
    "free a": FREE_A, "paid a": PAID_A, "free c": FREE_C, "paid c": PAID_C, "no roles d": BARE_D, "admin d": ADMIN_D,
    "anonymous": NOBODY,
}  # fmt: skip


def sees(who: Principal, row: Row, lifts: Iterable[str] = ()) -> bool:
    """Return whether a principal may read a document: the truth, in plain Python."""
    if row.deleted and "soft-delete" not in lifts:
        return False
    if who.is_anonymous or (row.owner, who.id) in BLOCKED:
        return False
    public = row.public and ("paid_user" in who.roles or ("free_user" in who.roles and not row.paid))
    return "admin" in who.roles or row.owner == who.id or public or (row.title, who.id) in SHARED


def may_change(who: Principal, row: Row) -> bool:
    """Return whether a principal may update a document as it is."""
    return sees(who, row) and ("admin" in who.roles or row.owner == who.id)


def titles(who: Principal, lifts: Iterable[str] = ()) -> list[str]:
    """Return the titles of the documents that a principal may read, sorted."""
    return sorted(row.title for row in ROWS if sees(who, row, lifts))


def sees_comment(who: Principal, row: Row) -> bool:
    """Return whether a principal may read the comment on a document: its rule knows no soft-deleted public one."""
    return not who.is_anonymous and ((row.public and not row.deleted) or row.owner == who.id)
