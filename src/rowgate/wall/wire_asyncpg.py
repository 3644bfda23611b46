"""What the wall says to asyncpg: BEGIN and the context, answered while SQLAlchemy prepares its statement."""

from collections.abc import Coroutine, Generator
from typing import Any

from sqlalchemy import util


class Asyncpg:
    """asyncpg, as SQLAlchemy adapts it."""

    def pid(self, connection: Any) -> int:
        """Return the pid of the backend."""
        pid: int = connection._connection.get_server_pid()
        return pid

    def send(self, connection: Any, statement: str) -> "Beginning | None":
        """Send BEGIN with a statement, to be waited for later; or in a transaction execute the statement."""
        if connection._transaction is None:
            return Beginning(connection, statement)
        util.await_only(self._send(connection, statement))
        return None

    async def _send(self, connection: Any, statement: str) -> None:
        async with connection._execute_mutex:
            try:
                await connection._connection.execute(statement)
            except Exception as error:  # noqa: BLE001 - SQLAlchemy turns it into an error of its own
                connection._handle_exception(error)


class Beginning:
    """A transaction that has been sent, and begins when SQLAlchemy asks for one.

    Until then it stands in for asyncpg's connection, and from then on for asyncpg's transaction. It sends what that would
    send. asyncpg's own is not asked: it makes sure again and again of what is known here, that the connection is open and
    in no transaction, and that costs more than all the rest of the context.
    """

    __slots__ = ("_adapted", "_begun", "_real")

    def __init__(self, adapted: Any, then: str) -> None:
        self._adapted = adapted
        self._real = adapted._connection
        begin = BEGIN[adapted.isolation_level, bool(adapted.readonly), bool(adapted.deferrable)]
        try:
            self._begun = Started(self._real.execute(f"{begin}; {then}"))
        except Exception as error:  # noqa: BLE001 - SQLAlchemy turns it into an error of its own
            adapted._handle_exception(error)
        except BaseException:
            self._real.terminate()  # as below
            raise
        adapted._connection = self

    def settle(self) -> None:
        """Begin it now, if no statement has."""
        if self._adapted._connection is self:
            util.await_only(self._begin())

    async def _begin(self) -> None:
        async with self._adapted._execute_mutex:
            if self._adapted._connection is self:
                await self._adapted._start_transaction()

    def transaction(self, **_options: Any) -> "Beginning":
        """Step aside, and be the transaction."""
        self._adapted._connection = self._real
        return self

    async def start(self) -> None:
        """Wait until it has begun."""
        try:
            await self._begun
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


class Started:
    """A coroutine that has run as far as it could without the event loop; `await` runs the rest.

    It is what `await` does (https://peps.python.org/pep-0380/#formal-semantics), with a pause in it. A task would not do:
    it would run no sooner than this one waits.
    """

    __slots__ = ("_coroutine", "_waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._waits_for = coroutine.send(None)

    def __await__(self) -> Generator[Any, Any, None]:
        step = self._waits_for
        try:
            while True:
                try:
                    value = yield step
                except BaseException as error:  # noqa: BLE001 - it is the coroutine's
                    step = self._coroutine.throw(error)
                else:
                    step = self._coroutine.send(value)
        except StopIteration:
            return


def _words(isolation: str | None, *, readonly: bool, deferrable: bool) -> str:
    level = "" if isolation is None else f" ISOLATION LEVEL {isolation.replace('_', ' ').upper()}"
    return f"BEGIN{level}{' READ ONLY' if readonly else ''}{' DEFERRABLE' if deferrable else ''}"


_LEVELS = (None, "read_uncommitted", "read_committed", "repeatable_read", "serializable")
BEGIN = {
    (level, readonly, deferrable): _words(level, readonly=readonly, deferrable=deferrable)
    for level in _LEVELS
    for readonly in (False, True)
    for deferrable in (False, True)
}
"""BEGIN, by what SQLAlchemy asks asyncpg for."""
