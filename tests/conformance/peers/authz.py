"""sqla-authz: policies as Python functions, a sessionmaker that applies them. https://colbyjoines.github.io/sqla-authz/"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, ClassVar

from sqla_authz import AuthzConfig, PolicyRegistry, policy, scope
from sqla_authz.exceptions import AuthzError
from sqla_authz.session import authorized_sessionmaker

from rowgate.principal import Principal
from rowgate.testing.world import World

from .peer import Peer
from .recipe import OPEN
from .requests import current, open_in_request
from .rules import ACTIONS, Condition, Who, grants, mappers, scopes


class Authz(Peer):
    """As it comes."""

    name = "sqla-authz, default"
    key = "authz"
    file: ClassVar[str] = "authz.py"
    refusals = (AuthzError,)
    open_tables = OPEN
    config = AuthzConfig()
    how = (
        "[sqla-authz](https://colbyjoines.github.io/sqla-authz/getting-started/): each rule is a `@policy` of a class and an action in "
        "a registry of its own, registered for each subclass too, since it looks them up by the exact class. Tenants, deleted "
        "documents and blocks are `@scope`s. Sessions come from `authorized_sessionmaker` (async ones have its class as "
        "`sync_session_class`), its `actor_provider` reads a ContextVar that the request sets. Sub-selects of read policies name "
        "tables, not classes: it puts loader criteria on classes, which would reach into them. The configuration is "
        "`AuthzConfig()`: reads are filtered, writes are not looked at."
    )

    @property
    def version(self) -> str:
        """The version of the library."""
        return version("sqla-authz")

    def sessions(self, engine: Any, world: World) -> Callable[..., Any]:
        """Return sessions of the library's own factory."""
        factory = authorized_sessionmaker(
            getattr(engine, "sync_engine", engine),
            actor_provider=_actor,
            action="read",
            registry=registry(),
            config=self.config,
        )

        def open_(who: Principal, *, lift: Any = (), **options: Any) -> Any:
            return open_in_request(engine, factory.class_, who, lift, options)

        return open_


class StrictAuthz(Authz):
    """Every setting at its strictest."""

    name = "sqla-authz, strictest"
    key = "authz-strict"
    config = AuthzConfig(
        on_missing_policy="raise",
        strict_mode=True,
        on_unprotected_get="raise",
        on_text_query="raise",
        on_skip_authz="warn",
        audit_bypasses=True,
        intercept_creates=True,
        intercept_updates=True,
        intercept_deletes=True,
        on_write_denied="raise",
        on_unknown_action="raise",
    )
    how = (
        "The same policies, and every field of "
        "[`AuthzConfig`](https://colbyjoines.github.io/sqla-authz/reference/api/) at its strictest: `strict_mode`, writes intercepted "
        "(`intercept_creates`, `intercept_updates`, `intercept_deletes`), and `raise` for missing policies, unknown actions, text, "
        "unprotected loads of columns and denied writes. `on_unloaded_relationship` stays at its default, `deny`, which refuses as well."
    )


def _actor() -> Any:
    return current.get() or Principal.anonymous()


def registry() -> PolicyRegistry:
    """Return the world's policies."""
    made = PolicyRegistry()
    for mapper in mappers():
        entity = mapper.class_
        for action, condition in (grants(entity) or {}).items():
            # Conditions with sub-selects on tables cannot be judged in memory; it asks to be told.
            policy(entity, action, query_only=action == "read", registry=made)(_policy(entity, condition))
        for action in ACTIONS:
            for narrow in scopes(entity, action):
                scope([entity], actions=[action], registry=made)(_scope(narrow))
    return made


def _policy(entity: Any, condition: Condition) -> Callable[[Any], Any]:
    def rule(actor: Any) -> Any:
        return condition(entity, Who.of(actor).as_sql())

    return rule


def _scope(condition: Condition) -> Callable[[Any, Any], Any]:
    def narrowed(actor: Any, model: Any) -> Any:
        return condition(model, Who.of(actor).as_sql())

    return narrowed
