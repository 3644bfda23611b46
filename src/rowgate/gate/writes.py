"""Writes: the row as it is, judged in WHERE; the row as it will be, judged in RETURNING.

A write with a WHERE narrows, as in PostgreSQL's row security. A write that *names* rows (the unit of work, bulk by
primary key, executemany) raises on a row that its principal may read but not write: the condition is then an expression
that raises. New rows prove themselves in RETURNING, after defaults, generated columns and BEFORE triggers, where
PostgreSQL evaluates WITH CHECK (https://www.postgresql.org/docs/current/sql-createpolicy.html).
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, ColumnClause
from sqlalchemy.sql.selectable import TableClause

from rowgate.catalog import Entry
from rowgate.decision import (
    Condition,
    all_of,
    insertable,
    is_false,
    is_true,
    overwritable,
    readable,
    rechecked,
    updatable,
    writable,
)
from rowgate.errors import AccessDenied, Unguarded
from rowgate.gate.schemas import Schemas
from rowgate.policy import Action


class RowGuard(ColumnElement[bool]):
    """In the WHERE of a write: the condition on the row as it is.

    Args:
        entry: the table that is written.
        action: update or delete.
        named: the criteria that name the row, or none.
    """

    __visit_name__ = "rowgate_guard"
    inherit_cache = False
    type = Boolean()
    _from_objects: Any = ()
    behind: tuple[Any, ...] = ()
    """The statement's own criteria, where they may run only on rows that the policy has admitted."""

    def __init__(self, entry: Entry, action: Action, named: tuple[Any, ...]) -> None:
        self.entry = entry
        self.action = action
        self.named = named


class Writes(Schemas):
    """Renders INSERT, UPDATE and DELETE."""

    def visit_insert(self, insert_stmt: Any, visited_bindparam: Any = None, visiting_cte: Any = None, **kw: Any) -> str:
        """Render an INSERT whose new rows prove themselves."""
        self._begin_write(insert_stmt, visiting_cte)
        text = super().visit_insert(insert_stmt, visited_bindparam=visited_bindparam, visiting_cte=visiting_cte, **kw)
        return self._end_write(text, insert_stmt)

    def visit_update(self, update_stmt: Any, visiting_cte: Any = None, **kw: Any) -> str:
        """Render an UPDATE whose old rows are judged in WHERE, and whose new rows prove themselves."""
        entry = self._begin_write(update_stmt, visiting_cte)
        guarded = self._guarded(entry, Action.UPDATE, update_stmt)
        text = super().visit_update(guarded, visiting_cte=visiting_cte, **kw)
        return self._end_write(text, update_stmt)

    def visit_delete(self, delete_stmt: Any, visiting_cte: Any = None, **kw: Any) -> str:
        """Render a DELETE whose rows are judged in WHERE."""
        entry = self._begin_write(delete_stmt, visiting_cte)
        self.proven = True
        guarded = self._guarded(entry, Action.DELETE, delete_stmt)
        text = super().visit_delete(guarded, visiting_cte=visiting_cte, **kw)
        return self._end_write(text, delete_stmt)

    def _begin_write(self, stmt: Any, visiting_cte: Any) -> Entry:
        if visiting_cte is not None or self.stack or self.trusted:
            raise Unguarded("a write inside another statement is not built yet: execute it by itself")
        if not isinstance(stmt.table, TableClause):
            raise Unguarded("a write names its table itself, no alias and no join: update(Document), insert(Document)")
        if stmt._hints:
            raise Unguarded("hints are text: leave them out")
        entry = self.entry_of(stmt.table)
        self.use(stmt.table)
        names = {str(column.name) for column in entry.table.c}
        # Another Table object may bring defaults of its own; hashes are equal for the ORM's annotated copies.
        other = isinstance(stmt.table, Table) and hash(stmt.table) != hash(entry.table)
        if other or not {str(column.name) for column in stmt.table.c} <= names:
            raise Unguarded(f"{entry.name} is written through a Table that is not the model's own: write the model")
        self.target = entry
        self.proven = False
        self._returned = bool(stmt._returning)  # asked now: the ORM moves it into columns of its own when it compiles
        return entry

    def _guarded(self, entry: Entry, action: Action, stmt: Any) -> Any:
        """Return the statement with the guard in its WHERE; behind a barrier, with its criteria inside the guard."""
        guard = RowGuard(entry, action, self._named(entry, stmt))
        if entry.barrier and stmt._with_options:
            raise Unguarded("options on a write would add criteria in front of the barrier: write them into where()")
        if not entry.barrier or guard.named or not stmt._where_criteria:
            return stmt.where(guard)
        guard.behind = stmt._where_criteria
        guard._from_objects = [from_ for criterion in guard.behind for from_ in criterion._from_objects]
        emptied = stmt._clone()
        emptied._where_criteria = ()
        return emptied.where(guard)

    def _end_write(self, text: str, stmt: Any) -> str:
        """Return the statement with the proof of its new rows, if no RETURNING has carried it yet."""
        entry = self.target
        assert entry is not None
        if not self.proven:
            state: Any = self.dml_compile_state
            proof = self._proof(entry, state.statement, is_insert=stmt.is_insert)
            if proof is not None:
                text += f" RETURNING {proof}"
                self.drains = True
        self.target = None
        return text

    guards: bool = False
    """Whether the statement holds an expression that raises when the policy denies a write."""

    drains: bool = False
    """Whether RETURNING was added by the gate, so that its rows are nobody's result."""

    def _written(self, entry: Entry, stmt: Any) -> frozenset[str]:
        """Return the names of the columns that a statement sets; a few too many do no harm."""
        keys: set[Any] = set(self.column_keys or ())
        keys.update(getattr(self.dml_compile_state, "_dict_parameters", None) or ())
        keys.update(getattr(stmt, "_select_names", None) or ())
        return frozenset(name for key in keys if (name := _name(entry, stmt.table, key)) is not None)

    def _named(self, entry: Entry, stmt: Any) -> tuple[Any, ...]:
        """Return the criteria by which a statement names rows: its whole primary key, each from a parameter set."""
        criteria = [c for where in stmt._where_criteria for c in _flat(where)]
        keyed = {str(c.left.name) for c in criteria if _is_parameter_key(c)}
        keys = {str(column.name) for column in entry.table.primary_key}
        if not criteria or not all(_is_parameter_key(c) for c in criteria):
            return tuple(criteria) if self.for_executemany else ()
        return tuple(criteria) if keys <= keyed or self.for_executemany else ()

    def visit_rowgate_guard(self, guard: RowGuard, **kw: Any) -> str:
        """Render the condition on the row as it is."""
        entry = guard.entry
        read = readable(entry, self.variant)
        write = writable(entry, guard.action, self.variant)
        if guard.action is Action.UPDATE:
            write = all_of([write, self._unmasked(entry)])
        if guard.behind:
            criteria = " AND ".join(
                self.process(criterion.self_group(operators.and_), **kw) for criterion in guard.behind
            )
            return f"CASE WHEN {self.condition(entry, all_of([read, write]))} THEN {criteria} ELSE {self._no} END"
        if not guard.named:
            return self.condition(entry, all_of([read, write]))
        if is_true(write):
            return self.condition(entry, read)
        named = " AND ".join(self.process(criterion, **kw) for criterion in guard.named)
        seen, may = self.condition(entry, read), self.condition(entry, write)
        denied = f"{self._raise(entry)} = 0"
        return (
            f"CASE WHEN {named} AND {seen} THEN CASE WHEN {may} THEN {self._yes} ELSE {denied} END ELSE {self._no} END"
        )

    def _unmasked(self, entry: Entry) -> Condition:
        """Return the condition under which the masked columns that this UPDATE sets may be set.

        Raises:
            AccessDenied: under none, which needs no row to tell.
        """
        opened = overwritable(entry, self.variant, self._written(entry, self.stack[-1]["selectable"]))
        if is_false(opened):
            raise AccessDenied(f"a masked column of {entry.name} may not be written")
        return opened

    def returning_clause(self, stmt: Any, returning_cols: Any, *, populate_result_map: bool, **kw: Any) -> str:
        """Render RETURNING; one of its columns carries the proof of the new row, so that its shape stays."""
        if self.target is None or self.proven:
            return super().returning_clause(stmt, returning_cols, populate_result_map=populate_result_map, **kw)
        self._carry = self._proof(self.target, stmt, is_insert=stmt.is_insert)
        text = super().returning_clause(stmt, returning_cols, populate_result_map=populate_result_map, **kw)
        if self._carry is not None:
            raise Unguarded("RETURNING has no column to prove the new row by: return a column of the table")
        self.proven = True
        return text

    _carry: str | None = None
    _returned: bool = False
    """Whether the caller, not the ORM for itself, asks for what was written."""

    def _label_returning_column(self, stmt: Any, column: Any, *args: Any, **kw: Any) -> str:
        text = str(super()._label_returning_column(stmt, column, *args, **kw))
        if self._carry is None:
            return text
        plain = self.process(getattr(column, "element", column), include_table=kw.get("include_table", True))
        label = text[len(plain) :]
        if not text.startswith(plain) or not (label == "" or label.startswith(" AS ")):
            return text
        carry, self._carry = self._carry, None
        label = label or f" AS {self.preparer.quote(str(column.name))}"
        return f"CASE WHEN {carry} = 1 THEN {plain} END{label}"

    def _proof(self, entry: Entry, stmt: Any, *, is_insert: bool) -> str | None:
        """Return an expression that raises unless the new row passes; None where it cannot fail."""
        written = self._written(entry, stmt)
        if is_insert:
            return self._proving(entry, insertable(entry, self.variant, written, returned=self._returned))
        if not self._returned and not rechecked(entry, self.variant, written | _automatic(entry)):
            return None
        return self._proving(entry, updatable(entry, self.variant, returned=self._returned))

    def _proving(self, entry: Entry, check: Condition) -> str | None:
        if is_true(check):
            return None
        self.proving = self.dialect.name == "sqlite"
        holds = self.condition(entry, check)
        self.proving = False
        return f"CASE WHEN {holds} THEN 1 ELSE {self._raise(entry)} END"

    def _raise(self, entry: Entry) -> str:
        """Return an expression that raises. It depends on the row, or the planner would evaluate it beforehand."""
        self.guards = True
        if self.dialect.name == "sqlite":
            return "abs(-9223372036854775808)"
        table = self.preparer.format_table(entry.table)
        message = self.render_literal_value(f"rowgate:RG201:{entry.table.fullname}", String())
        return f"CAST({message} || left({table}.ctid::text, 0) AS integer)"

    @property
    def _yes(self) -> str:
        return "true" if self.dialect.supports_native_boolean else "1"

    @property
    def _no(self) -> str:
        return "false" if self.dialect.supports_native_boolean else "0"


def _flat(clause: Any) -> list[Any]:
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        return [flat for inner in clause.clauses for flat in _flat(inner)]
    return [clause]


def _is_parameter_key(clause: Any) -> bool:
    """Return whether this is `column = :parameter`, by a name of its own, as the ORM writes it.

    Not by whether its value is given: that is no part of the key that compiled SQL is cached by.
    """
    return (
        isinstance(clause, BinaryExpression)
        and clause.operator is operators.eq
        and isinstance(clause.left, ColumnClause)
        and isinstance(clause.right, BindParameter)
        and not clause.right.unique
    )


def _name(entry: Entry, table: Any, key: Any) -> str | None:
    """Return the name of the column that a key of SET or VALUES means; None for the parameter of something else."""
    if isinstance(key, str):
        return str(table.c[key].name) if key in table.c else None
    if not isinstance(key, ColumnClause) or key.name not in {column.name for column in entry.table.c}:
        raise Unguarded(f"SET and VALUES of {entry.name} take its columns, one by one: {key!s} is none")
    return str(key.name)


def _automatic(entry: Entry) -> frozenset[str]:
    """Return the columns that an UPDATE changes by itself."""
    return frozenset(
        str(c.name) for c in entry.table.c if c.onupdate is not None or c.server_onupdate is not None or c.computed
    )
