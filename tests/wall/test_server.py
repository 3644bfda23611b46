"""The server's own policies behind the wall alone: what raw SQL does is what the gate lets do, row by row."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, insert, select, update

from rowgate import Principal
from rowgate.server.identifiers import uuid7
from rowgate.server.models import Base, Document, DocumentShare, Role, User, UserRole
from rowgate.server.policies import catalog
from rowgate.wall import create
from server.granted import store_grants
from server.world import ACTIVE, ROLES, make_world, store
from wall.walls import DENIED, SIGNING, Walled

SERVED = [*ROLES, "anonymous"]
SYSTEM_ONLY = {"login_attempts", "password_reset_tokens", "refresh_tokens"}
"""Tables without a rule: the gate shows none of their rows, the database lets nobody ask."""


@pytest.fixture(scope="module")
def served(cluster: Any, template: str) -> Iterator[tuple[Walled, Any]]:
    """Give the server's database behind the wall of its migrations, and who is in it."""
    with cluster.database(template=template) as logins:
        world = make_world()
        store(world, logins.owner, "no hash")
        store_grants(world, logins.owner)
        owner, app = (create_engine(url) for url in (logins.using("psycopg").owner, logins.using("psycopg").app))
        wall = create(catalog, role=cluster.app, signing=SIGNING)
        yield Walled(owner, app, catalog, wall, cluster.app), world
        owner.dispose()
        app.dispose()


def principal_of(world: Any, name: str) -> Principal:
    """Return who a name is."""
    return Principal.anonymous() if name == "anonymous" else Principal(world.users[name], ACTIVE[ROLES[name]])


def columns(table: Any) -> list[Any]:
    """Return what is granted."""
    return [column for column in table.c if column.name not in ("hashed_password", "key_hash")]


@pytest.mark.parametrize("name", SERVED)
def test_the_wall_reads_what_the_gate_reads(served: Any, name: str) -> None:
    """Every table, with the lift of admins and without."""
    made, world = served
    who = principal_of(world, name)
    for table in Base.metadata.sorted_tables:
        for lifts in ([], ["soft-delete"]) if name == "admin" else ([],):
            statement = select(*columns(table))
            wall = made.by_wall(who, statement, lifts)
            if table.name in SYSTEM_ONLY:
                assert (wall, made.by_gate(who, statement, lifts)) == (DENIED, []), table.name
            else:
                assert wall == made.by_gate(who, statement, lifts), table.name


@pytest.mark.parametrize("name", SERVED)
def test_the_wall_writes_what_the_gate_writes(served: Any, name: str) -> None:
    """Documents, shares, roles, users: changed one by one, deleted, and new."""
    made, world = served
    who = principal_of(world, name)
    me = who.id or uuid7()
    changes = {Document: {"title": "x"}, DocumentShare: {"granted_by": me}, Role: {"description": "x"},
               User: {"username": "x"}, UserRole: {"assigned_by": me}}  # fmt: skip
    for entity, values in changes.items():
        table: Any = entity.__table__
        for row in made.stored(select(*table.primary_key)):
            keyed = [column == value for column, value in zip(table.primary_key, row, strict=True)]
            for statement in (update(table).where(*keyed).values(values), delete(table).where(*keyed)):
                same(made, who, statement)
    for owner in world.users.values():
        same(made, who, insert(Document.__table__).inline().values(id=uuid7(), title="n", content="", owner_id=owner))
        for role in made.stored(select(Role.id)):
            new = insert(UserRole.__table__).values(user_id=owner, role_id=role[0], assigned_by=me)
            same(made, who, new)


def same(made: Walled, who: Any, statement: Any) -> None:
    """Both do the same; what is denied by the wall may be narrowed by the gate, or be there already."""
    wall, gate = made.by_wall(who, statement), made.by_gate(who, statement)
    assert wall == gate or (wall == DENIED and gate in (0, "23505")), (wall, gate, str(statement))


def test_no_rule_of_the_server_runs_for_each_row(served: Any) -> None:
    """Its sub-selects are sets of keys."""
    assert served[0].wall.per_row == ()
