"""Orders from a table: what every row would do, all of them or none, and nothing twice."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from attrs import astuple, evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.i18n import LANGUAGES, sentences
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.tables.import_orders import import_orders, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_plan import OrderPlan, RowNote, RowVerdict
from sikpro.application.use_cases.tables.table_columns import (
    best_sheet,
    date_columns,
    find_columns,
    header_of,
    header_place,
    missing_columns,
    read_moment,
    texts_of,
    unused_headings,
)
from sikpro.domain.disturbance import Disturbance, Scope
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import InvalidValue, NotPermitted
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Person, Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import CANCELLED, NOON, a_person, a_technician, after, an_sto, coded, stored_order

WIB = ZoneInfo("Asia/Jakarta")
HEADER = (
    "Tipe order",
    "No. registrasi (SC)",
    "SN modem",
    "STO",
    "ODP",
    "Kode teknisi",
    "Diterima",
    "Status",
    "Catatan",
)
GOOD = ("AO", "SC100001", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445", "2026-10-05", "", "")


def sheet(*rows: Sequence[str], header: Sequence[str] = HEADER) -> TableSheet:
    return TableSheet(name="Order", rows=[header, *rows])


def row(number: str, **cells: str) -> tuple[str, ...]:
    places = {"type": 0, "serial": 2, "sto": 3, "odp": 4, "technician": 5, "received": 6, "status": 7, "note": 8}
    changed = {places[name]: text for name, text in cells.items()} | {1: number}
    return tuple(changed.get(place, text) for place, text in enumerate(GOOD))


class World:
    """A store with catalogues, a technician and an admin."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.admin = self.store.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> Person:
        create_first_catalogue(uow)
        uow.catalogue.put_sto(an_sto())
        uow.people.add(a_technician(telegram_id=700))
        return uow.people.add(a_person("Admin", role=Role.ADMIN))

    def plan(self, table: TableSheet) -> OrderPlan:
        columns = find_columns(table, COLUMNS)
        return self.store.read(lambda uow: plan_orders(uow, table, columns, self.admin, NOON, WIB))

    def apply(self, table: TableSheet, mark: str = "") -> tuple[OrderPlan, bool]:
        columns, mark = find_columns(table, COLUMNS), mark or self.plan(table).mark
        plan, written = self.store.write(
            lambda uow: import_orders(uow, table, columns, mark, self.admin, NOON, WIB, "Impor: order.xlsx")
        )
        return plan, written is not None

    def orders(self) -> tuple[OrderRow, ...]:
        return self.store.read(
            lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=99)
        )


def verdicts(plan: OrderPlan) -> list[str]:
    return [one.verdict.value for one in plan.rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_found_in_either_language_and_by_what_technicians_call_them(language: str) -> None:
    own = sheet(header=[sentences(language)[column.heading] for column in COLUMNS])
    assert sorted(find_columns(own, COLUMNS)) == list(range(len(COLUMNS)))
    field_words = sheet(header=["jenis order", "NO. SC", "sn ont", "workzone", "nama odp", "teknisi"])
    assert missing_columns(find_columns(field_words, COLUMNS), COLUMNS) == []
    assert [one.name for one in missing_columns(find_columns(sheet(header=["SC", "x"]), COLUMNS), COLUMNS)] == [
        *("type", "serial", "sto", "odp", "technician")
    ]


def test_every_row_is_judged_as_the_bot_would_and_nothing_is_written() -> None:
    world = World()
    world.store.write(lambda uow: stored_order(uow, "SC100009"))
    table = sheet(
        row("SC100001"),
        row("SC100009"),
        row("SC100001", serial="ZTEG00000001"),
        (),
        row("SC10000X", serial="12", technician="F5SDA999", received="kemarin", status="Entah"),
        row("SC100002", odp="ODP-SPJ-001"),
        row("SC100003", received="2026-11-03"),
        row("SC100004", status="ogp"),
    )
    plan = world.plan(table)
    assert verdicts(plan) == ["new", "double", "double", "wrong", "wrong", "wrong", "new"]
    assert plan.rows[6].notes == (RowNote.NO_ACTION, RowNote.REQUEUED)
    assert (plan.rows[1].order_id, plan.rows[1].duplicate_of) == (1, None)
    assert (plan.rows[2].order_id, plan.rows[2].duplicate_of) == (None, 1)
    codes = [{name: error.code for name, error in one.errors.items()} for one in plan.rows[3:]]
    assert codes == [
        {
            "registration_number": "registration_number.shape",
            "serial": "serial.length",
            "technician": "technician.unknown",
            "received_at": "moment.shape",
            "status": "status.unknown",
        },
        {"odp": "odp.other_sto"},
        {"received_at": "moment.future"},
        {},
    ]
    assert len(world.orders()) == 1


def test_good_rows_become_orders_in_their_status_with_a_journal_and_nobody_is_told() -> None:
    world = World()
    plan, done = world.apply(
        sheet(
            row("SC100001", received="02/11/2026 08.15", note="pagar hijau"),
            row("SC100002", status="Selesai (PS)", received="02/11/2026 09.15"),
            row("SC100003", status="ODP full", received="02/11/2026 10.15"),
            row("SC100004", status="batal", received="02/11/2026 11.15"),
            row("salah"),
        )
    )
    assert (done, plan.count(RowVerdict.NEW), plan.noted(RowNote.FINAL)) == (True, 4, 2)
    first, *others = world.orders()
    assert (first.number, first.texts["note"], first.channel) == ("SC100001", "pagar hijau", Channel.IMPORT)
    assert first.received_at == datetime(2026, 11, 2, 1, 15, tzinfo=UTC)
    assert [(one.phase, one.helpdesk) for one in others] == [
        (Phase.COMPLETED, None),
        (Phase.HELD_UP, None),
        (Phase.CANCELLED, None),
    ]
    assert [(one.first_action_at, one.finished_at, one.spent) for one in others] == [(None, None, {})] * 3

    def told(uow: UnitOfWork) -> list[list[str]]:
        return [[type(entry.event).__name__ for entry in uow.journal.of_order(one.id)] for one in (first, *others)]

    assert world.store.read(told) == [["OrderImported"]] * 4


def test_open_orders_of_a_table_join_disturbances_and_nobody_gets_a_message() -> None:
    world = World()
    feeder = Disturbance(
        id=0,
        scope=Scope.FEEDER,
        place="SDA-FAB",
        status="",
        text="putus",
        declared_by=world.admin.id,
        declared_at=NOON,
    )
    feeder = world.store.write(lambda uow: uow.disturbances.add(feeder))
    world.apply(
        sheet(
            row("SC100001", odp="ODP-SDA-FAB/12"),
            row("SC100002", status="ODP penuh"),
            row("SC100003", status="Batal", odp="ODP-SDA-FAB/12"),
        )
    )
    tied = world.store.read(lambda uow: uow.disturbances.orders(feeder.id))
    assert [(one.order_id, one.moved) for one in tied] == [(world.orders()[0].id, False)]
    assert not any(world.store.read(lambda uow: uow.outbox.counts()).values()), "the page says that nobody is messaged"


def test_the_same_file_again_changes_nothing_whatever_became_of_its_orders() -> None:
    world = World()
    table = sheet(row("SC100001"), row("SC100002", status="batal"), row("SC100003"))
    world.apply(table)
    world.store.write(lambda uow: delete_order(uow, 3, world.admin, after(1), reason="keliru", zone="UTC"))
    assert verdicts(world.plan(table)) == ["double"] * 3
    assert world.apply(table)[1]
    assert [one.number for one in world.orders()] == ["SC100001", "SC100002"]


def test_what_changed_since_the_preview_is_shown_anew_and_nothing_is_written() -> None:
    world = World()
    table = sheet(row("SC100001"), row("SC100002"))
    mark = world.plan(table).mark
    world.store.write(lambda uow: stored_order(uow, "SC100002"))
    plan, done = world.apply(table, mark)
    assert (done, verdicts(plan), len(world.orders())) == (False, ["new", "double"], 1)


def test_orders_are_never_moved_to_today_without_a_word() -> None:
    world = World()
    undated = sheet(GOOD[:6], header=HEADER[:6])
    columns = find_columns(undated, COLUMNS)

    def plan(columns: dict[int, str], received_now: bool) -> OrderPlan:
        return world.store.read(
            lambda uow: plan_orders(uow, undated, columns, world.admin, NOON, WIB, Decisions(received_now=received_now))
        )

    def apply(uow: UnitOfWork) -> None:
        import_orders(uow, undated, columns, plan(columns, True).mark, world.admin, NOON, WIB, "x")

    with pytest.raises(InvalidValue, check=coded("import.no_date")):
        plan(columns, False)
    with pytest.raises(InvalidValue, check=coded("import.no_date")):
        world.store.write(apply)
    with pytest.raises(InvalidValue, check=coded("import.two_dates")):
        plan(columns | {6: "received_at"}, True)
    assert verdicts(plan(columns, True)) == ["new"]
    assert world.orders() == ()


def test_a_row_without_a_date_in_a_table_that_has_dates_is_refused_by_its_cell() -> None:
    plan = World().plan(sheet(row("SC100001", received=""), row("SC100002", received="2026-10-05")))
    assert verdicts(plan) == ["wrong", "new"]
    assert [error.code for error in plan.rows[0].errors.values()] == ["moment.missing"]


@pytest.mark.parametrize(
    "heading", ["TGL ORDER", "TGL", "Tanggal", "tgl. input", "TGL MASUK", "ORDER DATE", "Created", "WAKTU ORDER"]
)
def test_whatever_people_call_the_date_it_is_known(heading: str) -> None:
    assert find_columns(sheet(header=["SC", heading]), COLUMNS)[1] == "received_at"


def test_a_column_that_looks_like_the_date_is_proposed_by_its_heading_or_its_cells() -> None:
    table = sheet(
        ("SC100001", "05/10/2026", "x", "2026-10-06", "08/10/2026", "20261005", "a"),
        ("SC100002", "", "y", "2026-10-07", "09/10/2026", "20261006", ""),
        header=["SC", "kapan", "Tgl. order masuk (WIB)", "z", "TGL PS", "angka", ""],
    )
    assert date_columns(table, {0: "registration_number"}) == [1, 2, 3]
    assert unused_headings(table, {0: "registration_number", 1: "received_at"}) == [
        *("Tgl. order masuk (WIB)", "z", "TGL PS", "angka")
    ]


def test_an_import_is_an_admins() -> None:
    world = World()
    helpdesk = world.store.write(lambda uow: uow.people.add(a_person("Rina")))
    with pytest.raises(NotPermitted):
        world.store.read(lambda uow: plan_orders(uow, sheet(GOOD), {}, helpdesk, NOON, WIB))


def test_a_plan_is_the_same_after_it_was_kept() -> None:
    plan = World().plan(sheet(row("SC100001"), row("SC100001"), row("x", serial="12")))
    again = OrderPlan.unpacked(plan.packed())
    assert again.packed() == plan.packed()
    assert [one.errors["serial"].params for one in again.rows[2:]] == [plan.rows[2].errors["serial"].params]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-02T08:15:00", (1, 15)),
        ("2026-11-02 08:15", (1, 15)),
        ("2/11/2026 08.15", (1, 15)),
        ("02-11-2026, 08:15:30", (1, 15)),
        ("2026-11-02T08:15+08:00", (0, 15)),
    ],
)
def test_a_time_is_read_as_it_is_written_in_the_zone_of_the_installation(text: str, utc: tuple[int, int]) -> None:
    moment = read_moment(text, WIB)
    assert (moment.date(), moment.hour, moment.minute) == (NOON.date(), *utc)


@pytest.mark.parametrize("text", ["", "kemarin", "31/02/2026", "4500.5", "0001-01-01", "2026-11-02 25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_moment(text, WIB)


def test_what_a_spreadsheet_made_of_a_number_or_a_code_is_refused_by_its_cell() -> None:
    plan = World().plan(
        sheet(
            row("3,22326E+11"), row("SC100001", technician="3-Jan"), row("SC100002", serial="4.85754E+15", odp="1E+05")
        )
    )
    assert [{name: error.code for name, error in one.errors.items()} for one in plan.rows] == [
        {"registration_number": "cell.shortened"},
        {"technician": "cell.date"},
        {"serial": "cell.shortened", "odp": "cell.shortened"},
    ]


def test_a_heading_as_long_as_a_cell_may_be_names_no_column_and_is_not_compared() -> None:
    assert find_columns(sheet(header=["SC", f"SN{' ' * 30_000}", "S N"]), COLUMNS) == {
        0: "registration_number",
        2: "serial",
    }


def test_an_import_is_noted_with_its_file_and_what_became_of_its_rows() -> None:
    world = World()
    world.apply(sheet(row("SC100001"), row("SC100001"), row("x")))

    def notes(uow: UnitOfWork) -> list[tuple[object, ...]]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [astuple(note) for note in uow.state.notes.values()]

    counts = (("new", "1"), ("double", "1"), ("wrong", "1"))
    assert world.store.read(notes) == [("orders_imported", "Impor: order.xlsx", world.admin.id, NOON, counts)]


def test_by_number_and_type_an_order_of_another_type_is_no_double() -> None:
    world = World()
    mode = DuplicateMode.NUMBER_AND_TYPE
    world.store.write(lambda uow: uow.installation.put(evolve(uow.installation.get(), duplicate_mode=mode)))
    rows = [row("SC100001"), row("SC100001", type="MO"), row("SC100001", type="MO")]
    assert verdicts(world.plan(sheet(*rows))) == ["new", "new", "double"]
    world.apply(sheet(*rows))
    assert verdicts(world.plan(sheet(*rows, row("SC100001", type="PDA")))) == [*["double"] * 3, "new"]


def test_a_cancelled_order_holds_no_place_but_a_cancelled_row_is_none_of_its_own_beside_it() -> None:
    world = World()

    def cancelled(uow: UnitOfWork) -> None:
        for number in ("SC100001", "SC100002"):
            stored_order(uow, number, status=CANCELLED)
        delete_order(uow, 2, world.admin, NOON, reason="x", zone="UTC")

    world.store.write(cancelled)
    rows = [row("SC100001"), row("SC100001", status="batal")]
    assert [verdicts(world.plan(sheet(one))) for one in rows] == [["new"], ["double"]]
    assert verdicts(world.plan(sheet(row("SC100002", status="batal")))) == ["new"]


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"received": " "}, {"received_at": ("moment.missing", "")}),
        ({"received": " 31/02/2026  08.00 "}, {"received_at": ("moment.shape", "31/02/2026 08.00")}),
        ({"received": "1999-12-31"}, {"received_at": ("moment.shape", "1999-12-31")}),
        ({"received": "2099-12-31"}, {"received_at": ("moment.future", "2099-12-31")}),
        ({"status": "Entah"}, {"status": ("status.unknown", "Entah")}),
        ({"type": "AOO", "sto": "SDAA"}, {"type": ("type.unknown", "AOO"), "sto": ("sto.shape", "SDAA")}),
        ({"sto": "TUN", "odp": "ODP-TUN-001"}, {"sto": ("sto.unknown", "TUN")}),
        ({"technician": "F5SDA444"}, {"technician": ("technician.unknown", "F5SDA444")}),
        ({"odp": "ODP-SPJ-001"}, {"odp": ("odp.other_sto", "ODP-SPJ-001")}),
        ({"serial": " "}, {"serial": ("field.missing", "")}),
    ],
)
def test_a_wrong_cell_is_said_with_what_stands_in_it(cells: dict[str, str], wrong: dict[str, tuple[str, str]]) -> None:
    (judged,) = World().plan(sheet(row("SC100001", **cells))).rows
    assert {name: (error.code, error.params["typed"]) for name, error in judged.errors.items()} == wrong


def test_what_was_probably_meant_is_said_beside_what_nobody_knows() -> None:
    cells = {"type": "AOO", "technician": "F5SDA444"}
    (judged,) = World().plan(sheet(row("SC100001", **cells))).rows
    assert [error.params["suggestion"] for error in judged.errors.values()] == ["AO", "F5SDA445"]


def test_a_heading_may_be_as_long_as_it_may_be() -> None:
    longest = f"SC{' ' * 198}"
    assert find_columns(sheet(header=[longest]), COLUMNS) == {0: "registration_number"}
    assert find_columns(sheet(header=[longest + " "]), COLUMNS) == {}


def test_the_sheet_with_most_headings_is_proposed_and_of_two_alike_the_first() -> None:
    poor, rich = sheet(header=["SC", "x"]), sheet(header=["SC", "SN"])
    assert [best_sheet(sheets, COLUMNS) for sheets in ((poor, rich, rich), (rich, poor), (poor, poor))] == [1, 0, 0]


def test_a_header_stands_in_the_first_row_that_is_not_empty_and_a_short_row_has_empty_cells() -> None:
    table = TableSheet(name="", rows=[[], ["", ""], ["SC", "SN"], ["SC100001"]])
    assert (header_place(table), list(header_of(table))) == (2, ["SC", "SN"])
    assert list(header_of(TableSheet(name="", rows=[]))) == []
    assert texts_of(table.rows[3], {0: "registration_number", 1: "serial"}) == {
        "registration_number": "SC100001",
        "serial": "",
    }


def test_an_order_that_came_in_this_very_moment_is_not_of_the_future() -> None:
    assert verdicts(World().plan(sheet(row("SC100001", received=NOON.isoformat())))) == ["new"]
