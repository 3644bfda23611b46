"""The engine that a guard derives from the caller's, on the same pool, and its connections.

The caller's engine is not touched. A connection carries one principal from the moment it is admitted until it is
closed; before that it executes nothing, but for the one query that finds the principal.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, NoReturn

from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.base import OptionEngineMixin

from rowgate.catalog import Catalog
from rowgate.decision import Variant
from rowgate.errors import NoPrincipal, Unguarded
from rowgate.gate import gated_dialect, resolving_dialect, shut_dialect
from rowgate.gate.compiler import refuse_ddl
from rowgate.principal import Principal, PrincipalTerm
from rowgate.session.context import guarded_context
from rowgate.session.errors import scrub, stripped

VARIANTS = 128
"""How many variants an engine keeps compiled SQL for; the one used longest ago goes first."""


class GuardedEngine(OptionEngineMixin, Engine):
    """An engine on the caller's pool whose connections execute nothing but what the gate has rendered."""

    def __init__(self, original: Engine, catalog: Catalog) -> None:
        super().__init__(original, {})
        self._original = original
        self.catalog = catalog
        self.dialect = shut_dialect(original.dialect)
        self._variants: OrderedDict[Variant | None, Dialect] = OrderedDict()
        self._lock = Lock()
        self._is_initialised = False

    def initialised(self) -> None:
        """Take over what the first connect has taught the caller's dialect, such as its isolation level."""
        if not self._is_initialised:
            self.dialect = shut_dialect(self._original.dialect)
            self._is_initialised = True

    def dialect_for(self, variant: Variant | None) -> Dialect:
        """Return the dialect of a variant; None is the one that renders the query for the principal.

        Call it only once a connection is open: a dialect copied before its first connect stays uninitialised.
        """
        with self._lock:
            found = self._variants.get(variant)
            if found is None:
                found = self._variants[variant] = self._derive(variant)
                if len(self._variants) > VARIANTS:
                    self._variants.popitem(last=False)
            self._variants.move_to_end(variant)
            return found

    def _derive(self, variant: Variant | None) -> Dialect:
        plain = self._original.dialect
        made: Any = (
            resolving_dialect(plain, self.catalog) if variant is None else gated_dialect(plain, self.catalog, variant)
        )
        context: Any = plain.execution_ctx_cls
        made.execution_ctx_cls = guarded_context(context)
        return made

    def update_execution_options(self, **opt: Any) -> None:
        """Set options for all connections."""
        Engine.update_execution_options(self, **opt)

    def execution_options(self, **_opt: Any) -> NoReturn:
        """Refuse: the engine it would make knows no gate."""
        raise Unguarded("set execution options on the engine before it is guarded, or on the statement", code="RG303")

    def raw_connection(self) -> NoReturn:
        """Refuse: a driver's connection knows no gate."""
        raise Unguarded("a raw connection goes round the gate: use a session", code="RG303")

    def _run_ddl_visitor(self, *_args: Any, **_kw: Any) -> NoReturn:
        refuse_ddl()


class GuardedConnection(Connection):
    """A connection that executes nothing until it has a principal, and then only for that one."""

    engine: GuardedEngine

    def __init__(self, engine: GuardedEngine, connection: Any = None, **kw: Any) -> None:
        self._who: Principal | None = None
        self._variant: Variant | None = None
        self._resolving = False
        self._unsealed = 1  # listeners of the engine set the isolation level while the connection is made
        super().__init__(engine, connection or self._open(engine), **kw)
        self._unsealed = 0

    def _open(self, engine: GuardedEngine) -> Any:
        dialect: Any = engine._original.dialect
        try:
            opened = engine.pool.connect()
            engine.initialised()
        except dialect.loaded_dbapi.Error as error:
            Connection._handle_dbapi_exception_noconnection(error, dialect, engine._original)
            raise
        return opened

    def admit(self, who: Principal, variant: Variant) -> None:
        """Bind the connection to a principal.

        Raises:
            Unguarded: it carries another one.
        """
        if self._who is not None and (self._who != who or self._variant != variant):
            raise Unguarded(
                "this connection carries another principal: a session each, a connection each", code="RG303"
            )
        self._who = who
        self._variant = variant
        self.dialect = self.engine.dialect_for(variant)

    @contextmanager
    def resolving(self) -> Iterator[None]:
        """Let the one query run that finds the principal."""
        self._resolving = True
        self.dialect = self.engine.dialect_for(None)
        try:
            yield
        finally:
            self._resolving = False
            self.dialect = self.engine.dialect

    def values_for(self, terms: Mapping[str, PrincipalTerm | None]) -> dict[str, Any]:
        """Return the values of whoever acts here for the terms that a statement holds."""
        if not terms:
            return {}
        if self._who is None:
            raise NoPrincipal("this connection has no principal")
        return {key: self._value(self._who, term) for key, term in terms.items()}

    def _value(self, who: Principal, term: PrincipalTerm | None) -> Any:
        if term is None:
            roles = sorted(who.roles)
            return json.dumps(roles) if self.dialect.name == "sqlite" else roles
        return who.id if term.kind == "id" else who.attributes.get(term.name)

    def _execute_clauseelement(self, elem: Any, distilled_parameters: Any, execution_options: Any) -> Any:
        if self._resolving:
            if not any(elem is query for query in self.engine.catalog.principal_queries):
                raise Unguarded("a function for Session(who) runs only what catalog.principal_query() names")
        elif self._who is None:
            raise NoPrincipal("this connection has no principal: use Session(principal), or session.connection()")
        if "include_filtered" in {*elem._execution_options, *self._execution_options, *(execution_options or ())}:
            raise Unguarded("include_filtered is not built yet: lift by name, with Session(who, lift={...})")
        return super()._execute_clauseelement(elem, distilled_parameters, execution_options)

    def _execute_ddl(self, *_args: Any, **_kw: Any) -> NoReturn:
        refuse_ddl()

    def _run_ddl_visitor(self, *_args: Any, **_kw: Any) -> NoReturn:
        refuse_ddl()

    def _execute_compiled(self, *_args: Any, **_kw: Any) -> NoReturn:
        raise Unguarded("execute the statement, not its compiled form", code="RG303")

    def exec_driver_sql(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse: it is text."""
        raise Unguarded("driver SQL is text: write it with select(), insert(), update() and delete()", code="RG303")

    @property
    def connection(self) -> Any:
        """The pooled connection, sealed: it commits and rolls back, and gives no cursor."""
        pooled = super().connection
        return pooled if self._unsealed else SealedConnection(pooled)

    def execution_options(self, **opt: Any) -> Any:
        """Set options for this connection, such as the isolation level."""
        self._unsealed += 1  # SQLAlchemy sets the isolation level on the driver's own connection
        try:
            return super().execution_options(**opt)
        finally:
            self._unsealed -= 1

    def get_isolation_level(self) -> Any:
        """Return the isolation level in force."""
        self._unsealed += 1
        try:
            return super().get_isolation_level()
        finally:
            self._unsealed -= 1

    def _execute_context(self, dialect: Any, constructor: Any, statement: Any, *args: Any, **kw: Any) -> Any:
        try:
            return super()._execute_context(dialect, constructor, statement, *args, **kw)
        except Exception as error:  # noqa: BLE001 - raised again below, outside of its own handler: that is the point
            seen = _for_principal(error, guards=getattr(statement, "guards", False))
        raise seen

    def _commit_impl(self) -> None:
        try:
            return super()._commit_impl()
        except Exception as error:  # noqa: BLE001 - as above
            seen = _for_principal(error, guards=False)
        raise seen

    def _handle_dbapi_exception(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, e: BaseException, statement: Any, parameters: Any, cursor: Any, context: Any, **kw: Any
    ) -> NoReturn:
        """Strip errors that come later than the statement: from a cursor that is still read."""
        try:
            super()._handle_dbapi_exception(e, statement, parameters, cursor, context, **kw)
        except Exception as error:  # noqa: BLE001 - as above
            compiled = getattr(context, "compiled", None)
            seen = _for_principal(error, guards=getattr(compiled, "guards", False))
        raise seen


class SealedConnection:
    """A pooled connection as a guarded one shows it: transactions, and no way to execute."""

    __slots__ = ("_pooled",)

    def __init__(self, pooled: Any) -> None:
        self._pooled = pooled

    def commit(self) -> None:
        """Commit."""
        self._pooled.commit()

    def rollback(self) -> None:
        """Roll back."""
        self._pooled.rollback()

    @property
    def info(self) -> Any:
        """The dictionary that belongs to the pooled connection."""
        return self._pooled.info

    def __getattr__(self, name: str) -> NoReturn:
        raise Unguarded(f"the driver's connection ({name}) goes round the gate: use the session", code="RG303")


def _for_principal(error: Exception, *, guards: bool) -> BaseException:
    """Return the error to raise, with nothing behind it: neither a cause, nor a context, nor frames with parameters."""
    seen = stripped(error, overflow_denies=guards)
    if seen is not error:
        scrub(error)
    if seen is not error or isinstance(seen, Unguarded):
        seen.__cause__ = None
        seen.__context__ = None
        seen.__traceback__ = None
    return seen


GuardedEngine._connection_cls = GuardedConnection
