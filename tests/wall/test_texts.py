"""Values of the principal as text: PostgreSQL casts them back to the very value that a driver would have bound."""

import datetime as dt
import enum
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    String,
    Text,
    TypeDecorator,
    Uuid,
    bindparam,
    cast,
    create_engine,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import Catalog, CatalogError, Principal, Unguarded, principal
from rowgate.wall.signing import Signed
from rowgate.wall.texts import NOBODY, Bodies, text_of
from signed import KEY, acting, connect, install, signed


class Colour(enum.Enum):
    """Stored by name."""

    RED = "r"
    GREEN = "a 'name', with \\ and \""


class Level(enum.IntEnum):
    LOW = 1


class Doubled(TypeDecorator[int]):
    """Stored as twice what it is."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> int | None:
        return None if value is None else value * 2


NOON = dt.datetime.fromisoformat("2026-02-28T01:02:03.456789")
CET = dt.timezone(dt.timedelta(hours=1))
VALUES: list[tuple[Any, Any]] = [
    (Uuid(), UUID(int=7)),
    (Uuid(as_uuid=False), str(UUID(int=7))),
    (postgresql.UUID(), UUID(int=7)),
    (String(), "plain"),
    (String(), ""),
    (String(), "null"),
    (Text(), "a 'quote', a \"quote\", a back\\slash, \\' and \\\\, $$, $1, %s, %(x)s, :x, --, ;, {}, \n\r\t\x01\x7f"),
    (Text(), "é ß 漢字 🐘 \u2028"),
    (Text(), "x" * 65536),
    (Text(), "'\\" * 16384),
    (Integer(), 0),
    (Integer(), -7),
    (Integer(), Level.LOW),
    (BigInteger(), 2**62),
    (Boolean(), True),
    (Boolean(), False),
    (Date(), dt.date(2026, 2, 28)),
    (DateTime(), NOON),
    (DateTime(timezone=True), dt.datetime(2026, 2, 28, 1, 2, 3, 456789, tzinfo=CET)),
    (Numeric(), Decimal("-123456789012345678901234567890.000000001")),
    (Numeric(), Decimal("1E+3")),
    (Numeric(), Decimal("NaN")),
    (Numeric(), 7),
    (Enum(Colour, name="colour"), Colour.GREEN),
    (Enum(Colour, name="colour", native_enum=False), Colour.RED),
    (Enum("a", "b", name="letter"), "b"),
    (LargeBinary(), b"\x00\xff\\'\n"),
    (LargeBinary(), b""),
    (ARRAY(LargeBinary()), [b"\x00", None]),
    (Doubled(), 21),
    (ARRAY(Integer()), [1, None, 3]),
    (ARRAY(Integer()), []),
    (ARRAY(Integer(), dimensions=2), [[1, 2], [3, 4]]),
    (ARRAY(Text()), ["", "null", "NULL", "a b", 'q"', "b\\", "{,}", "é", "x,y", None]),
    (ARRAY(Uuid()), [UUID(int=1), UUID(int=2)]),
    (ARRAY(Boolean()), [True, False]),
    (ARRAY(Enum(Colour, name="colour")), [Colour.RED, Colour.GREEN]),
    (ARRAY(Numeric()), [Decimal("1.50")]),
    (ARRAY(DateTime(timezone=True)), [dt.datetime(2026, 2, 28, tzinfo=CET)]),
]


@pytest.fixture(scope="module")
def logins(cluster: Any) -> Iterator[Any]:
    """Give a database that verifies contexts, with the types of the enums."""
    with cluster.database() as found:
        install(found.owner, cluster.app, Signed([KEY]))
        with connect(found.owner) as owner:
            owner.execute("CREATE TYPE colour AS ENUM ('RED', 'GREEN')")
            owner.execute("CREATE TYPE letter AS ENUM ('a', 'b')")
        yield found


def catalog_of(type_: Any, principal_id: Any = None) -> Catalog:
    """Return a catalog with a rule that reads the attribute `it`; with a type of None, no attribute."""

    class Base(DeclarativeBase):
        pass

    class Thing(Base):
        __tablename__ = "things"
        id: Mapped[int] = mapped_column(primary_key=True)

    catalog = Catalog(Base, principal_id=principal_id or Integer())
    read = None if type_ is None else principal.attr("it", type_).is_not(None)
    catalog.policy(Thing).allow("read", when=read)
    return catalog.freeze()


@pytest.mark.parametrize(("type_", "value"), VALUES, ids=lambda given: repr(given)[:40])
def test_a_value_comes_back(logins: Any, type_: Any, value: Any) -> None:
    """What the context carries, cast, is what the driver binds, cast."""
    engine = create_engine(logins.using("psycopg").app)
    body = Bodies(catalog_of(type_), engine.dialect).principal(Principal(1, (), {"it": value}), frozenset())
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        context = Signed([KEY]).text("1p", body, driver.info.backend_pid)
        connection.execute(text("SELECT set_config('rowgate.context', :given, true)"), {"given": context})
        carried = cast(literal_column("rowgate.attr('it')"), type_)
        bound = cast(bindparam("value", value, type_=type_), type_)
        query = select(cast(carried, Text) == cast(bound, Text), cast(carried, Text).is_(None))
        assert tuple(connection.execute(query).one()) == (True, False)
    engine.dispose()


def test_an_id_comes_back(logins: Any) -> None:
    """The id goes the same way."""
    dialect = postgresql.dialect()
    body = Bodies(catalog_of(Integer(), Uuid()), dialect).principal(Principal(UUID(int=7)), frozenset())
    with connect(logins.app) as app, acting(app, signed(app, text=body)):
        assert app.execute("SELECT rowgate.id()::uuid").fetchone() == (UUID(int=7),)


@pytest.mark.parametrize("id_", ["", "-", "--", "\\055", "a\tb", "\n", "\\", "'", '"', "null", "é漢😀", "\x7f", " x "])
def test_an_id_of_any_text_comes_back(logins: Any, id_: str) -> None:
    """It is a field among others, and none of them."""
    body = Bodies(catalog_of(None, Text()), postgresql.dialect()).principal(Principal(id_, ["r"]), frozenset({"l"}))
    with connect(logins.app) as app, acting(app, signed(app, text=body)):
        assert app.execute("SELECT rowgate.id(), rowgate.known()").fetchone() == (id_, True)
        assert app.execute("SELECT rowgate.has_any('{r}'), rowgate.lifted('l')").fetchone() == (True, True)


def test_nobody_is_what_start_up_asks_with() -> None:
    """The body that says nothing is that of somebody anonymous."""
    assert Bodies(catalog_of(None), postgresql.dialect()).principal(Principal.anonymous(), frozenset()) == NOBODY


def test_what_is_absent_is_null(logins: Any) -> None:
    """An attribute that is not there, or None."""
    bodies = Bodies(catalog_of(Text()), postgresql.dialect())
    for attributes in ({}, {"it": None}, {"other": "x"}):
        body = bodies.principal(Principal(1, (), attributes), frozenset())
        assert "x" not in body
        with connect(logins.app) as app, acting(app, signed(app, text=body)):
            assert app.execute("SELECT rowgate.attr('it'), rowgate.attr('other')").fetchone() == (None, None)


NAMES = ["reader", "with space", 'q"', "b\\", "{,}", "null", "é", "'", "--", "-", "a\tb", "x" * 1000]


def test_names_of_roles_and_lifts_come_back(logins: Any) -> None:
    """Whatever they are called, and no name is another's part."""
    bodies = Bodies(catalog_of(Text()), postgresql.dialect())
    body = bodies.principal(Principal(1, NAMES), frozenset(NAMES))
    with connect(logins.app) as app, acting(app, signed(app, text=body)):
        assert app.execute("SELECT rowgate.roles()").fetchone() == (sorted(NAMES),)
        for name in NAMES:
            asked = "SELECT rowgate.has_any(ARRAY[%s]), rowgate.lifted(%s), rowgate.lifted(%s)"
            assert app.execute(asked, (name, name, name + "x")).fetchone() == (True, True, False)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (Text(), "nul\0"), (Text(), "half \ud800"), (Text(), 7), (Text(), b"x"), (Integer(), "7"), (Integer(), 7.0),
        (LargeBinary(), "text"), (LargeBinary(), 7),
        (Boolean(), 1), (Boolean(), "true"), (Uuid(), "no uuid"), (Uuid(), 7), (Date(), NOON),
        (DateTime(), dt.date(2026, 1, 1)), (DateTime(), dt.datetime(2026, 1, 1, tzinfo=CET)),
        (DateTime(timezone=True), NOON), (Numeric(), 0.1), (Numeric(), True),
        (Enum(Colour, name="colour"), "BLUE"), (ARRAY(Integer()), 7), (ARRAY(Text()), "{a}"), (ARRAY(Integer()), ["x"]),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(type_: Any, value: Any) -> None:
    """It might be cast to something else. The error does not quote it."""
    bodies = Bodies(catalog_of(type_), postgresql.dialect())
    with pytest.raises(Unguarded) as raised:
        bodies.principal(Principal(1, (), {"it": value}), frozenset())
    assert "principal's it " in raised.value.message
    assert repr(value) not in raised.value.message


@pytest.mark.parametrize("type_", [Float(), JSON(), Interval(), ARRAY(Float()), postgresql.JSONB()])
def test_types_without_such_a_text_are_errors_at_the_start(type_: Any) -> None:
    """As attribute, and as id."""
    with pytest.raises(CatalogError, match=r"principal.attr\('it'\)"):
        Bodies(catalog_of(type_), postgresql.dialect())
    with pytest.raises(CatalogError, match="principal_id"):
        text_of(type_, postgresql.dialect(), "principal_id")


def test_a_role_with_nul_is_refused() -> None:
    """PostgreSQL could not read it."""
    with pytest.raises(Unguarded):
        Bodies(catalog_of(Text()), postgresql.dialect()).principal(Principal(1, ["a\0b"]), frozenset())


def test_the_body_is_ascii() -> None:
    """Whatever the encoding of client and database, the signed bytes are the same."""
    body = Bodies(catalog_of(Text()), postgresql.dialect()).principal(Principal(1, ["é"], {"it": "漢\n"}), frozenset())
    assert body.isascii()
    said, roles, lifts, attrs = body.split("\t")
    assert (said, roles, lifts) == ("1", '{"\\303\\251"}', "{}")
    assert json.loads(attrs.replace(r"\134", "\\")) == {"it": "漢\n"}


def test_attributes_are_written_as_they_are_now() -> None:
    """A principal does not change, but a list that it carries may."""
    bodies, tenants = Bodies(catalog_of(ARRAY(Text())), postgresql.dialect()), ["a"]
    who = Principal(1, (), {"it": tenants})
    before = bodies.principal(who, frozenset())
    tenants.append("b")
    found = [json.loads(one.split("\t")[3]) for one in (before, bodies.principal(who, frozenset()))]
    assert found == [{"it": "{a}"}, {"it": "{a,b}"}]


def test_an_id_that_is_not_of_its_type_is_refused_each_time() -> None:
    """Also where Python takes it for one that was written before, and where it cannot be looked up."""
    bodies = Bodies(catalog_of(None, Integer()), postgresql.dialect())
    bodies.principal(Principal(1), frozenset())
    for odd in (1.0, Decimal(1), "1", [1]):
        for _ in range(2):
            with pytest.raises(Unguarded, match="principal's id"):
                bodies.principal(Principal(odd), frozenset())
