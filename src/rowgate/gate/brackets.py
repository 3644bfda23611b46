"""Brackets around what a statement says, where SQL that decides stands beside it."""

from typing import Any

from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnClause,
    False_,
    Grouping,
    True_,
)

_COMPARISONS = frozenset({operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge})


def bracketed(clause: Any) -> Any:
    """Return a condition in brackets, but for one that needs none.

    SQLAlchemy puts none around a lambda that says `or_()`, nor around an operator that claims to bind more tightly than
    it does, such as `op("or", precedence=100)`.
    """
    if isinstance(clause, True_ | False_) or all(_is_plain(one) for one in flat(clause)):
        return clause
    grouped = clause.self_group(operators.and_)
    return grouped if isinstance(grouped, Grouping) else Grouping(grouped)


def flat(clause: Any) -> list[Any]:
    """Return the parts of what `and_()` has put together."""
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        return [one for inner in clause.clauses for one in flat(inner)]
    return [clause]


def _is_plain(clause: Any) -> bool:
    """Return whether this compares a column with a column or a bind, in words that nobody chooses."""
    return (
        isinstance(clause, BinaryExpression)
        and clause.operator in _COMPARISONS
        and all(isinstance(side, ColumnClause) or _is_plain_bind(side) for side in (clause.left, clause.right))
    )


def _is_plain_bind(element: Any) -> bool:
    return isinstance(element, BindParameter) and not element.type._has_bind_expression
