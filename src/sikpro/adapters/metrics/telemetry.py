"""Traces for a collector of OpenTelemetry, by OTLP over HTTP. Only the setting `telemetry` loads this module.

All that is done for one cause is one trace: its ids follow from the cause. So the update, which one process handles,
and its answer, which perhaps another sends after a restart, meet without anything being handed on.
"""

import logging
import time
from collections.abc import Sequence
from contextvars import ContextVar
from hashlib import sha256

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)
_PATIENCE = 3.0
_FAILED = frozenset({Outcome.FAILED, Delivery.FAILED})
_root: ContextVar[tuple[int, int] | None] = ContextVar("root", default=None)


class OtlpTelemetry:
    """Sends spans of requests, updates, messages and transactions to the collector at an address, in a thread.

    `installation` tells two installations apart that send to one collector: their causes have the same names.
    """

    def __init__(self, address: str, version: str, installation: str) -> None:
        self._installation = installation
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "sikpro", "service.version": version}),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces", timeout=_PATIENCE)
        self._provider.add_span_processor(BatchSpanProcessor(_Quiet(exporter)))
        self._tracer = self._provider.get_tracer("sikpro")

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Send the span of an update, the first of its trace."""
        failed = outcome in _FAILED
        self._span("update", SpanKind.CONSUMER, seconds, cause, {"sikpro.outcome": str(outcome)}, failed, root=True)

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Send the span of a message that ended, from its queueing on."""
        if fate != "later":
            self._span("message", SpanKind.PRODUCER, seconds, cause, {"sikpro.fate": str(fate)}, fate in _FAILED)

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Send the span of a request, the first of its trace."""
        about: dict[str, str | int] = {"http.request.method": method, "http.route": route}
        about["http.response.status_code"] = status
        self._span(f"{method} {route}", SpanKind.SERVER, seconds, cause, about, status >= 500, root=True)

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Send the span of a transaction that somebody waited for; what workers do all the time is none."""
        if cause:
            self._span(kind, SpanKind.CLIENT, seconds, cause, {})

    def close(self) -> None:
        """Send what waits, for some seconds at most."""
        self._provider.shutdown()

    def _span(
        self,
        name: str,
        kind: SpanKind,
        seconds: float,
        cause: str,
        about: dict[str, str | int],
        failed: bool = False,
        *,
        root: bool = False,
    ) -> None:
        now = time.time_ns()
        trace, first = self._ids(cause)
        parent = SpanContext(trace, first, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        known = bool(cause)
        context = set_span_in_context(NonRecordingSpan(parent), Context()) if known and not root else Context()
        forced = _root.set((trace, first) if known and root else None)
        try:
            span = self._tracer.start_span(
                name,
                context=context,
                kind=kind,
                attributes={**about, "sikpro.cause": cause},
                start_time=now - int(seconds * 1_000_000_000),
            )
        finally:
            _root.reset(forced)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end(end_time=now)

    def _ids(self, cause: str) -> tuple[int, int]:
        """Return the ids of the trace of a cause and of its first span; neither is ever 0."""
        hashed = sha256(f"{self._installation}\0{cause}".encode()).digest()
        return int.from_bytes(hashed[:16], "big") or 1, int.from_bytes(hashed[16:24], "big") or 1


class _Ids(RandomIdGenerator):
    """Ids by chance, but for the first span of a cause."""

    def generate_trace_id(self) -> int:
        root = _root.get()
        return root[0] if root else super().generate_trace_id()

    def generate_span_id(self) -> int:
        root = _root.get()
        return root[1] if root else super().generate_span_id()


class _Quiet(SpanExporter):
    """Says of a collector that does not answer one line, then a count; the library would say it at each try."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._faults = Repeated(
            log=_log, event="traces are not delivered", over="traces are delivered again", every=600.0
        )
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception as error:  # whatever it is: nothing depends on a trace
            self._faults.failed(type(error).__name__)
            return SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self._faults.worked()
        else:
            self._faults.failed("refused")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)
