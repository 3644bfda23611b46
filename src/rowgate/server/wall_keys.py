"""The keys that sign, for the database, who acts: from the settings, or from a file of the data directory.

The first key signs. The database keeps those that it accepts in a table of the owner's, so a key is replaced in three
steps, without a gap: it is accepted beside the old one, every process begins to sign with it, and the old one goes.
"""

import secrets
from pathlib import Path
from typing import Final

from rowgate.server.secret_files import SecretFileError, read_or_create_secret, replace_secret
from rowgate.server.settings import Settings, SettingsError, problem_with_keys, variable_of
from rowgate.wall import Signed

FILE: Final = "wall_keys"


def wall_signing(settings: Settings) -> Signed | None:
    """Return how contexts are signed; None where the wall is off. Without keys in the settings, one is made in a file.

    Raises:
        SettingsError: the file is wrong, others may read it, or it cannot be made.
    """
    return _signed(settings, read_keys(settings)) if settings.wall else None


def read_keys(settings: Settings) -> list[str]:
    """Return the keys, the one that signs first.

    Raises:
        SettingsError: as for `wall_signing`.
    """
    if settings.wall_keys is not None:
        return settings.wall_keys.get_secret_value().split()
    path = key_file(settings)
    try:
        keys = read_or_create_secret(path, _new).split()
    except SecretFileError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(
            f"cannot keep the wall's key in {path}: {error.strerror}; set {variable_of('data_dir')} to a folder that "
            f"can be written to, or set {variable_of('wall_keys')}"
        ) from None
    wrong = problem_with_keys(keys)
    if wrong:
        raise SettingsError(f"{path} {wrong}; remove it to have a new key made, or mend it")
    return keys


def with_new_key(settings: Settings) -> tuple[Signed, list[str]]:
    """Return the signing with a new key in front, and its keys. They are nowhere stored yet."""
    keys = [_new(), *read_keys(settings)]
    return _signed(settings, keys), keys


def with_first_key(settings: Settings) -> tuple[Signed, list[str]]:
    """Return the signing with the key that signs, and no other, and that key."""
    keys = read_keys(settings)[:1]
    return _signed(settings, keys), keys


def store_keys(settings: Settings, keys: list[str]) -> None:
    """Put these keys into the file, for every process that starts from now on.

    Raises:
        SettingsError: the keys are not of a file, or it cannot be written.
    """
    if settings.wall_keys is not None:
        raise SettingsError(f"the keys come from {variable_of('wall_keys')}: change them there")
    path = key_file(settings)
    try:
        replace_secret(path, "\n".join(keys))
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror}") from None


def key_file(settings: Settings) -> Path:
    """Return the file that holds the keys if the settings do not."""
    return settings.data_dir / FILE


def _signed(settings: Settings, keys: list[str]) -> Signed:
    return Signed(keys, settings.wall_context_seconds, bind_to_pid=settings.wall_bind_to_pid)


def _new() -> str:
    return secrets.token_hex(32)
