"""Upserts: the row that stands in the way is one that its principal may not read, or not change."""

from typing import Any

from sqlalchemy import case, func, literal, select

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import upsert, wrote
from rowgate.testing.world_kinds import Article
from rowgate.testing.world_models import Comment, Document, Note, Posting, Project, User
from rowgate.testing.world_rows import A, B, key

writes = Family("writes")


def _notes(*keys: int, body: str = "changed") -> list[dict[str, Any]]:
    return [{"id": n, "kind": "note", "owner_id": A, "body": body} for n in keys]


def _over(given: Given, rows: Any, **changed: Any) -> Any:
    """Return an upsert of notes by key."""
    return upsert(given, Note).values(rows).on_conflict_do_update(index_elements=[Note.id], set_=changed)


@writes.write_in(covers=["visit_on_conflict_do_update"])
async def upsert_over_hidden(given: Given) -> Any:
    """Meets a hidden row by key, and changes it."""
    await wrote(given, _over(given, _notes(4), body="changed"))


@writes.write_in()
async def upsert_over_seen(given: Given) -> Any:
    """Meets a row that it may only read, and changes it."""
    row = {"id": 12, "document_id": key("a100"), "author_id": given.who.id, "body": "changed"}
    statement = upsert(given, Comment).values(**row)
    await wrote(given, statement.on_conflict_do_update(index_elements=["id"], set_={"body": statement.excluded.body}))


@writes.write_in(covers=["excluded"])
async def upsert_takes_over(given: Given) -> Any:
    """Makes itself the owner of a row that stands in the way."""
    statement = upsert(given, Note).values(_notes(4))
    changed = {"owner_id": statement.excluded.owner_id, "body": statement.excluded.body}
    await wrote(given, statement.on_conflict_do_update(index_elements=[Note.id], set_=changed))


@writes.write_in()
async def upsert_gives_away(given: Given) -> Any:
    """Meets its own row, and gives it away."""
    await wrote(given, _over(given, _notes(1), owner_id=B))


@writes.write_in()
async def upsert_gives_away_by_sub_select(given: Given) -> Any:
    """Meets its own row, and gives it to whom a sub-select finds."""
    other = select(User.id).where(User.name == "user-b-name").scalar_subquery()
    await wrote(given, _over(given, _notes(1), owner_id=other))


@writes.write_in()
async def upsert_new_for_another(given: Given) -> Any:
    """Meets nothing: the new row is somebody else's."""
    await wrote(given, _over(given, [{**_notes(9001)[0], "owner_id": B}], body="changed"))


@writes.write_in(covers=["multi-VALUES"])
async def upsert_two(given: Given) -> Any:
    """Meets its own row and a hidden one, in one VALUES."""
    await wrote(given, _over(given, _notes(1, 4), body="changed"))


@writes.write_in(covers=["executemany"])
async def upsert_many(given: Given) -> Any:
    """Meets rows in an executemany: the last is hidden."""
    statement = upsert(given, Note)
    statement = statement.on_conflict_do_update(index_elements=[Note.id], set_={"body": statement.excluded.body})
    await given.session.execute(statement, _notes(1, 2, 9001, 4))


@writes.write_in(covers=["insertmanyvalues"])
async def upsert_a_hundred_returning(given: Given) -> Any:
    """Inserts 99 rows and meets a hidden one, and has all keys returned."""
    statement = upsert(given, Note)
    statement = statement.on_conflict_do_update(index_elements=[Note.id], set_={"body": statement.excluded.body})
    await wrote(given, statement.returning(Note.id, Note.body), _notes(*range(9001, 9100), 4))


@writes.write_in(covers=["Insert.from_select"])
async def upsert_from_select(given: Given) -> Any:
    """Meets rows that a select gives."""
    rows = select(Note.id + 3, literal("note"), Note.owner_id, literal("changed")).where(Note.owner_id == A)
    statement = upsert(given, Note).from_select(["id", "kind", "owner_id", "body"], rows, include_defaults=False)
    if given.dialect == "sqlite":  # its parser takes ON for a join's: https://www.sqlite.org/lang_upsert.html
        statement = upsert(given, Note).from_select(["id", "kind", "owner_id", "body"], rows.where(literal(1) == 1))
    await wrote(given, statement.on_conflict_do_update(index_elements=[Note.id], set_={"body": "changed"}))


@writes.write_in()
async def upsert_by_unique(given: Given) -> Any:
    """Meets a hidden row by a unique title, and changes it."""
    row = {"title": "doc-b000-title", "owner_id": given.who.id}
    statement = upsert(given, Document).values(**row)
    await wrote(given, statement.on_conflict_do_update(index_elements=[Document.title], set_={"content": "changed"}))


@writes.write_in(only="postgresql")
async def upsert_by_constraint(given: Given) -> Any:
    """Meets somebody else by a constraint's name, and renames her."""
    statement = upsert(given, User).values(name="user-b-name")
    await wrote(given, statement.on_conflict_do_update(constraint="users_name_key", set_={"name": "changed"}))


@writes.write_in()
async def upsert_where(given: Given) -> Any:
    """Meets a hidden row, with a WHERE of its own that lets it pass."""
    statement = upsert(given, Note).values(_notes(4))
    changed = {"body": "changed"}
    statement = statement.on_conflict_do_update(index_elements=[Note.id], set_=changed, where=Note.owner_id != A)
    await wrote(given, statement)


@writes.write_in()
async def upsert_another_tenant(given: Given) -> Any:
    """Meets another tenant's row, and brings it into its own."""
    statement = upsert(given, Project).values(id=3, tenant_id=1, name="x")
    changed = {"tenant_id": statement.excluded.tenant_id}
    await wrote(given, statement.on_conflict_do_update(index_elements=["id"], set_=changed))


@writes.write_in(covers=["columns="])
async def upsert_a_column_that_is_not_its_own(given: Given) -> Any:
    """Meets an article that it edits, and changes what no editor may."""
    row = {"id": 2, "owner_id": A, "title": "x", "status": "y"}
    statement = upsert(given, Article).values(**row)
    await wrote(given, statement.on_conflict_do_update(index_elements=["id"], set_={"title": "x", "status": "y"}))


@writes.write_in()
async def upsert_renamed_columns(given: Given) -> Any:
    """Meets a hidden row whose columns have other names than its attributes."""
    table: Any = Posting.__table__
    statement = upsert(given, table).values({"id": 3, "owner": A, "amount_cents": 1, "select": "x"})
    changed = {"amount_cents": statement.excluded.amount_cents, "select": "changed"}
    await wrote(given, statement.on_conflict_do_update(index_elements=[table.c.id], set_=changed))


@writes.way_in()
async def upsert_returns_hidden(given: Given) -> Any:
    """Meets its own row, and returns a hidden title in its place."""
    hidden = select(Document.title).where(Document.id == key("b000")).scalar_subquery()
    return await wrote(given, _over(given, _notes(1), body=func.coalesce(hidden, "nothing")).returning(Note.body))


@writes.way_in()
async def upsert_asks_where(given: Given) -> Any:
    """Meets its own row, and changes it if a hidden document is there."""
    statement = upsert(given, Note).values(_notes(1))
    found = select(func.count(Document.id)).where(Document.owner_id == B).scalar_subquery() > 4
    statement = statement.on_conflict_do_update(index_elements=[Note.id], set_={"body": "yes"}, where=found)
    return await wrote(given, statement.returning(Note.body))


@writes.way_in()
async def upsert_sets_by_case(given: Given) -> Any:
    """Meets its own row, and sets it by what a hidden row holds."""
    pages = select(func.max(Document.pages)).where(Document.owner_id == B).scalar_subquery()
    told = case((pages > 1710500, "long"), else_="short")
    return await wrote(given, _over(given, _notes(1), body=told).returning(Note.body))


@writes.way_in(covers=["visit_on_conflict_do_nothing"], discloses="a key's existence, by UNIQUE")
async def upsert_does_nothing(given: Given) -> Any:
    """Asks by DO NOTHING whether a key is there."""
    statement = upsert(given, Note).values(_notes(4)).on_conflict_do_nothing()
    return await wrote(given, statement.returning(Note.id))


@writes.way_in(covers=["visit_on_conflict_do_nothing"], discloses="a key's existence, by UNIQUE")
async def upsert_does_nothing_for_many(given: Given) -> Any:
    """Asks by DO NOTHING which of many keys are there."""
    statement = upsert(given, Note).on_conflict_do_nothing(index_elements=[Note.id])
    return await wrote(given, statement.returning(Note.id), _notes(*range(1, 12)))
