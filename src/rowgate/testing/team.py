"""A team's own models, judged by what the guard says in its plainest form, on the owner's login.

What a principal reads is `SELECT` of a table's columns; whether it may make a change is that one change, to that one row,
alone. The suite compares all other ways with these; that these are right is shown on the suite's own world.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, Table, and_, select
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
from rowgate.testing.state import Change, Key, State, key_of
from rowgate.testing.world import NotKnown, Seen


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
            table, text = mapper.local_table, self.text_of(mapper)
            if not isinstance(table, Table) or text is None or len(mapper.primary_key) != 1:
                continue
            readable = {key_of(table, row) for row in seen[table.key]}
            hidden = sorted(state[table.key].keys() - readable, key=repr)
            own = await self._own(who, mapper)
            if hidden:
                key = mapper.get_property_by_column(mapper.primary_key[0]).key
                others = sorted(readable - set(own), key=repr)
                found.append(Model(mapper.class_, key, text, hidden[0][0], _first(others), _first(own)))
        return found

    async def _own(self, who: Principal, mapper: Mapper[Any]) -> list[Key]:
        async with facade(self._open(who)) as session:
            keys = select(*mapper.primary_key).where(can("update", mapper.local_table))
            return sorted((tuple(row) for row in (await session.execute(keys)).all()), key=repr)

    def text_of(self, mapper: Mapper[Any]) -> str | None:
        """Return the name of a text attribute that is neither a key nor masked."""
        masks = self.catalog.entries[mapper.local_table.schema, str(mapper.local_table.name)].masks  # type: ignore[attr-defined]
        for attribute in mapper.column_attrs:
            column: Any = attribute.columns[0]
            plain = isinstance(getattr(column, "table", None), Table) and isinstance(column.type, String)
            if plain and not column.primary_key and not column.foreign_keys and column.name not in masks:
                return str(attribute.key)
        return None


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
