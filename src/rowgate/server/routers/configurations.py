"""`/configurations`: named values, and the roles that they are granted to."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from rowgate.server import configurations, users
from rowgate.server.dependencies import CurrentUser, PageDep, SessionDep
from rowgate.server.etags import Precondition
from rowgate.server.problems import responses
from rowgate.server.routers.conventions import (
    GUARDED,
    LINKED,
    MADE,
    READ,
    REPLAYED,
    TAGGED,
    IfMatchDep,
    OnceDep,
    tagged,
)
from rowgate.server.routers.grant_schemas import (
    MAX_LEVEL,
    ConfigurationIn,
    ConfigurationOut,
    ConfigurationPage,
    ConfigurationPatch,
    GrantIn,
    GrantOut,
    GrantPage,
)
from rowgate.server.routers.role_schemas import RolePath

router = APIRouter(prefix="/configurations", tags=["configurations"], responses=responses(HTTPStatus.UNAUTHORIZED))

MISSING = responses(HTTPStatus.NOT_FOUND)
DENIED = responses(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
WRITTEN = {**DENIED, **responses(HTTPStatus.BAD_REQUEST)}
Level = Annotated[int, Query(ge=1, le=MAX_LEVEL, description="At this access level, or a higher one.")]


@router.get("", operation_id="list_configurations", responses=LINKED)
async def list_configurations(session: SessionDep, page: PageDep) -> ConfigurationPage:
    """List the configurations that whoever asks may see, newest first."""
    found = page.told(
        await configurations.list_configurations(session, min_level=None, limit=page.limit, cursor=page.cursor)
    )
    return ConfigurationPage.of(found)


@router.get("/mine", operation_id="list_my_configurations", responses=LINKED)
async def list_my_configurations(session: SessionDep, page: PageDep, access_level: Level = 1) -> ConfigurationPage:
    """List the configurations that roles of whoever asks are granted, each at its highest level."""
    found = page.told(
        await configurations.list_configurations(session, min_level=access_level, limit=page.limit, cursor=page.cursor)
    )
    return ConfigurationPage.of(found)


@router.post("", operation_id="create_configuration", status_code=HTTPStatus.CREATED, responses={**MADE, **WRITTEN})
async def create_configuration(
    session: SessionDep, body: ConfigurationIn, once: OnceDep, response: Response
) -> ConfigurationOut:
    """Store a configuration. Only an admin may."""
    made = await once.made()
    if made is None:
        await users.require_admin(session)  # first, or without the wall a name that is taken would be told
        made = (await configurations.create_configuration(session, body.model_dump())).id
        await once.keep(made)
    else:
        response.headers[REPLAYED] = "true"
    response.headers["Location"] = f"/configurations/{made}"
    return await _shown(session, made, response)


@router.get("/{configuration_id}", operation_id="get_configuration", responses={**READ, **MISSING})
async def get_configuration(session: SessionDep, configuration_id: UUID, response: Response) -> ConfigurationOut:
    """Return a configuration."""
    return await _shown(session, configuration_id, response)


@router.patch("/{configuration_id}", operation_id="update_configuration", responses={**WRITTEN, **GUARDED, **TAGGED})
async def update_configuration(
    session: SessionDep, configuration_id: UUID, body: ConfigurationPatch, if_match: IfMatchDep, response: Response
) -> ConfigurationOut:
    """Change a configuration: an admin all of it, level 2 its value and description."""
    await _check(session, configuration_id, if_match)
    await configurations.update_configuration(session, configuration_id, body.model_dump(exclude_unset=True))
    return await _shown(session, configuration_id, response)


@router.delete(
    "/{configuration_id}",
    operation_id="delete_configuration",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**DENIED, **GUARDED},
)
async def delete_configuration(session: SessionDep, configuration_id: UUID, if_match: IfMatchDep) -> None:
    """Delete a configuration and its grants. Only an admin may."""
    await _check(session, configuration_id, if_match)
    await configurations.delete_configuration(session, configuration_id)


@router.get("/{configuration_id}/grants", operation_id="list_configuration_grants", responses={**LINKED, **MISSING})
async def list_configuration_grants(session: SessionDep, configuration_id: UUID, page: PageDep) -> GrantPage:
    """List the roles that a configuration is granted to: all for an admin, one's own for others."""
    found = page.told(
        await configurations.list_grants(
            session, configuration_id=configuration_id, limit=page.limit, cursor=page.cursor
        )
    )
    return GrantPage.of(found)


@router.put("/{configuration_id}/grants/{role}", operation_id="grant_configuration", responses=WRITTEN)
async def grant_configuration(
    session: SessionDep, subject: CurrentUser, configuration_id: UUID, role: RolePath, body: GrantIn
) -> GrantOut:
    """Grant a configuration to a role at a level until a time, or change the grant. Only an admin may."""
    made = await configurations.grant(session, subject, configuration_id, role, body.access_level, body.expires_at)
    return GrantOut.of(made)


@router.delete(
    "/{configuration_id}/grants/{role}",
    operation_id="withdraw_configuration",
    status_code=HTTPStatus.NO_CONTENT,
    responses=DENIED,
)
async def withdraw_configuration(session: SessionDep, configuration_id: UUID, role: RolePath) -> None:
    """Take a configuration from a role. Only an admin may."""
    await configurations.withdraw(session, configuration_id, role)


async def _shown(session: SessionDep, configuration_id: UUID, response: Response) -> ConfigurationOut:
    found = await configurations.get_configuration(session, configuration_id)
    return tagged(response, ConfigurationOut.of(found))


async def _check(session: SessionDep, configuration_id: UUID, if_match: Precondition) -> None:
    if if_match.asked:
        await configurations.lock_configuration(session, configuration_id)
        found = await configurations.get_configuration(session, configuration_id)
        if_match.check(lambda: ConfigurationOut.of(found))
