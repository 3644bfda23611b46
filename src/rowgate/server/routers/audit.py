"""`/audit`: what happened. An admin reads all of it, others what they did themselves."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator

from rowgate.fastapi import Opener, opener_dependency
from rowgate.server import audit
from rowgate.server.dependencies import PageDep, SessionDep, get_sessions, get_who
from rowgate.server.problems import responses
from rowgate.server.routers.conventions import LINKED
from rowgate.server.routers.role_schemas import AuditLine, AuditPage, Moment
from rowgate.server.routers.schemas import storable

router = APIRouter(prefix="/audit", tags=["audit"], responses=responses(HTTPStatus.UNAUTHORIZED))

Word = Annotated[str | None, Query(max_length=50), AfterValidator(lambda text: text and storable(text))]


def get_filter(
    kind: Word = None,
    actor_id: UUID | None = None,
    target_type: Word = None,
    target_id: UUID | None = None,
    since: Annotated[Moment | None, Query(description="From this time on.")] = None,
    until: Annotated[Moment | None, Query(description="Before this time.")] = None,
) -> audit.Filter:
    """Give which lines are asked for."""
    return audit.Filter(kind, actor_id, target_type, target_id, since, until)


FilterDep = Annotated[audit.Filter, Depends(get_filter)]


@router.get("", operation_id="list_audit", responses=LINKED)
async def list_audit(session: SessionDep, wanted: FilterDep, page: PageDep) -> AuditPage:
    """List the lines that whoever asks may see, newest first."""
    found = page.told(await audit.list_entries(session, wanted, limit=page.limit, cursor=page.cursor))
    return AuditPage(items=[AuditLine.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get(
    "/export",
    operation_id="export_audit",
    response_class=StreamingResponse,
    responses={
        HTTPStatus.OK.value: {
            "content": {"application/jsonl": {"schema": {"type": "string"}}},
            "description": "A line a line, oldest first",
        }
    },
)
async def export_audit(
    session: SessionDep,
    open_session: Annotated[Opener, Depends(opener_dependency(get_sessions, get_who))],
    wanted: FilterDep,
) -> StreamingResponse:
    """Stream the lines that whoever asks may see as JSON lines, oldest first, in constant memory."""
    await session.connection()  # nobody is 401, before the first byte

    async def lines() -> AsyncIterator[str]:
        async for page in audit.export(open_session, wanted):
            yield "".join(AuditLine.model_validate(entry).model_dump_json() + "\n" for entry in page)

    return StreamingResponse(lines(), media_type="application/jsonl")
