"""A PostgreSQL of one's own: the drivers, two logins or one that may make the other, and logins that are refused."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL

from conftest import Cluster, Logins
from rowgate.server import migrate
from rowgate.server.settings import Settings, load_settings
from rowgate.server.startup import StartError
from server.world import KEY, Door, World, conninfo, may_see, query, serving, store, titles, walk


def render(url: URL) -> str:
    """Render a URL with its password."""
    return url.render_as_string(hide_password=False)


def given(tmp_path: Path, **urls: URL) -> Settings:
    """Return settings with these logins and a data directory of the test's own."""
    return load_settings(data_dir=tmp_path, secret_key=KEY, **{name: render(url) for name, url in urls.items()})


async def check_core(door: Door, world: World) -> None:
    """Go once round: log in, lists by role, hidden, denied, own."""
    clients = {name: await door.log_in(name) for name in ("free", "paid", "admin")}
    for name, client in clients.items():
        expected = sorted(doc.title for doc in world.documents if may_see(name, doc))
        assert expected == sorted(titles(await walk(client, limit=7)))
    free = clients["free"]
    assert 404 == (await free.get(f"/documents/{world.doc('other private free kept').id}")).status_code
    public = world.doc("other public free kept").id
    assert 403 == (await free.patch(f"/documents/{public}", json={"title": "mine"})).status_code
    own = (await free.post("/documents", json={"title": "new", "content": ""})).headers["location"]
    assert "newer" == (await free.patch(own, json={"title": "newer"})).json()["title"]
    assert 204 == (await free.delete(own)).status_code
    assert 404 == (await free.get(own)).status_code
    assert "newer" in titles(await walk(clients["admin"], include="deleted"))
    assert 409 != (await free.get("/health/ready")).status_code
    assert {"status": "healthy"} == (await free.get("/health/ready")).json()


@pytest.mark.parametrize("name", ["postgresql+asyncpg", "postgresql+psycopg", "postgresql"])
async def test_every_driver(database: Logins, world: World, tmp_path: Path, name: str) -> None:
    """With two logins the same holds on both drivers; a plain postgresql:// means psycopg."""
    logins = Logins(database.owner.set(drivername=name), database.app.set(drivername=name))
    async with serving(given(tmp_path, database_url=logins.app, owner_database_url=logins.owner)) as door:
        expected = "asyncpg" if name.endswith("asyncpg") else "psycopg"
        engines = door.app.state.database
        assert [expected] * 2 == [engines.application.dialect.driver, engines.owner.dialect.driver]
        await check_core(door, world)
        me = query(engines.application.url, "SELECT current_user")
        assert [(database.app.username,)] == me


@contextmanager
def one_login(cluster: Cluster, options: str) -> Iterator[URL]:
    """Make an empty database, owned by a role of its own with these rights; take all away at the end."""
    name = f"one_{uuid4().hex[:10]}"
    role, app = sql.Identifier(name), sql.Identifier(f"{name}_app")
    cluster.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'test' {}").format(role, sql.SQL(options)))
    cluster.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    cluster.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(role), database=name)
    try:
        yield cluster.superuser.set(username=name, password="test", database=name)
    finally:
        cluster.drop(name)
        cluster.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(app))
        cluster.execute(sql.SQL("DROP ROLE {}").format(role))


@asynccontextmanager
async def filled(settings: Settings, owner: URL, world: World, hashed: str) -> AsyncIterator[Door]:
    """Run the application on an empty database, and store the world once it has migrated."""
    async with serving(settings) as door:
        store(world, owner, hashed)
        yield door


@pytest.mark.parametrize("variable", ["owner_database_url", "database_url"])
@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_owner_who_may_create_roles(
    cluster: Cluster, world: World, hashed: str, tmp_path: Path, driver: str, variable: str
) -> None:
    """Given one login that may create roles, the server makes the other, an ordinary one, and uses it for requests."""
    with one_login(cluster, "CREATEROLE") as owner:
        url = owner.set(drivername=f"postgresql+{driver}")
        settings = given(tmp_path, **{variable: url})
        async with filled(settings, owner, world, hashed) as door:
            await check_core(door, world)
            made = door.app.state.database.application.url
        rights = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
        question = f"SELECT {rights} FROM pg_roles WHERE rolname = %s"
        assert [(False,)] == query(cluster.superuser, question, made.username)
        assert f"{owner.database}_app" == made.username
        async with serving(settings) as again:
            assert made == again.app.state.database.application.url
            assert 200 == (await (await again.log_in("free")).get("/documents")).status_code
        assert 0o600 == (tmp_path / f"{made.username}.password").stat().st_mode & 0o777


async def test_one_login_without_the_right(cluster: Cluster, tmp_path: Path) -> None:
    """One login that may not create roles is an error that says which two are needed; nothing is migrated."""
    with one_login(cluster, "NOCREATEROLE") as owner:
        with pytest.raises(StartError, match="may not create roles") as caught:
            async with serving(given(tmp_path, database_url=owner)):
                pass
        assert "ROWGATE_OWNER_DATABASE_URL" in str(caught.value)
        assert [(None,)] == query(owner, "SELECT to_regclass('documents')::text")


async def refused(settings: Settings) -> str:
    """Return why the application does not start."""
    with pytest.raises(StartError) as caught:
        async with serving(settings):
            pass
    assert "'test'" not in str(caught.value)
    return str(caught.value)


async def test_superuser_is_no_application_login(cluster: Cluster, database: Logins, tmp_path: Path) -> None:
    """A superuser for requests is refused: nothing would hold it."""
    superuser = cluster.superuser.set(database=database.app.database)
    reason = await refused(given(tmp_path, database_url=superuser, owner_database_url=database.owner))
    assert "a superuser" in reason
    assert "ROWGATE_OWNER_DATABASE_URL" in reason


@pytest.mark.parametrize(
    ("change", "back", "expected"),
    [
        ("ALTER ROLE {app} BYPASSRLS", "", "allowed to bypass row security"),
        ("GRANT {owner} TO {app}", "", "owner"),
        ("ALTER DATABASE {database} OWNER TO {app}", "", "owner"),
        ("ALTER ROLE {app} CREATEROLE", "", "create roles"),
    ],
    ids=["bypass", "member of the owner", "owner", "may create roles"],
)
async def test_application_login_with_too_many_rights(
    cluster: Cluster, database: Logins, tmp_path: Path, change: str, back: str, expected: str
) -> None:
    """A login for requests that could walk round the policies is refused, and the reason named."""
    name = f"strong_{uuid4().hex[:8]}"
    cluster.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'test'").format(sql.Identifier(name)))
    names = {"app": name, "owner": str(database.owner.username), "database": str(database.owner.database)}
    cluster.execute(sql.SQL(change).format(**{key: sql.Identifier(value) for key, value in names.items()}))
    try:
        settings = given(tmp_path, database_url=database.app.set(username=name), owner_database_url=database.owner)
        await migrate.upgrade(database.owner, application_role=name)
        reason = await refused(settings.model_copy(update={"migrate": False}))
        assert expected in reason
        assert name in reason
    finally:
        with psycopg.connect(conninfo(cluster.superuser.set(database=database.owner.database)), autocommit=True) as one:
            one.execute(
                sql.SQL("REASSIGN OWNED BY {0} TO {1}; DROP OWNED BY {0}; DROP ROLE {0}").format(
                    sql.Identifier(name), sql.Identifier(str(database.owner.username))
                )
            )


async def test_login_twice(database: Logins, tmp_path: Path) -> None:
    """The owner's login given for requests as well is refused before anything is migrated."""
    reason = await refused(given(tmp_path, database_url=database.owner, owner_database_url=database.owner))
    assert "log in as one role" in reason


def test_settings_take_any(tmp_path: Path, database: Logins) -> None:
    """The settings keep a URL as it was given, whatever its driver."""
    values: dict[str, Any] = given(tmp_path, database_url=database.app).model_dump()
    assert render(database.app) == values["database_url"].get_secret_value()
