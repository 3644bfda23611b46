"""SQL's logic and functions on Python values: None is NULL, and as a truth value it is unknown."""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from rowgate.errors import CatalogError

Truth = bool | None


def unknown(what: str) -> CatalogError:
    """Return the error for something whose meaning the reference does not know."""
    return CatalogError(f"the reference does not know {what}: it says nothing rather than guess")


def every(truths: Iterable[Truth]) -> Truth:
    """Return SQL's AND: false if one is false, else unknown if one is unknown."""
    found: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            found = None
    return found


def some(truths: Iterable[Truth]) -> Truth:
    """Return SQL's OR: true if one is true, else unknown if one is unknown."""
    found: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            found = None
    return found


def opposite(truth: Truth) -> Truth:
    """Return SQL's NOT."""
    return None if truth is None else not truth


def strict(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives NULL as soon as one of its arguments is NULL."""

    def guarded(*values: Any) -> Any:
        return None if any(value is None for value in values) else work(*values)

    return guarded


def compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Truth]:
    """Return a comparison of SQL: unknown if a side is NULL, an error if the sides are of two kinds."""

    def judged(left: Any, right: Any) -> Truth:
        if left is None or right is None:
            return None
        _one_kind(left, right)
        return compare(left, right)

    return judged


equal, unequal = compared(operator.eq), compared(operator.ne)
less, greater = compared(operator.lt), compared(operator.gt)
at_most, at_least = compared(operator.le), compared(operator.ge)


def same(left: Any, right: Any) -> bool:
    """Return IS NOT DISTINCT FROM: NULL is NULL."""
    return right is None if left is None else equal(left, right) is True


def between(value: Any, low: Any, high: Any) -> Truth:
    """Return BETWEEN."""
    return every([at_least(value, low), at_most(value, high)])


def listed(value: Any, found: Iterable[Any]) -> Truth:
    """Return IN: false over nothing, even for NULL; unknown where a NULL might have been the one."""
    return some(equal(value, each) for each in found)


def quantified(compare: Callable[[Any, Any], Truth], value: Any, found: Sequence[Any] | None, *, all_: bool) -> Truth:
    """Return a comparison with ANY or ALL of an array or of a sub-select."""
    if found is None:
        return None
    truths = [compare(value, each) for each in found]
    return every(truths) if all_ else some(truths)


def contains(whole: Sequence[Any], part: Sequence[Any]) -> bool:
    """Return `@>` of two arrays: each element of the second is in the first. NULL equals no element."""
    return all(listed(each, whole) is True for each in part)


def overlaps(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Return `&&` of two arrays: they have an element in common that is not NULL."""
    return any(listed(each, other) is True for each in one)


def like(value: str, pattern: str, escape: str | None = None) -> bool:
    """Return LIKE, which is sensitive to case. The backslash escapes, as in PostgreSQL, unless another one is given."""
    return _pattern(pattern, "\\" if escape is None else escape).fullmatch(value) is not None


@cache
def _pattern(pattern: str, escape: str) -> re.Pattern[str]:
    found = ""
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            following = next(characters, None)
            if following is None:
                raise unknown("a LIKE pattern that ends in its escape")
            found += re.escape(following)
        else:
            found += {"%": ".*", "_": "."}.get(character) or re.escape(character)
    return re.compile(found, re.DOTALL)


def remainder(value: int, by: int) -> int:
    """Return `%`, which keeps the sign of the first number, as SQL does and Python does not."""
    if by == 0:
        raise unknown("the remainder of a division by zero")
    found = abs(value) % abs(by)
    return -found if value < 0 else found


def ascii_only(change: Callable[[str], str]) -> Callable[[str], str]:
    """Return a function of text that depends on no locale; it refuses other letters."""

    def changed(value: str) -> str:
        if not value.isascii():
            raise unknown("upper and lower case of letters that are not ASCII, which depend on the locale")
        return change(value)

    return changed


def coalesce(*values: Any) -> Any:
    """Return the first that is not NULL."""
    return next((value for value in values if value is not None), None)


def nullif(value: Any, other: Any) -> Any:
    """Return NULL if the two are equal, else the first."""
    return None if equal(value, other) is True else value


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": strict(abs),
    "cardinality": strict(len),
    "char_length": strict(len),
    "coalesce": coalesce,
    "length": strict(len),
    "lower": strict(ascii_only(str.lower)),
    "nullif": nullif,
    "upper": strict(ascii_only(str.upper)),
}
"""Functions by name. Each depends on its arguments alone."""


def _one_kind(left: Any, right: Any) -> None:
    if _kind(left) != _kind(right):
        raise unknown(f"a comparison of {type(left).__name__} and {type(right).__name__}")


def _kind(value: Any) -> Any:
    if isinstance(value, datetime):
        return datetime, value.tzinfo is None
    if isinstance(value, list | tuple):
        return list
    for kind in (bool, int, str, date):
        if isinstance(value, kind):
            return kind
    return type(value)
