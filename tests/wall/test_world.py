"""The world of the library's tests: the wall alone gives what the gate alone gives, row by row."""

import re
from itertools import pairwise, product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, literal_column, select, text, update

from wall.walls import DENIED, Walled
from world import (  # fmt: skip
    ADMIN_D,
    EVERYBODY,
    FREE_A,
    FREE_C,
    ROWS,
    A,
    B,
    Block,
    C,
    Comment,
    D,
    Document,
    Invoice,
    Project,
    Share,
    Tag,
    User,
    document_tags,
    key,
    titles,
)

WHO = pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
TABLES: list[Any] = [Document.__table__, Share.__table__, Comment.__table__, Tag.__table__, Block.__table__,
                     Project.__table__, Invoice.__table__, document_tags]  # fmt: skip


def where(table: Any, row: Any) -> list[Any]:
    """Return the criteria that name a row."""
    return [column == value for column, value in zip(table.primary_key, row, strict=True)]


@WHO
def test_every_table_shows_the_same_rows(world: Walled, who: Any) -> None:
    """What raw SQL reads is what the gate reads: nothing more, nothing less."""
    for table in TABLES:
        statement = select(*table.c)
        assert world.by_wall(who, statement) == world.by_gate(who, statement), table.name


@WHO
def test_documents_are_those_of_the_truth(world: Walled, who: Any) -> None:
    """The rows are those that plain Python says, with and without the session's lift."""
    assert [(title,) for title in titles(who)] == world.by_wall(who, select(Document.title))
    if "admin" in who.roles:
        lifted = world.by_wall(who, select(Document.title), ["soft-delete"])
        assert [(title,) for title in titles(who, {"soft-delete"})] == lifted
        assert len(titles(who, {"soft-delete"})) > len(titles(who))


def test_without_a_context_there_is_nothing(world: Walled) -> None:
    """A connection that nobody acts on reads no row, and writes none, but for what is open."""
    for table in TABLES:
        assert world.by_wall(None, select(*table.c)) == ([(1, "red"), (2, "green")] if table.name == "tags" else [])
    assert world.by_wall(None, select(User.id)) == []
    assert world.by_wall(None, update(Document).values(pages=0)) == 0
    assert world.by_wall(None, delete(Comment)) == 0
    assert world.by_wall(None, insert(Comment).values(document_id=key("a000"), author_id=A, body="x")) == DENIED


@WHO
def test_updates_and_deletes_reach_the_same_rows(world: Walled, who: Any) -> None:
    """Row by row, with and without a WHERE, with and without reading."""
    for table in TABLES:
        for row in world.stored(select(*table.primary_key)):
            for statement in (_touch(table).where(*where(table, row)), delete(table).where(*where(table, row))):
                same(world, who, statement)
        same(world, who, _touch(table))


def same(world: Walled, who: Any, statement: Any) -> None:
    wall, gate = world.by_wall(who, statement), world.by_gate(who, statement)
    # A table that no rule lets write is denied as a whole by the wall; by the gate, row by row. And the wall judges a
    # new row before it is known to be there already.
    assert wall == gate or (wall == DENIED and gate in (0, "23505")), (wall, gate, str(statement))


def _touch(table: Any) -> Any:
    column = list(table.c)[-1]
    return update(table).values({column: column})


@WHO
def test_new_documents_and_comments(world: Walled, who: Any) -> None:
    """INSERT is judged alike, whoever is said to own the row."""
    for owner in (A, B, C, D):
        new = (
            insert(Document.__table__)
            .inline()
            .values(
                id=UUID(int=77), title="new", owner_id=owner, is_public=False, is_paid=False, is_deleted=False, pages=1
            )
        )
        same(world, who, new)
        same(world, who, insert(Comment.__table__).inline().values(document_id=key("b010"), author_id=owner, body="x"))
        same(world, who, insert(document_tags).values(document_id=key("a000"), tag_id=2))
        same(world, who, insert(Share.__table__).values(document_id=key("a000"), user_id=owner))
    for tenant in (1, 2):
        same(world, who, insert(Project.__table__).inline().values(id=9, name="x", tenant_id=tenant))


@WHO
def test_rows_that_are_given_away(world: Walled, who: Any) -> None:
    """The new row of an UPDATE is judged alike."""
    for row, owner in product(ROWS, (A, B, C)):
        same(world, who, update(Document.__table__).where(Document.id == row.id).values(owner_id=owner))
    for tenant in (1, 2):
        same(world, who, update(Project.__table__).values(tenant_id=tenant))


def test_a_row_leaves_a_restriction_by_the_lift_of_its_statement(world: Walled) -> None:
    """An owner soft-deletes her document where the statement carries the lift, and not without."""
    leave = update(Document.__table__).where(Document.id == key("a000")).values(is_deleted=True)
    assert world.by_gate(FREE_A, leave) == 1
    assert world.by_wall(FREE_A, leave) == DENIED
    assert world.by_wall(FREE_A, leave, ["soft-delete"]) == 1
    assert world.by_wall(FREE_C, leave, ["soft-delete"]) == 0


def test_masked_columns_are_not_granted(world: Walled) -> None:
    """Nobody reads or sets what is masked for everybody; a star therefore fails; the rest is read."""
    assert world.by_wall(ADMIN_D, select(User.hashed_password)) == DENIED
    assert world.by_wall(ADMIN_D, select(literal_column("*")).select_from(User)) == DENIED
    assert world.by_wall(ADMIN_D, update(User).values(hashed_password="x")) == DENIED
    assert len(world.by_wall(ADMIN_D, select(User.id, User.name))) == 4


def test_a_masked_column_is_written_where_it_is_writable(world: Walled) -> None:
    """The owner of an address changes it, whatever a statement without WHERE may reach; others may not set it."""
    mine = update(User.__table__).where(User.id == A).values(email="new@example.org")
    assert world.by_wall(FREE_A, mine) == 1 == world.by_gate(FREE_A, mine)
    new = {"id": UUID(int=88), "name": "e"}
    for values in (new, {**new, "email": None}, {**new, "email": "e@example.org"}, {**new, "hashed_password": "x"}):
        same(world, ADMIN_D, insert(User.__table__).values(values))


@pytest.mark.parametrize(("title", "asks"), [("b100", False), ("b000", True)])
def test_a_row_that_a_plain_rule_admits_asks_no_other_table(world: Walled, title: str, asks: bool) -> None:
    """PostgreSQL asks permissive policies by name, from the last to the first: those that ask other tables are the first."""
    (shares,) = (
        one.using
        for one in world.wall.objects
        if one.identity[:3] == ("policy", "public", "documents") and "read by other tables" in one.identity[3]
    )
    (function,) = re.findall(r"ANY \(\(SELECT (rowgate\.\w+\(\))\)::UUID\[\]\)$", shares)
    query = f"SELECT title FROM documents WHERE title = '{title}'"
    with world.acting(FREE_A) as connection:
        plan = list(connection.scalars(text(f"EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF) {query}")))
    ran = ["never executed" not in node for node, line in pairwise(plan) if f"Output: {function}" in line]
    assert ran == [asks]
