"""What the gate costs the server: its documents, asked through the gate and with the same WHERE written by hand.

Prints the median of the paired ratios (gate / by hand) with its 95 % interval (bootstrap), so that 1.00 is "the same".
The demo data, a free user, five works. Writes by hand are what most applications have: the unit of work names its rows
by primary key, and an insert proves nothing.
"""

import random

from paired import Report, Work, measure, progress, versions
from shown import arguments, run
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from rowgate import GuardedSessionmaker, Principal, guarded_sessionmaker
from rowgate.server import demo
from rowgate.server.embedded import Urls
from rowgate.server.migrate import upgrade
from rowgate.server.models import Document, User
from rowgate.server.policies import catalog


def by_hand(me: object) -> ColumnElement[bool]:
    """Return what everybody would write in every query for a free user."""
    return and_(
        or_(and_(Document.is_public, ~Document.requires_paid_access), Document.owner_id == me), ~Document.is_deleted
    )


def works(
    guarded: GuardedSessionmaker[AsyncSession], plain: async_sessionmaker[AsyncSession], who: Principal
) -> list[Work]:
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

    return [
        Work("list 20, statement prebuilt", gate_list, hand_list, limit=1.03),
        Work("list 20, statement built per call", gate_built, hand_built, limit=1.00),
        Work("load, change, commit", gate_change, hand_change),
        Work("insert 20", gate_insert, hand_insert),
        Work("bulk update of one's own", gate_bulk, hand_bulk),
    ]


async def bench(urls: Urls, pairs: int) -> Report:
    """Fill and measure."""
    await upgrade(urls.owner, application_role=urls.application.username)
    engine: AsyncEngine = create_async_engine(urls.application)
    owner = create_async_engine(urls.owner)
    guarded = guarded_sessionmaker(engine, catalog, system=owner)
    await demo.fill(guarded, lambda _done: None)
    async with guarded.system(reason="bench") as session:
        me = (await session.scalars(select(User.id).where(User.username == "free"))).one()
    plain = async_sessionmaker(engine, expire_on_commit=False)
    report = Report("The server's documents: gate / by hand", ("table", "work"), await versions(engine))
    pending = works(guarded, plain, Principal(me, roles={"free_user"}))
    with progress(pairs * len(pending)) as done:
        report.results = [await measure("documents", work, pairs, done) for work in pending]
    await engine.dispose()
    await owner.dispose()
    return report


def main() -> None:
    """Measure on an embedded PostgreSQL of its own, with the demo data."""
    found = arguments(str(__doc__), pairs=1000)
    run(lambda urls: bench(urls, found.pairs), found, unsafe_fast=False)


if __name__ == "__main__":
    main()
