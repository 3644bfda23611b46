"""The functions by which the database learns who acts: out of the context of this transaction, once it is verified.

`rowgate.acting()`, `known()`, `id()`, `attr(name)`, `roles()`, `has_any(roles)`, `lifted(name)`. A context that is
malformed, forged, expired, or another backend's gives NULL and false: never an error, and never somebody else. (Where
nothing is signed, a malformed one is an error of JSON: there is nothing to find out by it.)

Expiry is compared with the start of the transaction: a context that has begun in time must not end in its middle, where
rows would silently be missing. The functions are plpgsql, whose plans a backend keeps: in SQL they would be planned anew
in each statement up to PostgreSQL 17.
"""

from rowgate.wall.objects import Function, Grant, Object, Schema, Table, identifier
from rowgate.wall.signing import PRINCIPAL, SETTING, SUBJECT, Signed, Signing

SCHEMA = "rowgate"
KEYS = Table(SCHEMA, "keys", "id text PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL")

_GIVEN = f"given text := nullif(current_setting('{SETTING}', true), '')"
_SIGNED = f"""\
DECLARE
  {_GIVEN};
  inner_one bytea;
  outer_one bytea;
BEGIN
  IF given IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT k.inner_pad, k.outer_pad INTO inner_one, outer_one FROM {SCHEMA}.keys AS k WHERE k.id = substr(given, 69, 8);
  IF inner_one IS NULL
    OR left(given, 65)
      <> encode(sha256(outer_one || sha256(inner_one || convert_to(substr(given, 66), 'UTF8'))), 'hex') || '.'
  THEN
    RETURN NULL;
  END IF;
  IF substr(given, 66, 2) <> kind
    OR substr(given, 78, 10) NOT IN ('0000000000', lpad(pg_backend_pid()::text, 10, '0'))
    OR substr(given, 89, 10)::bigint < extract(epoch FROM now())
  THEN
    RETURN NULL;
  END IF;
  RETURN substr(given, 100)::json;
END"""  # noqa: S608 - names of ours, all of it
"""What is cast has been verified: no input of anybody else's reaches a cast that could fail."""

_UNSIGNED = f"""\
DECLARE
  {_GIVEN};
BEGIN
  IF given IS NULL OR substr(given, 66, 2) <> kind THEN
    RETURN NULL;
  END IF;
  RETURN substr(given, 100)::json;
END"""

_WHO = f"{SCHEMA}.context('{PRINCIPAL}')"
_ASKED = {
    ("acting", ""): ("boolean", f"{_WHO} IS NOT NULL"),
    ("known", ""): ("boolean", f"({_WHO} ->> 'id') IS NOT NULL"),
    ("id", ""): ("text", f"{_WHO} ->> 'id'"),
    ("attr", "name text"): ("text", f"{_WHO} -> 'attrs' ->> name"),
    ("roles", ""): ("text[]", f"({_WHO} ->> 'roles')::text[]"),
    ("has_any", "names text[]"): ("boolean", f"coalesce(({_WHO} ->> 'roles')::text[] && names, false)"),
    ("lifted", "name text"): ("boolean", f"coalesce(name = ANY (({_WHO} ->> 'lifts')::text[]), false)"),
    ("subject", "name text"): ("text", f"{SCHEMA}.context('{SUBJECT}') ->> name"),
}


def objects(*, role: str, signing: Signing) -> tuple[Object, ...]:
    """Return what the database needs to learn who acts, in the order in which it is made.

    The keys themselves are not among them: `Signed.accept()` gives the statements, which belong in no migration.

    Args:
        role: the application's login.
        signing: how contexts are signed.
    """
    signed = isinstance(signing, Signed)
    verify = Function(
        SCHEMA, "context", "kind text", "json", _SIGNED if signed else _UNSIGNED, "plpgsql", definer=False,
        search_path=None,
    )  # fmt: skip
    functions = [
        Function(SCHEMA, name, arguments, returns, f"BEGIN\n  RETURN {value};\nEND", "plpgsql")
        for (name, arguments), (returns, value) in _ASKED.items()
        if name != "subject"
    ]
    subject = Function(
        SCHEMA, "subject", "name text", "text", f"BEGIN\n  RETURN {_ASKED['subject', 'name text'][1]};\nEND", "plpgsql",
        definer=False, search_path=None,
    )  # fmt: skip
    return (
        Schema(SCHEMA),
        Grant("USAGE", f"SCHEMA {identifier(SCHEMA)}", role),
        *([KEYS] if signed else []),
        verify,
        subject,
        *functions,
        *(Grant("EXECUTE", f"FUNCTION {function.signature}", role) for function in functions),
    )
