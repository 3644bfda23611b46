"""What is judged: a way to give sessions that are protected. Rowgate's own is one of them."""

from collections.abc import Callable
from typing import Any, Protocol

from rowgate.errors import RowgateError
from rowgate.session import guarded_sessionmaker
from rowgate.testing.world import World

Open = Callable[..., Any]
"""`open(who, **options)` returns a session, sync or async by the engine. Options: `lift`, and those of the session."""


class Protection(Protocol):
    """A way to protect sessions.

    `name` stands in the report. `refusals` are the errors that count as a refusal, with those of the database.
    """

    name: str
    refusals: tuple[type[BaseException], ...]

    def sessions(self, engine: Any, world: World) -> Open:
        """Return a function that opens protected sessions on the application's engine."""
        ...


class Rowgate:
    """Guarded sessions, made for the world's catalog or given.

    Args:
        sessions: a guarded sessionmaker of a team's own; made from the catalog if not given.
    """

    name = "rowgate"
    refusals: tuple[type[BaseException], ...] = (RowgateError,)

    def __init__(self, sessions: Any = None) -> None:
        self._sessions = sessions

    def sessions(self, engine: Any, world: World) -> Open:
        """Return the guarded sessionmaker."""
        found: Open = self._sessions or guarded_sessionmaker(engine, world.catalog, audit=lambda _event: None)
        return found
