"""API keys: made once, shown once, found by their hash."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import Principal
from rowgate.server import opaque
from rowgate.server.audit import record
from rowgate.server.models import ApiKey
from rowgate.server.paging import Page, page_by_key


class WiderThanTokenError(Exception):
    """The key would activate roles that the token which makes it may not."""


async def create_key(
    session: AsyncSession,
    acting: Principal,
    *,
    name: str,
    roles: Iterable[str] | None,
    expires_at: datetime | None,
) -> tuple[ApiKey, str]:
    """Make a key of one's own; return it with its text, which nobody sees again.

    It is bound by these roles, and by what bounds whoever makes it. A role that she does not hold is no error: it may
    be hers tomorrow, and activates nothing until then.

    Raises:
        WiderThanTokenError: whoever makes it is bound to other roles herself.
    """
    bound: frozenset[str] | None = acting.attributes["bound"]
    wanted = bound if roles is None else frozenset(roles)
    if bound is not None and wanted is not None and not wanted <= bound:
        raise WiderThanTokenError
    made = opaque.make(opaque.API_KEY)
    key = ApiKey(
        user_id=acting.id,
        name=name,
        prefix=made.text[: opaque.SHOWN],
        key_hash=made.hashed,
        roles=None if wanted is None else sorted(wanted),
        expires_at=expires_at,
    )
    session.add(key)
    await session.flush()
    record(session, "api-key.created", ("api-keys", key.id), name=name, roles=key.roles)
    await session.flush()
    return key, made.text


async def list_keys(session: AsyncSession, *, limit: int, cursor: str | None) -> Page[ApiKey]:
    """Return a page of the keys that are not revoked, newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    kept = select(ApiKey).where(ApiKey.revoked_at.is_(None))
    return await page_by_key(session, kept, ApiKey.id, limit=limit, cursor=cursor)


async def revoke_key(session: AsyncSession, key_id: UUID) -> bool:
    """Revoke a key; return whether there was one that was not revoked yet."""
    key = await session.get(ApiKey, key_id)
    if key is None or key.revoked_at is not None:
        return False
    key.revoked_at = func.now()
    record(session, "api-key.revoked", ("api-keys", key_id), name=key.name)
    await session.flush()
    return True
