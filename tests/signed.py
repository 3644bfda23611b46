"""What the tests of the signed context share: a database that verifies contexts, and contexts made by hand."""

import json
import string
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from rowgate.wall import context
from rowgate.wall.signing import PRINCIPAL, Signed, Signing

KEY = "a key of the tests, long enough to be one"
OTHER = "another key of the tests, just as long as that"
ASKED = "rowgate.acting(), rowgate.known(), rowgate.id(), rowgate.roles(), rowgate.attr('tenant'), rowgate.lifted('l')"
NOTHING = (False, False, None, None, None, False)


def install(owner: URL, role: str, signing: Signing) -> None:
    """Make what the database needs to verify contexts, as its owner."""
    with connect(owner) as connection:
        for made in context.objects(role=role, signing=signing):
            for statement in made.create():
                connection.execute(statement)
        for statement in signing.accept():
            connection.execute(statement)


def connect(url: URL) -> psycopg.Connection[Any]:
    """Open a connection of psycopg, in autocommit, so that a test says where transactions begin."""
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def body(id: str | None = "7", roles: str = "{reader}", lifts: str = "{}", **attrs: str) -> str:
    """Return the body of a context."""
    return "\t".join((escaped(id), escaped(roles), escaped(lifts), escaped(json.dumps(attrs))))


def escaped(text: str | None) -> str:
    """Return a field; what is escaped that need not be is read all the same."""
    if text is None:
        return "-"
    return "".join(c if c in string.printable[:94] and c != "\\" and text != "-" else _octal(c) for c in text)


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode())


def signed(connection: psycopg.Connection[Any], signing: Signing | None = None, text: str | None = None) -> str:
    """Return a context that this connection may use."""
    return (signing or Signed([KEY])).text(PRINCIPAL, text or body(), connection.info.backend_pid)


@contextmanager
def acting(connection: psycopg.Connection[Any], given: str) -> Iterator[psycopg.Connection[Any]]:
    """Begin a transaction with a context."""
    with connection.transaction():
        connection.execute("SELECT set_config('rowgate.context', %s, true)", (given,))
        yield connection


def asked(connection: psycopg.Connection[Any], given: str) -> tuple[Any, ...]:
    """Return what the database says of a context."""
    with acting(connection, given):
        found = connection.execute(f"SELECT {ASKED}").fetchone()
        assert found is not None
        return tuple(found)
