"""One mutant, one process, one selection of tests.

A process is forked from this one, which has imported every library but not Rowgate: that costs 0.4 seconds, not four. It
imports the mutated module in place of the real one, as if the file had been edited: module level, decorators and classes
are mutated like all else. Nothing is written into the source tree.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, NoReturn

import pytest

from .targets import ROOT, Stage

LIBRARIES = (
    "asyncpg", "aiosqlite", "hypothesis", "psycopg", "pytest_asyncio", "pytest_timeout", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.ext.asyncio",
)  # fmt: skip
OPTIONS = (
    "-x", "-q", "--no-header", "--tb=short", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "-W",
    "ignore::pytest.PytestAssertRewriteWarning",  # they are imported already: that is what makes a fork quick
)  # fmt: skip
MEMORY = 6 * 2**30
NOTHING_RUN = 5


@dataclass(frozen=True)
class Verdict:
    """What a process found: `killer` is the test that noticed, or "import", "timeout" or "crash"; None: nobody did."""

    killer: str | None
    seconds: float
    fault: str = ""
    """Why it is no verdict at all."""


@dataclass
class Job:
    """Tests to run on a changed file: those of a stage, or those that are named, whichever stage they are of."""

    path: str | None
    source: str
    stage: Stage
    tests: tuple[str, ...] = ()
    seconds: float = 600
    done: Callable[[Verdict], "Job | None"] = field(default=lambda _verdict: None)
    """Says what to do next for this mutant."""


class Mutated(importlib.abc.MetaPathFinder):
    """Imports one module from another text."""

    def __init__(self, path: str, source: str) -> None:
        self.path = str(ROOT / path)
        self.name = path.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self.source = source

    def find_spec(self, fullname: str, _path: Any = None, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = Loader(fullname, self.path)
        loader.source = self.source
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class Loader(importlib.machinery.SourceFileLoader):
    """Loads the text it was given, and no compiled file."""

    source: str

    def path_stats(self, path: str) -> NoReturn:
        raise OSError

    def get_data(self, _path: Any) -> bytes:
        return self.source.encode()


class Watcher:
    """A pytest plugin: runs what the stage takes, and remembers the first test that fails."""

    def __init__(self, stage: Stage, *, named: bool) -> None:
        self.stage = stage
        self.named = named
        self.killer: str | None = None

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        taken = items if self.named else [item for item in items if self.stage.takes(item.nodeid)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(taken)])
        items[:] = taken

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.killer is None:
            self.killer = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.killer is None:
            self.killer = report.nodeid or "import"


def prepare() -> None:
    """Import what every process needs, and nothing of Rowgate."""
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    for name in LIBRARIES:
        importlib.import_module(name)
    assert "rowgate" not in sys.modules


@contextmanager
def postgres() -> Iterator[None]:
    """Start one PostgreSQL for all processes, unless `POSTGRES_TEST_SERVER` names one."""
    if os.environ.get("POSTGRES_TEST_SERVER"):
        yield
        return
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        start_new_session=True,  # an interruption of ours is not one of its own: it stops when its input ends
    )  # fmt: skip
    assert server.stdout is not None
    os.environ["POSTGRES_TEST_SERVER"] = server.stdout.readline().strip()
    try:
        yield
    finally:
        del os.environ["POSTGRES_TEST_SERVER"]
        server.communicate("")


_SERVER = """
import sys, tempfile, pathlib
from rowgate.server.embedded import EmbeddedPostgres
with tempfile.TemporaryDirectory(prefix="rowgate-mutation-", ignore_cleanup_errors=True) as folder:
    postgres = EmbeddedPostgres(pathlib.Path(folder) / "data", unsafe_fast=True)
    postgres.start()
    print(postgres.superuser_url().render_as_string(hide_password=False), flush=True)
    sys.stdin.read()
    postgres.stop()
"""


def run(jobs: Iterator[Job], processes: int) -> None:
    """Run jobs, and the jobs that follow from them, so many at a time."""
    selector = DefaultSelector()
    try:
        _run(selector, jobs, processes)
    finally:  # of an interruption
        for key in selector.get_map().values():
            key.data.timeout()


def _run(selector: DefaultSelector, jobs: Iterator[Job], processes: int) -> None:
    following: list[Job] = []
    while True:
        while len(selector.get_map()) < processes:
            job = following.pop() if following else next(jobs, None)
            if job is None:
                break
            child = _fork(job)
            selector.register(child.pipe, EVENT_READ, child)
        if not selector.get_map():
            return
        for key, _ in selector.select(timeout=0.5):
            selector.unregister(key.fileobj)
            _follow(following, key.data, key.data.verdict())
        for key in list(selector.get_map().values()):
            if time.monotonic() - key.data.began > key.data.job.seconds:
                selector.unregister(key.fileobj)
                _follow(following, key.data, key.data.timeout())


def _follow(following: list[Job], child: "Child", verdict: Verdict) -> None:
    job = child.job.done(verdict)
    if job is not None:
        following.append(job)


@dataclass
class Child:
    """A process at work."""

    pid: int
    pipe: int
    log: Path
    job: Job
    began: float = field(default_factory=time.monotonic)

    def verdict(self) -> Verdict:
        with os.fdopen(self.pipe) as pipe:
            told = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        seconds = time.monotonic() - self.began
        text = self.log.read_text(errors="replace")[-3000:]
        self.log.unlink()
        if os.WIFSIGNALED(status):
            return Verdict("crash", seconds)
        if not told:
            return Verdict(None, seconds, f"the process ended without a word:\n{text}")
        found = json.loads(told)
        return Verdict(found["killer"], seconds, f"{found['fault']}\n{text}" if found["fault"] else "")

    def timeout(self) -> Verdict:
        os.killpg(self.pid, signal.SIGKILL)  # the group of our own child
        os.waitpid(self.pid, 0)
        os.close(self.pipe)
        self.log.unlink()
        return Verdict("timeout", self.job.seconds)


def _fork(job: Job) -> Child:
    handle, name = tempfile.mkstemp(prefix="rowgate-mutant-")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(handle)
        os.close(writing)
        os.setpgid(pid, pid)
        return Child(pid, reading, Path(name), job)
    found: dict[str, Any] = {"killer": None, "fault": "it did not get so far"}
    try:
        os.close(reading)
        for stream in (1, 2):
            os.dup2(handle, stream)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.environ.update(job.stage.environment)
        os.chdir(ROOT)
        found = _judge(job)
    except BaseException:  # noqa: BLE001 - whatever it is, it is no verdict
        found = {"killer": None, "fault": traceback.format_exc()}
    finally:
        os.write(writing, json.dumps(found).encode())
        os._exit(0)


def _judge(job: Job) -> dict[str, Any]:
    """Run the tests, in the child."""
    if job.path is not None:
        module = Mutated(job.path, job.source)
        sys.meta_path.insert(0, module)
        try:
            importlib.import_module(module.name)
            importlib.import_module("world")
        except Exception:  # noqa: BLE001 - a module that cannot be imported is noticed by everybody
            return {"killer": "import", "fault": ""}
    watcher = Watcher(job.stage, named=bool(job.tests))
    paths: Sequence[str] = job.tests or [path for path in job.stage.paths if (ROOT / path).exists()]
    code = int(pytest.main([*OPTIONS, *paths], plugins=[watcher]))
    if code == 0 or watcher.killer is not None:
        return {"killer": watcher.killer, "fault": ""}
    if code == NOTHING_RUN or (job.tests and code == pytest.ExitCode.USAGE_ERROR):
        return {"killer": None, "fault": "" if job.tests else "no test was run"}  # a named test may be gone
    return {"killer": None, "fault": f"pytest ended with {code}"}


def file_of(test: str) -> str:
    """Return the file of a test's id."""
    return re.split("::", test, maxsplit=1)[0]
