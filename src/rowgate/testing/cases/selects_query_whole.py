"""Plain selects: the legacy Query, as a part of other statements, with options, text and locks, and writing."""

import warnings
from collections.abc import Callable
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, func, select
from sqlalchemy.orm import Query, Session, joinedload

from rowgate.testing.case import Family, Given
from rowgate.testing.world_models import Document, Share, User

selects = Family("selects")


async def _asked(given: Given, ask: Callable[[Session], Any]) -> Any:
    """Return what a function gives for a sync session; parts of Query warn that they are legacy."""

    def quietly(session: Session) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ask(session)

    return await given.session.run_sync(quietly)


@selects.way_in(covers=["Query.subquery", "Query.cte", "Query.scalar_subquery", "Query.as_scalar", "Query.label"])
async def query_inside(given: Given) -> Any:
    """Uses a legacy Query as a sub-select, a CTE and a scalar."""

    def ask(session: Session) -> Any:
        query = session.query(Document.title)
        inner, cte = query.subquery(), query.cte("found")
        most = session.query(func.max(Document.pages))
        scalars = session.query(most.scalar_subquery(), most.label("most"), most.as_scalar()).all()
        return session.query(inner.c.title).all(), session.query(cte.c.title).all(), scalars

    return await _asked(given, ask)


@selects.way_in(covers=["Query.from_statement", "Query.statement", "Query.instances", "Query.selectable"])
async def query_from_statement(given: Given) -> Any:
    """Hands statements to a legacy Query, and takes its own out of it."""

    def ask(session: Session) -> Any:
        query = session.query(Document)
        given_one = query.from_statement(select(Document).where(Document.is_deleted)).all()
        return given_one, session.execute(query.statement).all()

    return await _asked(given, ask)


@selects.way_in(covers=["Query.with_parent", "Query.correlate", "Query.with_session"])
async def query_of_parent(given: Given) -> Any:
    """Asks for the hidden children of somebody, and correlates."""

    def ask(session: Session) -> Any:
        parents = session.query(User).filter(User.name == "user-b-name").all()
        children = [session.query(Document).with_parent(parent, User.documents).all() for parent in parents]
        number = session.query(func.count(Document.id)).filter(Document.owner_id == User.id).correlate(User)
        counted = session.query(User.name, number.scalar_subquery()).all()
        return children, counted, Query(Document).with_session(session).all()

    return await _asked(given, ask)


@selects.way_in(
    covers=[
        "Query.options", "Query.populate_existing", "Query.execution_options", "Query.yield_per",
        "Query.enable_eagerloads", "Query.autoflush", "Query.all", "Query.tuples",
    ]
)  # fmt: skip
async def query_options(given: Given) -> Any:
    """Loads by a legacy Query with options."""

    def ask(session: Session) -> Any:
        query = session.query(Document).populate_existing().execution_options(x=1).autoflush(setting=False)
        eager = query.options(joinedload(Document.owner)).all()
        return (
            eager,
            list(query.enable_eagerloads(value=False).yield_per(2)),
            session.query(Document.title).tuples().all(),
        )

    return await _asked(given, ask)


@selects.way_in(covers=["Query.prefix_with", "Query.suffix_with"])
async def query_with_suffix(given: Given) -> Any:
    """Puts text behind a legacy Query."""
    more = "UNION SELECT content FROM documents"
    return await _asked(given, lambda s: s.query(Document.title).suffix_with(more).all())


@selects.way_in(covers=["Query.with_statement_hint", "Query.with_hint"])
async def query_with_hint(given: Given) -> Any:
    """Puts text into the hint of a legacy Query."""
    more = "UNION SELECT content FROM documents"
    return await _asked(given, lambda s: s.query(Document.title).with_statement_hint(more).all())


@selects.way_in(covers=["Query.with_for_update"], only="postgresql")
async def query_locks(given: Given) -> Any:
    """Locks a hidden row by the legacy Query."""
    hidden = Document.id == given.model.hidden
    return await _asked(given, lambda s: s.query(Document).filter(hidden).with_for_update().all())


@selects.write_in(covers=["Query.update", "Query.delete"])
async def query_writes(given: Given) -> Any:
    """Updates and deletes hidden rows by the legacy Query."""

    def write(session: Session) -> Any:
        session.query(Document).filter(Document.owner_id != given.who.id).update(
            {"content": "taken"}, synchronize_session=False
        )
        session.query(Share).filter(Share.user_id != given.who.id).delete(synchronize_session=False)

    await _asked(given, write)


@selects.way_in(covers=["Query.one", "Query.set_label_style", "Query.merge_result", "Query.column_descriptions"])
async def query_merges(given: Given) -> Any:
    """Takes exactly one by a legacy Query, and merges what a query has given into the session."""

    def ask(session: Session) -> Any:
        query = session.query(Document)
        frozen = session.execute(select(Document).order_by(Document.title)).freeze()
        session.expunge_all()
        merged: Any = query.merge_result(frozen().scalars(), load=True)
        merged = list(merged)
        session.expunge_all()
        most = session.query(func.count(Document.id)).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL).one()
        return merged, most, [each["name"] for each in query.column_descriptions]

    return await _asked(given, ask)
