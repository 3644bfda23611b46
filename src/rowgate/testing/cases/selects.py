"""Plain selects of the ORM: entities, columns, expressions, aggregates, windows, groups; the legacy Query; streams."""

from typing import Any

from sqlalchemy import (
    bindparam,
    case,
    distinct,
    func,
    lambda_stmt,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Bundle, defer, load_only, undefer

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, User

selects = Family("selects")


def _text(given: Given) -> Any:
    return getattr(given.model.entity, given.model.text)


def _key(given: Given) -> Any:
    return getattr(given.model.entity, given.model.key)


@selects.way_in(portable=True, covers=["Select", "Session.scalars", "visit_select"])
async def entities(given: Given) -> Any:
    """Selects entities."""
    return (await given.session.scalars(select(given.model.entity))).all()


@selects.way_in(portable=True, covers=["Select.where"])
async def entity_by_key(given: Given) -> Any:
    """Selects one hidden row by its primary key."""
    entity = given.model.entity
    return (await given.session.scalars(select(entity).where(_key(given) == given.model.hidden))).all()


@selects.way_in(portable=True, covers=["Session.execute"])
async def columns(given: Given) -> Any:
    """Selects columns alone, no entity."""
    return (await given.session.execute(select(_key(given), _text(given)))).all()


@selects.way_in(portable=True)
async def expressions(given: Given) -> Any:
    """Selects an expression on a column."""
    return (await given.session.scalars(select(func.upper(_text(given)) + "!"))).all()


@selects.way_in(portable=True, covers=["Session.scalar", "visit_function"])
async def count_star(given: Given) -> Any:
    """Counts rows by a star."""
    return await given.session.scalar(select(func.count()).select_from(given.model.entity))


@selects.way_in(portable=True)
async def count_column(given: Given) -> Any:
    """Counts the values of a column."""
    return await given.session.scalar(select(func.count(_text(given))))


@selects.way_in(portable=True, covers=["visit_unary"])
async def count_distinct(given: Given) -> Any:
    """Counts distinct values."""
    return await given.session.scalar(select(func.count(distinct(_text(given)))))


@selects.way_in(covers=["visit_funcfilter"])
async def aggregate_filter(given: Given) -> Any:
    """Sums with a FILTER that picks what is hidden."""
    pages = func.sum(Document.pages).filter(Document.owner_id != given.who.id)
    return await given.session.scalar(select(pages))


@selects.way_in(only="postgresql", covers=["visit_aggregate_order_by"])
async def aggregate_order_by(given: Given) -> Any:
    """Aggregates texts in an order."""
    ordered = func.string_agg(Document.title, postgresql.aggregate_order_by(literal(","), Document.title.desc()))
    return await given.session.scalar(select(ordered))


@selects.way_in(portable=True, covers=["visit_over"])
async def window(given: Given) -> Any:
    """Numbers rows in a window."""
    number = func.count().over(order_by=_text(given))
    return (await given.session.execute(select(_text(given), number))).all()


@selects.way_in(covers=["Select.group_by"])
async def grouped(given: Given) -> Any:
    """Groups by owner and counts."""
    statement = select(Document.owner_id, func.count(), func.max(Document.title)).group_by(Document.owner_id)
    return (await given.session.execute(statement)).all()


@selects.way_in(covers=["Select.having"])
async def having(given: Given) -> Any:
    """Reports the groups that are large enough."""
    statement = select(Document.owner_id).group_by(Document.owner_id).having(func.max(Document.pages) > 1710300)
    return (await given.session.scalars(statement)).all()


@selects.way_in(covers=["visit_grouping_sets"], only="postgresql")
async def grouping_sets(given: Given) -> Any:
    """Groups by grouping sets."""
    sets = func.grouping_sets(Document.owner_id, Document.is_public)
    statement = select(Document.owner_id, Document.is_public, func.count()).group_by(sets)
    return (await given.session.execute(statement)).all()


@selects.way_in(portable=True, covers=["Bundle"])
async def bundle(given: Given) -> Any:
    """Selects a bundle of columns."""
    return (await given.session.execute(select(Bundle("both", _key(given), _text(given))))).all()


@selects.way_in(portable=True, covers=["StatementLambdaElement"])
async def lambda_statement(given: Given) -> Any:
    """Selects by a lambda statement."""
    entity = given.model.entity
    return (await given.session.scalars(lambda_stmt(lambda: select(entity)))).all()


@selects.way_in(portable=True, covers=["AsyncSession.stream", "AsyncSession.stream_scalars"])
async def streamed(given: Given) -> Any:
    """Streams entities."""
    result = await given.session.stream_scalars(select(given.model.entity))
    return [entity async for entity in result]


@selects.way_in(portable=True, covers=["yield_per"])
async def in_batches(given: Given) -> Any:
    """Reads in batches of two."""
    statement = select(given.model.entity).execution_options(yield_per=2)
    return [entity async for entity in await given.session.stream_scalars(statement)]


@selects.way_in(portable=True, covers=["Query"])
async def legacy_query(given: Given) -> Any:
    """Reads with the legacy Query."""
    return await given.session.run_sync(lambda session: session.query(given.model.entity).all())


@selects.way_in(covers=["visit_case"])
async def case_on_hidden(given: Given) -> Any:
    """Asks by CASE whether a hidden title is there."""
    found = case((Document.title == "doc-b000-title", 1), else_=0)
    return await given.session.scalar(select(func.max(found)))


@selects.way_in(covers=["mask"])
async def masked_column(given: Given) -> Any:
    """Selects a masked column."""
    return (await given.session.execute(select(User.name, User.hashed_password, User.email))).all()


@selects.way_in(ordered=True, covers=["Select.order_by", "Select.limit"])
async def first_by_order(given: Given) -> Any:
    """Orders by pages and takes the first five."""
    return (await given.session.scalars(select(Document.title).order_by(Document.pages.desc()).limit(5))).all()


@selects.reading(portable=True)
async def reads_what_is_seen(given: Given) -> Any:
    """Reads entities: all that may be read, none lost."""
    return (await given.session.scalars(select(given.model.entity))).all()


@selects.reading(ordered=True)
async def pages_through(given: Given) -> Any:
    """Reads the second page of a list, in order."""
    statement = select(Document).where(Document.pages > bindparam("least", 0)).order_by(Document.title)
    return (await given.session.scalars(statement.limit(3).offset(2))).all()


@selects.reading(covers=["load_only", "defer", "undefer"])
async def loads_some_columns(given: Given) -> Any:
    """Loads some columns and leaves out others."""
    some = (await given.session.scalars(select(Document).options(load_only(Document.title)))).all()
    given.session.expunge_all()
    rest = (
        await given.session.scalars(select(Document).options(defer(Document.content), undefer(Document.pages)))
    ).all()
    return some, rest


@selects.reading()
async def statistics_of_the_seen(given: Given) -> Any:
    """Aggregates what may be read."""
    statement = select(func.count(), func.sum(Document.pages), func.avg(Document.price)).where(true())
    return (await given.session.execute(statement)).all()
