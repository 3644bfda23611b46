"""What an account leaves in the database: log-ins and their tokens, API keys, failed attempts, idempotency keys.

Of each secret there is only its SHA-256: they are random, so that a slow hash would add nothing, and found by it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, func, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from rowgate.server.identifiers import uuid7
from rowgate.server.models.base import Base


class LoginSession(Base):
    """A log-in: what its refresh tokens follow from, and what its access tokens live and die with."""

    __tablename__ = "login_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    roles: Mapped[list[str] | None] = mapped_column(ARRAY(String(50)))
    """The most roles that its tokens activate; None is every role that the user holds."""
    user_agent: Mapped[str | None] = mapped_column(String(255))
    address: Mapped[str | None] = mapped_column(String(45))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(String(20))

    @classmethod
    def in_force(cls) -> ColumnElement[bool]:
        """Say in SQL that the log-in is neither over nor revoked, on the database's clock."""
        return cls.revoked_at.is_(None) & (cls.expires_at > func.statement_timestamp())


class RefreshToken(Base):
    """One of the tokens of a log-in. Each is good once; a second use means that somebody else has it."""

    __tablename__ = "refresh_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("login_sessions.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key by which programs act as its user, with no more than these roles."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(20))
    """The beginning of the key, by which people tell theirs apart."""
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    roles: Mapped[list[str] | None] = mapped_column(ARRAY(String(50)))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def in_force(cls) -> ColumnElement[bool]:
        """Say in SQL that the key is neither over nor revoked, on the database's clock."""
        lasting = or_(cls.expires_at.is_(None), cls.expires_at > func.statement_timestamp())
        return cls.revoked_at.is_(None) & lasting


class LoginAttempts(Base):
    """How often somebody tried of late: a row for each name and address, by the hash of it.

    A hash, since people type their password where the name belongs.
    """

    __tablename__ = "login_attempts"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    attempts: Mapped[int]
    resets_at: Mapped[datetime] = mapped_column(index=True)


class PasswordResetToken(Base):
    """A token that was sent to a user who forgot her password; good once, for a short time."""

    __tablename__ = "password_reset_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """That a user's request with this key has been answered, and with what.

    It is stored in the transaction of what it made: where there is no such row, nothing was made.
    """

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    """The hash of the request: the same key with another request is a mistake."""
    made_id: Mapped[UUID]
    """The key of the row that the request made."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
