"""Drawn policies: allows, restrictions with and without check, lifts, masks, columns, for each table of a drawn schema."""

from typing import Any

from hypothesis import strategies as st

from proof.drawn_conditions import Scope, condition
from proof.drawn_schemas import POOLS, ROLES, Schema, Spec, type_of
from rowgate import EVERYONE, Catalog

ACTIONS = ("read", "create", "update", "delete")
NAMES = ("r0", "r1")
"""Names of restrictions: the same on several tables, so that a lift may mean two of them."""


def catalogs(draw: Any, schema: Schema) -> Catalog:
    """Draw the policies of all tables."""
    catalog = Catalog(schema.registry, principal_id=type_of(schema.id_kind), roles=ROLES)
    for number, spec in enumerate(schema.specs):
        follows = tuple(other.name for other in schema.specs[:number])
        if number and draw(st.integers(0, 14)) == 0:
            actions = draw(st.sampled_from((("read",), ACTIONS, ("read", "create"))))
            catalog.open(spec.entity, reason="drawn", actions=actions)
        else:
            _policy(draw, catalog, Scope(schema, spec.entity, spec, follows=follows))
    return catalog


def _policy(draw: Any, catalog: Catalog, scope: Scope) -> None:
    policy = catalog.policy(scope.entity, barrier=draw(st.integers(0, 9)) == 0)
    # A rule that speaks for many, so that there is something to see, and something to narrow.
    wide = draw(st.sampled_from((ACTIONS, ("read", "delete"), ("read", "create"))))
    policy.allow(*wide, to=draw(st.sampled_from((None, EVERYONE))), when=condition(draw, scope, 2))
    for _ in range(draw(st.integers(1, 3))):
        _allow(draw, policy, scope)
    for name in NAMES[: draw(st.integers(0, 2))]:
        actions = draw(st.sampled_from(((), (), ("read",), ("update", "delete"), ("create",), ("read", "update"))))
        policy.restrict(
            *actions,
            when=condition(draw, _acting(scope, actions or ACTIONS), 2),
            name=name,
            lift=draw(st.sampled_from((None, "chief", "clerk", ("chief", "guest")))),
            check=draw(st.booleans()),
        )
    if draw(st.integers(0, 2)) == 0:
        _mask(draw, policy, scope)


def _allow(draw: Any, policy: Any, scope: Scope) -> None:
    actions = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4, unique=True))
    acting = _acting(scope, actions)
    limited = "update" in actions and draw(st.integers(0, 4)) < 2
    others = [name for name in scope.spec.kinds if name not in ("id", "touched")]
    named = draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True)) if limited else []
    policy.allow(
        *actions,
        to=draw(st.sampled_from((None, None, EVERYONE, "chief", "clerk", ("guest", "spy")))),
        when=None if draw(st.integers(0, 9)) == 0 else condition(draw, acting, 3),
        check=condition(draw, acting, 2) if draw(st.integers(0, 4)) < 2 else None,
        columns=[getattr(scope.entity, name) for name in named] or None,
    )


def _acting(scope: Scope, actions: Any) -> Scope:
    """Return the scope of a rule: only one that does not say who reads may ask whether its own row is read."""
    return Scope(
        scope.schema, scope.entity, scope.spec, follows=scope.follows, own_read="read" not in actions, deep=scope.deep
    )


def _mask(draw: Any, policy: Any, scope: Scope) -> None:
    spec: Spec = scope.spec
    possible = [n for n, kind in spec.kinds.items() if n.startswith("c") and n in spec.nullable]
    if not possible:
        return
    name = draw(st.sampled_from(possible))
    kind = spec.kinds[name]
    reads = None if kind == "array" or draw(st.booleans()) else draw(st.sampled_from(POOLS[kind]))
    policy.mask(
        getattr(scope.entity, name),
        unless=draw(st.sampled_from((None, "chief", ("clerk", "guest")))),
        unless_when=condition(draw, scope, 1) if draw(st.booleans()) else None,
        reads=reads,
        writable=condition(draw, scope, 1) if draw(st.booleans()) else None,
    )
