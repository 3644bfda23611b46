"""Gate, wall and reference agree on every drawn policy, principal and row, for read, create, update and delete.

`PROOF_SHAPES` is the number of distinct policy shapes that are judged on PostgreSQL (a quarter of it on SQLite, which has
no wall), each at least 500 times (on SQLite 200); `PROOF_SEED` the first seed, `PROOF_REPORT` a file for the counts as JSON. `make proof`
runs all of it, and measures which branches of the decision it reaches.
"""

import json
import os
import time
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, Phase, given, seed, settings
from sqlalchemy.exc import SAWarning

from proof.agreement import Judge, World, worlds
from proof.grounds import Ground, PostgresGround, SqliteGround
from proof.tally import Tally
from proof.walled import WallJudge

SHAPES = int(os.environ.get("PROOF_SHAPES", "200"))
SEED = int(os.environ.get("PROOF_SEED", "4"))
SHRINK = bool(os.environ.get("PROOF_SHRINK"))
"""Whether the first world that differs is made smaller, which takes minutes."""
LEAST, LEAST_ON_SQLITE = 500, 200
"""How often a shape is judged at least, to be counted. SQLite has no wall and no locks: less can be asked of it."""
BATCH = 100
"""Hypothesis remembers all that it has drawn, so a long run is cut into batches, each with a seed of its own."""


pytestmark = pytest.mark.timeout(1800 if SHAPES <= 200 else 0)  # a long run has no end that is known


@pytest.fixture
def postgres(cluster: Any) -> Iterator[Ground]:
    """Give a database of PostgreSQL."""
    with cluster.database() as logins:
        ground = PostgresGround(logins, cluster.app)
        yield ground
        ground.close()


def prove(ground: Ground, shapes: int, least: int, *, batch: int = BATCH, first: int = SEED) -> Tally:
    """Draw worlds until so many shapes have been judged often enough; Hypothesis shrinks the first that differs."""
    tally, began, worlds_drawn = Tally(), time.monotonic(), count()

    def one(world: World) -> None:
        next(worlds_drawn)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # cartesian products, empty casts: what is drawn is not tidy
                Judge(world, ground, tally, WallJudge if ground.postgres else None).judge()
        finally:
            world.schema.registry.dispose()

    for number in count(first):
        left = shapes - len(tally.enough(least))
        drawn = given(world=worlds(postgres=ground.postgres))(one)
        chosen = settings(
            max_examples=max(min(batch, left // 2), 5),
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if SHRINK else [Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        )(drawn)
        seed(number)(chosen)()
        print(f"seed {number}: {len(tally.enough(least)):,} shapes, {tally.judgements:,} judgements", flush=True)
        if len(tally.enough(least)) >= shapes:
            break
    _tell(
        ground, tally, least, seeds=[first, number], worlds=next(worlds_drawn), seconds=round(time.monotonic() - began)
    )
    return tally


def _tell(ground: Ground, tally: Tally, least: int, **about: Any) -> None:
    """Print what was judged, and keep it where `PROOF_REPORT` says; `{}` in it stands for the database."""
    database = "postgresql" if ground.postgres else "sqlite"
    told = {
        "database": database,
        "sqlalchemy": sqlalchemy.__version__,
        **about,
        "shapes": len(tally.enough(least)),
        "judgements_of_a_shape_at_least": least,
        "judgements": tally.judgements,
        "disagreements": 0,
        "share_in_policies_that_are_neither_all_true_nor_all_false": round(tally.mixed(), 4),
        "the_same_for_each_action_by_itself": round(tally.mixed_by_action(), 4),
        "by_action": tally.by_action(),
    }
    print("", *(f"{name}: {value}" for name, value in told.items()), sep="\n", flush=True)
    path = os.environ.get("PROOF_REPORT")
    if path:
        Path(path.replace("{}", database)).write_text(json.dumps(told, indent=1) + "\n")


def test_gate_wall_and_reference_agree_on_postgres(postgres: Ground) -> None:
    """Gate and wall, each alone, decide about rows in PostgreSQL as the reference does in Python."""
    _judge(prove(postgres, SHAPES, LEAST), SHAPES, LEAST)


def test_gate_and_reference_agree_on_sqlite() -> None:
    """The gate decides about rows in SQLite as the reference does in Python."""
    _judge(prove(SqliteGround(), SHAPES // 4, LEAST_ON_SQLITE), SHAPES // 4, LEAST_ON_SQLITE)


def _judge(tally: Tally, shapes: int, least: int) -> None:
    assert len(tally.enough(least)) >= shapes
    assert tally.mixed() >= 0.3
    assert tally.mixed_by_action() >= 0.3
