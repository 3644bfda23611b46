"""The compiler class for a dialect, and copies of a dialect: one per variant, so that no compiled SQL is shared.

SQLAlchemy keys compiled SQL by the dialect object, also in `mapper._compiled_cache`, which no engine owns. A copy of the
*initialised* dialect per variant is therefore the only thing that separates them.
"""

import copy
from functools import cache
from typing import Any, NoReturn

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import DDLCompiler, SQLCompiler

from rowgate import grammar
from rowgate.catalog import Catalog
from rowgate.decision import Condition, Variant
from rowgate.entry import Entry
from rowgate.errors import NoPrincipal, Unguarded
from rowgate.gate.base import Context
from rowgate.gate.expressions import Expressions
from rowgate.gate.following import Following
from rowgate.gate.foreign import ask_gates_first
from rowgate.gate.reads import Reads
from rowgate.gate.strings import ClosedPreparer, ClosedTypes, closed
from rowgate.gate.upserts import Upserts

ask_gates_first()


@cache
def gate_compiler(base: Any) -> type[SQLCompiler]:
    """Return the gate over a dialect's own compiler: everything that the grammar does not list raises."""
    names = [name for name in dir(base) if name.startswith("visit_")]
    refused = [n for n in names if grammar.verdict(n.removeprefix("visit_")) is grammar.Verdict.REFUSED]
    methods = {name: _refusing(name, getattr(base, name)) for name in refused}
    return type(f"Gate{base.__name__}", (Upserts, Reads, Following, Expressions, base), methods)


def _refusing(name: str, original: Any) -> Any:
    def visit(self: Any, element: Any, *args: Any, **kw: Any) -> Any:
        if self.trusted:
            return original(self, element, *args, **kw)
        raise self.refuse(name.removeprefix("visit_"))

    visit.__name__ = name
    return visit


class ShutCompiler(SQLCompiler):
    """Compiles nothing: the dialect of a connection that nobody acts on yet."""

    def __init__(self, *_args: Any, **_kw: Any) -> None:
        raise NoPrincipal("this connection has no principal: use Session(principal), or session.connection()")


class RefusedDDL(DDLCompiler):
    """Compiles no DDL."""

    def __init__(self, *_args: Any, **_kw: Any) -> None:
        refuse_ddl()


def refuse_ddl() -> NoReturn:
    """Raise the error for DDL on a guarded connection."""
    raise Unguarded(
        "DDL changes what the policies rest on: run it in a migration, on an engine that is not guarded", code="RG303"
    )


def render_condition(dialect: Any, entry: Entry, condition: Condition) -> str:
    """Return a condition of a policy as SQL of a gated dialect.

    Raises:
        Unguarded: it holds what the gate refuses.
    """
    text: str = dialect.statement_compiler(dialect, None).condition(entry, condition)
    return text


def shut_dialect(dialect: Dialect) -> Dialect:
    """Return a copy of a dialect that compiles nothing."""
    twin = _twin(dialect)
    twin.statement_compiler = ShutCompiler
    return twin


def gated_dialect(dialect: Dialect, catalog: Catalog, variant: Variant | None) -> Dialect:
    """Return a copy of an initialised dialect that renders for one variant.

    Without one it renders tables as they are: for the query that finds the principal.
    """
    twin = _twin(dialect)
    twin.rowgate = Context(catalog, variant)
    if dialect.name == "sqlite":  # its driver counts no rows of an executemany that returns some, as ours may
        twin.supports_sane_multi_rowcount = False
    base: Any = dialect.statement_compiler
    twin.statement_compiler = gate_compiler(base)
    twin.preparer = closed(ClosedPreparer, dialect.preparer)
    twin.identifier_preparer = twin.preparer(twin)
    twin.type_compiler_cls = closed(ClosedTypes, dialect.type_compiler_cls)
    twin.type_compiler_instance = twin.type_compiler_cls(twin)
    twin.type_compiler = twin.type_compiler_instance
    return twin


def _twin(dialect: Dialect) -> Any:
    """Return a copy of a dialect with nothing in it that remembers the original's SQL."""
    twin: Any = copy.copy(dialect)
    twin.__dict__.pop("_type_memos", None)
    twin.ddl_compiler = RefusedDDL
    return twin
