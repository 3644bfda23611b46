"""The command `rowgate` as its users run it, in processes of its own; and, where only its words matter, in this one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

import httpx2
import typer
from typer.testing import CliRunner

from rowgate.server import embedded_host
from rowgate.server.cli import register

ROWGATE = Path(sys.executable).with_name("rowgate")
ADDRESS = re.compile(r"Rowgate serves on (http://\S+)")
PATIENCE = 60


def environment(**settings: str) -> dict[str, str]:
    """Return our environment with these settings only; wide, so that no line is broken."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROWGATE_")}
    return {**inherited, "COLUMNS": "200", "NO_COLOR": "1", **settings}


def rowgate(*arguments: str, cwd: Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [ROWGATE, *arguments],
        cwd=cwd,
        env=environment(**settings),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@cache
def _commands() -> typer.Typer:
    app = typer.Typer(name="rowgate", no_args_is_help=True, rich_markup_mode="rich")
    register(app)
    return app


def invoke(*arguments: str, cwd: Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one of the server's commands in this process: a fourth of the time. Not for a `serve` that succeeds."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with patch.dict(os.environ, environment(**settings), clear=True), chdir(cwd):
            result = CliRunner().invoke(_commands(), arguments, input=stdin)
    finally:
        signal.signal(signal.SIGTERM, handler)
    stderr = result.stderr
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        stderr += "".join(traceback.format_exception(result.exception))
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, stderr)


@dataclass
class Server:
    """A running `rowgate serve`."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        """What it has printed so far, on both channels."""
        return self.log.read_text(errors="replace")

    @property
    def address(self) -> str:
        """Where it says that it serves."""
        found = ADDRESS.search(self.output)
        assert found, self.output
        return found[1]

    def client(self, token: str | None = None) -> httpx2.Client:
        """Return a client for it."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.address, headers=headers, timeout=PATIENCE)

    def log_in(self, name: str, password: str) -> httpx2.Client:
        """Return a client that is logged in."""
        with self.client() as visitor:
            answer = visitor.post("/auth/token", data={"username": name, "password": password})
        assert 200 == answer.status_code, answer.text
        return self.client(answer.json()["access_token"])

    def wait_until_healthy(self) -> None:
        """Wait for the first answer."""
        deadline = time.monotonic() + PATIENCE
        while ADDRESS.search(self.output) is None:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)
        with self.client() as client:
            try:
                answer = client.get("/health/ready").json()
            except httpx2.TransportError:
                self.process.wait(PATIENCE)
                raise AssertionError(self.output) from None
        assert {"status": "healthy"} == answer

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serve(
    cwd: Path,
    *arguments: str,
    command: Sequence[str | Path] = (ROWGATE, "serve", "--port", "0"),
    **settings: str,
) -> Iterator[Server]:
    """Run `rowgate serve`, or another command that says where it serves, on a free port; stopped at the end."""
    descriptor, name = tempfile.mkstemp(dir=cwd, suffix=".log")
    with os.fdopen(descriptor, "wb") as log:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=cwd,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = Server(process, Path(name))
    try:
        server.wait_until_healthy()
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def folder() -> Iterator[Path]:
    """Give an empty working directory; not below pytest's own, which PostgreSQL's account could not enter."""
    path = Path(tempfile.mkdtemp(prefix="rg-"))
    path.chmod(0o755)  # else the server opens it, when root runs the tests, and says so
    try:
        yield path
    finally:
        shutil.rmtree(path)


def postgres_processes(data_dir: Path) -> list[int]:
    """Return the PostgreSQL main processes of a data directory that are alive."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if embedded_host.serves(number, data_dir / "postgres")]


def children(session: int) -> list[int]:
    """Return the processes of a session that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a command that failed says: one line on standard error, no traceback, exit code 1."""
    assert 1 == result.returncode, (result.stdout, result.stderr)
    assert "Traceback" not in result.stdout + result.stderr, result.stderr
    lines = result.stderr.splitlines()
    assert 1 == len(lines), result.stderr
    assert lines[0].startswith("rowgate: "), lines
    return lines[0]
