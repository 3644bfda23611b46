"""Decisions, line by line: each test fails on a small change of `decision.py` that no other unit test notices."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Uuid, and_, exists, false, literal_column, null, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from rowgate import Action, Catalog, Policy, can, principal
from rowgate.catalog import Entry
from rowgate.decision import (
    Variant,
    all_of,
    columns_read,
    covering,
    insertable,
    is_false,
    is_true,
    masked,
    permitted,
    readable,
    rechecked,
    updatable,
    writable,
)
from world import ADMIN_D, FREE_A, NOBODY, A, Base, Comment, Document, Share, User

Fill = Callable[[Policy], Any]
PUBLIC, PAID, DELETED, PAGES = Document.is_public, Document.is_paid, Document.is_deleted, Document.pages > 1
WORDS = ("is_public", "is_paid", "is_deleted", "pages", "owner_id")


def _entry(fill: Fill, entity: Any = Document) -> tuple[Entry, Variant]:
    catalog = Catalog(Base, principal_id=Uuid())
    fill(catalog.policy(entity))
    for other in Base.metadata.tables.values():
        if other is not entity.__table__:
            catalog.open(other, reason="a test")
    catalog.freeze()
    return catalog.entries[None, entity.__tablename__], Variant.of(FREE_A, catalog)


def _words(condition: Any) -> list[str]:
    """Return which columns a condition reads."""
    assert condition is not None
    return [word for word in WORDS if word in str(condition)]


def _rules(policy: Policy) -> None:
    policy.allow("read", when=PUBLIC)
    policy.allow("create", when=PAID)
    policy.allow("update", "delete", when=Document.owner_id == A)
    policy.restrict("update", when=DELETED, name="old")
    policy.restrict("create", when=PAGES, name="both", check=True)


def test_can_stands_for_the_whole_decision() -> None:
    """`can()` of a write holds that of reading too; of create, the check."""
    entry, variant = _entry(_rules)
    assert ["is_public"] == _words(permitted(entry, Action.READ, variant))
    assert ["is_paid", "pages"] == _words(permitted(entry, Action.CREATE, variant))
    assert ["is_public", "is_deleted", "owner_id"] == _words(permitted(entry, Action.UPDATE, variant))
    assert ["is_public", "owner_id"] == _words(permitted(entry, Action.DELETE, variant))
    assert ["is_deleted", "owner_id"] == _words(writable(entry, Action.UPDATE, variant))
    assert ["is_public"] == _words(readable(entry, variant))


def test_columns_are_covered_by_the_rules_that_name_them() -> None:
    """A column that every rule lets change needs nothing; another, one of the rules that name it."""
    entry, variant = _entry(
        lambda p: (
            p.allow("read"),
            p.allow("update", when=PUBLIC, columns=[Document.title]),
            p.allow("update", when=PAID, columns=[Document.title, Document.pages]),
            p.allow("update", when=DELETED),
        )
    )
    found = covering(entry, variant, ["title", "pages", "is_paid"])
    assert {"pages": ["is_paid", "is_deleted"], "is_paid": ["is_deleted"]} == {k: _words(v) for k, v in found.items()}
    open_, variant = _entry(lambda p: (p.allow("read"), p.allow("update", when=PUBLIC)))
    assert {} == covering(open_, variant, ["title"])


def test_a_column_that_no_rule_names_is_not_changed() -> None:
    """The rules name one column: another one is covered by none."""
    entry, variant = _entry(lambda p: (p.allow("read"), p.allow("update", columns=[Document.title])))
    assert {"pages": True} == {name: is_false(c) for name, c in covering(entry, variant, ["title", "pages"]).items()}


def test_what_a_new_row_proves() -> None:
    """Restrictions with `check` of any action of an UPDATE, and its read allows; others only of what is returned."""
    entry, variant = _entry(
        lambda p: (
            p.allow("read", when=PUBLIC),
            p.allow("update", when=PAID),
            p.allow("create"),
            p.restrict("read", when=PAGES, name="seen", check=True),
            p.restrict("delete", when=DELETED, name="gone", check=True),
            p.restrict("update", when=Document.owner_id == A, name="own", check=True),
        )
    )
    assert ["is_public", "is_paid", "pages", "owner_id"] == _words(updatable(entry, variant, returned=False))
    assert is_true(insertable(entry, variant, [], returned=False))
    assert ["is_public", "pages"] == _words(insertable(entry, variant, [], returned=True))


def _masks(policy: Policy) -> None:
    policy.allow("read", "create")
    policy.mask(User.hashed_password)
    policy.mask(User.email, writable=User.name == "a")


def test_a_masked_column_is_inserted_only_where_it_is_open_or_null() -> None:
    """NULL tells nothing where there is no default; what is not written proves nothing."""
    entry, variant = _entry(_masks, User)
    assert is_true(insertable(entry, variant, ["name"], returned=False))
    closed = insertable(entry, variant, ["hashed_password"], returned=False)
    assert "users.hashed_password IS NULL" == str(closed)
    assert "users.email IS NULL OR users.name = :name_1" == str(insertable(entry, variant, ["email"], returned=False))


@pytest.mark.parametrize(
    ("column", "condition"), [("is_public", "false"), ("created_at", "false"), ("title", "documents.title IS NULL")]
)
def test_null_into_a_masked_column_with_a_default_is_no_way_in(column: str, condition: str) -> None:
    """A default of Python or of the database would fill it in: its value is not the writer's to choose."""
    entry, variant = _entry(lambda p: (p.allow("read", "create"), p.mask(getattr(Document, column))))
    assert condition == str(insertable(entry, variant, [column], returned=False))


def test_a_mask_opens_by_role_and_condition_together() -> None:
    """Both given, both must hold; a condition alone is for everybody."""
    entry, free = _entry(
        lambda p: (
            p.mask(User.email, unless_when=User.name == "b"),
            p.mask(User.hashed_password, unless="admin"),
        ),
        User,
    )
    admin = Variant(frozenset({"admin"}), anonymous=False, lifts=frozenset())
    assert {"email": "users.name = :name_1", "hashed_password": "false"} == {
        m.name: str(m.shown) for m in masked(entry, free)
    }
    assert ["email"] == [m.name for m in masked(entry, admin)]


def test_or_folds() -> None:
    """A rule for no row adds nothing; a rule for every row is the whole answer."""
    entry, variant = _entry(lambda p: (p.allow("read", when=PUBLIC), p.allow("read", when=false())))
    assert "documents.is_public" == str(readable(entry, variant))
    entry, variant = _entry(lambda p: (p.allow("read", when=PUBLIC), p.allow("read", when=true())))
    assert is_true(readable(entry, variant))
    entry, variant = _entry(lambda p: p.allow("read", when=false()))
    assert is_false(readable(entry, variant))


def test_and_folds() -> None:
    """What holds always is left out, and what holds never is the whole answer."""
    assert "documents.is_public AND documents.is_paid" == str(all_of([PUBLIC.expression, true(), PAID.expression]))
    assert is_false(all_of([PUBLIC.expression, false()]))
    assert is_true(all_of([true()]))
    assert is_true(all_of([]))


class Rendered(ColumnElement[bool]):
    """An element that renders itself, and tells of nothing that it reads."""

    inherit_cache = False


@compiles(Rendered)
def _render(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "documents.title = 'a'"


other = aliased(Document)
READ: list[tuple[ColumnElement[bool], set[str] | None]] = [
    (or_(PUBLIC, Document.owner_id == principal.id), {"is_public", "owner_id"}),
    (exists().where(Share.document_id == Document.id), None),
    (exists().where(Document.id == other.id), None),
    (exists().where(Document.__table__.alias().c.id == Document.id), None),
    (exists().where(Share.user_id == A), set()),
    (exists().where(select(Share.user_id).subquery().c.user_id == A), None),
    (literal_column("1") == 1, set()),
    (null().is_(None), set()),
    (and_(PUBLIC, Rendered()), None),
]


@pytest.mark.parametrize(("condition", "columns"), READ)
def test_which_columns_a_condition_reads(condition: ColumnElement[bool], columns: set[str] | None) -> None:
    """Those of the row itself; where the table is read again under another name, all of them."""
    entry, _ = _entry(lambda p: p.allow("read"))
    found = columns_read(entry, condition)
    assert columns == (None if found is None else set(found))


def test_a_check_that_reads_its_own_table_always_runs() -> None:
    """It could read any column of any row."""
    own = exists().where(other.owner_id == principal.id)
    entry, variant = _entry(lambda p: (p.allow("read"), p.allow("update", when=own)))
    assert rechecked(entry, variant, frozenset({"title"}))


def test_an_update_is_not_rechecked_for_what_only_reading_narrows() -> None:
    """A restriction without `check` has judged the row as it is, and does not judge the new one."""
    entry, variant = _entry(lambda p: (p.allow("read", "update"), p.restrict(when=PUBLIC, name="x")))
    assert not rechecked(entry, variant, frozenset({"is_public"}))
    entry, variant = _entry(lambda p: (p.allow("read"), p.allow("update"), p.allow("create", check=PAID)))
    assert not rechecked(entry, variant, frozenset({"is_paid"}))


def test_nobody_holds_no_role() -> None:
    """A rule for a role does not speak for the anonymous principal, nor one for every authenticated one."""
    catalog = Catalog(Base, principal_id=Uuid())
    catalog.policy(Document).allow("read", to="admin", when=PUBLIC)
    for table in Base.metadata.tables.values():
        if table is not Document.__table__:
            catalog.open(table, reason="a test")
    catalog.freeze()
    entry = catalog.entries[None, "documents"]
    assert is_false(readable(entry, Variant.of(NOBODY, catalog)))
    assert "documents.is_public" == str(readable(entry, Variant.of(ADMIN_D, catalog)))


def _both(fill: Fill, entity: Any = Document, lifts: frozenset[str] = frozenset()) -> tuple[Entry, Variant]:
    """Return an entry, and the variant of one who holds a role that rules name, but not the one that is asked for."""
    entry, _ = _entry(fill, entity)
    return entry, Variant(frozenset({"paid_user"}), anonymous=False, lifts=lifts)


def test_another_role_is_not_the_role() -> None:
    """To hold some role opens nothing: no allow, no lift, no mask of another role."""
    entry, variant = _both(lambda p: (p.allow("read", to="admin"), p.allow("delete", to="paid_user")))
    assert is_false(readable(entry, variant))
    entry, variant = _both(
        lambda p: (p.allow("read"), p.restrict(when=PUBLIC, name="x", lift="admin")), lifts=frozenset({"x"})
    )
    assert ["is_public"] == _words(readable(entry, variant))
    entry, variant = _both(lambda p: p.mask(User.email, unless="admin", unless_when=User.name == "b"), User)
    assert [True] == [is_false(m.shown) for m in masked(entry, variant)]


def test_what_is_returned_is_proven_too() -> None:
    """RETURNING adds what reading asks; it takes away nothing of the check."""
    entry, variant = _entry(
        lambda p: (p.allow("read", when=PUBLIC), p.allow("create", when=PAID), p.allow("update", check=DELETED))
    )
    assert ["is_public", "is_paid"] == _words(insertable(entry, variant, [], returned=True))
    assert ["is_public", "is_deleted"] == _words(updatable(entry, variant, returned=True))


def test_one_check_of_its_own_is_enough() -> None:
    """Of two rules, one has a check: every update runs it."""
    entry, variant = _entry(
        lambda p: (p.allow("read"), p.allow("update", when=PUBLIC), p.allow("update", when=PUBLIC, check=PAID))
    )
    assert rechecked(entry, variant, frozenset({"title"}))


def _limited(policy: Policy) -> None:
    policy.allow("read")
    policy.allow("update", "delete", when=PUBLIC, columns=[Document.title])
    policy.allow("update", "delete", when=PAID)


def test_rules_for_some_columns_promise_no_whole_row() -> None:
    """A joined subclass holds other columns: only rules that let change every one of them speak for its rows."""
    entry, variant = _entry(_limited)
    assert ["is_paid"] == _words(permitted(entry, Action.UPDATE, variant, whole=True))
    assert ["is_public", "is_paid"] == _words(permitted(entry, Action.UPDATE, variant))
    assert ["is_public", "is_paid"] == _words(permitted(entry, Action.DELETE, variant, whole=True))


def _circle() -> Catalog:
    """Return a catalog where shares follow documents, whose rules read shares; comments follow documents, too."""
    catalog = Catalog(Base, principal_id=Uuid())
    catalog.policy(Document).allow("read", when=Document.shares.any(Share.user_id == principal.id))
    catalog.policy(Share).allow("read", when=can("read", Share.document))
    catalog.policy(Comment).allow("read", when=can("read", Comment.document))
    for table in Base.metadata.tables.values():
        if table.name not in ("documents", "shares", "comments"):
            catalog.open(table, reason="a test")
    catalog.freeze()
    return catalog


def test_can_reads_any_column_of_a_table_that_is_read_again() -> None:
    """Shares are read again behind `can()`; comments are not, so that it reads their key to the document alone."""
    catalog = _circle()
    shares, comments = catalog.entries[None, "shares"], catalog.entries[None, "comments"]
    assert columns_read(shares, can("read", Share.document)) is None
    assert frozenset({"user_id"}) == columns_read(shares, Share.user_id == A)
    assert frozenset({"document_id"}) == columns_read(comments, can("read", Comment.document))
