"""Conditions as text: the compiler of PostgreSQL, with constants written out and terms asked of the context.

A condition stands in one of four places, and names the columns of its row otherwise in each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from sqlalchemy.dialects.postgresql import CITEXT, HSTORE
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect, PGIdentifierPreparer
from sqlalchemy.sql.selectable import FromClause, TableClause
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from rowgate.catalog import Catalog
from rowgate.entry import Entry
from rowgate.errors import CatalogError
from rowgate.permission import Can, table_key
from rowgate.principal import PrincipalTerm, RoleTerm
from rowgate.wall.context import asked
from rowgate.wall.literals import constant, sql_type
from rowgate.wall.objects import identifier, literal
from rowgate.wall.terms import Lifted, Speaks

SCHEMA = "rowgate"


class Place(Enum):
    """Where a condition stands, and so what a column of the row is called there."""

    POLICY = "a policy: the column"
    TRIGGER = "a trigger: OLD and the column"
    TABLE = "a sub-select from the table: the table and the column"
    ARGUMENTS = "a function of the row's columns: $1, $2"


class WallPreparer(PGIdentifierPreparer):
    """Names tables and types with their schema, and never pastes a name that asks not to be quoted."""

    def __init__(self, dialect: Any, *, schema: str) -> None:
        super().__init__(dialect)
        self._default = schema
        asked: Any = self._schema_of
        self.schema_for_object = asked

    def _schema_of(self, thing: Any) -> str | None:
        if isinstance(thing, FromClause) and not isinstance(thing, TableClause):  # an alias has none
            return None
        return str(thing.schema) if thing.schema is not None else self._default

    def quote(self, ident: str, force: Any = None) -> str:  # noqa: ARG002 - SQLAlchemy passes it
        """Return a name, in quotes where PostgreSQL needs them."""
        return identifier(str(ident)) if self._requires_quotes(str(ident)) else str(ident)

    def quote_schema(self, schema: str, force: Any = None) -> str:  # noqa: ARG002 - SQLAlchemy passes it
        """Return the name of a schema."""
        return self.quote(schema)


def wall_dialect(schema: str) -> PGDialect:
    """Return a dialect of PostgreSQL, of no driver, that names everything with its schema."""
    untyped: Any = PGDialect
    dialect = untyped(paramstyle="named")  # with another one it would double percent signs
    dialect.supports_native_decimal = True
    dialect.identifier_preparer = WallPreparer(dialect, schema=schema)
    compiler: Any = dialect.type_compiler_cls
    dialect.type_compiler_instance = dialect.type_compiler = compiler(dialect)
    found: PGDialect = dialect
    return found


class WallCompiler(PGCompiler):
    """Writes one condition, or a part of it.

    Args:
        catalog: whose it is.
        dialect: see `wall_dialect`.
        entry: the table that it stands for.
        place: where it stands.
        can: names the function that answers `can()`.
    """

    def __init__(self, catalog: Catalog, dialect: Any, entry: Entry, place: Place, can: Any) -> None:
        self.catalog = catalog
        self.entry = entry
        self.place = place
        self.arguments: list[Any] = []
        self._can = can
        super().__init__(dialect, None)

    @contextmanager
    def _standing(self) -> Iterator[None]:
        """Stand inside a SELECT from the table, so that sub-selects correlate to it."""
        table = self.entry.table
        frame: Any = {"correlate_froms": {table}, "asfrom_froms": {table}, "selectable": table.select()}
        self.stack.append(frame)
        try:
            yield
        finally:
            self.stack.pop()

    def text(self, element: Any) -> str:
        """Return an element as SQL."""
        with self._standing():
            return str(self.process(element))

    def select_text(self, select: Any) -> str:
        """Return a SELECT of its own as SQL."""
        with self._standing():
            return str(self.process(select))

    def judge_foreign(self, element: type[Any], rendering: type[Any]) -> None:
        """Refuse an element that renders itself, unless the catalog trusts it."""
        if not {element, rendering} & self.catalog.trusted.keys():
            raise CatalogError(
                f"policy of {self.entry.name}: {element.__name__} renders itself (@compiles): say catalog.trust(...)"
            )

    def visit_column(self, column: Any, *args: Any, **kw: Any) -> str:
        """Render a column: of the row in question as its place says, of a sub-select as ever."""
        if self.place in (Place.TABLE, Place.ARGUMENTS):
            self._check_type(column)
        if not self._is_outer(column):
            return str(super().visit_column(column, *args, **kw))
        name = self.preparer.quote(str(column.name))
        if self.place is Place.POLICY:
            return name
        if self.place is Place.TRIGGER:
            return f"OLD.{name}"
        if self.place is Place.TABLE:
            return f"{self.preparer.format_table(self.entry.table)}.{name}"
        known = [str(argument.name) for argument in self.arguments]
        if str(column.name) not in known:
            self.arguments.append(column)
            known.append(str(column.name))
        return f"${known.index(str(column.name)) + 1}"

    def _check_type(self, column: Any) -> None:
        """Refuse a column in a function whose operators it would not find: those of pg_catalog may mean something else."""
        plain: Any = column.type.dialect_impl(self.dialect)
        while isinstance(plain, TypeDecorator):
            plain = plain.impl_instance
        if isinstance(plain, CITEXT | HSTORE | UserDefinedType):
            raise CatalogError(
                f"policy of {self.entry.name}: a sub-select reads {column.name!r}, whose type has operators of its own, "
                "outside of pg_catalog: compare a cast of it in the row's own rule, or another column"
            )

    def _is_outer(self, column: Any) -> bool:
        """Return whether this is a column of the row in question, and of no FROM of a sub-select around."""
        table = column.table
        if not isinstance(table, TableClause) or table_key(table) != self.entry.key:
            return False
        frames: list[Any] = list(self.stack[1:])
        return not any(table in frame["asfrom_froms"] for frame in frames)

    def visit_bindparam(self, bindparam: Any, *_args: Any, **_kw: Any) -> str:
        """Render a constant."""
        if not bindparam.expanding:
            return self._constant(bindparam.value, bindparam.type)
        types = bindparam.type.types if bindparam.type._is_tuple_type else None
        rows = [
            self._constant(value, bindparam.type)
            if types is None
            else f"({', '.join(self._constant(one, type_) for one, type_ in zip(value, types, strict=True))})"
            for value in bindparam.value
        ]
        return f"({', '.join(rows)})"

    def _constant(self, value: Any, type_: TypeEngine[Any]) -> str:
        try:
            return constant(value, type_, self.dialect)
        except CatalogError as error:
            raise CatalogError(f"policy of {self.entry.name}: {error.message}") from error

    def render_literal_value(self, value: Any, type_: Any) -> str:  # noqa: ARG002 - SQLAlchemy passes it
        """Render a literal where SQLAlchemy makes no bind, such as the escape of LIKE."""
        return literal(str(value))

    def visit_rowgate_principal(self, term: PrincipalTerm, **_kw: Any) -> str:
        """Render a value of whoever acts: asked once a statement, since it stands in a sub-select of its own."""
        if term.kind == "id":
            return f"(SELECT {asked('id')}::{sql_type(self.catalog.principal_id, self.dialect)})"
        attribute = f"pg_catalog.json_extract_path_text({asked('attributes')}::json, {literal(term.called)})"
        return f"(SELECT {attribute}::{sql_type(term.type, self.dialect)})"

    def visit_rowgate_role(self, term: RoleTerm, **_kw: Any) -> str:
        """Render whether whoever acts has a role."""
        if term.column is None:
            return has_any([str(term.called)])
        return f"({self.process(term.column)} = ANY ((SELECT {asked('roles')})::text[]))"

    def visit_rowgate_speaks(self, term: Speaks, **_kw: Any) -> str:
        """Render to whom a rule speaks."""
        if term.roles is not None:
            return has_any(term.roles)
        return f"(SELECT {asked('roles' if term.everyone else 'id')} IS NOT NULL)"

    def visit_rowgate_lifted(self, term: Lifted, **_kw: Any) -> str:
        """Render whether a restriction is lifted."""
        return f"(SELECT {literal(term.called)} = ANY ({asked('lifts')}::text[]))"

    def visit_rowgate_can(self, term: Can, **_kw: Any) -> str:
        """Render the decision of another table as a call: its own sub-selects see its rows, and no name is captured."""
        keys = ", ".join(str(self.process(key)) for key in term.keys)
        return f"{self._can(term)}({keys})"


def has_any(roles: Any) -> str:
    """Return whether whoever acts has one of these roles.

    The operator with its schema: PostgreSQL's own is for arrays of any type, and another one for those of text would be
    taken before it, if somebody has made it where the wall is made.
    """
    names = ", ".join(literal(role) for role in sorted(roles))
    return f"(SELECT {asked('roles')}::text[] OPERATOR(pg_catalog.&&) ARRAY[{names}])"
