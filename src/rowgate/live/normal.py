"""What should stand, in the words of the server that it should stand in.

PostgreSQL prints a policy in its own way, which changes with its version and with the names in it. So the same server is
given the expected policy on an empty copy of the table, and prints that: equal texts mean equal expressions. All of it
happens behind a savepoint that is rolled back; the tables themselves are not locked, but for reading their columns.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from rowgate.live.standing import functions, oid_of, policies
from rowgate.wall.objects import Function, Grant, Object, identifier
from rowgate.wall.table_objects import Policy, Rights, qualified

_PROBE = "rowgate_probe"


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Run what comes, and roll it back."""
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def run(connection: Connection, statements: Iterable[str]) -> None:
    """Run statements as they are."""
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def normal_functions(connection: Connection, expected: Iterable[Function]) -> Iterator[Function]:
    """Yield functions as the server reads them back; one that it does not take, as it is."""
    for wanted in expected:
        found: list[Function] = []
        try:
            with undone(connection):
                run(connection, ["CREATE SCHEMA " + _PROBE, *replace(wanted, schema=_PROBE).create()])
                found = functions(connection, _PROBE)
        except DBAPIError:
            found = []
        yield replace(found[0], schema=wanted.schema) if found else wanted


def normal_policies(
    connection: Connection, schema: str, table: str, expected: Iterable[Policy]
) -> Iterator[tuple[Policy, Policy | None]]:
    """Yield each policy and what the server makes of it; None where it cannot take it yet.

    It cannot where it reads a column that is not there yet: then what stands is another policy in any case.
    """
    me = str(connection.scalar(text("SELECT current_user")))
    with undone(connection):
        run(connection, [f"CREATE TEMPORARY TABLE {identifier(table)} (LIKE {qualified(schema, table)})"])
        copy = _temporary(connection, table)
        for wanted in expected:
            found: list[Policy] = []
            try:
                with undone(connection):
                    run(connection, replace(wanted, schema="pg_temp").create())
                    found = policies(connection, copy, schema, table)
            except DBAPIError:
                found = []
            yield wanted, replace(found[0], to=wanted.to or me) if found else None


def _temporary(connection: Connection, table: str) -> int:
    """Return the oid of a temporary table of this session."""
    schema = str(connection.scalar(text("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()")))
    found = oid_of(connection, schema, table)
    assert found is not None
    return found


def normal_rights(wanted: Rights) -> Rights:
    """Return rights in the order in which they are read back."""
    given = [(name, None if columns is None else tuple(sorted(columns))) for name, columns in wanted.rights]
    return replace(wanted, rights=tuple(sorted(given, key=str)))


def normal_grant(wanted: Grant) -> Grant:
    """Return a grant on a function by the function's name alone: names of the wall's functions are unique."""
    return replace(wanted, on=wanted.on.partition("(")[0]) if wanted.on.startswith("FUNCTION ") else wanted


def missing_functions(connection: Connection, expected: Iterable[Object], schema: str) -> list[str]:
    """Return the statements that make the functions that policies may call and that are not there yet."""
    known = {one.name for one in functions(connection, schema)}
    return [
        statement
        for one in expected
        if isinstance(one, Function) and one.name not in known
        for statement in one.create()
    ]
