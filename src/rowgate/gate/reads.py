"""Reads: a catalogued table in FROM is rendered as a sub-select of the rows and columns that may be read.

`FROM documents AS d` becomes `FROM (SELECT id, title, ... FROM documents WHERE <policy>) AS d`. PostgreSQL pulls that up
(https://www.postgresql.org/docs/current/planner-stats-details.html speaks of the rewritten query), so it plans like the
WHERE clause written by hand. Joins, loaders, aggregates, sub-selects, refreshes: all of them name the table in FROM.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import cast, literal, null
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import AliasedReturnsRows, TableClause

from rowgate import grammar
from rowgate.action import Action
from rowgate.decision import Masked, all_of, is_false, is_true, masked, readable, writable
from rowgate.entry import Entry
from rowgate.errors import Unguarded
from rowgate.gate.schemas import Schemas
from rowgate.gate.strings import check_pasted
from rowgate.permission import table_key


class Reads(Schemas):
    """Renders FROM, and everything in a SELECT that could go round it."""

    def visit_table(self, table: Any, **kw: Any) -> str:
        """Render a table: in FROM as what may be read of it, as the target of a write as it is."""
        around = kw.get("enclosing_alias")
        if self.context.variant is not None:
            kw.pop("ambiguous_table_name_map", None)  # no table of a schema keeps its plain name: see Schemas
        if kw.get("ashint"):  # FOR UPDATE OF
            return self.alias_of(table) or super().visit_table(table, **kw)
        self.use(table)
        if self.trusted:
            return self.renamed(super().visit_table(table, **kw), table, around)
        entry = self.entry_of(table)
        if kw.get("iscrud"):  # see `check_written`
            return super().visit_table(table, **kw)
        inner = self._admitted(entry, locked=self._locks(table, around))
        if inner is None:
            return self.renamed(super().visit_table(table, **kw), table, around)
        linter = kw.get("from_linter")
        if linter:
            linter.froms[table] = table.fullname
        if around is not None and around.element is table:
            return inner
        return f"{inner} AS {self.alias_of(table) or self.preparer.quote(table.name)}"

    def _admitted(self, entry: Entry, *, locked: bool) -> str | None:
        """Return the sub-select of what may be read of a table; None where that is all of it."""
        rows = readable(entry, self.variant)
        if locked:
            rows = all_of([rows, writable(entry, Action.UPDATE, self.variant)])
        hidden = {mask.name: mask for mask in masked(entry, self.variant)}
        if is_true(rows) and not hidden and not entry.barrier:
            return None
        with self.isolated(entry):
            table = super().visit_table(entry.table, asfrom=True)
            columns = [self._shown(column, hidden.get(column.name)) for column in entry.table.c]
            text = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - rendered, all of them
            if not is_true(rows):
                text += f" WHERE {self.process(rows)}"
            if entry.barrier and not is_false(rows):
                text += " OFFSET 0" if self.dialect.name != "sqlite" else " LIMIT -1 OFFSET 0"
        return f"({text})"

    def _shown(self, column: Any, mask: Masked | None) -> str:
        plain = str(self.process(column))
        if mask is None:
            return plain
        return f"{self.hidden(column, mask, plain)} AS {self.preparer.quote(column.name)}"

    def hidden(self, column: Any, mask: Masked, plain: str) -> str:
        """Return a masked column as SQL: what it reads instead, or a CASE where it is shown on some rows."""
        key = (table_key(column.table), mask.name, plain, self.returning)
        known = self._hidden.get(key)
        if known is None:
            known = self._hidden[key] = self._hide(column, mask, plain)
        return known

    def _hide(self, column: Any, mask: Masked, plain: str) -> str:
        instead = null() if mask.reads is None else literal(mask.reads, column.type)
        # SQLite needs no types there, and CAST would make a number of a date.
        other = self.process(instead if self.dialect.name == "sqlite" else cast(instead, column.type))
        if is_false(mask.shown):
            return str(other)
        return f"CASE WHEN {self.process(mask.shown)} THEN {plain} ELSE {other} END"

    def _locks(self, table: Any, enclosing_alias: Any) -> bool:
        """Return whether the SELECT around locks this table, which needs the right to update."""
        if not self.locking or self.locking[-1] is None:
            return False
        aliased = enclosing_alias is not None and enclosing_alias.element is table
        return not self.locking[-1] or (enclosing_alias if aliased else table) in self.locking[-1]

    def visit_select(self, select_stmt: Any, asfrom: bool = False, **kw: Any) -> str:
        """Render a SELECT; hints are text, and FOR UPDATE reaches into the sub-selects of FROM."""
        if not self.trusted and (select_stmt._hints or select_stmt._statement_hints):
            raise Unguarded("hints are text: leave them out")
        self.check_added(select_stmt)
        self.locking.append(self._locked_by(select_stmt, kw.get("enclosing_alias") if asfrom else None))
        try:
            return super().visit_select(select_stmt, asfrom=asfrom, **kw)
        finally:
            self.locking.pop()

    def _locked_by(self, select: Any, sub_select: Any) -> Any:
        """Return the FROM entries that a SELECT locks: an empty set for all of them, None for none.

        A lock of a sub-select in FROM is a lock of all that it reads, CTEs excepted
        (https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE).
        """
        arg = select._for_update_arg
        if arg is not None:
            return {inner for element in arg.of or () for from_ in element._from_objects for inner in _named(from_)}
        around = self.locking[-1] if self.locking else None
        if sub_select is None or around is None:
            return None
        return set() if not around or sub_select in around else None

    def visit_cte(self, cte: Any, **kw: Any) -> Any:
        """Render a CTE, whose name must not capture a table that a policy reads."""
        if not self.trusted:
            self.check_name(cte)
            self.check_added(cte)
            name = self.known_as(str(cte.name))
            if any(name == self.known_as(entry.table.fullname) for entry in self.context.catalog.entries.values()):
                raise Unguarded(f"a CTE is named {cte.name!r} like a guarded table: give it another name")
        self.locking.append(None)
        try:
            return super().visit_cte(cte, **kw)
        finally:
            self.locking.pop()

    def group_by_clause(self, select: Any, **kw: Any) -> str:
        """Render GROUP BY; where it holds the primary key of a table, the columns that hang on it are added.

        PostgreSQL lets a table's primary key stand for its other columns, but not through a sub-select
        (https://www.postgresql.org/docs/current/sql-select.html#SQL-GROUPBY).
        """
        text = super().group_by_clause(select, **kw)
        if self.trusted or not text or self.dialect.name == "sqlite":
            return str(text)
        return text + "".join(f", {self.process(column, **kw)}" for column in _dependent(select))

    def visit_column(self, column: Any, include_table: bool = True, **kw: Any) -> str:
        """Render a column: no pasted text, and of a table that is written only what the mask shows."""
        listed = kw.pop(_LISTED, None)
        if self.trusted:
            text = self._qualified(column, include_table=include_table, **kw)
            return f"(SELECT {text})" if self.proving and self.is_target(column.table) else text
        if column.is_literal:
            self._check_literal(str(column.name))
        else:
            self.check_column(column)
        text = self._qualified(column, include_table=include_table, **kw)
        if self.target is None or column.is_literal:
            return text
        return self._of_target(self.target, column, text, bare=not include_table, listed=listed)

    def _qualified(self, column: Any, *, include_table: bool, **kw: Any) -> str:
        """Return a column under the name that its table has in this statement."""
        qualifier = self.qualifier(column.table) if include_table else None
        if self.context.variant is not None:
            kw.pop("ambiguous_table_name_map", None)
        if qualifier is None:
            return str(super().visit_column(column, include_table=include_table, **kw))
        return f"{qualifier}.{super().visit_column(column, include_table=False, **kw)}"

    def _check_literal(self, name: str) -> None:
        check_pasted(name, self.dialect)
        if not grammar.is_literal(name):
            raise Unguarded(f"literal_column() is text: name the column, or write {name!r} with func and operators")
        if name == "*" and self.target is not None and len(self.stack) <= self.depth + 1:
            raise Unguarded("a star in a write would return masked columns: name the columns")

    def _of_target(self, target: Entry, column: ColumnClause[Any], text: str, *, bare: bool, listed: Any) -> str:
        """Return a column inside a write. The target is not wrapped, so its masked columns are replaced one by one.

        Args:
            target: the table that is written.
            column: any of the statement's.
            text: how it is called.
            bare: whether its table is left out.
            listed: the VALUES whose own list of columns is being rendered.
        """
        table: Any = column.table
        if table is None:
            raise Unguarded(f"column {column.name!r} in a write belongs to no table: take it from the table")
        if not self.is_target(table):
            if str(table.name).lower() in grammar.ROWS_OF_RETURNING:
                raise Unguarded(
                    f"{table.name!s} in a write may mean the written row, unmasked: name the alias otherwise"
                )
            if table is listed:
                return text
            same = not isinstance(table, TableClause) and str(table.name) == target.name
            if bare or same or not table.named_with_column:  # it would mean a column of the target
                raise Unguarded(f"column {column.name!r} would be read as the written table's own: name another alias")
            return text
        if self.is_wrapped(table):
            return text
        for mask in masked(target, self.variant):
            if mask.name == column.name:
                with self.isolated(target):
                    return self.hidden(target.column(mask.name), mask, text)
        return text

    def visit_scalar_function_column(self, element: Any, **kw: Any) -> str:
        """Render a field of what a function returns, if it can be nothing else: `(f()).g` is `g(f())` too."""
        if not self.trusted and not grammar.is_output_column(str(element.name)):
            raise Unguarded(
                f"field {element.name!r} of a function could be a call: use table_valued().render_derived()"
            )
        compiled = self.visit_function(element.fn, **kw)
        return f"({compiled}).{super().visit_column(element, **kw)}"

    def visit_values(self, element: Any, *args: Any, **kw: Any) -> str:
        """Render VALUES, its values bound."""
        self._check_values(element)
        self.check_name(element)
        kw[_LISTED] = element
        return super().visit_values(element, *args, **kw)

    def visit_scalar_values(self, element: Any, **kw: Any) -> str:
        """Render VALUES in an expression, its values bound."""
        self._check_values(element)
        return super().visit_scalar_values(element, **kw)

    def _render_values(self, element: Any, **kw: Any) -> str:
        """Render the rows of VALUES, which are no list of its columns."""
        kw.pop(_LISTED, None)
        return str(super()._render_values(element, **kw))

    def _check_values(self, element: Any) -> None:
        if not self.trusted and element.literal_binds:
            raise Unguarded(
                "values(literal_binds=True) pastes its values into SQL: leave it out, so that they are bound"
            )

    def visit_table_valued_column(self, element: Any, **kw: Any) -> str:
        """Render a whole row: of what was read, never of a table that is written."""
        if not self.trusted and self.target is not None:
            raise Unguarded("a whole row in a write would return masked columns: name the columns")
        text = str(super().visit_table_valued_column(element, **kw))
        return self.alias_of(element.scalar_alias) or text


_LISTED = "rowgate_listed"
"""An option: the VALUES whose list of columns is being rendered."""


def _named(from_: Any) -> Iterator[Any]:
    """Yield a FROM entry, and the aliases that it is an alias of: they are rendered as one, by its name."""
    yield from_
    while isinstance(from_, AliasedReturnsRows) and isinstance(from_.element, AliasedReturnsRows):
        from_ = from_.element
        yield from_


def _dependent(select: Any) -> list[Any]:
    """Return the columns of a SELECT that depend on a primary key in its GROUP BY and do not stand there themselves."""
    grouped = [clause for clause in select._group_by_clauses if isinstance(clause, ColumnClause)]
    if len(grouped) < len(select._group_by_clauses):  # ROLLUP, CUBE, expressions: leave them as they are
        return []
    names: dict[Any, set[str]] = {}
    for column in grouped:
        names.setdefault(column.table, set()).add(str(column.name))
    whole = {table for table, found in names.items() if _primary_key(table) and _primary_key(table) <= found}
    used = [*select._raw_columns, *select._having_criteria, *select._order_by_clauses]
    found: dict[tuple[Any, str], Any] = {}
    for element in used:
        for inner in visitors.iterate(element):
            if isinstance(inner, ColumnClause) and inner.table in whole and inner.name not in names[inner.table]:
                found.setdefault((inner.table, str(inner.name)), inner)
    return list(found.values())


def _primary_key(table: Any) -> set[str]:
    """Return the names of the primary key of a table, or of the table behind an alias."""
    plain = getattr(table, "element", table)
    return (
        {str(column.name) for column in getattr(plain, "primary_key", ())} if isinstance(plain, TableClause) else set()
    )
