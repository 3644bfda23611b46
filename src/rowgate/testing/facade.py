"""A sync Session, Connection or Engine behind the awaitable methods of the async ones: a case is written once for both.

Every awaitable completes at once. Nothing of `rowgate` knows of it: it is for running cases on sync drivers.
"""

from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

from sqlalchemy import Result, ScalarResult
from sqlalchemy.engine import Connection, Engine, MappingResult, Transaction
from sqlalchemy.orm import Session, SessionTransaction

STREAMED = {"stream_results": True}


def facade(found: Any) -> Any:
    """Return an object with async methods: the sync ones of SQLAlchemy wrapped, all others as they are."""
    if isinstance(found, Session):
        return SessionFacade(found)
    if isinstance(found, Connection):
        return ConnectionFacade(found)
    return EngineFacade(found) if isinstance(found, Engine) else found


class Facade:
    """What all facades share: names in `awaited` become coroutines, all others are passed on."""

    awaited: frozenset[str] = frozenset()

    def __init__(self, target: Any) -> None:
        object.__setattr__(self, "_target", target)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        return self._coroutine(found) if name in self.awaited else found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)

    @staticmethod
    def _coroutine(method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: Any, **options: Any) -> Any:
            return facade(method(*args, **options))

        return call

    async def run_sync(self, work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Call a function with the sync object."""
        return work(self._target, *args, **options)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._target.close()


class SessionFacade(Facade):
    """A Session like an AsyncSession."""

    awaited = frozenset({
        "close", "commit", "connection", "delete", "execute", "flush", "get", "get_one", "invalidate", "merge",
        "merge_all", "refresh", "reset", "rollback", "scalar", "scalars",
    })  # fmt: skip

    @property
    def sync_session(self) -> Session:
        """The session itself."""
        found: Session = self._target
        return found

    @property
    def bind(self) -> Any:
        """Its engine."""
        return facade(self._target.bind)

    def __contains__(self, instance: object) -> bool:
        return instance in self._target

    def __iter__(self) -> Any:
        return iter(self._target)

    async def aclose(self) -> None:
        """Close it."""
        self._target.close()

    def begin(self) -> "Begun":
        """Begin a transaction."""
        return Begun(self._target.begin)

    def begin_nested(self) -> "Begun":
        """Begin a savepoint."""
        return Begun(self._target.begin_nested)

    async def stream(self, statement: Any, params: Any = None, **options: Any) -> "ResultFacade":
        """Execute and stream."""
        return ResultFacade(self._target.execute(statement, params, **_streaming(options)))

    async def stream_scalars(self, statement: Any, params: Any = None, **options: Any) -> "ResultFacade":
        """Execute and stream the first column."""
        return ResultFacade(self._target.scalars(statement, params, **_streaming(options)))


class ConnectionFacade(Facade):
    """A Connection like an AsyncConnection."""

    awaited = frozenset({
        "close", "commit", "detach", "exec_driver_sql", "execute", "execution_options", "get_isolation_level",
        "invalidate", "rollback", "scalar", "scalars",
    })  # fmt: skip

    @property
    def sync_connection(self) -> Connection:
        """The connection itself."""
        found: Connection = self._target
        return found

    async def get_raw_connection(self) -> Any:
        """Return the pool's connection, whose `driver_connection` is the driver's."""
        return self._target.connection

    def begin(self) -> "Begun":
        """Begin a transaction."""
        return Begun(self._target.begin)

    def begin_nested(self) -> "Begun":
        """Begin a savepoint."""
        return Begun(self._target.begin_nested)

    def stream(self, statement: Any, params: Any = None, **options: Any) -> "Begun":
        """Execute and stream."""
        return Begun(lambda: ResultFacade(self._target.execute(statement, params, **_streaming(options))))

    def stream_scalars(self, statement: Any, params: Any = None, **options: Any) -> "Begun":
        """Execute and stream the first column."""
        return Begun(lambda: ResultFacade(self._target.scalars(statement, params, **_streaming(options))))


class EngineFacade(Facade):
    """An Engine like an AsyncEngine."""

    awaited = frozenset({"dispose", "raw_connection"})

    @property
    def sync_engine(self) -> Engine:
        """The engine itself."""
        found: Engine = self._target
        return found

    def connect(self) -> "Begun":
        """Open a connection."""
        return Begun(lambda: facade(self._target.connect()))

    def begin(self) -> "Begun":
        """Open a connection and begin a transaction."""
        return Begun(self._target.begin)


class Begun:
    """What is either awaited or entered: a transaction, a connection or a result."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def __await__(self) -> Generator[Any, None, Any]:
        self._made = self._make()
        return TransactionFacade.over(self._made)
        yield

    async def __aenter__(self) -> Any:
        self._made = self._made or self._make()
        if isinstance(self._made, Facade):
            return self._made
        return TransactionFacade.over(self._made.__enter__())

    async def __aexit__(self, *error: object) -> Any:
        if isinstance(self._made, Facade):
            await self._made.close()
            return None
        return self._made.__exit__(*error)


class TransactionFacade(Facade):
    """A transaction like an async one."""

    awaited = frozenset({"close", "commit", "rollback", "start"})

    @classmethod
    def over(cls, made: Any) -> Any:
        """Return a facade of a transaction, or of whatever else it is."""
        return cls(made) if isinstance(made, Transaction | SessionTransaction) else facade(made)

    async def __aexit__(self, *error: object) -> None:
        self._target.__exit__(*error)


class ResultFacade(Facade):
    """A Result like an AsyncResult."""

    awaited = frozenset({
        "all", "close", "fetchall", "fetchmany", "fetchone", "first", "one", "one_or_none", "scalar", "scalar_one",
        "scalar_one_or_none",
    })  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if name not in {"columns", "mappings", "scalars", "tuples", "unique", "yield_per", "freeze"}:
            return found

        def call(*args: Any, **options: Any) -> Any:
            made = found(*args, **options)
            return ResultFacade(made) if isinstance(made, Result | ScalarResult | MappingResult) else made

        return call

    async def partitions(self, size: int | None = None) -> AsyncIterator[Any]:
        """Yield lists of rows."""
        for part in self._target.partitions(size):
            yield part

    def __aiter__(self) -> "ResultFacade":
        return self

    async def __anext__(self) -> Any:
        for found in self._target:
            return found
        raise StopAsyncIteration


def _streaming(options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "execution_options": {**(options.get("execution_options") or {}), **STREAMED}}
