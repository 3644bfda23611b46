"""Documents through the real door: who sees, changes, creates and deletes which."""

import logging
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from conftest import Logins
from server.world import ROLES, Door, World, may_see, newest_first, pages, problem, query, titles, walk

FIELDS = {
    "id",
    "title",
    "content",
    "owner_id",
    "is_public",
    "requires_paid_access",
    "is_deleted",
    "created_at",
    "updated_at",
}
WHO = [name for name in ROLES if name != "inactive"]


def row(logins: Logins, key: UUID | str) -> dict[str, Any]:
    """Read a document as the owner of the database; a connection of its own, so only what is committed."""
    columns = "title, content, owner_id, is_public, requires_paid_access, is_deleted"
    found = query(logins.owner, f"SELECT {columns} FROM documents WHERE id = %s", key)
    return dict(zip(columns.split(", "), found[0], strict=True))


@pytest.mark.parametrize("who", WHO)
async def test_list_is_what_the_role_may_see(door: Door, world: World, who: str) -> None:
    """Each role's list holds exactly the documents that the rules, written twice, give it, newest first."""
    client = await door.log_in(who)
    expected = [doc.title for doc in newest_first(world.documents) if may_see(who, doc)]
    assert expected == titles(await walk(client, limit=100))


async def test_roles_see_different_numbers(door: Door) -> None:
    """The lists differ by who asks: counted by hand, for the day the rules above are wrong in the same way."""
    found = {who: len(await walk(await door.log_in(who), limit=100)) for who in WHO}
    assert {"admin": 24, "paid": 14, "free": 9, "other": 14, "nobody": 4} == found


@pytest.mark.acting_as("paid")
async def test_pages_hold_every_document_once(client: httpx2.AsyncClient, world: World) -> None:
    """Walking the pages of three gives every visible document exactly once, newest first, no page above three."""
    sizes, found = [], []
    async for page in pages(client, limit=3):
        sizes.append(len(page))
        found += [UUID(item["id"]) for item in page]
    assert [doc.id for doc in newest_first(world.documents) if may_see("paid", doc)] == found
    assert [3, 3, 3, 3, 2] == sizes


@pytest.mark.acting_as("nobody")
async def test_last_full_page_has_no_cursor(client: httpx2.AsyncClient) -> None:
    """A page that holds the last document exactly does not promise another one."""
    assert [4] == [len(page) async for page in pages(client, limit=4)]


@pytest.mark.acting_as("paid")
async def test_pages_are_stable_while_documents_are_added(client: httpx2.AsyncClient, world: World) -> None:
    """A document that is added during the walk neither repeats nor hides another one."""
    found = []
    async for page in pages(client, limit=3):
        found += titles(page)
        answer = await client.post("/documents", json={"title": "added", "content": ""})
        assert 201 == answer.status_code
    assert [doc.title for doc in newest_first(world.documents) if may_see("paid", doc)] == found
    assert "added" == (await walk(client, limit=100))[0]["title"]


@pytest.mark.acting_as("free")
async def test_default_page_has_twenty(client: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """Without a limit a page has twenty documents."""
    query(
        database.owner,
        "INSERT INTO documents (id, title, content, owner_id)"
        " SELECT gen_random_uuid(), 'more', '', %s FROM generate_series(1, 30)",
        world.users["free"],
    )
    assert 20 == len((await client.get("/documents")).json()["items"])


@pytest.mark.acting_as("free")
async def test_get_shows_a_visible_document(client: httpx2.AsyncClient, world: World) -> None:
    """A visible document comes whole, in its documented shape."""
    doc = world.doc("other public free kept")
    answer = await client.get(f"/documents/{doc.id}")
    assert 200 == answer.status_code
    body = answer.json()
    assert set(body) == FIELDS
    assert (doc.title, "text", str(world.users["other"])) == (body["title"], body["content"], body["owner_id"])


@pytest.mark.acting_as("free")
async def test_hidden_is_like_absent(client: httpx2.AsyncClient, world: World) -> None:
    """A hidden document and one that does not exist give the same answer, byte for byte."""
    client.headers["X-Request-ID"] = "the-same"  # an answer names its request
    absent = await client.get(f"/documents/{uuid4()}")
    assert 404 == absent.status_code
    for title in ("other public paid kept", "other private free kept", "other public free deleted"):
        hidden = await client.get(f"/documents/{world.doc(title).id}")
        assert (404, absent.content) == (hidden.status_code, hidden.content)


@pytest.mark.acting_as("free")
async def test_patch_changes_what_is_named(client: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """A change of one's own document stores the named fields, keeps the others and moves `updated_at`."""
    doc = world.doc("free private paid kept")
    before = (await client.get(f"/documents/{doc.id}")).json()
    answer = await client.patch(f"/documents/{doc.id}", json={"title": "new"})
    assert 200 == answer.status_code
    body = answer.json()
    assert body["updated_at"] > before["updated_at"]
    assert {**before, "title": "new", "updated_at": body["updated_at"]} == body
    assert body == (await client.get(f"/documents/{doc.id}")).json()
    expected = {"title": "new", "content": "text", "is_public": False, "requires_paid_access": True}
    assert expected.items() <= row(database, doc.id).items()


@pytest.mark.acting_as("free")
@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("other public free kept", 403),
        ("other public paid kept", 404),
        ("other private free kept", 404),
        ("other public free deleted", 404),
        ("free public free deleted", 404),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_write_that_is_not_permitted(
    client: httpx2.AsyncClient, database: Logins, world: World, method: str, title: str, status: int
) -> None:
    """What is visible but another's is 403, what is hidden 404, and neither is touched."""
    doc = world.doc(title)
    before = row(database, doc.id)
    answer = await client.request(method, f"/documents/{doc.id}", json={"title": "mine"} if method == "PATCH" else None)
    assert status == answer.status_code
    problem(answer)
    assert before == row(database, doc.id)


@pytest.mark.acting_as("free")
async def test_patch_that_changes_nothing_is_refused_too(client: httpx2.AsyncClient, world: World) -> None:
    """Whether a change of another's document is permitted does not depend on what the body says."""
    doc = world.doc("other public free kept")
    statuses = [
        (await client.patch(f"/documents/{doc.id}", json=body)).status_code
        for body in ({}, {"title": doc.title}, {"is_public": True}, {"title": "mine"})
    ]
    assert [403, 403, 403, 403] == statuses


async def test_delete_is_soft(door: Door, database: Logins, world: World) -> None:
    """A deleted document is gone for its owner, stays in the table, and an admin's lift shows it."""
    owner, admin = await door.log_in("free"), await door.log_in("admin")
    doc = world.doc("free public free kept")
    answer = await owner.delete(f"/documents/{doc.id}")
    assert (204, b"") == (answer.status_code, answer.content)
    for client in (owner, admin):
        assert 404 == (await client.get(f"/documents/{doc.id}")).status_code
    assert 404 == (await owner.delete(f"/documents/{doc.id}")).status_code
    assert row(database, doc.id)["is_deleted"] is True
    assert doc.title not in titles(await walk(admin, limit=100))
    assert doc.title in titles(await walk(admin, limit=100, include="deleted"))


@pytest.mark.acting_as("nobody")
async def test_post_stores_a_document_of_ones_own(client: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """A new document belongs to whoever sends it, gets the documented defaults, and Location leads to it."""
    answer = await client.post("/documents", json={"title": "ünïcode 🦉", "content": ""})
    assert 201 == answer.status_code
    body = answer.json()
    assert f"/documents/{body['id']}" == answer.headers["location"]
    assert body == (await client.get(answer.headers["location"])).json()
    expected = {
        "title": "ünïcode 🦉",
        "content": "",
        "owner_id": world.users["nobody"],
        "is_public": True,
        "requires_paid_access": False,
        "is_deleted": False,
    }
    assert expected == row(database, body["id"])


@pytest.mark.acting_as("admin")
async def test_admin_lifts_the_soft_delete(
    client: httpx2.AsyncClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """An admin asks for deleted documents and gets them; the audit names her and the restriction."""
    with caplog.at_level(logging.INFO, logger="rowgate.audit"):
        found = await walk(client, limit=100, include="deleted")
    assert [doc.title for doc in newest_first(world.documents)] == titles(found)
    line = f"lift by {world.users['admin']}: soft-delete"
    assert [line] == [entry.message for entry in caplog.records if entry.name == "rowgate.audit"]


@pytest.mark.parametrize("who", ["paid", "free", "nobody"])
async def test_lift_is_refused_to_others(door: Door, world: World, who: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody but an admin may ask for deleted documents, and that somebody asked is audited."""
    client = await door.log_in(who)
    with caplog.at_level(logging.INFO, logger="rowgate.audit"):
        answer = await client.get("/documents", params={"include": "deleted"})
    assert 403 == answer.status_code
    assert "RG202" == problem(answer)["code"]
    line = f"lift-refused by {world.users[who]}: soft-delete"
    assert [line] == [entry.message for entry in caplog.records if entry.name == "rowgate.audit"]


@pytest.mark.acting_as("free")
async def test_lift_of_one_request_ends_with_it(door: Door, client: httpx2.AsyncClient, world: World) -> None:
    """An admin's lift and a free user's list on the same pooled connection do not mix."""
    admin = await door.log_in("admin")
    expected = sorted(doc.title for doc in world.documents if may_see("free", doc))
    for _ in range(3):
        assert len(world.documents) == len(await walk(admin, limit=100, include="deleted"))
        assert expected == sorted(titles(await walk(client, limit=100)))


def test_every_kind_of_document_is_there(world: World) -> None:
    """The documents of these tests are every owner times public times paid times deleted, each once."""
    kinds = {(doc.owner, doc.public, doc.paid, doc.deleted) for doc in world.documents}
    assert (6 * 2 * 2 * 2, len(kinds)) == (len(world.documents), len(world.documents))
