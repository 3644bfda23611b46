"""How often somebody may try: counters in PostgreSQL, so that they hold across workers and restarts.

An attempt with a name is counted before the password is looked at, or a thousand at once would all be let through. One
from an address is counted when it has failed, and nobody is told how it ended who comes after the last. A transaction
here locks one counter at the most, so that none waits for another in a circle. Limiters of libraries keep their counts
in Redis or in memory: one more server, or a limit for each worker.
"""

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Text, bindparam, case, delete, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.models import LoginAttempts

IPV6_NETWORK: Final = 64
"""Bits that one customer of a provider has at least: further addresses of it cost nothing."""
CLEARED_AT_ONCE: Final = 100


class TooManyAttemptsError(Exception):
    """Somebody tried too often; `seconds` says when it is worth trying again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts; try again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts of one kind in how many seconds."""

    kind: str
    attempts: int
    seconds: int

    def key(self, value: str) -> bytes:
        """Return the counter's key of a name or an address."""
        return hashlib.sha256(f"{self.kind}\0{value}".encode(errors="surrogatepass")).digest()


def network(address: str | None) -> str:
    """Return what is counted of an address: all of an IPv4 one, the network of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(found if found.version == 4 else ipaddress.ip_network((found, IPV6_NETWORK), strict=False))  # noqa: PLR2004


async def folded(session: AsyncSession, name: str) -> str:
    """Return a name as the database compares it: another's lower case takes two spellings of one user for two names."""
    found: str = (await session.execute(select(func.lower(bindparam("name", name, Text()))))).scalar_one()
    return found


async def count(session: AsyncSession, limit: Limit, value: str) -> int | None:
    """Count an attempt; return the seconds to wait if it was one too many."""
    now = func.statement_timestamp()
    over = LoginAttempts.resets_at <= now
    ends = now + func.make_interval(0, 0, 0, 0, 0, 0, limit.seconds)
    made = insert(LoginAttempts).values(key=limit.key(value), attempts=1, resets_at=ends)
    counted = made.on_conflict_do_update(
        index_elements=[LoginAttempts.key],
        set_={
            # One more than the limit is enough to know, and the number cannot overflow.
            "attempts": case((over, 1), else_=func.least(LoginAttempts.attempts + 1, limit.attempts + 1)),
            "resets_at": case((over, made.excluded.resets_at), else_=LoginAttempts.resets_at),
        },
    ).returning(LoginAttempts.attempts, _seconds_left().label("seconds"))
    row = (await session.execute(counted)).one()
    return math.ceil(row.seconds) if row.attempts > limit.attempts else None


async def check(session: AsyncSession, limit: Limit, value: str) -> int | None:
    """Return the seconds to wait if the limit is reached, without counting."""
    reached = select(_seconds_left()).where(
        LoginAttempts.key == limit.key(value),
        LoginAttempts.attempts >= limit.attempts,
        LoginAttempts.resets_at > func.statement_timestamp(),
    )
    seconds = await session.scalar(reached)
    return None if seconds is None else math.ceil(seconds)


async def forget(session: AsyncSession, limit: Limit, value: str) -> None:
    """Begin anew: somebody has shown who she is."""
    await session.execute(delete(LoginAttempts).where(LoginAttempts.key == limit.key(value)))


async def clear(session: AsyncSession) -> None:
    """Take away some counters whose time is over, but wait for none that another transaction holds."""
    over = (
        select(LoginAttempts.key)
        .where(LoginAttempts.resets_at <= func.statement_timestamp())
        .limit(CLEARED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        delete(LoginAttempts).where(LoginAttempts.key.in_(over)).execution_options(synchronize_session=False)
    )


def _seconds_left() -> ColumnElement[float]:
    return func.greatest(1, extract("epoch", LoginAttempts.resets_at - func.statement_timestamp()))
