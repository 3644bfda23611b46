"""What a database holds: taken as a snapshot, compared, put back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Table, and_, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

Row = dict[str, Any]
Key = tuple[Any, ...]
State = dict[str, dict[Key, Row]]
"""Rows by table (its key in the metadata, with the schema if it has one) and by primary key; columns by their names."""
RECENT = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Change:
    """A row that came, went or changed."""

    table: str
    key: Key
    old: Row | None
    new: Row | None

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.table}: a new row {self.new}"
        if self.new is None:
            return f"{self.table}: {self.old} is gone"
        changed = {name: (value, self.new[name]) for name, value in self.old.items() if self.new[name] != value}
        return f"{self.table} {self.key}: {changed}"


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    """Return what tells a row from others: its primary key, or all of it."""
    columns = list(table.primary_key) or list(table.c)
    return tuple(frozen(row[str(column.name)]) for column in columns)


def frozen(value: Any) -> Any:
    """Return a value that can be hashed."""
    if isinstance(value, dict):
        return tuple(sorted((k, frozen(v)) for k, v in value.items()))
    return tuple(frozen(v) for v in value) if isinstance(value, list) else value


async def snapshot(connection: Any, metadata: MetaData) -> State:
    """Return all rows of all tables, by a connection that sees all."""
    state: State = {}
    for table in metadata.sorted_tables:
        names = [str(column.name) for column in table.c]
        rows = (await connection.execute(select(table))).all()
        found = [dict(zip(names, row, strict=True)) for row in rows]
        state[table.key] = {key_of(table, row): row for row in found}
    return state


def difference(before: State, after: State) -> list[Change]:
    """Return what has changed."""
    found = []
    for table, rows in before.items():
        later = after[table]
        found += [Change(table, k, row, later.get(k)) for k, row in rows.items() if later.get(k) != row]
        found += [Change(table, k, None, row) for k, row in later.items() if k not in rows]
    return found


def comparable(changes: Iterable[Change], before: State, metadata: MetaData) -> list[Any]:
    """Return changes without what no two runs share: new keys, and the time."""
    changes = list(changes)
    new_keys = {(c.table, *c.key) for c in changes if c.old is None and len(c.key) == 1}
    known = {v for rows in before.values() for row in rows.values() for v in row.values() if isinstance(v, UUID)}
    found = []
    for change in changes:
        table = metadata.tables[change.table]
        new = None if change.new is None else _steady(table, change.new, new_keys, known)
        old = None if change.old is None else sorted(change.old.items())
        found.append((change.table, str(old), str(new)))
    return sorted(found)


def _steady(table: Table, row: Row, new_keys: set[Any], known: set[UUID]) -> list[tuple[str, Any]]:
    found = []
    for column in table.c:
        value = row[str(column.name)]
        targets = {key.column.table.key for key in column.foreign_keys}
        if column.primary_key and len(table.primary_key) == 1:
            targets.add(table.key)
        recent = isinstance(value, datetime) and abs(datetime.now(value.tzinfo) - value) < RECENT
        fresh = isinstance(value, UUID) and value not in known
        made = fresh or any((target, value) in new_keys for target in targets)
        found.append((str(column.name), "<new>" if made else "<now>" if recent else value))
    return found


async def put_back(connection: Any, metadata: MetaData, changes: list[Change]) -> bool:
    """Undo changes; return whether that worked. Children go before their parents, and come after them."""
    order = {table.key: n for n, table in enumerate(metadata.sorted_tables)}
    changes = sorted(changes, key=lambda change: order[change.table])
    try:
        for change in [c for c in changes if c.old is not None and c.new is not None]:
            table = metadata.tables[change.table]
            values = {column.key: change.old[str(column.name)] for column in table.c if change.old is not None}
            await connection.execute(table.update().where(_named(table, change.key)), values)
        for change in reversed([c for c in changes if c.old is None]):
            table = metadata.tables[change.table]
            await connection.execute(table.delete().where(_named(table, change.key)))
        for change in [c for c in changes if c.new is None]:
            await insert(connection, metadata.tables[change.table], [change.old or {}])
    except SQLAlchemyError:
        await connection.rollback()
        return False
    await connection.commit()
    return True


def _named(table: Table, key: Key) -> Any:
    columns = list(table.primary_key) or list(table.c)
    return and_(
        *(
            column == bindparam(f"key_{n}", value, type_=column.type)
            for n, (column, value) in enumerate(zip(columns, key, strict=True))
        )
    )


async def insert(connection: Any, table: Table, rows: list[Row]) -> None:
    """Put rows in, their columns named as in the database."""
    if rows:
        keys = {str(column.name): column.key for column in table.c}
        await connection.execute(table.insert(), [{keys[name]: value for name, value in row.items()} for row in rows])


async def set_sequences(connection: Any, metadata: MetaData) -> None:
    """Let PostgreSQL's sequences go on after the highest key: rows with keys of their own do not move them."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(str(table.name), str(column.name))
            highest = select(func.coalesce(func.max(column), 0) + 1000).scalar_subquery()
            await connection.execute(select(func.setval(sequence, highest)))
