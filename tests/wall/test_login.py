"""`verify_login`: an ordinary login passes, and every way round the wall is found by its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import Connection, NullPool, create_engine

from rowgate import CatalogError, Unguarded
from rowgate.live import verify_login
from rowgate.wall.signing import Signed
from wall.walls import SIGNING, Walled, walled
from world import make_catalog, populate


@pytest.fixture(scope="module")
def world(cluster: Any) -> Iterator[Walled]:
    """Give a world of these tests' own: a table that changes hands loses its rights."""
    with walled(cluster, make_catalog(), populate) as found:
        yield found


@contextmanager
def login(url: Any) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def changed(cluster: Any, world: Walled, do: str, undo: str) -> Iterator[None]:
    """Change something as the superuser, for a while."""
    names = {
        "app": sql.Identifier(cluster.app),
        "owner": sql.Identifier(cluster.owner),
    }
    for statement in do.split(";"):
        cluster.execute(sql.SQL(statement).format(**names), database=world.app.url.database)
    try:
        yield
    finally:
        for statement in undo.split(";"):
            cluster.execute(sql.SQL(statement).format(**names), database=world.app.url.database)


def test_the_application_has_no_way_round(world: Walled) -> None:
    """It owns nothing, is a member of nothing, and skips nothing: nothing is found, on any driver."""
    with login(world.app.url) as connection:
        assert verify_login(connection, make_catalog(), signing=SIGNING) == []


def test_the_right_to_temporary_tables_is_a_warning(
    cluster: Any, world: Walled, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL gives it to everybody: the warning says how to take it. Where it is taken, nothing is said."""
    take = f'REVOKE TEMPORARY ON DATABASE "{world.app.url.database}" FROM PUBLIC'
    give = f'GRANT TEMPORARY ON DATABASE "{world.app.url.database}" TO PUBLIC'
    with login(world.app.url) as connection:
        assert verify_login(connection, make_catalog()) == []
        (told,) = caplog.messages
        assert told.endswith(take.replace('"', ""))  # a name that needs no quotes has none
        caplog.clear()
        with changed(cluster, world, take, give):
            assert verify_login(connection, make_catalog()) == []
    assert caplog.messages == []


WAYS = {
    "BYPASSRLS": ("ALTER ROLE {app} BYPASSRLS", "ALTER ROLE {app} NOBYPASSRLS", "it has BYPASSRLS"),
    "CREATEROLE": ("ALTER ROLE {app} CREATEROLE", "ALTER ROLE {app} NOCREATEROLE", "it has CREATEROLE"),
    "SUPERUSER": ("ALTER ROLE {app} SUPERUSER", "ALTER ROLE {app} NOSUPERUSER", "it is a superuser"),
    "member of the owner": ("GRANT {owner} TO {app}", "REVOKE {owner} FROM {app}", "it owns table documents"),
    "member who does not inherit": (
        "CREATE ROLE rowgate_strong BYPASSRLS;GRANT rowgate_strong TO {app};ALTER ROLE {app} NOINHERIT",
        "ALTER ROLE {app} INHERIT;DROP ROLE rowgate_strong",
        "it may become rowgate_strong, which has BYPASSRLS",
    ),
    "member of a member": (
        "CREATE ROLE rowgate_strong SUPERUSER;CREATE ROLE rowgate_between IN ROLE rowgate_strong ROLE {app}",
        "DROP ROLE rowgate_strong;DROP ROLE rowgate_between",
        "it may become rowgate_strong, which is a superuser",
    ),
    "programs of the server": (
        "GRANT pg_execute_server_program TO {app}",
        "REVOKE pg_execute_server_program FROM {app}",
        "runs programs of the server",
    ),
    "owner of a table": (
        "ALTER TABLE documents OWNER TO {app}", "ALTER TABLE documents OWNER TO {owner}", "it owns table documents",
    ),
    "owner without FORCE": (
        "ALTER TABLE documents OWNER TO {app};ALTER TABLE documents NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE documents FORCE ROW LEVEL SECURITY;ALTER TABLE documents OWNER TO {owner}",
        "it owns table documents, without FORCE",
    ),
    "no row security": (
        "ALTER TABLE documents DISABLE ROW LEVEL SECURITY", "ALTER TABLE documents ENABLE ROW LEVEL SECURITY",
        "table documents has no row security",
    ),
    "TRUNCATE": (
        "GRANT TRUNCATE ON documents TO {app}", "REVOKE TRUNCATE ON documents FROM {app}", "it may TRUNCATE table doc",
    ),
    "keys": (
        "GRANT SELECT (inner_pad) ON rowgate.keys TO {app}", "REVOKE SELECT (inner_pad) ON rowgate.keys FROM {app}",
        "signing keys",
    ),
    "keys written": (
        "GRANT INSERT ON rowgate.keys TO {app}", "REVOKE INSERT ON rowgate.keys FROM {app}", "signing keys",
    ),
    "functions": (
        "GRANT CREATE ON SCHEMA rowgate TO {app}", "REVOKE CREATE ON SCHEMA rowgate FROM {app}", "change the functions",
    ),
    "operators": (
        "GRANT CREATE ON SCHEMA public TO {app}", "REVOKE CREATE ON SCHEMA public FROM {app}",
        "it may create operators and functions in schema public",
    ),
    "a table that is gone": (
        "ALTER TABLE comments RENAME TO other", "ALTER TABLE other RENAME TO comments", "table comments is not there",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_every_way_round_is_found(cluster: Any, world: Walled, way: str) -> None:
    """By name; with the switch it is a warning, and without the way nothing is found again."""
    do, undo, finding = WAYS[way]
    with changed(cluster, world, do, undo), login(world.app.url) as connection:
        with pytest.raises(Unguarded) as raised:
            verify_login(connection, make_catalog())
        assert finding in raised.value.message
        assert raised.value.code == "RG303"
        assert any(finding in one for one in verify_login(connection, make_catalog(), allow=True))
    with login(world.app.url) as connection:
        assert verify_login(connection, make_catalog()) == []


def test_the_owner_is_refused(world: Walled) -> None:
    """FORCE binds it, and it may take FORCE away."""
    with login(world.owner.url) as connection, pytest.raises(Unguarded, match="owns table"):
        verify_login(connection, make_catalog())


def test_a_pooler_that_hides_the_backend_is_found(world: Walled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pid that the driver knows is then not the backend's."""
    from rowgate.wall.wires import Psycopg

    pid = Psycopg.pid
    monkeypatch.setattr(Psycopg, "pid", lambda self, connection: pid(self, connection) + 1)
    with login(world.app.url) as connection:
        with pytest.raises(Unguarded, match="bind_to_pid=False"):
            verify_login(connection, make_catalog(), signing=SIGNING)
        assert verify_login(connection, make_catalog(), signing=Signed(["k" * 64], bind_to_pid=False)) == []


def test_clocks_that_differ_are_found(world: Walled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A context would be over before it has begun."""
    with login(world.app.url) as connection:
        monkeypatch.setattr("rowgate.live.login.time.time", lambda: 0.0)
        with pytest.raises(Unguarded, match="clocks"):
            verify_login(connection, make_catalog(), signing=SIGNING)


def test_a_key_that_the_database_does_not_know_is_found(world: Walled) -> None:
    """Its contexts would be worth nothing: every list would be empty, and nothing would say why."""
    with login(world.app.url) as connection:
        for bound in (True, False):
            with pytest.raises(Unguarded, match=r"does not know the signing key.*Signed\.accept"):
                verify_login(connection, make_catalog(), signing=Signed(["x" * 64], bind_to_pid=bound))
            assert verify_login(connection, make_catalog(), signing=Signed(["k" * 64], bind_to_pid=bound)) == []
        assert not connection.exec_driver_sql("SELECT rowgate.acting()").scalar()  # nothing of it stays
        connection.rollback()
        connection.execution_options(isolation_level="AUTOCOMMIT")
        assert verify_login(connection, make_catalog(), signing=SIGNING) == []


def test_where_there_is_no_wall_no_key_is_asked_for(cluster: Any) -> None:
    """That row security is missing says it all."""
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        make_catalog().metadata.create_all(owner)
        with login(logins.using("psycopg").app) as connection:
            found = verify_login(connection, make_catalog(), signing=SIGNING, allow=True)
    assert found
    assert not [one for one in found if "signing key" in one]


def test_there_is_no_wall_in_sqlite() -> None:
    """And so no login to verify."""
    with create_engine("sqlite://").connect() as connection, pytest.raises(CatalogError):
        verify_login(connection, make_catalog())
