"""One migrates at a time: an advisory lock, and limits on what a migration may wait for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection

LOCK_KEY = int.from_bytes(b"rowgate\x01", "big")  # advisory locks are per database; the key is only ours
_PAUSE = 0.1  # seconds between two attempts


@dataclass(frozen=True)
class Limits:
    """How long to wait: for a table's lock, for one statement (PostgreSQL durations), for another migration (seconds).

    A migration that queues behind a long transaction makes every request queue behind itself; better that it fails.
    """

    lock: str = "5s"
    statement: str = "5min"
    turn: float = 600.0


@contextmanager
def migration_turn(connection: Connection, *, limits: Limits) -> Iterator[None]:
    """Hold the lock and the limits while the caller migrates.

    In a transaction of the caller's, the lock ends with that transaction, which stays the caller's to commit. Otherwise
    it belongs to the connection, because each migration commits by itself, and is given back at the end. Such a lock
    needs a direct connection: behind a pooler in transaction mode it could stay with a stranger.
    """
    if connection.in_transaction():
        _take_lock(connection, "pg_try_advisory_xact_lock", wait=limits.turn)
        before = _set_limits(connection, lock=limits.lock, statement=limits.statement, local=True)
        yield
        _set_limits(connection, lock=before[0], statement=before[1], local=True)
        return
    _take_lock(connection, "pg_try_advisory_lock", wait=limits.turn, commit=True)
    before = _set_limits(connection, lock=limits.lock, statement=limits.statement, local=False)
    connection.commit()
    try:
        yield
        connection.commit()
    finally:
        if not connection.invalidated:  # a lost connection has lost its lock
            connection.rollback()  # in a failed transaction no unlock could run
            _set_limits(connection, lock=before[0], statement=before[1], local=False)
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK_KEY})")
            connection.commit()


def _take_lock(connection: Connection, function: str, *, wait: float, commit: bool = False) -> None:
    """Ask for the lock until it is free.

    Waiting inside `pg_advisory_lock` would hold a snapshot, and a CREATE INDEX CONCURRENTLY of whoever has the lock
    waits for old snapshots: a deadlock. The pause is the database's, which lets an event loop go on.
    """
    deadline = monotonic() + wait
    while True:
        taken = connection.exec_driver_sql(f"SELECT {function}({LOCK_KEY})").scalar_one()
        if not taken:
            connection.exec_driver_sql(f"SELECT pg_sleep({_PAUSE})")
        if commit:
            connection.commit()
        if taken:
            return
        if monotonic() > deadline:
            raise CommandError(f"Another process has been migrating this database for {wait:g} seconds.")


def _set_limits(connection: Connection, *, lock: str, statement: str, local: bool) -> tuple[str, str]:
    """Set both limits and return what they were."""
    before = connection.execute(
        text("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
    ).one()
    connection.execute(
        text("SELECT set_config('lock_timeout', :lock, :local), set_config('statement_timeout', :statement, :local)"),
        {"lock": lock, "statement": statement, "local": local},
    )
    return before[0], before[1]


def offline_prologue(limits: Limits) -> list[str]:
    """Render the same turn for a script; its run waits for the lock without a limit."""
    return [
        f"SELECT pg_advisory_lock({LOCK_KEY});",
        f"SET lock_timeout = '{limits.lock}';",
        f"SET statement_timeout = '{limits.statement}';",
    ]


def offline_epilogue() -> list[str]:
    """Render the end of the turn for a script."""
    return [
        "RESET statement_timeout;",
        "RESET lock_timeout;",
        f"SELECT pg_advisory_unlock({LOCK_KEY});",
    ]
