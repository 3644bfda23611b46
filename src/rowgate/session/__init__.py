"""Guarded sessions: born with their principal, and every connection of theirs carries it from BEGIN to its end.

* `errors`: database errors, stripped of values before a principal sees them;
* `connection`: the engine and connection that a guard derives, and what they refuse;
* `context`: fills in, at execution, the values of whoever acts on that very connection;
* `walled`: engine and connection that tell PostgreSQL who acts, where the wall stands;
* `audit`: what is told to the audit;
* `searching`: full-text search, in front of the wall too;
* `maker`: `guarded_sessionmaker` and the sessions that it makes.
"""

from rowgate.session.audit import AuditEvent
from rowgate.session.errors import StrippedError
from rowgate.session.maker import GuardedSessionmaker, guarded_sessionmaker
from rowgate.session.searching import searched

__all__ = ["AuditEvent", "GuardedSessionmaker", "StrippedError", "guarded_sessionmaker", "searched"]
