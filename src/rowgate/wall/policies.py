"""Rules as policies of PostgreSQL: one for each rule and command, permissive or restrictive as declared.

See https://www.postgresql.org/docs/current/sql-createpolicy.html for which of them judge what.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, true

from rowgate.action import Action
from rowgate.decision import readable
from rowgate.entry import Entry
from rowgate.policy import Allow, Restrict
from rowgate.wall.analysis import asks_elsewhere
from rowgate.wall.functions import Conditions
from rowgate.wall.generic import ANYBODY, judges_new_rows_of_reading, liftable
from rowgate.wall.masks import insertions
from rowgate.wall.table_objects import Command, Policy, RowSecurity, shortened

COMMANDS: dict[Action, Command] = {
    Action.READ: "SELECT",
    Action.CREATE: "INSERT",
    Action.UPDATE: "UPDATE",
    Action.DELETE: "DELETE",
}
Condition = Any
Drafted = tuple[str, Action, bool, Condition | None, Condition | None]
"""Name of the rule, action, whether it is permissive, the condition on the old row, and that on the new one."""


def policies(of: Conditions, entry: Entry, *, role: str, owner: str | None) -> list[RowSecurity | Policy]:
    """Return row security of a table, the owner's way through it, and the policies of its rules.

    Args:
        of: writes the conditions.
        entry: the table, as the catalog has it.
        role: the application's.
        owner: of the table; None is whoever makes the wall.
    """
    schema = of.schema_of(entry)
    made: list[RowSecurity | Policy] = [
        RowSecurity(schema, entry.name),
        Policy(schema, entry.name, "owner", "ALL", permissive=True, to=owner, using="true", check="true"),
    ]
    names = {"owner"}
    for name, action, permissive, using, check in _drafts(of, entry):
        wanted = f"{_verb(action, permissive, using, check)}: {name}"
        found, number = shortened(wanted), 1
        while found in names:
            number += 1
            found = shortened(f"{wanted} ({number})")
        names.add(found)
        old, new = (None if c is None else of.text(entry, c, rule=name) for c in (using, check))
        made.append(Policy(schema, entry.name, found, COMMANDS[action], permissive, role, old, new))
    return made


def _verb(action: Action, permissive: bool, *conditions: Condition | None) -> str:
    """Return what a policy does, as its name begins.

    PostgreSQL asks permissive policies one after the other until one admits the row, and takes them by name, from the
    last to the first (relcache.c, RelationBuildRowSecurity). What asks other tables costs most, so it sorts first.
    """
    if not permissive:
        return f"restrict {action}"
    elsewhere = any(asks_elsewhere(one) for one in conditions if one is not None)
    return f"allow {action} by other tables" if elsewhere else f"allow {action}"


def _drafts(of: Conditions, entry: Entry) -> Iterator[Drafted]:
    spoken = of.entries[entry.key]
    for action in Action:
        for rule, allow in zip(entry.allows, spoken.allows, strict=True):
            if action in allow.actions:
                yield _allowed(entry, rule, allow, action, spoken)
    for restrict in entry.restricts:
        yield from _restricted(of, entry, restrict)
    yield from insertions(spoken, entry)


def _allowed(entry: Entry, rule: Allow, allow: Allow, action: Action, spoken: Entry) -> Drafted:
    """Return what a rule allows, of the row as it is and as it will be.

    What is updated or deleted must be read, and PostgreSQL asks that only of statements that read the row. So it is
    said here, where the rules do not imply it.
    """
    old: Condition = allow.when
    new: Condition = old if allow.check is None else allow.check
    if action is Action.READ:
        return rule.name, action, True, old, None
    if action is Action.CREATE:
        return rule.name, action, True, None, new
    read = _is_read(entry, rule)
    if not read:
        old = and_(old, _reads(entry, spoken))
    if action is Action.DELETE:
        return rule.name, action, True, old, None
    implied = read and (rule.check is None or _all_is_read(entry, rule))
    return rule.name, action, True, old, new if implied else and_(new, _reads(entry, spoken))


def _reads(entry: Entry, spoken: Entry) -> Condition:
    """Return what the rules of reading admit.

    Those that ask for no role stand first: an owner is found by one question, whatever roles she has.
    """
    pairs = sorted(zip(entry.allows, spoken.allows, strict=True), key=lambda pair: pair[0].roles is not None)
    return readable(replace(spoken, allows=tuple(allow for _, allow in pairs), restricts=()), ANYBODY)


def _is_read(entry: Entry, rule: Allow) -> bool:
    """Return whether all that a rule admits may be read: by itself, or by a rule that admits every row."""
    return Action.READ in rule.actions or _all_is_read(entry, rule)


def _all_is_read(entry: Entry, rule: Allow) -> bool:
    """Return whether those to whom a rule speaks read every row, but for restrictions."""
    return any(
        other.when is None and _speaks_to_all_of(other, rule) for other in entry.allows if Action.READ in other.actions
    )


def _speaks_to_all_of(one: Allow, other: Allow) -> bool:
    if one.everyone:
        return True
    if other.everyone:
        return False
    return one.roles is None or (other.roles is not None and other.roles <= one.roles)


def _restricted(of: Conditions, entry: Entry, rule: Restrict) -> Iterator[Drafted]:
    """Yield what a restriction narrows. One of reading narrows updates and deletes too, whether they read or not.

    PostgreSQL lets the policies of SELECT judge the new row of an UPDATE that reads. A restriction without `check` does
    not, so a statement by which a row leaves it carries its lift.
    """
    lifts = rule.when if not rule.lift else liftable(of.catalog, entry, rule)
    leaves = liftable(of.catalog, entry, rule) if judges_new_rows_of_reading(rule) else lifts
    if Action.READ in rule.actions:
        yield rule.name, Action.READ, False, leaves, None
    if Action.CREATE in rule.actions and rule.check:
        yield rule.name, Action.CREATE, False, None, lifts
    if rule.actions & {Action.READ, Action.UPDATE}:
        # USING would judge the new row too, if no CHECK were given.
        yield rule.name, Action.UPDATE, False, lifts, lifts if rule.check else true()
    if rule.actions & {Action.READ, Action.DELETE}:
        yield rule.name, Action.DELETE, False, lifts, None
