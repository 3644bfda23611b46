"""Databases, users, documents and log-ins for the tests of the server."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx2
import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL

from conftest import Cluster, Logins
from rowgate.server.security import hash_password
from rowgate.server.settings import Settings
from server.world import PASSWORD, Door, World, conninfo, make_world, serving, settings_for, store


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line("markers", "acting_as(name): who is logged in on the client; no marker is anonymous")
    config.addinivalue_line("markers", "slow: starts processes")


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[tuple[URL, URL]]:
    """Make an empty database with an owner and an unprivileged login; return the URLs of both, and take all away."""
    name = f"test_{uuid4().hex[:12]}"
    owner, application = f"{name}_owner", f'{name} "app" %s :x'  # a name that needs quoting everywhere
    with psycopg.connect(conninfo(cluster.superuser), autocommit=True) as admin:
        for role in (owner, application):
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD 'test'").format(sql.Identifier(role)))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
        database = cluster.superuser.set(drivername="postgresql", database=name, password="test")
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


@pytest.fixture(scope="session")
async def hashed() -> str:
    """Give the hash of everybody's password: argon2 takes its time, so it runs once."""
    return await hash_password(PASSWORD)


@pytest.fixture(scope="session")
def world() -> World:
    """Give the users and documents that every cloned database holds."""
    return make_world()


@pytest.fixture(scope="session")
def world_template(cluster: Cluster, template: str, world: World, hashed: str) -> Iterator[str]:
    """Give the name of a migrated database with the users and documents in it."""
    name = cluster.create(template=template)
    store(world, cluster.logins(name).owner, hashed)
    yield name
    cluster.drop(name)


@pytest.fixture
def database(cluster: Cluster, world_template: str) -> Iterator[Logins]:
    """Give a database of the test's own with the users and documents in it."""
    with cluster.database(template=world_template) as found:
        yield found


@pytest.fixture(scope="session")
def standing_database(cluster: Cluster, world_template: str) -> Iterator[Logins]:
    """Give one database for all tests that store nothing."""
    with cluster.database(template=world_template) as found:
        yield found


@pytest.fixture(scope="session")
async def standing(standing_database: Logins) -> AsyncIterator[Door]:
    """Give one running application for all tests that store nothing: a database and a log-in for each take long."""
    async with serving(settings_for(standing_database)) as opened:
        yield opened


@pytest.fixture
def superuser(cluster: Cluster, database: Logins) -> URL:
    """Give the superuser's URL of the test's database."""
    return cluster.superuser.set(database=database.owner.database)


@pytest.fixture
def settings(database: Logins) -> Settings:
    """Give the settings that the application runs with."""
    return settings_for(database)


@pytest.fixture
async def door(settings: Settings) -> AsyncIterator[Door]:
    """Give the running application."""
    async with serving(settings) as opened:
        yield opened


@pytest.fixture
async def client(door: Door, request: pytest.FixtureRequest) -> httpx2.AsyncClient:
    """Give a client, logged in as whom `acting_as` names; anonymous without that marker."""
    marker = request.node.get_closest_marker("acting_as")
    return await door.client() if marker is None else await door.log_in(marker.args[0])
