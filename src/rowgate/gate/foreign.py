"""Element classes with `@compiles` of their own: they render themselves and never ask the compiler.

All of them are rendered through one class of `sqlalchemy.ext.compiler`, whenever they were made. Its call is taught, once
a process, to ask a gate first; for every other compiler nothing changes.
"""

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext import compiler as extension
from sqlalchemy.types import NullType

_render = extension._dispatcher.__call__


def _ask_first(self: Any, element: Any, compiler: Any, **kw: Any) -> Any:
    judge = getattr(compiler, "judge_foreign", None)
    if judge is not None:
        rendering = (cls for cls in type(element).__mro__ if cls.__dict__.get("_compiler_dispatcher") is self)
        judge(type(element), next(rendering, type(element)))
        if compiler.trusted and _is_condition(element) and not kw.get("asfrom"):
            return f"({_render(self, element, compiler, **kw)})"  # other rules stand beside it
    return _render(self, element, compiler, **kw)


def _is_condition(element: Any) -> bool:
    return isinstance(getattr(element, "type", None), Boolean | NullType)


def ask_gates_first() -> None:
    """Teach it. Idempotent."""
    extension._dispatcher.__call__ = _ask_first  # type: ignore[method-assign]
