"""Tables whose decision follows another table's: by `can()` in a rule, or as the table of a joined subclass."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, and_
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import TableClause

from rowgate.action import Action
from rowgate.entry import Entry, conditions
from rowgate.errors import CatalogError
from rowgate.permission import Can, TableKey, join_keys, table_key
from rowgate.policy import EVERYONE, Policy

Node = tuple[TableKey, Action]


def is_joined(mapper: Mapper[Any]) -> bool:
    """Return whether a mapper keeps a table of its own, joined to its parent's."""
    parent = mapper.inherits
    return parent is not None and not mapper.concrete and mapper.local_table is not parent.local_table


def inheritance(mapper: Mapper[Any], *, alone: bool) -> Policy:
    """Return the rules by which the table of a joined subclass follows its parent's.

    Args:
        mapper: of the subclass.
        alone: whether no policy of its own speaks for the table.

    Raises:
        CatalogError: the join is more than equal keys.
    """
    child: Any = mapper.local_table
    above: Any = mapper.inherits
    parent: Any = above.local_table
    pairs = join_keys(mapper.inherit_condition, child, parent) if isinstance(parent, Table) else []
    if not pairs or not isinstance(child, Table):
        raise CatalogError(f"{mapper.class_.__name__}: it is joined to its parent by more than equal keys")
    policy = Policy(child)
    names, keys = tuple(str(theirs.name) for _, theirs in pairs), tuple(ours for ours, _ in pairs)
    if alone:
        policy.allow(*Action, to=EVERYONE, name="inherited")

    def followed(action: Action) -> Can:
        return Can(str(action), table_key(parent), names, keys, whole=True)

    for action in Action:
        # A new row hangs on a parent's row that may be made, and read: not on one that stands already, out of sight.
        when = and_(followed(action), followed(Action.READ)) if action is Action.CREATE else followed(action)
        policy.restrict(action, when=when, name=f"{action} follows {parent.name}", check=action is not Action.DELETE)
    return policy


def follows(condition: Any) -> list[Can]:
    """Return the terms of a condition that ask another table."""
    return [element for element in visitors.iterate(condition) if isinstance(element, Can)]


def check_cycles(entries: Mapping[TableKey, Entry]) -> None:
    """Refuse decisions that follow themselves.

    Raises:
        CatalogError: with the tables and actions on the way.
    """
    steps = {(key, action): _steps(entry, action) for key, entry in entries.items() for action in Action}
    done: set[Node] = set()

    def visit(node: Node, way: tuple[Node, ...]) -> None:
        if node in way:
            told = " -> ".join(f"{action} {key[1]}" for key, action in (*way[way.index(node) :], node))
            raise CatalogError(f"can() goes in a circle: {told}")
        if node not in done:
            for step in steps.get(node, ()):
                visit(step, (*way, node))
            done.add(node)

    for node in steps:
        visit(node, ())


def mark_self_readers(entries: Mapping[TableKey, Entry]) -> dict[TableKey, Entry]:
    """Return the entries; those are marked whose rules follow a table whose rules read them again."""
    return {
        key: replace(entry, reads_itself=key in _reached(entries, _followed([entry]))) for key, entry in entries.items()
    }


def _followed(entries: Iterable[Entry]) -> set[TableKey]:
    return {term.table for entry in entries for condition in conditions(entry) for term in follows(condition)}


def _reached(entries: Mapping[TableKey, Entry], tables: set[TableKey]) -> set[TableKey]:
    """Return the tables that the rules of these tables read, and those of the tables that they follow."""
    reached: set[TableKey] = set()
    seen: set[TableKey] = set()
    waiting = set(tables)
    while waiting:
        key = waiting.pop()
        seen.add(key)
        entry = entries[key]
        for condition in conditions(entry):
            reached |= {
                table_key(element) for element in visitors.iterate(condition) if isinstance(element, TableClause)
            }
        waiting |= _followed([entry]) - seen
    return reached


def _steps(entry: Entry, action: Action) -> set[Node]:
    """Return the decisions that this one asks: those its rules follow, and that of reading."""
    rules = [rule.when for rule in entry.restricts if action in rule.actions]
    for allow in entry.allows:
        if action in allow.actions:
            rules += [allow.when, allow.check]
    found = {(term.table, Action(term.action)) for rule in rules for term in follows(rule)}
    return found | ({(entry.key, Action.READ)} if action in (Action.UPDATE, Action.DELETE) else set())
