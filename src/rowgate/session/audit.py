"""What a guard tells the audit: lifts, refused lifts, and every system session with its reason."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("rowgate.audit")


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that somebody must be able to read about later.

    Args:
        kind: "lift", "lift-refused" or "system".
        principal: the id of whoever acted; None for the system principal, and for an anonymous one whose lift was refused.
        detail: the name of the restriction, or the reason that the system session gave.
        table: the one table that a statement lifted the restriction on; None where it is lifted on every table.
    """

    kind: str
    principal: Any
    detail: str
    table: str | None = None


Audit = Callable[[AuditEvent], None]


def log_event(event: AuditEvent) -> None:
    """Write an event to the logger `rowgate.audit`: the audit of those who give none of their own."""
    nobody = "the system" if event.kind == "system" else "somebody anonymous"
    who = nobody if event.principal is None else event.principal
    what = event.detail if event.table is None else f"{event.detail} on {event.table}"
    logger.info("%s by %s: %s", event.kind, who, what)
