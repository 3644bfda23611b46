"""Contexts as statements, which are sent again for a part of their lifetime.

To write and sign one takes 25 us where an application has used the caches since, which is most of what the wall adds to
a row by its key. So what was signed a short while ago is sent again, to the same backend, for the same principal with the
same roles and lifts: whoever saw it could do so too.
"""

import math
from collections.abc import Hashable
from time import time

from rowgate.principal import Principal
from rowgate.wall.objects import literal
from rowgate.wall.signing import PRINCIPAL, SETTING, Signing
from rowgate.wall.texts import Bodies

AGAIN = 0.25
"""The share of its lifetime for which a context is sent again: it holds for the other three quarters at least."""
KEPT = 1024
"""Contexts that are kept for it, of some 400 bytes each."""


class Contexts:
    """Writes the statements that set a context, for the principals of one catalog.

    Args:
        bodies: what they say.
        signing: how they are signed.
    """

    def __init__(self, bodies: Bodies, signing: Signing) -> None:
        self._bodies = bodies
        self._signing = signing
        self._again = signing.lifetime * AGAIN
        self._kept: dict[Hashable, tuple[float, str]] = {}

    def principal(self, who: Principal, lifts: frozenset[str], pid: int) -> str:
        """Return the statement that says who acts, and what is lifted for them.

        Raises:
            Unguarded: a value is not of its type, or no text of PostgreSQL.
        """
        if self._bodies.attributes:  # their values may be lists, which change
            return self.of(PRINCIPAL, self._bodies.principal(who, lifts), pid)
        wanted = (who.id.__class__, who.id, who.roles, lifts, pid)  # the class: 1 equals True
        try:
            at, statement = self._kept.get(wanted, _NONE)
        except TypeError:  # an id with a list in it
            return self.of(PRINCIPAL, self._bodies.principal(who, lifts), pid)
        if 0 <= time() - at < self._again:  # below 0 the clock was set back: who knows what it said then?
            return statement
        return self._keep(wanted, PRINCIPAL, self._bodies.principal(who, lifts), pid)

    def of(self, kind: str, body: str, pid: int) -> str:
        """Return the statement that sets a context with this body, for one backend or `UNBOUND`."""
        wanted = (kind, body, pid)
        at, statement = self._kept.get(wanted, _NONE)
        if 0 <= time() - at < self._again:
            return statement
        return self._keep(wanted, kind, body, pid)

    def _keep(self, wanted: Hashable, kind: str, body: str, pid: int) -> str:
        at = time()
        statement = f"SET LOCAL {SETTING} = {literal(self._signing.text(kind, body, pid))}"
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[wanted] = (at, statement)
        return statement


_NONE = (math.inf, "")
"""Never sent: it is to be."""
