"""A case of the conformance suite: one way to rows, as a small async function that says what it saw or changed.

A case cannot lie, because it does not judge. It is run three times: through the guard, without any guard, and without
any guard over tables that physically lack what the principal may not read. What the guarded run gives must be what the
third gives, or be refused; what the second gives must differ, or the case is blind.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rowgate.principal import Principal


class Kind(StrEnum):
    """What a case is judged by."""

    WAY_IN = "way in"
    """Reads. Refused, or the same as over tables that lack the hidden rows. The control must differ from that."""
    WRITE_IN = "write in"
    """Writes. Nothing in the database has changed that the principal may not change. The control must have done it."""
    READING = "legitimate reading"
    """Must not be refused, and give exactly what it gives over tables that lack the hidden rows."""
    WRITING = "legitimate writing"
    """Must not be refused, and leave exactly the changes that it leaves over tables that lack the hidden rows."""
    BETWEEN = "between principals"
    """Returns (principal, what it saw) pairs; none holds a value that this principal may not read. The control does."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a case is given.

    Args:
        session: an `AsyncSession`, or a sync `Session` behind the same awaitable methods: guarded, or not in a control.
            The runner commits it after a case that writes.
        who: the principal of the session.
        open: gives an async context manager of another session of any principal, protected in the same way.
        model: what portable cases read and write: an entity with hidden rows.
        dialect: "postgresql" or "sqlite".
        driver: "asyncpg", "psycopg", "psycopg_async", "sqlite" or "aiosqlite".
    """

    session: Any
    who: Principal
    open: Callable[..., Any]
    model: "Model"
    dialect: str
    driver: str


@dataclass(frozen=True, slots=True)
class Model:
    """An entity that cases read and write, whoever's it is.

    Args:
        entity: the mapped class.
        key: the name of its primary key attribute.
        text: the name of a string attribute that is neither key nor masked.
        hidden: the key of a row that the principal may not read.
        seen: the key of a row that the principal may read but not change; None if there is none.
        own: the key of a row that the principal may change; None if there is none.
    """

    entity: type[Any]
    key: str
    text: str
    hidden: Any
    seen: Any = None
    own: Any = None


Run = Callable[[Given], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """One case. Its name is `family/function`, its title the first line of the docstring.

    Args:
        run: the function.
        family: the family that it belongs to.
        kind: what it is judged by.
        portable: whether it runs on a team's own models too, since it touches `given.model` alone.
        only: the dialects or drivers that it is for; empty for all.
        ordered: whether the order of the rows is part of what it gives.
        discloses: what it tells that a database cannot hide (a key's existence), and where that is documented.
        covers: names of constructs it stands for: `visit_...`, `Select`, `Session.merge`.
        who: who acts in it, on the suite's own world; None for the world's default, a free user.
    """

    run: Run
    family: str
    kind: Kind
    portable: bool = False
    only: frozenset[str] = frozenset()
    ordered: bool = False
    discloses: str | None = None
    covers: frozenset[str] = frozenset()
    who: Principal | None = None

    @property
    def name(self) -> str:
        """Its name in the family."""
        return f"{self.family}/{self.run.__name__}"

    @property
    def title(self) -> str:
        """What it does, in a line."""
        return (self.run.__doc__ or "").strip().split("\n")[0]

    def runs_on(self, dialect: str, driver: str) -> bool:
        """Return whether the case is for this database and driver."""
        return not self.only or bool(self.only & {dialect, driver})


@dataclass(slots=True)
class Family:
    """A family of cases; its methods are decorators that add one.

    >>> selects = Family("selects")
    >>> @selects.way_in(covers=["Select"])
    ... async def entities(given):
    ...     "Selects entities."
    ...     return (await given.session.scalars(select(given.model.entity))).all()
    """

    name: str
    cases: list[Case] = field(default_factory=list)

    def _add(self, kind: Kind, options: dict[str, Any]) -> Callable[[Run], Run]:
        options["covers"] = frozenset(options.pop("covers", ()))
        only: str | Iterable[str] = options.pop("only", ())
        options["only"] = frozenset({only} if isinstance(only, str) else only)

        def add(run: Run) -> Run:
            if any(case.run.__name__ == run.__name__ for case in self.cases):
                raise ValueError(f"two cases of {self.name} are named {run.__name__}")
            self.cases.append(Case(run, self.name, kind, **options))
            return run

        return add

    def way_in(self, **options: Any) -> Callable[[Run], Run]:
        """Add a way to read hidden rows."""
        return self._add(Kind.WAY_IN, options)

    def write_in(self, **options: Any) -> Callable[[Run], Run]:
        """Add a way to change what the principal may not change."""
        return self._add(Kind.WRITE_IN, options)

    def reading(self, **options: Any) -> Callable[[Run], Run]:
        """Add a legitimate way to read."""
        return self._add(Kind.READING, options)

    def writing(self, **options: Any) -> Callable[[Run], Run]:
        """Add a legitimate way to write."""
        return self._add(Kind.WRITING, options)

    def between(self, **options: Any) -> Callable[[Run], Run]:
        """Add a way for one principal to see what another one may."""
        return self._add(Kind.BETWEEN, options)
