"""The suite's own world: models of every shape that a way to rows can meet. Who may do what is said in `world_policies`."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    column_property,
    mapped_column,
    relationship,
)

Json = JSON().with_variant(JSONB(), "postgresql")


class Base(AsyncAttrs, DeclarativeBase):
    """The declarative base of the world."""


class User(Base):
    """Somebody. The hash is masked for everybody, the email for all but its owner."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("name", name="users_name_key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    email: Mapped[str | None]
    hashed_password: Mapped[str | None]
    documents: Mapped[list["Document"]] = relationship(back_populates="owner")
    assignments: Mapped[list["UserRole"]] = relationship(back_populates="user")
    role_names: AssociationProxy[list[str]] = association_proxy("assignments", "role_name")


class Role(Base):
    """A role that somebody may hold."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class UserRole(Base):
    """Who holds which role. Only an admin assigns them."""

    __tablename__ = "user_roles"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), primary_key=True)
    remark: Mapped[str | None]
    user: Mapped[User] = relationship(back_populates="assignments")
    role: Mapped[Role] = relationship()

    @property
    def role_name(self) -> str:
        """The name of the role."""
        return self.role.name


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
    title: Mapped[str] = mapped_column(unique=True)
    content: Mapped[str | None]
    pages: Mapped[int] = mapped_column(default=1)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(1))
    created_at: Mapped[datetime] = mapped_column(DateTime, server_default=func.now())
    meta: Mapped[Any] = mapped_column(Json, default=dict)
    labels: Mapped[Any] = mapped_column(Json, default=list)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    is_public: Mapped[bool] = mapped_column(default=False)
    requires_paid_access: Mapped[bool] = mapped_column(default=False)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[User] = relationship(back_populates="documents")
    shares: Mapped[list["Share"]] = relationship(back_populates="document")
    shared_with: AssociationProxy[list[UUID]] = association_proxy("shares", "user_id")
    comments: Mapped[list["Comment"]] = relationship(back_populates="document", order_by="Comment.id")
    comments_to_write: WriteOnlyMapped["Comment"] = relationship(overlaps="comments,document", order_by="Comment.id")
    comments_to_query: DynamicMapped["Comment"] = relationship(
        overlaps="comments,comments_to_write,document", order_by="Comment.id"
    )
    tags: Mapped[list["Tag"]] = relationship(
        secondary=document_tags, order_by="Tag.id", back_populates="documents", lazy="select"
    )

    @hybrid_property
    def shout(self) -> Any:
        """The title in capitals, in Python and in SQL."""
        return self.title.upper()

    @shout.inplace.expression
    @classmethod
    def _shout(cls) -> Any:
        return func.upper(cls.title)


class Share(Base):
    """A document, given to somebody to read."""

    __tablename__ = "document_shares"
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    remark: Mapped[str | None]
    document: Mapped[Document] = relationship(back_populates="shares")
    user: Mapped[User] = relationship()


class Comment(Base):
    """A remark on a document."""

    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]
    document: Mapped[Document] = relationship(back_populates="comments")
    author: Mapped[User] = relationship()


Document.comment_count = column_property(
    select(func.count(Comment.id))
    .where(Comment.document_id == Document.id)
    .correlate_except(Comment)
    .scalar_subquery(),
    deferred=True,
)


class Tag(Base):
    """A word of the public vocabulary: an open table."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]
    documents: Mapped[list[Document]] = relationship(secondary=document_tags, back_populates="tags")


class Block(Base):
    """Somebody who does not want her documents read by somebody else. Read by a negated sub-select of a policy."""

    __tablename__ = "blocks"
    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)


class Folder(Base):
    """A tree, by owner. Orphans are deleted."""

    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    parent: Mapped["Folder | None"] = relationship(back_populates="children", remote_side=[id])
    children: Mapped[list["Folder"]] = relationship(
        back_populates="parent", cascade="all, delete-orphan", order_by="Folder.id"
    )


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
    text: Mapped[str]
    total: Mapped[int]


class Note(Base):
    """A note; memos and tasks are notes too, in the same table."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "note"}  # noqa: RUF012 - SQLAlchemy reads it


class Memo(Note):
    """A note to somebody."""

    addressee: Mapped[str | None]
    __mapper_args__ = {"polymorphic_identity": "memo"}  # noqa: RUF012


class Task(Note):
    """A note of what is to be done."""

    effort: Mapped[int | None]
    __mapper_args__ = {"polymorphic_identity": "task"}  # noqa: RUF012


class Posting(Base):
    """A line in a ledger: columns whose names in the database are others than in Python, one a reserved word."""

    __tablename__ = "ledger"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column("owner", ForeignKey("users.id"))
    cents: Mapped[int] = mapped_column("amount_cents")
    text: Mapped[str] = mapped_column("select")


class Measurement(Base):
    """A row with a composite key."""

    __tablename__ = "measurements"
    station: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    value: Mapped[int]


class Vault(Base):
    """Behind a barrier: no condition of a query runs before the policy has judged."""

    __tablename__ = "vaults"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    code: Mapped[str]


class Draft(Base):
    """A row whose versions are counted by the unit of work."""

    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Scratch(Base):
    """An open table: everybody may do everything."""

    __tablename__ = "scratch"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]


VIEWS: dict[str, Any] = {"document_titles": select(Document.id, Document.title)}
"""Views of the database, which no catalog names."""
