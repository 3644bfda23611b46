"""The grammar fuzzer: random trees through the gate, and without it over tables that lack the hidden rows.

`FUZZ_TREES` is the number of trees on SQLite (a fifth of it on PostgreSQL), `FUZZ_SEED` the first seed, `FUZZ_REPORT` a file
for the counts as JSON (`{}` in its name: the database). On a terminal it shows how far it is. Show 2 is
`FUZZ_TREES=100000 pytest -s -p no:randomly --timeout=0 tests/proof/test_fuzzer.py`.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from proof.arena import Arena, Tree, postgres_arena, sqlite_arena
from proof.trees import trees

pytestmark = pytest.mark.filterwarnings("ignore:DISTINCT ON")  # SQLAlchemy 2.0 warns while it names a statement

TREES = int(os.environ.get("FUZZ_TREES", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "3"))
BATCH = 2000
"""Hypothesis remembers all that it has drawn, so a long run is cut into batches, each with a seed of its own."""


@pytest.fixture
def sqlite() -> Arena:
    """Give the arena of SQLite."""
    return sqlite_arena()


@pytest.fixture
def postgres(cluster: Any) -> Iterator[Arena]:
    """Give the arena of PostgreSQL."""
    with cluster.database() as full, cluster.database() as shadow:
        arena = postgres_arena(full.owner, shadow.owner)
        yield arena
        for side in (arena.full, *arena.shadows):
            side.dbapi.close()


def fuzz(arena: Arena, number: int) -> None:
    """Grow trees in batches and check each; Hypothesis shrinks the first that differs."""
    began = time.monotonic()
    for batch, first in enumerate(range(0, number, BATCH)):

        @seed(SEED + batch)
        @settings(
            max_examples=min(BATCH, number - first),
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )
        @given(tree=trees(postgres=arena.postgres))
        def one(tree: Tree) -> None:
            difference = arena.check(tree)
            _tell(arena, number, began)
            if difference is not None:
                note(difference)
            assert difference is None

        one()
        print(f"seed {SEED + batch}: {_so_far(arena, began)}", flush=True)
    print(f"seeds {SEED} to {SEED + batch}: {_so_far(arena, began)}\n{arena.report}", flush=True)
    _keep(arena, seeds=[SEED, SEED + batch], seconds=round(time.monotonic() - began, 1))


def _so_far(arena: Arena, began: float) -> str:
    seconds = time.monotonic() - began
    done, refused = arena.report.total, sum(arena.report.refused.values())
    return f"{done} trees, 0 differences, {refused} refused, {seconds:.0f} s, {done / max(seconds, 0.1):.0f} trees/s"


def _tell(arena: Arena, number: int, began: float) -> None:
    """Show the progress where somebody looks."""
    if arena.report.total % 50 == 0 and sys.stderr.isatty():
        share = 100 * arena.report.total // number
        print(f"\r{share:3} % {_so_far(arena, began)} ", end="", file=sys.stderr, flush=True)


def _keep(arena: Arena, **about: Any) -> None:
    """Write the report as JSON, where `FUZZ_REPORT` says; `{}` in it stands for the database."""
    path = os.environ.get("FUZZ_REPORT")
    if path:
        name = "postgresql" if arena.postgres else "sqlite"
        told = arena.report.as_json(database=name, sqlalchemy=sqlalchemy.__version__, differences=0, **about)
        Path(path.replace("{}", name)).write_text(json.dumps(told, indent=1) + "\n")


def _judge(arena: Arena, number: int) -> None:
    refused, total = sum(arena.report.refused.values()), arena.report.total
    assert total >= number * 0.9  # Hypothesis leaves out a few that it has had
    assert refused <= total * 0.02, arena.report  # a high share is a defect of the gate
    assert sum(arena.report.invalid.values()) <= total * 0.02, arena.report  # and of the fuzzer


def test_trees_on_sqlite(sqlite: Arena) -> None:
    """What the gate gives is what is there where nothing is hidden, on SQLite."""
    fuzz(sqlite, TREES)
    _judge(sqlite, TREES)


def test_trees_on_postgres(postgres: Arena) -> None:
    """What the gate gives is what is there where nothing is hidden, on PostgreSQL."""
    fuzz(postgres, max(TREES // 5, 60))
    _judge(postgres, max(TREES // 5, 60))
