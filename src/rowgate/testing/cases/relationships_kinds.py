"""Relationships: of every kind, and their comparisons: write-only, dynamic, proxies, hybrids, second mappers, EXISTS."""

from typing import Any

from sqlalchemy import exists, func, literal, select
from sqlalchemy.orm import aliased, joinedload, selectinload, with_expression, with_parent

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import COUNTED, HIDDEN, OWN, TALKED_OF
from rowgate.testing.cases.relationships_loaders import loaded
from rowgate.testing.cases.second_models import PAPER, TALK, Digest, Paper, Person, Remark, comments
from rowgate.testing.cases.shortcuts import values
from rowgate.testing.world_models import Comment, Document, Folder, Share, Tag, User
from rowgate.testing.world_rows import C, key

relationships = Family("relationships")


@relationships.way_in(covers=["WriteOnlyMapped"])
async def write_only(given: Given) -> Any:
    """Selects from a write-only collection, and counts it."""
    document = await given.session.get(Document, TALKED_OF)
    if document is None:
        return None
    statement = document.comments_to_write.select()
    counted = select(func.count()).select_from(statement.subquery())
    return (await given.session.scalars(statement)).all(), await given.session.scalar(counted)


@relationships.way_in(covers=["DynamicMapped"])
async def dynamic(given: Given) -> Any:
    """Reads, filters and counts a dynamic collection."""

    def read(session: Any) -> Any:
        document = session.get(Document, TALKED_OF)
        if document is None:
            return None
        found = document.comments_to_query
        return found.all(), found.count(), found.filter(Comment.author_id != given.who.id).all()

    return await given.session.run_sync(read)


@relationships.way_in(covers=["association_proxy"])
async def proxied(given: Given) -> Any:
    """Reads through association proxies, one of which goes through two tables."""

    def read(session: Any) -> Any:
        shared = [list(document.shared_with) for document in session.scalars(select(Document))]
        return shared, [list(user.role_names) for user in session.scalars(select(User))]

    return await given.session.run_sync(read)


@relationships.way_in(covers=["association_proxy"])
async def proxy_in_where(given: Given) -> Any:
    """Filters by an association proxy: by what it holds, and inside of any()."""
    held: Any = Document.shared_with == given.who.id
    found = await values(given, select(Document.title).where(held))
    return found, await values(given, select(User.name).where(User.documents.any(held)))


@relationships.way_in(covers=["hybrid_property"])
async def hybrids(given: Given) -> Any:
    """Selects and filters by hybrids, one of which holds a sub-select."""
    shouted = await values(given, select(Document.shout).where(Document.shout.like("DOC-B%")))
    said = await given.session.execute(select(PAPER.title, Paper.talk).where(Paper.talk > 0))
    return shouted, said.all()


@relationships.way_in(covers=["column_property"])
async def column_properties(given: Given) -> Any:
    """Selects, filters and sorts by column properties that ask a protected table."""
    papers = (await given.session.scalars(select(Paper).order_by(Paper.last_word))).all()
    return papers, await values(given, select(Document.title).where(COUNTED.comment_count > 1))


@relationships.way_in(covers=["query_expression", "with_expression"])
async def query_expressions(given: Given) -> Any:
    """Fills a query expression with a sub-select of what is hidden."""
    hidden = select(func.max(comments.c.body)).where(comments.c.document_id == HIDDEN).scalar_subquery()
    return (await given.session.scalars(select(Paper).options(with_expression(Paper.told, hidden)))).all()


@relationships.way_in(covers=["relationship.alias"])
async def related_alias(given: Given) -> Any:
    """Loads a relationship to an alias of a windowed sub-query: the last comment on each."""
    found = await loaded(given, Paper, selectinload(PAPER.last))
    joined = select(PAPER.title).join(PAPER.last)
    return [(paper.title, PAPER.last.__get__(paper, Paper)) for paper in found], await values(given, joined)


@relationships.way_in(covers=["relationship.primaryjoin", "relationship.viewonly"])
async def custom_join(given: Given) -> Any:
    """Loads a view-only relationship with a join of its own, lazily and eagerly."""
    eager = await loaded(given, Paper, joinedload(Paper.answers))
    return eager, await values(given, select(PAPER.title).where(Paper.answers.any()))


@relationships.way_in(covers=["relationship.secondary"])
async def over_a_protected_table(given: Given) -> Any:
    """Loads open rows over a protected link table: who has written a comment, hidden ones too."""
    found = await loaded(given, Paper, selectinload(Paper.writers))
    return [(paper.title, [person.name for person in paper.writers]) for paper in found]


@relationships.way_in(covers=["relationship.uselist"])
async def one_to_one(given: Given) -> Any:
    """Loads a one-to-one relation, eagerly and when it is asked for."""
    found = await loaded(given, Paper, joinedload(Paper.share))
    given.session.expunge_all()
    lazy = (await given.session.scalars(select(Paper))).all()
    return found, [await paper.awaitable_attrs.share for paper in lazy]


@relationships.way_in(covers=["relationship.load_on_pending"])
async def load_on_pending(given: Given) -> Any:
    """Lets a row that is not stored yet load its hidden parent."""

    def read(session: Any) -> Any:
        with session.no_autoflush:
            remark = Remark(document_id=HIDDEN)
            session.add(remark)
            return remark.paper

    return await given.session.run_sync(read)


@relationships.way_in(covers=["registry"])
async def second_mapper(given: Given) -> Any:
    """Reads tables through other classes, of another registry."""
    return (await given.session.scalars(select(Paper))).all(), await given.session.get(Person, C)


@relationships.way_in(covers=["Mapper.select"])
async def mapped_query(given: Given) -> Any:
    """Reads a class that is mapped against a query with an aggregate."""
    return (await given.session.scalars(select(Digest))).all(), await given.session.get(Digest, HIDDEN)


@relationships.way_in(covers=["Mapper.join"])
async def mapped_join(given: Given) -> Any:
    """Reads a class that is mapped against a join."""
    return (await given.session.execute(select(TALK.title, TALK.body))).all()


@relationships.way_in(covers=["RelationshipProperty.Comparator.any"])
async def any_hidden(given: Given) -> Any:
    """Asks which documents have any hidden comment, and which have none but those."""
    others = Comment.author_id != Document.owner_id
    some = await values(given, select(Document.title).where(Document.comments.any(others)))
    return some, await values(given, select(User.name).where(~User.documents.any(Document.is_deleted.is_(True))))


@relationships.way_in(covers=["RelationshipProperty.Comparator.has"])
async def has_hidden(given: Given) -> Any:
    """Asks which comments have a hidden document, and which have one at all."""
    found = await values(
        given, select(Comment.body).where(Comment.document.has(Document.requires_paid_access.is_(True)))
    )
    return found, await values(given, select(Comment.body).where(~Comment.document.has()))


@relationships.way_in(covers=["RelationshipProperty.Comparator.contains"])
async def contains_hidden(given: Given) -> Any:
    """Asks which tags are on a hidden document."""
    return await values(given, select(Tag.word).where(Tag.documents.contains(Document(id=HIDDEN))))


@relationships.way_in(covers=["with_parent"])
async def children_of_hidden(given: Given) -> Any:
    """Selects the children of hidden parents by with_parent, of a made-up object."""
    shares = await values(given, select(Share).where(with_parent(Document(id=TALKED_OF, owner_id=C), Document.shares)))
    said = await values(given, select(Comment).where(with_parent(Document(id=TALKED_OF), Document.comments)))
    return shares, said, await values(given, select(Document).where(with_parent(User(id=C), User.documents)))


@relationships.way_in(covers=["RelationshipProperty.Comparator.__eq__"])
async def compared_with_objects(given: Given) -> Any:
    """Compares a relation with an object and with None."""
    mine = await values(given, select(Folder.name).where(Folder.parent == Folder(id=1)))
    roots = await values(given, select(Folder.name).where(Folder.parent == None))  # noqa: E711 - SQL
    return mine, roots, await values(given, select(User.name).where(User.documents == None))  # noqa: E711


@relationships.way_in(covers=["of_type", "Select.join"])
async def joined_relations(given: Given) -> Any:
    """Joins along relations, with aliases, conditions and a full outer join."""
    other = aliased(Document)
    along = select(User.name, other.title).join(User.documents.of_type(other)).where(other.pages > 0)
    outer = select(Comment.body, Document.title).join(Comment.document, isouter=True, full=True)
    narrowed = select(User.name, Document.title).join(User.documents.and_(Document.is_public.is_(False)))
    return [(await given.session.execute(statement)).all() for statement in (along, outer, narrowed)]


@relationships.way_in(covers=["Exists.select_from"])
async def exists_through_relations(given: Given) -> Any:
    """Asks by EXISTS over relations whether hidden rows are there."""
    asked = exists().where(Comment.document_id == Document.id, Comment.author_id != Document.owner_id)
    nested = Document.comments.any(Comment.author.has(User.documents.any(Document.id == HIDDEN)))
    return await values(given, select(Document.title).where(asked)), await values(
        given, select(literal(1)).where(nested)
    )


@relationships.way_in(covers=["relationship.cascade"])
async def refreshed_cascade(given: Given) -> Any:
    """Refreshes and expires a folder: the cascade takes its children along."""

    def read(session: Any) -> Any:
        folder = session.get(Folder, 1)
        if folder is None:
            return None
        first = [child.name for child in folder.children]
        session.refresh(folder)
        session.expire(folder)
        return first, [child.name for child in folder.children]

    return await given.session.run_sync(read)


@relationships.way_in(covers=["back_populates"])
async def backrefs(given: Given) -> Any:
    """Sets one side of a relation and reads the other, which loads."""

    def read(session: Any) -> Any:
        document = session.get(Document, TALKED_OF)
        if document is None:
            return None
        with session.no_autoflush:
            comment = Comment(id=900, document=document, author_id=given.who.id, body="new")
            return [each.body for each in comment.document.comments]

    return await given.session.run_sync(read)


@relationships.way_in(covers=["RelationshipProperty.entity"])
async def relation_as_source(given: Given) -> Any:
    """Selects along a relation's own entity, and groups by it."""
    entity: Any = User.documents.property.entity.class_
    statement = select(User.name, func.count(entity.id)).join(User.documents).group_by(User.id, User.name)
    return (await given.session.execute(statement)).all()


@relationships.reading(covers=["WriteOnlyMapped", "DynamicMapped", "association_proxy"])
async def special_collections_of_the_seen(given: Given) -> Any:
    """Reads write-only and dynamic collections, and proxies, of what may be read."""

    def read(session: Any) -> Any:
        seen = session.get(Document, key("b100"))
        shared = session.get(Document, key("a000"))
        queried = (seen.comments_to_query.count(), seen.comments_to_query.all())
        return queried, session.scalars(seen.comments_to_write.select()).all(), list(shared.shared_with)

    return await given.session.run_sync(read)


@relationships.reading(covers=["with_parent", "any", "has", "contains"])
async def comparisons_on_the_seen(given: Given) -> Any:
    """Compares relations in every way: what may be read is found."""
    asked = {
        "any": select(Document.title).where(Document.comments.any(Comment.body.like("comment-b1%"))),
        "has": select(Comment.body).where(Comment.document.has(Document.id == key("b100"))),
        "contains": select(Tag.word).where(Tag.documents.contains(Document(id=key("b100")))),
        "parent": select(Document.title).where(with_parent(User(id=given.who.id), User.documents)),
        "proxy": select(Document.title).where(Document.shared_with == C),
        "hybrid": select(Document.shout).where(Document.shout == "DOC-B100-TITLE"),
        "equal": select(Folder.name).where(Folder.parent == Folder(id=1)),
    }
    return {name: await values(given, statement) for name, statement in asked.items()}


@relationships.reading(covers=["query_expression", "column_property"])
async def second_mappers_on_the_seen(given: Given) -> Any:
    """Reads second mappers, mapped queries, aliases and expressions: all that may be read."""
    told = with_expression(Paper.told, select(func.count(comments.c.id)).scalar_subquery())
    papers = await loaded(given, Paper, selectinload(Paper.writers), selectinload(PAPER.last), told)
    talks = (await given.session.execute(select(TALK.title, TALK.body))).all()
    return papers, talks, (await given.session.scalars(select(Digest))).all(), await given.session.get(Digest, OWN)
