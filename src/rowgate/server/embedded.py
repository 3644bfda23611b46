"""A real PostgreSQL 18 in the server's own data directory, for those who have none.

It listens on a Unix socket only, in a folder that other users cannot enter, and every login needs its
password (scram-sha-256 from the first second, superuser too). In the data directory:

    lock                 held with flock while a server runs; the kernel lets go of it, even on kill -9
    postgres/            the cluster; there only when initdb has finished
    postgres.log         what PostgreSQL says
    run/                 the socket
    *_password           one file per login, mode 600

Life and death: PostgreSQL runs in a session of its own, so Ctrl-C reaches only the server, which calls
`stop()`. After a kill -9 of the server it goes on running, unused; the next start stops it (fast, nothing
committed is lost) and starts anew. That costs a fraction of a second and leaves no connection or setting of
the dead server behind.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from sqlalchemy import URL

from rowgate.server.embedded_host import (
    Account,
    EmbeddedError,
    find_account,
    find_programs,
    find_socket_dir,
)
from rowgate.server.embedded_roles import APPLICATION, DATABASE, OWNER, SUPERUSER, provision
from rowgate.server.embedded_traces import (
    DRAFT,
    check_version,
    clear_drafts,
    clear_leftover,
    diagnosis,
    explained,
    open_log,
    postmaster,
    shut_down,
    tail,
    take_lock,
)
from rowgate.server.secret_files import read_or_create_secret, sync_directory

__all__ = ["EmbeddedError", "EmbeddedPostgres", "Urls", "find_running"]

START_SECONDS: Final = 120  # crash recovery after a busy night takes its time
# Nothing of our own environment: it holds secrets, and PGPORT or PGDATA would lead PostgreSQL astray.
ENVIRONMENT: Final = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
UNSAFE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Urls:
    """Where the two logins connect, for SQLAlchemy with asyncpg. `str()` and `repr()` hide the passwords."""

    application: URL
    owner: URL


class EmbeddedPostgres:
    """One embedded PostgreSQL, from `start()` to `stop()`. Its calls block: make them outside event loops.

    Args:
        data_dir: made if it is missing. Nobody but the server needs to read it.
        unsafe_fast: for tests only. A crash of the *machine* may lose or break all data.
    """

    def __init__(self, data_dir: Path, *, unsafe_fast: bool = False) -> None:
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self.log = self.data_dir / "postgres.log"
        self._unsafe_fast = unsafe_fast
        self._account = Account()
        self._lock: int | None = None
        self._socket_dir: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = os.getpid()

    def start(self) -> Urls:
        """Start PostgreSQL, after setting it up the first time, and return the URLs of both logins.

        Every step may be the last before a crash; the next start goes on from there.

        Raises:
            EmbeddedError: it cannot run; the text says what to do. Nothing is left running then.
        """
        if self._process is not None:
            raise EmbeddedError("this embedded PostgreSQL has been started already")
        try:
            with explained(self.data_dir):
                return self._start()
        except BaseException:  # Ctrl-C too
            self.stop()
            raise

    def stop(self) -> None:
        """Stop PostgreSQL, whoever is still connected, and let go of the data directory. May be called again.

        In a forked child it does nothing: the database belongs to the process that started it.
        """
        if os.getpid() != self._pid:
            return
        try:
            if self._process is not None:
                shut_down(self._process)
        finally:
            self._process = None
            if self._socket_dir is not None:
                shutil.rmtree(self._socket_dir, ignore_errors=True)
                self._socket_dir = None
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def superuser_url(self) -> URL:
        """Return the URL of PostgreSQL's superuser, for tests and repair; the server never uses it."""
        return _url(self.data_dir, SUPERUSER, "postgres", self._sockets())

    def __enter__(self) -> Urls:
        """Start, and give the URLs to the `with` block."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _start(self) -> Urls:
        programs = find_programs()
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._pid = os.getpid()
        self._lock = take_lock(self.data_dir)
        check_version(self.cluster)
        passwords = {role: _password(self.data_dir, role) for role in (SUPERUSER, OWNER, APPLICATION)}
        self._account = find_account(self.data_dir, self.cluster, programs)
        if not self.cluster.exists():
            self._initialise(programs, passwords[SUPERUSER])
        clear_leftover(self.cluster)
        self._socket_dir = find_socket_dir(self.data_dir, self._account)
        self._process = self._launch(programs)
        self._wait_until_ready(self._process)
        provision(str(self._socket_dir), passwords)
        # From here on other commands may use the database: see find_running().
        os.write(self._lock, f"\n{self._socket_dir}\n".encode())
        return _urls(self.data_dir, self._socket_dir)

    def _initialise(self, programs: Path, password: str) -> None:
        """Make the cluster under another name and rename it when it is whole.

        The name is a new one each time: an initdb that survived its killed parent must not write into ours.
        """
        clear_drafts(self.data_dir)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=self.data_dir))
        descriptor, name = tempfile.mkstemp(prefix=DRAFT, dir=self.data_dir)  # mode 600
        password_file = Path(name)
        with os.fdopen(descriptor, "w") as file:
            file.write(password + "\n")
        try:
            for path in (draft, password_file):
                self._account.owns(path)
            # Code-point order and Unicode case, built in: the same on every machine the data moves to.
            self._run(
                [str(programs / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={password_file}"]
                + ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
                + ["--builtin-locale=C.UTF-8", "--no-instructions"]
                + (["--no-sync"] if self._unsafe_fast else [])
            )
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)  # the disk may be full of it
            raise
        finally:
            password_file.unlink()
        draft.rename(self.cluster)
        sync_directory(self.data_dir)

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            user=self._account.uid,
            group=self._account.gid,
            extra_groups=None if self._account.uid is None else [],
        )
        if done.returncode != 0:
            raise EmbeddedError(diagnosis(self.data_dir, done.stderr or done.stdout))

    def _launch(self, programs: Path) -> subprocess.Popen[bytes]:
        """Run `postgres` itself: pg_ctl would pass paths through a shell and hide why a start failed."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_dir),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(UNSAFE if self._unsafe_fast else {}),
        }
        command = [str(programs / "postgres"), "-D", str(self.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with open_log(self.log) as log:
            return subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                user=self._account.uid,
                group=self._account.gid,
                extra_groups=None if self._account.uid is None else [],
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (process.pid, "ready") != postmaster(self.cluster):
            if process.poll() is not None:
                raise EmbeddedError(diagnosis(self.data_dir, tail(self.log)))
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL was not ready after {START_SECONDS} s; if it recovers from a crash, start "
                    f"again. Its log is {self.log}"
                )
            time.sleep(0.02)

    def _sockets(self) -> Path:
        if self._socket_dir is None:
            raise EmbeddedError("this embedded PostgreSQL is not running")
        return self._socket_dir


def find_running(data_dir: Path) -> Urls | None:
    """Return the URLs of an embedded PostgreSQL that another process runs on `data_dir`, or None.

    For commands beside the server (`rowgate user create`), which must not start a second one.

    Raises:
        EmbeddedError: the files cannot be read, as when the server runs as somebody else.
    """
    import fcntl

    path = data_dir.resolve() / "lock"
    with explained(data_dir):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, encoding="utf-8") as file:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                lines = file.read().splitlines()
            else:
                return None
        # One line, the process, until the server is ready; then a second one, the folder of the socket.
        return _urls(data_dir.resolve(), Path(lines[1])) if lines[1:] else None


def _urls(data_dir: Path, sockets: Path) -> Urls:
    return Urls(
        application=_url(data_dir, APPLICATION, DATABASE, sockets),
        owner=_url(data_dir, OWNER, DATABASE, sockets),
    )


def _url(data_dir: Path, role: str, database: str, sockets: Path) -> URL:
    return URL.create(
        "postgresql+asyncpg",
        username=role,
        password=_password(data_dir, role),
        database=database,
        query={"host": str(sockets)},
    )


def _password(data_dir: Path, role: str) -> str:
    return read_or_create_secret(data_dir / f"{role}_password", lambda: secrets.token_urlsafe(32))
