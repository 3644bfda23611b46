"""Users: list, search, count, make, change, deactivate. Who sees whom, the session says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from rowgate import AccessDenied
from rowgate.server.audit import record
from rowgate.server.errors import NotFoundError
from rowgate.server.last_admin import see_that_an_admin_stays
from rowgate.server.models import Document, Role, RoleName, User
from rowgate.server.paging import Page, page_by_key
from rowgate.server.roles import take_turn


@dataclass(frozen=True, slots=True)
class Filter:
    """Which users to list; what is None does not matter."""

    text: str | None = None
    active: bool | None = None
    role: str | None = None
    has_roles: bool | None = None
    has_documents: bool | None = None

    def conditions(self) -> list[Any]:
        """Return the filter as SQL: parts of names and addresses in any case, roles as they are assigned and in force."""
        found: list[Any] = []
        if self.text is not None:
            found.append(
                or_(
                    User.username.icontains(self.text, autoescape=True),
                    User.email.icontains(self.text, autoescape=True),
                )
            )
        if self.active is not None:
            found.append(User.is_active if self.active else ~User.is_active)
        if self.role is not None:
            found.append(User.roles.any(Role.name == self.role))
        if self.has_roles is not None:
            found.append(User.roles.any() if self.has_roles else ~User.roles.any())
        if self.has_documents is not None:
            owns = User.documents.any(~Document.is_deleted)
            found.append(owns if self.has_documents else ~owns)
        return found


async def list_users(session: AsyncSession, wanted: Filter, *, limit: int, cursor: str | None) -> Page[User]:
    """Return a page of users with their roles, newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    found = select(User).options(selectinload(User.roles)).where(*wanted.conditions())
    return await page_by_key(session, found, User.id, limit=limit, cursor=cursor)


async def count_users(session: AsyncSession, wanted: Filter) -> int:
    """Count users."""
    return await session.scalar(select(func.count()).select_from(User).where(*wanted.conditions())) or 0


async def require_admin(session: AsyncSession) -> None:
    """See that whoever acts is an admin, where only who sees all users can answer.

    Raises:
        AccessDenied: she is not.
    """
    await session.connection()
    if RoleName.ADMIN not in session.info["principal"].roles:
        raise AccessDenied("only an admin may do this")


async def is_taken(session: AsyncSession, *, username: str | None, email: str | None) -> bool:
    """Return whether some user has this name, or this address, in any case.

    Raises:
        AccessDenied: whoever acts does not see all users.
    """
    await require_admin(session)
    same = []
    if username is not None:
        same.append(func.lower(User.username) == func.lower(username))
    if email is not None:
        same.append(func.lower(User.email) == func.lower(email))
    return bool(await session.scalar(select(select(User.id).where(or_(*same)).exists())))


async def get_user(session: AsyncSession, user_id: UUID) -> User:
    """Return a user with her roles.

    Raises:
        NotFoundError: there is none, or none that whoever acts may see.
    """
    found = select(User).options(selectinload(User.roles)).where(User.id == user_id)
    user = (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()
    if user is None:
        raise NotFoundError
    return user


async def create_user(session: AsyncSession, *, username: str, email: str, hashed_password: str) -> User:
    """Store a user, without roles.

    Raises:
        AccessDenied: whoever acts administers no users.
        IntegrityError: the name or the address is taken.
    """
    user = User(username=username, email=email, hashed_password=hashed_password)
    session.add(user)
    await session.flush()
    record(session, "user.created", ("users", user.id), username=username)
    return user


async def update_user(
    session: AsyncSession,
    user_id: UUID,
    values: Mapping[str, Any],
    *,
    before: Callable[[], Awaitable[None]] | None = None,
) -> User:
    """Change a user; `is_active` false deactivates her, which ends her next request.

    Args:
        session: whose principal changes her.
        user_id: who.
        values: what of her.
        before: runs when her row is locked, and may refuse.

    Raises:
        AccessDenied: whoever acts sees her, but administers no users.
        ConflictError: she is the last admin, and would be deactivated.
        IntegrityError: the name or the address is taken.
        NotFoundError: there is none, or none that whoever acts may see.
    """
    ending = values.get("is_active") is False
    if ending:
        await get_user(session, user_id)
        await take_turn(session, alone=True)  # before the user's row, as an assignment does
    user = await session.get(User, user_id, with_for_update=True)
    if user is None:
        await get_user(session, user_id)
        raise AccessDenied("only an admin changes users")
    if before is not None:
        await before()
    changed = sorted(name for name, value in values.items() if getattr(user, name) != value)
    for name in changed:
        setattr(user, name, values[name])
    if changed:
        record(session, "user.updated", ("users", user_id), changed=changed)
    await session.flush()
    if ending:
        await see_that_an_admin_stays(session, without_user=user_id)
    return await get_user(session, user_id)
