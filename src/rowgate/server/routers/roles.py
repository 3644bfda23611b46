"""`/roles`: roles, who inherits from whom, which two exclude each other, who holds them and what they give."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import selectinload

from rowgate.server import configurations, permissions, reviews, roles
from rowgate.server.dependencies import CurrentUser, PageDep, SessionDep, SessionsDep
from rowgate.server.models import ExclusionKind, User
from rowgate.server.paging import page_by_key
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
from rowgate.server.routers.grant_schemas import GrantPage
from rowgate.server.routers.role_schemas import (
    Operations,
    OtherPath,
    PermissionOut,
    Permissions,
    RoleIn,
    RoleOut,
    RolePage,
    RolePatch,
    RolePath,
    UserPage,
)

router = APIRouter(prefix="/roles", tags=["roles"], responses=responses(HTTPStatus.UNAUTHORIZED))

MISSING = responses(HTTPStatus.NOT_FOUND)
DENIED = responses(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
WRITTEN = {**DENIED, **responses(HTTPStatus.BAD_REQUEST)}
Inherited = Annotated[bool, Query(description="By any number of steps, not only by one.")]


@router.get("", operation_id="list_roles", responses=LINKED)
async def list_roles(session: SessionDep, page: PageDep) -> RolePage:
    """List the roles, newest first."""
    return RolePage.of(page.told(await roles.list_roles(session, limit=page.limit, cursor=page.cursor)))


@router.post("", operation_id="create_role", status_code=HTTPStatus.CREATED, responses={**MADE, **WRITTEN})
async def create_role(
    session: SessionDep, subject: CurrentUser, body: RoleIn, once: OnceDep, response: Response
) -> RoleOut:
    """Make a role; whoever makes it holds it. Only an admin may."""
    made = await once.made()
    if made is None:
        role = await roles.create_role(session, subject, body.name, body.description)
        await once.keep(role.id)
    else:
        role = await roles.find_role(session, made)
        response.headers[REPLAYED] = "true"
    response.headers["Location"] = f"/roles/{role.name}"
    return tagged(response, RoleOut.model_validate(role))


@router.get("/{role}", operation_id="get_role", responses={**READ, **MISSING})
async def get_role(session: SessionDep, role: RolePath, response: Response) -> RoleOut:
    """Return a role."""
    return tagged(response, RoleOut.model_validate(await roles.get_role(session, role)))


@router.patch("/{role}", operation_id="update_role", responses={**WRITTEN, **GUARDED, **TAGGED})
async def update_role(
    session: SessionDep, role: RolePath, body: RolePatch, if_match: IfMatchDep, response: Response
) -> RoleOut:
    """Change a role. Only an admin may; the three built-in roles keep their names."""
    locked = await roles.lock_role(session, role)
    if_match.check(lambda: RoleOut.model_validate(locked))
    changed = await roles.update_role(session, locked, body.model_dump(exclude_unset=True))
    return tagged(response, RoleOut.model_validate(changed))


@router.delete(
    "/{role}", operation_id="delete_role", status_code=HTTPStatus.NO_CONTENT, responses={**DENIED, **GUARDED}
)
async def delete_role(session: SessionDep, role: RolePath, if_match: IfMatchDep) -> None:
    """Delete a role with its assignments, grants and places in the hierarchy. Only an admin may, and no built-in one."""
    await roles.delete_role(session, role, before=lambda locked: if_match.check(lambda: RoleOut.model_validate(locked)))


@router.get("/{role}/users", operation_id="list_role_users", responses={**LINKED, **MISSING})
async def list_role_users(
    session: SessionDep, role: RolePath, page: PageDep, *, inherited: Inherited = False
) -> UserPage:
    """List who holds a role, or with `inherited` also who holds one that inherits it; of them, whom one may see."""
    found = await roles.get_role(session, role)
    holders = reviews.authorized_users(found.id) if inherited else reviews.assigned_users(found.id)
    users = holders.options(selectinload(User.roles))
    return UserPage.of(page.told(await page_by_key(session, users, User.id, limit=page.limit, cursor=page.cursor)))


@router.get("/{role}/juniors", operation_id="list_junior_roles", responses={**LINKED, **MISSING})
async def list_junior_roles(
    session: SessionDep, role: RolePath, page: PageDep, *, inherited: Inherited = False
) -> RolePage:
    """List the roles that a role inherits."""
    found = page.told(
        await roles.list_relatives(session, role, up=False, inherited=inherited, limit=page.limit, cursor=page.cursor)
    )
    return RolePage.of(found)


@router.get("/{role}/seniors", operation_id="list_senior_roles", responses={**LINKED, **MISSING})
async def list_senior_roles(
    session: SessionDep, role: RolePath, page: PageDep, *, inherited: Inherited = False
) -> RolePage:
    """List the roles that inherit a role."""
    found = page.told(
        await roles.list_relatives(session, role, up=True, inherited=inherited, limit=page.limit, cursor=page.cursor)
    )
    return RolePage.of(found)


@router.put(
    "/{role}/juniors/{other}", operation_id="add_inheritance", status_code=HTTPStatus.NO_CONTENT, responses=DENIED
)
async def add_inheritance(session: SessionDep, subject: CurrentUser, role: RolePath, other: OtherPath) -> None:
    """Let a role inherit another one, which whoever asks must hold. A cycle is 409."""
    await roles.add_inheritance(session, subject, role, other)


@router.delete(
    "/{role}/juniors/{other}", operation_id="delete_inheritance", status_code=HTTPStatus.NO_CONTENT, responses=DENIED
)
async def delete_inheritance(session: SessionDep, role: RolePath, other: OtherPath) -> None:
    """Let a role inherit another one no more."""
    await roles.delete_inheritance(session, role, other)


@router.get("/{role}/exclusions/{kind}", operation_id="list_exclusions", responses={**LINKED, **MISSING})
async def list_exclusions(session: SessionDep, role: RolePath, kind: ExclusionKind, page: PageDep) -> RolePage:
    """List the roles that nobody may hold (static) or have active (dynamic) together with this one."""
    return RolePage.of(page.told(await roles.list_excluded(session, role, kind, limit=page.limit, cursor=page.cursor)))


@router.put(
    "/{role}/exclusions/{kind}/{other}",
    operation_id="add_exclusion",
    status_code=HTTPStatus.NO_CONTENT,
    responses=DENIED,
)
async def add_exclusion(
    session: SessionDep, subject: CurrentUser, role: RolePath, kind: ExclusionKind, other: OtherPath
) -> None:
    """Let two roles exclude each other. Statically, 409 if somebody holds both."""
    await roles.exclude(session, subject, role, other, kind)


@router.delete(
    "/{role}/exclusions/{kind}/{other}",
    operation_id="delete_exclusion",
    status_code=HTTPStatus.NO_CONTENT,
    responses=DENIED,
)
async def delete_exclusion(session: SessionDep, role: RolePath, kind: ExclusionKind, other: OtherPath) -> None:
    """Let two roles exclude each other no more."""
    await roles.end_exclusion(session, role, other, kind)


@router.get("/{role}/permissions", operation_id="list_role_permissions", responses=MISSING)
async def list_role_permissions(session: SessionDep, role: RolePath) -> Permissions:
    """List what a role gives, what it inherits included."""
    found = await permissions.role_permissions(session, await roles.get_role(session, role))
    return Permissions(items=[PermissionOut.model_validate(one) for one in found])


@router.get(
    "/{role}/operations/{document_id}",
    operation_id="list_role_operations",
    responses={**MISSING, **responses(HTTPStatus.FORBIDDEN)},
)
async def list_role_operations(
    session: SessionDep, sessions: SessionsDep, role: RolePath, document_id: UUID
) -> Operations:
    """List what a role by itself lets do to a document, for admins, its owner, and who has the role."""
    found = await roles.get_role(session, role)
    return Operations(operations=await permissions.role_operations(session, sessions, found, document_id))


@router.get("/{role}/configurations", operation_id="list_role_configurations", responses={**LINKED, **MISSING})
async def list_role_configurations(session: SessionDep, role: RolePath, page: PageDep) -> GrantPage:
    """List the configurations that a role is granted, those that are over included; of them, what one may see."""
    found = page.told(await configurations.list_grants(session, role_name=role, limit=page.limit, cursor=page.cursor))
    return GrantPage.of(found)
