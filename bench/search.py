"""What the wall costs a search: the server's `?q=` with gate and wall, and the same search by hand without either.

A million documents, whose words are spread so that a query finds few, many or very many of them. The rows are asked as the
server asks for a page of its list: the documents, their rank, their highlight, in a statement built for each request. By
hand the policy of a free user stands in WHERE, and the login is the owner's, whom row security lets pass.

LIKE is measured for scale, with an index for it: row security judges each row first, so the wall can use none. A search has
a function with the decision inside (docs/wall.md), LIKE has not.

`--rows` says how many documents; the more words match, the longer each query takes: `--pairs` 30 is enough for an interval.
"""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from paired import Report, Work, measure, progress, versions
from shown import arguments, run
from sqlalchemy import Double, and_, cast, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from rowgate import Principal, guarded_sessionmaker
from rowgate.server import search
from rowgate.server.identifiers import uuid7
from rowgate.server.migrate import upgrade
from rowgate.server.models import SEARCH, Document, DocumentShare
from rowgate.server.policies import catalog
from rowgate.wall import Signed, create

ME = uuid7()
WHO = Principal(ME, {"free_user"})
SIGNING = Signed(["a key of this benchmark, long enough to be one"])
LIMIT = 1.3
QUERIES = {"1 in 10,000": "rare", "1 in 1,000": "uncommon", "1 in 100": "common"}
FILL = """
INSERT INTO documents (id, title, content, owner_id, is_public, requires_paid_access, is_deleted)
SELECT gen_random_uuid(), 'Document ' || n,
  (SELECT string_agg(md5((n * 31 + w)::text), ' ') FROM generate_series(1, 10) AS w)
    || CASE WHEN n % 10000 = 0 THEN ' rare' ELSE '' END || CASE WHEN n % 1000 = 0 THEN ' uncommon' ELSE '' END
    || CASE WHEN n % 100 = 0 THEN ' common' ELSE '' END,
  (ARRAY[CAST(:me AS uuid), CAST(:other AS uuid)])[1 + (n % 20 > 0)::int], n % 3 > 0, n % 5 = 0, n % 17 = 0
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
"""
PART = 50_000


async def fill(owner: AsyncEngine, rows: int, done: Callable[[int], None]) -> None:
    """Store two users and the documents."""
    other = uuid7()
    async with owner.begin() as connection:
        for number, key in enumerate((ME, other)):
            await connection.execute(
                text("INSERT INTO users (id, username, email, hashed_password) VALUES (:id, :name, :email, 'none')"),
                {"id": key, "name": f"user{number}", "email": f"user{number}@example.com"},
            )
    for first in range(1, rows + 1, PART):
        last = min(first + PART - 1, rows)
        async with owner.begin() as connection:
            await connection.execute(text(FILL), {"me": ME, "other": other, "first": first, "last": last})
        done(last - first + 1)
    async with owner.begin() as connection:
        await connection.execute(text("CREATE INDEX ON documents (title text_pattern_ops)"))
    async with owner.connect() as connection:  # as autovacuum leaves it: no entries of the index that are still pending
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


async def raise_wall(owner: AsyncEngine, role: str) -> None:
    """Make the wall, and let it accept the key."""
    async with owner.begin() as connection:
        if not await connection.scalar(text("SELECT to_regnamespace('rowgate') IS NOT NULL")):
            for statement in create(catalog, role=role, signing=SIGNING).sql():
                await connection.exec_driver_sql(statement)
        for statement in SIGNING.accept():
            await connection.exec_driver_sql(statement)


def by_hand() -> Any:
    """Return what a free user may read, as one would write it in the query."""
    shared = select(DocumentShare.id).where(
        DocumentShare.document_id == Document.id, DocumentShare.user_id == ME, DocumentShare.in_force()
    )
    free = and_(Document.is_public, ~Document.requires_paid_access)
    return and_(or_(free, Document.owner_id == ME, shared.exists()), ~Document.is_deleted)


Search = Callable[[str], Callable[[], Awaitable[Any]]]


def works(guarded: Any, plain: async_sessionmaker[AsyncSession]) -> tuple[Search, Search, Search, Search]:
    """Return both ways to search, and both ways to ask LIKE."""

    def gate(words: str) -> Callable[[], Awaitable[Any]]:
        async def ask() -> Any:
            async with guarded(WHO) as session:
                wanted = search.Filter(text=words)
                found = await search.list_documents(session, wanted, permissions=False, limit=20, cursor=None)
                return [row[0].id for row in found.rows]

        return ask

    def hand(words: str) -> Callable[[], Awaitable[Any]]:
        async def ask() -> Any:
            asked = func.websearch_to_tsquery(search.LANGUAGE, words)
            rank: Any = cast(func.ts_rank_cd(SEARCH, asked), Double())
            marked = func.ts_headline(
                search.LANGUAGE, search._escaped(func.left(Document.content, search.READ_FROM)), asked, search.MARKS
            )
            query = select(Document, rank.label("rank"), marked).where(SEARCH.bool_op("@@")(asked), by_hand())
            query = query.order_by(rank.desc(), Document.id.desc()).limit(21)
            async with plain() as session:
                return [row[0].id for row in (await session.execute(query)).all()[:20]]

        return ask

    like = select(Document.id).where(Document.title.like("Document 4242%")).order_by(Document.id.desc()).limit(20)

    def gate_like(_words: str) -> Callable[[], Awaitable[Any]]:
        async def ask() -> Any:
            async with guarded(WHO) as session:
                return (await session.scalars(like)).all()

        return ask

    def hand_like(_words: str) -> Callable[[], Awaitable[Any]]:
        async def ask() -> Any:
            async with plain() as session:
                return (await session.scalars(like.where(by_hand()))).all()

        return ask

    return gate, hand, gate_like, hand_like


async def bench(urls: Any, pairs: int, rows: int) -> Report:
    """Measure each query."""
    await upgrade(urls.owner, application_role=str(urls.application.username))
    owner, engine = create_async_engine(urls.owner), create_async_engine(urls.application)
    with progress(rows) as done:
        await fill(owner, rows, done)
    await raise_wall(owner, str(urls.application.username))
    guarded = guarded_sessionmaker(engine, catalog, wall=SIGNING)
    gate, hand, gate_like, hand_like = works(guarded, async_sessionmaker(owner, expire_on_commit=False))
    report = Report("search: gate and wall / by hand, without either", ("rows", "a word of"), await versions(engine))
    each = [Work(name, gate(word), hand(word), LIMIT) for name, word in QUERIES.items()]
    each.append(Work("LIKE 'Document 4242%'", gate_like(""), hand_like("")))
    for work in each:
        if await work.gate() != await work.other():
            raise SystemExit(f"{work.name}: the rows differ: their times say nothing")
    with progress(pairs * len(each)) as done:
        report.results = [await measure(f"{rows:,}", work, pairs, done) for work in each]
    await owner.dispose()
    await engine.dispose()
    return report


def main() -> None:
    """Measure on an embedded PostgreSQL of its own."""

    def add(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=1_000_000, metavar="N", help="documents (default 1,000,000)")

    found = arguments(str(__doc__), pairs=100, add=add)
    run(lambda urls: bench(urls, found.pairs, found.rows), found, unsafe_fast=True)


if __name__ == "__main__":
    main()
