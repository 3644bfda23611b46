"""A database with a wall, and two ways into it: the gate alone, as its owner, and the wall alone, as the application."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Executable, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import signed
from rowgate import AccessDenied, Catalog, Principal, guarded_sessionmaker
from rowgate.wall import PerRow, Signed, Wall, create
from rowgate.wall.signing import PRINCIPAL, SETTING

KEY = "k" * 64
SIGNING = Signed([KEY])
DENIED = "denied"
Outcome = Any


def array(values: Iterable[str]) -> str:
    """Return the literal of a PostgreSQL array of text."""
    quoted = ['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]
    return "{" + ",".join(quoted) + "}"


def body(who: Principal, lifts: Iterable[str] = ()) -> str:
    """Return what a context says of a principal."""
    said = None if who.id is None else str(who.id)
    attrs = {name: str(value) for name, value in who.attributes.items() if value is not None}
    return signed.body(said, array(sorted(who.roles)), array(lifts), **attrs)


class Walled:
    """One database with a wall. Statements run in a transaction that is rolled back."""

    def __init__(self, owner: Engine, app: Engine, catalog: Catalog, wall: Wall, role: str) -> None:
        self.owner = owner
        self.app = app
        self.catalog = catalog
        self.wall = wall
        self.role = role
        self.Session = guarded_sessionmaker(owner, catalog)

    @contextmanager
    def acting(self, who: Principal | None, lifts: Iterable[str] = ()) -> Iterator[Connection]:
        """Give a connection of the application, its transaction bound to a principal; None: no context."""
        with self.app.connect() as connection, connection.begin() as transaction:
            if who is not None:
                pid = connection.scalar(text("SELECT pg_backend_pid()"))
                given = SIGNING.text(PRINCIPAL, body(who, lifts), pid or 0)
                connection.execute(text("SELECT set_config(:name, :given, true)"), {"name": SETTING, "given": given})
            yield connection
            transaction.rollback()

    def by_wall(self, who: Principal | None, statement: Executable, lifts: Iterable[str] = ()) -> Outcome:
        """Return what a statement gives the application behind the wall, with no gate in front."""
        with self.acting(who, lifts) as connection:
            return _outcome(lambda: connection.execute(statement))

    def by_gate(self, who: Principal, statement: Executable, lifts: Iterable[str] = ()) -> Outcome:
        """Return what a statement gives a guarded session of the owner, whom the wall lets pass."""
        with self.Session(who, lift=lifts) as session:
            found = _outcome(lambda: session.execute(statement))
            session.rollback()
            return found

    def stored(self, statement: Executable) -> list[Any]:
        """Return what the owner reads."""
        with self.owner.connect() as connection:
            return [tuple(row) for row in connection.execute(statement)]


def _outcome(work: Callable[[], Any]) -> Outcome:
    """Return rows in order, the number of rows written, or how it was refused."""
    try:
        result = work()
    except AccessDenied:
        return DENIED
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        return DENIED if state == "42501" else state
    if getattr(result, "returns_rows", True):
        return sorted((tuple(row) for row in result), key=repr)
    return "inserted" if result.context.isinsert else result.rowcount


@contextmanager
def walled(cluster: Any, catalog: Catalog, populate: Callable[[Session], None]) -> Iterator[Walled]:
    """Give a database of its own, with tables, rows and a wall."""
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner)
        app = create_engine(logins.using("psycopg").app)
        catalog.metadata.create_all(owner)
        with Session(owner) as session:
            populate(session)
            session.commit()
        made = wall_of(catalog, cluster.app)
        raise_wall(owner, made)
        yield Walled(owner, app, catalog, made, cluster.app)
        owner.dispose()
        app.dispose()


def wall_of(catalog: Catalog, role: str) -> Wall:
    """Return a catalog's wall; what it warns of is in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerRow)
        return create(catalog, role=role, signing=SIGNING)


def raise_wall(owner: Engine, wall: Wall) -> None:
    """Make a wall, and let it accept the key."""
    run(owner, [*wall.sql(), *SIGNING.accept()])


def run(owner: Engine, statements: Iterable[str]) -> None:
    """Run statements as they are, in one transaction."""
    with owner.begin() as connection:
        for statement in statements:
            connection.execution_options(no_parameters=True).exec_driver_sql(statement)
