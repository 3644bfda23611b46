"""The functions by which the database learns who acts: out of the context of this transaction, once it is verified.

`rowgate.context(name)` gives one field of it as text: `id`, `roles`, `lifts` or `attributes`; that is what policies ask.
What people ask is `rowgate.acting()`, `known()`, `id()`, `attr(name)`, `roles()`, `has_any(roles)` and `lifted(name)`, which
ask it in turn. A context that is malformed, forged, expired, or another backend's gives NULL and false: never an error, and
never somebody else. (Where nothing is signed, a malformed one is an error: there is nothing to find out by it.)

Expiry is compared with the start of the transaction: a context that has begun in time must not end in its middle, where
rows would silently be missing. The functions are plpgsql, whose plans a backend keeps: in SQL they would be planned anew
in each statement up to PostgreSQL 17.

Each call verifies, since there is nothing in a session that only we could write: what one call has verified, another
cannot be told. One function answers all policies, since plpgsql makes the state of a function's expressions once a
transaction: the first call takes 66 us on a slow machine, a further one 24, and one of another function 54.
"""

from rowgate.wall.objects import Function, Grant, Object, Schema, Table, identifier
from rowgate.wall.signing import NULL, PRINCIPAL, SEPARATOR, SETTING, SUBJECT, Signed, Signing

SCHEMA = "rowgate"
_TAB = f"chr({ord(SEPARATOR)})"
KEYS = Table(SCHEMA, "keys", "id text PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL")

_KEY, _FOR, _EXPIRY, _BODY = (f"split_part(given, {_TAB}, {field})" for field in (2, 3, 4, 5))
FIELDS = {"id": 5, "roles": 6, "lifts": 7, "attributes": 8}
"""The fields that say who acts, and where they stand. In the context of a subject all is in the first of them."""
_NUMBER = " ".join(f"WHEN '{name}' THEN {number}" for name, number in FIELDS.items())
_FIELD = f"nullif(split_part(given, {_TAB}, CASE name {_NUMBER} END), '{NULL}')"
_VERIFIED = f"""\
encode(sha256(outer_one || sha256(inner_one || substr(convert_to(given, 'UTF8'), 66))), 'hex')
      = split_part(given, {_TAB}, 1)
    AND {_EXPIRY} COLLATE "C" > extract(epoch FROM now())::text
    AND """
_ANSWERS = {
    PRINCIPAL: ("context", f"convert_from(decode({_FIELD}, 'escape'), 'UTF8')"),
    SUBJECT: ("subject", f"{_BODY}::json ->> name"),
}
"""Of a body that has been verified: no input of anybody else's reaches a cast that could fail."""


def asked(field: str) -> str:
    """Return the question to the context for one of its fields, as text."""
    return f"{SCHEMA}.context('{field}')"


_ASKED = {
    ("acting", ""): ("boolean", f"{asked('roles')} IS NOT NULL"),
    ("known", ""): ("boolean", f"{asked('id')} IS NOT NULL"),
    ("id", ""): ("text", asked("id")),
    ("attr", "name text"): ("text", f"{asked('attributes')}::json ->> name"),
    ("roles", ""): ("text[]", f"{asked('roles')}::text[]"),
    ("has_any", "names text[]"): ("boolean", f"coalesce({asked('roles')}::text[] && names, false)"),
    ("lifted", "name text"): ("boolean", f"coalesce(name = ANY ({asked('lifts')}::text[]), false)"),
}


def _verifying(kind: str, *, signed: bool) -> Function:
    """Return the function that answers out of contexts of a kind.

    It has all of it inside, and little of it: a function that calls another, or one operator more, is time in each
    statement. What stands in no query keeps its state for the transaction.
    """
    name, answer = _ANSWERS[kind]
    is_for = f"{_FOR} IN ('{kind}', '{kind}' || pg_backend_pid())"
    declared, look, accepted = "", "", is_for
    if signed:
        declared = "  inner_one bytea;\n  outer_one bytea;\n"
        look = f"  SELECT k.inner_pad, k.outer_pad INTO inner_one, outer_one FROM {SCHEMA}.keys AS k WHERE k.id = {_KEY};\n"  # noqa: S608 - names of ours
        accepted = f"{_VERIFIED}{is_for}"
    body = (
        f"DECLARE\n  given text := current_setting('{SETTING}', true);\n{declared}BEGIN\n{look}  IF {accepted}\n"
        f"  THEN\n    RETURN {answer};\n  END IF;\n  RETURN NULL;\nEND"
    )
    if kind == SUBJECT:  # called by functions that run as the owner, and by nobody else
        return Function(SCHEMA, name, "name text", "text", body, "plpgsql", definer=False, search_path=None)
    return Function(SCHEMA, name, "name text", "text", body, "plpgsql")


def _asking(name: str, arguments: str) -> Function:
    returns, answer = _ASKED[name, arguments]
    return Function(SCHEMA, name, arguments, returns, f"BEGIN\n  RETURN {answer};\nEND", "plpgsql", definer=False)


def objects(*, role: str, signing: Signing) -> tuple[Object, ...]:
    """Return what the database needs to learn who acts, in the order in which it is made.

    The keys themselves are not among them: `Signed.accept()` gives the statements, which belong in no migration.

    Args:
        role: the application's login.
        signing: how contexts are signed.
    """
    signed = isinstance(signing, Signed)
    subject, context = (_verifying(kind, signed=signed) for kind in (SUBJECT, PRINCIPAL))
    callable_ = [context, *(_asking(name, arguments) for name, arguments in _ASKED)]
    return (
        Schema(SCHEMA),
        Grant("USAGE", f"SCHEMA {identifier(SCHEMA)}", role),
        *([KEYS] if signed else []),
        subject,
        *callable_,
        *(Grant("EXECUTE", f"FUNCTION {one.signature}", role) for one in callable_),
    )
