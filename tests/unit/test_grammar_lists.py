"""The closed grammar: every construct of every supported compiler has been read and listed."""

import pytest
from sqlalchemy.dialects.postgresql import asyncpg, psycopg
from sqlalchemy.dialects.sqlite import aiosqlite, pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from rowgate import grammar
from rowgate.gate.compiler import gate_compiler
from rowgate.gate.expressions import Expressions
from rowgate.gate.following import Following
from rowgate.gate.reads import Reads
from rowgate.gate.upserts import Upserts

COMPILERS = {
    "asyncpg": asyncpg.dialect.statement_compiler,
    "psycopg": psycopg.dialect.statement_compiler,
    "pysqlite": pysqlite.dialect.statement_compiler,
    "aiosqlite": aiosqlite.dialect.statement_compiler,
}
LISTED = grammar.PLAIN | grammar.CHECKED | frozenset(grammar.REFUSED)
OTHER_RELEASES = {
    # only in 2.0, or only in 2.1: a name may be missing from the release that runs, never from both
    "aggregate_order_by", "aggregate_orderby_inline", "aggregateorderby", "dmltargetcopy", "element_list",
    "empty_set_op_expr", "expression_clauselist", "hstore_getitem_op_binary", "frame_clause", "override_binds", "postgresql_distinct_on", "pow_func",
    "tstring", "tstring_text", "aggregate_strings_func", "order_by_list",
}  # fmt: skip


def _names(compiler: type[SQLCompiler]) -> set[str]:
    return {name.removeprefix("visit_") for name in dir(compiler) if name.startswith("visit_")}


@pytest.mark.parametrize("driver", COMPILERS)
def test_every_construct_is_listed(driver: str) -> None:
    """A release of SQLAlchemy that adds a construct fails here until somebody has read it."""
    assert [] == sorted(_names(COMPILERS[driver]) - LISTED)


def test_nothing_else_is_listed() -> None:
    """A name that no supported release has is a mistake in the list."""
    known = set().union(*(_names(compiler) for compiler in COMPILERS.values())) | OTHER_RELEASES
    assert [] == sorted(LISTED - known)


def test_lists_do_not_overlap() -> None:
    """A construct has one verdict."""
    assert [] == sorted((grammar.PLAIN & grammar.CHECKED) | ((grammar.PLAIN | grammar.CHECKED) & set(grammar.REFUSED)))


@pytest.mark.parametrize("name", sorted(grammar.CHECKED | grammar.OWN))
def test_checked_constructs_have_a_check(name: str) -> None:
    """The gate overrides each construct that the list calls checked."""
    own = [
        part
        for part in (*Upserts.__mro__, *Reads.__mro__, *Following.__mro__, *Expressions.__mro__)
        if part.__module__.startswith("rowgate.")
    ]
    assert any(f"visit_{name}" in part.__dict__ for part in own)


@pytest.mark.parametrize("driver", COMPILERS)
def test_refused_and_unknown_constructs_raise(driver: str) -> None:
    """The gate's compiler overrides each refused construct, and each that nobody has listed."""
    base = COMPILERS[driver]
    invented = type("Invented", (base,), {"visit_invented": lambda *_a, **_k: "DROP TABLE documents"})
    gate = gate_compiler(invented)
    names = {n for n in _names(invented) if grammar.verdict(n) is grammar.Verdict.REFUSED}
    assert {"invented", "textclause"} <= names
    assert [] == [n for n in sorted(names) if getattr(gate, f"visit_{n}") is getattr(invented, f"visit_{n}")]
    assert "unknown" in grammar.advice("invented")


TYPES = {
    "INTEGER": True, "VARCHAR(20)": True, "NUMERIC(10, 2)": True, "TIMESTAMP WITH TIME ZONE": True,
    "TIMESTAMP(3) WITHOUT TIME ZONE": True, "DOUBLE PRECISION": True, "TEXT[]": True, "TEXT[][]": True,
    'VARCHAR COLLATE "de_DE"': True, 'VARCHAR(3) COLLATE "C"': True, "INTERVAL DAY TO SECOND": True,
    "my_enum": True, "app.my_enum": True, '"My Enum"': True, '"a""b"': True,
    "": False, "INTEGER)": False, "INTEGER) , (SELECT 1": False, "TEXT; SELECT 1": False, "TEXT--": False,
    "TEXT/**/": False, 'TEXT COLLATE "C" )': False, 'TEXT COLLATE "C" || x': False, "INTEGER SELECT": False,
    '"a" b"': False, "a.b.c": False, "VARCHAR(x)": False, "VARCHAR(1, 2, 3)": False, "INTEGER\n": False,
    "INTERVAL DAY TO (SELECT 1)": False, "TEXT[1]": False, "'x'": False,
}  # fmt: skip


@pytest.mark.parametrize("text", TYPES)
def test_type_names_are_closed(text: str) -> None:
    """The name of a type stands in the SQL as it is: nothing more than a name passes."""
    assert TYPES[text] == grammar.is_type(text)


FIELDS = {
    "year": True, "epoch": True, "isodow": True, "DOW": True, "timezone_hour": True, "year from x": False,
    "year)": False, "": False, "year\n": False, "'year'": False, "ye-ar": False, "1": False,
}  # fmt: skip


@pytest.mark.parametrize("text", FIELDS)
def test_fields_are_one_word(text: str) -> None:
    """A field of EXTRACT is one word."""
    assert FIELDS[text] == grammar.is_field(text)


OPERATORS = {
    "||": True, "@>": True, "~*": True, "->>": True, " = ": True, "LIKE": True, "&&": True,
    "= (SELECT 1) =": False, "--": False, "/*": False, ";": False, "": False, "= 1 or 1 =": False, "::": False,
    "AT TIME ZONE": True, "is not": True, "IS DISTINCT FROM": True, "is not distinct from": True, "similar to": True,
    "NOT IN": True, "not like": True, "not ilike": True, "not similar to": True, "OVERLAPS": True, "glob": True,
    "<=>": True, "<#>": True, "<+>": True, "<%": True, "%>": True, "<<%": True, "%>>": True, "<<->": True,
    "<->>": True, "<<<->": True, "<->>>": True, "AT TIME ZONE 'UTC' OR": False, "not": True, "time zone": False,
    "IS NOT NULL OR": False, "OPERATOR(pg_catalog.=)": False,
}  # fmt: skip


@pytest.mark.parametrize("text", OPERATORS)
def test_operators_are_listed(text: str) -> None:
    """An operator is one of the list, and nothing else."""
    assert OPERATORS[text] == grammar.is_operator(text)


@pytest.mark.parametrize(
    ("text", "fine"), [("word", True), ("a_1", True), ("Word", False), ("a b", False), ("a\n", False), ("1a", False)]
)
def test_unquoted_names_mean_the_same_quoted(text: str, fine: bool) -> None:
    """An identifier that asks not to be quoted is one lower-case word."""
    assert fine == grammar.is_unquoted_name(text)


@pytest.mark.parametrize(
    ("text", "fine"), [("*", True), ("1", True), ("-1", False), ("x", False), ("1 or 1", False), ("", False)]
)
def test_literal_columns_are_stars_and_numbers(text: str, fine: bool) -> None:
    """A literal column is text: a star or a number, nothing else."""
    assert fine == grammar.is_literal(text)


def test_no_function_that_acts_is_listed() -> None:
    """Functions that run SQL, read files, settings or sequences, or wait, are on no list."""
    acting = """set_config current_setting nextval setval currval pg_notify pg_sleep pg_read_file lo_import lo_export dblink
        query_to_xml table_to_xml ts_stat ts_rewrite pg_advisory_lock load_extension readfile writefile eval
        pg_terminate_backend txid_current nextval xmlparse pg_logical_emit_message"""
    assert set() == set(acting.split()) & (grammar.STABLE_FUNCTIONS | grammar.VOLATILE_FUNCTIONS)
    assert set() == grammar.STABLE_FUNCTIONS & grammar.VOLATILE_FUNCTIONS
