"""Traces for OpenTelemetry: one from an update to its answer; nothing of it is loaded where nobody asked for it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from structlog.testing import capture_logs

from sikpro.adapters.metrics.telemetry import OtlpTelemetry
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.entrypoints import settings as settings_module
from sikpro.entrypoints.settings import Settings, WrongSettings
from tests.integration.e2e.installation import CREW, installed
from tests.integration.e2e.test_the_way_of_an_order import WHOLE
from tests.integration.loopback import free_port


@define
class Collector:
    """What a collector got."""

    address: str
    spans: list[Any] = field(factory=list[Any])

    def named(self, name: str) -> Any:
        """The one span of a name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on loopback."""
    collector = Collector("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            got = ExportTraceServiceRequest.FromString(body)
            assert self.path == "/v1/traces"
            collector.spans += [span for one in got.resource_spans for scope in one.scope_spans for span in scope.spans]
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


def test_an_update_and_its_answer_are_one_trace_also_if_two_processes_tell_of_them() -> None:
    with collecting() as collector:
        tells: tuple[Callable[[OtlpTelemetry], None], ...] = (
            lambda one: one.update(Outcome.ORDER, 0.25, "update=5"),
            lambda one: one.message(Delivery.SENT, 2.0, "update=5"),
        )
        for tell in tells:
            process = OtlpTelemetry(collector.address, "1.0", "sqlite:///a.db")
            tell(process)
            process.close()
        update, message = collector.named("update"), collector.named("message")
        assert (message.trace_id, message.parent_span_id) == (update.trace_id, update.span_id)
        assert update.parent_span_id == b""
        assert update.end_time_unix_nano - update.start_time_unix_nano == 250_000_000
        assert {one.key: one.value.string_value for one in update.attributes} == {
            "sikpro.outcome": "order",
            "sikpro.cause": "update=5",
        }


def test_another_update_another_installation_and_work_that_nobody_named_are_other_traces() -> None:
    with collecting() as collector:
        for installation in ("sqlite:///a.db", "sqlite:///b.db"):
            process = OtlpTelemetry(collector.address, "1.0", installation)
            process.update(Outcome.ORDER, 0.1, "update=5")
            process.update(Outcome.ORDER, 0.1, "update=6")
            process.message(Delivery.SENT, 0.1)
            process.close()
        assert len({span.trace_id for span in collector.spans}) == len(collector.spans) == 6


def test_a_request_has_its_transactions_and_faults_are_marked() -> None:
    with collecting() as collector:
        process = OtlpTelemetry(collector.address, "1.0", "")
        process.transaction("write", 0.01, "request=1a2b3c4d")
        process.transaction("read", 0.01)
        process.request("POST", "/orders/{order_id}/status", 500, 0.1, "request=1a2b3c4d")
        process.message("later", 0.1, "request=1a2b3c4d")
        process.close()
        request, write = collector.named("POST /orders/{order_id}/status"), collector.named("write")
        assert len(collector.spans) == 2
        assert (write.trace_id, write.parent_span_id) == (request.trace_id, request.span_id)
        assert request.status.code == request.status.STATUS_CODE_ERROR


@pytest.mark.audit
def test_a_collector_that_is_away_is_one_line_and_stops_nobody() -> None:
    with capture_logs() as lines:
        process = OtlpTelemetry(f"http://127.0.0.1:{free_port()}", "1.0", "")
        for place in range(2000):
            process.update(Outcome.ORDER, 0.1, f"update={place}")
        process.close()
    assert [line["event"] for line in lines] == ["traces are not delivered"]


@pytest.mark.audit
def test_without_the_setting_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = f"""
import sys
from sikpro.entrypoints.container import Container, web_parts
from sikpro.entrypoints.settings import Settings
import sikpro.entrypoints.server
web_parts(Container(settings=Settings(database="sqlite:///{tmp_path / "sikpro.db"}")))
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


def test_the_setting_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load({}, {"SIKPRO_TELEMETRY": "http://127.0.0.1:4318"}).telemetry == "http://127.0.0.1:4318"
    with pytest.raises(WrongSettings, match=r"telemetry: an address like http://127\.0\.0\.1:4318"):
        Settings.load({}, {"SIKPRO_TELEMETRY": "127.0.0.1:4318"})
    monkeypatch.setattr(settings_module, "find_spec", lambda name: None)
    with pytest.raises(WrongSettings, match=r"telemetry: it needs packages more: pip install 'sikpro\[otel\]'"):
        Settings.load({}, {"SIKPRO_TELEMETRY": "http://127.0.0.1:4318"})


@pytest.mark.audit
def test_a_running_installation_tells_of_an_order_and_its_answer_in_one_trace(tmp_path: Path) -> None:
    with (
        collecting() as collector,
        installed(tmp_path, extra={"SIKPRO_TELEMETRY": collector.address}) as installation,
    ):
        installation.sikpro.start()
        installation.say(CREW[0], "/reg " + WHOLE)
        installation.hears(CREW[0], "antrean ke-1")
        installation.sikpro.stop()
        update, message = collector.named("update"), collector.named("message")
        assert (message.trace_id, message.parent_span_id) == (update.trace_id, update.span_id)
        assert not any("SC32232558" in str(span) for span in collector.spans)
