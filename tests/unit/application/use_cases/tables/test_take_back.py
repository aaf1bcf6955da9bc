"""What a table wrote is taken back as a whole, or not at all: as long as nothing else has touched a row."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.fields import FIELDS
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.tables.import_orders import import_orders, plan_orders
from sikpro.application.use_cases.tables.import_rows import import_rows, plan_import
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_plan import OrderPlan, RowVerdict
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.application.use_cases.tables.take_back import (
    TakeBackPlan,
    may_take_back,
    plan_take_back,
    record_changed,
    record_rows,
    take_back,
)
from sikpro.domain.errors import NotPermitted
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Person, Role
from sikpro.testing.builders import COMPLETED, a_person, an_access_request, stored_order
from tests.unit.chat import NINE, WHOLE, ZONE, World

Table = Sequence[Sequence[str]]
LATER = NINE.replace(hour=6)
WIB = ZoneInfo(ZONE)


@pytest.fixture
def world() -> World:
    return World()


def write(world: World, name: str, *table: Sequence[str]) -> int:
    admin = world.person("admin")

    def work(uow: UnitOfWork) -> int:
        mark = plan_import(uow, LISTS[name], table, admin).mark
        written = import_rows(uow, LISTS[name], table, mark, admin, NINE, "kru.xlsx")[1]
        assert written
        return written.id

    return world.transactions.write(work)


def back(world: World, table: int, username: str = "admin") -> tuple[TakeBackPlan, bool]:
    by = world.person(username)
    return world.transactions.write(lambda uow: take_back(uow, table, by, LATER, reason="salah file", zone=ZONE))


def rows(world: World, name: str) -> list[dict[str, str]]:
    return world.transactions.read(lambda uow: [dict(row) for row in LISTS[name].rows(uow)])


PEOPLE = (
    ("kode teknisi", "nama", "no hp", "aktif", "username", "role"),
    ("F5SDA445", "Budi Santoso", "0812 3456 789", "", "", ""),
    ("F5TUN446", "", "", "tidak", "", ""),
    ("F5SDA900", "Wayan", "0812 1111 111", "", "", ""),
    ("", "Rina Wati", "", "", "rina", "Team leader"),
)


def test_people_are_as_they_were_and_the_record_says_who_took_the_table_back(world: World) -> None:
    before = rows(world, "people")
    table = write(world, "people", *PEOPLE)
    assert rows(world, "people") != before
    plan, done = back(world, table)
    assert (done, plan.touched, plan.table.added, plan.table.changed) == (True, [], 1, 3)
    assert rows(world, "people") == before
    kept = world.transactions.read(lambda uow: uow.written_tables.get(table))
    assert (kept.source, kept.taken_back_by, kept.taken_back_at) == ("kru.xlsx", world.person("admin").id, LATER)

    def notes(uow: UnitOfWork) -> list[tuple[str, str]]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [(note.kind, note.subject) for note in uow.state.notes.values()]

    assert ("table_taken_back", "kru.xlsx") in world.transactions.read(notes)
    assert back(world, table)[1] is False
    assert rows(world, "people") == before


def changed(uow: UnitOfWork) -> None:
    uow.people.save(evolve(uow.people.get(1), language="en"))


def ordered(uow: UnitOfWork) -> None:
    stored_order(uow, technician="F5SDA900")


def requested(uow: UnitOfWork) -> None:
    wayan = uow.people.by_code("F5SDA900")
    assert wayan
    uow.access_requests.put(evolve(an_access_request(801), matched_person=wayan.id))


def number_given_away(uow: UnitOfWork) -> None:
    uow.people.add(a_person("Lain", username="lain", phone="628999999999"))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (changed, "taken_back.touched"),
        (ordered, "in_use"),
        (requested, "taken_back.needed"),
        (number_given_away, "already_used.by"),
    ],
)
def test_one_touched_person_keeps_the_whole_table(world: World, step: Callable[[UnitOfWork], None], said: str) -> None:
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(1), phone="628999999999")))
    table = write(world, "people", *PEOPLE)
    world.transactions.write(step)
    written = rows(world, "people")
    plan, done = back(world, table)
    assert (done, [one.error.code for one in plan.touched]) == (False, [said])
    assert rows(world, "people") == written


def test_numbers_that_a_table_exchanged_go_back_to_their_owners(world: World) -> None:
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(1), phone="6281111111111")))
    before = rows(world, "people")
    header = ("kode teknisi", "no hp")
    table = write(world, "people", header, ("F5SDA445", "082222222222"), ("F5TUN446", "081111111111"))
    assert rows(world, "people") != before
    assert back(world, table)[1]
    assert rows(world, "people") == before


def test_an_admin_cannot_take_back_what_made_the_last_admin(world: World) -> None:
    header = ("username", "nama", "role")
    table = write(world, "people", header, ("dua", "Dua", "Admin"), ("rina", "", "Admin"))
    admin = world.person("admin")
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(admin.id), role=Role.HELPDESK)))
    plan, done = back(world, table, "rina")
    assert (done, [one.error.code for one in plan.touched]) == (False, ["last_one.admin"])


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("stos", [("kode", "nama", "SO"), ("GSK", "Gresik", "MJK"), ("SDA", "Kota", "MJK")]),
        ("site-operations", [("kode", "nama", "aktif"), ("GSK", "Gresik", ""), ("SDA", "Kota", "tidak")]),
        ("makers", [("kode", "nama"), ("ABCD", "Abece"), ("ZTEG", "ZTE Corp")]),
        ("provider-codes", [("kode", "arti"), ("QC LULUS", "finished"), ("work-fail", "left_out")]),
        ("statuses", [("kode", "nama indonesia", "urutan"), ("odp_penuh", "ODP sesak", "77")]),
        ("order-types", [("kode", "batas selesai", "nama inggris"), ("AO", "80:30", "Fresh")]),
        ("targets", [("bulan", "sto", "target", "hari kerja"), ("2026-11", "SDA", "250", "25")]),
    ],
)
def test_each_list_is_as_it_was(world: World, name: str, table: Table) -> None:
    before = rows(world, name)
    written = write(world, name, *table)
    assert rows(world, name) != before
    assert back(world, written)[1]
    assert rows(world, name) == before


def test_a_new_site_operation_stays_while_a_later_table_needs_it(world: World) -> None:
    first = write(world, "site-operations", ("kode", "nama"), ("GSK", "Gresik"))
    second = write(world, "stos", ("kode", "nama", "SO"), ("GSK", "Gresik", "GSK"))
    plan, done = back(world, first)
    assert (done, [one.error.code for one in plan.touched]) == (False, ["in_use.site_operation"])
    assert back(world, second)[1]
    assert back(world, first)[1]


def test_of_two_tables_about_one_row_only_the_later_can_be_taken_back_first(world: World) -> None:
    before = rows(world, "stos")
    first = write(world, "stos", ("kode", "nama"), ("SDA", "Kota"))
    second = write(world, "stos", ("kode", "nama"), ("SDA", "Kota Delta"))
    assert back(world, first)[1] is False
    assert back(world, second)[1]
    assert back(world, first)[1]
    assert rows(world, "stos") == before


HEADER = ("tipe", "sc", "sn", "sto", "odp", "kode teknisi", "status")
ORDERS = (
    HEADER,
    ("AO", "SC100001", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445", ""),
    ("AO", "SC100002", "ZTEGC6754547", "SDA", "ODP-SDA-003", "F5SDA445", "selesai"),
)


def plan(world: World, *table: Sequence[str]) -> OrderPlan:
    sheet = TableSheet(name="", rows=table)
    columns, admin = find_columns(sheet, COLUMNS), world.person("admin")
    return world.transactions.read(
        lambda uow: plan_orders(uow, sheet, columns, admin, NINE, WIB, Decisions(received_now=True))
    )


def write_orders(world: World) -> int:
    sheet, admin = TableSheet(name="", rows=ORDERS), world.person("admin")
    columns = find_columns(sheet, COLUMNS)
    mark = plan(world, *ORDERS).mark

    def work(uow: UnitOfWork) -> int:
        done = import_orders(uow, sheet, columns, mark, admin, NINE, WIB, "o.csv", Decisions(received_now=True))[1]
        assert done
        return done.id

    return world.transactions.write(work)


def numbers(world: World, *, deleted: bool = False) -> list[str]:
    which = OrderFilter(deleted=deleted)
    found = world.transactions.read(lambda uow: uow.order_queries.page(which, sort=Sort.OLDEST, after=None, limit=9))
    return sorted(row.number for row in found)


def test_imported_orders_are_deleted_with_the_reason_and_may_be_imported_again(world: World) -> None:
    table = write_orders(world)
    assert back(world, table)[1]
    assert (numbers(world), numbers(world, deleted=True)) == ([], ["SC100001", "SC100002"])
    assert [row.verdict for row in plan(world, *ORDERS).rows] == [RowVerdict.NEW, RowVerdict.NEW]
    write_orders(world)
    assert numbers(world) == ["SC100001", "SC100002"]
    assert [row.verdict for row in plan(world, *ORDERS).rows] == [RowVerdict.DOUBLE, RowVerdict.DOUBLE]


def test_one_order_that_somebody_took_keeps_all(world: World) -> None:
    table = write_orders(world)
    world.takes(number="SC100001")
    found, done = back(world, table)
    assert (done, [one.row.name for one in found.touched]) == (False, ["SC100001"])
    assert numbers(world) == ["SC100001", "SC100002"]


def test_orders_that_a_table_completed_are_open_again_and_their_technicians_hear_of_it(world: World) -> None:
    world.transactions.write(lambda uow: _registered(uow))
    before = world.order()
    rina = world.person("rina")

    def complete(uow: UnitOfWork) -> int:
        change = uow.orders.get(before.id).move_to(COMPLETED, rina.id, NINE)
        after = record_change(uow, change, rina.id)
        bagus = world.person("bagus")
        return record_changed(uow, "wfm.xlsx", bagus, NINE, [(before, after)]).id

    table = world.transactions.write(complete)
    sent = world.transactions.read(lambda uow: len(uow.outbox.of_order(before.id)))
    assert back(world, table, "bagus")[1]
    assert (world.order().status, world.order().finished_at) == (before.status, None)
    assert world.transactions.read(lambda uow: len(uow.outbox.of_order(before.id))) == sent + 1


def _registered(uow: UnitOfWork) -> None:
    values = dict(zip((field.name for field in FIELDS), WHOLE.split("#"), strict=False))
    register_order(uow, values, NINE, sender=uow.people.get(1), channel=Channel.TELEGRAM)


def test_who_wrote_a_table_may_take_it_back_and_an_admin_every_one(world: World) -> None:
    table = write_orders(world)
    kept = world.transactions.read(lambda uow: uow.written_tables.get(table))
    people = {name: world.person(name) for name in ("rina", "bagus", "admin")}
    assert [may_take_back(person, kept) for person in people.values()] == [False, False, True]
    mine = evolve(kept, by=people["bagus"].id)
    assert [may_take_back(person, mine) for person in people.values()] == [False, True, True]
    assert not may_take_back(people["bagus"], evolve(mine, kind="people"))
    supervisor = Person(id=9, name="Sari", role=Role.SUPERVISOR)
    assert may_take_back(supervisor, evolve(kept, kind="targets", by=9))
    with pytest.raises(NotPermitted):
        world.transactions.read(lambda uow: plan_take_back(uow, table, people["bagus"]))


def test_what_changed_an_admin_is_taken_back_while_there_is_one(world: World) -> None:
    before = rows(world, "people")
    table = write(world, "people", ("nama", "username"), ("Admin Baru", "admin"))
    assert rows(world, "people") != before
    assert back(world, table)[0].touched == []
    assert rows(world, "people") == before


def test_a_table_of_an_earlier_version_takes_back_what_it_knew_and_leaves_what_came_later(world: World) -> None:
    known = {"code": "odp_penuh", "label_id": "ODP sesak", "position": "77"}
    written = world.transactions.write(
        lambda uow: record_rows(
            uow,
            "statuses",
            "lama.csv",
            world.person("admin"),
            NINE,
            [WrittenRow(name="ODP penuh", subject="odp_penuh", before=known, after={"code": "odp_penuh"})],
        )
    )
    earlier = next(row for row in rows(world, "statuses") if row["code"] == "odp_penuh")
    assert back(world, written.id)[1]
    assert next(row for row in rows(world, "statuses") if row["code"] == "odp_penuh") == earlier | known
