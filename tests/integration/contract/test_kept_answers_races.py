"""Of several requests under one key that come at the same moment, one is done, and all get its answer."""

from datetime import timedelta

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.kept_answers import KeptAnswer
from sikpro.application.ports.storage import UnitOfWork
from sikpro.testing.builders import NOON, a_person, stored_order
from sikpro.testing.contracts.race import race


def test_one_act_for_one_key_however_many_ask_at_once(database_url: str) -> None:
    engines = [create_engine_for(database_url) for _ in range(2)]
    stores = [SqlTransactions(engine) for engine in engines]
    person = stores[0].write(lambda unit: unit.people.add(a_person())).id

    for turn in range(10):

        def register(unit: UnitOfWork, turn: int = turn) -> str:
            kept = unit.kept_answers.find(person, f"k{turn}")
            if kept is not None:
                return kept.body
            unit.kept_answers.begin(person, f"k{turn}", "r", NOON)
            order = stored_order(unit, f"SC3223{turn:04}", received_at=NOON + timedelta(minutes=turn))
            answer = KeptAnswer(request="r", status=201, body=str(order.id), at=NOON)
            unit.kept_answers.keep(person, f"k{turn}", answer)
            return answer.body

        results = race(*(lambda store=store, register=register: store.write(register) for store in stores * 2))
        assert len(set(map(str, results))) == 1, results
    assert stores[0].read(lambda unit: len(unit.order_queries.totals())) >= 1
    assert stores[0].read(lambda unit: sum(total.count for total in unit.order_queries.totals())) == 10
    for engine in engines:
        engine.dispose()
