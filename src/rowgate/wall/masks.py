"""Masks: a column that nobody reads is not granted; what may be written into a masked one, the database judges.

That a column reads as NULL on some rows, or for some roles, row security cannot say: the gate says it.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_

from rowgate.action import Action
from rowgate.decision import all_of
from rowgate.entry import Entry
from rowgate.policy import Mask
from rowgate.wall.terms import Speaks


def is_never_read(mask: Mask) -> bool:
    """Return whether no principal reads the column on any row."""
    return mask.unless is None and mask.unless_when is None


def is_never_written(mask: Mask) -> bool:
    """Return whether no principal may give the column a value of their choice."""
    return mask.writable is None and (mask.unless is None or mask.unless_when is not None)


def written_by(mask: Mask) -> list[Any]:
    """Return the conditions under which the column may be written: the role that reads it everywhere, or `writable`."""
    free = [Speaks(mask.unless, everyone=False)] if mask.unless is not None and mask.unless_when is None else []
    return free if mask.writable is None else [*free, mask.writable]


def default_of(entry: Entry, name: str) -> bool:
    """Return whether a new row has a value in the column that nobody gave."""
    column = entry.column(name)
    return column.default is not None or column.server_default is not None


def is_left_out(entry: Entry, mask: Mask) -> bool:
    """Return whether an INSERT need not name the column: the database fills it, and nobody may."""
    column = entry.column(mask.column)
    return is_never_written(mask) and column.server_default is not None and column.default is None


def insertions(spoken: Entry, entry: Entry) -> Iterator[tuple[str, Action, bool, None, Any]]:
    """Yield what new rows must hold in masked columns: nothing, unless it may be written.

    Which columns a statement gives, a policy does not see. Where there is a default, it cannot tell.
    """
    if not any(Action.CREATE in rule.actions for rule in entry.allows):
        return
    for name, mask in entry.masks.items():
        if not default_of(entry, name):
            empty = spoken.column(name).is_(None)
            yield f"mask of {name}", Action.CREATE, False, None, or_(empty, *written_by(mask))


def unsaid(entry: Entry) -> list[str]:
    """Return what the wall cannot say of a table's masks, in sentences."""
    found = []
    for name, mask in entry.masks.items():
        if not is_never_read(mask):
            found.append(f"{name} is masked for some roles or rows only: text that reads the row reads it")
        creates = any(Action.CREATE in rule.actions for rule in entry.allows)
        if creates and default_of(entry, name) and not is_left_out(entry, mask):
            found.append(f"{name} has a default: the wall cannot tell it from a value that an INSERT gives")
    return found


def overwriting(entry: Entry) -> dict[str, Any]:
    """Return, for each masked column that some may overwrite, the condition on the row as it is."""
    return {
        name: or_(*written_by(mask)) if len(written_by(mask)) > 1 else all_of(written_by(mask))
        for name, mask in entry.masks.items()
        if not is_never_written(mask)
    }
