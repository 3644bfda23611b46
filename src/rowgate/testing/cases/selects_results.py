"""Plain selects: the methods of Select, and every way to take rows from a result or to execute."""

from typing import Any

from sqlalchemy import bindparam, func, inspect, lambda_stmt, literal_column, select, true
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Result
from sqlalchemy.orm import Bundle, InstrumentedAttribute

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, User
from rowgate.testing.world_rows import key

selects = Family("selects")
title = Document.title


class Named(Bundle[Any]):
    """A bundle that gives dictionaries."""

    def create_row_processor(self, query: Any, procs: Any, labels: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's hook
        """Return a function that makes a dictionary of a row."""
        return lambda row: dict(zip(labels, (proc(row) for proc in procs), strict=True))


@selects.way_in(covers=["Bundle.create_row_processor"])
async def bundle_of_bundles(given: Given) -> Any:
    """Selects a bundle in a bundle, and one that makes dictionaries."""
    nested: Any = Bundle("outer", Document.pages, Bundle("inner", title, Document.content))
    return await rows(given, select(nested)), await values(given, select(Named("named", title, Document.pages)))


@selects.way_in(portable=True, covers=["Mapper", "Table.c"])
async def mapper_and_table(given: Given) -> Any:
    """Selects a mapper, a table and all columns of it."""
    entity = given.model.entity
    mapper = inspect(entity).mapper
    columns = await rows(given, select(*mapper.columns))
    return columns, await rows(given, select(entity.__table__)), await values(given, select(mapper))


@selects.way_in(covers=["visit_column"])
async def star(given: Given) -> Any:
    """Selects a star."""
    return await rows(given, select(literal_column("*")).select_from(Document))


@selects.way_in(covers=["Select.filter", "Select.filter_by", "Select.params"])
async def filters(given: Given) -> Any:
    """Filters in each way that a Select has."""
    named = select(title).filter_by(owner_id=key("x")).where(true())
    found = select(title).filter(Document.owner_id != bindparam("me")).params(me=given.who.id)
    return await values(given, found), await values(given, named)


@selects.way_in(covers=["Select.offset", "Select.slice", "Select.fetch", "Select.limit"], ordered=True)
async def offsets(given: Given) -> Any:
    """Counts hidden rows by offsets and slices."""
    found = select(title).order_by(title)
    return await values(given, found.offset(3)), await values(given, found.slice(2, 9))


@selects.way_in(only="postgresql", covers=["Select.fetch"], ordered=True)
async def fetches_with_ties(given: Given) -> Any:
    """Fetches with ties and by percent."""
    found = select(title, Document.is_public).order_by(Document.is_public)
    return len(await rows(given, found.fetch(1, with_ties=True)))


@selects.way_in(covers=["Select.distinct", "Query.distinct"])
async def distinct_values(given: Given) -> Any:
    """Selects distinct values of hidden rows."""
    return await rows(given, select(Document.owner_id, Document.is_public).distinct())


@selects.way_in(only="postgresql", covers=["visit_postgresql_distinct_on", "Select.ext", "Select.distinct"])
async def distinct_on(given: Given) -> Any:
    """Takes the first hidden row of each owner."""
    found = select(Document.owner_id, title).order_by(Document.owner_id, Document.pages)
    if hasattr(postgresql, "distinct_on"):
        found = found.ext(postgresql.distinct_on(Document.owner_id))
    else:
        found = found.distinct(Document.owner_id)
    return await rows(given, found)


@selects.way_in(covers=["Select.with_only_columns", "Select.add_columns", "Select.reduce_columns", "Select.column"])
async def other_columns(given: Given) -> Any:
    """Changes the columns of a statement afterwards."""
    found = select(Document.id).with_only_columns(title).add_columns(Document.pages)
    kept = select(func.count()).select_from(Document).with_only_columns(title, maintain_column_froms=True)
    return (
        await rows(given, found),
        await rows(given, kept),
        await rows(given, select(Document.__table__).reduce_columns()),
    )


@selects.way_in(covers=["Select.with_for_update"], only="postgresql")
async def locked_hidden(given: Given) -> Any:
    """Locks a hidden row and reads it."""
    hidden = select(title).where(Document.id == given.model.hidden)
    return await values(given, hidden.with_for_update()), await values(given, hidden.with_for_update(read=True))


@selects.reading(covers=["Select.with_for_update"])
async def locked_own(given: Given) -> Any:
    """Locks one's own rows and reads them."""
    own = select(Document).where(Document.owner_id == given.who.id)
    return await values(given, own.with_for_update(of=Document, skip_locked=True))


def _taken(result: Result[Any]) -> Any:
    return [*result.fetchmany(2), result.fetchone(), *result.fetchall()]


TAKES: dict[str, Any] = {
    "first": lambda r: r.first(), "all": lambda r: r.all(), "scalars": lambda r: r.scalars().all(),
    "mappings": lambda r: r.mappings().all(), "tuples": lambda r: r.tuples().all(), "unique": lambda r: r.unique().all(),
    "columns": lambda r: r.columns(1, 0).all(), "partitions": lambda r: [list(p) for p in r.partitions(3)],
    "fetched": _taken, "freeze": lambda r: r.freeze()().all(), "yielded": lambda r: r.yield_per(2).all(),
    "merged": lambda r: r.merge().all(), "iterated": list, "scalar": lambda r: r.scalar(), "keys": lambda r: r.keys(),
}  # fmt: skip


@selects.way_in(covers=["Result", "ScalarResult", "MappingResult", "FrozenResult", "Session.execute"])
async def every_result(given: Given) -> Any:
    """Takes hidden rows from a result in every way."""
    found = select(title, Document.pages).order_by(Document.pages.desc())
    return await given.session.run_sync(lambda s: {name: take(s.execute(found)) for name, take in TAKES.items()})


@selects.reading(covers=["Result", "Session.execute"])
async def every_result_of_the_seen(given: Given) -> Any:
    """Takes rows from a result in every way: all that may be read."""
    found = select(title, Document.pages).order_by(Document.pages)
    return await given.session.run_sync(lambda s: {name: take(s.execute(found)) for name, take in TAKES.items()})


@selects.way_in(covers=["Result.one", "Result.one_or_none", "Result.scalar_one_or_none"], portable=True)
async def one_hidden(given: Given) -> Any:
    """Takes exactly one hidden row."""
    model = given.model
    found = select(model.entity).where(getattr(model.entity, model.key) == model.hidden)
    one = (await given.session.execute(found)).scalar_one_or_none()
    return one, (await given.session.execute(found)).one_or_none(), (await given.session.scalars(found)).first()


@selects.way_in(covers=["AsyncSession.stream", "AsyncResult", "Result.partitions"])
async def streamed_in_parts(given: Given) -> Any:
    """Streams rows as mappings, and in parts."""
    found = select(title, Document.pages)
    mapped = [row async for row in (await given.session.stream(found)).mappings()]
    result = await given.session.stream(found.execution_options(yield_per=3))
    return mapped, [row async for part in result.partitions() for row in part]


@selects.reading(covers=["AsyncSession.stream", "AsyncSession.stream_scalars"])
async def streams_the_seen(given: Given) -> Any:
    """Streams rows and entities that may be read, in batches."""
    found = [row async for row in await given.session.stream(select(title, Document.pages))]
    entities = select(Document).execution_options(yield_per=2)
    return found, [one async for one in await given.session.stream_scalars(entities)]


@selects.way_in(covers=["Session.execute", "bindparam"])
async def executed_with_values(given: Given) -> Any:
    """Executes with values for binds, options and arguments for the bind."""
    found = select(title).where(Document.pages > bindparam("least"))
    options = {"execution_options": {"prebuffer_rows": True}, "bind_arguments": {"mapper": inspect(Document)}}
    return (await given.session.scalars(found, {"least": 1}, **options)).all()


@selects.way_in(covers=["visit_lambda_element", "StatementLambdaElement.add_criteria"])
async def lambdas_with_values(given: Given) -> Any:
    """Adds criteria to a lambda statement, one with a value from around it."""
    found = []
    for least in (0, 1710300):
        statement = lambda_stmt(lambda: select(title))
        statement += lambda s: s.where(Document.pages > least)  # noqa: B023 - SQLAlchemy reads it at once
        found.append(await values(given, statement))
    whole = select(title).where(lambda: Document.owner_id != User.id).distinct()
    return found, await values(given, whole)


@selects.reading(covers=["visit_lambda_element"])
async def lambdas_on_the_seen(given: Given) -> Any:
    """Selects by lambdas what may be read."""
    statement = lambda_stmt(lambda: select(Document).where(Document.is_public))
    statement += lambda s: s.where(lambda: Document.pages > 0)
    return await values(given, statement)


@selects.way_in(covers=["Select"])
async def attributes_by_name(given: Given) -> Any:
    """Selects whatever the class has, attribute by attribute."""
    found = [value for value in vars(Document).values() if isinstance(value, InstrumentedAttribute)]
    plain = [each for each in found if hasattr(each.property, "columns") and each.key != "comment_count"]
    return {each.key: await values(given, select(each)) for each in plain}
