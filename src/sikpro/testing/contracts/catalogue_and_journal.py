"""What the catalogues, the installation and the journal promise."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.domain.catalogue import Bilingual, Holiday, Maker, Meaning, ProviderCode
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.events import (
    EVENTS,
    FieldChange,
    HoldUpCleared,
    MessageJoined,
    OrderAssigned,
    OrderCorrected,
    OrderDeleted,
    OrderEvent,
    OrderGivenBack,
    OrderImported,
    OrderNudged,
    OrderPlaced,
    OrderRemarked,
    OrderReopened,
    OrderRestored,
    OrderTaken,
    OrderTransferred,
    OrderWithdrawn,
    State,
    StatusChanged,
    StatusUndone,
    WordsSent,
)
from sikpro.domain.installation import Hours, Installation, SessionTimes
from sikpro.domain.patterns import BoxPattern, Characters, NumberPattern, Patterns
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.place import Place
from sikpro.testing.builders import (
    NOON,
    a_site_operation,
    a_status,
    after,
    an_order,
    an_order_type,
    an_sto,
    stored_order,
)
from sikpro.testing.contracts.base import StoreSuite


def every_event(order_id: int) -> list[OrderEvent]:
    def facts(minute: float) -> dict[str, Any]:
        state = State(Phase.HELD_UP, "odp_full", Turn.TECHNICIAN)
        return {"order_id": order_id, "at": after(minute + 0.000001), "state": state}

    texts = "kosong 😀 \u200f\"'\\"
    return [
        OrderPlaced(**facts(0), channel="telegram"),
        OrderImported(**facts(0.5), source="lama.xlsx", helpdesk_name=texts),
        OrderTaken(**facts(1), holder=4),
        OrderGivenBack(**facts(2), holder=4, lapsed=True),
        OrderAssigned(**facts(3), holder=4, previous=None),
        StatusChanged(**facts(4), before="waiting", reason=texts, feedback=texts),
        OrderCorrected(**facts(5), changes=(FieldChange("note", "", texts),), resubmitted=True),
        MessageJoined(**facts(6), text=texts, chat_id=-(2**40), message_id=None),
        MessageJoined(**facts(6.2), text="", chat_id=7, message_id=9, place=Place.at(-7.447812, 112.7183)),
        OrderNudged(**facts(6.5)),
        OrderReopened(**facts(7), before="completed", reason=texts, feedback=texts),
        OrderWithdrawn(**facts(8), before="waiting"),
        OrderDeleted(**facts(9), reason=texts),
        OrderRestored(**facts(10)),
        StatusUndone(**facts(11), undone="odp_full"),
        WordsSent(**facts(12), text=texts),
        HoldUpCleared(**facts(14), before="odp_full", text=texts, name=texts),
        OrderTransferred(**facts(13), before="F5SDA445", after="F5TUN446", reason=texts),
        OrderRemarked(**facts(15), text=texts),
    ]


class CatalogueAndJournalContract(StoreSuite):
    """What the catalogues, the installation and the journal promise."""

    def test_catalogue_rows_come_back_by_position_then_code_inactive_ones_included(self, store: Transactions) -> None:
        statuses = [
            a_status("a", position=1),
            a_status(
                "Z",
                position=2,
                active=False,
                group="technical",
                group_en="technical matters",
                template=Bilingual("Hai {number}", "Hi"),
            ),
            a_status("a_", position=2),
            a_status("b", position=2),
        ]
        types = [
            an_order_type("MO", position=1),
            an_order_type("AO", position=2, template=Bilingual("Terima kasih.", "Thanks.")),
        ]

        def work(unit: UnitOfWork) -> None:
            for status in reversed(statuses):
                unit.catalogue.put_status(status)
            for order_type in reversed(types):
                unit.catalogue.put_order_type(order_type)

        store.write(work)

        assert store.read(lambda unit: unit.catalogue.statuses()) == tuple(statuses)
        assert store.read(lambda unit: unit.catalogue.order_types()) == tuple(types)

    def test_a_row_taken_away_is_gone_and_the_others_stay(self, store: Transactions) -> None:
        rows = (a_status("a"), an_order_type("AO"), a_site_operation("SDA"), an_sto("SDA"))

        def work(unit: UnitOfWork) -> list[int]:
            catalogue = unit.catalogue
            for status, order_type, site, sto in (
                rows,
                (a_status("b"), an_order_type("MO"), a_site_operation("MJK"), an_sto("MRT")),
            ):
                catalogue.put_status(status)
                catalogue.put_order_type(order_type)
                catalogue.put_site_operation(site)
                catalogue.put_sto(sto)
            lists = (catalogue.statuses, catalogue.order_types, catalogue.site_operations, catalogue.stos)
            before = [len(read()) for read in lists]
            for row in rows:
                catalogue.drop(row)
                catalogue.drop(row)
            return [count - len(read()) for count, read in zip(before, lists, strict=True)]

        assert store.write(work) == [1, 1, 1, 1]
        assert [row.code for row in store.read(lambda unit: unit.catalogue.stos())] == ["MRT"]

    def test_exchanges_and_site_operations_come_back_by_code(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for code in ("SPJ", "MRT", "SDA"):
                unit.catalogue.put_site_operation(a_site_operation(code))
                unit.catalogue.put_sto(an_sto(code, site_operation=code))

        store.write(work)

        assert [row.code for row in store.read(lambda unit: unit.catalogue.site_operations())] == ["MRT", "SDA", "SPJ"]
        assert store.read(lambda unit: unit.catalogue.stos())[0] == an_sto("MRT", site_operation="MRT")

    def test_the_providers_codes_come_back_by_code_and_go_when_taken_away(self, store: Transactions) -> None:
        rows = (
            ProviderCode(code="COMPWORK", meaning=Meaning.FINISHED, name="Work completed"),
            ProviderCode(code="REVOKE", meaning=Meaning.LEFT_OUT, active=False),
        )

        def write(unit: UnitOfWork) -> None:
            unit.catalogue.put_provider_code(ProviderCode(code="REVOKE", meaning=Meaning.OPEN))
            for row in reversed(rows):
                unit.catalogue.put_provider_code(row)

        store.write(write)
        assert store.read(lambda unit: unit.catalogue.provider_codes()) == rows
        store.write(lambda unit: unit.catalogue.drop(rows[0]))
        assert store.read(lambda unit: unit.catalogue.provider_codes()) == rows[1:]

    def test_makers_come_back_by_vendor_id_and_go_when_taken_away(self, store: Transactions) -> None:
        rows = (Maker(code="HWTC", name="Huawei"), Maker(code="ZTEG", name="ZTE", active=False))

        def work(unit: UnitOfWork) -> None:
            unit.catalogue.put_maker(Maker(code="ZTEG", name="Z"))
            for row in reversed(rows):
                unit.catalogue.put_maker(row)

        store.write(work)
        assert store.read(lambda unit: unit.catalogue.makers()) == rows
        store.write(lambda unit: unit.catalogue.drop(rows[0]))
        assert store.read(lambda unit: unit.catalogue.makers()) == rows[1:]

    def test_putting_a_row_again_replaces_it(self, store: Transactions) -> None:
        for name in ("Sidoarjo", "Sidoarjo Kota"):
            store.write(lambda unit, n=name: unit.catalogue.put_sto(an_sto(name=n)))  # type: ignore[misc]  # default
        store.write(lambda unit: unit.catalogue.put_status(a_status(phase=Phase.HELD_UP, turn=Turn.CUSTOMER)))
        store.write(lambda unit: unit.catalogue.put_status(a_status()))

        assert store.read(lambda unit: unit.catalogue.stos()) == (an_sto(name="Sidoarjo Kota"),)
        assert store.read(lambda unit: unit.catalogue.statuses()) == (a_status(),)

    def test_the_installation_has_the_defaults_until_it_decides(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.installation.get()) == Installation()

        decided = Installation(
            duplicate_mode=DuplicateMode.NUMBER_AND_TYPE,
            claim=timedelta(minutes=7),
            week=((Hours(time(7, 30), time(12)), Hours(time(13), time(21, 0, 15))), *((),) * 6),
            most_claims=12,
            most_used_first=True,
            stuck_after=timedelta(days=14),
            owners_at=time(9, 15),
            patterns=Patterns(
                numbers=(NumberPattern("AOS", 10, 24, Characters.LETTERS), NumberPattern("SC", 6, 12)),
                boxes=(
                    BoxPattern("GCL", Characters.DIGITS, 3, 1, 5),
                    BoxPattern("ODP", None, 0, 1, 4, Characters.LETTERS),
                ),
            ),
            sessions=SessionTimes(
                unused=timedelta(hours=1),
                unused_on_own_device=timedelta(days=2),
                longest=timedelta(days=90),
                no_shift=timedelta(hours=24),
            ),
        )
        store.write(lambda unit: unit.installation.put(Installation()))
        assert store.read(lambda unit: unit.installation.get()) == Installation()
        store.write(lambda unit: unit.installation.put(decided))

        assert store.read(lambda unit: unit.installation.get()) == decided

    def test_holidays_come_back_by_day_and_the_active_ones_stand_with_the_installation(
        self, store: Transactions
    ) -> None:
        rows = (
            Holiday(code="2026-12-24", name="Cuti bersama", active=False),
            Holiday(code="2026-12-25", name="Natal"),
            Holiday(code="2027-01-01", name="Tahun baru"),
        )

        def work(unit: UnitOfWork) -> None:
            unit.catalogue.put_holiday(Holiday(code="2026-12-25", name="x", active=False))
            for row in reversed(rows):
                unit.catalogue.put_holiday(row)

        store.write(work)
        assert store.read(lambda unit: unit.catalogue.holidays()) == rows
        free = frozenset({date(2026, 12, 25), date(2027, 1, 1)})
        assert store.read(lambda unit: unit.installation.get()) == Installation(holidays=free)
        store.write(lambda unit: unit.installation.put(Installation(most_claims=3)))
        store.write(lambda unit: unit.catalogue.drop(rows[1]))
        expected = Installation(most_claims=3, holidays=frozenset({date(2027, 1, 1)}))
        assert store.read(lambda unit: unit.installation.get()) == expected

    def test_every_kind_of_fact_comes_back_as_it_was_kept_oldest_first_with_its_actor(
        self, store: Transactions
    ) -> None:
        order = store.write(stored_order)
        other = store.write(lambda unit: stored_order(unit, "SC10000001"))
        events = every_event(order.id)
        store.write(lambda unit: unit.journal.append(order, events[:5], 4))
        store.write(lambda unit: unit.journal.append(other, every_event(other.id)[:1], None))
        store.write(lambda unit: unit.journal.append(order, events[5:], None))

        entries = store.read(lambda unit: unit.journal.of_order(order.id))

        assert {type(event) for event in events} == set(EVENTS)
        assert [entry.event for entry in entries] == events
        assert [entry.actor for entry in entries] == [4] * 5 + [None] * (len(events) - 5)
        assert [entry.id for entry in entries] == sorted({entry.id for entry in entries})

    def test_a_fact_of_no_order_there_is_is_rejected(self, store: Transactions) -> None:
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.journal.append(an_order(99), every_event(99)[:1], None))

    def test_a_note_is_kept_beside_the_orders_facts_and_is_none_of_them(self, store: Transactions) -> None:
        order = store.write(stored_order)
        store.write(lambda unit: unit.journal.note("account_made", "rina", None, NOON, {"role": "admin"}))

        assert store.read(lambda unit: unit.journal.of_order(order.id)) == ()

    def test_what_people_did_in_a_span_comes_back_by_time_without_what_the_system_did(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> int:
            order = stored_order(unit)
            events = every_event(order.id)
            unit.journal.append(order, events[3:4], 5)
            unit.journal.append(order, events[:3], 4)
            unit.journal.append(order, events[:2], None)
            unit.journal.note("other", "", 4, after(1), {})
            return order.id

        order_id = store.write(work)
        taken_back, placed, imported, taken = (every_event(order_id)[place] for place in (3, 0, 1, 2))

        def acted(start: float, end: float) -> list[tuple[OrderEvent, int | None]]:
            entries = store.read(lambda unit: unit.journal.acted(after(start), after(end)))
            return [(entry.event, entry.actor) for entry in entries]

        assert acted(0, 9) == [(placed, 4), (imported, 4), (taken, 4), (taken_back, 5)]
        assert acted(0.2, 1.5) == [(imported, 4), (taken, 4)]

    def test_uses_of_statuses_are_counted_from_what_people_set_and_stand_until_the_next_count(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> None:
            order = stored_order(unit)
            unit.catalogue.put_status(a_status("penuh"))
            unit.catalogue.put_status(a_status("kosong"))

            def changed(code: str, minute: float) -> StatusChanged:
                state = State(Phase.HELD_UP, code, Turn.TECHNICIAN)
                return StatusChanged(order_id=order.id, at=after(minute), state=state, before="x")

            set_once = [changed("penuh", 1), changed("penuh", 2), changed("kosong", 2), changed("gone", 2)]
            unit.journal.append(order, set_once, 4)
            unit.journal.append(order, [changed("kosong", 3)], None)
            unit.journal.append(order, every_event(order.id)[:3], 4)

        store.write(work)
        counted = store.read(lambda unit: unit.journal.statuses_set(after(2)))
        assert counted == {"penuh": 1, "kosong": 1, "gone": 1}
        assert store.read(lambda unit: unit.catalogue.status_uses()) == {}
        store.write(lambda unit: unit.catalogue.count_status_uses({"penuh": 5, "kosong": 0, "gone": 2}))
        assert store.read(lambda unit: unit.catalogue.status_uses()) == {"penuh": 5}
        store.write(lambda unit: unit.catalogue.put_status(a_status("penuh", position=7)))
        assert store.read(lambda unit: unit.catalogue.status_uses()) == {"penuh": 5}
        store.write(lambda unit: unit.catalogue.count_status_uses({"kosong": 1}))
        assert store.read(lambda unit: unit.catalogue.status_uses()) == {"kosong": 1}
