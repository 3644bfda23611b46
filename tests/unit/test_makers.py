"""`guarded_sessionmaker()`: what it takes, what it finds wrong at the start, and what its sessions share."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, UniqueConstraint, cast, create_engine, exists, true
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from rowgate import Catalog, CatalogError, Principal, Unguarded, guarded_sessionmaker, principal, wall
from unit.session_world import ANN, ANNS, BOB, Line, Note, World, bodies_of, make_catalog

POSTGRES = "postgresql+psycopg://app@localhost/nowhere"
NONE: frozenset[str] = frozenset()


@pytest.fixture
def world() -> World:
    """Give a database that nobody has asked anything yet."""
    return World()


@pytest.mark.parametrize("engine", [None, "sqlite://", Session, 42], ids=str)
def test_what_is_no_engine_is_refused(engine: Any) -> None:
    """A URL is none either."""
    with pytest.raises(Unguarded, match="takes an Engine or an AsyncEngine"):
        guarded_sessionmaker(engine, make_catalog())


def test_a_guarded_engine_is_not_guarded_again(world: World) -> None:
    """Nor is an asynchronous one: of two gates each would render for the other."""
    asynchronous = guarded_sessionmaker(create_async_engine("sqlite+aiosqlite://"), make_catalog())
    for guarded in (world.maker().engine, asynchronous(ANN).bind):
        with pytest.raises(Unguarded, match="takes an Engine or an AsyncEngine"):
            guarded_sessionmaker(guarded, make_catalog())


def test_sessions_are_of_the_engines_kind(world: World) -> None:
    """Twin: a plain engine of either kind is taken, and its sessions are of that kind."""
    asynchronous = guarded_sessionmaker(create_async_engine("sqlite+aiosqlite://"), make_catalog())
    assert isinstance(asynchronous(ANN), AsyncSession)
    assert isinstance(world.maker()(ANN), Session)


@pytest.mark.parametrize("signing", [wall.Signed(keys=["k" * 64]), wall.Unsigned()], ids=lambda s: type(s).__name__)
def test_a_wall_needs_postgresql_and_a_signing(world: World, signing: Any) -> None:
    """Either signing is taken there; elsewhere no wall can stand, and a key alone signs nothing."""
    assert guarded_sessionmaker(create_engine(POSTGRES), make_catalog(), wall=signing)
    with pytest.raises(CatalogError, match="PostgreSQL"):
        world.maker(wall=signing)
    for wrong in ("k" * 64, True, type(signing)):
        with pytest.raises(CatalogError, match="wall= takes"):
            guarded_sessionmaker(create_engine(POSTGRES), make_catalog(), wall=wrong)


def _of_conflicts(**options: Any) -> Catalog:
    """Return the catalog of a table whose constraints say what they do in a conflict."""
    metadata = MetaData()
    made = Table(
        "keyed",
        metadata,
        Column("id", Integer, primary_key=True, **{k: v for k, v in options.items() if k.endswith("_primary_key")}),
        Column("word", String, unique=True, **{k: v for k, v in options.items() if k.endswith("_unique")}),
        UniqueConstraint("id", "word", **{k: v for k, v in options.items() if k.endswith("_conflict")}),
    )
    catalog = Catalog(metadata, principal_id=Integer())
    catalog.policy(made).allow("read", "create", when=made.c.id == principal.id)
    return catalog


CONFLICTS = ("sqlite_on_conflict_primary_key", "sqlite_on_conflict_unique", "sqlite_on_conflict")


@pytest.mark.parametrize("option", CONFLICTS)
@pytest.mark.parametrize("value", ["REPLACE", "replace"])
def test_constraints_that_replace_rows_are_refused(option: str, value: str) -> None:
    """SQLite would delete the row in the way of a new one, hidden or not."""
    with pytest.raises(CatalogError, match=f"keyed: {option}='REPLACE' deletes rows"):
        guarded_sessionmaker(create_engine("sqlite://"), _of_conflicts(**{option: value}))


@pytest.mark.parametrize("option", CONFLICTS)
def test_constraints_that_replace_nothing_are_taken(option: str) -> None:
    """Twin: what leaves the row in the way as it is; and PostgreSQL, which knows no such option."""
    assert guarded_sessionmaker(create_engine("sqlite://"), _of_conflicts(**{option: "IGNORE"}))
    assert guarded_sessionmaker(create_engine(POSTGRES), _of_conflicts(**{option: "REPLACE"}))


UNSPEAKABLE = cast(Note.body, String(collation='C" x')) == "1"
"""A condition whose type no gate renders."""
WRONG: dict[str, Callable[[Any, Any], Any]] = {
    "a rule": lambda notes, _lines: notes.allow("read", when=UNSPEAKABLE),
    "the second rule": lambda notes, _lines: (notes.allow("read", when=true()), notes.allow("read", when=UNSPEAKABLE)),
    "a check": lambda notes, _lines: notes.allow("create", when=Note.id > 0, check=UNSPEAKABLE),
    "a rule for one role": lambda notes, _lines: notes.allow("read", to="reader", when=UNSPEAKABLE),
    "a restriction": lambda notes, _lines: notes.restrict(when=UNSPEAKABLE, name="x"),
    "a mask": lambda notes, _lines: notes.mask(Note.body, unless_when=UNSPEAKABLE),
    "another table": lambda _notes, lines: lines.allow("read", when=exists().where(Note.id == Line.id, UNSPEAKABLE)),
}


@pytest.mark.parametrize("where", WRONG)
def test_a_condition_that_cannot_be_rendered_is_found_at_the_start(world: World, where: str) -> None:
    """In whatever rule it stands, and the error names the table: no request finds it."""
    catalog = _with(WRONG[where])
    with pytest.raises(CatalogError, match=f"policy of {'lines' if where == 'another table' else 'notes'}: "):
        world.maker(catalog)


def test_conditions_that_can_be_rendered_start(world: World) -> None:
    """Twin: the same rules with a condition that says itself."""
    catalog = _with(lambda notes, _lines: (notes.allow("read", when=Note.owner_id == 1), notes.mask(Note.role)))
    assert ANNS == [body for body in bodies_of(world.maker(catalog), BOB) if body != "gone"]


def _with(fill: Callable[[Any, Any], Any]) -> Catalog:
    plain = make_catalog()
    catalog = Catalog(plain.metadata, principal_id=plain.principal_id)
    fill(catalog.policy(Note), catalog.policy(Line))
    catalog.open(plain.metadata.tables["users"], reason="a test")
    return catalog


def test_principals_of_the_same_roles_share_a_variant(world: World) -> None:
    """One object, whatever their ids and the roles that no rule names, so that their SQL is found without comparing."""
    variant_of = world.maker().variant_of
    first, other = variant_of(Principal(1, {"reader"}), NONE), variant_of(Principal(1, {"admin"}), NONE)
    assert first is variant_of(Principal(2, {"reader"}), NONE)
    assert other is variant_of(Principal(3, {"admin"}), NONE)
    assert first is not other


@pytest.mark.parametrize(
    ("one", "two", "lifts"),
    [
        (Principal(1), Principal.anonymous(), NONE),
        (Principal(1), Principal(1, {"admin"}), NONE),
        (Principal(1, {"admin"}), Principal(1, {"admin"}), frozenset({"gone"})),
    ],
    ids=["somebody and nobody", "other roles", "a lift"],
)
def test_what_changes_the_sql_makes_another_variant(world: World, one: Any, two: Any, lifts: Any) -> None:
    """Twin: in whichever order they come."""
    for first, second in (((one, NONE), (two, lifts)), ((two, lifts), (one, NONE))):
        variant_of = world.maker().variant_of
        assert variant_of(*first) != variant_of(*second)
        assert variant_of(*first).anonymous is first[0].is_anonymous


def test_no_more_variants_are_kept_than_dialects(world: World) -> None:
    """128; whoever makes up more roles than that has them made anew, and fills no memory."""
    variant_of = world.maker().variant_of
    many = [Principal(1, {f"role {n}"}) for n in range(129)]
    made = [variant_of(who, NONE) for who in many[:128]]
    assert all(one is variant_of(who, NONE) for one, who in zip(made, many, strict=False))
    variant_of(many[128], NONE)
    assert made[0] is not variant_of(many[0], NONE)
    assert made[0] == variant_of(many[0], NONE)
