"""Tables in schemas, and `schema_translate_map`: two tables of one name are two tables, each under its own policy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Enum,
    ForeignKey,
    Integer,
    Sequence,
    column,
    delete,
    event,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)
from sqlalchemy.sql import quoted_name

from rowgate import AccessDenied, Catalog, Principal, Unguarded, guarded_sessionmaker, principal


class Shelf(DeclarativeBase):
    """The base of the models of this file."""


class Paper(Shelf):
    """Read and written by its owner alone. In no schema."""

    __tablename__ = "papers"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    owner_id: Mapped[int]
    secret: Mapped[str | None]


class Old(Shelf):
    """A table of the same name in a schema: open ones are read by all, others by owner and readers; a mask as well."""

    __tablename__ = "papers"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    owner_id: Mapped[int]
    secret: Mapped[str | None]
    is_open: Mapped[bool] = mapped_column(default=False)
    readers: Mapped[list["Reader"]] = relationship(back_populates="paper")


class Reader(Shelf):
    """Who may read a paper of the archive. Each sees only their own line; the policy of papers sees all."""

    __tablename__ = "readers"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("archive.papers.id"))
    user_id: Mapped[int]
    paper: Mapped[Old] = relationship(back_populates="readers")


class Label(Shelf):
    """An open table in a schema."""

    __tablename__ = "labels"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Ticket(Shelf):
    """A table whose key is drawn from a sequence of the schema, and whose type is one of the schema."""

    __tablename__ = "tickets"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(Sequence("tickets_seq", schema="archive"), primary_key=True)
    mood: Mapped[str] = mapped_column(Enum("good", "bad", name="mood", schema="archive"))
    owner_id: Mapped[int]


class Long(Shelf):
    """A table whose full name is longer than a database's identifier may be."""

    __tablename__ = "n" * 60
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]


class Twin(Shelf):
    """Another one, whose full name begins alike."""

    __tablename__ = "n" * 59 + "m"
    __table_args__ = ({"schema": "archive"},)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]


P, O = Paper.__table__, Old.__table__  # noqa: E741 - the old ones
ME, OTHER = Principal(1), Principal(2)
HIDDEN = {"p-theirs", "a-theirs", "s-p-theirs", "s-a-theirs", "s-a-open", "s-a-shared"}
SCHEMAS = ("archive", "north", "so uth")


def make_catalog() -> Catalog:
    """Return the policies."""
    catalog = Catalog(Shelf, principal_id=Integer())
    papers = catalog.policy(Paper)
    papers.allow("read", "create", "update", "delete", when=Paper.owner_id == principal.id)
    old = catalog.policy(Old)
    old.allow("read", when=Old.is_open)
    old.allow("read", when=Old.readers.any(Reader.user_id == principal.id))
    old.allow("read", "create", "update", "delete", when=Old.owner_id == principal.id)
    old.mask(Old.secret, unless_when=Old.owner_id == principal.id, writable=Old.owner_id == principal.id)
    readers = catalog.policy(Reader)
    readers.allow("read", "create", "update", "delete", when=Reader.user_id == principal.id)
    catalog.open(Label, reason="words")
    catalog.policy(Ticket).allow("read", "create", when=Ticket.owner_id == principal.id)
    for model in (Long, Twin):
        catalog.policy(model).allow("read", when=model.owner_id == principal.id)
    return catalog


def _fill(connection: Any, mark: str = "") -> None:
    def papers(names: list[tuple[int, str, int]]) -> list[dict[str, Any]]:
        return [{"id": n, "title": mark + t, "owner_id": o, "secret": f"s-{mark}{t}"} for n, t, o in names]

    opened = {"a-open", "a-mine"}
    connection.execute(P.insert(), papers([(1, "p-mine", 1), (2, "p-theirs", 2)]))
    old = papers([(1, "a-mine", 1), (2, "a-theirs", 2), (3, "a-open", 2), (4, "a-shared", 2)])
    connection.execute(O.insert(), [{**row, "is_open": row["title"].removeprefix(mark) in opened} for row in old])
    connection.execute(
        Reader.__table__.insert(),
        [{"id": 1, "paper_id": 4, "user_id": 1}, {"id": 2, "paper_id": 4, "user_id": 3}],
    )
    connection.execute(Label.__table__.insert(), [{"id": 1, "text": mark + "a-mine"}])
    for model in (Long, Twin):
        connection.execute(model.__table__.insert(), [{"id": n, "owner_id": n} for n in (1, 2)])


@contextmanager
def _attached(engine: Any, folder: Path) -> Iterator[None]:
    def attach(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for name in SCHEMAS:
            cursor.execute(f"ATTACH DATABASE '{folder / name}.db' AS \"{name}\"")
        cursor.close()

    engine = getattr(engine, "sync_engine", engine)
    event.listen(engine, "connect", attach)
    try:
        yield
    finally:
        event.remove(engine, "connect", attach)


ARCHIVE = {"archive": "north"}
EVERYTHING = {None: "so uth", "archive": "north"}


@pytest.fixture
def shelves(backend: Any, cluster: Any, tmp_path: Path) -> Iterator[Any]:
    """Give the backend with its schemas: `backend.shelves` is the maker of guarded sessions."""
    with ExitStack() as stack:
        if backend.is_sqlite:
            for engine in (backend.engine, backend.owner):
                stack.enter_context(_attached(engine, tmp_path))
        with backend.owner.begin() as connection:
            if not backend.is_sqlite:
                for name in SCHEMAS:
                    connection.execute(text(f'CREATE SCHEMA "{name}"'))
            Shelf.metadata.create_all(connection)
            _fill(connection)
        with backend.owner.connect().execution_options(schema_translate_map=dict(EVERYTHING)) as connection:
            Shelf.metadata.create_all(connection)
            _fill(connection, "t-")
            connection.commit()
        if not backend.is_sqlite:
            with backend.owner.begin() as connection:
                for name in (*SCHEMAS, "public"):
                    connection.execute(text(f'GRANT USAGE ON SCHEMA "{name}" TO {cluster.app}'))
                    connection.execute(text(f'GRANT ALL ON ALL TABLES IN SCHEMA "{name}" TO {cluster.app}'))
                    connection.execute(text(f'GRANT ALL ON ALL SEQUENCES IN SCHEMA "{name}" TO {cluster.app}'))
        backend.shelves = backend.maker(make_catalog())
        try:
            yield backend
        finally:
            with backend.owner.begin() as connection:
                if backend.is_sqlite:
                    Shelf.metadata.drop_all(connection)
                else:
                    for name in SCHEMAS:
                        connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))
                    connection.execute(text("DROP TABLE papers"))


def _run(shelves: Any, work: Callable[[Any], Any], who: Principal = ME, **options: Any) -> Any:
    return shelves.run(who, work, maker=shelves.shelves, **options)


def _rows(shelves: Any, statement: Any, who: Principal = ME, **options: Any) -> list[Any]:
    rows = _run(shelves, lambda s: [tuple(row) for row in s.execute(statement, **options).all()], who)
    return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows


A2 = aliased(Old)
inner = select(O.c.title).where(O.c.owner_id == P.c.owner_id).order_by(O.c.id).limit(1)
READS: dict[str, tuple[Any, list[Any]]] = {
    "no schema": (select(Paper.title), ["p-mine"]),
    "schema": (select(Old.title).order_by(Old.id), ["a-mine", "a-open", "a-shared"]),
    "core": (select(O.c.title).order_by(O.c.id), ["a-mine", "a-open", "a-shared"]),
    "lightweight": (
        select(table("papers", column("title"), column("id"), schema="archive").c.title).order_by(literal_column("1")),
        ["a-mine", "a-open", "a-shared"],
    ),
    "mask": (select(Old.secret).order_by(Old.id), ["s-a-mine", None, None]),
    "mask in where": (select(Old.title).where(Old.secret.like("s-%")), ["a-mine"]),
    "order": (select(Old.id).order_by(Old.title.desc()), [4, 3, 1]),
    "both": (
        select(Paper.title, Old.title).where(Paper.id == Old.id),
        [("p-mine", "a-mine")],
    ),
    "both, every row": (
        select(Paper.title, Old.title).join(Old, true()).order_by(Old.id),
        [("p-mine", "a-mine"), ("p-mine", "a-open"), ("p-mine", "a-shared")],
    ),
    "alias": (select(A2.title).where(A2.id > 1).order_by(A2.id), ["a-open", "a-shared"]),
    "alias beside it": (
        select(Old.id, A2.id).join(A2, A2.id == Old.id + 1),
        [(3, 4)],
    ),
    "outer join": (
        select(Old.id, Reader.user_id).outerjoin(Old.readers).order_by(Old.id),
        [(1, None), (3, None), (4, 1)],
    ),
    "scalar sub-select": (select(Paper.title, inner.scalar_subquery()), [("p-mine", "a-mine")]),
    "correlated": (
        select(Old.title).where(exists().where(Paper.id == Old.id)),
        ["a-mine"],
    ),
    "correlated the other way": (select(Paper.title).where(exists().where(Old.id == Paper.id)), ["p-mine"]),
    "its own scope": (
        select(Old.title).where(Old.id == select(func.max(O.c.id)).correlate(None).scalar_subquery()),
        ["a-shared"],
    ),
    "sub-select": (select(select(Old.title, Old.id).subquery().c.title).order_by(literal_column("1")),
        ["a-mine", "a-open", "a-shared"]),
    "cte": (select(select(Old.title).where(Old.id > 1).cte("c").c.title).order_by(literal_column("1")),
        ["a-open", "a-shared"]),
    "union": (
        select(Paper.title).union_all(select(Old.title)).order_by("title"),
        ["a-mine", "a-open", "a-shared", "p-mine"],
    ),
    "group by": (select(Old.owner_id, func.count(Old.id)).group_by(Old.owner_id).order_by(Old.owner_id),
        [(1, 1), (2, 2)]),
    "group by the key": (
        select(Old.id, Old.title, func.count(Reader.id))
        .outerjoin(Old.readers).group_by(Old.id, Old.title).order_by(Old.id),
        [(1, "a-mine", 0), (3, "a-open", 0), (4, "a-shared", 1)],
    ),
    "having": (select(Old.owner_id).group_by(Old.owner_id).having(func.min(Old.title) == "a-open"), [2]),
    "distinct": (select(Old.owner_id).distinct().order_by(Old.owner_id), [1, 2]),
    "window": (select(Old.id, func.row_number().over(order_by=Old.id.desc())).order_by(Old.id),
        [(1, 3), (3, 2), (4, 1)]),
    "tablename labels": (select(P, O.c.title).join(O, O.c.id == P.c.id).set_label_style(
        LABEL_STYLE_TABLENAME_PLUS_COL), [(1, "p-mine", 1, "s-p-mine", "a-mine")]),
    "open table": (select(Label.text), ["a-mine"]),
    "open table joined": (select(Old.id, Label.id).join(Label, Label.text == Old.title), [(1, 1)]),
    "open table, alias": (select(aliased(Label, name="l").text), ["a-mine"]),
    "open table in a sub-select": (select(Old.id).where(Old.title.in_(select(Label.text))), [1]),
    "long names": (select(Long.id, Twin.id).join(Twin, Twin.owner_id == Long.owner_id), [(1, 1)]),
    "a CTE of the plain name": (
        select(Label.id).where(Label.text.in_(select(select(Old.title).cte("labels").c.title))), [1]),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_reads(shelves: Any, name: str) -> None:
    """Every place that names a table of a schema, or a column of one, gives what its policy permits, all of it."""
    statement, expected = READS[name]
    assert _rows(shelves, statement) == expected


POSTGRES_READS: dict[str, tuple[Any, list[Any]]] = {
    "whole row": (
        select(func.to_jsonb(O.table_valued(), type_=postgresql.JSONB)["title"].astext).order_by(O.c.id), ["a-mine", "a-open", "a-shared"]),
    "whole row, masked": (
        select(func.to_jsonb(O.table_valued(), type_=postgresql.JSONB)["secret"].astext).order_by(O.c.id), ["s-a-mine", None, None]),
    "dependent columns": (select(Old.id, Old.title).group_by(Old.id).order_by(Old.title.desc()),
        [(4, "a-shared"), (3, "a-open"), (1, "a-mine")]),
    "lateral": (
        select(Paper.title, select(Old.title).where(Old.owner_id == Paper.owner_id).lateral("l").c.title),
        [("p-mine", "a-mine")],
    ),
    "for update": (select(Old.title).order_by(Old.id).with_for_update(), ["a-mine"]),
    "for update of": (select(Old.title, Paper.title).join(Paper, true()).with_for_update(of=Old),
        [("a-mine", "p-mine")]),
    "for update of the other": (
        select(Old.title, Paper.title).join(Paper, true()).order_by(Old.id).with_for_update(of=Paper),
        [("a-mine", "p-mine"), ("a-open", "p-mine"), ("a-shared", "p-mine")]),
    "for update of an alias": (select(A2.title).with_for_update(of=A2), ["a-mine"]),
}  # fmt: skip


@pytest.mark.parametrize("name", POSTGRES_READS)
def test_reads_of_postgresql(shelves: Any, name: str) -> None:
    """What SQLite cannot say: whole rows, locks, lateral joins."""
    if shelves.is_sqlite:
        pytest.skip("SQLite has none of these")
    statement, expected = POSTGRES_READS[name]
    assert _rows(shelves, statement) == expected


def test_loaders(shelves: Any) -> None:
    """Objects, their collections and their refreshes follow the policies of the schema's tables."""

    def work(session: Any) -> Any:
        eager = session.scalars(select(Old).options(selectinload(Old.readers)).order_by(Old.id)).all()
        joined = session.scalars(select(Reader).options(joinedload(Reader.paper))).all()
        session.expire_all()
        lazy = session.get(Old, 4)
        return (
            [(old.title, len(old.readers)) for old in eager],
            [reader.paper.title for reader in joined],
            [reader.user_id for reader in lazy.readers],
            session.get(Old, 2),
        )

    papers, readers, mine, hidden = _run(shelves, work)
    assert papers == [("a-mine", 0), ("a-open", 0), ("a-shared", 1)]
    assert readers == ["a-shared"]
    assert mine == [1]
    assert hidden is None


def _titles(shelves: Any) -> list[str]:
    return [*shelves.stored(select(P.c.title).order_by(P.c.id)), *shelves.stored(select(O.c.title).order_by(O.c.id))]


BEFORE = ["p-mine", "p-theirs", "a-mine", "a-theirs", "a-open", "a-shared"]
in_archive = select(O.c.id).where(O.c.title != "")
NARROWED: dict[str, tuple[Any, list[str]]] = {
    "update": (update(Old).values(title="x"), ["p-mine", "p-theirs", "x", "a-theirs", "a-open", "a-shared"]),
    "update, core": (update(O).values(title="x"), ["p-mine", "p-theirs", "x", "a-theirs", "a-open", "a-shared"]),
    "update by a masked column": (
        update(Old).where(Old.secret.like("s-%")).values(title=Old.secret),
        ["p-mine", "p-theirs", "s-a-mine", "a-theirs", "a-open", "a-shared"]),
    "update with a sub-select": (
        update(Paper).where(Paper.id.in_(in_archive)).values(title="x"),
        ["x", "p-theirs", "a-mine", "a-theirs", "a-open", "a-shared"]),
    "update with a correlated sub-select": (
        update(Old).where(exists().where(Paper.owner_id == Old.owner_id)).values(title="x"),
        ["p-mine", "p-theirs", "x", "a-theirs", "a-open", "a-shared"]),
    "update with its own table in a scope of its own": (
        update(O).where(O.c.id < select(func.max(O.c.id)).correlate(None).scalar_subquery()).values(title="x"),
        ["p-mine", "p-theirs", "x", "a-theirs", "a-open", "a-shared"]),
    "set from the other": (
        update(Old).values(title=select(func.max(Paper.title)).scalar_subquery()),
        ["p-mine", "p-theirs", "p-mine", "a-theirs", "a-open", "a-shared"]),
    "update from, into the schema": (
        update(Old).where(Old.id == Paper.id).values(title=Paper.title),
        ["p-mine", "p-theirs", "p-mine", "a-theirs", "a-open", "a-shared"]),
    "update from, out of the schema": (
        update(Paper).where(Old.id == Paper.id).values(title=Old.title),
        ["a-mine", "p-theirs", "a-mine", "a-theirs", "a-open", "a-shared"]),
    "update from an alias of itself": (
        update(Old).where(Old.id == A2.id).values(title=A2.title + "!"),
        ["p-mine", "p-theirs", "a-mine!", "a-theirs", "a-open", "a-shared"]),
    "update from an open table": (
        update(Old).where(Label.text == Old.title).values(title=Label.text + "!"),
        ["p-mine", "p-theirs", "a-mine!", "a-theirs", "a-open", "a-shared"]),
    "delete": (delete(Old), ["p-mine", "p-theirs", "a-theirs", "a-open", "a-shared"]),
    "delete with a sub-select": (
        delete(Paper).where(Paper.id.in_(in_archive)), ["p-theirs", "a-mine", "a-theirs", "a-open", "a-shared"]),
    "insert": (insert(Old).values(id=9, title="new", owner_id=1), [*BEFORE, "new"]),
    "insert from select": (
        insert(O).from_select(["id", "title", "owner_id"], select(P.c.id + 8, P.c.title, P.c.owner_id)),
        [*BEFORE, "p-mine"]),
    "insert from itself": (
        insert(O).from_select(
            ["id", "title", "owner_id", "secret"],
            select(O.c.id + 8, O.c.title, O.c.owner_id, O.c.secret).where(O.c.owner_id == 1)),
        [*BEFORE, "a-mine"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NARROWED)
def test_writes_narrow(shelves: Any, name: str) -> None:
    """A write changes what its policy permits, and nothing else; the namesake in the other schema stays."""
    statement, expected = NARROWED[name]
    _run(shelves, lambda s: s.execute(statement), commit=True)
    assert _titles(shelves) == expected


def test_delete_using(shelves: Any) -> None:
    """DELETE ... USING, into a schema and out of it."""
    if shelves.is_sqlite:
        pytest.skip("SQLite has no DELETE ... USING")
    _run(shelves, lambda s: s.execute(delete(Old).where(Old.id == Paper.id)), commit=True)
    assert _titles(shelves) == ["p-mine", "p-theirs", "a-theirs", "a-open", "a-shared"]
    _run(shelves, lambda s: s.execute(delete(Paper).where(Old.id == Paper.id + 2)), commit=True)
    assert _titles(shelves) == ["p-theirs", "a-theirs", "a-open", "a-shared"]


DENIED: dict[str, Callable[[Any], Any]] = {
    "insert": lambda s: s.execute(insert(Old).values(id=9, title="x", owner_id=2)),
    "insert, several": lambda s: s.execute(
        insert(Old), [{"id": n, "title": "x", "owner_id": n - 8, "is_open": True} for n in (9, 10)]
    ),
    "insert from select": lambda s: s.execute(
        insert(O).from_select(
            ["id", "title", "owner_id"], select(O.c.id + 8, O.c.title, O.c.owner_id).where(O.c.id == 3)
        )
    ),
    "unit of work, new": lambda s: (s.add(Old(id=9, title="x", owner_id=2)), s.flush()),
    "unit of work, old": lambda s: (setattr(s.get_one(Old, 3), "title", "x"), s.flush()),
    "unit of work, delete": lambda s: (s.delete(s.get_one(Old, 3)), s.flush()),
    "by key": lambda s: s.execute(update(Old), [{"id": 1, "title": "x"}, {"id": 3, "title": "x"}]),
    "give away": lambda s: s.execute(update(Old).where(Old.id == 1).values(owner_id=2)),
    "masked column": lambda s: (setattr(s.get_one(Old, 4), "secret", "x"), s.flush()),
}


@pytest.mark.parametrize("name", DENIED)
def test_writes_are_denied(shelves: Any, name: str) -> None:
    """A new row that its policy denies, and a named old one, raise and change nothing."""
    with pytest.raises(AccessDenied) as caught:
        _run(shelves, DENIED[name], commit=True)
    assert caught.value.code == "RG201"
    assert shelves.is_sqlite or "archive.papers" in str(caught.value)
    assert _titles(shelves) == BEFORE


def test_returning(shelves: Any) -> None:
    """RETURNING gives what may be read, masks applied, of the target in a schema."""

    def work(session: Any) -> Any:
        made = session.execute(insert(Old).values(id=9, title="new", owner_id=1, secret="s").returning(O.c.secret))
        changed = update(Old).where(Old.id == 9).values(title=func.upper(Old.title)).returning(Old.title, Old.secret)
        return made.all(), session.execute(changed).all(), session.execute(delete(Old).returning(Old.title)).all()

    made, changed, gone = _run(shelves, work)
    assert made == [("s",)]
    assert changed == [("NEW", "s")]
    assert sorted(gone) == [("NEW",), ("a-mine",)]


def test_unit_of_work(shelves: Any) -> None:
    """Objects of one's own in a schema are made, changed and deleted."""

    def work(session: Any) -> None:
        session.add(Old(id=9, title="new", owner_id=1, readers=[Reader(id=9, user_id=1)]))
        session.flush()
        session.get_one(Old, 9).title = "newer"
        session.get_one(Old, 1).secret = "changed"
        session.flush()

    _run(shelves, work, commit=True)
    assert _titles(shelves) == [*BEFORE, "newer"]
    assert shelves.stored(select(O.c.secret).where(O.c.id == 1)) == ["changed"]


def test_on_conflict_do_nothing(shelves: Any) -> None:
    """An insert that does nothing on conflict works into a schema."""
    dialect = sqlite if shelves.is_sqlite else postgresql
    rows = [{"id": n, "title": "x", "owner_id": 1, "is_open": False} for n in (1, 9)]
    statement = dialect.insert(Old).on_conflict_do_nothing(index_elements=["id"])
    _run(shelves, lambda s: s.execute(statement, rows), commit=True)
    assert _titles(shelves) == [*BEFORE, "x"]


REFUSED = {
    "another schema": select(table("papers", column("title"), schema="north").c.title),
    "the schema by name": select(table("labels", column("text")).c.text),
    "a schema for what has none": select(table("papers", column("title"), schema="public").c.title),
    "main": select(table("papers", column("title"), schema="main").c.title),
    "a CTE of the full name": select(select(Label.text).cte("archive.papers")),
    "a CTE of the plain name": select(select(Label.text).cte("papers")),
    "another Table": insert(table("papers", column("nothing"), schema="archive")).values(nothing=1),
}


@pytest.mark.parametrize("name", ["papers", "PAPERS", "archive.papers", "others"])
@pytest.mark.parametrize("kind", ["alias", "sub-select", "cte"])
@pytest.mark.parametrize("model", [Old, Paper])
def test_nothing_is_named_like_the_target(shelves: Any, model: Any, kind: str, name: str) -> None:
    """The condition of a mask means the target's columns: what stands beside it has another name."""
    other = {
        "alias": aliased(Label, name=name),
        "sub-select": select(Label.text).subquery(name),
        "cte": select(Label.text).cte(name),
    }[kind]
    beside = select(model.title).select_from(other).correlate(model.__table__).limit(1).scalar_subquery()
    statement = update(model).where(model.id == 1).values(title=beside + "!")
    captures = name.lower() == "papers" or (kind == "cte" and name == "archive.papers")
    if captures:
        with pytest.raises(Unguarded):
            _run(shelves, lambda s: s.execute(statement), commit=True)
        assert _titles(shelves) == BEFORE
    else:
        _run(shelves, lambda s: s.execute(statement), commit=True)
        place = BEFORE.index("a-mine" if model is Old else "p-mine")
        assert _titles(shelves) == [*BEFORE[:place], BEFORE[place] + "!", *BEFORE[place + 1 :]]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(shelves: Any, name: str) -> None:
    """Tables match by schema and name: what is not in the catalog under both is refused."""
    with pytest.raises(Unguarded):
        _rows(shelves, REFUSED[name])


TRANSLATED: dict[str, tuple[Any, list[Any]]] = {
    "schema": (select(Old.title).order_by(Old.id), ["t-a-mine", "t-a-open", "t-a-shared"]),
    "mask": (select(Old.secret).order_by(Old.id), ["s-t-a-mine", None, None]),
    "no schema": (select(Paper.title), ["t-p-mine"]),
    "both": (select(Paper.title, Old.title).where(Paper.id == Old.id), [("t-p-mine", "t-a-mine")]),
    "alias": (select(A2.title).order_by(A2.id), ["t-a-mine", "t-a-open", "t-a-shared"]),
    "correlated": (select(Old.title).where(exists().where(Paper.id == Old.id)), ["t-a-mine"]),
    "open": (select(Old.id, Label.text).join(Label, true()).order_by(Old.id).limit(1), [(1, "t-a-mine")]),
    "in": (select(Old.id).where(Old.id.in_([1, 2, 3])).order_by(Old.id), [1, 3]),
}


@pytest.mark.parametrize("name", TRANSLATED)
def test_translated_reads(shelves: Any, name: str) -> None:
    """Under a map the policy of the table that is named applies, and its sub-selects read the translated tables."""
    statement, expected = TRANSLATED[name]
    options = {"execution_options": {"schema_translate_map": dict(EVERYTHING)}}
    assert _rows(shelves, statement, **options) == expected


@pytest.mark.parametrize("translate", [{}, ARCHIVE, EVERYTHING], ids=["home", "north", "everything"])
def test_sequences_and_types_follow_the_map(shelves: Any, translate: dict[Any, str]) -> None:
    """Keys are drawn where the map says, and a type of the schema is found there."""
    options = {"execution_options": {"schema_translate_map": dict(translate)}} if translate else {}

    def work(session: Any) -> Any:
        if translate:
            session.connection(**options)
        session.add_all([Ticket(mood="good", owner_id=1), Ticket(mood="bad", owner_id=1)])
        session.flush()
        with pytest.raises(AccessDenied), session.begin_nested():
            session.execute(insert(Ticket).values(mood="good", owner_id=2))
        return session.scalars(select(Ticket.owner_id).where(Ticket.mood == "good")).all()

    assert _run(shelves, work, commit=True) == [1]
    place = dict(translate or {"archive": "archive"})
    there = shelves.owner.connect().execution_options(schema_translate_map=place, compiled_cache=None)
    with there as connection:
        assert connection.execute(select(Ticket.mood).order_by(Ticket.id)).all() == [("good",), ("bad",)]


def test_policy_follows_the_map(shelves: Any) -> None:
    """What a policy reads beside its table is read where the map says, not where it was declared."""
    with shelves.owner.connect().execution_options(schema_translate_map=dict(ARCHIVE)) as connection:
        connection.execute(update(Reader).where(Reader.id == 1).values(paper_id=2))
        connection.commit()
    statement = select(Old.title).order_by(Old.id)
    options = {"execution_options": {"schema_translate_map": dict(ARCHIVE)}}
    assert _rows(shelves, statement, **options) == ["t-a-mine", "t-a-theirs", "t-a-open"]
    assert _rows(shelves, statement) == ["a-mine", "a-open", "a-shared"]


def test_maps_in_turn(shelves: Any) -> None:
    """One statement under two maps and none: compiled SQL is shared, where it goes is not."""
    statement = select(Old.title).order_by(Old.id)
    there, here = {"archive": "north"}, {"archive": "archive"}

    def work(session: Any) -> Any:
        def titles(options: dict[str, Any]) -> Any:
            return session.scalars(statement, execution_options=options).all()

        return [titles({"schema_translate_map": m} if m else {}) for m in (there, here, None, there, None, here)]

    home = ["a-mine", "a-open", "a-shared"]
    away = [f"t-{title}" for title in home]
    assert _run(shelves, work) == [away, home, home, away, home, home]


def test_maps_with_and_without_none(shelves: Any) -> None:
    """SQLAlchemy compiles a statement once for both and could not tell them apart: refused, in words that say why."""

    def work(session: Any) -> None:
        both, one = [{"execution_options": {"schema_translate_map": dict(m)}} for m in (EVERYTHING, ARCHIVE)]
        first, second = select(Paper.title), select(Old.title)
        assert session.scalars(first, **both).all() == ["t-p-mine"]
        with pytest.raises(Unguarded, match="None"):
            session.scalars(first, **one)
        assert len(session.scalars(second, **one).all()) == 3
        with pytest.raises(Unguarded, match="None"):
            session.scalars(second, **both)

    _run(shelves, work)


@pytest.mark.parametrize("where", ["statement", "session", "connection", "engine"])
def test_where_the_map_is_given(shelves: Any, where: str) -> None:
    """The option is read from the statement, the session's connection and the engine alike."""
    statement = select(Old.title).order_by(Old.id)
    maker, made = shelves.shelves, {"schema_translate_map": dict(ARCHIVE)}
    options = {"execution_options": made} if where == "session" else {}
    if options and "execution_options" not in signature(Session.__init__).parameters:
        pytest.skip("sessions have execution options from SQLAlchemy 2.1 on")
    if where == "engine":
        maker = guarded_sessionmaker(shelves.engine.execution_options(**made), make_catalog())

    def work(session: Any) -> Any:
        if where == "connection":
            session.connection(execution_options=made)
        found = session.scalars(statement.execution_options(**made) if where == "statement" else statement).all()
        if where != "statement":  # the unit of work as well
            session.add(Old(id=9, title="new", owner_id=1))
            session.flush()
            session.get_one(Old, 9).title = "newer"
            session.flush()
            session.delete(session.get_one(Old, 1))
        return found

    assert shelves.run(ME, work, maker=maker, commit=True, **options) == ["t-a-mine", "t-a-open", "t-a-shared"]
    assert _titles(shelves) == BEFORE
    with shelves.owner.connect().execution_options(schema_translate_map=dict(ARCHIVE)) as connection:
        kept = connection.scalars(select(O.c.title).order_by(O.c.id)).all()
    written = ["t-a-theirs", "t-a-open", "t-a-shared", "newer"]
    assert kept == (["t-a-mine", *written[:-1]] if where == "statement" else written)


@pytest.mark.parametrize("name", [n for n in DENIED if n != "by key"])
def test_translated_writes_are_denied(shelves: Any, name: str) -> None:
    """Under a map too, what the policy denies raises."""

    def work(session: Any) -> Any:
        session.connection(execution_options={"schema_translate_map": dict(EVERYTHING)})
        return DENIED[name](session)

    with pytest.raises(AccessDenied) as caught:
        _run(shelves, work, commit=True)
    assert caught.value.code == "RG201"


@pytest.mark.parametrize("name", [n for n in NARROWED if not n.startswith("insert")])
def test_translated_writes_narrow(shelves: Any, name: str) -> None:
    """Under a map a write changes the translated rows that the policy permits, and no others."""
    statement, _ = NARROWED[name]
    options = {"execution_options": {"schema_translate_map": dict(EVERYTHING)}}
    _run(shelves, lambda s: s.execute(statement, **options), commit=True)
    assert _titles(shelves) == BEFORE
    with shelves.owner.connect().execution_options(schema_translate_map=dict(EVERYTHING)) as connection:
        papers = dict(connection.execute(select(P.c.id, P.c.title)).all())
        old = dict(connection.execute(select(O.c.id, O.c.title)).all())
    assert papers[2] == "t-p-theirs"
    assert [old[n] for n in (2, 3, 4)] == ["t-a-theirs", "t-a-open", "t-a-shared"]
    assert papers.get(1) != "t-p-mine" or old.get(1) != "t-a-mine"


REFUSED_MAPS: dict[str, tuple[Any, dict[Any, Any]]] = {
    "onto another entry": (select(Paper.title), {None: "archive"}),
    "onto the default schema": (select(Old.title), {"archive": None}),
    "two onto one place": (select(Old.title), {None: "north", "archive": "north"}),
    "a swap": (select(Paper.title), {None: "archive", "archive": "north"}),
    "a quote": (select(Old.title), {"archive": "nor'th"}),
    "a double quote": (select(Old.title), {"archive": 'nor"th'}),
    "unquoted text": (select(Old.title), {"archive": quoted_name("north.papers AS x, archive", quote=False)}),
    "unquoted upper case": (select(Old.title), {"archive": quoted_name("NORTH", quote=False)}),
    "the database's own": (select(Old.title), {"archive": "pg_temp"}),
    "the catalogue": (select(Old.title), {"archive": "Information_Schema"}),
    "a mark": (select(Old.title), {"archive": "__[SCHEMA_archive]"}),
    "a mark of binds": (select(Old.title), {"archive": "__[POSTCOMPILE_x]"}),
    "a write": (update(Old).values(title="x"), {"archive": None}),
    "a lightweight table": (select(table("papers", column("title"), schema="archive").c.title), {"archive": "north"}),
    "a literal with a mark": (select(Old.title).where(Old.title.like("x", escape="__[SCHEMA_x]")), dict(ARCHIVE)),
    "a label with a mark": (select(Old.title.label("__[SCHEMA_archive]")), dict(ARCHIVE)),
    "a quoted label with a mark": (select(Old.title.label(quoted_name("__[SCHEMA_archive]", False))), dict(ARCHIVE)),
}


@pytest.mark.parametrize("name", REFUSED_MAPS)
def test_maps_that_are_refused(shelves: Any, name: str) -> None:
    """A map that leads to a table with a policy of its own, or that carries SQL, is refused, cached or not."""
    statement, translate = REFUSED_MAPS[name]

    def work(session: Any) -> None:
        plain = {key: "so uth" if key is None else "north" for key in translate}
        if "mark" not in name and "lightweight" not in name and "two" not in name:
            session.execute(statement, execution_options={"schema_translate_map": plain})  # now it is in the cache
        with pytest.raises(Unguarded):
            session.execute(statement, execution_options={"schema_translate_map": dict(translate)})

    _run(shelves, work)
    assert _titles(shelves) == BEFORE


def test_names_of_schemas_stay_quoted(shelves: Any) -> None:
    """A name that is no plain word is one name: nothing in it is SQL."""
    names = ["so uth", "x; y", "a%sb", "a:b", "a?b", "a.b", "a$1", "UPPER", "a--b", "/*"]
    if shelves.is_sqlite:
        names = ["so uth"]
    statement = select(Paper.title)
    for name in names[1:]:
        with shelves.owner.begin() as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA "{name.replace("%", "%%")}"')
            there = connection.execution_options(schema_translate_map={None: name})
            P.create(there)
            there.execute(P.insert().values(id=1, title="t-p-mine", owner_id=1))
            app = make_url_user(shelves)
            connection.exec_driver_sql(f'GRANT ALL ON SCHEMA "{name.replace("%", "%%")}" TO {app}')
            connection.exec_driver_sql(f'GRANT ALL ON ALL TABLES IN SCHEMA "{name.replace("%", "%%")}" TO {app}')
    try:
        for name in names:
            options = {"execution_options": {"schema_translate_map": {None: name}}}
            assert _rows(shelves, statement, **options) == ["t-p-mine"], name
    finally:
        for name in names[1:]:
            with shelves.owner.begin() as connection:
                connection.exec_driver_sql(f'DROP SCHEMA "{name.replace("%", "%%")}" CASCADE')


def make_url_user(shelves: Any) -> str:
    """Return the application's role."""
    return str(getattr(shelves.engine, "sync_engine", shelves.engine).url.username)
