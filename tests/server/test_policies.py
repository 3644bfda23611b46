"""Every line of the policies is held by a test: without it, or without the gate, this table of expectations is not met.

The table asks a guarded session, on the real database and as the unprivileged login, who sees and changes what.
"""

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from conftest import WALL_SIGNING, Cluster
from rowgate import AccessDenied, CatalogError, Principal, guarded_sessionmaker
from rowgate.server import policies
from rowgate.server.models import User
from server import account_expectations, granted, policy_expectations
from server.asker import Asker, Expectation, Sessions
from server.world import World, may_see, query, take_wall_down


async def _hashes(ask: Asker) -> object:
    async with ask.session("admin") as session:
        return set(await session.scalars(select(User.hashed_password)))


async def _users(ask: Asker) -> object:
    found = {}
    for name in ("free", "admin"):
        async with ask.session(name) as session:
            found[name] = set(await session.scalars(select(User.username)))
    return found


OWN = "nobody private free kept"

EXPECTATIONS: dict[str, tuple[Expectation, Callable[[World], object]]] = {
    "free sees": (lambda ask: ask.sees("free"), lambda world: seen("free", world)),
    "paid sees": (lambda ask: ask.sees("paid"), lambda world: seen("paid", world)),
    "admin sees": (lambda ask: ask.sees("admin"), lambda world: seen("admin", world)),
    "nobody sees": (lambda ask: ask.sees("nobody"), lambda world: seen("nobody", world)),
    "admin lifts": (
        lambda ask: ask.sees("admin", lift={"soft-delete"}),
        lambda world: {doc.title for doc in world.documents},
    ),
    "owner updates": (lambda ask: ask.tries("nobody", OWN, title="new"), lambda _: "done"),
    "owner deletes": (lambda ask: ask.removes("nobody", OWN), lambda _: "done"),
    "owner cannot give away": (
        lambda ask: ask.tries("nobody", OWN, owner_id=ask.world.users["free"]),
        lambda _: "denied",
    ),
    "another cannot update": (
        lambda ask: ask.tries("free", "other public free kept", title="new"),
        lambda _: "denied",
    ),
    "admin cannot update": (lambda ask: ask.tries("admin", OWN, title="new"), lambda _: "denied"),
    "another cannot delete": (lambda ask: ask.removes("free", "other public free kept"), lambda _: "denied"),
    "hidden is absent": (lambda ask: ask.tries("free", OWN, title="new"), lambda _: "absent"),
    "deleted is absent": (
        lambda ask: ask.tries("nobody", "nobody public free deleted", title="new"),
        lambda _: "absent",
    ),
    "creates own": (lambda ask: ask.creates("nobody", "nobody"), lambda _: "done"),
    "cannot create for another": (lambda ask: ask.creates("nobody", "free"), lambda _: "denied"),
    "nobody reads hashes": (_hashes, lambda _: {None}),
    "users see themselves": (_users, lambda world: {"free": {"free"}, "admin": set(world.users)}),
    **policy_expectations.EXPECTATIONS,
    **account_expectations.EXPECTATIONS,
}

EVERY_OWN = {"free sees", "paid sees", "nobody sees"}

# Each statement of the policies, by its name or its table, and what is not met without it.
HELD_BY = {
    "content.restrict soft-delete": {
        *EVERY_OWN,
        "admin sees",
        "admin lifts",
        "deleted is absent",
        "admin restores",
        "admin purges",
    },
    "content.allow admin": {"admin sees", "admin lifts", "admin cannot update"},
    "content.allow paid": {"paid sees"},
    "content.allow free": {"free sees", "another cannot update", "another cannot delete"},
    "documents.allow owner": {*EVERY_OWN, "owner updates", "owner deletes", "owner cannot give away"},
    "documents.allow own-new": {"creates own"},
    "documents.allow viewer": {*EVERY_OWN, "editor updates"},
    "documents.allow editor": {"editor updates"},
    "documents.allow restore": {"admin restores"},
    "documents.allow purge": {"admin purges"},
    "shares.allow owner": {"owner ends a share", "owner changes a share"},
    "shares.allow owner-grants": {"owner changes a share", "owner shares"},
    "shares.allow with-me": {"shares are seen", "viewer ends no share", "viewer raises no share"},
    "shares.allow admin": {"shares are seen", "admin ends a share"},
    "users.mask": {"nobody reads hashes"},
    "users.allow myself": {"users see themselves", "users do not change themselves"},
    "users.allow admin": {
        "users see themselves",
        "admin makes users",
        "admin changes users",
        "admin takes over no user",
        "admin deletes no user",
    },
    "users.allow admin-changes": {"admin changes users"},
    "roles.allow vocabulary": {
        "roles are public",
        "admin renames roles",
        "built-in roles keep their names",
        "built-in roles are described",
        "built-in roles stay",
    },
    "roles.allow admin": {"admin makes roles", "admin renames roles"},
    "roles.allow admin-describes": {"built-in roles are described"},
    "assignments.allow my-roles": {"admin sees assignments", "users keep their roles", "users lengthen nothing"},
    "assignments.allow admin": {"admin sees assignments", "admin takes roles", "admin lengthens what she holds"},
    "assignments.allow admin-grants": {"admin gives what she holds", "admin lengthens what she holds"},
    "assignments.allow admin-first": {"admin takes what nobody holds"},
    "hierarchy.allow vocabulary": {"hierarchy is public", "admin ends inheritance", "others end no inheritance"},
    "hierarchy.allow admin": {"admin ends inheritance"},
    "hierarchy.allow admin-grants": {"admin lets inherit what she holds"},
    "exclusions.allow vocabulary": {"hierarchy is public", "admin ends exclusions", "others end no exclusions"},
    "exclusions.allow admin": {"admin ends exclusions"},
    "exclusions.allow admin-excludes": {"admin excludes"},
    "configurations.allow admin": {"configurations are seen", "admin makes configurations"},
    "configurations.allow granted": {
        "configurations are seen",
        "level 1 does not change",
        "level 2 changes",
        "level 2 does not rename",
    },
    "configurations.allow granted-changes": {"level 2 changes"},
    "grants.allow my-roles": {"grants are seen", "others withdraw nothing"},
    "grants.allow admin": {"admin withdraws"},
    "grants.allow admin-grants": {"admin grants"},
    "audit.allow admin": {"audit is seen"},
    "audit.allow my-own": {"audit is seen"},
    "audit.allow add": {"anybody adds a line", "strangers add a line about nobody"},
    "log_ins.allow my-log-ins": {"log-ins of one's own", "revokes a log-in", "prolongs no log-in"},
    "log_ins.allow revoke-my-log-ins": {"revokes a log-in"},
    "api_keys.mask": {"nobody reads keys"},
    "api_keys.allow my-keys": {
        "keys of one's own",
        "makes own keys",
        "nobody reads keys",
        "revokes a key",
        "widens no key",
    },
    "api_keys.allow revoke-my-keys": {"revokes a key"},
    "answered.allow my-requests": {"requests of one's own", "keeps own requests", "forgets own requests"},
}


def about(line: str) -> set[str]:
    """Return the expectations that the lines of the same table hold.

    Asking all of them for each line would take minutes: what one table's rules say, no other table's change.
    """
    table = line.partition(".")[0]
    tables = {"content", "documents"} if table in ("content", "documents") else {table}
    return set().union(*(held for name, held in HELD_BY.items() if name.partition(".")[0] in tables))


def seen(who: str, world: World) -> set[str]:
    """Return what a user sees by the rules that are written in Python."""
    shared = {"free": {granted.VIEWED}, "nobody": {granted.EDITED}, "paid": {granted.FOR_ROLE}}
    return {doc.title for doc in world.documents if may_see(who, doc)} | shared.get(who, set())


def statements() -> dict[str, ast.Expr]:
    """Return the policies' statements of effect, by a short name."""
    found = {}
    for node in ast.parse(inspect.getsource(policies)).body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
            continue
        call = node.value
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"allow", "restrict", "mask", "open"}:
            names = [word.value for word in call.keywords if word.arg == "name"]
            # A name that is a constant of the module is looked up there.
            named = [eval(compile(ast.Expression(n), "", "eval"), vars(policies)) for n in names]
            found[" ".join([ast.unparse(call.func), *named])] = node
    return found


def without(removed: ast.Expr | str) -> ModuleType:
    """Run the policies as another module, without one statement, or all that is about one name."""
    tree = ast.parse(inspect.getsource(policies))
    if isinstance(removed, str):
        tree.body = [node for node in tree.body if not ast.unparse(node).startswith((f"{removed} ", f"{removed}."))]
    else:
        tree.body = [node for node in tree.body if ast.dump(node) != ast.dump(removed)]
    made = ModuleType("mutant")
    exec(compile(tree, "mutant", "exec"), vars(made))
    return made


async def failures(sessions: Sessions, world: World, asked: Iterable[str] = EXPECTATIONS) -> set[str]:
    """Return the expectations that are not met; one that raises is not met."""
    asker = Asker(sessions, world)
    missed = set()
    for name in asked:
        ask, expected = EXPECTATIONS[name]
        try:
            met = expected(world) == await ask(asker)
        except Exception as error:  # noqa: BLE001 - whatever it is, the expectation is not met
            print(f"{name}: {type(error).__name__}")
            met = False
        if not met:
            missed.add(name)
    return missed


@pytest.fixture(scope="module")
def engine(cluster: Cluster, world_template: str, world: World) -> Iterator[AsyncEngine]:
    """Give an engine of the unprivileged login, where no wall stands; nothing here is committed."""
    with cluster.database(template=world_template) as found:
        take_wall_down(found)
        granted.store_grants(world, found.owner)
        query(found.owner, account_expectations.ROWS)
        yield create_async_engine(found.app, poolclass=NullPool)


@pytest.fixture(scope="module")
def walled_engine(cluster: Cluster, world_template: str, world: World) -> Iterator[AsyncEngine]:
    """Give the same where the wall stands."""
    with cluster.database(template=world_template) as found:
        granted.store_grants(world, found.owner)
        query(found.owner, account_expectations.ROWS)
        yield create_async_engine(found.app, poolclass=NullPool)


async def test_expectations_are_met_behind_the_wall(walled_engine: AsyncEngine, world: World) -> None:
    """With gate and wall the whole table holds; what the application has no right to is denied, and no error of the database."""
    sessions = guarded_sessionmaker(walled_engine, policies.catalog, wall=WALL_SIGNING)
    secrets = account_expectations.KEPT_BY_RIGHTS
    without_right = {name for name, (_, expected) in EXPECTATIONS.items() if expected(world) == "no right"}
    assert without_right | secrets == await failures(sessions, world)
    asker = Asker(sessions, world)
    assert {"denied"} == {await EXPECTATIONS[name][0](asker) for name in without_right}
    for name in secrets:
        with pytest.raises(AccessDenied):
            await EXPECTATIONS[name][0](asker)


async def test_expectations_are_met(engine: AsyncEngine, world: World) -> None:
    """With the policies as they are, the whole table holds."""
    assert set() == await failures(guarded_sessionmaker(engine, policies.catalog), world)


@pytest.mark.parametrize("line", HELD_BY)
async def test_every_line_is_held(engine: AsyncEngine, world: World, line: str) -> None:
    """Without this line, of all that its table's lines hold exactly these expectations are missed."""
    mutant = without(statements()[line])
    assert HELD_BY[line] == await failures(guarded_sessionmaker(engine, mutant.catalog), world, about(line))


def test_table_that_is_no_longer_declared(engine: AsyncEngine) -> None:
    """Without the policy of a table the server does not start: a table that nobody declared is an error."""
    with pytest.raises(CatalogError, match="role_parents"):
        guarded_sessionmaker(engine, without("hierarchy").catalog)


def test_every_line_is_listed() -> None:
    """A new line of the policies needs a line of this table."""
    assert set(statements()) == set(HELD_BY)


async def test_gate_is_held(engine: AsyncEngine, world: World) -> None:
    """Without the gate most of the table is missed: the database alone gives the login everything."""

    def unguarded(_who: Principal, **_options: Any) -> AsyncSession:
        return AsyncSession(engine, expire_on_commit=False)

    missed = await failures(unguarded, world)
    permitted = {name for name, (_, expected) in EXPECTATIONS.items() if expected(world) == "done"}
    met = permitted | {"roles are public", "hierarchy is public", "admin lifts", *account_expectations.KEPT_BY_RIGHTS}
    assert set(EXPECTATIONS) - met == missed
