"""The migrations on a real database: both drivers, both directions, alone and in a race, online and as a script."""

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from rowgate.server import migrate
from rowgate.server.migrations.grants import RIGHTS, grant_rights
from rowgate.server.migrations.target import find_target, parse_url
from rowgate.server.migrations.turn import LOCK_KEY, Limits, migration_turn
from rowgate.server.models import Base, RoleName

ROOT = Path(__file__).parents[2]

CATALOGUE = text("""
    SELECT 'column', table_name, column_name || ' ' || data_type, coalesce(column_default, '') || is_nullable
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'right', oid::regclass::text, '', coalesce(relacl::text, '')
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    UNION ALL SELECT 'type', '', typname, typtype::text FROM pg_type
      WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
    UNION ALL SELECT 'function', '', proname, prosrc || coalesce(proacl::text, '') FROM pg_proc
      WHERE pronamespace::regnamespace::text IN ('public', 'rowgate')
    UNION ALL SELECT 'policy', tablename, policyname, cmd || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
    ORDER BY 1, 2, 3, 4
""")


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[AsyncConnection]:
    """Connect once, without a pool."""
    engine = create_async_engine(parse_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        yield connection


async def catalogue(url: str) -> list[tuple[str, ...]]:
    """Read what the database holds: columns, indexes, constraints, rights, types, functions, policies."""
    async with connect(url) as connection:
        return [tuple(row) for row in await connection.execute(CATALOGUE)]


async def tables(url: str) -> set[str]:
    """Name the tables."""
    return {row[1] for row in await catalogue(url) if row[0] == "column"}


async def revision(url: str) -> str | None:
    """Read the revision."""
    async with connect(url) as connection:
        return await migrate.current(connection)


def with_driver(url: str, driver: str) -> str:
    """Set the driver of a URL."""
    return make_url(url).set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)


def run(*arguments: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, at the root of the project, with these settings only."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ROWGATE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**inherited, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def role_of(url: str) -> str:
    """Name the login of a URL."""
    name = make_url(url).username
    assert name is not None
    return name


@pytest.fixture
def role(application_url: str) -> str:
    """Give the role that the application logs in as: the wall is for it."""
    return role_of(application_url)


APPLICATION_TABLES = set(Base.metadata.tables)


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_upgrade_makes_tables_and_roles(owner_url: str, role: str, driver: str) -> None:
    """Over either driver an empty database gets the tables and the three roles, and is at the head."""
    await migrate.upgrade(with_driver(owner_url, driver), application_role=role)
    assert APPLICATION_TABLES | {"alembic_version"} == await tables(owner_url)
    assert migrate.head() == await revision(owner_url)
    async with connect(owner_url) as connection:
        assert set(RoleName) == set(await connection.scalars(text("SELECT name FROM roles")))


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_models_and_migrations_agree(owner_url: str, role: str, driver: str) -> None:
    """After an upgrade the comparison with the models and policies finds nothing, functional indexes included."""
    url = with_driver(owner_url, driver)
    await migrate.upgrade(url, application_role=role)
    assert [] == await migrate.check(url, application_role=role)


async def test_check_finds_drift(owner_url: str, role: str) -> None:
    """A changed type, default, index or policy is found."""
    await migrate.upgrade(owner_url, application_role=role)
    async with connect(owner_url) as connection:
        await connection.execute(text("ALTER TABLE roles ALTER description TYPE text"))
        await connection.execute(text("ALTER TABLE documents ALTER is_public SET DEFAULT false"))
        await connection.execute(text("DROP INDEX uq_users_email_lower"))
        await connection.execute(text('DROP POLICY "allow read: myself" ON users'))
        await connection.commit()
    found = "\n".join(await migrate.check(owner_url, application_role=role))
    for expected in ("modify_type", "modify_default", "uq_users_email_lower", "create_policy"):
        assert expected in found


async def test_check_needs_the_head(owner_url: str, role: str) -> None:
    """An empty database is an error for the comparison, which leaves nothing behind."""
    with pytest.raises(CommandError, match="not up to date"):
        await migrate.check(owner_url, application_role=role)
    assert set() == await tables(owner_url)


async def test_down_and_up_again_is_the_same(owner_url: str, application_url: str) -> None:
    """A downgrade takes everything but Alembic's own table away; a second upgrade brings the same back."""
    role = role_of(application_url)
    await migrate.upgrade(owner_url, application_role=role)
    before = await catalogue(owner_url)
    await migrate.downgrade(owner_url, "base", application_role=role)
    assert {"alembic_version"} == await tables(owner_url)
    assert [] == [row for row in await catalogue(owner_url) if row[0] in {"type", "function"}]
    assert await revision(owner_url) is None
    await migrate.upgrade(owner_url, application_role=role)
    assert before == await catalogue(owner_url)


async def test_two_processes_at_once(owner_url: str, application_url: str) -> None:
    """Of two that start together one migrates, and the other waits and finds the head."""
    environ = {"ROWGATE_OWNER_DATABASE_URL": owner_url, "ROWGATE_DATABASE_URL": application_url}
    results = await asyncio.gather(
        *[asyncio.to_thread(run, "-m", "alembic", "upgrade", "head", environ=environ) for _ in range(2)]
    )
    assert [0, 0] == [result.returncode for result in results], [result.stderr for result in results]
    assert len(migrate.history()) == sum(result.stderr.count("Running upgrade") for result in results)
    assert [] == await migrate.check(owner_url, application_role=role_of(application_url))


async def test_two_tasks_at_once(owner_url: str, role: str) -> None:
    """Two upgrades on one event loop do not mix their connections."""
    urls = (owner_url, with_driver(owner_url, "asyncpg"))
    await asyncio.gather(*[migrate.upgrade(url, application_role=role) for url in urls])
    assert [] == await migrate.check(owner_url, application_role=role)


async def test_waits_for_its_turn(owner_url: str, role: str) -> None:
    """While somebody holds the lock nothing is migrated; when it is free, all is."""
    async with connect(owner_url) as holder:
        await holder.execute(text(f"SELECT pg_advisory_lock({LOCK_KEY})"))
        waiting = asyncio.create_task(migrate.upgrade(owner_url, application_role=role))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        assert set() == await tables(owner_url)
    await waiting
    assert migrate.head() == await revision(owner_url)


async def test_gives_up_waiting(owner_url: str) -> None:
    """The wait for a turn has an end, and an error that says why."""

    def take_turn(connection: Connection) -> None:
        with migration_turn(connection, limits=Limits(turn=0.2)):
            pytest.fail("took the turn of another")

    async with connect(owner_url) as holder, connect(owner_url) as other:
        await holder.execute(text(f"SELECT pg_advisory_lock({LOCK_KEY})"))
        with pytest.raises(CommandError, match="Another process has been migrating"):
            await other.run_sync(take_turn)
        assert not other.in_transaction()


async def test_limits_end_with_the_turn(owner_url: str) -> None:
    """Lock and statement timeouts hold during the turn; after a failure they and the lock are gone."""
    seen: list[str] = []

    def fail(connection: Connection) -> None:
        with migration_turn(connection, limits=Limits(lock="3s", statement="7s")):
            seen.extend(connection.scalar(text(f"SHOW {name}")) for name in names)
            connection.execute(text("SELECT 1/0"))

    names = ("lock_timeout", "statement_timeout")
    async with connect(owner_url) as connection:
        before = [await connection.scalar(text(f"SHOW {name}")) for name in names]
        await connection.rollback()
        with pytest.raises(DBAPIError):
            await connection.run_sync(fail)
        assert ["3s", "7s"] == seen
        assert before == [await connection.scalar(text(f"SHOW {name}")) for name in names]
        assert 0 == await connection.scalar(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        )


async def test_a_busy_table_stops_the_migration(owner_url: str, role: str) -> None:
    """A migration that would queue behind a long transaction fails and leaves the database as it was."""
    await migrate.upgrade(owner_url, application_role=role)

    def downgrade(connection: Connection) -> None:
        config = migrate.alembic_config(None, connection=connection, application_role=role)
        config.set_main_option("lock_timeout", "100ms")
        command.downgrade(config, "base")

    async with connect(owner_url) as reader, connect(owner_url) as connection:
        await reader.execute(text("SELECT FROM documents, api_keys"))  # a table of the last migration too
        with pytest.raises(DBAPIError, match="lock timeout"):
            await connection.run_sync(downgrade)
    assert [] == await migrate.check(owner_url, application_role=role)


async def test_given_connection_in_a_transaction(owner_url: str, role: str) -> None:
    """On a connection in a transaction nothing is committed behind the caller's back."""
    async with connect(owner_url) as connection:
        await connection.begin()
        await connection.run_sync(
            lambda sync: command.upgrade(migrate.alembic_config(None, connection=sync, application_role=role), "head")
        )
        assert migrate.head() == await migrate.current(connection)
        await connection.rollback()
    assert set() == await tables(owner_url)


async def test_given_connection_without_a_transaction(owner_url: str, role: str) -> None:
    """On a connection outside a transaction each migration commits, and the connection comes back clean."""
    async with connect(owner_url) as connection:
        await connection.run_sync(
            lambda sync: command.upgrade(migrate.alembic_config(None, connection=sync, application_role=role), "head")
        )
        assert not connection.in_transaction()
    assert APPLICATION_TABLES <= await tables(owner_url)


async def test_script_makes_the_same(owner_url: str, role: str) -> None:
    """The SQL of offline mode, run as one script, gives what the online migration gives, rights included."""
    with psycopg.connect(owner_url, autocommit=True) as plain:
        plain.execute(migrate.offline_sql(application_role=role).encode())
    by_script = await catalogue(owner_url)
    assert migrate.head() == await revision(owner_url)
    assert [] == await migrate.check(owner_url, application_role=role)
    await migrate.downgrade(owner_url, "base", application_role=role)
    await migrate.upgrade(owner_url, application_role=role)
    assert by_script == await catalogue(owner_url)
    with psycopg.connect(owner_url, autocommit=True) as plain:
        down = migrate.alembic_config(None, application_role=role)
        command.downgrade(down, f"{migrate.head()}:base", sql=True)
        assert isinstance(down.output_buffer, io.StringIO)
        plain.execute(down.output_buffer.getvalue().encode())
    assert {"alembic_version"} == await tables(owner_url)


def test_script_needs_no_database() -> None:
    """`alembic upgrade head --sql` works with no database set, once it is told whom the wall is for."""
    result = run("-m", "alembic", "-x", "application_role=app", "upgrade", "head", "--sql", environ={})
    assert 0 == result.returncode, result.stderr
    assert "CREATE TABLE documents" in result.stdout
    assert 'CREATE POLICY "allow read: myself" ON "public"."users"' in result.stdout


async def test_a_wall_for_nobody_is_refused(owner_url: str) -> None:
    """Without the application's role nothing is migrated, and the error says how to name it."""
    with pytest.raises(CommandError, match="application's role"):
        await migrate.upgrade(owner_url)
    assert "-x application_role=" in run("-m", "alembic", "upgrade", "head", "--sql", environ={}).stderr
    assert set() == await tables(owner_url)


async def test_a_wall_for_nobody_is_not_compared(owner_url: str, role: str) -> None:
    """Nor does a comparison pass that has left the wall out."""
    await migrate.upgrade(owner_url, application_role=role)
    with pytest.raises(CommandError, match="application's role is not known"):
        await migrate.check(owner_url)


async def test_without_a_wall_nobody_need_be_named(owner_url: str) -> None:
    """`ROWGATE_WALL=false` makes the tables and no wall, and agrees with that."""
    off = {"ROWGATE_OWNER_DATABASE_URL": owner_url, "ROWGATE_WALL": "false"}
    result = run("-m", "alembic", "upgrade", "head", environ=off)
    assert 0 == result.returncode, result.stderr
    assert [] == await migrate.check(owner_url, wall=False)
    assert [] == [row for row in await catalogue(owner_url) if row[0] in {"policy", "function"}]
    wrong = run("-m", "alembic", "check", environ={**off, "ROWGATE_WALL": "maybe"})
    assert "ROWGATE_WALL is true or false, not maybe" in wrong.stderr


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg", None])
async def test_plain_alembic(owner_url: str, application_url: str, driver: str | None) -> None:
    """At the root, `alembic upgrade head`, `check` and `current` work; two logins in the environment mean grants."""
    url = owner_url if driver is None else with_driver(owner_url, driver)
    environ = {"ROWGATE_OWNER_DATABASE_URL": url, "ROWGATE_DATABASE_URL": application_url}
    for arguments in (["upgrade", "head"], ["check"], ["current"]):
        result = run("-m", "alembic", *arguments, environ=environ)
        assert 0 == result.returncode, result.stderr
    assert f"{migrate.head()} (head)" in result.stdout
    async with connect(application_url) as connection:
        assert migrate.head() == await migrate.current(connection)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "set ROWGATE_OWNER_DATABASE_URL or ROWGATE_DATABASE_URL"),
        ({"ROWGATE_DATABASE_URL": "mysql://u:hidden@h/d"}, "mysql is not supported"),
        ({"ROWGATE_DATABASE_URL": "postgresql://u:hidden@h:port/d"}, "cannot be read"),
        ({"ROWGATE_DATABASE_URL": "nonsense hidden"}, "cannot be read"),
    ],
    ids=["none", "driver", "port", "nonsense"],
)
def test_wrong_settings(environ: dict[str, str], message: str) -> None:
    """A missing or wrong URL is one clear line without the password and without a traceback."""
    result = run("-m", "alembic", "upgrade", "head", environ=environ)
    assert 0 != result.returncode
    assert message in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert "hidden" not in result.stdout + result.stderr


def test_the_application_role_follows_from_two_logins() -> None:
    """The environment names an application role only if its two logins differ, and only for its own database."""
    two = {"ROWGATE_OWNER_DATABASE_URL": "postgresql://o@h/d", "ROWGATE_DATABASE_URL": "postgresql://a@h/d"}
    same = {**two, "ROWGATE_DATABASE_URL": "postgresql+asyncpg://o@h/d"}
    assert "a" == find_target(attributes={}, arguments={}, environ=two).application_role
    assert find_target(attributes={}, arguments={}, environ=same).application_role is None
    other = {"url": "postgresql://o@elsewhere/d"}
    assert find_target(attributes={}, arguments=other, environ=two).application_role is None
    assert find_target(attributes=other, arguments={}, environ=two).application_role is None


async def test_application_may_work(owner_url: str, application_url: str) -> None:
    """Where no wall stands, the unprivileged login reads and writes users, documents and assignments, and reads the revision; the audit it only adds to."""
    await migrate.upgrade(owner_url, application_role=role_of(application_url), wall=False)
    async with connect(application_url) as connection:
        user, role = uuid4(), await connection.scalar(text("SELECT id FROM roles WHERE name = 'admin'"))
        values = {"user": user, "role": role, "id": uuid4()}
        for statement in (
            "INSERT INTO users (id, username, email, hashed_password) VALUES (:user, 'a', 'a@x', '-')",
            "INSERT INTO user_roles (user_id, role_id) VALUES (:user, :role)",
            "INSERT INTO documents (id, title, content, owner_id) VALUES (:id, 't', 'c', :user)",
            "UPDATE documents SET title = 'u' WHERE id = :id",
            "SELECT id FROM documents WHERE id = :id FOR UPDATE",
            "DELETE FROM documents WHERE id = :id",
            "INSERT INTO roles (id, name) VALUES (:id, 'new')",
            "DELETE FROM roles WHERE id = :id",
            "INSERT INTO audit_log (id, kind) VALUES (:id, 'test')",
            "SELECT FROM audit_log WHERE id = :id",
        ):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), used)
        assert migrate.head() == await migrate.current(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "TRUNCATE documents",
        "ALTER TABLE documents ADD COLUMN mine int",
        "DROP TABLE documents",
        "CREATE TRIGGER mine AFTER INSERT ON documents EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
        "UPDATE audit_log SET kind = 'mine'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "SELECT FROM audit_log FOR UPDATE",
        "UPDATE alembic_version SET version_num = 'mine'",
    ],
)
async def test_application_may_no_more(owner_url: str, application_url: str, statement: str) -> None:
    """The unprivileged login changes neither the schema nor the audit nor the revision."""
    await migrate.upgrade(owner_url, application_role=role_of(application_url))
    async with connect(application_url) as connection:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))


async def test_rights_are_exact_and_repeatable(owner_url: str, application_url: str) -> None:
    """Where no wall stands, a second upgrade at the head takes back what was granted besides, and leaves the owner its own."""
    role = role_of(application_url)
    await migrate.upgrade(owner_url, application_role=role, wall=False)
    before = await catalogue(owner_url)
    async with connect(owner_url) as connection:
        quoted = connection.dialect.identifier_preparer.quote(role).replace("%%", "%").replace(":", r"\:")
        await connection.execute(text(f"GRANT DELETE ON audit_log TO {quoted}"))
        await connection.commit()
    assert before != await catalogue(owner_url)
    await migrate.upgrade(owner_url, application_role=role, wall=False)
    assert before == await catalogue(owner_url)
    await migrate.upgrade(owner_url, application_role=role_of(owner_url), wall=False)
    assert before == await catalogue(owner_url)


async def test_unknown_role_stops_before_the_first_migration(owner_url: str) -> None:
    """Rights for a role that does not exist are refused before anything changes."""
    with pytest.raises(CommandError, match='"nobody-here" of the application does not exist'):
        await migrate.upgrade(owner_url, application_role="nobody-here")
    assert set() == await tables(owner_url)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "$rowgate$ drop"])
def test_impossible_role_names(name: str) -> None:
    """A name that PostgreSQL cannot have, or that would end the block, is refused."""
    with pytest.raises(ValueError, match="cannot be the name"):
        grant_rights(name)


def test_every_table_has_rights() -> None:
    """The list of rights names every table, and no other."""
    assert set(Base.metadata.tables) | {"alembic_version"} == set(RIGHTS)


def test_history_ends_at_the_head() -> None:
    """The history lists each migration once, newest first, as one line back to the beginning."""
    revisions = migrate.history()
    assert migrate.head() == revisions[0].id
    assert [True] + [False] * (len(revisions) - 1) == [r.is_head for r in revisions]
    assert () == revisions[-1].after
    assert all(r.message for r in revisions)


def test_importing_is_cheap() -> None:
    """Neither the module nor its import needs Alembic, which is slow to load."""
    code = "import sys, rowgate.server.migrate; sys.exit('alembic' in sys.modules)"
    assert 0 == run("-c", code, environ={}).returncode
