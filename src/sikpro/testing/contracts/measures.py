"""What measures promise: they take whatever happens, from any thread, and never fail whoever tells them."""

from concurrent.futures import ThreadPoolExecutor

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.measures import Measures
from sikpro.application.ports.outbox import Delivery


def tell_everything(measures: Measures) -> None:
    """Tell of one of each kind from four threads, twenty times."""

    def tell(_: int) -> None:
        for outcome in Outcome:
            measures.update(outcome, 0.01)
        for fate in ("later", *Delivery):
            measures.message(fate, 3.0)
        for method, status in (("GET", 200), ("BREW", 418), ("", 500)):
            measures.request(method, "/orders/{order_id}", status, 0.0, "request=1a2b3c4d")
        for kind in ("write", "read", "long_read"):
            measures.transaction(kind, 0.001, "update=5")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(tell, range(20))) == [None] * 20


class MeasuresContract:
    """What measures promise; they need the fixture `measures`."""

    def test_whatever_happens_can_be_told_from_any_thread(self, measures: Measures) -> None:
        tell_everything(measures)
        measures.close()
