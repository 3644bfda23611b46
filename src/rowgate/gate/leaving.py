"""Rows that a write leads out of a restriction which does not judge new rows, such as a soft delete by the owner.

The gate lets them go. PostgreSQL's row security does not: the new row of an UPDATE must pass the policies of SELECT, and
so must any row that RETURNING gives. Where the wall stands, the statement therefore carries the lift of that restriction,
for itself alone. Which restrictions those are is seen when it is compiled; and since a message for each statement has
its price, values that are known in Python are asked first whether they leave it at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import (
    AsBoolean,
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnClause,
    False_,
    Grouping,
    Null,
    True_,
    UnaryExpression,
)
from sqlalchemy.sql.selectable import AliasedReturnsRows

from rowgate.action import Action
from rowgate.decision import Variant, columns_read
from rowgate.entry import Entry
from rowgate.permission import Can, TableKey
from rowgate.policy import Restrict


class _Unknown:
    """A value that only the database knows."""


UNKNOWN = _Unknown()


@dataclass(frozen=True, slots=True)
class Leaving:
    """A restriction that a statement may lead rows out of.

    Args:
        key: of the table.
        rule: the restriction.
        values: the columns that it reads, each with its new value: a bind, or the value itself.
    """

    key: TableKey
    rule: Restrict
    values: Mapping[str, Any]

    def leaves(self, rows: Iterable[Mapping[str, Any]], given: Mapping[Any, Any]) -> bool:
        """Return whether a row may leave it: False only where all are known not to.

        Args:
            rows: the sets of parameters.
            given: the binds of the statement that was compiled, each with the one of this execution.
        """
        return any(_holds(self.rule.when, _known(self.values, row, given)) is not True for row in rows or [{}])


def hiding(entry: Entry, variant: Variant, written: frozenset[str] | None) -> Iterator[tuple[Restrict, frozenset[str]]]:
    """Yield the restrictions that hide rows, do not judge new ones, and read what is written; None: anything."""
    for rule in entry.restricts:
        if Action.READ not in rule.actions or rule.check:
            continue
        if rule.name in variant.lifts and rule.lift & variant.roles:
            continue
        read = _read_by(entry, rule.when)
        if read is None or written is None or read & written:
            yield rule, read or frozenset()


def _read_by(entry: Entry, condition: Any) -> frozenset[str] | None:
    """Return the columns of the row that a condition reads; None if it reads other rows of the table too.

    A sub-select that names the table itself means the row, by correlation; only an alias of it means others. Where that
    is wrong, a write is denied that need not be.
    """
    found = columns_read(entry, condition)
    elements = list(visitors.iterate(condition)) if found is None else []
    if any(isinstance(e, Can | AliasedReturnsRows) or hasattr(type(e), "_compiler_dispatcher") for e in elements):
        return None
    columns = (element for element in elements if isinstance(element, ColumnClause))
    return found or frozenset(str(column.name) for column in columns if column.table is entry.table)


def default_of(column: Any) -> Any:
    """Return what an INSERT that does not name a column puts there, as far as Python knows."""
    if column.default is not None:
        return column.default.arg if column.default.is_scalar else UNKNOWN
    if column.server_default is None:  # it is where the database computes or counts, too
        return None
    said = str(getattr(column.server_default, "arg", None)).lower()
    return {"true": True, "false": False}.get(said.strip("'"), UNKNOWN)


def _known(values: Mapping[str, Any], row: Mapping[str, Any], given: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: _value(value, row, given) for name, value in values.items()}


def _value(value: Any, row: Mapping[str, Any], given: Mapping[Any, Any]) -> Any:
    if not isinstance(value, BindParameter):
        return value
    if value.key in row:
        return row[value.key]
    bind = given.get(value, value)
    return UNKNOWN if bind.required or bind.callable is not None else bind.value


def _holds(condition: Any, values: Mapping[str, Any]) -> bool | None:
    """Return whether a condition holds for these values; None where that is unknown, or NULL."""
    if isinstance(condition, Grouping):
        return _holds(condition.element, values)
    if isinstance(condition, BooleanClauseList):
        return _joined(condition, values)
    if isinstance(condition, UnaryExpression) and condition.operator is operators.inv:
        inner = _holds(condition.element, values)
        return None if inner is None else not inner
    if isinstance(condition, BinaryExpression):
        return _compared(condition, values)
    negated = isinstance(condition, AsBoolean) and condition.operator is operators.is_false
    value = _operand(condition.element if isinstance(condition, AsBoolean) else condition, values)
    return value is not negated if isinstance(value, bool) else None


def _joined(clauses: Any, values: Mapping[str, Any]) -> bool | None:
    found = [_holds(clause, values) for clause in clauses.clauses]
    decisive = clauses.operator is not operators.and_
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _compared(element: Any, values: Mapping[str, Any]) -> bool | None:
    left, right = _operand(element.left, values), _operand(element.right, values)
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if element.operator in (operators.is_, operators.is_not):
        same = left is right
        return same if element.operator is operators.is_ else not same
    if element.operator not in (operators.eq, operators.ne) or left is None or right is None:
        return None
    return bool(left == right) is (element.operator is operators.eq)


def _operand(element: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(element, ColumnClause):
        return values.get(str(element.name), UNKNOWN)
    if isinstance(element, True_ | False_):
        return isinstance(element, True_)
    if isinstance(element, Null):
        return None
    if isinstance(element, BindParameter) and not element.expanding:
        return element.value
    return UNKNOWN
