"""Configurations: named values, granted to roles at a level until a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from rowgate import AccessDenied, principal
from rowgate.server.audit import record
from rowgate.server.errors import NotFoundError
from rowgate.server.models import Configuration, Role, RoleConfiguration
from rowgate.server.paging import Page, page_by_key
from rowgate.server.roles import get_role


def my_level() -> Any:
    """Return the highest level at which a role of whoever acts is granted a configuration; NULL if none is."""
    return (
        select(func.max(RoleConfiguration.access_level))
        .join(Role, Role.id == RoleConfiguration.role_id)
        .where(
            RoleConfiguration.configuration_id == Configuration.id,
            RoleConfiguration.in_force(),
            principal.has_role(Role.name),
        )
        .correlate(Configuration)
        .scalar_subquery()
    )


async def list_configurations(
    session: AsyncSession, *, min_level: int | None, limit: int, cursor: str | None
) -> Page[Any]:
    """Return a page of (configuration, my level), newest first.

    Args:
        session: whose principal sees what there is.
        min_level: only those that the roles of whoever acts are granted at this level, or a higher one.
        limit: how many at the most.
        cursor: of the page before.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    level = my_level()
    found = select(Configuration, level.label("access_level"))
    if min_level is not None:
        found = found.where(level >= min_level)
    return await page_by_key(session, found, Configuration.id, limit=limit, cursor=cursor, whole=True)


async def get_configuration(session: AsyncSession, configuration_id: UUID) -> Any:
    """Return (configuration, my level).

    Raises:
        NotFoundError: there is none, or none that whoever acts may see.
    """
    found = select(Configuration, my_level().label("access_level")).where(Configuration.id == configuration_id)
    row = (await session.execute(found.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFoundError
    return row


async def lock_configuration(session: AsyncSession, configuration_id: UUID) -> Configuration:
    """Return a configuration that whoever acts may change, locked.

    Raises:
        AccessDenied: she sees it, but may not change it.
        NotFoundError: there is none, or none that she may see.
    """
    found = await session.get(Configuration, configuration_id, with_for_update=True)
    if found is None:
        await get_configuration(session, configuration_id)
        raise AccessDenied("this configuration is granted at a lower level")
    return found


async def create_configuration(session: AsyncSession, values: Mapping[str, Any]) -> Configuration:
    """Store a configuration.

    Raises:
        AccessDenied: whoever acts is no admin.
        IntegrityError: the name is taken.
    """
    made = Configuration(**values)
    session.add(made)
    await session.flush()
    record(session, "configuration.created", ("configurations", made.id), name=made.name)
    return made


async def update_configuration(session: AsyncSession, configuration_id: UUID, values: Mapping[str, Any]) -> None:
    """Change a configuration.

    Raises:
        AccessDenied: whoever acts may not change it, or not this of it.
        IntegrityError: the name is taken.
        NotFoundError: there is none, or none that she may see.
    """
    locked = await lock_configuration(session, configuration_id)
    for name, value in values.items():
        setattr(locked, name, value)
    record(session, "configuration.updated", ("configurations", configuration_id), changed=sorted(values))
    await session.flush()


async def delete_configuration(session: AsyncSession, configuration_id: UUID) -> None:
    """Delete a configuration and its grants.

    Raises:
        AccessDenied: whoever acts is no admin.
        NotFoundError: there is none, or none that she may see.
    """
    locked = await lock_configuration(session, configuration_id)
    of_it = delete(RoleConfiguration).where(RoleConfiguration.configuration_id == configuration_id)
    gone = (await session.scalars(of_it.returning(RoleConfiguration.id))).all()
    record(session, "configuration.deleted", ("configurations", configuration_id), name=locked.name, grants=len(gone))
    await session.delete(locked)
    await session.flush()


async def grant(
    session: AsyncSession,
    giver: UUID | None,
    configuration_id: UUID,
    role_name: str,
    level: int,
    expires_at: datetime | None,
) -> RoleConfiguration:
    """Grant a configuration to a role, or change the grant.

    Raises:
        AccessDenied: whoever acts is no admin.
        NotFoundError: there is no such configuration or role, or none that she may see.
    """
    role = await get_role(session, role_name)
    await lock_configuration(session, configuration_id)  # two grants to one role wait for each other
    same = select(RoleConfiguration).where(
        RoleConfiguration.configuration_id == configuration_id, RoleConfiguration.role_id == role.id
    )
    found = (await session.scalars(same)).one_or_none()
    values: dict[str, Any] = {"access_level": level, "expires_at": expires_at, "granted_by": giver}
    if found is None:
        session.add(RoleConfiguration(configuration_id=configuration_id, role_id=role.id, **values))
    else:
        for name, value in {**values, "granted_at": func.now()}.items():
            setattr(found, name, value)
    until = None if expires_at is None else expires_at.isoformat()
    target = "configurations", configuration_id
    record(session, "configuration.granted", target, role=role_name, access_level=level, expires_at=until)
    await session.flush()
    made: RoleConfiguration = (await session.scalars(_whole(same).execution_options(populate_existing=True))).one()
    return made


async def withdraw(session: AsyncSession, configuration_id: UUID, role_name: str) -> None:
    """Take a configuration from a role.

    Raises:
        AccessDenied: whoever acts sees the grant, but is no admin.
        NotFoundError: there is no such grant, or none that she may see.
    """
    role = await get_role(session, role_name)
    await _see(session, configuration_id)
    same = select(RoleConfiguration).where(
        RoleConfiguration.configuration_id == configuration_id, RoleConfiguration.role_id == role.id
    )
    found = (await session.scalars(same)).one_or_none()
    if found is None:
        raise NotFoundError
    await session.delete(found)
    record(session, "configuration.withdrawn", ("configurations", configuration_id), role=role_name)
    await session.flush()


async def list_grants(
    session: AsyncSession,
    *,
    configuration_id: UUID | None = None,
    role_name: str | None = None,
    limit: int,
    cursor: str | None,
) -> Page[RoleConfiguration]:
    """Return a page of the grants of a configuration, or to a role, those that are over included.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        NotFoundError: there is no such configuration or role, or none that whoever acts may see.
    """
    found = _whole(select(RoleConfiguration))
    if configuration_id is not None:
        await _see(session, configuration_id)
        found = found.where(RoleConfiguration.configuration_id == configuration_id)
    if role_name is not None:
        found = found.where(RoleConfiguration.role_id == (await get_role(session, role_name)).id)
    return await page_by_key(session, found, RoleConfiguration.id, limit=limit, cursor=cursor)


async def _see(session: AsyncSession, configuration_id: UUID) -> None:
    if await session.get(Configuration, configuration_id) is None:
        raise NotFoundError


def _whole(found: Any) -> Any:
    # An outer join: who sees a grant of a role may not see the configuration, once the grant is over.
    return found.options(joinedload(RoleConfiguration.role), joinedload(RoleConfiguration.configuration))
