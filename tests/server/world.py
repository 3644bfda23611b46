"""What the server's tests stand on: a handful of users, documents of every kind, and the real application's door."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

import httpx2
import psycopg
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import URL

from conftest import WALL_KEY, Logins
from rowgate.server import walls
from rowgate.server.app import create_app
from rowgate.server.identifiers import uuid7
from rowgate.server.migrations.grants import grant_rights
from rowgate.server.settings import Settings, load_settings

PASSWORD = "correct horse battery"
KEY = "a signing key of the tests, 32 bytes or more"

ROLES = {
    "admin": "admin",
    "paid": "paid_user",
    "free": "free_user",
    "other": "paid_user",
    "inactive": "paid_user",
    "nobody": None,
}
"""Each user and her role. `nobody` has none, `inactive` may not log in, `other` owns what the rest asks for."""

ACTIVE: dict[str | None, list[str]] = {
    "admin": ["admin", "free_user", "paid_user"],
    "paid_user": ["free_user", "paid_user"],
    "free_user": ["free_user"],
    None: [],
}
"""What is active of whoever holds a role: itself, and what it inherits."""

OWNERS = ("other", "free", "admin", "paid", "nobody", "inactive")


@dataclass(frozen=True)
class Doc:
    """A stored document, and what decides who sees it."""

    id: UUID
    owner: str
    public: bool
    paid: bool
    deleted: bool

    @property
    def title(self) -> str:
        """Say all that matters in the title."""
        words = [
            self.owner,
            "public" if self.public else "private",
            "paid" if self.paid else "free",
            "deleted" if self.deleted else "kept",
        ]
        return " ".join(words)


@dataclass(frozen=True)
class World:
    """The users' keys by name, and the documents, oldest first."""

    users: dict[str, UUID]
    documents: tuple[Doc, ...]

    def doc(self, title: str) -> Doc:
        """Return the document of this title."""
        return next(doc for doc in self.documents if doc.title == title)


def make_world() -> World:
    """Draw keys for users and documents: every owner times public times paid times deleted, owners in turn."""
    users = {name: uuid7() for name in ROLES}
    kinds = product((True, False), (True, False), (True, False), OWNERS)
    documents = tuple(Doc(uuid7(), owner, public, paid, deleted) for public, paid, deleted, owner in kinds)
    return World(users, documents)


def may_see(who: str, doc: Doc) -> bool:
    """Say who sees what: the rules of the product once more, in Python, written from its description."""
    if doc.deleted:
        return False
    if who in (doc.owner, "admin"):
        return True
    role = ROLES[who]
    return doc.public and (role == "paid_user" or (role == "free_user" and not doc.paid))


def store(world: World, owner: URL, hashed: str) -> None:
    """Store the world as the owner of the database, past all policies."""
    with psycopg.connect(conninfo(owner)) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO users (id, username, email, hashed_password, is_active) VALUES (%s, %s, %s, %s, %s)",
            [(key, name, f"{name}@example.org", hashed, name != "inactive") for name, key in world.users.items()],
        )
        cursor.executemany(
            "INSERT INTO user_roles (user_id, role_id) SELECT %s, id FROM roles WHERE name = %s",
            [(key, ROLES[name]) for name, key in world.users.items()],
        )
        cursor.executemany(
            "INSERT INTO documents (id, title, content, owner_id, is_public, requires_paid_access, is_deleted)"
            " VALUES (%s, %s, 'text', %s, %s, %s, %s)",
            [(d.id, d.title, world.users[d.owner], d.public, d.paid, d.deleted) for d in world.documents],
        )


def take_wall_down(logins: Logins) -> None:
    """Leave the gate alone, with the rights that the application has where no wall stands."""
    role = str(logins.app.username)
    owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
    with owner.begin() as connection:
        walls.take_down(connection, role)
        connection.execute(grant_rights(role))


def conninfo(url: URL) -> str:
    """Render the URL for psycopg itself."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def query(url: URL, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own, commit, and return its rows, if it has any."""
    with psycopg.connect(conninfo(url)) as connection:
        cursor = connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def settings_for(logins: Logins, **more: Any) -> Settings:
    """Return settings for a migrated database with both logins."""
    given = {
        "database_url": logins.app.render_as_string(hide_password=False),
        "owner_database_url": logins.owner.render_as_string(hide_password=False),
        "secret_key": KEY,
        "wall_keys": WALL_KEY,
        "migrate": False,
        # Tests log in wrongly more often than people; those of the limits set their own.
        "login_max_attempts": 1000,
        "login_max_attempts_per_address": 1000,
    }
    return load_settings(**{**given, **more})


class Door:
    """The running application, and who comes in."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self.app = app
        self._stack = stack

    async def client(self, token: str | None = None) -> httpx2.AsyncClient:
        """Return a client with this access token, or an anonymous one."""
        # What the application raises after it has answered is the server's log, not the caller's answer.
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        made = httpx2.AsyncClient(transport=transport, base_url="http://rowgate.test", headers=headers)
        return await self._stack.enter_async_context(made)

    async def token(self, name: str, password: str = PASSWORD) -> str:
        """Log in through the real endpoint and return the access token."""
        visitor = await self.client()
        answer = await visitor.post("/auth/token", data={"username": name, "password": password})
        assert 200 == answer.status_code, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def log_in(self, name: str, password: str = PASSWORD) -> httpx2.AsyncClient:
        """Return a client that is logged in."""
        return await self.client(await self.token(name, password))


@asynccontextmanager
async def serving(
    settings: Settings, *, change: Callable[[FastAPI], None] | None = None, **more: Any
) -> AsyncIterator[Door]:
    """Run the real application, with its lifespan; `change` may add a route for the test."""
    app = create_app(settings, **more)
    if change is not None:
        change(app)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(LifespanManager(app, startup_timeout=60, shutdown_timeout=60))  # a busy machine
        yield Door(app, stack)


async def walk(client: httpx2.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """Return the documents of all pages."""
    found: list[dict[str, Any]] = []
    async for page in pages(client, **params):
        found += page
    return found


async def pages(client: httpx2.AsyncClient, **params: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """Give page after page, following the cursors."""
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get("/documents", params={**params, **cursor})
        assert 200 == answer.status_code, answer.text
        body = answer.json()
        yield body["items"]
        if body["next_cursor"] is None:
            return
        cursor = {"cursor": body["next_cursor"]}


def titles(items: Iterable[dict[str, Any]]) -> list[str]:
    """Return the titles in their order."""
    return [item["title"] for item in items]


def problem(answer: httpx2.Response) -> dict[str, Any]:
    """Return the body of an error, once it is seen to be a problem (RFC 9457) of the same status and request."""
    assert "application/problem+json" == answer.headers["content-type"]
    body: dict[str, Any] = answer.json()
    assert answer.headers["x-request-id"] == body.pop("request_id")  # so that what is the same for two can be compared
    assert answer.status_code == body["status"]
    assert {"type", "title", "status", "detail"} <= set(body)
    assert "Traceback" not in answer.text
    return body


def newest_first(documents: Iterable[Doc]) -> Iterator[Doc]:
    """Order documents as a list does."""
    return iter(sorted(documents, key=lambda doc: doc.id, reverse=True))
