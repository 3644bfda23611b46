"""Random upserts, and how they are judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from proof.arena import Arena, Outcome, outcome
from proof.asked import shown
from proof.entities import dump
from proof.expressions import Scope, Source, entity_source, table_source, typed
from proof.small_world import TABLES
from proof.truth import HOPELESS, MASKED, Row, State, Truth
from proof.write_trees import CLASSES, KINDS, OWNED, WriteGrower
from proof.writes import by_key, covered, is_plain, merged, plain_value, spoilt

UPSERTED = [
    "docs",
    "plans",
    "rooms",
    "remarks",
    "tags",
    "notes",
    "films",
    "assets",
    "Order",
    "people",
    "books",
    "shares",
]
Key = tuple[Any, ...]


@dataclass
class Upsert:
    """INSERT ... ON CONFLICT DO UPDATE.

    Args:
        table: what is written.
        build: makes the statement; without its own WHERE, or with RETURNING of the keys, where asked.
        keys: those of the rows that it brings, or a SELECT of them.
        columns: what INSERT writes.
        setting: what SET writes.
        plain: what SET writes as a value.
        returning: whether it returns what it wrote.
        core: whether it goes past the ORM.
        parameters: its rows, if they stand beside it.
    """

    table: str
    build: Callable[..., Any]
    keys: Any
    columns: list[str]
    setting: list[str]
    plain: Row
    returning: bool
    core: bool
    parameters: list[Row] | None

    def __str__(self) -> str:
        return f"{shown(self.build())}\nparameters {self.parameters}, by {'Core' if self.core else 'ORM'}"

    def judge(self, arena: Arena, n: int) -> str | None:
        """Do it on both sides; return what differs."""
        truth = arena.truths[n]
        found = self._try(arena, n, None)
        tried = self._try(arena, n, self.build(where=False, returning=True))
        written = self._try(arena, n, self.build(returning=True))
        with arena.shadow(n) as session:
            theirs = outcome(lambda: self._run(session), ordered=False)
        whole = None not in (found, tried, written) and theirs.kind == "rows"
        denied = any((self.table, column) in HOPELESS for column in self.setting)
        if found is not None and tried is not None and written is not None:
            denied |= not self._passes(truth, found[0], tried[1], *written)
        with arena.guarded(n) as session:
            ours = outcome(lambda: self._run(session), ordered=False)
            if ours.kind == "Unguarded":
                return arena.refused(ours)
            if denied and ours.kind == "AccessDenied":
                arena.report.deny()
                return None
            if not whole and ours.kind in ("error", "AccessDenied"):
                return arena.judge(Outcome("error"), Outcome("error", "an upsert that is no SQL"))
            if denied or written is None:
                return f"should be denied: {ours}\nshadow: {theirs}"
            touched = {self.table: {key: set(self.setting) for key in written[0]}}
            wrong = spoilt(arena, truth, touched, written[1]) if ours.kind == theirs.kind == "rows" else None
            return wrong or arena.judge(ours, theirs)

    def _try(self, arena: Arena, n: int, statement: Any) -> tuple[set[Key], State] | None:
        """Return the keys that a statement returns in the shadow, and all rows then; None if it is no SQL.

        No statement: the keys of the rows that are brought.
        """
        with arena.shadow(n) as session:
            try:
                if statement is not None:
                    # One row by one: where SQLAlchemy repeats the rows of VALUES, it repeats any other "(?)", too.
                    on, rows = session.connection(), self.parameters or [None]
                    keys = {tuple(found) for row in rows for found in on.execute(statement, row)}
                else:
                    given = self.keys if isinstance(self.keys, set) else session.execute(self.keys)
                    keys = {tuple(row) for row in given}
            except SQLAlchemyError:
                return None
            return keys, arena.shadows[n].state()

    def _passes(self, truth: Truth, brought: set[Key], every: State, written: set[Key], after: State) -> bool:
        """Return whether the rows in the way may be updated, and what comes of all of them may stand there."""
        before, seen, table = by_key(truth.state, self.table), by_key(truth.shadow(), self.table), self.table
        setting, tried, ends = set(self.setting), by_key(every, self.table), by_key(after, self.table)
        for key in brought & before.keys():
            if key not in seen or not truth.updates(table, before[key]):
                return False
            if not all(truth.writes_mask(table, c, before[key]) for c in setting if c in MASKED.get(table, ())):
                return False
            if not covered(truth, table, before[key], setting, self.plain):
                return False
            becomes = merged(truth, table, key, tried[key], setting)
            if not truth.accepts_changed(table, becomes, returned=False):
                return False
        return all(
            truth.accepts_new(
                table,
                merged(truth, table, key, ends[key], setting),
                returned=self.returning,
                columns=self._columns(key),
            )
            for key in written
        )

    def _columns(self, key: Key) -> list[str]:
        """Return the columns that INSERT writes for a row. The ORM leaves out those that a parameter set gives as None."""
        by_orm = self.build()._propagate_attrs.get("compile_state_plugin") == "orm"
        if not self.parameters or not by_orm:
            return self.columns
        table = TABLES[self.table]
        mine = [row for row in self.parameters if tuple(row.get(column.key) for column in table.primary_key) == key]
        assert mine, f"no row of {self.table} is {key}"
        return [c for c in self.columns if any(row.get(_key(table, c)) is not None for row in mine)]

    def _run(self, session: Any) -> Any:
        on = session.connection() if self.core else session
        result = on.execute(self.build(), self.parameters) if self.parameters else on.execute(self.build())
        return dump([tuple(row) for row in result.all()]) if self.returning else ("rows", None)


class UpsertGrower(WriteGrower):
    """Grows upserts."""

    def upsert(self) -> Upsert:
        """Return an INSERT ... ON CONFLICT DO UPDATE with any SET, and any WHERE."""
        name = self.pick(UPSERTED[: self.pick([4, 8, 12])])
        table = TABLES[name]
        entity = CLASSES[name] if name in CLASSES and name != "Order" and self.chance(40) else None
        source = table_source(table, table) if entity is None else entity_source(entity)
        kinds = {c.name: k for k, cs in typed(table, lambda c: c).items() for c in cs}
        primary = [c.name for c in table.primary_key]
        owned, masked = OWNED.get(name), MASKED.get(name, ())
        rest = [c for c in kinds if c not in primary and (c in (owned, "tenant", "kind") or self.chance(50))]
        rest = [c for c in rest if c not in masked or self.chance(30)]
        dialect: Any = postgresql if self.postgres else sqlite
        base = dialect.insert(table if entity is None else entity)
        parameters, keys, base = self._brought(name, base, rest, owned, kinds)
        excluded = Source(base.excluded, typed(table, lambda c: base.excluded[c.key]), [], None)
        both = Scope([source, excluded])
        free = [c for c in kinds if c not in (*primary, "kind") and (c not in masked or self.chance(40))]
        set_ = {table.c[_key(table, c)]: self._set(kinds[c], c, base, table, both) for c in self._some(free)}
        where = self.condition(both, 1) if self.chance(40) else None
        returned = self._returns(source, masked) if self.chance(30) else None

        def build(*, where: bool = True, returning: bool = False, own: Any = where) -> Any:
            made = base.on_conflict_do_update(
                index_elements=list(table.primary_key), set_=dict(set_), where=own if where else None
            )
            if returning:
                return made.returning(*table.primary_key)
            return made if returned is None else made.returning(*returned)

        setting = [column.name for column in set_]
        plain = {column.name: plain_value(value) for column, value in set_.items() if is_plain(value)}
        core = entity is None and self.chance(50)
        return Upsert(name, build, keys, rest, setting, plain, returned is not None, core, parameters)

    def _some(self, free: list[str]) -> list[str]:
        return sorted({self.pick(free) for _ in range(self.number(1, 3))})

    def _set(self, kind: str, name: str, base: Any, table: Any, both: Scope) -> Any:
        at = self.number(0, 9)
        if at < 4:
            return base.excluded[_key(table, name)]
        return self.literal(kind) if at < 7 else self.grow(kind, both, 1)

    def _returns(self, source: Source, masked: Any) -> list[Any]:
        plain = [c for cs in source.columns.values() for c in cs if c.key not in (*masked, "grp")]
        return [self.pick(plain) for _ in range(self.number(1, 2))]

    def _brought(self, name: str, base: Any, rest: list[str], owned: str | None, kinds: dict[str, str]) -> Any:
        """Return the parameters beside the statement, the keys of its rows, and the INSERT with its rows."""
        table = TABLES[name]
        names = {c.name: c.key for c in table.c}
        first, *others = [c.name for c in table.primary_key]
        if self.chance(15):
            other = self.source(1, [name])
            key = (self.row_number(other) + self.pick([0, 1000, 5])).label(first)
            outputs = [key, *(self.literal_of(c, owned, "int").label(c) for c in others)]
            outputs += [self.literal_of(c, owned, kinds[c]).label(c) for c in rest]
            picked = select(*outputs).select_from(other.from_).where(self.condition(Scope([other]), 1))
            inner = picked.subquery()
            into = [table.c[names[c]] for c in (first, *others, *rest)]
            return None, select(*(inner.c[c] for c in (first, *others))), base.from_select(into, picked)
        at = self.number(1, 14) if self.chance(75) else 1000
        rows = [{**self._row(table, n, rest, owned, kinds), first: at + n} for n in range(self.pick([1, 1, 2, 3]))]
        rows = [{**row, **({"kind": KINDS[name]} if name in KINDS else {})} for row in rows]
        keys = {tuple(row[c] for c in (first, *others)) for row in rows}
        many = [{names[c]: value for c, value in row.items()} for row in rows]
        if self.chance(40):
            return many, keys, base
        return None, keys, base.values(many if len(many) > 1 else many[0])


def _key(table: Any, name: str) -> str:
    return str(next(column.key for column in table.c if column.name == name))
