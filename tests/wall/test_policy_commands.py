"""`rowgate policy sql|diff|check`, as somebody types them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from wall.walls import run

HERE = Path(__file__).parents[1]
ROWGATE = [sys.executable, "-c", "from rowgate.cli import main; main()"]
CATALOG = "world_catalog:catalog"


def rowgate(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder with a catalog."""
    paths = os.pathsep.join([str(HERE), *sys.path])
    return subprocess.run(
        [*ROWGATE, "policy", *arguments], cwd=cwd, env={**os.environ, "PYTHONPATH": paths, **environ},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give a folder with a module that holds the catalog of the tests' world."""
    (tmp_path / "world_catalog.py").write_text("from world import make_catalog\ncatalog = make_catalog()\nother = 1\n")
    return tmp_path


@pytest.fixture
def database(cluster: Any, place: Path) -> Iterator[tuple[Any, dict[str, str]]]:
    """Give (the owner's engine of a database with tables, the setting that names it)."""
    from world import make_catalog

    with cluster.database() as logins:
        url = logins.using("psycopg").owner
        owner = create_engine(url, poolclass=NullPool)
        make_catalog().metadata.create_all(owner)
        yield owner, {"ROWGATE_OWNER_DATABASE_URL": url.render_as_string(hide_password=False)}


def test_what_is_printed_makes_the_wall_and_check_agrees(place: Path, cluster: Any, database: Any) -> None:
    """Printed, run by the owner, compared: nothing differs. Taken down by what `--drop` prints, all is missing."""
    owner, setting = database
    options = [CATALOG, "--role", cluster.app]
    assert rowgate("check", *options, cwd=place, **setting).returncode == 1
    run(owner, [rowgate("sql", *options, cwd=place).stdout])
    checked = rowgate("check", *options, cwd=place, **setting)
    assert (checked.returncode, checked.stdout) == (0, "The database does what the catalog says.\n")
    run(owner, [rowgate("sql", *options, "--drop", cwd=place).stdout])
    gone = rowgate("diff", *options, cwd=place, **setting)
    assert gone.returncode == 0
    assert "missing: schema 'rowgate'" in gone.stdout


def test_an_edit_by_hand_is_a_readable_diff(place: Path, cluster: Any, database: Any) -> None:
    """`diff` shows what stands and what should; `check` says the same on standard error, with the code, and exits with 1."""
    owner, setting = database
    options = [CATALOG, "--role", cluster.app]
    run(owner, [rowgate("sql", *options, cwd=place).stdout])
    run(owner, ["CREATE POLICY mine ON documents USING (true)"])
    told = "undeclared: policy 'public' 'documents' 'mine'\n"
    assert rowgate("diff", *options, cwd=place, **setting).stdout == told
    checked = rowgate("check", *options, cwd=place, **setting)
    assert (checked.returncode, checked.stdout) == (1, "")
    assert checked.stderr == f"{told}1 differences [RG501: docs/errors.md#rg501]\n"


def test_the_applications_login_compares_nothing(place: Path, cluster: Any, database: Any) -> None:
    """It could not make what it would compare with: one line says whose login is wanted, not a list of differences."""
    owner, _ = database
    options = [CATALOG, "--role", cluster.app]
    run(owner, [rowgate("sql", *options, cwd=place).stdout])
    url = owner.url.set(username=cluster.app, password="test").render_as_string(hide_password=False)
    for command in ("diff", "check"):
        done = rowgate(command, *options, "--url", url, cwd=place)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"belongs to {cluster.owner}: log in as that" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["sql", "nowhere:catalog", "--role", "app"], 2, "No module named 'nowhere'"),
        (["sql", "world_catalog", "--role", "app"], 2, "write MODULE:NAME"),
        (["sql", "world_catalog:other", "--role", "app"], 2, "no Catalog"),
        (["sql", CATALOG, "--role", "app", "--owner", "app"], 1, "the application needs a login of its own"),
        (["diff", CATALOG, "--role", "app", "--url", "not a url"], 2, "cannot be read"),
        (["diff", CATALOG, "--role", "app", "--url", "postgresql://x@127.0.0.1:1/x"], 1, "the database cannot be read"),
        (["diff", CATALOG, "--role", "app"], 2, "--url"),
    ],
)
def test_what_goes_wrong_is_said_without_a_traceback(place: Path, arguments: list[str], code: int, says: str) -> None:
    """One clear line and an exit code, whatever is mistyped."""
    result = rowgate(*arguments, cwd=place)
    assert (result.returncode, result.stdout) == (code, "")
    assert says in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.stderr
