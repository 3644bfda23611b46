"""A process that has imported Rowgate, collected every test and made the databases: a mutant's process starts at once.

It forks a child per mutant, and the child gives the changed function its new code, wherever that function is already known
(in a class, under a decorator, in a table of handlers), or a constant its new value, then runs the tests that reach the
changed line. What cannot be changed so (such as the fields of a dataclass) says so, and `forks` imports it anew; so is
what runs while the tests are collected and never again; of a second look at a survivor (`--patience`), all that has run then. When a test has failed, it is run once more on the source as it is: one that fails there too has found nothing.
"""

import asyncio
import gc
import json
import os
import re
import resource
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType, NoneType
from typing import Any

import pytest

from .load import module_name
from .reach import Cold, Marked, Reach, file_hash, in_turn
from .targets import ROOT, TARGETS, Stage, stages_here

OPTIONS = (
    "-q", "-s", "--no-header", "--tb=line", "--timeout=60", "--assert=plain",  # its hook would import the targets in our place
    "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestUnraisableExceptionWarning",  # of what was garbage before a mutant began
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # libraries are imported already
)  # fmt: skip
MEMORY = 6 * 2**30
Functions = dict[tuple[str, str, int], list[FunctionType]]
"""By file, qualified name and first line."""
SOURCES: dict[str, str] = {}
"""The files as they were when they were imported: somebody may be at work on them."""


class Server:
    """A pytest plugin: in place of the tests' run, it answers jobs."""

    def __init__(self, jobs: socket.socket, marked: Marked | None = None, part: tuple[int, int] = (0, 1)) -> None:
        self.jobs = jobs
        self.marked = marked
        self.part = part
        self.failed: str | None = None
        self.rooms: dict[str, Callable[[], None]] = {}
        """What puts a database in order after a mutant that was stopped half-way, or whose fixture failed."""
        self.stages: list[Stage] = []
        self.databases: Any = None
        self.runner: Any = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid
            print(report.longreprtext)  # into the mutant's log

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        yield
        if fixturedef.argname in ("databases", "runner") and fixturedef.cached_result[2] is None:
            setattr(self, fixturedef.argname, fixturedef.cached_result[0])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        self.cold = Cold()
        self.by_id = {item.nodeid: item for item in session.items}  # a known killer need not be in the sample
        self.ends = list({item.path: item for item in session.items}.values())
        self.items: dict[str, list[pytest.Item]] = {
            stage.name: _sampled([i for i in session.items if stage.takes(i.nodeid)], stage.cases)
            for stage in self.stages
        }
        if self.marked:
            self._trace(self.marked)
            return True
        self.reach = Reach.load()
        self.reach.prepare()
        for target in TARGETS:
            SOURCES[str(ROOT / target.path)] = (ROOT / target.path).read_text(encoding="utf-8")
        self._warm()
        functions = _functions()
        gc.collect()
        gc.freeze()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self._tell()
        self._serve(functions)
        return True

    def _tell(self) -> None:
        answer = json.dumps({"failed": self.failed, "tests": list(self.by_id) if self.marked is None else []})
        path = Path(tempfile.mkstemp(prefix="rowgate-mutation-")[1])
        path.write_text(answer, encoding="utf-8")
        self.jobs.send(str(path).encode())

    # Before

    def _trace(self, marked: Marked) -> None:
        """Run the tests that nothing is known of, on the source as it is, and note which lines each one reaches."""
        known, reach = Reach.load(), Reach()
        reach.early = marked.lines()
        chosen = [item for stage in self.stages for item in _sampled(self.items[stage.name], stage.traced)]
        items = [item for item in chosen if item.nodeid not in known.seconds]
        files = {item.nodeid.partition("::")[0] for item in items}
        for item, following in self._pairs(items[self.part[0] :: self.part[1]]):
            self.cold.forget()
            began, self.failed = time.process_time(), None  # others may be at work here
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            places = marked.lines()
            if self.failed is None:  # one that fails on the source as it is would notice every mutant
                reach.learn(item.nodeid, places, time.process_time() - began)
        reach.files = {file: file_hash(file) for file in sorted(files)}
        reach.save(part_of_cache(self.part[0]))
        self.failed = None
        self.session._setupstate.teardown_exact(None)
        self._tell()

    def _warm(self) -> None:
        """Make the databases, and nothing of Rowgate: what is rendered, a mutant must render."""
        self.folder = Path(tempfile.mkdtemp(prefix="rowgate-mutation-"))
        first = next((i for i in self.session.items if "databases" in getattr(i, "fixturenames", ())), None)
        if first is None:
            return
        first.ihook.pytest_runtest_protocol(item=first, nextitem=self._other(first))
        self.backends = [self.databases(driver) for driver in self.drivers()]
        for backend in self.backends:
            backend.__dict__.pop("Session", None)
            if backend.is_sqlite:
                backend.reset()
        self.rooms = {one.driver: room for one in self.backends if (room := _room(one)) is not None}

    @staticmethod
    def drivers() -> tuple[str, ...]:
        return ("sqlite", "aiosqlite", "psycopg", "psycopg_async", "asyncpg")

    def _other(self, item: pytest.Item) -> pytest.Item:
        """Return a next test, before which all of this one is torn down but what the session shares."""
        away = [one for one in self.ends if one.path.parent != item.path.parent]
        return away[0] if away else next((one for one in self.ends if one.path != item.path), item)

    def _pairs(self, items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item]]:
        following = [*items[1:], self._other(items[-1])] if items else []
        return zip(items, following, strict=True)

    # A mutant

    def _serve(self, functions: Functions) -> None:
        while True:
            data, handles, _, _ = socket.recv_fds(self.jobs, 2**20, 2)
            if not data:
                return
            pid = os.fork()
            if not pid:
                self._child(json.loads(data), handles, functions)
            for handle in handles:
                os.close(handle)
            self.jobs.send(str(pid).encode())

    def _child(self, job: dict[str, Any], handles: list[int], functions: Any) -> None:
        verdict, log = handles
        found: dict[str, Any] = {"killer": None, "fault": "it did not get so far"}
        try:
            os.setpgid(0, 0)
            gc.disable()  # it lives for seconds, and a tenth of them went there
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for stream in (1, 2):
                os.dup2(log, stream)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            found = self._apart(job, functions)
            if found["killer"] is not None and "::" in found["killer"]:
                self._fresh([self.by_id[found["killer"]]])
                self._run([self.by_id[found["killer"]]])
                found["unsteady"] = self.failed is not None
                self._leave()
        except BaseException:  # noqa: BLE001 - whatever it is, it is no verdict
            found = {"killer": None, "fault": traceback.format_exc()}
        finally:
            os.write(verdict, json.dumps(found).encode())
            os._exit(0)

    def _apart(self, job: dict[str, Any], functions: Any) -> dict[str, Any]:
        """Judge the mutant in a child of its own, so that this one knows nothing of it."""
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            found: dict[str, Any] = {"killer": None, "fault": "it did not get so far"}
            try:
                found = self._judge(job, functions)
                self._leave()
            except BaseException:  # noqa: BLE001 - whatever it is, it is no verdict
                found = {"killer": None, "fault": traceback.format_exc()}
            finally:
                os.write(writing, json.dumps(found).encode())
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        os.waitpid(pid, 0)
        return json.loads(told) if told else {"killer": "crash", "fault": ""}

    def _judge(self, job: dict[str, Any], functions: Any) -> dict[str, Any]:
        reached, early = self.reach.tests(job["path"], job["lines"], patient=job["patience"] > 1)
        chosen = [self.by_id[test] for test in job["likely"] if test in self.by_id]
        near = self.reach.near(job["path"], job["lines"])
        for stage in self.stages:
            if stage.name in job["stages"]:
                here = [i for i in self.items[stage.name] if self.reach.may(i.nodeid, reached)]
                chosen += in_turn(here, self.reach, near, stage.seconds * job["patience"])
        unsteady = set(job["unsteady"])
        chosen = list(dict.fromkeys(item for item in chosen if item.nodeid not in unsteady))
        names = [item.nodeid for item in chosen]
        if not replaced(job["path"], job["source"], functions):
            return {"killer": None, "fault": "", "anew": True, "tests": names}
        self._fresh(chosen)
        self._run(chosen)
        return {"killer": self.failed, "fault": "", "anew": early, "tests": names if early else []}

    def _run(self, items: list[pytest.Item]) -> None:
        for item, following in self._pairs(items):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed is not None:
                return

    def _fresh(self, items: list[pytest.Item]) -> None:
        """Forget what has been rendered; put in order the databases of these tests."""
        self.failed = None
        self.cold.forget()
        if self.runner is not None:
            self.runner._loop = asyncio.new_event_loop()  # the other one's queue is the parent's too
        for n, backend in enumerate(getattr(self, "backends", ())):
            backend.__dict__.pop("Session", None)
            mark = self.folder / str(n)
            backend.state["dirty"] = not backend.is_sqlite and not mark.exists()
        for mark in self.folder.iterdir():
            mark.unlink()
        for driver, tidy in self.rooms.items():
            if "sqlite" in driver or any(re.search("psycopg|asyncpg", one.nodeid) for one in items):
                tidy()

    def _leave(self) -> None:
        """Say which rows are as they were, so that the next child need not put them in again."""
        for n, backend in enumerate(getattr(self, "backends", ())):
            if not backend.state["dirty"]:
                (self.folder / str(n)).touch()


def _room(backend: Any) -> Callable[[], None] | None:
    """Return what makes a database as it is now, but for the rows of a PostgreSQL; None where another one does it."""
    if backend.is_sqlite:
        file = Path(str(backend.owner.url.database))
        content = file.read_bytes()
        return lambda: None if file.read_bytes() == content else _put(file, content)
    return None if backend.is_async else partial(_clear, backend.owner, _found(backend.owner))


def _put(file: Path, content: bytes) -> None:
    file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
    file.write_bytes(content)


_OBJECTS = """
    SELECT 'SCHEMA ' || quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'
    UNION ALL
    SELECT 'TABLE ' || oid::regclass FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""


def _found(owner: Any) -> set[str]:
    with owner.connect() as connection:
        return {row[0] for row in connection.exec_driver_sql(_OBJECTS)}


def _clear(owner: Any, known: set[str]) -> None:
    if strange := _found(owner) - known:
        with owner.begin() as connection:
            for one in sorted(strange, reverse=True):  # tables first
                connection.exec_driver_sql(f"DROP {one} CASCADE".replace("%", "%%"))


def serve(jobs: socket.socket, stages: list[str]) -> None:
    """Collect the tests, and answer jobs until the other end is closed."""
    _collect(Server(jobs), stages)


def trace(jobs: socket.socket, stages: list[str], part: tuple[int, int]) -> None:
    """Run the tests that nothing is known of, this part of them, and save which lines each one reaches."""
    marked = Marked()
    sys.meta_path.insert(0, marked)
    _collect(Server(jobs, marked, part), stages)


def part_of_cache(number: int) -> Path:
    """Return the file for what one of several processes has found."""
    return ROOT / f".cache/mutation/reach-{number}.gz"


def _collect(server: Server, stages: list[str]) -> None:
    server.stages = wanted = stages_here(stages)
    for stage in wanted:
        os.environ.update(stage.environment)
    paths = list(dict.fromkeys(path for stage in wanted for path in stage.paths if (ROOT / path).exists()))
    code = pytest.main([*OPTIONS, *paths], plugins=[server])
    if not hasattr(server, "session"):
        server.by_id = {}
        server.failed = f"collection: pytest ended with {code}"
        server._tell()


def _sampled(items: list[pytest.Item], most: int) -> list[pytest.Item]:
    """Return at most so many cases of each test function, spread over all of them."""
    groups: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        groups[item.nodeid.partition("[")[0]].append(item)
    return [one for group in groups.values() for one in group[:: -(-len(group) // most)]] if most else []


def _functions() -> Functions:
    """Return every function of Rowgate that is known anywhere, by its place."""
    found: defaultdict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
    source = str(ROOT / "src")
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(source):
            code = one.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(one)
    return found


def replaced(path: str, source: str, functions: Functions) -> bool:
    """Change what is imported as this source has it; return whether that could be done.

    Functions get their new code and defaults; constants of the module and of its classes their new value.
    """
    file = str(ROOT / path)
    old = compile(SOURCES[file], file, "exec", dont_inherit=True)
    new = compile(source, file, "exec", dont_inherit=True)
    pairs = _changed(old, new)
    if pairs is None:
        return _patched(path, old, new, functions)
    for before, after in pairs:
        known = functions.get((file, before.co_qualname, before.co_firstlineno))
        if not known or len(before.co_freevars) != len(after.co_freevars):
            return False
        for function in known:
            function.__code__ = after
    return bool(pairs)


def _patched(path: str, old: CodeType, new: CodeType, functions: Functions) -> bool:
    """Run the module twice, apart, as it is and as it would be, and change the one that is imported where they differ."""
    name = module_name(path)
    before, after = _run_apart(name, old), _run_apart(name, new)
    return _differences(vars(sys.modules[name]), before, after, functions)


def _run_apart(name: str, code: CodeType) -> dict[str, Any]:
    made = ModuleType(name)
    made.__package__, made.__file__ = name.rpartition(".")[0], code.co_filename
    exec(code, vars(made))
    return vars(made)


PLAIN = (bool, int, str, NoneType, frozenset, set, tuple, list, dict, re.Pattern)


def _differences(live: Any, before: Any, after: Any, functions: Functions) -> bool:
    found = False
    for name in after:
        one, other = before.get(name), after[name]
        if isinstance(other, FunctionType) and isinstance(one, FunctionType):
            found |= _defaults(one, other, functions)
        elif (
            isinstance(other, type)
            and isinstance(one, type)
            and other.__module__ == after.get("__name__", other.__module__)
        ):
            if isinstance(live.get(name), type) and one is not other:
                found |= _class(live[name], one, other, functions)
        elif isinstance(other, PLAIN) and isinstance(one, PLAIN) and _differ(one, other):
            mine = live.get(name)
            for module in list(sys.modules.values()):  # whoever has imported it by its name
                if module.__name__.startswith("rowgate") and mine is not None and getattr(module, name, None) is mine:
                    setattr(module, name, other)
            live[name] = other
            found = True
    return found


def _class(live: type[Any], before: type[Any], after: type[Any], functions: Functions) -> bool:
    found = False
    for name, other in vars(after).items():
        one = vars(before).get(name)
        if isinstance(other, FunctionType) and isinstance(one, FunctionType):
            found |= _defaults(one, other, functions)
        elif isinstance(other, PLAIN) and isinstance(one, PLAIN) and _differ(one, other) and not name.startswith("__"):
            if issubclass(live, Enum):  # whose members stand as they are
                return False
            setattr(live, name, other)
            found = True
    return found


def _differ(one: Any, other: Any) -> bool:
    sets = isinstance(one, set | frozenset)  # whose order says nothing
    return type(one) is not type(other) or one != other or (not sets and repr(one) != repr(other))


def _defaults(before: FunctionType, after: FunctionType, functions: Functions) -> bool:
    if not _differ((before.__defaults__, before.__kwdefaults__), (after.__defaults__, after.__kwdefaults__)):
        return False
    code = before.__code__
    known = functions.get((code.co_filename, code.co_qualname, code.co_firstlineno), [])
    for function in known:
        function.__defaults__, function.__kwdefaults__ = after.__defaults__, after.__kwdefaults__
    return bool(known)


def _changed(old: CodeType, new: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """Return the functions that differ, in a module or a class; None if more than functions differs."""
    if _bare(old) != _bare(new):
        return None
    found: list[tuple[CodeType, CodeType]] = []
    for before, after in zip(_inner(old), _inner(new), strict=True):
        if before.co_flags & 0x02:  # a function: it has locals of its own
            found += [(before, after)] if _whole(before) != _whole(after) else []
        else:
            deeper = _changed(before, after)
            if deeper is None:
                return None
            found += deeper
    return found


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _bare(code: CodeType) -> tuple[Any, ...]:
    consts = tuple("code" if isinstance(one, CodeType) else (type(one), one) for one in code.co_consts)
    return code.co_code, code.co_names, code.co_name, repr(consts)


def _whole(code: CodeType) -> tuple[Any, ...]:
    """Return all of a function but the lines that it stands on."""
    variables = code.co_varnames, code.co_freevars, code.co_cellvars, code.co_argcount, code.co_kwonlyargcount
    return *_bare(code), code.co_flags, *variables, code.co_exceptiontable, tuple(map(_whole, _inner(code)))
