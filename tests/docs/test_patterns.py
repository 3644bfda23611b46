"""The table of the published patterns: each section has a row, and each row names tests and endpoints that exist."""

import ast
import re
from functools import cache

import pytest

from docs.documents import ROOT, rows, text
from docs.test_documented import ENDPOINT
from rowgate.server.app import create_app
from rowgate.server.settings import load_settings

SECTIONS = {
    "1": 3, "2": 3, "3": 3, "4": 3, "5": 5, "6": 5, "8": 8, "9": 5,
}  # fmt: skip
"""How many parts each section of the reference has; 7 has rules only."""
ROWS = rows(text("patterns.md"))[1:]


@cache
def _tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


@cache
def _served() -> set[str]:
    paths = create_app(load_settings(secret_key="x" * 32)).openapi()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_section_has_a_row() -> None:
    """No part of a section is left out, and none is made up."""
    named = {row[0].split()[0] for row in ROWS}
    assert {f"{section}.{part}" for section, parts in SECTIONS.items() for part in range(1, parts + 1)} == named


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_names_what_exists(row: list[str]) -> None:
    """Each row says where it is, with endpoints and files that are there, and which test shows it."""
    _, here, shown = row
    assert len(here) > 20
    assert set(ENDPOINT.findall(here)) <= _served()
    assert [name for name in re.findall(r"`(src/[\w/.]+)`", here) if not (ROOT / name).exists()] == []
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+|\*)`", shown)
    assert named
    assert shown.count("`") == 2 * len(named)
    assert [(path, name) for path, name in named if not (_tests(path) if name == "*" else name in _tests(path))] == []
