"""The identity map: objects that come from elsewhere, to be read by: detached, hand-made, pickled, of other sessions."""

import pickle
from typing import Any

from sqlalchemy.orm import attributes, make_transient, make_transient_to_detached, selectinload

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import HIDDEN, OWN, SEEN, TALKED_OF
from rowgate.testing.world_models import Comment, Document, Draft, Folder, Measurement
from rowgate.testing.world_rows import FREE_C, key

identity_map = Family("identity_map")
BEHIND = 90
"""A hidden comment on one's own document."""


def stub(entity: Any, **values: Any) -> Any:
    """Return an object that claims to be a row."""
    made = entity(**values)
    make_transient_to_detached(made)
    return made


def smuggle(session: Any, made: Any) -> Any:
    """Put an object into the identity map by hand, past `add()`."""
    state = attributes.instance_state(made)
    session.identity_map.add(state)
    state.session_id = session.hash_key
    return made


@identity_map.way_in(portable=True, covers=["Session.add", "AsyncSession.add", "make_transient_to_detached"])
async def refreshes_hand_made(given: Given) -> Any:
    """Adds an object that claims to be a hidden row, and refreshes it."""
    made = stub(given.model.entity, **{given.model.key: given.model.hidden})
    given.session.add(made)
    await given.session.refresh(made)
    return made


@identity_map.way_in(covers=["Session.add_all", "AsyncSession.add_all"])
async def reads_hand_made(given: Given) -> Any:
    """Adds several such objects, and reads an attribute of each."""

    def read(session: Any) -> Any:
        made = [stub(Document, id=HIDDEN), stub(Document, id=key("c000"))]
        session.add_all(made)
        return [document.content for document in made]

    return await given.session.run_sync(read)


@identity_map.way_in()
async def smuggles_into_memory(given: Given) -> Any:
    """Puts such an object into the identity map by hand, and gets it."""

    def read(session: Any) -> Any:
        kept = smuggle(session, stub(Document, id=HIDDEN))
        found = session.get(Document, HIDDEN)
        return kept is found, found and found.content

    return await given.session.run_sync(read)


@identity_map.way_in()
async def smuggles_a_parent(given: Given) -> Any:
    """Puts a hidden parent into the identity map, and lets it load its children."""

    def read(session: Any) -> Any:
        kept = smuggle(session, stub(Document, id=HIDDEN, owner_id=given.who.id))
        return [comment.body for comment in kept.comments], [share.remark for share in kept.shares]

    return await given.session.run_sync(read)


@identity_map.way_in(portable=True, covers=["Session.merge", "AsyncSession.merge"])
async def merges_hidden(given: Given) -> Any:
    """Merges an object with the key of a hidden row, and reads what came."""
    merged = await given.session.merge(given.model.entity(**{given.model.key: given.model.hidden}))
    return getattr(merged, given.model.text), merged in given.session.new


@identity_map.way_in(covers=["Session.merge_all", "AsyncSession.merge_all"])
async def merges_many(given: Given) -> Any:
    """Merges several."""
    made = [Document(id=HIDDEN), Document(id=key("c110"))]
    if hasattr(given.session, "merge_all"):
        merged = await given.session.merge_all(made)
    else:  # SQLAlchemy 2.0 has none
        merged = [await given.session.merge(one) for one in made]
    return [(document.title, document.content) for document in merged]


@identity_map.way_in()
async def merges_without_loading(given: Given) -> Any:
    """Merges with load=False an object that claims to be a hidden row, and reads it."""

    def read(session: Any) -> Any:
        return session.merge(stub(Document, id=HIDDEN), load=False).content

    return await given.session.run_sync(read)


@identity_map.way_in()
async def merges_a_hidden_child(given: Given) -> Any:
    """Merges one's own document with a hidden comment in its collection: the cascade would load it."""

    def read(session: Any) -> Any:
        merged = session.merge(Document(id=TALKED_OF, comments=[Comment(id=BEHIND)]))
        return [comment.body for comment in merged.comments]

    return await given.session.run_sync(read)


@identity_map.way_in()
async def merges_with_options(given: Given) -> Any:
    """Merges one's own document with options that load its comments."""
    merged = await given.session.merge(Document(id=TALKED_OF), options=[selectinload(Document.comments)])
    return await merged.awaitable_attrs.comments


@identity_map.way_in()
async def merges_a_composite_key(given: Given) -> Any:
    """Merges rows with a composite key and with a version, which are hidden."""
    measured = await given.session.merge(Measurement(station="station-b", number=3))
    return measured.value, (await given.session.merge(Draft(id=3))).text


@identity_map.way_in()
async def merges_pickled(given: Given) -> Any:
    """Merges an object that was pickled with no more than its key."""
    made = pickle.loads(pickle.dumps(stub(Document, id=HIDDEN)))  # noqa: S301 - that is the point
    merged = await given.session.merge(made)
    return merged.content


@identity_map.way_in(covers=["Session.enable_relationship_loading"])
async def loads_for_transient(given: Given) -> Any:
    """Lets an object that is no row load what its foreign key points at."""

    def read(session: Any) -> Any:
        comment = Comment(document_id=HIDDEN)
        session.enable_relationship_loading(comment)
        return comment.document

    return await given.session.run_sync(read)


@identity_map.way_in()
async def loads_for_pending(given: Given) -> Any:
    """Refreshes the parent of a row that was flushed, in a tree."""

    def read(session: Any) -> Any:
        folder = Folder(id=500, name="mine", owner_id=given.who.id, parent_id=1)
        session.add(folder)
        session.flush()
        parent: Any = folder.parent
        return [child.name for child in parent.children]

    return await given.session.run_sync(read)


@identity_map.between()
async def adds_the_detached_of_another(given: Given) -> Any:
    """Adds an object that another principal's session loaded, and reads it anew."""
    async with given.open(FREE_C) as other:
        document = await other.get(Document, key("c000"))
        other.expunge(document)
    attributes.instance_state(document)._expire_attributes(document.__dict__, ["content"])
    given.session.add(document)
    await given.session.refresh(document, ["content"])
    return [(given.who, document.content)]


@identity_map.between()
async def adds_what_is_in_another_session(given: Given) -> Any:
    """Adds an object that another principal's session still holds."""
    async with given.open(FREE_C) as other:
        folder = await other.get(Folder, 4)
        attributes.instance_state(folder).session_id = None
        given.session.add(folder)
        await given.session.refresh(folder)
        return [(given.who, folder.name)]


@identity_map.write_in(portable=True)
async def writes_hand_made(given: Given) -> Any:
    """Changes a hidden row by an object that claims to be it."""
    made = stub(given.model.entity, **{given.model.key: given.model.hidden})
    given.session.add(made)
    setattr(made, given.model.text, "taken")


@identity_map.write_in(covers=["Session.delete", "AsyncSession.delete"])
async def deletes_hand_made(given: Given) -> Any:
    """Deletes a hidden row by an object that claims to be it."""
    await given.session.delete(stub(Comment, id=BEHIND))


@identity_map.write_in(covers=["Session.delete_all", "AsyncSession.delete_all"])
async def deletes_many_hand_made(given: Given) -> Any:
    """Deletes several such at once."""
    made = [stub(Comment, id=BEHIND), stub(Comment, id=7)]
    if hasattr(given.session, "delete_all"):
        done = given.session.delete_all(made)
        if done is not None:  # a sync session's is done already
            await done
    else:  # SQLAlchemy 2.0 has none
        for one in made:
            await given.session.delete(one)


@identity_map.write_in()
async def writes_smuggled(given: Given) -> Any:
    """Changes a hidden row by an object put into the identity map by hand."""

    def write(session: Any) -> None:
        smuggle(session, stub(Document, id=HIDDEN)).content = "taken"
        session.flush()

    await given.session.run_sync(write)


@identity_map.write_in(portable=True)
async def merges_over_hidden(given: Given) -> Any:
    """Merges new values over a hidden row."""
    await given.session.merge(given.model.entity(**{given.model.key: given.model.hidden, given.model.text: "taken"}))


@identity_map.write_in()
async def merges_over_seen(given: Given) -> Any:
    """Merges new values over a row that may only be read."""
    await given.session.merge(Document(id=SEEN, content="taken"))


@identity_map.write_in()
async def merges_over_without_loading(given: Given) -> Any:
    """Merges with load=False, then changes."""
    (await given.session.merge(stub(Document, id=HIDDEN), load=False)).content = "taken"


@identity_map.write_in()
async def merges_a_child_away(given: Given) -> Any:
    """Merges a hidden comment into one's own document: its text would be new."""
    comments = [Comment(id=1), Comment(id=BEHIND, body="mine", author_id=given.who.id)]
    await given.session.merge(Document(id=TALKED_OF, comments=comments))


@identity_map.write_in()
async def writes_by_tampered_key(given: Given) -> Any:
    """Changes an object of one's own whose identity is now that of a hidden row."""
    document = await given.session.get(Document, OWN)
    if document is not None:
        attributes.set_committed_value(document, "id", HIDDEN)
        document.content = "taken"


@identity_map.write_in(covers=["Session.bulk_save_objects", "Session.bulk_update_mappings"])
async def saves_hand_made_in_bulk(given: Given) -> Any:
    """Saves an object that claims to be a hidden row in bulk, and updates another by a mapping."""

    def write(session: Any) -> None:
        made = stub(Document, id=HIDDEN)
        made.content = "taken"
        session.bulk_save_objects([made])
        session.bulk_update_mappings(Document, [{"id": key("c000"), "content": "taken"}])

    await given.session.run_sync(write)


@identity_map.reading(covers=["Session.expunge", "AsyncSession.expunge"])
async def merges_its_detached(given: Given) -> Any:
    """Merges detached objects that may be read, and one that was pickled with all it had."""
    seen = await given.session.get_one(Document, SEEN, options=[selectinload(Document.comments)])
    given.session.expunge_all()
    merged = await given.session.merge(seen)
    given.session.expunge(merged)
    pickled = pickle.loads(pickle.dumps(merged))  # noqa: S301 - that is the point
    return merged, await given.session.merge(pickled)


@identity_map.writing()
async def merges_over_its_own(given: Given) -> Any:
    """Merges a changed detached object of one's own, and one that is new."""
    own = await given.session.get_one(Document, OWN)
    given.session.expunge(own)
    own.content = "changed"
    await given.session.merge(own)
    await given.session.merge(Document(title="new by merge", owner_id=given.who.id))


@identity_map.writing()
async def copies_its_own(given: Given) -> Any:
    """Makes a copy of one's own document by make_transient."""
    own = await given.session.get_one(Document, OWN)
    given.session.expunge(own)
    make_transient(own)
    own.id, own.title = None, "copy of my own"
    given.session.add(own)


@identity_map.writing(covers=["Session.bulk_insert_mappings"])
async def saves_its_own_in_bulk(given: Given) -> Any:
    """Saves changed and new objects of one's own in bulk, and inserts by mappings."""

    def write(session: Any) -> None:
        own = session.get(Document, OWN)
        own.content = "in bulk"
        new = Document(title="bulk new", owner_id=given.who.id)
        session.bulk_save_objects([own, new])
        session.bulk_insert_mappings(Document, [{"title": "bulk mapped", "owner_id": given.who.id}])

    await given.session.run_sync(write)


@identity_map.writing()
async def locks_and_changes_its_own(given: Given) -> Any:
    """Locks a row of one's own by get, changes it, and one whose versions are counted."""
    own = await given.session.get_one(Document, OWN, with_for_update=True)
    own.content = "locked and changed"
    draft = await given.session.get_one(Draft, 1)
    draft.text = "second version"
