"""One drawn world is judged: by the gate in a database, and by the reference. What differs is a `DisagreementError`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from proof.drawn_policies import catalogs
from proof.drawn_rows import Acting, Row, changes, new_rows, principals, rows
from proof.drawn_schemas import Schema, Spec, schemas
from proof.grounds import Ground
from proof.tally import Tally
from rowgate import AccessDenied, Catalog, can, lift
from rowgate.reference import Reference

SAMPLED = 2
"""How many of the rows that one statement would be denied for are tried by themselves."""


class DisagreementError(AssertionError):
    """Gate and reference answer differently."""


@dataclass
class World:
    """A schema, its policies, its rows, who acts, and what is tried."""

    schema: Schema
    catalog: Catalog
    rows: dict[str, list[Row]]
    principals: list[Acting]
    new: dict[str, list[Row]]
    changes: dict[str, list[Row]]
    returned: bool

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Say little: a disagreement tells what it is about."""
        printer.text("World(...)")


@st.composite
def worlds(draw: Any, *, postgres: bool) -> World:
    """Draw a world."""
    schema = schemas(draw, postgres=postgres)
    catalog = catalogs(draw, schema).freeze()
    specs = schema.specs
    return World(
        schema,
        catalog,
        rows(draw, schema),
        principals(draw, schema, catalog),
        {spec.name: new_rows(draw, spec, schema) for spec in specs},
        {spec.name: [changes(draw, spec, schema) for _ in range(2)] for spec in specs},
        draw(st.booleans()),
    )


class Judge:
    """Compares the gate with the reference, for one principal and one table at a time."""

    def __init__(self, world: World, ground: Ground, tally: Tally, wall: Any = None) -> None:
        self.world = world
        self.wall = wall
        self.ground = ground
        self.tally = tally
        self.reference = Reference(world.catalog)
        self.now = datetime.now(UTC)

    def judge(self) -> None:
        """Judge everybody on everything.

        Raises:
            DisagreementError: at the first difference.
        """
        world = self.world
        sessions = self.ground.sessions(world.catalog)
        shapes = {spec.name: self.tally.shape(world.catalog, spec) for spec in world.schema.specs}
        with self.ground.holding(world.schema, world.rows):
            for acting in world.principals:
                self.ground.begin()
                with sessions(acting.who, lift=acting.lifts) as session:
                    for spec in world.schema.specs:
                        One(self, acting, spec, session, shapes[spec.name]).all()
            if self.wall is not None:
                self.wall(self.world, self.ground, self.tally, self.reference).judge(shapes, self.now)


class One:
    """One principal on one table."""

    def __init__(self, judge: Judge, acting: Acting, spec: Spec, session: Any, shape: str) -> None:
        self.world = judge.world
        self.ground = judge.ground
        self.tally = judge.tally
        self.shape = shape
        self.acting = acting
        self.spec = spec
        self.table = spec.table
        self.key = spec.table.c.id
        self.session = session
        self.rows = self.world.rows[spec.name]
        self.reference = judge.reference
        self.now = judge.now
        self.truth = judge.reference.acting(acting.who, self.world.rows, lifts=acting.lifts, now=judge.now)

    def all(self) -> None:
        """Judge all actions."""
        self.reading()
        self.lifting()
        if self.ground.postgres:
            self.locking()
        if self.ground.postgres or not self._reads_itself():
            self.deleting()
            self.naming()
            for values in self.world.changes[self.spec.name]:
                self.changing(values, returned=self.world.returned)
            self.creating()

    def reading(self) -> None:
        """Judge SELECT: which rows, what they show, and what `can()` says of them."""
        entity = self.spec.entity
        told = (can("update", entity).label("rowgate_u"), can("delete", entity).label("rowgate_d"))
        found = {row[0]: row for row in self.session.execute(select(*self.table.c, *told)).all()}
        for row in self.rows:
            self._same("read", row, row["id"] in found, expected=self.truth.reads(self.table, row))
        for row in self.rows:
            if row["id"] in found:
                seen = tuple(found[row["id"]])
                shown = self.truth.shown(self.table, row)
                self._equal("what is shown of", row, list(seen[:-2]), [shown[column.name] for column in self.table.c])
                for action, answer in zip(("update", "delete"), seen[-2:], strict=True):
                    self._same(f"can {action}", row, bool(answer), expected=self.truth.can(action, self.table, row))

    def lifting(self) -> None:
        """Judge a SELECT that lifts a restriction for itself."""
        entry = self.world.catalog.entries[None, self.spec.name]
        for rule in entry.restricts:
            if rule.lift & self.acting.who.roles and rule.name not in self.acting.lifts:
                told = can("update", self.spec.entity).label("rowgate_u")
                statement = select(self.key, told).options(lift(rule.name, self.spec.entity))
                found = {row[0]: row[1] for row in self.session.execute(statement).all()}
                lifted = [(self.table, rule.name)]
                truth = self.reference.acting(
                    self.acting.who, self.world.rows, lifts=self.acting.lifts, lifted=lifted, now=self.now
                )
                for row in self.rows:
                    self._same("read lifted", row, row["id"] in found, expected=truth.reads(self.table, row))
                    if row["id"] in found:
                        answer = bool(found[row["id"]])
                        self._same("can update lifted", row, answer, expected=truth.can("update", self.table, row))

    def locking(self) -> None:
        """Judge SELECT ... FOR UPDATE."""
        found = set(self.session.scalars(select(self.key).with_for_update()))
        for row in self.rows:
            self._same("lock", row, row["id"] in found, expected=self.truth.locks(self.table, row))

    def deleting(self) -> None:
        """Judge DELETE."""
        with self.ground.trying():
            self._passed("delete", self.table.delete())
            left = self.ground.stored(self.spec)
        for row in self.rows:
            self._same("delete", row, row["id"] not in left, expected=self.truth.deletes(self.table, row))

    def naming(self) -> None:
        """Judge an UPDATE that names rows: it raises for one that is read and not updated."""
        statement = self.table.update().where(self.key == bindparam("key")).values(touched=bindparam("value"))
        forbidden = []
        harmless = []
        for row in self.rows:
            may = self.truth.may_update(self.table, row, {"touched": 2})
            passes = not may or self.truth.accepts(self.table, {**row, "touched": 2})
            if (self.truth.reads(self.table, row) and not may) or not passes:
                forbidden.append(row)
            else:
                harmless.append(row)
        if harmless:
            with self.ground.trying():
                self._passed("update by name", statement, [{"key": row["id"], "value": 2} for row in harmless])
                stored = self.ground.stored(self.spec)
            for row in harmless:
                expected = self.truth.updates(self.table, row, {"touched": 2})
                self._same("update by name", row, stored[row["id"]]["touched"] == 2, expected=expected)
        for row in _some(forbidden):
            named = [{"key": row["id"], "value": 2}]
            self._denied("update by name", row, lambda named=named: self.session.execute(statement, named))

    def changing(self, values: Row, *, returned: bool) -> None:
        """Judge an UPDATE of all rows: some it narrows away, and for some it must raise."""
        statement = self.table.update().values(values)
        if returned:
            statement = statement.returning(self.key)
        if self.truth.hopeless(self.table, values):
            self._denied("update of a mask", values, lambda: self.session.execute(statement))
            return
        denied = [
            row
            for row in self.rows
            if self.truth.may_update(self.table, row, values)
            and not self.truth.accepts(self.table, {**row, **values}, returned=returned)
        ]
        keys = [row["id"] for row in self.rows if row not in denied]
        with self.ground.trying():
            self._passed("update", statement.where(self.key.in_(keys)))
            stored = self.ground.stored(self.spec)
        for row in self.rows:
            if row not in denied:
                new = {**row, **values}
                expected = self.truth.updates(self.table, row, values, returned=returned)
                if new != row:
                    self._same("update", row, stored[row["id"]] != row, expected=expected)
                self._equal("what an update makes of", row, stored[row["id"]], new if expected else row)
        for row in _some(denied):
            one = statement.where(self.key == row["id"])
            self._denied("update", {**row, "SET": values}, lambda one=one: self.session.execute(one))

    def creating(self) -> None:
        """Judge INSERT: those together that may be made, and some of the others each by itself."""
        returned = self.world.returned
        statement = self.table.insert().returning(self.key) if returned else self.table.insert()
        passing, failing = [], []
        for new in self.world.new[self.spec.name]:
            row = {name: new.get(name) for name in self.spec.kinds}
            (passing if self.truth.creates(self.table, row, columns=new, returned=returned) else failing).append(new)
        if passing:
            with self.ground.trying():
                self._passed("create", statement.values(passing))
                stored = self.ground.stored(self.spec)
            for new in passing:
                self._same("create", new, new["id"] in stored, expected=True)
        for new in _some(failing):
            self._denied("create", new, lambda new=new: self.session.execute(statement.values(new)))

    def _passed(self, action: str, statement: Any, params: Any = None) -> None:
        try:
            self.session.execute(statement, params)
        except AccessDenied as error:
            raise DisagreementError(f"{action} {self.spec.name}: denied, {error}") from error

    def _denied(self, action: str, row: Any, work: Callable[[], Any]) -> None:
        try:
            with self.ground.trying():
                work()
        except AccessDenied:
            self.tally.count(self.shape, action, answer=False)
        else:
            self._differ(action, row, "passed", "denied")

    def _same(self, action: str, row: Any, found: bool, *, expected: bool) -> None:
        self.tally.count(self.shape, action, answer=expected)
        if found is not expected:
            self._differ(action, row, found, expected)

    def _equal(self, action: str, row: Any, found: Any, expected: Any) -> None:
        if found != expected:
            self._differ(action, row, found, expected)

    def _differ(self, action: str, row: Any, found: Any, expected: Any) -> None:
        who = self.acting.who
        raise DisagreementError(
            f"{action} {self.spec.name} {row}\nas {who!r} {dict(who.attributes)}, lifts {sorted(self.acting.lifts)}\n"
            f"gate: {found}\nreference: {expected}\n{self.tally.told(self.world.catalog)}"
        )

    def _reads_itself(self) -> bool:
        """Return whether rules may look at the table's own rows. On SQLite they would see the statement's own work."""
        return self.tally.reads(self.world.catalog, self.spec)


def _some(found: list[Any]) -> Iterable[Any]:
    return found[:SAMPLED]
