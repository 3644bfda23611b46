"""What all parts of the gate share: whose policy it renders, and how a policy is rendered apart from the statement."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import ARRAY, String, Text
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import Alias, TableClause, TableValuedAlias

from rowgate import grammar
from rowgate.catalog import Catalog
from rowgate.decision import Condition, Variant
from rowgate.entry import Entry
from rowgate.errors import NoPrincipal, Unguarded
from rowgate.gate.strings import check_comments, check_pasted
from rowgate.permission import TableKey, table_key
from rowgate.principal import Principal, PrincipalTerm, RoleTerm
from rowgate.raw import Raw

RESERVED = "rowgate_"
"""Bind parameters of the gate begin with this; a statement's own may not."""


_ADDED = tuple(
    f"_{where}_clause" for where in ("pre_columns", "post_select", "post_criteria", "post_body", "post_values")
)
"""Where SQLAlchemy 2.1 lets a statement be extended."""

_BIND_OPTIONS = ("literal_binds", "accumulate_bind_names", "visited_bindparam")
"""What SQLAlchemy tells a bind by keyword: the last two count those inside VALUES."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a gated dialect renders for. `variant` None: the raw text of the one query that finds the principal.

    `walled`: whether the database enforces the policies too.
    `asks`: whether each write that names rows asks beforehand if one of them is denied.
    """

    catalog: Catalog
    variant: Variant | None
    walled: bool = False
    asks: bool = False


class GateBase(SQLCompiler):
    """State and isolation. `trusted` counts how deep we are in text of our own, where nothing is wrapped or judged."""

    trusted: int
    target: Entry | None = None
    proven: bool
    """Whether the new rows of the write have proven themselves."""
    depth: int
    """How many statements stand around the one that is written."""
    proving: bool = False
    """Whether a check is being rendered into RETURNING for SQLite.

    SQLite (seen on 3.40.1) takes every column for NOT NULL there if the primary key is, and folds `x IS NULL` to false. A
    scalar sub-select of the column keeps its affinity and is not folded.
    """

    returning: bool = False
    """Whether RETURNING is being rendered for SQLite."""

    def __init__(self, dialect: Any, statement: Any, *args: Any, **kw: Any) -> None:
        self.context: Context = dialect.rowgate
        self.fixed_binds: dict[str, Any] = {}
        self._own_binds: set[Any] = set()
        self._names: dict[Any, frozenset[str]] = {}
        self.term_binds: dict[str, PrincipalTerm | None] = {}
        self.locking: list[Any] = []
        self._hidden: dict[tuple[TableKey, str, str, bool], str] = {}
        self.used: set[TableKey] = set()
        self._fixed_keys: dict[tuple[Any, Any], str] = {}
        self.trusted = int(self.context.variant is None)
        super().__init__(dialect, statement, *args, **kw)
        text = str(self.string)
        self._check_tokens(text)
        if not self.trusted and not isinstance(statement, Raw):
            check_comments(text)

    def _check_tokens(self, text: str) -> None:
        """Refuse text that SQLAlchemy would take for an expanding bind, wherever it came from.

        SQLAlchemy replaces such tokens in the finished SQL, inside quoted names and literals too, and pastes a part of
        them.
        """
        binds = {self.bind_names[bind]: bind for bind in self.post_compile_params | self.literal_execute_params}
        for token in self._post_compile_pattern.finditer(text):
            bind = binds.get(token.group(1))
            if bind is None or (token.group(2) and not bind.type.dialect_impl(self.dialect)._has_bind_expression):
                raise Unguarded("a name or a literal holds a token that SQLAlchemy replaces: choose another")

    acting: Principal | None = None
    """Whom `can(..., principal=...)` asks for, while it is rendered; None: whoever acts on the connection."""

    @property
    def variant(self) -> Variant:
        """The variant that this compiler renders for."""
        assert self.context.variant is not None
        if self.acting is not None:
            return Variant.of(self.acting, self.context.catalog)
        return self.context.variant

    def entry_of(self, table: Any) -> Entry:
        """Return the catalogue's entry of a table, matched by schema and name whatever object names it.

        Raises:
            Unguarded: it is not in the catalog.
        """
        entry = self.context.catalog.entries.get(table_key(table))
        if entry is None:
            name = str(getattr(table, "fullname", table.name))
            raise Unguarded(f"table {name!r} is not in the catalog: declare a policy, or open it with a reason")
        return entry

    def judge_foreign(self, element: type[Any], rendering: type[Any]) -> None:
        """Refuse an element that renders itself, unless the catalog trusts its class, or the one that `@compiles`."""
        if not {element, rendering} & self.context.catalog.trusted.keys():
            raise Unguarded(
                f"{element.__name__} renders itself (@compiles): write it with func and operators, or say "
                "catalog.trust(..., reason=...)"
            )

    @contextmanager
    def isolated(self, entry: Entry, standing: str | None = None) -> Iterator[None]:
        """Render text of our own: correlated to the entry's table alone, blind to the options of the statement.

        The ORM asks the outermost statement on the stack for criteria (`with_loader_criteria`), and keeps them for all that
        follows: a policy's NOT EXISTS would find nothing.

        `standing`: what a sub-select is called that stands for the table.
        """
        frame: Any = {
            "correlate_froms": {entry.table},
            "asfrom_froms": {entry.table},
            "rowgate": entry,
            "standing": standing,
        }
        around = self.stack, self._global_attributes
        # As deep as it is: SQLAlchemy counts the levels of nesting CTEs, and those of the statement are not ours.
        self.stack, self._global_attributes = [frame] * (len(self.stack) + 1), {}
        self.trusted += 1
        try:
            yield
        finally:
            self.stack, self._global_attributes = around
            self.trusted -= 1

    def condition(self, entry: Entry, condition: Condition, standing: str | None = None) -> str:
        """Return a condition of the policy as SQL on the entry's own table, or on what stands for it."""
        with self.isolated(entry, standing):
            return f"({self.process(condition)})"

    def visit_bindparam(self, bindparam: Any, **kw: Any) -> str:
        """Render a bind. A policy's constant gets a name and a value that no statement and no parameter set reaches."""
        if self.context.variant is None or bindparam in self._own_binds:
            return super().visit_bindparam(bindparam, **kw)
        if not self.trusted:
            self._check_bind(bindparam, literal=kw.get("literal_execute", False))
            return super().visit_bindparam(bindparam, **kw)
        if bindparam.expanding:
            return self._fixed_list(bindparam)
        return self._fixed((bindparam, None), bindparam.value, bindparam.type)

    def _check_bind(self, bindparam: Any, *, literal: bool) -> None:
        """Refuse binds that are pasted as text: a negative number after a minus begins a comment."""
        key = str(bindparam.key)
        if any(character in key for character in "~[]"):
            raise Unguarded("a bind parameter's name is pasted into SQL: name it with letters, digits and underscores")
        # Drivers' names are escaped: `rowgate.id` would become `rowgate_id`.
        if re.sub(r"[^a-z0-9]", "_", key.lower()).startswith(RESERVED):
            raise Unguarded(f"bind parameters that begin with {RESERVED!r} are the gate's: choose another name")
        if bindparam.literal_execute or (literal and not isinstance(bindparam.type, String)):
            raise Unguarded("literal_execute pastes the value into SQL: leave it out, so that the value is bound")

    def _fixed(self, constant: tuple[Any, Any], value: Any, type_: Any) -> str:
        """Return a constant of a policy as a bind of our own.

        The same constant is the same bind wherever it stands: PostgreSQL must see that a sub-select in GROUP BY is the
        one in the columns.
        """
        key = self._fixed_keys.setdefault(constant, f"{RESERVED}c{len(self._fixed_keys)}")
        self.fixed_binds[key] = value
        return self._own(BindParameter(key, value, type_=type_))

    def _own(self, bind: Any, **kw: Any) -> str:
        """Return a bind of the gate's own as SQL.

        Where binds have no names it is never the whole text in a pair of brackets: SQLAlchemy repeats the rows of
        VALUES by replacing their text, such as "(?)", wherever it stands.
        """
        self._own_binds.add(bind)
        text = super().visit_bindparam(bind, **_placed(kw))
        if bind.type.dialect_impl(self.dialect)._has_bind_expression:  # it may say anything around the value
            text = f"( {text})"
        return f" {text}" if self.positional and not self._numeric_binds else text

    def _fixed_list(self, bindparam: Any) -> str:
        """Return the constants of an IN list one by one: an expanding bind could not be executed with many rows."""
        types = bindparam.type.types if bindparam.type._is_tuple_type else None
        if types is None:
            values = enumerate(bindparam.value)
            return f"({', '.join(self._fixed((bindparam, n), value, bindparam.type) for n, value in values)})"
        rows = (
            ", ".join(self._fixed((bindparam, (number, n)), value, types[n]) for n, value in enumerate(row))
            for number, row in enumerate(bindparam.value)
        )
        return f"({', '.join(f'({row})' for row in rows)})"

    def visit_rowgate_principal(self, term: PrincipalTerm, **kw: Any) -> str:
        """Render a value of whoever acts as a bind that the connection fills."""
        is_id = term.kind == "id"
        type_ = self.context.catalog.principal_id if is_id else term.type
        if self.acting is not None:
            value = self.acting.id if is_id else self.acting.attributes.get(term.called)
            return self._fixed((self.acting, (term.kind, term.called)), value, type_)
        key = f"{RESERVED}id" if is_id else f"{RESERVED}attr_{term.called}_"
        if kw.get("accumulate_bind_names") is not None:
            key += "_row"  # inside VALUES, which may be repeated: a bind there stands nowhere else
        known = self.term_binds.setdefault(key, term)
        assert known is not None  # that is what stands for the roles, by a name of their own
        if type(known.type) is not type(term.type):
            raise Unguarded(f"principal.attr({term.called!r}) is used with two types: use one")
        return self._own(BindParameter(key, callable_=_nobody, type_=type_), **kw)

    def visit_rowgate_role(self, term: RoleTerm, **_kw: Any) -> str:
        """Render whether whoever acts has a role: a constant by name, a comparison by column."""
        if term.column is None:
            return self._named_role(str(term.called))
        column = self.process(term.column)
        if self.dialect.name == "sqlite":
            roles = self._all_roles(Text())
            return f"({column} IN (SELECT value FROM json_each({roles})))"  # noqa: S608 - rendered, both of them
        return f"({column} = ANY (CAST({self._all_roles(ARRAY(Text()))} AS TEXT[])))"

    def _all_roles(self, type_: Any) -> str:
        """Return the roles of whoever acts as a bind: an array, or JSON where there are no arrays."""
        if self.acting is not None:
            roles = sorted(self.acting.roles)
            return self._fixed((self.acting, None), json.dumps(roles) if isinstance(type_, Text) else roles, type_)
        key = f"{RESERVED}roles"
        self.term_binds[key] = None
        return self._own(BindParameter(key, callable_=_nobody, type_=type_))

    def _named_role(self, name: str) -> str:
        known = self.context.catalog.named_roles
        if name not in known:
            raise Unguarded(f"principal.has_role({name!r}): no rule names this role, so the SQL does not know it")
        holds = name in self.variant.roles
        if self.trusted:
            return self.yes if holds else self.no
        return f"(1 = {int(holds)})"  # a bare constant in ORDER BY would mean something else

    def check_column(self, column: Any) -> None:
        """Refuse a column that its FROM entry does not have: PostgreSQL reads `t.f` as the function call `f(t)`.

        See https://www.postgresql.org/docs/current/xfunc-sql.html#XFUNC-SQL-COMPOSITE-FUNCTIONS.
        """
        owner = column.table
        if isinstance(owner, TableValuedAlias):
            if not owner._render_derived and not grammar.is_output_column(str(column.name)):
                raise Unguarded(f"column {column.name!r} of a function could be a call: say .render_derived()")
        elif owner is not None and column.name not in self._names_of(owner):
            raise Unguarded(
                f"{getattr(owner, 'name', owner)!s} has no column {column.name!r}: it could be a function call"
            )

    def _names_of(self, owner: Any) -> frozenset[str]:
        """Return the names of the columns that a FROM entry has."""
        known = self._names.get(owner)
        if known is None:
            plain = owner
            while isinstance(plain, Alias):  # of a table, or of another alias
                plain = plain.element
            columns = self.entry_of(plain).table.c if isinstance(plain, TableClause) else getattr(owner, "c", ())
            known = self._names[owner] = frozenset(str(column.name) for column in columns)
        return known

    def check_added(self, statement: Any) -> None:
        """Refuse what is put before, behind or into a statement and is no part of its own: any expression may be."""
        if self.trusted:
            return
        if getattr(statement, "_prefixes", ()) or getattr(statement, "_suffixes", ()):
            raise Unguarded("prefixes and suffixes are text: leave them out")
        added = [getattr(statement, name, None) for name in _ADDED]
        if any(one is not None and one.__visit_name__ not in grammar.EXTENSIONS for one in added):
            raise Unguarded(
                "apply_syntax_extension_point() puts an expression where it may mean anything: leave it out"
            )

    def render_literal_value(self, value: Any, type_: Any) -> str:
        """Render a literal where SQLAlchemy binds none, such as the escape of LIKE or the flags of a pattern."""
        text = super().render_literal_value(value, type_)
        if not self.trusted:
            check_pasted(text, self.dialect)
        return text

    def is_target(self, table: Any) -> bool:
        """Return whether this is the table that the statement writes."""
        return (
            self.target is not None
            and isinstance(table, TableClause)
            and table_key(table) == table_key(self.target.table)
        )

    @property
    def yes(self) -> str:
        """True, as the database writes it."""
        return "true" if self.dialect.supports_native_boolean else "1"

    @property
    def no(self) -> str:
        """False, as the database writes it."""
        return "false" if self.dialect.supports_native_boolean else "0"

    def refuse(self, name: str) -> Unguarded:
        """Return the error for a construct that the grammar refuses."""
        return Unguarded(f"{name} is refused: {grammar.advice(name)}")


def _placed(options: dict[str, Any]) -> dict[str, Any]:
    """Return what a bind must be told about where it stands."""
    return {key: options[key] for key in _BIND_OPTIONS if key in options}


def _nobody() -> NoReturn:
    """Be the value of a principal's term that no connection has filled in."""
    raise NoPrincipal("a value of the principal was not filled in: execute the statement on a guarded session")
