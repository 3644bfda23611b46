"""One table of a catalog and all its rules, resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table

from rowgate.permission import TableKey, table_key
from rowgate.policy import Allow, Mask, Restrict


@dataclass(frozen=True, slots=True)
class Entry:
    """One table and all its rules, their conditions resolved to expressions on the table's columns.

    Args:
        versions: the columns that the unit of work counts versions in.
        reads_itself: whether a rule follows another table whose own rules read this one.
        searches: the columns that `searched()` may search.
    """

    table: Table
    allows: tuple[Allow, ...]
    restricts: tuple[Restrict, ...]
    masks: Mapping[str, Mask]
    barrier: bool
    reason: str | None = None
    versions: frozenset[str] = frozenset()
    reads_itself: bool = False
    searches: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.table.name

    @property
    def key(self) -> TableKey:
        """Schema and name of the table."""
        return table_key(self.table)

    def column(self, name: str) -> Any:
        """Return the column of this name in the database, whatever its key in Python."""
        return next(column for column in self.table.c if column.name == name)


def conditions(entry: Entry) -> list[ColumnElement[bool]]:
    """Return every condition that any rule of the table holds."""
    found: list[Any] = []
    for allow in entry.allows:
        found += [allow.when, allow.check]
    found += [rule.when for rule in entry.restricts]
    for mask in entry.masks.values():
        found += [mask.unless_when, mask.writable]
    return [condition for condition in found if condition is not None]
