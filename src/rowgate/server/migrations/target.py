"""Where to migrate: which database, and which role the application logs in with."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from alembic.util import CommandError
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from rowgate.server.settings import DRIVERS, async_url

OWNER_URL = "ROWGATE_OWNER_DATABASE_URL"
APPLICATION_URL = "ROWGATE_DATABASE_URL"
WALL = "ROWGATE_WALL"


@dataclass(frozen=True)
class Target:
    """A database to migrate (None: no connection is needed, or one was given), the application's role, and its wall."""

    url: URL | None
    application_role: str | None
    wall: bool = True


def parse_url(url: str | URL) -> URL:
    """Read a database URL as the settings do: without a driver it means psycopg 3.

    Raises:
        CommandError: It is no URL, or not one of a driver that the server knows. The text is not quoted: it may hold a
            password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise CommandError(
            "The database URL cannot be read; write postgresql://user:password@host:5432/database."
        ) from None
    if parsed.drivername not in DRIVERS:
        known = ", ".join(f"{name}://" for name in DRIVERS)
        raise CommandError(f"{parsed.drivername} is not supported; the database URL begins with one of {known}.")
    driven = parsed.set(drivername=DRIVERS[parsed.drivername])
    return async_url(SecretStr(driven.render_as_string(hide_password=False)))


def find_target(
    *, attributes: Mapping[str, object], arguments: Mapping[str, str], environ: Mapping[str, str] = os.environ
) -> Target:
    """Find out where to migrate: what the caller set, else `-x url=`, else the environment.

    The environment names the application's role only beside the environment's own database: a role of one server means
    nothing on another.
    """
    role = attributes.get("application_role") or arguments.get("application_role")
    explicit = attributes.get("url") or arguments.get("url")
    chosen_role = role if isinstance(role, str) else None
    wall = _wall(attributes.get("wall"), arguments.get("wall") or environ.get(WALL))
    if isinstance(explicit, str | URL):
        return Target(parse_url(explicit), chosen_role, wall)
    if attributes.get("connection") is not None or attributes.get("standalone"):
        return Target(None, chosen_role, wall)
    owner, application = environ.get(OWNER_URL), environ.get(APPLICATION_URL)
    found = owner or application
    return Target(parse_url(found) if found else None, chosen_role or _second_login(owner, application), wall)


def _wall(chosen: object, written: str | None) -> bool:
    """Read whether there is a wall, as the settings read it."""
    if isinstance(chosen, bool):
        return chosen
    try:
        return TypeAdapter(bool).validate_python(written or True)
    except ValidationError:
        raise CommandError(f"{WALL} is true or false, not {written}.") from None


def _second_login(owner: str | None, application: str | None) -> str | None:
    """Name the application's login if it is another than the owner's."""
    if not owner or not application:
        return None
    name = parse_url(application).username
    return name if name and name != parse_url(owner).username else None
