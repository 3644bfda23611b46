"""`lift()`: the option of a statement that switches off one named restriction, on one table, for that statement alone."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.cache_key import HasCacheKey
from sqlalchemy.sql.visitors import InternalTraversal

from rowgate.errors import Unguarded

EVERY = "include_filtered"
"""The execution option that stands for every lift which the principal's roles have."""


class Lift(HasCacheKey, ORMOption):
    """What `lift()` returns. It changes nothing of the statement: a guarded connection reads it at each execution.

    SQLAlchemy carries it to the statements of `selectinload()` and `subqueryload()`, as it does with every option, and
    not to lazy loads and refreshes.
    """

    inherit_cache = True
    _cache_key_traversal = [  # noqa: RUF012 - SQLAlchemy reads it
        ("name", InternalTraversal.dp_string),
        ("schema", InternalTraversal.dp_string),
        ("table", InternalTraversal.dp_string),
    ]

    def __init__(self, name: str, schema: str | None, table: str) -> None:
        self.name = name
        self.schema = schema
        self.table = table

    @property
    def key(self) -> tuple[str | None, str]:
        """Schema and name of the table, as the catalog knows it."""
        return self.schema, self.table

    def __repr__(self) -> str:
        return f"lift({self.name!r}, {self.table})"


def lift(name: str, entity: Any) -> ExecutableOption:
    """Return an option of a SELECT that lifts one restriction on one table: `select(Document).options(lift(...))`.

    It holds for all that this statement reads: joins, sub-selects, CTEs, `joinedload()`; also for what
    `selectinload()` and `subqueryload()` fetch on its behalf. Lazy loads, refreshes and other statements are filtered
    as ever. Put it on the outermost statement: on a sub-select it does nothing. In `lambda_stmt()`, write both
    arguments inside of the lambda as they are.

    At each execution it is refused, unless the table has the restriction (`Unguarded`) and a role of the principal may
    lift it (`AccessDenied`, RG202); either way it is audited. Writing lifted rows takes the session's lift.

    Args:
        name: of the restriction, as the policy names it.
        entity: the mapped class or Table that it restricts.

    Raises:
        Unguarded: the name is no string, or the entity neither a mapped class nor a Table.
    """
    if not isinstance(name, str):
        raise Unguarded("lift() takes the name of a restriction as a plain string, also inside of lambda_stmt()")
    table = entity if isinstance(entity, Table) else _table(entity)
    return Lift(name, table.schema, str(table.name))


def lifts_of(statement: Any) -> list[Lift]:
    """Return the lifts that a statement asks for."""
    options = getattr(statement, "_with_options", ())
    return [option for option in options if isinstance(option, Lift)] if options else []


def _table(entity: Any) -> Table:
    try:
        mapper = inspect(entity)
    except NoInspectionAvailable:
        mapper = None
    if not isinstance(mapper, Mapper) or not isinstance(mapper.local_table, Table):
        raise Unguarded(
            f"lift() takes a mapped class or a Table, not {entity!r}: it holds for all aliases of the table"
        )
    return mapper.local_table
