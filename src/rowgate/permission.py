"""`can()`: the decision about a row as a SQL term, in policies of other tables and as a column of a query."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Table
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Mapper, RelationshipDirection, RelationshipProperty
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause
from sqlalchemy.sql.selectable import Alias, TableClause
from sqlalchemy.sql.visitors import InternalTraversal

from rowgate.action import Action
from rowgate.errors import CatalogError
from rowgate.principal import Principal, Term

TableKey = tuple[str | None, str]


def table_key(table: Any) -> TableKey:
    """Return what tables are matched by: schema and name, whatever object names them."""
    schema = getattr(table, "schema", None)
    return None if schema is None else str(schema), str(table.name)


class Can(Term, ColumnElement[bool]):
    """Whether an action is permitted on the row of `table` whose columns `names` equal `keys`.

    Args:
        action: what would be done.
        table: schema and name of the table that is asked.
        names: columns of that table, by name.
        keys: what they equal: columns of the FROM entry around.
        who: another principal than the one who acts; None for whoever acts.
        whole: whether a rule of update must let change every column, not only some.
    """

    __visit_name__ = "rowgate_can"
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it
        ("action", InternalTraversal.dp_string),
        ("table", InternalTraversal.dp_plain_obj),
        ("names", InternalTraversal.dp_plain_obj),
        ("keys", InternalTraversal.dp_clauseelement_tuple),
        ("who", InternalTraversal.dp_plain_obj),
        ("whole", InternalTraversal.dp_boolean),
    ]

    def __init__(
        self,
        action: str,
        table: TableKey,
        names: tuple[str, ...],
        keys: tuple[Any, ...],
        who: Principal | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self.action = action
        self.table = table
        self.names = names
        self.keys = keys
        self.who = who
        self.whole = whole

    @property
    def _from_objects(self) -> Any:  # SQLAlchemy asks each element which FROM entries it needs
        return [from_ for key in self.keys for from_ in key._from_objects]


def can(action: str, target: Any, *, principal: Principal | None = None) -> ColumnElement[bool]:
    """Return whether whoever acts may do this to a row, by the policy of its table.

    In a policy, `can("read", Comment.document)` lets a child follow its parent's decision. In a query,
    `select(Document, can("update", Document))` annotates each row. It is judged on unmasked values; "update" and
    "delete" include "read", and leave out the checks of new rows. Where there is no such row, it is false.

    Args:
        action: "read", "update" or "delete".
        target: a mapped class, an alias of one, a Table or an alias of one; or a many-to-one relationship attribute.
        principal: ask for another principal instead.

    Raises:
        CatalogError: the action or the target is none of these.
    """
    if action not in (Action.READ, Action.UPDATE, Action.DELETE):
        raise CatalogError(f"can({action!r}): ask for read, update or delete; the check of a new row needs the new row")
    if principal is not None and not isinstance(principal, Principal):
        raise CatalogError(f"can(..., principal=...) takes a Principal, not {type(principal).__name__}")
    found = _of_relationship(target) or _of_entity(target) or _of_table(target)
    if found is None:
        raise CatalogError(
            f"can({action!r}, ...) takes a mapped class, a Table, an alias or a many-to-one relationship"
        )
    table, names, keys = found
    if not names:
        raise CatalogError(f"can({action!r}, ...): {table.name} has no primary key to find the row by")
    return Can(str(Action(action)), table_key(table), names, keys, principal)


Found = tuple[Table, tuple[str, ...], tuple[Any, ...]]


def _of_relationship(target: Any) -> Found | None:
    relationship = getattr(target, "property", None)  # asking for it configures the mappers
    if isinstance(relationship, RelationshipProperty):
        if target._of_type is not None or target._extra_criteria:
            raise CatalogError(f"can(..., {target}): of_type() and and_() would be lost; say has() or exists()")
        around = target.parent
        mapper: Mapper[Any] = around.mapper
        pairs: Any = relationship.local_remote_pairs
        table: Any = relationship.mapper.local_table
        by_keys = len(pairs) == len(_equalities(relationship.primaryjoin)) and isinstance(table, Table)
        if relationship.direction is not RelationshipDirection.MANYTOONE:
            raise CatalogError(f"can(..., {target}): follow a relationship to one row; for many say any() or exists()")
        if not by_keys or any(remote.table is not table for _, remote in pairs):
            raise CatalogError(f"can(..., {target}): its join is more than equal keys; say has() or exists()")
        keys = tuple(_attribute(around, mapper, local) for local, _ in pairs)
        return table, tuple(str(remote.name) for _, remote in pairs), keys
    return None


def _of_entity(target: Any) -> Found | None:
    found = inspect(target, raiseerr=False)
    if not isinstance(found, Mapper | AliasedInsp) or not isinstance(found.mapper.local_table, Table):
        return None
    mapper = found.mapper
    table: Any = mapper.local_table
    keys = tuple(_attribute(found, mapper, column) for column in table.primary_key)
    return table, tuple(str(column.name) for column in table.primary_key), keys


def _of_table(target: Any) -> Found | None:
    plain = target
    while isinstance(plain, Alias):
        plain = plain.element
    if not isinstance(plain, Table):
        return None
    keys = tuple(target.c[column.key] for column in plain.primary_key)
    return plain, tuple(str(column.name) for column in plain.primary_key), keys


def _attribute(around: Any, mapper: Mapper[Any], column: Any) -> Any:
    """Return the mapped attribute of a column as SQL, of the entity or its alias, so that the ORM adapts it."""
    attribute = getattr(around.entity, mapper.get_property_by_column(column).key)
    return attribute.__clause_element__()


def _equalities(join: Any) -> list[Any]:
    """Return the `column = column` that a join is made of; none if it is more than that."""
    both = isinstance(join, BooleanClauseList) and join.operator is operators.and_
    clauses = list(join.clauses) if both else [join]
    plain = all(
        isinstance(clause, BinaryExpression)
        and clause.operator is operators.eq
        and isinstance(clause.left, ColumnClause)
        and isinstance(clause.right, ColumnClause)
        for clause in clauses
    )
    return clauses if plain else []


def join_keys(join: Any, child: TableClause, parent: TableClause) -> list[tuple[Any, Any]]:
    """Return the (child column, parent column) pairs of a join on equal keys; none if it is more than that."""
    pairs: list[tuple[Any, Any]] = []
    for clause in _equalities(join):
        left, right = clause.left, clause.right
        if left.table is parent:
            left, right = right, left
        if left.table is not child or right.table is not parent:
            return []
        pairs.append((left, right))
    return pairs
