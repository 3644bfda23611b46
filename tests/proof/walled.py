"""The wall as the third party: raw SQL as the application's login, a context set, no gate in front.

Where the wall differs from the gate, by design, it is said here:

* it raises where columns of an admitted row may not change, or a mask forbids it; a gate narrows where no row is named;
* it compares every column with what it held, arrays and masked ones too;
* an UPDATE that reads must leave a row that is read: without a context that lifts it, it cannot lead a row out of a
  restriction that does not check;
* a column that is masked for some roles or on some rows reads plainly (`Wall.unsaid`); one that nobody reads or writes
  is not granted, and any statement that names it is denied.
"""

import json
import warnings
from typing import Any

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from proof.agreement import SAMPLED, DisagreementError, World
from proof.drawn_rows import Acting, Row
from proof.drawn_schemas import Spec
from proof.grounds import PostgresGround
from proof.tally import Tally
from rowgate.policy import Mask
from rowgate.reference import Reference
from rowgate.wall import PerRow, Signed, create
from rowgate.wall.generic import lift_name
from rowgate.wall.signing import PRINCIPAL, SETTING
from signed import body

SIGNING = Signed(["k" * 64])


class WallJudge:
    """Compares the wall with the reference."""

    def __init__(self, world: World, ground: PostgresGround, tally: Tally, reference: Reference) -> None:
        self.world = world
        self.ground = ground
        self.tally = tally
        self.reference = reference

    def judge(self, shapes: dict[str, str], now: Any) -> None:
        """Judge everybody on everything; the tables of the world stand.

        Raises:
            DisagreementError: at the first difference.
        """
        self._raise_wall()
        connection = self.ground.plain_connection()
        for acting in self.world.principals:
            truth = self.reference.acting(acting.who, self.world.rows, lifts=acting.lifts, now=now)
            with connection.begin() as transaction:
                connection.execute(text("SELECT set_config(:name, :given, true)"), self._context(acting))
                for spec in self.world.schema.specs:
                    Walled(self, acting, spec, connection, truth, shapes[spec.name]).all()
                transaction.rollback()

    def _raise_wall(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PerRow)
            wall = create(self.world.catalog, role=self.ground.role, signing=SIGNING)
        names = [spec.name for spec in self.world.schema.specs]
        past = [
            f"CREATE FUNCTION stored_{name}() RETURNS SETOF {name} SECURITY DEFINER SET search_path = public "
            f"LANGUAGE sql AS 'SELECT * FROM {name}'"
            for name in names
        ]
        revoked = [f"REVOKE ALL ON {', '.join(names)} FROM {self.ground.role}"]
        self.ground.as_owner([*revoked, *wall.sql(), *SIGNING.accept(), *past])

    def _context(self, acting: Acting) -> dict[str, str]:
        catalog, who = self.world.catalog, acting.who
        lifts = {
            lift_name(catalog, key, rule)
            for key, entry in catalog.entries.items()
            for rule in entry.restricts
            if rule.name in acting.lifts and rule.lift & who.roles
        }
        attrs = {name: str(value) for name, value in who.attributes.items() if value is not None}
        said = None if who.id is None else str(who.id)
        text = body(said, _array(sorted(who.roles)), _array(sorted(lifts)), **attrs)
        return {"name": SETTING, "given": SIGNING.text(PRINCIPAL, text, self.ground.pid)}


class Walled:
    """One principal on one table."""

    def __init__(
        self, judge: WallJudge, acting: Acting, spec: Spec, connection: Connection, truth: Any, shape: str
    ) -> None:
        self.world = judge.world
        self.ground = judge.ground
        self.tally = judge.tally
        self.acting = acting
        self.spec = spec
        self.table = spec.table
        self.key = spec.table.c.id
        self.connection = connection
        self.truth = truth
        self.shape = shape
        self.rows = self.world.rows[spec.name]
        entry = self.world.catalog.entries[None, spec.name]
        self.actions = {str(action) for allow in entry.allows for action in allow.actions}
        self.unread = {name for name, mask in entry.masks.items() if _never_read(mask)}
        self.unwritten = {name for name, mask in entry.masks.items() if _never_written(mask)}

    def all(self) -> None:
        """Judge all actions."""
        self.reading()
        self.deleting()
        self.changing({"touched": 2})
        for values in self.world.changes[self.spec.name]:
            self.changing(values)
        self.creating()

    def reading(self) -> None:
        """Judge SELECT, plain and FOR UPDATE."""
        columns = [column for column in self.table.c if column.name not in self.unread]
        if "read" not in self.actions:
            self._denied("read", None, select(*columns))
            return
        found = {row[0]: list(row) for row in self.connection.execute(select(*columns))}
        for row in self.rows:
            self._same("read", row, row["id"] in found, expected=self.truth.reads(self.table, row))
            if row["id"] in found and found[row["id"]] != [row[column.name] for column in columns]:
                self._differ("what is read of", row, found[row["id"]], row)
        if "update" in self.actions:
            locked = set(self.connection.scalars(select(self.key).with_for_update()))
            for row in self.rows:
                self._same("lock", row, row["id"] in locked, expected=self.truth.locks(self.table, row))

    def deleting(self) -> None:
        """Judge DELETE."""
        if "delete" not in self.actions:
            self._denied("delete", None, self.table.delete())
            return
        with self.ground.trying():
            self._passed("delete", self.table.delete())
            left = self._stored()
        for row in self.rows:
            self._same("delete", row, row["id"] not in left, expected=self.truth.deletes(self.table, row))

    def changing(self, values: Row) -> None:
        """Judge an UPDATE that reads its rows."""
        statement = self.table.update().values(values)
        if "update" not in self.actions or "read" not in self.actions or self.unwritten & values.keys():
            self._denied("update", None, statement)
            return
        failing = [row for row in self.rows if self._admits(row) and not self._passes(row, values)]
        rows = [row for row in self.rows if row not in failing]
        with self.ground.trying():
            self._passed("update", statement.where(self.key.in_([row["id"] for row in rows])))
            stored = self._stored()
        for row in rows:
            new = {**row, **values} if self._admits(row) else row
            if values != {name: row[name] for name in values}:
                self._same("update", row, stored[row["id"]] != row, expected=self._admits(row))
            if stored[row["id"]] != new:
                self._differ("what an update makes of", row, stored[row["id"]], new)
        for row in failing[:SAMPLED]:
            self._denied("update", {**row, "SET": values}, statement.where(self.key == row["id"]))

    def _admits(self, row: Row) -> bool:
        return bool(self.truth.may_update(self.table, row, {}))

    def _passes(self, row: Row, values: Row) -> bool:
        changed = {name: value for name, value in values.items() if value != row[name]}
        covered = self.truth.may_update(self.table, row, changed)
        opened = self.truth.may_overwrite(self.table, row, values)
        return bool(covered and opened and self.truth.accepts(self.table, {**row, **values}, returned=True))

    def creating(self) -> None:
        """Judge INSERT."""
        returned = self.world.returned and "read" in self.actions
        statement = self.table.insert().returning(self.key) if returned else self.table.insert()
        passing, failing = [], []
        for new in self.world.new[self.spec.name]:
            row = {name: new.get(name) for name in self.spec.kinds}
            (passing if self.truth.creates(self.table, row, columns=new, returned=returned) else failing).append(new)
        if passing:
            with self.ground.trying():
                self._passed("create", statement.values(passing))
                stored = self._stored()
            for new in passing:
                self._same("create", new, new["id"] in stored, expected=True)
        for new in failing[:SAMPLED]:
            self._denied("create", new, statement.values(new))

    def _stored(self) -> dict[int, Row]:
        return self.ground.stored(self.spec, source=f"stored_{self.spec.name}()")

    def _passed(self, action: str, statement: Any) -> None:
        try:
            self.connection.execute(statement)
        except DBAPIError as error:
            if not isinstance(error.orig, InsufficientPrivilege):
                raise
            self._differ(action, None, f"denied: {error.orig}", "passed")

    def _denied(self, action: str, row: Any, statement: Any) -> None:
        try:
            with self.ground.trying():
                self.connection.execute(statement)
        except DBAPIError as error:
            if not isinstance(error.orig, InsufficientPrivilege):
                raise
            self.tally.count(self.shape, f"wall: {action}", answer=False)
        else:
            self._differ(action, row, "passed", "denied")

    def _same(self, action: str, row: Row, found: bool, *, expected: bool) -> None:
        self.tally.count(self.shape, f"wall: {action}", answer=expected)
        if found is not expected:
            self._differ(action, row, found, expected)

    def _differ(self, action: str, row: Any, found: Any, expected: Any) -> None:
        who = self.acting.who
        raise DisagreementError(
            f"wall: {action} {self.spec.name} {row}\nas {who!r} {dict(who.attributes)}, "
            f"lifts {sorted(self.acting.lifts)}\nwall: {found}\nreference: {expected}\n"
            f"{self.tally.told(self.world.catalog)}"
        )


def _never_read(mask: Mask) -> bool:
    """Return whether nobody reads the column."""
    return mask.unless is None and mask.unless_when is None


def _never_written(mask: Mask) -> bool:
    """Return whether nobody may set the column: those for whom it is masked on some rows may not, either."""
    return mask.writable is None and (mask.unless is None or mask.unless_when is not None)


def _array(values: list[str]) -> str:
    return "{" + ",".join(json.dumps(value) for value in values) + "}"
