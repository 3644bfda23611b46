"""A connection on which every catalogued table is shadowed by a temporary one, with what one principal may read.

PostgreSQL and SQLite look up a name without a schema among temporary tables first. What a case reads there, it could
read in a database that physically lacks the hidden rows.
"""

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable

from rowgate.testing.facade import facade
from rowgate.testing.state import insert
from rowgate.testing.world import Seen, view_ddl


class Shadow:
    """One such connection. It never goes back to the pool."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @classmethod
    async def open(cls, engine: Any, metadata: MetaData, seen: Seen, views: dict[str, Any]) -> "Shadow":
        """Open a connection on the privileged engine and put the tables in front of the real ones."""
        connection = await facade(engine).connect()
        copies = MetaData()
        for table in metadata.sorted_tables:
            copy: Any = table.to_metadata(copies)
            copy._prefixes = ["TEMPORARY"]
        for table in copies.sorted_tables:
            await connection.execute(CreateTable(table, include_foreign_key_constraints=[]))
            for index in sorted((i for i in table.indexes if i.unique), key=lambda i: str(i.name)):
                await connection.execute(CreateIndex(index))
            await insert(connection, table, seen[str(table.name)])
        for statement in view_ddl(views, connection.dialect, temporary=True):
            await connection.execute(statement)
        await connection.commit()
        return cls(connection)

    async def close(self) -> None:
        """Close it, and the driver's connection with it."""
        await self.connection.invalidate()
        await self.connection.close()
