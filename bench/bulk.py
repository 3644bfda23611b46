"""Import, search and export of many documents through the server and the command line: times, and peak memory.

    python bench/bulk.py [ROWS]

It starts `rowgate serve` with an embedded PostgreSQL in a folder of its own, and takes both away. Memory is the most
that a process had resident (VmHWM of Linux), PostgreSQL's apart. A million rows take some minutes and 3 GB of disk.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

ROWGATE = Path(sys.executable).with_name("rowgate")
WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "tau",
]
PASSWORD = "a password of the bench"
LIMIT = 300


def documents(rows: int) -> Iterator[bytes]:
    """Give documents of some 300 bytes as JSON lines, a thousand at a time; one in ten thousand is about a unicorn."""
    for start in range(0, rows, 1000):
        lines = []
        for number in range(start, min(start + 1000, rows)):
            words = [WORDS[(number * step) % len(WORDS)] for step in range(1, 40)]
            text = " ".join([*words, *(["unicorn"] if number % 10_000 == 0 else [])])
            lines.append(json.dumps({"title": f"Document {number}", "content": text, "is_public": number % 2 == 0}))
        yield ("\n".join(lines) + "\n").encode()


def peak(process: int) -> float:
    """Return the most memory that a process had so far, in MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def timed(what: str, began: float, rows: int, memory: float) -> None:
    """Print a line of the table."""
    seconds = time.perf_counter() - began
    print(f"| {what} | {rows:,} | {seconds:.1f} s | {rows / seconds:,.0f}/s | {memory:.0f} MiB |", flush=True)
    assert memory < LIMIT, f"{memory} MiB"


def command(place: Path, environment: dict[str, str], *words: str) -> float:
    """Run a command; return the most memory that it had, in MiB."""
    with subprocess.Popen([ROWGATE, *words], cwd=place, env=environment, stdout=subprocess.DEVNULL) as process:
        most = 0.0
        while process.poll() is None:
            try:
                most = max(most, peak(process.pid))
            except (OSError, AssertionError):
                break
            time.sleep(0.05)
    assert process.returncode == 0, (words, process.returncode)
    return most


def through_the_server(client: httpx2.Client, server: int, rows: int) -> None:
    """Import, search and export by requests."""
    began = time.perf_counter()
    answer = client.post("/documents/import", content=documents(rows), headers={"Content-Type": "application/jsonl"})
    assert answer.json() == {"stored": rows, "refused": 0, "problems": []}, answer.text[:500]
    timed("import by a request", began, rows, peak(server))
    for words in ("unicorn", "unicorn tau"):
        began = time.perf_counter()
        found = client.get("/documents", params={"q": words}).json()["items"]
        timed(f"search `{words}`", began, len(found), peak(server))
    for format_ in ("jsonl", "csv"):
        began, lines = time.perf_counter(), 0
        with client.stream("GET", "/documents/export", params={"format": format_}) as stream:
            for piece in stream.iter_bytes():
                lines += piece.count(b"\n")
        assert lines == rows + (format_ == "csv"), lines
        timed(f"export by a request, {format_}", began, rows, peak(server))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="rowgate-bench-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        log = place / "log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROWGATE_")}
        with log.open("wb") as output:
            server = subprocess.Popen(
                [ROWGATE, "serve", "--port", "0"], cwd=place, env=environment, stdout=output, stderr=output
            )
        try:
            while (found := re.search(r"serves on (http://\S+)", log.read_text(encoding="utf-8"))) is None:
                assert server.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.2)
            create = ("user", "create", "ada", "--email", "ada@example.org", "--role", "free_user", "--password-stdin")
            subprocess.run([ROWGATE, *create], cwd=place, env=environment, input=PASSWORD, text=True, check=True)
            with httpx2.Client(base_url=found[1], timeout=3600) as client:
                answer = client.post("/auth/token", data={"username": "ada", "password": PASSWORD})
                client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
                print("| what | rows | time | rate | peak memory |\n|---|---|---|---|---|")
                through_the_server(client, server.pid, rows)
            began = time.perf_counter()
            memory = command(place, environment, "document", "export", "out.csv", "--as", "ada")
            timed("`rowgate document export`", began, rows, memory)
            fewer = max(rows // 10, 1)
            with (place / "in.jsonl").open("wb") as file:
                file.writelines(documents(fewer))
            began = time.perf_counter()
            memory = command(place, environment, "document", "import", "in.jsonl", "--as", "ada")
            timed("`rowgate document import`", began, fewer, memory)
        finally:
            server.terminate()
            server.wait(60)


if __name__ == "__main__":
    main()
