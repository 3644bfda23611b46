"""What happened, for good: the application may add lines and read them, and nothing else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rowgate.server.identifiers import uuid7
from rowgate.server.models.base import Base


class AuditEntry(Base):
    """One line: who did what to which row, when, why, and from where.

    It names users and rows by key, without foreign keys: a line stays true when what it names is gone.
    """

    __tablename__ = "audit_log"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    kind: Mapped[str] = mapped_column(String(50))
    actor_id: Mapped[UUID | None] = mapped_column()
    target_type: Mapped[str | None] = mapped_column(String(50))
    target_id: Mapped[UUID | None] = mapped_column()
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    reason: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[str | None] = mapped_column(String(64))
    request: Mapped[str | None] = mapped_column(String(255))
    request_id: Mapped[str | None] = mapped_column(String(128))

    # A line is never read back when it is added: PostgreSQL gives back only rows that whoever acts may read, and nobody
    # who is unknown reads the line about herself.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it

    # The list goes by key, newest first, and so does each filter of it.
    __table_args__ = (
        Index("ix_audit_log_kind_id", kind, id),
        Index("ix_audit_log_actor_id_id", actor_id, id),
        Index("ix_audit_log_target_id_id", target_id, id),
    )
