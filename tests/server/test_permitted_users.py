"""Who may do this to a document: the list for a review is what the gate answers when each user asks herself."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Uuid, select, true
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column

from conftest import Cluster, Logins
from rowgate import Catalog, CatalogError, Principal, can, principal
from rowgate.review import who_may
from rowgate.server.models import Document
from rowgate.server.permissions import permitted_users
from server.granted import EDITED, EXPIRED, FOR_ROLE, VIEWED, store_grants
from server.test_principals import hold, make_role
from server.world import ACTIVE, ROLES, Door, World, query

ACTIONS = ("read", "update", "delete")
MORE_ROLES = {"nobody": ["auditor", "paid_user", "free_user"]}
"""`nobody` holds a role here that inherits one."""


@pytest.fixture
def database(cluster: Cluster, world_template: str, world: World) -> Iterator[Logins]:
    """Give a database with shares and a deeper hierarchy in it."""
    with cluster.database(template=world_template) as found:
        store_grants(world, found.owner)
        query(found.owner, "DELETE FROM role_exclusions")
        hold(found, world, "nobody", "auditor")
        inherit = "INSERT INTO role_parents (senior_id, junior_id) SELECT s.id, j.id FROM roles s, roles j"
        query(found.owner, f"{inherit} WHERE s.name = 'auditor' AND j.name = 'paid_user'")
        yield found


async def listed(client: httpx2.AsyncClient, document: UUID, action: str, limit: int = 100) -> list[str]:
    """Return the names of all who may, page by page, newest first."""
    found: list[str] = []
    params: dict[str, Any] = {"action": action, "limit": limit}
    while True:
        answer = await client.get(f"/documents/{document}/permissions", params=params)
        assert 200 == answer.status_code, answer.text
        body = answer.json()
        assert len(body["items"]) <= limit
        found += [item["username"] for item in body["items"]]
        if body["next_cursor"] is None:
            return found
        params["cursor"] = body["next_cursor"]


async def asked(door: Door, world: World, name: str) -> dict[tuple[UUID, str], bool]:
    """Return what the gate lets a user do to each document that she sees, asked as herself."""
    who = Principal(world.users[name], roles=MORE_ROLES.get(name, ACTIVE[ROLES[name]]))
    async with door.app.state.database.sessions(who) as session:
        rows = await session.execute(select(Document.id, *(can(action, Document) for action in ACTIONS)))
        return {(row[0], action): row[1 + at] for row in rows for at, action in enumerate(ACTIONS)}


async def test_the_list_is_what_the_gate_answers_each_user(door: Door, world: World) -> None:
    """Of each document and action: exactly the active users whom the gate would let do it; nobody more, nobody less."""
    admin = await door.log_in("admin")
    answers = {name: await asked(door, world, name) for name in ROLES if name != "inactive"}
    wrong = []
    for doc in world.documents:
        if doc.deleted:
            assert 404 == (await admin.get(f"/documents/{doc.id}/permissions")).status_code
            continue
        for action in ACTIONS:
            expected = {name for name, found in answers.items() if found.get((doc.id, action))}
            if expected != set(await listed(admin, doc.id, action)):
                wrong.append((doc.title, action))
    assert [] == wrong
    kept = [doc for doc in world.documents if not doc.deleted]
    assert {"read", "update", "delete"} == {action for found in answers.values() for _, action in found}
    assert any(len([n for n, f in answers.items() if f.get((doc.id, "read"))]) >= 4 for doc in kept)


async def test_shares_and_inherited_roles_count(door: Door, world: World) -> None:
    """Owners, admins, those whom a share in force names, and those who have a role that it names, inherited or not."""
    admin = await door.log_in("admin")
    found = {
        title: set(await listed(admin, world.doc(title).id, "read")) for title in (VIEWED, EDITED, FOR_ROLE, EXPIRED)
    }
    assert {
        VIEWED: {"admin", "other", "free"},
        EDITED: {"admin", "other", "nobody"},
        FOR_ROLE: {"admin", "paid", "other", "nobody"},
        EXPIRED: {"admin"},
    } == found
    assert {"other", "nobody"} == set(await listed(admin, world.doc(EDITED).id, "update"))
    assert {"other"} == set(await listed(admin, world.doc(EDITED).id, "delete"))


async def test_pages(door: Door, world: World) -> None:
    """Pages of one user each hold the same users in the same order."""
    admin, document = await door.log_in("admin"), world.doc("other public free kept").id
    whole = await listed(admin, document, "read")
    assert len(whole) >= 4
    assert whole == await listed(admin, document, "read", limit=1)


async def test_an_assignment_that_is_over_counts_no_more(door: Door, world: World, database: Logins) -> None:
    """Roles and shares count while they are in force, on the database's clock."""
    admin, document = await door.log_in("admin"), world.doc("other public paid kept").id
    assert "paid" in await listed(admin, document, "read")
    query(database.owner, "UPDATE user_roles SET expires_at = now() WHERE user_id = %s", world.users["paid"])
    assert "paid" not in await listed(admin, document, "read")


async def test_others_learn_of_themselves_only(door: Door, world: World) -> None:
    """Whoever is no admin sees no other user, so of the answer nobody but herself; what she may not see is 404."""
    owner, free = await door.log_in("other"), await door.log_in("free")
    assert ["other"] == await listed(owner, world.doc(VIEWED).id, "delete")
    assert ["free"] == await listed(free, world.doc(VIEWED).id, "read")
    assert [] == await listed(free, world.doc(VIEWED).id, "update")
    assert 404 == (await free.get(f"/documents/{world.doc(EDITED).id}/permissions")).status_code


async def test_a_role_that_nobody_named_counts_nothing(door: Door, world: World, database: Logins) -> None:
    """A role that no rule names gives nothing."""
    make_role(database, "clerk")
    hold(database, world, "free", "clerk")
    admin = await door.log_in("admin")
    assert "free" not in await listed(admin, world.doc("other public paid kept").id, "read")


def test_users_stand_in_one_from_clause() -> None:
    """However deep the policies' sub-selects are, they speak of the one user of the row: she is in one FROM clause."""
    for action in ACTIONS:
        statement, _ = permitted_users(action, UUID(int=0))
        assert 1 == str(statement).count("users AS candidate")


def test_what_a_row_of_users_cannot_answer_is_refused() -> None:
    """A rule that asks for an attribute, or names the principal in a sub-select of a sub-select, is an error."""

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[UUID] = mapped_column(primary_key=True)

    class Note(Base):
        __tablename__ = "notes"
        id: Mapped[UUID] = mapped_column(primary_key=True)
        owner_id: Mapped[UUID]

    inner = select(User.id).where(User.id == principal.id)
    rules = {
        "attribute": Note.owner_id == principal.attr("tenant", Uuid()),
        "deep": select(User.id).where(User.id == Note.owner_id, User.id.in_(inner)).exists(),
    }
    for when in rules.values():
        catalog = Catalog(Base, principal_id=Uuid())
        catalog.open(User, reason="test")
        catalog.policy(Note).allow("read", when=when)
        with pytest.raises(CatalogError, match="who_may"):
            who_may(catalog, "read", Note, user_id=aliased(User).id, has_role=lambda _: true())
