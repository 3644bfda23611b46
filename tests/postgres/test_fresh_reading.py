"""Ways in, and legitimate uses lost, that a fresh reading of the gate has found. All are closed."""

import contextlib
import copy
import pickle
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    cast,
    column,
    create_engine,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
    values,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from rowgate import Catalog, CatalogError, RowgateError, Unguarded, guarded_sessionmaker, principal
from world import ADMIN_D, FREE_A, SECRET, A, B, Base, Document, Project, Share, Tag, User, make_catalog, titles

DOCUMENTS, TAGS = Document.__table__, Tag.__table__


def _open_but(entity: Any) -> tuple[Catalog, Any]:
    """Return a catalog in which all is open but one table, and the policy of that one."""
    catalog = Catalog(Base, principal_id=Uuid())
    for other in Base.metadata.sorted_tables:
        if other is not entity.__table__:
            catalog.open(other, reason="not under test", actions=("read", "create", "update", "delete"))
    return catalog, catalog.policy(entity)


def _try(backend: Any, statement: Any, **options: Any) -> str:
    """Return what a statement gives through a Core connection, as text; what is refused gives nothing."""
    try:
        return str(backend.run(FREE_A, lambda s: s.connection().execute(statement).all(), **options))
    except (RowgateError, SQLAlchemyError, AssertionError) as error:
        return type(error).__name__


# Ways in


def test_labels_that_look_like_an_expanding_bind_paste_no_sql(backend: Any) -> None:
    """SQLAlchemy searches the finished SQL for `__[POSTCOMPILE_name~~..~~]`: two labels drop its text and paste their own."""
    begin = Document.title.label("__[POSTCOMPILE_pages_1~~a~~")
    counted = " where ? <> 0" if backend.is_sqlite else ""  # the label makes one parameter more
    pasted = f", (select max(hashed_password) from users{counted}) AS x --~~]"
    end = Document.title.op("~~")(Document.pages).label(pasted)
    assert SECRET not in _try(backend, select(begin, end).where(Document.pages.in_([1])))


def test_text_that_is_pasted_holds_no_expanding_bind(postgres: Any) -> None:
    """The flags of a regular expression are pasted as a quoted literal: an IN list must not be expanded in there."""
    seen: list[str] = []

    def work(session: Any) -> None:
        flags = "__[POSTCOMPILE_pages_1]"
        matches = Document.title.regexp_match("x", flags=flags)
        try:
            session.execute(select(matches).where(Document.pages.in_([1]))).all()
        except SQLAlchemyError as error:
            seen.append(str(getattr(error, "statement", "")))

    with contextlib.suppress(RowgateError):
        postgres.run(FREE_A, work)
    assert not any("pages_1_1)s::INTEGER'" in sql or "'$3::INTEGER'" in sql for sql in seen)


def test_names_of_expanding_binds_paste_no_sql(backend: Any) -> None:
    """The name of a bind stands in `__[POSTCOMPILE_name]` as it is, and `~~` in it pastes what follows into the SQL."""
    name = "v~~select/**/hashed_password/**/from/**/users/**/where/**/0<~~REPL~~/**/~~"
    guess = literal(SECRET + "d").in_(bindparam(name, ["x"], expanding=True))
    known = Document.pages.in_(bindparam("v", [1], expanding=True))
    assert "a000" not in _try(backend, select(Document.title).where(known, guess))


@pytest.mark.parametrize("name", ["rowgate.id", "rowgate id", "rowgate[id"])
def test_binds_that_are_escaped_to_the_gates_names_are_nobody(backend: Any, name: str) -> None:
    """SQLAlchemy 2.0 escapes `rowgate.id` to `rowgate_id`, so that its value replaces the principal's: A reads as B."""
    lent = bindparam(name, B, type_=Uuid())
    statement = select(Document.title).where(or_(Document.pages > 0, Document.owner_id == lent))
    assert "b000" not in _try(backend, statement)


def test_binds_that_are_escaped_to_a_constant_of_a_policy_change_nothing(backend: Any) -> None:
    """The same for `rowgate_c0`, the constant of a policy's condition: another constant would be another policy."""
    catalog, tags = _open_but(Tag)
    tags.allow("read", when=Tag.word == "red")
    statement = select(Tag.word).where(or_(Tag.id > 0, Tag.word == bindparam("rowgate c0", "green")))
    assert "green" not in _try(backend, statement, maker=backend.maker(catalog))


@pytest.mark.parametrize("number", [4, 6])
def test_question_marks_shift_no_parameter(backend: Any, number: int) -> None:
    """On SQLite the operator `?` is a placeholder, and a label `%(name)s` a parameter: together they shift the others."""
    marks: Any = -Document.pages
    for _ in range(number):
        marks = UnaryExpression(-marks, operator=custom_op("?"), type_=Integer())
    shifted = bindparam("v", B, type_=Uuid())
    labels = [literal(1).label("%(v)s") for _ in range(number)]
    inner = select(*labels).where(shifted.is_not(None)).subquery("y")
    assert "b000" not in _try(backend, select(Document.title, marks).join_from(Document, inner, literal(1) == 1))


def test_a_default_that_is_executed_beforehand_knows_who_acts(backend: Any) -> None:
    """SQLAlchemy executes the SQL default of a key by itself where RETURNING is off, and the principal is NULL in it."""
    catalog, documents = _open_but(Document)
    documents.allow("read")
    shared = exists().where(Share.document_id == Document.id, Share.user_id == principal.id)
    documents.restrict(when=~shared, name="not-shared-with-me")
    number = select(func.count()).select_from(DOCUMENTS).scalar_subquery()
    counting = Table(
        "tags",
        MetaData(),
        Column("id", Integer, primary_key=True, default=number),
        Column("word", String),
        implicit_returning=False,
    )
    maker = backend.maker(catalog)

    def work(session: Any) -> Any:
        session.connection().execute(insert(counting).values(word="counted"))
        return session.scalar(select(TAGS.c.id).where(TAGS.c.word == "counted"))

    visible = backend.run(FREE_A, lambda s: s.scalar(select(func.count()).select_from(DOCUMENTS)), maker=maker)
    try:
        found = backend.run(FREE_A, work, maker=maker)
    except RowgateError:
        found = visible
    assert visible == found


def test_onupdate_of_another_table_object_is_checked(backend: Any) -> None:
    """`onupdate` belongs to the Table object that the statement names, not to the catalog's: it moves no tenant unchecked."""
    other = Table(
        "projects",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("name", String),
        Column("tenant_id", Integer, onupdate=2),
    )
    with contextlib.suppress(RowgateError, SQLAlchemyError):
        backend.run(FREE_A, lambda s: s.execute(update(other).values(name="x")), commit=True)
    assert [1, 1, 2] == backend.stored(select(Project.tenant_id).order_by(Project.id))


@pytest.mark.parametrize("how", ["insert", "update"])
def test_defaults_of_another_table_object_write_no_masked_column(backend: Any, how: str) -> None:
    """A default or `onupdate` of the statement's own Table object writes a masked column that the statement never names."""
    hashed = Column("hashed_password", String, default="mine", onupdate="mine")
    other = Table("users", MetaData(), Column("id", Uuid(), primary_key=True), hashed, Column("name", String))
    statement = insert(other).values(id=uuid4(), name="new") if how == "insert" else update(other).values(name="new")
    with contextlib.suppress(RowgateError, SQLAlchemyError):
        backend.run(ADMIN_D, lambda s: s.execute(statement), commit=True)
    assert [] == backend.stored(select(User.name).where(User.hashed_password == "mine"))


# Legitimate uses


@pytest.fixture
def pool_of_one(backend: Any) -> Iterator[Any]:
    """Give an engine of its own, never connected yet, with a pool of one connection."""
    options: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 1}
    made: Engine | AsyncEngine
    if backend.is_async:
        made = create_async_engine(backend.engine.url, **options)
    else:
        made = create_engine(backend.engine.url, poolclass=QueuePool, **options)
    yield made
    if isinstance(made, AsyncEngine):
        backend.runner.run(made.dispose())
    else:
        made.dispose()


def test_isolation_level_of_a_session_is_reset(backend: Any, pool_of_one: Any) -> None:
    """A session may set its isolation level; at its end the level is reset and the connection is back in the pool."""
    maker = guarded_sessionmaker(pool_of_one, make_catalog())

    def work(session: Any) -> Any:
        session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        return session.scalar(select(1))

    assert [1, 1] == [backend.run(FREE_A, work, maker=maker) for _ in range(2)]


def test_isolation_level_of_the_engine(backend: Any, pool_of_one: Any) -> None:
    """Options set "on the engine before it is guarded", as the gate's own message says, work."""
    leveled = pool_of_one.execution_options(isolation_level="SERIALIZABLE")
    maker = guarded_sessionmaker(leveled, make_catalog())
    assert 1 == backend.run(FREE_A, lambda s: s.scalar(select(1)), maker=maker)


@pytest.mark.parametrize("in_order", [False, True])
def test_the_principal_as_a_value_of_many_rows(backend: Any, in_order: bool) -> None:
    """`values(owner_id=principal.id)` inserts many rows with RETURNING: a bind of the gate counts as one in VALUES."""
    owned = insert(DOCUMENTS).values(owner_id=principal.id)
    statement = owned.returning(DOCUMENTS.c.title, DOCUMENTS.c.owner_id, sort_by_parameter_order=in_order)
    rows = [{"title": f"n{n}", "pages": n} for n in range(3)]
    found = backend.run(FREE_A, lambda s: s.connection().execute(statement, rows).all())
    assert [(f"n{n}", A) for n in range(3)] == sorted(tuple(row) for row in found)


def test_labels_that_look_like_a_bind(backend: Any) -> None:
    """A label such as `%(v)s` is a name and no parameter: it works, or the gate says why not."""
    statement = select(Document.title.label("%(v)s")).where(Document.pages > bindparam("v", 0))
    with contextlib.suppress(RowgateError):
        assert titles(FREE_A) == sorted(backend.run(FREE_A, lambda s: s.scalars(statement).all()))


def test_principals_travel() -> None:
    """A principal is a value: it is copied, and pickled for a task in another process."""
    assert FREE_A == copy.deepcopy(FREE_A)
    assert FREE_A == pickle.loads(pickle.dumps(FREE_A))


USERS = User.__table__
UNNAMED = values(column("hashed_password", String), column("other", String)).data([("x", "y")])
BARE: dict[str, Any] = {
    "returning": update(USERS).values(name=USERS.c.name).returning(UNNAMED.c.hashed_password),
    "set": update(USERS)
    .values(name=UNNAMED.c.hashed_password)
    .where(USERS.c.name != UNNAMED.c.other)
    .returning(USERS.c.name),
    "returning of a delete": delete(USERS).where(USERS.c.name == "d").returning(UNNAMED.c.hashed_password),
}


@pytest.mark.parametrize("how", BARE)
def test_columns_without_a_qualifier_are_not_the_targets(backend: Any, how: str) -> None:
    """VALUES without a name renders its columns bare: in a write they would mean the target's own, unmasked."""
    catalog, users = _open_but(User)
    users.mask(User.hashed_password)
    users.allow("read", "update", "delete")
    assert SECRET not in _try(backend, BARE[how], maker=backend.maker(catalog))


def test_attributes_are_named_like_parameters() -> None:
    """`tenant.id` and `tenant_id` would be one bind parameter to a driver: the first is refused."""
    with pytest.raises(CatalogError):
        principal.attr("tenant.id", Integer())


def test_options_bring_no_criteria_in_front_of_a_barrier(postgres: Any) -> None:
    """`with_loader_criteria` on a write would run before the policy has admitted the row."""
    catalog = Catalog(Base, principal_id=Uuid())
    for other in Base.metadata.sorted_tables:
        if other is not Document.__table__:
            catalog.open(other, reason="not under test")
    catalog.policy(Document, barrier=True).allow("read", "update", when=Document.owner_id == principal.id)
    oracle = with_loader_criteria(Document, cast(Document.title, Integer) == 0)
    statement = update(Document).values(pages=5).options(oracle)
    with pytest.raises(Unguarded):
        postgres.run(FREE_A, lambda s: s.execute(statement), maker=postgres.maker(catalog))
