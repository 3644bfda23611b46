"""One request, one transaction: committed before the response, or not at all; and what a missing database looks like."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from conftest import Cluster, Logins
from rowgate.server.dependencies import SessionDep
from rowgate.server.models import Document
from server.world import Door, World, conninfo, problem, query, serving, settings_for

NEW = {"title": "new", "content": ""}

DEFERRED = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'TOP-SECRET %', NEW.title USING ERRCODE = '{state}';
    END $$;
    CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT OR UPDATE ON documents
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""
"""Fails when the transaction commits, not when the statement runs."""


def count(logins: Logins) -> int:
    """Count what is committed."""
    found: int = query(logins.owner, "SELECT count(*) FROM documents")[0][0]
    return found


@pytest.fixture(params=["asyncpg", "psycopg"])
async def driven(request: pytest.FixtureRequest, database: Logins) -> AsyncIterator[Door]:
    """Give the running application, on either driver."""
    async with serving(settings_for(database.using(request.param))) as door:
        yield door


async def test_commit_that_fails_on_a_unique_constraint(driven: Door, database: Logins, world: World) -> None:
    """A deferred unique constraint fails at COMMIT: 409 without its values, and nothing is stored."""
    query(
        database.owner,
        "ALTER TABLE documents ADD CONSTRAINT one_title UNIQUE (owner_id, title) DEFERRABLE INITIALLY DEFERRED",
    )
    client = await driven.log_in("free")
    before = query(database.owner, "SELECT * FROM documents ORDER BY id")
    taken = {"title": "free private free kept", "content": ""}
    for answer in (
        await client.post("/documents", json=taken),
        await client.patch(f"/documents/{world.doc('free public free kept').id}", json={"title": taken["title"]}),
    ):
        assert 409 == answer.status_code
        assert taken["title"] not in str(problem(answer))
    assert before == query(database.owner, "SELECT * FROM documents ORDER BY id")


@pytest.mark.parametrize(("state", "status"), [("23514", 409), ("P0001", 500)])
async def test_commit_that_fails_for_another_reason(
    driven: Door, database: Logins, world: World, state: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the commit fails with, no client hears of success, nothing is stored, no value leaves."""
    with psycopg.connect(conninfo(database.owner)) as owner:
        owner.execute(DEFERRED.format(state=state).encode())
    client = await driven.log_in("free")
    before = query(database.owner, "SELECT * FROM documents ORDER BY id")
    own = world.doc("free public free kept").id
    answers = [
        await client.post("/documents", json=NEW),
        await client.patch(f"/documents/{own}", json={"title": "new"}),
        await client.delete(f"/documents/{own}"),
    ]
    assert [status] * 3 == [answer.status_code for answer in answers]
    for answer in answers:
        assert "TOP-SECRET" not in str(problem(answer))
    assert before == query(database.owner, "SELECT * FROM documents ORDER BY id")
    assert "TOP-SECRET" not in caplog.text


async def test_commit_comes_before_the_response(door: Door, database: Logins) -> None:
    """When the first byte of the answer is sent, another connection sees the row."""
    client = await door.log_in("free")
    seen: list[int] = []

    async def watched(scope: object, receive: object, send: object) -> None:
        async def watch(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                seen.append(count(database))
            await send(message)  # type: ignore[operator]

        await door.app(scope, receive, watch)  # type: ignore[arg-type]

    transport = httpx2.ASGITransport(app=watched)
    before = count(database)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://rowgate.test", headers=client.headers
    ) as watching:
        assert 201 == (await watching.post("/documents", json=NEW)).status_code
    assert [before + 1] == seen


async def test_exception_in_an_endpoint_rolls_back(
    database: Logins, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """What was flushed before an endpoint fails is not stored; the caller gets a 500 without a traceback."""

    def add_route(app: FastAPI) -> None:
        @app.post("/fails")
        async def fails(session: SessionDep) -> None:
            session.add(Document(title="half done", content="", owner_id=world.users["free"]))
            await session.flush()
            raise RuntimeError("TOP-SECRET")

    async with serving(settings_for(database), change=add_route) as door:
        before = count(database)
        answer = await (await door.log_in("free")).post("/fails")
        assert 500 == answer.status_code
        assert "TOP-SECRET" not in str(problem(answer))
        assert before == count(database)
        assert 0 == door.app.state.database.application.sync_engine.pool.checkedout()
    assert "TOP-SECRET" in caplog.text


@asynccontextmanager
async def held(door: Door, engine: str) -> AsyncIterator[None]:
    """Hold a connection of the pool, as a slow request does."""
    async with getattr(door.app.state.database, engine).connect():
        yield


async def test_empty_pool_is_503(database: Logins) -> None:
    """When no connection is free in time, the answer is 503 with Retry-After, and the next request works."""
    settings = settings_for(database, pool_size=1, max_overflow=0, pool_timeout=0.05)
    async with serving(settings) as door:
        client = await door.log_in("free")
        async with held(door, "application"):
            answers = [await client.get("/documents"), await client.post("/documents", json=NEW)]
        for answer in answers:
            assert (503, "1") == (answer.status_code, answer.headers["retry-after"])
            problem(answer)
        assert 200 == (await client.get("/documents")).status_code


async def test_empty_system_pool_is_503(database: Logins) -> None:
    """Log-ins that wait too long for their one read are 503 as well, not 401."""
    async with serving(settings_for(database, pool_timeout=0.05)) as door:
        async with held(door, "owner"), held(door, "owner"), held(door, "owner"), held(door, "owner"):
            visitor = await door.client()
            answer = await visitor.post("/auth/token", data={"username": "free", "password": "x"})
        assert (503, "1") == (answer.status_code, answer.headers["retry-after"])
        problem(answer)


async def test_many_at_once_share_a_small_pool(database: Logins) -> None:
    """Thirty requests over two connections are all answered, and each gets her own principal's documents."""
    async with serving(settings_for(database, pool_size=2, max_overflow=0)) as door:
        clients = {"free": await door.log_in("free"), "admin": await door.log_in("admin")}
        names = ["free", "admin"] * 15
        answers = await asyncio.gather(*(clients[name].get("/documents?limit=100") for name in names))
        expected = [{"free": 9, "admin": 24}[name] for name in names]
        assert expected == [len(answer.json()["items"]) for answer in answers]


def terminate(superuser: URL) -> int:
    """Cut every connection to the database; return how many there were."""
    rows = query(
        superuser.set(database="postgres"),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
        superuser.database,
    )
    return len(rows)


async def test_cut_connections_are_replaced(driven: Door, superuser: URL) -> None:
    """After PostgreSQL has closed the pooled connections, the next requests work: the pool asks before it gives."""
    client = await driven.log_in("free")
    assert 200 == (await client.get("/documents")).status_code
    assert terminate(superuser) >= 2
    assert 200 == (await client.get("/documents")).status_code
    assert 200 == (await (await driven.log_in("free")).get("/documents")).status_code


async def test_connection_cut_without_ping_is_503(database: Logins, superuser: URL) -> None:
    """Without the ping the first request meets the dead connection: 503 with Retry-After, then all is well."""
    async with serving(settings_for(database, pool_pre_ping=False)) as door:
        client = await door.log_in("free")
        assert 200 == (await client.get("/documents")).status_code
        terminate(superuser)
        answer = await client.get("/documents")
        assert (503, "1") == (answer.status_code, answer.headers["retry-after"])
        problem(answer)
        assert 200 == (await client.get("/documents")).status_code


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_connection_cut_in_the_middle_is_503(database: Logins, superuser: URL, world: World, driver: str) -> None:
    """A connection that is cut while a request writes is 503; nothing is stored, and the next request works."""
    key = world.doc("free public free kept").id
    async with serving(settings_for(database.using(driver))) as door:
        client = await door.log_in("free")
        with psycopg.connect(conninfo(database.owner)) as blocker:
            blocker.execute("SELECT FROM documents WHERE id = %s FOR UPDATE", (key,))
            waiting = asyncio.create_task(client.patch(f"/documents/{key}", json={"title": "new"}))
            cut = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
            )
            deadline = time.monotonic() + 10
            while not query(superuser.set(database="postgres"), cut, superuser.database):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.02)
            answer = await waiting
        assert (503, "1") == (answer.status_code, answer.headers.get("retry-after"))
        problem(answer)
        assert "free public free kept" == (await client.get(f"/documents/{key}")).json()["title"]


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
@pytest.mark.parametrize("pool", ["queue", "null"])
async def test_database_without_room_is_503(
    cluster: Cluster, database: Logins, superuser: URL, driver: str, pool: str
) -> None:
    """When PostgreSQL takes no more connections, requests and log-ins are 503 with Retry-After; later all is well."""
    name = sql.Identifier(str(database.owner.database))
    async with serving(settings_for(database.using(driver), pool_class=pool)) as door:
        client = await door.log_in("free")
        cluster.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT 0").format(name))
        terminate(superuser)
        statuses = await unavailable(client)
        cluster.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT -1").format(name))
        assert [(503, "1")] * 4 == statuses
        assert 200 == (await client.get("/documents")).status_code


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
@pytest.mark.parametrize("pool", ["queue", "null"])
async def test_server_that_is_gone_is_503(database: Logins, driver: str, pool: str) -> None:
    """When nothing listens where the database was, requests and log-ins are 503 with Retry-After."""
    async with serving(settings_for(database.using(driver), pool_class=pool)) as door:
        client = await door.log_in("free")
        engines = door.app.state.database
        for engine in (engines.application, engines.owner):
            await engine.dispose()
            lead_astray(engine)
        assert [(503, "1")] * 4 == await unavailable(client)


async def unavailable(client: httpx2.AsyncClient) -> list[tuple[int, str | None]]:
    """Ask what needs the database; return statuses and Retry-After."""
    answers = [
        await client.get("/documents"),
        await client.post("/documents", json=NEW),
        await client.post("/auth/token", data={"username": "free", "password": "x"}),
        await client.get("/health/ready"),
    ]
    for answer in answers:
        problem(answer)
    return [(answer.status_code, answer.headers.get("retry-after")) for answer in answers]


def lead_astray(engine: AsyncEngine) -> None:
    """Lead the engine's next connections to where nothing listens."""
    nowhere = engine.url.set(host="127.0.0.1", port=1, query={})
    arguments, options = engine.dialect.create_connect_args(nowhere)

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> None:
        given[:] = arguments
        named.clear()
        named.update(options)


async def test_no_query_is_compiled_by_jit(driven: Door) -> None:
    """Both logins have JIT off, on every connection, whatever the database says, and after a rollback."""
    database = driven.app.state.database
    for engine in (database.application, database.owner):
        async with engine.connect() as one, engine.connect() as two:
            for connection in (one, two):
                await connection.rollback()
                assert "off" == await connection.scalar(text("SHOW jit"))
