"""BEGIN and the context in one message, for each driver.

Both drivers begin a transaction by a message of its own before the first statement. The context goes with that one, as
a second statement of the simple query protocol, so it costs no round trip; with asyncpg no turn of the event loop either
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT).
"""

from typing import Any, Protocol

from sqlalchemy import util
from sqlalchemy.engine import Dialect

from rowgate.errors import CatalogError


class Pending(Protocol):
    """A statement that a driver sends with the next BEGIN. `sent`: whether it has done so, or tried to."""

    sent: bool

    def withdraw(self) -> None:
        """Take it back, if it was not sent."""
        ...


class Driver(Protocol):
    """What is asked of a driver."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend, as the driver was told at log-in."""
        ...

    def send(self, connection: Any, statement: str) -> Pending | None:
        """Execute a statement that returns nothing, with BEGIN before it if there is no transaction yet.

        A driver that begins by itself, with what is executed next, may do it then, and returns what is pending. When
        that was executed, whatever came of it, it is to be withdrawn: what has not been sent is not left to others.
        """
        ...


def driver_of(dialect: Dialect) -> Driver:
    """Return what speaks to the driver of a dialect.

    Raises:
        CatalogError: it is neither asyncpg nor psycopg 3.
    """
    known = {"asyncpg": Asyncpg, "psycopg": PsycopgAsync if dialect.is_async else Psycopg}
    if dialect.name != "postgresql" or dialect.driver not in known:
        raise CatalogError(f"the wall stands in PostgreSQL, reached by asyncpg or psycopg 3, not {dialect.driver}")
    return known[dialect.driver]()


class Asyncpg:
    """asyncpg, as SQLAlchemy adapts it."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend."""
        pid: int = connection._connection.get_server_pid()
        return pid

    def send(self, connection: Any, statement: str) -> Pending | None:
        """Execute a statement, now or with the BEGIN that is sent before the next one."""
        if connection._transaction is None:
            return _Beginning(connection, statement)
        util.await_only(self._send(connection, statement))
        return None

    async def _send(self, connection: Any, statement: str) -> None:
        async with connection._execute_mutex:
            try:
                await connection._connection.execute(statement)
            except Exception as error:  # noqa: BLE001 - SQLAlchemy turns it into an error of its own
                connection._handle_exception(error)


class _Beginning:
    """Stands in for asyncpg's connection until SQLAlchemy begins a transaction, and is that transaction then.

    It sends what asyncpg's own would send, and the statement at the end of BEGIN. asyncpg's own is not asked: it makes sure
    again and again of what is known here, that the connection is open and in no transaction, and that costs more than all
    the rest of the context.
    """

    __slots__ = ("_adapted", "_begin", "_real", "_then", "sent")

    def __init__(self, adapted: Any, then: str) -> None:
        self._adapted = adapted
        self._real = adapted._connection
        self._then = then
        self.sent = False
        adapted._connection = self

    def withdraw(self) -> None:
        """Step aside, if nothing was sent."""
        if self._adapted._connection is self:
            self._adapted._connection = self._real

    def transaction(self, isolation: str | None, readonly: Any, deferrable: Any) -> "_Beginning":
        """Step aside, and be the transaction."""
        self._adapted._connection = self._real
        self._begin = _BEGIN[isolation, bool(readonly), bool(deferrable)]
        return self

    async def start(self) -> None:
        """Send BEGIN and what comes with it."""
        self.sent = True
        try:
            await self._real.execute(f"{self._begin}; {self._then}")
        except BaseException:
            self._real.terminate()  # it may have begun, and SQLAlchemy believes that it has not
            raise

    async def commit(self) -> None:
        """Commit."""
        await self._real.execute("COMMIT")

    async def rollback(self) -> None:
        """Roll back."""
        await self._real.execute("ROLLBACK")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _words(isolation: str | None, *, readonly: bool, deferrable: bool) -> str:
    level = "" if isolation is None else f" ISOLATION LEVEL {isolation.replace('_', ' ').upper()}"
    return f"BEGIN{level}{' READ ONLY' if readonly else ''}{' DEFERRABLE' if deferrable else ''}"


_LEVELS = (None, "read_uncommitted", "read_committed", "repeatable_read", "serializable")
_BEGIN = {
    (level, readonly, deferrable): _words(level, readonly=readonly, deferrable=deferrable)
    for level in _LEVELS
    for readonly in (False, True)
    for deferrable in (False, True)
}
"""BEGIN, by what SQLAlchemy asks asyncpg for."""


class Psycopg:
    """psycopg 3, synchronous."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend."""
        return int(connection.pgconn.backend_pid)

    def send(self, connection: Any, statement: str) -> None:
        """Execute a statement, with BEGIN before it if need be."""
        from psycopg.generators import execute

        with connection.lock:
            connection.pgconn.send_query(_with_begin(connection, statement))
            _check(connection.wait(execute(connection.pgconn)))


class PsycopgAsync:
    """psycopg 3, asynchronous, as SQLAlchemy adapts it."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend."""
        return int(connection.driver_connection.pgconn.backend_pid)

    def send(self, connection: Any, statement: str) -> None:
        """Execute a statement, with BEGIN before it if need be."""
        util.await_only(self._send(connection.driver_connection, statement))

    async def _send(self, connection: Any, statement: str) -> None:
        from psycopg.generators import execute

        async with connection.lock:
            connection.pgconn.send_query(_with_begin(connection, statement))
            _check(await connection.wait(execute(connection.pgconn)))


def _with_begin(connection: Any, statement: str) -> bytes:
    """Return a statement, after the BEGIN that psycopg would send, if there is no transaction yet."""
    if connection.pgconn.transaction_status != 0:  # IDLE
        return statement.encode("ascii")
    words = ["BEGIN"]
    if connection.isolation_level is not None:
        words.append(f"ISOLATION LEVEL {connection.isolation_level.name.replace('_', ' ')}")
    if connection.read_only is not None:
        words.append("READ ONLY" if connection.read_only else "READ WRITE")
    if connection.deferrable is not None:
        words.append("DEFERRABLE" if connection.deferrable else "NOT DEFERRABLE")
    return f"{' '.join(words)}; {statement}".encode("ascii")


def _check(results: Any) -> None:
    """Raise psycopg's error for the result that is one."""
    from psycopg.errors import error_from_result
    from psycopg.pq import ExecStatus

    for result in results:
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
