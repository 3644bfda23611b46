"""`/users`: oneself, and for admins everybody. No endpoint filters by who asks; the session does."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import AfterValidator

from rowgate import Principal
from rowgate.server import assignments, permissions, purges, reviews, users
from rowgate.server.auth import passwords
from rowgate.server.dependencies import CurrentUser, OriginDep, PageDep, SessionDep, SessionsDep
from rowgate.server.errors import NotFoundError
from rowgate.server.etags import Precondition
from rowgate.server.models import Role, User
from rowgate.server.paging import page_by_key
from rowgate.server.problems import not_found, responses
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
from rowgate.server.routers.role_schemas import (
    ROLE_NAME,
    AssignmentOut,
    AssignmentPage,
    Availability,
    Count,
    Operations,
    OtherUser,
    PermissionOut,
    Permissions,
    Purged,
    RolePage,
    RolePath,
    Until,
    UserIn,
    UserPage,
    UserPatch,
    WantedRoles,
)
from rowgate.server.routers.schemas import UserOut, storable
from rowgate.server.security import PasswordError, hash_password

router = APIRouter(prefix="/users", tags=["users"], responses=responses(HTTPStatus.UNAUTHORIZED))

MISSING = responses(HTTPStatus.NOT_FOUND)
DENIED = responses(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
WRITTEN = {**DENIED, **responses(HTTPStatus.BAD_REQUEST)}

Active = Annotated[bool | None, Query(description="Only active users, or only those who are not.")]
Name = Annotated[str | None, Query(max_length=50), AfterValidator(lambda text: text and storable(text))]


def get_filter(
    q: Annotated[
        str | None,
        Query(max_length=255, description="A part of the name or the address, in any case."),
        AfterValidator(lambda text: text and storable(text)),
    ] = None,
    active: Active = None,
    role: Annotated[str | None, Query(max_length=50, pattern=ROLE_NAME, description="Who holds this role.")] = None,
    has_roles: Annotated[bool | None, Query(description="Who holds a role, or who holds none.")] = None,
    has_documents: Annotated[bool | None, Query(description="Who owns documents, or who owns none.")] = None,
) -> users.Filter:
    """Give which users are asked for."""
    return users.Filter(text=q, active=active, role=role, has_roles=has_roles, has_documents=has_documents)


FilterDep = Annotated[users.Filter, Depends(get_filter)]


@router.get("/me", operation_id="get_me")
async def get_me(session: SessionDep, subject: CurrentUser) -> UserOut:
    """Return whoever asks, with the roles in force."""
    user = await session.get(User, subject)
    if user is None:
        raise not_found()
    acting: Principal = session.info["principal"]
    return UserOut(
        id=user.id,
        username=user.username,
        email=user.email,
        is_active=user.is_active,
        created_at=user.created_at,
        roles=sorted(acting.roles),
    )


@router.get("/me/permissions", operation_id="list_my_permissions")
async def list_my_permissions(session: SessionDep) -> Permissions:
    """List what the roles that are active now give whoever asks."""
    await session.connection()
    found = permissions.permissions_of(session.info["principal"].roles)
    return Permissions(items=[PermissionOut.model_validate(one) for one in found])


@router.get("", operation_id="list_users", responses=LINKED)
async def list_users(session: SessionDep, wanted: FilterDep, page: PageDep) -> UserPage:
    """List the users whom whoever asks may see, newest first: all for an admin, oneself for others."""
    return UserPage.of(page.told(await users.list_users(session, wanted, limit=page.limit, cursor=page.cursor)))


@router.get("/count", operation_id="count_users")
async def count_users(session: SessionDep, wanted: FilterDep) -> Count:
    """Count the users whom whoever asks may see."""
    return Count(count=await users.count_users(session, wanted))


@router.get("/available", operation_id="is_name_available", responses=responses(HTTPStatus.FORBIDDEN))
async def is_name_available(session: SessionDep, username: Name = None, email: Name = None) -> Availability:
    """Say whether nobody has this name or this address. Only an admin may ask."""
    if username is None and email is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "Ask for a username or an email.")
    return Availability(available=not await users.is_taken(session, username=username, email=email))


@router.post("", operation_id="create_user", status_code=HTTPStatus.CREATED, responses={**MADE, **WRITTEN})
async def create_user(
    session: SessionDep, subject: CurrentUser, body: UserIn, once: OnceDep, response: Response
) -> OtherUser:
    """Make a user, with roles that whoever asks holds. Only an admin may."""
    await users.require_admin(session)
    made = await once.made()
    if made is not None:
        user = await users.get_user(session, made)
        response.headers[REPLAYED] = "true"
        response.headers["Location"] = f"/users/{user.id}"
        return tagged(response, OtherUser.of(user))
    await session.rollback()  # a hash takes time, and many wait for a connection
    try:
        hashed = await hash_password(body.password)
    except PasswordError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"{str(error).capitalize()}.") from None
    user = await users.create_user(session, username=body.username, email=body.email, hashed_password=hashed)
    if body.roles:
        wanted = {one.role: one.expires_at for one in body.roles}
        await assignments.replace(session, subject, user.id, wanted)
    await once.keep(user.id)
    response.headers["Location"] = f"/users/{user.id}"
    return tagged(response, OtherUser.of(await users.get_user(session, user.id)))


@router.get("/{user_id}", operation_id="get_user", responses={**READ, **MISSING})
async def get_user(session: SessionDep, user_id: UUID, response: Response) -> OtherUser:
    """Return a user. One whom whoever asks may not see is 404."""
    return tagged(response, OtherUser.of(await users.get_user(session, user_id)))


@router.patch("/{user_id}", operation_id="update_user", responses={**WRITTEN, **GUARDED, **TAGGED})
async def update_user(
    session: SessionDep,
    sessions: SessionsDep,
    user_id: UUID,
    body: UserPatch,
    if_match: IfMatchDep,
    response: Response,
) -> OtherUser:
    """Change a user. Only an admin may. With another address, or when she is active again, old tokens are good no more."""
    values = body.model_dump(exclude_unset=True)
    if values.get("is_active") and not (await users.get_user(session, user_id)).is_active:
        await users.require_admin(session)
        await session.rollback()  # the system has a connection of its own
        await passwords.end_log_ins(sessions, user_id)
    user = await users.update_user(session, user_id, values, before=_still(session, user_id, if_match))
    changed = tagged(response, OtherUser.of(user))
    if "email" in values:
        await session.commit()  # first: what is asked for from now on is sent to the new address
        await passwords.void_tokens(sessions, user_id)
    return changed


@router.delete(
    "/{user_id}",
    operation_id="deactivate_user",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**DENIED, **GUARDED},
)
async def deactivate_user(session: SessionDep, user_id: UUID, if_match: IfMatchDep) -> None:
    """Deactivate a user: her next request is 401. What she owns stays."""
    await users.update_user(session, user_id, {"is_active": False}, before=_still(session, user_id, if_match))


@router.post("/{user_id}/purge", operation_id="purge_user", responses=DENIED)
async def purge_user(
    session: SessionDep,
    sessions: SessionsDep,
    subject: CurrentUser,
    origin: OriginDep,
    user_id: UUID,
    heir: Annotated[UUID | None, Query(description="Who gets the documents; they are deleted if nobody does.")] = None,
) -> Purged:
    """Delete a deactivated user with all that is hers, for good. Only an admin may; the system does it."""
    if await session.get(User, user_id) is None:
        raise NotFoundError
    await users.require_admin(session)
    await session.rollback()  # the system has a connection of its own
    return Purged(counts=await purges.purge_user(sessions, user_id, actor=subject, origin=origin, heir=heir))


@router.get("/{user_id}/roles", operation_id="list_user_roles", responses={**LINKED, **MISSING})
async def list_user_roles(session: SessionDep, user_id: UUID, page: PageDep) -> AssignmentPage:
    """List the roles that a user was given, those that are over included."""
    found = page.told(await assignments.list_assignments(session, user_id, limit=page.limit, cursor=page.cursor))
    return AssignmentPage(items=[AssignmentOut.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{user_id}/authorized-roles", operation_id="list_authorized_roles", responses={**LINKED, **MISSING})
async def list_authorized_roles(session: SessionDep, user_id: UUID, page: PageDep) -> RolePage:
    """List the roles that a user holds now, and those that they inherit."""
    if await session.get(User, user_id) is None:
        raise NotFoundError
    held = reviews.authorized_roles(user_id)
    return RolePage.of(page.told(await page_by_key(session, held, Role.id, limit=page.limit, cursor=page.cursor)))


@router.put("/{user_id}/roles", operation_id="replace_user_roles", responses={**WRITTEN, **GUARDED, **TAGGED})
async def replace_user_roles(
    session: SessionDep,
    subject: CurrentUser,
    user_id: UUID,
    body: WantedRoles,
    if_match: IfMatchDep,
    response: Response,
) -> OtherUser:
    """Let a user hold these roles and no others. Whoever asks must hold those that are new. The tag is the user's."""
    wanted = {one.role: one.expires_at for one in body.roles}
    await assignments.replace(session, subject, user_id, wanted, before=_still(session, user_id, if_match))
    return tagged(response, OtherUser.of(await users.get_user(session, user_id)))


@router.put("/{user_id}/roles/{role}", operation_id="assign_role", responses=WRITTEN)
async def assign_role(
    session: SessionDep, subject: CurrentUser, user_id: UUID, role: RolePath, body: Until
) -> AssignmentOut:
    """Give a user a role that whoever asks holds, or another end to it."""
    return AssignmentOut.of(await assignments.assign(session, subject, user_id, role, body.expires_at))


@router.delete(
    "/{user_id}/roles/{role}", operation_id="deassign_role", status_code=HTTPStatus.NO_CONTENT, responses=DENIED
)
async def deassign_role(session: SessionDep, user_id: UUID, role: RolePath) -> None:
    """Take a role from a user."""
    await assignments.deassign(session, user_id, role)


@router.get("/{user_id}/permissions", operation_id="list_user_permissions", responses=MISSING)
async def list_user_permissions(session: SessionDep, user_id: UUID) -> Permissions:
    """List what the roles of a user give her."""
    found = await permissions.user_permissions(session, user_id)
    return Permissions(items=[PermissionOut.model_validate(one) for one in found])


@router.get("/{user_id}/operations/{document_id}", operation_id="list_user_operations", responses=MISSING)
async def list_user_operations(
    session: SessionDep, sessions: SessionsDep, user_id: UUID, document_id: UUID
) -> Operations:
    """List what a user may do to a document; both must be visible to whoever asks."""
    return Operations(operations=await permissions.user_operations(session, sessions, user_id, document_id))


def _still(session: SessionDep, user_id: UUID, if_match: Precondition) -> Callable[[], Awaitable[None]] | None:
    """Return what sees that a user is still what the caller takes her for; None if the caller does not say."""

    async def check() -> None:
        shown = OtherUser.of(await users.get_user(session, user_id))
        if_match.check(lambda: shown)

    return check if if_match.asked else None
