"""Drawn conditions on a row: nested, with NULLs, enums, arrays, dates, sub-selects, and `can()`."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import all_, and_, any_, case, cast, exists, false, func, literal, not_, null, or_, select, true
from sqlalchemy.orm import aliased

from proof.drawn_schemas import ATTRIBUTES, POOLS, ROLES, Schema, Spec, type_of
from rowgate import can, principal

ORDERED = ("int", "uuid", "date", "stamp", "stamptz")


@dataclass(frozen=True)
class Scope:
    """What a condition may name.

    Args:
        schema: all tables.
        entity: the class, or the alias of one, whose row is judged.
        spec: its table.
        outer: the entities around, in sub-selects.
        follows: the tables that `can("read")` may ask without a circle.
        deep: how many sub-selects may stand in each other.
    """

    schema: Schema
    entity: Any
    spec: Spec
    outer: tuple[tuple[Any, Spec], ...] = ()
    follows: tuple[str, ...] = ()
    own_read: bool = False
    deep: int = 2

    def columns(self, kind: str) -> list[Any]:
        """Return the columns of a kind: of the row, and in a sub-select of the rows around."""
        near = [getattr(self.entity, name) for name in self.spec.names(kind)]
        return near + [getattr(entity, name) for entity, spec in self.outer for name in spec.names(kind)]

    def kinds(self) -> list[str]:
        """Return the kinds of which there are columns."""
        return sorted({kind for kind in self.spec.kinds.values() if not kind.startswith("key")})


def condition(draw: Any, scope: Scope, depth: int) -> Any:
    """Draw a condition; `depth` bounds how it is nested."""
    choice = draw(st.integers(0, 9)) if depth else 9
    if choice <= 3:
        joined = and_ if choice % 2 else or_
        return joined(*(condition(draw, scope, depth - 1) for _ in range(draw(st.integers(2, 3)))))
    if choice == 4:
        return not_(condition(draw, scope, depth - 1))
    if choice <= 6 and scope.deep:
        return subselect(draw, scope, depth - 1)
    return leaf(draw, scope)


def leaf(draw: Any, scope: Scope) -> Any:
    """Draw a condition without another in it."""
    choice = draw(st.integers(0, 11))
    found = following(draw, scope) if choice == 2 else _of_the_principal(draw, scope, choice)
    if found is not None:
        return found
    kind = draw(st.sampled_from(scope.kinds()))
    if kind == "bool" and draw(st.booleans()):
        return _boolean(draw, draw(st.sampled_from(scope.columns("bool"))))
    return _array(draw, scope) if kind == "array" else _comparison(draw, scope, kind)


def _of_the_principal(draw: Any, scope: Scope, choice: int) -> Any:
    """Draw what depends on whoever acts, or on nothing; None where it is neither."""
    if choice == 0:
        return principal.has_role(draw(st.sampled_from(ROLES)))
    if choice == 1 and scope.columns("role"):
        return principal.has_role(draw(st.sampled_from(scope.columns("role"))))
    if choice in (3, 4):
        return scope.entity.owner == principal.id
    if choice == 5:
        return draw(st.sampled_from((true(), false(), principal.attr("flag", type_of("bool")))))
    return None


def _boolean(draw: Any, column: Any) -> Any:
    choice = draw(st.integers(0, 6))
    return [
        column,
        ~column,
        column.is_(True),
        column.is_not(True),
        column == false(),
        column.is_not(None),
        func.coalesce(column, True),
    ][choice]


def _comparison(draw: Any, scope: Scope, kind: str) -> Any:
    left = draw(st.sampled_from(scope.columns(kind)))
    if draw(st.integers(0, 2)) == 2:
        left = _changed(draw, scope, kind, left)
    choice = draw(st.integers(0, 9))
    if choice <= 3:
        return _with_constants(draw, kind, left, choice)
    if choice <= 6 and kind in ORDERED:
        return _ordered(draw, scope, kind, left)
    if choice == 4 and kind == "text" and scope.schema.postgres:
        return _text(draw, left)
    right = value(draw, scope, kind)
    if choice in (7, 8):
        return left.is_distinct_from(right) if choice == 7 else left.is_not_distinct_from(right)
    return left != right if draw(st.integers(0, 3)) == 0 else left == right


def _with_constants(draw: Any, kind: str, left: Any, choice: int) -> Any:
    if choice <= 1:
        return left.is_(None) if choice else left.is_not(None)
    values = draw(st.lists(st.sampled_from(POOLS[kind]), min_size=1, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        values = [*values, None]
    return left.in_(values) if choice == 2 else left.not_in(values)


def _ordered(draw: Any, scope: Scope, kind: str, left: Any) -> Any:
    right = value(draw, scope, kind)
    choice = draw(st.integers(0, 5))
    between = left.between(draw(st.sampled_from(POOLS[kind])), right)
    return (left < right, left <= right, left > right, left >= right, between, ~between)[choice]


def _text(draw: Any, left: Any) -> Any:
    """Draw a LIKE, which on SQLite knows no case."""
    choice = draw(st.integers(0, 4))
    return [
        left.like(draw(st.sampled_from(("a%", "_", "%b", "a\\%", "%")))),
        left.not_like("a%"),
        left.startswith(draw(st.sampled_from(("a", "a%"))), autoescape=True),
        left.contains("b"),
        ~left.endswith("b"),
    ][choice]


def _changed(draw: Any, scope: Scope, kind: str, column: Any) -> Any:
    """Draw an expression of the same kind around a column."""
    choice = draw(st.integers(0, 3))
    other = draw(st.sampled_from(POOLS[kind]))
    type_ = type_of(kind)
    if choice == 0:
        return func.coalesce(column, literal(other, type_))
    if choice == 1:
        return func.nullif(column, literal(other, type_), type_=type_)
    if choice == 2:
        whens = draw(st.sampled_from(scope.columns("bool"))) if scope.columns("bool") else column.is_(None)
        return case((whens, column), else_=cast(null(), type_) if draw(st.booleans()) else literal(other, type_))
    if kind == "int":
        return draw(
            st.sampled_from((column + 1, column * 2 - 1, -column, func.abs(column, type_=type_), (column + 3) % 2))
        )
    if kind == "text":
        return draw(st.sampled_from((func.lower(column, type_=type_), column + "b", column.concat(literal("", type_)))))
    return column


def value(draw: Any, scope: Scope, kind: str) -> Any:
    """Draw something to compare a column with."""
    attributes = [name for name, found in ATTRIBUTES.items() if found == kind]
    choice = draw(st.integers(0, 6))
    if choice == 0 and attributes:
        return principal.attr(draw(st.sampled_from(attributes)), type_of(kind))
    if choice == 1 and kind == scope.schema.id_kind:
        return principal.id
    if choice in (2, 3):
        return draw(st.sampled_from(scope.columns(kind)))
    if choice == 4 and kind == "int" and scope.deep:
        return _scalar(draw, scope)
    if choice == 5 and kind == "stamptz":
        return func.now()
    return literal(draw(st.sampled_from(POOLS[kind])), type_of(kind))


def _array(draw: Any, scope: Scope) -> Any:
    column = draw(st.sampled_from(scope.columns("array")))
    element = draw(st.sampled_from((*(scope.columns("int") or [1]), 1, 2)))
    choice = draw(st.integers(0, 8))
    one = literal(element, type_of("int")) if isinstance(element, int) else element
    return [
        one == any_(column),
        one == all_(column),
        one != all_(column),
        one < any_(column),
        column.contains([1]),
        column.contained_by([1, 2]),
        column.overlap([2, 3]),
        func.cardinality(column) > 1,
        column == literal([1, 2], type_of("array")),
    ][choice]


def subselect(draw: Any, scope: Scope, depth: int) -> Any:
    """Draw a condition that looks at the rows of another table, or of the same one."""
    choice = draw(st.integers(0, 4))
    depth = min(depth, 2)
    spec = scope.spec
    if choice == 0 and spec.children:
        name = draw(st.sampled_from(sorted(spec.children)))
        child = spec.children[name]
        return getattr(scope.entity, name).any(condition(draw, _inner(scope, child.entity, child), depth))
    if choice == 1 and spec.parents:
        parent = draw(st.sampled_from(list(spec.parents.values())))
        inside = replace(scope, entity=parent.entity, spec=parent, outer=(), deep=scope.deep - 1)
        return getattr(scope.entity, f"to_{parent.name}").has(condition(draw, inside, depth))
    target, entity, inside = _target(draw, scope)
    criteria = condition(draw, inside, depth)
    if choice == 2:
        kind = draw(st.sampled_from(scope.kinds()))
        theirs = target.names(kind)
        if theirs and kind not in ("array", "bool"):
            wanted = select(getattr(entity, draw(st.sampled_from(theirs)))).where(criteria)
            wanted = wanted.correlate(*(e for e, _ in inside.outer))
            mine = draw(st.sampled_from([getattr(scope.entity, name) for name in spec.names(kind)]))
            return _among(mine, wanted, draw(st.integers(0, 3 if scope.schema.postgres else 2)))
    found = exists(1).where(criteria).select_from(entity).correlate(*(e for e, _ in inside.outer))
    return ~found if draw(st.integers(0, 2)) == 0 else found


def _among(mine: Any, wanted: Any, choice: int) -> Any:
    if choice == 0:
        return mine.not_in(wanted)
    return mine == any_(wanted.scalar_subquery()) if choice == 3 else mine.in_(wanted)


def _scalar(draw: Any, scope: Scope) -> Any:
    target, entity, inside = _target(draw, scope)
    criteria = condition(draw, replace(inside, deep=0), 1)
    column = getattr(entity, draw(st.sampled_from(target.names("int"))))
    told = draw(st.sampled_from((func.count(), func.max(column), func.min(column), func.count(column))))
    found = select(told).select_from(entity).where(criteria).correlate(*(e for e, _ in inside.outer))
    return found.scalar_subquery()


def _target(draw: Any, scope: Scope) -> tuple[Spec, Any, Scope]:
    """Draw a table to look at, under another name where its own is taken."""
    target = draw(st.sampled_from(scope.schema.specs))
    taken = target is scope.spec or any(target is spec for _, spec in scope.outer)
    entity = aliased(target.entity) if taken or draw(st.booleans()) else target.entity
    return target, entity, _inner(scope, entity, target)


def _inner(scope: Scope, entity: Any, spec: Spec) -> Scope:
    outer = ((scope.entity, scope.spec), *scope.outer)
    return replace(scope, entity=entity, spec=spec, outer=outer, deep=scope.deep - 1)


def following(draw: Any, scope: Scope) -> Any:
    """Draw a `can()`: of a parent, or of the same row; None where there is none to ask."""
    if scope.outer or not (scope.follows or scope.own_read):
        return None
    parents = [spec for spec in scope.spec.parents.values() if spec.name in scope.follows]
    if parents and (not scope.own_read or draw(st.booleans())):
        parent = draw(st.sampled_from(parents))
        action = draw(st.sampled_from(("read", "read", "update", "delete")))
        return can(action, getattr(scope.entity, f"to_{parent.name}"))
    return can("read", scope.entity) if scope.own_read else None
