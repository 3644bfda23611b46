"""Sub-selects over the rows of tables: which rows, which values. They see all rows, whoever acts."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Alias, CompoundSelect, Join, Select, SelectState, Subquery, TableClause

from rowgate.reference.reading import Around, Found, Meaning, Reader, Row, frame_key, unordered
from rowgate.reference.values import unknown

Source = Callable[[Around], Iterator[dict[Any, Row]]]
"""Gives, for each row of FROM, the frames that it adds."""
_NO_COMPILER: Any = None
_REFUSED = ("_group_by_clauses", "_having_criteria", "_limit_clause", "_offset_clause", "_fetch_clause",
            "_distinct_on", "_for_update_arg", "_with_options", "_independent_ctes", "_prefixes", "_suffixes", "_hints",
            "_statement_hints", "_setup_joins", "_memoized_select_entities")  # fmt: skip


class Statements(Reader):
    """Reads expressions and the sub-selects in them."""

    def rows_of(self, select: Any, *, exists: bool = False) -> Found:
        """Return the rows that a sub-select gives; for `exists`, rows without columns.

        Raises:
            CatalogError: the reference does not know what it holds.
        """
        select = _bare(select)
        if isinstance(select, CompoundSelect):
            return _compound(select, self)
        _check(select)
        state: Any = SelectState(select, _NO_COMPILER)
        froms = state._get_display_froms(explicit_correlate_froms=self.around, implicit_correlate_froms=self.nearest)
        own = frozenset(entry for from_ in froms for entry in from_._from_objects)
        inner = Statements(self.around | own, own)
        matching = _matching(froms, [inner.read(criterion) for criterion in select._where_criteria], inner)
        if exists:
            return lambda around: [() for _ in matching(around)]
        if any(isinstance(column, FunctionElement) and column.name in _AGGREGATES for column in select._raw_columns):
            folds = [_fold(column, inner) for column in select._raw_columns]
            return lambda around: _folded(folds, list(matching(around)))
        columns = [inner.read(column) for column in select._raw_columns]
        distinct = bool(select._distinct)

        def rows(around: Around) -> list[tuple[Any, ...]]:
            found = [tuple(column(each) for column in columns) for each in matching(around)]
            return list(dict.fromkeys(found)) if distinct else found

        return rows


def _bare(select: Any) -> Any:
    while hasattr(select, "element") and not isinstance(select, Select | CompoundSelect):
        select = select.element
    return select


def _check(select: Any) -> None:
    """Refuse what the reference does not know; and classes of an inheritance, to which the ORM adds joins and criteria."""
    if not isinstance(select, Select):
        raise unknown(f"the sub-select {type(select).__name__}")
    for name in _REFUSED:
        found = getattr(select, name, None)
        if found is not None and not (isinstance(found, tuple | list | dict) and not found):
            raise unknown(f"{name.strip('_').replace('_', ' ')} in a sub-select")
    for element in (*select._raw_columns, *select._from_obj):
        mapper = element._annotations.get("parentmapper")
        if mapper is not None and (mapper.inherits is not None or mapper.polymorphic_on is not None):
            raise unknown(f"a sub-select of the inheriting class {mapper.class_.__name__}")


def _matching(froms: Any, criteria: list[Meaning], reader: Reader) -> Callable[[Around], Iterator[Around]]:
    """Return what finds the rows of FROM on which the criteria hold."""
    sources = [_source(from_, reader) for from_ in froms]

    def matching(around: Around) -> Iterator[Around]:
        for frames in _product(sources, around, {}):
            found = _within(around, frames)
            if all(criterion(found) is True for criterion in criteria):
                yield found

    return matching


def _compound(select: Any, reader: Reader) -> Found:
    """Return the rows of UNION, whose repeated rows change nothing where it may stand: behind IN, ANY, ALL and EXISTS."""
    if select.keyword.name not in ("UNION", "UNION_ALL") or select._limit_clause is not None:
        raise unknown(f"the sub-select {select.keyword.name}")
    parts = [reader.rows_of(part) for part in select.selects]
    return lambda around: [row for part in parts for row in part(around)]


def _within(around: Around, frames: dict[Any, Row]) -> Around:
    return Around(around.who, around.state, {**around.frames, **frames}, around.follow, around.now)


def _product(sources: list[Source], around: Around, frames: dict[Any, Row]) -> Iterator[dict[Any, Row]]:
    if not sources:
        yield frames
        return
    for found in sources[0](around):
        yield from _product(sources[1:], around, {**frames, **found})


def _source(from_: Any, reader: Reader) -> Source:
    if isinstance(from_, Join):
        return _join(from_, reader)
    key = frame_key(from_)
    if isinstance(from_, Subquery):
        outside = Statements(reader.around - reader.nearest, frozenset())
        names = [str(column.name) for column in from_.c]
        rows = outside.rows_of(from_.element)
        return lambda around: ({key: dict(zip(names, row, strict=True))} for row in rows(around))
    plain = from_
    while isinstance(plain, Alias):
        plain = plain.element
    if not isinstance(plain, TableClause):
        raise unknown(f"{type(from_).__name__} in FROM")
    table = frame_key(plain)
    return lambda around: ({key: row} for row in around.state[table])


def _join(join: Any, reader: Reader) -> Source:
    if join.full:
        raise unknown("FULL JOIN")
    left, right, on = _source(join.left, reader), _source(join.right, reader), reader.read(join.onclause)
    nothing = {frame_key(from_): _Nulls() for from_ in join.right._from_objects if not isinstance(from_, Join)}
    outer = join.isouter

    def rows(around: Around) -> Iterator[dict[Any, Row]]:
        for one in left(around):
            met = False
            for other in right(around):
                frames = {**one, **other}
                if on(_within(around, frames)) is True:
                    met = True
                    yield frames
            if outer and not met:
                yield {**one, **nothing}

    return rows


class _Nulls(dict[str, Any]):
    """The row of the other side where an outer join met none."""

    def __missing__(self, _name: str) -> None:
        return None


def _count(found: list[Any]) -> int:
    return len(found)


def _or_null(work: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    return lambda found: work(found) if found else None


_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "count": _count,
    "max": _or_null(max),
    "min": _or_null(min),
    "sum": _or_null(sum),
    "bool_and": _or_null(all),
    "bool_or": _or_null(any),
}
"""Aggregates of the values that are not NULL."""


def _fold(column: Any, reader: Reader) -> Callable[[list[Around]], Any]:
    if not isinstance(column, FunctionElement) or column.name not in _AGGREGATES:
        raise unknown("an aggregate beside something else in one sub-select")
    arguments: list[Any] = list(column.clauses)
    if column.name == "count" and (not arguments or getattr(arguments[0], "is_literal", False)):
        return len
    if column.name in ("max", "min"):
        unordered(arguments[0].type)
    work, argument = _AGGREGATES[column.name], _only(arguments, reader)
    return lambda rows: work([value for row in rows if (value := argument(row)) is not None])


def _only(arguments: list[Any], reader: Reader) -> Meaning:
    if len(arguments) != 1:
        raise unknown("an aggregate of several arguments")
    return reader.read(arguments[0])


def _folded(folds: list[Callable[[list[Around]], Any]], rows: list[Around]) -> list[tuple[Any, ...]]:
    return [tuple(fold(rows) for fold in folds)]
