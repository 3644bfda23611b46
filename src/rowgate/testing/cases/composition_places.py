"""Composition: sub-selects in every place, and statements made of statements."""

from typing import Any

from sqlalchemy import (
    all_,
    any_,
    case,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Folder, Posting, User

composition = Family("composition")
title = Document.title
MOST = select(func.max(Document.pages)).scalar_subquery()
NUMBER = select(func.count(Document.id)).where(Document.owner_id == User.id).correlate(User).scalar_subquery()


@composition.way_in(covers=["Select.scalar_subquery", "ScalarSelect", "Select.correlate"])
async def scalar_sub_selects(given: Given) -> Any:
    """Puts sub-selects on hidden rows into every place of a statement."""
    found = [
        select(User.name, NUMBER), select(User.name).where(NUMBER > 1), select(User.name).order_by(NUMBER.desc(), User.name),
        select(NUMBER, func.count()).group_by(NUMBER), select(User.name).group_by(User.name).having(MOST > 1710300),
        select(case((MOST > 1710300, 1), else_=0)), select(func.coalesce(MOST, 0)), select(literal(0).between(0, MOST), MOST),
        select(func.sum(literal(1)).filter(NUMBER > 1)).select_from(User), select(User.name, func.rank().over(order_by=NUMBER)),
        select(User.name).join(Folder, Folder.id == MOST - 1710500, isouter=True).where(MOST.in_([1710703])),
    ]  # fmt: skip
    return [await rows(given, each) for each in found]


@composition.way_in(covers=["Select.offset", "Select.limit"])
async def sub_select_as_limit(given: Given) -> Any:
    """Limits and skips by the number of hidden rows."""
    many = select(func.count()).select_from(Document).scalar_subquery()
    bounds = select(User.name).order_by(User.name).limit(many // 5).offset(many // 10)
    return await values(given, bounds)


@composition.way_in(covers=["exists", "Exists", "Select.exists", "Select.correlate_except", "visit_element_list"])
async def membership(given: Given) -> Any:
    """Asks by IN, NOT IN and EXISTS, correlated and not."""
    hidden = select(Document.owner_id).where(Document.is_deleted)
    mine = select(Document.id).where(Document.owner_id == User.id, Document.pages > 1710100)
    met = [
        User.id.in_(hidden), User.id.not_in(hidden), mine.exists(), ~mine.exists(), exists(Document.id).where(title == "doc-b000-title"),
        mine.correlate_except(Document).exists(), exists().where(Document.owner_id == User.id),
        tuple_(User.id, literal(value=True)).in_(select(Document.owner_id, Document.is_deleted)),
    ]  # fmt: skip
    return [await values(given, select(User.name).where(each)) for each in met]


@composition.way_in(only="postgresql", covers=["any_", "all_", "CollectionAggregate"])
async def any_and_all(given: Given) -> Any:
    """Compares with ANY and ALL of a sub-select on hidden rows."""
    pages = select(Document.pages).scalar_subquery()
    ids = select(Document.owner_id).scalar_subquery()
    met = [User.id == any_(ids), User.id != all_(ids), literal(1710300) > all_(pages), literal(1710300) < any_(pages)]
    return [await values(given, select(User.name).where(each)) for each in met]


@composition.way_in(covers=["Select.from_statement", "FromStatement"])
async def from_statement(given: Given) -> Any:
    """Loads entities from other statements: a select, a union, a core select."""
    table = Document.__table__
    both = union_all(select(Document).where(Document.is_deleted), select(Document).where(Document.requires_paid_access))
    found = [select(Document).from_statement(each) for each in (both, select(Document), table.select())]
    return [await values(given, each) for each in found]


@composition.way_in(covers=["Select.replace_selectable", "Select.as_scalar", "Select.label", "Select.correlate"])
async def parts_exchanged(given: Given) -> Any:
    """Exchanges a table for an alias, and labels a select."""
    table = Posting.__table__
    other: Any = table.alias("other")
    changed = select(table.c.select).replace_selectable(table, other)
    return await rows(given, changed), await rows(given, select(select(func.max(Document.pages)).label("most"), null()))


@composition.reading(covers=["Select.exists", "Select.scalar_subquery"])
async def sub_selects_of_the_seen(given: Given) -> Any:
    """Counts, asks and compares by sub-selects on what may be read."""
    found = [select(User.name, NUMBER).order_by(NUMBER), select(title).where(Document.pages == MOST)]
    found.append(select(User.name).where(exists().where(Document.owner_id == User.id)))
    found.append(select(title).where(Document.owner_id.in_(select(User.id).where(User.name.like("user-a%")))))
    return [await rows(given, each) for each in found]
