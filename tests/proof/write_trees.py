"""Random writes: by criteria, of values, from a SELECT, and by the unit of work."""

from typing import Any

from sqlalchemy import Integer, delete, func, insert, inspect, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from proof.expressions import TYPES, Scope, Source, entity_source, table_source, typed
from proof.selects import SelectGrower
from proof.small_world import TABLES, Asset, Book, Doc, Film, Note, Novel, Odd, Person, Plan, Remark, Room, Tag
from proof.truth import MASKED, Row
from proof.units import UnitOfWork
from proof.writes import Criteria, is_plain, plain_value

SHOWN_BY = {
    "docs": "owner_id",
    "notes": "author_id",
    "people": "id",
    "Order": "user",
    "plans": "owner_id",
    "remarks": "doc_id",
    "films": "editor_id",
}
"""The column that tells who sees a masked one."""
WRITTEN = [
    *("docs", "plans", "notes", "people", "films", "rooms", "remarks", "Order", "tags"),
    *("assets", "books", "novels", "shares", "links", "blocks"),
]
CLASSES = {
    "docs": Doc,
    "notes": Note,
    "people": Person,
    "tags": Tag,
    "Order": Odd,
    "plans": Plan,
    "rooms": Room,
    "remarks": Remark,
    "assets": Asset,
}
LEAF_CLASSES = {"books": Book, "novels": Novel, "films": Film}
BESIDE = {
    "docs": (Person, "owner_id"),
    "notes": (Doc, "doc_id"),
    "remarks": (Doc, "doc_id"),
    "books": (Asset, "id"),
    "films": (Asset, "id"),
    "novels": (Book, "id"),
}
"""What a write may be joined to, and by which column."""
FIRST = {"tags": "word", "people": "age", "notes": "stars", "Order": "user", "rooms": "owner_id", "plans": "effort",
         "remarks": "level", "assets": "owner_id", "films": "minutes", "novels": "mood"}  # fmt: skip
OWNED = {"docs": "owner_id", "notes": "author_id", "blocks": "blocker", "links": "doc_id", "shares": "doc_id",
         "Order": "user", "plans": "owner_id", "rooms": "owner_id", "remarks": "author_id", "assets": "owner_id",
         "films": "editor_id"}  # fmt: skip
KINDS = {"Order": "odder", "assets": "asset"}


class WriteGrower(SelectGrower):
    """Grows writes."""

    def literal(self, kind: str) -> Any:
        """Return a plain value."""
        return self.pick(
            {"int": [1, 2, None, 3, 0], "text": ["a", None, "q", "hidden"], "bool": [True, False, None]}[kind]
        )

    def _target(self, *, leaves: bool = False) -> tuple[str, Source]:
        name = self.pick(WRITTEN[: self.pick([2, 5, 9, 15])])
        table = TABLES[name]
        if name in CLASSES and self.chance(60):
            return name, entity_source(CLASSES[name])
        if leaves and name in LEAF_CLASSES and self.chance(50):  # an ORM write of a leaf writes the leaf's own columns
            leaf = LEAF_CLASSES[name]
            columns = typed(table, lambda column: getattr(leaf, column.key))
            return name, Source(leaf, columns, [leaf.id], name, leaf)
        return name, table_source(table, table)

    def _value(self, kind: str, scope: Scope) -> Any:
        return self.literal(kind) if self.chance(50) else self.grow(kind, scope, 1)

    def _settings(self, name: str, scope: Scope, *, keys: bool) -> dict[str, Any]:
        kinds = {c.name: k for k, cs in typed(TABLES[name], lambda c: c).items() for c in cs}
        free = [c for c in kinds if c != "kind" and (keys or c not in [k.name for k in TABLES[name].primary_key])]
        rare = MASKED.get(name, ())
        chosen = {self.pick(free) for _ in range(self.number(1, 3))}
        return {c: self._value(kinds[c], scope) for c in sorted(chosen) if c not in rare or self.chance(50)}

    def by_criteria(self) -> Criteria:
        """Return an UPDATE or DELETE with a WHERE."""
        name, source = self._target(leaves=True)
        scope, criteria = Scope([source]), []
        deleting = self.chance(35) or name in ("shares", "links", "blocks")
        if name in BESIDE and self.chance(15) and (self.postgres or not deleting):
            entity, column = BESIDE[name]
            other = entity_source(aliased(entity, flat=True))
            criteria.append(getattr(source.entity or source.from_.c, column) == other.keys[0])
            scope = Scope([source, other])
        if self.chance(80):
            criteria.append(self.condition(scope, self.pick([1, 2])))
        statement = (delete if deleting else update)(source.from_).where(*criteria)
        setting: list[str] = []
        plain: Row = {}
        if not deleting:
            values = self._settings(name, scope, keys=False)
            if not values:
                only = FIRST.get(name, "pages")
                values = {only: self.literal("text" if only in ("word", "mood") else "int")}
            setting, plain = list(values), {c: plain_value(v) for c, v in values.items() if is_plain(v)}
            statement = statement.values(self._keyed(name, values, source))
        keys = select(*TABLES[name].primary_key).where(*criteria)
        made = self._finish(name, "delete" if deleting else "update", statement, source, setting, keys)
        made.plain = plain
        return made

    def _keyed(self, name: str, values: Row, source: Source) -> dict[Any, Any]:
        """Return what is set, by column, or by name where that is the same in Python."""
        if name != "Order" and self.chance(60):
            return values
        columns = {c.name: c for cs in source.columns.values() for c in cs} if source.entity is None else {
            column.name: getattr(source.entity, inspect(source.entity).get_property_by_column(column).key)
            for column in TABLES[name].c
        }  # fmt: skip
        return {columns[c]: value for c, value in values.items()}

    def _finish(
        self, name: str, action: str, statement: Any, source: Source, setting: list[str], keys: Any
    ) -> Criteria:
        # To fetch the keys of leaves that it deletes, SQLAlchemy returns the root's, which is no SQL.
        fetched = action == "delete" and name in LEAF_CLASSES and source.entity is not None
        returning = self.chance(50) and not fetched
        if returning:
            columns = source.columns
            telling = {SHOWN_BY.get(name), *MASKED.get(name, ())} & set(setting)
            masked = name in SHOWN_BY and (action == "insert" or bool(telling))
            if masked:
                hidden = MASKED[name]
                columns = {k: [c for c in cs if c.key not in (*hidden, "grp")] for k, cs in columns.items()}
            scope = Scope([Source(source.from_, columns, source.keys, name)])
            plain = [c for cs in columns.values() for c in cs]
            chosen = [self.pick(plain) for _ in range(self.number(1, 2))]
            if self.chance(30):
                chosen.append(self._returned(scope).label("x"))
            if self.chance(15):
                chosen = chosen[-1:]
            if name in CLASSES and source.entity is not None and not masked and self.chance(25):
                chosen = [source.entity]
            statement = statement.returning(*chosen)
        return Criteria(name, action, statement, setting, returning, source.entity is None and self.chance(50), keys)

    def _returned(self, scope: Scope) -> Any:
        kind = self.pick(["int", "text"])
        column = self.pick(scope.columns(kind) or [literal(1, TYPES[kind])])
        return column + (literal(1) if kind == "int" else literal("!"))

    def insertion(self, *, flat: bool = False) -> Criteria:
        """Return an INSERT of values, of many rows, or from a SELECT; `flat` takes no rows beside the statement."""
        name, source = self._target()
        table = TABLES[name]
        kinds = {c.name: k for k, cs in typed(table, lambda c: c).items() for c in cs}
        owned = OWNED.get(name)
        rest = [
            c for c in kinds if c not in [k.name for k in table.primary_key] and self.chance(85 if c == owned else 50)
        ]
        rest = rest if name not in KINDS else [*(c for c in rest if c != "kind"), "kind"]
        rest = [c for c in rest if c not in MASKED.get(name, ()) or self.chance(40)]
        if self.chance(30):
            other = self.source(1, [name])
            inner = self.grow
            scope = Scope([other])
            first = list(table.primary_key)
            number = self.row_number(other)
            outputs = [(number + (self.pick([0, 5]) if name in LEAF_CLASSES else 1000)).label(first[0].name)]
            outputs += [self.literal_of(c.name, owned, "int").label(c.name) for c in first[1:]]
            outputs += [
                (self.literal_of(c, owned, kinds[c]) if self.chance(60) else inner(kinds[c], scope, 1)).label(c)
                for c in rest
            ]
            picked = select(*outputs).select_from(other.from_).where(self.condition(scope, 1))
            statement = insert(table).from_select(
                [*first, *(next(c for c in table.c if c.name == r) for r in rest)], picked
            )
            return self._finish(name, "insert", statement, source, rest, None)
        plain_name = {c.name: c.key for c in table.c}
        if source.entity is not None:
            plain_name = {c.name: inspect(source.entity).get_property_by_column(c).key for c in table.c}
        many = [self._row(table, n, rest, owned, kinds) for n in range(self.number(1, 3))]
        if name in LEAF_CLASSES:  # a leaf without a root is denied: take roots that are there
            first_key = self.number(1, 16)
            many = [{**row, "id": first_key + n} for n, row in enumerate(many)]
        many = [{plain_name[c]: v for c, v in row.items()} for row in many]
        if name not in LEAF_CLASSES and self.chance(20):
            dialect = postgresql if self.postgres else sqlite
            skipping = dialect.insert(table).on_conflict_do_nothing()
            return self._finish(name, "insert", skipping.values([{c.key: row[plain_name[c.name]] for c in table.c
                                if plain_name[c.name] in row} for row in many]), table_source(table, table), rest, None)  # fmt: skip
        if not flat and self.chance(40):
            made = self._finish(name, "insert", insert(source.from_), source, rest, None)
            made.parameters = many
            return made
        values: Any = many if len(many) > 1 else many[0]
        return self._finish(name, "insert", insert(source.from_).values(values), source, rest, None)

    def in_cte(self) -> Criteria:
        """Return a write in a CTE of a SELECT, or of a write of an open table."""
        made = self.insertion(flat=True) if self.chance(30) else self.by_criteria()
        shape = self.number(0, 4) if made.returning else 4
        name, other = self.name("w"), entity_source(self.pick([Doc, Person, Tag, Remark]))
        criterion = self.condition(Scope([other]), 1)
        beside = shape == 3 and made.table != "tags"

        def wrap(write: Any) -> Any:
            cte = write.cte(name)
            numbers = [column for column in cte.c if isinstance(column.type, Integer)]
            if shape == 1:
                return select(func.count(), func.max(numbers[0]) if numbers else literal(0)).select_from(cte)
            if shape == 2 and numbers:
                return select(*cte.c, other.keys[0]).join_from(cte, other.entity, numbers[0] == other.keys[0])
            if beside and numbers:
                tags = TABLES["tags"]
                return update(tags).values(word="w").where(tags.c.id.in_(select(numbers[0])))
            if shape == 4:
                return select(*other.keys).where(criterion).add_cte(cte)
            return select(*cte.c)

        self.tags.add(f"{made.action} in a CTE")
        made.wrap, made.beside = wrap, frozenset({"tags"} if beside else ())
        return made

    def row_number(self, other: Source) -> Any:
        """Return a number for each row of a source."""
        return func.row_number().over(order_by=other.keys)

    def literal_of(self, column: str, owned: str | None, kind: str) -> Any:
        """Return a literal, often one that passes the check."""
        value = 1 if column in (owned, "tenant") and self.chance(70) else self.literal(kind)
        if column == "kind":
            value = "odder" if owned == "user" else "asset"
        if value is None and column in ("person_id", "tag_id", "blocked", "doc_id", "blocker"):
            value = 2
        return literal(value, TYPES[kind])

    def _row(self, table: Any, n: int, rest: list[str], owned: str | None, kinds: dict[str, str]) -> Row:
        first, *others = [c.name for c in table.primary_key]
        row: Row = {first: 1000 + n}
        if owned == first and self.chance(70):
            row[first] = self.pick([1, 5, 10])
            others_at = 2000 + n
            return {**row, **dict.fromkeys(others, others_at), **{c: self.literal(kinds[c]) for c in rest}}
        row.update(dict.fromkeys(others, 2))
        row.update({c: 1 if c in (owned, "tenant") and self.chance(70) else self.literal(kinds[c]) for c in rest})
        return {**row, "kind": "odd" if table.name == "Order" else "asset"} if "kind" in rest else row

    def unit_of_work(self) -> UnitOfWork:
        """Return changes of objects, in one flush."""
        entity = self.pick([Doc, Plan, Note, Person, Room, Remark, Tag])
        name = entity.__tablename__
        kinds = {c.name: k for k, cs in typed(TABLES[name], lambda c: c).items() for c in cs}
        free = [c for c in kinds if c != "id" and (c not in MASKED.get(name, ()) or self.chance(15))]
        top = 5 if name in ("people", "tags") else 14
        changes = {
            self.number(1, top): {
                c: self.literal(kinds[c]) for c in {self.pick(free) for _ in range(self.number(1, 2))}
            }
            for _ in range(self.number(0, 3))
        }
        deletes = sorted({self.number(1, top) for _ in range(self.pick([0, 0, 1, 2]))})
        owned = OWNED.get(name)
        adds = [
            {"id": 1000 + n, **{c: 1 if c in (owned, "tenant") else self.literal(kinds[c]) for c in free if c in (owned, "tenant") or self.chance(40)}}
            for n in range(self.pick([0, 0, 0, 1, 2]))
        ]  # fmt: skip
        if self.chance(25):
            return UnitOfWork(entity, changes, [], [], bulk=True)
        return UnitOfWork(entity, changes, deletes, adds)
