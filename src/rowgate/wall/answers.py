"""The rules of a catalog for a gate in front of a wall: what asks other tables is asked of the wall's functions.

A sub-select of the gate's own would be filtered by row security, so a rule would mean less than it says.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, not_, or_
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList, UnaryExpression

from rowgate.asked import Asked
from rowgate.catalog import Catalog
from rowgate.entry import Entry
from rowgate.errors import CatalogError
from rowgate.permission import TableKey
from rowgate.wall.analysis import asks_elsewhere, bare
from rowgate.wall.building import write
from rowgate.wall.functions import Conditions, writing
from rowgate.wall.render import Place, WallCompiler

_MARK = "\x1e"


def answered(catalog: Catalog, schema: str = "public") -> Mapping[TableKey, Entry]:
    """Return the entries of a catalog with calls of the wall's functions in place of what asks other tables.

    Raises:
        CatalogError: the wall has no function for a condition.
    """
    of = _Marking(catalog, schema)
    write(of, role="-")
    return {key: _Answering(of, entry).entry() for key, entry in catalog.entries.items()}


class _MarkingCompiler(WallCompiler):
    """Puts the names of the row's columns between marks, for the gate to write them."""

    def visit_column(self, column: Any, *args: Any, **kw: Any) -> str:
        text = super().visit_column(column, *args, **kw)
        return f"{_MARK}{column.name}{_MARK}" if self.place is Place.POLICY and self._is_outer(column) else text


class _Marking(Conditions):
    """Writes conditions with marks."""

    def compiler(self, entry: Entry, place: Place) -> WallCompiler:
        """Return a compiler that marks columns."""
        return _MarkingCompiler(self.catalog, self.dialect, entry, place, self.can)


class _Answering:
    """Rewrites the rules of one table."""

    def __init__(self, of: _Marking, entry: Entry) -> None:
        self._of = of
        self._entry = entry

    def entry(self) -> Entry:
        """Return the table with its rules rewritten."""
        one = self._entry
        allows = tuple(
            replace(rule, when=self._rule(rule.when, rule.name), check=self._rule(rule.check, rule.name))
            for rule in one.allows
        )
        restricts = tuple(replace(rule, when=self._rule(rule.when, rule.name)) for rule in one.restricts)
        masks = {
            name: replace(
                mask,
                unless_when=self._rule(mask.unless_when, f"mask of {name}"),
                writable=self._rule(mask.writable, f"mask of {name}"),
            )
            for name, mask in one.masks.items()
        }
        return replace(one, allows=allows, restricts=restricts, masks=masks)

    def _rule(self, condition: Any, rule: str) -> Any:
        if condition is None or not asks_elsewhere(condition):
            return condition
        return self._rewritten(condition, rule, positive=True)

    def _rewritten(self, condition: Any, rule: str, *, positive: bool) -> Any:
        condition = bare(condition)
        if isinstance(condition, BooleanClauseList):
            parts = [self._rewritten(part, rule, positive=positive) for part in condition.clauses]
            return (and_ if condition.operator is operators.and_ else or_)(*parts)
        if isinstance(condition, UnaryExpression) and condition.operator is operators.inv:
            return not_(self._rewritten(condition.element, rule, positive=False))
        return self._asked(condition, rule, positive=positive) if asks_elsewhere(condition) else condition

    def _asked(self, atom: Any, rule: str, *, positive: bool) -> Asked:
        known = len(self._of.functions)
        text = writing(self._of, self._entry, rule).condition(atom, positive=positive)
        if len(self._of.functions) > known:
            raise CatalogError(f"policy of {self._entry.name}: {rule!r} asks what the wall has no function for")
        pieces = text.split(_MARK)
        return Asked(tuple(pieces[::2]), tuple(self._entry.column(name) for name in pieces[1::2]))
