"""Every line of the policies is held by a test: without it, or without the gate, this table of expectations is not met.

The table asks a guarded session, on the real database and as the unprivileged login, who sees and changes what.
"""

import ast
import inspect
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from conftest import Logins
from rowgate import AccessDenied, CatalogError, Principal, guarded_sessionmaker
from rowgate.server import policies
from rowgate.server.models import Document, Role, User, UserRole
from server.world import ROLES, World, may_see

Sessions = Callable[..., AsyncSession]
Expectation = Callable[["Asker"], Awaitable[object]]


class Asker:
    """Asks as one user or another."""

    def __init__(self, sessions: Sessions, world: World) -> None:
        self.sessions = sessions
        self.world = world

    def session(self, name: str, **options: Any) -> AsyncSession:
        """Open a session of a user's, with her role."""
        role = ROLES[name]
        return self.sessions(Principal(self.world.users[name], roles=set() if role is None else {role}), **options)

    async def sees(self, name: str, **options: Any) -> set[str]:
        """Return the titles of the documents that a user sees."""
        async with self.session(name, **options) as session:
            return set((await session.scalars(select(Document.title))).all())

    async def tries(self, name: str, title: str, /, **values: Any) -> str:
        """Let a user change a document, by its key and without a commit; return what came of it."""
        async with self.session(name) as session:
            document = await session.get(Document, self.world.doc(title).id)
            if document is None:
                return "absent"
            for key, value in values.items():
                setattr(document, key, value)
            return await outcome(session)

    async def removes(self, name: str, title: str) -> str:
        """Let a user delete a document's row; return what came of it."""
        async with self.session(name) as session:
            document = await session.get(Document, self.world.doc(title).id)
            if document is None:
                return "absent"
            await session.delete(document)
            return await outcome(session)

    async def creates(self, name: str, owner: str) -> str:
        """Let a user store a document of somebody's; return what came of it."""
        async with self.session(name) as session:
            session.add(Document(title="new", content="", owner_id=self.world.users[owner]))
            return await outcome(session)


async def outcome(session: AsyncSession) -> str:
    """Write what is pending, and take it back."""
    try:
        await session.flush()
    except AccessDenied:
        return "denied"
    await session.rollback()
    return "done"


async def _hashes(ask: Asker) -> object:
    async with ask.session("free") as session:
        return (await session.scalars(select(User.hashed_password))).all()


async def _users(ask: Asker) -> object:
    found = {}
    for name in ("free", "admin"):
        async with ask.session(name) as session:
            found[name] = (await session.scalars(select(User.username))).all()
    return found


async def _assignments(ask: Asker) -> object:
    async with ask.session("admin") as session:
        return (await session.scalars(select(UserRole.user_id))).all() == [ask.world.users["admin"]]


async def _roles(ask: Asker) -> object:
    async with ask.session("nobody") as session:
        return await session.scalar(select(func.count()).select_from(Role))


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
    "nobody reads hashes": (_hashes, lambda _: [None]),
    "users see themselves": (_users, lambda _: {"free": ["free"], "admin": ["admin"]}),
    "assignments of one's own": (_assignments, lambda _: True),
    "roles are public": (_roles, lambda _: 3),
}

EVERY_OWN = {"free sees", "paid sees", "nobody sees"}

# Each statement of the policies, by its name or its table, and what is not met without it.
HELD_BY = {
    "content.restrict soft-delete": {*EVERY_OWN, "admin sees", "admin lifts", "deleted is absent"},
    "content.allow admin": {"admin sees", "admin lifts", "admin cannot update"},
    "content.allow paid": {"paid sees"},
    "content.allow free": {"free sees", "another cannot update", "another cannot delete"},
    "documents.allow owner": {*EVERY_OWN, "owner updates", "owner deletes", "owner cannot give away"},
    "documents.allow own-new": {"creates own"},
    "users.mask": {"nobody reads hashes"},
    "users.allow myself": {"users see themselves", "nobody reads hashes"},
    "assignments.allow my-roles": {"assignments of one's own"},
}


def seen(who: str, world: World) -> set[str]:
    """Return what a user sees by the rules that are written in Python."""
    return {doc.title for doc in world.documents if may_see(who, doc)}


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


def without(removed: ast.Expr) -> ModuleType:
    """Run the policies as another module, without one statement."""
    tree = ast.parse(inspect.getsource(policies))
    tree.body = [node for node in tree.body if ast.dump(node) != ast.dump(removed)]
    made = ModuleType("mutant")
    exec(compile(tree, "mutant", "exec"), vars(made))
    return made


async def failures(sessions: Sessions, world: World) -> set[str]:
    """Return the expectations that are not met; one that raises is not met."""
    asker = Asker(sessions, world)
    missed = set()
    for name, (ask, expected) in EXPECTATIONS.items():
        try:
            met = expected(world) == await ask(asker)
        except Exception as error:  # noqa: BLE001 - whatever it is, the expectation is not met
            print(f"{name}: {type(error).__name__}")
            met = False
        if not met:
            missed.add(name)
    return missed


@pytest.fixture(scope="module")
def engine(standing_database: Logins) -> AsyncEngine:
    """Give an engine of the unprivileged login; nothing here is committed."""
    return create_async_engine(standing_database.app, poolclass=NullPool)


async def test_expectations_are_met(engine: AsyncEngine, world: World) -> None:
    """With the policies as they are, the whole table holds."""
    assert set() == await failures(guarded_sessionmaker(engine, policies.catalog), world)


@pytest.mark.parametrize("line", HELD_BY)
async def test_every_line_is_held(engine: AsyncEngine, world: World, line: str) -> None:
    """Without this line, exactly these expectations are missed."""
    mutant = without(statements()[line])
    assert HELD_BY[line] == await failures(guarded_sessionmaker(engine, mutant.catalog), world)


def test_table_that_is_no_longer_declared(engine: AsyncEngine) -> None:
    """Without the line that opens the roles the server does not start: a table that nobody declared is an error."""
    with pytest.raises(CatalogError, match="roles"):
        guarded_sessionmaker(engine, without(statements()["catalog.open"]).catalog)


def test_every_line_is_listed() -> None:
    """A new line of the policies needs a line of this table."""
    assert set(statements()) == {*HELD_BY, "catalog.open"}


async def test_gate_is_held(engine: AsyncEngine, world: World) -> None:
    """Without the gate most of the table is missed: the database alone gives the login everything."""

    def unguarded(_who: Principal, **_options: Any) -> AsyncSession:
        return AsyncSession(engine, expire_on_commit=False)

    met = {"admin lifts", "owner updates", "owner deletes", "creates own", "roles are public"}
    assert set(EXPECTATIONS) - met == await failures(unguarded, world)
