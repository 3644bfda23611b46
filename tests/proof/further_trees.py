"""Random reads of a hierarchy of joined tables, and locks."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import aliased, joinedload, selectin_polymorphic, selectinload, with_polymorphic

from proof.entities import GONE, EntityGrower, Work, dump
from proof.expressions import Scope, Source, entity_source
from proof.leaf_work import LeafWork
from proof.selects import ROOT
from proof.small_world import TABLES, Asset, Book, Doc, Film, Note, Novel, Odd, Person, Plan, Remark, Room, Share, Tag
from proof.truth import MASKED, Row, Truth, key_of
from proof.writes import named

Narrow = Callable[[Any, Source], Any]


class FurtherGrower(EntityGrower):
    """Grows what a session does with leaves, and what it locks."""

    literal: Callable[[str], Any]

    def polymorphic(self) -> tuple[Any, Work]:
        """Return a SELECT of assets with some leaves, and the work that looks at what came, leaves and all."""
        shape = self.pick(["with", "selectin", "join", "of_type", "leaf"])
        self.tags.add(f"polymorphic: {shape}")
        made, source, leaves = getattr(self, f"_poly_{shape}")()
        if self.chance(80):
            made = made.where(self.condition(Scope([source, *leaves]), self.pick([1, 2])))
        if self.chance(30):
            made = made.add_columns(self.ask(Scope([source, *leaves])).label("may"))
        if self.chance(40):
            made = made.order_by(*source.keys)
            made = made.limit(3) if self.chance(50) else made
        whole = self.chance(40)
        return made, lambda session: _look(session, made, whole=whole)

    def _poly_with(self) -> tuple[Any, Source, list[Source]]:
        leaves = self.pick([[Book], [Film], [Book, Film], [Film, Novel], [Book, Novel, Film]])
        whole = with_polymorphic(Asset, self.pick([leaves, "*"]), flat=self.chance(40), aliased=self.chance(50))
        found = [entity_source(getattr(whole, leaf.__name__)) for leaf in leaves]
        for one in found:  # the root's columns stand in the source of the root
            one.columns = {k: [c for c in cs if c.key not in ROOT] for k, cs in one.columns.items()}
        made = select(whole)
        if self.chance(30):
            made = made.options(joinedload(whole.owner))
        return made, entity_source(whole), found

    def _poly_selectin(self) -> tuple[Any, Source, list[Source]]:
        leaves = self.pick([[Book], [Book, Film], [Book, Novel], [Novel]])
        target = aliased(Asset) if self.chance(20) else Asset
        made = select(target)
        if target is Asset:
            made = made.options(selectin_polymorphic(Asset, leaves))
        return made, entity_source(target), []

    def _poly_join(self) -> tuple[Any, Source, list[Source]]:
        leaf = self.pick([Book, Film, Novel])
        there = entity_source(aliased(leaf, flat=self.chance(50)))
        source = entity_source(self.pick([Person, Asset, Doc]))
        made = select(source.entity).join(there.entity, self.pair([source], there), isouter=self.chance(40))
        return made.add_columns(there.entity) if self.chance(50) else made, source, [there]

    def _poly_of_type(self) -> tuple[Any, Source, list[Source]]:
        leaf = self.pick([Book, Film, Novel])
        to = self.pick([leaf, with_polymorphic(Asset, [leaf], flat=True), aliased(leaf, flat=True)])
        source = entity_source(Person)
        if self.chance(50):
            loader = self.pick([selectinload, joinedload])
            return select(Person).options(loader(Person.assets.of_type(to))), source, []
        made = select(Person).join(Person.assets.of_type(to), isouter=self.chance(30))
        there = entity_source(to)
        return made.add_columns(to) if self.chance(40) else made, source, [there]

    def _poly_leaf(self) -> tuple[Any, Source, list[Source]]:
        source = entity_source(self.pick([Book, Film, Novel]))
        made = select(source.entity)
        return made.options(joinedload(source.entity.owner)) if self.chance(40) else made, source, []

    def lock(self, truth: Truth) -> tuple[Any, Any]:
        """Return SELECT ... FOR UPDATE, and for the shadow the same with only those rows locked that may be updated."""
        entity = self.pick([Doc, Note, Person, Odd, Tag, Share, Room, Remark, Plan, Asset, Book, Film, Novel])
        sources = [entity_source(aliased(entity, flat=True) if self.chance(30) else entity)]
        made = select(sources[0].entity)
        if self.chance(40):
            sources.append(entity_source(aliased(self.pick([Note, Doc, Person, Remark]))))
            made = made.join(sources[1].entity, self.pair(sources[:1], sources[1]))
        made = made.where(self.condition(Scope(sources), 2))
        of = sources[0].entity if self.chance(40) else None
        made = made.with_for_update(of=of, read=self.chance(30), skip_locked=self.chance(30))
        narrowed = made
        for source in sources[:1] if of is not None else sources:
            narrowed = _updatable(truth)(narrowed, source)
        return made, narrowed

    def lock_within(self, truth: Truth) -> tuple[Any, Any]:
        """Return the lock of a sub-select in FROM, which reaches all that it reads."""
        self.tags.add("lock of a sub-select")
        inner = entity_source(aliased(self.pick([Doc, Note, Person, Remark, Plan, Room])))
        beside = entity_source(self.pick([Person, Doc, Tag]))
        joined = entity_source(aliased(self.pick([Note, Tag]))) if self.chance(30) else None
        within = [inner] if joined is None else [inner, joined]
        columns = [self.pick(inner.columns["int"]), inner.keys[0]]
        asked, plain = self.condition(Scope(within), 2), self.condition(Scope([beside]), 1)
        on = None if joined is None else self.pair([inner], joined)
        cut, entity, of = self.chance(25), self.chance(40), self.pick([None, "sub", "beside"])
        pair, name = beside.keys[0], self.name("q")
        read, also = self.chance(30), self.chance(50)

        def build(narrow: Narrow) -> Any:
            made = select(inner.entity) if entity else select(*(c.label(f"c{n}") for n, c in enumerate(columns)))
            if joined is not None:
                made = made.join(joined.entity, on)
            made = made.where(asked)
            if cut:
                made = made.order_by(inner.keys[0]).limit(30)
            if of != "beside":
                for source in within:
                    made = narrow(made, source)
            sub = made.subquery(name)
            first = aliased(inspect(inner.entity).mapper.class_, sub).id if entity else sub.c.c1
            outer = select(first)
            if also or of == "beside":
                outer = outer.add_columns(pair).join(beside.entity, first == pair).where(plain)
                if of != "sub":
                    outer = narrow(outer, beside)
            return outer.with_for_update(of={None: None, "sub": sub, "beside": beside.entity}[of], read=read)

        return build(lambda made, _source: made), build(_updatable(truth))

    def leaf_work(self) -> LeafWork:
        """Return changes of objects of a hierarchy, in one flush."""
        kinds = {**_plain("assets"), **_plain("books"), **_plain("novels"), **_plain("films")}

        def some(leaf: Any, share: int) -> Row:
            free = [c for table in inspect(leaf).tables for c in _plain(table.name)]
            hidden = [c for table in inspect(leaf).tables for c in MASKED.get(table.name, ())]
            chosen = [c for c in free if self.chance(share) and (c not in hidden or self.chance(30))]
            return {c: self.literal(kinds[c]) for c in chosen}

        changes = {}
        for _ in range(self.number(0, 3)):
            key = self.number(1, 18)
            changes[key] = some(LeafWork.class_of(key), 30)
        deletes = sorted({self.number(1, 18) for _ in range(self.pick([0, 0, 1, 2]))})
        adds = []
        for n in range(self.pick([0, 0, 1, 2])):
            leaf = self.pick([Book, Film, Novel, Asset])
            mine = {"owner_id": 1} if leaf is not Film else {"owner_id": 1, "editor_id": 1}
            adds.append((leaf, {"id": 1000 + n, **some(leaf, 40), **(mine if self.chance(85) else {})}))
        return LeafWork(changes, deletes, adds, by_leaf=self.chance(40))


def _plain(table: str) -> dict[str, str]:
    """Return the columns of a table that a change may set, with their types."""
    named_ = {"INTEGER": "int", "VARCHAR": "text", "BOOLEAN": "bool"}
    return {c.name: named_[str(c.type)] for c in TABLES[table].c if c.name not in ("id", "kind")}


def _updatable(truth: Truth) -> Narrow:
    def narrow(made: Any, source: Source) -> Any:
        table = inspect(source.entity).mapper.local_table.name
        found = [row for row in truth.state[table] if truth.updates(table, row)]
        return made.where(named(table, [key_of(table, row) for row in found], source.keys))

    return narrow


def _look(session: Any, made: Any, *, whole: bool) -> Any:
    """Return the rows; with `whole`, after all columns of all leaves have been read."""
    rows = session.execute(made).unique(repr).all()
    read = [[_columns(one) for one in row] if whole else [] for row in rows]
    return [[told, *dump(tuple(row))] for told, row in zip(read, rows, strict=True)]


def _columns(one: Any) -> Any:
    state = inspect(one, raiseerr=False)
    try:
        return [getattr(one, attribute.key) for attribute in state.mapper.column_attrs] if state is not None else None
    except GONE:  # its leaf is hidden
        return "gone"
