"""Short words for what most cases of reading do."""

from typing import Any

from sqlalchemy import select

from rowgate.testing.case import Given
from rowgate.testing.world_models import Document


async def rows(given: Given, statement: Any, **params: Any) -> list[Any]:
    """Return all rows of a statement."""
    found: list[Any] = (await given.session.execute(statement, params or None)).all()
    return found


async def values(given: Given, statement: Any, **params: Any) -> list[Any]:
    """Return the first column of a statement."""
    found: list[Any] = (await given.session.scalars(statement, params or None)).all()
    return found


async def where(given: Given, **conditions: Any) -> dict[str, list[Any]]:
    """Return the titles of the documents that meet each condition, by the name it is given."""
    return {name: await values(given, select(Document.title).where(met)) for name, met in conditions.items()}


async def computed(given: Given, **expressions: Any) -> dict[str, list[Any]]:
    """Return what each expression is on all documents, by the name it is given."""
    return {name: await values(given, select(each).select_from(Document)) for name, each in expressions.items()}
