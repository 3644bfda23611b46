"""What the application's role may do with each table, where no wall stands: what requests need, and nothing else.

Where the wall stands it says so itself, by `op.set_table_rights`; here it gets what is not of the catalog.
"""

from sqlalchemy import DDL

READ = "SELECT"
WRITE = "SELECT, INSERT, UPDATE, DELETE"
ADD = "SELECT, INSERT"
NOTHING = ""

# A closed list: a table that is missing here is one that the application cannot touch, and a test says so.
RIGHTS = {
    "users": WRITE,
    "roles": WRITE,
    "role_parents": WRITE,
    "role_exclusions": WRITE,
    "user_roles": WRITE,
    "documents": WRITE,
    "document_shares": WRITE,
    "configurations": WRITE,
    "role_configurations": WRITE,
    "audit_log": ADD,  # append-only: nobody who logs in as the application changes what happened
    # To list and revoke one's own; log-ins are stored by the owner's login.
    "login_sessions": "SELECT, UPDATE (revoked_at, revoked_because)",
    "refresh_tokens": NOTHING,
    "api_keys": "SELECT, INSERT, UPDATE (revoked_at)",
    "login_attempts": NOTHING,
    "password_reset_tokens": NOTHING,
    "idempotency_keys": "SELECT, INSERT, DELETE",
    "alembic_version": READ,  # the readiness check compares it with the head
}

OF_NO_CATALOG = {"alembic_version"}
"""Tables without a policy: the wall says nothing of them."""

NAME_BYTES = 63
"""The longest identifier of PostgreSQL, NAMEDATALEN - 1."""


def grant_rights(role: str) -> DDL:
    """Give the role its rights, exactly these, on the tables that exist; can be run again.

    It is one statement with its conditions inside, so that it means the same online and in an `--sql` script, at every
    revision. The owner is left alone: it would lose rights, not get them.
    """
    if not role or "\0" in role or "$rowgate$" in role or len(role.encode()) > NAME_BYTES:
        raise ValueError(f"{role!r} cannot be the name of a PostgreSQL role")
    tables = "\n".join(_table_rights(t, rights, role=role) for t, rights in RIGHTS.items() if t not in OF_NO_CATALOG)
    others = "\n".join(_table_rights(t, RIGHTS[t], role=role) for t in sorted(OF_NO_CATALOG))
    statement = f"""DO $rowgate$
BEGIN
    IF current_user = {_literal(role)} THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO {_identifier(role)};
{others}
    IF to_regnamespace('rowgate') IS NOT NULL THEN
        RETURN;
    END IF;
{tables}
END
$rowgate$"""
    # DDL() formats its text.
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


def _table_rights(table: str, rights: str, *, role: str) -> str:
    """Render one table's rights. What an older release granted and this one does not is taken back."""
    grant = f"\n        GRANT {rights} ON {_identifier(table)} TO {_identifier(role)};" if rights else ""
    return f"""    IF to_regclass({_literal(table)}) IS NOT NULL THEN
        REVOKE ALL ON {_identifier(table)} FROM {_identifier(role)};{grant}
    END IF;"""


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
