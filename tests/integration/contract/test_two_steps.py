"""What second steps, recovery codes and waiting logins promise."""

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.two_steps import LoginTicket, SecondStep
from sikpro.testing.builders import after
from sikpro.testing.contracts.race import race
from sikpro.testing.contracts.two_steps import SECRET, TwoStepsContract, somebody


def test_neither_a_secret_nor_a_password_is_in_what_a_log_would_show() -> None:
    assert SECRET not in repr(SecondStep(person=1, secret=SECRET))
    assert "geheim" not in repr(LoginTicket(id="t", person=1, password="geheim", expires_at=after(5)))


def test_of_two_who_race_with_the_same_code_exactly_one_gets_in(database_url: str) -> None:
    engines = [create_engine_for(database_url) for _ in range(2)]
    stores = [SqlTransactions(engine) for engine in engines]
    person = somebody(stores[0])
    stores[0].write(lambda unit: unit.second_steps.prepare(person, SECRET))
    stores[0].write(lambda unit: unit.second_steps.turn_on(person, 0, after(0)))
    stores[0].write(lambda unit: unit.second_steps.put_recovery_codes(person, frozenset(map(str, range(15)))))
    for turn in range(15):

        def take(unit: UnitOfWork, turn: int = turn) -> bool:
            return unit.second_steps.take_step(person, turn + 1)

        def recover(unit: UnitOfWork, turn: int = turn) -> bool:
            return unit.second_steps.use_recovery_code(person, str(turn))

        for work in (take, recover):
            results = race(*(lambda store=store, work=work: store.write(work) for store in stores * 2))
            assert sorted(map(str, results)) == ["False"] * 3 + ["True"]
    for engine in engines:
        engine.dispose()


class TestTwoSteps(TwoStepsContract):
    pass
