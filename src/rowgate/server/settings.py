"""What the server is told from outside: `ROWGATE_*` variables, a `.env` file, files with secrets.

There is no global. The command line (or a test) calls `load_settings()` once and passes the value down.

Order, first one wins: arguments, environment, `.env` in the working directory, defaults. An empty variable
counts as not set. Each secret may come from a file instead: `ROWGATE_SECRET_KEY_FILE=/run/secrets/key`.
"""

import difflib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from rowgate.server.logs import LogFormat
from rowgate.server.secret_files import SecretFileError, read_or_create_secret

PREFIX: Final = "ROWGATE_"
SECRETS: Final = ("database_url", "owner_database_url", "secret_key", "metrics_token", "wall_keys")
ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
SECRET_KEY_BYTES: Final = 32  # HMAC-SHA-256: a shorter key is weaker than the hash it feeds (RFC 7518, 3.2)
DRIVERS: Final = {
    "postgresql": "postgresql+psycopg",  # what SQLAlchemy 2.1 means by it; 2.0 would look for psycopg2
    "postgresql+asyncpg": "postgresql+asyncpg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class SettingsError(ValueError):
    """The server cannot start with these settings; names each variable and what is wrong, never a secret."""


class Settings(BaseSettings):
    """Everything that can be set, frozen. Made by `load_settings`; times are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    database_url: SecretStr | None = None
    """The application's login: owns nothing, bypasses nothing. Without it, PostgreSQL is embedded."""
    owner_database_url: SecretStr | None = None
    """The owner's login, for migrations and system sessions."""
    data_dir: Path = Path(".rowgate")
    """Generated secrets and the embedded database; relative to the working directory."""

    pool_size: Annotated[int, Field(ge=1, le=1000)] = 5
    max_overflow: Annotated[int, Field(ge=0, le=1000)] = 5
    pool_recycle: Annotated[int, Field(ge=-1)] = 1800
    """Age at which a connection is replaced; -1 is never."""
    pool_pre_ping: bool = True
    pool_timeout: Annotated[float, Field(gt=0, le=600)] = 10
    """How long a request waits for a connection before it is answered 503."""
    pool_class: Literal["queue", "null"] = "queue"
    """`null` opens a connection per transaction: for a pool outside, such as PgBouncer."""
    echo: bool = False
    """Log every statement. Statements hold no values, but table and column names."""

    secret_key: SecretStr | None = None
    """Signs access tokens; at least 32 bytes. Without it, one is made in `data_dir/secret_key`, mode 600."""
    access_token_seconds: Annotated[int, Field(ge=60, le=3600)] = 900
    session_days: Annotated[int, Field(ge=1, le=400)] = 30
    """How long a log-in can be refreshed, whatever its use."""
    refresh_leeway_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    """How long after its use a refresh token that comes again is refused only, and not taken for stolen."""
    login_max_attempts: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    """Failed log-ins with one name, in `login_window_seconds`, before the next is answered 429."""
    login_max_attempts_per_address: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """The same from one address; of IPv6, from one network of 64 bits."""
    login_window_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    password_reset_seconds: Annotated[int, Field(ge=60, le=86_400)] = 1800
    """How long the token for a forgotten password is good."""
    password_reset_sender: str | None = None
    """Who sends that token: `module:function`, see the page on the server."""
    development: bool = False
    """Without a sender, write the tokens for forgotten passwords to the log. Never in production."""

    wall: bool = True
    """PostgreSQL enforces the policies too, for every client that logs in as the application."""
    wall_keys: SecretStr | None = None
    """Sign who acts, for the database; the first one signs. Without them, one is made in `data_dir/wall_keys`."""
    wall_context_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """How long after it was signed a context may begin to be used; it covers the difference between the clocks."""
    wall_bind_to_pid: bool = True
    """A context is good on its own connection only. False behind a pooler, which hides which that is."""
    wall_check: Literal["refuse", "warn"] = "refuse"
    """What to do at start if the wall is not as declared, or the login could walk round it."""

    issuer: Annotated[str, Field(min_length=1)] = "rowgate"
    audience: Annotated[str, Field(min_length=1)] = "rowgate"

    migrate: bool = True
    """Bring the database to the newest schema at start."""
    max_page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    max_import_bytes: Annotated[int, Field(ge=1)] = 1_073_741_824
    """How large a file of documents may be that is imported by a request; other bodies have 8 MiB."""

    require_if_match: bool = False
    """Answer 428 to a change or a delete that does not say what it takes the thing for."""
    idempotency_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long a create is known by its `Idempotency-Key`."""

    cors_origins: Annotated[tuple[str, ...] | None, NoDecode] = None
    """The origins whose pages may call the API, with commas between; `*` is all. None may, if not given."""
    hsts_seconds: Annotated[int, Field(ge=0, le=63_072_000)] = 0
    """How long browsers are to come by https only; 0 says nothing. For a server that is reached by https alone."""
    log_format: LogFormat = "console"
    metrics_token: SecretStr | None = None
    """Who sends it as a bearer token reads `/metrics`; at least 32 bytes. Without it, there is no `/metrics`."""

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(_normalise(value.get_secret_value()))

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        found = [one.strip() for one in value.split(",")] if isinstance(value, str) else value
        for one in found if isinstance(found, list | tuple) else ():
            if one != "*" and not ORIGIN.fullmatch(str(one)):
                raise ValueError("lists origins such as https://app.example.org, with no path, or is *")
        return found

    @field_validator("secret_key", "metrics_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < SECRET_KEY_BYTES:
            raise ValueError(f"must be at least {SECRET_KEY_BYTES} bytes; leave it out to have one made")
        return value

    @field_validator("wall_keys")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            wrong = problem_with_keys(value.get_secret_value().split())
            if wrong:
                raise ValueError(wrong)
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it by name
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the `_FILE` variables and the check for misspelt names."""
        sources = (dotenv_settings, env_settings)
        given = {name: value for source in sources for name, value in cast(EnvSettingsSource, source).env_vars.items()}
        return init_settings, env_settings, dotenv_settings, _SecretFiles(settings_cls, given)


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `ROWGATE_<SECRET>_FILE`, and refuses every `ROWGATE_*` name that means nothing."""

    def __init__(self, settings_cls: type[BaseSettings], given: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self.given = {name.upper(): value for name, value in given.items() if value}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - pydantic's
        """Return the content of the file that the field's `_FILE` variable names, or None."""
        variable = variable_of(field_name) + "_FILE"
        path = self.given.get(variable) if field_name in SECRETS else None
        if path is None:
            return None, field_name, False
        if variable_of(field_name) in self.given:
            raise SettingsError(f"{variable_of(field_name)} and {variable} are both set; keep one")
        return _content(variable, path), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the secrets that come from files."""
        names = [variable_of(name) for name in self.settings_cls.model_fields]
        names += [variable_of(name) + "_FILE" for name in SECRETS]
        unknown = [name for name in self.given if name.startswith(PREFIX) and name not in names]
        if unknown:
            raise SettingsError("\n".join(_unknown(name, names) for name in sorted(unknown)))
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from environment, `.env` and secret files; `overrides` win over all of them.

    Raises:
        SettingsError: one or more settings are wrong; all of them are named, one per line.
    """
    unknown = [name for name in overrides if name not in Settings.model_fields]
    if unknown:
        raise SettingsError("\n".join(_unknown(name, Settings.model_fields) for name in unknown))
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # `from None`: the chained error would print the values, and some of them are secrets.
        raise SettingsError("\n".join(_problems(error))) from None
    except UnicodeDecodeError:
        raise SettingsError("the file .env is not UTF-8 text") from None


def variable_of(name: str) -> str:
    """Return the environment variable that sets `name`."""
    return PREFIX + name.upper()


def async_url(secret: SecretStr) -> URL:
    """Return the URL for `create_async_engine`, with the driver's own name for the TLS option.

    libpq says `sslmode=require`, asyncpg `ssl=require`; users paste either.
    """
    url = make_url(secret.get_secret_value())
    return _rename(url, "sslmode", "ssl") if url.get_driver_name() == "asyncpg" else _rename(url, "ssl", "sslmode")


def sync_url(secret: SecretStr) -> URL:
    """Return the URL for `create_engine`: psycopg 3, whichever driver the requests use."""
    return _rename(make_url(secret.get_secret_value()).set(drivername="postgresql+psycopg"), "ssl", "sslmode")


def signing_key(settings: Settings) -> bytes:
    """Return the key that signs access tokens; without `secret_key`, one made once in the data directory.

    Raises:
        SettingsError: the file is too short, others may read it, or it cannot be made.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data_dir / "secret_key"
    try:
        key = read_or_create_secret(path, lambda: secrets.token_urlsafe(48)).encode()
    except SecretFileError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(
            f"cannot keep a signing key in {path}: {error.strerror}; set {variable_of('data_dir')} to a "
            f"folder that can be written to, or set {variable_of('secret_key')}"
        ) from None
    if len(key) < SECRET_KEY_BYTES:
        raise SettingsError(f"{path} holds fewer than {SECRET_KEY_BYTES} bytes; remove it to have a new key made")
    return key


def problem_with_keys(keys: Sequence[str]) -> str | None:
    """Return what is wrong with the keys of the wall; None if nothing is."""
    if not keys or any(len(key.encode()) < SECRET_KEY_BYTES for key in keys):
        return f"holds keys of at least {SECRET_KEY_BYTES} bytes each, with spaces between them"
    return "holds a key twice" if len(set(keys)) < len(keys) else None


def _normalise(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The parser's own message repeats the text, password and all.
        raise ValueError("is not a database URL; write postgresql+asyncpg://user:password@host/database") from None
    if url.drivername not in DRIVERS:
        raise ValueError(
            f"must begin with one of {', '.join(f'{name}://' for name in DRIVERS)}, not {url.drivername}://; "
            "the server needs PostgreSQL 15 or newer"
        )
    return url.set(drivername=DRIVERS[url.drivername]).render_as_string(hide_password=False)


def _rename(url: URL, old: str, new: str) -> URL:
    if old not in url.query:
        return url
    return url.difference_update_query([old]).update_query_dict({new: url.query[old]})


def _content(variable: str, path: str) -> str:
    try:
        content = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{variable}: {path} does not hold UTF-8 text") from None
    if not content:
        raise SettingsError(f"{variable}: {path} is empty")
    return content


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def _problems(error: ValidationError) -> list[str]:
    """Say what is wrong with each variable; show the value only where it cannot be a secret."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        name = str(problem["loc"][0])
        message = problem["msg"].removeprefix("Value error, ")
        shown = "" if name in SECRETS else f" (it is {problem['input']!r})"
        lines.append(f"{variable_of(name)}: {message}{shown}")
    return lines
