"""What a masked column reads instead, by type, on SQLite."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    Interval,
    MetaData,
    Numeric,
    StaticPool,
    String,
    Table,
    Time,
    Uuid,
    create_engine,
    insert,
    select,
)

from rowgate import Catalog, Principal, guarded_sessionmaker

VALUES: list[tuple[Any, Any, Any]] = [
    (Date(), date(2025, 1, 1), date(2024, 1, 2)),
    (DateTime(), datetime(2025, 1, 1, 5), datetime(2024, 1, 2)),  # noqa: DTZ001 - the column has no zone
    (Time(), time(5), time(6, 30)),
    (Interval(), timedelta(5), timedelta(hours=6)),
    (Uuid(), UUID(int=5), UUID(int=6)),
    (Numeric(10, 2), Decimal("5.25"), Decimal("6.50")),
    (Float(), 5.5, 6.5),
    (Integer(), 5, 6),
    (Boolean(), True, False),
    (String(), "five", "6"),
    (String(), "five", None),
    (Date(), date(2025, 1, 1), None),
]


@pytest.mark.parametrize(("type_", "stored", "instead"), VALUES, ids=str)
def test_a_masked_column_reads_the_value_given(type_: Any, stored: Any, instead: Any) -> None:
    """Others read the mask's value, also in WHERE; whoever the row is of reads what is stored."""
    metadata = MetaData()
    table = Table("t", metadata, Column("id", Integer, primary_key=True), Column("value", type_))
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), {"id": 1, "value": stored})
    catalog = Catalog(metadata, principal_id=Integer(), roles={"clerk"})
    policy = catalog.policy(table)
    policy.allow("read")
    policy.mask(table.c.value, unless="clerk", reads=instead)
    session = guarded_sessionmaker(engine, catalog)
    same = table.c.value.is_(None) if instead is None else table.c.value == instead
    with session(Principal(1)) as other, session(Principal(2, roles={"clerk"})) as clerk:
        assert other.execute(select(table.c.value)).all() == [(instead,)]
        assert other.execute(select(table.c.id).where(same)).all() == [(1,)]
        assert other.execute(select(table.c.id).where(table.c.value == stored)).all() == []
        assert clerk.execute(select(table.c.value)).all() == [(stored,)]
