"""The identity map: get, refresh, expire, deferred columns, populate_existing; what it holds and gives back."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import attributes, defer, load_only, selectinload, undefer

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Comment, Document, Draft, Measurement, User
from rowgate.testing.world_rows import key

identity_map = Family("identity_map")
HIDDEN, SEEN, OWN, TALKED_OF = key("b000"), key("b100"), key("a100"), key("a000")
"""A document that is hidden, one that is read, one's own, and one's own on which somebody has a hidden comment."""
COUNTED: Any = Document
"""The same class: its `comment_count` was set after it was made, so no type checker knows it."""


@identity_map.way_in(portable=True, covers=["Session.get", "AsyncSession.get"])
async def gets_hidden(given: Given) -> Any:
    """Gets a hidden row by its key."""
    return await given.session.get(given.model.entity, given.model.hidden)


@identity_map.way_in(portable=True, covers=["Session.get_one", "AsyncSession.get_one"])
async def gets_one_hidden(given: Given) -> Any:
    """Gets a hidden row that must be there."""
    return await given.session.get_one(given.model.entity, given.model.hidden)


@identity_map.way_in()
async def gets_by_composite_key(given: Given) -> Any:
    """Gets hidden rows by a composite key, as a tuple and as a dict."""
    by_tuple = await given.session.get(Measurement, ("station-b", 3))
    return by_tuple, await given.session.get(Measurement, {"station": "station-c", "number": 4})


@identity_map.way_in(portable=True)
async def gets_populating(given: Given) -> Any:
    """Gets a hidden row with populate_existing, as an argument and as an execution option."""
    entity, hidden = given.model.entity, given.model.hidden
    one = await given.session.get(entity, hidden, populate_existing=True)
    return one, await given.session.get(entity, hidden, execution_options={"populate_existing": True})


@identity_map.way_in(portable=True)
async def gets_by_identity_token(given: Given) -> Any:
    """Gets a hidden row under an identity token, which nothing is in memory under."""
    return await given.session.get(given.model.entity, given.model.hidden, identity_token="shard")  # noqa: S106


@identity_map.way_in(portable=True, covers=["with_for_update"])
async def gets_for_update(given: Given) -> Any:
    """Gets a hidden row and locks it."""
    return await given.session.get(given.model.entity, given.model.hidden, with_for_update=True)


@identity_map.way_in()
async def gets_with_children(given: Given) -> Any:
    """Gets one's own document with its comments, one of which is hidden."""
    return await given.session.get(Document, TALKED_OF, options=[selectinload(Document.comments)])


@identity_map.way_in(portable=True, covers=["Query.get"])
async def legacy_get(given: Given) -> Any:
    """Gets a hidden row by the legacy Query."""
    return await given.session.run_sync(lambda s: s.query(given.model.entity).get(given.model.hidden))


@identity_map.way_in(covers=["Select.where"])
async def gets_many_by_key(given: Given) -> Any:
    """Asks for many rows by their keys, most of them hidden."""
    keys = [key(name) for name in ("b000", "b001", "c000", "a100")]
    return (await given.session.scalars(select(Document).where(Document.id.in_(keys)))).all()


@identity_map.way_in(covers=["Session.refresh", "AsyncSession.refresh"])
async def refreshes_a_collection(given: Given) -> Any:
    """Refreshes the comments of one's own document."""
    document = await given.session.get(Document, TALKED_OF)
    if document is not None:
        await given.session.refresh(document, ["comments"])
    return document


@identity_map.way_in(covers=["Session.expire", "AsyncSession.expire"])
async def expires_a_collection(given: Given) -> Any:
    """Expires loaded comments and reads them again."""
    document = await given.session.get(Document, TALKED_OF, options=[selectinload(Document.comments)])
    if document is None:
        return None
    given.session.expire(document, ["comments"])
    return await document.awaitable_attrs.comments


@identity_map.way_in(covers=["Session.expire_all", "AsyncSession.expire_all"])
async def expires_everything(given: Given) -> Any:
    """Expires everything that is in memory, and reads it again attribute by attribute."""

    def read(session: Any) -> Any:
        found = session.scalars(select(Document)).all()
        session.expire_all()
        return [
            (document.title, document.content, [comment.body for comment in document.comments]) for document in found
        ]

    return await given.session.run_sync(read)


@identity_map.way_in(covers=["deferred"])
async def deferred_count(given: Given) -> Any:
    """Loads a deferred column property that counts comments, the hidden one too."""
    document = await given.session.get(Document, TALKED_OF)
    return document and await document.awaitable_attrs.comment_count


@identity_map.way_in(covers=["undefer"])
async def undeferred_count(given: Given) -> Any:
    """Undefers that property in a statement."""
    found = await given.session.scalars(select(Document).options(undefer(COUNTED.comment_count)))
    return [(document.title, document.comment_count) for document in found]


@identity_map.way_in(portable=True)
async def deferred_then_read(given: Given) -> Any:
    """Defers a text, then reads it object by object."""
    text = getattr(given.model.entity, given.model.text)
    found = (await given.session.scalars(select(given.model.entity).options(defer(text)))).all()
    return await given.session.run_sync(lambda _session: [getattr(one, given.model.text) for one in found])


@identity_map.way_in(covers=["populate_existing"])
async def populates_existing(given: Given) -> Any:
    """Reads what is in memory again, over the loaded objects and their collections."""
    await given.session.get(Document, TALKED_OF)
    statement = select(Document).options(selectinload(Document.comments)).execution_options(populate_existing=True)
    return (await given.session.scalars(statement)).all()


@identity_map.way_in(covers=["Query.populate_existing"])
async def legacy_populates_existing(given: Given) -> Any:
    """Does so by the legacy Query."""

    def read(session: Any) -> Any:
        return session.query(Comment).populate_existing().filter(Comment.document_id == TALKED_OF).all()

    return await given.session.run_sync(read)


@identity_map.way_in(portable=True, covers=["Session.identity_map", "AsyncSession.identity_map"])
async def what_is_in_memory(given: Given) -> Any:
    """Looks into the identity map after a select of everything."""
    kept = (await given.session.scalars(select(given.model.entity))).all()
    found = [(identity[1], one) for identity, one in given.session.identity_map.items()]
    return len(kept), found


@identity_map.way_in(portable=True, covers=["Session.__contains__", "Session.__iter__"])
async def what_the_session_holds(given: Given) -> Any:
    """Counts and asks what the session holds."""
    kept = (await given.session.scalars(select(given.model.entity))).all()
    return [one in given.session for one in kept], len(list(given.session))


@identity_map.way_in(covers=["Session.identity_key", "AsyncSession.identity_key"])
async def finds_by_identity_key(given: Given) -> Any:
    """Looks a hidden row up in memory by its identity key, after a select of everything."""
    kept = (await given.session.scalars(select(Document))).all()
    identity = given.session.identity_key(Document, HIDDEN)
    return len(kept), given.session.identity_map.get(identity)


@identity_map.way_in()
async def reread_after_commit(given: Given) -> Any:
    """Reads a collection again after a commit that expired it."""
    async with given.open(given.who, expire_on_commit=True) as session:
        document = await session.get(Document, TALKED_OF, options=[selectinload(Document.comments)])
        await session.commit()
        return document and (await document.awaitable_attrs.title, await document.awaitable_attrs.comments)


@identity_map.way_in(covers=["Session.rollback", "AsyncSession.rollback"])
async def reread_after_rollback(given: Given) -> Any:
    """Reads a collection again after a rollback."""
    document = await given.session.get(Document, TALKED_OF, options=[selectinload(Document.comments)])
    await given.session.rollback()
    return document and await document.awaitable_attrs.comments


@identity_map.way_in()
async def tampered_key(given: Given) -> Any:
    """Gives an object in memory the identity of a hidden row, and loads what was deferred."""
    document = await given.session.get(Document, OWN, options=[defer(Document.content)])
    if document is None:
        return None
    inspect(document).key = given.session.identity_key(Document, HIDDEN)
    return await document.awaitable_attrs.content


@identity_map.way_in()
async def tampered_foreign_key(given: Given) -> Any:
    """Lets an object in memory point at a hidden row, and follows it."""
    comment = (await given.session.scalars(select(Comment).where(Comment.author_id == given.who.id))).first()
    if comment is None:
        return None
    attributes.set_committed_value(comment, "document_id", HIDDEN)
    return await comment.awaitable_attrs.document


@identity_map.way_in(covers=["mask"])
async def masks_on_refresh(given: Given) -> Any:
    """Refreshes masked columns, by name, expired and deferred."""
    user = (
        await given.session.scalars(select(User).options(load_only(User.name)).where(User.name == "user-b-name"))
    ).one()
    hashed = await user.awaitable_attrs.hashed_password
    await given.session.refresh(user, ["email", "hashed_password"])
    return hashed, user.email, user.hashed_password


@identity_map.reading(portable=True)
async def gets_what_is_seen(given: Given) -> Any:
    """Gets rows that may be read, twice, and is given one object."""
    readable = given.model.own if given.model.seen is None else given.model.seen  # a team's own may be all it reads
    seen = await given.session.get_one(given.model.entity, readable)
    return seen, seen is await given.session.get(given.model.entity, readable)


@identity_map.reading()
async def refreshes_its_own(given: Given) -> Any:
    """Refreshes, expires and reloads what may be read; a lock on one's own; deferred and undeferred columns."""
    document = await given.session.get_one(Document, OWN, with_for_update=True, options=[defer(Document.content)])
    first = await document.awaitable_attrs.content
    given.session.expire(document)
    await given.session.refresh(document, with_for_update={"nowait": True})
    seen = await given.session.get_one(Document, SEEN, options=[undefer(COUNTED.comment_count)])
    return first, document, seen.comment_count, seen


@identity_map.reading()
async def gets_by_every_key(given: Given) -> Any:
    """Gets by composite and integer keys what is one's own."""
    measured = await given.session.get(Measurement, {"station": "station-a", "number": 2})
    return measured, await given.session.get(Draft, 5), await given.session.get(User, given.who.id)


@identity_map.reading()
async def rereads_after_commit(given: Given) -> Any:
    """Reads on after a commit that expires, and after expire_all and populate_existing."""
    async with given.open(given.who, expire_on_commit=True) as session:
        document = await session.get_one(Document, SEEN)
        await session.commit()
        title = await document.awaitable_attrs.title
        session.expire_all()
        again = (await session.scalars(select(Document).execution_options(populate_existing=True))).all()
        return title, document, again
