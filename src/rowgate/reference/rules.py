"""The algebra, row by row: who reads, makes, changes and deletes which row, and what a row shows.

`visible(row) = (OR of the allows that speak for the active roles) AND (AND of the restrictions)`; no allow, no row; NULL
is not true. UPDATE needs read and update on the row as it is, and check and the allows of read on the row as it will be;
DELETE needs read and delete; INSERT needs check of create; what is returned must be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, JSON, LargeBinary

from rowgate.action import Action
from rowgate.catalog import Catalog
from rowgate.entry import Entry, conditions
from rowgate.permission import Can, TableKey, table_key
from rowgate.policy import Allow, Mask, Restrict
from rowgate.principal import Principal
from rowgate.reference.reading import Around, Meaning, Row
from rowgate.reference.selects import Statements
from rowgate.reference.values import equal, same, unknown

Rows = Mapping[Any, Sequence[Row]]
_UNCOMPARED = (ARRAY, JSON, LargeBinary)
"""Types of columns that need cover whenever they are set."""


class Reference:
    """What the policies of a catalog mean. Made once: it reads every rule.

    Args:
        catalog: it is frozen.

    Raises:
        CatalogError: a rule holds what the reference does not know.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.entries: Mapping[TableKey, Entry] = catalog.freeze().entries
        self._meanings: dict[int, Meaning] = {}
        for entry in self.entries.values():
            own = frozenset({entry.table})
            reader = Statements(own, own)
            for condition in conditions(entry):
                self._meanings[id(condition)] = reader.read(condition)

    def acting(
        self,
        who: Principal,
        rows: Rows,
        *,
        lifts: Iterable[str] = (),
        lifted: Iterable[tuple[Any, str]] = (),
        now: datetime | None = None,
    ) -> "Acting":
        """Return what one principal may do.

        Args:
            who: whoever acts.
            rows: of each table (a class, a Table, or schema and name): all its rows as the statement finds them, by the
                names of the columns.
            lifts: restrictions that the session lifts, by name on every table.
            lifted: those that the statement lifts: (table, name). They count for reading alone.
            now: what time it is, in the database; needed where a rule asks.
        """
        state = {_key(table): found for table, found in rows.items()}
        return Acting(self, who, state, frozenset(lifts), frozenset((_key(table), name) for table, name in lifted), now)

    def meaning(self, condition: Any) -> Meaning:
        """Return the meaning of a condition of the catalog."""
        return self._meanings[id(condition)]


class Acting:
    """What one principal may do, given the rows of all tables. Made by `Reference.acting()`."""

    def __init__(
        self,
        reference: Reference,
        who: Principal,
        state: Mapping[TableKey, Sequence[Row]],
        lifts: frozenset[str],
        lifted: frozenset[tuple[TableKey, str]],
        now: datetime | None,
    ) -> None:
        self._reference = reference
        self._who = who
        self._state = state
        self._lifts = lifts
        self._lifted = lifted
        self._now = now
        self._told: dict[tuple[int, int], bool] = {}
        self._standing = frozenset(id(row) for found in state.values() for row in found)

    def reads(self, table: Any, row: Row) -> bool:
        """Return whether the row is read."""
        return self._admits(table, row, Action.READ, lifted=self._lifted)

    def locks(self, table: Any, row: Row) -> bool:
        """Return whether SELECT ... FOR UPDATE gives the row."""
        return self.reads(table, row) and self._admits(table, row, Action.UPDATE)

    def deletes(self, table: Any, row: Row) -> bool:
        """Return whether the row is deleted."""
        return self._seen(table, row) and self._admits(table, row, Action.DELETE)

    def creates(self, table: Any, row: Row, *, columns: Iterable[str], returned: bool = False) -> bool:
        """Return whether the row may be inserted.

        Args:
            table: a class, a Table, or schema and name.
            row: as it will be, defaults and all.
            columns: those that the statement gives a value.
            returned: whether the statement reads the row back.
        """
        entry = self._entry(table)
        if not self._allowed(entry, row, Action.CREATE, new=True):
            return False
        if not self._restrictions_hold(entry, row, {Action.CREATE}, new=True):
            return False
        written = set(columns)
        hidden = [mask for mask in entry.masks.values() if mask.column in written and not self._plain(mask)]
        if not all(_says_nothing(entry, mask, row) or self._opens(entry, mask, row) for mask in hidden):
            return False
        return not returned or self.reads(table, row)

    def may_update(self, table: Any, row: Row, values: Mapping[str, Any]) -> bool:
        """Return whether the row as it is lets these values be set. Where it does not, an UPDATE leaves it alone."""
        if not (self._seen(table, row) and self._admits(table, row, Action.UPDATE)):
            return False
        return self.may_overwrite(table, row, values) and self._covered(self._entry(table), row, values)

    def may_overwrite(self, table: Any, row: Row, columns: Iterable[str]) -> bool:
        """Return whether masks let these columns of the row be set."""
        entry, written = self._entry(table), set(columns)
        hidden = [mask for mask in entry.masks.values() if mask.column in written and not self._plain(mask)]
        return all(self._opens(entry, mask, row) for mask in hidden)

    def accepts(self, table: Any, row: Row, *, returned: bool = False) -> bool:
        """Return whether an UPDATE may leave this row. Where it may not, the statement is denied."""
        entry = self._entry(table)
        if not self._allowed(entry, row, Action.UPDATE, new=True) or not self._allowed(entry, row, Action.READ):
            return False
        if not self._restrictions_hold(entry, row, {Action.READ, Action.UPDATE}, new=True):
            return False
        return not returned or self._seen(table, row)

    def updates(self, table: Any, row: Row, values: Mapping[str, Any], *, returned: bool = False) -> bool:
        """Return whether the row is changed to these values."""
        return self.may_update(table, row, values) and self.accepts(table, {**row, **values}, returned=returned)

    def can(self, action: str, table: Any, row: Row) -> bool:
        """Return what `can()` says of a row: the check of a new row is no part of it."""
        asked = Action(action)
        if asked is Action.READ:
            return self.reads(table, row)
        lasting = self._lasting() if self._lifted else self
        return lasting.reads(table, row) and lasting._admits(table, row, asked)

    def masked(self, table: Any) -> bool:
        """Return whether any column of the table is not read plainly, on whatever row."""
        return not all(self._plain(mask) for mask in self._entry(table).masks.values())

    def hopeless(self, table: Any, columns: Iterable[str]) -> bool:
        """Return whether no row at all lets these columns be set in an UPDATE: one is masked, and never writable."""
        masks, written = self._entry(table).masks.values(), set(columns)
        return any(m.column in written and not self._plain(m) and m.writable is None for m in masks)

    def shown(self, table: Any, row: Row) -> dict[str, Any]:
        """Return the row as it reads: masked columns show something else."""
        entry = self._entry(table)
        other = {m.column: m.reads for m in entry.masks.values() if not self._shows(entry, m, row)}
        return {**row, **other}

    def _lasting(self) -> "Acting":
        """Return the same without what a statement lifts, which promises no write."""
        return Acting(self._reference, self._who, self._state, self._lifts, frozenset(), self._now)

    def _entry(self, table: Any) -> Entry:
        return self._reference.entries[_key(table)]

    def _seen(self, table: Any, row: Row) -> bool:
        """Return whether the row is read, by what the session lifts and no more."""
        return self._lasting().reads(table, row) if self._lifted else self.reads(table, row)

    def _admits(
        self, table: Any, row: Row, action: Action, *, lifted: frozenset[tuple[TableKey, str]] = frozenset()
    ) -> bool:
        entry = self._entry(table)
        return self._allowed(entry, row, action) and self._restrictions_hold(entry, row, {action}, lifted=lifted)

    def _allowed(self, entry: Entry, row: Row, action: Action, *, new: bool = False) -> bool:
        return any(
            self._holds(entry, allow.check if new and allow.check is not None else allow.when, row)
            for allow in self._speaking(entry, action)
        )

    def _speaking(self, entry: Entry, action: Action) -> list[Allow]:
        """Return the allows of an action that speak for the active roles."""
        who = self._who
        return [
            allow
            for allow in entry.allows
            if action in allow.actions
            and (
                allow.everyone
                or (not who.is_anonymous and (allow.roles is None or not allow.roles.isdisjoint(who.roles)))
            )
        ]

    def _restrictions_hold(
        self,
        entry: Entry,
        row: Row,
        actions: set[Action],
        *,
        new: bool = False,
        lifted: frozenset[tuple[TableKey, str]] = frozenset(),
    ) -> bool:
        """Return whether all restrictions of any of these actions hold; on a new row those that check it."""
        asked = [rule for rule in entry.restricts if rule.actions & actions and (rule.check or not new)]
        return all(self._is_lifted(entry, rule, lifted) or self._holds(entry, rule.when, row) for rule in asked)

    def _is_lifted(self, entry: Entry, rule: Restrict, lifted: frozenset[tuple[TableKey, str]]) -> bool:
        named = rule.name in self._lifts or (entry.key, rule.name) in lifted
        return named and not rule.lift.isdisjoint(self._who.roles)

    def _covered(self, entry: Entry, row: Row, values: Mapping[str, Any]) -> bool:
        """Return whether the rules that admit the row together cover each column that changes.

        A masked column is not compared with what it holds, nor is one whose values are no plain ones.
        """
        admitting = [a for a in self._speaking(entry, Action.UPDATE) if self._holds(entry, a.when, row)]
        if any(allow.columns is None for allow in admitting):
            return True
        covered = {name for allow in admitting for name in allow.columns or ()} | entry.versions
        hidden = {mask.column for mask in entry.masks.values() if not self._plain(mask)}
        compared = {name for name in values if not isinstance(entry.column(name).type, _UNCOMPARED)} - hidden
        return all(name in covered or (name in compared and same(row[name], values[name])) for name in values)

    def _plain(self, mask: Mask) -> bool:
        """Return whether a mask hides nothing from the principal, on no row."""
        return self._has_the_role(mask) and mask.unless_when is None and mask.unless is not None

    def _shows(self, entry: Entry, mask: Mask, row: Row) -> bool:
        if mask.unless is None and mask.unless_when is None:
            return False
        return self._has_the_role(mask) and self._holds(entry, mask.unless_when, row)

    def _has_the_role(self, mask: Mask) -> bool:
        return mask.unless is None or not mask.unless.isdisjoint(self._who.roles)

    def _opens(self, entry: Entry, mask: Mask, row: Row) -> bool:
        return mask.writable is not None and self._holds(entry, mask.writable, row)

    def _holds(self, entry: Entry, condition: Any, row: Row) -> bool:
        """Return whether a condition is true of a row: NULL is not true, and no condition holds for all."""
        if condition is None:
            return True
        asked = id(condition), id(row)
        if asked in self._told:
            return self._told[asked]
        around = Around(self._who, self._state, {entry.key: row}, self._follow, self._now)
        holds = self._reference.meaning(condition)(around) is True
        if id(row) in self._standing:  # which live as long as this does, so that the id is theirs alone
            self._told[asked] = holds
        return holds

    def _follow(self, term: Can, keys: tuple[Any, ...]) -> bool:
        """Return what `can()` says of the row of another table whose columns equal the keys."""
        asked = [
            row
            for row in self._state[term.table]
            if all(equal(row[name], key) is True for name, key in zip(term.names, keys, strict=True))
        ]
        return any(self._permits(term, row) for row in asked)

    def _permits(self, term: Can, row: Row) -> bool:
        if term.who is not None:
            raise unknown("can(..., principal=...) in a rule")
        if term.action == Action.CREATE:
            return self.creates(term.table, row, columns=())
        if term.whole and term.action == Action.UPDATE:
            entry = self._entry(term.table)
            whole = any(
                allow.columns is None and self._holds(entry, allow.when, row)
                for allow in self._speaking(entry, Action.UPDATE)
            )
            return whole and self.can(term.action, term.table, row)
        return self.can(term.action, term.table, row)


def _says_nothing(entry: Entry, mask: Mask, row: Row) -> bool:
    """Return whether an INSERT leaves a masked column as it would be without it: NULL, where there is no default."""
    column = entry.column(mask.column)
    return column.default is None and column.server_default is None and row[mask.column] is None


def _key(table: Any) -> TableKey:
    if isinstance(table, tuple):
        schema, name = table
        return schema, str(name)
    if isinstance(table, str):
        return None, table
    return table_key(getattr(table, "__table__", table))
