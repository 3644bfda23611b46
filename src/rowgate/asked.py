"""A condition that asks other tables, as a call of the function by which the wall answers it.

Row security would filter what the gate's own sub-selects read. Where the wall stands, its functions answer for both.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from rowgate.principal import Term


class Asked(Term, ColumnElement[bool]):
    """A call of a function of the wall.

    Args:
        pieces: of SQL; between each two stands a column.
        columns: of the row in question.
    """

    __visit_name__ = "rowgate_asked"
    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it
        ("pieces", InternalTraversal.dp_plain_obj),
        ("columns", InternalTraversal.dp_clauseelement_tuple),
    ]

    def __init__(self, pieces: tuple[str, ...], columns: tuple[Any, ...]) -> None:
        self.pieces = pieces
        self.columns = columns

    @property
    def _from_objects(self) -> Any:  # SQLAlchemy asks each element which FROM entries it needs
        return [from_ for column in self.columns for from_ in column._from_objects]
