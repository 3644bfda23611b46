"""Somebody can administer the server, whatever is taken from whom.

Whoever counts has the turn alone (`roles.take_turn`): of two who take the last two admins away at once, one is refused.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.errors import ConflictError
from rowgate.server.models import ExclusionKind, Role, RoleExclusion, RoleName, User, UserRole
from rowgate.server.reviews import juniors, seniors


async def administering(session: AsyncSession) -> set[UUID]:
    """Return the keys of the role `admin` and of all that inherit it."""
    admin = select(Role.id).where(Role.name == RoleName.ADMIN).scalar_subquery()
    return set((await session.scalars(seniors(admin))).all())


async def see_that_an_admin_stays(
    session: AsyncSession, *, without_role: UUID | None = None, without_user: UUID | None = None
) -> None:
    """See that an active user is an admin without end, now that a role was taken from somebody, or a user deactivated.

    Where what is gone made nobody an admin, nothing is refused.

    Raises:
        ConflictError: none is.
    """
    keys = await administering(session)
    if without_role is not None and without_role not in keys:
        return
    held = select(UserRole.user_id).where(UserRole.role_id.in_(keys))
    if without_user is not None:
        lost = held.where(UserRole.user_id == without_user, UserRole.in_force()).limit(1)
        if (await session.scalars(lost)).first() is None:
            return
    staying = held.join(User, User.id == UserRole.user_id).where(User.is_active, UserRole.expires_at.is_(None))
    if (await session.scalars(staying.limit(1))).first() is None:
        raise ConflictError("Nobody would be an admin without end: make somebody else one first.")


async def see_that_admins_are_active(session: AsyncSession) -> None:
    """See that the role `admin` does not bring two roles that exclude each other dynamically, itself included.

    Who has both has neither, and no scope of a token leaves one of them out: nobody could be an admin, nor undo it.

    Raises:
        ConflictError: it would.
    """
    admin = select(Role.id).where(Role.name == RoleName.ADMIN).scalar_subquery()
    brought = juniors(admin)
    both = select(RoleExclusion.kind).where(
        RoleExclusion.kind == ExclusionKind.DYNAMIC.value,
        RoleExclusion.first_id.in_(brought),
        RoleExclusion.second_id.in_(brought),
    )
    if (await session.scalars(both.limit(1))).first() is not None:
        raise ConflictError("Nobody could be an admin: the role would bring two that exclude each other.")
