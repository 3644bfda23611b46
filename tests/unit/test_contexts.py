"""Contexts that are kept to be sent again: to whom, how long, how many. What PostgreSQL makes of them is asked elsewhere."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import ARRAY, Integer, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import Catalog, Principal, Unguarded, principal
from rowgate.wall.contexts import Contexts
from rowgate.wall.signing import PRINCIPAL, SUBJECT, UNBOUND, Signed, Unsigned
from rowgate.wall.texts import Bodies

NONE: frozenset[str] = frozenset()
NOW = 1_800_000_000.25


def contexts_of(signing: Signed | Unsigned | None = None, attribute: Any = None, principal_id: Any = None) -> Contexts:
    """Return the contexts of a catalog whose one rule reads the attribute `it`, of this type; with None, no attribute."""

    class Base(DeclarativeBase):
        pass

    class Thing(Base):
        __tablename__ = "things"
        id: Mapped[int] = mapped_column(primary_key=True)

    catalog = Catalog(Base, principal_id=principal_id or Integer())
    when = None if attribute is None else principal.attr("it", attribute).is_not(None)
    catalog.policy(Thing).allow("read", when=when)
    return Contexts(Bodies(catalog.freeze(), postgresql.dialect()), signing or Signed(["k" * 32], lifetime=60))


class Clock:
    """What time it is."""

    now = NOW

    def __call__(self) -> float:
        return self.now

    time = __call__


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give a clock that stands still until it is set."""
    made = Clock()
    monkeypatch.setattr("rowgate.wall.contexts.time", made)
    monkeypatch.setattr("rowgate.wall.signing.time", made)
    return made


def fields(statement: str) -> list[str]:
    """Return the fields of the context that a statement sets."""
    start = "SET LOCAL rowgate.context = "
    assert statement.startswith(start)
    return statement.removeprefix(start).strip("'").split("\t")


@pytest.mark.parametrize("attribute", [None, Text()])
def test_a_context_is_sent_again_for_a_quarter_of_its_lifetime(clock: Clock, attribute: Any) -> None:
    """The same one is not signed twice in that time, and never holds for less than three quarters of its lifetime."""
    contexts, who = contexts_of(attribute=attribute), Principal(1, (), {"it": "x"})
    first = contexts.principal(who, NONE, 7)
    clock.now = NOW + 14.9
    assert contexts.principal(Principal(1, (), {"it": "x"}), NONE, 7) is first
    assert int(fields(first)[3]) - clock.now >= 45
    clock.now = NOW + 15
    again = contexts.principal(who, NONE, 7)
    assert int(fields(again)[3]) == math.ceil(clock.now + 60)
    clock.now = NOW - 3600  # the clock is set right: what it said before may be wrong
    assert int(fields(contexts.principal(who, NONE, 7))[3]) == math.ceil(clock.now + 60)


def test_each_context_is_its_own() -> None:
    """By principal, roles, lifts, attributes, backend and kind, and not by what Python takes for equal."""
    contexts = contexts_of(principal_id=Text())
    asked = [
        (Principal("7"), NONE, 1),
        (Principal("8"), NONE, 1),
        (Principal("7", ["reader"]), NONE, 1),
        (Principal("7", ["reader"]), frozenset({"reader"}), 1),
        (Principal("7"), NONE, 2),
        (Principal("7"), NONE, UNBOUND),
        (Principal.anonymous(), NONE, 1),
    ]
    said = [contexts.principal(*one) for _ in range(2) for one in asked]
    assert said[: len(asked)] == said[len(asked) :]
    assert len(set(said)) == len(asked)
    assert [fields(one)[2] for one in said[:7]] == ["1p1", "1p1", "1p1", "1p1", "1p2", "1p", "1p1"]
    body = "\t".join(fields(said[0])[4:])
    assert fields(contexts.of(SUBJECT, body, 1))[2] == "1s1"
    assert fields(contexts.of(PRINCIPAL, body, 1))[2] == "1p1"
    assert contexts.of(SUBJECT, body, 1) is contexts.of(SUBJECT, body, 1)


def test_attributes_are_sent_as_they_are_now() -> None:
    """A principal does not change, but a list that it carries may."""
    contexts, tenants = contexts_of(attribute=ARRAY(Text())), ["a"]
    who = Principal(1, (), {"it": tenants})
    before = contexts.principal(who, NONE, 7)
    tenants.append("b")
    found = [json.loads(fields(one)[7])["it"] for one in (before, contexts.principal(who, NONE, 7))]
    assert found == ["{a}", "{a,b}"]


@pytest.mark.parametrize("odd", [1.0, True, Decimal(1), "1", [1], (1, [2])])
def test_an_id_that_is_not_of_its_type_is_refused_each_time(odd: Any) -> None:
    """Also where Python takes it for one that was sent before, and where it cannot be looked up."""
    contexts = contexts_of()
    contexts.principal(Principal(1), NONE, 7)
    for _ in range(2):
        if odd is True:  # an int, to Python and so to the type: yet it is another's
            assert contexts.principal(Principal(odd), NONE, 7) is not contexts.principal(Principal(1), NONE, 7)
            continue
        with pytest.raises(Unguarded, match="principal's id"):
            contexts.principal(Principal(odd), NONE, 7)


def test_an_id_that_cannot_be_looked_up_is_sent() -> None:
    """A list is an id, where the type is an array."""
    found = contexts_of(principal_id=ARRAY(Integer())).principal(Principal([1, 2]), NONE, 7)
    assert fields(found)[4] == "{1,2}"


def test_few_contexts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many principals there are, a process keeps the last of them only."""
    monkeypatch.setattr("rowgate.wall.contexts.KEPT", 3)
    contexts = contexts_of()
    for number in range(10):
        contexts.principal(Principal(number), NONE, 7)
        assert len(contexts._kept) == number % 3 + 1


def test_what_nobody_signs_never_ends(clock: Clock) -> None:
    """An unsigned context is sent again for ever."""
    contexts = contexts_of(Unsigned())
    first = contexts.principal(Principal(1), NONE, UNBOUND)
    clock.now += 10_000_000
    assert contexts.principal(Principal(1), NONE, UNBOUND) is first


def test_what_is_quoted_stays_quoted() -> None:
    """A context is a literal of SQL, whatever a role is called."""
    statement = contexts_of().principal(Principal(1, ["it's"]), NONE, 7)
    assert "it''s" in statement
