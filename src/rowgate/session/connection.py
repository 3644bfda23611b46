"""The engine that a guard derives from the caller's, on the same pool, and its connections.

The caller's engine is not touched. A connection carries one principal from the moment it is admitted until it is
closed; before that it executes nothing, but for the one query that finds the principal.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from operator import attrgetter
from threading import Lock
from types import SimpleNamespace
from typing import Any, NoReturn

from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.base import OptionEngineMixin
from sqlalchemy.util import LRUCache

from rowgate.catalog import Catalog
from rowgate.decision import Variant, readable
from rowgate.errors import NoPrincipal, RowgateError, Unguarded
from rowgate.gate import gated_dialect, render_condition, shut_dialect
from rowgate.gate.compiler import refuse_ddl
from rowgate.gate.only_reads import only_reads
from rowgate.lift import EVERY
from rowgate.principal import Principal
from rowgate.session.audit import Audit, log_event
from rowgate.session.context import guarded_context
from rowgate.session.errors import scrub, stripped
from rowgate.session.lifting import judged
from rowgate.session.sealed import SealedConnection

VARIANTS = 128
"""How many variants an engine keeps a dialect for; the one used longest ago goes first."""
STATEMENTS = 2000
"""How many compiled statements an engine keeps, of all variants together; those used longest ago go first.

SQLAlchemy's own engines keep 500. About 14 KiB each, 28 MiB in all (`bench/tables.py` measures it).
"""


_HEARD = SimpleNamespace(_has_events=True)
"""Stands for an engine that somebody listens to."""


class GuardedEngine(OptionEngineMixin, Engine):
    """An engine on the caller's pool whose connections execute nothing but what the gate has rendered."""

    _compiled_cache: Any  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, original: Engine, catalog: Catalog, audit: Audit = log_event) -> None:
        super().__init__(original, {})
        self._original: Engine = original
        self._listened: Any = original
        self.catalog = catalog
        self.audit = audit
        self.dialect = shut_dialect(original.dialect)
        if self._compiled_cache is not None:  # of the caller's own, and so shared with what no gate has rendered
            self._compiled_cache = LRUCache(STATEMENTS)
        self._variants: OrderedDict[Variant | None, Dialect] = OrderedDict()
        self._latest: tuple[Variant | None, Any] = (None, None)
        self._lock = Lock()
        self.is_initialised = False

    def _hear(self, _has_events: bool) -> None:
        self._listened = _HEARD  # SQLAlchemy sets it with the first listener, and never takes it back

    # SQLAlchemy's own property, that of an engine derived from another, in C: it is asked three times for each statement.
    _has_events: Any = property(attrgetter("_listened._has_events"), _hear)

    def initialised(self) -> None:
        """Take over what the first connect has taught the caller's dialect, such as its isolation level."""
        self.dialect = shut_dialect(self._original.dialect)
        self.is_initialised = True

    def dialect_for(self, variant: Variant | None) -> Dialect:
        """Return the dialect of a variant; None is the one that renders the query for the principal.

        Call it only once a connection is open: a dialect copied before its first connect stays uninitialised.
        """
        latest, dialect = self._latest
        if variant is latest and variant is not None:  # it stands at the end already: neither lock nor look-up
            return dialect
        with self._lock:
            found = self._variants.get(variant)
            if found is None:
                found = self._variants[variant] = self._derive(variant)
                if len(self._variants) > VARIANTS:
                    self._variants.popitem(last=False)
            self._variants.move_to_end(variant)
            self._latest = variant, found
            return found

    def _derive(self, variant: Variant | None) -> Dialect:
        plain = self._original.dialect
        made: Any = gated_dialect(plain, self.catalog, variant)
        context: Any = plain.execution_ctx_cls
        made.execution_ctx_cls = guarded_context(context)
        if variant is not None and variant.lifted:
            made.statement_compiler = only_reads(made.statement_compiler)
        return made

    def shown_by(self, lifting: Variant) -> frozenset[Any]:
        """Return the keys of the tables of which the lifts of one statement may show more rows.

        A table's decision may follow another's, so the SQL of each is compared with what it is without these lifts.
        """
        lifted: Any = self.dialect_for(lifting)
        if not hasattr(lifted, "rowgate_shows"):
            plain = replace(lifting, lifted=frozenset())
            ordinary = self.dialect_for(plain)
            lifted.rowgate_shows = frozenset(
                key
                for key, entry in self.catalog.entries.items()
                if render_condition(lifted, entry, readable(entry, lifting))
                != render_condition(ordinary, entry, readable(entry, plain))
            )
        shows: frozenset[Any] = lifted.rowgate_shows
        return shows

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

    _who: Principal | None = None
    _variant: Variant | None = None
    _resolving = False
    _sealed: SealedConnection | None = None
    _unsealed = 1  # listeners of the engine set the isolation level while the connection is made

    def __init__(self, engine: GuardedEngine) -> None:
        try:
            opened = engine._original.pool.connect()
        except engine.dialect.loaded_dbapi.Error as error:
            Connection._handle_dbapi_exception_noconnection(error, engine._original.dialect, engine._original)
        if not engine.is_initialised:
            engine.initialised()
        self._own_dialect: Any = engine.dialect
        self._watchers: dict[int, set[Any]] = {}
        super().__init__(engine, opened)
        self._unsealed = 0

    def admit(self, who: Principal, variant: Variant, watcher: set[Any]) -> None:
        """Bind the connection to a principal.

        Args:
            who: the principal.
            variant: the principal's variant, with the session's lifts.
            watcher: is told the tables of which a statement's lift may have shown hidden rows.

        Raises:
            Unguarded: it carries another one.
        """
        if self._who is not None and (self._who != who or self._variant != variant):
            raise Unguarded(
                "this connection carries another principal: a session each, a connection each", code="RG303"
            )
        self._who = who
        self._variant = variant
        self.dialect = self._own_dialect = self.engine.dialect_for(variant)
        self._watchers[id(watcher)] = watcher  # sets are not hashable; this one lives as long as it stands here

    @contextmanager
    def resolving(self) -> Iterator[None]:
        """Let the one query run that finds the principal."""
        before = self._own_dialect  # another session's, where two share a connection
        self._resolving = True
        self.dialect = self._own_dialect = self.engine.dialect_for(None)
        try:
            yield
        finally:
            self._resolving = False
            self.dialect = self._own_dialect = before

    def values_for(self, compiled: Any) -> dict[str, Any]:
        """Return the values of the gate's own binds in a statement: the policy's constants, and whoever acts here."""
        values: dict[str, Any] = compiled.fixed_binds.copy()
        who = self._who
        if who is None:
            raise NoPrincipal("this connection has no principal")
        for key, term in compiled.term_binds.items():
            if term is None:
                values[key] = self._roles_of(who)
            else:
                values[key] = who.id if term.kind == "id" else who.attributes.get(term.called)
        return values

    def _roles_of(self, who: Principal) -> Any:
        roles = sorted(who.roles)
        return json.dumps(roles) if self.dialect.name == "sqlite" else roles

    def _execute_clauseelement(self, elem: Any, distilled_parameters: Any, execution_options: Any) -> Any:
        if self._who is None or self._resolving:
            self._check_resolving(elem)
        elif (
            elem._with_options
            or EVERY in elem._execution_options
            or EVERY in self._execution_options
            or EVERY in execution_options
        ):
            self._prepare_lift(elem, execution_options)
        try:
            return Connection._execute_clauseelement(self, elem, distilled_parameters, execution_options)
        except Exception as error:  # noqa: BLE001 - raised again below, outside of its own handler: that is the point
            seen = _for_principal(error)  # if it has a check, `_handle_dbapi_exception` has said so
        finally:
            self.dialect = self._own_dialect
        raise seen

    def _check_resolving(self, elem: Any) -> None:
        if not self._resolving:
            raise NoPrincipal("this connection has no principal: use Session(principal), or session.connection()")
        if not any(elem is query for query in self.engine.catalog.principal_queries):
            raise Unguarded("a function for Session(who) runs only what catalog.principal_query() names")

    def _prepare_lift(self, elem: Any, execution_options: Any) -> None:
        if self._execution_options.get(EVERY):
            raise Unguarded(f"{EVERY} is an option of one statement, not of a connection or an engine")
        if not (self._has_events or self.engine._has_events):  # else listeners go first
            self._choose_dialect(elem, elem._execution_options.merge_with(self._execution_options, execution_options))

    def _invoke_before_exec_event(self, elem: Any, distilled_params: Any, execution_options: Any) -> Any:
        """Let listeners go first: they may replace the statement, and run others of their own."""
        found = super()._invoke_before_exec_event(elem, distilled_params, execution_options)
        if not self._resolving:
            self._choose_dialect(found[0], execution_options)
        return found

    def _choose_dialect(self, statement: Any, execution_options: Any) -> None:
        """Choose who compiles: SQLAlchemy reads `dialect` next, and `GuardedContext` sets it back before it runs."""
        assert self._who is not None
        assert self._variant is not None
        engine = self.engine
        rules = judged(statement, execution_options, self._who, engine.catalog, engine.audit)
        rules = frozenset(rule for rule in rules if rule[1] not in self._variant.lifts)
        if rules:
            lifting = replace(self._variant, lifted=rules)
            for watcher in self._watchers.values():
                watcher.update(engine.shown_by(lifting))
            self.dialect = engine.dialect_for(lifting)

    def _execute_default(self, *_args: Any, **_kw: Any) -> NoReturn:
        raise Unguarded("a default executed by itself may draw from a sequence: insert a row instead", code="RG303")

    def _execute_ddl(self, *_args: Any, **_kw: Any) -> NoReturn:
        refuse_ddl()

    def _run_ddl_visitor(self, *_args: Any, **_kw: Any) -> NoReturn:
        refuse_ddl()

    def _execute_compiled(self, *_args: Any, **_kw: Any) -> NoReturn:
        raise Unguarded("execute the statement, not its compiled form", code="RG303")

    def exec_driver_sql(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse: it is text."""
        raise Unguarded("driver SQL is text: write it with select(), insert(), update() and delete()", code="RG303")

    def begin_twophase(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse: what is prepared is committed elsewhere, by whom no session knows."""
        raise Unguarded(
            "a transaction in two phases ends outside its session: leave twophase=True out, or use a system session",
            code="RG303",
        )

    @property
    def connection(self) -> Any:
        """The pooled connection, sealed: it commits and rolls back, and gives no cursor."""
        sealed = self._sealed
        if sealed is not None and not self._unsealed and sealed._pooled is self._dbapi_connection:
            return sealed  # each BEGIN asks for it, and each end of a transaction
        pooled = super().connection
        if self._unsealed:
            return pooled
        self._sealed = SealedConnection(pooled)
        return self._sealed

    @contextmanager
    def _open(self) -> Iterator[None]:
        """Show the driver's own connection: SQLAlchemy sets and asks the isolation level there."""
        self._unsealed += 1
        try:
            yield
        finally:
            self._unsealed -= 1

    def execution_options(self, **opt: Any) -> Any:
        """Set options for this connection, such as the isolation level."""
        with self._open():
            return super().execution_options(**opt)

    def get_isolation_level(self) -> Any:
        """Return the isolation level in force."""
        with self._open():
            return super().get_isolation_level()

    def _commit_impl(self) -> None:
        try:
            return super()._commit_impl()
        except Exception as error:  # noqa: BLE001 - as above
            seen = _for_principal(error)
        raise seen

    def _handle_dbapi_exception(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, e: BaseException, statement: Any, parameters: Any, cursor: Any, context: Any, **kw: Any
    ) -> NoReturn:
        """Strip errors that come later than the statement: from a cursor that is still read."""
        try:
            super()._handle_dbapi_exception(e, statement, parameters, cursor, context, **kw)
        except Exception as error:  # noqa: BLE001 - as above
            seen = _for_principal(error, getattr(context, "compiled", None))
        raise seen


def _for_principal(error: Exception, compiled: Any = None) -> BaseException:
    """Return the error to raise, with nothing behind it: neither a cause, nor a context, nor frames with parameters."""
    seen = stripped(error, overflow_denies=getattr(compiled, "guards", False))
    if seen is not error:
        scrub(error)
    if seen is not error or (isinstance(seen, RowgateError) and seen.__context__ is not None):
        seen.__cause__ = None
        seen.__context__ = None
        seen.__traceback__ = None
    return seen


GuardedEngine._connection_cls = GuardedConnection
