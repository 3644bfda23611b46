"""The world's policies as plain conditions with the principal's values in them, for adapters that put conditions into queries.

A grant admits rows, a scope narrows what grants admit. Each is a function of a class, or an alias of it, and of who acts.
Sub-selects name tables, not classes, and each its own alias: loader criteria reach into sub-selects that name classes, and a
sub-select correlates to a table that the query names too. Only what is judged in Python's memory, before an INSERT, goes by
relationships: sqla-authz understands no other sub-select there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.orm import Mapper

from rowgate.principal import Principal
from rowgate.testing.world_kinds import Article, Asset, Attachment, Film, Part, Tree
from rowgate.testing.world_models import (
    Base,
    Block,
    Comment,
    Document,
    OfTenant,
    Role,
    Scratch,
    Share,
    Tag,
    User,
    UserRole,
)


class Who(NamedTuple):
    """Who acts, as values and truths that conditions are made of; never None, since `== None` would be `IS NULL`."""

    me: Any
    known: Any
    admin: Any
    paid: Any
    free: Any
    tenant: Any

    @classmethod
    def of(cls, principal: Principal) -> "Who":
        """Return the values of a principal."""
        roles = (not principal.is_anonymous, *(role in principal.roles for role in ("admin", "paid_user", "free_user")))
        return cls(
            UUID(int=0) if principal.is_anonymous else principal.id, *roles, principal.attributes.get("tenant", -1)
        )

    def as_sql(self) -> "Who":
        """Return the same with truths of SQL, which conditions are folded by."""
        return self._replace(
            **{name: true() if getattr(self, name) else false() for name in ("known", "admin", "paid", "free")}
        )


Condition = Callable[[Any, Who], Any]
Grants = dict[str, Condition]
"""Conditions by action."""
ACTIONS = ("read", "create", "update", "delete")


def anybody(_one: Any, _who: Who) -> ColumnElement[bool]:
    """Admit all rows."""
    return true()


def known(_one: Any, who: Who) -> Any:
    """Admit all rows for whoever is logged in."""
    return who.known


def admin(_one: Any, who: Who) -> Any:
    """Admit all rows for an admin."""
    return who.admin


def mine(one: Any, who: Who) -> Any:
    """Admit the rows of their owner."""
    return one.owner_id == who.me


def mine_or_admin(one: Any, who: Who) -> ColumnElement[bool]:
    """Admit the rows of their owner, and all for an admin."""
    return or_(one.owner_id == who.me, who.admin)


def mine_or_public(one: Any, who: Who) -> ColumnElement[bool]:
    """Admit the rows of their owner, and public ones for whoever is logged in."""
    return or_(one.owner_id == who.me, and_(who.known, one.is_public))


def mine_or_edited(one: Any, who: Who) -> ColumnElement[bool]:
    """Admit the rows of their owner or editor."""
    return or_(one.owner_id == who.me, one.editor_id == who.me)


def owned(*actions: str) -> Grants:
    """Return grants of a row's owner."""
    return dict.fromkeys(actions or ACTIONS, mine)


def of_column(name: str, *actions: str) -> Grants:
    """Return grants of whoever a column names."""
    return dict.fromkeys(actions, lambda one, who: getattr(one, name) == who.me)


def reads_document(document: Any, who: Who) -> ColumnElement[bool]:
    """Admit what some rule lets be read, of documents or of an alias of their table."""
    shares = Share.__table__.alias()
    return or_(
        document.owner_id == who.me,
        who.admin,
        and_(who.paid, document.is_public),
        and_(who.free, document.is_public, ~document.requires_paid_access),
        exists().where(shares.c.document_id == document.id, shares.c.user_id == who.me),
    )


def not_blocked(document: Any, who: Who) -> ColumnElement[bool]:
    """Leave out documents of those who block who acts."""
    blocks = Block.__table__.alias()
    return ~exists().where(blocks.c.blocker_id == document.owner_id, blocks.c.blocked_id == who.me)


def not_deleted(document: Any, _who: Who) -> ColumnElement[bool]:
    """Leave out deleted ones."""
    return ~document.is_deleted


def of_parent(entity: Any, name: str, *conditions: Condition) -> Condition:
    """Return a condition on the row that a column names."""

    def condition(one: Any, who: Who) -> Any:
        parents = entity.__table__.alias()
        return exists().where(parents.c.id == getattr(one, name), *(each(parents.c, who) for each in conditions))

    return condition


def either(*conditions: Condition) -> Condition:
    """Return a condition that holds if one of them does."""
    return lambda one, who: or_(*(each(one, who) for each in conditions))


def created_below(name: str) -> Condition:
    """Return a condition on a loaded relationship: its row is one's own."""
    return lambda one, who: getattr(one, name).has(owner_id=who.me)


OWNER_OF_DOCUMENT = of_parent(Document, "document_id", mine)
PUBLIC_DOCUMENT = of_parent(Document, "document_id", lambda one, who: and_(who.known, one.is_public, ~one.is_deleted))
ATTACHED = (reads_document, not_deleted, not_blocked)
GRANTS: dict[type[Any], Grants] = {
    User: {"read": anybody, **of_column("id", "update"), "create": admin},
    Role: {"read": known, "create": admin, "update": admin, "delete": admin},
    UserRole: {
        "read": lambda one, who: or_(one.user_id == who.me, who.admin), "create": admin, "update": admin, "delete": admin,
    },
    Block: of_column("blocker_id", "read", "create", "delete"),
    Document: {"read": reads_document, "update": mine_or_admin, **owned("create", "delete")},
    Share: {
        "read": either(lambda one, who: one.user_id == who.me, OWNER_OF_DOCUMENT),
        "create": created_below("document"), "delete": OWNER_OF_DOCUMENT,
    },
    Comment: {
        "read": either(lambda one, who: one.author_id == who.me, PUBLIC_DOCUMENT),
        **of_column("author_id", "create", "update", "delete"),
    },
    Asset: {**owned(), "read": mine_or_public},
    Part: {
        "read": of_parent(Asset, "asset_id", mine_or_public), "create": created_below("asset"),
        **dict.fromkeys(("update", "delete"), of_parent(Asset, "asset_id", mine)),
    },
    Attachment: {
        "read": of_parent(Document, "document_id", *ATTACHED), "create": created_below("document"),
        "update": of_parent(Document, "document_id", *ATTACHED, mine_or_admin),
        "delete": of_parent(Document, "document_id", *ATTACHED, mine),
    },
    Article: {"read": mine_or_edited, "update": mine_or_edited, **owned("create", "delete")},
    Tree: {**owned(), "read": mine_or_public},
    Tag: {"read": anybody},
    Scratch: dict.fromkeys(ACTIONS, anybody),
}  # fmt: skip
"""What is admitted, by class and action. A class that is not here is its owner's or its tenant's, if it says who that is."""


def grants(class_: type[Any]) -> Grants | None:
    """Return the grants of a class; None if nothing is known of it."""
    for one in class_.__mro__:
        if one in GRANTS:
            return GRANTS[one]
    if issubclass(class_, OfTenant):
        return dict.fromkeys(ACTIONS, known)
    return owned() if hasattr(class_, "owner_id") else None


def scopes(class_: type[Any], action: str) -> list[Condition]:
    """Return what narrows a class for an action. What is deleted, archived or blocked is so as the row is, not as it comes."""
    found: list[Condition] = []
    if issubclass(class_, OfTenant):
        found.append(lambda one, who: one.tenant_id == who.tenant)
    if issubclass(class_, Film):
        found.append(lambda one, _who: one.is_banned.is_not(True))
    if action != "create" and issubclass(class_, Document):
        found.append(not_deleted)
    if action != "create" and issubclass(class_, Article):
        found.append(lambda one, _who: ~one.is_archived)
    if action == "read" and issubclass(class_, Document):
        found.append(not_blocked)
    return found


def condition(one: Any, action: str, who: Who) -> ColumnElement[bool]:
    """Return grants and scopes of a class, or of an alias of it, in one."""
    class_ = one.__mapper__.class_  # what a lambda is called with first is a wrapper, which cannot be inspected
    admitted = (grants(class_) or {}).get(action, lambda *_: false())
    return and_(admitted(one, who), *(scope(one, who) for scope in scopes(class_, action)))


def mappers() -> list[Mapper[Any]]:
    """Return every mapper of the world as it stands, by name."""
    return sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)


def unknown() -> list[str]:
    """Return the names of classes that nothing is known of."""
    return [mapper.class_.__name__ for mapper in mappers() if grants(mapper.class_) is None]
