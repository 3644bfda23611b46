"""What is counted for Prometheus. Each application has a registry of its own; workers share files where there are many.

With several workers each scrape reaches one of them, so all keep their values in files of one directory, and each
answers for all: https://prometheus.github.io/client_python/multiprocess/.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy import Pool, QueuePool

DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that prometheus-client reads when it is imported; the launcher sets it for several workers."""

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one application. Labels are of closed sets: a stranger cannot make new ones."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "rowgate_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "rowgate_http_request_seconds",
            "Seconds until the answer was sent.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._denied = Counter(
            "rowgate_denied",
            "What somebody might see, but not do; by the code of the error.",
            ["code"],
            registry=registry,
        )
        self._log_ins = Counter(
            "rowgate_log_ins",
            "Attempts to log in: `accepted`, `refused`, or `limited`.",
            ["outcome"],
            registry=registry,
        )
        self._connections = Gauge(
            "rowgate_pool_connections",
            "Connections of a login's pool: `used`, or `idle`.",
            ["login", "state"],
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._pools: dict[str, Pool] = {}

    def answered(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """Count a request; without a status, the caller went away before there was one."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status or "none")).inc()
        self._seconds.labels(known, route).observe(seconds)
        self._read_pools()

    def denied(self, code: str) -> None:
        """Count a denial."""
        self._denied.labels(code).inc()

    def logged_in(self, outcome: str) -> None:
        """Count an attempt to log in."""
        self._log_ins.labels(outcome).inc()

    def watch(self, login: str, pool: Pool) -> None:
        """Tell of a pool from now on."""
        self._pools[login] = pool

    def text(self) -> bytes:
        """Return all of it, for Prometheus; of all workers, where there are several."""
        self._read_pools()
        if DIRECTORY not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _read_pools(self) -> None:
        for login, pool in self._pools.items():
            if isinstance(pool, QueuePool):  # a NullPool keeps none
                self._connections.labels(login, "used").set(pool.checkedout())
                self._connections.labels(login, "idle").set(pool.checkedin())


def forget_the_dead() -> None:
    """Take away what workers that are gone said of their pools; one that was killed could not do it itself."""
    if DIRECTORY not in os.environ:
        return
    for path in Path(os.environ[DIRECTORY]).glob("gauge_live*_*.db"):
        number = path.stem.rpartition("_")[2]
        if number.isdigit() and not _is_alive(int(number)):
            with suppress(FileNotFoundError):  # another worker was first
                mark_process_dead(int(number))  # type: ignore[no-untyped-call]


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
