"""Configurations, and the roles that they are granted to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rowgate.server.identifiers import uuid7
from rowgate.server.models.base import Base, Expires


class Configuration(Base):
    """A named value, any JSON."""

    __tablename__ = "configurations"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - `updated_at` comes back with the UPDATE: no lazy load

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    value: Mapped[Any] = mapped_column(JSONB)
    description: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class RoleConfiguration(Expires, Base):
    """That all who have a role have a configuration: at which level, by whose hand, until when."""

    __tablename__ = "role_configurations"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - SQLAlchemy reads it

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    role_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id", ondelete="RESTRICT"), index=True)
    configuration_id: Mapped[UUID] = mapped_column(ForeignKey("configurations.id", ondelete="RESTRICT"))
    access_level: Mapped[int] = mapped_column(default=1, server_default="1")
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)

    role = relationship("Role", lazy="raise")
    configuration: Mapped["Configuration"] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("access_level >= 1", name="access_level"),
        Index("uq_role_configurations_configuration_id_role_id", configuration_id, role_id, unique=True),
    )
