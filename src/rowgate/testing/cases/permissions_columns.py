"""Permissions on columns: whom `columns=` lets change some may change no others, however it is written."""

from typing import Any

from sqlalchemy import case, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.inheritance_writes import change
from rowgate.testing.cases.relationships_loaders import loaded
from rowgate.testing.cases.shortcuts import values
from rowgate.testing.world_kinds import Article, Card, Ticket
from rowgate.testing.world_rows import B

permissions = Family("permissions")
EDITED, ALSO_EDITED, OWN, ARCHIVED, HIDDEN = 2, 4, 1, 7, 6
"""Articles that one may edit, one's own, one's own that is archived, and a hidden one."""
articles: Any = Article.__table__


@permissions.way_in(covers=["columns="])
async def reads_articles(given: Given) -> Any:
    """Selects articles: as owner and as editor, but none that is archived."""
    return await loaded(given, Article), await given.session.get(Article, HIDDEN)


@permissions.write_in(covers=["columns="])
async def edits_what_it_may_not(given: Given) -> Any:
    """Changes a column that an editor may not change, with one that she may."""
    await change(given, Article, EDITED, title="edited", status="taken")


@permissions.write_in(covers=["columns=", "Update"])
async def edits_in_bulk(given: Given) -> Any:
    """Updates that column of all articles."""
    await given.session.execute(update(Article).values(status="taken"))


@permissions.write_in(covers=["columns=", "bulk update by primary key"])
async def edits_by_key(given: Given) -> Any:
    """Updates it by keys, one's own row among them."""
    changed = [{"id": n, "title": "edited", "status": "taken"} for n in (OWN, EDITED)]
    await given.session.execute(update(Article), changed)


@permissions.write_in(covers=["columns=", "Session.bulk_update_mappings"])
async def edits_by_mappings(given: Given) -> Any:
    """Updates it by mappings, each row other columns."""
    changed = [{"id": EDITED, "status": "taken"}, {"id": ALSO_EDITED, "title": "edited"}]
    await given.session.run_sync(lambda s: s.bulk_update_mappings(Article, changed))


@permissions.write_in(covers=["columns="])
async def becomes_the_owner(given: Given) -> Any:
    """Makes oneself the owner of what one edits."""
    await change(given, Article, EDITED, owner_id=given.who.id)


@permissions.write_in(covers=["columns="])
async def appoints_an_editor(given: Given) -> Any:
    """Makes somebody else the editor."""
    await given.session.execute(update(articles).where(articles.c.id == EDITED).values(editor_id=B, title="edited"))


@permissions.write_in(covers=["columns=", "visit_tuple"])
async def sets_by_other_words(given: Given) -> Any:
    """Sets the column by ordered values, by an expression of other columns and by a CASE."""
    here = update(articles).where(articles.c.id == EDITED)
    await given.session.execute(
        here.ordered_values((articles.c.title, "edited"), (articles.c.status, articles.c.title))
    )
    changed = case((articles.c.id == EDITED, "taken"), else_=articles.c.status)
    await given.session.execute(update(articles).values(status=changed))


@permissions.write_in(covers=["columns=", "visit_tuple"], only="postgresql")
async def sets_by_a_tuple(given: Given) -> Any:
    """Sets two columns by a tuple from a sub-select."""
    source = select(articles.c.title, articles.c.title).where(articles.c.id == OWN).scalar_subquery()
    here = update(articles).where(articles.c.id == EDITED)
    await given.session.execute(here.values({tuple_(articles.c.title, articles.c.status): source}))


@permissions.write_in(covers=["columns=", "on_conflict_do_update"])
async def edits_by_upsert(given: Given) -> Any:
    """Upserts it."""
    insert_: Any = postgresql.insert if given.dialect == "postgresql" else sqlite.insert
    row = {"id": EDITED, "owner_id": given.who.id, "title": "t", "text": "t", "status": "taken", "is_archived": False}
    made = insert_(articles).values(row)
    await given.session.execute(
        made.on_conflict_do_update(index_elements=["id"], set_={"status": made.excluded.status})
    )


@permissions.write_in(covers=["columns=", "Session.merge"])
async def edits_by_merge(given: Given) -> Any:
    """Merges it."""
    await given.session.merge(Article(id=ALSO_EDITED, status="taken"))


@permissions.write_in(covers=["columns=", "Update.returning"])
async def edits_returning(given: Given) -> Any:
    """Updates it and returns what was."""
    statement = update(Article).where(Article.id == EDITED).values(status="taken").returning(Article.status)
    return (await given.session.scalars(statement)).all()


@permissions.write_in(covers=["columns="])
async def changes_the_key(given: Given) -> Any:
    """Changes the primary key of what one edits."""
    await given.session.execute(update(articles).where(articles.c.id == EDITED).values(id=777))


@permissions.write_in(covers=["columns=", "Delete"])
async def deletes_what_it_edits(given: Given) -> Any:
    """Deletes what one only edits."""
    await given.session.execute(delete(Article).where(Article.editor_id == given.who.id))


@permissions.write_in(covers=["columns=", "Insert"])
async def creates_to_edit(given: Given) -> Any:
    """Creates an article of somebody else's, with oneself as its editor."""
    row = {"owner_id": B, "editor_id": given.who.id, "title": "new", "status": "new"}
    await given.session.execute(insert(Article).values(row))


@permissions.write_in()
async def unarchives(given: Given) -> Any:
    """Takes one's own article out of the archive without a lift."""
    await given.session.execute(update(Article).where(Article.id == ARCHIVED).values(is_archived=False))


@permissions.write_in(covers=["MappedAsDataclass", "server_default"])
async def writes_other_models(given: Given) -> Any:
    """Writes somebody's rows of a dataclass, and of a table whose keys the server makes."""
    await change(given, Card, 3, text="taken")
    await given.session.execute(update(Ticket).where(Ticket.owner_id == B).values(text="taken"))
    given.session.add_all([Card(owner_id=B, text="new"), Ticket(owner_id=B, text="new")])


@permissions.way_in(covers=["MappedAsDataclass", "server_default"])
async def reads_other_models(given: Given) -> Any:
    """Reads dataclasses, and rows whose keys the server makes."""
    return await loaded(given, Card), await values(given, select(Ticket.text)), await given.session.get(Card, 4)


@permissions.reading(covers=["MappedAsDataclass", "server_default"])
async def other_models_of_the_seen(given: Given) -> Any:
    """Reads articles, dataclasses and rows with keys of the server: all that may be read."""
    ticket = (await loaded(given, Ticket))[0]
    return (
        await loaded(given, Article),
        await loaded(given, Card),
        await given.session.get_one(Ticket, ticket.id) is ticket,
    )


@permissions.writing(covers=["columns="])
async def edits_what_it_may(given: Given) -> Any:
    """Changes what an editor may change, and all of one's own; a value that stays needs no right."""
    await change(given, Article, EDITED, title="edited", text="edited")
    await change(given, Article, OWN, title="mine", status="mine", editor_id=B)
    same = update(articles).where(articles.c.id == ALSO_EDITED)
    await given.session.execute(same.values(text="edited", status="article-4-status"))


@permissions.writing(covers=["columns=", "bulk update by primary key"])
async def edits_much_that_it_may(given: Given) -> Any:
    """Changes it in bulk, by key and by criteria; and one's own status by the same statement."""
    await given.session.execute(update(Article), [{"id": n, "text": "by key"} for n in (OWN, EDITED, ALSO_EDITED)])
    edited = Article.editor_id == given.who.id, Article.is_archived.is_(False)
    await given.session.execute(update(Article).where(*edited).values(title=Article.title + "!"))
    await given.session.execute(update(Article).where(Article.id.in_([OWN, 5])).values(status="mine"))


@permissions.writing(covers=["columns=", "on_conflict_do_update"])
async def upserts_what_it_may(given: Given) -> Any:
    """Upserts a text of one's own, and creates what was not there."""
    insert_: Any = postgresql.insert if given.dialect == "postgresql" else sqlite.insert
    row = {"owner_id": given.who.id, "title": "t", "text": "upserted", "status": "t", "is_archived": False}
    made = insert_(articles).values([{"id": OWN, **row}, {"id": 778, **row}])
    await given.session.execute(made.on_conflict_do_update(index_elements=["id"], set_={"text": made.excluded.text}))


@permissions.writing(covers=["MappedAsDataclass", "server_default"])
async def writes_its_other_models(given: Given) -> Any:
    """Writes dataclasses and rows whose keys the server makes, of one's own, one by one and in bulk."""
    me = given.who.id
    given.session.add_all([Card(owner_id=me, text=f"new {n}") for n in range(3)])
    given.session.add_all([Ticket(owner_id=me, text=f"new {n}") for n in range(3)])
    await given.session.flush()
    await change(given, Card, 1, text="changed")
    await given.session.execute(insert(Ticket), [{"owner_id": me, "text": "one"}, {"owner_id": me, "text": "two"}])
    await given.session.execute(update(Ticket).where(Ticket.text == "ticket-1-text").values(text="changed"))
