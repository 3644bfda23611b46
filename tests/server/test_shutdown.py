"""The end of `rowgate serve`: what runs is finished, what comes is refused, nothing stays open."""

import json
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy.engine import URL

from conftest import Logins
from server.processes import Server, folder, serve
from server.world import PASSWORD, World, conninfo, query

pytestmark = pytest.mark.slow


def settings(database: Logins) -> dict[str, str]:
    """Return the environment for a server on this database, with lines for machines."""
    urls = {"ROWGATE_DATABASE_URL": database.app, "ROWGATE_OWNER_DATABASE_URL": database.owner}
    return {
        "ROWGATE_LOG_FORMAT": "json",
        **{name: url.render_as_string(hide_password=False) for name, url in urls.items()},
    }


def waits_for_a_lock(superuser: URL) -> bool:
    """Say whether a statement in the test's database waits for somebody's lock; others may not see that of it."""
    ask = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(query(superuser, ask)[0][0])


def until(condition: Any, what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def refuses(server: Server) -> bool:
    """Say whether the server takes no new connections."""
    host, port = server.address.removeprefix("http://").rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=1) as made:
            made.settimeout(1)
            made.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return made.recv(1) == b""
    except OSError:
        return True


@pytest.mark.parametrize("workers", [1, 2])
def test_running_request_finishes(database: Logins, superuser: URL, world: World, workers: int) -> None:
    """A change that waits for a lock when SIGTERM comes is stored and answered; new ones are refused; nothing stays."""
    key = world.doc("free public free kept").id
    with (
        folder() as path,
        serve(path, "--workers", str(workers), **settings(database)) as server,
        server.log_in("free", PASSWORD) as free,
    ):
        answers: list[int] = []
        with psycopg.connect(conninfo(database.owner)) as holder:
            holder.execute("SELECT 1 FROM documents WHERE id = %s FOR UPDATE", [key])
            change = threading.Thread(
                target=lambda: answers.append(free.patch(f"/documents/{key}", json={"title": "kept"}).status_code)
            )
            change.start()
            until(lambda: waits_for_a_lock(superuser), "the change does not wait")
            server.process.send_signal(signal.SIGTERM)
            until(lambda: refuses(server), "new connections are taken")
            assert [] == answers
            assert server.process.poll() is None
            holder.rollback()
        change.join(30)
        server.process.wait(30)
        assert [200] == answers
        assert [("kept",)] == query(database.owner, "SELECT title FROM documents WHERE id = %s", key)
        ask = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        until(lambda: query(database.owner, ask, database.app.database)[0][0] == 0, "a connection is left")
        lines_are_json(server)


def lines_are_json(server: Server) -> None:
    """See that every line of the log is an object, from what is said before the greeting to the end; requests have theirs."""
    warning, greeting, *lines = (json.loads(line) for line in server.output.splitlines() if line.strip())
    assert (warning["logger"], warning["level"]) == ("rowgate.live", "warning")
    assert "REVOKE TEMPORARY ON DATABASE" in warning["message"]
    assert greeting["message"].startswith("Rowgate serves on http://")
    requests = [line for line in lines if line["logger"] == "rowgate.access"]
    assert {"/auth/token", "/documents/{document_id}"} <= {line["route"] for line in requests}
    assert all(line["request_id"] for line in requests)
    assert "Traceback" not in server.output


def test_request_that_never_ends_is_cut(database: Logins, superuser: URL, world: World) -> None:
    """After ten seconds a request that still waits is given up, and nothing of it is stored: the server ends."""
    key = world.doc("free public free kept").id
    with (
        folder() as path,
        serve(path, **settings(database)) as server,
        server.log_in("free", PASSWORD) as free,
    ):
        with psycopg.connect(conninfo(database.owner)) as holder:
            holder.execute("SELECT 1 FROM documents WHERE id = %s FOR UPDATE", [key])
            change = threading.Thread(target=lambda: _try(free, key))
            change.start()
            until(lambda: waits_for_a_lock(superuser), "the change does not wait")
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(40)
            assert 8 < time.monotonic() - began < 30
            holder.rollback()
        change.join(30)
    assert [("free public free kept",)] == query(database.owner, "SELECT title FROM documents WHERE id = %s", key)


def _try(client: Any, key: object) -> None:
    with suppress(httpx2.TransportError):  # the connection is cut
        client.patch(f"/documents/{key}", json={"title": "lost"})


def test_shared_files_of_workers_are_gone(database: Logins) -> None:
    """What workers count by is in a directory of the launcher's, which goes with it."""
    with folder() as path:
        temporary = Path(path, "tmp")
        temporary.mkdir()
        with serve(path, "--workers", "2", TMPDIR=str(temporary), **settings(database)) as server:
            with server.client() as visitor:
                assert 200 == visitor.get("/health").status_code
            assert [] != list(temporary.glob("rowgate-metrics-*"))
            server.stop()
        assert [] == list(temporary.glob("rowgate-metrics-*"))
