"""What stands between roles: who inherits from whom, and which two nobody may have together (INCITS 359)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from rowgate.server.models.base import Base


class RoleParent(Base):
    """That a senior role inherits whatever a junior one may do. The pairs make no cycle; `rowgate.server.roles` sees to it."""

    __tablename__ = "role_parents"

    senior_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), primary_key=True)
    junior_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)

    __table_args__ = (CheckConstraint("senior_id <> junior_id", name="not_itself"),)


class ExclusionKind(StrEnum):
    """When two roles exclude each other."""

    STATIC = "static"
    """Nobody may hold both (SSD)."""
    DYNAMIC = "dynamic"
    """Nobody may have both active in one session (DSD)."""


class RoleExclusion(Base):
    """That two roles exclude each other; the smaller key comes first, so that a pair is there once."""

    __tablename__ = "role_exclusions"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    first_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), primary_key=True, index=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)

    __table_args__ = (
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint("kind IN ('static', 'dynamic')", name="kind"),
    )
