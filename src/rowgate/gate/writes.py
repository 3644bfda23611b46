"""Writes: old rows are judged in WHERE (see `rows`), new rows prove themselves in RETURNING.

That is after defaults, generated columns and BEFORE triggers, where PostgreSQL evaluates WITH CHECK
(https://www.postgresql.org/docs/current/sql-createpolicy.html).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Table,
)
from sqlalchemy.sql.elements import BindParameter, ColumnClause
from sqlalchemy.sql.selectable import TableClause

from rowgate.action import Action
from rowgate.decision import (
    Condition,
    insertable,
    is_true,
    masked,
    rechecked,
    updatable,
)
from rowgate.entry import Entry
from rowgate.errors import Unguarded
from rowgate.gate.leaving import UNKNOWN, Leaving, default_of, hiding
from rowgate.gate.rows import OldRows, RowGuard

_OF_ONE_WRITE = ("target", "proven", "depth", "column_keys", "_carry", "_returned", "_state")
"""What the gate remembers of one write, put back where a write in a CTE ends."""


class Writes(OldRows):
    """Renders INSERT, UPDATE and DELETE."""

    def visit_insert(self, insert_stmt: Any, visited_bindparam: Any = None, visiting_cte: Any = None, **kw: Any) -> str:
        """Render an INSERT whose new rows prove themselves."""
        with self._writing(insert_stmt, visiting_cte):
            text = super().visit_insert(
                insert_stmt, visited_bindparam=visited_bindparam, visiting_cte=visiting_cte, **kw
            )
            text += self._unproven(insert_stmt, nested=visiting_cte is not None)
            read = self.proven or insert_stmt._post_values_clause is not None  # else no policy of SELECT is asked
            if self.context.walled and read and not self._returned:
                self._note_leaving(insert_stmt, nested=visiting_cte is not None)
            return text

    def visit_update(self, update_stmt: Any, visiting_cte: Any = None, **kw: Any) -> str:
        """Render an UPDATE whose old rows are judged in WHERE, and whose new rows prove themselves."""
        with self._writing(update_stmt, visiting_cte) as entry:
            guarded = self._guarded(entry, Action.UPDATE, update_stmt)
            text = super().visit_update(guarded, visiting_cte=visiting_cte, **kw)
            text += self._unproven(update_stmt, nested=visiting_cte is not None)
            if self.context.walled and not self._returned:
                self._note_leaving(update_stmt, nested=visiting_cte is not None)
            return text

    def visit_delete(self, delete_stmt: Any, visiting_cte: Any = None, **kw: Any) -> str:
        """Render a DELETE whose rows are judged in WHERE."""
        with self._writing(delete_stmt, visiting_cte) as entry:
            self.proven = True
            guarded = self._guarded(entry, Action.DELETE, delete_stmt)
            return str(super().visit_delete(guarded, visiting_cte=visiting_cte, **kw))

    @contextmanager
    def _writing(self, stmt: Any, visiting_cte: Any) -> Iterator[Entry]:
        """Render a write, perhaps in a CTE of another statement, which may be a write itself."""
        if (visiting_cte is None and self.stack) or self.trusted:
            raise Unguarded("a write inside another statement stands in a CTE: update(...).returning(...).cte()")
        if visiting_cte is not None and self.dialect.name == "sqlite":
            raise Unguarded("SQLite has no writes in CTEs: execute the write by itself")
        entry = self._written_table(stmt)
        around = {name: getattr(self, name, None) for name in _OF_ONE_WRITE}
        self.target, self.proven, self.depth = entry, False, len(self.stack)
        self._carry = None
        self._returned = bool(stmt._returning)  # asked now: the ORM moves it into columns of its own when it compiles
        if visiting_cte is not None:  # the names of parameters are no columns of its
            self.column_keys = []
        self._state = None if visiting_cte is None else stmt._compile_state_factory(stmt, self)
        try:
            yield entry
        finally:
            for name, value in around.items():
                setattr(self, name, value)

    def _written_table(self, stmt: Any) -> Entry:
        table = _written_now(stmt)
        if not isinstance(table, TableClause):
            raise Unguarded("a write names its table itself, no alias and no join: update(Document), insert(Document)")
        if stmt._hints:
            raise Unguarded("hints are text: leave them out")
        self.check_added(stmt)
        entry = self.entry_of(table)
        self.use(table)
        names = {str(column.name) for column in entry.table.c}
        # Another Table object may bring defaults of its own; hashes are equal for the ORM's annotated copies.
        other = isinstance(table, Table) and hash(table) != hash(entry.table)
        if other or not {str(column.name) for column in table.c} <= names:
            raise Unguarded(f"{entry.name} is written through a Table that is not the model's own: write the model")
        return entry

    def _guarded(self, entry: Entry, action: Action, stmt: Any) -> Any:
        """Return the statement with the guard in its WHERE; behind a barrier, with its criteria inside the guard."""
        guard = RowGuard(entry, action, self._named(entry, stmt))
        if entry.barrier and stmt._with_options:
            raise Unguarded("options on a write would add criteria in front of the barrier: write them into where()")
        if not entry.barrier or guard.named:
            return stmt.where(guard)
        guard.behind = stmt._where_criteria
        guard._from_objects = [from_ for criterion in guard.behind for from_ in criterion._from_objects]
        emptied = stmt._clone()
        emptied._where_criteria = ()
        return emptied.where(guard)

    def _unproven(self, stmt: Any, *, nested: bool) -> str:
        """Return the proof of the new rows, if no RETURNING has carried it yet."""
        assert self.target is not None
        if self.proven or (stmt.is_insert and self.context.walled):  # RETURNING would need a row that may be read
            return ""
        state: Any = self._state if nested else self.dml_compile_state
        proof = self._proof(self.target, state.statement, is_insert=stmt.is_insert)
        if proof is None:
            return ""
        self.drains |= not nested
        key = self.target.table._autoincrement_column if stmt.is_insert and self.dialect.name == "sqlite" else None
        if key is not None:
            self.drains_key = True
            proof += f", {self.preparer.quote(str(key.name))}"
        return f" RETURNING {proof}"

    leaving: tuple[Leaving, ...] = ()
    """The restrictions that the rows of a write may leave, where the wall must be told."""

    def _note_leaving(self, stmt: Any, *, nested: bool) -> None:
        """Remember which restrictions the new rows may leave that do not judge them."""
        assert self.target is not None
        entry = self.target
        upsert = getattr(stmt, "_post_values_clause", None) is not None
        written = None if stmt.is_insert else self.written(entry, stmt) | _automatic(entry)
        for rule, read in hiding(entry, self.variant, written):
            # Many rows, and those of a SELECT, are read back by a RETURNING of the caller's alone, which has its own check.
            values = {} if nested or upsert else {name: self._new_value(entry, stmt, name) for name in read}
            found = Leaving(entry.key, rule, values)
            if any(isinstance(value, BindParameter) for value in values.values()) or found.leaves([{}], {}):
                self.leaving = (*self.leaving, found)

    def _new_value(self, entry: Entry, stmt: Any, name: str) -> Any:
        """Return what a column is set to: a bind, or a value that Python knows."""
        column = entry.column(name)
        prefetched: Any = self.insert_prefetch if stmt.is_insert else self.update_prefetch
        value = None if any(str(one.name) == name for one in prefetched) else self._set_to(entry, stmt, name)
        if value is None:
            return default_of(column) if stmt.is_insert else UNKNOWN
        return value if isinstance(value, BindParameter) else UNKNOWN

    drains: bool = False
    """Whether RETURNING was added by the gate, so that its rows are nobody's result."""

    drains_key: bool = False
    """Whether it also returns the key that SQLite gives to the new row."""

    def returning_clause(self, stmt: Any, *args: Any, **kw: Any) -> str:
        """Render RETURNING; one of its columns carries the proof of the new row, so that its shape stays."""
        assert self.target is not None
        if self.proven:
            return super().returning_clause(stmt, *args, **kw)
        self._carry = self._proof(self.target, stmt, is_insert=stmt.is_insert)
        text = super().returning_clause(stmt, *args, **kw)
        if self._carry is not None:
            raise Unguarded("RETURNING has no column to prove the new row by: return a column of the table")
        self.proven = True
        return text

    _carry: str | None = None
    _returned: bool
    """Whether the caller, not the ORM for itself, asks for what was written."""

    def _label_returning_column(self, stmt: Any, column: Any, *args: Any, **kw: Any) -> str:
        text = str(super()._label_returning_column(stmt, column, *args, **kw))
        plain = self.process(column, include_table=kw.get("include_table", True))
        label = text.removeprefix(plain)
        if label and not label.startswith(" AS "):  # a type's own expression around it
            return text
        label = label or f" AS {self.preparer.quote(str(column.name))}"
        if self._carry is None:
            return f"{plain}{label}" if self._is_replaced(column) else text
        carry, self._carry = self._carry, None
        return f"CASE WHEN {carry} = 1 THEN {plain} END{label}"

    def _is_replaced(self, column: Any) -> bool:
        """Return whether what a mask shows stands for a column, and so has no name of its own."""
        assert self.target is not None
        hidden = {mask.name for mask in masked(self.target, self.variant)}
        return isinstance(column, ColumnClause) and self.is_target(column.table) and str(column.name) in hidden

    def _proof(self, entry: Entry, stmt: Any, *, is_insert: bool) -> str | None:
        """Return an expression that raises unless the new row passes; None where it cannot fail."""
        self.check_written(entry, stmt)
        written = self.written(entry, stmt)
        if is_insert:
            upsert = getattr(stmt._post_values_clause, "__visit_name__", None) == "on_conflict_do_update"
            walled = self.context.walled
            check = insertable(entry, self.variant, written, returned=self._returned, upsert=upsert, walled=walled)
            return self._proving(entry, check)
        if not self._returned and not rechecked(entry, self.variant, written | _automatic(entry)):
            return None
        return self._proving(entry, updatable(entry, self.variant, returned=self._returned))

    def _proving(self, entry: Entry, check: Condition) -> str | None:
        if is_true(check):
            return None
        self.proving = self.dialect.name == "sqlite"
        holds = self.condition(entry, check)
        self.proving = False
        return f"CASE WHEN {holds} THEN 1 ELSE {self.raising(entry)} END"


def _written_now(stmt: Any) -> Any:
    """Return the table that a statement writes; for one row after the other of a joined class, the ORM says which."""
    for name in ("_emit_insert_table", "_emit_update_table"):
        if name in stmt._annotations:
            return stmt._annotations[name]
    return stmt.table


def _automatic(entry: Entry) -> frozenset[str]:
    """Return the columns that an UPDATE changes by itself."""
    return frozenset(str(c.name) for c in entry.table.c if c.onupdate is not None or c.server_onupdate is not None)
