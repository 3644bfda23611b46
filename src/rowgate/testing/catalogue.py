"""What a database is made of, as its own catalogue has it: told apart before and after a case, and swept away.

Rows are compared by `state`. Here is all else that a case may leave: tables, views, columns, indexes, constraints, functions, types,
sequences, schemas, rights, row security, triggers, comments. Temporary objects are left out: they end with their connection.
"""

from typing import Any

from sqlalchemy import DDL, text

_TEMPORARY = r"(SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_')"
_RELATIONS = f"(SELECT oid FROM pg_class WHERE relnamespace IN {_TEMPORARY})"  # noqa: S608 - of constants
_OWN = 16384
"""Below are the objects that PostgreSQL comes with, which only a superuser changes."""
_CATALOGUES = {
    "pg_class": f"oid >= {_OWN} AND relnamespace NOT IN {_TEMPORARY}",
    "pg_attribute": f"attrelid >= {_OWN} AND attrelid NOT IN {_RELATIONS}",
    "pg_attrdef": f"adrelid NOT IN {_RELATIONS}",
    "pg_index": f"indexrelid >= {_OWN} AND indrelid NOT IN {_RELATIONS}",
    "pg_constraint": f"oid >= {_OWN} AND connamespace NOT IN {_TEMPORARY}",
    "pg_trigger": f"tgrelid NOT IN {_RELATIONS}",
    "pg_rewrite": f"oid >= {_OWN} AND ev_class NOT IN {_RELATIONS}",
    "pg_type": f"oid >= {_OWN} AND typnamespace NOT IN {_TEMPORARY}",
    "pg_proc": f"oid >= {_OWN} AND pronamespace NOT IN {_TEMPORARY}",
    "pg_description": f"objoid >= {_OWN} AND NOT (classoid = 'pg_class'::regclass AND objoid IN {_RELATIONS})",
    "pg_sequence": f"seqrelid NOT IN {_RELATIONS}",
    "pg_inherits": f"inhrelid NOT IN {_RELATIONS}",
    "pg_partitioned_table": f"partrelid NOT IN {_RELATIONS}",
    "pg_namespace": f"oid NOT IN {_TEMPORARY}",
    "pg_db_role_setting": "setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())",
    **dict.fromkeys(
        (
            "pg_cast", "pg_collation", "pg_conversion", "pg_default_acl", "pg_enum", "pg_event_trigger", "pg_extension",
            "pg_foreign_data_wrapper", "pg_foreign_server", "pg_largeobject_metadata", "pg_opclass",
            "pg_operator", "pg_policy", "pg_publication", "pg_statistic_ext",
            "pg_ts_config", "pg_ts_dict",
        ),
        "true",
    ),
}  # fmt: skip
_POSTGRESQL = " UNION ALL ".join(
    # Which transaction wrote each row of a catalogue: any DDL that was stored changes that, and statistics do not.
    f"SELECT '{name}', count(*)::text, md5(string_agg(xmin::text, ' ' ORDER BY xmin::text)) FROM {name} WHERE {condition}"  # noqa: S608 - of constants
    for name, condition in _CATALOGUES.items()
)
_SQLITE = r"SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'"
SHAPE = {"postgresql": text(_POSTGRESQL), "sqlite": text(_SQLITE)}
"""Differs as soon as DDL was stored; for comparing alone."""
_RESET = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ALL', current_database()); END $$"
_SCHEMAS = text("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")


async def shape(connection: Any) -> frozenset[tuple[Any, ...]]:
    """Return what tells one catalogue from another."""
    rows = (await connection.execute(SHAPE[connection.dialect.name])).all()
    return frozenset(tuple(row) for row in rows)


async def sweep(connection: Any) -> None:
    """Drop everything that is not the system's, whoever made it."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    if connection.dialect.name == "postgresql":
        # A schema takes all with it: tables, functions, types, sequences.
        for name in (await connection.scalars(_SCHEMAS)).all():
            await connection.execute(_ddl(f"DROP SCHEMA {quote(name)} CASCADE"))
        await connection.execute(_ddl(_RESET))
        await connection.execute(_ddl("CREATE SCHEMA public"))
        await connection.execute(_ddl("GRANT USAGE ON SCHEMA public TO PUBLIC"))
        return
    found = (await connection.execute(SHAPE["sqlite"])).all()
    for kind in ("view", "table"):  # indexes and triggers go with them; views go before what they read
        for name in sorted(row.name for row in found if row.type == kind):
            await connection.execute(_ddl(f"DROP {kind.upper()} IF EXISTS {quote(name)}"))


def _ddl(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))
