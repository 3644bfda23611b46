"""Composition: CTEs, set operations, sub-selects in every place, statements made of statements."""

from typing import Any

from sqlalchemy import (
    delete,
    except_,
    except_all,
    func,
    insert,
    intersect,
    intersect_all,
    literal,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import rows, values
from rowgate.testing.world_models import Block, Comment, Document, Folder, Posting, Scratch, Share, User
from rowgate.testing.world_rows import A, B, E

composition = Family("composition")
title = Document.title


@composition.way_in(portable=True, covers=["visit_cte", "Select.cte", "CTE"])
async def ctes(given: Given) -> Any:
    """Selects entities from a CTE of entities."""
    found = select(given.model.entity).cte("found")
    return await values(given, select(aliased(given.model.entity, found)))


@composition.way_in(covers=["CTE.alias", "HasCTE.add_cte"])
async def cte_used_twice(given: Given) -> Any:
    """Joins a CTE with an alias of itself, and adds one that nothing names."""
    found = select(Document.owner_id, title).cte("found")
    again = found.alias("again")
    unread = select(Document.id).cte("unread")
    joined = select(found.c.title, again.c.title).join(again, again.c.owner_id == found.c.owner_id)
    return await rows(given, joined.add_cte(unread))


@composition.way_in(covers=["CTE.union_all", "visit_cte"])
async def recursive_cte(given: Given) -> Any:
    """Climbs a tree through hidden folders."""
    tree = select(Folder.id, Folder.name).where(Folder.id == 1).cte("tree", recursive=True)
    child = aliased(Folder)
    tree = tree.union_all(select(child.id, child.name).join(tree, child.parent_id == tree.c.id))
    return await rows(given, select(tree.c.name))


@composition.way_in(covers=["CTE.union"])
async def recursive_with_union(given: Given) -> Any:
    """Climbs from a hidden leaf to its root."""
    tree = select(Folder.id, Folder.parent_id, Folder.name).where(Folder.id == 6).cte(recursive=True)
    above = select(Folder.id, Folder.parent_id, Folder.name).join(tree, Folder.id == tree.c.parent_id)
    return await rows(given, select(tree.union(above)))


@composition.way_in(covers=["visit_cte"])
async def nested_ctes(given: Given) -> Any:
    """Nests a CTE in a CTE, one of the same name in each."""
    inner = select(title, Document.pages).cte("same", nesting=True)
    outer = select(inner.c.title, func.length(inner.c.title).label("n")).cte("outer_one")
    same = select(Posting.text).cte("same", nesting=True)
    return await rows(given, select(outer.c.title, outer.c.n)), await rows(given, select(same))


@composition.way_in(covers=["visit_cte"])
async def cte_named_like_a_table(given: Given) -> Any:
    """Names a CTE like a table that a policy reads, to change what the policy sees."""
    kind = Block.blocker_id.type
    nobody = select(literal(E, kind).label("blocker_id"), literal(B, kind).label("blocked_id")).cte("blocks")
    return await rows(given, select(title).outerjoin(nobody, nobody.c.blocker_id == Document.owner_id))


@composition.way_in(covers=["visit_cte"])
async def cte_that_shares(given: Given) -> Any:
    """Names a CTE like the table of shares, with every document shared with oneself."""
    me = literal(given.who.id, Share.user_id.type).label("user_id")
    shares = select(Document.id.label("document_id"), me).cte("document_shares")
    return await rows(given, select(title).outerjoin(shares, shares.c.document_id == Document.id))


@composition.way_in(only="postgresql", covers=["CTE.prefix_with", "CTE.suffix_with"])
async def cte_with_prefix(given: Given) -> Any:
    """Pastes a word in front of a CTE, and text behind it."""
    found = select(title).cte("found").prefix_with("NOT MATERIALIZED")
    return await values(given, select(found.c.title))


@composition.write_in(only="postgresql", covers=["visit_cte", "visit_update", "Update.cte"])
async def updating_cte(given: Given) -> Any:
    """Updates hidden rows in a CTE and selects what it gives."""
    changed = update(Document).where(Document.owner_id != A).values(content="taken").returning(title).cte("changed")
    return await values(given, select(changed.c.title))


@composition.write_in(only="postgresql", covers=["visit_delete", "Delete.cte"])
async def deleting_cte(given: Given) -> Any:
    """Deletes hidden rows in a CTE and selects what it gives."""
    gone = delete(Comment).where(Comment.author_id != A).returning(Comment.body).cte("gone")
    return await values(given, select(gone.c.body))


@composition.write_in(only="postgresql", covers=["HasCTE.add_cte"])
async def unread_deleting_cte(given: Given) -> Any:
    """Deletes hidden rows in a CTE that nothing reads."""
    gone = delete(Posting).where(Posting.owner_id != A).cte("gone")
    return await values(given, select(literal(1)).add_cte(gone))


@composition.write_in(only="postgresql", covers=["visit_insert", "Insert.from_select"])
async def inserting_cte(given: Given) -> Any:
    """Copies hidden titles to an open table in a CTE."""
    me = insert(Posting).values(
        id=71, owner_id=select(User.id).where(User.name == "user-b-name").scalar_subquery(), cents=1, text="x"
    )
    copied = insert(Scratch).from_select(["id", "text"], select(Document.pages, title)).returning(Scratch.text).cte()
    return await values(given, select(copied.c.text).add_cte(me.cte("stolen")))


def _sets() -> dict[str, Any]:
    public = select(Document.owner_id).where(Document.is_public)
    gone = select(Document.owner_id).where(Document.is_deleted)
    return {
        "union": union(public, gone), "union all": union_all(public, gone), "intersect": intersect(public, gone),
        "except": except_(select(title), select(title).where(Document.is_public)),
        "method": public.union(gone), "all": public.union_all(gone), "both": public.intersect(gone),
        "minus": select(title).except_(select(title).where(Document.is_public)),
    }  # fmt: skip


@composition.way_in(
    covers=["visit_compound_select", "CompoundSelect", "Select.union", "Select.except_", "Select.intersect"]
)
async def set_operations(given: Given) -> Any:
    """Unites, intersects and subtracts."""
    return {name: await rows(given, each) for name, each in _sets().items()}


@composition.way_in(
    only="postgresql", covers=["Select.intersect_all", "Select.except_all", "visit_select_statement_grouping"]
)
async def set_operations_with_all(given: Given) -> Any:
    """Intersects and subtracts with duplicates, with limits inside, and sets of sets."""
    public = select(Document.owner_id).where(Document.is_public)
    gone = select(Document.owner_id).where(Document.is_deleted)
    limited = union_all(public.order_by(Document.pages).limit(3), gone.limit(2))
    nested = union(intersect(public, gone), except_(public, gone))
    found = [intersect_all(public, gone), except_all(public, gone), public.intersect_all(gone), public.except_all(gone)]
    return [await rows(given, each) for each in [*found, limited, nested]]


@composition.way_in(ordered=True, covers=["CompoundSelect", "GenerativeSelect.limit"])
async def ordered_union(given: Given) -> Any:
    """Orders and limits a union, and selects from it."""
    whole = select(title.label("t")).union_all(select(Comment.body)).order_by("t").limit(12)
    inner = whole.subquery()
    return await values(given, whole), await values(given, select(inner.c.t).order_by(inner.c.t.desc()))


@composition.reading(covers=["visit_cte", "CTE.union_all"])
async def tree_of_own(given: Given) -> Any:
    """Walks down one's own tree, with the depth."""
    tree = (
        select(Folder.id, Folder.name, literal(0).label("depth"))
        .where(Folder.parent_id.is_(None))
        .cte("tree", recursive=True)
    )
    tree = tree.union_all(select(Folder.id, Folder.name, tree.c.depth + 1).join(tree, Folder.parent_id == tree.c.id))
    return await rows(given, select(tree))


@composition.reading(covers=["visit_compound_select", "aliased"])
async def sets_of_the_seen(given: Given) -> Any:
    """Unites, intersects and subtracts what may be read."""
    either = select(Document).where(Document.is_public).union(select(Document).where(Document.requires_paid_access))
    entities = await values(given, select(Document).from_statement(either))
    return entities, {name: await rows(given, each) for name, each in _sets().items()}


@composition.writing(only="postgresql", covers=["Update.cte"])
async def updating_cte_on_own(given: Given) -> Any:
    """Updates one's own rows in a CTE and selects what it gives."""
    changed = (
        update(Posting).where(Posting.owner_id == A).values(cents=Posting.cents + 1).returning(Posting.cents).cte()
    )
    return await values(given, select(func.sum(changed.c[0])))
