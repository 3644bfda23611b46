"""Traces: each request with its statements, where they are asked for, and nothing in them that is not for everybody."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from conftest import Logins
from rowgate.server.app import create_app
from server.world import PASSWORD, Door, World, serving, settings_for


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """Give what keeps the spans."""
    return InMemorySpanExporter()


@pytest.fixture
async def traced(database: Logins, spans: InMemorySpanExporter) -> AsyncIterator[Door]:
    """Give an application that is traced."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    async with serving(settings_for(database), tracer_provider=provider) as door:
        yield door
    provider.shutdown()


def below(root: ReadableSpan, spans: InMemorySpanExporter) -> list[str]:
    """Return the names of the statements in the trace of a request."""
    assert root.context is not None
    found = spans.get_finished_spans()
    mine = [one for one in found if one.context is not None and one.context.trace_id == root.context.trace_id]
    return [one.name for one in mine if (one.attributes or {}).get("db.system.name") == "postgresql"]


async def test_request_and_its_statements(traced: Door, spans: InMemorySpanExporter, world: World) -> None:
    """A request is a span with its route, its status and its id; its statements are below it, none is left open."""
    free = await traced.log_in("free")
    spans.clear()
    path = f"/documents/{world.doc('free public free kept').id}"
    answer = await free.get(path, headers={"X-Request-ID": "r1"})
    assert 200 == answer.status_code
    (root,) = [one for one in spans.get_finished_spans() if one.parent is None]
    attributes = dict(root.attributes or {})
    assert "GET /documents/{document_id}" == root.name
    assert ("/documents/{document_id}", 200, "r1") == (
        attributes["http.route"],
        attributes["http.response.status_code"],
        attributes["rowgate.request_id"],
    )
    statements = below(root, spans)
    assert 2 == len(statements)
    assert {"WITH", "SELECT"} >= set(statements)


async def test_nothing_secret_is_traced(traced: Door, spans: InMemorySpanExporter, world: World) -> None:
    """No text of a search, no title, no token, no password, no statement is in any span, of errors neither."""
    free = await traced.log_in("free")
    token = free.headers["authorization"].removeprefix("Bearer ")
    own = f"/documents/{world.doc('free public free kept').id}"
    await free.get("/documents", params={"q": "TOP-SECRET"})
    await free.post("/documents", json={"title": "TOP-SECRET", "content": "TOP-SECRET"})
    await free.patch(own, json={"title": "TOP-SECRET"})
    await free.patch(f"/documents/{world.doc('other public free kept').id}", json={"title": "TOP-SECRET"})
    admin = await traced.log_in("admin")
    for _ in range(2):  # the second one fails in the database
        await admin.post("/roles", json={"name": "TOP-SECRET"})
    found = spans.get_finished_spans()
    assert len(found) > 20
    written = "\n".join(one.to_json() for one in found)
    for secret in ("TOP-SECRET", token, PASSWORD, "FROM documents", "owner_id"):
        assert secret not in written
    failed = [one for one in found if (one.attributes or {}).get("error.type") == "23505"]
    assert failed
    assert not any(one.events for one in failed)


async def test_nothing_is_traced_by_default(database: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the environment's word there is no tracing at all, whatever the process traces besides."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    app = create_app(settings_for(database))
    assert (False, None) == (app._telemetry["tracing"], app._telemetry["tracer_provider"])


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Run what collects spans; give its address and what it got."""
    got: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_environment_says_where_spans_go(database: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the standard variable spans go there; when the application has ended, all of them are there."""
    with collector() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        async with serving(settings_for(database)) as door:
            await (await door.log_in("free")).get("/documents", params={"q": "TOP-SECRET"})
    assert {"/v1/traces"} == {path for path, _ in got}
    sent = b"".join(body for _, body in got)
    assert b"GET /documents" in sent
    assert b"TOP-SECRET" not in sent


@pytest.mark.parametrize("name", ["OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"])
def test_environment_may_say_no(database: Logins, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The standard variables switch it off again."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv(name, "true" if name == "OTEL_SDK_DISABLED" else "none")
    assert create_app(settings_for(database))._telemetry["tracing"] is False
