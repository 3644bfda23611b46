"""The truth about the second half of the small world in plain Python."""

from typing import Any

from rowgate import Principal

Row = dict[str, Any]
State = dict[str, list[Row]]
PARENTS = {"books": "assets", "novels": "books", "films": "assets"}
FURTHER = frozenset({"rooms", "plans", "remarks", "assets", *PARENTS})
HELPED = {
    "docs": {"title", "pages"},
    "plans": {"title", "effort", "helper_id"},
    "assets": {"name"},
}
"""What those may change whom a rule with `columns=` lets update."""


class FurtherTruth:
    """What one principal may do with rooms, plans, remarks and assets."""

    who: Principal
    lifts: frozenset[str]
    state: State

    def permits(self, action: str, table: str, row: Row) -> bool:
        """Return what `can()` says about a row."""
        raise NotImplementedError

    def _is_me(self, value: Any) -> bool:
        return value is not None and not self.who.is_anonymous and bool(value == self.who.id)

    @property
    def _free(self) -> bool:
        return "free_user" in self.who.roles

    def _follows(self, action: str, table: str, key: Any) -> bool:
        """Return whether there is a row of this key, and the action is permitted on it."""
        found = [row for row in self.state[table] if key is not None and row["id"] == key]
        return any(self.permits(action, table, row) for row in found)

    def _in_tenant(self, room: Row) -> bool:
        return room["tenant"] is not None and room["tenant"] == self.who.attributes.get("tenant")

    def _see_further(self, table: str, row: Row) -> bool:
        """Return whether an allow of reading admits the row, restrictions apart."""
        known = not self.who.is_anonymous
        if table == "rooms":
            return known and (row["open"] is True or self._is_me(row["owner_id"]))
        if table == "plans":
            return known and (row["open"] is True or self._is_me(row["helper_id"]) or self._is_me(row["owner_id"]))
        if table == "remarks":
            return known and (self._follows("read", "docs", row["doc_id"]) or self._is_me(row["author_id"]))
        if table == "assets":
            return known and (row["shared"] is True or self._is_me(row["owner_id"]))
        short = table == "films" and row["minutes"] is not None and row["minutes"] < 100
        return table != "films" or (known and short) or self._is_me(row["editor_id"])

    def _read_further(self, table: str, row: Row) -> bool:
        if table == "rooms" and not self._in_tenant(row):
            return False
        if table in PARENTS and not self._follows("read", PARENTS[table], row["id"]):
            return False
        return self._see_further(table, row)

    def _update_further(self, table: str, row: Row) -> bool:
        """Return whether the row as it is passes the rules of updating, those of reading apart."""
        if table == "rooms":
            return self._in_tenant(row) and (self._is_me(row["owner_id"]) or (self._free and row["label"] == "a"))
        if table == "plans":
            helped = self._is_me(row["helper_id"]) or (self._free and row["open"] is True)
            return self._is_me(row["owner_id"]) or helped
        if table == "remarks":
            ranked = row["level"] is not None and row["level"] > 0
            return self._follows("update", "docs", row["doc_id"]) and (
                ranked or not self._follows("delete", "docs", row["doc_id"])
            )
        if table == "assets":
            return self._is_me(row["owner_id"]) or (self._free and row["shared"] is True and row["name"] == "a")
        if table == "films" and not self._is_me(row["editor_id"]):
            return False
        parents = [one for one in self.state[PARENTS[table]] if one["id"] == row["id"]]
        return any(self._update_wholly(PARENTS[table], parent) for parent in parents)

    def _update_wholly(self, table: str, row: Row) -> bool:
        """Return whether any column of the row may be updated: a rule with `columns=` is none for the leaves."""
        return self.permits("update", table, row) and (table != "assets" or self._is_me(row["owner_id"]))

    def _delete_further(self, table: str, row: Row) -> bool:
        if table == "remarks":
            return self._follows("delete", "docs", row["doc_id"])
        if table == "films" and not self._is_me(row["editor_id"]):
            return False
        if table in PARENTS:
            return self._follows("delete", PARENTS[table], row["id"])
        return self._is_me(row["owner_id"]) and (table != "rooms" or self._in_tenant(row))

    def _create_further(self, table: str, row: Row) -> bool:
        """Return whether a new row passes the rules of creating, masks apart."""
        if table == "remarks":
            return self._is_me(row["author_id"])
        if table == "films" and not self._is_me(row["editor_id"]):
            return False
        if table in PARENTS:
            parents = [one for one in self.state[PARENTS[table]] if one["id"] == row["id"]]
            return any(self._create_further(PARENTS[table], parent) for parent in parents)
        if table == "plans" and self._free and row.get("title") == "a":
            return True
        return self._is_me(row["owner_id"]) and (table != "rooms" or self._in_tenant(row))

    def _change_further(self, table: str, row: Row) -> bool:
        """Return whether an UPDATE may leave this row, as far as it is not read back."""
        if table == "rooms":
            checked = self._is_me(row["owner_id"]) or (self._free and row["open"] is True)
            return checked and self._in_tenant(row) and self._see_further(table, row)
        if table == "remarks":  # the restriction of updating judges old rows alone
            return self._follows("update", "docs", row["doc_id"]) and self._see_further(table, row)
        return self._update_further(table, row) and self._read_further(table, row)

    def _cover_further(self, table: str, column: str, row: Row) -> bool:
        if table not in HELPED or self._is_me(row["owner_id"]):
            return True
        if table == "plans":
            helped = self._is_me(row["helper_id"]) and column in HELPED[table]
            return helped or (self._free and row["open"] is True and column in ("effort", "memo", "open"))
        return column in HELPED[table]

    def _masks_further(self, table: str, row: Row) -> list[tuple[str, Any]]:
        if table == "plans" and not self._is_me(row["owner_id"]):
            return [("memo", None)]
        if table == "remarks" and not self._follows("update", "docs", row["doc_id"]):
            return [("body", "-")]
        if table == "films" and not self._is_me(row["editor_id"]):
            return [("rating", 0)]
        return []

    def _opens_further(self, table: str, column: str, row: Row) -> bool:
        """Return whether a masked column of this row may be written."""
        if (table, column) == ("plans", "memo"):
            return row["open"] is True
        if (table, column) == ("remarks", "body"):
            return self._follows("update", "docs", row["doc_id"])
        return self._is_me(row["editor_id"]) if (table, column) == ("films", "rating") else True
