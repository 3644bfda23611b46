"""The gate for a statement that lifts by itself: it reads, and writes nothing, wherever in it a write may stand."""

from functools import cache
from typing import Any, NoReturn

from sqlalchemy.sql.compiler import SQLCompiler

from rowgate.errors import Unguarded


@cache
def only_reads(base: Any) -> Any:
    """Return a gate's compiler that refuses writes and locks, in CTEs too."""
    return type(f"Reading{base.__name__}", (OnlyReads, base), {})


def refuse_lifted_write() -> NoReturn:
    """Raise the error for a write in a statement that lifts by itself."""
    raise Unguarded("writing lifted rows takes the session's lift: Session(who, lift={...})")


class OnlyReads(SQLCompiler):
    """Put in front of a gate's compiler."""

    def visit_insert(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse."""
        refuse_lifted_write()

    def visit_update(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse."""
        refuse_lifted_write()

    def visit_delete(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse."""
        refuse_lifted_write()

    def for_update_clause(self, *_args: Any, **_kw: Any) -> NoReturn:
        """Refuse: rows are locked to be written."""
        refuse_lifted_write()
