"""What of the wall is missing in a database, what has changed there, and what nobody has declared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import Connection, text

from rowgate.errors import PolicyDrift
from rowgate.live import normal, standing
from rowgate.wall import Wall
from rowgate.wall.objects import Function, Grant, Identity, Object, Schema, Table
from rowgate.wall.render import SCHEMA
from rowgate.wall.table_objects import Policy, Rights, RowSecurity, Trigger, qualified

Kind = Literal["missing", "changed", "undeclared"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the catalog says.

    Args:
        kind: `missing`, `changed` or `undeclared`.
        wanted: what should stand, as the wall makes it; None if nothing.
        expected: the same in the server's own words; None if nothing, or if the server cannot take it yet.
        found: what stands; None if nothing.
    """

    kind: Kind
    wanted: Object | None
    expected: Object | None
    found: Object | None

    @property
    def of(self) -> Identity:
        """What it is about."""
        one: Any = self.wanted or self.found
        identity: Identity = one.identity
        return identity

    def __str__(self) -> str:
        what, *names = self.of
        told = f"{self.kind}: {what} {' '.join(repr(name) for name in names if name)}"
        if self.kind == "changed" and self.found is not None:
            return "\n".join([told, *_changes(self.found, self.expected or self.wanted)])
        return told


def _changes(found: Any, expected: Any) -> Iterator[str]:
    for field in fields(found):
        stands, should = getattr(found, field.name), getattr(expected, field.name)
        if stands != should and field.name not in ("schema", "table", "name"):
            yield f"    {field.name}:"
            yield f"      - {_shown(stands)}"
            yield f"      + {_shown(should)}"


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown_right(one) for one in value) or "nothing"
    return "nothing" if value is None else str(value).strip().replace("\n", "\n        ")


def _shown_right(one: Any) -> str:
    if not isinstance(one, tuple):
        return str(one)
    name, columns = one
    return str(name) if columns is None else f"{name} ({', '.join(columns)})"


def differences(connection: Connection, wall: Wall) -> list[Difference]:
    """Compare a wall with what stands in a database. Nothing is changed there.

    Args:
        connection: as the owner of the tables, on PostgreSQL; it may create a temporary table, and schemas for a moment.
        wall: of the catalog, as `rowgate.wall.create()` gives it.

    Returns:
        Nothing if the database does what the catalog says. What is missing or changed comes in the order in which it
        can be made, what is undeclared last.

    Raises:
        PolicyDrift: another login than the owner's cannot compare them.
    """
    _check_owner(connection, wall)
    with normal.undone(connection):
        # Names are printed in full where no schema but PostgreSQL's own is looked in.
        connection.execute(text("SET LOCAL search_path = pg_catalog"))
        expected = {_key(wanted): (wanted, None) for wanted in wall.objects}
        expected.update({_key(wanted): (wanted, read) for wanted, read in _expected(connection, wall)})
        found = {_key(one): one for one in _standing(connection, wall)}
    undeclared = [one for key, one in found.items() if key not in expected]
    alien = {_named(one) for one in undeclared if isinstance(one, Function | Table)}
    told = [one for one in undeclared if not (isinstance(one, Grant) and one.on.partition(" ")[2] in alien)]
    return [*_compared(expected, found), *(Difference("undeclared", None, None, one) for one in told)]


def require(connection: Connection, wall: Wall) -> None:
    """Do nothing if the database does what the catalog says. Takes what `differences()` takes.

    Raises:
        PolicyDrift: it does not; the message lists what differs.
    """
    found = differences(connection, wall)
    if found:
        told = "\n".join(str(one) for one in found)
        raise PolicyDrift(f"the database does not do what the catalog says:\n{told}\n")


def _named(one: Function | Table) -> str:
    return qualified(one.schema, one.name)


def _compared(
    expected: Mapping[Any, tuple[Object, Object | None]], found: Mapping[Any, Object]
) -> Iterator[Difference]:
    for key, (wanted, read) in expected.items():
        stands = found.get(key)
        if stands is None:
            yield Difference("missing", wanted, read, None)
        elif stands != read:
            yield Difference("changed", wanted, read, stands)


def _key(one: Object) -> Any:
    """Return what an object is found by: names of functions are unique in our schema, so their arguments may change."""
    if isinstance(one, Function):
        return "function", one.schema, one.name
    return normal.normal_grant(one).identity if isinstance(one, Grant) else one.identity


def _expected(connection: Connection, wall: Wall) -> Iterator[tuple[Object, Object | None]]:
    """Yield what should stand, each beside what the server makes of it."""
    wanted = wall.objects
    made = [one for one in wanted if isinstance(one, Function)]
    yield from zip(made, normal.normal_functions(connection, made), strict=True)
    for one in wanted:
        if isinstance(one, Grant):
            yield one, normal.normal_grant(one)
        elif isinstance(one, Rights):
            yield one, normal.normal_rights(one)
        elif isinstance(one, Table):
            yield one, Table(one.schema, one.name, "")
        elif isinstance(one, Schema | RowSecurity | Trigger):
            yield one, one
    if connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": SCHEMA}) is None:
        return
    with normal.undone(connection):
        normal.run(connection, normal.missing_functions(connection, made, SCHEMA))
        for schema, table in _tables(wall):
            of_table = [p for p in wanted if isinstance(p, Policy) and (p.schema, p.table) == (schema, table)]
            if standing.oid_of(connection, schema, table) is not None:
                yield from normal.normal_policies(connection, schema, table, of_table)


def _check_owner(connection: Connection, wall: Wall) -> None:
    """See that this login may make what it compares with: another one would find differences that are none."""
    of_others = text("""
        SELECT t.name, pg_catalog.pg_get_userbyid(c.relowner) AS owner FROM unnest(CAST(:names AS text[])) AS t (name)
        JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.name)
        WHERE NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') ORDER BY t.name LIMIT 1
    """)
    found = connection.execute(of_others, {"names": [qualified(*one) for one in _tables(wall)]}).one_or_none()
    if found is not None:
        raise PolicyDrift(
            f"table {found.name} belongs to {found.owner}: log in as that to compare the wall with the catalog"
        )


def _standing(connection: Connection, wall: Wall) -> Iterator[Object]:
    roles = {one.role for one in wall.objects if isinstance(one, Rights)}
    schemas = {schema for schema, _ in _tables(wall)}
    yield from standing.schema_and_tables(connection, SCHEMA)
    yield from standing.functions(connection, SCHEMA)
    for role in sorted(roles):
        yield from standing.grants(connection, SCHEMA, schemas, role)
        for schema, table in _tables(wall):
            yield from standing.of_table(connection, schema, table, role).objects


def _tables(wall: Wall) -> Iterable[tuple[str, str]]:
    return dict.fromkeys((one.schema, one.table) for one in wall.objects if isinstance(one, Rights))
