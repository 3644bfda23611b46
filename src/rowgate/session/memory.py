"""What a session has in memory, and whom it gives it to: an object that only a lift has shown is no answer to `get()`."""

from typing import Any

from sqlalchemy.orm import Session

from rowgate.gate.only_reads import refuse_lifted_write


class Rechecking(Session):
    """In front of a Session class: after a statement's lift, the session asks the database where it would remember.

    All objects of the tables that the lift shows more of are asked for, not only those that it has shown: SQLAlchemy does
    not tell which statement an object came from.
    """

    _lifted_tables: Any = frozenset()
    """Keys of the tables of which the lift of a statement may have shown more."""

    def _may_hold_lifted(self, mapper: Any) -> bool:
        """Return whether objects of this class may have been loaded under the lift of one statement."""
        if not self._lifted_tables:
            return False  # most sessions: this runs for each `get()`
        tables = {table for one in mapper.self_and_descendants for table in one.tables}
        return any((table.schema, str(table.name)) in self._lifted_tables for table in tables)

    def _identity_lookup(self, mapper: Any, *args: Any, **kw: Any) -> Any:
        """Answer `get()` and many-to-one loads; not from memory where that may hold what only a lift has shown."""
        if self._may_hold_lifted(mapper):
            return None  # SQLAlchemy takes it for "not in memory" and asks the database
        return super()._identity_lookup(mapper, *args, **kw)

    def _merge(self, state: Any, *args: Any, **kw: Any) -> Any:
        """Merge into an object in memory only if the policy shows its row without the lift that loaded it.

        Raises:
            Unguarded: it does not.
        """
        mapper = state.mapper
        if self._may_hold_lifted(mapper):
            key = state.key or mapper._identity_key_from_state(state)
            in_memory = key in self.identity_map
            if in_memory and self.get(mapper.class_, key[1]) is None:
                refuse_lifted_write()
        return super()._merge(state, *args, **kw)
