"""What the gate makes of a statement, as text: no database is asked."""

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import asyncpg, psycopg
from sqlalchemy.dialects.sqlite import pysqlite

from rowgate import Catalog, Principal
from rowgate.decision import Variant
from rowgate.gate.base import Context
from rowgate.gate.compiler import gated_dialect

DIALECTS: dict[str, Any] = {"postgresql": psycopg.dialect, "asyncpg": asyncpg.dialect, "sqlite": pysqlite.dialect}


class Gated:
    """The gate of one catalog on one dialect."""

    def __init__(self, catalog: Catalog, name: str = "postgresql", *, walled: bool = False, asks: bool = False) -> None:
        self.catalog = catalog
        self.walled = walled
        self.asks = asks
        self.plain = DIALECTS[name]()
        catalog.freeze()

    def compiled(self, who: Principal | None, statement: Executable, **options: Any) -> Any:
        """Return a statement as it is compiled for a principal; None: for the query that finds one."""
        if who is None:
            return statement.compile(dialect=gated_dialect(self.plain, self.catalog, None), **options)  # type: ignore[attr-defined]
        variant = Variant.of(who, self.catalog)
        dialect: Any = gated_dialect(self.plain, self.catalog, variant)
        if self.walled:
            dialect.rowgate = Context(self.catalog, variant, walled=True, asks=self.asks)
        return statement.compile(dialect=dialect, **options)  # type: ignore[attr-defined]
