"""Who may do what, on one page. Everything the server answers is decided here.

`admin` sees everything not deleted, and deleted rows by a lift; she administers users, roles and configurations, and
grants only roles that she holds. `paid_user` sees public documents, paid ones included; `free_user` sees public
documents that need no payment. Owners see, change and share their own; what they share, others see or edit.
"""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from rowgate import EVERYONE, Catalog, principal
from rowgate.server.models import (
    SEARCH,
    ApiKey,
    AuditEntry,
    Base,
    Configuration,
    Document,
    DocumentShare,
    HasAccessControl,
    IdempotencyKey,
    LoginAttempts,
    LoginSession,
    PasswordResetToken,
    RefreshToken,
    Role,
    RoleConfiguration,
    RoleExclusion,
    RoleName,
    RoleParent,
    ShareLevel,
    User,
    UserRole,
)
from rowgate.server.principals import user_of_key, user_of_token, who_acts

SOFT_DELETE = "soft-delete"
READS = 1
"""The access level that lets read a configuration."""
CHANGES = 2
"""The access level that lets change a configuration's value and description."""

catalog = Catalog(Base, principal_id=Uuid(), roles=set(RoleName))

principal_by_token = catalog.principal_query(who_acts(user_of_token()))
"""Runs in each session's own transaction: a role that ended, a user who was deactivated, a log-in that was revoked
end with the next request."""

principal_by_key = catalog.principal_query(who_acts(user_of_key()))
"""The same for an API key."""


def my_roles() -> Any:
    """Select the keys of the roles that whoever acts has active, those that she inherits included."""
    return select(Role.id).where(principal.has_role(Role.name))


def roles_of_nobody() -> Any:
    """Select the keys of the roles that nobody holds, not even by inheritance: for whoever acts, if she is a user.

    By naming her it is a set of hers, which the wall can look up; it is a small one in any case.
    """
    held, above, me = aliased(UserRole), aliased(RoleParent), aliased(User)
    return (
        select(Role.id)
        .join(me, true())
        .where(
            me.id == principal.id,
            ~select(held.user_id).where(held.role_id == Role.id).exists(),
            ~select(above.senior_id).where(above.junior_id == Role.id).exists(),
        )
    )


def shared_with_me(level: ShareLevel) -> ColumnElement[bool]:
    """Say that a share in force gives whoever acts this level on a document, or a higher one."""
    return (
        select(DocumentShare.id)
        .where(
            DocumentShare.document_id == Document.id,
            DocumentShare.level.in_(level.or_higher()),
            DocumentShare.in_force(),
            or_(DocumentShare.user_id == principal.id, DocumentShare.role_id.in_(my_roles())),
        )
        .exists()
    )


def granted_to_me(level: int) -> ColumnElement[bool]:
    """Say that a grant in force gives a role of whoever acts this level on a configuration, or a higher one."""
    return (
        select(RoleConfiguration.id)
        .where(
            RoleConfiguration.configuration_id == Configuration.id,
            RoleConfiguration.access_level >= level,
            RoleConfiguration.in_force(),
            RoleConfiguration.role_id.in_(my_roles()),
        )
        .exists()
    )


content = catalog.policy(HasAccessControl)
content.restrict(when=lambda entity: ~entity.is_deleted, name=SOFT_DELETE, lift=RoleName.ADMIN)
content.allow("read", to=RoleName.ADMIN, name="admin")
content.allow("read", to=RoleName.PAID_USER, when=lambda entity: entity.is_public, name="paid")
content.allow(
    "read",
    to=RoleName.FREE_USER,
    when=lambda entity: and_(entity.is_public, ~entity.requires_paid_access),
    name="free",
)

documents = catalog.policy(Document)
documents.allow("read", "update", "delete", when=Document.owner_id == principal.id, name="owner")
documents.allow("create", when=Document.owner_id == principal.id, name="own-new")
documents.allow("read", when=shared_with_me(ShareLevel.VIEWER), name="viewer")
documents.allow(
    "update", when=shared_with_me(ShareLevel.EDITOR), columns=[Document.title, Document.content], name="editor"
)
documents.allow(
    "update",
    to=RoleName.ADMIN,
    when=Document.is_deleted,
    check=~Document.is_deleted,
    columns=[Document.is_deleted],
    name="restore",
)
documents.allow("delete", to=RoleName.ADMIN, when=Document.is_deleted, name="purge")
documents.search(SEARCH)

my_document = select(Document.id).where(Document.id == DocumentShare.document_id, Document.owner_id == principal.id)
shares = catalog.policy(DocumentShare)
shares.allow("read", "delete", when=my_document.exists(), name="owner")
shares.allow(
    "create",
    "update",
    when=my_document.exists(),
    check=and_(my_document.exists(), DocumentShare.granted_by == principal.id),
    name="owner-grants",
)
shares.allow(
    "read", when=or_(DocumentShare.user_id == principal.id, DocumentShare.role_id.in_(my_roles())), name="with-me"
)
shares.allow("read", "delete", to=RoleName.ADMIN, name="admin")

users = catalog.policy(User)
# A hash is written with the new row, in the transaction that makes it, and by nobody later.
users.mask(User.hashed_password, writable=and_(principal.has_role(RoleName.ADMIN), User.created_at == func.now()))
users.allow("read", when=User.id == principal.id, name="myself")
users.allow("read", "create", to=RoleName.ADMIN, name="admin")
users.allow("update", to=RoleName.ADMIN, columns=[User.username, User.email, User.is_active], name="admin-changes")

built_in = Role.name.in_([name.value for name in RoleName])
roles = catalog.policy(Role)
roles.allow("read", to=EVERYONE, name="vocabulary")
roles.allow("create", "update", "delete", to=RoleName.ADMIN, when=~built_in, name="admin")
roles.allow("update", to=RoleName.ADMIN, columns=[Role.description], name="admin-describes")

assignments = catalog.policy(UserRole)
assignments.allow("read", when=UserRole.user_id == principal.id, name="my-roles")
assignments.allow("read", "delete", to=RoleName.ADMIN, name="admin")
assignments.allow(
    "create",
    "update",
    to=RoleName.ADMIN,
    check=and_(UserRole.role_id.in_(my_roles()), UserRole.assigned_by == principal.id),
    name="admin-grants",  # and only what she holds
)
assignments.allow(
    "create",
    to=RoleName.ADMIN,
    when=and_(
        UserRole.user_id == principal.id,
        UserRole.assigned_by == principal.id,
        UserRole.role_id.in_(roles_of_nobody()),
    ),
    name="admin-first",  # a role that nobody has at all, such as a new one, she may take for herself
)

hierarchy = catalog.policy(RoleParent)
hierarchy.allow("read", name="vocabulary")
hierarchy.allow("delete", to=RoleName.ADMIN, name="admin")
hierarchy.allow(
    "create",
    to=RoleName.ADMIN,
    when=and_(RoleParent.junior_id.in_(my_roles()), RoleParent.added_by == principal.id),
    name="admin-grants",  # whoever holds the senior role gets the junior one
)

exclusions = catalog.policy(RoleExclusion)
exclusions.allow("read", name="vocabulary")
exclusions.allow("delete", to=RoleName.ADMIN, name="admin")
exclusions.allow("create", to=RoleName.ADMIN, when=RoleExclusion.added_by == principal.id, name="admin-excludes")

configurations = catalog.policy(Configuration)
configurations.allow("read", "create", "update", "delete", to=RoleName.ADMIN, name="admin")
configurations.allow("read", when=granted_to_me(READS), name="granted")
configurations.allow(
    "update",
    when=granted_to_me(CHANGES),
    columns=[Configuration.value, Configuration.description],
    name="granted-changes",
)

grants = catalog.policy(RoleConfiguration)
grants.allow("read", when=RoleConfiguration.role_id.in_(my_roles()), name="my-roles")
grants.allow("read", "delete", to=RoleName.ADMIN, name="admin")
grants.allow(
    "create", "update", to=RoleName.ADMIN, check=RoleConfiguration.granted_by == principal.id, name="admin-grants"
)

audit = catalog.policy(AuditEntry)
audit.allow("read", to=RoleName.ADMIN, name="admin")
audit.allow("read", when=AuditEntry.actor_id == principal.id, name="my-own")
# Whoever acts adds lines about herself: nobody can write what another did. Nobody changes one.
audit.allow("create", to=EVERYONE, when=AuditEntry.actor_id.is_not_distinct_from(principal.id), name="add")

log_ins = catalog.policy(LoginSession)
log_ins.allow("read", when=LoginSession.user_id == principal.id, name="my-log-ins")
log_ins.allow(
    "update",
    when=LoginSession.user_id == principal.id,
    columns=[LoginSession.revoked_at, LoginSession.revoked_because],
    name="revoke-my-log-ins",
)

api_keys = catalog.policy(ApiKey)
api_keys.mask(ApiKey.key_hash, writable=ApiKey.user_id == principal.id)
api_keys.allow("read", "create", when=ApiKey.user_id == principal.id, name="my-keys")
api_keys.allow("update", when=ApiKey.user_id == principal.id, columns=[ApiKey.revoked_at], name="revoke-my-keys")

answered = catalog.policy(IdempotencyKey)
answered.allow("read", "create", "delete", when=IdempotencyKey.user_id == principal.id, name="my-requests")

# Nobody but the system principal: no rule, no row.
catalog.policy(RefreshToken)
catalog.policy(PasswordResetToken)
catalog.policy(LoginAttempts)
