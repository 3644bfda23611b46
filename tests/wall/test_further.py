"""Followed tables, leaves, columns, types: the wall alone gives what the gate alone gives, row by row."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from wall.models import EVERYBODY, Folder, Letter, Line, Member, Paper, make_catalog, populate
from wall.walls import DENIED, Walled, walled

WHO = pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
TABLES: list[Any] = [cls.__table__ for cls in (Folder, Member, Paper, Letter, Line)]


@pytest.fixture(scope="module")
def further(cluster: Any) -> Iterator[Walled]:
    """Give this world behind a wall."""
    with walled(cluster, make_catalog(), populate) as found:
        yield found


def columns(table: Any) -> list[Any]:
    """Return the columns that the wall shows as the gate does."""
    return [column for column in table.c if column.name != "secret"]


@WHO
def test_every_table_shows_the_same_rows(further: Walled, who: Any) -> None:
    """What raw SQL reads is what the gate reads."""
    for table in TABLES:
        statement = select(*columns(table))
        assert further.by_wall(who, statement) == further.by_gate(who, statement), table.name


def test_every_table_is_neither_all_nor_nothing(further: Walled) -> None:
    """The judgements above would fail for a wall that shows all, and for one that shows nothing."""
    for table in TABLES:
        whole = len(further.stored(select(table)))
        counts = {len(further.by_wall(who, select(*columns(table)))) for who in EVERYBODY.values()}
        assert len(counts) > 2
        assert any(0 < count < whole for count in counts), table.name


@WHO
def test_lifts_show_the_same_rows(further: Walled, who: Any) -> None:
    """A session's lift is the same for both."""
    if "painter" in who.roles:
        statement = select(Folder.id)
        lifted = further.by_wall(who, statement, ["no red"])
        assert lifted == further.by_gate(who, statement, ["no red"])
        assert len(lifted) > len(further.by_wall(who, statement))


@WHO
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_updates_and_deletes_reach_the_same_rows(further: Walled, who: Any, table: Any) -> None:
    """With a WHERE and without, whether they read the row or not."""
    for row in further.stored(select(*table.primary_key)):
        key = [column == value for column, value in zip(table.primary_key, row, strict=True)]
        same(further, who, update(table).where(*key).values(_changed(table)))
        same(further, who, delete(table).where(*key))
    whole = update(table).values(_same(table))
    if table.name == "papers":  # an expression needs cover by the gate; the wall sees that nothing changes
        assert further.by_wall(who, whole) in (DENIED, len(further.by_wall(who, select(Paper.id).with_for_update())))
    else:
        same(further, who, whole)


def _changed(table: Any) -> dict[str, Any]:
    return {"folders": {"owner": 2}, "members": {"level": "x"}, "papers": {"title": "t"}, "letters": {"greeting": "x"}, "lines": {"text": "x"}}[table.name]  # fmt: skip


def _same(table: Any) -> dict[str, Any]:
    column = list(table.c)[-1] if table.name != "papers" else table.c.title
    return {str(column.name): column}


def same(further: Walled, who: Any, statement: Any) -> None:
    """Both do the same; a right that nobody has is denied by the wall for no row too."""
    wall, gate = further.by_wall(who, statement), further.by_gate(who, statement)
    assert wall == gate or (wall == DENIED and gate == 0), (wall, gate, str(statement))


@WHO
def test_new_rows_are_judged_alike(further: Walled, who: Any) -> None:
    """INSERT into every table, where it may and where not."""
    for folder in (1, 2, 3, 4, 6, None):
        paper = insert(Paper.__table__).values(id=50, kind="paper", folder_id=folder, title="t")
        same(further, who, paper)
        same(further, who, insert(Line.__table__).inline().values(folder_id=folder, text="x"))
        same(further, who, insert(Folder.__table__).values(id=50, owner=9, parent_id=folder, public=False))
        if folder is not None:
            same(further, who, insert(Member.__table__).values(folder_id=folder, user_id=9))
    same(further, who, insert(Letter.__table__).values(id=2, greeting="x"))


@WHO
def test_the_new_row_of_an_update_is_judged_alike(further: Walled, who: Any) -> None:
    """Rows that are given away, locked out of their check, or taken out of sight."""
    for row, owner in product(range(1, 8), (1, 2, None)):
        same(further, who, update(Folder.__table__).where(Folder.id == row).values(owner=owner))
    for row, folder in product(range(1, 10), (1, 2, 6, None)):
        same(further, who, update(Line.__table__).where(Line.id == row).values(paper_id=folder))


VALUES = [{"title": "new"}, {"note": "new"}, {"title": "new", "note": "new"}, {"note": "no"}, {"day": date(2026, 2, 2)},
          {"title": "open", "day": date(2026, 4, 1)}, {"words": ["x"]}, {"secret": "x"}]  # fmt: skip


@WHO
def test_columns_are_covered_alike(further: Walled, who: Any) -> None:
    """The rules that admit the row as it is must cover what changes. The gate narrows, where the wall raises."""
    for row, values in product(range(1, 10), VALUES):
        statement = update(Paper.__table__).where(Paper.id == row).values(values)
        wall, gate = further.by_wall(who, statement), further.by_gate(who, statement)
        assert wall == gate or (wall == DENIED and gate == 0), (wall, gate, row, values)
        if wall == DENIED and gate == 0:  # not for want of the row
            assert further.by_wall(who, update(Paper.__table__).where(Paper.id == row).values(title=Paper.title)) == 1


def test_columns_are_covered_for_some(further: Walled) -> None:
    """Both outcomes of the test above occur."""
    said = {
        (str(values), further.by_wall(who, update(Paper.__table__).where(Paper.id == 1).values(values)))
        for who in EVERYBODY.values()
        for values in VALUES
    }
    for values in VALUES:
        assert {outcome for told, outcome in said if told == str(values)} >= {1, DENIED}, values


def test_only_what_changes_needs_cover(further: Walled) -> None:
    """A column that is set to what it holds has not changed, whatever its type; an onupdate value needs no cover."""
    who = EVERYBODY["1"]
    statement = update(Paper.__table__).where(Paper.id == 1)
    assert further.by_wall(who, statement.values(title="x", note="n1", day=date(2026, 1, 1))) == 1
    assert further.by_wall(who, statement.values(title="x", words=Paper.words, data=Paper.data, touched=5)) == 1
    assert further.by_wall(who, statement.values(title="x", note="other")) == DENIED


def test_the_owner_passes(further: Walled) -> None:
    """The owner of the tables reads, and changes any column of, every row under FORCE."""
    assert len(further.stored(select(Paper.id))) == 9
    with further.owner.connect() as connection:
        assert connection.execute(update(Paper.__table__).values(day=date(2026, 8, 8), secret="x")).rowcount == 9
        connection.rollback()
