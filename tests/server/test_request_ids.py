"""Request ids and log lines: one of each for every request, and nothing secret in them."""

import asyncio
import json
import logging
import logging.config
import sys
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from conftest import Logins
from rowgate.server.logs import REQUEST_ID, JsonLines, configuration
from server.world import PASSWORD, Door, World, problem, query, serving, settings_for

GOOD = ["r1", "6f1c1b0e-6f6d-4a53-9d43-52d7f2e4a1b2", "Root=1-67891233-abcdef012345678912345678", "a" * 128]
BAD = ["", "a b", "a" * 129, "a,b", '"a"', "ä", "a\tb", "<a>", "${jndi:x}"]


def lines(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Return the records of requests."""
    return [record for record in caplog.records if record.name == "rowgate.access"]


@pytest.mark.parametrize("given", GOOD)
async def test_well_formed_id_is_taken(standing: Door, given: str) -> None:
    """What the caller names its request comes back in the answer and in the problem."""
    visitor = await standing.client()
    for path, status in (("/health", 200), ("/documents", 401), ("/nothing", 404)):
        answer = await visitor.get(path, headers={"X-Request-ID": given})
        assert (status, given) == (answer.status_code, answer.headers["x-request-id"])
        if status != 200:
            assert given == answer.json()["request_id"]


@pytest.mark.parametrize("given", BAD)
async def test_other_id_is_replaced(standing: Door, given: str) -> None:
    """What could be no id, or break a line, is replaced by a UUID of our own."""
    visitor = await standing.client()
    answer = await visitor.get("/documents", headers=[(b"X-Request-ID", given.encode())])
    assert str(UUID(answer.headers["x-request-id"])) == answer.json()["request_id"]


async def test_two_ids_are_none(standing: Door) -> None:
    """Of two ids nobody knows which one is meant."""
    visitor = await standing.client()
    answer = await visitor.get("/health", headers=[("X-Request-ID", "a"), ("X-Request-ID", "b")])
    assert UUID(answer.headers["x-request-id"])


async def test_each_request_has_its_own(standing: Door) -> None:
    """No id comes twice, and none stays behind."""
    visitor = await standing.client()
    found = {(await visitor.get("/health")).headers["x-request-id"] for _ in range(20)}
    assert 20 == len(found)
    assert REQUEST_ID.get() is None


async def test_id_is_in_every_kind_of_problem(door: Door, world: World) -> None:
    """401, 403, 404, 405, 409, 413, 422: each names its request, with the headers that it had before."""
    free, admin = await door.log_in("free"), await door.log_in("admin")
    assert (await admin.post("/roles", json={"name": "taken"})).status_code == HTTPStatus.CREATED
    visible = f"/documents/{world.doc('other public free kept').id}"
    found = [
        await (await door.client()).get("/documents"),
        await free.patch(visible, json={"title": "x"}),
        await free.get(f"/documents/{world.doc('other private free kept').id}"),
        await free.put("/documents"),
        await admin.post("/roles", json={"name": "taken"}),
        await free.post("/documents", content=b" " * (8 * 1024 * 1024 + 1)),
        await free.post("/documents", json={}),
    ]
    assert [401, 403, 404, 405, 409, 413, 422] == [answer.status_code for answer in found]
    for answer in found:
        assert answer.headers["x-request-id"] == answer.json()["request_id"]
        problem(answer)
    assert "Bearer" == found[0].headers["www-authenticate"]
    assert "allow" in found[3].headers


async def test_fault_has_id_headers_and_a_line(database: Logins, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the server is a problem with id and security headers; its reason is in the log, once, and nowhere else."""

    def add_route(app: FastAPI) -> None:
        @app.get("/fails")
        async def fails() -> None:
            raise RuntimeError("TOP-SECRET")

    async with serving(settings_for(database), change=add_route) as door:
        caplog.clear()
        answer = await (await door.client()).get("/fails", headers={"X-Request-ID": "fault-1"})
    assert 500 == answer.status_code
    assert "fault-1" == answer.headers["x-request-id"] == answer.json()["request_id"]
    problem(answer)
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "TOP-SECRET" not in answer.text
    assert 1 == caplog.text.count("RuntimeError: TOP-SECRET")


async def test_id_is_in_the_audit(door: Door, database: Logins, world: World) -> None:
    """The audit's lines name the id that the answer had, given or made; a denial's too."""
    admin, free = await door.log_in("admin"), await door.log_in("free")
    made = await admin.post("/roles", json={"name": "new"})
    denied = await free.patch(f"/documents/{world.doc('other public free kept').id}", json={"title": "x"})
    assert (201, 403) == (made.status_code, denied.status_code)
    found = dict(
        query(database.owner, "SELECT kind, request_id FROM audit_log WHERE kind IN ('role.created', 'denied')")
    )
    expected = {"role.created": made.headers["x-request-id"], "denied": denied.headers["x-request-id"]}
    assert expected == found


async def test_line_says_what_was_asked_and_by_whom(
    standing: Door, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Each request has one line: id, method, path, route, status, milliseconds, user; no query and no secret."""
    free = await standing.log_in("free")
    token = free.headers["authorization"].removeprefix("Bearer ")
    key = world.doc("free public free kept").id
    caplog.set_level(logging.DEBUG, logger="rowgate")
    caplog.clear()
    await free.get(f"/documents/{key}", params={"include": "permissions"})
    await free.get("/documents", params={"q": "TOP-SECRET"})
    await (await standing.client()).post("/auth/token", data={"username": "free", "password": PASSWORD})
    await (await standing.client()).get("/nothing/such")
    found = [
        (one.levelname, one.method, one.path, one.route, one.status, one.user_id, one.ms > 0) for one in lines(caplog)
    ]
    me = str(world.users["free"])
    assert [
        ("INFO", "GET", f"/documents/{key}", "/documents/{document_id}", 200, me, True),
        ("INFO", "GET", "/documents", "/documents", 200, me, True),
        ("INFO", "POST", "/auth/token", "/auth/token", 200, None, True),
        ("INFO", "GET", "/nothing/such", "unmatched", 404, None, True),
    ] == found
    assert all(secret not in str(vars(one)) for one in lines(caplog) for secret in ("TOP-SECRET", token, PASSWORD))


async def test_health_checks_are_quiet(standing: Door, caplog: pytest.LogCaptureFixture) -> None:
    """What machines ask every few seconds is no news."""
    visitor = await standing.client()
    caplog.set_level(logging.DEBUG, logger="rowgate")
    caplog.clear()
    for path in ("/health", "/health/live", "/health/ready", "/metrics"):
        await visitor.get(path)
    assert ["DEBUG"] * 4 == [one.levelname for one in lines(caplog)]


async def test_path_cannot_forge_a_line(standing: Door, caplog: pytest.LogCaptureFixture) -> None:
    """A line break in a path is escaped."""
    caplog.set_level(logging.INFO, logger="rowgate")
    caplog.clear()
    await (await standing.client()).get("/a%0A2026-11-22 INFO rowgate.access: forged%1b[31m")
    (line,) = lines(caplog)
    assert line.getMessage().isprintable()
    assert "\\n" in line.path


def test_json_line_holds_everything() -> None:
    """A record is one JSON object on one line, with what was given besides and the traceback."""
    token = REQUEST_ID.set("r1")
    try:
        int("two\nlines")
    except ValueError:
        record = logging.makeLogRecord({"name": "rowgate.x", "levelname": "ERROR", "msg": "a %s\nb", "args": ("ü",)})
        record.exc_info = sys.exc_info()
        record.status = 500
        line = JsonLines().format(record)
    finally:
        REQUEST_ID.reset(token)
    assert "\n" not in line
    found = json.loads(line)
    assert ("error", "rowgate.x", "a ü\nb", "r1", 500) == tuple(
        found[name] for name in ("level", "logger", "message", "request_id", "status")
    )
    assert found["time"].endswith("+00:00")
    assert "ValueError: invalid literal" in found["exception"]
    assert {"time", "level", "logger", "message", "request_id", "status", "exception"} == set(found)


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_configuration_is_valid(log_format: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of the two writes a line of ours on standard error, and one of uvicorn's."""
    names = ("rowgate", "uvicorn", "uvicorn.access", "uvicorn.error")
    before = {
        name: (list(logger.handlers), logger.level, logger.propagate)
        for name in names
        if (logger := logging.getLogger(name))
    }
    try:
        logging.config.dictConfig(configuration(log_format))
        logging.getLogger("rowgate.access").info("ours")
        logging.getLogger("uvicorn.error").warning("theirs")
    finally:
        for name, (handlers, level, propagate) in before.items():
            logger = logging.getLogger(name)
            logger.handlers, logger.level, logger.propagate = handlers, level, propagate
    written = capsys.readouterr().err.splitlines()
    assert ["ours", "theirs"] == [word for line in written for word in ("ours", "theirs") if word in line]
    if log_format == "json":
        assert ["ours", "theirs"] == [json.loads(line)["message"] for line in written]


async def test_endpoints_see_the_id_of_their_own_request(door: Door) -> None:
    """What a line in the log is marked with is the id of the request that runs, in one task as in many."""
    visitor = await door.client()

    @door.app.get("/seen")
    async def show() -> str:
        await asyncio.sleep(0)
        return str(REQUEST_ID.get())

    given = [f"r{n}" for n in range(20)]
    answers = await asyncio.gather(*(visitor.get("/seen", headers={"X-Request-ID": one}) for one in given))
    assert given == [answer.json() for answer in answers]
