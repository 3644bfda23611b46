"""Constants of a policy as SQL: each kind of value by a form of its own, any other refused. DDL takes no parameters."""

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Enum, String, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, NullType, TypeEngine

from rowgate.errors import CatalogError
from rowgate.wall.objects import literal


def constant(value: Any, type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a constant as SQL, cast to its type, as a driver would send it.

    Raises:
        CatalogError: PostgreSQL could read it otherwise than Python means it, or the kind of value is not known.
    """
    impl: Any = type_.dialect_impl(dialect)
    if impl._has_bind_expression:
        raise CatalogError(f"a constant of {type_!r} is wrapped in SQL by its type: compare with a plain type")
    while isinstance(impl, TypeDecorator):
        if type(impl).process_bind_param is not TypeDecorator.process_bind_param:
            value = impl.process_bind_param(value, dialect)
        impl = impl.impl_instance
    if value is None:
        return "NULL"
    if isinstance(impl, ARRAY):
        return _array(value, impl, dialect)
    process = impl.bind_processor(dialect)
    try:
        sent = value if process is None else process(value)
    except Exception as error:
        raise CatalogError(f"a constant of a condition is no value of {type_!r}") from error
    return _scalar(sent, impl, dialect)


def sql_type(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type as SQL; text without its length, which a cast would cut it to.

    Raises:
        CatalogError: it has no name.
    """
    impl: Any = type_.dialect_impl(dialect)
    while isinstance(impl, TypeDecorator):
        impl = impl.impl_instance
    if isinstance(impl, JSON.JSONElementType):
        return "TEXT[]" if isinstance(impl, JSON.JSONPathType) else "TEXT"
    if isinstance(impl, NullType):
        raise CatalogError("a value in a condition has no type that SQL knows: give it one, by cast() or literal()")
    native = isinstance(impl, Enum) and impl.native_enum
    if isinstance(impl, String) and not native:
        return "VARCHAR" if impl.collation is None else str(dialect.type_compiler_instance.process(impl))
    return str(dialect.type_compiler_instance.process(impl))


def _array(value: Any, impl: Any, dialect: Dialect) -> str:
    if not isinstance(value, list | tuple | set | frozenset):
        raise CatalogError(f"an array in a condition is a list, not {type(value).__name__}")
    items = [_item(item, impl, dialect) for item in value]
    name = str(dialect.type_compiler_instance.process(impl))
    return f"ARRAY[{', '.join(items)}]::{name}" if items else f"'{{}}'::{name}"


def _item(item: Any, impl: Any, dialect: Dialect) -> str:
    if isinstance(item, list | tuple):
        return f"ARRAY[{', '.join(_item(inner, impl, dialect) for inner in item)}]"
    return constant(item, impl.item_type, dialect)


def _scalar(value: Any, impl: Any, dialect: Dialect) -> str:
    """Return a value as the driver would be given it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(impl, JSON.JSONIntIndexType) or (isinstance(impl, NullType) and isinstance(value, int)):
        return f"({int(value)})"
    name = "VARCHAR" if isinstance(impl, NullType) and isinstance(value, str) else sql_type(impl, dialect)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"decode('{bytes(value).hex()}', 'hex')"
    try:
        return f"{literal(_text(value, impl))}::{name}"
    except ValueError as error:
        raise CatalogError(f"a constant of a condition: {error}") from None


def _text(value: Any, impl: Any) -> str:
    """Return a value as PostgreSQL reads it, whatever its settings.

    Raises:
        CatalogError: it means nothing certain.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal | float):
        return _number(value)
    if isinstance(value, datetime | time):
        return _moment(value, impl)
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value.days:+d} days +{value.seconds}.{value.microseconds:06d} seconds"  # one sign could count for all
    raise CatalogError(f"a condition holds a constant of type {type(value).__name__}, which the wall cannot write")


def _number(value: Decimal | float) -> str:
    if math.isnan(value):
        return "NaN"
    return str(value) if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _moment(value: datetime | time, impl: Any) -> str:
    zoned = bool(getattr(impl, "timezone", False))
    if zoned != (value.tzinfo is not None):
        raise CatalogError(
            f"a condition compares with {value!r}: give it a time zone where its type has one, and none where it has not"
        )
    return value.isoformat()
