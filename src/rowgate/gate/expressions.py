"""Expressions that carry a string or run a function: each in its closed form."""

import copy
from typing import Any

from sqlalchemy.sql.compiler import OPERATORS, SQLCompiler

from rowgate import grammar
from rowgate.errors import Unguarded
from rowgate.gate.base import GateBase
from rowgate.gate.brackets import bracketed


class Expressions(GateBase):
    """Renders functions by name, operators by list, and the fields of EXTRACT."""

    def visit_function(self, func: Any, **kw: Any) -> str:
        """Render a function: a listed one, or one that the catalog allows."""
        if not self.trusted:
            self._check_function(func)
        return super().visit_function(func, **kw)

    def _check_function(self, func: Any) -> None:
        if str(func.name) == "next_value":
            raise self.refuse("next_value_func")
        name = ".".join([*(str(part) for part in func.packagenames), str(func.name)]).lower()
        if name in grammar.STABLE_FUNCTIONS or name in self.context.catalog.functions:
            return
        if name in grammar.VOLATILE_FUNCTIONS:
            if len(func.clauses):
                raise Unguarded(f"{name}() takes no arguments here: a volatile function could carry hidden values out")
            return
        raise Unguarded(
            f"function {name}() is not listed: it could run on rows that the policy hides. Use a built-in, or say "
            f"catalog.allow_function({name!r}, reason=...)"
        )

    def visit_rowgate_raw(self, raw: Any, **kw: Any) -> str:
        """Render text as it is, where the database itself filters it."""
        if not self.context.walled:
            raise Unguarded("raw() is text, filtered by nothing but the wall: say guarded_sessionmaker(..., wall=)")
        if self.stack or self.compile_state is not None:  # `from_statement()` would trust it with the ORM's objects
            raise Unguarded("raw() is a statement of its own, no part of another: write that with select()")
        return SQLCompiler.visit_textclause(self, raw, **kw)

    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> str:
        """Render `.op()` of a listed operator."""
        self._check_operator(operator)
        return super().visit_custom_op_binary(element, operator, **kw)

    def visit_custom_op_unary_operator(self, element: Any, operator: Any, **kw: Any) -> str:
        """Render a prefix operator of the list."""
        self._check_operator(operator)
        return super().visit_custom_op_unary_operator(element, operator, **kw)

    def visit_custom_op_unary_modifier(self, element: Any, operator: Any, **kw: Any) -> str:
        """Render a postfix operator of the list."""
        self._check_operator(operator)
        return super().visit_custom_op_unary_modifier(element, operator, **kw)

    def _check_operator(self, operator: Any) -> None:
        placeholder = "?" in operator.opstring and self.dialect.paramstyle == "qmark"
        if not self.trusted and (placeholder or not grammar.is_operator(operator.opstring)):
            raise Unguarded(f"operator {operator.opstring!r} is not listed: use the operators of SQLAlchemy, or func")

    def visit_binary(self, binary: Any, **kw: Any) -> str:
        """Render an operator between two expressions. SQLAlchemy knows a comma, FROM and AS for one, too."""
        self._check_word(binary.operator, grammar.BETWEEN)
        return super().visit_binary(binary, **kw)

    def visit_unary(self, unary: Any, **kw: Any) -> str:
        """Render an operator in front of an expression, or behind it."""
        self._check_word(unary.operator or unary.modifier, grammar.BESIDE)
        return super().visit_unary(unary, **kw)

    def visit_clauselist(self, clauselist: Any, **kw: Any) -> str:
        """Render expressions with a comma between them."""
        self._check_word(clauselist.operator, frozenset({","}))
        return super().visit_clauselist(clauselist, **kw)

    def visit_expression_clauselist(self, clauselist: Any, **kw: Any) -> str:
        """Render expressions with an operator between them."""
        self._check_word(clauselist.operator, grammar.BETWEEN)
        return str(super().visit_expression_clauselist(clauselist, **kw))

    def _check_word(self, operator: Any, listed: frozenset[str]) -> None:
        """Refuse an operator that SQLAlchemy writes as a word which is none of an expression's."""
        if operator in OPERATORS and OPERATORS[operator].strip() not in listed:
            raise Unguarded(
                f"{OPERATORS[operator].strip()} is no operator: name what a statement reads in select_from()"
            )

    def visit_join(self, join: Any, **kw: Any) -> str:
        """Render a join. What ON says stands in brackets, or a comma in it would be followed by another table."""
        join = copy.copy(join)
        join.onclause = bracketed(join.onclause)
        return super().visit_join(join, **kw)

    def visit_extract(self, extract: Any, **kw: Any) -> str:
        """Render EXTRACT of a field that is one word."""
        if not grammar.is_field(str(extract.field)):
            raise Unguarded("extract() pastes its field into SQL: give the name of one field, such as 'year'")
        return super().visit_extract(extract, **kw)

    def visit_collation(self, element: Any, **kw: Any) -> str:
        """Render the name of a collation, which the closed preparer quotes."""
        return super().visit_collation(element, **kw)

    def visit_sequence(self, sequence: Any, **kw: Any) -> str:
        """Render a sequence only as the default of a column that is being inserted."""
        own = self.target is not None and any(column.default is sequence for column in self.target.table.c)
        if not self.trusted and not own:
            raise Unguarded("drawing from a sequence is a write: let a column default do it")
        return super().visit_sequence(sequence, **kw)
