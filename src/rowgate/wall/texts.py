"""Whoever acts, as the body of a context: every value as text that PostgreSQL casts back to the same value."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

from rowgate.catalog import Catalog
from rowgate.entry import conditions
from rowgate.errors import CatalogError, Unguarded
from rowgate.principal import Principal, PrincipalTerm
from rowgate.wall.signing import NULL, SEPARATOR

Text = Callable[[Any], str]

NOBODY = SEPARATOR.join((NULL, "{}", "{}", "{}"))
"""The body of somebody anonymous without roles."""


class Bodies:
    """Writes the body of contexts for the principals of one catalog.

    Only attributes that some rule reads are carried.

    Raises:
        CatalogError: `principal_id` or an attribute has a type whose values have no such text.
    """

    def __init__(self, catalog: Catalog, dialect: Dialect) -> None:
        self._id = text_of(catalog.principal_id, dialect, "principal_id")
        self.attributes = {
            name: _json(text_of(type_, dialect, f"principal.attr({name!r})"), name)
            for name, type_ in attributes(catalog).items()
        }

    def principal(self, who: Principal, lifts: frozenset[str]) -> str:
        """Return the body that says who acts, and what is lifted for them.

        Raises:
            Unguarded: a value is not of its type, or no text of PostgreSQL.
        """
        said = NULL if who.id is None else self._said_id(who.id)
        attrs = self._attrs(who.attributes) if self.attributes else "{}"
        return f"{said}{SEPARATOR}{_names(who.roles)}{SEPARATOR}{_names(lifts)}{SEPARATOR}{attrs}"

    def _said_id(self, given: Any) -> str:
        if self._id is _uuid and type(given) is UUID:  # most often, in each transaction
            return str(given)
        return field(_said(self._id, given, "id"))

    def _attrs(self, given: Mapping[str, Any]) -> str:
        said = ",".join(
            f"{quoted(name)}:{said(given[name])}"
            for name, said in self.attributes.items()
            if given.get(name) is not None
        )
        return field(f"{{{said}}}")


def subject(texts: Mapping[str, Text], values: Mapping[str, Any]) -> str:
    """Return the body that says only whom the query for the principal asks for."""
    said = ",".join(
        f"{quoted(name)}:{quoted(_said(text, values[name], name))}"
        for name, text in texts.items()
        if values[name] is not None
    )
    return f"{{{said}}}"


def field(text: str) -> str:
    r"""Return text as a field, in ASCII and without a tab, as PostgreSQL's `decode(field, 'escape')` reads it.

    A question to JSON takes a tenth more.

    >>> print(field("reader"), field("-"), field("a\tb"))
    reader \055 a\011b
    """
    if text == NULL:
        return f"\\{ord(NULL):03o}"
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(f"\\{byte:03o}" if byte in _ESCAPED else chr(byte) for byte in text.encode())


def attributes(catalog: Catalog) -> dict[str, TypeEngine[Any]]:
    """Return the attributes of the principal that the rules of a catalog read, each with its type."""
    found: dict[str, TypeEngine[Any]] = {}
    for entry in catalog.entries.values():
        for condition in conditions(entry):
            terms = (element for element in visitors.iterate(condition) if isinstance(element, PrincipalTerm))
            found.update({term.called: term.type for term in terms if term.kind == "attr"})
    return dict(sorted(found.items()))


def text_of(type_: TypeEngine[Any], dialect: Dialect, what: str) -> Text:
    """Return the function that writes values of a type as text that casts back.

    Raises:
        CatalogError: there is none for this type.
    """
    if isinstance(type_, TypeDecorator) and not isinstance(type_, Interval):
        decorator, inner = type_, text_of(type_.load_dialect_impl(dialect), dialect, what)
        if type(decorator).bind_expression is not TypeDecorator.bind_expression:
            raise CatalogError(f"{what}: {type_!r} binds by an expression, which a signed context cannot carry")
        return lambda value: inner(decorator.process_bind_param(value, dialect))
    if isinstance(type_, ARRAY):
        item = text_of(type_.item_type, dialect, what)
        return lambda value: _array(value, item)
    if isinstance(type_, Enum):
        return _enum(type_, dialect)
    if isinstance(type_, DateTime):
        return _aware if type_.timezone else _naive
    for kind, text in _TEXTS:
        if isinstance(type_, kind) and not isinstance(type_, Float):
            return text
    known = "Uuid, String, Integer, Boolean, Date, DateTime, Numeric, LargeBinary, Enum, and ARRAY of these"
    raise CatalogError(f"{what}: a signed context carries {known}, not {type_!r}")


def _enum(type_: Any, dialect: Dialect) -> Text:
    """Return what writes a member as SQLAlchemy stores it; a string that is no member it would let through."""
    stored = type_.bind_processor(dialect) or _string

    def text(value: Any) -> str:
        said = str(stored(value))
        if said not in type_.enums:
            raise ValueError
        return said

    return text


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(value)


def _uuid(value: Any) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))


def _integer(value: Any) -> str:
    if not isinstance(value, int):
        raise TypeError
    return str(int(value))


def _boolean(value: Any) -> str:
    if not isinstance(value, bool):
        raise TypeError
    return "true" if value else "false"


def _numeric(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError
    return str(value)


def _bytes(value: Any) -> str:
    return "\\x" + bytes(memoryview(value)).hex()


def _date(value: Any) -> str:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise TypeError
    return value.isoformat()


def _aware(value: Any) -> str:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise TypeError
    return value.isoformat()


def _naive(value: Any) -> str:
    if not isinstance(value, dt.datetime) or value.tzinfo is not None:
        raise TypeError
    return value.isoformat()


def _array(value: Any, item: Text) -> str:
    """Return an array as PostgreSQL reads it (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO)."""
    if not isinstance(value, list | tuple):
        raise TypeError
    return "{" + ",".join(_element(one, item) for one in value) + "}"


def _element(value: Any, item: Text) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _array(value, item)
    text = item(value)
    if _PLAIN(text) and text.lower() != "null":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_ESCAPED = frozenset({*range(0x20), ord("\\"), *range(0x7F, 0x100)})
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+").fullmatch
_TEXTS: tuple[tuple[Any, Text], ...] = (
    (Uuid, _uuid),
    (String, _string),
    (Integer, _integer),
    (Boolean, _boolean),
    (Date, _date),
    (Numeric, _numeric),
    (LargeBinary, _bytes),
)


def _json(text: Text, what: str) -> Text:
    """Return what writes a value as a string of JSON."""

    def said(value: Any) -> str:
        return quoted(_said(text, value, what))

    return said


def _said(text: Text, value: Any, what: str) -> str:
    try:
        said = text(value)
        if not said.isascii():
            said.encode()  # no half of a character
        _check_nul(said)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise Unguarded(f"the principal's {what} is no value of its type that PostgreSQL could read") from None
    return said


def _check_nul(said: str) -> None:
    if "\0" in said:
        raise ValueError


@lru_cache(maxsize=512)
def _names(names: Iterable[str]) -> str:
    """Return names as a field with an array of PostgreSQL: those of a few sets of roles, again and again."""
    return field(_said(lambda given: _array(given, _string), sorted(names), "roles"))
