"""What the provider has and SIKPRO has not becomes orders, as an import would make them, and nothing is guessed."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.provider_codes import guess_meaning
from sikpro.application.use_cases.tables.import_orders import import_orders, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS as IMPORTED
from sikpro.application.use_cases.tables.make_orders import Requests, make_orders, plan_requests, requests_of
from sikpro.application.use_cases.tables.order_plan import OrderPlan
from sikpro.application.use_cases.tables.reconcile_orders import COLUMNS, compare_orders, statuses_in
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.application.use_cases.tables.take_back import take_back
from sikpro.domain.errors import NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Person, Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import NOON, a_person, a_technician, after, an_sto, stored_order

WIB = ZoneInfo("Asia/Jakarta")
HEADER = ("SC ID", "Status", "TGL ORDER", "TGL PS", "JENISPSB", "SN", "STO", "ODP", "CREW")
OPEN = ("SC900001", "STARTWORK", "1/11/2026 08:00", "", "AO", "ZTEGC1234501", "SDA", "ODP-SDA-003", "F5SDA445")
DONE = (
    *("SC900002", "COMPWORK", "1/11/2026 08:00", "1/11/2026 10:00", "AO", "ZTEGC1234502", "SDA", "ODP-SDA-004"),
    "F5SDA445",
)
LACKS = ("SC900003", "STARTWORK", "", "", "", "ZTEGC1234503", "SDA", "ODP-SDA-005", "F5SDA445")
HERE = ("SC100001", "STARTWORK", "1/11/2026 08:00", "", "AO", "ZTEGC1234504", "SDA", "ODP-SDA-006", "F5SDA445")


class World:
    """A store with catalogues, a technician, a leader, and one order."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.leader, self.admin = self.store.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> tuple[Person, Person]:
        create_first_catalogue(uow)
        uow.catalogue.put_sto(an_sto())
        uow.people.add(a_technician())
        stored_order(uow, "SC100001")
        leader = uow.people.add(a_person("Bagus", role=Role.TEAM_LEADER))
        return leader, uow.people.add(a_person("Admin", role=Role.ADMIN))

    def absent(self, uow: UnitOfWork, *rows: Sequence[str]) -> Requests:
        sheet = TableSheet(name="", rows=[("Ekspor WFM",), HEADER, *rows], header=1)
        columns = find_columns(sheet, COLUMNS)
        codes = uow.catalogue.provider_codes()
        meanings = {status: guess_meaning(status, codes) for status in statuses_in(sheet, columns)}
        lines = compare_orders(uow, sheet, columns, meanings, self.leader, WIB).never_requested
        return requests_of(uow, sheet, columns, lines, meanings)

    def plan(self, *rows: Sequence[str], by: Person | None = None) -> OrderPlan:
        return self.store.read(lambda uow: plan_requests(uow, self.absent(uow, *rows), by or self.leader, NOON, WIB))

    def make(self, *rows: Sequence[str], mark: str = "") -> WrittenTable | None:
        mark = mark or self.plan(*rows).mark
        return self.store.write(
            lambda uow: make_orders(uow, self.absent(uow, *rows), mark, "wfm.csv", self.leader, NOON, WIB)
        )[1]

    def order(self, number: str) -> Order:
        return self.store.read(lambda uow: next(iter(uow.orders.find(number))))


def test_what_is_not_here_is_made_as_an_import_would_make_it() -> None:
    world, other = World(), World()
    table = world.make(OPEN, DONE, HERE)
    assert table is not None
    assert table.added == 2
    sheet = TableSheet(
        name="",
        rows=[
            ("No. registrasi (SC)", "Status", "Diterima", "TGL PS", "Tipe order", "SN", "STO", "ODP", "Teknisi"),
            (OPEN[0], "", *OPEN[2:]),
            (DONE[0], "selesai", *DONE[2:]),
        ],
    )
    columns = find_columns(sheet, IMPORTED)
    mark = other.store.read(lambda uow: plan_orders(uow, sheet, columns, other.admin, NOON, WIB)).mark
    other.store.write(lambda uow: import_orders(uow, sheet, columns, mark, other.admin, NOON, WIB, "wfm.csv"))
    for row in (OPEN, DONE):
        assert world.order(row[0]) == evolve(other.order(row[0]), id=world.order(row[0]).id)
    assert (world.order("SC900001").phase, world.order("SC900002").phase) == (Phase.WAITING, Phase.COMPLETED)


def test_a_row_without_what_an_order_needs_is_said_and_not_made() -> None:
    world = World()
    plan = world.plan(OPEN, LACKS)
    assert [(row.place, row.verdict.value, sorted(row.errors)) for row in plan.rows] == [
        (2, "new", []),
        (3, "wrong", ["received_at", "type"]),
    ]
    table = world.make(OPEN, LACKS)
    assert table is not None
    assert table.added == 1


def test_times_of_the_provider_are_read_as_local_time() -> None:
    local = NOON.astimezone(WIB)
    received = (
        f"{local.day}/{local.month}/{local.year} {local.hour - 1}:30"  # half an hour ago here, in the future elsewhere
    )
    [row] = World().plan((*OPEN[:2], received, *OPEN[3:])).rows
    assert (row.verdict.value, row.errors) == ("new", {})


def test_made_orders_are_taken_back_as_a_whole() -> None:
    world = World()
    table = world.make(OPEN, DONE)
    assert table is not None
    assert world.store.write(
        lambda uow: take_back(uow, table.id, world.leader, after(9), reason="wfm.csv", zone="UTC")
    )[1]
    assert not world.store.read(lambda uow: uow.orders.find("SC900001"))
    assert world.plan(OPEN, DONE).count("new") == 2  # they can be made again


def test_nothing_is_made_when_the_rows_are_no_longer_those_of_the_page() -> None:
    world = World()
    mark = world.plan(OPEN, DONE).mark
    assert world.make(OPEN) is not None
    assert world.make(OPEN, DONE, mark=mark) is None


def test_making_orders_is_for_who_leads() -> None:
    world = World()
    helpdesk = world.store.write(lambda uow: uow.people.add(a_person("Rina")))
    with pytest.raises(NotPermitted):
        world.plan(OPEN, by=helpdesk)
