"""Row-level, role-based access control as a property of the SQLAlchemy session."""

from rowgate.catalog import Catalog
from rowgate.errors import AccessDenied, CatalogError, NoPrincipal, PolicyDrift, RowgateError, Unguarded
from rowgate.policy import EVERYONE, Action, Policy
from rowgate.principal import Hierarchy, Principal, principal
from rowgate.session import AuditEvent, GuardedSessionmaker, StrippedError, guarded_sessionmaker

__all__ = [
    "EVERYONE",
    "AccessDenied",
    "Action",
    "AuditEvent",
    "Catalog",
    "CatalogError",
    "GuardedSessionmaker",
    "Hierarchy",
    "NoPrincipal",
    "Policy",
    "PolicyDrift",
    "Principal",
    "RowgateError",
    "StrippedError",
    "Unguarded",
    "guarded_sessionmaker",
    "principal",
]
