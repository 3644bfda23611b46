"""Oracles: masked columns in every place, and what may be asked all the same."""

from typing import Any

from sqlalchemy import (
    Float,
    Integer,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Posting, Scratch, Share, User, Vault
from rowgate.testing.world_rows import A

oracles = Family("oracles")
title = Document.title
HASHED = User.hashed_password
BETWEEN = "SELECT title FROM documents WHERE title > 'doc-b'"


@oracles.way_in(covers=["mask"])
async def masked_in_where(given: Given) -> Any:
    """Guesses a masked column in WHERE."""
    found = [HASHED == "user-b-hash", User.hashed_password.is_not(None), User.email.like("user-b%")]
    return [await values(given, select(User.name).where(each)) for each in found]


@oracles.way_in(ordered=True, covers=["mask"])
async def masked_in_order(given: Given) -> Any:
    """Orders by a masked column."""
    found = select(User.name).order_by(User.hashed_password.desc().nulls_first(), User.name)
    return await values(given, found), await values(given, select(User.name).order_by(User.email.desc(), User.name))


@oracles.way_in(covers=["mask"])
async def masked_in_groups(given: Given) -> Any:
    """Groups by masked columns."""
    grouped = select(User.email, func.count()).group_by(User.email)
    return await rows(given, grouped), await rows(
        given, select(func.count()).select_from(User).group_by(User.hashed_password)
    )


@oracles.way_in(covers=["mask", "Select.group_by"])
async def masked_beside_their_key(given: Given) -> Any:
    """Groups by the key of a table and selects its masked columns beside it."""
    grouped = select(User.id, User.hashed_password, User.email).group_by(User.id)
    return await rows(given, grouped.order_by(User.hashed_password))


@oracles.way_in(covers=["mask"])
async def masked_in_aggregates(given: Given) -> Any:
    """Aggregates masked columns, plain and in a window."""
    hashed = User.hashed_password
    whole = select(func.max(hashed), func.count(hashed.distinct()), func.count().filter(hashed.like("user-c%")))
    placed = select(User.name, func.rank().over(order_by=hashed), func.lag(User.email).over(order_by=User.name))
    return await rows(given, whole), await rows(given, placed)


@oracles.way_in(covers=["mask"])
async def masked_in_joins(given: Given) -> Any:
    """Joins on a masked column, and compares it in a sub-select and a CASE."""
    other = aliased(User)
    joined = select(User.name, other.name).join(other, other.hashed_password == User.hashed_password)
    asked = select(User.name).where(User.hashed_password.in_(select(other.hashed_password)))
    told = select(User.name, case((HASHED == "user-b-hash", 1), else_=0))
    return [await rows(given, each) for each in (joined, asked, told)]


@oracles.way_in(covers=["mask"])
async def masked_in_sets(given: Given) -> Any:
    """Compares masked columns by set operations and DISTINCT."""
    guessed = select(literal("user-b-hash")).intersect(select(User.hashed_password))
    return await rows(given, guessed), await rows(given, select(User.email).distinct())


@oracles.way_in(covers=["mask"])
async def masked_in_write(given: Given) -> Any:
    """Copies a masked column to an open table, and asks of it in a write."""
    async with given.session.begin_nested() as savepoint:
        hashed = select(User.hashed_password).where(User.name == "user-b-name").scalar_subquery()
        await given.session.execute(insert(Scratch).values(id=70, text=hashed))
        found = await given.session.scalar(select(Scratch.text).where(Scratch.id == 70))
        await savepoint.rollback()
    return found


@oracles.way_in(covers=["Share"])
async def who_shares_what(given: Given) -> Any:
    """Asks an open parent what its hidden children are like."""
    shared = User.id.in_(select(Share.user_id).join(Share.document).where(Document.is_deleted))
    return await values(given, select(User.name).where(or_(shared, User.documents.any(Document.pages > 1710600))))


@oracles.way_in(covers=["variance"])
async def averages(given: Given) -> Any:
    """Takes averages, differences and shares that hidden rows move."""
    average = select(func.avg(cast(Document.pages, Float))).scalar_subquery()
    return await rows(
        given, select(average, func.sum(Document.price) / func.count()).select_from(Document).where(true())
    )


@oracles.reading(covers=["exists", "Select.where"])
async def questions_about_the_seen(given: Given) -> Any:
    """Asks whether rows exist, how many, and which is the first: of those that may be read."""
    found = [await given.session.scalar(select(exists().where(title == name))) for name in ("doc-b100-title", "x")]
    counted = await given.session.scalar(select(func.count()).where(Document.content.like("doc-b1%")))
    return found, counted, (await given.session.scalars(select(title).order_by(title.desc()).limit(1))).one()


@oracles.reading(covers=["mask"])
async def own_masked_column(given: Given) -> Any:
    """Reads, compares and orders by one's own email, which is not masked for its owner."""
    mine = select(User.name).where(User.email == "user-a@example.org")
    return await values(given, mine), await rows(given, select(User.name, User.email).order_by(User.email))


@oracles.reading(covers=["barrier"])
async def behind_the_barrier(given: Given) -> Any:
    """Reads, joins, aggregates and divides behind a barrier."""
    ratio = cast(10 / Vault.id, Integer)
    joined = select(Vault.code, Posting.text).join(Posting, Posting.id == Vault.id).order_by(Vault.id)
    return (
        await rows(given, select(Vault, ratio)),
        await rows(given, joined),
        await rows(given, select(func.max(Vault.code))),
    )


@oracles.writing(covers=["CursorResult.rowcount"])
async def rows_of_own_update(given: Given) -> Any:
    """Updates one's own rows by a condition."""
    change = update(Posting).where(Posting.cents > 6700012).values(text=Posting.text + "!")
    await given.session.execute(change.where(Posting.owner_id == A).execution_options(synchronize_session=False))
