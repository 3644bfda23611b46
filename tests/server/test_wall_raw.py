"""SQL that nobody has filtered, on a connection of the application's own login: `psql`, or an injection.

Each table of the server is asked without a context, with ones that are worth nothing, and with a good one: that shows
what the gate shows, row by row.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Table, create_engine, select
from sqlalchemy.engine import URL

from conftest import WALL_KEY, WALL_SIGNING, Cluster, Logins
from rowgate import Principal, guarded_sessionmaker, raw
from rowgate.server.models import Base
from rowgate.server.policies import catalog
from rowgate.wall import Signed
from rowgate.wall.signing import PRINCIPAL, SEPARATOR, SETTING, SUBJECT
from server.granted import store_grants
from server.world import ACTIVE, ROLES, Door, World, serving, settings_for
from wall.walls import body

TABLES: dict[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}
UNREAD = {"hashed_password", "key_hash"}
SYSTEM_ONLY = {"login_attempts", "password_reset_tokens", "refresh_tokens"}
DENIED = "permission denied"
Rows = list[tuple[Any, ...]] | str


@pytest.fixture(scope="module")
def filled(cluster: Cluster, world_template: str, world: World) -> Any:
    """Give a database with rows in the tables that requests fill."""
    with cluster.database(template=world_template) as logins:
        store_grants(world, logins.owner)

        async def use() -> None:
            async with serving(settings_for(logins)) as door:
                for name in ("admin", "free"):
                    client = await door.log_in(name)
                    assert (await client.post("/api-keys", json={"name": "mine"})).status_code == 201

        asyncio.run(use())
        yield logins


def shown(table: Table) -> list[str]:
    """Return the columns that somebody may read."""
    return [column.name for column in table.columns if column.name not in UNREAD]


@asynccontextmanager
async def psql(url: URL) -> AsyncIterator[asyncpg.Connection]:
    """Connect as psql does: with nothing of ours."""
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        yield connection
    finally:
        await connection.close()


async def asked(connection: asyncpg.Connection, table: Table, context: str | None) -> Rows:
    """Return the rows of a table that a transaction with this context reads."""
    async with connection.transaction():
        if context is not None:
            await connection.execute("SELECT set_config($1, $2, true)", SETTING, context)
        columns = ", ".join(shown(table))
        try:
            async with connection.transaction():
                found = await connection.fetch(f"SELECT {columns} FROM {table.name}")
        except asyncpg.InsufficientPrivilegeError:
            return DENIED
        return sorted((tuple(row) for row in found), key=repr)


def principal_of(world: World, name: str) -> Principal:
    """Return who a name is."""
    return Principal(world.users[name], ACTIVE[ROLES[name]])


def of_admin(world: World) -> str:
    """Return what a context says of the admin, with the lift that she has."""
    return body(principal_of(world, "admin"), ["soft-delete"])


def changed(context: str) -> str:
    """Return a context with one letter of its body changed."""
    return context.replace("soft-delete", "soft_delete")


Forgery = Callable[[int, str], str]
FORGERIES: dict[str, Forgery] = {
    "empty": lambda _pid, _body: "",
    "no context at all": lambda _pid, _body: "admin",
    "only the body": lambda _pid, body: body,
    "signed with nothing": lambda pid, body: SEPARATOR.join(
        ["0" * 64, "0" * 8, f"{PRINCIPAL}{pid}", "9999999999", body]
    ),
    "signed with another key": lambda pid, body: Signed(["x" * 64]).text(PRINCIPAL, body, pid),
    "the right key's name over another key": lambda pid, body: _renamed(Signed(["x" * 64]).text(PRINCIPAL, body, pid)),
    "changed after it was signed": lambda pid, body: changed(WALL_SIGNING.text(PRINCIPAL, body, pid)),
    "of another connection": lambda pid, body: WALL_SIGNING.text(PRINCIPAL, body, pid + 1),
    "bound to none, by changing it": lambda pid, body: _unbound(WALL_SIGNING.text(PRINCIPAL, body, pid + 1)),
    "a subject for the query of the principal": lambda pid, body: WALL_SIGNING.text(SUBJECT, body, pid),
}


def _renamed(context: str) -> str:
    name = WALL_SIGNING.text(PRINCIPAL, "{}").split(SEPARATOR)[1]
    code, _, *rest = context.split(SEPARATOR)
    return SEPARATOR.join([code, name, *rest])


def _unbound(context: str) -> str:
    code, name, _, *rest = context.split(SEPARATOR)
    return SEPARATOR.join([code, name, PRINCIPAL, *rest])


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_context_nothing_is_visible(filled: Logins, table: str) -> None:
    """No row of any table; where no rule lets anybody read, no right either."""
    async with psql(filled.app) as connection:
        assert await asked(connection, TABLES[table], None) == (DENIED if table in SYSTEM_ONLY else [])
    async with psql(filled.owner) as connection:  # there is something to see
        if table not in {"idempotency_keys", "login_attempts", "password_reset_tokens"}:
            assert await asked(connection, TABLES[table], None) != []


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_context_that_is_worth_nothing_shows_nothing(filled: Logins, world: World, forgery: str) -> None:
    """Whatever it claims, on whichever table."""
    async with psql(filled.app) as connection:
        given = FORGERIES[forgery](connection.get_server_pid(), of_admin(world))
        for table in TABLES.values():
            assert await asked(connection, table, given) in ([], DENIED), table.name


async def test_an_old_context_shows_nothing(filled: Logins, world: World) -> None:
    """A transaction that begins after its expiry."""
    async with psql(filled.app) as connection:
        given = Signed([WALL_KEY], 0.001).text(PRINCIPAL, of_admin(world), connection.get_server_pid())
        assert await asked(connection, TABLES["documents"], given) != []  # it is whole; its second is not over
        await asyncio.sleep(1.5)
        for table in TABLES.values():
            assert await asked(connection, table, given) in ([], DENIED), table.name


async def test_a_context_that_was_seen_is_no_good_elsewhere(filled: Logins, world: World) -> None:
    """What one connection was told shows nothing on another, and nothing there when its transaction is over."""
    async with psql(filled.app) as one, psql(filled.app) as other:
        given = WALL_SIGNING.text(PRINCIPAL, of_admin(world), one.get_server_pid())
        assert await asked(one, TABLES["documents"], given) != []
        assert await asked(other, TABLES["documents"], given) == []
        assert await asked(one, TABLES["documents"], None) == []


async def test_a_session_that_sets_it_for_good_outlives_nothing(filled: Logins, world: World) -> None:
    """Set for the whole connection, it is still bound to its time."""
    async with psql(filled.app) as connection:
        given = Signed([WALL_KEY], 0.001).text(PRINCIPAL, of_admin(world), connection.get_server_pid())
        await connection.execute("SELECT set_config($1, $2, false)", SETTING, given)
        await asyncio.sleep(1.5)
        assert await asked(connection, TABLES["documents"], None) == []


@pytest.mark.parametrize("name", [*ROLES, "anonymous"])
async def test_with_a_signed_context_it_is_what_the_gate_shows(filled: Logins, world: World, name: str) -> None:
    """Table by table, row by row: for each role, and for nobody."""
    who = Principal.anonymous() if name == "anonymous" else principal_of(world, name)
    owner = create_engine(filled.using("psycopg").owner)
    gate = guarded_sessionmaker(owner, catalog)  # the owner passes the wall: this is the gate alone
    seen = 0
    async with psql(filled.app) as connection:
        for table in TABLES.values():
            given = WALL_SIGNING.text(PRINCIPAL, body(who), connection.get_server_pid())
            found = await asked(connection, table, given)
            with gate(who) as session:
                expected = [tuple(row) for row in session.execute(select(*(table.c[name] for name in shown(table))))]
            if table.name in SYSTEM_ONLY:
                assert (found, expected) == (DENIED, [])
            else:
                assert _plain(found) == _plain(expected), table.name
                seen += len(found)
    owner.dispose()
    assert seen > 0


def _plain(rows: Any) -> list[str]:
    """Return rows as text that both drivers agree on."""
    return sorted(repr([_one(value) for value in row]) for row in rows)


def _one(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, default=str)
    return str(value)


WRITES = {
    "insert": "INSERT INTO {table} DEFAULT VALUES",
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
    "lock": "SELECT {column} FROM {table} FOR UPDATE",
    "copy": "COPY {table} ({column}) TO STDOUT",
}


@pytest.mark.parametrize("write", WRITES)
async def test_without_a_context_nothing_is_written(filled: Logins, write: str) -> None:
    """No statement changes a row, and none gives one away."""
    statement = WRITES[write]

    async def count() -> list[int]:
        async with psql(filled.owner) as owner:
            return [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]

    before = await count()
    async with psql(filled.app) as connection:
        for name, table in TABLES.items():
            try:
                said = await connection.execute(statement.format(table=name, column=shown(table)[0]))
            except asyncpg.InsufficientPrivilegeError:
                continue
            assert said.split()[-1] == "0", (name, said)
    assert await count() == before


async def test_a_hash_is_not_granted(filled: Logins, world: World) -> None:
    """Not even to the admin's own context: `SELECT *` fails, and so does each hash by its name."""
    async with psql(filled.app) as connection:
        given = WALL_SIGNING.text(PRINCIPAL, of_admin(world), connection.get_server_pid())
        for statement in ("SELECT * FROM users", "SELECT hashed_password FROM users", "SELECT key_hash FROM api_keys"):
            await connection.execute("SELECT set_config($1, $2, false)", SETTING, given)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        assert await connection.fetchval("SELECT count(*) FROM users") > 0


async def test_the_functions_of_the_wall_tell_nobody_anything(filled: Logins, world: World) -> None:
    """Called by hand, those that find a principal find nobody, and the keys are out of reach."""
    async with psql(filled.app) as connection:
        for function in ("principal_1", "principal_2"):
            assert await connection.fetch(f"SELECT * FROM rowgate.{function}()") == []
        given = WALL_SIGNING.text(PRINCIPAL, of_admin(world), connection.get_server_pid())
        async with connection.transaction():
            await connection.execute("SELECT set_config($1, $2, true)", SETTING, given)
            assert await connection.fetch("SELECT * FROM rowgate.principal_1()") == []
        for statement in (
            "SELECT * FROM rowgate.keys",
            "SELECT rowgate.subject('subject')",
            "CREATE TABLE rowgate.x ()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_what_is_injected_acts_as_the_request_s_own_principal(database: Logins, world: World) -> None:
    """SQL text in a request's own transaction sees what the request sees, and cannot become somebody else."""

    forge = f"SELECT set_config('{SETTING}', replace(current_setting('{SETTING}'), 'free_user', 'admin'), true)"
    count = raw("SELECT count(*) FROM documents")

    async def inject(door: Door) -> list[Any]:
        async with door.app.state.database.sessions(principal_of(world, "free")) as session:
            before = await session.scalar(count)
            assert "admin" in await session.scalar(raw(forge))
            return [before, await session.scalar(count)]

    visible = sum(
        1 for doc in world.documents if not doc.deleted and (doc.owner == "free" or (doc.public and not doc.paid))
    )
    async with serving(settings_for(database.using("asyncpg"))) as door:
        assert await inject(door) == [visible, 0]
