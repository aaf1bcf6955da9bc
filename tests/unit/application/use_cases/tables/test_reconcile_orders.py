"""The provider's export beside our orders: each row counts once, and three lists say what differs."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_PROVIDER_CODES, create_first_catalogue
from sikpro.application.use_cases.catalogue.provider_codes import guess_meaning
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.tables.reconcile_orders import (
    COLUMNS,
    MOST_STATUSES,
    Agreement,
    Comparison,
    compare_orders,
    statuses_in,
)
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.domain.errors import InvalidValue, NotPermitted
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import a_person, after, coded, stored_order

WIB = ZoneInfo("Asia/Jakarta")


def table(*rows: Sequence[str], dated: bool = True) -> TableSheet:
    header = ("SC ID", "Status", "Order date")
    return TableSheet(name="", rows=[header[: 3 if dated else 2], *(row[: 3 if dated else 2] for row in rows)])


class World:
    """Orders in every state: 1 open, 2 completed, 3 cancelled, 4 deleted, 5 open and received a day later."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.leader = self.store.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> Person:
        create_first_catalogue(uow)
        leader = uow.people.add(a_person("Bagus", role=Role.TEAM_LEADER))
        for place in range(1, 5):
            stored_order(uow, f"SC10000{place}", received_at=after(place))
        change_status(uow, 2, "selesai", leader, after(9), zone="UTC")
        change_status(uow, 3, "batal", leader, after(9), reason="x", zone="UTC")
        delete_order(uow, 4, leader, after(9), reason="x", zone="UTC")
        stored_order(uow, "SC100005", received_at=after(60 * 24))
        return leader

    def compare(self, sheet: TableSheet, by: Person | None = None) -> Comparison:
        columns = find_columns(sheet, COLUMNS)
        meanings = {status: guess_meaning(status, FIRST_PROVIDER_CODES) for status in statuses_in(sheet, columns)}
        return self.store.read(lambda uow: compare_orders(uow, sheet, columns, meanings, by or self.leader, WIB))


def test_each_row_of_the_file_counts_once_and_the_counts_add_up() -> None:
    rows = [
        ("SC100001", "OPEN", "2026-11-02"),
        ("SC100001", "COMPLETED (PS)", "2026-11-02"),
        ("100002", "PS", "2/11/2026"),
        ("SC100003", "PS", ""),
        ("SC100004", "PS", ""),
        ("SC900001", "PS", ""),
        ("SC900002", "7 | OSS - PONR", ""),
        ("SC900003", "CANCEL COMPLETED", ""),
        ("tanpa nomor", "PS", ""),
        ("", "", ""),
    ]
    found = World().compare(table(*rows))
    assert {one.value: count for one, count in found.counts.items() if count} == {
        "to_complete": 1,
        "never_requested": 2,
        "finished_both": 1,
        "gone_here": 2,
        "left_out": 1,
        "repeated": 1,
        "unreadable": 1,
    }
    assert found.rows == len(rows) - 1
    assert [(line.place, order.id) for line, order in found.to_complete] == [(2, 1)]
    assert [line.number for line in found.never_requested] == ["SC900001", "SC900002"]


def test_what_is_finished_here_alone_or_open_in_both_is_told_apart() -> None:
    found = World().compare(table(("SC100001", "OPEN", ""), ("SC100002", "OPEN", "")))
    assert found.counts[Agreement.OPEN_BOTH] == 1
    assert found.counts[Agreement.FINISHED_HERE] == 1


def test_open_orders_that_the_file_lacks_are_those_of_its_days() -> None:
    world = World()
    rows = [("SC900001", "PS", "2026-11-02"), ("SC900002", "PS", "2026-11-02 23:00")]
    assert [row.number for row in world.compare(table(*rows)).missing] == ["SC100001"]
    undated = world.compare(table(*rows, dated=False))
    assert (undated.period, [row.number for row in undated.missing]) == (None, ["SC100001", "SC100005"])


def test_a_column_of_too_many_values_is_no_status() -> None:
    sheet = table(*((f"SC1{place:05}", f"status {place}", "") for place in range(MOST_STATUSES + 1)))
    with pytest.raises(InvalidValue, check=coded("reconcile.statuses")):
        statuses_in(sheet, find_columns(sheet, COLUMNS))


def test_reconciling_is_for_who_leads() -> None:
    world = World()
    helpdesk = world.store.write(lambda uow: uow.people.add(a_person("Rina")))
    with pytest.raises(NotPermitted):
        world.compare(table(("SC100001", "PS", "")), helpdesk)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("PS", "finished"),
        ("OSS_PS", "finished"),
        ("7|COMPLETED", "finished"),
        ("put-sales PS", "finished"),
        ("cancel_completed", "left_out"),
        ("UNSC", "left_out"),
        ("NO PSB", "open"),
        ("", "open"),
    ],
)
def test_what_a_status_of_the_provider_probably_means(status: str, meaning: str) -> None:
    assert guess_meaning(status, FIRST_PROVIDER_CODES).value == meaning


def test_a_number_is_read_without_its_letters_and_what_is_none_is_shown_with_why() -> None:
    found = World().compare(table(("100001", "PS", ""), ("SC10000l", "PS", ""), ("1E+05", "PS", ""), ("x", "PS", "")))
    assert [(line.place, line.number, line.typed) for line, _ in found.to_complete] == [(1, "SC100001", "100001")]
    said = [(line.place, line.number, line.typed, line.error.code if line.error else "") for line in found.unreadable]
    assert said == [
        (2, "", "SC10000l", "registration_number.shape"),
        (3, "", "1E+05", "cell.shortened"),
        (4, "", "x", "registration_number.shape"),
    ]


def test_statuses_are_counted_the_most_frequent_first_and_too_many_say_how_many() -> None:
    rows = [("SC1", "OPEN", ""), ("SC2", " PS ", ""), ("SC3", "PS", ""), ("", "", "")]
    sheet = table(*rows)
    assert list(statuses_in(sheet, find_columns(sheet, COLUMNS)).items()) == [("PS", 2), ("OPEN", 1)]
    most = table(*((f"SC1{place:05}", f"status {place}", "") for place in range(MOST_STATUSES)))
    assert len(statuses_in(most, find_columns(most, COLUMNS))) == MOST_STATUSES
    more = table(*((f"SC1{place:05}", f"status {place}", "") for place in range(MOST_STATUSES + 2)))
    with pytest.raises(InvalidValue) as refused:
        statuses_in(more, find_columns(more, COLUMNS))
    assert refused.value.typed == str(MOST_STATUSES + 2)


def test_the_days_of_a_file_are_its_first_to_its_last() -> None:
    found = World().compare(table(("SC900001", "PS", "2026-11-03"), ("SC900002", "PS", "2026-11-01 23:00")))
    assert found.period is not None
    assert [found.period.start.astimezone(WIB).isoformat(), found.period.end.astimezone(WIB).isoformat()] == [
        "2026-11-01T00:00:00+07:00",
        "2026-11-04T00:00:00+07:00",
    ]
    assert [row.number for row in found.missing] == ["SC100001", "SC100005"]


def test_a_file_without_a_status_says_of_each_order_that_it_is_open() -> None:
    sheet = TableSheet(name="", rows=[["SC ID"], ["SC100001"], ["SC100002"]])
    columns = find_columns(sheet, COLUMNS)
    assert statuses_in(sheet, columns) == {"": 2}
    world = World()
    found = world.store.read(lambda uow: compare_orders(uow, sheet, columns, {}, world.leader, WIB))
    assert (found.counts[Agreement.OPEN_BOTH], found.counts[Agreement.FINISHED_HERE]) == (1, 1)


def test_a_sheet_that_could_not_be_read_says_why() -> None:
    world = World()
    broken = TableSheet(name="", rows=[], error=InvalidValue("table.too_wide", "300"))
    with pytest.raises(InvalidValue, check=coded("table.too_wide")):
        world.store.read(lambda uow: compare_orders(uow, broken, {}, {}, world.leader, WIB))
