"""Bad input: the right 4xx as a problem, nothing stored, and never a traceback."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import psycopg
import pytest

from conftest import Logins
from server.world import Door, World, conninfo, problem

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def client(standing: Door) -> httpx2.AsyncClient:
    """Give one client, a free user's, for all tests here: none of them stores anything."""
    return await standing.log_in("free")


@pytest.fixture(scope="module")
def stored(standing_database: Logins) -> Iterator[Callable[[], list[tuple[Any, ...]]]]:
    """Give a function that reads all documents."""
    with psycopg.connect(conninfo(standing_database.owner), autocommit=True) as connection:
        yield lambda: connection.execute("SELECT * FROM documents ORDER BY id").fetchall()


@pytest.fixture(autouse=True)
def _nothing_is_stored(stored: Callable[[], list[tuple[Any, ...]]]) -> Iterator[None]:
    """See after each test that the documents are the same as before."""
    before = stored()
    yield
    assert before == stored()


def wrong_fields(answer: httpx2.Response) -> set[str]:
    """Return which fields a 422 complains about; it does not repeat what was sent."""
    assert 422 == answer.status_code, answer.text
    errors = problem(answer)["errors"]
    assert all({"where", "message"} == set(error) for error in errors)
    return {error["where"] for error in errors}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"{'title': 1}",
        b'{"title": "a", "content": "b"} trailing',
        b'{"title": "\xff\xfe", "content": ""}',
        b'{"title": "a',
        b"[" * 100_000,
        b'{"title": "a", "content": ' + b"9" * 5000 + b"}",
        b"\x00",
    ],
    ids=["open", "empty", "python", "trailing", "bytes", "cut", "deep", "digits", "nul"],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_broken_json(client: httpx2.AsyncClient, world: World, method: str, body: bytes) -> None:
    """A body that is not JSON is 400 (422 where it is empty or a number), said in a sentence."""
    path = "/documents" if method == "POST" else f"/documents/{world.doc('free public free kept').id}"
    answer = await client.request(method, path, content=body, headers=JSON)
    problem(answer)
    assert answer.status_code == (422 if body == b"" else 400), answer.text


@pytest.mark.parametrize("body", [[], [1], "text", 1, None, True, [[{}]]], ids=str)
async def test_json_that_is_no_object(client: httpx2.AsyncClient, body: object) -> None:
    """JSON of another kind is 422."""
    answer = await client.post("/documents", content=json.dumps(body), headers=JSON)
    assert {"body"} == wrong_fields(answer)


@pytest.mark.parametrize("key", ["1", "not-a-uuid", "0" * 32 + "0", "%00", "%ff", "' OR 1=1 --", "018f0000-0000-7000"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_wrong_uuid(client: httpx2.AsyncClient, method: str, key: str) -> None:
    """A key that is no UUID is 422 and names the place."""
    answer = await client.request(method, f"/documents/{key}", json={} if method == "PATCH" else None)
    assert {"path.document_id"} == wrong_fields(answer)


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1000000000", "9" * 30, "9" * 5000, "many", "1.5", "", "%00", "1e2"]
)
async def test_wrong_page_size(client: httpx2.AsyncClient, limit: str) -> None:
    """A page size out of range, or that is no number, is 422; a huge one does not reach the database."""
    answer = await client.get(f"/documents?limit={limit}")
    assert 422 == answer.status_code
    problem(answer)


@pytest.mark.parametrize("limit", [1, 100])
async def test_page_size_at_the_edge(client: httpx2.AsyncClient, limit: int) -> None:
    """The smallest and the largest page are fine."""
    answer = await client.get("/documents", params={"limit": limit})
    assert (200, min(limit, 9)) == (answer.status_code, len(answer.json()["items"]))


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "%00", "%ff%fe", "a" * 22 + "=", "a" * 64, "a" * 65, "018f0000-0000-7000-8000-000000000000", "+/", "é"],
)
async def test_bad_cursor(client: httpx2.AsyncClient, cursor: str) -> None:
    """A cursor that no list gave out is 422."""
    answer = await client.get(f"/documents?cursor={cursor}")
    assert 422 == answer.status_code
    problem(answer)


@pytest.mark.parametrize("query_", ["include=everything", "include=", "include=DELETED", "include=deleted%00"])
async def test_unknown_lift(client: httpx2.AsyncClient, query_: str) -> None:
    """Something else than deleted documents cannot be included."""
    assert {"query.include.0"} == wrong_fields(await client.get(f"/documents?{query_}"))


BAD_VALUES: list[tuple[str, Any]] = [
    ("title", ""),
    ("title", "x" * 256),
    ("title", "a\x00b"),
    ("title", "\ud800"),
    ("title", "\udc00\ud800"),
    ("title", None),
    ("title", 1),
    ("title", ["a"]),
    ("title", {"a": 1}),
    ("content", "a\x00b"),
    ("content", "\ud800"),
    ("content", "x" * 1_000_001),
    ("content", None),
    ("content", 1),
    ("is_public", None),
    ("is_public", "perhaps"),
    ("is_public", 2),
    ("is_public", 0),
    ("is_public", 1.0),
    ("is_public", "true"),
    ("is_public", []),
    ("requires_paid_access", None),
    ("requires_paid_access", {}),
]


@pytest.mark.parametrize(("field", "value"), BAD_VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_bad_value(client: httpx2.AsyncClient, world: World, method: str, field: str, value: Any) -> None:
    """A value that cannot be stored, null included, is 422 and names the field, for a new document as for a change."""
    path = "/documents" if method == "POST" else f"/documents/{world.doc('free public free kept').id}"
    body = {"title": "t", "content": "c", field: value}
    answer = await client.request(method, path, content=json.dumps(body), headers=JSON)
    assert {f"body.{field}"} == wrong_fields(answer)


@pytest.mark.parametrize(
    "field",
    ["id", "owner_id", "is_deleted", "created_at", "updated_at", "owner", "__class__", "metadata", "x", "", "\ud800"],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_unknown_field(client: httpx2.AsyncClient, world: World, method: str, field: str) -> None:
    """A field that is not to be set is refused, not ignored: owner, keys, times and the soft delete among them."""
    path = "/documents" if method == "POST" else f"/documents/{world.doc('free public free kept').id}"
    body = {"title": "t", "content": "c", field: str(world.users["admin"])}
    answer = await client.request(method, path, content=json.dumps(body), headers=JSON)
    assert 422 == answer.status_code, answer.text
    assert 1 == len(problem(answer)["errors"])


async def test_missing_fields(client: httpx2.AsyncClient) -> None:
    """A new document needs a title and a content; all that is missing is named at once."""
    assert {"body.title", "body.content"} == wrong_fields(await client.post("/documents", json={}))


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "nonsense", None],
)
async def test_wrong_content_type(client: httpx2.AsyncClient, content_type: str | None) -> None:
    """A body that does not say it is JSON is not read as JSON."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await client.post("/documents", content=b'{"title": "t", "content": "c"}', headers=headers)
    assert answer.status_code in (415, 422)
    problem(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/no/such/path", 404),
        ("GET", "/documents/a/b", 404),
        ("GET", "/%00", 404),
        ("PUT", "/documents", 405),
        ("DELETE", "/documents", 405),
        ("POST", "/documents/018f0000-0000-7000-8000-000000000000", 405),
        ("GET", "/auth/token", 405),
        ("POST", "/users/me", 405),
        ("BREW", "/documents", 405),
    ],
)
async def test_unknown_path_or_method(client: httpx2.AsyncClient, method: str, path: str, status: int) -> None:
    """What is not there is 404, what is there for other methods 405 and names them."""
    answer = await client.request(method, path)
    assert status == answer.status_code
    assert (status == 405) == ("allow" in answer.headers)
    problem(answer)


async def test_sent_values_do_not_come_back(client: httpx2.AsyncClient) -> None:
    """An error does not repeat what was sent: it may be read by somebody else."""
    body = {"title": {"deep": "MY-SECRET"}, "content": ["MY-SECRET"], "is_public": "MY-SECRET"}
    answer = await client.post("/documents", json=body)
    assert {"body.title", "body.content", "body.is_public"} == wrong_fields(answer)
    assert "MY-SECRET" not in answer.text


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/documents", "GET, POST"),
        ("/documents/018f0000-0000-7000-8000-000000000000", "DELETE, GET, PATCH"),
        ("/users/me", "DELETE, GET, PATCH"),
        ("/auth/token", "POST"),
    ],
)
async def test_a_method_that_is_not_allowed_is_told_which_are(
    client: httpx2.AsyncClient, path: str, allowed: str
) -> None:
    """405 names every method of the path, whichever route serves it (RFC 9110, 15.5.6)."""
    answer = await client.request("BREW", path)
    assert (405, allowed) == (answer.status_code, answer.headers["allow"])
    problem(answer)


@pytest.mark.parametrize(
    "moment", [0, 1, 1e-95, -1, 2e10, True, "0", "1e9", "1893456000", "2030-01-01", "now", []], ids=str
)
async def test_a_number_is_no_time(client: httpx2.AsyncClient, world: World, moment: object) -> None:
    """A time is written out: a share until 0 would be one that is over."""
    document, user = world.doc("free public free kept").id, world.users["paid"]
    body = {"level": "viewer", "expires_at": moment}
    answer = await client.put(f"/documents/{document}/shares/users/{user}", json=body)
    assert {"body.expires_at"} == wrong_fields(answer)


@pytest.mark.parametrize("moment", ["0", "0.5", "1893456000", "2030-01-01", "2030-01-01T00:00:00"])
async def test_a_number_is_no_time_in_a_query(client: httpx2.AsyncClient, moment: str) -> None:
    """Nor is one in a query, and a time without a zone could be any."""
    assert {"query.since"} == wrong_fields(await client.get("/audit", params={"since": moment}))


@pytest.mark.parametrize("moment", ["2030-01-01T00:00:00Z", "2030-01-01t00:00:00+02:00", "2030-01-01 00:00:00.5Z"])
async def test_a_time_is_a_time(client: httpx2.AsyncClient, moment: str) -> None:
    """What RFC 3339 writes is one."""
    assert 200 == (await client.get("/audit", params={"since": moment})).status_code


@pytest.mark.parametrize(
    ("path", "body", "most"),
    [
        ("/documents", {"title": "x" * 256, "content": ""}, 255),
        ("/documents", {"title": "", "content": "x" * 1_000_001}, 1_000_000),
        ("/roles", {"name": "x" * 51}, 50),
        ("/users", {"username": "x" * 51, "email": "x@example.org", "password": "four words of hers", "roles": []}, 50),
        ("/configurations", {"name": "x" * 101, "value": 1}, 100),
        ("/api-keys", {"name": "x" * 101}, 100),
    ],
)
async def test_a_text_that_is_too_long_is_told_in_characters(
    client: httpx2.AsyncClient, path: str, body: dict[str, Any], most: int
) -> None:
    """A text has characters, where a list has items."""
    answer = await client.post(path, json=body)
    assert 422 == answer.status_code
    assert f"String should have at most {most} characters" in [one["message"] for one in problem(answer)["errors"]]
