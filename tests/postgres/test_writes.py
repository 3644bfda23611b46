"""Writes: what the policy denies is neither changed nor made, for one row as for a hundred; what it permits is stored."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from rowgate import AccessDenied, RowgateError
from world import (
    ADMIN_D,
    BARE_D,
    FREE_A,
    FREE_C,
    NOBODY,
    ROWS,
    SECRET,
    A,
    B,
    Comment,
    Document,
    Project,
    Share,
    Tag,
    User,
    document_tags,
    key,
    may_change,
    sees,
)

T = Document.__table__
MINE = [row for row in ROWS if may_change(FREE_A, row)]
OTHERS = [row for row in ROWS if row.owner == B and row.public and not row.paid and not row.deleted]
HIDDEN = [row for row in ROWS if not sees(FREE_A, row)]


def _pages(backend: Any) -> dict[str, int]:
    return dict(backend.stored(select(Document.title, Document.pages)))


def _through_objects(session: Session, rows: list[Any]) -> None:
    for row in rows:
        session.get_one(Document, row.id).pages = 99
    session.flush()


def _bulk_by_key(session: Session, rows: list[Any]) -> None:
    session.execute(update(Document), [{"id": row.id, "pages": 99} for row in rows])


def _mappings(session: Session, rows: list[Any]) -> None:
    session.bulk_update_mappings(Document, [{"id": row.id, "pages": 99} for row in rows])  # type: ignore[arg-type]


def _executemany(session: Session, rows: list[Any]) -> None:
    statement = update(T).where(T.c.id == bindparam("k")).values(pages=bindparam("n"))
    session.connection().execute(statement, [{"k": row.id, "n": 99} for row in rows])


NAMED: dict[str, Callable[[Session, list[Any]], None]] = {
    "unit of work": _through_objects,
    "bulk by key": _bulk_by_key,
    "mappings": _mappings,
    "executemany": _executemany,
}


@pytest.mark.parametrize("how", NAMED)
@pytest.mark.parametrize("count", [1, 2, len(MINE)])
def test_named_rows_of_ones_own_are_changed(backend: Any, how: str, count: int) -> None:
    """Every way to name rows changes those that may be changed, and no other."""
    before = _pages(backend)
    backend.run(FREE_A, lambda s: NAMED[how](s, MINE[:count]), commit=True)
    assert {**before, **{row.title: 99 for row in MINE[:count]}} == _pages(backend)


@pytest.mark.parametrize("how", NAMED)
@pytest.mark.parametrize("rows", [OTHERS[:1], OTHERS[:1] * 2, [*MINE, *OTHERS]], ids=["one", "two", "mixed"])
def test_named_rows_that_may_only_be_read_raise(backend: Any, how: str, rows: list[Any]) -> None:
    """One readable row that may not be written denies the whole write, and changes nothing."""
    before = _pages(backend)
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, lambda s: NAMED[how](s, rows), commit=True)
    assert before == _pages(backend)


@pytest.mark.parametrize("how", ["executemany"])
def test_named_rows_that_are_hidden_are_absent(backend: Any, how: str) -> None:
    """A row that may not be read behaves like one that does not exist."""
    before = _pages(backend)
    backend.run(FREE_A, lambda s: NAMED[how](s, HIDDEN), commit=True)
    assert before == _pages(backend)


@pytest.mark.parametrize("who", [FREE_A, FREE_C, BARE_D, ADMIN_D, NOBODY], ids=str)
def test_update_by_criteria_narrows(backend: Any, who: Any) -> None:
    """An UPDATE with a WHERE changes exactly the rows that the principal may change."""
    before = _pages(backend)
    backend.run(who, lambda s: s.execute(update(Document).values(pages=50)), commit=True)
    assert {**before, **{r.title: 50 for r in ROWS if may_change(who, r)}} == _pages(backend)


@pytest.mark.parametrize("sync", ["auto", "evaluate", "fetch", False])
def test_bulk_writes_with_each_synchronisation(backend: Any, sync: Any) -> None:
    """Objects in the session follow the rows that were changed, whichever synchronisation is asked for."""

    def work(session: Session) -> Any:
        mine, other = session.get_one(Document, key("a000")), session.get_one(Document, key("b100"))
        session.execute(update(Document).values(pages=50), execution_options={"synchronize_session": sync})
        if sync is False:
            session.expire_all()
        return mine.pages, other.pages == 50

    assert (50, False) == backend.run(FREE_A, work)


def test_delete_by_criteria_and_by_object(backend: Any) -> None:
    """Deleting narrows by WHERE, and raises by object."""
    backend.as_owner(lambda s: [s.execute(delete(x)) for x in (Share, Comment, document_tags)])
    backend.run(FREE_A, lambda s: s.execute(delete(Document).where(Document.title.like("%1_0"))), commit=True)
    gone = {row.title for row in MINE if row.public}
    assert {row.title for row in ROWS} - gone == set(backend.stored(select(Document.title)))

    def one(session: Session) -> None:
        session.delete(session.get_one(Document, key("b100")))
        session.flush()

    with pytest.raises(AccessDenied):
        backend.run(FREE_A, one, commit=True)
    assert {row.title for row in ROWS} - gone == set(backend.stored(select(Document.title)))


def _new(n: int, owner: Any = A) -> dict[str, Any]:
    return {"id": uuid4(), "title": f"new {n}", "owner_id": owner, "is_public": False}


INSERTS: dict[str, Callable[[Session, list[dict[str, Any]]], Any]] = {
    "unit of work": lambda s, rows: (s.add_all([Document(**row) for row in rows]), s.flush()),
    "executemany": lambda s, rows: s.execute(insert(Document), rows),
    "core": lambda s, rows: s.connection().execute(insert(T), rows),
    "values": lambda s, rows: s.execute(insert(Document).values(rows)),
    "returning": lambda s, rows: s.scalars(insert(Document).returning(Document.title), rows).all(),
    "entities": lambda s, rows: s.scalars(insert(Document).returning(Document), rows).all(),
    "sorted": lambda s, rows: s.scalars(
        insert(Document).returning(Document.title, sort_by_parameter_order=True), rows
    ).all(),
    "mappings": lambda s, rows: s.bulk_insert_mappings(Document, rows),
    "objects": lambda s, rows: s.bulk_save_objects([Document(**row) for row in rows]),
}


@pytest.mark.parametrize("how", INSERTS)
@pytest.mark.parametrize("count", [1, 2, 100])
def test_inserts_store_what_is_ones_own(backend: Any, how: str, count: int) -> None:
    """New rows that pass the check are stored, one, two or a hundred."""
    rows = [_new(n) for n in range(count)]
    backend.run(FREE_A, lambda s: INSERTS[how](s, rows), commit=True)
    stored = backend.stored(select(Document.title).where(Document.title.like("new %")))
    assert sorted(row["title"] for row in rows) == sorted(stored)


@pytest.mark.parametrize("how", INSERTS)
@pytest.mark.parametrize("count", [1, 2, 100])
def test_inserts_for_somebody_else_store_nothing(backend: Any, how: str, count: int) -> None:
    """One new row that fails the check denies all of them."""
    rows = [_new(n, B if n == count - 1 else A) for n in range(count)]
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, lambda s: INSERTS[how](s, rows), commit=True)
    assert [] == backend.stored(select(Document.title).where(Document.title.like("new %")))


def test_insert_from_select_reads_and_writes_by_policy(backend: Any) -> None:
    """INSERT ... SELECT copies visible rows only, and its new rows are checked."""

    def copy(owner: Any) -> Any:
        source = select(
            User.id,
            func.coalesce(User.hashed_password, "masked"),
            owner,
            Document.is_public,
            Document.is_paid,
            Document.is_deleted,
            Document.pages,
        )
        return insert(Document).from_select(
            ["id", "title", "owner_id", "is_public", "is_paid", "is_deleted", "pages"],
            source.join_from(Document, User, Document.owner_id == User.id).where(Document.title == "a000"),
        )

    other = select(User.id).where(User.name == "b").scalar_subquery()
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, lambda s: s.execute(copy(other)), commit=True)
    backend.run(FREE_A, lambda s: s.execute(copy(User.id)), commit=True)
    assert ["masked"] == backend.stored(select(Document.title).where(Document.id == A))


def _theft(session: Session) -> None:
    session.execute(update(Document).values(owner_id=A))


def _tag(session: Session, tags: list[int]) -> None:
    document = session.get_one(Document, key("b100"))
    document.tags = [session.get_one(Tag, n) for n in tags]
    session.flush()


THEFTS: dict[str, Callable[[Session], Any]] = {
    "give away": lambda s: (setattr(s.get_one(Document, key("a000")), "owner_id", B), s.flush()),
    "give away by criteria": lambda s: s.execute(update(Document).where(Document.title == "a000").values(owner_id=B)),
    "take": lambda s: (setattr(s.get_one(Document, key("b100")), "owner_id", A), s.flush()),
    "change the key": lambda s: (setattr(s.get_one(Document, key("b100")), "id", uuid4()), s.flush()),
    "another tenant": lambda s: (setattr(s.get_one(Project, 1), "tenant_id", 2), s.flush()),
    "link another's document": lambda s: _tag(s, [1, 2]),
    "unlink another's": lambda s: _tag(s, []),
    "share another's": lambda s: (s.add(Share(document_id=key("b100"), user_id=A)), s.flush()),
    "comment as another": lambda s: (s.add(Comment(document_id=key("b100"), author_id=B, body="x")), s.flush()),
    "open table": lambda s: (s.add(Tag(id=9, word="x")), s.flush()),
    "masked column": lambda s: (setattr(s.get_one(User, A), "hashed_password", "x"), s.flush()),
    "masked column by criteria": lambda s: s.execute(update(User).values(hashed_password="x")),
    "new user": lambda s: (s.add(User(name="x")), s.flush()),
}


@pytest.mark.parametrize("how", THEFTS)
def test_denied_writes_change_nothing(backend: Any, how: str) -> None:
    """What the policy denies raises, and the database holds what it held."""
    shown = [select(t) for t in (T, User.__table__, Project.__table__, document_tags, Share.__table__, Tag.__table__)]
    before = [sorted(map(str, backend.stored(one))) for one in shown]
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, THEFTS[how], commit=True)
    assert before == [sorted(map(str, backend.stored(one))) for one in shown]


def test_take_by_criteria_narrows(backend: Any) -> None:
    """Taking all documents by criteria takes nothing that was not one's own."""
    backend.run(FREE_A, _theft, commit=True)
    assert {r.title: r.owner for r in ROWS} == dict(backend.stored(select(Document.title, Document.owner_id)))


def test_permitted_writes_of_every_table_are_stored(backend: Any) -> None:
    """Twin of the denied ones: one's own documents, links, shares, comments, name, email and tenant's projects."""

    def work(session: Session) -> None:
        mine = session.get_one(Document, key("a000"))
        mine.tags.append(session.get_one(Tag, 2))
        mine.title = "renamed"
        session.add(Share(document_id=mine.id, user_id=B))
        session.add(Comment(document_id=mine.id, author_id=A, body="mine"))
        session.add(Project(id=9, name="p9", tenant_id=1))
        me = session.get_one(User, A)
        me.name, me.email = "alice", "alice@example.org"
        session.flush()
        mine.is_deleted = True

    backend.run(FREE_A, work, commit=True)
    assert [("renamed", True)] == backend.stored(
        select(Document.title, Document.is_deleted).where(Document.id == key("a000"))
    )
    assert [1, 2] == backend.stored(
        select(document_tags.c.tag_id)
        .where(document_tags.c.document_id == key("a000"))
        .order_by(document_tags.c.tag_id)
    )
    assert ["mine"] == backend.stored(select(Comment.body).where(Comment.body == "mine"))
    assert [("alice", "alice@example.org", SECRET + "a")] == backend.stored(
        select(User.name, User.email, User.hashed_password).where(User.id == A)
    )
    assert [B] == backend.stored(select(Share.user_id).where(Share.document_id == key("a000"), Share.user_id == B))


def test_soft_delete_by_criteria_and_its_lift(backend: Any) -> None:
    """An owner soft-deletes in bulk; deleted rows are written by those who lift the restriction, and by nobody else."""
    backend.run(FREE_A, lambda s: s.execute(update(Document).values(is_deleted=True)), commit=True)
    owned = select(Document.is_deleted).where(Document.owner_id == A)
    assert [True] * 8 == backend.stored(owned)
    backend.run(FREE_A, lambda s: s.execute(update(Document).values(is_deleted=False)), commit=True)
    assert [True] * 8 == backend.stored(owned)
    restore = update(Document).where(Document.owner_id == A).values(is_deleted=False)
    backend.run(ADMIN_D, lambda s: s.execute(restore), commit=True, lift={"soft-delete"})
    assert [False] * 8 == backend.stored(owned)


def test_returning_gives_masked_values(backend: Any) -> None:
    """RETURNING of a write shows what a SELECT would."""
    statement = update(User).values(name="x").returning(User.name, User.email, User.hashed_password)
    found = backend.run(FREE_A, lambda s: [tuple(row) for row in s.execute(statement)])
    assert [("x", "a@example.org", None)] == found


def test_cascades_meet_hidden_children_without_changing_them(backend: Any) -> None:
    """Replacing a narrowed collection touches visible children only."""

    def work(session: Session) -> None:
        session.get_one(User, B).documents = []
        session.flush()

    before = backend.stored(select(Document.title, Document.owner_id).order_by(Document.title))
    with pytest.raises(RowgateError):
        backend.run(FREE_A, work, commit=True)
    assert before == backend.stored(select(Document.title, Document.owner_id).order_by(Document.title))
