"""The server's tables: users, roles, who holds which role, documents, and in modules of their own the rest.

Every relationship is `lazy="raise"`: a query asks for what it needs, or it fails in the first test. Foreign keys are
RESTRICT and nothing cascades: a purge says what happens to the rows that it leaves behind.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Computed, ForeignKey, Index, String, Table, Text, and_, false, func, true
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rowgate.server.identifiers import uuid7
from rowgate.server.models.accounts import ApiKey as ApiKey
from rowgate.server.models.accounts import IdempotencyKey as IdempotencyKey
from rowgate.server.models.accounts import LoginAttempts as LoginAttempts
from rowgate.server.models.accounts import LoginSession as LoginSession
from rowgate.server.models.accounts import PasswordResetToken as PasswordResetToken
from rowgate.server.models.accounts import RefreshToken as RefreshToken
from rowgate.server.models.audit import AuditEntry as AuditEntry
from rowgate.server.models.base import Base as Base
from rowgate.server.models.base import Expires
from rowgate.server.models.configurations import Configuration as Configuration
from rowgate.server.models.configurations import RoleConfiguration as RoleConfiguration
from rowgate.server.models.hierarchy import ExclusionKind as ExclusionKind
from rowgate.server.models.hierarchy import RoleExclusion as RoleExclusion
from rowgate.server.models.hierarchy import RoleParent as RoleParent
from rowgate.server.models.sharing import DocumentShare as DocumentShare
from rowgate.server.models.sharing import ShareLevel as ShareLevel


class RoleName(StrEnum):
    """The three roles that the first migration stores; no more are fixed in code."""

    ADMIN = "admin"
    PAID_USER = "paid_user"
    FREE_USER = "free_user"


class HasAccessControl:
    """The columns that the access policies of a kind of content read.

    Each default stands in Python, for the object, and in the database, for rows that come from elsewhere.
    """

    is_deleted: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_public: Mapped[bool] = mapped_column(default=True, server_default=true())
    requires_paid_access: Mapped[bool] = mapped_column(default=False, server_default=false())


class User(Base):
    """Somebody who can log in. The name and the address are unique whatever their case."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    username: Mapped[str] = mapped_column(String(50))
    email: Mapped[str] = mapped_column(String(255))
    hashed_password: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    role_assignments: Mapped[list["UserRole"]] = relationship(
        back_populates="user", foreign_keys="UserRole.user_id", lazy="raise", passive_deletes="all"
    )
    roles: Mapped[list["Role"]] = relationship(
        secondary="user_roles",
        primaryjoin=lambda: and_(User.id == UserRole.user_id, UserRole.in_force()),
        secondaryjoin=lambda: Role.id == UserRole.role_id,
        viewonly=True,
        lazy="raise",
    )
    documents: Mapped[list["Document"]] = relationship(back_populates="owner", lazy="raise", passive_deletes="all")

    # Not plain unique constraints: Alice and alice would be two people to the database and one to everybody else.
    __table_args__ = (
        Index("uq_users_username_lower", func.lower(username), unique=True),
        Index("uq_users_email_lower", func.lower(email), unique=True),
    )


class Role(Base):
    """A role that users hold and that policies name."""

    __tablename__ = "roles"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))

    assignments: Mapped[list["UserRole"]] = relationship(back_populates="role", lazy="raise", passive_deletes="all")
    users: Mapped[list["User"]] = relationship(
        secondary="user_roles",
        primaryjoin=lambda: and_(Role.id == UserRole.role_id, UserRole.in_force()),
        secondaryjoin=lambda: User.id == UserRole.user_id,
        viewonly=True,
        lazy="raise",
    )


class UserRole(Expires, Base):
    """That a user holds a role: since when, by whose hand, until when.

    `User.roles` and `Role.users` read through this table and see only what is in force.
    """

    __tablename__ = "user_roles"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True)
    role_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), primary_key=True, index=True)
    assigned_at: Mapped[datetime] = mapped_column(server_default=func.now())
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)

    user: Mapped["User"] = relationship(back_populates="role_assignments", foreign_keys=[user_id], lazy="raise")
    role: Mapped["Role"] = relationship(back_populates="assignments", lazy="raise")


class Document(HasAccessControl, Base):
    """A text that somebody owns. Lists go by `id DESC`: version 7 keys sort by time, so the primary key serves them."""

    __tablename__ = "documents"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - `updated_at` comes back with the UPDATE: no lazy load

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str] = mapped_column(String(255))
    content: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    owner: Mapped["User"] = relationship(back_populates="documents", lazy="raise")

    __table_args__ = (Index("ix_documents_owner_id_id", owner_id, id),)


# One index for each arm of the policy: mine, by `owner_id`, and what is public, by these; the key last, for its order.
Index(
    "ix_documents_visibility",
    Document.is_public,
    Document.requires_paid_access,
    Document.is_deleted,
    Document.id,
)

# What `?q=` searches, made by the database whenever title or content change. No attribute of the class: no object needs
# it, and every INSERT would fetch it. Of the content the first 200,000 characters: PostgreSQL refuses a tsvector above
# one megabyte (https://www.postgresql.org/docs/current/textsearch-limits.html), and the document would not be stored.
SEARCH = Column(
    "search",
    TSVECTOR,
    Computed(
        "setweight(to_tsvector('english'::regconfig, title::text), 'A'::\"char\")"
        " || setweight(to_tsvector('english'::regconfig, left(content, 200000)), 'B'::\"char\")",
        persisted=True,
    ),
)
_documents: Table = Base.metadata.tables["documents"]
_documents.append_column(SEARCH)
Index("ix_documents_search", SEARCH, postgresql_using="gin")
