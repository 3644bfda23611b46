"""Drawn rows, new rows, changes, and principals."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from proof.drawn_schemas import ATTRIBUTES, POOLS, ROLES, Schema, Spec
from rowgate import Catalog, Hierarchy, Principal

ROWS = 12
NEW = 8
HIERARCHY = Hierarchy({"chief": {"clerk"}, "clerk": {"guest"}})
IDS = {"int": (1, 2, 3), "uuid": POOLS["uuid"], "text": ("a", "b", "ab")}
Row = dict[str, Any]


@dataclass(frozen=True)
class Acting:
    """Somebody, and what the session lifts."""

    who: Principal
    lifts: frozenset[str]


def rows(draw: Any, schema: Schema) -> dict[str, list[Row]]:
    """Draw the rows of all tables."""
    found: dict[str, list[Row]] = {}
    for spec in schema.specs:
        found[spec.name] = [{**row(draw, spec, schema), "id": number, "touched": 0} for number in range(1, ROWS + 1)]
    return found


def new_rows(draw: Any, spec: Spec, schema: Schema) -> list[Row]:
    """Draw rows that are not there yet. All of them leave the same columns out."""
    left = draw(st.sets(st.sampled_from(sorted(spec.nullable)), max_size=2)) if spec.nullable else set()
    made = ({**row(draw, spec, schema), "id": number, "touched": 0} for number in range(101, 101 + NEW))
    return [{name: value for name, value in one.items() if name not in left} for one in made]


def changes(draw: Any, spec: Spec, schema: Schema) -> Row:
    """Draw what an UPDATE sets."""
    possible = [name for name in spec.kinds if name not in ("id", "touched")]
    names = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True))
    return {name: _cell(draw, spec, schema, name) for name in names}


def row(draw: Any, spec: Spec, schema: Schema) -> Row:
    """Draw a row."""
    return {name: _cell(draw, spec, schema, name) for name in spec.kinds if name not in ("id", "touched")}


def _cell(draw: Any, spec: Spec, schema: Schema, name: str) -> Any:
    kind = spec.kinds[name]
    if kind.startswith("key"):
        pool: tuple[Any, ...] = (1, 2, 3, ROWS)
    else:
        pool = IDS[schema.id_kind] if name == "owner" else POOLS[kind]
    found = draw(st.sampled_from((*pool, None) if name in spec.nullable else pool))
    return list(found) if isinstance(found, tuple) else found


def principals(draw: Any, schema: Schema, catalog: Catalog) -> list[Acting]:
    """Draw who acts: always nobody, somebody without roles, some with several, a spy."""
    first, second, third = IDS[schema.id_kind]
    who = [Principal.anonymous(), Principal(first), Principal(second, HIERARCHY.close({"chief"}))]
    for id_ in (first, third):
        roles = draw(st.sets(st.sampled_from(ROLES), max_size=3))
        who.append(Principal(id_, HIERARCHY.close(roles), _attributes(draw)))
    who.append(Principal(first, HIERARCHY.close({"spy"})))  # the second of two roles that one rule is for
    who.append(Principal.anonymous(_attributes(draw)))
    return [Acting(each, _lifts(draw, each, catalog)) for each in who]


def _attributes(draw: Any) -> dict[str, Any]:
    names = draw(st.sets(st.sampled_from(sorted(ATTRIBUTES)), max_size=len(ATTRIBUTES)))
    return {name: draw(st.sampled_from((*POOLS[ATTRIBUTES[name]], None))) for name in sorted(names)}


def _lifts(draw: Any, who: Principal, catalog: Catalog) -> frozenset[str]:
    possible = sorted(name for name in catalog.restriction_names if catalog.lifts_for(name) & who.roles)
    return frozenset(draw(st.sets(st.sampled_from(possible)))) if possible else frozenset()
