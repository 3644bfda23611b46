"""What the wall costs on top of the gate: gate and wall / the gate alone, on the same rows.

Two sets of tables with the same rows and the same policies, one behind the wall and one not. The policies have no
functions for each row: owner, two roles, a restriction that may be lifted, and lines that somebody was given. Each work
is a transaction of its own, or a request to a FastAPI application in this process, with all that it does around it.

  the context alone   one row by its key from a table that is open: nothing is asked of the context, which is only sent
  mine, by key        a row of one's own
  public, by key      a row that a role may read
  ..., a stranger     the same, by somebody else each time: nothing of the context can be kept
  given, by key       a row that the last of the rules admits
  list of 20          the newest rows that may be read, most of them public
  change              load a row of one's own, change it, commit
  insert              a row, commit
  request: ...        the same as a request, JSON and all, of a stranger

PostgreSQL runs without fsync: waiting for the disk would hide what the wall adds. asyncpg has a limit, psycopg none.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from paired import Report, Step, Work, measure, progress, versions
from pydantic import BaseModel, ConfigDict
from shown import arguments, run
from sqlalchemy import BigInteger, ForeignKey, Index, Uuid, and_, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from rowgate import Catalog, GuardedSessionmaker, Principal, guarded_sessionmaker, principal
from rowgate.fastapi import session_dependency
from rowgate.server.embedded import Urls
from rowgate.wall import Signed, create

ROWS, OWNERS, GIVEN, LISTED = 10_000, 50, 20, 20
ME = uuid.UUID(int=1)
WHO = Principal(ME, roles={"reader"})
MINE, PUBLIC, SECRET = OWNERS * 7, OWNERS * 7 + 2, OWNERS * 7 + 1
LIMIT = 1.10
WORKS = 10


@dataclass(frozen=True)
class World:
    """A set of tables with its policies."""

    base: type[DeclarativeBase]
    document: Any
    share: Any
    word: Any
    catalog: Catalog


class Shown(BaseModel):
    """A document, as a response has it."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    is_public: bool


def declare(prefix: str) -> World:
    """Map the tables, and say who may do what."""

    class Base(DeclarativeBase):
        """Of this set alone: a catalog covers all tables of its base."""

    class Share(Base):
        __tablename__ = f"{prefix}_shares"
        document_id: Mapped[int] = mapped_column(ForeignKey(f"{prefix}_documents.id"), primary_key=True)
        user_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, index=True)

    class Document(Base):
        __tablename__ = f"{prefix}_documents"
        __table_args__ = (Index(f"{prefix}_documents_owner", "owner_id", "id"),)
        id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
        owner_id: Mapped[uuid.UUID] = mapped_column(Uuid)
        is_public: Mapped[bool]
        is_deleted: Mapped[bool]
        title: Mapped[str]
        shares: Mapped[list[Share]] = relationship(Share)

    class Word(Base):
        __tablename__ = f"{prefix}_words"
        id: Mapped[int] = mapped_column(primary_key=True)
        word: Mapped[str]

    catalog = Catalog(Base, principal_id=Uuid(), roles={"reader", "auditor"})
    documents = catalog.policy(Document)
    documents.restrict(when=~Document.is_deleted, name="soft-delete", lift="auditor")
    documents.allow("read", to="auditor")
    documents.allow("read", to="reader", when=Document.is_public, name="public")
    documents.allow("read", "create", "update", "delete", when=Document.owner_id == principal.id, name="owner")
    documents.allow("read", when=Document.shares.any(Share.user_id == principal.id), name="given")
    catalog.policy(Share).allow("read", when=and_(Share.user_id == principal.id), name="mine")
    catalog.open(Word, reason="everybody's words")
    return World(Base, Document, Share, Word, catalog)


async def fill(owner: AsyncEngine, application: str, world: World, signing: Signed | None) -> None:
    """Make the tables with their rows, and the wall if it is signed for."""
    async with owner.begin() as connection:
        await connection.run_sync(world.base.metadata.create_all)
        rows = [
            {
                "id": n,
                "owner_id": uuid.UUID(int=1 + n % OWNERS),
                "is_public": n % OWNERS != 1,
                "is_deleted": False,
                "title": f"{n}",
            }
            for n in range(1, ROWS + 1)
        ]
        for first in range(0, ROWS, 1000):
            await connection.execute(insert(world.document), rows[first : first + 1000])
        given = [SECRET + OWNERS * n for n in range(GIVEN)]
        await connection.execute(insert(world.share), [{"document_id": one, "user_id": ME} for one in given])
        await connection.execute(insert(world.word), [{"id": n, "word": f"{n}"} for n in range(1, 100)])
        if signing is None:
            await connection.execute(text(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{application}"'))
        else:
            raw = await connection.execution_options(no_parameters=True)
            for statement in (*create(world.catalog, role=application, signing=signing).sql(), *signing.accept()):
                await raw.exec_driver_sql(statement)
    async with owner.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


@dataclass(frozen=True)
class Side:
    """One of the two: its sessions, and its application."""

    world: World
    sessions: GuardedSessionmaker[AsyncSession]
    app: FastAPI

    def by_key(self, entity: Any, key: int, who: Callable[[], Principal] = lambda: WHO) -> Step:
        """Return a work that reads one row by its key."""
        statement = select(entity).where(entity.id == key)

        async def work() -> None:
            async with self.sessions(who()) as session:
                assert (await session.scalars(statement)).one().id == key

        return work

    def listing(self) -> Step:
        """Return a work that reads a list."""
        statement = select(self.world.document).order_by(self.world.document.id.desc()).limit(LISTED)

        async def work() -> None:
            async with self.sessions(WHO) as session:
                assert len((await session.scalars(statement)).all()) == LISTED

        return work

    async def change(self) -> None:
        """Load a row, change it, commit."""
        statement = select(self.world.document).where(self.world.document.id == MINE)
        async with self.sessions(WHO) as session:
            (await session.scalars(statement)).one().title = str(random.random())
            await session.commit()

    async def insert(self) -> None:
        """Insert a row, commit."""
        made = self.world.document(
            id=-random.getrandbits(60), owner_id=ME, is_public=False, is_deleted=False, title="new"
        )
        async with self.sessions(WHO) as session:
            session.add(made)
            await session.commit()

    def request(self, path: str) -> Step:
        """Return a work that is a request."""

        async def work() -> None:
            assert await answer(self.app, path) == HTTPStatus.OK

        return work


def stranger() -> Principal:
    """Return a principal that nobody has seen before."""
    return Principal(uuid.UUID(int=random.getrandbits(128)), roles={"reader"})


def application(world: World, sessions: GuardedSessionmaker[AsyncSession]) -> FastAPI:
    """Return an application with a document and a list of them."""
    app = FastAPI()
    entity = world.document

    session = Depends(session_dependency(sessions, stranger), scope="function")

    @app.get("/documents", response_model=list[Shown])
    async def listing(session: Annotated[AsyncSession, session]) -> Any:
        return (await session.scalars(select(entity).order_by(entity.id.desc()).limit(LISTED))).all()

    @app.get("/documents/{key}", response_model=Shown)
    async def one(session: Annotated[AsyncSession, session], key: int) -> Any:
        return await session.get_one(entity, key)

    return app


async def answer(app: FastAPI, path: str) -> int:
    """Let an application answer a GET, with no client in between that would take its time too; return the status."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"bench")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


def side(engine: AsyncEngine, world: World, signing: Signed | None) -> Side:
    """Return one of the two sides."""
    sessions = guarded_sessionmaker(engine, world.catalog, wall=signing, audit=lambda _event: None)
    return Side(world, sessions, application(world, sessions))


def works(walled: Side, gated: Side, limit: float | None) -> list[Work]:
    """Return each work as a pair: behind gate and wall, behind the gate alone."""
    both = (walled, gated)
    pairs: dict[str, tuple[Step, ...]] = {
        "the context alone": tuple(one.by_key(one.world.word, 7) for one in both),
        "mine, by key": tuple(one.by_key(one.world.document, MINE) for one in both),
        "public, by key": tuple(one.by_key(one.world.document, PUBLIC) for one in both),
        "public, by key, a stranger": tuple(one.by_key(one.world.document, PUBLIC, stranger) for one in both),
        "given, by key": tuple(one.by_key(one.world.document, SECRET) for one in both),
        "list of 20": tuple(one.listing() for one in both),
        "change": tuple(one.change for one in both),
        "insert": tuple(one.insert for one in both),
        "request: public, by key": tuple(one.request(f"/documents/{PUBLIC}") for one in both),
        "request: list of 20": tuple(one.request("/documents") for one in both),
    }
    return [Work(name, wall, gate, limit) for name, (wall, gate) in pairs.items()]


async def bench(urls: Urls, pairs: int, drivers: list[str]) -> Report:
    """Fill and measure, with each driver."""
    signing = Signed(keys=[random.randbytes(32)])
    walled, gated = declare("walled"), declare("gated")
    owner = create_async_engine(urls.owner)
    for world, signed in ((walled, signing), (gated, None)):
        await fill(owner, str(urls.application.username), world, signed)
    await owner.dispose()
    engine = create_async_engine(urls.application)
    report = Report("The wall: gate and wall / the gate alone", ("driver", "work"), await versions(engine))
    await engine.dispose()
    with progress(pairs * WORKS * len(drivers)) as done:
        for driver in drivers:
            engine = create_async_engine(urls.application.set(drivername=f"postgresql+{driver}"))
            sides = side(engine, walled, signing), side(engine, gated, None)
            for work in works(*sides, LIMIT if driver == "asyncpg" else None):
                report.results.append(await measure(driver, work, pairs, done))
            await engine.dispose()
    return report


def main() -> None:
    """Measure on an embedded PostgreSQL of its own."""

    def add(parser: Any) -> None:
        known = ("asyncpg", "psycopg")
        parser.add_argument("--drivers", nargs="+", choices=known, default=list(known), metavar="NAME")

    found = arguments(str(__doc__), pairs=1000, add=add)
    run(lambda urls: bench(urls, found.pairs, found.drivers), found, unsafe_fast=True)


if __name__ == "__main__":
    main()
