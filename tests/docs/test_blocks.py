"""Every Python block of the documentation runs, top to bottom of its page, in one namespace a page."""

import logging
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

from docs.documents import OWN_PAGES, PAGES, ROOT, blocks
from rowgate.cli import app
from rowgate.server.cli import register

PARSED = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()])
WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]


@pytest.fixture(autouse=True)
def _quiet_loggers() -> Iterator[None]:
    """Leave the loggers as they were: a page may set up its own."""
    audit = logging.getLogger("rowgate.audit")
    before = audit.level, list(audit.handlers)
    yield
    audit.setLevel(before[0])
    audit.handlers[:] = before[1]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page shows in Python works as it stands."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType(f"page_{page.stem}")  # a real one: pydantic and SQLAlchemy look a class's module up
    monkeypatch.setitem(sys.modules, module.__name__, module)
    document = PARSED.parse(page)
    document.namespace = module.__dict__
    for example in document.examples():
        example.evaluate()


def _commands() -> dict[tuple[str, ...], Any]:
    """Return every command of the command line by its words."""
    typer_app = typer.Typer()
    typer_app.registered_groups += app.registered_groups
    register(typer_app)
    found: dict[tuple[str, ...], Any] = {}
    _collect((), typer.main.get_command(typer_app), found)
    return found


def _collect(words: tuple[str, ...], command: Any, found: dict[tuple[str, ...], Any]) -> None:
    children = getattr(command, "commands", None)
    if children is None:
        found[words] = command
        return
    for name, child in children.items():
        _collect((*words, name), child, found)


COMMANDS = _commands()
TYPED = [(page, line) for page in OWN_PAGES for block in blocks(page, "sh") for line in block.splitlines()]
TYPED += [
    (page, line.removeprefix("$ "))
    for page in OWN_PAGES
    for block in blocks(page, "console")
    for line in block.splitlines()
    if line.startswith("$ ")
]
OURS = [(page, line) for page, line in TYPED if re.search(r"(^|[ |])rowgate ", line)]


@pytest.mark.parametrize(("page", "line"), OURS, ids=lambda part: part.name if isinstance(part, Path) else part)
def test_shell_blocks_name_commands_that_exist(page: Path, line: str) -> None:
    """A `rowgate` line in a shell block names a command, and options that the command takes."""
    words = shlex.split(line.rstrip("\\"), comments=True)
    if "rowgate" not in words or words[0] == "git":
        return
    given = words[words.index("rowgate") + 1 :]
    given = given[: next((n for n, word in enumerate(given) if word in {">", "|", "&", "&&"}), len(given))]
    if given and given[0] in {"--help", "--version", "--install-completion"}:
        return
    name = next((key for key in COMMANDS if tuple(given[: len(key)]) == key), None)
    assert name is not None, f"{page.name}: no command is named {' '.join(given)}"
    options = {option for parameter in COMMANDS[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.partition("=")[0] for word in given[len(name) :] if word.startswith("--")}
    assert used - {"--help"} <= options
