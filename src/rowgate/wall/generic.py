"""A table's rules for whoever acts: roles and lifts stand in the conditions, as terms, since SQL must decide them.

The gate folds them before SQL. With them inside, every rule speaks for everybody, and `decision` composes the same
expressions out of them as ever: it goes on being the one place that knows what a policy means.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, or_, true

from rowgate.action import Action
from rowgate.catalog import Catalog
from rowgate.decision import Variant
from rowgate.entry import Entry
from rowgate.permission import TableKey
from rowgate.policy import Allow, Restrict
from rowgate.wall.analysis import fails_without_context, fails_without_known, is_plain
from rowgate.wall.terms import Lifted, Speaks

ANYBODY = Variant(frozenset(), anonymous=True, lifts=frozenset())
"""The variant that decides nothing by itself: every generic rule speaks for it, and it lifts nothing."""


def generic(catalog: Catalog) -> Mapping[TableKey, Entry]:
    """Return the entries of a catalog with roles and lifts inside their conditions."""
    return {key: _generic(catalog, entry) for key, entry in catalog.entries.items()}


def _generic(catalog: Catalog, entry: Entry) -> Entry:
    allows = tuple(_allow(entry, rule) for rule in entry.allows)
    restricts = tuple(
        replace(rule, when=liftable(catalog, entry, rule) if rule.lift else rule.when, lift=frozenset())
        for rule in entry.restricts
    )
    return replace(entry, allows=allows, restricts=restricts)


def _allow(entry: Entry, rule: Allow) -> Allow:
    when = spoken(entry, rule, rule.when)
    check = None if rule.check is None else spoken(entry, rule, rule.check)
    return replace(rule, roles=None, everyone=True, when=when, check=check)


def spoken(entry: Entry, rule: Allow, condition: Any) -> Any:
    """Return a condition of a rule, with the test of whom it speaks to where the condition does not imply it."""
    if entry.reason is not None and condition is None:
        return true()
    speaks = Speaks(rule.roles, everyone=rule.everyone)
    if condition is None:
        return speaks
    implied = rule.roles is None and (
        fails_without_context(condition) if rule.everyone else fails_without_known(condition)
    )
    if implied:
        return condition
    # PostgreSQL asks from left to right. To ask the context costs as much as to look at ten columns.
    return and_(condition, speaks) if is_plain(condition) else and_(speaks, condition)


def liftable(catalog: Catalog, entry: Entry, rule: Restrict) -> Any:
    """Return the condition of a restriction, or that the context lifts it."""
    return or_(rule.when, Lifted(lift_name(catalog, entry.key, rule)))


def lift_name(catalog: Catalog, table: TableKey, rule: Restrict) -> str:
    """Return what a context calls the lift of a restriction on a table.

    It is the name of the restriction, unless another table's restriction of this name is lifted by other roles: then
    the table stands in front, since a lift of the one must not lift the other.
    """
    named = {other.lift for entry in catalog.entries.values() for other in entry.restricts if other.name == rule.name}
    if len(named) == 1:
        return rule.name
    return f"{'.'.join(part for part in table if part is not None)}:{rule.name}"


def judges_new_rows_of_reading(rule: Restrict) -> bool:
    """Return whether a restriction hides rows without judging new ones: then a statement may lead a row out of it."""
    return Action.READ in rule.actions and not rule.check
