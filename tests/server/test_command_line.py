"""The commands on users, roles, grants, documents and the audit: as the system or as a user, each with its line."""

import getpass
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from conftest import WALL_KEY, Logins
from rowgate.server.identifiers import uuid7
from server.processes import folder, invoke, one_line
from server.test_commands import variables
from server.world import World, may_see, query

pytestmark = pytest.mark.slow

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def place() -> Iterator[Path]:
    """Give an empty working directory."""
    with folder() as path:
        yield path


@pytest.fixture
def run(database: Logins, place: Path) -> Run:
    """Give what runs a command on the test's database."""

    def command(*words: str, stdin: str = "") -> CompletedProcess[str]:
        known = {**variables(database), "ROWGATE_WALL_KEYS": WALL_KEY}  # what signs who acts, as the server has it
        return invoke(*words, cwd=place, stdin=stdin, **known)

    return command


def told(result: CompletedProcess[str]) -> Any:
    """Return the JSON that a command printed, once it is seen to have gone well."""
    assert (0, "") == (result.returncode, result.stderr), result
    return json.loads(result.stdout)


def audited(database: Logins) -> list[tuple[Any, ...]]:
    """Return the kinds of the lines in the audit with whom they name, oldest first."""
    return query(database.owner, "SELECT kind, reason, address, request, actor_id FROM audit_log ORDER BY id")


def test_users_as_the_system(run: Run, database: Logins, world: World) -> None:
    """Made, listed, shown, deactivated, activated, purged: each with a reason and the account that typed it."""
    create = (
        "user",
        "create",
        "ada",
        "--email",
        "ada@example.org",
        "--role",
        "paid_user",
        "--password-stdin",
        "--json",
    )
    made = told(run(*create, stdin="a password of hers\n"))["id"]
    assert ["ada"] == [one["username"] for one in told(run("user", "list", "ADA", "--json"))]
    shown = told(run("user", "show", "Ada", "--json"))
    assert (made, ["paid_user"], None) == (shown["id"], shown["roles"], shown["assignments"][0]["assigned_by"])
    assert told(run("user", "deactivate", "ada", "--reason", "she left", "--json"))["is_active"] is False
    assert "deactivate her first" in one_line(run("user", "purge", "free", "--yes"))
    assert told(run("user", "activate", made, "--json"))["is_active"] is True
    told(run("user", "deactivate", "ada", "--json"))
    assert {"user_roles": 1, "users": 1} == told(run("user", "purge", "ada", "--yes", "--json"))["counts"]
    lines = audited(database)
    assert {True} == {str(line[2]).startswith(f"{getpass.getuser()}@") for line in lines}
    assert ("she left", "rowgate user deactivate", None) in {(line[1], line[3], line[4]) for line in lines}
    assert {"system", "user.created", "role.assigned", "user.updated", "user.purged"} <= {line[0] for line in lines}


def test_the_last_admin_stays(run: Run) -> None:
    """The system, too, takes away no last admin."""
    for words in (("user", "deactivate", "admin"), ("role", "revoke", "admin", "admin")):
        assert "admin without end" in one_line(run(*words))


def test_a_new_password(run: Run, database: Logins) -> None:
    """A password is set, and the log-ins are over."""
    key = query(database.owner, "SELECT id FROM users WHERE username = 'free'")[0][0]
    query(
        database.owner,
        "INSERT INTO login_sessions (id, user_id, expires_at) VALUES (%s, %s, now() + interval '1 day')",
        uuid7(),
        key,
    )
    before = query(database.owner, "SELECT hashed_password FROM users WHERE username = 'free'")
    result = run("user", "password", "free", "--password-stdin", stdin="another password of hers\n")
    assert 0 == result.returncode, result.stderr
    assert before != query(database.owner, "SELECT hashed_password FROM users WHERE username = 'free'")
    assert [("password",)] == query(database.owner, "SELECT revoked_because FROM login_sessions")
    assert "at least 8" in one_line(run("user", "password", "free", "--password-stdin", stdin="short\n"))


def test_roles(run: Run, database: Logins) -> None:
    """Made, inherited, assigned until a time, listed, revoked, deleted; a cycle and a role of the policies are refused."""
    told(run("role", "create", "auditor", "--description", "reads the audit", "--json"))
    told(run("role", "inherit", "auditor", "free_user", "--json"))
    assert "inherit itself" in one_line(run("role", "inherit", "free_user", "auditor"))
    given = told(run("role", "assign", "nobody", "auditor", "--until", "2100-01-01", "--json"))
    assert "2100-01-01T00:00:00+00:00" == given["expires_at"]
    assert ["nobody"] == [one["username"] for one in told(run("role", "members", "auditor", "--json"))]
    inherited = told(run("role", "members", "free_user", "--inherited", "--json"))
    assert {"nobody", "free"} <= {one["username"] for one in inherited}
    told(run("role", "revoke", "nobody", "auditor", "--json"))
    told(run("role", "disinherit", "auditor", "free_user", "--json"))
    told(run("role", "delete", "auditor", "--json"))
    assert "may not" in one_line(run("role", "delete", "admin"))
    assert ["admin", "free_user", "paid_user"] == sorted(one["name"] for one in told(run("role", "list", "--json")))
    assert 2 == run("role", "assign", "nobody", "auditor", "--until", "tomorrow").returncode


def test_roles_that_exclude_each_other(run: Run, database: Logins) -> None:
    """Static and dynamic pairs are made, listed from both sides, acted upon, and ended; as a user who may."""
    told(run("role", "create", "auditor", "--json"))
    told(run("role", "exclude", "auditor", "paid_user", "--json"))
    told(run("role", "exclude", "auditor", "free_user", "--kind", "dynamic", "--as", "admin", "--json"))
    pairs = [("auditor", "static", "paid_user"), ("free_user", "dynamic", "auditor"), ("free_user", "static", None)]
    for role, kind, other in pairs:
        listed = told(run("role", "exclusions", role, "--kind", kind, "--json"))
        assert [one for one in (other,) if one] == [one["name"] for one in listed]
    assert "nobody may hold together" in one_line(run("role", "assign", "paid", "auditor"))
    assert "cannot exclude itself" in one_line(run("role", "exclude", "auditor", "auditor"))
    assert "may not" in one_line(run("role", "unexclude", "auditor", "paid_user", "--as", "free"))
    told(run("role", "unexclude", "paid_user", "auditor", "--json"))
    assert "no such thing" in one_line(run("role", "unexclude", "paid_user", "auditor"))
    told(run("role", "assign", "paid", "auditor", "--json"))
    assert 2 == run("role", "exclude", "auditor", "paid_user", "--kind", "some").returncode
    assert {"role.excluded", "role.exclusion-ended"} <= {line[0] for line in audited(database)}


def test_configurations(run: Run, database: Logins) -> None:
    """Made of JSON, seen by whom they are granted to, changed at level 2, deleted; what is no JSON is refused."""
    made = told(run("configuration", "create", "theme", '{"dark": true}', "--description", "how pages look", "--json"))
    told(run("configuration", "create", "hidden", '"text"', "--as", "admin", "--json"))
    told(run("grant", "add", "theme", "free_user", "--level", "1", "--json"))
    told(run("grant", "add", "theme", "paid_user", "--level", "2", "--json"))
    (seen,) = told(run("configuration", "list", "--as", "free", "--json"))
    shown = {"name": "theme", "value": {"dark": True}, "description": "how pages look", "id": made["id"]}
    assert shown == seen
    assert ["hidden", "theme"] == [one["name"] for one in told(run("configuration", "list", "--json"))]
    told(run("configuration", "set", made["id"], "[1, null]", "--as", "paid", "--json"))
    assert "may not" in one_line(run("configuration", "set", "theme", "2", "--as", "free"))
    assert [[1, None]] == [one["value"] for one in told(run("configuration", "list", "--as", "free", "--json"))]
    assert "is not JSON" in one_line(run("configuration", "set", "theme", "dark"))
    assert "a number is finite" in one_line(run("configuration", "set", "theme", "NaN"))
    assert "at most 100 characters" in one_line(run("configuration", "create", "x" * 101, "1"))
    assert "conflicts" in one_line(run("configuration", "create", "theme", "1"))
    assert "may not" in one_line(run("configuration", "create", "mine", "1", "--as", "free"))
    assert "may not" in one_line(run("configuration", "delete", "theme", "--as", "free"))
    assert "no configuration is named hidden" in one_line(run("configuration", "delete", "hidden", "--as", "free"))
    told(run("configuration", "delete", "theme", "--json"))
    assert ["hidden"] == [one["name"] for one in told(run("configuration", "list", "--json"))]
    assert [(0,)] == query(database.owner, "SELECT count(*) FROM role_configurations")


def test_grants(run: Run, database: Logins) -> None:
    """A configuration is granted at a level, listed both ways, and taken away."""
    query(database.owner, "INSERT INTO configurations (id, name, value) VALUES (%s, 'theme', '1')", uuid7())
    told(run("grant", "add", "theme", "paid_user", "--level", "2", "--json"))
    for words in (("--configuration", "theme"), ("--role", "paid_user")):
        (one,) = told(run("grant", "list", *words, "--json"))
        assert ("theme", "paid_user", 2) == (one["configuration"], one["role"], one["access_level"])
    told(run("grant", "remove", "theme", "paid_user", "--json"))
    assert [] == told(run("grant", "list", "--json"))
    assert "no configuration is named colour" in one_line(run("grant", "add", "colour", "paid_user"))


@pytest.mark.parametrize("who", ["admin", "paid", "free", "nobody"])
def test_documents_as_a_user(who: str, run: Run, world: World) -> None:
    """A list as a user shows what she may see, and nothing else; so does an export."""
    seen = {str(doc.id) for doc in world.documents if may_see(who, doc)}
    assert seen == {one["id"] for one in told(run("document", "list", "--as", who, "--limit", "1000", "--json"))}
    exported = run("document", "export", "-", "--json", "--as", who)
    assert seen == {json.loads(line)["id"] for line in exported.stdout.splitlines()}
    hidden = next(doc for doc in world.documents if not may_see(who, doc))
    assert "no such thing" in one_line(run("document", "show", str(hidden.id), "--as", who))


def test_nobody_changes_by_a_command_what_she_may_not(run: Run, database: Logins, world: World) -> None:
    """As a user, commands are judged like her requests: what she may not is refused, and nothing changes."""
    users = query(database.owner, "SELECT count(*) FROM user_roles")
    for words in (
        ("role", "assign", "free", "admin"),
        ("role", "create", "mine"),
        ("user", "deactivate", "free"),
        ("document", "restore", str(world.doc("free public free deleted").id)),
    ):
        assert "may " in one_line(run(*words, "--as", "free")), words
    assert users == query(database.owner, "SELECT count(*) FROM user_roles")
    assert [(3,)] == query(database.owner, "SELECT count(*) FROM roles")
    assert "no active user is named inactive" in one_line(run("user", "list", "--as", "inactive"))
    assert "no active user is named nemo" in one_line(run("user", "list", "--as", "nemo"))
    assert ["free"] == [one["username"] for one in told(run("user", "list", "--as", "free", "--json"))]


def test_documents_need_to_be_told_as_whom(run: Run) -> None:
    """Without --as or --system a command on documents does nothing; with both neither."""
    for words in ((), ("--as", "free", "--system", "why"), ("--system", " ")):
        assert 2 == run("document", "list", *words).returncode


def test_import_and_export_of_files(run: Run, database: Logins, world: World, place: Path) -> None:
    """A file is stored as its user; bad lines are told with their numbers and are exit code 3; what was stored comes out."""
    (place / "in.csv").write_text("title,content\r\ngood,x\r\nbad\r\n=sum,y\r\n", encoding="utf-8")
    result = run("document", "import", "in.csv", "--as", "free")
    assert (3, "stored 2, refused 1\n") == (result.returncode, result.stdout)
    assert "line 3: 1 cells" in result.stderr
    exported = run("document", "export", "out.csv", "--as", "free", "--owner", "free")
    assert 0 == exported.returncode, exported.stderr
    assert "'=sum" in (place / "out.csv").read_text(encoding="utf-8")
    owner = "SELECT count(*) FROM documents WHERE title IN ('good', '=sum') AND owner_id = %s"
    assert [(2,)] == query(database.owner, owner, world.users["free"])
    assert "does not name content" in one_line(
        run("document", "import", "-", "--format", "csv", "--as", "free", stdin="title\n")
    )
    assert "No such file" in one_line(run("document", "import", "none.csv", "--as", "free"))
    assert 2 == run("document", "import", "in.txt", "--as", "free").returncode


def test_import_as_the_system(run: Run, database: Logins, world: World) -> None:
    """The system stores for any owner, needs one, and leaves one line with its reason."""
    lines = "".join(
        json.dumps({"title": title, "content": "", **more}) + "\n"
        for title, more in (("a", {"owner_id": str(world.users["paid"])}), ("b", {}), ("c", {"owner_id": str(uuid7())}))
    )
    words = ("document", "import", "-", "--format", "jsonl", "--system", "moving house", "--json")
    result = run(*words, stdin=lines)
    assert 3 == result.returncode
    assert {
        "stored": 1,
        "refused": 2,
        "problems": [
            {"line": 2, "problem": "it names no owner"},
            {"line": 3, "problem": "it conflicts with what is stored"},
        ],
    } == json.loads(result.stdout)
    assert ["moving house"] == [line[1] for line in audited(database) if line[0] == "system"]
    again = json.loads(run(*words, "--owner", "free", stdin=lines).stdout)
    assert 2 == again["stored"]


def test_restore_share_and_purge(run: Run, database: Logins, world: World) -> None:
    """A deleted document comes back by an admin, is shared by its owner, and goes for good by the system."""
    document = str(world.doc("free private free deleted").id)
    told(run("document", "restore", document, "--as", "admin", "--json"))
    told(run("document", "share", document, "--as", "free", "--role", "paid_user", "--level", "editor", "--json"))
    assert document == told(run("document", "show", document, "--as", "paid", "--json"))["id"]
    told(run("document", "unshare", document, "--as", "free", "--role", "paid_user", "--json"))
    assert "no such thing" in one_line(run("document", "show", document, "--as", "paid"))
    deleted = str(world.doc("other private free deleted").id)
    assert "not deleted" in one_line(run("document", "purge", document, "--system", "why"))
    told(run("document", "purge", deleted, "--system", "why", "--json"))
    assert [(0,)] == query(database.owner, "SELECT count(*) FROM documents WHERE id = %s", deleted)


def test_what_users_store_moves_no_terminal(run: Run, database: Logins, world: World) -> None:
    """Escape sequences in a title are printed as text."""
    query(database.owner, "UPDATE documents SET title = %s WHERE title = 'free public free kept'", "\x1b[2J\u202ex")
    listed = run("document", "list", "--as", "free", "--limit", "1000").stdout
    assert "\x1b" not in listed
    assert "\u202e" not in listed
    assert "\\x1b[2J" in listed


def test_the_audit(run: Run, world: World) -> None:
    """Lines are listed by kind and time, newest first, and exported oldest first; as a user her own."""
    told(run("role", "assign", "nobody", "free_user", "--as", "admin", "--json"))
    (line,) = told(run("audit", "list", "--kind", "role.assigned", "--since", "2020-01-01", "--json"))
    assert (str(world.users["admin"]), {"role": "free_user", "expires_at": None}) == (line["actor_id"], line["detail"])
    assert "rowgate role assign" == line["request"]
    exported = [json.loads(one) for one in run("audit", "export", "--as", "admin").stdout.splitlines()]
    assert "role.assigned" in [one["kind"] for one in exported]
    assert [] == told(run("audit", "list", "--as", "free", "--json"))
    assert [] == told(run("audit", "list", "--before", "2020-01-01", "--json"))


def test_cleanup(run: Run, database: Logins, world: World) -> None:
    """What has been over for long goes, of every table; what is not stays; the audit says how much."""
    user = world.users["free"]
    for days in (1, 40):
        key = uuid7()
        query(
            database.owner,
            "INSERT INTO login_sessions (id, user_id, expires_at) VALUES (%s, %s, now() - make_interval(days => %s))",
            key,
            user,
            days,
        )
        query(
            database.owner,
            "INSERT INTO refresh_tokens (id, session_id, token_hash) VALUES (%s, %s, %s)",
            uuid7(),
            key,
            bytes(31) + bytes([days]),
        )
        query(
            database.owner,
            "INSERT INTO login_attempts (key, attempts, resets_at) VALUES (%s, 1, now() - make_interval(days => %s))",
            bytes(31) + bytes([days]),
            days,
        )
        query(
            database.owner,
            "INSERT INTO password_reset_tokens (id, user_id, token_hash, expires_at)"
            " VALUES (%s, %s, %s, now() - make_interval(days => %s))",
            uuid7(),
            user,
            bytes(31) + bytes([days]),
            days,
        )
        query(
            database.owner,
            "INSERT INTO idempotency_keys (user_id, key, fingerprint, made_id, created_at)"
            " VALUES (%s, %s, %s, %s, now() - make_interval(days => %s))",
            user,
            str(days),
            bytes(32),
            key,
            days,
        )
    tables = ("login_sessions", "refresh_tokens", "password_reset_tokens", "login_attempts", "idempotency_keys")
    assert dict.fromkeys(tables, 1) == told(run("db", "cleanup", "--json"))
    assert [1] * 5 == [query(database.owner, f"SELECT count(*) FROM {table}")[0][0] for table in tables]
    assert dict.fromkeys(tables, 1) == told(run("db", "cleanup", "--days", "0", "--json"))
    assert "cleaned-up" in {line[0] for line in audited(database)}
