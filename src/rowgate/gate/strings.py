"""The places where SQLAlchemy pastes a string into SQL, each with a closed form."""

from typing import Any

from sqlalchemy.sql.compiler import IdentifierPreparer, TypeCompiler

from rowgate import grammar
from rowgate.errors import Unguarded


class ClosedPreparer(IdentifierPreparer):
    """Quotes identifiers as the dialect does, and refuses `quoted_name(..., quote=False)` that is not one plain word."""

    def quote(self, ident: str, force: Any = None) -> str:  # noqa: ARG002 - SQLAlchemy passes it
        """Return an identifier as it stands in SQL.

        Raises:
            Unguarded: it asks not to be quoted, and is more than a lower-case word.
        """
        if getattr(ident, "quote", None) is False and not grammar.is_unquoted_name(str(ident)):
            raise Unguarded("quoted_name(..., quote=False) pastes its text into SQL: leave quoting to SQLAlchemy")
        check_pasted(str(ident), self.dialect)
        return super().quote(ident)


class ClosedTypes(TypeCompiler):
    """Renders type names as the dialect does, and refuses what is more than the name of a type."""

    def process(self, type_: Any, **kw: Any) -> str:
        """Return the SQL name of a type.

        Raises:
            Unguarded: the text is no type name, such as a hand-written `get_col_spec()` or collation.
        """
        text = super().process(type_, **kw)
        if not grammar.is_type(text):
            raise Unguarded(
                f"the type {type(type_).__name__} renders as text that is no type name: use a built-in type"
            )
        check_pasted(text, self.dialect)
        return text


def check_pasted(text: str, dialect: Any) -> None:
    """Refuse text that SQLAlchemy would replace in the finished SQL, where it looks for it by pattern.

    Raises:
        Unguarded: it holds one of the marks of expanding binds, of repeated VALUES or, where binds have numbers or no
            names, of binds.
    """
    marks = (*grammar.MARKS, "%(") if dialect.positional else grammar.MARKS
    if any(mark in text for mark in marks):
        raise Unguarded("a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another")


def closed(mixin: type[Any], base: type[Any]) -> type[Any]:
    """Return the class of a dialect with the closed form in front."""
    return type(f"Closed{base.__name__}", (mixin, base), {})
