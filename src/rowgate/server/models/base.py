"""What all tables share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Uuid, func, or_
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement


class Base(AsyncAttrs, DeclarativeBase):
    """What all tables share. Constraints have names, or a migration could not drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {UUID: Uuid(), datetime: DateTime(timezone=True)}  # noqa: RUF012 - SQLAlchemy reads it


class Expires:
    """A grant that may end. Expiry is a condition in SQL: there is no job to run."""

    expires_at: Mapped[datetime | None] = mapped_column(sort_order=1)

    @classmethod
    def in_force(cls) -> ColumnElement[bool]:
        """Say in SQL that the grant has not expired, on the database's clock, as each statement begins."""
        return or_(cls.expires_at.is_(None), cls.expires_at > func.statement_timestamp())
