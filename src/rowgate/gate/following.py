"""`can()`: the decision about a row of another table, or of the same one, as an expression."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rowgate.action import Action
from rowgate.asked import Asked
from rowgate.decision import is_false, is_true, masked, permitted
from rowgate.entry import Entry
from rowgate.errors import Unguarded
from rowgate.gate.schemas import Schemas
from rowgate.permission import Can
from rowgate.principal import Principal


class Following(Schemas):
    """Renders `can()` as EXISTS of the row by its key, with the decision in it."""

    def visit_rowgate_asked(self, asked: Asked, **_kw: Any) -> str:
        """Render the answer of the wall's function, for the row in question."""
        if self.acting is not None:
            raise Unguarded("can(..., principal=) of a rule that asks other tables: the wall answers for whoever acts")
        columns = [*(str(self.process(column)) for column in asked.columns), ""]
        percent = "%%" if self.preparer._double_percents else "%"
        pieces = [piece.replace("%", percent) for piece in asked.pieces]
        return f"({''.join(piece + column for piece, column in zip(pieces, columns, strict=True))})"

    def visit_rowgate_can(self, term: Can, **_kw: Any) -> str:
        """Render whether an action is permitted on the row that the keys name."""
        if not self.trusted and self.target is not None:
            raise Unguarded("can() in a write would judge the row before or after it: ask in a SELECT of its own")
        entry = self.context.catalog.entries.get(term.table)
        if entry is None:
            raise Unguarded(f"can() asks {term.table[1]!r}, which is not in the catalog")
        if not self.trusted and {mask.name for mask in masked(entry, self.variant)}.intersection(term.names):
            raise Unguarded(f"can() would find a row of {entry.name} by a masked column, and so tell what it holds")
        seen = None if term.who is None else permitted(entry, Action.READ, self.variant)
        with self._acting_as(term.who):
            condition = permitted(entry, Action(term.action), self.variant, whole=term.whole)
            if is_false(condition):
                return self.no
            exists = self._exists(entry, term, condition)
        # About others, too, it tells only of rows that whoever acts may read.
        return exists if seen is None else f"({exists} AND {self._exists(entry, term, seen)})"

    @contextmanager
    def _acting_as(self, who: Principal | None) -> Iterator[None]:
        around = self.acting
        self.acting = who or around
        try:
            yield
        finally:
            self.acting = around

    def _exists(self, entry: Entry, term: Can, condition: Any) -> str:
        """Return EXISTS of the row.

        The keys are rendered where they stand. Where their table could be captured by the one that is asked, they are
        taken out of its reach first, by a sub-select of their own. PostgreSQL pulls it up.
        """
        keys = [str(self.process(key)) for key in term.keys]
        apart = not self.trusted or any(str(key.table.name).lower() == entry.name.lower() for key in term.keys)
        asked = keys if not apart else [f"rowgate_key.k{number}" for number in range(len(keys))]
        self.use(entry.table)
        with self.isolated(entry):
            table = super().visit_table(entry.table, asfrom=True)
            found = [f"{self.process(entry.column(name))} = {key}" for name, key in zip(term.names, asked, strict=True)]
            if not is_true(condition):
                found.append(f"({self.process(condition)})")
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(found)})"  # noqa: S608 - rendered, all of them
        if not apart:
            return exists
        named = ", ".join(f"{key} AS k{number}" for number, key in enumerate(keys))
        return f"(SELECT {exists} FROM (SELECT {named}) AS rowgate_key)"  # noqa: S608 - as above
