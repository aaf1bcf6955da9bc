"""What a table tells of an order's life is used, the rest stays unknown, nothing impossible is written."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.change_status import reopen_order
from sikpro.application.use_cases.tables.import_orders import import_orders, plan_orders
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_plan import OrderPlan, RowNote, RowVerdict
from sikpro.application.use_cases.tables.table_columns import find_columns
from sikpro.domain.phase import Phase
from sikpro.testing.builders import NOON, a_person, after
from tests.unit.application.use_cases.tables.test_import_orders import GOOD, HEADER, WIB, World, row, sheet, verdicts

NOTHING = Decisions()


class History(World):
    """A table with columns of history."""

    def table(self, headings: Sequence[str], *rows: tuple[tuple[str, ...], Sequence[str]]) -> None:
        self.sheet = sheet(*((*good, *more) for good, more in rows), header=(*HEADER, *headings))
        self.columns = find_columns(self.sheet, COLUMNS)

    def judge(self, decisions: Decisions = NOTHING) -> OrderPlan:
        return self.store.read(lambda uow: plan_orders(uow, self.sheet, self.columns, self.admin, NOON, WIB, decisions))

    def write(self, decisions: Decisions = NOTHING) -> OrderPlan:
        mark = self.judge(decisions).mark
        plan, written = self.store.write(
            lambda uow: import_orders(uow, self.sheet, self.columns, mark, self.admin, NOON, WIB, "x", decisions)
        )
        assert written
        return plan


def test_an_order_completed_at_an_unknown_time_counts_in_no_month_and_for_no_time() -> None:
    world = History()
    world.table((), (row("SC100001", status="Selesai (PS)", received="2026-10-05 09:00"), ()))
    assert world.write().rows[0].notes == (RowNote.FINAL, RowNote.NO_END, RowNote.NO_ACTION)
    shown = world.store.read(
        lambda uow: [
            recap(uow, RecapQuery.parse(month), world.admin, NOON, "Asia/Jakarta") for month in ("2026-10", "2026-11")
        ]
    )
    assert [one.completed for one in shown] == [0, 0]
    assert shown[0].received[Phase.COMPLETED] == 1
    assert (shown[0].promise.within, shown[0].promise.late) == (0, 0)
    assert all(spread.count == 0 for one in shown for spread in one.times.values())


@pytest.mark.parametrize(
    ("headings", "cells", "status", "wrong"),
    [
        (("TGL SELESAI",), ("2026-10-04 10:00",), "Selesai (PS)", {"finished_at": "moment.before_received"}),
        (("TGL SELESAI",), ("2026-12-04 10:00",), "Selesai (PS)", {"finished_at": "moment.future"}),
        (("TGL SELESAI",), ("2026-10-06 10:00",), "ODP full", {"finished_at": "finished.live"}),
        (("TGL BATAL",), ("2026-10-06 10:00",), "Selesai (PS)", {"cancelled_at": "finished.other_end"}),
        (
            ("Tindakan pertama", "TGL PS"),
            ("2026-10-07 10:00", "2026-10-06 10:00"),
            "Selesai (PS)",
            {"completed_at": "moment.before_action"},
        ),
        (
            ("Kanal", "Kirim ulang"),
            ("radio", "-1"),
            "",
            {"channel": "channel.unknown", "resubmissions": "number.shape"},
        ),
        (("Lama di helpdesk", "TGL PS"), ("900:00", "2026-10-06 10:00"), "", {"spent.helpdesk": "spent.too_long"}),
        (("Fase",), ("Batal",), "Selesai (PS)", {"status": "status.other_phase"}),
        (("Lokasi (lintang,bujur)",), ("di sana",), "", {"place": "place.shape"}),
    ],
)
def test_what_cannot_be_true_is_refused_by_its_cell(
    headings: tuple[str, ...], cells: tuple[str, ...], status: str, wrong: dict[str, str]
) -> None:
    world = History()
    world.table(headings, (row("SC100001", status=status, received="2026-10-05 09:00"), cells))
    (judged,) = world.judge().rows
    assert {name: error.code for name, error in judged.errors.items()} == wrong


def test_the_column_of_the_end_tells_the_phase_where_no_status_does() -> None:
    world = History()
    times = ("2026-10-06 10:00", "")
    world.table(
        ("TGL PS", "TGL BATAL"),
        (row("SC100001", received="2026-10-05 09:00"), times),
        (row("SC100002", received="2026-10-05 09:00"), times[::-1]),
    )
    world.write()
    assert [(one.phase, one.finished_at) for one in world.orders()] == [
        (phase, datetime(2026, 10, 6, 3, tzinfo=UTC)) for phase in (Phase.COMPLETED, Phase.CANCELLED)
    ]


def test_a_day_without_a_time_ends_with_the_day_and_the_plan_says_so() -> None:
    world = History()
    world.table(("TGL PS",), (row("SC100001", received="2026-10-05 09:00"), ("2026-10-05T00:00:00",)))
    assert RowNote.DAY_ONLY in world.write().rows[0].notes
    assert world.orders()[0].finished_at == datetime(2026, 10, 5, 16, 59, 59, tzinfo=UTC)


def test_a_helpdesk_is_found_by_name_or_user_name_and_an_unknown_one_is_asked_about() -> None:
    world = History()
    rina = world.store.write(lambda uow: uow.people.add(a_person("Rina")))
    world.store.write(lambda uow: [uow.people.add(a_person("Tono", username=name)) for name in ("tono1", "tono2")])
    names = ("RINA", "rina", "Joko", "Tono", "Tono (tono2)")
    world.table(
        ("Helpdesk",), *((row(f"SC10000{place}", status="OGP"), (name,)) for place, name in enumerate(names, 1))
    )
    plan = world.judge()
    assert plan.helpdesks == {"Joko": 1, "Tono": 1}
    assert plan.noted(RowNote.REQUEUED) == 2
    world.write(Decisions(helpdesks={"Joko": rina.id}))
    held = {one.number: (one.phase, one.holder) for one in world.orders()}
    assert [held[f"SC10000{place}"][0] for place in range(1, 6)] == [
        *(Phase.IN_PROGRESS, Phase.IN_PROGRESS, Phase.IN_PROGRESS, Phase.WAITING, Phase.IN_PROGRESS)
    ]
    assert held["SC100003"][1] == rina.id


def test_of_two_people_with_one_name_the_one_who_still_works_is_meant() -> None:
    world = History()
    here = world.store.write(lambda uow: uow.people.add(a_person("Tono", username="tono1")))
    world.store.write(lambda uow: uow.people.add(evolve(a_person("Tono", username="tono2"), active=False)))
    world.table(("Helpdesk",), (row("SC100001", status="OGP"), ("Tono",)))
    world.write()
    assert [one.holder for one in world.orders()] == [here.id]


def test_the_time_of_an_action_that_happened_elsewhere_stays_unknown_here() -> None:
    world = History()
    world.table((), (row("SC100001", status="Selesai (PS)", received="2026-10-05 09:00"), ()))
    world.write()
    rina = world.store.write(lambda uow: uow.people.add(a_person("Rina")))
    world.store.write(lambda uow: reopen_order(uow, 1, rina, after(5), reason="mati", zone="UTC"))
    assert world.orders()[0].first_action_at is None


def test_one_number_cancelled_twice_and_then_completed_is_three_orders_and_none_of_them_twice() -> None:
    world = History()
    ends = [
        (row("SC100001", status=s, received=f"2026-10-0{d} 09:00"), ())
        for d, s in enumerate(("batal", "batal", "Selesai (PS)"), 1)
    ]
    world.table((), *ends)
    world.write()
    assert len(world.orders()) == 3
    assert verdicts(world.judge()) == ["double"] * 3


def test_an_order_of_a_retired_technician_is_taken_in_as_history() -> None:
    world = History()
    world.store.write(retire)
    world.table((), (GOOD, ()))
    assert verdicts(world.judge()) == [RowVerdict.NEW]


def retire(uow: UnitOfWork) -> None:
    person = uow.people.by_code("F5SDA445")
    assert person
    uow.people.save(evolve(person, active=False))
