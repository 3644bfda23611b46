"""Databases with a wall."""

from collections.abc import Iterator
from typing import Any

import pytest

from wall.walls import Walled, walled
from world import make_catalog, populate


@pytest.fixture(scope="session")
def world(cluster: Any) -> Iterator[Walled]:
    """Give the world of the library's tests behind a wall."""
    with walled(cluster, make_catalog(), populate) as found:
        yield found
