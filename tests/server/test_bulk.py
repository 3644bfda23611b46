"""Bulk import and export: the policy judges every row, bad lines cost themselves only, memory stays where it is."""

import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from conftest import Logins
from rowgate.server.bulk import exporting, importing
from rowgate.server.identifiers import uuid7
from server.test_incits359 import ok
from server.world import Door, World, may_see, problem, query, serving, settings_for, walk

CSV, JSONL = {"Content-Type": "text/csv"}, {"Content-Type": "application/jsonl"}
COUNT = "SELECT count(*) FROM documents"


def lines(*documents: dict[str, Any]) -> str:
    """Write JSON lines."""
    return "".join(json.dumps({"content": "", **one}) + "\n" for one in documents)


async def test_good_lines_are_stored_and_bad_ones_told(door: Door, database: Logins, world: World) -> None:
    """Of one file: mine, with keys of my choice, are stored; foreign ones, twice the same key, taken keys are told."""
    free, mine, taken = await door.log_in("free"), uuid7(), world.doc("other private free kept").id
    me, other = str(world.users["free"]), str(world.users["other"])
    answer = ok(
        await free.post(
            "/documents/import",
            headers=JSONL,
            content=lines(
                {"title": "one", "id": str(mine)},
                {"title": "same key", "id": str(mine)},
                {"title": "foreign", "owner_id": other},
                {"title": "foreign, nobody's", "owner_id": str(uuid7())},
                {"title": "taken", "id": str(taken)},
                {"title": "two", "owner_id": me, "is_public": False},
            ),
        )
    )
    denied = "you may not make this document: its owner is somebody else"
    assert {"stored": 2, "refused": 4} == {name: answer[name] for name in ("stored", "refused")}
    assert [
        (2, "it conflicts with what is stored"),
        (3, denied),
        (4, denied),
        (5, "it conflicts with what is stored"),
    ] == [(one["line"], one["problem"]) for one in answer["problems"]]
    found = query(database.owner, "SELECT title, is_public FROM documents WHERE owner_id = %s AND content = ''", me)
    assert [("one", True), ("two", False)] == sorted(found)
    audited = "SELECT kind, detail->>'stored', detail->>'lines', request FROM audit_log WHERE actor_id = %s ORDER BY id"
    assert [
        ("documents.imported", "2", None, "POST /documents/import"),
        ("denied", None, "2", "POST /documents/import"),
    ] == query(database.owner, audited, me)[-2:]


async def test_each_batch_is_stored_by_itself(
    door: Door, database: Logins, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is deactivated in the middle is 401 from there on; whole batches before that are stored."""
    monkeypatch.setattr(importing, "BATCH", 10)
    free = await door.log_in("free")

    async def body() -> AsyncIterator[bytes]:
        yield lines(*({"title": f"early {number}"} for number in range(25))).encode()
        query(database.owner, "UPDATE users SET is_active = false WHERE username = 'free'")
        yield lines(*({"title": f"late {number}"} for number in range(25))).encode()

    answer = await free.post("/documents/import", headers=JSONL, content=body())
    assert 401 == answer.status_code
    stored = query(database.owner, "SELECT count(*) FROM documents WHERE title LIKE %s", "early %")
    assert [(20,)] == stored


async def test_a_connection_that_breaks_stores_no_half_line(
    door: Door, database: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever hangs up in the middle of a line has stored whole batches, and nothing of the line that was cut."""
    monkeypatch.setattr(importing, "BATCH", 10)
    token = await door.token("free")
    whole = lines(*({"title": f"early {number}"} for number in range(12)))
    events: list[dict[str, Any]] = [
        {"type": "http.request", "body": (whole + '{"title": "early cut", "content": ""}').encode(), "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/documents/import",
        "raw_path": b"/documents/import",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/jsonl")],
        "client": ("127.0.0.1", 1),
        "server": ("rowgate.test", 80),
    }

    async def receive() -> dict[str, Any]:
        return events.pop(0) if len(events) > 1 else events[0]

    async def send(_message: Any) -> None:
        """Nobody hears it."""

    await door.app(scope, receive, send)
    assert [(10,)] == query(database.owner, "SELECT count(*) FROM documents WHERE title LIKE %s", "early %")


async def test_what_cannot_be_imported(door: Door, database: Logins) -> None:
    """Nobody is 401 before anything is read; another type 415; no header 422; nothing is stored."""
    before = query(database.owner, COUNT)
    free, nobody = await door.log_in("free"), await door.client()
    text = "title,content\r\na,b\r\n"
    assert 401 == (await nobody.post("/documents/import", headers=CSV, content=text)).status_code
    assert 415 == (await free.post("/documents/import", json={"title": "a"})).status_code
    wrong = await free.post("/documents/import", headers=CSV, content="title,colour\r\na,b\r\n")
    assert (422, True) == (wrong.status_code, "no column is named colour" in problem(wrong)["detail"])
    assert before == query(database.owner, COUNT)


async def test_a_file_has_a_limit(database: Logins) -> None:
    """A file above ROWGATE_MAX_IMPORT_BYTES is 413, and the answer says how many documents came before."""
    async with serving(settings_for(database, max_import_bytes=400_000)) as opened:
        free = await opened.log_in("free")

        async def body() -> AsyncIterator[bytes]:
            for number in range(100):
                yield lines(*({"title": f"{number}", "content": "x" * 100} for _ in range(50))).encode()

        answer = await free.post("/documents/import", headers=JSONL, content=body())
        assert 413 == answer.status_code
        stored = query(database.owner, "SELECT count(*) FROM documents WHERE content LIKE %s", "xxx%")[0][0]
        assert 1000 <= stored < 5000
        assert f"{stored} documents are stored." in problem(answer)["detail"]


@pytest.mark.parametrize("who", ["admin", "paid", "free", "nobody"])
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
async def test_an_export_has_what_the_list_has(
    who: str, format_: str, standing: Door, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sees in the export what she sees in the list, oldest first, on pages of any size; filters too."""
    monkeypatch.setattr(exporting, "PAGE", 7)
    client = await standing.log_in(who)
    answer = await client.get("/documents/export", params={"format": format_})
    assert 200 == answer.status_code
    keys = [
        json.loads(line)["id"] if format_ == "jsonl" else line.partition(",")[0]
        for line in answer.text.splitlines()[format_ == "csv" :]
    ]
    assert [str(doc.id) for doc in sorted(world.documents, key=lambda d: d.id) if may_see(who, doc)] == keys
    paid = await client.get("/documents/export", params={"requires_paid_access": True})
    listed = await walk(client, requires_paid_access=True)
    assert [one["id"] for one in listed][::-1] == [json.loads(line)["id"] for line in paid.text.splitlines()]


async def test_an_export_can_be_imported(door: Door, database: Logins) -> None:
    """What one exports, formulas and line breaks and all, one may import again after it is gone."""
    free = await door.log_in("free")
    title, content = "=HYPERLINK(1)", 'two\nlines, "quoted" and \'more'
    made = ok(await free.post("/documents", json={"title": title, "content": content}), 201)
    exported = await free.get("/documents/export", params={"format": "csv", "owner_id": made["owner_id"]})
    assert "'=HYPERLINK(1)" in exported.text
    assert "text/csv; charset=utf-8" == exported.headers["content-type"]
    query(database.owner, "DELETE FROM documents WHERE id = %s", made["id"])
    head, _, records = exported.text.partition("\r\n")
    mine = head + "\r\n" + records[records.index(made["id"]) :]
    ok(await free.post("/documents/import", headers=CSV, content=mine))
    again = ok(await free.get(f"/documents/{made['id']}"))
    assert (title, content) == (again["title"], again["content"])


async def test_nobody_exports_nothing(standing: Door) -> None:
    """Without a log-in it is 401, before the first byte."""
    assert 401 == (await (await standing.client()).get("/documents/export")).status_code


def many(number: int) -> Iterator[bytes]:
    """Give a file of so many documents in pieces of a hundred."""
    for start in range(0, number, 100):
        yield lines(*({"title": f"bulk {n}", "content": "word " * 100} for n in range(start, start + 100))).encode()


async def streamed(client: httpx2.AsyncClient, number: int) -> int:
    """Import so many documents; return the most memory that Python had for it, in bytes."""

    async def body() -> AsyncIterator[bytes]:
        for piece in many(number):
            yield piece

    tracemalloc.start()
    answer = ok(await client.post("/documents/import", headers=JSONL, content=body()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == answer["stored"]
    return peak


async def test_memory_does_not_grow_with_the_file(door: Door) -> None:
    """Ten times the documents take about the same memory, in and out; and all of them come out."""
    free = await door.log_in("free")
    await streamed(free, 1_000)  # caches fill
    small, large = await streamed(free, 2_000), await streamed(free, 20_000)
    assert large < 1.5 * small, (small, large)
    assert large < 50 * 1024 * 1024
