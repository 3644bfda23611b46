"""What the type checkers make of the public API. Never run: mypy and pyright read it in `make check`."""

from typing import Any, assert_type

from sqlalchemy import ColumnElement, Engine, Select, Table, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from rowgate import Catalog, GuardedSessionmaker, Policy, Principal, guarded_sessionmaker, lift, principal


class Base(DeclarativeBase):
    """A base of one's own."""


class Document(Base):
    """A mapped class."""

    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)


async def find(_connection: AsyncConnection) -> Principal:
    """Find a principal."""
    return Principal(1)


def check(engine: Engine, async_engine: AsyncEngine, table: Table) -> None:
    """Name the type of each public thing as its user sees it."""
    catalog = Catalog(Base, principal_id=Uuid(), roles={"admin"})
    assert_type(catalog.policy(Base), Policy)
    assert_type(guarded_sessionmaker(engine, catalog), GuardedSessionmaker[Session])
    maker = guarded_sessionmaker(async_engine, catalog)
    assert_type(maker, GuardedSessionmaker[AsyncSession])
    assert_type(maker(Principal(1, {"admin"})), AsyncSession)
    assert_type(maker(find, lift={"soft-delete"}), AsyncSession)
    assert_type(maker.system(reason="a check"), AsyncSession)
    assert_type(principal.has_role("admin"), ColumnElement[bool])
    assert_type(Principal.anonymous().roles, frozenset[str])
    one: Select[Any] = select(Document.id).options(lift("soft-delete", Document))
    one.options(lift("soft-delete", table)).execution_options(include_filtered=True)
    assert_type(select(Document).options(lift("soft-delete", Document)).limit(1).is_select, bool)
