"""The layout: a module imports only from lower floors, wherever in it the import stands."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import rowgate

ROOT = Path(rowgate.__file__).parent
LIBRARY = {
    "errors": 0, "action": 0, "principal": 1, "permission": 2, "policy": 2, "asked": 2, "lift": 2, "raw": 2, "entry": 3, "following": 4, "checks": 4,
    "catalog": 5, "decision": 6, "grammar": 6, "gate": 7, "wall": 7, "reference": 7, "review": 7, "session": 8, "explain": 8,
    "live": 8, "__init__": 9, "fastapi": 10, "alembic": 10, "testing": 10, "cli": 10, "server": 11,
}  # fmt: skip
SERVER = {
    "__init__": 0, "identifiers": 0, "errors": 0, "paging": 0, "body_limit": 0, "secret_files": 0, "embedded_host": 0,
    "opaque": 0, "described": 0, "logs": 0, "metrics": 0, "etags": 0,
    "settings": 1, "security": 1, "embedded_roles": 1, "embedded_traces": 1, "embedded": 2, "telemetry": 2, "wall_keys": 2,
    "database": 3, "models": 4, "principals": 5, "policies": 6, "walls": 7, "migrations": 8,
    "reviews": 6, "last_admin": 7, "migrate": 9, "audit": 7, "accounts": 8, "users": 9, "roles": 8, "purges": 8, "permissions": 9,
    "documents": 8, "search": 8, "idempotency": 8, "shares": 9, "configurations": 9, "assignments": 9, "auth": 9, "bulk": 9, "cleanup": 9,
    "problems": 10, "startup": 10, "demo": 10, "dependencies": 11, "middleware": 11, "routers": 12, "console": 12, "app": 13, "launch": 14, "commands": 14,
    "cli": 15,
}  # fmt: skip
HOSTS = {"fastapi": "fastapi", "alembic": "alembic", "typer": "cli", "pytest": "testing"}
FILES = sorted(path for path in ROOT.rglob("*.py") if "versions" not in path.parts)


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every module that a file imports: at its top, in functions, under TYPE_CHECKING, or relatively."""
    package = ["rowgate", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def _place(module: str) -> tuple[str, str | None] | None:
    """Return (the library's module, the server's module) of an import path; None for what is not ours."""
    parts = module.split(".")
    if parts[0] != "rowgate":
        return None
    first = parts[1] if len(parts) > 1 and parts[1] in LIBRARY else "__init__"
    if first != "server":
        return first, None
    return first, parts[2] if len(parts) > 2 and parts[2] in SERVER else "__init__"


def _of(path: Path) -> tuple[str, str | None]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0], parts[1] if parts[0] == "server" else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    """A module imports from lower floors, and within its own folder; never from beside or above."""
    library, server = _of(path)
    wrong = []
    for line, module in _imports(path):
        place = _place(module)
        if place is None or place == (library, server):
            continue
        target, part = place
        if library != "server" and not LIBRARY[target] < LIBRARY[library] and module != "rowgate":
            wrong.append(f"line {line}: {module}")
        inside = library == "server" and target == "server" and server is not None and part is not None
        if inside and SERVER[part] >= SERVER[server] and part != server:
            wrong.append(f"line {line}: {module}")
    assert [] == wrong


def test_no_files_import_each_other_in_a_circle() -> None:
    """Within a folder too there is an order in which the files can be read."""
    names = {".".join(("rowgate", *path.relative_to(ROOT).with_suffix("").parts)): path for path in FILES}
    graph = {
        name: {module for _, module in _imports(path) if module in names and module != name}
        for name, path in names.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(names)  # CycleError names them


def test_every_module_has_a_floor() -> None:
    """A new module is given its floor here, on purpose."""
    unknown = [
        str(p.relative_to(ROOT)) for p in FILES if (o := _of(p))[0] not in LIBRARY or (o[1] and o[1] not in SERVER)
    ]
    assert [] == unknown


def test_the_library_never_imports_the_server() -> None:
    """The library stands without its server."""
    found = [
        f"{path.name}:{line}"
        for path in FILES
        if _of(path)[0] != "server"
        for line, module in _imports(path)
        if module.startswith("rowgate.server")
    ]
    assert [] == found


@pytest.mark.parametrize("host", HOSTS)
def test_each_host_is_known_to_one_module(host: str) -> None:
    """FastAPI, Alembic, Typer and pytest each appear in one module of the library at most."""
    users = {_of(p)[0] for p in FILES for _, module in _imports(p) if module.split(".")[0] == host}
    assert users - {"server"} <= {HOSTS[host]}
