"""Tables in portions: each row once, whoever goes on; what changed meanwhile is named; what was written goes back."""

from collections.abc import Callable
from datetime import timedelta
from inspect import isawaitable
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from attrs import define, evolve, field

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenState, WrittenTable
from sikpro.application.reports.closing import count_month
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.tables.import_orders import order_work, plan_orders
from sikpro.application.use_cases.tables.import_rows import list_work, plan_import
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_work import OrderWork
from sikpro.application.use_cases.tables.portions import PORTION, Prepared
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.application.use_cases.tables.take_back import ORDERS, ask_take_back, plan_take_back
from sikpro.application.workers.table_writer import ATTEMPTS, TableWriter
from sikpro.domain.events import OrderDeleted
from sikpro.testing.builders import a_person
from sikpro.testing.transactions import InlineTransactions
from tests.unit.chat import NINE, ZONE, Phone, World

T = TypeVar("T")
HEADER = ("tipe", "sc", "sn", "sto", "odp", "kode teknisi", "status", "tgl order")
WIB = ZoneInfo(ZONE)
MANY = PORTION + 20


def row(number: int, day: str = "05/10/2026 08:00", status: str = "") -> tuple[str, ...]:
    return ("AO", f"SC{number}", f"ZTEGC{number:07d}", "SDA", "ODP-SDA-003", "F5SDA445", status, day)


ROWS = [row(100_000 + place) for place in range(MANY)]


@define
class Between(InlineTransactions):
    """Transactions that do something before a write, by the write's number counted from 1: the first is a claim."""

    before: dict[int, Callable[[], object]] = field(factory=dict)
    writes: int = 0

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do what is due before it, then the write."""
        self.writes += 1
        happens = self.before.get(self.writes, lambda: None)()
        if isawaitable(happens):
            await happens
        return self.transactions.write(work)


@define
class Desk:
    """A world with an admin who imports."""

    world: World = field(factory=World)

    def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do something in a transaction of its own."""
        return self.world.transactions.write(work)

    def imports(self, *rows: tuple[str, ...], decisions: Decisions = Decisions()) -> WrittenTable:  # noqa: B008  # frozen
        """Say yes to a table."""
        sheet, admin = TableSheet(name="", rows=[HEADER, *rows]), self.world.person("admin")
        columns = find_columns(sheet, COLUMNS)

        def work(uow: UnitOfWork) -> WrittenTable:
            mark = plan_orders(uow, sheet, columns, admin, NINE, WIB, decisions).mark
            good = order_work(uow, sheet, columns, mark, admin, NINE, WIB, decisions)[1]
            assert good
            return Prepared.of(good).begin(uow, ORDERS, "o.csv", admin, NINE)

        return self.do(work)

    def writer(self, before: dict[int, Callable[[], object]] | None = None, most: int = 30) -> TableWriter:
        """A worker that writes 30 rows at once."""
        transactions = Between(self.world.transactions, before or {})
        return TableWriter(transactions=transactions, clock=self.world.clock, zone=ZONE, most=most)

    def table(self, number: int = 1) -> WrittenTable:
        """How a table stands."""
        return self.world.transactions.read(lambda uow: uow.written_tables.get(number))

    def refused(self, number: int = 1) -> list[tuple[int, str, str]]:
        """The rows that were not written, with the code of the reason."""
        rows = self.world.transactions.read(lambda uow: uow.written_tables.refused(number))
        return [(row.number, row.name, row.error.code) for row in rows]

    def numbers(self, *, deleted: bool = False) -> list[str]:
        """The numbers of all orders."""
        which = OrderFilter(deleted=deleted)
        rows = self.world.transactions.read(
            lambda uow: uow.order_queries.page(which, sort=Sort.OLDEST, after=None, limit=999)
        )
        return sorted(row.number for row in rows)

    def asks_back(self, number: int = 1) -> bool:
        """Ask to take a table back."""
        admin = self.world.person("admin")
        return self.do(lambda uow: ask_take_back(uow, plan_take_back(uow, number, admin), admin, NINE))


WRITTEN = sorted(one[1] for one in ROWS)


async def test_a_large_table_is_kept_and_written_row_by_row_in_portions() -> None:
    desk = Desk()
    assert desk.imports(*ROWS).state is WrittenState.WAITING
    assert desk.numbers() == []
    writer = desk.writer()
    assert await writer.next()
    assert desk.numbers() == WRITTEN
    table = desk.table()
    assert (table.state, table.added, table.refused, table.work) == (WrittenState.WRITTEN, MANY, 0, None)
    rows = desk.world.transactions.read(lambda uow: uow.written_tables.rows(1))
    assert [one.name for one in rows] == [one[1] for one in ROWS]
    assert isinstance(writer.transactions, Between)
    assert writer.transactions.writes == 1 + -(-MANY // 30)
    assert not await writer.next()


async def test_a_small_table_is_written_at_once_and_leaves_nothing_to_do() -> None:
    desk = Desk()
    assert desk.imports(*ROWS[:PORTION]).state is WrittenState.WRITTEN
    assert not await desk.writer().next()


def dies() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_a_worker_that_dies_before_any_portion_leaves_the_rest_to_the_next(at: int) -> None:
    desk = Desk()
    desk.imports(*ROWS)
    with pytest.raises(KeyboardInterrupt):
        await desk.writer({at: dies}).next()
    assert len(desk.numbers()) == max(0, at - 2) * 30
    desk.world.clock.later(timedelta(minutes=1))
    assert await desk.writer().next()
    assert desk.numbers() == WRITTEN
    assert desk.table().added == MANY


async def test_a_store_that_is_away_is_no_fault_and_the_next_claim_goes_on() -> None:
    desk = Desk()
    desk.imports(*ROWS)

    def away() -> None:
        raise StorageUnavailable("away")

    with pytest.raises(StorageUnavailable):
        await desk.writer({3: away}).next()
    assert (desk.table().state, desk.table().added) == (WrittenState.WRITING, 30)
    desk.world.clock.later(timedelta(minutes=1))
    await desk.writer().next()
    assert desk.numbers() == WRITTEN


async def test_the_worker_that_comes_back_late_writes_nothing_twice() -> None:
    desk = Desk()
    desk.imports(*ROWS)

    async def somebody_else() -> None:
        desk.world.clock.later(timedelta(minutes=1))
        assert await desk.writer().next()

    assert await desk.writer({3: somebody_else}).next()
    assert desk.numbers() == WRITTEN
    assert (desk.table().state, desk.table().added) == (WrittenState.WRITTEN, MANY)


async def test_what_somebody_registered_meanwhile_is_refused_by_name_and_all_others_are_written() -> None:
    desk = Desk()
    desk.imports(*ROWS)

    def by_chat() -> None:
        Phone(desk.world, 1).says("/reg AO#SC100065#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")

    await desk.writer({3: by_chat}).next()
    assert desk.refused() == [(67, "SC100065", "order.duplicate")]
    assert desk.numbers() == WRITTEN
    table = desk.table()
    assert (table.state, table.added, table.refused) == (WrittenState.WRITTEN, MANY - 1, 1)


def close_october(desk: Desk) -> None:
    desk.do(lambda uow: count_month(uow, "2026-10", None, NINE, ZONE)(uow))


async def test_a_month_closed_in_the_middle_refuses_its_rows_unless_somebody_said_yes() -> None:
    desk = Desk()
    desk.imports(*ROWS[:60], *(row(200_000 + place, "02/11/2026 08:00") for place in range(10)))
    await desk.writer({3: lambda: close_october(desk)}).next()
    assert {code for *_, code in desk.refused()} == {"import.month_closed"}
    assert (desk.table().added, desk.table().refused) == (40, 30)

    desk = Desk()
    desk.imports(*ROWS, decisions=Decisions(closed_months=True))
    await desk.writer({3: lambda: close_october(desk)}).next()
    assert (desk.table().added, desk.refused()) == (MANY, [])


async def test_a_row_that_is_read_otherwise_than_it_was_shown_is_not_guessed() -> None:
    desk = Desk()
    sheet = [(*HEADER, "dikerjakan oleh"), *((*one[:6], "OGP", one[7], "Rina") for one in ROWS)]

    def imports(uow: UnitOfWork) -> WrittenTable:
        table, admin = TableSheet(name="", rows=sheet), desk.world.person("admin")
        columns = find_columns(table, COLUMNS)
        mark = plan_orders(uow, table, columns, admin, NINE, WIB).mark
        work = order_work(uow, table, columns, mark, admin, NINE, WIB)[1]
        assert work
        return Prepared.of(work).begin(uow, ORDERS, "o.csv", admin, NINE)

    desk.do(imports)

    def rina_leaves() -> None:
        rina = desk.world.person("rina")
        desk.do(lambda uow: uow.people.save(evolve(rina, active=False)))

    await desk.writer({3: rina_leaves}).next()
    assert {code for *_, code in desk.refused()} == {"import.changed"}
    assert (desk.table().added, desk.table().refused) == (30, MANY - 30)


async def test_rows_of_one_table_are_compared_with_each_other_once_when_all_of_them_are_judged() -> None:
    desk = Desk()
    twice = row(400_000, status="Batal"), row(400_000, day="06/10/2026", status="Batal")
    desk.imports(twice[0], *ROWS, twice[1])
    await desk.writer().next()
    assert (desk.table().added, desk.refused()) == (MANY + 2, [])


async def test_two_tables_are_written_one_after_the_other() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    desk.imports(*(row(300_000 + place) for place in range(MANY)))
    writer = desk.writer()
    assert await writer.next()
    assert (desk.table(1).state, desk.table(2).state) == (WrittenState.WRITTEN, WrittenState.WAITING)
    assert await writer.next()
    assert desk.table(2).state is WrittenState.WRITTEN


async def test_a_fault_of_the_program_stops_that_table_and_what_was_written_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    desk.imports(*ROWS)
    desk.imports(*(row(300_000 + place) for place in range(MANY)))

    def faulty() -> None:
        raise ZeroDivisionError

    writer = desk.writer({3: faulty})
    assert await writer.next()
    table = desk.table()
    assert (table.state, table.error, table.added) == (WrittenState.STOPPED, "internal", 30)
    assert await writer.next(), "the other table does not wait for it"
    assert desk.table(2).state is WrittenState.WRITTEN

    assert desk.asks_back()
    assert await desk.writer().next()
    assert desk.table().state is WrittenState.TAKEN_BACK
    assert desk.numbers(deleted=True) == WRITTEN[:30]


async def test_the_fault_of_a_worker_that_comes_back_late_stops_nothing() -> None:
    desk = Desk()
    desk.imports(*ROWS)

    async def hangs_and_fails() -> None:
        desk.world.clock.later(timedelta(minutes=1))
        with pytest.raises(KeyboardInterrupt):
            await desk.writer({3: dies}).next()
        raise ZeroDivisionError

    assert await desk.writer({3: hangs_and_fails}).next()
    assert (desk.table().state, desk.table().added) == (WrittenState.WRITING, 60)
    desk.world.clock.later(timedelta(minutes=1))
    assert await desk.writer().next()
    assert desk.numbers() == WRITTEN


async def test_a_table_that_ends_every_process_is_stopped() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    for _ in range(ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            await desk.writer({2: dies}).next()
        desk.world.clock.later(timedelta(minutes=1))
    assert await desk.writer().next()
    assert (desk.table().state, desk.table().error) == (WrittenState.STOPPED, "lost")


async def test_a_large_table_goes_back_in_portions_and_may_be_imported_again() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    await desk.writer().next()
    assert desk.asks_back()
    assert not desk.asks_back()
    with pytest.raises(KeyboardInterrupt):
        await desk.writer({3: dies}).next()
    assert len(desk.numbers(deleted=True)) == 30
    desk.world.clock.later(timedelta(minutes=1))
    await desk.writer().next()
    table = desk.table()
    assert (table.state, table.returned, table.kept) == (WrittenState.TAKEN_BACK, MANY, 0)
    assert (desk.numbers(), desk.numbers(deleted=True)) == ([], WRITTEN)
    deleted = desk.do(lambda uow: uow.journal.of_order(1)[-1].event)
    assert isinstance(deleted, OrderDeleted)
    assert deleted.reason == "Ditarik kembali bersama tabelnya: o.csv"
    desk.imports(*ROWS)
    await desk.writer().next()
    assert (desk.table(2).added, desk.numbers()) == (MANY, WRITTEN)


async def test_a_row_touched_while_the_table_goes_back_is_named_and_stays() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    await desk.writer().next()
    assert desk.asks_back()
    await desk.writer({3: lambda: desk.world.takes(number="SC100003")}).next()
    table = desk.table()
    assert (table.state, table.returned, table.kept) == (WrittenState.TAKEN_BACK, MANY - 1, 1)
    assert desk.numbers() == ["SC100003"]
    kept = desk.do(lambda uow: [(one.name, one.kept.code) for one in uow.written_tables.rows(1) if one.kept])
    assert kept == [("SC100003", "taken_back.touched")]


async def test_a_touched_row_keeps_the_whole_table_from_the_start() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    await desk.writer().next()
    desk.world.takes(number="SC100003")
    assert not desk.asks_back()
    assert desk.table().state is WrittenState.WRITTEN


async def test_an_order_deleted_by_hand_is_none_that_came_back_with_its_table() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    await desk.writer().next()
    assert desk.asks_back()
    bagus, order = desk.world.person("bagus"), desk.world.order("SC100003")

    def remove() -> None:
        desk.do(lambda uow: delete_order(uow, order.id, bagus, NINE, reason="salah", zone=ZONE))

    await desk.writer({3: remove}).next()
    assert desk.do(lambda uow: uow.written_tables.taken_back(ORDERS, [str(order.id)])) == frozenset()


async def test_nobody_gets_a_message_and_the_journal_says_what_was_written() -> None:
    desk = Desk()
    desk.imports(*ROWS)
    await desk.writer().next()

    def seen(uow: UnitOfWork) -> tuple[int, list[dict[str, str]]]:
        assert isinstance(uow, MemoryUnitOfWork)
        notes = [dict(note.data) for note in uow.state.notes.values() if note.kind == "orders_imported"]
        return len(uow.state.outbox), notes

    assert desk.do(seen) == (0, [{"new": str(MANY), "double": "0", "wrong": "0"}])


def test_the_rows_to_write_are_the_same_after_they_were_kept() -> None:
    desk = Desk()
    sheet, admin = TableSheet(name="", rows=[HEADER, *ROWS]), desk.world.person("admin")
    columns, decisions = find_columns(sheet, COLUMNS), Decisions(helpdesks={"Rina": 4}, other_sto=True)

    def work(uow: UnitOfWork) -> OrderWork:
        mark = plan_orders(uow, sheet, columns, admin, NINE, WIB, decisions).mark
        found = order_work(uow, sheet, columns, mark, admin, NINE, WIB, decisions)[1]
        assert found
        return found

    found = desk.do(work)
    assert OrderWork.unpacked(found.packed()) == found


def people_of(desk: Desk) -> dict[str, str]:
    everybody = desk.do(lambda uow: uow.people.all())
    return {one.technician_code: one.phone for one in everybody if one.technician_code}


CREW = [(f"F5SDA{5000 + place}", f"Orang {place}", f"0812{7000000 + place}") for place in range(MANY)]


def imports_people(desk: Desk, *rows: tuple[str, ...]) -> WrittenTable:
    table, admin = [("kode teknisi", "nama", "no hp"), *rows], desk.world.person("admin")

    def work(uow: UnitOfWork) -> WrittenTable:
        mark = plan_import(uow, LISTS["people"], table, admin).mark
        good = list_work(uow, LISTS["people"], table, mark, admin)[1]
        assert good
        return Prepared.of(good).begin(uow, "people", "kru.csv", admin, NINE)

    return desk.do(work)


async def test_a_large_list_is_written_and_taken_back_in_portions_too() -> None:
    desk = Desk()
    before = people_of(desk)
    given = [("F5SDA445", "", "081277777777"), *CREW[:30], ("F5TUN446", "", "081288888888"), *CREW[30:]]
    assert imports_people(desk, *given).state is WrittenState.WAITING
    with pytest.raises(KeyboardInterrupt):
        await desk.writer({3: dies}).next()
    assert len(people_of(desk)) == len(before) + 29
    desk.world.clock.later(timedelta(minutes=1))
    await desk.writer().next()
    table = desk.table()
    assert (table.state, table.added, table.changed, table.refused) == (WrittenState.WRITTEN, MANY, 2, 0)
    assert len(people_of(desk)) == len(before) + MANY

    assert desk.asks_back()
    await desk.writer().next()
    assert (desk.table().state, people_of(desk)) == (WrittenState.TAKEN_BACK, before)


async def test_a_person_changed_meanwhile_is_not_overwritten_and_a_number_given_away_is_refused() -> None:
    desk = Desk()
    imports_people(desk, *CREW[:60], ("F5TUN446", "", "081288888888"), ("F5MRT447", "", "081299999999"))

    def meanwhile(uow: UnitOfWork) -> None:
        agus = uow.people.by_code("F5TUN446")
        assert agus
        uow.people.save(evolve(agus, phone="6281255555555"))
        uow.people.add(a_person("Lain", username="lain", phone="6281299999999"))

    await desk.writer({3: lambda: desk.do(meanwhile)}).next()
    assert desk.refused() == [(62, "Agus", "import.changed"), (63, "F5MRT447", "already_used.by")]
    assert people_of(desk)["F5TUN446"] == "6281255555555"
    assert desk.table().added == 60
