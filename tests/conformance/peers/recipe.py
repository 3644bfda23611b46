"""The commonly published listener: `do_orm_execute` adds loader criteria, and a ContextVar says who acts.

See https://docs.sqlalchemy.org/en/21/orm/session_events.html#adding-global-where-on-criteria, which most of them follow. The
careful variant adds what careful teams add: criteria of bulk UPDATE and DELETE too, and a check of the owner before each flush.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import BindParameter, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.visitors import iterate

from rowgate.principal import Principal
from rowgate.testing.world import World
from rowgate.testing.world_kinds import Article, Asset
from rowgate.testing.world_models import Document, OfTenant, Role, Scratch, User, UserRole

from .peer import Peer
from .requests import current, open_in_request
from .rules import Who, condition, grants, mappers

FREE = Principal.anonymous()
OPEN = {
    "document_tags": "no class is mapped to it, and loader criteria speak of classes",
    "tags": "open to read in every policy",
    "scratch": "open in every policy",
}
OWNERS: dict[str, tuple[str, str]] = {"Comment": ("author_id", "author"), "Block": ("blocker_id", "")}
"""The attribute that says whose a row is, and the relationship that may hold the owner before the flush."""
PARENTS: dict[str, tuple[str, str, type[Any]]] = {
    "Share": ("document", "document_id", Document),
    "Attachment": ("document", "document_id", Document),
    "Part": ("asset", "asset_id", Asset),
}
"""Classes whose rows are the owner's of another row: the relationship, its column, the class."""


class Denied(PermissionError):
    """The careful variant says no."""


class Recipe(Peer):
    """The listener on SELECT."""

    name = "listener recipe"
    key = "recipe"
    file: ClassVar[str] = "recipe.py"
    open_tables = OPEN
    how = (
        "A listener on `do_orm_execute` adds "
        "[`with_loader_criteria`](https://docs.sqlalchemy.org/en/21/orm/queryguide/api.html#sqlalchemy.orm.with_loader_criteria) "
        "with `include_aliases=True` to each ORM SELECT that is no load of columns or relationships, as SQLAlchemy's documentation "
        "[shows](https://docs.sqlalchemy.org/en/21/orm/session_events.html#adding-global-where-on-criteria): one option for each "
        "class, as a lambda of the class, with the principal's values in its closure. Who acts is in a ContextVar, set where the request "
        "begins; nobody means a user without roles. Writes are not looked at."
    )

    def sessions(self, engine: Any, world: World) -> Callable[..., Any]:
        """Return sessions of a class with the listeners."""
        class_ = type("RecipeSession", (Session,), {})
        self.listen(class_)

        def open_(who: Principal, *, lift: Any = (), **options: Any) -> Any:
            return open_in_request(engine, class_, who, lift, options)

        return open_

    def listen(self, class_: type[Session]) -> None:
        """Add the listeners."""
        event.listen(class_, "do_orm_execute", _filter_reads)


class CarefulRecipe(Recipe):
    """The listener on SELECT, UPDATE and DELETE, and a check of the owner before each flush."""

    name = "careful listener recipe"
    key = "careful"
    refusals = (Denied,)
    how = (
        "The recipe above; bulk UPDATE and DELETE by criteria get loader criteria as well; and a listener on "
        "[`before_flush`](https://docs.sqlalchemy.org/en/21/orm/events.html#sqlalchemy.orm.SessionEvents.before_flush) looks at each "
        "new, changed and deleted object: its owner as it was and as it will be must be who acts, roles and assignments are an "
        "admin's, a share, an attachment or a part is the owner's of what it belongs to. No principal is an error."
    )

    def listen(self, class_: type[Session]) -> None:
        """Add the listeners."""
        event.listen(class_, "do_orm_execute", _filter_all)
        event.listen(class_, "before_flush", _check_flush)


def _filter_reads(state: ORMExecuteState) -> None:
    if state.is_select and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(*_criteria(current.get() or FREE, "read"))


def _filter_all(state: ORMExecuteState) -> None:
    if current.get() is None:
        raise Denied("nobody acts")
    _filter_reads(state)
    for wanted, action in ((state.is_update, "update"), (state.is_delete, "delete")):
        if wanted:
            state.statement = state.statement.options(*_criteria(_who(), action))


def _criteria(who: Principal, action: str) -> list[Any]:
    """Return an option for each class that inherits from none: a lambda is called with each class below it, and each alias."""
    chosen = [
        m.class_ for m in mappers() if m.inherits is None and m.class_ is not Scratch and grants(m.class_) is not None
    ]
    return [with_loader_criteria(one, _criterion(one, action, Who.of(who)), include_aliases=True) for one in chosen]


def _criterion(class_: type[Any], action: str, who: Who) -> Any:
    """Return a lambda with the principal's values in its closure, which become bind parameters; an expression if it has none.

    A value that the lambda does not use is refused there; truths are constants of SQL, and so part of the cache's key.
    """
    me, known, admin, paid, free, tenant = who.as_sql()
    expression = condition(class_, action, who.as_sql())
    values = [bind.value for bind in iterate(expression) if isinstance(bind, BindParameter)]
    if me in values:
        return {
            "read": lambda one: _read(one, me, known, admin, paid, free),
            "update": lambda one: _update(one, me, known, admin, paid, free),
            "delete": lambda one: _delete(one, me, known, admin, paid, free),
        }[action]
    if tenant in values:
        return {
            "read": lambda one: _read(one, None, known, admin, paid, free, tenant),
            "update": lambda one: _update(one, None, known, admin, paid, free, tenant),
            "delete": lambda one: _delete(one, None, known, admin, paid, free, tenant),
        }[action]
    return expression


def _read(one: Any, me: Any, known: Any, admin: Any, paid: Any, free: Any, tenant: Any = None) -> Any:
    return condition(one, "read", Who(me, known, admin, paid, free, tenant))


def _update(one: Any, me: Any, known: Any, admin: Any, paid: Any, free: Any, tenant: Any = None) -> Any:
    return condition(one, "update", Who(me, known, admin, paid, free, tenant))


def _delete(one: Any, me: Any, known: Any, admin: Any, paid: Any, free: Any, tenant: Any = None) -> Any:
    return condition(one, "delete", Who(me, known, admin, paid, free, tenant))


def _who() -> Principal:
    who = current.get()
    if who is None:
        raise Denied("nobody acts")
    return who


def _check_flush(session: Session, _context: Any, _instances: Any) -> None:
    """Refuse to flush what is not one's own."""
    who = _who()
    with session.no_autoflush:
        for one in session.new:
            _need(_may(session, who, one, "create", was=False), one)
        for one in session.dirty:
            if session.is_modified(one):
                both = [_may(session, who, one, "update", was=was) for was in (True, False)]
                _need(all(both), one)
        for one in session.deleted:
            _need(_may(session, who, one, "delete", was=True), one)


def _need(may: bool, one: Any) -> None:
    if not may:
        raise Denied(f"not yours: {type(one).__name__}")


def _may(session: Session, who: Principal, one: Any, action: str, *, was: bool) -> bool:  # noqa: PLR0911 - one for each kind of row
    """Return whether who acts may do that to an object as it was, or as it will be."""
    admin = "admin" in who.roles
    if isinstance(one, Scratch):
        return True
    if isinstance(one, Role | UserRole) or (isinstance(one, User) and action == "create"):
        return admin
    if isinstance(one, User):
        return action == "update" and _value(one, "id", was=was) == who.id
    if isinstance(one, OfTenant):
        return _value(one, "tenant_id", was=was) == who.attributes.get("tenant", -1)
    if type(one).__name__ in PARENTS:
        parent, name, entity = PARENTS[type(one).__name__]
        found = getattr(one, parent)
        found = found if found is not None else session.get(entity, getattr(one, name))
        return found is not None and not who.is_anonymous and found.owner_id == who.id
    if isinstance(one, Document) and admin and action == "update":
        return True
    if isinstance(one, Article) and action == "update" and _value(one, "editor_id", was=was) == who.id:
        return True
    name, relationship = OWNERS.get(type(one).__name__, ("owner_id", "owner"))
    if not hasattr(one, name):
        return False
    found = _value(one, name, was=was)
    if found is None and relationship and not was:
        found = getattr(getattr(one, relationship, None), "id", None)
    return not who.is_anonymous and found == who.id


def _value(one: Any, name: str, *, was: bool) -> Any:
    """Return an attribute, or what it was when it was loaded."""
    now = getattr(one, name)
    deleted = inspect(one).attrs[name].history.deleted
    return deleted[0] if was and deleted else now
