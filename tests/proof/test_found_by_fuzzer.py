"""What the fuzzer has found, shrunk."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Integer, String, cast, column, delete, func, insert, or_, select, update, values
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from proof.arena import Arena, postgres_arena, sqlite_arena
from proof.small_world import Doc, Odd, Person, Plan, Tag
from rowgate import AccessDenied

DOCS = Doc.__table__
NEW = {"id": 1000, "owner_id": 1}
"""A new document of our own whose `deleted` is NULL: it may be created, and by soft-delete not be read."""


@pytest.fixture(params=["sqlite", "postgres"])
def arena(request: pytest.FixtureRequest, cluster: Any) -> Iterator[Arena]:
    """Give the small world on both databases."""
    if request.param == "sqlite":
        yield sqlite_arena()
        return
    with cluster.database() as full, cluster.database() as shadow:
        made = postgres_arena(full.owner, shadow.owner)
        yield made
        for side in (made.full, *made.shadows):
            side.dbapi.close()


@pytest.mark.parametrize("synchronize", ["auto", "fetch", False])
def test_orm_update_returning_a_row_that_is_hidden_then(arena: Arena, synchronize: Any) -> None:
    """RETURNING written by us proves the new row in full, also where the ORM moves it into columns of its own.

    To fetch keys, SQLAlchemy replaces `_returning` by `_supplemental_returning` before the gate looks.
    """
    statement = update(Doc).values(deleted=True).returning(Doc.title)
    with arena.guarded(0) as session, pytest.raises(AccessDenied):
        session.execute(statement, execution_options={"synchronize_session": synchronize})


def test_core_update_returning_a_row_that_is_hidden_then(arena: Arena) -> None:
    """Twin of the one above, on the table: denied already."""
    with arena.guarded(0) as session, pytest.raises(AccessDenied):
        session.execute(update(DOCS).values(deleted=True).returning(DOCS.c.title))


def test_orm_soft_delete_without_returning_works(arena: Arena) -> None:
    """Twin of the two above: what the ORM returns to itself proves no more than the write does."""
    with arena.guarded(0) as session:
        before = set(session.scalars(select(Doc.id)))
        session.execute(update(Doc).values(deleted=True))
        assert set(session.scalars(select(Doc.id))) < before


def test_orm_bulk_insert_returning_a_row_that_is_hidden(arena: Arena) -> None:
    """A list of rows is an INSERT of the unit of work's own making: its RETURNING is still ours."""
    with arena.guarded(0) as session, pytest.raises(AccessDenied):
        session.execute(insert(Doc).returning(Doc.title), [NEW]).all()


def test_orm_insert_returning_a_row_that_is_hidden(arena: Arena) -> None:
    """Twin of the one above, with values(): denied already."""
    with arena.guarded(0) as session, pytest.raises(AccessDenied):
        session.execute(insert(Doc).values(NEW).returning(Doc.title)).all()


def test_orm_bulk_insert_without_returning_works(arena: Arena) -> None:
    """Twin of the two above: a row that one may create and not read is created."""
    with arena.guarded(0) as session:
        session.execute(insert(Doc), [NEW])
        session.flush()
        assert NEW["id"] not in set(session.scalars(select(Doc.id)))
        with pytest.raises(IntegrityError):  # it is there: its key is taken
            session.execute(insert(Doc), [NEW])


def test_write_with_values_in_a_sub_select(arena: Arena) -> None:
    """VALUES in a sub-select of a write works: its list of columns is not taken for the target's."""
    rows = values(column("v", Integer), column("w", String), name="rows").data([(1, "a"), (2, "b")])
    if not arena.postgres:
        rows = rows.cte("rows_")
    with arena.guarded(0) as session:
        assert {1, 2} & set(session.scalars(select(Tag.id)))
        session.execute(delete(Tag).where(Tag.id.in_(select(rows.c.v))))
        assert set() == {1, 2} & set(session.scalars(select(Tag.id)))


def test_returning_of_an_expression_alone(arena: Arena) -> None:
    """RETURNING of nothing but an expression carries the proof of the new row too."""
    statement = update(DOCS).where(DOCS.c.owner_id == 1).values(pages=3, owner_id=1).returning(DOCS.c.pages + 1)
    with arena.guarded(0) as session:
        assert {(4,)} == {tuple(row) for row in session.execute(statement)}


COUNT = select(func.count(Odd.id)).where(Odd.who == Doc.owner_id).scalar_subquery()
TWICE = {
    "group by": select(COUNT.label("n"), func.count()).select_from(Doc).group_by(COUNT),
    "distinct": select(COUNT.label("n")).select_from(Doc).distinct().order_by(COUNT),
}


@pytest.mark.parametrize("clause", TWICE)
def test_a_sub_select_that_stands_twice_is_one_expression(arena: Arena, clause: str) -> None:
    """PostgreSQL must see the same expression: a policy's constants may not get another bind at each rendering."""
    with arena.guarded(0) as session, arena.shadow(0) as plain:
        expected = sorted(map(tuple, plain.execute(TWICE[clause]).all()))
        assert expected == sorted(map(tuple, session.execute(TWICE[clause]).all()))


def test_lock_of_one_alias_leaves_the_other_alone(arena: Arena) -> None:
    """FOR UPDATE OF people locks no alias of people: its rows need no right to update."""
    other = aliased(Person)
    statement = select(Person.id, other.id).join(other, Person.age == other.age).with_for_update(of=Person)
    with arena.guarded(3) as session:  # person 3 may update herself alone, and reads person 1 of her age
        assert {(3, 1), (3, 3)} == {tuple(row) for row in session.execute(statement)}


@pytest.mark.parametrize("of", [True, False])
def test_lock_of_a_sub_select_reaches_the_aliases_in_it(arena: Arena, of: bool) -> None:
    """FOR UPDATE OF a sub-select locks all tables in it: rows that one may only read must not come."""
    other = aliased(Person)
    inner = select(other.id).subquery()
    statement = select(inner.c.id).with_for_update(of=inner if of else None)
    with arena.guarded(0) as session:
        assert [1] == list(session.scalars(statement))


def test_whole_row_is_an_anonymous_record(arena: Arena) -> None:
    """A whole row of a wrapped table is a record without a name to PostgreSQL: as text it is the same (docs/limits.md)."""
    if not arena.postgres:
        pytest.skip("SQLite has no whole rows")
    statement = select(cast(Person.__table__.table_valued(), String))
    with arena.guarded(0) as session, arena.shadow(0) as plain:
        assert sorted(plain.scalars(statement)) == sorted(session.scalars(statement))


def _upsert(arena: Arena, entity: Any, set_: Any, **row: Any) -> Any:
    dialect: Any = postgresql if arena.postgres else sqlite
    return dialect.insert(entity).values(**row).on_conflict_do_update(index_elements=["id"], set_=set_)


def test_upsert_compares_no_expression_with_a_column_it_may_not_set(arena: Arena) -> None:
    """`old IS a OR b` is `(old IS a) OR b`: what a rule with `columns=` withholds was set so."""
    with arena.guarded(0) as session:  # plan 8 is nobody's, and not open: we help with title and effort
        session.execute(update(Plan).where(Plan.id == 8).values(title="a"))
        session.execute(_upsert(arena, Plan, {"effort": 4}, id=8, title="a"))
        with pytest.raises(AccessDenied):
            session.execute(_upsert(arena, Plan, {"open": or_(Plan.id == 0, Plan.id > 0)}, id=8, title="a"))


def test_upsert_of_a_plain_value(arena: Arena) -> None:
    """SET of a value, and of None, is no volatile function (SQLAlchemy 2.0 hands it over as it is)."""
    for value in (3, None):
        with arena.guarded(0) as session:
            session.execute(_upsert(arena, Doc, {"pages": value}, id=5, owner_id=1))
            assert [value] == list(session.scalars(select(Doc.pages).where(Doc.id == 5)))


def test_masked_column_in_returning_of_a_cte(arena: Arena) -> None:
    """A masked column that a write in a CTE returns keeps its name."""
    if not arena.postgres:
        pytest.skip("SQLite has no writes in CTEs")
    written = update(Person).values(age=5).returning(Person.id, Person.secret, Person.mail).cte("w")
    with arena.guarded(0) as session:
        assert [(1, None, "m1")] == [tuple(row) for row in session.execute(select(*written.c))]
