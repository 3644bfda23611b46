"""What the gate adds to a statement is taken for no part of what was there, and what was there for nothing else."""

from typing import Any

import pytest
from sqlalchemy import Boolean, Integer, TypeDecorator, delete, false, literal_column, or_, select, true, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, UnaryExpression

from rowgate import Catalog, Unguarded, principal
from rowgate.raw import raw
from unit.gated import Gated
from unit.rendered_world import OWNER


class Base(DeclarativeBase):
    """Their base."""


class Loose(TypeDecorator[int]):
    """A type whose values become two conditions."""

    impl = Integer
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> Any:
        """Return two conditions, without brackets."""
        return BinaryExpression(bindparam, true(), operators.custom_op("or", precedence=100), type_=Boolean())


class Page(Base):
    """Of its owner; she may not change the last one."""

    __tablename__ = "pages"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    number: Mapped[int]
    hidden: Mapped[bool]
    loose: Mapped[int] = mapped_column(Loose)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def gate(request: pytest.FixtureRequest) -> Gated:
    """Give the gate of one table."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    pages = catalog.policy(Page)
    pages.allow("read", when=Page.owner == principal.id)
    pages.allow("update", "delete", when=Page.number < 9)
    return Gated(catalog, request.param)


PAGES: Any = Page.__table__
HALF: Any = BinaryExpression(PAGES.c.hidden, false(), operators.between_op)
MINUS: Any = UnaryExpression(literal_column("1"), operator=operators.custom_op("-", precedence=100))
TWICE: Any = UnaryExpression(MINUS, operator=operators.neg)
STAR: Any = UnaryExpression(literal_column("1"), operator=operators.custom_op("*", precedence=100))
CRITERIA = {
    "a lambda": lambda: or_(Page.number > 0, Page.number < 0),
    "an operator": PAGES.c.hidden.op("or", precedence=100)(PAGES.c.number > 0),
    "a type": PAGES.c.loose == 3,
    "half a BETWEEN": HALF,
    "another comparison": PAGES.c.number.is_distinct_from(3),
    "a column": PAGES.c.hidden,
}


def _where(sql: str) -> str:
    """Return what stands in front of the guard."""
    return " ".join(sql.split()).split(" WHERE ")[1].split(" AND ((pages.owner")[0]


@pytest.mark.parametrize("name", CRITERIA)
@pytest.mark.parametrize("write", [update(Page).values(number=1), update(PAGES).values(number=1), delete(Page)])
def test_criteria_of_a_write_stand_in_brackets(gate: Gated, write: Any, name: str) -> None:
    """Else what follows them, the guard, would be the second half of theirs."""
    found = _where(str(gate.compiled(OWNER, write.where(CRITERIA[name]))))
    assert (found[0], found[-1]) == ("(", ")")
    assert found.count("(") == found.count(")")


@pytest.mark.parametrize("name", CRITERIA)
def test_criteria_that_name_rows_stand_in_brackets(gate: Gated, name: str) -> None:
    """With a list of parameters the criteria are a part of the guard itself."""
    found = " ".join(str(gate.compiled(OWNER, delete(PAGES).where(CRITERIA[name]), for_executemany=True)).split())
    named = found.split("CASE WHEN ")[1].split(" AND (pages.owner")[0]
    assert (named[0], named[-1]) == ("(", ")")


def test_plain_criteria_need_no_brackets(gate: Gated) -> None:
    """A column and a value, and two of them by and_(): as they are written."""
    plain = _where(str(gate.compiled(OWNER, delete(Page).where(Page.number > 3, (Page.id == 1) & (Page.id != 2)))))
    assert "(" not in plain.replace("%(", "")
    assert plain.count(" AND ") == 2


@pytest.mark.parametrize("element", [TWICE, STAR.op("-")(TWICE), -MINUS])
def test_two_operators_that_begin_a_comment_are_refused(gate: Gated, element: Any) -> None:
    """What the label says on its next line would be SQL."""
    with pytest.raises(Unguarded, match="begin a comment"):
        gate.compiled(OWNER, select(element, literal_column("1").label("\n2 FROM pages --")))
    with pytest.raises(Unguarded, match="begin a comment"):
        gate.compiled(OWNER, update(Page).values(number=element))


def test_marks_of_comments_in_names_are_names(gate: Gated) -> None:
    """Quotes hold them."""
    column = PAGES.c.number
    gate.compiled(OWNER, select(column.label('a"--'), (-column).label("/*"), (column - (-column)).label("'--'")))


def test_a_query_as_text_may_hold_comments() -> None:
    """It is not the gate that filters it."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    catalog.open(Page, reason="for the test")
    text = "SELECT 1 -- one"
    assert str(Gated(catalog, walled=True).compiled(OWNER, raw(text))) == text
