"""`columns=` and masked columns: which columns an UPDATE changes, row security does not see. Triggers do.

They run before the row is written and before other triggers, so that they judge what the statement sets, as the gate
does. They run as whoever writes: the table's owner passes, and so does whatever runs as its owner.
"""

from typing import Any

from rowgate.action import Action
from rowgate.decision import covering
from rowgate.entry import Entry
from rowgate.wall.functions import Conditions
from rowgate.wall.generic import ANYBODY
from rowgate.wall.masks import overwriting
from rowgate.wall.objects import Function, identifier, literal
from rowgate.wall.render import SCHEMA, Place
from rowgate.wall.table_objects import Trigger, shortened

_PATH = "pg_catalog, pg_temp"
_OWNER = "pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE')"
DENIED = "42501"
"""The SQLSTATE of a denial, insufficient_privilege: the one by which row security denies a new row."""


def triggers(of: Conditions, entry: Entry) -> list[Function | Trigger]:
    """Return the triggers of a table, each with its function."""
    found: list[Function | Trigger] = []
    covers = _covers(of, entry)
    if covers:
        tests = []
        for cover, columns in covers.items():
            old, new = (", ".join(f"{row}.{identifier(c)}" for c in columns) for row in ("OLD", "NEW"))
            # As images: values that are merely equal may differ, and no setting of a session rounds them.
            tests.append(f"(ROW({old})::record *<> ROW({new})::record AND ({cover}) IS NOT TRUE)")
        columns = tuple(name for names in covers.values() for name in names)
        found += _trigger(of, entry, "columns", columns, "\n    OR ".join(tests))
    for name, condition in overwriting(of.entries[entry.key]).items():
        if any(Action.UPDATE in rule.actions for rule in entry.allows):
            rule = f"mask of {name}"
            opened = of.text(entry, condition, rule=rule, place=Place.TRIGGER)
            found += _trigger(of, entry, rule, (name,), f"({opened}) IS NOT TRUE")
    return found


def _covers(of: Conditions, entry: Entry) -> dict[str, tuple[str, ...]]:
    """Return the columns that need cover, by the condition that covers them."""
    changes = [str(c.name) for c in entry.table.c if not _changes_by_itself(c)]
    found: dict[str, tuple[str, ...]] = {}
    for name, cover in covering(of.entries[entry.key], ANYBODY, changes).items():
        text = of.text(entry, cover, rule="columns", place=Place.TRIGGER)
        found[text] = (*found.get(text, ()), name)
    return found


def _changes_by_itself(column: Any) -> bool:
    return column.computed is not None or column.onupdate is not None or column.server_onupdate is not None


def _trigger(
    of: Conditions, entry: Entry, what: str, columns: tuple[str, ...], denied: str
) -> tuple[Function, Trigger]:
    schema = of.schema_of(entry)
    name = shortened(f"{entry.name if entry.table.schema is None else f'{schema}_{entry.name}'} {what}")
    message = literal(f"rowgate:RG201:{entry.table.fullname}")
    body = (
        f"BEGIN\n  IF NOT {_OWNER} AND (\n    {denied}\n  ) THEN\n"
        f"    RAISE EXCEPTION USING ERRCODE = '{DENIED}', MESSAGE = {message};\n  END IF;\n  RETURN NEW;\nEND"
    )
    # STABLE: its sub-selects see the rows as they were before the statement, as row security does, in whatever order the
    # rows are written (https://www.postgresql.org/docs/current/trigger-datachanges.html).
    function = Function(SCHEMA, name, "", "trigger", body, "plpgsql", "STABLE", definer=False, search_path=_PATH)
    # PostgreSQL runs triggers by name, and this one goes before those that may change what it judges.
    return function, Trigger(schema, entry.name, shortened(f"!rowgate {what}"), columns, (SCHEMA, name))
