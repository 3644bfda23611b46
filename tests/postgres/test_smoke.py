from sqlalchemy import select
import pytest
from world import *
@pytest.mark.parametrize("who", EVERYBODY.values(), ids=EVERYBODY.keys())
def test_reads(backend, who):
    assert titles(who) == sorted(backend.run(who, lambda s: s.scalars(select(Document.title)).all()))
