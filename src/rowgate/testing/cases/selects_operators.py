"""Plain selects: every operator that SQLAlchemy renders, on rows that are hidden and on rows that are not."""

from typing import Any

from sqlalchemy import (
    Integer,
    String,
    and_,
    between,
    bindparam,
    bitwise_not,
    case,
    cast,
    collate,
    extract,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import computed, rows, values, where
from rowgate.testing.world_models import Document, Folder, User
from rowgate.testing.world_rows import key

selects = Family("selects")

LIKE = """like_op not_like_op ilike_op not_ilike_op startswith_op not_startswith_op endswith_op not_endswith_op contains_op
not_contains_op istartswith_op not_istartswith_op iendswith_op not_iendswith_op icontains_op not_icontains_op"""
COMPARED = [
    "visit_between_op_binary", "visit_not_between_op_binary", "visit_not_in_op_binary", "visit_binary",
    "visit_is_distinct_from_binary", "visit_is_not_distinct_from_binary", "visit_tuple", "visit_null",
    "visit_empty_set_op_expr", "visit_empty_set_expr", "visit_grouping", "visit_bindparam",
]  # fmt: skip


def _like(part: str) -> dict[str, Any]:
    title, whole = Document.title, f"doc-{part}"
    return {
        "like": title.like(f"{whole}%"), "not like": title.not_like(f"{whole}%"),
        "ilike": title.ilike(f"{whole.upper()}%"), "not ilike": title.not_ilike(f"{whole.upper()}%"),
        "starts": title.startswith(whole), "not starts": ~title.startswith(whole),
        "ends": title.endswith(f"{part}-title"), "not ends": ~title.endswith(f"{part}-title"),
        "contains": title.contains(part, autoescape=True), "not contains": ~title.contains(part),
        "istarts": title.istartswith(whole.upper()), "not istarts": ~title.istartswith(whole.upper()),
        "iends": title.iendswith(f"{part}-TITLE"), "not iends": ~title.iendswith(f"{part}-TITLE"),
        "icontains": title.icontains(part.upper()), "not icontains": ~title.icontains(part.upper()),
        "escaped": title.like(f"{whole}/-%", escape="/"),
    }  # fmt: skip


@selects.way_in(covers=[f"visit_{name}_binary" for name in LIKE.split()] + ["visit_ilike_case_insensitive_operand"])
async def like_hidden(given: Given) -> Any:
    """Probes hidden titles by LIKE and all its relatives."""
    return await where(given, **_like("b1"))


@selects.reading()
async def like_seen(given: Given) -> Any:
    """Searches titles by LIKE and all its relatives."""
    return await where(given, **_like("a1"))


def _compared(name: str) -> dict[str, Any]:
    title, text, content = Document.title, f"doc-{name}-title", f"doc-{name}-content"
    return {
        "is it": title == text, "is not": title != text, "less": title < text, "at most": title <= text,
        "more": title > text, "at least": title >= text, "between": title.between(text, f"{text}z"),
        "not between": ~between(title, text, text), "in": title.in_([text, "x"]), "not in": title.not_in([text]),
        "in none": title.in_([]), "not in none": title.not_in([]), "distinct": title.is_distinct_from(text),
        "not distinct": title.is_not_distinct_from(text), "null": title.is_(null()), "not null": title.is_not(None),
        "tuple": tuple_(title, Document.content) == tuple_(literal(text), literal(content)),
        "tuples": tuple_(title, Document.content).in_([(text, content)]),
        "no tuples": tuple_(title, Document.content).in_([]),
        "expanding": title.in_(bindparam("several", [text, "y"], expanding=True)),
    }  # fmt: skip


@selects.way_in(covers=COMPARED)
async def compares_hidden(given: Given) -> Any:
    """Compares hidden titles in every way."""
    return await where(given, **_compared("b000"))


@selects.reading()
async def compares_seen(given: Given) -> Any:
    """Compares titles in every way."""
    return await where(given, **_compared("b100"))


def _logic() -> dict[str, Any]:
    public, paid = Document.is_public, Document.requires_paid_access
    return {
        "is true": public, "is false": ~public, "is": public.is_(True), "is not": public.is_not(True),
        "and": and_(public, paid), "or": or_(public, paid), "not both": not_(and_(public, paid)), "true": true(),
        "true or": or_(true(), paid), "false or": or_(false(), public), "false": and_(false(), public),
        "equal": public == paid, "unequal": public != paid, "to true": public == true(), "no null": public != null(),
    }  # fmt: skip


@selects.way_in(
    covers=[
        "visit_is_true_unary_operator", "visit_is_false_unary_operator", "visit_true", "visit_false",
        "visit_expression_clauselist", "visit_clauselist",
    ]
)  # fmt: skip
async def logic_on_hidden(given: Given) -> Any:
    """Combines flags of hidden rows."""
    return await where(given, **_logic())


def _numbers() -> dict[str, Any]:
    pages = Document.pages
    return {
        "plus": pages + 1, "minus": 1 - pages, "times": pages * 2, "true division": pages / 3,
        "floor division": pages // 7, "modulo": pages % 1000, "negative": -pages, "and": pages.bitwise_and(255),
        "or": pages.bitwise_or(7), "xor": pages.bitwise_xor(3), "not": bitwise_not(pages),
        "left": pages.bitwise_lshift(2), "right": pages.bitwise_rshift(1), "string": Document.title + "!",
    }  # fmt: skip


@selects.way_in(
    covers=[
        "visit_mod_binary", "visit_truediv_binary", "visit_floordiv_binary", "visit_bitwise_xor_op_binary",
        "visit_unary",
    ]
)  # fmt: skip
async def arithmetic(given: Given) -> Any:
    """Computes with the numbers of hidden rows."""
    return await computed(given, **_numbers())


@selects.reading()
async def arithmetic_on_own(given: Given) -> Any:
    """Computes with the numbers of one's own row."""
    own = Document.id == key("a100")
    return {name: await values(given, select(each).where(own)) for name, each in _numbers().items()}


@selects.way_in(covers=["visit_regexp_match_op_binary", "visit_not_regexp_match_op_binary"])
async def regular_expressions(given: Given) -> Any:
    """Probes hidden titles by regular expressions."""
    title = Document.title
    return await where(given, match=title.regexp_match("^doc-b0"), no_match=~title.regexp_match("^doc-a"))


@selects.way_in(only="postgresql", covers=["visit_regexp_replace_op_binary"])
async def regular_replacement(given: Given) -> Any:
    """Replaces in hidden titles by a pattern, with flags."""
    title = Document.title
    return await computed(
        given, plain=title.regexp_replace("-", "+"), flags=title.regexp_replace("DOC", "x", flags="ig"),
        found=title.regexp_match("DOC-B", flags="i"),
    )  # fmt: skip


@selects.way_in(covers=["visit_custom_op_binary", "visit_custom_op_unary_operator", "Operators.op"])
async def operators_by_name(given: Given) -> Any:
    """Uses operators by their names on hidden rows."""
    title = Document.title
    sign: Any = UnaryExpression(
        type_coerce(Document.pages, Integer),
        operator=operators.custom_op("@" if given.dialect == "postgresql" else "-"),
    )
    number = type_coerce(sign, Integer)
    same = title.bool_op("=")("doc-b000-title")
    return await computed(given, joined=title.op("||")("!"), same=same, unary=number)


@selects.way_in(covers=["visit_custom_op_unary_modifier"])
async def operator_behind(given: Given) -> Any:
    """Puts an operator of its own behind a column."""
    behind: Any = UnaryExpression(type_coerce(Document.title, String), modifier=operators.custom_op("IS NOT NULL"))
    return await values(given, select(Document.title).where(behind))


@selects.way_in(covers=["visit_cast", "visit_typeclause", "visit_type_coerce"])
async def casts(given: Given) -> Any:
    """Casts hidden columns."""
    return await computed(
        given, text=cast(Document.pages, String), coerced=type_coerce(Document.title, String),
        number=cast(Document.price, Integer),
    )  # fmt: skip


@selects.way_in(covers=["visit_extract"])
async def extracted(given: Given) -> Any:
    """Takes a field out of a hidden date."""
    return await computed(given, day=extract("day", Document.created_at), year=extract("year", Document.created_at))


@selects.way_in(covers=["visit_collation"], ordered=True)
async def collated(given: Given) -> Any:
    """Orders and compares hidden titles by a collation."""
    name = "C" if given.dialect == "postgresql" else "NOCASE"
    ordered = select(Document.title).order_by(collate(Document.title, name).desc())
    return await values(given, ordered.where(Document.title.collate(name) > "doc-a"))


@selects.way_in(only="postgresql", covers=["visit_custom_op_binary"])
async def operators_of_words(given: Given) -> Any:
    """Uses operators that are words on hidden rows."""
    title = Document.title
    return await computed(
        given, zoned=Document.created_at.op("AT TIME ZONE")("UTC"), similar=title.op("SIMILAR TO")("doc-[ab]%"),
        other=title.op("IS DISTINCT FROM")(Document.content), unlike=title.op("NOT LIKE")("doc-b%"),
    )  # fmt: skip


@selects.reading(only="postgresql", covers=["visit_custom_op_binary"])
async def operators_of_words_that_work(given: Given) -> Any:
    """Finds what may be read by operators that are words."""
    title = Document.title
    zoned = Document.created_at.op("AT TIME ZONE")("UTC")
    found = select(title, zoned).where(title.op("SIMILAR TO")("doc-[ab]%"), title.op("NOT LIKE")("%x"))
    return await rows(given, found.where(title.op("IS DISTINCT FROM")(Document.content)))


@selects.reading(ordered=True)
async def operators_that_work(given: Given) -> Any:
    """Casts, extracts, collates and matches what may be read."""
    name = "C" if given.dialect == "postgresql" else "NOCASE"
    day = extract("day", Document.created_at)
    found = select(Document.title, cast(Document.pages, String), day, Document.title.op("||")("!"))
    found = found.where(Document.title.regexp_match("^doc-[ab]")).order_by(collate(Document.title, name))
    return await rows(given, found)


@selects.way_in(covers=["visit_function_as_comparison_op_binary", "FunctionElement.as_comparison"])
async def function_as_comparison(given: Given) -> Any:
    """Compares by a function that stands for an operator."""
    name = func.starts_with if given.dialect == "postgresql" else func.instr
    return await where(given, met=name(Document.title, "doc-b000").as_comparison(1, 2))


@selects.way_in(covers=["visit_case"])
async def case_by_value(given: Given) -> Any:
    """Tells hidden titles apart by a CASE with a value."""
    told = case({"doc-b000-title": 1, "doc-b110-title": 2}, value=Document.title, else_=0)
    return await rows(given, select(told, func.count()).group_by(told))


@selects.way_in(covers=["visit_binary"])
async def any_and_null_safe(given: Given) -> Any:
    """Compares nullable columns of hidden rows with each other."""
    parent = Folder.parent_id
    statement = select(Folder.name).where(or_(parent.is_distinct_from(Folder.id), parent.is_(None)))
    return await values(given, statement)


@selects.way_in(covers=["mask"])
async def operators_on_masked(given: Given) -> Any:
    """Uses operators on a masked column."""
    hashed = User.hashed_password
    statement = select(
        hashed + "!", func.length(hashed), hashed.like("user-b%"), cast(hashed, String), hashed.is_(None)
    )
    return await rows(given, statement)
