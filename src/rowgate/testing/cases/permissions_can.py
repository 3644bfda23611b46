"""Permissions that follow others: `can()` in policies, and as a term of queries."""

from typing import Any

from sqlalchemy import case, delete, exists, func, insert, select, true, update
from sqlalchemy.orm import Session, aliased, joinedload

from rowgate.permission import can
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import HIDDEN, OWN, SEEN, TALKED_OF
from rowgate.testing.cases.inheritance_writes import change
from rowgate.testing.cases.relationships_loaders import loaded
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_kinds import Article, Asset, Attachment, Part
from rowgate.testing.world_models import Comment, Document
from rowgate.testing.world_rows import FREE_C, C, key

permissions = Family("permissions")


def is_plain(given: Given) -> bool:
    """Return whether this run has a plain session, which knows neither lifts nor `can()`."""
    return type(given.session.sync_session) is Session


async def asked(given: Given, statement: Any, by_hand: Any) -> Any:
    """Return the rows of a statement with `can()`; in a plain session, of one that says the same by hand."""
    return await rows(given, by_hand if is_plain(given) else statement)


@permissions.way_in(covers=["can"])
async def followers(given: Given) -> Any:
    """Selects rows whose policy follows a document's or an asset's, plain, counted and joined."""
    joined = select(Attachment.name, Document.title).outerjoin(Attachment.document)
    counted = await given.session.scalar(select(func.count()).select_from(Attachment))
    return await loaded(given, Attachment), await values(given, select(Part.text)), await rows(given, joined), counted


@permissions.way_in(covers=["can"])
async def gets_followers(given: Given) -> Any:
    """Gets rows that follow hidden ones, with the parent that they follow."""
    found = [await given.session.get(Attachment, n) for n in range(1, 19)]
    return found, await given.session.get(Part, 5, options=[joinedload(Part.asset)])


@permissions.way_in(covers=["can"])
async def followers_of_one(given: Given) -> Any:
    """Asks for the followers of a hidden row, by its key and by EXISTS."""
    of_hidden = select(Attachment.name).where(Attachment.document_id == HIDDEN)
    owners = select(Document.title).where(exists().where(Attachment.document_id == Document.id))
    return await values(given, of_hidden), await values(given, owners)


@permissions.way_in(covers=["visit_rowgate_can"])
async def says_what_may_be_done(given: Given) -> Any:
    """Asks of every document what may be done to it."""
    mine = Document.owner_id == given.who.id
    mine_to_change = true() if "admin" in given.who.roles else mine
    told = [can(action, Document) for action in ("read", "update", "delete")]
    return await asked(given, select(Document.title, *told), select(Document.title, true(), mine_to_change, mine))


@permissions.way_in(covers=["visit_rowgate_can"])
async def says_it_of_a_parent(given: Given) -> Any:
    """Asks of every comment whether its document may be read: it need not."""
    there = exists().where(Document.id == Comment.document_id)
    return await asked(
        given, select(Comment.body, can("read", Comment.document)), select(Comment.body, there.label("read"))
    )


@permissions.way_in(covers=["visit_rowgate_can"])
async def filters_by_it(given: Given) -> Any:
    """Filters, sorts and counts by it, under an alias and in a sub-query."""
    other = aliased(Document)
    mine = other.owner_id == given.who.id
    changes = true() if "admin" in given.who.roles else mine
    filtered = select(other.title, case((can("update", other), "mine"), else_="theirs")).where(~can("delete", other))
    by_hand = select(other.title, case((changes, "mine"), else_="theirs")).where(~mine)
    counted = select(func.count().filter(can("update", Document)))
    by_owner = true() if "admin" in given.who.roles else Document.owner_id == given.who.id
    counted_by_hand = select(func.count().filter(by_owner)).select_from(Document)
    return await asked(given, filtered, by_hand), await asked(given, counted, counted_by_hand)


@permissions.way_in(covers=["visit_rowgate_can"])
async def asks_for_another(given: Given) -> Any:
    """Asks what somebody else may read: of the rows that oneself reads."""
    told = Document.title.in_(
        ["doc-a000-title", "doc-a100-title", "doc-c000-title", "doc-c110-title", "doc-e100-title"]
    )
    return await asked(
        given,
        select(Document.title, can("read", Document, principal=FREE_C)),
        select(Document.title, told),
    )


@permissions.write_in(covers=["can"])
async def changes_a_follower(given: Given) -> Any:
    """Changes what follows a document that may only be read."""
    found = (await given.session.scalars(select(Attachment).where(Attachment.document_id == SEEN))).first()
    if found is not None:
        found.name = "taken"


@permissions.write_in(covers=["can", "Update"])
async def changes_followers_in_bulk(given: Given) -> Any:
    """Updates all followers of both kinds."""
    await given.session.execute(update(Attachment).values(name="taken"))
    await given.session.execute(update(Part).values(text="taken"))


@permissions.write_in(covers=["can"])
async def changes_followers_by_key(given: Given) -> Any:
    """Updates followers by their keys, one of one's own among them."""
    changed = [{"id": n, "text": "taken"} for n in (1, 7, 8)]
    await given.session.execute(update(Part), changed)


@permissions.write_in(covers=["can", "Insert"])
async def creates_a_follower(given: Given) -> Any:
    """Creates a follower of a document that may only be read."""
    given.session.add(Attachment(document_id=SEEN, name="new"))


@permissions.write_in(covers=["can", "Insert"])
async def creates_followers_in_bulk(given: Given) -> Any:
    """Creates followers in bulk, one of them of a hidden row."""
    await given.session.execute(insert(Part), [{"asset_id": 1, "text": "mine"}, {"asset_id": 13, "text": "theirs"}])


@permissions.write_in(covers=["can", "Insert.from_select"])
async def creates_followers_by_select(given: Given) -> Any:
    """Creates a follower of every asset that may be read."""
    await given.session.execute(insert(Part).from_select(["asset_id", "text"], select(Asset.id, Asset.name)))


@permissions.write_in(covers=["can", "Delete"])
async def deletes_followers(given: Given) -> Any:
    """Deletes followers: all in bulk."""
    await given.session.execute(delete(Attachment))


@permissions.write_in(covers=["can", "Session.delete"])
async def deletes_a_follower(given: Given) -> Any:
    """Deletes a follower of what may only be read, by the unit of work."""
    part = await given.session.get(Part, 7)
    if part is not None:
        await given.session.delete(part)


@permissions.write_in(covers=["can"])
async def lets_it_follow_another(given: Given) -> Any:
    """Lets one's own follower follow what may only be read."""
    await change(given, Part, 1, asset_id=7)


@permissions.write_in(covers=["can"])
async def takes_a_follower(given: Given) -> Any:
    """Lets somebody's follower follow one's own row."""
    await given.session.execute(update(Part).where(Part.id == 13).values(asset_id=1))


@permissions.write_in(covers=["can"])
async def new_parent_of_another(given: Given) -> Any:
    """Creates a document of somebody else's together with a follower."""
    given.session.add(Attachment(name="new", document=Document(title="new", owner_id=C)))


@permissions.write_in(covers=["can"])
async def gives_away_and_changes(given: Given) -> Any:
    """Gives a document away and changes its follower in the same transaction."""
    await given.session.execute(update(Document).where(Document.id == TALKED_OF).values(owner_id=C))
    await given.session.execute(update(Attachment).where(Attachment.document_id == TALKED_OF).values(name="taken"))


@permissions.reading(covers=["can"])
async def followers_of_the_seen(given: Given) -> Any:
    """Reads all followers of what may be read."""
    found = await loaded(given, Part, joinedload(Part.asset))
    return await loaded(given, Attachment), [(part.text, part.asset.name) for part in found]


@permissions.reading(covers=["visit_rowgate_can"])
async def told_of_the_seen(given: Given) -> Any:
    """Asks what may be done to what may be read, and to what follows it; and to what one edits in part."""
    of_parts = select(Part.text, can("update", Part), can("delete", Part.asset))
    mine = select(Part.text, Asset.owner_id == given.who.id, Asset.owner_id == given.who.id).join(Part.asset)
    of_articles = select(Article.title, can("update", Article), can("delete", Article))
    by_hand = select(Article.title, true(), Article.owner_id == given.who.id)
    return await asked(given, of_parts, mine), await asked(given, of_articles, by_hand)


@permissions.writing(covers=["can"])
async def writes_its_followers(given: Given) -> Any:
    """Creates, changes, moves and deletes followers of one's own."""
    given.session.add_all([Attachment(document_id=OWN, name="new"), Part(asset_id=1, text="new")])
    await change(given, Part, 2, text="changed", asset_id=1)
    await given.session.delete(await given.session.get_one(Part, 3))
    mine = select(Document.id).where(Document.owner_id == given.who.id, Document.is_deleted.is_(False))
    await given.session.execute(update(Attachment).where(Attachment.document_id.in_(mine)).values(name="in bulk"))


@permissions.writing(covers=["can"])
async def new_parent_and_follower(given: Given) -> Any:
    """Creates a document of one's own together with its followers."""
    made = Document(title="new parent", owner_id=given.who.id)
    given.session.add_all([Attachment(name="one", document=made), Attachment(name="two", document=made)])
    await given.session.flush()
    later = (await given.session.scalars(select(Attachment).where(Attachment.document_id == key("a110")))).one()
    later.document = made
