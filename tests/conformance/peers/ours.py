"""Rowgate itself, and no protection at all, for scale."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from rowgate.errors import RowgateError
from rowgate.testing import Rowgate
from rowgate.testing.world import World

from .peer import Peer


class Ours(Peer):
    """The gate."""

    name = "Rowgate"
    key = "rowgate"
    drivers = ("asyncpg", "psycopg", "sqlite")
    file: ClassVar[str] = "ours.py"
    refusals = (RowgateError,)
    lacks = {}  # noqa: RUF012
    how = "The gate alone: [`guarded_sessionmaker`](sessions.md#guarded_sessionmaker) with the world's catalog, and nothing else."

    @property
    def version(self) -> str:
        """The version of Rowgate."""
        return version("rowgate")

    def sessions(self, engine: Any, world: World) -> Callable[..., Any]:
        """Return guarded sessions."""
        return Rowgate().sessions(engine, world)


class Nothing(Peer):
    """No protection."""

    name = "no protection"
    key = "nothing"
    drivers = ("asyncpg", "psycopg", "sqlite")
    file: ClassVar[str] = "ours.py"
    open_tables = {"all": "nothing is protected"}  # noqa: RUF012
    how = "Plain sessions with the application's login: what the suite counts when nothing is in the way."

    def sessions(self, engine: Any, world: World) -> Callable[..., Any]:
        """Return plain sessions."""

        def open_(_who: Any, *, lift: Any = (), **options: Any) -> Any:
            settings = {"expire_on_commit": False, **options}
            return AsyncSession(engine, **settings) if hasattr(engine, "sync_engine") else Session(engine, **settings)

        return open_
