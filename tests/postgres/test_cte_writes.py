"""Writes in CTEs, of PostgreSQL: each is judged like a write by itself, wherever its CTE stands."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, column, delete, func, insert, literal, literal_column, select, true, update
from sqlalchemy import values as values_of
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from rowgate import AccessDenied, RowgateError, Unguarded
from world import (
    ADMIN_D,
    FREE_A,
    FREE_C,
    NAMES,
    ROWS,
    SECRET,
    A,
    B,
    Block,
    Comment,
    D,
    Document,
    Project,
    Tag,
    User,
    document_tags,
    key,
    may_change,
    sees,
)

T: Any = Document.__table__
U: Any = User.__table__
MINE = sorted(row.title for row in ROWS if may_change(FREE_A, row))
NEW = {"is_public": False, "is_paid": False, "is_deleted": False, "pages": 3}


def _pages(backend: Any) -> dict[str, int]:
    return dict(backend.stored(select(Document.title, Document.pages)))


def _all(statement: Any) -> Callable[[Session], list[Any]]:
    return lambda session: sorted(tuple(row) for row in session.execute(statement))


def _denied(backend: Any, work: Any, who: Any = FREE_A, error: Any = AccessDenied) -> None:
    """Assert that this raises, quotes nothing, and changes nothing."""
    look = select(Document.id, Document.title, Document.owner_id, Document.pages).order_by(Document.id)
    before = backend.stored(look), backend.stored(select(User.name).order_by(User.name))
    with pytest.raises(error) as caught:
        backend.run(who, work if callable(work) else lambda s: s.execute(work), commit=True)
    assert before == (backend.stored(look), backend.stored(select(User.name).order_by(User.name)))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("who", [FREE_A, FREE_C, ADMIN_D], ids=str)
@pytest.mark.parametrize("target", [Document, T], ids=["entity", "table"])
def test_an_update_that_is_read(postgres: Any, who: Any, target: Any) -> None:
    """An UPDATE in a CTE changes what may be changed, returns just that, and no row of it is lost."""
    changed = update(target).values(pages=50).returning(T.c.title, T.c.pages).cte("changed")
    before = _pages(postgres)
    told = postgres.run(who, _all(select(changed)), commit=True)
    mine = sorted(row.title for row in ROWS if may_change(who, row))
    assert told == [(title, 50) for title in mine]
    assert {**before, **dict.fromkeys(mine, 50)} == _pages(postgres)


def test_a_delete_that_is_read(postgres: Any) -> None:
    """A DELETE in a CTE takes what may be deleted, and returns it."""
    postgres.as_owner(lambda s: [s.execute(delete(table)) for table in (Comment, document_tags)])
    postgres.as_owner(lambda s: s.execute(delete(Block)))
    gone = delete(Comment).returning(Comment.id).cte("gone")
    assert postgres.run(FREE_A, _all(select(gone))) == []
    gone = delete(Document).where(Document.title.like("%0")).returning(Document.title).cte("gone")
    told = postgres.run(FREE_C, _all(select(gone)), commit=True)
    assert told == []
    assert len(postgres.stored(select(Document.title))) == len(ROWS)


def test_an_insert_that_is_read(postgres: Any) -> None:
    """An INSERT in a CTE stores rows of one's own; one for somebody else stores nothing, alone or among others."""
    row = {"title": "new", "owner_id": A, **NEW}
    made = insert(Document).values(id=uuid4(), **row).returning(Document.title).cte("made")
    assert postgres.run(FREE_A, _all(select(made)), commit=True) == [("new",)]
    assert postgres.stored(select(Document.owner_id).where(Document.title == "new")) == [A]
    for rows in ([{**row, "owner_id": B}], [row, {**row, "owner_id": B}]):
        bad = insert(Document).values([{"id": uuid4(), **one} for one in rows])
        _denied(postgres, select(bad.returning(Document.title).cte("made")))
        _denied(postgres, select(literal(1)).add_cte(bad.cte("made")))
        _denied(postgres, select(Tag.id).add_cte(bad.returning(Document.id).cte("made")))


def test_writes_that_nobody_reads(postgres: Any) -> None:
    """`add_cte()`: the write runs, narrows and proves itself, though no one asks what it returns."""
    before = _pages(postgres)
    quiet = update(Document).values(pages=50).cte("quiet")
    told = postgres.run(FREE_A, _all(select(Tag.word).add_cte(quiet)), commit=True)
    assert told == [("green",), ("red",)]
    assert {**before, **dict.fromkeys(MINE, 50)} == _pages(postgres)
    _denied(postgres, select(Tag.word).add_cte(update(Document).values(owner_id=B).cte("quiet")))
    _denied(postgres, select(Tag.word).add_cte(update(Document).values(owner_id=B).returning(Document.id).cte("quiet")))


def _side_by_side(one: Any, other: Any) -> Any:
    return select(one, other).join_from(one, other, true())


def test_two_writes(postgres: Any) -> None:
    """Two writes in two CTEs are judged each by its own policy; one that fails takes the other along."""
    first = update(Document).where(Document.title == "a000").values(pages=50).returning(Document.title).cte("first")
    second = update(User).values(name="ada").returning(User.name).cte("second")
    assert postgres.run(FREE_A, _all(_side_by_side(first, second)), commit=True) == [("a000", "ada")]
    assert sorted(postgres.stored(select(User.name))) == ["ada", "b", "c", "d"]
    bad = update(User).values(hashed_password="x").returning(User.id).cte("bad")
    theft = update(Document).where(Document.title == "a000").values(owner_id=B).returning(Document.id).cte("theft")
    _denied(postgres, _side_by_side(second, theft))
    _denied(postgres, _side_by_side(bad, theft))


def test_inside_an_insert_from_select(postgres: Any) -> None:
    """What a CTE changed becomes new rows, and both sides prove themselves."""
    moved = update(Document).where(Document.pages > 0).values(pages=50).returning(Document.id, Document.title)

    def copied(owner: UUID) -> Any:
        source = moved.cte("moved")
        read = select(
            func.gen_random_uuid(), source.c.title.concat("-copy"), literal(owner), *(literal(v) for v in NEW.values())
        )
        return insert(Document).from_select(["id", "title", "owner_id", *NEW], read.select_from(source))

    _denied(postgres, copied(B))
    assert postgres.run(FREE_A, lambda s: s.execute(copied(A)).rowcount, commit=True) == len(MINE)
    stored = _pages(postgres)
    assert {title for title in stored if title.endswith("-copy")} == {f"{title}-copy" for title in MINE}
    assert {title for title, pages in stored.items() if pages == 50} == set(MINE)


def test_inside_an_update_or_delete(postgres: Any) -> None:
    """An UPDATE or DELETE around a write in a CTE, of another or the same table: each narrows by itself."""
    named = update(User).values(name="ada").returning(User.id).cte("named")
    outer = update(Document).where(Document.owner_id.in_(select(named.c.id))).values(pages=50)
    assert postgres.run(FREE_A, lambda s: s.execute(outer).rowcount, commit=True) == len(MINE)
    assert {title for title, pages in _pages(postgres).items() if pages == 50} == set(MINE)
    one = update(Document).where(Document.title == "a000").values(pages=60).returning(Document.id).cte("one")
    rest = update(T).where(T.c.id.not_in(select(one.c.id))).values(pages=61)
    assert postgres.run(FREE_A, lambda s: s.connection().execute(rest).rowcount, commit=True) == len(MINE) - 1
    assert _pages(postgres)["a000"] == 60
    assert _pages(postgres)["b000"] not in (60, 61)
    theft = update(Document).where(Document.title == "a000").values(owner_id=B).returning(Document.id).cte("theft")
    _denied(postgres, update(Comment).where(Comment.document_id.in_(select(theft.c.id))).values(body="x"))
    _denied(postgres, delete(Comment).where(Comment.document_id.in_(select(theft.c.id))))
    gone = delete(Comment).where(Comment.author_id == A).returning(Comment.document_id).cte("gone")
    outer = update(Document).where(Document.id.in_(select(gone.c.document_id))).values(pages=70)
    assert postgres.run(FREE_A, lambda s: s.execute(outer).rowcount) == len(MINE)


def test_masked_columns_stay_masked(postgres: Any) -> None:
    """WHERE, SET and RETURNING of a write in a CTE read masked columns as everybody reads them."""
    guess = update(User).where(User.hashed_password == SECRET + "a").values(name="told").returning(User.name).cte("x")
    assert postgres.run(FREE_A, _all(select(guess))) == []
    read = update(User).values(name=func.coalesce(User.hashed_password, "masked")).returning(User.name).cte("x")
    assert postgres.run(FREE_A, _all(select(read))) == [("masked",)]
    for form in (
        update(User).values(name="x").returning(User.hashed_password.label("told")),
        update(User).values(name="x").returning(func.coalesce(User.hashed_password, "masked").label("told")),
    ):
        assert postgres.run(FREE_A, _all(select(form.cte("x").c.told))) in ([(None,)], [("masked",)])
    _denied(postgres, select(update(User).values(hashed_password="x").returning(User.id).cte("x")))
    _denied(postgres, select(literal(1)).add_cte(update(User).values({U.c.hashed_password: "x"}).cte("x")))
    new = insert(User).values(id=uuid4(), name="e", hashed_password="x").returning(User.id).cte("x")
    _denied(postgres, select(new), ADMIN_D)


def test_stars_and_whole_rows_are_refused(postgres: Any) -> None:
    """A star or a whole row of what is written would return masked columns."""
    for told in (literal_column("*"), U.table_valued(), func.to_jsonb(U.table_valued())):
        written = update(U).values(name="x").returning(U.c.id, told)
        _denied(postgres, lambda s, w=written: s.execute(select(w.cte("x").c.id)).all(), error=Unguarded)


def test_rows_that_may_not_be_read(postgres: Any) -> None:
    """RETURNING needs the right to read the row as it will be; without it a soft delete by its owner works."""
    gone = update(Document).where(Document.title == "a000").values(is_deleted=True)
    _denied(postgres, select(gone.returning(Document.id).cte("gone")))
    postgres.run(FREE_A, lambda s: s.execute(select(literal(1)).add_cte(gone.cte("gone"))), commit=True)
    assert postgres.stored(select(Document.is_deleted).where(Document.title == "a000")) == [True]
    hidden = update(Document).where(Document.id == key("b000")).values(pages=99).returning(Document.id).cte("x")
    assert postgres.run(FREE_A, _all(select(hidden))) == []


def test_executemany_around(postgres: Any) -> None:
    """A statement with a write in a CTE runs once a parameter set, and each run is judged."""
    taken = (
        update(T)
        .where(T.c.title == bindparam("wanted"))
        .values(pages=50)
        .returning(T.c.id.label("taken_id"))
        .cte("taken")
    )
    outer = update(Comment.__table__).values(body=bindparam("said"))
    outer = outer.where(Comment.__table__.c.document_id.in_(select(taken.c.taken_id)))
    given = [{"wanted": title, "said": f"now {title}"} for title in MINE]
    postgres.run(FREE_A, lambda s: s.connection().execute(outer, given) and None, commit=True)
    assert {title for title, pages in _pages(postgres).items() if pages == 50} == set(MINE)
    said = postgres.stored(select(Comment.body).where(Comment.body.like("now %")))
    assert sorted(said) == [f"now {title}" for title in MINE]


def test_a_row_that_is_named(postgres: Any) -> None:
    """A write in a CTE that names its row by key from a parameter raises where it may only be read."""
    one = update(T).where(T.c.id == bindparam("k")).values(pages=50).returning(T.c.title).cte("one")
    work = lambda title: lambda s: [tuple(row) for row in s.execute(select(one), {"k": key(title)})]  # noqa: E731
    assert postgres.run(FREE_A, work("a000")) == [("a000",)]
    assert postgres.run(FREE_A, work("b000")) == []
    _denied(postgres, work("b100"))


def test_entities_of_a_cte(postgres: Any) -> None:
    """ORM-enabled: an alias of the entity over the CTE loads the rows that were changed."""
    changed = update(Document).values(pages=50).returning(Document).cte("changed")
    entity = aliased(Document, changed)

    def work(session: Session) -> list[tuple[str, int]]:
        return sorted((row.title, row.pages) for row in session.scalars(select(entity)))

    assert postgres.run(FREE_A, work) == [(title, 50) for title in MINE]


def test_one_statement_two_principals(postgres: Any) -> None:
    """Compiled once, a write in a CTE is judged for each principal by her own rows."""
    changed = update(T).values(pages=50).returning(T.c.title).cte("changed")
    for _ in range(2):
        for who in (FREE_A, FREE_C, ADMIN_D):
            mine = sorted((row.title,) for row in ROWS if may_change(who, row))
            assert postgres.run(who, _all(select(changed))) == mine


def test_where_a_write_may_not_stand(postgres: Any) -> None:
    """Not nested in a sub-query, not in a recursive CTE, not under the name of a guarded table, in any case of it."""
    written = update(Document).values(pages=50).returning(Document.id, Document.pages)
    before = _pages(postgres)
    for name in ("documents", "Documents", "users"):
        _denied(postgres, select(written.cte(name)), error=Unguarded)
    inner = select(written.cte("inner_write", nesting=True).c.id)
    for statement in (
        select(inner.subquery()),
        select(Document.title).where(Document.id.in_(inner)),
        select(inner.limit(1).scalar_subquery()),
        select(written.cte("again", recursive=True)),
    ):
        with suppress(RowgateError, SQLAlchemyError):  # PostgreSQL wants a data-modifying WITH at the top
            told = postgres.run(FREE_A, _all(statement), commit=True)
            assert len(told) <= len(MINE)
    after = _pages(postgres)
    assert {title for title in after if after[title] != before[title]} <= set(MINE)


def test_a_cte_in_a_sub_query(postgres: Any) -> None:
    """A write in a CTE of a sub-query is lifted to the top by SQLAlchemy, and is judged there."""
    changed = update(Document).values(pages=50).returning(Document.id).cte("changed")
    inner = select(changed.c.id)
    counted = select(func.count()).select_from(inner.subquery())
    assert postgres.run(FREE_A, lambda s: s.scalar(counted), commit=True) == len(MINE)
    assert {title for title, pages in _pages(postgres).items() if pages == 50} == set(MINE)
    changed = update(Document).values(pages=51).returning(Document.id).cte("changed")
    around = select(Document.title).where(Document.id.in_(select(changed.c.id)))
    assert postgres.run(FREE_A, _all(around)) == [(title,) for title in MINE]
    scalar = select(select(func.count(changed.c.id)).scalar_subquery())
    assert postgres.run(FREE_A, lambda s: s.scalar(scalar)) == len(MINE)


def test_a_snapshot_grants_nothing(postgres: Any) -> None:
    """What a CTE writes does not open a row to the rest of its statement."""
    other = [row for row in ROWS if row.owner == B and not sees(FREE_C, row)]
    freed = delete(Block).returning(Block.blocked_id).cte("freed")
    seen = select(Document.title).add_cte(freed)
    assert not {row.title for row in other} & {title for (title,) in postgres.run(FREE_C, _all(seen))}
    assert {NAMES[D]} <= set(postgres.stored(select(User.name)))


# Found by attack, and closed.


def _unless_refused(backend: Any, work: Callable[[Session], Any], who: Any = FREE_A) -> Any:
    """Do some work and return what it tells; None where it is refused."""
    with suppress(RowgateError, SQLAlchemyError):
        return backend.run(who, work, commit=True)
    return None


@pytest.mark.parametrize("name", ["old", "new", "OLD"])
def test_old_and_new_in_returning(postgres: Any, name: str) -> None:
    """PostgreSQL 18 knows `old` and `new` in RETURNING: nothing of these names may read a masked column."""
    listed = values_of(column("hashed_password", User.name.type), name=name).data([("harmless",)])
    written: list[Any] = [
        update(U).values(name="x").returning(U.alias(name).c.hashed_password),
        update(User).values(name="x").returning(aliased(User, name=name).hashed_password),
        update(User).values(name="x").returning(func.upper(aliased(User, name=name).hashed_password)),
        update(U).values(name="x").returning(listed.c.hashed_password),
        select(update(U).values(name="x").returning(U.alias(name).c.hashed_password.label("told")).cte("x").c.told),
    ]
    told = [_unless_refused(postgres, lambda s, w=w: s.execute(w).all()) for w in written]
    assert SECRET not in str(told)


TAKEN: dict[str, tuple[Any, dict[str, Any]]] = {
    "masked column of an update": (
        update(U).where(U.c.id == A).values(name="x").returning(U.c.id),
        {"hashed_password": "stolen", "param_1": "x", "param_2": "stolen", "param_3": "stolen"},
    ),
    "masked column of an insert": (
        insert(U).values(id=UUID(int=0xE), name="e").returning(U.c.id),
        {"hashed_password": "stolen", "param_1": UUID(int=0xE), "param_2": "e", "param_3": "stolen"},
    ),
}


@pytest.mark.parametrize("what", TAKEN)
def test_parameters_reach_into_a_cte(postgres: Any, what: str) -> None:
    """SQLAlchemy lets the parameters of the statement set columns of a write in its CTE: the gate must know of them."""
    written, given = TAKEN[what]
    who = ADMIN_D if "insert" in what else FREE_A
    _unless_refused(postgres, lambda s: s.execute(select(written.cte("x")), given).all(), who)
    assert "stolen" not in postgres.stored(select(User.hashed_password))


@pytest.mark.parametrize("given", [{"param_1": 2, "param_2": "x"}, {"param_1": "x", "param_2": 2}], ids=str)
def test_parameters_change_what_the_check_reads(postgres: Any, given: dict[str, Any]) -> None:
    """The same way moves a project to another tenant: its check is left out, since nothing seems to set what it reads."""
    written = update(Project).where(Project.id == 1).values(name="x").cte("x")
    _unless_refused(postgres, lambda s: s.execute(select(literal(1)).add_cte(written), {"tenant_id": 2, **given}).all())
    assert postgres.stored(select(Project.tenant_id).where(Project.id == 1)) == [1]


def test_names_of_masked_columns(postgres: Any) -> None:
    """A masked column in the RETURNING of a CTE keeps its name, so that the statement can read it: as NULL."""
    changed = update(User).values(name="x").returning(User.id, User.hashed_password).cte("changed")
    assert postgres.run(FREE_A, _all(select(changed))) == [(A, None)]
    changed = update(User).values(name="x").returning(User).cte("changed")
    entity = aliased(User, changed)
    assert postgres.run(FREE_A, lambda s: [u.hashed_password for u in s.scalars(select(entity))]) == [None]
