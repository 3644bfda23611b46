"""The rules of one table, as frozen values: allow, restrict, mask. What they mean is said in `decision`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlalchemy.sql import coercions, roles

from rowgate.action import Action, ActionName
from rowgate.errors import CatalogError
from rowgate.principal import role_name


class Everyone:
    """The type of `EVERYONE`: rules for anonymous principals too."""

    def __repr__(self) -> str:
        return "EVERYONE"


EVERYONE: Final = Everyone()
"""For `to=`: anonymous principals too, where None means every authenticated one."""

When = Any
"""A boolean SQL expression on the entity's columns, or a callable that takes the entity and returns one."""
Told = object | Callable[[Any], Any]
"""The same, as a caller gives it: what a lambda is given is then no unknown to pyright."""
To = str | Iterable[str] | Everyone | None


@dataclass(frozen=True, slots=True)
class Allow:
    """A permissive rule: OR-ed with the others. `roles` None: any authenticated principal, or all if `everyone`.

    `columns`: the only ones that an update by this rule may change; None for all.
    """

    actions: frozenset[Action]
    roles: frozenset[str] | None
    everyone: bool
    when: When | None
    check: When | None
    name: str
    columns: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Restrict:
    """A restrictive rule: AND-ed with everything. `check`: it judges the new row too."""

    actions: frozenset[Action]
    when: When
    name: str
    lift: frozenset[str]
    check: bool


@dataclass(frozen=True, slots=True)
class Mask:
    """A column that reads as `reads` unless the role and the condition, where given, hold."""

    column: Any
    unless: frozenset[str] | None
    unless_when: When | None
    reads: Any
    writable: When | None


@dataclass(slots=True)
class Policy:
    """All rules of one table (or of every subclass of a mixin). Made by `Catalog.policy()`.

    Args:
        entity: the mapped class, Table or mixin that the rules are for.
        barrier: whether no condition of a query may run on a row before the policy has admitted it.
    """

    entity: Any
    barrier: bool = False
    frozen: bool = field(default=False, init=False)
    allows: list[Allow] = field(default_factory=list, init=False)
    restricts: list[Restrict] = field(default_factory=list, init=False)
    masks: list[Mask] = field(default_factory=list, init=False)
    searches: list[Any] = field(default_factory=list, init=False)

    def allow(
        self,
        *actions: ActionName,
        to: To = None,
        when: Told | None = None,
        check: Told | None = None,
        columns: Iterable[Any] | None = None,
        name: str | None = None,
    ) -> None:
        """Permit actions on the rows where `when` holds; allows are OR-ed, and without one there is nothing.

        Args:
            actions: one or more of "read", "create", "update", "delete".
            to: a role, several, None (any authenticated principal) or `EVERYONE`.
            when: the condition on the row as it is; None is every row.
            check: the condition on the new row; `when` if not given.
            columns: the only columns that an update by this rule may change. The rules that admit a row must together
                cover what changes; `onupdate` values and the version column need no cover.
            name: for `explain` and audit; numbered if not given.

        Raises:
            CatalogError: no action or an unknown one, a condition that is no SQL expression, or `columns` without "update".
        """
        self._open()
        if not actions:
            raise CatalogError(f"{self!s}: allow() needs at least one of {', '.join(Action)}")
        limited = None if columns is None else tuple(columns)
        if limited is not None and (not limited or Action.UPDATE not in _actions(actions)):
            raise CatalogError(f"{self!s}: columns= names one or more columns that an update may change")
        everyone = isinstance(to, Everyone)
        self.allows.append(
            Allow(
                actions=_actions(actions),
                roles=None if to is None or isinstance(to, Everyone) else _names(to),
                everyone=everyone,
                when=self._condition(when),
                check=self._condition(check),
                name=name or f"allow-{len(self.allows) + 1}",
                columns=limited,
            )
        )

    def restrict(
        self,
        *actions: ActionName,
        when: Told,
        name: str,
        lift: str | Iterable[str] | None = None,
        check: bool = False,
    ) -> None:
        """Narrow actions to the rows where `when` holds; restrictions are AND-ed.

        Args:
            actions: those it narrows; none means all.
            when: the condition on the row as it is.
            name: how a lift names it; unique in the policy.
            lift: the role, or roles, that may lift it.
            check: judge the new row too (tenants).

        Raises:
            CatalogError: a name used twice, an unknown action, or a condition that is no SQL expression.
        """
        self._open()
        if any(other.name == name for other in self.restricts):
            raise CatalogError(f"{self!s}: two restrictions are named {name!r}")
        if when is None:
            raise CatalogError(f"{self!s}: restrict({name!r}) needs a condition")
        self.restricts.append(
            Restrict(
                actions=_actions(actions or tuple(Action)),
                when=self._condition(when),
                name=name,
                lift=frozenset() if lift is None else _names(lift),
                check=check,
            )
        )

    def mask(
        self,
        *columns: Any,
        unless: str | Iterable[str] | None = None,
        unless_when: Told | None = None,
        reads: Any = None,
        writable: Told | None = None,
    ) -> None:
        """Hide columns: they read as `reads` everywhere, unless role and condition (those given) hold.

        Args:
            columns: columns or mapped attributes of the entity.
            unless: the role, or roles, that read the column.
            unless_when: the condition on the row under which it is read.
            reads: what everybody else reads; NULL if not given.
            writable: where the column may be written: of the new row on INSERT, of the old one on UPDATE.

        Raises:
            CatalogError: no column, or a condition that is no SQL expression.
        """
        self._open()
        if not columns:
            raise CatalogError(f"{self!s}: mask() needs at least one column")
        for column in columns:
            self.masks.append(
                Mask(
                    column=column,
                    unless=None if unless is None else _names(unless),
                    unless_when=self._condition(unless_when),
                    reads=reads,
                    writable=self._condition(writable),
                )
            )

    def search(self, column: Any) -> None:
        """Let `searched()` find the rows that may be read by full text in a column, through its index where the wall stands.

        Row security may use no index of a full-text search by itself: `@@` is not leakproof. The wall has a function for this
        column, with the decision inside.

        Args:
            column: of type TSVECTOR, on a table with one primary key column. What it was made of is found by its words, so
                mask none of that.

        Raises:
            CatalogError: at `freeze()`, where it is something else.
        """
        self._open()
        self.searches.append(column)

    def _open(self) -> None:
        if self.frozen:
            raise CatalogError(f"{self!s}: the catalog is frozen; declare policies before the first session")

    def _condition(self, when: When | None) -> When | None:
        """Return the condition as an expression, or the callable as it is: it needs the entity first."""
        if when is None or is_callable(when):
            return when
        return expression(when, str(self))

    def __str__(self) -> str:
        return f"policy of {getattr(self.entity, '__name__', self.entity)}"


def is_callable(when: When) -> bool:
    """Return whether a condition is a function of the entity (mapped attributes are callable-looking, so ask)."""
    return callable(when) and not hasattr(when, "__clause_element__") and not isinstance(when, ColumnElement)


def expression(when: When, where: str) -> ColumnElement[bool]:
    """Return a condition as a SQL expression.

    Raises:
        CatalogError: it is something else, such as a Python bool.
    """
    if isinstance(when, bool):
        raise CatalogError(f"{where}: {when!r} is a Python bool; write sqlalchemy.true() or sqlalchemy.false()")
    try:
        return coercions.expect(roles.WhereHavingRole, when)
    except Exception as error:
        raise CatalogError(f"{where}: {type(when).__name__} is no SQL condition") from error


def _actions(actions: Iterable[str]) -> frozenset[Action]:
    try:
        return frozenset(Action(action) for action in actions)
    except ValueError as error:
        raise CatalogError(f"{error}; actions are {', '.join(Action)}") from None


def _names(names: str | Iterable[str]) -> frozenset[str]:
    found = frozenset({role_name(names)} if isinstance(names, str) else {role_name(name) for name in names})
    if not found:
        raise CatalogError("an empty set of roles would silently mean nobody; leave the rule out instead")
    return found
