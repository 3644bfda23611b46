"""UUID version 7, RFC 9562 section 5.7: keys that sort by the time they were made.

Keys are made in Python, so that an object knows its own before it is stored. Python has `uuid.uuid7` from 3.14 on.
"""

import secrets
import threading
import time
from uuid import UUID

_TAIL_BITS = 74  # rand_a (12) and rand_b (62), taken as one number
_RAND_B_BITS = 62
_STEP_BITS = 56  # a step's mean leaves room for 2**18 keys a millisecond; who knows one key still cannot guess the next

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Make a key greater than every key that this process made before.

    Within one millisecond, or when the clock goes back, the last key grows by a random step (RFC 9562 section 6.2,
    method 2). Should the random part overflow, the carry moves the timestamp on, which keeps the order.
    """
    global _last  # noqa: PLW0603 - the order is the process's
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last >> _TAIL_BITS:
            _last = now << _TAIL_BITS | secrets.randbits(_TAIL_BITS)
        else:
            _last += 1 + secrets.randbits(_STEP_BITS)
        return _layout(_last)


def _layout(value: int) -> UUID:
    """Put the version and variant bits between the timestamp (48 bits) and the two random fields."""
    timestamp = value >> _TAIL_BITS
    rand_a = value >> _RAND_B_BITS & 0xFFF
    rand_b = value & (1 << _RAND_B_BITS) - 1
    return UUID(int=timestamp << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
