"""For pytest: `pytest --rowgate-conformance` runs the suite on your own models.

Say in the configuration of pytest which function makes the `Conformance`, async or not:

    rowgate_conformance = "tests.conformance_setup:make"

Without the option nothing of the library is imported.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rowgate.testing.conformance import Conformance, Item
    from rowgate.testing.judge import Result


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("rowgate")
    group.addoption("--rowgate-conformance", action="store_true", help="run Rowgate's suite on your own models")
    group.addoption("--rowgate-conformance-html", metavar="PATH", help="write what came of it as a page of HTML")
    parser.addini("rowgate_conformance", "module:function that makes the Conformance", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Join in, where asked."""
    if config.getoption("--rowgate-conformance"):
        config.pluginmanager.register(_Suite(config), "rowgate-conformance")


class _Failed(Exception):
    """A case that is not as it should be."""

    def __init__(self, result: "Result") -> None:
        self.result = result
        super().__init__(f"{result.outcome}: {result.case.title}\n{result.detail}")


class _CaseItem(pytest.Item):
    """One case, for one principal, on one entity."""

    def __init__(self, *, suite: "_Suite", item: "Item", **options: Any) -> None:
        super().__init__(**options)
        self.suite = suite
        self.item = item

    def runtest(self) -> None:
        """Run it."""
        from rowgate.testing.results import GOOD, UNKNOWN

        result = self.suite.judged(self.item)
        if result.outcome in UNKNOWN:
            pytest.skip(f"{result.outcome}: {result.detail}")
        if result.outcome not in GOOD:
            raise _Failed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what is shown of a failure."""
        if isinstance(excinfo.value, _Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return what the failure is headed by."""
        return self.path, None, f"rowgate conformance: {self.name}"


class _NoteItem(pytest.Item):
    """An entity that could not be run: it is skipped, or fails if it was asked for."""

    def __init__(self, *, note: str, fails: bool, **options: Any) -> None:
        super().__init__(**options)
        self.note = note
        self.fails = fails

    def runtest(self) -> None:
        """Say why."""
        if self.fails:
            pytest.fail(self.note, pytrace=False)
        pytest.skip(self.note)


class _Suite:
    """Makes the items, and reports at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.conformance: Conformance | None = None
        self.runner: Any = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add an item for each case, principal and entity."""
        import asyncio

        self.runner = asyncio.Runner()
        self.conformance = made = self.runner.run(self._made())
        found = self.runner.run(made.items())
        items += [_CaseItem.from_parent(session, name=f"rowgate::{i.name}", suite=self, item=i) for i in found]
        report = made.report
        for note in report.notes:
            name = f"rowgate::{note.partition(':')[0]}"
            items.append(_NoteItem.from_parent(session, name=name, note=note, fails=report.incomplete))

    def judged(self, item: "Item") -> "Result":
        """Run one item."""
        assert self.conformance is not None
        result: Result = self.runner.run(self.conformance.judged(item))
        return result

    async def _made(self) -> "Conformance":
        import inspect
        import traceback

        name = self.config.getini("rowgate_conformance")
        module, _, function = str(name).partition(":")
        if not function:
            raise pytest.UsageError("say rowgate_conformance = module:function in the configuration of pytest")
        try:
            made = getattr(_imported(module, self.config.rootpath), function)()
            conformance: Conformance = await made if inspect.isawaitable(made) else made
            return await conformance.__aenter__()
        except Exception as error:
            told = "".join(traceback.format_exception(error, limit=-3))  # pytest shows a UsageError by its text alone
            raise pytest.UsageError(f"rowgate_conformance = {name} failed\n{told}") from error

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the table."""
        if self.conformance is not None:
            terminalreporter.section("rowgate conformance")
            terminalreporter.write_line(str(self.conformance.report))

    def pytest_sessionfinish(self) -> None:
        """Write the page, and close the connections."""
        if self.conformance is None:
            return
        path = self.config.getoption("--rowgate-conformance-html")
        report = self.conformance.report
        report.seconds = sum(result.seconds for result in report.results)
        if path:
            Path(path).write_text(report.html(), encoding="utf-8")
        self.runner.run(self.conformance.__aexit__(None, None, None))
        self.runner.close()


def _imported(module: str, root: Path) -> Any:
    """Import a module, which may stand beside the tests."""
    import sys
    from importlib import import_module

    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return import_module(module)
