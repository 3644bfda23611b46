"""Making and unmaking: PostgreSQL's own catalogue says what stands."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from wall import models
from wall.walls import run, wall_of
from world import make_catalog

QUERIES = {
    "policies": "SELECT polrelid::regclass::text, polname, polcmd, polpermissive, polroles::text,"
    " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY 1, 2",
    "functions": "SELECT proname, pg_get_functiondef(oid), proacl::text FROM pg_proc"
    " WHERE pronamespace = to_regnamespace('rowgate') ORDER BY 1, 2",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "relations": "SELECT relname, relkind, relacl::text, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relnamespace IN (to_regnamespace('public'), to_regnamespace('rowgate')) ORDER BY 1, 2",
    "columns": "SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute"
    " WHERE attacl IS NOT NULL AND attrelid > 16384 ORDER BY 1, 2",
    "schemas": "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname IN ('public', 'rowgate') ORDER BY 1",
}


def standing(owner: Any) -> dict[str, list[Any]]:
    """Return what stands in the catalogue."""
    with owner.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(text(query))] for name, query in QUERIES.items()}


@pytest.fixture(params=["world", "further"])
def empty(request: pytest.FixtureRequest, cluster: Any) -> Iterator[Any]:
    """Give (the owner's engine of a database with tables, the wall that is not made yet)."""
    catalog = make_catalog() if request.param == "world" else models.make_catalog()
    with cluster.database() as logins:
        owner = create_engine(logins.using("psycopg").owner, poolclass=NullPool)
        catalog.metadata.create_all(owner)
        yield owner, wall_of(catalog, cluster.app)


def test_create_drop_create_leaves_the_same(empty: Any) -> None:
    """What is dropped is gone but for explicit defaults of rights, and what is made again is what was made."""
    owner, wall = empty
    before = standing(owner)
    run(owner, wall.sql())
    made = standing(owner)
    run(owner, wall.undo())
    after = standing(owner)
    run(owner, wall.sql())
    assert standing(owner) == made
    for name in ("policies", "functions", "triggers", "columns"):
        assert after[name] == before[name] == []
    assert [(row[0], row[3:]) for row in after["relations"]] == [(row[0], row[3:]) for row in before["relations"]]
    assert all(len(made[name]) > 3 for name in ("policies", "functions"))


def test_each_object_makes_and_unmakes_itself(empty: Any) -> None:
    """Dropping in any moment what was made last goes back one step."""
    owner, wall = empty
    seen = []
    for one in wall.objects:
        seen.append(standing(owner))
        run(owner, one.create())
    for one in reversed(wall.objects):
        run(owner, one.drop())
        before, now = seen.pop(), standing(owner)
        for name in ("policies", "functions", "triggers"):
            assert now[name] == before[name], one.identity
    assert len({one.identity for one in wall.objects}) == len(wall.objects)


def test_the_application_owns_and_may_nothing_more(empty: Any, cluster: Any) -> None:
    """It has no TRUNCATE, REFERENCES, TRIGGER, whatever it had, nor has PUBLIC."""
    owner, wall = empty
    tables = [one.table for one in wall.objects if one.identity[0] == "rights"]
    run(owner, [f'GRANT ALL ON TABLE "{table}" TO PUBLIC, "{cluster.app}"' for table in tables])
    run(owner, wall.sql())
    with owner.connect() as connection:
        for table in tables:
            for right in ("TRUNCATE", "REFERENCES", "TRIGGER"):
                held = connection.scalar(
                    text("SELECT has_table_privilege(:role, :table, :right)"),
                    {"role": cluster.app, "table": table, "right": right},
                )
                assert held is False


def test_row_security_is_on_and_forced(empty: Any) -> None:
    """On every table of the catalog."""
    owner, wall = empty
    run(owner, wall.sql())
    tables = {one.table for one in wall.objects if one.identity[0] == "rights"}
    rows = {row[0]: row[3:] for row in standing(owner)["relations"] if row[0] in tables}
    assert rows == dict.fromkeys(tables, (True, True))
