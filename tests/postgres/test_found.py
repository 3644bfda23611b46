"""Ways in, and legitimate uses lost, that reading the gate has found. All are closed."""

import contextlib
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles

from rowgate import EVERYONE, Catalog, Principal, RowgateError, principal
from world import FREE_A, ROWS, SECRET, A, B, Base, Comment, Document, Project, Share, Tag, User, document_tags, titles

USERS, PROJECTS, DOCUMENTS = User.__table__, Project.__table__, Document.__table__


def _catalog(entity: Any, fill: Callable[[Any], None], **options: Any) -> Catalog:
    """Return a catalog with one policy of the test's own, all other tables open for everything."""
    made = Catalog(Base, principal_id=Uuid())
    fill(made.policy(entity, **options))
    for other in Base.metadata.sorted_tables:
        if other is not entity.__table__:
            made.open(other, reason="not under test", actions=("read", "create", "update", "delete"))
    return made


def _refused_or_empty(backend: Any, statement: Any, who: Any = FREE_A) -> str:
    """Return what a statement gave, as text; what is refused gives nothing."""
    try:
        return str(backend.run(who, lambda s: s.execute(statement).all()))
    except (RowgateError, SQLAlchemyError) as error:
        return type(error).__name__


def _found(word: str, backend: Any, statement: Any) -> bool:
    return word.lower() in _refused_or_empty(backend, statement).lower()


QUERY = "select to_tsvector('simple', hashed_password) from users"
BY_ALIAS = USERS.alias("users").c.hashed_password
BY_QUERY = select(User.id, User.hashed_password).subquery("users").c.hashed_password
WHOLE = table("users", column("to_jsonb"))


def test_column_of_a_function_is_no_call_of_another_function(postgres: Any) -> None:
    """PostgreSQL reads `f.g` as `g(f)`: the column of a table-valued function must not call `ts_stat`, which runs SQL."""
    called = func.lower(QUERY).table_valued("ts_stat")
    assert not _found("top", postgres, select(called.c.ts_stat))


def test_scalar_column_of_a_function_is_no_call_of_another_function(postgres: Any) -> None:
    """`(f()).g` is `g(f())` too."""
    assert not _found("top", postgres, select(func.lower(QUERY).scalar_table_valued("ts_stat")))


def test_function_columns_that_exist_still_work(postgres: Any) -> None:
    """Twin of the two above: derived columns and those of json_each are columns."""
    numbers = func.generate_series(1, 3).table_valued("n").render_derived()
    assert [1, 2, 3] == postgres.run(FREE_A, lambda s: list(s.scalars(select(numbers.c.n))))


def test_literal_execute_pastes_no_comment(backend: Any) -> None:
    """`-literal(-5, literal_execute=True)` renders `--5`, a comment that eats the policy: nobody else's row is deleted."""

    def clear(session: Any) -> None:
        for child in (Share, Comment):
            session.execute(delete(child))
        session.execute(document_tags.delete())

    backend.as_owner(clear)
    eater = exists(select(-literal(-5, literal_execute=True)))
    pages = DOCUMENTS.c.pages
    statement = delete(DOCUMENTS).where(or_(pages > -1, and_(pages > 0, or_(pages == -2, eater))))
    with contextlib.suppress(RowgateError, SQLAlchemyError):
        backend.run(FREE_A, lambda s: s.execute(statement), commit=True)
    others = [row.title for row in ROWS if row.owner != A]
    assert set(others) <= set(backend.stored(select(Document.title)))


def test_literal_execute_pastes_no_number_that_is_text(backend: Any) -> None:
    """A Numeric literal is pasted as it is on SQLAlchemy 2.0."""
    pasted = literal("(select max(hashed_password) from users)", Numeric(asdecimal=False), literal_execute=True)
    assert not _found(SECRET, backend, select(cast(pasted, String)))


@pytest.mark.parametrize(
    "returned",
    [BY_ALIAS, BY_QUERY, USERS.alias("zzz").c.hashed_password, table("q", column("hashed_password")).c.hashed_password],
)
def test_returning_of_another_table_does_not_unmask_the_target(backend: Any, returned: Any) -> None:
    """A column in RETURNING that belongs to no table of the statement must not resolve to the target's own."""
    assert not _found(SECRET, backend, update(USERS).values(name="x").returning(returned))


def test_returning_of_a_column_that_the_table_lacks(backend: Any) -> None:
    """`users.to_jsonb` is `to_jsonb(users)`: the whole row, masks and all."""
    assert not _found(
        SECRET, backend, update(USERS).values(name="x").returning(USERS.c.id, cast(WHOLE.c.to_jsonb, String))
    )


def test_reading_a_column_that_the_table_lacks_calls_nothing(postgres: Any) -> None:
    """A lightweight table may name columns that the catalog's table has, and no others: `t.f` calls `f`."""
    odd = table("documents", column("pg_typeof"))
    assert not _found("record", postgres, select(cast(odd.c.pg_typeof, String)))


def test_masks_know_their_columns_in_any_case(backend: Any) -> None:
    """SQLite's names are the same in upper case: a mask must hide those too."""
    shouting = table("users", column("HASHED_PASSWORD")).c.HASHED_PASSWORD
    assert not _found(SECRET, backend, update(USERS).values(name="x").returning(shouting))


def _projects_elsewhere(tenant: str) -> Any:
    return Table("projects", MetaData(), Column("id", Integer, primary_key=True), Column(tenant, Integer, key="t"))


GIVE_AWAY: dict[str, Any] = {
    "column under another key": update(_projects_elsewhere("tenant_id")).values(t=2),
    "column in upper case": update(table("projects", column("TENANT_ID"))).values(TENANT_ID=2),
    "tuple": update(PROJECTS).values({tuple_(PROJECTS.c.tenant_id): select(literal(2)).scalar_subquery()}),
    "pair": update(PROJECTS).values(
        {tuple_(PROJECTS.c.tenant_id, PROJECTS.c.name): select(literal(2), literal("x")).scalar_subquery()}
    ),
    "type_coerce": update(PROJECTS).values({sqlalchemy.type_coerce(PROJECTS.c.tenant_id, Integer): 2}),
}


@pytest.mark.parametrize("how", GIVE_AWAY)
def test_no_spelling_of_set_skips_the_check_of_the_new_row(backend: Any, how: str) -> None:
    """However SET names the column, a project does not move to another tenant."""
    with contextlib.suppress(RowgateError, SQLAlchemyError):
        backend.run(FREE_A, lambda s: s.execute(GIVE_AWAY[how]), commit=True)
    assert [1, 1, 2] == backend.stored(select(Project.tenant_id).order_by(Project.id))


MASKED: dict[str, Any] = {
    "under another key": Table(
        "users", MetaData(), Column("id", Uuid(), primary_key=True), Column("hashed_password", String, key="t")
    ),
    "in upper case": table("users", column("id", Uuid()), column("HASHED_PASSWORD", String)),
}


@pytest.mark.parametrize("how", MASKED)
def test_no_spelling_of_set_writes_a_masked_column(backend: Any, how: str) -> None:
    """However SET names it, a masked column that is not writable keeps its value."""
    odd = MASKED[how]
    with contextlib.suppress(RowgateError, SQLAlchemyError):
        backend.run(FREE_A, lambda s: s.execute(update(odd).values({odd.c.keys()[1]: "x"})), commit=True)
    assert [SECRET + n for n in "abcd"] == backend.stored(select(User.hashed_password).order_by(User.name))


def test_resolver_runs_no_compiled_statement(backend: Any) -> None:
    """On SQLAlchemy 2.0 a compiled statement reaches the connection by another door than a statement."""
    seen: list[Any] = []

    if backend.is_async:
        pytest.skip("an async connection takes no compiled statement")
    compiled = text("SELECT hashed_password FROM users")

    def find(connection: Any) -> Principal:
        seen.append(connection.execute(compiled.compile(dialect=connection.dialect)).all())
        return FREE_A

    with pytest.raises((RowgateError, SQLAlchemyError)):
        backend.run(find, lambda s: s.scalar(select(1)))
    assert [] == seen


def test_result_gives_no_cursor_of_the_driver(sync_backend: Any) -> None:
    """`CursorResult.cursor` leads to the driver's connection, which takes any text."""

    def work(session: Any) -> Any:
        return session.connection().execute(select(1)).cursor.connection

    with pytest.raises(RowgateError):
        sync_backend.run(FREE_A, work)


def test_barrier_holds_for_the_target_of_a_write(postgres: Any) -> None:
    """No condition of a DELETE or UPDATE runs on a row of a barrier table before the policy has admitted it."""

    def fill(policy: Any) -> None:
        shared = exists().where(Share.document_id == Document.id, Share.user_id == FREE_A.id)
        policy.allow("read", "update", "delete", when=shared)

    maker = postgres.maker(_catalog(Document, fill, barrier=True))
    oracle = cast(DOCUMENTS.c.title, Integer) == 0
    postgres.as_owner(
        lambda s: s.execute(update(Document).where(Document.shares.any(Share.user_id == A)).values(title="1"))
    )
    assert [] == postgres.run(FREE_A, lambda s: s.scalars(select(Document.title).where(oracle)).all(), maker=maker)
    changed = postgres.run(
        FREE_A, lambda s: s.connection().execute(update(DOCUMENTS).where(oracle).values(pages=7)).rowcount, maker=maker
    )
    assert 0 == changed


def _either(policy: Any) -> None:
    policy.allow("read", "create", "update", "delete", when=Tag.word.in_(["red", "green", "blue"]))


def test_in_list_of_a_policy_flushes_many_rows(backend: Any) -> None:
    """A policy with `in_()` of constants works for executemany: the list is no expanding bind by then."""
    maker = backend.maker(_catalog(Tag, _either))

    def work(session: Any) -> Any:
        for tag in session.scalars(select(Tag)):
            tag.word = "blue"
        session.add_all([Tag(id=n, word="red") for n in (7, 8, 9)])
        session.flush()
        return sorted(session.scalars(select(Tag.word)))

    assert ["blue", "blue", "red", "red", "red"] == backend.run(FREE_A, work, maker=maker)


def test_check_with_a_function_of_one_constant_inserts_many(backend: Any) -> None:
    """SQLAlchemy multiplies the text `(?)` of VALUES, and finds it in `lower(?)` of the check too."""
    maker = backend.maker(
        _catalog(Tag, lambda policy: policy.allow("read", "create", when=Tag.word == func.lower("RED")))
    )
    backend.as_owner(lambda s: [s.execute(document_tags.delete()), s.execute(delete(Tag))])
    words = table("tags", column("word", String))
    statement = insert(words).returning(words.c.word)

    def work(session: Any) -> Any:
        return session.connection().execute(statement, [{"word": "red"}, {"word": "red"}]).all()

    assert [("red",), ("red",)] == backend.run(FREE_A, work, maker=maker)


def test_group_by_the_primary_key_selects_the_other_columns(backend: Any) -> None:
    """X10: functional dependency does not cross the sub-select, so the gate must add the columns (DESIGN.md 3.1)."""
    statement = select(Document.title, func.count(Comment.id)).join(Document.comments).group_by(Document.id)
    found = backend.run(FREE_A, lambda s: [title for title, _ in s.execute(statement)])
    assert "a000" in found


def test_bulk_update_by_key_counts_its_rows(backend: Any) -> None:
    """Several rows by primary key in one executemany: the RETURNING that the gate adds must not lose the row count."""
    rows = [row for row in ROWS if row.owner == A and not row.deleted][:2]
    changes = [{"id": row.id, "pages": 99} for row in rows]
    backend.run(FREE_A, lambda s: s.execute(update(Document), changes), commit=True)
    assert sorted(row.title for row in rows) == sorted(
        backend.stored(select(Document.title).where(Document.pages == 99))
    )


def test_an_error_while_a_stream_is_read_tells_no_value(postgres: Any) -> None:
    """An error that comes with a later batch of a server-side cursor is stripped too; asyncpg's is no DBAPIError then."""
    hidden = update(Document).where(Document.title == "a000").values(title="0-HIDDEN")
    postgres.as_owner(lambda s: s.execute(update(Document).where(Document.title != "a000").values(title="1")))
    postgres.as_owner(lambda s: s.execute(hidden))
    ordered = select(cast(Document.title, Integer)).order_by(Document.title.desc())

    def work(session: Any) -> Any:
        return list(session.execute(ordered.execution_options(yield_per=1)))

    with pytest.raises(Exception) as caught:
        postgres.run(FREE_A, work)
    assert "HIDDEN" not in "".join(traceback.format_exception(caught.value))
    assert "HIDDEN" not in repr(getattr(caught.value, "orig", None))


def test_binds_under_the_gates_names_are_refused(backend: Any) -> None:
    """A bind of the caller named like one of the gate's would lend it the caller's type, and so another value."""
    statement = select(Document.title).where(bindparam("rowgate_id", A, type_=Uuid()) == Document.owner_id)
    with pytest.raises(RowgateError):
        backend.run(FREE_A, lambda s: s.execute(statement).all())


@pytest.mark.parametrize("type_", [JSON(), LargeBinary(), Numeric()], ids=repr)
def test_a_bind_of_the_caller_lends_the_gates_no_type(backend: Any, type_: Any) -> None:
    """With the caller's type, the id of whoever acts becomes another value, and NOT EXISTS of a policy holds."""

    def fill(policy: Any) -> None:
        policy.allow("read")
        policy.restrict(when=~exists().where(Project.name == Tag.word, Project.name == principal.id), name="named")

    catalog = Catalog(Base, principal_id=String())
    fill(catalog.policy(Tag))
    for other in Base.metadata.sorted_tables:
        if other is not Tag.__table__:
            catalog.open(other, reason="not under test")
    backend.as_owner(lambda s: s.add(Tag(id=9, word="p1")))
    lent = bindparam("rowgate_id", "x", type_=type_).is_(None)
    statement = select(Tag.word).where(or_(Tag.id > 0, lent))
    who, maker = Principal("p1"), backend.maker(catalog)
    try:
        found = backend.run(who, lambda s: list(s.scalars(statement)), maker=maker)
    except (RowgateError, SQLAlchemyError):
        found = []
    assert "p1" not in found
    assert ["green", "red"] == backend.run(who, lambda s: sorted(s.scalars(select(Tag.word))), maker=maker)


@pytest.mark.parametrize("shape", ["startswith", "endswith", "contains", "icontains", "istartswith"])
def test_like_helpers_with_plain_strings(backend: Any, shape: str) -> None:
    """`startswith("a")` and its kind render a literal column `'%'`, which is SQLAlchemy's own and harmless."""
    statement = select(Document.title).where(getattr(Document.title, shape)("0"))
    backend.run(FREE_A, lambda s: s.scalars(statement).all())
    every = select(Document.title).where(getattr(Document.title, shape)(""))
    assert titles(FREE_A) == sorted(backend.run(FREE_A, lambda s: s.scalars(every).all()))


def test_a_role_of_no_name_is_none_of_an_empty_list(backend: Any) -> None:
    """NULL is in no empty list, on either database: `NOT has_role(NULL)` shows rows to whoever has no role, to nobody else."""
    unknown = func.nullif(Project.name, Project.name)
    catalog = _catalog(Project, lambda policy: policy.allow("read", to=EVERYONE, when=~principal.has_role(unknown)))
    for who, sees in ((Principal.anonymous(), True), (Principal(A), True), (Principal(A, {"free_user"}), False)):
        found = backend.run(who, lambda s: s.scalars(select(Project.name)).all(), maker=backend.maker(catalog))
        assert bool(found) is sees, who


class Mine(ColumnElement[bool]):
    """Whether a column names whoever acts; it renders itself, and tells of no column that it reads."""

    inherit_cache = False

    def __init__(self, column: Any) -> None:
        self.column = column


@compiles(Mine)
def _mine(element: Any, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = {compiler.process(principal.id)} OR 1 = 0"


def _trusting(entity: Any) -> Catalog:
    def fill(policy: Any) -> None:
        policy.allow("read")
        policy.allow("update", when=Mine(DOCUMENTS.c.owner_id))
        policy.restrict("update", when=and_(Document.pages > 0, Mine(DOCUMENTS.c.owner_id)), name="mine")

    made = _catalog(entity, fill)
    made.trust(Mine, reason="a test")
    return made


@pytest.mark.parametrize("title", ["a000", "b000"])
def test_rows_are_not_given_away_by_a_rule_that_renders_itself(backend: Any, title: str) -> None:
    """The rule reads the owner without telling so, and is asked about the new row all the same."""
    change = update(Document).where(Document.title == title).values(owner_id=B)
    with contextlib.suppress(RowgateError):
        backend.run(FREE_A, lambda s: s.execute(change), commit=True, maker=backend.maker(_trusting(Document)))
    assert backend.stored(select(Document.owner_id).where(Document.title == title)) == [A if title == "a000" else B]


def test_rows_are_changed_under_a_rule_that_renders_itself(backend: Any) -> None:
    """Twin: what stays with its owner is changed, and nothing else is."""
    change = update(Document).values(pages=99)
    backend.run(FREE_A, lambda s: s.execute(change), commit=True, maker=backend.maker(_trusting(Document)))
    found = backend.stored(select(Document.title).where(Document.pages == 99))
    assert sorted(found) == sorted(row.title for row in ROWS if row.owner == A)
