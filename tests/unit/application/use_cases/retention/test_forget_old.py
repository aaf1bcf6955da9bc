"""What is older than it is kept goes at night, in portions, and never what is not closed or not over."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.security_events import EventFilter, EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.own_order import correct_order, join_message
from sikpro.application.use_cases.orders.remark_order import remark_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.people.manage_people import set_active
from sikpro.application.use_cases.retention.decide_retention import (
    decide_retention,
    plan_retention,
    understood_months,
)
from sikpro.application.use_cases.retention.forget_old import clear_order, next_forgetting, next_portion
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.errors import InvalidFields
from sikpro.domain.events import MessageJoined, StatusChanged
from sikpro.domain.people import RequestState
from sikpro.domain.place import Place
from sikpro.domain.retention import REMOVED, kept_from
from sikpro.domain.seals import ABOUT_ORDERS, Fault
from sikpro.testing.builders import an_access_request, coded
from sikpro.testing.histories import START, ZONE, Step, found, live

NIGHT = datetime(2027, 9, 15, 1, 30, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
BEFORE = datetime(2027, 3, 1, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


class Office:
    """Three orders of December: one answered with words, one still open, one answered without a word."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.people = found(self.store)
        places = [Step(kind="place", order=0, who=0, how=how, wait=timedelta(minutes=1)) for how in (1, 3, 5)]
        live(self.store, self.people, places)
        self.store.write(self._work)
        for month in ("2026-12", "2027-01", "2027-02"):
            self.closes(month)

    def _work(self, uow: UnitOfWork) -> None:
        at = START.astimezone(UTC) + timedelta(hours=1)
        rina = self.people.workers[0]
        self.spoken, self.open, self.silent = sorted(order_id for order_id, *_ in uow.orders.key_facts())
        noted = typed_again(uow.orders.get(self.spoken).data) | {"note": "Bu Siti 0812", "port": "7"}
        correct_order(uow, self.spoken, noted, rina, at)
        said: dict[str, Any] = {"text": "pagar biru", "chat_id": 700, "message_id": 5, "place": Place(-7.4, 112.7)}
        join_message(uow, self.spoken, self.people.technicians[0], at, **said)
        change_status(uow, self.spoken, "selesai", rina, at, feedback="Sudah aktif, Bu Siti", zone=ZONE)
        change_status(uow, self.silent, "selesai", rina, at, zone=ZONE)

    def closes(self, month: str) -> None:
        closed = ClosedMonth(month=month, closed_at=NIGHT, closed_by=None, figures={})
        assert self.store.write(lambda uow: uow.closed_months.add(closed))

    def keeps(self, months: int) -> None:
        self.store.write(lambda uow: decide_retention(uow, months, self.people.admin, NIGHT))

    def runs(self, now: datetime = NIGHT, most: int = 99) -> int:
        """Do the portions that are due, and say how many there were; the clock was seen before."""
        seen = HealthRecord(name="retention", at=now, detail=(now - timedelta(days=7)).isoformat())
        self.store.write(lambda uow: uow.health.put(seen))
        for done in range(most):
            portion = self.store.read(lambda uow: next_forgetting(uow, now, ZONE))
            if portion is None:
                return done
            self.store.write(portion)
        return most

    def salts(self, order_id: int) -> Mapping[int, str]:
        """The salts of the history of an order, by the facts about it."""

        def work(uow: UnitOfWork) -> Mapping[int, str]:
            facts = [fact for fact in uow.seals.facts_of([order_id]) if fact.kind in ABOUT_ORDERS]
            return uow.seals.salts_of(facts)

        return self.store.read(work)

    def note(self) -> str:
        return self.store.read(lambda uow: uow.orders.get(self.spoken).data.note)


@pytest.fixture
def office() -> Office:
    return Office()


def test_nothing_goes_while_it_is_off_or_by_day(office: Office) -> None:
    assert office.runs() == 0
    office.keeps(6)
    assert office.runs(NIGHT + timedelta(hours=8)) == 0
    assert office.note() == "Bu Siti 0812"
    assert office.runs() > 0
    assert office.note() == REMOVED


def test_a_gap_in_which_nobody_saw_the_clock_and_a_clock_that_goes_back_begin_the_rest_anew(office: Office) -> None:
    office.keeps(6)

    def looks(now: datetime) -> str:
        portion = office.store.read(lambda uow: next_forgetting(uow, now, ZONE))
        if portion:
            office.store.write(portion)
        kept = office.store.read(lambda uow: uow.health.get("retention"))
        return "" if kept is None else kept.detail

    since = [looks(NIGHT + timedelta(hours=hours)) for hours in (0, 24, 48, 73, 72, 96)]
    begun = [NIGHT + timedelta(hours=hours) for hours in (0, 0, 0, 73, 72, 72)]
    assert since == [at.isoformat() for at in begun]
    assert office.note() == "Bu Siti 0812"


def test_an_order_that_is_over_keeps_its_codes_and_who_did_it_and_loses_every_text(office: Office) -> None:
    office.keeps(6)
    before = office.store.read(lambda uow: uow.orders.get(office.spoken))
    office.runs()
    order = office.store.read(lambda uow: uow.orders.get(office.spoken))
    assert (order.data.note, order.last_feedback, order.place, order.origin) == (REMOVED, REMOVED, None, None)
    assert evolve(order.data, note="Bu Siti 0812") == before.data
    assert (order.helpdesk, order.finished_at, order.clock) == (before.helpdesk, before.finished_at, before.clock)
    entries = office.store.read(lambda uow: uow.journal.of_order(office.spoken))
    answer = next(one for one in entries if isinstance(one.event, StatusChanged) and one.event.feedback)
    assert (answer.event.feedback, answer.actor) == (REMOVED, office.people.workers[0].id)  # type: ignore[attr-defined]  # an answer has feedback
    joined = next(one.event for one in entries if isinstance(one.event, MessageJoined))
    assert (joined.text, joined.chat_id, joined.place) == (REMOVED, 0, None)
    left = repr(entries)
    assert [word for word in ("Siti", "0812", "pagar", "700") if word in left] == []
    faults: list[Fault] = []
    office.store.read(lambda uow: verify_facts(uow, faults.append))
    assert (faults, office.salts(office.spoken)) == ([], {})


def test_an_order_without_a_text_stays_as_it_is_with_its_salts(office: Office) -> None:
    office.keeps(6)
    before = office.store.read(lambda uow: uow.orders.get(office.silent)), office.salts(office.silent)
    assert len(before[1]) == 2
    office.runs()
    assert (office.store.read(lambda uow: uow.orders.get(office.silent)), office.salts(office.silent)) == before


def test_an_open_order_and_one_about_which_somebody_wrote_since_stay(office: Office) -> None:
    office.keeps(6)
    now = BEFORE + timedelta(days=2)

    def says(uow: UnitOfWork) -> None:
        for order_id in (office.open, office.spoken):
            uow.orders.save(evolve(uow.orders.get(order_id), last_feedback="hai"), str(order_id))
        remark_order(uow, office.spoken, office.people.workers[0], now, text="Bu Siti", zone=ZONE)

    office.store.write(says)
    office.runs()
    assert office.note() == "Bu Siti 0812"
    assert office.store.read(lambda uow: uow.orders.get(office.open).last_feedback) == "hai"
    assert office.store.write(lambda uow: clear_order(uow, office.spoken, BEFORE)) == (0, 0)


def test_a_run_goes_on_where_it_stopped_and_no_portion_is_done_twice(office: Office) -> None:
    office.keeps(6)
    twice = office.store.read(lambda uow: next_portion(uow, NIGHT, ZONE))
    assert twice is not None
    office.store.write(twice)
    stopped = office.store.read(lambda uow: uow.retention.last())
    assert stopped is not None
    assert (stopped.finished_at, stopped.after > 0, stopped.counts["texts"]) == (None, True, 4)
    office.store.write(twice)
    assert office.store.read(lambda uow: uow.retention.last()) == stopped
    assert office.runs() > 0
    last = office.store.read(lambda uow: uow.retention.last())
    assert last is not None
    assert (last.id, last.finished_at, last.before) == (stopped.id, NIGHT, BEFORE)
    assert (last.counts["texts"], office.runs()) == (4, 0)


def test_who_came_back_between_two_runs_and_left_again_has_their_name_from_the_last_day_on(office: Office) -> None:
    rina, admin = office.people.workers[0], office.people.admin

    def turns(active: bool, at: datetime) -> None:
        office.store.write(lambda uow: set_active(uow, rina.id, active, admin, at))

    turns(False, BEFORE - timedelta(days=9))
    turns(True, BEFORE + timedelta(days=1))
    turns(False, BEFORE + timedelta(days=2))
    assert office.store.read(lambda uow: uow.retention.left(BEFORE, 9)) == ()
    assert office.store.read(lambda uow: uow.retention.left(BEFORE + timedelta(days=3), 9)) == (rina.id,)


def test_switching_it_off_stops_a_run(office: Office) -> None:
    office.keeps(6)
    office.runs(most=1)
    office.keeps(0)
    assert office.runs() == 0


def test_nothing_from_the_first_month_on_that_is_not_closed_is_touched(office: Office) -> None:
    zone = ZoneInfo(ZONE)
    start = START.astimezone(UTC)
    assert kept_from(NIGHT, 6, zone, start, {"2026-12", "2027-01", "2027-02"}) == BEFORE
    january = datetime(2027, 1, 1, tzinfo=zone)
    assert kept_from(NIGHT, 6, zone, start, {"2026-12", "2027-02"}) == january
    assert kept_from(NIGHT, 6, zone, start, {"2026-12", "2027-01", "2027-02", "2027-03", "2027-04"}) == BEFORE
    assert kept_from(NIGHT, 120, zone, start, ()) == datetime(2017, 9, 1, tzinfo=zone)
    assert kept_from(NIGHT, 0, zone, start, ()) is None
    assert kept_from(NIGHT, 6, zone, None, ()) is None


def test_what_would_go_is_said_before_and_the_change_is_a_security_event(office: Office) -> None:
    plan = office.store.read(lambda uow: plan_retention(uow, 6, NIGHT, ZONE))
    assert (plan.before, plan.waiting.orders, plan.set_months) == (BEFORE, 1, 0)
    office.keeps(6)
    office.keeps(6)
    events = office.store.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))
    assert [(one.kind, one.object, one.details) for one in events] == [
        (EventKind.SETTINGS_CHANGED, "/settings/retention", "months_kept: - → 6")
    ]
    assert office.store.read(lambda uow: plan_retention(uow, None, NIGHT, ZONE)).months == 6


def test_who_left_long_ago_is_a_number_everywhere_and_who_works_or_left_lately_keeps_the_name(office: Office) -> None:
    rina, tono, bagus = office.people.workers
    rows = [{"value": str(one.id), "label": one.name, "count": 1} for one in (rina, tono, bagus)]
    figures = {"tables": [{"dimension": "helpdesk", "rows": rows}]}
    asked = an_access_request(
        700, name="Siti", phone="0812", telegram_name="@siti", chat_id=700, requested_at=BEFORE - timedelta(days=9)
    )

    def work(uow: UnitOfWork) -> None:
        uow.closed_months.add(ClosedMonth(month="2026-10", closed_at=NIGHT, closed_by=None, figures=figures))
        uow.people.save(evolve(uow.people.get(tono.id), active=False, username="tono", phone="0813"))
        uow.retention.note_left(BEFORE - timedelta(days=1))
        uow.people.save(evolve(uow.people.get(bagus.id), active=False))
        uow.retention.note_left(BEFORE)
        uow.access_requests.put(evolve(uow.access_requests.put(asked), state=RequestState.REFUSED))

    office.store.write(work)
    office.keeps(6)
    office.runs()
    left = office.store.read(lambda uow: uow.people.get(tono.id))
    assert (left.name, left.username, left.phone, left.password_hash) == (f"#{tono.id}", f"former{tono.id}", "", None)
    assert office.store.read(lambda uow: (uow.people.get(rina.id), uow.people.get(bagus.id).name)) == (rina, bagus.name)
    month = office.store.read(lambda uow: uow.closed_months.get("2026-10"))
    assert month is not None
    assert month.figures["tables"][0]["rows"] == [rows[0], {**rows[1], "label": left.name}, rows[2]]
    request = office.store.read(lambda uow: uow.access_requests.get(1))
    assert (request.name, request.telegram_name, request.phone, request.telegram_id, request.chat_id) == (
        *(REMOVED, "", "", 0, 0),
    )
    run = office.store.read(lambda uow: uow.retention.last())
    assert run is not None
    assert (run.counts["people"], run.counts["months"], run.finished_at) == (2, 1, NIGHT)


@pytest.mark.parametrize("typed", ["2", "121", "-3", "x", "1.5"])
def test_months_are_none_or_three_to_a_hundred_and_twenty(typed: str) -> None:
    assert [understood_months(text) for text in ("", "0", " 3 ", "120")] == [0, 0, 3, 120]
    with pytest.raises(InvalidFields) as caught:
        understood_months(typed)
    assert coded("number.range")(caught.value.errors["months"])
