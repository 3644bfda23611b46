"""New rows with a value in a column that nobody reads, in statements that read something of the row back."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Integer, func, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import AccessDenied, Catalog, Principal, guarded_sessionmaker, principal
from wall.walls import SIGNING, Walled, walled


class Base(DeclarativeBase):
    pass


class Account(Base):
    """Whoever makes her own account gives it a hash; nobody reads it, and a clerk makes accounts without one."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int]
    hashed: Mapped[str | None]
    made_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


def make_catalog() -> Catalog:
    catalog = Catalog(Base, principal_id=Integer(), roles={"clerk"})
    accounts = catalog.policy(Account)
    accounts.allow("read", "create", when=Account.user_id == principal.id, name="mine")
    accounts.allow("read", "create", to="clerk", name="clerk")
    accounts.mask(Account.hashed, writable=Account.user_id == principal.id)
    return catalog


@pytest.fixture
def database(cluster: Any) -> Iterator[Walled]:
    with walled(cluster, make_catalog(), lambda _session: None) as made:
        yield made


ME, CLERK = Principal(1), Principal(2, {"clerk"})


def store(made: Walled, who: Principal, *, by_unit_of_work: bool, **values: Any) -> Any:
    """Store an account and read back when it was made."""
    with guarded_sessionmaker(made.app, made.catalog, wall=SIGNING, system=made.owner)(who) as session:
        if by_unit_of_work:
            account = Account(**values)
            session.add(account)
            session.flush()
            found = account.made_at
        else:
            found = session.scalar(insert(Account).values(**values).returning(Account.made_at))
        session.commit()
        return found


@pytest.mark.parametrize("by_unit_of_work", [True, False])
def test_who_may_write_it_reads_the_row_back(database: Walled, by_unit_of_work: bool) -> None:
    """The gate asks nothing of a column that is not granted: the database judges it."""
    assert store(database, ME, by_unit_of_work=by_unit_of_work, id=1, user_id=1, hashed="x") is not None
    assert store(database, CLERK, by_unit_of_work=by_unit_of_work, id=2, user_id=1, hashed=None) is not None
    assert len(database.stored(Account.__table__.select())) == 2


@pytest.mark.parametrize("by_unit_of_work", [True, False])
def test_who_may_not_is_denied(database: Walled, by_unit_of_work: bool) -> None:
    """And nothing is stored."""
    with pytest.raises(AccessDenied):
        store(database, CLERK, by_unit_of_work=by_unit_of_work, id=1, user_id=1, hashed="x")
    with pytest.raises(AccessDenied):
        store(database, ME, by_unit_of_work=by_unit_of_work, id=1, user_id=2, hashed=None)
    assert database.stored(Account.__table__.select()) == []
