"""The conformance suite: every way to rows that we know, run on its own world or on your models.

The names are loaded when they are first used: the pytest plugin in here is loaded by every run of pytest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowgate.testing.case import Case, Family, Given, Kind, Model
    from rowgate.testing.cases import all_cases, families
    from rowgate.testing.conformance import Conformance
    from rowgate.testing.judge import Outcome, Result
    from rowgate.testing.protection import Protection, Rowgate
    from rowgate.testing.report import Report, progress

__all__ = [
    "Case",
    "Conformance",
    "Family",
    "Given",
    "Kind",
    "Model",
    "Outcome",
    "Protection",
    "Report",
    "Result",
    "Rowgate",
    "all_cases",
    "families",
    "progress",
]

_MODULES = ("case", "cases", "judge", "protection", "report", "conformance")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            home = import_module(f"rowgate.testing.{module}")
            if name in vars(home):
                globals()[name] = vars(home)[name]
                return globals()[name]
    raise AttributeError(f"module 'rowgate.testing' has no attribute {name!r}")
