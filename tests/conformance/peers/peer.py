"""What an adapter is: a protection, with what a reader of the comparison must know about it."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, ClassVar

from rowgate.testing.world import OwnWorld, World

from .world import UnmaskedWorld

NO_LIFT = "no named restriction that a role may lift, with a trace of who did"
NO_CAN = "no way to ask for the decision on each row as a column of a query"
NO_COLUMNS = "no rule on which columns of a row somebody may change"
NO_SYSTEM = "no session of a system principal with a reason"
NO_ERRORS = "legitimate use that catches an error of Rowgate's, or calls a function of its"
NO_MASKS = "no columns that read as NULL or as another value by who reads: run on a world without masks"


class Lacks(Exception):
    """A case asks for something that this protection has no notion of."""


class Peer:
    """An adapter. It is a `rowgate.testing.Protection` too.

    Attributes:
        name: what it is called in the table.
        key: what it is called on the command line.
        drivers: those it works on.
        refusals: its own errors that count as a refusal; those of the database do anyway.
        lacks: features that it has no notion of, and why a case of them says nothing about it.
        open_tables: tables that it protects by nothing, and why.
        how: how it was configured, for the documentation.
    """

    name: str
    key: str
    drivers: tuple[str, ...] = ("asyncpg", "sqlite")
    refusals: tuple[type[BaseException], ...] = ()
    lacks: Mapping[str, str] = {
        "lift": NO_LIFT,
        "can": NO_CAN,
        "columns": NO_COLUMNS,
        "system": NO_SYSTEM,
        "masks": NO_MASKS,
        "own errors": NO_ERRORS,
    }
    open_tables: Mapping[str, str] = {}
    how: str
    file: ClassVar[str]

    @property
    def version(self) -> str:
        """The version of what is compared."""
        return f"SQLAlchemy {version('sqlalchemy')}"

    def world(self) -> World:
        """Return the world that it is judged by: without masks where it cannot mask."""
        return UnmaskedWorld() if "masks" in self.lacks else OwnWorld()

    def ddl(self, owner: str, app: str) -> list[str]:
        """Return what the owner runs in a new database, given the names of both logins."""
        return []

    def sessions(self, engine: Any, world: World) -> Callable[..., Any]:
        """Return a function that opens protected sessions on the application's engine."""
        raise NotImplementedError
