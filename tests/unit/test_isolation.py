"""What a statement brings along does not reach into a policy's text, and reaches all of its own."""

from typing import Any

import pytest
from sqlalchemy import ForeignKey, Integer, delete, exists, insert, select, union, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, with_loader_criteria

from rowgate import Catalog, principal
from unit.gated import Gated
from unit.rendered_world import OWNER


class Base(DeclarativeBase):
    """Their base."""


class Paper(Base):
    """Hidden from whoever is banned from it."""

    __tablename__ = "papers"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class Ban(Base):
    """Of somebody from a paper."""

    __tablename__ = "bans"
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    whom: Mapped[int] = mapped_column(primary_key=True)


PAPERS: Any = Paper.__table__
NONE = with_loader_criteria(Ban, Ban.whom == 77)
STATEMENTS = {
    "entities": select(Paper),
    "a Table": select(PAPERS),
    "a union": union(select(PAPERS.c.id), select(Paper.id)),
    "a cte": select(select(PAPERS.c.id).cte("c")),
    "a sub-select": select(select(PAPERS.c.id).subquery("s")),
    "an update": update(Paper).values(title="x"),
    "an update of a Table": update(PAPERS).values(title="x"),
    "an update, returning": update(Paper).values(title="x").returning(Paper.id),
    "a delete": delete(Paper),
    "a delete of a Table": delete(PAPERS),
    "an insert": insert(Paper).values(title="x"),
    "an insert, returning": insert(PAPERS).values(title="x").returning(PAPERS.c.id),
}


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def gate(request: pytest.FixtureRequest) -> Gated:
    """Give the gate of a catalog whose policy asks that something is not there."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    catalog.open(Ban, reason="for the test")
    papers = catalog.policy(Paper)
    banned = exists(select(Ban.whom).where(Ban.paper_id == Paper.id, Ban.whom == principal.id))
    papers.restrict(when=~banned, name="banned", check=True)
    papers.allow("read", "create", "update", "delete")
    return Gated(catalog, request.param)


@pytest.mark.parametrize("name", STATEMENTS)
def test_criteria_of_a_statement_do_not_narrow_what_a_policy_asks(gate: Gated, name: str) -> None:
    """Else a policy that asks that there is no ban would find none."""
    statement: Any = STATEMENTS[name]
    plain, narrowed = gate.compiled(OWNER, statement), gate.compiled(OWNER, statement.options(NONE))
    assert "NOT (EXISTS (SELECT bans.whom" in str(plain)
    assert str(plain) == str(narrowed)
    assert plain.fixed_binds == narrowed.fixed_binds


def test_criteria_of_a_statement_narrow_its_own_sub_selects(gate: Gated) -> None:
    """Those that come after a policy's text too, and none of another statement."""
    own = select(Paper.id).where(Paper.id.in_(select(Ban.paper_id).where(Ban.whom > 3)))
    narrowed = str(gate.compiled(OWNER, own.options(NONE)))
    assert narrowed.count("bans.whom = ") == 2  # in the policy who acts, in the sub-select the criteria
    assert narrowed.rindex("bans.whom = ") > narrowed.index("bans.whom > ")
    assert str(gate.compiled(OWNER, own)).count("bans.whom = ") == 1
