"""Roles, who inherits from whom, and which two exclude each other. After INCITS 359, and right when two work at once.

Whoever changes the hierarchy or an exclusion takes the turn alone; whoever assigns a role shares the turn with other
assignments, and takes the user alone. So no two changes that are harmless one by one make a cycle, or give a user two
roles that nobody may hold together.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rowgate import AccessDenied
from rowgate.server.audit import record
from rowgate.server.errors import ConflictError, NotFoundError
from rowgate.server.last_admin import administering, see_that_admins_are_active, see_that_an_admin_stays
from rowgate.server.models import (
    DocumentShare,
    ExclusionKind,
    Role,
    RoleConfiguration,
    RoleExclusion,
    RoleName,
    RoleParent,
    UserRole,
)
from rowgate.server.paging import Page, page_by_key
from rowgate.server.reviews import closure, juniors, seniors


async def take_turn(session: AsyncSession, *, alone: bool) -> None:
    """Wait for the turn to change who holds what, until the end of the transaction.

    The lock is one on the row of the role `admin`, which always exists: it conflicts with no foreign key's lock.

    Raises:
        AccessDenied: whoever acts administers no roles.
    """
    row = select(Role.id).where(Role.name == RoleName.ADMIN).with_for_update(read=not alone, key_share=alone)
    if (await session.scalars(row)).first() is None:
        raise AccessDenied("only an admin administers roles")


async def list_roles(session: AsyncSession, *, limit: int, cursor: str | None) -> Page[Role]:
    """Return a page of roles, newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    return await page_by_key(session, select(Role), Role.id, limit=limit, cursor=cursor)


async def get_role(session: AsyncSession, name: str) -> Role:
    """Return a role by its name.

    Raises:
        NotFoundError: there is none.
    """
    found = (await session.scalars(select(Role).where(Role.name == name))).one_or_none()
    if found is None:
        raise NotFoundError
    return found


async def find_role(session: AsyncSession, role_id: UUID) -> Role:
    """Return a role by its key.

    Raises:
        NotFoundError: there is none.
    """
    found = await session.get(Role, role_id)
    if found is None:
        raise NotFoundError
    return found


async def lock_role(session: AsyncSession, name: str) -> Role:
    """Return a role that whoever acts may change, locked.

    Raises:
        AccessDenied: she may not.
        NotFoundError: there is none.
    """
    await get_role(session, name)
    locked = select(Role).where(Role.name == name).with_for_update().execution_options(populate_existing=True)
    found = (await session.scalars(locked)).one_or_none()
    if found is None:
        raise AccessDenied("only an admin changes roles")
    return found


async def create_role(session: AsyncSession, maker: UUID | None, name: str, description: str | None) -> Role:
    """Store a role, which its maker holds: nobody grants what she does not hold, so somebody must (AddRole).

    Raises:
        AccessDenied: whoever acts administers no roles.
        IntegrityError: the name is taken.
    """
    role = Role(name=name, description=description)
    session.add(role)
    await session.flush()
    record(session, "role.created", ("roles", role.id), name=name)
    if maker is not None:  # the system holds no roles, and needs none to grant them
        session.add(UserRole(user_id=maker, role_id=role.id, assigned_by=maker))
        record(session, "role.assigned", ("users", maker), role=name)
    await session.flush()
    return role


async def update_role(session: AsyncSession, role: Role, values: Mapping[str, Any]) -> Role:
    """Change name or description of a role that is locked.

    Raises:
        AccessDenied: the names of the three roles that policies name stay.
    """
    record(session, "role.updated", ("roles", role.id), name=role.name, changed=sorted(values))
    for column, value in values.items():
        setattr(role, column, value)
    await session.flush()
    return role


async def delete_role(session: AsyncSession, name: str, *, before: Callable[[Role], None] | None = None) -> None:
    """Delete a role with its assignments, grants and places in the hierarchy (DeleteRole).

    Args:
        session: whose principal deletes it.
        name: which.
        before: runs when its row is locked, and may refuse.

    Raises:
        AccessDenied: whoever acts administers no roles; or it is one of the three that policies name.
        ConflictError: nobody else is an admin but by it.
        NotFoundError: there is none.
    """
    await get_role(session, name)
    await take_turn(session, alone=True)  # before the role's row: an assignment takes them in this order too
    role = await lock_role(session, name)
    if before is not None:
        before(role)
    above = role.id in await administering(session)
    counts: dict[str, Any] = {}
    for entity, condition in (
        (UserRole, UserRole.role_id == role.id),
        (RoleParent, or_(RoleParent.senior_id == role.id, RoleParent.junior_id == role.id)),
        (RoleExclusion, or_(RoleExclusion.first_id == role.id, RoleExclusion.second_id == role.id)),
        (DocumentShare, DocumentShare.role_id == role.id),
        (RoleConfiguration, RoleConfiguration.role_id == role.id),
    ):
        keys = await session.scalars(delete(entity).where(condition).returning(_first_key(entity)))
        counts[entity.__tablename__] = len(keys.all())
    record(session, "role.deleted", ("roles", role.id), name=name, **counts)
    await session.delete(role)
    await session.flush()
    if above:
        await see_that_an_admin_stays(session, without_role=(await get_role(session, RoleName.ADMIN)).id)


async def add_inheritance(session: AsyncSession, adder: UUID | None, senior: str, junior: str) -> None:
    """Let a role inherit another one; nothing happens if it does already (AddInheritance).

    Raises:
        AccessDenied: whoever acts administers no roles, or does not hold the junior one.
        ConflictError: it would close a cycle, or give somebody two roles that nobody may hold together; or nobody could
            be an admin.
        NotFoundError: one of them does not exist.
    """
    upper, lower = await get_role(session, senior), await get_role(session, junior)
    await take_turn(session, alone=True)
    if await session.get(RoleParent, (upper.id, lower.id)) is not None:
        return
    if (await session.scalars(select(Role.id).where(Role.id == upper.id, Role.id.in_(juniors(lower.id))))).first():
        raise ConflictError("A role would inherit itself.")
    session.add(RoleParent(senior_id=upper.id, junior_id=lower.id, added_by=adder))
    record(session, "role.inheritance-added", ("roles", upper.id), senior=senior, junior=junior)
    await session.flush()
    await see_that_nobody_holds_both(session)
    await see_that_admins_are_active(session)


async def delete_inheritance(session: AsyncSession, senior: str, junior: str) -> None:
    """Let a role inherit another one no more (DeleteInheritance).

    Raises:
        AccessDenied: whoever acts administers no roles.
        ConflictError: nobody else is an admin but by it.
        NotFoundError: it does not.
    """
    upper, lower = await get_role(session, senior), await get_role(session, junior)
    pair = await session.get(RoleParent, (upper.id, lower.id))
    if pair is None:
        raise NotFoundError
    await take_turn(session, alone=True)
    await session.delete(pair)
    record(session, "role.inheritance-deleted", ("roles", upper.id), senior=senior, junior=junior)
    await session.flush()
    await see_that_an_admin_stays(session, without_role=lower.id)


async def list_relatives(
    session: AsyncSession, name: str, *, up: bool, inherited: bool, limit: int, cursor: str | None
) -> Page[Role]:
    """Return the roles that inherit a role, or those that it inherits; by one step, or by any number of them.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        NotFoundError: there is no such role.
    """
    role = await get_role(session, name)
    if inherited:
        keys = seniors(role.id) if up else juniors(role.id)
    elif up:
        keys = select(RoleParent.senior_id).where(RoleParent.junior_id == role.id)
    else:
        keys = select(RoleParent.junior_id).where(RoleParent.senior_id == role.id)
    found = select(Role).where(Role.id.in_(keys), Role.id != role.id)
    return await page_by_key(session, found, Role.id, limit=limit, cursor=cursor)


async def exclude(session: AsyncSession, adder: UUID, one: str, other: str, kind: ExclusionKind) -> None:
    """Let two roles exclude each other; nothing happens if they do already (CreateSsdSet, CreateDsdSet, of two roles).

    Raises:
        AccessDenied: whoever acts administers no roles.
        ConflictError: they are one role; or, statically, somebody holds both; or nobody could be an admin.
        NotFoundError: one of them does not exist.
    """
    key = await _pair(session, one, other, kind)
    await take_turn(session, alone=True)
    if await session.get(RoleExclusion, key) is not None:
        return
    session.add(RoleExclusion(kind=key[0], first_id=key[1], second_id=key[2], added_by=adder))
    record(session, "role.excluded", ("roles", key[1]), kind=kind.value, roles=sorted([one, other]))
    await session.flush()
    await see_that_nobody_holds_both(session)
    await see_that_admins_are_active(session)


async def end_exclusion(session: AsyncSession, one: str, other: str, kind: ExclusionKind) -> None:
    """Let two roles exclude each other no more (DeleteSsdSet, DeleteDsdSet).

    Raises:
        AccessDenied: whoever acts administers no roles.
        NotFoundError: they do not.
    """
    pair = await session.get(RoleExclusion, await _pair(session, one, other, kind))
    if pair is None:
        raise NotFoundError
    await take_turn(session, alone=True)
    await session.delete(pair)
    record(session, "role.exclusion-ended", ("roles", pair.first_id), kind=kind.value, roles=sorted([one, other]))
    await session.flush()


async def list_excluded(
    session: AsyncSession, name: str, kind: ExclusionKind, *, limit: int, cursor: str | None
) -> Page[Role]:
    """Return the roles that a role excludes (SsdRoleSets, DsdRoleSets).

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        NotFoundError: there is no such role.
    """
    role = await get_role(session, name)
    pairs = RoleExclusion.kind == kind.value
    after = select(RoleExclusion.second_id).where(pairs, RoleExclusion.first_id == role.id)
    before = select(RoleExclusion.first_id).where(pairs, RoleExclusion.second_id == role.id)
    found = select(Role).where(or_(Role.id.in_(after), Role.id.in_(before)))
    return await page_by_key(session, found, Role.id, limit=limit, cursor=cursor)


async def see_that_nobody_holds_both(session: AsyncSession, user_id: UUID | None = None) -> None:
    """See that no user, or not this one, holds two roles that exclude each other statically, inherited ones included.

    Raises:
        ConflictError: somebody would.
    """
    reach = closure()
    by_first, by_second = reach.alias("reaches_first"), reach.alias("reaches_second")
    one, other = aliased(UserRole), aliased(UserRole)
    both = (
        select(one.user_id)
        .select_from(RoleExclusion)
        .join(by_first, by_first.c.junior_id == RoleExclusion.first_id)
        .join(one, and_(one.role_id == by_first.c.senior_id, one.in_force()))
        .join(by_second, by_second.c.junior_id == RoleExclusion.second_id)
        .join(other, and_(other.role_id == by_second.c.senior_id, other.user_id == one.user_id, other.in_force()))
        .where(RoleExclusion.kind == ExclusionKind.STATIC.value)
        .limit(1)
    )
    if user_id is not None:
        both = both.where(one.user_id == user_id)
    if (await session.scalars(both)).first() is not None:
        raise ConflictError("Somebody would hold two roles that nobody may hold together.")


async def _pair(session: AsyncSession, one: str, other: str, kind: ExclusionKind) -> tuple[str, UUID, UUID]:
    first, second = sorted([(await get_role(session, one)).id, (await get_role(session, other)).id])
    if first == second:
        raise ConflictError("A role cannot exclude itself.")
    return kind.value, first, second


def _first_key(entity: Any) -> Any:
    return entity.role_id if entity is UserRole else next(iter(entity.__table__.primary_key))
