"""The wall behind PgBouncer in transaction mode: clients share one server connection, and nobody's context outlives a transaction."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pwd import getpwuid
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, Integer, NullPool, create_engine, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from rowgate import Catalog, GuardedSessionmaker, Principal, guarded_sessionmaker, principal, raw
from rowgate.wall import Signed
from wall.walls import KEY, walled

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")

PORT = 6432  # of a socket in a folder of its own
SHARED = Signed([KEY], lifetime=10, bind_to_pid=False)
ONE, TWO = Principal(1), Principal(2)


class Base(DeclarativeBase):
    pass


class Memo(Base):
    """A memo, its owner's alone."""

    __tablename__ = "memos"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    words: Mapped[str]


def memos() -> Catalog:
    """Return the catalog."""
    catalog = Catalog(Base, principal_id=Integer())
    catalog.policy(Memo).allow("read", "update", when=Memo.owner_id == principal.id)
    return catalog


def populate(session: Session) -> None:
    """Give two people three memos each."""
    session.add_all([Memo(id=n, owner_id=1 + n % 2, words="") for n in range(6)])


@contextmanager
def pgbouncer(server: URL) -> Iterator[URL]:
    """Run PgBouncer in front of a database, with one server connection for all; give the address through it."""
    with TemporaryDirectory(prefix="rowgate-pgbouncer-") as name:
        folder = Path(name)
        (folder / "users").write_text(f'"{server.username}" "{server.password}"\n')
        host = server.query.get("host", server.host)
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={host} port={server.port or 5432}\n[pgbouncer]\nlisten_addr =\nlisten_port = {PORT}\n"
            f"unix_socket_dir = {folder}\nauth_type = trust\nauth_file = {folder}/users\npool_mode = transaction\n"
            "default_pool_size = 1\nignore_startup_parameters = extra_float_digits,jit\n"
        )
        command = [str(PROGRAM), "-q", str(folder / "pgbouncer.ini")]
        if os.geteuid() == 0:  # it refuses to run as root; PostgreSQL's account reaches PostgreSQL's socket
            account = getpwuid(Path(str(host)).stat().st_uid).pw_name
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, account)
            command[1:1] = ["-u", account]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                _wait_for(folder / f".s.PGSQL.{PORT}", running)
                query = {"host": str(folder), "port": str(PORT)}
                yield server.set(host=None, port=None, query=query)
            finally:
                running.terminate()


def _wait_for(socket: Path, running: subprocess.Popen[bytes]) -> None:
    end = monotonic() + 20
    while not socket.exists():
        assert running.poll() is None, "PgBouncer ended"
        assert monotonic() < end, "PgBouncer makes no socket"
        sleep(0.02)


@pytest.fixture(scope="module")
def bouncer(cluster: Any) -> Iterator[tuple[URL, URL]]:
    """Give the address of a walled database through PgBouncer, and that of its owner."""
    with walled(cluster, memos(), populate) as found, pgbouncer(found.app.url) as url:
        yield url, found.owner.url


def by_psycopg(url: URL, signing: Signed) -> GuardedSessionmaker[Session]:
    """Return guarded sessions through PgBouncer; prepared statements would be another client's."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), connect_args={"prepare_threshold": None}, pool_size=5
    )
    return guarded_sessionmaker(engine, memos(), wall=signing)


def by_asyncpg(url: URL, signing: Signed) -> GuardedSessionmaker[AsyncSession]:
    """Return guarded sessions of asyncpg, as SQLAlchemy's documentation says for PgBouncer."""
    options: dict[str, Any] = {
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"memo_{uuid4()}",
    }
    made = create_async_engine(url.set(drivername="postgresql+asyncpg"), connect_args=options, poolclass=NullPool)
    return guarded_sessionmaker(made, memos(), wall=signing)


def owners(session: Session) -> list[int]:
    """Return the owners of the memos that a session sees."""
    return list(session.scalars(select(Memo.owner_id)))


def test_clients_of_one_server_connection_see_their_own(bouncer: tuple[URL, URL]) -> None:
    """Each transaction is its principal's, in turn on one server connection; the pooled clients stay open."""
    sessions = by_psycopg(bouncer[0], SHARED)
    with sessions(ONE) as one, sessions(TWO) as two:
        for _ in range(3):
            assert owners(one) == [1, 1, 1]
            one.commit()
            assert owners(two) == [2, 2, 2]
            two.rollback()
    sessions.engine.dispose()


def test_asyncpg_sees_its_own(bouncer: tuple[URL, URL]) -> None:
    """Twenty clients at a time, through one server connection."""

    async def work() -> list[list[int]]:
        sessions = by_asyncpg(bouncer[0], SHARED)

        async def ask(who: Principal) -> list[int]:
            async with sessions(who) as session:
                return await session.run_sync(owners)

        return await asyncio.gather(*(ask(who) for who in (ONE, TWO) * 10))

    assert asyncio.run(work()) == [[1, 1, 1], [2, 2, 2]] * 10


def test_the_next_client_finds_nobodys_context(bouncer: tuple[URL, URL]) -> None:
    """After commit, rollback and a client that is gone, raw SQL on the same server connection sees no row."""
    sessions = by_psycopg(bouncer[0], SHARED)
    plain = create_engine(bouncer[0].set(drivername="postgresql+psycopg"), connect_args={"prepare_threshold": None})
    endings: list[Callable[[Session], None]] = [Session.commit, Session.rollback, Session.invalidate]
    for end in endings:
        with sessions(ONE) as session:
            assert owners(session) == [1, 1, 1]
            server = session.scalar(raw("SELECT pg_backend_pid()"))
            end(session)
        with plain.connect() as connection:
            asked = "SELECT count(*), current_setting('rowgate.context', true), pg_backend_pid() FROM memos"
            count, left, pid = connection.execute(text(asked)).one()
            assert (count, left or "") == (0, "")
            # PgBouncer closes a connection whose client has gone in a transaction.
            assert (pid == server) == (end is not Session.invalidate)
    plain.dispose()
    sessions.engine.dispose()


def test_writes_are_judged(bouncer: tuple[URL, URL]) -> None:
    """An update of all rows changes one's own, and no other."""
    sessions = by_psycopg(bouncer[0], SHARED)
    with sessions(ONE) as session:
        changed: Any = session.execute(update(Memo).values(words="mine"))
        session.commit()
    owner = create_engine(bouncer[1])
    with owner.connect() as connection:
        stored = connection.execute(select(Memo.owner_id, Memo.words).order_by(Memo.id)).all()
    assert changed.rowcount == 3
    assert all((owner_id == 1) == (words == "mine") for owner_id, words in stored)
    owner.dispose()
    sessions.engine.dispose()


def test_a_context_bound_to_its_connection_is_refused(bouncer: tuple[URL, URL]) -> None:
    """PgBouncer tells its clients a pid that is not the server's: with `bind_to_pid` nothing is shown, and nothing wrong."""
    sessions = by_psycopg(bouncer[0], Signed([KEY]))
    with sessions(ONE) as session:
        assert owners(session) == []
    sessions.engine.dispose()


def test_a_savepoint_keeps_the_context(bouncer: tuple[URL, URL]) -> None:
    """What is rolled back to a savepoint leaves the transaction its principal."""
    sessions = by_psycopg(bouncer[0], SHARED)
    with sessions(TWO) as session:
        with session.begin_nested() as savepoint:
            session.execute(update(Memo).values(words="undone"))
            savepoint.rollback()
        assert owners(session) == [2, 2, 2]
        assert set(session.scalars(select(Memo.words))) == {""}
    sessions.engine.dispose()
