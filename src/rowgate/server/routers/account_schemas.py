"""The shapes of what accounts send and get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, EmailStr, Field, SecretStr

from rowgate.server.opaque import MAX_CHARS
from rowgate.server.routers.role_schemas import Moment
from rowgate.server.routers.schemas import OPAQUE, OTHER_SECRET, SECRET, Label, Stored, Strict, example, is_storable
from rowgate.server.security import PASSWORD_MAX_CHARS

MAX_ROLES = 50


def _plain(text: str) -> str:
    if not text.isprintable() or " " in text or not is_storable(text):
        raise ValueError("the name of a role has no spaces and no control characters")
    return text


RoleBound = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_plain)]
RoleBounds = Annotated[list[RoleBound], Field(max_length=MAX_ROLES)]
NewPassword = Annotated[SecretStr, Field(max_length=PASSWORD_MAX_CHARS)]
Given = Annotated[str, Field(max_length=MAX_CHARS)]


class Token(BaseModel):
    """An access token and the refresh token for the next one, after RFC 6749."""

    access_token: str
    token_type: str = Field(examples=["bearer"])
    expires_in: int = Field(description="Seconds that the access token is good.", examples=[900])
    refresh_token: str = Field(description="Good once, at /auth/refresh.")
    scope: str | None = Field(description="The most roles that these tokens activate; null is every role.")


class RefreshIn(Strict):
    """A refresh token."""

    model_config = example(refresh_token=OPAQUE)

    refresh_token: Given


class PasswordChange(Strict):
    """The old password and the new one."""

    model_config = example(old_password=SECRET, new_password=OTHER_SECRET)

    old_password: NewPassword
    new_password: NewPassword


class PasswordForgotten(Strict):
    """Who forgot her password."""

    model_config = example(email="ada@example.org")

    email: EmailStr


class PasswordResetIn(Strict):
    """The token that was sent, and the new password."""

    model_config = example(token=OPAQUE, new_password=OTHER_SECRET)

    token: Given
    new_password: NewPassword


class SessionOut(Stored):
    """A log-in. `current` is the one that asks."""

    id: UUID
    roles: list[str] | None
    address: str | None
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool = False


class SessionPage(BaseModel):
    """A page of one's log-ins, newest first. `next_cursor` is null on the last."""

    items: list[SessionOut]
    next_cursor: str | None


class ApiKeyIn(Strict):
    """A new API key."""

    model_config = example(name="nightly report", roles=["free_user"], expires_at="2030-01-01T00:00:00Z")

    name: Label
    roles: RoleBounds | None = Field(None, description="The most roles that it activates; null is every role.")
    expires_at: Moment | None = None


class ApiKeyOut(Stored):
    """An API key, without its text."""

    id: UUID
    name: str
    prefix: str = Field(description="How it begins.")
    roles: list[str] | None
    created_at: datetime
    expires_at: datetime | None


class ApiKeyMade(ApiKeyOut):
    """An API key with its text: the only time that it is shown."""

    key: str


class ApiKeyPage(BaseModel):
    """A page of one's API keys, newest first. `next_cursor` is null on the last."""

    items: list[ApiKeyOut]
    next_cursor: str | None
