"""Relationships: every loader, in every direction."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import (
    Load,
    aliased,
    contains_eager,
    defaultload,
    immediateload,
    joinedload,
    lazyload,
    noload,
    raiseload,
    selectinload,
    subqueryload,
    with_loader_criteria,
)

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import COUNTED
from rowgate.testing.cases.second_models import Branch, Eager, Paper, Remark
from rowgate.testing.cases.shortcuts import rows
from rowgate.testing.world_models import Block, Comment, Document, Folder, Share, Tag, User, UserRole
from rowgate.testing.world_rows import FREE_C

relationships = Family("relationships")


async def loaded(given: Given, entity: Any, *options: Any) -> Any:
    """Return all entities, loaded with options."""
    return (await given.session.scalars(select(entity).options(*options))).unique().all()


@relationships.way_in(covers=["joinedload"])
async def joined_children(given: Given) -> Any:
    """Loads comments with their documents by a join."""
    return await loaded(given, Document, joinedload(Document.comments))


@relationships.way_in(covers=["joinedload"])
async def joined_parent(given: Given) -> Any:
    """Loads the hidden documents of comments that may be read, by an outer join."""
    return await loaded(given, Comment, joinedload(Comment.document))


@relationships.way_in(covers=["joinedload.innerjoin"])
async def inner_joined_parent(given: Given) -> Any:
    """Loads them by an inner join, nested in an outer one."""
    options = joinedload(Document.shares).joinedload(Share.document, innerjoin=True)
    return await loaded(given, Comment, joinedload(Comment.document).options(options))


@relationships.way_in(covers=["joinedload"])
async def joined_many_to_many(given: Given) -> Any:
    """Loads the documents of a tag by a join over the link table."""
    return await loaded(given, Tag, joinedload(Tag.documents))


@relationships.way_in(covers=["selectinload"])
async def selected_children(given: Given) -> Any:
    """Loads the documents of every user by IN."""
    return await loaded(given, User, selectinload(User.documents))


@relationships.way_in(covers=["selectinload"])
async def selected_parent(given: Given) -> Any:
    """Loads the hidden documents of shares and comments by IN of their keys."""
    shares = await loaded(given, Share, selectinload(Share.document))
    return shares, await loaded(given, Comment, selectinload(Comment.document))


@relationships.way_in(covers=["selectinload"])
async def selected_many_to_many(given: Given) -> Any:
    """Loads the documents of tags by IN, and the tags of those again."""
    return await loaded(given, Tag, selectinload(Tag.documents).selectinload(Document.tags))


@relationships.way_in(covers=["selectinload"])
async def selected_three_levels(given: Given) -> Any:
    """Loads three levels by IN: users, their documents, the comments on those and their authors."""
    return await loaded(
        given, User, selectinload(User.documents).selectinload(Document.comments).selectinload(Comment.author)
    )


@relationships.way_in(covers=["subqueryload"])
async def children_by_subquery(given: Given) -> Any:
    """Loads comments by a sub-query."""
    return await loaded(given, Document, subqueryload(Document.comments))


@relationships.way_in(covers=["subqueryload"])
async def many_to_many_by_subquery(given: Given) -> Any:
    """Loads documents of tags by a sub-query, then their shares by another."""
    return await loaded(given, Tag, subqueryload(Tag.documents).subqueryload(Document.shares))


@relationships.way_in(covers=["subqueryload"])
async def parent_by_subquery(given: Given) -> Any:
    """Loads hidden parents by a sub-query."""
    return await loaded(given, Comment, subqueryload(Comment.document))


@relationships.way_in(covers=["lazyload"])
async def lazy_children(given: Given) -> Any:
    """Loads comments when they are asked for."""

    def read(session: Any) -> Any:
        return [[comment.body for comment in document.comments] for document in session.scalars(select(Document))]

    return await given.session.run_sync(read)


@relationships.way_in(covers=["lazyload"])
async def lazy_parents(given: Given) -> Any:
    """Loads the documents of comments, shares and their owners when they are asked for."""

    def read(session: Any) -> Any:
        found = [*session.scalars(select(Comment)), *session.scalars(select(Share))]
        return [one.document and (one.document.title, one.document.owner.name) for one in found]

    return await given.session.run_sync(read)


@relationships.way_in(covers=["AsyncAttrs"])
async def awaited_attributes(given: Given) -> Any:
    """Loads the documents of users by awaitable attributes."""
    users = (await given.session.scalars(select(User))).all()
    return [await user.awaitable_attrs.documents for user in users]


@relationships.way_in(covers=["lazyload"])
async def lazy_wildcard(given: Given) -> Any:
    """Makes every relation of an eager mapper lazy by a wildcard, and reads on."""

    def read(session: Any) -> Any:
        found = session.scalars(select(Eager).options(lazyload("*"))).all()
        return [([remark.body for remark in one.joined], len(one.by_subquery), one.at_once.name) for one in found]

    return await given.session.run_sync(read)


@relationships.way_in(covers=["immediateload"])
async def immediately(given: Given) -> Any:
    """Loads parents and children immediately, two levels."""
    return await loaded(given, Comment, immediateload(Comment.document).immediateload(Document.shares))


@relationships.way_in(covers=["relationship.lazy"])
async def by_the_mapper(given: Given) -> Any:
    """Loads by what the mapper says: joined, selectin, subquery and immediate."""
    return await loaded(given, Eager)


@relationships.way_in(covers=["contains_eager"])
async def contained(given: Given) -> Any:
    """Fills a collection from a join of one's own."""
    statement = select(Document).join(Document.comments).options(contains_eager(Document.comments))
    return (await given.session.scalars(statement)).unique().all()


@relationships.way_in(covers=["contains_eager", "aliased"])
async def contained_alias(given: Given) -> Any:
    """Fills a collection from an alias, joined on any condition."""
    said = aliased(Comment)
    statement = select(Document).outerjoin(said, said.document_id == Document.id)
    statement = statement.options(contains_eager(Document.comments.of_type(said)))
    return (await given.session.scalars(statement)).unique().all()


@relationships.way_in(covers=["contains_eager", "Select.from_statement"])
async def contained_from_subquery(given: Given) -> Any:
    """Fills parents from a sub-query's alias."""
    about = aliased(Document, select(Document).where(Document.pages > 0).subquery())
    statement = select(Comment).join(about, about.id == Comment.document_id)
    return (await given.session.scalars(statement.options(contains_eager(Comment.document.of_type(about))))).all()


@relationships.way_in(covers=["defaultload", "Load"])
async def options_on_the_way(given: Given) -> Any:
    """Undefers a count of comments on the way to it, by defaultload and by Load."""
    users = await loaded(
        given,
        User,
        selectinload(User.documents),
        defaultload(User.documents).undefer(COUNTED.comment_count),
        Load(User).selectinload(User.assignments),
    )
    return [(user.name, [document.comment_count for document in user.documents]) for user in users]


@relationships.way_in(covers=["relationship.join_depth"])
async def joined_depth(given: Given) -> Any:
    """Loads a tree by a join of its table with itself, three deep."""
    return await loaded(given, Branch)


@relationships.way_in(covers=["selectinload.recursion_depth"])
async def recursive_selects(given: Given) -> Any:
    """Loads a tree by IN, as deep as it is."""
    return await loaded(given, Folder, selectinload(Folder.children, recursion_depth=-1))


@relationships.way_in(covers=["joinedload"])
async def parent_in_a_tree(given: Given) -> Any:
    """Loads the hidden parent and grandparent of a folder, as its owner."""
    async with given.open(FREE_C) as session:
        options = joinedload(Folder.parent).joinedload(Folder.parent)
        folder = (await session.scalars(select(Folder).where(Folder.id == 4).options(options))).unique().one_or_none()
        return folder and (folder.name, folder.parent)


@relationships.way_in(covers=["PropComparator.and_"])
async def options_with_conditions(given: Given) -> Any:
    """Loads relations with a condition in the option, which would pick what is hidden."""
    bodies = Document.comments.and_(Comment.author_id != given.who.id)
    joined = await loaded(given, Document, joinedload(bodies))
    given.session.expunge_all()
    return joined, await loaded(given, User, selectinload(User.documents.and_(Document.is_public.is_(False))))


@relationships.way_in(covers=["with_loader_criteria"])
async def criteria_of_the_caller(given: Given) -> Any:
    """Adds criteria of one's own, which are always true: they do not replace the policy."""
    always = with_loader_criteria(
        Document, lambda cls: (cls.is_deleted.is_(True)) | (cls.pages > 0), include_aliases=True
    )
    found = await loaded(given, User, selectinload(User.documents), always)
    return found, await loaded(given, Comment, joinedload(Comment.document), always)


@relationships.way_in(covers=["with_loader_criteria"])
async def criteria_with_subquery(given: Given) -> Any:
    """Adds criteria that ask a hidden table."""
    asks = select(UserRole.user_id).where(UserRole.role_id == 1)
    return await loaded(given, User, with_loader_criteria(User, User.id.in_(asks)))


@relationships.way_in(covers=["with_loader_criteria"])
async def criteria_of_a_policys_table(given: Given) -> Any:
    """Selects from a Table, with criteria that leave what a policy asks nothing to find."""
    none = with_loader_criteria(Block, Block.blocker_id != Block.blocker_id)
    return await rows(given, select(Document.__table__.c.title).options(none))


@relationships.way_in(covers=["relationship.collection_class", "selectinload"])
async def keyed_collection(given: Given) -> Any:
    """Loads a collection that is a dict."""
    found = await loaded(given, Paper, selectinload(Paper.by_body))
    return [(paper.title, sorted(paper.by_body)) for paper in found]


@relationships.way_in(covers=["selectinload"])
async def columns_of_related(given: Given) -> Any:
    """Loads some columns of related rows, and refuses the rest."""
    options = selectinload(Comment.document).load_only(Document.title, raiseload=True)
    return await loaded(given, Comment, options, raiseload(Comment.author))


@relationships.reading(covers=["joinedload", "selectinload", "subqueryload", "immediateload", "noload", "raiseload"])
async def every_loader_on_the_seen(given: Given) -> Any:
    """Loads by each loader what may be read: nothing is lost."""
    saw = []
    for load in (joinedload, selectinload, subqueryload, immediateload, noload, raiseload):
        found = await loaded(given, Document, load(Document.comments), load(Document.tags), load(Document.owner))
        saw.append([(one.title, _of(one)) for one in found])
        given.session.expunge_all()
    return saw


def _of(document: Document) -> Any:
    """Return what is loaded of a document's relations, and None for what is not."""
    here = vars(document)
    owner = here.get("owner")
    return (
        [comment.body for comment in here.get("comments", ())],
        [tag.word for tag in here.get("tags", ())],
        owner and owner.name,
    )


@relationships.reading(covers=["contains_eager", "Select.join"])
async def joins_on_the_seen(given: Given) -> Any:
    """Joins, filters and fills collections with what may be read."""
    said = aliased(Comment)
    statement = select(Document).join(Document.comments.of_type(said)).where(said.body.like("comment%"))
    found = (
        (await given.session.scalars(statement.options(contains_eager(Document.comments, alias=said)))).unique().all()
    )
    counted = select(User.name, func.count(Document.id)).outerjoin(User.documents).group_by(User.id, User.name)
    return found, (await given.session.execute(counted)).all()


@relationships.reading(covers=["lazyload", "AsyncAttrs"])
async def lazy_on_the_seen(given: Given) -> Any:
    """Walks from object to object through what may be read."""

    def read(session: Any) -> Any:
        me = session.get(User, given.who.id)
        walked = [
            (
                document.title,
                [comment.author.name for comment in document.comments],
                [tag.word for tag in document.tags],
            )
            for document in me.documents
        ]
        return (
            walked,
            [role.role.name for role in me.assignments],
            [child.name for child in session.get(Folder, 1).children],
        )

    return await given.session.run_sync(read)


@relationships.reading(covers=["relationship.lazy", "selectinload.recursion_depth"])
async def eager_mappers_on_the_seen(given: Given) -> Any:
    """Loads eager mappers and a tree: all that may be read."""
    papers = await loaded(given, Eager)
    trees = await loaded(given, Folder, selectinload(Folder.children, recursion_depth=2))
    remarks = await loaded(given, Remark, joinedload(Remark.paper).selectinload(Paper.remarks))
    return papers, trees, remarks
