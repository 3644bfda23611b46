"""Rules as they are declared: wrong ones are refused at once."""

from typing import Any

import pytest
from sqlalchemy import Uuid, false, select, true

from rowgate import EVERYONE, Action, Catalog, CatalogError, Policy
from world import Base, Document, User


def _policy() -> Policy:
    return Catalog(Base, principal_id=Uuid()).policy(Document)


WRONG: dict[str, Any] = {
    "no action": lambda p: p.allow(),
    "unknown action": lambda p: p.allow("write"),
    "columns of reading": lambda p: p.allow("read", columns=[Document.title]),
    "no columns": lambda p: p.allow("update", columns=[]),
    "a Python bool": lambda p: p.allow("read", when=True),
    "a Python bool in check": lambda p: p.allow("read", check=False),
    "a string": lambda p: p.allow("read", when="is_public"),
    "a select": lambda p: p.restrict(when=select(Document), name="x"),
    "no roles": lambda p: p.allow("read", to=[]),
    "no condition": lambda p: p.restrict(when=None, name="x"),
    "unknown restricted action": lambda p: p.restrict("drop", when=Document.is_public, name="x"),
    "no column": lambda p: p.mask(),
    "nobody unmasks": lambda p: p.mask(Document.title, unless=[]),
}


@pytest.mark.parametrize("how", WRONG)
def test_wrong_rules_are_refused_at_once(how: str) -> None:
    """A malformed rule raises where it is written."""
    with pytest.raises(CatalogError):
        WRONG[how](_policy())


def test_rules_are_kept_in_order_and_named() -> None:
    """Allows without a name are numbered; no action means all for a restriction."""
    policy = _policy()
    policy.allow("read", to=["a", "b"], when=Document.is_public)
    policy.allow(Action.UPDATE, to=EVERYONE, name="any")
    policy.restrict(when=true(), name="on", lift="admin")
    policy.restrict("read", when=false(), name="off", check=True)
    assert [("allow-1", {"a", "b"}, False), ("any", None, True)] == [
        (r.name, r.roles, r.everyone) for r in policy.allows
    ]
    assert [(frozenset(Action), {"admin"}, False), ({Action.READ}, set(), True)] == [
        (r.actions, r.lift, r.check) for r in policy.restricts
    ]
    with pytest.raises(CatalogError, match="two restrictions"):
        policy.restrict(when=true(), name="on")


def test_masks_are_one_per_column() -> None:
    """One call may mask several columns alike."""
    policy = Catalog(Base, principal_id=Uuid()).policy(User)
    policy.mask(User.email, User.hashed_password, unless="admin", reads="x")
    assert [("email", {"admin"}, "x"), ("hashed_password", {"admin"}, "x")] == [
        (mask.column.key, mask.unless, mask.reads) for mask in policy.masks
    ]
