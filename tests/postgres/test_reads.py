"""Reads: whoever asks, by whatever construct, sees exactly the rows that the truth gives: none forbidden, none lost."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Integer,
    String,
    and_,
    case,
    column,
    exists,
    func,
    lateral,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import (
    Session,
    aliased,
    contains_eager,
    defer,
    joinedload,
    lazyload,
    load_only,
    selectinload,
    subqueryload,
    undefer,
)

from rowgate import Principal
from world import (
    ADMIN_D,
    EVERYBODY,
    FREE_A,
    FREE_C,
    PAID_A,
    ROWS,
    SHARED,
    A,
    Comment,
    Document,
    Project,
    Share,
    Tag,
    User,
    document_tags,
    key,
    sees,
    sees_comment,
    titles,
)

T = Document.__table__
Work = Callable[[Session], Any]
OTHER = aliased(Document, name="other")
LIGHT = table("documents", column("id"), column("title", String), column("is_public"))
SUB = select(Document.title).subquery()
CTE = select(Document.title).cte("visible")


def _names(statement: Any) -> Work:
    return lambda s: list(s.scalars(statement).unique().all())


TITLES: dict[str, Work] = {
    "columns": _names(select(Document.title)),
    "entities": lambda s: [d.title for d in s.scalars(select(Document))],
    "query": lambda s: [d.title for d in s.query(Document)],
    "query column": lambda s: [t for (t,) in s.query(Document.title)],
    "core": _names(select(T.c.title)),
    "connection": lambda s: s.connection().scalars(select(T.c.title)).all(),
    "lightweight table": _names(select(LIGHT.c.title)),
    "star": lambda s: [row.title for row in s.execute(select(literal_column("*")).select_from(T))],
    "alias": _names(select(OTHER.title)),
    "alias of an alias": _names(select(T.alias("x").alias("y").c.title)),
    "sub-select": _names(select(SUB.c.title)),
    "cte": _names(select(CTE.c.title)),
    "scalar sub-select": _names(
        select(select(OTHER.title).where(OTHER.id == Document.id).scalar_subquery()).select_from(Document)
    ),
    "in sub-select": _names(select(Document.title).where(Document.id.in_(select(OTHER.id)))),
    "union": _names(union(select(Document.title), select(OTHER.title))),
    "union all": _names(union_all(select(Document.title), select(null().cast(String)).where(literal(False)))),
    "self join": _names(select(OTHER.title).join(Document, Document.id == OTHER.id)),
    "outer join": _names(select(Document.title).outerjoin(Share).where(Document.id.is_not(None))),
    "full join": lambda s: [
        t for t in s.scalars(select(OTHER.title).join(Document, OTHER.id == Document.id, full=True)) if t is not None
    ],
    "implicit join": _names(select(Document.title).where(Document.owner_id == User.id)),
    "inner join of entities": _names(select(Document.title).join(Document.owner)),
    "yield_per": lambda s: [d.title for d in s.scalars(select(Document).execution_options(yield_per=2))],
    "partitions": lambda s: [
        d.title for part in s.scalars(select(Document).execution_options(yield_per=3)).partitions() for d in part
    ],
    "joinedload": lambda s: [d.title for d in s.scalars(select(Document).options(joinedload(Document.owner))).unique()],
    "load_only": lambda s: [d.title for d in s.scalars(select(Document).options(load_only(Document.title)))],
    "deferred": lambda s: [d.title for d in s.scalars(select(Document).options(defer(Document.title)))],
    "undefer": lambda s: [d.title for d in s.scalars(select(Document).options(undefer(Document.title)))],
    "window": lambda s: [t for t, _ in s.execute(select(Document.title, func.row_number().over(order_by=Document.id)))],
    "labels": lambda s: [row.x for row in s.execute(select(Document.title.label("x")).order_by("x"))],
    "distinct": _names(select(Document.title).distinct()),
    "lambda": lambda s: list(s.scalars(select(Document.title).where(true()))),
    "select_from join": _names(select(OTHER.title).select_from(T.join(OTHER, T.c.id == OTHER.id))),
}


@pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
@pytest.mark.parametrize("shape", TITLES)
def test_every_shape_gives_the_rows_of_the_truth(backend: Any, shape: str, who: Principal) -> None:
    """A SELECT of any shape gives what the principal may read: no row more, no row less."""
    assert titles(who) == sorted(backend.run(who, TITLES[shape]))


COUNTS: dict[str, Any] = {
    "count": select(func.count()).select_from(Document),
    "count of a column": select(func.count(Document.id)),
    "count distinct": select(func.count(Document.title.distinct())),
    "filter": select(func.count(Document.id).filter(or_(Document.is_public, ~Document.is_public))),
    "sum of a case": select(func.coalesce(func.sum(case((Document.pages > 0, 1), else_=0)), 0)),
    "window count": select(
        func.coalesce(func.max(select(func.count().over()).select_from(Document).scalar_subquery()), 0)
    ),
    "scalar sub-select": select(select(func.count(OTHER.id)).scalar_subquery()),
    "cte": select(func.count()).select_from(select(Document).cte("q")),
}


@pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
@pytest.mark.parametrize("shape", COUNTS)
def test_aggregates_count_visible_rows_only(backend: Any, shape: str, who: Principal) -> None:
    """An aggregate counts what a list would show."""
    expected = len(titles(who))
    if shape == "window count" and expected > 1:
        expected = len(titles(who))
        work: Work = lambda s: len(s.execute(select(func.count().over()).select_from(Document)).all())  # noqa: E731
    else:
        work = lambda s: s.scalar(COUNTS[shape])  # noqa: E731
    assert expected == backend.run(who, work)


@pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
def test_get_answers_for_each_row(backend: Any, who: Principal) -> None:
    """`get()` gives exactly the visible rows, and None for the others."""
    found = backend.run(who, lambda s: [row.title for row in ROWS if s.get(Document, row.id) is not None])
    assert titles(who) == sorted(found)


def test_lift_shows_the_deleted_rows_to_an_admin(backend: Any) -> None:
    """A lifted restriction stops hiding, and nothing else does."""
    lifted = {"soft-delete"}
    found = backend.run(ADMIN_D, lambda s: s.scalars(select(Document.title)).all(), lift=lifted)
    assert titles(ADMIN_D, lifted) == sorted(found)
    assert titles(ADMIN_D) == sorted(backend.run(ADMIN_D, lambda s: s.scalars(select(Document.title)).all()))


def test_refresh_and_expired_attributes_ask_the_policy_again(backend: Any) -> None:
    """An object whose row has become hidden cannot be refreshed or reloaded."""

    def work(session: Session) -> list[str]:
        seen = session.get(Document, key("b100"))
        session.expire(seen)
        backend.as_owner(lambda s: setattr(s.get(Document, key("b100")), "is_public", False))
        errors = []
        for ask in (lambda: seen.title, lambda: session.refresh(seen)):
            try:
                ask()
            except Exception as error:  # noqa: BLE001 - which one, the test says
                errors.append(type(error).__name__)
        return errors

    if backend.driver == "aiosqlite" or backend.is_sqlite:
        pytest.skip("SQLite's file is locked while a session reads")
    assert ["ObjectDeletedError", "InvalidRequestError"] == backend.run(FREE_A, work)


@pytest.mark.parametrize("loader", [joinedload, selectinload, subqueryload, lazyload])
def test_collections_hold_visible_children(backend: Any, loader: Any) -> None:
    """Each relationship loader gives a user's visible documents only, and their visible comments."""

    def work(session: Session) -> Any:
        users = session.scalars(
            select(User).options(loader(User.documents).options(loader(Document.comments)))
        ).unique()
        return {(u.name, d.title, c.body) for u in users.all() for d in u.documents for c in d.comments}

    expected = {
        (row.title[0], row.title, f"on {row.title}") for row in ROWS if sees(FREE_A, row) and sees_comment(FREE_A, row)
    }
    assert expected == backend.run(FREE_A, work)


def test_many_to_one_and_many_to_many_go_through_the_policy(backend: Any) -> None:
    """A child's parent is None when it is hidden; links and tags load."""

    def work(session: Session) -> Any:
        comments = session.scalars(select(Comment)).all()
        parents = {c.body: c.document and c.document.title for c in comments}
        words = {d.title: [t.word for t in d.tags] for d in session.scalars(select(Document))}
        return parents, words

    expected = {f"on {r.title}": r.title if sees(FREE_A, r) else None for r in ROWS if sees_comment(FREE_A, r)}
    assert (expected, {title: ["red"] for title in titles(FREE_A)}) == backend.run(FREE_A, work)


def test_contains_eager_exists_any_and_has(backend: Any) -> None:
    """Sub-selects of the query, unlike those of a policy, see visible rows only."""

    def work(session: Session) -> Any:
        eager = session.scalars(
            select(User).join(User.documents).options(contains_eager(User.documents)).order_by(User.id)
        ).unique()
        names = {u.name: sorted(d.title for d in u.documents) for u in eager}
        owners = session.scalars(select(User.name).where(User.documents.any(Document.is_paid))).all()
        by_exists = session.scalars(select(User.name).where(exists().where(Document.owner_id == User.id))).all()
        has = session.scalars(select(Comment.body).where(Comment.document.has(Document.is_paid))).all()
        return names, sorted(owners), sorted(by_exists), sorted(has)

    mine = [row for row in ROWS if sees(FREE_A, row)]
    names = {n: sorted(r.title for r in mine if r.title[0] == n) for n in {r.title[0] for r in mine}}
    paid = sorted({r.title[0] for r in mine if r.paid})
    has = sorted(f"on {r.title}" for r in mine if r.paid and sees_comment(FREE_A, r))
    assert (names, paid, sorted(names), has) == backend.run(FREE_A, work)


def test_lateral_join(postgres: Any) -> None:
    """A LATERAL sub-select sees visible rows only."""

    def work(session: Session) -> Any:
        inner = lateral(select(Document.title).where(Document.owner_id == User.id), name="l")
        return session.scalars(select(inner.c.title).select_from(User).join(inner, true())).all()

    assert titles(FREE_A) == sorted(postgres.run(FREE_A, work))


def test_recursive_cte(backend: Any) -> None:
    """A recursive CTE walks over visible rows only."""

    def work(session: Session) -> Any:
        base = select(Document.title.label("title"), literal(0, Integer).label("n")).cte("walk", recursive=True)
        walk = base.union_all(select(Document.title, base.c.n + 1).where(Document.title == base.c.title, base.c.n < 1))
        return session.scalars(select(walk.c.title).where(walk.c.n == 1)).all()

    assert titles(PAID_A) == sorted(backend.run(PAID_A, work))


def test_whole_rows_are_masked_and_filtered(postgres: Any) -> None:
    """A whole row as a value holds what the columns would show."""

    def work(session: Session) -> Any:
        rows = session.scalars(select(func.to_jsonb(User.__table__.table_valued()))).all()
        return sorted((row["name"], row["email"], row["hashed_password"]) for row in rows)

    expected = [("a", "a@example.org", None), *((n, "hidden", None) for n in "bcd")]
    assert expected == postgres.run(FREE_A, work)


def test_array_aggregate_and_grouping(postgres: Any) -> None:
    """Aggregates that collect values collect visible ones."""

    def work(session: Session) -> Any:
        collected = session.scalar(select(func.array_agg(Document.title)))
        groups = session.execute(select(Document.is_paid, func.count()).group_by(Document.is_paid)).all()
        return sorted(collected), sorted((paid, n) for paid, n in groups)

    paid = [row.paid for row in ROWS if sees(FREE_C, row)]
    assert (titles(FREE_C), sorted((p, paid.count(p)) for p in set(paid))) == postgres.run(FREE_C, work)


def test_masks_are_no_oracle(backend: Any) -> None:
    """A masked column reads as its mask in SELECT, WHERE, ORDER BY and aggregates; the owner of an email reads it."""

    def work(session: Session) -> Any:
        rows = session.execute(select(User.name, User.email, User.hashed_password).order_by(User.name)).all()
        by_hash = session.scalars(select(User.name).where(User.hashed_password.like("TOP%"))).all()
        by_email = session.scalars(select(User.name).where(User.email.like("%example.org"))).all()
        top = session.scalar(select(func.max(User.hashed_password)))
        return [tuple(row) for row in rows], by_hash, by_email, top

    rows = [(n, "a@example.org" if n == "a" else "hidden", None) for n in "abcd"]
    assert (rows, [], ["a"], None) == backend.run(FREE_A, work)


def test_mixin_policy_holds_for_each_class(backend: Any) -> None:
    """The callable of a mixin's policy filters every class that inherits it."""

    def work(session: Session) -> Any:
        return session.scalars(select(Project.name).order_by(Project.id)).all()

    assert ["p1", "p2"] == backend.run(FREE_A, work)
    assert ["p3"] == backend.run(FREE_C, work)
    assert [] == backend.run(ADMIN_D, work)


def test_open_and_link_tables_read_by_rule(backend: Any) -> None:
    """An open table reads for everybody; shares only for those concerned."""
    assert ["green", "red"] == backend.run(
        Principal.anonymous(), lambda s: s.scalars(select(Tag.word).order_by(Tag.word)).all()
    )
    shared = backend.run(FREE_A, lambda s: s.execute(select(Share.document_id, Share.user_id)).all())
    expected = {(key(t), user) for t, user in SHARED if user == A or t.startswith("a")}
    assert expected == {tuple(row) for row in shared}
    assert len(ROWS) == backend.run(FREE_A, lambda s: s.scalar(select(func.count()).select_from(document_tags)))


def test_for_update_locks_only_what_may_be_updated(postgres: Any) -> None:
    """SELECT ... FOR UPDATE gives the rows that the principal may also update; OF narrows whom it asks."""

    def work(session: Session) -> Any:
        locked = session.scalars(select(Document.title).with_for_update()).all()
        of_users = session.scalars(
            select(Document.title).join(Document.owner).with_for_update(of=User).where(and_(User.id == A))
        ).all()
        return sorted(locked), sorted(of_users)

    mine = sorted(row.title for row in ROWS if sees(FREE_A, row) and row.owner == A)
    assert (mine, mine) == postgres.run(FREE_A, work)


TWICE: Any = Document.__table__.alias("once").alias("twice")
THRICE: Any = TWICE.alias("thrice")
TWICE_A_QUERY: Any = select(Document.__table__).subquery("inner_one").alias("outer_one")


@pytest.mark.parametrize("read", [TWICE, THRICE, TWICE_A_QUERY], ids=lambda read: str(read.name))
def test_for_update_of_an_alias_of_an_alias_locks_only_what_may_be_updated(postgres: Any, read: Any) -> None:
    """It is the inner one that is rendered, under the outer name; beside the lock of another table it is read as ever."""
    locked = select(read.c.title).with_for_update(of=read)
    beside = select(read.c.title).join(User, User.id == read.c.owner_id).with_for_update(of=User)
    mine = sorted(row.title for row in ROWS if sees(FREE_A, row) and row.owner == A)
    assert mine == sorted(postgres.run(FREE_A, lambda s: s.scalars(locked).all()))
    assert mine == sorted(postgres.run(FREE_A, lambda s: s.scalars(beside).all()))
    assert titles(FREE_A) == sorted(postgres.run(FREE_A, lambda s: s.scalars(select(read.c.title)).all()))
