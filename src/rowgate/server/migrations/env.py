"""What Alembic runs for each command: configure, take the turn, migrate, grant.

Beside the command line it serves `rowgate.server.migrate`, which sets `config.attributes`: `connection` (a sync
Connection), `url`, `application_role`.
"""

import asyncio
from logging.config import fileConfig
from typing import Any

from alembic import context
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from rowgate.server.migrations.grants import grant_rights
from rowgate.server.migrations.target import APPLICATION_URL, OWNER_URL, find_target
from rowgate.server.migrations.turn import Limits, migration_turn, offline_epilogue, offline_prologue
from rowgate.server.models import Base

config = context.config
OPTIONS: dict[str, Any] = {
    "target_metadata": Base.metadata,
    "compare_type": True,
    "compare_server_default": True,
    "transaction_per_migration": True,
}


def changes_schema() -> bool:
    """Tell upgrade, downgrade and stamp, which have a destination, from current and check, which only read."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def limits() -> Limits:
    """Read the limits from the configuration."""
    option, default = config.get_main_option, Limits()
    return Limits(
        lock=option("lock_timeout", default.lock),
        statement=option("statement_timeout", default.statement),
        turn=float(option("turn_timeout", str(default.turn))),
    )


def migrate_online(connection: Connection, *, application_role: str | None) -> None:
    """Migrate over this connection; only a command that changes something waits for its turn."""
    if not changes_schema():
        context.configure(connection=connection, **OPTIONS)
        context.run_migrations()
        return
    with migration_turn(connection, limits=limits()):
        if application_role is not None:
            require_role(connection, application_role)
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
        if application_role is not None:
            connection.execute(grant_rights(application_role))


def require_role(connection: Connection, name: str) -> None:
    """Refuse to start without the role that the rights are for, rather than to fail after the last migration."""
    nested = connection.in_transaction()
    found = connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :name"), {"name": name})
    if not nested:
        connection.commit()  # else Alembic would take the transaction for the caller's, and never commit
    if not found:
        raise CommandError(f'The role "{name}" of the application does not exist; create it, then migrate.')


async def connect_and_migrate(url: URL, *, application_role: str | None) -> None:
    """Migrate over a connection of our own, which is closed afterwards."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate_online, application_role=application_role)


def migrate_offline(*, application_role: str | None) -> None:
    """Write the SQL instead of running it; no database is asked."""
    context.configure(dialect_name="postgresql", literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
    for line in offline_prologue(limits()):
        context.static_output(line)
    with context.begin_transaction():
        context.run_migrations()
    if application_role is not None:
        context.execute(grant_rights(application_role))
    for line in offline_epilogue():
        context.static_output(line)


def main() -> None:
    """Choose between a script, a given connection and one of our own."""
    if config.config_file_name is not None:
        fileConfig(config.config_file_name, disable_existing_loggers=False)
    arguments = context.get_x_argument(as_dictionary=True)
    target = find_target(attributes=config.attributes, arguments=arguments)
    connection: Connection | None = config.attributes.get("connection")
    if context.is_offline_mode():
        migrate_offline(application_role=target.application_role)
    elif connection is not None:
        migrate_online(connection, application_role=target.application_role)
    elif target.url is not None:
        asyncio.run(connect_and_migrate(target.url, application_role=target.application_role))
    else:
        raise CommandError(f"No database: set {OWNER_URL} or {APPLICATION_URL}, or pass -x url=postgresql://...")


main()
