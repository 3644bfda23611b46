"""The application factory. There is one shape of the application: tests run this one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from opentelemetry.trace import TracerProvider
from starlette.middleware.cors import CORSMiddleware

from rowgate.server import migrate, problems, telemetry
from rowgate.server.auth.passwords import Sender, find_sender
from rowgate.server.body_limit import BodyLimit
from rowgate.server.database import open_database
from rowgate.server.embedded import Urls
from rowgate.server.metrics import Metrics, forget_the_dead
from rowgate.server.middleware.faults import Faults
from rowgate.server.middleware.headers import SecurityHeaders
from rowgate.server.middleware.not_modified import NotModified
from rowgate.server.middleware.requests import Requests
from rowgate.server.policies import catalog
from rowgate.server.routers import (
    api_keys,
    audit,
    auth,
    bulk,
    configurations,
    documents,
    health,
    metrics,
    roles,
    sessions,
    shares,
    users,
)
from rowgate.server.settings import Settings, load_settings, signing_key
from rowgate.server.startup import logins, postgres_async, prepare

CORS: dict[str, Any] = {
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": ["Authorization", "If-Match", "If-None-Match", "Idempotency-Key", "X-Request-ID"],
    "expose_headers": ["ETag", "Idempotency-Replayed", "Link", "Location", "Retry-After", "X-Request-ID"],
}
"""What pages of other origins may send and read. No credentials: a token is sent by the page, never by the browser."""


def create_app(
    settings: Settings | None = None,
    *,
    urls: Urls | None = None,
    reset_sender: Sender | None = None,
    tracer_provider: TracerProvider | None = None,
) -> FastAPI:
    """Return the server as an ASGI application.

    Args:
        settings: what to run with; from the environment and `.env` if not given. Without a database URL, it starts the
            embedded PostgreSQL with the application and stops it with it.
        urls: the logins of a database that somebody has prepared and keeps running; the application then does neither.
        reset_sender: sends the token to whoever forgot her password; else the settings name one.
        tracer_provider: gets the spans, and stays its giver's; else the environment may say where they go.

    Raises:
        SettingsError: the environment holds a wrong setting.
    """
    chosen = settings or load_settings()
    exporter = telemetry.exporting() if tracer_provider is None else None
    provider = tracer_provider or exporter

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            ready = urls
            if ready is None:
                embedded = await stack.enter_async_context(postgres_async(chosen))
                ready = await logins(chosen, embedded)
                await prepare(chosen, ready)
            app.state.database = await stack.enter_async_context(
                open_database(chosen, catalog, application=ready.application, owner=ready.owner)
            )
            if exporter is not None:
                stack.push_async_callback(to_thread.run_sync, exporter.shutdown)
            for engine in (app.state.database.application, app.state.database.owner):
                if provider is not None:
                    telemetry.trace_statements(engine.sync_engine, provider)
            app.state.metrics.watch("application", app.state.database.application.sync_engine.pool)
            app.state.metrics.watch("owner", app.state.database.owner.sync_engine.pool)
            forget_the_dead()
            yield

    app = FastAPIOffline(  # /docs and /redoc from files of its own: no CDN
        title="Rowgate",
        summary="Documents, and who may see them.",
        lifespan=lifespan,
        telemetry={"tracer_provider": provider, "tracing": provider is not None, "metrics": False, "logs": False},
        redirect_slashes=False,  # a redirect would go to the host that the caller names
        responses=problems.responses(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
        separate_input_output_schemas=False,
    )
    app.state.settings = chosen
    app.state.signing_key = signing_key(chosen)
    app.state.reset_sender = reset_sender or find_sender(chosen)
    app.state.head = migrate.head()
    app.state.metrics = Metrics()
    problems.install(app)
    _wrap(app, chosen)
    for router in (
        auth.router,
        sessions.router,
        api_keys.router,
        users.router,
        roles.router,
        bulk.router,  # before the documents: their paths would take its own for keys
        documents.router,
        shares.router,
        configurations.router,
        audit.router,
        health.router,
        metrics.router,
    ):
        app.include_router(router)
    return app


def _wrap(app: FastAPI, settings: Settings) -> None:
    """Add what every request goes through; the last one is the outermost."""
    app.add_middleware(BodyLimit, larger={bulk.IMPORT: settings.max_import_bytes})
    app.add_middleware(NotModified)
    app.add_middleware(Faults)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS)
    app.add_middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds)
    app.add_middleware(Requests, metrics=app.state.metrics)
