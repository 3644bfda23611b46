"""From settings to a database that can be served: embedded or given, two logins, migrated."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from secrets import token_urlsafe

import anyio.to_thread
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from rowgate.server import migrate, walls
from rowgate.server.database import SYSTEM_POOL_SIZE, may_bypass
from rowgate.server.embedded import EmbeddedPostgres, Urls, find_running
from rowgate.server.secret_files import read_or_create_secret
from rowgate.server.settings import Settings, async_url
from rowgate.server.wall_keys import wall_signing
from rowgate.wall import Signed

logger = logging.getLogger("rowgate.server")


class StartError(RuntimeError):
    """The server cannot start; the text says why and what to do, and holds no password."""


@contextmanager
def postgres(settings: Settings) -> Iterator[Urls | None]:
    """Run the embedded PostgreSQL for a while, unless the settings name a database; None then."""
    if settings.database_url is not None or settings.owner_database_url is not None:
        yield None
        return
    with EmbeddedPostgres(settings.data_dir) as urls:
        yield urls


@contextmanager
def postgres_beside(settings: Settings) -> Iterator[Urls | None]:
    """The same for a command: if a server runs on the data directory, use its PostgreSQL."""
    given = settings.database_url is not None or settings.owner_database_url is not None
    running = None if given else find_running(settings.data_dir)
    if running is not None:
        yield running
        return
    with postgres(settings) as urls:
        yield urls


@asynccontextmanager
async def postgres_async(settings: Settings) -> AsyncIterator[Urls | None]:
    """The same as `postgres`, from an event loop."""
    manager = postgres(settings)
    urls = await anyio.to_thread.run_sync(manager.__enter__)
    try:
        yield urls
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(manager.__exit__, None, None, None)


async def logins(settings: Settings, embedded: Urls | None) -> Urls:
    """Return the application's and the owner's login; given one that may create roles, make the other.

    Raises:
        StartError: the database cannot be reached, or the logins are not two.
    """
    if embedded is not None:
        return embedded
    application = None if settings.database_url is None else async_url(settings.database_url)
    owner = None if settings.owner_database_url is None else async_url(settings.owner_database_url)
    if application is not None and owner is not None:
        if application.username == owner.username:
            raise StartError(
                "ROWGATE_DATABASE_URL and ROWGATE_OWNER_DATABASE_URL log in as one role. Requests must not own the "
                "tables: make a second role, or leave ROWGATE_DATABASE_URL out to have one made."
            )
        return Urls(application=application, owner=owner)
    only = owner or application
    assert only is not None
    return Urls(application=await _make_application_login(settings, only), owner=only)


async def prepare(settings: Settings, urls: Urls) -> None:
    """Migrate, if the settings say so, and see that the application's login is an ordinary one and the wall stands.

    Raises:
        StartError: the database cannot be reached or migrated, or its login could walk round what protects it, or the
            wall is not as this release declares it.
    """
    signing = wall_signing(settings)
    if settings.migrate:
        await _migrate(settings, urls, signing)
    engine = create_async_engine(urls.application, poolclass=NullPool)
    try:
        found = await may_bypass(engine)
    except (DBAPIError, OSError) as error:
        raise unreachable(urls.application, error) from None
    finally:
        await engine.dispose()
    if found:
        _refuse_or_warn(
            settings,
            f"the login of ROWGATE_DATABASE_URL ({urls.application.username}) is {found}: requests must run as an "
            "ordinary role. Give that URL as ROWGATE_OWNER_DATABASE_URL instead, and the server makes the other.",
        )
    try:
        await _check_wall(settings, urls, signing)
    except (DBAPIError, OSError) as error:
        raise unreachable(urls.owner, error) from None


async def _migrate(settings: Settings, urls: Urls, signing: Signed | None) -> None:
    """Bring the database to this release, and let it accept our keys."""
    from alembic.util import CommandError

    try:
        await migrate.upgrade(urls.owner, application_role=urls.application.username, wall=settings.wall)
        if signing is not None and await walls.as_owner(urls.owner, walls.stands):
            await walls.as_owner(urls.owner, lambda connection: walls.accept(connection, signing))
    except CommandError as error:
        raise StartError(f"the database could not be migrated: {error}") from None
    except (DBAPIError, OSError) as error:
        raise unreachable(urls.owner, error) from None


async def _check_wall(settings: Settings, urls: Urls, signing: Signed | None) -> None:
    """See that the wall is what the settings say."""
    stands = await walls.as_owner(urls.owner, walls.stands)
    if signing is None:
        if stands:  # no setting could help: behind it, requests that tell nobody who acts see nothing
            raise StartError(
                "ROWGATE_WALL is off, and there is a wall in the database: leave the setting out, or take the wall "
                "down with `rowgate wall down`"
            )
        return
    if not stands:
        raise StartError(
            "there is no wall in the database: run `rowgate db upgrade`, or `rowgate wall up` if it is at the newest "
            "migration. To do without one, set ROWGATE_WALL=false"
        )
    found = await walls.findings(settings, application=urls.application, owner=urls.owner, signing=signing)
    if found:
        _refuse_or_warn(
            settings,
            "the wall is not whole:\n"
            + "\n".join(f"  {one}" for one in found)
            + "\n`rowgate db check` shows all that is not as declared, and `rowgate wall up` puts it right",
        )


def _refuse_or_warn(settings: Settings, reason: str) -> None:
    """Refuse to start, unless the settings say to go on.

    Raises:
        StartError: they do not.
    """
    if settings.wall_check == "refuse":
        raise StartError(f"{reason}. ROWGATE_WALL_CHECK=warn starts nevertheless")
    logger.warning("%s", reason)


async def check_connections(settings: Settings, urls: Urls, workers: int) -> None:
    """See that all workers together fit into what PostgreSQL accepts.

    Raises:
        StartError: they do not.
    """
    if settings.pool_class == "null":
        return
    wanted = workers * (settings.pool_size + settings.max_overflow + 2 * SYSTEM_POOL_SIZE)
    engine = create_async_engine(urls.application, poolclass=NullPool)
    ask = text(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    async with engine.connect() as connection:
        accepted = (await connection.execute(ask)).scalar_one()
    await engine.dispose()
    if wanted > accepted:
        raise StartError(
            f"{workers} workers may open {wanted} connections, and PostgreSQL accepts {accepted}: lower --workers, "
            "ROWGATE_POOL_SIZE or ROWGATE_MAX_OVERFLOW"
        )


async def _make_application_login(settings: Settings, owner: URL) -> URL:
    """Make the application's role beside an owner who may create roles; its password is kept in the data directory."""
    name = f"{owner.database}_app"
    engine = create_async_engine(owner, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await _see_that_it_may(connection, owner)
            password = read_or_create_secret(settings.data_dir / f"{name}.password", lambda: token_urlsafe(32))
            await _ensure_login(connection, name, password)
            await connection.execute(
                text(f"GRANT CONNECT ON DATABASE {_quoted(str(owner.database))} TO {_quoted(name)}")
            )
    except (DBAPIError, OSError) as error:
        raise unreachable(owner, error) from None
    finally:
        await engine.dispose()
    return owner.set(username=name, password=password)


async def _see_that_it_may(connection: AsyncConnection, owner: URL) -> None:
    question = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    if not (await connection.execute(question)).scalar_one():
        raise StartError(
            f"the login {owner.username} may not create roles, and the server needs two: give the owner's as "
            "ROWGATE_OWNER_DATABASE_URL and an ordinary one as ROWGATE_DATABASE_URL"
        )


async def _ensure_login(connection: AsyncConnection, name: str, password: str) -> None:
    """Create the role. One that exists keeps its password: another server's data directory may hold it."""
    exists = (await connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})).first()
    if not exists:
        # The password is of a URL-safe alphabet of our own making; DDL takes no parameters.
        rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
        await connection.execute(text(f"CREATE ROLE {_quoted(name)} {rights} PASSWORD '{password}'"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def unreachable(url: URL, error: Exception) -> StartError:
    """Return an error that names the database, and what PostgreSQL said where that is no more than why."""
    where = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or 5432}/{url.database}"
    cause = getattr(error, "orig", None) or error
    said = str(cause).split("\n", 1)[0]
    if "password authentication failed" in said:
        said += ". If the server made this login, its password is kept in the ROWGATE_DATA_DIR of that time"
    return StartError(f"the database {where} cannot be used as {url.username}: {type(cause).__name__}: {said}")
