"""Oracles: questions whose answer is a bool, a number, an order or an error, and tells what is hidden."""

from typing import Any

from sqlalchemy import (
    exists,
    func,
    literal,
    not_,
    select,
)
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Scratch, User

oracles = Family("oracles")
title = Document.title
HASHED = User.hashed_password
BETWEEN = "SELECT title FROM documents WHERE title > 'doc-b'"


@oracles.way_in(portable=True, covers=["Select.where"])
async def is_it_there(given: Given) -> Any:
    """Asks for one hidden row and tells whether something came."""
    model = given.model
    hidden = getattr(model.entity, model.key) == model.hidden
    return (await given.session.scalars(select(model.entity).where(hidden))).first() is not None


@oracles.way_in(portable=True, covers=["exists"])
async def does_it_exist(given: Given) -> Any:
    """Asks by EXISTS alone."""
    model = given.model
    return await given.session.scalar(select(exists().where(getattr(model.entity, model.key) == model.hidden)))


@oracles.way_in(covers=["Select.where"])
async def open_table_as_answer(given: Given) -> Any:
    """Selects rows of an open table where something hidden is there."""
    hidden = select(Document.id).where(title == "doc-b000-title").exists()
    return await values(given, select(User.name).where(hidden)), await values(
        given, select(Scratch.text).where(not_(hidden))
    )


@oracles.way_in(covers=["like_op"])
async def letter_by_letter(given: Given) -> Any:
    """Guesses a hidden content letter by letter, by LIKE."""
    known = "doc-b00"
    for _ in range(3):
        for letter in "0123456789-cdeot":
            if await given.session.scalar(select(func.count()).where(Document.content.like(f"{known}{letter}%"))):
                known += letter
                break
    return known


@oracles.way_in(covers=["Select.limit"])
async def bisected(given: Given) -> Any:
    """Finds the largest hidden number by halving."""
    low, high = 1700000, 1720000
    while high - low > 1:
        middle = (low + high) // 2
        found = (await given.session.scalars(select(literal(1)).where(Document.pages >= middle).limit(1))).first()
        low, high = (middle, high) if found else (low, middle)
    return low


@oracles.way_in(covers=["Select.order_by"])
async def place_in_order(given: Given) -> Any:
    """Asks which place a title of one's own would have among all."""
    return await given.session.scalar(select(func.count()).where(title < "doc-e"))


@oracles.way_in(ordered=True, covers=["Select.order_by"])
async def own_rows_ordered_by_hidden(given: Given) -> Any:
    """Orders what may be read by what hidden rows say about it."""
    other = aliased(Document)
    most = select(func.max(other.pages)).where(other.owner_id == User.id).scalar_subquery()
    return await values(given, select(User.name).order_by(most.desc().nulls_last(), User.name))


@oracles.way_in(covers=["Select.group_by"])
async def sizes_of_groups(given: Given) -> Any:
    """Counts each group, hidden members included."""
    return await rows(given, select(User.name, func.count(Document.id)).outerjoin(User.documents).group_by(User.name))


@oracles.way_in(covers=["Session.get_one"])
async def error_that_it_is_not_there(given: Given) -> Any:
    """Asks for a hidden row and tells by the error."""
    try:
        await given.session.get_one(Document, given.model.hidden)
    except NoResultFound:
        return False
    return True
