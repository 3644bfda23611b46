"""`rowgate serve`: a database, then workers, then the database's end."""

import asyncio
import ipaddress
import os
import signal
import socket
from types import FrameType
from typing import NoReturn

import uvicorn
from rich.console import Console
from rich.progress import Progress
from uvicorn.config import LOGGING_CONFIG
from uvicorn.supervisors import Multiprocess

from rowgate.server import demo as demo_data
from rowgate.server.database import open_database
from rowgate.server.embedded import Urls
from rowgate.server.policies import catalog
from rowgate.server.settings import Settings, variable_of
from rowgate.server.startup import StartError, check_connections, logins, postgres, prepare

console = Console(stderr=True)

LOGGING = {
    **LOGGING_CONFIG,
    "formatters": {
        **LOGGING_CONFIG["formatters"],
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        **LOGGING_CONFIG["handlers"],
        "plain": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"},
    },
    "loggers": {
        **LOGGING_CONFIG["loggers"],
        "rowgate": {"handlers": ["plain"], "level": "INFO", "propagate": False},
    },
}
"""uvicorn's own, and Rowgate's, the audit among it: on standard error, in every worker."""

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
    signal.signal(signal.SIGTERM, _stop)  # uvicorn raises the signal again after its own shutdown: run the `finally`s
    listener = _listen(host, port)
    with listener, postgres(settings) as embedded:
        urls = asyncio.run(_prepare(settings, embedded, workers, demo=demo))
        _hand_over(urls)
        _announce(listener, demo=demo)
        _serve(listener, workers)


async def _prepare(settings: Settings, embedded: Urls | None, workers: int, *, demo: bool) -> Urls:
    urls = await logins(settings, embedded)
    await prepare(settings, urls)
    await check_connections(settings, urls, workers)
    if demo:
        async with open_database(settings, catalog, application=urls.application, owner=urls.owner) as database:
            with Progress(console=console, transient=True) as bar:
                task = bar.add_task("Filling demo data", total=demo_data.TOTAL)
                await demo_data.fill(database.sessions, lambda done: bar.update(task, advance=done))
    return urls


def _hand_over(urls: Urls) -> None:
    """Tell the workers, which are other processes, where the database is; it is migrated already."""
    os.environ[variable_of("database_url")] = urls.application.render_as_string(hide_password=False)
    os.environ[variable_of("owner_database_url")] = urls.owner.render_as_string(hide_password=False)
    os.environ[variable_of("migrate")] = "false"


def _serve(listener: socket.socket, workers: int) -> None:
    config = uvicorn.Config(
        "rowgate.server.app:create_app",
        factory=True,
        workers=workers,
        log_level="warning",
        log_config=LOGGING,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    server = uvicorn.Server(config)
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
        return
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


def _announce(listener: socket.socket, *, demo: bool) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    console.print(f"Rowgate serves on [bold]http://{shown}:{port}[/bold]  (try /docs; Ctrl-C stops)", highlight=False)
    if demo:
        names = ", ".join(demo_data.LOGINS)
        console.print(
            f"Demo log-ins: [bold]{names}[/bold], password [bold]{demo_data.PASSWORD}[/bold]", highlight=False
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)
