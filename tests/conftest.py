"""A real PostgreSQL for the tests, and its logins: the owner of a database, and the application, which owns nothing.

It is the embedded one, started once per test process, or the server whose superuser `POSTGRES_TEST_SERVER` names (a URL;
for the version matrix). The server's schema is migrated by Alembic once, into a template; each test gets a clone.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from rowgate.wall import Signed

WALL_KEY = "k" * 64
"""Signs who acts for the databases that the template is cloned into."""
WALL_SIGNING = Signed([WALL_KEY])


@dataclass(frozen=True)
class Logins:
    """The URLs of one database, for psycopg's or asyncpg's driver name to be set: its owner's and the application's."""

    owner: URL
    app: URL

    def using(self, driver: str) -> "Logins":
        """Return the same logins for a driver, such as "asyncpg" or "psycopg"."""
        name = f"postgresql+{driver}"
        return Logins(self.owner.set(drivername=name), self.app.set(drivername=name))


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server: its superuser's URL, and two ordinary roles of this test process."""

    superuser: URL
    owner: str
    app: str

    def execute(self, statement: sql.Composed | sql.SQL, database: str = "postgres") -> None:
        """Run a statement as the superuser, outside a transaction."""
        url = self.superuser.set(drivername="postgresql", database=database)
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
            admin.execute(statement)

    def create(self, *, template: str | None = None) -> str:
        """Create a database that the owner owns; return its name."""
        name = f"rowgate_test_{uuid4().hex[:12]}"
        source = sql.SQL("TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        self.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} {}").format(sql.Identifier(name), sql.Identifier(self.owner), source)
        )
        self.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(self.owner)), database=name)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def logins(self, name: str) -> Logins:
        """Return the URLs of a database."""
        database = self.superuser.set(drivername="postgresql+asyncpg", database=name, password="test")
        return Logins(database.set(username=self.owner), database.set(username=self.app))

    @contextmanager
    def database(self, *, template: str | None = None) -> Iterator[Logins]:
        """Create a database for a while."""
        name = self.create(template=template)
        try:
            yield self.logins(name)
        finally:
            self.drop(name)


@contextmanager
def _superuser(directory: Path) -> Iterator[URL]:
    given = os.environ.get("POSTGRES_TEST_SERVER")
    if given:
        yield make_url(given)
        return
    from rowgate.server.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(directory, unsafe_fast=True)
    postgres.start()
    try:
        yield postgres.superuser_url()
    finally:
        postgres.stop()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give the PostgreSQL server of this test process, with an owner and an application role."""
    # Not below pytest's own temporary folder: it shuts that to all but root, and PostgreSQL runs as somebody else.
    with (
        TemporaryDirectory(prefix="rowgate-test-", ignore_cleanup_errors=True) as folder,
        _superuser(Path(folder) / "data") as superuser,
    ):
        tag = uuid4().hex[:8]
        made = Cluster(superuser, f"owner_{tag}", f"app_{tag}")
        for role in (made.owner, made.app):
            made.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
                    sql.Identifier(role)
                )
            )
        yield made
        for role in (made.owner, made.app):
            made.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> Iterator[str]:
    """Give the name of a database with the server's schema and wall, migrated by Alembic as its owner."""
    from rowgate.server.migrate import upgrade
    from rowgate.server.walls import accept, as_owner

    name = cluster.create()
    owner = cluster.logins(name).owner
    asyncio.run(upgrade(owner, application_role=cluster.app))
    asyncio.run(as_owner(owner, lambda connection: accept(connection, WALL_SIGNING)))
    yield name
    cluster.drop(name)


@pytest.fixture
def logins(cluster: Cluster, template: str) -> Iterator[Logins]:
    """Give a database of the test's own with the server's schema."""
    with cluster.database(template=template) as found:
        yield found


@pytest.fixture
def empty_logins(cluster: Cluster) -> Iterator[Logins]:
    """Give an empty database of the test's own."""
    with cluster.database() as found:
        yield found
