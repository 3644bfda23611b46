"""What Alembic runs for each command: configure, take the turn, migrate, grant.

Beside the command line it serves `rowgate.server.migrate`, which sets `config.attributes`: `connection` (a sync
Connection), `url`, `application_role`, `wall`.
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

from rowgate.alembic import PLUGIN, unwalled, walled
from rowgate.server.migrations.grants import grant_rights
from rowgate.server.migrations.target import APPLICATION_URL, OWNER_URL, WALL, Target, find_target
from rowgate.server.migrations.turn import Limits, migration_turn, offline_epilogue, offline_prologue
from rowgate.server.models import Base
from rowgate.server.policies import catalog
from rowgate.server.walls import SHAPE

config = context.config
OPTIONS: dict[str, Any] = {
    "target_metadata": Base.metadata,
    "compare_type": True,
    "compare_server_default": True,
    "transaction_per_migration": True,
}


def options(target: Target) -> dict[str, Any]:
    """Return what Alembic is configured with: the tables, and the wall around them.

    Without the application's role nobody can say what should stand; a comparison then is an error.
    """
    if not target.wall:
        return {**OPTIONS, **unwalled()}
    if target.application_role is None:
        return {**OPTIONS, "autogenerate_plugins": ["alembic.autogenerate.*", PLUGIN]}
    return {**OPTIONS, **walled(catalog, role=target.application_role, signing=SHAPE)}


def require_named_role(target: Target) -> None:
    """Refuse to change a schema with a wall for nobody."""
    if target.wall and target.application_role is None:
        raise CommandError(
            f"The wall is for the application's role, which is not known: set {APPLICATION_URL} beside {OWNER_URL}, or "
            f"pass -x application_role=NAME. A database without a wall: {WALL}=false."
        )


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


def migrate_online(connection: Connection, *, target: Target) -> None:
    """Migrate over this connection; only a command that changes something waits for its turn."""
    role = target.application_role
    if not changes_schema():
        context.configure(connection=connection, **options(target))
        context.run_migrations()
        return
    require_named_role(target)
    with migration_turn(connection, limits=limits()):
        if role is not None:
            require_role(connection, role)
        context.configure(connection=connection, **options(target))
        with context.begin_transaction():
            context.run_migrations()
        if role is not None:
            connection.execute(grant_rights(role))


def require_role(connection: Connection, name: str) -> None:
    """Refuse to start without the role that the rights are for, rather than to fail after the last migration."""
    nested = connection.in_transaction()
    found = connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :name"), {"name": name})
    if not nested:
        connection.commit()  # else Alembic would take the transaction for the caller's, and never commit
    if not found:
        raise CommandError(f'The role "{name}" of the application does not exist; create it, then migrate.')


async def connect_and_migrate(url: URL, *, target: Target) -> None:
    """Migrate over a connection of our own, which is closed afterwards."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate_online, target=target)


def migrate_offline(*, target: Target) -> None:
    """Write the SQL instead of running it; no database is asked."""
    require_named_role(target)
    context.configure(
        dialect_name="postgresql", literal_binds=True, dialect_opts={"paramstyle": "named"}, **options(target)
    )
    for line in offline_prologue(limits()):
        context.static_output(line)
    with context.begin_transaction():
        context.run_migrations()
    if target.application_role is not None:
        context.execute(grant_rights(target.application_role))
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
        migrate_offline(target=target)
    elif connection is not None:
        migrate_online(connection, target=target)
    elif target.url is not None:
        asyncio.run(connect_and_migrate(target.url, target=target))
    else:
        raise CommandError(f"No database: set {OWNER_URL} or {APPLICATION_URL}, or pass -x url=postgresql://...")


main()
