"""What the provider's statuses mean: the catalogue says, and a person's choice is known for the next file."""

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_PROVIDER_CODES
from sikpro.application.use_cases.catalogue.provider_codes import guess_meaning, remember_meanings
from sikpro.domain.catalogue import Meaning, ProviderCode
from sikpro.domain.errors import NotPermitted
from sikpro.domain.people import Person, Role
from tests.unit.chat import NINE, World


@pytest.fixture
def world() -> World:
    return World()


def choose(world: World, role: Role, **chosen: Meaning) -> None:
    def work(uow: UnitOfWork) -> None:
        by: Person = next(person for person in uow.people.all() if person.role is role)
        remember_meanings(uow, {status.replace("_", " "): meaning for status, meaning in chosen.items()}, by, NINE)

    world.transactions.write(work)


def guessed(world: World, status: str) -> str:
    return world.transactions.read(lambda uow: guess_meaning(status, uow.catalogue.provider_codes())).value


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("COMPWORK", "finished"),
        ("comp-work", "finished"),
        ("ACTCOMP", "finished"),
        ("VALCOMP", "finished"),
        ("WFM | COMPWORK", "finished"),
        ("PROVISION COMPLETED", "finished"),
        ("5 | PROVISION COMPLETED", "finished"),
        ("STARTWORK", "open"),
        ("INSTCOMP", "open"),
        ("VALSTART", "open"),
        ("WORKFAIL", "open"),
        ("FALLOUT", "open"),
        ("7 | OSS - PONR", "open"),
        ("PI", "open"),
        ("RE", "open"),
        ("CANCLWORK", "left_out"),
        ("UN-SC", "left_out"),
        ("DECLINE", "left_out"),
        ("REVOKE COMPLETED", "left_out"),
        ("BATAL PS", "left_out"),
        ("BELUM PS", "open"),
        ("NOT COMPLETED", "open"),
        ("menunggu apa saja", "open"),
        ("", "open"),
    ],
)
def test_the_codes_of_the_provider_are_known(world: World, status: str, meaning: str) -> None:
    assert guessed(world, status) == meaning


def test_a_whole_status_counts_before_the_codes_among_its_words() -> None:
    codes = (*FIRST_PROVIDER_CODES, ProviderCode(code="CANCEL COMPLETED", meaning=Meaning.FINISHED))
    assert guess_meaning("Cancel-Completed", codes) is Meaning.FINISHED


def test_a_retired_code_says_nothing() -> None:
    assert guess_meaning("QCOK", [ProviderCode(code="QCOK", meaning=Meaning.FINISHED, active=False)]) is Meaning.OPEN


def test_a_new_status_is_known_for_the_next_file_whoever_chose_it(world: World) -> None:
    choose(world, Role.TEAM_LEADER, QC_LULUS=Meaning.FINISHED, COMPWORK=Meaning.FINISHED)
    assert guessed(world, "qc lulus") == "finished"
    added = set(world.transactions.read(lambda uow: uow.catalogue.provider_codes())) - set(FIRST_PROVIDER_CODES)
    assert added == {ProviderCode(code="QC LULUS", meaning=Meaning.FINISHED)}


def test_a_known_code_changes_only_by_who_may_edit_the_catalogue(world: World) -> None:
    choose(world, Role.TEAM_LEADER, VALSTART=Meaning.FINISHED)
    assert guessed(world, "VALSTART") == "open"
    choose(world, Role.ADMIN, VALSTART=Meaning.FINISHED)
    assert guessed(world, "VALSTART") == "finished"
    changed = world.transactions.read(lambda uow: uow.catalogue.provider_codes())
    assert next(row.name for row in changed if row.code == "VALSTART") == "Validation started"


def test_a_helpdesk_teaches_nothing(world: World) -> None:
    with pytest.raises(NotPermitted):
        choose(world, Role.HELPDESK, X=Meaning.FINISHED)
