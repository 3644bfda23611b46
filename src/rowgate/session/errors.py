"""Database errors, stripped: a message may quote a value of a row that the policy hides.

`invalid input syntax for type integer: "TOP-SECRET"` and `Key (email)=(...) already exists` are such messages. What
remains is the class of the error, its SQLSTATE and the name of the constraint: enough to act on, and no value.
"""

import re
from typing import Any

from sqlalchemy.exc import DBAPIError, StatementError

from rowgate.errors import AccessDenied, RowgateError

_DENIED = re.compile(r"rowgate:(RG\d+):([^\"'\s]*)")
_KEPT = frozenset({"sqlstate", "pgcode", "sqlite_errorcode", "sqlite_errorname"})
_DRIVERS = frozenset({"asyncpg", "psycopg", "sqlite3", "aiosqlite"})
_NAMES = {
    "22001": "string_data_right_truncation",
    "22003": "numeric_value_out_of_range",
    "22012": "division_by_zero",
    "22P02": "invalid_text_representation",
    "23502": "not_null_violation",
    "23503": "foreign_key_violation",
    "23505": "unique_violation",
    "23514": "check_violation",
    "23P01": "exclusion_violation",
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "42501": "insufficient_privilege",
    "42601": "syntax_error",
    "42702": "ambiguous_column",
    "42703": "undefined_column",
    "42725": "ambiguous_function",
    "42803": "grouping_error",
    "42804": "datatype_mismatch",
    "42883": "undefined_function",
    "42P01": "undefined_table",
    "42P18": "indeterminate_datatype",
    "55P03": "lock_not_available",
    "57014": "query_canceled",
}
"""From https://www.postgresql.org/docs/current/errcodes-appendix.html."""


class StrippedError(Exception):
    """What stands for the driver's error: its SQLSTATE and the constraint, no value.

    Args:
        sqlstate: five characters of PostgreSQL, or SQLite's error name; None where the driver gives none.
        constraint_name: the constraint that was violated, if one was.
    """

    def __init__(self, sqlstate: str | None, constraint_name: str | None = None) -> None:
        self.sqlstate = sqlstate
        self.constraint_name = constraint_name
        name = _NAMES.get(sqlstate or "", "database error")
        state = f" (SQLSTATE {sqlstate})" if sqlstate else ""
        where = f" on {constraint_name}" if constraint_name else ""
        super().__init__(f"{name}{state}{where}; values are withheld")


def stripped(error: BaseException, *, overflow_denies: bool = False) -> BaseException:
    """Return the error that a principal may see in place of this one.

    Args:
        error: what SQLAlchemy raised.
        overflow_denies: on SQLite a check that fails raises an integer overflow: for statements with a check.
    """
    if type(error).__module__.split(".")[0] in _DRIVERS:  # from a cursor that is still read, SQLAlchemy passes them on
        error = DBAPIError(None, None, error)
    if not isinstance(error, StatementError):
        return error
    orig = error.orig
    if isinstance(orig, RowgateError):
        return orig
    denied = _DENIED.search(str(orig))
    if denied or (overflow_denies and str(orig) == "integer overflow"):
        table = f" on {denied[2]}" if denied else ""
        return AccessDenied(f"the policy{table} denies this write", code="RG201")
    if _violates_row_security(orig):
        return AccessDenied("row security denies this write", code="RG201")
    seen = StrippedError(_sqlstate(orig), _constraint(orig))
    if isinstance(error, DBAPIError):
        clean: StatementError = type(error)(
            error.statement, None, seen, hide_parameters=True, connection_invalidated=error.connection_invalidated
        )
    else:
        clean = StatementError(f"a parameter was not accepted: {type(orig).__name__}", error.statement, None, seen)
    return clean


def scrub(error: BaseException | None) -> None:
    """Empty an error and all that it is chained to, in place: something may still hold on to it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen or isinstance(one, RowgateError):
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__, getattr(one, "orig", None)]
        one.args = ("values are withheld",)
        for name in set(getattr(one, "__dict__", ())) - _KEPT:
            setattr(one, name, None)


def _sqlstate(orig: Any) -> str | None:
    for name in ("sqlstate", "pgcode", "sqlite_errorname"):
        found = getattr(orig, name, None)
        if isinstance(found, str):
            return found
    return None


def _violates_row_security(orig: Any) -> bool:
    """Return whether this is the error of a new row that a policy of the database denies.

    A missing right has the same SQLSTATE, and the message is translated: the function of PostgreSQL that raises tells.
    """
    cause = getattr(orig, "__cause__", None)
    raised_in = getattr(getattr(orig, "diag", None), "source_function", None)
    return "ExecWithCheckOptions" in (raised_in, getattr(cause, "server_source_function", None))


def _constraint(orig: Any) -> str | None:
    for source in (orig, getattr(orig, "__cause__", None), getattr(orig, "diag", None)):
        found = getattr(source, "constraint_name", None)
        if isinstance(found, str):
            return found
    return None
