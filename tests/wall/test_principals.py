"""`Session(who)` with a function behind the wall: the query runs as a function, over a subject that is signed."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Integer, String, bindparam, create_engine, func, literal, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import Catalog, CatalogError, NoPrincipal, Principal, Unguarded, guarded_sessionmaker, principal, raw
from rowgate.wall import create
from rowgate.wall.signing import PRINCIPAL, SUBJECT, Signed
from signed import KEY, acting, connect

SIGNING = Signed([KEY])


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    tenant: Mapped[int]


class Held(Base):
    """A role that somebody holds; nobody may read it."""

    __tablename__ = "held"
    user_id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


FIND = (
    select(User.id, User.tenant, Held.role, literal("it's 100%").label("odd"))
    .outerjoin(Held, Held.user_id == User.id)
    .where(User.name == bindparam("name"))
)
COUNT = select(func.count().label("users")).select_from(User)


def make_catalog() -> Catalog:
    catalog = Catalog(Base, principal_id=Integer(), roles={"reader", "admin"})
    users = catalog.policy(User)
    users.allow("read", when=User.id == principal.id)
    users.allow("read", when=User.tenant == principal.attr("tenant", Integer()), to="admin")
    catalog.policy(Held)
    catalog.principal_query(FIND)
    catalog.principal_query(COUNT)
    return catalog


def found(rows: Any) -> Principal:
    """Return the principal of the rows of FIND."""
    if not rows:
        raise NoPrincipal("nobody of that name")
    assert {row.odd for row in rows} == {"it's 100%"}
    return Principal(rows[0].id, [row.role for row in rows if row.role], {"tenant": rows[0].tenant})


def finder(name: Any, *, is_async: bool) -> Any:
    """Return a function for `Session(who)` that looks for somebody."""
    if not is_async:
        return lambda connection: found(connection.execute(FIND, {"name": name}).all())

    async def find(connection: Any) -> Principal:
        return found((await connection.execute(FIND, {"name": name})).all())

    return find


@pytest.fixture(scope="module")
def database(cluster: Any) -> Iterator[Any]:
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner)
        Base.metadata.create_all(owner)
        wall = create(make_catalog(), role=cluster.app, signing=SIGNING)
        with owner.begin() as connection:
            for statement in (
                *wall.sql(), *SIGNING.accept(),
                "INSERT INTO users VALUES (1, 'ann', 1), (2, 'bob', 1), (3, 'cid', 2), (4, 'o''d\\', 2)",
                "INSERT INTO held VALUES (1, 'admin'), (1, 'reader'), (2, 'reader')",
            ):  # fmt: skip
                connection.execution_options(no_parameters=True).exec_driver_sql(statement)
        owner.dispose()
        yield logins


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(params=["asyncpg", "psycopg", "psycopg_async"])
def ask(request: Any, database: Any, runner: asyncio.Runner) -> Iterator[Any]:
    """Give a function that does some work in a session of somebody who is looked for by name."""
    is_async = request.param != "psycopg"
    url = database.using(request.param.removesuffix("_async")).app
    engine: Any = (create_async_engine if is_async else create_engine)(url, pool_size=1, max_overflow=0)
    sessions = guarded_sessionmaker(engine, make_catalog(), wall=SIGNING)

    def run(who: Any, work: Any) -> Any:
        made = sessions(who if not isinstance(who, str) else finder(who, is_async=is_async))
        if not is_async:
            with made as session:
                return work(session)

        async def later() -> Any:
            async with made as session:
                return await session.run_sync(work)

        return runner.run(later())

    run.is_async = is_async  # type: ignore[attr-defined]
    yield run
    runner.run(engine.dispose()) if is_async else engine.dispose()


def names(session: Any) -> list[str]:
    return list(session.scalars(select(User.name).order_by(User.id)))


def test_the_principal_is_found_and_acts(ask: Any) -> None:
    """With roles from a table that nobody may read, and attributes; in the same transaction, and after a commit."""

    def work(session: Any) -> list[Any]:
        first = names(session), session.info["principal"].roles
        session.commit()
        return [*first, names(session), session.scalar(raw("SELECT rowgate.attr('tenant')"))]

    assert ask("ann", work) == [["ann", "bob"], {"admin", "reader"}, ["ann", "bob"], "1"]
    assert ask("bob", work) == [["bob"], {"reader"}, ["bob"], "1"]
    assert ask("o'd\\", work) == [["o'd\\"], frozenset(), ["o'd\\"], "2"]


@pytest.mark.parametrize("name", ["nobody", "ann' OR true --", "", "ann\\"])
def test_nobody_is_found_by_another_name(ask: Any, name: str) -> None:
    """The name is a value, whatever it holds."""
    with pytest.raises(NoPrincipal):
        ask(name, names)


def test_a_value_of_another_type_is_refused(ask: Any) -> None:
    """It does not reach the database."""
    for wrong in (7, "nul\0"):
        with pytest.raises(Unguarded):
            ask(finder(wrong, is_async=ask.is_async), names)


def test_every_query_that_is_named_may_run(ask: Any) -> None:
    """The second one too, and no other; each value is asked for."""

    def run(statement: Any, parameters: Any = None) -> Any:
        if not ask.is_async:
            return lambda connection: Principal(connection.execute(statement, parameters).scalar())

        async def find(connection: Any) -> Principal:
            return Principal((await connection.execute(statement, parameters)).scalar())

        return find

    assert ask(run(COUNT), names) == ["o'd\\"]
    for statement, parameters in (
        (select(User.id), None),
        (FIND, None),
        (FIND, {"other": 1}),
        (text("SELECT 1"), None),
        (raw("SELECT 1"), None),
        (FIND.limit(1), {"name": "ann"}),
    ):
        with pytest.raises(Unguarded):
            ask(run(statement, parameters), names)


def test_the_function_looks_for_nobody_who_is_not_signed(database: Any) -> None:
    """Called by hand, with no context, with that of a principal, or with a forged subject, it finds nobody."""
    query = "SELECT count(*) FROM rowgate.principal_1()"
    with connect(database.app) as app:
        pid = app.info.backend_pid
        assert app.execute(query).fetchone() == (0,)
        for text_, rows in (
            (SIGNING.text(SUBJECT, '{"name":"ann"}', pid), 2),
            (SIGNING.text(SUBJECT, "{}", pid), 0),
            (SIGNING.text(PRINCIPAL, '{"id":"1","roles":"{}","lifts":"{}","attrs":{},"name":"ann"}', pid), 0),
            (Signed(["a key of somebody else, just as long"]).text(SUBJECT, '{"name":"ann"}', pid), 0),
            (SIGNING.text(SUBJECT, '{"name":"ann"}', pid + 1), 0),
        ):
            with acting(app, text_):
                assert app.execute(query).fetchone() == (rows,)
        with acting(app, SIGNING.text(SUBJECT, '{"name":"ann"}', pid)):
            assert app.execute("SELECT count(*) FROM users").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                app.execute("SELECT rowgate.subject('name')")


def test_a_list_of_subjects_is_an_error_at_the_start() -> None:
    """A context carries values; and the sessionmaker says so, not the first request."""
    catalog = make_catalog()
    catalog.principal_query(select(User.id).where(User.name.in_(bindparam("names", expanding=True))))
    with pytest.raises(CatalogError):
        guarded_sessionmaker(create_engine("postgresql+psycopg://"), catalog, wall=SIGNING)
