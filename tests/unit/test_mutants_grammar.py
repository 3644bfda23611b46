"""The grammar, line by line: each test fails on a small change of `grammar.py` that no other unit test notices."""

import pytest

from rowgate import grammar
from rowgate.grammar import Verdict


def test_verdicts() -> None:
    """Each list has its verdict, and what is on none is refused."""
    assert {Verdict.PLAIN} == {grammar.verdict(name) for name in grammar.PLAIN}
    assert {Verdict.CHECKED} == {grammar.verdict(name) for name in grammar.CHECKED | grammar.OWN}
    assert {Verdict.REFUSED} == {grammar.verdict(name) for name in (*grammar.REFUSED, "invented", "")}
    assert ["plain", "checked", "refused"] == [str(one) for one in Verdict]
    assert {"rowgate_principal", "rowgate_role", "rowgate_guard"} <= grammar.OWN


@pytest.mark.parametrize(
    "name", ["abs", "acos", "any", "all", "some", "coalesce", "now", "lower", "count", "unicode", "datemultirange"]
)
def test_stable_functions(name: str) -> None:
    """Nothing permitted is lost: the first of the list, the last, and some between."""
    assert name in grammar.STABLE_FUNCTIONS


@pytest.mark.parametrize("name", ["random", "random_normal", "session_user", "gen_random_uuid", "clock_timestamp", ""])
def test_no_volatile_function_is_stable(name: str) -> None:
    """What changes from row to row, or tells who the login is, takes no column of a guarded table."""
    assert name not in grammar.STABLE_FUNCTIONS


def test_volatile_functions() -> None:
    """They may stand in a statement, without arguments."""
    assert {"random", "gen_random_uuid", "clock_timestamp"} <= grammar.VOLATILE_FUNCTIONS


@pytest.mark.parametrize(
    ("text", "fine"), [("+", True), ("not", True), ("or", True), ("=", True), ("invented", False), ("+ -", False)]
)
def test_operators_at_the_ends_of_the_list(text: str, fine: bool) -> None:
    """The list begins and ends where it says."""
    assert fine == grammar.is_operator(text)


@pytest.mark.parametrize(
    ("name", "fine"), [("key", True), ("fullkey", True), ("pg_sleep", False), ("Key", False), ("", False)]
)
def test_output_columns(name: str, fine: bool) -> None:
    """A column of a table function is listed; another name could be a call."""
    assert fine == grammar.is_output_column(name)


def test_the_wildcard_of_startswith_is_a_literal() -> None:
    """SQLAlchemy adds it to LIKE, and names classes in unions; no other text in quotes passes."""
    assert grammar.is_literal("'%'")
    assert grammar.is_literal("'x_1'")
    for wrong in ("''", "'x", "x'", "'x y'", "'x''y'", "'1'", "'x%'", "'x' || 'y'"):
        assert not grammar.is_literal(wrong)


def test_type_names_in_lower_case() -> None:
    """PostgreSQL takes them so."""
    assert grammar.is_type("timestamp with time zone")
    assert grammar.is_type("interval day to second")


def test_marks() -> None:
    """The marks that SQLAlchemy replaces in finished SQL."""
    assert {"__[", "EXECMANY", "_IMV_"} == set(grammar.MARKS)


def test_the_ends_of_the_lists() -> None:
    """Nothing permitted is lost: the first and the last construct of each list."""
    assert {"aggregate_order_by", "withingroup"} <= grammar.PLAIN
    assert {"binary", "values"} <= grammar.CHECKED
    assert {"old", "new"} == grammar.ROWS_OF_RETURNING
    assert {"+", "<+>"} <= grammar.OPERATORS
    assert {"at time zone", "similar to", "not similar to"} <= grammar.PHRASES
    assert len(grammar.PHRASES) == 9
    lists = (grammar.PLAIN, grammar.CHECKED, grammar.STABLE_FUNCTIONS, grammar.VOLATILE_FUNCTIONS, grammar.OPERATORS)
    assert [] == [name for names in lists for name in names if "invented" in name]
