"""A team's own models: the three lines, the page, and the option of pytest, in a project of its own."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

APP = """
from sqlalchemy import ForeignKey, Integer, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from rowgate import Catalog, Principal, guarded_sessionmaker, principal
from rowgate.testing import Conformance


class Base(DeclarativeBase):
    pass


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    title: Mapped[str]


class Memo(Base):
    __tablename__ = "memos"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


def catalog(*, leaky=False):
    made = Catalog(Base, principal_id=Integer(), roles={"clerk"})
    rules = made.policy(Invoice)
    rules.allow("read", "update", "delete", when=Invoice.owner == principal.id)
    rules.allow("create", when=Invoice.owner == principal.id)
    made.policy(Memo).allow("read", to="clerk")
    return made


def engine():
    return create_engine("sqlite:///" + URL)


def fill(path):
    global URL
    URL = str(path)
    owner = engine()
    Base.metadata.drop_all(owner)
    Base.metadata.create_all(owner)
    with Session(owner) as session:
        session.add_all(Invoice(id=n, owner=1 + n % 2, title=f"invoice-{n}") for n in range(1, 6))
        session.add(Memo(id=1, text="memo-one"))
        session.commit()
    return owner


def make(path="app.db", **options):
    owner = fill(path)
    Session = guarded_sessionmaker(engine(), catalog())
    return Conformance(Session, owner=owner, principals=[Principal(1, {"clerk"}), Principal(2, {"clerk"})], **options)
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    namespace: dict[str, Any] = {"__name__": "team_app"}
    exec(compile(APP, "team_app", "exec", dont_inherit=True), namespace)
    namespace["path"] = tmp_path / "app.db"
    return namespace


async def test_three_lines(app: Any) -> None:
    """It holds on a team's own models; what cannot be run is said."""
    report = await app["make"](app["path"]).run()
    assert report.ok, report
    assert report.notes == ["Memo: nothing to hide: put a row in"]
    assert {result.entity for result in report.results} == {"Invoice"}
    assert len(report.results) >= 20


async def test_an_entity_that_is_asked_for_must_have_something_to_hide(app: Any) -> None:
    """With `models=` the run is not ok when one of them could not be judged."""
    report = await app["make"](app["path"], models=[app["Invoice"], app["Memo"]]).run()
    assert not report.ok
    assert report.bad == []
    assert "Memo: nothing to hide" in str(report)


async def test_a_leaky_protection_is_shown_in_table_and_page(app: Any) -> None:
    """What leaks is named in both, and the page needs nothing from outside."""
    from conformance.test_framework import Open

    report = await app["make"](app["path"], protection=Open()).run()
    assert not report.ok
    assert "leak: selects/entities on Invoice" in str(report)
    page = report.html()
    assert "does not hold" in page
    assert "selects/entities" in page
    assert "invoice-1" in page
    for outside in ("http:", "https:", "src=", "href=", "<script", "@import", "url("):
        assert outside not in page


async def test_writes_are_judged_and_put_back(app: Any) -> None:
    """With `writes=True` rows are changed and put back."""
    conformance = app["make"](app["path"], writes=True)
    before = None
    async with conformance:
        before = conformance.arena.before
        for item in await conformance.items():
            await conformance.judged(item)
        assert await conformance.arena.changes() == ([], False)
    assert before is not None
    assert conformance.report.bad == []


CLINIC = """
import enum

from sqlalchemy import Integer, UniqueConstraint, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from rowgate import Catalog, Principal, guarded_sessionmaker, principal
from rowgate.testing import Conformance


class Status(enum.StrEnum):
    WAITING = "waiting"
    TREATED = "treated"


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[Status]
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str]
    ward: Mapped[str]
    name: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}
    __table_args__ = (UniqueConstraint("phone", "ward"),)


class Nurse(Person):
    __mapper_args__ = {"polymorphic_identity": "nurse"}


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    code: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


def make(path="app.db", allow=("name",), alike=False, **options):
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for n in range(1, 7):
            made = {"id": n, "status": list(Status)[n % 2], "email": f"mail-{n}", "phone": f"call-{n}", "ward": "east"}
            made["name"] = "name" if alike else f"name-{n}"
            session.add((Nurse if n < 4 else Person)(**made))
            session.add(Note(id=n, owner=n, code=f"code-{n}"))
        session.commit()
    catalog = Catalog(Base, principal_id=Integer())
    rules = catalog.policy(Person)
    rules.allow("read", when=Person.id <= principal.id)
    rules.allow("update", when=Person.id == principal.id, columns=[getattr(Person, name) for name in allow])
    catalog.policy(Note).allow("read", "update", when=Note.owner == principal.id)
    Guarded = guarded_sessionmaker(create_engine(f"sqlite:///{path}"), catalog)
    return Conformance(Guarded, owner=engine, principals=[Principal(3), Principal(0)], writes=True, **options)
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Any:
    namespace: dict[str, Any] = {"__name__": "team_clinic"}
    exec(compile(CLINIC, "team_clinic", "exec", dont_inherit=True), namespace)
    return lambda **options: namespace["make"](tmp_path / "clinic.db", **options)


async def test_the_text_of_an_entity_can_be_any_text(clinic: Any) -> None:
    """No enumeration, no discriminator, nothing unique while there is another one."""
    async with clinic() as conformance:
        chosen = {item.model.entity.__name__: item.model.text for item in await conformance.items()}
    assert chosen == {"Person": "name", "Note": "code"}


async def test_what_cannot_be_tried_on_their_models_is_no_fault(clinic: Any) -> None:
    """Constraints and version columns of theirs are in the way of some cases: those are not known, and nothing is bad."""
    report = await clinic().run()
    assert report.ok, report
    assert {(one.entity, one.case.name) for one in report.unknown} == {
        ("Note", "writes/bulk_updates_everything"),
        ("Note", "writes/returning_from_all"),
        ("Note", "writes/keys_update_hidden"),
        ("Note", "writes/changes_its_own_by_key"),
    }
    assert all("fails without protection" in one.detail for one in report.unknown)


async def test_who_reads_nothing_has_no_legitimate_reading(clinic: Any) -> None:
    """Cases of legitimate use are for those who may; the ways in are for everybody."""
    async with clinic() as conformance:
        items = await conformance.items()
    kinds = {who: {str(item.case.kind) for item in items if item.who.id == who} for who in (3, 0)}
    assert kinds[0] == {"way in", "write in"}
    assert kinds[3] == {"way in", "write in", "legitimate reading", "legitimate writing"}


async def test_a_row_of_which_only_other_columns_may_be_changed_is_not_ones_own(clinic: Any) -> None:
    """`columns=` may leave out the text that cases write: such a row is one that may be read."""
    for allow, own, seen in ((("name",), 3, 1), (("phone",), None, 1)):
        async with clinic(allow=allow) as conformance:
            model = next(
                i.model for i in await conformance.items() if i.who.id == 3 and i.model.entity.__name__ == "Person"
            )
        assert (model.own, model.seen) == (own, seen)


async def test_the_name_of_a_class_in_an_error_is_no_leak(clinic: Any) -> None:
    """A hidden row that holds the word `person` is not told by an error about a `Person`."""
    async with clinic() as conformance:
        markers = await conformance.judge._markers_of(conformance.principals[0])
        assert markers.within("Could not refresh instance '<Person at 0x7f>'") == []
        assert markers.within("Key (name)=(name-5) already exists") == ["name-5"]


async def test_rows_that_prove_nothing_are_asked_for(clinic: Any) -> None:
    """Where all rows have one text, the report says which column wants another."""
    report = await clinic(alike=True, families=["selects"]).run()
    (blind,) = {(one.case.name, one.outcome.value, one.detail.partition("; ")[2]) for one in report.bad if one.who.id}
    assert blind == (
        "selects/count_distinct",
        "blind",
        "put in a hidden row with a Person.name that no visible row has",
    )


async def test_where_nothing_held_the_report_is_not_ok(clinic: Any) -> None:
    """A run of which nothing is known is no proof."""
    from dataclasses import replace

    from rowgate.testing import Outcome

    report = await clinic(families=["selects"]).run()
    assert report.ok, report
    report.results = [replace(one, outcome=Outcome.NOT_KNOWN) for one in report.results]
    assert not report.ok


async def test_a_change_that_the_database_refuses_alone_is_not_known(app: Any) -> None:
    """It is neither permitted nor forbidden; a change that is forbidden is so beside it."""
    from rowgate.testing.state import Change
    from rowgate.testing.world import NotKnown

    twice = Change("invoices", (2,), None, {"id": 2, "owner": 1, "title": "again"})
    stolen = Change("invoices", (1,), {"id": 1, "owner": 2, "title": "x"}, {"id": 1, "owner": 1, "title": "x"})
    async with app["make"](app["path"]) as conformance:
        ask = conformance.world.forbidden
        who = conformance.principals[0]
        with pytest.raises(NotKnown, match="tried alone: IntegrityError"):
            await ask(who, frozenset(), [twice], conformance.arena.before)
        assert await ask(who, frozenset(), [twice, stolen], conformance.arena.before) == [stolen]


async def test_what_is_not_known_is_said(app: Any) -> None:
    """It stands in the table and below it, and is no fault."""
    from dataclasses import replace

    from rowgate.testing import Outcome

    report = await app["make"](app["path"], families=["selects"]).run()
    report.results[0] = replace(report.results[0], outcome=Outcome.NOT_KNOWN, detail="UNIQUE constraint")
    assert report.ok
    assert report.bad == []
    assert [line for line in str(report).splitlines() if line.startswith("not known: selects/")]
    assert "not known" in report.html()


async def test_tables_in_a_schema(app: Any, cluster: Any) -> None:
    """Entities whose tables stand in a schema are run as others are."""
    from sqlalchemy import MetaData, create_engine, text
    from sqlalchemy.schema import CreateSchema

    code = APP.replace("class Base(DeclarativeBase):\n    pass", "class Base(DeclarativeBase):\n    metadata = HERE")
    namespace: dict[str, Any] = {"__name__": "team_app", "HERE": MetaData(schema="office")}
    exec(compile(code, "team_app", "exec", dont_inherit=True), namespace)
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner)
        with owner.begin() as connection:
            connection.execute(CreateSchema("office"))
        namespace["engine"] = lambda: owner
        report = await namespace["make"](writes=True).run()
        with owner.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM office.invoices")) == 5
        owner.dispose()
    assert report.bad == []
    assert len(report.results) >= 40


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    """A temporary table has no schema, so that two of one name cannot both be put out of sight."""
    from sqlalchemy import Column, Integer, MetaData, Table, create_engine

    from rowgate import Catalog
    from rowgate.testing.team import TeamWorld

    metadata = MetaData()
    for schema in (None, "office"):
        Table("invoices", metadata, Column("id", Integer, primary_key=True), schema=schema)
    catalog = Catalog(metadata, principal_id=Integer())
    with pytest.raises(ValueError, match="several schemas have a table invoices"):
        TeamWorld(catalog, create_engine(f"sqlite:///{tmp_path / 'x.db'}"))


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    known = any(found.name == "rowgate" for found in entry_points(group="pytest11"))
    plugin = "rowgate" if known else "rowgate.testing.plugin"
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin, "-p", "no:randomly", "-p", "no:cacheprovider"]
    return subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_option_of_pytest(tmp_path: Path) -> None:
    """`pytest --rowgate-conformance` adds an item for each case, and writes the page."""
    (tmp_path / "team_app.py").write_text(APP)
    (tmp_path / "pytest.ini").write_text("[pytest]\nrowgate_conformance = team_app:make\n")
    (tmp_path / "test_theirs.py").write_text("def test_theirs():\n    pass\n")
    done = run_pytest(tmp_path, "--rowgate-conformance", "--rowgate-conformance-html=page.html", "-vv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rowgate::selects/entities[Invoice-1 clerk] PASSED" in done.stdout
    assert "test_theirs PASSED" in done.stdout
    assert "conformance of rowgate on sqlite" in done.stdout
    assert "nothing to hide" in done.stdout
    assert "It <strong>holds</strong>" in (tmp_path / "page.html").read_text()
    chosen = run_pytest(tmp_path, "--rowgate-conformance", "-k", "count_star")
    assert "2 passed" in chosen.stdout


SHUFFLING = """
import random

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    random.Random(7).shuffle(items)
"""


def test_in_any_order_it_comes_to_the_same(tmp_path: Path) -> None:
    """Cases that write leave the world as they found it, whichever comes next."""
    (tmp_path / "team_app.py").write_text(f"{APP}\n\ndef make_all():\n    return make(writes=True)\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nrowgate_conformance = team_app:make_all\n")
    found = []
    for conftest in ("", SHUFFLING):
        (tmp_path / "conftest.py").write_text(conftest)
        done = run_pytest(tmp_path, "--rowgate-conformance", "-vv")
        assert done.returncode == 0, done.stdout + done.stderr
        found.append([line.partition(" PASSED")[0] for line in done.stdout.splitlines() if " PASSED" in line])
    fixed, shuffled = found
    assert len(fixed) >= 40
    assert fixed != shuffled
    assert sorted(fixed) == sorted(shuffled)


def test_without_the_option_nothing_is_imported(tmp_path: Path) -> None:
    """Those who do not ask for it pay nothing."""
    code = "import sys, rowgate.testing.plugin; print('sqlalchemy' in sys.modules, 'rowgate.catalog' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    (tmp_path / "test_theirs.py").write_text("def test_theirs():\n    pass\n")
    assert "1 passed" in run_pytest(tmp_path).stdout


def test_the_option_needs_to_know_what_to_run(tmp_path: Path) -> None:
    """Without the setting it says what is missing."""
    done = run_pytest(tmp_path, "--rowgate-conformance")
    assert done.returncode != 0
    assert "rowgate_conformance = module:function" in done.stdout + done.stderr


def test_a_function_that_fails_is_shown(tmp_path: Path) -> None:
    """What is wrong stands in a few lines, not in a traceback of pytest itself."""
    (tmp_path / "team_app.py").write_text("def make():\n    raise TypeError('owner: of the other kind')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nrowgate_conformance = team_app:make\n")
    done = run_pytest(tmp_path, "--rowgate-conformance")
    told = done.stdout + done.stderr
    assert done.returncode != 0
    assert "rowgate_conformance = team_app:make failed" in told
    assert "TypeError: owner: of the other kind" in told
    assert "INTERNALERROR" not in told
