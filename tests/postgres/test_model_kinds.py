"""Models of every kind that SQLAlchemy maps: SQLModel, dataclasses, imperative ones, keys made by the server."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlmodel
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, mapped_column, registry
from sqlmodel.ext.asyncio.session import AsyncSession as AsyncSQLModelSession

from rowgate import AccessDenied, Catalog, Principal, principal

ME, SHE = Principal(1), Principal(2)


class ModelBase(sqlmodel.SQLModel, registry=registry(metadata=MetaData())):
    """A base of SQLModel: SQLModel's own metadata is the process's, and a page of the documentation uses it."""


class Hero(ModelBase, table=True):
    """A class of SQLModel."""

    __tablename__ = "kinds_heroes"
    id: UUID = sqlmodel.Field(default_factory=uuid4, primary_key=True)
    name: str
    owner_id: int


class DataBase(MappedAsDataclass, DeclarativeBase):
    """Models that are dataclasses."""


class Task(DataBase):
    """A dataclass whose key the database makes."""

    __tablename__ = "kinds_tasks"
    id: Mapped[UUID] = mapped_column(init=False, primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str]
    owner_id: Mapped[int]


imperative = registry(metadata=MetaData())
notes = Table(
    "kinds_notes",
    imperative.metadata,
    Column("id", Integer, primary_key=True),
    Column("text", String, key="name"),
    Column("owner_id", Integer),
)


@dataclass
class Note:
    """A plain dataclass, mapped by hand."""

    name: str
    owner_id: int
    id: int | None = None


imperative.map_imperatively(Note, notes)
SOURCES = {
    "sqlmodel": (ModelBase.metadata, Hero),
    "dataclass": (DataBase, Task),
    "imperative": (imperative, Note),
}


def _catalog(source: Any, entity: Any) -> Catalog:
    """Return a catalog of one entity: rows belong to their owners."""
    made = Catalog(source, principal_id=Integer())
    made.policy(entity).allow("read", "create", "update", "delete", when=entity.owner_id == principal.id)
    return made


@pytest.fixture(params=SOURCES)
def kind(backend: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give a kind of model with a row of mine and one of hers, and a sessionmaker over it."""
    source, entity = SOURCES[request.param]
    if request.param == "dataclass" and backend.is_sqlite:
        pytest.skip("SQLite makes no UUIDs")
    metadata = getattr(source, "metadata", source)
    table: Any = entity.__table__ if hasattr(entity, "__table__") else notes
    metadata.create_all(backend.owner, tables=[table])
    if not backend.is_sqlite:
        with backend.owner.begin() as connection:
            connection.execute(text(f"GRANT ALL ON {table.name} TO PUBLIC"))
            connection.execute(text("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO PUBLIC"))
    with Session(backend.owner) as session:
        session.add_all([entity(name="mine", owner_id=1), entity(name="hers", owner_id=2)])
        session.commit()
    maker = backend.maker(_catalog(source, entity))
    stored = lambda: sorted(backend.stored(select(table.c.name if "name" in table.c else table.c.text)))  # noqa: E731
    yield SimpleNamespace(backend=backend, entity=entity, maker=maker, stored=stored)
    metadata.drop_all(backend.owner, tables=[table])


def _run(kind: Any, work: Any, who: Principal = ME, **options: Any) -> Any:
    return kind.backend.run(who, work, maker=kind.maker, **options)


def test_reads_see_ones_own(kind: Any) -> None:
    """A select gives mine and not hers; a get of hers gives nothing."""
    hers = _run(kind, lambda s: s.scalars(select(kind.entity)).one().id, SHE)
    assert ["mine"] == _run(kind, lambda s: [row.name for row in s.scalars(select(kind.entity))])
    assert _run(kind, lambda s: s.get(kind.entity, hers)) is None
    assert 1 == _run(kind, lambda s: s.scalar(select(func.count()).select_from(kind.entity)))


def test_one_changes_ones_own(kind: Any) -> None:
    """The unit of work and a write by criteria change mine."""

    def change(session: Any) -> None:
        row = session.scalars(select(kind.entity)).one()
        row.name = "changed"
        session.flush()
        session.execute(update(kind.entity).values(name=kind.entity.name + "!"))

    _run(kind, change, commit=True)
    assert ["changed!", "hers"] == kind.stored()


@pytest.mark.parametrize("rows", [1, 3])
def test_new_rows_prove_themselves(kind: Any, rows: int) -> None:
    """Rows of mine are stored, with keys of the server where it makes them; rows for somebody else are denied."""

    def add(owner: int) -> Any:
        def work(session: Any) -> list[Any]:
            made = [kind.entity(name=f"new {n}", owner_id=owner) for n in range(rows)]
            session.add_all(made)
            session.flush()
            return [row.id for row in made]

        return work

    keys = _run(kind, add(1), commit=True)
    assert rows == len(set(keys))
    with pytest.raises(AccessDenied):
        _run(kind, add(2), commit=True)
    assert sorted(["mine", "hers", *(f"new {n}" for n in range(rows))]) == kind.stored()


def test_bulk_inserts_return_their_keys(kind: Any) -> None:
    """INSERT of many rows with RETURNING gives a key for each, in order; one foreign row denies them all."""

    def add(owners: list[int]) -> Any:
        rows = [{"name": f"new {n}", "owner_id": owner} for n, owner in enumerate(owners)]
        if kind.entity is Hero:
            rows = [{"id": uuid4(), **row} for row in rows]
        statement = insert(kind.entity).returning(kind.entity.id, kind.entity.name, sort_by_parameter_order=True)
        return lambda session: session.execute(statement, rows).all()

    assert ["new 0", "new 1", "new 2"] == [name for _, name in _run(kind, add([1, 1, 1]))]
    with pytest.raises(AccessDenied):
        _run(kind, add([1, 2, 1]), commit=True)
    assert ["hers", "mine"] == kind.stored()


@pytest.mark.parametrize("driver", ["asyncpg", "aiosqlite"])
def test_a_session_of_sqlmodel(databases: Any, driver: str) -> None:
    """`class_=` takes SQLModel's session, and its `exec()` is guarded."""
    backend = databases(driver)
    table = ModelBase.metadata.tables["kinds_heroes"]
    table.create(backend.owner, checkfirst=True)
    try:
        if not backend.is_sqlite:
            with backend.owner.begin() as connection:
                connection.execute(text("GRANT ALL ON kinds_heroes TO PUBLIC"))
        with Session(backend.owner) as session:
            session.add_all([Hero(name="mine", owner_id=1), Hero(name="hers", owner_id=2)])
            session.commit()
        maker = backend.maker(_catalog(ModelBase, Hero), class_=AsyncSQLModelSession)

        async def names() -> list[str]:
            async with maker(ME) as session:
                return [hero.name for hero in (await session.exec(sqlmodel.select(Hero))).all()]

        assert ["mine"] == backend.runner.run(names())
    finally:
        table.drop(backend.owner)
