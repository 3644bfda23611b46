"""Which lines of the targets each test reaches: a mutant is tried on the tests that run its line, and on no others.

It is kept from one run to the next by function and by the line in it. What has changed since is asked again (test files), or
known less exactly (functions: whoever came by there before may come by any line of it). It only chooses tests: what is wrong
in it can make a survivor, never a kill.
"""

import ast
import builtins
import gzip
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from .load import Loader, module_name
from .operators import Finder, fingerprints
from .targets import ROOT, TARGETS

CACHE = ROOT / ".cache/mutation/reach.json.gz"
NOTE = "rowgate_mutation_note"
AROUND = 8
"""Lines before and after."""
Place = tuple[str, str, int]
"""File, function, and the line in it; -1 for any."""


class Marked(importlib.abc.MetaPathFinder):
    """Imports the targets with a note before each statement of their functions: it costs little, a trace function a lot."""

    def __init__(self) -> None:
        self.paths = {module_name(target.path): target.path for target in TARGETS}
        self.places: list[tuple[str, int, int]] = []
        self.reached: set[int] = set()
        self.noted: set[int] = set()
        self.trees: list[ast.AST] = []  # kept, so that no id comes twice
        self.owners = Owners()
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

    def lines(self) -> set[Place]:
        """Return the lines of the statements that have run since this was asked last."""
        found = {
            self.owners.place(path, number)
            for path, first, last in map(self.places.__getitem__, self.reached)
            for number in range(first, last + 1)
        }
        self.reached.clear()
        return found


class Owners:
    """Tells of a line which function it is in, by the source as it is."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[int, int, str]]] = {}
        self.hashes: dict[tuple[str, str], str] = {}
        for target in TARGETS:
            source = (ROOT / target.path).read_text(encoding="utf-8")
            owned: Any = Finder(source).owned(ast.parse(source))
            self.spans[target.path] = [(n.lineno, n.end_lineno, o) for o, n in owned if hasattr(n, "args")]
            self.hashes |= {(target.path, name): value for name, value in fingerprints(source).items()}

    def place(self, path: str, line: int) -> Place:
        """Return the function of a line, and how far down it is."""
        for first, last, name in self.spans[path]:
            if first <= line <= last:
                return path, name, line - first
        return path, "<module>", line


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
    """What every test reaches, and how long it takes."""

    def __init__(self) -> None:
        self.owners = Owners()
        self.early: set[Place] = set()
        self.files: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self.of: defaultdict[Place, set[str]] = defaultdict(set)

    def learn(self, test: str, places: Iterable[Place], seconds: float) -> None:
        self.seconds[test] = seconds
        for place in places:
            self.of[place].add(test)

    def tests(self, path: str, ranges: Iterable[tuple[int, int]], *, patient: bool) -> tuple[set[str], bool]:
        """Return the tests, and their functions, that reach the first of these ranges that any does, or all of them.

        And whether the lines have run while the tests were collected (or then only). Of a function that nothing runs there
        are none.
        """
        functions = {self.owners.place(path, first)[1] for first, _ in ranges}
        for first, last in ranges:
            exact = {self.owners.place(path, number) for number in range(first, last + 1)}
            places = exact | {(path, function, -1) for _, function, _ in exact}
            found = {test for place in places for test in self.of.get(place, ())}
            if found:
                return _with_functions(found), patient and not places.isdisjoint(self.early)
        if "<module>" in functions or any((path, name) in self._early for name in functions):
            return _with_functions(self.seconds), True
        return set(), False

    @cached_property
    def _early(self) -> set[tuple[str, str]]:
        return {(path, function) for path, function, _ in self.early}

    def prepare(self) -> None:
        """Work out once what every mutant asks for."""
        _ = self._functions, self._lines, self._early

    def near(self, path: str, ranges: Iterable[tuple[int, int]]) -> dict[str, float]:
        """Return how rare the lines are, at these and a little around in the same function, that tests reach, by function."""
        found: Counter[str] = Counter()
        (first, last), *_ = ranges
        _, function, _ = self.owners.place(path, first)
        for number in range(first - AROUND, last + AROUND + 1):
            place = self.owners.place(path, number)
            tests = {test.partition("[")[0] for test in self.of.get(place, ())}
            for test in tests if place[1] == function else ():
                found[test] += 1 / len(tests)
        return found

    def may(self, test: str, reached: set[str]) -> bool:
        """Return whether a test is among these, or it is not known what it reaches and one of its function is."""
        if test in self.seconds:
            return test in reached
        function = test.partition("[")[0]
        return function in reached or function not in self._functions

    def cost(self, test: str) -> float:
        """Return how many seconds a test takes, or one of its function."""
        found = self.seconds.get(test)
        return self._functions.get(test.partition("[")[0], 1.0) if found is None else found

    def worth(self, test: str) -> float:
        """Return how many lines a test reaches for its time."""
        return self._lines.get(test.partition("[")[0], 0) / (self.cost(test) + 0.02)

    @cached_property
    def _lines(self) -> Counter[str]:
        return Counter(name for tests in self.of.values() for name in {test.partition("[")[0] for test in tests})

    @cached_property
    def _functions(self) -> dict[str, float]:
        return {test.partition("[")[0]: seconds for test, seconds in self.seconds.items()}

    def add(self, other: "Reach") -> None:
        self.early |= other.early
        self.files |= other.files
        self.seconds |= other.seconds
        for place, tests in other.of.items():
            self.of[place] |= tests

    def save(self, path: Path = CACHE) -> None:
        """Write it down."""
        names = list(self.seconds)
        number = {name: n for n, name in enumerate(names)}
        known = {(file, function) for file, function, _ in {*self.of, *self.early}}
        data = {
            "targets": sorted(target.path for target in TARGETS),
            "files": self.files,
            "hashes": [[*one, self.owners.hashes[one]] for one in sorted(known) if one in self.owners.hashes],
            "early": sorted(self.early),
            "seconds": self.seconds,
            "of": [[*place, sorted(number[test] for test in tests)] for place, tests in self.of.items()],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_bytes(gzip.compress(json.dumps(data).encode(), 3))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path = CACHE) -> "Reach":
        """Return what is still known: nothing of tests whose file has changed, little of functions that have.

        Nothing at all if a target is new: no test has been asked whether it comes by there, and all of it would survive.
        """
        made = cls()
        if not path.exists():
            return made
        data = json.loads(gzip.decompress(path.read_bytes()))
        if not {target.path for target in TARGETS} <= set(data.get("targets", ())):
            return made
        made.files = {file: value for file, value in data["files"].items() if file_hash(file) == value}
        names = [test if test.partition("::")[0] in made.files else None for test in data["seconds"]]
        made.seconds = {test: seconds for test, seconds in data["seconds"].items() if test in set(names)}
        hashes = {(path, function): value for path, function, value in data["hashes"]}

        def place(path: str, function: str, line: int) -> Place:
            same = hashes.get((path, function)) == made.owners.hashes.get((path, function))
            return path, function, line if same else -1

        made.early = {place(*one) for one in data["early"]}
        for path_, function, line, tests in data["of"]:
            found = {name for n in tests if (name := names[n]) is not None}
            if found:
                made.of[place(path_, function, line)] |= found
        return made


def _with_functions(tests: Iterable[str]) -> set[str]:
    return {name for test in tests for name in (test, test.partition("[")[0])}


def file_hash(path: str) -> str:
    """Return a hash of a file of tests; nothing if there is none."""
    file = ROOT / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.exists() else ""


def in_turn(items: list[pytest.Item], reach: Reach, near: dict[str, float], budget: float) -> list[pytest.Item]:
    """Return the tests to try, in order, within so many seconds.

    By turns one that comes by rarely reached lines near by (an error that is raised there is the one to be noticed), and one
    that reaches much for its time; of each function one case, then of each a second one.
    """
    rare = _by_cases(items, lambda i: near.get(i.nodeid.partition("[")[0], 0.0))
    rich = _by_cases(items, lambda i: reach.worth(i.nodeid))
    chosen: list[pytest.Item] = []
    for item in dict.fromkeys(one for pair in zip(rare, rich, strict=True) for one in pair):
        budget -= reach.cost(item.nodeid)
        if budget < 0 and chosen:
            break
        chosen.append(item)
    return chosen


def _by_cases(items: list[pytest.Item], value: Callable[[pytest.Item], float]) -> list[pytest.Item]:
    cases: Counter[str] = Counter()
    numbered = []
    for item in sorted(items, key=value, reverse=True):
        function = item.nodeid.partition("[")[0]
        numbered.append((cases[function], item))
        cases[function] += 1
    return [item for _, item in sorted(numbered, key=lambda one: one[0])]
