"""`searched()`: full-text search in a FROM clause, by the wall's function where it stands, else by the column itself."""

from typing import Any

from sqlalchemy import BigInteger, Double, and_, cast, column, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import FromClause

from rowgate.errors import Unguarded
from rowgate.permission import table_key
from rowgate.session.walled_engine import WalledEngine
from rowgate.wall.render import SCHEMA
from rowgate.wall.searches import name_of


def searched(
    session: Session | AsyncSession,
    by: Any,
    words: Any,
    *,
    limit: int | None = None,
    before: tuple[float, Any] | None = None,
) -> FromClause:
    """Return the rows that whoever acts may read and that match, best first, as a FROM clause with `key` and `rank`.

    `rank` is `ts_rank_cd()` as a double. Join it to the entity by its primary key, and order by `rank` and the key,
    descending: `select(Document, found.c.rank).join(found, found.c.key == Document.id)`.

    Args:
        session: whose statement it is for. In an unguarded one it finds every row.
        by: the column, of type TSVECTOR.
        words: a tsquery, such as `func.websearch_to_tsquery("english", "what people type")`.
        limit: how many rows at most; None is all, for a statement with conditions of its own.
        before: the rank and key of the last row of the page before.

    Raises:
        Unguarded: the wall stands, and no `policy.search(column)` names it.
    """
    guard = getattr(getattr(session, "sync_session", session), "_guard", None)
    (key,) = by.table.primary_key
    if guard is not None and isinstance(guard.engine, WalledEngine):
        return _by_function(guard.engine, by, key, words, limit, before)
    rank: Any = cast(func.ts_rank_cd(by, words), Double())
    found = select(key.label("key"), rank.label("rank")).where(by.bool_op("@@")(words))
    if before is not None:
        found = found.where(or_(rank < before[0], and_(rank == before[0], key < before[1])))
    return found.order_by(rank.desc(), key.desc()).limit(limit).subquery("searched")


def _by_function(engine: WalledEngine, by: Any, key: Any, words: Any, limit: Any, before: Any) -> FromClause:
    entry = engine.catalog.entries.get(table_key(by.table))
    if entry is None or by.name not in entry.searches:
        raise Unguarded(f"the wall has no search of {by.name!r}: say policy.search(...) and migrate")
    rank, last = before if before is not None else (None, None)
    called = getattr(getattr(func, SCHEMA), name_of(entry, by.name))(
        words, cast(limit, BigInteger()), cast(rank, Double()), cast(last, key.type)
    )
    found: FromClause = called.table_valued(column("key", key.type), column("rank", Double())).render_derived(
        "searched"
    )
    return found
