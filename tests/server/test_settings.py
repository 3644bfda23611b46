"""Settings: where they come from, which are refused, and that no error shows a secret."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import create_engine

from rowgate.server.settings import (
    Settings,
    SettingsError,
    async_url,
    load_settings,
    signing_key,
    sync_url,
)

SECRET = "hunter2-" * 5
URL = f"postgresql+asyncpg://app:{SECRET}@db.example:5432/rowgate"


@pytest.fixture(autouse=True)
def empty_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in an empty folder, without ROWGATE_ variables."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.upper().startswith("ROWGATE_"):
            monkeypatch.delenv(name)


def test_defaults_need_nothing(tmp_path: Path) -> None:
    """With nothing set, the server is embedded, below the working directory, without default secrets."""
    settings = load_settings()
    assert tmp_path / ".rowgate" == settings.data_dir
    assert settings.database_url is settings.owner_database_url is settings.secret_key is None
    assert (5, 5, 1800, True, 10) == (
        settings.pool_size,
        settings.max_overflow,
        settings.pool_recycle,
        settings.pool_pre_ping,
        settings.pool_timeout,
    )
    assert ("queue", False, 900, True, 100) == (
        settings.pool_class,
        settings.echo,
        settings.access_token_seconds,
        settings.migrate,
        settings.max_page_size,
    )


def test_settings_are_frozen() -> None:
    """A setting cannot change after the start."""
    with pytest.raises(ValidationError, match="frozen"):
        setattr(load_settings(), "echo", True)  # noqa: B010 - a type checker refuses the plain form, as it should


def test_arguments_win_over_environment_over_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is arguments, environment, .env; an empty variable counts as not set."""
    (tmp_path / ".env").write_text("ROWGATE_POOL_SIZE=1\nROWGATE_MAX_OVERFLOW=2\nROWGATE_ISSUER=file\nOTHER=x\n")
    monkeypatch.setenv("ROWGATE_MAX_OVERFLOW", "3")
    monkeypatch.setenv("ROWGATE_ISSUER", "environment")
    monkeypatch.setenv("ROWGATE_DATABASE_URL", "")
    settings = load_settings(issuer="argument")
    assert (1, 3, "argument") == (settings.pool_size, settings.max_overflow, settings.issuer)
    assert settings.database_url is None


@pytest.mark.parametrize("source", ["environment", ".env"])
def test_misspelt_variable_names_the_nearest(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo is an error instead of a default that nobody notices."""
    if source == ".env":
        (tmp_path / ".env").write_text("ROWGATE_DATABSE_URL=x\n")
    else:
        monkeypatch.setenv("ROWGATE_DATABSE_URL", "x")
    with pytest.raises(
        SettingsError, match=r"^ROWGATE_DATABSE_URL is not a setting; did you mean ROWGATE_DATABASE_URL"
    ):
        load_settings()


def test_misspelt_argument_names_the_nearest() -> None:
    """The same holds for arguments in code."""
    with pytest.raises(SettingsError, match="pool_sise is not a setting; did you mean pool_size"):
        load_settings(pool_sise=3)


def test_secret_files_only_exist_for_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """ROWGATE_POOL_SIZE_FILE is a mistake, not a feature."""
    monkeypatch.setenv("ROWGATE_POOL_SIZE_FILE", "x")
    with pytest.raises(SettingsError, match="ROWGATE_POOL_SIZE_FILE is not a setting"):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("ROWGATE_POOL_SIZE", "many", "valid integer.*'many'"),
        ("ROWGATE_POOL_SIZE", "0", "greater than or equal to 1"),
        ("ROWGATE_POOL_CLASS", "static", "'queue' or 'null'"),
        ("ROWGATE_ECHO", "perhaps", "valid boolean"),
        ("ROWGATE_ACCESS_TOKEN_SECONDS", "59", "greater than or equal to 60"),
        ("ROWGATE_ACCESS_TOKEN_SECONDS", "3601", "less than or equal to 3600"),
        ("ROWGATE_SECRET_KEY", SECRET[:31], "at least 32 bytes"),
        ("ROWGATE_DATABASE_URL", SECRET, "is not a database URL"),
        ("ROWGATE_DATABASE_URL", f"postgresql://app:{SECRET}@host:port/db", "is not a database URL"),
        ("ROWGATE_DATABASE_URL", f"mysql://root:{SECRET}@host/db", "must begin with .*not mysql://"),
        ("ROWGATE_DATABASE_URL", f"postgres://app:{SECRET}@host/db", "must begin with .*not postgres://"),
        ("ROWGATE_OWNER_DATABASE_URL", "sqlite:///file", "PostgreSQL 15"),
        ("ROWGATE_OWNER_DATABASE_URL", f"postgresql+psycopg2://app:{SECRET}@host/db", "must begin with"),
    ],
)
def test_wrong_value_is_one_clear_error(
    variable: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the variable and what is wrong; secrets appear neither in it nor in what it chains."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: .*{complaint}") as caught:
        load_settings()
    assert SECRET[:31] not in str(caught.value)
    assert caught.value.__suppress_context__


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mistakes are two lines, so that nobody has to start three times."""
    monkeypatch.setenv("ROWGATE_POOL_SIZE", "x")
    monkeypatch.setenv("ROWGATE_ECHO", "x")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert ["ROWGATE_POOL_SIZE", "ROWGATE_ECHO"] == [line.split(":")[0] for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("name", ["database_url", "owner_database_url", "secret_key"])
def test_secret_from_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each secret can come from a file; its last newline does not belong to it."""
    (tmp_path / "secret").write_text(URL + "\n")
    monkeypatch.setenv(f"ROWGATE_{name.upper()}_FILE", str(tmp_path / "secret"))
    assert URL == getattr(load_settings(), name).get_secret_value()


def test_secret_file_named_in_dotenv(tmp_path: Path) -> None:
    """The _FILE variables work in .env as well."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / ".env").write_text("ROWGATE_SECRET_KEY_FILE=secret\n")
    assert SECRET.encode() == signing_key(load_settings())


def test_secret_given_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value and a file for the same secret: nobody can say which is meant."""
    (tmp_path / "secret").write_text(SECRET)
    monkeypatch.setenv("ROWGATE_SECRET_KEY", SECRET)
    monkeypatch.setenv("ROWGATE_SECRET_KEY_FILE", "secret")
    with pytest.raises(SettingsError, match="ROWGATE_SECRET_KEY and ROWGATE_SECRET_KEY_FILE are both set"):
        load_settings()


@pytest.mark.parametrize(("content", "complaint"), [(None, "No such file"), (b"", "is empty"), (b"\xff", "UTF-8")])
def test_unusable_secret_file_is_explained(
    content: bytes | None, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing, empty or binary file names the variable that pointed there."""
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("ROWGATE_SECRET_KEY_FILE", "secret")
    with pytest.raises(SettingsError, match=f"^ROWGATE_SECRET_KEY_FILE: .*{complaint}"):
        load_settings()


def test_settings_hide_secrets_when_printed() -> None:
    """A log line with the settings in it shows no password."""
    settings = load_settings(database_url=URL, secret_key=SECRET)
    assert SECRET not in f"{settings} {settings!r}"
    assert SECRET not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("given", "driver"),
    [("postgresql", "psycopg"), ("postgresql+asyncpg", "asyncpg"), ("postgresql+psycopg", "psycopg")],
)
def test_urls_name_their_driver(given: str, driver: str) -> None:
    """A plain postgresql:// means psycopg 3 on every SQLAlchemy; odd passwords survive."""
    settings = load_settings(database_url=f"{given}://app:p%40ss%2Fw%3Ard@host:6543/db?application_name=a")
    assert settings.database_url is not None
    for url, expected in (
        (async_url(settings.database_url), driver),
        (sync_url(settings.database_url), "psycopg"),
    ):
        assert f"postgresql+{expected}" == url.drivername
        assert ("app", "p@ss/w:rd", "host", 6543, "db") == (
            url.username,
            url.password,
            url.host,
            url.port,
            url.database,
        )
        assert "a" == url.query["application_name"]
    assert "psycopg" == create_engine(sync_url(settings.database_url)).driver


@pytest.mark.parametrize("option", ["ssl", "sslmode"])
def test_tls_option_is_spelt_for_the_driver(option: str) -> None:
    """`ssl=require` and `sslmode=require` both work with both drivers."""
    secret = SecretStr(f"postgresql+asyncpg://app@host/db?{option}=require")
    assert {"ssl": "require"} == dict(async_url(secret).query)
    assert {"sslmode": "require"} == dict(sync_url(secret).query)


def test_signing_key_is_made_once_and_closed(tmp_path: Path) -> None:
    """Without a key, one is made in the data directory, for its owner only, and used ever after."""
    settings = load_settings(data_dir=tmp_path / "deep" / "data")
    key = signing_key(settings)
    path = tmp_path / "deep" / "data" / "secret_key"
    assert len(key) >= 32
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert key == signing_key(settings)
    assert key == path.read_bytes().strip()
    assert key != signing_key(load_settings(data_dir=tmp_path / "other"))


def test_given_signing_key_wins_and_makes_no_file(tmp_path: Path) -> None:
    """A configured key is used as it is."""
    assert SECRET.encode() == signing_key(load_settings(secret_key=SECRET))
    assert [] == list(tmp_path.iterdir())


def test_workers_that_start_together_share_one_signing_key(tmp_path: Path) -> None:
    """Many starters, one key, and no drafts left lying about."""
    settings = load_settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(signing_key, [settings] * 200))
    assert 1 == len(keys)
    assert ["secret_key"] == [path.name for path in (tmp_path / "data").iterdir()]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o644])
def test_key_file_that_others_may_use_is_refused(mode: int, tmp_path: Path) -> None:
    """A key that others may read or write signs nothing; the message says how to mend it."""
    settings = load_settings(data_dir=tmp_path)
    signing_key(settings)
    (tmp_path / "secret_key").chmod(mode)
    with pytest.raises(SettingsError, match=r"may be read by other users .*chmod 600"):
        signing_key(settings)


@pytest.mark.parametrize(("content", "complaint"), [("", "is empty"), ("short", "fewer than 32 bytes")])
def test_broken_key_file_is_refused(content: str, complaint: str, tmp_path: Path) -> None:
    """An empty or short key file is not silently replaced: tokens in use depend on it."""
    (tmp_path / "secret_key").write_text(content)
    (tmp_path / "secret_key").chmod(0o600)
    with pytest.raises(SettingsError, match=complaint):
        signing_key(load_settings(data_dir=tmp_path))


def test_named_pipe_in_place_of_the_key_does_not_hang(tmp_path: Path) -> None:
    """Something that is no file is refused instead of waited for."""
    os.mkfifo(tmp_path / "secret_key", 0o600)
    with pytest.raises(SettingsError, match="not a plain file"):
        signing_key(load_settings(data_dir=tmp_path))


def test_data_directory_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    """The error names both ways out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"ROWGATE_DATA_DIR.*ROWGATE_SECRET_KEY"):
        signing_key(load_settings(data_dir=tmp_path / "file" / "data"))


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """No field has an alias that would make its documented variable mean nothing."""
    monkeypatch.setenv("ROWGATE_ISSUER", "me")
    assert "me" == load_settings().issuer
    assert all(field.alias is None for field in Settings.model_fields.values())
