"""The one meaning: policy x action x who acts, as one boolean expression. Gate and wall only render it.

`visible = (OR of the allows that speak for the active roles) AND (AND of the restrictions)`. No allow, no row; NULL is
not true. What depends on roles and lifts alone is decided here, in Python, and is not in the expression.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, False_, True_
from sqlalchemy.sql.selectable import TableClause

from rowgate.action import Action
from rowgate.catalog import Catalog
from rowgate.entry import Entry
from rowgate.permission import Can
from rowgate.policy import Allow, Mask, Restrict
from rowgate.principal import Principal

Condition = ColumnElement[bool]
LiftedRule = tuple[tuple[str | None, str], str]
"""A restriction on one table alone: (schema and name of the table, name of the restriction)."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What of a principal changes the SQL itself: the active roles that some rule names, and the lifts.

    `lifts` are the session's, by name on every table; `lifted` are those of one statement, each on its table.
    """

    roles: frozenset[str]
    anonymous: bool
    lifts: frozenset[str]
    lifted: frozenset[LiftedRule] = frozenset()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.roles, self.anonymous, self.lifts, self.lifted)))

    def __hash__(self) -> int:  # asked for at every transaction
        return self._hash

    @classmethod
    def of(cls, who: Principal, catalog: Catalog, lifts: Iterable[str] = ()) -> "Variant":
        """Return the variant of a principal: two principals of one variant share their compiled SQL."""
        return cls(who.roles & catalog.named_roles, who.is_anonymous, frozenset(lifts))


@dataclass(frozen=True, slots=True)
class Masked:
    """A column that this variant does not read plainly: `shown` is when it does, `reads` what it reads else."""

    name: str
    shown: Condition
    reads: Any


def readable(entry: Entry, variant: Variant) -> Condition:
    """Return the condition under which a row is read."""
    return all_of([_allowed(entry, Action.READ, variant), *_restricted(entry, {Action.READ}, variant)])


def writable(entry: Entry, action: Action, variant: Variant) -> Condition:
    """Return the condition on the row as it is under which it is updated, deleted or locked, without that of reading."""
    return all_of([_allowed(entry, action, variant), *_restricted(entry, {action}, variant)])


def permitted(entry: Entry, action: Action, variant: Variant, *, whole: bool = False) -> Condition:
    """Return the condition on a row as it is that `can()` stands for; for create, that of its check.

    `whole`: rules that let change some columns only do not count. The table of a joined subclass holds others.
    """
    if action is Action.READ:
        return readable(entry, variant)
    variant = replace(variant, lifted=frozenset())  # a statement's lift reads: it promises no write
    if action is Action.CREATE:
        return insertable(entry, variant, (), returned=False)
    if whole and action is Action.UPDATE:
        entry = replace(entry, allows=tuple(rule for rule in entry.allows if rule.columns is None))
    return all_of([readable(entry, variant), writable(entry, action, variant)])


def covering(entry: Entry, variant: Variant, columns: Iterable[str]) -> dict[str, Condition]:
    """Return, for the columns that not every rule of update lets change, the condition under which one does."""
    rules = _speaking(entry, Action.UPDATE, variant)
    if all(rule.columns is None for rule in rules):
        return {}
    found = {}
    for name in sorted(set(columns) - entry.versions):
        covering_it = [rule for rule in rules if rule.columns is None or name in rule.columns]
        if len(covering_it) < len(rules):
            found[name] = _any(rule.when for rule in covering_it)
    return found


def insertable(
    entry: Entry,
    variant: Variant,
    columns: Iterable[str],
    *,
    returned: bool,
    upsert: bool = False,
    walled: bool = False,
) -> Condition:
    """Return the condition on a new row of INSERT.

    Args:
        entry: the table.
        variant: who acts.
        columns: those written.
        returned: whether the statement reads the row back.
        upsert: whether the row may be one that was there before: then its masked columns are not asked.
        walled: whether the database judges the masked columns that have no default. The gate could not: it would read
            what is not granted.
    """
    proven = [
        _checked(entry, Action.CREATE, variant),
        *_carried(entry, {Action.CREATE}, variant),
        *_unmasked(entry, variant, columns, null_passes=not upsert, walled=walled),
    ]
    return all_of([*proven, readable(entry, variant)] if returned else proven)


def updatable(entry: Entry, variant: Variant, *, returned: bool) -> Condition:
    """Return the condition on a new row of UPDATE: its check, and the allows of reading (as PostgreSQL demands)."""
    proven = [
        _checked(entry, Action.UPDATE, variant),
        _allowed(entry, Action.READ, variant),
        *_carried(entry, {Action.READ, Action.UPDATE}, variant),
    ]
    return all_of([*proven, readable(entry, variant)] if returned else proven)


def overwritable(entry: Entry, variant: Variant, columns: Iterable[str]) -> Condition:
    """Return the condition on the row as it is under which these masked columns may be set."""
    written = set(columns)
    hidden = [mask for mask in masked(entry, variant) if mask.name in written]
    return all_of(_opened(entry.masks[mask.name]) for mask in hidden)


def masked(entry: Entry, variant: Variant) -> list[Masked]:
    """Return the columns that this variant does not read plainly."""
    found = []
    for name, mask in entry.masks.items():
        shown = _shown(mask, variant)
        if not isinstance(shown, True_):
            found.append(Masked(name, shown, mask.reads))
    return found


def columns_read(entry: Entry, condition: Condition) -> frozenset[str] | None:
    """Return the columns of the row that a condition reads; None if that cannot be told (then: all)."""
    names: set[str] = set()
    for element in visitors.iterate(condition):
        if isinstance(element, Can) and entry.reads_itself:
            return None
        if hasattr(type(element), "_compiler_dispatcher"):  # @compiles: it need not tell what it reads
            return None
        if isinstance(element, TableClause) and element.name == entry.name:
            return None
        if isinstance(element, ColumnClause):
            if isinstance(element.table, TableClause):
                if element.table.name == entry.name:
                    names.add(str(element.name))
            elif element.table is not None:
                return None
    return frozenset(names)


def rechecked(entry: Entry, variant: Variant, columns: frozenset[str] | None) -> bool:
    """Return whether an UPDATE of these columns (None: any) can make a row that its check has not judged yet.

    The row as it is has passed `when`. A check of its own words, or one that reads a column that changes, must run.
    """
    if columns is None or any(allow.check is not None for allow in _speaking(entry, Action.UPDATE, variant)):
        return True
    read = columns_read(entry, updatable(entry, variant, returned=False))
    return read is None or bool(read & columns)


def _speaking(entry: Entry, action: Action, variant: Variant) -> list[Allow]:
    return [allow for allow in entry.allows if action in allow.actions and _speaks(allow, variant)]


def _speaks(allow: Allow, variant: Variant) -> bool:
    if allow.everyone:
        return True
    if variant.anonymous:
        return False
    return allow.roles is None or bool(allow.roles & variant.roles)


def _allowed(entry: Entry, action: Action, variant: Variant) -> Condition:
    return _any(allow.when for allow in _speaking(entry, action, variant))


def _checked(entry: Entry, action: Action, variant: Variant) -> Condition:
    rules = _speaking(entry, action, variant)
    return _any(allow.check if allow.check is not None else allow.when for allow in rules)


def _any(conditions: Iterable[Condition | None]) -> Condition:
    """Return the OR; a rule without a condition speaks for every row, and no rule at all for none."""
    found = list(conditions)
    if any(condition is None or isinstance(condition, True_) for condition in found):
        return true()
    some = [condition for condition in found if condition is not None and not isinstance(condition, False_)]
    return or_(*some) if some else false()


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the AND, folded: constants are decided here, whatever the SQL dialect thinks of booleans."""
    found = [condition for condition in conditions if not isinstance(condition, True_)]
    if any(isinstance(condition, False_) for condition in found):
        return false()
    return and_(*found) if found else true()


def _restricted(entry: Entry, actions: set[Action], variant: Variant) -> list[Condition]:
    return [rule.when for rule in _standing(entry, variant) if rule.actions & actions]


def _carried(entry: Entry, actions: set[Action], variant: Variant) -> list[Condition]:
    """Return the restrictions that judge the new row too."""
    return [rule.when for rule in _standing(entry, variant) if rule.check and rule.actions & actions]


def _standing(entry: Entry, variant: Variant) -> list[Restrict]:
    key = (entry.table.schema, str(entry.table.name))
    named = {rule.name for rule in entry.restricts if rule.name in variant.lifts or (key, rule.name) in variant.lifted}
    return [rule for rule in entry.restricts if rule.name not in named or not rule.lift & variant.roles]


def _shown(mask: Mask, variant: Variant) -> Condition:
    if mask.unless is None and mask.unless_when is None:
        return false()
    if mask.unless is not None and not mask.unless & variant.roles:
        return false()
    return true() if mask.unless_when is None else mask.unless_when


def _opened(mask: Mask) -> Condition:
    return false() if mask.writable is None else mask.writable


def _unmasked(
    entry: Entry, variant: Variant, columns: Iterable[str], *, null_passes: bool, walled: bool
) -> list[Condition]:
    """Return what an INSERT that writes masked columns must prove. NULL into a column without a default says nothing."""
    written = set(columns)
    found: list[Condition] = []
    for mask in masked(entry, variant):
        if mask.name in written:
            column = entry.column(mask.name)
            bare = null_passes and column.default is None and column.server_default is None
            opened = _opened(entry.masks[mask.name])
            if walled and bare:
                continue
            found.append(or_(column.is_(None), opened) if bare else opened)
    return found


def is_true(condition: Condition) -> bool:
    """Return whether a condition has folded to true."""
    return isinstance(condition, True_)


def is_false(condition: Condition) -> bool:
    """Return whether a condition has folded to false."""
    return isinstance(condition, False_)
