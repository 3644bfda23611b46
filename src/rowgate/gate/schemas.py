"""Tables of schemas: what a table is called inside a statement, and where `schema_translate_map` may send it.

`archive.documents` in FROM becomes a sub-select, and the alias of a sub-select has no schema. So such a table is called
by its full name, `AS "archive.documents"`, and its columns follow. The target of a write keeps its own name, and so does
the table of a policy in the policy's own text.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy.sql.elements import _truncated_label
from sqlalchemy.sql.selectable import Select, TableClause

from rowgate.errors import Unguarded
from rowgate.gate.base import GateBase
from rowgate.permission import TableKey, table_key


class Schemas(GateBase):
    """Names tables inside a statement."""

    def alias_of(self, table: Any) -> str | None:
        """Return what a table in FROM is called; None where its plain name will do."""
        clashes = not self.is_target(table) and self._is_targets(str(table.name))
        if self.context.variant is None or not (clashes or self.preparer.schema_for_object(table)):
            return None
        # The full name in front of the map, which may change without a new compilation.
        name = str(table.name) if table.schema is None else f"{table.schema}.{table.name}"
        if clashes and table.schema is None:
            name = f".{name}"  # beside a target of the same name in a schema, which cannot be renamed
        if len(name.encode()) > self.dialect.max_identifier_length:  # the database would cut it, and join what differs
            name = blake2b(name.encode(), digest_size=16).hexdigest()
        return self.preparer.quote(name)

    def _is_targets(self, name: str) -> bool:
        """Return whether this is the name of the table that is written. SQLite does not tell upper case from lower."""
        return self.target is not None and self.known_as(name) == self.known_as(self.target.name)

    def known_as(self, name: str) -> str:
        """Return what the database takes a name for: it cuts long ones, and SQLite knows no upper case."""
        return name.encode()[: self.dialect.max_identifier_length].decode(errors="ignore").lower()

    def visit_alias(self, alias: Any, *args: Any, **kw: Any) -> str:
        """Render an alias or a sub-select, under a name of its own."""
        self.check_name(alias)
        return super().visit_alias(alias, *args, **kw)

    def check_name(self, from_: Any) -> None:
        """Refuse a FROM entry of a write that is named like its target.

        The condition of a mask would be read of that entry, and what it hides of the target.
        """
        name = from_.name
        if isinstance(name, _truncated_label):
            name = self._truncated_identifier("alias", name)
        if not self.trusted and self._is_targets(str(name)):
            raise Unguarded(f"{name!r} is the written table's own name: name what stands beside it otherwise")

    def renamed(self, text: str, table: Any, enclosing_alias: Any) -> str:
        """Return a table in FROM under the name that its columns are called by."""
        alias = self.alias_of(table)
        if alias is None or (enclosing_alias is not None and enclosing_alias.element is table):
            return text
        return f"{text} AS {alias}"

    def qualifier(self, table: Any) -> str | None:
        """Return what stands in front of a table's column; None where SQLAlchemy's own way is right."""
        alias = self.alias_of(table) if isinstance(table, TableClause) else None
        if alias is None or not self._is_native(table):
            return alias
        outermost: Any = self.stack[0]
        standing: str | None = outermost.get("standing")  # a sub-select for the table being judged; see `upserts`
        if standing is not None:
            return standing
        # RETURNING of SQLite knows no schema of its table; whatever has the same name in there goes by another one.
        bare = self.is_target(table) and (self.proving or self.returning)
        return self.preparer.format_table(self.entry_of(table).table, use_schema=not bare)

    def is_wrapped(self, table: Any) -> bool:
        """Return whether a column of this table is one of a sub-select in FROM, so that its mask stands in there."""
        return self.alias_of(table) is not None and not self._is_native(table)

    def _is_native(self, table: Any) -> bool:
        """Return whether a column of this table means the one that is written, or judged, not one in a FROM."""
        key = table_key(table)
        for frame in reversed(self.stack):
            own: Any = frame
            if "rowgate" in own:  # what else a policy names stands in a FROM of its own
                return True
            if own["selectable"].is_dml:
                break  # what stands around a write is none of its business
            if isinstance(own["selectable"], Select) and key in _keys(own["asfrom_froms"]):
                return False
        return self.is_target(table)

    def returning_clause(self, *args: Any, **kw: Any) -> str:
        """Render RETURNING, the last of a statement; SQLite knows no schema in there."""
        self.returning = self.dialect.name == "sqlite"
        return super().returning_clause(*args, **kw)

    def use(self, table: Any) -> None:
        """Note that a statement names this table, for `check_translation`."""
        self.used.add(table_key(table))
        if self.schema_translate_map and not table._use_schema_map:
            raise Unguarded(f"schema_translate_map does not reach table({table.name!r}): name the Table itself")


_OWN = ("information_schema", "temp")


def _keys(froms: Iterable[Any]) -> set[TableKey]:
    return {table_key(from_) for from_ in froms if isinstance(from_, TableClause)}


def check_translation(compiled: Any, translate: Mapping[Any, Any], dialect: Any) -> None:
    """Refuse a `schema_translate_map` that sends a table of the statement to a place that has a policy of its own.

    It is asked at execution: compiled SQL is cached for all maps alike.

    Raises:
        Unguarded: it does, or the name of a schema holds a quote or is of the database's own.
    """
    used: set[TableKey] = compiled.used
    knows_none = compiled.preparer._includes_none_schema_translate
    if (None in translate) > knows_none or (knows_none > (None in translate) and any(key[0] is None for key in used)):
        raise Unguarded(
            "schema_translate_map: the maps that a statement runs under must all hold None, or none of them"
        )
    for name in filter(None, translate.values()):
        if any(mark in str(name) for mark in "'\"\0"):  # nextval('...') is a literal around it
            raise Unguarded("schema_translate_map: the name of a schema holds a quote: choose another")
        if str(name).lower().startswith("pg_") or str(name).lower() in _OWN:
            raise Unguarded(f"schema_translate_map: {str(name)!r} is the database's own schema: choose another")
    for key in used:
        if key[0] == "_none":
            raise Unguarded("schema_translate_map: SQLAlchemy takes the schema '_none' for none: choose another")
        places = _places(key, translate, dialect)
        for other in dialect.rowgate.catalog.entries:
            if other == key or other[1].lower() != key[1].lower():
                continue
            if places & (_places(other, {}, dialect) | _places(other, translate, dialect)):
                raise Unguarded(
                    f"schema_translate_map sends {_show(key)} to where {_show(other)} is, which has a policy of its "
                    "own: name that table instead"
                )


def _places(key: TableKey, translate: Mapping[Any, Any], dialect: Any) -> set[str]:
    """Return the schemas that a table may be in. SQLite does not tell upper case from lower."""
    schema = translate.get(key[0], key[0])
    if schema:
        return {str(schema).lower()}
    return {str(dialect.default_schema_name or "").lower(), "main" if dialect.name == "sqlite" else "public"}


def _show(key: TableKey) -> str:
    return repr(key[1] if key[0] is None else f"{key[0]}.{key[1]}")
