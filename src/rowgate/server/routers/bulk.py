"""`/documents/import` and `/documents/export`: streams, both ways. No row is judged here: the sessions do it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from rowgate.fastapi import Opener, opener_dependency
from rowgate.server import search
from rowgate.server.bulk.exporting import export_documents as exported
from rowgate.server.bulk.importing import Summary
from rowgate.server.bulk.importing import import_documents as imported
from rowgate.server.bulk.lines import numbered
from rowgate.server.bulk.reading import Format, HeaderError, read, reader_of
from rowgate.server.bulk.writing import MEDIA_TYPES, header, rendered
from rowgate.server.dependencies import OriginDep, get_sessions, get_who
from rowgate.server.problems import responses
from rowgate.server.routers.bulk_schemas import BadLine, DocumentLine, Imported
from rowgate.server.routers.documents import get_filter

router = APIRouter(prefix="/documents", tags=["documents"], responses=responses(HTTPStatus.UNAUTHORIZED))

IMPORT = "/documents/import"
FORMATS: dict[str, Format] = {"text/csv": "csv", "application/jsonl": "jsonl", "application/x-ndjson": "jsonl"}
FILE = {"schema": {"type": "string"}}
EXAMPLES = {
    "csv": "title,content\r\nMinutes,We met.\r\n",
    "jsonl": '{"title": "Minutes", "content": "We met."}\n',
}


def get_opener(
    open_session: Annotated[Opener, Depends(opener_dependency(get_sessions, get_who))], origin: OriginDep
) -> Opener:
    """Give what opens sessions of whoever asks, one after the other, that know where the request came from."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncSession]:
        async with open_session() as session:
            session.info["origin"] = origin
            yield session

    return opened


OpenerDep = Annotated[Opener, Depends(get_opener)]


@router.post(
    "/import",
    operation_id="import_documents",
    responses=responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {name: {**FILE, "example": EXAMPLES[format_]} for name, format_ in FORMATS.items()},
        }
    },
)
async def import_documents(request: Request, open_session: OpenerDep) -> Imported:
    """Store the documents of a CSV or JSONL file, line by line. Bad lines are told with their numbers; all others are stored."""
    await _see_who_asks(open_session())
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send one of {', '.join(FORMATS)}.")
    summary = Summary()
    reads = read(numbered(request.stream()), reader_of(FORMATS[media_type], DocumentLine))
    try:
        await imported(open_session, reads, summary)
    except HeaderError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"The file cannot be read: {error}.") from None
    except ClientDisconnect:  # nobody hears the answer; whole batches are stored, and in the audit
        pass
    except StarletteHTTPException as error:
        raise HTTPException(error.status_code, f"{error.detail} {summary.stored} documents are stored.") from None
    problems = [BadLine(line=line, problem=problem) for line, problem in summary.problems]
    return Imported(stored=summary.stored, refused=summary.refused, problems=problems)


@router.get(
    "/export",
    operation_id="export_documents",
    response_class=StreamingResponse,
    responses={
        HTTPStatus.OK.value: {
            "content": {"text/csv": FILE, "application/jsonl": FILE},
            "description": "The documents, in the order in which they were made",
        }
    },
)
async def export_documents(
    open_session: OpenerDep,
    wanted: Annotated[search.Filter, Depends(get_filter)],
    format_: Annotated[Format, Query(alias="format", description="What the answer is written in.")] = "jsonl",
) -> StreamingResponse:
    """Stream the documents that whoever asks may see, as CSV or JSON lines, in constant memory."""
    await _see_who_asks(open_session())

    async def lines() -> AsyncIterator[str]:
        yield header(format_)
        async for page in exported(open_session, wanted):
            yield rendered(format_, page)

    return StreamingResponse(
        lines(),
        media_type=MEDIA_TYPES[format_],
        headers={"Content-Disposition": f'attachment; filename="documents.{format_}"'},
    )


async def _see_who_asks(opening: AbstractAsyncContextManager[AsyncSession]) -> None:
    """Let nobody be told 401 before the first byte; and hold no connection while the rest of them come."""
    async with opening as session:
        await session.connection()
