"""Privileges that somebody has: what an admin may do, and what everybody may do for herself."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import upsert, wrote
from rowgate.testing.world_kinds import Article
from rowgate.testing.world_models import (
    Block,
    Comment,
    Document,
    Invoice,
    Project,
    Role,
    Scratch,
    Share,
    User,
    UserRole,
)
from rowgate.testing.world_rows import ADMIN_D, BARE_D, NOBODY, A, B, C, D, key

privileges = Family("privileges")


@privileges.writing(who=ADMIN_D)
async def admin_grants_a_role(given: Given) -> Any:
    """Grants somebody a role, as an admin."""
    given.session.add(UserRole(user_id=A, role_id=2, remark="for a year"))


@privileges.writing(who=ADMIN_D)
async def admin_withdraws_a_role(given: Given) -> Any:
    """Withdraws somebody's role by the unit of work, as an admin."""
    await given.session.delete(await given.session.get(UserRole, (B, 2)))


@privileges.writing(who=ADMIN_D)
async def admin_exchanges_roles(given: Given) -> Any:
    """Gives everybody who holds one role another, in bulk, as an admin."""
    await wrote(given, update(UserRole).where(UserRole.role_id == 3).values(role_id=2, remark="upgraded"))


@privileges.writing(who=ADMIN_D)
async def admin_creates_a_role(given: Given) -> Any:
    """Creates a role and grants it in one flush, as an admin."""
    given.session.add(UserRole(user_id=A, role=Role(name="auditor")))


@privileges.writing(who=ADMIN_D)
async def admin_renames_a_role(given: Given) -> Any:
    """Renames a role by an upsert, as an admin."""
    statement = upsert(given, Role).values(id=3, name="reader")
    changed = {"name": statement.excluded.name}
    await wrote(given, statement.on_conflict_do_update(index_elements=[Role.id], set_=changed))


@privileges.writing(who=ADMIN_D)
async def admin_creates_users(given: Given) -> Any:
    """Creates users with roles, as an admin."""
    given.session.add_all([User(name=f"new {n}", assignments=[UserRole(role_id=3)]) for n in range(3)])


@privileges.writing(who=ADMIN_D)
async def admin_edits_documents(given: Given) -> Any:
    """Edits documents of anybody in one flush, as an admin."""
    for document in (await given.session.scalars(select(Document).where(~Document.is_deleted))).all():
        document.content = "edited"


@privileges.writing(who=ADMIN_D)
async def admin_gives_a_document_to_another(given: Given) -> Any:
    """Gives somebody's document to somebody else, as an admin."""
    await wrote(given, update(Document).where(Document.id == key("b000")).values(owner_id=C))


@privileges.writing(who=ADMIN_D)
async def admin_deletes_softly(given: Given) -> Any:
    """Deletes somebody's document softly, as an admin."""
    (await given.session.get(Document, key("a100"))).is_deleted = True


@privileges.writing(who=ADMIN_D)
async def admin_edits_by_key(given: Given) -> Any:
    """Edits documents in bulk by primary key, as an admin."""
    await wrote(given, update(Document), [{"id": key(n), "content": "edited"} for n in ("a000", "b000", "c110")])


@privileges.reading(who=ADMIN_D)
async def admin_reads(given: Given) -> Any:
    """Reads all that is not deleted, as an admin."""
    return (await given.session.scalars(select(Document))).all()


@privileges.reading(who=ADMIN_D, covers=["lift"])
async def admin_lifts(given: Given) -> Any:
    """Reads what is deleted too, in a session with a lift, as an admin."""
    async with given.open(given.who, lift="soft-delete") as session:
        return (await session.execute(select(Document.title, Document.is_deleted))).all()


@privileges.reading(covers=["lift"])
async def lifts_what_it_may(given: Given) -> Any:
    """Reads archived articles in a session with a lift that is for its role."""
    async with given.open(given.who, lift=["archive"]) as session:
        return (await session.scalars(select(Article))).all()


@privileges.writing()
async def renames_itself(given: Given) -> Any:
    """Renames itself by a statement that returns its user."""
    await wrote(given, update(User).where(User.id == A).values(name="renamed").returning(User.name))


@privileges.writing()
async def shares_its_own(given: Given) -> Any:
    """Shares its own document with two users in one flush."""
    document = await given.session.get(Document, key("a100"))
    (await document.awaitable_attrs.shares).extend([Share(user_id=user, remark="read it") for user in (B, D)])


@privileges.writing()
async def shares_all_of_its_own(given: Given) -> Any:
    """Shares all of its own documents with somebody, by a select."""
    each = select(Document.id, User.id).where(Document.owner_id == A, ~Document.is_deleted, User.name == "user-d-name")
    await wrote(given, insert(Share).from_select(["document_id", "user_id"], each))


@privileges.writing()
async def withdraws_its_own_share(given: Given) -> Any:
    """Withdraws the share of its own document."""
    await given.session.delete(await given.session.get(Share, (key("a000"), C)))


@privileges.writing()
async def blocks_somebody(given: Given) -> Any:
    """Blocks somebody, and unblocks her."""
    given.session.add_all([Block(blocker_id=A, blocked_id=user) for user in (C, D)])
    await given.session.flush()
    await wrote(given, delete(Block).where(Block.blocker_id == A, Block.blocked_id == C))


@privileges.writing()
async def edits_an_article(given: Given) -> Any:
    """Edits title and text of an article of somebody else, as its editor, and all of its own."""
    edited, own = await given.session.get(Article, 2), await given.session.get(Article, 1)
    edited.title, edited.text = "edited", "edited"
    own.title, own.status, own.editor_id = "edited", "edited", B


@privileges.writing()
async def edits_articles_in_bulk(given: Given) -> Any:
    """Edits the texts of articles of others in bulk, as their editor; the status stays what it was."""
    mine = Article.editor_id == A, Article.is_archived.is_(False)
    await wrote(given, update(Article).where(*mine).values(text=func.upper(Article.text)))


@privileges.writing()
async def edits_articles_by_key(given: Given) -> Any:
    """Edits articles in bulk by primary key, as their editor; a column that stays as it is may be named."""
    rows = [{"id": n, "title": "edited", "status": f"article-{n}-status"} for n in (2, 4)]
    await wrote(given, update(Article), rows)


@privileges.writing(covers=["restrict(check=True)"])
async def works_in_its_tenant(given: Given) -> Any:
    """Adds, changes and deletes in its own tenant."""
    given.session.add(Project(tenant_id=1, name="made"))
    (await given.session.get(Project, 1)).name = "renamed"
    await given.session.delete(await given.session.get(Project, 2))
    await wrote(given, update(Invoice).where(Invoice.tenant_id == 1).values(total=Invoice.total + 1))


@privileges.writing(who=NOBODY)
async def nobody_scratches(given: Given) -> Any:
    """Writes into an open table anonymously."""
    given.session.add(Scratch(text="made"))
    await wrote(given, update(Scratch).where(Scratch.id == 1).values(text="changed"))


@privileges.writing(who=BARE_D)
async def bare_works_for_itself(given: Given) -> Any:
    """Adds a document and a comment of its own without any role, and renames itself."""
    comment = Comment(author_id=D, body="made")
    given.session.add(Document(title="made", owner_id=D, comments=[comment]))
    (await given.session.get(User, D)).name = "renamed"
