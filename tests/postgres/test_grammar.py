"""The grammar at work: every place where SQLAlchemy pastes a string, on every driver; and what stays allowed beside it."""

from typing import Any

import pytest
from sqlalchemy import (
    DDL,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    any_,
    between,
    case,
    cast,
    column,
    extract,
    func,
    insert,
    literal,
    literal_column,
    nulls_last,
    select,
    table,
    tablesample,
    text,
    tuple_,
    type_coerce,
    update,
    values,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased
from sqlalchemy.sql import quoted_name
from sqlalchemy.types import UserDefinedType

from rowgate import AccessDenied, Unguarded
from world import FREE_A, SECRET, Document, Tag, User, make_catalog, titles

T, U = Document.__table__, User.__table__
PASTE = "(SELECT max(hashed_password) FROM users)"


class Pasted(UserDefinedType[str]):
    """A type whose name is SQL."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        """Return what is no name."""
        return f"TEXT) || {PASTE} || CAST('x' AS TEXT"


class Decorated(TypeDecorator[str]):
    """A type that reads its column through a function of its own."""

    impl = String
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        """Return an unlisted function of the column."""
        return func.dangerous(column)


def raw(name: str = PASTE) -> Any:
    """Return a name that asks not to be quoted."""
    return quoted_name(name, quote=False)


REFUSED: dict[str, Any] = {
    "text": text(f"SELECT {PASTE}"),
    "text in columns": select(text(PASTE)),
    "text in where": select(T.c.id).where(text("true")),
    "text in order by": select(T.c.id).order_by(text("1")),
    "text in from": select(literal_column("1")).select_from(text("users")),
    "textual select": text("SELECT title FROM documents").columns(column("title")),
    "textual cte": select(text("SELECT title FROM documents").columns(column("title")).cte("q")),
    "literal column": select(literal_column(PASTE)),
    "literal column in where": select(T.c.id).where(literal_column("1=1 OR true")),
    "prefix": select(T.c.id).prefix_with("DISTINCT"),
    "suffix": select(T.c.id).suffix_with("FOR UPDATE"),
    "hint": select(T.c.id).with_hint(T, "x"),
    "statement hint": select(T.c.id).with_statement_hint("x"),
    "prefix of an insert": insert(Tag).values(id=9, word="x").prefix_with("OR REPLACE"),
    "hint of an update": update(T).values(pages=1).with_hint("x", dialect_name="*"),
    "operator": select(T.c.id).where(T.c.title.op(f"= {PASTE} OR")("x")),
    "comment operator": select(T.c.id).where(T.c.title.op("--")("x")),
    "boolean operator": select(T.c.id).where(T.c.title.bool_op("/*")("x")),
    "extract": select(extract(f"year FROM now()) + {PASTE} + extract(day", T.c.created_at)),
    "collation": select(T.c.title.collate(raw(f'"C", {PASTE}'))),
    "type name": select(cast(T.c.title, Pasted())),
    "type collation": select(cast(T.c.title, String(collation=f'C", {PASTE}, "x'))),
    "label": select(T.c.title.label(raw(f"x, {PASTE}"))),
    "table": select(table(raw("users, documents"), column("id"))),
    "alias": select(T.alias(raw("x, users")).c.title),
    "column": select(table("documents", column(raw(f"title, {PASTE}")))),
    "column of no table": select(column(raw(PASTE))).select_from(T),
    "cte": select(select(T.c.title).cte(raw("x AS (SELECT 1), y")).c.title),
    "function": select(func.pg_read_file("x")),
    "function of another schema": select(func.public.lower("x")),
    "volatile function of a column": select(func.random(T.c.id)),
    "function of a type": select(type_coerce(T.c.title, Decorated())),
    "setting": select(func.set_config("a", "b", False)),
    "reading settings": select(func.current_setting("x")),
    "sleep": select(func.pg_sleep(1)),
    "catalogue table": select(table("pg_class", column("relname"))),
    "table of another schema": select(table("documents", column("title"), schema="public")),
    "sample": select(tablesample(T, func.bernoulli(100)).c.title),
    "ddl": DDL("SELECT 1"),
    "write of an open table in a cte": select(insert(Tag).values(id=9, word="x").returning(Tag.id).cte("w")),
    "write of an alias": update(aliased(Document)).values(pages=1),
    "star of a write": update(T).values(pages=1).returning(literal_column("*")),
    "unknown column of a write": update(U).values(name="x").returning(U.c.id, column("hashed_password")),
    "unlisted function in a write": update(T).values(title=func.dangerous(T.c.title)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_pasted_text_and_unknown_constructs_are_refused(backend: Any, what: str) -> None:
    """What cannot be proven raises `Unguarded` before anything reaches the database."""
    writes_open = what == "write of an open table in a cte" and not backend.is_sqlite  # judged there, as any write
    with pytest.raises(AccessDenied if writes_open else Unguarded) as caught:
        backend.run(FREE_A, lambda s: s.execute(REFUSED[what]).all(), commit=True)
    assert SECRET not in str(caught.value)
    assert [] == backend.stored(select(Tag.word).where(Tag.id == 9))


QUOTED = 'x", (SELECT max(hashed_password) FROM users) AS "y'
INERT: dict[str, Any] = {
    "label": select(T.c.title.label(QUOTED)),
    "alias": select(T.alias(QUOTED).c.title),
    "column": select(literal("x").label("a"), T.c.title.label(QUOTED)),
    "sub-select": select(select(T.c.title).subquery(QUOTED).c.title),
    "cte": select(select(T.c.title).cte(QUOTED).c.title),
    "values": select(values(column(QUOTED, String), name=QUOTED).data([("x",)])),
    "bind": select(T.c.title).where(T.c.title != QUOTED),
    "like": select(T.c.title).where(T.c.title.contains(QUOTED, autoescape=True)),
    "escape": select(T.c.title).where(T.c.title.like("x", escape="'")),
    "separator": select(func.string_agg(T.c.title, QUOTED)),
    "postcompile": select(T.c.title.label("__[POSTCOMPILE_param_1]")).where(T.c.title.in_(["a000"])),
}


@pytest.mark.parametrize("what", INERT)
def test_quoted_strings_are_inert(backend: Any, what: str) -> None:
    """What SQLAlchemy quotes or binds stays a name or a value, however odd it looks."""
    try:
        found = str(backend.run(FREE_A, lambda s: s.execute(INERT[what]).all()))
    except (Unguarded, SQLAlchemyError) as error:
        found = str(error)
    assert SECRET not in found


OTHER = aliased(Document)
ALLOWED: dict[str, Any] = {
    "case": select(T.c.title).where(case((T.c.pages > 0, True), else_=False)),
    "between": select(T.c.title).where(between(T.c.pages, 0, 99)),
    "tuple in": select(T.c.title).where(
        tuple_(T.c.pages, T.c.is_paid).in_([(n, p) for n in range(20) for p in (False, True)])
    ),
    "in": select(T.c.title).where(T.c.pages.in_(range(20))),
    "not in": select(T.c.title).where(T.c.pages.not_in([99])),
    "like": select(T.c.title).where(T.c.title.like("%")),
    "ilike": select(T.c.title).where(T.c.title.ilike("%")),
    "operator": select(T.c.title).where(T.c.pages.op(">")(0)),
    "concat": select(T.c.title + literal("")),
    "cast": select(cast(T.c.title, String(50))),
    "type_coerce": select(type_coerce(T.c.title, String)),
    "functions": select(func.lower(func.coalesce(T.c.title, ""))),
    "order by": select(T.c.title).order_by(T.c.pages.desc(), nulls_last(T.c.created_at), "title"),
    "order by number": select(T.c.title).order_by(literal_column("1")),
    "limit": select(T.c.title).limit(100).offset(0),
    "window": select(func.first_value(T.c.title).over(partition_by=T.c.id, order_by=T.c.title, rows=(None, 0))),
    "exists": select(T.c.title).where(select(OTHER.id).where(OTHER.id == T.c.id).exists()),
    "arithmetic": select(T.c.title).where(-(T.c.pages + 1) * 2 - 1 < 0, T.c.pages % 100 >= 0),
    "is distinct": select(T.c.title).where(T.c.title.is_distinct_from(None)),
    "plain name": select(T.c.title.label(raw("word"))),
    "count star": select(T.c.title).where(
        select(func.count(literal_column("*"))).select_from(OTHER).scalar_subquery() > 0
    ),
    "group by having": select(T.c.title).group_by(T.c.title).having(func.count() > 0),
    "group by the key": select(T.c.title).group_by(T.c.id),
    "intersect": select(T.c.title).intersect(select(OTHER.title)),
    "except": select(T.c.title).except_(select(OTHER.title).where(OTHER.pages < 0)),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_a_query_needs_is_allowed(backend: Any, what: str) -> None:
    """Twin: expressions of every day give the rows of the truth."""
    found = backend.run(FREE_A, lambda s: list(s.scalars(ALLOWED[what])))
    assert titles(FREE_A) == sorted(found)


def test_values_as_a_table(backend: Any) -> None:
    """Rows of constants join guarded tables."""
    if backend.is_sqlite:
        pytest.skip("SQLite names no columns of VALUES in FROM")
    wanted = values(column("t", String), name="wanted").data([("a000",), ("b110",)])
    found = backend.run(FREE_A, lambda s: list(s.scalars(select(T.c.title).join(wanted, wanted.c.t == T.c.title))))
    assert ["a000"] == found


def test_postgresql_expressions(postgres: Any) -> None:
    """Arrays, JSON, DISTINCT ON, full text and ordered aggregates work."""
    from sqlalchemy.dialects.postgresql import aggregate_order_by, array

    def work(session: Any) -> Any:
        ordered = session.scalar(select(func.array_agg(aggregate_order_by(T.c.title, T.c.title.asc()))))
        some = session.scalars(select(T.c.title).where(T.c.title == any_(array(["a000", "b110"])))).all()
        full = session.scalars(select(T.c.title).where(func.to_tsvector("simple", T.c.title).match("a000"))).all()
        built = session.scalar(select(func.jsonb_build_object("t", T.c.title)).where(T.c.title == "a000"))
        return ordered, some, full, built

    assert (titles(FREE_A), ["a000"], ["a000"], {"t": "a000"}) == postgres.run(FREE_A, work)


def test_any_and_all_are_written_as_functions_too(postgres: Any) -> None:
    """`func.any(array)` means what `any_(array)` does, and hides what that hides."""
    from sqlalchemy.dialects.postgresql import array

    def work(session: Any) -> Any:
        titles = array(["a000", "b110"])
        forms = func.any(titles), func.some(titles)
        among = [session.scalars(select(T.c.title).where(T.c.title == form)).all() for form in forms]
        beside = session.scalars(select(func.count()).where(T.c.title != func.all(titles))).one()
        return among, beside

    assert ([["a000"], ["a000"]], len(titles(FREE_A)) - 1) == postgres.run(FREE_A, work)


def test_allowed_functions_run_and_only_those(postgres: Any) -> None:
    """`catalog.allow_function` lets one function through."""
    catalog = make_catalog()
    catalog.allow_function("pg_typeof", reason="a test")
    statement = select(cast(func.pg_typeof(T.c.title), String)).limit(1)
    assert "character varying" == postgres.run(FREE_A, lambda s: s.scalar(statement), maker=postgres.maker(catalog))
    with pytest.raises(Unguarded):
        postgres.run(FREE_A, lambda s: s.scalar(statement))


def test_tables_match_by_name_whatever_object_names_them(backend: Any) -> None:
    """Another Table object of that name is the same table; one of no catalog is refused."""
    from sqlalchemy import Column, MetaData, Uuid

    same = Table("documents", MetaData(), Column("id", Uuid), Column("title", String))
    assert titles(FREE_A) == sorted(backend.run(FREE_A, lambda s: s.scalars(select(same.c.title)).all()))
    other = Table("nowhere", MetaData(), Column("id", LargeBinary))
    with pytest.raises(Unguarded):
        backend.run(FREE_A, lambda s: s.execute(select(other)).all())
