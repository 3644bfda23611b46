"""`rowgate serve` as its users run it: a process, its own PostgreSQL, signals, and an end that leaves nothing behind."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from conftest import Logins
from rowgate.server.demo import EACH, LOGINS, OTHERS, PASSWORD
from server.processes import Server, children, folder, postgres_processes, rowgate, serve
from server.world import query

pytestmark = pytest.mark.slow

NEW_PASSWORD = "a password of hers"


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[Server, Path]]:
    """Give one server with demo data to all tests that need no other, and its working directory."""
    with folder() as path, serve(path, "--demo") as server:
        yield server, path


def walk(client: httpx2.Client, **params: Any) -> list[dict[str, Any]]:
    """Return the documents of all pages."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = client.get("/documents", params={"limit": 100, **params, **cursor})
        assert 200 == answer.status_code, answer.text
        body = answer.json()
        found += body["items"]
        if body["next_cursor"] is None:
            return found
        cursor = {"cursor": body["next_cursor"]}


def test_says_where_and_who(demo: tuple[Server, Path]) -> None:
    """The first lines are the address and the demo log-ins; nothing else is said."""
    server, _ = demo
    lines = [line for line in server.output.splitlines() if line.strip()]
    assert re.fullmatch(r"Rowgate serves on http://127\.0\.0\.1:\d+  \(try /docs; Ctrl-C stops\)", lines[0])
    assert f"Demo log-ins: {', '.join(LOGINS)}, password {PASSWORD}" == lines[1]


@pytest.mark.parametrize(
    ("name", "include", "expected"),
    [("free", {}, 2040), ("paid", {}, 4020), ("admin", {}, 6000), ("admin", {"include": "deleted"}, 8000)],
)
def test_demo_lists_differ(demo: tuple[Server, Path], name: str, include: dict[str, str], expected: int) -> None:
    """Each demo user sees the number of documents that the README promises, each once, newest first."""
    with demo[0].log_in(name, PASSWORD) as client:
        keys = [UUID(item["id"]) for item in walk(client, **include)]
    assert expected == len(keys)
    assert sorted(set(keys), reverse=True) == keys


def test_expected_numbers_follow_from_the_data() -> None:
    """Public ones by role, and one's own of the rest: the numbers above, computed."""
    own = [-(-EACH // (len(LOGINS) + OTHERS)), EACH // (len(LOGINS) + OTHERS)]
    assert (20, 19) == tuple(own)
    # The first users own one document of each kind more: free sees her own paid and private ones besides.
    assert (2040, 4020, 6000, 8000) == (EACH + 2 * own[0], 2 * EACH + own[0], 3 * EACH, 4 * EACH)


def test_curl_lines(demo: tuple[Server, Path]) -> None:
    """Nobody is 401; a hidden document by its key is 404; a change of another's public one is 403."""
    server, _ = demo
    with server.client() as visitor, server.log_in("free", PASSWORD) as free, server.log_in("admin", PASSWORD) as admin:
        assert 401 == visitor.get("/documents").status_code
        me = free.get("/users/me").json()["id"]
        others = [item for item in walk(admin) if item["owner_id"] != me]
        hidden = next(item for item in others if item["requires_paid_access"])
        public = next(item for item in others if item["is_public"] and not item["requires_paid_access"])
        assert 404 == free.get(f"/documents/{hidden['id']}").status_code
        assert 403 == free.patch(f"/documents/{public['id']}", json={"title": "mine"}).status_code


def test_lift_is_audited(demo: tuple[Server, Path]) -> None:
    """An admin's lift leaves a line in the server's log, with who and what; a refused one too."""
    server, _ = demo
    who = {}
    for name in ("admin", "free"):
        with server.log_in(name, PASSWORD) as client:
            who[name] = client.get("/users/me").json()["id"]
            client.get("/documents", params={"include": "deleted"})
    assert f"lift by {who['admin']}: soft-delete" in server.output
    assert f"lift-refused by {who['free']}: soft-delete" in server.output


def test_user_create_beside_the_server(demo: tuple[Server, Path]) -> None:
    """A user made while the server runs can log in at once; the same name again is one clear line."""
    server, path = demo
    arguments = ("user", "create", "Beside", "--email", "beside@example.org", "--role", "free_user", "--password-stdin")
    made = rowgate(*arguments, cwd=path, stdin=NEW_PASSWORD + "\n")
    assert (0, "") == (made.returncode, made.stderr)
    assert re.fullmatch(r"created Beside \([0-9a-f-]{36}\)\n", made.stdout)
    with server.log_in("beside", NEW_PASSWORD) as client:
        assert ["free_user"] == client.get("/users/me").json()["roles"]
        assert 2000 == len(walk(client))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["current"], r"\w+ \(newest: \w+\)\n"),
        (["check"], r"the database has the schema of this release\n"),
        (["upgrade"], r"upgraded to head\n"),
    ],
)
def test_db_commands_beside_the_server(demo: tuple[Server, Path], arguments: list[str], expected: str) -> None:
    """The commands for the database use the PostgreSQL of the server that runs."""
    result = rowgate("db", *arguments, cwd=demo[1])
    assert (0, "") == (result.returncode, result.stderr)
    assert re.fullmatch(expected, result.stdout)


def test_demo_leaves_other_data_alone(database: Logins) -> None:
    """A database with users in it gets no demo data, and demo log-ins that do not exist are not announced."""
    urls = {"ROWGATE_DATABASE_URL": database.app, "ROWGATE_OWNER_DATABASE_URL": database.owner}
    settings = {name: url.render_as_string(hide_password=False) for name, url in urls.items()}
    before = query(database.owner, "SELECT count(*) FROM documents")
    with folder() as path, serve(path, "--demo", **settings) as server:
        with server.client() as visitor:
            answer = visitor.post("/auth/token", data={"username": "free", "password": PASSWORD})
        assert 401 == answer.status_code
        assert "Demo log-ins" not in server.output
    assert before == query(database.owner, "SELECT count(*) FROM documents")


def test_second_server_on_the_same_data_is_refused(demo: tuple[Server, Path]) -> None:
    """Two servers on one data directory: the second one says who has it, and the first one goes on."""
    server, path = demo
    result = rowgate("serve", "--port", "0", cwd=path)
    assert (1, True) == (result.returncode, f"process {server.process.pid}" in result.stderr)
    assert "Traceback" not in result.stderr
    with server.client() as client:
        assert 200 == client.get("/health/ready").status_code


def test_life() -> None:
    """Start, kill -9, start, Ctrl-C, start, SIGTERM: nothing that was answered is lost, and no process is left."""
    with folder() as path:
        data = path / ".rowgate"
        arguments = ("user", "create", "bob", "--email", "bob@example.org", "--password-stdin")
        with serve(path) as server:
            assert 0 == rowgate(*arguments, cwd=path, stdin=NEW_PASSWORD).returncode
            with server.log_in("bob", NEW_PASSWORD) as client:
                keys = [client.post("/documents", json={"title": "kept", "content": ""}).json()["id"]]
                server.stop(signal.SIGKILL)
        assert 1 == len(postgres_processes(data))
        for number, code in ((signal.SIGINT, {1, 130}), (signal.SIGTERM, {143})):
            began = time.monotonic()
            with serve(path) as server:
                assert time.monotonic() - began < 10
                with server.log_in("bob", NEW_PASSWORD) as client:
                    assert keys == [item["id"] for item in reversed(walk(client))]
                    keys.append(client.post("/documents", json={"title": "kept", "content": ""}).json()["id"])
                assert server.stop(number) in code, server.output
                assert "Traceback" not in server.output
            assert [] == postgres_processes(data)
            assert [] == children(server.process.pid)


def test_workers() -> None:
    """Two workers answer on one port and share the signing key; SIGTERM ends them all, and PostgreSQL."""
    with folder() as path:
        with serve(path, "--workers", "2", "--demo") as server:
            with server.log_in("free", PASSWORD) as client:
                token = client.headers["authorization"].split()[1]
            statuses = set()
            for _ in range(20):  # a connection each, so that both workers get some
                with server.client(token) as one:
                    statuses.add(one.get("/users/me").status_code)
            assert {200} == statuses
            assert len(children(server.process.pid)) >= 3
            server.stop()
            assert "Traceback" not in server.output
        assert ([], []) == (postgres_processes(path / ".rowgate"), children(server.process.pid))
