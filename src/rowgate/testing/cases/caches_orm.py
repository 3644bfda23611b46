"""Caches: what the ORM keeps: loaders, refreshes, flushes, bulk writes by one statement."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Executable, bindparam, lambda_stmt, select
from sqlalchemy.ext import baked
from sqlalchemy.orm import joinedload, selectinload, subqueryload, undefer, with_loader_criteria

from rowgate.errors import RowgateError
from rowgate.principal import Principal
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Document, Folder, User
from rowgate.testing.world_rows import ADMIN_D, BARE_D, FREE_A, FREE_C, PAID_A, PAID_C, A, B, key

caches = Family("caches")
title = Document.title
folders: Any = Folder.__table__
COUNTED: Any = Document
BAKERY = baked.bakery()


async def _as(given: Given, who: Principal, statement: Executable, **options: Any) -> list[Any]:
    """Return what another principal gets from the same statement object."""
    async with given.open(who, **options) as session:
        found: list[Any] = (await session.execute(statement)).all()
        return found


async def _after(given: Given, who: Principal, statement: Executable) -> list[Any]:
    """Have another principal execute a statement twice, then return what is given for it here."""
    for _ in range(2):
        await _as(given, who, statement)
    return await rows(given, statement)


@caches.way_in(covers=["with_loader_criteria"])
async def criteria_of_admin(given: Given) -> Any:
    """Executes an admin's statement whose criteria stand in a lambda."""
    statement = select(User).options(
        selectinload(User.documents), with_loader_criteria(Document, lambda cls: cls.pages > 0, include_aliases=True)
    )
    await _as(given, ADMIN_D, statement)
    return await values(given, statement)


@caches.way_in(covers=["baked", "BakedQuery"])
async def baked_query_of_admin(given: Given) -> Any:
    """Runs a baked query that an admin has baked."""

    def bake(session: Any) -> Any:
        query = BAKERY(lambda s: s.query(Document))
        query += lambda q: q.filter(Document.pages > bindparam("least"))
        return query(session).params(least=0).all()

    async with given.open(ADMIN_D) as admin:
        await admin.run_sync(bake)
    return await given.session.run_sync(bake)


@caches.way_in(covers=["Query"])
async def query_of_admin(given: Given) -> Any:
    """Runs the statement of an admin's legacy Query."""
    async with given.open(ADMIN_D) as admin:
        query = await admin.run_sync(lambda s: s.query(Document).filter(Document.pages > 0))
        await admin.run_sync(lambda _s: query.all())
    return await given.session.run_sync(lambda s: query.with_session(s).all())


@caches.way_in(covers=["compiled_cache", "Connection.execution_options"])
async def shared_compiled_cache(given: Given) -> Any:
    """Hands one compiled cache to an admin's connection and to the next one."""
    shared: dict[Any, Any] = {}
    statement = select(Document.__table__)
    async with given.open(ADMIN_D) as admin:
        connection = await admin.connection()
        await connection.execute(statement, None, execution_options={"compiled_cache": shared})
    connection = await given.session.connection()
    return (await connection.execute(statement, None, execution_options={"compiled_cache": shared})).all()


@caches.way_in(covers=["AsyncSession.get", "Session.get"])
async def get_after_admin(given: Given) -> Any:
    """Gets rows that an admin has got, which SQLAlchemy loads by a statement of its own."""
    keys = [key(name) for name in ("b000", "b001", "c000", "a000")]
    async with given.open(ADMIN_D) as admin:
        kept = [await admin.get(Document, one) for one in keys]
    return [await given.session.get(Document, one) for one in keys], len(kept)


@caches.way_in(covers=["lazyload", "AsyncAttrs"])
async def lazy_load_after_admin(given: Given) -> Any:
    """Loads a collection lazily that an admin has loaded: its statement is baked into the relationship."""
    found = []
    async with given.open(ADMIN_D) as admin:
        for session in (admin, given.session):
            user = await session.get(User, B)
            found.append(len(await user.awaitable_attrs.documents) if user else 0)
    user = await given.session.get(User, B)
    return found[1], await user.awaitable_attrs.documents if user else None


@caches.way_in(covers=["selectinload", "subqueryload", "joinedload"])
async def eager_loads_after_admin(given: Given) -> Any:
    """Loads collections eagerly by an admin's statements."""
    found = []
    for load in (selectinload, subqueryload, joinedload):
        statement = select(User).options(load(User.documents)).order_by(User.name)
        async with given.open(ADMIN_D) as admin:
            (await admin.scalars(statement)).unique().all()
        given.session.expunge_all()
        found.append((await given.session.scalars(statement)).unique().all())
    return found


@caches.way_in(covers=["undefer", "column_property"])
async def deferred_after_admin(given: Given) -> Any:
    """Loads a deferred count that an admin has loaded."""
    return await _after(given, ADMIN_D, select(Document).options(undefer(COUNTED.comment_count)).order_by(title))


@caches.way_in(covers=["Session.refresh", "AsyncSession.refresh"])
async def refreshed_after_admin(given: Given) -> Any:
    """Refreshes attributes and a collection after an admin has refreshed the same."""
    seen = []
    for who in (ADMIN_D, given.who):
        async with given.open(who) as session:
            user = await session.get(User, A)
            await session.refresh(user, ["email", "hashed_password", "documents"])
            seen.append((user.email, user.hashed_password, sorted(one.title for one in user.documents)))
    return seen[1]


@caches.way_in(covers=["compiled_cache"])
async def refused_then_allowed(given: Given) -> Any:
    """Executes what is refused, between statements that are not: neither may stand for the other."""
    good = select(title).where(Document.pages > 0)
    seen = [await values(given, good)]
    with suppress(RowgateError):
        seen.append(await values(given, good.prefix_with("ALL")))
    return seen[0], await values(given, good)


@caches.reading(covers=["compiled_cache", "variants"])
async def each_gets_all_of_theirs(given: Given) -> Any:
    """Has everybody execute one statement by turns: each gets all that they may read."""
    statement = select(Document).order_by(title)
    everybody = [ADMIN_D, FREE_A, PAID_C, FREE_C, PAID_A, ADMIN_D, BARE_D]
    return [await _as(given, who, statement) for who in everybody]


@caches.reading(covers=["compiled_cache", "lift"])
async def lifted_and_not(given: Given) -> Any:
    """Has an admin execute one statement with a lift and without, by turns."""
    statement = select(title, Document.is_deleted)
    lifted = {"lift": {"soft-delete"}}
    return [await _as(given, ADMIN_D, statement, **each) for each in ({}, lifted, {}, lifted)]


@caches.reading(covers=["StatementLambdaElement", "baked", "prepared statements"])
async def kept_statements_that_work(given: Given) -> Any:
    """Reads by kept lambdas, lists and values, many times."""
    statement = select(title).where(Document.id.in_(bindparam("ids", expanding=True)))
    found = []
    for names in (["a000"], ["a000", "b100", "b000"], ["a100", "b010"]) * 3:
        found.append(await values(given, statement, ids=[key(name) for name in names]))
        found.append(await values(given, lambda_stmt(lambda: select(title).where(Document.is_public))))
    return found


def _loading(load: Any, after: str, least: int) -> Any:
    """Return a statement whose loader has a value of its own: kept without it, filled in when it is used again."""
    few = load(User.documents.and_(Document.pages > least))
    return select(User).where(User.name > after).options(few).order_by(User.name)


async def _loaded(given: Given, load: Any, numbers: tuple[int, ...]) -> list[Any]:
    """Return users and what a loader with several values gives them; the first time nobody is found."""
    await values(given, _loading(load, "z", 1))
    found = []
    for least in numbers:
        given.session.expunge_all()
        found.append(await values(given, _loading(load, "a", least)))
    return found


@caches.way_in(covers=["visit_override_binds", "PropComparator.and_", "subqueryload"])
async def loader_with_other_values(given: Given) -> Any:
    """Loads by options that an admin has used with other values, which SQLAlchemy puts into the kept statement."""
    for load in (selectinload, subqueryload):
        async with given.open(ADMIN_D) as admin:
            await admin.scalars(_loading(load, "z", 1))
            await admin.scalars(_loading(load, "a", 0))
    return [await _loaded(given, load, (0, 1710300)) for load in (selectinload, subqueryload)]


@caches.reading(covers=["visit_override_binds", "PropComparator.and_", "selectinload"])
async def loader_with_values_that_works(given: Given) -> Any:
    """Loads by options with a value that changes from one statement to the next."""
    return [await _loaded(given, load, (0, 1710100, 1710300)) for load in (selectinload, subqueryload)]
