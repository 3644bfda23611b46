"""What a condition says of whoever acts: whether it fails without one, and whether it holds for few rows.

Both err on the side of "no": then a test more is rendered, or a slower form.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Select
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import (
    AsBoolean,
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    Cast,
    ColumnClause,
    False_,
    Grouping,
    Null,
    True_,
    UnaryExpression,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Exists, SelectBase

from rowgate.permission import Can
from rowgate.principal import PrincipalTerm, RoleTerm
from rowgate.wall.terms import Speaks

_STRICT: frozenset[Any] = frozenset(
    {operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge, operators.in_op}
)
"""Operators that give NULL where one side is NULL."""
_PLAIN: frozenset[Any] = _STRICT | {operators.is_, operators.is_not, operators.not_in_op}


def fails_without_known(condition: Any) -> bool:
    """Return whether a condition is never true unless a principal is authenticated."""
    return _any_of_all(condition, lambda atom: _needs(atom, known=True))


def fails_without_context(condition: Any) -> bool:
    """Return whether a condition is never true unless somebody acts, anonymous or not."""
    return _any_of_all(condition, lambda atom: _needs(atom, known=False))


def is_narrow(condition: Any, *, kinds: frozenset[str] = frozenset({"id", "attr"})) -> bool:
    """Return whether a condition picks rows by a value of whoever acts: owner or member, or tenant and the like.

    Args:
        condition: the condition.
        kinds: of the values that count.
    """
    return _any_of_all(condition, lambda atom: _narrows(atom, kinds))


def is_plain(condition: Any) -> bool:
    """Return whether a condition compares columns of the row with each other and with constants, and no more.

    Such a one costs nothing and cannot fail, whoever acts: it may be asked before that is.
    """
    condition = bare(condition)
    if isinstance(condition, BooleanClauseList):
        return all(is_plain(part) for part in condition.clauses)
    if isinstance(condition, UnaryExpression) and condition.operator in {operators.inv, operators.is_false}:
        return is_plain(condition.element)
    if isinstance(condition, BinaryExpression):
        return condition.operator in _PLAIN and _is_value(condition.left) and _is_value(condition.right)
    return isinstance(condition, ColumnClause)


def _is_value(side: Any) -> bool:
    return isinstance(side, ColumnClause | BindParameter | Null | True_ | False_)


def _any_of_all(condition: Any, judge: Callable[[Any], bool]) -> bool:
    """Judge a condition by its parts: one of an AND is enough, all of an OR must."""
    condition = bare(condition)
    if isinstance(condition, BooleanClauseList):
        parts = [_any_of_all(part, judge) for part in condition.clauses]
        return any(parts) if condition.operator is operators.and_ else all(parts)
    sub_select = _sub_select(condition)
    if sub_select is not None:
        select = plain_select(sub_select)
        return select is not None and any(_any_of_all(part, judge) for part in conjuncts(select._where_criteria))
    return judge(condition)


def _sub_select(condition: Any) -> Any:
    """Return the sub-select without a row of which a condition is not true; None if it has none."""
    if isinstance(condition, Exists):
        return condition
    is_in = isinstance(condition, BinaryExpression) and condition.operator is operators.in_op
    return condition.right if is_in and asks_elsewhere(condition.right) else None


def bare(condition: Any) -> Any:
    """Return a condition without brackets, and without what SQLAlchemy puts around a bare boolean."""
    found = condition
    while isinstance(found, Grouping) or (isinstance(found, AsBoolean) and found.operator is operators.is_true):
        found = found.element
    return found


def _needs(atom: Any, *, known: bool) -> bool:
    if isinstance(atom, Speaks):
        return not known or not atom.everyone
    if isinstance(atom, RoleTerm | False_):
        return True
    if isinstance(atom, BinaryExpression) and atom.operator in _STRICT:
        terms = [term for side in (atom.left, atom.right) if (term := _term(side)) is not None]
        return any(term.kind == "id" or not known for term in terms)
    return False


def _narrows(atom: Any, kinds: frozenset[str]) -> bool:
    if isinstance(atom, RoleTerm):
        return atom.column is not None
    if isinstance(atom, BinaryExpression) and atom.operator is operators.eq:
        sides = (atom.left, atom.right)
        pairs = ((_term(one), other) for one, other in (sides, sides[::-1]))
        return any(term is not None and term.kind in kinds and _has_column(other) for term, other in pairs)
    return isinstance(atom, False_)


def _term(side: Any) -> PrincipalTerm | None:
    while isinstance(side, Grouping | Cast):
        side = side.element if isinstance(side, Grouping) else side.clause
    return side if isinstance(side, PrincipalTerm) else None


def _has_column(element: Any) -> bool:
    return any(isinstance(part, ColumnClause) for part in visitors.iterate(element))


def asks_elsewhere(element: Any) -> bool:
    """Return whether an element reads other rows than the one it stands for: a sub-select, or `can()`."""
    return any(isinstance(part, SelectBase | Can) for part in visitors.iterate(element))


def plain_select(element: Any) -> Select[Any] | None:
    """Return the SELECT of an EXISTS, or of IN; None if it is more than columns, FROM and WHERE."""
    found = element
    while not isinstance(found, Select):
        inner = getattr(found, "element", None)
        if inner is None:
            return None
        found = inner
    more = (
        found._group_by_clauses, found._having_criteria, found._distinct, found._distinct_on, found._with_options,
        found._independent_ctes, found._for_update_arg is not None, found._limit_clause is not None,
        found._offset_clause is not None, found._fetch_clause is not None, found._prefixes, found._suffixes,
    )  # fmt: skip
    calls = any(isinstance(part, FunctionElement) for column in found._raw_columns for part in visitors.iterate(column))
    return None if any(bool(one) for one in more) or calls else found


def conjuncts(criteria: Iterable[Any]) -> list[Any]:
    """Return the parts that are AND-ed in a WHERE."""
    found = []
    for criterion in criteria:
        plain = bare(criterion)
        if isinstance(plain, BooleanClauseList) and plain.operator is operators.and_:
            found += conjuncts(plain.clauses)
        else:
            found.append(plain)
    return found
