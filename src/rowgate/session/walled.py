"""Engine and connection where the wall stands: each transaction tells the database who acts.

The context is set by SET LOCAL, with BEGIN: it ends with its transaction, and nothing of it is left when a connection
goes back to its pool. A connection remembers which lifts its transaction's context has, and sends another one before a
statement that needs others. A statement without lifts that comes later has the plain one sent before it.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.engine.base import Connection
from sqlalchemy.sql.elements import ReleaseSavepointClause, RollbackToSavepointClause, SavepointClause

from rowgate.catalog import Catalog
from rowgate.decision import Variant
from rowgate.errors import Unguarded
from rowgate.principal import Principal
from rowgate.session.audit import Audit, log_event
from rowgate.session.begin import driver_of
from rowgate.session.connection import GuardedConnection, GuardedEngine
from rowgate.wall.objects import literal
from rowgate.wall.signing import PRINCIPAL, SETTING, UNBOUND, Signing
from rowgate.wall.texts import Bodies

_SAVEPOINTS = (SavepointClause, RollbackToSavepointClause, ReleaseSavepointClause)


class WalledEngine(GuardedEngine):
    """A guarded engine whose connections tell the database who acts."""

    def __init__(self, original: Engine, catalog: Catalog, signing: Signing, audit: Audit = log_event) -> None:
        super().__init__(original, catalog, audit)
        self.signing = signing
        self.wire = driver_of(original.dialect)
        self.bodies = Bodies(catalog, original.dialect)

    def _derive(self, variant: Variant | None) -> Dialect:
        made: Any = super()._derive(variant)
        made.rowgate = replace(made.rowgate, walled=True)
        if variant is not None:
            made.rowgate_lifts = variant.lifts | {name for _, name in variant.lifted}
        return made


class WalledConnection(GuardedConnection):
    """A guarded connection that tells the database who acts, with each BEGIN."""

    engine: WalledEngine  # pyright: ignore[reportIncompatibleVariableOverride]
    _told: frozenset[str] | None = None
    """The lifts in the context that this transaction has; None where it has none of ours for certain."""

    def admit(self, who: Principal, variant: Variant, watcher: set[Any]) -> None:
        """Bind the connection to a principal, and begin its transaction in the database as that one."""
        super().admit(who, variant, watcher)
        if self._told != variant.lifts:
            self._tell(variant.lifts)

    def _begin_impl(self, transaction: Any) -> None:
        super()._begin_impl(transaction)
        self._begun()

    def _begin_twophase_impl(self, transaction: Any) -> None:
        super()._begin_twophase_impl(transaction)
        self._begun()

    def _begun(self) -> None:
        self._told = None
        if self._variant is not None:
            self._tell(self._variant.lifts)

    def _rollback_to_savepoint_impl(self, name: str) -> None:
        super()._rollback_to_savepoint_impl(name)
        self._told = None  # the database has gone back to the context of that time

    def _execute_context(
        self, dialect: Any, constructor: Any, statement: Any, parameters: Any, *args: Any, **kw: Any
    ) -> Any:
        needed = getattr(dialect, "rowgate_lifts", None)
        if needed is not None and needed != self._told and not isinstance(statement.statement, _SAVEPOINTS):
            self._tell(needed)
        return super()._execute_context(dialect, constructor, statement, parameters, *args, **kw)

    def _tell(self, lifts: frozenset[str]) -> None:
        """Set the context of this transaction, which begins with it if it has not yet.

        Raises:
            Unguarded: the connection is in autocommit: there is no transaction to hold a context.
        """
        assert self._who is not None
        engine = self.engine
        body = engine.bodies.principal(self._who, lifts)
        self._send(PRINCIPAL, body)
        self._told = lifts

    def _send(self, kind: str, body: str) -> None:
        engine = self.engine
        self._told = None
        driver: Any = Connection.connection.fget(self).dbapi_connection  # type: ignore[attr-defined]
        if driver.autocommit:
            raise Unguarded(
                "the wall needs a transaction, and autocommit has none: leave isolation_level=AUTOCOMMIT out",
                code="RG303",
            )
        pid = engine.wire.pid(driver) if engine.signing.bind_to_pid else UNBOUND
        text = engine.signing.text(kind, body, pid)
        try:
            engine.wire.send(driver, f"SET LOCAL {SETTING} = {literal(text)}")
        except BaseException as error:  # noqa: BLE001 - handled below, and raised
            self._handle_dbapi_exception(error, f"SET LOCAL {SETTING}", None, None, None)


WalledEngine._connection_cls = WalledConnection
