"""What measures promise: they take whatever happens, from any thread, and never fail whoever tells them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sikpro.adapters.metrics.prometheus import PrometheusMeasures
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.measures import Measures, NoMeasures
from sikpro.application.ports.outbox import Delivery
from tests.fakes import HeardMeasures


@pytest.fixture(params=["none", "heard", "prometheus"])
def measures(request: pytest.FixtureRequest) -> Measures:
    """Each way to count."""
    if request.param == "none":
        return NoMeasures()
    return HeardMeasures() if request.param == "heard" else PrometheusMeasures("1.0", "sqlite")


def test_whatever_happens_can_be_told_from_any_thread(measures: Measures) -> None:
    def tell(_: int) -> None:
        for outcome in Outcome:
            measures.update(outcome, 0.01)
        for fate in ("later", *Delivery):
            measures.message(fate, 3.0)
        for method, status in (("GET", 200), ("BREW", 418), ("", 500)):
            measures.request(method, "/orders/{order_id}", status, 0.0)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(tell, range(20))) == [None] * 20
    if isinstance(measures, PrometheusMeasures):
        page = measures.page().decode()
        assert 'sikpro_updates_total{outcome="order"} 20.0' in page
        assert 'sikpro_messages_total{fate="later"} 20.0' in page
        assert 'sikpro_http_requests_total{method="OTHER",route="/orders/{order_id}",status="4xx"} 20.0' in page


def test_two_applications_in_one_process_count_apart() -> None:
    one, other = PrometheusMeasures("1.0", "sqlite"), PrometheusMeasures("1.0", "postgresql")
    one.update(Outcome.ORDER, 0.01)
    assert b'sikpro_updates_total{outcome="order"} 1.0' in one.page()
    assert b'sikpro_updates_total{outcome="order"} 0.0' in other.page()
