"""The harness that asks the whole API finds what is wrong: faults are planted in the real server, and it names each.

With its twin: on the same server without them it finds nothing.
"""

import sys

import pytest
from schemathesis.core.failures import ServerError
from schemathesis.openapi.checks import IgnoredAuth, ObjectLevelAuthorizationViolation, UndefinedStatusCode

from conftest import WALL_KEY, Cluster
from server.apifuzz.planted import FAULTS, KEPT
from server.apifuzz.rows import Rows
from server.apifuzz.running import Effort, Ran, ShownError, run
from server.processes import folder, serve
from server.world import KEY

EFFORT = Effort(examples=6, steps=6)
FOUND: dict[str, tuple[str, type[AssertionError]]] = {
    "fails": ("GET /sessions", ServerError),
    "tells nobody": ("GET /api-keys", UndefinedStatusCode),
    "remembers": ("GET /users/me", IgnoredAuth),
    "leaks": ("GET /documents/{document_id}", ObjectLevelAuthorizationViolation),
    "lists": ("GET /documents", ShownError),
}
"""Where each fault is, and as what it is found."""


@pytest.fixture
def ask(cluster: Cluster, world_template: str, hashed: str, request: pytest.FixtureRequest) -> Ran:
    """Ask the server with the faults of the parameter as a free user; return what came of it."""
    with cluster.database(template=world_template) as logins, folder() as cwd, Rows(logins.owner, hashed) as rows:
        settings = {
            "ROWGATE_DATABASE_URL": logins.app.render_as_string(hide_password=False),
            "ROWGATE_OWNER_DATABASE_URL": logins.owner.render_as_string(hide_password=False),
            "ROWGATE_SECRET_KEY": KEY,
            "ROWGATE_WALL_KEYS": WALL_KEY,
            "ROWGATE_MIGRATE": "false",
            "PYTHONPATH": ":".join(one for one in sys.path if one),
        }
        command = [sys.executable, "-m", "server.apifuzz.planted"]
        with serve(cwd, *request.param, command=command, **settings) as server:
            return run(server.address, cwd, rows, "free_user", EFFORT)


TOGETHER = [["fails", "tells nobody", "remembers", "leaks"], ["lists"]]
"""What is planted at once. A list that shows all hides from Schemathesis that a single object is shown to all."""


@pytest.mark.parametrize("ask", TOGETHER, indirect=True, ids=["four", "lists"])
def test_each_planted_fault_is_found(ask: Ran, request: pytest.FixtureRequest) -> None:
    """A 500, an undescribed status, ignored authentication, an object shown to its owner's peer, a list of everything."""
    assert [] == ask.errors
    found = {(text.partition(" [")[0], type(failure)) for text, failure in ask.failures.items()}
    assert {FOUND[fault] for fault in request.node.callspec.params["ask"]} <= found
    assert set(FAULTS) == set(FOUND) == {fault for faults in TOGETHER for fault in faults}


@pytest.mark.parametrize("ask", [[]], indirect=True, ids=["none"])
def test_nothing_is_found_without_them(ask: Ran) -> None:
    """The same operations as they are have no fault, and were asked."""
    assert [] == ask.errors
    assert "" == "\n\n".join(ask.failures)
    assert len(KEPT) <= sum(1 for statuses in ask.statuses.values() if any(200 <= one < 300 for one in statuses))
