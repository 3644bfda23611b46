"""Element classes with `@compiles` of their own: they render themselves and never ask the compiler.

Such a class is found when a statement is compiled, and its dispatch is taught to ask the gate first. For every other
compiler nothing changes.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.sql.visitors import Visitable

_SEAL = "_rowgate_sealed"


def seal_foreign_elements() -> None:
    """Find every live element class that renders itself, and make it ask the gate. Cheap: some 600 classes."""
    for cls in _subclasses(Visitable):
        own = cls.__dict__
        if "_compiler_dispatcher" in own and own.get(_SEAL) is not own["_compiler_dispatch"]:
            sealed = _asking(cls, own["_compiler_dispatch"])
            cls._compiler_dispatch = sealed
            setattr(cls, _SEAL, sealed)


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def _asking(cls: type[Any], dispatch: Callable[..., str]) -> Callable[..., str]:
    def ask_first(self: Any, visitor: Any, **kw: Any) -> str:
        judge = getattr(visitor, "judge_foreign", None)
        if judge is not None:
            judge(type(self), cls)
        return dispatch(self, visitor, **kw)

    return ask_first
