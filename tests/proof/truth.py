"""The truth about the small world in plain Python: who reads, writes and makes which row. It knows no decision and no gate."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from proof.further_truth import FURTHER, FurtherTruth, Row, State
from proof.small_world import TABLES
from rowgate import Principal

MASKED = {
    "people": ("secret", "mail"),
    "docs": ("score",),
    "notes": ("body",),
    "Order": ("Group",),
    "plans": ("memo",),
    "remarks": ("body",),
    "films": ("rating",),
}
HOPELESS = {("people", "secret"), ("docs", "score")}
"""Masked columns that nobody writes."""


def key_of(table: str, row: Row) -> tuple[Any, ...]:
    """Return the primary key of a row."""
    return tuple(row[column.name] for column in TABLES[table].primary_key)


@dataclass(frozen=True)
class Truth(FurtherTruth):
    """What one principal may do, given the rows of all tables."""

    who: Principal
    lifts: frozenset[str]
    state: State

    def reads(self, table: str, row: Row) -> bool:
        """Return whether the row is read."""
        if table in FURTHER:
            return self._read_further(table, row)
        return self._allows_read(table, row) and (table != "docs" or (self._alive(row) and not self._blocked(row)))

    def updates(self, table: str, row: Row) -> bool:
        """Return whether the row as it is may be updated."""
        return self.reads(table, row) and self._allows_update(table, row)

    def deletes(self, table: str, row: Row) -> bool:
        """Return whether the row as it is may be deleted."""
        if table in FURTHER:
            return self.reads(table, row) and self._delete_further(table, row)
        return self.reads(table, row) and self._owns(table, row, "delete")

    def permits(self, action: str, table: str, row: Row) -> bool:
        """Return what `can()` says about a row."""
        return {"read": self.reads, "update": self.updates, "delete": self.deletes}[action](table, row)

    def covers(self, table: str, column: str, row: Row) -> bool:
        """Return whether a rule of updating that admits the row as it is lets this column change."""
        return self._cover_further(table, column, row)

    def accepts_new(self, table: str, row: Row, *, returned: bool, columns: Any = None) -> bool:
        """Return whether an INSERT of this row passes; `columns`: those that an upsert writes, NULL or not."""
        masked = MASKED.get(table, ())
        written = [c for c in masked if (row.get(c) is not None if columns is None else c in columns)]
        if any(not self.writes_mask(table, column, row) for column in written):
            return False
        return self._owns(table, row, "create") and (not returned or self.reads(table, row))

    def accepts_changed(self, table: str, row: Row, *, returned: bool) -> bool:
        """Return whether an UPDATE may leave this row."""
        if table in FURTHER:
            return self._change_further(table, row) and (not returned or self.reads(table, row))
        if not (self._allows_update(table, row, new=True) and self._allows_read(table, row)):
            return False
        return not returned or self.reads(table, row)

    def masks(self, table: str, row: Row) -> list[tuple[str, Any]]:
        """Return the columns that do not read plainly on this row, and what they read."""
        if table in FURTHER:
            return self._masks_further(table, row)
        if table == "people":
            return [("secret", None)] + ([] if self._is_me(row["id"]) else [("mail", "hidden")])
        if table == "docs" and not self._is_me(row["owner_id"]):
            return [("score", None)]
        if table == "notes" and not self._is_me(row["author_id"]):
            return [("body", "***")]
        if table == "Order" and not self._is_me(row["user"]):
            return [("Group", "-")]
        return []

    def writes_mask(self, table: str, column: str, row: Row) -> bool | None:
        """Return whether a column may be set, as far as masks say: of the old row on UPDATE, of the new one on INSERT.

        `score` is masked on some rows and writable on none.
        """
        if table in FURTHER:
            return self._opens_further(table, column, row)
        if (table, column) in HOPELESS:
            return False
        if (table, column) == ("people", "mail"):
            return self._is_me(row["id"])
        if (table, column) == ("Order", "Group"):
            return self._is_me(row["user"])
        return self._is_me(row["author_id"]) if (table, column) == ("notes", "body") else True

    def shadow(self) -> State:
        """Return what the principal may read, masks applied: the rows of a database without anything hidden."""
        return self._shadow

    @cached_property
    def _shadow(self) -> State:
        return {
            table: [{**row, **dict(self.masks(table, row))} for row in rows if self.reads(table, row)]
            for table, rows in self.state.items()
        }

    def _alive(self, doc: Row) -> bool:
        lifted = "soft-delete" in self.lifts and "auditor" in self.who.roles
        return lifted or (doc["deleted"] is not None and not doc["deleted"])

    def _blocked(self, doc: Row) -> bool:
        return any(b["blocker"] == doc["owner_id"] and self._is_me(b["blocked"]) for b in self.state["blocks"])

    def _shared(self, doc: Row, level: int | None = None) -> bool:
        return any(
            share["doc_id"] == doc["id"]
            and self._is_me(share["person_id"])
            and (level is None or (share["level"] is not None and share["level"] >= level))
            for share in self.state["shares"]
        )

    def _docs(self, key: Any) -> list[Row]:
        return [doc for doc in self.state["docs"] if key is not None and doc["id"] == key]

    def _allows_read(self, table: str, row: Row) -> bool:  # noqa: PLR0911 - one for each table
        free = "free_user" in self.who.roles
        if table == "tags":
            return True
        if table == "people":
            return (row["hidden"] is not None and not row["hidden"]) or self._is_me(row["id"])
        if table == "Order":
            return (not self.who.is_anonymous and row["select"] in ("a", "b")) or self._is_me(row["user"])
        if table == "docs":
            open_ = "auditor" in self.who.roles or (free and bool(row["public"]))
            return open_ or self._is_me(row["owner_id"]) or self._shared(row)
        if table == "shares":
            return self._is_me(row["person_id"]) or self._owns(table, row, "delete")
        if table == "notes":
            public = any(
                doc["public"] and doc["deleted"] is not None and not doc["deleted"] for doc in self._docs(row["doc_id"])
            )
            return (public and not self.who.is_anonymous) or self._is_me(row["author_id"])
        return self._owns(table, row, "delete") or (table == "links" and free and row["tag_id"] < 4)

    def _allows_update(self, table: str, row: Row, *, new: bool = False) -> bool:
        if table in FURTHER:
            return self._update_further(table, row)
        if table == "docs":
            allowed = self._is_me(row["owner_id"]) or self._shared(row, 2)
            return allowed and (new or self._alive(row))
        if table == "notes":
            return self._is_me(row["author_id"]) or ("free_user" in self.who.roles and row["stars"] is None)
        if table == "Order":
            return self._is_me(row["user"])
        return table == "tags" or (table == "people" and self._is_me(row["id"]))

    def _owns(self, table: str, row: Row, action: str) -> bool:  # noqa: PLR0911 - one for each table
        if table in FURTHER:
            return self._create_further(table, row)
        if table == "docs":
            return self._is_me(row["owner_id"]) and (action == "create" or self._alive(row))
        if table == "shares":
            return any(self._is_me(doc["owner_id"]) for doc in self._docs(row["doc_id"]))
        if table == "notes":
            return self._is_me(row["author_id"])
        if table in ("blocks", "Order"):
            return self._is_me(row["blocker" if table == "blocks" else "user"])
        if table == "links":
            return any(self._is_me(d["owner_id"]) and (d["pages"] or 0) > 0 for d in self._docs(row["doc_id"]))
        return table == "tags"
