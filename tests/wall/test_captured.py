"""Operators and functions that somebody has made beforehand, in a schema where the wall is made: no policy calls them."""

from typing import Any

from sqlalchemy import Boolean, Column, Integer, MetaData, NullPool, Table, create_engine, insert, select
from sqlalchemy.engine import Engine

from rowgate import EVERYONE, Catalog, Principal, principal
from wall.walls import Walled, raise_wall, wall_of

MADE = (
    "CREATE FUNCTION yes(text[], text[]) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true",
    "CREATE OPERATOR && (LEFTARG = text[], RIGHTARG = text[], FUNCTION = yes)",
    "CREATE FUNCTION seven(json, json) RETURNS text LANGUAGE sql IMMUTABLE RETURN '7'",
    "CREATE OPERATOR ->> (LEFTARG = json, RIGHTARG = json, FUNCTION = seven)",
    "CREATE FUNCTION json_extract_path_text(json, text) RETURNS text LANGUAGE sql IMMUTABLE RETURN '7'",
    "CREATE FUNCTION yes(text, text[]) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true",
    "CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text[], FUNCTION = yes)",
)
"""Each fits its operands better than PostgreSQL's own, which is for any type, or for a type that a literal is turned into."""

things = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True), Column("tenant", Integer), Column("old", Boolean)
)


def catalog() -> Catalog:
    """Ask for roles, a lift, and an attribute whose name is JSON too: all that a policy of ours asks for by itself."""
    made = Catalog(things.metadata, principal_id=Integer(), roles={"admin", "keeper"})
    policy = made.policy(things)
    policy.allow("read", to="admin", name="admin")
    policy.allow("read", to=EVERYONE, when=things.c.tenant == principal.attr("true", Integer()), name="tenant")
    policy.restrict(when=~things.c.old, name="old", lift="keeper")
    return made


def as_everybody_could(database: Engine, statements: tuple[str, ...]) -> None:
    """Execute statements as the application."""
    with database.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_no_policy_calls_what_somebody_else_has_made(cluster: Any) -> None:
    """Up to PostgreSQL 14 everybody could make operators in `public`, and databases that were upgraded keep that."""
    with cluster.database() as logins:
        urls = logins.using("psycopg").owner, logins.using("psycopg").app
        owner, app = (create_engine(url, poolclass=NullPool) for url in urls)
        things.metadata.create_all(owner)
        with owner.begin() as connection:
            rows = [{"id": n, "tenant": n % 10, "old": n > 10} for n in range(1, 21)]
            connection.execute(insert(things), rows)
            connection.exec_driver_sql(f'GRANT CREATE ON SCHEMA public TO "{cluster.app}"')
        as_everybody_could(app, MADE)
        made = wall_of(catalog(), cluster.app)
        raise_wall(owner, made)
        world = Walled(owner, app, catalog(), made, cluster.app)
        query = select(things.c.id)
        tenant = Principal(1, roles={"keeper"}, attributes={"true": 3})
        assert world.by_wall(None, query) == []
        assert world.by_wall(Principal.anonymous(), query) == []
        assert world.by_wall(tenant, query) == [(3,)]
        assert world.by_wall(tenant, query, ["old"]) == [(13,), (3,)]
        assert world.by_wall(Principal(2, roles={"admin"}), query) == sorted(((n,) for n in range(1, 11)), key=repr)
