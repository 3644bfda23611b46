"""Random writes, and how each is judged: the full database's rows against a shadow and the truth in Python."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, false, literal, or_, update
from sqlalchemy.exc import DBAPIError

from proof.arena import Arena, Outcome, outcome
from proof.entities import dump
from proof.small_world import TABLES
from proof.truth import MASKED, Row, State, Truth, key_of


def by_key(state: State, table: str) -> dict[tuple[Any, ...], Row]:
    """Return the rows of a table by primary key."""
    return {key_of(table, row): row for row in state[table]}


def named(table: str, keys: list[tuple[Any, ...]], columns: Any = None) -> Any:
    """Return the condition that a row has one of these keys: the write policy, written by hand."""
    columns = columns or list(TABLES[table].primary_key)
    rows = [and_(*(c == literal(v, c.type) for c, v in zip(columns, key, strict=True))) for key in keys]
    return or_(*rows) if rows else false()


def spoilt(arena: Arena, truth: Truth, table: str, touched: set[Any], after: State) -> str | None:
    """Return what is wrong with the full database: a row that may not be written and was, or one that came out wrong."""
    ours = arena.full.state()
    before, shadow = by_key(arena.before, table), by_key(truth.shadow(), table)
    ends, found = by_key(after, table), by_key(ours, table)
    for other in TABLES:
        if other != table and sorted(map(repr, ours[other])) != sorted(map(repr, arena.before[other])):
            return f"rows of {other} changed"
    for key in before.keys() | ends.keys() | found.keys():
        if key not in touched:
            want = before.get(key)
        elif key not in ends:
            want = None
        else:  # what the statement left alone keeps its value, also behind a mask
            old, seen, new = before.get(key, {}), shadow.get(key, {}), ends[key]
            want = {c: old[c] if c in old and new[c] == seen.get(c) else new[c] for c in new}
        if found.get(key) != want:
            return f"{table} {key}: full database has {found.get(key)}, should have {want}"
    return None


@dataclass
class Criteria:
    """UPDATE or DELETE with a WHERE, or INSERT."""

    table: str
    action: str
    statement: Any
    setting: list[str]
    returning: bool
    core: bool
    keys: Any = None
    parameters: list[Row] | None = None

    def judge(self, arena: Arena, n: int) -> str | None:  # noqa: PLR0911 - one for each way it can end
        """Do it on both sides; return what differs."""
        truth = arena.truths[n]
        statement, writable = self._narrowed(truth)
        hopeless = any((self.table, c) in {("people", "secret"), ("docs", "score")} for c in self.setting)
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
                return arena.refused(self.action, ours)
            if denied and ours.kind == "AccessDenied":
                arena.report.denied += 1
                return None
            if theirs.kind == "error" and ours.kind == "AccessDenied":
                return arena.judge(Outcome("error"), theirs)  # one row breaks a constraint, another one the policy
            if denied and not ours.kind == theirs.kind == "error":
                return f"should be denied: {ours}\nshadow: {theirs}"
            wrong = spoilt(arena, truth, self.table, keys, after) if ours.kind == theirs.kind == "rows" else None
            if not self.returning and '["rows", -1]' in (*(ours.value or ()), *(theirs.value or ())):
                return wrong  # Python's sqlite3 counts no rows of WITH ... UPDATE
            return wrong or arena.judge(ours, theirs)

    def _narrowed(self, truth: Truth) -> tuple[Any, Any]:
        if self.action == "insert":
            return self.statement, None
        may = truth.updates if self.action == "update" else truth.deletes
        masked = [c for c in self.setting if c in MASKED.get(self.table, ())]
        rows = [
            row
            for row in truth.state[self.table]
            if may(self.table, row) and all(truth.writes_mask(self.table, c, row) for c in masked)
        ]
        writable = named(self.table, [key_of(self.table, row) for row in rows])
        return self.statement.where(writable), writable

    def _passes(self, truth: Truth, keys: Any, after: State) -> bool:
        new = by_key(after, self.table)
        if self.action == "insert":
            return all(truth.accepts_new(self.table, new[key], returned=self.returning) for key in keys)
        if self.action == "update":
            return all(truth.accepts_changed(self.table, new[key], returned=self.returning) for key in keys)
        return True

    def _run(self, session: Any, statement: Any) -> Any:
        on = session.connection() if self.core else session
        result = on.execute(statement, self.parameters) if self.parameters else on.execute(statement)
        if self.returning:
            return dump([tuple(row) for row in result.all()])
        return ("rows", result.rowcount if self.action != "insert" else None)


@dataclass
class UnitOfWork:
    """Objects of one class, changed, deleted and added in one flush."""

    entity: Any
    changes: dict[Any, Row]
    deletes: list[Any]
    adds: list[Row]
    bulk: bool = False
    visible: list[Any] = field(default_factory=list)

    def judge(self, arena: Arena, n: int) -> str | None:
        """Do it on both sides; return what differs."""
        truth, table = arena.truths[n], self.entity.__tablename__
        self.visible = [key for (key,) in by_key(truth.shadow(), table)]
        with arena.shadow(n) as session:
            theirs = outcome(lambda: self._run(session), ordered=True)
            after = arena.shadows[n].state() if theirs.kind == "rows" else {}
        old, shadow = by_key(arena.before, table), by_key(truth.shadow(), table)
        touched = {(row["id"],) for row in self.adds}
        allowed = all(truth.accepts_new(table, row, returned=False) for row in self.adds)
        for key, values in self.changes.items():
            seen = shadow.get((key,))
            changed = {} if seen is None else {c: v for c, v in values.items() if self.bulk or v != seen[c]}
            if not changed or key in self.deletes:
                continue
            touched.add((key,))
            masked = [c for c in changed if c in MASKED.get(table, ())]
            row = old[key,]
            allowed &= truth.updates(table, row) and all(truth.writes_mask(table, c, row) for c in masked)
            allowed &= truth.accepts_changed(table, {**row, **changed}, returned=False)
        for key in self.deletes:
            if (key,) in shadow:
                touched.add((key,))
                allowed &= truth.deletes(table, old[key,])
        with arena.guarded(n) as session:
            ours = outcome(lambda: self._run(session), ordered=True)
            if ours.kind == "Unguarded":
                return arena.refused("unit of work", ours)
            if not allowed and ours.kind == "AccessDenied":
                arena.report.denied += 1
                return None
            if not allowed and not ours.kind == theirs.kind == "error":
                return f"should be denied: {ours}\nshadow: {theirs}"
            wrong = spoilt(arena, truth, table, touched, after) if ours.kind == theirs.kind == "rows" else None
            return wrong or arena.judge(ours, theirs)

    def _run(self, session: Any) -> Any:
        if self.bulk:
            rows = [{"id": k, **v} for k, v in self.changes.items() if k in self.visible]
            if rows:
                session.execute(update(self.entity), rows)
            return len(rows)
        keys = sorted({*self.changes, *self.deletes})
        found = {key: session.get(self.entity, key) for key in keys}
        for key, values in self.changes.items():
            if found[key] is not None and key not in self.deletes:
                for name, value in values.items():
                    setattr(found[key], name, value)
        for key in self.deletes:
            if found[key] is not None:
                session.delete(found[key])
        session.add_all([self.entity(**row) for row in self.adds])
        session.flush()
        return [key for key in keys if found[key] is not None]


__all__ = ["Criteria", "UnitOfWork", "named"]
