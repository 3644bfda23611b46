"""Decisions: what depends on roles and lifts alone is folded in Python; the rest stays SQL."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import Uuid

from rowgate import EVERYONE, Action, Catalog, Policy, Principal, principal
from rowgate.catalog import Entry
from rowgate.decision import (
    Variant,
    insertable,
    is_false,
    is_true,
    masked,
    overwritable,
    readable,
    rechecked,
    updatable,
    writable,
)
from world import ADMIN_D, BARE_D, FREE_A, NOBODY, Base, Document, Tag, User

Fill = Callable[[Policy], None]


def _entry(fill: Fill, entity: Any = Document) -> tuple[Catalog, Entry]:
    catalog = Catalog(Base, principal_id=Uuid())
    fill(catalog.policy(entity))
    for other in Base.metadata.tables.values():
        if other is not entity.__table__:
            catalog.open(other, reason="a test")
    catalog.freeze()
    return catalog, catalog.entries[None, entity.__tablename__]


def _read(fill: Fill, who: Principal, lifts: Iterable[str] = ()) -> Any:
    catalog, entry = _entry(fill)
    return readable(entry, Variant.of(who, catalog, lifts))


def test_no_allow_no_row() -> None:
    """Without an allow that speaks, nothing is visible, whatever the restrictions say."""
    assert is_false(_read(lambda _policy: None, ADMIN_D))
    assert is_false(_read(lambda p: p.restrict(when=Document.is_public, name="x"), ADMIN_D))
    assert is_false(_read(lambda p: p.allow("update"), ADMIN_D))


def test_an_unconditional_allow_folds_to_true() -> None:
    """A role that may read everything costs no WHERE."""
    assert is_true(_read(lambda p: p.allow("read", to="admin"), ADMIN_D))
    assert is_false(_read(lambda p: p.allow("read", to="admin"), FREE_A))


@pytest.mark.parametrize(("who", "authenticated", "everyone"), [(BARE_D, True, True), (NOBODY, False, True)])
def test_whom_an_allow_speaks_for(who: Principal, authenticated: bool, everyone: bool) -> None:
    """`to=None` is every authenticated principal, `EVERYONE` the anonymous one too."""
    assert authenticated == is_true(_read(lambda p: p.allow("read"), who))
    assert everyone == is_true(_read(lambda p: p.allow("read", to=EVERYONE), who))


def test_lifts_need_a_role() -> None:
    """A lifted restriction is gone for the role that may lift it, and stands for everybody else."""

    def fill(policy: Policy) -> None:
        policy.allow("read")
        policy.restrict(when=Document.is_public, name="x", lift="admin")

    assert is_true(_read(fill, ADMIN_D, {"x"}))
    for condition in (_read(fill, ADMIN_D), _read(fill, FREE_A, {"x"})):
        assert "is_public" in str(condition)


def test_restrictions_of_other_actions_do_not_narrow() -> None:
    """A restriction narrows the actions that it names."""
    catalog, entry = _entry(
        lambda p: (p.allow("read", "delete"), p.restrict("delete", when=Document.is_public, name="x"))
    )
    variant = Variant.of(FREE_A, catalog)
    assert is_true(readable(entry, variant))
    assert "is_public" in str(writable(entry, Action.DELETE, variant))


def test_check_defaults_to_when() -> None:
    """A new row is judged by `check`, or by `when`; restrictions only where they say so."""

    def fill(policy: Policy) -> None:
        policy.allow("read")
        policy.allow("create", when=Document.is_public)
        policy.allow("update", when=Document.is_public, check=Document.is_paid)
        policy.restrict(when=Document.is_deleted, name="old")
        policy.restrict(when=Document.pages > 1, name="both", check=True)

    catalog, entry = _entry(fill)
    variant = Variant.of(FREE_A, catalog)
    created, changed = (
        str(insertable(entry, variant, [], returned=False)),
        str(updatable(entry, variant, returned=False)),
    )
    assert [True, False, False, True] == [word in created for word in ("is_public", "is_paid", "is_deleted", "pages")]
    assert [False, True, False, True] == [word in changed for word in ("is_public", "is_paid", "is_deleted", "pages")]
    assert "is_deleted" in str(updatable(entry, variant, returned=True))
    assert "is_deleted" in str(insertable(entry, variant, [], returned=True))


def test_masks_fold_by_role() -> None:
    """A mask is gone for the role that reads, and a condition where one was given."""

    def fill(policy: Policy) -> None:
        policy.mask(User.hashed_password)
        policy.mask(User.email, unless="admin", unless_when=User.id == principal.id, writable=User.name == "a")

    catalog, entry = _entry(fill, User)
    admin, free = Variant.of(ADMIN_D, catalog), Variant.of(FREE_A, catalog)
    assert {"hashed_password": True, "email": True} == {m.name: is_false(m.shown) for m in masked(entry, free)}
    assert {"hashed_password": True, "email": False} == {m.name: is_false(m.shown) for m in masked(entry, admin)}
    assert is_true(overwritable(entry, free, ["name"]))
    assert is_false(overwritable(entry, free, ["name", "hashed_password"]))
    assert "name" in str(overwritable(entry, free, ["email"]))


def test_an_update_is_rechecked_where_it_can_change_the_verdict() -> None:
    """Columns that no condition reads need no proof; a check of its own words always does."""

    def columns(entry: Entry, variant: Variant, *names: str) -> bool:
        return rechecked(entry, variant, frozenset(names))

    catalog, entry = _entry(lambda p: (p.allow("read"), p.allow("update", when=Document.owner_id == principal.id)))
    variant = Variant.of(FREE_A, catalog)
    assert (False, True) == (columns(entry, variant, "title"), columns(entry, variant, "title", "owner_id"))
    assert rechecked(entry, variant, None)
    catalog, entry = _entry(lambda p: (p.allow("read"), p.allow("update", check=Document.is_paid)))
    assert columns(entry, Variant.of(FREE_A, catalog), "title")


def test_variants_hold_what_changes_the_sql() -> None:
    """Principals who differ in id, attributes or roles that no rule names share a variant."""
    catalog, _ = _entry(lambda p: p.allow("read", to="admin"))
    assert Variant.of(FREE_A, catalog) == Variant.of(Principal(7, {"other"}, {"x": 1}), catalog)
    different = {Variant.of(who, catalog) for who in (FREE_A, ADMIN_D, NOBODY)}
    assert 3 == len(different)
    assert Variant.of(ADMIN_D, catalog) != Variant.of(ADMIN_D, catalog, {"x"})


def test_an_open_table_is_read_by_all_and_written_by_nobody() -> None:
    """Opening a table opens the actions that were listed."""
    catalog, _ = _entry(lambda p: p.allow("read"))
    entry = catalog.entries[None, Tag.__tablename__]
    variant = Variant.of(NOBODY, catalog)
    assert is_true(readable(entry, variant))
    assert is_false(writable(entry, Action.UPDATE, variant))
    assert is_false(insertable(entry, variant, [], returned=False))
