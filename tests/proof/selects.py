"""Random SELECT trees over tables and entities: joins, sub-selects, CTEs, set operations, grouping, windows."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    and_,
    cast,
    column,
    func,
    inspect,
    join,
    literal,
    outerjoin,
    select,
    true,
    union,
    union_all,
    values,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased, with_polymorphic

from proof.expressions import TYPES, Grower, Scope, Source, entity_source, table_source
from proof.small_world import ENTITIES, LEAVES, TABLES, Asset, Book, Film, Note, Novel

ROOT = {"id", "kind", "owner_id", "name", "shared"}


def distinct_on(made: Any, first: Any) -> Any:
    """Return a SELECT DISTINCT ON, spelled as this release of SQLAlchemy wants it."""
    extension = getattr(postgresql, "distinct_on", None)
    return made.distinct(first) if extension is None else made.ext(extension(first))


class SelectGrower(Grower):
    """Grows SELECT statements."""

    def sub(self, kinds: list[str], depth: int, outer: list[Source], *, aggregate: bool = False) -> Any:
        """Return a SELECT of columns c0, c1, ... of these types, correlated to `outer` where it likes.

        With `aggregate` it gives one row at most.
        """
        sources, from_, criteria = self.froms(depth, outer)
        scope = Scope(sources, outer)
        shape = self.number(0, 9)
        grouped = not aggregate and shape in (6, 7)
        scope.windows = not aggregate and shape in (8, 9)
        if grouped:
            keys = self._group_keys(sources)
            scope.grouped = keys["by_kind"]
        scope.aggregates = aggregate or grouped or shape == 5
        if aggregate or (shape == 5 and not grouped):
            scope.grouped = {"int": [], "text": [], "bool": []}
            outputs = [self._aggregated(kind, scope, depth) for kind in kinds]
        else:
            outputs = [self.grow(kind, scope, depth) for kind in kinds]
        made = select(*(output.label(f"c{n}") for n, output in enumerate(outputs))).select_from(from_)
        made = made.where(*criteria)
        if self.chance(60):
            made = made.where(self.condition(Scope(sources, outer), depth))
        if grouped:
            rolled = self.postgres and len(keys["by"]) == 1 and keys["by"] != keys["table"] and self.chance(20)
            made = made.group_by(*([func.rollup(*keys["by"])] if rolled else keys["by"]))
            if self.chance(50):
                made = made.having(self.condition(scope, 1))
        elif not aggregate and self.chance(15):
            made = made.distinct()
        elif self.postgres and not scope.windows and not scope.aggregates and not aggregate and self.chance(10):
            first = made.selected_columns[0]
            made = distinct_on(made, first).order_by(first, *list(made.selected_columns)[1:])
            return self._correlated(made, sources)
        if not aggregate and self.chance(20):
            made = self.bounded(made)
        return self._correlated(made, sources)

    def _aggregated(self, kind: str, scope: Scope, depth: int) -> Any:
        made = self._aggregate("int" if kind == "bool" else kind, scope, max(depth - 1, 0))
        return made > 1 if kind == "bool" else made

    def _correlated(self, made: Any, sources: list[Source]) -> Any:
        return made.correlate_except(*(source.from_ for source in sources))

    def bounded(self, made: Any) -> Any:
        """Return a statement cut by LIMIT and OFFSET after a total order: that of all its columns."""
        order = [c.desc() if self.chance(30) else c for c in made.selected_columns]
        made = made.order_by(*order).limit(self.pick([1, 2, 5]))
        return made.offset(self.pick([1, 2])) if self.chance(40) else made

    def _group_keys(self, sources: list[Source]) -> dict[str, Any]:
        """Return what to group by, and what may then stand outside an aggregate, by type."""
        source = self.pick(sources)
        if source.table is not None and self.chance(40):  # by primary key: the other columns hang on it
            return {"by": source.keys, "by_kind": source.columns, "table": source.keys}
        kind = self.pick(["int", "text"])
        columns = source.columns.get(kind) or source.columns["int"]
        kind = kind if source.columns.get(kind) else "int"
        chosen = self.pick(columns)
        by_kind: dict[str, list[Any]] = {"int": [], "text": [], "bool": []}
        by_kind[kind] = [chosen]
        return {"by": [chosen], "by_kind": by_kind, "table": []}

    def froms(self, depth: int, outer: list[Source]) -> tuple[list[Source], Any, list[Any]]:
        """Return sources, the FROM that joins them, and criteria that belong to them."""
        used = [name for source in outer for name in source.names]
        first = self.source(depth, used, outer)
        sources, from_, criteria = [first], first.from_, []
        for _ in range(self.pick([0, 1, 1, 0, 2]) if depth > 0 else self.pick([0, 0, 0, 1])):
            used += [name for source in sources for name in source.names]
            if self.postgres and self.chance(15):
                more = self._from_select(self.sub(["int", "text"], depth - 1, sources).lateral(self.name("l")))
                from_ = join(from_, more.from_, true(), isouter=self.chance(30))
                sources.append(more)
                continue
            more = self.source(depth - 1, used, outer)
            right = more.from_
            together = [*sources, more]
            if self.chance(15):  # a nested join on the right
                used += more.names
                third = self.source(depth - 1, used, outer)
                right = join(right, third.from_, self.pair([more], third))
                together.append(third)
            on = self.pair(sources, more)
            if self.chance(30):
                on = and_(on, self.condition(Scope(together if self.chance(50) else [more]), 0))
            how = self.number(0, 5)
            if how <= 1:
                from_ = join(from_, right, on)
            elif how == 2:
                from_ = outerjoin(from_, right, on)
            elif how == 3:
                from_ = outerjoin(from_, right, self.pair(sources, more), full=True)
            elif how == 4:
                from_ = join(from_, right, true())
            else:
                from_, criteria = join(from_, right, true()), [*criteria, on]
            sources = together
        return sources, from_, criteria

    def pair(self, sources: list[Source], more: Source) -> Any:
        """Return an equality between two sources."""
        left = self.pick([c for source in sources for c in source.columns["int"]])
        return left == self.pick(more.columns["int"])

    def source(self, depth: int, used: list[Any], outer: list[Source] | None = None) -> Source:
        """Return something for FROM that is not in the statement yet."""
        entity = self.pick(ENTITIES)
        table = entity.__table__ if self.number(0, 9) else TABLES["links"]
        nested = self.chance(20)
        options: list[Callable[[], Source]] = [
            lambda: self._alias(entity),
            lambda: table_source(table, table.alias()),
            lambda: table_source(table, table.alias(self.name("t"))),
        ]
        if not {table.name, *(one.name for one in inspect(entity).tables)} & set(used):
            options = [lambda: entity_source(entity), lambda: table_source(table, table), *options]
            if table.name == "links":
                options.pop(0)
        if depth > 0:
            options += [
                lambda: self._from_select(self.sub(["int", "text"], depth - 1, []).subquery(self.name("s"))),
                lambda: self._from_select(self.sub(["int", "text"], depth - 1, []).cte(self.name("w"), nesting=nested)),
                lambda: self._from_select(self.compound(["int", "text"], depth - 1).subquery(self.name("u"))),
                lambda: self._from_select(self.recursive()),
                self._values,
                lambda: self._aliased_subquery(entity, depth),
            ]
            if self.postgres:
                options.append(self._series)
        return self.pick(options)()

    def _alias(self, entity: Any) -> Source:
        """Return an alias of an entity; of a root also with its leaves, one of a leaf with or without a sub-select."""
        if entity is Asset and self.chance(40):
            self.tags.add("with_polymorphic")
            leaves = self.pick([[Book], [Film], [Book, Film], [Film, Novel]])
            whole = with_polymorphic(Asset, self.pick([leaves, "*"]), flat=self.chance(50), aliased=True)
            found = entity_source(whole)
            for leaf in [one for one in leaves if hasattr(whole, one.__name__)]:
                for kind, columns in entity_source(getattr(whole, leaf.__name__)).columns.items():
                    found.columns[kind] += [column for column in columns if column.key not in ROOT]
            return found
        return entity_source(aliased(entity, flat=entity in LEAVES and self.chance(50)))

    def _from_select(self, made: Any) -> Source:
        columns: dict[str, list[Any]] = {"int": [], "text": [], "bool": []}
        for col in made.c:
            columns["text" if col.name in ("c1", "w") else "int"].append(col)
        return Source(made, columns, list(made.c))

    def _aliased_subquery(self, entity: Any, depth: int) -> Source:
        plain = entity_source(entity)
        inner = select(entity).where(self.condition(Scope([plain]), min(depth - 1, 1)))
        found = entity_source(aliased(entity, inner.subquery(self.name("e"))))
        found.table, found.names = None, ()
        return found

    def _values(self) -> Source:
        rows = [(1, "a"), (2, None), (3, "b"), (1, "a")][: self.number(1, 4)]
        made = values(column("v", Integer), column("w", String), name=self.name("v")).data(rows)
        if self.postgres is False:
            made = made.cte(self.name("vc"))
        return self._from_select(made)

    def _series(self) -> Source:
        made = (
            func.generate_series(1, self.pick([2, 3])).table_valued(column("n", Integer)).render_derived(self.name("g"))
        )
        return Source(made, {"int": [made.c.n], "text": [], "bool": []}, [made.c.n])

    def compound(self, kinds: list[str], depth: int) -> Any:
        """Return a set operation of two SELECTs, each a sub-select where it is cut."""
        sides = [self.sub(kinds, depth, []) for _ in range(2)]
        plain = [self._plain(side) for side in sides]
        at = self.number(0, 3)
        left, right = plain
        return [union(left, right), union_all(left, right), left.intersect(right), left.except_(right)][at]

    def _plain(self, side: Any) -> Any:
        if side._limit_clause is None and not side._order_by_clauses:
            return side
        inner = side.subquery(self.name("p"))
        return select(*inner.c)

    def recursive(self) -> Any:
        """Return a recursive CTE: answers to answers, five deep."""
        first = select(Note.id.label("c0"), Note.body.label("c1"), literal(0, Integer).label("c2"))
        scope = Scope([entity_source(Note)])
        cte = first.where(self.condition(scope, 1)).cte(self.name("r"), recursive=True)
        answer = aliased(Note)
        more = select(answer.id, answer.body, cte.c.c2 + 1).join(cte, answer.parent_id == cte.c.c0).where(cte.c.c2 < 4)
        return cte.union_all(more) if self.chance(50) else cte.union(more)

    def statement(self) -> tuple[Any, bool]:
        """Return a whole SELECT of plain columns, and whether its rows come in a total order."""
        depth = self.pick([1, 2, 0, 3])
        kinds = [self.pick(["int", "text", "bool"]) for _ in range(self.number(1, 3))]
        if self.chance(15):
            made = self.compound([kind if kind != "bool" else "int" for kind in kinds], depth)
            names = [f"c{n}" for n in range(len(kinds))]
            return (made.order_by(*names).limit(3), True) if self.chance(40) else (made, False)
        made = self.sub(kinds, depth, [])
        if made._limit_clause is None and not made._order_by_clauses and self.chance(40):
            return made.order_by(*made.selected_columns), True
        return made, bool(made._order_by_clauses)

    def whole_rows(self) -> Any:
        """Return a SELECT of whole rows, which PostgreSQL calls by the name of the table (table_valued)."""
        table = self.pick(list(TABLES.values()))
        from_ = self.pick([table, table.alias(self.name("t"))])
        row = from_.table_valued()
        source = table_source(table, from_)
        shown = self.pick([func.to_jsonb(row), func.row_to_json(row), cast(row, String), func.count(row)])
        return select(shown.label("c0")).select_from(from_).where(self.condition(Scope([source]), 1))


__all__ = ["TYPES", "SelectGrower"]
