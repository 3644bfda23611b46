"""The header Link: from the first page to the last and back, on every list."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from conftest import Logins
from server.world import PASSWORD, Door, World, problem, query


def links(answer: httpx2.Response) -> dict[str, str]:
    """Return the links of an answer by their relation."""
    assert 200 == answer.status_code, answer.text
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])
    assert all(target.startswith("/") for target, _ in found)
    return {relation: target for target, relation in found}


async def along(client: httpx2.AsyncClient, start: str, relation: str) -> list[list[Any]]:
    """Return the keys of page after page, by the links of this relation."""
    pages, target = [], start
    while True:
        answer = await client.get(target)
        pages.append([item.get("id") or item["role"] for item in answer.json()["items"]])
        following = links(answer).get(relation)
        if relation == "next":
            assert (following is None) == (answer.json()["next_cursor"] is None)
        if following is None:
            return pages
        target = following
        assert len(pages) < 100


async def last(client: httpx2.AsyncClient, start: str) -> str:
    """Return the address of the last page."""
    target = start
    while (following := links(await client.get(target)).get("next")) is not None:
        target = following
    return target


async def fill(door: Door, world: World) -> httpx2.AsyncClient:
    """Make some of everything that is listed; return an admin's client."""
    admin = await door.log_in("admin")
    for n in range(7):
        await admin.post("/roles", json={"name": f"r{n}"})
        await admin.post("/configurations", json={"name": f"c{n}", "value": n})
        await admin.post("/api-keys", json={"name": f"k{n}"})
        await door.token("admin")
        await admin.put(f"/roles/admin/juniors/r{n}")
    return admin


LISTS = [
    "/documents",
    "/users",
    "/roles",
    "/configurations",
    "/audit",
    "/sessions",
    "/api-keys",
    "/roles/admin/juniors",
]


async def test_links_lead_there_and_back(door: Door, world: World) -> None:
    """On each list, by `next` one meets each row once, in the list's order, and by `prev` the same, page by page."""
    admin = await fill(door, world)
    for path in LISTS:
        if path == "/audit":
            continue  # it grows while it is read
        whole = [item["id"] for item in (await admin.get(path, params={"limit": 100})).json()["items"]]
        assert len(whole) >= 6, path
        forth = await along(admin, f"{path}?limit=3", "next")
        assert whole == [key for page in forth for key in page]
        assert {3} == {len(page) for page in forth[:-1]}
        back = await along(admin, await last(admin, f"{path}?limit=3"), "prev")
        assert whole == [key for page in reversed(back) for key in page]
    assert "prev" not in links(await admin.get("/audit?limit=2"))
    assert {"first", "prev", "next"} == set(links(await admin.get(links(await admin.get("/audit?limit=2"))["next"])))


async def test_links_keep_what_was_asked_for(standing: Door, world: World) -> None:
    """A link has the filters of the request, and its limit; what cannot stand in an address is escaped."""
    free = await standing.log_in("free")
    answer = await free.get("/documents?include=permissions&is_public=true&q=text%20%22%C3%A4%3E&limit=2&q=text")
    found = links(answer)
    for target in found.values():
        asked = parse_qs(urlsplit(target).query)
        assert (["permissions"], ["true"], ["2"]) == (asked["include"], asked["is_public"], asked["limit"])
        assert target.isascii()
    assert {"first", "next"} == set(found)
    assert "cursor" not in found["first"]
    one = await free.get(found["next"])
    assert "permissions" in one.json()["items"][0]


async def test_words_in_paths_are_escaped(door: Door) -> None:
    """A role may be named in any letters; a header may not."""
    admin = await door.log_in("admin")
    assert 201 == (await admin.post("/roles", json={"name": "größe"})).status_code
    found = links(await admin.get("/roles/größe/users"))
    assert "/roles/gr%C3%B6%C3%9Fe/users" == found["first"]
    assert 200 == (await admin.get(found["first"])).status_code


async def test_page_before_that_is_gone_is_the_first(door: Door, database: Logins, world: World) -> None:
    """Where nothing comes before any more, a link back leads to the first page, not to an empty one."""
    admin = await door.log_in("admin")
    second = await admin.get(links(await admin.get("/users?limit=2"))["next"])
    keys = [item["id"] for item in (await admin.get("/users?limit=2")).json()["items"]]
    query(database.owner, "UPDATE documents SET owner_id = %s", world.users["admin"])
    for table in ("user_roles", "login_sessions"):
        query(database.owner, f"DELETE FROM {table} WHERE user_id = ANY(%s::uuid[])", keys)
    query(database.owner, "DELETE FROM users WHERE id = ANY(%s::uuid[])", keys)
    back = await admin.get(links(second)["prev"])
    assert second.json()["items"] == back.json()["items"][:2]
    assert "prev" not in links(back)


@pytest.mark.parametrize("path", ["/sessions", "/api-keys"])
async def test_accounts_lists_have_pages(door: Door, path: str) -> None:
    """Log-ins and keys come a page at a time too, within the limits of every list."""
    free = await door.log_in("free")
    for n in range(4):
        await door.token("free", PASSWORD)
        await free.post("/api-keys", json={"name": str(n)})
    page = (await free.get(path, params={"limit": 3})).json()
    assert 3 == len(page["items"])
    rest = (await free.get(path, params={"limit": 3, "cursor": page["next_cursor"]})).json()
    assert rest["items"]
    assert not {item["id"] for item in page["items"]} & {item["id"] for item in rest["items"]}
    for wrong in ({"limit": 0}, {"limit": 101}, {"cursor": "x"}):
        problem(answer := await free.get(path, params=wrong))
        assert 422 == answer.status_code


@pytest.mark.parametrize("cursor", ["A" * 23, "A" * 24, "_" * 23, "AAAAAAAAAAAAAAAAAAAAADw", "AAAAAAAAAAAAAAAAAAAAAD0"])
async def test_forged_cursors(standing: Door, cursor: str) -> None:
    """A cursor of another length, or with another mark, is 422; one that is well made is a place like any other."""
    free = await standing.log_in("free")
    answer = await free.get("/documents", params={"cursor": cursor})
    assert (200 if cursor.endswith("Dw") else 422) == answer.status_code
