"""Lifts: of a session and of a statement; what they show, and what they do not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, lambda_stmt, select, update
from sqlalchemy.orm import joinedload, selectinload

from rowgate.lift import lift
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.identity_get import TALKED_OF
from rowgate.testing.cases.permissions_can import is_plain
from rowgate.testing.world_kinds import Article, Attachment
from rowgate.testing.world_models import Comment, Document, User
from rowgate.testing.world_rows import ADMIN_D, FREE_A, FREE_C, NOBODY, key

permissions = Family("permissions")
DELETED = key("b001")
TITLES = select(Document.title)
UNDELETED = lift("soft-delete", Document)
UNARCHIVED = lift("archive", Article)


@asynccontextmanager
async def lifting(given: Given, who: Any, *names: str) -> AsyncIterator[Any]:
    """Open a session whose statements lift by themselves.

    A plain session knows no lifts: there the tables hold what the lift shows, so that the two can be compared.
    """
    async with given.open(who, lift=set(names) if is_plain(given) else set()) as session:
        yield session


@permissions.way_in(covers=["lift"])
async def lifts_without_a_role(given: Given) -> Any:
    """Lifts in a statement what no role of one's own may lift."""
    async with given.open(FREE_A) as session:
        return (await session.scalars(TITLES.options(UNDELETED))).all()


@permissions.way_in(covers=["include_filtered"])
async def includes_what_it_may_not(given: Given) -> Any:
    """Includes what is filtered: one's own lifts alone, of which documents have none."""
    async with given.open(FREE_A) as session:
        return (await session.scalars(TITLES, execution_options={"include_filtered": True})).all()


@permissions.way_in(covers=["include_filtered"])
async def includes_as_nobody(given: Given) -> Any:
    """Does so as nobody at all."""
    async with given.open(NOBODY) as session:
        return (await session.scalars(TITLES.execution_options(include_filtered=True))).all()


@permissions.way_in(covers=["lift"])
async def opens_a_lift_without_a_role(given: Given) -> Any:
    """Opens a session with a lift that no role of one's own permits."""
    async with given.open(given.who, lift={"soft-delete"}) as session:
        return (await session.scalars(TITLES)).all()


@permissions.way_in(covers=["lift"])
async def lifts_what_is_no_lift(given: Given) -> Any:
    """Lifts a restriction that nobody may lift, for the session."""
    async with given.open(FREE_C, lift={"blocks"}) as session:
        return (await session.scalars(TITLES)).all()


@permissions.way_in(covers=["lift"])
async def lifts_what_nobody_lifts(given: Given) -> Any:
    """Lifts that restriction in a statement, as an admin and as who is blocked."""
    async with given.open(FREE_C) as session:
        return (await session.scalars(TITLES.options(lift("blocks", Document)))).all()


@permissions.way_in(covers=["lift"])
async def lifts_another_table(given: Given) -> Any:
    """Lifts on one table, and reads others in the same statement."""
    joined = select(Article.title, Document.title).join(Document, Document.pages > 0).options(UNARCHIVED)
    return {document for _, document in (await given.session.execute(joined)).all()}


@permissions.way_in(covers=["lift"])
async def lift_in_a_subquery(given: Given) -> Any:
    """Puts the lift on a sub-query, where it does nothing."""
    async with given.open(ADMIN_D) as session:
        inner = select(Document).options(UNDELETED).subquery()
        return await session.scalar(select(func.count()).select_from(inner))


@permissions.way_in(covers=["lift", "Session.get"])
async def remembers_what_it_lifted(given: Given) -> Any:
    """Gets by key, and follows a relation to, what an earlier statement of the session has lifted."""
    async with given.open(ADMIN_D) as session:
        kept = (await session.scalars(select(Document).options(UNDELETED))).all()
        comment = (await session.scalars(select(Comment).where(Comment.document_id == DELETED))).first()
        parent = comment and await comment.awaitable_attrs.document
        saw = await session.get(Document, DELETED), parent and parent.title
        return bool(kept), saw


@permissions.way_in(covers=["lift"])
async def same_statement_without_lift(given: Given) -> Any:
    """Runs the same statement with the lift and then without."""
    async with given.open(ADMIN_D) as session:
        await session.scalars(TITLES.options(UNDELETED))
        await session.scalars(TITLES, execution_options={"include_filtered": True})
        return (await session.scalars(TITLES)).all()


@permissions.way_in(covers=["lift"])
async def relations_after_a_lift(given: Given) -> Any:
    """Loads collections lazily, after a statement has lifted their table."""
    async with given.open(ADMIN_D) as session:
        kept = (await session.scalars(select(Document).options(UNDELETED))).all()
        users = (await session.scalars(select(User))).all()
        found = [[document.title for document in await user.awaitable_attrs.documents] for user in users]
        return bool(kept), found


@permissions.write_in(covers=["lift", "Update"])
async def writes_under_a_lift(given: Given) -> Any:
    """Updates under the lift of the statement, which is for reading."""
    await given.session.execute(update(Article).options(UNARCHIVED).values(title="taken"))


@permissions.write_in(covers=["include_filtered", "Update"])
async def writes_including_filtered(given: Given) -> Any:
    """Updates what is filtered by the execution option."""
    statement = update(Article).where(Article.is_archived.is_(True)).values(title="taken")
    await given.session.execute(statement, execution_options={"include_filtered": True})


@permissions.write_in(covers=["lift"])
async def changes_what_it_lifted(given: Given) -> Any:
    """Changes an object of one's own that only the lift of a statement has shown."""
    found = (await given.session.scalars(select(Article).options(UNARCHIVED))).all()
    for article in found:
        if article.is_archived:
            article.title = "taken"


@permissions.write_in(covers=["lift", "Session.merge"])
async def merges_what_it_lifted(given: Given) -> Any:
    """Merges over an object that only the lift of a statement has shown, as an admin."""
    async with given.open(ADMIN_D) as session:
        kept = (await session.scalars(select(Document).options(UNDELETED))).all()
        await session.merge(Document(id=DELETED, content="taken", title=str(len(kept))))
        await session.commit()


@permissions.write_in(covers=["lift", "Session.delete"])
async def deletes_what_it_lifted(given: Given) -> Any:
    """Deletes an object of one's own that only the lift of a statement has shown."""
    for article in (await given.session.scalars(select(Article).options(UNARCHIVED))).all():
        if article.is_archived:
            await given.session.delete(article)


@permissions.reading(covers=["lift"])
async def lifts_for_a_session(given: Given) -> Any:
    """Opens sessions with lifts, and reads, gets and counts what they show."""
    async with given.open(ADMIN_D, lift={"soft-delete"}) as session:
        documents = (await session.scalars(select(Document).options(selectinload(Document.comments)))).all()
        found = await session.get_one(Document, DELETED), (await session.scalars(select(Attachment.name))).all()
    async with given.open(given.who, lift="archive") as session:
        return documents, found, (await session.scalars(select(Article))).all()


@permissions.reading(covers=["lift"])
async def lifts_for_a_statement(given: Given) -> Any:
    """Lifts in a statement what one's role may lift: columns, entities, joins, counts, lambdas."""
    async with lifting(given, given.who, "archive") as session:
        entities = (await session.scalars(select(Article).options(UNARCHIVED))).all()
        counted = await session.scalar(select(func.count()).select_from(Article).options(UNARCHIVED))
        joined = select(User.name, Article.title).join(Article, Article.owner_id == User.id).options(UNARCHIVED)
        linked = lambda_stmt(lambda: select(Article.title).options(lift("archive", Article)))
        return entities, counted, (await session.execute(joined)).all(), (await session.scalars(linked)).all()


@permissions.reading(covers=["lift", "selectinload", "joinedload"])
async def lifts_for_relations(given: Given) -> Any:
    """Lifts for what a statement's loaders fetch, and for what follows the lifted by `can()`."""
    async with lifting(given, ADMIN_D, "soft-delete") as session:
        users = (await session.scalars(select(User).options(selectinload(User.documents), UNDELETED))).all()
        told = [(user.name, [document.title for document in user.documents]) for user in users]
        followers = (await session.scalars(select(Attachment.name).options(UNDELETED))).all()
        session.expunge_all()
        joined = (await session.scalars(select(Comment).options(joinedload(Comment.document), UNDELETED))).all()
        return told, followers, [(comment.body, comment.document and comment.document.title) for comment in joined]


@permissions.reading(covers=["include_filtered"])
async def includes_what_it_may(given: Given) -> Any:
    """Includes what is filtered, by every lift that an admin has, and by the one of one's own."""
    option = {"include_filtered": True}
    async with lifting(given, ADMIN_D, "soft-delete", "archive") as session:
        documents = (await session.scalars(TITLES, execution_options=option)).all()
    async with lifting(given, given.who, "archive") as session:
        articles = (await session.scalars(select(Article).execution_options(include_filtered=True))).all()
        return documents, articles, await session.get(Document, TALKED_OF)
