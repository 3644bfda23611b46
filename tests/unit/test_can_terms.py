"""`can()` as a term: which row of which table it asks for, what it refuses, and what tells two of them apart."""

from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    table,
    true,
)  # fmt: skip
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, configure_mappers, foreign, mapped_column, relationship
from sqlalchemy.sql import quoted_name

from rowgate import CatalogError, Principal, can
from rowgate.permission import Can, join_keys, table_key


class Base(DeclarativeBase):
    """Folders with a key of two columns, documents in them, notes on documents, and joined reports."""


class Folder(Base):
    """Its key has two columns, one of another name in Python."""

    __tablename__ = "folders"
    tenant: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column("no", primary_key=True)
    documents: Mapped[list["Document"]] = relationship(back_populates="folder")


class Document(Base):
    """In a folder, perhaps a copy of another document."""

    __tablename__ = "documents"
    __table_args__ = (ForeignKeyConstraint(["tenant", "folder"], ["folders.tenant", "folders.no"]),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant: Mapped[int]
    folder_no: Mapped[int] = mapped_column("folder")
    original_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    kind: Mapped[str]
    property: Mapped[str]
    """A name that SQLAlchemy's own attributes have."""
    folder: Mapped[Folder] = relationship(back_populates="documents")
    original: Mapped["Document | None"] = relationship(remote_side=id)
    notes: Mapped[list["Note"]] = relationship(back_populates="document", foreign_keys="Note.document_id")
    readers: Mapped[list["Folder"]] = relationship(secondary="readers", viewonly=True)
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "document"}  # noqa: RUF012


class Report(Document):
    """A document with a table of its own."""

    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    year: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "report"}  # noqa: RUF012


class Note(Base):
    """On a document."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    year: Mapped[int]
    document: Mapped[Document] = relationship(back_populates="notes", foreign_keys=document_id)
    report: Mapped[Report] = relationship(foreign_keys=document_id, viewonly=True)
    of_the_year: Mapped[Report] = relationship(
        primaryjoin=lambda: and_(foreign(Note.document_id) == Document.id, foreign(Note.year) == Report.year),
        viewonly=True,
    )
    early: Mapped[Document] = relationship(
        primaryjoin=lambda: and_(foreign(Note.document_id) == Document.id, Document.tenant == 1), viewonly=True
    )
    later: Mapped[Document] = relationship(primaryjoin=lambda: foreign(Note.document_id) >= Document.id, viewonly=True)
    chosen: Mapped["Chosen"] = relationship(
        primaryjoin=lambda: foreign(Note.document_id) == Chosen.__table__.c.id, viewonly=True
    )


readers = Table(
    "readers", Base.metadata, Column("document", ForeignKey("documents.id")), Column("tenant", Integer),
    Column("no", Integer), ForeignKeyConstraint(["tenant", "no"], ["folders.tenant", "folders.no"]),
)  # fmt: skip


class Chosen(Base):
    """A class that is mapped to a query."""

    __table__ = select(Document.__table__.c.id).subquery("chosen")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012


DOCUMENTS: Any = Document.__table__
FOLDERS: Any = Folder.__table__
REPORTS: Any = Report.__table__


def _asked(term: Any) -> tuple[Any, ...]:
    """Return what a term asks for: the table, its columns, in no order of theirs, and what they equal, as text."""
    asked = sorted(zip(term.names, (str(key) for key in term.keys), strict=True), reverse=True)
    return term.table, tuple(name for name, _ in asked), tuple(key for _, key in asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (lambda: Document, ((None, "documents"), ("id",), ("documents.id",))),
        (lambda: Folder, ((None, "folders"), ("tenant", "no"), ("folders.tenant", "folders.no"))),
        (lambda: Report, ((None, "reports"), ("id",), ("reports.id",))),
        (lambda: aliased(Document, name="d"), ((None, "documents"), ("id",), ("d.id",))),
        (lambda: DOCUMENTS, ((None, "documents"), ("id",), ("documents.id",))),
        (lambda: FOLDERS.alias("f"), ((None, "folders"), ("tenant", "no"), ("f.tenant", "f.no"))),
        (lambda: DOCUMENTS.alias("a").alias("b"), ((None, "documents"), ("id",), ("b.id",))),
        (lambda: Note.document, ((None, "documents"), ("id",), ("notes.document_id",))),
        (lambda: aliased(Note, name="n").document, ((None, "documents"), ("id",), ("n.document_id",))),
        (lambda: Document.original, ((None, "documents"), ("id",), ("documents.original_id",))),
        (lambda: Document.folder, ((None, "folders"), ("tenant", "no"), ("documents.tenant", "documents.folder"))),
    ],
)
def test_the_row_that_is_asked_for(asked: Any, expected: Any) -> None:
    """The entity's own by its primary key, or the one that a relationship leads to, whatever name stands in FROM."""
    assert expected == _asked(can("read", asked()))


@pytest.mark.parametrize("action", ["read", "update", "delete"])
def test_the_three_actions_may_be_asked(action: str) -> None:
    """For whoever acts, or for somebody else; and an update of some columns, not of all."""
    term: Any = can(action, Document)
    assert (action, None, False) == (term.action, term.who, term.whole)
    other: Any = can(action, Document, principal=Principal(2))
    assert Principal(2) == other.who


@pytest.mark.parametrize("action", ["create", "lock", ""])
def test_other_actions_are_refused(action: str) -> None:
    """The check of a new row needs the new row."""
    with pytest.raises(CatalogError, match="ask for read, update or delete"):
        can(action, Document)


@pytest.mark.parametrize("who", [2, "admin", Principal])
def test_somebody_who_is_no_principal_is_refused(who: Any) -> None:
    """An id is nobody's roles."""
    with pytest.raises(CatalogError, match="takes a Principal"):
        can("read", Document, principal=who)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (lambda: Folder.documents, "to one row"),
        (lambda: Document.readers, "to one row"),
        (lambda: Note.document.of_type(Report), "of_type"),
        (lambda: Note.document.and_(Document.tenant == 1), "of_type"),
        (lambda: Note.report, "more than equal keys"),
        (lambda: Note.of_the_year, "more than equal keys"),
        (lambda: Note.early, "more than equal keys"),
        (lambda: Note.later, "more than equal keys"),
        (lambda: Note.chosen, "more than equal keys"),
        (lambda: Chosen, "takes a mapped class"),
        (lambda: Document(id=1), "takes a mapped class"),
        (lambda: Document.kind, "takes a mapped class"),
        (lambda: Document.property, "takes a mapped class"),
        (lambda: select(Document).subquery(), "takes a mapped class"),
        (lambda: table("documents"), "takes a mapped class"),
        (lambda: "documents", "takes a mapped class"),
        (lambda: None, "takes a mapped class"),
        (lambda: Table("keyless", MetaData(), Column("x", Integer)), "no primary key"),
    ],
)  # fmt: skip
def test_what_leads_to_no_one_row_is_refused(target: Any, why: str) -> None:
    """A collection, a join of more than keys, a query, a column: with what to write instead."""
    with pytest.raises(CatalogError, match=why):
        can("read", target())


def test_a_relationship_may_be_asked_before_the_mappers_are_configured() -> None:
    """Policies stand beside the models, at import."""

    class Fresh(DeclarativeBase):
        pass

    class Parent(Fresh):
        __tablename__ = "parents"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Child(Fresh):
        __tablename__ = "children"
        id: Mapped[int] = mapped_column(primary_key=True)
        parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))
        parent: Mapped["Parent"] = relationship()

    assert ((None, "parents"), ("id",), ("children.parent_id",)) == _asked(can("read", Child.parent))
    configure_mappers()


def _term(**other: Any) -> Can:
    given: dict[str, Any] = {
        "action": "read", "table": (None, "documents"), "names": ("id",), "keys": (DOCUMENTS.c.id,), "who": None,
        "whole": False,
    }  # fmt: skip
    return Can(**{**given, **other})


def test_terms_are_told_apart_in_the_cache() -> None:
    """By all that changes what they mean, and by nothing else: SQL of one is not another's."""
    others = [
        _term(),
        _term(action="update"),
        _term(table=("archive", "documents")),
        _term(names=("original_id",)),
        _term(keys=(DOCUMENTS.c.original_id,)),
        _term(who=Principal(2)),
        _term(who=Principal(2, {"admin"})),
        _term(whole=True),
    ]
    keys: Any = [one._generate_cache_key() for one in others]
    assert all(key is not None for key in keys)
    assert len(others) == len({key.key for key in keys})
    assert keys[0] == _term()._generate_cache_key()


def test_a_term_brings_its_rows() -> None:
    """Selected alone it reads them from their table."""
    assert [DOCUMENTS] == select(can("read", Document)).get_final_froms()
    assert "FROM documents" in str(select(can("read", Document)))


@pytest.mark.parametrize(
    ("named", "key"),
    [
        (DOCUMENTS, (None, "documents")),
        (Table("documents", MetaData(), schema="archive"), ("archive", "documents")),
        (Table(quoted_name("documents", quote=True), MetaData(schema=quoted_name("a", quote=True))), ("a", "documents")),
        (table("documents"), (None, "documents")),
        (table("documents", schema="archive"), ("archive", "documents")),
        (DOCUMENTS.alias("d"), (None, "d")),
    ],
)  # fmt: skip
def test_tables_are_known_by_schema_and_name(named: Any, key: Any) -> None:
    """As plain text, whatever object names them."""
    found = table_key(named)
    assert key == found
    assert all(part is None or type(part) is str for part in found)


D, R = DOCUMENTS.c, REPORTS.c


@pytest.mark.parametrize(
    ("join", "pairs"),
    [
        (R.id == D.id, [("reports.id", "documents.id")]),
        (D.id == R.id, [("reports.id", "documents.id")]),
        (and_(D.id == R.id, R.year == D.tenant), [("reports.id", "documents.id"), ("reports.year", "documents.tenant")]),
        (or_(D.id == R.id, D.tenant == R.year), []),
        (R.id >= D.id, []),
        (and_(R.id == D.id, R.year > D.tenant), []),
        (and_(R.id == D.id, D.tenant == 1), []),
        (and_(R.id == D.id, literal(1) == D.tenant), []),
        (and_(R.id == D.id, true().is_(func.now())), []),
        (and_(R.id == D.id, D.kind.like("x")), []),
        (and_(R.id == D.id, D.id), []),
        (R.id == func.abs(D.id), []),
        (func.abs(R.id) == D.id, []),
        (R.id == FOLDERS.c.no, []),
        (FOLDERS.c.no == D.id, []),
        (D.id == FOLDERS.c.no, []),
        (FOLDERS.c.no == R.id, []),
        (R.id == R.year, []),
        (D.id == D.tenant, []),
        (true(), []),
        (func.now(), []),
    ],
    ids=str,
)  # fmt: skip
def test_joins_on_equal_keys(join: Any, pairs: Any) -> None:
    """The child's column first, however it was written; a join of anything else has no pairs, not some of them."""
    assert pairs == [(str(child), str(parent)) for child, parent in join_keys(join, REPORTS, DOCUMENTS)]
