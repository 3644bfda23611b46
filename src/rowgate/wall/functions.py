"""Conditions in the text of a policy: what asks other tables becomes a function that runs as their owner.

Row security filters what a policy's own sub-selects read, and policies that read each other's tables recurse without end
(https://www.postgresql.org/docs/current/ddl-rowsecurity.html). A policy of ours sees other tables unfiltered, so each
sub-select is a generated function, SECURITY DEFINER:

* as a set, `key = ANY ((SELECT rowgate.f())::type[])`, once a statement, where it is tied to the row by one equal key and
  picks its rows by whoever acts. It is an array, which costs less than the rows of a function that returns a set;
* else for each row, `rowgate.f(column, ...)`. A set of all that is public could be most of a table, and is searched from
  its beginning for each row.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, UnaryExpression
from sqlalchemy.sql.selectable import Exists, TableClause

from rowgate.action import Action
from rowgate.catalog import Catalog
from rowgate.decision import permitted
from rowgate.entry import Entry
from rowgate.permission import Can, TableKey, table_key
from rowgate.principal import Term
from rowgate.wall.analysis import asks_elsewhere, bare, conjuncts, is_narrow, plain_select
from rowgate.wall.generic import ANYBODY, generic
from rowgate.wall.literals import sql_type
from rowgate.wall.objects import Function
from rowgate.wall.render import SCHEMA, Place, WallCompiler, wall_dialect
from rowgate.wall.table_objects import qualified, shortened


@dataclass(slots=True)
class Conditions:
    """Writes conditions, and collects the functions that they call.

    Args:
        catalog: frozen.
        schema: of the tables that name none.
    """

    catalog: Catalog
    schema: str
    functions: dict[str, Function] = field(default_factory=dict, init=False)
    per_row: list[str] = field(default_factory=list, init=False)
    entries: Mapping[TableKey, Entry] = field(init=False)
    dialect: Any = field(init=False)
    _made: dict[tuple[str, ...], str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.entries = generic(self.catalog)
        self.dialect = wall_dialect(self.schema)

    def schema_of(self, entry: Entry) -> str:
        """Return the schema of a table."""
        return self.schema if entry.table.schema is None else str(entry.table.schema)

    def text(self, entry: Entry, condition: Any, *, rule: str, place: Place = Place.POLICY) -> str:
        """Return a condition of a rule on a row of a table as SQL.

        Raises:
            CatalogError: it holds what the wall cannot write.
        """
        return _Writing(self, entry, rule, place).condition(condition)

    def compiler(self, entry: Entry, place: Place) -> WallCompiler:
        """Return a compiler of conditions on rows of a table."""
        return WallCompiler(self.catalog, self.dialect, entry, place, self.can)

    def can(self, term: Can) -> str:
        """Return the function that answers `can()` for a row by its key; it holds the whole decision."""
        entry = self.entries[term.table]
        whole = term.whole and term.action == Action.UPDATE
        keys = tuple(entry.column(name) for name in term.names)
        by = () if [str(c.name) for c in entry.table.primary_key] == list(term.names) else ("by", *term.names)
        wanted = "_".join(["can", term.action, *(["whole"] if whole else []), _label(entry), *by])
        decision = permitted(entry, Action(term.action), ANYBODY, whole=whole)
        compiler = self.compiler(entry, Place.TABLE)
        tied = [f"{compiler.text(key)} = ${number}" for number, key in enumerate(keys, 1)]
        table = qualified(self.schema_of(entry), entry.name)
        where = " AND ".join([*tied, f"({compiler.text(decision)})"])
        body = f"EXISTS (SELECT FROM {table} WHERE {where})"
        return self.function(wanted, keys, "boolean", body)

    def function(self, wanted: str, arguments: Any, returns: str, body: str, *, of: str = "") -> str:
        """Return the name of the function with this body, made if there is none yet.

        `of`: the table whose rules share it, so that its name tells where it is used.
        """
        types = ", ".join(sql_type(argument.type, self.dialect) for argument in arguments)
        known = self._made.get((of, types, returns, body))
        if known is not None:
            return known
        label = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")
        name, number = shortened(label), 1
        while name in self.functions:
            number += 1
            name = shortened(f"{label}_{number}")
        self.functions[name] = Function(SCHEMA, name, types, returns, f"BEGIN\n  RETURN {body};\nEND", "plpgsql")
        called = qualified(SCHEMA, name) if name != label else f"{SCHEMA}.{name}"
        self._made[of, types, returns, body] = called
        return called


def writing(of: Conditions, entry: Entry, rule: str) -> "_Writing":
    """Return what writes the parts of a rule in a policy."""
    return _Writing(of, entry, rule, Place.POLICY)


@dataclass(slots=True)
class _Writing:
    """Writes one condition: AND, OR and NOT as they are, and each atom of them by its kind."""

    of: Conditions
    entry: Entry
    rule: str
    place: Place

    def condition(self, condition: Any, *, positive: bool = True) -> str:
        """Return a condition as SQL. `positive`: false and NULL need not be told apart."""
        condition = bare(condition)
        if isinstance(condition, BooleanClauseList):
            word = " AND " if condition.operator is operators.and_ else " OR "
            return word.join(self._part(part, positive=positive) for part in condition.clauses)
        if isinstance(condition, UnaryExpression) and condition.operator is operators.inv:
            return f"NOT {self._part(condition.element, positive=False)}"
        return self._elsewhere(condition, positive=positive) if asks_elsewhere(condition) else self._plain(condition)

    def _part(self, part: Any, *, positive: bool) -> str:
        """Return a part of a condition, in brackets where it needs them."""
        text = self.condition(part, positive=positive)
        return text if isinstance(bare(part), Term) or text.isidentifier() else f"({text})"

    def _plain(self, element: Any) -> str:
        return self.of.compiler(self.entry, self.place).text(element)

    def _elsewhere(self, atom: Any, *, positive: bool) -> str:
        found = None
        if isinstance(atom, Exists):
            found = self._keys(atom, positive=positive)
        elif isinstance(atom, BinaryExpression) and atom.operator in (operators.in_op, operators.not_in_op):
            found = self._among(atom)
        elif isinstance(atom, Can):
            found = self._followed(atom, positive=positive)
        return self._for_each_row(atom) if found is None else found

    def _keys(self, atom: Exists, *, positive: bool) -> str | None:
        """Return EXISTS as a set of keys; None if it is tied to the row by more than one equal key, or is no small set."""
        select = plain_select(atom)
        parts = [] if select is None else conjuncts(select._where_criteria)
        tied = [(part, pair) for part in parts if (pair := self._tie(part)) is not None]
        if select is None or len(tied) != 1 or not is_narrow(atom):
            return None
        tie, (ours, theirs) = tied[0]
        whole = self.of.compiler(self.entry, Place.ARGUMENTS)
        whole.text(atom)
        if [str(argument.name) for argument in whole.arguments] != [str(ours.name)]:
            return None
        rest = [part for part in parts if part is not tie]
        if getattr(theirs, "nullable", True):
            rest.append(theirs.is_not(None))
        return self._set(select, rest, ours, theirs, positive=positive)

    def _tie(self, part: Any) -> tuple[Any, Any] | None:
        """Return (column of the row, column of the sub-select) of an equality that looks like one between the two."""
        if not isinstance(part, BinaryExpression) or part.operator is not operators.eq:
            return None
        for ours, theirs in ((part.left, part.right), (part.right, part.left)):
            if self._is_own(ours) and isinstance(theirs, ColumnClause) and not self._is_own(theirs):
                return ours, theirs
        return None

    def _is_own(self, column: Any) -> bool:
        table = column.table if isinstance(column, ColumnClause) else None
        return isinstance(table, TableClause) and table_key(table) == self.entry.key

    def _set(self, select: Select[Any], where: list[Any], ours: Any, theirs: Any, *, positive: bool) -> str | None:
        made: Any = select.with_only_columns(theirs, maintain_column_froms=True)
        made = made._generate()
        made._where_criteria = (and_(*where),) if where else ()
        compiler = self.of.compiler(self.entry, Place.ARGUMENTS)
        body = compiler.select_text(made)
        if compiler.arguments:
            return None
        found = f"{self._plain(ours)} = ANY ({self._array(theirs, body)})"
        # A NULL on our side is no match: NULL here, false there. Under NOT that makes a difference.
        return found if positive or not getattr(ours, "nullable", True) else f"coalesce({found}, false)"

    def _array(self, column: Any, body: str) -> str:
        """Return the values of a column in a sub-select as an array, asked for once a statement.

        With a cast, or PostgreSQL would take the array for rows.
        """
        type_ = f"{sql_type(column.type, self.of.dialect)}[]"
        return f"(SELECT {self._call((), type_, f'ARRAY({body})')}())::{type_}"

    def _among(self, atom: Any) -> str | None:
        """Return IN of a sub-select that does not know the row as a set. NULL means the same in both."""
        select = plain_select(atom.right)
        if select is None or asks_elsewhere(atom.left) or len(select._raw_columns) != 1 or not _is_small(select):
            return None
        column: Any = select._raw_columns[0]
        compiler = self.of.compiler(self.entry, Place.ARGUMENTS)
        body = compiler.select_text(select)
        if compiler.arguments or not isinstance(column, ColumnClause):
            return None
        how = "= ANY" if atom.operator is operators.in_op else "<> ALL"
        return f"{self._plain(atom.left)} {how} ({self._array(column, body)})"

    def _followed(self, term: Can, *, positive: bool) -> str | None:
        """Return `can()` as a set of keys, where the other table's decision is by whoever acts."""
        entry = self.of.entries[term.table]
        decision = permitted(entry, Action(term.action), ANYBODY, whole=term.whole)
        # A decision by an attribute, such as the tenant, would make a set of all that the tenant has.
        if len(term.names) != 1 or not is_narrow(decision, kinds=frozenset({"id"})):
            self._warn(f"can({term.action!r}) of {entry.name}")
            return f"{self._plain(term)}"
        key = entry.column(term.names[0])
        compiler = self.of.compiler(entry, Place.TABLE)
        table = qualified(self.of.schema_of(entry), entry.name)
        where = f"{compiler.text(key)} IS NOT NULL AND ({compiler.text(decision)})"
        body = f"SELECT {compiler.text(key)} FROM {table} WHERE {where}"  # noqa: S608 - rendered, all of them
        whole = "_whole" if term.whole and term.action == Action.UPDATE else ""
        wanted = f"those_to_{term.action}{whole}_{_label(entry)}"
        type_ = f"{sql_type(key.type, self.of.dialect)}[]"
        call = self.of.function(wanted, (), type_, f"ARRAY({body})")
        found = f"{self._plain(term.keys[0])} = ANY ((SELECT {call}())::{type_})"
        return found if positive or not getattr(term.keys[0], "nullable", True) else f"coalesce({found}, false)"

    def _for_each_row(self, atom: Any) -> str:
        compiler = self.of.compiler(self.entry, Place.ARGUMENTS)
        body = compiler.text(atom)
        call = self._call(compiler.arguments, "boolean", f"({body})")
        if not compiler.arguments:
            return f"(SELECT {call}())"
        self._warn("a sub-select")
        given = ", ".join(self._plain(argument) for argument in compiler.arguments)
        return f"{call}({given})"

    def _call(self, arguments: Any, returns: str, body: str) -> str:
        label = _label(self.entry)
        return self.of.function(f"{label}_{self.rule}", arguments, returns, body, of=label)

    def _warn(self, what: str) -> None:
        told = f"{self.entry.name}: {self.rule!r} runs {what} for each row"
        if told not in self.of.per_row:
            self.of.per_row.append(told)


def _is_small(select: Select[Any]) -> bool:
    return any(is_narrow(part) for part in conjuncts(select._where_criteria))


def _label(entry: Entry) -> str:
    return entry.name if entry.table.schema is None else f"{entry.table.schema}_{entry.name}"
