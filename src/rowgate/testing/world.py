"""What the suite is run on: tables, rows, the truth about them, and what cases may touch. Here: the suite's own world."""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import DDL, MetaData

from rowgate.catalog import Catalog
from rowgate.principal import Principal
from rowgate.testing.case import Model
from rowgate.testing.state import Change, Row, State, insert, set_sequences
from rowgate.testing.world_models import VIEWS, Base, Document
from rowgate.testing.world_policies import make_catalog
from rowgate.testing.world_rows import FREE_A, PRINCIPALS, Rows, key, make_rows
from rowgate.testing.world_truth import Truth

Seen = dict[str, list[Row]]


class NotKnown(Exception):
    """Nobody can say whether a change is permitted."""


class World(Protocol):
    """Tables with rows, and the truth about them."""

    metadata: MetaData
    catalog: Catalog
    views: dict[str, Any]
    own: bool
    """Whether it is the suite's own, which may be made anew."""

    async def fill(self, connection: Any) -> None:
        """Put all rows into empty tables."""

    async def seen(self, who: Principal, lifts: frozenset[str], state: State) -> Seen:
        """Return what a principal may read, masks applied."""
        ...

    async def forbidden(
        self, who: Principal, lifts: frozenset[str], changes: Iterable[Change], before: State
    ) -> list[Change]:
        """Return the changes that a principal may not make. Raise NotKnown if none is known to be so, and one may be."""
        ...

    async def models(self, who: Principal, state: State) -> list[Model]:
        """Return what cases may touch."""
        ...


class OwnWorld:
    """The suite's own world: `world_models`, `world_policies`, `world_rows`, `world_truth`."""

    def __init__(self) -> None:
        self.metadata = Base.metadata
        self.catalog = make_catalog()
        self.views: dict[str, Any] = VIEWS
        self.own = True
        self.principals = PRINCIPALS
        self.default = FREE_A

    async def fill(self, connection: Any) -> None:
        """Put all rows into empty tables."""
        rows = make_rows()
        for table in self.metadata.sorted_tables:
            await insert(connection, table, rows[table.key])
        if connection.dialect.name == "postgresql":
            await set_sequences(connection, self.metadata)

    async def seen(self, who: Principal, lifts: frozenset[str], state: State) -> Seen:
        """Return what a principal may read, masks applied."""
        rows = _rows(state)
        return Truth(who, rows, lifts).seen(rows)

    async def forbidden(
        self, who: Principal, lifts: frozenset[str], changes: Iterable[Change], before: State
    ) -> list[Change]:
        """Return the changes that a principal may not make: each judged by the rows as they were before.

        Rows that are new count too: a child may come with its parent, which is judged by itself.
        """
        changes = list(changes)
        rows = _rows(before)
        for change in changes:
            if change.old is None and change.new is not None:
                rows[change.table].append(change.new)
        truth = Truth(who, rows, lifts)
        return [change for change in changes if not _may(truth, change)]

    async def models(self, who: Principal, state: State) -> list[Model]:  # noqa: ARG002 - a team's world needs it
        """Return the documents that are hidden, seen and one's own."""
        letter = "a" if who.id == FREE_A.id else "c"
        hidden, seen, own = ("b000", "b100", "a100") if letter == "a" else ("b000", "a000", "c000")
        if not who.roles:
            seen = own = ""
        if "admin" in who.roles:
            hidden, seen, own = "b001", "b100", "a100"
        return [Model(Document, "id", "content", key(hidden), key(seen) if seen else None, key(own) if own else None)]


def _rows(state: State) -> Rows:
    return {table: list(found.values()) for table, found in state.items()}


def _may(truth: Truth, change: Change) -> bool:
    if change.old is None:
        return truth.creates(change.table, change.new or {})
    if change.new is None:
        return truth.deletes(change.table, change.old)
    return truth.updates(change.table, change.old, change.new)


def view_ddl(views: dict[str, Any], dialect: Any, *, temporary: bool = False) -> list[DDL]:
    """Return the statements that create views."""
    word = "TEMPORARY VIEW" if temporary else "VIEW"
    made = []
    for name, query in views.items():
        text = str(query.compile(dialect=dialect)).replace("%", "%%")
        made.append(DDL(f"CREATE {word} {name} AS {text}"))
    return made
