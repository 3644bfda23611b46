"""A connection on which every catalogued table is shadowed by a temporary one, with what one principal may read.

PostgreSQL and SQLite look up a name without a schema among temporary tables first; a schema is rendered as theirs here. What a case reads there, it could read in a database that physically lacks the hidden rows.
"""

import re
from typing import Any

from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from rowgate.testing.facade import facade
from rowgate.testing.state import insert
from rowgate.testing.world import Seen, view_ddl

LASTING = re.compile(
    r"\s*(alter|attach|begin|call|commit|create|detach|discard|do|drop|pragma|reset|set)\b", re.IGNORECASE
)
"""What may stay on a connection, whatever is rolled back."""
TEMPORARY = {"postgresql": "pg_temp", "sqlite": "temp"}
"""The schema of temporary tables."""
SHADOW = "rowgate_shadow"
"""Marks the driver's connection in its pool."""


class Shadow:
    """One such connection. It never goes back to the pool."""

    def __init__(self, connection: Any, metadata: MetaData) -> None:
        self.connection = connection
        self._question = text(_question(connection.dialect, metadata))
        self._filled: Any = None
        self._sync: Any = getattr(connection, "sync_connection", connection)
        self._options = self._sync.get_execution_options()
        self._spoiled = False
        self._sync.info[SHADOW] = True
        event.listen(self._sync, "before_cursor_execute", self._watch)
        event.listen(self._sync, "commit", self._spoil)

    @classmethod
    async def open(cls, engine: Any, metadata: MetaData, seen: Seen, views: dict[str, Any]) -> "Shadow":
        """Open a connection on the privileged engine and put the tables in front of the real ones."""
        connection = await facade(engine).connect()
        try:
            await cls._fill(connection, metadata, seen, views)
            made = cls(connection, metadata)
            made._filled = await made._sum()
        except BaseException:
            await connection.close()
            raise
        return made

    @staticmethod
    async def _fill(connection: Any, metadata: MetaData, seen: Seen, views: dict[str, Any]) -> None:
        schemas = {table.schema for table in metadata.tables.values() if table.schema}
        if schemas:
            await connection.execution_options(
                schema_translate_map=dict.fromkeys(schemas, TEMPORARY[connection.dialect.name])
            )
        copies = MetaData()
        for table in metadata.sorted_tables:
            copy: Any = table.to_metadata(copies)
            copy._prefixes = ["TEMPORARY"]
        for table in copies.sorted_tables:
            await connection.execute(CreateTable(table, include_foreign_key_constraints=[]))
            for index in sorted((i for i in table.indexes if i.unique), key=lambda i: str(i.name)):
                await connection.execute(CreateIndex(index))
            await insert(connection, table, seen[table.key])
        for statement in view_ddl(views, connection.dialect, temporary=True):
            await connection.execute(statement)
        await connection.commit()

    async def is_clean(self) -> bool:
        """Roll back; return whether the next one finds it as the last one did: nothing was set, made or stored on it."""
        try:
            await self.connection.rollback()
            if self._gone or self._spoiled or self._sync.get_execution_options() != self._options:
                return False
            return bool(await self._sum() == self._filled)
        except SQLAlchemyError:
            return False

    async def _sum(self) -> Any:
        """Return what differs once a row was stored. It asks the database: SQLite's driver commits without our being told."""
        found = (await self.connection.execute(self._question)).all()
        await self.connection.rollback()
        return found

    @property
    def _gone(self) -> bool:
        return bool(self._sync.closed or self._sync.invalidated or self._sync.connection.is_detached)

    def _watch(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._spoiled = self._spoiled or LASTING.match(statement) is not None

    def _spoil(self, _c: Any) -> None:
        self._spoiled = True

    async def close(self) -> None:
        """Close it, and the driver's connection with it."""
        if not self._gone:
            await self.connection.invalidate()
        await self.connection.close()


def _question(dialect: Any, metadata: MetaData) -> str:
    """Return a query whose answer differs once a temporary table is made, or a row of one is changed."""
    if dialect.name == "sqlite":
        return "SELECT total_changes(), (SELECT group_concat(name) FROM sqlite_temp_master)"
    quote = dialect.identifier_preparer.quote_identifier
    tables = [f"pg_temp.{quote(str(table.name))}" for table in metadata.sorted_tables]
    sums = [f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t" for table in tables]  # noqa: S608 - quoted
    made = "SELECT count(*), sum(xmin::text::bigint) FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
    return " UNION ALL ".join([*sums, made])
