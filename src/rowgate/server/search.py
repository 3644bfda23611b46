"""Lists of documents: by owner and kind, by full text, with what whoever asks may do to each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import can, principal, searched
from rowgate.server.models import SEARCH, Document, Role, User
from rowgate.server.paging import Page, decode_ranked, encode_ranked, page_by_key

LANGUAGE = "english"
"""What the column of the search is made with."""
MARKS = "StartSel=<mark>, StopSel=</mark>, MaxFragments=2, MaxWords=30, MinWords=10"
READ_FROM = 200_000
"""So many characters of a document are searched, and highlighted."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents to list; what is None does not matter."""

    text: str | None = None
    owner_id: UUID | None = None
    owner_role: str | None = None
    is_public: bool | None = None
    requires_paid_access: bool | None = None

    def conditions(self) -> list[Any]:
        """Return the filter as SQL, but for the text. Roles of owners are those that whoever asks may see."""
        found: list[Any] = []
        if self.owner_id is not None:
            found.append(Document.owner_id == self.owner_id)
        if self.owner_role is not None:
            found.append(Document.owner.has(User.roles.any(Role.name == self.owner_role)))
        for column, wanted in (
            (Document.is_public, self.is_public),
            (Document.requires_paid_access, self.requires_paid_access),
        ):
            if wanted is not None:
                found.append(column if wanted else ~column)
        return found


def may() -> list[Any]:
    """Return what whoever acts may do to each document, as columns."""
    return [
        can("update", Document).label("may_update"),
        can("delete", Document).label("may_delete"),
        (Document.owner_id == principal.id).label("may_share"),
    ]


async def list_documents(
    session: AsyncSession, wanted: Filter, *, permissions: bool, limit: int, cursor: str | None
) -> Page[Any]:
    """Return a page of rows: the document, and what was asked for beside it. Newest first, or by rank.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    beside = may() if permissions else []
    if wanted.text is None:
        found = select(Document, *beside).where(*wanted.conditions())
        return await page_by_key(session, found, Document.id, limit=limit, cursor=cursor, whole=True)
    asked = func.websearch_to_tsquery(LANGUAGE, wanted.text)
    highlight = func.ts_headline(LANGUAGE, _escaped(func.left(Document.content, READ_FROM)), asked, MARKS)
    filters = wanted.conditions()
    best = searched(
        session,
        SEARCH,
        asked,
        limit=None if filters else limit + 1,
        before=None if cursor is None else decode_ranked(cursor),
    )
    found = (
        select(Document, *beside, best.c.rank.label("rank"), highlight.label("highlight"))
        .join(best, best.c.key == Document.id)
        .where(*filters)
        .order_by(best.c.rank.desc(), Document.id.desc())
        .limit(limit + 1)
    )
    rows = (await session.execute(found)).all()
    more = len(rows) > limit
    return Page(rows[:limit], encode_ranked(rows[limit - 1].rank, rows[limit - 1][0].id) if more else None)


async def get_document(session: AsyncSession, document_id: UUID, *, permissions: bool) -> Any:
    """Return the row of a document, with what whoever acts may do to it if asked for; None if she may not see it."""
    found = select(Document, *(may() if permissions else [])).where(Document.id == document_id)
    return (await session.execute(found)).one_or_none()


def _escaped(text: Any) -> Any:
    """Return a text as HTML, in SQL: what is highlighted goes into pages, and only the marks are markup."""
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = func.replace(text, plain, escaped)
    return text
