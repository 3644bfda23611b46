"""Random uses of the ORM that read: entities, relationship joins, loader options, bundles, get(), refresh, lazy loads."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, func, inspect, lambda_stmt, select, union, union_all
from sqlalchemy.orm import (
    Bundle,
    aliased,
    contains_eager,
    defer,
    joinedload,
    load_only,
    selectinload,
    subqueryload,
    with_loader_criteria,
)
from sqlalchemy.orm.exc import ObjectDeletedError

from proof.asked import shown
from proof.expressions import Scope, entity_source
from proof.selects import SelectGrower
from proof.small_world import Asset, Book, Doc, Film, Note, Novel, Odd, Odder, Person, Plan, Remark, Room, Share, Tag

ROUTES: dict[Any, list[tuple[str, Any]]] = {
    Doc: [("notes", Note), ("owner", Person), ("shares", Share), ("tags", Tag)],
    Note: [("doc", Doc), ("answers", Note), ("parent", Note)],
    Person: [("docs", Doc)],
    Share: [("doc", Doc)],
    Tag: [],
    Odd: [],
    Odder: [],
    Remark: [("doc", Doc)],
    Room: [],
    Plan: [],
    Asset: [("owner", Person)],
    Book: [("owner", Person)],
    Film: [("owner", Person)],
    Novel: [],
}
KEYS: dict[Any, list[Any]] = {
    Doc: list(range(1, 16)),
    Note: list(range(1, 16)),
    Person: list(range(1, 7)),
    Share: [(2, 1), (6, 3), (1, 2), (9, 1), (3, 1)],
    Tag: [1, 3],
    Odd: list(range(1, 9)),
    Odder: list(range(1, 9)),
    **{entity: list(range(1, 19)) for entity in (Remark, Room, Plan, Asset, Book, Film, Novel)},
}
GONE = (ObjectDeletedError, KeyError)
"""What SQLAlchemy raises where a column of a leaf is loaded and the leaf is hidden."""
Work = Callable[[Any], Any]


def dump(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Return an object, or what holds some, as plain values: its columns, and the relationships it has loaded."""
    if isinstance(value, list | tuple):
        return [dump(one, path) for one in value]
    state = inspect(value, raiseerr=False)
    if state is None or not hasattr(state, "mapper") or not hasattr(value, "__table__"):
        return value
    name = type(value).__name__
    if any(value is one for one in path) or len(path) > 3:
        return (name, state.identity)
    loaded = {key: dump(found, (*path, value)) for key, found in value.__dict__.items() if not key.startswith("_sa")}
    ordered = {k: sorted(v, key=repr) if isinstance(v, list) else v for k, v in sorted(loaded.items())}
    return (name, ordered)


class EntityGrower(SelectGrower):
    """Grows what a session does with entities."""

    def orm_select(self) -> tuple[Any, Work]:  # noqa: C901 - one choice after the other
        """Return a SELECT of entities, and the work that executes it and looks at what came."""
        entity = self.pick([Doc, Note, Person, Share, Tag, Odd, Odder, Asset, Remark, Book, Room, Plan, Film, Novel])
        source = self._alias(entity) if self.chance(25) else entity_source(entity)
        target, sources = source.entity, [source]
        made = select(target)
        eager: list[Any] = []
        columns = False
        for _ in range(self.pick([0, 1, 1, 2])):
            here = self.pick(sources)
            routes = ROUTES[inspect(here.entity).mapper.class_]
            if not routes:
                break
            name, other = self.pick(routes)
            there = aliased(other)
            attribute = getattr(here.entity, name).of_type(there)
            source = entity_source(there)
            on = attribute
            if self.chance(30):
                on = attribute.and_(self.condition(Scope([source]), 0))
            made = made.join(on, isouter=self.chance(40), full=self.chance(10))
            if here is sources[0] and not eager and self.chance(35):
                eager.append(contains_eager(attribute))
            elif self.chance(30):
                made, columns = made.add_columns(there), True
            sources.append(source)
        if self.chance(70):
            made = made.where(self.condition(Scope(sources), self.pick([1, 2])))
        if self.chance(20):
            bundle = Bundle("b", sources[0].keys[0], sources[0].columns["int"][-1])
            made, columns = made.add_columns(bundle), True
        if self.chance(15):
            made, columns = made.add_columns(self.ask(Scope(sources)).label("may")), True
        if self.chance(20):
            made, columns = made.add_columns(self.grow("int", Scope(sources, windows=True), 1).label("grown")), True
        order = [key for source in sources for key in source.keys]
        if self.chance(50):
            made = made.order_by(*order)
            if not eager and len(made.column_descriptions) == 1 and self.chance(50):
                made = made.order_by(*order).limit(self.pick([1, 3]))
        options = [*eager, *self._options(target, skip=bool(eager))]
        if self.chance(15):
            other = self.pick([Note, Doc, Share])
            options.append(with_loader_criteria(other, self.condition(Scope([entity_source(other)]), 0)))
        made = made.options(*options)
        touch = [name for name, _ in ROUTES[entity] if self.chance(20)]
        unique = columns is False or not options
        legacy = self.chance(10) and not columns and not eager
        return made, lambda session: self._look(session, made, touch, unique, legacy, target)

    def _options(self, target: Any, *, skip: bool) -> list[Any]:
        entity = inspect(target).mapper.class_
        found: list[Any] = []
        for name, other in ROUTES[entity]:
            if skip or not self.chance(40):
                continue
            loader = self.pick([selectinload, joinedload, subqueryload])
            attribute = getattr(target, name)
            if self.chance(25):
                attribute = attribute.and_(self.condition(Scope([entity_source(other)]), 0))
            option = loader(attribute)
            deeper = ROUTES[other]
            if deeper and self.chance(40):
                option = getattr(option, self.pick(["selectinload", "joinedload", "subqueryload"]))(
                    getattr(other, self.pick(deeper)[0])
                )
            found.append(option)
        if self.chance(15):
            plain = [key for key in list(inspect(entity).column_attrs.keys()) if key not in ("id", "kind")]
            attribute = getattr(target, self.pick(plain))
            found.append(defer(attribute) if self.chance(50) else load_only(attribute))
        return found

    def _look(self, session: Any, made: Any, touch: list[str], unique: bool, legacy: bool, target: Any) -> Any:
        if legacy:
            query = session.query(target).where(*([made.whereclause] if made.whereclause is not None else []))
            return [query.count(), [dump(one) for one in query.order_by(*inspect(target).mapper.primary_key)]]
        result = session.execute(made)
        rows = (result.unique() if unique else result.unique(repr)).all()
        for row in rows:
            for name in touch:
                if row[0] is not None:
                    getattr(row[0], name)
        return dump([tuple(row) for row in rows])

    def other_select(self) -> tuple[Any, Work]:
        """Return entities by from_statement(), by a lambda statement, or through a set operation."""
        entity = self.pick([Doc, Note, Person, Odd, Asset, Remark, Film])
        source = entity_source(entity)
        inner = select(entity).where(self.condition(Scope([source]), 2))
        shape = self.number(0, 2)
        if shape == 0:
            made: Any = select(entity).from_statement(inner.order_by(*source.keys))
        elif shape == 1:
            number = self.number(0, 5)
            made = lambda_stmt(lambda: select(entity)).add_criteria(
                lambda s: s.where(entity.id > number), track_on=[entity]
            )
        else:
            other = select(entity).where(self.condition(Scope([source]), 1))
            united = self.pick([union, union_all])(inner, other).subquery()
            made = select(aliased(entity, united))
        return made, lambda session: dump([tuple(row) for row in session.execute(made)])

    def program(self) -> tuple[Any, Work]:
        """Return some steps of a session on one kind of entity: get, refresh, expire, lazy loads, counts."""
        entity = self.pick([Doc, Note, Person, Share, Odd, Odder, Asset, Film, Remark, Book, Novel, Room])
        steps: list[tuple[str, Any]] = []
        for _ in range(self.number(1, 4)):
            step = self.pick(["get", "touch", "refresh", "expire", "count", "one"])
            if step in ("get", "refresh", "expire"):
                steps.append((step, self.pick(KEYS[entity])))
            elif step == "touch":
                if ROUTES[entity]:
                    steps.append((step, (self.pick(KEYS[entity]), self.pick(ROUTES[entity])[0])))
            else:
                criterion = self.condition(Scope([entity_source(entity)]), 2)
                steps.append((step, criterion))
        options = self._options(entity, skip=False)
        told = lambda: f"{entity.__name__}: " + "; ".join(f"{step} {shown(value)}" for step, value in steps)  # noqa: E731
        return told, lambda session: _steps(session, entity, steps, options)


def rows_of(made: Any) -> Work:
    """Return the work that executes a statement."""
    return lambda session: dump([tuple(row) for row in session.execute(made)])


def _steps(session: Any, entity: Any, steps: list[tuple[str, Any]], options: list[Any]) -> Any:
    """Return what each step gives. Objects are kept, or the garbage collector would decide what is loaded again."""
    found, kept = [], []
    for step, value in steps:
        found.append(_step(session, entity, step, value, options))
        kept += session.identity_map.values()
    return found


def _step(session: Any, entity: Any, step: str, value: Any, options: list[Any]) -> Any:  # noqa: PLR0911 - one for each
    if step == "get":
        return dump(session.get(entity, value, options=options))
    if step == "touch":
        key, name = value
        found = session.get(entity, key)
        return found and (dump(getattr(found, name)), dump(found))
    if step in ("refresh", "expire"):
        found = session.get(entity, value)
        if found is None:
            return None
        getattr(session, step)(found)
        try:
            return [getattr(found, attribute.key) for attribute in inspect(type(found)).column_attrs]
        except GONE:  # its leaf is hidden
            return "gone"
    if step == "count":
        return session.scalar(select(func.count()).select_from(entity).where(value))
    order = entity_source(entity).keys
    return dump(session.scalars(select(entity).where(and_(value)).order_by(*order).limit(1)).first())


__all__ = ["GONE", "EntityGrower", "dump", "rows_of"]
