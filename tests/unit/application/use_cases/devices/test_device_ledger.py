"""What is told of a device: which kind a text names, where a modem is, how long its orders were held up."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.devices.anomalies import Anomaly, list_anomalies
from sikpro.application.use_cases.devices.device_ledger import (
    DeviceQuery,
    HoldUp,
    Subject,
    look_up_device,
    understand_device,
)
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.domain.errors import InvalidValue, NotPermitted
from sikpro.domain.installation import STARTING_WEEK
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import NOON, a_person, after, an_order_type, stored_order


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("ZTEGC6754546", DeviceQuery(Subject.SERIAL, "ZTEGC6754546")),
        (" 5a54 4547 c675 4546 ", DeviceQuery(Subject.SERIAL, "ZTEGC6754546")),
        ("odp sda 003", DeviceQuery(Subject.ODP, "ODP-SDA-003")),
        ("sda", DeviceQuery(Subject.STO, "SDA")),
        ("f5sda445", DeviceQuery(Subject.TECHNICIAN, "F5SDA445")),
    ],
)
def test_one_box_takes_every_device_as_it_is_written(text: str, query: DeviceQuery) -> None:
    assert understand_device(text) == query


def test_what_no_device_is_called_is_refused_with_what_was_probably_meant() -> None:
    with pytest.raises(InvalidValue) as refused:
        understand_device("ODP-5DA-0O3")
    assert (refused.value.code, refused.value.suggestion) == ("device.unknown", "ODP-SDA-003")


def _helpdesk(uow: UnitOfWork) -> Person:
    create_first_catalogue(uow)
    return uow.people.add(a_person())


def test_a_history_tells_how_long_each_reason_held_an_order_up_and_forgets_what_was_undone() -> None:
    def work(uow: UnitOfWork) -> None:
        rina = _helpdesk(uow)
        order = stored_order(uow)
        steps = ("odp_penuh", "rumah_kosong", "ogp", "odp_loss")
        for minute, status in enumerate(steps):
            change_status(uow, order.id, status, rina, after(10 * minute), zone="Asia/Jakarta")
        undone = stored_order(uow, "SC32232559")
        change_status(uow, undone.id, "odp_penuh", rina, after(1), zone="Asia/Jakarta", hold=timedelta(seconds=5))
        undo_status(uow, undone.id, rina, after(1))

    store = MemoryTransactions()
    store.write(work)
    page = store.read(lambda uow: look_up_device(uow, DeviceQuery(Subject.ODP, "ODP-SDA-003"), uow.people.get(1)))

    (untouched, held) = page.orders
    assert untouched.hold_ups == ()
    assert held.hold_ups == (
        HoldUp("odp_penuh", after(0), after(10)),
        HoldUp("rumah_kosong", after(10), after(20)),
        HoldUp("odp_loss", after(30), None),
    )
    assert held.hold_ups[-1].lasted(after(45)) == timedelta(minutes=15)


def test_an_exchange_is_counted_from_the_kept_totals() -> None:
    def work(uow: UnitOfWork) -> None:
        rina = _helpdesk(uow)
        for place in range(3):
            stored_order(uow, f"SC10000{place}")
        change_status(uow, 1, "selesai", rina, NOON, zone="Asia/Jakarta")

    store = MemoryTransactions()
    store.write(work)
    page = store.read(lambda uow: look_up_device(uow, DeviceQuery(Subject.STO, "SDA"), uow.people.get(1)))
    assert {phase: count for phase, count in page.counts.items() if count} == {"waiting": 2, "completed": 1}
    assert [box.odp for box in page.boxes] == ["ODP-SDA-003"]


def test_an_untouched_order_is_one_past_its_limit_on_which_nobody_acted() -> None:
    def work(uow: UnitOfWork) -> Person:
        rina = _helpdesk(uow)
        uow.installation.put(evolve(uow.installation.get(), week=(STARTING_WEEK[0],) * 7))
        uow.catalogue.put_order_type(an_order_type(first_action_limit=timedelta(minutes=30)))
        stored_order(uow, "SC100001")
        stored_order(uow, "SC100002", received_at=after(100))
        change_status(uow, stored_order(uow, "SC100003").id, "odp_penuh", rina, after(5), zone="UTC")
        return uow.people.add(a_person("Sari", role=Role.SUPERVISOR))

    store = MemoryTransactions()
    sari = store.write(work)
    page = store.read(lambda uow: list_anomalies(uow, Anomaly.UNTOUCHED, sari, after(110), "UTC"))
    assert [odd.name for odd in page.entries] == ["SC100001"]
    assert page.counts[Anomaly.UNTOUCHED] == 1


def test_the_lists_are_for_who_sees_reports() -> None:
    store = MemoryTransactions()
    rina = store.write(_helpdesk)
    with pytest.raises(NotPermitted):
        store.read(lambda uow: list_anomalies(uow, Anomaly.SERIAL, rina, NOON, "UTC"))
