"""Reads the wall's objects out of PostgreSQL's catalogue, as the values that `rowgate.wall` makes them from.

See https://www.postgresql.org/docs/current/catalogs.html. Expressions are PostgreSQL's own print of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from rowgate.wall.objects import PLANNED_ONCE, Function, Grant, Object, Schema, Table, identifier
from rowgate.wall.table_objects import Command, Policy, Rights, RowSecurity, Trigger, qualified

COMMANDS: dict[str, Command] = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
VOLATILITY = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}
PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}
BEFORE_EACH_UPDATED_ROW = 1 | 2 | 16
"""The bits of `tgtype`: for each row, before, UPDATE (src/include/catalog/pg_trigger.h)."""
OURS = "!rowgate "
"""What the names of our triggers begin with."""
EVERYBODY = "PUBLIC"

_ONCE = "=".join(PLANNED_ONCE)
_POLICIES = """
SELECT p.polname, p.polcmd::text, p.polpermissive,
  ARRAY(SELECT CASE WHEN one = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(one) END FROM unnest(p.polroles) AS one),
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy AS p WHERE p.polrelid = :oid ORDER BY p.polname
"""
_TRIGGERS = """
SELECT t.tgname, t.tgtype::int, t.tgenabled::text, t.tgqual IS NULL, n.nspname, f.proname,
  ARRAY(SELECT a.attname::text FROM unnest(t.tgattr) WITH ORDINALITY AS one (number, place)
    JOIN pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = one.number ORDER BY one.place)
FROM pg_trigger AS t JOIN pg_proc AS f ON f.oid = t.tgfoid JOIN pg_namespace AS n ON n.oid = f.pronamespace
WHERE t.tgrelid = :oid AND NOT t.tgisinternal AND starts_with(t.tgname, :ours) ORDER BY t.tgname
"""
_FUNCTIONS = """
SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prosrc, l.lanname,
  p.provolatile::text, p.prosecdef, p.proconfig, p.proparallel::text, CASE p.prorows WHEN 1000 THEN 0 ELSE p.prorows::int END
FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = to_regnamespace(:schema) ORDER BY p.proname, 2
"""
_RIGHTS = """
SELECT a.privilege_type, NULL::text AS "column", a.grantee = 0 FROM pg_class AS c, aclexplode(c.relacl) AS a
WHERE c.oid = :oid AND (a.grantee = 0 OR a.grantee = to_regrole(:role))
UNION ALL
SELECT a.privilege_type, f.attname, a.grantee = 0 FROM pg_attribute AS f, aclexplode(f.attacl) AS a
WHERE f.attrelid = :oid AND (a.grantee = 0 OR a.grantee = to_regrole(:role))
"""
_GRANTS = """
SELECT 'FUNCTION', n.nspname, p.proname, a.privilege_type, a.grantee, p.proowner
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace,
  aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE n.nspname = :schema
UNION ALL
SELECT 'SCHEMA', n.nspname, NULL, a.privilege_type, a.grantee, n.nspowner
FROM pg_namespace AS n, aclexplode(n.nspacl) AS a WHERE n.nspname IN :schemas
UNION ALL
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname, a.privilege_type, a.grantee,
  c.relowner
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a
WHERE (c.relkind = 'S' AND n.nspname IN :schemas) OR (c.relkind = 'r' AND n.nspname = :schema)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A table of the catalog in the database: its oid, and what hangs on it. None of it where there is no such table."""

    oid: int | None
    objects: tuple[Object, ...]


def oid_of(connection: Connection, schema: str, table: str) -> int | None:
    """Return the oid of a table; None if there is none."""
    found = connection.scalar(
        text(
            "SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = :schema AND c.relname = :table"
        ),
        {"schema": schema, "table": table},
    )
    return None if found is None else int(found)


def of_table(connection: Connection, schema: str, table: str, role: str) -> Standing:
    """Return what hangs on a table: row security, policies (anybody's), our triggers, the role's rights and everybody's."""
    oid = oid_of(connection, schema, table)
    if oid is None:
        return Standing(None, ())
    found: list[Object] = []
    on = connection.execute(
        text("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = :oid"), {"oid": oid}
    ).one()
    if on[0] and on[1]:
        found.append(RowSecurity(schema, table))
    found += policies(connection, oid, schema, table)
    found += _triggers(connection, oid, schema, table)
    found.append(_rights(connection, oid, schema, table, role))
    return Standing(oid, tuple(found))


def policies(connection: Connection, oid: int, schema: str, table: str) -> list[Policy]:
    """Return the policies of a table, whoever made them."""
    return [
        Policy(schema, table, name, COMMANDS[command], permissive, _to(roles), using, check)
        for name, command, permissive, roles, using, check in connection.execute(text(_POLICIES), {"oid": oid})
    ]


def _to(roles: list[str]) -> str | tuple[str, ...]:
    return roles[0] if len(roles) == 1 and roles != [EVERYBODY] else tuple(roles)


def _triggers(connection: Connection, oid: int, schema: str, table: str) -> Iterator[Trigger]:
    for name, kind, enabled, plain, function_schema, function, columns in connection.execute(
        text(_TRIGGERS), {"oid": oid, "ours": OURS}
    ):
        as_made = kind == BEFORE_EACH_UPDATED_ROW and enabled == "O" and plain
        yield Trigger(schema, table, name, tuple(columns) if as_made else (), (str(function_schema), str(function)))


def _rights(connection: Connection, oid: int, schema: str, table: str, role: str) -> Rights:
    given: dict[str, set[str]] = {}
    whole: set[str] = set()
    for privilege, column, everybody in connection.execute(text(_RIGHTS), {"oid": oid, "role": identifier(role)}):
        name = f"{privilege} to {EVERYBODY}" if everybody else privilege
        if column is None:
            whole.add(name)
        else:
            given.setdefault(name, set()).add(column)
    limited = [(name, tuple(sorted(columns))) for name, columns in given.items()]
    return Rights(schema, table, role, tuple(sorted([*((name, None) for name in whole), *limited], key=str)))


def functions(connection: Connection, schema: str) -> list[Function]:
    """Return the functions of a schema."""
    return [
        Function(
            schema, name, arguments, returns, _body(source), language, VOLATILITY[volatility], definer, _path(config),
            PARALLEL[parallel], rows, _ONCE in (config or ()),
        )
        for name, arguments, returns, source, language, volatility, definer, config, parallel, rows in connection.execute(
            text(_FUNCTIONS), {"schema": identifier(schema)}
        )
    ]  # fmt: skip


def _body(source: str) -> str:
    """Return the body as it was given: `Function.create()` puts it on lines of its own."""
    return source[1:-1] if source.startswith("\n") and source.endswith("\n") else source


def _path(config: Any) -> str | None:
    said = [one for one in config or () if one != _ONCE]
    if not said:
        return None
    name, _, value = said[0].partition("=")
    return str(value) if len(said) == 1 and name == "search_path" else "; ".join(said)


def schema_and_tables(connection: Connection, schema: str) -> Iterator[Schema | Table]:
    """Yield our schema, if it is there, and the tables in it; of what columns is not read."""
    if connection.scalar(text("SELECT to_regnamespace(:schema)"), {"schema": identifier(schema)}) is None:
        return
    yield Schema(schema)
    for name in connection.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY 1"), {"schema": schema}
    ):
        yield Table(schema, name, "")


def grants(connection: Connection, schema: str, schemas: Iterable[str], role: str) -> Iterator[Grant]:
    """Yield who may do what with our functions and tables, with sequences and with schemas.

    The owner's own are left out; on schemas and sequences, everybody's but the role's.
    """
    query = text(_GRANTS).bindparams(bindparam("schemas", expanding=True))
    names = {oid: name for oid, name in connection.execute(text("SELECT oid, rolname FROM pg_roles"))}  # noqa: C416 - rows
    given = {"schema": schema, "schemas": sorted({schema, *schemas})}
    for kind, place, name, privilege, grantee, owner in connection.execute(query, given):
        to = names.get(grantee, EVERYBODY)
        shared = kind in ("SCHEMA", "SEQUENCE") and place != schema
        if grantee == owner or (shared and to != role):
            continue
        on = identifier(place) if name is None else qualified(place, name)
        yield Grant(privilege, f"{kind} {on}", to)
