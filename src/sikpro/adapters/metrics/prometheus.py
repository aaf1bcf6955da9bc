"""Counts and figures of this process in the text format of Prometheus, each application with a registry of its own."""

from collections.abc import Callable, Iterator
from platform import python_version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sikpro.adapters.metrics.families import FAMILIES
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.workers.vitals import Vitals

# They are a fifth of the page, and `process_start_time_seconds` says the same once.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives it no types

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FATES = ("later", Delivery.SENT, Delivery.PERHAPS_TWICE, Delivery.FAILED, Delivery.EXPIRED)
_PAGE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_UPDATE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_MESSAGE = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)


class PrometheusMeasures:
    """Counts what happens, and tells it with the figures that `vitals` returns at the moment of the question.

    Every value that a label can have is known from the start, or is the template of an address of ours: nobody outside
    makes a new series.
    """

    def __init__(self, version: str, database: str) -> None:
        self.vitals: Callable[[], Vitals] = Vitals
        self._closing: list[Callable[[], None]] = []
        self._registry = registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "sikpro_http_requests",
            "Answered requests, by the template of their address and the class of their status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "sikpro_http_request_seconds",
            "Seconds until the answer to a request began.",
            ("route",),
            buckets=_PAGE,
            registry=registry,
        )
        self._updates = Counter(
            "sikpro_updates", "Updates from the chat that are stored, by outcome.", ("outcome",), registry=registry
        )
        self._update_seconds = Histogram(
            "sikpro_update_seconds", "Seconds to decide an update.", buckets=_UPDATE, registry=registry
        )
        self._messages = Counter(
            "sikpro_messages",
            "Tries to send a message, by what became of it.",
            ("fate",),
            registry=registry,
        )
        self._message_seconds = Histogram(
            "sikpro_message_seconds",
            "Seconds from the queueing of a message to its arrival.",
            buckets=_MESSAGE,
            registry=registry,
        )
        self._transaction_seconds = Histogram(
            "sikpro_transaction_seconds",
            "Seconds of a transaction of the store, with its wait for a thread.",
            ("kind",),
            buckets=_UPDATE,
            registry=registry,
        )
        for kind in ("write", "read", "long_read"):
            self._transaction_seconds.labels(kind)
        for outcome in Outcome:
            self._updates.labels(outcome.value)
        for fate in _FATES:
            self._messages.labels(str(fate))
        Info("sikpro_build", "What runs.", registry=registry).info(
            {"version": version, "python": python_version(), "database": database}
        )
        ProcessCollector(registry=registry)
        registry.register(_Figures(self))

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Count a stored update."""
        self._updates.labels(outcome).inc()
        self._update_seconds.observe(seconds)

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Count a try to send a message, and how long an arrived one took."""
        self._messages.labels(fate).inc()
        if fate in {Delivery.SENT, Delivery.PERHAPS_TWICE}:
            self._message_seconds.observe(seconds)

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Count an answered request; a method that no page knows counts as OTHER."""
        known = method if method in _METHODS else "OTHER"
        self._requests.labels(known, route, f"{status // 100}xx").inc()
        self._request_seconds.labels(route).observe(seconds)

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Count how long a transaction took."""
        self._transaction_seconds.labels(kind).observe(seconds)

    def serve(self, port: int) -> None:
        """Tell everything at a port of this machine alone, until `close`. Raises `OSError` for a port in use."""
        server, _ = start_http_server(port, "127.0.0.1", self._registry)
        self._closing.append(server.shutdown)
        self._closing.append(server.server_close)

    def close(self) -> None:
        """Serve no longer."""
        while self._closing:
            self._closing.pop(0)()

    def page(self) -> bytes:
        """Return everything as text (Prometheus text format 0.0.4)."""
        return generate_latest(self._registry)


class _Figures(Collector):
    """Reads the figures of the moment."""

    def __init__(self, measures: PrometheusMeasures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """Yield each family with its present values; one that nobody knows now has none."""
        vitals = self._measures.vitals()
        for family in FAMILIES:
            metric = GaugeMetricFamily(family.name, family.help, labels=family.labels)
            for labels, value in family.values(vitals):
                metric.add_metric(labels, value)
            yield metric
