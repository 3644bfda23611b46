"""What endpoints depend on: settings, the database, who asks, and the request's session."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import Depends, HTTPException, Query, Request, Response
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rowgate import NoPrincipal, Principal
from rowgate.fastapi import session_dependency
from rowgate.server.accounts import ApiKeyHash, Credentials, Sessions, find_principal
from rowgate.server.audit import Origin, record
from rowgate.server.auth.tokens import Client
from rowgate.server.database import Database
from rowgate.server.opaque import API_KEY, MAX_CHARS, digest
from rowgate.server.paging import Page
from rowgate.server.policies import SOFT_DELETE
from rowgate.server.problems import origin_of
from rowgate.server.security import InvalidToken, read_access_token
from rowgate.server.settings import Settings

FoundT = TypeVar("FoundT", bound=Page[Any])

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


def get_credentials(
    token: Annotated[str | None, Depends(bearer)],
    settings: Annotated[Settings, Depends(get_settings)],
    key: Annotated[bytes, Depends(get_signing_key)],
) -> Credentials:
    """Give what the request came with: an access token or an API key, both as a bearer token.

    Raises:
        NoPrincipal: there is neither, or the token is not valid; 401. Whether a key is, the database says.
    """
    if token is None:
        raise NoPrincipal("no access token")
    if token.startswith(API_KEY) and len(token) <= MAX_CHARS:
        return ApiKeyHash(digest(token))
    try:
        return read_access_token(key, token, issuer=settings.issuer, audience=settings.audience)
    except InvalidToken:
        raise NoPrincipal("the access token is not valid") from None


def get_who(request: Request, credentials: Annotated[Credentials, Depends(get_credentials)]) -> Any:
    """Give the function that finds the principal in the session's own transaction."""

    async def who(connection: AsyncConnection) -> Principal:
        found = await find_principal(connection, credentials=credentials)
        request.state.user_id = found.id  # for the line in the log
        return found

    request.state.who = who  # a denial is told to the audit as of whoever asked
    return who


Included = Annotated[
    list[Literal["deleted", "permissions"]],
    Query(
        default_factory=list,
        description="`deleted`: an admin's lift of the soft delete, audited; `permissions`: what one may do to each.",
    ),
]


def get_lifts(include: Included) -> Iterable[str]:
    """Give the restrictions that the request asks to lift. Whether it may, the policy says."""
    return {SOFT_DELETE} if "deleted" in include else ()


def get_deleted() -> Iterable[str]:
    """Give the restriction that hides what is deleted: to restore it, or to delete it for good."""
    return {SOFT_DELETE}


SettingsDep = Annotated[Settings, Depends(get_settings)]
SigningKey = Annotated[bytes, Depends(get_signing_key)]
DatabaseDep = Annotated[Database, Depends(get_database)]
SessionsDep = Annotated[Sessions, Depends(get_sessions)]


OriginDep = Annotated[Origin, Depends(origin_of)]


async def get_session(
    session: Annotated[AsyncSession, Depends(session_dependency(get_sessions, get_who), scope="function")],
    origin: OriginDep,
) -> AsyncSession:
    """Give the request's session, which knows where the request came from."""
    session.info["origin"] = origin
    return session


async def get_lifting_session(
    session: Annotated[
        AsyncSession, Depends(session_dependency(get_sessions, get_who, lift=get_lifts), scope="function")
    ],
    lifts: Annotated[Iterable[str], Depends(get_lifts)],
    origin: OriginDep,
) -> AsyncSession:
    """Give the request's session with the lifts that it asks for, each with its line in the audit."""
    session.info["origin"] = origin
    if lifts:
        await session.connection()  # refuses what the principal may not lift
        for name in lifts:
            record(session, "lift", ("documents", None), lift=name)
    return session


async def get_restoring_session(
    session: Annotated[
        AsyncSession, Depends(session_dependency(get_sessions, get_who, lift=get_deleted), scope="function")
    ],
    origin: OriginDep,
) -> AsyncSession:
    """Give the request's session with the lift of the soft delete."""
    return await get_lifting_session(session, get_deleted(), origin)


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
"""The request's session, committed before the response leaves. 401 if nobody asks."""

LiftingSessionDep = Annotated[AsyncSession, Depends(get_lifting_session, scope="function")]
"""The same, with the lifts that the request asks for. 403 where the policy does not let this principal lift."""


RestoringSessionDep = Annotated[AsyncSession, Depends(get_restoring_session, scope="function")]
"""The same, with the lift of the soft delete. 403 for who is no admin."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is asked for, and where the ones beside it are told."""

    limit: int
    cursor: str | None
    request: Request
    response: Response

    def told(self, found: FoundT) -> FoundT:
        """Tell of the pages beside this one in the header `Link` (RFC 8288), and return it."""
        path = quote(self.request.url.path)
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        cursors = {"first": None, "prev": found.previous_cursor, "next": found.next_cursor}
        links = []
        for relation, cursor in cursors.items():
            if cursor is not None or relation == "first":
                query = urlencode([*kept, *([] if cursor is None else [("cursor", cursor)])])
                links.append(f'<{path}{"?" if query else ""}{query}>; rel="{relation}"')
        self.response.headers["Link"] = ", ".join(links)
        return found


def get_paging(
    request: Request,
    response: Response,
    settings: SettingsDep,
    limit: Annotated[int, Query(ge=1, description="How many at the most.")] = 20,
    cursor: Annotated[
        str | None,
        Query(max_length=64, description="`next_cursor` of the page before, or the one in a link of `Link`."),
    ] = None,
) -> Paging:
    """Give the page that is asked for.

    Raises:
        HTTPException: it would be larger than the settings let it be; 422.
    """
    if limit > settings.max_page_size:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"A page has at most {settings.max_page_size} items.")
    return Paging(limit, cursor, request, response)


PageDep = Annotated[Paging, Depends(get_paging)]


async def get_principal(session: SessionDep) -> Principal:
    """Give whoever asks, found in the request's session."""
    await session.connection()
    found: Principal = session.info["principal"]
    return found


def get_subject(acting: Annotated[Principal, Depends(get_principal)]) -> UUID:
    """Give the user id of whoever asks."""
    subject: UUID = acting.id
    return subject


def get_person(acting: Annotated[Principal, Depends(get_principal)]) -> Principal:
    """Give whoever asks, if she has logged in herself: an API key is no person.

    Raises:
        HTTPException: it is an API key; 403.
    """
    if "api_key" in acting.attributes:
        raise HTTPException(HTTPStatus.FORBIDDEN, "An API key may not do this: log in.")
    return acting


async def get_person_briefly(sessions: SessionsDep, who: Annotated[Any, Depends(get_who)]) -> Principal:
    """Give the same, found in a session of its own: for what takes long, and should hold no connection.

    Raises:
        HTTPException: it is an API key; 403.
    """
    async with sessions(who) as session:
        return get_person(await get_principal(session))


def get_client(request: Request) -> Client:
    """Give where the request comes from. Behind a proxy that is what it says, if uvicorn trusts it."""
    agent = request.headers.get("user-agent")
    try:
        address = None if request.client is None else str(ipaddress.ip_address(request.client.host))
    except ValueError:
        address = None
    return Client(address, agent if agent is not None and agent.isprintable() else None)


ActingDep = Annotated[Principal, Depends(get_principal)]
"""Whoever asks. 401 if nobody does."""

CurrentUser = Annotated[UUID, Depends(get_subject)]
"""The id of whoever asks. 401 if nobody does."""

PersonDep = Annotated[Principal, Depends(get_person)]
"""Whoever asks, logged in herself. 401 if nobody does, 403 for an API key."""

BriefPersonDep = Annotated[Principal, Depends(get_person_briefly)]
"""The same, for what takes long: the connection is back in the pool."""

ClientDep = Annotated[Client, Depends(get_client)]
