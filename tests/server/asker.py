"""Asks a guarded session, as one user or another, what she sees and what she may change; nothing is committed."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import AccessDenied, Principal
from rowgate.server.models import Document
from server.world import ACTIVE, ROLES, World

Sessions = Callable[..., AsyncSession]
Expectation = Callable[["Asker"], Awaitable[object]]


class Asker:
    """Asks as one user or another."""

    def __init__(self, sessions: Sessions, world: World) -> None:
        self.sessions = sessions
        self.world = world

    def session(self, name: str | None, **options: Any) -> AsyncSession:
        """Open a session of a user's, with her role and what it inherits; without a name, of a stranger."""
        who = Principal.anonymous() if name is None else Principal(self.world.users[name], roles=ACTIVE[ROLES[name]])
        return self.sessions(who, **options)

    async def sees(self, name: str, **options: Any) -> set[str]:
        """Return the titles of the documents that a user sees."""
        async with self.session(name, **options) as session:
            return set((await session.scalars(select(Document.title))).all())

    async def tries(self, name: str, title: str, /, **values: Any) -> str:
        """Let a user change a document, by its key and without a commit; return what came of it."""
        async with self.session(name) as session:
            document = await session.get(Document, self.world.doc(title).id)
            if document is None:
                return "absent"
            for key, value in values.items():
                setattr(document, key, value)
            return await outcome(session)

    async def removes(self, name: str, title: str) -> str:
        """Let a user delete a document's row; return what came of it."""
        async with self.session(name) as session:
            document = await session.get(Document, self.world.doc(title).id)
            if document is None:
                return "absent"
            await session.delete(document)
            return await outcome(session)

    async def creates(self, name: str, owner: str) -> str:
        """Let a user store a document of somebody's; return what came of it."""
        async with self.session(name) as session:
            session.add(Document(title="new", content="", owner_id=self.world.users[owner]))
            return await outcome(session)


async def outcome(session: AsyncSession) -> str:
    """Write what is pending, and take it back."""
    try:
        await session.flush()
    except AccessDenied:
        return "denied"
    except ProgrammingError as error:
        return "no right" if "insufficient_privilege" in str(error) else str(error)
    await session.rollback()
    return "done"
