"""What retention promises: texts, names and photos go, every figure stays, and the facts still agree."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.retention import RetentionRun, Step
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.reports.closing import next_closing
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.shift import shift
from sikpro.application.use_cases.orders.remark_order import remark_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.retention.forget_old import next_portion
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.disturbance import Disturbance, Scope
from sikpro.domain.people import RequestState, Role
from sikpro.domain.retention import REMOVED, pseudonym
from sikpro.domain.seals import Fault
from sikpro.testing.builders import a_person, after, an_access_request, an_incoming, an_outgoing, stored_order
from sikpro.testing.contracts.base import FewRowsStay
from sikpro.testing.histories import ZONE, People, found, live, random_steps

LATER = datetime(2027, 9, 15, 2, tzinfo=UTC)
"""So long after the histories that their months are older than what is kept."""


PERIODS = (
    "2026-12",
    "2027-01",
    "2026-12-30",
    "2026-12-31",
    "2027-01-01",
    "2026-12-31_2027-01-02",
    "2026-11-05_2027-08-31",
)


DETAILS = ("order.duplicate", "", "field.missing")


def lived(store: Transactions, seed: int) -> People:
    """A random life of orders with messages in and out, photos, notes and texts; sealed, its months closed."""
    people = found(store)
    live(store, people, random_steps(seed, 150))
    chance = Random(seed)

    def talk(unit: UnitOfWork) -> None:
        ids = [None, *(order_id for order_id, *_ in unit.orders.key_facts())]
        for number in range(150):
            at = datetime(2026, 12, 29, tzinfo=UTC) + timedelta(
                seconds=chance.randrange(6 * 86_400), microseconds=number
            )
            order_id = chance.choice(ids)
            chat_id = chance.choice((700, 701, -100))
            incoming = an_incoming("Bu Siti 0812345", number, chat_id, sender_name="Agus Salim", chat_title="Grup")
            received = unit.inbox.receive(incoming, at)
            assert received is not None
            unit.inbox.finish(received, chance.choice(list(Outcome)), chance.choice(DETAILS), order_id)
            sent = unit.outbox.put(an_outgoing("pagar biru", chat_id), at, order_id=order_id)
            if chance.random() < 0.6:
                unit.outbox.sent(sent, number, at + timedelta(seconds=3))
            elif chance.random() < 0.8:
                unit.outbox.give_up(sent, Delivery.FAILED, "blocked", "", at)

    def write(unit: UnitOfWork) -> None:
        at = datetime(2027, 1, 8, tzinfo=UTC)
        for order_id, *_ in list(unit.orders.key_facts())[::2]:
            order = unit.orders.get(order_id)
            if order.deleted_at is None:
                send_text(unit, order_id, people.workers[2], at, text="rumah ujung", zone=ZONE)
            unit.files.keep(a_photo(unit, order_id), b"photo of Bu Siti", "image/jpeg")

    store.write(talk)
    store.write(write)
    while store.write(lambda unit: seal_facts(unit, datetime(2027, 1, 9, tzinfo=UTC), ZONE)):
        pass
    while closing := store.read(lambda unit: next_closing(unit, LATER, ZONE)):
        store.write(closing)
    return people


def a_photo(unit: UnitOfWork, order_id: int) -> int:
    """A photo of an order that is still to be fetched."""
    known: dict[str, Any] = {
        "transport": "bot_api",
        "reference": f"r{order_id}",
        "kind": "photo",
        "name": "Bu Siti.jpg",
        "size": 5,
    }
    return unit.files.want(order_id=order_id, chat_id=700, message_id=1, at=after(0), **known)


def figures(store: Transactions, people: People, seed: int) -> Mapping[str, object]:
    """Everything that is counted: recaps of all periods, closed and counted anew, shifts, the ledger and the outbox."""
    chance = Random(seed)
    began = datetime(2026, 12, 28, tzinfo=UTC)
    spans = [sorted(began + timedelta(seconds=chance.random() * 12 * 86_400) for _ in range(2)) for _ in range(12)]
    spans.append([began, LATER])

    def work(unit: UnitOfWork) -> Mapping[str, object]:
        made: dict[str, object] = {"totals": unit.order_queries.totals(), "outbox": unit.outbox.counts()}
        for period in PERIODS:
            for filters in ({}, {"sto": "SDA"}, {"helpdesk": "1"}):
                query = RecapQuery.parse(period, filters)
                made[f"{query}"] = recap(unit, query, people.supervisor, LATER, ZONE)
                made[f"{query} anew"] = Counting(unit, query, None, LATER, ZONE).recap()
        for start, end in spans:
            made[f"ledger {start} {end}"] = unit.inbox.totals(start, end)
            made[f"shift {start} {end}"] = shift(unit, start, end)
            for detail in DETAILS:
                made[f"{detail} {start} {end}"] = unit.inbox.how_many(start, end, Outcome.REFUSAL, detail)
        return made

    return store.read(work)


def keep_six_months(unit: UnitOfWork) -> None:
    unit.installation.put(evolve(unit.installation.get(), months_kept=6))


def forget(store: Transactions) -> RetentionRun:
    """Remove all that is older, portion by portion."""
    store.write(keep_six_months)
    while portion := store.read(lambda unit: next_portion(unit, LATER, ZONE)):
        store.write(portion)
    run = store.read(lambda unit: unit.retention.last())
    assert run is not None
    return run


def faults_in(store: Transactions) -> tuple[list[Fault], int]:
    faults: list[Fault] = []
    verified = store.read(lambda unit: verify_facts(unit, faults.append))
    return faults, verified.blind


def end_open_failed(unit: UnitOfWork) -> None:
    """Failed messages expire in a run, so their state is another one afterwards; here it is so before, too."""
    for outbox_id in unit.retention.failed(LATER, 9999):
        unit.outbox.end_failed(outbox_id, Delivery.EXPIRED, "late", LATER)


def named_rows(store: Transactions, people: People) -> list[tuple[str, str, object]]:
    """The rows of the closed months, with their labels and figures."""

    def work(unit: UnitOfWork) -> list[tuple[str, str, object]]:
        shown = [recap(unit, RecapQuery.parse(month), people.supervisor, LATER, ZONE) for month in PERIODS[:2]]
        tables = [table for one in shown for table in one.tables]
        return [(row.value, row.label, evolve(row, label="")) for table in tables for row in table.rows]

    return store.read(work)


class RetentionContract(FewRowsStay):
    """What retention promises: texts, names and photos go, every figure stays, and the facts still agree."""

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_every_figure_is_the_same_afterwards_and_the_facts_agree(self, store: Transactions, seed: int) -> None:
        people = lived(store, seed)
        store.write(end_open_failed)
        before = figures(store, people, seed)
        assert faults_in(store) == ([], 0)
        run = forget(store)
        assert run.finished_at == LATER
        assert min(run.counts[name] for name in ("texts", "photos", "received", "sent")) > 5
        assert figures(store, people, seed) == before
        faults, blind = faults_in(store)
        assert (faults, blind > 50) == ([], True)

    def test_who_left_long_ago_has_a_number_for_a_name_in_closed_months_too(self, store: Transactions) -> None:
        people = lived(store, 4)
        gone = people.workers[0], people.technicians[0]

        def leave(unit: UnitOfWork) -> None:
            for person in gone:
                unit.people.save(evolve(unit.people.get(person.id), active=False))
            unit.retention.note_left(after(0))

        store.write(leave)
        before = named_rows(store, people)
        run = forget(store)
        assert (run.counts["people"], run.counts["months"]) == (2, 2)
        rina, budi = gone
        names = {
            rina.name: f"#{rina.id}",
            f"{budi.technician_code} · {budi.name}": f"{budi.technician_code} · #{budi.id}",
        }
        assert {label for _, label, _ in before} > names.keys()
        expected = [(value, names.get(label, label), figures) for value, label, figures in before]
        assert named_rows(store, people) == expected

    def test_messages_about_an_open_order_stay_and_so_do_the_last_of_each_group_and_the_newest_ones(
        self, store: Transactions, floor: int
    ) -> None:
        def talk(unit: UnitOfWork) -> None:
            order = stored_order(unit)
            for number in range(floor + 10):
                about = order.id if number == 1 else None
                received = unit.inbox.receive(an_incoming("hai", number, chat_id=-100 if number < 3 else 700), after(0))
                unit.inbox.finish(received or 0, Outcome.COMMAND, "cek", about)
                unit.outbox.put(an_outgoing(chat_id=0), after(0), order_id=about)

        store.write(talk)
        later = after(10)
        waiting = store.read(lambda unit: unit.retention.waiting(later))
        assert (waiting.received, waiting.sent, waiting.orders) == (8, floor + 9, 0)

        found = store.read(lambda unit: unit.retention.received(later, 0, 4))
        assert store.read(lambda unit: unit.retention.received(later, found[-1], 99))[0] > found[-1]
        assert store.write(lambda unit: unit.retention.fold_received(later, 99, of=[found[0], found[2], 9_999])) == 2
        assert store.write(lambda unit: unit.retention.fold_received(later, 3)) == 3
        assert store.write(lambda unit: unit.retention.fold_received(later, 99)) == 3
        left = store.read(lambda unit: unit.inbox.page(before=None, limit=99))
        assert len(left) == floor + 2
        assert [row.order_id for row in left][-2:] == [None, left[-1].order_id]
        assert {group.chat_id: group.title for group in store.read(lambda unit: unit.inbox.groups())} == {-100: ""}
        assert store.read(lambda unit: unit.inbox.totals(after(0), after(1))) == {Outcome.COMMAND: floor + 10}

        cleared = [store.write(lambda unit: unit.retention.clear_received(later, 30)) for _ in range(3)]
        assert cleared == [30, floor + 1 - 30, 0]
        texts = [row.text for row in store.read(lambda unit: unit.inbox.page(before=None, limit=99))]
        assert texts == [""] * (floor + 1) + ["hai"]
        newest = an_incoming("hai", floor + 9)
        assert store.write(lambda unit: unit.inbox.receive(newest, later)) is None

        failed = store.read(lambda unit: unit.retention.failed(later, 99))
        assert len(failed) == floor + 9
        assert store.write(lambda unit: unit.retention.fold_sent(later, 99)) == 0
        store.write(lambda unit: unit.outbox.end_failed(failed[0], Delivery.EXPIRED, "old", later))
        assert store.read(lambda unit: unit.retention.sent(later, 0, 99)) == failed[:1]
        assert store.read(lambda unit: unit.retention.sent(later, failed[0], 99)) == ()
        assert store.write(lambda unit: unit.retention.fold_sent(later, 99, of=failed[1:])) == 0
        assert store.write(lambda unit: unit.retention.fold_sent(later, 99)) == 1
        assert store.read(lambda unit: unit.outbox.counts()) == {Delivery.EXPIRED: 1, Delivery.FAILED: floor + 9}
        assert faults_in(store)[0] == []

    def test_orders_that_are_over_are_found_page_by_page_and_one_that_changed_since_is_not(
        self, store: Transactions
    ) -> None:
        def write(unit: UnitOfWork) -> list[int]:
            old = [stored_order(unit, f"SC1000000{place}", note="pagar biru") for place in range(4)]
            for order in old[:3]:
                deleted = order.delete("salah", after(1)).order
                unit.orders.save(deleted, None)
            return [order.id for order in old]

        ids = store.write(write)
        assert store.read(lambda unit: unit.retention.orders(after(2), 0, 2)) == tuple(ids[:2])
        assert store.read(lambda unit: unit.retention.orders(after(2), ids[1], 2)) == (ids[2],)
        assert store.read(lambda unit: unit.retention.orders(after(0), 0, 9)) == ()
        assert store.read(lambda unit: unit.retention.waiting(after(2))).orders == 3
        store.write(lambda unit: a_photo(unit, ids[0]))
        assert store.read(lambda unit: unit.retention.waiting(after(2))).photos == 1
        assert store.write(lambda unit: unit.retention.clear_order(ids[0], ())) == 1
        assert store.read(lambda unit: unit.files.of_order(ids[0])) == ()

    def test_a_turn_lasts_as_long_as_its_transaction(self, store: Transactions) -> None:
        for _ in range(2):
            store.write(lambda unit: unit.retention.take_turn())

    def test_a_run_is_kept_as_it_goes_on(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.retention.last()) is None
        run = store.write(lambda unit: unit.retention.keep(RetentionRun(before=after(0), started_at=after(1))))
        assert store.read(lambda unit: unit.retention.last()) == run
        further = evolve(run, step=Step.SENT, after=7, counts={"sent": 3}, finished_at=after(2))
        store.write(lambda unit: unit.retention.keep(further))
        assert store.read(lambda unit: unit.retention.last()) == further
        newer = store.write(lambda unit: unit.retention.keep(RetentionRun(before=after(5), started_at=after(6))))
        assert newer.id > run.id
        assert store.read(lambda unit: unit.retention.last()) == newer

    def test_messages_about_an_order_of_which_somebody_wrote_since_stay_with_it(self, store: Transactions) -> None:
        def write(unit: UnitOfWork) -> None:
            by = unit.people.add(a_person(role=Role.TEAM_LEADER))
            order = stored_order(unit)
            remark_order(unit, order.id, by, after(20), text="lihat lagi", zone=ZONE)
            unit.orders.save(order.delete("salah", after(1)).order, None)
            for number in range(50):
                received = unit.inbox.receive(an_incoming("hai", number), after(0))
                unit.inbox.finish(received or 0, Outcome.JOINED, "", order.id)
            sent = unit.outbox.put(an_outgoing(), after(0), order_id=order.id)
            unit.outbox.sent(sent, 1, after(1))

        store.write(write)

        def fold(before: datetime) -> tuple[int, int, int]:
            return store.write(
                lambda unit: (
                    unit.retention.fold_received(before, 99),
                    unit.retention.clear_received(before, 99),
                    unit.retention.fold_sent(before, 99),
                )
            )

        assert fold(after(10)) == (0, 0, 0)
        assert fold(after(21)) == (10, 40, 1)

    def test_what_was_sent_before_the_last_run_is_known_if_much_newer_messages_came_in(
        self, store: Transactions
    ) -> None:
        old, run = after(0), RetentionRun(before=after(10), started_at=after(11))

        def behind(at: datetime) -> bool:
            return store.read(lambda unit: unit.retention.behind(at))

        store.write(lambda unit: unit.inbox.receive(an_incoming(sent_at=old + timedelta(days=40)), after(0)))
        assert not behind(old)
        store.write(lambda unit: unit.retention.keep(run))
        assert (behind(old), behind(after(10))) == (True, False)
        store.write(lambda unit: unit.retention.keep(evolve(run, before=after(-10))))
        assert behind(old)
        store.write(lambda unit: unit.retention.keep(evolve(run, before=old + timedelta(days=99))))
        assert not behind(old + timedelta(days=20))

    def test_texts_of_disturbances_that_ended_and_addresses_of_people_whom_nothing_names_go(
        self, store: Transactions
    ) -> None:
        def write(unit: UnitOfWork) -> tuple[int, int]:
            by = unit.people.add(a_person(telegram_id=11))
            unit.access_requests.put(an_access_request(12))
            unit.inbox.receive(an_incoming(chat_id=13), after(20))
            unit.outbox.put(an_outgoing(chat_id=14), after(20))
            unit.bots.note_addresses("1", dict.fromkeys((-100, 11, 12, 13, 14, 15), "hash"))
            facts: dict[str, Any] = {"scope": Scope.STO, "status": "", "text": "Bu Siti lapor", "declared_by": by.id}
            ended, going = (
                unit.disturbances.add(Disturbance(id=0, place=place, declared_at=after(0), **facts)).id
                for place in ("SDA", "KPN")
            )
            assert unit.disturbances.end(ended, after(1), by.id, "kata Bu Siti")
            return ended, going

        ended, going = store.write(write)
        assert store.write(lambda unit: unit.retention.clear_talk(after(10))) == 2
        assert store.write(lambda unit: unit.retention.clear_talk(after(10))) == 0
        told = store.read(lambda unit: [unit.disturbances.get(one) for one in (ended, going)])
        assert [(one.text, one.end_text) for one in told] == [(REMOVED, REMOVED), ("Bu Siti lapor", "")]
        kept = store.read(lambda unit: [unit.bots.address("1", chat) for chat in (-100, 11, 12, 13, 14, 15)])
        assert kept == ["hash"] * 5 + [None]

    def test_people_who_left_long_ago_and_decided_requests_lose_their_names(self, store: Transactions) -> None:
        def write(unit: UnitOfWork) -> tuple[int, int]:
            unit.access_requests.put(an_access_request(701))
            refused = unit.access_requests.put(an_access_request(702))
            unit.access_requests.put(evolve(refused, state=RequestState.REFUSED, decided_at=after(1)))
            unit.people.add(a_person("Rina", username="rina"))
            gone = unit.people.add(a_person("Budi", username="budi", phone="0812", telegram_id=9, active=False))
            return refused.id, gone.id

        refused, gone = store.write(write)
        assert [one.id for one in store.read(lambda unit: unit.retention.requests(after(10), 9))] == [refused]
        assert store.write(lambda unit: unit.retention.note_left(after(5))) == 1
        assert store.write(lambda unit: unit.retention.note_left(after(6))) == 0
        assert store.read(lambda unit: unit.retention.left(after(5), 9)) == ()
        assert store.read(lambda unit: unit.retention.left(after(6), 9)) == (gone,)
        assert store.read(lambda unit: unit.retention.waiting(after(6))).people == 1
        store.write(lambda unit: unit.people.save(pseudonym(unit.people.get(gone))))
        assert store.read(lambda unit: unit.retention.left(after(6), 9)) == ()
        assert store.read(lambda unit: unit.people.get(gone)).name == f"#{gone}"
        back = store.read(lambda unit: unit.people.get(gone))
        store.write(lambda unit: unit.people.save(evolve(back, active=True, name="Budi")))
        assert store.write(lambda unit: unit.retention.note_left(after(7))) == 1
