"""Traces by OpenTelemetry, where the environment says where to send them. FastAPI traces requests; this, statements.

No span has the text of a statement, a value, or a query string: traces are read by others than the data.
"""

import os
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.trace import Span, SpanKind, StatusCode, TracerProvider, get_current_span
from sqlalchemy import Engine, event

from rowgate.server.settings import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as Exporting

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The standard variables: https://opentelemetry.io/docs/specs/otel/protocol/exporter/."""

_SPAN: Final = "_rowgate_span"


def exporting() -> "Exporting | None":
    """Return what sends spans to where the environment says; None if it says nothing, or that it is not to be.

    Raises:
        SettingsError: it says so, and the packages are not installed.
    """
    named = next((name for name in ENDPOINTS if os.environ.get(name)), None)
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    if named is None or off:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider as Provider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(f"{named} is set, and needs the packages of the extra: rowgate[otel]") from None
    named_so = os.environ.get("OTEL_SERVICE_NAME", "rowgate")
    provider = Provider(resource=Resource.create({"service.name": named_so}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def mark_request(request_id: str, *, has_query: bool) -> None:
    """Add the request's id to its span, and take its query away: people search for secrets."""
    span = get_current_span()
    span.set_attribute("rowgate.request_id", request_id)
    if has_query:
        span.set_attribute("url.query", "REDACTED")


def trace_statements(engine: Engine, provider: TracerProvider) -> None:
    """Let each statement of an engine be a span, of its kind alone: `SELECT`, `UPDATE`."""
    tracer = provider.get_tracer("rowgate")

    def begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: Any) -> None:
        operation = statement.lstrip().split(None, 1)[0].upper() if statement.strip() else "STATEMENT"
        known = operation if operation in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE") else "STATEMENT"
        attributes = {"db.system.name": "postgresql", "db.operation.name": known}
        setattr(context, _SPAN, tracer.start_span(known, kind=SpanKind.CLIENT, attributes=attributes))

    def end(_connection: Any, _cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any) -> None:
        span: Span | None = getattr(context, _SPAN, None)
        if span is not None:
            span.end()

    def fail(failed: Any) -> None:
        span: Span | None = getattr(failed.execution_context, _SPAN, None)
        if span is not None:
            state = getattr(failed.original_exception, "sqlstate", None)
            span.set_attribute("error.type", state or type(failed.original_exception).__name__)
            span.set_status(StatusCode.ERROR)
            span.end()

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
