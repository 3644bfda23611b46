"""`/auth`: a password for tokens, tokens for the next ones, and passwords that change."""

import time
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import TypeAdapter, ValidationError

from rowgate.server.auth import passwords, tokens
from rowgate.server.auth.login import log_in
from rowgate.server.auth.sessions import revoke_session
from rowgate.server.auth.tokens import LoggedIn
from rowgate.server.dependencies import (
    BriefPersonDep,
    ClientDep,
    PersonDep,
    SessionDep,
    SessionsDep,
    SettingsDep,
    SigningKey,
)
from rowgate.server.problems import responses
from rowgate.server.routers.account_schemas import (
    PasswordChange,
    PasswordForgotten,
    PasswordResetIn,
    RefreshIn,
    RoleBounds,
    Token,
)
from rowgate.server.routers.schemas import SECRET, is_storable
from rowgate.server.security import issue_access_token
from rowgate.server.settings import Settings

router = APIRouter(prefix="/auth", tags=["auth"])

LIMITED = responses(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
BOUNDS = TypeAdapter(RoleBounds)
LOGIN = {"grant_type": "password", "username": "ada", "password": SECRET, "scope": "free_user"}


FORM = {"requestBody": {"content": {"application/x-www-form-urlencoded": {"example": LOGIN}}}}


@router.post("/token", operation_id="create_token", responses=LIMITED, openapi_extra=FORM)
async def create_token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    sessions: SessionsDep,
    settings: SettingsDep,
    key: SigningKey,
    client: ClientDep,
    request: Request,
    response: Response,
) -> Token:
    """Log in with a name and a password (OAuth 2 password form). `scope` lists the most roles to activate."""
    begun = None
    if is_storable(form.username):
        bound = _bound(form.scopes)
        begun = await log_in(sessions, settings, form.username, form.password, client=client, roles=bound)
    request.app.state.metrics.logged_in("refused" if begun is None else "accepted")
    if begun is None:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED, "The name or the password is wrong.", headers={"WWW-Authenticate": "Bearer"}
        )
    return _token(begun, settings, key, response)


@router.post("/refresh", operation_id="refresh_token", responses=LIMITED)
async def refresh_token(
    body: RefreshIn, sessions: SessionsDep, settings: SettingsDep, key: SigningKey, response: Response
) -> Token:
    """Take a refresh token for the next one and an access token. One that comes a second time ends the log-in."""
    arrived = time.monotonic()
    try:
        rotated = await tokens.rotate(
            sessions, body.refresh_token, arrived=arrived, leeway=settings.refresh_leeway_seconds
        )
    except tokens.InvalidRefreshTokenError:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED, "The refresh token is not good: log in.", headers={"WWW-Authenticate": "Bearer"}
        ) from None
    return _token(rotated, settings, key, response)


@router.post(
    "/logout",
    operation_id="log_out",
    status_code=HTTPStatus.NO_CONTENT,
    responses=responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
async def log_out(session: SessionDep, acting: PersonDep) -> None:
    """End the log-in that this access token came from, with all its tokens."""
    if acting.attributes["session"] is not None:
        await revoke_session(session, acting.attributes["session"], because="logout")


@router.post(
    "/password",
    operation_id="change_password",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**LIMITED, **responses(HTTPStatus.FORBIDDEN)},
)
async def change_password(
    body: PasswordChange, acting: BriefPersonDep, sessions: SessionsDep, settings: SettingsDep
) -> None:
    """Change one's password by the old one. Every other log-in ends."""
    try:
        await passwords.change_password(
            sessions,
            settings,
            acting.id,
            old=body.old_password.get_secret_value(),
            new=body.new_password.get_secret_value(),
            keep=acting.attributes["session"],
        )
    except passwords.WrongPasswordError:
        raise HTTPException(HTTPStatus.FORBIDDEN, "The old password is wrong.") from None


@router.post(
    "/password/forgotten",
    operation_id="forget_password",
    status_code=HTTPStatus.ACCEPTED,
    responses=responses(HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS),
)
async def forget_password(
    body: PasswordForgotten,
    sessions: SessionsDep,
    settings: SettingsDep,
    client: ClientDep,
    request: Request,
    background: BackgroundTasks,
) -> None:
    """Have a token sent to this address, if it is a user's. The answer is the same for any, and comes first."""
    await passwords.count_request(sessions, settings, body.email, client.address)
    background.add_task(passwords.send_token, sessions, settings, body.email, request.app.state.reset_sender)


@router.post(
    "/password/reset",
    operation_id="reset_password",
    status_code=HTTPStatus.NO_CONTENT,
    responses=responses(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN),
)
async def reset_password(body: PasswordResetIn, sessions: SessionsDep, settings: SettingsDep) -> None:
    """Set a new password by the token that was sent. Every log-in ends."""
    try:
        await passwords.reset_password(sessions, settings, body.token, body.new_password.get_secret_value())
    except passwords.InvalidResetTokenError:
        raise HTTPException(HTTPStatus.FORBIDDEN, "The token is not good: ask for another.") from None


def _bound(scopes: list[str]) -> list[str] | None:
    if not scopes:
        return None
    try:
        return BOUNDS.validate_python(scopes)
    except ValidationError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "The scope lists the names of roles.") from None


def _token(found: LoggedIn, settings: Settings, key: bytes, response: Response) -> Token:
    token, seconds = issue_access_token(
        key,
        subject=found.subject,
        seconds=settings.access_token_seconds,
        issuer=settings.issuer,
        audience=settings.audience,
        session=found.session,
        roles=found.roles,
    )
    response.headers["Cache-Control"] = "no-store"  # RFC 6749, 5.1
    return Token(
        access_token=token,
        token_type="bearer",  # noqa: S106 - RFC 6749
        expires_in=seconds,
        refresh_token=found.refresh_token,
        scope=None if found.roles is None else " ".join(sorted(found.roles)),
    )
