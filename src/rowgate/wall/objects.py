"""What the wall is made of, as values: each knows its identity, and the SQL that makes and unmakes it.

One statement per string: some drivers send no more than one at a time.
"""

from dataclasses import dataclass
from typing import Protocol

Identity = tuple[str, ...]
PLANNED_ONCE = ("plan_cache_mode", "force_generic_plan")


class Object(Protocol):
    """Something of the wall in the database."""

    @property
    def identity(self) -> Identity:
        """What it is, and what it is called: two objects of one identity are the same, in two versions."""
        ...

    def create(self) -> tuple[str, ...]:
        """Return the statements that make it."""
        ...

    def drop(self) -> tuple[str, ...]:
        """Return the statements that remove it."""
        ...


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema of our own."""

    name: str

    @property
    def identity(self) -> Identity:
        """What it is, and its name."""
        return "schema", self.name

    def create(self) -> tuple[str, ...]:
        """Return the statements that make it; nobody but its owner may create anything in it."""
        return (f"CREATE SCHEMA {identifier(self.name)}",)

    def drop(self) -> tuple[str, ...]:
        """Return the statements that remove it."""
        return (f"DROP SCHEMA {identifier(self.name)}",)


@dataclass(frozen=True, slots=True)
class Function:
    """A function. Nobody may execute it until a `Grant` says so.

    Args:
        schema: its schema.
        name: its name.
        arguments: with their types, as PostgreSQL lists them: `name text, more text[]`.
        returns: the type of what it returns.
        body: between the dollar quotes.
        language: `sql` or `plpgsql`.
        volatility: `STABLE`, `VOLATILE` or `IMMUTABLE`.
        definer: whether it runs as its owner.
        search_path: fixed, for whoever calls it; None leaves the caller's.
        parallel: whether a parallel worker may run it. Not one that asks for the context, which is bound to the
            backend: a worker is another one.
        rows: how many rows of a set the planner reckons with; 0 leaves that to PostgreSQL (1,000).
        planned_once: whether its queries are planned once a session, whatever they are asked. Else PostgreSQL plans
            them in each call where it takes values that it knows for a better plan.
    """

    schema: str
    name: str
    arguments: str
    returns: str
    body: str
    language: str = "sql"
    volatility: str = "STABLE"
    definer: bool = True
    search_path: str | None = "pg_catalog, pg_temp"
    parallel: str = "RESTRICTED"
    rows: int = 0
    planned_once: bool = False

    @property
    def identity(self) -> Identity:
        """What it is, its schema, name and arguments."""
        return "function", self.schema, self.name, self.arguments

    @property
    def signature(self) -> str:
        """Its name with its arguments, as GRANT and DROP take it."""
        return f"{identifier(self.schema)}.{identifier(self.name)}({self.arguments})"

    def create(self) -> tuple[str, ...]:
        """Return the statements that make it, or replace it."""
        tag = "$rowgate$"
        if tag in self.body:
            raise ValueError("the body of a function holds its own quotes")
        path = "" if self.search_path is None else f" SET search_path = {self.search_path}"
        security = " SECURITY DEFINER" if self.definer else ""
        rows = f" ROWS {self.rows}" if self.rows else ""
        once = f" SET {' = '.join(PLANNED_ONCE)}" if self.planned_once else ""
        head = f"CREATE OR REPLACE FUNCTION {self.signature} RETURNS {self.returns}"
        how = f"LANGUAGE {self.language} {self.volatility} PARALLEL {self.parallel}{security}{rows}{path}{once}"
        return (
            f"{head} {how} AS {tag}\n{self.body}\n{tag}",
            f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC",
        )

    def drop(self) -> tuple[str, ...]:
        """Return the statements that remove it."""
        return (f"DROP FUNCTION {self.signature}",)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of our own, that only its owner reads.

    Args:
        schema: its schema.
        name: its name.
        columns: its columns and constraints, as CREATE TABLE takes them.
    """

    schema: str
    name: str
    columns: str

    @property
    def identity(self) -> Identity:
        """What it is, its schema and name."""
        return "table", self.schema, self.name

    @property
    def signature(self) -> str:
        """Its name, as GRANT and DROP take it."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"

    def create(self) -> tuple[str, ...]:
        """Return the statements that make it."""
        return f"CREATE TABLE {self.signature} ({self.columns})", f"REVOKE ALL ON {self.signature} FROM PUBLIC"

    def drop(self) -> tuple[str, ...]:
        """Return the statements that remove it."""
        return (f"DROP TABLE {self.signature}",)


@dataclass(frozen=True, slots=True)
class Grant:
    """A privilege on something, for a role.

    Args:
        privileges: such as `EXECUTE`, or `SELECT (id, title)`.
        on: what on, such as `FUNCTION rowgate.id()` or `SCHEMA rowgate`.
        to: the role.
    """

    privileges: str
    on: str
    to: str

    @property
    def identity(self) -> Identity:
        """What it is, on what, to whom, and which privileges."""
        return "grant", self.on, self.to, self.privileges

    def create(self) -> tuple[str, ...]:
        """Return the statements that grant it."""
        return (f"GRANT {self.privileges} ON {self.on} TO {identifier(self.to)}",)

    def drop(self) -> tuple[str, ...]:
        """Return the statements that revoke it."""
        return (f"REVOKE {self.privileges} ON {self.on} FROM {identifier(self.to)}",)


def identifier(name: str) -> str:
    """Return a name as SQL, quoted whatever it holds.

    Raises:
        ValueError: it is empty, or holds NUL.
    """
    if not name or "\0" in name:
        raise ValueError(f"{name!r} is no name of anything in PostgreSQL")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    r"""Return text as a SQL literal, the same whatever `standard_conforming_strings` says.

    Raises:
        ValueError: it holds NUL, which PostgreSQL's text cannot.

    >>> literal("it's")
    "'it''s'"
    >>> print(literal("back\\slash"))
    E'back\\slash'
    """
    if "\0" in text:
        raise ValueError("PostgreSQL's text holds no NUL")
    quoted = text.replace("'", "''")
    return "E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in quoted else f"'{quoted}'"
