"""Who may do what in the suite's world, in plain Python over rows. It never asks a decision, nor a gate."""

from collections.abc import Mapping
from typing import Any

from rowgate.principal import Principal
from rowgate.testing.world_rows import Rows

Row = Mapping[str, Any]
FOLLOWED = {
    "books": ("assets", "id"), "films": ("assets", "id"), "remakes": ("films", "id"), "parts": ("assets", "asset_id"),
    "attachments": ("documents", "document_id"),
}  # fmt: skip
"""Tables whose rows follow a row of another one, and the column that names it."""
EDITED = {"title", "text"}
"""What the editor of an article may change."""
OWNED = {
    "folders": "owner_id", "notes": "owner_id", "ledger": "owner", "measurements": "owner_id", "vaults": "owner_id",
    "drafts": "owner_id", "plants": "owner_id", "tickets": "owner_id", "cards": "owner_id",
}  # fmt: skip
"""Tables whose rows are their owner's alone, and the column that says whose."""


class Truth:
    """What one principal may do, given all rows."""

    def __init__(self, who: Principal, rows: Rows, lifts: frozenset[str] = frozenset()) -> None:
        self.who = who
        self.lifted = "soft-delete" in lifts and "admin" in who.roles
        self.archive_lifted = "archive" in lifts and bool({"free_user", "admin"} & who.roles)
        self.parents = {t: {row["id"]: row for row in rows[t]} for t in ("documents", "assets", "films")}
        self.documents = self.parents["documents"]
        self.shares = {(row["document_id"], row["user_id"]) for row in rows["document_shares"]}
        self.blocks = {(row["blocker_id"], row["blocked_id"]) for row in rows["blocks"]}

    def seen(self, rows: Rows) -> Rows:
        """Return what the principal may read of all rows, masks applied."""
        return {t: [self.masked(t, row) for row in found if self.reads(t, row)] for t, found in rows.items()}

    def masked(self, table: str, row: Row) -> dict[str, Any]:
        """Return a row as the principal reads it."""
        if table != "users":
            return dict(row)
        return {**row, "hashed_password": None, "email": row["email"] if self._me(row["id"]) else "hidden"}

    def reads(self, table: str, row: Row) -> bool:
        """Return whether a row is read."""
        return self._may_read(table, row) and self._stands(table, row, "read")

    def updates(self, table: str, old: Row, new: Row) -> bool:
        """Return whether one row may become the other."""
        if not self.reads(table, old) or not self._may(table, old, "update") or not self._stands(table, old, "update"):
            return False
        if table == "users" and (
            old["hashed_password"] != new["hashed_password"]
            or (old["email"] != new["email"] and not self._me(old["id"]))
        ):
            return False
        if (
            table == "articles"
            and not self._me(old["owner_id"])
            and any(old[name] != new[name] for name in old.keys() - EDITED)
        ):
            return False
        return self._may(table, new, "update") and self._may_read(table, new) and self._of_tenant(table, new)

    def creates(self, table: str, new: Row) -> bool:
        """Return whether a row may come to be."""
        if table == "users" and (new["hashed_password"] is not None or new["email"] is not None):
            return False
        return self._may(table, new, "create") and self._of_tenant(table, new)

    def deletes(self, table: str, old: Row) -> bool:
        """Return whether a row may be deleted."""
        return self.reads(table, old) and self._may(table, old, "delete") and self._stands(table, old, "delete")

    def _me(self, user: Any) -> bool:
        return not self.who.is_anonymous and user == self.who.id

    def _is(self, role: str) -> bool:
        return role in self.who.roles

    def _owns_document(self, key: Any) -> bool:
        return key in self.documents and self._me(self.documents[key]["owner_id"])

    def _is_public(self, key: Any) -> bool:
        found = self.documents.get(key)
        return found is not None and found["is_public"] and not found["is_deleted"] and not self.who.is_anonymous

    def _of_tenant(self, table: str, row: Row) -> bool:
        return table not in ("projects", "invoices") or (
            row["tenant_id"] is not None and row["tenant_id"] == self.who.attributes.get("tenant")
        )

    def _stands(self, table: str, row: Row, action: str) -> bool:
        """Return whether no restriction takes the row away."""
        if table == "articles":
            return self.archive_lifted or not row["is_archived"]
        if table != "documents":
            return self._of_tenant(table, row)
        blocked = action == "read" and (row["owner_id"], self.who.id) in self.blocks
        return not blocked and (self.lifted or not row["is_deleted"])

    def _may_read(self, table: str, row: Row) -> bool:  # noqa: PLR0911 - one for each table
        """Return whether a rule permits to read the row, whatever restrictions say."""
        if table in ("users", "tags", "scratch"):
            return True
        if table == "roles":
            return not self.who.is_anonymous
        if table == "user_roles":
            return self._me(row["user_id"]) or self._is("admin")
        if table in FOLLOWED:
            return self._follows(table, row, "read")
        if table in ("assets", "trees"):
            return not self.who.is_anonymous and (self._me(row["owner_id"]) or row["is_public"])
        if table == "documents":
            paid = row["requires_paid_access"]
            by_role = row["is_public"] and (self._is("paid_user") or (self._is("free_user") and not paid))
            shared = (row["id"], self.who.id) in self.shares
            return self._is("admin") or by_role or self._me(row["owner_id"]) or shared
        if table == "document_shares":
            return self._me(row["user_id"]) or self._owns_document(row["document_id"])
        if table == "comments":
            return self._is_public(row["document_id"]) or self._me(row["author_id"])
        if table == "document_tags":
            return self._is_public(row["document_id"]) or self._owns_document(row["document_id"])
        return self._may(table, row, "read")

    def _may(self, table: str, row: Row, action: str) -> bool:  # noqa: C901, PLR0911 - one for each table
        """Return whether a rule permits a write of the row, whatever restrictions say."""
        if table in FOLLOWED:
            return self._follows(table, row, action)
        if table == "articles":
            edits = action in ("read", "update") and self._me(row["editor_id"])
            return self._me(row["owner_id"]) or edits
        if table in ("assets", "trees"):
            return self._me(row["owner_id"])
        if table in OWNED:
            return self._me(row[OWNED[table]])
        if table in ("projects", "invoices"):
            return not self.who.is_anonymous
        if table == "documents":
            return self._me(row["owner_id"]) or (action == "update" and self._is("admin"))
        if table in ("document_shares", "document_tags"):
            return action != "update" and self._owns_document(row["document_id"])
        if table == "comments":
            return self._me(row["author_id"])
        if table == "blocks":
            return action != "update" and self._me(row["blocker_id"])
        if table == "users":
            return (action == "update" and self._me(row["id"])) or (action == "create" and self._is("admin"))
        if table in ("roles", "user_roles"):
            return self._is("admin")
        return table == "scratch"

    def _follows(self, table: str, row: Row, action: str) -> bool:
        """Return whether the row that a row follows permits this; a film's own policy is AND-ed."""
        parent, name = FOLLOWED[table]
        found = self.parents[parent].get(row[name])
        if found is None or (table == "films" and row["is_banned"]):
            return False
        if table in ("attachments", "parts") and action != "read" and self.who.is_anonymous:
            return False
        if action == "read":
            return self.reads(parent, found)
        if action == "create" and table not in ("attachments", "parts"):
            return self.creates(parent, found)
        asked = "update" if action == "create" else action
        return self.reads(parent, found) and self._may(parent, found, asked) and self._stands(parent, found, asked)
