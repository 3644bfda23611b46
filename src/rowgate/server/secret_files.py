"""Secrets kept in files: made once, never seen half written, readable by their owner alone.

Several workers may start at the same moment and ask for the same secret; all of them get the same one.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path


class SecretFileError(ValueError):
    """A secret file cannot be used; the text says what to do, and never holds the secret."""


def read_or_create_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in `path`; if there is none, keep what `make` gives there, mode 600, and return that.

    Creating the file and losing the race for it are the same to the caller: the file decides.

    Raises:
        SecretFileError: others may read the file, it is no plain file, or it is empty.
        OSError: the folder cannot be written to, or the disk is full.
    """
    with contextlib.suppress(FileNotFoundError):
        return read_secret(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        _create(path, make())
    return read_secret(path)


def read_secret(path: Path) -> str:
    """Return the secret in `path`, without white space around it.

    Raises:
        SecretFileError: others may read the file, it is no plain file, or it is empty.
        FileNotFoundError: there is no such file.
        OSError: it cannot be read.
    """
    # O_NONBLOCK: a named pipe in the file's place must not hang the start.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        # Of the open file, not of the path: nobody can swap it between the look and the read.
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise SecretFileError(f"{path} is not a plain file; remove it")
        if mode & 0o077:
            raise SecretFileError(
                f"{path} may be read by other users (mode {stat.S_IMODE(mode):03o}): its secret is none. "
                f"Remove the file to have a new one made, or run: chmod 600 {path}"
            )
        try:
            secret = file.read().strip()
        except UnicodeDecodeError:
            raise SecretFileError(f"{path} does not hold UTF-8 text; remove it") from None
    if not secret:
        raise SecretFileError(f"{path} is empty; remove it")
    return secret


def replace_secret(path: Path, secret: str) -> None:
    """Put another secret in the place of one. Whoever reads meanwhile gets the old one or the new one, whole.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    with _draft(path, secret) as draft:
        draft.replace(path)


def _create(path: Path, secret: str) -> None:
    """Write the whole file under another name, then link it into place, which fails if somebody was first.

    O_EXCL on the final name alone would let another worker read it before it is written.
    """
    with _draft(path, secret) as draft:
        os.link(draft, path)


@contextlib.contextmanager
def _draft(path: Path, secret: str) -> Iterator[Path]:
    """Give a file of another name with the secret in it; the name is gone at the end."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(descriptor)
        yield draft
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make a new name in `path` survive a power cut, as fsync makes the content survive one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
