"""Who may do what, on one page. Everything the server answers is decided here.

`admin` sees everything not deleted, and deleted rows by a lift; `paid_user` sees public documents, paid ones included;
`free_user` sees public documents that need no payment. Owners see and change their own.
"""

from sqlalchemy import Executable, Uuid, and_, bindparam, select
from sqlalchemy.orm import aliased

from rowgate import Catalog, principal
from rowgate.server.models import Base, Document, HasAccessControl, Role, RoleName, User, UserRole

SOFT_DELETE = "soft-delete"

catalog = Catalog(Base, principal_id=Uuid(), roles=set(RoleName))

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

users = catalog.policy(User)
users.mask(User.hashed_password)
users.allow("read", when=User.id == principal.id, name="myself")

assignments = catalog.policy(UserRole)
assignments.allow("read", when=UserRole.user_id == principal.id, name="my-roles")

catalog.open(Role, reason="the names of the roles are public vocabulary")


def _who() -> Executable:
    """Return the one query that finds a principal: who is active, with each role in force."""
    role = aliased(Role)
    held = aliased(UserRole)
    return (
        select(User.id, role.name.label("role"))
        .outerjoin(held, and_(held.user_id == User.id, held.in_force()))
        .outerjoin(role, role.id == held.role_id)
        .where(User.id == bindparam("subject", type_=Uuid()), User.is_active)
    )


principal_query = catalog.principal_query(_who())
"""Runs in each session's own transaction: a role that ended, or a user who was deactivated, ends with the next request."""
