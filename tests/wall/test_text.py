"""Names, literals and conditions as text: nothing that they hold gets out of them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Enum,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Time,
    TypeDecorator,
    Uuid,
)  # fmt: skip
from sqlalchemy import (
    literal as sa_literal,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB

from rowgate import Catalog, CatalogError, principal
from rowgate.wall import Unsigned, create
from rowgate.wall.literals import constant
from rowgate.wall.objects import identifier, literal
from rowgate.wall.render import wall_dialect
from rowgate.wall.table_objects import Policy, RowSecurity, Trigger, shortened

NASTY = [
    "it's",
    'a "b"',
    "back\\slash",
    "\\'",
    "$rowgate$",
    "100% :x %(y)s",
    "';--",
    "é日本",
    "x" * 65536,
    "\n\t",
    "E'",
]


@pytest.fixture(scope="module")
def connection(cluster: Any) -> Any:
    """Give a connection of the owner to an empty database."""
    with cluster.database() as logins:
        url = logins.owner.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as made:
            yield made


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("conforming", ["on", "off"])
def test_literals_are_what_they_say(connection: Any, text: str, conforming: str) -> None:
    """Whatever stands in them, and whatever the setting says of backslashes."""
    connection.execute(f"SET standard_conforming_strings = {conforming}")
    connection.execute("SET escape_string_warning = off")
    assert connection.execute(f"SELECT {literal(text)}").fetchone() == (text,)


@pytest.mark.parametrize("text", [name for name in NASTY if len(name) < 60], ids=range(len(NASTY) - 1))
def test_names_are_what_they_say(connection: Any, text: str) -> None:
    """Quotes and all."""
    connection.execute("BEGIN")
    connection.execute(f"CREATE TABLE {identifier(text)} (x int)")
    for made in (RowSecurity("public", text), Policy("public", text, text, "SELECT", True, None, "true")):
        for statement in made.create():
            connection.execute(statement)
    found = connection.execute("SELECT relname, polname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid")
    assert found.fetchone() == (text, text)
    connection.execute("ROLLBACK")


def test_nul_is_refused() -> None:
    """PostgreSQL has none, so nothing may be cut there."""
    with pytest.raises(ValueError, match="NUL"):
        literal("a\0b")
    with pytest.raises(ValueError, match="no name"):
        identifier("a\0b")
    with pytest.raises(CatalogError, match="NUL"):
        constant("a\0b", String(), wall_dialect("public"))


def test_long_names_are_shortened_and_stay_apart() -> None:
    """By a hash; characters are not cut in the middle."""
    one, other = shortened("é" * 60 + "a"), shortened("é" * 60 + "b")
    assert one != other
    assert max(len(one.encode()), len(other.encode())) <= 63
    assert shortened("x" * 63) == "x" * 63


NAIVE = datetime(2026, 2, 3, 4, 5, 6, 7)  # noqa: DTZ001 - naive on purpose


class Doubled(TypeDecorator[str]):
    """Stores text twice."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Return what is stored."""
        return value * 2


VALUES: list[tuple[Any, Any, str]] = [
    (5, Integer(), "5"), (-5, Integer(), "-5"), (True, Boolean(), "true"), (Decimal("-1.50"), Numeric(), "-1.50"),
    (1.5, Double(), "1.5"), (float("inf"), Double(), "Infinity"), (float("nan"), Double(), "NaN"),
    ("it's \\ 100%", String(3), "it's \\ 100%"), (date(2026, 2, 3), Date(), "2026-02-03"),
    (NAIVE, DateTime(), "2026-02-03 04:05:06.000007"),
    (datetime(2026, 2, 3, 4, tzinfo=UTC), DateTime(timezone=True), "2026-02-03 04:00:00+00"),
    (time(4, 5), Time(), "04:05:00"), (timedelta(days=-1, seconds=5, microseconds=6), Interval(), "-1 days +00:00:05.000006"),
    (UUID(int=7), Uuid(), "00000000-0000-0000-0000-000000000007"), (b"\x00\\'", LargeBinary(), "\\x005c27"),
    (["a'", None, "b,{}"], ARRAY(String()), '{a\',NULL,"b,{}"}'), ([], ARRAY(Integer()), "{}"),
    ([[1, 2], [3, 4]], ARRAY(Integer()), "{{1,2},{3,4}}"), ({"a": "it's \\"}, JSONB(), '{"a": "it\'s \\\\"}'),
    (None, Integer(), None), ("ab", Doubled(), "abab"), ("x", Enum("x", "y", native_enum=False), "x"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "type_", "expected"), VALUES, ids=lambda part: repr(part)[:30])
def test_constants_are_what_they_say(connection: Any, value: Any, type_: Any, expected: Any) -> None:
    """PostgreSQL reads back what Python meant, whatever its settings of dates and intervals."""
    written = constant(value, type_, wall_dialect("public"))
    connection.execute("SET timezone = 'UTC'; SET standard_conforming_strings = on")
    assert connection.execute(f"SELECT ({written})::text").fetchone() == (expected,)
    connection.execute("SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'")
    connection.execute(f"CREATE TEMP TABLE moved AS SELECT {written} AS value")
    connection.execute("RESET DateStyle; RESET IntervalStyle")
    assert connection.execute("SELECT value::text FROM moved").fetchone() == (expected,)
    connection.execute("DROP TABLE moved")


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (NAIVE, DateTime(timezone=True)), (datetime(2026, 1, 1, tzinfo=UTC), DateTime()),
        (object(), INET()), ({1: object()}, sa_literal(1).type.__class__()), ("x\0", String()), (5j, Numeric()),
    ],
    ids=range(6),
)  # fmt: skip
def test_constants_that_are_not_certain_are_refused(value: Any, type_: Any) -> None:
    """What PostgreSQL could read otherwise is an error when the wall is made."""
    with pytest.raises(CatalogError):
        constant(value, type_, wall_dialect("public"))


def _wall(when: Any, *columns: Any) -> Any:
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True), *columns)
    catalog = Catalog(table.metadata, principal_id=Integer())
    catalog.policy(table).allow("read", when=when)
    return create(catalog, role="app", signing=Unsigned())


def _using(wall: Any) -> str:
    found = [one for one in wall.objects if isinstance(one, Policy) and one.name != "owner"]
    return str(found[0].using)


def test_terms_of_the_principal_run_once_a_statement() -> None:
    """Each stands in a sub-select of its own; what a condition implies is not asked again."""
    assert _using(_wall(lambda c: c.id == principal.id)) == "id = (SELECT rowgate.context('id')::INTEGER)"
    assert _using(_wall(lambda c: c.id > 5)) == "(id > '5'::INTEGER) AND (SELECT rowgate.context('id') IS NOT NULL)"
    attr = _using(_wall(lambda c: c.id == principal.attr("tenant", Integer())))
    tenant = "(SELECT pg_catalog.json_extract_path_text(rowgate.context('attributes')::json, 'tenant')::INTEGER)"
    assert attr == f"(SELECT rowgate.context('id') IS NOT NULL) AND (id = {tenant})"
    roles = _using(_wall(lambda c: principal.has_role(c.name), Column("name", String)))
    assert roles == "(name = ANY ((SELECT rowgate.context('roles'))::text[]))"


def test_triggers_and_names_with_quotes() -> None:
    """Columns and functions of triggers are quoted."""
    made = Trigger("s", 't"', "n", ('c"',), ("rowgate", 'f"')).create()
    assert made == (
        'CREATE TRIGGER "n" BEFORE UPDATE OF "c""" ON "s"."t""" FOR EACH ROW EXECUTE FUNCTION "rowgate"."f"""()',
    )
