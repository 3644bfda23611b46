"""Connections where the wall stands: each transaction tells the database who acts.

The context is set by SET LOCAL, with BEGIN, which is sent before the first statement is compiled: it ends with its
transaction, and nothing of it is left when a connection goes back to its pool. A connection remembers which lifts the
context of its transaction has, and sends another one before a statement that needs others. A statement without lifts
that comes later has the plain one sent before it.
"""

from typing import Any, NoReturn

from sqlalchemy.engine.base import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ReleaseSavepointClause, RollbackToSavepointClause

from rowgate.errors import AccessDenied, PolicyDrift, Unguarded
from rowgate.lift import EVERY
from rowgate.session.connection import GuardedConnection
from rowgate.session.walled_engine import WalledEngine
from rowgate.wall.generic import lift_name
from rowgate.wall.signing import SETTING, SUBJECT, UNBOUND
from rowgate.wall.wires import Pending

__all__ = ["WalledConnection", "WalledEngine"]

_NO_RIGHT = "42501"
"""Insufficient privilege: what is granted is a part of the wall."""
_SAVEPOINTS = (RollbackToSavepointClause, ReleaseSavepointClause)
"""They run in a transaction that has failed, too."""


class WalledConnection(GuardedConnection):
    """A guarded connection that tells the database who acts, with each BEGIN."""

    engine: WalledEngine  # pyright: ignore[reportIncompatibleVariableOverride]
    _told: frozenset[str] | None = None
    """The lifts in the context that a transaction has; None where it has none of ours for certain."""

    _told_in: Any = None
    """The transaction that has it: another one has been told nothing."""

    _pending: Pending | None = None
    """A context that has been sent, and not been answered."""

    def execution_options(self, **opt: Any) -> Any:
        """Set options for this connection, such as the isolation level.

        Raises:
            Unguarded: the level is autocommit. That of an engine is refused with the first statement.
        """
        changed = super().execution_options(**opt)
        if "isolation_level" in opt:
            self._driver()
        return changed

    def _driver(self) -> Any:
        """Return the driver's connection.

        Raises:
            Unguarded: it is in autocommit: there is no transaction to hold a context.
        """
        pooled: Any = self._dbapi_connection
        if pooled is None:  # invalidated: it connects anew, or says why not
            pooled = Connection.connection.fget(self)  # type: ignore[attr-defined]
        driver = pooled.dbapi_connection
        if driver.autocommit:
            raise Unguarded(
                "the wall needs a transaction, and autocommit has none: leave isolation_level=AUTOCOMMIT out",
                code="RG303",
            )
        return driver

    def close(self) -> None:
        """Close it; what has been sent and not been answered comes first, or it would go back to the pool with it."""
        try:
            self._settle()
        finally:
            super().close()

    def _rollback_to_savepoint_impl(self, name: str) -> None:
        super()._rollback_to_savepoint_impl(name)
        self._told = None  # the database has gone back to the context of that time

    def _execute_clauseelement(self, elem: Any, distilled_parameters: Any, execution_options: Any) -> Any:
        if self._resolving:  # nobody acts yet: the wall's function looks, for the subject that is signed
            question = self.engine.question(elem)
            body = question.body(distilled_parameters)
            driver, pid = self._reach()
            self._send(driver, self.engine.contexts.of(SUBJECT, body, pid))
            elem, distilled_parameters = question.call, []
        if elem.is_dml and self._is_streamed(elem, execution_options):
            self.dialect = self.engine.asking(self.dialect)
        try:
            if elem.is_select and self._is_untold and self._lifts_nothing(elem, execution_options):
                own: Any = self._own_dialect
                self._tell(own.rowgate_lifts)
            result = super()._execute_clauseelement(elem, distilled_parameters, execution_options)
            context: Any = result.context
            if not context.compiled.asks_later or context.rowcount:
                return result
            result.close()  # it found no row: is the one that it names hidden, or may it not be written?
            self.dialect = self.engine.asking(self._own_dialect)
            return super()._execute_clauseelement(elem, distilled_parameters, execution_options)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _NO_RIGHT:
                raise
        finally:
            if self._pending is not None:
                self._settle()
        raise AccessDenied("the application's role has no right to this", code="RG201")

    def _is_streamed(self, elem: Any, execution_options: Any) -> bool:
        """Return whether a cursor of the server's reads what a write returns: then nothing counts its rows."""
        options = elem._execution_options, self._execution_options, execution_options
        return any(one.get("stream_results") for one in options)

    def _check_resolving(self, elem: Any) -> None:
        if not self._resolving:
            super()._check_resolving(elem)

    def _execute_context(
        self, dialect: Any, constructor: Any, statement: Any, parameters: Any, *args: Any, **kw: Any
    ) -> Any:
        needed = getattr(dialect, "rowgate_lifts", None)
        if needed is not None:  # None: the query for the principal
            if self._transaction is None and self._trans_context_manager is None:
                self._autobegin()  # SQLAlchemy would, further down: this transaction has been told nothing
            leaving = getattr(statement, "leaving", ())
            if leaving:
                needed |= self._left(statement, leaving, parameters, args[-1])
            told = needed == self._told and self._transaction is self._told_in
            if not told and not isinstance(statement.statement, _SAVEPOINTS):
                self._tell(needed)
        if self._pending is None:
            return super()._execute_context(dialect, constructor, statement, parameters, *args, **kw)
        try:
            return super()._execute_context(dialect, constructor, statement, parameters, *args, **kw)
        finally:
            self._settle()

    def _left(self, compiled: Any, leaving: Any, parameters: Any, extracted: Any) -> frozenset[str]:
        """Return what contexts call the lifts that a write needs, whose rows may leave a restriction."""
        given: dict[Any, Any] = {}
        if extracted:  # the statement was compiled with other values
            same, _ = compiled._cache_key_bind_match
            for original, bind in zip(compiled.cache_key[1], extracted, strict=True):
                given.update((one, bind) for one in same.get(original, ()))
        rows = parameters if isinstance(parameters, list | tuple) else [parameters or {}]
        catalog = self.engine.catalog
        return frozenset(lift_name(catalog, one.key, one.rule) for one in leaving if one.leaves(rows, given))

    @property
    def _is_untold(self) -> bool:
        """Whether a transaction has begun, as far as SQLAlchemy knows, that is to be told who acts."""
        begun = self._transaction
        return begun is not None and begun is not self._told_in and self._who is not None and not self._resolving

    def _lifts_nothing(self, elem: Any, execution_options: Any) -> bool:
        """Return whether a statement has no lifts of its own, as far as can be said before it is compiled."""
        return not (elem._with_options or EVERY in elem._execution_options or EVERY in execution_options)

    def _tell(self, lifts: frozenset[str]) -> None:
        """Set the context of this transaction, which begins with it if it has not yet."""
        assert self._who is not None
        driver, pid = self._reach()
        self._send(driver, self.engine.contexts.principal(self._who, lifts, pid))
        self._told, self._told_in = lifts, self._transaction

    def _settle(self) -> None:
        """Wait for the answer to a context, if no statement has come after it: then that failed before."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            pending.settle()
        except BaseException as error:  # noqa: BLE001 - as in `_send`
            self._told = None
            self._failed(error)

    def _reach(self) -> tuple[Any, int]:
        """Return the driver's connection, of which this transaction knows nothing any more, and the pid for a context."""
        if self._pending is not None:
            self._settle()
        self._told = None
        driver, engine = self._driver(), self.engine
        if not engine.stands:
            self._look(driver)
        return driver, engine.wire.pid(driver) if engine.signing.bind_to_pid else UNBOUND

    def _look(self, driver: Any) -> None:
        try:
            self.engine.look(driver)
        except PolicyDrift:
            raise
        except BaseException as error:  # noqa: BLE001 - as in `_send`; cancelled, the connection would be in who knows what
            self._failed(error)

    def _send(self, driver: Any, statement: str) -> None:
        try:
            self._pending = self.engine.wire.send(driver, statement)
        except BaseException as error:  # noqa: BLE001 - SQLAlchemy handles it as that of a statement, and raises it
            self._failed(error)

    def _failed(self, error: BaseException) -> NoReturn:
        self._handle_dbapi_exception(error, f"SET LOCAL {SETTING}", None, None, None)


WalledEngine._connection_cls = WalledConnection
