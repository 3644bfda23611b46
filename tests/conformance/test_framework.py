"""The framework itself: each verdict is given where it is due."""

from typing import Any

import pytest
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from conformance.databases import DRIVERS
from rowgate.principal import Principal
from rowgate.testing import Case, Family, Given, Kind, Outcome, Rowgate, all_cases
from rowgate.testing.arena import IDLE, ArenaError
from rowgate.testing.facade import facade
from rowgate.testing.judge import Judge, Result
from rowgate.testing.normal import normal
from rowgate.testing.world_models import Comment, Document, User, UserRole
from rowgate.testing.world_rows import FREE_A, FREE_C, PRINCIPALS, A, key

samples = Family("samples")
HIDDEN = key("b000")


@samples.way_in()
async def reads_titles(given: Given) -> Any:
    return (await given.session.scalars(select(Document.title))).all()


@samples.way_in()
async def sees_nothing_hidden(given: Given) -> Any:
    return (await given.session.scalars(select(Document.title).where(Document.id == key("a100")))).all()


@samples.way_in()
async def fails_by_itself(given: Given) -> Any:
    raise KeyError("the case is wrong")


@samples.reading()
async def counts(given: Given) -> Any:
    return await given.session.scalar(select(func.count()).select_from(Document))


@samples.write_in()
async def takes_over(given: Given) -> Any:
    await given.session.execute(update(Document).where(Document.id == HIDDEN).values(owner_id=A))


@samples.write_in()
async def deletes_hidden(given: Given) -> Any:
    await given.session.execute(delete(Comment).where(Comment.author_id != given.who.id))


@samples.write_in()
async def grants_itself_a_role(given: Given) -> Any:
    given.session.add(UserRole(user_id=A, role_id=1))


@samples.write_in()
async def changes_its_own(given: Given) -> Any:
    await given.session.execute(update(Document).where(Document.id == key("a100")).values(content="new"))


@samples.write_in()
async def drops_a_table(given: Given) -> Any:
    await given.session.execute(text("DROP TABLE scratch"))


@samples.write_in()
async def leaves_a_view(given: Given) -> Any:
    await given.session.execute(text("CREATE VIEW left_over AS SELECT title FROM documents"))


@samples.way_in()
async def writes_past_the_cursor(given: Given) -> Any:
    def write(session: Session) -> Any:
        raw: Any = session.connection().connection.driver_connection
        raw.execute("UPDATE documents SET pages = 1")
        raw.commit()

    await given.session.run_sync(write)
    return (await given.session.scalars(select(Document.title))).all()


async def _connection(given: Given) -> Any:
    connection = await given.session.connection()
    return getattr(connection, "sync_connection", connection)


@samples.way_in()
async def sets_an_option(given: Given) -> Any:
    (await _connection(given)).execution_options(schema_translate_map={None: "elsewhere"})
    return (await given.session.scalars(select(Document.title))).all()


@samples.way_in()
async def makes_a_table(given: Given) -> Any:
    await given.session.execute(text("CREATE TEMPORARY TABLE tags_too AS SELECT * FROM tags"))
    await given.session.execute(delete(Document))
    await given.session.commit()
    return (await given.session.scalars(select(Document.title))).all()


@samples.way_in()
async def detaches(given: Given) -> Any:
    found = (await given.session.scalars(select(Document.title))).all()
    (await _connection(given)).detach()
    return found


@samples.reading()
async def reads_its_titles(given: Given) -> Any:
    return (await given.session.scalars(select(Document.title))).all()


@samples.writing()
async def edits_its_own(given: Given) -> Any:
    (await given.session.get(Document, key("a100"))).content = "new"


@samples.writing()
async def adds_its_own(given: Given) -> Any:
    given.session.add(Document(title="made by a", owner_id=A, comments=[Comment(author_id=A, body="x")]))


@samples.writing()
async def writes_what_it_may_not(given: Given) -> Any:
    await given.session.execute(update(User).where(User.id != A).values(name="x"), {})


@samples.between()
async def one_after_the_other(given: Given) -> Any:
    saw = (await given.session.scalars(select(Document.title))).all()
    async with given.open(FREE_C) as other:
        return [(FREE_A, saw), (FREE_C, (await other.scalars(select(Document.title))).all())]


@samples.between()
async def nobody_sees_anything(given: Given) -> Any:
    return [(FREE_A, "nothing")]


@samples.way_in(discloses="a key's existence, by UNIQUE")
async def asks_by_unique(given: Given) -> Any:
    try:
        async with given.session.begin_nested():
            await given.session.execute(insert(Document).values(title="doc-b000-title", owner_id=A))
    except Exception as error:  # noqa: BLE001
        return type(error).__name__, str(error)
    return "new"


CASES = {case.run.__name__: case for case in samples.cases}


DDL_OF_BOTH = [
    "CREATE INDEX made_index ON scratch (text)",
    "CREATE TABLE made_table (id integer)",
    "CREATE VIEW made_view AS SELECT title FROM documents",
    "ALTER TABLE scratch ADD COLUMN made text",
    "DROP TABLE scratch",
]
DDL_OF = {
    "sqlite": ["CREATE TRIGGER made_trigger AFTER INSERT ON scratch BEGIN DELETE FROM tags; END"],
    "postgresql": [
        "CREATE FUNCTION made_function() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA made_schema",
        "CREATE SEQUENCE made_sequence",
        "CREATE TYPE made_type AS ENUM ('x')",
        "CREATE POLICY made_policy ON documents USING (true)",
        "CREATE RULE made_rule AS ON INSERT TO scratch DO INSTEAD NOTHING",
        "CREATE STATISTICS made_statistics ON id, text FROM scratch",
        "COMMENT ON TABLE scratch IS 'made'",
        "COMMENT ON SCHEMA public IS 'made'",
        "GRANT SELECT ON scratch TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER TABLE scratch ADD CONSTRAINT made_check CHECK (id <> 77)",
        "ALTER TABLE scratch ALTER COLUMN text SET DEFAULT 'made'",
        "ALTER TABLE documents ENABLE ROW LEVEL SECURITY",
        "TRUNCATE scratch",
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET work_mem = 8192'; END $$",
    ],
}


def ddl_cases(statements: list[str]) -> list[Case]:
    """Return a case for each statement of DDL."""
    made = Family("ddl")
    for number, statement in enumerate(statements):

        async def run(given: Given, statement: str = statement) -> Any:
            await given.session.execute(text(statement))

        run.__name__ = f"ddl_{number}"
        run.__doc__ = statement
        made.write_in()(run)
    return made.cases


DDL_CASES = {dialect: ddl_cases([*DDL_OF_BOTH, *own]) for dialect, own in DDL_OF.items()}


class Open:
    """Protects nothing."""

    name = "nothing"
    refusals: tuple[type[BaseException], ...] = ()

    def sessions(self, engine: Any, world: Any) -> Any:
        kind: Any = AsyncSession if isinstance(engine, AsyncEngine) else Session

        def open_(_who: Any, lift: Any = (), **options: Any) -> Any:
            return kind(engine, expire_on_commit=False, **options)

        return open_


class Refused(Exception):
    pass


class Shut(Open):
    """Refuses everything."""

    refusals = (Refused,)

    def sessions(self, engine: Any, world: Any) -> Any:
        def refuse(who: Any, **_options: Any) -> Any:
            raise Refused("no")

        return refuse


class Talkative(Shut):
    """Refuses everything, and quotes a hidden row in what caused it."""

    def sessions(self, engine: Any, world: Any) -> Any:
        def refuse(who: Any, **_options: Any) -> Any:
            raise Refused("no") from ValueError("doc-b000-title")

        return refuse


VERDICTS = {
    "reads_titles": (Outcome.LEAK, Outcome.HELD),
    "sees_nothing_hidden": (Outcome.BLIND, Outcome.BLIND),
    "fails_by_itself": (Outcome.ERROR, Outcome.ERROR),
    "counts": (Outcome.BROKEN, Outcome.BROKEN),
    "takes_over": (Outcome.WRITE_LEAK, Outcome.HELD),
    "deletes_hidden": (Outcome.WRITE_LEAK, Outcome.HELD),
    "grants_itself_a_role": (Outcome.WRITE_LEAK, Outcome.HELD),
    "changes_its_own": (Outcome.BLIND, Outcome.BLIND),
    "edits_its_own": (Outcome.HELD, Outcome.BROKEN),
    "adds_its_own": (Outcome.HELD, Outcome.BROKEN),
    "writes_what_it_may_not": (Outcome.ERROR, Outcome.ERROR),
    "one_after_the_other": (Outcome.LEAK, Outcome.HELD),
    "nobody_sees_anything": (Outcome.BLIND, Outcome.BLIND),
    "asks_by_unique": (Outcome.LEAK, Outcome.HELD),
}
"""What each case comes to without protection, and where everything is refused."""


async def judged(judge: Judge, case: Case) -> Result:
    (model,) = await judge.arena.world.models(FREE_A, judge.arena.before)
    found = await judge.judge(case, FREE_A, model)
    assert await judge.arena.changes() == ([], False), "the rows were not put back"
    return found


async def left_over(arena: Any) -> list[str]:
    """Return the names of views that are not the world's."""
    async with facade(arena.owner).connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_view_names())
    return sorted(set(names) - set(arena.world.views))


@pytest.fixture
async def judge_of(arena_of: Any) -> Any:
    async def make(driver: str, protection: Any, **options: Any) -> Judge:
        return Judge(await arena_of(driver, protection, **options))

    return make


@pytest.mark.parametrize("driver", DRIVERS)
async def test_verdicts_without_and_with_too_much_protection(judge_of: Any, driver: str) -> None:
    """What protects nothing leaks, and what refuses everything is broken; blind and wrong cases are so in both."""
    for n, protection in enumerate((Open(), Shut())):
        judge = await judge_of(driver, protection)
        found = {name: (await judged(judge, CASES[name])).outcome for name in VERDICTS}
        assert found == {name: verdicts[n] for name, verdicts in VERDICTS.items()}


@pytest.mark.parametrize("driver", DRIVERS)
async def test_rowgate_holds_the_samples(judges: Any, driver: str) -> None:
    """Ours holds every sample that is not blind or wrong."""
    judge = await judges(driver)
    wrong = {Outcome.BLIND, Outcome.ERROR}
    expected = {name: Outcome.HELD if open_ not in wrong else open_ for name, (open_, _) in VERDICTS.items()} | {
        "asks_by_unique": Outcome.DISCLOSES
    }
    found = {name: await judged(judge, CASES[name]) for name in VERDICTS}
    assert {name: result.outcome for name, result in found.items()} == expected, found


@pytest.mark.parametrize("name", ["reads_titles", "takes_over", "counts"])
async def test_an_error_that_quotes_is_a_leak(judge_of: Any, name: str) -> None:
    """A refusal whose cause quotes a hidden title has told it."""
    result = await judged(await judge_of("sqlite", Talkative()), CASES[name])
    assert (result.outcome, result.detail) == (Outcome.LEAK, "the error quotes doc-b000-title")


@pytest.mark.parametrize("driver", ["asyncpg", "sqlite"])
async def test_a_dropped_table_is_seen_and_comes_back(judge_of: Any, driver: str) -> None:
    """Under the guard nothing is dropped; the control's table is there again afterwards."""
    judge = await judge_of(driver, Rowgate())
    assert (await judged(judge, CASES["drops_a_table"])).outcome is Outcome.HELD
    assert (await judged(judge, CASES["reads_titles"])).outcome is Outcome.HELD


async def test_tables_that_a_protected_run_drops_are_a_leak(judge_of: Any) -> None:
    """Rows are not all: SQLite lets everybody drop tables, so what protects must not."""
    judge = await judge_of("sqlite", Open())
    assert (await judged(judge, CASES["drops_a_table"])).outcome is Outcome.WRITE_LEAK
    assert (await judged(judge, CASES["leaves_a_view"])).outcome is Outcome.WRITE_LEAK
    assert await left_over(judge.arena) == []


@pytest.mark.parametrize("driver", ["asyncpg", "sqlite"])
async def test_a_view_that_is_left_goes_with_the_tables(judge_of: Any, driver: str) -> None:
    """A view over a table does not keep it from being made anew, for cases that come after."""
    judge = await judge_of(driver, Rowgate())
    for name in ("leaves_a_view", "drops_a_table", "leaves_a_view", "takes_over"):
        assert (await judged(judge, CASES[name])).outcome is Outcome.HELD
    assert await left_over(judge.arena) == []


async def test_a_world_that_cannot_be_put_back_is_said(judge_of: Any) -> None:
    """What would be judged after it would be judged wrongly."""
    arena = (await judge_of("asyncpg", Rowgate())).arena
    async with arena.owner.connect() as reader:
        await reader.execute(select(Document.id))
        with pytest.raises(ArenaError, match="lock timeout"):
            await arena.restore([], reshaped=True)
    await arena.restore([], reshaped=True)
    assert await arena.changes() == ([], False)


@pytest.mark.parametrize("driver", ["asyncpg", "sqlite"])
async def test_ddl_that_is_let_through_is_a_write_leak(judge_of: Any, driver: str) -> None:
    """Whatever DDL stores: an index, a comment, a function, a schema are seen as a table is, and are gone for the next run."""
    judge = await judge_of(driver, Open(), as_owner=True)
    found = {case.title: await judged(judge, case) for case in DDL_CASES[judge.arena.dialect]}
    assert {title: one for title, one in found.items() if one.outcome is not Outcome.WRITE_LEAK} == {}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("driver", ["asyncpg", "sqlite"])
async def test_every_case_that_writes_leaks_where_nothing_protects(judge_of: Any, driver: str) -> None:
    """The suite itself holds no write: with no protection and the owner's rights each is a write leak."""
    judge = await judge_of(driver, Open(), as_owner=True)
    world = judge.arena.world
    held = {}
    for case in all_cases():
        if case.kind is Kind.WRITE_IN and case.runs_on(judge.arena.dialect, driver):
            who = case.who or world.default
            (model,) = await world.models(who, judge.arena.before)
            result = await judge.judge(case, who, model)
            if result.outcome is not Outcome.WRITE_LEAK:
                held[case.name] = (result.outcome, result.detail, result.refused)
    assert held == {}


@pytest.mark.parametrize("driver", ["asyncpg", "sqlite"])
async def test_what_a_case_stores_after_its_end_is_not_the_next_ones(judge_of: Any, driver: str) -> None:
    """The world is put back, and the case that was over is named."""
    judge = await judge_of(driver, Rowgate())
    assert (await judged(judge, CASES["reads_titles"])).outcome is Outcome.HELD
    async with facade(judge.arena.owner).begin() as connection:
        await connection.execute(delete(Comment))
    with pytest.raises(ArenaError, match="changed after samples/reads_titles was over"):
        await judged(judge, CASES["takes_over"])
    assert (await judged(judge, CASES["reads_its_titles"])).outcome is Outcome.HELD


async def test_a_truth_that_was_written_to_is_not_used_again(judge_of: Any) -> None:
    """SQLite's driver stores what a savepoint outside a transaction releases, and tells nobody."""
    judge = await judge_of("sqlite", Rowgate())
    for name, outcome in {"asks_by_unique": Outcome.DISCLOSES, "reads_its_titles": Outcome.HELD}.items():
        result = await judged(judge, CASES[name])
        assert (result.outcome, result.detail) == (outcome, result.detail if name == "asks_by_unique" else "")


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_few_connections_are_kept(judge_of: Any, driver: str) -> None:
    """PostgreSQL gives 100 in all: truths of many principals do not keep one each."""
    judge = await judge_of(driver, Rowgate())
    for n in range(20):
        who = Principal(FREE_A.id, roles={"free_user"}, attributes={"tenant": n})
        async with judge.arena.shadow(who) as session:
            assert (await session.scalars(select(Document.title))).all()
    assert len(judge.arena._idle) == IDLE


async def test_what_a_reading_case_writes_is_judged_and_put_back(judge_of: Any) -> None:
    """A case that reads may write past SQLAlchemy: the database tells."""
    result = await judged(await judge_of("sqlite", Open()), CASES["writes_past_the_cursor"])
    assert result.outcome is Outcome.WRITE_LEAK
    judge = await judge_of("sqlite", Rowgate())
    assert (await judged(judge, CASES["writes_past_the_cursor"])).outcome is Outcome.HELD


@pytest.mark.parametrize("driver", ["asyncpg", "sqlite"])
@pytest.mark.parametrize("name", ["sets_an_option", "makes_a_table", "detaches"])
async def test_the_next_truth_is_on_a_clean_connection(judge_of: Any, driver: str, name: str) -> None:
    """What a case sets, makes or stores where its truth is found does not stay for the next one."""
    judge = await judge_of(driver, Rowgate())
    (model,) = await judge.arena.world.models(FREE_A, judge.arena.before)
    await judge._truth(CASES[name], FREE_A, model)
    result = await judged(judge, CASES["reads_its_titles"])
    assert (result.outcome, result.detail) == (Outcome.HELD, "")


@pytest.mark.parametrize("driver", ["psycopg", "aiosqlite"])
@pytest.mark.parametrize("who", PRINCIPALS.values(), ids=PRINCIPALS)
async def test_gate_and_truth_agree_on_every_table(judges: Any, driver: str, who: Any) -> None:
    """The world's truth in Python is what the policies say: each table as each principal reads it."""
    arena = (await judges(driver)).arena
    seen = await arena.world.seen(who, frozenset(), arena.before)
    async with arena.guarded(who) as session:
        for table in arena.world.metadata.sorted_tables:
            rows = (await session.execute(select(table))).all()
            names = [str(column.name) for column in table.c]
            assert normal([dict(zip(names, row, strict=True)) for row in rows]) == normal(seen[table.name]), table.name
