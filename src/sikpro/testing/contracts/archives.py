"""What an archive promises: history, messages and photos leave, every figure stays, and the facts still agree."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.reports.closing import next_closing
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.record_change import record_remark
from sikpro.application.use_cases.orders.remove_order import restore_order
from sikpro.application.use_cases.retention.archive_year import (
    archive_named,
    begin_archive,
    mark_orders,
    move_orders,
    note_written,
    orders_to_mark,
    plan_archive,
    unfinished,
)
from sikpro.application.use_cases.seals.verify_facts import Verified, verify_facts
from sikpro.domain.errors import InvalidValue, OrderArchived
from sikpro.domain.order import Order
from sikpro.domain.people import Role
from sikpro.domain.period import Period
from sikpro.domain.seals import Fault
from sikpro.testing.builders import a_person, after, an_incoming, an_outgoing, stored_order
from sikpro.testing.contracts.base import FewRowsStay
from sikpro.testing.contracts.retention import LATER, a_photo, end_open_failed, figures, lived
from sikpro.testing.histories import ZONE, People

NOW = datetime(2028, 2, 15, 2, tzinfo=UTC)


SHIFTS = "shift "
"""The names of figures that are counted from the history, which leaves; their page says so."""


def ended(store: Transactions, seed: int) -> People:
    """A random life in which every message was sent or ended, with all months until now closed."""
    people = lived(store, seed)

    def work(unit: UnitOfWork) -> None:
        while claimed := unit.outbox.claim(LATER, timedelta(minutes=1), 999):
            for row in claimed:
                unit.outbox.sent(row.id, 1, LATER)
        end_open_failed(unit)

    store.write(work)
    while closing := store.read(lambda unit: next_closing(unit, NOW, ZONE)):
        store.write(closing)
    return people


def begun(store: Transactions, year: int = 2027) -> Archive:
    """An archive with all its orders in it, none of which has moved."""
    archive = store.write(lambda unit: begin_archive(unit, year, f"{year}.db", NOW, ZONE))
    ids = store.read(lambda unit: orders_to_mark(unit, archive.id, ZONE))
    assert store.write(lambda unit: mark_orders(unit, archive.id, ids, ZONE)) == len(ids)
    return store.read(lambda unit: archive_named(unit, archive.id))


def move(store: Transactions, kept: Transactions, archive: Archive) -> bool:
    return kept.read(lambda there: store.write(lambda unit: move_orders(unit, there, archive.id, NOW)))


def move_all(store: Transactions, kept: Transactions, archive: Archive) -> None:
    while move(store, kept, archive):
        pass


def still_here(store: Transactions, archive: Archive) -> tuple[int, ...]:
    return store.read(lambda unit: unit.archives.to_move(archive.id, 999))


def verified(store: Transactions, *kept: UnitOfWork) -> tuple[list[Fault], Verified]:
    faults: list[Fault] = []
    return faults, store.read(lambda unit: verify_facts(unit, faults.append, archives=kept))


def over(unit: UnitOfWork, number: str) -> Order:
    """An order that is deleted, with what belongs to it."""
    order = stored_order(unit, number, note="pagar biru")
    change = order.delete("salah", after(1))
    saved = unit.orders.save(change.order, None)
    unit.journal.append(saved, change.events, None)
    return saved


def _cek() -> tuple[Outcome, str]:
    return Outcome.COMMAND, "cek"


def closed_year(store: Transactions) -> None:
    """The year 2026 with two orders that are over, its months closed."""

    def write(unit: UnitOfWork) -> None:
        create_first_catalogue(unit)
        for number in ("SC10000000", "SC10000001"):
            over(unit, number)
        for month in ("2026-11", "2026-12"):
            unit.closed_months.add(ClosedMonth(month=month, closed_at=NOW, closed_by=None, figures={}))

    store.write(write)


class ArchivesContract(FewRowsStay):
    """What an archive promises: history, messages and photos leave, every figure stays, and the facts still agree."""

    @pytest.mark.parametrize("seed", [1, 2])
    def test_every_figure_is_the_same_when_the_orders_of_two_years_left_and_the_facts_agree(
        self, store: Transactions, seed: int
    ) -> None:
        people = ended(store, seed)
        before = figures(store, people, seed)
        plan = store.read(lambda unit: plan_archive(unit, 2027, NOW, ZONE))
        archives = [begun(store, 2026), begun(store, 2027)]
        assert (archives[1].orders, archives[1].before) == (plan.orders, plan.before)
        ids = [one for archive in archives for one in still_here(store, archive)]
        assert len(ids) == sum(archive.orders for archive in archives) > 5
        for archive in archives:
            move_all(store, store, archive)
        now = figures(store, people, seed)
        assert [name for name in before if now[name] != before[name] and not name.startswith(SHIFTS)] == []
        faults, found = verified(store)
        assert (faults, found.archived > 20) == ([], True)
        assert store.read(lambda unit: [unit.journal.of_order(one) for one in ids]) == [()] * len(ids)
        assert store.read(lambda unit: [unit.files.of_order(one) for one in ids]) == [()] * len(ids)
        assert [one.finished_at for one in store.read(lambda unit: unit.archives.all())] == [NOW, NOW]
        assert store.read(lambda unit: plan_archive(unit, 2027, NOW, ZONE)) == evolve(plan, orders=0)

    def test_only_orders_that_are_over_and_wait_for_nothing_can_be_archived(self, store: Transactions) -> None:
        def write(unit: UnitOfWork) -> list[int]:
            orders = [over(unit, f"SC1000000{place}") for place in range(6)]
            ids = [order.id for order in orders]
            stored_order(unit, "SC20000000")
            unit.journal.append(
                orders[1], evolve(orders[1], deleted_at=None).delete("sekali lagi", after(50)).events, None
            )
            unit.outbox.put(an_outgoing(), after(1), order_id=ids[2])
            failed = unit.outbox.put(an_outgoing(), after(1), order_id=ids[3])
            unit.outbox.give_up(failed, Delivery.FAILED, "blocked", "", after(1))
            a_photo(unit, ids[4])
            sent = unit.outbox.put(an_outgoing(), after(1), order_id=ids[5])
            unit.outbox.sent(sent, 1, after(1))
            return ids

        ids = store.write(write)
        span = after(-10), after(10)
        assert store.read(lambda unit: unit.archives.candidates(*span, after(20))) == (ids[0], ids[5])
        assert store.write(lambda unit: unit.archives.candidates(*span, after(20), ids[:5])) == (ids[0],)
        assert store.read(lambda unit: unit.archives.candidates(after(5), after(10), after(20))) == ()
        assert store.read(lambda unit: unit.archives.candidates(*span, after(1))) == ()
        archive = Archive(year=2026, file="2026.db", before=after(20), started_at=after(30))
        kept = store.write(lambda unit: unit.archives.keep(archive))
        assert store.read(lambda unit: unit.archives.all()) == (evolve(archive, id=kept.id),)
        store.write(lambda unit: unit.archives.put(kept.id, [ids[0]]))
        assert store.read(lambda unit: unit.archives.candidates(*span, after(20))) == (ids[5],)
        assert store.read(lambda unit: unit.archives.of(ids)) == {ids[0]: kept}
        assert store.write(lambda unit: [unit.archives.taken(one) for one in ids[:2]]) == [kept, None]
        assert still_here(store, kept) == (ids[0],)
        store.write(lambda unit: unit.archives.moved(ids[0]))
        assert store.read(lambda unit: (unit.journal.of_order(ids[0]), unit.orders.get(ids[0]).number)) == (
            (),
            "SC10000000",
        )
        assert still_here(store, kept) == ()

    def test_what_leaves_are_the_history_the_files_and_the_messages_from_before(self, store: Transactions) -> None:
        def write(unit: UnitOfWork) -> tuple[int, set[tuple[str, int]]]:
            order = over(unit, "SC10000000")
            rows = {("journal", entry.id) for entry in unit.journal.of_order(order.id)}
            photo = a_photo(unit, order.id)
            unit.files.keep(photo, b"photo", "image/jpeg")
            for minute in (1, 30):
                received = unit.inbox.receive(an_incoming("hai", minute), after(minute))
                assert received is not None
                unit.inbox.finish(received, *_cek(), order.id)
                sent = unit.outbox.put(an_outgoing(), after(minute), order_id=order.id)
                unit.outbox.sent(sent, minute, after(minute))
                rows |= {("inbox", received), ("outbox", sent)} if minute == 1 else set()
            archive = Archive(year=2026, file="a.db", before=after(20), started_at=after(20))
            unit.archives.put(unit.archives.keep(archive).id, [order.id])
            return order.id, {*rows, ("files", photo)}

        order_id, rows = store.write(write)
        assert store.read(lambda unit: unit.archives.rows_of(order_id, after(20))) == rows
        archive = store.read(lambda unit: unit.archives.all())[0]
        move_all(store, store, archive)
        assert [name for name, _ in store.read(lambda unit: unit.archives.rows_of(order_id, after(20)))] == ["inbox"]
        texts = [row.text for row in store.read(lambda unit: unit.inbox.page(before=None, limit=9))]
        assert texts == ["hai", ""], "one of the newest messages stays, without what was written"
        assert len(store.read(lambda unit: unit.outbox.of_order(order_id))) == 1
        assert store.read(lambda unit: unit.orders.get(order_id)).data.texts["note"] == "…"
        assert still_here(store, archive) == ()

    def test_nothing_of_an_order_goes_that_the_archive_does_not_have(self, store: Transactions) -> None:
        closed_year(store)
        archive = begun(store, 2026)
        first = still_here(store, archive)[0]
        order = store.read(lambda unit: unit.orders.get(first))
        for known in (False, True):
            kept = MemoryTransactions()
            if known:
                kept.write(lambda unit: unit.orders.add(order, None))
            with pytest.raises(BackupFailed, match=f"order {first}"):
                move(store, kept, archive)
        assert store.read(lambda unit: unit.journal.of_order(first)) != ()

    def test_an_order_that_is_in_an_archive_does_not_change_any_more(self, store: Transactions) -> None:
        closed_year(store)
        admin = store.write(lambda unit: unit.people.add(a_person("Siska", username="siska", role=Role.ADMIN)))
        first = still_here(store, begun(store, 2026))[0]
        with pytest.raises(OrderArchived, match=r"2026\.db"):
            store.write(lambda unit: restore_order(unit, first, admin, NOW))
        standing = evolve(store.read(lambda unit: unit.orders.get(first)), deleted_at=None)
        with pytest.raises(OrderArchived):
            store.write(lambda unit: record_remark(unit, standing.remark("lama", NOW), admin.id))

    def test_a_year_that_is_not_over_or_has_an_open_month_is_refused_and_rows_leave_for_one_file_only(
        self,
        store: Transactions,
    ) -> None:
        closed_year(store)
        with pytest.raises(InvalidValue, match="2028"):
            store.write(lambda unit: begin_archive(unit, 2028, "a.db", NOW, ZONE))
        with pytest.raises(InvalidValue, match="2027-01"):
            store.read(lambda unit: plan_archive(unit, 2027, NOW, ZONE))
        assert store.read(lambda unit: plan_archive(unit, 2024, NOW, ZONE)).orders == 0
        assert store.read(lambda unit: unfinished(unit, 2026)) is None
        archive = begun(store, 2026)
        assert archive.before == Period.of_month(date(2027, 1, 1), ZoneInfo(ZONE)).start
        other = store.write(lambda unit: begin_archive(unit, 2026, "b.db", NOW, ZONE))
        assert other == evolve(archive, file="b.db")
        store.write(lambda unit: note_written(unit, archive.id, NOW))
        with pytest.raises(InvalidValue, match=r"b\.db"):
            store.write(lambda unit: begin_archive(unit, 2026, "a.db", NOW, ZONE))
