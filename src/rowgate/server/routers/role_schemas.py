"""The shapes of users, roles, assignments and lines of the audit."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, EmailStr, Field, StrictBool

from rowgate.server.models import Role, User, UserRole
from rowgate.server.routers.schemas import SECRET, Line, NewUser, Patch, Stored, Strict, Username, example, storable


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is out of range") from None


def _written(moment: Any) -> Any:
    """Take a time as it is written in RFC 3339, and no number: 0 would be a time that is over."""
    if isinstance(moment, str) and not DATE.match(moment):
        raise ValueError("a time is written as 2030-01-31T12:00:00Z")
    if isinstance(moment, int | float):
        raise ValueError("a time is text, written as 2030-01-31T12:00:00Z")  # noqa: TRY004 - pydantic's
    return moment


DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]", re.ASCII)
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
ROLE_NAME = r"^[\w.-]+$"
NewRoleName = Annotated[str, Field(min_length=1, max_length=50, pattern=ROLE_NAME), AfterValidator(storable)]
RolePath = Annotated[str, Path(max_length=50, pattern=ROLE_NAME, description="The name of a role.")]
OtherPath = Annotated[str, Path(max_length=50, pattern=ROLE_NAME, description="The name of the other role.")]


class RoleIn(Strict):
    """A new role. Whoever makes it holds it."""

    model_config = example(name="auditor", description="Reads the audit.")

    name: NewRoleName
    description: Line | None = None


class RolePatch(Patch):
    """What to change; what is left out stays."""

    model_config = example(description="Reads the audit, and nothing else.")

    name: NewRoleName = ""
    description: Line | None = None


class RoleOut(Stored):
    """A role."""

    id: UUID
    name: str
    description: str | None


class RolePage(BaseModel):
    """A page of roles. `next_cursor` is null on the last."""

    items: list[RoleOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Any) -> Self:
        """Make it of a page of rows."""
        return cls(items=[RoleOut.model_validate(row) for row in page.rows], next_cursor=page.next_cursor)


class Until(Strict):
    """When it ends; null is never."""

    model_config = example(expires_at="2030-01-01T00:00:00Z")

    expires_at: Moment | None = None


class Wanted(Until):
    """A role that a user is to hold, and until when."""

    model_config = example(role="free_user", expires_at="2030-01-01T00:00:00Z")

    role: NewRoleName


class WantedRoles(Strict):
    """All roles that a user is to hold."""

    model_config = example(roles=[{"role": "free_user", "expires_at": "2030-01-01T00:00:00Z"}])

    roles: Annotated[list[Wanted], Field(max_length=100)]


class AssignmentOut(BaseModel):
    """That a user holds a role."""

    role: str
    assigned_at: datetime
    assigned_by: UUID | None
    expires_at: datetime | None

    @classmethod
    def of(cls, row: UserRole) -> Self:
        """Make it of a row and its role."""
        return cls(
            role=row.role.name,
            assigned_at=row.assigned_at,
            assigned_by=row.assigned_by,
            expires_at=row.expires_at,
        )


class AssignmentPage(BaseModel):
    """A page of assignments. `next_cursor` is null on the last."""

    items: list[AssignmentOut]
    next_cursor: str | None


class PermissionOut(Stored):
    """A rule that speaks for a role; `conditional`: only on rows that meet the rule's condition."""

    action: str
    table: str
    rule: str
    role: str | None
    conditional: bool


class Permissions(BaseModel):
    """All that a role or a user may do."""

    items: list[PermissionOut]


class Operations(BaseModel):
    """What may be done to one document."""

    operations: list[str]


class UserIn(NewUser):
    """A new user."""

    model_config = example(username="ada", email="ada@example.org", password=SECRET, roles=[{"role": "free_user"}])

    password: Annotated[str, Field(max_length=1024)]
    roles: Annotated[list[Wanted], Field(default_factory=list, max_length=100)]


class UserPatch(Patch):
    """What to change; what is left out stays. `is_active` false deactivates."""

    model_config = example(email="ada.lovelace@example.org")

    username: Username = ""
    email: EmailStr = ""
    is_active: StrictBool = True


class OtherUser(BaseModel):
    """A user, with the roles that she holds herself."""

    id: UUID
    username: str
    email: str
    is_active: bool
    created_at: datetime
    roles: list[str]

    @classmethod
    def of(cls, user: User) -> Self:
        """Make it of a row with its roles."""
        roles: list[Role] = user.roles
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            is_active=user.is_active,
            created_at=user.created_at,
            roles=sorted(role.name for role in roles),
        )


class UserPage(BaseModel):
    """A page of users, newest first. `next_cursor` is null on the last."""

    items: list[OtherUser]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Any) -> Self:
        """Make it of a page of rows."""
        return cls(items=[OtherUser.of(row) for row in page.rows], next_cursor=page.next_cursor)


class Count(BaseModel):
    """How many there are that whoever asks may see."""

    count: int


class Availability(BaseModel):
    """Whether nobody has this name or address."""

    available: bool


class Purged(BaseModel):
    """How many rows of each table went; `documents.reassigned` changed hands."""

    counts: dict[str, int]


class AuditLine(Stored):
    """A line of the audit."""

    id: UUID
    at: datetime
    kind: str
    actor_id: UUID | None
    target_type: str | None
    target_id: UUID | None
    detail: dict[str, Any]
    reason: str | None
    address: str | None
    request: str | None
    request_id: str | None


class AuditPage(BaseModel):
    """A page of the audit, newest first. `next_cursor` is null on the last."""

    items: list[AuditLine]
    next_cursor: str | None
