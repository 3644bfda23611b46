"""The execution context of a guarded connection: refuses what was not compiled by the gate, and fills in who acts."""

from functools import cache
from typing import Any, NoReturn

from sqlalchemy.engine import cursor as cursor_module
from sqlalchemy.engine.default import DefaultExecutionContext

from rowgate.errors import Unguarded
from rowgate.gate.compiler import refuse_ddl
from rowgate.gate.schemas import check_translation


class GuardedContext(DefaultExecutionContext):
    """Put in front of a dialect's own execution context."""

    @classmethod
    def _init_compiled(
        cls,
        dialect: Any,
        connection: Any,
        dbapi_connection: Any,
        execution_options: Any,
        compiled: Any,
        parameters: Any,
        *args: Any,
        **kw: Any,
    ) -> Any:
        if compiled.dialect is not dialect:
            raise Unguarded("this was compiled for another dialect: execute the statement, not its compiled form")
        translate = execution_options.get("schema_translate_map")
        if translate:
            check_translation(compiled, translate, dialect)
        ours = {**compiled.fixed_binds, **connection.values_for(compiled.term_binds)}
        if ours:  # last, so that no parameter set of the caller can name them
            parameters = [{**given, **ours} for given in parameters] or [ours]
        return super()._init_compiled(
            dialect, connection, dbapi_connection, execution_options, compiled, parameters, *args, **kw
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
        if compiled is not None and compiled.drains:
            if self.cursor.description is not None and not self.executemany:
                rows = self.cursor.fetchall()
                self._rowcount = len(rows)
                self._new_key = rows[0][1] if compiled.drains_key and rows else None
            nothing: Any = cursor_module._NO_CURSOR_DML
            self.cursor_fetch_strategy = nothing
        return super()._setup_dml_or_text_result()

    _new_key: Any = None

    def get_lastrowid(self) -> Any:
        """Return the key that SQLite has given a new row; its drivers forget it where a statement returns rows."""
        return super().get_lastrowid() if self._new_key is None else self._new_key

    def _setup_result_proxy(self) -> Any:
        result = super()._setup_result_proxy()
        if result.cursor is not None:
            sealed: Any = SealedCursor(result.cursor)
            result.cursor = sealed
        return result


class SealedCursor:
    """A driver's cursor as a result shows it: it fetches and closes, and executes nothing."""

    __slots__ = ("_cursor", "close", "fetchall", "fetchmany", "fetchone")

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.close = cursor.close
        self.fetchall = cursor.fetchall
        self.fetchmany = cursor.fetchmany
        self.fetchone = cursor.fetchone

    @property
    def description(self) -> Any:
        """The columns."""
        return self._cursor.description

    @property
    def rowcount(self) -> Any:
        """The number of rows, as the driver tells it."""
        return self._cursor.rowcount

    def __getattr__(self, name: str) -> Any:
        if name == "_async_soft_close":  # SQLAlchemy's own, of its async adapters; others lack it
            return getattr(self._cursor, name)
        raise Unguarded(f"the driver's cursor ({name}) goes round the gate: use the session", code="RG303")


@cache
def guarded_context(base: Any) -> type[Any]:
    """Return a dialect's execution context with the guard in front."""
    return type(f"Guarded{base.__name__}", (GuardedContext, base), {})
