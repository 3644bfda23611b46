"""What is mutated, and which tests should notice: the one place to change either."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOAL = 95
"""Percent of the mutants that the tests must kill."""


@dataclass(frozen=True)
class Target:
    """A file to mutate; `only` are the qualified names (or their beginnings, with a dot) that are meant, if not all."""

    path: str
    only: tuple[str, ...] = ()

    def means(self, function: str) -> bool:
        return not self.only or any(function == name or function.startswith(f"{name}.") for name in self.only)


@dataclass(frozen=True)
class Stage:
    """A selection of tests. A mutant comes to the next stage only if it survived this one.

    Args:
        name: for messages.
        paths: what pytest collects; a path that does not exist is left out.
        wanted: only tests whose id it finds are run.
        unwanted: tests whose id it finds are not.
        environment: set while they run.
        cases: how many cases of a test function are taken, at most, spread over its words and kinds.
        traced: of how many of them it is found out which lines they reach; the others of the function are like them.
        seconds: how long its tests may take on one mutant: each function's quickest case, then each one's second.
    """

    name: str
    paths: tuple[str, ...]
    wanted: str = ""
    unwanted: str = r"$^"
    environment: dict[str, str] = field(default_factory=dict)
    cases: int = 8
    traced: int = 2
    seconds: float = 2.5

    def takes(self, test: str) -> bool:
        here = test.startswith(tuple(f"{path}/" for path in self.paths))
        return here and re.search(self.wanted, test) is not None and re.search(self.unwanted, test) is None


TARGETS = (
    Target("src/rowgate/decision.py"),
    Target("src/rowgate/grammar.py"),
    *(Target(str(path.relative_to(ROOT))) for path in sorted((ROOT / "src/rowgate/gate").glob("*.py"))),
    Target("src/rowgate/session/connection.py"),
    Target("src/rowgate/session/context.py"),
    Target("src/rowgate/session/maker.py"),
    Target("src/rowgate/session/lifting.py"),
    Target("src/rowgate/session/memory.py"),
    Target("src/rowgate/session/sealed.py"),
    Target("src/rowgate/following.py"),
    Target("src/rowgate/permission.py"),
)  # fmt: skip
"""In the order in which they are judged."""

HEAVY = r"test_(floors|public_surface|variants_come_and_go|types_under_columns|messages_are_sent_only)"
"""What takes long, and says nothing of one line."""

WALL = r"test_(gate_and_wall|sessions|principals|raw|text)\.py"
"""What has a gate in front of the wall."""

STAGES = (
    Stage("unit", ("tests/unit",), unwanted=HEAVY, cases=1000, traced=1000, seconds=5),
    Stage(
        "sqlite", ("tests/postgres",), unwanted=rf"psycopg|asyncpg|aiosqlite|{HEAVY}", traced=8
    ),  # and what needs no driver
    Stage("postgres", ("tests/postgres",), wanted=r"\bpsycopg\b", unwanted=HEAVY, traced=4),
    Stage("wall", ("tests/wall",), wanted=WALL, unwanted=rf"asyncpg|psycopg_async|{HEAVY}", traced=4, seconds=4),
    Stage("async", ("tests/postgres",), wanted=r"aiosqlite|asyncpg", unwanted=HEAVY, cases=1, traced=0, seconds=0.5),
    Stage("trees", ("tests/proof",), unwanted="postgres", environment={"FUZZ_TREES": "150"}, traced=0, seconds=1.5),
)


def stages_here(names: Iterable[str] = ()) -> list[Stage]:
    """Return the stages of these names, or all, whose tests exist."""
    chosen = set(names) or {stage.name for stage in STAGES}
    return [stage for stage in STAGES if stage.name in chosen and any((ROOT / path).exists() for path in stage.paths)]
