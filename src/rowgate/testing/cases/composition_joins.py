"""Composition: aliases, joins of every kind, sub-selects in FROM, laterals, whole rows, VALUES and table functions."""

from typing import Any

from sqlalchemy import Integer, String, column, func, join, lateral, literal, outerjoin, select, true, tuple_, values
from sqlalchemy.orm import aliased
from sqlalchemy.orm import join as orm_join
from sqlalchemy.orm import outerjoin as orm_outerjoin

from rowgate.testing.case import Family, Given
from rowgate.testing.cases import shortcuts
from rowgate.testing.cases.shortcuts import rows
from rowgate.testing.world_models import Comment, Document, Folder, Posting, Share, Tag, User, document_tags

composition = Family("composition")
title = Document.title


@composition.way_in(portable=True, covers=["aliased", "visit_alias", "AliasedClass"])
async def aliases(given: Given) -> Any:
    """Selects an alias of an entity."""
    return await shortcuts.values(given, select(aliased(given.model.entity)))


@composition.way_in(covers=["Alias", "FromClause.alias"])
async def alias_of_alias(given: Given) -> Any:
    """Selects an alias of an alias of a table."""
    twice = Document.__table__.alias("once").alias("twice")
    return await rows(given, select(twice.c.title, twice.c.pages))


@composition.way_in(covers=["aliased"])
async def alias_named_like_a_table(given: Given) -> Any:
    """Names aliases like other guarded tables, and like those that policies read."""
    found = [aliased(Document, name=name) for name in ("blocks", "users", "document_shares", "documents")]
    return [await rows(given, select(each.title, each.owner_id)) for each in found]


@composition.way_in(covers=["aliased"])
async def swapped_names(given: Given) -> Any:
    """Names the alias of one table like another one beside it."""
    users = aliased(Document, name="users")
    documents = aliased(User, name="documents")
    return await rows(given, select(users.title, documents.name).where(users.owner_id == documents.id))


@composition.way_in(covers=["visit_join", "Select.join", "Join"])
async def joins(given: Given) -> Any:
    """Joins in each way: by relationship, by condition, to an alias, from a chosen side."""
    other = aliased(Document)
    found = [
        select(title, User.name).join(Document.owner),
        select(title, User.name).join(User, User.id == Document.owner_id),
        select(title, other.title).join(other, other.owner_id == Document.owner_id),
        select(User.name, title).join_from(User, Document),
        select(User.name, other.title).join(User.documents.of_type(other)),
        select(User.name, title).join(User.documents.and_(Document.is_public)),
        select(title, Tag.word).join(Document.tags),
    ]
    return [await rows(given, each) for each in found]


@composition.way_in(covers=["Select.outerjoin", "Select.outerjoin_from"])
async def outer_joins(given: Given) -> Any:
    """Joins hidden rows from the outside: who has none, and who has some."""
    found = [
        select(User.name, title).outerjoin(User.documents),
        select(User.name).outerjoin(Document, Document.owner_id == User.id).where(Document.id.is_(None)),
        select(User.name, title).outerjoin_from(User, Document, User.id == Document.owner_id),
        select(Comment.body, title).join(Comment.document, isouter=True),
    ]
    return [await rows(given, each) for each in found]


@composition.way_in(covers=["full"])
async def full_join(given: Given) -> Any:
    """Joins hidden rows of both sides in full."""
    return await rows(given, select(Folder.name, title).join(Document, Document.owner_id == Folder.owner_id, full=True))


@composition.way_in(covers=["Select.select_from"])
async def product(given: Given) -> Any:
    """Multiplies a table with itself, and with another."""
    other = aliased(Posting)
    one = select(Posting.text, other.text).select_from(Posting).join(other, true())
    return await rows(given, one), await rows(given, select(func.count()).select_from(Posting, Folder))


@composition.way_in(covers=["join", "outerjoin", "FromClause.join", "Join.select", "FromClause.outerjoin"])
async def joins_of_tables(given: Given) -> Any:
    """Selects from joins of tables."""
    documents, users = Document.__table__, User.__table__
    linked = join(documents, document_tags).join(Tag.__table__)
    found = [
        select(documents.c.title, users.c.name).select_from(documents.join(users)),
        select(users.c.name, documents.c.title).select_from(outerjoin(users, documents)),
        select(documents.c.title, Tag.word).select_from(linked),
        documents.join(users).select(),
    ]
    return [await rows(given, each) for each in found]


@composition.way_in(covers=["orm.join", "orm.outerjoin", "aliased.flat"])
async def joins_of_entities(given: Given) -> Any:
    """Selects from joins of entities, nested and aliased."""
    inner = orm_join(Document, Comment, Document.comments)
    nested = select(User.name, title).select_from(orm_outerjoin(User, inner, User.id == Document.owner_id))
    flat = aliased(User, name="u", flat=True)
    return await rows(given, nested), await rows(
        given, select(flat.name, title).join(flat, flat.id == Document.owner_id)
    )


@composition.way_in(covers=["visit_subquery", "Select.subquery", "Subquery"])
async def sub_selects(given: Given) -> Any:
    """Selects from sub-selects, three deep, and from one named like a guarded table."""
    one = select(Document).where(Document.pages > 0).subquery("documents")
    two = select(one.c.title, one.c.pages).limit(30).subquery()
    three = select(two).distinct().subquery("blocks")
    return await rows(given, select(three))


@composition.way_in(covers=["aliased", "AliasedInsp"])
async def entity_from_sub_select(given: Given) -> Any:
    """Loads entities out of a sub-select, and out of a union."""
    inner = aliased(Document, select(Document).where(Document.pages > 1710100).subquery())
    united = select(Document).where(Document.is_public).union(select(Document).where(Document.is_deleted)).subquery()
    return await shortcuts.values(given, select(inner)), await shortcuts.values(
        given, select(aliased(Document, united))
    )


@composition.way_in(only="postgresql", covers=["visit_lateral", "Lateral", "lateral", "Select.lateral"])
async def laterals(given: Given) -> Any:
    """Looks at hidden rows sideways."""
    newest = select(title, Document.pages).where(Document.owner_id == User.id).order_by(Document.pages.desc()).limit(1)
    side = newest.lateral("newest")
    other = lateral(select(func.count().label("n")).where(Document.owner_id == User.id), "counted")
    found = select(User.name, side.c.title, other.c.n).select_from(User).join(side, true()).join(other, true())
    return await rows(given, found)


@composition.way_in(only="postgresql", covers=["visit_table_valued_column", "FromClause.table_valued"])
async def whole_rows(given: Given) -> Any:
    """Selects whole rows as JSON, as text and in aggregates."""
    documents: Any = Document.__table__
    alias = documents.alias("x")
    users: Any = User.__table__
    found = [
        select(func.row_to_json(documents.table_valued())),
        select(func.to_jsonb(alias.table_valued())),
        select(func.json_agg(documents.table_valued())),
        select(func.count(documents.table_valued())),
        select(func.to_json(users.table_valued())),
    ]
    return [await rows(given, each) for each in found]


@composition.way_in(covers=["visit_values", "Values", "values"])
async def joined_to_values(given: Given) -> Any:
    """Joins hidden rows to VALUES, in a CTE and, where SQL has it, as a table."""
    guessed = values(column("guess", String), name="guessed").data([("doc-b000-title",), ("doc-b100-title",)])
    named = values(column("guess", String), name="guessed").data([("doc-c000-title",)]).cte("named")
    found = [select(title).join(named, named.c.guess == title)]
    if given.dialect == "postgresql":
        found.append(select(guessed.c.guess, Document.pages).join(Document, title == guessed.c.guess))
    return [await rows(given, each) for each in found]


@composition.way_in(covers=["visit_scalar_values", "Values.scalar_values"])
async def scalar_values(given: Given) -> Any:
    """Looks for hidden rows in VALUES that stand in an expression."""
    pairs = values(column("t", String), column("c", String)).data([("doc-b000-title", "doc-b000-content")])
    return await shortcuts.values(
        given, select(title).where(tuple_(title, Document.content).in_(pairs.scalar_values()))
    )


@composition.way_in(only="postgresql", covers=["visit_table_valued_alias"])
async def table_functions(given: Given) -> Any:
    """Feeds hidden values to table functions."""
    labels = func.jsonb_array_elements_text(Document.labels).table_valued("label", name="each").render_derived()
    numbered = func.jsonb_each_text(Document.meta).table_valued("key", "value", with_ordinality="place", name="m")
    numbered = numbered.render_derived()
    parts = func.regexp_split_to_table(title, "-").column_valued("part")
    found = [
        select(title, labels.c.label).join(labels, true()),
        select(title, numbered.c.key, numbered.c.value, numbered.c.place).join(numbered, true()),
        select(title, parts).select_from(Document, parts.scalar_alias),
        select(func.unnest(func.array_agg(title))),
    ]
    return [await rows(given, each) for each in found]


@composition.way_in(only="postgresql", covers=["visit_scalar_function_column"])
async def field_of_a_function(given: Given) -> Any:
    """Takes a field out of what a function gives for hidden rows."""
    return await rows(
        given, select(func.jsonb_each_text(Document.meta).scalar_table_valued("value")).select_from(Document)
    )


@composition.reading(only="postgresql", covers=["visit_scalar_function_column"])
async def field_of_a_function_of_the_seen(given: Given) -> Any:
    """Takes a field out of what a function gives for what may be read."""
    field = func.jsonb_each_text(Document.meta).scalar_table_valued("value")
    return await rows(given, select(Document.title, field).where(Document.is_public))


@composition.way_in(only="sqlite", covers=["visit_table_valued_alias"])
async def json_tables(given: Given) -> Any:
    """Feeds hidden JSON to json_each and json_tree."""
    each = func.json_each(Document.labels).table_valued("value", "key", name="each")
    tree = func.json_tree(Document.meta).table_valued("value", "fullkey", name="tree")
    found = select(title, each.c.value, tree.c.fullkey, tree.c.value)
    return await rows(given, found.select_from(Document, each, tree))


@composition.reading(covers=["aliased", "Select.join", "visit_join"])
async def joins_what_is_seen(given: Given) -> Any:
    """Joins, inner and outer, to an alias, to links and to a sub-select: all that may be read."""
    mine = aliased(User)
    number = select(Comment.document_id, func.count().label("n")).group_by(Comment.document_id).subquery()
    found = select(title, mine.name, Share.remark, number.c.n).join(mine, Document.owner)
    found = found.outerjoin(Document.shares).outerjoin(number, number.c.document_id == Document.id)
    return await rows(given, found), await rows(given, select(title, Tag.word).join(Document.tags))


@composition.reading(covers=["full"])
async def full_join_of_the_seen(given: Given) -> Any:
    """Joins folders and postings in full."""
    return await rows(given, select(Folder.name, Posting.text).join(Posting, Posting.id == Folder.id - 1, full=True))


@composition.reading(covers=["visit_values", "visit_alias"])
async def values_and_the_seen(given: Given) -> Any:
    """Joins VALUES, and compares a table with itself."""
    wanted = (
        values(column("n", Integer), column("name", String), name="v").data([(1, "one"), (3, "three")]).cte("wanted")
    )
    other = aliased(Folder)
    child = select(Folder.name, other.name).join(other, other.id == Folder.parent_id)
    named = select(Folder.name, wanted.c.name).join(wanted, wanted.c.n == Folder.id)
    return await rows(given, named), await rows(given, child)


@composition.reading(
    only="postgresql", covers=["visit_lateral", "visit_table_valued_alias", "visit_table_valued_column"]
)
async def sideways_on_the_seen(given: Given) -> Any:
    """Uses a lateral, a table function, a series and whole rows of what may be read."""
    folders: Any = Folder.__table__
    newest = (
        select(title).where(Document.owner_id == User.id).order_by(Document.pages.desc()).limit(1).lateral("newest")
    )
    label = func.jsonb_array_elements_text(Document.labels).table_valued("label", name="each").render_derived()
    series = func.generate_series(1, 3).table_valued("n", name="series").render_derived()
    found = [
        select(User.name, newest.c.title).join(newest, true()),
        select(title, label.c.label).join(label, true()),
        select(series.c.n, Folder.name).join(Folder, Folder.id == series.c.n),
        select(func.row_to_json(folders.table_valued()), literal(1)),
    ]
    return [await rows(given, each) for each in found]
