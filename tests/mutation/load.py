"""Modules imported from another text than their file's."""

import importlib.abc
import importlib.machinery
import importlib.util
from typing import Any, NoReturn

from .targets import ROOT


def module_name(path: str) -> str:
    """Return the name by which a file of `src` is imported."""
    return path.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")


class Mutated(importlib.abc.MetaPathFinder):
    """Imports one module from another text."""

    def __init__(self, path: str, source: str) -> None:
        self.path = str(ROOT / path)
        self.name = module_name(path)
        self.source = source

    def find_spec(self, fullname: str, _path: Any = None, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = Loader(fullname, self.path, self.source)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class Loader(importlib.machinery.SourceFileLoader):
    """Loads the text it was given, and no compiled file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def path_stats(self, path: str) -> NoReturn:
        raise OSError

    def get_data(self, _path: Any) -> bytes:
        return self.source.encode()
