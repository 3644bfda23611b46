"""Rows that requests name: made on the spot by the owner of the database, so that deleting them harms no later one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import psycopg
from sqlalchemy.engine import URL

from rowgate.server import opaque
from rowgate.server.identifiers import uuid7
from rowgate.server.security import issue_access_token
from server.world import KEY, conninfo

BUILT_IN = ("admin", "paid_user", "free_user")


class Rows:
    """Makes rows; each method makes one, and returns its key or its name."""

    def __init__(self, owner: URL, hashed: str) -> None:
        self._connection = psycopg.connect(conninfo(owner), autocommit=True)
        self._hashed = hashed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement, and return its rows, if it has any."""
        cursor = self._connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def named(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query with named values."""
        return self._connection.execute(statement.encode(), values).fetchall()

    def user(self, role: str | None = "free_user", *, active: bool = True) -> UUID:
        """Make a user with the password of all."""
        key = uuid7()
        self.run(
            "INSERT INTO users (id, username, email, hashed_password, is_active) VALUES (%s, %s, %s, %s, %s)",
            *(key, f"u{key.hex}", f"u{key.hex}@example.org", self._hashed, active),
        )
        if role is not None:
            self.hold(key, role)
        return key

    def hold(self, user: UUID, role: str) -> None:
        """Let a user hold a role."""
        self.run("INSERT INTO user_roles (user_id, role_id) SELECT %s, id FROM roles WHERE name = %s", user, role)

    def name_of(self, user: UUID) -> str:
        """Return the name of a user."""
        found: str = self.run("SELECT username FROM users WHERE id = %s", user)[0][0]
        return found

    def role(self, holder: UUID | None = None) -> str:
        """Make a role, and let somebody hold it."""
        name = f"r{uuid7().hex}"
        self.run("INSERT INTO roles (id, name) VALUES (%s, %s)", uuid7(), name)
        if holder is not None:
            self.hold(holder, name)
        return name

    def document(self, owner: UUID, *, deleted: bool = False, public: bool = False) -> UUID:
        """Make a document."""
        key = uuid7()
        self.run(
            "INSERT INTO documents (id, title, content, owner_id, is_public, requires_paid_access, is_deleted)"
            " VALUES (%s, 'title', 'text', %s, %s, false, %s)",
            *(key, owner, public, deleted),
        )
        return key

    def share(self, document: UUID, *, user: UUID | None = None, role: str | None = None) -> None:
        """Share a document."""
        self.run(
            "INSERT INTO document_shares (id, document_id, user_id, role_id, level)"
            " VALUES (%s, %s, %s, (SELECT id FROM roles WHERE name = %s), 'viewer')",
            *(uuid7(), document, user, role),
        )

    def configuration(self, role: str | None = None) -> UUID:
        """Make a configuration, and grant it to a role at the level that changes it."""
        key = uuid7()
        self.run("INSERT INTO configurations (id, name, value) VALUES (%s, %s, '1')", key, f"c{key.hex}")
        if role is not None:
            self.run(
                "INSERT INTO role_configurations (id, configuration_id, role_id, access_level)"
                " SELECT %s, %s, id, 2 FROM roles WHERE name = %s",
                *(uuid7(), key, role),
            )
        return key

    def inherit(self, senior: str, junior: str) -> None:
        """Let a role inherit another one."""
        self.run(
            "INSERT INTO role_parents (senior_id, junior_id)"
            " SELECT s.id, j.id FROM roles s, roles j WHERE s.name = %s AND j.name = %s",
            *(senior, junior),
        )

    def exclude(self, one: str, other: str, kind: str) -> None:
        """Let two roles exclude each other."""
        self.run(
            "INSERT INTO role_exclusions (kind, first_id, second_id)"
            " SELECT %s, min(id::text)::uuid, max(id::text)::uuid FROM roles WHERE name IN (%s, %s)",
            *(kind, one, other),
        )

    def log_in(self, user: UUID) -> tuple[UUID, str]:
        """Make a log-in; return its key and an access token of it."""
        key = uuid7()
        self.run(
            "INSERT INTO login_sessions (id, user_id, expires_at) VALUES (%s, %s, now() + interval '1 day')", key, user
        )
        token, _ = issue_access_token(
            KEY.encode(), subject=user, seconds=3600 * 6, issuer="rowgate", audience="rowgate", session=key
        )
        return key, token

    def refresh_token(self, user: UUID) -> str:
        """Make a refresh token that was not used."""
        made = opaque.make()
        session, _ = self.log_in(user)
        self.run(
            "INSERT INTO refresh_tokens (id, session_id, token_hash) VALUES (%s, %s, %s)",
            *(uuid7(), session, made.hashed),
        )
        return made.text

    def reset_token(self, user: UUID) -> str:
        """Make a token for a forgotten password."""
        made = opaque.make()
        self.run(
            "INSERT INTO password_reset_tokens (id, user_id, token_hash, expires_at)"
            " VALUES (%s, %s, %s, now() + interval '1 hour')",
            *(uuid7(), user, made.hashed),
        )
        return made.text

    def api_key(self, user: UUID) -> UUID:
        """Make an API key."""
        key, made = uuid7(), opaque.make(opaque.API_KEY)
        self.run(
            "INSERT INTO api_keys (id, user_id, name, prefix, key_hash) VALUES (%s, %s, 'key', %s, %s)",
            *(key, user, made.text[: opaque.SHOWN], made.hashed),
        )
        return key


class Kept:
    """Keeps what is made for a while: rows that no request of the kind takes away."""

    def __init__(self, make: Callable[[], Any], times: int = 20) -> None:
        self._make, self._times, self._left, self._found = make, times, 0, None

    def __call__(self) -> Any:
        """Return the one that there is, or after a while a new one."""
        if self._left == 0:
            self._found, self._left = self._make(), self._times
        self._left -= 1
        return self._found


@dataclass(frozen=True)
class Account:
    """Who asks: a user with her log-in, or nobody."""

    role: str | None
    user: UUID
    session: UUID
    token: str

    @classmethod
    def make(cls, rows: Rows, role: str | None) -> Self:
        """Make a user of this role, and log her in."""
        user = rows.user(role)
        return cls(role, user, *rows.log_in(user))
