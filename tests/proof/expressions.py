"""Random typed expressions over what stands in FROM. All are total: no row, hidden or not, makes one fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Integer,
    Numeric,
    String,
    and_,
    any_,
    between,
    case,
    cast,
    exists,
    false,
    func,
    inspect,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from proof.small_world import PRINCIPALS, Asset, Doc, Film, Note, Person, Remark, Share, Tag
from rowgate import can

FOLLOWED = {Note: ["doc", "parent"], Share: ["doc"], Remark: ["doc"], Doc: ["owner"], Asset: ["owner"], Film: ["owner"]}
"""The relationships to one row, for can()."""
TYPES = {"int": Integer(), "text": String(), "bool": Boolean()}
NUMBERS = [1, 0, 2, 3, -1, 7, 30]
TEXTS = ["a", "", "b", "red", "%", "hidden", "***", "zz"]


@dataclass
class Source:
    """Something in FROM: its typed columns, and the columns that tell its rows apart (or duplicates are alike).

    `table` is the one table that it stands for, `names` all that it may hold, `asked` what `can()` takes.
    """

    from_: Any
    columns: dict[str, list[Any]]
    keys: list[Any]
    table: str | None = None
    entity: Any = None
    names: tuple[str, ...] = ()
    asked: Any = None

    def __post_init__(self) -> None:
        if self.table is not None and not self.names:
            self.names = (self.table,)


@dataclass
class Scope:
    """What an expression may name: its own sources, and in `outer` those of the statements around it."""

    sources: list[Source]
    outer: list[Source] = field(default_factory=list)
    aggregates: bool = False
    windows: bool = False
    grouped: dict[str, list[Any]] | None = None

    def columns(self, kind: str) -> list[Any]:
        """Return the columns of a type; of a grouped statement only those that may stand outside an aggregate."""
        inner = self.grouped[kind] if self.grouped is not None else _of(self.sources, kind)
        return inner + _of(self.outer, kind)

    def keys(self) -> list[Any]:
        """Return columns that order the rows totally."""
        return [key for source in self.sources for key in source.keys]

    def plain(self) -> "Scope":
        """Return the scope of what stands inside an aggregate: all columns, no aggregate."""
        return Scope(self.sources)


def _of(sources: list[Source], kind: str) -> list[Any]:
    return [column for source in sources for column in source.columns.get(kind, ())]


class Grower:
    """Grows trees out of what Hypothesis draws. `sub` grows a SELECT for sub-selects; the statements fill it in."""

    sub: Callable[..., Any]
    source: Callable[..., Source]

    def __init__(self, draw: Any, *, postgres: bool) -> None:
        # Not draw(st.integers()): Hypothesis would then copy choices about, and most trees would be like another one.
        self.choices = draw(st.data()).conjecture_data
        self.postgres = postgres
        self.names = 0
        self.taken: set[str] = set()
        self.asks = True
        self.tags: set[str] = set()

    def number(self, low: int, high: int) -> int:
        """Return a number, low ones first when shrinking."""
        return int(self.choices.draw_integer(low, high))

    def pick(self, options: list[Any]) -> Any:
        """Return one of the options, the first when shrunk."""
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        """Return True with this chance; False when shrunk."""
        return self.number(0, 99) >= 100 - percent

    def name(self, prefix: str) -> str:
        """Return a name that the statement has not used."""
        self.names += 1
        if prefix in "stule" and self.chance(15):  # also that of a table: aliases and sub-selects may have it
            taken = self.pick(["docs", "people", "blocks", "shares", "notes", "Order"])
            if taken not in self.taken:
                self.taken.add(taken)
                return str(taken)
        return f"{prefix}{self.names}"

    def grow(self, kind: str, scope: Scope, depth: int) -> Any:
        """Return an expression of a type."""
        if depth <= 0:
            return self._leaf(kind, scope)
        grown = {"int": self._int, "text": self._text, "bool": self.condition}[kind]
        return grown(scope, depth)

    def _leaf(self, kind: str, scope: Scope) -> Any:
        columns = scope.columns(kind)
        at = self.number(0, 7)
        if columns and at < 6:
            return self.pick(columns)
        if kind == "bool":
            return self.pick([true(), false()])
        values: list[Any] = NUMBERS if kind == "int" else TEXTS
        return literal(self.pick(values), TYPES[kind]) if at < 7 else cast(null(), TYPES[kind])

    def _int(self, scope: Scope, depth: int) -> Any:
        less = depth - 1
        grow = self.grow
        options: list[Callable[[], Any]] = [
            lambda: self._leaf("int", scope),
            lambda: grow("int", scope, less) + grow("int", scope, less),
            lambda: grow("int", scope, less) * self.pick([2, -1, 3]),
            lambda: func.coalesce(grow("int", scope, less), grow("int", scope, 0), type_=Integer()),
            lambda: func.length(grow("text", scope, less), type_=Integer()),
            lambda: case((self.condition(scope, less), grow("int", scope, less)), else_=grow("int", scope, 0)),
            lambda: -grow("int", scope, less),
            lambda: grow("int", scope, less) // func.nullif(grow("int", scope, 0), 0, type_=Integer()),
            lambda: grow("int", scope, less) % self.pick([2, 3]),
            lambda: cast(self.condition(scope, less), Integer),
            lambda: func.nullif(grow("int", scope, less), grow("int", scope, 0), type_=Integer()),
            lambda: func.abs(grow("int", scope, less), type_=Integer()),
            lambda: self._scalar("int", scope, less),
            lambda: type_coerce(cast(grow("int", scope, less), Numeric(20, 2)), Numeric(20, 2)).cast(Integer),
            lambda: grow("int", scope, less).op("&")(self.pick([1, 6])),
            lambda: case({1: grow("int", scope, 0)}, value=grow("int", scope, less), else_=null()),
        ]
        if scope.aggregates:
            options += [lambda: self._aggregate("int", scope, less)] * 5
        if scope.windows:
            options += [lambda: self._window(scope, less)] * 4
        return self.pick(options)()

    def _text(self, scope: Scope, depth: int) -> Any:
        less = depth - 1
        grow = self.grow
        options: list[Callable[[], Any]] = [
            lambda: self._leaf("text", scope),
            lambda: grow("text", scope, less) + grow("text", scope, less),
            lambda: func.coalesce(grow("text", scope, less), grow("text", scope, 0), type_=String()),
            lambda: func.lower(grow("text", scope, less), type_=String()),
            lambda: func.upper(grow("text", scope, less), type_=String()),
            lambda: func.substr(grow("text", scope, less), 1, self.pick([1, 2]), type_=String()),
            lambda: func.replace(grow("text", scope, less), "a", "q", type_=String()),
            lambda: cast(grow("int", scope, less), String),
            lambda: case((self.condition(scope, less), grow("text", scope, less))),
            lambda: func.nullif(grow("text", scope, less), grow("text", scope, 0), type_=String()),
            lambda: func.trim(grow("text", scope, less), type_=String()),
            lambda: self._scalar("text", scope, less),
        ]
        if scope.aggregates:
            options += [lambda: self._aggregate("text", scope, less)] * 4
        return self.pick(options)()

    def condition(self, scope: Scope, depth: int) -> Any:
        """Return a boolean expression, NULLs and all."""
        less = depth - 1
        if depth <= 0:
            return self._compare(scope, 0)
        options: list[Callable[[], Any]] = [
            lambda: self._compare(scope, less),
            lambda: self._leaf("bool", scope),
            lambda: and_(self.condition(scope, less), self.condition(scope, less)),
            lambda: or_(self.condition(scope, less), self.condition(scope, less)),
            lambda: not_(self.condition(scope, less)),
            lambda: self.grow(self.pick(["int", "text"]), scope, less).is_(None),
            lambda: self.grow("int", scope, less).in_(self.pick([[1, 2], [3], [None, 1], []])),
            lambda: self.grow("text", scope, less).like(self.pick(["a%", "%", "_", "%d%n"])),
            lambda: self.grow("text", scope, less).contains(self.pick(["a", "%", ""]), autoescape=True),
            lambda: between(self.grow("int", scope, less), self.pick([0, 1]), self.grow("int", scope, 0)),
            lambda: self.grow("int", scope, less).is_distinct_from(self.grow("int", scope, 0)),
            lambda: self.grow("text", scope, less).startswith(self.grow("text", scope, 0)),
            lambda: self.grow("text", scope, less).ilike(self.pick(["A%", "%B"])),
            lambda: self.condition(scope, less).is_(True),
            lambda: self._membership(scope, less),
            lambda: self._membership(scope, less),
            lambda: self._exists(scope, less),
            lambda: self._exists(scope, less),
            lambda: self.ask(scope),
            lambda: self.ask(scope),
            lambda: case((self.condition(scope, less), self.condition(scope, less)), else_=self._leaf("bool", scope)),
        ]
        if scope.aggregates and self.postgres:
            options.append(lambda: func.bool_or(self.condition(scope.plain(), less), type_=Boolean()))
        return self.pick(options)()

    def _compare(self, scope: Scope, depth: int) -> Any:
        kind = self.pick(["int", "text", "int"])
        left, right = self.grow(kind, scope, depth), self.grow(kind, scope, depth)
        at = self.number(0, 5)
        return [left == right, left != right, left < right, left >= right, left > right, left <= right][at]

    def _inner(self, scope: Scope) -> list[Source]:
        return [] if scope.grouped is not None else [*scope.sources, *scope.outer]

    def _membership(self, scope: Scope, depth: int) -> Any:
        outer = self._inner(scope)
        if self.chance(20):
            inner = self.sub(["int", "text"], depth, outer)
            pair = tuple_(self.grow("int", scope, 0), self.grow("text", scope, 0))
            return pair.in_(inner)
        kind = self.pick(["int", "text"])
        left, inner = self.grow(kind, scope, depth), self.sub([kind], depth, outer)
        if self.postgres and self.chance(25):
            return left == any_(inner.scalar_subquery())
        return left.not_in(inner) if self.chance(30) else left.in_(inner)

    def _exists(self, scope: Scope, depth: int) -> Any:
        found = self._related(scope)
        if found is not None and self.chance(50):
            return found
        inner = self.sub(["int"], depth, self._inner(scope))
        made = inner.exists() if self.chance(50) else exists(inner.limit(1))
        return ~made if self.chance(40) else made

    def ask(self, scope: Scope) -> Any:
        """Return can() of a source in scope, or of what one of its relationships leads to."""
        sources = [s for s in (*scope.sources, *scope.outer) if s.asked is not None and _stands(s, scope)]
        if not sources or not self.asks:
            return self._compare(scope, 0)
        source = self.pick(sources)
        self.tags.add("can()")
        target = source.asked
        led = [] if source.entity is None or scope.grouped is not None else FOLLOWED.get(_class_of(source.entity), [])
        if led and self.chance(35):
            target = getattr(source.entity, self.pick(led))
        who = self.pick(PRINCIPALS)[0] if self.chance(15) else None
        return can(self.pick(["update", "read", "delete"]), target, principal=who)

    def _related(self, scope: Scope) -> Any:
        """Return any() or has() of an entity in scope, with a condition on the other side."""
        targets = {
            Doc: [("owner", Person, 0), ("notes", Note, 1), ("shares", Share, 1), ("tags", Tag, 1)],
            Note: [("doc", Doc, 0), ("answers", Note, 1), ("parent", Note, 0)],
            Person: [("docs", Doc, 1)],
            Share: [("doc", Doc, 0)],
            Remark: [("doc", Doc, 0)],
            Asset: [("owner", Person, 0)],
        }
        entities = [s.entity for s in scope.sources if s.entity is not None and scope.grouped is None]
        entities = [e for e in entities if getattr(e, "__mapper__", None) is None or e in targets]
        options = [(e, rel) for e in entities for rel in targets.get(_class_of(e), ())]
        if not options:
            return None
        entity, (name, other, many) = self.pick(options)
        attribute = getattr(entity, name)
        criterion = None
        if other is not _class_of(entity) and self.chance(70):
            criterion = self.condition(Scope([entity_source(other)]), 0)
        made = attribute.any(criterion) if many else attribute.has(criterion)
        return ~made if self.chance(40) else made

    def _scalar(self, kind: str, scope: Scope, depth: int) -> Any:
        inner = self.sub([kind], depth, self._inner(scope), aggregate=True)
        return inner.scalar_subquery()

    def _aggregate(self, kind: str, scope: Scope, depth: int) -> Any:
        """Return an aggregate whose value does not hang on the order of rows."""
        plain = scope.plain()
        of = self.grow(kind, plain, depth)
        if kind == "text":
            options = [func.min(of, type_=String()), func.max(of, type_=String())]
            if self.postgres:
                options.append(func.string_agg(of, aggregate_order_by(literal(","), of), type_=String()))
                options.append(cast(func.array_agg(aggregate_order_by(of, of.desc()), type_=ARRAY(String())), String))
                options.append(func.mode().within_group(of))
            if self.postgres:
                made = self.pick(options)
                return made if made is options[-1] or made is options[-2] else self._filtered(made, plain, depth)
        else:
            options = [
                func.count(),
                func.count(of),
                func.count(of.distinct()),
                func.sum(of, type_=Integer()),
                func.min(of, type_=Integer()),
                func.max(of, type_=Integer()),
                func.count(self.grow("text", plain, 0)),
            ]
        return self._filtered(self.pick(options), plain, depth)

    def _filtered(self, made: Any, plain: Scope, depth: int) -> Any:
        return made.filter(self.condition(plain, min(depth, 1))) if self.chance(30) else made

    def _window(self, scope: Scope, depth: int) -> Any:
        plain = Scope(scope.sources, scope.outer)
        of = self.grow("int", plain, min(depth, 1))
        order = [of, *scope.keys()] if self.chance(50) else scope.keys()
        over: dict[str, Any] = {"order_by": order}
        if self.chance(50):
            over["partition_by"] = self.grow(self.pick(["int", "text"]), plain, 0)
        options = [
            func.row_number(),
            func.rank(),
            func.lag(of, type_=Integer()),
            func.lead(of, type_=Integer()),
            func.first_value(of, type_=Integer()),
            func.count(of),
            func.sum(of, type_=Integer()),
            func.max(of, type_=Integer()),
        ]
        at = self.number(0, len(options) - 1)
        if at >= 5 and self.chance(40):
            over.pop("order_by")
        elif at >= 5 and self.chance(40):
            over["rows"] = (-1, 1)
        made = options[at]
        if at >= 5 and self.chance(30):
            made = made.filter(self.condition(plain, 0))
        return made.over(**over)


def _stands(source: Source, scope: Scope) -> bool:
    """Return whether the key of a source may be named: in a grouped statement only where it is grouped by."""
    if scope.grouped is None or source not in scope.sources:
        return True
    return all(any(key is one for one in scope.grouped["int"]) for key in source.keys)


def _class_of(entity: Any) -> Any:
    return inspect(entity).mapper.class_


def entity_source(entity: Any) -> Source:
    """Return a mapped class, or an alias of one, as a source."""
    mapper = inspect(entity).mapper
    table = mapper.local_table
    get = lambda column: getattr(entity, mapper.get_property_by_column(column).key)  # noqa: E731
    keys = [get(c) for c in table.primary_key]
    if len(mapper.tables) == 1:
        return Source(entity, typed(table, get), keys, table.name, entity, asked=entity)
    columns: dict[str, list[Any]] = {"int": list(keys), "text": [], "bool": []}
    for one in mapper.tables:  # the root's and the leaf's; the key is one attribute
        for kind, found in typed(one, lambda column: None if column.primary_key else get(column)).items():
            columns[kind] += [column for column in found if column is not None]
    return Source(entity, columns, keys, None, entity, tuple(t.name for t in mapper.tables), entity)


def table_source(table: Any, from_: Any) -> Source:
    """Return a table, or an alias of one, as a source."""
    keys = [from_.c[column.key] for column in table.primary_key]
    return Source(from_, typed(table, lambda column: from_.c[column.key]), keys, table.name, asked=from_)


def typed(table: Any, get: Callable[[Any], Any]) -> dict[str, list[Any]]:
    """Return the columns of a table by type."""
    found: dict[str, list[Any]] = {"int": [], "text": [], "bool": []}
    for column in table.c:
        kind = {"INTEGER": "int", "VARCHAR": "text", "BOOLEAN": "bool"}[str(column.type)]
        found[kind].append(get(column))
    return found


__all__ = ["TYPES", "Grower", "Scope", "Source", "entity_source", "select", "table_source", "typed"]
