"""What roles and users may do: the rules that speak for a role, what a user may do to one document, and who may.

The first is read from the catalog, which has every permission there is; the others are computed by the database from
the same policies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from rowgate import AccessDenied, Principal, can
from rowgate.review import who_may
from rowgate.server.accounts import Sessions
from rowgate.server.errors import NotFoundError
from rowgate.server.models import Document, Role, RoleName, User, UserRole
from rowgate.server.policies import catalog
from rowgate.server.reviews import authorized_roles, closure, juniors

NOBODY = UUID(int=0)
"""The id of nobody: what a role may do by itself, whoever has it."""


@dataclass(frozen=True, slots=True)
class Permission:
    """That a rule lets do something with the rows of a table: with all of them, or those that meet its condition."""

    action: str
    table: str
    rule: str
    role: str | None
    conditional: bool


def permissions_of(roles: Iterable[str]) -> list[Permission]:
    """Return what the rules give whoever has these roles active; a rule for everybody who is logged in has no role."""
    catalog.freeze()
    active = set(roles)
    found = []
    for entry in catalog.entries.values():
        for rule in entry.allows:
            spoken: list[str | None] = [None] if rule.roles is None else [*sorted(rule.roles & active)]
            found += [
                Permission(str(action), entry.name, rule.name, role, rule.when is not None)
                for role in spoken
                for action in sorted(rule.actions)
            ]
    return sorted(found, key=lambda one: (one.table, one.action, one.rule, one.role or ""))


async def user_permissions(session: AsyncSession, user_id: UUID) -> list[Permission]:
    """Return what the roles of a user give her (UserPermissions).

    Raises:
        NotFoundError: there is no such user, or whoever acts may not see her.
    """
    if await session.get(User, user_id) is None:
        raise NotFoundError
    return permissions_of(role.name for role in await session.scalars(authorized_roles(user_id)))


async def role_permissions(session: AsyncSession, role: Role) -> list[Permission]:
    """Return what a role gives, inherited permissions included (RolePermissions)."""
    names = await session.scalars(select(Role.name).where(Role.id.in_(juniors(role.id))))
    return [one for one in permissions_of(names) if one.role is not None]


async def user_operations(session: AsyncSession, sessions: Sessions, user_id: UUID, document_id: UUID) -> list[str]:
    """Return what a user may do to a document, with all her roles active (UserOperationsOnObject).

    Args:
        session: of whoever asks; it is committed.
        sessions: to ask as that user.
        user_id: the user.
        document_id: the document.

    Raises:
        NotFoundError: there is no such user or document, or whoever acts may not see it.
    """
    user = await session.get(User, user_id)
    if user is None:
        raise NotFoundError
    roles = {role.name for role in await session.scalars(authorized_roles(user_id))}
    found = await _operations(session, sessions, Principal(user_id, roles=roles), document_id)
    return found if user.is_active else []


async def role_operations(session: AsyncSession, sessions: Sessions, role: Role, document_id: UUID) -> list[str]:
    """Return what a role lets do to a document that is nobody's own (RoleOperationsOnObject).

    It tells of shares with the role: so whoever asks sees those, as an admin, as the owner or by having the role.

    Args:
        session: of whoever asks; it is committed.
        sessions: to ask as somebody who has that role, and nothing else.
        role: the role.
        document_id: the document.

    Raises:
        AccessDenied: whoever acts sees the document, but not with whom it is shared.
        NotFoundError: there is no such document, or whoever acts may not see it.
    """
    document = await session.get(Document, document_id)
    if document is None:
        raise NotFoundError
    acting: Principal = session.info["principal"]
    if document.owner_id != acting.id and not {role.name, RoleName.ADMIN} & acting.roles:
        raise AccessDenied("only who has a role learns what is shared with it")
    names = set(await session.scalars(select(Role.name).where(Role.id.in_(juniors(role.id)))))
    return await _operations(session, sessions, Principal(NOBODY, roles=names), document_id)


def permitted_users(action: str, document_id: UUID) -> tuple[Any, Any]:
    """Select the active users who may do this to a document, with all their roles; return it with their key.

    It is made of the policies themselves. Whoever runs it sees of the answer what they show her: an admin all of it.
    """
    candidate = aliased(User, name="candidate")
    reach = closure()

    assigned, held = aliased(UserRole), aliased(Role)

    def has_role(name: Any) -> Any:
        found = select(assigned.user_id).join(reach, reach.c.senior_id == assigned.role_id)
        named = found.join(held, held.id == reach.c.junior_id).where(held.name == name)
        hers = named.where(assigned.user_id == candidate.id, assigned.in_force())
        return hers.correlate_except(assigned, reach, held).exists()

    may = who_may(catalog, action, Document, user_id=candidate.id, has_role=has_role)
    found = (
        select(candidate)
        .join(Document, Document.id == document_id)
        .where(candidate.is_active, may)
        .options(selectinload(candidate.roles))
    )
    return found, candidate.id


async def _operations(session: AsyncSession, sessions: Sessions, who: Principal, document_id: UUID) -> list[str]:
    """Ask as somebody else, in a session of theirs: the database answers for whoever acts, and for nobody else."""
    if await session.get(Document, document_id) is None:
        raise NotFoundError
    await session.commit()  # gives the connection back: a request never holds two
    asked = select(can("update", Document), can("delete", Document)).where(Document.id == document_id)
    async with sessions(who) as theirs:
        row = (await theirs.execute(asked)).one_or_none()
    if row is None:
        return []
    return ["read", *(action for action, may in zip(("update", "delete"), row, strict=True) if may)]
