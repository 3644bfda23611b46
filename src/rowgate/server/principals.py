"""Which roles are active in a request: those that its user holds now and inherits, within what she came with and DSD.

One statement, in the request's own transaction, on the database's clock: a grant, its end, a change of the hierarchy
act with the next request, in every process.
"""

from typing import Any

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid, and_, any_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import CTE

from rowgate.server.models import (
    ApiKey,
    ExclusionKind,
    LoginSession,
    Role,
    RoleExclusion,
    RoleParent,
    User,
    UserRole,
)


def user_of_token() -> Any:
    """Select the active user `subject`, unless the log-in `session` is over; NULL is a token of none.

    `bound` are the names of the only roles that may be active, NULL for all.
    """
    bound = bindparam("bound", type_=ARRAY(Text())).label("bound")
    given = bindparam("session", type_=Uuid())
    alive = exists().where(LoginSession.id == given, LoginSession.user_id == User.id, LoginSession.in_force())
    who = User.id == bindparam("subject", type_=Uuid())
    return select(User.id, bound).where(who, User.is_active, or_(given.is_(None), alive))


def user_of_key() -> Any:
    """Select the active user of the API key with the hash `key_hash`; the roles of the key are the bound."""
    hashed = ApiKey.key_hash == bindparam("key_hash", type_=LargeBinary())
    found = select(User.id, ApiKey.roles.label("bound"), ApiKey.id.label("key"))
    return found.join(ApiKey, ApiKey.user_id == User.id).where(hashed, ApiKey.in_force(), User.is_active)


def who_acts(user: Any) -> Any:
    """Return a query that finds a principal: a row for each active role, its name as `role`; NULL where there is none.

    A bound is of roles that the user holds or inherits, and each brings what it inherits. Of two roles that exclude
    each other dynamically neither is active, unless the bound leaves one of them out: a session never has both.

    Args:
        user: selects one user at the most, with the columns `id`, `bound` (an array of names, or NULL) and any others.
    """
    acting = user.cte("acting_user")
    reach = _reach(acting, _authorized(acting))
    role = aliased(Role)
    active = (
        select(reach.c.role_id).where(reach.c.root_id.not_in(_conflicting(reach))).distinct().subquery("active_roles")
    )
    return (
        select(acting, role.name.label("role"))
        .select_from(acting)
        .outerjoin(active, active.c.role_id.is_not(None))
        .outerjoin(role, role.id == active.c.role_id)
    )


def _authorized(acting: CTE) -> CTE:
    """Return the roles that the user holds, and those that they inherit."""
    held = select(UserRole.role_id).join(acting, acting.c.id == UserRole.user_id).where(UserRole.in_force())
    found = held.cte("authorized_roles", recursive=True)
    return found.union(
        select(RoleParent.junior_id).select_from(RoleParent).join(found, RoleParent.senior_id == found.c.role_id)
    )


def _reach(acting: CTE, authorized: CTE) -> CTE:
    """Return, for each role that may be active, itself and what it inherits."""
    chosen = (
        select(Role.id.label("root_id"), Role.id.label("role_id"))
        .join(authorized, authorized.c.role_id == Role.id)
        .join(acting, or_(acting.c.bound.is_(None), Role.name == any_(acting.c.bound)))
    )
    found = chosen.cte("reached_roles", recursive=True)
    return found.union(
        select(found.c.root_id, RoleParent.junior_id)
        .select_from(found)
        .join(RoleParent, RoleParent.senior_id == found.c.role_id)
    )


def _conflicting(reach: CTE) -> Any:
    """Select the roles by which the user gets a role that excludes another one that she gets."""
    one, other = reach.alias("one_role"), reach.alias("other_role")
    excluded = and_(
        RoleExclusion.kind == ExclusionKind.DYNAMIC,
        or_(
            and_(RoleExclusion.first_id == one.c.role_id, RoleExclusion.second_id == other.c.role_id),
            and_(RoleExclusion.second_id == one.c.role_id, RoleExclusion.first_id == other.c.role_id),
        ),
    )
    pairs = select(one.c.root_id).select_from(one).join(other, one.c.role_id != other.c.role_id)
    return pairs.join(RoleExclusion, excluded)
