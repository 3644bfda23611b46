"""BEGIN and the context in one message, for each driver.

Both drivers begin a transaction by a message of its own before the first statement. The context goes with that one, as
a second statement of the simple query protocol, so it costs no round trip; with asyncpg no turn of the event loop either
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT).
"""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import util
from sqlalchemy.engine import Dialect

from rowgate.errors import CatalogError

Withdraw = Callable[[], bool]
"""Takes back what has not been sent yet, and says whether there was such a thing."""


class Driver(Protocol):
    """What is asked of a driver."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend, as the driver was told at log-in."""
        ...

    def send(self, connection: Any, statement: str) -> Withdraw | None:
        """Execute a statement that returns nothing, with BEGIN before it if there is no transaction yet.

        A driver that begins by itself, with what is executed next, may do it then, and returns what takes it back. To be
        called when that was executed, whatever came of it: what has not been sent is not left to others.
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
        pid: int = connection.driver_connection.get_server_pid()
        return pid

    def send(self, connection: Any, statement: str) -> Withdraw | None:
        """Execute a statement, now or with the BEGIN that is sent before the next one."""
        if connection._transaction is None:
            return _Beginning(connection, statement).withdraw
        util.await_only(self._send(connection, statement))
        return None

    async def _send(self, connection: Any, statement: str) -> None:
        async with connection._execute_mutex:
            try:
                await connection._connection.execute(statement)
            except Exception as error:  # noqa: BLE001 - SQLAlchemy turns it into an error of its own
                connection._handle_exception(error)


class _Beginning:
    """Stands in for asyncpg's connection until a transaction has begun on it. All else is the connection's own.

    SQLAlchemy and asyncpg begin as they do: SQLAlchemy asks it for a transaction, and that for what it needs to begin; what
    it sends for it has the statement at its end.
    """

    __slots__ = (
        "_adapted",
        "_begun",
        "_pool_release_ctr",
        "_protocol",
        "_real",
        "_sent",
        "_then",
        "_top_xact",
        "is_closed",
    )

    def __init__(self, adapted: Any, then: str) -> None:
        self._adapted = adapted
        self._real = adapted._connection
        self._then = then
        self._sent = False
        adapted._connection = self

    def withdraw(self) -> bool:
        """Step aside; return whether nothing was sent."""
        if self._adapted._connection is self:
            self._adapted._connection = self._real
        return not self._sent

    def transaction(self, **options: Any) -> Any:
        """Return asyncpg's transaction, which is about to send its BEGIN to us."""
        real = self._adapted._connection = self._real
        begun = self._begun = real.transaction(**options)
        # What it reads of a connection as it starts, here: all the rest would be looked for here in vain, and then there.
        self._pool_release_ctr, self.is_closed = real._pool_release_ctr, real.is_closed
        self._protocol, self._top_xact = real._protocol, real._top_xact
        begun._connection = self
        return begun

    async def execute(self, begin: str) -> Any:
        """Send BEGIN and what comes with it."""
        real = self._begun._connection = self._real
        real._top_xact = self._top_xact
        self._sent = True
        try:
            return await real.execute(f"{begin} {self._then}")
        except BaseException:
            real.terminate()  # it may have begun, and SQLAlchemy believes that it has not
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


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
