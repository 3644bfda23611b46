"""Full-text search behind the wall: a function for each column that a policy lets search, with the decision inside.

Row security judges rows before conditions that could tell of them, and `@@` could: it is not leakproof, so no index would
serve it (https://www.postgresql.org/docs/current/rules-privileges.html). The function runs as the owner of the table, whom
row security lets pass, and returns keys and ranks of those rows alone that whoever acts may read.
"""

import re
from collections.abc import Iterator
from typing import Any

from rowgate.catalog import Catalog
from rowgate.decision import readable
from rowgate.entry import Entry
from rowgate.wall.functions import Conditions
from rowgate.wall.generic import ANYBODY
from rowgate.wall.literals import sql_type
from rowgate.wall.objects import Function
from rowgate.wall.render import SCHEMA, Place
from rowgate.wall.table_objects import qualified, shortened

ROWS = 20
"""A page. With PostgreSQL's own 1,000 it may read the whole table to join them, each row judged by row security."""


def functions(of: Conditions) -> Iterator[Function]:
    """Yield the functions of a catalog: the words, how many rows at most (NULL: all), and the rank and key to go on from."""
    for entry in of.entries.values():
        for column in sorted(entry.searches):
            yield _function(of, entry, column)


def _function(of: Conditions, entry: Entry, column: str) -> Function:
    (key,) = entry.table.primary_key
    compiler = of.compiler(entry, Place.TABLE)
    searched, named = compiler.text(entry.column(column)), compiler.text(key)
    decision = compiler.text(readable(entry, ANYBODY))
    type_ = sql_type(key.type, of.dialect)
    found = (
        f"SELECT {named}, ts_rank_cd({searched}, $1)::double precision"  # noqa: S608 - rendered, all of it
        f" FROM {qualified(of.schema_of(entry), entry.name)} WHERE {searched} @@ $1 AND ({decision})"
    )
    body = (
        f"BEGIN\n  RETURN QUERY SELECT one.key, one.rank FROM ({found}) AS one (key, rank)\n"  # noqa: S608 - as above
        "    WHERE $3 IS NULL OR one.rank < $3 OR (one.rank = $3 AND one.key < $4)\n"
        "    ORDER BY one.rank DESC, one.key DESC LIMIT $2;\nEND"
    )
    returned = f'TABLE ("out_key" {type_}, "out_rank" double precision)'
    asked = f"tsquery, bigint, double precision, {type_}"
    # PostgreSQL would plan it anew for each search, since it knows how rare the words are: 0.2 to 0.5 ms each time.
    return Function(SCHEMA, name_of(entry, column), asked, returned, body, "plpgsql", rows=ROWS, planned_once=True)


def name_of(entry: Entry, column: str) -> str:
    """Return the name of the function of a column."""
    label = "_".join(part for part in ("search", entry.table.schema, entry.name, column) if part is not None)
    return shortened(re.sub(r"[^a-z0-9]+", "_", label.lower()))


def callable_by_statements(catalog: Catalog) -> dict[str, str]:
    """Return the functions as `catalog.functions` has them: the name, and why a statement may call it."""
    entries: Any = catalog.entries.values()
    return {
        f"{SCHEMA}.{name_of(entry, column)}": "the wall's own, with the decision inside"
        for entry in entries
        for column in entry.searches
    }
