"""BEGIN and the context in one message, for each driver.

Both drivers begin a transaction by a message of its own before the first statement. The context goes with that one, as
a second statement of the simple query protocol, so it costs no round trip
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT). With asyncpg nobody waits for
it: the server begins while SQLAlchemy prepares its statement.
"""

from typing import Any, Protocol

from sqlalchemy.engine import Dialect

from rowgate.errors import CatalogError
from rowgate.wall.wire_asyncpg import Asyncpg
from rowgate.wall.wire_psycopg import Psycopg, PsycopgAsync


class Pending(Protocol):
    """A message that has been sent, and not been answered yet."""

    def settle(self) -> None:
        """Wait for the answer, if no statement has come after it."""
        ...


class Driver(Protocol):
    """What is asked of a driver."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend, as the driver was told at log-in."""
        ...

    def send(self, connection: Any, statement: str) -> Pending | None:
        """Execute a statement that returns nothing, with BEGIN before it if there is no transaction yet.

        What is pending is answered when the next statement is executed. It is to be settled after that, whatever came
        of it: there may have been none.
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
