"""A person's choices for the console: how they work, and which orders they serve."""

from collections.abc import Iterable

from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.domain.people import Permission, Person


def choose_layout(uow: UnitOfWork, by: Person, *, side_by_side: bool) -> None:
    """Choose between the list with the order beside it and the roomy table."""
    uow.work_preferences.save(evolve(uow.work_preferences.of(by.id), side_by_side=side_by_side))


def choose_going_on(uow: UnitOfWork, by: Person, *, go_on: bool) -> None:
    """Choose whether the next of the person's orders opens after an answer. Raises `NotPermitted`."""
    by.must(Permission.WORK)
    uow.work_preferences.save(evolve(uow.work_preferences.of(by.id), go_on=go_on))


def choose_served(
    uow: UnitOfWork, by: Person, stos: Iterable[str], types: Iterable[str], site_operations: Iterable[str]
) -> WorkPreferences:
    """Choose the STOs, order types and Site Operations that *take next* takes for this person; empty means all.

    Codes that the catalogue does not have are left out. Raises `NotPermitted`.
    """
    by.must(Permission.WORK)
    chosen = evolve(
        uow.work_preferences.of(by.id),
        stos=frozenset(row.code for row in uow.catalogue.stos()) & set(stos),
        types=frozenset(row.code for row in uow.catalogue.order_types()) & set(types),
        site_operations=frozenset(row.code for row in uow.catalogue.site_operations()) & set(site_operations),
    )
    uow.work_preferences.save(chosen)
    return chosen
