"""Which roles are active: held, inherited, in force now, within the bound, and never two that exclude each other."""

from collections.abc import AsyncIterator, Iterable
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from conftest import WALL_SIGNING, Logins
from rowgate import NoPrincipal, guarded_sessionmaker
from rowgate.server.accounts import find_principal
from rowgate.server.policies import catalog
from rowgate.server.security import AccessToken
from server.processes import folder, serve
from server.world import KEY, PASSWORD, World, query, serving, settings_for


@pytest.fixture(params=["asyncpg", "psycopg"])
async def engine(request: pytest.FixtureRequest, database: Logins) -> AsyncIterator[AsyncEngine]:
    """Give an engine of the unprivileged login on either driver."""
    made = create_async_engine(database.using(request.param).app, poolclass=NullPool)
    yield made
    await made.dispose()


async def active(engine: AsyncEngine, world: World, name: str, roles: Iterable[str] | None = None) -> list[str]:
    """Return the roles that are active of a user, found as each request finds them."""
    sessions = guarded_sessionmaker(engine, catalog, wall=WALL_SIGNING)
    key = world.users[name]
    token = AccessToken(key, roles=None if roles is None else frozenset(roles))
    async with sessions(lambda connection: find_principal(connection, token)) as session:
        await session.connection()
        return sorted(session.info["principal"].roles)


def make_role(database: Logins, name: str, *, seniors: Iterable[str] = (), juniors: Iterable[str] = ()) -> None:
    """Store a role with its places in the hierarchy."""
    query(database.owner, "INSERT INTO roles (id, name) VALUES (%s, %s)", uuid4(), name)
    for senior, junior in [*((s, name) for s in seniors), *((name, j) for j in juniors)]:
        inherit(database, senior, junior)


def inherit(database: Logins, senior: str, junior: str) -> None:
    """Store that a role inherits another one."""
    pair = "SELECT s.id, j.id FROM roles s, roles j WHERE s.name = %s AND j.name = %s"
    query(database.owner, f"INSERT INTO role_parents (senior_id, junior_id) {pair}", senior, junior)


def exclude(database: Logins, one: str, other: str) -> None:
    """Store that two roles exclude each other dynamically."""
    pair = "SELECT 'dynamic', least(a.id, b.id), greatest(a.id, b.id) FROM roles a, roles b WHERE a.name = %s AND b.name = %s"
    query(database.owner, f"INSERT INTO role_exclusions (kind, first_id, second_id) {pair}", one, other)


def hold(database: Logins, world: World, user: str, role: str, until: str = "NULL") -> None:
    """Store that a user holds a role."""
    give = f"INSERT INTO user_roles (user_id, role_id, expires_at) SELECT %s, id, {until} FROM roles WHERE name = %s"
    query(database.owner, give, world.users[user], role)


async def test_what_a_role_inherits_is_active(engine: AsyncEngine, database: Logins, world: World) -> None:
    """Roles are active down the hierarchy, over any number of steps and by several ways, each once."""
    make_role(database, "clerk", juniors=["free_user"])
    make_role(database, "head", juniors=["clerk", "paid_user"])
    hold(database, world, "nobody", "head")
    assert ["clerk", "free_user", "head", "paid_user"] == await active(engine, world, "nobody")
    assert ["free_user", "paid_user"] == await active(engine, world, "paid")
    assert ["free_user"] == await active(engine, world, "free")


async def test_expiry_is_on_the_databases_clock(engine: AsyncEngine, database: Logins, world: World) -> None:
    """An assignment that is over gives neither its role nor what it inherits; one to come to an end gives both."""
    hold(database, world, "nobody", "admin", "now() - interval '1 microsecond'")
    assert [] == await active(engine, world, "nobody")
    query(database.owner, "UPDATE user_roles SET expires_at = now() + interval '1 hour'")
    assert ["admin", "free_user", "paid_user"] == await active(engine, world, "nobody")


async def test_bound_is_the_most_that_is_active(engine: AsyncEngine, database: Logins, world: World) -> None:
    """A bound activates of her roles, inherited ones too, those that it names with what they inherit, and no others."""
    assert ["free_user", "paid_user"] == await active(engine, world, "admin", {"paid_user"})
    assert ["free_user"] == await active(engine, world, "admin", {"free_user"})
    assert ["admin", "free_user", "paid_user"] == await active(engine, world, "admin", {"admin"})
    assert ["free_user"] == await active(engine, world, "free", {"admin", "free_user", "no such role"})
    assert [] == await active(engine, world, "free", {"admin"})
    assert [] == await active(engine, world, "admin", set())


async def test_dynamic_exclusion_lets_neither_be_active(engine: AsyncEngine, database: Logins, world: World) -> None:
    """Of two roles that exclude each other, held by one user, neither is active until the bound chooses."""
    make_role(database, "cashier", juniors=["free_user"])
    make_role(database, "auditor")
    for role in ("cashier", "auditor"):
        hold(database, world, "nobody", role)
    assert ["auditor", "cashier", "free_user"] == await active(engine, world, "nobody")
    exclude(database, "cashier", "auditor")
    assert ["free_user"] == await active(engine, world, "nobody")
    assert ["cashier", "free_user"] == await active(engine, world, "nobody", {"cashier"})
    assert ["auditor"] == await active(engine, world, "nobody", {"auditor"})
    assert [] == await active(engine, world, "nobody", {"auditor", "cashier"})


async def test_dynamic_exclusion_reaches_through_the_hierarchy(
    engine: AsyncEngine, database: Logins, world: World
) -> None:
    """A role by which one would get both is not active; what else the user has is."""
    make_role(database, "cashier")
    make_role(database, "auditor")
    make_role(database, "head", juniors=["cashier", "auditor"])
    hold(database, world, "free", "head")
    exclude(database, "cashier", "auditor")
    assert ["free_user"] == await active(engine, world, "free")
    assert ["auditor"] == await active(engine, world, "free", {"auditor"})
    assert [] == await active(engine, world, "free", {"head"})


async def test_unknown_and_inactive_users_are_nobody(engine: AsyncEngine, world: World) -> None:
    """A user who is not active has no principal, whatever she holds; a user without roles has one."""
    assert [] == await active(engine, world, "nobody")
    with pytest.raises(NoPrincipal):
        await active(engine, world, "inactive")


async def test_one_statement(engine: AsyncEngine, database: Logins, world: World) -> None:
    """However deep the hierarchy, the principal is found in one statement."""
    make_role(database, "step 0")
    for number in range(1, 30):
        make_role(database, f"step {number}", juniors=[f"step {number - 1}"])
    hold(database, world, "nobody", "step 29")
    seen: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert 30 == len(await active(engine, world, "nobody"))
    assert ["SELECT * FROM rowgate.principal_1()"] == seen


async def test_changes_act_in_the_next_request_of_every_application(database: Logins, world: World) -> None:
    """A grant, its end, a change of the hierarchy and a deactivation act with the next request, in two applications."""
    async with serving(settings_for(database)) as one, serving(settings_for(database)) as other:
        token = await one.token("nobody")
        clients = [await one.client(token), await other.client(token)]

        async def roles() -> list[list[str]]:
            return [(await client.get("/users/me")).json()["roles"] for client in clients]

        assert [[], []] == await roles()
        hold(database, world, "nobody", "paid_user", "now() + interval '1 hour'")
        assert [["free_user", "paid_user"]] * 2 == await roles()
        query(database.owner, "DELETE FROM role_parents")
        assert [["paid_user"]] * 2 == await roles()
        inherit(database, "paid_user", "admin")
        assert [["admin", "paid_user"]] * 2 == await roles()
        query(database.owner, "UPDATE user_roles SET expires_at = now() WHERE user_id = %s", world.users["nobody"])
        assert [[], []] == await roles()
        query(database.owner, "UPDATE users SET is_active = false WHERE id = %s", world.users["nobody"])
        assert [401, 401] == [(await client.get("/users/me")).status_code for client in clients]


@pytest.mark.slow
def test_changes_act_in_the_next_request_of_every_process(database: Logins, world: World) -> None:
    """The same with a server of two worker processes: whichever answers next knows."""
    settings = {
        "ROWGATE_DATABASE_URL": database.app.render_as_string(hide_password=False),
        "ROWGATE_OWNER_DATABASE_URL": database.owner.render_as_string(hide_password=False),
        "ROWGATE_SECRET_KEY": KEY,
    }
    with folder() as cwd, serve(cwd, "--workers", "2", **settings) as server:
        token = server.log_in("nobody", PASSWORD).headers["Authorization"].removeprefix("Bearer ")

        def roles() -> set[tuple[str, ...]]:
            found = set()
            for _ in range(20):
                with server.client(token) as client:  # a connection each: the workers take turns
                    found.add(tuple(client.get("/users/me").json()["roles"]))
            return found

        assert {()} == roles()
        hold(database, world, "nobody", "paid_user")
        assert {("free_user", "paid_user")} == roles()
        query(database.owner, "UPDATE user_roles SET expires_at = now()")
        assert {()} == roles()
