"""One mutant, one process, one selection of tests.

Most are forked by the nursery. The others are forked from this process, which has imported every library but not Rowgate:
that costs a second, not four. They import the mutated module in place of the real one, as if the file had been edited:
module level, decorators and classes are mutated like all else. Nothing is written into the source tree.
"""

import importlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import pytest

from .load import Mutated
from .nursery import MEMORY, part_of_cache, serve, trace
from .operators import Mutant
from .reach import Reach
from .targets import ROOT, STAGES

LIBRARIES = (
    "asyncpg", "aiosqlite", "hypothesis", "psycopg", "pytest_asyncio", "pytest_timeout", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.ext.asyncio",
)  # fmt: skip
OPTIONS = (
    "-x", "-q", "-s", "--no-header", "--tb=line", "--timeout=60", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestUnraisableExceptionWarning", "-W", "ignore::pytest.PytestAssertRewriteWarning",  # they are imported already: that is what makes a fork quick
)  # fmt: skip
LOG = ROOT / ".cache/mutation/nursery.log"
MEMORY_DISK = "/dev/shm"


class Broken(Exception):
    """No verdict could be had."""


@dataclass(frozen=True)
class Verdict:
    """What a process found: `killer` is the test that noticed, or "import", "timeout" or "crash"; None: nobody did."""

    killer: str | None
    seconds: float
    fault: str = ""
    """Why it is no verdict at all."""
    anew: tuple[str, ...] = ()
    """The tests to be run on the module imported anew: the nursery cannot tell."""
    unsteady: bool = False
    """Whether the killer failed on the source as it is too."""


@dataclass
class Job:
    """Tests to run on a mutant: `tests`, imported anew; or in the nursery those of the stages, the likely ones first."""

    mutant: Mutant
    stages: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()
    """Tests that are left out."""
    seconds: float = 600
    patience: float = 1.0
    """How many times the seconds that a stage is given."""
    done: Callable[[Verdict], "Job | None"] = field(default=lambda _verdict: None)
    """Says what to do next for this mutant."""


@dataclass
class Nursery:
    """A process that forks mutants, one at a time."""

    pid: int
    socket: socket.socket
    tests: frozenset[str] = frozenset()
    """What it has collected."""
    busy: bool = False


class Watcher:
    """A pytest plugin: runs these tests in this order, and remembers the first that fails."""

    def __init__(self, tests: tuple[str, ...]) -> None:
        self.place = {test: n for n, test in enumerate(tests)}
        self.killer: str | None = None

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in self.place])
        items[:] = sorted(
            (item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid]
        )

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
    if os.access(MEMORY_DISK, os.W_OK):  # SQLite waits for the disk at each commit: that was half of the time
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY_DISK)
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


@contextmanager
def nurseries(
    stages: Iterable[str], number: int, tell: Callable[[str], None], *, traced: bool = True
) -> Iterator[list[Nursery]]:
    """Start the processes that fork; they end when their sockets are closed.

    Args:
        stages: their names.
        number: how many.
        tell: is told how long it took.
        traced: whether they must know which test reaches which line; else that is known only if it is in the cache.

    Raises:
        Broken: a test fails on the source as it is, so that it would notice every mutant.
    """
    names = list(stages)
    if traced:
        began = time.monotonic()
        _trace(names, number)
        tell(f"which test reaches which line: {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    made = [_started(lambda pipe: serve(pipe, names)) for _ in range(number)]
    try:
        for one in made:
            one.tests = _heard(one)
        tell(f"the tests are collected, the databases made: {time.monotonic() - began:.0f} s")
        yield made
    finally:
        for one in made:
            _stop(one)


def _trace(names: list[str], number: int) -> None:
    for n in range(number):
        part_of_cache(n).unlink(missing_ok=True)

    def work(n: int) -> Callable[[socket.socket], None]:
        return lambda pipe: trace(pipe, names, (n, number))

    made = [_started(work(n)) for n in range(number)]
    try:
        for one in made:
            _heard(one)
    finally:
        for one in made:
            _stop(one)
    reach = Reach.load()
    for n in range(number):
        reach.add(Reach.load(part_of_cache(n)))
    if reach.seconds and not reach.of:
        raise Broken("no test reaches any line: the targets were not imported with their notes")
    reach.save()


def _started(work: Callable[[socket.socket], None]) -> Nursery:
    """Do some work in a process of its own."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        theirs.close()
        return Nursery(pid, ours)
    try:
        ours.close()
        _silent()
        work(theirs)
    except BaseException:  # noqa: BLE001 - it must not go on as if it were its parent
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _heard(one: Nursery) -> frozenset[str]:
    """Return the tests that a nursery has collected."""
    told = one.socket.recv(2**16)
    if not told:
        raise Broken(f"it ended without a word: see {LOG}")
    path = Path(told.decode())
    found = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    if found["failed"]:
        raise Broken(f"on the source as it is: {found['failed']}: see {LOG}")
    return frozenset(found["tests"])


def _stop(one: Nursery) -> None:
    one.socket.close()
    with suppress(ProcessLookupError):
        os.kill(one.pid, signal.SIGTERM)
    os.waitpid(one.pid, 0)


def _silent() -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)


def run(jobs: Iterator[Job], made: list[Nursery]) -> None:
    """Run jobs, one at a time for each nursery, and then the jobs that follow from them."""
    selector = DefaultSelector()
    try:
        _run(selector, jobs, made)
    finally:  # of an interruption
        for key in selector.get_map().values():
            key.data.timeout()


def _run(selector: DefaultSelector, jobs: Iterator[Job], made: list[Nursery]) -> None:
    following: list[Job] = []
    while True:
        for free in [one for one in made if not one.busy]:
            job = next(jobs, None) or (following.pop(0) if following else None)
            if job is None:
                break
            free.busy = True
            child = _fork(job, free) if job.tests else _ask(job, free)
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
    child.nursery.busy = False
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
    nursery: Nursery
    ours: bool = True
    began: float = field(default_factory=time.monotonic)

    def verdict(self) -> Verdict:
        with os.fdopen(self.pipe) as pipe:
            told = pipe.read()
        if self.ours:
            os.waitpid(self.pid, 0)
        seconds = time.monotonic() - self.began
        text = self.log.read_text(errors="replace")[-3000:]
        self.log.unlink()
        if not told:
            return Verdict("crash", seconds)
        found = json.loads(told)
        fault = f"{found['fault']}\n{text}" if found["fault"] else ""
        if found.get("unsteady"):
            with LOG.open("a", encoding="utf-8") as log:
                log.write(f"\n{found['killer']} fails on the source as it is:\n{text}\n")
        anew = tuple(found["tests"]) if found.get("anew") else ()
        return Verdict(found["killer"], seconds, fault, anew, found.get("unsteady", False))

    def timeout(self) -> Verdict:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # the group of our own child
        if self.ours:
            os.waitpid(self.pid, 0)
        os.close(self.pipe)
        self.log.unlink()
        return Verdict("timeout", self.job.seconds)


def _ask(job: Job, nursery: Nursery) -> Child:
    """Let the nursery fork."""
    handle, name = tempfile.mkstemp(prefix="rowgate-mutant-")
    reading, writing = os.pipe()
    mutant = job.mutant
    told = {
        "path": mutant.path, "source": mutant.source, "lines": mutant.lines, "stages": job.stages, "likely": job.likely,
        "patience": job.patience, "unsteady": job.unsteady,
    }  # fmt: skip
    socket.send_fds(nursery.socket, [json.dumps(told).encode()], [writing, handle])
    os.close(handle)
    os.close(writing)
    return Child(int(nursery.socket.recv(64)), reading, Path(name), job, nursery, ours=False)


def _fork(job: Job, nursery: Nursery) -> Child:
    handle, name = tempfile.mkstemp(prefix="rowgate-mutant-")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(handle)
        os.close(writing)
        os.setpgid(pid, pid)
        return Child(pid, reading, Path(name), job, nursery)
    found: dict[str, Any] = {"killer": None, "fault": "it did not get so far"}
    try:
        os.close(reading)
        for stream in (1, 2):
            os.dup2(handle, stream)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for stage in STAGES:
            os.environ.update(stage.environment)
        os.chdir(ROOT)
        found = _judge(job)
    except BaseException:  # noqa: BLE001 - whatever it is, it is no verdict
        found = {"killer": None, "fault": traceback.format_exc()}
    finally:
        os.write(writing, json.dumps(found).encode())
        os._exit(0)


def _judge(job: Job) -> dict[str, Any]:
    """Run the tests, in the child."""
    module = Mutated(job.mutant.path, job.mutant.source)
    sys.meta_path.insert(0, module)
    try:
        importlib.import_module(module.name)
        importlib.import_module("world")
    except Exception:  # noqa: BLE001 - a module that cannot be imported is noticed by everybody
        return {"killer": "import", "fault": ""}
    watcher = Watcher(job.tests)
    files = list(dict.fromkeys(test.partition("::")[0] for test in job.tests))
    code = int(pytest.main([*OPTIONS, *files], plugins=[watcher]))
    if code in (0, pytest.ExitCode.NO_TESTS_COLLECTED) or watcher.killer is not None:
        return {"killer": watcher.killer, "fault": ""}
    return {"killer": None, "fault": f"pytest ended with {code}"}
