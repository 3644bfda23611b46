"""What the wall says to psycopg 3: BEGIN and the context, before the first statement."""

from typing import Any

from sqlalchemy import util


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
