"""Caches: what one principal has had compiled, prepared or frozen, used by another one."""

from typing import Any

from sqlalchemy import Executable, bindparam, func, lambda_stmt, select
from sqlalchemy.ext import baked
from sqlalchemy.orm import aliased

from rowgate.principal import Principal
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Comment, Document, Folder, Invoice, Project, User
from rowgate.testing.world_rows import ADMIN_D, BARE_D, FREE_A, FREE_C, NOBODY, PAID_A, PAID_C, key

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


@caches.way_in(portable=True, covers=["compiled_cache"])
async def statement_of_admin(given: Given) -> Any:
    """Executes the very statement that an admin has executed."""
    return await _after(given, ADMIN_D, select(given.model.entity))


@caches.way_in(covers=["compiled_cache", "Table.select"])
async def core_statement_of_admin(given: Given) -> Any:
    """Executes the very Core statement that an admin has executed."""
    return await _after(given, ADMIN_D, Document.__table__.select())


@caches.way_in(covers=["compiled_cache"])
async def built_anew_after_admin(given: Given) -> Any:
    """Builds the same statement anew after an admin, many times."""
    for _ in range(8):
        await _as(given, ADMIN_D, select(title).where(Document.pages > 0))
    return [await values(given, select(title).where(Document.pages > 0)) for _ in range(8)]


@caches.way_in(covers=["compiled_cache", "visit_cte", "visit_compound_select"])
async def large_statement_of_admin(given: Given) -> Any:
    """Executes an admin's statement of CTEs, unions, aliases and sub-selects."""
    cte = select(title.label("t"), Document.owner_id).cte()
    other = aliased(Document)
    number = select(func.count(other.id)).where(other.owner_id == cte.c.owner_id).scalar_subquery()
    found = select(cte.c.t, number).union(select(Comment.body, func.length(Comment.body)))
    return await _after(given, ADMIN_D, found)


@caches.way_in(covers=["compiled_cache", "lift"])
async def statement_under_lift(given: Given) -> Any:
    """Executes the very statement that an admin has executed with a lift."""
    statement = select(Document).order_by(title)
    await _as(given, ADMIN_D, statement, lift={"soft-delete"})
    return await values(given, statement)


@caches.between(covers=["compiled_cache", "lift"])
async def own_statement_without_lift(given: Given) -> Any:
    """Executes a statement as an admin with a lift and then without."""
    statement = select(title)
    await _as(given, ADMIN_D, statement, lift={"soft-delete"})
    return [(ADMIN_D, await _as(given, ADMIN_D, statement)), (given.who, await rows(given, statement))]


@caches.between(covers=["compiled_cache", "variants"])
async def all_roles_in_turn(given: Given) -> Any:
    """Has principals of all roles execute one statement, twice round."""
    statement = select(Document)
    everybody = [ADMIN_D, FREE_A, PAID_A, FREE_C, PAID_C, BARE_D, NOBODY] * 2
    return [(who, await _as(given, who, statement)) for who in everybody]


@caches.between(covers=["compiled_cache", "principal.id"])
async def same_role_two_people(given: Given) -> Any:
    """Has two people of one role execute one statement by turns, in open sessions."""
    statement = select(Document.content).where(Document.pages > bindparam("least", 0))
    async with given.open(FREE_A) as one, given.open(FREE_C) as other:
        turns = [(FREE_A, one), (FREE_C, other)] * 4
        return [(who, (await session.execute(statement, {"least": n})).all()) for n, (who, session) in enumerate(turns)]


@caches.between(covers=["compiled_cache", "principal.attr"])
async def two_tenants(given: Given) -> Any:
    """Has two tenants read by one statement, by turns."""
    found = [select(Invoice.text, Invoice.total), select(Project)]
    return [(who, await _as(given, who, each)) for each in found for who in (FREE_A, FREE_C, FREE_A)]


@caches.between(covers=["prepared statements"])
async def prepared_often(given: Given) -> Any:
    """Executes a statement so often that drivers prepare it, by turns of two people."""
    statement = select(title).join(Document.owner).where(User.name != "x")
    seen = []
    for _ in range(7):
        seen += [(who, await _as(given, who, statement)) for who in (FREE_C, FREE_A)]
    return seen


@caches.between(covers=["bindparam.expanding", "render_postcompile"])
async def lists_of_many_lengths(given: Given) -> Any:
    """Executes one statement with lists of several lengths, by turns."""
    statement = select(title, Document.content).where(Document.id.in_(bindparam("ids", expanding=True)))
    names = ["a000", "b000", "c000", "b110", "c110", "e000"]
    seen = []
    async with given.open(FREE_A) as one, given.open(FREE_C) as other:
        for many in (6, 2, 5, 6):
            ids = {"ids": [key(name) for name in names[:many]]}
            seen += [(who, (await s.execute(statement, ids)).all()) for who, s in ((FREE_A, one), (FREE_C, other))]
    return seen


@caches.way_in(covers=["StatementLambdaElement", "LinkedLambdaElement"])
async def lambda_of_admin(given: Given) -> Any:
    """Executes a lambda statement that an admin has executed first, with a value from around it."""

    def made(least: int) -> Any:
        statement = lambda_stmt(lambda: select(Document))
        statement += lambda s: s.where(Document.pages > least)
        return statement

    async with given.open(ADMIN_D) as admin:
        for least in (0, 1710300):
            await admin.scalars(made(least))
    return await values(given, made(0)), await values(given, made(1710300))
