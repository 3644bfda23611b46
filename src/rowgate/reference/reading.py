"""A SQL expression becomes a Python function of the row, of the tables' rows and of whoever acts."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Enum, Integer, Interval, String, Uuid
from sqlalchemy.sql import operators
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import CompoundSelect, Select, TableClause
from sqlalchemy.types import CHAR, NullType, TypeDecorator

from rowgate.permission import Can, TableKey, table_key
from rowgate.principal import Principal, PrincipalTerm, RoleTerm
from rowgate.reference import values
from rowgate.reference.values import unknown

Row = Mapping[str, Any]
State = Mapping[TableKey, Sequence[Row]]


@dataclass(slots=True)
class Around:
    """What an expression may look at.

    Args:
        who: whoever acts.
        state: the rows of all tables, as they were when the statement began.
        frames: the row that each FROM entry stands for, by the table's key or by the alias.
        follow: answers `can()`: the term, and the values of its keys.
        now: the time of the statement.
    """

    who: Principal
    state: State
    frames: dict[Any, Row]
    follow: Callable[[Can, tuple[Any, ...]], bool]
    now: datetime | None


Meaning = Callable[[Around], Any]
Found = Callable[[Around], list[tuple[Any, ...]]]
"""What a sub-select gives."""
_KNOWN = (Boolean, Integer, String, Enum, Uuid, Date, DateTime, Interval, ARRAY, NullType)
_ORDERS = {
    operators.lt: values.less,
    operators.le: values.at_most,
    operators.gt: values.greater,
    operators.ge: values.at_least,
}
_COMPARES = {operators.eq: values.equal, operators.ne: values.unequal, **_ORDERS}
_STRICT: dict[Any, Callable[[Any, Any], Any]] = {
    operators.add: operator.add,
    operators.sub: operator.sub,
    operators.mul: operator.mul,
    operators.mod: values.remainder,
    operators.concat_op: operator.add,
}
_CUSTOM: dict[str, Callable[[Any, Any], Any]] = {
    "@>": values.contains,
    "<@": lambda part, whole: values.contains(whole, part),
    "&&": values.overlaps,
    "||": operator.add,
}
_NEGATED = {
    operators.not_in_op: operators.in_op,
    operators.not_like_op: operators.like_op,
    operators.not_between_op: operators.between_op,
    operators.not_startswith_op: operators.startswith_op,
    operators.not_endswith_op: operators.endswith_op,
    operators.not_contains_op: operators.contains_op,
    operators.is_not: operators.is_,
    operators.is_distinct_from: operators.is_not_distinct_from,
}
_AFFIXES = {operators.startswith_op: ("", "%"), operators.endswith_op: ("%", ""), operators.contains_op: ("%", "%")}


def frame_key(from_: Any) -> Any:
    """Return what a FROM entry is known by: a table by schema and name, an alias by itself."""
    return table_key(from_) if isinstance(from_, TableClause) else from_


class Reader(ABC):
    """Reads an expression that stands on some FROM entries.

    Args:
        around: the FROM entries of all statements around, which a sub-select may correlate to if it says so.
        nearest: those of the nearest one, which it correlates to by itself.
    """

    def __init__(self, around: frozenset[Any], nearest: frozenset[Any]) -> None:
        self.around = around
        self.nearest = nearest

    @abstractmethod
    def rows_of(self, select: Any, *, exists: bool = False) -> Found:
        """Return the rows that a sub-select gives; for `exists`, rows without columns."""

    def read(self, element: Any) -> Meaning:
        """Return the meaning of an element.

        Raises:
            CatalogError: the reference does not know it.
        """
        if isinstance(element, FunctionElement):
            return self._function(element)
        found = getattr(self, f"_{element.__visit_name__}", None)
        if found is None:
            raise unknown(f"the element {type(element).__name__}")
        meaning: Meaning = found(element)
        return meaning

    def _column(self, column: Any) -> Meaning:
        if column.table is None or column.is_literal:
            raise unknown(f"the column {column.name!r} of no table")
        known(column.type)
        key, name = frame_key(column.table), str(column.name)
        return lambda around: around.frames[key][name]

    def _bindparam(self, bind: Any) -> Meaning:
        if bind.callable is not None or bind.required:
            raise unknown("a parameter without a value")
        value = bind.value
        return lambda _around: value

    def _null(self, _null: Any) -> Meaning:
        return lambda _around: None

    def _true(self, _true: Any) -> Meaning:
        return lambda _around: True

    def _false(self, _false: Any) -> Meaning:
        return lambda _around: False

    def _grouping(self, grouping: Any) -> Meaning:
        inner = grouping.element
        return self._scalar(inner) if isinstance(inner, Select) else self.read(inner)

    def _label(self, label: Any) -> Meaning:
        return self.read(label.element)

    def _scalar(self, select: Any) -> Meaning:
        rows = self.rows_of(select)

        def one(around: Around) -> Any:
            found = rows(around)
            if len(found) > 1:
                raise unknown("a scalar sub-select of more than one row, which is an error of the database")
            return found[0][0] if found else None

        return one

    def _expression_clauselist(self, clauses: Any) -> Meaning:
        parts = [self.read(clause) for clause in clauses.clauses]
        if clauses.operator is operators.and_:
            return lambda around: values.every(part(around) for part in parts)
        if clauses.operator is operators.or_:
            return lambda around: values.some(part(around) for part in parts)
        if clauses.operator in _STRICT:
            work = values.strict(_STRICT[clauses.operator])
            return lambda around: reduce(work, (part(around) for part in parts))
        raise unknown(f"a list of {clauses.operator.__name__}")

    def _array(self, array: Any) -> Meaning:
        parts = [self.read(clause) for clause in array.clauses]
        return lambda around: [part(around) for part in parts]

    def _unary(self, unary: Any) -> Meaning:
        if unary.modifier is not None:
            raise unknown(f"the modifier {unary.modifier.__name__}")
        if unary.operator is operators.exists:
            rows = self.rows_of(unary.element, exists=True)
            return lambda around: bool(rows(around))
        inner = self.read(unary.element)
        if unary.operator in (operators.inv, operators.is_false):
            return lambda around: values.opposite(inner(around))
        if unary.operator is operators.is_true:
            return inner
        if unary.operator is operators.neg:
            return lambda around: None if (found := inner(around)) is None else -found
        raise unknown(f"the operator {unary.operator}")

    def _binary(self, binary: Any) -> Meaning:
        if getattr(binary.right, "operator", None) in (operators.any_op, operators.all_op):
            return self._quantified(binary)
        op, negated = binary.operator, binary.operator in _NEGATED
        meaning = self._operation(_NEGATED[op] if negated else op, binary)
        return (lambda around: values.opposite(meaning(around))) if negated else meaning

    def _operation(self, op: Any, binary: Any) -> Meaning:
        if op is operators.in_op:
            return self._in(binary)
        if op is operators.between_op:
            unordered(binary.left.type)
            value, (low, high) = self.read(binary.left), [self.read(side) for side in binary.right.clauses]
            return lambda around: values.between(value(around), low(around), high(around))
        left, right = self.read(binary.left), self.read(binary.right)
        work = self._work(op, binary)
        return lambda around: work(left(around), right(around))

    def _work(self, op: Any, binary: Any) -> Callable[[Any, Any], Any]:
        if op in _ORDERS:
            unordered(binary.left.type)
            unordered(binary.right.type)
        if op in _COMPARES:
            return _COMPARES[op]
        if op is operators.is_ or op is operators.is_not_distinct_from:
            return values.same
        if op in _STRICT:
            return values.strict(_STRICT[op])
        escape = binary.modifiers.get("escape")
        if op is operators.like_op:
            return values.strict(lambda value, pattern: values.like(value, pattern, escape))
        if op in _AFFIXES:
            before, after = _AFFIXES[op]
            return values.strict(lambda value, part: values.like(value, f"{before}{part}{after}", escape))
        if getattr(op, "opstring", None) in _CUSTOM:
            return values.strict(_CUSTOM[op.opstring])
        raise unknown(f"the operator {getattr(op, 'opstring', None) or op.__name__}")

    def _quantified(self, binary: Any) -> Meaning:
        if binary.operator not in _COMPARES:
            raise unknown("this operator with ANY or ALL")
        if binary.operator in _ORDERS:
            unordered(binary.left.type)
        compare, all_ = _COMPARES[binary.operator], binary.right.operator is operators.all_op
        value, found = self.read(binary.left), self._many(binary.right.element)
        return lambda around: values.quantified(compare, value(around), found(around), all_=all_)

    def _in(self, binary: Any) -> Meaning:
        value, found = self.read(binary.left), self._many(binary.right)
        return lambda around: values.listed(value(around), found(around))

    def _many(self, element: Any) -> Meaning:
        """Return the meaning of what stands behind IN, ANY and ALL: constants, an array, or a sub-select's column."""
        inner = element
        while hasattr(inner, "element") and not isinstance(inner, Select | CompoundSelect):
            inner = inner.element
        if isinstance(inner, Select | CompoundSelect):
            rows = self.rows_of(inner)
            return lambda around: [row[0] for row in rows(around)]
        if inner.__visit_name__ == "clauselist":
            parts = [self.read(clause) for clause in inner.clauses]
            return lambda around: [part(around) for part in parts]
        return self.read(inner)

    def _case(self, case: Any) -> Meaning:
        value = None if case.value is None else self.read(case.value)
        whens = [(self.read(when), self.read(then)) for when, then in case.whens]
        otherwise = None if case.else_ is None else self.read(case.else_)

        def chosen(around: Around) -> Any:
            for when, then in whens:
                truth = when(around) if value is None else values.equal(value(around), when(around))
                if truth is True:
                    return then(around)
            return None if otherwise is None else otherwise(around)

        return chosen

    def _cast(self, cast: Any) -> Meaning:
        known(cast.type)
        kind, given = cast.type._type_affinity, cast.clause.type._type_affinity
        meaning = self.read(cast.clause)
        if given is Integer and kind is String:
            return lambda around: None if (found := meaning(around)) is None else str(found)
        if kind is not given and cast.clause.__visit_name__ != "null":
            raise unknown(f"a cast of {given.__name__} to {kind.__name__}")
        return meaning

    def _type_coerce(self, coerced: Any) -> Meaning:
        return self.read(coerced.clause)

    def _function(self, function: Any) -> Meaning:
        name = str(function.name).lower()
        if name in ("now", "current_timestamp", "statement_timestamp") and not len(function.clauses):
            return _now
        if name not in values.FUNCTIONS or function.packagenames:
            raise unknown(f"the function {name}()")
        work, arguments = values.FUNCTIONS[name], [self.read(clause) for clause in function.clauses]
        return lambda around: work(*(argument(around) for argument in arguments))

    def _rowgate_principal(self, term: PrincipalTerm) -> Meaning:
        if term.kind == "id":
            return lambda around: around.who.id
        name = term.called
        return lambda around: around.who.attributes.get(name)

    def _rowgate_role(self, term: RoleTerm) -> Meaning:
        if term.column is None:
            called = term.called
            return lambda around: called in around.who.roles
        column = self.read(term.column)

        def held(around: Around) -> bool | None:
            name = column(around)
            if name is None:  # NULL is not known to be in a list, but it is in no empty one
                return None if around.who.roles else False
            return name in around.who.roles

        return held

    def _rowgate_can(self, term: Can) -> Meaning:
        keys = [self.read(key) for key in term.keys]
        return lambda around: around.follow(term, tuple(key(around) for key in keys))


def known(type_: Any) -> None:
    """Refuse a type whose values the reference cannot compare as the database does."""
    if isinstance(type_, TypeDecorator | CHAR) or not isinstance(type_, _KNOWN):
        raise unknown(f"values of the type {type(type_).__name__}")


def unordered(type_: Any) -> None:
    """Refuse to order text: its order is that of a collation; and an enum's is that of its declaration."""
    if isinstance(type_, String | Enum):
        raise unknown("the order of text, which depends on the collation, or of an enum")


def _now(around: Around) -> datetime:
    if around.now is None:
        raise unknown("what time it is: say now=")
    return around.now
