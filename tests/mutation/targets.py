"""What is mutated, and which tests should notice: the one place to change either."""

import re
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
    """

    name: str
    paths: tuple[str, ...]
    wanted: str = ""
    unwanted: str = r"$^"
    environment: dict[str, str] = field(default_factory=dict)

    def takes(self, test: str) -> bool:
        return re.search(self.wanted, test) is not None and re.search(self.unwanted, test) is None


TARGETS = (
    Target("src/rowgate/decision.py"),
    Target("src/rowgate/grammar.py"),
    *(Target(str(path.relative_to(ROOT))) for path in sorted((ROOT / "src/rowgate/gate").glob("*.py"))),
    Target("src/rowgate/session/connection.py"),
    Target("src/rowgate/session/context.py"),
    Target(
        "src/rowgate/session/maker.py",
        only=("Guarded", "GuardedSessionmaker.__call__", "GuardedSessionmaker.system", "_guarded", "_after_begin",
              "_before_attach", "_do_orm_execute"),
    ),
)  # fmt: skip

STAGES = (
    Stage("unit", ("tests/unit",), unwanted=r"test_(floors|public_surface)\.py"),
    Stage("sqlite", ("tests/postgres",), wanted=r"\[sqlite\b"),
    Stage("trees", ("tests/proof",), unwanted="postgres", environment={"FUZZ_TREES": "150"}),
    Stage("postgres", ("tests/postgres",), wanted=r"^(?!.*(sqlite|psycopg_async|asyncpg))"),
    Stage("conformance", ("tests/conformance",), wanted=r"\[(sqlite|psycopg)-"),
)
