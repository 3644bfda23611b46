"""Second mappers of the world's tables, in a registry that no catalog knows: a policy belongs to the table."""

from typing import Any

from sqlalchemy import and_, func, join, select
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    aliased,
    attribute_keyed_dict,
    column_property,
    foreign,
    query_expression,
    relationship,
)

from rowgate.testing.world_models import Base, Comment, Document, Folder, Share, User

documents: Any = Document.__table__
comments: Any = Comment.__table__
users: Any = User.__table__
shares: Any = Share.__table__
folders: Any = Folder.__table__


class Again(AsyncAttrs, DeclarativeBase):
    """Another declarative base over the same tables."""

    metadata = Base.metadata


class Person(Again):
    """Users, once more."""

    __table__ = users


class Remark(Again):
    """Comments. A pending one loads what its foreign key names."""

    __table__ = comments
    paper: Mapped["Paper"] = relationship(load_on_pending=True, viewonly=True)


class Given(Again):
    """Shares."""

    __table__ = shares


class Paper(Again):
    """Documents, with relationships of every other kind."""

    __table__ = documents
    remarks: Mapped[list[Remark]] = relationship(viewonly=True, order_by=comments.c.id)
    by_body: Mapped[dict[str, Remark]] = relationship(viewonly=True, collection_class=attribute_keyed_dict("body"))
    share: Mapped[Given | None] = relationship(uselist=False, viewonly=True)
    answers: Mapped[list[Remark]] = relationship(
        primaryjoin=and_(
            documents.c.id == foreign(comments.c.document_id), comments.c.author_id != documents.c.owner_id
        ),
        viewonly=True,
        order_by=comments.c.id,
    )
    writers: Mapped[list[Person]] = relationship(secondary=comments, viewonly=True, order_by=users.c.name)
    refusing: Mapped[list[Remark]] = relationship(lazy="raise", viewonly=True)
    told: Mapped[str | None] = query_expression()
    last_word: Mapped[str | None] = column_property(
        select(func.max(comments.c.body))
        .where(comments.c.document_id == documents.c.id)
        .correlate_except(comments)
        .scalar_subquery()
    )

    @hybrid_property
    def talk(self) -> Any:
        """How many remarks there are, in Python and in SQL."""
        return len(self.remarks)

    @talk.inplace.expression
    @classmethod
    def _talk(cls: Any) -> Any:
        counted = select(func.count(comments.c.id)).where(comments.c.document_id == cls.id)
        return counted.correlate_except(comments).scalar_subquery()


latest = (
    select(
        comments, func.row_number().over(partition_by=comments.c.document_id, order_by=comments.c.id.desc()).label("n")
    )
    .order_by(comments.c.id)
    .subquery("latest")
)
Latest: Any = aliased(Remark, latest, name="latest_remark")
PAPER: Any = Paper
"""The same class, whose columns no type checker knows. The last remark on each: it takes the mapper whole to alias it."""
PAPER.last = relationship(
    Latest,
    primaryjoin=and_(documents.c.id == foreign(Latest.document_id), latest.c.n == 1),
    viewonly=True,
    uselist=False,
)


class Eager(Again):
    """Documents that come with their relations, each by another loader of the mapper's own."""

    __table__ = documents
    joined: Mapped[list[Remark]] = relationship(lazy="joined", viewonly=True, order_by=comments.c.id)
    selected: Mapped[list[Remark]] = relationship(lazy="selectin", viewonly=True, order_by=comments.c.id)
    by_subquery: Mapped[list[Given]] = relationship(lazy="subquery", viewonly=True)
    at_once: Mapped[Person] = relationship(lazy="immediate", viewonly=True)


class Branch(Again):
    """Folders, with their children loaded three levels deep."""

    __table__ = folders
    branches: Mapped[list["Branch"]] = relationship(
        lazy="joined", join_depth=3, order_by=folders.c.id, viewonly=True, remote_side=folders.c.parent_id
    )


class Digest(Again):
    """Mapped against a query."""

    __table__ = (
        select(documents.c.id, documents.c.title, func.count(comments.c.id).label("said"))
        .outerjoin(comments, comments.c.document_id == documents.c.id)
        .group_by(documents.c.id, documents.c.title)
        .subquery("digest")
    )
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 - SQLAlchemy reads it


class Talk(Again):
    """Mapped against a join."""

    __table__ = join(documents, comments, documents.c.id == comments.c.document_id)
    document_id = column_property(documents.c.id, comments.c.document_id)
    comment_id = column_property(comments.c.id)


TALK: Any = Talk
"""The same class, whose columns no type checker knows."""
