"""What the repositories of people and of requests for access promise."""

import pytest
import sqlalchemy as sa
from attrs import evolve

from sikpro.adapters.memory.people import MemoryPersonRepository
from sikpro.adapters.sql.people import SqlPersonRepository
from sikpro.adapters.sql.tables import people
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.errors import AlreadyUsed
from sikpro.domain.people import Person
from sikpro.testing.builders import a_person
from sikpro.testing.contracts.people import PeopleContract, add


def share(unit: UnitOfWork, person: Person, phone: str) -> None:
    """Give somebody a number as it was stored before a number had to be one person's alone."""
    match unit.people:
        case MemoryPersonRepository() as kept:
            kept._state.people.put(person.id, evolve(person, phone=phone))
        case SqlPersonRepository() as kept:
            kept._transaction.forget()
            kept._transaction.execute(sa.update(people).where(people.c.id == person.id).values(phone=phone))


def test_a_phone_number_names_one_person_or_nobody(store: Transactions) -> None:
    rina = add(store, a_person("Rina", phone="62811"))
    add(store, a_person("Sari", phone="62812"))
    tono = add(store, a_person("Tono"))
    add(store, a_person("Umar"))
    store.write(lambda unit: share(unit, tono, "62812"))

    def find(unit: UnitOfWork) -> list[Person | None]:
        return [unit.people.by_phone(phone) for phone in ("62811", "62812", "62813", "")]

    assert store.read(find) == [rina, None, None, None]


def test_who_shared_a_number_from_before_keeps_it_until_it_changes_and_nobody_else_gets_it(
    store: Transactions,
) -> None:
    rina, sari = add(store, a_person("Rina")), add(store, a_person("Sari"))

    def work(unit: UnitOfWork) -> None:
        for person in (rina, sari):
            share(unit, person, "62811")
        renamed = unit.people.save(evolve(unit.people.get(rina.id), name="Rina W."))
        assert renamed.phone == "62811"
        with pytest.raises(AlreadyUsed):
            unit.people.add(a_person("Tono", phone="62811"))
        away = unit.people.save(evolve(renamed, phone="62812"))
        with pytest.raises(AlreadyUsed):
            unit.people.save(evolve(away, phone="62811"))
        with pytest.raises(AlreadyUsed):
            unit.people.add(a_person("Tono", phone="62812"))

    store.write(work)

    assert store.read(lambda unit: unit.people.by_phone("62811")) == store.read(lambda unit: unit.people.get(sari.id))


class TestPeople(PeopleContract):
    pass
