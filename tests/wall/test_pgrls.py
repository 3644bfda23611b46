"""What we emit, linted by pgrls (https://pypi.org/project/pgrls/): nothing but what `pgrls.toml` gives a reason for."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from rowgate.server.policies import catalog as server_catalog
from rowgate.testing.world_policies import make_catalog
from wall.walls import Walled, run, walled

ALLOWED: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name("pgrls.toml").read_text())["allowed"]
WORLDS = {"suite": make_catalog, "server": lambda: server_catalog}
Finding = dict[str, Any]


@pytest.fixture(scope="module")
def worlds(cluster: Any) -> Iterator[dict[str, tuple[Walled, list[Finding]]]]:
    """Give each world behind its wall, with what pgrls says of it."""
    with walled(cluster, make_catalog(), _empty) as suite, walled(cluster, server_catalog, _empty) as server:
        yield {"suite": (suite, findings(suite)), "server": (server, findings(server))}


def _empty(_session: Any) -> None:
    """Put no rows in: pgrls reads the catalogue alone."""


def findings(world: Walled) -> list[Finding]:
    """Return what pgrls finds in a database, as its owner."""
    url = world.owner.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [str(Path(sys.executable).with_name("pgrls")), "lint", "--schemas", "public,rowgate", "--format", "json"]
    found = subprocess.run(
        [*command, "--database-url", url], capture_output=True, text=True, check=False, timeout=300, cwd="/"
    )
    assert found.returncode in (0, 1), found.stderr
    told: list[Finding] = json.loads(found.stdout)["violations"]
    return told


def allows(entry: dict[str, str], finding: Finding, world: str) -> bool:
    """Return whether an entry of the list allows a finding."""
    return (
        entry["rule"] == finding["rule_id"]
        and entry.get("world", world) == world
        and fnmatchcase(finding["location"], entry["at"])
        and re.search(entry.get("about", ""), finding["message"]) is not None
    )


def unexplained(found: list[Finding], world: str) -> list[str]:
    """Return the findings for which nobody has given a reason."""
    return [
        f"{one['rule_id']} {one['location']}: {one['message']}"
        for one in found
        if not any(allows(entry, one, world) for entry in ALLOWED)
    ]


@pytest.mark.parametrize("world", WORLDS)
def test_every_finding_has_a_reason(worlds: Any, world: str) -> None:
    """Errors, warnings and hints alike."""
    _, found = worlds[world]
    assert len(found) > 50, "pgrls has not seen the policies"
    assert unexplained(found, world) == []


def test_every_reason_has_a_finding(worlds: Any) -> None:
    """What is allowed and not found is taken off the list."""
    idle = [
        f"{entry['rule']} {entry['at']}"
        for entry in ALLOWED
        if not any(allows(entry, one, world) for world, (_, found) in worlds.items() for one in found)
    ]
    assert idle == []
    assert all(len(entry["why"]) > 20 for entry in ALLOWED)


@contextmanager
def changed(world: Walled, make: str, undo: str) -> Iterator[None]:
    """Change the wall by hand, for a while."""
    run(world.owner, [make])
    try:
        yield
    finally:
        run(world.owner, [undo])


@pytest.mark.parametrize(
    ("make", "undo", "rule"),
    [
        ("CREATE POLICY mine ON documents TO {role} USING (true)", "DROP POLICY mine ON documents", "SEC038"),
        (
            "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE documents ENABLE ROW LEVEL SECURITY",
            "SEC032",
        ),
        (
            'ALTER POLICY "allow update: owner" ON documents WITH CHECK (true)',
            'ALTER POLICY "allow update: owner" ON documents WITH CHECK (owner_id = (SELECT rowgate.id()::uuid))',
            "SEC020",
        ),
    ],
)
def test_a_hole_is_a_new_finding(worlds: Any, make: str, undo: str, rule: str) -> None:
    """A policy that admits everybody, row security that is off, a check that checks nothing: no reason covers them."""
    world, _ = worlds["suite"]
    with changed(world, make.format(role=world.role), undo):
        found = unexplained(findings(world), "suite")
    assert any(one.startswith(rule) for one in found), found
