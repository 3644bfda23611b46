"""`guarded_sessionmaker`, and the sessions it makes."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from typing import Any, Generic, TypeVar, overload

from sqlalchemy import event, util
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from rowgate.catalog import Catalog
from rowgate.checks import check_replacing
from rowgate.decision import Variant
from rowgate.entry import conditions
from rowgate.errors import AccessDenied, CatalogError, NoPrincipal, Unguarded
from rowgate.gate import gated_dialect, render_condition
from rowgate.principal import Principal
from rowgate.session.audit import Audit, AuditEvent, log_event
from rowgate.session.connection import VARIANTS, GuardedConnection, GuardedEngine
from rowgate.session.memory import Rechecking
from rowgate.session.walled import WalledEngine
from rowgate.wall.signing import Signed, Signing, Unsigned

SessionT = TypeVar("SessionT", Session, AsyncSession)
Who = Principal | Callable[[Connection], Principal]
AsyncWho = Principal | Callable[[AsyncConnection], Awaitable[Principal]]


_NONE: frozenset[str] = frozenset()


class Guarded(Rechecking):
    """In front of a Session class: the session has a principal, and hands it to each connection it begins on.

    `session.info["principal"]` is the principal, once the first statement has run.
    """

    # Set by the maker, once the session is made: passed through constructors they would cost every session. One that
    # nobody sets them on can begin on no connection.
    _guard: Any = None
    _who: Any
    _lifts: frozenset[str]
    _principal: Principal | None = None

    def get_bind(self, mapper: Any = None, *, bind: Any = None, **_kw: Any) -> Any:  # noqa: ARG002 - SQLAlchemy passes it
        """Return the guarded engine, and no other.

        Raises:
            Unguarded: the caller asks for another one.
        """
        if bind is not None and bind is not self.bind:
            raise Unguarded("another bind goes round the gate: leave bind_arguments out", code="RG303")
        return self.bind

    def _execute_internal(  # named one by one: passing `**kw` on would cost every statement
        self,
        statement: Any,
        params: Any = None,
        *,
        execution_options: Any = util.EMPTY_DICT,
        bind_arguments: Any = None,
        _parent_execute_state: Any = None,
        _add_event: Any = None,
        _scalar_result: bool = False,
    ) -> Any:
        """Let bulk writes ask the database which rows they changed: in Python, criteria know no policy.

        Not a listener to `do_orm_execute`: one would cost every SELECT a few percent.
        """
        if getattr(statement, "is_dml", False) and not isinstance(params, list):
            key = "synchronize_session"
            if (execution_options or {}).get(key, statement._execution_options.get(key, "auto")) in (
                "auto",
                "evaluate",
            ):
                # With a list, rows are named by primary key.
                execution_options = {**(execution_options or {}), key: "fetch"}
        return super()._execute_internal(
            statement,
            params,
            execution_options=execution_options,
            bind_arguments=bind_arguments,
            _parent_execute_state=_parent_execute_state,
            _add_event=_add_event,
            _scalar_result=_scalar_result,
        )

    def _after_begin(self, _transaction: Any, connection: Connection) -> None:
        """Give the connection its principal, before its first statement."""
        guard = self._guard
        if guard is None:
            raise NoPrincipal("a guarded session comes from its maker: Session(principal)")
        if connection.engine is not guard.engine or not isinstance(connection, GuardedConnection):
            raise Unguarded("this session is bound to a connection of another engine", code="RG303")
        who = self._principal
        if who is None:
            who = self._who if isinstance(self._who, Principal) else self._resolve(connection)
            if self._lifts:
                self._check_lifts(who)
            self._principal = self.info["principal"] = who
        connection.admit(who, guard.variant_of(who, self._lifts), self._lifted_tables)

    def _resolve(self, connection: GuardedConnection) -> Principal:
        """Return the principal that the function given to the maker finds."""
        with connection.resolving():
            if self._guard.is_async:
                proxy = AsyncConnection._retrieve_proxy_for_target(connection)
                found = util.await_only(self._who(proxy))
            else:
                found = self._who(connection)
        if not isinstance(found, Principal):
            raise NoPrincipal(f"the function for Session(who) returned {type(found).__name__}, no Principal")
        return found

    def _check_lifts(self, who: Principal) -> None:
        for name in sorted(self._lifts):
            allowed = self._guard.catalog.lifts_for(name) & who.roles
            self._guard.audit(AuditEvent("lift" if allowed else "lift-refused", who.id, name))
            if not allowed:
                raise AccessDenied(f"no role of this principal may lift {name!r}", code="RG202")


class GuardedSessionmaker(Generic[SessionT]):
    """Makes sessions, each with its principal. Built by `guarded_sessionmaker`."""

    def __init__(
        self,
        engine: Engine | AsyncEngine,
        catalog: Catalog,
        class_: type[SessionT],
        system: Engine | AsyncEngine | None,
        audit: Audit,
        options: dict[str, Any],
        wall: Signing | None = None,
    ) -> None:
        self.catalog: Catalog = catalog.freeze()
        self.audit: Audit = audit
        self.is_async: bool = isinstance(engine, AsyncEngine)
        plain = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
        self.engine: GuardedEngine = (
            GuardedEngine(plain, catalog, audit) if wall is None else WalledEngine(plain, catalog, wall, audit)
        )
        self._try_policies()
        self._bind: Any = AsyncEngine(self.engine) if self.is_async else self.engine
        self._system: Any = system or (engine if wall is None else None)
        self._class: Any = class_
        self._guarded_class: Any = class_ if self.is_async else _guarded(self._class)
        self._options = options
        self._variants: dict[Any, Variant] = {}
        self._defaults: dict[str, Any] = {"bind": self._bind, **options}
        if self.is_async:
            self._defaults["sync_session_class"] = _guarded(self._class.sync_session_class)

    def variant_of(self, who: Principal, lifts: frozenset[str]) -> Variant:
        """Return the variant of a principal, and the same object for principals of the same roles."""
        key = who.roles, who.id is None, lifts  # `is_anonymous`, without a call: asked in each transaction
        found = self._variants.get(key)
        if found is None:
            if len(self._variants) >= VARIANTS:
                self._variants.clear()  # they are made anew in a microsecond
            found = self._variants[key] = Variant.of(who, self.catalog, lifts)
        return found

    def _try_policies(self) -> None:
        """Render every policy once, so that what the gate cannot render is known at start-up.

        Raises:
            CatalogError: a condition holds what the gate refuses, or a table of SQLite replaces rows by itself.
        """
        variant = Variant(self.catalog.named_roles, anonymous=False, lifts=frozenset())
        dialect = gated_dialect(self.engine._original.dialect, self.catalog, variant)
        for entry in self.catalog.entries.values():
            if dialect.name == "sqlite":
                check_replacing(entry)
            for condition in conditions(entry):
                try:
                    render_condition(dialect, entry, condition)
                except (Unguarded, SQLAlchemyError) as error:
                    raise CatalogError(f"policy of {entry.name}: {getattr(error, 'message', error)}") from error

    def __call__(self, who: Any, *, lift: Iterable[str] = (), **options: Any) -> SessionT:
        """Return a session for a principal.

        Args:
            who: a `Principal`, or a function of the connection that finds it in the session's first transaction.
            lift: names of restrictions to switch off, for roles that may; audited.
            options: of SQLAlchemy's session, over those given to `guarded_sessionmaker`.

        Raises:
            NoPrincipal: `who` is neither.
            Unguarded: an unknown restriction, or options that lead round the gate.
        """
        if not isinstance(who, Principal) and not callable(who):
            raise NoPrincipal(f"Session() needs a Principal or a function that finds it, not {type(who).__name__}")
        lifts = frozenset({lift} if isinstance(lift, str) else lift) if lift else _NONE
        if lifts:
            self._check_known(lifts)
        given = {**self._defaults, **options} if options else self._defaults
        if given.get("binds"):
            raise Unguarded("binds= would reach other engines: one guard, one engine", code="RG303")
        made: Any = self._guarded_class(**given)
        session = made.sync_session if self.is_async else made
        session._guard = self
        session._who = who
        session._lifts = lifts
        session._lifted_tables = set()
        found: SessionT = made
        return found

    def _check_known(self, lifts: frozenset[str]) -> None:
        unknown = sorted(lifts - self.catalog.restriction_names)
        if unknown:
            raise Unguarded(f"no restriction is named {', '.join(unknown)}: lift what a policy restricts by name")

    def system(self, *, reason: str, **options: Any) -> SessionT:
        """Return a session of the system principal: it skips every policy, needs a reason, and is audited.

        Raises:
            NoPrincipal: the reason is empty.
            CatalogError: the wall stands, and no engine with the owner's login was given.
        """
        if self._system is None:
            raise CatalogError(
                "where the wall stands, system() needs guarded_sessionmaker(..., system=) with the owner's login"
            )
        if not reason.strip():
            raise NoPrincipal("a system session needs a reason: it is the only one that skips policies")
        self.audit(AuditEvent("system", None, reason))
        made: SessionT = self._class(self._system, **{**self._options, **options})
        return made


@overload
def guarded_sessionmaker(
    engine: AsyncEngine,
    catalog: Catalog,
    *,
    class_: type[AsyncSession] | None = ...,
    wall: Signing | None = ...,
    system: AsyncEngine | None = ...,
    audit: Audit | None = ...,
    **session_options: Any,
) -> GuardedSessionmaker[AsyncSession]: ...
@overload
def guarded_sessionmaker(
    engine: Engine,
    catalog: Catalog,
    *,
    class_: type[Session] | None = ...,
    wall: Signing | None = ...,
    system: Engine | None = ...,
    audit: Audit | None = ...,
    **session_options: Any,
) -> GuardedSessionmaker[Session]: ...
def guarded_sessionmaker(
    engine: Any,
    catalog: Catalog,
    *,
    class_: Any = None,
    wall: Signing | None = None,
    system: Any = None,
    audit: Audit | None = None,
    **session_options: Any,
) -> Any:
    """Return a maker of guarded sessions, and freeze the catalog.

    Args:
        engine: the application's engine. It is not touched: the guard derives its own on the same pool.
        catalog: every table's policy.
        class_: the session class; `AsyncSession` or `Session` by the engine if not given.
        wall: how the context is signed that tells the database who acts, where the wall stands; None where it does not.
        system: an engine with the owner's login, for `system()`; the application's own if not given and no wall stands.
        audit: receives an `AuditEvent` for lifts and system sessions; the logger `rowgate.audit` if not given.
        session_options: of SQLAlchemy's session. `expire_on_commit` is False unless given: async code needs it.

    Raises:
        CatalogError: the catalog is incomplete or wrong.
        Unguarded: `engine` is guarded already, or no engine.
    """
    plain = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    if not isinstance(plain, Engine) or isinstance(plain, GuardedEngine):
        raise Unguarded(f"guarded_sessionmaker() takes an Engine or an AsyncEngine, not {type(engine).__name__}")
    if wall is not None and not isinstance(wall, Signed | Unsigned):
        raise CatalogError("wall= takes wall.Signed(keys=[...]) or wall.Unsigned(): how the context is signed")
    chosen: Any = class_ or (AsyncSession if isinstance(engine, AsyncEngine) else Session)
    options = {"expire_on_commit": False, **session_options}
    return GuardedSessionmaker(engine, catalog, chosen, system, audit or log_event, options, wall)


@cache
def _guarded(base: type[Session]) -> type[Guarded]:
    """Return a session class with the guard in front."""
    made: Any = type(f"Guarded{base.__name__}", (Guarded, base), {})
    event.listen(made, "after_begin", made._after_begin)
    event.listen(made, "before_attach", _before_attach)
    return made


def _before_attach(_session: Guarded, instance: Any) -> None:
    """Refuse what claims to be a row already: only the policy can tell whether it may be."""
    if instance_state(instance).key is not None:
        raise Unguarded(
            f"this {type(instance).__name__} comes from elsewhere: load it with `await session.merge(obj)` (no "
            "await in a sync session), which asks the policy",
            code="RG302",
        )
