"""Full-text search with the wall: what may be read is found, by an index, and of what may not be read nothing is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Computed, Double, Index, Integer, Text, func, literal, select, text
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from rowgate import Catalog, CatalogError, Principal, Unguarded, guarded_sessionmaker, principal, searched
from rowgate.live import differences
from wall.walls import SIGNING, Walled, walled

ONE, TWO, CHIEF, NOBODY = Principal(1), Principal(2), Principal(9, roles={"chief"}), Principal.anonymous()


class Base(DeclarativeBase):
    pass


class Letter(Base):
    """A letter, its owner's alone, and the chief's unless it is binned."""

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    binned: Mapped[bool]
    search = mapped_column(TSVECTOR, Computed("to_tsvector('english', words)", persisted=True))


Index("ix_letters_search", Letter.__table__.c.search, postgresql_using="gin")
SEARCH: Any = Letter.__table__.c.search


def letters(*, search: bool = True) -> Catalog:
    """Return the catalog."""
    catalog = Catalog(Base, principal_id=Integer(), roles={"chief"})
    policy = catalog.policy(Letter)
    policy.restrict(when=~Letter.binned, name="bin", lift="chief")
    policy.allow("read", when=Letter.owner_id == principal.id)
    policy.allow("read", to="chief")
    if search:
        policy.search(Letter.search)
    return catalog


def populate(session: Session) -> None:
    """Give two people letters that share words; every third is binned; those of the second say "secret"."""
    for number in range(1, 31):
        owner = 1 + number % 2
        words = "gold " * (1 + number % 5) + ("secret" if owner == 2 else "plain") + " letter" * (number % 4)
        session.add(Letter(id=number, owner_id=owner, words=words, binned=number % 3 == 0))


@pytest.fixture(scope="module")
def made(cluster: Any) -> Iterator[Walled]:
    with walled(cluster, letters(), populate) as found:
        yield found


@pytest.fixture(params=["gate", "gate and wall"])
def sessions(request: Any, made: Walled) -> Iterator[Any]:
    """Give guarded sessions: of the owner without the wall, and of the application with it."""
    if request.param == "gate":
        yield guarded_sessionmaker(made.owner, letters())
    else:
        yield guarded_sessionmaker(made.app, letters(), wall=SIGNING)


def asked(words: str) -> Any:
    """Return what somebody types as a query."""
    return func.websearch_to_tsquery("english", words)


def find(session: Any, words: str, **options: Any) -> list[tuple[int, float]]:
    """Return keys and ranks, best first."""
    found = searched(session, SEARCH, asked(words), **options)
    query = select(Letter.id, found.c.rank).join(found, found.c.key == Letter.id)
    return [tuple(row) for row in session.execute(query.order_by(found.c.rank.desc(), Letter.id.desc()))]


def expected(made: Walled, words: str, condition: Any) -> list[tuple[int, float]]:
    """Return what the owner finds among the rows of a condition."""
    rank = func.ts_rank_cd(SEARCH, asked(words)).cast(Double())
    query = select(Letter.id, rank).where(SEARCH.bool_op("@@")(asked(words)), condition)
    return made.stored(query.order_by(rank.desc(), Letter.id.desc()))


@pytest.mark.parametrize("words", ["gold", "secret", "plain letter", "gold -letter", "nothing like it", ""])
def test_everybody_finds_what_she_may_read(made: Walled, sessions: Any, words: str) -> None:
    """All of it, in order, with its rank; and nothing else."""
    who = {
        ONE: (Letter.owner_id == 1) & ~Letter.binned,
        TWO: (Letter.owner_id == 2) & ~Letter.binned,
        CHIEF: ~Letter.binned,
        NOBODY: literal(False),
    }
    for principal_, condition in who.items():
        with sessions(principal_) as session:
            assert find(session, words) == expected(made, words, condition), principal_


def test_a_lift_finds_what_it_shows(made: Walled, sessions: Any) -> None:
    """The chief finds binned letters with the lift that she may use."""
    with sessions(CHIEF, lift="bin") as session:
        assert find(session, "secret") == expected(made, "secret", literal(True))


def test_pages_are_whole(made: Walled, sessions: Any) -> None:
    """Page by page, each from where the last one ended: every row once, in order, though many have one rank."""
    with sessions(CHIEF) as session:
        pages: list[tuple[int, float]] = []
        before = None
        while page := find(session, "gold", limit=3, before=before):
            assert len(page) <= 3
            pages += page
            before = page[-1][1], page[-1][0]
    assert pages == expected(made, "gold", ~Letter.binned)


def test_raw_calls_find_no_more(made: Walled) -> None:
    """The application calls the function by hand: it answers as to any statement, and nobody without a context."""
    query = text("SELECT out_key FROM rowgate.search_letters_search('secret'::tsquery, NULL, NULL, NULL) ORDER BY 1")
    mine = sorted([(n,) for n in range(1, 31) if n % 2 and n % 3], key=repr)
    assert made.by_wall(TWO, query) == mine
    assert made.by_wall(CHIEF, query) == mine
    assert made.by_wall(ONE, query) == []
    assert made.by_wall(NOBODY, query) == []
    assert made.by_wall(None, query) == []


def test_the_function_uses_the_index(made: Walled) -> None:
    """It reads the index of the column, where row security alone has to read the whole table."""
    with made.acting(TWO) as connection:
        connection.execute(
            text("SET LOCAL enable_seqscan = off")
        )  # the table is small: what may be used is the question
        before = _scans(connection)
        connection.execute(text("SELECT rowgate.search_letters_search('secret'::tsquery, NULL, NULL, NULL)")).all()
        between = _scans(connection)
        connection.execute(select(Letter.id).where(SEARCH.bool_op("@@")(asked("secret")))).all()
        after = _scans(connection)
    assert before < between == after


def test_it_is_planned_once_a_session(made: Walled) -> None:
    """Planning takes longer than finding; a database where that was undone differs from the catalog."""
    with made.owner.connect() as connection:
        assert differences(connection, made.wall) == []
        connection.exec_driver_sql(
            "ALTER FUNCTION rowgate.search_letters_search(tsquery, bigint, float8, int) RESET plan_cache_mode"
        )
        assert ["changed"] == [one.kind for one in differences(connection, made.wall)]


def _scans(connection: Any) -> int:
    return connection.scalar(text("SELECT pg_stat_get_xact_numscans('ix_letters_search'::regclass)")) or 0


def test_without_its_declaration_there_is_none(made: Walled) -> None:
    """The wall has functions for declared columns alone, and says how to declare one."""
    plain = guarded_sessionmaker(made.app, letters(search=False), wall=SIGNING)
    with plain(ONE) as session, pytest.raises(Unguarded, match=r"policy\.search"):
        find(session, "gold")
    query = select(func.rowgate.search_letters_search(literal("gold", TSQUERY()), None, None, None))
    with plain(ONE) as session, pytest.raises(Unguarded, match="not listed"):
        session.execute(query)


def test_an_unguarded_session_finds_all(made: Walled) -> None:
    """A system session searches too."""
    maker = guarded_sessionmaker(made.app, letters(), wall=SIGNING, system=made.owner)
    with maker.system(reason="a test") as session:
        assert find(session, "secret") == expected(made, "secret", literal(True))


class Other(DeclarativeBase):
    pass


class Pair(Other):
    """Something with two keys, and a masked column."""

    __tablename__ = "pairs"
    left: Mapped[int] = mapped_column(primary_key=True)
    right: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]
    search = Column(TSVECTOR)


@pytest.mark.parametrize(
    ("column", "masked", "why"),
    [
        (Pair.words, False, "no TSVECTOR"),
        (Pair.__table__.c.search, True, "masked"),
        (Pair.__table__.c.search, False, "key"),
    ],
)
def test_what_cannot_be_searched_is_refused(column: Any, masked: bool, why: str) -> None:
    """Another type, a masked column, a key of two columns."""
    catalog = Catalog(Other, principal_id=Integer())
    policy = catalog.policy(Pair)
    policy.allow("read")
    if masked:
        policy.mask(column)
    policy.search(column)
    with pytest.raises(CatalogError, match=why):
        catalog.freeze()
