"""The wall around the server: made by the migrations, looked at each start, its keys changed without a gap."""

import asyncio
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from conftest import WALL_KEY, Cluster, Logins
from rowgate.server import migrate
from rowgate.server.settings import Settings, SettingsError, load_settings
from rowgate.server.startup import StartError
from rowgate.server.wall_keys import read_keys, wall_signing
from server.processes import invoke, one_line, rowgate
from server.test_external import check_core
from server.world import KEY, Door, World, query, serving, settings_for, store

OTHER = "o" * 64


def variables(logins: Logins) -> dict[str, str]:
    """Return what the environment says of a database."""
    return {
        "ROWGATE_DATABASE_URL": logins.app.render_as_string(hide_password=False),
        "ROWGATE_OWNER_DATABASE_URL": logins.owner.render_as_string(hide_password=False),
        "ROWGATE_SECRET_KEY": KEY,
    }


async def typed(*arguments: str, cwd: Path, **settings: str) -> CompletedProcess[str]:
    """Run a command beside the event loop of the test."""
    return await asyncio.to_thread(rowgate, *arguments, cwd=cwd, **settings)


async def refusal(settings: Settings) -> str:
    """Return why the application does not start."""
    with pytest.raises(StartError) as caught:
        async with serving(settings):
            pass
    return str(caught.value)


async def lists(door: Door) -> int:
    """Return how many documents somebody is shown; what she is answered, if it is not a list."""
    answer = await (await door.log_in("free")).get("/documents", params={"limit": 100})
    return len(answer.json()["items"]) if answer.status_code == 200 else answer.status_code


async def test_what_the_migrations_make_is_what_the_policies_say(logins: Logins) -> None:
    """No migration is missing: after a change of the policies, `alembic revision --autogenerate` writes it."""
    assert [] == await migrate.check(logins.owner, application_role=str(logins.app.username))


EDITS = {
    "a policy more": ('CREATE POLICY mine ON documents TO "{app}" USING (true)', "undeclared: policy 'public' 'documents' 'mine'"),
    "a policy less": ('DROP POLICY "restrict read: soft-delete" ON documents', "missing: policy"),
    "a policy changed": ('ALTER POLICY "allow read: myself" ON users USING (true)', "changed: policy 'public' 'users'"),
    "row security off": ("ALTER TABLE documents DISABLE ROW LEVEL SECURITY", "documents"),
    "row security not forced": ("ALTER TABLE documents NO FORCE ROW LEVEL SECURITY", "row security"),
    "a right more": ('GRANT DELETE ON audit_log TO "{app}"', "changed: rights 'public' 'audit_log'"),
    "a right of everybody": ("GRANT SELECT ON refresh_tokens TO PUBLIC", "changed: rights"),
    "a function changed": ("ALTER FUNCTION rowgate.id() VOLATILE", "changed: function 'rowgate' 'id'"),
    "a trigger less": ("DROP TRIGGER {trigger} ON documents", "missing: trigger"),
    "the keys to read": ('GRANT SELECT ON rowgate.keys TO "{app}"', "keys"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
async def test_a_wall_that_was_changed_is_not_served(database: Logins, edit: str, caplog: Any) -> None:
    """The error names what was changed and what to do; `warn` starts nevertheless, and `rowgate wall up` mends it."""
    statement, says = EDITS[edit]
    trigger = query(
        database.owner, "SELECT tgname FROM pg_trigger WHERE tgrelid = 'documents'::regclass AND NOT tgisinternal"
    )
    query(database.owner, statement.format(app=database.app.username, trigger=f'"{trigger[0][0]}"'))
    reason = await refusal(settings_for(database))
    assert says in reason
    assert "rowgate wall up" in reason
    assert "ROWGATE_WALL_CHECK=warn" in reason
    caplog.clear()
    async with serving(settings_for(database, wall_check="warn")):
        assert says in caplog.text


def test_wall_up_puts_right_what_was_changed(database: Logins, tmp_path: Path) -> None:
    """Told one by one; then the database is as the release declares, and served."""
    query(database.owner, f'CREATE POLICY mine ON documents TO "{database.app.username}" USING (true)')
    query(database.owner, 'DROP POLICY "restrict read: soft-delete" ON documents')
    settings = {**variables(database), "ROWGATE_WALL_KEYS": WALL_KEY}
    failed = invoke("db", "check", cwd=tmp_path, **settings)
    assert 1 == failed.returncode
    assert "create_policy" in failed.stdout
    told = invoke("wall", "up", cwd=tmp_path, **settings)
    assert 0 == told.returncode, told.stderr
    assert "undeclared: policy 'public' 'documents' 'mine'" in told.stdout
    assert "missing: policy" in told.stdout
    assert 0 == invoke("db", "check", cwd=tmp_path, **settings).returncode


async def test_a_key_that_the_database_does_not_accept_is_not_served(database: Logins) -> None:
    """The error says how it is accepted; a start that migrates accepts it."""
    settings = settings_for(database, wall_keys=OTHER)
    assert "rowgate wall accept" in await refusal(settings)
    async with serving(settings.model_copy(update={"migrate": True})) as door:
        assert await lists(door) > 0
    async with serving(settings) as door:  # from now on
        assert await lists(door) > 0


def test_a_command_with_a_key_that_the_database_does_not_accept_says_so(database: Logins, tmp_path: Path) -> None:
    """As a user, it is not she who is unknown; the system needs no key. Without one, a key of the folder is as unknown."""
    for keys in ({"ROWGATE_WALL_KEYS": OTHER}, {}):
        refused = one_line(invoke("document", "list", "--as", "free", cwd=tmp_path, **variables(database), **keys))
        assert "the database does not accept the key that signs: run `rowgate wall accept`" in refused
        assert 0 == invoke("user", "list", cwd=tmp_path, **variables(database), **keys).returncode
    known = {**variables(database), "ROWGATE_WALL_KEYS": WALL_KEY}
    assert 0 == invoke("document", "list", "--as", "free", cwd=tmp_path, **known).returncode


async def test_keys_change_without_a_gap(database: Logins, tmp_path: Path) -> None:
    """One process signs with the old key, another with the new: both serve, until the old one is retired."""
    given = {**variables(database), "ROWGATE_MIGRATE": "false"}

    async def run(*command: str, **more: str) -> str:
        done = await typed("wall", *command, cwd=tmp_path, **given, **more)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def read() -> Settings:
        return settings_for(database, wall_keys=None, data_dir=tmp_path / ".rowgate")

    await run("accept")
    first = read_keys(read())
    async with serving(read()) as old:
        shown = await lists(old)
        assert shown > 0
        assert "restart the servers" in await run("rotate")
        keys = read_keys(read())
        assert (len(keys), keys[1:]) == (2, first)
        async with serving(read()) as new:
            assert [shown, shown] == [await lists(old), await lists(new)]
            await run("retire")
            assert read_keys(read()) == keys[:1]
            assert [401, shown] == [await lists(old), await lists(new)]
    assert [(1,)] == query(database.owner, "SELECT count(*) FROM rowgate.keys")
    assert 0o600 == (tmp_path / ".rowgate" / "wall_keys").stat().st_mode & 0o777


def test_keys_of_the_settings_are_changed_there(database: Logins, tmp_path: Path) -> None:
    """`rotate` has no file to write, says so, and changes nothing."""
    settings = {**variables(database), "ROWGATE_WALL_KEYS": WALL_KEY}
    assert "ROWGATE_WALL_KEYS: change them there" in one_line(invoke("wall", "rotate", cwd=tmp_path, **settings))
    assert [(1,)] == query(database.owner, "SELECT count(*) FROM rowgate.keys")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("short", "at least 32 bytes"),
        (f"{OTHER} short", "at least 32 bytes"),
        (f"{OTHER} {OTHER}", "holds a key twice"),
    ],
)
def test_wrong_keys_are_refused_without_being_shown(value: str, says: str) -> None:
    """In the settings."""
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings(wall_keys=value)
    assert OTHER not in str(caught.value)


def test_a_wrong_file_of_keys_is_refused(tmp_path: Path) -> None:
    """And in the data directory."""
    file = tmp_path / "wall_keys"
    file.write_text("short\n")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="at least 32 bytes") as caught:
        read_keys(load_settings(data_dir=tmp_path, wall_keys=None))
    assert str(file) in str(caught.value)


def test_keys_are_separated_by_any_white_space() -> None:
    """The first signs; `wall=False` signs nothing."""
    settings = load_settings(wall_keys=f"{OTHER}\n {WALL_KEY} ")
    assert [OTHER, WALL_KEY] == read_keys(settings)
    assert wall_signing(settings.model_copy(update={"wall": False})) is None


async def test_without_the_wall_the_gate_serves_alone(database: Logins, world: World, tmp_path: Path) -> None:
    """Taken down and switched off, all is as it is behind the wall; and `wall up` brings the same wall back."""
    off = {**variables(database), "ROWGATE_WALL": "false"}
    before = query(database.owner, OBJECTS)
    assert "leave the setting out" in await refusal(settings_for(database, wall=False))
    assert 0 == (await typed("wall", "down", cwd=tmp_path, **off)).returncode
    assert [] == query(database.owner, "SELECT 1 FROM pg_policies")
    assert "no wall in the database" in await refusal(settings_for(database))
    assert [] == await migrate.check(database.owner, wall=False)
    async with serving(settings_for(database, wall=False)) as door:
        await check_core(door, world)
    assert 0 == (await typed("wall", "up", cwd=tmp_path, **off, ROWGATE_WALL_KEYS=WALL_KEY)).returncode
    assert before == query(database.owner, OBJECTS)
    async with serving(settings_for(database)) as door:
        assert await lists(door) > 0


OBJECTS = (
    "SELECT tablename, policyname, qual, with_check FROM pg_policies"
    " UNION ALL SELECT table_name, column_name, privilege_type, grantee FROM information_schema.column_privileges"
    " WHERE grantee <> current_user AND table_schema = 'public' ORDER BY 1, 2, 3, 4"
)


async def test_migrations_leave_the_wall_out_where_there_is_none(
    empty_logins: Logins, cluster: Cluster, world: World, hashed: str
) -> None:
    """A database that is migrated without the wall has none, and is served so; it goes back to nothing."""
    settings = settings_for(empty_logins, wall=False, migrate=True)
    async with serving(settings) as door:
        store(world, empty_logins.owner, hashed)
        await check_core(door, world)
    assert [] == query(empty_logins.owner, "SELECT 1 FROM pg_namespace WHERE nspname = 'rowgate'")
    await migrate.downgrade(empty_logins.owner, "base", application_role=cluster.app, wall=False)
    assert [("alembic_version",)] == query(
        empty_logins.owner, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )


async def test_a_wall_for_another_login_is_not_served(cluster: Cluster, database: Logins, tmp_path: Path) -> None:
    """A new login sees nothing until `wall up` has made the wall for it."""
    name = f"second_{tmp_path.name[-8:]}".lower()
    query(cluster.superuser, f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'test'")
    try:
        second = Logins(database.owner, database.app.set(username=name))
        assert "not as declared" in await refusal(settings_for(second, migrate=True))
        done = await typed("wall", "up", cwd=tmp_path, **variables(second), ROWGATE_WALL_KEYS=WALL_KEY)
        assert 0 == done.returncode, done.stderr
        async with serving(settings_for(second)) as door:
            assert await lists(door) > 0
        assert "not as declared" in await refusal(settings_for(database))
    finally:
        owner = cluster.superuser.set(database=database.owner.database)
        query(owner, f'DROP OWNED BY "{name}"')
        query(cluster.superuser, f'DROP ROLE "{name}"')
