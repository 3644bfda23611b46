"""The adapters of the comparison are switched on: each holds on the simplest way in, and the recipe leaks where it is known to."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import DDL, select, update

pytest.importorskip("sqla_authz", reason="in the dependency group `peers`, which .ci/run adds")

from conformance.peers.page import BEGIN, END, PAGE
from conformance.peers.peers import PEERS
from conformance.peers.picture import DRIVER, PICTURE, draw
from conformance.peers.row_security import policies
from conformance.peers.rules import unknown
from conformance.peers.running import Count, Counted, PeerJudge, Run, arena_of, judged
from rowgate.testing import Case, Family, Given
from rowgate.testing.world_models import Base, Document, User
from rowgate.testing.world_rows import FREE_C, A, key

samples = Family("samples")


def test_the_command_starts() -> None:
    """`make conformance-peers` imports these files by other names than pytest does."""
    command = [sys.executable, "-m", "tests.conformance.peers", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PAGE.parents[1])
    assert (done.returncode, "Usage" in done.stdout) == (0, True), done.stderr


PAIRS = [(peer, driver) for peer in PEERS for driver in peer.drivers]


@samples.way_in()
async def selects_entities(given: Given) -> Any:
    return (await given.session.scalars(select(Document))).all()


@samples.way_in()
async def selects_table(given: Given) -> Any:
    return (await given.session.execute(select(Document.__table__))).all()


@samples.write_in()
async def updates_in_bulk(given: Given) -> Any:
    await given.session.execute(update(Document).values(owner_id=A))


@samples.write_in()
async def adds_for_another(given: Given) -> Any:
    given.session.add(Document(title="new", owner_id=FREE_C.id))


@samples.write_in()
async def drops_a_table(given: Given) -> Any:
    connection = await given.session.connection()
    await connection.execute(DDL("DROP TABLE scratch"))


@samples.way_in()
async def reads_masks(given: Given) -> Any:
    return (await given.session.execute(select(User.name, User.hashed_password))).all()


@samples.reading()
async def reads_documents(given: Given) -> Any:
    return (await given.session.scalars(select(Document))).all()


@samples.reading()
async def reads_with_owner_option(given: Given) -> Any:
    async with given.open(FREE_C) as other:
        theirs = (await other.scalars(select(Document.title))).all()
    return theirs, (await given.session.scalars(select(Document.title))).all()


@samples.writing()
async def changes_its_own(given: Given) -> Any:
    (await given.session.get_one(Document, key("a100"))).content = "changed"


@samples.way_in()
async def lifts(given: Given) -> Any:
    async with given.open(given.who, lift={"soft-delete"}) as session:
        return (await session.scalars(select(Document))).all()


ON_SQLITE = {"drops_a_table": Count.WRITE_LEAK}
"""SQLite has no logins: whoever may write may drop."""
CASES: dict[str, Case] = {case.run.__name__: case for case in samples.cases}
OPEN: dict[str, dict[str, Count]] = {
    "nothing": {
        "selects_entities": Count.LEAK, "selects_table": Count.LEAK, "updates_in_bulk": Count.WRITE_LEAK,
        "adds_for_another": Count.WRITE_LEAK, "reads_documents": Count.BROKEN, "reads_with_owner_option": Count.BROKEN,
    },
    "recipe": {
        "selects_table": Count.LEAK, "updates_in_bulk": Count.WRITE_LEAK, "adds_for_another": Count.WRITE_LEAK,
    },
    "careful": {"selects_table": Count.LEAK},
    "authz": {"selects_table": Count.LEAK, "updates_in_bulk": Count.WRITE_LEAK, "adds_for_another": Count.WRITE_LEAK},
    "authz-strict": {"selects_table": Count.REFUSED},
}  # fmt: skip
"""What is known not to be held, by adapter."""
HELD = {
    "selects_entities": Count.HELD, "selects_table": Count.HELD, "updates_in_bulk": Count.WRITE_HELD,
    "adds_for_another": Count.WRITE_HELD, "drops_a_table": Count.WRITE_HELD, "reads_documents": Count.WORKS, "reads_with_owner_option": Count.WORKS,
    "changes_its_own": Count.WORKS,
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def judge_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Give a function that gives the judge of an adapter on a driver, made once."""
    made: dict[Any, PeerJudge] = {}
    databases = ExitStack()
    async with AsyncExitStack() as arenas:

        async def judge(peer: Any, driver: str) -> PeerJudge:
            if (peer.key, driver) not in made:
                logins = None
                if driver != "sqlite":
                    logins = databases.enter_context(request.getfixturevalue("cluster").database())
                arena = arena_of(peer, driver, tmp_path_factory.mktemp("peers"), logins)
                made[peer.key, driver] = PeerJudge(await arenas.enter_async_context(arena))
            return made[peer.key, driver]

        yield judge
    databases.close()


@pytest.mark.parametrize(("adapter", "driver"), PAIRS, ids=[f"{peer.key}-{driver}" for peer, driver in PAIRS])
async def test_the_adapter_is_switched_on(judge_of: Any, adapter: Any, driver: str) -> None:
    """It holds the simplest way in and lets legitimate use through; what it is known to leave open is open."""
    peer = adapter()
    judge = await judge_of(peer, driver)
    found = {name: await judged(judge, peer, CASES[name]) for name in HELD}
    expected = {**HELD, **OPEN.get(peer.key, {}), **(ON_SQLITE if driver == "sqlite" and peer.key != "rowgate" else {})}
    assert {name: one.count for name, one in found.items()} == expected, found


@pytest.mark.parametrize("adapter", PEERS, ids=lambda peer: peer.key)
async def test_what_a_peer_has_no_notion_of_is_not_counted(judge_of: Any, adapter: Any) -> None:
    """Masks and lifts are not applicable where there are none, and judged where there are."""
    peer = adapter()
    judge = await judge_of(peer, peer.drivers[0])
    found = {name: (await judged(judge, peer, CASES[name])).count for name in ("reads_masks", "lifts")}
    mine = {"reads_masks": Count.HELD, "lifts": Count.REFUSED}
    assert found == (dict.fromkeys(found, Count.NOT_APPLICABLE) if peer.lacks else mine)


def test_every_table_is_spoken_of() -> None:
    """A table that comes later gets rules in every adapter, or is said to be open."""
    assert unknown() == []
    assert [table.name for table in Base.metadata.sorted_tables if policies(table) is None] == []
    mapped = {str(mapper.local_table.name) for mapper in Base.registry.mappers}
    bare = {str(table.name) for table in Base.metadata.sorted_tables} - mapped
    by_classes = [peer for peer in PEERS if "tags" in peer.open_tables]
    assert len(by_classes) == 4
    assert [peer.key for peer in by_classes if bare - set(peer.open_tables)] == []


def test_the_page_has_its_markers() -> None:
    """What a run measures has a place in the documentation."""
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.index(BEGIN) < text.index(END)


def test_the_picture_shows_what_the_page_says() -> None:
    """Each peer's bar stands in the picture with the counts of the table."""
    table = re.compile(rf"^\| (.+?) \| .+? \| {DRIVER} \| (.+) \|$", re.MULTILINE)
    rows = {name: [int(n) for n in cells.split(" | ")] for name, cells in table.findall(PAGE.read_text("utf-8"))}
    assert set(rows) == {peer.name for peer in PEERS}
    drawn = PICTURE.read_text("utf-8")
    for name, (leak, held, refused, failed, stored, kept, works, broken, _) in rows.items():
        ways = leak + held + refused + failed + stored + kept
        told = f"{leak + stored} of {ways}; {broken} of {works + broken} permitted uses broken"
        assert re.search(rf">{re.escape(name)}</text>((?!</text>).)*>{re.escape(told)}</text>", drawn), (name, told)


def test_a_bar_is_as_long_as_what_it_counts() -> None:
    """The reads and the writes of a peer share its bar, and one without leaks has none."""
    case = CASES["selects_table"]
    counts = {"recipe": [Count.LEAK] * 3 + [Count.WRITE_LEAK] + [Count.HELD] * 4, "rowgate": [Count.HELD] * 4}
    runs = [
        Run(peer(), DRIVER, [Counted(case, count) for count in counts[peer.key]])
        for peer in PEERS
        if peer.key in counts
    ]
    drawn = draw([*runs, Run(runs[0].peer, "sqlite", [])], "head & foot")
    assert re.findall(r'width="([0-9.]+)" height="16"', drawn) == ["142.5", "47.5", "0.0", "0.0"]
    assert "4 of 8; 0 of 0" in drawn
    assert "0 of 4; 0 of 0" in drawn
    assert "head &amp; foot" in drawn
