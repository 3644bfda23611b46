"""Every construct that SQLAlchemy can render, every statement class and every public method has a case.

Nothing is declared: the suite's cases are run without protection, and what they reach is written down on the way.
"""

import functools
import inspect
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from conformance.databases import opened
from rowgate.testing import Kind, Rowgate, all_cases
from rowgate.testing.arena import Arena
from rowgate.testing.judge import Judge

pytestmark = pytest.mark.timeout(900)  # all cases in one fixture: minutes, where others use the machine
UNREACHABLE = {
    "visit_fromclause": "the base class of FROM entries: no object of it is rendered",
    "visit_index": "gives the name of an index, which is no element: nothing that takes elements takes one",
    "visit_unsupported_compilation": "raises for what a dialect cannot say",
}
"""Compiler methods that no statement leads to, and why."""
WITHOUT_DATA = {
    "close_all": "closes sessions, of the class and not of an object",
    "object_session": "names the session of an object that is there",
    "identity_key": "makes a key out of what it is given",
}
"""Public methods that no row comes through, and why."""
FOR_TYPES = {"ReturningDelete", "ReturningInsert", "ReturningUpdate", "RowReturningQuery"}
"""Classes for type checkers: `returning()` and `query()` give objects of the classes that they derive from."""
NO_STATEMENT = {
    "AppenderQuery": "runs the select() that it makes: the cases of relationships and of Query execute those",
    "Query": "runs the select() that it makes, as above",
    "FunctionElement": "runs as a SELECT of itself: the cases of completeness execute functions",
    "ScalarElementColumnDefault": "gives the value it was made of, and asks the database nothing",
}
"""Classes that can be executed, and that are never what a connection executes."""


@contextmanager
def _reached(compiler: type[Any], found: set[str]) -> Iterator[None]:
    """Write down, for a while, which compiler methods are called."""
    originals = {name: getattr(compiler, name) for name in dir(compiler) if name.startswith("visit_")}

    def watched(name: str, original: Any) -> Any:
        @functools.wraps(original)
        def visit(self: Any, *args: Any, **kw: Any) -> Any:
            found.add(name)
            return original(self, *args, **kw)

        return visit

    own = {name: compiler.__dict__.get(name) for name in originals}
    for name, original in originals.items():
        setattr(compiler, name, watched(name, original))
    try:
        yield
    finally:
        for name, kept in own.items():
            if kept is None:
                delattr(compiler, name)
            else:
                setattr(compiler, name, kept)


@contextmanager
def _called(cls: type[Any], found: set[str]) -> Iterator[None]:
    """Write down, for a while, which public methods of a class are called, and which properties are read."""
    kept: dict[str, Any] = {}
    for name in _public(cls):
        original = inspect.getattr_static(cls, name)
        if inspect.isfunction(original):
            kept[name] = cls.__dict__.get(name)
            setattr(cls, name, _noting(f"{cls.__name__}.{name}", original, found))
    try:
        yield
    finally:
        for name, original in kept.items():
            if original is None:
                delattr(cls, name)
            else:
                setattr(cls, name, original)


def _noting(name: str, original: Any, found: set[str]) -> Any:
    @functools.wraps(original)
    def method(*args: Any, **kw: Any) -> Any:
        found.add(name)
        return original(*args, **kw)

    return method


def _public(cls: type[Any]) -> list[str]:
    return [
        name
        for name in dir(cls)
        if not name.startswith("_")
        and inspect.isfunction(inspect.getattr_static(cls, name))
        and name not in WITHOUT_DATA
    ]


@pytest.fixture(scope="module")
async def reached(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Run every case without protection, on asyncpg and on sqlite3, and give what they have reached."""
    found: dict[str, set[str]] = {"visits": set(), "methods": set(), "statements": set()}
    for driver in ("asyncpg", "sqlite"):
        async with opened(driver, tmp_path_factory.mktemp(driver), cluster, Rowgate()) as arena:
            await _run_all(arena, driver, found)
    return found


async def _run_all(arena: Arena, driver: str, found: dict[str, set[str]]) -> None:
    """Run every case without protection, and write down what it reaches."""
    judge = Judge(arena)
    engine = getattr(arena.owner, "sync_engine", arena.owner)

    def note(_c: Any, statement: Any, *_rest: Any) -> None:
        found["statements"].update(cls.__name__ for cls in type(statement).__mro__)

    event.listen(engine, "before_execute", note)
    with ExitStack() as watching:
        watching.enter_context(_reached(engine.dialect.statement_compiler, found["visits"]))
        for cls in (Session, Connection, AsyncSession, AsyncConnection):
            watching.enter_context(_called(cls, found["methods"]))
        for case in all_cases():
            if case.runs_on(engine.dialect.name, driver):
                who = case.who or arena.world.default
                (model,) = await arena.world.models(who, arena.before)
                await judge._control(case, who, model, writes=case.kind in (Kind.WRITE_IN, Kind.WRITING))
    event.remove(engine, "before_execute", note)


def _compilers() -> list[type[SQLCompiler]]:
    from sqlalchemy.dialects.postgresql import asyncpg, psycopg
    from sqlalchemy.dialects.sqlite import aiosqlite

    return [
        asyncpg.dialect.statement_compiler,
        psycopg.dialect.statement_compiler,
        aiosqlite.dialect.statement_compiler,
    ]


async def test_every_construct_of_the_compilers_has_a_case(reached: dict[str, set[str]]) -> None:
    """Every `visit_` method of the supported compilers renders in some case."""
    names = {name for compiler in _compilers() for name in dir(compiler) if name.startswith("visit_")}
    missing = sorted(names - reached["visits"] - UNREACHABLE.keys())
    assert not missing, " ".join(missing)


@pytest.mark.parametrize("cls", [Session, AsyncSession, Connection, AsyncConnection], ids=lambda cls: cls.__name__)
async def test_every_public_method_has_a_case(reached: dict[str, set[str]], cls: type[Any]) -> None:
    """Every public method is called in some case."""
    missing = sorted(name for name in _public(cls) if f"{cls.__name__}.{name}" not in reached["methods"])
    assert not missing, " ".join(missing)


async def test_every_statement_class_has_a_case(reached: dict[str, set[str]]) -> None:
    """Every class of statements that SQLAlchemy can execute is executed in some case."""

    def walk(cls: type[Any]) -> Iterator[type[Any]]:
        for sub in cls.__subclasses__():
            if sub.__module__.startswith("sqlalchemy.") and not sub.__name__.startswith("_"):
                yield sub
            if sub is not FunctionElement:  # functions are judged by name, and each name of the list has a test
                yield from walk(sub)

    names = {cls.__name__ for cls in walk(Executable)}
    missing = sorted(names - reached["statements"] - FOR_TYPES - NO_STATEMENT.keys())
    assert not missing, " ".join(missing)
