"""The traces that an embedded PostgreSQL leaves in its data directory, and what they mean to the next start.

The lock, the version, `postmaster.pid`, the log, and the errors that come of them.
"""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rowgate.server.embedded_host import EXTERNAL, VERSION, EmbeddedError, logger, serves
from rowgate.server.secret_files import SecretFileError

# A fast shutdown ends with a checkpoint. After that time, an immediate one: the next start recovers.
STOP_SECONDS: Final = 60
DRAFT: Final = "postgres.new-"
DRAFT_SECONDS: Final = 30
LOCK_SECONDS: Final = 0.5
LOG_BYTES: Final = 10_000_000  # above that, the log is put aside at start; one older log is kept


def take_lock(data_dir: Path) -> int:
    """Return the descriptor that holds the lock. Not inherited by programs we run, so it goes when we go.

    Raises:
        EmbeddedError: another process holds it.
    """
    import fcntl

    path = data_dir / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    deadline = time.monotonic() + LOCK_SECONDS  # find_running() holds it for a moment
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = path.read_text().partition("\n")[0] or "unknown"
                os.close(descriptor)
                raise EmbeddedError(
                    f"another server (process {holder}) uses the data directory {data_dir}. Stop it, or give "
                    f"this one another ROWGATE_DATA_DIR, {EXTERNAL}"
                ) from None
            time.sleep(0.05)
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def check_version(cluster: Path) -> None:
    """Refuse a cluster that another PostgreSQL wrote; one that is not there yet is fine.

    Raises:
        EmbeddedError: its version is not ours, or cannot be read.
    """
    if not cluster.exists():
        return
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = "no version that can be read"
    if version != VERSION:
        raise EmbeddedError(
            f"{cluster} was written by PostgreSQL {version}, and this server brings {VERSION}. Dump it with "
            f"the old version and load it into a new data directory, use pg_upgrade, {EXTERNAL}"
        )


def clear_drafts(data_dir: Path) -> None:
    """Remove what killed set-ups left behind.

    An initdb may have survived its killed parent and still be writing: go on until it has died of the loss.

    Raises:
        EmbeddedError: something cannot be removed.
    """
    deadline = time.monotonic() + DRAFT_SECONDS
    while drafts := list(data_dir.glob(f"{DRAFT}*")):
        for draft in drafts:
            if draft.is_dir():
                shutil.rmtree(draft, ignore_errors=True)
            else:
                draft.unlink(missing_ok=True)
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{drafts[0]}, left by a set-up that was killed, cannot be removed; remove it")
        time.sleep(0.02)


def postmaster(cluster: Path) -> tuple[int, str] | None:
    """Return process number and status from `postmaster.pid`, as PostgreSQL documents its eight lines."""
    try:
        lines = (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
        return abs(int(lines[0])), "".join(lines[7:]).strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None


def clear_leftover(cluster: Path) -> None:
    """Stop what a killed server left running, and remove its mark when nothing runs.

    We hold the lock, so no live server owns it. The mark must go when its number belongs to another program
    by now (the usual case after a restart of a container): PostgreSQL would refuse to start for ever.
    """
    left = postmaster(cluster)
    if left is None:
        return
    pid, _ = left
    if serves(pid, cluster):
        logger.warning("stopping PostgreSQL (process %d), left by a server that was killed", pid)
    deadline = time.monotonic() + STOP_SECONDS
    signalled = None
    while serves(pid, cluster):
        wanted = signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT
        if wanted != signalled:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, wanted)
            signalled = wanted
        if time.monotonic() > deadline + STOP_SECONDS:
            raise EmbeddedError(f"PostgreSQL (process {pid}), left by a server that was killed, does not stop; stop it")
        time.sleep(0.02)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def shut_down(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (connections are cut, transactions rolled back), then immediate, never SIGKILL."""
    for wanted in (signal.SIGINT, signal.SIGQUIT):
        if process.poll() is None:
            process.send_signal(wanted)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
    logger.error("PostgreSQL (process %d) does not stop", process.pid)


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[int]:
    """Give the descriptor of the log. Not through links: in a user's folder they may lead root anywhere."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def tail(log: Path) -> str:
    """Return the last lines of the log."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-8:])


def diagnosis(data_dir: Path, output: str) -> str:
    """Say why PostgreSQL did not start, out of what it said itself, and what to do."""
    if "No space left on device" in output or "Check free disk space" in output:
        return f"the disk that holds {data_dir} is full. Free some space, start again; nothing committed is lost"
    return f"PostgreSQL did not start in {data_dir}. It said:\n{output.strip()}\nMend that, {EXTERNAL}"


@contextlib.contextmanager
def explained(data_dir: Path) -> Iterator[None]:
    """Turn errors of the file system and of secret files into `EmbeddedError`, with what to do."""
    try:
        yield
    except SecretFileError as error:
        raise EmbeddedError(str(error)) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise EmbeddedError(diagnosis(data_dir, "No space left on device")) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ELOOP):
            reason = f"{error.strerror}: {error.filename or data_dir}"
            if os.geteuid() == 0 and error.errno != errno.EROFS:
                reason += "; root must be able to run programs as another user here, or start as an ordinary user"
            raise EmbeddedError(
                f"the data directory {data_dir} cannot be used by this user ({reason}). Set ROWGATE_DATA_DIR "
                f"to a folder that this user may write to, {EXTERNAL}"
            ) from error
        raise EmbeddedError(f"the embedded PostgreSQL cannot use {data_dir}: {error}") from error
