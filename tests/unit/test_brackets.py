"""What the gate adds to a statement is taken for no part of what was there, and what was there for nothing else."""

import warnings
from typing import Any

import pytest
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Integer,
    TypeDecorator,
    and_,
    column,
    create_engine,
    delete,
    exists,
    false,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import OPERATORS
from sqlalchemy.sql.elements import BinaryExpression, ClauseList, ExpressionClauseList, Grouping, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement

from rowgate import Catalog, Unguarded, grammar, guarded_sessionmaker, principal
from rowgate.raw import raw
from unit.gated import Gated
from unit.rendered_world import OWNER


class Base(DeclarativeBase):
    """Their base."""


class Loose(TypeDecorator[int]):
    """A type whose values become two conditions."""

    impl = Integer
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> Any:
        """Return two conditions, without brackets."""
        return BinaryExpression(bindparam, true(), operators.custom_op("or", precedence=100), type_=Boolean())


class Page(Base):
    """Of its owner; she may not change the last one."""

    __tablename__ = "pages"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]
    number: Mapped[int]
    hidden: Mapped[bool]
    loose: Mapped[int] = mapped_column(Loose)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def gate(request: pytest.FixtureRequest) -> Gated:
    """Give the gate of one table."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    pages = catalog.policy(Page)
    pages.allow("read", when=Page.owner == principal.id)
    pages.allow("update", "delete", when=Page.number < 9)
    return Gated(catalog, request.param)


PAGES: Any = Page.__table__
HALF: Any = BinaryExpression(PAGES.c.hidden, false(), operators.between_op)
MINUS: Any = UnaryExpression(literal_column("1"), operator=operators.custom_op("-", precedence=100))
TWICE: Any = UnaryExpression(MINUS, operator=operators.neg)
STAR: Any = UnaryExpression(literal_column("1"), operator=operators.custom_op("*", precedence=100))
CRITERIA = {
    "a lambda": lambda: or_(Page.number > 0, Page.number < 0),
    "an operator": PAGES.c.hidden.op("or", precedence=100)(PAGES.c.number > 0),
    "a type": PAGES.c.loose == 3,
    "half a BETWEEN": HALF,
    "another comparison": PAGES.c.number.is_distinct_from(3),
    "a column": PAGES.c.hidden,
}


def _where(sql: str) -> str:
    """Return what stands in front of the guard."""
    return " ".join(sql.split()).split(" WHERE ")[1].split(" AND ((pages.owner")[0]


@pytest.mark.parametrize("name", CRITERIA)
@pytest.mark.parametrize("write", [update(Page).values(number=1), update(PAGES).values(number=1), delete(Page)])
def test_criteria_of_a_write_stand_in_brackets(gate: Gated, write: Any, name: str) -> None:
    """Else what follows them, the guard, would be the second half of theirs."""
    found = _where(str(gate.compiled(OWNER, write.where(CRITERIA[name]))))
    assert (found[0], found[-1]) == ("(", ")")
    assert found.count("(") == found.count(")")


@pytest.mark.parametrize("name", CRITERIA)
def test_criteria_that_name_rows_stand_in_brackets(gate: Gated, name: str) -> None:
    """With a list of parameters the criteria are a part of the guard itself."""
    found = " ".join(str(gate.compiled(OWNER, delete(PAGES).where(CRITERIA[name]), for_executemany=True)).split())
    named = found.split("CASE WHEN ")[1].split(" AND (pages.owner")[0]
    assert (named[0], named[-1]) == ("(", ")")


def test_what_is_beside_plain_criteria_stands_in_brackets(gate: Gated) -> None:
    """One part of and_() that is more than a comparison is enough, by itself or with a list of parameters."""
    write = delete(PAGES).where(and_(PAGES.c.id > 1, PAGES.c.hidden.op("or", precedence=100)(true())))
    found = _where(str(gate.compiled(OWNER, write)))
    assert (found[0], found[-1]) == ("(", ")")
    named = " ".join(str(gate.compiled(OWNER, write, for_executemany=True)).split()).split("CASE WHEN ")[1]
    assert " AND (pages.hidden or " in named


def test_plain_criteria_need_no_brackets(gate: Gated) -> None:
    """A column and a value, and two of them by and_(): as they are written."""
    plain = _where(str(gate.compiled(OWNER, delete(Page).where(Page.number > 3, (Page.id == 1) & (Page.id != 2)))))
    assert "(" not in plain.replace("%(", "")
    assert plain.count(" AND ") == 2


class Either(ColumnElement[bool]):
    """An element that renders itself as two conditions, of a type that nobody has told."""

    inherit_cache = False


class EitherOfTwo(FunctionElement[bool]):
    """The same as a function, of a type."""

    type = Boolean()
    inherit_cache = True


class Five(FunctionElement[int]):
    """A number that renders itself."""

    type = Integer()
    inherit_cache = True


class Rows(FunctionElement[Any]):
    """Rows that render themselves."""

    inherit_cache = True


@compiles(Either)
@compiles(EitherOfTwo)
def _either(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "pages.hidden OR pages.number > 3"


@compiles(Five)
def _five(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "five()"


@compiles(Rows)
def _rows(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "rows()"


def _ruled(condition: Any, name: str) -> Gated:
    """Return the gate of a table with a restriction beside its owner's rule."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    for element in (Either, EitherOfTwo, Five, Rows):
        catalog.trust(element, reason="a test")
    pages = catalog.policy(Page)
    pages.allow("read", when=Page.owner == principal.id)
    pages.restrict(when=condition, name="x")
    return Gated(catalog, name)


RULES: dict[str, Any] = {
    "an element": (Either(), "AND (pages.hidden OR pages.number > 3)"),
    "a function": (EitherOfTwo(), "AND (pages.hidden OR pages.number > 3)"),
    "one of two": (and_(Page.id == Page.number, Either()), "AND (pages.hidden OR pages.number > 3)"),
    "a number": (Page.number == Five(), "AND pages.number = five())"),
    "rows": (exists(select(literal_column("1")).select_from(Rows())), "FROM rows()))"),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", ["postgresql", "sqlite"])
def test_rules_that_render_themselves_stand_in_brackets(rule: str, name: str) -> None:
    """Else the OR of one would open what the rule beside it shuts."""
    condition, expected = RULES[rule]
    found = " ".join(str(_ruled(condition, name).compiled(OWNER, select(Page.id))).split())
    assert expected in found


def test_values_of_rules_stand_in_brackets_where_their_type_adds_to_them() -> None:
    """The expression that a type puts around a value is one value, beside other rules."""
    found = str(_ruled(Page.loose == 3, "postgresql").compiled(OWNER, select(Page.id)))
    assert "AND pages.loose = ( %(rowgate_c0)s::INTEGER or true))" in found
    found = str(_ruled(Page.loose == 3, "sqlite").compiled(OWNER, select(Page.id)))
    assert "AND pages.loose =  ( ? or 1))" in found


def test_elements_of_statements_stand_as_they_are() -> None:
    """Twin: nothing stands beside them but what their own statement says."""
    found = str(_ruled(Either(), "postgresql").compiled(OWNER, select(Page.id).where(Either())))
    assert found.endswith("WHERE pages.hidden OR pages.number > 3")


@pytest.mark.parametrize("operator", [operators.from_, operators.as_, operators.comma_op])
def test_words_that_are_no_operators_are_refused(gate: Gated, operator: Any) -> None:
    """SQLAlchemy keeps FROM, AS and the comma among its operators; a column may be named like a table."""
    pages: Any = column("pages")
    both = BinaryExpression(literal_column("1"), pages, operator)
    for element in (both, UnaryExpression(pages, operator=operator), UnaryExpression(pages, modifier=operator)):
        with pytest.raises(Unguarded, match="is no operator"):
            gate.compiled(OWNER, select(element))


@pytest.mark.parametrize("operator", [operators.from_, operators.as_, operators.desc_op])
def test_lists_are_joined_by_operators(gate: Gated, operator: Any) -> None:
    """Or by commas."""
    listed: Any = ClauseList(literal_column("1"), column("pages"), operator=operator, group=False)
    with pytest.raises(Unguarded, match="is no operator"):
        gate.compiled(OWNER, select(Page.id).order_by(listed))
    chained: Any = ExpressionClauseList._construct_for_list(operator, Integer(), literal_column("1"), PAGES.c.id)
    with pytest.raises(Unguarded, match="is no operator"):
        gate.compiled(OWNER, select(chained))


def test_every_operator_of_sqlalchemy_has_been_read() -> None:
    """A word that a release adds is refused until somebody lists it, and this fails."""
    known = grammar.BETWEEN | grammar.BESIDE | {",", "FROM", "AS"}
    assert {word.strip() for word in OPERATORS.values()} == known


def test_what_on_says_stands_in_brackets(gate: Gated) -> None:
    """A comma in it would be followed by another table. Plain keys need none."""
    other = aliased(Page)
    joined = str(gate.compiled(OWNER, select(Page.id).join(other, lambda: or_(Page.id == other.id, Page.hidden))))
    assert " ON (" in joined
    statement = select(Page.id).join(other, and_(Page.id == other.id, Page.owner == other.number))
    keyed = str(gate.compiled(OWNER, statement))
    assert " ON pages.id = pages_1.id AND pages.owner = pages_1.number" in keyed
    assert str(statement) == str(select(Page.id).join(other, and_(Page.id == other.id, Page.owner == other.number)))


def test_a_join_is_left_as_it_is(gate: Gated) -> None:
    """Brackets are put around a copy: the statement belongs to whoever made it."""
    other = PAGES.alias("other")
    on = or_(PAGES.c.id == other.c.id, PAGES.c.hidden)
    joined = PAGES.join(other, on)
    gate.compiled(OWNER, select(PAGES.c.id).select_from(joined))
    assert joined.onclause is not None
    assert str(joined.onclause) == str(on.self_group(operators._asbool))
    assert not isinstance(PAGES.join(other, PAGES.c.hidden).onclause, Grouping)


@pytest.mark.parametrize("added", ["prefix_with", "suffix_with"])
def test_prefixes_and_suffixes_are_refused(gate: Gated, added: str) -> None:
    """They may be expressions, and these stand where a table's name may."""
    for statement in (select(PAGES.c.id), select(PAGES.c.id).cte("c"), update(PAGES).values(number=1), delete(PAGES)):
        if hasattr(statement, added):
            given = getattr(statement, added)(PAGES.c.id)
            with pytest.raises(Unguarded, match="prefixes and suffixes"):
                gate.compiled(OWNER, select(given) if isinstance(given, CTE) else given)


@pytest.mark.skipif(not hasattr(select(), "apply_syntax_extension_point"), reason="SQLAlchemy 2.1 has it")
@pytest.mark.parametrize("place", ["pre_columns", "post_select", "post_criteria", "post_body", "post_values"])
def test_statements_are_not_extended(gate: Gated, place: str) -> None:
    """An expression may stand there, such as one that begins with `or`."""
    more: Any = UnaryExpression(true(), operator=operators.custom_op("or"))
    extended = 0
    for statement in (select(PAGES.c.id), update(PAGES).values(number=1), delete(PAGES), insert(PAGES).values(id=1)):
        changed: Any = statement
        if place in changed._position_map:
            extended += 1
            changed.apply_syntax_extension_point(lambda _existing: [more], place)
            with pytest.raises(Unguarded, match="apply_syntax_extension_point"):
                gate.compiled(OWNER, changed)
    assert extended


@pytest.mark.parametrize("element", [TWICE, STAR.op("-")(TWICE), -MINUS])
def test_two_operators_that_begin_a_comment_are_refused(gate: Gated, element: Any) -> None:
    """What the label says on its next line would be SQL."""
    with pytest.raises(Unguarded, match="begin a comment"):
        gate.compiled(OWNER, select(element, literal_column("1").label("\n2 FROM pages --")))
    with pytest.raises(Unguarded, match="begin a comment"):
        gate.compiled(OWNER, update(Page).values(number=element))


def test_marks_of_comments_in_names_are_names(gate: Gated) -> None:
    """Quotes hold them."""
    column = PAGES.c.number
    gate.compiled(OWNER, select(column.label('a"--'), (-column).label("/*"), (column - (-column)).label("'--'")))


def test_a_query_as_text_may_hold_comments() -> None:
    """It is not the gate that filters it."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    catalog.open(Page, reason="for the test")
    text = "SELECT 1 -- one"
    assert str(Gated(catalog, walled=True).compiled(OWNER, raw(text))) == text


@pytest.mark.parametrize("more", ["", "x", "é"])
def test_a_cte_whose_name_is_cut_to_that_of_a_table_is_refused(more: str) -> None:
    """PostgreSQL cuts it at 63 bytes, and a policy would read the CTE for the table."""

    class Others(DeclarativeBase):
        """Of long names."""

    class Ban(Others):
        """Its name is as long as a name can be."""

        __tablename__ = "b" * 63
        id: Mapped[int] = mapped_column(primary_key=True)

    catalog = Catalog(Others, principal_id=Integer(), roles=set())
    catalog.open(Ban, reason="for the test")
    gated = Gated(catalog)
    with pytest.raises(Unguarded, match="like a guarded table"):
        gated.compiled(OWNER, select(select(literal_column("1")).cte("B" * 63 + more)))
    gated.compiled(OWNER, select(select(literal_column("1")).cte("c" * 63 + more)))


def test_a_name_is_cut_between_characters() -> None:
    """PostgreSQL cuts no character in two."""

    class Others(DeclarativeBase):
        """Of a name that is a byte too short."""

    class Ban(Others):
        """The next character has two bytes, and goes."""

        __tablename__ = "b" * 62
        id: Mapped[int] = mapped_column(primary_key=True)

    catalog = Catalog(Others, principal_id=Integer(), roles=set())
    catalog.open(Ban, reason="for the test")
    with pytest.raises(Unguarded, match="like a guarded table"):
        Gated(catalog).compiled(OWNER, select(select(literal_column("1")).cte("b" * 62 + "é")))


@pytest.mark.parametrize("joins", [False, True])
def test_products_that_nobody_meant_are_warned_of(joins: bool) -> None:
    """As without a guard: of tables beside a join that no condition names, and of no others."""
    catalog = Catalog(Base, principal_id=Integer(), roles=set())
    catalog.policy(Page).allow("read", when=Page.owner == principal.id)
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    one, two, three = aliased(Page), aliased(Page), aliased(Page)
    statement = select(one.id, three.id).join_from(one, two, or_(one.id == two.id, one.owner == two.owner))
    if joins:
        statement = statement.where(or_(three.id == two.id, three.owner == one.owner))
    with guarded_sessionmaker(engine, catalog)(OWNER) as session, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert session.execute(statement).all() == []
    assert [] == [one for one in told if "cartesian product" not in str(one.message)]
    assert joins == (not told)
