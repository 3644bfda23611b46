"""Parts of the gate by themselves: dialects and their copies, types and names, elements that render themselves."""

from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    Enum,
    Integer,
    MetaData,
    Sequence,
    String,
    Text,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    table,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import compiler as linter
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.types import UserDefinedType

from rowgate import NoPrincipal, Principal, RowgateError, Unguarded
from rowgate.asked import Asked
from rowgate.decision import Variant
from rowgate.gate.base import Context
from rowgate.gate.compiler import gated_dialect, render_condition, shut_dialect
from rowgate.gate.only_reads import only_reads
from rowgate.gate.strings import SchemaMark
from unit.gated import Gated
from unit.rendered_world import EDITOR, OWNER, Folder, Free, Kind, Note, Stamp, Thrice, Twice, Word, make_catalog

t = Note.__table__


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def gate(request: pytest.FixtureRequest) -> Gated:
    """Give the gate of the rendered world."""
    return Gated(make_catalog(), request.param)


def _sql(compiled: Any) -> str:
    return " ".join(str(compiled).split())


# Dialects


def test_a_shut_dialect_compiles_nothing(gate: Gated) -> None:
    """Neither statements nor DDL; the dialect that it is a copy of compiles as before."""
    shut = shut_dialect(gate.plain)
    with pytest.raises(NoPrincipal, match="no principal"):
        select(Note.id).compile(dialect=shut)
    with pytest.raises(Unguarded) as told:
        CreateTable(t).compile(dialect=shut)
    assert told.value.code == "RG303"
    assert "FROM notes" in str(select(Note.id).compile(dialect=gate.plain))
    assert "CREATE TABLE notes" in str(CreateTable(Note.__table__).compile(dialect=gate.plain))


def test_a_gated_dialect_compiles_no_ddl(gate: Gated) -> None:
    """Nor does the one for the query that finds the principal."""
    gated = gated_dialect(gate.plain, gate.catalog, Variant.of(OWNER, gate.catalog))
    for dialect in (gated, gated_dialect(gate.plain, gate.catalog, None)):
        with pytest.raises(Unguarded, match="run it in a migration") as told:
            CreateTable(t).compile(dialect=dialect)
        assert told.value.code == "RG303"


def test_copies_of_a_dialect_share_nothing_that_remembers_sql() -> None:
    """What a type has been rendered as is kept by dialect: the original's would be of the original's compiler."""
    plain = psycopg.dialect()
    String(3).dialect_impl(plain)
    catalog = make_catalog()
    catalog.freeze()
    gated: Any = gated_dialect(plain, catalog, Variant.of(OWNER, catalog))
    assert gated._type_memos is not plain._type_memos
    assert gated.type_compiler is gated.type_compiler_instance
    assert gated.type_compiler_instance is not plain.type_compiler_instance
    assert gated.identifier_preparer is not plain.identifier_preparer


def test_sqlite_counts_no_rows_of_many_sets() -> None:
    """Its driver does not, where some are returned, as ours may; PostgreSQL's does."""
    catalog = make_catalog()
    catalog.freeze()
    for plain in (psycopg.dialect(), pysqlite.dialect()):
        plain.supports_sane_multi_rowcount = True
        gated = gated_dialect(plain, catalog, Variant.of(OWNER, catalog))
        assert gated.supports_sane_multi_rowcount is (plain.name != "sqlite")
        assert plain.supports_sane_multi_rowcount is True


def test_a_condition_is_rendered_for_the_wall(gate: Gated) -> None:
    """As text of the table itself."""
    dialect = gated_dialect(gate.plain, gate.catalog, Variant.of(OWNER, gate.catalog))
    entry = gate.catalog.entries[None, "notes"]
    assert render_condition(dialect, entry, Note.owner > Note.id) == "(notes.owner > notes.id)"


def test_a_value_of_nobody_is_an_error(gate: Gated) -> None:
    """Whoever executes a gated statement by another way has no principal to give."""
    compiled = gate.compiled(OWNER, select(Note.id))
    with pytest.raises(NoPrincipal, match="was not filled in"):
        compiled.construct_params()
    assert gate.compiled(OWNER, select(Folder.id).where(Folder.id == 3)).term_binds.keys() == {"rowgate_id"}


# A statement that lifts by itself


@pytest.mark.parametrize(
    "statement",
    [
        insert(Note).values(owner=1),
        update(Note).values(body="x"),
        delete(Note),
        select(Note.id).with_for_update(),
        select(select(Note.id).with_for_update().subquery()),
        select(update(Note).values(body="x").returning(Note.id).cte("c")),
        select(insert(Note).values(owner=1).returning(Note.id).cte("c")),
        select(delete(Note).returning(Note.id).cte("c")),
    ],
)
def test_a_reading_compiler_writes_nothing_and_locks_nothing(statement: Any) -> None:
    """Not in CTEs and sub-selects either."""
    gate = Gated(make_catalog())
    dialect: Any = gated_dialect(gate.plain, gate.catalog, Variant.of(OWNER, gate.catalog))
    dialect.statement_compiler = only_reads(dialect.statement_compiler)
    with pytest.raises(Unguarded, match="takes the session's lift"):
        statement.compile(dialect=dialect)


def test_a_reading_compiler_reads(gate: Gated) -> None:
    """As the gate does that it stands in front of."""
    dialect: Any = gated_dialect(gate.plain, gate.catalog, Variant.of(OWNER, gate.catalog))
    expected = str(select(Note.id).compile(dialect=dialect))
    dialect.statement_compiler = only_reads(dialect.statement_compiler)
    assert str(select(Note.id).compile(dialect=dialect)) == expected


# Elements that render themselves


def test_elements_that_render_themselves_are_the_gates_business_alone() -> None:
    """Every other compiler renders them as before, with the options that it was given."""
    assert str(select(Thrice())) == "SELECT 2 AS anon_1"
    assert _sql(select(Thrice()).compile(compile_kwargs={"literal_binds": True})) == "SELECT two AS anon_1"
    assert _sql(select(Twice()).compile(dialect=psycopg.dialect())) == "SELECT 2 AS anon_1"


# The wall's functions


def _asked(gate: Gated, *pieces: str, columns: tuple[Any, ...] = (), who: Principal = OWNER) -> str:
    return _sql(gate.compiled(who, select(Note.id).where(Asked(pieces, columns))))


def test_a_function_of_the_wall_is_asked_about_the_columns(gate: Gated) -> None:
    """Between each two pieces stands a column; a percent sign is what the driver takes for one."""
    assert (
        _asked(gate, "f(", ", ", ")", columns=(t.c.id, t.c.owner))
        .partition(" AS notes ")[2]
        .startswith("WHERE (f(notes.id, notes.owner))")
    )
    assert "WHERE (f())" in _asked(gate, "f()")
    doubled = "%%" if gate.plain.name == "postgresql" else "%"
    assert _asked(gate, "f('%')").partition(" AS notes ")[2].startswith(f"WHERE (f('{doubled}'))")


def test_a_function_of_the_wall_answers_for_nobody_else() -> None:
    """It knows who acts, and no other principal."""
    gate = Gated(make_catalog())
    compiler: Any = gate.compiled(OWNER, select(Note.id))
    asked = Asked(("f(", ")"), (t.c.id,))
    compiler.stack.append({"correlate_froms": set(), "asfrom_froms": set(), "selectable": select(Note.id)})
    assert compiler.process(asked) == "(f(notes.id))"
    compiler.acting = EDITOR
    with pytest.raises(Unguarded, match="answers for whoever acts"):
        compiler.process(asked)


# Cartesian products


def test_tables_that_nothing_joins_are_still_warned_of(gate: Gated) -> None:
    """SQLAlchemy's linter knows the tables that we wrap, and what joins them."""
    lint = linter.WARN_LINTING | linter.COLLECT_CARTESIAN_PRODUCTS
    with pytest.warns(SAWarning, match="cartesian product"):
        gate.compiled(OWNER, select(Note.id, Folder.id), linting=lint)
    with pytest.warns(SAWarning, match="cartesian product"):
        gate.compiled(OWNER, select(Word.id, Free.id), linting=lint)
    gate.compiled(OWNER, select(Note.id, Folder.id).join(Note.folder), linting=lint)
    gate.compiled(OWNER, select(Word.id, Free.id).where(Word.id == Free.id), linting=lint)


# Names of types


class Made(UserDefinedType[Any]):
    """A type whose name is any text."""

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **_kw: Any) -> str:
        """Return the text."""
        return self.text


@pytest.mark.parametrize(
    "text",
    [
        "int); drop", "integer; --", "__[SCHEMA_archive].kind", "a'b", "__[POSTCOMPILE_x]", "%(x)s", "int /* */",
        "__[SCHEMA_a].__[SCHEMA_b].kind", "x __[SCHEMA_a].kind", "double __[SCHEMA_a].precision", "__[SCHEMA_archive].",
    ],
)  # fmt: skip
@pytest.mark.parametrize("translate", [None, {"archive": "other"}])
def test_a_type_that_is_more_than_a_name_is_refused(gate: Gated, text: str, translate: Any) -> None:
    """It is pasted. The mark of a schema is SQLAlchemy's own under a map, and in front."""
    if text == "__[SCHEMA_archive].kind" and translate:
        return
    with pytest.raises(Unguarded, match="no type name"):
        gate.compiled(OWNER, select(cast(Note.body, Made(text))), schema_translate_map=translate)


@pytest.mark.parametrize("text", ["money", "double precision", "numeric(10, 2)", "archive.kind"])
@pytest.mark.parametrize("translate", [None, {"archive": "other"}])
def test_a_type_by_its_name_is_rendered(gate: Gated, text: str, translate: Any) -> None:
    """With and without a map."""
    assert f"AS {text}" in _sql(
        gate.compiled(OWNER, select(cast(Note.body, Made(text))), schema_translate_map=translate)
    )


def test_a_mark_is_taken_under_a_map_alone(gate: Gated) -> None:
    """Where nobody says who quotes, there is no map."""
    types: Any = gated_dialect(gate.plain, gate.catalog, Variant.of(OWNER, gate.catalog)).type_compiler_instance
    with pytest.raises(Unguarded, match="no type name"):
        types.process(Made("__[SCHEMA_archive].kind"))
    assert types.process(Made("archive.kind")) == "archive.kind"


def test_a_type_of_a_schema_follows_the_map() -> None:
    """It has the mark that SQLAlchemy replaces when the statement is executed."""
    gate = Gated(make_catalog())
    kind = Enum(Kind, name="kind", schema="archive", metadata=MetaData())
    query = select(cast(Note.body, kind))
    assert "AS __[SCHEMA_archive].kind)" in str(gate.compiled(OWNER, query, schema_translate_map={"archive": "other"}))
    assert "AS archive.kind)" in str(gate.compiled(OWNER, query))
    plain = select(cast(Note.body, Enum(Kind, name="kind")))
    assert "AS kind)" in str(gate.compiled(OWNER, plain, schema_translate_map={"archive": "other"}))


def test_a_callers_text_that_looks_like_a_mark_is_refused(gate: Gated) -> None:
    """A schema with brackets in it; only what SQLAlchemy puts there for a schema is a mark."""
    odd = table("notes", column("id"), schema="__[SCHEMA_archive]")
    for translate in (None, {"archive": "other"}):
        with pytest.raises((Unguarded, RowgateError)):
            gate.compiled(OWNER, select(odd.c.id), schema_translate_map=translate)
    assert not isinstance("__[SCHEMA_archive]", SchemaMark)


# Functions, operators, sequences


def test_functions_are_known_in_any_letters() -> None:
    """Allowed ones and built-ins alike; others are not, whatever they are called."""
    catalog = make_catalog()
    catalog.allow_function("Mine", reason="it adds one")
    catalog.allow_function("own.mine", reason="it adds two")
    gate = Gated(catalog)
    for call in (func.mine(1), func.MINE(1), func.LOWER("A"), func.own.mine(1), func.Own.Mine(1)):
        assert str(gate.compiled(OWNER, select(call)))
    for call in (func.yours(1), func.other.mine(1)):
        with pytest.raises(Unguarded, match="is not listed"):
            gate.compiled(OWNER, select(call))


def test_operators_of_one_side_are_listed_too(gate: Gated) -> None:
    """In front and behind."""
    for options in ({"operator": custom_op("; x")}, {"modifier": custom_op("; x")}):
        with pytest.raises(Unguarded, match="is not listed"):
            gate.compiled(OWNER, select(UnaryExpression(literal(3), **options)))
    for options in ({"operator": custom_op("-")}, {"modifier": custom_op("-")}):
        assert str(gate.compiled(OWNER, select(UnaryExpression(literal(3), **options))))


def test_only_a_columns_own_default_draws_from_a_sequence() -> None:
    """Another table's sequence, and one of nobody's, is a write of its own; the query that finds the principal may."""
    gate = Gated(make_catalog())
    own: Any = Stamp.__table__.c.id.default
    assert "nextval('stamps_seq')" in str(gate.compiled(OWNER, insert(Stamp).values(owner=1)))
    compiler: Any = gate.compiled(OWNER, select(Folder.id))
    with pytest.raises(Unguarded, match="drawing from a sequence"):
        compiler.process(own)
    compiler.target = gate.catalog.entries[None, "stamps"]
    assert compiler.process(own) == "nextval('stamps_seq')"
    with pytest.raises(Unguarded, match="drawing from a sequence"):
        compiler.process(Sequence("another"))
    assert gate.compiled(None, select(Folder.id)).process(own) == "nextval('stamps_seq')"


# What a policy may hold is not judged again


def test_rules_hold_what_statements_may_not(gate: Gated) -> None:
    """Functions and operators that are not listed, of whoever writes the policy."""
    compiler: Any = gate.compiled(OWNER, select(Note.id))
    entry = gate.catalog.entries[None, "notes"]
    assert compiler.condition(entry, func.unlisted(Note.id)) == "(unlisted(notes.id))"
    assert compiler.condition(entry, Note.body.op("~~~")(Note.phone)) == "(notes.body ~~~ notes.phone)"
    assert "ESCAPE '_IMV_'" in compiler.condition(entry, Note.body.like("a", escape="_IMV_"))
    field = func.json_each(Note.body).scalar_table_valued("evil")
    listed = values(column("a", Integer), literal_binds=True).data([(7,)]).scalar_values()
    assert "json_each(notes.body)" in compiler.condition(entry, field == "x")
    assert "VALUES (" in compiler.condition(entry, Note.id.in_(listed))
    compiler.target = entry
    assert "row_to_json(notes)" in compiler.condition(entry, func.row_to_json(t.table_valued()) != "x")
    for forbidden in (func.unlisted(Note.id), Note.body.op("~~~")(Note.phone)):
        with pytest.raises(Unguarded, match="is not listed"):
            gate.compiled(OWNER, select(forbidden))


def test_constants_of_a_policy_are_one_bind_each(gate: Gated) -> None:
    """The same constant is the same bind wherever it stands; another one is another, even of the same value."""
    compiler: Any = gate.compiled(OWNER, select(Folder.id))
    entry = gate.catalog.entries[None, "notes"]
    one, two = literal(5, Integer()), literal(5, Integer())
    condition = (Note.id == one) & (Note.owner == one) & (Note.folder_id == two)
    compiler.fixed_binds.clear()
    text = compiler.condition(entry, condition)
    assert compiler.fixed_binds == {"rowgate_c0": 5, "rowgate_c1": 5}
    if gate.plain.name == "postgresql":
        assert text.count("rowgate_c0") == 2
        assert text.count("rowgate_c1") == 1


def test_roles_of_whoever_is_asked_for_are_constants(gate: Gated) -> None:
    """As an array, or as JSON where there are none."""
    compiler: Any = gate.compiled(OWNER, select(Folder.id))
    compiler.acting = Principal(7, {"b", "a"})
    for type_, value in ((ARRAY(Text()), ["a", "b"]), (Text(), '["a", "b"]')):
        compiler.fixed_binds.clear()
        compiler._fixed_keys.clear()
        compiler._all_roles(type_)
        assert compiler.fixed_binds == {"rowgate_c0": value}


def test_a_gate_is_walled_only_where_it_is_said() -> None:
    """One by itself proves its new rows itself, and asks no row in two ways."""
    assert Context(make_catalog(), None).walled is False
    assert Context(make_catalog(), None).asks is False
