"""Upserts with the wall behind the gate: the tests of `test_upserts.py`, as they are there, but for one."""

from collections.abc import Iterator
from typing import Any

import pytest

from postgres.test_upserts import *  # noqa: F403 - the tests, and their fixture
from postgres.test_upserts import MINE, Notes, T
from postgres.walled import WalledBackend


@pytest.fixture(params=["psycopg"])
def backend(request: Any, databases: Any) -> Iterator[WalledBackend]:
    """Give the notes' database, with a wall behind each gate."""
    plain = databases(request.param)
    made = WalledBackend(plain.driver, plain.engine, plain.owner, plain.runner, plain.state)
    yield made
    made.standing = ()  # its tables are gone
    with plain.owner.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS rowgate CASCADE")


def test_an_alias_named_excluded(notes: Notes) -> None:
    """The proposed row is the caller's own; but a column that nobody reads is not granted, and so not of that row either."""
    proposed = T.alias("excluded")
    notes.run(notes.upsert(MINE, {"title": proposed.c.title}, where=proposed.c.size == 1))
    assert notes.title(MINE) == "new"
    notes.denies(notes.upsert(MINE, {"title": proposed.c.title}, where=proposed.c.secret.is_(None)))
