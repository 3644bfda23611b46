"""Which lines of the targets each test reaches: a mutant is tried on the tests that run its line, and on no others."""

import ast
import builtins
import gzip
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
import weakref
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from .load import Loader, module_name
from .record import salt
from .targets import ROOT, TARGETS

CACHE = ROOT / ".cache/mutation/reach.json.gz"
NOTE = "rowgate_mutation_note"
Lines = set[tuple[str, int]]


class Marked(importlib.abc.MetaPathFinder):
    """Imports the targets with a note before each statement of their functions: it costs little, a trace function a lot."""

    def __init__(self) -> None:
        self.paths = {module_name(target.path): target.path for target in TARGETS}
        self.places: list[tuple[str, int, int]] = []
        self.reached: set[int] = set()
        self.noted: set[int] = set()
        self.trees: list[ast.AST] = []  # kept, so that no id comes twice
        setattr(builtins, NOTE, self.reached.add)

    def find_spec(self, fullname: str, _path: Any = None, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.paths:
            return None
        file = ROOT / self.paths[fullname]
        tree = ast.parse(file.read_bytes())
        self.trees.append(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._mark(node, self.paths[fullname])
        text = ast.unparse(ast.fix_missing_locations(tree))
        return importlib.util.spec_from_file_location(fullname, file, loader=Loader(fullname, str(file), text))

    def _mark(self, function: ast.AST, path: str) -> None:
        for node in ast.walk(function):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):
                    setattr(node, field, [new for one in block for new in self._noted(one, path)])

    def _noted(self, statement: ast.stmt, path: str) -> list[ast.stmt]:
        if id(statement) in self.noted or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            return [statement]
        inner = getattr(statement, "body", None)
        last = max(statement.lineno, inner[0].lineno - 1) if inner else statement.end_lineno or statement.lineno
        self.places.append((path, statement.lineno, last))
        note = ast.parse(f"{NOTE}({len(self.places) - 1})").body[0]
        self.noted |= {id(statement), id(note)}
        return [note, statement]

    def lines(self) -> Lines:
        """Return the lines of the statements that have run since this was asked last."""
        found = {
            (path, n)
            for path, first, last in map(self.places.__getitem__, self.reached)
            for n in range(first, last + 1)
        }
        self.reached.clear()
        return found


class Cold:
    """Lets Rowgate forget what it keeps from one statement to the next, or a test would reach only what none has before."""

    def __init__(self) -> None:
        from rowgate.session.connection import GuardedEngine
        from rowgate.session.maker import GuardedSessionmaker

        self.kept: weakref.WeakSet[Any] = weakref.WeakSet()
        for made in (GuardedEngine, GuardedSessionmaker):
            self._watch(made)
        modules = [module for name, module in sys.modules.items() if name.startswith("rowgate.")]
        caches = {id(one): one for module in modules for one in vars(module).values() if hasattr(one, "cache_clear")}
        self.caches = list(caches.values())

    def _watch(self, made: Any) -> None:
        plain, kept = made.__init__, self.kept

        def watched(self: Any, *args: Any, **kw: Any) -> None:
            plain(self, *args, **kw)
            kept.add(self)

        made.__init__ = watched

    def forget(self) -> None:
        for one in self.caches:
            one.cache_clear()
        for one in self.kept:
            one._variants.clear()  # with each dialect goes what SQLAlchemy has compiled for it


class Reach:
    """What every test reaches."""

    def __init__(self, early: Lines, stages: Iterable[str] = ()) -> None:
        self.early = early
        self.stages = list(stages)
        self.seconds: dict[str, float] = {}
        self.names: list[str] = []
        self.of_line: defaultdict[tuple[str, int], set[int]] = defaultdict(set)

    @classmethod
    def unknown(cls, tests: Iterable[str]) -> "Reach":
        """Return what is to be thought without knowledge: that any test may reach any line."""
        made = cls(set())
        made.names = list(tests)
        return made

    def learn(self, test: str, lines: Lines, seconds: float) -> None:
        self.seconds[test] = seconds
        self.names.append(test)
        for line in lines:
            self.of_line[line].add(len(self.names) - 1)

    def of(self, path: str, ranges: Iterable[tuple[int, int]]) -> tuple[set[str], bool]:
        """Return the tests that reach the first of these ranges that any test reaches, or all; whether it has run before."""
        for first, last in ranges:
            lines = [(path, number) for number in range(first, last + 1)]
            reached = {self.names[n] for line in lines for n in self.of_line.get(line, ())}
            if reached:
                return reached, any(line in self.early for line in lines)
        return set(self.names), True

    def save(self) -> None:
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        data = {
            "salt": salt(),
            "stages": self.stages,
            "early": sorted(self.early),
            "seconds": self.seconds,
            "lines": [[path, line, sorted(tests)] for (path, line), tests in self.of_line.items()],
        }
        partial = CACHE.with_suffix(".part")
        partial.write_bytes(gzip.compress(json.dumps(data).encode(), 3))
        partial.replace(CACHE)

    @classmethod
    def load(cls, stages: Iterable[str]) -> "Reach | None":
        """Return what is known for this very tree and at least these stages, or None."""
        if not Path(CACHE).exists():
            return None
        data = json.loads(gzip.decompress(CACHE.read_bytes()))
        if data["salt"] != salt() or not set(data.get("stages", ())).issuperset(stages):
            return None
        made = cls({(path, line) for path, line in data["early"]})
        made.seconds = data["seconds"]
        made.names = list(made.seconds)
        made.of_line.update({(path, line): set(tests) for path, line, tests in data["lines"]})
        return made


def in_turn(items: list[pytest.Item], seconds: dict[str, float]) -> list[pytest.Item]:
    """Return tests in the order to try them: each function's quickest case, then each one's second, and so on."""
    groups: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in sorted(items, key=lambda i: seconds.get(i.nodeid, 1.0)):
        groups[item.nodeid.partition("[")[0]].append(item)
    numbered = [(n, seconds.get(i.nodeid, 1.0), i) for group in groups.values() for n, i in enumerate(group)]
    return [item for _, _, item in sorted(numbered, key=lambda one: one[:2])]
