"""What the record of security events promises: rows come back as added, by filter and page, and none ever changes."""

from typing import Any

import pytest
from attrs import evolve
from structlog.testing import capture_logs

from sikpro.application.ports.security_events import EventFilter, EventKind, SecurityEvent
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.testing.builders import after
from sikpro.testing.contracts.base import StoreSuite


def event(minute: int, kind: EventKind = EventKind.LOGIN, **more: Any) -> SecurityEvent:
    """An event of Rina's, minutes after noon."""
    first = SecurityEvent(
        kind=kind, actor=1, name="Rina (rina)", object="Rina (rina)", address="10.0.0.7", at=after(minute)
    )
    return evolve(first, **more)


def add(store: Transactions, *events: SecurityEvent) -> tuple[SecurityEvent, ...]:
    return store.write(lambda unit: tuple(unit.security_events.add(one) for one in events))


def found(store: Transactions, *, before: int | None = None, limit: int = 9, **wanted: Any) -> list[SecurityEvent]:
    which = EventFilter(**wanted)
    return list(store.read(lambda unit: unit.security_events.page(which, before=before, limit=limit)))


class SecurityEventsContract(StoreSuite):
    """What the record of security events promises."""

    def test_an_event_comes_back_as_it_was_added_and_the_newest_comes_first(self, store: Transactions) -> None:
        first, second = add(store, event(1, details="desktop"), event(2, EventKind.REFUSED, actor=None, name=""))
        assert 0 < first.id < second.id
        assert found(store) == [second, first]
        assert first == evolve(event(1, details="desktop"), id=first.id)

    def test_a_page_goes_on_below_the_last_id_of_the_page_before(self, store: Transactions) -> None:
        events = add(store, *(event(minute) for minute in range(5)))
        assert found(store, limit=2) == [events[4], events[3]]
        assert found(store, before=events[3].id, limit=2) == [events[2], events[1]]

    def test_events_are_found_by_kind_by_person_by_time_and_by_any_of_their_texts(self, store: Transactions) -> None:
        login, refused, reset, strange = add(
            store,
            event(1),
            event(2, EventKind.REFUSED, object="/users", details="GET"),
            event(3, EventKind.PASSWORD_RESET, actor=2, name="Bagus", object="Straße_1"),
            event(4, EventKind.LOGIN_FAILED, actor=None, name="", object="", address="2001:db8::/64"),
        )
        assert found(store, kind=EventKind.REFUSED) == [refused]
        assert found(store, actor=2) == [reset]
        assert found(store, since=after(2), until=after(4)) == [reset, refused]
        assert found(store, text=" STRASSE_ ") == [reset]
        assert found(store, text="2001:DB8") == [strange]
        assert found(store, text="rina", kind=EventKind.LOGIN) == [login]
        assert found(store, text="%") == []
        assert found(store, actor=2, kind=EventKind.LOGIN) == []

    def test_the_counts_of_a_span_are_by_kind_from_its_start_until_before_its_end(self, store: Transactions) -> None:
        add(store, event(0), event(1), event(2), event(2, EventKind.REFUSED), event(3))
        counts = store.read(lambda unit: unit.security_events.counts(after(1), after(3)))
        assert dict(counts) == {EventKind.LOGIN: 2, EventKind.REFUSED: 1}

    def test_each_committed_event_is_a_line_of_the_log_with_the_same_fields_and_no_other_is(
        self, store: Transactions
    ) -> None:
        def undo(unit: UnitOfWork) -> None:
            with unit.savepoint():
                unit.security_events.add(event(2, details="undone"))
                raise ValueError("undone")

        def work(unit: UnitOfWork) -> None:
            unit.security_events.add(event(1, details="kept"))
            with pytest.raises(ValueError, match="undone"):
                undo(unit)

        def fail(unit: UnitOfWork) -> None:
            unit.security_events.add(event(3))
            raise ValueError("rolled back")

        with capture_logs() as lines:
            store.write(work)
            with pytest.raises(ValueError, match="rolled back"):
                store.write(fail)
        assert lines == [
            {
                "event": "security event",
                "log_level": "info",
                "kind": "login",
                "actor": 1,
                "name": "Rina (rina)",
                "object": "Rina (rina)",
                "address": "10.0.0.7",
                "at": after(1).isoformat(),
                "details": "kept",
            }
        ]
        assert [one.details for one in found(store)] == ["kept"]
