"""What one statement lifts: asked of its options at each execution, judged and audited, never remembered."""

from collections.abc import Iterable
from typing import Any

from rowgate.catalog import Catalog
from rowgate.decision import LiftedRule
from rowgate.errors import AccessDenied, Unguarded
from rowgate.gate.only_reads import refuse_lifted_write
from rowgate.lift import EVERY, Lift, lifts_of
from rowgate.principal import Principal
from rowgate.session.audit import Audit, AuditEvent


def judged(
    statement: Any, execution_options: Any, who: Principal, catalog: Catalog, audit: Audit
) -> frozenset[LiftedRule]:
    """Return what a statement lifts, once it is known that the principal may, and the audit has been told.

    Raises:
        Unguarded: a table has no such restriction, or the statement writes.
        AccessDenied: no role of the principal may lift it; with `include_filtered`, anything.
    """
    options = lifts_of(statement)
    every = bool(execution_options.get(EVERY))
    if not options and not every:
        return frozenset()
    if statement.is_dml:
        refuse_lifted_write()
    refused = [option for option in options if not _roles_for(option, catalog) & who.roles]
    for option in refused:
        audit(AuditEvent("lift-refused", who.id, option.name, option.table))
    if refused:
        raise AccessDenied(f"no role of this principal may lift {refused[0].name!r}", code="RG202")
    lifted = _every(who, catalog) if every else frozenset()
    if every and not lifted:
        audit(AuditEvent("lift-refused", who.id, EVERY))
        raise AccessDenied(f"{EVERY}: no role of this principal may lift anything", code="RG202")
    for name, table in _told(options, lifted):
        audit(AuditEvent("lift", who.id, name, table))
    return lifted | {(option.key, option.name) for option in options}


def _told(options: list[Lift], every: Iterable[LiftedRule]) -> list[tuple[str, str | None]]:
    """Return the (name, table) that the audit is told, each once; no table is every table."""
    names = sorted({name for _, name in every})
    return list(dict.fromkeys([*((name, None) for name in names), *((o.name, o.table) for o in options)]))


def _every(who: Principal, catalog: Catalog) -> frozenset[LiftedRule]:
    rules = ((key, rule) for key, entry in catalog.entries.items() for rule in entry.restricts)
    return frozenset((key, rule.name) for key, rule in rules if rule.lift & who.roles)


def _roles_for(option: Lift, catalog: Catalog) -> frozenset[str]:
    entry = catalog.entries.get(option.key)
    for rule in entry.restricts if entry is not None else ():
        if rule.name == option.name:
            return rule.lift
    having = ((key, rule.name) for key, other in catalog.entries.items() for rule in other.restricts)
    tables = sorted({key[1] for key, name in having if name == option.name})
    advice = f"{', '.join(tables)} has, so name that" if tables else "lift what its policy restricts"
    raise Unguarded(f"table {option.table!r} has no restriction named {option.name!r}: {advice}")
