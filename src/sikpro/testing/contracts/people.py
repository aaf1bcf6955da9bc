"""What the repositories of people and of requests for access promise."""

from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, NotFound
from sikpro.domain.people import Person, RequestState, Role
from sikpro.testing.builders import a_person, a_technician, after, an_access_request
from sikpro.testing.contracts.base import StoreSuite


def add(store: Transactions, person: Person) -> Person:
    return store.write(lambda unit: unit.people.add(person))


def _with(person: Person, field: str, value: str | int) -> Person:
    changed: dict[str, Any] = {field: value}
    return evolve(person, **changed)


class PeopleContract(StoreSuite):
    """What the repositories of people and of requests for access promise."""

    def test_somebody_new_gets_an_id_whatever_id_was_given(self, store: Transactions) -> None:
        rina = add(store, a_person("Rina", id=99, password_hash="hash", phone="62812", must_change_password=True))
        budi = add(store, a_technician(telegram_id=2**52, language="en", active=False))

        assert rina.id != budi.id
        assert store.read(lambda unit: unit.people.get(rina.id)) == rina
        assert store.read(lambda unit: unit.people.get(budi.id)) == budi

    @pytest.mark.parametrize(
        ("field", "value"),
        [("username", "RINA"), ("technician_code", "F5SDA445"), ("telegram_id", 700)],
    )
    def test_what_must_be_one_persons_alone_is_refused_by_name_and_the_unit_stays_usable(
        self, store: Transactions, field: str, value: str | int
    ) -> None:
        add(store, a_person("Rina", technician_code="F5SDA445", telegram_id=700))
        sari = add(store, a_person("Sari"))

        def work(unit: UnitOfWork) -> None:
            with pytest.raises(AlreadyUsed) as added:
                unit.people.add(_with(a_person("Tono"), field, value))
            with pytest.raises(AlreadyUsed) as saved:
                unit.people.save(_with(sari, field, value))
            assert added.value.params == saved.value.params == {"field": field, "value": value}
            unit.people.add(a_person("Umar"))

        store.write(work)

        assert [person.name for person in store.read(lambda unit: unit.people.all())] == ["Rina", "Sari", "Umar"]

    def test_people_without_account_code_or_telegram_do_not_collide(self, store: Transactions) -> None:
        add(store, Person(id=0, name="A"))
        add(store, Person(id=0, name="B"))

        assert len(store.read(lambda unit: unit.people.all())) == 2

    def test_saving_gives_the_next_version(self, store: Transactions) -> None:
        rina = add(store, a_person("Rina"))

        saved = store.write(lambda unit: unit.people.save(evolve(rina, role=Role.ADMIN, name="Rina W.")))

        assert (saved.version, saved.role) == (2, Role.ADMIN)
        assert store.read(lambda unit: unit.people.get(rina.id)) == saved

    def test_saving_over_another_version_or_somebody_unknown_is_a_conflict_and_the_unit_stays_usable(
        self,
        store: Transactions,
    ) -> None:
        rina = add(store, a_person("Rina"))
        store.write(lambda unit: unit.people.save(rina))

        def work(unit: UnitOfWork) -> None:
            for stale in (rina, evolve(rina, id=99, username=None)):
                with pytest.raises(ConcurrencyConflict):
                    unit.people.save(stale)
            unit.people.add(a_person("Sari"))

        store.write(work)

        assert len(store.read(lambda unit: unit.people.all())) == 2

    def test_somebody_unknown_is_not_found(self, store: Transactions) -> None:
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.people.get(99))

    def test_people_are_found_by_user_name_in_any_case_by_telegram_id_and_by_code(self, store: Transactions) -> None:
        rina = add(store, a_person("Rina", username="Rina.W", telegram_id=-5, technician_code="F5SDA001"))

        def find(unit: UnitOfWork) -> list[Person | None]:
            return [
                unit.people.by_username("rINA.w"),
                unit.people.by_telegram(-5),
                unit.people.by_code("F5SDA001"),
                unit.people.by_username("rina"),
                unit.people.by_telegram(0),
                unit.people.by_code("f5sda001"),
                unit.people.by_username("rina_w"),
            ]

        assert store.read(find) == [rina, rina, rina, None, None, None, None]

    def test_a_phone_number_is_one_persons_alone_and_the_refusal_says_whose(self, store: Transactions) -> None:
        rina = add(store, a_person("Rina", phone="62811"))
        sari = add(store, a_person("Sari", phone="62812"))

        def work(unit: UnitOfWork) -> None:
            with pytest.raises(AlreadyUsed) as added:
                unit.people.add(a_person("Tono", id=rina.id, phone="62811"))
            with pytest.raises(AlreadyUsed) as saved:
                unit.people.save(evolve(sari, phone="62811"))
            assert added.value.params == saved.value.params == {"field": "phone", "value": "62811", "name": "Rina"}
            unit.people.save(evolve(rina, phone="62813"))
            unit.people.save(evolve(sari, phone="62811"))

        store.write(work)

        assert store.read(lambda unit: [one.phone for one in unit.people.all()]) == ["62813", "62811"]

    def test_everybody_is_listed_by_name_without_regard_to_case(self, store: Transactions) -> None:
        for name in ("budi", "Ani", "Édi", "cici"):
            add(store, a_person(name))

        assert [person.name for person in store.read(lambda unit: unit.people.all())] == ["Ani", "budi", "cici", "Édi"]

    def test_a_request_is_stored_and_found_while_it_is_pending(self, store: Transactions) -> None:
        request = store.write(
            lambda unit: unit.access_requests.put(an_access_request(phone="62811", technician_code="F5SDA001"))
        )

        assert request.id
        assert store.read(lambda unit: unit.access_requests.get(request.id)) == request
        assert store.read(lambda unit: unit.access_requests.pending_of(700)) == request
        assert store.read(lambda unit: unit.access_requests.pending_of(701)) is None

    def test_a_new_request_replaces_the_pending_one_of_the_same_telegram_id(self, store: Transactions) -> None:
        store.write(lambda unit: unit.access_requests.put(an_access_request(name="Agus")))
        second = store.write(lambda unit: unit.access_requests.put(an_access_request(name="Agus Salim")))

        assert store.read(lambda unit: unit.access_requests.pending()) == (second,)

    def test_a_decided_request_is_kept_and_no_longer_pending_and_the_next_one_is_another(
        self, store: Transactions
    ) -> None:
        first = store.write(lambda unit: unit.access_requests.put(an_access_request()))
        refused = evolve(first, state=RequestState.REFUSED, decided_by=1, decided_at=after(1))
        store.write(lambda unit: unit.access_requests.put(refused))

        assert store.read(lambda unit: unit.access_requests.pending()) == ()
        second = store.write(lambda unit: unit.access_requests.put(an_access_request()))

        assert second.id != first.id
        assert store.read(lambda unit: unit.access_requests.get(first.id)) == refused

    def test_pending_requests_are_listed_oldest_first(self, store: Transactions) -> None:
        for telegram_id, minute in ((1, 5), (2, 1), (3, 9)):
            request = an_access_request(telegram_id, requested_at=after(minute))
            store.write(lambda unit, r=request: unit.access_requests.put(r))  # type: ignore[misc]  # a lambda's default

        assert [r.telegram_id for r in store.read(lambda unit: unit.access_requests.pending())] == [2, 1, 3]

    def test_an_unknown_request_is_not_found_and_cannot_be_saved(self, store: Transactions) -> None:
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.access_requests.get(99))
        with pytest.raises(NotFound):
            store.write(lambda unit: unit.access_requests.put(an_access_request(id=99)))

    def test_a_person_is_found_by_their_phone_number(self, store: Transactions) -> None:
        rina = add(store, a_person("Rina", phone="62811"))
        add(store, a_person("Umar"))

        def find(unit: UnitOfWork) -> list[Person | None]:
            return [unit.people.by_phone(phone) for phone in ("62811", "62813", "")]

        assert store.read(find) == [rina, None, None]

    def test_a_phone_number_is_one_persons_until_it_changes(self, store: Transactions) -> None:
        rina = add(store, a_person("Rina", phone="62811"))

        def work(unit: UnitOfWork) -> None:
            with pytest.raises(AlreadyUsed):
                unit.people.add(a_person("Tono", phone="62811"))
            unit.people.save(evolve(rina, phone="62812"))
            unit.people.add(a_person("Tono", phone="62811"))

        store.write(work)
