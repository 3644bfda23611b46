"""The signed context, asked of PostgreSQL itself as the application role: what is not ours gives nothing."""

import hashlib
import hmac
import pickle
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from rowgate import CatalogError
from rowgate.wall.signing import PRINCIPAL, SUBJECT, Signed, Unsigned
from signed import KEY, NOTHING, OTHER, acting, asked, body, connect, install, signed

SOMEBODY = (True, True, "7", ["reader"], None, False)


@pytest.fixture(scope="module")
def database(cluster: Any) -> Iterator[Any]:
    """Give a database that verifies what is signed with KEY."""
    with cluster.database() as logins:
        install(logins.owner, cluster.app, Signed([KEY]))
        yield logins


@pytest.fixture
def app(database: Any) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection of the application role."""
    with connect(database.app) as connection:
        yield connection


@pytest.fixture
def owner(database: Any) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection of the owner; the keys are put back afterwards."""
    with connect(database.owner) as connection:
        yield connection
        for statement in (*Signed([KEY]).accept(), *Signed([KEY]).retire()):
            connection.execute(statement)


def test_a_signed_context_is_believed(app: Any) -> None:
    """Who acts, with roles, attributes and lifts, as the application has signed it."""
    whole = body("0f-7", '{reader,"a \\"b\\" c"}', "{l}", tenant="12")
    assert asked(app, signed(app, text=whole)) == (True, True, "0f-7", ["reader", 'a "b" c'], "12", True)


def test_roles_are_asked_for_in_one_call(app: Any) -> None:
    """Any of the roles is enough, and none of them is not."""
    with acting(app, signed(app)):
        found = app.execute(
            "SELECT rowgate.has_any('{admin,reader}'), rowgate.has_any('{admin}'), rowgate.has_any('{}')"
        )
        assert found.fetchone() == (True, False, False)


def test_somebody_anonymous_acts_and_is_not_known(app: Any) -> None:
    """An anonymous principal has a valid context, no id and no roles."""
    assert asked(app, signed(app, text=body(None, "{}"))) == (True, False, None, [], None, False)


def test_without_a_context_there_is_nobody(app: Any) -> None:
    """Neither before the first context of a session, nor after one, nor where it is empty."""
    query = "SELECT rowgate.acting(), rowgate.id(), rowgate.has_any('{reader}')"
    assert app.execute(query).fetchone() == (False, None, False)
    asked(app, signed(app))
    assert app.execute(query).fetchone() == (False, None, False)
    assert asked(app, "") == NOTHING


def changed(text: str, field: int, value: str) -> str:
    """Return a context with another value in one of its fields."""
    fields = text.split("\t")
    return "\t".join([*fields[:field], value, *fields[field + 1 :]])


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: text[:100],
        lambda text: text[:64],
        lambda text: text[65:],
        lambda _: "x",
        lambda _: "." * 200,
        lambda _: "é" * 200,
        lambda _: "\\" * 200,
        lambda text: "0" * 64 + text[64:],
        lambda text: text[:64] + "," + text[65:],
        lambda text: text.replace("\t7\t", "\t8\t"),
        lambda text: text.replace("reader", "admins"),
        lambda text: text + " ",
        lambda text: " " + text,
        lambda text: text.upper(),
        lambda text: changed(text, 0, "0" * 64),
        lambda text: changed(text, 0, text[:64].upper()),
        lambda text: changed(text, 1, "00000000"),
        lambda text: changed(text, 1, ""),
        lambda text: changed(text, 2, SUBJECT),
        lambda text: changed(text, 2, PRINCIPAL),
        lambda text: changed(text, 3, "9999999999"),
        lambda text: changed(text, 3, "notanumber"),
        lambda text: changed(text, 4, "8"),
        lambda text: changed(text, 5, "{admin}"),
        lambda text: changed(text, 4, "\\"),
        lambda text: changed(text, 7, "no JSON"),
        lambda text: text + "\t" + body("8"),
        lambda text: "\t" + text,
        lambda text: text.replace("\t", "."),
    ],
)  # fmt: skip
def test_what_was_changed_is_nobody(app: Any, forge: Any) -> None:
    """A context with a single change in it gives nothing, and no error; as it was, it gives somebody."""
    given = signed(app)
    assert asked(app, given) == SOMEBODY
    assert forge(given) != given
    for _ in range(8):  # the plan that a backend keeps for later calls is another one than the first
        assert asked(app, forge(given)) == NOTHING


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"x"', "{}", '{"id": 7}', '{"roles": "{"}'])
def test_nobody_else_signs(app: Any, text: str) -> None:
    """Whatever it says, a context signed with a key that the database does not know gives nothing."""
    assert asked(app, signed(app, Signed([OTHER]), text or body())) == NOTHING


def test_an_unsigned_context_is_nobody_where_they_are_signed(app: Any) -> None:
    """The form of `Unsigned()` opens nothing."""
    assert asked(app, Unsigned().text(PRINCIPAL, body(), app.info.backend_pid)) == NOTHING


def test_the_context_of_another_backend_is_nobody(app: Any, database: Any) -> None:
    """A context that was seen in `pg_stat_activity` is worth nothing on another connection."""
    with connect(database.app) as other:
        seen = signed(other)
        assert asked(other, seen) == SOMEBODY
        assert asked(app, seen) == NOTHING


def test_an_unbound_context_is_for_every_backend(app: Any, database: Any) -> None:
    """Without the pid, as behind a pooler, expiry alone limits where a context is used."""
    unbound = Signed([KEY], bind_to_pid=False).text(PRINCIPAL, body())
    with connect(database.app) as other:
        assert [asked(app, unbound), asked(other, unbound)] == [SOMEBODY, SOMEBODY]


def test_an_expired_context_is_nobody(app: Any) -> None:
    """It opens nothing in a transaction that begins after its end."""
    given = signed(app, Signed([KEY], lifetime=0.01))
    time.sleep(1.1)
    assert asked(app, given) == NOTHING


def test_a_context_lasts_as_long_as_its_transaction(app: Any) -> None:
    """Rows do not go missing in the middle of a long transaction."""
    with acting(app, signed(app, Signed([KEY], lifetime=0.01))):
        assert app.execute("SELECT rowgate.id() FROM pg_sleep(1.2)").fetchone() == ("7",)


def test_a_context_ends_with_its_transaction(app: Any) -> None:
    """Neither a commit nor a rollback leaves it behind."""
    asked(app, signed(app))
    assert app.execute("SELECT current_setting('rowgate.context', true), rowgate.acting()").fetchone() == ("", False)


def test_the_subject_of_the_principals_query_acts_on_nothing(app: Any) -> None:
    """A context that says whom to look for is no principal."""
    asking = Signed([KEY]).text(SUBJECT, body(), app.info.backend_pid)
    assert asked(app, asking) == NOTHING


def test_the_application_reads_no_key(app: Any) -> None:
    """Neither the table of keys, nor the functions that verify, nor a way to make any."""
    for statement in (
        "SELECT * FROM rowgate.keys",
        "SELECT count(*) FROM rowgate.keys",
        "INSERT INTO rowgate.keys VALUES ('x', '', '')",
        "DELETE FROM rowgate.keys",
        "SELECT rowgate.subject('x')",
        "CREATE TABLE rowgate.mine ()",
        "CREATE FUNCTION rowgate.mine() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE OR REPLACE FUNCTION rowgate.id() RETURNS text LANGUAGE sql RETURN 'x'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_names_of_ones_own_do_not_stand_before_the_verifier(app: Any) -> None:
    """A function called `sha256` in a schema of the caller's is not the one that verifies."""
    app.execute("CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN ''::bytea")
    app.execute(
        "CREATE FUNCTION pg_temp.encode(bytea, text) RETURNS text LANGUAGE sql IMMUTABLE RETURN repeat('0', 64)"
    )
    app.execute("SET search_path = pg_temp, pg_catalog")
    assert asked(app, "0" * 64 + signed(app)[64:]) == NOTHING
    assert asked(app, signed(app)) == SOMEBODY
    app.execute("RESET search_path")


def test_a_setting_of_the_whole_session_is_outdone(app: Any) -> None:
    """What somebody has left behind in the session does not act once the transaction has its own context."""
    app.execute("SELECT set_config('rowgate.context', %s, false)", (signed(app, text=body("8")),))
    assert asked(app, signed(app)) == SOMEBODY
    app.execute("RESET rowgate.context")


@pytest.mark.parametrize("length", [1, 32, 64, 65, 1000, 65536])
def test_the_code_is_hmac(app: Any, owner: Any, length: int) -> None:
    """The database computes what Python's `hmac` computes, for keys and bodies of any length."""
    key = bytes(range(256)) * 4
    for secret in (key[:32], key[:64], key[:65], key):
        for statement in Signed([secret]).accept():
            owner.execute(statement)
        given = signed(app, Signed([secret]), body("7" * length))
        assert given[:64] == hmac.new(secret, given[65:].encode(), hashlib.sha256).hexdigest()
        assert asked(app, given)[2] == "7" * length


def test_keys_change_without_a_gap(app: Any, owner: Any) -> None:
    """The new key is accepted first, then it signs, then the old one is retired: at no time is anybody refused."""
    before, during, after = Signed([KEY]), Signed([OTHER, KEY]), Signed([OTHER])
    for statement in during.accept():
        owner.execute(statement)
    assert [asked(app, signed(app, by)) for by in (before, during, after)] == [SOMEBODY] * 3
    for statement in during.retire():
        owner.execute(statement)
    assert [asked(app, signed(app, by)) for by in (before, during, after)] == [SOMEBODY] * 3
    for statement in after.retire():
        owner.execute(statement)
    assert [asked(app, signed(app, by)) for by in (before, during, after)] == [NOTHING, SOMEBODY, SOMEBODY]


def test_accepting_keys_again_changes_nothing(owner: Any) -> None:
    """Every process may say at its start which keys it signs by."""
    for _ in range(2):
        for statement in Signed([OTHER, KEY]).accept():
            owner.execute(statement)
    assert owner.execute("SELECT count(*) FROM rowgate.keys").fetchone() == (2,)


def test_keys_are_found_without_an_index_and_have_no_statistics(owner: Any) -> None:
    """Each question looks one up, which goes faster through the one page; what is secret is copied nowhere."""
    plan = owner.execute("EXPLAIN (FORMAT JSON) SELECT FROM rowgate.keys WHERE id = 'x'").fetchone()[0]
    assert plan[0]["Plan"]["Node Type"] == "Seq Scan"
    statistics = "SELECT DISTINCT attname FROM pg_stats WHERE schemaname = 'rowgate' AND tablename = 'keys'"
    assert [row[0] for row in owner.execute(statistics)] == ["id"]


def test_workers_of_a_parallel_query_see_the_same_principal(app: Any) -> None:
    """A worker is another backend: the functions run in the leader, and no row is lost."""
    with acting(app, signed(app)):
        for statement in (
            "SET LOCAL max_parallel_workers_per_gather = 4", "SET LOCAL parallel_setup_cost = 0",
            "SET LOCAL parallel_tuple_cost = 0", "SET LOCAL min_parallel_table_scan_size = 0",
        ):  # fmt: skip
            app.execute(statement)
        query = "SELECT count(*), count(*) FILTER (WHERE (SELECT rowgate.id()) = '7') FROM pg_attribute"
        plan = "\n".join(row[0] for row in app.execute(f"EXPLAIN {query}"))
        every, ours = app.execute(query).fetchone()
    assert "Parallel" in plan
    assert every == ours > 0


@pytest.mark.parametrize(
    ("keys", "options"),
    [
        ([], {}),
        (["short"], {}),
        ("a single string that is long enough to be a key", {}),
        ([KEY, KEY], {}),
        ([KEY], {"lifetime": 0}),
        ([KEY], {"lifetime": timedelta(seconds=-1)}),
        ([KEY], {"lifetime": float("nan")}),
    ],
)
def test_a_signing_that_could_not_work_is_refused(keys: Any, options: Any) -> None:
    """Keys that are none, and contexts that are over before they begin, are errors at the start."""
    with pytest.raises(CatalogError):
        Signed(keys, **options)


def test_a_signing_shows_no_key() -> None:
    """Neither in a log, nor in a pickle."""
    signing = Signed([KEY, OTHER], lifetime=timedelta(minutes=1))
    assert KEY not in repr(signing)
    assert signing.lifetime == 60
    with pytest.raises(TypeError):
        pickle.dumps(signing)


def test_an_unsigned_context_is_believed_where_they_are_unsigned(cluster: Any) -> None:
    """Without keys the same functions answer, and no table of keys is made."""
    with cluster.database() as logins:
        install(logins.owner, cluster.app, Unsigned())
        with connect(logins.app) as app:
            assert asked(app, signed(app, Unsigned())) == SOMEBODY
            assert asked(app, "x") == NOTHING
            assert app.execute("SELECT to_regclass('rowgate.keys')").fetchone() == (None,)


def test_what_was_made_can_be_dropped(cluster: Any) -> None:
    """In reverse, nothing is left of it."""
    from rowgate.wall import context

    with cluster.database() as logins:
        install(logins.owner, cluster.app, Signed([KEY]))
        with connect(logins.owner) as owner:
            for made in reversed(context.objects(role=cluster.app, signing=Signed([KEY]))):
                for statement in made.drop():
                    owner.execute(statement)
            assert owner.execute("SELECT to_regnamespace('rowgate')").fetchone() == (None,)
