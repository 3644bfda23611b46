"""Two databases: the full one under the gate, and the shadow, which holds what one principal may read and has no gate."""

import json
import re
import sqlite3
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import Session

from proof.asked import shown, teach
from proof.report import Report
from proof.small_world import PRINCIPALS, TABLES, Base, make_catalog, rows
from proof.truth import State, Truth
from rowgate import AccessDenied, Unguarded, guarded_sessionmaker

Work = Callable[[Any], Any]


@dataclass
class Tree:
    """One random thing to do. `reads` for both sides; or `write` does and judges it all."""

    kind: str
    shown: Any
    who: list[int]
    guarded: Work
    shadow: Work
    ordered: bool = False
    write: Any = None
    tags: frozenset[str] = frozenset()

    def __str__(self) -> str:
        who = [PRINCIPALS[n] for n in self.who]
        told = self.shown() if callable(self.shown) else shown(self.shown)
        return f"{self.kind} as {who}:\n{told}"


@dataclass
class Outcome:
    """What came of it: rows, or which refusal or error."""

    kind: str
    value: Any = None

    def same(self, other: "Outcome") -> bool:
        """Return whether both gave the same rows."""
        return self.kind == other.kind == "rows" and self.value == other.value


class Side:
    """One database on one connection, which a session and we share, so that we see what is not committed."""

    def __init__(self, dbapi: Any, url: str) -> None:
        self.dbapi = dbapi
        self.engine: Engine = create_engine(
            url, creator=lambda: dbapi, poolclass=StaticPool, pool_reset_on_return=None, enable_from_linting=False
        )

    def fill(self, state: State) -> None:
        """Create the tables and put in rows."""
        Base.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            for name, found in state.items():
                if found:
                    keys = {column.name: column.key for column in TABLES[name].c}
                    connection.execute(TABLES[name].insert(), [{keys[c]: v for c, v in r.items()} for r in found])

    def session(self, made: Any) -> Any:
        """Return a session, in a transaction of SQLite's own: Python's driver begins none before WITH ... UPDATE."""
        if isinstance(self.dbapi, sqlite3.Connection) and not self.dbapi.in_transaction:
            self.dbapi.execute("BEGIN")
        return made

    def state(self) -> State:
        """Return all rows, read past SQLAlchemy and every gate, in the transaction that is open."""
        found: State = {}
        for name, table in TABLES.items():
            columns = [column.name for column in table.c]
            cursor = self.dbapi.cursor()
            listed = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f'SELECT {listed} FROM "{name}"')
            kinds = [str(column.type) for column in table.c]
            found[name] = [
                {c: _plain(v, k) for c, v, k in zip(columns, row, kinds, strict=True)} for row in cursor.fetchall()
            ]
            cursor.close()
        return found


def _plain(value: Any, kind: str) -> Any:
    return bool(value) if kind == "BOOLEAN" and value is not None else value


class Arena:
    """The full database and a shadow for each principal."""

    def __init__(self, connect: Callable[[str], Any], url: str) -> None:
        self.postgres = url.startswith("postgresql")
        self.full = Side(connect("full"), url)
        self.full.fill(rows())
        self.before = self.full.state()
        self.Session = guarded_sessionmaker(self.full.engine, make_catalog(), audit=lambda _event: None)
        self.truths = [Truth(who, lifts, self.before) for who, lifts in PRINCIPALS]
        self.shadows: list[Side] = []
        for n, truth in enumerate(self.truths):
            side = Side(connect(f"shadow{n}"), url)
            side.fill(truth.shadow())
            teach(side.engine, truth)
            self.shadows.append(side)
        self.report = Report()
        self.forgets = not self.postgres and _forgets_where(self.full.dbapi)

    def check(self, tree: Tree) -> str | None:
        """Do a tree on both sides; return what differs."""
        self.report.begin(tree)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            for n in tree.who:
                found = tree.write.judge(self, n) if tree.write is not None else self._compare(tree, n)
                if found is not None and "SQLITE_ERROR" in found and _same_name_twice(str(tree)):
                    # PostgreSQL refuses two entries of one name in a FROM; SQLite lets tables have it, no sub-select.
                    self.report.invalid["a name that stands twice in FROM"] += 1
                elif found is not None and self.forgets and _full_join_in_union(str(tree)):
                    self.report.invalid["a WHERE that SQLite forgets"] += 1
                elif found is not None:
                    return f"{tree}\n{found}"
        return None

    def _compare(self, tree: Tree, n: int) -> str | None:
        with self.guarded(n) as session:
            ours = outcome(lambda: tree.guarded(session), ordered=tree.ordered)
        if ours.kind == "Unguarded":
            return self.refused(ours)
        with self.shadow(n) as session:
            theirs = outcome(lambda: tree.shadow(session), ordered=tree.ordered)
        return self.judge(ours, theirs)

    def guarded(self, n: int) -> Any:
        """Return a guarded session of a principal."""
        who, lifts = PRINCIPALS[n]
        return self.full.session(self.Session(who, lift=lifts))

    def shadow(self, n: int) -> Session:
        """Return a session without a gate on the shadow of a principal."""
        made: Session = self.shadows[n].session(Session(self.shadows[n].engine))
        return made

    def refused(self, ours: Outcome) -> None:
        """Count a refusal."""
        self.report.refuse(str(ours.value))

    def judge(self, ours: Outcome, theirs: Outcome) -> str | None:
        """Return what differs between what the gate gave and what the shadow gave."""
        if ours.kind == "error" and theirs.kind == "error":
            self.report.invalid[str(theirs.value)[:90]] += 1
            return None
        if ours.same(theirs):
            self.report.empty += not ours.value
            return None
        if ours.kind == theirs.kind == "rows":
            more, less = Counter(ours.value) - Counter(theirs.value), Counter(theirs.value) - Counter(ours.value)
            return f"only guarded: {list(more)}\nonly shadow:  {list(less)}" if more or less else "another order"
        return f"guarded: {ours}\nshadow:  {theirs}"


def outcome(work: Callable[[], Any], *, ordered: bool) -> Outcome:
    """Return what some work gives, as something to compare."""
    try:
        found = work()
    except Unguarded as error:
        return Outcome("Unguarded", error.message)
    except AccessDenied as error:
        return Outcome("AccessDenied", error.message)
    except Exception as error:  # noqa: BLE001 - whatever it is, both sides must have it
        return Outcome("error", f"{type(error).__name__}: {getattr(error, 'orig', None) or error}")
    listed = [plain(row) for row in found] if isinstance(found, list) else [plain(found)]
    return Outcome("rows", listed if ordered else sorted(listed))


def plain(value: Any) -> str:
    """Return a row as text that is equal only where its values and their types are."""
    try:
        return json.dumps(tuple(value) if not isinstance(value, dict | str) else value, default=repr, sort_keys=True)
    except TypeError:
        return repr(value)


def sqlite_arena() -> Arena:
    """Return an arena of SQLite databases in memory."""
    return Arena(lambda _name: sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None), "sqlite://")


def postgres_arena(full: Any, shadow: Any) -> Arena:
    """Return an arena on two PostgreSQL databases; in the second each principal has a schema of its own."""
    import psycopg

    def connect(name: str) -> Any:
        url = full if name == "full" else shadow
        made = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
        if name != "full":
            made.execute(f"CREATE SCHEMA {name}")
            made.execute(f"SET search_path = {name}")
            made.commit()
        return made

    return Arena(connect, "postgresql+psycopg://")


def _forgets_where(sqlite: Any) -> bool:
    """Return whether this SQLite forgets a WHERE around UNION ALL with a FULL JOIN in it, as 3.40 does."""
    joined = "SELECT a.id FROM docs AS a FULL JOIN docs AS b ON a.id = b.id"
    found = sqlite.execute(f"SELECT * FROM (SELECT id FROM docs UNION ALL {joined}) WHERE id != id")
    return found.fetchall() != []


def _full_join_in_union(sql: str) -> bool:
    return "UNION ALL" in sql and "FULL OUTER JOIN" in sql


def _same_name_twice(sql: str) -> bool:
    """Return whether an alias has the name of a table that stands there without one."""
    aliases = set(re.findall(r'AS ("?\w+"?)', sql))
    tables = set(re.findall(r'(?:FROM|JOIN|,) ("?\w+"?)(?! AS)', sql))
    return bool(aliases & tables)
