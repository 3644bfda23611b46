"""The rights of the application's role: on each table what some rule allows, and nothing else.

See https://www.postgresql.org/docs/current/ddl-priv.html.
"""

from typing import Any

from sqlalchemy import Sequence

from rowgate.action import Action
from rowgate.entry import Entry
from rowgate.wall.functions import Conditions
from rowgate.wall.masks import is_left_out, is_never_read, is_never_written
from rowgate.wall.objects import Grant, identifier
from rowgate.wall.policies import COMMANDS
from rowgate.wall.table_objects import LONGEST, Rights, qualified


def rights(of: Conditions, entry: Entry, *, role: str) -> list[Rights | Grant]:
    """Return what the application's role may do with a table, and with the sequences that its defaults draw from."""
    schema = of.schema_of(entry)
    withheld = {
        Action.READ: {name for name, mask in entry.masks.items() if is_never_read(mask)},
        Action.CREATE: {name for name, mask in entry.masks.items() if is_left_out(entry, mask)},
        Action.UPDATE: {name for name, mask in entry.masks.items() if is_never_written(mask)},
        Action.DELETE: set[str](),
    }
    allowed = [action for action in Action if any(action in rule.actions for rule in entry.allows)]
    given = [(str(COMMANDS[action]), _columns(entry, action, withheld[action])) for action in allowed]
    found: list[Rights | Grant] = [Rights(schema, entry.name, role, tuple(one for one in given if one[1] != ()))]
    if allowed:
        found.append(Grant("USAGE", f"SCHEMA {identifier(schema)}", role))
    if Action.CREATE in allowed:
        found += [Grant("USAGE", f"SEQUENCE {name}", role) for name in _sequences(of, entry, schema)]
    return found


def _columns(entry: Entry, action: Action, withheld: set[str]) -> tuple[str, ...] | None:
    """Return the columns that a privilege is limited to; None where it is for all.

    `ctid` is read too: by it the gate ties an expression that raises to a row.
    """
    if not withheld:
        return None
    columns = [str(column.name) for column in entry.table.c if str(column.name) not in withheld]
    return (*columns, "ctid") if action is Action.READ else tuple(columns)


def _sequences(of: Conditions, entry: Entry, schema: str) -> list[str]:
    """Return the sequences that an INSERT draws from with the rights of whoever inserts; identity columns need none."""
    found = []
    for column in entry.table.c:
        default: Any = column.default
        if isinstance(default, Sequence):
            found.append(qualified(default.schema or of.schema, default.name))
        elif column is entry.table._autoincrement_column and not _is_filled(column):
            found.append(qualified(schema, serial_name(entry.name, str(column.name))))
    return found


def _is_filled(column: Any) -> bool:
    return any(given is not None for given in (column.identity, column.default, column.server_default))


def serial_name(table: str, column: str) -> str:
    """Return what PostgreSQL calls the sequence of a serial column: the longer name is cut until all fits.

    >>> serial_name("documents", "id")
    'documents_id_seq'
    >>> len(serial_name("x" * 60, "y" * 60))
    63
    """
    names = [table.encode(), column.encode()]
    while sum(map(len, names)) > LONGEST - len("__seq"):
        longer = 0 if len(names[0]) > len(names[1]) else 1
        names[longer] = names[longer][:-1]
    return "_".join([*(name.decode(errors="ignore") for name in names), "seq"])
