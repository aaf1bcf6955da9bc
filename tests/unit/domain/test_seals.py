"""Seals: every fact that was changed, added or removed is named with what it is now."""

from attrs import evolve

from sikpro.domain.phase import Phase
from sikpro.domain.seals import (
    FactKind,
    Fault,
    FaultKind,
    LedgerFact,
    detail_of_event,
    fact_of_event,
    faults_of_facts,
    packed,
    unpacked,
    words_of_event,
)
from sikpro.testing.builders import NOON, a_status, an_order

FACTS = [LedgerFact(id=number, kind=FactKind.CHANGED, at=NOON, row_id=number) for number in (1, 2, 3)]


def test_what_became_of_each_fact_is_named_with_the_fact_as_it_is_now() -> None:
    held = unpacked(packed(FACTS))
    changed, added = evolve(FACTS[1], status="selesai"), evolve(FACTS[0], id=9)
    assert list(faults_of_facts(4, held, FACTS)) == []
    assert list(faults_of_facts(4, held, [FACTS[0], changed, added])) == [
        Fault(kind=FaultKind.FACT_CHANGED, seal=4, fact_id=2, fact=changed),
        Fault(kind=FaultKind.FACT_REMOVED, seal=4, fact_id=3),
        Fault(kind=FaultKind.FACT_ADDED, seal=4, fact_id=9, fact=added),
    ]


def test_digests_that_are_cut_off_are_those_of_the_whole_ones() -> None:
    whole = packed(FACTS)
    for cut in (1, 20, 39):
        assert unpacked(whole[:-cut]) == unpacked(packed(FACTS[:2]))
    assert unpacked(whole + b"x" * 25) == unpacked(whole)


def test_a_fact_says_what_happened_to_an_order() -> None:
    taken = an_order().take(1, a_status("proses", Phase.IN_PROGRESS), NOON)
    (event,) = taken.events
    fact = fact_of_event(taken.order, event, 1, 5, "salt")
    assert (fact.kind, fact.detail, detail_of_event(event)) == (FactKind.CHANGED, "OrderTaken", "OrderTaken")


def test_the_words_of_an_event_leave_out_what_is_empty() -> None:
    (event,) = an_order().take(1, a_status("proses", Phase.IN_PROGRESS), NOON).events
    actor, name, told = words_of_event(event, 7)
    assert (actor, name) == (7, "OrderTaken")
    assert isinstance(told, dict)
    assert told["order_id"] == 1
    assert all(part not in (None, "", False, [], {}) for part in told.values())
