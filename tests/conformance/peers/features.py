"""Which features of Rowgate a case needs: found in its code, so that a case which comes later is judged alike."""

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

import rowgate
from rowgate.testing import Case, Kind

OWN_ERRORS = frozenset({"RowgateError", "AccessDenied", "Unguarded", "NoPrincipal", "CatalogError", "PolicyDrift"})
OWN_CALLS = frozenset({"guarded_sessionmaker", "Catalog", "Hierarchy"})
BY_VALUES = {
    "core/inspected": "temporary views are not among those of a schema",
    "core/information_schema": "temporary tables are in a schema of their own",
    "core/size_of_a_table": "a temporary table has another file",
    "core/prepared_transactions": "another transaction, in which nobody acts, may show nothing at all",
    "core/system_column_without_table": "a temporary table has another number",
    "identity_map/by_the_bind": "another connection, on which nobody acts, may show nothing at all",
}
"""Cases whose result differs over temporary tables for a reason that tells nothing hidden: judged by hidden values alone."""
LIFTS = frozenset({"lift", "include_filtered", "soft-delete", "archive"})


def needs(case: Case) -> set[str]:
    """Return the features that a case needs: "lift", "can", "columns", "system", "own errors"."""
    found = {"columns"} if any(cover.startswith("columns") for cover in case.covers) else set()
    for names, texts, globals_ in _parts(case.run, set()):
        used = {name for name in names if name in globals_}
        known = {name for name in used if globals_[name] is getattr(rowgate, name, None)}
        if "can" in known:
            found.add("can")
        if "lift" in known or texts & LIFTS:
            found.add("lift")
        # A way in that catches them is a way in for everybody; legitimate use would have to catch each peer's own.
        if known & OWN_CALLS or (known & OWN_ERRORS and case.kind in (Kind.READING, Kind.WRITING)):
            found.add("own errors")
        if "system" in names:
            found.add("system")
    return found


def touches_masks(case: Case, columns: frozenset[str]) -> bool:
    """Return whether a case names a masked column, or says that it is about masks."""
    if any("mask" in name for name in case.covers):
        return True
    return any((names | texts) & columns for names, texts, _ in _parts(case.run, set()))


def _parts(function: Callable[..., Any], seen: set[Any]) -> Iterator[tuple[set[str], set[str], dict[str, Any]]]:
    """Yield names, texts and globals of a function and of those of its module that it calls."""
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    names, texts = _names(function.__code__)
    yield names, texts, function.__globals__
    for name in names:
        other = function.__globals__.get(name)
        if getattr(other, "__module__", None) == function.__module__:
            yield from _parts(other, seen)  # type: ignore[arg-type]


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    names, texts = set(code.co_names), set()
    waiting: list[Any] = list(code.co_consts)
    while waiting:
        one = waiting.pop()
        if isinstance(one, CodeType):
            more, others = _names(one)
            names |= more
            texts |= others
        elif isinstance(one, str):
            texts.add(one)
        elif isinstance(one, tuple | frozenset):
            waiting += one
    return names, texts
