"""Whatever somebody does to sealed facts or to seals afterwards, it is named; what nobody touched is not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from sikpro.adapters.memory import MemoryTransactions
from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.events import FieldChange, OrderCorrected, OrderRemarked, State, StatusChanged
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.seals import (
    FactKind,
    Fault,
    FaultKind,
    LedgerFact,
    Seal,
    WorkingRow,
    fact_of_event,
    packed,
    salted,
    words_of_event,
)
from sikpro.testing.builders import NOON, after, an_order, an_outgoing

ZONE = "Asia/Jakarta"
AT_A_SEAL = {FaultKind.FACT_CHANGED, FaultKind.FACT_REMOVED, FaultKind.FACT_ADDED}
CHANGES: dict[str, Any] = {
    "at": timedelta(seconds=1),
    "kind": FactKind.REMOVED,
    "status": "selesai",
    "detail": "other",
    "number": "SC999",
    "order_id": 77,
    "row_id": 4711,
    "message_id": 12,
    "received_at": NOON,
    "words": "0" * 64,
    "data": "1" * 64,
}


def sealed_in(parts: Sequence[int]) -> MemoryTransactions:
    """A store with so many facts under each of its seals; each fact has its working row."""
    store = MemoryTransactions()
    for part, many in enumerate(parts):

        def work(unit: UnitOfWork, part: int = part, many: int = many) -> None:
            for place in range(many):
                unit.outbox.put(an_outgoing(f"{part} {place}", chat_id=0), after(1))
            seal_facts(unit, after(part), ZONE)

        store.write(work)
    return store


def meddle(unit: UnitOfWork, what: str, at: int, field: str) -> tuple[FaultKind, int]:
    """Do one thing to the facts behind the program; return how it has to be named."""
    assert isinstance(unit, MemoryUnitOfWork)
    facts = list(unit.state.ledger_facts.values())
    fact = facts[at % len(facts)]
    other = facts[(at + 1) % len(facts)]
    put = unit.state.ledger_facts.put
    if what == "remove":
        unit.state.ledger_facts.drop(fact.id)
        return FaultKind.FACT_REMOVED, fact.id
    if what == "insert":
        put(-fact.id, evolve(fact, id=-fact.id))
        return FaultKind.FACT_ADDED, -fact.id
    if what == "exchange":
        put(fact.id, evolve(other, id=fact.id))
        put(other.id, evolve(fact, id=other.id))
        return FaultKind.FACT_CHANGED, fact.id
    changed = CHANGES[field]
    value: Any = fact.at + changed if isinstance(changed, timedelta) else changed
    put(fact.id, evolve(fact, **{field: value}))
    return FaultKind.FACT_CHANGED, fact.id


def faults_of(store: MemoryTransactions) -> list[Fault]:
    found: list[Fault] = []
    store.read(lambda unit: verify_facts(unit, found.append))
    return found


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4).filter(lambda parts: sum(parts) > 1),
    st.sampled_from(["change", "remove", "insert", "exchange"]),
    st.integers(0, 15),
    st.sampled_from(sorted(CHANGES)),
)
def test_any_single_change_removal_insertion_or_exchange_of_facts_is_named(
    parts: list[int], what: str, at: int, field: str
) -> None:
    store = sealed_in(parts)
    assert faults_of(store) == []
    expected = store.write(lambda unit: meddle(unit, what, at, field))
    named = [(one.kind, one.fact_id) for one in faults_of(store) if one.kind in AT_A_SEAL]
    assert expected in named
    assert len(named) == (2 if what == "exchange" else 1)


def seal_meddled(unit: UnitOfWork, number: int, **changes: Any) -> None:
    assert isinstance(unit, MemoryUnitOfWork)
    seal, digests = unit.state.seals.get(number) or (None, b"")
    assert seal
    unit.state.seals.put(number, (evolve(seal, **changes), digests))


def kinds(store: MemoryTransactions) -> list[tuple[FaultKind, int | None]]:
    return [(one.kind, one.seal) for one in faults_of(store)]


def test_a_seal_whose_values_were_changed_is_named() -> None:
    tries: list[dict[str, Any]] = [
        {"made_at": after(99)},
        {"count": 9},
        {"contents": "0" * 64},
        {"last": 9},
        {"hash": "0" * 64},
    ]
    for changes in tries:
        store = sealed_in([2, 2])

        def work(unit: UnitOfWork, changes: dict[str, Any] = changes) -> None:
            seal_meddled(unit, 2, **changes)

        store.write(work)
        assert (FaultKind.SEAL_CHANGED, 2) in kinds(store), changes


def test_a_seal_made_anew_over_changed_facts_does_not_fit_under_the_next() -> None:
    store = sealed_in([2, 2])

    def forge(unit: UnitOfWork) -> None:
        assert isinstance(unit, MemoryUnitOfWork)
        meddle(unit, "change", 0, "detail")
        seal, _ = Seal.over(unit.seals.facts(0, 2), None, after(0))
        unit.state.seals.put(1, (seal, packed(unit.seals.facts(0, 2))))

    store.write(forge)
    assert (FaultKind.SEAL_CHANGED, 2) in kinds(store)


def test_a_seal_that_was_removed_is_named_and_its_facts_are_not_called_added() -> None:
    store = sealed_in([2, 2, 2])

    def remove(unit: UnitOfWork) -> None:
        assert isinstance(unit, MemoryUnitOfWork)
        unit.state.seals.drop(2)

    store.write(remove)
    assert kinds(store) == [(FaultKind.SEAL_MISSING, 2)]


def test_the_last_seals_can_be_removed_without_a_trace_unless_somebody_kept_one() -> None:
    store = sealed_in([2, 2])
    kept = store.read(lambda unit: unit.seals.last())

    def remove(unit: UnitOfWork) -> None:
        assert isinstance(unit, MemoryUnitOfWork)
        unit.state.seals.drop(2)

    store.write(remove)
    assert kinds(store) == []
    assert kept
    found: list[Fault] = []
    store.read(lambda unit: verify_facts(unit, found.append, kept.hash))
    assert [one.kind for one in found] == [FaultKind.SEAL_UNKNOWN]


def corrected(text: str) -> OrderCorrected:
    state = State(Phase.WAITING, "menunggu", Turn.HELPDESK)
    return OrderCorrected(order_id=1, at=NOON, state=state, changes=(FieldChange("note", "", text),))


def test_the_hash_of_an_event_covers_who_did_it_and_every_text_in_it() -> None:
    event = corrected("pagar biru")
    whole = salted("s", words_of_event(event, 7))
    assert salted("s", words_of_event(event, 8)) != whole
    assert salted("s", words_of_event(corrected("pagar"), 7)) != whole
    assert salted("t", words_of_event(event, 7)) != whole
    fact = fact_of_event(an_order(), event, 7, 3, "s")
    assert (fact.words, fact.row_id) == (whole, 3)


def test_a_text_without_a_salt_has_no_hash_because_it_could_be_guessed() -> None:
    assert salted("", ["0812"]) == ""
    assert (
        WorkingRow(salt="", plain={}, words=["other"]).differences(fact_of_event(an_order(), corrected("x"), 7, 3, "s"))
        == ()
    )


def test_two_facts_that_differ_in_anything_have_different_digests() -> None:
    state = State(Phase.WAITING, "menunggu", Turn.HELPDESK)
    events = (
        OrderRemarked(order_id=1, at=NOON, state=state, text="x"),
        StatusChanged(order_id=1, at=NOON, state=state, before="x"),
    )
    facts: list[LedgerFact] = [fact_of_event(an_order(), event, 1, 1, "s") for event in events]
    assert facts[0].digest != facts[1].digest
    assert evolve(facts[0]).digest == facts[0].digest
