"""Oracles: errors, row counts, keys that are taken, and plans."""

from typing import Any

from sqlalchemy import (
    Integer,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows
from rowgate.testing.world_models import Comment, Document, Folder, Measurement, Posting, Scratch, User, Vault
from rowgate.testing.world_rows import A, B, key

oracles = Family("oracles")
title = Document.title
HASHED = User.hashed_password
BETWEEN = "SELECT title FROM documents WHERE title > 'doc-b'"


@oracles.way_in(only="postgresql", covers=["barrier", "truediv_binary"])
async def division_by_hidden(given: Given) -> Any:
    """Divides by zero on a hidden row behind a barrier."""
    return await _fails(given, select(Vault.id).where(1 / (Vault.id - 3) > -5))


@oracles.way_in(only="postgresql", covers=["barrier", "visit_cast"])
async def cast_of_hidden(given: Given) -> Any:
    """Casts a hidden code behind a barrier, which fails."""
    number = case((Vault.id == 3, cast(Vault.code, Integer)), else_=0)
    return await _fails(given, select(Vault.id).where(number == 0))


@oracles.way_in(only="postgresql", covers=["barrier"])
async def overflow_of_hidden(given: Given) -> Any:
    """Overflows on hidden rows behind a barrier: in a join, an aggregate and an order."""
    other = aliased(Vault)
    huge = case((Vault.id > 5, Vault.id * 2147483647), else_=0)
    found = [
        select(Folder.name).join(Vault, or_(huge > 0, Vault.id == Folder.id)),
        select(func.count()).where(huge >= 0), select(other.id).join(Vault, huge < other.id).order_by(other.id),
    ]  # fmt: skip
    return [await _fails(given, each) for each in found]


@oracles.way_in(only="postgresql", covers=["visit_cast"])
async def text_of_an_error(given: Given) -> Any:
    """Casts a hidden title and reads the error for it."""
    number = case((Document.id == given.model.hidden, cast(title, Integer)), else_=0)
    told = []
    try:
        async with given.session.begin_nested():
            await given.session.execute(select(func.max(number)))
    except DBAPIError as error:
        told = [word for word in ("doc-b000-title", "b000") if word in f"{error} {error.orig!r} {error.__cause__!r}"]
    return told


async def _fails(given: Given, statement: Any) -> bool:
    """Return whether the database raises an error; leave nothing of it, and go on."""
    try:
        async with given.session.begin_nested() as savepoint:
            await given.session.execute(statement)
            await savepoint.rollback()
    except DBAPIError:
        return True
    return False


@oracles.way_in(covers=["CursorResult.rowcount"])
async def rows_an_update_met(given: Given) -> Any:
    """Counts hidden rows by an UPDATE that changes nothing."""
    same = update(Posting).where(Posting.owner_id == B).values(text=Posting.text)
    return (await given.session.execute(same.execution_options(synchronize_session=False))).rowcount


@oracles.way_in(covers=["CursorResult.rowcount"])
async def rows_a_delete_met(given: Given) -> Any:
    """Counts hidden rows by a DELETE that is rolled back."""
    async with given.session.begin_nested() as savepoint:
        gone = delete(Measurement).where(Measurement.value > 6800040)
        found = (await given.session.execute(gone.execution_options(synchronize_session=False))).rowcount
        await savepoint.rollback()
    return found


@oracles.way_in(covers=["CursorResult.rowcount", "CursorResult.inserted_primary_key"])
async def rows_an_insert_copied(given: Given) -> Any:
    """Counts hidden rows by copying them to an open table."""
    copied = insert(Scratch).from_select(["id", "text"], select(Document.pages, title))
    async with given.session.begin_nested() as savepoint:
        await given.session.execute(copied)
        found = await given.session.scalar(select(func.count()).select_from(Scratch))
        await savepoint.rollback()
    return found


@oracles.way_in(covers=["Update.where"])
async def own_row_changed_if_hidden(given: Given) -> Any:
    """Changes a row of an open table where something hidden is there, and looks."""
    hidden = select(Document.id).where(Document.content == "doc-b000-content").exists()
    async with given.session.begin_nested() as savepoint:
        change = update(Scratch).where(hidden).values(text="it is there")
        await given.session.execute(change.execution_options(synchronize_session=False))
        found = await given.session.scalar(select(Scratch.text))
        await savepoint.rollback()
    return found


@oracles.way_in(discloses="the key exists: a UNIQUE constraint tells it, docs/limits.md", covers=["UniqueConstraint"])
async def taken_key(given: Given) -> Any:
    """Inserts a document with the key of a hidden one."""
    return await _fails(given, insert(Document).values(id=given.model.hidden, title="mine", owner_id=A))


@oracles.way_in(
    discloses="the title is taken: a UNIQUE constraint tells it, docs/limits.md", covers=["UniqueConstraint"]
)
async def taken_title(given: Given) -> Any:
    """Inserts a document with the title of a hidden one, and quotes the error."""
    try:
        async with given.session.begin_nested() as savepoint:
            await given.session.execute(insert(Document).values(title="doc-b000-title", owner_id=A))
            await savepoint.rollback()
    except DBAPIError as error:
        return str(error.orig), repr(error.orig)
    return None


@oracles.way_in(
    only="postgresql", discloses="the key exists: a FOREIGN KEY tells it, docs/limits.md", covers=["ForeignKey"]
)
async def referenced_key(given: Given) -> Any:
    """Refers to a hidden row, and to one that is not there."""
    keys = (given.model.hidden, key("none"))
    found = [insert(Comment).values(id=80, document_id=one, author_id=A, body="x") for one in keys]
    return [await _fails(given, each) for each in found]


@oracles.way_in(covers=["EXPLAIN"])
async def explained(given: Given) -> Any:
    """Has the database explain how many rows it would read."""
    word = "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF)" if given.dialect == "postgresql" else "EXPLAIN"
    return await rows(given, text(f"{word} {BETWEEN}"))


@oracles.way_in(covers=["Select.with_hint"])
async def explained_by_prefix(given: Given) -> Any:
    """Has a statement explained by a prefix."""
    return await rows(given, select(title).prefix_with("count(*) OVER (),"))
