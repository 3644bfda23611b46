"""Whether the fuzzer would notice: each decision of the gate is broken on purpose, and some tree must differ.

`FUZZ_SENSITIVITY` is the number of trees that each break is given.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from sqlalchemy import true

from proof.arena import Arena, Tree, sqlite_arena
from proof.trees import KINDS, WRITES, trees
from rowgate import decision
from rowgate.gate import following, reads, rows, upserts, writes

pytestmark = pytest.mark.filterwarnings("ignore:DISTINCT ON")
TREES = int(os.environ.get("FUZZ_SENSITIVITY", "1500"))
MODULES = [decision, following, reads, rows, upserts, writes]


class FoundError(Exception):
    """A tree that differs; its number is all that is asked."""


def _unrestricted(original: Any) -> Any:
    return lambda entry, *args, **kw: original(replace(entry, restricts=()), *args, **kw)


def _yes(original: Any) -> Any:
    del original
    return lambda *_args, **_kw: true()


def _nothing(value: Any) -> Callable[[Any], Any]:
    return lambda _original: lambda *_args, **_kw: value


def _unreturned(original: Any) -> Any:
    return lambda *args, **kw: original(*args, **{**kw, "returned": False})


def _no_masks_written(original: Any) -> Any:
    return lambda entry, variant, _columns, **kw: original(entry, variant, (), **kw)


BREAKS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "rows are read as if there were no restriction": ("readable", _unrestricted),
    "every row is read": ("readable", _yes),
    "no column is masked": ("masked", _nothing([])),
    "every row that is read may be written": ("writable", _yes),
    "rows are written as if there were no restriction": ("writable", _unrestricted),
    "masked columns may be overwritten": ("overwritable", _yes),
    "masked columns may be inserted": ("insertable", _no_masks_written),
    "every new row may be inserted": ("insertable", _yes),
    "a row that is inserted may be returned unread": ("insertable", _unreturned),
    "every row may come of an update": ("updatable", _yes),
    "a row that is updated may be returned unread": ("updatable", _unreturned),
    "a check of a tenant does not judge new rows": ("_carried", _nothing([])),
    "no update proves its new row": ("rechecked", _nothing(value=False)),
    "columns= covers everything": ("covering", _nothing({})),
    "can() says yes to every row": ("permitted", _yes),
    "can() permits what is read": ("permitted", lambda original: lambda entry, action, *a, **kw: original(entry, type(action).READ, *a, **kw)),
}  # fmt: skip


def trees_until_a_difference(arena: Arena, number: int, kinds: tuple[str, ...]) -> int | None:
    """Return how many trees were grown when the first one differed."""
    grown = count(1)

    @seed(7)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(tree=trees(postgres=arena.postgres, kinds=kinds))
    def one(tree: Tree) -> None:
        at = next(grown)
        if arena.check(tree) is not None:
            raise FoundError(at)

    try:
        one()
    except FoundError as error:
        return int(error.args[0])
    return None


READS = {"readable", "masked", "permitted"}
"""What reads ask, too: any tree may notice. The others are given writes alone."""


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_gate_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that decides one thing wrong differs from the truth within a bounded number of trees."""
    name, made = BREAKS[broken]
    original = getattr(decision, name)
    for module in MODULES:
        if getattr(module, name, None) is original:
            monkeypatch.setattr(module, name, made(original))
    found = trees_until_a_difference(sqlite_arena(), TREES, KINDS if name in READS else WRITES)
    print(f"{broken}: noticed at tree {found}")
    assert found is not None, f"{TREES} trees do not notice that {broken}"
