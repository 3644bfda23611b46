"""What the wall hangs on the tables it guards, as values: row security, policies, triggers and the role's rights."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from rowgate.wall.objects import Identity, identifier

Command = Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]
LONGEST = 63
"""Bytes of an identifier; PostgreSQL cuts what is longer, and two names could become one."""


@dataclass(frozen=True, slots=True)
class RowSecurity:
    """Row security of a table: on, and for its owner too."""

    schema: str
    table: str

    @property
    def identity(self) -> Identity:
        """What it is, and of which table."""
        return "row security", self.schema, self.table

    def create(self) -> tuple[str, ...]:
        """Return the statements that switch it on."""
        table = f"ALTER TABLE {qualified(self.schema, self.table)}"
        return f"{table} ENABLE ROW LEVEL SECURITY", f"{table} FORCE ROW LEVEL SECURITY"

    def drop(self) -> tuple[str, ...]:
        """Return the statements that switch it off."""
        table = f"ALTER TABLE {qualified(self.schema, self.table)}"
        return f"{table} NO FORCE ROW LEVEL SECURITY", f"{table} DISABLE ROW LEVEL SECURITY"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of a table, for one command.

    Args:
        schema: of the table.
        table: its name.
        name: unique on the table.
        command: `SELECT`, `INSERT`, `UPDATE`, `DELETE`, or `ALL`.
        permissive: OR-ed with the others; else it narrows.
        to: the role; None is whoever makes it, so its owner. Several, or `PUBLIC`, where somebody else has made it.
        using: the condition on the row as it is.
        check: the condition on the row as it will be.
    """

    schema: str
    table: str
    name: str
    command: Command
    permissive: bool
    to: str | tuple[str, ...] | None
    using: str | None = None
    check: str | None = None

    @property
    def identity(self) -> Identity:
        """What it is, of which table, and its name."""
        return "policy", self.schema, self.table, self.name

    def create(self) -> tuple[str, ...]:
        """Return the statements that make it."""
        kind = "PERMISSIVE" if self.permissive else "RESTRICTIVE"
        roles = (self.to,) if isinstance(self.to, str) else self.to or ()
        several = ", ".join(one if one == "PUBLIC" else identifier(one) for one in roles)
        to = "CURRENT_USER" if self.to is None else several
        using = "" if self.using is None else f" USING ({self.using})"
        check = "" if self.check is None else f" WITH CHECK ({self.check})"
        head = f"CREATE POLICY {identifier(self.name)} ON {qualified(self.schema, self.table)}"
        return (f"{head} AS {kind} FOR {self.command} TO {to}{using}{check}",)

    def drop(self) -> tuple[str, ...]:
        """Return the statements that remove it."""
        return (f"DROP POLICY {identifier(self.name)} ON {qualified(self.schema, self.table)}",)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger before an UPDATE that sets one of these columns, for each row.

    Args:
        schema: of the table.
        table: its name.
        name: unique on the table; triggers run in the order of their names.
        columns: those that the statement sets.
        function: its name, in the schema of the wall.
    """

    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    function: tuple[str, str]

    @property
    def identity(self) -> Identity:
        """What it is, of which table, and its name."""
        return "trigger", self.schema, self.table, self.name

    def create(self) -> tuple[str, ...]:
        """Return the statements that make it."""
        columns = ", ".join(identifier(column) for column in self.columns)
        table = qualified(self.schema, self.table)
        head = f"CREATE TRIGGER {identifier(self.name)} BEFORE UPDATE OF {columns} ON {table}"
        return (f"{head} FOR EACH ROW EXECUTE FUNCTION {qualified(*self.function)}()",)

    def drop(self) -> tuple[str, ...]:
        """Return the statements that remove it."""
        return (f"DROP TRIGGER {identifier(self.name)} ON {qualified(self.schema, self.table)}",)


@dataclass(frozen=True, slots=True)
class Rights:
    """All that a role may do with a table: what is listed, and nothing else. Everybody (`PUBLIC`) loses what they had.

    Args:
        schema: of the table.
        table: its name.
        role: the role.
        rights: each a privilege, and the columns that it is limited to; None for the whole table.
    """

    schema: str
    table: str
    role: str
    rights: tuple[tuple[str, tuple[str, ...] | None], ...]

    @property
    def identity(self) -> Identity:
        """What it is, on which table, and whose."""
        return "rights", self.schema, self.table, self.role

    def create(self) -> tuple[str, ...]:
        """Return the statements that take everything away, TRUNCATE and TRIGGER too, and grant what is listed."""
        table, role = qualified(self.schema, self.table), identifier(self.role)
        taken = f"REVOKE ALL ON TABLE {table} FROM {role}, PUBLIC"
        listed = ", ".join(_privilege(name, columns) for name, columns in self.rights)
        return (taken, f"GRANT {listed} ON TABLE {table} TO {role}") if listed else (taken,)

    def drop(self) -> tuple[str, ...]:
        """Return the statements that take it away."""
        return (f"REVOKE ALL ON TABLE {qualified(self.schema, self.table)} FROM {identifier(self.role)}",)


def _privilege(name: str, columns: tuple[str, ...] | None) -> str:
    return name if columns is None else f"{name} ({', '.join(identifier(column) for column in columns)})"


def qualified(schema: str, name: str) -> str:
    """Return the full name of something in a schema as SQL."""
    return f"{identifier(schema)}.{identifier(name)}"


def shortened(name: str, longest: int = LONGEST) -> str:
    """Return a name that PostgreSQL does not cut: what is too long ends in a hash of the whole.

    >>> shortened("read: owner")
    'read: owner'
    >>> len(shortened("x" * 100))
    63
    """
    data = name.encode()
    if len(data) <= longest:
        return name
    tail = blake2b(data, digest_size=5).hexdigest()
    return f"{data[: longest - len(tail) - 1].decode(errors='ignore')}~{tail}"
