"""`can()` where there is no gate: the shadow looks the answer up in a table that Python has filled from the truth."""

from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.compiler import StrSQLCompiler

from proof.small_world import PRINCIPALS, TABLES
from proof.truth import Truth, key_of
from rowgate import RowgateError

ANSWERS = Table(
    "can_truth",
    MetaData(),
    Column("who", Integer),
    Column("action", String),
    Column("name", String),
    Column("k0", Integer),
    Column("k1", Integer),
)
"""Which actions are permitted on which rows. `who` is a place in PRINCIPALS, or MYSELF with what is lifted."""
MYSELF = -1


def answers(truth: Truth) -> list[dict[str, Any]]:
    """Return all that is permitted, about oneself, and about others on the rows that one reads."""
    asked = [(MYSELF, truth)]
    asked += [(n, Truth(who, frozenset(), truth.state)) for n, (who, _) in enumerate(PRINCIPALS)]
    found = []
    for table in TABLES:
        for row in truth.state[table]:
            if not truth.reads(table, row):
                continue
            keys = {f"k{n}": key for n, key in enumerate(key_of(table, row))}
            found += [
                {"who": who, "action": action, "name": table, "k1": None, **keys}
                for who, other in asked
                for action in ("read", "update", "delete")
                if other.permits(action, table, row)
            ]
    return found


def asking(base: Any) -> Any:
    """Return a compiler that renders `can()` as a look at the answers."""

    def visit_rowgate_can(self: Any, term: Any, **_kw: Any) -> str:
        who = MYSELF if term.who is None else next(n for n, (one, _) in enumerate(PRINCIPALS) if one == term.who)
        keys = [f"can_truth.k{n} = {self.process(key)}" for n, key in enumerate(term.keys)]
        where = [f"can_truth.who = {who}", f"can_truth.action = '{term.action}'", f"can_truth.name = '{term.table[1]}'"]
        return f"EXISTS (SELECT 1 FROM can_truth WHERE {' AND '.join([*where, *keys])})"

    return type("Asked", (base,), {"visit_rowgate_can": visit_rowgate_can})


def teach(engine: Engine, truth: Truth) -> None:
    """Put the answers into a shadow, and let its dialect look at them."""
    engine.dialect.statement_compiler = asking(engine.dialect.statement_compiler)
    with engine.begin() as connection:
        ANSWERS.metadata.create_all(connection)
        connection.execute(ANSWERS.insert(), answers(truth))


def shown(element: Any) -> str:
    """Return SQL for people; not every release can show what is PostgreSQL's."""
    dialect: Any = DefaultDialect()
    dialect.statement_compiler = asking(StrSQLCompiler)
    try:
        return str(element.compile(dialect=dialect)) if hasattr(element, "compile") else str(element)
    except (SQLAlchemyError, RowgateError):  # what another compiler takes over does not know can()
        return repr(element)
