"""The suite's world without masks, for protections that know of none: who sees a row sees all of it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from rowgate.principal import Principal
from rowgate.testing.state import Change, State, key_of
from rowgate.testing.world import OwnWorld, Seen
from rowgate.testing.world_rows import PRINCIPALS, make_rows
from rowgate.testing.world_truth import Truth


@cache
def masked_columns() -> dict[str, frozenset[str]]:
    """Return the columns that somebody reads otherwise than they are, by table: found by asking, so that new ones count."""
    rows = make_rows()
    found: dict[str, set[str]] = {}
    for who in PRINCIPALS.values():
        truth = Truth(who, rows)
        for table, all_ in rows.items():
            for row in all_:
                shown = truth.masked(table, row)
                found.setdefault(table, set()).update(name for name, value in row.items() if shown[name] != value)
    return {table: frozenset(columns) for table, columns in found.items() if columns}


class UnmaskedWorld(OwnWorld):
    """The suite's own world, judged without masks."""

    async def seen(self, who: Principal, lifts: frozenset[str], state: State) -> Seen:
        """Return what a principal may read, as it is."""
        seen = await super().seen(who, lifts, state)
        tables = self.metadata.tables
        return {name: [dict(state[name][key_of(tables[name], row)]) for row in rows] for name, rows in seen.items()}

    async def forbidden(
        self, who: Principal, lifts: frozenset[str], changes: Iterable[Change], before: State
    ) -> list[Change]:
        """Return the changes that a principal may not make, masked columns left out of the question."""
        changes = list(changes)
        asked = [_without_masks(change) for change in changes]
        wrong = {id(change) for change in await super().forbidden(who, lifts, asked, before)}
        return [change for change, one in zip(changes, asked, strict=True) if id(one) in wrong]


def _without_masks(change: Change) -> Change:
    """Return a change that leaves masked columns as they were, or empty."""
    if change.new is None:
        return replace(change)
    names = masked_columns().get(change.table, frozenset())
    return replace(change, new={**change.new, **{name: (change.old or {}).get(name) for name in names}})
