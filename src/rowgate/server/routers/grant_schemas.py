"""The shapes of shares, configurations and their grants."""

import math
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from rowgate.server.models import DocumentShare, RoleConfiguration, ShareLevel
from rowgate.server.routers.role_schemas import Until
from rowgate.server.routers.schemas import Label, Line, Patch, Stored, Strict, example, storable

DEPTH = 100
"""How deep a JSON value may be nested."""
MAX_LEVEL = 1000


def _json(value: Any) -> Any:
    """Return a JSON value that PostgreSQL can store and that every client can read.

    Raises:
        ValueError: it is nested too deeply, or holds NUL, lone surrogates, or numbers that are none.
    """
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEPTH:
            raise ValueError(f"a value is nested at most {DEPTH} deep")
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError("a number is finite")
        if isinstance(one, str):
            storable(one)
        elif isinstance(one, dict):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]
    return value


Json = Annotated[Any, AfterValidator(_json)]


class ShareIn(Until):
    """How a document is to be shared."""

    model_config = example(level="editor", expires_at="2030-01-01T00:00:00Z")

    level: ShareLevel


class ShareOut(BaseModel):
    """That a document is shared: with a user, or with all who have a role."""

    user_id: UUID | None
    role: str | None
    level: ShareLevel
    granted_at: datetime
    granted_by: UUID | None
    expires_at: datetime | None

    @classmethod
    def of(cls, row: DocumentShare) -> Self:
        """Make it of a row and its role."""
        return cls(
            user_id=row.user_id,
            role=None if row.role_id is None else row.role.name,
            level=ShareLevel(row.level),
            granted_at=row.granted_at,
            granted_by=row.granted_by,
            expires_at=row.expires_at,
        )


class SharePage(BaseModel):
    """A page of shares, newest first. `next_cursor` is null on the last."""

    items: list[ShareOut]
    next_cursor: str | None


class ConfigurationIn(Strict):
    """A new configuration; its value is any JSON."""

    model_config = example(name="page-size", value={"default": 20, "most": 100}, description="How long lists are.")

    name: Label
    value: Json
    description: Line | None = None


class ConfigurationPatch(Patch):
    """What to change; what is left out stays."""

    model_config = example(value={"default": 50, "most": 100})

    name: Label = ""
    value: Json = None
    description: Line | None = None


class ConfigurationOut(Stored):
    """A configuration; `access_level` is the highest that a role of whoever asks is granted, null if none is."""

    id: UUID
    name: str
    value: Any
    description: str | None
    created_at: datetime
    updated_at: datetime
    access_level: int | None = None

    @classmethod
    def of(cls, row: Any) -> Self:
        """Make it of a row with its level."""
        return cls.model_validate(row[0]).model_copy(update={"access_level": row.access_level})


class ConfigurationPage(BaseModel):
    """A page of configurations, newest first. `next_cursor` is null on the last."""

    items: list[ConfigurationOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Any) -> Self:
        """Make it of a page of rows."""
        return cls(items=[ConfigurationOut.of(row) for row in page.rows], next_cursor=page.next_cursor)


class GrantIn(Until):
    """At which level a configuration is to be granted: 1 reads, 2 changes value and description."""

    model_config = example(access_level=2, expires_at="2030-01-01T00:00:00Z")

    access_level: Annotated[int, Field(ge=1, le=MAX_LEVEL)] = 1


class GrantOut(BaseModel):
    """That a configuration is granted to a role. Its name is null where whoever asks may not see it."""

    configuration_id: UUID
    configuration: str | None
    role: str
    access_level: int
    granted_at: datetime
    granted_by: UUID | None
    expires_at: datetime | None

    @classmethod
    def of(cls, row: RoleConfiguration) -> Self:
        """Make it of a row with its role and its configuration."""
        seen: Any = row.configuration
        return cls(
            configuration_id=row.configuration_id,
            configuration=None if seen is None else seen.name,
            role=row.role.name,
            access_level=row.access_level,
            granted_at=row.granted_at,
            granted_by=row.granted_by,
            expires_at=row.expires_at,
        )


class GrantPage(BaseModel):
    """A page of grants, newest first. `next_cursor` is null on the last."""

    items: list[GrantOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Any) -> Self:
        """Make it of a page of rows."""
        return cls(items=[GrantOut.of(row) for row in page.rows], next_cursor=page.next_cursor)
