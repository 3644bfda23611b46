"""The principal: an immutable value, and the terms that stand for it."""

from dataclasses import FrozenInstanceError
from enum import Enum

import pytest
from sqlalchemy import Integer, String, column

from rowgate import CatalogError, Hierarchy, Principal, principal


class Role(Enum):
    """Roles as many applications name them."""

    ADMIN = "admin"


def test_a_principal_is_a_frozen_value() -> None:
    """Equal by id, roles and attributes; hashable; nothing can be set."""
    one = Principal(1, ["b", "a"], {"tenant": 2})
    assert Principal(1, {"a", "b"}, {"tenant": 2}) == one
    assert hash(Principal(1, {"a", "b"})) == hash(one)
    assert Principal(1, {"a", "b"}, {"tenant": 3}) != one
    with pytest.raises(FrozenInstanceError):
        one.id = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.attributes["tenant"] = 3  # type: ignore[index]


def test_attributes_are_a_copy() -> None:
    """Changing the mapping that was given changes nobody."""
    given = {"tenant": 1}
    who = Principal(1, (), given)
    given["tenant"] = 2
    assert 1 == who.attributes["tenant"]


def test_roles_of_an_enum_are_their_values() -> None:
    """A member of an Enum stands for its value."""
    assert frozenset({"admin"}) == Principal(1, {Role.ADMIN}).roles  # type: ignore[arg-type]


def test_wrong_principals_are_refused() -> None:
    """No id is not anonymous, and one string is not a set of roles."""
    with pytest.raises(ValueError, match="anonymous"):
        Principal(None)
    with pytest.raises(TypeError, match="admin"):
        Principal(1, "admin")


def test_anonymous_has_no_id_and_no_roles() -> None:
    """Nobody is logged in; a repr says so, and shows no attributes."""
    nobody = Principal.anonymous({"tenant": "T-SECRET"})
    assert (True, None, frozenset()) == (nobody.is_anonymous, nobody.id, nobody.roles)
    assert "Principal.anonymous()" == repr(nobody)
    assert "Principal(1, roles=['a', 'b'])" == repr(Principal(1, {"b", "a"}, {"tenant": "T-SECRET"}))


def test_hierarchy_closes_and_refuses_cycles() -> None:
    """Seniors inherit all that is below them."""
    roles = Hierarchy({"admin": {"paid"}, "paid": {"free"}})
    assert {"admin", "paid", "free"} == roles.close({"admin"})
    assert {"other", "free"} == roles.close({"other", "free"})
    for cyclic in ({"a": {"a"}}, {"a": {"b"}, "b": {"a"}}):
        with pytest.raises(CatalogError, match="cycle"):
            Hierarchy(cyclic)


def test_terms_have_cache_keys_of_their_own() -> None:
    """Terms that differ in kind, name or type never share compiled SQL."""
    terms = [
        principal.id,
        principal.attr("a", Integer()),
        principal.attr("b", Integer()),
        principal.attr("a", String()),
        principal.has_role("a"),
        principal.has_role("b"),
        principal.has_role(column("a", String)),
    ]
    keys = {repr(term._generate_cache_key()) for term in terms}
    assert len(terms) == len(keys)
    assert principal.attr("a", Integer)._generate_cache_key() == terms[1]._generate_cache_key()
