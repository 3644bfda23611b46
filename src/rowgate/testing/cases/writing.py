"""Short words for what most cases of writing do."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from rowgate.testing.case import Given
from rowgate.testing.world_models import Comment, Document
from rowgate.testing.world_rows import key


async def loaded(given: Given, entity: Any, *keys: Any) -> list[Any]:
    """Return the entities of these keys that the session finds."""
    found = [await given.session.get(entity, one) for one in keys]
    return [one for one in found if one is not None]


async def wrote(given: Given, statement: Any, params: Any = None) -> Any:
    """Execute a write; return what RETURNING gives, if it has one."""
    result = await given.session.execute(statement, params)
    return result.all() if getattr(result, "returns_rows", True) else None


def upsert(given: Given, entity: Any) -> Any:
    """Return an INSERT of the database's own dialect, which knows ON CONFLICT."""
    return (postgresql if given.dialect == "postgresql" else sqlite).insert(entity)


def own_comments(given: Given, many: int) -> list[Comment]:
    """Return new comments of one's own, on one's own document."""
    return [Comment(document_id=key("a100"), author_id=given.who.id, body=f"made {n}") for n in range(many)]


def documents_of(user: Any, many: int) -> list[Document]:
    """Return new documents of a user."""
    return [Document(title=f"made {n}", owner_id=user, pages=n) for n in range(many)]


def document_rows(user: Any, many: int) -> list[dict[str, Any]]:
    """Return the values of new documents of a user."""
    return [{"title": f"made {n}", "owner_id": user, "pages": n} for n in range(many)]
