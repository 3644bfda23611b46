"""Plain selects: functions, aggregates, windows, groupings, arrays, JSON and text search on hidden rows."""

from typing import Any

from sqlalchemy import ARRAY, String, cast, func, literal, select, text, within_group
from sqlalchemy.dialects import postgresql

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.shortcuts import computed, rows, values, where
from rowgate.testing.world_models import Document, Folder, Posting
from rowgate.testing.world_rows import key

selects = Family("selects")
title, pages = Document.title, Document.pages


@selects.way_in(covers=["visit_char_length_func", "visit_aggregate_strings_func", "visit_pow_func", "Function"])
async def named_functions(given: Given) -> Any:
    """Calls built-in functions on hidden columns."""
    joined = await given.session.scalar(select(func.length(func.aggregate_strings(title, ","))))
    found = await computed(
        given, length=func.char_length(title), first=func.coalesce(title, "x"), none=func.nullif(title, "x"),
        replaced=func.replace(title, "doc", "x"), part=func.substr(title, 5, 4), trimmed=func.trim(title),
    )  # fmt: skip
    return joined, found


@selects.way_in(only="postgresql", covers=["visit_substring_func", "visit_pow_func"])
async def functions_of_postgresql(given: Given) -> Any:
    """Calls functions that PostgreSQL renders in a way of its own."""
    return await computed(
        given, part=func.substring(title, 5, 4), power=func.pow(pages, 2), hashed=func.md5(title),
        pieces=func.split_part(title, "-", 2), greatest=func.greatest(title, "a"), formatted=func.format("%s", title),
    )  # fmt: skip


@selects.way_in(covers=["visit_now_func", "visit_localtimestamp_func"])
async def compared_with_now(given: Given) -> Any:
    """Compares hidden dates with the time."""
    return await where(
        given, before=Document.created_at < func.now(), local=Document.created_at < func.localtimestamp()
    )


@selects.way_in(only="postgresql", covers=["visit_withingroup"])
async def within_groups(given: Given) -> Any:
    """Takes percentiles, the mode and a rank of hidden numbers."""
    statement = select(
        within_group(func.percentile_cont(0.5), pages), func.percentile_disc(0.9).within_group(pages.desc()),
        func.mode().within_group(Document.owner_id), func.rank(1710300).within_group(pages),
        func.dense_rank(1710300).within_group(pages), func.cume_dist(1710300).within_group(pages),
    )  # fmt: skip
    return await rows(given, statement)


@selects.way_in(only="postgresql", covers=["visit_array", "visit_aggregate_order_by"])
async def arrays(given: Given) -> Any:
    """Collects hidden values in arrays, JSON and rows."""
    ordered = postgresql.aggregate_order_by(title, title.desc())
    statement = select(
        func.array_agg(ordered), func.json_agg(title), func.jsonb_object_agg(title, pages), func.bool_or(pages > 1710300),
        func.array_length(func.array_agg(postgresql.array([title, Document.content])), 1),
    )  # fmt: skip
    return await rows(given, statement)


@selects.way_in(only="postgresql", covers=["visit_getitem_binary", "visit_slice", "any_op", "all_op"])
async def items_of_arrays(given: Given) -> Any:
    """Takes items and slices out of arrays of hidden values, and compares with any and all of them."""
    found = func.array_agg(postgresql.aggregate_order_by(title, title.desc()), type_=ARRAY(String))
    whole = select(found.label("titles")).subquery().c.titles
    told = literal("doc-b000-title")
    return await rows(given, select(whole[1], whole[2:4], told == whole.any_(), told != whole.all_()))


@selects.way_in(covers=["visit_json_getitem_op_binary", "visit_json_path_getitem_op_binary"])
async def inside_json(given: Given) -> Any:
    """Takes values out of hidden JSON."""
    meta, labels = Document.meta, Document.labels
    return await computed(
        given, text=meta["text"].as_string(), number=meta["n"].as_integer(), path=meta[("text",)].as_string(),
        item=labels[0].as_string(), raw=meta["text"],
    )  # fmt: skip


@selects.way_in(only="postgresql", covers=["visit_custom_op_binary", "JSONB"])
async def operators_of_jsonb(given: Given) -> Any:
    """Asks hidden JSON with the operators of JSONB."""
    meta, keys = cast(Document.meta, postgresql.JSONB), postgresql.array(["n", "text"])
    return await where(
        given, contains=meta.contains({"text": "doc-b000-meta"}), has=meta.has_key("n"), any=meta.has_any(keys),
        all=meta.has_all(keys), path=meta.path_exists("$.n"), match=meta.path_match("$.n > 5300001"),
        within=meta.contained_by({"text": "doc-b000-meta", "n": 5300000}),
    )  # fmt: skip


@selects.reading()
async def inside_own_json(given: Given) -> Any:
    """Takes values out of JSON that may be read."""
    statement = select(Document.meta["text"].as_string(), Document.meta[("n",)].as_integer(), Document.labels)
    return await rows(given, statement.where(Document.meta["n"].as_integer() > 5300000))


SEARCH = ["to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery", "ts_headline"]


@selects.way_in(
    only="postgresql",
    covers=["visit_match_op_binary", "visit_not_match_op_binary", *(f"visit_{name}_func" for name in SEARCH)],
)
async def text_search(given: Given) -> Any:
    """Searches hidden texts and shows headlines of them."""
    vector = func.to_tsvector("simple", func.replace(Document.content, "-", " "))
    found = await where(
        given, query=vector.bool_op("@@")(func.to_tsquery("simple", "b000 | c000")),
        plain=vector.bool_op("@@")(func.plainto_tsquery("simple", "b000")),
        phrase=vector.bool_op("@@")(func.phraseto_tsquery("simple", "doc b000")),
        web=vector.bool_op("@@")(func.websearch_to_tsquery("simple", "b000 or e000")),
        match=func.replace(title, "-", " ").match("b000"), no_match=~func.replace(title, "-", " ").match("a000"),
    )  # fmt: skip
    headline = func.ts_headline("simple", Document.content, func.to_tsquery("simple", "doc"))
    return found, await values(given, select(headline))


@selects.reading(only="postgresql")
async def text_search_of_the_seen(given: Given) -> Any:
    """Searches texts, ranked."""
    vector = func.to_tsvector("simple", func.replace(Document.content, "-", " "))
    query = func.websearch_to_tsquery("simple", "b100 or a000")
    return await rows(given, select(title, func.ts_rank(vector, query)).where(vector.bool_op("@@")(query)))


@selects.way_in(covers=["visit_frame_clause", "visit_over", "Over"])
async def window_frames(given: Given) -> Any:
    """Looks at hidden neighbours through frames of windows."""
    order: dict[str, Any] = {"partition_by": Document.is_public, "order_by": title}
    near = func.sum(pages).over(**order, rows=(-1, 1))
    ranged = func.count().over(partition_by=Document.is_public, order_by=pages, range_=(None, 0))
    after = func.max(title).over(**order, groups=(1, None))
    return await rows(given, select(title, near, ranged, after))


@selects.way_in(covers=["visit_over", "visit_funcfilter"])
async def window_functions(given: Given) -> Any:
    """Looks at hidden neighbours by lag, lead and their like, and through a filter."""
    names = [func.lag(title), func.lead(title, 2), func.first_value(title), func.nth_value(title, 2), func.ntile(3)]
    names += [func.row_number(), func.rank(), func.dense_rank(), func.percent_rank(), func.cume_dist()]
    found = [each.over(order_by=pages) for each in names]
    filtered = func.count().filter(Document.owner_id != given.who.id).over()
    return await rows(given, select(title, *found, filtered))


@selects.reading()
async def windows_on_the_seen(given: Given) -> Any:
    """Numbers, sums up and compares with the neighbour, on what may be read."""
    window: dict[str, Any] = {"partition_by": Document.owner_id, "order_by": title}
    sums = func.sum(pages).over(**window, rows=(None, 0))
    return await rows(given, select(title, func.row_number().over(**window), func.lag(title).over(**window), sums))


@selects.way_in(only="postgresql", covers=["rollup", "cube"])
async def rollup_and_cube(given: Given) -> Any:
    """Groups by ROLLUP and CUBE."""
    rolled = select(Document.is_public, Document.is_deleted, func.count())
    up = await rows(given, rolled.group_by(func.rollup(Document.is_public, Document.is_deleted)))
    return up, await rows(given, rolled.group_by(func.cube(Document.is_public, Document.is_deleted)))


@selects.reading()
async def grouped_by_key(given: Given) -> Any:
    """Groups by a primary key and selects what depends on it."""
    statement = select(Document.id, title, Document.content, func.count()).group_by(Document.id)
    return await rows(given, statement.having(func.count() > 0).order_by(title))


@selects.reading(covers=["visit_label_reference", "visit_textual_label_reference", "visit_order_by_list"], ordered=True)
async def ordered_by_label(given: Given) -> Any:
    """Orders and groups by the name of a column."""
    number = func.count().label("number")
    statement = select(Folder.owner_id, number).group_by("owner_id").order_by(number.desc(), "owner_id")
    return await rows(given, statement), await rows(given, select(title.label("name")).order_by("name"))


@selects.way_in(ordered=True, covers=["nulls_first", "nulls_last", "asc", "desc", "visit_unary"])
async def nulls_in_order(given: Given) -> Any:
    """Orders hidden rows with nulls first and last, up and down."""
    first = select(Folder.name).order_by(Folder.parent_id.nulls_first(), Folder.id.asc())
    last = select(Folder.name).order_by(Folder.parent_id.desc().nulls_last(), Folder.id.desc())
    return await values(given, first), await values(given, last)


@selects.way_in(only="postgresql", covers=["visit_tablesample", "TableSample", "FromClause.tablesample"])
async def samples(given: Given) -> Any:
    """Samples a hundred percent of a table."""
    sample = Document.__table__.tablesample(func.bernoulli(100), name="sampled", seed=literal(1))
    return await rows(given, select(sample.c.title))


@selects.way_in(only="postgresql", covers=["Select.with_hint"])
async def hint_on_table(given: Given) -> Any:
    """Hints at a table."""
    return await values(given, select(title).with_hint(Document, "ONLY", "postgresql"))


@selects.way_in(covers=["Select.with_statement_hint"])
async def hint_on_statement(given: Given) -> Any:
    """Puts a query into the hint of a statement."""
    return await values(given, select(title).with_statement_hint("UNION SELECT content FROM documents"))


@selects.way_in(covers=["Function"])
async def function_alone(given: Given) -> Any:
    """Executes a function without a SELECT."""
    inner = select(func.count()).select_from(Document).scalar_subquery()
    return await given.session.scalar(func.coalesce(inner, 0))


@selects.way_in(covers=["visit_column"], only="postgresql")
async def renamed_columns(given: Given) -> Any:
    """Aggregates columns whose names in the database are reserved words."""
    return await rows(given, select(func.array_agg(Posting.text), func.sum(Posting.cents)))


@selects.way_in(covers=["visit_textclause"])
async def aggregate_of_text(given: Given) -> Any:
    """Aggregates a column that is named in text."""
    return await given.session.scalar(select(func.max(text("title"))).select_from(Document))


@selects.reading()
async def functions_of_own(given: Given) -> Any:
    """Calls functions on one's own row."""
    found = select(func.char_length(title), func.upper(title), func.coalesce(Document.content, "-"), func.abs(-pages))
    return await rows(given, found.where(Document.id == key("a110")))
