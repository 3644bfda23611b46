"""`/auth`: a password for an access token."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.security import OAuth2PasswordRequestForm

from rowgate.server.accounts import log_in
from rowgate.server.dependencies import SessionsDep, SettingsDep, SigningKey
from rowgate.server.problems import responses
from rowgate.server.routers.schemas import Token, is_storable
from rowgate.server.security import issue_access_token

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/token", operation_id="create_token", responses=responses(HTTPStatus.UNAUTHORIZED))
async def create_token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    sessions: SessionsDep,
    settings: SettingsDep,
    key: SigningKey,
    response: Response,
) -> Token:
    """Log in with a name and a password (OAuth 2 password form)."""
    subject = None
    if is_storable(form.username):
        subject = await log_in(sessions, form.username, form.password)
    if subject is None:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED, "The name or the password is wrong.", headers={"WWW-Authenticate": "Bearer"}
        )
    token, seconds = issue_access_token(
        key,
        subject=subject,
        seconds=settings.access_token_seconds,
        issuer=settings.issuer,
        audience=settings.audience,
    )
    response.headers["Cache-Control"] = "no-store"  # RFC 6749, 5.1
    return Token(access_token=token, token_type="bearer", expires_in=seconds)  # noqa: S106 - RFC 6749
