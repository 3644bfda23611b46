"""Caches: writes that one principal has had compiled, executed by another one."""

from typing import Any

from sqlalchemy import Delete, Update, select, update
from sqlalchemy.ext import baked

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Folder
from rowgate.testing.world_rows import ADMIN_D, FREE_A, FREE_C, B, key

caches = Family("caches")
title = Document.title
folders: Any = Folder.__table__
COUNTED: Any = Document
BAKERY = baked.bakery()


@caches.write_in(covers=["Update", "compiled_cache"])
async def update_of_admin(given: Given) -> Any:
    """Executes the very UPDATE that an admin has executed and rolled back."""
    statement = update(Document).where(Document.owner_id == B).values(content="taken")
    statement = statement.execution_options(synchronize_session=False)
    async with given.open(ADMIN_D) as admin:
        await admin.execute(statement)
        await admin.rollback()
    await given.session.execute(statement)


@caches.write_in(covers=["Delete", "compiled_cache"])
async def delete_of_its_owner(given: Given) -> Any:
    """Executes the very DELETE that the owner of the rows has executed and rolled back."""
    statement: Delete = folders.delete().where(Folder.id.in_([4]))
    async with given.open(FREE_C) as owner:
        await owner.execute(statement)
        await owner.rollback()
    await given.session.execute(statement)


@caches.write_in(covers=["Session.flush", "Mapper._compiled_cache"])
async def flush_after_admin(given: Given) -> Any:
    """Flushes a change after an admin has flushed the same: the mapper keeps the statement."""
    async with given.open(ADMIN_D) as admin:
        document = await admin.get(Document, key("b100"))
        document.content = "by the admin"
        await admin.flush()
        await admin.rollback()
    document = await given.session.get(Document, key("b100"))
    if document is not None:
        document.content = "taken"
        await given.session.flush()


@caches.write_in(covers=["Session.flush", "Mapper._compiled_cache"])
async def insert_after_another(given: Given) -> Any:
    """Flushes a new row of somebody else after that one has flushed such a row."""
    async with given.open(FREE_C) as owner:
        owner.add(Folder(id=61, name="mine", owner_id=FREE_C.id))
        await owner.flush()
        await owner.rollback()
    given.session.add(Folder(id=62, name="yours", owner_id=FREE_C.id))
    await given.session.flush()


@caches.between(covers=["Session.flush", "insertmanyvalues"])
async def many_rows_by_turns(given: Given) -> Any:
    """Inserts many rows by one statement as two people, and reads what each sees of it."""
    statement = folders.insert().returning(folders.c.name)
    seen = []
    for who, first in ((FREE_A, 200), (FREE_C, 300)):
        async with given.open(who) as session:
            new = [{"id": first + n, "name": f"new-{n}", "owner_id": who.id} for n in range(3)]
            await session.execute(statement, new)
            seen.append((who, (await session.execute(select(Folder.name))).all()))
            await session.rollback()
    return seen


@caches.writing(covers=["Update", "compiled_cache"])
async def update_that_works_for_both(given: Given) -> Any:
    """Executes one UPDATE as an admin, who rolls back, and then on one's own row."""
    statement: Update = update(Document).where(Document.id == key("a100")).values(content="changed")
    async with given.open(ADMIN_D) as admin:
        await admin.execute(statement)
        await admin.rollback()
    await given.session.execute(statement)
