"""Schemathesis over the whole OpenAPI, as each role: no 5xx, nothing undocumented, nobody sees what is another's.

Here runs a slice; `make api-fuzz` runs it all (API_FUZZ=full, API_FUZZ_SEED), and prints what was asked.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import WALL_KEY, Cluster
from server.apifuzz.rows import Rows
from server.apifuzz.running import CHECKS, Effort, Ran, run
from server.processes import Server, folder, serve
from server.world import KEY

ROLES = (None, "free_user", "paid_user", "admin")
FULL = os.environ.get("API_FUZZ") == "full"
SEED = int(os.environ.get("API_FUZZ_SEED", "1"))
FLOOR = 50
"""How many requests, and how many right ones, each operation gets in a full run, of all roles together."""
IN_ALL = 10_000
SHARE = 0.2
"""How much of the answers are 2xx, for each role; nobody may ask for little, so it does not hold for nobody."""

OBJECTS = {"GET /documents/{document_id}", "GET /configurations/{configuration_id}"}
"""What a peer must have been asked for in a full run: objects that belong to somebody."""
LOG = Path(".cache") / "api-fuzz.log"
"""What the server said in a full run, for whoever looks for the cause of a failure."""

Served = tuple[Server, Rows, Path]
ran: dict[str | None, Ran] = {}


@pytest.fixture(scope="module")
def served(cluster: Cluster, world_template: str, hashed: str) -> Iterator[Served]:
    """Give a server in a process of its own, and who makes rows in its database."""
    with cluster.database(template=world_template) as logins, folder() as cwd, Rows(logins.owner, hashed) as rows:
        settings = {
            "ROWGATE_DATABASE_URL": logins.app.render_as_string(hide_password=False),
            "ROWGATE_OWNER_DATABASE_URL": logins.owner.render_as_string(hide_password=False),
            "ROWGATE_SECRET_KEY": KEY,
            "ROWGATE_WALL_KEYS": WALL_KEY,
            "ROWGATE_MIGRATE": "false",
            "ROWGATE_LOGIN_MAX_ATTEMPTS": "1000000",
            "ROWGATE_LOGIN_MAX_ATTEMPTS_PER_ADDRESS": "1000000",
        }
        with serve(cwd, **settings) as server:
            yield server, rows, cwd
            if FULL:
                LOG.parent.mkdir(exist_ok=True)
                LOG.write_text(server.output)


def table(found: dict[str | None, Ran]) -> str:
    """Return what was asked, as a table: role, requests, share of 2xx, and the operation that was asked least."""
    lines = [f"{'role':<10} {'requests':>9} {'2xx':>6} {'share':>6}  least requests of an operation"]
    for one in found.values():
        least = min(one.statuses, key=lambda label: one.statuses[label].total())
        share = f"{one.right / one.requests:.0%}"
        lines.append(
            f"{one.role:<10} {one.requests:>9,} {one.right:>6,} {share:>6}  {one.statuses[least].total()} {least}"
        )
    return "\n".join([*lines, f"{'all':<10} {sum(one.requests for one in found.values()):>9,}"])


@pytest.mark.timeout(0 if FULL else 300)
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_nothing_fails(served: Served, role: str | None) -> None:
    """As each role: each answer is documented and has the shape it says, none is 5xx, and no object is shown to others."""
    server, rows, cwd = served
    effort = Effort(examples=2, steps=0, seed=SEED)
    if FULL:  # an admin, who comes last, asks rightly what the others could not
        effort = Effort(examples=12, steps=6, asked=FLOOR // 3, right=FLOOR if role == "admin" else 0, seed=SEED)
    one = ran[role] = run(server.address, cwd, rows, role, effort, [*ran.values()])
    if FULL:
        print(f"\n{table({role: one})}", *one.failures, *one.errors, sep="\n\n", flush=True)
    assert [] == one.errors
    assert "" == "\n\n".join(one.failures)
    assert set(CHECKS) == set(one.checks)
    assert "Traceback" not in server.output
    assert 50 <= len(one.guarded)
    answered = {label for label in one.guarded if one.right_of(label)}
    assert [] == sorted(answered - {label for label in one.bare if one.bare[label]})
    if FULL and role is not None:
        assert set() == OBJECTS - {label for label in one.peered if one.peered[label]}
    if role is not None:
        assert one.right >= SHARE * one.requests, table({role: one})


@pytest.mark.skipif(not FULL, reason="needs the full run: make api-fuzz")
def test_enough_was_asked() -> None:
    """10,000 requests or more, each operation at least 50 times, and 50 times rightly."""
    print("\n" + table(ran))
    assert set(ROLES) == set(ran)
    assert sum(one.requests for one in ran.values()) >= IN_ALL
    labels = {label for one in ran.values() for label in one.statuses}
    asked = {label: sum(one.statuses[label].total() for one in ran.values()) for label in labels}
    right = {label: sum(one.right_of(label) for one in ran.values()) for label in labels}
    assert [] == sorted(label for label in labels if asked[label] < FLOOR)
    assert [] == sorted(label for label in labels if right[label] < FLOOR)
