"""The queries that find a principal, as functions: nobody acts yet, so row security would show them nothing.

Each runs as the owner of the tables, and so must not be asked about anybody: whom it asks for is no argument, but signed,
in a context that says nothing else. `Session(who)` sends that with BEGIN, and the principal's own afterwards.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter

from rowgate.catalog import Catalog
from rowgate.errors import CatalogError
from rowgate.wall.literals import sql_type
from rowgate.wall.objects import Function, identifier, literal
from rowgate.wall.render import SCHEMA, Place, WallCompiler, wall_dialect
from rowgate.wall.texts import Text, text_of


def functions(catalog: Catalog, schema: str) -> Iterator[Function]:
    """Yield a function for each query that finds a principal, in the order in which the catalog names them.

    Raises:
        CatalogError: a query holds what cannot be written as text.
    """
    dialect = wall_dialect(schema)
    for number, query in enumerate(catalog.principal_queries, 1):
        chosen: Any = query
        columns = list(chosen.selected_columns)
        names = [f"rowgate_{position}" for position in range(1, len(columns) + 1)]
        types = [sql_type(column.type, dialect) for column in columns]
        casts = ", ".join(f"CAST(asked.{name} AS {type_})" for name, type_ in zip(names, types, strict=True))
        text = _QueryCompiler(catalog, dialect).process(chosen)
        body = f"BEGIN\n  RETURN QUERY SELECT {casts} FROM ({text}) AS asked ({', '.join(names)});\nEND"  # noqa: S608
        returned = ", ".join(f"{identifier(f'out_{name}')} {type_}" for name, type_ in zip(names, types, strict=True))
        yield Function(SCHEMA, name_of(number), "", f"TABLE ({returned})", body, "plpgsql")


def name_of(number: int) -> str:
    """Return the name of the function of a query."""
    return f"principal_{number}"


def subjects(query: Executable, dialect: Dialect) -> dict[str, Text]:
    """Return the parameters of a query that finds a principal, each with what writes its values.

    Raises:
        CatalogError: one has a type whose values a context cannot carry, or is a list.
    """
    binds: Any = (element for element in visitors.iterate(query) if isinstance(element, BindParameter))  # type: ignore[arg-type]
    open_ = [bind for bind in binds if bind.required or bind.callable is not None]
    if any(bind.expanding for bind in open_):
        raise CatalogError("a query for the principal asks for one subject, by values and not by a list of them")
    return {bind.key: text_of(bind.type, dialect, f"bindparam({bind.key!r})") for bind in open_}


class _QueryCompiler(WallCompiler):
    """Writes a query that finds a principal: its parameters are asked of the signed subject."""

    def __init__(self, catalog: Catalog, dialect: Any) -> None:
        any_entry = next(iter(catalog.entries.values()))
        super().__init__(catalog, dialect, any_entry, Place.POLICY, self._refuse_can)

    def _refuse_can(self, _term: Any) -> str:
        raise CatalogError("a query for the principal cannot ask can(): nobody acts yet")

    def _is_outer(self, column: Any) -> bool:  # noqa: ARG002 - no column is the row's: there is no row
        return False

    def visit_bindparam(self, bindparam: Any, *args: Any, **kw: Any) -> str:
        """Render a constant as it is, and a parameter as what was signed."""
        if bindparam.required or bindparam.callable is not None:
            return f"(SELECT {SCHEMA}.subject({literal(str(bindparam.key))})::{sql_type(bindparam.type, self.dialect)})"
        return super().visit_bindparam(bindparam, *args, **kw)
