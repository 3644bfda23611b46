"""A process that has imported Rowgate and collected every test, so that a mutant's process starts at once.

It forks a child per mutant, and the child gives the changed function its new code, wherever that function is already known
(in a class, under a decorator, in a table of handlers), then runs the tests that reach the changed line. What cannot be
changed so (module and class level, defaults) or has run already while tests were collected says so: `forks` then imports it
anew.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

from .reach import Cold, Marked, Reach, in_turn
from .targets import ROOT, Stage, stages_here

OPTIONS = (
    "-q", "-s", "--no-header", "--tb=line", "--timeout=60", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # libraries are imported already
)  # fmt: skip
LIMIT = 1000
"""Tests of a stage that are tried on a mutant, each test function's first case before any second one."""
MEMORY = 6 * 2**30


class Server:
    """A pytest plugin: in place of the tests' run, it answers jobs."""

    def __init__(self, jobs: socket.socket, marked: Marked | None = None) -> None:
        self.jobs = jobs
        self.marked = marked
        self.failed: str | None = None
        self.stages: list[Stage] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        found = {
            stage.name: _sampled([i for i in session.items if stage.takes(i.nodeid)], stage.cases)
            for stage in self.stages
        }
        self.items: dict[str, list[pytest.Item]] = found
        self.by_id = {item.nodeid: item for item in session.items}  # a known killer need not be in the sample
        if self.marked:
            self._trace(self.marked)
            return True
        self.reach = Reach.load([stage.name for stage in self.stages]) or Reach.unknown(
            item.nodeid for items in found.values() for item in items
        )
        functions = _functions()
        gc.collect()
        gc.freeze()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self._tell()
        self._serve(functions)
        return True

    def _tell(self) -> None:
        self.jobs.send(json.dumps({"failed": self.failed}).encode())

    def _trace(self, marked: Marked) -> None:
        """Run every test on the source as it is, and note which lines each one reaches."""
        reach = Reach(marked.lines(), [stage.name for stage in self.stages])
        cold = Cold()
        for item, following in _pairs([item for items in self.items.values() for item in items]):
            cold.forget()
            began = time.monotonic()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            reach.learn(item.nodeid, marked.lines(), time.monotonic() - began)
            if self.failed is not None:
                break
        else:
            reach.save()
        self._tell()

    def _serve(self, functions: dict[tuple[str, str, int], list[FunctionType]]) -> None:
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
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for stream in (1, 2):
                os.dup2(log, stream)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            found = self._judge(job, functions)
        except BaseException:  # noqa: BLE001 - whatever it is, it is no verdict
            found = {"killer": None, "fault": traceback.format_exc()}
        finally:
            os.write(verdict, json.dumps(found).encode())
            os._exit(0)

    def _judge(self, job: dict[str, Any], functions: Any) -> dict[str, Any]:
        reached, early = self.reach.of(job["path"], job["lines"])
        chosen = [self.by_id[test] for test in job["likely"] if test in self.by_id]
        for name in job["stages"]:
            chosen += in_turn([i for i in self.items[name] if i.nodeid in reached], self.reach.seconds)[: job["limit"]]
        chosen = list(dict.fromkeys(chosen))
        if not replaced(job["path"], job["source"], functions):
            return {"killer": None, "fault": "", "anew": True, "tests": [item.nodeid for item in chosen]}
        for item, following in _pairs(chosen):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed is not None:
                self.session._setupstate.teardown_exact(None)
                return {"killer": self.failed, "fault": ""}
        return {"killer": None, "fault": "", "anew": early, "tests": [i.nodeid for i in chosen] if early else []}


def serve(jobs: socket.socket, stages: list[str]) -> None:
    """Collect the tests, and answer jobs until the other end is closed."""
    _collect(Server(jobs), stages)


def trace(jobs: socket.socket, stages: list[str]) -> None:
    """Run the tests of these stages, and save which lines each one reaches."""
    marked = Marked()
    sys.meta_path.insert(0, marked)
    _collect(Server(jobs, marked), stages)


def _collect(server: Server, stages: list[str]) -> None:
    server.stages = wanted = stages_here(stages)
    for stage in wanted:
        os.environ.update(stage.environment)
    paths = list(dict.fromkeys(path for stage in wanted for path in stage.paths if (ROOT / path).exists()))
    code = pytest.main([*OPTIONS, *paths], plugins=[server])
    if not hasattr(server, "session"):
        server.jobs.send(json.dumps({"failed": f"collection: pytest ended with {code}"}).encode())


def _sampled(items: list[pytest.Item], most: int) -> list[pytest.Item]:
    """Return at most so many cases of each test function, spread over all of them."""
    groups: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        groups[item.nodeid.partition("[")[0]].append(item)
    return [one for group in groups.values() for one in group[:: -(-len(group) // most)]]


def _pairs(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _functions() -> dict[tuple[str, str, int], list[FunctionType]]:
    """Return every function of Rowgate that is known anywhere, by its place."""
    found: defaultdict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
    source = str(ROOT / "src")
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(source):
            code = one.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(one)
    return found


def replaced(path: str, source: str, functions: dict[tuple[str, str, int], list[FunctionType]]) -> bool:
    """Give the functions that a change concerns their new code; return whether that is all that the change does."""
    file = str(ROOT / path)
    old = compile((ROOT / path).read_text(encoding="utf-8"), file, "exec", dont_inherit=True)
    new = compile(source, file, "exec", dont_inherit=True)
    pairs = _changed(old, new)
    if not pairs:
        return False
    for before, after in pairs:
        known = functions.get((file, before.co_qualname, before.co_firstlineno))
        if not known or len(before.co_freevars) != len(after.co_freevars):
            return False
        for function in known:
            function.__code__ = after
    return True


def _changed(old: CodeType, new: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """Return the functions that differ, in a module or a class; None if more than functions differs."""
    if _bare(old) != _bare(new):
        return None
    found: list[tuple[CodeType, CodeType]] = []
    for before, after in zip(_inner(old), _inner(new), strict=True):
        if before.co_flags & 0x02:  # a function: it has locals of its own
            found += [(before, after)] if before != after else []
        elif before != after:
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
