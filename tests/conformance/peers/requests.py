"""Who acts, as applications commonly keep it: in a ContextVar that the request sets. And sessions that live in a request."""

from contextvars import ContextVar
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from rowgate.principal import Principal
from rowgate.testing.facade import SessionFacade

from .peer import Lacks

current: ContextVar[Principal | None] = ContextVar("current", default=None)


class RequestSession(AsyncSession):
    """A session in a request of somebody: the ContextVar is set while it is open."""

    who: Principal

    async def __aenter__(self) -> Self:
        self._before = current.get()
        current.set(self.who)
        await super().__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await super().__aexit__(*error)
        finally:
            current.set(self._before)


class RequestFacade(SessionFacade):
    """A sync session in a request of somebody, behind awaitable methods."""

    def __init__(self, session: Session, who: Principal) -> None:
        super().__init__(session)
        object.__setattr__(self, "_who", who)

    async def __aenter__(self) -> Any:
        object.__setattr__(self, "_before", current.get())
        current.set(self._who)
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await super().__aexit__(*error)
        finally:
            current.set(self._before)


def open_in_request(engine: Any, class_: type[Session], who: Principal, lift: Any, options: dict[str, Any]) -> Any:
    """Open a session of a class that has the listeners, in a request of a principal."""
    if lift:
        raise Lacks("lift")
    settings = {"expire_on_commit": False, **options}
    if hasattr(engine, "sync_engine"):
        session = RequestSession(engine, sync_session_class=class_, **settings)
        session.who = who
        return session
    return RequestFacade(class_(engine, **settings), who)
