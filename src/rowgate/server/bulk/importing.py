"""Documents into the database: in batches, each in a transaction of its own, by a session that judges every row.

What one row of a batch does wrong costs that row: the batch is tried in halves, until the bad ones stand alone.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate import AccessDenied, Principal
from rowgate.server.audit import record
from rowgate.server.bulk.reading import Read
from rowgate.server.identifiers import uuid7
from rowgate.server.models import Document

Opener = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a session, which is committed at its end."""

BATCH: Final = 1000
"""How many rows a transaction stores."""
BATCH_CHARACTERS: Final = 2_000_000
"""How much text a batch holds before it is stored, however few rows it has."""
MAX_PROBLEMS: Final = 1000
"""How many bad lines are told one by one; the rest are counted."""
GIVEN: Final = ("title", "content", "is_public", "requires_paid_access")

Progress = Callable[[int], None]


@dataclass(slots=True)
class Summary:
    """What an import came to."""

    stored: int = 0
    refused: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, line: int, problem: str) -> None:
        """Count a bad line."""
        self.refused += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append((line, problem))


@dataclass(slots=True)
class _Batch:
    """Rows that wait to be stored, by the number of their line."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    characters: int = 0

    def add(self, line: int, row: dict[str, Any]) -> bool:
        """Take a row; return whether the batch is full."""
        self.rows.append((line, row))
        self.characters += len(row["content"])
        return len(self.rows) >= BATCH or self.characters >= BATCH_CHARACTERS


async def import_documents(
    open_session: Opener,
    reads: AsyncIterator[Read],
    summary: Summary,
    *,
    owner: UUID | None = None,
    progress: Progress = lambda _stored: None,
) -> None:
    """Store what was read; every good line is stored, whatever the others say.

    Args:
        open_session: opens a session of whoever imports, for each batch: what she may no more ends the import.
        reads: the lines.
        summary: is brought up to date after each batch, so that it is true where the import breaks off.
        owner: owns what names no owner; whoever imports if not given.
        progress: is told how many were stored with each batch.

    Raises:
        NoPrincipal: whoever imports may do so no more. What came before is stored.
    """
    batch = _Batch()
    async for found in reads:
        if found.values is None:
            summary.refuse(found.line, found.problem or "it cannot be read")
        elif batch.add(found.line, found.values):
            progress(await _store(open_session, batch.rows, owner, summary))
            batch = _Batch()
    if batch.rows:
        progress(await _store(open_session, batch.rows, owner, summary))


async def _store(
    open_session: Opener, lines: list[tuple[int, dict[str, Any]]], owner: UUID | None, summary: Summary
) -> int:
    problems: dict[int, Exception | str] = {}
    async with open_session() as session:
        await session.connection()
        acting: Principal | None = session.info.get("principal")
        whose = owner if owner is not None or acting is None else acting.id
        rows = [(line, _row(values, whose)) for line, values in lines]
        ownerless = {line: "it names no owner" for line, row in rows if row["owner_id"] is None}
        problems.update(ownerless)
        await _insert(session, [one for one in rows if one[0] not in ownerless], problems)
        denied = sum(isinstance(problem, AccessDenied) for problem in problems.values())
        span: dict[str, Any] = {"first_line": lines[0][0], "last_line": lines[-1][0]}
        stored = len(rows) - len(problems)
        if stored:
            record(session, "documents.imported", ("documents", None), stored=stored, **span)
        if denied:
            record(session, "denied", ("documents", None), code=AccessDenied.default_code, lines=denied, **span)
    for line in sorted(problems):
        summary.refuse(line, _said(problems[line]))
    summary.stored += stored
    return stored


def _row(values: dict[str, Any], owner: UUID | None) -> dict[str, Any]:
    given: dict[str, Any] = {name: values[name] for name in GIVEN if name in values}
    defaults: dict[str, Any] = {"is_public": True, "requires_paid_access": False}
    return {**defaults, **given, "id": values.get("id") or uuid7(), "owner_id": values.get("owner_id") or owner}


async def _insert(
    session: AsyncSession, rows: list[tuple[int, dict[str, Any]]], problems: dict[int, Exception | str]
) -> None:
    """Store rows in a savepoint; where that fails, each half by itself. First come, first served among equal keys."""
    if not rows:
        return
    try:
        async with session.begin_nested():
            await session.execute(insert(Document), [row for _, row in rows])
    except (AccessDenied, IntegrityError, DataError) as error:
        if len(rows) == 1:
            problems[rows[0][0]] = error
            return
        middle = len(rows) // 2
        await _insert(session, rows[:middle], problems)
        await _insert(session, rows[middle:], problems)


def _said(problem: Exception | str) -> str:
    """Say why a row was not stored, without saying what is."""
    if isinstance(problem, str):
        return problem
    if isinstance(problem, AccessDenied):
        return "you may not make this document: its owner is somebody else"
    return "it conflicts with what is stored" if isinstance(problem, IntegrityError) else "it cannot be stored"
