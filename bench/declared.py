"""The tables that `tables.py` declares, their policies and rows, and what is measured of them apart: start-up and memory."""

import gc
import statistics
import time
import tracemalloc
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Index, Uuid, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, declared_attr, mapped_column

from rowgate import Catalog, GuardedSessionmaker, Principal, guarded_sessionmaker, principal
from rowgate.decision import Variant
from rowgate.session.connection import VARIANTS

COUNTS = (1, 20, 200)
ROWS, OWNERS, FEW_OWNERS, LISTED = 10_000, 50, 10, 20
STATEMENTS = 20
SAMPLE = 20
"""Variants whose memory is measured."""
FULL_CACHE = 750
"""Compiled statements that SQLAlchemy keeps for an engine: 500, and half as many before it prunes."""
ME = uuid.UUID(int=1)
WHO = Principal(ME, roles={"reader"})


class Columns:
    """The columns of every table here."""

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805 - SQLAlchemy passes the class
        return (Index(f"{cls.__tablename__}_owner", "owner_id", "id"),)  # type: ignore[attr-defined]

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    is_public: Mapped[bool]
    title: Mapped[str]
    content: Mapped[str]


@dataclass(frozen=True)
class Declared:
    """So many tables: the base, the classes, the class that is asked."""

    base: type[DeclarativeBase]
    classes: list[Any]

    @property
    def asked(self) -> Any:
        return self.classes[0]


def declare(count: int, prefix: str = "thing") -> Declared:
    """Map so many classes; the same names each time, so that they share the tables of the database."""

    class Base(DeclarativeBase):
        """Of this count alone: a catalog covers all tables of its base."""

    names = [f"{prefix}_{number}" for number in range(count)]
    classes = [type(name.title(), (Columns, Base), {"__tablename__": name}) for name in names]
    configure_mappers()
    return Declared(Base, classes)


def policies(declared: Declared) -> Catalog:
    """Return a catalog with `owner = me` for each table, and roles for every fifth."""
    catalog = Catalog(declared.base, principal_id=Uuid(), roles={"reader", "auditor"})
    for number, entity in enumerate(declared.classes):
        policy = catalog.policy(entity)
        policy.allow("read", "create", "update", "delete", when=entity.owner_id == principal.id, name="owner")
        if number % 5 == 1:
            policy.allow("read", to="reader", when=entity.is_public, name="public")
            policy.allow("read", to="auditor")
            policy.restrict(when=entity.title != "", name="titled", lift="auditor")
    return catalog


async def fill(owner: AsyncEngine, application: str, only_mine: Any, of_few: Any) -> None:
    """Make all tables and fill three: the one asked, one with my rows alone, and one of few owners."""
    asked = declare(max(COUNTS))
    async with owner.begin() as connection:
        for base in (asked.base, only_mine, of_few):
            await connection.run_sync(base.metadata.create_all)
        await connection.execute(text(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{application}"'))
        for table, owners, kept in (
            (asked.asked.__table__, OWNERS, OWNERS),
            (only_mine.metadata.tables["mine_0"], OWNERS, 1),
            (of_few.metadata.tables["few_0"], FEW_OWNERS, FEW_OWNERS),
        ):
            rows = range(1, ROWS + 1)
            values = [
                {
                    "id": n,
                    "owner_id": uuid.UUID(int=1 + n % owners),
                    "is_public": True,
                    "title": f"{n}",
                    "content": "x" * 200,
                }
                for n in rows
                if n % owners < kept
            ]
            for first in range(0, len(values), 1000):
                await connection.execute(insert(table), values[first : first + 1000])
    async with owner.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
        listing = select(asked.asked).where(asked.asked.owner_id == ME).order_by(asked.asked.id.desc()).limit(LISTED)
        sql = listing.compile(dialect=owner.dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {sql}"))).scalars())
        if "thing_0_owner" not in plan:
            raise SystemExit(
                f"the rows of one owner are not found by their index: the filter's price would be a scan's\n{plan}"
            )


def start_up(engine: AsyncEngine, declared: Declared) -> list[tuple[str, str]]:
    """Return what start-up costs: medians of five."""
    times: dict[str, list[float]] = {
        "declaring the policies": [],
        "freeze()": [],
        "guarded_sessionmaker() after it": [],
    }
    for _ in range(5):
        marks = [time.perf_counter()]
        catalog = policies(declared)
        marks.append(time.perf_counter())
        catalog.freeze()
        marks.append(time.perf_counter())
        guarded_sessionmaker(engine, catalog)
        marks.append(time.perf_counter())
        for found, begin, end in zip(times.values(), marks, marks[1:], strict=False):
            found.append(end - begin)
    return [(name, f"{statistics.median(found) * 1e3:.1f} ms") for name, found in times.items()]


def memory(guarded: GuardedSessionmaker[AsyncSession], declared: Declared) -> list[tuple[str, str]]:
    """Return what a variant holds in memory. The statements are the application's own, and not counted."""
    entities = declared.classes
    statements = [
        select(entity, func.count().label(f"c{number}")).group_by(entity.id).limit(number)
        for number in range(STATEMENTS)
        for entity in (entities[number % len(entities)],)
    ]
    catalog = guarded.catalog
    kept: list[Any] = []

    def derive(roles: frozenset[str]) -> Any:
        return guarded.engine._derive(Variant(roles, anonymous=False, lifts=frozenset()))

    def compiled(dialect: Any) -> Any:
        cache: dict[Any, Any] = {}
        for statement in statements:
            statement._compile_w_cache(
                dialect=dialect, compiled_cache=cache, column_keys=[], for_executemany=False, schema_translate_map=None
            )
        return cache

    def growth(make: Callable[[int], Any]) -> float:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        kept.extend(make(number) for number in range(SAMPLE))
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / SAMPLE

    kept.append(compiled(derive(frozenset())))  # SQLAlchemy's own lazy imports and memos
    tracemalloc.start()
    try:
        dialects: list[Any] = []

        alone = growth(lambda _number: dialects.append(derive(catalog.named_roles)))
        full = growth(lambda number: compiled(dialects[number]))
    finally:
        tracemalloc.stop()
    bound = alone * VARIANTS + full / STATEMENTS * FULL_CACHE
    return [
        ("one variant: its dialect", f"{alone / 1024:.1f} KiB"),
        (f"one variant: {STATEMENTS} compiled statements", f"{full / 1024:.0f} KiB"),
        (f"at most: {VARIANTS} dialects, {FULL_CACHE} statements", f"{bound / 2**20:.1f} MiB"),
    ]
