"""Privileges: granting oneself a role, a share, a tenant, another user's password; lifting what one may not."""

from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update

from rowgate.lift import lift
from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import loaded, upsert, wrote
from rowgate.testing.world_kinds import Article
from rowgate.testing.world_models import (
    Block,
    Comment,
    Document,
    Invoice,
    Project,
    Role,
    Share,
    Tag,
    User,
    UserRole,
)
from rowgate.testing.world_rows import ADMIN_D, BARE_D, FREE_A, NOBODY, A, B, D, E, key

privileges = Family("privileges")
roles: Any = UserRole.__table__


@privileges.write_in()
async def role_added(given: Given) -> Any:
    """Grants itself the role of admin by the unit of work."""
    given.session.add(UserRole(user_id=A, role_id=1))


@privileges.write_in()
async def role_inserted(given: Given) -> Any:
    """Grants itself the role of admin by a statement."""
    await wrote(given, insert(UserRole).values(user_id=A, role_id=1))


@privileges.write_in()
async def role_inserted_into_the_table(given: Given) -> Any:
    """Grants itself all roles by the table, on the session's connection."""
    connection = await given.session.connection()
    await connection.execute(roles.insert(), [{"user_id": A, "role_id": n} for n in (1, 2)])


@privileges.write_in()
async def role_copied(given: Given) -> Any:
    """Grants itself whatever role exists."""
    each = select(literal(A, UserRole.user_id.type), Role.id).where(Role.name != "free_user")
    await wrote(given, insert(UserRole).from_select(["user_id", "role_id"], each))


@privileges.write_in()
async def role_by_relationship(given: Given) -> Any:
    """Grants itself the role of admin by its own collection of assignments."""
    user = await given.session.get(User, A)
    (await user.awaitable_attrs.assignments).append(UserRole(role=await given.session.get(Role, 1)))


@privileges.write_in()
async def role_exchanged(given: Given) -> Any:
    """Makes its own assignment one of admin: a change of the primary key."""
    for assignment in await loaded(given, UserRole, (A, 3)):
        assignment.role_id = 1


@privileges.write_in()
async def role_exchanged_in_bulk(given: Given) -> Any:
    """Makes its own assignment one of admin by a statement."""
    await wrote(given, update(UserRole).where(UserRole.user_id == A).values(role_id=1))


@privileges.write_in()
async def role_taken_from_the_admin(given: Given) -> Any:
    """Makes the admin's assignment its own."""
    await wrote(given, update(UserRole).where(UserRole.role_id == 1).values(user_id=A))


@privileges.write_in()
async def role_upserted(given: Given) -> Any:
    """Grants itself the role of admin by an upsert that meets its own assignment."""
    statement = upsert(given, UserRole).values(user_id=A, role_id=3)
    await wrote(given, statement.on_conflict_do_update(index_elements=["user_id", "role_id"], set_={"role_id": 1}))


@privileges.write_in()
async def role_merged(given: Given) -> Any:
    """Grants itself the role of admin by merge."""
    await given.session.merge(UserRole(user_id=A, role_id=1, remark="mine"))


@privileges.write_in()
async def role_of_another_withdrawn(given: Given) -> Any:
    """Withdraws everybody's roles."""
    await wrote(given, delete(UserRole))


@privileges.write_in()
async def role_of_its_own_withdrawn(given: Given) -> Any:
    """Withdraws its own role, which it may see but not change."""
    for assignment in await loaded(given, UserRole, (A, 3)):
        await given.session.delete(assignment)


@privileges.write_in()
async def role_renamed(given: Given) -> Any:
    """Renames its own role to one of more power."""
    for role in await loaded(given, Role, 3):
        role.name = "superuser"


@privileges.write_in()
async def roles_renumbered(given: Given) -> Any:
    """Gives the role that it holds another name in bulk."""
    await wrote(given, update(Role).where(Role.id == 3).values(name="super" + Role.name))


@privileges.write_in()
async def role_created(given: Given) -> Any:
    """Creates a role, and holds it."""
    given.session.add(UserRole(user_id=A, role=Role(name="superuser")))


@privileges.write_in()
async def role_upserted_by_name(given: Given) -> Any:
    """Meets a role by name, and renames it."""
    statement = upsert(given, Role).values(name="admin")
    await wrote(given, statement.on_conflict_do_update(index_elements=["name"], set_={"name": "nobody"}))


@privileges.write_in()
async def share_given_to_itself(given: Given) -> Any:
    """Shares a hidden document with itself."""
    given.session.add(Share(document_id=key("b000"), user_id=A))


@privileges.write_in()
async def share_of_everything(given: Given) -> Any:
    """Shares with itself whatever it sees, so that it stays when it is private again."""
    each = select(Document.id, literal(A, Share.user_id.type)).where(Document.owner_id == B, Document.is_public)
    await wrote(given, insert(Share).from_select(["document_id", "user_id"], each))


@privileges.write_in()
async def share_turned_around(given: Given) -> Any:
    """Makes a share that it was given one of another document."""
    await wrote(given, update(Share).where(Share.document_id == key("b010")).values(document_id=key("b000")))


@privileges.write_in()
async def share_by_many_sets(given: Given) -> Any:
    """Shares many documents with itself, a parameter set for each; the first is its own."""
    rows = [{"document_id": key(name), "user_id": A} for name in ("a100", "b000", "c000")]
    await given.session.execute(insert(Share), rows)


@privileges.write_in()
async def unblocks_itself(given: Given) -> Any:
    """Deletes the row by which somebody has blocked it."""
    await wrote(given, delete(Block).where(Block.blocked_id == A))


@privileges.write_in()
async def unblocks_itself_by_change(given: Given) -> Any:
    """Turns the row by which it is blocked to somebody else."""
    await wrote(given, update(Block).where(Block.blocked_id == A).values(blocked_id=D))


@privileges.write_in()
async def blocks_for_another(given: Given) -> Any:
    """Blocks somebody in somebody else's name."""
    given.session.add(Block(blocker_id=E, blocked_id=B))


@privileges.write_in()
async def password_of_another(given: Given) -> Any:
    """Sets somebody else's password."""
    for user in await loaded(given, User, B):
        user.hashed_password = "x"  # noqa: S105 - it is no password


@privileges.write_in()
async def email_of_another(given: Given) -> Any:
    """Sets somebody else's email, to have a password sent there."""
    await wrote(given, update(User).where(User.name == "user-d-name").values(email="a@example.org"))


@privileges.write_in()
async def name_of_another(given: Given) -> Any:
    """Renames others, in bulk by primary key."""
    await wrote(given, update(User), [{"id": A, "name": "one"}, {"id": B, "name": "two"}])


@privileges.write_in()
async def user_created(given: Given) -> Any:
    """Creates a user."""
    given.session.add(User(name="mallory"))


@privileges.write_in()
async def user_deleted(given: Given) -> Any:
    """Deletes a user to whom nothing refers any more."""
    user: Any = User.__table__
    connection = await given.session.connection()
    await connection.execute(delete(UserRole).where(UserRole.user_id == D))
    await connection.execute(delete(user).where(user.c.id == D))


@privileges.write_in()
async def comment_taken_over(given: Given) -> Any:
    """Makes itself the author of what others wrote."""
    await wrote(given, update(Comment).values(author_id=A))


@privileges.write_in()
async def comment_put_into_anothers_mouth(given: Given) -> Any:
    """Makes somebody else the author of what it wrote."""
    for comment in await loaded(given, Comment, 1):
        comment.author_id = B


@privileges.write_in()
async def article_taken_over(given: Given) -> Any:
    """Makes itself the owner of the articles that it edits."""
    for article in await loaded(given, Article, 2, 4):
        article.owner_id = A


@privileges.write_in()
async def article_made_its_editor(given: Given) -> Any:
    """Makes itself the editor of all articles."""
    await wrote(given, update(Article).values(editor_id=A))


@privileges.write_in(covers=["restrict(check=True)"])
async def tenant_left(given: Given) -> Any:
    """Moves its own tenant's row to another one."""
    for project in await loaded(given, Project, 1):
        project.tenant_id = 2


@privileges.write_in(covers=["restrict(check=True)"])
async def tenant_entered(given: Given) -> Any:
    """Adds a row to another tenant."""
    given.session.add_all([Project(tenant_id=tenant, name="x") for tenant in (1, 2)])


@privileges.write_in(covers=["restrict(check=True)"])
async def tenant_robbed(given: Given) -> Any:
    """Brings the rows of other tenants into its own."""
    await wrote(given, update(Invoice).values(tenant_id=1))


@privileges.write_in(covers=["restrict(check=True)"])
async def tenant_moved_by_a_sub_select(given: Given) -> Any:
    """Moves a row to the tenant of a hidden one."""
    other = select(func.max(Project.tenant_id) + 1).scalar_subquery()
    await wrote(given, update(Project).where(Project.id == 1).values(tenant_id=other))


@privileges.write_in(who=BARE_D, covers=["principal.attr"])
async def tenant_of_nobody(given: Given) -> Any:
    """Adds a row to a tenant without having one."""
    given.session.add(Project(tenant_id=1, name="x"))


@privileges.write_in(who=BARE_D)
async def bare_changes_public(given: Given) -> Any:
    """Changes documents without a role."""
    await wrote(given, update(Document).values(content="changed"))


@privileges.write_in(who=NOBODY)
async def nobody_inserts(given: Given) -> Any:
    """Comments anonymously, in somebody's name."""
    await wrote(given, insert(Comment).values(document_id=key("b100"), author_id=A, body="x"))


@privileges.write_in(who=NOBODY)
async def nobody_updates(given: Given) -> Any:
    """Changes users anonymously."""
    await wrote(given, update(User).values(name="changed-" + User.name))


@privileges.write_in(who=NOBODY)
async def nobody_deletes(given: Given) -> Any:
    """Deletes anonymously."""
    await wrote(given, delete(Comment))
    await wrote(given, delete(Tag).where(Tag.id == 3))


@privileges.write_in(who=NOBODY)
async def nobody_becomes_somebody(given: Given) -> Any:
    """Registers anonymously, as an admin."""
    given.session.add(User(name="mallory", assignments=[UserRole(role_id=1)]))


@privileges.write_in(who=NOBODY)
async def nobody_enters_a_tenant(given: Given) -> Any:
    """Adds to a tenant anonymously."""
    given.session.add(Invoice(tenant_id=1, text="x", total=1))


@privileges.write_in(who=ADMIN_D)
async def admin_deletes(given: Given) -> Any:
    """Deletes a document as an admin, who may update it only."""
    await wrote(given, delete(Document).where(Document.id == key("a100")))


@privileges.write_in(who=ADMIN_D)
async def admin_creates_for_another(given: Given) -> Any:
    """Creates a document in somebody else's name as an admin."""
    given.session.add(Document(title="made", owner_id=A))


@privileges.write_in(who=ADMIN_D)
async def admin_undeletes(given: Given) -> Any:
    """Revives a deleted document as an admin who has lifted nothing."""
    await wrote(given, update(Document).where(Document.is_deleted).values(is_deleted=False))


@privileges.write_in(who=ADMIN_D)
async def admin_sets_a_password(given: Given) -> Any:
    """Creates a user with a password as an admin: the column is masked."""
    given.session.add(User(name="mallory", hashed_password="x"))  # noqa: S106 - it is no password


@privileges.write_in(who=ADMIN_D)
async def admin_renames_a_user(given: Given) -> Any:
    """Renames a user as an admin, who may create users only."""
    for user in await loaded(given, User, B):
        user.name = "renamed"


@privileges.write_in(who=ADMIN_D)
async def admin_edits_a_comment(given: Given) -> Any:
    """Edits a comment as an admin."""
    for comment in await loaded(given, Comment, 12):
        comment.body = "changed"


@privileges.way_in(covers=["lift"])
async def lifts_for_a_session(given: Given) -> Any:
    """Lifts a restriction for a session without the role."""
    async with given.open(given.who, lift={"soft-delete"}) as session:
        return (await session.scalars(select(Document.title))).all()


@privileges.way_in(who=FREE_A, covers=["lift"])
async def lifts_for_a_statement(given: Given) -> Any:
    """Lifts a restriction for a statement without the role."""
    statement = select(Document.title).options(lift("soft-delete", Document))
    return (await given.session.scalars(statement)).all()


@privileges.way_in(who=FREE_A, covers=["include_filtered"])
async def lifts_by_an_option(given: Given) -> Any:
    """Sets the option that means all lifts."""
    statement = select(Document.title).where(Document.is_deleted).execution_options(include_filtered=True)
    return (await given.session.scalars(statement)).all()


@privileges.way_in(who=FREE_A, covers=["include_filtered"])
async def lifts_by_the_connection(given: Given) -> Any:
    """Sets the option that means all lifts on the connection."""
    await given.session.connection(execution_options={"include_filtered": True})
    return (await given.session.scalars(select(Document.title))).all()


@privileges.way_in(covers=["lift"])
async def lifts_what_has_no_lift(given: Given) -> Any:
    """Lifts a restriction that nobody may lift."""
    async with given.open(given.who, lift={"blocks", "soft-delete"}) as session:
        return (await session.scalars(select(Document.title).where(Document.owner_id == E))).all()


@privileges.write_in(covers=["lift"])
async def lifts_and_writes(given: Given) -> Any:
    """Loads archived rows under the lift of a statement, and changes them."""
    statement = select(Article).where(Article.id == 7).options(lift("archive", Article))
    for article in (await given.session.scalars(statement)).all():
        article.title = "changed"
