"""The wall's drift: what differs between a database and the catalog."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from rowgate.live import differences
from rowgate.wall import Wall
from wall import models
from wall.walls import run, wall_of
from world import make_catalog


@pytest.fixture(params=["world", "further"])
def made(request: pytest.FixtureRequest, cluster: Any) -> Iterator[tuple[Any, Wall]]:
    """Give (the owner's engine of a database with a wall, the wall)."""
    catalog = make_catalog() if request.param == "world" else models.make_catalog()
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        catalog.metadata.create_all(owner)
        wall = wall_of(catalog, cluster.app)
        run(owner, wall.sql())
        yield owner, wall


def found(owner: Any, wall: Wall) -> list[Any]:
    """Return the differences, and see that looking has changed nothing."""
    with owner.connect() as connection:
        first = differences(connection, wall)
    with owner.connect() as connection:
        assert [str(one) for one in differences(connection, wall)] == [str(one) for one in first]
    return first


def test_what_was_just_made_differs_in_nothing(made: Any) -> None:
    """Every policy, function, trigger and right reads back as what it was made from."""
    owner, wall = made
    assert [] == [str(one) for one in found(owner, wall)]
