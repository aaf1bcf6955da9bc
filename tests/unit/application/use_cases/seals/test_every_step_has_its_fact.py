"""No path that changes an order or ends a message forgets its fact: a random life of orders, and a day of the chat."""

import pytest

from sikpro.adapters.memory.unit_of_work import MemoryTransactions, MemoryUnitOfWork
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.seals import ABOUT_ORDERS, FactKind, Fault
from sikpro.testing.builders import after
from sikpro.testing.histories import ZONE, found, live, random_steps
from tests.unit.chat import WHOLE, Phone, World


def faults_of(store: Transactions) -> list[Fault]:
    found: list[Fault] = []
    store.read(lambda unit: verify_facts(unit, found.append))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_each_entry_of_the_journal_has_its_fact_and_each_order_is_what_its_last_fact_says(seed: int) -> None:
    store = MemoryTransactions()
    people = found(store)
    live(store, people, random_steps(seed, 300))
    store.write(lambda unit: seal_facts(unit, after(0), ZONE))

    def entries(unit: UnitOfWork) -> list[tuple[int, str]]:
        ids = [order_id for order_id, *_ in unit.orders.key_facts()]
        all_of_them = [entry for order_id in ids for entry in unit.journal.of_order(order_id)]
        return sorted((entry.id, entry.event.state.status) for entry in all_of_them)

    def facts(unit: UnitOfWork) -> list[tuple[int, str]]:
        return [(one.row_id, one.status) for one in unit.seals.facts(0, 9999) if one.kind in ABOUT_ORDERS]

    assert len(store.read(entries)) > 100
    assert store.read(entries) == store.read(facts)
    assert faults_of(store) == []


def test_a_day_of_the_chat_has_a_fact_of_each_message_in_and_out() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    budi.says("/cek")
    budi.says(WHOLE)

    def sent_rows(unit: UnitOfWork) -> list[tuple[int, str]]:
        assert isinstance(unit, MemoryUnitOfWork)
        items = [sending.item for sending in unit.state.outbox.values()]
        ended = [item for item in items if item.state is Delivery.SENT]
        return [(item.id, "gesture" if item.message.is_gesture else "sent") for item in ended]

    sent = world.transactions.read(sent_rows)
    facts = world.transactions.read(lambda unit: unit.seals.facts(0, 99))
    rows = world.transactions.read(lambda unit: unit.inbox.page(before=None, limit=99))
    assert len(sent) >= 3
    assert sorted((one.row_id, one.detail) for one in facts if one.kind is FactKind.SENT) == sorted(sent)
    assert [one.row_id for one in facts if one.kind is FactKind.MESSAGE] == sorted(row.id for row in rows)
    handled = {(one.row_id, one.detail.split(":")[0]) for one in facts if one.kind is FactKind.HANDLED}
    assert handled == {(row.id, row.outcome.value) for row in rows}
    assert faults_of(world.transactions) == []
