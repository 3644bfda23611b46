"""Upserts: INSERT ... ON CONFLICT DO UPDATE.

The row that stands in the way is a named one: if its principal may not read or update it, the statement raises, since
leaving it alone would lose the new row without a word. What it becomes is judged before it is written, in the same
WHERE. RETURNING cannot tell a row that was inserted from one that was updated, so all of them must pass the check of
create.
"""

import copy
from typing import Any

from sqlalchemy import cast
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.elements import BindParameter

from rowgate.action import Action
from rowgate.decision import all_of, columns_read, is_true, readable, rechecked, updatable, writable
from rowgate.entry import Entry
from rowgate.errors import Unguarded
from rowgate.gate.rows import column_name, is_stable
from rowgate.gate.writes import Writes


class Upserts(Writes):
    """Renders ON CONFLICT DO UPDATE."""

    def visit_on_conflict_do_update(self, on_conflict: Any, **kw: Any) -> str:
        """Render SET as it is, and a WHERE that judges the row in the way before the statement's own."""
        entry = self.target
        assert entry is not None
        given = self._values(entry, on_conflict)
        plain = copy.copy(on_conflict)
        plain.update_whereclause = None
        # The very elements that are judged below: SQLAlchemy would make binds of its own, which a parameter may name.
        statement: Any = self.stack[-1]["selectable"]
        keys = {str(column.name): column.key for column in statement.table.c}
        plain.update_values_to_set = {keys[name]: value for name, value in given.items()}
        text = str(super().visit_on_conflict_do_update(plain, **kw))  # type: ignore[misc]
        judged = self._judged(entry, given)
        own = on_conflict.update_whereclause
        wanted = self.yes if own is None else self.process(own)
        if not judged:
            return f"{text} WHERE {wanted}" if own is not None else text
        raised = f"{self.raising(entry)} = 0"
        return f"{text} WHERE CASE WHEN {' AND '.join(judged)} THEN {wanted} ELSE {raised} END"

    def _values(self, entry: Entry, on_conflict: Any) -> dict[str, Any]:
        """Return what SET gives each column, by its name."""
        statement: Any = self.stack[-1]["selectable"]
        found: dict[str, Any] = {}
        for key, value in dict(on_conflict.update_values_to_set).items():
            name = column_name(entry, statement.table, key)
            if name is None:
                raise Unguarded(f"ON CONFLICT DO UPDATE sets {key!r}, which is no column of {entry.name}")
            found[name] = _element(entry.column(name), value)
        return found

    def _judged(self, entry: Entry, values: dict[str, Any]) -> list[str]:
        """Return what the row in the way, and the row that it becomes, must pass."""
        old = all_of(
            [
                readable(entry, self.variant),
                writable(entry, Action.UPDATE, self.variant),
                self.unmasked(entry, frozenset(values)),
            ]
        )
        judged = [] if is_true(old) else [self.condition(entry, old)]
        judged += self.covered(entry, values)
        if rechecked(entry, self.variant, frozenset(values)):
            judged.append(self._becomes(entry, values))
        return judged

    def _becomes(self, entry: Entry, values: dict[str, Any]) -> str:
        """Return the check of the row as it will be: over a sub-select that stands for the table, SET applied."""
        check = updatable(entry, self.variant, returned=False)
        if is_true(check):
            return self.yes
        read = columns_read(entry, check)
        if any(column.computed is not None and (read is None or column.name in read) for column in entry.table.c):
            raise Unguarded(
                f"an upsert of {entry.name}: its check may read a generated column: write in_() for exists(), or insert and update by themselves"
            )
        if not all(is_stable(value) for value in values.values()):
            raise Unguarded(
                "an upsert whose new row must prove itself takes no volatile function in SET: give the value"
            )
        # No more than the check reads: of a column that is masked for everybody, the wall grants nothing.
        wanted = [column for column in entry.table.c if read is None or column.name in read]
        columns = []
        for column in wanted or list(entry.table.c)[:1]:
            name = str(column.name)
            if name in values:
                # SQLite needs no types there, and CAST would make a number of a date.
                value = values[name] if self.dialect.name == "sqlite" else cast(values[name], column.type)
                text = str(self.process(value))
            else:
                with self.isolated(entry):
                    text = str(self.process(column))
            columns.append(f"{text} AS {self.preparer.quote(name)}")
        table = self.preparer.quote(entry.name)
        inner = f"SELECT {', '.join(columns)}"
        judged = self.condition(entry, check, standing=table)
        return f"(SELECT {judged} FROM ({inner}) AS {table})"  # noqa: S608 - rendered, all of them


def _element(column: Any, value: Any) -> Any:
    """Return what SET gives a column as an element that renders alike wherever it stands."""
    # SQLAlchemy 2.0 leaves plain values and attributes of models as they are until it renders them.
    found: Any = coercions.expect(roles.ExpressionElementRole, value, type_=column.type, is_crud=True)
    if isinstance(found, BindParameter) and found.type._isnull:
        found = found._clone()
        found.type = column.type
    return found
