"""What a case gave, in a form that two runs can be compared by; and the values that nobody may quote."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Result, Row, ScalarResult
from sqlalchemy.engine import RowMapping
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import InstanceState

DEPTH = 4
SHORTEST = 5
"""Shorter texts and numbers occur by chance."""


def normal(value: Any, *, ordered: bool = False) -> Any:
    """Return plain, comparable data. A list is a multiset unless `ordered`; a tuple or a row keeps its order."""
    return _Normal(ordered).of(value, ())


class _Normal:
    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered

    def of(self, value: Any, path: tuple[int, ...]) -> Any:  # noqa: C901, PLR0911 - one for each kind of value
        if value is None or isinstance(value, bool | str | int | UUID | timedelta):
            return value.value if isinstance(value, Enum) else value
        if isinstance(value, float | Decimal):
            return float(f"{float(value):.9g}")
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value)
        if isinstance(value, Enum):
            return self.of(value.value, path)
        if isinstance(value, BaseException):
            return f"raised {type(value).__name__}"
        if isinstance(value, type):
            return value.__name__
        if isinstance(value, Row | tuple):
            return tuple(self.of(one, path) for one in value)
        if isinstance(value, Result | ScalarResult):
            return self.of(value.all(), path)
        if isinstance(value, Mapping | RowMapping):
            return {str(self.of(k, path)): self.of(v, path) for k, v in value.items()}
        if isinstance(value, Iterable) and not _is_entity(value):
            found = [self.of(one, path) for one in value]
            return found if self.ordered and isinstance(value, list) else sorted(found, key=repr)
        return self._thing(value, path)

    def _thing(self, value: Any, path: tuple[int, ...]) -> Any:
        if _is_entity(value):
            return self._entity(value, path)
        if is_dataclass(value):
            return (type(value).__name__, {f.name: self.of(getattr(value, f.name), path) for f in fields(value)})
        shown = repr(value)
        return shown if " at 0x" not in shown else (type(value).__name__, self.of(vars(value), path) if path else None)

    def _entity(self, value: Any, path: tuple[int, ...]) -> Any:
        """Return an entity's loaded attributes; loaded relationships too, but for those that lead back."""
        state: InstanceState[Any] = inspect(value)
        name = type(value).__name__
        if id(value) in path or len(path) > DEPTH:
            return (name, "again")
        here = (*path, id(value))
        mapped = {attribute.key for attribute in state.mapper.attrs}
        return (name, {k: self.of(v, here) for k, v in sorted(state.dict.items()) if k in mapped})


def _is_entity(value: Any) -> bool:
    return isinstance(inspect(value, raiseerr=False), InstanceState)


def is_empty(value: Any) -> bool:
    """Return whether a result holds nothing."""
    return value is None or (isinstance(value, list | tuple | dict | set | str) and not value)


class Markers:
    """The texts and numbers that tell a hidden row: no visible row has them, and they are no name of a class or column."""

    def __init__(self, everything: Iterable[Any], seen: Iterable[Any], *, names: Iterable[str] = ()) -> None:
        found = set(_texts(everything)) - set(_texts(seen))
        known = {name.casefold() for name in names}
        self.texts = sorted(text for text in found if text.casefold() not in known)
        words = [re.escape(text) for text in self.texts]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None

    def within(self, value: Any) -> list[str]:
        """Return the markers that occur in a text, or in the text of a value."""
        text = value if isinstance(value, str) else repr(value)
        return sorted(set(self._pattern.findall(text))) if self._pattern else []


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, str | int | Decimal):
        text = f"{float(value):.9g}" if isinstance(value, Decimal) else str(value)
        if len(text) >= SHORTEST:
            yield text
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for one in value:
            yield from _texts(one)


def error_text(error: BaseException | None) -> str:
    """Return all that an error and those behind it say: str, repr, arguments and attributes."""
    parts: list[str] = []
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__, getattr(one, "orig", None)]
        waiting += list(getattr(one, "exceptions", ()))
        parts += [
            str(one),
            repr(one),
            repr(one.args),
            repr(getattr(one, "__dict__", {})),
            *getattr(one, "__notes__", ()),
        ]
    return "\n".join(parts)
