"""The execution context of a guarded connection: refuses what was not compiled by the gate, and fills in who acts."""

from functools import cache
from typing import Any, NoReturn

from sqlalchemy.engine import cursor as cursor_module
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.engine.interfaces import CacheStats

from rowgate.errors import Unguarded
from rowgate.gate.compiler import refuse_ddl
from rowgate.gate.schemas import check_translation


class GuardedContext(DefaultExecutionContext):
    """Put in front of a dialect's own execution context."""

    @classmethod
    def _init_compiled(  # named one by one: passing `*args, **kw` on would cost every statement
        cls,
        dialect: Any,
        connection: Any,
        dbapi_connection: Any,
        execution_options: Any,
        compiled: Any,
        parameters: Any,
        invoked_statement: Any,
        extracted_parameters: Any,
        cache_hit: Any = CacheStats.CACHING_DISABLED,
        param_dict: Any = None,
    ) -> Any:
        if compiled.dialect is not dialect:
            raise Unguarded("this was compiled for another dialect: execute the statement, not its compiled form")
        connection.dialect = connection._own_dialect  # whatever runs from here on is another statement
        translate = execution_options.get("schema_translate_map")
        if translate:
            check_translation(compiled, translate, dialect)
        if compiled.term_binds or compiled.fixed_binds:
            ours = connection.values_for(compiled)
            given = parameters and parameters != [{}]
            parameters = (
                [{**one, **ours} for one in parameters] if given else [ours]
            )  # ours last: no caller can name them
        plain: Any = super()._init_compiled
        if param_dict is None:  # SQLAlchemy 2.0 knows none
            return plain(
                dialect,
                connection,
                dbapi_connection,
                execution_options,
                compiled,
                parameters,
                invoked_statement,
                extracted_parameters,
                cache_hit,
            )
        return plain(
            dialect,
            connection,
            dbapi_connection,
            execution_options,
            compiled,
            parameters,
            invoked_statement,
            extracted_parameters,
            cache_hit,
            param_dict,
        )

    @classmethod
    def _init_statement(cls, *_args: Any, **_kw: Any) -> NoReturn:
        raise Unguarded("driver SQL is text: write it with select(), insert(), update() and delete()", code="RG303")

    @classmethod
    def _init_ddl(cls, *_args: Any, **_kw: Any) -> NoReturn:
        refuse_ddl()

    @classmethod
    def _init_default(cls, *_args: Any, **_kw: Any) -> NoReturn:
        raise Unguarded("a default executed by itself may draw from a sequence: insert a row instead", code="RG303")

    def _exec_default_clause_element(self, *_args: Any, **_kw: Any) -> NoReturn:
        raise Unguarded("a default that is a SELECT of its own, run beforehand, is not built yet: give the value")

    def _setup_dml_or_text_result(self) -> Any:
        """Read to the end the RETURNING that the gate added: its rows are nobody's result, their number is."""
        compiled: Any = self.compiled
        if compiled.drains:
            if not self.executemany:
                rows = self.cursor.fetchall()
                self._rowcount = len(rows)
                self._new_key = rows[0][1] if compiled.drains_key and rows else None
            nothing: Any = cursor_module._NO_CURSOR_DML
            self.cursor_fetch_strategy = nothing
        return super()._setup_dml_or_text_result()

    _new_key: Any = None

    def get_lastrowid(self) -> Any:
        """Return the key that SQLite has given a new row; aiosqlite's forgets it where a statement returns rows."""
        return super().get_lastrowid() if self._new_key is None else self._new_key

    def _setup_result_proxy(self) -> Any:
        result = super()._setup_result_proxy()
        if result.cursor is not None:
            sealed: Any = SealedCursor(result.cursor)
            result.cursor = sealed
        return result


class SealedCursor:
    """A driver's cursor as a result shows it: it fetches and closes, and executes nothing."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def fetchone(self) -> Any:
        """Fetch a row."""
        return self._cursor.fetchone()

    def fetchmany(self, *size: Any) -> Any:
        """Fetch some rows."""
        return self._cursor.fetchmany(*size)

    def fetchall(self) -> Any:
        """Fetch all rows that are left."""
        return self._cursor.fetchall()

    def close(self) -> None:
        """Close."""
        self._cursor.close()

    @property
    def description(self) -> Any:
        """The columns."""
        return self._cursor.description

    @property
    def rowcount(self) -> Any:
        """The number of rows, as the driver tells it."""
        return self._cursor.rowcount

    @property
    def _async_soft_close(self) -> Any:
        """SQLAlchemy's own, of its async adapters; others lack it."""
        return self._cursor._async_soft_close

    def __getattr__(self, name: str) -> NoReturn:
        raise Unguarded(f"the driver's cursor ({name}) goes round the gate: use the session", code="RG303")


@cache
def guarded_context(base: Any) -> type[Any]:
    """Return a dialect's execution context with the guard in front."""
    return type(f"Guarded{base.__name__}", (GuardedContext, base), {})
