"""What is odd about devices and orders: each list with the orders behind it, a page at a time."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.devices.anomalies import (
    BEHIND,
    COUNT_CAP,
    PAGE,
    Anomaly,
    AnomalyPage,
    anomaly_entries,
    list_anomalies,
)
from sikpro.application.use_cases.devices.device_ledger import DeviceQuery, Subject, look_up_device
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from sikpro.testing.builders import stored_order
from tests.unit.chat import NINE, ZONE, World

RINA, BAGUS = 4, 5
LATER = NINE + timedelta(hours=3)


def page(uow: UnitOfWork, kind: Anomaly, after: str = "") -> AnomalyPage:
    return list_anomalies(uow, kind, uow.people.get(BAGUS), LATER, ZONE, after)


def sets(uow: UnitOfWork, order: int, *statuses: str) -> None:
    rina: Person = uow.people.get(RINA)
    for status in statuses:
        change_status(uow, order, status, rina, NINE + timedelta(minutes=5), reason="x", zone=ZONE)


def told(found: AnomalyPage) -> list[tuple[str, int, list[str], int, str]]:
    return [(one.name, one.times, [row.number for row in one.orders], one.total, one.place) for one in found.entries]


def test_a_modem_under_several_numbers_is_listed_with_its_standing_orders() -> None:
    def work(uow: UnitOfWork) -> AnomalyPage:
        for place in range(3):
            stored_order(uow, f"SC10000{place}", received_at=NINE + timedelta(minutes=place))
        stored_order(uow, "SC200000", serial="ZTEG00000001", received_at=NINE)
        sets(uow, 3, "batal")
        return page(uow, Anomaly.SERIAL)

    found = World().transactions.write(work)
    assert told(found) == [("ZTEGC6754546", 2, ["SC100001", "SC100000"], 2, "ZTEGC6754546")]
    assert (found.more, found.counts[Anomaly.SERIAL]) == (False, 1)


def test_a_box_that_held_up_many_orders_is_listed_with_how_often() -> None:
    def work(uow: UnitOfWork) -> AnomalyPage:
        for place, held in enumerate((2, 1)):
            order = stored_order(uow, f"SC10000{place}", serial=f"ZTEG0000000{place}", received_at=NINE)
            sets(uow, order.id, *("odp_penuh", "ogp") * held)
        stored_order(uow, "SC200000", odp="ODP-SDA-004", serial="ZTEG00000009", received_at=NINE)
        sets(uow, 3, "odp_penuh", "ogp", "odp_penuh")
        return page(uow, Anomaly.ODP)

    found = World().transactions.write(work)
    assert [(name, times, sorted(numbers), total, place) for name, times, numbers, total, place in told(found)] == [
        ("ODP-SDA-003", 3, ["SC100000", "SC100001"], 2, "3~ODP-SDA-003")
    ]
    assert found.counts == {Anomaly.SERIAL: 0, Anomaly.ODP: 1, Anomaly.REOPENED: 0, Anomaly.UNTOUCHED: 0}


def test_an_order_that_was_finished_and_worked_on_again_is_listed_with_how_often() -> None:
    def work(uow: UnitOfWork) -> AnomalyPage:
        order = stored_order(uow, "SC100000", received_at=NINE)
        sets(uow, order.id, "selesai", "ogp", "selesai", "ogp")
        return page(uow, Anomaly.REOPENED)

    found = World().transactions.write(work)
    ((name, times, numbers, total, _),) = told(found)
    assert (name, times, numbers, total) == ("SC100000", 2, ["SC100000"], 1)


@pytest.mark.parametrize("kind", [Anomaly.SERIAL, Anomaly.UNTOUCHED])
def test_a_long_list_goes_on_where_it_ended_and_is_counted_up_to_a_cap(kind: Anomaly) -> None:
    def work(uow: UnitOfWork) -> None:
        for place in range(PAGE + 2):
            serial = f"ZTEG000000{place:02}"
            for number in range(2):
                received = NINE + timedelta(seconds=2 * place + number)
                stored_order(uow, f"SC1000{place:02}{number}", serial=serial, received_at=received)
        first = page(uow, kind)
        assert (len(first.entries), first.more) == (PAGE, True)
        rest = page(uow, kind, first.entries[-1].place)
        names = [one.name for one in (*first.entries, *rest.entries)]
        assert len(names) == len(set(names))
        assert first.counts[kind] == rest.counts[kind] == (PAGE + 2) * (2 if kind is Anomaly.UNTOUCHED else 1)
        assert not rest.more or kind is Anomaly.UNTOUCHED
        again = anomaly_entries(uow, kind, LATER, ZONE, "what is no place", 3)
        assert len(again) == 3 or kind is Anomaly.SERIAL

    World().transactions.write(work)


def test_behind_a_modem_are_the_newest_orders_and_how_many_there_are() -> None:
    def work(uow: UnitOfWork) -> AnomalyPage:
        for place in range(BEHIND + 2):
            stored_order(uow, f"SC10000{place:02}", received_at=NINE + timedelta(minutes=place))
        return page(uow, Anomaly.SERIAL)

    ((_, times, numbers, total, _),) = told(World().transactions.write(work))
    assert (times, total) == (BEHIND + 2, BEHIND + 2)
    assert numbers == [f"SC10000{place:02}" for place in range(BEHIND + 1, 1, -1)]


def test_untouched_orders_are_counted_up_to_a_cap() -> None:
    def work(uow: UnitOfWork) -> int:
        for place in range(COUNT_CAP + 3):
            stored_order(uow, f"SC10{place:04}", received_at=NINE)
        return page(uow, Anomaly.REOPENED).counts[Anomaly.UNTOUCHED]

    assert World().transactions.write(work) == COUNT_CAP + 1


def test_a_modem_is_where_its_last_completed_order_put_it_and_nowhere_before() -> None:
    def work(uow: UnitOfWork) -> list[list[str]]:
        query, by = DeviceQuery(Subject.SERIAL, "ZTEGC6754546"), uow.people.get(RINA)

        def installed() -> list[str]:
            return [row.number for row in look_up_device(uow, query, by).installed]

        for place in range(2):
            stored_order(uow, f"SC10000{place}", received_at=NINE)
        found = [installed()]
        for place in (1, 0):
            sets(uow, place + 1, "selesai")
            found.append(installed())
        return found

    assert World().transactions.write(work) == [[], ["SC100001"], ["SC100001"]]


def test_a_technician_is_called_by_name_and_somebody_unknown_by_nothing() -> None:
    def work(uow: UnitOfWork) -> list[str]:
        by = uow.people.get(RINA)
        uow.catalogue.put_sto(evolve(uow.catalogue.stos()[0], name="Sidoarjo Kota"))
        named = uow.catalogue.stos()[0].code
        queries = (
            DeviceQuery(Subject.TECHNICIAN, "F5SDA445"),
            DeviceQuery(Subject.TECHNICIAN, "F5SDA999"),
            DeviceQuery(Subject.STO, named),
            DeviceQuery(Subject.STO, "XXX"),
            DeviceQuery(Subject.ODP, "ODP-SDA-003"),
        )
        return [look_up_device(uow, query, by).name for query in queries]

    assert World().transactions.write(work) == ["Budi", "", "Sidoarjo Kota", "", ""]


def test_a_device_page_has_its_orders_by_phase_and_says_that_there_are_more() -> None:
    def work(uow: UnitOfWork) -> None:
        by, query = uow.people.get(RINA), DeviceQuery(Subject.ODP, "ODP-SDA-003")
        for place in range(26):
            stored_order(uow, f"SC1000{place:02}", received_at=NINE + timedelta(minutes=place))
        sets(uow, 1, "selesai")
        delete_order(uow, 2, uow.people.get(BAGUS), NINE, reason="x", zone=ZONE)
        found = look_up_device(uow, query, by)
        assert (len(found.orders), found.more) == (25, False)
        assert {phase: count for phase, count in found.counts.items() if count} == {
            Phase.WAITING: 24,
            Phase.COMPLETED: 1,
        }
        stored_order(uow, "SC200000", received_at=NINE + timedelta(minutes=99))
        newer = look_up_device(uow, query, by)
        assert (len(newer.orders), newer.more, newer.orders[0].row.number) == (25, True, "SC200000")
        older = look_up_device(uow, query, by, after=newer.orders[-1].row.key)
        assert [one.row.number for one in older.orders] == ["SC100000"]

    World().transactions.write(work)


def test_boxes_go_on_after_the_place_of_the_last_one_and_begin_anew_after_none() -> None:
    def work(uow: UnitOfWork) -> list[list[str]]:
        for box, times in ((3, 5), (4, 4), (5, 3)):
            order = stored_order(uow, f"SC10000{box}", odp=f"ODP-SDA-00{box}", received_at=NINE)
            sets(uow, order.id, *("odp_penuh", "ogp") * times)

        def names(after: str) -> list[str]:
            return [one.name for one in anomaly_entries(uow, Anomaly.ODP, LATER, ZONE, after, 9)]

        return [names(after) for after in ("", "5~ODP-SDA-003", "4~ODP-SDA-004", "x~ODP-SDA-003", f"{'9' * 16}~X")]

    every = ["ODP-SDA-003", "ODP-SDA-004", "ODP-SDA-005"]
    assert World().transactions.write(work) == [every, every[1:], every[2:], every, every]


def test_reopened_orders_go_on_after_the_last_one() -> None:
    def work(uow: UnitOfWork) -> None:
        for place in range(3):
            order = stored_order(uow, f"SC10000{place}", received_at=NINE)
            sets(uow, order.id, *("selesai", "ogp") * 2)
        first = anomaly_entries(uow, Anomaly.REOPENED, LATER, ZONE, "", 2)
        rest = anomaly_entries(uow, Anomaly.REOPENED, LATER, ZONE, first[-1].place, 2)
        assert (len(first), len(rest)) == (2, 1)
        assert len({one.name for one in (*first, *rest)}) == 3
        assert page(uow, Anomaly.REOPENED).counts[Anomaly.REOPENED] == 3

    World().transactions.write(work)
