"""Make the typed client of `clients/python` from the OpenAPI document: `make client`.

The generator, openapi-python-client, is not among our dependencies: it holds Typer back to a release older than the one
that our command line needs. `uv tool run` gives it an environment of its own, at the version below.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

GENERATOR: Final = "openapi-python-client==0.29.1"
HERE: Final = Path(__file__).parent / "python"
PACKAGE: Final = HERE / "rowgate_client"
DIGEST: Final = PACKAGE / "openapi.sha256"
"""What the client was made from: a test compares it with what the server describes."""
PROSE: Final = frozenset({"description", "summary", "example", "examples"})


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the server."""
    from rowgate.server.app import create_app
    from rowgate.server.settings import load_settings

    described: dict[str, Any] = create_app(load_settings(secret_key="-" * 32)).openapi()
    return described


def digest(described: dict[str, Any]) -> str:
    """Return a digest of all that changes how the client works; words for people do not."""
    return hashlib.sha256(json.dumps(_bare(described), sort_keys=True).encode()).hexdigest()


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        # A field may be named `description`: that is a schema, an object, and no text.
        kept = {name: one for name, one in value.items() if not (name in PROSE and isinstance(one, str | list))}
        return {name: _bare(one) for name, one in kept.items() if name not in ("example", "examples")}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def _with_files(described: dict[str, Any]) -> dict[str, Any]:
    """Return the document with files where an operation sends or takes text that is no JSON, of the first kind it names.

    The generator knows one kind of file an operation; `rowgate document import` and `export` know all of them.
    """
    copied: dict[str, Any] = json.loads(json.dumps(described))
    operations = [operation for path in copied["paths"].values() for operation in path.values()]
    for part in [part for one in operations for part in (one.get("requestBody", {}), *one["responses"].values())]:
        kinds = [kind for kind in part.get("content", {}) if not (kind.endswith("json") or "form" in kind)]
        if kinds:
            part["content"] = {kinds[0]: {"schema": {"type": "string", "format": "binary"}}}
    return copied


def main() -> None:
    """Write the package anew."""
    described = document()
    command: list[str | Path]
    options: list[str | Path]
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "openapi.json", Path(folder) / "made"
        source.write_text(json.dumps(_with_files(described)), encoding="utf-8")
        command = ["openapi-python-client", "generate", "--path", source, "--meta", "none", "--output-path", made]
        options = ["--config", HERE / "generator.yaml", "--fail-on-warning"]
        subprocess.run([_uv(), "tool", "run", "--quiet", "--from", GENERATOR, *command, *options], check=True)
        shutil.rmtree(PACKAGE, ignore_errors=True)
        shutil.copytree(made, PACKAGE, ignore=shutil.ignore_patterns("__pycache__", ".ruff_cache"))
    for path in PACKAGE.rglob("*.py"):
        # httpx2 is httpx as it is kept today, and the one that the server's tests use. Its asynchronous client takes
        # no file that is read synchronously, so a file is read first.
        text = path.read_text(encoding="utf-8").replace("import httpx\n", "import httpx2 as httpx\n")
        text = text.replace('["content"] = body.payload\n', '["content"] = body.payload.read()\n')
        path.write_text(text, encoding="utf-8")
    DIGEST.write_text(digest(described) + "\n", encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "--isolated", "--quiet", "--fix", "--select", "F401,I,UP", PACKAGE], check=True)
    subprocess.run([*ruff, "format", "--quiet", PACKAGE], check=True)


def _uv() -> str:
    """Return uv: from PATH, or as the Makefile bootstrapped it."""
    return shutil.which("uv") or str(Path(__file__).parent.parent / ".uv/bin/uv")


if __name__ == "__main__":
    main()
