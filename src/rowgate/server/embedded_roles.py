"""The logins of the embedded PostgreSQL, and what each may do before any migration has run.

The superuser makes two logins and then is not used: row-level security does not hold for superusers. Every
statement may run again, so a crash in between is mended by the next start, and so is drift.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rowgate.server.embedded_host import EmbeddedError

if TYPE_CHECKING:
    import psycopg

SUPERUSER: Final = "postgres"
OWNER: Final = "rowgate_owner"
APPLICATION: Final = "rowgate_app"
DATABASE: Final = "rowgate"
ATTRIBUTES: Final = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def provision(sockets: str, passwords: Mapping[str, str]) -> None:
    """Make the database and both logins, or bring them back to what they must be.

    Args:
        sockets: the folder of the socket.
        passwords: one each for the superuser, the owner and the application.

    Raises:
        EmbeddedError: the superuser's password file does not fit the cluster, or a statement failed.
    """
    import psycopg

    try:
        with _connect(sockets, "postgres", passwords[SUPERUSER]) as connection:
            for role in (OWNER, APPLICATION):
                _ensure_role(connection, role, passwords[role])
            _ensure_database(connection)
        with _connect(sockets, DATABASE, passwords[SUPERUSER]) as connection:
            _ensure_schema(connection)
    except psycopg.OperationalError as error:
        raise EmbeddedError(
            f"PostgreSQL runs, but its superuser cannot log in: {str(error).strip()}. If the file "
            f"{SUPERUSER}_password was lost or changed, bring it back from a backup"
        ) from None
    except psycopg.Error as error:
        raise EmbeddedError(f"the logins of the embedded PostgreSQL cannot be set up: {error}") from None


def _connect(sockets: str, database: str, password: str) -> "psycopg.Connection":
    import psycopg

    # pg_catalog alone: whatever the owner has put into public must not run with the superuser's rights.
    return psycopg.connect(
        host=sockets,
        port=5432,
        user=SUPERUSER,
        password=password,
        dbname=database,
        options="-c search_path=pg_catalog",
        autocommit=True,
    )


def _ensure_role(connection: "psycopg.Connection", role: str, password: str) -> None:
    from psycopg import sql

    name = sql.Identifier(role)
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Hashed on this side, so that the password itself cannot turn up in PostgreSQL's log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} " + ATTRIBUTES + " PASSWORD {}").format(name, sql.Literal(verifier)))


def _ensure_database(connection: "psycopg.Connection") -> None:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")
    connection.execute(f"ALTER DATABASE {DATABASE} OWNER TO {OWNER}")
    for database in (DATABASE, "postgres", "template1"):
        connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION}")


def _ensure_schema(connection: "psycopg.Connection") -> None:
    connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}")
