"""`/metrics`: right numbers, few labels, and for whoever has the token alone."""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import Logins
from server.processes import folder, serve
from server.world import PASSWORD, Door, World, problem, serving, settings_for

TOKEN = "a token of the tests, 32 bytes or more"


@pytest.fixture
async def metered(database: Logins) -> AsyncIterator[Door]:
    """Give an application whose metrics can be read."""
    async with serving(settings_for(database, metrics_token=TOKEN)) as door:
        yield door


def parsed(text: str) -> dict[tuple[str, ...], float]:
    """Return the samples: name and labels, sorted, to the value."""
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def read(door: Door) -> dict[tuple[str, ...], float]:
    """Read the metrics with the token."""
    answer = await (await door.client(TOKEN)).get("/metrics")
    assert 200 == answer.status_code
    assert answer.headers["content-type"].startswith("text/plain")
    return parsed(answer.text)


async def test_needs_its_own_token(metered: Door, standing: Door) -> None:
    """Nobody, a user's token, an admin's and a wrong one are 401; without the setting there is nothing at all."""
    for client in (
        await metered.client(),
        await metered.client(TOKEN[:-1]),
        await metered.log_in("admin"),
    ):
        answer = await client.get("/metrics")
        assert 401 == answer.status_code
        problem(answer)
        assert "rowgate_http" not in answer.text
    assert 404 == (await (await standing.client(TOKEN)).get("/metrics")).status_code
    assert "/metrics" not in metered.app.openapi()["paths"]


async def test_requests_are_counted_by_route(metered: Door, world: World) -> None:
    """Requests are counted by method, declared route and status, whatever keys they name; unknown paths are one."""
    free = await metered.log_in("free")
    for title in ("free public free kept", "free private free kept", "other private free kept"):
        await free.get(f"/documents/{world.doc(title).id}")
    for n in range(3):
        await free.get(f"/nothing/{n}")
    await free.request("BREW", "/documents")
    found = await read(metered)
    name = "rowgate_http_requests_total"
    assert 2 == found[name, "method=GET", "route=/documents/{document_id}", "status=200"]
    assert 1 == found[name, "method=GET", "route=/documents/{document_id}", "status=404"]
    assert 3 == found[name, "method=GET", "route=unmatched", "status=404"]
    assert 1 == found[name, "method=other", "route=/documents", "status=405"]
    counts = "rowgate_http_request_seconds_count"
    assert 3 == found[counts, "method=GET", "route=/documents/{document_id}"]
    assert not [key for key in found if any("=/nothing" in part or str(world.users["free"]) in part for part in key)]


async def test_denials_and_log_ins_are_counted(metered: Door, world: World) -> None:
    """A denied write, a log-in that succeeds, one that fails."""
    free = await metered.log_in("free")
    await free.patch(f"/documents/{world.doc('other public free kept').id}", json={"title": "x"})
    await (await metered.client()).post("/auth/token", data={"username": "free", "password": "wrong"})
    found = await read(metered)
    assert 1 == sum(value for key, value in found.items() if key[0] == "rowgate_denied_total")
    assert 1 == found["rowgate_log_ins_total", "outcome=accepted"]
    assert 1 == found["rowgate_log_ins_total", "outcome=refused"]


async def test_limited_log_ins_are_counted(database: Logins) -> None:
    """Too many attempts are an outcome of their own."""
    async with serving(settings_for(database, metrics_token=TOKEN, login_max_attempts=1)) as door:
        visitor = await door.client()
        form = {"username": "free", "password": "wrong"}
        statuses = [(await visitor.post("/auth/token", data=form)).status_code for _ in range(3)]
        found = await read(door)
    assert [401, 429, 429] == statuses
    assert 2 == found["rowgate_log_ins_total", "outcome=limited"]


async def test_pools_are_told(metered: Door) -> None:
    """Connections that are used and those that wait, of each login."""
    await (await metered.log_in("free")).get("/documents")
    engine = metered.app.state.database.application
    async with engine.connect(), engine.connect():
        found = await read(metered)
    name = "rowgate_pool_connections"
    assert 2 == found[name, "login=application", "state=used"]
    after = await read(metered)
    assert (0, 2) == (after[name, "login=application", "state=used"], after[name, "login=application", "state=idle"])
    assert 1 <= after[name, "login=owner", "state=idle"]


@pytest.mark.slow
def test_workers_count_together(database: Logins) -> None:
    """Whichever worker answers the scrape, it tells of all: the requests of every one, and the pools of those alive."""
    urls: dict[str, Any] = {"ROWGATE_DATABASE_URL": database.app, "ROWGATE_OWNER_DATABASE_URL": database.owner}
    given = {name: url.render_as_string(hide_password=False) for name, url in urls.items()}
    with folder() as path, serve(path, "--workers", "2", ROWGATE_METRICS_TOKEN=TOKEN, **given) as server:
        with server.log_in("free", PASSWORD) as free:
            token = free.headers["authorization"].removeprefix("Bearer ")
        for _ in range(40):
            with server.client(token) as once:  # a connection each: workers take turns
                assert 200 == once.get("/documents").status_code
        seen = []
        for _ in range(10):
            with server.client(TOKEN) as scraper:
                seen.append(parsed(scraper.get("/metrics").text))
    key = "rowgate_http_requests_total", "method=GET", "route=/documents", "status=200"
    assert [40.0] * 10 == [found[key] for found in seen]
    assert not [name for name in os.environ if name == "PROMETHEUS_MULTIPROC_DIR"]
    # Both workers had requests, and each keeps a connection: together there is more than one.
    pools = "rowgate_pool_connections", "login=application", "state=idle"
    assert 2 == max(found[pools] for found in seen)
