"""A number for the name of a person who left, also where the name was copied, and nothing more of what was theirs."""

from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.retention import pseudonym


def make_pseudonym(uow: UnitOfWork, person_id: int) -> None:
    """Take a person's name, their own snippets and their second step. Raises `NotFound`."""
    person = pseudonym(uow.people.get(person_id))
    uow.people.save(person)
    for schedule in uow.schedules.all():
        if schedule.person == person_id:
            uow.schedules.put(evolve(schedule, label=person.name))
    for owner in uow.owners.all():
        if owner.person == person_id:
            uow.owners.put(evolve(owner, label=person.name))
    for snippet in uow.snippets.of_person(person_id):
        if snippet.owner == person_id:
            uow.snippets.drop(snippet.id)
    uow.second_steps.drop(person_id)
