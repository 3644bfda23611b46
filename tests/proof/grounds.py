"""Where drawn policies are tried: a real PostgreSQL, logged in as the unprivileged role, or SQLite in memory.

Everything that a principal writes is taken back: savepoints are set beneath the session, on its own connection.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, NullPool, StaticPool, create_engine, text

from proof.drawn_rows import Row
from proof.drawn_schemas import Schema, Spec
from rowgate import Catalog, guarded_sessionmaker


class Ground:
    """One database, with the tables of one drawn schema at a time."""

    postgres = True

    def __init__(self, dbapi: Any, url: str) -> None:
        self.dbapi = dbapi
        self.engine: Engine = create_engine(url, creator=lambda: dbapi, poolclass=StaticPool, pool_reset_on_return=None)

    @contextmanager
    def holding(self, schema: Schema, rows: dict[str, list[Row]]) -> Iterator[None]:
        """Keep the tables and rows of a schema for a while."""
        raise NotImplementedError

    def sessions(self, catalog: Catalog) -> Any:
        """Return guarded sessions of a catalog."""
        return guarded_sessionmaker(self.engine, catalog, audit=lambda _event: None)

    def begin(self) -> None:
        """Begin a transaction where the driver would not by itself."""

    def run(self, statement: str) -> None:
        """Run SQL past SQLAlchemy and the gate, in the session's transaction."""
        self.dbapi.execute(statement)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Take back whatever is done inside."""
        self.run("SAVEPOINT proof")
        try:
            yield
        finally:
            self.run("ROLLBACK TO SAVEPOINT proof")

    def stored(self, spec: Spec, *, source: str | None = None) -> dict[int, Row]:
        """Return the rows of a table past the gate, by key; `source` is the way past a wall."""
        names = list(spec.kinds)
        cursor = self.dbapi.execute(f"SELECT {', '.join(names)} FROM {source or spec.name}")
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        return {row["id"]: {name: self.plain(spec.kinds[name], value) for name, value in row.items()} for row in found}

    def plain(self, _kind: str, value: Any) -> Any:
        """Return a value of the driver as Python knows it."""
        return value


class PostgresGround(Ground):
    """PostgreSQL: the owner makes the tables, the application's login is what the gate stands before."""

    def __init__(self, logins: Any, role: str) -> None:
        plain = logins.app.set(drivername="postgresql").render_as_string(hide_password=False)
        # Tables of one name come and go: a plan that the server has kept would not fit the next.
        super().__init__(psycopg.connect(plain, prepare_threshold=None), "postgresql+psycopg://")
        owner = logins.using("psycopg").owner
        self.owner = create_engine(
            owner, poolclass=NullPool, connect_args={"prepare_threshold": None, "options": "-c lock_timeout=20s"}
        ).connect()
        self.role = role
        self._plain: Connection | None = None

    @contextmanager
    def holding(self, schema: Schema, rows: dict[str, list[Row]]) -> Iterator[None]:
        """Keep the tables and rows of a schema for a while."""
        self.dbapi.rollback()  # what a world that differed has left open
        with self.owner.begin():
            self.owner.execute(text("DROP SCHEMA IF EXISTS rowgate CASCADE"))
            self.owner.execute(text("DROP SCHEMA public CASCADE"))
            self.owner.execute(text("CREATE SCHEMA public"))
            schema.metadata.create_all(self.owner, checkfirst=False)
            for spec in schema.specs:
                self.owner.execute(spec.table.insert(), rows[spec.name])
            self.owner.execute(text(f"GRANT USAGE ON SCHEMA public TO {self.role}"))
            tables = ", ".join(spec.name for spec in schema.specs)
            self.owner.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {self.role}"))
        yield

    @property
    def pid(self) -> int:
        """The backend that the application talks to."""
        return int(self.dbapi.info.backend_pid)

    def plain_connection(self) -> Connection:
        """Return the application's connection with no gate before it; it stays open for good."""
        self.dbapi.rollback()
        if self._plain is None:
            self._plain = self.engine.connect()
        return self._plain

    def as_owner(self, statements: list[str]) -> None:
        """Run statements as the owner of the tables."""
        self.dbapi.rollback()  # it has read the tables
        with self.owner.begin():
            for statement in statements:
                self.owner.exec_driver_sql(statement.replace("%", "%%"))

    def close(self) -> None:
        """Close both connections."""
        self.owner.engine.dispose()
        self.owner.close()
        self.dbapi.close()


class SqliteGround(Ground):
    """SQLite, for what it can say: no arrays, no time zones, no LIKE that knows case."""

    postgres = False

    def __init__(self) -> None:
        super().__init__(sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None), "sqlite://")

    def begin(self) -> None:
        """Begin a transaction: Python's driver leaves it to us."""
        if not self.dbapi.in_transaction:
            self.dbapi.execute("BEGIN")

    @contextmanager
    def holding(self, schema: Schema, rows: dict[str, list[Row]]) -> Iterator[None]:
        """Keep the tables and rows of a schema for a while."""
        if self.dbapi.in_transaction:  # of a world that differed
            self.dbapi.rollback()
        for (name,) in self.dbapi.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            self.dbapi.execute(f"DROP TABLE {name}")
        with self.engine.begin() as connection:
            schema.metadata.create_all(connection)
            for spec in schema.specs:
                connection.execute(spec.table.insert(), rows[spec.name])
        yield

    def plain(self, kind: str, value: Any) -> Any:
        """Return a value of the driver as Python knows it."""
        if value is None:
            return None
        made: Any = {"bool": bool, "uuid": UUID, "date": date.fromisoformat, "stamp": datetime.fromisoformat}.get(kind)
        return made(value) if made else value
