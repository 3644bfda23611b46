"""Demo data: three log-ins, a hundred more users, and 2,000 documents of each kind. Only when asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.accounts import Sessions
from rowgate.server.identifiers import uuid7
from rowgate.server.models import Document, Role, RoleName, User, UserRole
from rowgate.server.security import hash_password, verify_password

PASSWORD: Final = "rowgate-demo"  # noqa: S105 - meant to be known; refused beyond loopback
OTHERS: Final = 100
EACH: Final = 2_000
LOGINS: Final = {"admin": RoleName.ADMIN, "paid": RoleName.PAID_USER, "free": RoleName.FREE_USER}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document, by the columns that the policies read."""

    name: str
    is_public: bool = True
    requires_paid_access: bool = False
    is_deleted: bool = False


KINDS: Final = (
    Kind("Free"),
    Kind("Paid", requires_paid_access=True),
    Kind("Private", is_public=False),
    Kind("Deleted", is_deleted=True),
)
TOTAL: Final = len(KINDS) * EACH


async def fill(sessions: Sessions, progress: Callable[[int], None]) -> bool:
    """Fill an empty database in one transaction; return whether it did. One with users in it stays as it is.

    Args:
        sessions: the guarded sessions; demo data is written as the system.
        progress: called with the number of documents stored since the last call.
    """
    hashed = await hash_password(PASSWORD)
    async with sessions.system(reason="demo data") as session:
        if (await session.scalars(select(User.id).limit(1))).first() is not None:
            return False
        roles = {name: key for key, name in (await session.execute(select(Role.id, Role.name))).tuples()}
        owners = await _users(session, roles, hashed)
        for batch in _documents(owners):
            await session.execute(insert(Document), batch)
            progress(len(batch))
        await session.commit()
    return True


async def is_open(sessions: Sessions) -> bool:
    """Return whether somebody can log in with the demo password."""
    async with sessions.system(reason="look for demo users") as session:
        hashes = (await session.scalars(select(User.hashed_password).where(User.username.in_(LOGINS)))).all()
    return any([await verify_password(PASSWORD, found) for found in set(hashes)])


async def _users(session: AsyncSession, roles: dict[str, UUID], hashed: str) -> list[UUID]:
    kinds = list(LOGINS.values())
    named: list[tuple[str, RoleName]] = list(LOGINS.items())
    named += [(f"user{number:03}", kinds[1 + number % 2]) for number in range(1, OTHERS + 1)]
    keys = [uuid7() for _ in named]
    rows = [
        {"id": key, "username": name, "email": f"{name}@example.org", "hashed_password": hashed}
        for key, (name, _) in zip(keys, named, strict=True)
    ]
    await session.execute(insert(User), rows)
    held = [{"user_id": key, "role_id": roles[role]} for key, (_, role) in zip(keys, named, strict=True)]
    await session.execute(insert(UserRole), held)
    return keys


def _documents(owners: list[UUID]) -> Iterator[list[dict[str, Any]]]:
    """Give the documents in batches: one of each kind in turn, the owners in turn, so that lists differ at once."""
    batch: list[dict[str, Any]] = []
    for number in range(EACH):
        batch += [_document(kind, number + 1, owners[number % len(owners)]) for kind in KINDS]
        if len(batch) >= TOTAL // 10:
            yield batch
            batch = []
    if batch:
        yield batch


def _document(kind: Kind, number: int, owner: UUID) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "title": f"{kind.name} document {number}",
        "content": f"What {kind.name.lower()} document {number} says.",
        "owner_id": owner,
        "is_public": kind.is_public,
        "requires_paid_access": kind.requires_paid_access,
        "is_deleted": kind.is_deleted,
    }
