"""Row-level, role-based access control as a property of the SQLAlchemy session.

The names are loaded when they are first used: `rowgate --help` must not wait for SQLAlchemy.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowgate.action import Action
    from rowgate.catalog import Catalog
    from rowgate.errors import AccessDenied, CatalogError, NoPrincipal, PolicyDrift, RowgateError, Unguarded
    from rowgate.lift import lift
    from rowgate.permission import can
    from rowgate.policy import EVERYONE, Policy
    from rowgate.principal import Hierarchy, Principal, principal
    from rowgate.raw import raw
    from rowgate.session import AuditEvent, GuardedSessionmaker, StrippedError, guarded_sessionmaker, searched

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
    "can",
    "guarded_sessionmaker",
    "lift",
    "principal",
    "raw",
    "searched",
]

_MODULES = ("errors", "action", "principal", "lift", "permission", "policy", "raw", "catalog", "session")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            home = import_module(f"rowgate.{module}")
            if name in vars(home):
                globals()[name] = vars(home)[name]
                return globals()[name]
    raise AttributeError(f"module 'rowgate' has no attribute {name!r}")


class _Facade(ModuleType):
    """The package. Importing the module `rowgate.principal` must not hide the term `rowgate.principal` behind it.

    The same holds for `rowgate.lift` and `rowgate.raw`.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        is_module = name in ("lift", "principal", "raw") and isinstance(value, ModuleType)
        super().__setattr__(name, getattr(value, name) if is_module else value)


sys.modules[__name__].__class__ = _Facade


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
