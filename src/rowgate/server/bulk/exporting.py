"""Documents out of the database: page by page, oldest key first, each page in a transaction of its own.

So a slow reader holds no connection, and what she may see no more is in no later page. A page is bounded by rows and by
bytes: its length is asked for first.
"""

from collections.abc import AsyncIterator, Sequence
from itertools import accumulate
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server import search
from rowgate.server.bulk.importing import Opener
from rowgate.server.bulk.writing import COLUMNS
from rowgate.server.models import SEARCH, Document

PAGE: Final = 1000
PAGE_BYTES: Final = 4 * 1024 * 1024


async def export_documents(open_session: Opener, wanted: search.Filter) -> AsyncIterator[Sequence[Any]]:
    """Give the documents that the session may see, in pages of rows with the columns of `COLUMNS`."""
    after: UUID | None = None
    while True:
        async with open_session() as session:
            page = await _page(session, wanted, after)
        if not page:
            return
        after = page[-1][0]
        yield page


async def _page(session: AsyncSession, wanted: search.Filter, after: UUID | None) -> Sequence[Any]:
    conditions = wanted.conditions()
    if wanted.text is not None:
        conditions.append(SEARCH.bool_op("@@")(func.websearch_to_tsquery(search.LANGUAGE, wanted.text)))
    if after is not None:
        conditions.append(Document.id > after)
    sized = select(Document.id, func.octet_length(Document.content)).where(*conditions)
    sizes = (await session.execute(sized.order_by(Document.id).limit(PAGE))).all()
    if not sizes:
        return ()
    fitting = sum(total <= PAGE_BYTES for total in accumulate(row[1] for row in sizes))
    last = sizes[max(fitting, 1) - 1][0]
    columns = [getattr(Document, name) for name in COLUMNS]
    found = select(*columns).where(*conditions, Document.id <= last).order_by(Document.id)
    return (await session.execute(found)).all()
