"""Terms that only the wall renders: to whom a rule speaks, and whether a restriction is lifted. The database knows."""

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from rowgate.principal import Term


class Speaks(Term, ColumnElement[bool]):
    """Whether whoever acts has one of these roles; without roles, whether somebody is known, or acts at all."""

    __visit_name__ = "rowgate_speaks"
    inherit_cache = True
    type = Boolean()
    _from_objects = ()  # type: ignore[assignment]
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it
        ("roles", InternalTraversal.dp_plain_obj),
        ("everyone", InternalTraversal.dp_boolean),
    ]

    def __init__(self, roles: frozenset[str] | None, *, everyone: bool) -> None:
        self.roles = roles
        self.everyone = everyone


class Lifted(Term, ColumnElement[bool]):
    """Whether the context lifts the restriction of this name."""

    __visit_name__ = "rowgate_lifted"
    inherit_cache = True
    type = Boolean()
    _from_objects = ()  # type: ignore[assignment]
    _traverse_internals = [("called", InternalTraversal.dp_string)]  # noqa: RUF012 - SQLAlchemy reads it

    def __init__(self, name: str) -> None:
        self.called = name
