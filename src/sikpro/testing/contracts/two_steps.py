"""What second steps, recovery codes and waiting logins promise."""

import pytest
from attrs import evolve

from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.application.ports.two_steps import LoginTicket, SecondStep
from sikpro.testing.builders import a_person, after
from sikpro.testing.contracts.base import StoreSuite

SECRET = "JBSWY3DPEHPK3PXP"


def somebody(store: Transactions, name: str = "Rina") -> int:
    return store.write(lambda unit: unit.people.add(a_person(name))).id


def of(store: Transactions, person: int) -> SecondStep | None:
    return store.read(lambda unit: unit.second_steps.of(person))


class TwoStepsContract(StoreSuite):
    """What second steps, recovery codes and waiting logins promise."""

    def test_a_second_step_is_prepared_and_turned_on_once(self, store: Transactions) -> None:
        person = somebody(store)
        assert of(store, person) is None
        assert not store.write(lambda unit: unit.second_steps.turn_on(person, 7, after(0)))
        store.write(lambda unit: unit.second_steps.prepare(person, "FIRST"))
        store.write(lambda unit: unit.second_steps.prepare(person, SECRET))
        assert of(store, person) == SecondStep(person=person, secret=SECRET)
        assert store.write(lambda unit: [unit.second_steps.turn_on(person, 7, after(n)) for n in (0, 1)]) == [
            True,
            False,
        ]
        store.write(lambda unit: unit.second_steps.prepare(person, "ANOTHER"))
        assert of(store, person) == SecondStep(person=person, secret=SECRET, on_since=after(0), last_step=7)

    def test_a_second_step_of_nobody_is_rejected(self, store: Transactions) -> None:
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.second_steps.prepare(99, SECRET))

    def test_each_code_is_accepted_once_and_none_that_is_older(self, store: Transactions) -> None:
        person = somebody(store)
        store.write(lambda unit: unit.second_steps.prepare(person, SECRET))
        assert not store.write(lambda unit: unit.second_steps.take_step(person, 9)), "it is not on"
        store.write(lambda unit: unit.second_steps.turn_on(person, 7, after(0)))

        def take(unit: UnitOfWork) -> list[bool]:
            return [unit.second_steps.take_step(person, step) for step in (7, 8, 8, 10, 9)]

        assert store.write(take) == [False, True, False, True, False]
        assert not store.write(lambda unit: unit.second_steps.take_step(person + 1, 11))

    def test_a_recovery_code_works_once_for_its_person_and_new_ones_replace_the_old(self, store: Transactions) -> None:
        rina, sari = somebody(store), somebody(store, "Sari")
        store.write(lambda unit: unit.second_steps.put_recovery_codes(rina, frozenset("abc")))
        store.write(lambda unit: unit.second_steps.put_recovery_codes(sari, frozenset("a")))
        assert store.write(lambda unit: [unit.second_steps.use_recovery_code(rina, one) for one in "aax"]) == [
            True,
            False,
            False,
        ]
        assert store.read(lambda unit: [unit.second_steps.recovery_codes_left(one) for one in (rina, sari)]) == [2, 1]
        store.write(lambda unit: unit.second_steps.put_recovery_codes(rina, frozenset("de")))
        assert not store.write(lambda unit: unit.second_steps.use_recovery_code(rina, "b"))
        store.write(lambda unit: unit.second_steps.put_recovery_codes(rina, frozenset()))
        assert store.read(lambda unit: unit.second_steps.recovery_codes_left(rina)) == 0

    def test_a_dropped_second_step_is_gone_with_its_recovery_codes(self, store: Transactions) -> None:
        person = somebody(store)
        assert not store.write(lambda unit: unit.second_steps.drop(person))
        store.write(lambda unit: unit.second_steps.prepare(person, SECRET))
        assert not store.write(lambda unit: unit.second_steps.drop(person)), "it was only prepared"
        store.write(lambda unit: unit.second_steps.prepare(person, SECRET))
        store.write(lambda unit: unit.second_steps.turn_on(person, 7, after(0)))
        store.write(lambda unit: unit.second_steps.put_recovery_codes(person, frozenset("a")))
        assert store.write(lambda unit: unit.second_steps.drop(person))
        assert of(store, person) is None
        assert store.read(lambda unit: unit.second_steps.recovery_codes_left(person)) == 0

    def test_only_a_prepared_one_is_dropped_as_such(self, store: Transactions) -> None:
        person = somebody(store)
        store.write(lambda unit: unit.second_steps.prepare(person, SECRET))
        store.write(lambda unit: unit.second_steps.drop_prepared(person))
        assert of(store, person) is None
        store.write(lambda unit: unit.second_steps.prepare(person, SECRET))
        store.write(lambda unit: unit.second_steps.turn_on(person, 1, after(0)))
        store.write(lambda unit: unit.second_steps.drop_prepared(person))
        assert of(store, person) is not None

    def test_a_ticket_is_used_once_and_forgotten_when_it_has_expired(self, store: Transactions) -> None:
        person = somebody(store)
        one = LoginTicket(id="one", person=person, password="p", expires_at=after(5), own_device=True)
        late = evolve(one, id="late", expires_at=after(9), own_device=False)
        store.write(lambda unit: unit.login_tickets.add(one))
        store.write(lambda unit: unit.login_tickets.add(late))
        store.write(lambda unit: unit.login_tickets.add(evolve(one, id="two")))
        assert store.read(lambda unit: unit.login_tickets.get("one")) == one
        assert store.write(lambda unit: [unit.login_tickets.use(key) for key in ("one", "one", "never")]) == [
            True,
            False,
            False,
        ]
        store.write(lambda unit: unit.login_tickets.forget(after(6)))
        assert store.read(lambda unit: [unit.login_tickets.get(key) for key in ("one", "two", "late")]) == [
            None,
            None,
            late,
        ]
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.login_tickets.add(evolve(one, person=99)))

    def test_a_person_who_is_removed_takes_their_second_step_along(self, store: Transactions) -> None:
        person = somebody(store)

        def work(unit: UnitOfWork) -> None:
            unit.second_steps.prepare(person, SECRET)
            unit.second_steps.put_recovery_codes(person, frozenset("a"))
            unit.login_tickets.add(LoginTicket(id="t", person=person, password="p", expires_at=after(5)))
            unit.people.drop(unit.people.get(person))

        store.write(work)
        assert of(store, person) is None
        assert store.read(lambda unit: unit.login_tickets.get("t")) is None
