"""What the gate costs with 1, 20 and 200 declared tables.

Every table has the policy `owner = me`; every fifth has role rules and a restriction too. Two tables are asked, each of
10,000 rows with an index on (owner, id). One has fifty owners: PostgreSQL finds the rows of one by the index, without
reading the others' (this run sees to it), and plans a prepared statement once. The other has ten owners: PostgreSQL reads
the key's index backwards and past nine rows of ten, and plans anew at each execution, which takes the gate's sub-select
2 us longer. All statements return 20 rows. Times include opening and closing a session, as in a request, but for two.

  in session  the list of 20 through the gate / the same statement with `.where(owner == me)`, both built once. The two
              works without opening and closing the session
  prebuilt    the same, with the session
  per call    the same, built anew for each call: the gate's statement is the shorter one
  no filter   the list through the gate / on a table that holds nothing but my rows, without any WHERE. The rows
              returned are the same, so what is left is the price of the filter: finding it, sending `me`, testing it
  by hand     the same price when the WHERE is written by hand, to tell the gate's part from the database's
  change      load one row, change it, commit / the same, with the WHERE in the SELECT and none in the UPDATE
  first       the first compilation of the list / of the list with the WHERE. Later ones come from SQLAlchemy's cache
  opening     a session until its connection is in a transaction, and its end / the same without a guard

PostgreSQL runs without fsync: waiting for the disk would hide what the gate adds.

Measured apart: what start-up costs, and the memory that a variant (the roles that some rule names) holds: its dialect and
20 compiled statements. The guard keeps 128 dialects, and SQLAlchemy one cache for the compiled statements of all of them.
"""

import argparse
import random
from collections.abc import Callable
from typing import Any, cast

from declared import COUNTS, LISTED, ME, OWNERS, WHO, declare, fill, memory, policies, start_up
from paired import Report, Result, Work, measure, progress, versions
from shown import arguments, run
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from rowgate import GuardedSessionmaker, guarded_sessionmaker
from rowgate.decision import Variant
from rowgate.server.embedded import Urls

WORKS = 8


def listing(guarded: GuardedSessionmaker[AsyncSession], engine: AsyncEngine, asked: Any, mine: Any) -> list[Work]:
    """Return the works that read a list."""
    plain = async_sessionmaker(engine, expire_on_commit=False)

    def listed(entity: Any) -> Any:
        return select(entity).order_by(entity.id.desc()).limit(LISTED)

    def listed_by_hand() -> Any:
        return select(asked).where(asked.owner_id == ME).order_by(asked.id.desc()).limit(LISTED)

    prebuilt, prebuilt_by_hand, unfiltered = listed(asked), listed_by_hand(), listed(mine)

    async def gate(statement: Any) -> list[int]:
        async with guarded(WHO) as session:
            return [row.id for row in (await session.scalars(statement)).all()]

    async def hand(statement: Any) -> list[int]:
        async with plain() as session:
            return [row.id for row in (await session.scalars(statement)).all()]

    return [
        Work("list 20, prebuilt", lambda: gate(prebuilt), lambda: hand(prebuilt_by_hand), limit=1.03),
        Work("list 20, built per call", lambda: gate(listed(asked)), lambda: hand(listed_by_hand()), limit=1.00),
        Work("list 20, against no filter", lambda: gate(prebuilt), lambda: hand(unfiltered), limit=1.05),
        Work("  by hand, against no filter", lambda: hand(prebuilt_by_hand), lambda: hand(unfiltered)),
    ]


async def same_rows(lists: list[Work]) -> None:
    """See that all the lists return the same rows: nothing else may be compared."""
    found = [await step() for work in lists for step in (work.gate, work.other)]
    if any(rows != found[0] for rows in found) or len(cast("list[int]", found[0])) != LISTED:
        raise SystemExit("the lists differ: their times say nothing")


async def in_session(
    group: str,
    guarded: GuardedSessionmaker[AsyncSession],
    engine: AsyncEngine,
    asked: Any,
    pairs: int,
    done: Callable[[int], None],
    name: str = "list 20, prebuilt, in a session",
) -> Result:
    """Measure the prebuilt list alone: in sessions that stay open, and forget the rows after each time."""
    statement = select(asked).order_by(asked.id.desc()).limit(LISTED)
    by_hand = statement.where(asked.owner_id == ME)

    async def again(session: AsyncSession, statement: Any) -> None:
        (await session.scalars(statement)).all()
        session.expunge_all()

    async with guarded(WHO) as gate, AsyncSession(engine, expire_on_commit=False) as hand:
        work = Work(name, lambda: again(gate, statement), lambda: again(hand, by_hand), 1.03)
        return await measure(group, work, pairs, done)


def others(guarded: GuardedSessionmaker[AsyncSession], engine: AsyncEngine, asked: Any) -> list[Work]:
    """Return the works that have no limit: a change, the first compilation, the opening of a session."""
    statement = select(asked).order_by(asked.id.desc()).limit(LISTED)
    by_hand = statement.where(asked.owner_id == ME)
    one = select(asked).where(asked.id == OWNERS * 7)
    one_by_hand = one.where(asked.owner_id == ME)
    plain = async_sessionmaker(engine, expire_on_commit=False)
    gated = guarded.engine.dialect_for(Variant.of(WHO, guarded.catalog))

    async def change_gated() -> None:
        async with guarded(WHO) as session:
            (await session.scalars(one)).one().title = str(random.random())
            await session.commit()

    async def change_by_hand() -> None:
        async with plain() as session:
            (await session.scalars(one_by_hand)).one().title = str(random.random())
            await session.commit()

    async def compile_gated() -> None:
        statement.compile(dialect=gated)

    async def compile_by_hand() -> None:
        by_hand.compile(dialect=engine.dialect)

    async def open_gated() -> None:
        async with guarded(WHO) as session:
            await session.connection()

    async def open_plain() -> None:
        async with plain() as session:
            await session.connection()

    return [
        Work("load, change, commit", change_gated, change_by_hand),
        Work("first compilation", compile_gated, compile_by_hand),
        Work("opening a session", open_gated, open_plain),
    ]


async def bench(urls: Urls, pairs: int, counts: list[int]) -> Report:
    """Measure each count."""
    mine, few = declare(1, "mine"), declare(1, "few")
    owner, engine = create_async_engine(urls.owner), create_async_engine(urls.application)
    await fill(owner, str(urls.application.username), mine.base, few.base)
    await owner.dispose()
    report = Report("owner = me: gate / without it", ("tables", "work"), await versions(engine))
    with progress(pairs * (WORKS * len(counts) + 1)) as done:
        crowded = guarded_sessionmaker(engine, policies(few))
        name = "  of ten owners, planned anew"
        report.results.append(await in_session("1", crowded, engine, few.asked, pairs, done, name))
        for count in counts:
            declared = declare(count)
            guarded = guarded_sessionmaker(engine, policies(declared))
            lists = listing(guarded, engine, declared.asked, mine.asked)
            await same_rows(lists)
            report.results.append(await in_session(str(count), guarded, engine, declared.asked, pairs, done))
            for work in (*lists, *others(guarded, engine, declared.asked)):
                report.results.append(await measure(str(count), work, pairs, done))
            facts = [*start_up(engine, declared), *memory(guarded, declared)]
            report.facts += [(str(count), *fact) for fact in facts]
    await engine.dispose()
    return report


def _count(given: str) -> int:
    """Return a number of tables."""
    if not 1 <= int(given) <= max(COUNTS):
        raise argparse.ArgumentTypeError(f"from 1 to {max(COUNTS)}")
    return int(given)


def main() -> None:
    """Measure on an embedded PostgreSQL of its own."""

    def add(parser: argparse.ArgumentParser) -> None:
        about = f"how many tables are declared, from 1 to {max(COUNTS)} (default: {' '.join(map(str, COUNTS))})"
        parser.add_argument("--tables", type=_count, nargs="+", default=list(COUNTS), metavar="N", help=about)

    found = arguments(str(__doc__), pairs=2000, add=add)
    run(lambda urls: bench(urls, found.pairs, found.tables), found, unsafe_fast=True)


if __name__ == "__main__":
    main()
