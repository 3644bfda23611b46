"""`/health`: for load balancers and people."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy.exc import SQLAlchemyError

from rowgate.server import migrate
from rowgate.server.dependencies import DatabaseDep
from rowgate.server.problems import RETRY_AFTER, responses
from rowgate.server.routers.schemas import Health

router = APIRouter(prefix="/health", tags=["health"])

PATIENCE = 5
"""Seconds that the database has to answer."""


@router.get("", operation_id="health")
async def health() -> Health:
    """Say that the process answers."""
    return Health(status="healthy")


@router.get("/live", operation_id="health_live")
async def live() -> Health:
    """Say that the process answers; it asks nothing else, so that a database's fault restarts nobody."""
    return Health(status="healthy")


@router.get("/ready", operation_id="health_ready", responses=responses(HTTPStatus.SERVICE_UNAVAILABLE))
async def ready(database: DatabaseDep, request: Request) -> Health:
    """Say that the database answers and has this release's schema."""
    try:
        async with asyncio.timeout(PATIENCE), database.application.connect() as connection:
            found = await migrate.current(connection)
    except (SQLAlchemyError, OSError, TimeoutError):
        raise _unready("The database cannot be reached.") from None
    if found != request.app.state.head:
        raise _unready(f"The database is at migration {found}, this server needs {request.app.state.head}.")
    return Health(status="healthy")


def _unready(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=RETRY_AFTER)
