"""Codes of the second step: those of the standard, one person's alone, in their time."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from attrs import evolve

from sikpro.application.ports.security_events import EventFilter, EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.edit_people import edit_person, person_texts, reset_password
from sikpro.application.use_cases.people.manage_people import set_password
from sikpro.application.use_cases.people.two_steps import (
    PERIOD,
    RECOVERY_CODES,
    Accepted,
    accept_code,
    authenticator_address,
    has_two_steps,
    must_turn_on_two_steps,
    new_recovery_codes,
    new_secret,
    prepare_two_steps,
    reset_two_steps,
    turn_off_two_steps,
    turn_on_two_steps,
)
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person
from tests.unit.chat import NINE, ZONE, World

RINA, BAGUS, ADMIN = 4, 5, 6
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RFC_SECRET = b32encode(b"12345678901234567890").decode()


def turned_on(world: World, person_id: int, secret: str, codes: tuple[str, ...] = ()) -> Person:
    """Somebody whose second step is on since long ago."""

    def work(uow: UnitOfWork) -> Person:
        person, past = uow.people.get(person_id), datetime(1970, 1, 1, tzinfo=UTC)
        prepare_two_steps(uow, person, secret)
        turn_on_two_steps(uow, person, pyotp.TOTP(secret).at(0), codes, past, session="")
        return person

    return world.transactions.write(work)


def accepted(world: World, person: Person, typed: str, at: datetime) -> Accepted | None:
    return world.transactions.write(lambda uow: accept_code(uow, person, typed, at))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of the codes in RFC 6238, appendix B."""
    world = World()
    rina = turned_on(world, RINA, RFC_SECRET)
    assert accepted(world, rina, code, datetime.fromtimestamp(seconds, UTC)) is Accepted.CODE


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "２８７０８２", "287082\n; drop", "a" * 100, "-287082"])
def test_what_is_no_code_is_not_taken_for_one(typed: str) -> None:
    world = World()
    rina = turned_on(world, RINA, RFC_SECRET, ("abcd-efgh-jkmn",))
    assert accepted(world, rina, typed, datetime.fromtimestamp(59, UTC)) is None


def test_codes_and_recovery_codes_are_one_persons_alone() -> None:
    world = World()
    secrets = {person: new_secret() for person in (RINA, BAGUS)}
    rina, bagus = (turned_on(world, person, secret, ("abcd-efgh-jkmn",)) for person, secret in secrets.items())
    assert accepted(world, bagus, pyotp.TOTP(secrets[RINA]).at(NINE), NINE) is None
    assert accepted(world, rina, "ABCD EFGH JKMN", NINE) is Accepted.RECOVERY_CODE
    assert accepted(world, rina, "abcd-efgh-jkmn", NINE) is None
    assert accepted(world, bagus, "abcdefghjkmn", NINE) is Accepted.RECOVERY_CODE
    assert accepted(world, world.transactions.read(lambda uow: uow.people.get(ADMIN)), "", NINE) is None


def test_a_clock_that_was_set_back_brings_no_code_back() -> None:
    world, secret = World(), new_secret()
    rina = turned_on(world, RINA, secret)
    later = NINE + timedelta(seconds=10 * PERIOD)
    assert accepted(world, rina, pyotp.TOTP(secret).at(later), later) is Accepted.CODE
    assert accepted(world, rina, pyotp.TOTP(secret).at(NINE), NINE) is None


def test_recovery_codes_are_many_and_easy_to_read() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    assert not set("".join(codes)) & set("01loiIO"), "none can be mistaken for another"


def test_the_picture_says_whose_secret_it_is() -> None:
    address = authenticator_address(SECRET, "rina")
    assert address == f"otpauth://totp/SIKPRO:rina?secret={SECRET}&issuer=SIKPRO"


def test_one_that_is_off_is_neither_reset_nor_turned_off_twice() -> None:
    world = World()
    rina = turned_on(world, RINA, new_secret())
    world.transactions.write(lambda uow: reset_two_steps(uow, RINA, None, NINE, zone=ZONE))
    with pytest.raises(InvalidValue) as refused:
        world.transactions.write(lambda uow: reset_two_steps(uow, RINA, None, NINE, zone=ZONE))
    assert refused.value.code == "two_steps.off"
    world.transactions.write(lambda uow: turn_off_two_steps(uow, rina, NINE, session=""))
    assert not world.transactions.read(lambda uow: has_two_steps(uow, rina))


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_another_password_drops_a_secret_that_somebody_prepared_with_the_old_one(how: str) -> None:
    world = World()

    def work(uow: UnitOfWork) -> list[bool]:
        for person in (RINA, BAGUS):
            uow.second_steps.prepare(person, SECRET)
        uow.second_steps.turn_on(BAGUS, 1, NINE)
        for person in (RINA, BAGUS):
            if how == "changed":
                set_password(uow, person, "hash", NINE, session="")
            else:
                reset_password(uow, person, "hash", uow.people.get(ADMIN), NINE)
        return [uow.second_steps.of(person) is not None for person in (RINA, BAGUS)]

    assert world.transactions.write(work) == [False, True], "what is on stays on"


def test_only_admins_are_led_to_turn_it_on_and_only_where_the_installation_wants_it() -> None:
    world = World()

    def missing(uow: UnitOfWork) -> list[int]:
        return [person.id for person in uow.people.all() if must_turn_on_two_steps(uow, person)]

    assert world.transactions.read(missing) == []
    world.transactions.write(lambda uow: uow.installation.put(evolve(uow.installation.get(), admins_two_steps=True)))
    assert world.transactions.read(missing) == [ADMIN]
    turned_on(world, ADMIN, new_secret())
    assert world.transactions.read(missing) == []


def test_a_change_of_a_name_is_recorded_as_that_and_as_nothing_else() -> None:
    world = World()

    def work(uow: UnitOfWork) -> list[EventKind]:
        rina = uow.people.get(RINA)
        typed = person_texts(rina) | {"name": "Rina Baru"}
        edit_person(uow, RINA, typed, version=rina.version, by=uow.people.get(ADMIN), now=NINE)
        return [event.kind for event in uow.security_events.page(EventFilter(), before=None, limit=9)]

    assert world.transactions.write(work) == [EventKind.PERSON_CHANGED]
