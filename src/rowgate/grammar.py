"""What may be rendered: plain, checked or refused. Whatever is not listed here is refused.

The names are those of SQLAlchemy's compilers: an element of visit name `x` is rendered by `visit_x`. A test compares
the list with every supported release, so that a construct that a new one adds is refused until somebody has read it.
"""

import re
from enum import StrEnum


class Verdict(StrEnum):
    """What the gate does with a construct."""

    PLAIN = "plain"
    CHECKED = "checked"
    REFUSED = "refused"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLAIN = _words(
    """
    aggregate_order_by aggregate_orderby_inline aggregate_strings_func aggregateorderby alias array between_op_binary
    bitwise_xor_op_binary case cast char_length_func compound_select contains_op_binary element_list
    empty_set_expr empty_set_op_expr endswith_op_binary false floordiv_binary frame_clause
    funcfilter function_as_comparison_op_binary getitem_binary grouping hstore_getitem_op_binary icontains_op_binary
    iendswith_op_binary ilike_case_insensitive_operand ilike_op_binary is_distinct_from_binary is_false_unary_operator
    is_not_distinct_from_binary is_true_unary_operator istartswith_op_binary json_getitem_op_binary
    json_path_getitem_op_binary label label_reference lambda_element lateral like_op_binary localtimestamp_func
    match_op_binary mod_binary not_between_op_binary not_contains_op_binary not_endswith_op_binary
    not_icontains_op_binary not_iendswith_op_binary not_ilike_op_binary not_in_op_binary not_istartswith_op_binary
    not_like_op_binary not_match_op_binary not_regexp_match_op_binary not_startswith_op_binary now_func null
    on_conflict_do_nothing order_by_list over override_binds phraseto_tsquery_func plainto_tsquery_func
    postgresql_distinct_on pow_func regexp_match_op_binary regexp_replace_op_binary release_savepoint
    rollback_to_savepoint savepoint select_statement_grouping slice
    startswith_op_binary subquery substring_func table_valued_alias textual_label_reference to_tsquery_func
    to_tsvector_func true truediv_binary ts_headline_func tuple type_coerce typeclause unsupported_compilation
    websearch_to_tsquery_func withingroup
    """
)
"""Rendered as SQLAlchemy does: what is inside is rendered, and so judged, in its turn."""

CHECKED = _words(
    """
    binary bindparam clauselist collation column cte custom_op_binary custom_op_unary_modifier custom_op_unary_operator delete
    expression_clauselist extract function insert join on_conflict_do_update scalar_function_column scalar_values select sequence
    table table_valued_column unary update values
    """
)
"""Rendered by the gate itself, or only in a closed form."""

OWN = _words("rowgate_principal rowgate_role rowgate_guard rowgate_can")
"""The gate's own elements."""

REFUSED: dict[str, str] = {
    "dmltargetcopy": "from_dml_column() is not built yet; write the value twice",
    "fromclause": "write the table, alias or sub-select itself",
    "index": "an index is no part of a query",
    "next_value_func": "let a column default draw from the sequence",
    "tablesample": "TABLESAMPLE would sample rows that the policy hides; order by func.random() and limit",
    "textclause": "text cannot be proven; write it with select(), func and the operators of SQLAlchemy",
    "textual_select": "text cannot be proven; write it with select(), func and the operators of SQLAlchemy",
    "tstring": "text cannot be proven; write it with select(), func and the operators of SQLAlchemy",
    "tstring_text": "text cannot be proven; write it with select(), func and the operators of SQLAlchemy",
}
"""Refused, with what to write instead."""


def verdict(name: str) -> Verdict:
    """Return what the gate does with the construct of this visit name; an unknown one is refused."""
    if name in PLAIN:
        return Verdict.PLAIN
    if name in CHECKED or name in OWN:
        return Verdict.CHECKED
    return Verdict.REFUSED


def advice(name: str) -> str:
    """Return what to write instead of a refused construct."""
    return REFUSED.get(name, "it is unknown to this release of Rowgate; write it with select(), func and operators")


STABLE_FUNCTIONS = _words(
    """
    abs acos age all any array_agg array_append array_cat array_dims array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper ascii asin atan
    atan2 avg bit_and bit_length bit_or bit_xor bool_and bool_or btrim cardinality cast cbrt ceil ceiling char_length
    character_length chr coalesce concat concat_ws convert_from convert_to corr cos cosh cot count covar_pop covar_samp
    cube cume_dist current_date current_time current_timestamp date date_bin date_part date_trunc datetime decode
    degrees dense_rank div encode every exp extract factorial first_value floor format gcd generate_series
    generate_subscripts get_bit get_byte greatest group_concat grouping grouping_sets ifnull iif initcap instr isempty
    isfinite json_agg json_array json_array_elements json_array_elements_text json_array_length json_build_array
    json_build_object json_each json_each_text json_extract json_extract_path json_extract_path_text json_group_array
    json_group_object json_object json_object_agg json_object_keys json_quote json_strip_nulls json_to_record
    json_to_recordset json_tree json_type json_typeof json_valid jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
    jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_pretty
    jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof julianday justify_days justify_hours
    justify_interval lag last_value lcm lead left length like ln localtime localtimestamp log log10 lower lower_inc
    lower_inf lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode multirange
    normalize now nth_value ntile nullif num_nonnulls num_nulls numnode numrange octet_length overlay percent_rank
    percentile_cont percentile_disc phraseto_tsquery pi plainto_tsquery position pow power printf querytree quote_ident
    quote_literal quote_nullable radians range_agg range_intersect_agg range_merge rank regexp_count
    regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
    regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat
    replace reverse right rollup round row row_number row_to_json rpad rtrim scale setweight sha224 sha256
    sha384 sha512 sign sin sinh some split_part sqrt starts_with statement_timestamp stddev stddev_pop stddev_samp strftime
    string_agg string_to_array string_to_table strip strpos substr substring sum tan tanh time timezone to_ascii to_char
    to_date to_hex to_json to_jsonb to_number to_timestamp to_tsquery to_tsvector total transaction_timestamp translate
    trim trim_array trim_scale trunc ts_delete ts_filter ts_headline ts_rank ts_rank_cd tsquery_phrase
    tsvector_to_array typeof unixepoch unnest upper upper_inc upper_inf var_pop var_samp variance websearch_to_tsquery
    width_bucket aggregate_strings bit_count char daterange hex int4multirange int4range int8multirange int8range
    nummultirange tsmultirange tsrange tstzmultirange tstzrange datemultirange unicode
    """
)
"""Built-in functions, immutable or stable, that execute no SQL, read no file and no setting.

From the function tables of https://www.postgresql.org/docs/current/functions.html and
https://www.sqlite.org/lang_corefunc.html. Left out on purpose, because they run SQL handed to them as text: `ts_stat`,
`ts_rewrite`, `query_to_xml` and its family; and all that read settings, files, sequences or the catalogue.
"""

VOLATILE_FUNCTIONS = _words("clock_timestamp gen_random_uuid random timeofday uuidv4 uuidv7")
"""Volatile built-ins without side effects. They take no column of a guarded table: no arguments at all."""

OUTPUT_COLUMNS = _words("key value ordinality atom type id parent fullkey")
"""Columns of json_each, json_tree and their like, and of WITH ORDINALITY."""

ROWS_OF_RETURNING = _words("old new")
"""Names that mean the written row in RETURNING: https://www.postgresql.org/docs/18/sql-update.html."""

OPERATORS = _words(
    """
    + - * / % ^ || = <> != < > <= >= @> <@ && -> ->> #> #>> #- @? @@ ? ?| ?& ~ ~* !~ !~* ~~ ~~* !~~ !~~* & | # << >> &<
    &> -|- ^@ <-> |/ ||/ @ !! is in like ilike and or not overlaps glob <% %> <<% %>> <<-> <->> <<<-> <->>> <=> <#> <+>
    """
)
"""Operators that `.op()` may name: built-in, or of the extensions pg_trgm and pgvector. None of them runs SQL.

See https://www.postgresql.org/docs/current/pgtrgm.html and https://github.com/pgvector/pgvector.
"""

PHRASES = frozenset(
    phrase.replace("_", " ")
    for phrase in _words(
        "at_time_zone is_not is_distinct_from is_not_distinct_from similar_to not_in not_like not_ilike not_similar_to"
    )
)
"""Operators of more than one word that it may name, too."""

BETWEEN = frozenset(
    {"AND", "OR", "+", "-", "*", "%", "<", "<=", "=", "!=", ">", ">=", "||", "^", "|", "&", "<<", ">>", "COLLATE"}
    | {"IS", "IS NOT", "IN", "NOT IN", "IS DISTINCT FROM", "IS NOT DISTINCT FROM", "MATCH", "NOT MATCH"}
)
"""Words that SQLAlchemy writes between two expressions. It knows a comma, FROM and AS, too."""

BESIDE = frozenset({"-", "~", "NOT", "EXISTS", "DISTINCT", "ANY", "ALL", "DESC", "ASC", "NULLS FIRST", "NULLS LAST"})
"""Words that it writes in front of an expression, or behind it."""

EXTENSIONS = _words("postgresql_distinct_on on_conflict_do_nothing on_conflict_do_update")
"""What may stand where a statement can be extended."""

MARKS = ("__[", "EXECMANY", "_IMV_")
"""Marks of SQLAlchemy's own in SQL that it has rendered: it replaces them by pattern, inside names and literals too."""

_INTERVAL = r"(?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)"
_TYPE = re.compile(
    rf"""
    (?: DOUBLE\ PRECISION | CHARACTER\ VARYING | BIT\ VARYING
      | INTERVAL (?:\ {_INTERVAL} (?:\ TO\ {_INTERVAL})? )?
      | [A-Za-z_][A-Za-z0-9_]* (?:\.[A-Za-z_][A-Za-z0-9_]*)?
      | "(?:[^"]|"")+" (?:\."(?:[^"]|"")+")?
    )
    (?: \s*\(\s*\d+\s*(?:,\s*-?\d+\s*)?\) )?
    (?: \ (?:WITH|WITHOUT)\ TIME\ ZONE )?
    (?: \[\] )*
    (?: \ COLLATE\ "[A-Za-z0-9_.@-]+" )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"'[A-Za-z][A-Za-z0-9_]*'")
_FOLDED = re.compile(r"[a-z_][a-z0-9_]*")


def is_type(text: str) -> bool:
    """Return whether this is the name of a SQL type and nothing more: it stands in the SQL as it is."""
    return _TYPE.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """Return whether this is a field of EXTRACT and nothing more."""
    return _WORD.fullmatch(text) is not None


def is_unquoted_name(text: str) -> bool:
    """Return whether an unquoted identifier means the same quoted: lower case, one word."""
    return _FOLDED.fullmatch(text) is not None


def is_operator(text: str) -> bool:
    """Return whether this is a listed operator and nothing more."""
    named = text.strip().lower()
    return named in OPERATORS or named in PHRASES


def is_output_column(name: str) -> bool:
    """Return whether this is a column that built-in table functions give, and no function."""
    return name in OUTPUT_COLUMNS


def is_literal(text: str) -> bool:
    """Return whether a literal column is a star, a number, a word in quotes, or the wildcard of startswith() and its like.

    SQLAlchemy writes the names of classes in a polymorphic union as words in quotes.
    """
    return text in ("*", "'%'") or text.isdecimal() or _QUOTED.fullmatch(text) is not None
