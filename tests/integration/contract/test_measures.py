"""What measures promise: they take whatever happens, from any thread, and never fail whoever tells them."""

import pytest

from sikpro.adapters.metrics.prometheus import PrometheusMeasures
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.measures import Measures, NoMeasures, SeveralMeasures
from sikpro.application.ports.outbox import Delivery
from sikpro.testing.contracts.measures import MeasuresContract, tell_everything
from sikpro.testing.fakes import HeardMeasures


@pytest.fixture(params=["none", "heard", "prometheus", "several"])
def measures(request: pytest.FixtureRequest) -> Measures:
    """Each way to count."""
    if request.param == "none":
        return NoMeasures()
    if request.param == "several":
        return SeveralMeasures(HeardMeasures(), PrometheusMeasures("1.0", "sqlite"))
    return HeardMeasures() if request.param == "heard" else PrometheusMeasures("1.0", "sqlite")


def test_what_is_told_from_any_thread_is_counted() -> None:
    measures = PrometheusMeasures("1.0", "sqlite")
    tell_everything(measures)
    page = measures.page().decode()
    assert 'sikpro_updates_total{outcome="order"} 20.0' in page
    assert 'sikpro_messages_total{fate="later"} 20.0' in page
    assert 'sikpro_http_requests_total{method="OTHER",route="/orders/{order_id}",status="4xx"} 20.0' in page


def test_several_are_told_the_same() -> None:
    first, second = HeardMeasures(), HeardMeasures()
    measures = SeveralMeasures(first, second)
    measures.update(Outcome.ORDER, 0.1, "update=5")
    measures.message(Delivery.SENT, 0.1, "update=5")
    measures.request("GET", "/", 200, 0.1, "request=1a2b3c4d")
    assert first == second
    assert first.causes == ["update=5", "update=5", "request=1a2b3c4d"]


def test_two_applications_in_one_process_count_apart() -> None:
    one, other = PrometheusMeasures("1.0", "sqlite"), PrometheusMeasures("1.0", "postgresql")
    one.update(Outcome.ORDER, 0.01)
    assert b'sikpro_updates_total{outcome="order"} 1.0' in one.page()
    assert b'sikpro_updates_total{outcome="order"} 0.0' in other.page()


class TestMeasures(MeasuresContract):
    pass
