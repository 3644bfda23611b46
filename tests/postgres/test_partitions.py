"""Partitioned tables: reads and writes through the parent are under its policy, whatever partition a row is in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import DDL, Integer, column, delete, event, func, insert, select, table, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import AccessDenied, Catalog, CatalogError, Principal, Unguarded, principal


class Split(DeclarativeBase):
    """The base of the models of this file."""


class _Event:
    """What all of them have. A row is in a partition by its place, which may change."""

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    owner_id: Mapped[int]
    is_open: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[str | None]


class ByRange(_Event, Split):
    """Two ranges and the rest; one of the partitions has its columns in another order, and one that is gone."""

    __tablename__ = "by_range"
    __table_args__ = ({"postgresql_partition_by": "RANGE (place)"},)


class ByList(_Event, Split):
    """Lists, one of them itself split."""

    __tablename__ = "by_list"
    __table_args__ = ({"postgresql_partition_by": "LIST (place)"},)


class ByHash(_Event, Split):
    """A hash; no column of it is its place in the order of the parent."""

    __tablename__ = "by_hash"
    __table_args__ = ({"postgresql_partition_by": "HASH (place)"},)


MODELS = {"range": ByRange, "list": ByList, "hash": ByHash}
PARTITIONS = {
    "by_range": [
        "CREATE TABLE by_range_low PARTITION OF by_range FOR VALUES FROM (0) TO (10)",
        """CREATE TABLE by_range_high (gone text, secret varchar, is_open boolean NOT NULL, title varchar NOT NULL,
        owner_id integer NOT NULL, place integer NOT NULL, id integer NOT NULL)""",
        "ALTER TABLE by_range_high DROP COLUMN gone",
        "ALTER TABLE by_range ATTACH PARTITION by_range_high FOR VALUES FROM (10) TO (20)",
        "CREATE TABLE by_range_rest PARTITION OF by_range DEFAULT",
    ],
    "by_list": [
        "CREATE TABLE by_list_low PARTITION OF by_list FOR VALUES IN (1, 2)",
        "CREATE TABLE by_list_high PARTITION OF by_list DEFAULT PARTITION BY RANGE (id)",
        "CREATE TABLE by_list_high_all PARTITION OF by_list_high DEFAULT",
    ],
    "by_hash": [
        f"CREATE TABLE by_hash_{n} PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER {n})" for n in range(3)
    ],
}
for model in MODELS.values():
    for statement in PARTITIONS[model.__tablename__]:
        event.listen(model.__table__, "after_create", DDL(statement))

ME = Principal(1)
LOW, HIGH, REST = 1, 11, 21
ROWS = [
    (1, LOW, "mine", 1),
    (2, HIGH, "mine too", 1),
    (3, LOW, "open", 2),
    (4, HIGH, "open too", 2),
    (5, REST, "no", 2),
]


def make_catalog() -> Catalog:
    """Return the policies: the owner's own, and open ones to read."""
    catalog = Catalog(Split, principal_id=Integer())
    for model in MODELS.values():
        policy = catalog.policy(model)
        policy.allow("read", when=model.is_open)
        policy.allow("read", "create", "update", "delete", when=model.owner_id == principal.id)
        policy.mask(model.secret, unless_when=model.owner_id == principal.id, writable=model.owner_id == principal.id)
    return catalog


@pytest.fixture(params=MODELS)
def split(request: pytest.FixtureRequest, postgres: Any, cluster: Any) -> Iterator[Any]:
    """Give the backend with partitioned tables; `backend.model` is the one to try."""
    with postgres.owner.begin() as connection:
        Split.metadata.create_all(connection)
        for model in MODELS.values():
            rows = [
                {
                    "id": n,
                    "place": place,
                    "title": title,
                    "owner_id": owner,
                    "is_open": "open" in title,
                    "secret": f"s-{title}",
                }
                for n, place, title, owner in ROWS
            ]
            connection.execute(insert(model), rows)
        connection.execute(text(f"GRANT ALL ON by_range, by_list, by_hash TO {cluster.app}"))
    postgres.model = MODELS[request.param]
    postgres.split = postgres.maker(make_catalog())
    try:
        yield postgres
    finally:
        with postgres.owner.begin() as connection:
            Split.metadata.drop_all(connection)


def _run(split: Any, work: Callable[[Any, Any], Any], **options: Any) -> Any:
    return split.run(ME, lambda session: work(session, split.model), maker=split.split, **options)


def _stored(split: Any) -> list[str]:
    return list(split.stored(select(split.model.title).order_by(split.model.id)))


BEFORE = [title for _, _, title, _ in ROWS]


def test_reads(split: Any) -> None:
    """Rows of every partition that the policy permits are read, and no others; masks hold in each."""

    def work(session: Any, model: Any) -> Any:
        rows = session.execute(select(model.title, model.secret).order_by(model.id)).all()
        whole = select(func.to_jsonb(model.__table__.table_valued()).op("->>")("title")).order_by(model.id)
        locked = select(model.title).order_by(model.id).with_for_update()
        return (
            [tuple(row) for row in rows],
            session.scalars(select(model.title).where(model.place == HIGH).order_by(model.id)).all(),
            session.scalar(select(func.count()).select_from(model)),
            session.scalars(whole).all(),
            session.scalars(locked).all(),
            session.get(model, (5, REST)),
            session.get(model, (4, HIGH)).title,
        )

    rows, high, count, whole, locked, hidden, found = _run(split, work)
    assert rows == [("mine", "s-mine"), ("mine too", "s-mine too"), ("open", None), ("open too", None)]
    assert high == ["mine too", "open too"]
    assert count == 4
    assert whole == ["mine", "mine too", "open", "open too"]
    assert locked == ["mine", "mine too"]
    assert hidden is None
    assert found == "open too"


def _new(model: Any, place: int, owner: int = 1, **values: Any) -> Any:
    return model(id=9, place=place, title="new", owner_id=owner, **values)


PERMITTED: dict[str, tuple[Callable[[Any, Any], Any], list[str]]] = {
    "new, low": (lambda s, m: s.add(_new(m, LOW)), [*BEFORE, "new"]),
    "new, high": (lambda s, m: s.add(_new(m, HIGH, secret="s")), [*BEFORE, "new"]),
    "new, rest": (lambda s, m: s.add(_new(m, REST)), [*BEFORE, "new"]),
    "insert, several": (
        lambda s, m: s.execute(
            insert(m), [{"id": n, "place": n, "title": "new", "owner_id": 1, "is_open": True} for n in (9, 10, 31)]
        ),
        [*BEFORE, "new", "new", "new"],
    ),
    "insert from select": (
        lambda s, m: s.execute(
            insert(m).from_select(
                ["id", "place", "title", "owner_id"], select(m.id + 8, m.place, m.title, m.owner_id).where(m.id < 3)
            )
        ),
        [*BEFORE, "mine", "mine too"],
    ),
    "on conflict do nothing": (
        lambda s, m: s.execute(
            pg_insert(m).on_conflict_do_nothing(),
            [{"id": n, "place": HIGH, "title": "new", "owner_id": 1, "is_open": False} for n in (2, 9)],
        ),
        [*BEFORE, "new"],
    ),
    "update": (lambda s, m: s.execute(update(m).values(title="x")), ["x", "x", *BEFORE[2:]]),
    "update that moves": (
        lambda s, m: s.execute(update(m).values(place=m.place + 10)),
        BEFORE,
    ),
    "move, unit of work": (lambda s, m: setattr(s.get_one(m, (1, LOW)), "place", HIGH), BEFORE),
    "move back, unit of work": (lambda s, m: setattr(s.get_one(m, (2, HIGH)), "place", LOW), BEFORE),
    "by key": (
        lambda s, m: s.execute(
            update(m), [{"id": 1, "place": LOW, "title": "x"}, {"id": 2, "place": HIGH, "title": "y"}]
        ),
        ["x", "y", *BEFORE[2:]],
    ),
    "masked column": (lambda s, m: setattr(s.get_one(m, (2, HIGH)), "secret", "x"), BEFORE),
    "delete": (lambda s, m: s.execute(delete(m)), BEFORE[2:]),
    "delete, unit of work": (lambda s, m: s.delete(s.get_one(m, (2, HIGH))), ["mine", *BEFORE[2:]]),
}


@pytest.mark.parametrize("name", PERMITTED)
def test_permitted_writes(split: Any, name: str) -> None:
    """What the policy permits is written, in every partition and from one into another."""
    work, expected = PERMITTED[name]
    _run(split, work, commit=True)
    assert _stored(split) == expected


DENIED: dict[str, Callable[[Any, Any], Any]] = {
    "new, low": lambda s, m: s.add(_new(m, LOW, owner=2)),
    "new, high": lambda s, m: s.add(_new(m, HIGH, owner=2)),
    "new, rest": lambda s, m: s.add(_new(m, REST, owner=2)),
    "new, open": lambda s, m: s.add(_new(m, HIGH, owner=2, is_open=True)),
    "insert, several": lambda s, m: s.execute(
        insert(m), [{"id": n, "place": n, "title": "new", "owner_id": n - 8, "is_open": False} for n in (9, 10, 31)]
    ),
    "insert, returning": lambda s, m: s.execute(
        insert(m).values(id=9, place=HIGH, title="new", owner_id=2).returning(m.id)
    ),
    "insert from select": lambda s, m: s.execute(
        insert(m).from_select(["id", "place", "title", "owner_id"], select(m.id + 8, m.place, m.title, m.owner_id))
    ),
    "on conflict do nothing": lambda s, m: s.execute(
        pg_insert(m).on_conflict_do_nothing().values(id=9, place=HIGH, title="new", owner_id=2)
    ),
    "give away, low": lambda s, m: setattr(s.get_one(m, (1, LOW)), "owner_id", 2),
    "give away, high": lambda s, m: setattr(s.get_one(m, (2, HIGH)), "owner_id", 2),
    "give away by a move": lambda s, m: s.execute(update(m).where(m.id == 1).values(owner_id=2, place=HIGH)),
    "give away by a move back": lambda s, m: s.execute(update(m).where(m.id == 2).values(owner_id=2, place=LOW)),
    "give away, returning": lambda s, m: s.execute(
        update(m).where(m.id == 1).values(owner_id=2, place=HIGH).returning(m.title)
    ),
    "old row, low": lambda s, m: setattr(s.get_one(m, (3, LOW)), "title", "x"),
    "old row, high": lambda s, m: setattr(s.get_one(m, (4, HIGH)), "title", "x"),
    "old row, moved": lambda s, m: setattr(s.get_one(m, (4, HIGH)), "place", LOW),
    "by key": lambda s, m: s.execute(
        update(m), [{"id": 1, "place": LOW, "title": "x"}, {"id": 4, "place": HIGH, "title": "x"}]
    ),
    "delete, low": lambda s, m: s.delete(s.get_one(m, (3, LOW))),
    "delete, high": lambda s, m: s.delete(s.get_one(m, (4, HIGH))),
    "masked column": lambda s, m: setattr(s.get_one(m, (4, HIGH)), "secret", "x"),
}


@pytest.mark.parametrize("name", DENIED)
def test_denied_writes(split: Any, name: str) -> None:
    """A new row that the policy denies, and a named old one, raise RG201 and change nothing, in every partition."""
    with pytest.raises(AccessDenied) as caught:
        _run(split, DENIED[name], commit=True)
    assert caught.value.code == "RG201"
    assert split.model.__tablename__ in str(caught.value)
    assert _stored(split) == BEFORE


def test_returning(split: Any) -> None:
    """RETURNING gives what was written in whatever partition it came to lie, masks applied."""

    def work(session: Any, model: Any) -> Any:
        made = insert(model).values(id=9, place=HIGH, title="new", owner_id=1, secret="s")
        moved = update(model).values(place=model.place + 10).returning(model.title, model.place, model.secret)
        return (
            session.execute(made.returning(model.title, model.secret)).all(),
            sorted(session.execute(moved).all()),
            sorted(session.execute(delete(model).returning(model.title)).all()),
        )

    made, moved, gone = _run(split, work)
    assert made == [("new", "s")]
    assert moved == [("mine", 11, "s-mine"), ("mine too", 21, "s-mine too"), ("new", 21, "s")]
    assert gone == [("mine",), ("mine too",), ("new",)]


def test_a_partition_is_a_table_of_its_own(split: Any) -> None:
    """A partition that is named is not the parent, which the policy is of: it is not in the catalog."""
    names = split.stored(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"))
    assert len(names) == 8
    for name in names:
        partition = table(name, column("title"), column("id"))
        for statement in (
            select(partition.c.title),
            select(split.model.title).join(partition, partition.c.id == split.model.id),
            update(partition).values(title="x"),
            delete(partition),
            insert(partition).values(id=1),
        ):
            with pytest.raises(Unguarded, match="not in the catalog"):
                _run(split, lambda s, _, statement=statement: s.execute(statement))
    assert _stored(split) == BEFORE


def test_a_partition_of_the_metadata_needs_its_own_policy() -> None:
    """One that the metadata holds must be declared, as every table."""

    class Base(DeclarativeBase):
        pass

    class Parent(_Event, Base):
        __tablename__ = "parents"

    class Part(_Event, Base):
        __tablename__ = "parents_low"

    catalog = Catalog(Base, principal_id=Integer())
    catalog.policy(Parent).allow("read")
    with pytest.raises(CatalogError, match=Part.__tablename__):
        catalog.freeze()
