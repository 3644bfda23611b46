"""Drawn schemas: a few tables of columns of every kind, with relationships between them, mapped to classes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import registry, relationship

ROLES = ("chief", "clerk", "guest", "spy")
MOODS = ("calm", "glad", "sour")
UUIDS = tuple(UUID(int=n) for n in (1, 2, 3))
DAYS = (date(2024, 2, 29), date(2025, 1, 1), date(2030, 12, 31))
MOMENTS = tuple(map(datetime.fromisoformat, ("2020-01-01T12:00:00", "2025-06-01T00:00:01", "2090-01-01T00:00:00")))
POOLS: dict[str, tuple[Any, ...]] = {
    "bool": (True, False),
    "int": (0, 1, 2, 3, -1),
    "text": ("", "a", "b", "ab", "a%"),
    "role": (*ROLES[:3], ""),
    "enum": MOODS,
    "uuid": UUIDS,
    "date": DAYS,
    "stamp": MOMENTS,
    "stamptz": tuple(moment.replace(tzinfo=UTC) for moment in MOMENTS),
    "array": ((), (1,), (1, 2), (2, 3), (None, 1), (None,)),
}
"""The values of each kind: few, so that they meet."""
EVERYWHERE = ("bool", "int", "text", "role", "enum", "uuid", "date", "stamp")
ON_POSTGRES = (*EVERYWHERE, "stamptz", "array")
ATTRIBUTES = {"flag": "bool", "level": "int", "team": "text", "day": "date", "key": "uuid"}


def type_of(kind: str) -> Any:
    """Return the SQL type of a kind of values."""
    return {
        "bool": Boolean(),
        "int": Integer(),
        "text": Text(),
        "role": Text(),
        "enum": Enum(*MOODS, name="mood"),
        "uuid": Uuid(),
        "date": Date(),
        "stamp": DateTime(),
        "stamptz": DateTime(timezone=True),
        "array": postgresql.ARRAY(Integer),
    }[kind]


@dataclass
class Spec:
    """One table: its class, and the kind of each column. Columns of the same kind may be compared."""

    name: str
    kinds: dict[str, str]
    nullable: frozenset[str]
    table: Table
    entity: Any = None
    parents: dict[str, "Spec"] = field(default_factory=dict)
    children: dict[str, "Spec"] = field(default_factory=dict)

    def names(self, kind: str) -> list[str]:
        """Return the columns of a kind, those apart that no rule may read."""
        return [name for name, found in self.kinds.items() if found == kind and name != "touched"]


@dataclass
class Schema:
    """Some tables, and the kind of the principal's id."""

    registry: registry
    specs: list[Spec]
    id_kind: str
    postgres: bool

    @property
    def metadata(self) -> MetaData:
        """All tables."""
        return self.registry.metadata

    def spec(self, name: str) -> Spec:
        """Return the table of this name."""
        return next(spec for spec in self.specs if spec.name == name)


def schemas(draw: Any, *, postgres: bool) -> Schema:
    """Draw a schema, and map it."""
    mapping = registry()
    id_kind = draw(st.sampled_from(("int", "uuid", "text")))
    specs: list[Spec] = []
    for number in range(draw(st.integers(2, 3))):
        specs.append(_table(draw, mapping.metadata, f"t{number}", specs, id_kind, postgres=postgres))
    _map(mapping, specs)
    return Schema(mapping, specs, id_kind, postgres)


def _table(draw: Any, metadata: MetaData, name: str, others: list[Spec], id_kind: str, *, postgres: bool) -> Spec:
    possible = ON_POSTGRES if postgres else EVERYWHERE
    kinds = {"id": "int", "touched": "int", "owner": id_kind}
    for number in range(draw(st.integers(2, 5))):
        kinds[f"c{number}"] = draw(st.sampled_from(possible))
    nullable = frozenset(n for n in kinds if n not in ("id", "touched") and draw(st.sampled_from((True, True, False))))
    columns = [
        Column(n, type_of(kind), primary_key=n == "id", nullable=n in nullable or n == "touched", autoincrement=False)
        for n, kind in kinds.items()
    ]
    made = Spec(name, kinds, nullable, Table(name, metadata, *columns))
    for other in [*others, made] if draw(st.sampled_from((False, False, True))) else others:
        if draw(st.sampled_from((True, True, False))):
            column = f"{other.name}_id"
            # Deferred: what is judged here is never committed.
            key = ForeignKey(f"{other.name}.id", deferrable=True, initially="DEFERRED")
            made.table.append_column(Column(column, Integer, key, nullable=True))
            made.kinds[column] = f"key of {other.name}"
            made.nullable |= {column}
            made.parents[column] = other
            if other is not made:
                other.children[f"{name}_of_{other.name}"] = made
    return made


def _map(mapping: registry, specs: list[Spec]) -> None:
    for spec in specs:
        spec.entity = type(spec.name.upper(), (), {})
    for spec in specs:
        relations: dict[str, Any] = {}
        for column, parent in spec.parents.items():
            mine = spec.table.c[column]
            more = {"remote_side": [spec.table.c.id]} if parent is spec else {"foreign_keys": [mine]}
            relations[f"to_{parent.name}"] = relationship(parent.entity, viewonly=True, **more)
        for name, child in spec.children.items():
            relations[name] = relationship(child.entity, foreign_keys=[child.table.c[f"{spec.name}_id"]], viewonly=True)
        mapping.map_imperatively(spec.entity, spec.table, properties=relations)
    mapping.configure()
