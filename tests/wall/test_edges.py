"""Shapes of conditions that the worlds have not: by the wall as by the gate, for rows with NULLs and principals of all kinds."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    case,
    create_engine,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateSchema

from rowgate import EVERYONE, Catalog, CatalogError, Principal, can, principal
from rowgate.permission import Can
from rowgate.wall import PerRow, Unsigned, create
from rowgate.wall.objects import Function
from rowgate.wall.table_objects import Policy
from wall.walls import DENIED, SIGNING, Walled, run

WHO = [
    Principal(1), Principal(2, {"a"}), Principal(3, {"b", "c"}, {"unit": 20}), Principal(1, {"c"}, {"unit": 10}),
    Principal.anonymous({"unit": 10}), Principal.anonymous(),
]  # fmt: skip
metadata = MetaData()
units = Table("units", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("boss", Integer),
              Column("open", Boolean, nullable=False), schema="org")  # fmt: skip
things = Table(
    "things", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("owner", Integer),
    Column("unit", ForeignKey("org.units.id")), Column("size", Integer), Column("parent", ForeignKey("things.id", deferrable=True)),
    Column("twice", Integer, Computed("size * 2", persisted=True)), Column('Odd "Name"', String),
)  # fmt: skip
UNIT = [(10, 1, True), (20, 2, False), (30, None, True)]
THING = [(1, 1, 10, 5, None), (2, 2, 20, None, 1), (3, None, None, 7, 1), (4, 1, 30, 1, 2), (5, 3, 20, 9, None),
         (6, 2, 10, 3, 3), (7, None, 30, None, 4)]  # fmt: skip

u, other = units.c, things.alias("other")
t = things.c
mine = exists().where(u.id == t.unit, u.boss == principal.id)
CONDITIONS: dict[str, Any] = {
    "exists, as a set": mine,
    "not exists, on a key that may be NULL": not_(mine),
    "not (or)": not_(or_(mine, t.owner == principal.id)),
    "exists, not narrow": exists().where(u.id == t.unit, u.open),
    "exists with two ties": exists().where(u.id == t.unit, u.boss == t.owner, u.boss == principal.id),
    "exists with an inequality": exists().where(u.id > t.unit, u.boss == principal.id),
    "exists with OR inside": exists().where(u.id == t.unit, or_(u.boss == principal.id, u.open)),
    "exists of an alias of its own": exists().where(other.c.parent == t.id, other.c.owner == principal.id),
    "exists, not tied": exists().where(u.boss == principal.id),
    "exists with correlate": select(u.id).where(u.id == t.unit, u.boss == principal.id).correlate(things).exists(),
    "exists of a grouping": select(u.boss).where(u.id == t.unit).group_by(u.boss).having(func.count() > 0).exists(),
    "in a sub-select": t.unit.in_(select(u.id).where(u.boss == principal.id)),
    "not in a sub-select": t.unit.not_in(select(u.id).where(u.boss == principal.id)),
    "in with NULLs": t.owner.in_(select(u.boss)),
    "not in with NULLs": t.owner.not_in(select(u.boss).where(or_(u.boss == principal.id, u.boss.is_(None)))),
    "in of a union": t.unit.in_(select(u.id).where(u.boss == principal.id).union(select(u.id).where(u.open))),
    "scalar": t.size > select(func.avg(other.c.size)).scalar_subquery(),
    "scalar, tied": t.size == select(func.max(other.c.size)).where(other.c.unit == t.unit).scalar_subquery(),
    "case with exists": case((mine, t.size > 2), else_=t.owner == principal.id),
    "coalesce": func.coalesce(t.size, 0) + 1 > 5,
    "attr": t.unit == principal.attr("unit", Integer()),
    "attr in a sub-select": exists().where(u.id == t.unit, u.id == principal.attr("unit", Integer())),
    "role or role": or_(principal.has_role("a"), and_(principal.has_role("b"), t.size > 5)),
    "not a role": and_(not_(principal.has_role("a")), t.owner.is_not(None)),
    "is distinct": t.owner.is_distinct_from(principal.id),
    "not equal": t.owner != principal.id,
    "an odd name": and_(t.size.between(1, 5), t['Odd "Name"'].is_(None)),
    "in a list": t.size.in_([1, 7, 9]),
    "tuples in a list": tuple_(t.id, t.owner).in_([(1, 1), (2, 3), (6, 2)]),
    "computed": t.twice >= 10,
    "arithmetic": (t.size % 2) == 1,
    "like": ("x%y" + literal("'")).like("x\\%y%", escape="\\"),
    "true": literal(True),
}  # fmt: skip


def fill(session: Any) -> None:
    """Put in all rows."""
    session.execute(insert(units), [dict(zip(("id", "boss", "open"), row, strict=True)) for row in UNIT])
    names = ("id", "owner", "unit", "size", "parent")
    session.execute(insert(things), [dict(zip(names, row, strict=True)) for row in THING])


@pytest.fixture(scope="module")
def walls(cluster: Any) -> Iterator[Callable[[Catalog], Walled]]:
    """Give a function that puts the wall of a catalog of these two tables on them, in place of the last one."""
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner)
        app = create_engine(logins.using("psycopg").app)
        standing: list[Any] = []
        with Session(owner) as session:
            session.execute(CreateSchema("org"))
            metadata.create_all(session.connection())
            fill(session)
            session.commit()

        def raised(catalog: Catalog) -> Walled:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PerRow)
                wall = create(catalog, role=cluster.app, signing=SIGNING)
            undo = [statement for made in standing for statement in made.undo()]
            standing[:] = [wall]
            run(owner, [*undo, *wall.sql(), *SIGNING.accept()])
            return Walled(owner, app, catalog, wall, cluster.app)

        yield raised
        owner.dispose()
        app.dispose()


def opened(*rules: tuple[tuple[str, ...], dict[str, Any]], units_too: bool = False) -> Catalog:
    """Return a catalog with these rules on things; nobody reads units but by a sub-select."""
    catalog = Catalog(metadata, principal_id=Integer())
    if not units_too:
        catalog.policy(units)
    policy = catalog.policy(things)
    for actions, how in rules:
        policy.allow(*actions, **how)
    return catalog


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_means_the_same(walls: Callable[[Catalog], Walled], name: str) -> None:
    """For reading, and of the old and the new row of an UPDATE."""
    when = CONDITIONS[name]
    made = walls(opened((("read", "update"), {"when": when, "to": EVERYONE}), (("read",), {"when": t.id == 1})))
    seen = set()
    for who in WHO:
        shown = made.by_wall(who, select(t.id))
        assert shown == made.by_gate(who, select(t.id)), who
        seen.add(str(shown))
        same(made, who, update(things).values(size=8))
        for row in (1, 2, 3):
            same(made, who, update(things).where(t.id == row).values(unit=10, owner=1))
    assert made.by_wall(None, select(t.id)) == []


def same(made: Walled, who: Any, statement: Any) -> None:
    """Both do the same."""
    wall, gate = made.by_wall(who, statement), made.by_gate(who, statement)
    assert wall == gate or (wall == DENIED and gate == 0), (wall, gate, str(statement), who)


def test_what_is_updated_is_read_whether_the_statement_reads_or_not(walls: Callable[[Catalog], Walled]) -> None:
    """A rule of update that admits more than those of reading reaches no hidden row, nor makes one."""
    rules = [(("read",), {"when": t.owner == principal.id}), (("update", "delete"), {"check": t.size > 0})]
    made = walls(opened(*rules))
    for who in WHO:
        for statement in (update(things).values(size=8), delete(things).where(t.id == 4), update(things).values(owner=2),
                          update(things).where(t.id == 4).values(size=0), update(things).values(size=None)):  # fmt: skip
            same(made, who, statement)
    assert made.by_wall(WHO[0], update(things).values(size=8)) == 2
    with made.acting(WHO[0]) as connection:
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        assert connection.execute(text("DELETE FROM things")).rowcount == 2
    policies = {one.name: one for one in made.wall.objects if isinstance(one, Policy) and one.table == "things"}
    mine_too = "(SELECT rowgate.context('id') IS NOT NULL) AND (owner = (SELECT rowgate.context('id')::INTEGER))"
    assert policies["allow delete: allow-2"].using == mine_too
    assert policies["allow update: allow-2"].using == mine_too


def test_restrictions_of_one_action_stay_with_it(walls: Callable[[Catalog], Walled]) -> None:
    """Of delete alone, of update alone, with check and without, on top of each other."""
    catalog = opened((("read", "create", "update", "delete"), {}))
    policy = catalog._policies[-1]
    policy.restrict("delete", when=t.size.is_not(None), name="sized")
    policy.restrict("update", when=t.owner == principal.id, name="own")
    policy.restrict("update", "create", when=or_(t.size.is_(None), t.size < 9), name="small", check=True)
    policy.restrict("read", when=t.parent.is_distinct_from(2), name="not of two")
    made = walls(catalog)
    for who in WHO:
        same(made, who, update(things).values(size=8))
        same(made, who, update(things).values(size=9))
        same(made, who, update(things).where(t.id == 1).values(owner=5))
        for row in range(1, 8):
            same(made, who, delete(things).where(t.id == row))
        for size in (8, 9, None):
            same(made, who, insert(things).inline().values(id=50, size=size, owner=1))
    assert made.by_wall(WHO[0], update(things).where(t.id == 1).values(owner=5)) == 1


def test_a_restriction_is_left_by_its_lift_whoever_may_lift_it(walls: Callable[[Catalog], Walled]) -> None:
    """One of reading, without check; what the new row must be stays with the one that checks."""
    catalog = opened((("read", "update"), {}))
    policy = catalog._policies[-1]
    policy.restrict("read", when=or_(t.size.is_(None), t.size < 6), name="small")
    policy.restrict("read", when=or_(t.owner.is_(None), t.owner < 3), name="known", check=True)
    made = walls(catalog)
    leave = update(things).where(t.id == 1).values(size=10)
    assert made.by_wall(WHO[0], leave) == DENIED
    assert made.by_wall(WHO[0], leave, ["small"]) == made.by_gate(WHO[0], leave) == 1
    assert made.by_wall(WHO[0], update(things).where(t.id == 5).values(size=1), ["small"]) == 0  # is large already
    assert made.by_wall(WHO[0], update(things).where(t.id == 1).values(owner=3), ["small", "known"]) == DENIED


def test_a_lift_of_one_table_lifts_no_other(walls: Callable[[Catalog], Walled]) -> None:
    """Two restrictions of one name that other roles lift go by the names of their tables."""
    catalog = Catalog(metadata, principal_id=Integer())
    for table, role in ((units, "a"), (things, "b")):
        policy = catalog.policy(table)
        policy.allow("read")
        policy.restrict(when=table.c.id > 3 if table is things else u.id > 15, name="late", lift=role)
    made = walls(catalog)
    for lifts, expected in (([], (4, 2)), (["late"], (4, 2)), (["things:late"], (7, 2)), (["org.units:late"], (4, 3))):
        counts = tuple(len(made.by_wall(WHO[1], select(table.c.id), lifts)) for table in (things, units))
        assert counts == expected, lifts


def test_can_follows_in_schemas_and_to_itself(walls: Callable[[Catalog], Walled]) -> None:
    """By a key that is no primary key, through two tables, and with a decision that is asked of the same table."""
    catalog = Catalog(metadata, principal_id=Integer())
    policy = catalog.policy(units)
    policy.allow("read", when=u.boss == principal.id)
    policy.allow("read", "update", to="c", when=u.open)
    following = catalog.policy(things)
    following.allow("read", when=can_unit("read"))
    following.allow("update", when=and_(can_unit("update"), t.owner == principal.id))
    following.allow("delete", when=and_(t.size > 1, can_itself("update")))
    made = walls(catalog)
    for who in WHO:
        for table in (units, things):
            assert made.by_wall(who, select(*table.c)) == made.by_gate(who, select(*table.c))
        same(made, who, update(things).values(size=8))
        for row in range(1, 8):
            same(made, who, delete(things).where(t.id == row))
    counts = {len(made.by_wall(who, select(t.id))) for who in WHO}
    assert len(counts) > 2


def can_unit(action: str) -> Any:
    """Return whether something may be done to the unit of a thing."""
    return Can(action, ("org", "units"), ("id",), (t.unit,))


def can_itself(action: str) -> Any:
    """Return whether something else may be done to the thing itself."""
    return can(action, things)


def test_policies_that_read_each_other_do_not_recurse(walls: Callable[[Catalog], Walled]) -> None:
    """Each sees the other's table unfiltered."""
    catalog = Catalog(metadata, principal_id=Integer())
    catalog.policy(units).allow("read", when=exists().where(t.unit == u.id, t.owner == principal.id))
    catalog.policy(things).allow("read", when=mine)
    made = walls(catalog)
    for who in WHO:
        for table in (units, things):
            assert made.by_wall(who, select(table.c.id)) == made.by_gate(who, select(table.c.id))
    assert [(10,), (30,)] == made.by_wall(WHO[0], select(u.id))


def test_slow_rules_are_named() -> None:
    """A rule that runs a function for each row warns, with the table and the rule; others do not."""
    catalog = opened((("read",), {"when": CONDITIONS["exists, not narrow"], "name": "open ones"}))
    with pytest.warns(PerRow, match="things: 'open ones' runs a sub-select for each row"):
        wall = create(catalog, role="app", signing=Unsigned())
    assert wall.per_row == ("things: 'open ones' runs a sub-select for each row",)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert create(opened((("read",), {"when": mine})), role="app", signing=Unsigned()).per_row == ()


def test_functions_have_a_fixed_path_and_full_names() -> None:
    """Each table in them stands with its schema; nobody but the application may call them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerRow)
        rules = [(("read",), {"when": when, "name": name}) for name, when in CONDITIONS.items()]
        wall = create(opened(*rules), role="app", signing=Unsigned(), schema="main")
    functions = [one for one in wall.objects if isinstance(one, Function) and one.name.startswith("things")]
    assert len(functions) > 10
    for function in functions:
        assert function.search_path == "pg_catalog, pg_temp"
        assert function.definer
        assert " FROM units" not in function.body
        assert " FROM things" not in function.body
        assert any("REVOKE ALL" in statement and "PUBLIC" in statement for statement in function.create())


def test_what_the_wall_cannot_write_is_an_error_when_it_is_made() -> None:
    """Constants of unknown kinds, and a role that owns the tables."""
    odd = t.size == literal(5j)
    with pytest.raises(CatalogError):
        create(opened((("read",), {"when": odd})), role="app", signing=Unsigned())
    tied = Table(
        "tied", MetaData(), Column("id", Integer, primary_key=True), Column("word", CITEXT), Column("unit", Integer)
    )
    catalog = Catalog(tied.metadata, principal_id=Integer())
    again = tied.alias()
    same_word = exists().where(again.c.unit == tied.c.id, again.c.word == "x")
    catalog.policy(tied).allow("read", when=same_word)
    with pytest.raises(CatalogError, match="pg_catalog"):
        create(catalog, role="app", signing=Unsigned())
    plain = Catalog(tied.metadata, principal_id=Integer())
    plain.policy(tied).allow("read", when=tied.c.word == "x")
    assert create(plain, role="app", signing=Unsigned()).objects
    with pytest.raises(CatalogError, match="owns"):
        create(opened((("read",), {})), role="app", owner="app", signing=Unsigned())
