"""What endpoints depend on: settings, the database, who asks, and the request's session."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import NoPrincipal
from rowgate.fastapi import session_dependency
from rowgate.server.accounts import Sessions, find_principal
from rowgate.server.database import Database
from rowgate.server.policies import SOFT_DELETE
from rowgate.server.security import InvalidToken, read_access_token
from rowgate.server.settings import Settings

bearer = OAuth2PasswordBearer(tokenUrl="auth/token", auto_error=False)


def get_settings(request: Request) -> Settings:
    """Give the settings that the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


def get_signing_key(request: Request) -> bytes:
    """Give the key that signs access tokens."""
    key: bytes = request.app.state.signing_key
    return key


def get_database(request: Request) -> Database:
    """Give the engines of this process."""
    database: Database = request.app.state.database
    return database


def get_sessions(database: Annotated[Database, Depends(get_database)]) -> Sessions:
    """Give the maker of guarded sessions."""
    return database.sessions


def get_subject(
    token: Annotated[str | None, Depends(bearer)],
    settings: Annotated[Settings, Depends(get_settings)],
    key: Annotated[bytes, Depends(get_signing_key)],
) -> UUID:
    """Give the user id of the access token.

    Raises:
        NoPrincipal: there is no valid token; 401.
    """
    if token is None:
        raise NoPrincipal("no access token")
    try:
        return read_access_token(key, token, issuer=settings.issuer, audience=settings.audience)
    except InvalidToken:
        raise NoPrincipal("the access token is not valid") from None


def get_who(subject: Annotated[UUID, Depends(get_subject)]) -> Any:
    """Give the function that finds the principal in the session's own transaction."""
    return partial(find_principal, subject=subject)


def get_lifts(
    include: Annotated[
        Literal["deleted"] | None, Query(description="`deleted`: an admin's lift of the soft delete; audited.")
    ] = None,
) -> Iterable[str]:
    """Give the restrictions that the request asks to lift. Whether it may, the policy says."""
    return () if include is None else {SOFT_DELETE}


SettingsDep = Annotated[Settings, Depends(get_settings)]
SigningKey = Annotated[bytes, Depends(get_signing_key)]
DatabaseDep = Annotated[Database, Depends(get_database)]
SessionsDep = Annotated[Sessions, Depends(get_sessions)]
CurrentUser = Annotated[UUID, Depends(get_subject)]
"""The id of whoever asks. 401 if nobody does."""

SessionDep = Annotated[AsyncSession, Depends(session_dependency(get_sessions, get_who), scope="function")]
"""The request's session, committed before the response leaves. 401 if nobody asks."""

LiftingSessionDep = Annotated[
    AsyncSession, Depends(session_dependency(get_sessions, get_who, lift=get_lifts), scope="function")
]
"""The same, with the lifts that the request asks for. 403 where the policy does not let this principal lift."""
