"""Writes whose criteria are made so that what the guard adds after them could belong to them."""

from typing import Any

from sqlalchemy import delete, or_, select, true, update
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import wrote
from rowgate.testing.world_models import Comment, Note

writes = Family("writes")
comments: Any = Comment.__table__
OR: dict[str, Any] = {"is_comparison": True, "precedence": 100}


@writes.write_in(covers=["visit_lambda_element", "visit_update"])
async def update_where_lambda_or(given: Given) -> Any:
    """Updates where a lambda says one thing or another: SQLAlchemy puts no brackets around it."""
    await wrote(given, update(Note).where(lambda: or_(Note.body != "", Note.body == "")).values(body="x"))


@writes.write_in(covers=["visit_lambda_element", "visit_delete"])
async def delete_where_lambda_or(given: Given) -> Any:
    """Deletes where a lambda says one thing or another."""
    await wrote(given, delete(Comment).where(lambda: or_(Comment.body != "", Comment.body == "")))


@writes.write_in(covers=["visit_lambda_element", "Table.delete"])
async def core_delete_where_lambda_or(given: Given) -> Any:
    """Deletes from a Table where lambdas say one thing or another."""
    named = delete(comments).where(lambda: comments.c.body != "x")
    await wrote(given, named.where(lambda: or_(comments.c.body != "", comments.c.body == "")))


@writes.write_in(covers=["visit_custom_op_binary", "visit_update"])
async def update_where_op_or(given: Given) -> Any:
    """Updates where an operator that binds like a comparison says `or`."""
    either = (Note.body != "").op("or", **OR)(Note.body == "")
    await wrote(given, update(Note).where(either).values(body="x"))


@writes.write_in(covers=["visit_custom_op_binary", "with_loader_criteria"])
async def update_with_criteria_op_or(given: Given) -> Any:
    """Updates with an option whose criteria say `or` by an operator that binds like a comparison."""
    either = with_loader_criteria(Note, (Note.body == "").op(" OR\n", **OR)(true()))
    await wrote(given, update(Note).values(body="x").options(either))


def _ors(statement: Any) -> Any:
    """Return a statement with `or true` behind its criteria, where SQLAlchemy 2.1 lets them be extended."""
    more: Any = UnaryExpression(true(), operator=operators.custom_op("or"))
    if hasattr(statement, "apply_syntax_extension_point"):
        statement.apply_syntax_extension_point(lambda _existing: [more], "post_criteria")
    return statement


@writes.write_in(covers=["Update.apply_syntax_extension_point"])
async def update_extended_by_or(given: Given) -> Any:
    """Updates with an operator and an operand behind the criteria."""
    await wrote(given, _ors(update(Note).where(Note.body != "").values(body="x")))


@writes.write_in(covers=["Delete.apply_syntax_extension_point"])
async def delete_extended_by_or(given: Given) -> Any:
    """Deletes with an operator and an operand behind the criteria."""
    await wrote(given, _ors(delete(comments).where(comments.c.body != "")))


@writes.writing(covers=["visit_lambda_element"])
async def writes_where_lambdas(given: Given) -> Any:
    """Updates and deletes its own rows where lambdas say so, and reads what is left."""
    who = given.who.id
    own = update(Note).where(Note.owner_id == who)
    await wrote(given, own.where(lambda: or_(Note.body != "", Note.body == "")).values(body="said"))
    await wrote(given, delete(Comment).where(Comment.author_id == who, lambda: or_(Comment.body == "", true())))
    return (await given.session.scalars(select(Note.body).where(Note.owner_id == who))).all()
