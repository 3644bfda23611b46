"""The review functions of INCITS 359 as SELECTs: who holds a role, what a user holds, by assignment or by inheritance.

They are statements, not lists: whoever runs one pages through it, and sees of it what the policies show.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from rowgate.server.models import Role, RoleParent, User, UserRole


def juniors(role_id: Any) -> Any:
    """Select the keys of a role and of all that it inherits."""
    found = select(Role.id).where(Role.id == role_id).cte("junior_roles", recursive=True)
    return select(
        found.union(
            select(RoleParent.junior_id).select_from(RoleParent).join(found, RoleParent.senior_id == found.c.id)
        ).c.id
    )


def seniors(role_id: Any) -> Any:
    """Select the keys of a role and of all that inherit it."""
    found = select(Role.id).where(Role.id == role_id).cte("senior_roles", recursive=True)
    return select(
        found.union(
            select(RoleParent.senior_id).select_from(RoleParent).join(found, RoleParent.junior_id == found.c.id)
        ).c.id
    )


def assigned_users(role_id: UUID) -> Any:
    """Select the users who hold a role themselves (AssignedUsers)."""
    return select(User).where(
        User.id.in_(select(UserRole.user_id).where(UserRole.role_id == role_id, UserRole.in_force()))
    )


def authorized_users(role_id: UUID) -> Any:
    """Select the users who hold a role themselves or by one that inherits it (AuthorizedUsers)."""
    holding = select(UserRole.user_id).where(UserRole.role_id.in_(seniors(role_id)), UserRole.in_force())
    return select(User).where(User.id.in_(holding))


def assigned_roles(user_id: UUID) -> Any:
    """Select the roles that a user holds herself (AssignedRoles)."""
    return select(Role).where(
        Role.id.in_(select(UserRole.role_id).where(UserRole.user_id == user_id, UserRole.in_force()))
    )


def authorized_roles(user_id: UUID) -> Any:
    """Select the roles that a user holds and those that they inherit (AuthorizedRoles)."""
    held = select(UserRole.role_id).where(UserRole.user_id == user_id, UserRole.in_force())
    found = held.cte("held_roles", recursive=True)
    found = found.union(
        select(RoleParent.junior_id).select_from(RoleParent).join(found, RoleParent.senior_id == found.c.role_id)
    )
    return select(Role).where(Role.id.in_(select(found.c.role_id)))


def closure() -> Any:
    """Return (senior, junior) for every role and all that it inherits, itself included, as a CTE."""
    found = select(Role.id.label("senior_id"), Role.id.label("junior_id")).cte("inherited_roles", recursive=True)
    step = aliased(RoleParent)
    return found.union(
        select(found.c.senior_id, step.junior_id).select_from(found).join(step, step.senior_id == found.c.junior_id)
    )
