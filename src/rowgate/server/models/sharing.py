"""Documents that their owners share."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rowgate.server.identifiers import uuid7
from rowgate.server.models.base import Base, Expires


class ShareLevel(StrEnum):
    """What a share lets do; each level includes the ones before it."""

    VIEWER = "viewer"
    EDITOR = "editor"

    def or_higher(self) -> list[str]:
        """Return this level and all that include it."""
        levels = list(ShareLevel)
        return [level.value for level in levels[levels.index(self) :]]


class DocumentShare(Expires, Base):
    """That a document is shared with a user or with all who have a role: at which level, by whom, until when."""

    __tablename__ = "document_shares"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - SQLAlchemy reads it

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    role_id: Mapped[UUID | None] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), index=True)
    level: Mapped[str] = mapped_column(String(10))
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)

    role = relationship("Role", lazy="raise")

    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (role_id IS NULL)", name="one_grantee"),
        CheckConstraint("level IN ('viewer', 'editor')", name="level"),
        Index("uq_document_shares_document_id_user_id", document_id, user_id, unique=True),
        Index("uq_document_shares_document_id_role_id", document_id, role_id, unique=True),
    )
