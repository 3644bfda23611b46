"""The trees: one strategy that grows any of them."""

from typing import Any

from hypothesis import strategies as st

from proof.arena import Tree
from proof.entities import EntityGrower, dump
from proof.small_world import PRINCIPALS, rows
from proof.truth import Truth, key_of
from proof.write_trees import WriteGrower
from proof.writes import Criteria, UnitOfWork, named


class Everything(EntityGrower, WriteGrower):
    """Grows everything."""


KINDS = [
    "select",
    "select",
    "entities",
    "select",
    "entities",
    "program",
    "criteria",
    "criteria",
    "insert",
    "unit",
    "lock",
    "other",
]


@st.composite
def trees(draw: Any, *, postgres: bool) -> Tree:
    """Return one random thing to do, and as whom."""
    grower = Everything(draw, postgres=postgres)
    kind = grower.pick(KINDS)
    who = [grower.pick([0, 0, *range(len(PRINCIPALS))])]
    if kind == "select":
        if postgres and grower.chance(5):
            made, ordered = grower.whole_rows(), False
        else:
            made, ordered = grower.statement()
        if who == [0] and grower.chance(30):
            who = [0, 1]  # one variant, so one compiled SQL: its binds must be each one's own
        work = lambda session: [tuple(row) for row in session.execute(made)]  # noqa: E731
        return Tree(kind, made, who, work, work, ordered)
    if kind == "entities":
        made, look = grower.orm_select()
        return Tree(kind, made, who, look, look)
    if kind == "other":
        made, look = grower.other_select()
        return Tree(kind, made, who, look, look)
    if kind == "lock":
        made, look, locked = grower.lock()
        truth, narrowed = Truth(*PRINCIPALS[who[0]], rows()), made
        for source in locked:
            found = [row for row in truth.state[source.table] if truth.updates(source.table, row)]
            narrowed = narrowed.where(named(source.table, [key_of(source.table, row) for row in found], source.keys))
        return Tree(kind, made, who, look, lambda session: dump([tuple(row) for row in session.execute(narrowed)]))
    if kind == "program":
        shown, steps = grower.program()
        return Tree(kind, shown, who, steps, steps, ordered=True)
    write: Criteria | UnitOfWork
    if kind == "unit":
        write = grower.unit_of_work()
    else:
        write = grower.by_criteria() if kind == "criteria" else grower.insertion()
    name = kind if isinstance(write, UnitOfWork) else write.action
    return Tree(name, write, who, _nothing, _nothing, write=write)


def _nothing(_session: Any) -> None:
    """Do nothing: the write judges itself."""
