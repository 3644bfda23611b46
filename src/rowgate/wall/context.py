"""The functions by which the database learns who acts: out of the context of this transaction, once it is verified.

`rowgate.acting()`, `known()`, `id()`, `attr(name)`, `roles()`, `has_any(roles)`, `lifted(name)`. A context that is
malformed, forged, expired, or another backend's gives NULL and false: never an error, and never somebody else. (Where
nothing is signed, a malformed one is an error: there is nothing to find out by it.)

Expiry is compared with the start of the transaction: a context that has begun in time must not end in its middle, where
rows would silently be missing. The functions are plpgsql, whose plans a backend keeps: in SQL they would be planned anew
in each statement up to PostgreSQL 17.

Each call verifies, since there is nothing in a session that only we could write: what one call has verified, another
cannot be told.
"""

from rowgate.wall.objects import Function, Grant, Object, Schema, Table, identifier
from rowgate.wall.signing import NULL, PRINCIPAL, SEPARATOR, SETTING, SUBJECT, Signed, Signing

SCHEMA = "rowgate"
_TAB = f"chr({ord(SEPARATOR)})"
KEYS = Table(SCHEMA, "keys", "id text PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL")

_KEY, _FOR, _EXPIRY, _ID, _ROLES, _LIFTS, _ATTRS = (f"split_part(given, {_TAB}, {field})" for field in range(2, 9))
_BODY = _ID
"""Of a subject all is in one field."""


def _text(field: str) -> str:
    """Return the text that a field holds."""
    return f"convert_from(decode({field}, 'escape'), 'UTF8')"


_VERIFIED = f"""\
encode(sha256(outer_one || sha256(inner_one || substr(convert_to(given, 'UTF8'), 66))), 'hex')
      = split_part(given, {_TAB}, 1)
    AND {_EXPIRY} COLLATE "C" > extract(epoch FROM now())::text
    AND """
_ASKED = {
    ("acting", ""): ("boolean", "true"),
    ("known", ""): ("boolean", f"{_ID} <> '{NULL}'"),
    ("id", ""): ("text", _text(f"nullif({_ID}, '{NULL}')")),
    ("attr", "name text"): ("text", f"{_ATTRS}::json ->> name"),
    ("roles", ""): ("text[]", f"{_text(_ROLES)}::text[]"),
    ("has_any", "names text[]"): ("boolean", f"coalesce({_text(_ROLES)}::text[] && names, false)"),
    ("lifted", "name text"): ("boolean", f"coalesce(name = ANY ({_text(_LIFTS)}::text[]), false)"),
    ("subject", "name text"): ("text", f"{_BODY}::json ->> name"),
}
"""The answers, of a body that has been verified: no input of anybody else's reaches a cast that could fail."""


def _function(name: str, arguments: str, *, signed: bool) -> Function:
    """Return the function that answers a question.

    Each has all of it inside, and little of it: a function that calls another, or one operator more, is time in each
    statement. What stands in no query keeps its state for the transaction, so that the next call takes half as long.
    """
    returns, answer = _ASKED[name, arguments]
    kind = SUBJECT if name == "subject" else PRINCIPAL
    is_for = f"{_FOR} IN ('{kind}', '{kind}' || pg_backend_pid())"
    declared, look, accepted = "", "", is_for
    if signed:
        declared = "  inner_one bytea;\n  outer_one bytea;\n"
        look = f"  SELECT k.inner_pad, k.outer_pad INTO inner_one, outer_one FROM {SCHEMA}.keys AS k WHERE k.id = {_KEY};\n"  # noqa: S608 - names of ours
        accepted = f"{_VERIFIED}{is_for}"
    body = (
        f"DECLARE\n  given text := current_setting('{SETTING}', true);\n{declared}BEGIN\n{look}  IF {accepted}\n"
        f"  THEN\n    RETURN {answer};\n  END IF;\n  RETURN {'false' if returns == 'boolean' else 'NULL'};\nEND"
    )
    if kind == SUBJECT:  # called by functions that run as the owner, and by nobody else
        return Function(SCHEMA, name, arguments, returns, body, "plpgsql", definer=False, search_path=None)
    return Function(SCHEMA, name, arguments, returns, body, "plpgsql")


def objects(*, role: str, signing: Signing) -> tuple[Object, ...]:
    """Return what the database needs to learn who acts, in the order in which it is made.

    The keys themselves are not among them: `Signed.accept()` gives the statements, which belong in no migration.

    Args:
        role: the application's login.
        signing: how contexts are signed.
    """
    signed = isinstance(signing, Signed)
    functions = [_function(name, arguments, signed=signed) for name, arguments in _ASKED]
    return (
        Schema(SCHEMA),
        Grant("USAGE", f"SCHEMA {identifier(SCHEMA)}", role),
        *([KEYS] if signed else []),
        *functions,
        *(Grant("EXECUTE", f"FUNCTION {one.signature}", role) for one in functions if one.name != "subject"),
    )
