"""The application's login in hostile hands, a captured context in them too: what holds, and what is a limit."""

import json
import time
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rowgate.wall.objects import Function
from rowgate.wall.signing import PRINCIPAL, Signed
from wall.walls import KEY, SIGNING, Walled, body
from world import ADMIN_D, FREE_A, FREE_C, A, key, titles

READ = "SELECT title FROM documents"
SETTINGS = [
    "standard_conforming_strings = off", "array_nulls = off", "transform_null_equals = on", "DateStyle = 'SQL, DMY'",
    "bytea_output = escape", "plan_cache_mode = force_generic_plan", "debug_parallel_query = on",
    "search_path = pg_temp, pg_catalog, public", "constraint_exclusion = on", "TimeZone = '<x>+100'",
    "default_transaction_read_only = on", "jit_above_cost = 0", "xmloption = document", "quote_all_identifiers = on",
]  # fmt: skip
PARALLEL_RENAMED = 160000
REFUSED = [
    "SET ROLE pg_read_all_data", "SET SESSION AUTHORIZATION postgres", "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT pg_read_all_data TO CURRENT_USER", "LOAD 'auto_explain'", "COPY documents TO PROGRAM 'cat'",
    "COPY documents TO '/tmp/documents'", "SELECT pg_read_file('PG_VERSION')", "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')", "SELECT pg_create_logical_replication_slot('x', 'test_decoding')",
    "CREATE PUBLICATION p FOR TABLE documents",
    "CREATE TABLE public.mine ()", "CREATE SCHEMA mine", "CREATE TEMP TABLE mine () INHERITS (documents)",
    "CREATE INDEX ON documents (title)", "CREATE STATISTICS mine ON id, title FROM documents",
    "CREATE RULE mine AS ON SELECT TO documents DO INSTEAD SELECT 1", "SELECT stavalues1 FROM pg_statistic",
    "SELECT rowgate.subject('id')", "GRANT SELECT ON rowgate.keys TO PUBLIC",
    "ALTER FUNCTION rowgate.id() OWNER TO CURRENT_USER", "ALTER FUNCTION rowgate.id() SET search_path = pg_temp",
    "CREATE FUNCTION pg_temp.sure(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true'",
    "CREATE OPERATOR CLASS pg_temp.mine DEFAULT FOR TYPE text USING btree AS OPERATOR 1 <",
]  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_changes_no_policy(world: Walled, setting: str) -> None:
    """Functions are parsed when they are first called, under settings of the caller: they show the same all the same."""
    with psycopg.connect(_url(world), autocommit=True) as connection:  # a new backend has parsed nothing yet
        if connection.info.server_version < PARALLEL_RENAMED:
            setting = setting.replace("debug_parallel_query", "force_parallel_mode")
        connection.execute(f"SET {setting}")
        for who in (FREE_A, FREE_C, ADMIN_D, None):
            with connection.transaction(force_rollback=True):
                if who is not None:
                    _act(connection, who)
                found = sorted(row[0] for row in connection.execute("SELECT title FROM public.documents"))
            assert found == ([] if who is None else titles(who))


@pytest.mark.parametrize("statement", REFUSED)
def test_what_a_login_may_not_do_is_refused(world: Walled, statement: str) -> None:
    """Nothing of the server, of the owner's, or of another role."""
    with world.acting(ADMIN_D) as connection, pytest.raises(DBAPIError) as refused:
        connection.exec_driver_sql(statement)
    assert getattr(refused.value.orig, "sqlstate", None) == "42501"


def test_the_planner_shows_an_operator_of_one_s_own_no_hidden_value(world: Walled) -> None:
    """With an estimator of PostgreSQL's, it would be run on the most common values of the statistics."""
    with world.owner.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE documents")
    seen: list[str] = []
    with world.acting(FREE_A) as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.add_notice_handler(lambda notice: seen.append(notice.message_primary))
        connection.exec_driver_sql(
            "CREATE FUNCTION pg_temp.tell(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.000001 AS "
            "$$ BEGIN RAISE NOTICE USING MESSAGE = $1; RETURN true; END $$"
        )
        for name, estimator in (("<<<", "eqsel"), ("<<<<", "scalarltsel"), ("~<<", "matchingsel")):
            connection.exec_driver_sql(
                f"CREATE OPERATOR pg_temp.{name} (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.tell, RESTRICT = {estimator})"
            )
            connection.exec_driver_sql(f"EXPLAIN {READ} WHERE title OPERATOR(pg_temp.{name}) 'x'")
        assert seen == []
        shown = f"SELECT count(*) FROM ({READ} WHERE title OPERATOR(pg_temp.<<<) 'x') AS x"
        assert connection.scalar(text(shown)) == len(titles(FREE_A))
        assert sorted(seen) == titles(FREE_A)
        stats = "SELECT count(*) FROM pg_stats WHERE schemaname IN ('public', 'rowgate') AND tablename IN ('documents', 'keys')"
        assert connection.scalar(text(stats)) == 0


def test_a_trigger_of_the_wall_hangs_on_no_table_of_one_s_own(world: Walled) -> None:
    """On a table made for it, with types of one's own, it would judge what it was never written for."""
    functions = [one for one in world.wall.objects if isinstance(one, Function) and one.returns == "trigger"]
    assert functions
    for one in functions:
        with world.acting(FREE_A) as connection:
            connection.exec_driver_sql("CREATE TEMP TABLE mine (id uuid, email text)")
            with pytest.raises(DBAPIError) as refused:
                connection.exec_driver_sql(
                    f"CREATE TRIGGER mine BEFORE UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION {one.signature}"
                )
        assert getattr(refused.value.orig, "sqlstate", None) == "42501"


def test_no_message_tells_of_a_hidden_row(world: Walled) -> None:
    """Neither the errors of constraints, nor the chatter of the server at its loudest, which the key is not in either."""
    (pads,) = world.stored(text("SELECT encode(inner_pad, 'hex'), encode(outer_pad, 'hex') FROM rowgate.keys"))
    hidden = [title for title in titles(ADMIN_D) if title not in titles(FREE_A)]
    said: list[str] = []
    with world.acting(FREE_A) as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.add_notice_handler(lambda notice: said.append(f"{notice.message_primary} {notice.message_detail}"))
        for setting in ("client_min_messages = debug5", "debug_print_plan = on", "debug_print_rewritten = on"):
            connection.exec_driver_sql(f"SET LOCAL {setting}")
        assert sorted(connection.scalars(text(READ))) == titles(FREE_A)
        for title in ("a000", hidden[0]):
            new = (
                "INSERT INTO documents (id, title, owner_id, is_public, is_paid, is_deleted, pages)"
                f" VALUES ('{key(title)}', 'x', '{A}', false, false, false, 1)"
            )
            with pytest.raises(DBAPIError) as refused, connection.begin_nested():
                connection.exec_driver_sql(new)
            assert getattr(refused.value.orig, "sqlstate", None) == "23505"
            said.append(str(refused.value.orig))
    assert said
    whole = "\n".join(said)
    assert not [one for one in (*hidden, *pads) if one in whole]


def test_a_context_ends_with_the_savepoint_that_it_was_set_in(world: Walled) -> None:
    """ROLLBACK TO and exception blocks put back whoever acted before: nobody, or somebody."""
    with psycopg.connect(_url(world), autocommit=True) as connection:
        for before in (None, FREE_A):
            with connection.transaction(force_rollback=True):
                if before is not None:
                    _act(connection, before)
                with connection.transaction(force_rollback=True):
                    _act(connection, ADMIN_D)
                    assert _titles(connection) == titles(ADMIN_D)
                assert _titles(connection) == ([] if before is None else titles(before))
                given = SIGNING.text(PRINCIPAL, body(ADMIN_D), connection.info.backend_pid)
                connection.execute(
                    f"DO $do$ BEGIN PERFORM set_config('rowgate.context', $c${given}$c$, true); RAISE 'x';"
                    " EXCEPTION WHEN raise_exception THEN NULL; END $do$"
                )
                assert _titles(connection) == ([] if before is None else titles(before))


def test_a_captured_context_is_good_where_it_was_captured(world: Walled) -> None:
    """A limit: in its lifetime, on its backend, anybody may send it again; on another backend it is nobody's."""
    with psycopg.connect(_url(world), autocommit=True) as connection:
        with connection.transaction():
            _act(connection, ADMIN_D)
            (captured,) = connection.execute("SHOW rowgate.context").fetchone() or ("",)
        assert _titles(connection) == []
        with psycopg.connect(_url(world), autocommit=True) as other:
            for one, expected in ((connection, titles(ADMIN_D)), (other, [])):
                one.execute("SELECT set_config('rowgate.context', %s, false)", (captured,))
                assert _titles(one) == expected


def test_an_old_transaction_outlives_a_context(world: Walled) -> None:
    """A limit: expiry is compared with the transaction's beginning, so one that is older than a context never sees it end."""
    with (
        psycopg.connect(_url(world), autocommit=True) as old,
        psycopg.connect(_url(world), autocommit=True) as new,
        old.transaction(force_rollback=True),
    ):
        assert _titles(old) == []
        brief = Signed([KEY], lifetime=0.01, bind_to_pid=False).text(PRINCIPAL, body(ADMIN_D))
        bound = Signed([KEY], lifetime=0.01).text(PRINCIPAL, body(ADMIN_D), new.info.backend_pid)
        time.sleep(1.1)
        for one, given, expected in (
            (old, brief, titles(ADMIN_D)),
            (new, brief, []),
            (old, bound, []),
            (new, bound, []),
        ):
            one.execute("SELECT set_config('rowgate.context', %s, false)", (given,))
            assert _titles(one) == expected


def test_explain_analyze_counts_what_the_policy_hides(world: Walled) -> None:
    """A limit: comparisons that are leakproof run first, and EXPLAIN says how many rows the policy then took away."""
    hidden = next(title for title in titles(ADMIN_D) if title not in titles(FREE_A))
    with world.acting(FREE_A) as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for name, taken in ((key(hidden), [1]), (key("nothing"), [])):
            query = f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT FROM documents WHERE id = '{name}'"
            plan: Any = connection.exec_driver_sql(query).scalar()
            found = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
            assert found["Actual Rows"] == 0
            assert [found[k] for k in ("Rows Removed by Filter",) if found.get(k)] == taken


def _url(world: Walled) -> str:
    return world.app.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _act(connection: Any, who: Any) -> None:
    given = SIGNING.text(PRINCIPAL, body(who), connection.info.backend_pid)
    connection.execute("SELECT set_config('rowgate.context', %s, true)", (given,))


def _titles(connection: Any) -> list[str]:
    return sorted(row[0] for row in connection.execute(READ))
