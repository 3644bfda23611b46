"""What a catalog checks of its rules when it is frozen: what they read, whom they name, what they mask."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Mapper
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter, ColumnClause, TextClause
from sqlalchemy.sql.lambdas import LambdaElement
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.selectable import CTE, TableClause

from rowgate.entry import Entry, conditions
from rowgate.errors import CatalogError
from rowgate.permission import TableKey, table_key
from rowgate.principal import PrincipalTerm, RoleTerm

_JOINS = re.compile(r"\b(?:and|or)\b|--|/\*|;", re.IGNORECASE)
"""What is no operator between two values, but the end of one condition: another rule stands behind it."""


def check_conditions(entry: Entry, entries: Mapping[TableKey, Entry]) -> None:
    """Refuse a condition that reads outside of its row, tables that are in no catalog, or what no layer could render."""
    for condition in conditions(entry):
        outside = [
            str(f) for f in condition._from_objects if f is not entry.table and _key_of(f) != table_key(entry.table)
        ]
        if outside:
            raise CatalogError(
                f"policy of {entry.name}: a condition reads {', '.join(outside)} outside a sub-select; write "
                "any(), has() or exists()"
            )
        for element in visitors.iterate(condition):
            _check_element(entry, element, entries)


def _check_element(entry: Entry, element: Any, entries: Mapping[TableKey, Entry]) -> None:
    where = f"policy of {entry.name}"
    if isinstance(element, TextClause):
        raise CatalogError(f"{where}: text has no provable meaning; write the condition as a SQLAlchemy expression")
    if isinstance(element, ColumnClause) and element.is_literal and not _harmless(element.name):
        raise CatalogError(f"{where}: literal_column({element.name!r}) is text; name the column")
    if isinstance(element, LambdaElement):  # SQLAlchemy puts no brackets around its OR
        raise CatalogError(f"{where}: a lambda inside of a condition: write what it returns")
    for operator in (getattr(element, name, None) for name in ("operator", "modifier")):
        if isinstance(operator, custom_op) and _JOINS.search(operator.opstring):
            raise CatalogError(f"{where}: op({operator.opstring!r}) is text: write and_() and or_()")
    if isinstance(element, CTE):
        raise CatalogError(f"{where}: CTEs are not built yet in conditions; write a sub-select")
    if isinstance(element, BindParameter) and (element.required or element.callable is not None):
        raise CatalogError(f"{where}: a condition may hold constants and principal.*, no open bind parameter")
    if isinstance(element, BindParameter) and element.expanding and not element.value:
        raise CatalogError(f"{where}: in_() of an empty list holds for no row: leave the rule out")
    table = element.table if isinstance(element, ColumnClause) else element
    if isinstance(table, TableClause) and table_key(table) not in entries:
        raise CatalogError(f"{where}: it reads {table.name!r}, which is not in the catalog")


def named_roles(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the roles that some rule names."""
    named: set[str] = set()
    for entry in entries:
        named.update(*(allow.roles or () for allow in entry.allows))
        named.update(*(rule.lift for rule in entry.restricts))
        named.update(*(mask.unless or () for mask in entry.masks.values()))
        for condition in conditions(entry):
            terms = [e for e in visitors.iterate(condition) if isinstance(e, RoleTerm)]
            named.update(term.called for term in terms if term.called is not None)
    return frozenset(named)


def check_attributes(entries: Iterable[Entry]) -> None:
    """Refuse an attribute of the principal that is used with two types."""
    types: dict[str, type[Any]] = {}
    for entry in entries:
        for condition in conditions(entry):
            for term in (e for e in visitors.iterate(condition) if isinstance(e, PrincipalTerm)):
                if term.kind == "attr" and types.setdefault(term.called, type(term.type)) is not type(term.type):
                    raise CatalogError(f"principal.attr({term.called!r}) is used with two types: use one")


def check_masks(entry: Entry, mappers: list[Mapper[Any]]) -> None:
    """Refuse a mask of a column that SQLAlchemy itself reads to tell rows apart, or to load by."""
    kept = {str(column.name): "a primary key" for column in entry.table.primary_key}

    def keep(column: Any, what: str) -> None:
        if getattr(column, "table", None) is entry.table:
            kept.setdefault(str(column.name), what)

    for mapper in mappers:
        keep(mapper.polymorphic_on, "a discriminator")
        keep(mapper.version_id_col, "a version column")
        for relationship in mapper.relationships:
            for column in relationship.local_columns:
                keep(column, f"what the relationship {relationship.key} loads by")
    for name in entry.masks:
        if name in kept:
            raise CatalogError(f"{entry.name}.{name} is {kept[name]}: it cannot be masked")


def check_replacing(entry: Entry) -> None:
    """Refuse a table of SQLite whose constraints delete the rows in the way of a new one: no policy is asked about those.

    See https://www.sqlite.org/lang_conflict.html.
    """
    for what in (*entry.table.c, *entry.table.constraints):
        for name, value in what.dialect_kwargs.items():
            if name in _CONFLICTS and str(value).upper() == "REPLACE":
                raise CatalogError(
                    f"{entry.name}: {name}='REPLACE' deletes rows that no policy has judged: leave it out, and write "
                    "on_conflict_do_update()"
                )


_CONFLICTS = frozenset({"sqlite_on_conflict", "sqlite_on_conflict_primary_key", "sqlite_on_conflict_unique"})


def _key_of(from_: Any) -> TableKey | None:
    return table_key(from_) if isinstance(from_, TableClause) else None


def _harmless(name: str) -> bool:
    return name == "*" or name.isdecimal()
