"""Plain selects: the legacy Query and its many methods."""

import warnings
from collections.abc import Callable
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session, aliased

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Comment, Document, Share, User

selects = Family("selects")


async def _asked(given: Given, ask: Callable[[Session], Any]) -> Any:
    """Return what a function gives for a sync session; parts of Query warn that they are legacy."""

    def quietly(session: Session) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ask(session)

    return await given.session.run_sync(quietly)


@selects.way_in(covers=["Query.filter", "Query.filter_by", "Query.where", "Session.query"])
async def query_filters(given: Given) -> Any:
    """Filters by the legacy Query."""
    return await _asked(
        given,
        lambda s: [
            s.query(Document.title).filter(Document.owner_id != given.who.id).all(),
            s.query(Document.title).where(Document.pages > 1710200).all(),
            s.query(Document).filter_by(id=given.model.hidden).one_or_none(),
        ],
    )


@selects.way_in(covers=["Query.get"], portable=True)
async def query_get(given: Given) -> Any:
    """Gets a hidden row by the legacy Query."""
    return await _asked(given, lambda s: s.query(given.model.entity).get(given.model.hidden))


@selects.way_in(covers=["Query.count", "Query.exists", "Query.scalar"])
async def query_counts(given: Given) -> Any:
    """Counts by the legacy Query, and asks what exists."""
    hidden = Document.id == given.model.hidden
    return await _asked(
        given,
        lambda s: [
            s.query(Document).count(),
            s.query(s.query(Document).filter(hidden).exists()).scalar(),
            s.query(func.max(Document.pages)).scalar(),
        ],
    )


@selects.way_in(covers=["Query.first", "Query.one_or_none", "Query.limit", "Query.offset", "Query.slice"])
async def query_slices(given: Given) -> Any:
    """Takes parts of an ordered legacy Query."""

    def ask(session: Session) -> Any:
        ordered = session.query(Document.title).order_by(Document.pages.desc())
        return (
            ordered.first(),
            ordered[1],
            tuple(ordered[2:5]),
            ordered.offset(4).limit(2).all(),
            ordered.slice(1, 2).all(),
        )

    return await _asked(given, ask)


@selects.way_in(covers=["Query.values", "Query.value", "Query.with_entities", "Query.add_columns", "Query.add_column"])
async def query_columns(given: Given) -> Any:
    """Asks a legacy Query for other columns."""

    def ask(session: Session) -> Any:
        query = session.query(Document).order_by(Document.pages.desc())
        added = session.query(Document.id).add_columns(Document.title).add_column(Document.pages).all()
        taken = list(query.values(Document.title)), query.value(Document.title)
        return taken, query.with_entities(Document.title).all(), added

    return await _asked(given, ask)


@selects.way_in(
    covers=["Query.join", "Query.outerjoin", "Query.add_entity", "Query.select_from", "Query.reset_joinpoint"]
)
async def query_joins(given: Given) -> Any:
    """Joins by the legacy Query."""
    other = aliased(Document)

    def ask(session: Session) -> Any:
        joined = session.query(User).join(User.documents).add_entity(Document).all()
        outer = session.query(User.name, other.title).outerjoin(other, other.owner_id == User.id).all()
        from_other = session.query(Comment.body).select_from(Document).join(Document.comments).reset_joinpoint().all()
        return joined, outer, from_other

    return await _asked(given, ask)


@selects.way_in(covers=["Query.union", "Query.union_all", "Query.intersect", "Query.except_", "Query.except_all"])
async def query_sets(given: Given) -> Any:
    """Unites, intersects and subtracts legacy Queries."""

    def ask(session: Session) -> Any:
        public = session.query(Document.title).filter(Document.is_public)
        gone = session.query(Document.title).filter(Document.is_deleted)
        return [
            public.union(gone).all(),
            public.union_all(gone).all(),
            public.intersect(gone).all(),
            public.except_(gone).all(),
        ]

    return await _asked(given, ask)


@selects.way_in(covers=["Query.intersect_all", "Query.except_all"], only="postgresql")
async def query_sets_with_all(given: Given) -> Any:
    """Intersects and subtracts legacy Queries, keeping duplicates."""

    def ask(session: Session) -> Any:
        public = session.query(Document.owner_id).filter(Document.is_public)
        gone = session.query(Document.owner_id).filter(Document.is_deleted)
        return [public.intersect_all(gone).all(), public.except_all(gone).all()]

    return await _asked(given, ask)


@selects.way_in(covers=["Query.group_by", "Query.having", "Query.distinct", "Query.order_by", "Query.params"])
async def query_groups(given: Given) -> Any:
    """Groups by the legacy Query."""
    grouped = func.count(Document.id) > 1
    return await _asked(
        given,
        lambda s: [
            s.query(Document.owner_id, func.sum(Document.pages)).group_by(Document.owner_id).having(grouped).all(),
            s.query(Document.owner_id).distinct().all(),
        ],
    )


@selects.reading(covers=["Query", "Session.query"])
async def query_reads_the_seen(given: Given) -> Any:
    """Reads by the legacy Query what may be read, in several ways."""

    def ask(session: Session) -> Any:
        shared = session.query(Document).join(Document.shares).filter(Share.user_id == given.who.id)
        page = session.query(Document.title).order_by(Document.title).limit(2).offset(1)
        own = session.query(Document).filter_by(owner_id=given.who.id)
        return shared.all(), page.all(), own.count(), session.get(Document, given.model.own), own.exists() is not None

    return await _asked(given, ask)
