"""The unit of work over a hierarchy of joined tables: each table's statements judged by the rows as they are then."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect

from proof.arena import Arena, outcome
from proof.entities import GONE
from proof.small_world import TABLES, Asset, Book, Film, Novel, rows
from proof.truth import MASKED, Row, Truth
from proof.writes import Touched, by_key, covered, spoilt

ORDER = ["assets", "books", "novels", "films"]
KINDS = {row["id"]: row["kind"] for row in rows()["assets"]}
CLASSES: dict[str, Any] = {"asset": Asset, "book": Book, "novel": Novel, "film": Film}


@dataclass
class LeafWork:
    """Objects of a hierarchy, changed, deleted and added in one flush. `by_leaf`: loaded as what they are."""

    changes: dict[int, Row]
    deletes: list[int]
    adds: list[tuple[Any, Row]]
    by_leaf: bool

    @staticmethod
    def class_of(key: int) -> Any:
        """Return the class of the object with a key."""
        return CLASSES[KINDS[key]]

    def judge(self, arena: Arena, n: int) -> str | None:
        """Do it on both sides; return what differs."""
        with arena.shadow(n) as session:
            theirs = outcome(lambda: self._run(session), ordered=True)
            after = arena.shadows[n].state() if theirs.kind == "rows" else {}
        allowed, touched = self._allowed(arena.truths[n])
        with arena.guarded(n) as session:
            ours = outcome(lambda: self._run(session), ordered=True)
            if ours.kind == "Unguarded":
                return arena.refused(ours)
            # A leaf whose root was given away in the same flush is like an absent one.
            gone = ours.kind == "error" and str(ours.value).startswith("StaleDataError")
            if not allowed and (ours.kind == "AccessDenied" or gone):
                arena.report.deny()
                return None
            if not allowed and not ours.kind == theirs.kind == "error":
                return f"should be denied: {ours}\nshadow: {theirs}"
            wrong = spoilt(arena, arena.truths[n], touched, after) if ours.kind == theirs.kind == "rows" else None
            return wrong or arena.judge(ours, theirs)

    def _allowed(self, first: Truth) -> tuple[bool, Touched]:  # noqa: C901 - saves, then deletes
        """Return whether all of it may be done, one statement after the other, and what it touches."""
        state = {table: [dict(row) for row in found] for table, found in first.state.items()}
        now, shadow = Truth(first.who, first.lifts, state), first.shadow()
        seen = {table: by_key(shadow, table) for table in ORDER}
        touched: Touched = {table: {} for table in ORDER}
        allowed = True
        for table in ORDER:
            for key, values in self.changes.items():
                chain = _tables(self.class_of(key))
                whole = all((key,) in seen[one] for one in chain)
                if table not in chain or not whole or key in self.deletes:
                    continue
                names = {c.name for c in TABLES[table].c}
                changed = {c: v for c, v in values.items() if c in names and v != seen[table][key,][c]}
                if changed:
                    touched[table][key,] = set(changed)
                    allowed &= _update(now, table, key, changed)
            for entity, values in self.adds:
                if table in _tables(entity):
                    given = {"kind": inspect(entity).polymorphic_identity, **values}
                    state[table].append({c.name: given.get(c.name) for c in TABLES[table].c})
                    touched[table][values["id"],] = set()
                    allowed &= now.accepts_new(table, state[table][-1], returned=False)
        for table in reversed(ORDER):
            for key in self.deletes:
                if self.by_leaf and not all((key,) in seen[one] for one in _tables(self.class_of(key))):
                    continue
                row = by_key(state, table).get((key,))
                if row is not None and now.reads(table, row):
                    touched[table][key,] = set()
                    allowed &= now.deletes(table, row)
                    state[table].remove(row)
        return allowed, touched

    def _run(self, session: Any) -> Any:
        keys = sorted({*self.changes, *self.deletes})
        found = {key: session.get(self.class_of(key) if self.by_leaf else Asset, key) for key in keys}
        whole = {key for key in keys if found[key] is not None and _load(found[key])}
        for key, values in self.changes.items():
            if key in whole and key not in self.deletes:
                for name, value in values.items():
                    setattr(found[key], name, value)
        for key in self.deletes:
            if found[key] is not None:
                session.delete(found[key])
        session.add_all([entity(**row) for entity, row in self.adds])
        session.flush()
        return sorted(whole)


def _tables(entity: Any) -> list[str]:
    return [table.name for table in inspect(entity).tables]


def _update(now: Truth, table: str, key: int, changed: Row) -> bool:
    """Return whether a row may be changed so, and change it."""
    row = by_key(now.state, table)[key,]
    masked = [c for c in changed if c in MASKED.get(table, ())]
    allowed = now.updates(table, row) and all(now.writes_mask(table, c, row) for c in masked)
    allowed &= covered(now, table, row, changed, {**row, **changed})
    row.update(changed)
    return bool(allowed and now.accepts_changed(table, row, returned=False))


def _load(found: Any) -> bool:
    """Load all columns; return False if the leaf is hidden."""
    with suppress(*GONE):
        return [getattr(found, attribute.key) for attribute in inspect(type(found)).column_attrs] != []
    return False
