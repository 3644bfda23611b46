"""`/health`: alive without a database, ready with the right one only."""

import httpx2
import pytest
from psycopg import sql

from conftest import Cluster, Logins
from rowgate.server import migrate
from server.world import Door, problem, query, serving, settings_for


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
async def test_healthy(client: httpx2.AsyncClient, path: str) -> None:
    """Each of the three says so, to anybody."""
    answer = await client.get(path)
    assert (200, {"status": "healthy"}) == (answer.status_code, answer.json())


async def test_ready_needs_this_release_s_schema(client: httpx2.AsyncClient, database: Logins) -> None:
    """At another migration the server is not ready, and says which it found and needs."""
    query(database.owner, "UPDATE alembic_version SET version_num = 'older'")
    answer = await client.get("/health/ready")
    assert (503, "1") == (answer.status_code, answer.headers["retry-after"])
    detail = problem(answer)["detail"]
    assert "older" in detail
    assert migrate.head() in detail
    assert 200 == (await client.get("/health/live")).status_code


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_ready_needs_the_database(cluster: Cluster, database: Logins, driver: str) -> None:
    """Without a database the server is alive and not ready; when it comes back, it is ready without a restart."""
    name = database.owner.database
    assert name is not None
    away = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    async with serving(settings_for(database.using(driver))) as door:
        client = await door.client()
        assert 200 == (await client.get("/health/ready")).status_code
        query(cluster.superuser, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)
        cluster.execute(away.format(sql.Identifier(name), sql.Identifier(f"{name}_away")))
        try:
            gone, live = await client.get("/health/ready"), await client.get("/health/live")
        finally:
            cluster.execute(away.format(sql.Identifier(f"{name}_away"), sql.Identifier(name)))
        assert 503 == gone.status_code, gone.text
        problem(gone)
        assert 200 == live.status_code
        assert 200 == (await client.get("/health/ready")).status_code


async def test_health_takes_no_connection_but_ready(door: Door) -> None:
    """The two probes of the process ask no database: its fault must restart nobody."""
    client = await door.client()
    pool = door.app.state.database.application.sync_engine.pool
    for path in ("/health", "/health/live"):
        assert 200 == (await client.get(path)).status_code
    assert 0 == pool.checkedin() + pool.checkedout()
    assert 200 == (await client.get("/health/ready")).status_code
    assert 1 == pool.checkedin() + pool.checkedout()
