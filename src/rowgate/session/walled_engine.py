"""The engine where the wall stands: what its connections tell the database who acts by, and whether the wall is there."""

from copy import copy
from dataclasses import replace
from typing import Any

from sqlalchemy import column, text
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.sql.elements import ColumnClause

from rowgate.catalog import Catalog
from rowgate.decision import Variant
from rowgate.errors import PolicyDrift, Unguarded
from rowgate.session.audit import Audit, log_event
from rowgate.session.connection import GuardedEngine
from rowgate.wall.answers import answered
from rowgate.wall.contexts import Contexts
from rowgate.wall.generic import lift_name
from rowgate.wall.objects import identifier, literal
from rowgate.wall.render import SCHEMA
from rowgate.wall.searches import callable_by_statements
from rowgate.wall.signing import Signing
from rowgate.wall.subjects import name_of, subjects
from rowgate.wall.table_objects import qualified
from rowgate.wall.texts import Bodies, subject
from rowgate.wall.wires import driver_of

_UNBOUND = """\
SELECT t.name FROM pg_catalog.unnest(ARRAY[{names}]::text[]) AS t (name)
JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.name)
WHERE c.relkind IN ('r', 'p') AND NOT pg_catalog.row_security_active(c.oid)"""
"""Owners under FORCE are bound too; that a policy lets them pass, `verify_login` tells."""


class WalledEngine(GuardedEngine):
    """A guarded engine whose connections tell the database who acts."""

    def __init__(self, original: Engine, catalog: Catalog, signing: Signing, audit: Audit = log_event) -> None:
        catalog = copy(catalog)
        catalog.entries = dict(answered(catalog))
        catalog.functions = {**catalog.functions, **callable_by_statements(catalog)}
        super().__init__(original, catalog, audit)
        self.signing = signing
        self.wire = driver_of(original.dialect)
        self.contexts = Contexts(Bodies(catalog, original.dialect), signing)
        self._questions = [
            Question(query, number, original.dialect) for number, query in enumerate(catalog.principal_queries, 1)
        ]

    stands: bool = False
    """Whether the wall has been seen to stand, on the first connection that was told who acts."""

    def look(self, driver: Any) -> None:
        """See that row security binds this login on every table of the catalog that is there.

        Raises:
            PolicyDrift: it does not. The gate leaves to the wall what the wall judges, so nothing may run.
        """
        tables = (one.table for one in self.catalog.entries.values())
        names = (identifier(t.name) if t.schema is None else qualified(str(t.schema), t.name) for t in tables)
        cursor = driver.cursor()
        cursor.execute(_UNBOUND.format(names=", ".join(literal(name) for name in names)))
        found = sorted(row[0] for row in cursor.fetchall())
        cursor.close()
        if found:
            raise PolicyDrift(
                f"row security does not bind this login on {', '.join(found)}: log in as the application, and make the "
                "wall (alembic upgrade, or rowgate policy sql)"
            )
        self.stands = True

    def question(self, query: Any) -> "Question":
        """Return how the wall is asked a query that finds a principal.

        Raises:
            Unguarded: the catalog does not name it.
        """
        for question in self._questions:
            if question.query is query:
                return question
        raise Unguarded("a function for Session(who) runs only what catalog.principal_query() names")

    def _derive(self, variant: Variant | None) -> Dialect:
        made: Any = super()._derive(variant)
        made.rowgate = replace(made.rowgate, walled=True)
        if variant is not None:
            made.rowgate_lifts = self._lifts_of(variant)
        return made

    def asking(self, dialect: Any) -> Dialect:
        """Return the dialect of the same variant whose writes ask beforehand whether a row that they name is denied."""
        if not hasattr(dialect, "rowgate_asking"):
            made: Any = self._derive(dialect.rowgate.variant)
            made.rowgate = replace(made.rowgate, asks=True)
            dialect.rowgate_asking = made
        asking: Dialect = dialect.rowgate_asking
        return asking

    def _lifts_of(self, variant: Variant) -> frozenset[str]:
        """Return what contexts call the lifts of a variant: the session's, and those of one statement."""
        rules = ((key, rule) for key, entry in self.catalog.entries.items() for rule in entry.restricts)
        return frozenset(
            lift_name(self.catalog, key, rule)
            for key, rule in rules
            if (rule.name in variant.lifts or (key, rule.name) in variant.lifted) and rule.lift & variant.roles
        )


class Question:
    """A query that finds a principal, as a call of the function that runs it."""

    def __init__(self, query: Any, number: int, dialect: Dialect) -> None:
        self.query = query
        self.texts = subjects(query, dialect)
        call = text(f"SELECT * FROM {SCHEMA}.{name_of(number)}()")  # noqa: S608 - names of ours
        shown = query.selected_columns.items()  # a column as it is, so that rows know it; else its name
        self.call = call.columns(
            *(one if isinstance(one, ColumnClause) else column(str(key), one.type) for key, one in shown)
        )

    def body(self, parameters: Any) -> str:
        """Return the body of the context that says whom is asked for.

        Raises:
            Unguarded: a parameter is missing, or not of its type.
        """
        given = parameters[0] if parameters else {}
        if len(parameters or ()) > 1 or self.texts.keys() - given.keys():
            raise Unguarded(f"the query for the principal takes one value for each of {sorted(self.texts)}")
        return subject(self.texts, given)
