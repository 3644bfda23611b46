"""Holes X1 to X9 and X11 that reviews found in the prototypes: a test for each, named after it."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import DDL, ColumnElement, String, cast, collate, delete, extract, func, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import quoted_name

from rowgate import AccessDenied, Unguarded
from world import (
    ADMIN_D,
    FREE_A,
    FREE_C,
    PAID_A,
    SECRET,
    Block,
    Document,
    Share,
    User,
    key,
    make_catalog,
    titles,
)


class RendersItself(ColumnElement[str]):
    """An element class whose text no gate has written."""

    inherit_cache = True
    type = String()


@compiles(RendersItself)
def _own_text(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "(SELECT max(hashed_password) FROM users)"


def _refused(backend: Any, statement: Any, who: Any = FREE_A) -> None:
    with pytest.raises(Unguarded):
        backend.run(who, lambda s: s.execute(statement).all(), commit=True)


def test_x1_ddl_is_refused(backend: Any) -> None:
    """DDL runs through another context, and is refused there too."""
    for run in (lambda s, d: s.execute(d), lambda s, d: s.connection().execute(d)):
        with pytest.raises(Unguarded):
            backend.run(FREE_A, lambda s: run(s, DDL("UPDATE documents SET title = 'x'")), commit=True)  # noqa: B023
    assert [] == backend.stored(select(Document.title).where(Document.title == "x"))


def test_x2_the_field_of_extract_is_one_word(backend: Any) -> None:
    """EXTRACT pastes its field: more than a word is refused, a word works."""
    _refused(backend, select(extract("epoch from now()) + (select 1) + extract(epoch", Document.created_at)))
    years = backend.run(FREE_A, lambda s: s.scalars(select(extract("year", Document.created_at))).all())
    assert len(titles(FREE_A)) == len(years)
    assert {datetime.now().year} >= {int(year) for year in years}  # noqa: DTZ005


def test_x3_names_that_ask_not_to_be_quoted_are_plain_words(backend: Any) -> None:
    """Collations and labels paste `quoted_name(quote=False)`: SQL in it is refused, a word works."""
    for word in ('"C", (select max(hashed_password) from users)', "x, y"):
        _refused(backend, select(collate(Document.title, quoted_name(word, quote=False))))
        _refused(backend, select(Document.title.label(quoted_name(word, quote=False))))
    label = select(Document.title.label(quoted_name("word", quote=False)))
    assert titles(FREE_A) == sorted(backend.run(FREE_A, lambda s: s.scalars(label).all()))


def test_x4_an_element_that_renders_itself_is_refused(backend: Any) -> None:
    """Whether its class was made before the first session or after: it runs only when the catalog trusts it."""

    class Later(RendersItself):
        inherit_cache = True

    compiles(Later)(_own_text)
    for element in (RendersItself(), Later()):
        _refused(backend, select(element))
        _refused(backend, select(Document.title).where(element == SECRET))
    catalog = make_catalog()
    catalog.trust(RendersItself, reason="a test")
    trusted = backend.maker(catalog)
    assert SECRET + "d" == backend.run(FREE_A, lambda s: s.scalar(select(RendersItself())), maker=trusted)


def test_x5_functions_that_tell_are_refused(backend: Any) -> None:
    """An unlisted function could run on hidden rows and tell; a listed one tells nothing."""
    _refused(backend, select(Document.id).where(cast(func.pg_notify("x", Document.title), String) != "z"))
    lower = select(Document.title).where(func.lower(Document.title) != "z")
    assert titles(FREE_A) == sorted(backend.run(FREE_A, lambda s: s.scalars(lower).all()))


@pytest.mark.parametrize("name", ["blocks", "shares", "documents", "BLOCKS"])
def test_x6_a_cte_captures_no_table_of_a_policy(backend: Any, name: str) -> None:
    """A CTE named like a guarded table is refused; one with a name of its own works."""
    none = select(Block).where(Block.blocker_id.is_(None)).cte(name)
    statement = select(Document.title).join_from(Document, none, none.c.blocker_id == Document.id, isouter=True)
    _refused(backend, statement, FREE_C)
    other = select(Share.user_id).cte("mine")
    shared = select(Document.title).where(Document.owner_id.not_in(select(other.c.user_id)))
    assert set(backend.run(FREE_C, lambda s: s.scalars(shared).all())) <= set(titles(FREE_C))


def test_x7_a_connection_carries_one_principal(sync_backend: Any) -> None:
    """A second principal on one connection raises; the first one goes on as itself."""
    with sync_backend.Session(FREE_A) as first:
        connection = first.connection()
        options = {"bind": connection, "join_transaction_mode": "create_savepoint"}
        with sync_backend.Session(ADMIN_D, **options) as second, pytest.raises(Unguarded):
            second.scalars(select(Document.title)).all()
        assert titles(FREE_A) == sorted(first.scalars(select(Document.title)))


def test_x8_masks_hold_in_a_write(backend: Any) -> None:
    """WHERE, SET and RETURNING of a write see a masked column as it reads."""

    def work(session: Session) -> Any:
        by_value = session.execute(update(User).where(User.hashed_password == SECRET + "a").values(name="x"))
        copied = update(User).values(name=func.coalesce(User.hashed_password, "none"))
        return by_value.rowcount, [tuple(r) for r in session.execute(copied.returning(User.name, User.hashed_password))]

    assert (0, [("none", None)]) == backend.run(FREE_A, work)


def test_x9_two_forbidden_rows_in_one_flush_raise(backend: Any) -> None:
    """A flush of several rows is one executemany, which counts no rows on asyncpg: it raises nevertheless."""

    def work(session: Session) -> None:
        for title in ("b100", "b110"):
            session.get_one(Document, key(title)).pages = 99
        session.flush()

    with pytest.raises(AccessDenied):
        backend.run(PAID_A, work, commit=True)
    assert [] == backend.stored(select(Document.title).where(Document.pages == 99))


def test_x11_compiled_sql_of_an_admin_is_not_reused(backend: Any) -> None:
    """The same statements as admin, as free user and as admin again: each by its own policy, flushes too."""
    statement = select(Document.title)

    def change(session: Session) -> None:
        session.get_one(Document, key("b100")).pages += 1
        session.flush()

    for who in (ADMIN_D, FREE_A, ADMIN_D, FREE_C):
        assert titles(who) == sorted(backend.run(who, lambda s: s.scalars(statement).all()))
    backend.run(ADMIN_D, change, commit=True)
    with pytest.raises(AccessDenied):
        backend.run(FREE_A, change, commit=True)
    backend.run(ADMIN_D, change, commit=True)
    number = backend.stored(select(Document.pages).where(Document.title == "b100"))
    assert [15] == number


def test_x_types_and_deletes_are_closed_as_well(backend: Any) -> None:
    """A type's collation is pasted like a label; a DELETE masks like an UPDATE."""
    _refused(backend, select(cast(Document.title, String(collation='C" ) , ("'))))
    assert len(titles(FREE_A)) == len(
        backend.run(FREE_A, lambda s: s.scalars(select(cast(Document.created_at, String(40)))).all())
    )
    by_hash = delete(User).where(User.hashed_password == SECRET + "a")
    assert 0 == backend.run(FREE_A, lambda s: s.execute(by_hash).rowcount)
