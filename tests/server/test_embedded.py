"""The embedded PostgreSQL: the real one is started, killed, starved of passwords and started again."""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from rowgate.server import embedded_host
from rowgate.server.embedded import EmbeddedError, EmbeddedPostgres, Urls, find_running

# Starts, commits a row, says so, and waits for its end. With a user number it gives up root first: everything
# that it needs is imported before, since the interpreter may lie where that user cannot go.
CHILD = """
import os, signal, sys, time
from pathlib import Path
import psycopg, sqlalchemy.dialects.postgresql.psycopg
from sqlalchemy import create_engine, text
from rowgate.server.embedded import EmbeddedPostgres
data, uid = Path(sys.argv[1]), int(sys.argv[2])
if uid:
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
postgres = EmbeddedPostgres(data)
try:
    urls = postgres.start()
    engine = create_engine(urls.owner.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT 42 AS answer"))
    held = engine.connect()
    held.execute(text("INSERT INTO kept VALUES (43)"))
    print("ready", flush=True)
    time.sleep(600)
finally:
    postgres.stop()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a new folder outside pytest's own, whose modes pytest insists on."""
    path = Path(tempfile.mkdtemp(prefix="rg-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[EmbeddedPostgres, Urls]]:
    """Give one running server to the tests that only look at it."""
    path = Path(tempfile.mkdtemp(prefix="rg-"))
    postgres = EmbeddedPostgres(path / "data", unsafe_fast=True)
    yield postgres, postgres.start()
    postgres.stop()
    shutil.rmtree(path)


@contextlib.contextmanager
def child(data_dir: Path, *, uid: int = 0) -> Iterator[subprocess.Popen[str]]:
    """Give a process that has started a server on `data_dir` and committed a row."""
    command = [sys.executable, "-c", CHILD, str(data_dir), str(uid)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    try:
        assert "ready\n" == process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def value(url: URL, statement: str) -> object:
    """Run one statement through psycopg and return the first value of its first row, if it has rows."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def postmaster(data_dir: Path) -> int:
    """Return the number of the main PostgreSQL process of a data directory."""
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def processes(data_dir: Path) -> list[int]:
    """Return the PostgreSQL main processes of this data directory that are alive."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if embedded_host.serves(number, data_dir / "postgres")]


async def test_asyncpg_connects_with_both_urls(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """The URLs work as they are, through SQLAlchemy's asyncpg dialect."""
    for url, role in ((server[1].application, "rowgate_app"), (server[1].owner, "rowgate_owner")):
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            row = (await connection.execute(text("SELECT current_user, current_database()"))).one()
        await engine.dispose()
        assert (role, "rowgate") == tuple(row)


def test_psycopg_connects_and_finds_postgresql_18(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """The same URLs serve psycopg, and what answers is PostgreSQL 18 with its safe defaults of size."""
    assert "18" == str(value(server[1].application, "SHOW server_version")).split(".")[0]
    assert "100" == value(server[1].application, "SHOW max_connections")


@pytest.mark.parametrize("role", ["rowgate_app", "rowgate_owner", "postgres"])
@pytest.mark.parametrize("password", [None, "wrong"])
async def test_log_in_needs_the_password(
    server: tuple[EmbeddedPostgres, Urls], role: str, password: str | None
) -> None:
    """Whoever reaches the socket cannot log in as anybody without that login's password."""
    database = "postgres" if role == "postgres" else "rowgate"
    query = server[1].owner.query
    url = URL.create("postgresql+asyncpg", username=role, password=password, database=database, query=query)
    with pytest.raises(Exception, match="password"):
        value(url, "SELECT 1")
    engine = create_async_engine(url)
    with pytest.raises(Exception, match="password"):
        await engine.connect()
    await engine.dispose()


def test_every_rule_of_access_asks_for_scram(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """No line of pg_hba.conf trusts anybody."""
    rules = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    assert "scram-sha-256" == value(server[0].superuser_url(), rules)


def test_roles_have_no_power_over_row_security(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """Neither login is superuser, skips row security, makes roles or databases, or is a member."""
    powers = (
        "SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication) "
        "FROM pg_roles WHERE rolname IN ('rowgate_owner', 'rowgate_app')"
    )
    members = "SELECT count(*) FROM pg_auth_members WHERE member::regrole::text LIKE 'rowgate%'"
    assert value(server[0].superuser_url(), powers) is False
    assert 0 == value(server[0].superuser_url(), members)


def test_application_owns_nothing(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """No object of the database belongs to the application's login."""
    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'rowgate_app'::regrole AND deptype = 'o'"
    assert 0 == value(server[0].superuser_url(), owned)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "SET ROLE rowgate_owner",
        "SELECT pg_read_file('postmaster.pid')",
    ],
)
def test_application_can_create_nothing(server: tuple[EmbeddedPostgres, Urls], statement: str) -> None:
    """Before a migration grants anything, the application can log in and no more."""
    with pytest.raises(DBAPIError, match=r"permission denied|cannot run inside a transaction"):
        value(server[1].application, statement)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_logins_reach_their_own_database_only(server: tuple[EmbeddedPostgres, Urls], database: str) -> None:
    """The databases that PostgreSQL brings along are closed to both logins."""
    for url in (server[1].application, server[1].owner):
        with pytest.raises(DBAPIError, match="permission denied for database"):
            value(url.set(database=database), "SELECT 1")


def test_owner_can_migrate(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """The owner makes tables in public and grants on them, and the application then uses them."""
    value(server[1].owner, "CREATE TABLE granted AS SELECT 7 AS n")
    value(server[1].owner, "GRANT SELECT ON granted TO rowgate_app")
    assert 7 == value(server[1].application, "SELECT n FROM granted")


def test_files_are_closed(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """Nobody else can read a file of the data directory, list it, or reach the socket."""
    data_dir = server[0].data_dir
    for path in data_dir.iterdir():
        assert 0 == stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert 0 == stat.S_IMODE(data_dir.stat().st_mode) & 0o067


def test_urls_hide_passwords(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """Printing the result of start() shows no password."""
    assert server[1].owner.password is not None
    assert server[1].owner.password not in f"{server[1]} {server[1]!r}"


def test_postgresql_listens_on_no_network(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """There is no TCP port, not even on the loopback."""
    assert "" == value(server[0].superuser_url(), "SHOW listen_addresses")


def test_environment_of_the_server_does_not_reach_postgresql(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """Secrets in our environment cannot be read out of PostgreSQL's process."""
    environment = Path("/proc", str(postmaster(server[0].data_dir)), "environ").read_bytes()
    assert b"ROWGATE" not in environment
    assert b"PYTEST" not in environment


def test_second_server_is_refused_and_leaves_the_first_alone(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """Two servers on one data directory: the second hears which process has it, and the first goes on."""
    with pytest.raises(EmbeddedError, match=rf"another server \(process {os.getpid()}\).*ROWGATE_DATA_DIR"):
        EmbeddedPostgres(server[0].data_dir).start()
    assert 1 == value(server[1].application, "SELECT 1")


def test_other_commands_find_the_running_server(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """A command beside the server gets the same URLs, passwords included."""
    found = find_running(server[0].data_dir)
    assert server[1] == found


def test_forked_child_does_not_stop_the_database(server: tuple[EmbeddedPostgres, Urls]) -> None:
    """A `finally: stop()` inherited by a forked child leaves the parent's database alone."""
    pid = os.fork()
    if pid == 0:
        server[0].stop()
        os._exit(0)
    os.waitpid(pid, 0)
    assert 1 == value(server[1].application, "SELECT 1")


def test_second_start_reuses_data_and_survives_open_connections(folder: Path) -> None:
    """stop() cuts open connections, may be called twice, leaves no process; the next start has the rows."""
    data_dir = folder / "data"
    assert find_running(data_dir) is None
    postgres = EmbeddedPostgres(data_dir, unsafe_fast=True)
    urls = postgres.start()
    value(urls.owner, "CREATE TABLE kept AS SELECT 42 AS answer")
    engine = create_engine(urls.owner.set(drivername="postgresql+psycopg"))
    idle = engine.connect()
    idle.execute(text("LOCK TABLE kept"))
    started = time.monotonic()
    postgres.stop()
    postgres.stop()
    assert time.monotonic() - started < 10
    assert [] == processes(data_dir)
    assert find_running(data_dir) is None
    idle.invalidate()
    with EmbeddedPostgres(data_dir, unsafe_fast=True) as again:
        assert urls == again
        assert 42 == value(again.owner, "SELECT answer FROM kept")


def test_durability_is_on_unless_switched_off(folder: Path) -> None:
    """Without the flag for tests, PostgreSQL's own settings for data safety stand."""
    postgres = EmbeddedPostgres(folder / "data")
    postgres.start()
    try:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert "on" == value(postgres.superuser_url(), f"SHOW {name}")
    finally:
        postgres.stop()


def test_kill_9_of_the_server_loses_nothing(folder: Path) -> None:
    """The committed row survives, the uncommitted one not; the next start takes over what still runs."""
    data_dir = folder / "data"
    with child(data_dir) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = postmaster(data_dir)
        assert [left] == processes(data_dir)
        with EmbeddedPostgres(data_dir) as urls:
            assert [42] == value(urls.owner, "SELECT array_agg(answer) FROM kept")
            assert left not in processes(data_dir)
    assert [] == processes(data_dir)


def test_kill_9_of_everything_loses_nothing(folder: Path) -> None:
    """PostgreSQL killed with the server, as in a power cut: the next start recovers."""
    data_dir = folder / "data"
    with child(data_dir) as process:
        os.kill(postmaster(data_dir), signal.SIGKILL)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with EmbeddedPostgres(data_dir) as urls:
            assert [42] == value(urls.owner, "SELECT array_agg(answer) FROM kept")


def test_stale_mark_with_the_number_of_another_program_does_not_block(folder: Path) -> None:
    """The number in a stale postmaster.pid may be any program's by now: it is spared, and we start."""
    data_dir = folder / "data"
    with EmbeddedPostgres(data_dir, unsafe_fast=True):
        mark = (data_dir / "postgres" / "postmaster.pid").read_text()
    owner = (data_dir / "postgres").stat()
    other = subprocess.Popen(["sleep", "60"], user=owner.st_uid if os.geteuid() == 0 else None)
    stale = data_dir / "postgres" / "postmaster.pid"
    stale.write_text("\n".join([str(other.pid), *mark.splitlines()[1:]]))
    try:
        with EmbeddedPostgres(data_dir, unsafe_fast=True) as urls:
            assert 1 == value(urls.application, "SELECT 1")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_postgresql_with_the_server(folder: Path, sent: signal.Signals) -> None:
    """SIGTERM, or Ctrl-C to the whole process group, ends in stop(), and no PostgreSQL is left."""
    with child(folder / "data") as process:
        os.killpg(process.pid, sent)
        process.wait(20)
        assert [] == processes(folder / "data")
    log = (folder / "data" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_crash_at_any_point_of_the_first_start_is_mended_by_the_next(folder: Path) -> None:
    """Killed again and again during its first set-up, the data directory is still usable, with no remains."""
    data_dir = folder / "data"
    command = [sys.executable, "-c", CHILD, str(data_dir), "0"]
    for seconds in (0.1, 0.3, 0.45, 0.55, 0.65):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not (data_dir / "postgres_password").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(seconds)
        process.kill()
        process.wait()
    with EmbeddedPostgres(data_dir) as urls:
        assert 1 == value(urls.application, "SELECT 1")
    assert [] == list(data_dir.glob("postgres.new-*"))
    assert [] == processes(data_dir)


def test_deep_and_odd_folder_works(folder: Path) -> None:
    """A path too long for a socket, full of characters special to URLs and shells, is no obstacle."""
    data_dir = folder / ("d" * 120) / "a b,c:d'e\"f$g@h%20é?&#" / "data"
    postgres = EmbeddedPostgres(data_dir, unsafe_fast=True)
    urls = postgres.start()
    sockets = Path(str(urls.owner.query["host"]))
    assert 1 == value(urls.application, "SELECT 1")
    assert 0 == stat.S_IMODE(sockets.stat().st_mode) & 0o077

    async def through_asyncpg() -> object:
        engine = create_async_engine(urls.application)
        async with engine.connect() as connection:
            answer = await connection.scalar(text("SELECT 1"))
        await engine.dispose()
        return answer

    assert 1 == asyncio.run(through_asyncpg())
    assert urls == find_running(data_dir)
    postgres.stop()
    assert not sockets.exists()


@pytest.mark.parametrize(
    ("length", "usable"), [(103 - len("/.s.PGSQL.5432"), True), (104 - len("/.s.PGSQL.5432"), False)]
)
def test_socket_path_limit_is_exact(length: int, usable: bool) -> None:
    """The longest path that every system takes is used; one more byte moves the socket elsewhere."""
    assert usable == embedded_host.usable_socket_dir(Path("/" + "d" * (length - 1)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_ordinary_user_runs_postgresql_as_himself_and_root_can_go_on(folder: Path) -> None:
    """An ordinary user's PostgreSQL is his own process; started by root later, it still runs as him."""
    uid = 65534
    os.chown(folder, uid, uid)
    data_dir = folder / "data"
    with child(data_dir, uid=uid) as process:
        assert uid == Path("/proc", str(postmaster(data_dir))).stat().st_uid
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    with EmbeddedPostgres(data_dir) as urls:
        assert uid == Path("/proc", str(postmaster(data_dir))).stat().st_uid
        assert 42 == value(urls.owner, "SELECT answer FROM kept")


@pytest.mark.skipif(os.geteuid() != 0, reason="about starting as root")
def test_root_opens_folders_for_passing_only(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As root, PostgreSQL runs as its own user; folders above the data may be passed, never listed."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "data", unsafe_fast=True):
        assert Path("/proc", str(postmaster(closed / "data"))).stat().st_uid not in (0, 65534)
    assert 0o701 == stat.S_IMODE(closed.stat().st_mode)
    assert 0o710 == stat.S_IMODE((closed / "data").stat().st_mode)
    assert f"letting other users pass through {closed}," in caplog.text


@pytest.mark.parametrize("version", ["16", None])
def test_data_of_another_version_is_refused(folder: Path, version: str | None) -> None:
    """A cluster that another PostgreSQL wrote is left alone, with a message that says what to do."""
    cluster = folder / "data" / "postgres"
    cluster.mkdir(parents=True)
    if version:
        (cluster / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(EmbeddedError, match=r"was written by PostgreSQL .*pg_upgrade.*ROWGATE_DATABASE_URL"):
        EmbeddedPostgres(folder / "data").start()


def test_folder_that_cannot_be_used_is_explained(folder: Path) -> None:
    """A data directory that cannot be made names the variable to change."""
    (folder / "file").write_text("")
    with pytest.raises(EmbeddedError, match=r"cannot be used by this user.*ROWGATE_DATA_DIR"):
        EmbeddedPostgres(folder / "file" / "data").start()


def test_missing_wheel_is_explained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a build for the platform, the message names the way without one."""
    monkeypatch.setattr(embedded_host, "WHEEL", "no_such_wheel")
    with pytest.raises(EmbeddedError, match=r"no build for this platform.*ROWGATE_DATABASE_URL"):
        EmbeddedPostgres(folder / "data").start()


def test_password_file_that_others_may_read_is_refused(folder: Path) -> None:
    """A secret that others may have read is not used silently."""
    data_dir = folder / "data"
    data_dir.mkdir()
    (data_dir / "postgres_password").write_text("known")
    (data_dir / "postgres_password").chmod(0o644)
    with pytest.raises(EmbeddedError, match="may be read by other users"):
        EmbeddedPostgres(data_dir).start()


def test_lost_superuser_password_is_explained_and_nothing_runs_on(folder: Path) -> None:
    """A password file that does not fit gives advice, and the PostgreSQL started for it is stopped."""
    data_dir = folder / "data"
    with EmbeddedPostgres(data_dir, unsafe_fast=True):
        pass
    (data_dir / "postgres_password").unlink()
    with pytest.raises(EmbeddedError, match="superuser cannot log in"):
        EmbeddedPostgres(data_dir).start()
    assert [] == processes(data_dir)


def test_broken_configuration_shows_what_postgresql_said(folder: Path) -> None:
    """When PostgreSQL itself refuses to start, its own words are in the error."""
    data_dir = folder / "data"
    with EmbeddedPostgres(data_dir, unsafe_fast=True):
        pass
    with (data_dir / "postgres" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        EmbeddedPostgres(data_dir).start()
