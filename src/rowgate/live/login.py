"""Whether a login of a running database could walk round the wall.

See https://www.postgresql.org/docs/current/ddl-rowsecurity.html for whom row security does not bind.
"""

import logging
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from rowgate.catalog import Catalog
from rowgate.errors import CatalogError, Unguarded
from rowgate.permission import TableKey
from rowgate.wall.signing import PRINCIPAL, SETTING, UNBOUND, Signed, Signing
from rowgate.wall.texts import NOBODY
from rowgate.wall.wires import driver_of

logger = logging.getLogger("rowgate.live")

_ROLES = text("""
SELECT r.rolname, r.rolname = session_user AS is_own, r.rolsuper, r.rolbypassrls, r.rolcreaterole,
  r.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files') AS leaves_the_database
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = session_user OR pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
ORDER BY r.rolname
""")

_ACTING = text("""
WITH told AS MATERIALIZED (SELECT pg_catalog.set_config(:name, :given, true))
SELECT rowgate.acting() FROM told
""")
"""In one statement, so that it holds in autocommit too."""

_TABLE = text("""
SELECT c.relrowsecurity, c.relforcerowsecurity, pg_catalog.pg_get_userbyid(c.relowner) AS owner,
  pg_catalog.pg_has_role(session_user, c.relowner, 'MEMBER') AS owns,
  pg_catalog.has_table_privilege(session_user, c.oid, 'TRUNCATE') AS truncates,
  n.nspname, pg_catalog.has_schema_privilege(session_user, n.oid, 'CREATE') AS creates
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = coalesce(:schema, current_schema()) AND c.relname = :name AND c.relkind IN ('r', 'p')
""")

_OURS = text("""
SELECT n.oid IS NOT NULL AS stands, pg_catalog.pg_has_role(session_user, n.nspowner, 'MEMBER') AS owns,
  pg_catalog.has_schema_privilege(session_user, n.oid, 'CREATE') AS creates,
  coalesce(pg_catalog.has_any_column_privilege(session_user, pg_catalog.to_regclass('rowgate.keys')::oid, 'SELECT'), false)
    OR coalesce(pg_catalog.has_table_privilege(session_user, pg_catalog.to_regclass('rowgate.keys')::oid, 'INSERT'), false)
    AS has_keys
FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'rowgate'
""")

_TEMPORARY = text("""
SELECT pg_catalog.quote_ident(current_database()) AS name,
  pg_catalog.has_database_privilege(session_user, current_database(), 'TEMPORARY') AS may
""")


def verify_login(
    connection: Connection, catalog: Catalog, *, signing: Signing | None = None, allow: bool = False
) -> list[str]:
    """Refuse a login that could walk round the wall: call it when the application starts, on its own engine.

    `async_connection.run_sync(verify_login, catalog)` for an asynchronous one. It changes nothing. The right to temporary
    tables, which PostgreSQL gives everybody, is a warning of the logger `rowgate.live`: what injected SQL leaves in a
    session, whoever has its connection next may run into.

    Args:
        connection: of the application's login, not guarded.
        catalog: frozen, the one that the wall renders.
        signing: looked at too, if given: whether contexts reach their backend, and whether the clocks agree.
        allow: go on nevertheless; what was found is a warning of the logger `rowgate.live`.

    Returns:
        What was found, in sentences; nothing, unless `allow`.

    Raises:
        Unguarded: something was found.
        CatalogError: this is no PostgreSQL.
    """
    if connection.dialect.name != "postgresql":
        raise CatalogError("the wall stands in PostgreSQL: there is no login to verify here")
    catalog.freeze()
    found = [*_of_roles(connection), *_of_tables(connection, catalog), *_of_schema(connection)]
    if isinstance(signing, Signed):
        found += list(_of_signing(connection, signing)) or list(_of_keys(connection, signing))
    if found and not allow:
        raise Unguarded(f"this login could walk round the wall: {'; '.join(found)}", code="RG303")
    for finding in found:
        logger.warning("the wall is not whole: %s", finding)
    database = connection.execute(_TEMPORARY).one()
    if database.may:
        logger.warning(
            "this login may make temporary tables and views, which stay on a pooled connection for whoever has it next: "
            "REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC",
            database.name,
        )
    return found


def _of_roles(connection: Connection) -> Iterator[str]:
    rows = connection.execute(_ROLES).all()
    if any(row.is_own and row.rolsuper for row in rows):
        yield "it is a superuser"
        return
    for row in rows:
        who = "it" if row.is_own else f"it may become {row.rolname}, which"
        if row.rolsuper:
            yield f"{who} is a superuser"
        if row.rolbypassrls:
            yield f"{who} has BYPASSRLS"
        if row.rolcreaterole:
            yield f"{who} has CREATEROLE, and may make itself a member of others"
        if row.leaves_the_database:
            yield f"{who} reads files or runs programs of the server"


def _of_tables(connection: Connection, catalog: Catalog) -> Iterator[str]:
    open_ = set()
    for key, entry in catalog.entries.items():
        row = connection.execute(_TABLE, {"schema": key[0], "name": key[1]}).one_or_none()
        if row is None:
            yield f"table {_show(key)} is not there"
            continue
        if row.owns:
            forced = "" if row.relforcerowsecurity else ", without FORCE ROW LEVEL SECURITY"
            yield f"it owns table {_show(key)}{forced}"
        if not row.relrowsecurity and entry.reason is None:
            yield f"table {_show(key)} has no row security"
        if row.truncates:
            yield f"it may TRUNCATE table {_show(key)}"
        if row.creates:
            open_.add(row.nspname)
    for schema in sorted(open_):
        yield (
            f"it may create operators and functions in schema {schema}, which policies that are made later, and the owner's "
            "queries, could mean: take the right to CREATE there from it, and from PUBLIC"
        )


def _of_schema(connection: Connection) -> Iterator[str]:
    row: Any = connection.execute(_OURS).one_or_none()
    if row is None:
        yield "schema rowgate is not there: make the wall"
        return
    if row.owns or row.creates:
        yield "it may change the functions of schema rowgate"
    if row.has_keys:
        yield "it reads or writes the signing keys"


def _of_signing(connection: Connection, signing: Signed) -> Iterator[str]:
    told = driver_of(connection.dialect).pid(connection.connection.dbapi_connection)
    row = connection.execute(
        text("SELECT pg_catalog.pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp()) AS now")
    ).one()
    if signing.bind_to_pid and row.pid != told:
        yield "contexts are bound to a backend that the driver does not know: behind a pooler say bind_to_pid=False"
    if abs(float(row.now) - time.time()) > signing.lifetime / 2:
        yield "the clocks of application and database differ by half of a context's lifetime"


def _of_keys(connection: Connection, signing: Signed) -> Iterator[str]:
    """Say whether the database knows the key: else everybody sees nothing, and no error tells why."""
    acting = "SELECT pg_catalog.to_regprocedure('rowgate.acting()') IS NOT NULL"
    if not connection.scalar(text(acting)):
        return  # there is no wall: the tables have told
    pid = driver_of(connection.dialect).pid(connection.connection.dbapi_connection) if signing.bind_to_pid else UNBOUND
    given = {"name": SETTING, "given": signing.text(PRINCIPAL, NOBODY, pid)}
    known = connection.scalar(_ACTING, given)
    connection.execute(text("SELECT pg_catalog.set_config(:name, '', true)"), {"name": SETTING})
    if not known:
        yield "it does not know the signing key, so that everybody sees nothing: run Signed.accept() as the owner"


def _show(key: TableKey) -> str:
    return key[1] if key[0] is None else f"{key[0]}.{key[1]}"
