"""A team's own models, judged by what the guard says in its plainest form, on the owner's login.

What a principal reads is `SELECT` of a table's columns; whether it may make a change is that one change, to that one row,
alone. The suite compares all other ways with these; that these are right is shown on the suite's own world.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Enum, String, Table, UniqueConstraint, and_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Mapper

from rowgate.catalog import Catalog
from rowgate.errors import RowgateError
from rowgate.permission import can
from rowgate.principal import Principal
from rowgate.session import guarded_sessionmaker
from rowgate.testing.case import Model
from rowgate.testing.facade import facade
from rowgate.testing.state import Change, Key, Row, State, key_of
from rowgate.testing.world import NotKnown, Seen

TRIED = 20
"""So many rows are tried, to find one whose text a principal may change."""


class TeamWorld:
    """The tables of a catalog, with the rows that are in them."""

    def __init__(self, catalog: Catalog, owner: Any, entities: Iterable[Any] | None = None) -> None:
        self.catalog = catalog
        self.metadata = catalog.metadata
        names = Counter(str(table.name) for table in self.metadata.tables.values())
        twice = sorted(name for name, number in names.items() if number > 1)
        if twice:
            raise ValueError(f"several schemas have a table {', '.join(twice)}: the suite cannot put both out of sight")
        self.views: dict[str, Any] = {}
        self.own = False
        self.entities = [inspect(entity) for entity in entities] if entities is not None else self._entities()
        self._open = guarded_sessionmaker(owner, catalog, audit=lambda _event: None)

    def _entities(self) -> list[Mapper[Any]]:
        """Return the mapped classes whose tables have a policy."""
        tables = [entry.table for entry in self.catalog.entries.values() if entry.reason is None]
        mappers = self.catalog._all_mappers()
        return [mapper for mapper in mappers if mapper.local_table in tables and mapper.inherits is None]

    async def fill(self, connection: Any) -> None:
        """Do nothing: the rows are the team's."""

    async def seen(self, who: Principal, lifts: frozenset[str], state: State) -> Seen:  # noqa: ARG002 - as the protocol
        """Return what a principal may read, masks applied."""
        found: Seen = {}
        async with facade(self._open(who, lift=lifts)) as session:
            for table in self.metadata.sorted_tables:
                names = [str(column.name) for column in table.c]
                rows = (await session.execute(select(*table.c))).all()
                found[table.key] = [dict(zip(names, row, strict=True)) for row in rows]
        return found

    async def forbidden(
        self,
        who: Principal,
        lifts: frozenset[str],
        changes: Iterable[Change],
        before: State,  # noqa: ARG002 - as the protocol
    ) -> list[Change]:
        """Return the changes that a principal may not make: each is tried alone, and rolled back.

        Raises:
            NotKnown: if the database refuses one of them, whoever makes it, and no other is known to be forbidden.
        """
        wrong, doubts = [], []
        for change in changes:
            async with facade(self._open(who, lift=lifts)) as session:
                try:
                    if not await _tried(session, self.metadata.tables[change.table], change):
                        wrong.append(change)
                except SQLAlchemyError as error:
                    doubts.append(f"{change}, tried alone: {type(error).__name__}: {getattr(error, 'orig', error)}")
        if doubts and not wrong:
            raise NotKnown("; ".join(doubts)[:800])
        return wrong

    async def models(self, who: Principal, state: State) -> list[Model]:
        """Return each entity with its hidden, seen and own rows; only those with hidden ones."""
        seen = await self.seen(who, frozenset(), state)
        found = []
        for mapper in self.entities:
            table, texts = mapper.local_table, self.texts_of(mapper)
            if not isinstance(table, Table) or not texts or len(mapper.primary_key) != 1:
                continue
            readable = {key_of(table, row) for row in seen[table.key]}
            hidden = sorted(state[table.key].keys() - readable, key=repr)
            if not hidden:
                continue
            rows = state[table.key]
            text = max(texts, key=lambda text: _telling(rows, readable, str(mapper.columns[text].name)))
            own, others = await self._own(who, table, str(mapper.columns[text].name), rows)
            seen_only = sorted((readable - set(own)) | others, key=repr)
            key = mapper.get_property_by_column(mapper.primary_key[0]).key
            found.append(Model(mapper.class_, key, text, hidden[0][0], _first(seen_only), _first(own)))
        return found

    async def _own(self, who: Principal, table: Table, text: str, rows: dict[Key, Row]) -> tuple[list[Key], set[Key]]:
        """Return the rows that a principal may change, one whose text may be changed first; and those whose text may not.

        `columns=` may let other columns be changed: so the change is tried, alone, on one row after the other.
        """
        async with facade(self._open(who)) as session:
            keys = select(*table.primary_key).where(can("update", table))
            own = sorted((tuple(row) for row in (await session.execute(keys)).all()), key=repr)
        others = set[Key]()
        for key in own[:TRIED]:
            change = Change(table.key, key, rows[key], {**rows[key], text: "changed"})
            async with facade(self._open(who)) as session:
                try:
                    if await _tried(session, table, change):
                        return [key, *own], others
                except SQLAlchemyError:  # the database refuses it, whoever asks
                    continue
            others.add(key)
        return [], others

    def texts_of(self, mapper: Mapper[Any]) -> list[str]:
        """Return the names of the text attributes that any text can be written to.

        No keys, masked columns, enumerations and generated columns, none that SQLAlchemy itself goes by, and unique ones
        only where there are no others: cases write one text to many rows.
        """
        table: Any = mapper.local_table
        masks = self.catalog.entries[table.schema, str(table.name)].masks
        found = {}
        for attribute in mapper.column_attrs:
            column: Any = attribute.columns[0]
            if getattr(column, "table", None) is not table or column.name in masks:
                continue
            text = isinstance(column.type, String) and not isinstance(column.type, Enum)
            led = column.primary_key or column.foreign_keys or column.computed is not None
            if text and not led and column is not mapper.polymorphic_on and column is not mapper.version_id_col:
                found[str(attribute.key)] = _is_unique(column)
        return [name for name, unique in found.items() if not unique] or list(found)


def _telling(rows: dict[Key, Row], readable: set[Key], name: str) -> int:
    """Return how many texts of a column only hidden rows have: the more, the more a case proves."""
    return len({row[name] for key, row in rows.items() if key not in readable} - {rows[key][name] for key in readable})


def _is_unique(column: Any) -> bool:
    """Return whether a column is unique, or a part of what is."""
    constraints = [one for one in column.table.constraints if isinstance(one, UniqueConstraint)]
    return any(column.name in one.columns for one in [*constraints, *(i for i in column.table.indexes if i.unique)])


def _first(keys: list[Key]) -> Any:
    return keys[0][0] if keys else None


async def _tried(session: Any, table: Table, change: Change) -> bool:
    """Return whether a session may make one change; it is never committed. What the database says against it is raised."""
    named = and_(*(column == value for column, value in zip(table.primary_key, change.key, strict=True)))
    old, new = change.old, change.new
    keys = {str(column.name): column.key for column in table.c}
    statement: Any
    if old is None:
        statement = table.insert().values({keys[n]: value for n, value in (new or {}).items() if value is not None})
    elif new is None:
        statement = table.delete().where(named)
    else:
        statement = table.update().where(named)
        statement = statement.values({keys[n]: value for n, value in new.items() if value != old[n]})
    try:
        result = await session.execute(statement)
        return bool(result.rowcount)
    except RowgateError:
        return False
    finally:
        await session.rollback()
