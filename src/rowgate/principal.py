"""Who acts, and the SQL terms that stand for whoever acts.

A `Principal` is a value: an id, the roles that are active, and attributes (NIST RBAC calls the user-in-a-session a
subject with active roles; see https://csrc.nist.gov/projects/role-based-access-control). `principal` is the *term*: in
a policy, `Document.owner_id == principal.id` means "the id of the principal of the session that runs this".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType, TypeEngine

from rowgate.errors import CatalogError, NoPrincipal


def role_name(role: str) -> str:
    """Return the plain name of a role that may be a member of an Enum (`str()` of one gives `Class.MEMBER`)."""
    return str(role.value) if isinstance(role, Enum) else str(role)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Principal:
    """Who acts. Immutable, hashable by id and roles, and never a row.

    Args:
        id: the key of the user, of the catalog's `principal_id` type. None is refused: say `Principal.anonymous()`.
        roles: names of the active roles, closed over the hierarchy.
        attributes: values for `principal.attr(...)`, such as a tenant. Absent is NULL.
    """

    id: Any
    roles: frozenset[str]
    attributes: Mapping[str, Any]

    def __init__(self, id: Any, roles: Iterable[str] = (), attributes: Mapping[str, Any] | None = None) -> None:
        if id is None:
            raise ValueError("a principal needs an id; for somebody who is not logged in say Principal.anonymous()")
        self._fill(id, roles, attributes)

    def _fill(self, id: Any, roles: Iterable[str], attributes: Mapping[str, Any] | None) -> None:
        if isinstance(roles, str):
            raise TypeError(f"roles is a set of names, not the string {roles!r}: write {{{roles!r}}}")
        names = frozenset(role_name(role) for role in roles)
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "roles", names)
        object.__setattr__(self, "attributes", MappingProxyType(dict(attributes or {})))

    @classmethod
    def anonymous(cls, attributes: Mapping[str, Any] | None = None) -> Self:
        """Return the principal of somebody who is not logged in: no id, no roles; only `EVERYONE` rules speak."""
        who = object.__new__(cls)
        who._fill(None, (), attributes)
        return who

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is logged in."""
        return self.id is None

    def __hash__(self) -> int:
        return hash((self.id, self.roles))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.id, sorted(self.roles), dict(self.attributes))

    def __repr__(self) -> str:
        if self.is_anonymous:
            return "Principal.anonymous()"
        return f"Principal({self.id!r}, roles={sorted(self.roles)!r})"


def _restored(id: Any, roles: Iterable[str], attributes: Mapping[str, Any]) -> Principal:
    """Return a principal that was pickled or copied."""
    return Principal.anonymous(attributes) if id is None else Principal(id, roles, attributes)


class Hierarchy:
    """A role hierarchy for applications that keep no table of roles: senior to juniors, after INCITS 359.

    Args:
        juniors: for each senior role, the roles whose permissions it inherits.

    Raises:
        CatalogError: the hierarchy has a cycle.

    >>> sorted(Hierarchy({"admin": {"paid_user"}, "paid_user": {"free_user"}}).close({"admin"}))
    ['admin', 'free_user', 'paid_user']
    """

    def __init__(self, juniors: Mapping[str, Iterable[str]]) -> None:
        self._juniors = {senior: frozenset(names) for senior, names in juniors.items()}
        for senior, names in self._juniors.items():
            if senior in self.close(names):
                raise CatalogError(f"the role hierarchy has a cycle through {senior!r}")

    def close(self, names: Iterable[str]) -> frozenset[str]:
        """Return the roles given and all that they inherit."""
        closed: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in closed:
                closed.add(name)
                waiting.extend(self._juniors.get(name, ()))
        return frozenset(closed)


class Term:
    """What only a guarded session can answer, in front of a SQL element: anywhere else it renders as words, or raises."""

    __visit_name__: str

    @classmethod
    def _generate_compiler_dispatch(cls) -> None:
        """Keep the method below: SQLAlchemy would write one that finds no `visit_rowgate_...` in its own compilers."""

    def _compiler_dispatch(self, visitor: Any, **kw: Any) -> str:
        visit = getattr(visitor, f"visit_{self.__visit_name__}", None)
        if visit is not None:
            return str(visit(self, **kw))
        if visitor.dialect.name == "default":  # str(statement), and SQLAlchemy where it compares text
            return f"<{self.__visit_name__}>"
        raise NoPrincipal("can() and principal.* are answered by a guarded session: leave them out of this one")


class PrincipalTerm(Term, ColumnElement[Any]):
    """A value of whoever acts, as SQL: rendered by the gate as a bind parameter that is filled at execution."""

    __visit_name__ = "rowgate_principal"
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it
        ("kind", InternalTraversal.dp_string),
        ("called", InternalTraversal.dp_string),
        ("type", InternalTraversal.dp_type),
    ]

    def __init__(self, kind: str, name: str, type_: TypeEngine[Any]) -> None:
        self.kind = kind
        self.called = name
        self.type = type_


class RoleTerm(Term, ColumnElement[bool]):
    """Whether whoever acts has a role: by name (folded before SQL), or by the name in a column."""

    __visit_name__ = "rowgate_role"
    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it
        ("called", InternalTraversal.dp_string),
        ("column", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, name: str | None, column: ColumnElement[str] | None) -> None:
        self.called = name
        self.column = column

    @property
    def _from_objects(self) -> Any:  # SQLAlchemy asks each element which FROM entries it needs
        return [] if self.column is None else self.column._from_objects


class ActingPrincipal:
    """The type of `principal`: SQL terms for whoever acts. There is one instance, and it holds nobody."""

    @property
    def id(self) -> ColumnElement[Any]:
        """The id of the principal; NULL for an anonymous one."""
        return PrincipalTerm("id", "id", NullType())

    def attr(self, name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> ColumnElement[Any]:
        """Return the attribute `name` of the principal as SQL of this type; NULL where it is absent.

        Raises:
            CatalogError: the name is no identifier; it becomes the name of a bind parameter.
        """
        if not name.isidentifier() or not name.isascii():
            raise CatalogError(f"principal.attr({name!r}): name it with letters, digits and underscores")
        instance = type_() if isinstance(type_, type) else type_
        return PrincipalTerm("attr", name, instance)

    def has_role(self, role: str | SQLColumnExpression[str]) -> ColumnElement[bool]:
        """Return whether the principal has the role of this name, or the role whose name is in this column."""
        if isinstance(role, str):
            return RoleTerm(role_name(role), None)
        column = coercions.expect(roles.ExpressionElementRole, role)
        return RoleTerm(None, column)


principal = ActingPrincipal()
"""The SQL terms for whoever acts: `principal.id`, `principal.attr("tenant_id", Uuid())`, `principal.has_role("x")`."""
