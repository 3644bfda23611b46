"""PostgreSQL's row security alone, by hand. https://www.postgresql.org/docs/current/ddl-rowsecurity.html

Per command one policy, as https://www.postgresql.org/docs/current/sql-createpolicy.html combines them. Who acts is set in each
transaction, for that transaction.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from rowgate.principal import Principal
from rowgate.testing.world import World
from rowgate.testing.world_models import VIEWS, Base

from .peer import NO_MASKS, Lacks, Peer

ME = "(SELECT NULLIF(current_setting('app.user_id', true), '')::uuid)"
TENANT = "(SELECT NULLIF(current_setting('app.tenant', true), '')::integer)"
KNOWN = f"{ME} IS NOT NULL"
COMMANDS = {"SELECT": "USING", "INSERT": "WITH CHECK", "UPDATE": "USING", "DELETE": "USING"}


def _role(name: str) -> str:
    return f"(SELECT '{name}' = ANY (string_to_array(current_setting('app.roles', true), ',')))"


def _in(column: str, function: str) -> str:
    return f"{column} = ANY (ARRAY(SELECT public.{function}()))"


def _all(condition: str, *commands: str) -> dict[str, str]:
    return dict.fromkeys(commands or COMMANDS, condition)


ADMIN = _role("admin")
OWN = f"owner_id = {ME}"
PUBLIC = f"{OWN} OR (is_public AND {KNOWN})"
READS_DOCUMENT = (
    f"NOT is_deleted AND owner_id <> ALL (ARRAY(SELECT public.app_blockers())) AND ({OWN} OR {ADMIN} "
    f"OR (is_public AND {_role('paid_user')}) OR (is_public AND NOT requires_paid_access AND {_role('free_user')}) "
    f"OR {_in('id', 'app_shared')})"
)
FUNCTIONS = {
    "app_blockers": ("uuid", f"SELECT blocker_id FROM public.blocks WHERE blocked_id = {ME}"),
    "app_shared": ("uuid", f"SELECT document_id FROM public.document_shares WHERE user_id = {ME}"),
    "app_mine": ("uuid", f"SELECT id FROM public.documents WHERE {OWN}"),
    "app_public": ("uuid", "SELECT id FROM public.documents WHERE is_public AND NOT is_deleted"),
    "app_read": ("uuid", f"SELECT id FROM public.documents WHERE {READS_DOCUMENT}"),
    "app_updated": ("uuid", f"SELECT id FROM public.documents WHERE {READS_DOCUMENT} AND ({OWN} OR {ADMIN})"),
    "app_deleted": ("uuid", f"SELECT id FROM public.documents WHERE {READS_DOCUMENT} AND {OWN}"),
    "app_assets": ("integer", f"SELECT id FROM public.assets WHERE {PUBLIC}"),
    "app_my_assets": ("integer", f"SELECT id FROM public.assets WHERE {OWN}"),
    "app_films": ("integer", "SELECT id FROM public.films WHERE NOT is_banned"),
}
"""Sub-selects over tables that have policies themselves: run with their owner's rights, or row security would filter them."""
WRITES = ("INSERT", "UPDATE", "DELETE")
POLICIES: dict[str, dict[str, str]] = {
    "users": {"SELECT": "true", "UPDATE": f"id = {ME}", "INSERT": ADMIN},
    "roles": {"SELECT": KNOWN, **_all(ADMIN, *WRITES)},
    "user_roles": {"SELECT": f"user_id = {ME} OR {ADMIN}", **_all(ADMIN, *WRITES)},
    "blocks": _all(f"blocker_id = {ME}", "SELECT", "INSERT", "DELETE"),
    "documents": {
        "SELECT": READS_DOCUMENT, "INSERT": OWN, "DELETE": f"NOT is_deleted AND {OWN}",
        "UPDATE": f"NOT is_deleted AND ({OWN} OR {ADMIN})", "UPDATE CHECK": f"{OWN} OR {ADMIN}",
    },
    "document_shares": {
        "SELECT": f"user_id = {ME} OR {_in('document_id', 'app_mine')}",
        **_all(_in("document_id", "app_mine"), "INSERT", "DELETE"),
    },
    "comments": {
        "SELECT": f"author_id = {ME} OR ({KNOWN} AND {_in('document_id', 'app_public')})",
        **_all(f"author_id = {ME}", *WRITES),
    },
    "tags": {"SELECT": "true"},
    "document_tags": {
        "SELECT": f"{_in('document_id', 'app_mine')} OR ({KNOWN} AND {_in('document_id', 'app_public')})",
        **_all(_in("document_id", "app_mine"), "INSERT", "DELETE"),
    },
    "ledger": _all(f"owner = {ME}"),
    "scratch": _all("true"),
    "assets": {"SELECT": PUBLIC, **_all(OWN, *WRITES)},
    "books": {"SELECT": _in("id", "app_assets"), **_all(_in("id", "app_my_assets"), *WRITES)},
    "films": {
        "SELECT": f"NOT is_banned AND {_in('id', 'app_assets')}",
        **_all(f"NOT is_banned AND {_in('id', 'app_my_assets')}", *WRITES),
    },
    "remakes": {
        "SELECT": f"{_in('id', 'app_assets')} AND {_in('id', 'app_films')}",
        **_all(f"{_in('id', 'app_my_assets')} AND {_in('id', 'app_films')}", *WRITES),
    },
    "parts": {"SELECT": _in("asset_id", "app_assets"), **_all(_in("asset_id", "app_my_assets"), *WRITES)},
    "attachments": {
        "SELECT": _in("document_id", "app_read"), **_all(_in("document_id", "app_updated"), "INSERT", "UPDATE"),
        "DELETE": _in("document_id", "app_deleted"),
    },
    "articles": {
        "SELECT": f"NOT is_archived AND ({OWN} OR editor_id = {ME})", "INSERT": OWN,
        "UPDATE": f"NOT is_archived AND ({OWN} OR editor_id = {ME})", "UPDATE CHECK": f"{OWN} OR editor_id = {ME}",
        "DELETE": f"NOT is_archived AND {OWN}",
    },
    "trees": {"SELECT": PUBLIC, **_all(OWN, *WRITES)},
}  # fmt: skip
"""Conditions by table and command. A table that is not here is its owner's or tenant's, if a column says so; else nobody's."""


def policies(table: Any) -> dict[str, str] | None:
    """Return the conditions of a table; None if nothing is known of it."""
    if table.name in POLICIES:
        return POLICIES[table.name]
    if "owner_id" in table.c:
        return _all(OWN)
    return _all(f"tenant_id = {TENANT} AND {KNOWN}") if "tenant_id" in table.c else None


class RowSecurity(Peer):
    """Policies in the database, and nothing in front of it."""

    name = "PostgreSQL row security"
    key = "row-security"
    drivers = ("asyncpg", "psycopg")
    file: ClassVar[str] = "row_security.py"
    lacks = {**Peer.lacks, "masks": f"{NO_MASKS}; a policy hides rows, and column privileges do not depend on the row"}  # noqa: RUF012
    how = (
        "Policies by hand: `ENABLE` and [`FORCE ROW LEVEL SECURITY`]"
        "(https://www.postgresql.org/docs/current/ddl-rowsecurity.html) on every table, one policy for each table and command "
        "([`CREATE POLICY`](https://www.postgresql.org/docs/current/sql-createpolicy.html)), with `WITH CHECK` on writes; the "
        "application's login owns nothing and has no `BYPASSRLS`. Who acts is set by `set_config(..., true)` in `after_begin`, for one "
        "transaction, and read once for each statement by a sub-select. Sub-selects over tables with policies are `SECURITY DEFINER` "
        "functions with an empty search path; the view is `security_invoker`. The owner's login, which the suite judges by, has a "
        "policy of its own. Masks cannot be said."
    )
    version_of_server = ""

    @property
    def version(self) -> str:
        """The version of the server, once a run has asked it."""
        return f"PostgreSQL {self.version_of_server}".strip()

    def ddl(self, owner: str, app: str) -> list[str]:
        """Return the functions and policies."""
        found = [
            f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS SETOF {type_} LANGUAGE sql STABLE SECURITY DEFINER "
            f"SET search_path = '' AS $${body}$$"
            for name, (type_, body) in FUNCTIONS.items()
        ]
        for table in Base.metadata.sorted_tables:
            found += [f'ALTER TABLE "{table.name}" {switch} ROW LEVEL SECURITY' for switch in ("ENABLE", "FORCE")]
            found.append(f'CREATE POLICY "owner" ON "{table.name}" TO "{owner}" USING (true) WITH CHECK (true)')
            found += _create(table, app)
        return found + [f"ALTER VIEW {view} SET (security_invoker = true)" for view in VIEWS]

    def sessions(self, engine: Any, world: World) -> Callable[..., Any]:
        """Return sessions that say who acts when a transaction begins."""
        class_ = type("ContextSession", (Session,), {})
        event.listen(class_, "after_begin", _set_context)

        def open_(who: Principal, *, lift: Any = (), **options: Any) -> Any:
            if lift:
                raise Lacks("lift")
            settings = {"expire_on_commit": False, **options, "info": {"who": who}}
            if hasattr(engine, "sync_engine"):
                return AsyncSession(engine, sync_session_class=class_, **settings)
            return class_(engine, **settings)

        return open_


def _create(table: Any, app: str) -> list[str]:
    """Return the policies of a table for the application's role."""
    found = []
    conditions = policies(table) or {}
    for command, word in COMMANDS.items():
        if command in conditions:
            condition = f"{word} ({conditions[command]})"
            if command == "UPDATE":
                condition += f" WITH CHECK ({conditions.get('UPDATE CHECK', conditions[command])})"
            found.append(f'CREATE POLICY "{command}" ON "{table.name}" FOR {command} TO "{app}" {condition}')
    return found


def _set_context(session: Session, _transaction: Any, connection: Any) -> None:
    who: Principal = session.info["who"]
    values = {
        "user_id": "" if who.is_anonymous else str(who.id),
        "roles": ",".join(sorted(who.roles)),
        "tenant": str(who.attributes.get("tenant", "")),
    }
    connection.execute(select(*(func.set_config(f"app.{name}", value, True) for name, value in values.items())))
