"""The shapes of bulk import: one line of a file, and what became of all of them."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from rowgate.server.routers.schemas import DocumentIn


class DocumentLine(DocumentIn):
    """A document in a file. `created_at` and `updated_at` are read and not used: the database says when."""

    id: UUID | None = None
    owner_id: UUID | None = None
    created_at: Any = None
    updated_at: Any = None


class BadLine(BaseModel):
    """A line that was not stored, and why."""

    line: int
    problem: str


class Imported(BaseModel):
    """What an import came to. Of the bad lines the first thousand are told, and all are counted."""

    stored: int
    refused: int
    problems: list[BadLine]
