"""Old rows: the row as it is, judged in the WHERE of a write.

A write with a WHERE narrows, as in PostgreSQL's row security. A write that *names* rows (the unit of work, bulk by
primary key, executemany) raises on a row that its principal may read but not write: the condition is then an expression
that raises.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Integer,
    Interval,
    Numeric,
    String,
    Time,
    Uuid,
    cast,
)
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    ColumnClause,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.util import ClauseAdapter

from rowgate import grammar
from rowgate.action import Action
from rowgate.decision import Condition, all_of, covering, is_false, is_true, masked, overwritable, readable, writable
from rowgate.entry import Entry
from rowgate.errors import AccessDenied, Unguarded
from rowgate.gate.brackets import bracketed, flat
from rowgate.gate.schemas import Schemas
from rowgate.permission import table_key


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


class OldRows(Schemas):
    """Judges the rows that a statement is about to write."""

    guards: bool = False
    """Whether the statement holds an expression that raises when the policy denies a write."""

    asks_later: bool = False
    """Whether this is a write behind a wall that names one row, and is to be asked for in another way if it finds none."""

    _state: Any = None
    """SQLAlchemy's state of the statement that is being written: for one in a CTE its own, else the compiler's."""

    def written(self, entry: Entry, stmt: Any) -> frozenset[str]:
        """Return the names of the columns that a statement sets; a few too many do no harm."""
        state = self._state or self.dml_compile_state
        keys: set[Any] = set(self.column_keys or ())
        keys.update(getattr(state, "_dict_parameters", None) or ())
        return frozenset(name for key in keys if (name := column_name(entry, stmt.table, key)) is not None)

    def _named(self, entry: Entry, stmt: Any) -> tuple[Any, ...]:
        """Return the criteria by which a statement names rows: its whole primary key, each from a parameter set."""
        criteria = [one for where in stmt._where_criteria for one in flat(where)]
        keyed = {str(one.left.name) for one in criteria if _is_parameter_key(one)}
        keys = {str(column.name) for column in entry.table.primary_key}
        whole = keys <= keyed and all(_is_parameter_key(one) for one in criteria)
        return tuple(criteria) if whole or self.for_executemany else ()

    def _generate_delimited_and_list(self, clauses: Any, **kw: Any) -> str:
        """Render criteria. Beside a guard each stands in brackets, or the guard could be taken for a part of one."""
        if any(isinstance(clause, RowGuard) for clause in clauses):
            clauses = tuple(clause if isinstance(clause, RowGuard) else bracketed(clause) for clause in clauses)
        return str(super()._generate_delimited_and_list(clauses, **kw))

    def visit_rowgate_guard(self, guard: RowGuard, **kw: Any) -> str:
        """Render the condition on the row as it is."""
        entry = guard.entry
        self.check_written(entry, self.stack[-1]["selectable"])
        seen = self.condition(entry, readable(entry, self.variant))
        may = self._may(guard)
        both = seen if may is None else f"({seen} AND {may})"
        if guard.behind:
            criteria = " AND ".join(self.process(bracketed(criterion), **kw) for criterion in guard.behind)
            return f"CASE WHEN {both} THEN {criteria} ELSE {self.no} END"
        if not guard.named or may is None:
            return both
        named = " AND ".join(self.process(bracketed(criterion), **kw) for criterion in guard.named)
        denied = f"{self.raising(entry)} = 0"
        text = f"CASE WHEN {named} AND {seen} THEN CASE WHEN {may} THEN {self.yes} ELSE {denied} END ELSE {self.no} END"
        if not self.context.walled:
            return text
        if not (self.context.asks or self.for_executemany or len(self.stack) > 1):
            self.asks_later = True
            return text
        return f"{text} AND {self._none_denied(guard, **kw)}"

    def _none_denied(self, guard: RowGuard, **kw: Any) -> str:
        """Return whether no row that is named may be read and not be written, as SQL that raises otherwise.

        Row security hides such a row from the write before any condition of ours sees it: so it is read beforehand. A
        statement that writes one row, as most do, need not: whether it found the row, its count tells
        (`WalledConnection`). Counts of many rows tell nothing, where a driver gives one.
        """
        entry = guard.entry
        adapter = ClauseAdapter(entry.table.alias(_NAMED))
        may = self.condition(entry, adapter.traverse(writable(entry, guard.action, self.variant)))
        named = " AND ".join(self.process(bracketed(adapter.traverse(one)), **kw) for one in guard.named)
        table = self.preparer.format_table(entry.table)
        judged = f"CASE WHEN {may} THEN {self.no} ELSE {self.raising(entry, _NAMED)} = 0 END"
        return f"NOT EXISTS (SELECT 1 FROM {table} AS {_NAMED} WHERE {named} AND {judged})"  # noqa: S608 - rendered, all of it

    def _may(self, guard: RowGuard) -> str | None:
        """Return whether a row that is read may be written, as SQL; None where all may."""
        entry = guard.entry
        write = writable(entry, guard.action, self.variant)
        covered: list[str] = []
        if guard.action is Action.UPDATE:
            stmt = self.stack[-1]["selectable"]
            write = all_of([write, self.unmasked(entry, self.written(entry, stmt))])
            covered = self.covered(entry, {name: self._set_to(entry, stmt, name) for name in self.written(entry, stmt)})
        texts = [] if is_true(write) else [self.condition(entry, write)]
        return " AND ".join([*texts, *covered]) or None

    def covered(self, entry: Entry, values: dict[str, Any]) -> list[str]:
        """Return, for each column that some rules of update do not let change: a rule does, or it does not change.

        Args:
            entry: the table that is written.
            values: the columns that are set, each with its new value; None where that is not compared.
        """
        hidden = {mask.name for mask in masked(entry, self.variant)}
        found = []
        for name, cover in covering(entry, self.variant, values).items():
            column, value = entry.column(name), values[name]
            covered = self.condition(entry, cover)
            if name not in hidden and self._is_compared(column, value):
                covered = f"({covered} OR {self._same(entry, column, value)})"
            found.append(covered)
        return found

    def _is_compared(self, column: Any, value: Any) -> bool:
        """Return whether a new value is compared with the old one: a plain value, which is the same wherever it stands."""
        plain = isinstance(value, BindParameter) and not value.type.dialect_impl(self.dialect)._has_bind_expression
        return plain and column.type._type_affinity in _COMPARED

    def _same(self, entry: Entry, column: Any, value: Any) -> str:
        """Return whether a column holds this value already, to the last bit: what is merely equal may differ."""
        with self.isolated(entry):
            old = str(self.process(column))
        if self.dialect.name == "sqlite":
            new = self.process(value)
            return f"(typeof({old}) = typeof({new}) AND {old} COLLATE BINARY IS {new})"
        native = isinstance(column.type, Enum) and column.type.native_enum
        untyped = native or isinstance(column.type, Boolean)  # some drivers bind these, or their NULL, without a type
        new = self.process(cast(value, column.type) if untyped else value)
        # As text: what is merely equal may differ, and the model's type may be narrower than the table's.
        return f'CAST({old} AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST({new} AS TEXT)'

    def _set_to(self, entry: Entry, stmt: Any, name: str) -> Any:
        """Return the value that an UPDATE sets a column to, as an element; None if it cannot be told."""
        column = entry.column(name)
        given = getattr(self._state or self.dml_compile_state, "_dict_parameters", None) or {}
        for key, value in given.items():
            if column_name(entry, stmt.table, key) == name and isinstance(value, ColumnElement):
                return self.again(value).self_group()
        return self.binds.get(self._within_exec_param_key_getter(column))

    def check_written(self, entry: Entry, stmt: Any) -> None:
        """Refuse a statement that has turned out to write another table than the one it is judged by."""
        if table_key(stmt.table) != entry.key:
            raise Unguarded(f"the write of {entry.name} has become one of {stmt.table.name}: write the model")

    def again(self, value: Any) -> Any:
        """Return an element that SET has rendered, to be rendered again: a bind is the very one that it became."""
        return self.binds.get(self._truncate_bindparam(value), value) if isinstance(value, BindParameter) else value

    def unmasked(self, entry: Entry, written: frozenset[str]) -> Condition:
        """Return the condition under which the masked columns that an UPDATE sets may be set.

        Raises:
            AccessDenied: under none, which needs no row to tell.
        """
        opened = overwritable(entry, self.variant, written)
        if is_false(opened):
            raise AccessDenied(f"a masked column of {entry.name} may not be written")
        return opened

    def raising(self, entry: Entry, standing: str | None = None) -> str:
        """Return an expression that raises. It depends on the row, or the planner would evaluate it beforehand."""
        self.guards = True
        if self.dialect.name == "sqlite":
            return "abs(-9223372036854775808)"
        table = standing or self.preparer.format_table(entry.table)
        message = self.render_literal_value(f"rowgate:RG201:{entry.table.fullname}", String())
        return f"CAST({message} || left({table}.ctid::text, 0) AS integer)"


_NAMED = "rowgate_named"
_COMPARED = frozenset({String, Integer, Numeric, Boolean, DateTime, Date, Time, Interval, Uuid})
"""Kinds of types whose values the database compares: a column set to what it holds already has not changed."""


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


def column_name(entry: Entry, table: Any, key: Any) -> str | None:
    """Return the name of the column that a key of SET or VALUES means; None for the parameter of something else."""
    if isinstance(key, str):
        return str(table.c[key].name) if key in table.c else None
    if not isinstance(key, ColumnClause) or key.name not in {column.name for column in entry.table.c}:
        raise Unguarded(f"SET and VALUES of {entry.name} take its columns, one by one: {key!s} is none")
    return str(key.name)


def is_stable(value: Any) -> bool:
    """Return whether an expression that is written twice has one value: SQLAlchemy's own elements, listed functions."""
    return all(_is_stable(element) for element in visitors.iterate(value))


def _is_stable(element: Any) -> bool:
    if isinstance(element, FunctionElement):
        return not getattr(element, "packagenames", ()) and str(element.name).lower() in grammar.STABLE_FUNCTIONS
    if isinstance(element, BindParameter) and element.type._has_bind_expression:
        return False
    own = type(element).__module__.split(".")[0] in ("sqlalchemy", "rowgate")
    return own and not hasattr(type(element), "_compiler_dispatcher")
