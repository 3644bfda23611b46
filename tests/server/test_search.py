"""Search and filters: what fits best first, of what one may see; and nothing of what one may not."""

from typing import Any

import httpx2
import pytest

from conftest import Logins
from rowgate.server.identifiers import uuid7
from server.test_incits359 import ok
from server.world import Door, World, may_see, problem, query, titles, walk

NEW = "INSERT INTO documents (id, title, content, owner_id, is_public, requires_paid_access) VALUES (%s, %s, %s, %s, %s, %s)"


@pytest.fixture
async def stocked(door: Door, database: Logins, world: World) -> Door:
    """Store texts of which some are hidden from a free user."""
    other = world.users["other"]
    for title, content, public, paid in (
        ("Owls", "An owl hunts at night.", True, False),
        ("Night", "Of owls and other birds of the night: owls, owls.", True, False),
        ("Paid owls", "Owls for those who pay.", True, True),
        ("Secret owls", "Owls that nobody may see.", False, False),
        ("Markup", '<b>Herons</b> & "owls" <script>alert(1)</script>', True, False),
        ("Herons", "A heron stands in the water.", True, False),
    ):
        query(database.owner, NEW, uuid7(), title, content, other, public, paid)
    return door


async def found(client: httpx2.AsyncClient, q: str, **params: Any) -> list[dict[str, Any]]:
    """Return what a search finds, page by page."""
    return await walk(client, q=q, **params)


async def test_best_first_and_only_what_one_may_see(stocked: Door) -> None:
    """A word in the title counts more than in the text; each sees what she may, whatever she searches for."""
    expected = {
        "free": {"Owls", "Night", "Markup"},
        "paid": {"Owls", "Night", "Paid owls", "Markup"},
        "admin": {"Owls", "Night", "Paid owls", "Secret owls", "Markup"},
        "nobody": set(),
    }
    for name, names in expected.items():
        items = await found(await stocked.log_in(name), "owl", limit=100)
        assert names == set(titles(items))
        ranks = [item["rank"] for item in items]
        assert sorted(ranks, reverse=True) == ranks
    free = await found(await stocked.log_in("free"), "owl", limit=100)
    assert "Markup" == free[-1]["title"]


async def test_pages_hold_each_hit_once(stocked: Door, database: Logins, world: World) -> None:
    """Walking the pages gives every hit once, in one order, also where many have the same rank."""
    for number in range(7):
        query(database.owner, NEW, uuid7(), "Same", f"owl {number}", world.users["other"], True, False)
    client = await stocked.log_in("free")
    whole = [item["id"] for item in await found(client, "owl", limit=100)]
    assert (10, 10) == (len(whole), len(set(whole)))
    for limit in (1, 3, 10):
        assert whole == [item["id"] for item in await found(client, "owl", limit=limit)]


async def test_as_one_types_it(stocked: Door) -> None:
    """Several words, phrases, OR and minus mean what they mean in a search engine; nothing of it is an error."""
    client = await stocked.log_in("free")
    for q, expected in (
        ("heron water", {"Herons"}),
        ("heron -water", {"Markup"}),
        ('"heron stands"', {"Herons"}),
        ('"stands heron"', set()),
        ("water OR hunts", {"Herons", "Owls"}),
        ("OWLS", {"Owls", "Night", "Markup"}),
        ("the", set()),
        ("", set()),
        ("' | & ! <-> :* (", set()),
        ("%", set()),
    ):
        assert expected == set(titles(await found(client, q, limit=100))), q


async def test_highlights_are_html_that_is_safe(stocked: Door) -> None:
    """What was found is marked, and whatever markup the text holds is text."""
    (item,) = await found(await stocked.log_in("free"), "herons owls", limit=100)
    assert "<mark>Herons</mark>" in item["highlight"]
    assert "<mark>owls</mark>" in item["highlight"]
    assert "<script>" not in item["highlight"]


async def test_changes_are_found_at_once(stocked: Door, world: World) -> None:
    """The database keeps the search in step with title and content."""
    client, path = await stocked.log_in("other"), f"/documents/{world.doc('other public free kept').id}"
    assert [] == await found(client, "walrus")
    ok(await client.patch(path, json={"content": "A walrus."}))
    assert [path.removeprefix("/documents/")] == [item["id"] for item in await found(client, "walrus")]
    ok(await client.patch(path, json={"content": "Nothing."}))
    assert [] == await found(client, "walrus")


@pytest.mark.parametrize("text", ["word " * 200_000, "ab" * 499_999, " ".join(f"w{n}" for n in range(140_000))])
async def test_long_texts_are_stored(door: Door, text: str) -> None:
    """A text as long as it may be is stored, whatever words it is made of; what it begins with is found."""
    client = await door.log_in("free")
    ok(await client.post("/documents", json={"title": "Long and odd", "content": text[:1_000_000]}), 201)
    assert ["Long and odd"] == titles(await found(client, "odd"))


@pytest.mark.parametrize("cursor", ["x", "a" * 22, "_" * 32, "v_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_bad_cursors(standing: Door, cursor: str) -> None:
    """A cursor of another list, or of none, is 422."""
    answer = await (await standing.log_in("free")).get("/documents", params={"q": "owl", "cursor": cursor})
    assert 422 == answer.status_code
    problem(answer)


async def test_filters(standing: Door, world: World) -> None:
    """By owner, by what the owner has, by kind: each filter and both together, of what one may see."""
    admin, free = await standing.log_in("admin"), await standing.log_in("free")
    visible = {who: [doc for doc in world.documents if may_see(who, doc)] for who in ("admin", "free")}
    paying = {"other", "paid", "inactive"}
    for params, fits in (
        ({"owner_id": str(world.users["other"])}, lambda doc: doc.owner == "other"),
        ({"owner_role": "paid_user"}, lambda doc: doc.owner in paying),
        ({"owner_role": "nothing"}, lambda _: False),
        ({"is_public": False}, lambda doc: not doc.public),
        ({"is_public": True, "requires_paid_access": True}, lambda doc: doc.public and doc.paid),
    ):
        expected = {doc.title for doc in visible["admin"] if fits(doc)}
        assert expected == set(titles(await walk(admin, limit=7, **params))), params
        if "owner_role" not in params:
            expected = {doc.title for doc in visible["free"] if fits(doc)}
            assert expected == set(titles(await walk(free, limit=7, **params))), params


async def test_owners_roles_are_seen_by_who_may_see_them(standing: Door) -> None:
    """A free user sees her own roles alone, so by an owner's role she finds her own documents."""
    free = await standing.log_in("free")
    assert {"free"} == {title.split()[0] for title in titles(await walk(free, owner_role="free_user"))}
    assert [] == await walk(free, owner_role="paid_user")
