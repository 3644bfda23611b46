"""Writes by the unit of work, and how they are judged."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from proof.arena import Arena, outcome
from proof.small_world import TABLES
from proof.truth import MASKED, Row
from proof.writes import by_key, covered, spoilt


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
        touched: dict[Any, set[str]] = {(row["id"],): set() for row in self.adds}
        names = [column.name for column in TABLES[table].c]
        added = [{name: row.get(name) for name in names} for row in self.adds]
        allowed = all(truth.accepts_new(table, row, returned=False) for row in added)
        for key, values in self.changes.items():
            seen = shadow.get((key,))
            changed = {} if seen is None else {c: v for c, v in values.items() if self.bulk or v != seen[c]}
            if not changed or key in self.deletes:
                continue
            touched[key,] = set(changed)
            masked = [c for c in changed if c in MASKED.get(table, ())]
            row = old[key,]
            allowed &= truth.updates(table, row) and all(truth.writes_mask(table, c, row) for c in masked)
            allowed &= covered(truth, table, row, changed, {**row, **changed})
            allowed &= truth.accepts_changed(table, {**row, **changed}, returned=False)
        for key in self.deletes:
            if (key,) in shadow:
                touched[key,] = set()
                allowed &= truth.deletes(table, old[key,])
        with arena.guarded(n) as session:
            ours = outcome(lambda: self._run(session), ordered=True)
            if ours.kind == "Unguarded":
                return arena.refused(ours)
            if not allowed and ours.kind == "AccessDenied":
                arena.report.deny()
                return None
            if not allowed and not ours.kind == theirs.kind == "error":
                return f"should be denied: {ours}\nshadow: {theirs}"
            wrong = spoilt(arena, truth, {table: touched}, after) if ours.kind == theirs.kind == "rows" else None
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
