"""UUID version 7: layout, order, threads."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from rowgate.server import identifiers
from rowgate.server.identifiers import uuid7


def test_fields_of_the_rfc_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of RFC 9562, appendix A.6, comes out bit by bit."""
    monkeypatch.setattr(identifiers, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 0xCC3 << 62 | 0x18C4DC0C0C07398F)
    assert UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f") == uuid7()


def test_version_variant_and_timestamp() -> None:
    """A key says version 7, the RFC's variant, and the millisecond it was made in."""
    before = time.time_ns() // 1_000_000
    key = uuid7()
    assert 7 == key.version
    assert RFC_4122 == key.variant
    # Keys of one test run may have carried the timestamp on, but never by much.
    assert before <= key.int >> 80 <= time.time_ns() // 1_000_000 + 1_000


def test_order_within_a_millisecond_and_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys grow while the clock stands still or falls back."""
    monkeypatch.setattr(identifiers, "_last", 0)
    clock = iter([5_000_000_000] * 500 + [4_000_000_000] * 500)
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    keys = [uuid7() for _ in range(1000)]
    assert all(earlier < later for earlier, later in pairwise(keys))
    assert {5000} == {key.int >> 80 for key in keys}


def test_overflow_carries_into_the_timestamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the random part is used up the next key belongs to the next millisecond."""
    monkeypatch.setattr(identifiers, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: 5_000_000_000)
    monkeypatch.setattr(secrets, "randbits", lambda bits: (1 << bits) - 1)
    first, second = uuid7(), uuid7()
    assert (5000, 5001) == (first.int >> 80, second.int >> 80)
    assert (7, RFC_4122) == (second.version, second.variant)


def test_threads_share_one_order() -> None:
    """Eight threads at once make no key twice, and each sees its own keys grow."""
    barrier = threading.Barrier(8)

    def make(_: int) -> list[UUID]:
        barrier.wait()
        return [uuid7() for _ in range(2000)]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(8)))
    assert 16_000 == len({key for keys in made for key in keys})
    assert all(sorted(keys) == keys for keys in made)
