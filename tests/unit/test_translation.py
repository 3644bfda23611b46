"""Where `schema_translate_map` may send a table, asked at execution: never to where another table's policy is."""

from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, column, select, table

from rowgate import Catalog, Principal, Unguarded
from rowgate.gate.schemas import check_translation
from unit.gated import Gated

WHO = Principal(1)
TABLES = [
    ("a", None), ("a", "one"), ("a", "two"), ("A", "three"), ("b", None), ("b", "One"), ("c", "one"), ("d", "public"),
    ("d", None), ("e", "main"), ("e", None), ("f", "_none"), ("g", "app"), ("g", None), ("h", None),
]  # fmt: skip


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def gate(request: pytest.FixtureRequest) -> Gated:
    """Give the gate of a catalog whose tables have namesakes in other schemas."""
    metadata = MetaData()
    for name, schema in TABLES:
        Table(name, metadata, Column("id", Integer, primary_key=True), schema=schema)
    catalog = Catalog(metadata, principal_id=Integer(), roles=set())
    for one in metadata.tables.values():
        catalog.policy(one).allow("read", when=one.c.id > 1)
    return Gated(catalog, request.param)


def _check(gate: Gated, names: list[str], translate: dict[str | None, str | None], compiled_for: Any = None) -> None:
    gate.plain.default_schema_name = "App"
    tables = [gate.catalog.metadata.tables[name] for name in names]
    map_ = translate if compiled_for is None else compiled_for
    compiled = gate.compiled(WHO, select(*(one.c.id for one in tables)), schema_translate_map=map_ or None)
    check_translation(compiled, translate, compiled.dialect)


@pytest.mark.parametrize(
    ("names", "translate"),
    [
        (["one.c"], {"one": "elsewhere"}),
        (["one.c"], {"one": "two"}),
        (["one.a"], {"one": "elsewhere"}),
        (["one.a"], {"one": "one"}),
        (["one.a"], {"two": "elsewhere"}),
        (["a"], {None: "elsewhere"}),
        (["h"], {None: "one"}),
        (["one.a", "a"], {"one": "x", None: "y"}),
        (["one.c"], {"one": "mypg_"}),
        (["one.c"], {"one": "temporary"}),
        (["one.c"], {"one": None}),
    ],
)
def test_where_no_other_policy_is_a_table_may_go(gate: Gated, names: list[str], translate: Any) -> None:
    """A map that meets no namesake is no more than another name."""
    _check(gate, names, translate)


@pytest.mark.parametrize(
    ("names", "translate"),
    [
        (["one.a"], {"one": "two"}),
        (["one.a"], {"one": "TWO"}),
        (["one.a"], {"one": "three"}),
        (["two.a"], {"two": "elsewhere", "one": "elsewhere"}),
        (["a"], {None: "one"}),
        (["One.b"], {"One": None}),
        (["one.c", "one.a"], {"one": "two"}),
        (["d"], {None: "public"}),
        (["e"], {None: "main"}),
        (["g"], {None: "app"}),
        (["app.g"], {"app": None}),
        (["one.a"], {"one": "app"}),
        (["one.a"], {"one": "APP"}),
        (["one.a"], {"one": "two", "two": "elsewhere"}),
        (["three.A"], {"three": "one"}),
    ],
)
def test_to_where_another_policy_is_it_may_not(gate: Gated, names: list[str], translate: Any) -> None:
    """The rows there are another table's, whatever the letters of the names."""
    with pytest.raises(Unguarded, match=r"to where .* is, which has a policy of its own"):
        _check(gate, names, translate)


def test_the_database_knows_where_a_table_without_a_schema_is(gate: Gated) -> None:
    """PostgreSQL looks into the schema `public`, SQLite into `main`; both into the default of the connection."""
    home, other = ("public", "main") if gate.plain.name == "postgresql" else ("main", "public")
    with pytest.raises(Unguarded, match="policy of its own"):
        _check(gate, ["one.a"], {"one": home})
    _check(gate, ["one.a"], {"one": other})
    _check(gate, ["one.a"], {"one": "none"})
    sent = {"public.d": "public", "main.e": "main"}
    here = "public.d" if gate.plain.name == "postgresql" else "main.e"
    for name, schema in sent.items():
        if name == here:
            with pytest.raises(Unguarded, match="policy of its own"):
                _check(gate, [name], {schema: None})
        else:
            _check(gate, ["one.c"], {"one": schema})
    with pytest.raises(Unguarded, match="policy of its own"):
        _check(gate, ["one.a"], {"one": None})


@pytest.mark.parametrize(
    "name", ["pg_catalog", "PG_temp_3", "information_schema", "Information_Schema", "temp", "TEMP"]
)
def test_schemas_of_the_database_itself_are_refused(gate: Gated, name: str) -> None:
    """What is in there is nobody's table."""
    with pytest.raises(Unguarded, match="the database's own schema"):
        _check(gate, ["one.c"], {"one": name})


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a\0b"])
def test_quotes_in_the_name_of_a_schema_are_refused(gate: Gated, name: str) -> None:
    """It stands in a literal too."""
    with pytest.raises(Unguarded, match="holds a quote"):
        _check(gate, ["one.c"], {"one": name})


def test_the_schema_that_stands_for_none_is_refused(gate: Gated) -> None:
    """SQLAlchemy would take the one for the other."""
    with pytest.raises(Unguarded, match="_none"):
        _check(gate, ["_none.f"], {"one": "x"})


def test_maps_of_one_compilation_all_know_tables_without_a_schema_or_none_does(gate: Gated) -> None:
    """Compiled SQL has marks for them, or their plain names."""
    with pytest.raises(Unguarded, match="must all hold None"):
        _check(gate, ["h"], {"one": "x", None: "y"}, compiled_for={"one": "x"})
    with pytest.raises(Unguarded, match="must all hold None"):
        _check(gate, ["one.c", "h"], {"one": "x"}, compiled_for={"one": "x", None: "y"})
    _check(gate, ["one.c"], {"one": "x"}, compiled_for={"one": "x", None: "y"})
    _check(gate, ["h"], {"one": "x"}, compiled_for={"one": "z"})


def test_a_connection_without_a_default_schema_is_taken_as_it_is(gate: Gated) -> None:
    """Its tables are in `public`, or `main`, and nowhere else."""
    compiled = gate.compiled(WHO, select(gate.catalog.metadata.tables["one.a"].c.id), schema_translate_map={"one": "x"})
    for default in (None, ""):
        compiled.dialect.default_schema_name = default
        for schema in ("none", "xx"):
            check_translation(compiled, {"one": schema}, compiled.dialect)


def test_a_table_without_columns_of_its_own_is_not_translated(gate: Gated) -> None:
    """`table()` is no Table: the map would not reach it, and its rows be those of another place."""
    with pytest.raises(Unguarded, match="does not reach"):
        gate.compiled(WHO, select(table("h", column("id")).c.id), schema_translate_map={None: "x"})
    gate.compiled(WHO, select(table("h", column("id")).c.id))
