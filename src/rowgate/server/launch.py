"""`rowgate serve`: a database, then workers, then the database's end."""

import asyncio
import ipaddress
import json
import logging
import logging.config
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import astuple
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NoReturn

import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.progress import Progress
from rich.text import Text
from sqlalchemy.engine import make_url
from uvicorn.supervisors import Multiprocess

from rowgate.server import demo as demo_data
from rowgate.server.app import create_app
from rowgate.server.database import open_database
from rowgate.server.embedded import Urls
from rowgate.server.logs import LogFormat, configuration
from rowgate.server.metrics import DIRECTORY
from rowgate.server.policies import catalog
from rowgate.server.settings import Settings
from rowgate.server.startup import StartError, check_connections, logins, postgres, prepare

console = Console(stderr=True)

HAND_OVER = "_ROWGATE_LOGINS"
"""The environment variable by which the launcher tells its workers, which are other processes, the two logins."""

GRACE = 10
"""Seconds that requests under way have to finish after Ctrl-C or SIGTERM."""


def run(settings: Settings, *, demo: bool, host: str, port: int, workers: int) -> None:
    """Serve until Ctrl-C or SIGTERM; the embedded PostgreSQL stops last, whatever happens.

    Raises:
        StartError: the address is taken, the database cannot be used, or demo data would be open to others.
        EmbeddedError: the embedded PostgreSQL cannot run.
    """
    if demo and not _is_loopback(host):
        raise StartError(f"demo users have a known password: --demo serves on 127.0.0.1 only, not on {host}")
    logging.config.dictConfig(configuration(settings.log_format))  # uvicorn does so again, for what is served
    logging.getLogger("rowgate").setLevel(logging.WARNING)  # until then, no more than what somebody has to see
    signal.signal(signal.SIGTERM, _stop)  # uvicorn raises the signal again after its own shutdown: run the `finally`s
    listener = _listen(host, port)
    with listener, postgres(settings) as embedded:
        urls, open_to_all = asyncio.run(_prepare(settings, embedded, workers, demo=demo))
        if open_to_all and not _is_loopback(host):
            raise StartError(
                f"the database holds demo users, whose password is known: serve it on 127.0.0.1, not {host}"
            )
        os.environ[HAND_OVER] = json.dumps([url.render_as_string(hide_password=False) for url in astuple(urls)])
        _serve(listener, workers, settings.log_format, _greeting(listener, demo=demo, open_to_all=open_to_all))


def worker_app() -> FastAPI:
    """Return the application of a worker, on the database that the launcher has prepared."""
    application, owner = (make_url(url) for url in json.loads(os.environ[HAND_OVER]))
    return create_app(urls=Urls(application=application, owner=owner))


async def _prepare(settings: Settings, embedded: Urls | None, workers: int, *, demo: bool) -> tuple[Urls, bool]:
    """Return the logins of a database that can be served, and whether demo users with their known password are in it."""
    urls = await logins(settings, embedded)
    await prepare(settings, urls)
    await check_connections(settings, urls, workers)
    async with open_database(settings, catalog, application=urls.application, owner=urls.owner) as database:
        if demo:
            with Progress(console=console, transient=True) as bar:
                task = bar.add_task("Filling demo data", total=demo_data.TOTAL)
                await demo_data.fill(database.sessions, lambda done: bar.update(task, advance=done))
        return urls, await demo_data.is_open(database.sessions)


class Announcing(uvicorn.Server):
    """Says where it serves once it does."""

    def __init__(self, config: uvicorn.Config, greet: Callable[[], None]) -> None:
        super().__init__(config)
        self._greet = greet

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then greet."""
        await super().startup(sockets)
        if self.started:
            self._greet()


def _serve(listener: socket.socket, workers: int, log_format: LogFormat, greeting: str) -> None:
    config = uvicorn.Config(
        "rowgate.server.launch:worker_app",
        factory=True,
        workers=workers,
        log_level="warning",
        log_config=configuration(log_format),
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )

    def greet() -> None:
        if log_format == "json":
            logging.getLogger("rowgate.server").info(Text.from_markup(greeting).plain)
        else:
            console.print(greeting, highlight=False)

    if workers > 1:
        greet()
        with TemporaryDirectory(prefix="rowgate-metrics-") as shared:
            os.environ[DIRECTORY] = shared
            Multiprocess(config, sockets=[listener]).run()
        return
    server = Announcing(config, greet)
    server.run(sockets=[listener])
    if not server.started:
        raise StartError("the application could not start; see the lines above")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None
    listener.set_inheritable(True)
    return listener


def _greeting(listener: socket.socket, *, demo: bool, open_to_all: bool) -> str:
    host, port = listener.getsockname()[:2]
    shown = rf"\[{host}]" if ":" in host else host
    lines = [f"Rowgate serves on [bold]http://{shown}:{port}[/bold]  (try /docs; Ctrl-C stops)"]
    if open_to_all:
        names = ", ".join(demo_data.LOGINS)
        lines.append(f"Demo log-ins: [bold]{names}[/bold], password [bold]{demo_data.PASSWORD}[/bold]")
    elif demo:
        lines.append("No demo data: there are users already. Give an empty database, or another ROWGATE_DATA_DIR.")
    return "\n".join(lines)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)
