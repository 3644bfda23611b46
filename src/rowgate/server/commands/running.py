"""What every command does around its work: find the database, and turn what is expected to fail into one line."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import typer

if TYPE_CHECKING:
    from rowgate.server.database import Database
    from rowgate.server.embedded import Urls
    from rowgate.server.settings import Settings

Found = TypeVar("Found")

FAILED: Final = 1
REFUSED_SOME: Final = 3
"""The exit code where some of what was asked for is done, and the rest is told."""


class RefusedError(Exception):
    """What the command cannot do; the text is for whoever typed it."""


def settings(**overrides: Any) -> "Settings":
    """Read the settings."""
    from rowgate.server.settings import load_settings

    return load_settings(**overrides)


@contextmanager
def database_logins() -> Iterator["Urls"]:
    """Give the logins of the database, and turn what can go wrong into a line."""
    from rowgate.server.startup import logins, postgres_beside, unreachable

    with explained():
        chosen = settings()
        with postgres_beside(chosen) as embedded:
            urls = asyncio.run(logins(chosen, embedded))
            try:
                yield urls
            except OSError as error:
                raise unreachable(urls.owner, error) from None


def with_database(work: "Callable[[Database], Awaitable[Found]]") -> Found:
    """Return what an async function does with the database."""
    from rowgate import NoPrincipal
    from rowgate.server import walls
    from rowgate.server.database import open_database
    from rowgate.server.policies import catalog

    async def run(urls: "Urls") -> Found:
        chosen = settings()
        try:
            async with open_database(chosen, catalog, application=urls.application, owner=urls.owner) as opened:
                return await work(opened)
        except NoPrincipal:
            # Behind the wall a context that was signed with a key of nobody's is one of nobody.
            wrong = await walls.unknown_key(chosen, urls.application, urls.owner) if chosen.wall else []
            if wrong:
                raise RefusedError(wrong[0]) from None
            raise

    with database_logins() as urls:
        return asyncio.run(run(urls))
    raise AssertionError  # what is expected to fail exits


def checked(shape: "Callable[..., Found]", **values: Any) -> Found:
    """Return a request of the API made of what was typed: the command line takes what the API takes."""
    from pydantic import ValidationError

    try:
        return shape(**values)
    except ValidationError as error:
        raise RefusedError("; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())) from None


@contextmanager
def explained() -> Iterator[None]:
    """Turn an expected failure into one line on standard error and exit code 1: no traceback for the caller."""
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError, IntegrityError

    from rowgate import AccessDenied, NoPrincipal
    from rowgate.server.embedded import EmbeddedError
    from rowgate.server.errors import ConflictError, NotFoundError
    from rowgate.server.security import PasswordError
    from rowgate.server.settings import SettingsError
    from rowgate.server.startup import StartError

    expected = (SettingsError, EmbeddedError, StartError, CommandError, PasswordError, RefusedError)
    try:
        yield
    except (*expected, ConflictError) as error:
        said = str(error)
    except NotFoundError:
        said = "there is no such thing, or none that this user may see"
    except AccessDenied as error:
        said = f"this user may not do that: {error}"
    except NoPrincipal as error:
        said = str(error)
    except IntegrityError:
        said = "this conflicts with what is stored"
    except DBAPIError as error:
        said = _said(error.orig)
    else:
        return
    typer.secho(f"rowgate: {said}", err=True, fg="red")
    raise typer.Exit(FAILED)


def _said(orig: Any) -> str:
    """Return what the driver's error comes to."""
    if getattr(orig, "sqlstate", None) == "42P01":
        return "the database has no tables yet: run `rowgate db upgrade`"
    return f"the database said: {(str(orig).splitlines() or ['nothing'])[0]}"
