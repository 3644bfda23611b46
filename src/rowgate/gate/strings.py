"""The places where SQLAlchemy pastes a string into SQL, each with a closed form."""

import re
from typing import Any

from sqlalchemy.sql.compiler import IdentifierPreparer, TypeCompiler
from sqlalchemy.sql.elements import quoted_name

from rowgate import grammar
from rowgate.errors import Unguarded

_SCHEMA = re.compile(r"__\[SCHEMA_[^\]'\"]+\]\.")


class SchemaMark(quoted_name):
    """The mark that stands for a schema until `schema_translate_map` is known: SQLAlchemy's own, not a caller's."""


class ClosedPreparer(IdentifierPreparer):
    """Quotes identifiers as the dialect does, and refuses `quoted_name(..., quote=False)` that is not one plain word."""

    translates = False

    def _with_schema_translate(self, schema_translate_map: Any) -> Any:
        """Return the preparer for statements under a map: what it puts for a schema is told from a caller's text."""
        made: Any = super()._with_schema_translate(schema_translate_map)
        plain = made.schema_for_object

        def marked(of: Any) -> Any:
            found = plain(of)
            own = of._use_schema_map and str(found) == f"__[SCHEMA_{of.schema or '_none'}]"
            return SchemaMark(str(found), quote=False) if own else found

        made.schema_for_object = marked
        made.translates = True
        return made

    def quote(self, ident: str, force: Any = None) -> str:  # noqa: ARG002 - SQLAlchemy passes it
        """Return an identifier as it stands in SQL.

        Raises:
            Unguarded: it asks not to be quoted, and is more than a lower-case word.
        """
        if isinstance(ident, SchemaMark):
            return str(ident)
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
        translates = getattr(kw.get("identifier_preparer"), "translates", False)
        plain = _SCHEMA.sub("", text, count=1) if translates and _SCHEMA.match(text) else text
        if not grammar.is_type(plain):
            raise Unguarded(
                f"the type {type(type_).__name__} renders as text that is no type name: use a built-in type"
            )
        check_pasted(plain, self.dialect)
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


_NAMES_AND_COMMENTS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|%\([^)]*\)|(--|/\*)""")


def check_comments(text: str) -> None:
    """Refuse finished SQL with a comment in it: SQLAlchemy writes none, two operators side by side may.

    Raises:
        Unguarded: what begins one stands outside of quotes and of the names of binds.
    """
    if ("--" in text or "/*" in text) and any(found[1] for found in _NAMES_AND_COMMENTS.finditer(text)):
        raise Unguarded("two operators side by side would begin a comment: put brackets between them")


def closed(mixin: type[Any], base: type[Any]) -> type[Any]:
    """Return the class of a dialect with the closed form in front."""
    return type(f"Closed{base.__name__}", (mixin, base), {})
