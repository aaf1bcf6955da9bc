"""Orders that the provider calls finished are completed after a look, as one writing that can be taken back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.bulk import BulkResult
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.use_cases.tables.complete_orders import complete_orders
from sikpro.application.use_cases.tables.take_back import take_back
from sikpro.domain.errors import InvalidValue, NotPermitted
from sikpro.domain.events import StatusChanged
from sikpro.domain.order import Order
from sikpro.domain.people import Person, Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import WAITING, a_person, after, coded, stored_order

ZONE = ZoneInfo("Asia/Jakarta")
NOW = after(600)


class World:
    """Two waiting orders, received at 1 and 2 minutes, a leader and a helpdesk."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.leader, self.helpdesk = self.store.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> tuple[Person, Person]:
        create_first_catalogue(uow)
        uow.catalogue.put_status(WAITING)
        for place in (1, 2):
            stored_order(uow, f"SC10000{place}", received_at=after(place))
        leader = uow.people.add(a_person("Bagus", role=Role.TEAM_LEADER))
        return leader, uow.people.add(a_person("Rina"))

    def complete(
        self, ends: dict[int, datetime], *, by: Person | None = None, notify: bool = False, status: str = "selesai"
    ) -> tuple[BulkResult, WrittenTable | None]:
        return self.store.write(
            lambda uow: complete_orders(
                uow, {1: 1, 2: 1}, ends, status, "wfm.csv", by or self.leader, NOW, ZONE, notify=notify
            )
        )

    def order(self, order_id: int) -> Order:
        return self.store.read(lambda uow: uow.orders.get(order_id))


def test_an_order_ends_when_the_provider_says_so_and_else_now() -> None:
    world = World()
    world.complete({1: after(60), 2: after(1)})  # the second end is before the receipt
    first, second = world.order(1), world.order(2)
    assert (first.phase, first.status, first.finished_at, first.changed_at) == (
        *(Phase.COMPLETED, "selesai"),
        *(after(60), NOW),
    )
    assert second.finished_at == NOW
    assert sum(first.clock.durations(NOW).values(), timedelta()) >= after(60) - after(1)
    future = World()
    future.complete({1: NOW + timedelta(minutes=1)})
    assert future.order(1).finished_at == NOW


def test_nobody_is_credited_or_told_unless_it_is_asked_for() -> None:
    world = World()
    world.complete({})
    order = world.order(1)
    assert (order.helpdesk, order.first_action_at) == (None, None)
    assert world.store.read(lambda uow: uow.outbox.of_order(1)) == ()
    told = World()
    told.complete({}, notify=True)
    assert len(told.store.read(lambda uow: uow.outbox.of_order(1))) == 1


def test_the_reason_is_the_file_and_the_actor_is_in_the_record() -> None:
    world = World()
    world.complete({})
    entry = world.store.read(lambda uow: uow.journal.of_order(1))[-1]
    assert isinstance(entry.event, StatusChanged)
    assert (entry.event.reason, entry.actor) == ("wfm.csv", world.leader.id)


def test_what_somebody_has_or_changed_since_is_skipped_and_said() -> None:
    world = World()
    world.store.write(lambda uow: take_order(uow, 2, world.helpdesk, after(9)))
    result, table = world.complete({})
    assert ([order.number for order in result.done], list(result.refused)) == (["SC100001"], ["SC100002"])
    assert world.order(2).phase is Phase.IN_PROGRESS
    assert table is not None
    assert table.changed == 1
    assert world.complete({})[1] is None  # pressed twice: nothing more is written


def test_all_of_it_is_taken_back_as_a_whole() -> None:
    world = World()
    before = [world.order(1), world.order(2)]
    _, table = world.complete({1: after(60)})
    assert table is not None
    assert world.store.write(
        lambda uow: take_back(uow, table.id, world.leader, after(700), reason="wfm.csv", zone="UTC")
    )[1]
    back = [world.order(1), world.order(2)]
    assert [(one.state, one.finished_at, one.clock) for one in back] == [
        (one.state, one.finished_at, one.clock) for one in before
    ]


def test_a_closed_month_changes_only_with_a_yes() -> None:
    world = World()
    month = f"{after(1).astimezone(ZONE):%Y-%m}"

    def work(uow: UnitOfWork, *, yes: bool) -> BulkResult:
        return complete_orders(uow, {1: 1}, {}, "selesai", "wfm.csv", world.leader, NOW, ZONE, closed_months=yes)[0]

    closed = ClosedMonth(month=month, closed_at=NOW, closed_by=None, figures={})
    world.store.write(lambda uow: uow.closed_months.add(closed))
    with pytest.raises(InvalidValue, check=coded("import.closed_month")):
        world.store.write(lambda uow: work(uow, yes=False))
    assert world.order(1).phase is Phase.WAITING
    assert len(world.store.write(lambda uow: work(uow, yes=True)).done) == 1


def test_completing_is_for_who_leads_and_by_a_completing_status() -> None:
    world = World()
    with pytest.raises(NotPermitted):
        world.complete({}, by=world.helpdesk)
    with pytest.raises(InvalidValue, check=coded("reconcile.status")):
        world.complete({}, status="batal")
