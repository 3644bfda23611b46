"""Random writes, and how each is judged: the full database's rows against a shadow and the truth in Python."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, and_, literal, or_
from sqlalchemy.exc import DBAPIError

from proof.arena import Arena, Outcome, outcome
from proof.asked import shown
from proof.entities import dump
from proof.small_world import TABLES
from proof.truth import HOPELESS, MASKED, Row, State, Truth, key_of


def by_key(state: State, table: str) -> dict[tuple[Any, ...], Row]:
    """Return the rows of a table by primary key."""
    return {key_of(table, row): row for row in state[table]}


def named(table: str, keys: list[tuple[Any, ...]], columns: Any = None) -> Any:
    """Return the condition that a row has one of these keys: the write policy, written by hand."""
    columns = columns or list(TABLES[table].primary_key)
    rows = [and_(*(c == literal(v, c.type) for c, v in zip(columns, key, strict=True))) for key in keys]
    return or_(*rows) if rows else literal(0) == 1  # not false(): SQLAlchemy would leave all the rest out


Touched = dict[str, dict[Any, set[str]]]
"""Which rows of which tables a write has touched, and which of their columns it has set."""


def merged(truth: Truth, table: str, key: Any, new: Row, written: set[str]) -> Row:
    """Return what the full database must have: what the statement left alone keeps its value, also behind a mask."""
    old, seen = by_key(truth.state, table).get(key, {}), by_key(truth.shadow(), table).get(key, {})
    return {c: old[c] if c in old and c not in written and v == seen.get(c) else v for c, v in new.items()}


def spoilt(arena: Arena, truth: Truth, touched: Touched, after: State) -> str | None:
    """Return what is wrong with the full database: a row that may not be written and was, or one that came out wrong."""
    ours = arena.full.state()
    for table in TABLES:
        if table not in touched:
            if sorted(map(repr, ours[table])) != sorted(map(repr, arena.before[table])):
                return f"rows of {table} changed"
            continue
        before, ends, found = by_key(arena.before, table), by_key(after, table), by_key(ours, table)
        for key in before.keys() | ends.keys() | found.keys():
            if key not in touched[table]:
                want = before.get(key)
            else:
                want = merged(truth, table, key, ends[key], touched[table][key]) if key in ends else None
            if found.get(key) != want:
                return f"{table} {key}: full database has {found.get(key)}, should have {want}"
    return None


def is_plain(value: Any) -> bool:
    """Return whether SET gives a column a value, no expression: only values are compared with what is there."""
    element = isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")
    return isinstance(value, BindParameter) or not element


def plain_value(value: Any) -> Any:
    """Return a value that SET gives, out of its bind."""
    return value.value if isinstance(value, BindParameter) else value


def covered(truth: Truth, table: str, row: Row, setting: Iterable[str], after: Row) -> bool:
    """Return whether the rules that admit a row let these columns change, or they keep their value.

    Args:
        truth: of whoever acts.
        table: what is written.
        row: as it is.
        setting: the columns that are set.
        after: those that are set to plain values, with what they become. A masked column is not compared: that would
            tell what it holds.
    """
    return all(
        truth.covers(table, column, row)
        or (column in after and column not in MASKED.get(table, ()) and after[column] == row[column])
        for column in setting
    )


@dataclass
class Criteria:
    """UPDATE or DELETE with a WHERE, or INSERT; `wrap` puts it into a CTE. `plain`: what is set to a value.

    `beside`: open tables that the statement around it writes.
    """

    table: str
    action: str
    statement: Any
    setting: list[str]
    returning: bool
    core: bool
    keys: Any = None
    parameters: list[Row] | None = None
    plain: Row = field(default_factory=dict)
    wrap: Callable[[Any], Any] | None = None
    beside: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{shown(self.statement)}\nparameters {self.parameters}, by {'Core' if self.core else 'ORM'}"

    def judge(self, arena: Arena, n: int) -> str | None:  # noqa: C901, PLR0911 - one for each way it can end
        """Do it on both sides; return what differs."""
        truth = arena.truths[n]
        statement, writable = self._narrowed(truth)
        hopeless = any((self.table, c) in HOPELESS for c in self.setting)
        with arena.shadow(n) as session:
            try:
                found = session.execute(self.keys.where(writable)) if self.action != "insert" else None
                keys = None if found is None else {tuple(row) for row in found}
            except DBAPIError as error:  # the tree is no SQL where nothing is hidden either
                arena.report.invalid[str(error.orig)[:90]] += 1
                return None
            theirs = outcome(lambda: self._run(session, statement), ordered=False)
            after = arena.shadows[n].state() if theirs.kind == "rows" else {}
        if theirs.kind == "rows":
            keys = (
                keys
                if keys is not None
                else by_key(after, self.table).keys() - by_key(truth.shadow(), self.table).keys()
            )
        denied = theirs.kind == "rows" and not self._passes(truth, keys, after)
        if self.action == "update" and hopeless:
            denied = True
        with arena.guarded(n) as session:
            ours = outcome(lambda: self._run(session, self.statement), ordered=False)
            if ours.kind == "Unguarded":
                return arena.refused(ours)
            if denied and ours.kind == "AccessDenied":
                arena.report.deny()
                return None
            if theirs.kind == "error" and ours.kind == "AccessDenied":
                return arena.judge(Outcome("error"), theirs)  # one row breaks a constraint, another one the policy
            if ours.kind == "error" and self._clashes(truth, keys):
                arena.report.invalid["a key that is taken by a hidden row"] += 1
                return None
            if hopeless and ours.kind == "rows" and spoilt(arena, truth, {}, after) is None:
                return None  # where(false()) folds away all that would have denied it
            if denied and not ours.kind == theirs.kind == "error":
                return f"should be denied: {ours}\nshadow: {theirs}"
            touched: Touched = {self.table: {key: set(self.setting) for key in keys or ()}}
            for table in self.beside:
                touched[table] = {key: {"word"} for key in by_key(after, table)}
            wrong = spoilt(arena, truth, touched, after) if ours.kind == theirs.kind == "rows" else None
            if not self.returning and '["rows", -1]' in (*(ours.value or ()), *(theirs.value or ())):
                return wrong  # Python's sqlite3 counts no rows of WITH ... UPDATE
            return wrong or arena.judge(ours, theirs)

    def _clashes(self, truth: Truth, keys: Any) -> bool:
        taken = by_key(truth.state, self.table).keys() - by_key(truth.shadow(), self.table).keys()
        return self.action == "insert" and bool(taken & set(keys or ()))

    def _narrowed(self, truth: Truth) -> tuple[Any, Any]:
        """Return the statement cut down to the rows that it may write, and the condition that does it."""
        if self.action == "insert":
            return self.statement, None
        may = truth.updates if self.action == "update" else truth.deletes
        masked = [c for c in self.setting if c in MASKED.get(self.table, ())]
        rows = [
            row
            for row in truth.state[self.table]
            if may(self.table, row) and all(truth.writes_mask(self.table, c, row) for c in masked)
        ]
        if self.action == "update":
            rows = [row for row in rows if covered(truth, self.table, row, self.setting, self.plain)]
        writable = self._named(rows)
        return self.statement.where(writable), writable

    def _named(self, rows: list[Row]) -> Any:
        return named(self.table, [key_of(self.table, row) for row in rows])

    def _passes(self, truth: Truth, keys: Any, after: State) -> bool:
        new = by_key(after, self.table)
        if self.action == "insert":
            return all(truth.accepts_new(self.table, new[key], returned=self.returning) for key in keys)
        if self.action == "update":
            return all(truth.accepts_changed(self.table, new[key], returned=self.returning) for key in keys)
        return True

    def _run(self, session: Any, statement: Any) -> Any:
        on = session.connection() if self.core else session
        if self.wrap is not None:
            result = session.execute(self.wrap(statement))
            return dump([tuple(row) for row in result]) if getattr(result, "returns_rows", True) else ("rows", None)
        result = on.execute(statement, self.parameters) if self.parameters else on.execute(statement)
        if self.returning:
            return dump([tuple(row) for row in result.all()])
        return ("rows", result.rowcount if self.action != "insert" else None)


__all__ = ["Criteria", "Touched", "by_key", "covered", "is_plain", "merged", "named", "plain_value", "spoilt"]
