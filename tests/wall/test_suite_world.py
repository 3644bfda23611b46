"""The world of the conformance suite behind the wall alone, judged by its own truth in plain Python."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from rowgate import Principal
from rowgate.testing.world import make_rows
from rowgate.testing.world_models import Base
from rowgate.testing.world_policies import make_catalog
from rowgate.testing.world_rows import ADMIN_D, BARE_D, FREE_A, FREE_C, PAID_A, PAID_C
from rowgate.testing.world_truth import Truth
from wall.walls import DENIED, Walled, walled

EVERYBODY = [FREE_A, PAID_A, FREE_C, PAID_C, BARE_D, ADMIN_D, Principal.anonymous()]
WHO = pytest.mark.parametrize("who", EVERYBODY, ids=repr)
MASKED = {("users", "hashed_password"), ("users", "email")}


@pytest.fixture(scope="module")
def suite(cluster: Any) -> Iterator[Walled]:
    """Give this world behind a wall."""

    def populate(session: Session) -> None:
        rows = make_rows()
        for table in Base.metadata.sorted_tables:
            if rows[table.key]:
                session.execute(insert(table), rows[table.key])

    with walled(cluster, make_catalog(), populate) as found:
        yield found


def plain(table: Any) -> list[Any]:
    """Return the columns that no mask is on."""
    return [column for column in table.c if (table.name, column.name) not in MASKED]


@WHO
def test_every_table_shows_what_the_truth_says(suite: Walled, who: Any) -> None:
    """Table by table, joined leaves and both of a concrete hierarchy too."""
    rows = make_rows()
    for lifts in [frozenset[str](), frozenset({"soft-delete"})] if "admin" in who.roles else [frozenset[str]()]:
        seen = Truth(who, rows, lifts).seen(rows)
        for table in Base.metadata.sorted_tables:
            keys = list(table.primary_key) or plain(table)
            shown = {tuple(row) for row in suite.by_wall(who, select(*keys), lifts)}
            expected = {tuple(row[str(c.name)] for c in keys) for row in seen[table.key]}
            assert shown == expected, table.name


@WHO
def test_writes_are_those_of_the_gate(suite: Walled, who: Any) -> None:
    """Each table as a whole, and each row of it: updated, deleted, copied under another owner."""
    for table in Base.metadata.sorted_tables:
        if not table.primary_key:
            continue
        # Not one that needs cover: what an expression sets, the gate takes for a change, and the wall compares.
        column = table.c.get("title", next(c for c in reversed(plain(table)) if c.computed is None))
        same(suite, who, update(table).values({column: column}))
        for row in suite.stored(select(*table.primary_key))[:12]:
            key = [c == value for c, value in zip(table.primary_key, row, strict=True)]
            same(suite, who, delete(table).where(*key))
            if "owner_id" in table.c:
                same(suite, who, update(table).where(*key).values(owner_id=FREE_C.id))


def same(suite: Walled, who: Any, statement: Any) -> None:
    """Both do the same; a right that nobody has is denied by the wall for no row too."""
    wall, gate = suite.by_wall(who, statement), suite.by_gate(who, statement)
    assert wall == gate or (wall == DENIED and gate == 0), (wall, gate, str(statement))
