"""Who holds which role, since when, by whose hand, until when."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from rowgate import AccessDenied
from rowgate.server.audit import record
from rowgate.server.errors import NotFoundError
from rowgate.server.last_admin import see_that_an_admin_stays
from rowgate.server.models import Role, User, UserRole
from rowgate.server.paging import Page, page_by_key
from rowgate.server.roles import get_role, see_that_nobody_holds_both, take_turn


async def list_assignments(session: AsyncSession, user_id: UUID, *, limit: int, cursor: str | None) -> Page[UserRole]:
    """Return a page of a user's assignments, those that are over included, by the age of the role.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        NotFoundError: there is no such user.
    """
    await _user(session, user_id)
    held = select(UserRole).options(joinedload(UserRole.role)).where(UserRole.user_id == user_id)
    return await page_by_key(session, held, UserRole.role_id, limit=limit, cursor=cursor)


async def assign(
    session: AsyncSession, giver: UUID | None, user_id: UUID, role_name: str, expires_at: datetime | None
) -> UserRole:
    """Give a user a role, or another end to it (AssignUser).

    Raises:
        AccessDenied: whoever acts administers no roles, or does not hold this one.
        ConflictError: the user would hold two roles that nobody may hold together; or she is the last admin, and would
            be one until a time.
        NotFoundError: there is no such user or role.
    """
    await _user(session, user_id)
    role = await get_role(session, role_name)
    await _take_turn(session, user_id, alone=expires_at is not None)
    held = await session.get(UserRole, (user_id, role.id), populate_existing=True)
    await _give(session, giver, user_id, role, expires_at, held)
    await see_that_nobody_holds_both(session, user_id)
    if held is not None and expires_at is not None:
        await see_that_an_admin_stays(session, without_role=role.id)
    found = (
        select(UserRole)
        .options(joinedload(UserRole.role))
        .where(UserRole.user_id == user_id, UserRole.role_id == role.id)
    )
    return (await session.scalars(found.execution_options(populate_existing=True))).one()


async def deassign(session: AsyncSession, user_id: UUID, role_name: str) -> None:
    """Take a role from a user (DeassignUser).

    Raises:
        AccessDenied: whoever acts administers no roles.
        ConflictError: she is the last admin.
        NotFoundError: she does not hold it.
    """
    await _user(session, user_id)
    role = await get_role(session, role_name)
    held = await session.get(UserRole, (user_id, role.id))
    if held is None:
        raise NotFoundError
    await _take_turn(session, user_id, alone=True)
    await _take(session, held, role_name)
    await see_that_an_admin_stays(session, without_role=role.id)


async def replace(
    session: AsyncSession,
    giver: UUID | None,
    user_id: UUID,
    wanted: Mapping[str, datetime | None],
    *,
    before: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Let a user hold these roles until these times, and no others. What does not change stays as it is.

    Args:
        session: whose principal gives and takes.
        giver: who that is.
        user_id: who gets them.
        wanted: the roles' names, and the time of each one's end.
        before: runs when nobody else may change her roles, and may refuse.

    Raises:
        AccessDenied: whoever acts administers no roles, or does not hold one that is new.
        ConflictError: the user would hold two roles that nobody may hold together; or she is the last admin.
        NotFoundError: there is no such user or role.
    """
    await _user(session, user_id)
    roles = {name: await get_role(session, name) for name in sorted(wanted)}
    await _take_turn(session, user_id, alone=True)
    if before is not None:
        await before()
    rows = await session.scalars(select(UserRole).options(joinedload(UserRole.role)).where(UserRole.user_id == user_id))
    held = {row.role.name: row for row in rows.all()}
    lost = [held[name].role_id for name in sorted(held.keys() - wanted.keys())]
    for name in sorted(held.keys() - wanted.keys()):
        await _take(session, held[name], name)
    for name, role in roles.items():
        known = held.get(name)
        if known is None or known.expires_at != wanted[name]:
            await _give(session, giver, user_id, role, wanted[name], known)
            lost += [role.id] if known is not None and wanted[name] is not None else []
    await see_that_nobody_holds_both(session, user_id)
    for role_id in lost:
        await see_that_an_admin_stays(session, without_role=role_id)


async def _user(session: AsyncSession, user_id: UUID) -> User:
    found = await session.get(User, user_id)
    if found is None:
        raise NotFoundError
    return found


async def _take_turn(session: AsyncSession, user_id: UUID, *, alone: bool) -> None:
    """Wait for the turn, and for the user. Whoever takes a role away has it alone: she may take the last admin's."""
    await take_turn(session, alone=alone)
    locked = select(User.id).where(User.id == user_id).with_for_update(key_share=True)
    if (await session.scalars(locked)).first() is None:
        raise AccessDenied("only an admin administers users")


async def _give(
    session: AsyncSession,
    giver: UUID | None,
    user_id: UUID,
    role: Role,
    expires_at: datetime | None,
    held: UserRole | None,
) -> None:
    values: dict[str, Any] = {"assigned_by": giver, "expires_at": expires_at}
    if held is None:
        session.add(UserRole(user_id=user_id, role_id=role.id, **values))
    else:
        for name, value in {**values, "assigned_at": func.now()}.items():
            setattr(held, name, value)
    until = None if expires_at is None else expires_at.isoformat()
    record(session, "role.assigned", ("users", user_id), role=role.name, expires_at=until)
    await session.flush()


async def _take(session: AsyncSession, held: UserRole, name: str) -> None:
    await session.delete(held)
    record(session, "role.deassigned", ("users", held.user_id), role=name)
    await session.flush()
