"""What the gate costs: each work done through it and with the same WHERE written by hand, in turn, on one machine.

Prints the median of the paired ratios (gate / by hand) with its 95 % interval (bootstrap), so that 1.00 is "the same".
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from rowgate import GuardedSessionmaker, Principal, guarded_sessionmaker
from rowgate.server import demo
from rowgate.server.embedded import EmbeddedPostgres, Urls
from rowgate.server.migrate import upgrade
from rowgate.server.models import Document, User
from rowgate.server.policies import catalog

Work = Callable[[], Awaitable[object]]


def by_hand(me: object) -> ColumnElement[bool]:
    """Return what everybody would write in every query for a free user."""
    return and_(
        or_(and_(Document.is_public, ~Document.requires_paid_access), Document.owner_id == me), ~Document.is_deleted
    )


def works(
    guarded: GuardedSessionmaker[AsyncSession], plain: async_sessionmaker[AsyncSession], who: Principal
) -> dict[str, tuple[Work, Work]]:
    """Return each work as a pair: through the gate, by hand."""
    prebuilt = select(Document).order_by(Document.id.desc()).limit(20)
    prebuilt_by_hand = prebuilt.where(by_hand(who.id))
    mine = select(Document).where(Document.owner_id == who.id).limit(1)

    async def gate_list() -> None:
        async with guarded(who) as session:
            (await session.scalars(prebuilt)).all()

    async def hand_list() -> None:
        async with plain() as session:
            (await session.scalars(prebuilt_by_hand)).all()

    async def gate_built() -> None:
        async with guarded(who) as session:
            (await session.scalars(select(Document).order_by(Document.id.desc()).limit(20))).all()

    async def hand_built() -> None:
        async with plain() as session:
            built = select(Document).where(by_hand(who.id)).order_by(Document.id.desc()).limit(20)
            (await session.scalars(built)).all()

    async def gate_change() -> None:
        async with guarded(who) as session:
            (await session.scalars(mine)).one().title = str(random.random())
            await session.commit()

    async def hand_change() -> None:
        async with plain() as session:
            (await session.scalars(mine.where(by_hand(who.id)))).one().title = str(random.random())
            await session.commit()

    async def gate_insert() -> None:
        async with guarded(who) as session:
            session.add_all(Document(title="x", content="y", owner_id=who.id) for _ in range(20))
            await session.flush()

    async def hand_insert() -> None:
        async with plain() as session:
            session.add_all(Document(title="x", content="y", owner_id=who.id) for _ in range(20))
            await session.flush()

    async def gate_bulk() -> None:
        async with guarded(who) as session:
            await session.execute(update(Document).where(Document.owner_id == who.id).values(title="z"))

    async def hand_bulk() -> None:
        async with plain() as session:
            change = update(Document).where(Document.owner_id == who.id, by_hand(who.id)).values(title="z")
            await session.execute(change, execution_options={"synchronize_session": "fetch"})

    return {
        "list 20, statement prebuilt": (gate_list, hand_list),
        "list 20, statement built per call": (gate_built, hand_built),
        "load, change, commit": (gate_change, hand_change),
        "insert 20": (gate_insert, hand_insert),
        "bulk update of one's own": (gate_bulk, hand_bulk),
    }


async def measure(gate: Work, hand: Work, rounds: int) -> list[float]:
    """Return the ratio of each round; which of the two goes first changes every time."""
    for _ in range(20):
        await gate()
        await hand()
    ratios = []
    for number in range(rounds):
        first, second = (gate, hand) if number % 2 else (hand, gate)
        times = {}
        for work in (first, second):
            begin = time.perf_counter()
            await work()
            times[work] = time.perf_counter() - begin
        ratios.append(times[gate] / times[hand])
    return ratios


def interval(ratios: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of the median, by bootstrap."""
    medians = sorted(statistics.median(random.choices(ratios, k=len(ratios))) for _ in range(1000))
    return medians[25], medians[975]


async def run(urls: Urls, rounds: int) -> None:
    """Fill, measure, print."""
    await upgrade(urls.owner, application_role=urls.application.username)
    engine: AsyncEngine = create_async_engine(urls.application)
    owner = create_async_engine(urls.owner)
    guarded = guarded_sessionmaker(engine, catalog, system=owner)
    await demo.fill(guarded, lambda _done: None)
    async with guarded.system(reason="bench") as session:
        me = (await session.scalars(select(User.id).where(User.username == "free"))).one()
    who = Principal(me, roles={"free_user"})
    plain = async_sessionmaker(engine, expire_on_commit=False)
    print(f"{'work':36} {'gate / by hand':>15}   95 % interval   ({rounds} pairs, asyncpg, PostgreSQL 18)")
    for name, (gate, hand) in works(guarded, plain, who).items():
        ratios = await measure(gate, hand, rounds)
        low, high = interval(ratios)
        print(f"{name:36} {statistics.median(ratios):15.3f}   {low:.3f} to {high:.3f}")
    await engine.dispose()
    await owner.dispose()


def main() -> None:
    """Measure on an embedded PostgreSQL of its own, with the demo data."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1000, help="pairs of each work (default 1000)")
    rounds: int = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory(prefix="rowgate-bench-", ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder) / "data") as urls,
    ):
        asyncio.run(run(urls, rounds))


if __name__ == "__main__":
    main()
