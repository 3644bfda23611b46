"""The closed list: every table has a policy or is declared open with a reason. Nothing else may be named."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Executable, MetaData, Select, Table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Mapper, registry
from sqlalchemy.orm.mapper import _all_registries
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.types import TypeEngine

from rowgate.action import ActionName
from rowgate.checks import check_attributes, check_conditions, check_masks, named_roles
from rowgate.entry import Entry, conditions
from rowgate.errors import CatalogError
from rowgate.following import check_cycles, follows, inheritance, is_joined, mark_self_readers
from rowgate.permission import TableKey, table_key
from rowgate.policy import Allow, Everyone, Mask, Policy, Restrict, expression, is_callable
from rowgate.principal import role_name

StatementT = TypeVar("StatementT", bound=Executable)


class Catalog:
    """Every table's policy.

    Args:
        source: the declarative base, registry or metadata whose tables are guarded.
        principal_id: the SQL type of `principal.id`.
        roles: the roles that exist; any other name in a rule is an error. None leaves names open.

    Raises:
        CatalogError: on a wrong declaration, at once; on an incomplete catalog, at `freeze()`.
    """

    def __init__(
        self,
        source: Any,
        *,
        principal_id: TypeEngine[Any] | type[TypeEngine[Any]],
        roles: Iterable[str] | None = None,
    ) -> None:
        self.metadata, self._registry = _metadata(source)
        self.principal_id = principal_id() if isinstance(principal_id, type) else principal_id
        self.roles = None if roles is None else frozenset(role_name(role) for role in roles)
        self.entries: dict[TableKey, Entry] = {}
        self.named_roles: frozenset[str] = frozenset()
        self.restriction_names: frozenset[str] = frozenset()
        self.functions: dict[str, str] = {}
        self.trusted: dict[type[Any], str] = {}
        self.principal_queries: list[Executable] = []
        self._policies: list[Policy] = []
        self._opened: dict[TableKey, Policy] = {}
        self._reasons: dict[TableKey, str] = {}
        self.frozen = False

    def policy(self, entity: Any, *, barrier: bool = False) -> Policy:
        """Return the policy of a mapped class, a Table or a mixin, to be filled with rules."""
        self._open("policy")
        policy = Policy(entity, barrier=barrier)
        self._policies.append(policy)
        return policy

    def open(self, entity: Any, *, reason: str, actions: Iterable[ActionName] = ("read",)) -> None:
        """Declare that a table has no policy, and why; writing is open only where `actions` lists it."""
        self._open("open")
        _need(reason, "open() needs the reason why everybody may")
        for table in self._tables(entity):
            policy = Policy(table)
            policy.allow(*actions, to=Everyone(), name="open")
            if _key(table) in self._opened:
                raise CatalogError(f"table {table.fullname!r} is declared open twice")
            self._opened[_key(table)] = policy
            self._reasons[_key(table)] = reason

    def trust(self, element: type[Any], *, reason: str) -> None:
        """Let an element class with `@compiles` of its own through the gate: its text is then yours to answer for."""
        self._open("trust")
        _need(reason, "trust() needs the reason why its text is safe")
        self.trusted[element] = reason

    def allow_function(self, name: str, *, reason: str) -> None:
        """Let statements call a function that is not on the gate's list. It runs before the policy may have judged."""
        self._open("allow_function")
        _need(reason, "allow_function() needs the reason why it is safe on rows that the policy hides")
        self.functions[name.lower()] = reason

    def principal_query(self, statement: StatementT) -> StatementT:
        """Name the one SELECT that a function for `Session(who)` may run, unfiltered, to find the principal."""
        self._open("principal_query")
        if not isinstance(statement, Select):
            raise CatalogError("principal_query() takes a select(): nothing else can find a principal")
        self.principal_queries.append(statement)
        return statement

    def freeze(self) -> "Catalog":
        """Check that the catalog is whole, resolve every rule, and close it. Idempotent.

        Raises:
            CatalogError: a table without a policy, a role nobody declared, a condition the gate could not render.
        """
        if self.frozen:
            return self
        rules: dict[TableKey, list[tuple[Policy, Any]]] = {}
        for policy in self._policies:
            for target, table in self._targets(policy.entity):
                rules.setdefault(_key(table), []).append((policy, target))
        for key, policy in self._opened.items():
            if key in rules:
                raise CatalogError(f"table {_show(key)} has a policy and is declared open")
            rules[key] = [(policy, self.metadata.tables[_full(key)])]
        self._inherit(rules)
        self._whole(rules)
        self.entries = {key: self._entry(key, found) for key, found in rules.items()}
        for entry in self.entries.values():
            self._check_follows(entry)
        check_cycles(self.entries)
        self.entries = mark_self_readers(self.entries)
        for entry in self.entries.values():
            check_conditions(entry, self.entries)
            check_masks(entry, self._all_mappers())
        self.named_roles = named_roles(self.entries.values())
        self.restriction_names = frozenset(r.name for entry in self.entries.values() for r in entry.restricts)
        self._check_roles()
        check_attributes(self.entries.values())
        for policy in self._policies:
            policy.frozen = True
        self.frozen = True
        return self

    def lifts_for(self, name: str) -> frozenset[str]:
        """Return the roles that may lift the restriction of this name, on any table."""
        found = [r.lift for entry in self.entries.values() for r in entry.restricts if r.name == name]
        return frozenset().union(*found)

    def _open(self, what: str) -> None:
        if self.frozen:
            raise CatalogError(f"the catalog is frozen; call {what}() before the first guarded_sessionmaker()")

    def _mappers(self, table: Table) -> list[Mapper[Any]]:
        return [m for m in self._all_mappers() if m.local_table is table]

    def _all_mappers(self) -> list[Mapper[Any]]:
        """Return the mappers of this metadata's tables, of every registry: another one may map them too."""
        known = set(self.metadata.tables.values())
        found = [m for each in _all_registries() for m in each.mappers if known.intersection(m.tables)]
        return sorted(found, key=lambda mapper: mapper.class_.__qualname__)

    def _tables(self, entity: Any) -> list[Table]:
        return [table for _, table in self._targets(entity)]

    def _targets(self, entity: Any) -> list[tuple[Any, Table]]:
        """Return (what a callable condition is given, table) for a mapped class, a Table or each class of a mixin."""
        if isinstance(entity, Table):
            return [(entity.c, self._own(entity))]
        try:
            mapper = inspect(entity)
        except NoInspectionAvailable:
            mapper = None
        if isinstance(mapper, Mapper):
            if mapper.inherits is not None and mapper.local_table is mapper.inherits.local_table:
                raise CatalogError(
                    f"{mapper.class_.__name__} shares the table of {mapper.inherits.class_.__name__}: policies belong to "
                    "tables; give it to the parent"
                )
            return [(entity, self._own(_table(mapper)))]
        if not isinstance(entity, type):
            raise CatalogError(f"{entity!r} is no mapped class, Table or mixin")
        mapped = [m for m in self._all_mappers() if issubclass(m.class_, entity) and not _inherits(m, entity)]
        for mapper in mapped:
            if mapper.inherits is not None and mapper.local_table is mapper.inherits.local_table:
                raise CatalogError(
                    f"{mapper.class_.__name__} has {entity.__name__}, but shares the table of a class that has not: "
                    "policies belong to tables; give the mixin to the parent"
                )
        if not mapped:
            raise CatalogError(
                f"no mapped class inherits from {entity.__name__}; import the models before the policies"
            )
        return [(m.class_, self._own(_table(m))) for m in mapped]

    def _own(self, table: Table) -> Table:
        if self.metadata.tables.get(table.key) is not table:
            raise CatalogError(f"table {table.fullname!r} is not of this catalog's metadata")
        return table

    def _whole(self, rules: Mapping[TableKey, Any]) -> None:
        missing = sorted(_show(_key(t)) for t in self.metadata.tables.values() if _key(t) not in rules)
        if missing:
            raise CatalogError(
                f"no policy for {', '.join(missing)}: declare catalog.policy(...), or catalog.open(..., reason=...)"
            )

    def _inherit(self, rules: dict[TableKey, list[tuple[Policy, Any]]]) -> None:
        """Let the tables of joined subclasses follow their parents'."""
        done: set[TableKey] = set()
        for mapper in self._all_mappers():
            key = _key(_table(mapper)) if is_joined(mapper) else None
            if key is not None and key not in done:
                found = rules.setdefault(key, [])
                found.append((inheritance(mapper, alone=not found), mapper.local_table))
                done.add(key)

    def _check_follows(self, entry: Entry) -> None:
        for condition in conditions(entry):
            for term in follows(condition):
                if term.table not in self.entries:
                    raise CatalogError(f"policy of {entry.name}: can() asks {term.table[1]!r}, not in the catalog")
                if term.who is not None:
                    raise CatalogError(f"policy of {entry.name}: can() in a rule asks for whoever acts, nobody else")

    def _entry(self, key: TableKey, found: list[tuple[Policy, Any]]) -> Entry:
        table = self.metadata.tables[_full(key)]
        allows: list[Allow] = []
        restricts: list[Restrict] = []
        masks: dict[str, Mask] = {}
        for policy, target in found:
            resolve = _resolver(policy, target)
            for allow in policy.allows:
                when, check = resolve(allow.when), resolve(allow.check)
                columns = None if allow.columns is None else tuple(_column(table, column) for column in allow.columns)
                allows.append(Allow(allow.actions, allow.roles, allow.everyone, when, check, allow.name, columns))
            restricts += [
                Restrict(rule.actions, resolve(rule.when), rule.name, rule.lift, rule.check)
                for rule in policy.restricts
            ]
            for mask in policy.masks:
                column = _column(table, mask.column)
                masks[column] = Mask(column, mask.unless, resolve(mask.unless_when), mask.reads, resolve(mask.writable))
        names = [rule.name for rule in restricts]
        if len(names) != len(set(names)):
            raise CatalogError(f"table {_show(key)}: two restrictions have one name; a mixin's and the class's own?")
        searches = frozenset(_searched(table, column, masks) for policy, _ in found for column in policy.searches)
        barrier = any(policy.barrier for policy, _ in found)
        counted = [mapper.version_id_col for mapper in self._mappers(table)]
        versions = frozenset(str(c.name) for c in counted if c is not None and c.table is table)
        reason = self._reasons.get(key)
        return Entry(
            table,
            tuple(allows),
            tuple(restricts),
            masks,
            barrier,
            reason,
            versions,
            reads_itself=False,
            searches=searches,
        )

    def _check_roles(self) -> None:
        unknown = sorted(self.named_roles - self.roles) if self.roles is not None else []
        if unknown:
            known = ", ".join(sorted(self.roles or ()))
            raise CatalogError(f"rules name roles that do not exist: {', '.join(unknown)}; the catalog has {known}")


def _metadata(source: Any) -> tuple[MetaData, registry | None]:
    if isinstance(source, MetaData):
        return source, None
    if isinstance(source, registry):
        return source.metadata, source
    found = getattr(source, "registry", None) or getattr(source, "_sa_registry", None)  # SQLModel has only the second
    if isinstance(found, registry):
        return source.metadata, found
    raise CatalogError(f"{source!r} is no declarative base, registry or MetaData")


_key = table_key


def _inherits(mapper: Mapper[Any], mixin: type[Any]) -> bool:
    """Return whether a mapped class has a mixin by way of the table of a parent that has it too."""
    parent = mapper.inherits
    return parent is not None and not mapper.concrete and issubclass(parent.class_, mixin)


def _key_of(from_: Any) -> TableKey | None:
    return _key(from_) if isinstance(from_, TableClause) else None


def _full(key: TableKey) -> str:
    return key[1] if key[0] is None else f"{key[0]}.{key[1]}"


_show = _full


def _table(mapper: Mapper[Any]) -> Table:
    if not isinstance(mapper.local_table, Table):
        raise CatalogError(
            f"{mapper.class_.__name__} is mapped to a query, not to a table; give the policy to its tables"
        )
    return mapper.local_table


def _column(table: Table, column: Any) -> str:
    clause = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    name = getattr(clause, "name", None)
    if (
        name is None
        or name not in {found.name for found in table.c}
        or _key_of(getattr(clause, "table", None)) not in (None, _key(table))
    ):
        raise CatalogError(f"{column!s} is no column of {table.name}")
    return str(name)


def _searched(table: Table, column: Any, masks: Mapping[str, Mask]) -> str:
    name = _column(table, column)
    if not isinstance(next(found for found in table.c if found.name == name).type, TSVECTOR):
        raise CatalogError(f"{table.name}.{name} is no TSVECTOR: search() needs a column of full text")
    if name in masks:
        raise CatalogError(f"{table.name}.{name} is masked: who searches it would learn what it holds")
    if len(table.primary_key) != 1:
        raise CatalogError(f"{table.name} has a primary key of {len(table.primary_key)} columns: search() needs one")
    return name


def _resolver(policy: Policy, target: Any) -> Callable[[Any], Any]:
    def resolve(when: Any) -> Any:
        if when is None:
            return None
        return expression(when(target), str(policy)) if is_callable(when) else when

    return resolve


def _need(reason: str, message: str) -> None:
    if not reason.strip():
        raise CatalogError(message)
