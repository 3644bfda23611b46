"""The application factory. There is one shape of the application: tests run this one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from rowgate.server import migrate, problems
from rowgate.server.auth.passwords import Sender, find_sender
from rowgate.server.body_limit import BodyLimit
from rowgate.server.database import open_database
from rowgate.server.embedded import Urls
from rowgate.server.policies import catalog
from rowgate.server.routers import (
    api_keys,
    audit,
    auth,
    configurations,
    documents,
    health,
    roles,
    sessions,
    shares,
    users,
)
from rowgate.server.settings import Settings, load_settings, signing_key
from rowgate.server.startup import logins, postgres_async, prepare


def create_app(
    settings: Settings | None = None, *, urls: Urls | None = None, reset_sender: Sender | None = None
) -> FastAPI:
    """Return the server as an ASGI application.

    Args:
        settings: what to run with; from the environment and `.env` if not given. Without a database URL, it starts the
            embedded PostgreSQL with the application and stops it with it.
        urls: the logins of a database that somebody has prepared and keeps running; the application then does neither.
        reset_sender: sends the token to whoever forgot her password; else the settings name one.

    Raises:
        SettingsError: the environment holds a wrong setting.
    """
    chosen = settings or load_settings()

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
            yield

    app = FastAPIOffline(  # /docs and /redoc from files of its own: no CDN
        title="Rowgate",
        summary="Documents, and who may see them.",
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would go to the host that the caller names
        responses=problems.responses(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
        separate_input_output_schemas=False,
    )
    app.state.settings = chosen
    app.state.signing_key = signing_key(chosen)
    app.state.reset_sender = reset_sender or find_sender(chosen)
    app.state.head = migrate.head()
    problems.install(app)
    app.add_middleware(BodyLimit)
    for router in (
        auth.router,
        sessions.router,
        api_keys.router,
        users.router,
        roles.router,
        documents.router,
        shares.router,
        configurations.router,
        audit.router,
        health.router,
    ):
        app.include_router(router)
    return app
