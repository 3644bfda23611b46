"""The files that deploy the server, with their own settings: migrate, serve, and answer behind the wall.

No container and no systemd: each service is a process with exactly the environment that its file gives it, a data
directory of its own, and no secret but those that are mounted for it. Only paths, port and database are others.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml  # type: ignore[import-untyped]
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from server.processes import ROWGATE, Server, environment, folder, serve
from server.world import PASSWORD

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
UNIT = (ROOT / "deploy/rowgate.service").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
STATE = "/var/lib/rowgate"
"""Where both keep what they write."""

pytestmark = pytest.mark.slow


def make_secrets(cwd: Path, database: tuple[URL, URL]) -> Path:
    """Make the secrets as the page says, but for a database that is here; return where they are."""
    secrets = cwd / "secrets"
    subprocess.run(["sh", ROOT / "deploy/make-secrets.sh", secrets], check=True)
    for name, url in zip(("owner_database_url", "database_url"), database, strict=True):
        (secrets / name).write_text(url.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))
    return secrets


def service(name: str, cwd: Path, secrets: Path) -> dict[str, str]:
    """Return the environment of a service of compose.yaml: the image's, and its own; nothing is shared but secrets."""
    found = COMPOSE["services"][name]
    assert not found.get("volumes")
    here = cwd / name
    (here / "secrets").mkdir(parents=True)
    for secret in found["secrets"]:
        shutil.copy(secrets / secret, here / "secrets")
    line = re.search(r"^ENV (.*ROWGATE_.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert line is not None
    image = dict(word.split("=", 1) for word in shlex.split(line[1]) if word.startswith("ROWGATE_"))
    paths = {STATE: str(here / "state"), "/run/secrets": str(here / "secrets")}
    return mapped({**image, **found["environment"]}, paths)


def unit(cwd: Path, secrets: Path) -> dict[str, str]:
    """Return the environment of the unit, and load its credentials."""
    credentials = cwd / "credentials"
    credentials.mkdir()
    for name, path in re.findall(r"^LoadCredential=(\w+):(\S+)$", UNIT, re.MULTILINE):
        shutil.copy(secrets / path.removeprefix("/etc/rowgate/"), credentials / name)
    given = dict(re.findall(r"^Environment=(\w+)=(\S+)$", UNIT, re.MULTILINE))
    return mapped(given, {"%d": str(credentials), "%S": str(cwd / "state")})


def mapped(given: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, str]:
    """Return the settings with other paths."""
    for there, here in paths.items():
        given = {name: value.replace(there, here) for name, value in given.items()}
    return dict(given)


def on_a_free_port(words: list[str]) -> list[str | Path]:
    """Return the server's command, but for its port."""
    place = words.index("--port") + 1
    return [ROWGATE, *words[:place], "0", *words[place + 1 :]]


def run(*words: str, cwd: Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours to its end."""
    given = environment(**settings)
    return subprocess.run(
        [ROWGATE, *words], cwd=cwd, env=given, input=stdin, capture_output=True, text=True, check=False, timeout=120
    )


def create_ada(cwd: Path, settings: Mapping[str, str]) -> None:
    """Create the first user, as the page says."""
    words = next(line for line in PAGE.splitlines() if "rowgate user create" in line)
    arguments = shlex.split(words.partition("rowgate ")[2])
    made = run(*arguments, "--password-stdin", cwd=cwd, stdin=f"{PASSWORD}\n", **settings)
    assert 0 == made.returncode, made.stderr


def see_that_it_answers_behind_the_wall(server: Server, application: URL) -> None:
    """A document is stored and read by requests; the same login without a signed context sees nothing of it."""
    with server.log_in("ada", PASSWORD) as ada:
        made = ada.post("/documents", json={"title": "first", "content": "text"})
        assert 201 == made.status_code, made.text
        listed = ada.get("/documents").json()["items"]
        assert [made.json()["id"]] == [one["id"] for one in listed]
    host = application.host or str(application.query["host"])
    login = make_conninfo(
        port=application.port,
        user=application.username,
        password=application.password,
        dbname=application.database,
        host=host,
    )
    with psycopg.connect(login) as connection:
        assert (0,) == connection.execute("SELECT count(*) FROM documents").fetchone()


def test_compose_migrates_and_serves(fresh_database: tuple[URL, URL]) -> None:
    """Two services with nothing in common but secrets: the server signs with a key that the migration had accepted."""
    with folder() as cwd:
        secrets = make_secrets(cwd, fresh_database)
        migrating, serving = service("migrate", cwd, secrets), service("server", cwd, secrets)
        done = run(*COMPOSE["services"]["migrate"]["command"], cwd=cwd, **migrating)
        assert 0 == done.returncode, done.stderr
        command = on_a_free_port(COMPOSE["services"]["server"]["command"])
        with serve(cwd, command=command, **serving) as server:
            create_ada(cwd, serving)
            see_that_it_answers_behind_the_wall(server, fresh_database[1])
        assert [] == [path for one in ("migrate", "server") for path in (cwd / one).rglob("state/*")]


def test_without_the_common_key_compose_would_not_start(fresh_database: tuple[URL, URL]) -> None:
    """A server that signs with a key of its own, which the migration does not know, says so and does not start."""
    with folder() as cwd:
        secrets = make_secrets(cwd, fresh_database)
        migrating, serving = service("migrate", cwd, secrets), service("server", cwd, secrets)
        del migrating["ROWGATE_WALL_KEYS_FILE"], serving["ROWGATE_WALL_KEYS_FILE"]
        assert 0 == run(*COMPOSE["services"]["migrate"]["command"], cwd=cwd, **migrating).returncode
        refused = run("serve", "--port", "0", cwd=cwd, **serving)
        assert 1 == refused.returncode
        assert "the database does not accept the key that signs: run `rowgate wall accept`" in refused.stderr


def test_the_unit_migrates_and_serves(fresh_database: tuple[URL, URL]) -> None:
    """The unit's server on an empty database, and beside it a command with the settings of the page."""
    with folder() as cwd:
        secrets = make_secrets(cwd, fresh_database)
        settings = unit(cwd, secrets)
        line = re.search(r"^ExecStart=/opt/rowgate/bin/rowgate (.+)$", UNIT, re.MULTILINE)
        assert line is not None
        with serve(cwd, command=on_a_free_port(shlex.split(line[1])), **settings) as server:
            block = next(one for one in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "export ROWGATE_" in one)
            assert block.startswith("cd /etc/rowgate\n")
            create_ada(secrets, dict(re.findall(r"(ROWGATE_\w+)=(\S+)", block)))
            see_that_it_answers_behind_the_wall(server, fresh_database[1])
        assert [] == [*(cwd / "state").rglob("*")]


def test_the_page_installs_each_credential_of_the_unit() -> None:
    """What the unit loads is what the page puts into its place."""
    line = next(line for line in PAGE.splitlines() if line.endswith("-t /etc/rowgate"))
    loaded = [path for _, path in re.findall(r"^LoadCredential=(\w+):(\S+)$", UNIT, re.MULTILINE)]
    assert sorted(loaded) == sorted(f"/etc/rowgate/{Path(one).name}" for one in line.split() if "secrets/" in one)
