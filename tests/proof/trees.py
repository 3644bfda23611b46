"""The trees: one strategy that grows any of them."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from proof.arena import Tree
from proof.entities import EntityGrower, rows_of
from proof.further_trees import FurtherGrower
from proof.small_world import PRINCIPALS, rows
from proof.truth import Truth
from proof.upserts import UpsertGrower
from proof.writes import Criteria


class Everything(FurtherGrower, EntityGrower, UpsertGrower):
    """Grows everything."""


KINDS = (
    *(
        "select",
        "select",
        "entities",
        "criteria",
        "select",
        "entities",
        "program",
        "criteria",
        "insert",
        "unit",
        "lock",
    ),
    *("other", "polymorphic", "upsert", "leaves", "criteria", "criteria", "insert", "upsert"),
)
WRITES = ("criteria", "criteria", "insert", "upsert", "unit", "leaves")


@cache
def truth_of(n: int) -> Truth:
    """Return what is true of a principal before anything is written."""
    return Truth(*PRINCIPALS[n], rows())


@st.composite
def trees(draw: Any, *, postgres: bool, kinds: tuple[str, ...] = KINDS) -> Tree:
    """Return one random thing to do, and as whom."""
    grower = Everything(draw, postgres=postgres)
    kind = grower.pick([*kinds, *(["cte"] if postgres else [])])
    who = [grower.pick([0, 0, *range(len(PRINCIPALS))])]
    tree = _grown(grower, kind, who, postgres=postgres)
    tree.tags = frozenset(grower.tags)
    return tree


def _grown(grower: Everything, kind: str, who: list[int], *, postgres: bool) -> Tree:  # noqa: PLR0911 - one for each kind
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
    if kind == "polymorphic":
        made, look = grower.polymorphic()
        return Tree(kind, made, who, look, look)
    if kind == "lock":
        made, narrowed = grower.pick([grower.lock, grower.lock_within])(truth_of(who[0]))
        return Tree(kind, made, who, rows_of(made), rows_of(narrowed))
    if kind == "program":
        shown, steps = grower.program()
        return Tree(kind, shown, who, steps, steps, ordered=True)
    grower.asks = grower.chance(2)  # can() in a write is refused, and counted
    write: Any = {
        "unit": grower.unit_of_work,
        "leaves": grower.leaf_work,
        "criteria": grower.by_criteria,
        "upsert": grower.upsert,
        "cte": grower.in_cte,
    }.get(kind, grower.insertion)()
    name = write.action if isinstance(write, Criteria) and write.wrap is None else kind
    return Tree(name, write, who, _nothing, _nothing, write=write)


def _nothing(_session: Any) -> None:
    """Do nothing: the write judges itself."""
